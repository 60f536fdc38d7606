/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Old and foreign words, as one table. (I9.1)
 *
 * A row has the path of the field, without indices; what stands for it in v2; and the hint, in
 * which the first %s is the value as written. The flat ranges of v1 become one entry of a list,
 * with all of its parts.
 */
#include "config/schema/old_words.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/text.h"
#include "config/schema/schema_report.h"

enum { OLD_PATH_MAX = 128 };

struct old_word {
	const char *path;
	const char *counterpart;
	const char *hint; /* up to the value; NULL: a flat range */
	const char *end;  /* after the value; NULL: the value is not shown */
};

static const struct old_word old_words[] = {
	/* LBNodeAgent, v1 */
	{ "spec.local.localint", "spec.local.localInterface", "write localInterface: ", "" },
	{ "spec.local.extlbint", "spec.local.dummyInterface", "write dummyInterface: ", "" },
	{ "spec.local.sendgarp", "spec.local.garpConfig", "write garpConfig: {enabled: ", "}" },
	/* ServiceGroup, v1 */
	{ "spec.local.subnet", "spec.local.v4pools", NULL, NULL },
	{ "spec.local.pool", "spec.local.v4pools", NULL, NULL },
	{ "spec.local.aggregation", "spec.local.v4pools", NULL, NULL },
	{ "spec.remote.subnet", "spec.remote.v4pools", NULL, NULL },
	{ "spec.remote.pool", "spec.remote.v4pools", NULL, NULL },
	{ "spec.remote.aggregation", "spec.remote.v4pools", NULL, NULL },
	{ "spec.netbox", "spec.external",
	  "write external: {provider: netbox, announce: local}, and give its URL, tenant and "
	  "token to the IPAM sidecar of the allocator",
	  NULL },
	/* IPAddressPool of MetalLB */
	{ "spec.addresses", "spec.local",
	  "write local: {v4pools: [{pool: RANGE, subnet: NETWORK}]}, with one entry for each "
	  "address range",
	  NULL },
	{ "spec.local.addresses", "spec.local.v4pools",
	  "write v4pools: [{pool: RANGE, subnet: NETWORK}], with one entry for each address "
	  "range",
	  NULL },
	{ "spec.autoAssign", NULL,
	  "name the group \"default\" for Services that name none, and anything else for the "
	  "others",
	  NULL },
	{ "spec.avoidBuggyIPs", NULL,
	  "leave addresses that end in .0 and .255 out of the ranges of v4pools", NULL },
	{ "spec.serviceAllocation", "spec.namespaces",
	  "write spec.namespaces: [NAMESPACE] for the namespaces that may use the group",
	  NULL },
	/* L2Advertisement and BGPAdvertisement of MetalLB */
	{ "spec.ipAddressPools", NULL,
	  "leave the choice of pools to the ServiceGroups: local ones are announced on the "
	  "nodes' networks, remote ones by BGP",
	  NULL },
	{ "spec.interfaces", "spec.local.interfaces",
	  "write local: {interfaces: [...]} with the same names", NULL },
	{ "spec.nodeSelectors", "spec.nodeSelector",
	  "write nodeSelector: {matchLabels: {...}}, in a separate LBNodeAgent for each",
	  NULL },
	{ "spec.aggregationLength", NULL, "write aggregation: \"/",
	  "\" in the entry of v4pools of the remote ServiceGroup" },
	/* BGPPeer of MetalLB */
	{ "spec.myASN", "spec.global", "write global: {asn: ", "}" },
	{ "spec.asn", "spec.global", "write global: {asn: ", "}" },
	{ "spec.routerID", "spec.global.routerID", "write global: {routerID: ", ", asn: ...}" },
	{ "spec.peerASN", "spec.neighbors",
	  "write neighbors: [{config: {peerAsn: ", ", neighborAddress: ...}}]" },
	{ "spec.peerAddress", "spec.neighbors",
	  "write neighbors: [{config: {neighborAddress: ", ", peerAsn: ...}}]" },
	{ "spec.holdTime", "spec.neighbors",
	  "write timers: {config: {holdTime: SECONDS}} in the entry of neighbors, for ", "" },
	{ "spec.keepaliveTime", "spec.neighbors",
	  "write timers: {config: {keepaliveInterval: SECONDS}} in the entry of neighbors, for ",
	  "" },
	{ "spec.connectTime", "spec.neighbors",
	  "write timers: {config: {connectRetry: SECONDS}} in the entry of neighbors, for ",
	  "" },
	{ "spec.sourceAddress", "spec.neighbors",
	  "write transport: {localAddress: ", "} in the entry of neighbors" },
	{ "spec.password", "spec.neighbors",
	  "write config: {authPasswordSecretRef: {name: SECRET, key: KEY}} in the entry of "
	  "neighbors",
	  NULL },
	{ "spec.ebgpMultiHop", "spec.neighbors",
	  "write ebgpMultihop: {enabled: true, multihopTtl: 2} in the entry of neighbors",
	  NULL },
	{ "spec.peerPort", NULL,
	  "let the router listen on port 179: k8gobgp connects to no other port", NULL },
	{ "spec.bfdProfile", NULL,
	  "rely on timers: {config: {holdTime: SECONDS}} in the entry of neighbors: k8gobgp has "
	  "no BFD",
	  NULL },
	{ "spec.neighbors.nodeSelectors", "spec.neighbors.nodeSelector",
	  "write nodeSelector: {matchLabels: {...}}; a neighbor has one", NULL },
	{ "spec.nodeSelector", NULL,
	  "write it in an LBNodeAgent; which nodes can announce an address of the group follows "
	  "from their networks",
	  NULL },
	{ "spec.neighbors.myASN", "spec.global", "write spec.global: {asn: ", "}" },
	{ "spec.neighbors.peerASN", "spec.neighbors.config", "write config: {peerAsn: ", "}" },
	{ "spec.neighbors.peerAddress", "spec.neighbors.config",
	  "write config: {neighborAddress: ", "}" },
	{ "spec.neighbors.config.peerASN", "spec.neighbors.config.peerAsn",
	  "write peerAsn: ", "" },
	{ "spec.neighbors.config.peerAddress", "spec.neighbors.config.neighborAddress",
	  "write neighborAddress: ", "" },
};

/* Kinds of MetalLB, as people write them into PureLB's API groups. */
static const char *const old_kinds[][2] = {
	{ "IPAddressPool", "a ServiceGroup" },
	{ "AddressPool", "a ServiceGroup" },
	{ "L2Advertisement", "spec.local of a ServiceGroup" },
	{ "BGPAdvertisement", "spec.remote of a ServiceGroup" },
	{ "BGPPeer", "an entry of spec.neighbors of a BGPConfiguration" },
	{ "Peer", "an entry of spec.neighbors of a BGPConfiguration" },
};

/* "spec.neighbors[0].peerASN" without its indices, keys in brackets stay; "": too long for a
 * row. */
static void old_words_strip(const char *path, char out[static OLD_PATH_MAX])
{
	size_t len = 0;

	for (const char *p = path; *p != '\0' && len + 1 < OLD_PATH_MAX; p++) {
		if (*p == '[' && p[1] != '"')
			p += strcspn(p, "]");
		else
			out[len++] = *p;
		if (*p == '\0')
			break;
	}
	out[len] = '\0';
}

static const struct old_word *old_words_row(const char *plain)
{
	for (size_t i = 0; i < ARRAY_LEN(old_words); i++)
		if (str_equal(old_words[i].path, plain))
			return &old_words[i];
	return NULL;
}

/* What MetalLB's BGPPeer has in its spec is also written into an entry of neighbors. */
static const struct old_word *old_words_find(const char *path)
{
	static const char *const entries[] = { "spec.neighbors.config.", "spec.neighbors.",
					       NULL };
	char plain[OLD_PATH_MAX];
	const struct old_word *word;

	old_words_strip(path, plain);
	word = old_words_row(plain);
	for (size_t i = 0; word == NULL && entries[i] != NULL; i++) {
		char top[OLD_PATH_MAX + 8];
		const size_t len = strlen(entries[i]);

		if (!str_has_prefix(plain, entries[i]) || strchr(plain + len, '.') != NULL)
			continue;
		snprintf(top, sizeof(top), "spec.%s", plain + len);
		word = old_words_row(top);
		if (word != NULL && word->counterpart != NULL &&
		    !str_has_prefix(word->counterpart, "spec.neighbors"))
			word = NULL;
	}
	return word;
}

static const char *old_words_text(const struct tree_node *map, const char *key)
{
	const struct tree_node *n = tree_get(map, key);

	return n != NULL && n->type != TREE_NULL && n->type != TREE_MAP && n->type != TREE_LIST
		       ? n->text
		       : NULL;
}

/* One entry for each range of a text with commas; `rest`: what each has besides. */
static const char *old_words_entries(const char *pool, const char *rest, struct arena *arena)
{
	const char *out = "";

	for (const char *at = pool; *at != '\0';) {
		size_t len = strcspn(at, ",");
		const char *end = at + len + (at[len] == ',' ? 1 : 0);

		while (len > 0 && at[0] == ' ')
			at++, len--;
		while (len > 0 && at[len - 1] == ' ')
			len--;
		if (len > 0)
			out = arena_printf(arena, "%s%s{pool: \"%.*s%s\"%s}", out,
					   out[0] != '\0' ? ", " : "", (int)len, at,
					   memchr(at, '-', len) == NULL &&
							   memchr(at, '/', len) == NULL &&
							   memchr(at, '.', len) != NULL
						   ? "/32"
						   : "",
					   rest);
		at = end;
	}
	return out;
}

/* The entry that holds what v1 wrote directly below local. */
static const char *old_words_range(const struct tree_node *map, struct arena *arena)
{
	enum { ENTRIES_TEXT_MAX = 1000 };
	const char *pool = old_words_text(map, "pool");
	const char *subnet = old_words_text(map, "subnet");
	const char *aggregation = old_words_text(map, "aggregation");
	const bool v6 = (subnet != NULL && strchr(subnet, ':') != NULL) ||
			(pool != NULL && strchr(pool, ':') != NULL);
	const char *slash =
		aggregation != NULL && aggregation[0] >= '0' && aggregation[0] <= '9' ? "/"
										      : "";
	const char *rest = arena_printf(
		arena, ", subnet: \"%s\"%s%s%s%s", subnet != NULL ? subnet : "NETWORK",
		aggregation != NULL ? ", aggregation: \"" : "", slash,
		aggregation != NULL ? aggregation : "", aggregation != NULL ? "\"" : "");

	if (pool == NULL || strlen(pool) > ENTRIES_TEXT_MAX || strlen(rest) > ENTRIES_TEXT_MAX)
		pool = "RANGE";
	return arena_printf(
		arena, "write %s: [%s] instead; purelbtool convert prints the converted object",
		v6 ? "v6pools" : "v4pools", old_words_entries(pool, rest, arena));
}

/* All labels directly below a selector, as Pods have them, in the selector's own words. */
static const char *old_words_selector(const char *path, const char *key,
				      const struct tree_node *map, struct arena *arena)
{
	enum { LABELS_MAX = 8 };
	const char *at = strstr(path, ".nodeSelector");
	const char *labels = "";
	unsigned count = 0;

	if (at == NULL || old_words_text(map, key) == NULL ||
	    !str_equal(at, schema_path_of_key(".nodeSelector", key, arena)))
		return NULL;
	ARRAY_FOREACH (const struct tree_entry, entry, &map->u.map) {
		const char *value = old_words_text(map, entry->key);

		if (entry->shadowed || value == NULL || count++ >= LABELS_MAX)
			continue;
		labels = arena_printf(arena, "%s%s%s: \"%s\"", labels,
				      labels[0] != '\0' ? ", " : "", entry->key, value);
	}
	return arena_printf(arena, "write nodeSelector: {matchLabels: {%s}}", labels);
}

const char *old_words_kind(const char *kind, struct arena *arena)
{
	for (size_t i = 0; i < ARRAY_LEN(old_kinds); i++)
		if (str_equal(old_kinds[i][0], kind))
			return arena_printf(
				arena,
				"write %s; purelbtool convert creates it from MetalLB's %s",
				old_kinds[i][1], kind);
	return NULL;
}

const char *old_words_hint(const char *path, const char *key, const struct tree_node *map,
			   struct arena *arena)
{
	const struct old_word *word = old_words_find(path);
	const char *value;

	if (word == NULL)
		return old_words_selector(path, key, map, arena);
	if (word->hint == NULL)
		return old_words_range(map, arena);
	value = old_words_text(map, key);
	if (word->end == NULL)
		return word->hint;
	return arena_printf(arena, "%s%s%s", word->hint, value != NULL ? value : "...",
			    word->end);
}

const char *old_words_counterpart(const char *path)
{
	const struct old_word *word = old_words_find(path);

	return word != NULL ? word->counterpart : NULL;
}
