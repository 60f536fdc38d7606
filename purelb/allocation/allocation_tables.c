/* SPDX-License-Identifier: Apache-2.0 */
/* The allocator's view of the pools, and numbers for texts. */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/pools/order.h"

/* ---- texts ---- */

static const struct text_id *text_entry(struct run *run, const char *text)
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
	return text != NULL && *text != '\0' ? text_entry(run, text)->id : 0;
}

uint32_t run_texts(const struct run *run)
{
	return HASH_COUNT(run->texts);
}

const char *run_same_text(struct run *run, const char *text)
{
	return text != NULL && *text != '\0' ? text_entry(run, text)->text : text;
}

/* ---- pools by name ---- */

static int compare_rejected(const void *pa, const void *pb)
{
	const struct pool *const *a = pa;
	const struct pool *const *b = pb;
	int order = str_compare((*a)->name, (*b)->name);

	/* Of one name those that PureLB reads come first. */
	if (order == 0)
		order = (*b)->in_scope - (*a)->in_scope;
	return order != 0 ? order : (*a > *b) - (*a < *b);
}

static void list_rejected(struct run *run)
{
	ARRAY_FOREACH (const struct pool, pool, &run->cluster->pools.list) {
		if (pool->reject != POOL_ACCEPTED)
			ARRAY_ADD(&run->scratch, &run->rejected, pool);
	}
	order_sort(run->rejected.items, run->rejected.count, sizeof(*run->rejected.items),
		   compare_rejected);
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

static void fill_list(struct range_list *list, const struct pool_range *ranges, uint32_t count)
{
	list->ranges = ranges;
	list->count = count;
}

static void list_pools(struct run *run)
{
	const struct pools *pools = &run->cluster->pools;

	run->pools = arena_zalloc(&run->scratch, pools->list.count, sizeof(*run->pools));
	for (uint32_t i = 0; i < pools->list.count; i++) {
		const struct pool *pool = &pools->list.items[i];
		struct pool_state *state = &run->pools[i];

		state->pool = pool;
		state->index = i;
		state->serves = pool->group;
		fill_list(&state->lists[SIDE_V4], pool->v4.items, pool->v4.count);
		fill_list(&state->lists[SIDE_V6], pool->v6.items, pool->v6.count);
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
static void map_pools(struct run *run)
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

static void prepare_list(struct run *run, struct range_list *list)
{
	struct arena scratch;
	struct ranked_range *ranges;

	arena_init(&scratch);
	ranges = arena_zalloc(&scratch, list->count, sizeof(*ranges));
	for (uint32_t i = 0; i < list->count; i++) {
		ranges[i] = (struct ranked_range){ list->ranges[i].range, i };
		list->tangled |= list->ranges[i].reversed;
	}
	address_map_build(&list->map, &run->scratch, ranges, list->count, list->count);
	for (uint32_t i = 0; i < list->map.count; i++)
		list->tangled |= list->map.pieces[i].several;
	list->used = arena_zalloc(&run->scratch, list->count, sizeof(*list->used));
	arena_release(&scratch);
}

void pool_prepare(struct run *run, struct pool_state *pool)
{
	if (pool->prepared)
		return;
	pool->prepared = true;
	for (unsigned side = 0; side < SIDES; side++)
		prepare_list(run, &pool->lists[side]);
}

/* ---- the whole ---- */

void run_prepare(struct run *run)
{
	arena_init(&run->scratch);
	list_pools(run);
	list_rejected(run);
	map_pools(run);
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
