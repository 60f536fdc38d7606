/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of text for a screen: rows of cells in columns that are as wide as they must be and
 * together no wider than the screen. A cell that is too long for its column goes on below.
 */
#ifndef REPORTS_FORMATS_COLUMNS_H
#define REPORTS_FORMATS_COLUMNS_H

#include "base/array.h"
#include "reports/formats/screen.h"

enum { COLUMNS_MAX = 8 };

struct column {
	const char *head;
	bool right; /* numbers: right-aligned, and never broken */
};

/* A cell: harmless text, with newlines between lines that are to stay apart. NULL: empty. */
struct cell {
	const char *s;
	enum screen_role role;
};

enum column_row_kind {
	ROW_CELLS,
	ROW_HEADING, /* a line of its own over the rows that follow, which are indented */
	ROW_NOTE,    /* a sentence about the row above, wrapped */
};

struct columns_row {
	enum column_row_kind kind;
	const struct cell *cells; /* one for each column; ROW_CELLS only */
	struct cell text;         /* the others */
};

struct columns {
	struct arena *arena;
	const struct column *list;
	uint32_t count;
	unsigned indent; /* of rows of cells; headings stand two columns to the left of it */
	ARRAY_OF(struct columns_row) rows;
};

/* Begins a table of `count` (at most COLUMNS_MAX) columns, which are borrowed. */
void columns_begin(struct columns *t, struct arena *arena, const struct column *list,
		   uint32_t count, unsigned indent);

/* Adds a row and returns its cells to be filled: empty and plain. */
struct cell *columns_row(struct columns *t);

/* Add what is not cells; `s` is made harmless and copied. */
void columns_heading(struct columns *t, const char *s);
void columns_note(struct columns *t, const char *s);

/* A cell of text from anywhere, made harmless and copied. */
struct cell cell_of(struct arena *arena, enum screen_role role, const char *s);

/* Writes the table with its head line; without any row nothing. Errors stay in `out`. */
void columns_write(const struct columns *t, FILE *out, bool colour);

/*
 * Writes the same as part of an HTML page (reports/formats/page.h), with a field to search in;
 * notes stand in the last cell of their row.
 */
void columns_html(const struct columns *t, FILE *out);

#endif
