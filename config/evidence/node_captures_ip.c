/* SPDX-License-Identifier: Apache-2.0 */
/* What `ip -j` prints, as interfaces and default routes. */
#include <string.h>

#include "base/ip.h"
#include "base/text.h"
#include "config/evidence/node_captures.h"
#include "config/objects/parse.h"
#include "config/schema/schema.h"

/* ---- values of a mapping ---- */

/* One entry of a list that ip printed. */
struct entry {
	const struct capture_file *file;
	const struct tree_node *map;
	const char *what; /* for messages: `interface "eth0"` */
	bool bad;         /* a problem was reported */
};

static void capture_entry_problem(struct entry *e, struct pos pos, const char *problem)
{
	problem_add(e->file->snapshot, PROBLEM_INVENTORY, NULL, pos, NULL, "%s %s", e->what,
		    problem);
	e->bad = true;
}

static const char *keep(const struct entry *e, const char *text)
{
	return arena_strdup(&e->file->snapshot->arena, text);
}

static struct str_value value_of(const struct entry *e, const struct tree_node *node,
				 const char *text)
{
	return (struct str_value){ .s = keep(e, text), .pos = node->pos };
}

/* The member of that name and type, or NULL; of another type it is a problem. */
static const struct tree_node *capture_member(struct entry *e, const char *key,
					      enum tree_type type)
{
	const struct tree_node *node = tree_get(e->map, key);

	if (node == NULL || node->type == type)
		return node;
	capture_entry_problem(e, node->pos,
			      arena_printf(&e->file->snapshot->arena,
					   "has a \"%s\" that is not %s", key,
					   tree_type_name(type)));
	return NULL;
}

static const struct tree_node *capture_required_member(struct entry *e, const char *key,
						       enum tree_type type)
{
	const struct tree_node *node = capture_member(e, key, type);

	if (node == NULL && !e->bad)
		capture_entry_problem(
			e, e->map->pos,
			arena_printf(&e->file->snapshot->arena, "has no \"%s\"", key));
	return node;
}

static bool is_true(struct entry *e, const char *key)
{
	const struct tree_node *node = capture_member(e, key, TREE_BOOL);

	return node != NULL && node->u.boolean;
}

static bool capture_list_has(const struct tree_node *list, const char *text)
{
	if (list == NULL)
		return false;
	ARRAY_FOREACH (const struct tree_node *, item, &list->u.list)
		if ((*item)->type == TREE_STRING && str_equal((*item)->text, text))
			return true;
	return false;
}

/* The list that is all of the file, or NULL after a problem. */
static const struct tree_node *root_list(const struct capture_file *file, const char *command)
{
	struct snapshot *snapshot = file->snapshot;
	const uint32_t problems = snapshot->problems.count;
	const uint32_t errors = snapshot->sources.errors.count;
	const uint32_t index = snapshot->sources.list.count;
	const struct tree_node *root = NULL;
	struct pos place = { .source = index + 1, .line = 1, .column = 1 };

	sources_add(&snapshot->sources, &snapshot->arena, file->path);
	if (snapshot->sources.errors.count == errors)
		root = parse_source_tree(snapshot, index, file->scratch);
	if (snapshot->problems.count > problems || snapshot->sources.errors.count > errors)
		return NULL;
	if (root != NULL && root->type == TREE_LIST)
		return root;
	if (root != NULL)
		place = root->pos;
	problem_add(snapshot, PROBLEM_INVENTORY, NULL, place, NULL,
		    "this is not output of `%s`, which is a list", command);
	return NULL;
}

/* ---- ip -j addr ---- */

enum { V4_BITS = 32, V6_BITS = 128 };
#define LIFETIME_FOREVER 4294967295

static void add_flag(const struct entry *e, struct str_list *flags, const char *name)
{
	const struct str_value flag = { .s = name, .pos = e->map->pos };

	ARRAY_ADD(&e->file->snapshot->arena, &flags->list, flag);
}

/* ip prints what is set, and the time that is left of an address that is not for ever. */
static void read_flags(struct entry *e, struct inventory_address *out)
{
	static const char *const printed[] = { "deprecated", "tentative", "dadfailed" };
	const struct tree_node *lifetime = capture_member(e, "valid_life_time", TREE_INT);

	for (size_t i = 0; i < ARRAY_LEN(printed); i++)
		if (is_true(e, printed[i]))
			add_flag(e, &out->flags, printed[i]);
	if (lifetime != NULL && lifetime->u.integer == LIFETIME_FOREVER)
		add_flag(e, &out->flags, "permanent");
}

/* Reads one address; false when it is of no family that matters, or after a problem. */
static bool capture_read_address(struct entry *e, struct inventory_address *out)
{
	const struct tree_node *family = capture_required_member(e, "family", TREE_STRING);
	const struct tree_node *local = NULL;
	const struct tree_node *bits = NULL;
	struct ip ip;

	if (family == NULL ||
	    (!str_equal(family->text, "inet") && !str_equal(family->text, "inet6")))
		return false;
	local = capture_required_member(e, "local", TREE_STRING);
	bits = capture_required_member(e, "prefixlen", TREE_INT);
	if (local == NULL || bits == NULL)
		return false;

	const bool v4 = str_equal(family->text, "inet");

	if (!ip_parse(local->text, &ip) || (ip_family(ip) == IP_V4) != v4) {
		capture_entry_problem(
			e, local->pos,
			"has a \"local\" that is not a valid address of its family");
		return false;
	}
	if (bits->u.integer < 0 || bits->u.integer > (v4 ? V4_BITS : V6_BITS)) {
		capture_entry_problem(e, bits->pos,
				      "has a \"prefixlen\" that is not valid for its family");
		return false;
	}
	out->address = value_of(e, local,
				arena_printf(&e->file->snapshot->arena, "%s/%d", local->text,
					     (int)bits->u.integer));
	read_flags(e, out);
	return !e->bad;
}

static bool is_host_scope(struct entry *e)
{
	const struct tree_node *scope = capture_member(e, "scope", TREE_STRING);

	return scope != NULL && str_equal(scope->text, "host");
}

static bool capture_read_interface_addresses(struct entry *e, struct inventory_interface *out)
{
	const struct tree_node *list = capture_member(e, "addr_info", TREE_LIST);

	if (list == NULL)
		return !e->bad;
	ARRAY_FOREACH (const struct tree_node *, item, &list->u.list) {
		struct entry inner = {
			.file = e->file,
			.map = *item,
			.what = arena_printf(&e->file->snapshot->arena, "an address of %s",
					     e->what),
		};
		struct inventory_address address = { 0 };

		if ((*item)->type != TREE_MAP)
			capture_entry_problem(&inner, (*item)->pos, "is not a mapping");
		/* Some releases of ip print {} for what they leave out. */
		else if ((*item)->u.map.count > 0 && capture_read_address(&inner, &address) &&
			 !is_host_scope(&inner))
			ARRAY_ADD(&e->file->snapshot->arena, &out->addresses.list, address);
		e->bad |= inner.bad;
	}
	return !e->bad;
}

/* The name without what some releases of ip append to it: "eth0@if5". */
static struct str_value interface_name(struct entry *e, const struct tree_node *node)
{
	const char *name =
		arena_strndup(&e->file->snapshot->arena, node->text, strcspn(node->text, "@"));

	return value_of(e, node, name);
}

static bool has_mac(struct entry *e, const struct tree_node *mac)
{
	const struct tree_node *type = capture_member(e, "link_type", TREE_STRING);

	return mac != NULL && type != NULL && str_equal(type->text, "ether") &&
	       !str_equal(mac->text, "00:00:00:00:00:00");
}

/* The loopback interface matters only with addresses that others may reach. */
static bool capture_read_interface(struct entry *e, struct inventory_interface *out)
{
	const struct tree_node *name = capture_required_member(e, "ifname", TREE_STRING);
	const struct tree_node *flags = capture_required_member(e, "flags", TREE_LIST);
	const struct tree_node *mac;

	if (name == NULL || flags == NULL)
		return false;
	out->name = interface_name(e, name);
	e->what = arena_printf(&e->file->snapshot->arena, "interface \"%s\"", out->name.s);
	mac = capture_member(e, "address", TREE_STRING);
	if (has_mac(e, mac))
		out->mac = value_of(e, mac, mac->text);
	out->up = (struct bool_value){
		.v = capture_list_has(flags, "UP") && capture_list_has(flags, "LOWER_UP"),
		.set = true,
		.pos = flags->pos,
	};
	return capture_read_interface_addresses(e, out) &&
	       (!capture_list_has(flags, "LOOPBACK") || out->addresses.list.count > 0);
}

/* What the loopback interface is in: every network namespace has it. `ip -4` and `ip -6` leave
 * "link_type" out. */
static bool capture_shows_all(const struct tree_node *interface)
{
	const struct tree_node *flags = tree_get(interface, "flags");

	return flags != NULL && flags->type == TREE_LIST &&
	       capture_list_has(flags, "LOOPBACK") && tree_get(interface, "link_type") != NULL;
}

bool capture_read_addresses(const struct capture_file *file)
{
	const struct tree_node *list = root_list(file, "ip -j addr");
	bool fine = list != NULL, whole = false;

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++) {
		struct entry e = { .file = file, .map = list->u.list.items[i] };
		struct inventory_interface interface = { 0 };

		e.what = arena_printf(&file->snapshot->arena, "interface number %u", i + 1);
		whole |= e.map->type == TREE_MAP && capture_shows_all(e.map);
		if (e.map->type != TREE_MAP)
			capture_entry_problem(&e, e.map->pos, "is not a mapping");
		else if (e.map->u.map.count > 0 && capture_read_interface(&e, &interface))
			ARRAY_ADD(&file->snapshot->arena, &file->node->interfaces.list,
				  interface);
		fine &= !e.bad;
	}
	file->node->interfaces.at.set = true;
	if (!fine || whole)
		return fine;
	problem_add(file->snapshot, PROBLEM_INVENTORY, NULL, list->pos, NULL,
		    "only some interfaces, or one family, are listed: save the output of "
		    "`ip -j addr` without further arguments");
	return false;
}

/* ---- ip -j route ---- */

/* A default route as it was printed. */
struct printed_route {
	struct default_route route;
	bool multipath;
};

/* The gateway; that of the other family ("via": {...}) is left out, as the family of the
 * route would follow from it. */
static void read_gateway(struct entry *e, struct default_route *out, const char *family)
{
	const struct tree_node *gateway = capture_member(e, "gateway", TREE_STRING);
	struct ip ip;

	if (gateway == NULL) {
		out->family = value_of(e, e->map, family);
		return;
	}
	if (!ip_parse(gateway->text, &ip))
		capture_entry_problem(e, gateway->pos,
				      "has a \"gateway\" that is not a valid address");
	else if ((ip_family(ip) == IP_V4) == str_equal(family, "v4"))
		out->via = value_of(e, gateway, gateway->text);
	else
		out->family = value_of(e, e->map, family);
}

static void read_metric(struct entry *e, struct default_route *out)
{
	const struct tree_node *metric = capture_member(e, "metric", TREE_INT);

	if (metric == NULL)
		return;
	if (metric->u.integer < 0 || metric->u.integer > UINT32_MAX)
		capture_entry_problem(e, metric->pos,
				      "has a \"metric\" outside the kernel's range");
	else
		out->metric = (struct int_value){ .v = metric->u.integer,
						  .set = true,
						  .pos = metric->pos };
}

/* Reads a route if it is a default route that packets can take. */
static bool capture_read_route(struct entry *e, struct printed_route *out, const char *family)
{
	const struct tree_node *to = capture_required_member(e, "dst", TREE_STRING);
	const struct tree_node *type = capture_member(e, "type", TREE_STRING);
	const struct tree_node *dev;

	if (to == NULL || !str_equal(to->text, "default") ||
	    (type != NULL && !str_equal(type->text, "unicast")))
		return false;
	read_metric(e, &out->route);
	out->multipath = capture_member(e, "nexthops", TREE_LIST) != NULL;
	if (out->multipath)
		return !e->bad;
	dev = capture_required_member(e, "dev", TREE_STRING);
	if (dev == NULL)
		return false;
	out->route.interface = value_of(e, dev, dev->text);
	read_gateway(e, &out->route, family);
	return !e->bad;
}

/*
 * PureLB takes a default route of several next hops for none, and where it is the one with
 * the lowest metric it finds no default interface at all. (P4.4) An inventory has no such
 * routes, so then it gets none of the family.
 */
static void add_routes(const struct capture_file *file, const struct printed_route *routes,
		       uint32_t count, const char *family)
{
	struct arena *arena = &file->snapshot->arena;
	const struct printed_route *best = NULL;

	for (uint32_t i = 0; i < count; i++)
		if (best == NULL || routes[i].route.metric.v < best->route.metric.v)
			best = &routes[i];
	if (best != NULL && best->multipath) {
		ARRAY_ADD(arena, &file->captures->notes,
			  arena_printf(arena,
				       "node \"%s\": its IP%s default route has several next "
				       "hops, which PureLB does not use as a default route",
				       file->node->name.s, family));
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		if (!routes[i].multipath)
			ARRAY_ADD(arena, &file->node->default_routes.list, routes[i].route);
}

bool capture_read_routes(const struct capture_file *file, const char *family)
{
	const bool v4 = str_equal(family, "v4");
	const struct tree_node *list = root_list(file, v4 ? "ip -j route" : "ip -j -6 route");
	ARRAY_OF(struct printed_route) routes = { 0 };
	bool fine = list != NULL;

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++) {
		struct entry e = { .file = file, .map = list->u.list.items[i] };
		struct printed_route route = { 0 };

		e.what = arena_printf(&file->snapshot->arena, "route number %u", i + 1);
		if (e.map->type != TREE_MAP)
			capture_entry_problem(&e, e.map->pos, "is not a mapping");
		else if (e.map->u.map.count > 0 && capture_read_route(&e, &route, family))
			ARRAY_ADD(file->scratch, &routes, route);
		fine &= !e.bad;
	}
	add_routes(file, routes.items, routes.count, family);
	file->node->default_routes.at.set = true;
	return fine;
}
