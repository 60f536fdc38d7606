/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of nodes: which node has an address, where a router sees a node, from where and
 * over which interface a node reaches an address, and who is on a link (BG5.2, BG6.3).
 */
#include "purelb/bgp/bgp_parts.h"

#include <stdlib.h>

#include "base/text.h"

/* ---- which node has an address ---- */

static void bgp_own_add(struct bgp_own_addresses *out, struct ip ip, uint32_t node,
			struct arena *arena)
{
	struct bgp_own_address own = { ip, node };

	if (!ip_is_loopback(ip) && !ip_is_link_local(ip))
		ARRAY_ADD(arena, &out->list, own);
}

static void bgp_own_add_node(struct bgp_own_addresses *out, const struct cluster *cluster,
			     uint32_t index, struct arena *arena)
{
	const struct cluster_node *node = &cluster->nodes.items[index];
	struct ip ip;

	ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
		ARRAY_FOREACH (const struct node_net, net, &interface->nets)
			bgp_own_add(out, net->net.address, index, arena);
	}
	if (node->node == NULL)
		return;
	ARRAY_FOREACH (const struct node_address, address, &node->node->addresses.list) {
		if (str_equal(address->type.s, "InternalIP") && address->address.s != NULL &&
		    ip_parse(address->address.s, &ip))
			bgp_own_add(out, ip, index, arena);
	}
}

static int bgp_own_compare(const void *pa, const void *pb)
{
	const struct bgp_own_address *a = pa;
	const struct bgp_own_address *b = pb;
	int order = ip_compare(a->ip, b->ip);

	return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

void bgp_own_addresses_collect(struct bgp_own_addresses *out, const struct cluster *cluster,
			       struct arena *arena)
{
	*out = (struct bgp_own_addresses){ 0 };
	for (uint32_t i = 0; i < cluster->nodes.count; i++)
		bgp_own_add_node(out, cluster, i, arena);
	if (out->list.count > 0)
		qsort(out->list.items, out->list.count, sizeof(*out->list.items),
		      bgp_own_compare);
}

const struct cluster_node *bgp_owner_of(const struct bgp_own_addresses *own,
					const struct cluster *cluster, struct ip ip)
{
	uint32_t low = 0;
	uint32_t high = own->list.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (ip_compare(own->list.items[middle].ip, ip) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == own->list.count || ip_compare(own->list.items[low].ip, ip) != 0)
		return NULL;
	return &cluster->nodes.items[own->list.items[low].node];
}

/* ---- addresses of one node ---- */

const struct node_interface *bgp_interface(const struct cluster_node *node, const char *name)
{
	ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
		if (str_equal(interface->name, name))
			return interface;
	}
	return NULL;
}

bool bgp_global_address(const struct node_interface *interface, enum ip_family family,
			struct ip *out)
{
	ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
		*out = net->net.address;
		if (ip_family(*out) == family && bgp_imports_address(*out))
			return true;
	}
	return false;
}

bool bgp_internal_ip(const struct cluster_node *node, enum ip_family family, struct ip *out)
{
	if (node->node == NULL)
		return false;
	ARRAY_FOREACH (const struct node_address, address, &node->node->addresses.list) {
		if (str_equal(address->type.s, "InternalIP") && address->address.s != NULL &&
		    ip_parse(address->address.s, out) && ip_family(*out) == family &&
		    bgp_imports_address(*out))
			return true;
	}
	return false;
}

/* The dummy interface has VIPs only, and the loopback nothing that is seen from outside. */
static bool bgp_path_is_uplink(const struct cluster_node *node,
			       const struct node_interface *interface)
{
	const struct agent_rule *rule = node->config.governing;

	return !interface->loopback &&
	       !str_equal(interface->name, rule != NULL ? rule->dummy_interface : "kube-lb0");
}

static const struct node_interface *bgp_path_default_interface(const struct cluster_node *node,
							       enum ip_family family)
{
	if (node->inventory == NULL || node->interfaces.count == 0)
		return NULL;
	return default_interface(node->inventory, node->interfaces.items,
				 node->interfaces.count, family);
}

bool bgp_assumed_ipv4(const struct cluster_node *node, struct ip *out)
{
	const struct node_interface *first = bgp_path_default_interface(node, IP_V4);

	if (first != NULL && bgp_global_address(first, IP_V4, out))
		return true;
	ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
		if (bgp_path_is_uplink(node, interface) &&
		    bgp_global_address(interface, IP_V4, out))
			return true;
	}
	return false;
}

/* ---- how a node reaches an address ---- */

/* By an interface with a subnet that has it: the longest prefix, the first on ties. */
static bool bgp_path_find_connected(struct bgp_path *out, const struct cluster_node *node,
				    struct ip to)
{
	const struct node_net *best = NULL;

	ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
		if (!bgp_path_is_uplink(node, interface))
			continue;
		ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
			if (!ip_net_contains(net->net, to) ||
			    (best != NULL && best->net.bits >= net->net.bits))
				continue;
			best = net;
			out->interface = interface;
		}
	}
	if (best == NULL)
		return false;
	out->adjacency = BGP_ADJACENT;
	out->known = true;
	out->source = best->net.address;
	return true;
}

/* Through a router: from the interface of the default route, else from any that there is. */
static void bgp_path_find_routed(struct bgp_path *out, const struct cluster_node *node,
				 struct ip to)
{
	enum ip_family family = ip_family(to);

	out->adjacency = BGP_NOT_ADJACENT;
	out->interface = bgp_path_default_interface(node, family);
	out->known = out->interface != NULL &&
		     bgp_global_address(out->interface, family, &out->source);
	if (out->known)
		return;
	out->inferred = true;
	ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
		if (!bgp_path_is_uplink(node, interface) ||
		    !bgp_global_address(interface, family, &out->source))
			continue;
		out->interface = interface;
		out->known = true;
		return;
	}
	out->interface = NULL;
	out->known = bgp_internal_ip(node, family, &out->source);
	out->no_address = !out->known;
	if (out->no_address)
		out->adjacency = BGP_ADJACENCY_UNKNOWN;
}

/* Some subnet that is known otherwise has both: of the node's lease or a guess at it, or one
 * of the router's. */
static bool bgp_path_share_subnet(const struct cluster_node *node,
				  const struct bgp_router *router, struct ip from, struct ip to)
{
	ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list) {
		if (ip_net_contains(subnet->net, from) && ip_net_contains(subnet->net, to))
			return true;
	}
	if (router == NULL)
		return false;
	ARRAY_FOREACH (const struct ip_net, net, &router->connected) {
		if (ip_net_contains(*net, from) && ip_net_contains(*net, to))
			return true;
	}
	return false;
}

/* From the Node object alone: its InternalIP in a subnet with the router, else the first. */
static void bgp_path_find_by_object(struct bgp_path *out, const struct cluster_node *node,
				    struct ip to, const struct bgp_router *router)
{
	struct ip ip;

	out->inferred = true;
	out->adjacency = BGP_ADJACENCY_UNKNOWN;
	if (node->node == NULL)
		return;
	out->known = bgp_internal_ip(node, ip_family(to), &out->source);
	out->no_address = !out->known && node->node->addresses.at.set;
	ARRAY_FOREACH (const struct node_address, address, &node->node->addresses.list) {
		if (!str_equal(address->type.s, "InternalIP") || address->address.s == NULL ||
		    !ip_parse(address->address.s, &ip) ||
		    !bgp_path_share_subnet(node, router, ip, to))
			continue;
		out->source = ip;
		out->adjacency = BGP_ADJACENT;
		return;
	}
}

void bgp_path_find(struct bgp_path *out, const struct cluster_node *node, struct ip to,
		   const struct bgp_router *router)
{
	*out = (struct bgp_path){ .adjacency = BGP_ADJACENCY_UNKNOWN };
	if (node->interfaces.count == 0)
		bgp_path_find_by_object(out, node, to, router);
	else if (!bgp_path_find_connected(out, node, to))
		bgp_path_find_routed(out, node, to);
}

bool bgp_session_distant(const struct bgp_session *session, bool *guess)
{
	const struct cluster_node *node = session->node->node;
	bool same_family = false;

	*guess = session->adjacency == BGP_ADJACENCY_UNKNOWN;
	if (!*guess)
		return session->adjacency == BGP_NOT_ADJACENT;
	if (!session->peer->has_address || ip_is_link_local(session->peer->address) ||
	    node->origin != SUBNETS_LEASE || node->subnets.list.count == 0)
		return false;
	ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list) {
		if (ip_net_contains(subnet->net, session->peer->address))
			return false;
		same_family |= subnet->net.family == ip_family(session->peer->address);
	}
	return same_family;
}

bool bgp_path_from(struct bgp_path *path, const struct cluster_node *node, struct ip local)
{
	path->source = local;
	path->known = true;
	path->no_address = false;
	if (node->interfaces.count == 0) {
		path->inferred = true;
		return true;
	}
	ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces) {
		ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
			if (ip_compare(net->net.address, local) != 0)
				continue;
			path->interface = interface;
			return true;
		}
	}
	return false;
}

/* ---- unnumbered links ---- */

/* Both are in one segment that was named, or in one subnet that is not link-local. */
static bool bgp_link_same(const struct node_interface *a, const struct node_interface *b)
{
	const char *segment_a = a->entry != NULL ? a->entry->segment.s : NULL;
	const char *segment_b = b->entry != NULL ? b->entry->segment.s : NULL;

	if (segment_a != NULL && segment_b != NULL)
		return str_equal(segment_a, segment_b);
	ARRAY_FOREACH (const struct node_net, net, &a->nets) {
		if (ip_is_link_local(net->net.address) || a->loopback)
			continue;
		ARRAY_FOREACH (const struct node_net, other, &b->nets) {
			if (ip_net_contains(net->net, other->net.address))
				return true;
		}
	}
	return false;
}

static void bgp_link_find_nodes(struct bgp_link *out, const struct cluster *cluster,
				const struct cluster_node *node,
				const struct node_interface *interface)
{
	ARRAY_FOREACH (const struct cluster_node, other, &cluster->nodes) {
		bool there = false;

		ARRAY_FOREACH (const struct node_interface, it, &other->interfaces)
			there |= other != node && bgp_link_same(interface, it);
		out->nodes += there;
		if (there && out->other == NULL)
			out->other = other;
	}
}

/* The address of the router on the link: in a subnet of the interface, or the link-local
 * gateway of a default route over it. */
static bool bgp_link_find_router(const struct bgp_router *router,
				 const struct cluster_node *node,
				 const struct node_interface *interface, struct ip *address)
{
	ARRAY_FOREACH (const struct ip_net, net, &router->nets) {
		struct ip via;

		*address = net->address;
		ARRAY_FOREACH (const struct node_net, own, &interface->nets) {
			if (!ip_is_link_local(*address) && ip_net_contains(own->net, *address))
				return true;
		}
		ARRAY_FOREACH (const struct default_route, route,
			       &node->inventory->default_routes.list) {
			if (str_equal(route->interface.s, interface->name) &&
			    route->via.s != NULL && ip_parse(route->via.s, &via) &&
			    ip_compare(via, *address) == 0)
				return true;
		}
	}
	return false;
}

void bgp_link_look(struct bgp_link *out, const struct bgp_cluster *bgp,
		   const struct cluster_node *node, const struct node_interface *interface)
{
	*out = (struct bgp_link){ 0 };
	bgp_link_find_nodes(out, bgp->cluster, node, interface);
	ARRAY_FOREACH (const struct bgp_router, router, &bgp->routers) {
		struct ip address;

		if (!bgp_link_find_router(router, node, interface, &address))
			continue;
		out->routers++;
		if (out->router == NULL) {
			out->router = router;
			out->address = address;
		}
	}
}
