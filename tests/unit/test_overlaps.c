/* SPDX-License-Identifier: Apache-2.0 */
/* P3.4 and P3.5: overlaps between groups and inside one, also against plain re-tellings of the
 * rules over random ranges. */
#include "tests/unit/overlaps_world.h"
#include "tests/unit/suites.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "purelb/pools/overlap.h"
#include "purelb/pools/pools.h"
#include "tests/unit/expect.h"

/* ---- P3.4: single cases ---- */

struct pair_case {
	const char *groups[3];
	const char *rejected; /* name of the one that is; NULL: none */
	const char *expected; /* "loser range, keeper range, first shared, noticed?" */
};

/* All that was found, one after the other. */
static void describe(const struct setup *s, struct text *out)
{
	char buf[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct overlap, o, &s->pools.overlaps)
		text_printf(out, "%s%s %s, %s %s, %s, %s", out->len > 0 ? "; " : "",
			    o->loser->name, o->loser_range->path, o->keeper->name,
			    o->keeper_range->path, ip_format(o->first_shared, buf),
			    o->noticed ? "noticed" : "not noticed");
}

static void expect_pair(const struct pair_case *row)
{
	struct setup s;
	struct text found = { 0 };
	const char *rejected = NULL;

	setup_init(&s);
	for (size_t i = 0; i < 3 && row->groups[i] != NULL; i++)
		add_text(&s, row->groups[i]);
	resolve(&s);
	describe(&s, &found);
	ck_assert_str_eq(text_str(&found), row->expected);
	ARRAY_FOREACH (const struct pool, pool, &s.pools.list) {
		if (pool->reject == POOL_OVERLAPS)
			rejected = pool->name;
	}
	ck_assert_msg(str_equal(rejected, row->rejected), "%s: rejected %s", row->groups[0],
		      rejected != NULL ? rejected : "none");
	text_release(&found);
	setup_release(&s);
}

#define V4_0 " spec.local.v4pools[0]"
#define V4_1 " spec.local.v4pools[1]"
#define V6_0 " spec.local.v6pools[0]"

/* test: P3.4 */
START_TEST(noticed_or_not)
{
	static const struct pair_case rows[] = {
		{ { "a: 1-5", "b: 6-9" }, NULL, "" },
		/* An end of the old one lies inside the new one. */
		{ { "a: 1-5", "b: 5-9" }, "b", "b" V4_0 ", a" V4_0 ", 10.0.0.5, noticed" },
		{ { "a: 5-9", "b: 1-5" }, "b", "b" V4_0 ", a" V4_0 ", 10.0.0.5, noticed" },
		{ { "a: 4-6", "b: 1-9" }, "b", "b" V4_0 ", a" V4_0 ", 10.0.0.4, noticed" },
		{ { "a: 1-9", "b: 1-9" }, "b", "b" V4_0 ", a" V4_0 ", 10.0.0.1, noticed" },
		{ { "a: 1-9", "b: 1-5" }, "b", "b" V4_0 ", a" V4_0 ", 10.0.0.1, noticed" },
		{ { "a: 1-9", "b: 5-9" }, "b", "b" V4_0 ", a" V4_0 ", 10.0.0.5, noticed" },
		{ { "a: 1-9", "b: 1-1" }, "b", "b" V4_0 ", a" V4_0 ", 10.0.0.1, noticed" },
		/* The old one strictly contains the new one. */
		{ { "a: 1-9", "b: 2-8" }, NULL, "b" V4_0 ", a" V4_0 ", 10.0.0.2, not noticed" },
		{ { "a: 1-9", "b: 5-5" }, NULL, "b" V4_0 ", a" V4_0 ", 10.0.0.5, not noticed" },
		/* The order of names decides, not that of the input. */
		{ { "b: 2-8", "a: 1-9" }, NULL, "b" V4_0 ", a" V4_0 ", 10.0.0.2, not noticed" },
		{ { "b: 1-9", "a: 2-8" }, "b", "b" V4_0 ", a" V4_0 ", 10.0.0.2, noticed" },
		/* Lists of different families (P2.5). */
		{ { "a: 1-5", "b: / 3-9" },
		  NULL,
		  "b" V6_0 ", a" V4_0 ", 10.0.0.3, not noticed" },
		{ { "a: / 1-5", "b: / 3-9" }, "b", "b" V6_0 ", a" V6_0 ", 10.0.0.3, noticed" },
		{ { "a: / fd00::1-fd00::5", "b: / fd00::5-fd00::9" },
		  "b",
		  "b" V6_0 ", a" V6_0 ", fd00::5, noticed" },
		/* One entry for each kind: the lowest first shared address. */
		{ { "a: 1-2 5-6", "b: 1-9" }, "b", "b" V4_0 ", a" V4_0 ", 10.0.0.1, noticed" },
		{ { "a: 5-6 1-2", "b: 1-9" }, "b", "b" V4_0 ", a" V4_1 ", 10.0.0.1, noticed" },
		{ { "a: 1-9", "b: / 4-5", "c: 3-3 4-20" },
		  "c",
		  "b" V6_0 ", a" V4_0 ", 10.0.0.4, not noticed; "
		  "c" V4_0 ", a" V4_0 ", 10.0.0.3, not noticed; "
		  "c" V4_1 ", b" V6_0 ", 10.0.0.4, not noticed; "
		  "c" V4_1 ", a" V4_0 ", 10.0.0.4, noticed" },
		/* Nested ones: of those that share an address the earliest group. */
		{ { "a: 1-90", "b: 10-80", "c: 20-70" },
		  NULL,
		  "b" V4_0 ", a" V4_0 ", 10.0.0.10, not noticed; "
		  "c" V4_0 ", a" V4_0 ", 10.0.0.20, not noticed" },
		{ { "a: 1-90", "b: 10-80", "c: 20-85" },
		  "c",
		  "b" V4_0 ", a" V4_0 ", 10.0.0.10, not noticed; "
		  "c" V4_0 ", a" V4_0 ", 10.0.0.20, not noticed; "
		  "c" V4_0 ", b" V4_0 ", 10.0.0.20, noticed" },
		/* What is rejected is nobody's partner. */
		{ { "a: 1-5", "b: 5-9", "c: 6-9" },
		  "b",
		  "b" V4_0 ", a" V4_0 ", 10.0.0.5, noticed" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_pair(&rows[i]);
}
END_TEST

/* test: P3.4 */
START_TEST(says_who_is_in_the_way)
{
	struct setup s;

	setup_init(&s);
	add_text(&s, "a: 1-9");
	add_text(&s, "b: 20-29");
	add_text(&s, "c: 50-59 29-30 9-10");
	resolve(&s);

	const struct pool *c = &s.pools.list.items[2];

	ck_assert_int_eq(c->reject, POOL_OVERLAPS);
	ck_assert_ptr_eq(c->reject_by, &s.pools.list.items[1]);
	ck_assert_ptr_eq(c->reject_range, &c->v4.items[1]);
	ck_assert_uint_eq(s.pools.overlaps.count, 2);
	setup_release(&s);
}
END_TEST

/* test: P3.4: also of groups that are rejected for another reason, but never as the keeper */
START_TEST(groups_with_errors)
{
	struct setup s;

	setup_init(&s);
	add_text(&s, "a: 1-9");
	add_range(&s, add_text(&s, "b: 5-5 20-29"), IP_V4, "nonsense");
	add_text(&s, "c: 20-29");
	resolve(&s);
	ck_assert_int_eq(s.pools.list.items[1].reject, POOL_BAD_RANGE);
	ck_assert_int_eq(s.pools.list.items[2].reject, POOL_ACCEPTED);
	ck_assert_uint_eq(s.pools.overlaps.count, 1);
	ck_assert_ptr_eq(s.pools.overlaps.items[0].loser, &s.pools.list.items[1]);
	setup_release(&s);
}
END_TEST

/* test: P3.4: reversed ranges make no finding, but PureLB compares their ends all the same */
START_TEST(reversed_ranges)
{
	struct setup s;

	setup_init(&s);
	add_text(&s, "a: 9-3");
	add_text(&s, "b: 8-10");
	add_text(&s, "c: 4-8");
	add_text(&s, "d: 3-3 20-11");
	resolve(&s);
	ck_assert_uint_eq(s.pools.overlaps.count, 0);
	ck_assert_int_eq(s.pools.list.items[0].reject, POOL_ACCEPTED);
	ck_assert_int_eq(s.pools.list.items[1].reject, POOL_OVERLAPS);
	ck_assert_ptr_eq(s.pools.list.items[1].reject_by, &s.pools.list.items[0]);
	ck_assert_int_eq(s.pools.list.items[2].reject, POOL_ACCEPTED);
	ck_assert_int_eq(s.pools.list.items[3].reject, POOL_OVERLAPS);
	setup_release(&s);
}
END_TEST

/* ---- P3.4: against the rule as it is written ---- */

/* What PureLB asks of a new range and an old one. */
static bool purelb_overlaps(struct ip_range new, struct ip_range old)
{
	return ip_range_contains(new, old.from) || ip_range_contains(new, old.to);
}

/* Is the old range a partner of this kind, and where do they meet first? */
static bool is_partner(const struct pool_range *new, const struct pool_range *old, bool noticed,
		       struct ip *first)
{
	bool same_list = new->list_family == old->list_family;

	if (!ip_range_overlaps(new->range, old->range))
		return false;
	EXPECT(overlap_is_noticed(new, old) ==
		       (same_list && purelb_overlaps(new->range, old->range)),
	       "the rule of overlap.c differs for %s", new->path);
	if (overlap_is_noticed(new, old) != noticed)
		return false;
	*first = ip_range_first_shared(new->range, old->range);
	return true;
}

struct partner {
	const struct pool *pool; /* NULL: none */
	struct ip first;
};

/* The lowest first shared address; of several groups there the earliest. */
static struct partner find_partner(const struct setup *s, const bool *accepted, uint32_t before,
				   const struct pool_range *new, bool noticed)
{
	struct partner best = { 0 };

	for (uint32_t i = 0; i < before; i++) {
		const struct pool *pool = &s->pools.list.items[i];
		const struct pool_range *old;
		struct ip first;

		for (uint32_t n = 0; accepted[i] && (old = range_of(pool, n)) != NULL; n++) {
			if (is_partner(new, old, noticed, &first) &&
			    (best.pool == NULL || ip_compare(first, best.first) < 0))
				best = (struct partner){ pool, first };
		}
	}
	return best;
}

/* Does PureLB reject the group? */
static bool rejects(const struct setup *s, const bool *accepted, uint32_t index)
{
	const struct pool *pool = &s->pools.list.items[index];
	const struct pool_range *new;
	const struct pool_range *old;

	for (uint32_t i = 0; i < index; i++) {
		if (!accepted[i])
			continue;
		for (uint32_t n = 0; (new = range_of(pool, n)) != NULL; n++) {
			for (uint32_t o = 0;
			     (old = range_of(&s->pools.list.items[i], o)) != NULL; o++) {
				if (new->list_family == old->list_family &&
				    purelb_overlaps(new->range, old->range))
					return true;
			}
		}
	}
	return false;
}

/* The entries found for a range: at most one of each kind. */
static const struct overlap *find_entry(const struct setup *s, const struct pool_range *new,
					bool noticed, uint32_t *used)
{
	const struct overlap *found = NULL;

	ARRAY_FOREACH (const struct overlap, o, &s->pools.overlaps) {
		if (o->loser_range != new || o->noticed != noticed)
			continue;
		EXPECT(found == NULL, "two entries for one range");
		found = o;
		++*used;
	}
	return found;
}

static void compare_entry(const struct setup *s, const struct overlap *o,
			  struct partner expected, const struct pool_range *new)
{
	struct ip first;

	EXPECT((o != NULL) == (expected.pool != NULL), "entry for %s of group %s expected: %d",
	       new->path, s->pools.list.items[0].name, expected.pool != NULL);
	if (o == NULL)
		return;
	EXPECT(o->keeper == expected.pool, "keeper %s, expected %s", o->keeper->name,
	       expected.pool->name);
	EXPECT(ip_compare(o->first_shared, expected.first) == 0, "another first address");
	EXPECT(is_partner(new, o->keeper_range, o->noticed, &first) &&
		       ip_compare(first, o->first_shared) == 0,
	       "the keeper's range does not meet it there");
}

static void compare_groups(const struct setup *s)
{
	bool accepted[GROUPS_MAX] = { false };
	uint32_t used = 0;

	for (uint32_t i = 0; i < s->pools.list.count; i++) {
		const struct pool *pool = &s->pools.list.items[i];
		const struct pool_range *new;

		for (uint32_t n = 0; (new = range_of(pool, n)) != NULL; n++) {
			if (new->reversed)
				continue;
			for (int noticed = 0; noticed < 2; noticed++)
				compare_entry(s, find_entry(s, new, noticed != 0, &used),
					      find_partner(s, accepted, i, new, noticed != 0),
					      new);
		}
		accepted[i] = !rejects(s, accepted, i);
		EXPECT((pool->reject == POOL_ACCEPTED) == accepted[i], "group %s accepted: %d",
		       pool->name, accepted[i]);
	}
	EXPECT(used == s->pools.overlaps.count, "entries that nobody expected");
}

/* test: P3.4 */
START_TEST(random_groups)
{
	struct random r = random_new(304);

	for (int round = 0; round < ROUNDS; round++) {
		struct setup s;
		uint64_t groups = 2 + random_below(&r, GROUPS_MAX - 1);
		unsigned reversed = random_below(&r, 4) == 0 ? 20 : 0;

		setup_init(&s);
		for (uint64_t i = 0; i < groups; i++) {
			char name[] = { (char)('a' + i), '\0' };

			add_random_ranges(&s, &r, add_group(&s, name), reversed);
		}
		resolve(&s);
		compare_groups(&s);
		setup_release(&s);
	}
}
END_TEST

/* ---- size ---- */

/* Groups of which all ranges overlap, in the ways that could make this slow. */
START_TEST(everything_overlaps)
{
	enum { GROUPS = 100, RANGES = 200 };
	static const char *const shapes[] = { "nested", "same", "stairs" };

	for (int shape = 0; shape < 3; shape++) {
		struct setup s;

		setup_init(&s);
		for (unsigned i = 0; i < GROUPS * RANGES; i++) {
			unsigned from = shape == 1 ? 0 : i;
			unsigned to = shape == 0 ? 100000 - i : shape == 1 ? 100000 : i + 5000;
			char name[16];
			char text[64];

			snprintf(name, sizeof(name), "g%05u", i / RANGES);
			if (i % RANGES == 0)
				add_group(&s, name);
			snprintf(text, sizeof(text), "fd00::%x:%x-fd00::%x:%x", from >> 16,
				 from & 0xFFFF, to >> 16, to & 0xFFFF);
			add_range(&s, s.snapshot.groups.items[i / RANGES], IP_V6, text);
		}
		resolve(&s);
		/* On the stairs a few groups are out of reach of all accepted before them. */
		ck_assert_msg(s.pools.overlaps.count >= GROUPS * RANGES * 9 / 10, "%s: %u",
			      shapes[shape], s.pools.overlaps.count);
		ck_assert_msg(s.pools.self_overlaps.count == GROUPS * (RANGES - 1), "%s: %u",
			      shapes[shape], s.pools.self_overlaps.count);
		setup_release(&s);
	}
}
END_TEST

/* The tree that all of this rests on. */
START_TEST(max_tree)
{
	enum { COUNT = 37 };
	struct random r = random_new(1);
	uint32_t values[COUNT] = { 0 };
	struct max_tree tree;
	struct arena arena;

	arena_init(&arena);
	max_tree_init(&tree, &arena, COUNT);
	for (int round = 0; round < 20000; round++) {
		uint32_t place = (uint32_t)random_below(&r, COUNT);
		uint32_t begin = (uint32_t)random_below(&r, COUNT + 1);
		uint32_t end = (uint32_t)random_below(&r, COUNT + 1);
		uint32_t least = 1 + (uint32_t)random_below(&r, 9);
		uint32_t first = MAX_TREE_NONE;
		uint32_t max = 0;

		values[place] = (uint32_t)random_below(&r, random_below(&r, 10));
		max_tree_set(&tree, place, values[place]);
		for (uint32_t i = end; i > begin; i--) {
			first = values[i - 1] >= least ? i - 1 : first;
			max = values[i - 1] > max ? values[i - 1] : max;
		}
		EXPECT(max_tree_first(&tree, begin, end, least) == first, "first of [%u, %u)",
		       begin, end);
		EXPECT(max_tree_max(&tree, begin, end) == max, "max of [%u, %u)", begin, end);
	}
	arena_release(&arena);
}
END_TEST

Suite *suite_overlaps(void)
{
	Suite *suite = suite_create("overlaps");
	TCase *tc = tcase_create("overlaps");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, noticed_or_not);
	tcase_add_test(tc, says_who_is_in_the_way);
	tcase_add_test(tc, groups_with_errors);
	tcase_add_test(tc, reversed_ranges);
	tcase_add_test(tc, random_groups);
	tcase_add_test(tc, everything_overlaps);
	tcase_add_test(tc, max_tree);
	suite_add_tcase(suite, tc);
	return suite;
}
