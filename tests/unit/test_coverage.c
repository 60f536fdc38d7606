/* SPDX-License-Identifier: Apache-2.0 */
/* P5.1, P5.2 and P3.7: the index of subnets and the coverage of ranges. */
#include "tests/unit/suites.h"

#include <stdio.h>

#include "base/random.h"
#include "base/text.h"
#include "purelb/agents/cluster.h"
#include "purelb/pools/ranges.h"
#include "tests/unit/expect.h"
#include "tests/unit/pieces.h"

/* A node that is live, or whose lease ran out. */
#define LEASE(name, second, subnets)                                                           \
	"apiVersion: coordination.k8s.io/v1\nkind: Lease\n"                                    \
	"metadata: {name: purelb-node-" name ", namespace: purelb-system,"                     \
	" annotations: {purelb.io/subnets: '" subnets "'}}\n"                                  \
	"spec: {leaseDurationSeconds: 10, renewTime: '2026-01-01T00:00:" second "Z'}\n"
#define LIVE(name, subnets) LEASE(name, "30", subnets)
#define DEAD(name, subnets) LEASE(name, "01", subnets)

/* "candidates | complete, or the first part that is not covered" */
static void expect(const struct resolved *w, const char *range_text, const char *expected)
{
	struct ip_range range;
	struct coverage c;
	struct text found = { 0 };
	char from[IP_TEXT_MAX];
	char to[IP_TEXT_MAX];

	ck_assert_int_eq(range_parse(range_text, &range), RANGE_OK);
	cluster_coverage(&w->cluster, range, NULL, &c);
	for (uint32_t i = 0; i < c.candidates.count; i++)
		text_printf(&found, "%s ", c.candidates.items[i]->name);
	if (c.complete)
		text_add(&found, "| complete");
	else
		text_printf(&found, "| %s-%s", ip_format(c.uncovered.from, from),
			    ip_format(c.uncovered.to, to));
	ck_assert_msg(str_equal(text_str(&found), expected), "%s: %s", range_text,
		      text_str(&found));
	ck_assert_int_eq(c.single, c.candidates.count == 1);
	ck_assert(!c.text_matches);
	ck_assert(!c.inferred);
	text_release(&found);
}

/* test: P5.1, P5.2 */
START_TEST(subnet_index)
{
	struct resolved w = resolve_pieces(
		PIECES(LIVE("b", "10.0.0.0/24,fd00::/64"), LIVE("a", "10.0.0.7/24"),
		       LIVE("c", "10.0.0.0/8,10.0.0.0/24,10.0.0.1/24"),
		       DEAD("d", "10.0.0.0/24,10.9.0.0/16")));
	static const struct {
		const char *net;
		const char *nodes;
	} rows[] = { { "10.0.0.0/8", "c " },
		     { "10.0.0.0/24", "a b c " },
		     { "fd00::/64", "b " } };

	/* By network, whatever the text; only live nodes, each once, by name. */
	ck_assert_uint_eq(w.cluster.subnets.count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		const struct subnet_entry *entry = &w.cluster.subnets.items[i];
		struct text nodes = { 0 };
		char net[IP_NET_TEXT_MAX];

		ARRAY_FOREACH (const struct cluster_node *, node, &entry->nodes)
			text_printf(&nodes, "%s ", (*node)->name);
		ck_assert_str_eq(ip_net_format(entry->net, net), rows[i].net);
		ck_assert_str_eq(text_str(&nodes), rows[i].nodes);
		ck_assert(!entry->inferred);
		text_release(&nodes);
	}
	resolved_release(&w);
}
END_TEST

/* test: P5.2 */
START_TEST(candidates)
{
	struct resolved w = resolve_pieces(PIECES(
		LIVE("a", "10.0.0.0/24"), LIVE("b", "10.0.0.0/25,10.0.2.0/24"),
		LIVE("c", "10.0.3.0/24,fd00::/64"), DEAD("d", "10.0.0.0/8"), LIVE("e", "")));

	expect(&w, "10.0.0.1-10.0.0.2", "a b | complete");
	expect(&w, "10.0.0.128-10.0.0.129", "a | complete");
	expect(&w, "10.0.0.0/24", "a b | complete");
	expect(&w, "10.0.0.250-10.0.1.5", "a | 10.0.1.0-10.0.1.5");
	expect(&w, "10.0.0.250-10.0.2.5", "a b | 10.0.1.0-10.0.1.255");
	expect(&w, "10.0.1.250-10.0.2.5", "b | 10.0.1.250-10.0.1.255");
	expect(&w, "10.0.2.0-10.0.3.255", "b c | complete");
	expect(&w, "10.0.1.0-10.0.5.0", "b c | 10.0.1.0-10.0.1.255");
	expect(&w, "10.0.1.7/32", "| 10.0.1.7-10.0.1.7");
	expect(&w, "172.16.0.0/12", "| 172.16.0.0-172.31.255.255");
	expect(&w, "fd00::1-fd00::2", "c | complete");
	expect(&w, "fd00::/63", "c | fd00:0:0:1::-fd00::1:ffff:ffff:ffff:ffff");
	/* P2.3: of a reversed range its first address. */
	expect(&w, "10.0.2.9-10.0.0.1", "b | complete");
	expect(&w, "10.0.1.9-10.0.0.1", "| 10.0.1.9-10.0.1.9");
	resolved_release(&w);

	w = resolve_pieces(PIECES(""));
	expect(&w, "10.0.0.0/24", "| 10.0.0.0-10.0.0.255");
	resolved_release(&w);
}
END_TEST

/* test: P2.4, P5.2: families must agree, although v4 addresses lie in the midst of v6 */
START_TEST(families)
{
	struct resolved w = resolve_pieces(PIECES(LIVE("a", "::/0"), LIVE("b", "0.0.0.0/0")));

	expect(&w, "10.0.0.0/24", "b | complete");
	expect(&w, "fd00::/64", "a | complete");
	expect(&w, "::/0", "a | complete");
	expect(&w, "0.0.0.0/0", "b | complete");
	expect(&w, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "a | complete");
	resolved_release(&w);
}
END_TEST

/* Every address by itself, as the rule has it. */
static void compare_with_each_address(const struct resolved *w, struct ip_range range)
{
	struct coverage c;
	bool complete = true;
	uint32_t seen = 0;

	cluster_coverage(&w->cluster, range, NULL, &c);
	ARRAY_FOREACH (const struct cluster_node, node, &w->cluster.nodes) {
		bool candidate = false;

		ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list)
			candidate |= ip_range_overlaps(range, ip_net_range(subnet->net));
		if (!candidate)
			continue;
		EXPECT(seen < c.candidates.count && c.candidates.items[seen] == node,
		       "candidate %s is missing", node->name);
		seen++;
	}
	EXPECT(seen == c.candidates.count, "too many candidates");
	for (struct ip ip = range.from; ip_compare(ip, range.to) <= 0; ip.v++) {
		bool covered = false;

		ARRAY_FOREACH (const struct subnet_entry, entry, &w->cluster.subnets)
			covered |= ip_net_contains(entry->net, ip);
		if (complete && !covered)
			EXPECT(ip_compare(c.uncovered.from, ip) == 0, "another first gap");
		if (!c.complete && ip_range_contains(c.uncovered, ip))
			EXPECT(!covered, "the gap is covered");
		if (!c.complete && c.uncovered.to.v + 1 == ip.v)
			EXPECT(covered, "the gap goes on");
		complete = complete && covered;
	}
	EXPECT(c.complete == complete, "complete: %d", complete);
}

START_TEST(random_ranges)
{
	struct random r = random_new(52);

	for (int round = 0; round < 300; round++) {
		struct text yaml = { 0 };

		for (uint64_t n = random_below(&r, 5); n > 0; n--) {
			struct text subnets = { 0 };

			for (uint64_t s = random_below(&r, 4); s > 0; s--)
				text_printf(&subnets, "10.0.%u.%u/%u,",
					    (unsigned)random_below(&r, 2),
					    (unsigned)random_below(&r, 256),
					    (unsigned)(22 + random_below(&r, 11)));
			text_printf(&yaml, "---\n" LIVE("n%u", "%s"), (unsigned)n,
				    text_str(&subnets));
			text_release(&subnets);
		}

		struct resolved w = resolve_pieces(PIECES(text_str(&yaml)));

		for (int i = 0; i < 20; i++) {
			struct ip from = { ((u128)0xFFFF << 32 | 0x0A000000) +
					   random_below(&r, 512) };
			struct ip to = { from.v + random_below(&r, 300) };

			compare_with_each_address(&w, (struct ip_range){ from, to });
		}
		text_release(&yaml);
		resolved_release(&w);
	}
}
END_TEST

static bool text_matches(const struct resolved *w, const char *range_text, const char *subnet)
{
	struct ip_range range;
	struct coverage c;

	ck_assert_int_eq(range_parse(range_text, &range), RANGE_OK);
	cluster_coverage(&w->cluster, range, subnet, &c);
	return c.text_matches;
}

/* test: P3.7 */
START_TEST(texts)
{
	struct resolved w =
		resolve_pieces(PIECES(LIVE("a", "10.0.0.0/24,10.1.0.7/24"),
				      DEAD("b", "10.2.0.0/24"), LIVE("c", "10.0.0.0/24")));

	ck_assert(text_matches(&w, "10.0.0.1/32", "10.0.0.0/24"));
	ck_assert(!text_matches(&w, "10.0.0.1/32", "10.0.0.1/24"));
	ck_assert(text_matches(&w, "10.1.0.1/32", "10.1.0.7/24"));
	ck_assert(!text_matches(&w, "10.1.0.1/32", "10.1.0.0/24"));
	ck_assert(!text_matches(&w, "10.2.0.1/32", "10.2.0.0/24"));
	ck_assert(!text_matches(&w, "10.0.0.1/32", NULL));
	ck_assert_uint_eq(w.cluster.subnet_texts.count, 2);
	resolved_release(&w);
}
END_TEST

/* What is only guessed says so, and does not quarrel about spelling. */
START_TEST(inferred)
{
	struct resolved w = resolve_pieces(
		PIECES("apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: g}\n"
		       "spec: {local: {v4pool: {pool: 10.0.0.0/28, subnet: 10.0.0.9/24}}}\n",
		       "apiVersion: v1\nkind: Node\nmetadata: {name: node-1}\n"
		       "status: {addresses: [{type: InternalIP, address: 10.0.0.77}]}\n",
		       "apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\n"
		       "metadata: {name: lab}\nspec: {nodes: [{name: node-2,"
		       " interfaces: [{name: e, addresses: [10.5.0.1/24]}],"
		       " defaultRoutes: [{interface: e, via: 10.5.0.9}]}]}\n"));
	struct ip_range range;
	struct coverage c;

	range_parse("10.0.0.0/28", &range);
	cluster_coverage(&w.cluster, range, "10.0.0.0/24", &c);
	ck_assert(c.complete && c.single && c.inferred && c.text_matches);
	ck_assert_str_eq(c.candidates.items[0]->name, "node-1");
	range_parse("10.5.0.0/28", &range);
	cluster_coverage(&w.cluster, range, "10.5.0.1/24", &c);
	ck_assert(c.complete && c.single && !c.inferred && !c.text_matches);
	cluster_coverage(&w.cluster, range, "10.5.0.0/24", &c);
	ck_assert(c.text_matches);
	resolved_release(&w);
}
END_TEST

Suite *suite_coverage(void)
{
	Suite *suite = suite_create("coverage");
	TCase *tc = tcase_create("coverage");

	tcase_add_test(tc, subnet_index);
	tcase_add_test(tc, candidates);
	tcase_add_test(tc, families);
	tcase_add_test(tc, random_ranges);
	tcase_add_test(tc, texts);
	tcase_add_test(tc, inferred);
	suite_add_tcase(suite, tc);
	return suite;
}
