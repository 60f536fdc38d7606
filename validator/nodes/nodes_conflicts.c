/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ND005: an address or a MAC on two nodes.
 *
 * Interfaces that stay inside a node (docker0, the dummy interface, pod interfaces) have the
 * same address everywhere and do no harm. One with the default route counts all the same, and
 * so does a bridge that the node announces on: "br-ex" can be the uplink.
 */
#include <stdlib.h>

#include "base/text.h"
#include "purelb/agents/interfaces.h"
#include "validator/nodes/nodes.h"

/* An address or a MAC that a node has. */
struct claim {
	u128 value;
	const struct cluster_node *node;
	const struct object *object;
	const struct str_value *text;
	const struct inventory_interface *interface; /* NULL: of the Node object */
	const struct inventory_address *address;     /* NULL: the interface's MAC */
	uint32_t index;                              /* in the Node object's list */
};

struct claims {
	ARRAY_OF(struct claim) list;
};

static bool stays_inside(const char *name)
{
	return interface_name_is_internal(name) || str_has_prefix(name, "virbr");
}

static bool is_selected(const struct cluster_node *node, const struct node_interface *interface)
{
	for (uint32_t i = 0; i < node->selected.list.count; i++)
		if (node->selected.list.items[i] == interface)
			return true;
	return false;
}

static bool has_default_route(const struct cluster_node *node,
			      const struct node_interface *interface)
{
	ARRAY_FOREACH (const struct default_route, route, &node->inventory->default_routes.list)
		if (str_equal(route->interface.s, interface->name))
			return true;
	return false;
}

/* True when other nodes can meet the interface's addresses. */
static bool is_outward(const struct cluster_node *node, const struct node_interface *interface)
{
	const struct agent_rule *rule = node->config.governing;

	if (interface->loopback || interface->name == NULL)
		return false;
	if (has_default_route(node, interface))
		return true;
	if (rule != NULL && str_equal(interface->name, rule->dummy_interface))
		return false;
	if (str_has_prefix(interface->name, "br-"))
		return is_selected(node, interface);
	return !stays_inside(interface->name);
}

static bool is_aside(struct ip ip)
{
	return ip_is_loopback(ip) || ip_is_link_local(ip) || ip_is_unspecified(ip);
}

static void claim_interface(struct checker *ck, const struct cluster_node *node,
			    const struct node_interface *interface, struct claims *addresses,
			    struct claims *macs)
{
	struct claim claim = { .node = node,
			       .object = node->inventory_object,
			       .interface = interface->entry };
	uint64_t mac;

	if (interface->entry->mac.s != NULL && node_mac_parse(interface->entry->mac.s, &mac) &&
	    mac != 0) {
		claim.value = mac;
		claim.text = &interface->entry->mac;
		ARRAY_ADD(ck->scratch, &macs->list, claim);
	}
	ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
		if (is_aside(net->net.address))
			continue;
		claim.value = net->net.address.v;
		claim.address = net->entry;
		claim.text = &net->entry->address;
		ARRAY_ADD(ck->scratch, &addresses->list, claim);
	}
}

static void claim_node(struct checker *ck, const struct cluster_node *node,
		       struct claims *addresses)
{
	const struct node_addresses *list = &node->node->addresses;

	for (uint32_t i = 0; i < list->list.count; i++) {
		const struct node_address *it = &list->list.items[i];
		struct claim claim = { .node = node,
				       .object = &node->node->object,
				       .text = &it->address,
				       .index = i };
		struct ip ip;

		if (!str_equal(it->type.s, "InternalIP") || it->address.s == NULL ||
		    !ip_parse(it->address.s, &ip) || is_aside(ip))
			continue;
		claim.value = ip.v;
		ARRAY_ADD(ck->scratch, &addresses->list, claim);
	}
}

static int compare_places(struct pos a, struct pos b)
{
	if (a.source != b.source)
		return a.source < b.source ? -1 : 1;
	if (a.line != b.line)
		return a.line < b.line ? -1 : 1;
	if (a.column != b.column)
		return a.column < b.column ? -1 : 1;
	return 0;
}

/* By value, then by node; what a node claims twice in the order of the input. */
static int by_value(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	order = str_compare(x->node->name, y->node->name);
	return order != 0 ? order : compare_places(x->text->pos, y->text->pos);
}

static const char *claim_path(struct checker *ck, const struct claim *claim)
{
	if (claim->interface == NULL)
		return arena_printf(ck->arena, "status.addresses[%u].address", claim->index);
	if (claim->address != NULL)
		return node_address_path(ck, claim->node, claim->interface, claim->address);
	return arena_printf(ck->arena, "%s.mac",
			    node_interface_path(ck, claim->node, claim->interface));
}

static void report_shared(struct checker *ck, const struct claim *first,
			  const struct claim *other, const char *what)
{
	char text[IP_TEXT_MAX];
	const char *value = first->text->s;
	struct finding *f;

	if (first->interface == NULL || first->address != NULL)
		value = ip_format((struct ip){ first->value }, text);
	f = report(ck, CHECK_ND005, other->object, other->text->pos,
		   "nodes \"%s\" and \"%s\" have the same %s %s: what is sent to one of them "
		   "reaches now the one, now the other",
		   first->node->name, other->node->name, what, value);
	finding_path(ck, f, "%s", claim_path(ck, other));
	finding_hint(ck, f, "give each node %s of its own, or correct the inventory",
		     str_equal(what, "MAC") ? "a MAC" : "an address");
	finding_related(ck, f, first->text->pos, "node \"%s\" has it here", first->node->name);
}

/* One value with all its claims: each node but the first in the input gets a finding. */
static void check_run(struct checker *ck, const struct claim *claims, uint32_t count,
		      const char *what)
{
	const struct claim *first = &claims[0];

	for (uint32_t i = 1; i < count; i++)
		if (compare_places(claims[i].text->pos, first->text->pos) < 0)
			first = &claims[i];
	for (uint32_t i = 0; i < count; i++) {
		if (claims[i].node == first->node ||
		    (i > 0 && claims[i].node == claims[i - 1].node))
			continue;
		report_shared(ck, first, &claims[i], what);
	}
}

static void check_claims(struct checker *ck, struct claims *claims, const char *what)
{
	uint32_t end;

	if (claims->list.count < 2)
		return;
	qsort(claims->list.items, claims->list.count, sizeof(struct claim), by_value);
	for (uint32_t i = 0; i < claims->list.count; i = end) {
		for (end = i + 1; end < claims->list.count; end++)
			if (claims->list.items[end].value != claims->list.items[i].value)
				break;
		check_run(ck, &claims->list.items[i], end - i, what);
	}
}

void node_check_conflicts(const struct node_checks *nodes)
{
	struct checker *ck = nodes->ck;
	struct claims addresses = { 0 }, macs = { 0 };

	if (!check_can_run(ck, CHECK_ND005))
		return;
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces)
			if (is_outward(node, interface))
				claim_interface(ck, node, interface, &addresses, &macs);
		if (node->node != NULL)
			claim_node(ck, node, &addresses);
	}
	check_claims(ck, &addresses, "address");
	check_claims(ck, &macs, "MAC");
}
