/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P3.5: overlaps inside one group, and whether a plain walk of its ranges can go round for
 * ever.
 *
 * Both are read from a map of the address space that says of each address which range comes
 * first among those that contain it: its owner. A later range shares an address with an
 * earlier one exactly where it does not own all of its own addresses. And the walk asks for
 * nothing else than the owner: from an address to the next one, and from the last address of
 * the owner to the first one of the range behind it.
 */
#include "purelb/overlaps.h"

/* A run of addresses with one owner. */
struct owned {
	struct ip from;
	struct ip to;
	uint32_t owner; /* see range_number() */
};

/* Sorted, without overlaps. */
struct owner_map {
	struct owned *runs;
	uint32_t count;
};

/* One group and its spans. */
struct group {
	const struct pool *pool;
	uint32_t ranges;           /* how many numbers there are */
	const struct span **spans; /* by first address, without reversed ranges */
	uint32_t count;
	const struct span **by_number;
	struct arena *scratch;
};

/* A part of the address space and the lists in which the walk looks its addresses up. */
struct region {
	struct ip from;
	struct ip to;
	enum ip_family list; /* IP_NONE: both */
};

/* The number of a range in its group: first those of the v4 lists, then those of the v6 lists,
 * each in the order of the walk. */
static uint32_t range_number(const struct pool *pool, const struct pool_range *range)
{
	if (range->list_family == IP_V4)
		return (uint32_t)(range - pool->v4.items);
	return pool->v4.count + (uint32_t)(range - pool->v6.items);
}

static const struct pool_range *numbered_range(const struct pool *pool, uint32_t number)
{
	if (number < pool->v4.count)
		return &pool->v4.items[number];
	return &pool->v6.items[number - pool->v4.count];
}

/* ---- the map of owners ---- */

/* What is needed while a region is swept from its first address to its last. */
struct sweep {
	const struct group *group;
	const struct region *region;
	struct max_tree active; /* 1 at the numbers of ranges that may reach this address */
	uint32_t next;          /* of the group's spans */
	struct ip at;
};

/* The next span that has a part in the region, or NULL. */
static const struct span *next_span(struct sweep *s)
{
	for (; s->next < s->group->count; s->next++) {
		const struct span *span = s->group->spans[s->next];
		bool listed = s->region->list == IP_NONE ||
			      s->region->list == span->range->list_family;

		if (listed && ip_compare(span->to, s->region->from) >= 0)
			return ip_compare(span->from, s->region->to) <= 0 ? span : NULL;
	}
	return NULL;
}

/* Makes the spans active that begin at or before this address. */
static void activate(struct sweep *s)
{
	const struct span *span;

	while ((span = next_span(s)) != NULL && ip_compare(span->from, s->at) <= 0) {
		max_tree_set(&s->active, range_number(s->group->pool, span->range), 1);
		s->next++;
	}
}

/* The lowest number among the ranges that contain this address, or MAX_TREE_NONE. */
static uint32_t owner_here(struct sweep *s)
{
	for (;;) {
		uint32_t number = max_tree_first(&s->active, 0, s->group->ranges, 1);

		if (number == MAX_TREE_NONE ||
		    ip_compare(s->group->by_number[number]->to, s->at) >= 0)
			return number;
		max_tree_set(&s->active, number, 0);
	}
}

/* The last address up to which nothing can change for this owner. */
static struct ip run_end(struct sweep *s, uint32_t owner)
{
	struct ip end = s->group->by_number[owner]->to;
	const struct span *span = next_span(s);

	if (ip_compare(end, s->region->to) > 0)
		end = s->region->to;
	if (span != NULL && ip_compare(span->from, end) <= 0)
		end.v = span->from.v - 1;
	return end;
}

/* Adds the runs of a region behind those of the regions before it. */
static void map_region(struct owner_map *map, const struct group *group,
		       const struct region *region)
{
	struct sweep s = { .group = group, .region = region, .at = region->from };

	max_tree_init(&s.active, group->scratch, group->ranges);
	for (;;) {
		activate(&s);

		uint32_t owner = owner_here(&s);

		if (owner == MAX_TREE_NONE) {
			const struct span *span = next_span(&s);

			if (span == NULL)
				return;
			s.at = span->from;
			continue;
		}

		struct ip end = run_end(&s, owner);

		map->runs[map->count++] = (struct owned){ s.at, end, owner };
		if (ip_compare(end, region->to) >= 0)
			return;
		s.at.v = end.v + 1;
	}
}

/* The first run that ends at or behind the address; map->count when there is none. */
static uint32_t run_at(const struct owner_map *map, struct ip ip)
{
	uint32_t first = 0;
	uint32_t count = map->count;

	while (count > 0) {
		uint32_t half = count / 2;

		if (ip_compare(map->runs[first + half].to, ip) < 0) {
			first += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return first;
}

/* Each span begins at most one run and ends at most one, in each of the regions. */
static struct owned *alloc_runs(const struct group *group, uint32_t regions)
{
	size_t most = (size_t)regions * (2 * (size_t)group->count + 1);

	return arena_alloc(group->scratch, most * sizeof(struct owned));
}

/* ---- the plain walk ---- */

/* A step that leads into another range than the walk was in or was going to. */
struct detour {
	uint32_t step;
	uint32_t later; /* the later one of the two ranges, by number */
};

struct walk {
	const struct group *group;
	struct owner_map map; /* looked up in the lists of the address's family */
	uint32_t *range_step; /* when the walk jumped to a range's first address; 0: never */
	uint32_t *run_step;   /* when it came to a run from the run before it */
	uint32_t step;
	ARRAY_OF(struct detour) detours;
	bool *goes_round; /* by number: the walk comes back because of this range */
};

static void note_detour(struct walk *w, uint32_t x, uint32_t y)
{
	if (x == y)
		return;

	struct detour detour = { .step = w->step, .later = x > y ? x : y };

	ARRAY_ADD(w->group->scratch, &w->detours, detour);
}

/* The first range in [number, end) that parses, or MAX_TREE_NONE. */
static uint32_t first_in_list(const struct pool *pool, uint32_t number, uint32_t end)
{
	for (; number < end; number++) {
		if (numbered_range(pool, number)->range_error == RANGE_OK)
			return number;
	}
	return MAX_TREE_NONE;
}

/* The range that the walk jumps to behind `number`, or MAX_TREE_NONE. */
static uint32_t next_in_list(const struct pool *pool, uint32_t number)
{
	uint32_t v4 = pool->v4.count;

	return first_in_list(pool, number + 1, number < v4 ? v4 : v4 + pool->v6.count);
}

/* Counts a step. Returns 0 when the place is new, else the step when the walk was there. */
static uint32_t take_step(struct walk *w, uint32_t *step_here)
{
	if (*step_here != 0)
		return *step_here;
	*step_here = ++w->step;
	return 0;
}

/*
 * Walks from the first address of a range to that of another one. Returns the step when it was
 * here before, or 0; the other range is in *number, MAX_TREE_NONE when the walk ends.
 */
static uint32_t walk_on(struct walk *w, uint32_t *number)
{
	const struct pool *pool = w->group->pool;
	struct ip from = numbered_range(pool, *number)->range.from;
	uint32_t been_here = take_step(w, &w->range_step[*number]);
	uint32_t run = run_at(&w->map, from);

	if (been_here != 0)
		return been_here;
	if (run == w->map.count || ip_compare(w->map.runs[run].from, from) > 0) {
		*number = MAX_TREE_NONE;
		return 0;
	}
	note_detour(w, *number, w->map.runs[run].owner);
	for (;;) {
		const struct owned *here = &w->map.runs[run];

		if (ip_compare(here->to, numbered_range(pool, here->owner)->range.to) == 0) {
			*number = next_in_list(pool, here->owner);
			return 0;
		}
		/* The owner goes on, so the next address is looked up, whoever owns it. */
		if (++run == w->map.count || here[1].from.v != here->to.v + 1) {
			*number = MAX_TREE_NONE;
			return 0;
		}
		been_here = take_step(w, &w->run_step[run]);
		if (been_here != 0)
			return been_here;
		note_detour(w, here->owner, here[1].owner);
	}
}

/* Walks a list from its first range until the walk ends or comes back to where it was. */
static void walk_list(struct walk *w, uint32_t number)
{
	uint32_t start = w->step;
	uint32_t been_here = 0;

	w->detours.count = 0;
	while (number != MAX_TREE_NONE && been_here == 0)
		been_here = walk_on(w, &number);
	/* A walk that joins an earlier one ends, or goes round, as that did. */
	if (been_here <= start)
		return;
	ARRAY_FOREACH (const struct detour, detour, &w->detours) {
		if (detour->step >= been_here)
			w->goes_round[detour->later] = true;
	}
}

static bool is_plain(const struct pool *pool)
{
	return pool->spec != NULL && !pool->spec->multi_pool.v && !pool->spec->balance_pools.v;
}

/* Tells of each range, by number, whether a plain walk can go round because of it. */
static bool *find_loops(const struct group *group)
{
	const u128 v4 = (u128)0xFFFF << 32;
	const struct region regions[] = {
		{ { 0 }, { v4 - 1 }, IP_V6 },
		{ { v4 }, { v4 | UINT32_MAX }, IP_V4 },
		{ { (v4 | UINT32_MAX) + 1 }, { ~(u128)0 }, IP_V6 },
	};
	const uint32_t region_count = sizeof(regions) / sizeof(regions[0]);
	const struct pool *pool = group->pool;
	struct arena *scratch = group->scratch;
	struct walk w = { .group = group };

	w.goes_round = arena_zalloc(scratch, group->ranges, sizeof(*w.goes_round));
	if (!is_plain(pool))
		return w.goes_round;
	w.map.runs = alloc_runs(group, region_count);
	for (uint32_t i = 0; i < region_count; i++)
		map_region(&w.map, group, &regions[i]);
	w.range_step = arena_zalloc(scratch, group->ranges, sizeof(*w.range_step));
	w.run_step = arena_zalloc(scratch, (size_t)w.map.count + 1, sizeof(*w.run_step));
	walk_list(&w, first_in_list(pool, pool->v4.count, group->ranges));
	walk_list(&w, first_in_list(pool, 0, pool->v4.count));
	return w.goes_round;
}

/* ---- findings ---- */

/* Adds a finding for each range that shares an address with an earlier one. */
static void add_findings(struct overlap_finder *finder, const struct group *group)
{
	const struct region everything = { { 0 }, { ~(u128)0 }, IP_NONE };
	struct owner_map map = { .runs = alloc_runs(group, 1) };
	const bool *goes_round = find_loops(group);
	struct max_tree owners; /* at each run: large means an early owner */

	map_region(&map, group, &everything);
	max_tree_init(&owners, group->scratch, map.count);
	for (uint32_t i = 0; i < map.count; i++)
		max_tree_set(&owners, i, group->ranges - map.runs[i].owner);

	for (uint32_t number = 0; number < group->ranges; number++) {
		const struct span *span = group->by_number[number];

		if (span == NULL)
			continue;

		uint32_t end = run_at(&map, span->to) + 1;
		uint32_t most = max_tree_max(&owners, run_at(&map, span->from), end);
		uint32_t earliest = group->ranges - most;
		struct self_overlap *found;

		if (earliest == number)
			continue;
		found = ARRAY_PUSH(finder->arena, &finder->pools->self_overlaps);
		found->pool = group->pool;
		found->first = group->by_number[earliest]->range;
		found->second = span->range;
		found->first_shared =
			ip_range_first_shared(found->first->range, found->second->range);
		found->can_hang = goes_round[number];
	}
}

static bool any_shared(const struct span *const *spans, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		/* The first pair that shares an address is one of neighbours. */
		if (ip_compare(spans[i]->from, spans[i - 1]->to) <= 0)
			return true;
	}
	return false;
}

static void check_group(struct overlap_finder *finder, const struct pool *pool,
			const struct span **spans, uint32_t count)
{
	struct arena_mark mark = arena_mark(finder->scratch);
	struct group group = {
		.pool = pool,
		.ranges = pool->v4.count + pool->v6.count,
		.spans = spans,
		.count = count,
		.scratch = finder->scratch,
	};

	if (!any_shared(spans, count))
		return;
	group.by_number = arena_zalloc(finder->scratch, group.ranges, sizeof(*group.by_number));
	for (uint32_t i = 0; i < count; i++)
		group.by_number[range_number(pool, spans[i]->range)] = spans[i];
	add_findings(finder, &group);
	arena_reset(finder->scratch, mark);
}

void overlaps_inside(struct overlap_finder *finder)
{
	const struct pools *pools = finder->pools;
	struct arena_mark mark = arena_mark(finder->scratch);
	size_t count = finder->count;

	if (finder->shared.count == 0)
		return;

	/* The spans of each group together, still by first address. */
	const struct span **spans = arena_alloc(finder->scratch, count * sizeof(*spans));
	uint32_t *used = arena_zalloc(finder->scratch, pools->list.count, sizeof(*used));

	for (size_t i = 0; i < count; i++) {
		const struct span *span = &finder->spans[i];

		if (!span->range->reversed)
			spans[finder->first_turn[span->pool] + used[span->pool]++] = span;
	}
	for (uint32_t i = 0; i < pools->list.count; i++)
		check_group(finder, &pools->list.items[i], &spans[finder->first_turn[i]],
			    used[i]);
	arena_reset(finder->scratch, mark);
}
