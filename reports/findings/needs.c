/* SPDX-License-Identifier: Apache-2.0 */
/* Words for what checks need: names, and what to add to the input. */
#include "reports/findings/needs.h"

static const struct advice {
	enum need need;
	unsigned covers; /* needs that are met with it */
	const char *add;
} table[] = {
	{ NEED_NODES, 0, "Nodes, Leases or a NodeInventory" },
	{ NEED_LABELS, NEED_NODES, "Nodes or a NodeInventory" },
	{ NEED_NODE_OBJECTS, NEED_NODES | NEED_LABELS | NEED_CLUSTER_NETS, "Nodes" },
	{ NEED_INTERFACES, NEED_NODES | NEED_LABELS, "a NodeInventory" },
	{ NEED_LEASES, NEED_NODES, "Leases" },
	{ NEED_SERVICES, 0, "Services" },
	{ NEED_NAMESPACES, 0, "Namespaces" },
	{ NEED_DAEMONSET, 0, "the lbnodeagent DaemonSet" },
	{ NEED_CRDS, 0, "the LBNodeAgent CustomResourceDefinition" },
	{ NEED_SERVICE_CIDR, 0, "--service-cidr" },
	{ NEED_CLUSTER_NETS, 0, "Nodes or --service-cidr" },
	{ NEED_BGP, 0, "a BGPConfiguration" },
	{ NEED_ROUTERS, 0, "routers to the NodeInventory" },
	{ NEED_SECRETS, 0, "the Secrets that it names" },
	{ NEED_ALL_GROUPS, 0, "the ServiceGroups, which could not be read" },
	{ NEED_ALL_AGENTS, 0, "the LBNodeAgents, which could not be read" },
	{ NEED_ALL_BGP, 0, "the BGPConfigurations, which could not be read" },
};

enum { ROWS = sizeof(table) / sizeof(table[0]) };

unsigned needs_reduce(unsigned needs)
{
	unsigned covered = 0;

	for (int i = 0; i < ROWS; i++) {
		if (needs & table[i].need)
			covered |= table[i].covers;
	}
	return needs & ~covered;
}

void needs_add_names(struct text *t, unsigned needs, const char *separator)
{
	const char *before = "";

	for (int i = 0; i < ROWS; i++) {
		if ((needs & table[i].need) == 0)
			continue;
		text_add(t, before);
		text_add(t, need_name(table[i].need));
		before = separator;
	}
}

void needs_add_advice(struct text *t, unsigned needs)
{
	const char *before = "";

	for (int i = 0; i < ROWS; i++) {
		if ((needs & table[i].need) == 0)
			continue;
		text_add(t, before);
		text_add(t, table[i].add);
		before = " and ";
	}
}
