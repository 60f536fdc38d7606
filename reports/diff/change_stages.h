/* SPDX-License-Identifier: Apache-2.0 */
/* A change in stages, as plan tells of it: all stages, what is down between them, each stage.
 */
#ifndef REPORTS_DIFF_CHANGE_STAGES_H
#define REPORTS_DIFF_CHANGE_STAGES_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "reports/model/report.h"
#include "sim/whatif/stages.h"

extern const struct record stages_document;

/* For programs: every stage as change_json() has it. The caller deletes the tree. */
cJSON *stages_json(const struct diff_stages *stages, struct arena *scratch);

/* For people: at most `most` rows of each part. */
void stages_table(FILE *out, struct screen screen, const struct diff_stages *stages,
		  uint32_t most, struct arena *scratch);

/* As workflow commands, a group for each stage. */
void stages_github(FILE *out, const struct diff_stages *stages, struct arena *scratch);

/* As an HTML page. */
void stages_html(FILE *out, const struct diff_stages *stages, struct arena *scratch);

/* The page for the maintenance, over all stages, when they were simulated; else a comment with
 * `most` rows of each part. */
void stages_markdown(FILE *out, const struct diff_stages *stages, uint32_t most,
		     struct arena *scratch);

#endif
