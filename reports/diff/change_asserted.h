/* SPDX-License-Identifier: Apache-2.0 */
/* What had to hold while a change was applied in simulated time, as plan tells of it (S6.6). */
#ifndef REPORTS_DIFF_CHANGE_ASSERTED_H
#define REPORTS_DIFF_CHANGE_ASSERTED_H

#include <stdio.h>

#include "base/text.h"
#include "reports/formats/screen.h"
#include "reports/model/report.h"
#include "sim/whatif/diff_time.h"

/* Of the first stage's struct diff_time: its assertions as a list. */
extern const struct record timed_assertion_record;

/* "all 3 assertions hold in every run", in the arena; NULL: there are none. */
const char *change_asserted_verdict(const struct diff_time *first, struct arena *arena);

/* A line for each. */
void change_asserted_table(FILE *out, struct screen screen, const struct diff_time *first,
			   struct arena *arena);
void change_asserted_html(FILE *out, const struct diff_time *first, struct arena *arena);
void change_asserted_markdown(struct text *t, const struct diff_time *first,
			      struct arena *arena);

#endif
