/* SPDX-License-Identifier: Apache-2.0 */
/* What a router makes of what nodes advertise: best paths and their width (6.2, 6.3). */
#include "purelb/bgp/bgp_parts.h"

#include <stdlib.h>

#include "purelb/pools/order.h"

bool bgp_session_advertises(const struct bgp_session *session, const struct bgp_prefix *prefix)
{
	return session->verdict != BGP_DOWN && session->peer->vrf == NULL &&
	       (session->families & bgp_family_bit(prefix->family)) != 0 &&
	       bgp_carriers_has(prefix->carriers, session->node->index);
}

/* ---- the sessions of a router ---- */

static uint32_t rank_of(const struct bgp_config *config, const struct bgp_router *router)
{
	return router->router != NULL ? router->index
				      : config->cluster->routers.count + router->index;
}

static uint32_t session_rank(const struct bgp_config *config, const struct bgp_session *s)
{
	return rank_of(config, s->router != NULL ? s->router : s->stranger);
}

/* The first live session of a router of at least that rank. */
static uint32_t first_live(const struct bgp_config *config, uint32_t rank)
{
	uint32_t low = 0;
	uint32_t high = config->live.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (session_rank(config, config->live.items[middle]) < rank)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- candidates ---- */

static struct bgp_hop make_hop(const struct bgp_session *s, enum ip_family family)
{
	return (struct bgp_hop){
		.session = s,
		.known = (s->next_hops & bgp_family_bit(family)) != 0,
		.none = (s->no_next_hops & bgp_family_bit(family)) != 0,
		.next_hop = family == IP_V4 ? s->next_hop_v4 : s->next_hop_v6,
	};
}

static void collect_hops(const struct bgp_config *config, struct bgp_route *route,
			 struct arena *arena)
{
	uint32_t rank = rank_of(config, route->router);
	enum bgp_filter refused = BGP_TAKEN;

	for (uint32_t i = first_live(config, rank); i < config->live.count; i++) {
		const struct bgp_session *s = config->live.items[i];
		enum bgp_filter filter;

		if (session_rank(config, s) != rank)
			break;
		if (!bgp_session_advertises(s, route->prefix))
			continue;
		filter = bgp_router_filter(route->router, route->prefix, s->internal);
		if (filter == BGP_TAKEN)
			ARRAY_ADD(arena, &route->hops, make_hop(s, route->prefix->family));
		else if (refused == BGP_TAKEN)
			refused = filter;
	}
	if (route->hops.count == 0)
		route->filter = refused;
}

/* ---- best paths ---- */

/* A node sends an empty AS path to its own AS, and its AS to others. */
static unsigned path_length(const struct bgp_session *s)
{
	return s->internal ? 0 : 1;
}

/* The better path first: one with a next hop, the shorter AS path, the lower router ID, the
 * lower address. The paths of a node stay together, even where nodes share a router ID. */
static int compare_paths(const void *pa, const void *pb)
{
	const struct bgp_hop *hop_a = pa;
	const struct bgp_hop *hop_b = pb;
	const struct bgp_session *a = hop_a->session;
	const struct bgp_session *b = hop_b->session;
	int order;

	if (hop_a->none != hop_b->none)
		return hop_a->none ? 1 : -1;
	if (path_length(a) != path_length(b))
		return path_length(a) < path_length(b) ? -1 : 1;
	order = ip_compare(a->node->router_id.ip, b->node->router_id.ip);
	if (order == 0)
		order = (a->node->index > b->node->index) - (a->node->index < b->node->index);
	if (order == 0)
		order = ip_compare(a->source, b->source);
	return order != 0 ? order : (a->peer > b->peer) - (a->peer < b->peer);
}

/* Good enough to stand beside the best one. */
static bool equal_cost(const struct bgp_router *router, const struct bgp_session *best,
		       const struct bgp_session *s)
{
	if (path_length(s) != path_length(best))
		return false;
	return s->internal || router->multipath_relax ||
	       s->peer->local_as == best->peer->local_as;
}

/* Two sessions of one node give one next hop. */
static bool is_repeated(const struct bgp_route *route, uint32_t index)
{
	const struct bgp_hop *hop = &route->hops.items[index];

	for (uint32_t i = index; i-- > 0;) {
		const struct bgp_hop *before = &route->hops.items[i];

		if (before->session->node != hop->session->node)
			break;
		if (before->used && before->known && hop->known &&
		    ip_compare(before->next_hop, hop->next_hop) == 0)
			return true;
	}
	return false;
}

static void choose(struct bgp_route *route)
{
	const struct bgp_router *router = route->router;
	const struct bgp_session *best = route->hops.items[0].session;
	uint32_t limit = best->internal ? router->max_paths_ibgp : router->max_paths;

	for (uint32_t i = 0; i < route->hops.count; i++) {
		struct bgp_hop *hop = &route->hops.items[i];

		hop->best_paths = !hop->none && equal_cost(router, best, hop->session);
		if (!hop->best_paths || is_repeated(route, i) ||
		    (limit > 0 && route->width >= limit))
			continue;
		hop->used = true;
		route->width++;
	}
}

static int compare_hops(const void *pa, const void *pb)
{
	const struct bgp_hop *a = pa;
	const struct bgp_hop *b = pb;

	if (a->used != b->used)
		return a->used ? -1 : 1;
	if (a->session->node->index != b->session->node->index)
		return a->session->node->index < b->session->node->index ? -1 : 1;
	return (a->session->peer > b->session->peer) - (a->session->peer < b->session->peer);
}

void bgp_route_find(const struct bgp_config *config, const struct bgp_router *router,
		    const struct bgp_prefix *prefix, struct arena *arena, struct bgp_route *out)
{
	*out = (struct bgp_route){ .router = router, .prefix = prefix };
	collect_hops(config, out, arena);
	if (out->hops.count == 0)
		return;
	qsort(out->hops.items, out->hops.count, sizeof(*out->hops.items), compare_paths);
	choose(out);
	qsort(out->hops.items, out->hops.count, sizeof(*out->hops.items), compare_hops);
}

/* ---- all routes of a router ---- */

/* A prefix, and all that its route depends on. */
struct keyed {
	const struct bgp_prefix *prefix;
	enum bgp_filter internal, external;
};

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare_routes(const struct keyed *a, const struct keyed *b)
{
	int order = compare_numbers(a->prefix->family, b->prefix->family);

	if (order == 0)
		order = compare_numbers(a->prefix->carriers->id, b->prefix->carriers->id);
	if (order == 0)
		order = compare_numbers(a->prefix->predicted, b->prefix->predicted);
	if (order == 0)
		order = compare_numbers(a->internal, b->internal);
	return order != 0 ? order : compare_numbers(a->external, b->external);
}

static int compare_keyed(const void *pa, const void *pb)
{
	const struct keyed *a = pa;
	const struct keyed *b = pb;
	const int order = compare_routes(a, b);

	return order != 0 ? order : (a->prefix > b->prefix) - (a->prefix < b->prefix);
}

static int compare_groups(const void *pa, const void *pb)
{
	const struct bgp_route_group *a = pa;
	const struct bgp_route_group *b = pb;

	return (a->route.prefix > b->route.prefix) - (a->route.prefix < b->route.prefix);
}

static void add_group(const struct bgp_config *config, const struct bgp_router *router,
		      const struct keyed *first, uint32_t count, struct arena *arena,
		      struct bgp_routes *out)
{
	struct bgp_route_group *group;
	struct bgp_route route;

	bgp_route_find(config, router, first->prefix, arena, &route);
	if (route.hops.count == 0 && route.filter == BGP_TAKEN)
		return;
	group = ARRAY_PUSH(arena, &out->list);
	group->route = route;
	group->predicted = first->prefix->predicted;
	ARRAY_RESERVE(arena, &group->prefixes, count);
	for (uint32_t i = 0; i < count; i++)
		ARRAY_ADD(arena, &group->prefixes, first[i].prefix);
}

void bgp_routes_of(const struct bgp_config *config, const struct bgp_router *router,
		   struct arena *arena, struct bgp_routes *out)
{
	const uint32_t count = config->prefixes.count;
	struct keyed *keyed;

	*out = (struct bgp_routes){ 0 };
	if (count == 0)
		return;
	keyed = arena_zalloc(arena, count, sizeof(*keyed));
	for (uint32_t i = 0; i < count; i++) {
		const struct bgp_prefix *prefix = &config->prefixes.items[i];

		keyed[i] = (struct keyed){
			.prefix = prefix,
			.internal = bgp_router_filter(router, prefix, true),
			.external = bgp_router_filter(router, prefix, false),
		};
	}
	order_sort(keyed, count, sizeof(*keyed), compare_keyed);
	for (uint32_t i = 0, end = 0; i < count; i = end) {
		while (end < count && compare_routes(&keyed[i], &keyed[end]) == 0)
			end++;
		add_group(config, router, &keyed[i], end - i, arena, out);
	}
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items), compare_groups);
}
