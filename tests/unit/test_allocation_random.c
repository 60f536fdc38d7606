/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator against the slow and obvious one of allocation_reference.c, on small clusters
 * that are drawn from fixed seeds: ranges that overlap, are reversed or in the wrong list,
 * Services that hold, share and ask for addresses.
 */
#include "tests/unit/allocation_drawn.h"
#include "tests/unit/allocations.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

enum { ROUNDS = 1000 };

/* How often each outcome was seen: a comparison that never meets a case says nothing of it. */
struct tally {
	unsigned states[4];
	unsigned reasons[REASON_COUNT];
	unsigned released;
};

static void count_outcomes(struct tally *tally, const struct allocations *fast)
{
	ARRAY_FOREACH (const struct allocation, a, &fast->list) {
		tally->states[a->state]++;
		tally->reasons[a->reason]++;
		tally->released += a->released.count > 0;
	}
}

static void expect_variety(const struct tally *tally)
{
	static const enum allocation_reason wanted[] = {
		REASON_UNKNOWN_POOL,       REASON_REJECTED_POOL,
		REASON_EXCLUDED,           REASON_CONFINED,
		REASON_BAD_ADDRESS,        REASON_NO_POOL_FOR_ADDRESS,
		REASON_NO_RANGE,           REASON_EXHAUSTED,
		REASON_KEY_BOUND,          REASON_KEY_CONFLICT,
		REASON_PORT_CONFLICT,      REASON_MULTI_WITH_SHARING,
		REASON_MULTI_WITH_BALANCE, REASON_NO_ACTIVE_SUBNET,
		REASON_SPANS_POOLS,        REASON_HANGS,
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		EXPECT(tally->reasons[wanted[i]] >= 5, "reason %d: %u times", (int)wanted[i],
		       tally->reasons[wanted[i]]);
	EXPECT(tally->states[SERVICE_KEPT] > ROUNDS / 10, "kept");
	EXPECT(tally->states[SERVICE_ASSIGNED] > ROUNDS, "assigned");
	EXPECT(tally->released > ROUNDS / 10, "released");
}

static void compare_round(struct draws *draws, struct text *yaml, struct reference *slow,
			  struct tally *tally)
{
	struct run_world w;
	struct text wrong = { 0 };
	bool latest = drawn_chance(draws, 30);

	drawn_cluster(draws, yaml);
	run_world(&w, text_str(yaml), latest);
	reference_run(slow, &w.cluster, latest);
	EXPECT(drawn_agree(slow, &w.out, &wrong), "%s\n%.4000s", text_str(&wrong),
	       text_str(yaml));
	text_release(&wrong);
	count_outcomes(tally, &w.out);
	run_world_release(&w);
}

/* test: P3.9, P3.10, P3.11 */
START_TEST(fast_and_slow_agree)
{
	static struct reference slow;
	struct draws draws = { .random = random_new((uint64_t)_i + 1) };
	struct text yaml = { 0 };
	struct tally tally = { 0 };

	for (unsigned round = 0; round < ROUNDS; round++)
		compare_round(&draws, &yaml, &slow, &tally);
	expect_variety(&tally);
	text_release(&yaml);
}
END_TEST

Suite *suite_allocation_random(void)
{
	Suite *suite = suite_create("allocation-random");
	TCase *tcase = tcase_create("random");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, fast_and_slow_agree, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}
