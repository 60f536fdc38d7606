/* SPDX-License-Identifier: Apache-2.0 */
/* P5.6 and P6.7: affinity to nodes with endpoints, and which endpoints are healthy. */
#include "tests/unit/election_world.h"
#include "tests/unit/suites.h"

/* ---- affinity ---- */

#define SERVICE(annotations)                                                                   \
	"apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop,"                \
	" annotations: {" annotations "}}\nspec: {type: LoadBalancer}\n"
#define SLICE(ns, labels, endpoints)                                                           \
	"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                               \
	"metadata: {name: s, namespace: " ns ", labels: {" labels "}}\n"                       \
	"addressType: IPv4\nendpoints: [" endpoints "]\n"
#define OF_WEB                     "kubernetes.io/service-name: web"
#define ENDPOINT(node, conditions) "{addresses: [10.9.0.1], nodeName: " node ", " conditions "}"
#define READY                      "conditions: {ready: true}"
#define AFFINITY                   "purelb.io/node-affinity: service-endpoints"

static const struct affinity_row {
	const char *service;
	const char *slices[2];
	const char *order; /* of 192.168.1.100 */
	bool affinity, fallback;
} affinity_rows[] = {
	/* Preferred ones first, each part by hash. */
	{ SERVICE(AFFINITY),
	  { SLICE("shop", OF_WEB, ENDPOINT("node-a", READY) "," ENDPOINT("node-e", READY)) },
	  "node-e node-a node-c node-d node-b",
	  true,
	  false },
	/* Ready or serving: one that is terminating still counts. */
	{ SERVICE(AFFINITY),
	  { SLICE("shop", OF_WEB,
		  ENDPOINT("node-b",
			   "conditions: {ready: false, serving: true, terminating: true}")) },
	  "node-b node-c node-d node-e node-a",
	  true,
	  false },
	/* Unlike for Kubernetes, an absent condition is false. */
	{ SERVICE(AFFINITY),
	  { SLICE("shop", OF_WEB,
		  ENDPOINT("node-b", "conditions: {}") "," ENDPOINT(
			  "node-a", "conditions: {ready: false}") "," ENDPOINT("node-d",
									       READY)) },
	  "node-d node-c node-e node-b node-a",
	  true,
	  false },
	/* Of several slices each counts. */
	{ SERVICE(AFFINITY),
	  { SLICE("shop", OF_WEB, ENDPOINT("node-a", READY)),
	    SLICE("shop", OF_WEB, ENDPOINT("node-b", READY)) },
	  "node-b node-a node-c node-d node-e",
	  true,
	  false },
	/* Not its own slices: another Service's, another namespace's, nobody's. */
	{ SERVICE(AFFINITY),
	  { SLICE("shop", "kubernetes.io/service-name: web-2", ENDPOINT("node-a", READY)),
	    SLICE("other", OF_WEB, ENDPOINT("node-a", READY)) },
	  "node-c node-d node-e node-b node-a",
	  true,
	  false },
	{ SERVICE(AFFINITY),
	  { SLICE("shop", "app: web", ENDPOINT("node-a", READY)) },
	  "node-c node-d node-e node-b node-a",
	  true,
	  false },
	/* Fallback: endpoints, but none on a candidate. */
	{ SERVICE(AFFINITY),
	  { SLICE("shop", OF_WEB, ENDPOINT("node-f", READY)) },
	  "node-c node-d node-e node-b node-a",
	  true,
	  true },
	{ SERVICE(AFFINITY),
	  { SLICE("shop", OF_WEB, ENDPOINT("not-known", READY)) },
	  "node-c node-d node-e node-b node-a",
	  true,
	  true },
	/* No node name: nothing to prefer. */
	{ SERVICE(AFFINITY),
	  { SLICE("shop", OF_WEB, "{addresses: [10.9.0.1], " READY "}") },
	  "node-c node-d node-e node-b node-a",
	  true,
	  false },
	/* A sharing key switches it off, even an empty one. */
	{ SERVICE(AFFINITY ", purelb.io/allow-shared-ip: key"),
	  { SLICE("shop", OF_WEB, ENDPOINT("node-a", READY)) },
	  "node-c node-d node-e node-b node-a",
	  false,
	  false },
	{ SERVICE(AFFINITY ", purelb.io/allow-shared-ip: ''"),
	  { SLICE("shop", OF_WEB, ENDPOINT("node-a", READY)) },
	  "node-c node-d node-e node-b node-a",
	  false,
	  false },
	/* Any other value means nothing. */
	{ SERVICE("purelb.io/node-affinity: 'true'"),
	  { SLICE("shop", OF_WEB, ENDPOINT("node-a", READY)) },
	  "node-c node-d node-e node-b node-a",
	  false,
	  false },
	{ SERVICE(""),
	  { SLICE("shop", OF_WEB, ENDPOINT("node-a", READY)) },
	  "node-c node-d node-e node-b node-a",
	  false,
	  false },
};

/* test: P5.4 */
START_TEST(affinity)
{
	const struct affinity_row *row = &affinity_rows[_i];
	/* node-f is live and has another subnet. */
	struct snapshot *snapshot =
		load_pieces(PIECES(FIVE, LIVE("node-f", "10.5.0.0/24"), row->service,
				   row->slices[0], row->slices[1]));
	struct election_result result;
	struct slice_index index;
	const bool *preferred, *indexed;
	struct world w;

	open_world(&w, snapshot);
	preferred = election_preferred(&w.cluster, snapshot->services.items[0], &w.arena);
	ck_assert_str_eq(order_of(&w, ip_of("192.168.1.100"), preferred), row->order);
	election_candidates(&w.election, ip_of("192.168.1.100"), preferred, &result);
	ck_assert(result.affinity == row->affinity);
	ck_assert(result.affinity_fallback == row->fallback);

	/* By the index it is the same. */
	endpoints_index(&index, &w.cluster, &w.arena);
	indexed = endpoints_preferred(&index, snapshot->services.items[0], &w.arena);
	ck_assert((indexed == NULL) == (preferred == NULL));
	if (indexed != NULL)
		ck_assert_mem_eq(indexed, preferred, w.cluster.nodes.count + 1);
	close_world(&w);
}
END_TEST

/* P5.4: without candidates there is nothing to fall back to; and a preferred node that is down
 * is none. */
START_TEST(affinity_without_the_preferred)
{
	struct snapshot *snapshot = load_pieces(PIECES(
		FIVE, SERVICE(AFFINITY), SLICE("shop", OF_WEB, ENDPOINT("node-a", READY))));
	bool down[5] = { true };
	struct election_result result;
	const bool *preferred;
	struct world w;

	open_world(&w, snapshot);
	preferred = election_preferred(&w.cluster, snapshot->services.items[0], &w.arena);
	election_candidates(&w.election, ip_of("10.7.0.1"), preferred, &result);
	ck_assert_uint_eq(result.candidates.count, 0);
	ck_assert(result.affinity && !result.affinity_fallback);
	w.election.down = down;
	election_candidates(&w.election, ip_of("192.168.1.100"), preferred, &result);
	ck_assert_str_eq(result.candidates.items[0].node->name, "node-c");
	ck_assert(result.affinity_fallback);
	close_world(&w);
}
END_TEST

/* ---- endpoints for P6.7 ---- */

static const struct health_row {
	const char *slices[2];
	const char *nodes; /* letters of those with a healthy endpoint */
} health_rows[] = {
	{ { SLICE("shop", OF_WEB, ENDPOINT("node-a", READY)) }, "a" },
	{ { SLICE("shop", OF_WEB, ENDPOINT("node-a", "conditions: {serving: true}")) }, "a" },
	{ { SLICE("shop", OF_WEB, ENDPOINT("node-a", "conditions: {}")) }, "" },
	{ { SLICE("shop", OF_WEB, ENDPOINT("node-a", "conditions: {ready: false}")) }, "" },
	/* The same address must be healthy in EVERY entry ... */
	{ { SLICE("shop", OF_WEB, ENDPOINT("node-a", READY)),
	    SLICE("shop", OF_WEB, ENDPOINT("node-a", "conditions: {ready: false}")) },
	  "" },
	{ { SLICE("shop", OF_WEB,
		  ENDPOINT("node-a", "conditions: {}") "," ENDPOINT("node-a", READY)) },
	  "" },
	/* ... on that node: what another node says does not matter. */
	{ { SLICE("shop", OF_WEB, ENDPOINT("node-a", READY)),
	    SLICE("shop", OF_WEB, ENDPOINT("node-b", "conditions: {ready: false}")) },
	  "a" },
	/* One healthy address suffices. */
	{ { SLICE("shop", OF_WEB, ENDPOINT("node-a", READY)),
	    SLICE("shop", OF_WEB,
		  "{addresses: [10.9.0.2, 10.9.0.1], nodeName: node-a,"
		  " conditions: {ready: false}}") },
	  "" },
	{ { SLICE("shop", OF_WEB, ENDPOINT("node-a", "conditions: {}")),
	    SLICE("shop", OF_WEB,
		  "{addresses: [10.9.0.2, 10.9.0.1], nodeName: node-a, conditions: {ready: "
		  "true}}") },
	  "a" },
	/* Without addresses there is none. */
	{ { SLICE("shop", OF_WEB, "{addresses: [], nodeName: node-a, " READY "}") }, "" },
	/* Of others. */
	{ { SLICE("shop", "kubernetes.io/service-name: web2", ENDPOINT("node-a", READY)),
	    SLICE("shop2", OF_WEB, ENDPOINT("node-b", READY)) },
	  "" },
	{ { SLICE("shop", OF_WEB, ENDPOINT("node-e", READY) "," ENDPOINT("node-b", READY)) },
	  "be" },
};

/* test: P6.7 */
START_TEST(healthy_endpoints)
{
	const struct health_row *row = &health_rows[_i];
	struct snapshot *snapshot =
		load_pieces(PIECES(FIVE, SERVICE(""), row->slices[0], row->slices[1]));
	struct slice_index index;
	struct slice_list slices;
	const bool *healthy;
	char found[8];
	size_t len = 0;
	struct world w;

	open_world(&w, snapshot);
	endpoints_index(&index, &w.cluster, &w.arena);
	endpoints_of(&index, snapshot->services.items[0], &w.arena, &slices);
	healthy = endpoints_healthy_nodes(&w.cluster, &slices, &w.arena);
	for (uint32_t i = 0; i < w.cluster.nodes.count; i++)
		if (healthy[i])
			found[len++] = w.cluster.nodes.items[i].name[strlen("node-")];
	found[len] = '\0';
	ck_assert_str_eq(found, row->nodes);
	ck_assert(healthy[w.cluster.nodes.count] == (len > 0));
	close_world(&w);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

Suite *suite_endpoints(void)
{
	Suite *suite = suite_create("endpoints");
	TCase *tcase = tcase_create("endpoints");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, affinity, 0, ROWS(affinity_rows));
	tcase_add_test(tcase, affinity_without_the_preferred);
	tcase_add_loop_test(tcase, healthy_endpoints, 0, ROWS(health_rows));
	suite_add_tcase(suite, tcase);
	return suite;
}
