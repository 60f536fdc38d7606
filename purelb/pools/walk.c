/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P3.11.3: PureLB looks the next address up in the list of the present address's family, in the
 * first range there that contains it; after the last address of that range comes the first one
 * of the range after it in the list. A range in the list of the other family (P2.5) yields its
 * first address alone, and so does a reversed one (P2.3): the way ends there.
 *
 * So the way can turn only where some range begins, and where a range of the one family runs
 * through the v4-mapped block. Cut at these places it is a row of segments; coming to one for
 * the second time means going round for ever (P3.5).
 */
#include "purelb/pools/walk.h"

#include <stdlib.h>

#include "purelb/pools/order.h"

struct ip_range walk_containing_range(const struct pool_range *range)
{
	static const struct ip_range nothing = { { 1 }, { 0 } };

	return range->range_error == RANGE_OK ? range->range : nothing;
}

void walk_map_list(struct address_map *map, const struct pool_range *ranges, uint32_t count,
		   struct arena *arena)
{
	struct arena scratch;
	struct ranked_range *ranked;

	arena_init(&scratch);
	ranked = arena_zalloc(&scratch, count, sizeof(*ranked));
	for (uint32_t i = 0; i < count; i++)
		ranked[i] = (struct ranked_range){ walk_containing_range(&ranges[i]), i };
	address_map_build(map, arena, ranked, count, count);
	arena_release(&scratch);
}

/* ---- where the way can turn ---- */

struct walk_turns {
	struct ip *list; /* sorted, each once */
	uint32_t count;
	uint32_t *segment; /* of each the number of its segment, and 1; 0: not there yet */
};

static int walk_compare_ips(const void *a, const void *b)
{
	return ip_compare(*(const struct ip *)a, *(const struct ip *)b);
}

static void walk_collect_turns(struct walk_turns *turns, const struct pool *pool,
			       struct arena *scratch)
{
	const size_t most = (size_t)pool->v4.count + pool->v6.count + 2;
	uint32_t count = 0, kept = 0;

	turns->list = arena_alloc(scratch, most * sizeof(*turns->list));
	turns->segment = arena_zalloc(scratch, most, sizeof(*turns->segment));
	ARRAY_FOREACH (const struct pool_range, range, &pool->v4)
		turns->list[count++] = range->range.from;
	ARRAY_FOREACH (const struct pool_range, range, &pool->v6)
		turns->list[count++] = range->range.from;
	turns->list[count++].v = WALK_V4_FIRST;
	turns->list[count++].v = WALK_V4_END;
	order_sort(turns->list, count, sizeof(*turns->list), walk_compare_ips);
	for (uint32_t i = 0; i < count; i++) {
		if (kept == 0 || ip_compare(turns->list[kept - 1], turns->list[i]) != 0)
			turns->list[kept++] = turns->list[i];
	}
	turns->count = kept;
}

static uint32_t walk_turn_at(const struct walk_turns *turns, struct ip ip)
{
	const struct ip *found =
		bsearch(&ip, turns->list, turns->count, sizeof(*turns->list), walk_compare_ips);

	return (uint32_t)(found - turns->list);
}

/* ---- the way ---- */

/* Where the walk is: at a turn, in this range or on its way to it. */
struct walk_position {
	uint32_t turn;
	const struct pool_range *range;
};

/* Goes to the first range at or after `i` that parses; false: there is none. */
static bool walk_go_to(const struct walk_turns *turns, const struct pool_range *ranges,
		       uint32_t i, uint32_t count, struct walk_position *at)
{
	while (i < count && ranges[i].range_error != RANGE_OK)
		i++;
	if (i >= count)
		return false;
	at->range = &ranges[i];
	at->turn = walk_turn_at(turns, ranges[i].range.from);
	return true;
}

/* Adds the segment that begins here and goes to its end; false: the way ends there. */
static bool walk_step(struct pool_walk *walk, const struct pool *pool,
		      const struct address_map *const maps[static 2],
		      const struct walk_turns *turns, struct walk_position *at,
		      struct arena *arena)
{
	const struct ip from = turns->list[at->turn];
	const bool v4 = ip_family(from) == IP_V4;
	const struct pool_range *ranges = v4 ? pool->v4.items : pool->v6.items;
	const uint32_t count = v4 ? pool->v4.count : pool->v6.count;
	const struct address_piece *piece = address_map_find(maps[v4 ? 0 : 1], from);
	struct walk_segment *segment = ARRAY_PUSH(arena, &walk->segments);

	*segment = (struct walk_segment){ { from, from }, at->range, at->range };
	if (piece == NULL) /* it is looked at itself, but nothing comes after it */
		return false;
	segment->owner = &ranges[piece->first];
	at->range = segment->owner;
	segment->range.to = segment->owner->range.to;
	if (at->turn + 1 < turns->count &&
	    ip_compare(turns->list[at->turn + 1], segment->range.to) <= 0) {
		at->turn++;
		segment->range.to.v = turns->list[at->turn].v - 1;
		return true;
	}
	return walk_go_to(turns, ranges, piece->first + 1, count, at);
}

void walk_find_way(struct pool_walk *walk, const struct pool *pool,
		   const struct address_map *const maps[static 2], enum ip_family list,
		   struct arena *arena)
{
	const struct pool_range *ranges = list == IP_V4 ? pool->v4.items : pool->v6.items;
	const uint32_t count = list == IP_V4 ? pool->v4.count : pool->v6.count;
	struct walk_position at;
	struct walk_turns turns;
	struct arena scratch;

	*walk = (struct pool_walk){ 0 };
	arena_init(&scratch);
	walk_collect_turns(&turns, pool, &scratch);
	if (walk_go_to(&turns, ranges, 0, count, &at)) {
		do {
			walk->cyclic = turns.segment[at.turn] != 0;
			if (walk->cyclic) {
				walk->back_to = turns.segment[at.turn] - 1;
				walk->back_from = at.range;
				break;
			}
			turns.segment[at.turn] = walk->segments.count + 1;
		} while (walk_step(walk, pool, maps, &turns, &at, arena));
	}
	arena_release(&scratch);
}
