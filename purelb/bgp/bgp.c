/* SPDX-License-Identifier: Apache-2.0 */
/* The BGP side of the cluster: brings the parts together, and names things. */
#include "purelb/bgp/bgp_parts.h"

#include <strings.h>

#include "base/text.h"
#include "purelb/pools/order.h"

/* ---- families ---- */

static const struct {
	const char *name;
	unsigned bit;
} families[] = {
	{ "ipv4-unicast", BGP_IPV4 },
	{ "ipv6-unicast", BGP_IPV6 },
	{ "l2vpn-evpn", BGP_EVPN },
};

enum { FAMILIES = sizeof(families) / sizeof(families[0]) };

unsigned bgp_family_bit(enum ip_family family)
{
	if (family == IP_NONE)
		return 0;
	return family == IP_V4 ? BGP_IPV4 : BGP_IPV6;
}

unsigned bgp_family_parse(const char *text)
{
	for (size_t i = 0; i < FAMILIES; i++)
		if (strcasecmp(text, families[i].name) == 0)
			return families[i].bit;
	return 0;
}

const char *bgp_families_text(unsigned set, struct arena *arena)
{
	const char *text = NULL;

	for (size_t i = 0; i < FAMILIES; i++) {
		if ((set & families[i].bit) == 0)
			continue;
		text = text == NULL ? families[i].name
				    : arena_printf(arena, "%s, %s", text, families[i].name);
	}
	return text != NULL ? text : "none";
}

/* ---- remote pools ---- */

static void note_ranges(struct bgp_cluster *out, const struct pool_range *ranges,
			uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (ranges[i].range_error != RANGE_OK)
			continue;
		out->has_remote = true;
		out->remote_families |= bgp_family_bit(ip_family(ranges[i].range.from));
	}
}

static void note_pools(struct bgp_cluster *out)
{
	ARRAY_FOREACH (const struct pool, pool, &out->cluster->pools.list) {
		if (!pool->in_scope || pool->type != POOL_TYPE_REMOTE)
			continue;
		note_ranges(out, pool->v4.items, pool->v4.count);
		note_ranges(out, pool->v6.items, pool->v6.count);
	}
}

/* ---- nodes ---- */

static void resolve_router_id(struct bgp_node *node, const struct bgp_configuration *object,
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

/* 5.4 */
static void resolve_import(struct bgp_node *node, const struct bgp_config *config)
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

static void resolve_nodes(struct bgp_config *config, const struct bgp_prepared *prepared)
{
	const struct cluster *cluster = config->cluster->cluster;
	struct arena *arena = config->cluster->arena;

	ARRAY_RESERVE(arena, &config->nodes, cluster->nodes.count);
	for (uint32_t i = 0; i < cluster->nodes.count; i++) {
		struct bgp_node *node = ARRAY_PUSH(arena, &config->nodes);

		node->node = &cluster->nodes.items[i];
		node->index = i;
		node->config = config;
		resolve_router_id(node, config->object, arena);
		bgp_peers_resolve(prepared, node);
		resolve_import(node, config);
	}
}

bool bgp_import_has_vrf(const struct bgp_config *config)
{
	const char *vrf = config->object->netlink_import.vrf.s;

	return vrf != NULL && vrf[0] != '\0';
}

const struct bgp_node *bgp_config_node(const struct bgp_config *config, uint32_t index)
{
	return &config->nodes.items[index];
}

/* ---- the whole ---- */

static int compare_configs(const void *pa, const void *pb)
{
	const struct object *a = &((const struct bgp_config *)pa)->object->object;
	const struct object *b = &((const struct bgp_config *)pb)->object->object;
	int order = str_compare(a->namespace, b->namespace);

	if (order == 0)
		order = str_compare(a->name.s, b->name.s);
	return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

static void list_configs(struct bgp_cluster *out)
{
	const struct snapshot *snapshot = out->cluster->snapshot;

	ARRAY_RESERVE(out->arena, &out->configs, snapshot->bgp_configurations.count);
	ARRAY_FOREACH (struct bgp_configuration *, object, &snapshot->bgp_configurations) {
		struct bgp_config *config = ARRAY_PUSH(out->arena, &out->configs);

		config->object = *object;
		config->cluster = out;
	}
	order_sort(out->configs.items, out->configs.count, sizeof(*out->configs.items),
		   compare_configs);
	for (uint32_t i = 0; i < out->configs.count; i++)
		out->configs.items[i].index = i;
}

static void resolve_config(struct bgp_config *config, const struct bgp_own_addresses *own,
			   struct bgp_carriers_table *table)
{
	struct bgp_prepared prepared;

	bgp_config_prepare(&prepared, config);
	bgp_peers_resolve_anywhere(&prepared);
	resolve_nodes(config, &prepared);
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
	note_pools(out);
	bgp_routers_resolve(out);
	list_configs(out);
	/* Who puts which VIP where is asked only when something could import it. */
	if (out->configs.count == 0)
		return;
	bgp_vips_collect(out, table);
	bgp_own_addresses_collect(&own, cluster, arena);
	ARRAY_FOREACH (struct bgp_config, config, &out->configs)
		resolve_config(config, &own, table);
}

/* ---- counts ---- */

static void count_peer(struct bgp_counts *counts, const struct bgp_peer *peer)
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
			count_peer(&counts, peer);
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
