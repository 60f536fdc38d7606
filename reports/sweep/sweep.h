/* SPDX-License-Identifier: Apache-2.0 */
/* The report of sweep: what is lost with every node, rack or pair of them. */
#ifndef REPORTS_SWEEP_SWEEP_H
#define REPORTS_SWEEP_SWEEP_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "reports/elections/elections.h"
#include "reports/formats/plots.h"
#include "reports/model/report.h"
#include "sim/whatif/sweep.h"
#include "sim/whatif/sweep_routers.h"

#define SWEEP_ALL UINT32_MAX

struct sweep_answer {
	const struct sweep *sweep;
	const struct router_losses *routers; /* NULL: not asked for */
	const char *label; /* nodes with one value of it are lost together; NULL: each alone */
	bool pairs;        /* they were asked for */
	bool triples;      /* so were they */
	const struct remarks *remarks; /* on what the answer rests on */
	uint32_t shown; /* so many of the worst losses of each kind, or SWEEP_ALL */
};

extern const struct record sweep_document;

/* For programs. The caller deletes the tree. */
cJSON *sweep_json(const struct sweep_answer *answer, struct arena *scratch);

/* For people. */
void sweep_table(FILE *out, struct screen screen, const struct sweep_answer *answer,
		 struct arena *scratch);

/* As Markdown for a comment: the result first. */
void sweep_markdown(FILE *out, const struct sweep_answer *answer, struct arena *scratch);

/* As JUnit XML: a case for each loss that is shown. */
void sweep_junit(FILE *out, const struct sweep_answer *answer);

/* As an HTML page. */
void sweep_html(FILE *out, const struct sweep_answer *answer, struct arena *scratch);

/* "namespace/name", in the arena; NULL: an address without a Service. */
const char *sweep_service_text(const struct sweep_service *service, struct arena *arena);

/* Of `count` losses that the list has, so many are to be shown. */
uint32_t sweep_shown(const struct sweep_answer *answer, uint32_t count);

/* ---- plots ---- */

enum { SWEEP_PLOTS = 4 };

/* VIPs per node before and after; what the worst losses do; when VIPs are back; the worst
 * pairs. Each takes a struct sweep_answer. */
extern const struct plot sweep_plots[SWEEP_PLOTS];

#endif
