/* SPDX-License-Identifier: Apache-2.0 */
/* test: BG4: the peers of a node, and how far its reconcile gets (BG2.2). */
#include <string.h>

#include "base/text.h"
#include "tests/unit/bgp_world.h"
#include "tests/unit/suites.h"

#define ROWS(array) (int)(sizeof(array) / sizeof((array)[0]))

static const char nodes[] =
	"apiVersion: v1\nkind: List\nitems:\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: a, labels: {rack: r1}}, "
	"status: {addresses: [{type: InternalIP, address: 10.0.0.1}]}}\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: b, labels: {rack: r2}}, "
	"status: {addresses: [{type: InternalIP, address: 10.0.0.2}]}}\n";

static void make(struct bgp_world *world, enum bgp_daemon daemon, const char *spec,
		 const char *more)
{
	struct text t = { 0 };
	const char *const pieces[] = { nodes, bgp_yaml(&t, spec), more, NULL };

	bgp_world_make(world, daemon, pieces);
	text_release(&t);
}

/* "spec.neighbors[0] accepted, spec.neighbors[1] bad-address" */
static void list_peers(const struct bgp_world *world, const char *node, struct text *out)
{
	const struct bgp_node *n = world_node(world, node);

	ARRAY_FOREACH (const struct bgp_peer, peer, &n->peers) {
		text_printf(out, "%s%s %s", out->len > 0 ? ", " : "",
			    peer->path + strlen("spec."), bgp_refusal_name(peer->refusal));
		ck_assert_int_eq(peer->refusal_text == NULL, peer->refusal == BGP_ACCEPTED);
	}
}

/* ---- which peers there are, and which are refused ---- */

#define N(address, more) "{config: {peerAsn: 1, neighborAddress: " address "}" more "}"

static const struct peers_row {
	const char *spec;  /* behind global */
	const char *a, *b; /* the peers of each node */
} peers_rows[] = {
	{ "", "", "" },
	{ "neighbors: [" N("1.1.1.1", "") "]", "neighbors[0] accepted",
	  "neighbors[0] accepted" },
	/* 4.1 */
	{ "neighbors: [" N("1.1.1.1", ", nodeSelector: {matchLabels: {rack: r1}}") "]",
	  "neighbors[0] accepted", "" },
	{ "neighbors: [" N("1.1.1.1", ", nodeSelector: {}") "]", "neighbors[0] accepted",
	  "neighbors[0] accepted" },
	{ "neighbors: [" N("1.1.1.1",
			   ", nodeSelector: {matchExpressions: [{key: rack, operator: "
			   "NotIn, values: [r1]}]}") "]",
	  "", "neighbors[0] accepted" },
	{ "neighbors: [" N("1.1.1.1",
			   ", nodeSelector: {matchExpressions: [{key: none, operator: "
			   "DoesNotExist}]}") "]",
	  "neighbors[0] accepted", "neighbors[0] accepted" },
	/* 4.2: the last one of a key counts, of those that match the node */
	{ "neighbors: [" N("1.1.1.1", "") ", " N("1.1.1.1", "") "]",
	  "neighbors[0] replaced, neighbors[1] accepted",
	  "neighbors[0] replaced, neighbors[1] accepted" },
	{ "neighbors: [" N("1.1.1.1", "") ", " N(
		  "1.1.1.1", ", nodeSelector: {matchLabels: {rack: r2}}") "]",
	  "neighbors[0] accepted", "neighbors[0] replaced, neighbors[1] accepted" },
	{ "neighbors: [" N("'fd00::1'", "") ", " N("'FD00:0::1'", "") "]",
	  "neighbors[0] accepted, neighbors[1] same-address",
	  "neighbors[0] accepted, neighbors[1] same-address" },
	/* 4.5 */
	{ "neighbors: [" N("tor.example.com", "") ", " N("''", "") "]",
	  "neighbors[0] bad-address, neighbors[1] no-address",
	  "neighbors[0] bad-address, neighbors[1] no-address" },
	{ "neighbors: [" N("'fe80::1%eth0'", "") ", " N("'fe80::1%'", "") ", " N("1.1.1.1%eth0",
										 "") "]",
	  "neighbors[0] accepted, neighbors[1] bad-address, neighbors[2] bad-address",
	  "neighbors[0] accepted, neighbors[1] bad-address, neighbors[2] bad-address" },
	{ "neighbors: [" N("1.1.1.1",
			   ", afiSafis: [{family: ipv4_unicast, enabled: true}]") "]",
	  "neighbors[0] bad-family", "neighbors[0] bad-family" },
	{ "neighbors: [" N("1.1.1.1",
			   ", afiSafis: [{family: IPv4-Unicast, enabled: false}]") "]",
	  "neighbors[0] accepted", "neighbors[0] accepted" },
	{ "neighbors: [{config: {peerAsn: 1, neighborAddress: 1.1.1.1, vrf: red}}]",
	  "neighbors[0] no-vrf", "neighbors[0] no-vrf" },
	{ "neighbors: [{config: {peerAsn: 1, neighborAddress: 1.1.1.1, vrf: red}}], "
	  "vrfs: [{name: red}]",
	  "neighbors[0] no-vrf", "neighbors[0] no-vrf" },
	{ "neighbors: [{config: {peerAsn: 1, neighborAddress: 1.1.1.1, vrf: red}}], "
	  "vrfs: [{name: red, rd: '65000:1'}]",
	  "neighbors[0] accepted", "neighbors[0] accepted" },
	{ "neighbors: [{config: {peerAsn: 1, neighborAddress: 1.1.1.1, vrf: red}}], "
	  "vrfs: [{name: red, rd: '4294967296:1'}]",
	  "neighbors[0] no-vrf", "neighbors[0] no-vrf" },
	{ "neighbors: [{config: {peerAsn: 1, neighborAddress: 1.1.1.1, vrf: red}, afiSafis: "
	  "[{family: l2vpn-evpn, enabled: true}]}], vrfs: [{name: red, rd: '1.2.3.4:5'}]",
	  "neighbors[0] vrf-family", "neighbors[0] vrf-family" },
	/* peer groups */
	{ "neighbors: [{config: {peerAsn: 1, neighborAddress: 1.1.1.1, peerGroup: tor}}], "
	  "peerGroups: [{config: {peerGroupName: tor}, nodeSelector: {matchLabels: {rack: "
	  "r1}}}]",
	  "neighbors[0] accepted", "neighbors[0] group-missing" },
	{ "dynamicNeighbors: [{prefix: 10.0.0.0/8, peerGroup: tor}, {prefix: 10.0.0.0, "
	  "peerGroup: tor}, {prefix: 10.0.0.0/8, peerGroup: tor}], "
	  "peerGroups: [{config: {peerGroupName: tor}, nodeSelector: {matchLabels: {rack: "
	  "r1}}}]",
	  "dynamicNeighbors[0] replaced, dynamicNeighbors[1] bad-prefix, "
	  "dynamicNeighbors[2] accepted",
	  "dynamicNeighbors[0] group-missing, dynamicNeighbors[1] group-missing, "
	  "dynamicNeighbors[2] group-missing" },
	/* One whose group is missing does not replace another. */
	{ "neighbors: [" N("1.1.1.1", "") ", {config: {peerAsn: 1, neighborAddress: 1.1.1.1, "
					  "peerGroup: none}}]",
	  "neighbors[0] accepted, neighbors[1] group-missing",
	  "neighbors[0] accepted, neighbors[1] group-missing" },
};

START_TEST(peers)
{
	const struct peers_row *row = &peers_rows[_i];
	struct text spec = { 0 };
	struct text got = { 0 };
	struct bgp_world world;

	text_printf(&spec, "{global: {asn: 65000}, %s}", row->spec);
	make(&world, BGP_FORK_1_1, text_str(&spec), NULL);
	list_peers(&world, "a", &got);
	ck_assert_str_eq(text_str(&got), row->a);
	text_clear(&got);
	list_peers(&world, "b", &got);
	ck_assert_str_eq(text_str(&got), row->b);
	bgp_world_release(&world);
	text_release(&spec);
	text_release(&got);
}
END_TEST

/* ---- defaults and what groups overwrite ---- */

/* All that counts of a peer in one line. */
static void describe(const struct bgp_peer *p, struct text *out)
{
	struct arena arena;

	arena_init(&arena);
	text_printf(out, "%u>%u%s %s hold %d/%d/%d ttl %u%s%s", p->local_as, p->peer_as,
		    p->external ? " ext" : "", bgp_families_text(p->families, &arena),
		    (int)p->hold_seconds, (int)p->keepalive_seconds,
		    (int)p->connect_retry_seconds, p->ttl, p->passive ? " passive" : "",
		    p->graceful_restart ? " gr" : "");
	if (p->local_address != NULL)
		text_printf(out, " from %s", p->local_address);
	if (p->auth == BGP_AUTH_INLINE)
		text_printf(out, " key %s", p->password.bytes);
	arena_release(&arena);
}

#define MEMBER                                                                                 \
	"neighbors: [{config: {neighborAddress: 192.0.2.1, peerAsn: 7, localAsn: 8, "          \
	"authPassword: mine, peerGroup: g}, timers: {config: {holdTime: 9}}, "                 \
	"ebgpMultihop: {enabled: true}, gracefulRestart: {enabled: true}, "                    \
	"afiSafis: [{family: ipv6-unicast, enabled: true}], "                                  \
	"transport: {passiveMode: true, localAddress: 10.0.0.1}}]"

static const struct settings_row {
	enum bgp_daemon daemon;
	const char *spec;
	const char *wanted;
} settings_rows[] = {
	/* 4.3 */
	{ BGP_FORK_1_1, "neighbors: [{config: {neighborAddress: 192.0.2.1, peerAsn: 7}}]",
	  "65000>7 ext ipv4-unicast hold 90/30/120 ttl 1" },
	{ BGP_FORK_1_1, "neighbors: [{config: {neighborAddress: 'fd00::1', peerAsn: 65000}}]",
	  "65000>65000 ipv6-unicast hold 90/30/120 ttl 0" },
	{ BGP_FORK_1_1, "neighbors: [{config: {neighborInterface: eth1, peerAsn: 0}}]",
	  "65000>0 ipv4-unicast, ipv6-unicast hold 90/30/120 ttl 0" },
	{ BGP_FORK_1_1,
	  "neighbors: [{config: {neighborAddress: 192.0.2.1, peerAsn: 7, localAsn: 7}, "
	  "timers: {config: {holdTime: 10, connectRetry: 4}}}]",
	  "7>7 ipv4-unicast hold 10/3/4 ttl 0" },
	{ BGP_FORK_1_1,
	  "neighbors: [{config: {neighborAddress: 192.0.2.1, peerAsn: 7}, "
	  "ebgpMultihop: {enabled: true}, timers: {config: {holdTime: 0, keepaliveInterval: "
	  "20}}}]",
	  "65000>7 ext ipv4-unicast hold 90/20/120 ttl 255" },
	{ BGP_FORK_1_1,
	  "neighbors: [{config: {neighborAddress: 192.0.2.1, peerAsn: 7}, "
	  "ebgpMultihop: {enabled: true, multihopTtl: 260}}]",
	  "65000>7 ext ipv4-unicast hold 90/30/120 ttl 4" },
	{ BGP_FORK_1_1,
	  "neighbors: [{config: {neighborAddress: 192.0.2.1, peerAsn: 7}, "
	  "ebgpMultihop: {enabled: true, multihopTtl: 512}}]",
	  "65000>7 ext ipv4-unicast hold 90/30/120 ttl 255" },
	{ BGP_FORK_1_1,
	  "neighbors: [{config: {neighborAddress: 192.0.2.1, peerAsn: 7}, "
	  "ebgpMultihop: {enabled: false, multihopTtl: 4}, "
	  "afiSafis: [{family: ipv6-unicast, enabled: false}, {family: ipv4-unicast, enabled: "
	  "true}]}]",
	  "65000>7 ext ipv4-unicast, ipv6-unicast hold 90/30/120 ttl 1" },
	/* What the daemon takes without one is none. */
	{ BGP_FORK_1_1,
	  "neighbors: [{config: {neighborAddress: 192.0.2.1, peerAsn: 7}, "
	  "transport: {localAddress: 0.0.0.0}}]",
	  "65000>7 ext ipv4-unicast hold 90/30/120 ttl 1" },
	/* 4.4: everything of the member but its address goes */
	{ BGP_FORK_1_1, MEMBER ", peerGroups: [{config: {peerGroupName: g}}]",
	  "65000>0 ipv4-unicast hold 90/30/120 ttl 0" },
	{ BGP_FORK_1_1,
	  MEMBER ", peerGroups: [{config: {peerGroupName: g, peerAsn: 9, localAsn: 10, "
		 "authPassword: ours}, timers: {config: {holdTime: 30, connectRetry: 7}}, "
		 "afiSafis: [{family: ipv4-unicast, enabled: true}], "
		 "transport: {localAddress: 10.0.0.2}}]",
	  "10>9 ext ipv4-unicast hold 30/10/7 ttl 1 from 10.0.0.2 key ours" },
	/* 4.2: a later group of the same name overwrites */
	{ BGP_FORK_1_1,
	  MEMBER ", peerGroups: [{config: {peerGroupName: g, peerAsn: 9}}, {config: "
		 "{peerGroupName: g, peerAsn: 11}}]",
	  "65000>11 ext ipv4-unicast hold 90/30/120 ttl 1" },
	/* 5.6 */
	{ BGP_FORK_1_3,
	  MEMBER ", peerGroups: [{config: {peerGroupName: g, peerAsn: 9, authPassword: ours}, "
		 "timers: {config: {holdTime: 30, connectRetry: 6}}}]",
	  "8>7 ext ipv6-unicast hold 9/3/6 ttl 255 passive gr from 10.0.0.1 key mine" },
	{ BGP_FORK_1_1,
	  "dynamicNeighbors: [{prefix: 'fd00::/64', peerGroup: g}], "
	  "peerGroups: [{config: {peerGroupName: g, peerAsn: 9}}]",
	  "65000>9 ext ipv6-unicast hold 90/30/120 ttl 1 passive" },
};

START_TEST(settings)
{
	const struct settings_row *row = &settings_rows[_i];
	struct text spec = { 0 };
	struct text got = { 0 };
	struct bgp_world world;

	text_printf(&spec, "{global: {asn: 65000}, %s}", row->spec);
	make(&world, row->daemon, text_str(&spec), NULL);
	describe(world_peer(&world, "a", 0), &got);
	ck_assert_str_eq(text_str(&got), row->wanted);
	/* None of them is for some nodes only: it is the same wherever its group exists. */
	text_release(&got);
	describe(&world_config(&world)->peers.items[0], &got);
	ck_assert_str_eq(text_str(&got), row->wanted);
	bgp_world_release(&world);
	text_release(&spec);
	text_release(&got);
}
END_TEST

START_TEST(peers_without_nodes)
{
	struct text t = { 0 };
	const char *const pieces[] = {
		bgp_yaml(&t, "{global: {asn: 1}, neighbors: [{config: {neighborAddress: "
			     "1.1.1.1, peerAsn: 2, peerGroup: g}}, {config: {neighborAddress: "
			     "tor, peerAsn: 2}}, {config: {neighborAddress: 1.1.1.2, peerAsn: "
			     "2, peerGroup: h}}], peerGroups: [{config: {peerGroupName: g, "
			     "peerAsn: 7}, nodeSelector: {matchLabels: {rack: r9}}}], "
			     "dynamicNeighbors: [{prefix: 10.0.0.0, peerGroup: g}]}"),
		NULL
	};
	static const enum bgp_refusal refusals[] = { BGP_ACCEPTED, BGP_BAD_ADDRESS,
						     BGP_GROUP_MISSING, BGP_BAD_PREFIX };
	const struct bgp_config *config;
	struct bgp_world world;

	bgp_world_make(&world, BGP_FORK_1_1, pieces);
	config = world_config(&world);
	ck_assert_uint_eq(config->nodes.count, 0);
	ck_assert_int_eq(config->peers.count, ROWS(refusals));
	for (int i = 0; i < ROWS(refusals); i++)
		ck_assert_int_eq(config->peers.items[i].refusal, refusals[i]);
	ck_assert_uint_eq(config->peers.items[0].peer_as, 7);
	ck_assert_str_eq(config->peers.items[2].refusal_text,
			 "peer group \"h\" does not exist on any node");
	ck_assert(config->neighbors[0].has_address && !config->neighbors[1].has_address);
	ck_assert(!config->dynamic[0].has_prefix);
	bgp_world_release(&world);
	text_release(&t);
}
END_TEST

/* ---- how far the reconcile gets ---- */

static const char a_secret[] =
	"apiVersion: v1\nkind: Secret\nmetadata: {name: keys, namespace: "
	"purelb-system}\nstringData: {tor: x}\n";

#define REF(name, key)                                                                         \
	"{config: {neighborAddress: 192.0.2.1, peerAsn: 1, authPasswordSecretRef: {name: "     \
	"'" name "', key: " key "}}, nodeSelector: {matchLabels: {rack: r1}}}"
#define BAD_SELECTOR "nodeSelector: {matchExpressions: [{key: a, operator: in, values: [b]}]}"

static const struct state_row {
	const char *spec;
	const char *more;
	const char *a, *b; /* states of the two nodes */
	bool neighbors_a;
	const char *path; /* of the cause on a */
} state_rows[] = {
	{ "global: {asn: 1}", NULL, "runs", "runs", true, NULL },
	{ "global: {asn: 1, routerIDPool: x}", NULL, "invalid", "invalid", false,
	  "spec.global.routerIDPool" },
	{ "global: {asn: 1, routerID: 300.1.1.1}", NULL, "no-router-id", "no-router-id", false,
	  "spec.global.routerID" },
	{ "global: {asn: 0}", NULL, "no-asn", "no-asn", false, "spec.global.asn" },
	{ "global: {asn: 1, listenAddresses: [0.0.0.0, eth0]}", NULL, "listen-address",
	  "listen-address", false, "spec.global.listenAddresses[1]" },
	{ "global: {asn: 1}, neighbors: [{config: {peerAsn: 1}, " BAD_SELECTOR "}]", NULL,
	  "selector", "selector", false,
	  "spec.neighbors[0].nodeSelector.matchExpressions[0].operator" },
	{ "global: {asn: 1}, peerGroups: [{config: {peerGroupName: g}, " BAD_SELECTOR "}]",
	  NULL, "group-selector", "group-selector", false,
	  "spec.peerGroups[0].nodeSelector.matchExpressions[0].operator" },
	/* Without Secrets in the input nobody knows. */
	{ "global: {asn: 1}, neighbors: [" REF("keys", "tor") "]", NULL, "runs", "runs", true,
	  NULL },
	{ "global: {asn: 1}, neighbors: [" REF("keys", "tor") "]", a_secret, "runs", "runs",
	  true, NULL },
	{ "global: {asn: 1}, neighbors: [" REF("keys", "none") "]", a_secret, "secret", "runs",
	  false, "spec.neighbors[0].config.authPasswordSecretRef" },
	{ "global: {asn: 1}, neighbors: [" REF("key", "tor") "]", a_secret, "secret", "runs",
	  false, "spec.neighbors[0].config.authPasswordSecretRef" },
	/* One that the input does not show, and that is like none of those it shows. */
	{ "global: {asn: 1}, neighbors: [" REF("vault", "tor") "]", a_secret, "runs", "runs",
	  true, NULL },
	{ "global: {asn: 1}, neighbors: [" REF("", "tor") "]", a_secret, "runs", "runs", true,
	  NULL },
	{ "global: {asn: 1}, peerGroups: [{config: {peerGroupName: g, authPasswordSecretRef: "
	  "{name: keyz, key: k, optional: true}}, nodeSelector: {matchLabels: {rack: r2}}}]",
	  a_secret, "runs", "group-secret", true, NULL },
	{ "global: {asn: 1}, vrfs: [{name: v, rd: '1:1', netlinkImport: {enabled: true}}]",
	  NULL, "vrf-netlink", "vrf-netlink", true, "spec.vrfs[0].netlinkImport" },
	{ "global: {asn: 1}, vrfs: [{name: v, rd: '1:1', netlinkImport: {enabled: false}}]",
	  NULL, "runs", "runs", true, NULL },
};

START_TEST(states)
{
	const struct state_row *row = &state_rows[_i];
	struct text spec = { 0 };
	struct bgp_world world;
	const struct bgp_node *a;

	text_printf(&spec, "{%s}", row->spec);
	make(&world, BGP_FORK_1_1, text_str(&spec), row->more);
	a = world_node(&world, "a");
	ck_assert_str_eq(bgp_node_state_name(a->state), row->a);
	ck_assert_str_eq(bgp_node_state_name(world_node(&world, "b")->state), row->b);
	ck_assert_int_eq(a->has_neighbors, row->neighbors_a);
	ck_assert_int_eq(a->state_text == NULL, a->state == BGP_NODE_RUNS);
	if (row->path != NULL)
		ck_assert_str_eq(a->state_path, row->path);
	bgp_world_release(&world);
	text_release(&spec);
}
END_TEST

/* A node of which there is only a lease: what its object would say is not known, and
 * not held against it. */
START_TEST(unknown_router_id)
{
	static const char lease[] =
		"apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: "
		"purelb-node-x, namespace: purelb-system, annotations: {purelb.io/subnets: "
		"10.0.0.0/24}}\nspec: {holderIdentity: x, leaseDurationSeconds: 10, renewTime: "
		"'2026-01-01T00:00:00.000000Z'}\n";
	struct bgp_world world;
	const struct bgp_node *x;

	make(&world, BGP_FORK_1_1,
	     "{global: {asn: 1}, neighbors: [{config: {neighborAddress: 10.0.0.9, peerAsn: 2}}]}",
	     lease);
	x = world_node(&world, "x");
	ck_assert_ptr_null(x->router_id.text);
	ck_assert_int_eq(x->router_id.error, ROUTER_ID_NO_NODE);
	ck_assert_int_eq(x->state, BGP_NODE_RUNS);
	ck_assert_int_eq(world_session(&world, "x", 0)->verdict, BGP_UNKNOWN);
	bgp_world_release(&world);
}
END_TEST

START_TEST(selectors_are_counted)
{
	struct bgp_world world;
	const struct bgp_config *config;

	make(&world, BGP_FORK_1_1,
	     "{global: {asn: 1}, neighbors: [{config: {peerAsn: 1}, nodeSelector: {matchLabels: "
	     "{rack: r1}}}, {config: {peerAsn: 1}}], peerGroups: [{config: {peerGroupName: g}, "
	     "nodeSelector: {matchLabels: {rack: r9}}}]}",
	     NULL);
	config = world_config(&world);
	ck_assert_uint_eq(config->selectors.count, 3);
	ck_assert_uint_eq(config->selectors.items[0].matches, 1);
	ck_assert_uint_eq(config->selectors.items[1].matches, 2);
	ck_assert_uint_eq(config->selectors.items[2].matches, 0);
	ck_assert_str_eq(config->selectors.items[2].path, "spec.peerGroups[0].nodeSelector");
	bgp_world_release(&world);
}
END_TEST

START_TEST(credentials_tell_what_is_written_and_found)
{
	struct bgp_world world;
	const struct bgp_credential *all;

	make(&world, BGP_FORK_1_1,
	     "{global: {asn: 1}, neighbors: [" REF("keys", "tor") ", " REF(
		     "keys",
		     "none") "], "
			     "peerGroups: [{config: {peerGroupName: g, authPassword: open, "
			     "authPasswordSecretRef: {name: '', key: k}}}]}",
	     a_secret);
	ck_assert_uint_eq(world_config(&world)->credentials.count, 3);
	all = world_config(&world)->credentials.items;
	ck_assert_int_eq(all[0].auth, BGP_AUTH_SECRET);
	ck_assert_ptr_eq(all[0].secret, world.snapshot->secrets.items[0]);
	ck_assert_ptr_null(all[0].missing);
	ck_assert_int_eq(all[1].auth, BGP_AUTH_UNKNOWN);
	ck_assert_str_eq(all[1].missing, "Secret \"keys\" has no usable key \"none\"");
	ck_assert_ptr_eq(all[1].secret, world.snapshot->secrets.items[0]);
	ck_assert_str_eq(all[2].path, "spec.peerGroups[0].config");
	ck_assert_int_eq(all[2].auth, BGP_AUTH_INLINE);
	ck_assert_str_eq(all[2].password.bytes, "open");
	ck_assert(all[2].ref->at.set);
	bgp_world_release(&world);
}
END_TEST

Suite *suite_bgp_peers(void)
{
	Suite *suite = suite_create("bgp_peers");
	TCase *tc = tcase_create("peers");

	tcase_add_loop_test(tc, peers, 0, ROWS(peers_rows));
	tcase_add_loop_test(tc, settings, 0, ROWS(settings_rows));
	tcase_add_test(tc, peers_without_nodes);
	tcase_add_loop_test(tc, states, 0, ROWS(state_rows));
	tcase_add_test(tc, unknown_router_id);
	tcase_add_test(tc, selectors_are_counted);
	tcase_add_test(tc, credentials_tell_what_is_written_and_found);
	suite_add_tcase(suite, tc);
	return suite;
}
