/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The course of a change in its worst simulated run (S6.6): the time line from the change on,
 * and how many VIPs each node holds before it, at most at any one time, and at the end.
 */
#ifndef REPORTS_DIFF_CHANGE_COURSE_H
#define REPORTS_DIFF_CHANGE_COURSE_H

#include <stdio.h>

#include "base/text.h"
#include "sim/whatif/diff_time.h"

/* Sections with headings of this level. Nothing where the change was not simulated. */
void change_course_markdown(struct text *t, unsigned level, const struct diff_time *time,
			    struct arena *scratch);

/* Sections of a page. */
void change_course_html(FILE *out, const struct diff_time *time, struct arena *scratch);

#endif
