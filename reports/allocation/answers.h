/* SPDX-License-Identifier: Apache-2.0 */
/* What the reports of allocate and elect say in the same words. */
#ifndef REPORTS_ALLOCATION_ANSWERS_H
#define REPORTS_ALLOCATION_ANSWERS_H

#include "base/text.h"
#include "purelb/announcing/vips.h"

/* What elect tells, as table or as JSON. */
struct election_answer {
	const struct cluster *cluster;
	const struct vips *vips;
	const bool *down; /* by index in cluster->nodes: taken out with --down */
	bool asked;       /* the VIPs are addresses that were asked about */
	bool explain;     /* with the hashes of all candidates */
	bool at;          /* leases are judged at a time that was named */
	uint32_t pending; /* Services that do not get what they ask for */
};

/* The node takes part in elections. */
bool answer_live(const struct election_answer *answer, const struct cluster_node *node);

/* The subnets of the node are a guess, or nothing tells about them. */
bool answer_guessed(const struct cluster_node *node);

/* "namespace/name" of the LBNodeAgent that governs the node; NULL: none. In the arena. */
const char *answer_agent(const struct cluster_node *node, struct arena *arena);

enum { HASH_TEXT_MAX = 2 * SHA256_BYTES + 1 };

/* A hash in hexadecimal digits. Returns buf. */
const char *answer_hash(const uint8_t hash[static SHA256_BYTES],
			char buf[static HASH_TEXT_MAX]);

/* "namespace/name", in the arena. */
const char *answer_service(const struct service *service, struct arena *arena);

/* Its name; "" when it has none. */
const char *answer_name(const struct service *service);

/*
 * The pools that the addresses of the Service are from, each once, joined by ", "; without any
 * the one that was chosen for it, or the name that it asks for. NULL: none. In the arena.
 */
const char *answer_pools(const struct allocation *allocation, struct arena *arena);

/* The type of the first of them; NULL: none, or no such pool. */
const char *answer_pool_type(const struct allocation *allocation);

/*
 * Why the Service is pending or ignored, or what else somebody who looks at its addresses has
 * to know: that one is given back, that the pool of one is open. NULL: nothing.
 */
const char *answer_reason(const struct allocation *allocation, struct arena *arena);

#endif
