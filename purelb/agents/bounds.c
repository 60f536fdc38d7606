/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounds of what is multiplied. Every LBNodeAgent and every BGP neighbor is held against every
 * node, so a small input could ask for any amount of time. What is beyond a bound is left out,
 * and the run ends as one whose input could not be read. (I10)
 */
#include "purelb/agents/bounds.h"

struct bounds bounds_new(const struct snapshot *snapshot)
{
	struct bounds bounds = { .left = BOUNDS_COMPARED_MAX };

	ARRAY_FOREACH (struct node *, node, &snapshot->nodes) {
		bounds.labels += 1 + (*node)->object.labels.list.count;
		bounds.nodes++;
	}
	ARRAY_FOREACH (struct node_inventory *, inventory, &snapshot->inventories) {
		ARRAY_FOREACH (const struct inventory_node, node, &(*inventory)->nodes.list) {
			bounds.labels += 1 + node->labels.list.count;
			bounds.nodes++;
		}
	}
	return bounds;
}

bool bounds_take(struct bounds *bounds, const struct label_selector *selector)
{
	enum { PER_NODE = 20 };
	const uint64_t terms = selector->match_labels.list.count +
			       (uint64_t)selector->match_expressions.list.count;
	uint64_t cost = terms * bounds->labels + PER_NODE * bounds->nodes;

	ARRAY_FOREACH (const struct match_expression, e, &selector->match_expressions.list)
		cost += e->values.list.count * bounds->nodes;
	if (cost > bounds->left)
		return false;
	bounds->left -= cost;
	return true;
}
