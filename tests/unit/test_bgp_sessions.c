/* SPDX-License-Identifier: Apache-2.0 */
/* test: BG4.6, BG6.1, BG6.3: which sessions come up, and why the others do not. */
#include <string.h>

#include "base/text.h"
#include "tests/unit/bgp_world.h"
#include "tests/unit/suites.h"

#define ROWS(array) (int)(sizeof(array) / sizeof((array)[0]))

/*
 * Two nodes on one subnet with a router, which has a second address elsewhere; `c` has IPv4
 * only and no inventory.
 */
static const char nodes[] =
	"apiVersion: v1\nkind: List\nitems:\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: a}, status: {addresses: "
	"[{type: InternalIP, address: 10.0.0.1}, {type: InternalIP, address: 'fd00::a'}]}}\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: b}, status: {addresses: "
	"[{type: InternalIP, address: 10.0.0.2}]}}\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: c}, status: {addresses: "
	"[{type: InternalIP, address: 10.0.0.3}]}}\n";

static const char inventory[] =
	"apiVersion: purelbtool.purelb.io/v1\n"
	"kind: NodeInventory\n"
	"metadata: {name: lab}\n"
	"spec:\n"
	"  nodes:\n"
	"  - name: a\n"
	"    interfaces:\n"
	"    - {name: eth0, addresses: [10.0.0.1/24, 'fd00::a/64', 'fe80::a/64']}\n"
	"    - {name: eth1, addresses: ['fe80::a1/64']}\n"
	"    defaultRoutes: [{interface: eth0, via: 10.0.0.254}, {interface: eth1, via: "
	"'fe80::99'}]\n"
	"  - name: b\n"
	"    interfaces: [{name: eth0, addresses: [10.0.0.2/24]}]\n"
	"    defaultRoutes: [{interface: eth0, via: 10.0.0.254}]\n"
	"  routers:\n"
	"  - {name: leaf, asn: 65009, addresses: ['fe80::99/64']}\n"
	"  - name: tor\n"
	"    asn: 65001\n"
	"    addresses: [10.0.0.254/24, 'fd00::1/64', 192.168.9.1/24]\n"
	"    bgp: %s\n";

static void make(struct bgp_world *world, const char *spec, const char *router,
		 const char *more)
{
	struct text yaml = { 0 };
	struct text text = { 0 };
	struct text description = { 0 };

	text_printf(&text, "{global: {asn: 65000}, %s}", spec);
	text_printf(&description, inventory, router);

	const char *const pieces[] = { nodes, text_str(&description),
				       bgp_yaml(&yaml, text_str(&text)), more, NULL };

	bgp_world_make(world, BGP_FORK_1_1, pieces);
	text_release(&yaml);
	text_release(&text);
	text_release(&description);
}

static void describe(const struct bgp_session *s, struct text *out)
{
	text_add(out, bgp_verdict_name(s->verdict));
	ARRAY_FOREACH (const struct bgp_why, why, &s->reasons) {
		text_printf(out, " %s", bgp_reason_name(why->reason));
		ck_assert_ptr_nonnull(why->text);
	}
}

#define PEER(address, asn, more)                                                               \
	"neighbors: [{config: {neighborAddress: '" address "', peerAsn: " asn "}" more "}]"
#define TOR(asn, more) PEER("10.0.0.254", asn, more)
#define FAR(asn, more) PEER("192.168.9.1", asn, more)

static const struct row {
	const char *spec;   /* behind global */
	const char *router; /* the router's bgp */
	const char *a;      /* the first session of node a */
	const char *b;      /* NULL: as a */
} rows[] = {
	{ TOR("65001", ""), "{}", "up", NULL },
	{ TOR("65001", ""), "{peersAllowed: [65000], holdTime: 90s}", "up", NULL },
	{ PEER("10.0.0.253", "65001", ""), "{}", "unknown", NULL },
	/* AS numbers */
	{ TOR("65002", ""), "{}", "down peer-as", NULL },
	{ TOR("0", ""), "{}", "up", NULL },
	{ TOR("65001", ""), "{peersAllowed: [65009]}", "down remote-as", NULL },
	{ TOR("65001", ""), "{peersAllowed: []}", "down remote-as", NULL },
	{ TOR("65002", ""), "{peersAllowed: [65009]}", "down peer-as remote-as", NULL },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, localAsn: 65009}}]",
	  "{peersAllowed: [65009]}", "up", NULL },
	/* who is known to the router: the longest match counts */
	{ TOR("65001", ""), "{neighbors: [10.0.0.1]}", "up", "down not-allowed" },
	{ TOR("65001", ""), "{listenRanges: [10.0.0.0/31]}", "up", "down not-allowed" },
	{ TOR("65001", ""),
	  "{listenRanges: [{prefix: 10.0.0.0/24, asn: 65009}], neighbors: [{address: 10.0.0.2, "
	  "asn: 65000}]}",
	  "down remote-as", "up" },
	{ TOR("65001", ""),
	  "{listenRanges: [{prefix: 10.0.0.0/24, asn: 65009}, {prefix: 10.0.0.0/31, asn: "
	  "65000}]}",
	  "up", "down remote-as" },
	{ TOR("65001", ""), "{listenRanges: [10.0.0.0/24], listenLimit: 1}", "up",
	  "down listen-limit" },
	/* adjacency and TTL */
	{ FAR("65001", ""), "{}", "down ttl", NULL },
	{ FAR("65001", ", ebgpMultihop: {enabled: true}"), "{}", "up", NULL },
	{ FAR("65001", ", ebgpMultihop: {enabled: true}"), "{multihop: 1}", "down router-ttl",
	  NULL },
	{ FAR("65001", ", ebgpMultihop: {enabled: true}"), "{multihop: 3}", "up", NULL },
	{ FAR("65001", ", ebgpMultihop: {enabled: true}"), "{listenRanges: [10.0.0.0/24]}",
	  "down router-ttl", NULL },
	{ FAR("0", ""), "{}", "up", NULL },
	{ "neighbors: [{config: {neighborAddress: 192.168.9.1, peerAsn: 65001, localAsn: "
	  "65001}}]",
	  "{multihop: 1}", "up", NULL },
	/* addresses */
	{ PEER("fd00::1", "65001", ""), "{}", "up", "down no-source" },
	/* Without a zone nothing else can be said; with one, the interface must be there. */
	{ PEER("fe80::99", "65009", ""), "{}", "down link-local", NULL },
	{ PEER("fe80::99%eth1", "65009", ""), "{}", "up", "down link-local" },
	{ PEER("10.0.0.2", "65001", ""), "{}", "down self", NULL },
	{ TOR("65001", ", transport: {localAddress: 10.0.0.1}"), "{}", "up",
	  "down local-address" },
	/* What is not an address is skipped. */
	{ TOR("65001", ", transport: {localAddress: eth0}"), "{}", "up", NULL },
	{ PEER("tor.example.com", "65001", ""), "{}", "down refused", NULL },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, adminDown: true}}]",
	  "{}", "down admin-down", NULL },
	/* unnumbered: eth1 of a leads to the leaf, eth0 is shared by all */
	{ "neighbors: [{config: {neighborInterface: eth1, peerAsn: 65009}}]", "{}", "up",
	  "down refused" },
	{ "neighbors: [{config: {neighborInterface: eth0, peerAsn: 65001}}]", "{}",
	  "down refused", NULL },
	/* passwords */
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, authPassword: x}}]",
	  "{}", "up", NULL },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, authPassword: x}}]",
	  "{password: x}", "up", NULL },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, authPassword: x}}]",
	  "{password: xx}", "down password", NULL },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, authPassword: x}}]",
	  "{authenticated: false}", "down password", NULL },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, authPassword: x}}]",
	  "{authenticated: true}", "up", NULL },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, authPassword: x}}]",
	  "{neighbors: [{address: 10.0.0.1, password: x}, 10.0.0.2]}", "up", "down password" },
	{ TOR("65001", ""), "{password: x}", "down password", NULL },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, "
	  "authPasswordSecretRef: {name: elsewhere, key: k}}}]",
	  "{password: x}", "up", NULL },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, "
	  "authPasswordSecretRef: {name: elsewhere, key: k}}}]",
	  "{authenticated: false}", "down password", NULL },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, authPassword: "
	  "'123456789012345678901234567890123456789012345678901234567890123456789012345678901'}}"
	  "]",
	  "{}", "down password-length", NULL },
	/* who dials */
	{ TOR("65001", ", transport: {passiveMode: true}"), "{}", "up", NULL },
	{ TOR("65001", ", transport: {passiveMode: true}"), "{passive: true}", "down passive",
	  NULL },
	{ TOR("65001", ", transport: {passiveMode: true}"),
	  "{listenRanges: [10.0.0.0/24], neighbors: [10.0.0.2]}", "down passive", "up" },
	{ TOR("65001", ""), "{passive: true}", "up", NULL },
	/* timers */
	{ TOR("65001", ", timers: {config: {holdTime: 2}}"), "{}", "down hold", NULL },
	{ TOR("65001", ", timers: {config: {holdTime: 3}}"), "{}", "up", NULL },
	{ TOR("65001", ", timers: {config: {holdTime: 65537}}"), "{}", "down hold", NULL },
	{ TOR("65001", ""), "{holdTime: 1s}", "down hold", NULL },
	{ TOR("65001", ""), "{holdTime: 0s}", "up", NULL },
	/* router IDs: the same one matters inside one AS only */
	{ TOR("65001", ""), "{routerID: 10.0.0.1}", "up", NULL },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, localAsn: 65001}}]",
	  "{routerID: 10.0.0.1}", "down router-id", "up" },
	/* dynamic neighbors: the router must dial */
	{ "dynamicNeighbors: [{prefix: 10.0.0.0/24, peerGroup: g}], "
	  "peerGroups: [{config: {peerGroupName: g, peerAsn: 65001}}]",
	  "{neighbors: [10.0.0.1, 10.0.0.2]}", "up", NULL },
	{ "dynamicNeighbors: [{prefix: 10.0.0.0/24, peerGroup: g}], "
	  "peerGroups: [{config: {peerGroupName: g, peerAsn: 65001}}]",
	  "{listenRanges: [10.0.0.0/24]}", "down passive", NULL },
};

START_TEST(verdicts)
{
	const struct row *row = &rows[_i];
	struct text got = { 0 };
	struct bgp_world world;

	make(&world, row->spec, row->router, NULL);
	describe(world_session(&world, "a", 0), &got);
	ck_assert_msg(str_equal(text_str(&got), row->a), "%s %s: a is %s", row->spec,
		      row->router, text_str(&got));
	text_clear(&got);
	describe(world_session(&world, "b", 0), &got);
	ck_assert_msg(str_equal(text_str(&got), row->b != NULL ? row->b : row->a),
		      "%s %s: b is %s", row->spec, row->router, text_str(&got));
	bgp_world_release(&world);
	text_release(&got);
}
END_TEST

/* Listeners: the router dials 179. */
START_TEST(listeners)
{
	static const struct {
		const char *global;
		const char *wanted;
	} cases[] = {
		{ "listenPort: 0", "up" },
		{ "listenPort: 179", "up" },
		{ "listenPort: -1", "down no-listener" },
		{ "listenPort: 1179", "down no-listener" },
		{ "listenAddresses: [10.0.0.1]", "up" },
		{ "listenAddresses: ['::']", "down no-listener" },
		{ "listenAddresses: [0.0.0.0]", "up" },
	};
	struct text spec = { 0 };
	struct text got = { 0 };
	struct bgp_world world;

	/* The last `global` of the mapping counts. */
	text_printf(&spec, "%s", TOR("65001", ", transport: {passiveMode: true}"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text yaml = { 0 };
		struct text text = { 0 };
		struct text description = { 0 };

		text_printf(&text, "{global: {asn: 65000, %s}, %s}", cases[i].global,
			    text_str(&spec));
		text_printf(&description, inventory, "{}");
		bgp_world_make(&world, BGP_FORK_1_1,
			       PIECES(nodes, text_str(&description),
				      bgp_yaml(&yaml, text_str(&text))));
		text_clear(&got);
		describe(world_session(&world, "a", 0), &got);
		ck_assert_msg(str_equal(text_str(&got), cases[i].wanted), "%s: %s",
			      cases[i].global, text_str(&got));
		bgp_world_release(&world);
		text_release(&yaml);
		text_release(&text);
		text_release(&description);
	}
	text_release(&spec);
	text_release(&got);
}
END_TEST

/* What cannot be known is not held against a node: c has no inventory. */
START_TEST(without_inventory)
{
	struct bgp_world world;
	const struct bgp_session *s;

	make(&world, TOR("65001", ""), "{neighbors: [10.0.0.3]}", NULL);
	s = world_session(&world, "c", 0);
	ck_assert_int_eq(s->verdict, BGP_UP);
	ck_assert_int_eq(s->adjacency, BGP_ADJACENT); /* the router's own subnet tells */
	ck_assert(s->source_inferred);
	bgp_world_release(&world);

	make(&world, FAR("65001", ""), "{}", NULL);
	s = world_session(&world, "c", 0);
	ck_assert_int_eq(s->verdict, BGP_UP);
	ck_assert_int_eq(s->adjacency, BGP_ADJACENCY_UNKNOWN);
	bgp_world_release(&world);
}
END_TEST

/* 6.1: the smaller hold time; the node's keepalive only with its own. */
START_TEST(timers)
{
	static const struct {
		const char *ours, *theirs;
		uint32_t hold, keepalive;
	} cases[] = {
		{ "{}", "{}", 90, 30 },
		{ "{holdTime: 9, keepaliveInterval: 2}", "{holdTime: 30s}", 9, 2 },
		{ "{holdTime: 90, keepaliveInterval: 2}", "{holdTime: 30s}", 30, 10 },
		{ "{holdTime: 90}", "{holdTime: 4s}", 4, 1 },
		{ "{holdTime: 90}", "{holdTime: 0s}", 0, 0 },
		{ "{holdTime: 65536}", "{holdTime: 30s}", 0, 0 },
	};
	struct text spec = { 0 };
	struct bgp_world world;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_clear(&spec);
		text_printf(&spec,
			    "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: "
			    "65001}, timers: {config: %s}}]",
			    cases[i].ours);
		make(&world, text_str(&spec), cases[i].theirs, NULL);
		ck_assert_uint_eq(world_session(&world, "a", 0)->hold_seconds, cases[i].hold);
		ck_assert_uint_eq(world_session(&world, "a", 0)->keepalive_seconds,
				  cases[i].keepalive);
		bgp_world_release(&world);
	}
	text_release(&spec);
}
END_TEST

/* Both sides must have a family; next hops come from the session's interface (BG5.2). */
START_TEST(families_and_next_hops)
{
	struct bgp_world world;
	const struct bgp_session *s;
	char text[IP_TEXT_MAX];

	make(&world,
	     TOR("65001", ", afiSafis: [{family: ipv4-unicast, enabled: true}, {family: "
			  "ipv6-unicast, enabled: true}]"),
	     "{families: [ipv6-unicast]}", NULL);
	s = world_session(&world, "a", 0);
	ck_assert_uint_eq(s->families, BGP_IPV6);
	ck_assert_uint_eq(s->next_hops, BGP_IPV4 | BGP_IPV6);
	ck_assert_str_eq(ip_format(s->next_hop_v4, text), "10.0.0.1");
	ck_assert_str_eq(ip_format(s->next_hop_v6, text), "fd00::a");
	ck_assert_uint_eq(world_session(&world, "b", 0)->next_hops, BGP_IPV4);
	bgp_world_release(&world);
}
END_TEST

/* Neighbors that are not described are gathered by address. */
START_TEST(strangers)
{
	struct bgp_world world;
	const struct bgp_config *config;

	make(&world,
	     "neighbors: [{config: {neighborAddress: 10.0.0.253, peerAsn: 7}}, {config: "
	     "{neighborAddress: 10.0.0.99, peerAsn: 0}}]",
	     "{}", NULL);
	config = world_config(&world);
	ck_assert_uint_eq(config->strangers.count, 2);
	ck_assert_str_eq(config->strangers.items[0].name, "10.0.0.99");
	ck_assert(!config->strangers.items[0].has_asn);
	ck_assert_str_eq(config->strangers.items[1].name, "10.0.0.253");
	ck_assert_uint_eq(config->strangers.items[1].asn, 7);
	ck_assert_ptr_eq(world_session(&world, "b", 0)->stranger, &config->strangers.items[1]);
	ck_assert_uint_eq(config->live.count, 6);
	bgp_world_release(&world);
}
END_TEST

/* Dynamic neighbors go on when the neighbors' step fails, and not when the groups' does. */
START_TEST(failed_steps)
{
	struct bgp_world world;
	struct text got = { 0 };

	make(&world,
	     TOR("65001",
		 ", nodeSelector: {matchLabels: {'-': x}}") ", "
							    "dynamicNeighbors: [{prefix: 10.0.0.0/24, peerGroup: g}], "
							    "peerGroups: [{config: {peerGroupName: g, peerAsn: 65001}}]",
	     "{}", NULL);
	/* The neighbor with the invalid selector applies nowhere. */
	ck_assert_ptr_nonnull(world_peer(&world, "a", 0)->dynamic);
	describe(world_session(&world, "a", 0), &got);
	ck_assert_str_eq(text_str(&got), "up");
	bgp_world_release(&world);

	text_clear(&got);
	make(&world,
	     TOR("65001", "") ", peerGroups: [{config: {peerGroupName: g}, nodeSelector: "
			      "{matchLabels: {'-': x}}}]",
	     "{}", NULL);
	describe(world_session(&world, "a", 0), &got);
	ck_assert_str_eq(text_str(&got), "down node");
	bgp_world_release(&world);
	text_release(&got);
}
END_TEST

Suite *suite_bgp_sessions(void)
{
	Suite *suite = suite_create("bgp_sessions");
	TCase *tc = tcase_create("sessions");

	tcase_add_loop_test(tc, verdicts, 0, ROWS(rows));
	tcase_add_test(tc, listeners);
	tcase_add_test(tc, without_inventory);
	tcase_add_test(tc, timers);
	tcase_add_test(tc, families_and_next_hops);
	tcase_add_test(tc, strangers);
	tcase_add_test(tc, failed_steps);
	suite_add_tcase(suite, tc);
	return suite;
}
