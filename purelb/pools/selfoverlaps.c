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
#include "purelb/pools/overlaps.h"

/* A run of addresses with one owner. */
struct owned {
	struct ip from;
	struct ip to;
	uint32_t owner; /* its rank: see struct group */
};

/* Sorted, without overlaps. */
struct owner_map {
	struct owned *runs;
	uint32_t count;
};

/*
 * The ranges of one group that share addresses with others of it, reversed ones aside. They
 * are ranked by number: see range_number().
 */
struct group {
	const struct pool *pool;
	uint32_t count;
	const struct span **spans;   /* by first address */
	uint32_t *ranks;             /* of each of these */
	const struct span **by_rank; /* the same by rank */
	uint32_t *rank_of; /* of each number, of ranges that are not here MAX_TREE_NONE */
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
	struct max_tree active; /* 1 at the ranks of ranges that may reach this address */
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
		max_tree_set(&s->active, s->group->ranks[s->next], 1);
		s->next++;
	}
}

/* The lowest rank among the ranges that contain this address, or MAX_TREE_NONE. */
static uint32_t owner_here(struct sweep *s)
{
	for (;;) {
		uint32_t rank = max_tree_first(&s->active, 0, s->group->count, 1);

		if (rank == MAX_TREE_NONE ||
		    ip_compare(s->group->by_rank[rank]->to, s->at) >= 0)
			return rank;
		max_tree_set(&s->active, rank, 0);
	}
}

/* The last address up to which nothing can change for this owner. */
static struct ip run_end(struct sweep *s, uint32_t owner)
{
	struct ip end = s->group->by_rank[owner]->to;
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

	max_tree_init(&s.active, group->scratch, group->count);
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

/*
 * The v4 addresses lie in the midst of the v6 ones, and the walk looks an address up in the
 * lists of its own family.
 */
#define FIRST_V4 ((u128)0xFFFF << 32)
#define LAST_V4  (FIRST_V4 | UINT32_MAX)

static const struct region family_regions[] = {
	{ { 0 }, { FIRST_V4 - 1 }, IP_V6 },
	{ { FIRST_V4 }, { LAST_V4 }, IP_V4 },
	{ { LAST_V4 + 1 }, { ~(u128)0 }, IP_V6 },
};

enum { FAMILY_REGIONS = sizeof(family_regions) / sizeof(family_regions[0]) };

static const struct region whole_space = { { 0 }, { ~(u128)0 }, IP_NONE };

/* ---- the plain walk ---- */

/* A step that leads into another range than the walk was in or was going to. */
struct detour {
	uint32_t step;
	uint32_t later; /* the later one of the two ranges, by number */
};

struct walk {
	const struct group *group;
	uint32_t ranges;      /* how many numbers there are */
	struct owner_map map; /* by family_regions */
	uint32_t *range_step; /* when the walk jumped to a range's first address; 0: never */
	uint32_t *run_step;   /* when it came to a run from the run before it */
	uint32_t step;
	ARRAY_OF(struct detour) detours;
	bool *goes_round; /* by number: the walk comes back because of this range */
};

static uint32_t owner_number(const struct walk *w, const struct owned *run)
{
	const struct group *group = w->group;

	return range_number(group->pool, group->by_rank[run->owner]->range);
}

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

/* True when the walk finds each address of a range that shares none in the range's own list. */
static bool walks_through(const struct pool_range *range)
{
	struct ip from = range->range.from;
	struct ip to = range->range.to;
	bool across_v4 = from.v < FIRST_V4 && to.v > LAST_V4;

	return ip_family(from) == range->list_family && ip_family(to) == range->list_family &&
	       !across_v4;
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
 * Walks upward from a run until its owner ends. Returns the step when it was here before, or
 * 0; then *number is the range whose first address comes next, MAX_TREE_NONE when there is
 * none.
 */
static uint32_t walk_runs(struct walk *w, uint32_t run, uint32_t *number)
{
	const struct group *group = w->group;

	*number = MAX_TREE_NONE;
	for (;;) {
		const struct owned *here = &w->map.runs[run];
		uint32_t owner = owner_number(w, here);

		if (ip_compare(here->to, group->by_rank[here->owner]->to) == 0) {
			*number = next_in_list(group->pool, owner);
			return 0;
		}
		/* The owner goes on, so the next address is looked up, whoever owns it. */
		if (++run == w->map.count || here[1].from.v != here->to.v + 1)
			return 0;

		uint32_t been_here = take_step(w, &w->run_step[run]);

		if (been_here != 0)
			return been_here;
		note_detour(w, owner, owner_number(w, &here[1]));
	}
}

/* Walks from the first address of a range; returns as walk_runs() does. */
static uint32_t walk_range(struct walk *w, uint32_t *number)
{
	const struct pool *pool = w->group->pool;
	const struct pool_range *range = numbered_range(pool, *number);
	uint32_t been_here = take_step(w, &w->range_step[*number]);
	uint32_t run;

	if (been_here != 0)
		return been_here;
	if (w->group->rank_of[*number] == MAX_TREE_NONE && !range->reversed) {
		*number = walks_through(range) ? next_in_list(pool, *number) : MAX_TREE_NONE;
		return 0;
	}
	run = run_at(&w->map, range->range.from);
	if (run == w->map.count || ip_compare(w->map.runs[run].from, range->range.from) > 0) {
		*number = MAX_TREE_NONE;
		return 0;
	}
	note_detour(w, *number, owner_number(w, &w->map.runs[run]));
	return walk_runs(w, run, number);
}

/* Walks a list from its first range until the walk ends or comes back to where it was. */
static void walk_list(struct walk *w, uint32_t number)
{
	uint32_t start = w->step;
	uint32_t been_here = 0;

	w->detours.count = 0;
	while (number != MAX_TREE_NONE && been_here == 0)
		been_here = walk_range(w, &number);
	/* A walk that joins an earlier one ends, or goes round, as that did. */
	if (been_here <= start)
		return;
	ARRAY_FOREACH (const struct detour, detour, &w->detours) {
		if (detour->step >= been_here)
			w->goes_round[detour->later] = true;
	}
}

/* Groups that PureLB does not read are not walked at all. */
static bool is_walked(const struct pool *pool)
{
	return pool->in_scope && pool->spec != NULL && !pool->spec->multi_pool.v &&
	       !pool->spec->balance_pools.v;
}

/* Tells of each range, by number, whether a plain walk can go round because of it. */
static bool *find_loops(const struct group *group)
{
	const struct pool *pool = group->pool;
	struct arena *scratch = group->scratch;
	struct walk w = { .group = group, .ranges = pool->v4.count + pool->v6.count };

	w.goes_round = arena_zalloc(scratch, w.ranges, sizeof(*w.goes_round));
	if (!is_walked(pool))
		return w.goes_round;
	w.map.runs = alloc_runs(group, FAMILY_REGIONS);
	for (int i = 0; i < FAMILY_REGIONS; i++)
		map_region(&w.map, group, &family_regions[i]);
	w.range_step = arena_zalloc(scratch, w.ranges, sizeof(*w.range_step));
	w.run_step = arena_zalloc(scratch, w.map.count, sizeof(*w.run_step));
	walk_list(&w, first_in_list(pool, pool->v4.count, w.ranges));
	walk_list(&w, first_in_list(pool, 0, pool->v4.count));
	return w.goes_round;
}

/* ---- findings ---- */

static void add_finding(struct overlap_finder *finder, const struct group *group,
			uint32_t earlier, uint32_t later, const bool *goes_round)
{
	const struct pool_range *first = group->by_rank[earlier]->range;
	const struct pool_range *second = group->by_rank[later]->range;
	const struct self_overlap found = {
		.pool = group->pool,
		.first = first,
		.second = second,
		.first_shared = ip_range_first_shared(first->range, second->range),
		.can_hang = goes_round[range_number(group->pool, second)],
	};

	ARRAY_ADD(finder->arena, &finder->pools->self_overlaps, found);
}

/* Adds a finding for each range that shares an address with an earlier one: where it does, the
 * earlier one is the owner. */
static void add_findings(struct overlap_finder *finder, const struct group *group)
{
	struct owner_map map = { .runs = alloc_runs(group, 1) };
	const bool *goes_round = find_loops(group);
	struct max_tree owners; /* at each run: large means an early owner */

	map_region(&map, group, &whole_space);
	max_tree_init(&owners, group->scratch, map.count);
	for (uint32_t i = 0; i < map.count; i++)
		max_tree_set(&owners, i, group->count - map.runs[i].owner);
	for (uint32_t rank = 0; rank < group->count; rank++) {
		const struct span *span = group->by_rank[rank];
		uint32_t begin = run_at(&map, span->from);
		uint32_t end = run_at(&map, span->to) + 1;
		uint32_t earliest = group->count - max_tree_max(&owners, begin, end);

		if (earliest != rank)
			add_finding(finder, group, earliest, rank, goes_round);
	}
}

/* Keeps, of spans that are sorted by first address, those that share addresses. */
static uint32_t keep_shared(const struct span **spans, uint32_t count)
{
	uint32_t kept = 0;
	struct ip reach = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		const struct span *span = spans[i];
		bool behind = i == 0 || ip_compare(span->from, reach) > 0;
		bool before = i + 1 == count || ip_compare(spans[i + 1]->from, span->to) > 0;

		if (behind || ip_compare(span->to, reach) > 0)
			reach = span->to;
		if (!behind || !before)
			spans[kept++] = span;
	}
	return kept;
}

/* Ranks the group's spans by number. */
static void rank_spans(struct group *group, struct arena *scratch)
{
	const struct pool *pool = group->pool;
	uint32_t ranges = pool->v4.count + pool->v6.count;
	uint32_t next = 0;

	group->ranks = arena_alloc(scratch, group->count * sizeof(*group->ranks));
	group->by_rank = arena_alloc(scratch, group->count * sizeof(struct span *));
	group->rank_of = arena_alloc(scratch, ranges * sizeof(*group->rank_of));
	for (uint32_t number = 0; number < ranges; number++)
		group->rank_of[number] = MAX_TREE_NONE;
	for (uint32_t i = 0; i < group->count; i++)
		group->rank_of[range_number(pool, group->spans[i]->range)] = 0;
	for (uint32_t number = 0; number < ranges; number++) {
		if (group->rank_of[number] != MAX_TREE_NONE)
			group->rank_of[number] = next++;
	}
	for (uint32_t i = 0; i < group->count; i++) {
		group->ranks[i] = group->rank_of[range_number(pool, group->spans[i]->range)];
		group->by_rank[group->ranks[i]] = group->spans[i];
	}
}

/* The spans are sorted by first address. Those of reversed ranges stand among them, so that
 * the ranges in which one of these begins are kept as well. */
static void check_group(struct overlap_finder *finder, const struct pool *pool,
			const struct span **spans, uint32_t count)
{
	struct arena_mark mark = arena_mark(finder->scratch);
	struct group group = { .pool = pool, .spans = spans, .scratch = finder->scratch };

	count = keep_shared(spans, count);
	for (uint32_t i = 0; i < count; i++) {
		if (!spans[i]->range->reversed)
			spans[group.count++] = spans[i];
	}
	if (group.count < 2)
		return;
	rank_spans(&group, finder->scratch);
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

		spans[finder->first_turn[span->pool] + used[span->pool]++] = span;
	}
	for (uint32_t i = 0; i < pools->list.count; i++)
		check_group(finder, &pools->list.items[i], &spans[finder->first_turn[i]],
			    used[i]);
	arena_reset(finder->scratch, mark);
}
