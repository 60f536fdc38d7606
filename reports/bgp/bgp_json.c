/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BGP side of a cluster for programs: for each configuration what every node has and
 * advertises, and what every router gets (BG2 to BG6). Numbers that stand for "any" or "not
 * given" when they are 0 are null.
 */
#include "reports/bgp/bgp_text.h"

/* A configuration's own words for the address families of a peer. */
static const struct bgp_family_name {
	unsigned bit;
	const char *name;
} bgp_family_names[] = {
	{ BGP_IPV4, "ipv4-unicast" },
	{ BGP_IPV6, "ipv6-unicast" },
	{ BGP_EVPN, "l2vpn-evpn" },
};

enum { BGP_FAMILY_NAMES = sizeof(bgp_family_names) / sizeof(bgp_family_names[0]) };

static void bgp_fill_family(struct report_row *row, const void *item)
{
	const struct bgp_family_name *family = item;

	report_value(row, family->name);
}

static const struct member family_members[] = {
	{ NULL, NULL, .type = MEMBER_TEXT, .words = "ipv4-unicast|ipv6-unicast|l2vpn-evpn" },
};
static const struct record family_record = { MEMBERS(family_members), bgp_fill_family };

static void bgp_list_families(struct report_row *row, unsigned families)
{
	ARRAY_OF(const struct bgp_family_name *) list = { 0 };

	for (unsigned i = 0; i < BGP_FAMILY_NAMES; i++) {
		if ((families & bgp_family_names[i].bit) != 0)
			ARRAY_ADD(row->arena, &list, &bgp_family_names[i]);
	}
	report_pointers(row, "families", list.items, list.count);
}

static void bgp_set_number(struct report_row *row, const char *key, uint32_t number)
{
	if (number != 0)
		report_number(row, key, number);
}

static void bgp_fill_prefix_text(struct report_row *row, const void *item)
{
	const struct bgp_prefix *prefix = item;
	char text[IP_NET_TEXT_MAX];

	report_value(row, arena_strdup(row->arena, ip_net_format(prefix->net, text)));
}

static const struct member bgp_text_members[] = { { NULL, NULL, .type = MEMBER_TEXT } };
const struct record bgp_prefix_text_record = { MEMBERS(bgp_text_members),
					       bgp_fill_prefix_text };

/* ---- sessions ---- */

static void bgp_fill_next_hops(struct report_row *row, const void *item)
{
	const struct bgp_session *session = item;

	if ((session->next_hops & BGP_IPV4) != 0)
		report_ip(row, "ipv4", session->next_hop_v4);
	if ((session->next_hops & BGP_IPV6) != 0)
		report_ip(row, "ipv6", session->next_hop_v6);
}

static const struct member next_hops_members[] = {
	{ "ipv4", "Of IPv4 routes.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "ipv6", "Of IPv6 routes.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
};
static const struct record next_hops_record = { MEMBERS(next_hops_members),
						bgp_fill_next_hops };

static void bgp_fill_reason(struct report_row *row, const void *item)
{
	const struct bgp_why *why = item;

	report_text(row, "code", bgp_reason_name(why->reason));
}

static const struct member reason_members[] = {
	{ "code", "A keyword for programs.", .type = MEMBER_TEXT },
	{ "message", "A sentence.", REPORT_FIELD(struct bgp_why, text) },
};
static const struct record reason_record = { MEMBERS(reason_members), bgp_fill_reason };

static void bgp_fill_session(struct report_row *row, const void *item)
{
	const struct bgp_session *session = item;

	report_text(row, "router", session->router != NULL ? session->router->name : NULL);
	if (session->peer->has_address || session->router != NULL)
		report_ip(row, "address", session->router_address);
	if (session->source_known)
		report_ip(row, "source", session->source);
	report_text(row, "type", session->internal ? "ibgp" : "ebgp");
	report_text(row, "state", bgp_verdict_name(session->verdict));
	bgp_list_families(row, session->families);
}

static const struct member session_members[] = {
	{ "router", "Name of the router; null: it is not described.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "address", "Where the node finds the router.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "source", "Where the router sees the node.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "inferred", "The source is a guess, since no interfaces are known.",
	  REPORT_FIELD(struct bgp_session, source_inferred) },
	{ "type", "Whether both ends are in the same AS.", .type = MEMBER_TEXT,
	  .words = "ibgp|ebgp" },
	{ "state", "Whether it can come up.", .type = MEMBER_TEXT, .words = "up|down|unknown" },
	{ "reasons", "Why it stays down.",
	  REPORT_ARRAY(struct bgp_session, reasons, reason_record) },
	{ "families", "Address families that both ends have.", .type = MEMBER_LIST,
	  .record = &family_record },
	{ "holdTime", "Negotiated, in seconds.",
	  REPORT_FIELD(struct bgp_session, hold_seconds) },
	{ "keepaliveInterval", "In seconds.",
	  REPORT_FIELD(struct bgp_session, keepalive_seconds) },
	{ "nextHops", "Where routes from this node point to.", REPORT_SELF(next_hops_record) },
};
static const struct record session_record = { MEMBERS(session_members), bgp_fill_session };

/* ---- peers ---- */

static const struct member timers_members[] = {
	{ "holdTime", "In seconds.", REPORT_FIELD(struct bgp_peer, hold_seconds) },
	{ "keepaliveInterval", "In seconds.",
	  REPORT_FIELD(struct bgp_peer, keepalive_seconds) },
	{ "connectRetry", "In seconds.", REPORT_FIELD(struct bgp_peer, connect_retry_seconds) },
};
static const struct record timers_record = { MEMBERS(timers_members), NULL };

static void bgp_set_identity(struct report_row *row, const struct bgp_peer *peer)
{
	char text[IP_NET_TEXT_MAX];

	if (peer->dynamic != NULL)
		report_text(
			row, "prefix",
			peer->refusal == BGP_BAD_PREFIX
				? peer->dynamic->prefix.s
				: arena_strdup(row->arena, ip_net_format(peer->prefix, text)));
	else if (peer->interface != NULL)
		report_text(row, "interface", peer->interface);
	else if (peer->has_address)
		report_ip(row, "address", peer->address);
	else
		report_text(row, "address", peer->neighbor->config.neighbor_address.s);
}

static void bgp_fill_peer(struct report_row *row, const void *item)
{
	static const char *const auth[] = {
		[BGP_AUTH_NONE] = "none",
		[BGP_AUTH_INLINE] = "inline",
		[BGP_AUTH_SECRET] = "secret",
		[BGP_AUTH_UNKNOWN] = "unknown",
	};
	const struct bgp_peer *peer = item;

	bgp_set_identity(row, peer);
	if (peer->group != NULL)
		report_text(row, "peerGroup", peer->group->config.peer_group_name.s);
	bgp_set_number(row, "peerASN", peer->peer_as);
	bgp_list_families(row, peer->families);
	bgp_set_number(row, "ttl", peer->ttl);
	report_text(row, "password", auth[peer->auth]);
	report_bool(row, "accepted", peer->refusal == BGP_ACCEPTED);
	if (peer->refusal != BGP_ACCEPTED) {
		report_text(row, "refusal", bgp_refusal_name(peer->refusal));
		report_text(row, "message", peer->refusal_text);
	}
}

static const struct member peer_members[] = {
	{ "path", "Its entry in the BGPConfiguration.", REPORT_FIELD(struct bgp_peer, path) },
	{ "prefix", "For a dynamic neighbor: the prefix it may connect from.",
	  .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "interface", "For an unnumbered neighbor: its interface.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "address", "For any other neighbor: its address.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "peerGroup", "Its peer group.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "localASN", "AS number of the node.", REPORT_FIELD(struct bgp_peer, local_as) },
	{ "peerASN", "AS number of the peer; null: any.", .type = MEMBER_NUMBER,
	  .presence = MEMBER_NULLABLE },
	{ "families", "Its address families.", .type = MEMBER_LIST, .record = &family_record },
	{ "timers", "Its timers as they are configured.", REPORT_SELF(timers_record) },
	{ "passive", "The node only listens.", REPORT_FIELD(struct bgp_peer, passive) },
	{ "adminDown", "It is switched off.", REPORT_FIELD(struct bgp_peer, admin_down) },
	{ "ttl", "TTL of packets that the node sends; null: the system's default.",
	  .type = MEMBER_NUMBER, .presence = MEMBER_NULLABLE },
	{ "localAddress", "The address that the node should use.", .presence = MEMBER_OPTIONAL,
	  REPORT_FIELD(struct bgp_peer, local_address) },
	{ "vrf", "Its VRF.", .presence = MEMBER_OPTIONAL, REPORT_FIELD(struct bgp_peer, vrf) },
	{ "password", "Where its password comes from.", .type = MEMBER_TEXT,
	  .words = "none|inline|secret|unknown" },
	{ "gracefulRestart", "Graceful restart is configured.",
	  REPORT_FIELD(struct bgp_peer, graceful_restart) },
	{ "accepted", "The daemon of the node accepts it.", .type = MEMBER_BOOL },
	{ "refusal", "Why not: a keyword for programs.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "message", "Why not, as a sentence.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "sessions", "Its sessions, one for each router.",
	  REPORT_ARRAY(struct bgp_peer, sessions, session_record) },
};
static const struct record peer_record = { MEMBERS(peer_members), bgp_fill_peer };

/* ---- nodes ---- */

static void bgp_fill_router_id(struct report_row *row, const void *item)
{
	const struct router_id *id = item;

	report_text(row, "source", router_id_source_name(id->source));
	if (id->text == NULL)
		report_text(row, "message", router_id_error_text(id->error));
}

static const struct member router_id_members[] = {
	{ "value", "The router ID; null: it has none.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct router_id, text) },
	{ "source", "Where it comes from.", .type = MEMBER_TEXT },
	{ "inferred", "The Node is not in the input.",
	  REPORT_FIELD(struct router_id, assumed) },
	{ "waits", "The Node has no addresses: k8gobgp waits five minutes before it continues.",
	  REPORT_FIELD(struct router_id, waits) },
	{ "message", "Why it has none.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
};
static const struct record router_id_record = { MEMBERS(router_id_members),
						bgp_fill_router_id };

static const struct member import_members[] = {
	{ "enabled", "netlinkImport is enabled.", REPORT_FIELD(struct bgp_node, imports) },
	{ "dummyInterface", "The dummy interface.", .presence = MEMBER_OPTIONAL,
	  REPORT_FIELD(struct bgp_node, dummy) },
	{ "coversDummy", "VIPs on it reach peers.",
	  REPORT_FIELD(struct bgp_node, imports_dummy) },
};
static const struct record import_record = { MEMBERS(import_members), NULL };

static void bgp_fill_node(struct report_row *row, const void *item)
{
	const struct bgp_node *node = item;
	ARRAY_OF(const struct bgp_prefix *) prefixes = { 0 };

	ARRAY_FOREACH (const struct bgp_prefix, prefix, &node->config->prefixes) {
		if (bgp_carriers_has(prefix->carriers, node->index))
			ARRAY_ADD(row->arena, &prefixes, prefix);
	}
	report_text(row, "name", node->node->name);
	report_text(row, "state", bgp_node_state_name(node->state));
	report_pointers(row, "prefixes", prefixes.items, prefixes.count);
}

static const struct member bgp_node_members[] = {
	{ "name", "Name of the node.", .type = MEMBER_TEXT },
	{ "state", "How far the configuration gets on it.", .type = MEMBER_TEXT },
	{ "message", "What stops it.", .presence = MEMBER_OPTIONAL,
	  REPORT_FIELD(struct bgp_node, state_text) },
	{ "routerID", "Its router ID.",
	  REPORT_INLINE(struct bgp_node, router_id, router_id_record) },
	{ "import", "What it imports from interfaces.", REPORT_SELF(import_record) },
	{ "peers", "Its peers.", REPORT_ARRAY(struct bgp_node, peers, peer_record) },
	{ "prefixes", "Prefixes that it originates.", .type = MEMBER_LIST,
	  .record = &bgp_prefix_text_record },
};
static const struct record bgp_node_record = { MEMBERS(bgp_node_members), bgp_fill_node };

/* ---- routers ---- */

/* A next hop with the number of those that share the traffic. */
struct bgp_hop_item {
	const struct bgp_hop *hop;
	uint32_t width;
};

static void bgp_fill_hop(struct report_row *row, const void *item)
{
	const struct bgp_hop_item *it = item;

	report_text(row, "node", it->hop->session->node->node->name);
	if (it->hop->known)
		report_ip(row, "address", it->hop->next_hop);
	report_bool(row, "usable", !it->hop->none);
	report_bool(row, "used", it->hop->used);
	report_fraction(row, "share", it->hop->used ? 1.0 / it->width : 0.0);
}

static const struct member hop_members[] = {
	{ "node", "The node that sends the route.", .type = MEMBER_TEXT },
	{ "address", "The next hop; null: unknown.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "usable", "The node has a next hop to send.", .type = MEMBER_BOOL },
	{ "used", "The router uses it.", .type = MEMBER_BOOL },
	{ "share", "Its share of the traffic.", .type = MEMBER_FRACTION },
};
const struct record bgp_hop_record = { MEMBERS(hop_members), bgp_fill_hop };

void bgp_list_hops(struct report_row *row, const char *key, const struct bgp_route *route)
{
	const uint32_t count = route->hops.count;
	struct bgp_hop_item *hops = arena_zalloc(row->arena, count + 1, sizeof(*hops));

	for (uint32_t i = 0; i < count; i++)
		hops[i] = (struct bgp_hop_item){ &route->hops.items[i], route->width };
	report_list(row, key, hops, count, sizeof(*hops));
}

static void bgp_fill_route(struct report_row *row, const void *item)
{
	const struct bgp_route_group *group = item;
	const struct bgp_route *route = &group->route;

	report_text(row, "filteredBy",
		    route->hops.count == 0 ? bgp_filter_name(route->filter) : NULL);
	bgp_list_hops(row, "nextHops", route);
}

static const struct member route_members[] = {
	{ "prefixes", "The prefixes that it is for.",
	  REPORT_POINTERS(struct bgp_route_group, prefixes, bgp_prefix_text_record) },
	{ "predicted", "No Service holds an address in them yet.",
	  REPORT_FIELD(struct bgp_route_group, predicted) },
	{ "width", "How many next hops share the traffic.",
	  REPORT_FIELD(struct bgp_route_group, route.width) },
	{ "filteredBy", "Why the router does not take it.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "nextHops", "Its next hops, those that are used first.", .type = MEMBER_LIST,
	  .record = &bgp_hop_record },
};
static const struct record route_record = { MEMBERS(route_members), bgp_fill_route };

/* A router as one configuration reaches it. */
struct bgp_router_item {
	const struct bgp_config *config;
	const struct bgp_router *router;
};

static void bgp_fill_router(struct report_row *row, const void *item)
{
	const struct bgp_router_item *it = item;
	ARRAY_OF(const struct bgp_route_group *) shown = { 0 };
	struct bgp_routes routes;

	bgp_routes_of(it->config, it->router, row->arena, &routes);
	ARRAY_FOREACH (const struct bgp_route_group, group, &routes.list) {
		if (bgp_answer_shows_route(row->about, &group->route))
			ARRAY_ADD(row->arena, &shown, group);
	}
	report_text(row, "name", it->router->name);
	report_bool(row, "described", it->router->router != NULL);
	bgp_set_number(row, "asn", it->router->asn);
	bgp_set_number(row, "maxPaths", it->router->max_paths);
	bgp_set_number(row, "maxPathsIBGP", it->router->max_paths_ibgp);
	report_pointers(row, "routes", shown.items, shown.count);
}

static const struct member router_members[] = {
	{ "name", "Its name, or the address that neighbors use for it.", .type = MEMBER_TEXT },
	{ "described", "A NodeInventory describes it.", .type = MEMBER_BOOL },
	{ "asn", "Its AS number.", .type = MEMBER_NUMBER, .presence = MEMBER_NULLABLE },
	{ "maxPaths", "Maximum number of next hops of a route; null: not given.",
	  .type = MEMBER_NUMBER, .presence = MEMBER_NULLABLE },
	{ "maxPathsIBGP", "The same for iBGP routes.", .type = MEMBER_NUMBER,
	  .presence = MEMBER_NULLABLE },
	{ "routes", "The routes that nodes send it; equal ones are grouped.",
	  .type = MEMBER_LIST, .record = &route_record },
};
static const struct record router_record = { MEMBERS(router_members), bgp_fill_router };

/* ---- prefixes ---- */

static void bgp_fill_vip_text(struct report_row *row, const void *item)
{
	const struct bgp_vip *vip = item;

	report_ip(row, NULL, vip->ip);
}

static const struct record vip_text_record = { MEMBERS(bgp_text_members), bgp_fill_vip_text };

static void bgp_fill_prefix(struct report_row *row, const void *item)
{
	const struct bgp_prefix *prefix = item;
	char text[IP_NET_TEXT_MAX];

	report_text(row, "prefix", arena_strdup(row->arena, ip_net_format(prefix->net, text)));
	report_text(row, "interface", prefix->vips.count == 0 ? prefix->interface : NULL);
	report_number(row, "nodes", prefix->carriers->count);
}

static const struct member prefix_members[] = {
	{ "prefix", "The prefix.", .type = MEMBER_TEXT },
	{ "predicted", "No Service holds an address in it yet.",
	  REPORT_FIELD(struct bgp_prefix, predicted) },
	{ "interface", "For a prefix without VIPs: an interface that has it.",
	  .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "nodes", "How many nodes originate it.", .type = MEMBER_NUMBER },
	{ "addresses", "The VIPs in it.",
	  REPORT_POINTERS(struct bgp_prefix, vips, vip_text_record) },
};
static const struct record prefix_record = { MEMBERS(prefix_members), bgp_fill_prefix };

/* ---- configurations ---- */

static const struct member counts_members[] = {
	{ "nodes", "How many nodes there are.", .type = MEMBER_NUMBER },
	{ "up", "Sessions that can come up.", .type = MEMBER_NUMBER },
	{ "down", "Sessions that stay down.", .type = MEMBER_NUMBER },
	{ "unknown", "Sessions with routers that are not described.", .type = MEMBER_NUMBER },
	{ "refused", "Peers that the daemon does not accept.", .type = MEMBER_NUMBER },
};

static void bgp_fill_counts(struct report_row *row, const void *item)
{
	const struct bgp_config *config = item;
	const struct bgp_counts counts = bgp_count_sessions(config);

	report_number(row, "nodes", config->nodes.count);
	for (int verdict = 0; verdict < BGP_VERDICTS; verdict++)
		report_number(row, bgp_verdict_name((enum bgp_verdict)verdict),
			      counts.sessions[verdict]);
	report_number(row, "refused", counts.refused);
}

static const struct record counts_record = { MEMBERS(counts_members), bgp_fill_counts };

static const struct member invalid_members[] = {
	{ "path", "The field.", REPORT_FIELD(struct bgp_invalid, path) },
	{ "message", "What is wrong with it.", REPORT_FIELD(struct bgp_invalid, text) },
};
static const struct record invalid_record = { MEMBERS(invalid_members), NULL };

static void bgp_fill_config(struct report_row *row, const void *item)
{
	const struct bgp_answer *answer = row->about;
	const struct bgp_config *config = item;
	ARRAY_OF(const struct bgp_node *) nodes = { 0 };
	ARRAY_OF(struct bgp_router_item) routers = { 0 };

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (bgp_answer_shows_node(answer, node->index))
			ARRAY_ADD(row->arena, &nodes, node);
	}
	ARRAY_FOREACH (const struct bgp_router, router, &config->cluster->routers)
		ARRAY_ADD(row->arena, &routers, ((struct bgp_router_item){ config, router }));
	ARRAY_FOREACH (const struct bgp_router, router, &config->strangers)
		ARRAY_ADD(row->arena, &routers, ((struct bgp_router_item){ config, router }));
	report_text(row, "namespace", config->object->object.namespace);
	report_text(row, "name", config->object->object.name.s);
	report_pointers(row, "nodes", nodes.items, nodes.count);
	REPORT_LIST(row, "routers", &routers);
	if (answer->down != NULL)
		report_item(row, "down", config);
}

static const struct member config_members[] = {
	{ "namespace", "Namespace of the BGPConfiguration.", .type = MEMBER_TEXT },
	{ "name", "Its name.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "summary", "Counts.", REPORT_SELF(counts_record) },
	{ "invalid", "Fields that the controller refuses.",
	  REPORT_ARRAY(struct bgp_config, invalid, invalid_record) },
	{ "nodes", "What each node makes of it.", .type = MEMBER_LIST,
	  .record = &bgp_node_record },
	{ "prefixes", "Prefixes that nodes originate.",
	  REPORT_ARRAY(struct bgp_config, prefixes, prefix_record) },
	{ "routers", "What each router gets.", .type = MEMBER_LIST, .record = &router_record },
	{ "down", "With --down: what is lost, and what changes.", .type = MEMBER_OBJECT,
	  .presence = MEMBER_OPTIONAL, .record = &bgp_down_record },
};
static const struct record config_record = { MEMBERS(config_members), bgp_fill_config };

/* ---- addresses that reach nobody, and the whole ---- */

static void bgp_fill_service(struct report_row *row, const void *item)
{
	const struct service *service = item;

	report_text(row, "namespace", service->object.namespace);
	report_text(row, "name", service->object.name.s);
}

static const struct member bgp_service_members[] = {
	{ "namespace", "Its namespace.", .type = MEMBER_TEXT },
	{ "name", "Its name.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
};
static const struct record bgp_service_record = { MEMBERS(bgp_service_members),
						  bgp_fill_service };

static void bgp_fill_unannounced(struct report_row *row, const void *item)
{
	const struct bgp_vip *vip = item;

	report_item(row, "service", vip->service);
	report_text(row, "state", vip->unknown ? "unknown" : "unannounced");
}

static const struct member unannounced_members[] = {
	{ "address", "The address.", REPORT_FIELD(struct bgp_vip, ip) },
	{ "service", "The Service that has it.", .type = MEMBER_OBJECT,
	  .presence = MEMBER_OPTIONAL, .record = &bgp_service_record },
	{ "predicted", "The Service does not hold it yet.",
	  REPORT_FIELD(struct bgp_vip, predicted) },
	{ "message", "Why it is on no dummy interface.", REPORT_FIELD(struct bgp_vip, reason) },
	{ "state", "Whether it is known that no node has it on its dummy interface.",
	  .type = MEMBER_TEXT, .words = "unannounced|unknown" },
};
static const struct record unannounced_record = { MEMBERS(unannounced_members),
						  bgp_fill_unannounced };

static void bgp_fill(struct report_row *row, const void *item)
{
	const struct bgp_answer *answer = item;
	const struct bgp_cluster *bgp = answer->bgp;
	ARRAY_OF(const struct bgp_vip *) unannounced = { 0 };

	ARRAY_FOREACH (const struct bgp_vip, vip, &bgp->vips) {
		if (vip->reason != NULL)
			ARRAY_ADD(row->arena, &unannounced, vip);
	}
	report_text(row, "daemon", bgp_daemon_name(bgp->options.daemon));
	REPORT_LIST(row, "configurations", &bgp->configs);
	report_pointers(row, "unannounced", unannounced.items, unannounced.count);
}

static const struct member bgp_members[] = {
	{ "daemon", "The release of the daemon whose rules are used.", .type = MEMBER_TEXT,
	  .words = "fork-1.1|fork-1.3" },
	{ "configurations", "The BGPConfigurations, each as if it were the only one.",
	  .type = MEMBER_LIST, .record = &config_record },
	{ "unannounced", "Addresses that no node can announce.", .type = MEMBER_LIST,
	  .record = &unannounced_record },
};
const struct record bgp_document = { MEMBERS(bgp_members), bgp_fill };

cJSON *bgp_json(const struct bgp_answer *answer, struct arena *scratch)
{
	return report_json(&bgp_document, answer, answer, scratch);
}
