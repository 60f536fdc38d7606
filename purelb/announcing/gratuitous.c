/* SPDX-License-Identifier: Apache-2.0 */
/* Gratuitous sequences: the configuration as an agent reads it. */
#include "purelb/announcing/gratuitous.h"

#include "base/duration.h"

/*
 * The duration of a field; its default where it is absent, empty or no duration. A negative
 * one means no wait at all. (P7.2)
 */
static int64_t gratuitous_duration_or(const struct str_value *value, int64_t fallback_ns,
				      bool *bad)
{
	int64_t ns;

	*bad = false;
	if (value->s == NULL || value->s[0] == '\0')
		return fallback_ns;
	if (!duration_parse(value->s, &ns)) {
		*bad = true;
		return fallback_ns;
	}
	return ns < 0 ? 0 : ns;
}

static uint32_t gratuitous_count(const struct int_value *count)
{
	if (!count->set)
		return 3;
	if (count->v < 1)
		return 1;
	return count->v > GRATUITOUS_COUNT_MAX ? GRATUITOUS_COUNT_MAX : (uint32_t)count->v;
}

struct gratuitous_schedule gratuitous_schedule(const struct agent_local *local)
{
	const struct garp_config *garp = &local->garp_config;
	struct gratuitous_schedule schedule = { 0 };

	schedule.sends =
		local->at.set && garp->at.set && (!garp->enabled.set || garp->enabled.v);
	schedule.initial_delay_ns = gratuitous_duration_or(
		&garp->initial_delay, 100 * NS_PER_MS, &schedule.bad_initial_delay);
	schedule.interval_ns = gratuitous_duration_or(&garp->interval, 500 * NS_PER_MS,
						      &schedule.bad_interval);
	schedule.count = gratuitous_count(&garp->count);
	schedule.verify = !garp->verify_before_send.set || garp->verify_before_send.v;
	return schedule;
}

int64_t gratuitous_length_ns(const struct gratuitous_schedule *schedule)
{
	int64_t intervals = (int64_t)schedule->count - 1;

	if (intervals == 0)
		return schedule->initial_delay_ns;
	if (schedule->interval_ns > (INT64_MAX - schedule->initial_delay_ns) / intervals)
		return INT64_MAX;
	return schedule->initial_delay_ns + intervals * schedule->interval_ns;
}
