/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of validator/groups/groups_nets.h. */
#include <string.h>

#include "base/random.h"
#include "tests/unit/suites.h"
#include "validator/groups/groups_nets.h"

enum { FOUND_MAX = 8 };

static void add_text(struct net_index *index, struct arena *arena, const char *text)
{
	struct ip_net net;

	ck_assert_msg(ip_net_parse(text, &net), "%s", text);
	net_index_add(index, arena, net)->what = text;
}

/* The texts of what is found, joined by spaces. */
static const char *find_texts(const struct net_index *index, struct arena *arena,
			      const char *from, const char *to, uint32_t max)
{
	const struct net_entry *found[FOUND_MAX];
	struct ip_range range;
	const char *texts = "";

	ck_assert(ip_parse(from, &range.from) && ip_parse(to, &range.to));

	uint32_t count = net_index_find(index, range, found, max);

	for (uint32_t i = 0; i < count && i < max; i++)
		texts = arena_printf(arena, "%s%s%s", texts, i > 0 ? " " : "", found[i]->what);
	return arena_printf(arena, "%u: %s", count, texts);
}

START_TEST(networks_that_meet_a_range_are_found)
{
	static const char *const nets[] = {
		"10.0.0.0/8",    "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32",
		"10.1.2.200/32", "10.2.0.0/16", "fd00::/64",   "10.1.0.0/24",
	};
	static const struct {
		const char *from, *to;
		uint32_t max;
		const char *found;
	} rows[] = {
		{ "9.0.0.0", "9.255.255.255", 8, "0: " },
		{ "9.0.0.0", "10.0.0.0", 8, "1: 10.0.0.0/8" },
		{ "10.0.5.0", "10.0.5.9", 8, "1: 10.0.0.0/8" },
		{ "10.1.2.4", "10.1.2.9", 8, "3: 10.1.2.0/24 10.1.0.0/16 10.0.0.0/8" },
		{ "10.1.2.3", "10.1.2.3", 8,
		  "4: 10.1.2.0/24 10.1.0.0/16 10.0.0.0/8 "
		  "10.1.2.3/32" },
		{ "10.1.2.4", "10.2.0.0", 8,
		  "5: 10.1.2.0/24 10.1.0.0/16 10.0.0.0/8 "
		  "10.1.2.200/32 10.2.0.0/16" },
		{ "10.1.2.4", "10.2.0.0", 2, "5: 10.1.2.0/24 10.1.0.0/16" },
		{ "9.0.0.0", "11.0.0.0", 0, "7: " },
		{ "11.0.0.0", "fd00::", 8, "1: fd00::/64" },
		{ "fd00::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 8, "1: fd00::/64" },
		{ "fd00:0:0:1::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 8, "0: " },
		{ "10.1.2.9", "10.1.2.4", 8, "0: " },
	};
	struct net_index index = { 0 };
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		add_text(&index, &arena, nets[i]);
	net_index_build(&index);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(
			find_texts(&index, &arena, rows[i].from, rows[i].to, rows[i].max),
			rows[i].found);
	arena_release(&arena);
}
END_TEST

START_TEST(an_empty_index_finds_nothing)
{
	const struct ip_range all = { { 0 }, { ~(u128)0 } };
	const struct ip_net net = { { 0 }, 0, IP_V6 };
	struct net_index index = { 0 };

	net_index_build(&index);
	ck_assert_uint_eq(net_index_find(&index, all, NULL, 0), 0);
	ck_assert_ptr_null(net_index_equal(&index, net));
}
END_TEST

START_TEST(of_equal_networks_the_first_added_is_kept)
{
	static const char *const nets[] = { "10.1.0.0/16", "10.0.0.0/24", "10.0.0.7/24",
					    "10.0.0.0/25" };
	struct net_index index = { 0 };
	struct arena arena;
	struct ip_net net;

	arena_init(&arena);
	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		add_text(&index, &arena, nets[i]);
	net_index_build(&index);
	ck_assert_uint_eq(index.list.count, 3);
	ck_assert(ip_net_parse("10.0.0.99/24", &net));
	ck_assert_str_eq(net_index_equal(&index, net)->what, "10.0.0.0/24");
	ck_assert(ip_net_parse("10.0.0.128/25", &net));
	ck_assert_ptr_null(net_index_equal(&index, net));
	arena_release(&arena);
}
END_TEST

/* A network among few addresses, so that many contain one another. */
static struct ip_net random_net(struct random *r)
{
	const unsigned bits = 120 + (unsigned)random_below(r, 9);
	const struct ip address = { (u128)0xFFFF << 32 | random_below(r, 256) };

	return (struct ip_net){ address, (uint8_t)bits, IP_V4 };
}

static uint32_t count_by_hand(const struct net_index *index, struct ip_range range)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < index->list.count; i++) {
		const struct ip_range net = { index->list.items[i].from,
					      index->list.items[i].to };

		count += ip_range_overlaps(net, range);
	}
	return count;
}

static void compare_with_hand(struct random *r, const struct net_index *index)
{
	const struct net_entry *found[FOUND_MAX];
	const u128 v4 = (u128)0xFFFF << 32;
	const struct ip_range range = { { v4 | random_below(r, 256) },
					{ v4 | random_below(r, 256) } };
	const uint32_t max = (uint32_t)random_below(r, FOUND_MAX + 1);
	const uint32_t count = net_index_find(index, range, found, max);

	ck_assert_uint_eq(count, count_by_hand(index, range));
	for (uint32_t i = 0; i < count && i < max; i++) {
		const struct ip_range net = { found[i]->from, found[i]->to };

		ck_assert(ip_range_overlaps(net, range));
		for (uint32_t j = 0; j < i; j++)
			ck_assert_ptr_ne(found[i], found[j]);
	}
}

START_TEST(it_finds_what_a_walk_over_all_finds)
{
	struct random r = random_new(7);

	for (int round = 0; round < 300; round++) {
		const uint32_t nets = (uint32_t)random_below(&r, 40);
		struct net_index index = { 0 };
		struct arena arena;

		arena_init(&arena);
		for (uint32_t i = 0; i < nets; i++)
			(void)net_index_add(&index, &arena, random_net(&r));
		net_index_build(&index);
		for (int i = 0; i < 100; i++)
			compare_with_hand(&r, &index);
		arena_release(&arena);
	}
}
END_TEST

Suite *suite_groups_nets(void)
{
	Suite *suite = suite_create("groups_nets");
	TCase *tcase = tcase_create("groups_nets");

	tcase_add_test(tcase, networks_that_meet_a_range_are_found);
	tcase_add_test(tcase, an_empty_index_finds_nothing);
	tcase_add_test(tcase, of_equal_networks_the_first_added_is_kept);
	tcase_add_test(tcase, it_finds_what_a_walk_over_all_finds);
	suite_add_tcase(suite, tcase);
	return suite;
}
