/* SPDX-License-Identifier: Apache-2.0 */
/* test: BG5.1 to BG5.4 (prefixes) and BG6.2, BG6.3 (what routers make of them). */
#include <string.h>

#include "base/text.h"
#include "tests/unit/bgp_world.h"
#include "tests/unit/suites.h"

#define ROWS(array) (int)(sizeof(array) / sizeof((array)[0]))

static const char base[] =
	"apiVersion: v1\n"
	"kind: List\n"
	"items:\n"
	"- {apiVersion: purelb.io/v2, kind: LBNodeAgent, metadata: {name: default}, spec: "
	"{nodeSelector: {matchLabels: {lb: 'on'}}, local: {localInterface: ^eth0$}}}\n"
	"- apiVersion: purelb.io/v2\n"
	"  kind: ServiceGroup\n"
	"  metadata: {name: hosts}\n"
	"  spec: {remote: {v4pools: [{subnet: 198.51.100.0/24, pool: 198.51.100.0/25, "
	"aggregation: /32}], v6pools: [{subnet: '2001:db8:1::/64', pool: "
	"'2001:db8:1::10-2001:db8:1::ff', aggregation: /128}]}}\n"
	"- apiVersion: purelb.io/v2\n"
	"  kind: ServiceGroup\n"
	"  metadata: {name: wide}\n"
	"  spec: {remote: {v4pools: [{subnet: 203.0.113.0/24, pool: 203.0.113.0/25}]}}\n"
	"- apiVersion: purelb.io/v2\n"
	"  kind: ServiceGroup\n"
	"  metadata: {name: near}\n"
	"  spec: {local: {v4pools: [{subnet: 10.0.0.0/24, pool: 10.0.0.100-10.0.0.110}]}}\n"
	/* d has no LBNodeAgent */
	"- {apiVersion: v1, kind: Node, metadata: {name: a, labels: {lb: 'on'}}, status: "
	"{addresses: [{type: InternalIP, address: 10.0.0.1}]}}\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: b, labels: {lb: 'on'}}, status: "
	"{addresses: [{type: InternalIP, address: 10.0.0.2}]}}\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: c, labels: {lb: 'on'}}, status: "
	"{addresses: [{type: InternalIP, address: 10.0.0.3}]}}\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: d, labels: {lb: 'off'}}, status: "
	"{addresses: [{type: InternalIP, address: 10.0.0.4}]}}\n";

static const char inventory[] =
	"apiVersion: purelbtool.purelb.io/v1\n"
	"kind: NodeInventory\n"
	"metadata: {name: lab}\n"
	"spec:\n"
	"  nodes:\n"
	"  - name: a\n"
	"    interfaces: [{name: lo, addresses: [127.0.0.1/8]}, {name: eth0, addresses: "
	"[10.0.0.1/24, 'fd00::1/64', 'fe80::1/64']}]\n"
	"  - name: b\n"
	"    interfaces: [{name: eth0, addresses: [10.0.0.2/24, 'fd00::2/64']}]\n"
	"  - name: c\n"
	"    interfaces: [{name: eth0, addresses: [10.0.0.3/24]}]\n"
	"  - name: d\n"
	"    interfaces: [{name: eth0, addresses: [10.0.0.4/24]}]\n"
	"  routers:\n"
	"  - {name: tor, asn: 65001, addresses: [10.0.0.254/24, 'fd00::ff/64'], bgp: %s}\n";

/* Holds an address of each pool; `mail` only where its endpoint is, on b. */
static const char services[] =
	"apiVersion: v1\n"
	"kind: List\n"
	"items:\n"
	"- {apiVersion: v1, kind: Service, metadata: {name: web, annotations: "
	"{purelb.io/allocated-by: PureLB}}, spec: {type: LoadBalancer, clusterIP: 10.96.0.1, "
	"ipFamilies: [IPv4, IPv6], ports: [{port: 1}]}, status: {loadBalancer: {ingress: [{ip: "
	"198.51.100.1}, {ip: '2001:db8:1::10'}]}}}\n"
	"- {apiVersion: v1, kind: Service, metadata: {name: mail, annotations: "
	"{purelb.io/allocated-by: PureLB}}, spec: {type: LoadBalancer, clusterIP: 10.96.0.2, "
	"ipFamilies: [IPv4], externalTrafficPolicy: Local, ports: [{port: 1}]}, status: "
	"{loadBalancer: {ingress: [{ip: 198.51.100.2}]}}}\n"
	"- {apiVersion: v1, kind: Service, metadata: {name: one, annotations: "
	"{purelb.io/allocated-by: PureLB}}, spec: {type: LoadBalancer, clusterIP: 10.96.0.3, "
	"ipFamilies: [IPv4], externalTrafficPolicy: Local, ports: [{port: 1}]}, status: "
	"{loadBalancer: {ingress: [{ip: 203.0.113.1}]}}}\n"
	"- {apiVersion: v1, kind: Service, metadata: {name: two, annotations: "
	"{purelb.io/allocated-by: PureLB}}, spec: {type: LoadBalancer, clusterIP: 10.96.0.4, "
	"ipFamilies: [IPv4], externalTrafficPolicy: Local, ports: [{port: 1}]}, status: "
	"{loadBalancer: {ingress: [{ip: 203.0.113.2}]}}}\n"
	"- {apiVersion: v1, kind: Service, metadata: {name: close, annotations: "
	"{purelb.io/allocated-by: PureLB}}, spec: {type: LoadBalancer, clusterIP: 10.96.0.5, "
	"ipFamilies: [IPv4], ports: [{port: 1}]}, status: {loadBalancer: {ingress: [{ip: "
	"10.0.0.100}]}}}\n"
	"- {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: m, labels: "
	"{kubernetes.io/service-name: mail}}, endpoints: [{addresses: [10.1.0.1], conditions: "
	"{ready: true}, nodeName: b}]}\n"
	"- {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: o, labels: "
	"{kubernetes.io/service-name: one}}, endpoints: [{addresses: [10.1.0.1], conditions: "
	"{ready: true}, nodeName: a}]}\n"
	"- {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: t, labels: "
	"{kubernetes.io/service-name: two}}, endpoints: [{addresses: [10.1.0.1], conditions: "
	"{ready: true}, nodeName: c}]}\n";

#define NEIGHBOR                                                                               \
	"neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001}, afiSafis: "       \
	"[{family: ipv4-unicast, enabled: true}, {family: ipv6-unicast, enabled: true}]}]"
#define IMPORT "netlinkImport: {enabled: true, interfaceList: [kube-lb0]}"

static void make(struct bgp_world *world, enum bgp_daemon daemon, const char *spec,
		 const char *router)
{
	struct text yaml = { 0 };
	struct text text = { 0 };
	struct text description = { 0 };

	text_printf(&text, "{global: {asn: 65000}, %s}", spec);
	text_printf(&description, inventory, router);
	bgp_world_make(world, daemon,
		       PIECES(base, text_str(&description), services,
			      bgp_yaml(&yaml, text_str(&text))));
	text_release(&yaml);
	text_release(&text);
	text_release(&description);
}

/* ---- what nodes originate ---- */

#define ALL_V6 " 2001:db8:1::10/128"

static const struct prefixes_row {
	enum bgp_daemon daemon;
	const char *spec;
	const char *a, *b, *c, *d;
} prefixes_rows[] = {
	/* ETP Local narrows host routes; an aggregate stays where any of its addresses is. */
	{ BGP_FORK_1_1, IMPORT, "198.51.100.1/32 203.0.113.0/24" ALL_V6,
	  "198.51.100.1/32 198.51.100.2/32" ALL_V6, "198.51.100.1/32 203.0.113.0/24" ALL_V6,
	  "" },
	{ BGP_FORK_1_1, "netlinkImport: {enabled: false, interfaceList: [kube-lb0]}", "", "",
	  "", "" },
	{ BGP_FORK_1_1, "netlinkImport: {interfaceList: [kube-lb0]}", "", "", "", "" },
	{ BGP_FORK_1_1, "neighbors: []", "", "", "", "" },
	{ BGP_FORK_1_1, "netlinkImport: {enabled: true, interfaceList: [kube-lb1]}", "", "", "",
	  "" },
	{ BGP_FORK_1_1, "netlinkImport: {enabled: true, vrf: red, interfaceList: [kube-lb0]}",
	  "", "", "", "" },
	/* 5.2, 5.6: patterns */
	{ BGP_FORK_1_1, "netlinkImport: {enabled: true, interfaceList: ['kube-*']}", "", "", "",
	  "" },
	{ BGP_FORK_1_3, "netlinkImport: {enabled: true, interfaceList: ['kube-*']}",
	  "198.51.100.1/32 203.0.113.0/24" ALL_V6, "198.51.100.1/32 198.51.100.2/32" ALL_V6,
	  "198.51.100.1/32 203.0.113.0/24" ALL_V6, "" },
	/* Other interfaces give their subnets, loopback and link-local addresses nothing. */
	{ BGP_FORK_1_1, "netlinkImport: {enabled: true, interfaceList: [eth0, lo]}",
	  "10.0.0.0/24 fd00::/64", "10.0.0.0/24 fd00::/64", "10.0.0.0/24", "10.0.0.0/24" },
	/* The reconcile ends before the import is enabled. */
	{ BGP_FORK_1_1,
	  IMPORT ", neighbors: [{config: {peerAsn: 1}, nodeSelector: {matchLabels: {'-': x}}}]",
	  "", "", "", "" },
};

START_TEST(prefixes)
{
	const struct prefixes_row *row = &prefixes_rows[_i];
	struct bgp_world world;

	make(&world, row->daemon, row->spec, "{}");
	ck_assert_str_eq(world_prefixes(&world, "a"), row->a);
	ck_assert_str_eq(world_prefixes(&world, "b"), row->b);
	ck_assert_str_eq(world_prefixes(&world, "c"), row->c);
	ck_assert_str_eq(world_prefixes(&world, "d"), row->d);
	bgp_world_release(&world);
}
END_TEST

START_TEST(vips_are_listed)
{
	struct bgp_world world;

	make(&world, BGP_FORK_1_1, IMPORT, "{}");
	/* The address of the local pool is not among them. */
	ck_assert_uint_eq(world.bgp.vips.count, 5);
	ck_assert_uint_eq(world.bgp.vips.items[0].dummies->count, 3);
	ck_assert_str_eq(world.bgp.vips.items[1].service->object.name.s, "mail");
	ck_assert(world.bgp.vips.items[1].etp_local);
	ck_assert_uint_eq(world.bgp.vips.items[1].dummies->count, 1);
	ck_assert_uint_eq(world.bgp.vips.items[2].prefix, 24);
	ck_assert_ptr_null(world.bgp.vips.items[0].reason);
	ck_assert(world.bgp.has_remote);
	ck_assert_uint_eq(world.bgp.remote_families, BGP_IPV4 | BGP_IPV6);
	bgp_world_release(&world);
}
END_TEST

/* ---- routes ---- */

#define WEB  "198.51.100.1/32"
#define WIDE "203.0.113.0/24"
#define V6   "2001:db8:1::10/128"

static const struct route_row {
	const char *spec;
	const char *router;
	const char *prefix;
	const char *route;
} route_rows[] = {
	{ NEIGHBOR, "{}", WEB, "a b c" },
	{ NEIGHBOR, "{}", WIDE, "a c" },
	{ NEIGHBOR, "{}", "198.51.100.2/32", "b" },
	{ NEIGHBOR, "{maxPaths: 2}", WEB, "a b | c" },
	{ NEIGHBOR, "{maxPaths: 1}", WEB, "a | b c" },
	{ NEIGHBOR, "{families: [ipv4-unicast]}", V6, "taken" },
	/* c has no IPv6 address to send as next hop (BG5.2). */
	{ NEIGHBOR, "{families: [ipv6-unicast]}", V6, "a b | c" },
	/* filters */
	{ NEIGHBOR, "{acceptPrefixLength: {v4: 8-24}}", WEB, "length" },
	{ NEIGHBOR, "{acceptPrefixLength: {v4: 8-24}}", WIDE, "a c" },
	{ NEIGHBOR, "{acceptPrefixLength: {v4: 8-24}}", V6, "a b | c" },
	{ NEIGHBOR, "{acceptPrefixes: [{prefix: 198.51.100.0/24, le: 32}]}", WEB, "a b c" },
	{ NEIGHBOR, "{acceptPrefixes: [198.51.100.0/24]}", WEB, "prefix" },
	{ NEIGHBOR, "{acceptPrefixes: [203.0.113.0/24]}", WIDE, "a c" },
	{ NEIGHBOR, "{acceptPrefixes: [{prefix: 203.0.0.0/16, ge: 25}]}", WIDE, "prefix" },
	{ NEIGHBOR, "{acceptPrefixes: [{prefix: 203.0.0.0/16, ge: 24}]}", WIDE, "a c" },
	{ NEIGHBOR, "{requiresPolicy: true}", WEB, "policy" },
	{ NEIGHBOR, "{requiresPolicy: true, acceptPrefixLength: {v4: 8-32}}", WEB, "a b c" },
	{ NEIGHBOR, "{connected: [203.0.113.0/24]}", WIDE, "connected" },
	{ NEIGHBOR, "{connected: [203.0.113.0/25]}", WIDE, "a c" },
	/* Only nodes with a session count. */
	{ NEIGHBOR, "{neighbors: [10.0.0.3, 10.0.0.1]}", WEB, "a c" },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 9}}]", "{}", WEB,
	  "taken" },
	/* Two sessions of one node with one next hop count once. */
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001}}, {config: "
	  "{neighborAddress: 'fd00::ff', peerAsn: 65001}, afiSafis: [{family: ipv4-unicast, "
	  "enabled: true}]}]",
	  "{}", WEB, "a b c | a b" },
	/* iBGP has a width of its own. */
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, localAsn: 65001}}]",
	  "{maxPaths: 4, maxPathsIBGP: 1}", WEB, "a | b c" },
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001, localAsn: 65001}}]",
	  "{requiresPolicy: true}", WEB, "a b c" },
	/* A peer in a VRF gets nothing of what is imported for all. */
	{ "vrfs: [{name: red, rd: '1:1'}], neighbors: [{config: {neighborAddress: 10.0.0.254, "
	  "peerAsn: 65001, vrf: red}}]",
	  "{}", WEB, "taken" },
	/* Unequal AS paths stand beside each other only when the router is told so. */
	{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001}}, {config: "
	  "{neighborAddress: 10.0.0.254, peerAsn: 65001, localAsn: 65077}, nodeSelector: "
	  "{matchExpressions: [{key: lb, operator: Exists}]}}]",
	  "{}", WEB, "a b c" },
};

START_TEST(routes)
{
	const struct route_row *row = &route_rows[_i];
	struct text spec = { 0 };
	struct bgp_world world;

	text_printf(&spec, "%s, " IMPORT, row->spec);
	make(&world, BGP_FORK_1_1, text_str(&spec), row->router);
	ck_assert_msg(str_equal(world_route(&world, "tor", row->prefix), row->route),
		      "%s %s: %s by %s", row->spec, row->router, row->prefix,
		      world_route(&world, "tor", row->prefix));
	bgp_world_release(&world);
	text_release(&spec);
}
END_TEST

/* The shorter AS path wins, and then the same one. */
START_TEST(as_paths)
{
	static const char mixed[] =
		"neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 65001}}, "
		"{config: {neighborAddress: 'fd00::ff', peerAsn: 65001, localAsn: %s}, afiSafis: "
		"[{family: ipv4-unicast, enabled: true}]}], " IMPORT;
	struct text spec = { 0 };
	struct bgp_world world;

	/* iBGP over the second session: an empty AS path beats one AS. */
	text_printf(&spec, mixed, "65001");
	make(&world, BGP_FORK_1_1, text_str(&spec), "{}");
	ck_assert_str_eq(world_route(&world, "tor", WEB), "a b | a b c");
	bgp_world_release(&world);

	/* Of two AS paths of one length the best one's is taken: a's first session. */
	text_clear(&spec);
	text_printf(&spec, mixed, "65077");
	make(&world, BGP_FORK_1_1, text_str(&spec), "{maxPaths: 9}");
	ck_assert_str_eq(world_route(&world, "tor", WEB), "a b c | a b");
	bgp_world_release(&world);
	text_release(&spec);
}
END_TEST

/* Every prefix that reaches the router is in one group, whose route is its own. */
static void check_groups(const struct bgp_config *config, const struct bgp_router *router,
			 struct arena *arena)
{
	const struct bgp_prefix *before = NULL;
	struct bgp_routes all;
	uint32_t listed = 0;
	uint32_t alone = 0;

	bgp_routes_of(config, router, arena, &all);
	ARRAY_FOREACH (const struct bgp_route_group, group, &all.list) {
		ck_assert_ptr_eq(group->route.prefix, group->prefixes.items[0]);
		ck_assert(before == NULL || group->route.prefix > before);
		before = group->route.prefix;
		ARRAY_FOREACH (const struct bgp_prefix *, prefix, &group->prefixes) {
			struct bgp_route route;

			listed++;
			bgp_route_find(config, router, *prefix, arena, &route);
			ck_assert_int_eq(route.filter, group->route.filter);
			ck_assert_uint_eq(route.width, group->route.width);
			ck_assert_uint_eq(route.hops.count, group->route.hops.count);
			for (uint32_t i = 0; i < route.hops.count; i++)
				ck_assert_ptr_eq(route.hops.items[i].session,
						 group->route.hops.items[i].session);
		}
	}
	ARRAY_FOREACH (const struct bgp_prefix, prefix, &config->prefixes) {
		struct bgp_route route;

		bgp_route_find(config, router, prefix, arena, &route);
		alone += route.hops.count > 0 || route.filter != BGP_TAKEN;
	}
	ck_assert_uint_eq(listed, alone);
}

START_TEST(groups)
{
	static const struct {
		const char *spec;
		const char *router;
		uint32_t count;
	} cases[] = {
		/* 198.51.100.1, .2 and 203.0.113.0/24 are on different nodes. */
		{ NEIGHBOR, "{}", 4 },
		{ NEIGHBOR, "{families: [ipv4-unicast]}", 3 },
		{ NEIGHBOR, "{acceptPrefixLength: {v4: 8-24}}", 4 },
		{ "neighbors: [{config: {neighborAddress: 10.0.0.254, peerAsn: 9}}]", "{}", 0 },
	};
	struct text spec = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bgp_routes all;
		struct bgp_world world;

		text_clear(&spec);
		text_printf(&spec, "%s, " IMPORT, cases[i].spec);
		make(&world, BGP_FORK_1_1, text_str(&spec), cases[i].router);
		check_groups(world_config(&world), &world.bgp.routers.items[0],
			     &world.snapshot->arena);
		bgp_routes_of(world_config(&world), &world.bgp.routers.items[0],
			      &world.snapshot->arena, &all);
		ck_assert_uint_eq(all.list.count, cases[i].count);
		bgp_world_release(&world);
	}
	text_release(&spec);
}
END_TEST

/* Two sessions of a node are one path, even when all nodes have one router ID. */
START_TEST(shared_router_id)
{
	struct bgp_world world;
	struct text yaml = { 0 };
	struct text description = { 0 };

	text_printf(&description, inventory, "{}");
	bgp_world_make(
		&world, BGP_FORK_1_1,
		PIECES(base, text_str(&description), services,
		       bgp_yaml(&yaml, "{global: {asn: 65000, routerID: 9.9.9.9}, neighbors: "
				       "[{config: {neighborAddress: 10.0.0.254, peerAsn: "
				       "65001}}, {config: {neighborAddress: 'fd00::ff', "
				       "peerAsn: 65001}, afiSafis: [{family: ipv4-unicast, "
				       "enabled: true}]}], " IMPORT "}")));
	ck_assert_str_eq(world_route(&world, "tor", WEB), "a b c | a b");
	bgp_world_release(&world);
	text_release(&yaml);
	text_release(&description);
}
END_TEST

START_TEST(strangers_have_routes)
{
	struct bgp_world world;

	make(&world, BGP_FORK_1_1,
	     "neighbors: [{config: {neighborAddress: 10.0.0.99, peerAsn: 7}}], " IMPORT, "{}");
	ck_assert_str_eq(world_route(&world, "10.0.0.99", WEB), "a b c");
	ck_assert_str_eq(world_route(&world, "tor", WEB), "taken");
	bgp_world_release(&world);
}
END_TEST

/* ---- all prefixes of a range ---- */

static const struct whole_row {
	const char *bgp; /* of the router */
	const char *from, *to;
	unsigned length;
	enum bgp_filter filter;
	const char *first;
} whole_rows[] = {
	{ "{}", "198.51.100.0", "198.51.100.255", 32, BGP_TAKEN, NULL },
	{ "{requiresPolicy: true}", "198.51.100.0", "198.51.100.0", 32, BGP_FILTER_POLICY,
	  "198.51.100.0" },
	{ "{acceptPrefixLength: {v4: '8-24'}}", "198.51.100.4", "198.51.100.9", 32,
	  BGP_FILTER_LENGTH, "198.51.100.4" },
	{ "{acceptPrefixLength: {v4: '8-24'}}", "198.51.100.0", "198.51.100.255", 24, BGP_TAKEN,
	  NULL },
	/* Two networks side by side, the larger of two that overlap, and a gap. */
	{ "{acceptPrefixes: [{prefix: 198.51.100.0/25, le: 32}, {prefix: 198.51.100.128/25, "
	  "ge: 32}]}",
	  "198.51.100.100", "198.51.100.200", 32, BGP_TAKEN, NULL },
	{ "{acceptPrefixes: [{prefix: 198.51.100.0/28, le: 32}, {prefix: 198.51.100.0/26, le: "
	  "32}]}",
	  "198.51.100.1", "198.51.100.63", 32, BGP_TAKEN, NULL },
	{ "{acceptPrefixes: [{prefix: 198.51.100.0/25, le: 32}]}", "198.51.100.100",
	  "198.51.100.200", 32, BGP_FILTER_PREFIX, "198.51.100.128" },
	/* Without ge and le a prefix of exactly that length. */
	{ "{acceptPrefixes: [{prefix: 198.51.100.0/24}]}", "198.51.100.0", "198.51.100.255", 24,
	  BGP_TAKEN, NULL },
	{ "{acceptPrefixes: [{prefix: 198.51.100.0/24}]}", "198.51.100.0", "198.51.100.255", 32,
	  BGP_FILTER_PREFIX, "198.51.100.0" },
	/* To the end of all addresses. */
	{ "{acceptPrefixes: [{prefix: '::/0', le: 128}]}",
	  "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128, BGP_TAKEN, NULL },
	{ "{acceptPrefixes: [{prefix: '2001:db8::/32', le: 64}]}",
	  "2001:db8:1::", "2001:db8:2::", 64, BGP_TAKEN, NULL },
};

START_TEST(whole_ranges)
{
	const struct whole_row *row = &whole_rows[_i];
	struct bgp_world world;
	struct ip_range span;
	struct ip first;
	struct ip expected;

	ck_assert(ip_parse(row->from, &span.from) && ip_parse(row->to, &span.to));
	make(&world, BGP_FORK_1_1, IMPORT, row->bgp);
	ck_assert_int_eq(bgp_router_filter_all(&world.bgp.routers.items[0], span, row->length,
					       false, &first),
			 row->filter);
	if (row->first != NULL) {
		ck_assert(ip_parse(row->first, &expected));
		ck_assert_int_eq(ip_compare(first, expected), 0);
	}
	bgp_world_release(&world);
}
END_TEST

Suite *suite_bgp_routes(void)
{
	Suite *suite = suite_create("bgp_routes");
	TCase *tc = tcase_create("routes");

	tcase_add_loop_test(tc, prefixes, 0, ROWS(prefixes_rows));
	tcase_add_test(tc, vips_are_listed);
	tcase_add_loop_test(tc, routes, 0, ROWS(route_rows));
	tcase_add_test(tc, as_paths);
	tcase_add_test(tc, groups);
	tcase_add_test(tc, shared_router_id);
	tcase_add_test(tc, strangers_have_routes);
	tcase_add_loop_test(tc, whole_ranges, 0, ROWS(whole_rows));
	suite_add_tcase(suite, tc);
	return suite;
}
