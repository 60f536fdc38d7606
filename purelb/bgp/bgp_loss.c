/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routes of a router before and after a loss (T6.4, T8.1, T8.3, T8.4, T8.6, T9).
 *
 * Nodes and routers die silently, as in a power cut. What does not change with it is what
 * comes from elsewhere: VIPs stay on the nodes that are left, and a session that a listen limit
 * keeps out stays out, since who connects first is not known. Two sessions of one node are one
 * member of a next-hop set: flows that change only between them have not moved.
 */
#include "purelb/bgp/bgp_loss.h"

#include "base/duration.h"
#include "purelb/bgp/router_profiles.h"

/* Nanoseconds. */
#define CARRIER_MIN_NS   (5 * NS_PER_MS) /* T2 carrierNotice */
#define CARRIER_MAX_NS   NS_PER_SEC
#define REACHABLE_MIN_NS (15 * NS_PER_SEC) /* T2 neighborReachable */
#define REACHABLE_MAX_NS (45 * NS_PER_SEC)
#define ENTRY_FAILS_NS   (8 * NS_PER_SEC) /* T8.7a: 5 s delay, 3 probes */
#define ENTRY_LEAST_NS   (3 * NS_PER_SEC)

bool bgp_loss_has_node(const struct bgp_loss *loss, uint32_t node_index)
{
	return loss->nodes != NULL && loss->nodes[node_index];
}

bool bgp_loss_has_router(const struct bgp_loss *loss, const struct bgp_router *router)
{
	for (uint32_t i = 0; i < loss->router_count; i++)
		if (loss->routers[i] == router)
			return true;
	return false;
}

bool bgp_loss_has_session(const struct bgp_loss *loss, const struct bgp_session *session)
{
	return (loss->session != NULL && session == loss->session) ||
	       bgp_loss_has_node(loss, session->node->index) ||
	       bgp_loss_has_router(loss, session->router != NULL ? session->router
								 : session->stranger);
}

/* ---- how long it goes unnoticed ---- */

/* What is known of a session whose ends both have a timer: nothing ends it when that is 0. */
static struct bgp_notice bgp_loss_at_most_hold(const struct bgp_session *session)
{
	return (struct bgp_notice){
		.ends = session->hold_seconds > 0,
		.span = { 0, bgp_time_seconds(session->hold_seconds) },
	};
}

struct bgp_notice bgp_loss_noticed_by_router(const struct bgp_session *session)
{
	const struct bgp_router *router = session->router;
	struct bgp_notice notice = bgp_loss_at_most_hold(session);

	if (router == NULL || router->profile == NULL)
		return notice;
	if (router->attached_directly && router->profile->notices_carrier)
		return (struct bgp_notice){ true, true, { CARRIER_MIN_NS, CARRIER_MAX_NS } };
	if (notice.ends && router->hold_known) {
		notice.least_known = true;
		notice.span = router_profile_until_noticed(
			router->profile, session->hold_seconds, session->keepalive_seconds);
	}
	return notice;
}

struct bgp_notice bgp_loss_noticed_by_node(const struct bgp_session *session)
{
	const struct bgp_router *router = session->router;
	struct bgp_notice notice = bgp_loss_at_most_hold(session);

	if (router == NULL || router->profile == NULL || !router->hold_known || !notice.ends)
		return notice;
	notice.least_known = true;
	notice.span = bgp_time_until_noticed(
		session->hold_seconds,
		router_profile_keepalive(router->profile,
					 router->keepalive_given ? router->keepalive_seconds
								 : 0,
					 session->hold_seconds));
	return notice;
}

/*
 * The kernel of the router can pass over the dead neighbor before (T8.7): its entry fails
 * between the two times, after the last acknowledgement of the session confirmed it. That a
 * router without a profile does is possible, not known.
 */
static void bgp_loss_pass_over(struct bgp_notice *notice, const struct bgp_session *session)
{
	const struct bgp_router *router = session->router;
	const int64_t keepalive_ns = bgp_time_seconds(session->keepalive_seconds);
	const int64_t least = keepalive_ns < REACHABLE_MIN_NS && keepalive_ns > 0
				      ? REACHABLE_MIN_NS + ENTRY_FAILS_NS - keepalive_ns
				      : ENTRY_LEAST_NS;
	const int64_t most = REACHABLE_MAX_NS + ENTRY_FAILS_NS;

	if (!router->passes_dead || router->hashing != NEXT_HOPS_THRESHOLD ||
	    session->adjacency != BGP_ADJACENT)
		return;
	if (notice->span.min_ns > least || !notice->ends)
		notice->span.min_ns = least;
	if (router->profile == router_profile_default())
		return;
	if (notice->span.max_ns > most || !notice->ends)
		notice->span.max_ns = most;
	notice->ends = true;
}

/* Until no flow goes to the dead node of the session any more; `others` are left. */
static struct bgp_notice bgp_loss_ends(const struct bgp_session *session, bool others)
{
	struct bgp_notice notice = bgp_loss_noticed_by_router(session);

	if (session->router == NULL || session->router->profile == NULL)
		return notice;
	notice.span.min_ns += session->router->loss_to_fib.min_ns;
	notice.span.max_ns += session->router->loss_to_fib.max_ns;
	if (others)
		bgp_loss_pass_over(&notice, session);
	return notice;
}

/* Both are to be noticed. */
static void bgp_loss_wait_for(struct bgp_notice *all, const struct bgp_notice *one)
{
	all->ends = all->ends && one->ends;
	all->least_known = all->least_known && one->least_known;
	if (one->span.min_ns > all->span.min_ns)
		all->span.min_ns = one->span.min_ns;
	if (one->span.max_ns > all->span.max_ns)
		all->span.max_ns = one->span.max_ns;
}

/* ---- routes ---- */

/* The members are nodes. False when what becomes of flows is not known. */
static bool bgp_loss_divide(struct hash_space *out, const struct bgp_route *route,
			    const struct hash_space *previous, struct arena *arena)
{
	struct next_hop *hops = arena_zalloc(arena, route->width, sizeof(*hops));
	bool known = true;

	for (uint32_t i = 0; i < route->width; i++) {
		const struct bgp_hop *hop = &route->hops.items[i];

		hops[i] = (struct next_hop){ .gateway = hop->next_hop,
					     .member = hop->session->node->index };
		known &= hop->known;
	}
	next_hops_order(hops, route->width);
	hash_space_divide(out, route->router->hashing, hops, route->width,
			  route->router->buckets, previous, arena);
	/* How a router that is not described hashes is not known. Of two either can leave: half
	 * of the flows have to move or stay (T8.3, T8.4). */
	return (known && route->router->router != NULL) || route->width <= 2;
}

static void bgp_loss_judge(struct bgp_route_change *change, const struct bgp_loss *loss,
			   struct arena *arena)
{
	const struct bgp_route *before = &change->before->route;
	struct hash_space old, new;

	change->moved_known = bgp_loss_divide(&old, before, NULL, arena);
	change->moved_known &= bgp_loss_divide(&new, &change->after, &old, arena);
	change->moved = hash_space_moved(&old, &new);
	change->until = (struct bgp_notice){ .ends = true, .least_known = true };
	for (uint32_t i = 0; i < before->width; i++) {
		const struct bgp_session *session = before->hops.items[i].session;
		struct bgp_notice notice;

		if (!bgp_loss_has_node(loss, session->node->index))
			continue;
		notice = bgp_loss_ends(session, change->after.width > 0);
		bgp_loss_wait_for(&change->until, &notice);
	}
	if (loss->nodes != NULL && before->width > 0)
		change->lost = hash_space_lost(&old, loss->nodes);
}

/* Some session that the router has a path from goes. */
static bool bgp_loss_concerns(const struct bgp_route *route, const struct bgp_loss *loss)
{
	for (uint32_t i = 0; i < route->hops.count; i++)
		if (bgp_loss_has_session(loss, route->hops.items[i].session))
			return true;
	return false;
}

void bgp_loss_changes(const struct bgp_config *config, const struct bgp_router *router,
		      const struct bgp_loss *loss, struct arena *arena,
		      struct bgp_route_changes *out)
{
	const bool gone = bgp_loss_has_router(loss, router);
	struct bgp_routes routes;

	*out = (struct bgp_route_changes){ 0 };
	bgp_routes_of(config, router, arena, &routes);
	ARRAY_FOREACH (const struct bgp_route_group, group, &routes.list) {
		struct bgp_route_change *change;

		if (!bgp_loss_concerns(&group->route, loss))
			continue;
		change = ARRAY_PUSH(arena, &out->list);
		change->before = group;
		bgp_loss_route(config, router, group->route.prefix, loss, arena,
			       &change->after);
		if (gone)
			change->lost = group->route.width > 0 ? 1 : 0;
		else
			bgp_loss_judge(change, loss, arena);
	}
}
