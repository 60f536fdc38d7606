/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section 5: who wins a VIP. The winner is the candidate with the smallest SHA-256 of
 * `<node name>#<VIP>`; everything else here is who the candidates are.
 *
 * All of it reads the cluster and changes nothing in it, so that threads may ask about many
 * VIPs at once, each with a struct election and an arena of its own.
 */
#ifndef PURELB_ELECTION_ELECTION_H
#define PURELB_ELECTION_ELECTION_H

#include "base/digest.h"
#include "purelb/agents/cluster.h"

/* The hash by which a node stands for a VIP. (P5.3) `vip_text` is canonical. */
void election_hash(const char *node, const char *vip_text, uint8_t out[static SHA256_BYTES]);

/* The same for `count` nodes at once, which is faster. */
void election_hashes(const char *const *nodes, size_t count, const char *vip_text,
		     uint8_t (*out)[SHA256_BYTES]);

/*
 * Winners for many VIPs over one set of nodes: candidates are looked up by subnet, so that a
 * call costs little more than its hashes.
 */
struct election {
	const struct cluster *cluster;
	struct arena *arena; /* for the lists of election_candidates() */
	const bool *down;    /* by index in cluster->nodes: taken out with --down; NULL: none */
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
	bool affinity_fallback; /* it does and has healthy endpoints, but none of them is on a
				 * candidate. PureLB counts no fallback where there are no
				 * endpoints or no candidates at all. */
};

/*
 * The nodes, as a set of flags by index in cluster->nodes, that host an endpoint of the
 * Service that is ready or serving. (P5.4) One flag more than there are nodes: the last says
 * whether there is any such endpoint, known node or not. Returns NULL when the Service asks
 * for no affinity, or has a sharing key. Walks all EndpointSlices; endpoints_preferred() of
 * purelb/election/endpoints.h does not.
 */
const bool *election_preferred(const struct cluster *cluster, const struct service *service,
			       struct arena *arena);

/*
 * Candidates of a VIP in order, P5.2 to P5.4. `preferred` comes from election_preferred() or
 * endpoints_preferred(), with all of its flags. Should hashes be equal, the name decides.
 */
void election_candidates(const struct election *election, struct ip vip, const bool *preferred,
			 struct election_result *out);

/* The winner alone: no list is made and nothing is allocated. NULL: nobody. (P5.3, P5.6) */
const struct cluster_node *election_winner(const struct election *election, struct ip vip,
					   const bool *preferred);

/* The winner and who would win without it, each NULL when there is none; allocates nothing. */
void election_first_two(const struct election *election, struct ip vip, const bool *preferred,
			const struct cluster_node *out[static 2]);

enum { ELECTION_LEADERS_MAX = 4 };

/*
 * Who wins as one group of nodes after the other is lost: out[0] wins, out[1] once all nodes
 * of out[0]'s group are gone, out[2] once those of out[1]'s are gone as well, and so on.
 * `groups` are numbers by index in cluster->nodes; NULL: each node is a group of its own.
 * Returns how many there are, at most `wanted`, which is at most ELECTION_LEADERS_MAX. One hash
 * for each candidate, and nothing is allocated.
 */
unsigned election_leaders(const struct election *election, struct ip vip, const bool *preferred,
			  const uint32_t *groups, unsigned wanted,
			  const struct cluster_node *out[static ELECTION_LEADERS_MAX]);

#endif
