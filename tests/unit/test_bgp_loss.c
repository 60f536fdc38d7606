/* SPDX-License-Identifier: Apache-2.0 */
/* test: purelb/bgp/bgp_loss.c: T14.6, T14.8 and T14.10 on a cluster of three nodes behind a
 * router, and what is not known. */
#include "purelb/bgp/bgp_loss.h"

#include "base/duration.h"
#include "tests/unit/bgp_world.h"
#include "tests/unit/suites.h"

#define EXACT 1e-12

static const char cluster[] =
	"apiVersion: v1\n"
	"kind: List\n"
	"items:\n"
	"- {apiVersion: purelb.io/v2, kind: LBNodeAgent, metadata: {name: default}, spec: "
	"{local: {localInterface: ^eth0$}}}\n"
	"- apiVersion: purelb.io/v2\n"
	"  kind: ServiceGroup\n"
	"  metadata: {name: hosts}\n"
	"  spec: {remote: {v4pools: [{subnet: 198.51.100.0/24, pool: 198.51.100.0/25, "
	"aggregation: /32}]}}\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: a}, status: {addresses: [{type: "
	"InternalIP, address: 10.0.0.1}]}}\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: b}, status: {addresses: [{type: "
	"InternalIP, address: 10.0.0.2}]}}\n"
	"- {apiVersion: v1, kind: Node, metadata: {name: c}, status: {addresses: [{type: "
	"InternalIP, address: 10.0.0.3}]}}\n"
	"- {apiVersion: v1, kind: Service, metadata: {name: web, annotations: "
	"{purelb.io/allocated-by: PureLB}}, spec: {type: LoadBalancer, clusterIP: 10.96.0.1, "
	"ipFamilies: [IPv4], ports: [{port: 1}]}, status: {loadBalancer: {ingress: [{ip: "
	"198.51.100.1}]}}}\n";

static const char routers[] =
	"apiVersion: purelbtool.purelb.io/v1\n"
	"kind: NodeInventory\n"
	"metadata: {name: lab}\n"
	"spec:\n"
	"  nodes:\n"
	"  - {name: a, interfaces: [{name: eth0, addresses: [10.0.0.1/24]}]}\n"
	"  - {name: b, interfaces: [{name: eth0, addresses: [10.0.0.2/24]}]}\n"
	"  - {name: c, interfaces: [{name: eth0, addresses: [10.0.0.3/24]}]}\n"
	"  routers: [{name: tor, asn: 65001, addresses: [10.0.0.254/24], bgp: {%s}}]\n";

static void make(struct bgp_world *world, const char *router)
{
	struct text yaml = { 0 };
	struct text described = { 0 };

	text_printf(&described, routers, router);
	bgp_world_make(
		world, BGP_FORK_1_1,
		PIECES(cluster, text_str(&described),
		       bgp_yaml(&yaml,
				"{global: {asn: 65000}, neighbors: [{config: {neighborAddress: "
				"10.0.0.254, peerAsn: 65001}, timers: {config: {holdTime: 9, "
				"keepaliveInterval: 3}}, afiSafis: [{family: ipv4-unicast, "
				"enabled: true}]}], netlinkImport: {enabled: true, "
				"interfaceList: [kube-lb0]}}")));
	text_release(&yaml);
	text_release(&described);
}

/* What changes at the router when the nodes whose bits are set die; there is one prefix. */
static struct bgp_route_change lose(struct bgp_world *world, unsigned bits)
{
	const struct bgp_config *config = world_config(world);
	bool nodes[3];
	const struct bgp_loss loss = { .nodes = nodes };
	struct bgp_route_changes changes;

	for (unsigned i = 0; i < ARRAY_LEN(nodes); i++)
		nodes[i] = (bits >> i & 1) != 0;
	bgp_loss_changes(config, &world->bgp.routers.items[0], &loss, world->bgp.arena,
			 &changes);
	ck_assert_uint_eq(changes.list.count, 1);
	return changes.list.items[0];
}

static const struct loss_row {
	const char *router;
	unsigned bits; /* of nodes */
	uint32_t before, after;
	double lost, moved;
} loss_rows[] = {
	{ "holdTime: 9s", 1, 3, 2, 1.0 / 3, 0.5 },
	{ "holdTime: 9s", 2, 3, 2, 1.0 / 3, 1.0 / 3 },
	{ "holdTime: 9s", 4, 3, 2, 1.0 / 3, 0.5 },
	{ "holdTime: 9s", 3, 3, 1, 2.0 / 3, 2.0 / 3 },
	{ "holdTime: 9s", 7, 3, 0, 1, 0 },
	/* A path that was not used takes the place of the lost one. */
	{ "holdTime: 9s, maxPaths: 2", 1, 2, 2, 0.5, 1 },
	{ "holdTime: 9s, maxPaths: 2", 4, 2, 2, 0, 0 },
};

START_TEST(nodes_die)
{
	const struct loss_row *row = &loss_rows[_i];
	struct bgp_world world;
	struct bgp_route_change change;

	make(&world, row->router);
	change = lose(&world, row->bits);
	ck_assert_uint_eq(change.before->route.width, row->before);
	ck_assert_uint_eq(change.after.width, row->after);
	ck_assert_double_eq_tol(change.lost, row->lost, EXACT);
	ck_assert(change.moved_known);
	ck_assert_double_eq_tol(change.moved, row->moved, EXACT);
	ck_assert(change.until.ends);
	bgp_world_release(&world);
}
END_TEST

/* Buckets of those that are left stay: a third moves, whoever goes, up to rounding. */
START_TEST(resilient_router)
{
	struct bgp_world world;

	make(&world, "holdTime: 9s, resilientHash: true");
	for (unsigned i = 0; i < 3; i++)
		ck_assert_double_eq_tol(lose(&world, 1U << i).moved, 1.0 / 3,
					1.5 / NEXT_HOPS_BUCKETS);
	bgp_world_release(&world);
}
END_TEST

START_TEST(how_long)
{
	struct bgp_world world;
	struct bgp_notice notice;

	make(&world, "holdTime: 9s");
	notice = lose(&world, 1).until;
	ck_assert(notice.ends && notice.least_known);
	ck_assert_int_eq(notice.span.min_ns, 6050 * NS_PER_MS);
	ck_assert_int_eq(notice.span.max_ns, 9050 * NS_PER_MS);
	bgp_world_release(&world);

	/* The hold time of the router is not known: it can only make it shorter. */
	make(&world, "");
	notice = lose(&world, 1).until;
	ck_assert(notice.ends && !notice.least_known);
	bgp_world_release(&world);

	make(&world, "holdTime: 0s");
	ck_assert(!lose(&world, 1).until.ends);
	bgp_world_release(&world);
}
END_TEST

/* T14.6, T14.7: by profile, in milliseconds; nodes send keepalives every 3 s, or 30 s. */
static const struct time_row {
	const char *router;
	int64_t least_ms, most_ms;
} time_rows[] = {
	{ "profile: frr, holdTime: 9s", 6051, 9093 },
	{ "profile: frr-datacenter", 6051, 9093 },
	{ "profile: bird", 3750, 9003 },
	{ "profile: gobgp", 6001, 9001 },
	{ "profile: frr, attach: direct", 56, 1093 },
};

START_TEST(profiles)
{
	const struct time_row *row = &time_rows[_i];
	struct bgp_world world;
	struct bgp_notice notice;

	make(&world, row->router);
	notice = lose(&world, 1).until;
	ck_assert(notice.ends && notice.least_known);
	ck_assert_int_eq(notice.span.min_ns / NS_PER_MS, row->least_ms);
	ck_assert_int_eq(notice.span.max_ns / NS_PER_MS, row->most_ms);
	bgp_world_release(&world);
}
END_TEST

/* Everything goes with the router, and nothing of it says until when. */
START_TEST(router_dies)
{
	struct bgp_world world;
	struct bgp_route_changes changes;

	make(&world, "holdTime: 9s");

	const struct bgp_router *tor = &world.bgp.routers.items[0];
	const struct bgp_loss loss = { .routers = &tor, .router_count = 1 };

	ck_assert(bgp_loss_has_session(&loss, world_session(&world, "b", 0)));
	bgp_loss_changes(world_config(&world), tor, &loss, world.bgp.arena, &changes);
	ck_assert_uint_eq(changes.list.count, 1);
	ck_assert_uint_eq(changes.list.items[0].after.width, 0);
	ck_assert_double_eq(changes.list.items[0].lost, 1);
	ck_assert(!changes.list.items[0].until.ends);
	bgp_world_release(&world);
}
END_TEST

/* Nodes are not lost with a session: no flow is, and as many move. */
START_TEST(session_ends)
{
	struct bgp_world world;
	struct bgp_route_changes changes;

	make(&world, "holdTime: 9s");

	const struct bgp_loss loss = { .session = world_session(&world, "b", 0) };

	bgp_loss_changes(world_config(&world), &world.bgp.routers.items[0], &loss,
			 world.bgp.arena, &changes);
	ck_assert_uint_eq(changes.list.count, 1);
	ck_assert_uint_eq(changes.list.items[0].after.width, 2);
	ck_assert_double_eq(changes.list.items[0].lost, 0);
	ck_assert_double_eq_tol(changes.list.items[0].moved, 1.0 / 3, EXACT);
	bgp_world_release(&world);
}
END_TEST

/* A router that no inventory describes hashes nobody knows how. */
START_TEST(stranger)
{
	struct bgp_world world;
	struct text yaml = { 0 };
	struct bgp_route_changes changes;
	const bool nodes[3] = { true };
	const struct bgp_loss loss = { .nodes = nodes };

	bgp_world_make(
		&world, BGP_FORK_1_1,
		PIECES(cluster,
		       bgp_yaml(&yaml, "{global: {asn: 65000}, neighbors: [{config: "
				       "{neighborAddress: 10.0.0.254, peerAsn: 65001}}], "
				       "netlinkImport: {enabled: true, interfaceList: "
				       "[kube-lb0]}}")));
	ck_assert_uint_eq(world_config(&world)->strangers.count, 1);
	bgp_loss_changes(world_config(&world), &world_config(&world)->strangers.items[0], &loss,
			 world.bgp.arena, &changes);
	ck_assert_uint_eq(changes.list.count, 1);
	ck_assert_uint_eq(changes.list.items[0].before->route.width, 3);
	ck_assert(!changes.list.items[0].moved_known);
	text_release(&yaml);
	bgp_world_release(&world);
}
END_TEST

Suite *suite_bgp_loss(void)
{
	Suite *suite = suite_create("bgp_loss");
	TCase *losses = tcase_create("losses");

	tcase_add_loop_test(losses, nodes_die, 0, (int)ARRAY_LEN(loss_rows));
	tcase_add_test(losses, resilient_router);
	tcase_add_test(losses, how_long);
	tcase_add_loop_test(losses, profiles, 0, (int)ARRAY_LEN(time_rows));
	tcase_add_test(losses, router_dies);
	tcase_add_test(losses, session_ends);
	tcase_add_test(losses, stranger);
	suite_add_tcase(suite, losses);
	return suite;
}
