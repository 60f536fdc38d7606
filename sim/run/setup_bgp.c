/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BGP side of a setup: what purelb/bgp/ says of the input, as numbers (T1, T2). It is made
 * where the scenario has clients. Refused, since it would be simulated wrongly: several
 * BGPConfigurations (BG2.4), paths that are not equally good (T8.1), what
 * setup_bgp_versions.c says of configuration that changes, and fork-1.3 alone knows what it
 * does about graceful restart, which is left out (T10).
 */
#include "sim/run/setup_internal.h"

#include <stdlib.h>

#include "base/nearest.h"
#include "base/text.h"
#include "sim/engine/setup_bgp.h"

#define MS(n)  ((sim_ns)(n)*NS_PER_MS)
#define SEC(n) ((sim_ns)(n)*NS_PER_SEC)

enum { WARMUP_LEAST_S = 20, WARMUP_MARGIN_S = 10 };

/* ---- timing ---- */

static void setup_bgp_timing(struct setup_builder *b, struct setup_bgp_timing *out)
{
	const struct scenario_timing *t = &b->scenario->timing;
	const struct {
		struct distribution *out;
		const struct delay_value *value;
		const char *path;
		struct distribution absent;
	} rows[] = {
		{ &out->import_apply, &t->import_apply, "spec.timing.importApply",
		  distribution_uniform(MS(1) / 5, MS(5)) },
		{ &out->session_open, &t->session_open, "spec.timing.sessionOpen",
		  distribution_uniform(3 * MS(1) / 10, MS(5)) },
		{ &out->daemon_start, &t->daemon_start, "spec.timing.daemonStart",
		  distribution_uniform(MS(30), MS(100)) },
		{ &out->speaker_start, &t->speaker_start, "spec.timing.speakerStart",
		  distribution_uniform(SEC(2), SEC(4)) },
		{ &out->neighbor_reachable, &t->neighbor_reachable,
		  "spec.timing.neighborReachable", distribution_uniform(SEC(15), SEC(45)) },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		*rows[i].out = setup_delay(b, rows[i].value, rows[i].path, rows[i].absent, 0);
	out->import_poll =
		setup_duration(b, &t->import_poll, "spec.timing.importPoll", SEC(5), 0);
	out->carrier_notice = MS(5);
}

/* ---- prefixes ---- */

static void setup_bgp_prefixes(struct setup_builder *b, struct setup_bgp *bgp,
			       const struct bgp_config *config)
{
	struct setup *setup = b->setup;
	uint32_t *prefix_of =
		arena_alloc(setup->arena, (setup->vips.count + 1) * sizeof(*prefix_of));
	char text[IP_NET_TEXT_MAX];

	for (uint32_t v = 0; v < setup->vips.count; v++)
		prefix_of[v] = SETUP_NONE;
	ARRAY_FOREACH (const struct bgp_prefix, prefix, &config->prefixes) {
		struct setup_prefix *out;

		if (prefix->vips.count == 0)
			continue;
		out = ARRAY_PUSH(setup->arena, &bgp->prefixes);
		*out = (struct setup_prefix){ .prefix = prefix };
		out->text = arena_strdup(setup->arena, ip_net_format(prefix->net, text));
		for (uint32_t v = 0; v < setup->vips.count; v++) {
			if (!setup->vips.items[v].remote ||
			    !ip_net_contains(prefix->net, setup->vips.items[v].ip))
				continue;
			/* The longest one has it. */
			if (prefix_of[v] == SETUP_NONE ||
			    bgp->prefixes.items[prefix_of[v]].prefix->length < prefix->length)
				prefix_of[v] = bgp->prefixes.count - 1;
		}
	}
	for (uint32_t v = 0; v < setup->vips.count; v++)
		if (prefix_of[v] != SETUP_NONE)
			ARRAY_ADD(setup->arena, &bgp->prefixes.items[prefix_of[v]].vips, v);
	bgp->prefix_of = prefix_of;
}

/* ---- routers and clients ---- */

static uint32_t setup_find_router(const struct setup_bgp *bgp, const char *name)
{
	for (uint32_t r = 0; r < bgp->routers.count; r++)
		if (str_equal(bgp->routers.items[r].router->name, name))
			return r;
	return SETUP_NONE;
}

uint32_t setup_router_number(struct setup_builder *b, const struct str_value *name,
			     const char *path)
{
	const uint32_t number = setup_find_router(b->setup->bgp, name->s);
	struct nearest near = { .word = name->s };

	if (number != SETUP_NONE)
		return number;
	ARRAY_FOREACH (const struct setup_router, router, &b->setup->bgp->routers)
		nearest_offer(&near, router->router->name);
	setup_problem(b, name->pos, path, "%s: the input has no router \"%s\"", path, name->s)
		->hint = near.best != NULL ? arena_printf(&b->snapshot->arena,
							  "did you mean \"%s\"?", near.best)
					   : "write the name of a router in a NodeInventory";
	return SETUP_NONE;
}

void setup_bgp_routers(struct setup_builder *b, struct setup_bgp *bgp,
		       const struct bgp_cluster *cluster)
{
	ARRAY_FOREACH (const struct bgp_router, router, &cluster->routers) {
		const struct setup_router out = {
			.router = router,
			.settings = { router->profile, router->retry_seconds, router->passive },
		};

		ARRAY_ADD(b->setup->arena, &bgp->routers, out);
	}
}

static void setup_bgp_clients(struct setup_builder *b, struct setup_bgp *bgp)
{
	uint32_t number = 0;

	ARRAY_FOREACH (const struct scenario_client, client, &b->scenario->clients.list) {
		const char *path = arena_printf(b->setup->arena, "spec.clients[%u]", number++);
		struct setup_client out = { .name = client->name.s };

		if (client->name.s == NULL || client->router.s == NULL)
			continue;
		out.router = setup_router_number(b, &client->router, path);
		ARRAY_FOREACH (const struct setup_client, other, &bgp->clients) {
			if (str_equal(other->name, out.name))
				setup_problem(b, client->name.pos, path,
					      "%s: there is another client \"%s\"", path,
					      out.name)
					->hint = "give each client its own name";
		}
		if (out.router != SETUP_NONE)
			ARRAY_ADD(b->setup->arena, &bgp->clients, out);
	}
}

/* ---- sessions ---- */

/* `unlocked`: as if both ends had the same key. */
static enum opening_outcome setup_bgp_outcome(const struct bgp_session *session, bool unlocked)
{
	if (session->verdict != BGP_DOWN)
		return OPENING_WORKS;
	ARRAY_FOREACH (const struct bgp_why, why, &session->reasons) {
		switch (why->reason) {
		case BGP_WHY_PASSWORD:
			if (unlocked)
				continue;
			return OPENING_SILENT;
		case BGP_WHY_NOT_ALLOWED:
		case BGP_WHY_LISTEN_LIMIT:
			return OPENING_CLOSED;
		case BGP_WHY_PEER_AS:
			return OPENING_NODE_REFUSES;
		case BGP_WHY_REMOTE_AS:
		case BGP_WHY_ROUTER_ID:
		case BGP_WHY_HOLD:
			return OPENING_ROUTER_REFUSES;
		default:
			return OPENING_NEVER;
		}
	}
	return unlocked ? OPENING_WORKS : OPENING_NEVER;
}

/* The interface of the node that the session goes over: that of its address there. */
static uint32_t setup_bgp_interface(const struct setup_node *node, struct ip source)
{
	for (uint32_t i = 0; i < node->interfaces.count; i++) {
		ARRAY_FOREACH (const struct node_net, net, &node->interfaces.items[i].nets) {
			if (ip_net_contains(net->net, source))
				return i;
		}
	}
	return 0;
}

const bool *setup_bgp_takes(struct arena *arena, const struct setup_bgp *bgp,
			    const struct bgp_router *router, bool internal)
{
	bool *out = arena_zalloc(arena, bgp->prefixes.count + 1, sizeof(*out));

	for (uint32_t p = 0; p < bgp->prefixes.count; p++)
		out[p] = bgp_router_filter(router, bgp->prefixes.items[p].prefix, internal) ==
			 BGP_TAKEN;
	return out;
}

/* What the router's filters let in. */
static void setup_bgp_filters(struct setup_builder *b, struct setup_bgp *bgp)
{
	ARRAY_FOREACH (struct setup_router, router, &bgp->routers) {
		for (int kind = 0; kind < SETUP_SESSION_KINDS; kind++)
			router->takes[kind] = setup_bgp_takes(
				b->setup->arena, bgp, router->router, kind == SETUP_INTERNAL);
	}
}

static void setup_bgp_add_session(struct setup_builder *b, struct setup_bgp *bgp,
				  const struct bgp_session *session)
{
	const struct bgp_peer *peer = session->peer;
	const uint32_t node = setup_find_node(b->setup, session->node->node->name);
	struct setup_session out = {
		.node = node,
		.router = session->router->index,
		.session = session,
		.settings = { SPEAKER_GOBGP_4, peer->connect_retry_seconds, peer->passive },
		.outcome = setup_bgp_outcome(session, false),
		.unlocked = setup_bgp_outcome(session, true),
		.hold = session->hold_seconds,
		.keepalive = session->keepalive_seconds,
	};

	if (node == SETUP_NONE || b->setup->nodes.items[node].interfaces.count == 0)
		return;
	out.interface = setup_bgp_interface(&b->setup->nodes.items[node], session->source);
	if (out.hold > 0)
		out.router_keepalive = router_profile_keepalive(
			session->router->profile,
			session->router->keepalive_given ? session->router->keepalive_seconds
							 : 0,
			out.hold);
	ARRAY_ADD(b->setup->arena, &bgp->sessions, out);
}

void setup_bgp_sessions(struct setup_builder *b, struct setup_bgp *bgp,
			const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
			ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
				if (session->router != NULL && peer->refusal == BGP_ACCEPTED)
					setup_bgp_add_session(b, bgp, session);
			}
		}
	}
	for (uint32_t s = 0; s < bgp->sessions.count; s++)
		ARRAY_ADD(b->setup->arena,
			  &bgp->routers.items[bgp->sessions.items[s].router].sessions, s);
}

/* ---- next hops ---- */

static int setup_compare_hops(const void *pa, const void *pb)
{
	const struct setup_hop *a = pa;
	const struct setup_hop *b = pb;
	const int order = ip_compare(a->address, b->address);

	return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

/* Where the routes of the session point to; false: it brings none of this family. Where that
 * is not known they point to where the router sees the node. */
static bool setup_bgp_hop(const struct setup_session *s, enum ip_family family,
			  struct setup_hop *out)
{
	const struct bgp_session *session = s->session;
	const unsigned bit = bgp_family_bit(family);

	*out = (struct setup_hop){
		.address = (session->next_hops & bit) == 0 ? session->source
			   : family == IP_V4               ? session->next_hop_v4
							   : session->next_hop_v6,
		.node = s->node,
		.internal = session->internal,
	};
	return (session->families & bit) != 0 && (session->no_next_hops & bit) == 0 &&
	       session->node->imports_dummy;
}

/* The next hops of each router, and which of them its sessions bring. (T8.1) */
static void setup_bgp_hops(struct setup_builder *b, struct setup_bgp *bgp)
{
	static const enum ip_family families[SETUP_FAMILIES] = { IP_V4, IP_V6 };
	struct arena *arena = b->setup->arena;
	struct setup_hop hop;

	ARRAY_FOREACH (struct setup_router, router, &bgp->routers) {
		uint32_t kept = 0;

		for (uint32_t i = 0; i < router->sessions.count * SETUP_FAMILIES; i++)
			if (setup_bgp_hop(
				    &bgp->sessions
					     .items[router->sessions.items[i / SETUP_FAMILIES]],
				    families[i % SETUP_FAMILIES], &hop))
				ARRAY_ADD(arena, &router->hops, hop);
		array_sort(router->hops.items, router->hops.count, sizeof(hop),
			   setup_compare_hops);
		for (uint32_t i = 0; i < router->hops.count; i++)
			if (kept == 0 || setup_compare_hops(&router->hops.items[kept - 1],
							    &router->hops.items[i]) != 0)
				router->hops.items[kept++] = router->hops.items[i];
		router->hops.count = kept;
		ARRAY_FOREACH (const uint32_t, number, &router->sessions) {
			struct setup_session *s = &bgp->sessions.items[*number];

			for (int f = 0; f < SETUP_FAMILIES; f++) {
				struct setup_hop *found;

				s->hops[f] = SETUP_NONE;
				if (!setup_bgp_hop(s, families[f], &hop))
					continue;
				s->hops[f] = array_lower_bound(&hop, router->hops.items, kept,
							       sizeof(hop), setup_compare_hops);
				found = &router->hops.items[s->hops[f]];
				if (found->sessions.count == 0 ||
				    found->sessions.items[found->sessions.count - 1] != *number)
					ARRAY_ADD(arena, &found->sessions, *number);
			}
		}
	}
}

/* ---- what would be simulated wrongly ---- */

void setup_bgp_refuse(struct setup_builder *b, const char *what, const char *hint)
{
	setup_problem(b, b->scenario->clients.at.pos, "spec.clients", "spec.clients: %s", what)
		->hint = hint;
}

/* Each session says of each prefix whether it brings it. */
static bool setup_bgp_is_bounded(struct setup_builder *b, const struct setup_bgp *bgp)
{
	enum { PATHS_MAX = 4000000 };

	if ((uint64_t)bgp->sessions.count * bgp->prefixes.count <= PATHS_MAX)
		return true;
	setup_bgp_refuse(b, "there are too many sessions and prefixes to be simulated",
			 "leave out routers, Services or nodes that do not matter here; bgp "
			 "--down and sweep --routers accept them all");
	return false;
}

/* The first prefix of the group that a VIP is in; NULL: none is. */
static const struct bgp_prefix *setup_bgp_prefix_of(const struct bgp_route_group *group)
{
	ARRAY_FOREACH (const struct bgp_prefix *const, prefix, &group->prefixes) {
		if ((*prefix)->vips.count > 0)
			return *prefix;
	}
	return NULL;
}

static void setup_bgp_check_route(struct setup_builder *b, const struct bgp_route_group *group)
{
	const struct bgp_prefix *prefix = setup_bgp_prefix_of(group);
	char text[IP_NET_TEXT_MAX];

	ARRAY_FOREACH (const struct bgp_hop, hop, &group->route.hops) {
		if (prefix == NULL || hop->best_paths || hop->none)
			continue;
		setup_bgp_refuse(
			b,
			arena_printf(&b->snapshot->arena,
				     "router %s has better and worse paths to %s, and a "
				     "change from one to the other is not simulated",
				     group->route.router->name,
				     ip_net_format(prefix->net, text)),
			"give the nodes the same AS");
		return;
	}
}

static void setup_bgp_check_paths(struct setup_builder *b, const struct setup_bgp *bgp,
				  const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct setup_router, router, &bgp->routers) {
		const uint32_t before = b->snapshot->problems.count;
		struct bgp_routes routes;

		bgp_routes_of(config, router->router, b->setup->arena, &routes);
		ARRAY_FOREACH (const struct bgp_route_group, group, &routes.list) {
			if (b->snapshot->problems.count == before)
				setup_bgp_check_route(b, group);
		}
	}
}

static void setup_bgp_warm_up(struct setup_builder *b, const struct setup_bgp *bgp)
{
	uint64_t retry = 0;
	sim_ns least = WARMUP_LEAST_S * NS_PER_SEC;

	if (b->scenario->warmup.s != NULL)
		return;
	ARRAY_FOREACH (const struct setup_session, session, &bgp->sessions)
		if (session->settings.retry_seconds > retry)
			retry = session->settings.retry_seconds;
	if (bgp_time_seconds(retry) < SETUP_TIME_MAX &&
	    bgp_time_seconds(retry + WARMUP_MARGIN_S) > least)
		least = bgp_time_seconds(retry + WARMUP_MARGIN_S);
	if (b->setup->warmup < least)
		b->setup->warmup = least;
}

/* ---- all of it ---- */

void setup_build_bgp(struct setup_builder *b)
{
	struct setup *setup = b->setup;
	const struct bgp_options options = { .daemon = BGP_FORK_1_1 };
	struct bgp_cluster *cluster;
	struct setup_bgp *bgp;

	if (b->scenario->clients.list.count == 0)
		return;
	cluster = arena_zalloc(setup->arena, 1, sizeof(*cluster));
	bgp = arena_zalloc(setup->arena, 1, sizeof(*bgp));
	bgp_resolve(cluster, setup->cluster, &options, setup->arena);
	if (cluster->configs.count != 1) {
		if (!setup_lost_field(b, "inputs", b->scenario->inputs.at.set))
			setup_bgp_refuse(
				b,
				cluster->configs.count == 0
					? "the input has no BGPConfiguration"
					: "the input has several BGPConfigurations, which "
					  "overwrite each other",
				"put one BGPConfiguration into the input");
		return;
	}
	setup->bgp = bgp;
	setup_bgp_timing(b, &bgp->timing);
	setup_bgp_prefixes(b, bgp, &cluster->configs.items[0]);
	setup_bgp_routers(b, bgp, cluster);
	setup_bgp_clients(b, bgp);
	setup_bgp_sessions(b, bgp, &cluster->configs.items[0]);
	setup_bgp_hops(b, bgp);
	setup_bgp_versions(b, bgp);
	setup_bgp_filters(b, bgp);
	if (!setup_bgp_is_bounded(b, bgp))
		return;
	setup_bgp_check_paths(b, bgp, &cluster->configs.items[0]);
	setup_bgp_warm_up(b, bgp);
}
