/* SPDX-License-Identifier: Apache-2.0 */
/* test: purelb/bgp/bgp_time.c: what was measured lies inside the spans (T3, T6), their edges.
 */
#include "purelb/bgp/bgp_time.h"

#include "base/duration.h"
#include "tests/unit/suites.h"

#define ROWS(array) (int)(sizeof(array) / sizeof((array)[0]))
#define MS(n)       ((n)*NS_PER_MS)

/* Spans in milliseconds; `seen` is what was measured, which must lie inside and, as a span of
 * that many trials, covers most of it. `late` is what a loaded machine adds. */
struct seen {
	int64_t seen_min, seen_max, late;
};

static void check_span(struct bgp_span span, int64_t min_ms, int64_t max_ms,
		       const struct seen *seen)
{
	ck_assert_int_eq(span.min_ns, MS(min_ms));
	ck_assert_int_eq(span.max_ns, MS(max_ms));
	if (seen->seen_max == 0)
		return;
	ck_assert_int_ge(MS(seen->seen_min), span.min_ns);
	ck_assert_int_le(MS(seen->seen_max - seen->late), span.max_ns);
	ck_assert_int_gt(2 * (seen->seen_max - seen->seen_min), max_ms - min_ms);
}

/* ---- T3.2, T3.3: a node that dials ---- */

static const struct redial_row {
	uint64_t retry;
	int64_t min_ms, max_ms, unanswered_ms; /* the last one 0: not known */
	struct seen wait, cycle;               /* cycle: of dials without answer */
} redials[] = {
	{ 0, 1500, 2000, 2000, { 0 }, { 0 } },
	{ 1, 1500, 2000, 2000, { 0 }, { 0 } },
	{ 2, 1500, 2000, 2000, { 0 }, { 0 } },
	{ 3, 2250, 3000, 2000, { 0 }, { 0 } },
	{ 10, 7500, 10000, 9000, { 7520, 10000, 0 }, { 16600, 19000, 0 } },
	{ 120, 90000, 120000, 119000, { 90200, 119800, 0 }, { 210200, 236900, 0 } },
	{ 127, 95250, 127000, 126000, { 0 }, { 0 } },
	{ 128, 96000, 128000, 0, { 0 }, { 0 } },
	{ 1000, 750000, 1000000, 0, { 0 }, { 0 } },
};

START_TEST(dialing)
{
	const struct redial_row *row = &redials[_i];
	const struct bgp_span wait = bgp_time_until_redial(row->retry);
	int64_t lasts = -1;

	check_span(wait, row->min_ms, row->max_ms, &row->wait);
	ck_assert_int_eq(bgp_time_unanswered_dial(row->retry, &lasts), row->unanswered_ms > 0);
	ck_assert_int_eq(lasts, row->unanswered_ms > 0 ? MS(row->unanswered_ms) : -1);
	if (row->cycle.seen_max > 0)
		check_span((struct bgp_span){ wait.min_ns + lasts, wait.max_ns + lasts },
			   row->min_ms + row->unanswered_ms, row->max_ms + row->unanswered_ms,
			   &row->cycle);
}
END_TEST

START_TEST(saturation)
{
	const struct bgp_span wait = bgp_time_until_redial(UINT64_MAX);

	ck_assert_int_eq(wait.max_ns, INT64_MAX / NS_PER_SEC * NS_PER_SEC);
	ck_assert_int_gt(wait.min_ns, wait.max_ns / 2);
	ck_assert_int_lt(wait.min_ns, wait.max_ns);
}
END_TEST

/* ---- T6.1: what both ends agree on ---- */

static const struct agreed_row {
	uint64_t configured;
	uint32_t ours, theirs, hold, keepalive;
} agreed[] = {
	{ 30, 90, 180, 90, 30 }, { 30, 90, 90, 90, 30 },
	{ 3, 9, 180, 9, 3 },     { 30, 90, 9, 9, 3 },
	{ 1, 90, 10, 10, 3 }, /* what is configured counts no more */
	{ 7, 9, 240, 9, 7 },     { 30, 90, 3, 3, 1 },
	{ 0, 3, 9, 3, 1 },       { (uint64_t)1 << 32, 90, 180, 90, UINT32_MAX },
};

START_TEST(agreeing)
{
	const struct agreed_row *row = &agreed[_i];

	ck_assert_uint_eq(bgp_time_hold(row->ours, row->theirs), row->hold);
	ck_assert_uint_eq(bgp_time_hold(row->theirs, row->ours), row->hold);
	ck_assert_uint_eq(bgp_time_keepalive(row->configured, row->ours, row->hold),
			  row->keepalive);
}
END_TEST

START_TEST(no_hold)
{
	ck_assert_uint_eq(bgp_time_hold(0, 90), 0);
	ck_assert_uint_eq(bgp_time_hold(90, 0), 0);
}
END_TEST

/* ---- T6.2, T6.3: keepalives in time ---- */

START_TEST(keepalives)
{
	ck_assert_int_eq(bgp_time_judge_keepalive(3, 9), BGP_KEEPALIVE_SAFE);
	ck_assert_int_eq(bgp_time_judge_keepalive(3, 11), BGP_KEEPALIVE_SAFE);
	ck_assert_int_eq(bgp_time_judge_keepalive(4, 11), BGP_KEEPALIVE_FRAGILE);
	ck_assert_int_eq(bgp_time_judge_keepalive(8, 9), BGP_KEEPALIVE_FRAGILE);
	ck_assert_int_eq(bgp_time_judge_keepalive(9, 9), BGP_KEEPALIVE_FLAPS);
	ck_assert_int_eq(bgp_time_judge_keepalive(UINT64_MAX, 9), BGP_KEEPALIVE_FLAPS);
}
END_TEST

/* ---- T6.4: a node that dies ---- */

static const struct noticed_row {
	uint32_t hold, keepalive;
	int64_t min_ms, max_ms;
	struct seen seen; /* with FRR */
} noticed[] = {
	{ 90, 30, 60000, 90000, { 60700, 88600, 0 } },
	{ 3, 1, 2000, 3000, { 2060, 3080, 80 } },
	{ 9, 3, 6000, 9000, { 0 } },
	{ 9, 9, 0, 9000, { 0 } },
	{ 9, 30, 0, 9000, { 0 } },
};

START_TEST(dying)
{
	const struct noticed_row *row = &noticed[_i];

	check_span(bgp_time_until_noticed(row->hold, row->keepalive), row->min_ms, row->max_ms,
		   &row->seen);
}
END_TEST

Suite *suite_bgp_time(void)
{
	Suite *suite = suite_create("bgp_time");
	TCase *speaker = tcase_create("speaker");
	TCase *session = tcase_create("session");

	tcase_add_loop_test(speaker, dialing, 0, ROWS(redials));
	tcase_add_test(speaker, saturation);
	suite_add_tcase(suite, speaker);
	tcase_add_loop_test(session, agreeing, 0, ROWS(agreed));
	tcase_add_test(session, no_hold);
	tcase_add_test(session, keepalives);
	tcase_add_loop_test(session, dying, 0, ROWS(noticed));
	suite_add_tcase(suite, session);
	return suite;
}
