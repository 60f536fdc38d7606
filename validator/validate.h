/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every check over a snapshot and gives sorted, silenced, counted findings. */
#ifndef VALIDATOR_VALIDATE_H
#define VALIDATOR_VALIDATE_H

#include "validator/silencing.h"

/* A check that was not run, and what it needs that the input lacks. */
struct skipped_check {
	enum check_code code;
	unsigned needs; /* set of enum need: what is missing */
};

/* What was found in one of several clusters. (I7.2) */
struct cluster_result {
	const char *name;
	const char *site; /* NULL: not given */
	uint32_t count[4];
	uint32_t silenced;
	const char *install_namespace;
};

struct validation {
	struct finding_sink findings; /* by file, line, column, code; without a place last */
	/* Those that others tell (A5.4), in no order: for who asks what was found, and not what
	 * to report. Of several clusters: empty. */
	struct finding_sink told;
	ARRAY_OF(struct skipped_check) skipped;
	uint32_t count[4]; /* by enum severity; silenced ones are not in it */
	uint32_t silenced;
	const struct release_choice *release; /* whose rules count; NULL: of no matter */
	uint32_t unknown;                     /* values of the input that are not known (I6) */
	struct silenced_list silenced_findings;   /* in the same order */
	unsigned have;                            /* set of enum need: what the input has */
	ARRAY_OF(struct cluster_result) clusters; /* of several: each; else empty */
	uint32_t nodes;                           /* of the cluster; of several clusters 0 */
	uint32_t misattributed; /* findings of a function that the check's row does not name */
};

/* The order of findings: as they lie in the input, those without a place last. <0, 0, >0. */
int finding_compare(const void *left, const void *right);

/* What the input and the options have of what checks need: a set of enum need. */
unsigned validate_inputs(const struct snapshot *s, const struct cluster *c,
			 const struct validate_options *options);

/*
 * Checks the snapshot. `silencings` is what is silenced beside the annotations of objects;
 * NULL: nothing. All results live in the snapshot's arena.
 */
void validate(struct validation *out, struct snapshot *snapshot, const struct cluster *cluster,
	      const struct validate_options *options, const struct silencings *silencings);

/*
 * Only whether the objects are as the API server takes them: what the checks of family IN
 * find, without that of silencings (IN011). What is silenced is left out; `skipped` stays
 * empty.
 */
void validate_input(struct validation *out, struct snapshot *snapshot,
		    const struct cluster *cluster, const struct silencings *silencings);

/* Counts the findings, in all and for each cluster that they name. */
void validation_count(struct validation *v);

/*
 * Makes one finding of those that are alike, for reports that list them, and counts anew
 * (validator/grouping.h). What judges each finding, such as fixes and baselines, comes first.
 */
void validation_gather(struct validation *v, const struct snapshot *snapshot);

#endif
