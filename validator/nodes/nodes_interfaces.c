/* SPDX-License-Identifier: Apache-2.0 */
/* ND004, ND009 and ND010: the interfaces that a node announces on. */
#include <stdlib.h>

#include "base/text.h"
#include "purelb/announcing/announcing.h"
#include "validator/nodes/nodes.h"

/* The first IPv6 address that counts, when all that count are single hosts; else NULL. */
static const struct node_net *only_hosts(const struct node_interface *interface)
{
	const struct node_net *first = NULL;

	ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
		if (ip_family(net->net.address) != IP_V6 || !node_net_counts(net) ||
		    ip_is_loopback(net->net.address))
			continue;
		if (ip_net_prefix(net->net) != 128)
			return NULL;
		if (first == NULL)
			first = net;
	}
	return first;
}

/* ND004 */
static void check_hosts(struct checker *ck, const struct cluster_node *node,
			const struct node_interface *interface)
{
	const struct node_net *net = only_hosts(interface);
	struct finding *f;

	if (net == NULL || interface->loopback)
		return;
	f = report(ck, CHECK_ND004, node->inventory_object, net->entry->address.pos,
		   "\"%s\" of node \"%s\" has no global IPv6 address but /128 ones: the node "
		   "advertises no IPv6 subnet there and wins none of its addresses",
		   interface->name, node->name);
	finding_path(ck, f, "%s", node_address_path(ck, node, interface->entry, net->entry));
	finding_hint(ck, f,
		     "give the interface an address with the prefix length of its "
		     "subnet, such as /64 (DHCPv6 alone gives /128)");
}

/* ND009: an interface without a subnet announces nothing, up or down. */
static void check_down(struct checker *ck, const struct cluster_node *node,
		       const struct node_interface *interface)
{
	struct finding *f;

	if (interface->up || !interface->entry->up.set || interface->loopback ||
	    (!node_interface_has(interface, IP_V4) && !node_interface_has(interface, IP_V6)))
		return;
	f = report(ck, CHECK_ND009, node->inventory_object, interface->entry->up.pos,
		   "\"%s\" of node \"%s\" is down: PureLB does not look at that, so the node "
		   "still wins addresses of its subnets, and nobody can reach them",
		   interface->name, node->name);
	finding_path(ck, f, "%s.up", node_interface_path(ck, node, interface->entry));
	finding_hint(ck, f, "bring the interface up, or take it out of the LBNodeAgent");
}

/* A subnet on one of the selected interfaces. */
struct placed {
	struct ip first;
	const struct node_net *net;
	const struct node_interface *interface;
	uint32_t order;
};

static int by_subnet(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int order = ip_compare(x->first, y->first);

	if (order == 0 && x->net->net.bits != y->net->net.bits)
		order = x->net->net.bits < y->net->net.bits ? -1 : 1;
	if (order == 0)
		order = x->order < y->order ? -1 : 1;
	return order;
}

struct placed_list {
	ARRAY_OF(struct placed) list;
};

static void place_nets(struct checker *ck, const struct cluster_node *node,
		       struct placed_list *out)
{
	for (uint32_t i = 0; i < node->selected.list.count; i++) {
		const struct node_interface *interface = node->selected.list.items[i];

		ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
			const struct placed it = { .first = ip_net_first(net->net),
						   .net = net,
						   .interface = interface,
						   .order = out->list.count };

			if (node_net_counts(net) && !ip_is_loopback(net->net.address))
				ARRAY_ADD(ck->arena, &out->list, it);
		}
	}
}

/* ND010 for the places of one subnet, of which there are at least two. */
static void report_places(struct checker *ck, const struct cluster_node *node,
			  const struct placed *places, uint32_t count)
{
	const struct node_net *at = NULL;
	const struct node_interface *winner =
		announcing_interface(&node->config, node->inventory, node->interfaces.items,
				     node->interfaces.count, places[0].first, &at);
	const struct node_interface *last = winner;
	char text[IP_NET_TEXT_MAX];

	for (uint32_t i = 0; i < count && winner != NULL; i++) {
		const struct placed *it = &places[i];
		struct finding *f;

		if (it->interface == winner || it->interface == last)
			continue;
		last = it->interface;
		f = report(ck, CHECK_ND010, node->inventory_object, it->net->entry->address.pos,
			   "node \"%s\" has %s on \"%s\" and on \"%s\": PureLB announces its "
			   "addresses on \"%s\", which comes first",
			   node->name, ip_net_format(it->net->net, text), winner->name,
			   it->interface->name, winner->name);
		finding_path(ck, f, "%s",
			     node_address_path(ck, node, it->interface->entry, it->net->entry));
		finding_hint(ck, f, "if \"%s\" is meant, select it alone: ^%s$",
			     it->interface->name, it->interface->name);
		finding_related(ck, f, at->entry->address.pos, "\"%s\" has this address in it",
				winner->name);
	}
}

/* ND010 */
static void check_places(struct checker *ck, const struct cluster_node *node)
{
	struct placed_list places = { 0 };
	uint32_t end;

	place_nets(ck, node, &places);
	if (places.list.count < 2)
		return;
	qsort(places.list.items, places.list.count, sizeof(struct placed), by_subnet);
	for (uint32_t i = 0; i < places.list.count; i = end) {
		const struct placed *first = &places.list.items[i];

		for (end = i + 1; end < places.list.count; end++)
			if (!ip_net_equal(places.list.items[end].net->net, first->net->net))
				break;
		if (end - i > 1)
			report_places(ck, node, first, end - i);
	}
}

void node_check_interfaces(const struct node_checks *nodes)
{
	struct checker *ck = nodes->ck;
	/* Where all groups are IPv4, a node with a lone DHCPv6 address is quite in order. */
	const bool v6_wanted = nodes->local.v6 != NULL || !nodes->groups;

	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		if (node->inventory == NULL)
			continue;
		for (uint32_t i = 0; i < node->selected.list.count; i++) {
			if (v6_wanted)
				check_hosts(ck, node, node->selected.list.items[i]);
			check_down(ck, node, node->selected.list.items[i]);
		}
		check_places(ck, node);
	}
}
