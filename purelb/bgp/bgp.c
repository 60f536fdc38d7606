/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BGP side of the cluster: brings the steps of bgp_resolve() together, keeps the shared
 * sets of nodes, and names things.
 */
#include "purelb/bgp/bgp_parts.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "purelb/agents/bounds.h"
#include "purelb/pools/order.h"

enum { WORD_BITS = 64, TABLE_START = 64 };

/* ---- sets of nodes ---- */

bool bgp_carriers_has(const struct bgp_carriers *carriers, uint32_t node_index)
{
	return (carriers->set[node_index / WORD_BITS] >> (node_index % WORD_BITS) & 1) != 0;
}

static uint32_t bgp_carriers_words(uint32_t nodes)
{
	return nodes / WORD_BITS + 1;
}

void bgp_carriers_set_bit(uint64_t *bits, uint32_t index)
{
	bits[index / WORD_BITS] |= UINT64_C(1) << (index % WORD_BITS);
}

static struct bgp_carriers_table *bgp_carriers_table_new(uint32_t nodes, struct arena *arena)
{
	struct bgp_carriers_table *table = arena_zalloc(arena, 1, sizeof(*table));

	table->arena = arena;
	table->words = bgp_carriers_words(nodes);
	table->capacity = TABLE_START;
	table->slots = arena_zalloc(arena, TABLE_START, sizeof(struct bgp_carriers *));
	return table;
}

static uint64_t bgp_carriers_hash(const uint64_t *bits, uint32_t words)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (uint32_t i = 0; i < words; i++) {
		hash = (hash ^ bits[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return hash;
}

/* The slot of the set, or the free one where it belongs. */
static const struct bgp_carriers **
bgp_carriers_find_slot(const struct bgp_carriers_table *table, const uint64_t *bits)
{
	uint32_t mask = table->capacity - 1;
	uint32_t at = (uint32_t)bgp_carriers_hash(bits, table->words) & mask;

	while (table->slots[at] != NULL &&
	       memcmp(table->slots[at]->set, bits, table->words * sizeof(*bits)) != 0)
		at = (at + 1) & mask;
	return &table->slots[at];
}

static void bgp_carriers_grow(struct bgp_carriers_table *table)
{
	const struct bgp_carriers **old = table->slots;
	uint32_t capacity = table->capacity;

	table->capacity = capacity * 2;
	table->slots =
		arena_zalloc(table->arena, table->capacity, sizeof(struct bgp_carriers *));
	for (uint32_t i = 0; i < capacity; i++)
		if (old[i] != NULL)
			*bgp_carriers_find_slot(table, old[i]->set) = old[i];
}

static uint32_t bgp_carriers_count_bits(const uint64_t *bits, uint32_t words)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < words; i++)
		for (uint64_t word = bits[i]; word != 0; word &= word - 1)
			count++;
	return count;
}

const struct bgp_carriers *bgp_carriers_intern(struct bgp_carriers_table *table,
					       const uint64_t *bits)
{
	const struct bgp_carriers **slot = bgp_carriers_find_slot(table, bits);
	struct bgp_carriers *carriers;
	uint64_t *copy;

	if (*slot != NULL)
		return *slot;
	copy = arena_zalloc(table->arena, table->words, sizeof(*copy));
	memcpy(copy, bits, table->words * sizeof(*copy));
	carriers = arena_zalloc(table->arena, 1, sizeof(*carriers));
	carriers->set = copy;
	carriers->count = bgp_carriers_count_bits(bits, table->words);
	carriers->id = table->count++;
	*slot = carriers;
	if (table->count * 2 > table->capacity)
		bgp_carriers_grow(table);
	return carriers;
}

/* ---- bgp_family_rows ---- */

static const struct {
	const char *name;
	unsigned bit;
} bgp_family_rows[] = {
	{ "ipv4-unicast", BGP_IPV4 },
	{ "ipv6-unicast", BGP_IPV6 },
	{ "l2vpn-evpn", BGP_EVPN },
};

enum { FAMILIES = sizeof(bgp_family_rows) / sizeof(bgp_family_rows[0]) };

unsigned bgp_family_bit(enum ip_family family)
{
	if (family == IP_NONE)
		return 0;
	return family == IP_V4 ? BGP_IPV4 : BGP_IPV6;
}

unsigned bgp_family_parse(const char *text)
{
	for (size_t i = 0; i < FAMILIES; i++)
		if (strcasecmp(text, bgp_family_rows[i].name) == 0)
			return bgp_family_rows[i].bit;
	return 0;
}

const char *bgp_families_text(unsigned set, struct arena *arena)
{
	const char *text = NULL;

	for (size_t i = 0; i < FAMILIES; i++) {
		if ((set & bgp_family_rows[i].bit) == 0)
			continue;
		text = text == NULL
			       ? bgp_family_rows[i].name
			       : arena_printf(arena, "%s, %s", text, bgp_family_rows[i].name);
	}
	return text != NULL ? text : "none";
}

/* ---- remote pools ---- */

static void bgp_note_ranges(struct bgp_cluster *out, const struct pool_range *ranges,
			    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (ranges[i].range_error != RANGE_OK)
			continue;
		out->has_remote = true;
		out->remote_families |= bgp_family_bit(ip_family(ranges[i].range.from));
	}
}

static void bgp_note_pools(struct bgp_cluster *out)
{
	ARRAY_FOREACH (const struct pool, pool, &out->cluster->pools.list) {
		if (!pool->in_scope || pool->type != POOL_TYPE_REMOTE)
			continue;
		bgp_note_ranges(out, pool->v4.items, pool->v4.count);
		bgp_note_ranges(out, pool->v6.items, pool->v6.count);
	}
}

/* ---- nodes ---- */

static void bgp_resolve_router_id(struct bgp_node *node, const struct bgp_configuration *object,
				  struct arena *arena)
{
	const struct cluster_node *from = node->node;
	struct ip assumed;
	bool has_assumed = bgp_assumed_ipv4(from, &assumed);
	const struct router_id_node known = {
		.name = from->name,
		.object = from->node,
		.assumed_ipv4 = has_assumed ? &assumed : NULL,
		.known = from->node != NULL || from->interfaces.count > 0,
	};

	router_id_resolve(&node->router_id, object->global.router_id.s,
			  object->global.router_id_pool.s, &known, arena);
}

/* BG5.4 */
static void bgp_resolve_import(struct bgp_node *node, const struct bgp_config *config)
{
	const struct bgp_netlink_import *import = &config->object->netlink_import;
	const struct node_config *governed = &node->node->config;

	if (node_state_announces(governed->state))
		node->dummy = governed->governing->dummy_interface;
	node->imports = import->enabled.v &&
			(node->state == BGP_NODE_RUNS || node->state == BGP_NODE_VRF_NETLINK);
	node->imports_dummy = node->imports && node->dummy != NULL &&
			      !bgp_import_has_vrf(config) &&
			      bgp_import_covers(&import->interface_list, node->dummy,
						config->cluster->options.daemon);
}

static void bgp_resolve_nodes(struct bgp_config *config, const struct bgp_prepared *prepared)
{
	const struct cluster *cluster = config->cluster->cluster;
	struct arena *arena = config->cluster->arena;

	ARRAY_RESERVE(arena, &config->nodes, cluster->nodes.count);
	for (uint32_t i = 0; i < cluster->nodes.count; i++) {
		struct bgp_node *node = ARRAY_PUSH(arena, &config->nodes);

		node->node = &cluster->nodes.items[i];
		node->index = i;
		node->config = config;
		bgp_resolve_router_id(node, config->object, arena);
		if (node->node->placement.state == PLACEMENT_NEVER) {
			node->state = BGP_NODE_NO_AGENT;
			node->state_text =
				arena_printf(arena, "no agent runs here: the node %s",
					     placement_text(&node->node->placement, arena));
			continue;
		}
		bgp_peers_resolve(prepared, node);
		bgp_resolve_import(node, config);
	}
}

bool bgp_import_has_vrf(const struct bgp_config *config)
{
	const char *vrf = config->object->netlink_import.vrf.s;

	return vrf != NULL && vrf[0] != '\0';
}

/* ---- the whole ---- */

static int bgp_compare_configs(const void *pa, const void *pb)
{
	const struct object *a = &((const struct bgp_config *)pa)->object->object;
	const struct object *b = &((const struct bgp_config *)pb)->object->object;
	int order = str_compare(a->namespace, b->namespace);

	if (order == 0)
		order = str_compare(a->name.s, b->name.s);
	return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

static void bgp_list_configs(struct bgp_cluster *out)
{
	const struct snapshot *snapshot = out->cluster->snapshot;

	ARRAY_RESERVE(out->arena, &out->configs, snapshot->bgp_configurations.count);
	ARRAY_FOREACH (struct bgp_configuration *, object, &snapshot->bgp_configurations) {
		struct bgp_config *config = ARRAY_PUSH(out->arena, &out->configs);

		config->object = *object;
		config->cluster = out;
	}
	order_sort(out->configs.items, out->configs.count, sizeof(*out->configs.items),
		   bgp_compare_configs);
	for (uint32_t i = 0; i < out->configs.count; i++)
		out->configs.items[i].index = i;
}

/* Whether the selectors of the configuration may be held against the nodes. */
static bool bgp_selectors_within(struct bounds *bounds, const struct bgp_configuration *object)
{
	bool within = true;

	ARRAY_FOREACH (const struct bgp_neighbor, neighbor, &object->neighbors.list)
		within = within && bounds_take(bounds, &neighbor->node_selector);
	ARRAY_FOREACH (const struct bgp_peer_group, group, &object->peer_groups.list)
		within = within && bounds_take(bounds, &group->node_selector);
	return within;
}

/* The peers that it makes, and one more for each node. */
static uint64_t bgp_config_weight(const struct bgp_config *config)
{
	const uint64_t nodes = config->cluster->cluster->nodes.count;
	uint64_t weight = nodes;

	ARRAY_FOREACH (const struct bgp_selector, selector, &config->selectors)
		weight += selector->selector->at.set ? selector->matches : nodes;
	return weight;
}

/* Leaves out this configuration and those after it. */
static void bgp_leave_out(struct bgp_cluster *out, uint32_t index)
{
	out->beyond =
		arena_printf(out->arena,
			     "%u BGPConfigurations with their neighbors are too many for "
			     "%u nodes: \"%s\" %s",
			     out->configs.count, out->cluster->nodes.count,
			     out->configs.items[index].object->object.name.s,
			     index + 1 < out->configs.count ? "and those after it are ignored"
							    : "is ignored");
	out->configs.count = index;
}

static void bgp_resolve_config(struct bgp_config *config, struct bgp_prepared *prepared,
			       const struct bgp_own_addresses *own,
			       struct bgp_carriers_table *table)
{
	bgp_peers_resolve_anywhere(prepared);
	bgp_resolve_nodes(config, prepared);
	bgp_sessions_resolve(config, own);
	bgp_prefixes_resolve(config, table);
}

void bgp_resolve(struct bgp_cluster *out, const struct cluster *cluster,
		 const struct bgp_options *options, struct arena *arena)
{
	struct bgp_carriers_table *table = bgp_carriers_table_new(cluster->nodes.count, arena);
	struct bgp_own_addresses own;

	*out = (struct bgp_cluster){ .cluster = cluster, .arena = arena, .options = *options };
	out->vips_known = cluster->snapshot->services.count > 0;
	bgp_note_pools(out);
	bgp_routers_resolve(out);
	bgp_list_configs(out);
	/* Who puts which VIP where is asked only when something could import it. */
	if (out->configs.count == 0)
		return;
	bgp_vips_collect(out, table);
	bgp_own_addresses_collect(&own, cluster, arena);

	struct bounds bounds = bounds_new(cluster->snapshot);
	uint64_t peers = 0;

	for (uint32_t i = 0; i < out->configs.count; i++) {
		struct bgp_config *config = &out->configs.items[i];
		struct bgp_prepared prepared;

		if (!bgp_selectors_within(&bounds, config->object)) {
			bgp_leave_out(out, i);
			return;
		}
		bgp_config_prepare(&prepared, config);
		peers += bgp_config_weight(config);
		if (peers > BOUNDS_PEERS_MAX) {
			bgp_leave_out(out, i);
			return;
		}
		bgp_resolve_config(config, &prepared, &own, table);
	}
}

/* ---- counts ---- */

static void bgp_count_peer(struct bgp_counts *counts, const struct bgp_peer *peer)
{
	if (peer->refusal != BGP_ACCEPTED) {
		counts->refused += peer->refusal != BGP_REPLACED;
		return;
	}
	ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions)
		counts->sessions[session->verdict]++;
}

struct bgp_counts bgp_count_sessions(const struct bgp_config *config)
{
	struct bgp_counts counts = { 0 };

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers)
			bgp_count_peer(&counts, peer);
	}
	return counts;
}

/* ---- texts ---- */

const char *bgp_daemon_name(enum bgp_daemon daemon)
{
	return daemon == BGP_FORK_1_1 ? "fork-1.1" : "fork-1.3";
}

const char *bgp_verdict_name(enum bgp_verdict verdict)
{
	static const char *const names[BGP_VERDICTS] = {
		[BGP_UP] = "up",
		[BGP_DOWN] = "down",
		[BGP_UNKNOWN] = "unknown",
	};

	return names[verdict];
}

const char *bgp_reason_name(enum bgp_reason reason)
{
	static const char *const names[BGP_WHYS] = {
		[BGP_WHY_NODE] = "node",
		[BGP_WHY_REFUSED] = "refused",
		[BGP_WHY_ADMIN_DOWN] = "admin-down",
		[BGP_WHY_SELF] = "self",
		[BGP_WHY_LINK_LOCAL] = "link-local",
		[BGP_WHY_NO_SOURCE] = "no-source",
		[BGP_WHY_LOCAL_ADDRESS] = "local-address",
		[BGP_WHY_TTL] = "ttl",
		[BGP_WHY_ROUTER_TTL] = "router-ttl",
		[BGP_WHY_PEER_AS] = "peer-as",
		[BGP_WHY_NOT_ALLOWED] = "not-allowed",
		[BGP_WHY_REMOTE_AS] = "remote-as",
		[BGP_WHY_PASSWORD] = "password",
		[BGP_WHY_PASSWORD_LENGTH] = "password-length",
		[BGP_WHY_PASSIVE] = "passive",
		[BGP_WHY_NO_LISTENER] = "no-listener",
		[BGP_WHY_ROUTER_ID] = "router-id",
		[BGP_WHY_HOLD] = "hold",
		[BGP_WHY_LISTEN_LIMIT] = "listen-limit",
	};

	return names[reason];
}

const char *bgp_refusal_name(enum bgp_refusal refusal)
{
	static const char *const names[BGP_REFUSALS] = {
		[BGP_ACCEPTED] = "accepted",           [BGP_REPLACED] = "replaced",
		[BGP_GROUP_MISSING] = "group-missing", [BGP_NO_ADDRESS] = "no-address",
		[BGP_BAD_ADDRESS] = "bad-address",     [BGP_BAD_PREFIX] = "bad-prefix",
		[BGP_BAD_FAMILY] = "bad-family",       [BGP_NO_VRF] = "no-vrf",
		[BGP_VRF_FAMILY] = "vrf-family",       [BGP_SAME_ADDRESS] = "same-address",
		[BGP_NO_INTERFACE] = "no-interface",   [BGP_NOT_P2P] = "not-p2p",
	};

	return names[refusal];
}

const char *bgp_node_state_name(enum bgp_node_state state)
{
	static const char *const names[BGP_NODE_STATES] = {
		[BGP_NODE_RUNS] = "runs",
		[BGP_NODE_NO_AGENT] = "no-agent",
		[BGP_NODE_INVALID] = "invalid",
		[BGP_NODE_NO_ROUTER_ID] = "no-router-id",
		[BGP_NODE_NO_ASN] = "no-asn",
		[BGP_NODE_LISTEN_ADDRESS] = "listen-address",
		[BGP_NODE_GROUP_SELECTOR] = "group-selector",
		[BGP_NODE_GROUP_SECRET] = "group-secret",
		[BGP_NODE_SELECTOR] = "selector",
		[BGP_NODE_SECRET] = "secret",
		[BGP_NODE_VRF_NETLINK] = "vrf-netlink",
	};

	return names[state];
}

const char *bgp_filter_name(enum bgp_filter filter)
{
	static const char *const names[] = {
		[BGP_TAKEN] = "taken",
		[BGP_FILTER_POLICY] = "policy",
		[BGP_FILTER_LENGTH] = "length",
		[BGP_FILTER_PREFIX] = "prefix",
		[BGP_FILTER_CONNECTED] = "connected",
	};

	return names[filter];
}
