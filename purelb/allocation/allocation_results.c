/* SPDX-License-Identifier: Apache-2.0 */
/* What a run came to: the addresses of every Service and the use of every range. */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>

#include "purelb/pools/order.h"

/* ---- addresses ---- */

void results_addresses(struct run *run)
{
	ARRAY_FOREACH (const struct tenant, tenant, &run->tenants) {
		struct allocation *result = tenant->result;

		if (result == NULL)
			continue;
		ARRAY_RESERVE(run->arena, &result->addresses, tenant->held.count);
		ARRAY_FOREACH (const struct held, held, &tenant->held) {
			struct allocated_address address = {
				.ip = held->ip,
				.pool = held->pool,
				.added = held->added,
				.ambiguous = held->ambiguous,
			};

			if (held->valid)
				ARRAY_ADD(run->arena, &result->addresses, address);
		}
	}
}

/* ---- ranges ---- */

/* An address that is in use in a pool. */
struct used {
	uint32_t pool;
	struct ip ip;
};

struct used_list {
	ARRAY_OF(struct used) list; /* by pool and address, each once */
};

static int compare_used(const void *pa, const void *pb)
{
	const struct used *a = pa;
	const struct used *b = pb;

	if (a->pool != b->pool)
		return a->pool < b->pool ? -1 : 1;
	return ip_compare(a->ip, b->ip);
}

static void list_used(struct run *run, struct used_list *used)
{
	uint32_t kept = 0;

	for (const struct address *a = run->addresses.newest; a != NULL; a = a->before) {
		struct used item = {
			.pool = a->key.pool,
			.ip = { (u128)a->key.high << 64 | a->key.low },
		};

		if (a->users != NULL)
			ARRAY_ADD(&run->scratch, &used->list, item);
	}
	order_sort(used->list.items, used->list.count, sizeof(*used->list.items), compare_used);
	for (uint32_t i = 0; i < used->list.count; i++) {
		const struct used *item = &used->list.items[i];

		if (kept == 0 || compare_used(&used->list.items[kept - 1], item) != 0)
			used->list.items[kept++] = *item;
	}
	used->list.count = kept;
}

/* How many come before `item`. */
static uint32_t count_before(const struct used_list *used, const struct used *item)
{
	uint32_t low = 0, high = used->list.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare_used(&used->list.items[middle], item) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint32_t count_in(const struct used_list *used, uint32_t pool, struct ip_range range)
{
	struct used first = { pool, range.from };
	struct used last = { pool, range.to };
	uint32_t end = count_before(used, &last);

	if (end < used->list.count && compare_used(&used->list.items[end], &last) == 0)
		end++;
	return end - count_before(used, &first);
}

/* ---- the use of ranges, counted ---- */

/*
 * Each address can be counted where it is, unless one may be in several ranges, or twice among
 * the addresses: under a text that is not canonical.
 */
static bool can_count(const struct run *run)
{
	for (const struct address *a = run->addresses.newest; a != NULL; a = a->before) {
		const struct pool_state *pool = &run->pools[a->key.pool];

		if (a->key.text != 0 || pool->lists[SIDE_V4].tangled ||
		    pool->lists[SIDE_V6].tangled)
			return false;
	}
	return true;
}

static void count_address(struct run *run, struct range_list *list, struct ip ip)
{
	const struct address_piece *piece = address_map_find(&list->map, ip);

	if (piece == NULL)
		return;
	if (list->tally == NULL)
		list->tally = arena_zalloc(&run->scratch, list->count, sizeof(*list->tally));
	list->tally[piece->first]++;
}

static void count_all(struct run *run)
{
	for (const struct address *a = run->addresses.newest; a != NULL; a = a->before) {
		const struct ip ip = { (u128)a->key.high << 64 | a->key.low };

		for (unsigned side = 0; a->users != NULL && side < SIDES; side++)
			count_address(run, &run->pools[a->key.pool].lists[side], ip);
	}
}

/* ---- the use of ranges ---- */

static uint32_t used_of(const struct used_list *used, const struct pool_state *pool,
			const struct range_list *list, uint32_t i)
{
	struct ip_range span = list->ranges[i].range;

	if (list->ranges[i].reversed)
		span.to = span.from; /* P2.3 */
	if (used != NULL)
		return count_in(used, pool->index, span);
	return list->tally != NULL ? list->tally[i] : 0;
}

static void add_range(struct run *run, const struct used_list *used,
		      const struct pool_state *pool, const struct range_list *list, uint32_t i)
{
	struct range_use *use = ARRAY_PUSH(run->arena, &run->out->ranges);

	use->pool = pool->pool;
	use->range = &list->ranges[i];
	use->size = ip_range_size(list->ranges[i].range);
	use->used = used_of(used, pool, list, i);
	use->available = use->size - use->used;
}

static void add_pool(struct run *run, const struct used_list *used,
		     const struct pool_state *pool)
{
	for (unsigned side = 0; side < SIDES; side++) {
		const struct range_list *list = &pool->lists[side];

		for (uint32_t i = 0; i < list->count; i++)
			add_range(run, used, pool, list, i);
	}
}

void results_ranges(struct run *run)
{
	const bool counted = can_count(run);
	struct used_list used = { { 0 } };

	if (counted)
		count_all(run);
	else
		list_used(run, &used);
	ARRAY_FOREACH (const struct pool, pool, &run->cluster->pools.list) {
		if (pool->reject == POOL_ACCEPTED)
			add_pool(run, counted ? NULL : &used, run_pool(run, pool));
	}
}
