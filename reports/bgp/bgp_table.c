/* SPDX-License-Identifier: Apache-2.0 */
/* The BGP side of a cluster for people. */
#include "reports/bgp/bgp.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "reports/bgp/bgp_text.h"
#include "reports/formats/screen.h"

enum {
	INDENT = BGP_TEXT_INDENT,
	DEEPER = BGP_TEXT_DEEPER,
	PERCENT = 100,
	LISTED_MAX = 12, /* of prefixes or next hops in a row; JSON has all */
};

/* Writes the line that was gathered, wrapped, and empties it. */
void bgp_text_flush_line(struct bgp_text *t, unsigned indent, unsigned hang)
{
	screen_spaces(t->out, indent);
	screen_wrap(t->out, text_str(&t->line), indent, hang, t->screen.width);
	text_clear(&t->line);
}

/*
 * Writes the line that was gathered as a title, with room for a mark after it, and empties it;
 * returns where the cursor is. bgp_text_flush_head() writes what follows the title.
 */
static unsigned bgp_text_flush_title(struct bgp_text *t)
{
	const struct screen narrower = { t->screen.color, t->screen.width - 1 };
	const unsigned at = screen_wrap_paint(t->out, narrower, SCREEN_STRONG,
					      text_str(&t->line), 0, INDENT);

	text_clear(&t->line);
	return at;
}

static void bgp_text_flush_head(struct bgp_text *t, unsigned at)
{
	screen_wrap(t->out, text_str(&t->line), at, INDENT, t->screen.width);
	text_clear(&t->line);
}

static void bgp_text_add_ip(struct bgp_text *t, struct ip ip)
{
	char text[IP_TEXT_MAX];

	text_add(&t->line, ip_format(ip, text));
}

static void bgp_text_add_as(struct bgp_text *t, uint32_t asn, const char *none)
{
	if (asn != 0)
		text_printf(&t->line, "AS %" PRIu32, asn);
	else
		text_add(&t->line, none);
}

/* ---- peers ---- */

static void bgp_text_add_peer_name(struct bgp_text *t, const struct bgp_peer *peer)
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

/* "peer 192.0.2.1 (tor1), AS 65000 to AS 65001:" */
static void bgp_text_add_session_head(struct bgp_text *t, const struct bgp_peer *peer,
				      const struct bgp_session *s)
{
	bgp_text_add_peer_name(t, peer);
	if (s != NULL && s->router != NULL) {
		text_add(&t->line, " (");
		screen_add(&t->line, s->router->name);
		text_add_char(&t->line, ')');
	}
	text_add(&t->line, ", ");
	bgp_text_add_as(t, peer->local_as, "no AS");
	text_add(&t->line, " to ");
	bgp_text_add_as(t, peer->peer_as, "any AS");
	text_add_char(&t->line, ':');
}

/* Writes the line with the state in its color after it, or below it when it is long. */
static void bgp_text_write_state(struct bgp_text *t, enum screen_role role, const char *state)
{
	const char *line = text_str(&t->line);

	if (INDENT + screen_columns(line) + 1 + strlen(state) <= t->screen.width) {
		screen_spaces(t->out, INDENT);
		fprintf(t->out, "%s ", line);
	} else {
		bgp_text_flush_line(t, INDENT, DEEPER);
		screen_spaces(t->out, DEEPER);
	}
	screen_paint(t->out, t->screen, role, state);
	fputc('\n', t->out);
	text_clear(&t->line);
}

static void bgp_text_write_details(struct bgp_text *t, const struct bgp_peer *peer,
				   unsigned families, uint64_t hold, uint64_t keepalive)
{
	text_printf(&t->line,
		    "%s; hold %" PRIu64 "s, keepalive %" PRIu64 "s, retry %" PRIu64 "s",
		    bgp_families_text(families, t->scratch), hold, keepalive,
		    peer->connect_retry_seconds);
	if (peer->passive)
		text_add(&t->line, "; passive");
	if (peer->multihop)
		text_printf(&t->line, "; TTL %u", peer->ttl);
	if (peer->auth != BGP_AUTH_NONE)
		text_add(&t->line, "; with password");
	if (peer->vrf != NULL) {
		text_add(&t->line, "; in VRF ");
		screen_add(&t->line, peer->vrf);
	}
	if (peer->graceful_restart && t->config->cluster->options.daemon == BGP_FORK_1_3)
		text_printf(&t->line, "; graceful restart %" PRIu64 "s", peer->restart_seconds);
	bgp_text_flush_line(t, DEEPER, DEEPER);
}

static void bgp_text_write_session(struct bgp_text *t, const struct bgp_session *s)
{
	static const enum screen_role roles[] = {
		[BGP_UP] = SCREEN_PASS,
		[BGP_DOWN] = SCREEN_FAIL,
		[BGP_UNKNOWN] = SCREEN_WARN,
	};
	static const char *const states[] = {
		[BGP_UP] = "up",
		[BGP_DOWN] = "stays down",
		[BGP_UNKNOWN] = "router not described",
	};

	bgp_text_add_session_head(t, s->peer, s);
	bgp_text_write_state(t, roles[s->verdict], states[s->verdict]);
	ARRAY_FOREACH (const struct bgp_why, why, &s->reasons) {
		/* The head of the node says that. */
		if (why->reason == BGP_WHY_NODE)
			continue;
		screen_add(&t->line, why->text);
		bgp_text_flush_line(t, DEEPER, DEEPER);
	}
	bgp_text_write_details(t, s->peer, s->families, s->hold_seconds, s->keepalive_seconds);
}

static void bgp_text_write_refused(struct bgp_text *t, const struct bgp_peer *peer)
{
	bgp_text_add_peer_name(t, peer);
	text_add_char(&t->line, ':');
	bgp_text_write_state(t, SCREEN_FAIL, "not configured");
	screen_add(&t->line, peer->refusal_text);
	bgp_text_flush_line(t, DEEPER, DEEPER);
}

static void bgp_text_write_peer(struct bgp_text *t, const struct bgp_peer *peer)
{
	if (peer->refusal != BGP_ACCEPTED) {
		bgp_text_write_refused(t, peer);
		return;
	}
	ARRAY_FOREACH (const struct bgp_session, s, &peer->sessions)
		bgp_text_write_session(t, s);
	if (peer->sessions.count > 0)
		return;
	bgp_text_add_session_head(t, peer, NULL);
	bgp_text_write_state(t, SCREEN_WARN, "waits: no described router is in its prefix");
	bgp_text_write_details(t, peer, peer->families, peer->hold_seconds,
			       peer->keepalive_seconds);
}

/* ---- what a node originates ---- */

/* One more of a list; those beyond LISTED_MAX are only counted. */
static void bgp_text_add_listed(struct bgp_text *t, const struct bgp_prefix *prefix,
				uint32_t *count)
{
	char text[IP_NET_TEXT_MAX];

	if (++*count <= LISTED_MAX)
		text_printf(&t->line, "%s%s", *count > 1 ? ", " : "",
			    ip_net_format(prefix->net, text));
}

static void bgp_text_add_rest(struct bgp_text *t, uint32_t count)
{
	if (count > LISTED_MAX)
		text_printf(&t->line, " and %" PRIu32 " more", count - LISTED_MAX);
}

/* The families that some session of the node carries to its router. */
static unsigned bgp_text_carried_families(const struct bgp_node *node)
{
	unsigned families = 0;

	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		ARRAY_FOREACH (const struct bgp_session, s, &peer->sessions) {
			if (s->verdict != BGP_DOWN && peer->vrf == NULL)
				families |= s->families;
		}
	}
	return families;
}

/* Which of a node's prefixes are listed. */
enum listed { LISTED_HELD, LISTED_PREDICTED, LISTED_STRANDED };

static bool bgp_text_is_listed(enum listed what, const struct bgp_prefix *prefix,
			       unsigned carried)
{
	if (what == LISTED_STRANDED)
		return (carried & bgp_family_bit(prefix->family)) == 0;
	return prefix->predicted == (what == LISTED_PREDICTED);
}

static uint32_t bgp_text_add_prefixes(struct bgp_text *t, const struct bgp_node *node,
				      enum listed what, const char *intro)
{
	const unsigned carried = bgp_text_carried_families(node);
	uint32_t count = 0;

	ARRAY_FOREACH (const struct bgp_prefix, prefix, &t->config->prefixes) {
		if (!bgp_carriers_has(prefix->carriers, node->index) ||
		    !bgp_text_is_listed(what, prefix, carried))
			continue;
		if (count == 0)
			text_add(&t->line, intro);
		bgp_text_add_listed(t, prefix, &count);
	}
	bgp_text_add_rest(t, count);
	if (count > 0)
		bgp_text_flush_line(t, INDENT, DEEPER);
	return count;
}

/* Why a node originates nothing. */
static const char *bgp_text_why_nothing(const struct bgp_node *node)
{
	const struct bgp_config *config = node->config;

	if (node->state == BGP_NODE_NO_AGENT)
		return node->state_text;
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

static void bgp_text_write_prefixes(struct bgp_text *t, const struct bgp_node *node)
{
	uint32_t count = bgp_text_add_prefixes(t, node, LISTED_HELD, "originates ");

	count += bgp_text_add_prefixes(t, node, LISTED_PREDICTED, "will originate ");
	if (count == 0) {
		text_add(&t->line, "originates nothing: ");
		screen_add(&t->line, bgp_text_why_nothing(node));
		bgp_text_flush_line(t, INDENT, DEEPER);
	} else if (bgp_text_carried_families(node) == 0) {
		fputs("  no session carries these routes to a router\n", t->out);
	} else {
		bgp_text_add_prefixes(t, node, LISTED_STRANDED, "no session carries ");
	}
}

/* ---- nodes ---- */

static void bgp_text_write_node_head(struct bgp_text *t, const struct bgp_node *node)
{
	const struct router_id *id = &node->router_id;
	unsigned at;

	screen_add(&t->line, node->node->name);
	at = bgp_text_flush_title(t);
	if (id->error == ROUTER_ID_NO_NODE) {
		text_printf(&t->line, ": router ID unknown: it %s",
			    router_id_error_text(id->error));
	} else if (id->text == NULL) {
		text_add(&t->line, ": no router ID");
	} else {
		text_add(&t->line, ": router ID ");
		screen_add(&t->line, id->text);
		text_printf(&t->line, " (%s%s)", router_id_source_name(id->source),
			    id->assumed ? ", inferred" : "");
	}
	bgp_text_flush_head(t, at);
}

static void bgp_text_write_node(struct bgp_text *t, const struct bgp_node *node)
{
	bgp_text_write_node_head(t, node);
	if (node->state_text != NULL) {
		text_add(&t->line, "stops: ");
		screen_add(&t->line, node->state_text);
		bgp_text_flush_line(t, INDENT, DEEPER);
	}
	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers)
		bgp_text_write_peer(t, peer);
	if (node->peers.count == 0)
		fputs("  no peers\n", t->out);
	bgp_text_write_prefixes(t, node);
	fputc('\n', t->out);
}

/* ---- routers ---- */

/* "(10.0.0.1)" into the line. */
static void bgp_text_add_hop_address(struct bgp_text *t, const struct bgp_route *route,
				     const struct bgp_hop *hop)
{
	text_add_char(&t->line, '(');
	if (hop->known)
		bgp_text_add_ip(t, hop->next_hop);
	else if (hop->none)
		text_printf(&t->line, "no %s address to send",
			    ip_family_name(route->prefix->family));
	else
		text_add(&t->line, "next hop unknown");
	text_add_char(&t->line, ')');
}

/* Writes "node-a (10.0.0.1)", which breaks only where a line has no room for all of it. */
static void bgp_text_write_hop(struct bgp_text *t, struct screen_row *row, const char *mark,
			       const struct bgp_route *route, const struct bgp_hop *hop)
{
	struct text name = { 0 };

	screen_add(&name, hop->session->node->node->name);
	bgp_text_add_hop_address(t, route, hop);

	const unsigned columns =
		screen_columns(text_str(&name)) + 1 + screen_columns(text_str(&t->line));

	if (row->hang + columns + 1 > row->screen.width) {
		screen_row_add(row, mark, SCREEN_PLAIN, text_str(&name));
		screen_row_add(row, "", SCREEN_PLAIN, text_str(&t->line));
	} else {
		text_printf(&name, " %s", text_str(&t->line));
		screen_row_add(row, mark, SCREEN_PLAIN, text_str(&name));
	}
	text_release(&name);
	text_clear(&t->line);
}

/* Writes `intro` and then the hops. */
static void bgp_text_write_hop_list(struct bgp_text *t, const struct bgp_route *route,
				    bool used, const char *intro)
{
	struct screen_row row = { t->out, t->screen, DEEPER + screen_columns(intro),
				  DEEPER + INDENT };
	uint32_t shown = 0;
	const uint32_t count = used ? route->width : route->hops.count - route->width;

	screen_spaces(t->out, DEEPER);
	fputs(intro, t->out);
	ARRAY_FOREACH (const struct bgp_hop, hop, &route->hops) {
		if (hop->used != used)
			continue;
		if (shown++ == LISTED_MAX) {
			text_printf(&t->line, "and %" PRIu32 " more", count - LISTED_MAX);
			screen_row_add(&row, ",", SCREEN_PLAIN, text_str(&t->line));
			text_clear(&t->line);
			break;
		}
		bgp_text_write_hop(t, &row, shown > 1 ? "," : "", route, hop);
	}
	fputc('\n', t->out);
}

void bgp_text_write_used_hops(struct bgp_text *t, const struct bgp_route *route,
			      const char *label)
{
	const char *intro = arena_printf(t->scratch, "%s1 next hop:", label);

	if (route->width > 1)
		intro = arena_printf(t->scratch,
				     "%s%" PRIu32 " next hops, %.4g %% each:", label,
				     route->width, (double)PERCENT / route->width);
	bgp_text_write_hop_list(t, route, true, intro);
}

static void bgp_text_write_hops(struct bgp_text *t, const struct bgp_route *route)
{
	static const char *const filtered[] = {
		[BGP_TAKEN] = "",
		[BGP_FILTER_POLICY] = "without a filter it discards all eBGP routes",
		[BGP_FILTER_LENGTH] = "acceptPrefixLength leaves this length out",
		[BGP_FILTER_PREFIX] = "acceptPrefixes has no such prefix",
		[BGP_FILTER_CONNECTED] = "it is itself connected to that network",
	};

	if (route->hops.count == 0) {
		text_printf(&t->line, "not taken: %s", filtered[route->filter]);
		bgp_text_flush_line(t, DEEPER, DEEPER);
		return;
	}
	if (route->width > 0)
		bgp_text_write_used_hops(t, route, "");
	if (route->hops.count > route->width)
		bgp_text_write_hop_list(t, route, false, "not used:");
}

void bgp_text_write_group(struct bgp_text *t, const struct bgp_route_group *group)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct bgp_prefix *, prefix, &group->prefixes)
		bgp_text_add_listed(t, *prefix, &count);
	bgp_text_add_rest(t, count);
	if (group->predicted)
		text_add(&t->line, " (predicted)");
	bgp_text_flush_line(t, INDENT, INDENT);
}

static void bgp_text_write_routes(struct bgp_text *t, const struct bgp_router *router)
{
	struct bgp_routes routes;
	bool any = false;

	bgp_routes_of(t->config, router, t->scratch, &routes);
	ARRAY_FOREACH (const struct bgp_route_group, group, &routes.list) {
		if (!bgp_answer_shows_route(t->answer, &group->route))
			continue;
		any = true;
		bgp_text_write_group(t, group);
		bgp_text_write_hops(t, &group->route);
	}
	if (!any)
		fputs(t->answer->shown == NULL ? "  no routes\n"
					       : "  no routes from the nodes shown\n",
		      t->out);
}

static void bgp_text_add_max_paths(struct bgp_text *t, const struct bgp_router *router)
{
	if (router->max_paths > 0)
		text_printf(&t->line, ", at most %" PRIu32 " path%s", router->max_paths,
			    router->max_paths == 1 ? "" : "s");
	if (router->max_paths_ibgp > 0 && router->max_paths_ibgp != router->max_paths)
		text_printf(&t->line, ", %s%" PRIu32 " of iBGP",
			    router->max_paths > 0 ? "" : "at most ", router->max_paths_ibgp);
}

void bgp_text_write_router_head(struct bgp_text *t, const struct bgp_router *router)
{
	unsigned at;

	text_add(&t->line, router->router != NULL ? "router " : "neighbor ");
	screen_add(&t->line, router->name);
	at = bgp_text_flush_title(t);
	text_add(&t->line, ", ");
	bgp_text_add_as(t, router->asn, "any AS");
	bgp_text_add_max_paths(t, router);
	if (router->router == NULL)
		text_add(&t->line, " (not described)");
	bgp_text_flush_head(t, at);
}

static void bgp_text_write_router(struct bgp_text *t, const struct bgp_router *router)
{
	const struct arena_mark mark = arena_mark(t->scratch);

	bgp_text_write_router_head(t, router);
	bgp_text_write_routes(t, router);
	fputc('\n', t->out);
	arena_reset(t->scratch, mark);
}

/* ---- addresses that reach nobody ---- */

static void bgp_text_write_unannounced(struct bgp_text *t, const struct bgp_cluster *bgp)
{
	ARRAY_FOREACH (const struct bgp_vip, vip, &bgp->vips) {
		if (vip->reason == NULL)
			continue;
		bgp_text_add_ip(t, vip->ip);
		if (vip->service != NULL) {
			text_add(&t->line, " (");
			screen_add(&t->line, vip->service->object.namespace);
			text_add_char(&t->line, '/');
			screen_add(&t->line, vip->service->object.name.s);
			text_add_char(&t->line, ')');
		}
		text_add(&t->line, vip->unknown ? ": unknown which nodes announce it: "
						: " is on no dummy interface: ");
		screen_add(&t->line, vip->reason);
		bgp_text_flush_line(t, 0, INDENT);
	}
}

/* ---- the whole ---- */

/* "3 nodes; sessions: 5 up, 1 stays down; 2 peers not configured" */
static void bgp_text_write_counts(struct bgp_text *t, const struct bgp_config *config)
{
	const struct bgp_counts counts = bgp_count_sessions(config);
	const uint32_t down = counts.sessions[BGP_DOWN];
	uint32_t parts = 0;

	text_printf(&t->line, "%" PRIu32 " node%s; sessions: ", config->nodes.count,
		    config->nodes.count == 1 ? "" : "s");
	if (counts.sessions[BGP_UP] > 0)
		text_printf(&t->line, "%s%" PRIu32 " up", parts++ > 0 ? ", " : "",
			    counts.sessions[BGP_UP]);
	if (down > 0)
		text_printf(&t->line, "%s%" PRIu32 " stay%s down", parts++ > 0 ? ", " : "",
			    down, down == 1 ? "s" : "");
	if (counts.sessions[BGP_UNKNOWN] > 0)
		text_printf(&t->line, "%s%" PRIu32 " with routers that are not described",
			    parts++ > 0 ? ", " : "", counts.sessions[BGP_UNKNOWN]);
	if (parts == 0)
		text_add(&t->line, "none");
	if (counts.refused > 0)
		text_printf(&t->line, "; %" PRIu32 " peer%s not configured", counts.refused,
			    counts.refused == 1 ? "" : "s");
	bgp_text_flush_line(t, 0, INDENT);
	fputc('\n', t->out);
}

static void bgp_text_write_all(struct bgp_text *t, const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (bgp_answer_shows_node(t->answer, node->index))
			bgp_text_write_node(t, node);
	}
	ARRAY_FOREACH (const struct bgp_router, router, &config->cluster->routers)
		bgp_text_write_router(t, router);
	ARRAY_FOREACH (const struct bgp_router, stranger, &config->strangers)
		bgp_text_write_router(t, stranger);
}

static void bgp_text_write_config(struct bgp_text *t, const struct bgp_config *config)
{
	const struct object *object = &config->object->object;
	unsigned at;

	t->config = config;
	text_add(&t->line, "BGPConfiguration ");
	screen_add(&t->line, object->namespace);
	text_add_char(&t->line, '/');
	screen_add(&t->line, object->name.s);
	at = bgp_text_flush_title(t);
	text_printf(&t->line, ", daemon %s", bgp_daemon_name(config->cluster->options.daemon));
	bgp_text_flush_head(t, at);
	if (config->nodes.count == 0)
		screen_printf(
			t->out, t->screen, 0,
			"There are no nodes in the input; add Nodes, or a NodeInventory.");
	if (config->nodes.count == 0)
		fputc('\n', t->out);
	else
		bgp_text_write_counts(t, config);
	if (t->answer->down != NULL)
		bgp_text_write_down(t);
	else
		bgp_text_write_all(t, config);
}

void bgp_table(FILE *out, struct screen screen, const struct bgp_answer *answer,
	       struct arena *scratch)
{
	const struct bgp_cluster *bgp = answer->bgp;
	struct bgp_text t = {
		.out = out, .screen = screen, .answer = answer, .scratch = scratch
	};

	if (bgp->configs.count == 0) {
		text_printf(&t.line, "%s%s.",
			    snapshot_is_partial(bgp->cluster->snapshot, KIND_BGP_CONFIGURATION)
				    ? "No BGPConfiguration of the input is known well enough"
				    : "There is no BGPConfiguration in the input",
			    !bgp->has_remote          ? ""
			    : bgp->cluster->knows_bgp ? ", so that nothing advertises the "
							"remote pools"
						      : "; it is unknown what advertises the "
							"remote pools");
		bgp_text_flush_line(&t, 0, 0);
	}
	if (bgp->configs.count > 1) {
		screen_printf(
			out, screen, 0,
			"Several BGPConfigurations overwrite each other; each is shown alone.");
		fputc('\n', out);
	}
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs)
		bgp_text_write_config(&t, config);
	if (answer->down == NULL)
		bgp_text_write_unannounced(&t, bgp);
	text_release(&t.line);
}
