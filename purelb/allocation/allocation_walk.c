/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P3.11.3: the order in which a search goes over the addresses of a pool, and the first of
 * them that is free.
 *
 * The next address is looked up in the list of the present address's family, in the first
 * range there that contains it. So the way can turn only where some range begins or ends and
 * where a range of the one family runs through the v4-mapped block. Cut at these places it is
 * a row of segments; coming to one for the second time means going round for ever.
 */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>

#include "purelb/pools/order.h"
#include "purelb/pools/reserved.h"

#define V4_FIRST ((u128)0xFFFF << 32)
#define V4_END   ((u128)0x10000 << 32)

/* ---- making walks ---- */

static void add_segment(struct run *run, struct walk *walk, u128 from, u128 to,
			const struct pool_range *owner)
{
	struct segment *segment = ARRAY_PUSH(&run->scratch, &walk->segments);

	segment->range = (struct ip_range){ { from }, { to } };
	segment->owner = owner;
}

/* A segment, by its first address, for sorting. */
struct start {
	struct ip from;
	uint32_t segment;
};

static int compare_starts(const void *pa, const void *pb)
{
	const struct start *a = pa;
	const struct start *b = pb;

	return ip_compare(a->from, b->from);
}

static void index_segments(struct run *run, struct walk *walk)
{
	uint32_t count = walk->segments.count;
	struct arena scratch;
	struct start *starts;

	arena_init(&scratch);
	starts = arena_zalloc(&scratch, count, sizeof(*starts));
	for (uint32_t i = 0; i < count; i++)
		starts[i] = (struct start){ walk->segments.items[i].range.from, i };
	order_sort(starts, count, sizeof(*starts), compare_starts);
	walk->by_address = arena_alloc(&run->scratch, count * sizeof(*walk->by_address));
	for (uint32_t i = 0; i < count; i++)
		walk->by_address[i] = starts[i].segment;
	arena_release(&scratch);
}

/* Where the way can turn. */
struct turns {
	struct ip *list; /* sorted, each once */
	uint32_t count;
	bool *seen;
};

static int compare_ips(const void *a, const void *b)
{
	return ip_compare(*(const struct ip *)a, *(const struct ip *)b);
}

static void collect_turns(struct turns *turns, const struct pool_state *pool,
			  struct arena *scratch)
{
	size_t most = (size_t)pool->lists[SIDE_V4].count + pool->lists[SIDE_V6].count + 2;
	uint32_t count = 0, kept = 0;

	turns->list = arena_alloc(scratch, most * sizeof(*turns->list));
	turns->seen = arena_zalloc(scratch, most, sizeof(*turns->seen));
	for (unsigned side = 0; side < SIDES; side++) {
		for (uint32_t i = 0; i < pool->lists[side].count; i++)
			turns->list[count++] = pool->lists[side].ranges[i].range.from;
	}
	turns->list[count++].v = V4_FIRST;
	turns->list[count++].v = V4_END;
	order_sort(turns->list, count, sizeof(*turns->list), compare_ips);
	for (uint32_t i = 0; i < count; i++) {
		if (kept == 0 || ip_compare(turns->list[kept - 1], turns->list[i]) != 0)
			turns->list[kept++] = turns->list[i];
	}
	turns->count = kept;
}

/* The number of a turn. */
static uint32_t turn_at(const struct turns *turns, struct ip ip)
{
	const struct ip *found =
		bsearch(&ip, turns->list, turns->count, sizeof(*turns->list), compare_ips);

	return (uint32_t)(found - turns->list);
}

/* One step of the way: the segment that begins at turn `*at`, and the turn behind it. False at
 * the end of the way. `*owner` is the range that led here. */
static bool go_on(struct run *run, struct pool_state *pool, struct walk *walk,
		  const struct turns *turns, uint32_t *at, const struct pool_range **owner)
{
	struct ip from = turns->list[*at];
	const struct range_list *list = &pool->lists[side_of(from)];
	const struct address_piece *piece = address_map_find(&list->map, from);

	if (piece == NULL) { /* it is looked at itself, but nothing comes behind it */
		add_segment(run, walk, from.v, from.v, *owner);
		return false;
	}

	const struct pool_range *range = &list->ranges[piece->first];
	bool cut = *at + 1 < turns->count &&
		   ip_compare(turns->list[*at + 1], range->range.to) <= 0;

	*owner = range;
	if (cut) {
		*at += 1;
		add_segment(run, walk, from.v, turns->list[*at].v - 1, range);
		return true;
	}
	add_segment(run, walk, from.v, range->range.to.v, range);
	if (piece->first + 1 == list->count)
		return false;
	*owner = range + 1;
	*at = turn_at(turns, range[1].range.from);
	return true;
}

static void make_plain(struct run *run, struct pool_state *pool, unsigned side,
		       struct walk *walk)
{
	const struct range_list *list = &pool->lists[side];
	const struct pool_range *owner = list->ranges;
	struct turns turns;
	struct arena scratch;
	uint32_t at;

	if (list->count == 0)
		return;
	arena_init(&scratch);
	collect_turns(&turns, pool, &scratch);
	at = turn_at(&turns, list->ranges[0].range.from);
	do {
		walk->cyclic = turns.seen[at];
		turns.seen[at] = true;
	} while (!walk->cyclic && go_on(run, pool, walk, &turns, &at, &owner));
	arena_release(&scratch);
}

struct walk *walk_plain(struct run *run, struct pool_state *pool, unsigned side)
{
	struct range_list *list = &pool->lists[side];

	if (list->plain != NULL)
		return list->plain;
	pool_prepare(run, pool);
	list->plain = arena_zalloc(&run->scratch, 1, sizeof(*list->plain));
	make_plain(run, pool, side, list->plain);
	index_segments(run, list->plain);
	return list->plain;
}

/* From one end to the other, cut where the family changes. */
static void make_single(struct run *run, struct walk *walk, const struct pool_range *range)
{
	static const u128 cuts[] = { V4_FIRST, V4_END };
	u128 from = range->range.from.v;
	u128 to = range->reversed ? from : range->range.to.v;

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		if (cuts[i] <= from || cuts[i] > to)
			continue;
		add_segment(run, walk, from, cuts[i] - 1, range);
		from = cuts[i];
	}
	add_segment(run, walk, from, to, range);
	index_segments(run, walk);
}

struct walk *walk_single(struct run *run, struct pool_state *pool, unsigned side, uint32_t i)
{
	struct range_list *list = &pool->lists[side];

	pool_prepare(run, pool);
	if (list->single == NULL)
		list->single = arena_zalloc(&run->scratch, list->count, sizeof(struct walk *));
	if (list->single[i] == NULL) {
		list->single[i] = arena_zalloc(&run->scratch, 1, sizeof(struct walk));
		make_single(run, list->single[i], &list->ranges[i]);
	}
	return list->single[i];
}

/* ---- questions ---- */

bool walk_place(const struct walk *walk, struct ip ip, struct place *out)
{
	uint32_t low = 0, high = walk->segments.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		uint32_t number = walk->by_address[middle];
		struct ip_range range = walk->segments.items[number].range;

		if (ip_range_contains(range, ip)) {
			*out = (struct place){ number, ip };
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
		struct place place)
{
	return run->latest &&
	       pool_skips_address(pool->pool, walk->segments.items[place.segment].owner,
				  place.ip);
}

/* ---- what was given back: a heap ---- */

static void heap_push(struct run *run, struct front *front, struct place place)
{
	uint32_t i = front->freed.count;

	ARRAY_ADD(&run->scratch, &front->freed, place);
	while (i > 0 && place_before(place, front->freed.items[(i - 1) / 2])) {
		front->freed.items[i] = front->freed.items[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	front->freed.items[i] = place;
}

static void heap_pop(struct front *front)
{
	struct place *items = front->freed.items;
	uint32_t count = --front->freed.count;
	struct place last = items[count];
	uint32_t i = 0;

	for (uint32_t child = 1; child < count; child = 2 * i + 1) {
		if (child + 1 < count && place_before(items[child + 1], items[child]))
			child++;
		if (!place_before(items[child], last))
			break;
		items[i] = items[child];
		i = child;
	}
	items[i] = last;
}

static void free_in(struct run *run, struct pool_state *pool, struct walk *walk, struct ip ip)
{
	struct place place;

	if (walk == NULL || !walk_place(walk, ip, &place))
		return;

	struct front *front = &walk->fronts[side_of(ip)];

	if (front->started && place_before(place, front->at) &&
	    !walk_skips(run, pool, walk, place))
		heap_push(run, front, place);
}

static void free_in_singles(struct run *run, struct pool_state *pool, struct range_list *list,
			    struct ip ip)
{
	const struct address_piece *piece;

	if (list->single == NULL)
		return;
	if (!list->tangled) {
		piece = address_map_find(&list->map, ip);
		if (piece != NULL)
			free_in(run, pool, list->single[piece->first], ip);
		return;
	}
	for (uint32_t i = 0; i < list->count; i++)
		free_in(run, pool, list->single[i], ip);
}

void walk_freed(struct run *run, struct pool_state *pool, struct ip ip)
{
	for (unsigned side = 0; side < SIDES; side++) {
		free_in(run, pool, pool->lists[side].plain, ip);
		free_in_singles(run, pool, &pool->lists[side], ip);
	}
}

/* ---- the first free address ---- */

/* Moves the front on to the next segment. */
static void next_segment(const struct walk *walk, struct front *front)
{
	front->at.segment++;
	if (front->at.segment < walk->segments.count)
		front->at.ip = walk->segments.items[front->at.segment].range.from;
}

/* Moves the front over what is in use; false when nothing comes behind it. */
static bool move_front(struct run *run, struct pool_state *pool, struct walk *walk,
		       unsigned side)
{
	struct front *front = &walk->fronts[side];

	if (!front->started && walk->segments.count > 0)
		front->at.ip = walk->segments.items[0].range.from;
	front->started = true;
	while (front->at.segment < walk->segments.count) {
		struct ip_range range = walk->segments.items[front->at.segment].range;

		if (side_of(range.from) != side) {
			next_segment(walk, front);
			continue;
		}
		if (!use_taken(run, pool, front->at.ip) &&
		    !walk_skips(run, pool, walk, front->at))
			return true;
		if (ip_compare(front->at.ip, range.to) == 0)
			next_segment(walk, front);
		else
			front->at.ip.v++;
	}
	return false;
}

bool walk_first_free(struct run *run, struct pool_state *pool, struct walk *walk, unsigned side,
		     struct place *out)
{
	struct front *front = &walk->fronts[side];

	while (front->freed.count > 0) {
		*out = front->freed.items[0];
		if (!use_taken(run, pool, out->ip))
			return true;
		heap_pop(front);
	}
	if (!move_front(run, pool, walk, side))
		return false;
	*out = front->at;
	return true;
}
