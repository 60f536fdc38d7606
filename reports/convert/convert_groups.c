/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ServiceGroups and LBNodeAgents: those of the v1 API, and v2 ones that still have its words.
 * (I9.2)
 *
 * v1 decided on each node whether an address is local; v2 asks for it in the group. The nodes'
 * subnets answer where the input shows them; else a group is local, with a comment.
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "purelb/pools/ranges.h"
#include "reports/convert/convert_parts.h"

enum { NETWORKS_MAX = 4096 }; /* of nodes: each range is compared with all of them */

/* ---- where an address is announced ---- */

static bool convert_net_has(struct ip_net net, struct ip_range range)
{
	return ip_net_contains(net, range.from) && ip_net_contains(net, range.to);
}

/* The node network that a range is in; NULL: none is known that has it. */
static const struct subnet_entry *convert_subnet_of(const struct cluster *cluster,
						    struct ip_range range)
{
	ARRAY_FOREACH (const struct subnet_entry, entry, &cluster->subnets)
		if (!entry->inferred && convert_net_has(entry->net, range))
			return entry;
	return NULL;
}

/* Sets the reach of a range by the nodes of the input. */
static void convert_locate(const struct conversion *c, struct convert_range *range)
{
	const struct cluster *cluster = c->cluster;
	const enum ip_family family = range->v6 ? IP_V6 : IP_V4;
	bool shown = false;
	struct ip_net net;

	if (!range->known || cluster->subnets.count > NETWORKS_MAX ||
	    cluster->lans.count > NETWORKS_MAX)
		return;
	if (convert_subnet_of(cluster, range->range) != NULL ||
	    (range->subnet != NULL && ip_net_parse(range->subnet, &net) &&
	     convert_node_is_in(c, net))) {
		range->reach = REACH_LOCAL;
		return;
	}
	if (cluster->has_blind_nodes)
		return;
	ARRAY_FOREACH (const struct possible_lan, lan, &cluster->lans) {
		if (ip_range_overlaps(ip_net_range(lan->net), range->range))
			return;
		range->guessed |= ip_family(lan->net.address) == family;
	}
	ARRAY_FOREACH (const struct subnet_entry, entry, &cluster->subnets)
		shown |= !entry->inferred && ip_family(entry->net.address) == family;
	if (shown || range->guessed)
		range->reach = REACH_REMOTE;
}

/* ---- subnets and aggregations ---- */

/* The smallest network with both ends, at most `most` bits of 128 long. */
static struct ip_net convert_cover(struct ip_range range, unsigned most)
{
	struct ip_net net = { .address = range.from,
			      .bits = (uint8_t)most,
			      .family = (uint8_t)ip_family(range.from) };

	while (net.bits > 0 && !convert_net_has(net, range))
		net.bits--;
	net.address = ip_net_first(net);
	return net;
}

/* The subnet of a range that has none: of the nodes', else what is usual, to be looked at. */
static void convert_choose_subnet(struct conversion *c, struct convert_range *range)
{
	enum { USUAL_V4 = 96 + 24, USUAL_V6 = 64 };
	const struct subnet_entry *entry = convert_subnet_of(c->cluster, range->range);
	const bool remote = range->reach == REACH_REMOTE;
	const unsigned most = remote ? 128u : range->v6 ? USUAL_V6 : USUAL_V4;
	char text[IP_NET_TEXT_MAX];
	unsigned prefix;
	struct ip_net net;

	if (entry != NULL && !remote) {
		range->subnet = arena_strdup(c->arena, ip_net_format(entry->net, text));
		return;
	}
	net = convert_cover(range->range, most);
	/* A route that is wider than the range needs a subnet as wide. */
	if (range->aggregation != NULL &&
	    aggregation_prefix(range->aggregation, net, range->v6 ? IP_V6 : IP_V4, &prefix)) {
		const unsigned bits = prefix + (range->v6 ? 0 : 96);

		if (bits < net.bits)
			net = convert_cover(range->range, bits);
	}
	range->subnet = arena_strdup(c->arena, ip_net_format(net, text));
	if (!remote)
		range->comment = arena_printf(
			c->arena,
			"decide: the subnet is a guess; write the network of the nodes that "
			"%s is in, with its prefix length",
			range->pool);
}

/* "32" of v1's documentation as "/32"; "" says nothing. */
static const char *convert_aggregation(struct conversion *c, const char *origin,
				       const struct tree_node *node)
{
	const char *text = node != NULL && node->type <= TREE_STRING ? node->text : NULL;

	if (text == NULL || text[0] == '\0' || node->type == TREE_NULL)
		return NULL;
	if (node->unknown || str_equal(text, "default") || text[0] == '/')
		return text;
	if (text[strspn(text, "0123456789")] == '\0')
		return arena_printf(c->arena, "/%s", text);
	convert_note(c, node->pos, false,
		     "%s: aggregation \"%s\" is neither default nor a prefix length, and is "
		     "left out",
		     origin, text);
	return NULL;
}

/* ---- ranges ---- */

/* Reads one range; false: it is not one. Fills its text. */
static bool convert_parse_range(struct conversion *c, const char *text, size_t len,
				struct convert_range *range)
{
	const char *dash;
	struct text compact = { 0 };
	bool fine;

	for (size_t i = 0; i < len; i++)
		if (!isspace((unsigned char)text[i]))
			text_add_char(&compact, text[i]);
	range->pool = arena_strdup(c->arena, text_str(&compact));
	text_release(&compact);
	dash = strchr(range->pool, '-');
	if (dash == NULL && strchr(range->pool, '/') == NULL) { /* a single address */
		struct ip ip;

		if (!ip_parse(range->pool, &ip))
			return false;
		range->pool = arena_printf(c->arena, "%s/%d", range->pool,
					   ip_family(ip) == IP_V4 ? 32 : 128);
	}
	fine = range_parse(range->pool, &range->range) == RANGE_OK &&
	       ip_family(range->range.from) == ip_family(range->range.to) &&
	       !range_is_reversed(range->range);
	range->known = fine;
	range->v6 = fine && ip_family(range->range.from) == IP_V6;
	return fine;
}

static void convert_add_range(struct conversion *c, struct convert_ranges *out,
			      const char *origin, struct convert_range *range,
			      enum convert_reach reach)
{
	convert_locate(c, range);
	if (reach != REACH_UNKNOWN) {
		range->reach = reach;
		range->guessed = false;
	}
	if (range->subnet == NULL && range->known)
		convert_choose_subnet(c, range);
	if (range->subnet == NULL) {
		convert_note(c, range->pos, true, "%s: %s has no subnet, and is left out",
			     origin, range->pool);
		return;
	}
	ARRAY_ADD(c->arena, &out->list, *range);
}

void convert_add_ranges(struct conversion *c, struct convert_ranges *out, const char *origin,
			const struct tree_node *pool, const struct tree_node *subnet,
			const struct tree_node *aggregation, enum convert_reach reach)
{
	struct convert_range one = { .pos = pool->pos };
	const char *at;

	if (pool->type == TREE_NULL || pool->type > TREE_STRING || pool->text == NULL ||
	    pool->encrypted) {
		convert_note(c, pool->pos, true, "%s: a range is %s, and is left out", origin,
			     pool->encrypted ? "encrypted" : "not a string");
		return;
	}
	if (subnet != NULL && subnet->type == TREE_STRING && subnet->text[0] != '\0')
		one.subnet = subnet->text;
	one.aggregation = convert_aggregation(c, origin, aggregation);
	if (pool->unknown) {
		one.pool = pool->text;
		one.v6 = one.subnet != NULL && strchr(one.subnet, ':') != NULL;
		convert_add_range(c, out, origin, &one, reach);
		return;
	}
	for (at = pool->text; *at != '\0';) {
		const size_t len = strcspn(at, ",");
		struct convert_range range = one;
		char text[IP_NET_TEXT_MAX];
		struct ip_net net;

		if (convert_parse_range(c, at, len, &range)) {
			/* PureLB takes a CIDR from the address as written, MetalLB all of it.
			 */
			if (subnet == NULL && ip_net_parse(range.pool, &net)) {
				range.pool = arena_strdup(c->arena, ip_net_format(net, text));
				range.range = ip_net_range(net);
			}
			convert_add_range(c, out, origin, &range, reach);
		} else if (range.pool[0] != '\0')
			convert_note(c, pool->pos, true,
				     "%s: \"%s\" is not a range of addresses, and is left out",
				     origin, range.pool);
		at += len + (at[len] == ',' ? 1 : 0);
	}
}

/* ---- groups ---- */

static bool convert_range_is_remote(const struct convert_range *range)
{
	return range->reach == REACH_REMOTE;
}

/* The lists of one kind of range. */
static struct tree_node *convert_pools(struct conversion *c,
				       const struct convert_ranges *ranges, bool remote,
				       bool split, struct pos pos)
{
	struct tree_node *out = values_map(c->arena, pos);

	for (int v6 = 0; v6 < 2; v6++) {
		struct tree_node *list = values_list(c->arena, pos);

		ARRAY_FOREACH (const struct convert_range, range, &ranges->list) {
			struct tree_node *entry = values_map(c->arena, range->pos);

			if (range->v6 != (v6 == 1) ||
			    (split && convert_range_is_remote(range) != remote))
				continue;
			if (range->comment != NULL)
				convert_comment(c, entry, "%s", range->comment);
			values_set_text(c->arena, entry, "pool", range->pool);
			values_set_text(c->arena, entry, "subnet", range->subnet);
			values_set_text(c->arena, entry, "aggregation", range->aggregation);
			values_add(c->arena, list, entry);
		}
		if (list->u.list.count > 0)
			values_set(c->arena, out, v6 == 1 ? "v6pools" : "v4pools", list);
	}
	return out;
}

/* Which of its ranges a group of this kind has, for who asks where an address went. */
static void convert_note_group(struct conversion *c, const char *name, const char *old_name,
			       const struct convert_ranges *ranges, bool remote, bool split)
{
	struct converted_group *group = arena_zalloc(c->arena, 1, sizeof(*group));

	*group = (struct converted_group){ .name = name, .origin = old_name, .remote = remote };
	ARRAY_FOREACH (const struct convert_range, range, &ranges->list) {
		const struct converted_range there = { range->range, group };

		if (!range->known || (split && convert_range_is_remote(range) != remote))
			continue;
		ARRAY_ADD(c->arena, &group->ranges, range->range);
		ARRAY_ADD(c->arena, &c->ranges, there);
	}
	ARRAY_ADD(c->arena, &c->groups, group);
}

/* What is left to decide about where the group is announced. */
static void convert_comment_reach(struct conversion *c, struct tree_node *spec,
				  const struct convert_ranges *ranges, bool remote)
{
	ARRAY_FOREACH (const struct convert_range, range, &ranges->list) {
		if (remote && range->guessed && convert_range_is_remote(range)) {
			convert_comment(c, spec,
					"decide: remote (routed, by BGP), because no node's "
					"address is near %s; local (ARP and NDP) if the nodes "
					"have an interface in its network",
					range->pool);
			return;
		}
		if (!remote && range->reach == REACH_UNKNOWN) {
			convert_comment(c, spec,
					"decide: local (ARP and NDP) if %s is in a network of "
					"the nodes, which the input does not show; otherwise "
					"write remote, for routes by BGP",
					range->pool);
			return;
		}
	}
}

static void convert_fill_spec(struct conversion *c, struct tree_node *group,
			      const struct convert_ranges *ranges, bool remote, bool split,
			      const struct tree_node *rest)
{
	const char *key = remote ? "remote" : "local";
	struct tree_node *spec = values_map(c->arena, group->pos);
	struct tree_node *pools = convert_pools(c, ranges, remote, split, group->pos);
	const struct tree_node *kept = tree_get(rest, "local");

	/* Of v2's own settings in the same mapping nothing is lost. */
	for (uint32_t i = 0; kept != NULL && i < kept->u.map.count; i++)
		if (!(remote && str_equal(kept->u.map.items[i].key, "skipIPv6DAD")))
			values_set(c->arena, pools, kept->u.map.items[i].key,
				   kept->u.map.items[i].value);
	convert_comment_reach(c, spec, ranges, remote);
	values_set(c->arena, spec, key, pools);
	for (uint32_t i = 0; rest != NULL && i < rest->u.map.count; i++) {
		const struct tree_entry *entry = &rest->u.map.items[i];

		if (convert_is_comment(entry))
			convert_comment(c, spec, "%s", entry->value->text);
		else if (!str_equal(entry->key, "local"))
			values_set(c->arena, spec, entry->key, entry->value);
	}
	values_set(c->arena, group, "spec", spec);
}

void convert_fill_group(struct conversion *c, struct tree_node *group, const char *name,
			const char *old_name, const char *origin,
			const struct convert_ranges *ranges, const struct tree_node *rest)
{
	uint32_t remote = 0, local = 0;
	const char *second;
	struct tree_node *other;

	ARRAY_FOREACH (const struct convert_range, range, &ranges->list) {
		remote += range->reach == REACH_REMOTE;
		local += range->reach == REACH_LOCAL;
	}
	/* What is not known goes along with what is. */
	if (remote == 0 || local == 0) {
		convert_fill_spec(c, group, ranges, remote > 0, false, rest);
		convert_note_group(c, name, old_name, ranges, remote > 0, false);
		return;
	}
	second = arena_printf(c->arena, "%s-remote", name);
	convert_fill_spec(c, group, ranges, false, true, rest);
	convert_note_group(c, name, old_name, ranges, false, true);
	other = convert_object(c, "purelb.io/v2", "ServiceGroup", second, origin, group->pos,
			       NULL);
	convert_comment(c, other,
			"decide: the ranges of %s that are in no network of the nodes; their "
			"Services name this group in purelb.io/service-group",
			name);
	convert_fill_spec(c, other, ranges, true, true, rest);
	convert_note_group(c, second, old_name, ranges, true, true);
}

/* ---- ServiceGroups of PureLB ---- */

/* A list of v1 or v2, or one entry. */
static void convert_take_pools(struct conversion *c, struct convert_ranges *out,
			       const char *origin, const struct tree_node *value,
			       enum convert_reach reach)
{
	if (value == NULL || value->type == TREE_NULL)
		return;
	if (value->type == TREE_LIST) {
		for (uint32_t i = 0; i < value->u.list.count; i++)
			if (value->u.list.items[i]->type != TREE_LIST)
				convert_take_pools(c, out, origin, value->u.list.items[i],
						   reach);
	} else if (value->type == TREE_MAP && tree_get(value, "pool") != NULL) {
		convert_add_ranges(c, out, origin, tree_get(value, "pool"),
				   tree_get(value, "subnet"), tree_get(value, "aggregation"),
				   reach);
	} else {
		convert_note(c, value->pos, true, "%s: an entry without a pool is left out",
			     origin);
	}
}

/* MetalLB's word for ranges: a list of texts. */
static void convert_take_addresses(struct conversion *c, struct convert_ranges *out,
				   const char *origin, const struct tree_node *list,
				   enum convert_reach reach)
{
	for (uint32_t i = 0; i < convert_items(list); i++)
		convert_add_ranges(c, out, origin, list->u.list.items[i], NULL, NULL, reach);
}

static bool convert_key_is_flat(const char *key)
{
	static const char *const flat[] = { "subnet", "pool", "aggregation", NULL };

	return str_in(key, flat);
}

/* The ranges of local or remote, and in `rest` its settings of v2. */
static void convert_take_spec(struct conversion *c, struct convert_ranges *out,
			      const char *origin, const struct tree_node *map,
			      enum convert_reach reach, struct tree_node *rest)
{
	static const char *const lists[] = { "v4pools", "v4pool",  "v4Pools",
					     "v4Pool",  "v6pools", "v6pool",
					     "v6Pools", "v6Pool",  NULL };
	static const char *const kept[] = { "multiPool", "balancePools", "skipIPv6DAD", NULL };

	for (size_t i = 0; lists[i] != NULL; i++)
		convert_take_pools(c, out, origin, tree_get(map, lists[i]), reach);
	convert_take_addresses(c, out, origin, tree_get(map, "addresses"), reach);
	if (convert_text(map, "pool") != NULL && convert_text(map, "pool")[0] != '\0')
		convert_take_pools(c, out, origin, map, reach);
	ARRAY_FOREACH (const struct tree_entry, entry, &map->u.map) {
		if (entry->shadowed || str_in(entry->key, lists) ||
		    convert_key_is_flat(entry->key) || str_equal(entry->key, "addresses"))
			continue;
		if (str_in(entry->key, kept))
			values_set(c->arena, rest, entry->key, entry->value);
		else
			convert_note(c, entry->key_pos, false,
				     "%s: \"%s\" is not a setting of PureLB, and is left out",
				     origin, entry->key);
	}
}

static struct tree_node *convert_group_object(struct conversion *c, const struct tree_node *map,
					      const char *kind, const char *origin)
{
	const struct tree_node *metadata = tree_get(map, "metadata");
	const char *namespace = convert_text(metadata, "namespace");
	struct tree_node *out =
		convert_object(c, "purelb.io/v2", kind, convert_text(metadata, "name"), origin,
			       map->pos, metadata);

	if (namespace != NULL && namespace[0] != '\0' && !str_equal(namespace, "purelb") &&
	    !str_equal(namespace, c->namespace))
		convert_comment(c, out,
				"moved from namespace %s: PureLB v2 reads its own namespace",
				namespace);
	return out;
}

/* Addresses of NetBox: of v2, an IPAM side-car gets them. */
static void convert_netbox(struct conversion *c, struct tree_node *group,
			   const struct tree_node *netbox)
{
	const char *url = convert_text(netbox, "url");
	const char *tenant = convert_text(netbox, "tenant");
	struct tree_node *external = values_map(c->arena, netbox->pos);
	struct tree_node *spec = values_map(c->arena, netbox->pos);

	convert_comment(
		c, external,
		"decide: give the IPAM sidecar of the allocator NetBox's URL%s%s%s%s and "
		"its token",
		url != NULL ? " " : "", url != NULL ? url : "",
		tenant != NULL ? ", tenant " : "", tenant != NULL ? tenant : "");
	values_set_text(c->arena, external, "provider", "netbox");
	convert_comment(c, external,
			"decide: local if the addresses are in a network of the nodes, else "
			"remote");
	values_set_text(c->arena, external, "announce", "local");
	values_set(c->arena, spec, "external", external);
	values_set(c->arena, group, "spec", spec);
}

static void convert_group(struct conversion *c, const struct tree_node *map, const char *name,
			  const char *origin)
{
	const struct tree_node *spec = tree_get(map, "spec");
	const struct tree_node *local = tree_get(spec, "local");
	const struct tree_node *remote = tree_get(spec, "remote");
	const struct tree_node *netbox = tree_get(spec, "netbox");
	const bool is_v1 = str_equal(convert_text(map, "apiVersion"), "purelb.io/v1");
	struct tree_node *rest = values_map(c->arena, map->pos);
	struct tree_node *kept = values_map(c->arena, map->pos);
	struct convert_ranges ranges = { 0 };
	struct tree_node *group;

	if (local != NULL && local->type == TREE_MAP)
		convert_take_spec(c, &ranges, origin, local,
				  is_v1 ? REACH_UNKNOWN : REACH_LOCAL, kept);
	if (remote != NULL && remote->type == TREE_MAP)
		convert_take_spec(c, &ranges, origin, remote, REACH_REMOTE, kept);
	if (spec != NULL && spec->type == TREE_MAP)
		convert_take_addresses(c, &ranges, origin, tree_get(spec, "addresses"),
				       REACH_UNKNOWN);
	for (uint32_t i = 0; spec != NULL && spec->type == TREE_MAP && i < spec->u.map.count;
	     i++) {
		static const char *const taken[] = { "local", "remote", "netbox", "addresses",
						     NULL };
		static const char *const known[] = { "namespaces", "enforceNamespaces",
						     "namespaceDefault", NULL };
		const struct tree_entry *entry = &spec->u.map.items[i];

		if (str_in(entry->key, known))
			values_set(c->arena, rest, entry->key, entry->value);
		else if (!entry->shadowed && !str_in(entry->key, taken))
			convert_note(c, entry->key_pos, false,
				     "%s: \"%s\" is not a setting of PureLB, and is left out",
				     origin, entry->key);
	}
	if (ranges.list.count == 0 && (netbox == NULL || netbox->type != TREE_MAP)) {
		convert_note(c, map->pos, true,
			     "%s is not converted: it has no range of addresses", origin);
		return;
	}
	group = convert_group_object(c, map, "ServiceGroup", origin);
	if (ranges.list.count == 0) {
		convert_netbox(c, group, netbox);
		return;
	}
	values_set(c->arena, rest, "local", kept);
	convert_fill_group(c, group, name, name, origin, &ranges, rest);
}

/* ---- LBNodeAgents of PureLB ---- */

/* Labels directly below the selector, as Pods have them. */
static bool convert_is_pod_selector(const struct tree_node *selector)
{
	return selector != NULL && selector->type == TREE_MAP && selector->u.map.count > 0 &&
	       tree_get(selector, "matchLabels") == NULL &&
	       tree_get(selector, "matchExpressions") == NULL;
}

static void convert_agent(struct conversion *c, const struct tree_node *map, const char *origin)
{
	static const char *const kept[] = { "localInterface", "dummyInterface", "garpConfig",
					    "addressConfig",  "interfaces",     NULL };
	static const char *const old[] = { "localint", "extlbint", "sendgarp", NULL };
	const struct tree_node *spec = tree_get(map, "spec");
	const struct tree_node *local = tree_get(spec, "local");
	const struct tree_node *selector;
	struct tree_node *agent, *out, *out_spec;

	if (spec == NULL || spec->type != TREE_MAP ||
	    (local != NULL && local->type != TREE_MAP && local->type != TREE_NULL)) {
		convert_note(c, spec != NULL ? spec->pos : map->pos, true,
			     "%s is not converted: its spec is not a mapping with local",
			     origin);
		return;
	}
	agent = convert_group_object(c, map, "LBNodeAgent", origin);
	out = values_map(c->arena, map->pos);
	out_spec = values_map(c->arena, map->pos);
	values_set_text(c->arena, out, "localInterface", convert_text(local, "localint"));
	values_set_text(c->arena, out, "dummyInterface", convert_text(local, "extlbint"));
	if (values_is_true(tree_get(local, "sendgarp")) &&
	    tree_get(local, "garpConfig") == NULL)
		values_set(c->arena, out, "garpConfig",
			   values_set_path(c->arena, NULL, "enabled",
					   convert_bool(c, map->pos, true)));
	for (uint32_t i = 0; local != NULL && local->type == TREE_MAP && i < local->u.map.count;
	     i++) {
		const struct tree_entry *entry = &local->u.map.items[i];

		if (str_in(entry->key, kept))
			values_set(c->arena, out, entry->key, entry->value);
		else if (!entry->shadowed && !str_in(entry->key, old))
			convert_note(c, entry->key_pos, false,
				     "%s: \"%s\" is not a setting of PureLB, and is left out",
				     origin, entry->key);
	}
	selector = tree_get(spec, "nodeSelector");
	if (convert_is_pod_selector(selector))
		selector = values_set_path(c->arena, NULL, "matchLabels", selector);
	values_set(c->arena, out_spec, "nodeSelector", selector);
	values_set(c->arena, out_spec, "local", out);
	values_set(c->arena, agent, "spec", out_spec);
}

/* ---- which objects ---- */

/* The entry has an aggregation without its slash, or several ranges in one text. */
static bool convert_is_old_entry(const struct tree_node *entry)
{
	const char *aggregation = convert_text(entry, "aggregation");
	const char *pool = convert_text(entry, "pool");

	return (aggregation != NULL && aggregation[0] >= '0' && aggregation[0] <= '9') ||
	       (pool != NULL && strchr(pool, ',') != NULL);
}

static bool convert_has_old_entry(const struct tree_node *value)
{
	for (uint32_t i = 0; i < convert_items(value); i++)
		if (convert_is_old_entry(value->u.list.items[i]))
			return true;
	return convert_is_old_entry(value);
}

static bool convert_has_flat(const struct tree_node *map)
{
	static const char *const words[] = { "subnet",  "pool",      "aggregation",
					     "v4Pool",  "v6Pool",    "v4Pools",
					     "v6Pools", "addresses", NULL };

	for (uint32_t i = 0; map != NULL && map->type == TREE_MAP && i < map->u.map.count; i++)
		if (str_in(map->u.map.items[i].key, words) ||
		    convert_has_old_entry(map->u.map.items[i].value))
			return true;
	return false;
}

/* A v2 object with settings of v1 in it. */
static bool convert_is_half(const struct tree_node *map, const char *kind)
{
	const struct tree_node *spec = tree_get(map, "spec");
	const struct tree_node *local = tree_get(spec, "local");

	if (str_equal(kind, "LBNodeAgent"))
		return tree_get(local, "localint") != NULL ||
		       tree_get(local, "extlbint") != NULL ||
		       tree_get(local, "sendgarp") != NULL ||
		       convert_is_pod_selector(tree_get(spec, "nodeSelector"));
	return tree_get(spec, "netbox") != NULL || tree_get(spec, "addresses") != NULL ||
	       convert_has_flat(local) || convert_has_flat(tree_get(spec, "remote"));
}

bool convert_purelb(struct conversion *c, const struct tree_node *map, const char *kind,
		    const char *version)
{
	const char *name = values_get_text(map, "metadata.name");
	const bool is_group = str_equal(kind, "ServiceGroup");
	const char *origin = convert_origin(c, kind, name != NULL ? name : "");

	if ((!is_group && !str_equal(kind, "LBNodeAgent")) ||
	    (!str_equal(version, "v1") && !convert_is_half(map, kind)))
		return false;
	if (name == NULL) {
		convert_note(c, map->pos, true, "a %s without a name is not converted", kind);
		return true;
	}
	if (is_group)
		convert_group(c, map, name, origin);
	else
		convert_agent(c, map, origin);
	return true;
}
