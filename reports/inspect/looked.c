/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was looked at on which node. A link is ok, and a cause is not here, only where all nodes
 * that matter were looked at; the others are named. (O4.6, O4.7)
 */
#include "reports/inspect/chain.h"

#include <string.h>

#include "base/text.h"
#include "purelb/observed/routers.h"
#include "validator/nodes/nodes.h"

enum { NAMED_MAX = 3 };

static uint32_t looked_index(const struct inspection *in, const struct cluster_node *node)
{
	return (uint32_t)(node - in->cluster->nodes.items);
}

/* ---- how the kernel answers ARP ---- */

/* All that is asked for of an interface, or of all of them: the higher value counts. */
static bool looked_arp_is_given(const struct node_sysctls *sysctls, const char *interface)
{
	static const char *const names[] = { "arp_ignore", "arp_announce" };
	const uint64_t highest[] = { 1, 2 };

	for (uint32_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct node_sysctl all = node_sysctl_find(sysctls, "all", names[i]);
		const struct node_sysctl own = node_sysctl_find(sysctls, interface, names[i]);

		/* ND001 judges what is given. */
		if (!(all.label != NULL && (own.label != NULL || all.value >= highest[i])) &&
		    !(own.label != NULL && own.value >= highest[i]))
			return false;
	}
	return true;
}

static bool looked_at_arp(const struct inspection *in, const struct cluster_node *node)
{
	struct node_sysctls sysctls = { 0 };
	bool any = false;

	if (node->inventory == NULL || node->inventory->sysctls.list.count == 0)
		return false;
	ARRAY_ADD(in->arena, &sysctls.maps,
		  ((struct node_sysctl_map){ &node->inventory->sysctls, node->inventory_object,
					     "" }));
	/* Where nobody knows which interface announces, what is set for all of them counts. */
	for (uint32_t i = 0; i < node->selected.list.count; i++) {
		const struct node_interface *interface = node->selected.list.items[i];

		if (interface->loopback || !node_interface_has(interface, IP_V4))
			continue;
		any = true;
		if (!looked_arp_is_given(&sysctls, interface->name))
			return false;
	}
	return any || looked_arp_is_given(&sysctls, "all");
}

/* ---- nodes ---- */

static bool looked_at_sessions(const struct inspection *in, const struct cluster_node *node)
{
	if (router_report(in->observed, node) != NULL)
		return true;
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions.list)
		if (fact->node == node && !fact->old && fact->kind == FACT_DAEMON)
			return true;
	return false;
}

static bool looked_at_node(const struct inspection *in, const struct cluster_node *node,
			   enum looked what)
{
	const struct seen_metric *metric = NULL;

	switch (what) {
	case LOOKED_INTERFACES:
		return observed_looked_at(in->observed, node) ||
		       in->seen.addr_files[looked_index(in, node)] > 0;
	case LOOKED_ARP:
		return looked_at_arp(in, node);
	case LOOKED_SESSIONS:
		return looked_at_sessions(in, node);
	case LOOKED_RENEWALS:
		metric = seen_metric(&in->seen, node,
				     "purelb_election_lease_renewal_failures_total");
		return metric != NULL && !seen_is_old(&in->seen, metric->sample->from.file);
	case LOOKED_LEASE:
		return node->lease != NULL || node->placement.state == PLACEMENT_UNCERTAIN ||
		       snapshot_is_complete(in->cluster->snapshot, KIND_LEASE);
	case LOOKED_KINDS:
		break;
	}
	return false;
}

_Static_assert(ARRAY_LEN(((struct inspection *)0)->looked) == LOOKED_KINDS,
	       "a list of nodes for each kind");

void looked_build(struct inspection *in)
{
	for (int what = 0; what < LOOKED_KINDS; what++) {
		bool *looked =
			arena_zalloc(in->arena, in->cluster->nodes.count + 1, sizeof(*looked));

		ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes)
			looked[looked_index(in, node)] =
				looked_at_node(in, node, (enum looked)what);
		in->looked[what] = looked;
	}
}

const char *looked_label(const struct inspection *in, const struct cluster_node *node)
{
	const struct component *agent = &in->observed->agents[looked_index(in, node)];

	return agent->text != NULL && strstr(agent->text, "is not ready") != NULL
		       ? arena_printf(in->arena, "%s (not ready)", node->name)
		       : node->name;
}

const char *looked_missing(const struct inspection *in, enum looked what)
{
	ARRAY_OF(const char *) names = { 0 };

	ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes)
		if (node->placement.state != PLACEMENT_NEVER &&
		    !in->looked[what][looked_index(in, node)])
			ARRAY_ADD(in->arena, &names, node->name);
	return names.count > 0 ? name_list(in->arena, names.items, names.count, NAMED_MAX)
			       : NULL;
}

const char *looked_missing_of(const struct inspection *in, const struct vip *vip,
			      enum looked what)
{
	ARRAY_OF(const char *) names = { 0 };

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers)
		if (!in->looked[what][looked_index(in, *node)])
			ARRAY_ADD(in->arena, &names, looked_label(in, *node));
	return names.count > 0 ? name_list(in->arena, names.items, names.count, NAMED_MAX)
			       : NULL;
}

bool looked_at_any(const struct inspection *in, enum looked what)
{
	ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes)
		if (node->placement.state != PLACEMENT_NEVER &&
		    in->looked[what][looked_index(in, node)])
			return true;
	return false;
}
