/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as one self-contained HTML page: no network, readable on a phone and on paper, in
 * light and dark. What it looks like is in page.css, its filters are in page.js; both become
 * part of the page.
 */
#ifndef REPORTS_FORMATS_PAGE_H
#define REPORTS_FORMATS_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* ---- text in XML and HTML ---- */

/* Writes text with what XML reserves escaped; what XML 1.0 cannot hold becomes U+FFFD. Good
 * for attributes in double quotes and for content. NULL writes nothing. */
void xml_text(FILE *out, const char *s);

/* ---- pages ---- */

/* Everything before the content: head, style, heading. Both texts may hold anything. */
void page_begin(FILE *out, const char *title, const char *lead);

/* The row of figures on top of a page, each with what it counts. */
void page_tiles_begin(FILE *out);
/* `kind` is "", "fail", "warn", "info" or "pass"; `label` is plain text. */
void page_tile(FILE *out, const char *kind, const char *value, const char *label);
/* A figure that shows and hides the rows with data-row="severity". */
void page_tile_filter(FILE *out, const char *kind, uint32_t count, const char *severity);
void page_tiles_end(FILE *out);

/* A heading of a section. */
void page_section(FILE *out, const char *title);

/* A table: its headings (NULL-terminated; one that begins with '>' is of a column of numbers),
 * cells in rows, the end. */
void page_table_begin(FILE *out, const char *const *headings);
void page_row_begin(FILE *out);
void page_cell(FILE *out, const char *text);
void page_cell_number(FILE *out, const char *text);
/* A word that is not broken into lines; `kind` is as that of a tile. */
void page_cell_word(FILE *out, const char *kind, const char *text);
void page_row_end(FILE *out);
void page_table_end(FILE *out);

/* Whether something held: a badge, what it is, and what was seen (may be NULL). */
void page_verdict(FILE *out, bool held, const char *what, const char *detail);

/* A badge of the kind that a tile can have, and what it is about. */
void page_badge(FILE *out, const char *kind, const char *badge, const char *what);
/* A badge of a warning, and what it is about. */
void page_warning(FILE *out, const char *badge, const char *what);

/* A paragraph that begins with a word of what it is. */
void page_note(FILE *out, const char *label, const char *text);

/* A list of steps to tick off. */
void page_steps_begin(FILE *out);
void page_step(FILE *out, const char *what);
void page_steps_end(FILE *out);

/* The end: version, filters. */
void page_end(FILE *out);

#endif
