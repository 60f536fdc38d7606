/* SPDX-License-Identifier: Apache-2.0 */
/* P4.8: on which nodes the lbnodeagent DaemonSet runs an agent. */
#include "tests/unit/suites.h"

#include "base/text.h"
#include "purelb/agents/cluster.h"
#include "tests/unit/load.h"

/* ---- one node and one DaemonSet ---- */

struct placement_case {
	const char *node;     /* of the Node: its labels and spec, as YAML flow mappings */
	const char *pod;      /* fields of the DaemonSet's pod; NULL: no DaemonSet */
	const char *expected; /* what placement_text() says; NULL: an agent runs */
	enum placement_state state;
};

#define CONTROL_PLANE                                                                          \
	"  labels: {kubernetes.io/os: linux}\n"                                                \
	"spec: {taints: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]}\n"
#define TAINT(taint_)   "spec: {taints: [{" taint_ "}]}\n"
#define LABELS(labels_) "  labels: {" labels_ "}\n"
#define TERM(term_)                                                                            \
	"      affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: "     \
	"{nodeSelectorTerms: [" term_ "]}}}\n"
#define CONTROL_PLANE_TEXT                                                                     \
	"has the taint node-role.kubernetes.io/control-plane:NoSchedule, which the "           \
	"lbnodeagent DaemonSet does not tolerate"
#define UNSELECTED  "does not match the nodeSelector of the lbnodeagent DaemonSet"
#define NO_AFFINITY "does not match the required node affinity of the lbnodeagent DaemonSet"
#define TAINT_TEXT(taint_)                                                                     \
	"has the taint " taint_ ", which the lbnodeagent DaemonSet does not tolerate"

static void expect_placement(const struct placement_case *row)
{
	struct text yaml = { 0 };
	struct snapshot *snapshot;
	struct cluster cluster;
	const struct cluster_node *node;
	const char *found;

	text_printf(&yaml, "apiVersion: v1\nkind: Node\nmetadata:\n  name: n1\n%s", row->node);
	if (row->pod != NULL)
		text_printf(&yaml,
			    "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: "
			    "lbnodeagent, namespace: purelb-system}\nspec:\n  template:\n    "
			    "spec:\n%s      containers: [{name: lbnodeagent}]\n",
			    row->pod);
	snapshot = load_text(text_str(&yaml));
	purelb_resolve(&cluster, snapshot);
	node = cluster_find_node(&cluster, "n1");
	found = placement_text(&node->placement, cluster.arena);
	ck_assert_msg(str_equal(found, row->expected), "%s%s: %s", row->node,
		      row->pod != NULL ? row->pod : "", found != NULL ? found : "runs");
	ck_assert_int_eq(node->placement.state, row->state);
	ck_assert_int_eq(node->live, row->state != PLACEMENT_NEVER);
	cluster_release(&cluster);
	snapshot_release(snapshot);
	text_release(&yaml);
}

/* test: P4.8 */
START_TEST(taints_and_tolerations)
{
	static const struct placement_case rows[] = {
		{ "", "", NULL, PLACEMENT_RUNS },
		{ CONTROL_PLANE, "", CONTROL_PLANE_TEXT, PLACEMENT_NEVER },
		{ CONTROL_PLANE,
		  "      tolerations: [{key: node-role.kubernetes.io/master, effect: "
		  "NoSchedule}]\n",
		  CONTROL_PLANE_TEXT, PLACEMENT_NEVER },
		{ CONTROL_PLANE,
		  "      tolerations: [{key: node-role.kubernetes.io/control-plane, operator: "
		  "Exists, effect: NoSchedule}]\n",
		  NULL, PLACEMENT_RUNS },
		{ CONTROL_PLANE, "      tolerations: [{operator: Exists}]\n", NULL,
		  PLACEMENT_RUNS },
		/* An empty key tolerates only with Exists, and only its effect. */
		{ CONTROL_PLANE, "      tolerations: [{effect: NoSchedule}]\n",
		  CONTROL_PLANE_TEXT, PLACEMENT_NEVER },
		{ CONTROL_PLANE, "      tolerations: [{operator: Exists, effect: NoExecute}]\n",
		  CONTROL_PLANE_TEXT, PLACEMENT_NEVER },
		/* Equal, the default, compares the values. */
		{ TAINT("key: gpu, value: a, effect: NoExecute"),
		  "      tolerations: [{key: gpu, value: a}]\n", NULL, PLACEMENT_RUNS },
		{ TAINT("key: gpu, value: a, effect: NoExecute"),
		  "      tolerations: [{key: gpu, operator: Equal, value: b}]\n",
		  TAINT_TEXT("gpu=a:NoExecute"), PLACEMENT_NEVER },
		{ TAINT("key: gpu, effect: PreferNoSchedule"), "", NULL, PLACEMENT_RUNS },
		/* What the DaemonSet controller tolerates by itself: a cordoned node. */
		{ "spec: {unschedulable: true, taints: [{key: "
		  "node.kubernetes.io/unschedulable, effect: NoSchedule}]}\n",
		  "", NULL, PLACEMENT_RUNS },
		/* Of several taints each one has to be tolerated. */
		{ "spec: {taints: [{key: a, effect: NoSchedule}, {key: b, effect: "
		  "NoSchedule}]}\n",
		  "      tolerations: [{key: a, operator: Exists}]\n",
		  TAINT_TEXT("b:NoSchedule"), PLACEMENT_NEVER },
		/* The API server refuses the affinity: which one the cluster has is not known.
		 */
		{ TAINT("key: gpu, effect: NoSchedule"),
		  TERM("{matchExpressions: [{kay: rack, operator: In, values: [r1]}]}"),
		  "has the taint gpu:NoSchedule, which the lbnodeagent DaemonSet may not "
		  "tolerate",
		  PLACEMENT_UNCERTAIN },
		{ "", TERM("{matchExpressions: [{operator: Exists}]}"), NULL, PLACEMENT_RUNS },
		{ "", TERM("{matchExpressions: [{key: rack}]}"), NULL, PLACEMENT_RUNS },
		{ "", TERM("{matchExpressions: [{key: rack, operator: in, values: [r1]}]}"),
		  NULL, PLACEMENT_RUNS },
		/* The DaemonSet is not in the input. */
		{ TAINT("key: gpu, effect: NoSchedule"), NULL,
		  "has the taint gpu:NoSchedule, which the lbnodeagent DaemonSet may not "
		  "tolerate",
		  PLACEMENT_UNCERTAIN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_placement(&rows[i]);
}
END_TEST

/* test: P4.8 */
START_TEST(selectors_and_affinity)
{
	static const struct placement_case rows[] = {
		{ LABELS("purelb: \"yes\""), "      nodeSelector: {purelb: \"yes\"}\n", NULL,
		  PLACEMENT_RUNS },
		{ LABELS("purelb: \"no\""), "      nodeSelector: {purelb: \"yes\"}\n",
		  UNSELECTED, PLACEMENT_NEVER },
		{ LABELS("a: b"), "      nodeSelector: {purelb: \"yes\"}\n", UNSELECTED,
		  PLACEMENT_NEVER },
		/* The kubelet sets this one on every node; but what is there counts. */
		{ LABELS("a: b"), "      nodeSelector: {kubernetes.io/os: linux}\n", NULL,
		  PLACEMENT_RUNS },
		{ LABELS("kubernetes.io/os: windows"),
		  "      nodeSelector: {kubernetes.io/os: linux}\n", UNSELECTED,
		  PLACEMENT_NEVER },
		/* Terms are alternatives, what is in one must hold together. */
		{ LABELS("zone: a"),
		  TERM("{matchExpressions: [{key: zone, operator: In, values: [b]}]}, "
		       "{matchExpressions: [{key: zone, operator: Exists}]}"),
		  NULL, PLACEMENT_RUNS },
		{ LABELS("zone: a"),
		  TERM("{matchExpressions: [{key: zone, operator: Exists}, {key: edge, "
		       "operator: Exists}]}"),
		  NO_AFFINITY, PLACEMENT_NEVER },
		{ LABELS("zone: a"),
		  TERM("{matchExpressions: [{key: zone, operator: NotIn, values: [a]}]}"),
		  NO_AFFINITY, PLACEMENT_NEVER },
		{ LABELS("cores: \"8\""),
		  TERM("{matchExpressions: [{key: cores, operator: Gt, values: [\"4\"]}]}"),
		  NULL, PLACEMENT_RUNS },
		{ LABELS("cores: \"8\""),
		  TERM("{matchExpressions: [{key: cores, operator: Lt, values: [\"8\"]}]}"),
		  NO_AFFINITY, PLACEMENT_NEVER },
		{ LABELS("a: b"),
		  TERM("{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}"),
		  NULL, PLACEMENT_RUNS },
		{ LABELS("a: b"),
		  TERM("{matchFields: [{key: metadata.name, operator: In, values: [n2]}]}"),
		  NO_AFFINITY, PLACEMENT_NEVER },
		/* A term that asks for nothing matches nothing. */
		{ LABELS("a: b"), TERM("{}"), NO_AFFINITY, PLACEMENT_NEVER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_placement(&rows[i]);
}
END_TEST

Suite *suite_placement(void)
{
	Suite *suite = suite_create("placement");
	TCase *tc = tcase_create("placement");

	tcase_add_test(tc, taints_and_tolerations);
	tcase_add_test(tc, selectors_and_affinity);
	suite_add_tcase(suite, tc);
	return suite;
}
