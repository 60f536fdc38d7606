/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P6.4, P6.7: the ranges in the order in which agents look, and a map of the address space
 * that says which of them comes first.
 */
#include "purelb/agents/agentpools.h"

#include <stdlib.h>

#include "base/text.h"

/* ---- the order of the ranges ---- */

struct ranked_ranges {
	ARRAY_OF(struct agent_range) list; /* the agents take the first that contains it */
};

/* Groups of one type by name; of one name the later in processing order comes first. */
static int compare_pools(const void *pa, const void *pb)
{
	const struct pool *const *a = pa;
	const struct pool *const *b = pb;
	const int order = str_compare((*a)->name, (*b)->name);

	return order != 0 ? order : (*a < *b) - (*a > *b);
}

static bool in_use(const struct pool_range *range)
{
	/* A reversed range contains nothing. */
	return range->range_error == RANGE_OK && !range->reversed;
}

static void add_list(struct ranked_ranges *out, struct arena *arena, const struct pool *pool,
		     enum pool_list list)
{
	const bool v6 = list == POOL_V6POOLS || list == POOL_V6POOL;
	const struct pool_range *items = v6 ? pool->v6.items : pool->v4.items;
	const uint32_t count = v6 ? pool->v6.count : pool->v4.count;

	for (uint32_t i = 0; i < count; i++) {
		struct agent_range *added;

		if (items[i].list != list || !in_use(&items[i]))
			continue;
		added = ARRAY_PUSH(arena, &out->list);
		added->pool = pool;
		added->range = &items[i];
	}
}

static void add_type(struct ranked_ranges *out, struct arena *arena, const struct pools *pools,
		     enum pool_type type)
{
	static const enum pool_list lists[] = { POOL_V6POOLS, POOL_V4POOLS, POOL_V6POOL,
						POOL_V4POOL };
	const struct pool **sorted = arena_alloc(arena, pools->list.count * sizeof(*sorted));
	uint32_t count = 0;

	ARRAY_FOREACH (const struct pool, pool, &pools->list) {
		if (pool->in_scope && pool->type == type)
			sorted[count++] = pool;
	}
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), compare_pools);
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && str_equal(sorted[i]->name, sorted[i - 1]->name))
			continue; /* replaced */
		for (size_t j = 0; j < sizeof(lists) / sizeof(lists[0]); j++)
			add_list(out, arena, sorted[i], lists[j]);
	}
}

/* ---- the map ---- */

/* Ranges that reach the address the sweep is at, or did: a heap with the first in rank on top.
 */
struct heap {
	const struct agent_range **items;
	uint32_t count;
};

static void heap_push(struct heap *heap, const struct agent_range *range)
{
	uint32_t at = heap->count++;

	/* They lie in one array in the order of their ranks. */
	while (at > 0 && range < heap->items[(at - 1) / 2]) {
		heap->items[at] = heap->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->items[at] = range;
}

static void heap_pop(struct heap *heap)
{
	const struct agent_range *last = heap->items[--heap->count];
	uint32_t at = 0;

	while (2 * at + 1 < heap->count) {
		uint32_t child = 2 * at + 1;

		if (child + 1 < heap->count && heap->items[child + 1] < heap->items[child])
			child++;
		if (last < heap->items[child])
			break;
		heap->items[at] = heap->items[child];
		at = child;
	}
	heap->items[at] = last;
}

static int compare_starts(const void *pa, const void *pb)
{
	const struct agent_range *const *a = pa;
	const struct agent_range *const *b = pb;
	const int order = ip_compare((*a)->range->range.from, (*b)->range->range.from);

	return order != 0 ? order : (*a > *b) - (*a < *b);
}

static int compare_ips(const void *pa, const void *pb)
{
	const struct ip *a = pa;
	const struct ip *b = pb;

	return ip_compare(*a, *b);
}

/* Where another range can come first: at the start of each, and behind its end. */
static uint32_t list_borders(const struct agent_range *const *ranges, uint32_t count,
			     struct ip *out)
{
	uint32_t borders = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct ip_range range = ranges[i]->range->range;

		out[borders++] = range.from;
		if (range.to.v != ~(u128)0)
			out[borders++].v = range.to.v + 1;
	}
	if (borders > 0)
		qsort(out, borders, sizeof(*out), compare_ips);
	return borders;
}

static void add_segment(struct agent_segments *out, struct arena *arena, struct ip start,
			const struct agent_range *first)
{
	const uint32_t count = out->list.count;
	struct agent_segment *added;

	if (count > 0 && out->list.items[count - 1].first == first)
		return;
	added = ARRAY_PUSH(arena, &out->list);
	added->start = start;
	added->first = first;
}

/* `by_start` holds the ranges sorted by their first addresses. */
static void sweep(struct agent_segments *out, struct arena *arena, struct arena *scratch,
		  const struct agent_range *const *by_start, uint32_t count)
{
	struct ip *borders = arena_alloc(scratch, (size_t)count * 2 * sizeof(*borders));
	const uint32_t border_count = list_borders(by_start, count, borders);
	struct heap heap = { .items = arena_alloc(scratch, count * sizeof(*heap.items)) };
	uint32_t next = 0;

	for (uint32_t i = 0; i < border_count; i++) {
		if (i > 0 && ip_compare(borders[i], borders[i - 1]) == 0)
			continue;
		while (next < count &&
		       ip_compare(by_start[next]->range->range.from, borders[i]) <= 0)
			heap_push(&heap, by_start[next++]);
		while (heap.count > 0 &&
		       ip_compare(heap.items[0]->range->range.to, borders[i]) < 0)
			heap_pop(&heap);
		add_segment(out, arena, borders[i], heap.count > 0 ? heap.items[0] : NULL);
	}
}

static void build(struct agent_segments *out, struct arena *arena,
		  const struct agent_range *ranges, uint32_t count)
{
	const struct agent_range **by_start;
	struct arena scratch;

	*out = (struct agent_segments){ 0 };
	if (count == 0)
		return;
	arena_init(&scratch);
	by_start = arena_alloc(&scratch, count * sizeof(*by_start));
	for (uint32_t i = 0; i < count; i++)
		by_start[i] = &ranges[i];
	qsort(by_start, count, sizeof(*by_start), compare_starts);
	sweep(out, arena, &scratch, by_start, count);
	arena_release(&scratch);
}

void agent_pools_prepare(struct agent_pools *out, const struct pools *pools,
			 struct arena *arena)
{
	struct ranked_ranges ranges = { 0 };
	uint32_t locals;

	add_type(&ranges, arena, pools, POOL_TYPE_LOCAL);
	locals = ranges.list.count;
	add_type(&ranges, arena, pools, POOL_TYPE_REMOTE);
	build(&out->all, arena, ranges.list.items, ranges.list.count);
	build(&out->remote, arena,
	      ranges.list.count > locals ? ranges.list.items + locals : NULL,
	      ranges.list.count - locals);
}

/* ---- questions ---- */

static const struct agent_range *find(const struct agent_segments *segments, struct ip ip)
{
	uint32_t low = 0;
	uint32_t high = segments->list.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (ip_compare(segments->list.items[middle].start, ip) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? segments->list.items[low - 1].first : NULL;
}

const struct agent_range *agent_pools_find(const struct agent_pools *pools, struct ip ip)
{
	return find(&pools->all, ip);
}

bool agent_pools_is_remote(const struct agent_pools *pools, struct ip ip)
{
	return find(&pools->remote, ip) != NULL;
}
