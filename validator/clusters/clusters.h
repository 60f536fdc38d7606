/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks across clusters share: which clusters are on one network. (I7.3) */
#ifndef VALIDATOR_CLUSTERS_CLUSTERS_H
#define VALIDATOR_CLUSTERS_CLUSTERS_H

#include "base/ip.h"
#include "validator/check.h"
#include "validator/together.h"

enum { CLUSTER_FINDINGS_MAX = 1000 }; /* of one check */

/* What is known of two clusters, as a set; nothing where their sites differ. */
enum cluster_tie {
	TIE_NETWORK = 1 << 0, /* one site, or equal subnets */
	TIE_ROUTER = 1 << 1,  /* both peer with one router or AS */
};

struct cluster_ties {
	const struct cluster_members *members;
	uint8_t *ties; /* of each pair */
};

/* Works out the ties of all pairs; allocates in ck->scratch. */
void clusters_tie(struct checker *ck, const struct cluster_members *members,
		  struct cluster_ties *out);

/* The ties of two different clusters, by number. */
unsigned clusters_tied(const struct cluster_ties *ties, uint32_t a, uint32_t b);

/* Starts a finding about a cluster, at a place of it in the snapshot of all. See report(). */
struct finding *clusters_report(struct checker *ck, enum check_code code,
				const struct cluster_member *member,
				const struct object *object, struct pos pos, const char *format,
				...) __attribute__((format(printf, 6, 7)));

#endif
