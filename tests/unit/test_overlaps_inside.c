/* SPDX-License-Identifier: Apache-2.0 */
/* P3.5: ranges of one group that share addresses, and walks that never end. */
#include "tests/unit/overlaps_world.h"
#include "tests/unit/suites.h"

/* ---- P3.5 ---- */

/* Where a plain walk goes from an address; false: nowhere. As PureLB looks it up. */
static bool walk_next(const struct pool *pool, struct ip *at)
{
	const struct pool_range *list =
		ip_family(*at) == IP_V4 ? pool->v4.items : pool->v6.items;
	uint32_t count = ip_family(*at) == IP_V4 ? pool->v4.count : pool->v6.count;

	for (uint32_t i = 0; list != NULL && i < count; i++) {
		if (!ip_range_contains(list[i].range, *at))
			continue;
		if (ip_compare(*at, list[i].range.to) < 0) {
			at->v++;
			return true;
		}
		if (i + 1 == count)
			return false;
		*at = list[i + 1].range.from;
		return true;
	}
	return false;
}

/* A walk that takes more steps than there are addresses never ends. */
static bool walk_loops(const struct pool *pool, const struct pool_range *list, uint32_t count)
{
	struct ip at;
	u128 steps = 1;
	const struct pool_range *range;

	if (list == NULL || count == 0)
		return false;
	for (uint32_t n = 0; (range = range_of(pool, n)) != NULL; n++)
		steps += ip_range_size(range->range);
	at = list[0].range.from;
	for (; steps > 0; steps--) {
		if (!walk_next(pool, &at))
			return false;
	}
	return true;
}

static bool any_hang(const struct setup *s)
{
	ARRAY_FOREACH (const struct self_overlap, o, &s->pools.self_overlaps) {
		if (o->can_hang)
			return true;
	}
	return false;
}

struct self_case {
	const char *group;
	const char *expected; /* "later < earlier at first shared [hangs]" */
};

static void expect_self(const struct self_case *row)
{
	struct setup s;
	struct text found = { 0 };
	char buf[IP_TEXT_MAX];
	const struct pool *pool;

	setup_init(&s);
	add_text(&s, row->group);
	resolve(&s);
	pool = &s.pools.list.items[0];
	ARRAY_FOREACH (const struct self_overlap, o, &s.pools.self_overlaps)
		text_printf(&found, "%s%s < %s at %s%s", found.len > 0 ? "; " : "",
			    o->second->path + strlen("spec.local."),
			    o->first->path + strlen("spec.local."),
			    ip_format(o->first_shared, buf), o->can_hang ? " hangs" : "");
	ck_assert_str_eq(text_str(&found), row->expected);
	ck_assert_int_eq(any_hang(&s),
			 walk_loops(pool, pool->v4.items, pool->v4.count) ||
				 walk_loops(pool, pool->v6.items, pool->v6.count));
	/* P3.5: it is never checked, so it rejects nothing. */
	ck_assert_int_eq(pool->reject, POOL_ACCEPTED);
	ck_assert_uint_eq(s.pools.overlaps.count, 0);
	text_release(&found);
	setup_release(&s);
}

/* test: P3.5 */
START_TEST(inside_one_group)
{
	static const struct self_case rows[] = {
		{ "g: 1-5 6-9", "" },
		{ "g: 12-13 10-20", "v4pools[1] < v4pools[0] at 10.0.0.12 hangs" },
		{ "g: 10-20 12-13", "v4pools[1] < v4pools[0] at 10.0.0.12 hangs" },
		{ "g: 10-20 10-20", "v4pools[1] < v4pools[0] at 10.0.0.10 hangs" },
		{ "g: 10-20 20-30", "v4pools[1] < v4pools[0] at 10.0.0.20 hangs" },
		{ "g: 20-30 10-20", "v4pools[1] < v4pools[0] at 10.0.0.20 hangs" },
		/* The earliest partner, and each later range once. */
		{ "g: 1-2 5-6 1-9", "v4pools[2] < v4pools[0] at 10.0.0.1 hangs" },
		{ "g: 5-6 1-2 1-9", "v4pools[2] < v4pools[0] at 10.0.0.5 hangs" },
		/* The walk goes round before it gets to the third. */
		{ "g: 10-20 20-30 30-40", "v4pools[1] < v4pools[0] at 10.0.0.20 hangs; "
					  "v4pools[2] < v4pools[1] at 10.0.0.30" },
		/* P3.11.3: a reversed range ends the walk before it gets there. */
		{ "g: 1-5 99-98 1-5", "v4pools[2] < v4pools[0] at 10.0.0.1" },
		{ "g: 1-5 fd00::1-fd00::2 1-5", "v4pools[2] < v4pools[0] at 10.0.0.1" },
		/* Lists of two families: each has a walk of its own (P2.5). */
		{ "g: 1-5 / 5-9", "v6pools[0] < v4pools[0] at 10.0.0.5" },
		{ "g: / fd00::1-fd00::5 fd00::5-fd00::9",
		  "v6pools[1] < v6pools[0] at fd00::5 hangs" },
		/* The walk of the v6 list joins one that goes round, but is not why. */
		{ "g: 1-5 5-9 / 3-3", "v4pools[1] < v4pools[0] at 10.0.0.5 hangs; "
				      "v6pools[0] < v4pools[0] at 10.0.0.3" },
		/* From one list to the other and back again. */
		{ "g: 1-5 fd00::1-fd00::1 / fd00::1-fd00::2 3-3",
		  "v6pools[0] < v4pools[1] at fd00::1 hangs; "
		  "v6pools[1] < v4pools[0] at 10.0.0.3 hangs" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_self(&rows[i]);
}
END_TEST

/* test: P3.5: only a plain walk hangs, and only of a group that PureLB reads */
START_TEST(other_walks_do_not_hang)
{
	for (int i = 0; i < 4; i++) {
		struct setup s;
		struct service_group *group;

		setup_init(&s);
		add_text(&s, "a: 1-2");
		group = add_text(&s, "g: 12-13 10-20");
		group->local.multi_pool = (struct bool_value){ .v = i == 1, .set = true };
		group->local.balance_pools = (struct bool_value){ .v = i == 2, .set = true };
		if (i == 3)
			group->object.namespace = "default";
		resolve(&s);
		ck_assert_uint_eq(s.pools.self_overlaps.count, 1);
		ck_assert_int_eq(s.pools.self_overlaps.items[0].can_hang, i == 0);
		setup_release(&s);
	}
}
END_TEST

/* test: P3.5: ends of the address space and of the v4 addresses in it */
START_TEST(edges_of_the_address_space)
{
	static const struct self_case rows[] = {
		{ "g: / ffff::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "" },
		{ "g: / ::fffe:ffff:fffe-::fffe:ffff:ffff ::fffe:ffff:ffff-::fffe:ffff:ffff",
		  "v6pools[1] < v6pools[0] at ::fffe:ffff:ffff hangs" },
		{ "g: / ::-::1 ::-::", "v6pools[1] < v6pools[0] at :: hangs" },
		/* Across the v4 addresses, which the walk looks up in the v4 lists. */
		{ "g: / ::fffe:ffff:ffff-::1:0:0:1 ::1:0:0:1-::1:0:0:9",
		  "v6pools[1] < v6pools[0] at ::1:0:0:1" },
		{ "g: / ::fffe:ffff:ffff-::1:0:0:1 fd00::1-fd00::2 fd00::1-fd00::2",
		  "v6pools[2] < v6pools[1] at fd00::1" },
	};
	struct setup s;

	for (size_t i = 1; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_self(&rows[i]);
	/* The first one is too long to walk for the plain re-telling. */
	setup_init(&s);
	add_text(&s, rows[0].group);
	resolve(&s);
	ck_assert_uint_eq(s.pools.self_overlaps.count, 1);
	ck_assert(s.pools.self_overlaps.items[0].can_hang);
	setup_release(&s);
}
END_TEST

/* The earliest range that shares an address with this one, or NULL. */
static const struct pool_range *earliest_partner(const struct pool *pool, uint32_t number)
{
	for (uint32_t n = 0; n < number; n++) {
		if (ip_range_overlaps(range_of(pool, n)->range, range_of(pool, number)->range))
			return range_of(pool, n);
	}
	return NULL;
}

static void compare_inside(const struct setup *s)
{
	const struct pool *pool = &s->pools.list.items[0];
	const struct self_overlap *entry = s->pools.self_overlaps.items;
	const struct self_overlap *end = entry + s->pools.self_overlaps.count;
	const struct pool_range *range;

	for (uint32_t n = 0; (range = range_of(pool, n)) != NULL; n++) {
		const struct pool_range *partner = earliest_partner(pool, n);

		if (partner == NULL)
			continue;
		EXPECT(entry < end && entry->second == range && entry->first == partner,
		       "no entry for %s", range->path);
		EXPECT(ip_compare(entry->first_shared,
				  ip_range_first_shared(partner->range, range->range)) == 0,
		       "another first address");
		entry++;
	}
	EXPECT(entry == end, "entries that nobody expected");
}

static void random_inside(struct random *r, unsigned reversed_percent)
{
	struct setup s;
	struct text texts = { 0 };
	const struct pool *pool;
	bool loops;

	setup_init(&s);
	add_random_ranges(&s, r, add_group(&s, "g"), reversed_percent);
	add_random_ranges(&s, r, s.snapshot.groups.items[0], reversed_percent);
	resolve(&s);
	pool = &s.pools.list.items[0];
	for (uint32_t n = 0; range_of(pool, n) != NULL; n++)
		text_printf(&texts, "%s %s; ", range_of(pool, n)->path,
			    range_of(pool, n)->entry->pool.s);
	compare_inside(&s);
	loops = walk_loops(pool, pool->v4.items, pool->v4.count) ||
		walk_loops(pool, pool->v6.items, pool->v6.count);
	/* A loop that a reversed range makes has no entry to be told in. */
	if (reversed_percent == 0 || !loops)
		EXPECT(any_hang(&s) == loops, "loops: %d: %s", loops, text_str(&texts));
	text_release(&texts);
	setup_release(&s);
}

/* test: P3.5 */
START_TEST(random_walks)
{
	struct random r = random_new(305);

	for (int round = 0; round < ROUNDS; round++) {
		random_inside(&r, 0);
		random_inside(&r, 20);
	}
}
END_TEST

Suite *suite_overlaps_inside(void)
{
	Suite *suite = suite_create("overlaps_inside");
	TCase *tcase = tcase_create("overlaps_inside");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, inside_one_group);
	tcase_add_test(tcase, other_walks_do_not_hang);
	tcase_add_test(tcase, edges_of_the_address_space);
	tcase_add_test(tcase, random_walks);
	suite_add_tcase(suite, tcase);
	return suite;
}
