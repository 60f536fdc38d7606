/* SPDX-License-Identifier: Apache-2.0 */
/* P3.11.3, P3.5: the order in which a plain search goes over the addresses of a pool. */
#ifndef PURELB_POOLS_WALK_H
#define PURELB_POOLS_WALK_H

#include "purelb/pools/address_map.h"
#include "purelb/pools/pools.h"

/* The v4 addresses lie in the midst of the v6 ones. */
#define WALK_V4_FIRST ((u128)0xFFFF << 32)
#define WALK_V4_END   ((u128)0x10000 << 32)

/* Addresses of one family that come one after the other in a walk. */
struct walk_segment {
	struct ip_range range;
	const struct pool_range *owner;    /* the range that they are taken from */
	const struct pool_range *expected; /* the range that the walk was in, or going to */
};

/* The segments in the order of the walk, each once. */
struct pool_walk {
	ARRAY_OF(struct walk_segment) segments;
	bool cyclic;      /* after the last segment it is at one that it was at before: */
	uint32_t back_to; /* this one, */
	const struct pool_range *back_from; /* on its way to, or in, this range */
};

/* The addresses that a range contains: none when it does not parse. */
struct ip_range walk_containing_range(const struct pool_range *range);

/* Which range of a list is the first to contain an address, by position. */
void walk_map_list(struct address_map *map, const struct pool_range *ranges, uint32_t count,
		   struct arena *arena);

/*
 * The way from the first range of a list on; `maps` are those of the v4 and of the v6 list. The
 * segments are in `arena`.
 */
void walk_find_way(struct pool_walk *walk, const struct pool *pool,
		   const struct address_map *const maps[static 2], enum ip_family list,
		   struct arena *arena);

#endif
