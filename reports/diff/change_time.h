/* SPDX-License-Identifier: Apache-2.0 */
/* A change in simulated time, as plan tells of it: a table, JSON, and a page to follow. */
#ifndef REPORTS_DIFF_CHANGE_TIME_H
#define REPORTS_DIFF_CHANGE_TIME_H

#include <stdio.h>

#include "base/text.h"
#include "reports/model/report.h"
#include "sim/whatif/diff_time.h"

extern const struct record diff_time_record; /* of struct diff_time */

/* At most `most` rows; with `html` a section of a page. Nothing where the
 * change was not simulated. */
void change_time_table(FILE *out, struct screen screen, bool html, const struct diff *diff,
		       uint32_t most, struct arena *scratch);

/* The page for the maintenance: what to check before, what to expect, when to stop. */
void change_time_markdown(FILE *out, const struct diff *diff, struct arena *scratch);

/* The same for one stage of several: what to expect, and when to stop. */
void change_time_stage(struct text *t, const struct diff *diff, struct arena *scratch);

/* When the last VIP has changed hands in the worst run, in the arena. */
const char *change_time_settled(const struct diff_time *time, struct arena *arena);

/* Longest time that a VIP is cut off, or without a node where that is all that is known. */
const char *change_time_worst(const struct diff_time *time, struct arena *arena);

/* Whether it was asked if the change, or this stage of it, may be made. */
bool change_time_is_asked(const struct diff_time *time);

/* Whether the change may be made, as a sentence in the arena; NULL: that was not asked. */
const char *change_time_verdict(const struct diff_time *time, struct arena *arena);

#endif
