/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section 5: candidates, winners, affinity.
 *
 * The hashes and orders were worked out without this program:
 *
 *	for node in node-a node-b node-c node-d node-e; do
 *		printf '%s  %s\n' "$(printf %s "$node#192.168.1.100" | sha256sum)" $node
 *	done | sort
 */
#include "tests/unit/election_world.h"
#include "tests/unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "purelb/election/election.h"
#include "purelb/election/endpoints.h"
#include "tests/unit/expect.h"
#include "tests/unit/pieces.h"

/* ---- hashes and orders ---- */

/* test: P5.3 */
START_TEST(hashes)
{
	static const struct {
		const char *node;
		const char *vip;
		const char *hash;
	} rows[] = {
		{ "node-c", "192.168.1.100",
		  "561beaa0f80304712c160302d7985b22b0cbafd1ec189a76a40267ba08729d18" },
		{ "node-b", "192.168.1.100",
		  "d102f9d54e6c4e8fa6f5c70e4ee7fbae57d3b2182e263693a431338247e270d1" },
		{ "node-a", "192.168.1.100",
		  "d1c22f51a19cc01b94f2306ca895a9b170ce7b42f4d0c5b241e639fe19bbb745" },
		{ "node-d", "fd00:1::100",
		  "0a8dcb19e147523455d644ccfebbce43d0aea8dbfdd07cc82b10f3041f8cbb7a" },
		/* printf %s '#' | sha256sum */
		{ "", "", "334359b90efed75da5f0ada1d5e6b256f4a6bd0aee7eb39c0f90182a021ffc8b" },
	};
	uint8_t hash[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		election_hash(rows[i].node, rows[i].vip, hash);
		ck_assert_str_eq(hex_of(hash, hex), rows[i].hash);
	}
}
END_TEST

/* Longer than any address: still `<node>#<text>`. */
START_TEST(hash_of_a_long_text)
{
	char joined[300];
	char text[200];
	uint8_t hash[SHA256_BYTES];
	uint8_t expected[SHA256_BYTES];

	for (size_t len = 40; len < sizeof(text); len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		snprintf(joined, sizeof(joined), "node#%s", text);
		election_hash("node", text, hash);
		sha256(joined, strlen(joined), expected);
		ck_assert_mem_eq(hash, expected, SHA256_BYTES);
	}
}
END_TEST

/* test: P5.3, P5.7 */
START_TEST(orders)
{
	static const struct {
		const char *vip;
		const char *order;
	} rows[] = {
		{ "192.168.1.100", "node-c node-d node-e node-b node-a" },
		{ "192.168.1.101", "node-d node-c node-a node-e node-b" },
		{ "192.168.1.102", "node-c node-d node-e node-b node-a" },
		{ "192.168.1.103", "node-d node-b node-c node-e node-a" },
		/* P5.7: each address by itself. */
		{ "fd00:1::100", "node-d node-c node-e node-b node-a" },
		{ "fd00:1::101", "node-a node-c node-e node-d node-b" },
		{ "fd00:1::103", "node-e node-b node-c node-a node-d" },
		/* The canonical text counts, not the one that was written. */
		{ "FD00:0001:0:0:0:0:0:0100", "node-d node-c node-e node-b node-a" },
		{ "::ffff:192.168.1.101", "node-d node-c node-a node-e node-b" },
		/* P5.6 */
		{ "192.168.2.100", "" },
		{ "fd00:2::1", "" },
	};
	struct world w;

	open_world(&w, load_pieces(PIECES(FIVE)));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_order(&w, rows[i].vip, rows[i].order);
	close_world(&w);
}
END_TEST

/* The list brings its hashes along. */
START_TEST(candidates_carry_their_hashes)
{
	struct election_result result;
	char hex[2 * SHA256_BYTES + 1];
	struct world w;

	open_world(&w, load_pieces(PIECES(FIVE)));
	election_candidates(&w.election, ip_of("192.168.1.103"), NULL, &result);
	ck_assert_uint_eq(result.candidates.count, 5);
	ck_assert_str_eq(hex_of(result.candidates.items[0].hash, hex),
			 "32e3aef26c3225b88b7703b7adb3391ad976a7da4deec480f364932acb96fcdf");
	ck_assert_str_eq(hex_of(result.candidates.items[4].hash, hex),
			 "fa95de107c91d1058a58cdcf9c7fe5b4faeaef13f7142ae06ec2864ca4cf8dba");
	ck_assert(!result.affinity && !result.affinity_fallback);
	close_world(&w);
}
END_TEST

/* ---- candidates ---- */

/* test: P5.1 */
START_TEST(only_live_nodes)
{
	struct world w;

	open_world(&w, load_pieces(PIECES(
			       DEAD("node-c", NET4), LIVE("node-a", NET4),
			       LEASE("node-d", "renewTime: '2026-01-01T00:00:30Z'", NET4),
			       LEASE("node-e", "leaseDurationSeconds: 10", NET4))));
	expect_order(&w, "192.168.1.100", "node-a");
	close_world(&w);

	/* Nobody: no lease is live. */
	open_world(&w, load_pieces(PIECES(LEASE("node-e", "leaseDurationSeconds: 10", NET4))));
	expect_order(&w, "192.168.1.100", "");
	close_world(&w);
}
END_TEST

/* test: P5.2 */
START_TEST(only_nodes_with_a_subnet)
{
	static const struct {
		const char *vip;
		const char *order;
	} rows[] = {
		/* Nested subnets: a node that has two of them counts once. */
		{ "10.0.0.5", "node-e node-a node-c node-b node-d" },
		{ "10.0.0.6", "node-c node-b node-d node-a node-e" },
		{ "10.0.0.16", "node-b node-e node-d" },
		{ "10.0.1.5", "node-b" },
		{ "10.1.0.5", "" },
		/* ::/0 is for v6 only, 0.0.0.0/0 for v4 only. */
		{ "203.0.113.7", "node-f" },
		{ "2001:db8::1", "node-g" },
	};
	struct world w;

	open_world(&w, load_pieces(PIECES(LIVE("node-a", "10.0.0.0/28"),
					  LIVE("node-b", "10.0.0.0/23,10.0.0.0/24,10.0.0.0/28"),
					  LIVE("node-c", "10.0.0.4/30,10.0.0.0/30,10.0.0.0/28"),
					  LIVE("node-d", "10.0.0.0/24,10.0.0.4/30"),
					  LIVE("node-e", "10.0.0.7/24"))));
	for (size_t i = 0; i < 5; i++)
		expect_order(&w, rows[i].vip, rows[i].order);
	close_world(&w);

	open_world(&w,
		   load_pieces(PIECES(LIVE("node-f", "0.0.0.0/0"), LIVE("node-g", "::/0"))));
	for (size_t i = 5; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_order(&w, rows[i].vip, rows[i].order);
	close_world(&w);
}
END_TEST

/* P5.2: which networks these are, narrowest first. */
START_TEST(containing_subnets)
{
	const struct subnet_entry *entries[CONTAINING_MAX];
	char text[IP_NET_TEXT_MAX];
	struct world w;

	open_world(&w, load_pieces(PIECES(LIVE("node-a", "10.0.0.0/8,10.0.0.0/24,10.0.1.0/24"),
					  LIVE("node-b", "10.0.1.128/25,10.0.1.5/32,::/0"))));
	ck_assert_uint_eq(cluster_containing(&w.cluster, ip_of("10.0.1.5"), entries), 3);
	ck_assert_str_eq(ip_net_format(entries[0]->net, text), "10.0.1.5/32");
	ck_assert_str_eq(ip_net_format(entries[1]->net, text), "10.0.1.0/24");
	ck_assert_str_eq(ip_net_format(entries[2]->net, text), "10.0.0.0/8");
	ck_assert_uint_eq(cluster_containing(&w.cluster, ip_of("10.255.255.255"), entries), 1);
	ck_assert_uint_eq(cluster_containing(&w.cluster, ip_of("9.255.255.255"), entries), 0);
	ck_assert_uint_eq(cluster_containing(&w.cluster, ip_of("11.0.0.0"), entries), 0);
	ck_assert_uint_eq(cluster_containing(&w.cluster, ip_of("::"), entries), 1);
	close_world(&w);
}
END_TEST

/* As many networks as can contain one address. */
START_TEST(a_hundred_and_twenty_nine_subnets)
{
	const struct subnet_entry *entries[CONTAINING_MAX];
	struct text yaml = { 0 };
	struct world w;

	text_add(&yaml, "apiVersion: coordination.k8s.io/v1\nkind: Lease\n"
			"metadata: {name: purelb-node-a, namespace: purelb-system,"
			" annotations: {purelb.io/subnets: '::1/128");
	for (unsigned bits = 0; bits < 128; bits++)
		text_printf(&yaml, ",::/%u", bits);
	text_add(&yaml, "'}}\nspec: {leaseDurationSeconds: 10,"
			" renewTime: '2026-01-01T00:00:30Z'}\n");
	open_world(&w, load_pieces(PIECES(text_str(&yaml))));
	ck_assert_uint_eq(cluster_containing(&w.cluster, ip_of("::1"), entries), 129);
	expect_order(&w, "::1", "a");
	close_world(&w);
	text_release(&yaml);
}
END_TEST

/* --down */
START_TEST(nodes_that_are_down)
{
	bool down[] = { false, false, true, true, false }; /* by name */
	struct world w;

	open_world(&w, load_pieces(PIECES(FIVE)));
	w.election.down = down;
	expect_order(&w, "192.168.1.100", "node-e node-b node-a");
	memset(down, true, sizeof(down));
	expect_order(&w, "192.168.1.100", "");
	close_world(&w);
}
END_TEST

/* ---- against the obvious way ---- */

enum { NODES_MAX = 60 };

/* A subnet among few addresses of both families, so that many contain one another. */
static void add_subnet(struct random *r, struct text *out)
{
	const unsigned host = (unsigned)random_below(r, 256);

	if (random_below(r, 3) == 0)
		text_printf(out, "fd00::%x/%u", host, 118 + (unsigned)random_below(r, 11));
	else
		text_printf(out, "10.0.0.%u/%u", host, 22 + (unsigned)random_below(r, 11));
}

static void add_lease(struct random *r, struct text *yaml, uint32_t number)
{
	const uint32_t subnets = (uint32_t)random_below(r, 4);

	text_printf(yaml,
		    "---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"
		    "metadata: {name: purelb-node-n%u, namespace: purelb-system,"
		    " annotations: {purelb.io/subnets: '",
		    number);
	for (uint32_t i = 0; i < subnets; i++) {
		text_add(yaml, i > 0 ? "," : "");
		add_subnet(r, yaml);
	}
	text_printf(yaml,
		    "'}}\nspec: {leaseDurationSeconds: %u,"
		    " renewTime: '2026-01-01T00:00:30Z'}\n",
		    random_below(r, 8) == 0 ? 0U : 10U);
}

static struct snapshot *random_cluster(struct random *r)
{
	const uint32_t nodes = (uint32_t)random_below(r, NODES_MAX);
	struct text yaml = { 0 };
	struct snapshot *snapshot;

	for (uint32_t i = 0; i < nodes; i++)
		add_lease(r, &yaml, i);
	text_add(&yaml, "---\n{}\n");
	snapshot = load_pieces(PIECES(text_str(&yaml)));
	text_release(&yaml);
	return snapshot;
}

/* P5.2 to the letter. */
static bool is_candidate(const struct cluster_node *node, struct ip vip)
{
	for (uint32_t i = 0; i < node->subnets.list.count; i++)
		if (node->live && ip_net_contains(node->subnets.list.items[i].net, vip))
			return true;
	return false;
}

struct ranked {
	const char *name;
	bool preferred;
	uint8_t hash[SHA256_BYTES];
};

static int compare_ranked(const void *pa, const void *pb)
{
	const struct ranked *a = pa;
	const struct ranked *b = pb;

	if (a->preferred != b->preferred)
		return a->preferred ? -1 : 1;
	return memcmp(a->hash, b->hash, SHA256_BYTES);
}

/* A sort of all hashes. */
static uint32_t rank_all(const struct world *w, struct ip vip, const bool *preferred,
			 struct ranked *out)
{
	char text[IP_TEXT_MAX];
	char joined[128];
	uint32_t count = 0;

	for (uint32_t i = 0; i < w->cluster.nodes.count; i++) {
		const struct cluster_node *node = &w->cluster.nodes.items[i];

		if (!is_candidate(node, vip) ||
		    (w->election.down != NULL && w->election.down[i]))
			continue;
		snprintf(joined, sizeof(joined), "%s#%s", node->name, ip_format(vip, text));
		out[count].name = node->name;
		out[count].preferred = preferred != NULL && preferred[i];
		sha256(joined, strlen(joined), out[count++].hash);
	}
	qsort(out, count, sizeof(*out), compare_ranked);
	return count;
}

/* Groups of seven: each time the first of all that is of no group yet. */
static void compare_leaders(const struct world *w, struct ip vip, const bool *preferred,
			    const struct ranked *ranked, uint32_t count)
{
	const struct cluster_node *leaders[ELECTION_LEADERS_MAX];
	uint32_t groups[NODES_MAX];
	bool taken[7] = { false };
	uint32_t next = 0;
	unsigned found;

	for (uint32_t i = 0; i < NODES_MAX; i++)
		groups[i] = i * 5 % 7;
	found = election_leaders(&w->election, vip, preferred, groups, 3, leaders);
	for (unsigned i = 0; i < 3; i++) {
		uint32_t group = 7;

		for (; next < count; next++) {
			group = groups[cluster_find_node(&w->cluster, ranked[next].name) -
				       w->cluster.nodes.items];
			if (!taken[group])
				break;
		}
		if (next == count) {
			EXPECT(found == i, "%u leaders, not %u", found, i);
			return;
		}
		taken[group] = true;
		EXPECT(str_equal(leaders[i]->name, ranked[next].name), "leader %u", i);
	}
}

static void compare_orders(struct world *w, struct ip vip, const bool *preferred)
{
	const struct arena_mark mark = arena_mark(&w->arena);
	struct ranked ranked[NODES_MAX];
	const uint32_t count = rank_all(w, vip, preferred, ranked);
	const struct cluster_node *two[2];
	struct election_result result;

	election_candidates(&w->election, vip, preferred, &result);
	EXPECT(result.candidates.count == count, "%u, not %u", result.candidates.count, count);
	for (uint32_t i = 0; i < count; i++) {
		const struct candidate *it = &result.candidates.items[i];

		EXPECT(str_equal(it->node->name, ranked[i].name), "%s, not %s", it->node->name,
		       ranked[i].name);
		EXPECT(it->preferred == ranked[i].preferred, "%s", ranked[i].name);
		EXPECT(memcmp(it->hash, ranked[i].hash, SHA256_BYTES) == 0, "%s",
		       ranked[i].name);
	}
	election_first_two(&w->election, vip, preferred, two);
	EXPECT(str_equal(name_of(two[0]), count > 0 ? ranked[0].name : "nobody"), "winner");
	EXPECT(str_equal(name_of(two[1]), count > 1 ? ranked[1].name : "nobody"), "runner-up");
	EXPECT(election_winner(&w->election, vip, preferred) == two[0], "winner alone");
	compare_leaders(w, vip, preferred, ranked, count);
	arena_reset(&w->arena, mark);
}

/* test: P5.2, P5.3, P5.4, P5.6 */
START_TEST(agrees_with_a_sort_of_all_hashes)
{
	struct random r = random_new(5);

	for (int round = 0; round < 300; round++) {
		bool down[NODES_MAX + 1] = { false };
		bool preferred[NODES_MAX + 1] = { false };
		struct world w;

		open_world(&w, random_cluster(&r));
		for (int i = 0; i < NODES_MAX + 1; i++) {
			down[i] = random_below(&r, 5) == 0;
			preferred[i] = random_below(&r, 3) == 0;
		}
		w.election.down = random_below(&r, 2) == 0 ? down : NULL;
		for (int i = 0; i < 40; i++) {
			const u128 low = random_below(&r, 1024);
			const struct ip vip = { random_below(&r, 3) == 0
							? (u128)0xfd00 << 112 | low
							: (u128)0xFFFF0A000000 | low };

			compare_orders(&w, vip, i % 2 == 0 ? preferred : NULL);
		}
		close_world(&w);
	}
}
END_TEST

/* Names chosen so that their hashes begin alike are in order as well. */
START_TEST(hashes_that_begin_alike)
{
	enum { WANTED = 40 };
	struct text yaml = { 0 };
	uint8_t hash[SHA256_BYTES];
	char name[16];
	uint32_t found = 0;
	struct world w;

	for (uint32_t i = 0; found < WANTED; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		election_hash(name, "10.0.0.1", hash);
		if (hash[0] >> 2 != 0x15)
			continue;
		found++;
		text_printf(&yaml,
			    "---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"
			    "metadata: {name: purelb-node-%s, namespace: purelb-system,"
			    " annotations: {purelb.io/subnets: 10.0.0.0/24}}\n"
			    "spec: {leaseDurationSeconds: 9, renewTime: "
			    "'2026-01-01T00:00:30Z'}\n",
			    name);
	}
	open_world(&w, load_pieces(PIECES(text_str(&yaml))));
	ck_assert_uint_eq(w.cluster.nodes.count, WANTED);
	compare_orders(&w, ip_of("10.0.0.1"), NULL);
	close_world(&w);
	text_release(&yaml);
}
END_TEST

Suite *suite_election(void)
{
	Suite *suite = suite_create("election");
	TCase *tcase = tcase_create("election");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, hashes);
	tcase_add_test(tcase, hash_of_a_long_text);
	tcase_add_test(tcase, orders);
	tcase_add_test(tcase, candidates_carry_their_hashes);
	tcase_add_test(tcase, only_live_nodes);
	tcase_add_test(tcase, only_nodes_with_a_subnet);
	tcase_add_test(tcase, containing_subnets);
	tcase_add_test(tcase, a_hundred_and_twenty_nine_subnets);
	tcase_add_test(tcase, nodes_that_are_down);
	tcase_add_test(tcase, agrees_with_a_sort_of_all_hashes);
	tcase_add_test(tcase, hashes_that_begin_alike);
	suite_add_tcase(suite, tcase);
	return suite;
}
