/* SPDX-License-Identifier: Apache-2.0 */
/* VIPs of random clusters, against asking every node. */
#include "tests/unit/vips_world.h"
#include "tests/unit/suites.h"

/* ---- against the obvious way ---- */

/* Nodes of every kind: with and without subnets, governed or not, with or without a lease. */
static void add_random_nodes(struct random *r, struct text *out)
{
	const unsigned nodes = 1 + (unsigned)random_below(r, 6);
	const bool leases = random_below(r, 2) == 0;

	text_add(out, INVENTORY);
	for (unsigned i = 0; i < nodes; i++)
		text_printf(out,
			    "  - name: n%u\n    labels: {k: v%u}\n    interfaces: [{name: "
			    "eth%u, addresses: [10.0.%u.1/24, 10.0.0.%u/2%u, "
			    "'fd00::%x/64']}]\n    defaultRoutes: [{interface: eth0, via: "
			    "'%s'}]\n",
			    i, i % 3, i % 2, i % 3, i, (unsigned)random_below(r, 10), i,
			    random_below(r, 2) == 0 ? "10.0.0.254" : "fd00::fe");
	for (unsigned i = 0; leases && i < nodes; i++)
		if (random_below(r, 4) != 0)
			text_printf(out, LEASE("n%u", "%s", "10.0.%u.0/24"), i, i % 3,
				    random_below(r, 4) == 0 ? "01" : "30");
}

static void add_random_agents(struct random *r, struct text *out)
{
	static const char *const agents[] = {
		AGENT_FOR("all", "", "{}"),
		AGENT_FOR("all", "", "{localInterface: eth}"),
		AGENT_FOR("v1", "nodeSelector: {matchLabels: {k: v1}}, ",
			  "{localInterface: eth1, dummyInterface: lb1}"),
		AGENT_FOR("v0", "nodeSelector: {matchLabels: {k: v0}}, ",
			  "{interfaces: [eth1]}"),
		"",
	};

	text_add(out, agents[random_below(r, 5)]);
	text_add(out, agents[2 + random_below(r, 3)]);
}

static void add_random_service(struct random *r, struct text *out, unsigned number)
{
	text_printf(out,
		    "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%u, namespace: "
		    "default, annotations: {%s%s}}\nspec: {type: LoadBalancer, clusterIP: "
		    "172.16.0.1%s}\nstatus: {loadBalancer: {ingress: [{ip: 10.0.%u.%u}, "
		    "{ip: 'fd00::%x'}, {ip: 10.9.0.%u}]}}\n",
		    number, BRANDED,
		    random_below(r, 3) == 0 ? ", purelb.io/allow-local: x" : "",
		    random_below(r, 2) == 0 ? ETP : "", (unsigned)random_below(r, 4),
		    (unsigned)random_below(r, 256), (unsigned)random_below(r, 64),
		    (unsigned)random_below(r, 256));
	text_printf(out,
		    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
		    "metadata: {name: e%u, namespace: default, labels: "
		    "{kubernetes.io/service-name: s%u}}\naddressType: IPv4\nendpoints: "
		    "[{addresses: [10.99.0.1], nodeName: n%u, conditions: {ready: %s}}]\n",
		    number, number, (unsigned)random_below(r, 6),
		    random_below(r, 4) == 0 ? "false" : "true");
}

#define RANDOM_GROUPS                                                                          \
	GROUP("l", "local: {v4pool: {pool: 10.0.0.0/22, subnet: 10.0.0.0/22}}")                \
	GROUP("r", "remote: {v4pool: {pool: 10.0.1.0/25, subnet: 10.0.1.0/24}, "               \
		   "v6pool: {pool: 'fd00::/122', subnet: 'fd00::/64', aggregation: /48}}")     \
	GROUP("s", "remote: {v4pool: {pool: 10.9.0.0/25, subnet: 10.9.0.0/24}}")

/* What every node does with one VIP, asked one by one. */
struct naive {
	const struct cluster *cluster;
	struct agent_pools pools;
	struct slice_index slices;
	struct arena arena;
};

static bool has_agent(const struct cluster *cluster, const struct cluster_node *node)
{
	return !cluster->has_leases || node->lease != NULL;
}

static struct announcement ask(struct naive *n, const struct vip *vip,
			       const struct cluster_node *node, bool policy_local)
{
	struct announcing_question question = {
		.vip = vip->ip,
		.winner = vip->winner,
		.policy_local = policy_local,
		.allow_local = label_map_get(&vip->service->object.annotations,
					     "purelb.io/allow-local") != NULL,
	};
	struct announcer announcer;
	struct slice_list slices;

	endpoints_of(&n->slices, vip->service, &n->arena, &slices);
	question.healthy_endpoint = endpoints_healthy_nodes(
		n->cluster, &slices, &n->arena)[node - n->cluster->nodes.items];
	announcer_prepare(&announcer, n->cluster, node, &n->arena);
	return announcing_decide(&announcer, &n->pools, &question);
}

/* P6.5: some node changes it, and fails with none of the Service's addresses. */
static bool policy_stays(struct naive *n, const struct vips *vips,
			 const struct service *service)
{
	for (uint32_t i = 0; i < n->cluster->nodes.count; i++) {
		const struct cluster_node *node = &n->cluster->nodes.items[i];
		bool resets = false, fails = false;

		if (!has_agent(n->cluster, node))
			continue;
		for (uint32_t j = 0; j < vips->list.count; j++) {
			struct announcement answer;

			if (vips->list.items[j].service != service)
				continue;
			answer = ask(n, &vips->list.items[j], node, true);
			resets |= answer.resets_policy;
			fails |= announcing_fails(answer.act);
		}
		if (resets && !fails)
			return false;
	}
	return true;
}

static void check_vip(struct naive *n, const struct vips *vips, const struct vip *vip)
{
	const struct election election = { .cluster = n->cluster };
	const bool policy = str_equal(vip->service->external_traffic_policy.s, "Local") &&
			    policy_stays(n, vips, vip->service);
	uint32_t found = 0;
	char ip[IP_TEXT_MAX];

	ip_format(vip->ip, ip);
	/* A remote VIP that no node has an interface for has no winner; any other has. */
	if (vip->winner != NULL || !agent_pools_is_remote(&n->pools, vip->ip))
		EXPECT(vip->winner == election_winner(&election, vip->ip, NULL), "%s", ip);
	for (uint32_t i = 0; i < n->cluster->nodes.count; i++) {
		const struct cluster_node *node = &n->cluster->nodes.items[i];
		struct announcement answer;

		if (!has_agent(n->cluster, node))
			continue;
		answer = ask(n, vip, node, policy);
		EXPECT(vip->winner != NULL || answer.act != ANNOUNCING_NOBODY ||
			       election_winner(&election, vip->ip, NULL) == NULL,
		       "%s on %s", ip, node->name);
		if (!announcing_holds(answer.act))
			continue;
		EXPECT(found < vip->announcers.count && vip->announcers.items[found] == node,
		       "%s on %s", ip, node->name);
		found++;
	}
	EXPECT(found == vip->announcers.count, "%s", ip);
	EXPECT((vip->reason == NULL) == (found > 0), "%s", ip);
}

START_TEST(agrees_with_asking_every_node)
{
	struct random r = random_new(3);

	for (int round = 0; round < 250; round++) {
		struct text yaml = { 0 };
		struct run_world w;
		struct naive n = { 0 };
		struct vips vips;

		add_random_nodes(&r, &yaml);
		add_random_agents(&r, &yaml);
		text_add(&yaml, RANDOM_GROUPS);
		for (unsigned i = 0; i < 6; i++)
			add_random_service(&r, &yaml, i);
		run_world(&w, text_str(&yaml), false);
		arena_init(&n.arena);
		n.cluster = &w.cluster;
		agent_pools_prepare(&n.pools, &w.cluster.pools, &n.arena);
		endpoints_index(&n.slices, &w.cluster, &n.arena);
		vips_resolve(&vips, &w.cluster, &w.out, NULL, &n.arena);
		for (uint32_t i = 0; i < vips.list.count; i++)
			check_vip(&n, &vips, &vips.list.items[i]);
		arena_release(&n.arena);
		run_world_release(&w);
		text_release(&yaml);
	}
}
END_TEST

Suite *suite_vips_random(void)
{
	Suite *suite = suite_create("vips_random");
	TCase *tcase = tcase_create("vips_random");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, agrees_with_asking_every_node);
	suite_add_tcase(suite, tcase);
	return suite;
}
