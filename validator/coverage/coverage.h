/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of coverage share: a range, and what is known of it. For coverage*.c only. */
#ifndef VALIDATOR_COVERAGE_COVERAGE_H
#define VALIDATOR_COVERAGE_COVERAGE_H

#include "purelb/pools/address_map.h"
#include "validator/check.h"

enum {
	COVERAGE_NODES_MAX = 4, /* nodes that a message names */
	COVERAGE_PARTS_MAX = 4, /* parts of a range that it names */
};

/* Addresses of one family, as ranges by address that neither overlap nor touch. */
struct address_spans {
	ARRAY_OF(struct ip_range) list;
};

/* Spans of both families, as no network has addresses of two (P2.4). */
struct covered_addresses {
	struct address_spans v4, v6;
};

/*
 * What lies in the subnets of the nodes; coverage_ground.c. `lapsed` nodes are those that an
 * agent is meant to run on and that have no valid lease (ND007). Of a node that is gone only
 * the lease is left: it is none of them.
 */
struct coverage_ground {
	struct covered_addresses advertised; /* by live nodes */
	struct covered_addresses lapsed;     /* in subnets of lapsed nodes */
	struct covered_addresses either;
	struct {
		ARRAY_OF(struct ranked_range) list; /* the group: the node's place */
		struct address_map map;
	} subnets; /* of lapsed nodes */
};

/* Fills *ground; its lists are in ck->scratch. */
void coverage_survey(const struct checker *ck, struct coverage_ground *ground);

/* The first part of `range` that live nodes advertise; false: there is none. */
bool coverage_first_part(const struct coverage_ground *ground, struct ip_range range,
			 struct ip_range *part);

/* The parts of `range` that no live node advertises: the first COVERAGE_PARTS_MAX into `parts`.
 * Returns how many there are. */
uint32_t coverage_holes(const struct coverage_ground *ground, struct ip_range range,
			struct ip_range parts[static COVERAGE_PARTS_MAX]);

/* A lapsed node that is on the first part of the range that nobody advertises, where lapsed
 * nodes are on all such parts; else NULL: more is missing than leases. */
const struct cluster_node *coverage_lapsed_cover(const struct checker *ck,
						 const struct coverage_ground *ground,
						 struct ip_range range);
/* The same of all parts that live nodes advertise: with valid leases, each had a second node.
 */
const struct cluster_node *coverage_lapsed_second(const struct checker *ck,
						  const struct coverage_ground *ground,
						  struct ip_range range);

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
	const struct coverage_ground *ground;
	struct ip_range uncovered;
};

/* One finding each; coverage_reports.c. What lapsed nodes make of it is told by ND007. */
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
