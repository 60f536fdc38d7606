/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ND001 to ND004 and ND008 to ND010: what an inventory says about the interfaces that a node
 * announces on. Their addresses and state, the default routes that `localInterface: default`
 * follows, and their kernel settings.
 *
 * Of a kernel setting the higher one of the value for all interfaces and that of the interface
 * counts. What the inventory does not give is not checked.
 */
#include "validator/nodes/nodes.h"

#include <stdlib.h>

#include "base/text.h"
#include "purelb/agents/interfaces.h"
#include "purelb/announcing/announcing.h"

/* The first IPv6 address that counts, when all that count are single hosts; else NULL. */
static const struct node_net *node_only_hosts(const struct node_interface *interface)
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
static void node_check_hosts(struct checker *ck, const struct cluster_node *node,
			     const struct node_interface *interface)
{
	const struct node_net *net = node_only_hosts(interface);
	struct finding *f;

	if (net == NULL || interface->loopback)
		return;
	f = report(ck, CHECK_ND004, node->inventory_object, net->entry->address.pos,
		   "\"%s\" of node \"%s\" has only /128 global IPv6 addresses: the node "
		   "advertises no IPv6 subnet there and wins none of its addresses",
		   interface->name, node->name);
	finding_path(ck, f, "%s", node_address_path(ck, node, interface->entry, net->entry));
	finding_hint(ck, f,
		     "give the interface an address with the prefix length of its "
		     "subnet, such as /64 (DHCPv6 alone gives /128)");
}

/* ND009: an interface without a subnet announces nothing, up or down. */
static void node_check_down(struct checker *ck, const struct cluster_node *node,
			    const struct node_interface *interface)
{
	struct finding *f;

	if (interface->up || !interface->entry->up.set || interface->loopback ||
	    (!node_interface_has(interface, IP_V4) && !node_interface_has(interface, IP_V6)))
		return;
	f = report(
		ck, CHECK_ND009, node->inventory_object, interface->entry->up.pos,
		"\"%s\" of node \"%s\" is down: PureLB does not check that, so the node still "
		"wins addresses of its subnets, and nobody can reach them",
		interface->name, node->name);
	finding_path(ck, f, "%s.up", node_interface_path(ck, node, interface->entry));
	finding_hint(ck, f, "bring the interface up, or remove it from the LBNodeAgent");
}

/* A subnet on one of the selected interfaces. */
struct placed {
	struct ip first;
	const struct node_net *net;
	const struct node_interface *interface;
	uint32_t order;
};

static int node_compare_subnets(const void *a, const void *b)
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

static void node_place_nets(struct checker *ck, const struct cluster_node *node,
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
static void node_report_places(struct checker *ck, const struct cluster_node *node,
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
		finding_hint(ck, f, "to use \"%s\" instead, select it alone: %s",
			     it->interface->name,
			     interface_name_pattern(ck->arena, it->interface->name));
		finding_related(ck, f, at->entry->address.pos,
				"\"%s\" has this address in the subnet", winner->name);
	}
}

/* ND010 */
static void node_check_places(struct checker *ck, const struct cluster_node *node)
{
	struct placed_list places = { 0 };
	uint32_t end;

	node_place_nets(ck, node, &places);
	if (places.list.count < 2)
		return;
	qsort(places.list.items, places.list.count, sizeof(struct placed),
	      node_compare_subnets);
	for (uint32_t i = 0; i < places.list.count; i = end) {
		const struct placed *first = &places.list.items[i];

		for (end = i + 1; end < places.list.count; end++)
			if (!ip_net_equal(places.list.items[end].net->net, first->net->net))
				break;
		if (end - i > 1)
			node_report_places(ck, node, first, end - i);
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
				node_check_hosts(ck, node, node->selected.list.items[i]);
			node_check_down(ck, node, node->selected.list.items[i]);
		}
		node_check_places(ck, node);
	}
}

/* An LBNodeAgent with `localInterface: default` that is in force on the node, or NULL. */
static const struct agent_rule *node_default_rule(const struct cluster_node *node)
{
	const struct agent_rule *rule = node->config.governing;

	if (node->config.state != NODE_CONFIGURED || rule == NULL || !rule->is_default)
		return NULL;
	return rule;
}

/* True when the list of routes is not to be trusted: other findings say why. */
static bool node_routes_broken(const struct node_checks *nodes, const struct cluster_node *node)
{
	char *path = arena_printf(nodes->ck->arena, "%s.defaultRoutes", node->inventory_path);

	if (type_errors_at(&nodes->type_errors, node->inventory_object, path))
		return true;
	ARRAY_FOREACH (const struct default_route, route, &node->inventory->default_routes.list)
		if (node_route_family(route) == IP_NONE)
			return true;
	return false;
}

static bool node_has_route(const struct cluster_node *node, enum ip_family family)
{
	ARRAY_FOREACH (const struct default_route, route, &node->inventory->default_routes.list)
		if (node_route_family(route) == family)
			return true;
	return false;
}

static void node_report_no_route(const struct node_checks *nodes,
				 const struct cluster_node *node, const struct agent_rule *rule,
				 const struct pool *pool, enum ip_family family)
{
	struct checker *ck = nodes->ck;
	const struct default_routes *routes = &node->inventory->default_routes;
	const struct str_value *setting = &rule->agent->local.local_interface;
	const char *name = ip_family_name(family);
	struct finding *f = report(
		ck, CHECK_ND002, node->inventory_object,
		routes->at.set ? routes->at.pos : node->inventory->name.pos,
		"node \"%s\" has no %s default route, and LBNodeAgent \"%s\" names no other "
		"interface: %s addresses, such as those of group \"%s\", are not announced "
		"there",
		node->name, name, rule->agent->object.name.s, name, pool->name);

	finding_path(ck, f, "%s.%s", node->inventory_path,
		     routes->at.set ? "defaultRoutes" : "name");
	finding_hint(ck, f,
		     "give the node an %s default route, or list its interface under "
		     "spec.local.interfaces of the LBNodeAgent",
		     name);
	finding_related(ck, f, setting->s != NULL ? setting->pos : rule->agent->object.name.pos,
			"localInterface is \"default\" here");
}

/* ND002: remote addresses are lost too, as the attempt ends before they are reached. (P6.3) */
static void node_check_no_route(const struct node_checks *nodes,
				const struct cluster_node *node)
{
	const struct agent_rule *rule = node_default_rule(node);

	if (rule == NULL || rule->agent->local.interfaces.list.count > 0 ||
	    node->interfaces.count == 0 || node_routes_broken(nodes, node))
		return;
	if (nodes->any.v4 != NULL && !node_has_route(node, IP_V4))
		node_report_no_route(nodes, node, rule, nodes->any.v4, IP_V4);
	if (nodes->any.v6 != NULL && !node_has_route(node, IP_V6))
		node_report_no_route(nodes, node, rule, nodes->any.v6, IP_V6);
}

static int64_t node_metric_of(const struct default_route *route)
{
	return route->metric.set ? route->metric.v : 0;
}

/* The family's route with the lowest metric, the first on ties; NULL: none. */
static const struct default_route *node_best_route(const struct default_routes *routes,
						   enum ip_family family)
{
	const struct default_route *best = NULL;

	ARRAY_FOREACH (const struct default_route, route, &routes->list) {
		if (node_route_family(route) != family)
			continue;
		if (best == NULL || node_metric_of(route) < node_metric_of(best))
			best = route;
	}
	return best;
}

static void node_report_tie(struct checker *ck, const struct cluster_node *node,
			    const struct default_route *best, const struct default_route *other,
			    enum ip_family family)
{
	const struct default_routes *routes = &node->inventory->default_routes;
	struct finding *f = report(
		ck, CHECK_ND008, node->inventory_object, other->interface.pos,
		"node \"%s\" has %s default routes over \"%s\" and \"%s\" with the same "
		"metric: which of them PureLB uses as the default interface may change with "
		"every restart",
		node->name, ip_family_name(family), best->interface.s, other->interface.s);

	finding_path(ck, f, "%s.defaultRoutes[%u].interface", node->inventory_path,
		     (uint32_t)(other - routes->list.items));
	finding_hint(ck, f,
		     "give one of them a higher metric, or name the interface in "
		     "localInterface (%s)",
		     interface_name_pattern(ck->arena, best->interface.s));
	finding_related(ck, f, best->interface.pos, "the other default route");
}

/* ND008 */
static void node_check_tie(struct checker *ck, const struct cluster_node *node,
			   enum ip_family family)
{
	const struct default_routes *routes = &node->inventory->default_routes;
	const struct default_route *best = node_best_route(routes, family);

	if (best == NULL || best->interface.s == NULL)
		return;
	ARRAY_FOREACH (const struct default_route, route, &routes->list) {
		if (node_route_family(route) != family || route->interface.s == NULL ||
		    node_metric_of(route) != node_metric_of(best) ||
		    str_equal(route->interface.s, best->interface.s))
			continue;
		node_report_tie(ck, node, best, route, family);
		return;
	}
}

/* A node that is governed by a regular expression never asks for the default interface. */
static bool node_asks_for_default(const struct cluster_node *node)
{
	return node->config.state != NODE_CONFIGURED || node_default_rule(node) != NULL;
}

void node_check_routes(const struct node_checks *nodes)
{
	ARRAY_FOREACH (const struct cluster_node, node, &nodes->ck->cluster->nodes) {
		if (node->inventory == NULL)
			continue;
		node_check_no_route(nodes, node);
		if (!node_asks_for_default(node))
			continue;
		node_check_tie(nodes->ck, node, IP_V4);
		node_check_tie(nodes->ck, node, IP_V6);
	}
}

struct setting {
	const char *name;
	enum check_code code;
	/* What the value does, as the end of a message; NULL: it is as it should be. */
	const char *(*trouble)(uint64_t value);
	bool but_default_route; /* the interface of the default route is exempt */
	unsigned wanted;
};

static const char *node_arp_ignore_trouble(uint64_t value)
{
	if (value == 0)
		return "the node may answer ARP for addresses that another node announces";
	if (value == 1 || value == 2)
		return NULL;
	return "the kernel does not answer ARP requests for service addresses";
}

static const char *node_arp_announce_trouble(uint64_t value)
{
	if (value == 2)
		return NULL;
	return "the node may send ARP requests with a service address as source";
}

static const char *node_rp_filter_trouble(uint64_t value)
{
	if (value != 1)
		return NULL;
	return "packets from clients outside its subnets are dropped there, because the route "
	       "back to them leaves by another interface";
}

static const struct setting settings[] = {
	{ "arp_ignore", CHECK_ND001, node_arp_ignore_trouble, false, 1 },
	{ "arp_announce", CHECK_ND001, node_arp_announce_trouble, false, 2 },
	{ "rp_filter", CHECK_ND003, node_rp_filter_trouble, true, 2 },
};

/* The same sysctl, whether its parts are joined by dots or slashes: "eth0.5" is written
 * "eth0/5" in one spelling and "eth0.5" in the other. */
static bool node_sysctl_matches(const char *key, const char *interface, const char *name)
{
	const char *const parts[] = { "net.ipv4.conf.", interface, ".", name };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (const char *p = parts[i]; *p != '\0'; p++, key++)
			if ((*key == '/' ? '.' : *key) != (*p == '/' ? '.' : *p))
				return false;
	return *key == '\0';
}

struct node_sysctl node_sysctl_find(const struct node_sysctls *sysctls, const char *interface,
				    const char *name)
{
	struct node_sysctl out = { .given = false };

	ARRAY_FOREACH (const struct node_sysctl_map, from, &sysctls->maps) {
		ARRAY_FOREACH (const struct label, label, &from->map->list) {
			uint64_t value = 0;

			if (label->key.s == NULL ||
			    !node_sysctl_matches(label->key.s, interface, name))
				continue;
			if (label->value.s == NULL ||
			    !parse_u64(label->value.s, 0, UINT32_MAX, &value) ||
			    (out.given && value != out.value))
				return (struct node_sysctl){ .given = true };
			if (!out.given)
				out = (struct node_sysctl){ true, label, from, value };
		}
	}
	return out;
}

struct node_sysctls node_sysctls(struct checker *ck, const struct cluster_node *node)
{
	struct node_sysctls out = { 0 };

	if (node->inventory != NULL && node->inventory->sysctls.list.count > 0) {
		const struct node_sysctl_map map = {
			&node->inventory->sysctls, node->inventory_object,
			arena_printf(ck->arena, "%s.sysctls", node->inventory_path)
		};

		ARRAY_ADD(ck->scratch, &out.maps, map);
		return out;
	}
	ARRAY_FOREACH (struct machine_config *, machine, &ck->snapshot->machines) {
		const struct node_sysctl_map map = { &(*machine)->sysctls, &(*machine)->object,
						     "machine.sysctls" };

		if (map.map->list.count > 0 && str_equal((*machine)->host.s, node->name))
			ARRAY_ADD(ck->scratch, &out.maps, map);
	}
	return out;
}

/* A value and the interfaces that it makes trouble on. */
struct blame {
	struct node_sysctl sysctl;
	ARRAY_OF(const char *) interfaces;
};

static void node_report_sysctl(const struct node_checks *nodes, const struct cluster_node *node,
			       const struct setting *setting, const struct blame *blame)
{
	struct checker *ck = nodes->ck;
	const struct label *label = blame->sysctl.label;
	const struct node_sysctl_map *from = blame->sysctl.from;
	struct finding *f =
		report(ck, setting->code, from->object, label->value.pos,
		       "%s is %s on %s of node \"%s\": %s", setting->name, label->value.s,
		       name_list(ck->arena, blame->interfaces.items, blame->interfaces.count,
				 NODE_NAMES_SHOWN_MAX),
		       node->name, setting->trouble(blame->sysctl.value));

	finding_path(ck, f, "%s[\"%s\"]", from->path, label->key.s);
	if (setting->but_default_route)
		finding_hint(ck, f,
			     "set net.ipv4.conf.%s.%s=%u (the higher value counts), or route "
			     "by source address",
			     blame->interfaces.items[0], setting->name, setting->wanted);
	else
		finding_hint(ck, f, "set %s=%u", label->key.s, setting->wanted);
}

/* Finds out which value to blame for the interface: its own is reported at once, that for all
 * collects the interfaces in *shared. */
static void
node_check_sysctl_interface(const struct node_checks *nodes, const struct cluster_node *node,
			    const struct node_sysctls *sysctls, const struct setting *setting,
			    const struct node_interface *interface, struct blame *shared)
{
	const struct node_sysctl all = node_sysctl_find(sysctls, "all", setting->name);
	const struct node_sysctl own =
		node_sysctl_find(sysctls, interface->name, setting->name);
	struct blame alone = { .sysctl = own };

	if (!all.given && !own.given)
		return;
	if ((all.given && all.label == NULL) || (own.given && own.label == NULL))
		return;
	if (setting->trouble(all.value > own.value ? all.value : own.value) == NULL)
		return;
	if (!all.given || (own.given && own.value > all.value)) {
		ARRAY_ADD(nodes->ck->arena, &alone.interfaces, interface->name);
		node_report_sysctl(nodes, node, setting, &alone);
		return;
	}
	shared->sysctl = all;
	ARRAY_ADD(nodes->ck->arena, &shared->interfaces, interface->name);
}

static void node_check_sysctl(const struct node_checks *nodes, const struct cluster_node *node,
			      const struct node_sysctls *sysctls, const struct setting *setting)
{
	const struct node_interface *exempt = NULL;
	struct blame shared = { 0 };

	if (setting->but_default_route)
		exempt = default_interface(node->inventory, node->interfaces.items,
					   node->interfaces.count, IP_V4);
	for (uint32_t i = 0; i < node->selected.list.count; i++) {
		const struct node_interface *interface = node->selected.list.items[i];

		if (interface != exempt && !interface->loopback &&
		    node_interface_has(interface, IP_V4))
			node_check_sysctl_interface(nodes, node, sysctls, setting, interface,
						    &shared);
	}
	if (shared.sysctl.given)
		node_report_sysctl(nodes, node, setting, &shared);
}

void node_check_sysctls(const struct node_checks *nodes)
{
	const bool local_v4 = nodes->local.v4 != NULL;
	/* Without any group there is nothing that says what the nodes are for. */
	const bool any_v4 = nodes->any.v4 != NULL || !nodes->groups;

	ARRAY_FOREACH (const struct cluster_node, node, &nodes->ck->cluster->nodes) {
		const struct node_sysctls sysctls = node_sysctls(nodes->ck, node);

		if (node->inventory == NULL || sysctls.maps.count == 0)
			continue;
		for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
			const bool wanted = settings[i].code == CHECK_ND001 ? local_v4 : any_v4;

			if (wanted)
				node_check_sysctl(nodes, node, &sysctls, &settings[i]);
		}
	}
}
