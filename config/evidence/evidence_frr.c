/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What FRR's vtysh prints as JSON: sessions (`show bgp summary json`, `show bgp neighbors
 * json`), paths (`show bgp ipv4|ipv6 unicast json`), the routing table (`show ip|ipv6 route
 * json`) and neighbor caches. (O1)
 *
 * The forms with `vrf all` have the same members one level deeper, below the VRF's name.
 */
#include <string.h>

#include "base/text.h"
#include "config/evidence/evidence_read.h"

#define FRR_NS_PER_S 1000000000LL

enum { FRR_MS_PER_S = 1000 };

static const struct {
	const char *key;
	enum ip_family family;
} frr_families[] = { { "ipv4Unicast", IP_V4 }, { "ipv6Unicast", IP_V6 } };

static enum ip_family frr_family_named(const char *key)
{
	for (uint32_t i = 0; i < ARRAY_LEN(frr_families); i++)
		if (str_equal(key, frr_families[i].key))
			return frr_families[i].family;
	return IP_NONE;
}

static int64_t frr_seconds(const struct tree_node *map, const char *key)
{
	const int64_t ms = json_int(map, key);

	return ms < 0 ? -1 : ms / FRR_MS_PER_S;
}

static int64_t frr_since(const struct tree_node *map, const char *key)
{
	const int64_t s = json_int(map, key);

	return s > 0 && s < INT64_MAX / FRR_NS_PER_S ? s * FRR_NS_PER_S : EVIDENCE_UNKNOWN;
}

static bool frr_id(const struct tree_node *map, const char *key, struct ip *out)
{
	return json_ip(map, key, out) && !ip_is_unspecified(*out);
}

/* A session, of which nothing is known but whose it is. */
static struct evidence_session *frr_session(struct evidence_reader *r, const char *peer,
					    const struct tree_node *map)
{
	struct evidence_session *out = EVIDENCE_ADD(r, &r->evidence->sessions, map->pos.line);

	if (out == NULL)
		return NULL;
	out->daemon = DAEMON_FRR;
	out->has_peer = ip_parse(peer, &out->peer);
	out->peer_text = out->has_peer ? NULL : evidence_text(r, peer);
	out->local_asn = json_int(map, "localAs");
	out->expected_asn = json_int(map, "remoteAs");
	/* 0: any other AS ("external"), and none has come yet. */
	if (out->expected_asn == 0)
		out->expected_asn = -1;
	out->peer_asn = -1;
	out->state_s = out->up_count = out->down_count = out->hold_s = out->keepalive_s = -1;
	out->peer_port = out->local_port = -1;
	out->since_ns = out->notification.time_ns = EVIDENCE_UNKNOWN;
	out->up_count = json_int(map, "connectionsEstablished");
	out->down_count = json_int(map, "connectionsDropped");
	return out;
}

static void frr_set_state(struct evidence_reader *r, struct evidence_session *out,
			  const char *state)
{
	out->state = evidence_bgp_state_parse(state);
	out->state_text = evidence_text(r, state);
	out->admin_down |= state != NULL && strstr(state, "Admin") != NULL;
	if (out->state == BGP_STATE_ESTABLISHED)
		out->peer_asn = out->expected_asn;
}

/* ---- show bgp summary json ---- */

static void frr_summary_peer(struct evidence_reader *r, const struct tree_node *table,
			     enum ip_family family, const struct tree_entry *entry)
{
	struct evidence_session *out = frr_session(r, entry->key, entry->value);
	struct evidence_session_family of = { .family = family, .advertised = -1 };
	const struct tree_node *map = entry->value;

	if (out == NULL)
		return;
	out->name = evidence_text(r, json_text(map, "desc"));
	out->vrf = evidence_text(r, json_text(table, "vrfName"));
	out->has_local_id = frr_id(table, "routerId", &out->local_id);
	frr_set_state(r, out, json_text(map, "state"));
	if (out->state == BGP_STATE_ESTABLISHED) {
		out->state_s = frr_seconds(map, "peerUptimeMsec");
		out->since_ns = frr_since(map, "peerUptimeEstablishedEpoch");
	}
	of.received = -1;
	of.accepted = json_int(map, "pfxRcd");
	of.advertised = json_int(map, "pfxSnt");
	of.negotiated = out->state == BGP_STATE_ESTABLISHED;
	if (family != IP_NONE)
		ARRAY_ADD(&r->snapshot->arena, &out->families, of);
}

static void frr_summary_table(struct evidence_reader *r, const struct tree_node *table,
			      enum ip_family family)
{
	const struct tree_node *peers = json_map(table, "peers");

	for (uint32_t i = 0; peers != NULL && i < peers->u.map.count; i++) {
		const struct tree_entry *entry = &peers->u.map.items[i];

		if (entry->value->type == TREE_MAP)
			frr_summary_peer(r, table, family, entry);
		else
			evidence_fault(r, entry->key_pos.line, "a peer that is not an object");
	}
}

static void frr_summary_families(struct evidence_reader *r, const struct tree_node *map)
{
	ARRAY_FOREACH (struct tree_entry, entry, &map->u.map)
		frr_summary_table(r, entry->value, frr_family_named(entry->key));
}

void evidence_read_frr_summary(struct evidence_reader *r)
{
	/* `show bgp ipv4 unicast summary json` has the peers without a family; their kind says
	 * which family that is, if they have one. */
	frr_summary_table(r, r->json, IP_NONE);
	frr_summary_families(r, r->json);
	ARRAY_FOREACH (struct tree_entry, vrf, &r->json->u.map)
		if (vrf->value->type == TREE_MAP && json_at(vrf->value, "peers") == NULL)
			frr_summary_families(r, vrf->value);
}

/* ---- show bgp neighbors json ---- */

static void frr_notification(struct evidence_reader *r, struct evidence_session *out,
			     const struct tree_node *map)
{
	const char *code = json_text(map, "lastErrorCodeSubcode");
	const char *due = json_text(map, "lastResetDueTo");
	uint32_t number;
	size_t digits;

	out->last_error = evidence_text(r, due);
	if (code == NULL)
		return;
	digits = evidence_hex(code, strlen(code), &number);
	if (digits == 0 || code[digits] != '\0' || number == 0 || number > UINT16_MAX)
		return;
	out->notification.known = true;
	out->notification.code = (uint8_t)(number >> 8U);
	out->notification.subcode = (uint8_t)(number & UINT8_MAX);
	out->notification.text = evidence_text(r, json_text(map, "lastNotificationReason"));
	out->notification.sent = due != NULL && strstr(due, "otification send") != NULL;
	out->notification.direction_known =
		out->notification.sent ||
		(due != NULL && strstr(due, "otification received") != NULL);
}

static void frr_neighbor_families(struct evidence_reader *r, struct evidence_session *out,
				  const struct tree_node *map)
{
	for (uint32_t i = 0; i < ARRAY_LEN(frr_families); i++) {
		const struct tree_node *info =
			json_map(json_map(map, "addressFamilyInfo"), frr_families[i].key);
		struct evidence_session_family of = { .family = frr_families[i].family };

		if (info == NULL)
			continue;
		of.received = -1;
		of.accepted = json_int(info, "acceptedPrefixCounter");
		of.advertised = json_int(info, "sentPrefixCounter");
		of.negotiated = out->state == BGP_STATE_ESTABLISHED &&
				json_at(info, "updateGroupId") != NULL;
		of.import = json_text(info, "routeMapForIncomingAdvertisements");
		if (of.import == NULL)
			of.import = json_text(info, "incomingUpdatePrefixFilterList");
		if (of.import == NULL)
			of.import = json_text(info, "inboundEbgpRequiresPolicy");
		of.import = evidence_text(r, of.import);
		of.export = json_text(info, "routeMapForOutgoingAdvertisements");
		if (of.export == NULL)
			of.export = json_text(info, "outgoingUpdatePrefixFilterList");
		if (of.export == NULL)
			of.export = json_text(info, "outboundEbgpRequiresPolicy");
		of.export = evidence_text(r, of.export);
		ARRAY_ADD(&r->snapshot->arena, &out->families, of);
	}
}

static void frr_neighbor(struct evidence_reader *r, const char *vrf,
			 const struct tree_entry *entry)
{
	const struct tree_node *map = entry->value;
	struct evidence_session *out = frr_session(r, entry->key, map);

	if (out == NULL)
		return;
	out->name = evidence_text(r, json_text(map, "nbrDesc"));
	out->vrf = evidence_text(r, vrf);
	out->has_local = json_ip(map, "hostLocal", &out->local);
	out->local_port = json_int(map, "portLocal");
	out->peer_port = json_int(map, "portForeign");
	out->has_local_id = frr_id(map, "localRouterId", &out->local_id);
	out->has_peer_id = frr_id(map, "remoteRouterId", &out->peer_id);
	out->admin_down = json_true(map, "adminShutDown");
	out->passive = json_true(map, "passive");
	frr_set_state(r, out, json_text(map, "bgpState"));
	if (out->state == BGP_STATE_ESTABLISHED) {
		out->state_s = frr_seconds(map, "bgpTimerUpMsec");
		out->since_ns = frr_since(map, "bgpTimerUpEstablishedEpoch");
	}
	out->hold_s = frr_seconds(map, "bgpTimerHoldTimeMsecs");
	out->keepalive_s = frr_seconds(map, "bgpTimerKeepAliveIntervalMsecs");
	frr_notification(r, out, map);
	frr_neighbor_families(r, out, map);
}

void evidence_read_frr_neighbors(struct evidence_reader *r)
{
	ARRAY_FOREACH (struct tree_entry, entry, &r->json->u.map) {
		if (json_text(entry->value, "bgpState") != NULL) {
			frr_neighbor(r, NULL, entry);
			continue;
		}
		for (uint32_t i = 0;
		     entry->value->type == TREE_MAP && i < entry->value->u.map.count; i++)
			if (json_text(entry->value->u.map.items[i].value, "bgpState") != NULL)
				frr_neighbor(r, entry->key, &entry->value->u.map.items[i]);
	}
}

/* ---- show bgp ipv4 unicast json ---- */

static void frr_path(struct evidence_reader *r, const char *prefix, const struct tree_node *map)
{
	const struct tree_node *hops = json_list(map, "nexthops");
	const struct tree_node *hop = NULL;
	struct evidence_path *out;
	struct ip_net net;

	if (!evidence_net_parse(prefix, &net)) {
		evidence_fault(r, map->pos.line, "a path without a valid prefix");
		return;
	}
	out = EVIDENCE_ADD(r, &r->evidence->paths, map->pos.line);
	if (out == NULL)
		return;
	for (uint32_t i = 0; hops != NULL && i < hops->u.list.count; i++)
		if (hop == NULL || json_true(hops->u.list.items[i], "used"))
			hop = hops->u.list.items[i];
	out->daemon = DAEMON_FRR;
	out->prefix = net;
	out->family = r->file->family = ip_family(ip_net_first(net));
	out->valid = json_true(map, "valid");
	out->validity_known = true;
	out->best =
		json_true(map, "bestpath") || json_true(json_map(map, "bestpath"), "overall");
	out->multipath = json_true(map, "multipath");
	out->stale = json_true(map, "stale");
	out->has_next_hop = json_ip(hop, "ip", &out->next_hop);
	out->has_neighbor =
		json_ip(map, "peerId", &out->neighbor) && !ip_is_unspecified(out->neighbor);
	out->local = !out->has_neighbor;
	out->as_path = evidence_text(r, json_text(map, "path"));
	out->communities = evidence_text(r, json_text(json_map(map, "community"), "string"));
	out->local_preference = json_int(map, "locPrf");
	out->med = json_int(map, "metric");
	out->age_s = -1;
	out->since_ns = frr_since(json_map(map, "lastUpdate"), "epoch");
}

static void frr_paths(struct evidence_reader *r, const struct tree_node *routes)
{
	for (uint32_t i = 0; routes != NULL && i < routes->u.map.count; i++) {
		const struct tree_entry *entry = &routes->u.map.items[i];
		/* Some commands have the paths in a member of the prefix. */
		const struct tree_node *paths = entry->value->type == TREE_LIST
							? entry->value
							: json_list(entry->value, "paths");

		for (uint32_t k = 0; paths != NULL && k < paths->u.list.count; k++)
			frr_path(r, entry->key, paths->u.list.items[k]);
	}
}

void evidence_read_frr_bgp(struct evidence_reader *r)
{
	const struct tree_node *routes = json_map(r->json, "routes");

	r->file->has_router_id = frr_id(r->json, "routerId", &r->file->router_id);
	frr_paths(r, routes);
	ARRAY_FOREACH (struct tree_entry, vrf, &r->json->u.map)
		if (routes == NULL)
			frr_paths(r, json_map(vrf->value, "routes"));
}

/* ---- show ip route json ---- */

static void frr_next_hop(struct evidence_reader *r, struct evidence_route *route,
			 const struct tree_node *map)
{
	const int64_t weight = json_int(map, "weight");
	struct evidence_next_hop hop = {
		.interface = evidence_text(r, json_text(map, "interfaceName")),
		.weight = weight,
		.active = json_true(map, "active") && json_true(map, "fib"),
	};

	/* One that was resolved over others is there beside them. */
	if (json_true(map, "recursive"))
		return;
	hop.has_via = json_ip(map, "ip", &hop.via);
	ARRAY_ADD(&r->snapshot->arena, &route->next_hops, hop);
}

static void frr_route(struct evidence_reader *r, const char *prefix,
		      const struct tree_node *map)
{
	const struct tree_node *hops = json_list(map, "nexthops");
	struct evidence_route *out;
	struct ip_net net;

	if (!evidence_net_parse(prefix, &net)) {
		evidence_fault(r, map->pos.line, "a route without a valid prefix");
		return;
	}
	out = EVIDENCE_ADD(r, &r->evidence->routes, map->pos.line);
	if (out == NULL)
		return;
	out->to = net;
	out->family = r->file->family = ip_family(ip_net_first(net));
	out->table = evidence_text(r, json_text(map, "vrfName"));
	out->protocol = evidence_text(r, json_text(map, "protocol"));
	out->metric = json_int(map, "metric");
	out->selected = json_true(map, "selected");
	out->installed = json_true(map, "installed");
	for (uint32_t i = 0; hops != NULL && i < hops->u.list.count; i++)
		frr_next_hop(r, out, hops->u.list.items[i]);
}

void evidence_read_frr_route(struct evidence_reader *r)
{
	ARRAY_FOREACH (struct tree_entry, entry, &r->json->u.map) {
		const struct tree_node *routes = entry->value;

		for (uint32_t i = 0; routes->type == TREE_LIST && i < routes->u.list.count; i++)
			frr_route(r, entry->key, routes->u.list.items[i]);
		for (uint32_t i = 0; routes->type == TREE_MAP && i < routes->u.map.count; i++) {
			const struct tree_entry *inner = &routes->u.map.items[i];

			for (uint32_t k = 0;
			     inner->value->type == TREE_LIST && k < inner->value->u.list.count;
			     k++)
				frr_route(r, inner->key, inner->value->u.list.items[k]);
		}
	}
}

/* ---- neighbor caches ---- */

static void frr_cache_entry(struct evidence_reader *r, const char *key,
			    const struct tree_node *map)
{
	static const char *const macs[] = { "mac", "lladdr", "macAddress", "hwAddress" };
	struct evidence_neighbor *out;
	struct ip ip;

	if (!(key != NULL && ip_parse(key, &ip)) && !json_ip(map, "ip", &ip) &&
	    !json_ip(map, "address", &ip))
		return; /* a count, beside the entries */
	out = EVIDENCE_ADD(r, &r->evidence->neighbors, map->pos.line);
	if (out == NULL)
		return;
	out->ip = ip;
	out->interface = json_text(map, "interface");
	if (out->interface == NULL)
		out->interface = json_text(map, "interfaceName");
	out->interface = evidence_text(r, out->interface);
	for (uint32_t i = 0; i < ARRAY_LEN(macs) && !out->mac.known; i++)
		(void)evidence_mac_parse(json_text(map, macs[i]), &out->mac);
	out->state = evidence_text(r, json_text(map, "state"));
}

void evidence_read_frr_arp(struct evidence_reader *r)
{
	for (uint32_t i = 0; r->json->type == TREE_LIST && i < r->json->u.list.count; i++)
		frr_cache_entry(r, NULL, r->json->u.list.items[i]);
	for (uint32_t i = 0; r->json->type == TREE_MAP && i < r->json->u.map.count; i++)
		frr_cache_entry(r, r->json->u.map.items[i].key, r->json->u.map.items[i].value);
}
