/* SPDX-License-Identifier: Apache-2.0 */
/* test: purelb/bgp/next_hops.c: T8.1 to T8.7 with the numbers that T8.3, T14.6 to T14.10 and
 * T14.19 give. */
#include "purelb/bgp/next_hops.h"

#include "base/random.h"
#include "base/text.h"
#include "tests/unit/suites.h"

enum { MEMBERS_MAX = 40 };

#define EXACT 1e-12

static struct arena arena;

static void start(void)
{
	arena_init(&arena);
}

static void stop(void)
{
	arena_release(&arena);
}

/* Members 0 to count - 1 but `left`, at 10.0.0.1 and up, put in backwards. */
static uint32_t list_members(struct next_hop hops[MEMBERS_MAX], uint32_t count, uint32_t left)
{
	uint32_t used = 0;

	for (uint32_t i = count; i-- > 0;) {
		if (i == left)
			continue;
		ck_assert(ip_parse(arena_printf(&arena, "10.0.0.%u", i + 1),
				   &hops[used].gateway));
		hops[used].weight = 1;
		hops[used++].member = i;
	}
	next_hops_order(hops, used);
	return used;
}

static struct hash_space space_of(enum next_hop_hashing hashing, uint32_t count, uint32_t left,
				  const struct hash_space *previous)
{
	struct next_hop hops[MEMBERS_MAX];
	struct hash_space space;
	const uint32_t used = list_members(hops, count, left);

	hash_space_divide(&space, hashing, hops, used, 0, previous, &arena);
	return space;
}

/* ---- T8.1 ---- */

START_TEST(order_of_addresses)
{
	static const char *const texts[] = { "2001:db8::1", "10.0.0.10", "10.0.0.9",
					     "10.0.0.10" };
	static const uint32_t expected[] = { 2, 1, 3, 0 };
	struct next_hop hops[ARRAY_LEN(texts)] = { 0 };

	for (uint32_t i = 0; i < ARRAY_LEN(texts); i++) {
		ck_assert(ip_parse(texts[i], &hops[i].gateway));
		hops[i].member = i;
	}
	next_hops_order(hops, ARRAY_LEN(hops));
	for (uint32_t i = 0; i < ARRAY_LEN(hops); i++)
		ck_assert_uint_eq(hops[i].member, expected[i]);
}
END_TEST

/* ---- T8.3, T14.10: M(w, k) ---- */

static const struct moved_row {
	uint32_t count, k;
	double expected;
} moved_rows[] = {
	{ 2, 0, 0.5 },       { 2, 1, 0.5 },       { 3, 0, 0.5 },       { 3, 1, 1.0 / 3 },
	{ 3, 2, 0.5 },       { 4, 0, 0.5 },       { 4, 1, 1.0 / 3 },   { 4, 2, 1.0 / 3 },
	{ 4, 3, 0.5 },       { 8, 0, 0.5 },       { 8, 1, 22.0 / 56 }, { 8, 2, 18.0 / 56 },
	{ 8, 3, 16.0 / 56 }, { 8, 4, 16.0 / 56 }, { 8, 5, 18.0 / 56 }, { 8, 6, 22.0 / 56 },
	{ 8, 7, 0.5 },
};

/* The formula, and what the intervals themselves say, both ways. */
START_TEST(threshold_moves)
{
	const struct moved_row *row = &moved_rows[_i];
	const struct hash_space all =
		space_of(NEXT_HOPS_THRESHOLD, row->count, MEMBERS_MAX, NULL);
	const struct hash_space rest = space_of(NEXT_HOPS_THRESHOLD, row->count, row->k, &all);
	const struct hash_space back =
		space_of(NEXT_HOPS_THRESHOLD, row->count, MEMBERS_MAX, &rest);

	ck_assert_double_eq_tol(next_hops_moved(NEXT_HOPS_THRESHOLD, row->count, row->k),
				row->expected, EXACT);
	ck_assert_double_eq_tol(hash_space_moved(&all, &rest), row->expected, EXACT);
	ck_assert_double_eq_tol(hash_space_moved(&rest, &back), row->expected, EXACT);
	ck_assert_double_eq(hash_space_moved(&all, &back), 0);
	ck_assert_double_eq_tol(hash_space_share(&all, row->k), 1.0 / row->count, EXACT);
	ck_assert_double_eq(hash_space_share(&rest, row->k), 0);
}
END_TEST

/* The sums of T8.3 as they are written. */
static double moved_by_sums(uint32_t count, uint32_t k)
{
	uint64_t stay = 0;

	for (uint32_t j = 0; j < count; j++)
		stay += j < k ? count - 1 - j : j > k ? j : 0;
	return 1 - (double)stay / ((double)count * (count - 1));
}

START_TEST(formula_is_intervals)
{
	for (uint32_t count = 2; count <= MEMBERS_MAX; count++) {
		const struct hash_space all =
			space_of(NEXT_HOPS_THRESHOLD, count, MEMBERS_MAX, NULL);

		for (uint32_t k = 0; k < count; k++) {
			const struct hash_space rest =
				space_of(NEXT_HOPS_THRESHOLD, count, k, &all);
			const double moved = next_hops_moved(NEXT_HOPS_THRESHOLD, count, k);

			ck_assert_double_eq_tol(moved, moved_by_sums(count, k), EXACT);
			ck_assert_double_eq_tol(moved, hash_space_moved(&all, &rest), EXACT);
		}
	}
}
END_TEST

/* ---- T8.4 ---- */

START_TEST(resilient_moves)
{
	for (uint32_t count = 2; count <= MEMBERS_MAX; count++) {
		const struct hash_space all =
			space_of(NEXT_HOPS_RESILIENT, count, MEMBERS_MAX, NULL);

		for (uint32_t k = 0; k < count; k++) {
			const struct hash_space rest =
				space_of(NEXT_HOPS_RESILIENT, count, k, &all);
			const struct hash_space back =
				space_of(NEXT_HOPS_RESILIENT, count, MEMBERS_MAX, &rest);
			const double own = hash_space_share(&all, k);

			ck_assert_double_eq_tol(own, 1.0 / count, 1.0 / NEXT_HOPS_BUCKETS);
			/* Rounding can move a bucket between others. */
			ck_assert_double_eq_tol(hash_space_moved(&all, &rest), own,
						count / 2.0 / NEXT_HOPS_BUCKETS);
			ck_assert_double_ge(hash_space_moved(&all, &rest), own);
			ck_assert_double_eq_tol(hash_space_moved(&rest, &back), own,
						count / 2.0 / NEXT_HOPS_BUCKETS);
			ck_assert_double_ge(hash_space_moved(&rest, &back), own);
		}
	}
	ck_assert_double_eq(next_hops_moved(NEXT_HOPS_RESILIENT, 8, 3), 1.0 / 8);
}
END_TEST

/* The last of three leaves and returns: a third is where it was [m 0.34]. */
START_TEST(resilient_return)
{
	const struct hash_space all = space_of(NEXT_HOPS_RESILIENT, 3, MEMBERS_MAX, NULL);
	const struct hash_space rest = space_of(NEXT_HOPS_RESILIENT, 3, 2, &all);
	const struct hash_space back = space_of(NEXT_HOPS_RESILIENT, 3, MEMBERS_MAX, &rest);

	ck_assert_double_eq_tol(1 - hash_space_moved(&all, &back), 0.34,
				1.0 / NEXT_HOPS_BUCKETS);
}
END_TEST

/* Fewer buckets than members: some get none; another number of buckets begins anew. */
START_TEST(resilient_buckets)
{
	struct next_hop hops[MEMBERS_MAX];
	struct hash_space four, eight;
	const uint32_t used = list_members(hops, 5, MEMBERS_MAX);
	double sum = 0;

	hash_space_divide(&four, NEXT_HOPS_RESILIENT, hops, used, 4, NULL, &arena);
	for (uint32_t i = 0; i < used; i++)
		sum += hash_space_share(&four, i);
	ck_assert_double_eq(sum, 1);
	ck_assert_uint_eq(four.parts.count, 4);
	hash_space_divide(&eight, NEXT_HOPS_RESILIENT, hops, 2, 8, &four, &arena);
	ck_assert_double_eq(hash_space_share(&eight, 0), 0.5);
	hash_space_divide(&eight, NEXT_HOPS_RESILIENT, hops, 2, UINT32_MAX, NULL, &arena);
	ck_assert_uint_eq(eight.bucket_count, NEXT_HOPS_BUCKETS_MAX);
}
END_TEST

START_TEST(modulo_moves)
{
	for (uint32_t count = 2; count <= MEMBERS_MAX; count++) {
		const struct hash_space all =
			space_of(NEXT_HOPS_MODULO, count, MEMBERS_MAX, NULL);

		for (uint32_t k = 0; k < count; k++) {
			const struct hash_space rest =
				space_of(NEXT_HOPS_MODULO, count, k, &all);
			const double moved = next_hops_moved(NEXT_HOPS_MODULO, count, k);

			ck_assert_double_eq_tol(moved, 1 - 1.0 / count, EXACT);
			ck_assert_double_eq_tol(hash_space_moved(&all, &rest), moved, EXACT);
			ck_assert_double_eq_tol(hash_space_moved(&rest, &all), moved, EXACT);
		}
		ck_assert_double_eq_tol(hash_space_moved(&all, &all), 0, EXACT);
	}
}
END_TEST

/* Two of four leave: h mod 4 and h mod 2 agree for two of four residues. */
START_TEST(modulo_halves)
{
	const struct hash_space four = space_of(NEXT_HOPS_MODULO, 4, MEMBERS_MAX, NULL);
	const struct hash_space two = space_of(NEXT_HOPS_MODULO, 2, MEMBERS_MAX, NULL);

	ck_assert_double_eq_tol(hash_space_moved(&four, &two), 0.5, EXACT);
}
END_TEST

/* ---- T8.5 ---- */

START_TEST(weights)
{
	static const double expected[] = { 0.25, 0.25, 0.5 };
	struct next_hop hops[MEMBERS_MAX];
	struct hash_space space;
	const uint32_t used = list_members(hops, 3, MEMBERS_MAX);

	ck_assert_uint_eq(used, 3);
	hops[0].weight = 0; /* counts as 1 */
	hops[2].weight = 2;
	for (int hashing = 0; hashing <= NEXT_HOPS_RESILIENT; hashing++) {
		hash_space_divide(&space, (enum next_hop_hashing)hashing, hops, used, 0, NULL,
				  &arena);
		for (uint32_t i = 0; i < 3; i++)
			ck_assert_double_eq(hash_space_share(&space, i), expected[i]);
	}
	hops[2].weight = UINT32_MAX;
	hash_space_divide(&space, NEXT_HOPS_RESILIENT, hops, used, 0, NULL, &arena);
	ck_assert_double_eq(hash_space_share(&space, 2), 1);
}
END_TEST

/* ---- T8.6, T8.7, T14.6 to T14.8 ---- */

START_TEST(dead_members)
{
	const struct hash_space all = space_of(NEXT_HOPS_THRESHOLD, 3, MEMBERS_MAX, NULL);
	const bool nobody[3] = { 0 };
	const bool middle[3] = { false, true, false };
	const bool two[3] = { true, true, false };

	ck_assert_double_eq(hash_space_lost(&all, nobody), 0);
	ck_assert_double_eq_tol(hash_space_lost(&all, middle), 1.0 / 3, EXACT);
	ck_assert_double_eq_tol(hash_space_lost(&all, two), 2.0 / 3, EXACT);
}
END_TEST

/* Which member has the share of each of four whose failed ones are passed over. */
static const struct passed_row {
	bool failed[4];
	uint32_t owner[4];
} passed_rows[] = {
	{ { 0, 0, 0, 0 }, { 0, 1, 2, 3 } }, { { 1, 0, 0, 0 }, { 1, 1, 2, 3 } },
	{ { 0, 1, 1, 0 }, { 0, 3, 3, 3 } }, { { 0, 0, 0, 1 }, { 0, 1, 2, 0 } },
	{ { 1, 0, 0, 1 }, { 1, 1, 2, 1 } }, { { 1, 1, 0, 1 }, { 2, 2, 2, 2 } },
	{ { 1, 1, 1, 1 }, { 0, 1, 2, 3 } },
};

START_TEST(passed_over)
{
	const struct passed_row *row = &passed_rows[_i];
	const struct hash_space all = space_of(NEXT_HOPS_THRESHOLD, 4, MEMBERS_MAX, NULL);
	const struct hash_space buckets = space_of(NEXT_HOPS_RESILIENT, 4, MEMBERS_MAX, NULL);
	struct hash_space passed;

	hash_space_pass_over(&passed, &all, row->failed, &arena);
	for (uint32_t i = 0; i < 4; i++) {
		ck_assert_uint_eq(hash_space_owner(&passed, (i + 0.0) / 4), row->owner[i]);
		ck_assert_uint_eq(hash_space_owner(&passed, (i + 0.9) / 4), row->owner[i]);
		ck_assert_uint_eq(hash_space_owner(&all, (i + 0.9) / 4), i);
	}
	hash_space_pass_over(&passed, &buckets, row->failed, &arena);
	ck_assert_double_eq(hash_space_moved(&passed, &buckets), 0);
}
END_TEST

/* ---- edges ---- */

START_TEST(no_route)
{
	const struct hash_space none = space_of(NEXT_HOPS_THRESHOLD, 1, 0, NULL);
	const bool failed[1] = { true };

	for (int hashing = 0; hashing < NEXT_HOP_HASHINGS; hashing++) {
		const struct hash_space one =
			space_of((enum next_hop_hashing)hashing, 1, MEMBERS_MAX, &none);
		struct hash_space empty, passed;

		hash_space_divide(&empty, (enum next_hop_hashing)hashing, NULL, 0, 0, &one,
				  &arena);
		hash_space_pass_over(&passed, &empty, failed, &arena);
		ck_assert_uint_eq(passed.parts.count, 0);
		ck_assert_double_eq(hash_space_lost(&empty, failed), 1);
		ck_assert_double_eq(hash_space_moved(&one, &empty), 0);
		ck_assert_double_eq(hash_space_moved(&empty, &one), 0);
		ck_assert_double_eq(hash_space_share(&one, 0), 1);
		ck_assert_double_eq(next_hops_moved((enum next_hop_hashing)hashing, 1, 0), 0);
		ck_assert_double_eq(next_hops_moved((enum next_hop_hashing)hashing, 0, 0), 0);
	}
}
END_TEST

/* Any sets one after the other, by weight: the space is covered, buckets of those that stay
 * move only when their member has too many, and asking by points gives the same shares. */
START_TEST(random_sets)
{
	struct random random = random_new(8);
	struct hash_space last[NEXT_HOP_HASHINGS] = { 0 };

	for (int round = 0; round < 300; round++) {
		struct next_hop hops[MEMBERS_MAX];
		uint32_t used = list_members(hops, MEMBERS_MAX, MEMBERS_MAX);
		uint32_t kept = 0;

		for (uint32_t i = 0; i < used; i++) {
			if (random_below(&random, 3) != 0)
				continue;
			hops[kept] = hops[i];
			hops[kept++].weight = (uint32_t)random_below(&random, 5);
		}
		for (int hashing = 0; hashing < NEXT_HOP_HASHINGS; hashing++) {
			struct hash_space space;
			double at = 0;

			hash_space_divide(&space, (enum next_hop_hashing)hashing, hops, kept, 0,
					  &last[hashing], &arena);
			ARRAY_FOREACH (const struct hash_part, part, &space.parts) {
				ck_assert_double_eq(part->from, at);
				ck_assert_double_gt(part->to, at);
				at = part->to;
			}
			ck_assert_double_eq(at, kept > 0);
			ck_assert_double_ge(hash_space_moved(&last[hashing], &space), 0);
			ck_assert_double_le(hash_space_moved(&last[hashing], &space), 1);
			last[hashing] = space;
		}
	}
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(next_hop_hashing_name(NEXT_HOPS_THRESHOLD), "threshold");
	ck_assert_str_eq(next_hop_hashing_name(NEXT_HOPS_RESILIENT), "resilient");
	ck_assert_str_eq(next_hop_hashing_name(NEXT_HOPS_MODULO), "modulo");
}
END_TEST

Suite *suite_next_hops(void)
{
	Suite *suite = suite_create("next_hops");
	TCase *sets = tcase_create("sets");

	tcase_add_checked_fixture(sets, start, stop);
	tcase_add_test(sets, order_of_addresses);
	tcase_add_loop_test(sets, threshold_moves, 0, (int)ARRAY_LEN(moved_rows));
	tcase_add_test(sets, formula_is_intervals);
	tcase_add_test(sets, resilient_moves);
	tcase_add_test(sets, resilient_return);
	tcase_add_test(sets, resilient_buckets);
	tcase_add_test(sets, modulo_moves);
	tcase_add_test(sets, modulo_halves);
	tcase_add_test(sets, weights);
	tcase_add_test(sets, dead_members);
	tcase_add_loop_test(sets, passed_over, 0, (int)ARRAY_LEN(passed_rows));
	tcase_add_test(sets, no_route);
	tcase_add_test(sets, random_sets);
	tcase_add_test(sets, names);
	suite_add_tcase(suite, sets);
	return suite;
}
