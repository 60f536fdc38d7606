/* SPDX-License-Identifier: Apache-2.0 */
/* What plan tells, as table or as JSON. */
#ifndef REPORTS_DIFF_CHANGE_H
#define REPORTS_DIFF_CHANGE_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "reports/formats/screen.h"
#include "reports/model/report.h"
#include "sim/whatif/diff.h"

extern const struct record diff_document;

/* For programs: everything, also what stays. The caller deletes the tree. */
cJSON *change_json(const struct diff *change, struct arena *scratch);

/* For people, in any form: what changes, `most` rows of each part;
 * Markdown begins with the result. */
void change_table(FILE *out, enum report_form form, struct screen screen,
		  const struct diff *change, uint32_t most, struct arena *scratch);

/* How long nobody announces a VIP, "0.2..5.2s", in the arena. */
const char *change_gap_text(const struct span *gap, struct arena *arena);

/* As Markdown for a comment: the result, then `most` rows of each part. */
void change_markdown(FILE *out, const struct diff *change, uint32_t most,
		     struct arena *scratch);

/* As workflow commands: what breaks, what moves, and findings that appear. */
void change_github(FILE *out, const struct diff *change, struct arena *scratch);

/* As an HTML page with all that changes; its figures alone. */
void change_html(FILE *out, const struct diff *change, struct arena *scratch);
void change_tiles_html(FILE *out, const struct diff *change, struct arena *scratch);

#endif
