/* SPDX-License-Identifier: Apache-2.0 */
/* AG019: dummyInterface, where the agent puts remote addresses. (P1.2, P6.7) */
#include "validator/agents/agent_checks.h"

#include <stdlib.h>

#include "base/text.h"
#include "purelb/agents/interfaces.h"

/*
 * The ranges of all groups, sorted by their first address, with the last address that any of
 * the ranges up to there reaches: an address is in one of them when it is not above `reach`
 * of the last range that begins at or before it.
 */
struct range_end {
	struct ip_range range;
	struct ip reach;
};

struct agents_vip_space {
	ARRAY_OF(struct range_end) list;
};

static int agents_compare_ends(const void *left, const void *right)
{
	const struct range_end *a = left, *b = right;

	return ip_compare(a->range.from, b->range.from);
}

static void agents_add_ranges(struct checker *ck, struct agents_vip_space *space,
			      const struct pool_range *ranges, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (ranges[i].range_error == RANGE_OK)
			ARRAY_ADD(ck->arena, &space->list,
				  ((struct range_end){ .range = ranges[i].range }));
	}
}

static struct agents_vip_space agents_vip_space(struct checker *ck)
{
	struct agents_vip_space space = { 0 };

	ARRAY_FOREACH (struct pool, pool, &ck->cluster->pools.list) {
		agents_add_ranges(ck, &space, pool->v4.items, pool->v4.count);
		agents_add_ranges(ck, &space, pool->v6.items, pool->v6.count);
	}
	if (space.list.count == 0)
		return space;
	qsort(space.list.items, space.list.count, sizeof(*space.list.items),
	      agents_compare_ends);
	for (uint32_t i = 0; i < space.list.count; i++) {
		struct range_end *end = &space.list.items[i];

		end->reach = end->range.to;
		if (i > 0 && ip_compare(end[-1].reach, end->reach) > 0)
			end->reach = end[-1].reach;
	}
	return space;
}

static bool agents_may_be_vip(const struct agents_vip_space *space, struct ip ip)
{
	uint32_t low = 0, high = space->list.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (ip_compare(space->list.items[middle].range.from, ip) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && ip_compare(ip, space->list.items[low - 1].reach) <= 0;
}

static bool agents_is_host_route(struct ip_net net)
{
	return net.bits == 128;
}

/* True for an address that the Node object calls its own. */
static bool agents_is_node_address(const struct cluster_node *node, struct ip ip)
{
	if (node->node == NULL)
		return false;
	ARRAY_FOREACH (struct node_address, entry, &node->node->addresses.list) {
		struct ip own;

		if (entry->address.s != NULL && ip_parse(entry->address.s, &own) &&
		    ip_compare(own, ip) == 0)
			return true;
	}
	return false;
}

/*
 * The first address on the interface that is the node's own, or NULL. What a captured dummy
 * interface carries is not: addresses of a range, and host routes of other programs.
 */
static const struct node_net *agents_own_address(const struct agents_vip_space *space,
						 const struct cluster_node *node,
						 const struct node_interface *interface)
{
	ARRAY_FOREACH (struct node_net, net, &interface->nets) {
		struct ip ip = net->net.address;

		if (agents_is_node_address(node, ip))
			return net;
		if (!ip_is_link_local(ip) && !agents_is_host_route(net->net) &&
		    !agents_may_be_vip(space, ip))
			return net;
	}
	return NULL;
}

static void agents_report_taken(struct checker *ck, const struct agent_rule *rule,
				const struct cluster_node *node, const struct node_net *net)
{
	const struct agent_local *local = &rule->agent->local;
	bool given = local->dummy_interface.s != NULL;
	struct pos pos = given ? local->dummy_interface.pos : local->at.pos;
	struct finding *f = report(ck, CHECK_AG019, &rule->agent->object, pos,
				   "dummyInterface \"%s\" is an interface of %s with the "
				   "node's own address %s: PureLB puts remote addresses on "
				   "it, and removes it when the agent stops",
				   rule->dummy_interface, node->name, net->entry->address.s);

	finding_path(ck, f, "spec.local.dummyInterface");
	finding_hint(ck, f,
		     "use a name that no node has, such as kube-lb0; the agent creates the "
		     "interface");
	finding_related(ck, f, net->entry->address.pos, "the node's own address");
}

/* One finding for an LBNodeAgent is enough: the first of its nodes that shows it. */
static void agents_check_taken(struct checker *ck, const struct agent_view *view,
			       const struct agents_vip_space *space)
{
	const char *name = view->rule->dummy_interface;

	ARRAY_FOREACH (const struct cluster_node *, node, &view->nodes) {
		ARRAY_FOREACH (struct node_interface, interface, &(*node)->interfaces) {
			const struct node_net *net;

			if (!str_equal(interface->name, name))
				continue;
			net = agents_own_address(space, *node, interface);
			if (net == NULL)
				continue;
			agents_report_taken(ck, view->rule, *node, net);
			return;
		}
	}
}

/* False when it says that the name is not one that Linux takes. */
static bool agents_check_name(struct checker *ck, const struct agent_rule *rule)
{
	const struct str_value *name = &rule->agent->local.dummy_interface;

	if (name->s == NULL || interface_name_valid(name->s))
		return true;

	struct finding *f =
		report(ck, CHECK_AG019, &rule->agent->object, name->pos,
		       "dummyInterface \"%s\" cannot be the name of a Linux "
		       "interface: the agent rejects its configuration and announces nothing",
		       name->s);

	finding_path(ck, f, "spec.local.dummyInterface");
	finding_hint(ck, f,
		     "use 1 to %d bytes without \"/\", \":\" and white space, such as kube-lb0",
		     INTERFACE_NAME_MAX);
	return false;
}

void agents_check_dummy(struct checker *ck)
{
	struct agents_vip_space space = { 0 };
	bool known = ck->cluster->has_interfaces;

	if (known)
		space = agents_vip_space(ck);
	ARRAY_FOREACH (struct agent_view, view, &ck->agents->list) {
		if (view->rule->agent->local.at.set && agents_check_name(ck, view->rule) &&
		    known)
			agents_check_taken(ck, view, &space);
	}
}
