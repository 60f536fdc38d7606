/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The next-hop sets of the routers, and the flows of the clients behind them, worked out over
 * the hash space whenever something changes, never by packet (T8). A change of a set is one
 * replacement per prefix (T4.2). Left out: the time between the prefixes of one message, and
 * resilient hashing with idle timers (T8.4).
 */
#include "sim/router/router.h"

#include <string.h>

#include "base/text.h"
#include "sim/engine/trace.h"

enum { PERCENT = 100 };

static struct path_set *paths_set(const struct sim *sim, uint32_t router, uint32_t prefix)
{
	return &sim->routing->sets[(size_t)router * sim->setup->bgp->prefixes.count + prefix];
}

static struct client_result *paths_client(const struct sim *sim, uint32_t client, uint32_t vip)
{
	return &sim->routing->clients[(size_t)client * sim->setup->vips.count + vip];
}

/* ---- what is lost ---- */

/* Why the flows of a member do not arrive; NULL: they do. (T8.6) */
static const char *paths_fault(const struct sim *sim, const struct wire *w, uint32_t vip)
{
	if (!wire_passes(sim, w))
		return "dead-next-hop";
	return kernel_holds(sim, w->setup->node, vip) ? NULL : "no-vip";
}

/* What a client loses now: its share, and the cause of the larger part. */
static double paths_lost(const struct sim *sim, const struct path_set *set, uint32_t vip,
			 const char **cause)
{
	double dead = 0;
	double without = 0;

	*cause = "no-route";
	if (set->used.parts.count == 0)
		return 1;
	ARRAY_FOREACH (const struct hash_part, part, &set->used.parts) {
		const struct wire *w = &sim->routing->wires[part->member];
		const char *fault = paths_fault(sim, w, vip);

		if (fault == NULL)
			continue;
		if (str_equal(fault, "no-vip"))
			without += part->to - part->from;
		else
			dead += part->to - part->from;
	}
	*cause = without > dead ? "no-vip" : "dead-next-hop";
	return dead + without;
}

/* Ends the present stretch of loss, and begins the next one. */
static void paths_set_lost(struct sim *sim, struct client_result *client, double share,
			   const char *cause)
{
	const sim_ns now = sim->engine.now;

	if (share < 1e-9)
		share = 0;
	if (share == client->share && (share == 0 || str_equal(cause, client->cause)))
		return;
	if (client->share > 0 && now > client->since) {
		const struct lost_share lost = { { client->since, now },
						 client->share,
						 client->cause };

		ARRAY_ADD(sim->arena, &client->lost, lost);
	}
	client->share = share;
	client->cause = cause;
	client->since = now;
}

/* Somebody waits for the VIP: its Service is there. */
static void paths_assess(struct sim *sim, uint32_t router, uint32_t prefix, uint32_t vip)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	const char *cause = NULL;
	double lost = 0;

	if (sim->network->vips[vip].wanted)
		lost = paths_lost(sim, paths_set(sim, router, prefix), vip, &cause);
	for (uint32_t c = 0; c < bgp->clients.count; c++)
		if (bgp->clients.items[c].router == router)
			paths_set_lost(sim, paths_client(sim, c, vip), lost, cause);
}

static void paths_assess_all(struct sim *sim, uint32_t router, uint32_t prefix)
{
	ARRAY_FOREACH (const uint32_t, vip, &sim->setup->bgp->prefixes.items[prefix].vips)
		paths_assess(sim, router, prefix, *vip);
}

/* ---- sets ---- */

static void paths_note_set(struct sim *sim, uint32_t router, uint32_t prefix)
{
	struct path_set *set = paths_set(sim, router, prefix);
	struct route_set entry = { { sim->engine.now, SIM_NEVER }, { 0 } };

	if (set->result->sets.count > 0)
		set->result->sets.items[set->result->sets.count - 1].time.to = sim->engine.now;
	ARRAY_FOREACH (const struct hash_part, part, &set->used.parts) {
		const struct route_hop hop = { sim->routing->wires[part->member].setup->node,
					       part->to - part->from };
		bool known = false;

		ARRAY_FOREACH (struct route_hop, other, &entry.hops) {
			if (other->node != hop.node)
				continue;
			other->share += hop.share;
			known = true;
		}
		if (!known)
			ARRAY_ADD(sim->arena, &entry.hops, hop);
	}
	(void)router;
	ARRAY_ADD(sim->arena, &set->result->sets, entry);
}

/* Members whose neighbor entries have failed are passed over (T8.7). */
static void paths_pass_over(struct sim *sim, uint32_t router, struct path_set *set)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	bool *failed = arena_zalloc(sim->arena, bgp->sessions.count + 1, sizeof(*failed));
	bool any = false;

	ARRAY_FOREACH (const uint32_t, s, &bgp->routers.items[router].sessions) {
		failed[*s] = sim->routing->wires[*s].unresolved;
		any |= failed[*s];
	}
	set->used = set->space;
	if (any && set->space.parts.count > 0)
		hash_space_pass_over(&set->used, &set->space, failed, sim->arena);
}

static void paths_moved(struct sim *sim, uint32_t router, uint32_t prefix, double moved,
			const char *why)
{
	const struct setup_bgp *bgp = sim->setup->bgp;

	if (moved < 1e-9)
		return;
	ARRAY_FOREACH (const uint32_t, vip, &bgp->prefixes.items[prefix].vips) {
		for (uint32_t c = 0; c < bgp->clients.count; c++) {
			const struct moved_share entry = { sim->engine.now, moved, why };

			if (bgp->clients.items[c].router == router &&
			    sim->network->vips[*vip].wanted)
				ARRAY_ADD(sim->arena, &paths_client(sim, c, *vip)->moved,
					  entry);
		}
	}
}

/* The flows that have another member now; the sets may be the same. */
static void paths_use(struct sim *sim, uint32_t router, uint32_t prefix, const char *why)
{
	struct path_set *set = paths_set(sim, router, prefix);
	const struct hash_space before = set->used;
	double moved;

	paths_pass_over(sim, router, set);
	moved = hash_space_moved(&before, &set->used);
	if (moved > 0 || before.parts.count != set->used.parts.count)
		paths_note_set(sim, router, prefix);
	paths_moved(sim, router, prefix, moved, why);
	paths_assess_all(sim, router, prefix);
	if (moved >= 1e-9)
		trace_note(sim, "flows-moved", why, "%s moved %.0f %% of the flows to %s",
			   sim->setup->bgp->routers.items[router].router->name, moved * PERCENT,
			   sim->setup->bgp->prefixes.items[prefix].text);
	if ((before.parts.count == 0) != (set->used.parts.count == 0))
		trace_note(sim, before.parts.count > 0 ? "route-lost" : "route-gained", why,
			   before.parts.count > 0 ? "%s has no route to %s any more"
						  : "%s has a route to %s",
			   sim->setup->bgp->routers.items[router].router->name,
			   sim->setup->bgp->prefixes.items[prefix].text);
}

/* The set of a prefix as the sessions bring it now. */
static void paths_divide(struct sim *sim, uint32_t router, uint32_t prefix, const char *why)
{
	const struct setup_router *r = &sim->setup->bgp->routers.items[router];
	struct path_set *set = paths_set(sim, router, prefix);
	const struct hash_space before = set->space;
	struct next_hop *hops = arena_zalloc(sim->arena, r->sessions.count + 1, sizeof(*hops));
	uint32_t count = 0;
	uint32_t most = r->router->max_paths;

	ARRAY_FOREACH (const uint32_t, s, &r->sessions) {
		const struct wire *w = &sim->routing->wires[*s];

		if (w->setup->session->internal)
			most = r->router->max_paths_ibgp;
		if (w->routes[prefix] && (most == 0 || count < most))
			hops[count++] = (struct next_hop){ w->setup->next_hop, *s, 1 };
	}
	hash_space_divide(&set->space, r->router->hashing, hops, count, r->router->buckets,
			  before.parts.count > 0 ? &before : NULL, sim->arena);
	paths_use(sim, router, prefix, why);
}

/* ---- what the sessions bring ---- */

/* Takes over what a session brings now, marks the prefixes for which that is another thing than
 * before, and says whether there are any. */
static bool paths_take(struct sim *sim, struct wire *w, bool *changed)
{
	const struct node_speaker *speaker = &sim->routing->speakers[w->setup->node];
	const bool up = w->far.state == ROUTER_SESSION_UP;
	bool any = false;

	if (w->lingering)
		return false;
	for (uint32_t p = 0; p < sim->setup->bgp->prefixes.count; p++) {
		/* What a node that is gone had announced stays while its session does. */
		const bool brought =
			speaker->runs && w->near.state == SPEAKER_UP && wire_passes(sim, w)
				? speaker->imported[p]
				: w->routes[p];
		const bool has = up && brought && w->setup->accepted[p];

		changed[p] |= has != w->routes[p];
		any |= has != w->routes[p];
		w->routes[p] = has;
	}
	return any;
}

/* All updates of a router that are due at this moment are one change of each prefix (T4.2). */
void paths_update(struct sim *sim, struct wire *w, const char *why)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	bool *changed = sim->routing->changed;
	uint32_t others = 0;

	memset(changed, 0, bgp->prefixes.count * sizeof(*changed));
	(void)paths_take(sim, w, changed);
	ARRAY_FOREACH (const uint32_t, s, &bgp->routers.items[w->setup->router].sessions) {
		struct wire *other = &sim->routing->wires[*s];

		if (other == w || !engine_pending(&sim->engine, other->update) ||
		    engine_when(&sim->engine, other->update) > sim->engine.now)
			continue;
		engine_cancel(&sim->engine, &other->update);
		others += paths_take(sim, other, changed);
	}
	for (uint32_t p = 0; p < bgp->prefixes.count; p++)
		if (changed[p])
			paths_divide(
				sim, w->setup->router, p,
				arena_printf(sim->arena, "%s of %s%s: %s",
					     w->routes[p] ? "the route" : "no route any more",
					     sim->setup->nodes.items[w->setup->node].name,
					     others == 0   ? ""
					     : others == 1 ? " and another node"
							   : " and other nodes",
					     why));
}

static void paths_update_now(void *context, void *actor, uint64_t why)
{
	paths_update(context, actor, (const char *)(uintptr_t)why);
}

void paths_update_in(struct sim *sim, struct wire *w, sim_ns delay, const char *why)
{
	const sim_ns at = sim->engine.now + delay;

	/* One that is under way takes this along (T4.2). */
	if (engine_pending(&sim->engine, w->update) &&
	    engine_when(&sim->engine, w->update) <= at &&
	    engine_when(&sim->engine, w->update) > sim->engine.now)
		return;
	engine_cancel(&sim->engine, &w->update);
	w->update = engine_at(&sim->engine, at, paths_update_now, w, (uint64_t)(uintptr_t)why);
}

void paths_member_changed(struct sim *sim, const struct wire *w, const char *why)
{
	for (uint32_t p = 0; p < sim->setup->bgp->prefixes.count; p++)
		if (w->routes[p])
			paths_use(sim, w->setup->router, p, why);
}

void paths_vip_changed(struct sim *sim, uint32_t vip)
{
	const uint32_t prefix = sim->setup->bgp->prefix_of[vip];

	for (uint32_t r = 0; r < sim->setup->bgp->routers.count; r++)
		paths_assess(sim, r, prefix, vip);
}

/* ---- start and end ---- */

void paths_init(struct sim *sim)
{
	const struct setup *setup = sim->setup;
	const struct setup_bgp *bgp = setup->bgp;
	struct routing *router = sim->routing;
	const size_t sets = (size_t)bgp->routers.count * bgp->prefixes.count;
	const size_t clients = (size_t)bgp->clients.count * setup->vips.count;

	router->sets = arena_zalloc(sim->arena, sets + 1, sizeof(*router->sets));
	router->clients = arena_zalloc(sim->arena, clients + 1, sizeof(*router->clients));
	ARRAY_RESERVE(sim->arena, &sim->result->routes, (uint32_t)sets);
	for (size_t i = 0; i < sets; i++) {
		struct route_result *result = ARRAY_PUSH(sim->arena, &sim->result->routes);

		*result =
			(struct route_result){ .router = (uint32_t)(i / bgp->prefixes.count),
					       .prefix = (uint32_t)(i % bgp->prefixes.count) };
		router->sets[i].result = result;
	}
	for (uint32_t c = 0; c < bgp->clients.count; c++)
		for (uint32_t v = 0; v < setup->vips.count; v++)
			*paths_client(sim, c, v) =
				(struct client_result){ .client = c, .vip = v, .cause = NULL };
	for (uint32_t r = 0; r < bgp->routers.count; r++)
		for (uint32_t p = 0; p < bgp->prefixes.count; p++)
			paths_assess_all(sim, r, p);
}

/* Cuts off what was before the measurements; false: nothing is left. */
static bool paths_cut_interval(const struct sim *sim, struct interval *time)
{
	const sim_ns from = sim->measure_from;

	if (time->to <= from)
		return false;
	time->from = time->from > from ? time->from - from : 0;
	if (time->to != SIM_NEVER)
		time->to -= from;
	return true;
}

static void paths_finish_client(struct sim *sim, struct client_result *client)
{
	const sim_ns end = sim->engine.now - sim->measure_from;
	sim_ns began = SIM_NEVER;
	sim_ns until = SIM_NEVER;
	uint32_t kept = 0;

	if (client->share > 0) {
		const struct lost_share open = { { client->since, SIM_NEVER },
						 client->share,
						 client->cause };

		ARRAY_ADD(sim->arena, &client->lost, open);
	}
	for (uint32_t i = 0; i < client->lost.count; i++) {
		struct lost_share it = client->lost.items[i];
		sim_ns to;

		if (!paths_cut_interval(sim, &it.time))
			continue;
		to = it.time.to == SIM_NEVER ? end : it.time.to;
		client->lost.items[kept++] = it;
		client->lost_flow_seconds +=
			it.share * (double)(to - it.time.from) / (double)NS_PER_SEC;
		if (it.share > client->max_lost_share)
			client->max_lost_share = it.share;
		if (it.time.from != until)
			began = it.time.from;
		until = it.time.to;
		if (to - began > client->lost_longest)
			client->lost_longest = to - began;
	}
	client->lost.count = kept;
	kept = 0;
	for (uint32_t i = 0; i < client->moved.count; i++) {
		struct moved_share it = client->moved.items[i];

		if (it.at < sim->measure_from)
			continue;
		it.at -= sim->measure_from;
		client->moved_share += it.share;
		client->moved.items[kept++] = it;
	}
	client->moved.count = kept;
}

void paths_finish(struct sim *sim)
{
	const struct setup *setup = sim->setup;

	ARRAY_FOREACH (struct route_result, route, &sim->result->routes) {
		uint32_t kept = 0;

		for (uint32_t i = 0; i < route->sets.count; i++) {
			struct route_set it = route->sets.items[i];

			if (paths_cut_interval(sim, &it.time))
				route->sets.items[kept++] = it;
		}
		route->sets.count = kept;
	}
	for (uint32_t c = 0; c < setup->bgp->clients.count; c++) {
		for (uint32_t v = 0; v < setup->vips.count; v++) {
			if (setup->bgp->prefix_of[v] == SETUP_NONE)
				continue;
			paths_finish_client(sim, paths_client(sim, c, v));
			ARRAY_ADD(sim->arena, &sim->result->clients, *paths_client(sim, c, v));
		}
	}
}
