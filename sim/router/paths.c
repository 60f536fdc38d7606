/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The next-hop sets of the routers (T8.1 to T8.5, T8.7). A change of a set is one replacement
 * per prefix (T4.2). Prefixes to which the same has happened are one group, and groups whose
 * sets are the same share one: a session that comes or goes changes a thousand prefixes at the
 * cost of one. Groups are split and never joined again. Left out: the time between the prefixes
 * of one message, and resilient hashing with idle timers (T8.4).
 *
 * Invariant: each prefix is in the group of[p]; the set of a group is in `sets`, and its
 * `groups` is the number of such groups.
 */
#include "sim/router/router.h"

#include <string.h>

#include "base/text.h"
#include "sim/engine/trace.h"

enum { PERCENT = 100 };

static const struct setup_router *paths_router(const struct sim *sim, uint32_t router)
{
	return &sim->setup->bgp->routers.items[router];
}

/* ---- what is noted of a set ---- */

const struct route_hops *paths_describe(struct sim *sim, uint32_t router, struct path_set *set)
{
	const struct setup_router *r = paths_router(sim, router);

	if (set->noted)
		return &set->hops;
	set->noted = true;
	set->hops = (struct route_hops){ 0 };
	ARRAY_RESERVE(sim->arena, &set->hops, r->hops.count);
	ARRAY_FOREACH (const struct hash_part, part, &set->used.parts) {
		const uint32_t node = r->hops.items[part->member].node;
		const bool alive = !bits_get(set->cut_off, part->member);
		uint32_t *place = &sim->routing->places[2 * node + alive];

		if (*place == 0) {
			ARRAY_ADD(sim->arena, &set->hops,
				  ((struct route_hop){ .node = node, .alive = alive }));
			*place = set->hops.count;
		}
		set->hops.items[*place - 1].share += part->to - part->from;
	}
	ARRAY_FOREACH (const struct route_hop, hop, &set->hops)
		sim->routing->places[2 * hop->node + hop->alive] = 0;
	return &set->hops;
}

/* What is to be told of a change, once for all its prefixes. */
static const struct path_note *paths_note(struct sim *sim, double moved, const char *why,
					  const struct route_hops *before,
					  const struct route_hops *now)
{
	struct path_note *note = arena_zalloc(sim->arena, 1, sizeof(*note));

	*note = (struct path_note){ sim->engine.now, *before, *now, moved, why };
	return note;
}

/* ---- sets ---- */

static struct path_set *paths_new_set(struct sim *sim, uint32_t router)
{
	struct routing *routing = sim->routing;
	struct router_paths *r = &routing->paths[router];
	struct path_set *set = arena_zalloc(sim->arena, 1, sizeof(*set));

	set->members = arena_zalloc(sim->arena, r->words, sizeof(*set->members));
	set->cut_off = arena_zalloc(sim->arena, r->words, sizeof(*set->cut_off));
	set->nodes = arena_zalloc(sim->arena, routing->node_words, sizeof(*set->nodes));
	arena_init(&set->arena);
	ARRAY_ADD(sim->arena, &r->sets, set);
	return set;
}

/* Members whose neighbor entries have failed are passed over (T8.7). */
static void paths_use(struct sim *sim, uint32_t router, struct path_set *set)
{
	const struct setup_router *setup = paths_router(sim, router);
	const struct router_paths *r = &sim->routing->paths[router];
	bool any = false;

	ARRAY_FOREACH (const struct hash_part, part, &set->space.parts)
		any |= r->failed[part->member];
	set->used = set->space;
	if (any)
		hash_space_pass_over(&set->used, &set->space, r->failed, &set->arena);
	memset(set->nodes, 0, sim->routing->node_words * sizeof(*set->nodes));
	ARRAY_FOREACH (const struct hash_part, part, &set->used.parts)
		bits_set(set->nodes, setup->hops.items[part->member].node, true);
	set->noted = false;
	flows_look_at(sim, router, set);
}

/* The set of these members; `before` is what the prefix has. */
static struct path_set *paths_make_set(struct sim *sim, uint32_t router,
				       const uint64_t *members, const struct path_set *before)
{
	const struct setup_router *setup = paths_router(sim, router);
	struct router_paths *r = &sim->routing->paths[router];
	struct path_set *set = paths_new_set(sim, router);
	struct next_hop *hops = arena_zalloc(&set->arena, setup->hops.count + 1, sizeof(*hops));
	uint32_t count = 0;

	memcpy(set->members, members, r->words * sizeof(*members));
	for (uint32_t i = 0; i < setup->hops.count; i++)
		if (bits_get(members, i))
			hops[count++] = (struct next_hop){ setup->hops.items[i].address, i, 1 };
	hash_space_divide(&set->space, setup->router->hashing, hops, count,
			  setup->router->buckets,
			  before->space.parts.count > 0 ? &before->space : NULL, &set->arena);
	paths_use(sim, router, set);
	return set;
}

/* Of the hops that sessions bring the first ones, as many as the router uses. */
static void paths_choose(struct sim *sim, uint32_t router, const uint64_t *candidates)
{
	const struct setup_router *setup = paths_router(sim, router);
	const struct router_paths *r = &sim->routing->paths[router];
	uint64_t *members = sim->routing->members;
	uint32_t count = 0;

	memcpy(members, candidates, r->words * sizeof(*members));
	if (r->max_paths[SETUP_EXTERNAL] == 0 && r->max_paths[SETUP_INTERNAL] == 0)
		return;
	for (uint32_t i = 0; i < setup->hops.count; i++) {
		const uint32_t most = r->max_paths[setup->hops.items[i].internal];

		if (!bits_get(candidates, i))
			continue;
		if (most > 0 && count >= most)
			bits_set(members, i, false);
		count++;
	}
}

static bool paths_has_members(const struct router_paths *r, const struct path_set *set,
			      const uint64_t *members)
{
	return memcmp(set->members, members, r->words * sizeof(*members)) == 0;
}

/* A set of these members that is there already; resilient hashing goes by what was before. */
static struct path_set *paths_find_set(const struct sim *sim, uint32_t router,
				       const uint64_t *members)
{
	const struct router_paths *r = &sim->routing->paths[router];

	if (paths_router(sim, router)->router->hashing == NEXT_HOPS_RESILIENT)
		return NULL;
	ARRAY_FOREACH (struct path_set *const, set, &r->sets) {
		if (paths_has_members(r, *set, members))
			return *set;
	}
	return NULL;
}

/* ---- changes ---- */

static struct path_change *paths_change_to(struct sim *sim, uint32_t router,
					   const struct path_group *group, uint32_t prefix)
{
	struct routing *routing = sim->routing;
	struct router_paths *r = &routing->paths[router];
	struct path_set *from = group->set;
	struct path_change *change;

	paths_choose(sim, router, group->candidates);
	ARRAY_FOREACH (struct path_change, known, &routing->changes) {
		if (known->from == from && paths_has_members(r, known->to, routing->members))
			return known;
	}
	change = ARRAY_PUSH(sim->arena, &routing->changes);
	change->from = from;
	change->first = prefix;
	change->to = paths_has_members(r, from, routing->members)
			     ? from
			     : paths_find_set(sim, router, routing->members);
	if (change->to == NULL)
		change->to = paths_make_set(sim, router, routing->members, from);
	change->moved = hash_space_moved(&from->used, &change->to->used);
	return change;
}

/* "10.1.0.0/32", "10.1.0.0/32 and 999 more". */
static const char *paths_name(struct sim *sim, const struct path_change *change)
{
	const char *first = sim->setup->bgp->prefixes.items[change->first].text;

	if (change->count == 1)
		return first;
	return arena_printf(sim->arena, "%s and %u more", first, change->count - 1);
}

static void paths_tell(struct sim *sim, uint32_t router, const struct path_change *change)
{
	const char *name = paths_router(sim, router)->router->name;
	const bool had = change->from->used.parts.count > 0;

	if (sim->measure_from == SIM_NEVER)
		return;
	if (change->moved >= 1e-9)
		trace_note(sim, "flows-moved", change->why,
			   "%s moved %.0f %% of the flows to %s", name, change->moved * PERCENT,
			   paths_name(sim, change));
	if (had != (change->to->used.parts.count > 0))
		trace_note(sim, had ? "route-lost" : "route-gained", change->why,
			   had ? "%s no longer has a route to %s" : "%s has a route to %s",
			   name, paths_name(sim, change));
}

/* The group has its new set. */
static void paths_replace(struct sim *sim, uint32_t router, struct path_group *group,
			  struct path_change *change)
{
	change->count += group->count;
	if (change->from == change->to)
		return;
	change->from->groups--;
	change->to->groups++;
	group->set = change->to;
	if (sim->measure_from != SIM_NEVER && change->note == NULL)
		change->note = paths_note(sim, change->moved, change->why,
					  paths_describe(sim, router, change->from),
					  paths_describe(sim, router, change->to));
	stories_add(sim, group, change->note);
	flows_assess(sim, router, group);
}

/* Sets that no group has any more go. */
static void paths_drop_sets(struct sim *sim, uint32_t router)
{
	struct router_paths *r = &sim->routing->paths[router];
	uint32_t kept = 0;

	for (uint32_t i = 0; i < r->sets.count; i++) {
		struct path_set *set = r->sets.items[i];

		if (set->groups > 0)
			r->sets.items[kept++] = set;
		else
			arena_release(&set->arena);
	}
	r->sets.count = kept;
}

/* ---- what the sessions bring ---- */

/* Those of the group's prefixes are another one from now on. */
static struct path_group *paths_split(struct sim *sim, uint32_t router,
				      struct path_group *group, const uint64_t *prefixes)
{
	struct router_paths *r = &sim->routing->paths[router];
	struct path_group *part = arena_zalloc(sim->arena, 1, sizeof(*part));
	uint32_t kept = 0;

	*part = *group;
	part->candidates = arena_zalloc(sim->arena, r->words, sizeof(*part->candidates));
	memcpy(part->candidates, group->candidates, r->words * sizeof(*part->candidates));
	part->prefixes = arena_alloc(sim->arena, group->hits * sizeof(*part->prefixes));
	part->count = 0;
	for (uint32_t i = 0; i < group->count; i++) {
		const uint32_t prefix = group->prefixes[i];

		if (!bits_get(prefixes, prefix)) {
			group->prefixes[kept++] = prefix;
			continue;
		}
		part->prefixes[part->count++] = prefix;
		r->of[prefix] = part;
	}
	group->count = kept;
	group->set->groups++;
	ARRAY_ADD(sim->arena, &r->groups, part);
	return part;
}

/* Some session brings the next hop for these prefixes, or none does. */
static void paths_set_hop(struct sim *sim, uint32_t router, uint32_t hop,
			  const uint64_t *prefixes, bool on)
{
	const uint32_t count = sim->setup->bgp->prefixes.count;
	const struct router_paths *r = &sim->routing->paths[router];

	sim->routing->groups.count = 0;
	for (uint32_t p = bits_next(prefixes, count, 0); p < count;
	     p = bits_next(prefixes, count, p + 1)) {
		if (bits_get(r->of[p]->candidates, hop) != on && r->of[p]->hits++ == 0)
			ARRAY_ADD(sim->arena, &sim->routing->groups, r->of[p]);
	}
	ARRAY_FOREACH (struct path_group *const, group, &sim->routing->groups) {
		struct path_group *part = *group;

		if (part->hits < part->count)
			part = paths_split(sim, router, part, prefixes);
		bits_set(part->candidates, hop, on);
		part->hits = (*group)->hits = 0;
	}
}

/* The session brings these routes of the family now. True: it brought others before. */
static bool paths_bring(struct sim *sim, struct wire *w, bool v6, const uint64_t *brings)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	const struct setup_router *router = paths_router(sim, w->setup->router);
	const uint32_t hop = w->setup->hops[v6];
	struct routing *routing = sim->routing;
	uint64_t comes = 0, goes = 0;

	for (uint32_t i = 0; i < bits_words(bgp->prefixes.count); i++) {
		const uint64_t had = w->routes[i] & bgp->families[v6][i];
		const uint64_t has = hop != SETUP_NONE ? brings[i] & bgp->families[v6][i] : 0;

		comes |= routing->comes[i] = has & ~had;
		goes |= routing->goes[i] = had & ~has;
		routing->changed[i] |= has ^ had;
		w->routes[i] ^= has ^ had;
	}
	/* A route that goes has the hop that it came with, and another session may bring it. */
	if (goes != 0) {
		ARRAY_FOREACH (const uint32_t, s, &router->hops.items[w->hops[v6]].sessions)
			for (uint32_t i = 0; i < bits_words(bgp->prefixes.count); i++)
				routing->goes[i] &= ~routing->wires[*s].routes[i];
		paths_set_hop(sim, w->setup->router, w->hops[v6], routing->goes, false);
	}
	if (comes != 0) {
		w->hops[v6] = hop;
		paths_set_hop(sim, w->setup->router, hop, routing->comes, true);
	}
	return comes != 0 || goes != 0;
}

/* Takes over what a session brings now, and marks the prefixes for which that is another thing
 * than before. */
static bool paths_take(struct sim *sim, struct wire *w)
{
	const struct node_speaker *speaker = &sim->routing->speakers[w->setup->node];
	const uint64_t *takes =
		sim->routing->paths[w->setup->router].takes[w->setup->session->internal];
	const bool up = w->far.state == ROUTER_SESSION_UP || w->lingering;
	/* What a node that is gone had announced stays while its session does. */
	const bool speaks = speaker->runs && w->near.state == SPEAKER_UP &&
			    wire_passes(sim, w) && !w->lingering;
	const uint64_t *brought = speaks ? speaker->imported : w->routes;
	uint64_t *brings = sim->routing->brings;
	bool any = false;

	/* A FIB whose daemon is gone stays as it is. */
	if (w->lingering && !sim->routing->routers[w->setup->router].runs)
		return false;
	for (uint32_t i = 0; i < bits_words(sim->setup->bgp->prefixes.count); i++)
		brings[i] = up ? brought[i] & takes[i] : 0;
	for (int v6 = 0; v6 < SETUP_FAMILIES; v6++)
		any |= paths_bring(sim, w, v6, brings);
	return any;
}

/* Why the next hops of the prefix change: the routes of the node of `w`, and of so many other
 * nodes. */
static const char *paths_why(struct sim *sim, const struct wire *w, uint32_t prefix,
			     uint32_t others, const char *why)
{
	return arena_printf(sim->arena, "the route%s of %s%s%s: %s", others == 0 ? "" : "s",
			    sim->setup->nodes.items[w->setup->node].name,
			    others == 0   ? ""
			    : others == 1 ? " and another node"
					  : " and other nodes",
			    bits_get(w->routes, prefix) ? ""
			    : others == 0               ? " is gone"
							: " are gone",
			    why);
}

/* All prefixes that are marked get their sets. `w`: whose routes changed; NULL: no one's. */
static void paths_divide(struct sim *sim, uint32_t router, const struct wire *w,
			 uint32_t others, const char *why)
{
	const uint32_t count = sim->setup->bgp->prefixes.count;
	struct routing *routing = sim->routing;
	const struct router_paths *r = &routing->paths[router];

	routing->changes.count = 0;
	routing->groups.count = 0;
	for (uint32_t p = bits_next(routing->changed, count, 0); p < count;
	     p = bits_next(routing->changed, count, p + 1)) {
		struct path_group *group = r->of[p];
		struct path_change *change;

		if (group->hits++ > 0)
			continue;
		ARRAY_ADD(sim->arena, &routing->groups, group);
		change = paths_change_to(sim, router, group, p);
		if (change->why == NULL)
			change->why = w != NULL ? paths_why(sim, w, p, others, why) : why;
		paths_replace(sim, router, group, change);
	}
	ARRAY_FOREACH (struct path_group *const, group, &routing->groups)
		(*group)->hits = 0;
	ARRAY_FOREACH (const struct path_change, change, &routing->changes)
		paths_tell(sim, router, change);
	paths_drop_sets(sim, router);
}

/* All updates of a router that are due at this moment are one change of each prefix (T4.2). */
void paths_update(struct sim *sim, struct wire *w, const char *why)
{
	uint64_t *changed = sim->routing->changed;
	uint32_t node = w->setup->node, others = 0;

	memset(changed, 0, bits_words(sim->setup->bgp->prefixes.count) * sizeof(*changed));
	(void)paths_take(sim, w);
	ARRAY_FOREACH (const uint32_t, s, &paths_router(sim, w->setup->router)->sessions) {
		struct wire *other = &sim->routing->wires[*s];

		if (other == w || !engine_pending(&sim->engine, other->update) ||
		    engine_when(&sim->engine, other->update) > sim->engine.now)
			continue;
		engine_cancel(&sim->engine, &other->update);
		if (!paths_take(sim, other) || other->setup->node == node ||
		    other->setup->node == w->setup->node)
			continue;
		node = other->setup->node;
		others++;
	}
	paths_divide(sim, w->setup->router, w, others, why);
}

void paths_limit(struct sim *sim, uint32_t router, uint32_t most)
{
	struct router_paths *r = &sim->routing->paths[router];

	r->max_paths[SETUP_EXTERNAL] = most;
	r->max_paths[SETUP_INTERNAL] = most;
	/* A daemon that does not run reads it when it starts. */
	if (!sim->routing->routers[router].runs)
		return;
	for (uint32_t p = 0; p < sim->setup->bgp->prefixes.count; p++)
		bits_set(sim->routing->changed, p, true);
	paths_divide(sim, router, NULL, 0, "it uses a different number of next hops");
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

void paths_accept(struct sim *sim, uint32_t router, const uint64_t *const *takes)
{
	const struct setup_router *setup = paths_router(sim, router);
	struct router_paths *r = &sim->routing->paths[router];
	sim_ns delay;

	r->takes[SETUP_EXTERNAL] = takes[SETUP_EXTERNAL];
	r->takes[SETUP_INTERNAL] = takes[SETUP_INTERNAL];
	if (!sim->routing->routers[router].runs)
		return;
	delay = bgp_span_sample(&setup->router->update_to_fib,
				&sim->routing->routers[router].random);
	ARRAY_FOREACH (const uint32_t, s, &setup->sessions)
		paths_update_in(sim, &sim->routing->wires[*s], delay,
				"the router accepts different prefixes");
}

/* ---- members that die, or are passed over ---- */

static void paths_look_again(struct sim *sim, uint32_t router, struct path_set *set,
			     const char *why)
{
	struct router_paths *r = &sim->routing->paths[router];
	const struct hash_space before = set->used;
	const bool measures = sim->measure_from != SIM_NEVER;
	const struct route_hops old =
		measures ? *paths_describe(sim, router, set) : (struct route_hops){ 0 };
	struct path_change change = { .from = set, .to = set, .why = why };

	paths_use(sim, router, set);
	change.moved = hash_space_moved(&before, &set->used);
	if (measures &&
	    (change.moved > 0 || !stories_same_hops(&old, paths_describe(sim, router, set))))
		change.note = paths_note(sim, change.moved, why, &old,
					 paths_describe(sim, router, set));
	ARRAY_FOREACH (struct path_group *const, group, &r->groups) {
		if ((*group)->set != set)
			continue;
		if (change.count == 0 || (*group)->prefixes[0] < change.first)
			change.first = (*group)->prefixes[0];
		change.count += (*group)->count;
		stories_add(sim, *group, change.note);
		flows_assess(sim, router, *group);
	}
	paths_tell(sim, router, &change);
}

void paths_member_changed(struct sim *sim, const struct wire *w)
{
	const uint32_t router = w->setup->router;
	const struct setup_router *setup = paths_router(sim, router);
	struct router_paths *r = &sim->routing->paths[router];

	for (int f = 0; f < SETUP_FAMILIES; f++) {
		const uint32_t hop = w->setup->hops[f];

		if (hop == SETUP_NONE || (f > 0 && hop == w->setup->hops[0]))
			continue;
		r->failed[hop] = false;
		ARRAY_FOREACH (const uint32_t, s, &setup->hops.items[hop].sessions)
			r->failed[hop] |= sim->routing->wires[*s].unresolved;
		ARRAY_FOREACH (struct path_set *const, set, &r->sets) {
			(*set)->outdated |= bits_get((*set)->members, hop);
		}
	}
}

void paths_look_at_members(struct sim *sim, uint32_t router, const char *why)
{
	ARRAY_FOREACH (struct path_set *const, set, &sim->routing->paths[router].sets) {
		if (!(*set)->outdated)
			continue;
		(*set)->outdated = false;
		paths_look_again(sim, router, *set, why);
	}
}

/* ---- consistency ---- */

/* The parts lie one after another from 0 to 1, each of a member; none where there is none. */
static bool paths_space_consistent(const struct path_set *set, const struct hash_space *space,
				   uint32_t hops)
{
	double at = 0;
	bool any = false;

	for (uint32_t h = 0; h < hops; h++)
		any |= bits_get(set->members, h);
	ARRAY_FOREACH (const struct hash_part, part, &space->parts) {
		if (part->from != at || part->to <= part->from ||
		    !bits_get(set->members, part->member))
			return false;
		at = part->to;
	}
	return at == (any ? 1 : 0);
}

static bool paths_set_consistent(const struct sim *sim, uint32_t router,
				 const struct path_set *set)
{
	const uint32_t hops = paths_router(sim, router)->hops.count;
	uint32_t groups = 0;

	ARRAY_FOREACH (struct path_group *const, group, &sim->routing->paths[router].groups)
		groups += (*group)->set == set;
	return groups == set->groups && !set->outdated &&
	       paths_space_consistent(set, &set->space, hops) &&
	       paths_space_consistent(set, &set->used, hops);
}

/* A hop is a candidate by some session that brings it. */
static bool paths_brought(const struct sim *sim, uint32_t router, uint32_t prefix, uint32_t hop)
{
	const bool v6 = sim->setup->bgp->prefixes.items[prefix].prefix->family == IP_V6;

	ARRAY_FOREACH (const uint32_t, s, &paths_router(sim, router)->sessions) {
		const struct wire *w = &sim->routing->wires[*s];

		if (bits_get(w->routes, prefix) && w->hops[v6] == hop)
			return true;
	}
	return false;
}

/* Some session tells the router something new soon. */
static bool paths_awaits(const struct sim *sim, uint32_t router)
{
	ARRAY_FOREACH (const uint32_t, s, &paths_router(sim, router)->sessions) {
		if (engine_pending(&sim->engine, sim->routing->wires[*s].update))
			return true;
	}
	return false;
}

static bool paths_prefix_consistent(struct sim *sim, uint32_t router, uint32_t prefix)
{
	const struct router_paths *r = &sim->routing->paths[router];
	const struct path_group *group = r->of[prefix];

	for (uint32_t h = 0; h < paths_router(sim, router)->hops.count; h++) {
		if (bits_get(group->candidates, h) != paths_brought(sim, router, prefix, h))
			return false;
	}
	/* One that has just started still has its number of next hops of before. */
	if (!sim->routing->routers[router].runs || paths_awaits(sim, router))
		return true;
	paths_choose(sim, router, group->candidates);
	return paths_has_members(r, group->set, sim->routing->members);
}

bool paths_consistent(struct sim *sim)
{
	for (uint32_t router = 0; router < sim->setup->bgp->routers.count; router++) {
		ARRAY_FOREACH (struct path_set *const, set, &sim->routing->paths[router].sets) {
			if (!paths_set_consistent(sim, router, *set))
				return false;
		}
		for (uint32_t p = 0; p < sim->setup->bgp->prefixes.count; p++) {
			if (!paths_prefix_consistent(sim, router, p))
				return false;
		}
	}
	return true;
}

/* ---- start and end ---- */

static void paths_init_router(struct sim *sim, uint32_t router)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	const struct setup_router *setup = paths_router(sim, router);
	struct router_paths *r = &sim->routing->paths[router];
	struct path_group *all = arena_zalloc(sim->arena, 1, sizeof(*all));

	r->words = bits_words(setup->hops.count);
	r->max_paths[SETUP_EXTERNAL] = setup->router->max_paths;
	r->max_paths[SETUP_INTERNAL] = setup->router->max_paths_ibgp;
	r->takes[SETUP_EXTERNAL] = setup->takes[SETUP_EXTERNAL];
	r->takes[SETUP_INTERNAL] = setup->takes[SETUP_INTERNAL];
	r->failed = arena_zalloc(sim->arena, setup->hops.count + 1, sizeof(bool));
	r->of = arena_zalloc(sim->arena, bgp->prefixes.count + 1, sizeof(struct path_group *));
	all->candidates = arena_zalloc(sim->arena, r->words, sizeof(*all->candidates));
	all->set = paths_new_set(sim, router);
	all->set->groups = 1;
	all->prefixes = arena_zalloc(sim->arena, bgp->prefixes.count + 1, sizeof(uint32_t));
	all->count = bgp->prefixes.count;
	for (uint32_t p = 0; p < bgp->prefixes.count; p++) {
		r->of[p] = all;
		all->prefixes[p] = p;
	}
	ARRAY_ADD(sim->arena, &r->groups, all);
}

void paths_init(struct sim *sim)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	const uint32_t prefixes = bits_words(bgp->prefixes.count);
	const uint32_t nodes = sim->setup->nodes.count;
	struct routing *routing = sim->routing;
	uint32_t words = 1;

	routing->changed = arena_zalloc(sim->arena, prefixes, sizeof(*routing->changed));
	routing->brings = arena_zalloc(sim->arena, prefixes, sizeof(*routing->brings));
	routing->comes = arena_zalloc(sim->arena, prefixes, sizeof(*routing->comes));
	routing->goes = arena_zalloc(sim->arena, prefixes, sizeof(*routing->goes));
	routing->places = arena_zalloc(sim->arena, 2 * (size_t)nodes, sizeof(uint32_t));
	routing->paths = arena_zalloc(sim->arena, bgp->routers.count, sizeof(*routing->paths));
	for (uint32_t r = 0; r < bgp->routers.count; r++) {
		paths_init_router(sim, r);
		if (routing->paths[r].words > words)
			words = routing->paths[r].words;
	}
	stories_init(sim);
	routing->members = arena_zalloc(sim->arena, words, sizeof(*routing->members));
	for (uint32_t r = 0; r < bgp->routers.count; r++)
		flows_assess(sim, r, routing->paths[r].groups.items[0]);
}

void paths_free(struct sim *sim)
{
	for (uint32_t router = 0; router < sim->setup->bgp->routers.count; router++) {
		struct router_paths *r = &sim->routing->paths[router];

		ARRAY_FOREACH (struct path_set *const, set, &r->sets)
			arena_release(&(*set)->arena);
		r->sets.count = 0;
	}
}
