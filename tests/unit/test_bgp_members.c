/* SPDX-License-Identifier: Apache-2.0 */
/* test: what peer groups overwrite (BG4.4), route distinguishers (BG5.5), distance. */
#include "base/text.h"
#include "tests/unit/bgp_world.h"
#include "tests/unit/suites.h"

#define ROWS(array) (int)(sizeof(array) / sizeof((array)[0]))

#define MEMBER(config, more)                                                                   \
	"neighbors: [{config: {neighborAddress: 192.0.2.1, peerGroup: g, peerAsn: 7" config    \
	"}" more "}]"
#define GROUP(config, more)                                                                    \
	", peerGroups: [{config: {peerGroupName: g, peerAsn: 7" config "}" more "}]"

static const struct lost_row {
	const char *spec;
	unsigned lost;
	enum bgp_daemon daemon;
} lost_rows[] = {
	{ MEMBER("", "") GROUP("", ""), 0, BGP_FORK_1_1 },
	/* 0 asks for nothing */
	{ "neighbors: [{config: {neighborAddress: 192.0.2.1, peerGroup: g, peerAsn: 0}}]" GROUP(
		  "", ""),
	  0, BGP_FORK_1_1 },
	{ MEMBER("", "") ", peerGroups: [{config: {peerGroupName: g, peerAsn: 8}}]",
	  BGP_MEMBER_PEER_ASN, BGP_FORK_1_1 },
	{ MEMBER("", "") ", peerGroups: [{config: {peerGroupName: g}}]", BGP_MEMBER_PEER_ASN,
	  BGP_FORK_1_1 },
	/* of two groups of one name the later one counts */
	{ MEMBER("", "") ", peerGroups: [{config: {peerGroupName: g, peerAsn: 8}}, {config: "
			 "{peerGroupName: g, peerAsn: 7}}]",
	  0, BGP_FORK_1_1 },
	{ MEMBER(", localAsn: 9", "") GROUP("", ""), BGP_MEMBER_LOCAL_ASN, BGP_FORK_1_1 },
	{ MEMBER(", localAsn: 9", "") GROUP(", localAsn: 9", ""), 0, BGP_FORK_1_1 },
	{ MEMBER(", description: tor", "") GROUP("", ""), BGP_MEMBER_DESCRIPTION,
	  BGP_FORK_1_1 },
	{ MEMBER(", description: ''", "") GROUP(", description: tors", ""), 0, BGP_FORK_1_1 },
	{ MEMBER(", authPassword: a", "") GROUP("", ""), BGP_MEMBER_PASSWORD, BGP_FORK_1_1 },
	{ MEMBER(", authPassword: a", "") GROUP(", authPassword: a", ""), 0, BGP_FORK_1_1 },
	{ MEMBER(", authPassword: a", "")
		  GROUP(", authPassword: a, authPasswordSecretRef: {name: s, key: k}", ""),
	  BGP_MEMBER_PASSWORD, BGP_FORK_1_1 },
	{ MEMBER(", authPasswordSecretRef: {name: s, key: k}", "")
		  GROUP(", authPasswordSecretRef: {name: s, key: k}", ""),
	  0, BGP_FORK_1_1 },
	{ MEMBER(", authPasswordSecretRef: {name: s, key: k}", "")
		  GROUP(", authPasswordSecretRef: {name: s, key: l}", ""),
	  BGP_MEMBER_PASSWORD, BGP_FORK_1_1 },
	/* A reference without a name is none. */
	{ MEMBER(", authPasswordSecretRef: {name: '', key: k}", "") GROUP("", ""), 0,
	  BGP_FORK_1_1 },
	{ MEMBER("", ", timers: {config: {holdTime: 9}}") GROUP("", ""), BGP_MEMBER_TIMERS,
	  BGP_FORK_1_1 },
	/* the defaults, and what comes to the same */
	{ MEMBER("", ", timers: {config: {holdTime: 90, keepaliveInterval: 30}}") GROUP("", ""),
	  0, BGP_FORK_1_1 },
	{ MEMBER("", ", timers: {config: {holdTime: 9}}")
		  GROUP("", ", timers: {config: {holdTime: 9, keepaliveInterval: 3}}"),
	  0, BGP_FORK_1_1 },
	{ MEMBER("", ", timers: {config: {connectRetry: 5}}")
		  GROUP("", ", timers: {config: {holdTime: 90}}"),
	  BGP_MEMBER_TIMERS, BGP_FORK_1_1 },
	{ MEMBER("", ", afiSafis: [{family: ipv4-unicast, enabled: true}]") GROUP("", ""), 0,
	  BGP_FORK_1_1 },
	{ MEMBER("", ", afiSafis: [{family: ipv6-unicast, enabled: true}]") GROUP("", ""),
	  BGP_MEMBER_FAMILIES, BGP_FORK_1_1 },
	{ MEMBER("", ", transport: {passiveMode: true}") GROUP("", ""), BGP_MEMBER_TRANSPORT,
	  BGP_FORK_1_1 },
	{ MEMBER("", ", transport: {passiveMode: false}") GROUP("", ""), 0, BGP_FORK_1_1 },
	{ MEMBER("", ", transport: {localAddress: 10.0.0.1}")
		  GROUP("", ", transport: {localAddress: 10.0.0.1}"),
	  0, BGP_FORK_1_1 },
	/* The daemon applies no group's bindInterface. */
	{ MEMBER("", ", transport: {bindInterface: eth0}")
		  GROUP("", ", transport: {bindInterface: eth0}"),
	  BGP_MEMBER_TRANSPORT, BGP_FORK_1_1 },
	{ MEMBER("", ", ebgpMultihop: {enabled: true}, gracefulRestart: {enabled: true}, "
		     "routeReflector: {routeReflectorClient: true, routeReflectorClusterId: "
		     "''}") GROUP("", ""),
	  BGP_MEMBER_MULTIHOP | BGP_MEMBER_GRACEFUL_RESTART | BGP_MEMBER_ROUTE_REFLECTOR,
	  BGP_FORK_1_1 },
	{ MEMBER("", ", ebgpMultihop: {enabled: false}") GROUP("", ""), 0, BGP_FORK_1_1 },
	/* no group, and a daemon that lets members be */
	{ MEMBER(", localAsn: 9", ""), 0, BGP_FORK_1_1 },
	{ MEMBER(", localAsn: 9", ", timers: {config: {holdTime: 9}}") GROUP("", ""), 0,
	  BGP_FORK_1_3 },
};

START_TEST(what_groups_overwrite)
{
	const struct lost_row *row = &lost_rows[_i];
	struct text spec = { 0 };
	struct text yaml = { 0 };
	struct bgp_world world;

	text_printf(&spec, "{global: {asn: 65000}, %s}", row->spec);

	const char *const pieces[] = { bgp_yaml(&yaml, text_str(&spec)), NULL };

	bgp_world_make(&world, row->daemon, pieces);
	ck_assert_uint_eq(bgp_member_overwritten(world_config(&world), 0), row->lost);
	bgp_world_release(&world);
	text_release(&spec);
	text_release(&yaml);
}
END_TEST

static const struct rd_row {
	const char *text;
	enum bgp_rd_fault fault;
	bool usable;
} rd_rows[] = {
	{ "65000:1", BGP_RD_FINE, true },
	{ "0:4294967295", BGP_RD_FINE, true },
	{ "65535:0", BGP_RD_FINE, true },
	{ NULL, BGP_RD_MISSING, false },
	{ "", BGP_RD_MISSING, false },
	{ "65000", BGP_RD_SHAPE, false },
	{ ":1", BGP_RD_SHAPE, false },
	{ "65000:", BGP_RD_SHAPE, false },
	{ "65000:1:2", BGP_RD_SHAPE, false },
	{ "65000:a", BGP_RD_SHAPE, false },
	{ "65000:1a", BGP_RD_SHAPE, true },
	{ "1a:1", BGP_RD_SHAPE, true },
	{ "192.0.2.1:5", BGP_RD_ADDRESS, true },
	{ "1.2.3:5", BGP_RD_SHAPE, true },
	{ "65536:1", BGP_RD_LARGE, true },
	{ "99999999999999999999:1", BGP_RD_LARGE, false },
	{ "65000:4294967296", BGP_RD_NUMBER, false },
};

START_TEST(route_distinguishers)
{
	const struct rd_row *row = &rd_rows[_i];

	ck_assert_int_eq(bgp_rd_check(row->text), row->fault);
	ck_assert_int_eq(bgp_rd_usable(row->text), row->usable);
}
END_TEST

#define NODE                                                                                   \
	"apiVersion: v1\nkind: Node\nmetadata: {name: a}\n"                                    \
	"status: {addresses: [{type: InternalIP, address: 10.0.0.11}]}\n"
#define LEASE                                                                                  \
	"apiVersion: coordination.k8s.io/v1\nkind: Lease\n"                                    \
	"metadata: {name: purelb-node-a, namespace: purelb-system, annotations: "              \
	"{purelb.io/subnets: 10.0.0.0/24}}\n"                                                  \
	"spec: {holderIdentity: a, renewTime: '2026-03-01T10:00:00.000000Z'}\n"
#define INVENTORY                                                                              \
	"apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\nmetadata: {name: i}\n"      \
	"spec: {nodes: [{name: a, interfaces: [{name: eth0, addresses: [10.0.0.11/24]}]}]}\n"

static const struct distance_row {
	const char *more; /* beside the Node */
	const char *neighbor;
	bool distant, guess;
} distance_rows[] = {
	{ NULL, "10.9.0.1", false, true },
	{ LEASE, "10.0.0.1", false, false },
	{ LEASE, "10.9.0.1", true, true },
	{ INVENTORY, "10.0.0.1", false, false },
	{ INVENTORY, "10.9.0.1", true, false },
	{ LEASE, "'fe80::1'", false, true },
	/* A lease without subnets of the family tells nothing. */
	{ LEASE, "'fd00::1'", false, true },
};

START_TEST(distance)
{
	const struct distance_row *row = &distance_rows[_i];
	struct text spec = { 0 };
	struct text yaml = { 0 };
	struct bgp_world world;
	bool guess;

	text_printf(&spec,
		    "{global: {asn: 65000}, neighbors: [{config: {peerAsn: 7, "
		    "neighborAddress: %s}}]}",
		    row->neighbor);

	const char *const pieces[] = { NODE, bgp_yaml(&yaml, text_str(&spec)), row->more,
				       NULL };

	bgp_world_make(&world, BGP_FORK_1_1, pieces);
	ck_assert_int_eq(bgp_session_distant(world_session(&world, "a", 0), &guess),
			 row->distant);
	ck_assert_int_eq(guess, row->guess);
	bgp_world_release(&world);
	text_release(&spec);
	text_release(&yaml);
}
END_TEST

Suite *suite_bgp_members(void)
{
	Suite *suite = suite_create("bgp_members");
	TCase *tc = tcase_create("members");

	tcase_add_loop_test(tc, what_groups_overwrite, 0, ROWS(lost_rows));
	tcase_add_loop_test(tc, route_distinguishers, 0, ROWS(rd_rows));
	tcase_add_loop_test(tc, distance, 0, ROWS(distance_rows));
	suite_add_tcase(suite, tc);
	return suite;
}
