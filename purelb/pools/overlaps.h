/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P3.4 and P3.5, for pools.c alone: finds the ranges that share addresses in n log n steps.
 *
 * All ranges are sorted once by their first address, and a sweep puts those that share
 * addresses, directly or through others, into clusters. A range that is alone in its cluster
 * costs nothing more. The others are asked about in the order of their groups: each is looked
 * up in trees over the ranges of the groups accepted so far.
 */
#ifndef PURELB_POOLS_OVERLAPS_H
#define PURELB_POOLS_OVERLAPS_H

#include "purelb/pools/maxtree.h"
#include "purelb/pools/pools.h"

/*
 * A range that parses; of a reversed one, which contains nothing, its two ends, each as a
 * range of one address.
 */
struct span {
	struct ip from;
	struct ip to;
	const struct pool_range *range;
	uint32_t pool; /* its place in the pools' list */
	uint32_t turn; /* its place in the order of groups, and then in that of the walk */
};

/* The spans that share addresses with others, and which of them belong to accepted groups. */
struct shared_spans {
	uint32_t count;
	const struct span **spans; /* by first address */
	u128 *froms;               /* their first addresses */
	u128 *tos;                 /* the complements of their last ones, sorted as well */
	uint32_t *to_place; /* where the complement of a span's last address is in `tos` */
	uint32_t *at_to;    /* and the other way round */
	/* Of accepted groups, by the family of the list they are written in. See live_add(). */
	struct max_tree by_from[2];
	struct max_tree by_to[2];
	struct max_tree ends[2]; /* of reversed ranges */
};

struct overlap_finder {
	struct pools *pools;
	struct arena *arena;   /* for findings */
	struct arena *scratch; /* for all else */
	struct span *spans;    /* by first address */
	uint32_t count;
	uint32_t *first_turn; /* of each pool, and one more */
	uint32_t *by_turn;    /* the place of a span in shared.spans, or MAX_TREE_NONE */
	struct shared_spans shared;
};

/*
 * Prepares the finder. The pools' list and their ranges must be complete: findings point into
 * them. `scratch` must outlive the finder.
 */
void overlaps_prepare(struct overlap_finder *finder, struct pools *pools, struct arena *arena,
		      struct arena *scratch);

/*
 * Looks for what the ranges of a group share with the groups accepted so far, and adds it to
 * the pools' overlaps. True when PureLB notices any: the first is copied to *noticed. Reversed
 * ranges make no finding, but PureLB refuses a group whose range contains an end of one: then
 * noticed->keeper_range is that one. (P3.4)
 */
bool overlaps_check(struct overlap_finder *finder, const struct pool *pool,
		    struct overlap *noticed);

/* Counts the group as accepted from now on. */
void overlaps_accept(struct overlap_finder *finder, const struct pool *pool);

/* Adds the overlaps inside each group to the pools' self_overlaps. (P3.5) */
void overlaps_inside(struct overlap_finder *finder);

#endif
