/* SPDX-License-Identifier: Apache-2.0 */
/* reports/run/lanes.c: owners of the same time never share a lane. */
#include "reports/run/words.h"

#include "base/random.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

enum { NODES = 60 };

struct fixture {
	struct arena arena;
	struct vip_result vip;
	struct lanes lanes;
};

static void begin(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	arena_init(&f->arena);
}

static void add(struct fixture *f, uint32_t node, sim_ns from, sim_ns to)
{
	const struct ownership owner = { .node = node, .time = { from, to } };

	ARRAY_ADD(&f->arena, &f->vip.owners, owner);
}

static void lay(struct fixture *f)
{
	lay_lanes(&f->lanes, &f->vip, NODES, &f->arena);
	for (uint32_t i = 0; i < f->vip.owners.count; i++)
		ck_assert(f->lanes.of[i] == LANE_NONE || f->lanes.of[i] < f->lanes.count);
}

START_TEST(nobody_still_has_a_lane)
{
	struct fixture f;

	begin(&f);
	lay(&f);
	ck_assert_uint_eq(f.lanes.count, 1);
	ck_assert(!f.lanes.by_node);
	arena_release(&f.arena);
}
END_TEST

/* One after another stays in the first lane; who overlaps goes below. */
START_TEST(first_free_lane)
{
	struct fixture f;

	begin(&f);
	add(&f, 0, 0, 10);
	add(&f, 1, 10, 20);
	add(&f, 2, 15, 30);
	add(&f, 0, 20, SIM_NEVER);
	lay(&f);
	ck_assert_uint_eq(f.lanes.count, 2);
	ck_assert_uint_eq(f.lanes.of[0], 0);
	ck_assert_uint_eq(f.lanes.of[1], 0);
	ck_assert_uint_eq(f.lanes.of[2], 1);
	ck_assert_uint_eq(f.lanes.of[3], 0);
	arena_release(&f.arena);
}
END_TEST

START_TEST(many_at_once_by_node)
{
	struct fixture f;

	begin(&f);
	for (uint32_t n = 0; n < 9; n++)
		add(&f, 2 * n, 0, n == 4 ? 5 : SIM_NEVER);
	add(&f, 8, 9, SIM_NEVER);
	lay(&f);
	ck_assert(f.lanes.by_node);
	ck_assert_uint_eq(f.lanes.count, 9);
	ck_assert_uint_eq(f.lanes.nodes, 9);
	for (uint32_t n = 0; n < 9; n++)
		ck_assert_uint_eq(f.lanes.of[n], n);
	ck_assert_uint_eq(f.lanes.of[9], 4);
	arena_release(&f.arena);
}
END_TEST

/* Of too many nodes those that lost it are there, however late they come. */
START_TEST(too_many_nodes)
{
	struct fixture f;

	begin(&f);
	for (uint32_t n = 0; n < NODES; n++)
		add(&f, n, 0, n >= NODES - 3 ? 7 : SIM_NEVER);
	lay(&f);
	ck_assert_uint_eq(f.lanes.count, LANES_THIN_MAX);
	ck_assert_uint_eq(f.lanes.nodes, NODES);
	ck_assert_uint_eq(f.lanes.of[NODES - 1], LANES_THIN_MAX - 1);
	ck_assert_uint_eq(f.lanes.of[NODES - 3], LANES_THIN_MAX - 3);
	ck_assert_uint_eq(f.lanes.of[0], 0);
	ck_assert_uint_eq(f.lanes.of[NODES - 4], LANE_NONE);
	arena_release(&f.arena);
}
END_TEST

/* Whoever comes and goes: two that overlap are in different lanes. */
START_TEST(no_two_in_one_place)
{
	struct random r = random_new((uint64_t)_i);
	struct fixture f;
	sim_ns at = 0;

	begin(&f);
	for (uint32_t i = 0; i < 40; i++) {
		at += (sim_ns)random_below(&r, 10);
		add(&f, i, at, at + 1 + (sim_ns)random_below(&r, 30));
	}
	lay(&f);
	for (uint32_t i = 0; i < 40; i++) {
		for (uint32_t k = 0; k < i; k++) {
			if (f.lanes.of[i] == f.lanes.of[k])
				ck_assert_int_le(f.vip.owners.items[k].time.to,
						 f.vip.owners.items[i].time.from);
		}
	}
	arena_release(&f.arena);
}
END_TEST

Suite *suite_lanes(void)
{
	Suite *suite = suite_create("lanes");
	TCase *tcase = tcase_create("lanes");

	tcase_add_test(tcase, nobody_still_has_a_lane);
	tcase_add_test(tcase, first_free_lane);
	tcase_add_test(tcase, many_at_once_by_node);
	tcase_add_test(tcase, too_many_nodes);
	tcase_add_loop_test(tcase, no_two_in_one_place, 0, 20);
	suite_add_tcase(suite, tcase);
	return suite;
}
