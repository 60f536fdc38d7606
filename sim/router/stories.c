/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is noted of the changes of routes while a run lasts, and what its results have of that:
 * the next hops of each prefix at each router over time, and the flows of each client that
 * moved (T12.2). Thousands of prefixes mostly share what happens to them: a change is noted
 * once, and the prefixes of a group share their story and their intervals.
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
	for (uint32_t r = 0; r < setup->bgp->routers.count; r++)
		for (uint32_t p = 0; p < prefixes; p++)
			ARRAY_ADD(sim->arena, &sim->result->routes,
				  ((struct route_result){ .router = r, .prefix = p }));
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

void stories_add(struct sim *sim, struct path_group *group, const struct path_note *note)
{
	struct path_story *story;

	if (note == NULL)
		return;
	story = arena_alloc(sim->arena, sizeof(*story));
	*story = (struct path_story){ note, group->story };
	group->story = story;
}

/* The notes of a group, the oldest first. */
struct path_notes {
	ARRAY_OF(const struct path_note *) list;
};

static void stories_collect(struct sim *sim, const struct path_group *group,
			    struct path_notes *out)
{
	out->list.count = 0;
	for (const struct path_story *story = group->story; story != NULL;
	     story = story->before)
		ARRAY_ADD(sim->arena, &out->list, story->note);
	for (uint32_t i = 0; i < out->list.count / 2; i++) {
		const struct path_note **a = &out->list.items[i];
		const struct path_note **b = &out->list.items[out->list.count - 1 - i];
		const struct path_note *other = *a;

		*a = *b;
		*b = other;
	}
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
static void stories_tell_route(struct sim *sim, uint32_t router, struct path_group *group,
			       const struct path_notes *notes, struct route_result *result)
{
	const struct route_hops *hops = notes->list.count > 0
						? &notes->list.items[0]->before
						: paths_describe(sim, router, group->set);
	sim_ns from = 0;

	for (uint32_t i = 0; i < notes->list.count; i++) {
		const struct path_note *note = notes->list.items[i];
		const bool last =
			i + 1 == notes->list.count || notes->list.items[i + 1]->at > note->at;

		if (!last || stories_same_hops(hops, &note->now))
			continue;
		stories_add_set(sim, result, from, note->at, hops);
		from = note->at;
		hops = &note->now;
	}
	stories_add_set(sim, result, from, SIM_NEVER, hops);
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

/* Of the VIPs of a group, those that are always wanted share what it tells. */
static void stories_finish_client(struct sim *sim, uint32_t number,
				  const struct path_group *group,
				  const struct path_notes *notes)
{
	const struct setup *setup = sim->setup;
	const struct client_result *told = NULL;

	for (uint32_t i = 0; i < group->count; i++) {
		ARRAY_FOREACH (const uint32_t, vip,
			       &setup->bgp->prefixes.items[group->prefixes[i]].vips) {
			struct client_result *client =
				&sim->routing
					 ->clients[(size_t)number * setup->vips.count + *vip];
			const bool always = sim->routing->unwanted[*vip].times.count == 0;

			if (always && told != NULL) {
				client->moved = told->moved;
				continue;
			}
			stories_tell_moves(sim, notes, client);
			if (always)
				told = client;
		}
	}
}

static void stories_finish_group(struct sim *sim, uint32_t router, struct path_group *group,
				 struct path_notes *notes)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	struct route_result *routes =
		&sim->result->routes.items[(size_t)router * bgp->prefixes.count];
	struct route_result *first = &routes[group->prefixes[0]];

	stories_collect(sim, group, notes);
	stories_tell_route(sim, router, group, notes, first);
	for (uint32_t i = 1; i < group->count; i++)
		routes[group->prefixes[i]].sets = first->sets;
	for (uint32_t c = 0; c < bgp->clients.count; c++)
		if (bgp->clients.items[c].router == router)
			stories_finish_client(sim, c, group, notes);
}

void stories_finish(struct sim *sim)
{
	struct path_notes notes = { 0 };

	for (uint32_t r = 0; r < sim->setup->bgp->routers.count; r++)
		ARRAY_FOREACH (struct path_group *const, group, &sim->routing->paths[r].groups)
			if ((*group)->count > 0)
				stories_finish_group(sim, r, *group, &notes);
}
