/* SPDX-License-Identifier: Apache-2.0 */
/* P6.7: the groups as agents read them, and prefix lengths. */
#include "tests/unit/announcing_world.h"
#include "tests/unit/suites.h"

/* ---- P6.7: the groups as agents read them ---- */

#define RANGE(pool, subnet) "{pool: '" pool "', subnet: '" subnet "'}"
#define IN_NS(ns, name, spec)                                                                  \
	"---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n"                                  \
	"metadata: {name: " name ", namespace: " ns "}\nspec: {" spec "}\n"
#define V4(type, pool) type ": {v4pool: {pool: " pool ", subnet: 10.0.0.0/8}}"

static const struct lookup {
	const char *groups;
	const char *vip;
	const char *found; /* "group path", or "none" */
	bool remote;
} lookups[] = {
	{ GROUP("a", V4("local", "10.0.0.0/24")), "10.0.0.5", "a spec.local.v4pool", false },
	{ GROUP("a", V4("local", "10.0.0.0/24")), "10.0.1.0", "none", false },
	{ GROUP("a", V4("local", "10.0.0.0/24")), "9.255.255.255", "none", false },
	{ GROUP("a", V4("remote", "10.0.0.7-10.0.0.9")), "10.0.0.9", "a spec.remote.v4pool",
	  true },
	/* By name, local groups before remote ones. */
	{ GROUP("b", V4("local", "10.0.0.0/24")) GROUP("a", V4("local", "10.0.0.0/25")),
	  "10.0.0.5", "a spec.local.v4pool", false },
	{ GROUP("b", V4("local", "10.0.0.0/24")) GROUP("a", V4("remote", "10.0.0.0/25")),
	  "10.0.0.5", "b spec.local.v4pool", true },
	{ GROUP("b", V4("local", "10.0.0.0/25")) GROUP("a", V4("remote", "10.0.0.0/24")),
	  "10.0.0.200", "a spec.remote.v4pool", true },
	/* Inside a group: v6pools, v4pools, v6pool, v4pool, whatever the family. */
	{ GROUP("a",
		"local: {v4pool: " RANGE("10.0.0.0/24", "10.0.0.0/24") ", v6pool: " RANGE(
			"10.0.0.0/24", "10.0.0.0/24") ", v4pools: [" RANGE("10.0.1.0/24",
									   "10.0.0.0/16") "]}"),
	  "10.0.0.5", "a spec.local.v6pool", false },
	{ GROUP("a",
		"local: {v4pool: " RANGE("10.0.0.0/24", "10.0.0.0/24") ", v4pools: [" RANGE(
			"10.0.0.0/24", "10.0.0.0/24") "]}"),
	  "10.0.0.5", "a spec.local.v4pools[0]", false },
	{ GROUP("a",
		"local: {v4pools: [" RANGE("10.0.0.0/24", "10.0.0.0/24") ", " RANGE(
			"10.0.0.0/24",
			"10.0.0.0/24") "], v6pools: [" RANGE("fd00::/64",
							     "fd00::/64") ", " RANGE("10.0.0.0/24",
										     "10.0.0.0/24") "]}"),
	  "10.0.0.5", "a spec.local.v6pools[1]", false },
	/* Malformed and reversed ranges are passed over, one by one; subnets do not matter. */
	{ GROUP("a", "local: {v4pools: [" RANGE("nonsense", "10.0.0.0/24") ", " RANGE(
			     "10.0.0.9-10.0.0.1", "10.0.0.0/24") ", " RANGE("10.0.0.0/24",
									    "nonsense") "]}"),
	  "10.0.0.5", "a spec.local.v4pools[2]", false },
	/* Groups that the allocator rejects count; those out of scope and external ones do not.
	 */
	{ GROUP("a", V4("local", "10.0.0.0/24")) GROUP("b", V4("remote", "10.0.0.0/24")),
	  "10.0.0.5", "a spec.local.v4pool", true },
	{ GROUP("b", V4("local", "10.0.1.0/24"))
		  IN_NS("default", "a", V4("remote", "10.0.0.0/24")),
	  "10.0.0.5", "none", false },
	{ GROUP("a", "external: {provider: x, announce: remote}"), "10.0.0.5", "none", false },
	/* 1.3.1: all groups elsewhere, so all are read; the later one of a name replaces. */
	{ IN_NS("one", "a", V4("local", "10.0.0.0/24"))
		  IN_NS("two", "a", V4("local", "10.0.1.0/24")),
	  "10.0.0.5", "none", false },
	{ IN_NS("one", "a", V4("local", "10.0.0.0/24"))
		  IN_NS("two", "a", V4("local", "10.0.1.0/24")),
	  "10.0.1.5", "a spec.local.v4pool", false },
	{ IN_NS("one", "a", V4("local", "10.0.0.0/24"))
		  IN_NS("two", "a", V4("remote", "10.0.0.0/24")),
	  "10.0.0.5", "a spec.local.v4pool", true },
	/* To the very ends of all addresses. */
	{ GROUP("a", "local: {v6pool: " RANGE("::/0", "::/0") "}"),
	  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a spec.local.v6pool", false },
	{ GROUP("a", "local: {v6pool: " RANGE("::/0", "::/0") "}"), "::", "a spec.local.v6pool",
	  false },
	{ "", "10.0.0.5", "none", false },
};

/* test: P6.4, P6.7 */
START_TEST(groups_as_agents_read_them)
{
	const struct lookup *row = &lookups[_i];
	const struct agent_range *found;
	struct stage stage;

	open_stage(&stage, DEFAULT, row->groups);
	found = agent_pools_find(&stage.pools, ip_of(row->vip));
	ck_assert_str_eq(found == NULL ? "none"
				       : arena_printf(&stage.arena, "%s %s", found->pool->name,
						      found->range->path),
			 row->found);
	ck_assert(agent_pools_is_remote(&stage.pools, ip_of(row->vip)) == row->remote);
	close_stage(&stage);
}
END_TEST

/* The walk that PureLB makes, range by range. */
static const struct pool_range *walk_list(const struct pool *pool, enum pool_list list,
					  struct ip ip)
{
	const bool v6 = list == POOL_V6POOLS || list == POOL_V6POOL;
	const uint32_t count = v6 ? pool->v6.count : pool->v4.count;

	for (uint32_t i = 0; i < count; i++) {
		const struct pool_range *range = v6 ? &pool->v6.items[i] : &pool->v4.items[i];

		if (range->list == list && range->range_error == RANGE_OK &&
		    ip_range_contains(range->range, ip))
			return range;
	}
	return NULL;
}

static const struct pool_range *walk_groups(const struct pools *pools, enum pool_type type,
					    struct ip ip)
{
	static const enum pool_list lists[] = { POOL_V6POOLS, POOL_V4POOLS, POOL_V6POOL,
						POOL_V4POOL };

	/* All of them are in one namespace, so they are sorted by name. */
	for (uint32_t i = 0; i < pools->list.count; i++) {
		for (size_t j = 0; j < 4 && pools->list.items[i].type == type; j++) {
			const struct pool_range *range =
				walk_list(&pools->list.items[i], lists[j], ip);

			if (range != NULL)
				return range;
		}
	}
	return NULL;
}

static void add_random_range(struct random *r, struct text *out)
{
	const unsigned from = (unsigned)random_below(r, 64);
	const unsigned to = (unsigned)random_below(r, 64);

	if (random_below(r, 8) == 0)
		text_add(out, "{pool: bad, subnet: 10.0.0.0/24}");
	else
		text_printf(out, "{pool: 10.0.0.%u-10.0.0.%u, subnet: 10.0.0.0/24}", from, to);
}

static void add_random_group(struct random *r, struct text *out, unsigned number)
{
	static const char *const lists[] = { "v4pools", "v6pools", "v4pool", "v6pool" };

	text_printf(out,
		    "---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n"
		    "metadata: {name: g%u, namespace: purelb-system}\nspec:\n  %s:\n",
		    number, random_below(r, 2) == 0 ? "local" : "remote");
	for (size_t i = 0; i < 4; i++) {
		if (random_below(r, 2) == 0)
			continue;
		text_printf(out, "    %s: %s", lists[i], i < 2 ? "[" : "");
		add_random_range(r, out);
		if (i < 2) {
			text_add(out, ", ");
			add_random_range(r, out);
		}
		text_add(out, i < 2 ? "]\n" : "\n");
	}
	text_add(out, "    multiPool: false\n");
}

/* test: P6.4, P6.7 */
START_TEST(agrees_with_a_walk_over_all_groups)
{
	struct random r = random_new(11);

	for (int round = 0; round < 200; round++) {
		const unsigned groups = (unsigned)random_below(&r, 9);
		struct text yaml = { 0 };
		struct stage stage;

		for (unsigned i = 0; i < groups; i++)
			add_random_group(&r, &yaml, i);
		open_stage(&stage, DEFAULT, text_str(&yaml));
		for (unsigned host = 0; host <= 64; host++) {
			const struct ip ip = { (u128)0xFFFF0A000000 | host };
			const struct pools *pools = &stage.cluster.pools;
			const struct agent_range *found = agent_pools_find(&stage.pools, ip);
			const struct pool_range *remote =
				walk_groups(pools, POOL_TYPE_REMOTE, ip);
			const struct pool_range *expected =
				walk_groups(pools, POOL_TYPE_LOCAL, ip);

			if (expected == NULL)
				expected = remote;
			EXPECT((found == NULL ? NULL : found->range) == expected,
			       "round %d, .%u", round, host);
			EXPECT(agent_pools_is_remote(&stage.pools, ip) == (remote != NULL),
			       "round %d, .%u", round, host);
		}
		close_stage(&stage);
		text_release(&yaml);
	}
}
END_TEST

/* test: P6.7 */
START_TEST(prefix_lengths)
{
	static const struct {
		const char *aggregation; /* NULL: absent */
		const char *subnet;
		const char *vip;
		int prefix; /* -1: none */
	} rows[] = {
		{ NULL, "10.0.0.0/24", "10.0.0.1", 24 },
		{ "", "10.0.0.0/24", "10.0.0.1", 24 },
		{ "default", "10.0.0.0/24", "10.0.0.1", 24 },
		{ "/32", "10.0.0.0/24", "10.0.0.1", 32 },
		{ "/8", "10.0.0.0/24", "10.0.0.1", 8 },
		{ "/33", "10.0.0.0/24", "10.0.0.1", -1 },
		{ "/128", "10.0.0.0/24", "10.0.0.1", -1 },
		{ "/128", "fd00::/64", "fd00::1", 128 },
		{ "/48", "fd00::/64", "fd00::1", 48 },
		{ "/129", "fd00::/64", "fd00::1", -1 },
		{ NULL, "fd00::/64", "fd00::1", 64 },
		{ "32", "10.0.0.0/24", "10.0.0.1", -1 },
		{ "/x", "10.0.0.0/24", "10.0.0.1", -1 },
		/* With a length of its own the subnet is not read. */
		{ "/32", "nonsense", "10.0.0.1", 32 },
		{ NULL, "nonsense", "10.0.0.1", -1 },
		/* A subnet of the other family: what Go makes of the two. */
		{ NULL, "10.0.0.0/24", "fd00::1", -1 },
		{ NULL, "fd00::/64", "10.0.0.1", 0 },
		{ NULL, "fd00::/120", "10.0.0.1", 24 },
		{ NULL, "::ffff:10.0.0.0/104", "10.0.0.1", 8 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct address_pool entry = { .aggregation.s = rows[i].aggregation,
						    .subnet.s = rows[i].subnet };
		struct pool_range range = { .entry = &entry };
		unsigned prefix = 999;
		bool ok;

		range.subnet_ok = ip_net_parse(rows[i].subnet, &range.subnet);
		ok = announcing_dummy_prefix(&range, ip_of(rows[i].vip), &prefix);
		ck_assert_msg(ok == (rows[i].prefix >= 0), "row %zu", i);
		if (ok)
			ck_assert_uint_eq(prefix, (unsigned)rows[i].prefix);
	}
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *suite_announcing_groups(void)
{
	Suite *suite = suite_create("announcing_groups");
	TCase *tcase = tcase_create("announcing_groups");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, groups_as_agents_read_them, 0, ROWS(lookups));
	tcase_add_test(tcase, agrees_with_a_walk_over_all_groups);
	tcase_add_test(tcase, prefix_lengths);
	suite_add_tcase(suite, tcase);
	return suite;
}
