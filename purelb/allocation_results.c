/* SPDX-License-Identifier: Apache-2.0 */
/* What a run came to: the addresses of every Service and the use of every range. */
#include "purelb/allocation_run.h"

#include <stdlib.h>

#include "purelb/order.h"

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

	for (const struct address *a = run->addresses; a != NULL; a = a->hh.next) {
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

static void add_range(struct run *run, const struct used_list *used,
		      const struct pool_state *pool, const struct pool_range *range)
{
	struct range_use *use = ARRAY_PUSH(run->arena, &run->out->ranges);
	struct ip_range span = range->range;

	if (range->reversed)
		span.to = span.from; /* P2.3 */
	use->pool = pool->pool;
	use->range = range;
	use->size = ip_range_size(range->range);
	use->used = count_in(used, pool->index, span);
	use->available = use->size - use->used;
}

void results_ranges(struct run *run)
{
	struct used_list used = { { 0 } };

	list_used(run, &used);
	ARRAY_FOREACH (const struct pool, pool, &run->cluster->pools.list) {
		const struct pool_state *state = run_pool(run, pool);

		if (pool->reject != POOL_ACCEPTED)
			continue;
		for (unsigned side = 0; side < SIDES; side++) {
			const struct range_list *list = &state->lists[side];

			for (uint32_t i = 0; i < list->count; i++)
				add_range(run, &used, state, &list->ranges[i]);
		}
	}
}
