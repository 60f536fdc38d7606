/* SPDX-License-Identifier: Apache-2.0 */
/* P3.4 and P3.5: ranges that share addresses, in different groups and inside one. */
#ifndef PURELB_POOLS_OVERLAP_H
#define PURELB_POOLS_OVERLAP_H

#include "purelb/pools/overlap_index.h"

/*
 * P3.4: PureLB notices that a new range overlaps one of an accepted group: they are in lists of
 * the same family, and an end of the OLD range lies inside the NEW one. When the old range
 * strictly contains the new one, it notices nothing.
 */
bool overlap_is_noticed(const struct pool_range *new, const struct pool_range *old);

/*
 * Adds to pools->overlaps what the ranges of a group share with the groups accepted so far: of
 * each range at most one partner that PureLB notices and one that it does not. True when PureLB
 * notices any: the first is copied to *noticed. Reversed ranges make no finding, but PureLB
 * refuses a group whose range contains an end of one: then noticed->keeper_range is that one.
 * (P3.4)
 */
bool overlap_check(struct pools *pools, const struct overlap_index *index,
		   const struct pool *pool, struct arena *arena, struct overlap *noticed);

/* Adds to pools->self_overlaps every range that shares an address with an earlier one of its
 * group. (P3.5) */
void overlap_check_inside(struct pools *pools, const struct overlap_index *index,
			  struct arena *arena);

#endif
