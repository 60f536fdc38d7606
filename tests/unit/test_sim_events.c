/* SPDX-License-Identifier: Apache-2.0 */
/* The events of S6.5 in whole simulations: what each does, and that what it took comes back. */
#include <check.h>

#include "base/text.h"
#include "tests/unit/sim_world.h"
#include "tests/unit/suites.h"

#define FIRST "192.168.128.0" /* the address of the first Service */

/* A Service with affinity, and one endpoint on node-1. */
#define NEAR                                                                                   \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: near, annotations: "             \
	"{purelb.io/node-affinity: service-endpoints}}\n"                                      \
	"spec: {type: LoadBalancer, ports: [{port: 80}]}\n"                                    \
	"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                          \
	"metadata: {name: near-1, labels: {kubernetes.io/service-name: near}}\n"               \
	"addressType: IPv4\n"                                                                  \
	"endpoints: [{addresses: [10.1.1.1], nodeName: node-1, conditions: {ready: true}}]\n"

/* One without affinity yet, that already has it once: its endpoint counts from the edit on. */
#define PLAIN                                                                                  \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: near}\n"                         \
	"spec: {type: LoadBalancer, ports: [{port: 80}]}\n"                                    \
	"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                          \
	"metadata: {name: near-1, labels: {kubernetes.io/service-name: near}}\n"               \
	"addressType: IPv4\n"                                                                  \
	"endpoints: [{addresses: [10.1.1.1], nodeName: node-1, conditions: {ready: true}}]\n"

/* The DaemonSet tolerates `dedicated`, and runs where `agents` is `wanted`. */
#define DAEMON_SET                                                                             \
	"---\napiVersion: apps/v1\nkind: DaemonSet\n"                                          \
	"metadata: {name: lbnodeagent, namespace: purelb-system}\n"                            \
	"spec:\n  template:\n    spec:\n"                                                      \
	"      nodeSelector: {agents: wanted}\n"                                               \
	"      tolerations: [{key: dedicated, operator: Exists}]\n"                            \
	"      containers: [{name: lbnodeagent, image: purelb/lbnodeagent}]\n"
#define NODE(name)                                                                             \
	"---\napiVersion: v1\nkind: Node\nmetadata: {name: " name                              \
	", labels: {agents: wanted}}\n"
#define NODES NODE("node-0") NODE("node-1") NODE("node-2")

/* What must hold is in the assertions of the spec; every row runs with several seeds. */
static const struct row {
	const char *name;
	struct sim_options options;
} rows[] = {
	{ "a drained node keeps its agent and loses its Pods",
	  { .nodes = 3,
	    .more = NEAR,
	    .spec = "  duration: 60s\n  events: [{at: 5s, drain: node-1}]\n"
		    "  assertions: [{announcer: node-1, vip: " FIRST ", at: 4s}, "
		    "{allAnnounced: true, at: 30s}, {maxGap: 1s}]\n" } },
	{ "Pods that no node takes wait, and come back to the one that takes them again",
	  { .nodes = 3,
	    .more = NEAR,
	    .spec = "  duration: 90s\n  events: [{at: 4s, drain: [node-0, node-2]}, "
		    "{at: 5s, drain: node-1}, {at: 40s, uncordon: node-2}]\n"
		    "  assertions: [{allAnnounced: true, at: 30s}, "
		    "{announcer: node-2, vip: " FIRST ", at: 80s}]\n" } },
	{ "NoSchedule leaves an agent alone",
	  { .nodes = 2,
	    .services = 8,
	    .spec = "  duration: 60s\n"
		    "  events: [{at: 5s, taint: {node: node-0, key: k, effect: NoSchedule}}]\n"
		    "  assertions: [{maxGap: 0s}, {maxDuplicate: 0s}]\n" } },
	{ "an agent whose Pod is deleted does not come back under NoSchedule",
	  { .nodes = 2,
	    .services = 2,
	    .spec = "  duration: 90s\n"
		    "  events: [{at: 5s, taint: {node: node-0, key: k, effect: NoSchedule}}, "
		    "{at: 6s, podDelete: node-0}, {at: 50s, untaint: {node: node-0, key: k}}]\n"
		    "  assertions: [{announcer: node-1, vip: " FIRST ", at: 40s}, "
		    "{announcer: node-1, vip: 192.168.128.1, at: 40s}]\n" } },
	{ "a restart of all agents passes by one that gets no new Pod",
	  { .nodes = 3,
	    .services = 2,
	    .spec = "  duration: 120s\n"
		    "  events: [{at: 5s, taint: {node: node-0, key: k, effect: NoSchedule}}, "
		    "{at: 6s, rollingRestart: {}}, "
		    "{at: 60s, taint: {node: node-1, key: k, effect: NoSchedule}}, "
		    "{at: 61s, rollingRestart: {}}]\n"
		    "  assertions: [{announcer: node-2, vip: " FIRST ", at: 110s}, "
		    "{announcer: node-2, vip: 192.168.128.1, at: 110s}]\n" } },
	{ "NoExecute ends it",
	  { .nodes = 2,
	    .services = 2,
	    .spec = "  duration: 90s\n"
		    "  events: [{at: 5s, taint: {node: node-0, key: k, effect: NoExecute}}]\n"
		    "  assertions: [{announcer: node-1, vip: " FIRST ", at: 40s}, "
		    "{announcer: node-1, vip: 192.168.128.1, at: 40s}, {maxGap: 1s}]\n" } },
	{ "a taint that the DaemonSet tolerates does nothing",
	  { .nodes = 3,
	    .services = 4,
	    .more = NODES DAEMON_SET,
	    .spec = "  duration: 60s\n  events: [{at: 5s, taint: "
		    "{node: all, key: dedicated, value: gpu, effect: NoExecute}}]\n"
		    "  assertions: [{maxGap: 0s}, {maxDuplicate: 0s}]\n" } },
	{ "one that it does not tolerate does, on all nodes, until it is gone",
	  { .nodes = 3,
	    .services = 4,
	    .more = NODES DAEMON_SET,
	    .spec = "  duration: 90s\n  events: [{at: 5s, taint: "
		    "{node: all, key: other, effect: NoExecute}}, {at: 40s, untaint: all}]\n"
		    "  assertions: [{noneAnnounced: true, at: 39s}, "
		    "{allAnnounced: true, at: 80s}]\n" } },
	{ "the DaemonSet follows labels at once",
	  { .nodes = 3,
	    .services = 4,
	    .more = NODES DAEMON_SET,
	    .spec = "  duration: 90s\n"
		    "  events: [{at: 5s, label: {node: all, labels: {agents: away}}}, "
		    "{at: 40s, label: {node: [node-2], labels: {agents: wanted}}}]\n"
		    "  assertions: [{noneAnnounced: true, at: 39s}, "
		    "{announcer: node-2, vip: " FIRST ", at: 80s}]\n" } },
	{ "labels are removed as well",
	  { .nodes = 3,
	    .services = 4,
	    .more = NODES DAEMON_SET,
	    .spec = "  duration: 60s\n"
		    "  events: [{at: 5s, label: {node: all, remove: [agents]}}]\n"
		    "  assertions: [{noneAnnounced: true, at: 39s}]\n" } },
	{ "a reboot of a node that the DaemonSet left brings no agent",
	  { .nodes = 3,
	    .services = 4,
	    .more = NODES DAEMON_SET,
	    .spec = "  duration: 90s\n"
		    "  events: [{at: 5s, label: {node: all, remove: [agents]}}, "
		    "{at: 20s, nodeReboot: {node: all, downFor: 5s}}]\n"
		    "  assertions: [{noneAnnounced: true, at: 80s}]\n" } },
	{ "all nodes are rebooted, and all VIPs are back",
	  { .nodes = 3,
	    .services = 12,
	    .spec = "  duration: 300s\n  events: [{at: 5s, rollingReboot: "
		    "{downFor: 20s, pause: 10s}}]\n"
		    "  assertions: [{allAnnounced: true, at: 280s}, {maxGap: 20s}]\n" } },
	{ "two at a time, of those named",
	  { .nodes = 5,
	    .services = 12,
	    .spec = "  duration: 200s\n  events: [{at: 5s, rollingReboot: "
		    "{nodes: [node-0, node-1, node-2, node-3], maxUnavailable: 2}}]\n"
		    "  assertions: [{allAnnounced: true, at: 190s}]\n" } },
	{ "a server that hangs is back for everybody at once",
	  { .nodes = 4,
	    .services = 8,
	    .spec = "  duration: 200s\n"
		    "  events: [{at: 5s, apiDown: {how: hang}}, {at: 95s, apiUp: all}]\n"
		    "  assertions: [{noneAnnounced: true, at: 94s}, "
		    "{allAnnounced: true, at: 97s}]\n" } },
	{ "one that hung for a moment is not noticed",
	  { .nodes = 4,
	    .services = 8,
	    .spec = "  duration: 60s\n"
		    "  events: [{at: 5s, apiDown: {how: hang}}, {at: 8s, apiUp: all}]\n"
		    "  assertions: [{maxGap: 0s}, {maxDuplicate: 0s}]\n" } },
	{ "one that closes streams in an orderly way comes back",
	  { .nodes = 4,
	    .services = 8,
	    .spec = "  duration: 250s\n"
		    "  events: [{at: 5s, apiDown: {how: orderly}}, {at: 95s, apiUp: all}]\n"
		    "  assertions: [{allAnnounced: true, at: 240s}]\n" } },
	{ "without the allocator VIPs stay and a new Service waits",
	  { .nodes = 2,
	    .services = 2,
	    .spec = "  duration: 60s\n"
		    "  events: [{at: 5s, allocatorDown: all}, "
		    "{at: 6s, serviceCreate: default/s1}, {at: 30s, allocatorUp: all}]\n"
		    "  assertions: [{noneAnnounced: true, service: default/s1, at: 29s}, "
		    "{allAnnounced: true, service: default/s0, at: 29s}, "
		    "{allAnnounced: true, at: 40s}]\n" } },
	{ "a segment on which nothing gets through cuts observers off, and no node",
	  { .nodes = 3,
	    .services = 4,
	    .spec = "  duration: 60s\n"
		    "  events: [{at: 5s, segmentLoss: {segment: rack, probability: 1}}, "
		    "{at: 25s, segmentLoss: {segment: rack, probability: 0}}]\n"
		    "  assertions: [{maxGap: 0s}, {maxOutage: 22s}]\n" } },
	{ "lost frames make a takeover longer, not endless",
	  { .nodes = 3,
	    .services = 4,
	    .spec = "  duration: 200s\n"
		    "  events: [{at: -20s, segmentLoss: {segment: rack, probability: 0.5}}, "
		    "{at: 5s, nodeCrash: node-0}, "
		    "{at: 100s, segmentLoss: {segment: rack, probability: 0}}]\n"
		    "  assertions: [{allAnnounced: true, at: 150s}, {maxOutage: 90s}]\n" } },
	{ "externalTrafficPolicy Local is reset, and the VIP stays",
	  { .nodes = 3,
	    .services = 3,
	    .spec = "  duration: 60s\n  events: [{at: 5s, serviceEdit: {service: default/s0, "
		    "patch: {spec: {externalTrafficPolicy: Local}}}}]\n"
		    "  assertions: [{maxGap: 100ms}, {allAnnounced: true, at: 50s}]\n" } },
	{ "a Service follows its endpoints once it asks for that, and no longer",
	  { .nodes = 3,
	    .more = PLAIN,
	    .spec = "  duration: 60s\n"
		    "  events: [{at: 5s, serviceEdit: {service: default/near, patch: "
		    "{metadata: {annotations: {purelb.io/node-affinity: service-endpoints}}}}}, "
		    "{at: 10s, endpoints: {service: default/near, nodes: [node-2]}}, "
		    "{at: 20s, endpoints: {service: default/near, nodes: [node-0]}}, "
		    "{at: 30s, serviceEdit: {service: default/near, "
		    "remove: [purelb.io/node-affinity]}}, "
		    "{at: 40s, endpoints: {service: default/near, nodes: [node-1]}}, "
		    "{at: 45s, endpoints: {service: default/near, nodes: [node-2]}}]\n"
		    "  assertions: [{announcer: node-1, vip: " FIRST ", at: 9s}, "
		    "{announcer: node-2, vip: " FIRST ", at: 19s}, "
		    "{announcer: node-0, vip: " FIRST ", at: 29s}, "
		    "{announcer: node-1, vip: " FIRST ", at: 50s}]\n" } },
	{ "an edit that changes nothing for PureLB moves nothing",
	  { .nodes = 3,
	    .services = 3,
	    .spec = "  duration: 60s\n  events: [{at: 5s, serviceEdit: {service: default/s0, "
		    "patch: {ports: [{port: 443}]}}}]\n"
		    "  assertions: [{maxGap: 0s}, {maxDuplicate: 0s}]\n" } },
	{ "a type without a load balancer has no VIP, and gets one again",
	  { .nodes = 3,
	    .services = 3,
	    .spec = "  duration: 60s\n  events: [{at: 5s, serviceEdit: {service: default/s0, "
		    "patch: {type: ClusterIP}}}, {at: 30s, serviceEdit: {service: default/s0, "
		    "patch: {type: LoadBalancer}}}]\n"
		    "  assertions: [{noneAnnounced: true, vip: " FIRST ", at: 29s}, "
		    "{allAnnounced: true, service: default/s0, at: 50s}, "
		    "{allAnnounced: true, service: default/s1, at: 29s}]\n" } },
	{ "a second family comes",
	  { .nodes = 3,
	    .services = 3,
	    .pool = "    v6pools: [{subnet: \"fd00:1::/64\", pool: "
		    "\"fd00:1::1:0-fd00:1::1:ff\"}]\n",
	    .spec = "  duration: 60s\n  events: [{at: 5s, serviceEdit: {service: default/s1, "
		    "patch: {spec: {ipFamilyPolicy: RequireDualStack}}}}]\n"
		    "  assertions: [{noneAnnounced: true, vip: \"fd00:1::1:0\", at: 4s}, "
		    "{allAnnounced: true, vip: \"fd00:1::1:0\", at: 20s}, {maxGap: 100ms}]\n" } },
	{ "frames take long on a slow segment",
	  { .nodes = 3,
	    .services = 1,
	    .spec = "  duration: 60s\n"
		    "  events: [{at: -20s, segmentDelay: {segment: rack, delay: 700ms}}, "
		    "{at: 5s, nodeCrash: {winnerOf: " FIRST "}}]\n"
		    "  assertions: [{allAnnounced: true, at: 50s}, {maxOutage: 40s}]\n" } },
};

/* What is not so, and is found not to be. */
static const struct row wrong_rows[] = {
	{ "a drained node does not keep the VIP of the Pods that it had",
	  { .nodes = 3,
	    .more = NEAR,
	    .spec = "  duration: 60s\n  events: [{at: 5s, drain: node-1}]\n"
		    "  assertions: [{announcer: node-1, vip: " FIRST ", at: 30s}]\n" } },
	{ "a dead segment is an outage",
	  { .nodes = 3,
	    .services = 4,
	    .spec = "  duration: 60s\n"
		    "  events: [{at: 5s, segmentLoss: {segment: rack, probability: 1}}]\n"
		    "  assertions: [{maxOutage: 50s}]\n" } },
	{ "a slow segment delays what observers hear",
	  { .nodes = 3,
	    .services = 1,
	    .spec = "  duration: 60s\n"
		    "  events: [{at: -20s, segmentDelay: {segment: rack, delay: 700ms}}, "
		    "{at: 5s, agentStop: {winnerOf: " FIRST "}}]\n"
		    "  assertions: [{maxOutage: 700ms}]\n" } },
	{ "an address that somebody configures is a duplicate for as long",
	  { .nodes = 2,
	    .services = 2,
	    .spec = "  duration: 60s\n"
		    "  events: [{at: 5s, addressConflict: {ip: " FIRST
		    ", node: all, for: 20s}}]\n"
		    "  assertions: [{maxDuplicate: 19s}]\n" } },
};

enum { SEEDS = 4 };

static void expect_all(const struct row *row, bool held)
{
	struct sim_world *w = sim_world_new(&row->options);

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		const struct run_result *result = sim_world_run(w, seed);

		ck_assert_uint_gt(result->assertions.count, 0);
		ARRAY_FOREACH (const struct assertion_result, a, &result->assertions)
			ck_assert_msg(a->held == held, "%s, seed %u: %s: %s", row->name, seed,
				      a->text, a->detail);
	}
	sim_world_free(w);
}

START_TEST(effects)
{
	expect_all(&rows[_i], true);
}
END_TEST

START_TEST(not_so)
{
	expect_all(&wrong_rows[_i], false);
}
END_TEST

/* P6.11: an address that the Service loses stays where it is until the Service goes. */
START_TEST(released_address_stays)
{
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = 3,
		.services = 1,
		.v6 = true,
		.pool = "    v4pools: [{subnet: 192.168.0.0/16, pool: "
			"192.168.128.0-192.168.128.9}]\n",
		.spec = "  duration: 120s\n  events: [{at: 5s, serviceEdit: {service: default/s0, "
			"patch: {ipFamilies: [IPv6, IPv4]}}}, "
			"{at: 30s, serviceEdit: {service: default/s0, "
			"patch: {ipFamilies: [IPv6]}}}, {at: 60s, serviceDelete: default/s0}]\n",
	});

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		const struct vip_result *vip;

		sim_world_run(w, seed);
		vip = sim_world_vip(w, FIRST);
		ck_assert_uint_eq(vip->owners.count, 1);
		ck_assert_int_lt(vip->owners.items[0].time.from, SECONDS(6));
		ck_assert_int_eq(vip->owners.items[0].time.to, SIM_NEVER);
		vip = sim_world_vip(w, "fd00:1::1:0");
		ck_assert_int_gt(vip->owners.items[0].time.to, SECONDS(60));
		ck_assert_int_lt(vip->owners.items[0].time.to, SECONDS(61));
	}
	sim_world_free(w);
}
END_TEST

/* P9.3: an agent counts labels at its next delivery, such as that of an `apply`. */
START_TEST(labels_count_at_the_next_delivery)
{
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = 3,
		.services = 6,
		.agent = "  nodeSelector: {matchLabels: {agents: wanted}}\n",
		.more = NODES,
		.spec = "  duration: 60s\n"
			"  events: [{at: 5s, label: {node: all, remove: [agents]}}, "
			"{at: 30s, delete: {kind: ServiceGroup, name: far}}]\n"
			"  assertions: [{allAnnounced: true, at: 29s}, "
			"{noneAnnounced: true, at: 50s}]\n",
	});

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		sim_world_run(w, seed);
		ARRAY_FOREACH (const struct assertion_result, a, &w->result.assertions)
			ck_assert_msg(a->held, "seed %u: %s: %s", seed, a->text, a->detail);
	}
	sim_world_free(w);
}
END_TEST

static const struct {
	const char *event, *problem;
} problem_rows[] = {
	{ "taint: node-0",
	  "spec.events[0] needs the key of the taint and the effect of the taint" },
	{ "taint: {node: node-0, key: k}", "spec.events[0] needs the effect of the taint" },
	{ "taint: {node: node-0, key: 'a b', effect: NoExecute}",
	  "\"a b\" is not a valid key of a taint" },
	{ "untaint: {node: node-0, effect: NoExecute}",
	  "spec.events[0] needs the key of the taint" },
	{ "label: {node: node-0}", "spec.events[0] needs labels" },
	{ "label: {node: node-9, remove: [a]}",
	  "spec.events[0]: the input has no node \"node-9\"" },
	{ "addressConflict: {node: node-0}", "spec.events[0] needs an ip" },
	{ "addressConflict: {node: node-0, ip: 192.0.2.1}",
	  "spec.events[0]: the input has no VIP \"192.0.2.1\"" },
	{ "segmentDelay: {segment: rack}", "spec.events[0] needs a delay" },
	{ "segmentLoss: {segment: rack}",
	  "spec.events[0] needs a probability between 0 and 1" },
	{ "rollingReboot: {downFor: -1s}",
	  "spec.events[0].rollingReboot.downFor must be at least 0s, but is -1s" },
	{ "allocatorDown: node-0",
	  "allocatorDown applies to no node, and so not to \"node-0\"" },
	{ "drain: []", "spec.events[0] needs a node" },
	{ "serviceEdit: default/s0", "spec.events[0] needs a patch of what PureLB looks at" },
	{ "serviceEdit: {service: default/s9, remove: [a]}",
	  "spec.events[0]: the input has no Service of type LoadBalancer \"default/s9\"" },
	{ "serviceEdit: {service: default/s0, remove: [a]}}, "
	  "{at: 4s, serviceEdit: {service: default/s0, remove: [b]}",
	  "spec.events[1] can happen before the change of the Service that is written above "
	  "it" },
};

START_TEST(refused)
{
	struct text spec = { 0 };
	struct sim_world *w;

	text_printf(&spec, "  duration: 60s\n  events: [{at: 5s, %s}]\n",
		    problem_rows[_i].event);
	w = sim_world_new(
		&(struct sim_options){ .nodes = 2, .services = 1, .spec = text_str(&spec) });
	ck_assert(!w->fine);
	ck_assert_str_eq(sim_world_problem(w), problem_rows[_i].problem);
	ck_assert_uint_eq(w->snapshot->problems.count, 1);
	sim_world_free(w);
	text_release(&spec);
}
END_TEST

#define ROWS(rows_) ((int)(sizeof(rows_) / sizeof((rows_)[0])))

Suite *suite_sim_events(void)
{
	Suite *s = suite_create("sim_events");
	TCase *t = tcase_create("sim_events");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, effects, 0, ROWS(rows));
	tcase_add_loop_test(t, not_so, 0, ROWS(wrong_rows));
	tcase_add_test(t, released_address_stays);
	tcase_add_test(t, labels_count_at_the_next_delivery);
	tcase_add_loop_test(t, refused, 0, ROWS(problem_rows));
	suite_add_tcase(s, t);
	return s;
}
