/* SPDX-License-Identifier: Apache-2.0 */
/* Like findings about many nodes or objects, and two findings for one fault. */
#ifndef VALIDATOR_GROUPING_H
#define VALIDATOR_GROUPING_H

#include "validator/check.h"

/* Of how many something is said. */
struct grouping_whole {
	const struct snapshot *snapshot;
	uint32_t nodes; /* of the cluster */
};

/*
 * Makes one of findings, in the order of their places, that differ in nothing but the node or
 * object that they are about (and, of Services, in addresses): the first stays, says how many
 * there are and for which it is the same, and takes the others (struct finding, also); their
 * places become its last related ones. Up to three objects stay apart, since each has a place
 * to fix. `whole` may be NULL: how many there are in all is not
 * said. (A3)
 */
void grouping_gather(struct finding_sink *findings, const struct grouping_whole *whole);

/* The finding, or one that it stands for, that is about the object (NULL: any); NULL: none. */
const struct finding *grouping_about(const struct finding *finding,
				     const struct object *object);

/*
 * Drops, from findings in the order of their places, those whose fault another finding at the
 * same value states in more detail. (A5.4)
 */
void grouping_drop_echoes(struct finding_sink *findings);

#endif
