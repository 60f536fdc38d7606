/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of purelb/announcing/gratuitous.h. */
#include "base/duration.h"
#include "purelb/announcing/gratuitous.h"
#include "tests/unit/suites.h"

static struct agent_local with_garp(void)
{
	struct agent_local local = { 0 };

	local.at.set = true;
	local.garp_config.at.set = true;
	return local;
}

/* test: P7.1 */
START_TEST(sent_only_with_a_garp_config)
{
	struct agent_local local = { 0 };

	ck_assert(!gratuitous_schedule(&local).sends);
	local.at.set = true;
	ck_assert(!gratuitous_schedule(&local).sends);
	local.garp_config.at.set = true;
	ck_assert(gratuitous_schedule(&local).sends);
	local.garp_config.enabled = (struct bool_value){ .v = true, .set = true };
	ck_assert(gratuitous_schedule(&local).sends);
	local.garp_config.enabled.v = false;
	ck_assert(!gratuitous_schedule(&local).sends);
}
END_TEST

/* test: P7.2 */
START_TEST(defaults)
{
	struct agent_local local = with_garp();
	struct gratuitous_schedule schedule = gratuitous_schedule(&local);

	ck_assert_int_eq(schedule.initial_delay_ns, 100 * NS_PER_MS);
	ck_assert_int_eq(schedule.interval_ns, 500 * NS_PER_MS);
	ck_assert_uint_eq(schedule.count, 3);
	ck_assert(schedule.verify);
	ck_assert(!schedule.bad_initial_delay && !schedule.bad_interval);
	ck_assert_int_eq(gratuitous_length_ns(&schedule), 1100 * NS_PER_MS);
}
END_TEST

/* test: P7.2 */
START_TEST(durations)
{
	static const struct {
		const char *text;
		int64_t interval_ms;
		bool bad;
	} rows[] = {
		{ "1s", 1000, false },   { "1m0.5s", 60500, false }, { "0", 0, false },
		{ "-5s", 0, false },     { "", 500, false },         { "500", 500, true },
		{ "500 ms", 500, true }, { "soon", 500, true },      { "1d", 500, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_local local = with_garp();
		struct gratuitous_schedule schedule;

		local.garp_config.interval.s = rows[i].text;
		schedule = gratuitous_schedule(&local);
		ck_assert_msg(schedule.interval_ns == rows[i].interval_ms * NS_PER_MS, "%s",
			      rows[i].text);
		ck_assert_msg(schedule.bad_interval == rows[i].bad, "%s", rows[i].text);
		ck_assert(!schedule.bad_initial_delay);
		ck_assert_int_eq(schedule.initial_delay_ns, 100 * NS_PER_MS);
	}
}
END_TEST

/* test: P7.2 */
START_TEST(count_is_clamped)
{
	static const struct {
		int64_t count;
		uint32_t used;
	} rows[] = {
		{ INT64_MIN, 1 }, { -1, 1 },  { 0, 1 },   { 1, 1 },
		{ 3, 3 },         { 10, 10 }, { 11, 10 }, { INT64_MAX, 10 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_local local = with_garp();

		local.garp_config.count = (struct int_value){ .v = rows[i].count, .set = true };
		ck_assert_uint_eq(gratuitous_schedule(&local).count, rows[i].used);
	}
}
END_TEST

START_TEST(length_does_not_overflow)
{
	struct gratuitous_schedule schedule = { .initial_delay_ns = 5,
						.interval_ns = 7,
						.count = 1 };

	ck_assert_int_eq(gratuitous_length_ns(&schedule), 5);
	schedule.count = 10;
	ck_assert_int_eq(gratuitous_length_ns(&schedule), 68);
	schedule.interval_ns = INT64_MAX / 2;
	ck_assert_int_eq(gratuitous_length_ns(&schedule), INT64_MAX);
	schedule.initial_delay_ns = INT64_MAX - 9;
	schedule.interval_ns = 1;
	schedule.count = 10;
	ck_assert_int_eq(gratuitous_length_ns(&schedule), INT64_MAX);
	schedule.initial_delay_ns = INT64_MAX;
	ck_assert_int_eq(gratuitous_length_ns(&schedule), INT64_MAX);
}
END_TEST

Suite *suite_gratuitous(void)
{
	Suite *suite = suite_create("gratuitous");
	TCase *tcase = tcase_create("gratuitous");

	tcase_add_test(tcase, sent_only_with_a_garp_config);
	tcase_add_test(tcase, defaults);
	tcase_add_test(tcase, durations);
	tcase_add_test(tcase, count_is_clamped);
	tcase_add_test(tcase, length_does_not_overflow);
	suite_add_tcase(suite, tcase);
	return suite;
}
