/* SPDX-License-Identifier: Apache-2.0 */
/* A binary tree in an array: the children of node i are 2i and 2i + 1. */
#include "purelb/pools/maxtree.h"

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

void max_tree_init(struct max_tree *tree, struct arena *arena, uint32_t count)
{
	tree->leaves = 1;
	while (tree->leaves < count)
		tree->leaves *= 2;
	tree->max = arena_zalloc(arena, (size_t)tree->leaves * 2, sizeof(*tree->max));
}

void max_tree_set(struct max_tree *tree, uint32_t place, uint32_t value)
{
	uint32_t node = tree->leaves + place;

	tree->max[node] = value;
	for (node /= 2; node > 0; node /= 2)
		tree->max[node] = larger(tree->max[2 * node], tree->max[2 * node + 1]);
}

uint32_t max_tree_first(const struct max_tree *tree, uint32_t begin, uint32_t end,
			uint32_t least)
{
	if (begin >= end)
		return MAX_TREE_NONE;

	uint32_t node = tree->leaves + begin;

	/* To the right, in ever larger steps, until a subtree has one ... */
	while (tree->max[node] < least) {
		while (node % 2 == 1)
			node /= 2;
		if (node == 0)
			return MAX_TREE_NONE;
		node++;
	}
	/* ... then down to its first. */
	while (node < tree->leaves) {
		node *= 2;
		if (tree->max[node] < least)
			node++;
	}
	return node - tree->leaves < end ? node - tree->leaves : MAX_TREE_NONE;
}

uint32_t max_tree_max(const struct max_tree *tree, uint32_t begin, uint32_t end)
{
	uint32_t left = tree->leaves + begin;
	uint32_t right = tree->leaves + end;
	uint32_t max = 0;

	for (; left < right; left /= 2, right /= 2) {
		if (left % 2 == 1)
			max = larger(max, tree->max[left++]);
		if (right % 2 == 1)
			max = larger(max, tree->max[--right]);
	}
	return max;
}
