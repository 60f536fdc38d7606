/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accelerator of overlap.c: finds, among the ranges of the groups accepted so far, the
 * partner of a range in log n steps. What an overlap is, and whether PureLB notices it, is said
 * in overlap.c; tests/unit/test_overlaps.c proves that both give the same answers.
 */
#ifndef PURELB_POOLS_OVERLAP_INDEX_H
#define PURELB_POOLS_OVERLAP_INDEX_H

#include "purelb/pools/pools.h"

/* ---- a row of numbers that is asked for the first one that is large enough ---- */

#define MAX_TREE_NONE UINT32_MAX

struct max_tree {
	uint32_t leaves; /* a power of two */
	uint32_t *max;   /* max[1] is the root's, max[leaves + i] is the value at place i */
};

/* A row of `count` zeros (at most 2^30), in the arena. */
void max_tree_init(struct max_tree *tree, struct arena *arena, uint32_t count);
void max_tree_set(struct max_tree *tree, uint32_t place, uint32_t value);
/* The first place in [begin, end) whose value is at least `least` (not 0), or MAX_TREE_NONE. */
uint32_t max_tree_first(const struct max_tree *tree, uint32_t begin, uint32_t end,
			uint32_t least);
/* The largest value in [begin, end); 0 when that is empty. */
uint32_t max_tree_max(const struct max_tree *tree, uint32_t begin, uint32_t end);

/* ---- the index ---- */

/*
 * A range that parses; of a reversed one, which contains nothing, its two ends, each as a range
 * of one address.
 */
struct span {
	struct ip from;
	struct ip to;
	const struct pool_range *range;
	uint32_t pool; /* its place in the pools' list */
	uint32_t turn; /* its place in the order of groups, and then in that of the walk */
};

struct overlap_index {
	const struct pools *pools;
	uint32_t *first_turn; /* of each pool, and one more */
	uint32_t *place_of; /* of each turn: in `spans`, or MAX_TREE_NONE: it shares nothing */
	struct span *spans; /* those that share addresses with others, by first address */
	uint32_t count;
	uint32_t *by_end;    /* their places by last address, from high to low */
	uint32_t *end_place; /* and the other way round */
	/* Of accepted groups, by the family of the list they are written in. See
	 * overlap_index_accept(). */
	struct max_tree by_from[2];
	struct max_tree by_to[2];
	struct max_tree reversed_ends[2];
};

/* The pools' list and their ranges must be complete. The index lives in `scratch`. */
void overlap_index_build(struct overlap_index *index, const struct pools *pools,
			 struct arena *scratch);

/* Counts the ranges of a group as accepted from now on. */
void overlap_index_accept(struct overlap_index *index, const struct pool *pool);

/*
 * The partner of a span among the accepted ranges: the one with the lowest first shared address
 * and, where several share that one, that of the earliest group; NULL: none. One of those that
 * PureLB notices, of those that it does not notice, and of the ends of reversed ranges. (P3.4)
 */
const struct span *overlap_index_noticed(const struct overlap_index *index,
					 const struct span *span);
const struct span *overlap_index_unnoticed(const struct overlap_index *index,
					   const struct span *span);
const struct span *overlap_index_reversed_end(const struct overlap_index *index,
					      const struct span *span);

#endif
