/* SPDX-License-Identifier: Apache-2.0 */
/* Like findings on many nodes, and two findings for one fault. */
#ifndef VALIDATOR_GROUPING_H
#define VALIDATOR_GROUPING_H

#include "validator/check.h"

/*
 * Makes one of the findings of ck that differ in nothing but the node they name: the first
 * stays, and says on how many nodes it is so and on which. (K6)
 */
void grouping_merge_nodes(struct checker *ck);

/*
 * Drops, from findings in the order of their places, those whose fault another finding at the
 * same value states in more detail. (A5.4)
 */
void grouping_drop_echoes(struct finding_sink *findings);

#endif
