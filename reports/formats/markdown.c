/* SPDX-License-Identifier: Apache-2.0 */
/* What is reserved, and how text is kept from being taken for it. */
#include "reports/formats/markdown.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

/* Harmless for a terminal first: what is hidden there is hidden in a page as well. */
static void markdown_make_visible(struct text *out, const char *s)
{
	screen_add(out, s);
	for (char *c = out->data; c != NULL && *c != '\0'; c++)
		if (*c == '\n' || *c == '\r' || *c == '\t')
			*c = ' ';
}

/*
 * True when what ends at `c` begins a reference or a link: "@name", "#1", "!1", "GH-1",
 * "[issue:1]" and their like, "://" and "www." (GitHub Flavored Markdown 6.9, GitLab's special
 * references). A comment after it, which nobody sees, keeps it text. Letters before "GH-" or
 * "www." do not matter.
 */
static bool markdown_begins_reference(const char *text, const char *c)
{
	const size_t before = (size_t)(c - text);
	const char *word_end = c + 1;

	switch (*c) {
	case ':':
		return c[1] == '/';
	case '@':
		return true;
	case '[': /* a list in brackets is none */
		while (isalpha((unsigned char)*word_end) || *word_end == '_')
			word_end++;
		return word_end > c + 1 && *word_end == ':';
	case '-':
		return before >= 2 && strncasecmp(c - 2, "gh", 2) == 0;
	case '.':
		return before >= 3 && strncasecmp(c - 3, "www", 3) == 0;
	default:
		return strchr("#!$%&~", *c) != NULL &&
		       (isalnum((unsigned char)c[1]) || c[1] == '"' || c[1] == '_');
	}
}

void markdown_add(struct text *t, const char *s)
{
	struct text visible = { 0 };

	markdown_make_visible(&visible, s);
	for (const char *c = text_str(&visible); *c != '\0'; c++) {
		if (*c == '&')
			text_add(t, "&amp;");
		else if (*c == '<')
			text_add(t, "&lt;");
		else if (*c == '>')
			text_add(t, "&gt;");
		else if (strchr("\\`*_[]#!|~$", *c) != NULL)
			text_printf(t, "\\%c", *c);
		else
			text_add_char(t, *c);
		if (markdown_begins_reference(visible.data, c))
			text_add(t, "<!-- -->");
	}
	text_release(&visible);
}

void markdown_add_code(struct text *t, const char *s)
{
	struct text visible = { 0 };
	size_t longest = 0, run = 0;

	markdown_make_visible(&visible, s);
	for (const char *c = text_str(&visible); *c != '\0'; c++) {
		run = *c == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	for (size_t i = 0; i <= longest; i++)
		text_add_char(t, '`');
	if (longest > 0)
		text_add_char(t, ' ');
	for (const char *c = text_str(&visible); *c != '\0'; c++) {
		if (*c == '|') /* ends a cell of a table even here */
			text_add_char(t, '\\');
		text_add_char(t, *c);
	}
	if (longest > 0)
		text_add_char(t, ' ');
	for (size_t i = 0; i <= longest; i++)
		text_add_char(t, '`');
	text_release(&visible);
}

void markdown_heading(struct text *t, unsigned level, const char *title)
{
	for (unsigned i = 0; i < level; i++)
		text_add_char(t, '#');
	text_add_char(t, ' ');
	markdown_add(t, title);
	text_add(t, "\n\n");
}

void markdown_table_begin(struct text *t, const char *const *headings)
{
	for (const char *const *h = headings; *h != NULL; h++) {
		text_add(t, "| ");
		markdown_add(t, **h == '>' ? *h + 1 : *h);
		text_add_char(t, ' ');
	}
	text_add(t, "|\n");
	for (const char *const *h = headings; *h != NULL; h++)
		text_add(t, **h == '>' ? "|---:" : "|---");
	text_add(t, "|\n");
}

/* ---- columns ---- */

/* Lines that are to stay apart do so. */
static void markdown_add_lines(struct text *t, const char *s)
{
	if (s == NULL)
		return;
	while (*s != '\0') {
		const size_t len = strcspn(s, "\n");
		struct text line = { 0 };

		text_add_bytes(&line, s, len);
		markdown_add(t, text_str(&line));
		text_release(&line);
		s += len;
		if (*s == '\n' && *++s != '\0')
			text_add(t, "<br>");
	}
}

/* A row with one text: a heading or a note without cells. */
static void markdown_add_line(struct text *t, const struct columns *table,
			      const struct columns_row *row)
{
	const char *mark = row->kind == ROW_HEADING ? "**" : "";

	text_printf(t, "| %s", mark);
	markdown_add_lines(t, row->text.s);
	text_printf(t, "%s |", mark);
	for (uint32_t i = 1; i < table->count; i++)
		text_add(t, " |");
	text_add_char(t, '\n');
}

/* A row of cells with its notes after it; returns the last row of these. */
static uint32_t markdown_add_cells(struct text *t, const struct columns *table, uint32_t at)
{
	const struct cell *cells = table->rows.items[at].cells;

	for (uint32_t i = 0; i < table->count; i++) {
		text_add(t, i == 0 ? "| " : " | ");
		markdown_add_lines(t, cells[i].s);
	}
	while (at + 1 < table->rows.count && table->rows.items[at + 1].kind == ROW_NOTE) {
		text_add(t, "<br>");
		markdown_add_lines(t, table->rows.items[++at].text.s);
	}
	text_add(t, " |\n");
	return at;
}

void columns_markdown(const struct columns *t, FILE *out)
{
	const char *headings[COLUMNS_MAX + 1] = { NULL };
	struct text text = { 0 };

	if (t->rows.count == 0)
		return;
	for (uint32_t i = 0; i < t->count; i++)
		headings[i] = arena_printf(t->arena, "%s%s", t->list[i].right ? ">" : "",
					   t->list[i].head);
	markdown_table_begin(&text, headings);
	for (uint32_t i = 0; i < t->rows.count; i++) {
		if (t->rows.items[i].kind == ROW_CELLS)
			i = markdown_add_cells(&text, t, i);
		else
			markdown_add_line(&text, t, &t->rows.items[i]);
	}
	fputs(text_str(&text), out);
	text_release(&text);
}

void remark_markdown(FILE *out, const char *label, const char *s)
{
	struct text text = { 0 };

	text_add(&text, "**");
	markdown_add(&text, label);
	text_add(&text, ":** ");
	markdown_add(&text, s);
	fprintf(out, "%s\n\n", text_str(&text));
	text_release(&text);
}

/* ---- comments ---- */

void markdown_open(struct markdown_comment *comment)
{
	*comment = (struct markdown_comment){ 0 };
	comment->stream = mem_open_stream(&comment->bytes, &comment->len);
}

void markdown_close(struct markdown_comment *comment, FILE *out)
{
	enum { TAIL_BYTES = 64 };
	size_t shown, lines = 0;

	mem_close_stream(comment->stream, &comment->bytes);
	shown = comment->len;
	if (shown > MARKDOWN_BYTES_MAX) {
		shown = MARKDOWN_BYTES_MAX - TAIL_BYTES;
		while (shown > 0 && comment->bytes[shown - 1] != '\n')
			shown--;
	}
	for (size_t i = shown; i < comment->len; i++)
		lines += comment->bytes[i] == '\n';
	fwrite(comment->bytes, 1, shown, out);
	if (lines > 0)
		fprintf(out, "\nand %zu more lines, which do not fit here.\n", lines);
	free(comment->bytes);
}
