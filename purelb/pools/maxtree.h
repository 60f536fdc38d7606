/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row of numbers that is asked for the first one that is large enough. Every operation takes
 * log n steps.
 */
#ifndef PURELB_POOLS_MAXTREE_H
#define PURELB_POOLS_MAXTREE_H

#include <stdint.h>

#include "base/arena.h"

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

#endif
