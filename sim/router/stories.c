/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is noted of the changes of routes while a run lasts, and what its results have of that:
 * the next hops of each prefix at each router over time, and the flows of each client that
 * moved (T12.2). Thousands of prefixes mostly share what happens to them; so a change is noted
 * once, a prefix has a list of the changes that it is part of, and prefixes with the same list
 * share their intervals.
 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "sim/router/router.h"

void stories_init(struct sim *sim)
{
	const struct setup *setup = sim->setup;
	const uint32_t prefixes = setup->bgp->prefixes.count;

	ARRAY_RESERVE(sim->arena, &sim->result->routes, setup->bgp->routers.count * prefixes);
	for (uint32_t r = 0; r < setup->bgp->routers.count; r++) {
		struct router_paths *paths = &sim->routing->paths[r];

		paths->stories =
			arena_zalloc(sim->arena, prefixes + 1, sizeof(*paths->stories));
		for (uint32_t p = 0; p < prefixes; p++)
			ARRAY_ADD(sim->arena, &sim->result->routes,
				  ((struct route_result){ .router = r, .prefix = p }));
	}
	sim->routing->unwanted = arena_zalloc(sim->arena, setup->vips.count + 1,
					      sizeof(*sim->routing->unwanted));
	for (uint32_t v = 0; v < setup->vips.count; v++)
		stories_note_wanted(sim, v);
}

void stories_note_wanted(struct sim *sim, uint32_t vip)
{
	struct unwanted *unwanted = &sim->routing->unwanted[vip];
	const struct interval begins = { sim->engine.now, SIM_NEVER };
	const bool now = !sim->network->vips[vip].wanted;

	if (now == unwanted->now)
		return;
	unwanted->now = now;
	if (now)
		ARRAY_ADD(sim->arena, &unwanted->times, begins);
	else
		unwanted->times.items[unwanted->times.count - 1].to = sim->engine.now;
}

bool stories_same_hops(const struct route_hops *a, const struct route_hops *b)
{
	bool same = a->count == b->count;

	for (uint32_t i = 0; same && i < a->count; i++)
		same = a->items[i].node == b->items[i].node &&
		       a->items[i].alive == b->items[i].alive &&
		       fabs(a->items[i].share - b->items[i].share) < 1e-9;
	return same;
}

void stories_add(struct sim *sim, uint32_t router, uint32_t prefix,
		 const struct path_note *note)
{
	if (note != NULL)
		ARRAY_ADD(sim->arena, &sim->routing->paths[router].stories[prefix].list, note);
}

/* ---- those to which the same happened ---- */

/* Those told so far: each is the first with its list. */
struct told {
	ARRAY_OF(struct told_first {
		uint64_t digest;
		uint32_t number;
	})
	firsts;
};

static uint64_t stories_digest(const struct path_notes *notes)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325);

	ARRAY_FOREACH (const struct path_note *const, note, &notes->list)
		digest = (digest ^ (uint64_t)(uintptr_t)*note) * UINT64_C(0x100000001b3);
	return digest;
}

static bool stories_are_alike(const struct path_notes *a, const struct path_notes *b)
{
	return a->list.count == b->list.count &&
	       (a->list.count == 0 || memcmp(a->list.items, b->list.items,
					     a->list.count * sizeof(*a->list.items)) == 0);
}

/* The first one with this list; `number` itself when it is the first. */
static uint32_t stories_find(struct sim *sim, struct told *told, const struct path_notes *all,
			     uint32_t number)
{
	const struct told_first added = { stories_digest(&all[number]), number };

	ARRAY_FOREACH (const struct told_first, first, &told->firsts) {
		if (first->digest == added.digest &&
		    stories_are_alike(&all[first->number], &all[number]))
			return first->number;
	}
	ARRAY_ADD(sim->arena, &told->firsts, added);
	return number;
}

/* ---- routes ---- */

static void stories_add_set(struct sim *sim, struct route_result *result, sim_ns from,
			    sim_ns until, const struct route_hops *hops)
{
	struct route_set set = { { from, until }, *hops };

	if (router_measured_interval(sim, &set.time))
		ARRAY_ADD(sim->arena, &result->sets, set);
}

/* Of several changes at one moment the last one counts. */
static void stories_tell_route(struct sim *sim, uint32_t router, uint32_t prefix,
			       struct route_result *result)
{
	const struct path_notes *story = &sim->routing->paths[router].stories[prefix];
	const struct route_hops *hops =
		story->list.count > 0
			? &story->list.items[0]->before
			: paths_describe(sim, router, sim->routing->paths[router].of[prefix]);
	sim_ns from = 0;

	for (uint32_t i = 0; i < story->list.count; i++) {
		const struct path_note *note = story->list.items[i];
		const bool last =
			i + 1 == story->list.count || story->list.items[i + 1]->at > note->at;

		if (!last || stories_same_hops(hops, &note->now))
			continue;
		stories_add_set(sim, result, from, note->at, hops);
		from = note->at;
		hops = &note->now;
	}
	stories_add_set(sim, result, from, SIM_NEVER, hops);
}

/* Of prefixes without any change the present set counts as well. Fills `firsts`. */
static void stories_finish_routes(struct sim *sim, uint32_t router, uint32_t *firsts)
{
	const struct router_paths *paths = &sim->routing->paths[router];
	const uint32_t prefixes = sim->setup->bgp->prefixes.count;
	struct route_result *routes = &sim->result->routes.items[(size_t)router * prefixes];
	struct told told = { 0 };

	for (uint32_t p = 0; p < prefixes; p++) {
		const uint32_t first = stories_find(sim, &told, paths->stories, p);

		firsts[p] = first;
		if (first == p || paths->of[first] != paths->of[p])
			stories_tell_route(sim, router, p, &routes[p]);
		else
			routes[p].sets = routes[first].sets;
	}
}

/* ---- clients ---- */

static bool stories_was_wanted(const struct unwanted *unwanted, sim_ns at)
{
	ARRAY_FOREACH (const struct interval, time, &unwanted->times) {
		if (at >= time->from && at < time->to)
			return false;
	}
	return true;
}

static void stories_tell_moves(struct sim *sim, const struct path_notes *story,
			       struct client_result *client)
{
	const struct unwanted *unwanted = &sim->routing->unwanted[client->vip];

	ARRAY_FOREACH (const struct path_note *const, note, &story->list) {
		if ((*note)->moved >= 1e-9 && stories_was_wanted(unwanted, (*note)->at))
			ARRAY_ADD(sim->arena, &client->moved,
				  ((struct moved_share){ (*note)->at - sim->measure_from,
							 (*note)->moved, (*note)->why }));
	}
}

/* `firsts`: by prefix, the first one to which the same happened. */
static void stories_finish_client(struct sim *sim, uint32_t number, uint32_t router,
				  const uint32_t *firsts)
{
	const struct setup *setup = sim->setup;
	const struct path_notes *stories = sim->routing->paths[router].stories;
	struct client_result *clients =
		&sim->routing->clients[(size_t)number * setup->vips.count];
	/* By prefix: a VIP, always wanted, of which it was told. */
	struct client_result **told =
		arena_zalloc(sim->arena, setup->bgp->prefixes.count + 1, sizeof(*told));

	for (uint32_t v = 0; v < setup->vips.count; v++) {
		const uint32_t prefix = setup->bgp->prefix_of[v];
		const bool always = sim->routing->unwanted[v].times.count == 0;

		if (prefix == SETUP_NONE)
			continue;
		if (always && told[firsts[prefix]] != NULL) {
			clients[v].moved = told[firsts[prefix]]->moved;
			continue;
		}
		stories_tell_moves(sim, &stories[prefix], &clients[v]);
		if (always)
			told[firsts[prefix]] = &clients[v];
	}
}

void stories_finish(struct sim *sim)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	uint32_t *firsts = arena_zalloc(sim->arena, bgp->prefixes.count + 1, sizeof(*firsts));

	for (uint32_t r = 0; r < bgp->routers.count; r++) {
		stories_finish_routes(sim, r, firsts);
		for (uint32_t c = 0; c < bgp->clients.count; c++) {
			if (bgp->clients.items[c].router == r)
				stories_finish_client(sim, c, r, firsts);
		}
	}
}
