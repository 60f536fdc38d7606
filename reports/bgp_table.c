/* SPDX-License-Identifier: Apache-2.0 */
/* The BGP side of a cluster for people. */
#include "reports/bgp_table.h"

#include <inttypes.h>

#include "base/text.h"
#include "reports/screen.h"

enum { INDENT = 2, DEEPER = 4, PERCENT = 100 };

struct table {
	FILE *out;
	bool colour;
	const struct bgp_config *config;
	struct arena *scratch;
	struct text line;
};

/* Writes the line that was gathered, wrapped, and empties it. */
static void flush_line(struct table *t, unsigned indent, unsigned hang)
{
	screen_spaces(t->out, indent);
	screen_wrap(t->out, text_str(&t->line), indent, hang, SCREEN_WIDTH);
	text_clear(&t->line);
}

static void add_ip(struct table *t, struct ip ip)
{
	char text[IP_TEXT_MAX];

	text_add(&t->line, ip_format(ip, text));
}

static void add_as(struct table *t, uint32_t asn)
{
	if (asn != 0)
		text_printf(&t->line, "AS %" PRIu32, asn);
	else
		text_add(&t->line, "any AS");
}

/* ---- peers ---- */

static void add_peer_name(struct table *t, const struct bgp_peer *peer)
{
	char text[IP_NET_TEXT_MAX];

	if (peer->dynamic != NULL) {
		text_add(&t->line, "peers in ");
		screen_add(&t->line,
			   peer->refusal == BGP_BAD_PREFIX && peer->dynamic->prefix.s != NULL
				   ? peer->dynamic->prefix.s
				   : ip_net_format(peer->prefix, text));
		return;
	}
	text_add(&t->line, "peer ");
	if (peer->interface != NULL) {
		text_add(&t->line, "on ");
		screen_add(&t->line, peer->interface);
	} else if (peer->neighbor->config.neighbor_address.s != NULL) {
		screen_add(&t->line, peer->neighbor->config.neighbor_address.s);
	} else {
		text_add(&t->line, "without address");
	}
}

/* "peer 192.0.2.1 (tor1), AS 65000 to AS 65001: " */
static void add_session_head(struct table *t, const struct bgp_peer *peer,
			     const struct bgp_session *s)
{
	add_peer_name(t, peer);
	if (s != NULL && s->router != NULL) {
		text_add(&t->line, " (");
		screen_add(&t->line, s->router->name);
		text_add_char(&t->line, ')');
	}
	text_add(&t->line, ", ");
	add_as(t, peer->local_as);
	text_add(&t->line, " to ");
	add_as(t, peer->peer_as);
	text_add(&t->line, ": ");
}

/* The line is written with the state in its colour at the end. */
static void write_state(struct table *t, enum screen_role role, const char *state)
{
	screen_spaces(t->out, INDENT);
	fputs(text_str(&t->line), t->out);
	screen_paint(t->out, t->colour, role, state);
	fputc('\n', t->out);
	text_clear(&t->line);
}

static void write_details(struct table *t, const struct bgp_peer *peer, unsigned families,
			  uint64_t hold, uint64_t keepalive)
{
	text_printf(&t->line,
		    "%s; hold %" PRIu64 " s, keepalive %" PRIu64 " s, retry %" PRIu64 " s",
		    bgp_families_text(families, t->scratch), hold, keepalive,
		    peer->connect_retry_seconds);
	if (peer->passive)
		text_add(&t->line, "; passive");
	if (peer->multihop)
		text_printf(&t->line, "; TTL %u", peer->ttl);
	if (peer->auth != BGP_AUTH_NONE)
		text_add(&t->line, "; with password");
	flush_line(t, DEEPER, DEEPER);
}

static void write_session(struct table *t, const struct bgp_session *s)
{
	static const enum screen_role roles[] = {
		[BGP_UP] = SCREEN_PASS,
		[BGP_DOWN] = SCREEN_FAIL,
		[BGP_UNKNOWN] = SCREEN_WARN,
	};
	static const char *const states[] = {
		[BGP_UP] = "up",
		[BGP_DOWN] = "stays down",
		[BGP_UNKNOWN] = "unknown router",
	};

	add_session_head(t, s->peer, s);
	write_state(t, roles[s->verdict], states[s->verdict]);
	ARRAY_FOREACH (const struct bgp_why, why, &s->reasons) {
		screen_add(&t->line, why->text);
		flush_line(t, DEEPER, DEEPER);
	}
	write_details(t, s->peer, s->families, s->hold_seconds, s->keepalive_seconds);
}

static void write_peer(struct table *t, const struct bgp_peer *peer)
{
	if (peer->sessions.count > 0) {
		ARRAY_FOREACH (const struct bgp_session, s, &peer->sessions)
			write_session(t, s);
		return;
	}
	add_session_head(t, peer, NULL);
	if (peer->refusal != BGP_ACCEPTED) {
		write_state(t, SCREEN_FAIL, "not configured");
		screen_add(&t->line, peer->refusal_text);
		flush_line(t, DEEPER, DEEPER);
		return;
	}
	write_state(t, SCREEN_WARN, "waits");
	write_details(t, peer, peer->families, peer->hold_seconds, peer->keepalive_seconds);
}

/* ---- what a node advertises ---- */

static void add_listed(struct table *t, const char *text, uint32_t *count)
{
	text_printf(&t->line, "%s%s", (*count)++ > 0 ? ", " : "", text);
}

/* Prefixes with addresses that Services hold, or those that none holds yet. */
static uint32_t add_prefixes(struct table *t, const struct bgp_node *node, bool predicted,
			     const char *intro)
{
	char text[IP_NET_TEXT_MAX];
	uint32_t count = 0;

	ARRAY_FOREACH (const struct bgp_prefix, prefix, &t->config->prefixes) {
		if (prefix->predicted != predicted ||
		    !bgp_carriers_has(prefix->carriers, node->index))
			continue;
		if (count == 0)
			text_add(&t->line, intro);
		add_listed(t, ip_net_format(prefix->net, text), &count);
	}
	if (count > 0)
		flush_line(t, INDENT, DEEPER);
	return count;
}

/* Why a node has nothing to advertise. */
static const char *why_nothing(const struct bgp_node *node)
{
	const struct bgp_config *config = node->config;

	if (node->state != BGP_NODE_RUNS && node->state != BGP_NODE_VRF_NETLINK)
		return "the configuration does not get that far on this node";
	if (!node->imports)
		return "netlinkImport is not enabled";
	if (bgp_import_has_vrf(config))
		return "netlinkImport.vrf keeps the routes from ordinary peers";
	if (node->dummy == NULL)
		return "no LBNodeAgent with spec.local governs this node";
	if (!node->imports_dummy)
		return arena_printf(config->cluster->arena,
				    "%s is not in netlinkImport.interfaceList", node->dummy);
	return "no Service has an address that this node announces remotely";
}

static void write_prefixes(struct table *t, const struct bgp_node *node)
{
	uint32_t count = add_prefixes(t, node, false, "advertises ");

	count += add_prefixes(t, node, true, "predicted: ");
	if (count > 0)
		return;
	text_add(&t->line, "advertises nothing: ");
	screen_add(&t->line, why_nothing(node));
	flush_line(t, INDENT, DEEPER);
}

/* ---- nodes ---- */

static void write_node_head(struct table *t, const struct bgp_node *node)
{
	const struct router_id *id = &node->router_id;

	screen_add(&t->line, node->node->name);
	screen_paint(t->out, t->colour, SCREEN_STRONG, text_str(&t->line));
	text_clear(&t->line);
	if (id->text == NULL) {
		fputs(": no router ID\n", t->out);
		return;
	}
	text_add(&t->line, ": router ID ");
	screen_add(&t->line, id->text);
	text_printf(&t->line, " (%s%s)", router_id_source_name(id->source),
		    id->assumed ? ", inferred" : "");
	fprintf(t->out, "%s\n", text_str(&t->line));
	text_clear(&t->line);
}

static void write_node(struct table *t, const struct bgp_node *node)
{
	write_node_head(t, node);
	if (node->state_text != NULL) {
		text_add(&t->line, "stops: ");
		screen_add(&t->line, node->state_text);
		flush_line(t, INDENT, DEEPER);
	}
	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers)
		write_peer(t, peer);
	if (node->peers.count == 0)
		fputs("  no peers\n", t->out);
	write_prefixes(t, node);
	fputc('\n', t->out);
}

/* ---- routers ---- */

/* The same nodes carry both, and the router treats them alike. */
static bool same_route(const struct bgp_route *a, const struct bgp_route *b)
{
	return a->prefix->carriers == b->prefix->carriers &&
	       a->prefix->family == b->prefix->family && a->filter == b->filter;
}

static void add_hops(struct table *t, const struct bgp_route *route, bool used)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct bgp_hop, hop, &route->hops) {
		if (hop->used != used)
			continue;
		text_add(&t->line, count++ > 0 ? ", " : "");
		screen_add(&t->line, hop->session->node->node->name);
		text_add(&t->line, " (");
		if (hop->known)
			add_ip(t, hop->next_hop);
		else
			text_add(&t->line, "no next hop");
		text_add_char(&t->line, ')');
	}
}

static void write_hops(struct table *t, const struct bgp_route *route)
{
	static const char *const filtered[] = {
		[BGP_TAKEN] = "",
		[BGP_FILTER_POLICY] = "without a filter it discards all eBGP routes",
		[BGP_FILTER_LENGTH] = "acceptPrefixLength leaves this length out",
		[BGP_FILTER_PREFIX] = "acceptPrefixes has no such prefix",
		[BGP_FILTER_CONNECTED] = "it is connected to that network itself",
	};

	if (route->hops.count == 0) {
		text_printf(&t->line, "not taken: %s", filtered[route->filter]);
		flush_line(t, DEEPER, DEEPER);
		return;
	}
	if (route->width == 1)
		text_add(&t->line, "1 next hop: ");
	else
		text_printf(&t->line, "%" PRIu32 " next hops, %.4g %% each: ", route->width,
			    (double)PERCENT / route->width);
	add_hops(t, route, true);
	flush_line(t, DEEPER, DEEPER + INDENT);
	if (route->hops.count == route->width)
		return;
	text_add(&t->line, "not used: ");
	add_hops(t, route, false);
	flush_line(t, DEEPER, DEEPER + INDENT);
}

/* Prefixes that follow each other with the same next hops are listed together. */
static void write_routes(struct table *t, const struct bgp_router *router)
{
	struct bgp_route last = { 0 };
	char text[IP_NET_TEXT_MAX];
	uint32_t count = 0;

	ARRAY_FOREACH (const struct bgp_prefix, prefix, &t->config->prefixes) {
		struct bgp_route route;

		bgp_route_find(t->config, router, prefix, t->scratch, &route);
		if (route.hops.count == 0 && route.filter == BGP_TAKEN)
			continue;
		if (count > 0 && !same_route(&last, &route)) {
			flush_line(t, INDENT, INDENT);
			write_hops(t, &last);
			count = 0;
		}
		last = route;
		add_listed(t, ip_net_format(prefix->net, text), &count);
	}
	if (count > 0) {
		flush_line(t, INDENT, INDENT);
		write_hops(t, &last);
	} else if (last.prefix == NULL) {
		fputs("  no routes\n", t->out);
	}
}

static void write_router(struct table *t, const struct bgp_router *router)
{
	const struct arena_mark mark = arena_mark(t->scratch);

	text_add(&t->line, router->router != NULL ? "router " : "neighbor ");
	screen_add(&t->line, router->name);
	screen_paint(t->out, t->colour, SCREEN_STRONG, text_str(&t->line));
	text_clear(&t->line);
	text_add(&t->line, ", ");
	add_as(t, router->asn);
	if (router->max_paths > 0)
		text_printf(&t->line, ", at most %" PRIu32 " path%s", router->max_paths,
			    router->max_paths == 1 ? "" : "s");
	if (router->router == NULL)
		text_add(&t->line, " (not described)");
	fprintf(t->out, "%s\n", text_str(&t->line));
	text_clear(&t->line);
	write_routes(t, router);
	fputc('\n', t->out);
	arena_reset(t->scratch, mark);
}

/* ---- addresses that reach nobody ---- */

static void write_unannounced(struct table *t, const struct bgp_cluster *bgp)
{
	ARRAY_FOREACH (const struct bgp_vip, vip, &bgp->vips) {
		if (vip->reason == NULL)
			continue;
		add_ip(t, vip->ip);
		if (vip->service != NULL) {
			text_add(&t->line, " (");
			screen_add(&t->line, vip->service->object.namespace);
			text_add_char(&t->line, '/');
			screen_add(&t->line, vip->service->object.name.s);
			text_add_char(&t->line, ')');
		}
		text_add(&t->line, " is on no dummy interface: ");
		screen_add(&t->line, vip->reason);
		flush_line(t, 0, INDENT);
	}
}

/* ---- the whole ---- */

static void write_config(struct table *t, const struct bgp_config *config)
{
	const struct object *object = &config->object->object;

	t->config = config;
	text_add(&t->line, "BGPConfiguration ");
	screen_add(&t->line, object->namespace);
	text_add_char(&t->line, '/');
	screen_add(&t->line, object->name.s);
	screen_paint(t->out, t->colour, SCREEN_STRONG, text_str(&t->line));
	text_clear(&t->line);
	fprintf(t->out, ", daemon %s\n\n", bgp_daemon_name(config->cluster->options.daemon));
	if (config->nodes.count == 0)
		fputs("There are no nodes in the input; add Nodes, or a NodeInventory.\n\n",
		      t->out);
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes)
		write_node(t, node);
	ARRAY_FOREACH (const struct bgp_router, router, &config->cluster->routers)
		write_router(t, router);
	ARRAY_FOREACH (const struct bgp_router, stranger, &config->strangers)
		write_router(t, stranger);
}

void bgp_table(FILE *out, bool colour, const struct bgp_cluster *bgp, struct arena *scratch)
{
	struct table t = { .out = out, .colour = colour, .scratch = scratch };

	if (bgp->configs.count == 0)
		fputs("There is no BGPConfiguration in the input.\n", out);
	if (bgp->configs.count > 1)
		fputs("Several BGPConfigurations overwrite each other; below, each stands "
		      "alone.\n\n",
		      out);
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs)
		write_config(&t, config);
	write_unannounced(&t, bgp);
	text_release(&t.line);
}
