/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For every address: which of some ranges that may overlap is the first to contain it. The
 * space is cut where a range begins or ends, so that a question costs log n steps however the
 * ranges lie.
 */
#ifndef PURELB_POOLS_ADDRESS_MAP_H
#define PURELB_POOLS_ADDRESS_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ip.h"

/* A range; the earlier in the list, the sooner it counts. A reversed one contains nothing. */
struct ranked_range {
	struct ip_range range;
	uint32_t group; /* below the number of groups */
};

#define ADDRESS_MAP_NONE UINT32_MAX

struct address_piece {
	struct ip from; /* up to the next piece */
	uint32_t first; /* index of the first range that contains it, or ADDRESS_MAP_NONE */
	bool several;   /* ranges of more than one group contain it */
};

struct address_map {
	struct address_piece *pieces; /* by address */
	uint32_t count;
};

/* Fills *map; the pieces are in `arena`. At most 2^30 ranges. */
void address_map_build(struct address_map *map, struct arena *arena,
		       const struct ranked_range *ranges, uint32_t count, uint32_t groups);

/* The piece that `ip` lies in, or NULL when no range contains it. */
const struct address_piece *address_map_find(const struct address_map *map, struct ip ip);

#endif
