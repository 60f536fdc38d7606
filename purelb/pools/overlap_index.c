/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All ranges are sorted once by their first address, and those that share no address with any
 * other are put aside: they cost nothing more. The others are looked up in trees over the
 * ranges of the groups accepted so far, in n log n steps for all.
 *
 * The trees answer with the partner of the lowest first shared address and, where several share
 * that one, of the earliest group. They can do so because of what PureLB notices (P3.4): a
 * group is accepted only when each of its ranges is, among the ranges of other accepted groups
 * in lists of the same family, apart from or strictly inside each. So the ranges that contain
 * one address are nested, and the wider one always belongs to the earlier group.
 */
#include "purelb/pools/overlap_index.h"

#include "purelb/pools/order.h"

/* ---- the tree: the children of node i are 2i and 2i + 1 ---- */

static uint32_t max_tree_larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

void max_tree_init(struct max_tree *tree, struct arena *arena, uint32_t count)
{
	tree->leaves = 1;
	while (tree->leaves < count)
		tree->leaves *= 2;
	tree->max = arena_zalloc(arena, (size_t)tree->leaves * 2, sizeof(*tree->max));
}

void max_tree_set(struct max_tree *tree, uint32_t place, uint32_t value)
{
	uint32_t node = tree->leaves + place;

	tree->max[node] = value;
	for (node /= 2; node > 0; node /= 2)
		tree->max[node] = max_tree_larger(tree->max[2 * node], tree->max[2 * node + 1]);
}

uint32_t max_tree_first(const struct max_tree *tree, uint32_t begin, uint32_t end,
			uint32_t least)
{
	if (begin >= end)
		return MAX_TREE_NONE;

	uint32_t node = tree->leaves + begin;

	/* To the right, in ever larger steps, until a subtree has one ... */
	while (tree->max[node] < least) {
		while (node % 2 == 1)
			node /= 2;
		if (node == 0)
			return MAX_TREE_NONE;
		node++;
	}
	/* ... then down to its first. */
	while (node < tree->leaves) {
		node *= 2;
		if (tree->max[node] < least)
			node++;
	}
	return node - tree->leaves < end ? node - tree->leaves : MAX_TREE_NONE;
}

uint32_t max_tree_max(const struct max_tree *tree, uint32_t begin, uint32_t end)
{
	uint32_t left = tree->leaves + begin;
	uint32_t right = tree->leaves + end;
	uint32_t max = 0;

	for (; left < right; left /= 2, right /= 2) {
		if (left % 2 == 1)
			max = max_tree_larger(max, tree->max[left++]);
		if (right % 2 == 1)
			max = max_tree_larger(max, tree->max[--right]);
	}
	return max;
}

/* ---- all spans, and those that share addresses ---- */

static void overlap_index_add_span(struct overlap_index *index, const struct pool_range *range,
				   uint32_t pool, struct ip from, struct ip to)
{
	index->spans[index->count] = (struct span){ from, to, range, pool, index->count };
	index->count++;
}

static void overlap_index_add_ranges(struct overlap_index *index,
				     const struct pool_range *ranges, uint32_t count,
				     uint32_t pool)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct ip_range range = ranges[i].range;

		if (ranges[i].range_error != RANGE_OK)
			continue;
		if (!ranges[i].reversed) {
			overlap_index_add_span(index, &ranges[i], pool, range.from, range.to);
			continue;
		}
		overlap_index_add_span(index, &ranges[i], pool, range.from, range.from);
		overlap_index_add_span(index, &ranges[i], pool, range.to, range.to);
	}
}

static int overlap_index_compare_starts(const void *pa, const void *pb)
{
	const struct span *a = pa;
	const struct span *b = pb;
	int order = ip_compare(a->from, b->from);

	return order != 0 ? order : (a->turn > b->turn) - (a->turn < b->turn);
}

/* Keeps those that share addresses with some other. */
static void overlap_index_keep_shared(struct overlap_index *index)
{
	struct span *spans = index->spans;
	const uint32_t count = index->count;
	struct ip reach = { 0 }; /* the highest last address of those before */

	index->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct span span = spans[i];
		bool with_before = i > 0 && ip_compare(span.from, reach) <= 0;
		bool with_next = i + 1 < count && ip_compare(spans[i + 1].from, span.to) <= 0;

		if (i == 0 || ip_compare(span.to, reach) > 0)
			reach = span.to;
		index->place_of[span.turn] = MAX_TREE_NONE;
		if (!with_before && !with_next)
			continue;
		index->place_of[span.turn] = index->count;
		spans[index->count++] = span;
	}
}

/* ---- the trees ---- */

struct span_end {
	struct ip to;
	uint32_t place; /* in the order of first addresses */
};

/* From high to low: the trees are asked for what comes first. */
static int overlap_index_compare_ends(const void *pa, const void *pb)
{
	const struct span_end *a = pa;
	const struct span_end *b = pb;
	int order = ip_compare(b->to, a->to);

	return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static void overlap_index_sort_ends(struct overlap_index *index, struct arena *scratch)
{
	const size_t count = index->count;
	struct span_end *ends = arena_alloc(scratch, count * sizeof(*ends));

	index->by_end = arena_alloc(scratch, count * sizeof(*index->by_end));
	index->end_place = arena_alloc(scratch, count * sizeof(*index->end_place));
	for (uint32_t i = 0; i < count; i++)
		ends[i] = (struct span_end){ index->spans[i].to, i };
	order_sort(ends, count, sizeof(*ends), overlap_index_compare_ends);
	for (uint32_t i = 0; i < count; i++) {
		index->by_end[i] = ends[i].place;
		index->end_place[ends[i].place] = i;
	}
}

void overlap_index_build(struct overlap_index *index, const struct pools *pools,
			 struct arena *scratch)
{
	size_t most = 0;
	uint32_t pool_number = 0;

	*index = (struct overlap_index){ .pools = pools };
	ARRAY_FOREACH (const struct pool, pool, &pools->list)
		most += 2 * ((size_t)pool->v4.count + pool->v6.count);
	index->spans = arena_alloc(scratch, most * sizeof(*index->spans));
	index->first_turn = arena_alloc(scratch, ((size_t)pools->list.count + 1) *
							 sizeof(*index->first_turn));
	ARRAY_FOREACH (const struct pool, pool, &pools->list) {
		index->first_turn[pool_number] = index->count;
		overlap_index_add_ranges(index, pool->v4.items, pool->v4.count, pool_number);
		overlap_index_add_ranges(index, pool->v6.items, pool->v6.count, pool_number);
		pool_number++;
	}
	index->first_turn[pool_number] = index->count;
	index->place_of = arena_alloc(scratch, index->count * sizeof(*index->place_of));
	order_sort(index->spans, index->count, sizeof(*index->spans),
		   overlap_index_compare_starts);
	overlap_index_keep_shared(index);
	if (index->count == 0)
		return;
	overlap_index_sort_ends(index, scratch);
	for (int list = 0; list < 2; list++) {
		max_tree_init(&index->by_from[list], scratch, index->count);
		max_tree_init(&index->by_to[list], scratch, index->count);
		max_tree_init(&index->reversed_ends[list], scratch, index->count);
	}
}

static int overlap_index_list(const struct span *span)
{
	return span->range->list_family == IP_V6;
}

/*
 * What the trees hold of a span at place p whose last address is at place q of the ends:
 * by_from[p] = count - q, so that large means a high last address;
 * by_to[q] = count - p, so that large means a low first address.
 */
void overlap_index_accept(struct overlap_index *index, const struct pool *pool)
{
	const size_t number = (size_t)(pool - index->pools->list.items);

	for (uint32_t turn = index->first_turn[number]; turn < index->first_turn[number + 1];
	     turn++) {
		const uint32_t p = index->place_of[turn];

		if (p == MAX_TREE_NONE)
			continue;

		const int list = overlap_index_list(&index->spans[p]);
		const uint32_t q = index->end_place[p];

		if (index->spans[p].range->reversed) {
			max_tree_set(&index->reversed_ends[list], p, 1);
			continue;
		}
		max_tree_set(&index->by_from[list], p, index->count - q);
		max_tree_set(&index->by_to[list], q, index->count - p);
	}
}

/* ---- the partners of a span [a, b] ---- */

/* The first place whose first address is at least x, or above it. */
static uint32_t overlap_index_start_at(const struct overlap_index *index, struct ip x,
				       bool above)
{
	uint32_t low = 0, high = index->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = ip_compare(index->spans[middle].from, x);

		if (order < 0 || (above && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first place among the ends whose last address is at most x, or below it. */
static uint32_t overlap_index_end_at(const struct overlap_index *index, struct ip x, bool below)
{
	uint32_t low = 0, high = index->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = ip_compare(index->spans[index->by_end[middle]].to, x);

		if (order > 0 || (below && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct span *overlap_index_span(const struct overlap_index *index, uint32_t place)
{
	return place != MAX_TREE_NONE ? &index->spans[place] : NULL;
}

/* The better partner: lowest first shared address, then the earlier turn. What begins at or
 * before the span shares the span's own first address. */
static const struct span *overlap_index_better(const struct span *span, const struct span *a,
					       const struct span *b)
{
	if (a == NULL || b == NULL)
		return a == NULL ? b : a;
	if ((ip_compare(a->from, span->from) > 0 || ip_compare(b->from, span->from) > 0) &&
	    ip_compare(a->from, b->from) != 0)
		return ip_compare(a->from, b->from) < 0 ? a : b;
	return a->turn < b->turn ? a : b;
}

/* The first accepted one in lists of that family that begins inside the span, after its first
 * address. */
static const struct span *overlap_index_inside(const struct overlap_index *index,
					       const struct span *span, int list)
{
	return overlap_index_span(
		index, max_tree_first(&index->by_from[list],
				      overlap_index_start_at(index, span->from, true),
				      overlap_index_start_at(index, span->to, true), 1));
}

const struct span *overlap_index_noticed(const struct overlap_index *index,
					 const struct span *span)
{
	const int list = overlap_index_list(span);
	const uint32_t beyond_a = overlap_index_start_at(index, span->from, true);
	/* It begins where the span does ... */
	uint32_t begins =
		max_tree_first(&index->by_from[list],
			       overlap_index_start_at(index, span->from, false), beyond_a, 1);
	/* ... or ends inside it and begins at or before it. */
	uint32_t ends = max_tree_first(
		&index->by_to[list], overlap_index_end_at(index, span->to, false),
		overlap_index_end_at(index, span->from, true), index->count - beyond_a + 1);
	const struct span *found;

	if (ends != MAX_TREE_NONE)
		ends = index->by_end[ends];
	found = overlap_index_better(span, overlap_index_span(index, begins),
				     overlap_index_span(index, ends));
	return found != NULL ? found : overlap_index_inside(index, span, list);
}

const struct span *overlap_index_unnoticed(const struct overlap_index *index,
					   const struct span *span)
{
	const int list = overlap_index_list(span);
	/* It begins before the span and ends after it ... */
	const uint32_t around = max_tree_first(
		&index->by_from[list], 0, overlap_index_start_at(index, span->from, false),
		index->count - overlap_index_end_at(index, span->to, false) + 1);
	/* ... or is in a list of the other family and contains its first address. */
	const struct span *other = overlap_index_span(
		index,
		max_tree_first(&index->by_from[!list], 0,
			       overlap_index_start_at(index, span->from, true),
			       index->count - overlap_index_end_at(index, span->from, true) +
				       1));

	if (other == NULL)
		other = overlap_index_inside(index, span, !list);
	return overlap_index_better(span, overlap_index_span(index, around), other);
}

const struct span *overlap_index_reversed_end(const struct overlap_index *index,
					      const struct span *span)
{
	return overlap_index_span(
		index, max_tree_first(&index->reversed_ends[overlap_index_list(span)],
				      overlap_index_start_at(index, span->from, false),
				      overlap_index_start_at(index, span->to, true), 1));
}
