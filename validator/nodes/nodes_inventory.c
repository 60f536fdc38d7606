/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ND011: values of a NodeInventory that cannot be. What a schema can say (a metric below 0, a
 * family that is neither v4 nor v6) is found while reading; the rest is here.
 */
#include "validator/nodes/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"

/* Where something is: spec.<list>[index] of an inventory, and its name for messages. */
struct inventory_place {
	struct checker *ck;
	const struct object *object;
	const char *list; /* "nodes" or "routers" */
	uint32_t index;
	const char *name; /* as a message says it: `node "a"` */
};

static const char *inventory_place_path(const struct inventory_place *at)
{
	return arena_printf(at->ck->arena, "spec.%s[%u]", at->list, at->index);
}

/* One finding at a value; the caller adds the path below the place. */
static struct finding *inventory_malformed(const struct inventory_place *at,
					   const struct str_value *value, const char *what,
					   const char *problem)
{
	return report(at->ck, CHECK_ND011, at->object, value->pos, "%s \"%s\" of %s %s", what,
		      value->s, at->name, problem);
}

/* ---- names that must be there once ---- */

struct name {
	const struct str_value *text;
	const struct object *object;
	const char *path;
	uint32_t order;
};

struct names {
	ARRAY_OF(struct name) list;
};

static void inventory_add_name(struct arena *arena, struct names *names,
			       const struct str_value *text, const struct object *object,
			       const char *path)
{
	const struct name it = {
		.text = text, .object = object, .path = path, .order = names->list.count
	};

	if (text->s != NULL && text->s[0] != '\0')
		ARRAY_ADD(arena, &names->list, it);
}

static int inventory_compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int order = str_compare(x->text->s, y->text->s);

	if (order != 0)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* `what` is one of them ("node"), `where` the end of the sentence (" of node ..."). */
static void inventory_check_names(struct checker *ck, struct names *names, const char *what,
				  const char *where)
{
	const struct name *first;

	if (names->list.count < 2)
		return;
	qsort(names->list.items, names->list.count, sizeof(struct name),
	      inventory_compare_names);
	first = &names->list.items[0];
	for (uint32_t i = 1; i < names->list.count; i++) {
		const struct name *it = &names->list.items[i];
		struct finding *f;

		if (!str_equal(it->text->s, first->text->s)) {
			first = it;
			continue;
		}
		f = report(ck, CHECK_ND011, it->object, it->text->pos,
			   "duplicate %s \"%s\"%s: the first description counts", what,
			   it->text->s, where);
		finding_path(ck, f, "%s.name", it->path);
		finding_hint(ck, f, "merge the two, or correct the name of one");
		finding_related(ck, f, first->text->pos,
				"the first \"%s\" is "
				"here",
				it->text->s);
	}
}

/* ---- interfaces ---- */

static void inventory_check_flags(const struct inventory_place *at, const char *path,
				  const struct inventory_address *address)
{
	static const char *const known[] = { "deprecated", "tentative", "dadfailed",
					     "permanent", NULL };

	for (uint32_t i = 0; i < address->flags.list.count; i++) {
		const struct str_value *flag = &address->flags.list.items[i];
		struct finding *f;

		if (flag->s == NULL || str_in(flag->s, known))
			continue;
		f = inventory_malformed(at, flag, "address flag", "is unknown");
		finding_path(at->ck, f, "%s.flags[%u]", path, i);
		finding_hint(at->ck, f, "use deprecated, tentative, dadfailed or permanent");
	}
}

static void inventory_check_address(const struct inventory_place *at,
				    const struct inventory_interface *interface, uint32_t i,
				    uint32_t j)
{
	const struct inventory_address *address = &interface->addresses.list.items[j];
	const char *path = arena_printf(at->ck->arena, "%s.interfaces[%u].addresses[%u]",
					inventory_place_path(at), i, j);
	struct finding *f;
	struct ip_net net;
	struct ip ip;

	inventory_check_flags(at, path, address);
	if (address->address.s == NULL || ip_net_parse(address->address.s, &net))
		return;
	f = inventory_malformed(at, &address->address, "address",
				"is not an address with a prefix length, and is ignored");
	finding_path(at->ck, f, "%s%s", path,
		     address->at.pos.line == address->address.pos.line &&
				     address->at.pos.column == address->address.pos.column
			     ? ""
			     : ".address");
	if (ip_parse(address->address.s, &ip))
		finding_hint(at->ck, f, "append the prefix length of the subnet, such as %s/%s",
			     address->address.s, ip_family(ip) == IP_V4 ? "24" : "64");
	else
		finding_hint(at->ck, f, "write it like 192.168.1.11/24 or fd00:1::11/64");
}

static void inventory_check_mac(const struct inventory_place *at,
				const struct inventory_interface *interface, uint32_t i)
{
	struct finding *f;
	uint64_t mac;

	if (interface->mac.s == NULL || node_mac_parse(interface->mac.s, &mac))
		return;
	f = inventory_malformed(at, &interface->mac, "MAC",
				"is not six pairs of hexadecimal digits");
	finding_path(at->ck, f, "%s.interfaces[%u].mac", inventory_place_path(at), i);
	finding_hint(at->ck, f, "write it like 02:00:00:00:00:0a");
}

/* ---- default routes ---- */

static bool inventory_node_has_interface(const struct inventory_node *node, const char *name)
{
	ARRAY_FOREACH (const struct inventory_interface, interface, &node->interfaces.list)
		if (str_equal(interface->name.s, name))
			return true;
	return false;
}

/* `via` and `family` may both be given, but not in contradiction. */
static void inventory_check_route_family(const struct inventory_place *at,
					 const struct default_route *route, uint32_t i)
{
	enum ip_family family = node_route_family(route);
	struct finding *f;

	if (route->via.s != NULL && family == IP_NONE) {
		f = inventory_malformed(at, &route->via, "gateway", "is not an IP address");
		finding_path(at->ck, f, "%s.defaultRoutes[%u].via", inventory_place_path(at),
			     i);
		finding_hint(at->ck, f, "write the address alone, without a prefix length");
		return;
	}
	if (route->via.s == NULL || route->family.s == NULL ||
	    !str_equal(route->family.s, family == IP_V4 ? "v6" : "v4"))
		return;
	f = inventory_malformed(at, &route->family, "family",
				"is not the family of the gateway");
	finding_path(at->ck, f, "%s.defaultRoutes[%u].family", inventory_place_path(at), i);
	finding_hint(at->ck, f, "remove it: the family follows from via");
	finding_fix_remove(&at->ck->findings, f, FIX_REMOVE, "family");
	finding_fix_is_unsafe(f);
	finding_related(at->ck, f, route->via.pos, "the gateway");
}

/* A list of interfaces that could not be read is not said to lack any. */
static void inventory_check_route(const struct inventory_place *at,
				  const struct inventory_node *node, uint32_t i,
				  bool interfaces_known)
{
	const struct default_route *route = &node->default_routes.list.items[i];
	struct finding *f;

	inventory_check_route_family(at, route, i);
	if (!interfaces_known || route->interface.s == NULL ||
	    inventory_node_has_interface(node, route->interface.s))
		return;
	f = inventory_malformed(at, &route->interface, "default route over",
				"names an unknown interface");
	finding_path(at->ck, f, "%s.defaultRoutes[%u].interface", inventory_place_path(at), i);
	finding_hint(at->ck, f, "describe the interface, or correct the name");
}

/* ---- sysctls ---- */

/* Settings that are read as numbers; others may hold anything. */
static bool inventory_is_read(const char *key)
{
	return str_has_suffix(key, "arp_ignore") || str_has_suffix(key, "arp_announce") ||
	       str_has_suffix(key, "rp_filter");
}

static void inventory_check_sysctl(const struct inventory_place *at, const struct label *sysctl)
{
	const char *key = sysctl->key.s;
	const char *problem = NULL;
	struct finding *f;
	uint64_t value;

	if (key == NULL)
		return;
	if ((!str_has_prefix(key, "net.") && !str_has_prefix(key, "net/")) || key[4] == '\0')
		problem = "is not a network setting (net.*)";
	if (problem != NULL) {
		f = inventory_malformed(at, &sysctl->key, "sysctl", problem);
		finding_hint(at->ck, f, "write it like net.ipv4.conf.all.arp_ignore");
	} else if (inventory_is_read(key) && sysctl->value.s != NULL &&
		   !parse_u64(sysctl->value.s, 0, UINT32_MAX, &value)) {
		f = inventory_malformed(at, &sysctl->value,
					strrchr(key, '.') ? strrchr(key, '.') + 1 : key,
					"is not a whole number that the kernel accepts");
		finding_hint(at->ck, f, "write a whole number");
	} else {
		return;
	}
	finding_path(at->ck, f, "%s.sysctls[\"%s\"]", inventory_place_path(at), key);
}

static void inventory_check_node(const struct node_checks *nodes,
				 const struct node_inventory *inventory, uint32_t index)
{
	struct checker *ck = nodes->ck;
	const struct inventory_node *node = &inventory->nodes.list.items[index];
	const char *name = node->name.s == NULL
				   ? "a node without a name"
				   : arena_printf(ck->arena, "node \"%s\"", node->name.s);
	const struct inventory_place at = { ck, &inventory->object, "nodes", index, name };
	const bool interfaces_known = !type_errors_at(
		&nodes->type_errors, at.object,
		arena_printf(ck->arena, "%s.interfaces", inventory_place_path(&at)));
	struct names names = { 0 };

	for (uint32_t i = 0; i < node->interfaces.list.count; i++) {
		const struct inventory_interface *it = &node->interfaces.list.items[i];

		inventory_add_name(ck->arena, &names, &it->name, at.object,
				   arena_printf(ck->arena, "%s.interfaces[%u]",
						inventory_place_path(&at), i));
		inventory_check_mac(&at, it, i);
		for (uint32_t j = 0; j < it->addresses.list.count; j++)
			inventory_check_address(&at, it, i, j);
	}
	inventory_check_names(ck, &names, "interface", arena_printf(ck->arena, " of %s", name));
	for (uint32_t i = 0; i < node->default_routes.list.count; i++)
		inventory_check_route(&at, node, i, interfaces_known);
	ARRAY_FOREACH (const struct label, sysctl, &node->sysctls.list)
		inventory_check_sysctl(&at, sysctl);
}

/* ---- routers ---- */

static void inventory_check_duration(const struct inventory_place *at,
				     const struct str_value *value, const char *field,
				     const char *path)
{
	struct finding *f;
	int64_t ns;

	if (value->s == NULL || (duration_parse(value->s, &ns) && ns >= 0))
		return;
	f = inventory_malformed(at, value, field, "is not a duration");
	finding_path(at->ck, f, "%s.%s", inventory_place_path(at), path);
	finding_hint(at->ck, f, "write a number with a unit, such as 90s or 4h");
}

/* "8-32": two lengths in order, none above `max`. */
static bool inventory_lengths_valid(struct arena *arena, const char *text, uint64_t max)
{
	const char *dash = strchr(text, '-');
	uint64_t from, to;

	return dash != NULL &&
	       parse_u64(arena_strndup(arena, text, (size_t)(dash - text)), 0, max, &from) &&
	       parse_u64(dash + 1, 0, max, &to) && from <= to;
}

static void inventory_check_lengths(const struct inventory_place *at,
				    const struct str_value *value, const char *family,
				    uint64_t max)
{
	struct finding *f;

	if (value->s == NULL || inventory_lengths_valid(at->ck->arena, value->s, max))
		return;
	f = inventory_malformed(at, value, "acceptPrefixLength",
				arena_printf(at->ck->arena,
					     "is not a range of lengths up to %u",
					     (unsigned)max));
	finding_path(at->ck, f, "%s.bgp.acceptPrefixLength.%s", inventory_place_path(at),
		     family);
	finding_hint(at->ck, f, "write it like %s", max == 32 ? "8-32" : "16-128");
}

static void inventory_check_router(struct checker *ck, const struct node_inventory *inventory,
				   uint32_t index)
{
	const struct router *router = &inventory->routers.list.items[index];
	const char *name = router->name.s == NULL
				   ? "a router without a name"
				   : arena_printf(ck->arena, "router \"%s\"", router->name.s);
	const struct inventory_place at = { ck, &inventory->object, "routers", index, name };

	for (uint32_t i = 0; i < router->addresses.list.count; i++) {
		const struct str_value *address = &router->addresses.list.items[i];
		struct ip_net net;
		struct finding *f;

		if (address->s == NULL || ip_net_parse(address->s, &net))
			continue;
		f = inventory_malformed(&at, address, "address",
					"is not an address with a prefix length");
		finding_path(ck, f, "%s.addresses[%u]", inventory_place_path(&at), i);
		finding_hint(ck, f, "write it like 192.168.1.1/24");
	}
	inventory_check_duration(&at, &router->arp_timeout, "arpTimeout", "arpTimeout");
	inventory_check_lengths(&at, &router->bgp.accept_prefix_length.v4, "v4", 32);
	inventory_check_lengths(&at, &router->bgp.accept_prefix_length.v6, "v6", 128);
}

void node_check_inventory(const struct node_checks *nodes)
{
	struct checker *ck = nodes->ck;
	struct names node_names = { 0 }, router_names = { 0 };

	ARRAY_FOREACH (struct node_inventory *, it, &ck->snapshot->inventories) {
		const struct node_inventory *inventory = *it;

		for (uint32_t i = 0; i < inventory->nodes.list.count; i++) {
			inventory_check_node(nodes, inventory, i);
			inventory_add_name(ck->arena, &node_names,
					   &inventory->nodes.list.items[i].name,
					   &inventory->object,
					   arena_printf(ck->arena, "spec.nodes[%u]", i));
		}
		for (uint32_t i = 0; i < inventory->routers.list.count; i++) {
			inventory_check_router(ck, inventory, i);
			inventory_add_name(ck->arena, &router_names,
					   &inventory->routers.list.items[i].name,
					   &inventory->object,
					   arena_printf(ck->arena, "spec.routers[%u]", i));
		}
	}
	inventory_check_names(ck, &node_names, "node", "");
	inventory_check_names(ck, &router_names, "router", "");
}
