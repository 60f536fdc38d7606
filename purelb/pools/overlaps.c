/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P3.4: overlaps between groups.
 *
 * The trees answer with the partner of the lowest first shared address and, where several
 * share that one, of the earliest group. They can do so because of what PureLB notices: a
 * group is accepted only when each of its ranges is, among the ranges of other accepted groups
 * in lists of the same family, apart from or strictly inside each. So the ranges that contain
 * one address are nested, and the wider one always belongs to the earlier group.
 */
#include "purelb/pools/overlaps.h"
#include "purelb/pools/order.h"

enum { V4_LISTS, V6_LISTS };

static int list_index(const struct pool_range *range)
{
	return range->list_family == IP_V6 ? V6_LISTS : V4_LISTS;
}

/* ---- all spans, and those that share addresses ---- */

static void add_span(struct overlap_finder *finder, const struct pool_range *range,
		     uint32_t pool, struct ip from, struct ip to)
{
	finder->spans[finder->count] = (struct span){
		.from = from,
		.to = to,
		.range = range,
		.pool = pool,
		.turn = finder->count,
	};
	finder->count++;
}

static void add_range(struct overlap_finder *finder, const struct pool_range *range,
		      uint32_t pool)
{
	if (range->range_error != RANGE_OK)
		return;
	if (!range->reversed) {
		add_span(finder, range, pool, range->range.from, range->range.to);
		return;
	}
	add_span(finder, range, pool, range->range.from, range->range.from);
	add_span(finder, range, pool, range->range.to, range->range.to);
}

static void gather(struct overlap_finder *finder)
{
	const struct pools *pools = finder->pools;
	size_t ranges = 0;

	ARRAY_FOREACH (struct pool, pool, &pools->list)
		ranges += (size_t)pool->v4.count + pool->v6.count;
	finder->spans = arena_alloc(finder->scratch, 2 * ranges * sizeof(*finder->spans));
	finder->first_turn = arena_alloc(finder->scratch, ((size_t)pools->list.count + 1) *
								  sizeof(*finder->first_turn));

	uint32_t index = 0;

	ARRAY_FOREACH (const struct pool, pool, &pools->list) {
		finder->first_turn[index] = finder->count;
		ARRAY_FOREACH (const struct pool_range, range, &pool->v4)
			add_range(finder, range, index);
		ARRAY_FOREACH (const struct pool_range, range, &pool->v6)
			add_range(finder, range, index);
		index++;
	}
	finder->first_turn[index] = finder->count;
}

/* One pass: moves the spans in the order of one byte of their first addresses. */
static void sort_by_byte(struct span *to, const struct span *from, uint32_t count,
			 unsigned shift)
{
	uint32_t place[256] = { 0 };
	uint32_t next = 0;

	for (uint32_t i = 0; i < count; i++)
		place[(uint8_t)(from[i].from.v >> shift)]++;
	for (int byte = 0; byte < 256; byte++) {
		uint32_t here = place[byte];

		place[byte] = next;
		next += here;
	}
	for (uint32_t i = 0; i < count; i++)
		to[place[(uint8_t)(from[i].from.v >> shift)]++] = from[i];
}

/*
 * Sorts the spans by first address; those that share one stay in the order of their turns.
 * Byte by byte from the last, and only bytes in which the addresses differ, which takes a
 * fraction of the time of comparing 128-bit numbers.
 */
static void sort_spans(struct overlap_finder *finder)
{
	size_t size = finder->count * sizeof(*finder->spans);
	struct span *other = arena_alloc(finder->scratch, size);
	u128 differing = 0;

	for (uint32_t i = 1; i < finder->count; i++)
		differing |= finder->spans[i].from.v ^ finder->spans[0].from.v;
	for (unsigned shift = 0; shift < 128; shift += 8) {
		struct span *sorted = other;

		if ((uint8_t)(differing >> shift) == 0)
			continue;
		sort_by_byte(sorted, finder->spans, finder->count, shift);
		other = finder->spans;
		finder->spans = sorted;
	}
}

/* Keeps a cluster of two or more spans, `first` up to before `end`. */
static void keep_cluster(struct overlap_finder *finder, uint32_t first, uint32_t end)
{
	struct shared_spans *shared = &finder->shared;

	if (end - first < 2)
		return;
	for (uint32_t i = first; i < end; i++) {
		finder->by_turn[finder->spans[i].turn] = shared->count;
		shared->spans[shared->count++] = &finder->spans[i];
	}
}

/* A span begins a new cluster when it lies behind all before it. */
static void find_clusters(struct overlap_finder *finder)
{
	uint32_t first = 0;
	struct ip reach = { 0 };

	for (uint32_t i = 0; i < finder->count; i++) {
		const struct span *span = &finder->spans[i];

		finder->by_turn[span->turn] = MAX_TREE_NONE;
		if (i > first && ip_compare(span->from, reach) > 0) {
			keep_cluster(finder, first, i);
			first = i;
		}
		if (i == first || ip_compare(span->to, reach) > 0)
			reach = span->to;
	}
	keep_cluster(finder, first, finder->count);
}

/* ---- the trees ---- */

struct end_entry {
	u128 complement; /* of the last address */
	uint32_t place;  /* in the order of first addresses */
};

static int compare_ends(const void *pa, const void *pb)
{
	const struct end_entry *a = pa;
	const struct end_entry *b = pb;

	if (a->complement != b->complement)
		return a->complement > b->complement ? 1 : -1;
	return (a->place > b->place) - (a->place < b->place);
}

/* Sorts the last addresses from high to low: the trees are asked for what comes first. */
static void sort_ends(struct shared_spans *shared, struct arena *scratch)
{
	size_t count = shared->count;
	struct end_entry *ends = arena_alloc(scratch, count * sizeof(*ends));

	shared->tos = arena_alloc(scratch, count * sizeof(*shared->tos));
	shared->to_place = arena_alloc(scratch, count * sizeof(*shared->to_place));
	shared->at_to = arena_alloc(scratch, count * sizeof(*shared->at_to));
	for (uint32_t i = 0; i < count; i++)
		ends[i] = (struct end_entry){ ~shared->spans[i]->to.v, i };
	order_sort(ends, count, sizeof(*ends), compare_ends);
	for (uint32_t i = 0; i < count; i++) {
		shared->tos[i] = ends[i].complement;
		shared->at_to[i] = ends[i].place;
		shared->to_place[ends[i].place] = i;
	}
}

static void prepare_trees(struct shared_spans *shared, struct arena *scratch)
{
	shared->froms = arena_alloc(scratch, shared->count * sizeof(*shared->froms));
	for (uint32_t i = 0; i < shared->count; i++)
		shared->froms[i] = shared->spans[i]->from.v;
	sort_ends(shared, scratch);
	for (int list = V4_LISTS; list <= V6_LISTS; list++) {
		max_tree_init(&shared->by_from[list], scratch, shared->count);
		max_tree_init(&shared->by_to[list], scratch, shared->count);
		max_tree_init(&shared->ends[list], scratch, shared->count);
	}
}

void overlaps_prepare(struct overlap_finder *finder, struct pools *pools, struct arena *arena,
		      struct arena *scratch)
{
	*finder = (struct overlap_finder){ .pools = pools, .arena = arena, .scratch = scratch };
	gather(finder);
	sort_spans(finder);
	finder->by_turn =
		arena_alloc(scratch, (size_t)finder->count * sizeof(*finder->by_turn));
	finder->shared.spans =
		arena_alloc(scratch, (size_t)finder->count * sizeof(*finder->shared.spans));
	find_clusters(finder);
	if (finder->shared.count > 0)
		prepare_trees(&finder->shared, scratch);
}

/*
 * What the trees hold of a span at place p whose last address is at place q of the ends:
 * by_from[p] = count - q, so that large means a high last address;
 * by_to[q] = count - p, so that large means a low first address.
 */
static void live_add(struct shared_spans *shared, uint32_t place)
{
	const struct pool_range *range = shared->spans[place]->range;
	int list = list_index(range);
	uint32_t to_place = shared->to_place[place];

	if (range->reversed) {
		max_tree_set(&shared->ends[list], place, 1);
		return;
	}
	max_tree_set(&shared->by_from[list], place, shared->count - to_place);
	max_tree_set(&shared->by_to[list], to_place, shared->count - place);
}

/* ---- one range against the accepted groups ---- */

/* The first place whose value is not below x. */
static uint32_t lower_bound(const u128 *sorted, uint32_t count, u128 x)
{
	uint32_t first = 0;

	while (count > 0) {
		uint32_t half = count / 2;

		if (sorted[first + half] < x) {
			first += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return first;
}

/* The first place whose value is above x. */
static uint32_t upper_bound(const u128 *sorted, uint32_t count, u128 x)
{
	return x == ~(u128)0 ? count : lower_bound(sorted, count, x + 1);
}

/* A new span [a, b] and where its ends fall among those of the others. */
struct question {
	const struct shared_spans *shared;
	const struct span *span;
	int list;
	uint32_t from_a;   /* the first place whose from >= a */
	uint32_t beyond_a; /* the first whose from > a */
	uint32_t beyond_b; /* the first whose from > b */
	uint32_t to_b;     /* the first place among the ends whose to <= b */
	uint32_t before_a; /* the first whose to < a */
};

static struct question ask(const struct shared_spans *shared, const struct span *span)
{
	uint32_t count = shared->count;

	return (struct question){
		.shared = shared,
		.span = span,
		.list = list_index(span->range),
		.from_a = lower_bound(shared->froms, count, span->from.v),
		.beyond_a = upper_bound(shared->froms, count, span->from.v),
		.beyond_b = upper_bound(shared->froms, count, span->to.v),
		.to_b = lower_bound(shared->tos, count, ~span->to.v),
		.before_a = upper_bound(shared->tos, count, ~span->from.v),
	};
}

/* The place of the better partner: lowest first shared address, then the earlier turn. */
static uint32_t better(const struct question *q, uint32_t x, uint32_t y)
{
	if (x == MAX_TREE_NONE || y == MAX_TREE_NONE)
		return x == MAX_TREE_NONE ? y : x;

	const struct span *a = q->shared->spans[x];
	const struct span *b = q->shared->spans[y];
	bool inside_a = ip_compare(a->from, q->span->from) > 0;
	bool inside_b = ip_compare(b->from, q->span->from) > 0;

	/* What begins at or before the span shares the span's own first address. */
	if ((inside_a || inside_b) && ip_compare(a->from, b->from) != 0)
		return ip_compare(a->from, b->from) < 0 ? x : y;
	return a->turn < b->turn ? x : y;
}

/* The first partner in lists of that family which begins inside the span, behind its first
 * address. */
static uint32_t begins_inside(const struct question *q, int list)
{
	return max_tree_first(&q->shared->by_from[list], q->beyond_a, q->beyond_b, 1);
}

/* P3.4: an end of the old range lies inside the new one, in lists of the same family. */
static uint32_t find_noticed(const struct question *q)
{
	const struct shared_spans *shared = q->shared;
	uint32_t same_from =
		max_tree_first(&shared->by_from[q->list], q->from_a, q->beyond_a, 1);
	uint32_t ends_inside = max_tree_first(&shared->by_to[q->list], q->to_b, q->before_a,
					      shared->count - q->beyond_a + 1);

	if (ends_inside != MAX_TREE_NONE)
		ends_inside = shared->at_to[ends_inside];

	uint32_t at_first = better(q, same_from, ends_inside);

	return at_first != MAX_TREE_NONE ? at_first : begins_inside(q, q->list);
}

/* P3.4: the old range strictly contains the new one, or is in a list of the other family. */
static uint32_t find_unnoticed(const struct question *q)
{
	const struct shared_spans *shared = q->shared;
	int other_list = q->list == V4_LISTS ? V6_LISTS : V4_LISTS;
	uint32_t around = max_tree_first(&shared->by_from[q->list], 0, q->from_a,
					 shared->count - q->to_b + 1);
	uint32_t other = max_tree_first(&shared->by_from[other_list], 0, q->beyond_a,
					shared->count - q->before_a + 1);

	if (other == MAX_TREE_NONE)
		other = begins_inside(q, other_list);
	return better(q, around, other);
}

static struct overlap describe(const struct overlap_finder *finder, const struct span *loser,
			       uint32_t keeper_place, bool noticed)
{
	const struct pool *pools = finder->pools->list.items;
	const struct span *keeper = finder->shared.spans[keeper_place];
	bool inside = ip_compare(keeper->from, loser->from) > 0;

	return (struct overlap){
		.loser = &pools[loser->pool],
		.loser_range = loser->range,
		.keeper = &pools[keeper->pool],
		.keeper_range = keeper->range,
		.first_shared = inside ? keeper->from : loser->from,
		.noticed = noticed,
	};
}

/* Returns true when PureLB notices something, and then says what. */
static bool check_span(struct overlap_finder *finder, const struct span *span,
		       struct overlap *noticed)
{
	struct question q = ask(&finder->shared, span);
	uint32_t noticed_place = find_noticed(&q);
	uint32_t unnoticed_place = find_unnoticed(&q);
	uint32_t end_place =
		max_tree_first(&finder->shared.ends[q.list], q.from_a, q.beyond_b, 1);

	if (unnoticed_place != MAX_TREE_NONE)
		ARRAY_ADD(finder->arena, &finder->pools->overlaps,
			  describe(finder, span, unnoticed_place, false));
	if (noticed_place != MAX_TREE_NONE) {
		*noticed = describe(finder, span, noticed_place, true);
		ARRAY_ADD(finder->arena, &finder->pools->overlaps, *noticed);
		return true;
	}
	if (end_place != MAX_TREE_NONE)
		*noticed = describe(finder, span, end_place, true);
	return end_place != MAX_TREE_NONE;
}

bool overlaps_check(struct overlap_finder *finder, const struct pool *pool,
		    struct overlap *noticed)
{
	size_t index = (size_t)(pool - finder->pools->list.items);
	bool any = false;

	for (uint32_t turn = finder->first_turn[index]; turn < finder->first_turn[index + 1];
	     turn++) {
		uint32_t place = finder->by_turn[turn];
		struct overlap found;

		if (place == MAX_TREE_NONE || finder->shared.spans[place]->range->reversed)
			continue;
		if (check_span(finder, finder->shared.spans[place], &found) && !any) {
			*noticed = found;
			any = true;
		}
	}
	return any;
}

void overlaps_accept(struct overlap_finder *finder, const struct pool *pool)
{
	size_t index = (size_t)(pool - finder->pools->list.items);

	for (uint32_t turn = finder->first_turn[index]; turn < finder->first_turn[index + 1];
	     turn++) {
		if (finder->by_turn[turn] != MAX_TREE_NONE)
			live_add(&finder->shared, finder->by_turn[turn]);
	}
}
