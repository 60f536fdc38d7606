/* SPDX-License-Identifier: Apache-2.0 */
/* The BGP side of a cluster for programs. */
#include "reports/bgp/bgp_json.h"

#include "reports/model/json_yaml.h"

/* ---- small values ---- */

static cJSON *add_object(cJSON *owner, const char *key)
{
	cJSON *object = cJSON_CreateObject();

	json_add(owner, key, object);
	return object;
}

static cJSON *add_array(cJSON *owner, const char *key)
{
	cJSON *array = cJSON_CreateArray();

	json_add(owner, key, array);
	return array;
}

static cJSON *append_object(cJSON *array)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddItemToArray(array, object);
	return object;
}

static void add_ip(cJSON *owner, const char *key, struct ip ip)
{
	char text[IP_TEXT_MAX];

	json_add_text(owner, key, ip_format(ip, text));
}

/* Seconds and AS numbers: all below 2^53, since the schema holds them. */
static void add_big(cJSON *owner, const char *key, uint64_t number)
{
	json_add(owner, key, cJSON_CreateNumber((double)number));
}

/* null stands for "any" or "not given". */
static void add_number_or_null(cJSON *owner, const char *key, uint32_t number)
{
	if (number != 0)
		json_add_number(owner, key, number);
	else
		json_add(owner, key, cJSON_CreateNull());
}

static void add_families(cJSON *owner, unsigned families)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{ BGP_IPV4, "ipv4-unicast" },
		{ BGP_IPV6, "ipv6-unicast" },
		{ BGP_EVPN, "l2vpn-evpn" },
	};
	cJSON *list = add_array(owner, "families");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((families & names[i].bit) != 0)
			cJSON_AddItemToArray(list, json_string(names[i].name));
}

static void append_prefix(cJSON *list, const struct bgp_prefix *prefix)
{
	char text[IP_NET_TEXT_MAX];

	cJSON_AddItemToArray(list, json_string(ip_net_format(prefix->net, text)));
}

/* ---- sessions ---- */

static void add_next_hops(cJSON *session, const struct bgp_session *s)
{
	cJSON *hops = add_object(session, "nextHops");

	if ((s->next_hops & BGP_IPV4) != 0)
		add_ip(hops, "ipv4", s->next_hop_v4);
	if ((s->next_hops & BGP_IPV6) != 0)
		add_ip(hops, "ipv6", s->next_hop_v6);
}

static void add_reasons(cJSON *session, const struct bgp_session *s)
{
	cJSON *reasons = add_array(session, "reasons");

	ARRAY_FOREACH (const struct bgp_why, why, &s->reasons) {
		cJSON *reason = append_object(reasons);

		json_add_text(reason, "code", bgp_reason_name(why->reason));
		json_add_text(reason, "message", why->text);
	}
}

static bool has_router_address(const struct bgp_session *s)
{
	return s->peer->has_address || s->router != NULL;
}

static void add_session(cJSON *sessions, const struct bgp_session *s)
{
	cJSON *session = append_object(sessions);

	if (s->router != NULL)
		json_add_text(session, "router", s->router->name);
	else
		json_add(session, "router", cJSON_CreateNull());
	if (has_router_address(s))
		add_ip(session, "address", s->router_address);
	if (s->source_known)
		add_ip(session, "source", s->source);
	json_add_bool(session, "inferred", s->source_inferred);
	json_add_text(session, "type", s->internal ? "ibgp" : "ebgp");
	json_add_text(session, "state", bgp_verdict_name(s->verdict));
	add_reasons(session, s);
	add_families(session, s->families);
	json_add_number(session, "holdTime", s->hold_seconds);
	json_add_number(session, "keepaliveInterval", s->keepalive_seconds);
	add_next_hops(session, s);
}

/* ---- peers ---- */

static const char *auth_name(const struct bgp_peer *peer)
{
	static const char *const names[] = {
		[BGP_AUTH_NONE] = "none",
		[BGP_AUTH_INLINE] = "inline",
		[BGP_AUTH_SECRET] = "secret",
		[BGP_AUTH_UNKNOWN] = "unknown",
	};

	return names[peer->auth];
}

static void add_identity(cJSON *peer, const struct bgp_peer *p)
{
	char text[IP_NET_TEXT_MAX];

	json_add_text(peer, "path", p->path);
	if (p->dynamic != NULL) {
		json_add_text(peer, "prefix",
			      p->refusal == BGP_BAD_PREFIX ? p->dynamic->prefix.s
							   : ip_net_format(p->prefix, text));
		return;
	}
	if (p->interface != NULL)
		json_add_text(peer, "interface", p->interface);
	else if (p->has_address)
		add_ip(peer, "address", p->address);
	else
		json_add_text(peer, "address", p->neighbor->config.neighbor_address.s);
}

static void add_timers(cJSON *peer, const struct bgp_peer *p)
{
	cJSON *timers = add_object(peer, "timers");

	add_big(timers, "holdTime", p->hold_seconds);
	add_big(timers, "keepaliveInterval", p->keepalive_seconds);
	add_big(timers, "connectRetry", p->connect_retry_seconds);
}

static void add_peer(cJSON *peers, const struct bgp_peer *p)
{
	cJSON *peer = append_object(peers);
	cJSON *sessions;

	add_identity(peer, p);
	if (p->group != NULL)
		json_add_text(peer, "peerGroup", p->group->config.peer_group_name.s);
	json_add_number(peer, "localASN", p->local_as);
	add_number_or_null(peer, "peerASN", p->peer_as);
	add_families(peer, p->families);
	add_timers(peer, p);
	json_add_bool(peer, "passive", p->passive);
	json_add_bool(peer, "adminDown", p->admin_down);
	add_number_or_null(peer, "ttl", p->ttl);
	json_add_text(peer, "localAddress", p->local_address);
	json_add_text(peer, "vrf", p->vrf);
	json_add_text(peer, "password", auth_name(p));
	json_add_bool(peer, "gracefulRestart", p->graceful_restart);
	json_add_bool(peer, "accepted", p->refusal == BGP_ACCEPTED);
	if (p->refusal != BGP_ACCEPTED) {
		json_add_text(peer, "refusal", bgp_refusal_name(p->refusal));
		json_add_text(peer, "message", p->refusal_text);
	}
	sessions = add_array(peer, "sessions");
	ARRAY_FOREACH (const struct bgp_session, s, &p->sessions)
		add_session(sessions, s);
}

/* ---- nodes ---- */

static void add_router_id(cJSON *node, const struct router_id *id)
{
	cJSON *object = add_object(node, "routerID");

	if (id->text != NULL)
		json_add_text(object, "value", id->text);
	else
		json_add(object, "value", cJSON_CreateNull());
	json_add_text(object, "source", router_id_source_name(id->source));
	json_add_bool(object, "inferred", id->assumed);
	json_add_bool(object, "waits", id->waits);
	if (id->text == NULL)
		json_add_text(object, "message", router_id_error_text(id->error));
}

static void add_import(cJSON *node, const struct bgp_node *n)
{
	cJSON *import = add_object(node, "import");

	json_add_bool(import, "enabled", n->imports);
	json_add_text(import, "dummyInterface", n->dummy);
	json_add_bool(import, "coversDummy", n->imports_dummy);
}

static void add_node(cJSON *nodes, const struct bgp_config *config, const struct bgp_node *n)
{
	cJSON *node = append_object(nodes);
	cJSON *list;

	json_add_text(node, "name", n->node->name);
	json_add_text(node, "state", bgp_node_state_name(n->state));
	json_add_text(node, "message", n->state_text);
	add_router_id(node, &n->router_id);
	add_import(node, n);
	list = add_array(node, "peers");
	ARRAY_FOREACH (const struct bgp_peer, peer, &n->peers)
		add_peer(list, peer);
	list = add_array(node, "prefixes");
	ARRAY_FOREACH (const struct bgp_prefix, prefix, &config->prefixes) {
		if (bgp_carriers_has(prefix->carriers, n->index))
			append_prefix(list, prefix);
	}
}

/* ---- routers ---- */

static void add_hop(cJSON *hops, const struct bgp_hop *h, uint32_t width)
{
	cJSON *hop = append_object(hops);

	json_add_text(hop, "node", h->session->node->node->name);
	if (h->known)
		add_ip(hop, "address", h->next_hop);
	else
		json_add(hop, "address", cJSON_CreateNull());
	json_add_bool(hop, "usable", !h->none);
	json_add_bool(hop, "used", h->used);
	json_add(hop, "share", cJSON_CreateNumber(h->used ? 1.0 / width : 0.0));
}

static void add_route(cJSON *routes, const struct bgp_route_group *group)
{
	const struct bgp_route *r = &group->route;
	cJSON *route = append_object(routes);
	cJSON *list;

	list = add_array(route, "prefixes");
	ARRAY_FOREACH (const struct bgp_prefix *, prefix, &group->prefixes)
		append_prefix(list, *prefix);
	json_add_bool(route, "predicted", group->predicted);
	json_add_number(route, "width", r->width);
	json_add_text(route, "filteredBy",
		      r->hops.count == 0 ? bgp_filter_name(r->filter) : NULL);
	list = add_array(route, "nextHops");
	ARRAY_FOREACH (const struct bgp_hop, hop, &r->hops)
		add_hop(list, hop, r->width);
}

static void add_router(cJSON *routers, const struct bgp_config *config,
		       const struct bgp_router *r, struct arena *scratch)
{
	const struct arena_mark mark = arena_mark(scratch);
	cJSON *router = append_object(routers);
	struct bgp_routes routes;
	cJSON *list;

	json_add_text(router, "name", r->name);
	json_add_bool(router, "described", r->router != NULL);
	add_number_or_null(router, "asn", r->asn);
	add_number_or_null(router, "maxPaths", r->max_paths);
	add_number_or_null(router, "maxPathsIBGP", r->max_paths_ibgp);
	list = add_array(router, "routes");
	bgp_routes_of(config, r, scratch, &routes);
	ARRAY_FOREACH (const struct bgp_route_group, group, &routes.list)
		add_route(list, group);
	arena_reset(scratch, mark);
}

/* ---- prefixes ---- */

static void add_prefix(cJSON *prefixes, const struct bgp_prefix *p)
{
	cJSON *prefix = append_object(prefixes);
	char text[IP_NET_TEXT_MAX];
	cJSON *vips;

	json_add_text(prefix, "prefix", ip_net_format(p->net, text));
	json_add_bool(prefix, "predicted", p->predicted);
	json_add_text(prefix, "interface", p->vips.count == 0 ? p->interface : NULL);
	json_add_number(prefix, "nodes", p->carriers->count);
	vips = add_array(prefix, "addresses");
	ARRAY_FOREACH (const struct bgp_vip *, vip, &p->vips) {
		char ip[IP_TEXT_MAX];

		cJSON_AddItemToArray(vips, json_string(ip_format((*vip)->ip, ip)));
	}
}

/* ---- addresses that reach nobody ---- */

static void add_service(cJSON *owner, const struct service *service)
{
	cJSON *object;

	if (service == NULL)
		return;
	object = add_object(owner, "service");
	json_add_text(object, "namespace", service->object.namespace);
	json_add_text(object, "name", service->object.name.s);
}

static void add_unannounced(cJSON *tree, const struct bgp_cluster *bgp)
{
	cJSON *list = add_array(tree, "unannounced");

	ARRAY_FOREACH (const struct bgp_vip, vip, &bgp->vips) {
		cJSON *entry;

		if (vip->reason == NULL)
			continue;
		entry = append_object(list);
		add_ip(entry, "address", vip->ip);
		add_service(entry, vip->service);
		json_add_bool(entry, "predicted", vip->predicted);
		json_add_text(entry, "message", vip->reason);
	}
}

/* ---- the whole ---- */

static void add_counts(cJSON *config, const struct bgp_config *c)
{
	const struct bgp_counts counts = bgp_count_sessions(c);
	cJSON *summary = add_object(config, "summary");

	json_add_number(summary, "nodes", c->nodes.count);
	for (int verdict = 0; verdict < BGP_VERDICTS; verdict++)
		json_add_number(summary, bgp_verdict_name((enum bgp_verdict)verdict),
				counts.sessions[verdict]);
	json_add_number(summary, "refused", counts.refused);
}

static void add_config(cJSON *configs, const struct bgp_config *c, struct arena *scratch)
{
	const struct object *object = &c->object->object;
	cJSON *config = append_object(configs);
	cJSON *list;

	json_add_text(config, "namespace", object->namespace);
	json_add_text(config, "name", object->name.s);
	add_counts(config, c);
	list = add_array(config, "invalid");
	ARRAY_FOREACH (const struct bgp_invalid, invalid, &c->invalid) {
		cJSON *entry = append_object(list);

		json_add_text(entry, "path", invalid->path);
		json_add_text(entry, "message", invalid->text);
	}
	list = add_array(config, "nodes");
	ARRAY_FOREACH (const struct bgp_node, node, &c->nodes)
		add_node(list, c, node);
	list = add_array(config, "prefixes");
	ARRAY_FOREACH (const struct bgp_prefix, prefix, &c->prefixes)
		add_prefix(list, prefix);
	list = add_array(config, "routers");
	ARRAY_FOREACH (const struct bgp_router, router, &c->cluster->routers)
		add_router(list, c, router, scratch);
	ARRAY_FOREACH (const struct bgp_router, stranger, &c->strangers)
		add_router(list, c, stranger, scratch);
}

cJSON *bgp_json(const struct bgp_cluster *bgp, struct arena *scratch)
{
	cJSON *tree = cJSON_CreateObject();
	cJSON *configs;

	json_add_text(tree, "daemon", bgp_daemon_name(bgp->options.daemon));
	configs = add_array(tree, "configurations");
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs)
		add_config(configs, config, scratch);
	add_unannounced(tree, bgp);
	return tree;
}
