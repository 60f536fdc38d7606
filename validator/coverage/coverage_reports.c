/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about a range that CV001 to CV005 find fault with. */
#include "validator/coverage/coverage.h"

#include "base/text.h"
#include "purelb/agents/interfaces.h"
#include "validator/consequences.h"

static struct finding *coverage_report_range(struct checker *ck, enum check_code code,
					     const struct local_range *it,
					     const struct verdict *v, const char *message)
{
	struct finding *f = report(ck, code, &it->pool->group->object,
				   it->range->entry->pool.pos, "%s", message);

	finding_path(ck, f, "%s.pool", it->range->path);
	f->inferred = v->inferred;
	return f;
}

static const char *coverage_range_text(const struct local_range *it)
{
	return it->range->entry->pool.s;
}

/* An interface that holds the whole range, or NULL. */
static const struct node_interface *coverage_interface_with(const struct cluster_node *node,
							    struct ip_range range)
{
	const struct agent_rule *rule = node->config.governing;

	ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
		if (interface->loopback || interface_name_is_internal(interface->name) ||
		    (rule != NULL && str_equal(interface->name, rule->dummy_interface)))
			continue;
		ARRAY_FOREACH (const struct node_net, net, &interface->nets)
			if (node_net_counts(net) && ip_net_contains(net->net, range.from) &&
			    ip_net_contains(net->net, range.to))
				return interface;
	}
	return NULL;
}

static bool coverage_is_selected(const struct cluster_node *node,
				 const struct node_interface *interface)
{
	ARRAY_FOREACH (const struct node_interface *const, selected, &node->selected.list)
		if (*selected == interface)
			return true;
	return false;
}

/* Says why a live node that has the subnet on this interface does not advertise it. */
static void coverage_hint_unused(struct checker *ck, struct finding *f,
				 const struct cluster_node *node,
				 const struct node_interface *interface)
{
	const struct agent_rule *rule = node->config.governing;
	const struct pos pos = interface->entry->name.pos;

	if (rule == NULL) {
		finding_hint(ck, f,
			     "node \"%s\" has that subnet on \"%s\": widen a nodeSelector so "
			     "that an LBNodeAgent selects the node",
			     node->name, interface->name);
		finding_related(ck, f, pos, "this interface carries the subnet");
	} else if (node->config.lease_by_default) {
		finding_hint(ck, f,
			     "upgrade to PureLB 0.17: before it, leases list the subnets of "
			     "the interfaces with a default route only, and node \"%s\" has "
			     "that one on \"%s\"",
			     node->name, interface->name);
		finding_related(ck, f, pos, "this interface carries the subnet");
	} else if (coverage_is_selected(node, interface)) {
		finding_hint(ck, f,
			     "node \"%s\" has that subnet on \"%s\", but its lease does not "
			     "list it: capture leases and inventory again",
			     node->name, interface->name);
		finding_related(ck, f, pos, "this interface carries the subnet");
	} else {
		finding_hint(ck, f,
			     "node \"%s\" has that subnet on \"%s\": make localInterface of "
			     "LBNodeAgent \"%s\" match it, or add it to `interfaces`",
			     node->name, interface->name, rule->agent->object.name.s);
		finding_related(ck, f, pos,
				"this interface carries the subnet and is not selected");
	}
}

/* Names the first live node that has the subnet and does not advertise it. */
static bool coverage_hint_left_out(struct checker *ck, struct finding *f,
				   const struct local_range *it)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		const struct node_interface *interface;

		if (!node->live ||
		    (node->config.governing == NULL && node->config.state != NODE_DESELECTED))
			continue;
		interface = coverage_interface_with(node, it->addresses);
		if (interface == NULL)
			continue;
		coverage_hint_unused(ck, f, node, interface);
		return true;
	}
	return false;
}

static bool coverage_node_is_on(const struct cluster_node *node, struct ip ip)
{
	for (uint32_t i = 0; i < node->subnets.list.count; i++) {
		if (ip_net_contains(node->subnets.list.items[i].net, ip))
			return true;
	}
	return false;
}

/* The finding follows from the lease of the node that is missing or has expired (ND007); NULL:
 * from none. */
static void coverage_blame_lease(struct checker *ck, const struct finding *f,
				 const struct cluster_node *node)
{
	if (node != NULL)
		finding_follows(ck, f, cluster_node_lease_place(node, ck->arena).object, NULL);
}

/* Names the first live node that has an address in the subnet and whose lease does not list it.
 */
static bool coverage_hint_lease(struct checker *ck, struct finding *f,
				const struct local_range *it)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		const struct node_address *address =
			node->live && node->origin == SUBNETS_LEASE &&
					node->config.governing != NULL
				? cluster_node_address_in(node, it->range->subnet)
				: NULL;
		const enum ip_family family = ip_family(it->addresses.from);

		if (address == NULL)
			continue;
		if (node->config.governing->is_default)
			finding_hint(
				ck, f,
				"node \"%s\" has %s there, but its lease does not list the "
				"subnet: give it an %s default route on that interface, or name "
				"the interface in `interfaces` of LBNodeAgent \"%s\"",
				node->name, address->address.s, ip_family_name(family),
				node->config.governing->agent->object.name.s);
		else
			finding_hint(
				ck, f,
				"node \"%s\" has %s there, but its lease does not list the "
				"subnet: make localInterface of LBNodeAgent \"%s\" match that "
				"interface, or add it to `interfaces`",
				node->name, address->address.s,
				node->config.governing->agent->object.name.s);
		finding_related(ck, f, node->lease->object.name.pos,
				"the lease of \"%s\" is here", node->name);
		return true;
	}
	return false;
}

/* CV001 */
void coverage_report_uncovered(struct checker *ck, const struct local_range *it,
			       const struct verdict *v, bool look_for_interface)
{
	struct finding *f = coverage_report_range(
		ck, CHECK_CV001, it, v,
		arena_printf(ck->arena,
			     "range %s (subnet %s) is not covered by any node: nobody would "
			     "announce its addresses",
			     coverage_range_text(it), it->range->entry->subnet.s));

	coverage_blame_lease(ck, f, coverage_lapsed_cover(ck, v->ground, it->addresses));
	if (look_for_interface &&
	    (coverage_hint_left_out(ck, f, it) || coverage_hint_lease(ck, f, it)))
		return;
	finding_hint(ck, f,
		     "take the range from a subnet that the nodes are on, or select the "
		     "interfaces that carry %s in the LBNodeAgent",
		     it->range->entry->subnet.s);
}

bool coverage_report_agentless(struct checker *ck, const struct local_range *it,
			       const struct verdict *v)
{
	const struct cluster_node *first = NULL;
	const char *names[COVERAGE_NODES_MAX];
	uint32_t count = 0;
	struct finding *f;

	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		const bool on = coverage_node_is_on(node, it->addresses.from);

		/* One that is without a lease, or whose lease lists less than it has. */
		if (node->placement.state != PLACEMENT_NEVER &&
		    (on || cluster_node_address_in(node, it->range->subnet) != NULL))
			return false;
		if (node->placement.state != PLACEMENT_NEVER || !on)
			continue;
		first = first != NULL ? first : node;
		if (count < COVERAGE_NODES_MAX)
			names[count++] = node->name;
	}
	if (first == NULL)
		return false;
	f = coverage_report_range(
		ck, CHECK_AG105, it, v,
		arena_printf(ck->arena,
			     "nobody would announce range %s: its subnet %s is only on %s, "
			     "where no agent runs: \"%s\" %s",
			     coverage_range_text(it), it->range->entry->subnet.s,
			     name_list(ck->arena, names, count, COVERAGE_NODES_MAX),
			     first->name, placement_text(&first->placement, ck->arena)));
	finding_hint(ck, f,
		     first->placement.obstacle == PLACEMENT_TAINT
			     ? "add the toleration to the DaemonSet, or take the range from a "
			       "subnet of nodes with an agent"
			     : "let the DaemonSet run on these nodes, or take the range from a "
			       "subnet of nodes with an agent");
	finding_related(ck, f, first->node->object.name.pos, "node \"%s\" is here",
			first->name);
	return true;
}

/* CV002 */
void coverage_report_single(struct checker *ck, const struct local_range *it,
			    const struct verdict *v)
{
	const bool only_node = ck->cluster->nodes.count == 1;
	struct finding *f = coverage_report_range(
		ck, CHECK_CV002, it, v,
		arena_printf(ck->arena,
			     only_node ? "range %s can be announced by \"%s\" only, the only "
					 "node of the cluster: there is no failover"
				       : "range %s can be announced by node \"%s\" only: when "
					 "that node fails, its addresses are unreachable",
			     coverage_range_text(it), v->first->name));

	if (only_node) {
		f->severity = SEVERITY_INFO;
		finding_hint(ck, f, "add a node if the addresses must survive its loss");
	} else {
		finding_hint(ck, f,
			     "connect a second node to %s, or select its interface there",
			     it->range->entry->subnet.s);
	}
	coverage_blame_lease(ck, f, coverage_lapsed_second(ck, v->ground, it->addresses));
}

static const char *coverage_ip_span(struct checker *ck, struct ip_range range)
{
	char from[IP_TEXT_MAX], to[IP_TEXT_MAX];

	ip_format(range.from, from);
	if (ip_compare(range.from, range.to) == 0)
		return arena_strdup(ck->arena, from);
	return arena_printf(ck->arena, "%s-%s", from, ip_format(range.to, to));
}

/* The advertised subnet that holds the whole range, or NULL when it takes several. */
static const struct subnet_entry *coverage_advertised_for(const struct cluster *cluster,
							  struct ip_range range)
{
	const struct subnet_entry *around[CONTAINING_MAX];
	unsigned count = cluster_containing(cluster, range.from, around);

	while (count > 0 && !ip_net_contains(around[count - 1]->net, range.to))
		count--;
	return count > 0 ? around[count - 1] : NULL;
}

/* The first part of the range that is covered, without the first and last address of the nodes'
 * subnets: routers and broadcasts have those. False when nothing is left. */
static bool coverage_covered_part(const struct checker *ck, const struct local_range *it,
				  const struct verdict *v, struct ip_range *part)
{
	const struct subnet_entry *first, *last;

	if (!coverage_first_part(v->ground, it->addresses, part))
		return false;
	first = coverage_advertised_for(ck->cluster,
					(struct ip_range){ part->from, part->from });
	last = coverage_advertised_for(ck->cluster, (struct ip_range){ part->to, part->to });
	if (first != NULL && ip_compare(part->from, ip_net_first(first->net)) == 0)
		part->from.v++;
	if (last != NULL && ip_family(part->to) == IP_V4 &&
	    ip_compare(part->to, ip_net_last(last->net)) == 0)
		part->to.v--;
	return ip_compare(part->from, part->to) <= 0;
}

/* "10.0.0.10-10.0.0.255 and 10.0.2.0" */
static const char *coverage_holes_text(struct checker *ck, const struct local_range *it,
				       const struct verdict *v)
{
	struct ip_range holes[COVERAGE_PARTS_MAX];
	const char *names[COVERAGE_PARTS_MAX];
	const uint32_t count = coverage_holes(v->ground, it->addresses, holes);

	for (uint32_t i = 0; i < count && i < COVERAGE_PARTS_MAX; i++)
		names[i] = coverage_ip_span(ck, holes[i]);
	return name_list(ck->arena, names, count, COVERAGE_PARTS_MAX);
}

/* CV003 */
void coverage_report_partial(struct checker *ck, const struct local_range *it,
			     const struct verdict *v)
{
	struct ip_range part;
	struct finding *f = coverage_report_range(
		ck, CHECK_CV003, it, v,
		arena_printf(ck->arena,
			     "range %s is covered in part only: no node can announce %s, and "
			     "PureLB allocates those addresses anyway",
			     coverage_range_text(it), coverage_holes_text(ck, it, v)));

	if (coverage_covered_part(ck, it, v, &part))
		finding_hint(ck, f, "use %s%s, or connect nodes to the rest",
			     coverage_ip_span(ck, part),
			     ip_compare(part.from, part.to) < 0 ? ""
			     : ip_family(part.from) == IP_V4    ? "/32"
								: "/128");
	else
		finding_hint(ck, f, "take the range from one subnet of the nodes");
	coverage_blame_lease(ck, f, coverage_lapsed_cover(ck, v->ground, it->addresses));
}

/* CV004 */
void coverage_report_text(struct checker *ck, const struct local_range *it,
			  const struct verdict *v)
{
	const struct subnet_entry *entry = coverage_advertised_for(ck->cluster, it->addresses);
	char net[IP_NET_TEXT_MAX];
	struct finding *f = coverage_report_range(
		ck, CHECK_CV004, it, v,
		arena_printf(ck->arena,
			     "range %s is covered, but no node advertises its subnet as %s: "
			     "PureLB's own kubectl plugin compares the text and will warn",
			     coverage_range_text(it), it->range->entry->subnet.s));

	if (entry != NULL)
		finding_hint(ck, f, "write the subnet as the nodes do: %s",
			     ip_net_format(entry->net, net));
	else
		finding_hint(ck, f, "split the range, one part for each subnet of the nodes");
}

/* CV005 */
void coverage_report_black_hole(struct checker *ck, const struct local_range *it,
				const struct verdict *v)
{
	const bool no_config = v->first->config.state == NODE_NO_CONFIG;
	const bool one = v->candidates == 1;
	const char *why =
		"there is no LBNodeAgent, so whichever node wins them announces nothing";
	struct finding *f;

	if (!no_config)
		why = arena_printf(
			ck->arena,
			"node%s %s win%s them, ha%s no LBNodeAgent with spec.local "
			"and announce%s nothing",
			one ? "" : "s",
			name_list(ck->arena, v->names, v->candidates, COVERAGE_NODES_MAX),
			one ? "s" : "", one ? "s" : "ve", one ? "s" : "");
	f = coverage_report_range(ck, CHECK_CV005, it, v,
				  arena_printf(ck->arena,
					       "addresses of range %s go to a black hole: %s",
					       coverage_range_text(it), why));
	if (no_config || v->first->config.matching.count == 0) {
		finding_hint(ck, f,
			     "add an LBNodeAgent with `local: {localInterface: default}`");
		return;
	}
	const struct object *agent = &v->first->config.matching.items[0]->agent->object;

	finding_hint(ck, f, "give LBNodeAgent \"%s\" a `local: {localInterface: default}`",
		     agent->name.s);
	finding_related(ck, f, agent->name.pos, "LBNodeAgent \"%s\" selects the node \"%s\"",
			agent->name.s, v->first->name);
}
