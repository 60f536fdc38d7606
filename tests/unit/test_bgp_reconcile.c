/* SPDX-License-Identifier: Apache-2.0 */
/* test: purelb/bgp/bgp_reconcile.c: what a changed BGPConfiguration does to peers and daemons
 * (BG2.2, BG2.4). */
#include "purelb/bgp/bgp_reconcile.h"

#include "base/array.h"
#include "tests/unit/suites.h"

static struct bgp_peer peer_of(const char *address)
{
	static const struct bgp_neighbor neighbor = { 0 };
	struct bgp_peer peer = {
		.neighbor = &neighbor,
		.has_address = true,
		.local_as = 65000,
		.peer_as = 65001,
		.families = BGP_IPV4,
		.hold_seconds = 90,
		.keepalive_seconds = 30,
		.connect_retry_seconds = 120,
		.restart_seconds = 90,
	};

	ck_assert(ip_parse(address, &peer.address));
	return peer;
}

/* Each changes one thing of a peer. */
static void change_nothing(struct bgp_peer *peer)
{
	(void)peer;
}

static void change_timers(struct bgp_peer *peer)
{
	peer->hold_seconds = 9;
	peer->keepalive_seconds = 3;
	peer->restart_seconds = 9; /* it follows, and counts only with graceful restart */
}

static void change_peer_as(struct bgp_peer *peer)
{
	peer->peer_as = 65009;
}

static void change_local_as(struct bgp_peer *peer)
{
	peer->local_as = 65009;
}

static void change_families(struct bgp_peer *peer)
{
	peer->families |= BGP_IPV6;
}

static void change_password(struct bgp_peer *peer)
{
	peer->auth = BGP_AUTH_INLINE;
	peer->password = (struct secret_value){ .bytes = "new", .len = 3 };
}

static void change_passive(struct bgp_peer *peer)
{
	peer->passive = true;
}

static void change_multihop(struct bgp_peer *peer)
{
	peer->multihop = true;
	peer->ttl = 4;
}

static void change_down(struct bgp_peer *peer)
{
	peer->admin_down = true;
}

static const struct {
	void (*change)(struct bgp_peer *peer);
	enum bgp_peer_change peer;
	enum bgp_reconcile node;
} changes[] = {
	{ change_nothing, BGP_PEER_SAME, BGP_RECONCILE_WORKS },
	{ change_timers, BGP_PEER_SAME, BGP_RECONCILE_CRASHES },
	{ change_peer_as, BGP_PEER_OTHER_AS, BGP_RECONCILE_WORKS },
	{ change_local_as, BGP_PEER_RESET, BGP_RECONCILE_WORKS },
	{ change_families, BGP_PEER_RESET, BGP_RECONCILE_WORKS },
	{ change_password, BGP_PEER_RESET, BGP_RECONCILE_WORKS },
	{ change_passive, BGP_PEER_RESET, BGP_RECONCILE_WORKS },
	{ change_multihop, BGP_PEER_RESET, BGP_RECONCILE_WORKS },
	{ change_down, BGP_PEER_SHUT_DOWN, BGP_RECONCILE_WORKS },
};

/* A node with one peer, under a configuration. */
struct one_node {
	struct bgp_configuration object;
	struct bgp_config config;
	struct bgp_peer peer;
	struct bgp_node node;
};

static void one_node_make(struct one_node *one, const struct bgp_peer *peer)
{
	*one = (struct one_node){
		.object = { .global = { .asn = { .set = true, .v = 65000 } } },
		.node = { .has_neighbors = true }
	};
	one->config.object = &one->object;
	one->node.config = &one->config;
	one->node.router_id.text = "10.0.0.11";
	if (peer == NULL)
		return;
	one->peer = *peer;
	one->node.peers.items = &one->peer;
	one->node.peers.count = 1;
}

START_TEST(a_change_does_what_it_changes)
{
	const struct bgp_peer before = peer_of("10.0.0.1");
	struct bgp_peer after = before;
	struct one_node old, new;

	changes[_i].change(&after);
	ck_assert_int_eq(bgp_reconcile_peer(&before, &after), changes[_i].peer);
	one_node_make(&old, &before);
	one_node_make(&new, &after);
	ck_assert_int_eq(bgp_reconcile_node(&old.node, &new.node), changes[_i].node);
	/* Timers that change with something else are those of the next session. */
	change_timers(&after);
	one_node_make(&new, &after);
	ck_assert_int_eq(bgp_reconcile_node(&old.node, &new.node),
			 changes[_i].peer == BGP_PEER_SAME ? BGP_RECONCILE_CRASHES
							   : BGP_RECONCILE_WORKS);
}
END_TEST

START_TEST(peers_come_and_go)
{
	struct bgp_peer peer = peer_of("10.0.0.1");
	const struct bgp_peer other = peer_of("10.0.0.2");
	struct one_node old, new;

	ck_assert(bgp_peer_is_same(&peer, &peer));
	ck_assert(!bgp_peer_is_same(&peer, &other));
	ck_assert_int_eq(bgp_reconcile_peer(NULL, &peer), BGP_PEER_ADDED);
	ck_assert_int_eq(bgp_reconcile_peer(&peer, NULL), BGP_PEER_DELETED);
	one_node_make(&old, &peer);
	one_node_make(&new, NULL);
	ck_assert_int_eq(bgp_reconcile_node(&old.node, &new.node), BGP_RECONCILE_WORKS);
	/* BG2.4g: the daemon does not survive the end of a dynamic neighbor. */
	old.peer.neighbor = NULL;
	old.peer.dynamic = &(const struct bgp_dynamic_neighbor){ 0 };
	ck_assert_int_eq(bgp_reconcile_node(&old.node, &new.node), BGP_RECONCILE_CRASHES);
	/* One that is refused is none. */
	peer.refusal = BGP_BAD_ADDRESS;
	ck_assert_int_eq(bgp_reconcile_peer(&peer, &other), BGP_PEER_ADDED);
}
END_TEST

START_TEST(what_needs_a_restart_changes_nothing)
{
	const struct bgp_peer peer = peer_of("10.0.0.1");
	struct one_node old, new;

	one_node_make(&old, &peer);
	one_node_make(&new, &peer);
	new.object.global.asn.v = 65009;
	ck_assert_int_eq(bgp_reconcile_node(&old.node, &new.node), BGP_RECONCILE_FAILS);
	one_node_make(&new, &peer);
	new.node.router_id.text = "10.0.0.12";
	ck_assert_int_eq(bgp_reconcile_node(&old.node, &new.node), BGP_RECONCILE_FAILS);
	one_node_make(&new, &peer);
	new.node.has_neighbors = false;
	ck_assert_int_eq(bgp_reconcile_node(&old.node, &new.node), BGP_RECONCILE_FAILS);
}
END_TEST

Suite *suite_bgp_reconcile(void)
{
	Suite *suite = suite_create("bgp_reconcile");
	TCase *tcase = tcase_create("bgp_reconcile");

	tcase_add_loop_test(tcase, a_change_does_what_it_changes, 0, ARRAY_LEN(changes));
	tcase_add_test(tcase, peers_come_and_go);
	tcase_add_test(tcase, what_needs_a_restart_changes_nothing);
	suite_add_tcase(suite, tcase);
	return suite;
}
