/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is measured of the routes of a router (T12.2): for how long there was none, or one with
 * fewer next hops that work than it had at its best in this run, and for how long one of them
 * was dead or did not have the VIP. Only times count in which some Service has a VIP of the
 * prefix that is on no local interface: so the first path is one from the creation of the
 * Service.
 */
#include "sim/router/router.h"

#include <string.h>

static bool *widths_stale(const struct sim *sim, uint32_t router, uint32_t vip)
{
	return &sim->routing->stale[(size_t)router * sim->setup->vips.count + vip];
}

static struct route_result *widths_route(const struct sim *sim, uint32_t router,
					 uint32_t prefix)
{
	return &sim->result->routes
			.items[(size_t)router * sim->setup->bgp->prefixes.count + prefix];
}

/* ---- while the run lasts ---- */

void widths_init(struct sim *sim)
{
	const struct setup *setup = sim->setup;
	struct routing *routing = sim->routing;

	routing->wanted =
		arena_zalloc(sim->arena, setup->vips.count + 1, sizeof(*routing->wanted));
	routing->prefixes = arena_zalloc(sim->arena, setup->bgp->prefixes.count + 1,
					 sizeof(*routing->prefixes));
	routing->stale = arena_zalloc(sim->arena, (size_t)setup->vips.count + 1,
				      setup->bgp->routers.count + 1);
}

void widths_want(struct sim *sim, uint32_t vip)
{
	/* One on a local interface needs no route. */
	const bool wanted =
		sim->network->vips[vip].wanted && sim->network->vips[vip].local.count == 0;
	struct prefix_wanted *prefix = &sim->routing->prefixes[sim->setup->bgp->prefix_of[vip]];

	if (sim->routing->wanted[vip] == wanted)
		return;
	sim->routing->wanted[vip] = wanted;
	if (wanted && prefix->vips++ == 0)
		ARRAY_ADD(sim->arena, &prefix->times,
			  ((struct interval){ sim->engine.now, SIM_NEVER }));
	else if (!wanted && --prefix->vips == 0)
		prefix->times.items[prefix->times.count - 1].to = sim->engine.now;
}

static void widths_end_stale(const struct sim *sim, struct route_result *route)
{
	const sim_ns from =
		route->stale_since > sim->measure_from ? route->stale_since : sim->measure_from;

	if (sim->measure_from != SIM_NEVER && sim->engine.now > from)
		route->stale.time += sim->engine.now - from;
}

void widths_set_stale(struct sim *sim, uint32_t router, uint32_t vip, bool stale)
{
	struct route_result *route = widths_route(sim, router, sim->setup->bgp->prefix_of[vip]);
	bool *now = widths_stale(sim, router, vip);

	if (*now == stale)
		return;
	*now = stale;
	sim->routing->paths[router].unwell += stale ? 1 : UINT32_MAX;
	if (stale && route->stale_vips++ == 0)
		route->stale_since = sim->engine.now;
	else if (!stale && --route->stale_vips == 0)
		widths_end_stale(sim, route);
}

/* ---- at the end ---- */

static uint32_t widths_of(const struct route_set *set)
{
	uint32_t width = 0;

	ARRAY_FOREACH (const struct route_hop, hop, &set->hops)
		width += hop->alive;
	return width;
}

/* The longest time within `wanted` in which the route had fewer than `least` next hops, of
 * those that work or of all. */
static void widths_find_missing(struct missing *out, const struct route_result *route,
				struct interval wanted, uint32_t least, bool working,
				sim_ns end)
{
	struct interval narrow = { 0, -1 };

	ARRAY_FOREACH (const struct route_set, set, &route->sets) {
		const uint32_t width = working ? widths_of(set) : set->hops.count;
		const sim_ns from = set->time.from > wanted.from ? set->time.from : wanted.from;
		const sim_ns until = set->time.to < wanted.to ? set->time.to : wanted.to;
		const sim_ns to = until < end ? until : end;

		if (width >= least || to <= from)
			continue;
		if (narrow.to != from)
			narrow.from = from;
		narrow.to = to;
		if (to - narrow.from > out->time)
			*out = (struct missing){ to - narrow.from, until == SIM_NEVER };
	}
}

/* The same Services wait for prefixes of the same group, mostly. */
static bool widths_are_alike(const struct sim *sim, const struct route_result *a,
			     const struct route_result *b)
{
	const struct prefix_wanted *x = &sim->routing->prefixes[a->prefix];
	const struct prefix_wanted *y = &sim->routing->prefixes[b->prefix];

	return a->sets.items == b->sets.items && x->times.count == y->times.count &&
	       (x->times.count == 0 || memcmp(x->times.items, y->times.items,
					      x->times.count * sizeof(*x->times.items)) == 0);
}

static void widths_measure(struct sim *sim, struct route_result *route)
{
	const sim_ns end = sim->engine.now - sim->measure_from;

	ARRAY_FOREACH (const struct route_set, set, &route->sets) {
		const uint32_t width = widths_of(set);

		route->full_width = width > route->full_width ? width : route->full_width;
	}
	ARRAY_FOREACH (const struct interval, it,
		       &sim->routing->prefixes[route->prefix].times) {
		struct interval wanted = *it;

		if (!router_measured_interval(sim, &wanted))
			continue;
		widths_find_missing(&route->first_path, route, wanted, 1, false, end);
		widths_find_missing(&route->full, route, wanted, route->full_width, true, end);
	}
}

static void widths_finish_route(struct sim *sim, struct route_result *route)
{
	const struct path_group *group = sim->routing->paths[route->router].of[route->prefix];
	const struct route_result *first = widths_route(sim, route->router, group->prefixes[0]);

	if (route->stale_vips > 0) {
		widths_end_stale(sim, route);
		route->stale.ongoing = true;
	}
	if (first == route || !widths_are_alike(sim, first, route)) {
		widths_measure(sim, route);
		return;
	}
	route->full_width = first->full_width;
	route->first_path = first->first_path;
	route->full = first->full;
}

void widths_finish(struct sim *sim)
{
	ARRAY_FOREACH (struct route_result, route, &sim->result->routes)
		widths_finish_route(sim, route);
}
