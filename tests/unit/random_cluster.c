/* SPDX-License-Identifier: Apache-2.0 */
/* Random clusters for property tests. */
#include "tests/unit/random_cluster.h"

#include "tests/unit/allocations.h"

/* Two racks with a subnet each; some nodes have both. */
static void add_node(struct random *r, struct text *yaml, uint32_t number)
{
	const uint64_t nets = random_below(r, 5);

	text_printf(yaml, "  - name: n%u\n    labels: {kind: k%u", number,
		    (unsigned)random_below(r, 4));
	if (random_below(r, 6) != 0)
		text_printf(yaml, ", rack: r%u", (unsigned)random_below(r, 3));
	text_printf(yaml,
		    "}\n    interfaces:\n    - {name: eth0, addresses: [%s.%u/24%s%u/64%s]}\n",
		    nets < 2 ? "192.168.2" : "192.168.1", 10 + number,
		    nets < 2 ? ", 'fd00:2::" : ", 'fd00:1::", 10 + number, "'");
	if (nets == 4)
		text_printf(yaml, "    - {name: eth1, addresses: [192.168.2.%u/24]}\n",
			    10 + number);
	text_add(yaml, "    defaultRoutes: [{interface: eth0, via: 192.168.1.1}]\n");
}

static void add_lease(struct random *r, struct text *yaml, uint32_t number)
{
	const bool expired = random_below(r, 6) == 0;

	if (random_below(r, 8) == 0)
		return;
	text_printf(yaml,
		    "---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"
		    "metadata: {name: purelb-node-n%u, namespace: purelb-system, annotations: "
		    "{purelb.io/subnets: '%s'}}\nspec: {leaseDurationSeconds: 10, renewTime: "
		    "'2026-01-01T00:00:%sZ'}\n",
		    number,
		    random_below(r, 3) == 0 ? "192.168.2.0/24"
					    : "192.168.1.0/24,192.168.2.0/24,fd00:1::/64",
		    expired ? "01" : "30");
}

/* k3 has an agent without spec.local, k2 a broken expression, or nobody has any. */
static void add_agents(struct random *r, struct text *yaml)
{
	if (random_below(r, 8) == 0)
		return;
	text_add(yaml,
		 "---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: all}\n"
		 "spec: {nodeSelector: {matchExpressions: [{key: kind, operator: In, values: "
		 "[k0, k1]}]}, local: {localInterface: 'eth.*'}}\n");
	text_add(yaml,
		 "---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: bad}\n"
		 "spec: {nodeSelector: {matchLabels: {kind: k2}}, local: {localInterface: "
		 "'(('}}\n");
	if (random_below(r, 2) == 0)
		text_add(
			yaml,
			"---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: none}\n"
			"spec: {nodeSelector: {matchLabels: {kind: k3}}}\n");
}

#define POOLS                                                                                  \
	GROUP("one", "local: {v4pool: {pool: 192.168.1.100-192.168.1.150, subnet: "            \
		     "192.168.1.0/24}, v6pool: {pool: 'fd00:1::100-fd00:1::150', subnet: "     \
		     "'fd00:1::/64'}}")                                                        \
	GROUP("two", "local: {v4pool: {pool: 192.168.2.100-192.168.2.150, subnet: "            \
		     "192.168.2.0/24}}")                                                       \
	GROUP("near", "remote: {v4pool: {pool: 192.168.2.200-192.168.2.250, subnet: "          \
		      "192.168.2.0/24}}")                                                      \
	GROUP("far", "remote: {v4pool: {pool: 203.0.113.0/24, subnet: 203.0.113.0/24}}")

static const struct {
	const char *pool, *net;
	bool affinity, policy;
} kinds[] = {
	{ "one", "192.168.1.", true, false },
	{ "two", "192.168.2.", true, false },
	{ "near", "192.168.2.", true, false },
	{ "far", "203.0.113.", false, true },
};

static void add_endpoints(struct random *r, struct text *yaml, uint32_t number)
{
	text_printf(
		yaml,
		"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: "
		"s%u-x, namespace: default, labels: {kubernetes.io/service-name: s%u}}\n"
		"addressType: IPv4\nendpoints:\n",
		number, number);
	for (unsigned i = 0; i < 2; i++)
		text_printf(
			yaml,
			"- {addresses: [10.9.0.%u], nodeName: n%u, conditions: {ready: true}}\n",
			i + 1, (unsigned)random_below(r, RANDOM_CLUSTER_NODES));
}

static void add_service(struct random *r, struct text *yaml, uint32_t number)
{
	const unsigned kind = (unsigned)random_below(r, 4);
	const unsigned base = kinds[kind].pool[0] == 'n' ? 200 : 100;
	const bool shares = random_below(r, 5) == 0;
	const bool affinity = kinds[kind].affinity && random_below(r, 3) == 0;

	text_printf(
		yaml,
		"---\napiVersion: v1\nkind: Service\nmetadata: {name: s%u, namespace: default, "
		"annotations: {purelb.io/allocated-by: PureLB, purelb.io/allocated-from: %s%s%s}}\n"
		"spec: {type: LoadBalancer, clusterIP: 172.16.0.1, ipFamilies: [IPv4]%s, "
		"ports: [{protocol: TCP, port: %u}]}\nstatus: {loadBalancer: {ingress: [{ip: ",
		number, kinds[kind].pool, shares ? ", purelb.io/allow-shared-ip: k" : "",
		affinity ? ", purelb.io/node-affinity: service-endpoints" : "",
		kinds[kind].policy && random_below(r, 2) == 0 ? ", externalTrafficPolicy: Local"
							      : "",
		number + 1);
	text_printf(yaml, "%s%u", kinds[kind].net, shares ? base : base + 1 + number);
	text_add(yaml, "}]}}\n");
	add_endpoints(r, yaml, number);
}

void random_cluster_text(struct random *r, struct text *yaml)
{
	const uint32_t nodes = 1 + (uint32_t)random_below(r, RANDOM_CLUSTER_NODES);
	const bool leases = random_below(r, 2) == 0;

	text_add(yaml, "---\napiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\n"
		       "metadata: {name: lab}\nspec:\n  nodes:\n");
	for (uint32_t i = 0; i < nodes; i++)
		add_node(r, yaml, i);
	for (uint32_t i = 0; leases && i < nodes; i++)
		add_lease(r, yaml, i);
	add_agents(r, yaml);
	text_add(yaml, POOLS);
	for (uint32_t i = 0; i < 14; i++)
		add_service(r, yaml, i);
}
