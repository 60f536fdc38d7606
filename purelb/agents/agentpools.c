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
static int agent_pools_compare(const void *pa, const void *pb)
{
	const struct pool *const *a = pa;
	const struct pool *const *b = pb;
	const int order = str_compare((*a)->name, (*b)->name);

	return order != 0 ? order : (*a < *b) - (*a > *b);
}

static bool agent_pools_range_in_use(const struct pool_range *range)
{
	/* A reversed range contains nothing. */
	return range->range_error == RANGE_OK && !range->reversed;
}

static void agent_pools_add_list(struct ranked_ranges *out, struct arena *arena,
				 const struct pool *pool, enum pool_list list)
{
	const bool v6 = list == POOL_V6POOLS || list == POOL_V6POOL;
	const struct pool_range *items = v6 ? pool->v6.items : pool->v4.items;
	const uint32_t count = v6 ? pool->v6.count : pool->v4.count;

	for (uint32_t i = 0; i < count; i++) {
		struct agent_range *added;

		if (items[i].list != list || !agent_pools_range_in_use(&items[i]))
			continue;
		added = ARRAY_PUSH(arena, &out->list);
		added->pool = pool;
		added->range = &items[i];
	}
}

static void agent_pools_add_type(struct ranked_ranges *out, struct arena *arena,
				 const struct pools *pools, enum pool_type type)
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
		qsort(sorted, count, sizeof(*sorted), agent_pools_compare);
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && str_equal(sorted[i]->name, sorted[i - 1]->name))
			continue; /* replaced */
		for (size_t j = 0; j < sizeof(lists) / sizeof(lists[0]); j++)
			agent_pools_add_list(out, arena, sorted[i], lists[j]);
	}
}

static void agent_pools_build(struct agent_pool_map *out, struct arena *arena,
			      const struct agent_range *ranges, uint32_t count)
{
	struct ranked_range *ranked = arena_zalloc(arena, count, sizeof(*ranked));

	for (uint32_t i = 0; i < count; i++)
		ranked[i].range = ranges[i].range->range;
	out->ranges = ranges;
	address_map_build(&out->map, arena, ranked, count, 1);
}

void agent_pools_prepare(struct agent_pools *out, const struct pools *pools,
			 struct arena *arena)
{
	struct ranked_ranges ranges = { 0 };
	uint32_t locals;

	agent_pools_add_type(&ranges, arena, pools, POOL_TYPE_LOCAL);
	locals = ranges.list.count;
	agent_pools_add_type(&ranges, arena, pools, POOL_TYPE_REMOTE);
	agent_pools_build(&out->all, arena, ranges.list.items, ranges.list.count);
	agent_pools_build(&out->remote, arena,
			  ranges.list.count > locals ? ranges.list.items + locals : NULL,
			  ranges.list.count - locals);
}

/* ---- questions ---- */

static const struct agent_range *agent_pools_look_up(const struct agent_pool_map *in,
						     struct ip ip)
{
	const struct address_piece *piece = address_map_find(&in->map, ip);

	return piece != NULL ? &in->ranges[piece->first] : NULL;
}

const struct agent_range *agent_pools_find(const struct agent_pools *pools, struct ip ip)
{
	return agent_pools_look_up(&pools->all, ip);
}

bool agent_pools_is_remote(const struct agent_pools *pools, struct ip ip)
{
	return agent_pools_look_up(&pools->remote, ip) != NULL;
}
