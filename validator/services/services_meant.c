/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which group was meant to have an address that no group has. All ranges that may be meant are
 * laid on one map of the addresses: Services that ask for thousands of addresses and groups
 * with thousands of ranges are not held against each other one by one.
 */
#include "validator/services/services.h"

#include <string.h>

#include "purelb/allocation/allocation.h"
#include "purelb/pools/address_map.h"

struct meant_ranges {
	ARRAY_OF(struct ranked_range)
	list; /* the group: the place of the pool in the cluster */
	struct address_map map;
};

/* What the range was meant to have beyond what PureLB hands out of it; false: nothing. */
static bool services_range_meant(const struct pool *pool, const struct pool_range *range,
				 struct ip_range *meant)
{
	if (range->range_error != RANGE_OK) {
		if (range->subnet_ok)
			*meant = ip_net_range(range->subnet);
		return range->subnet_ok;
	}
	*meant = range->range;
	if (range->reversed)
		*meant = (struct ip_range){ range->range.to, range->range.from };
	return range->reversed || pool->reject != POOL_ACCEPTED;
}

static const struct meant_ranges *services_meant_ranges(struct checker *ck)
{
	const struct pools *pools = &ck->cluster->pools;
	struct meant_ranges *all = arena_zalloc(ck->arena, 1, sizeof(*all));

	for (uint32_t i = 0; i < pools->list.count; i++) {
		const struct pool *pool = &pools->list.items[i];
		const struct pool_range *const lists[] = { pool->v4.items, pool->v6.items };
		const uint32_t counts[] = { pool->v4.count, pool->v6.count };

		for (size_t l = 0; l < ARRAY_LEN(lists) && pool->in_scope; l++)
			for (uint32_t k = 0; k < counts[l]; k++) {
				struct ranked_range ranked = { .group = i };

				if (services_range_meant(pool, &lists[l][k], &ranked.range))
					ARRAY_ADD(ck->arena, &all->list, ranked);
			}
	}
	if (all->list.count > 0)
		address_map_build(&all->map, ck->arena, all->list.items, all->list.count,
				  pools->list.count);
	return all;
}

const struct pool *services_pool_meant(struct checker *ck, const struct service *service)
{
	const char *asked = allocation_requested(service);
	char *rest = arena_strdup(ck->scratch, asked != NULL ? asked : ""), *word;

	if (ck->meant == NULL)
		ck->meant = services_meant_ranges(ck);
	while (ck->meant->list.count > 0 && (word = strtok_r(rest, ",", &rest)) != NULL) {
		const struct address_piece *piece;
		const struct ranked_range *ranked;
		struct ip ip;

		if (!ip_parse(word, &ip))
			continue;
		piece = address_map_find(&ck->meant->map, ip);
		if (piece == NULL)
			continue;
		ranked = &ck->meant->list.items[piece->first];
		/* The addresses of IPv4 are among those of "::/0". (P2.4) */
		if (ip_family(ranked->range.from) == ip_family(ip))
			return &ck->cluster->pools.list.items[ranked->group];
	}
	return NULL;
}
