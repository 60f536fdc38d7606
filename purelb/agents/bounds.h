/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds of what is multiplied: LBNodeAgents and BGP neighbors with nodes. */
#ifndef PURELB_AGENTS_BOUNDS_H
#define PURELB_AGENTS_BOUNDS_H

#include "config/objects/snapshot.h"

enum {
	BOUNDS_COMPARED_MAX = 100000000, /* labels that selectors of one kind look at */
	BOUNDS_PEERS_MAX = 100000,       /* neighbors on nodes, of all BGPConfigurations */
};

/* What may still be compared, and the nodes to compare with. */
struct bounds {
	uint64_t labels; /* of all nodes; a node counts as one more */
	uint64_t nodes;
	uint64_t left; /* of BOUNDS_COMPARED_MAX */
};

/* Nodes in two inventories, or in one and as a Node, count as several. */
struct bounds bounds_new(const struct snapshot *snapshot);

/* Takes off what it costs to hold the selector against all nodes; false when too little is
 * left. */
bool bounds_take(struct bounds *bounds, const struct label_selector *selector);

#endif
