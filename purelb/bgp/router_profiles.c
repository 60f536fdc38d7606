/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The router profiles of T4.1 and T4.8: BIRD 2.17, FRR 8.4 and 10.3 with their traditional and
 * their datacenter defaults, GoBGP 4.0 and 3.10, and what is known of others. Left out: the
 * time that further prefixes of one message take.
 */
#include "purelb/bgp/router_profiles.h"

#include "base/array.h"
#include "base/duration.h"
#include "base/text.h"

#define MS(n)  ((int64_t)(n)*NS_PER_MS)
#define SEC(n) ((int64_t)(n)*NS_PER_SEC)
#define SPAN_MS(a, b)                                                                          \
	{                                                                                      \
		MS(a), MS(b)                                                                   \
	}

/* What FRR's two sets of defaults have in common. */
#define FRR_ROW                                                                                \
	.first_dial = SPAN_MS(1070, 1250), .refused = REDIAL_RETRY,                            \
	.unanswered = REDIAL_RETRY, .redial_from_start = true,                                 \
	.closed_dial = SPAN_MS(1000, 1000), .notified_dial = SPAN_MS(2000, 2000),              \
	.update_to_fib = SPAN_MS(60, 70), .loss_to_fib = SPAN_MS(51, 93),                      \
	.stop_to_fib = SPAN_MS(14, 34), .start_to_fib = SPAN_MS(60, 310), .bgp_apart = true,   \
	.bgp_dies_to_fib = SPAN_MS(13, 19), /* one of 12 took 118 ms */                        \
		.notices_carrier = true, .helps_restart = true, .next_hop_objects = true,      \
	.has_kernel = true, .accepts_apart = true

#define GOBGP_ROW                                                                              \
	.hold_seconds = 90, .retry_seconds = 120, .refused = REDIAL_GOBGP,                     \
	.unanswered = REDIAL_GOBGP, .update_to_fib = SPAN_MS(1, 1),                            \
	.loss_to_fib = SPAN_MS(1, 1), .stop_to_fib = SPAN_MS(1, 1),                            \
	.start_to_fib = SPAN_MS(1, 1)

static const struct router_profile profiles[] = {
	{ .name = "bird",
	  .hold_seconds = 240,
	  .keepalive_varies = true,
	  .hold_varies = true,
	  .retry_seconds = 120,
	  .first_dial = SPAN_MS(3750, 5000),
	  .refused = REDIAL_FIXED,
	  .redial = SPAN_MS(3750, 5000),
	  .unanswered = REDIAL_JITTER,
	  .redial_from_start = true,
	  .update_to_fib = { 100000, MS(6) },
	  .loss_to_fib = { 100000, MS(3) },
	  .stop_to_fib = { 200000, 1200000 },
	  .start_to_fib = SPAN_MS(10, 45),
	  .notices_carrier = true,
	  .error_wait = true,
	  .helps_restart = true,
	  .takes_restarts = true,
	  .has_kernel = true },
	{ .name = "frr",
	  .hold_seconds = 180,
	  .keepalive_most = 60,
	  .retry_seconds = 120,
	  FRR_ROW },
	{ .name = "frr-datacenter",
	  .hold_seconds = 9,
	  .keepalive_most = 3,
	  .retry_seconds = 10,
	  FRR_ROW },
	{ .name = "gobgp", .make = SPEAKER_GOBGP_4, GOBGP_ROW },
	{ .name = "gobgp-3", .make = SPEAKER_GOBGP_3, GOBGP_ROW },
	{ .name = "generic",
	  .hold_seconds = 180,
	  .keepalive_varies = true,
	  .retry_seconds = 120,
	  .first_dial = SPAN_MS(1000, 5000),
	  .refused = REDIAL_RETRY,
	  .unanswered = REDIAL_RETRY,
	  .redial_from_start = true,
	  .update_to_fib = SPAN_MS(50, 50),
	  .loss_to_fib = SPAN_MS(50, 50),
	  .stop_to_fib = SPAN_MS(50, 50),
	  .start_to_fib = SPAN_MS(50, 50),
	  .notices_carrier = true,
	  .next_hop_objects = true,
	  .has_kernel = true },
};

enum { PROFILE_GENERIC = ARRAY_LEN(profiles) - 1 };

const char *const router_profile_names[] = { "bird",  "frr",     "frr-datacenter",
					     "gobgp", "gobgp-3", "generic",
					     NULL };

const struct router_profile *router_profile_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(profiles); i++)
		if (str_equal(profiles[i].name, name))
			return &profiles[i];
	return NULL;
}

const struct router_profile *router_profile_default(void)
{
	return &profiles[PROFILE_GENERIC];
}

uint32_t router_profile_keepalive(const struct router_profile *profile, uint32_t configured,
				  uint32_t hold)
{
	const uint64_t third = bgp_time_third(hold);
	const uint32_t most = configured != 0 ? configured : profile->keepalive_most;
	const uint32_t seconds = most != 0 && most < third ? most : (uint32_t)third;

	return seconds != 0 ? seconds : 1;
}

uint32_t router_profile_least_hold(const struct router_profile *profile, uint32_t hold_seconds)
{
	return profile->hold_varies ? hold_seconds - hold_seconds / 4 : hold_seconds;
}

enum bgp_keepalive_risk router_profile_judge_keepalive(const struct router_profile *profile,
						       uint64_t keepalive_seconds,
						       uint64_t hold_seconds)
{
	const uint64_t shortened = profile->hold_varies ? hold_seconds / 4 : 0;

	if (keepalive_seconds >= hold_seconds - shortened)
		return BGP_KEEPALIVE_FLAPS;
	return bgp_time_judge_keepalive(keepalive_seconds, hold_seconds);
}

struct bgp_span router_profile_until_back(const struct router_profile *profile)
{
	return profile->refused == REDIAL_GOBGP ? speaker_first_span(profile->make)
						: profile->first_dial;
}

struct bgp_span router_profile_until_noticed(const struct router_profile *profile,
					     uint32_t hold_seconds, uint32_t keepalive_seconds)
{
	struct bgp_span span = bgp_time_until_noticed(hold_seconds, keepalive_seconds);

	if (!profile->hold_varies)
		return span;
	span.min_ns -= SEC(hold_seconds) / 4;
	if (span.min_ns < 0)
		span.min_ns = 0;
	return span;
}
