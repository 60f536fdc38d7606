/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markdown as GitHub and GitLab render it in comments and summaries: paragraphs, headings,
 * tables. Text from an input is written so that it reads as it was: nothing of it becomes
 * markup, a link, a mention of a person or a reference to an issue.
 */
#ifndef REPORTS_FORMATS_MARKDOWN_H
#define REPORTS_FORMATS_MARKDOWN_H

#include <stdio.h>

#include "base/text.h"
#include "reports/formats/screen.h"

/* What the servers take in one comment, in bytes. */
enum { MARKDOWN_BYTES_MAX = 65535 };

/* Appends text from anywhere, in one line: newlines become spaces. */
void markdown_add(struct text *t, const char *s);

/* The same as a piece of code. */
void markdown_add_code(struct text *t, const char *s);

/* "## Title" with an empty line after it; the title is made harmless. */
void markdown_heading(struct text *t, unsigned level, const char *title);

/* The head of a table and its rule; a heading that begins with '>' is of a column of numbers.
 * NULL-terminated. */
void markdown_table_begin(struct text *t, const char *const *headings);

/* A table of columns and a remark, as reports/formats/screen.h has them; notes go into the last
 * cell of their row. */
void columns_markdown(const struct columns *t, FILE *out);
void remark_markdown(FILE *out, const char *label, const char *s);

/*
 * A comment that is written as a stream: markdown_close() writes of it to `out` what servers
 * take, in whole lines, and says how many lines are left out. What matters comes first.
 */
struct markdown_comment {
	FILE *stream;
	char *bytes;
	size_t len;
};

void markdown_open(struct markdown_comment *comment);
void markdown_close(struct markdown_comment *comment, FILE *out);

#endif
