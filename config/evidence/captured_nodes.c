/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes from evidence. (O1.4) The rules of what counts as an interface, an address and a
 * default route are those of node_captures_ip.c, which reads the same output more strictly.
 */
#include "config/evidence/captured_nodes.h"

#include <string.h>

#include "base/duration.h"
#include "base/text.h"

bool evidence_is_old(const struct evidence_file *file, int64_t now_ns)
{
	return file->clock != EVIDENCE_NOT_DATED &&
	       (evidence_age_s(file, now_ns) > EVIDENCE_OLD_S ||
		file->time_ns / NS_PER_SEC - EVIDENCE_OLD_S > now_ns / NS_PER_SEC);
}

/* ---- which files count ---- */

enum captured_form {
	SOURCE_ADDRESSES,
	SOURCE_ROUTES4,
	SOURCE_ROUTES6,
	SOURCE_SYSCTLS,
	SOURCES
};

struct captured_source {
	const struct evidence_file *file; /* NULL: none, or none is newer than all others */
	int64_t time_ns;                  /* of the newest one seen */
	bool seen;
	bool partial; /* none that was seen is of all interfaces */
};

/* A place while it is put together. */
struct captured_place {
	const char *name;
	struct captured_source sources[SOURCES];
	struct inventory_node *node;
	struct inventory_interface *interface;
	bool multipath[2]; /* by family: the best default route has several next hops */
	int64_t metric[2]; /* of the best one, or -1: none yet */
};

struct captured_places {
	ARRAY_OF(struct captured_place) list;
	struct arena *arena;
};

static int captured_compare(const void *pa, const void *pb)
{
	const struct captured_place *a = pa, *b = pb;

	return strcmp(a->name, b->name);
}

static struct captured_place *captured_find(const struct captured_places *places,
					    const char *name)
{
	const struct captured_place key = { .name = name };
	const uint32_t i = array_lower_bound(&key, places->list.items, places->list.count,
					     sizeof(key), captured_compare);

	return i < places->list.count && strcmp(places->list.items[i].name, name) == 0
		       ? &places->list.items[i]
		       : NULL;
}

/* An empty list of routes says of which family it is by its name alone. */
static bool captured_is_v6(const struct evidence_file *file)
{
	return file->family == IP_V6 ||
	       (file->records == 0 && strstr(file->name, "route6") != NULL);
}

/* False: the file describes no node. */
static bool captured_form_of(const struct evidence_file *file, enum captured_form *out)
{
	if (file->form == EVIDENCE_IP_ADDR)
		*out = SOURCE_ADDRESSES;
	else if (file->form == EVIDENCE_IP_ROUTE)
		*out = captured_is_v6(file) ? SOURCE_ROUTES6 : SOURCE_ROUTES4;
	else if (file->form == EVIDENCE_SYSCTL)
		*out = SOURCE_SYSCTLS;
	else
		return false;
	return true;
}

/* One of all interfaces counts before those of some. */
static void captured_offer(struct captured_source *source, const struct evidence_file *file)
{
	if (source->seen && file->partial && !source->partial)
		return;
	if (source->partial && !file->partial)
		*source = (struct captured_source){ 0 };
	source->partial = file->partial;

	const bool dated = file->clock != EVIDENCE_NOT_DATED;
	const bool newer = !source->seen || (dated && source->time_ns != EVIDENCE_UNKNOWN &&
					     file->time_ns > source->time_ns);
	const bool older = source->seen && dated && source->time_ns != EVIDENCE_UNKNOWN &&
			   file->time_ns < source->time_ns;

	if (older)
		return;
	source->file = newer ? file : NULL;
	if (newer)
		source->time_ns = dated ? file->time_ns : EVIDENCE_UNKNOWN;
	source->seen = true;
}

static bool captured_is_whole(const struct evidence_file *file, const int64_t *now_ns)
{
	return file->place != NULL && file->cut == NULL && file->dropped == 0 &&
	       file->faulty == 0 && (now_ns == NULL || !evidence_is_old(file, *now_ns));
}

/* Addresses of some interfaces are there; of routes only all say which one is the best. */
static bool captured_counts(const struct evidence_file *file, const int64_t *now_ns,
			    enum captured_form *form)
{
	return captured_form_of(file, form) && captured_is_whole(file, now_ns) &&
	       (!file->partial || *form == SOURCE_ADDRESSES);
}

static void captured_choose(struct captured_places *places, const struct evidence *evidence,
			    const int64_t *now_ns)
{
	enum captured_form form;
	uint32_t kept = 0;

	ARRAY_FOREACH (struct evidence_file *, file, &evidence->files)
		if (captured_counts(*file, now_ns, &form))
			ARRAY_ADD(places->arena, &places->list,
				  ((struct captured_place){ .name = (*file)->place,
							    .metric = { -1, -1 } }));
	array_sort(places->list.items, places->list.count, sizeof(*places->list.items),
		   captured_compare);
	for (uint32_t i = 0; i < places->list.count; i++)
		if (i == 0 ||
		    strcmp(places->list.items[i].name, places->list.items[kept - 1].name) != 0)
			places->list.items[kept++] = places->list.items[i];
	places->list.count = kept;
	ARRAY_FOREACH (struct evidence_file *, file, &evidence->files)
		if (captured_counts(*file, now_ns, &form))
			captured_offer(&captured_find(places, (*file)->place)->sources[form],
				       *file);
}

/* The place of a record, if the file that it is from counts there. Records of one file follow
 * each other: *last is that of the record before. */
static struct captured_place *captured_place_of(const struct captured_places *places,
						const struct evidence_origin *from,
						const struct evidence_file **last,
						struct captured_place *before)
{
	struct captured_place *place;
	enum captured_form form;

	if (from->file == *last)
		return before;
	*last = from->file;
	if (from->file->place == NULL || !captured_form_of(from->file, &form))
		return NULL;
	place = captured_find(places, from->file->place);
	return place != NULL && place->sources[form].file == from->file ? place : NULL;
}

/* ---- what they say ---- */

static struct str_value captured_value(const struct evidence_origin *from, const char *text)
{
	return (struct str_value){
		.s = text,
		.pos = { .source = from->file->source + 1, .line = from->line, .column = 1 },
	};
}

static void captured_links(const struct captured_places *places,
			   const struct evidence *evidence)
{
	const struct evidence_file *last = NULL;
	struct captured_place *place = NULL;
	char mac[EVIDENCE_MAC_TEXT_MAX];

	ARRAY_FOREACH (const struct evidence_link, link, &evidence->links) {
		struct inventory_interface *out;

		place = captured_place_of(places, &link->from, &last, place);
		if (place == NULL)
			continue;
		out = ARRAY_PUSH(places->arena, &place->node->interfaces.list);
		*out = (struct inventory_interface){
			.name = captured_value(&link->from, link->name),
			.up = { .v = link->up && link->lower_up, .set = true },
		};
		out->up.pos = out->name.pos;
		if (link->mac.known &&
		    strcmp(evidence_mac_format(link->mac, mac), "00:00:00:00:00:00") != 0)
			out->mac =
				captured_value(&link->from, arena_strdup(places->arena, mac));
	}
}

static void captured_flag(const struct captured_places *places,
			  const struct evidence_address *address, struct inventory_address *out,
			  bool set, const char *name)
{
	if (set)
		ARRAY_ADD(places->arena, &out->flags.list,
			  captured_value(&address->from, name));
}

static struct inventory_interface *captured_interface(struct inventory_node *node,
						      const char *name)
{
	ARRAY_FOREACH (struct inventory_interface, interface, &node->interfaces.list)
		if (str_equal(interface->name.s, name))
			return interface;
	return NULL;
}

static bool captured_is_up(struct inventory_node *node, const char *name)
{
	const struct inventory_interface *interface = captured_interface(node, name);

	return interface != NULL && interface->up.v;
}

static void captured_addresses(const struct captured_places *places,
			       const struct evidence *evidence)
{
	const struct evidence_file *last = NULL;
	struct captured_place *place = NULL;
	char ip[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct evidence_address, it, &evidence->addresses) {
		struct inventory_address *out;

		place = captured_place_of(places, &it->from, &last, place);
		if (place == NULL || str_equal(it->scope, "host"))
			continue;
		if (place->interface == NULL ||
		    !str_equal(place->interface->name.s, it->interface))
			place->interface = captured_interface(place->node, it->interface);
		if (place->interface == NULL)
			continue;
		out = ARRAY_PUSH(places->arena, &place->interface->addresses.list);
		*out = (struct inventory_address){
			.address = captured_value(
				&it->from, arena_printf(places->arena, "%s/%u",
							ip_format(it->ip, ip), it->prefix)),
		};
		captured_flag(places, it, out, it->deprecated, "deprecated");
		captured_flag(places, it, out, it->tentative, "tentative");
		captured_flag(places, it, out, it->dadfailed, "dadfailed");
		captured_flag(places, it, out, it->permanent, "permanent");
	}
}

/* The loopback interface matters only with addresses that others may reach. */
static void captured_drop_loopback(struct inventory_node *node)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < node->interfaces.list.count; i++)
		if (!str_equal(node->interfaces.list.items[i].name.s, "lo") ||
		    node->interfaces.list.items[i].addresses.list.count > 0)
			node->interfaces.list.items[kept++] = node->interfaces.list.items[i];
	node->interfaces.list.count = kept;
}

/* A gateway of the other family does not say of which the route is. */
static void captured_gateway(const struct captured_places *places,
			     const struct evidence_route *it, struct default_route *out)
{
	const struct evidence_next_hop *hop = &it->next_hops.items[0];
	char ip[IP_TEXT_MAX];

	if (hop->has_via && ip_family(hop->via) == it->family)
		out->via = captured_value(&it->from,
					  arena_strdup(places->arena, ip_format(hop->via, ip)));
	else
		out->family = captured_value(&it->from, it->family == IP_V6 ? "v6" : "v4");
}

/* P4.4: a default route of several next hops is none; where it is the best one, there is no
 * default interface of the family at all. */
static void captured_routes(const struct captured_places *places,
			    const struct evidence *evidence)
{
	enum { V4_DEFAULT = 96 };
	const struct evidence_file *last = NULL;
	struct captured_place *place = NULL;

	ARRAY_FOREACH (const struct evidence_route, it, &evidence->routes) {
		const bool v6 = it->family == IP_V6;
		const int64_t metric = it->metric > 0 ? it->metric : 0;
		struct default_route route = { 0 };

		place = captured_place_of(places, &it->from, &last, place);
		if (place == NULL || it->to.bits != (v6 ? 0 : V4_DEFAULT) ||
		    (it->type != NULL && !str_equal(it->type, "unicast")))
			continue;
		if (place->metric[v6] < 0 || metric < place->metric[v6]) {
			place->metric[v6] = metric;
			place->multipath[v6] = it->next_hops.count > 1;
		}
		if (it->next_hops.count != 1 || it->next_hops.items[0].interface == NULL)
			continue;
		route.interface = captured_value(&it->from, it->next_hops.items[0].interface);
		captured_gateway(places, it, &route);
		if (it->metric >= 0)
			route.metric = (struct int_value){ .v = it->metric,
							   .set = true,
							   .pos = route.interface.pos };
		ARRAY_ADD(places->arena, &place->node->default_routes.list, route);
	}
}

static void captured_drop_multipath(struct captured_place *place)
{
	struct default_routes *routes = &place->node->default_routes;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < routes->list.count; i++) {
		const struct default_route *route = &routes->list.items[i];
		const bool v6 = route->via.s != NULL ? strchr(route->via.s, ':') != NULL
						     : str_equal(route->family.s, "v6");

		if (!place->multipath[v6])
			routes->list.items[kept++] = *route;
	}
	routes->list.count = kept;
}

/* What a check asks for; a node prints thousands of others. */
static bool captured_is_wanted(const char *key)
{
	static const char *const names[] = { "arp_ignore", "arp_announce", "rp_filter",
					     "promote_secondaries" };

	for (uint32_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_has_suffix(key, names[i]) && strlen(key) > strlen(names[i]))
			return str_has_prefix(key, "net.ipv4.conf.") ||
			       str_has_prefix(key, "net/ipv4/conf/");
	return false;
}

static void captured_sysctls(const struct captured_places *places,
			     const struct evidence *evidence)
{
	const struct evidence_file *last = NULL;
	struct captured_place *place = NULL;

	ARRAY_FOREACH (const struct evidence_sysctl, it, &evidence->sysctls) {
		struct label label;

		place = captured_place_of(places, &it->from, &last, place);
		if (place == NULL || !captured_is_wanted(it->key))
			continue;
		label = (struct label){ .key = captured_value(&it->from, it->key),
					.value = captured_value(&it->from, it->value) };
		place->node->sysctls.at.set = true;
		ARRAY_ADD(places->arena, &place->node->sysctls.list, label);
	}
}

/* ---- all of it ---- */

static void captured_begin(struct captured_nodes *out, struct captured_place *place,
			   struct arena *arena)
{
	struct captured_node *node = ARRAY_PUSH(arena, &out->list);

	*node = (struct captured_node){
		.place = place->name,
		.inventory = { .object = { .kind = KIND_NODE_INVENTORY,
					   .kind_name = "NodeInventory",
					   .name.s = place->name,
					   .namespace = "" } },
	};
	place->node = ARRAY_PUSH(arena, &node->inventory.nodes.list);
	*place->node = (struct inventory_node){ .name.s = place->name, .captured = true };
	for (int i = SOURCES - 1; i >= 0; i--)
		if (place->sources[i].file != NULL)
			node->inventory.object.pos =
				(struct pos){ .source = place->sources[i].file->source + 1,
					      .line = 1,
					      .column = 1 };
	place->node->name.pos = node->inventory.object.pos;
	node->inventory.object.name.pos = node->inventory.object.pos;
}

/* The kernel keeps a route for each address with a network, so an empty list is of something
 * else: of one interface, or of another table. */
static bool captured_has_route_of(const struct captured_place *place, enum ip_family family,
				  const struct evidence *evidence)
{
	const struct evidence_file *routes =
		place->sources[family == IP_V4 ? SOURCE_ROUTES4 : SOURCE_ROUTES6].file;
	const struct evidence_file *addresses = place->sources[SOURCE_ADDRESSES].file;
	const unsigned host = family == IP_V4 ? 32 : 128;

	if (routes == NULL || addresses == NULL || routes->records > 0)
		return routes != NULL;
	ARRAY_FOREACH (const struct evidence_address, it, &evidence->addresses)
		if (it->from.file == addresses && ip_family(it->ip) == family &&
		    it->prefix < host && !it->noprefixroute && !str_equal(it->scope, "host") &&
		    captured_is_up(place->node, it->interface))
			return false;
	return true;
}

void captured_nodes_build(struct captured_nodes *out, const struct evidence *evidence,
			  const int64_t *now_ns, struct arena *arena)
{
	struct captured_places places = { .arena = arena };

	*out = (struct captured_nodes){ 0 };
	captured_choose(&places, evidence, now_ns);
	ARRAY_RESERVE(arena, &out->list, places.list.count);
	ARRAY_FOREACH (struct captured_place, place, &places.list)
		captured_begin(out, place, arena);
	captured_links(&places, evidence);
	captured_addresses(&places, evidence);
	captured_routes(&places, evidence);
	captured_sysctls(&places, evidence);
	ARRAY_FOREACH (struct captured_place, place, &places.list) {
		const struct captured_source *addresses = &place->sources[SOURCE_ADDRESSES];
		const bool complete = addresses->file != NULL && !addresses->partial &&
				      captured_has_route_of(place, IP_V4, evidence) &&
				      captured_has_route_of(place, IP_V6, evidence);

		place->node->partial = addresses->partial;
		captured_drop_loopback(place->node);
		captured_drop_multipath(place);
		place->node->interfaces.at.set = complete;
		place->node->default_routes.at.set = complete;
		place->node->interfaces.at.pos = place->node->name.pos;
		place->node->default_routes.at.pos = place->node->name.pos;
	}
}
