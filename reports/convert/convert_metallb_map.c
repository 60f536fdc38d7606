/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ConfigMap that configured MetalLB up to 0.12, which its chart made of `configInline`, as
 * the objects of later releases. (I9.2)
 *
 * Its keys have dashes where theirs have capitals, its peers are BGPPeers, its address-pools
 * AddressPools with a protocol of their own.
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "config/repository/charts.h"
#include "reports/convert/convert_parts.h"

enum { MAP_DEPTH_MAX = 20 };

/* "avoid-buggy-ips" as "avoidBuggyIPs". */
static const char *metallb_map_key(struct conversion *c, const char *key)
{
	static const char *const odd[][2] = {
		{ "my-asn", "myASN" },
		{ "peer-asn", "peerASN" },
		{ "router-id", "routerID" },
		{ "avoid-buggy-ips", "avoidBuggyIPs" },
		{ "localpref", "localPref" },
		{ "aggregation-length-v6", "aggregationLengthV6" },
		{ "ebgp-multihop", "ebgpMultiHop" },
		{ "bgp-advertisements", "bgpAdvertisements" },
	};
	char *out = arena_strdup(c->arena, key);
	char *to = out;

	for (uint32_t i = 0; i < ARRAY_LEN(odd); i++)
		if (str_equal(odd[i][0], key))
			return odd[i][1];
	for (const char *from = key; *from != '\0'; from++) {
		if (*from == '-' && from[1] != '\0')
			*to++ = (char)toupper((unsigned char)*++from);
		else
			*to++ = *from;
	}
	*to = '\0';
	return out;
}

/* The value with the keys of later releases; labels keep theirs. */
static const struct tree_node *metallb_map_value(struct conversion *c,
						 const struct tree_node *value, unsigned depth)
{
	struct tree_node *out;

	if (depth > MAP_DEPTH_MAX || (value->type != TREE_MAP && value->type != TREE_LIST))
		return value;
	if (value->type == TREE_LIST) {
		out = values_list(c->arena, value->pos);
		for (uint32_t i = 0; i < value->u.list.count; i++)
			values_add(c->arena, out,
				   metallb_map_value(c, value->u.list.items[i], depth + 1));
		return out;
	}
	out = values_map(c->arena, value->pos);
	ARRAY_FOREACH (const struct tree_entry, entry, &value->u.map) {
		const char *key = metallb_map_key(c, entry->key);

		if (!entry->shadowed)
			values_set(c->arena, out, key,
				   str_equal(key, "matchLabels")
					   ? entry->value
					   : metallb_map_value(c, entry->value, depth + 1));
	}
	return out;
}

/* An item of the ConfigMap as an object with that spec. */
static void metallb_map_item(struct conversion *c, struct metallb_list *list, const char *kind,
			     const char *name, const struct tree_node *item)
{
	struct tree_node *map = values_map(c->arena, item->pos);
	struct tree_node *metadata = values_map(c->arena, item->pos);

	values_set_text(c->arena, metadata, "name", name);
	values_set(c->arena, map, "metadata", metadata);
	values_set(c->arena, map, "spec", metallb_map_value(c, item, 0));
	metallb_add(c, list, kind, name, map);
}

static void metallb_map_items(struct conversion *c, struct metallb_list *list, const char *kind,
			      const char *prefix, const struct tree_node *items)
{
	for (uint32_t i = 0; i < convert_items(items); i++) {
		const struct tree_node *item = items->u.list.items[i];
		const char *name = convert_text(item, "name");

		if (item->type != TREE_MAP)
			continue;
		if (name == NULL)
			name = arena_printf(c->arena, "%s-%u", prefix, i + 1);
		metallb_map_item(c, list, kind, name, item);
	}
}

/* The settings themselves; false: they are none. */
static bool metallb_take_settings(struct conversion *c, struct metallb *m,
				  const struct tree_node *root)
{
	if (root == NULL || root->type != TREE_MAP)
		return false;
	metallb_map_items(c, &m->pools, "address pool", "pool",
			  tree_get(root, "address-pools"));
	metallb_map_items(c, &m->peers, "peer", "peer", tree_get(root, "peers"));
	metallb_map_items(c, &m->bfd_profiles, "BFD profile", "bfd",
			  tree_get(root, "bfd-profiles"));
	return true;
}

bool metallb_take_map(struct conversion *c, struct metallb *m, const struct tree_node *map)
{
	const struct tree_node *data = tree_get(map, "data");
	const struct tree_node *text = data != NULL ? tree_get(data, "config") : NULL;
	const uint32_t problems = c->snapshot->problems.count;
	const struct tree_node *root;

	if (text == NULL || text->type != TREE_STRING ||
	    (strstr(text->text, "address-pools") == NULL &&
	     strstr(text->text, "peer-address") == NULL))
		return false;
	root = values_of_text(c->snapshot, text, NULL, c->arena);
	for (uint32_t i = problems; i < c->snapshot->problems.count; i++)
		convert_note(c, c->snapshot->problems.items[i].place.pos, true, "%s",
			     c->snapshot->problems.items[i].message);
	c->snapshot->problems.count = problems;
	return metallb_take_settings(c, m, root);
}

/* Settings in values of its chart, or of one that depends on it. */
static bool metallb_take_inline(struct conversion *c, struct metallb *m,
				const struct tree_node *values)
{
	return metallb_take_settings(c, m, tree_get(values, "configInline")) ||
	       metallb_take_settings(c, m, values_get(values, "metallb.configInline"));
}

bool metallb_take_values(struct conversion *c, struct metallb *m, const struct tree_node *map)
{
	struct charts charts = { .snapshot = c->snapshot, .arena = c->arena, .any = true };
	const uint32_t problems = c->snapshot->problems.count;
	bool taken = metallb_take_inline(c, m, map);

	if (taken || str_equal(convert_text(map, "kind"), "List"))
		return taken; /* the objects of a list come one by one */
	charts_take(&charts, map);
	charts_collect_values(&charts);
	ARRAY_FOREACH (const struct chart_release, release, &charts.releases)
		taken = metallb_take_inline(c, m, release->values) || taken;
	c->snapshot->problems.count = problems;
	return taken;
}
