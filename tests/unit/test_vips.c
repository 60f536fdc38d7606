/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections 5 and 6 together: who wins and who announces every VIP, and why nobody does. The
 * orders of the nodes are those of test_election.c.
 */
#include "tests/unit/vips_world.h"
#include "tests/unit/suites.h"

#include <string.h>

#include "base/random.h"
#include "purelb/election/endpoints.h"
#include "purelb/announcing/vips.h"
#include "tests/unit/allocations.h"
#include "tests/unit/expect.h"

/* ---- outcomes as text ---- */

static const char *node_or_nobody(const struct cluster_node *node)
{
	return node != NULL ? node->name : "nobody";
}

/* "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" */
static void describe(const struct vip *vip, struct text *out)
{
	char ip[IP_TEXT_MAX];

	text_printf(out, "%s %s %s %s>%s",
		    vip->service != NULL ? vip->service->object.name.s : "-",
		    ip_format(vip->ip, ip), vip_type_name(vip->type),
		    node_or_nobody(vip->winner), node_or_nobody(vip->runner_up));
	ck_assert((vip->announcers.count == 0) == (vip->reason != NULL));
	if (vip->announcers.count > 0)
		text_printf(out, " %s/%u by", vip->interface != NULL ? vip->interface : "?",
			    vip->how.prefix);
	for (uint32_t i = 0; i < vip->announcers.count; i++)
		text_printf(out, "%s%s", i > 0 ? "," : " ", vip->announcers.items[i]->name);
	text_add(out, vip->predicted ? " predicted" : "");
	text_add(out, vip->inferred ? " inferred" : "");
	text_add(out, vip->affinity_fallback ? " fallback" : "");
	if (vip->reason != NULL)
		text_printf(out, ": %s", vip->reason);
}

static void describe_all(const struct vips *vips, struct text *out)
{
	text_clear(out);
	for (uint32_t i = 0; i < vips->list.count; i++) {
		text_add(out, i > 0 ? "; " : "");
		describe(&vips->list.items[i], out);
	}
}

/* Names to flags, by index in cluster->nodes. */
static const bool *down_flags(const struct cluster *cluster, const char *const *names,
			      struct arena *arena)
{
	bool *flags = arena_zalloc(arena, cluster->nodes.count, sizeof(*flags));

	for (; *names != NULL; names++) {
		const struct cluster_node *node = cluster_find_node(cluster, *names);

		ck_assert_ptr_nonnull(node);
		flags[node - cluster->nodes.items] = true;
	}
	return flags;
}

static const struct row {
	const char *yaml;
	const char *down[4];
	const char *expected;
} rows[] = {
	/* ---- local ---- */
	{ THREE AGENT LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" },
	/* P5.7: each address by itself. */
	{ THREE AGENT LOCAL_GROUP SERVICE("web", BRANDED, ON46)
		  HOLDS(IP("192.168.1.100") ", " IP("fd00:1::101")),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c; "
	  "web fd00:1::101 local node-a>node-c eth0/64 by node-a" },
	/* Held ones first, then those that are predicted. */
	{ THREE AGENT LOCAL_GROUP SERVICE("a", "", ON4)
		  WEB(BRANDED ", purelb.io/allocated-from: default", ON4, "192.168.1.101"),
	  { NULL },
	  "web 192.168.1.101 local node-c>node-a eth0/24 by node-c; "
	  "a 192.168.1.100 local node-c>node-b eth0/24 by node-c predicted" },
	/* --down */
	{ THREE AGENT LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { "node-c" },
	  "web 192.168.1.100 local node-b>node-a eth0/24 by node-b" },
	{ THREE AGENT LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { "node-a", "node-b", "node-c" },
	  "web 192.168.1.100 local nobody>nobody: every node that advertises its subnet is "
	  "down" },
	/* P5.6 */
	{ THREE AGENT GROUP("default", "local: {v4pool: {pool: 10.1.0.0/24, subnet: "
				       "10.1.0.0/24}}") WEB(BRANDED, ON4, "10.1.0.5"),
	  { NULL },
	  "web 10.1.0.5 local nobody>nobody: no live node advertises a subnet that contains "
	  "it" },
	{ AGENT LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local nobody>nobody: the input has no nodes" },
	/* P5.4 */
	{ THREE AGENT LOCAL_GROUP WEB(BRANDED ", purelb.io/node-affinity: service-endpoints",
				      ON4, "192.168.1.100") SLICE("web", ON("node-a")),
	  { NULL },
	  "web 192.168.1.100 local node-a>node-c eth0/24 by node-a" },
	{ THREE AGENT LOCAL_GROUP WEB(BRANDED ", purelb.io/node-affinity: service-endpoints",
				      ON4, "192.168.1.100") SLICE("web", ON("node-a")),
	  { "node-a" },
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c fallback" },
	/* P4.3: a winner that announces nothing is a black hole. */
	{ THREE LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b: the input has no LBNodeAgent, so it is unknown on "
	  "which interfaces nodes announce" },
	{ THREE AGENT_FOR("ab",
			  "nodeSelector: {matchExpressions: [{key: host, operator: In, "
			  "values: [node-a, node-b]}]}, ",
			  "{}") "---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\n"
				"metadata: {name: empty}\nspec: {}\n" LOCAL_GROUP WEB(
					BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b: node \"node-c\" wins it, but no LBNodeAgent "
	  "that matches it has a spec.local, so it announces nothing" },
	/* ... and one that is deselected or invalid is not even a candidate. */
	{ THREE AGENT_FOR("ab", SELECT("node-a"), "{}")
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-a>nobody eth0/24 by node-a" },
	/* Unless its lease says otherwise. */
	{ THREE AGENT_FOR("a", SELECT("node-a"), "{}") LIVE("node-a", NET4) LIVE("node-c", NET4)
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-a: node \"node-c\" wins it, but no LBNodeAgent "
	  "matches it, so it announces nothing" },
	{ THREE AGENT_FOR("a", "", "{localInterface: '('}") LIVE("node-c", NET4)
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>nobody: node \"node-c\" wins it, but the "
	  "localInterface of its LBNodeAgent is not a valid regular expression, so it announces "
	  "nothing" },
	/* P6.4: the lease promises what the interfaces do not keep. */
	{ THREE AGENT_FOR("a", "", "{localInterface: eth1}") LIVE("node-a", NET4)
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-a>nobody: node \"node-a\" wins it, but none of the "
	  "interfaces that it announces on has a subnet with it" },
	/* P6.3: advertised by the v4 interface, refused for want of a v6 route. */
	{ THREE AGENT_FOR("a", "", "{localInterface: default}")
		  LOCAL_GROUP WEB(BRANDED, ON6, "fd00:1::101"),
	  { NULL },
	  "web fd00:1::101 local node-a>node-c: node \"node-a\" wins it, but has no IPv6 "
	  "default route, and its LBNodeAgent names no interfaces" },
	/* P5.1: expired; and what is known from leases alone has interfaces without names. */
	{ AGENT DEAD("node-c", NET4) LIVE("node-a", NET4) LIVE("node-b", NET4)
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-b>node-a ?/24 by node-b" },
	{ AGENT LEASE("node-c", "01", NET4) LIVE("x", "")
		  LOCAL_GROUP WEB(BRANDED, ON4, "192.168.1.100"),
	  { "x" },
	  "web 192.168.1.100 local nobody>nobody: no node is up with a lease that has not "
	  "expired" },
	/* A guess is said to be one. */
	{ AGENT
	  "---\napiVersion: v1\nkind: Node\nmetadata: {name: node-a}\n"
	  "status: {addresses: [{type: InternalIP, address: 192.168.1.11}]}\n" LOCAL_GROUP WEB(
		  BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-a>nobody ?/24 by node-a inferred" },

	/* ---- P6.1: which Services ---- */
	{ THREE AGENT LOCAL_GROUP WEB("", ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" },
	{ THREE AGENT LOCAL_GROUP WEB("a: b", ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local nobody>nobody: the Service lacks the annotation "
	  "purelb.io/allocated-by: PureLB, and agents announce only Services "
	  "with it" },
	/* P3.11.7: the first address is there, the second is not to be had. */
	{ THREE AGENT LOCAL_GROUP SERVICE("web", ASKS("192.168.1.100,10.7.7.7"), ON4)
		  SERVICE("other", BRANDED, ON4) HOLDS(IP("192.168.1.101")),
	  { NULL },
	  "other 192.168.1.101 local node-c>node-a eth0/24 by node-c" },
	/* Of somebody else's Services only those that agents announce all the same. */
	{ THREE AGENT LOCAL_GROUP WEB("", ON4 ", loadBalancerClass: x", "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" },
	{ THREE AGENT LOCAL_GROUP WEB("", ON4 ", loadBalancerClass: x", "8.8.8.8"),
	  { NULL },
	  "" },
	{ THREE AGENT LOCAL_GROUP WEB("a: b", ON4 ", loadBalancerClass: x", "192.168.1.100"),
	  { NULL },
	  "" },
	{ THREE AGENT LOCAL_GROUP SERVICE_IN("kube-system", "kube-dns", BRANDED, ON4)
		  HOLDS(IP("192.168.1.100")),
	  { NULL },
	  "" },

	/* ---- P6.7: remote ---- */
	{ THREE AGENT REMOTE_GROUP WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-a,node-b,node-c" },
	{ THREE AGENT REMOTE_WITH(", aggregation: /32") WEB(BRANDED, ON4, "203.0.113.7"),
	  { "node-b" },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/32 by node-a,node-c" },
	{ THREE AGENT REMOTE_WITH(", aggregation: /64") WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody: aggregation \"/64\" of spec.remote.v4pool in "
	  "ServiceGroup \"far\" is not a prefix length of an IPv4 address, so no node can add it" },
	/* No lease health: one that has expired keeps it; a node without a lease has no agent.
	 */
	{ THREE AGENT REMOTE_GROUP DEAD("node-a", NET4) LIVE("node-b", NET4)
		  WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-a,node-b" },
	/* P6.2: only nodes that are configured. */
	{ THREE AGENT_FOR("b", SELECT("node-b"), "{}")
		  REMOTE_GROUP WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-b" },
	{ THREE REMOTE_GROUP WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody: the input has no LBNodeAgent, so it is unknown on "
	  "which interfaces nodes announce" },
	{ THREE AGENT REMOTE_GROUP WEB(BRANDED, ON4, "203.0.113.7"),
	  { "node-a", "node-b", "node-c" },
	  "web 203.0.113.7 remote nobody>nobody: the input has no node that is up" },
	/* Several dummy interfaces have no one name. */
	{ THREE AGENT AGENT_FOR("b", SELECT("node-b"), "{dummyInterface: lb1}")
		  REMOTE_GROUP WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody ?/24 by node-a,node-b,node-c" },
	/* P6.3 */
	{ THREE AGENT_FOR("a", "", "{localInterface: default}")
		  REMOTE_GROUP WEB(BRANDED, ON6, "fd09::7"),
	  { NULL },
	  "web fd09::7 remote nobody>nobody: no configured node has an IPv6 default route, and "
	  "their LBNodeAgents name no interfaces" },
	/* externalTrafficPolicy: Local */
	{ THREE AGENT REMOTE_GROUP WEB(BRANDED, ON4 ETP, "203.0.113.7")
		  SLICE("web", ON("node-b")),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-b" },
	{ THREE AGENT REMOTE_GROUP WEB(BRANDED, ON4 ETP, "203.0.113.7")
		  SLICE("other", ON("node-b")),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody: externalTrafficPolicy is Local, and no "
	  "configured node hosts a healthy endpoint of the Service" },
	{ THREE AGENT REMOTE_GROUP WEB(BRANDED, ON4 ETP, "203.0.113.7")
		  SLICE("web", ON("node-b")),
	  { "node-b" },
	  "web 203.0.113.7 remote nobody>nobody: externalTrafficPolicy is Local, and no "
	  "configured node hosts a healthy endpoint of the Service" },
	/* P6.3: remote, but inside the nodes' subnet: by election. */
	{ THREE AGENT NEAR_GROUP WEB(BRANDED, ON4, "192.168.1.201"),
	  { NULL },
	  "web 192.168.1.201 remote node-a>node-b eth0/24 by node-a" },
	/* A node without the subnet has it on its dummy interface all the same. */
	{ THREE HOST("node-d", "10.0.0.1/24", "")
		  AGENT NEAR_GROUP WEB(BRANDED, ON4, "192.168.1.201"),
	  { NULL },
	  "web 192.168.1.201 remote node-a>node-b eth0/24 by node-a,node-d" },
	/* P6.5: those with the interface change the policy, so endpoints do not matter. */
	{ THREE HOST("node-d", "10.0.0.1/24", "")
		  AGENT NEAR_GROUP WEB(BRANDED, ON4 ETP, "192.168.1.201"),
	  { NULL },
	  "web 192.168.1.201 remote node-a>node-b eth0/24 by node-a,node-d" },
	{ THREE HOST("node-d", "10.0.0.1/24", "") AGENT NEAR_GROUP WEB(
		  BRANDED ", purelb.io/allow-local: ''", ON4 ETP, "192.168.1.201"),
	  { NULL },
	  "web 192.168.1.201 remote node-a>node-b eth0/24 by node-a" },
	/* A local address of the same Service does it for the remote one as well. */
	{ THREE AGENT LOCAL_GROUP REMOTE_GROUP SERVICE("web", BRANDED, ON46 ETP)
		  HOLDS(IP("203.0.113.7") ", " IP("fd00:1::101")),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-a,node-b,node-c; "
	  "web fd00:1::101 local node-a>node-c eth0/64 by node-a" },
	/* P6.8: a node writes only if all addresses succeed. An address with a bad prefix fails
	 * where an endpoint is; the other nodes take it off, and one of them writes. */
	{ THREE AGENT LOCAL_GROUP REMOTE_WITH(", aggregation: /64") GROUP(
		  "far2", "remote: {v4pool: {pool: 198.51.100.0/24, subnet: "
			  "198.51.100.0/24}}") SERVICE("web", BRANDED, ON46 ETP)
		  HOLDS(IP("203.0.113.7") ", " IP("fd00:1::101") ", " IP("198.51.100.7"))
			  SLICE("web", ON("node-b")),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody: aggregation \"/64\" of spec.remote.v4pool in "
	  "ServiceGroup \"far\" is not a prefix length of an IPv4 address, so no node can add it; "
	  "web fd00:1::101 local node-a>node-c eth0/64 by node-a; "
	  "web 198.51.100.7 remote nobody>nobody kube-lb0/24 by node-a,node-b,node-c" },
	/* An address without a route of its family fails on all of them: the policy stays. */
	{ THREE AGENT_FOR("a", "", "{localInterface: default}")
		  LOCAL_GROUP REMOTE_GROUP SERVICE("web", BRANDED, ON46 ETP)
			  HOLDS(IP("203.0.113.7") ", " IP("fd09::7") ", " IP("192.168.1.100"))
				  SLICE("web", ON("node-b")),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-b; "
	  "web fd09::7 remote nobody>nobody: no configured node has an IPv6 default route, and "
	  "their LBNodeAgents name no interfaces; "
	  "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" },

	/* ---- where pools do not tell ---- */
	/* Rejected groups count for the agents. */
	{ THREE AGENT GROUP("a", "remote: {v4pools: [{pool: 203.0.113.0/24, subnet: "
				 "203.0.113.0/24}, {pool: bad, subnet: bad}]}")
		  WEB(BRANDED, ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody kube-lb0/24 by node-a,node-b,node-c" },
	/* P6.4: in no group any more; only the annotation tells the type. */
	{ THREE AGENT WEB(BRANDED ", purelb.io/pool-type: remote", ON4, "203.0.113.7"),
	  { NULL },
	  "web 203.0.113.7 remote nobody>nobody: it is in no ServiceGroup of the input, so it is "
	  "unknown which nodes announce it" },
	{ THREE AGENT WEB(BRANDED, ON4, "192.168.1.100"),
	  { NULL },
	  "web 192.168.1.100 unknown node-c>node-b eth0/24 by node-c" },
};

/* test: P5.1, P5.2, P5.4, P5.6, P5.7, P6.1, P6.2, P6.3, P6.4, P6.5, P6.7, P6.8 */
START_TEST(resolves)
{
	const struct row *row = &rows[_i];
	struct vips_options options = { 0 };
	struct text found = { 0 };
	struct arena arena;
	struct run_world w;
	struct vips vips;

	arena_init(&arena);
	run_world(&w, row->yaml, false);
	if (row->down[0] != NULL)
		options.down = down_flags(&w.cluster, row->down, &arena);
	vips_resolve(&vips, &w.cluster, &w.out, &options, &arena);
	describe_all(&vips, &found);
	ck_assert_str_eq(text_str(&found), row->expected);
	text_release(&found);
	run_world_release(&w);
	arena_release(&arena);
}
END_TEST

/* ---- addresses that are asked about ---- */

static const struct asked {
	const char *ip;
	const char *expected;
} asked_rows[] = {
	{ "192.168.1.100", "web 192.168.1.100 local node-c>node-b eth0/24 by node-c" },
	{ "192.168.1.101",
	  "new 192.168.1.101 local node-c>node-a eth0/24 by node-c predicted" },
	/* Services that share it each have a row. */
	{ "192.168.1.110", "s1 192.168.1.110 local node-c>node-a eth0/24 by node-c; "
			   "s2 192.168.1.110 local node-c>node-a eth0/24 by node-c" },
	/* Nobody has it. */
	{ "192.168.1.103", "- 192.168.1.103 local node-b>node-c eth0/24 by node-b" },
	{ "192.168.1.1", "- 192.168.1.1 unknown node-b>node-c eth0/24 by node-b" },
	{ "203.0.113.9",
	  "- 203.0.113.9 remote nobody>nobody kube-lb0/24 by node-a,node-b,node-c" },
	{ "198.51.100.1", "- 198.51.100.1 unknown nobody>nobody: no live node advertises a "
			  "subnet that contains it" },
};

#define ASKED                                                                                  \
	THREE AGENT LOCAL_GROUP REMOTE_GROUP WEB(BRANDED, ON4, "192.168.1.100") SERVICE(       \
		"new", "", ON4) SERVICE("s1", BRANDED ", " SHARES("k"), ON4 PORT("TCP", "80")) \
		HOLDS(IP("192.168.1.110"))                                                     \
			SERVICE("s2", BRANDED ", " SHARES("k"), ON4 PORT("TCP", "81"))         \
				HOLDS(IP("192.168.1.110"))

START_TEST(answers_for_an_address)
{
	const struct asked *row = &asked_rows[_i];
	struct text found = { 0 };
	struct arena arena;
	struct run_world w;
	struct vips vips;
	struct ip ip;

	ck_assert(ip_parse(row->ip, &ip));
	arena_init(&arena);
	run_world(&w, ASKED, false);
	vips_of_address(&vips, &w.cluster, &w.out, ip, NULL, &arena);
	describe_all(&vips, &found);
	ck_assert_str_eq(text_str(&found), row->expected);
	text_release(&found);
	run_world_release(&w);
	arena_release(&arena);
}
END_TEST

/* A shared address is won once; candidates are listed when asked for. */
START_TEST(wins_and_candidates)
{
	const struct vips_options options = { .candidates = true };
	struct arena arena;
	struct run_world w;
	struct vips vips;

	arena_init(&arena);
	run_world(&w, ASKED, false);
	vips_resolve(&vips, &w.cluster, &w.out, &options, &arena);
	ck_assert_uint_eq(vips.list.count, 4);
	ck_assert_str_eq(w.cluster.nodes.items[2].name, "node-c");
	ck_assert_uint_eq(vips.won[0], 0);
	ck_assert_uint_eq(vips.won[1], 0);
	ck_assert_uint_eq(vips.won[2], 3);
	for (uint32_t i = 0; i < vips.list.count; i++) {
		const struct vip *vip = &vips.list.items[i];

		ck_assert_uint_eq(vip->candidates.count, 3);
		ck_assert_ptr_eq(vip->candidates.items[0].node, vip->winner);
		ck_assert_ptr_eq(vip->candidates.items[1].node, vip->runner_up);
	}
	vips_resolve(&vips, &w.cluster, &w.out, NULL, &arena);
	ck_assert_uint_eq(vips.list.items[0].candidates.count, 0);
	run_world_release(&w);
	arena_release(&arena);
}
END_TEST

/* test: P3.11.10, P6.6: what the pool of a predicted address says about DAD is what the
 * annotation will say. */
START_TEST(dad_is_skipped)
{
	static const struct {
		const char *services;
		bool nodad;
	} cases[] = {
		{ SERVICE("web", "", ON6), true },
		{ WEB(BRANDED ", purelb.io/skip-ipv6-dad: 'true'", ON6, "fd00:1::101"), true },
		{ WEB(BRANDED, ON6, "fd00:1::101"), false },
		{ WEB(BRANDED ", purelb.io/skip-ipv6-dad: 'yes'", ON6, "fd00:1::101"), false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text yaml = { 0 };
		struct arena arena;
		struct run_world w;
		struct vips vips;

		text_printf(&yaml, "%s%s",
			    THREE AGENT GROUP("default",
					      "local: {skipIPv6DAD: true, v6pool: " R6LOCAL
					      "}"),
			    cases[i].services);
		arena_init(&arena);
		run_world(&w, text_str(&yaml), false);
		vips_resolve(&vips, &w.cluster, &w.out, NULL, &arena);
		ck_assert_uint_eq(vips.list.count, 1);
		ck_assert_int_eq(vips.list.items[0].how.act, ANNOUNCING_LOCAL);
		ck_assert(vips.list.items[0].how.options.nodad == cases[i].nodad);
		run_world_release(&w);
		arena_release(&arena);
		text_release(&yaml);
	}
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *suite_vips(void)
{
	Suite *suite = suite_create("vips");
	TCase *tcase = tcase_create("vips");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, resolves, 0, ROWS(rows));
	tcase_add_loop_test(tcase, answers_for_an_address, 0, ROWS(asked_rows));
	tcase_add_test(tcase, wins_and_candidates);
	tcase_add_test(tcase, dad_is_skipped);
	suite_add_tcase(suite, tcase);
	return suite;
}
