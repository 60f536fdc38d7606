/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of coverage share: a range, and what is known of it. For coverage*.c only. */
#ifndef VALIDATOR_COVERAGE_COVERAGE_H
#define VALIDATOR_COVERAGE_COVERAGE_H

#include "validator/check.h"

enum { COVERAGE_NODES_MAX = 4 }; /* nodes that a message names */

/* A range of a local group. */
struct local_range {
	const struct pool *pool;
	const struct pool_range *range;
	struct ip_range addresses; /* what PureLB hands out of it */
};

/* What cluster_coverage() found, without its list of nodes. */
struct verdict {
	uint32_t candidates;
	const struct cluster_node *first;      /* by name; NULL: no candidate */
	const char *names[COVERAGE_NODES_MAX]; /* of the first candidates */
	bool complete;
	bool single;
	bool inferred;
	bool text_matches;
	bool black_hole; /* every candidate has no configuration to announce with */
	struct ip_range uncovered;
};

/* One finding each; coverage_reports.c. */
void coverage_report_uncovered(struct checker *ck, const struct local_range *it,
			       const struct verdict *v, bool look_for_interface); /* CV001 */
/* AG105; false: no node on the range's subnet is without an agent (P4.8). */
bool coverage_report_agentless(struct checker *ck, const struct local_range *it,
			       const struct verdict *v);
void coverage_report_single(struct checker *ck, const struct local_range *it,
			    const struct verdict *v); /* CV002 */
void coverage_report_partial(struct checker *ck, const struct local_range *it,
			     const struct verdict *v); /* CV003 */
void coverage_report_text(struct checker *ck, const struct local_range *it,
			  const struct verdict *v); /* CV004 */
void coverage_report_black_hole(struct checker *ck, const struct local_range *it,
				const struct verdict *v); /* CV005 */

#endif
