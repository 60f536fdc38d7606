/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change does to BGP: sessions between nodes and routers, and the routes that routers
 * have, before and after, both as purelb/bgp works them out (BG4 to BG6). A session is
 * recognized by its node and where the node finds the router; a route by router and prefix.
 * Whether a router that no inventory describes brings a session up is unknown on both sides:
 * then only what the nodes' own settings say is compared. In which order daemons apply a
 * change, and for how long routes are missing meanwhile, is not looked at.
 */
#include "sim/whatif/diff_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/pools/order.h"

/* ---- sessions ---- */

/* A session of one side, with what it is recognized by. */
struct keyed_session {
	const struct bgp_session *session;
	const char *node, *router, *address;
};

struct keyed_sessions {
	ARRAY_OF(struct keyed_session) list;
};

static int keyed_session_order(const void *pa, const void *pb)
{
	const struct keyed_session *a = pa;
	const struct keyed_session *b = pb;
	int order = str_compare(a->router, b->router);

	if (order == 0)
		order = str_compare(a->address, b->address);
	return order != 0 ? order : str_compare(a->node, b->node);
}

static const char *session_router_name(const struct bgp_session *session)
{
	if (session->router != NULL)
		return session->router->name;
	return session->stranger != NULL ? session->stranger->name : "";
}

static void diff_list_sessions(const struct bgp_cluster *bgp, struct arena *arena,
			       struct keyed_sessions *out)
{
	char text[IP_TEXT_MAX];

	*out = (struct keyed_sessions){ { 0 } };
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs) {
		ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
			ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
				if (peer->refusal != BGP_ACCEPTED)
					continue;
				ARRAY_FOREACH (const struct bgp_session, s, &peer->sessions) {
					struct keyed_session keyed = {
						s, node->node->name, session_router_name(s),
						arena_strdup(arena,
							     ip_format(s->router_address, text))
					};

					ARRAY_ADD(arena, &out->list, keyed);
				}
			}
		}
	}
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   keyed_session_order);
}

/* What of a session is settled between its ends, beyond whether it can be. */
static void session_add_changes(struct arena *arena, struct session_change *change)
{
	const struct bgp_session *a = change->before;
	const struct bgp_session *b = change->after;
	const struct {
		const char *what;
		uint64_t before, after;
	} numbers[] = {
		{ "peer AS", a->peer->peer_as, b->peer->peer_as },
		{ "local AS", a->peer->local_as, b->peer->local_as },
		{ "hold time", a->hold_seconds, b->hold_seconds },
		{ "keepalive interval", a->keepalive_seconds, b->keepalive_seconds },
		{ "connect retry", a->peer->connect_retry_seconds,
		  b->peer->connect_retry_seconds },
		{ "TTL", a->peer->ttl, b->peer->ttl },
	};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (numbers[i].before != numbers[i].after)
			ARRAY_ADD(arena, &change->settings,
				  arena_printf(arena, "%s %llu -> %llu", numbers[i].what,
					       (unsigned long long)numbers[i].before,
					       (unsigned long long)numbers[i].after));
	}
	if (a->families != b->families)
		ARRAY_ADD(arena, &change->settings, "address families");
	if (a->peer->auth != b->peer->auth || a->peer->password.len != b->peer->password.len ||
	    (a->peer->password.len > 0 &&
	     memcmp(a->peer->password.bytes, b->peer->password.bytes, a->peer->password.len) !=
		     0))
		ARRAY_ADD(arena, &change->settings, "password");
	if (a->source_known && b->source_known && ip_compare(a->source, b->source) != 0)
		ARRAY_ADD(arena, &change->settings, "source address");
}

static enum session_change_kind session_change_of(const struct session_change *change)
{
	const struct bgp_session *before = change->before;
	const struct bgp_session *after = change->after;

	if (before == NULL)
		return SESSION_ADDED;
	if (after == NULL)
		return SESSION_REMOVED;
	if (before->verdict != BGP_DOWN && after->verdict == BGP_DOWN)
		return SESSION_FAILS;
	if (before->verdict == BGP_DOWN && after->verdict != BGP_DOWN)
		return SESSION_RECOVERS;
	return change->settings.count > 0 ? SESSION_CHANGES : SESSION_SAME;
}

static void session_count(struct diff_totals *totals, const struct session_change *change)
{
	const bool cannot = change->after != NULL && change->after->verdict == BGP_DOWN;

	totals->sessions += change->kind != SESSION_SAME;
	totals->sessions_failing +=
		change->kind == SESSION_FAILS || (change->kind == SESSION_ADDED && cannot);
}

/* `any` is one of the two, of which one may be NULL. */
static void session_compare(struct diff *diff, const struct keyed_session *any,
			    const struct keyed_session *before,
			    const struct keyed_session *after)
{
	struct session_change *change = ARRAY_PUSH(&diff->arena, &diff->sessions);

	*change = (struct session_change){
		.node = any->node,
		.router = any->router,
		.address = any->address,
		.before = before != NULL ? before->session : NULL,
		.after = after != NULL ? after->session : NULL,
	};
	if (before != NULL && after != NULL)
		session_add_changes(&diff->arena, change);
	change->kind = session_change_of(change);
	session_count(&diff->totals, change);
}

static void diff_sessions(struct diff *diff)
{
	struct keyed_sessions before, after;
	uint32_t i = 0;
	uint32_t k = 0;

	diff_list_sessions(&diff->before.bgp, &diff->arena, &before);
	diff_list_sessions(&diff->after.bgp, &diff->arena, &after);
	while (i < before.list.count || k < after.list.count) {
		const struct keyed_session *a =
			i < before.list.count ? &before.list.items[i] : NULL;
		const struct keyed_session *b =
			k < after.list.count ? &after.list.items[k] : NULL;
		const int order = a == NULL ? 1 : b == NULL ? -1 : keyed_session_order(a, b);

		session_compare(
			diff, &(order <= 0 ? &before : &after)->list.items[order <= 0 ? i : k],
			order <= 0 ? a : NULL, order >= 0 ? b : NULL);
		i += order <= 0;
		k += order >= 0;
	}
}

/* ---- routes ---- */

/* A route of one side, with what it is recognized by. */
struct keyed_route {
	const char *router, *prefix;
	const struct bgp_route *route;
};

struct keyed_routes {
	ARRAY_OF(struct keyed_route) list;
};

static int keyed_route_order(const void *pa, const void *pb)
{
	const struct keyed_route *a = pa;
	const struct keyed_route *b = pb;
	const int order = str_compare(a->router, b->router);

	return order != 0 ? order : str_compare(a->prefix, b->prefix);
}

static const char *route_prefix_text(const struct bgp_prefix *prefix, struct arena *arena)
{
	char text[IP_NET_TEXT_MAX];

	return arena_strdup(arena, ip_net_format(prefix->net, text));
}

/* Only what is installed counts: a prefix that the router's filter refuses is no route. */
static void diff_list_router(const struct bgp_config *config, const struct bgp_router *router,
			     struct arena *arena, struct keyed_routes *out)
{
	struct bgp_routes routes;

	bgp_routes_of(config, router, arena, &routes);
	ARRAY_FOREACH (const struct bgp_route_group, group, &routes.list) {
		if (group->route.filter != BGP_TAKEN || group->route.width == 0)
			continue;
		ARRAY_FOREACH (const struct bgp_prefix *const, prefix, &group->prefixes) {
			struct keyed_route keyed = { router->name,
						     route_prefix_text(*prefix, arena),
						     &group->route };

			ARRAY_ADD(arena, &out->list, keyed);
		}
	}
}

static void diff_list_routes(const struct bgp_cluster *bgp, struct arena *arena,
			     struct keyed_routes *out)
{
	*out = (struct keyed_routes){ { 0 } };
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs) {
		ARRAY_FOREACH (const struct bgp_router, router, &bgp->routers)
			diff_list_router(config, router, arena, out);
		ARRAY_FOREACH (const struct bgp_router, stranger, &config->strangers)
			diff_list_router(config, stranger, arena, out);
	}
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   keyed_route_order);
}

/* The installed paths are the first hops, by node name. */
static bool route_same_paths(const struct bgp_route *a, const struct bgp_route *b)
{
	if (a->width != b->width)
		return false;
	for (uint32_t i = 0; i < a->width; i++) {
		const struct bgp_hop *x = &a->hops.items[i];
		const struct bgp_hop *y = &b->hops.items[i];

		if (x->known != y->known ||
		    (x->known && ip_compare(x->next_hop, y->next_hop) != 0) ||
		    !str_equal(x->session->node->node->name, y->session->node->node->name))
			return false;
	}
	return true;
}

/* `any` is one of the two, of which one may be NULL. */
static void route_compare(struct diff *diff, const struct keyed_route *any,
			  const struct keyed_route *before, const struct keyed_route *after)
{
	struct route_change *change = ARRAY_PUSH(&diff->arena, &diff->routes);

	*change = (struct route_change){
		.router = any->router,
		.prefix = any->prefix,
		.before = before != NULL ? before->route : NULL,
		.after = after != NULL ? after->route : NULL,
	};
	change->kind = before == NULL                                  ? ROUTE_ADDED
		       : after == NULL                                 ? ROUTE_LOST
		       : route_same_paths(before->route, after->route) ? ROUTE_SAME
								       : ROUTE_CHANGES;
	diff->totals.routes += change->kind != ROUTE_SAME;
	diff->totals.routes_lost += change->kind == ROUTE_LOST;
}

static int route_prefix_order(const void *pa, const void *pb)
{
	const struct route_change *const *a = pa;
	const struct route_change *const *b = pb;

	return str_compare((*a)->prefix, (*b)->prefix);
}

/* Prefixes with VIPs that nodes originate, sorted. */
struct wanted_prefixes {
	ARRAY_OF(const char *) list;
};

static int route_text_order(const void *pa, const void *pb)
{
	return str_compare(*(const char *const *)pa, *(const char *const *)pb);
}

static void route_list_wanted(const struct bgp_cluster *bgp, struct arena *scratch,
			      struct wanted_prefixes *out)
{
	*out = (struct wanted_prefixes){ { 0 } };
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs) {
		ARRAY_FOREACH (const struct bgp_prefix, p, &config->prefixes) {
			if (p->vips.count > 0 && p->carriers->count > 0)
				ARRAY_ADD(scratch, &out->list, route_prefix_text(p, scratch));
		}
	}
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   route_text_order);
}

/* Whether the VIPs of the prefix are still there, although no router has a way to them: nodes
 * originate it, or nothing is left that could. */
static bool route_is_wanted(const struct bgp_cluster *bgp, const struct wanted_prefixes *wanted,
			    const char *prefix)
{
	if (bgp->configs.count == 0)
		return true;
	return wanted->list.count > 0 &&
	       bsearch(&prefix, wanted->list.items, wanted->list.count,
		       sizeof(*wanted->list.items), route_text_order) != NULL;
}

/* Prefixes that routers had and that no router has any more, though VIPs are in them. */
static void diff_count_dark(struct diff *diff, struct arena *scratch)
{
	const uint32_t count = diff->routes.count;
	const struct route_change **sorted = arena_zalloc(scratch, count + 1, sizeof(*sorted));

	struct wanted_prefixes wanted;

	route_list_wanted(&diff->after.bgp, scratch, &wanted);
	for (uint32_t i = 0; i < count; i++)
		sorted[i] = &diff->routes.items[i];
	order_sort(sorted, count, sizeof(*sorted), route_prefix_order);
	for (uint32_t i = 0, end = 0; i < count; i = end) {
		bool had = false;
		bool has = false;

		for (end = i; end < count && str_equal(sorted[end]->prefix, sorted[i]->prefix);
		     end++) {
			had |= sorted[end]->before != NULL;
			has |= sorted[end]->after != NULL;
		}
		if (had && !has &&
		    route_is_wanted(&diff->after.bgp, &wanted, sorted[i]->prefix))
			diff->totals.prefixes_dark++;
	}
}

static void diff_routes(struct diff *diff, struct arena *scratch)
{
	struct keyed_routes before, after;
	uint32_t i = 0;
	uint32_t k = 0;

	diff_list_routes(&diff->before.bgp, &diff->arena, &before);
	diff_list_routes(&diff->after.bgp, &diff->arena, &after);
	while (i < before.list.count || k < after.list.count) {
		const struct keyed_route *a =
			i < before.list.count ? &before.list.items[i] : NULL;
		const struct keyed_route *b =
			k < after.list.count ? &after.list.items[k] : NULL;
		const int order = a == NULL ? 1 : b == NULL ? -1 : keyed_route_order(a, b);

		route_compare(diff,
			      &(order <= 0 ? &before : &after)->list.items[order <= 0 ? i : k],
			      order <= 0 ? a : NULL, order >= 0 ? b : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	diff_count_dark(diff, scratch);
}

/* ---- both ---- */

void diff_bgp(struct diff *diff)
{
	struct diff_side *sides[] = { &diff->before, &diff->after };
	struct arena scratch;

	for (int i = 0; i < 2; i++) {
		const struct bgp_options how = { .vips = &sides[i]->vips };

		bgp_resolve(&sides[i]->bgp, &sides[i]->cluster, &how,
			    &sides[i]->snapshot->arena);
		if (sides[i]->bgp.beyond != NULL)
			ARRAY_ADD(&sides[i]->snapshot->arena,
				  &sides[i]->snapshot->sources.errors, sides[i]->bgp.beyond);
	}
	arena_init(&scratch);
	diff_sessions(diff);
	diff_routes(diff, &scratch);
	arena_release(&scratch);
}
