/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P3.4: overlaps between groups, and which of them PureLB notices.
 * P3.5: overlaps inside one group, and whether a plain walk of its ranges goes round for ever.
 *
 * The rules are here; the partners of a range are found by overlap_index.c, the way of a walk
 * by walk.c. Ranges that do not parse overlap nothing. Reversed ranges contain nothing.
 */
#include "purelb/pools/overlap.h"

#include "purelb/pools/address_map.h"
#include "purelb/pools/walk.h"

bool overlap_is_noticed(const struct pool_range *new, const struct pool_range *old)
{
	return new->list_family == old->list_family &&
	       (ip_range_contains(new->range, old->range.from) ||
		ip_range_contains(new->range, old->range.to));
}

/* ---- between groups (P3.4) ---- */

static struct overlap overlap_between(const struct pools *pools, const struct span *loser,
				      const struct span *keeper)
{
	return (struct overlap){
		.loser = &pools->list.items[loser->pool],
		.loser_range = loser->range,
		.keeper = &pools->list.items[keeper->pool],
		.keeper_range = keeper->range,
		.first_shared =
			ip_compare(keeper->from, loser->from) > 0 ? keeper->from : loser->from,
		.noticed = overlap_is_noticed(loser->range, keeper->range),
	};
}

bool overlap_check(struct pools *pools, const struct overlap_index *index,
		   const struct pool *pool, struct arena *arena, struct overlap *noticed)
{
	const size_t number = (size_t)(pool - pools->list.items);
	bool any = false;

	for (uint32_t turn = index->first_turn[number]; turn < index->first_turn[number + 1];
	     turn++) {
		const uint32_t place = index->place_of[turn];
		const struct span *span, *partner;

		if (place == MAX_TREE_NONE || index->spans[place].range->reversed)
			continue;
		span = &index->spans[place];
		partner = overlap_index_unnoticed(index, span);
		if (partner != NULL)
			ARRAY_ADD(arena, &pools->overlaps,
				  overlap_between(pools, span, partner));
		partner = overlap_index_noticed(index, span);
		if (partner != NULL)
			ARRAY_ADD(arena, &pools->overlaps,
				  overlap_between(pools, span, partner));
		else
			partner = overlap_index_reversed_end(index, span);
		if (partner != NULL && !any) {
			*noticed = overlap_between(pools, span, partner);
			any = true;
		}
	}
	return any;
}

/* ---- inside one group (P3.5) ---- */

/* The ranges of a group by number: those of the v4 lists, then those of the v6 lists, each in
 * the order of the walk. */
struct numbered {
	const struct pool *pool;
	uint32_t count;
	bool *goes_round; /* a plain walk comes back because of this range */
};

static const struct pool_range *overlap_range(const struct numbered *group, uint32_t number)
{
	const struct pool *pool = group->pool;

	return number < pool->v4.count ? &pool->v4.items[number]
				       : &pool->v6.items[number - pool->v4.count];
}

/* The walk was in one range, or on its way there, and is led into another: the later of the two
 * is why. */
static void overlap_mark_detour(struct numbered *group, const struct pool_range *expected,
				const struct pool_range *owner)
{
	const struct pool *pool = group->pool;
	const struct pool_range *ranges[] = { expected, owner };
	uint32_t later = 0;

	if (expected == owner)
		return;
	for (int i = 0; i < 2; i++) {
		const uint32_t number =
			ranges[i]->list_family == IP_V4
				? (uint32_t)(ranges[i] - pool->v4.items)
				: pool->v4.count + (uint32_t)(ranges[i] - pool->v6.items);

		later = number > later ? number : later;
	}
	group->goes_round[later] = true;
}

/* Marks the ranges because of which a plain walk never ends. Groups that PureLB does not read,
 * multiPool and balancePools are not walked like that. */
static void overlap_mark_loops(struct numbered *group, struct arena *scratch)
{
	const struct pool *pool = group->pool;
	struct address_map maps[2];

	if (!pool->in_scope || pool->spec == NULL || pool->spec->multi_pool.v ||
	    pool->spec->balance_pools.v)
		return;
	walk_map_list(&maps[0], pool->v4.items, pool->v4.count, scratch);
	walk_map_list(&maps[1], pool->v6.items, pool->v6.count, scratch);
	for (int list = 0; list < 2; list++) {
		const struct address_map *const by_family[] = { &maps[0], &maps[1] };
		struct pool_walk walk;

		walk_find_way(&walk, pool, by_family, list == 0 ? IP_V4 : IP_V6, scratch);
		if (!walk.cyclic)
			continue;
		overlap_mark_detour(group, walk.back_from,
				    walk.segments.items[walk.back_to].owner);
		for (uint32_t i = walk.back_to + 1; i < walk.segments.count; i++)
			overlap_mark_detour(group, walk.segments.items[i].expected,
					    walk.segments.items[i].owner);
	}
}

/* A later range shares an address with an earlier one exactly where, of the ranges that contain
 * that address, it is not the first. */
static void overlap_find_inside(struct pools *pools, struct numbered *group,
				struct arena *arena, struct arena *scratch)
{
	struct ranked_range *ranked = arena_zalloc(scratch, group->count, sizeof(*ranked));
	struct address_map map;
	struct max_tree first; /* of each piece: large means an early range */
	bool walked = false;

	for (uint32_t i = 0; i < group->count; i++)
		ranked[i].range = walk_containing_range(overlap_range(group, i));
	address_map_build(&map, scratch, ranked, group->count, 1);
	max_tree_init(&first, scratch, map.count);
	for (uint32_t i = 0; i < map.count; i++)
		max_tree_set(&first, i, group->count - map.pieces[i].first);
	for (uint32_t i = 0; i < group->count; i++) {
		const struct ip_range range = ranked[i].range;
		struct self_overlap *found;
		uint32_t earliest;

		if (range_is_reversed(range))
			continue;
		earliest =
			group->count -
			max_tree_max(
				&first,
				(uint32_t)(address_map_find(&map, range.from) - map.pieces),
				(uint32_t)(address_map_find(&map, range.to) - map.pieces) + 1);
		if (earliest == i)
			continue;
		if (!walked)
			overlap_mark_loops(group, scratch);
		walked = true;
		found = ARRAY_PUSH(arena, &pools->self_overlaps);
		found->pool = group->pool;
		found->first = overlap_range(group, earliest);
		found->second = overlap_range(group, i);
		found->first_shared =
			ip_range_first_shared(ranked[earliest].range, ranked[i].range);
		found->can_hang = group->goes_round[i];
	}
}

void overlap_check_inside(struct pools *pools, const struct overlap_index *index,
			  struct arena *arena)
{
	uint32_t number = 0;

	ARRAY_FOREACH (const struct pool, pool, &pools->list) {
		struct numbered group = { pool, pool->v4.count + pool->v6.count, NULL };
		uint32_t sharing = 0;
		struct arena scratch;

		for (uint32_t turn = index->first_turn[number];
		     turn < index->first_turn[number + 1]; turn++)
			sharing += index->place_of[turn] != MAX_TREE_NONE;
		number++;
		if (sharing < 2)
			continue;
		arena_init(&scratch);
		group.goes_round = arena_zalloc(&scratch, group.count, sizeof(bool));
		overlap_find_inside(pools, &group, arena, &scratch);
		arena_release(&scratch);
	}
}
