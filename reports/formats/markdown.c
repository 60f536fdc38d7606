/* SPDX-License-Identifier: Apache-2.0 */
/* What is reserved, and how text is kept from being taken for it. */
#include "reports/formats/markdown.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "reports/formats/screen.h"

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
 * references). A comment behind it, which nobody sees, keeps it text. Letters before "GH-" or
 * "www." do not matter.
 */
static bool markdown_begins_reference(const char *text, const char *c)
{
	const size_t before = (size_t)(c - text);

	switch (*c) {
	case ':':
		return c[1] == '/';
	case '@':
		return true;
	case '-':
		return before >= 2 && strncasecmp(c - 2, "gh", 2) == 0;
	case '.':
		return before >= 3 && strncasecmp(c - 3, "www", 3) == 0;
	case '[': /* a list in brackets is none */
		for (c++; isalpha((unsigned char)*c) || *c == '_';)
			c++;
		return *c == ':';
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
