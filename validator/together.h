/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several clusters of one tree: each was checked by itself; here they are checked against each
 * other, and what was found becomes one list for the reports. (I7.2, I7.3)
 *
 * All of it is seen through one more snapshot, which has the sources of all clusters, each file
 * once. A finding that several clusters have alike, such as a mistake in a base that they
 * share, is one finding that names them all.
 */
#ifndef VALIDATOR_TOGETHER_H
#define VALIDATOR_TOGETHER_H

#include "validator/validate.h"

struct cluster_member {
	const char *name;
	const char *site; /* NULL: not given */
	struct snapshot *snapshot;
	const struct cluster *cluster;
	struct validation *found; /* by itself */
	uint32_t *sources;        /* of each of its sources the number of all, plus 1 */
};

struct cluster_members {
	ARRAY_OF(struct cluster_member) list;
	bool declared; /* the user said that they are clusters; else it was found */
};

/* A place of one cluster, in the snapshot of all. */
struct pos member_pos(const struct cluster_member *member, struct pos pos);

/*
 * Checks the clusters against each other and puts all findings into *out. `together` is an
 * empty snapshot that takes their sources; like the members it must live as long as *out.
 */
void validate_together(struct validation *out, struct snapshot *together,
		       struct cluster_members *members, const struct validate_options *options,
		       const struct silencings *silencings);

#endif
