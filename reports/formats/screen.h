/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for a screen: made harmless, measured in columns, wrapped at words, colored; tables of
 * it; remarks below tables; and lines of an input with a caret.
 *
 * What comes out of an input (names, values, whole lines) may hold anything, so nothing of it
 * is printed before control characters, characters that change the direction of writing and
 * bytes that are no UTF-8 have become visible escapes.
 */
#ifndef REPORTS_FORMATS_SCREEN_H
#define REPORTS_FORMATS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/array.h"
#include "base/text.h"
#include "config/objects/snapshot.h"

/* ---- text ---- */

/* Columns: of what is no terminal, and the bounds between which a terminal decides. */
enum { SCREEN_WIDTH = 80, SCREEN_WIDTH_MIN = 60, SCREEN_WIDTH_MAX = 120 };

/* What text is written for. */
struct screen {
	bool color;
	unsigned width; /* columns that a line may take */
};

/* What has none: a page or Markdown, which is laid out by what shows it. */
#define SCREEN_NONE ((struct screen){ false, SCREEN_WIDTH })

/* What a piece of text is, which decides its color. */
enum screen_role {
	SCREEN_PLAIN,
	SCREEN_FAIL,
	SCREEN_WARN,
	SCREEN_INFO,
	SCREEN_PASS,
	SCREEN_STRONG, /* headings, labels */
	SCREEN_FRAME,  /* arrows and gutters */
	SCREEN_ROLES,  /* how many there are */
};

/*
 * The code point at `s` (at most `len` bytes are there, at least one), and in *bytes how many
 * it takes; of a byte that is not UTF-8 its value.
 */
uint32_t screen_point(const char *s, size_t len, size_t *bytes);

/* A terminal obeys the character instead of showing it, or it hides or reorders what is
 * around it: controls, bidirectional formatting, zero-width characters. */
bool screen_is_hidden(uint32_t point);

/*
 * Appends the character at `s` (at most `len` bytes are there, at least one) in its harmless
 * form, in which no terminal and no CI runner ("::name", "##[", "##vso[") takes it for a
 * command, adds the columns that it takes to *columns and returns how many bytes of `s` it was.
 */
size_t screen_add_char(struct text *t, const char *s, size_t len, unsigned *columns);

/* Appends all of `s` in its harmless form. */
void screen_add(struct text *t, const char *s);

/* The columns that text from screen_add() takes. */
unsigned screen_columns(const char *s);

/*
 * How many bytes of harmless text go into a line of `width` columns: up to a newline or the
 * end if that fits, else up to and with a space, else with a mark between the parts of a name,
 * else as many characters as fit, but at least one. *columns becomes what they take; a space at
 * the end of a line may be the one column too many.
 */
size_t screen_line(const char *s, unsigned width, unsigned *columns);

/*
 * Writes harmless text, broken between words so that no line is wider than `width`. The cursor
 * is in column `at` (from 0); further lines begin with `indent` spaces. A word that is too long
 * for a line is not broken. White space in `s` only separates words. Ends with a newline.
 */
void screen_wrap(FILE *out, const char *s, unsigned at, unsigned indent, unsigned width);

/* The same in the color of a role, without the newline; returns the column of the cursor. */
unsigned screen_wrap_paint(FILE *out, struct screen screen, enum screen_role role,
			   const char *s, unsigned at, unsigned indent);

/*
 * Writes a sentence, made harmless and wrapped; its further lines begin with `hang` spaces.
 * Ends with a newline.
 */
void screen_printf(FILE *out, struct screen screen, unsigned hang, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A line of pieces in colors of their own, which is broken between them. */
struct screen_row {
	FILE *out;
	struct screen screen;
	unsigned column; /* where the cursor is, from 0 */
	unsigned hang;   /* spaces that further lines begin with */
};

/*
 * Writes what separates the piece from the one before it ("" or a mark), a space or a new line,
 * and the piece, which is harmless. The caller ends the line.
 */
void screen_row_add(struct screen_row *row, const char *mark, enum screen_role role,
		    const char *piece);

/* Writes text in the color of its role, or plain where there is no color. */
void screen_paint(FILE *out, struct screen screen, enum screen_role role, const char *s);

/* Writes `count` spaces. */
void screen_spaces(FILE *out, unsigned count);

/* ---- tables ---- */

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
void columns_write(const struct columns *t, FILE *out, struct screen screen);

/*
 * Writes the same as part of an HTML page (reports/formats/page.h), with a field to search in;
 * notes go into the last cell of their row.
 */
void columns_html(const struct columns *t, FILE *out);

/* What a report is written for. */
enum report_form { FORM_SCREEN, FORM_PAGE, FORM_MARKDOWN };

/* Writes the table in that form; colors are those of a screen. */
void columns_put(const struct columns *t, FILE *out, enum report_form form,
		 struct screen screen);

/* ---- remarks ---- */

enum { REMARK_INDENT = 13 }; /* where the text begins; labels are at most two shorter */

/* "label:       text that goes on\n             below itself"; `s` is made harmless. */
void remark_write(FILE *out, struct screen screen, const char *label, const char *s);

/* The same as a paragraph of an HTML page; in any form. */
void remark_html(FILE *out, const char *label, const char *s);
void remark_put(FILE *out, enum report_form form, struct screen screen, const char *label,
		const char *s);

/* ---- excerpts ---- */

enum { EXCERPT_NUMBER_COLUMNS = 6 }; /* of the gutter; longer numbers widen it */

/* Lines of the inputs, collected first and then read in one pass over each source. */
struct excerpt_line {
	uint32_t source;  /* from 0 */
	uint32_t number;  /* from 1 */
	const char *text; /* NULL: the line does not exist any more */
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
	struct screen screen;
	enum screen_role caret;
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
 * The column after the key or value at `column` of this line, both in characters from 1; 0
 * when the line is shorter than that. It goes by the line alone: a good guess.
 */
uint32_t excerpt_token_end(const char *line, uint32_t column);

#endif
