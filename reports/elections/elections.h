/* SPDX-License-Identifier: Apache-2.0 */
/* The report of elect: who announces VIPs and who is next; and nodes as a NodeInventory. */
#ifndef REPORTS_ELECTIONS_ELECTIONS_H
#define REPORTS_ELECTIONS_ELECTIONS_H

#include <stdio.h>

#include "purelb/announcing/vips.h"
#include "reports/model/report.h"

struct election_answer {
	const struct cluster *cluster;
	const struct vips *vips;
	const bool *down; /* by index in cluster->nodes: taken out with --down */
	bool asked;       /* the VIPs are addresses that were asked about */
	bool explain;     /* with the hashes of all candidates */
	bool at;          /* leases are judged at a time that was named */
	uint32_t pending; /* Services that do not get what they ask for */
};

extern const struct record elections_document;

/*
 * {"vips":[...],"nodes":[...]}: the VIPs in their order with all candidates, then every node
 * by name. The caller owns the tree and frees it with cJSON_Delete(); `scratch` holds texts
 * meanwhile.
 */
cJSON *elect_json(const struct election_answer *answer, struct arena *scratch);

/*
 * Writes who announces each VIP and who is next, then the nodes, and the counts. With
 * answer->explain all candidates with the first digits of their hashes; else those that come
 * next as far as the VIPs list candidates. Errors of `out` are left in it for ferror();
 * `scratch` holds texts meanwhile.
 */
void elect_table(FILE *out, struct screen screen, const struct election_answer *answer,
		 struct arena *scratch);

/* "namespace/name" of the LBNodeAgent that governs the node; NULL: none. In the arena. */
const char *answer_agent(const struct cluster_node *node, struct arena *arena);

/*
 * What there is to remark on an answer about nodes and VIPs: no nodes, when leases are judged
 * unless a time was named (`at`), guesses, Services that lack something (`pending` of them).
 * In the arena.
 */
struct remark {
	const char *label; /* "leases" */
	const char *text;
};
struct remarks {
	ARRAY_OF(struct remark) list;
};
void answer_remarks(struct remarks *out, const struct cluster *cluster, bool at,
		    uint32_t pending, struct arena *arena);

/* The name alone, of struct cluster_node; for lists of nodes. */
extern const struct record node_name_record;

/* Nodes as an object NodeInventory of this name. The caller deletes it. */
cJSON *inventory_json(const char *name, const struct inventory_node *nodes, uint32_t count);

#endif
