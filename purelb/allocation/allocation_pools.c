/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pools as the allocator sees them: numbers for texts, pools by name and by address, and
 * the order in which a search goes over the addresses of a pool (P3.11.3).
 *
 * A walk is never gone over again: it keeps how far everything is in use, and a heap of what
 * was given back, so that the first free address costs log n steps whatever the size of the
 * pool.
 */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/pools/order.h"
#include "purelb/pools/reserved.h"

/* ---- texts ---- */

static const struct text_id *run_text_entry(struct run *run, const char *text)
{
	const size_t len = strlen(text);
	struct text_id *found;

	HASH_FIND(hh, run->texts, text, len, found);
	if (found != NULL)
		return found;
	found = arena_zalloc(&run->scratch, 1, sizeof(*found));
	found->text = text;
	found->id = HASH_COUNT(run->texts) + 1;
	HASH_ADD_KEYPTR(hh, run->texts, found->text, len, found);
	return found;
}

uint32_t run_text(struct run *run, const char *text)
{
	return text != NULL && *text != '\0' ? run_text_entry(run, text)->id : 0;
}

uint32_t run_texts(const struct run *run)
{
	return HASH_COUNT(run->texts);
}

const char *run_same_text(struct run *run, const char *text)
{
	return text != NULL && *text != '\0' ? run_text_entry(run, text)->text : text;
}

/* ---- pools by name ---- */

static int run_compare_rejected(const void *pa, const void *pb)
{
	const struct pool *const *a = pa;
	const struct pool *const *b = pb;
	int order = str_compare((*a)->name, (*b)->name);

	/* Of one name those that PureLB reads come first. */
	if (order == 0)
		order = (*b)->in_scope - (*a)->in_scope;
	return order != 0 ? order : (*a > *b) - (*a < *b);
}

static void run_list_rejected(struct run *run)
{
	ARRAY_FOREACH (const struct pool, pool, &run->cluster->pools.list) {
		if (pool->reject != POOL_ACCEPTED)
			ARRAY_ADD(&run->scratch, &run->rejected, pool);
	}
	order_sort(run->rejected.items, run->rejected.count, sizeof(*run->rejected.items),
		   run_compare_rejected);
}

const struct pool *run_rejected(const struct run *run, const char *name)
{
	uint32_t low = 0, high = run->rejected.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (str_compare(run->rejected.items[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == run->rejected.count || !str_equal(run->rejected.items[low]->name, name))
		return NULL;
	return run->rejected.items[low];
}

struct pool_state *run_pool(struct run *run, const struct pool *pool)
{
	return pool != NULL ? &run->pools[pool - run->cluster->pools.list.items] : NULL;
}

/* ---- pools by address ---- */

static void run_fill_list(struct range_list *list, const struct pool_range *ranges,
			  uint32_t count)
{
	list->ranges = ranges;
	list->count = count;
}

static void run_list_pools(struct run *run)
{
	const struct pools *pools = &run->cluster->pools;

	run->pools = arena_zalloc(&run->scratch, pools->list.count, sizeof(*run->pools));
	for (uint32_t i = 0; i < pools->list.count; i++) {
		const struct pool *pool = &pools->list.items[i];
		struct pool_state *state = &run->pools[i];

		state->pool = pool;
		state->index = i;
		state->serves = pool->group;
		run_fill_list(&state->lists[SIDE_V4], pool->v4.items, pool->v4.count);
		run_fill_list(&state->lists[SIDE_V6], pool->v6.items, pool->v6.count);
	}
	if (!pools->fail_open)
		return;
	/* P3.6: the last group of a name says which namespaces the accepted one serves. */
	ARRAY_FOREACH (const struct pool, pool, &pools->list) {
		const struct pool *holder = pools_find(pools, pool->name);

		if (holder != NULL)
			run_pool(run, holder)->serves = pool->group;
	}
}

/* All ranges of the accepted pools, by name of the pool. External ones have none. */
static void run_map_pools(struct run *run)
{
	const struct pools *pools = &run->cluster->pools;
	ARRAY_OF(struct ranked_range) ranges = { 0 };

	ARRAY_FOREACH (const struct pool *, pool, &pools->by_name) {
		struct pool_state *state = run_pool(run, *pool);

		for (unsigned side = 0; side < SIDES; side++) {
			const struct range_list *list = &state->lists[side];

			for (uint32_t i = 0; i < list->count; i++) {
				struct ranked_range range = { list->ranges[i].range,
							      state->index };

				ARRAY_ADD(&run->scratch, &ranges, range);
				ARRAY_ADD(&run->scratch, &run->ranked, state);
			}
		}
	}
	address_map_build(&run->map, &run->scratch, ranges.items, ranges.count,
			  pools->list.count);
}

struct pool_state *run_pool_for(struct run *run, struct ip ip, bool *ambiguous)
{
	const struct address_piece *piece = address_map_find(&run->map, ip);

	*ambiguous = piece != NULL && piece->several;
	return piece != NULL ? run->ranked.items[piece->first] : NULL;
}

static void run_prepare_list(struct run *run, struct range_list *list)
{
	walk_map_list(&list->map, list->ranges, list->count, &run->scratch);
	for (uint32_t i = 0; i < list->count; i++)
		list->irregular |= list->ranges[i].reversed;
	for (uint32_t i = 0; i < list->map.count; i++)
		list->irregular |= list->map.pieces[i].several;
	list->used = arena_zalloc(&run->scratch, list->count, sizeof(*list->used));
}

void run_prepare_pool(struct run *run, struct pool_state *pool)
{
	if (pool->prepared)
		return;
	pool->prepared = true;
	for (unsigned side = 0; side < SIDES; side++)
		run_prepare_list(run, &pool->lists[side]);
}

/* ---- the whole ---- */

void run_prepare(struct run *run)
{
	arena_init(&run->scratch);
	run_list_pools(run);
	run_list_rejected(run);
	run_map_pools(run);
}

void run_release(struct run *run)
{
	/* The entries are in the arena; the tables themselves are not. */
	HASH_CLEAR(hh, run->texts);
	HASH_CLEAR(hh, run->ports);
	HASH_CLEAR(hh, run->bindings);
	free(run->addresses.buckets);
	arena_release(&run->scratch);
}

/* ---- making walks ---- */

static void walk_add_segment(struct run *run, struct walk *walk, u128 from, u128 to,
			     const struct pool_range *owner)
{
	struct walk_segment *segment = ARRAY_PUSH(&run->scratch, &walk->way.segments);

	segment->range = (struct ip_range){ { from }, { to } };
	segment->owner = owner;
}

/* A segment, by its first address, for sorting. */
struct start {
	struct ip from;
	uint32_t segment;
};

static int walk_compare_starts(const void *pa, const void *pb)
{
	const struct start *a = pa;
	const struct start *b = pb;

	return ip_compare(a->from, b->from);
}

static void walk_index_segments(struct run *run, struct walk *walk)
{
	uint32_t count = walk->way.segments.count;
	struct arena scratch;
	struct start *starts;

	arena_init(&scratch);
	starts = arena_zalloc(&scratch, count, sizeof(*starts));
	for (uint32_t i = 0; i < count; i++)
		starts[i] = (struct start){ walk->way.segments.items[i].range.from, i };
	order_sort(starts, count, sizeof(*starts), walk_compare_starts);
	walk->by_address = arena_alloc(&run->scratch, count * sizeof(*walk->by_address));
	for (uint32_t i = 0; i < count; i++)
		walk->by_address[i] = starts[i].segment;
	arena_release(&scratch);
}

struct walk *walk_plain(struct run *run, struct pool_state *pool, unsigned side)
{
	struct range_list *list = &pool->lists[side];

	if (list->plain != NULL)
		return list->plain;
	run_prepare_pool(run, pool);
	list->plain = arena_zalloc(&run->scratch, 1, sizeof(*list->plain));
	walk_find_way(&list->plain->way, pool->pool,
		      (const struct address_map *const[]){ &pool->lists[SIDE_V4].map,
							   &pool->lists[SIDE_V6].map },
		      side == SIDE_V4 ? IP_V4 : IP_V6, &run->scratch);
	walk_index_segments(run, list->plain);
	return list->plain;
}

/* From one end to the other, cut where the family changes. */
static void walk_make_single(struct run *run, struct walk *walk, const struct pool_range *range)
{
	static const u128 cuts[] = { WALK_V4_FIRST, WALK_V4_END };
	u128 from = range->range.from.v;
	u128 to = range->reversed ? from : range->range.to.v;

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		if (cuts[i] <= from || cuts[i] > to)
			continue;
		walk_add_segment(run, walk, from, cuts[i] - 1, range);
		from = cuts[i];
	}
	walk_add_segment(run, walk, from, to, range);
	walk_index_segments(run, walk);
}

struct walk *walk_single(struct run *run, struct pool_state *pool, unsigned side, uint32_t i)
{
	struct range_list *list = &pool->lists[side];

	run_prepare_pool(run, pool);
	if (list->single == NULL)
		list->single = arena_zalloc(&run->scratch, list->count, sizeof(struct walk *));
	if (list->single[i] == NULL) {
		list->single[i] = arena_zalloc(&run->scratch, 1, sizeof(struct walk));
		walk_make_single(run, list->single[i], &list->ranges[i]);
	}
	return list->single[i];
}

/* ---- questions ---- */

bool walk_find_place(const struct walk *walk, struct ip ip, struct walk_place *out)
{
	uint32_t low = 0, high = walk->way.segments.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		uint32_t number = walk->by_address[middle];
		struct ip_range range = walk->way.segments.items[number].range;

		if (ip_range_contains(range, ip)) {
			*out = (struct walk_place){ number, ip };
			return true;
		}
		if (ip_compare(ip, range.from) < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

bool walk_skips(const struct run *run, const struct pool_state *pool, const struct walk *walk,
		struct walk_place place)
{
	return run->guards &&
	       pool_skips_address(pool->pool, walk->way.segments.items[place.segment].owner,
				  place.ip);
}

/* ---- what was given back: a heap ---- */

static void walk_heap_push(struct run *run, struct front *front, struct walk_place place)
{
	uint32_t i = front->freed.count;

	ARRAY_ADD(&run->scratch, &front->freed, place);
	while (i > 0 && walk_place_before(place, front->freed.items[(i - 1) / 2])) {
		front->freed.items[i] = front->freed.items[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	front->freed.items[i] = place;
}

static void walk_heap_pop(struct front *front)
{
	struct walk_place *items = front->freed.items;
	uint32_t count = --front->freed.count;
	struct walk_place last = items[count];
	uint32_t i = 0;

	for (uint32_t child = 1; child < count; child = 2 * i + 1) {
		if (child + 1 < count && walk_place_before(items[child + 1], items[child]))
			child++;
		if (!walk_place_before(items[child], last))
			break;
		items[i] = items[child];
		i = child;
	}
	items[i] = last;
}

static void walk_free_in(struct run *run, struct pool_state *pool, struct walk *walk,
			 struct ip ip)
{
	struct walk_place place;

	if (walk == NULL || !walk_find_place(walk, ip, &place))
		return;

	struct front *front = &walk->fronts[side_of(ip)];

	if (front->started && walk_place_before(place, front->at) &&
	    !walk_skips(run, pool, walk, place))
		walk_heap_push(run, front, place);
}

static void walk_free_in_singles(struct run *run, struct pool_state *pool,
				 struct range_list *list, struct ip ip)
{
	const struct address_piece *piece;

	if (list->single == NULL)
		return;
	if (!list->irregular) {
		piece = address_map_find(&list->map, ip);
		if (piece != NULL)
			walk_free_in(run, pool, list->single[piece->first], ip);
		return;
	}
	for (uint32_t i = 0; i < list->count; i++)
		walk_free_in(run, pool, list->single[i], ip);
}

void walk_freed(struct run *run, struct pool_state *pool, struct ip ip)
{
	for (unsigned side = 0; side < SIDES; side++) {
		walk_free_in(run, pool, pool->lists[side].plain, ip);
		walk_free_in_singles(run, pool, &pool->lists[side], ip);
	}
}

/* ---- the first free address ---- */

/* Moves the front on to the next segment. */
static void walk_next_segment(const struct walk *walk, struct front *front)
{
	front->at.segment++;
	if (front->at.segment < walk->way.segments.count)
		front->at.ip = walk->way.segments.items[front->at.segment].range.from;
}

/* Moves the front over what is in use; false when nothing follows. */
static bool walk_move_front(struct run *run, struct pool_state *pool, struct walk *walk,
			    unsigned side)
{
	struct front *front = &walk->fronts[side];

	if (!front->started && walk->way.segments.count > 0)
		front->at.ip = walk->way.segments.items[0].range.from;
	front->started = true;
	while (front->at.segment < walk->way.segments.count) {
		struct ip_range range = walk->way.segments.items[front->at.segment].range;

		if (side_of(range.from) != side) {
			walk_next_segment(walk, front);
			continue;
		}
		if (!use_taken(run, pool, front->at.ip) &&
		    !walk_skips(run, pool, walk, front->at))
			return true;
		if (ip_compare(front->at.ip, range.to) == 0)
			walk_next_segment(walk, front);
		else
			front->at.ip.v++;
	}
	return false;
}

bool walk_first_free(struct run *run, struct pool_state *pool, struct walk *walk, unsigned side,
		     struct walk_place *out)
{
	struct front *front = &walk->fronts[side];

	while (front->freed.count > 0) {
		*out = front->freed.items[0];
		if (!use_taken(run, pool, out->ip))
			return true;
		walk_heap_pop(front);
	}
	if (!walk_move_front(run, pool, walk, side))
		return false;
	*out = front->at;
	return true;
}
