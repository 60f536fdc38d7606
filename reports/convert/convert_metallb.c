/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools of MetalLB as ServiceGroups. (I9.2)
 *
 * A pool that an L2Advertisement names becomes local, one that a BGPAdvertisement names remote;
 * one that both name, or none, is where the nodes' networks say. MetalLB takes an address for a
 * Service that names no pool from any pool with autoAssign; PureLB has the group "default" for
 * it, so the first of these pools, by priority, is renamed to that.
 */
#include <string.h>

#include "base/text.h"
#include "purelb/pools/ranges.h"
#include "reports/convert/convert_parts.h"

/* ---- collecting ---- */

void metallb_add(struct conversion *c, struct metallb_list *list, const char *kind,
		 const char *name, const struct tree_node *map)
{
	const struct metallb_object object = { map, name, convert_origin(c, kind, name) };

	if (list->list.count >= METALLB_OBJECTS_MAX && !str_equal(kind, "Service")) {
		convert_note(c, map->pos, true, "%s is not converted: there are more than %d",
			     object.origin, METALLB_OBJECTS_MAX);
		return;
	}
	ARRAY_ADD(c->arena, &list->list, object);
}

bool metallb_take(struct conversion *c, struct metallb *m, const struct tree_node *map,
		  const char *kind)
{
	const struct {
		const char *kind;
		struct metallb_list *list;
	} kinds[] = {
		{ "IPAddressPool", &m->pools },
		{ "AddressPool", &m->pools },
		{ "L2Advertisement", &m->l2_advertisements },
		{ "BGPAdvertisement", &m->bgp_advertisements },
		{ "BGPPeer", &m->peers },
		{ "Community", &m->communities },
		{ "BFDProfile", &m->bfd_profiles },
	};
	const char *name = convert_text(map, "metadata.name");

	for (uint32_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!str_equal(kinds[i].kind, kind))
			continue;
		if (name == NULL)
			convert_note(c, map->pos, true, "a %s without a name is not converted",
				     kind);
		else
			metallb_add(c, kinds[i].list, kind, name, map);
		return true;
	}
	return false;
}

/* ---- which advertisements name a pool ---- */

static bool metallb_list_has(const struct tree_node *list, const char *text)
{
	for (uint32_t i = 0; i < convert_items(list) && i < METALLB_OBJECTS_MAX; i++)
		if (list->u.list.items[i]->type == TREE_STRING &&
		    str_equal(list->u.list.items[i]->text, text))
			return true;
	return false;
}

static bool metallb_expression_matches(const struct tree_node *expression,
				       const struct tree_node *labels)
{
	const char *operator= convert_text(expression, "operator");
	const char *key = convert_text(expression, "key");
	const struct tree_node *label = key != NULL ? tree_get(labels, key) : NULL;
	const bool in = label != NULL && label->text != NULL &&
			metallb_list_has(tree_get(expression, "values"), label->text);

	if (str_equal(operator, "In"))
		return in;
	if (str_equal(operator, "NotIn"))
		return !in;
	if (str_equal(operator, "Exists"))
		return label != NULL;
	return str_equal(operator, "DoesNotExist") && label == NULL;
}

static bool metallb_selector_matches(const struct tree_node *selector,
				     const struct tree_node *labels)
{
	const struct tree_node *wanted = tree_get(selector, "matchLabels");
	const struct tree_node *expressions = tree_get(selector, "matchExpressions");

	for (uint32_t i = 0;
	     wanted != NULL && wanted->type == TREE_MAP && i < wanted->u.map.count; i++) {
		const struct tree_entry *entry = &wanted->u.map.items[i];
		const struct tree_node *label = tree_get(labels, entry->key);

		if (label == NULL || !str_equal(label->text, entry->value->text))
			return false;
	}
	for (uint32_t i = 0; i < convert_items(expressions); i++)
		if (!metallb_expression_matches(expressions->u.list.items[i], labels))
			return false;
	return true;
}

enum { SELECTORS_MAX = 100 };

/* An advertisement that selects no pools is for all of them. */
static bool metallb_advertises(const struct metallb_object *advertisement,
			       const struct metallb_object *pool)
{
	const struct tree_node *spec = tree_get(advertisement->map, "spec");
	const struct tree_node *names = tree_get(spec, "ipAddressPools");
	const struct tree_node *selectors = tree_get(spec, "ipAddressPoolSelectors");
	const struct tree_node *labels = values_get(pool->map, "metadata.labels");

	if (convert_items(names) == 0 && convert_items(selectors) == 0)
		return true;
	if (metallb_list_has(names, pool->name))
		return true;
	for (uint32_t i = 0; i < convert_items(selectors) && i < SELECTORS_MAX; i++)
		if (metallb_selector_matches(selectors->u.list.items[i], labels))
			return true;
	return false;
}

/* ---- aggregation ---- */

/* Aggregations of a pool: the longest, as its routes are those that decide. */
struct metallb_lengths {
	int64_t v4, v6;
};

static void metallb_length(struct conversion *c, const char *origin,
			   const struct tree_node *spec, const char *key, int64_t *length)
{
	const struct tree_node *node = tree_get(spec, key);

	if (node == NULL || node->type != TREE_INT)
		return;
	if (*length >= 0 && *length != node->u.integer)
		convert_note(c, node->pos, false,
			     "%s: PureLB announces one route per address: of %s %d and %d, "
			     "/%d is used",
			     origin, key, (int)*length, (int)node->u.integer,
			     (int)(*length > node->u.integer ? *length : node->u.integer));
	if (node->u.integer > *length)
		*length = node->u.integer;
}

static void metallb_take_lengths(struct conversion *c, const char *origin,
				 const struct tree_node *spec, struct metallb_lengths *lengths)
{
	metallb_length(c, origin, spec, "aggregationLength", &lengths->v4);
	metallb_length(c, origin, spec, "aggregationLengthV6", &lengths->v6);
}

static struct metallb_lengths metallb_pool_lengths(struct conversion *c,
						   const struct metallb *m,
						   const struct metallb_object *pool)
{
	const struct tree_node *inside = values_get(pool->map, "spec.bgpAdvertisements");
	struct metallb_lengths lengths = { -1, -1 };

	ARRAY_FOREACH (const struct metallb_object, advertisement, &m->bgp_advertisements.list)
		if (metallb_advertises(advertisement, pool))
			metallb_take_lengths(c, advertisement->origin,
					     tree_get(advertisement->map, "spec"), &lengths);
	for (uint32_t i = 0; i < convert_items(inside); i++)
		metallb_take_lengths(c, pool->origin, inside->u.list.items[i], &lengths);
	if (lengths.v4 < 0)
		lengths.v4 = 32;
	if (lengths.v6 < 0)
		lengths.v6 = 128;
	return lengths;
}

/* ---- ranges ---- */

static enum convert_reach metallb_reach(struct conversion *c, const struct metallb *m,
					const struct metallb_object *pool)
{
	const char *protocol = convert_text(pool->map, "spec.protocol");
	const struct tree_node *name = values_get(pool->map, "metadata.name");
	bool l2 = str_equal(protocol, "layer2"), bgp = str_equal(protocol, "bgp");

	if (protocol == NULL) {
		ARRAY_FOREACH (const struct metallb_object, a, &m->l2_advertisements.list)
			l2 |= metallb_advertises(a, pool);
		ARRAY_FOREACH (const struct metallb_object, a, &m->bgp_advertisements.list)
			bgp |= metallb_advertises(a, pool);
	}
	if (l2 && bgp)
		convert_note(c, name != NULL ? name->pos : pool->map->pos, false,
			     "%s is advertised on the nodes' network and by BGP; a "
			     "ServiceGroup is either local or remote",
			     pool->origin);
	return l2 == bgp ? REACH_UNKNOWN : l2 ? REACH_LOCAL : REACH_REMOTE;
}

/* Leaves .0 and .255 out of IPv4 ranges, as avoidBuggyIPs does; false: there would be too many
 * pieces. */
static bool metallb_split_range(struct conversion *c, struct tree_node *out,
				const struct tree_node *text)
{
	enum { PIECES_MAX = 64 };
	struct ip_range range;
	struct ip at;

	if (range_parse(text->text, &range) != RANGE_OK || range_is_reversed(range) ||
	    ip_family(range.from) != IP_V4 || ip_family(range.to) != IP_V4) {
		values_add(c->arena, out, text);
		return true;
	}
	if (((range.to.v >> 8) - (range.from.v >> 8)) >= PIECES_MAX)
		return false;
	for (at = range.from; at.v <= range.to.v;) {
		struct ip last = { at.v | 0xFF };
		char from[IP_TEXT_MAX], to[IP_TEXT_MAX];
		struct ip first = at;

		if ((first.v & 0xFF) == 0)
			first.v++;
		at.v = last.v + 1;
		last.v = last.v <= range.to.v ? last.v - 1 : range.to.v;
		if (first.v <= last.v)
			values_add(c->arena, out,
				   values_text(c->arena, text->pos,
					       arena_printf(c->arena, "%s-%s",
							    ip_format(first, from),
							    ip_format(last, to))));
	}
	return true;
}

static const struct tree_node *metallb_split(struct conversion *c,
					     const struct metallb_object *pool,
					     const struct tree_node *addresses)
{
	struct tree_node *out = values_list(c->arena, pool->map->pos);

	if (!values_is_true(values_get(pool->map, "spec.avoidBuggyIPs")))
		return addresses;
	for (uint32_t i = 0; i < convert_items(addresses); i++) {
		const struct tree_node *text = addresses->u.list.items[i];

		if (text->type != TREE_STRING || text->unknown ||
		    !metallb_split_range(c, out, text)) {
			convert_note(
				c, text->pos, false,
				"%s: avoidBuggyIPs has no counterpart: leave the addresses "
				"that end in .0 and .255 out of this range by hand",
				pool->origin);
			values_add(c->arena, out, text);
		}
	}
	return out;
}

static void metallb_pool_ranges(struct conversion *c, const struct metallb *m,
				const struct metallb_object *pool, struct convert_ranges *out)
{
	const struct tree_node *addresses =
		metallb_split(c, pool, values_get(pool->map, "spec.addresses"));
	const enum convert_reach reach = metallb_reach(c, m, pool);
	const struct metallb_lengths lengths = metallb_pool_lengths(c, m, pool);

	for (uint32_t i = 0; i < convert_items(addresses); i++) {
		const struct tree_node *text = addresses->u.list.items[i];
		const bool v6 = text->text != NULL && strchr(text->text, ':') != NULL;
		struct tree_node *aggregation = NULL;

		if (reach == REACH_REMOTE)
			aggregation =
				values_text(c->arena, text->pos,
					    arena_printf(c->arena, "/%d",
							 (int)(v6 ? lengths.v6 : lengths.v4)));
		convert_add_ranges(c, out, pool->origin, text, NULL, aggregation, reach);
	}
}

/* ---- who may use a pool ---- */

static bool metallb_is_auto(const struct metallb_object *pool)
{
	const struct tree_node *automatic = values_get(pool->map, "spec.autoAssign");

	return automatic == NULL || automatic->type != TREE_BOOL || automatic->u.boolean;
}

/* MetalLB gives its addresses only to Services that these select. */
static bool metallb_is_restricted(const struct metallb_object *pool)
{
	static const char *const selections[] = { "namespaces", "namespaceSelectors",
						  "serviceSelectors" };
	const struct tree_node *allocation = values_get(pool->map, "spec.serviceAllocation");

	for (uint32_t i = 0; i < ARRAY_LEN(selections); i++)
		if (convert_items(tree_get(allocation, selections[i])) > 0)
			return true;
	return false;
}

static void metallb_pool_namespaces(struct conversion *c, const struct metallb_object *pool,
				    struct tree_node *rest)
{
	const struct tree_node *spec = tree_get(pool->map, "spec");
	const struct tree_node *namespaces = values_get(spec, "serviceAllocation.namespaces");

	if (convert_items(namespaces) > 0 && metallb_is_auto(pool)) {
		convert_comment(c, rest,
				"Services in these namespaces that name no group use this one");
		values_set(c->arena, rest, "namespaces", namespaces);
	} else if (convert_items(namespaces) > 0) {
		convert_comment(
			c, rest,
			"decide: list the namespaces of serviceAllocation in namespaces; "
			"their Services that name no group then also use this one, which "
			"they do not with autoAssign: false");
		convert_lost(c, pool->origin, spec, "serviceAllocation.namespaces",
			     "PureLB cannot keep other namespaces away without making the "
			     "group the default of these");
	}
	convert_lost(c, pool->origin, spec, "serviceAllocation.namespaceSelectors",
		     "list the namespaces in spec.namespaces of the ServiceGroup");
	convert_lost(c, pool->origin, spec, "serviceAllocation.serviceSelectors",
		     "let those Services name the group in purelb.io/service-group");
}

/* The order in which pools with autoAssign are tried: those with a priority first. */
static int64_t metallb_priority(const struct metallb_object *pool)
{
	const struct tree_node *node = values_get(pool->map, "spec.serviceAllocation.priority");

	return node != NULL && node->type == TREE_INT && node->u.integer > 0 ? node->u.integer
									     : INT64_MAX;
}

/* The pool that becomes the group "default"; NULL: none does. */
static const struct metallb_object *metallb_default_pool(const struct conversion *c,
							 const struct metallb *m)
{
	const struct metallb_object *best = NULL;

	if (convert_has_object(c, KIND_SERVICE_GROUP, "default"))
		return NULL;
	ARRAY_FOREACH (const struct metallb_object, pool, &m->pools.list) {
		if (str_equal(pool->name, "default"))
			return NULL;
		if (metallb_is_auto(pool) && !metallb_is_restricted(pool) &&
		    (best == NULL || metallb_priority(pool) < metallb_priority(best)))
			best = pool;
	}
	return best;
}

/* ---- pools ---- */

static void metallb_convert_pool(struct conversion *c, const struct metallb *m,
				 const struct metallb_object *pool,
				 const struct metallb_object *by_default)
{
	const char *name = pool == by_default ? "default" : pool->name;
	struct tree_node *rest = values_map(c->arena, pool->map->pos);
	struct convert_ranges ranges = { 0 };
	struct tree_node *group;

	metallb_pool_ranges(c, m, pool, &ranges);
	if (ranges.list.count == 0) {
		convert_note(c, pool->map->pos, true,
			     "%s is not converted: it has no range of addresses", pool->origin);
		return;
	}
	group = convert_object(c, "purelb.io/v2", "ServiceGroup", name, pool->origin,
			       pool->map->pos, NULL);
	if (pool == by_default)
		convert_comment(
			c, group,
			"decide: named default, because Services that name no group use that "
			"one; Services that name %s need purelb.io/service-group: default",
			pool->name);
	else if (metallb_is_auto(pool) && !metallb_is_restricted(pool) &&
		 !str_equal(name, "default"))
		convert_comment(
			c, group,
			"decide: PureLB uses this group only for Services that name it; "
			"with autoAssign, MetalLB uses the pool for any Service");
	metallb_pool_namespaces(c, pool, rest);
	convert_fill_group(c, group, name, pool->name, pool->origin, &ranges, rest);
}

/* ---- the LBNodeAgent ---- */

/* "^(eth0|eth1)$" of the interfaces that advertisements name; NULL: they name none. */
static const char *metallb_interfaces(struct conversion *c, const struct metallb *m)
{
	struct text pattern = { 0 };
	const char *out = NULL;

	ARRAY_FOREACH (const struct metallb_object, a, &m->l2_advertisements.list) {
		const struct tree_node *list = values_get(a->map, "spec.interfaces");

		for (uint32_t i = 0; i < convert_items(list); i++) {
			const char *name = list->u.list.items[i]->text;

			if (name == NULL)
				continue;
			text_add(&pattern, pattern.len == 0 ? "^(" : "|");
			for (; *name != '\0'; name++) {
				if (strchr(".+*?()[]{}|^$\\", *name) != NULL)
					text_add_char(&pattern, '\\');
				text_add_char(&pattern, *name);
			}
		}
	}
	if (pattern.len > 0) {
		text_add(&pattern, ")$");
		out = arena_strdup(c->arena, text_str(&pattern));
	}
	text_release(&pattern);
	return out;
}

/* MetalLB sends gratuitous ARPs, PureLB only when an LBNodeAgent says so. */
static void metallb_convert_agent(struct conversion *c, const struct metallb *m)
{
	const struct metallb_object *first = m->pools.list.items;
	const char *interfaces = metallb_interfaces(c, m);
	struct tree_node *agent, *local;

	if (c->snapshot->agents.count > 0 ||
	    snapshot_has_old(c->snapshot, KIND_LBNODEAGENT, NULL))
		return;
	if (m->l2_advertisements.list.count > 0)
		first = m->l2_advertisements.list.items;
	agent = convert_object(c, "purelb.io/v2", "LBNodeAgent", "default", first->origin,
			       first->map->pos, NULL);
	local = values_map(c->arena, agent->pos);
	if (interfaces != NULL)
		convert_comment(
			c, local,
			"decide: the interfaces of all L2Advertisements; PureLB has one "
			"setting for each node");
	values_set_text(c->arena, local, "localInterface",
			interfaces != NULL ? interfaces : "default");
	values_set_text(c->arena, local, "dummyInterface", "kube-lb0");
	convert_comment(c, local,
			"PureLB then sends gratuitous ARPs when an address moves, as MetalLB "
			"does");
	values_set(
		c->arena, local, "garpConfig",
		values_set_path(c->arena, NULL, "enabled", convert_bool(c, agent->pos, true)));
	values_set(c->arena, agent, "spec", values_set_path(c->arena, NULL, "local", local));
}

static void metallb_note_advertisements(struct conversion *c, const struct metallb *m)
{
	ARRAY_FOREACH (const struct metallb_object, a, &m->l2_advertisements.list)
		convert_lost(c, a->origin, tree_get(a->map, "spec"), "nodeSelectors",
			     "any node with an interface in the network can announce an "
			     "address; give the other nodes their own LBNodeAgent");
}

void metallb_convert_pools(struct conversion *c, const struct metallb *m)
{
	const struct metallb_object *by_default = metallb_default_pool(c, m);

	if (m->pools.list.count == 0)
		return;
	ARRAY_FOREACH (const struct metallb_object, pool, &m->pools.list)
		metallb_convert_pool(c, m, pool, by_default);
	metallb_convert_agent(c, m);
	metallb_note_advertisements(c, m);
}
