/* SPDX-License-Identifier: Apache-2.0 */
/* sim/run/spread.c: percentiles by nearest rank, means, histograms. */
#include "sim/run/spread.h"

#include "base/random.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

#define S(seconds) ((sim_ns)(seconds)*NS_PER_SEC)

static void add_all(struct samples *samples, struct arena *arena, sim_ns from, sim_ns to)
{
	for (sim_ns v = from; v <= to; v++)
		samples_add(samples, arena, S(v));
}

START_TEST(nothing_at_all)
{
	struct samples samples = { 0 };
	struct arena arena;
	struct spread spread;

	arena_init(&arena);
	spread_of(&spread, &samples, true, &arena);
	ck_assert_uint_eq(spread.count, 0);
	ck_assert_uint_eq(spread.histogram.count, 0);
	arena_release(&arena);
}
END_TEST

/* Of 1 to 100 seconds the nearest ranks are the percentages themselves. */
START_TEST(one_to_a_hundred)
{
	struct samples samples = { 0 };
	struct arena arena;
	struct spread spread;

	arena_init(&arena);
	add_all(&samples, &arena, 51, 100);
	add_all(&samples, &arena, 1, 50);
	spread_of(&spread, &samples, true, &arena);
	ck_assert_uint_eq(spread.count, 100);
	ck_assert_int_eq(spread.min, S(1));
	ck_assert_int_eq(spread.p50, S(50));
	ck_assert_int_eq(spread.p90, S(90));
	ck_assert_int_eq(spread.p95, S(95));
	ck_assert_int_eq(spread.p99, S(99));
	ck_assert_int_eq(spread.max, S(100));
	ck_assert_int_eq(spread.mean, S(101) / 2);
	arena_release(&arena);
}
END_TEST

START_TEST(zeros_count_only_when_wanted)
{
	struct samples samples = { 0 };
	struct arena arena;
	struct spread all, affected;

	arena_init(&arena);
	for (int i = 0; i < 9; i++)
		samples_add(&samples, &arena, 0);
	samples_add(&samples, &arena, S(10));
	spread_of(&all, &samples, true, &arena);
	spread_of(&affected, &samples, false, &arena);
	ck_assert_uint_eq(all.count, 10);
	ck_assert_int_eq(all.min, 0);
	ck_assert_int_eq(all.p90, 0);
	ck_assert_int_eq(all.p95, S(10));
	ck_assert_int_eq(all.mean, S(1));
	ck_assert_uint_eq(all.histogram.items[0].count, 9);
	ck_assert_uint_eq(affected.count, 1);
	ck_assert_int_eq(affected.p50, S(10));
	arena_release(&arena);
}
END_TEST

/* Whatever the samples are, every one is in the bin that its value belongs to. */
START_TEST(histogram_holds_every_sample)
{
	struct random r = random_new((uint64_t)_i);
	struct samples samples = { 0 };
	struct arena arena;
	struct spread spread;
	uint64_t seen = 0;

	arena_init(&arena);
	for (int i = 0; i < 500; i++)
		samples_add(&samples, &arena,
			    (sim_ns)random_below(&r, UINT64_C(1) << (1 + _i * 3)));
	spread_of(&spread, &samples, true, &arena);
	ck_assert_uint_le(spread.histogram.count, SPREAD_BINS_MAX);
	ARRAY_FOREACH (const struct histogram_bin, bin, &spread.histogram) {
		ck_assert_int_eq(bin->edge % spread.bin_width, 0);
		seen += bin->count;
	}
	ck_assert_uint_eq(seen, 500);
	ck_assert_int_le(spread.histogram.items[0].edge, spread.min);
	ck_assert_int_gt(spread.histogram.items[spread.histogram.count - 1].edge +
				 spread.bin_width,
			 spread.max);
	arena_release(&arena);
}
END_TEST

Suite *suite_spread(void)
{
	Suite *suite = suite_create("spread");
	TCase *tcase = tcase_create("spread");

	tcase_add_test(tcase, nothing_at_all);
	tcase_add_test(tcase, one_to_a_hundred);
	tcase_add_test(tcase, zeros_count_only_when_wanted);
	tcase_add_loop_test(tcase, histogram_holds_every_sample, 0, 20);
	suite_add_tcase(suite, tcase);
	return suite;
}
