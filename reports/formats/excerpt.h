/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Excerpts: a line of an input with its number and a caret below the place that is meant.
 *
 *	    12 |     - pool: 10.0.0.50-10.0.0.99
 *	       |             ^~~~~~~~~~~~~~~~~~~
 */
#ifndef REPORTS_FORMATS_EXCERPT_H
#define REPORTS_FORMATS_EXCERPT_H

#include <stdbool.h>
#include <stdio.h>

#include "config/objects/snapshot.h"
#include "reports/formats/screen.h"

enum { EXCERPT_NUMBER_COLUMNS = 6 }; /* of the gutter; longer numbers widen it */

/* Lines of the inputs, collected first and then read in one pass over each source. */
struct excerpt_line {
	uint32_t source;  /* from 0 */
	uint32_t number;  /* from 1 */
	const char *text; /* NULL: there is no such line any more */
};

struct excerpt_lines {
	struct arena arena;
	ARRAY_OF(struct excerpt_line) list;
};

/* Notes that the line at `pos` is wanted. A zero pos is nothing. */
void excerpt_want(struct excerpt_lines *lines, struct pos pos);
/* Reads what is wanted; after it excerpt_find() works and no more can be wanted. */
void excerpt_read(struct excerpt_lines *lines, const struct sources *sources);
/* The text of the line at `pos`, or NULL. Belongs to `lines`. */
const char *excerpt_find(const struct excerpt_lines *lines, struct pos pos);
void excerpt_release(struct excerpt_lines *lines);

struct excerpt_style {
	bool colour;
	enum screen_role caret;
	unsigned width; /* columns of the screen */
};

/*
 * Writes line `pos.line`, whose text is `line`, and the caret below column pos.column. Tabs
 * become spaces; a line that is too wide is cut around the caret. A column behind the end is
 * the end. Returns how much was shown: nothing when `line` is only the start of a very long
 * line and does not reach that column.
 */
enum excerpt_shown { EXCERPT_NONE, EXCERPT_CUT, EXCERPT_WHOLE };
enum excerpt_shown excerpt_write(FILE *out, const char *line, struct pos pos,
				 const struct excerpt_style *style);

/*
 * The column behind the key or value at `column` of this line, both in characters from 1; 0
 * when the line is shorter than that. It goes by the line alone: a good guess.
 */
uint32_t excerpt_token_end(const char *line, uint32_t column);

#endif
