/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section 5: who wins a VIP. The winner is the candidate with the smallest SHA-256 of
 * `<node name>#<VIP>`; everything else here is who the candidates are.
 */
#ifndef PURELB_ELECTION_H
#define PURELB_ELECTION_H

#include "base/digest.h"
#include "purelb/cluster.h"

/* The hash by which a node stands for a VIP. (P5.3) `vip_text` is canonical. */
void election_hash(const char *node, const char *vip_text, uint8_t out[static SHA256_BYTES]);

/*
 * Winners for many VIPs over one set of nodes: node names are prepared once and candidates
 * are looked up by subnet, so that a call costs little more than its hashes.
 */
struct election {
	const struct cluster *cluster;
	struct arena *arena;
	const bool *down; /* by index in cluster->nodes: taken out with --down; NULL: none */
};

/* One candidate and its hash. */
struct candidate {
	const struct cluster_node *node;
	uint8_t hash[SHA256_BYTES];
	bool preferred; /* hosts a healthy endpoint, and affinity counts (P5.4) */
};

struct election_result {
	ARRAY_OF(struct candidate) candidates; /* best first; preferred ones before others */
	bool affinity;          /* the Service asks for it and has no sharing key */
	bool affinity_fallback; /* it does, but no preferred node is a candidate */
};

/* The nodes, as a set of flags by index in cluster->nodes, that host an endpoint of the
 * Service that is ready or serving. (P5.4) Returns NULL when the Service asks for no
 * affinity, or has a sharing key. */
const bool *election_preferred(const struct cluster *cluster, const struct service *service,
			       struct arena *arena);

/* Candidates of a VIP in order, P5.2 to P5.4. `preferred` comes from election_preferred(). */
void election_candidates(const struct election *election, struct ip vip, const bool *preferred,
			 struct election_result *out);

/* The winner alone: no list is made and nothing is allocated. NULL: nobody. (P5.3, P5.6) */
const struct cluster_node *election_winner(const struct election *election, struct ip vip,
					   const bool *preferred);

#endif
