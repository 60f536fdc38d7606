/* SPDX-License-Identifier: Apache-2.0 */
/* What sweep tells, as table or as JSON. */
#ifndef REPORTS_SWEEP_SWEEP_H
#define REPORTS_SWEEP_SWEEP_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "sim/whatif/sweep.h"

#define SWEEP_ALL UINT32_MAX

struct sweep_answer {
	const struct sweep *sweep;
	const char *label; /* nodes with one value of it are lost together; NULL: each alone */
	bool pairs;        /* they were asked for */
	bool at;           /* leases are judged at a time that was named */
	uint32_t pending;  /* Services that do not get what they ask for */
	uint32_t shown;    /* so many of the worst losses of each kind, or SWEEP_ALL */
};

/* For programs. The caller deletes the tree. */
cJSON *sweep_json(const struct sweep_answer *answer, struct arena *scratch);

/* For people, at most 80 columns wide. */
void sweep_table(FILE *out, bool colour, const struct sweep_answer *answer,
		 struct arena *scratch);

/* As an HTML page. */
void sweep_html(FILE *out, const struct sweep_answer *answer, struct arena *scratch);

/* Of `count` losses that the list has, so many are to be shown. */
uint32_t sweep_shown(const struct sweep_answer *answer, uint32_t count);

#endif
