/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of text for a screen. Columns of text give way to the width of the screen: first they
 * are broken between words, then within them. What is too wide even so is written as several
 * tables, one below the other, each of which begins with the first column. Nothing is cut.
 */
#include "reports/formats/screen.h"

#include <limits.h>
#include <string.h>

#include "base/text.h"
#include <stdbool.h>
#include "reports/formats/markdown.h"
#include "reports/formats/page.h"

enum {
	GAP = 2,         /* between columns */
	NARROW_MIN = 10, /* columns of text get no narrower than this to fit the screen */
	NOTE_INDENT = 4, /* of notes below their row */
};

/* ---- filling ---- */

void columns_begin(struct columns *t, struct arena *arena, const struct column *list,
		   uint32_t count, unsigned indent)
{
	*t = (struct columns){ .arena = arena, .list = list, .count = count, .indent = indent };
}

struct cell *columns_row(struct columns *t)
{
	struct cell *cells = arena_zalloc(t->arena, t->count, sizeof(*cells));
	const struct columns_row row = { .kind = ROW_CELLS, .cells = cells };

	ARRAY_ADD(t->arena, &t->rows, row);
	return cells;
}

void columns_heading(struct columns *t, const char *s)
{
	const struct columns_row row = {
		.kind = ROW_HEADING,
		.text = cell_of(t->arena, SCREEN_STRONG, s),
	};

	ARRAY_ADD(t->arena, &t->rows, row);
}

void columns_note(struct columns *t, const char *s)
{
	const struct columns_row row = {
		.kind = ROW_NOTE,
		.text = cell_of(t->arena, SCREEN_PLAIN, s),
	};

	ARRAY_ADD(t->arena, &t->rows, row);
}

struct cell cell_of(struct arena *arena, enum screen_role role, const char *s)
{
	struct text t = { 0 };
	struct cell cell = { NULL, role };

	screen_add(&t, s);
	cell.s = arena_strdup(arena, text_str(&t));
	text_release(&t);
	return cell;
}

/* ---- widths ---- */

/* The columns of the longest line of a cell. */
static unsigned columns_cell_columns(const char *s)
{
	unsigned widest = 0;

	while (s != NULL && *s != '\0') {
		unsigned columns;

		s += screen_line(s, UINT_MAX - 1, &columns);
		if (columns > widest)
			widest = columns;
		s += *s == '\n';
	}
	return widest;
}

static unsigned columns_total_width(const struct columns *t, const unsigned *widths)
{
	unsigned total = t->indent;

	for (uint32_t i = 0; i < t->count; i++)
		total += widths[i] + (i > 0 ? GAP : 0);
	return total;
}

/* The columns of the longest word of a cell. */
static unsigned columns_word_columns(const char *s)
{
	unsigned widest = 0;

	while (s != NULL && *s != '\0') {
		unsigned columns = 0;
		const size_t len = strcspn(s, " \n");
		struct text word = { 0 };

		text_add_bytes(&word, s, len);
		columns = screen_columns(text_str(&word));
		text_release(&word);
		if (columns > widest)
			widest = columns;
		s += len + (s[len] != '\0');
	}
	return widest;
}

/* The widest column of text that is wider than its least width; t->count when there is none. */
static uint32_t columns_widest_column(const struct columns *t, const unsigned *widths,
				      const unsigned *least)
{
	uint32_t widest = t->count;

	for (uint32_t i = 0; i < t->count; i++) {
		if (t->list[i].right || widths[i] <= least[i])
			continue;
		if (widest == t->count || widths[i] > widths[widest])
			widest = i;
	}
	return widest;
}

/* Takes from the widest columns until all fit, or none can be narrower. */
static void columns_narrow(const struct columns *t, unsigned *widths, const unsigned *least,
			   unsigned width)
{
	for (unsigned total = columns_total_width(t, widths); total > width; total--) {
		const uint32_t widest = columns_widest_column(t, widths, least);

		if (widest == t->count)
			return;
		widths[widest]--;
	}
}

/* Makes room in each of several tables for the first column and one more. */
static void columns_bound(const struct columns *t, unsigned *widths, unsigned width)
{
	const unsigned room = width > t->indent + GAP ? (width - t->indent - GAP) / 2 : 0;

	for (uint32_t i = 0; i < t->count; i++) {
		const unsigned most = room > NARROW_MIN ? room : NARROW_MIN;

		if (!t->list[i].right && widths[i] > most)
			widths[i] = most;
	}
}

/*
 * Columns that can be broken between words are, before any word is. Where several tables are
 * written, each has room of its own: the columns are as wide as if nothing had been narrowed.
 */
static void columns_set_widths(const struct columns *t, unsigned *widths, unsigned width)
{
	unsigned words[COLUMNS_MAX] = { 0 }, least[COLUMNS_MAX] = { 0 }, natural[COLUMNS_MAX];

	for (uint32_t i = 0; i < t->count; i++) {
		widths[i] = screen_columns(t->list[i].head);
		words[i] = NARROW_MIN;
		least[i] = NARROW_MIN;
	}
	ARRAY_FOREACH (const struct columns_row, row, &t->rows) {
		for (uint32_t i = 0; row->kind == ROW_CELLS && i < t->count; i++) {
			const unsigned columns = columns_cell_columns(row->cells[i].s);
			const unsigned word = columns > words[i] && !t->list[i].right
						      ? columns_word_columns(row->cells[i].s)
						      : 0;

			if (columns > widths[i])
				widths[i] = columns;
			if (word > words[i])
				words[i] = word;
		}
	}
	memcpy(natural, widths, sizeof(natural));
	columns_narrow(t, widths, words, width);
	columns_narrow(t, widths, least, width);
	if (columns_total_width(t, widths) <= width)
		return;
	memcpy(widths, natural, sizeof(natural));
	columns_bound(t, widths, width);
}

/* ---- writing ---- */

struct writer {
	const struct columns *table;
	FILE *out;
	struct screen screen;
	unsigned widths[COLUMNS_MAX];
	uint32_t from, to; /* the columns that are written, beside the first */
	unsigned pending;  /* blanks that are written once something follows them */
	struct text piece;
};

static void columns_write_piece(struct writer *w, const char *s, size_t len,
				enum screen_role role)
{
	screen_spaces(w->out, w->pending);
	w->pending = 0;
	text_clear(&w->piece);
	text_add_bytes(&w->piece, s, len);
	screen_paint(w->out, w->screen, role, text_str(&w->piece));
}

/* The next line of a cell; returns what is left of it. */
static const char *columns_write_cell_line(struct writer *w, uint32_t i, const char *s,
					   enum screen_role role)
{
	const unsigned width = w->widths[i];
	unsigned columns = 0;
	size_t len = 0, shown;

	if (s != NULL)
		len = screen_line(s, w->table->list[i].right ? UINT_MAX - 1 : width, &columns);
	for (shown = len; shown > 0 && s[shown - 1] == ' '; shown--)
		columns--;

	const unsigned blanks = columns < width ? width - columns : 0;

	if (w->table->list[i].right)
		w->pending += blanks;
	if (shown > 0)
		columns_write_piece(w, s, shown, role);
	if (!w->table->list[i].right)
		w->pending += blanks;
	w->pending += GAP;
	if (s == NULL)
		return NULL;
	s += len;
	return s + (*s == '\n');
}

static bool columns_is_shown(const struct writer *w, uint32_t i)
{
	return i == 0 || (i >= w->from && i < w->to);
}

static void columns_write_cells(struct writer *w, const struct cell *cells)
{
	const char *rest[COLUMNS_MAX] = { NULL };
	bool more = true;

	for (uint32_t i = 0; i < w->table->count; i++)
		rest[i] = cells[i].s;
	while (more) {
		more = false;
		w->pending = w->table->indent;
		for (uint32_t i = 0; i < w->table->count; i++) {
			if (!columns_is_shown(w, i))
				continue;
			rest[i] = columns_write_cell_line(w, i, rest[i], cells[i].role);
			more |= rest[i] != NULL && *rest[i] != '\0';
		}
		fputc('\n', w->out);
	}
}

static void columns_write_head(struct writer *w)
{
	struct cell cells[COLUMNS_MAX] = { { 0 } };

	for (uint32_t i = 0; i < w->table->count; i++)
		cells[i] = (struct cell){ w->table->list[i].head, SCREEN_STRONG };
	columns_write_cells(w, cells);
}

static void columns_write_text(struct writer *w, const struct cell *text, unsigned indent,
			       unsigned hang)
{
	screen_spaces(w->out, indent);
	screen_wrap_paint(w->out, w->screen, text->role, text->s, indent, hang);
	fputc('\n', w->out);
}

static void columns_write_row(struct writer *w, const struct columns_row *row)
{
	const unsigned indent = w->table->indent;

	if (row->kind == ROW_CELLS)
		columns_write_cells(w, row->cells);
	else if (row->kind == ROW_HEADING)
		columns_write_text(w, &row->text, indent >= GAP ? indent - GAP : 0,
				   indent + NOTE_INDENT);
	else if (w->from == 0)
		columns_write_text(w, &row->text, indent + NOTE_INDENT, indent + NOTE_INDENT);
}

/* Writes what of the columns behind w->from fits beside the first one, but one at least. */
static void columns_write_some(struct writer *w)
{
	const struct columns *t = w->table;
	unsigned total = t->indent + (w->from > 0 ? w->widths[0] + GAP : 0);

	for (w->to = w->from; w->to < t->count; w->to++) {
		total += w->widths[w->to];
		if (w->to > w->from && total > w->screen.width)
			break;
		total += GAP;
	}
	columns_write_head(w);
	ARRAY_FOREACH (const struct columns_row, row, &t->rows)
		columns_write_row(w, row);
}

void columns_write(const struct columns *t, FILE *out, struct screen screen)
{
	struct writer w = { .table = t, .out = out, .screen = screen };

	if (t->rows.count == 0)
		return;
	columns_set_widths(t, w.widths, screen.width);
	for (; w.from < t->count; w.from = w.to) {
		if (w.from > 0)
			fputc('\n', out);
		columns_write_some(&w);
	}
	text_release(&w.piece);
}

/* ---- as part of a page ---- */

static const char *const classes[SCREEN_ROLES] = {
	[SCREEN_PLAIN] = "",      [SCREEN_FAIL] = "fail", [SCREEN_WARN] = "warn",
	[SCREEN_INFO] = "info",   [SCREEN_PASS] = "pass", [SCREEN_STRONG] = "strong",
	[SCREEN_FRAME] = "faint",
};

/* Lines that are to stay apart do so. */
static void columns_html_text(FILE *out, const char *s)
{
	fputs("<span class=\"lines\">", out);
	xml_text(out, s);
	fputs("</span>", out);
}

/* Where notes are: in the last cell, or in the first one where that has a number. */
static uint32_t columns_place_of_notes(const struct columns *t)
{
	return t->list[t->count - 1].right ? 0 : t->count - 1;
}

/* The notes behind row `at`. */
static void columns_html_notes(const struct columns *t, FILE *out, uint32_t at)
{
	for (uint32_t i = at + 1; i < t->rows.count && t->rows.items[i].kind == ROW_NOTE; i++) {
		fputs("<div class=\"faint\">", out);
		columns_html_text(out, t->rows.items[i].text.s);
		fputs("</div>", out);
	}
}

static void columns_html_cells(const struct columns *t, FILE *out, uint32_t at)
{
	const struct cell *cells = t->rows.items[at].cells;

	fputs("<tr data-row=\"row\">", out);
	for (uint32_t i = 0; i < t->count; i++) {
		fprintf(out, "<td class=\"%s%s %s\">", i == 0 ? "key " : "",
			t->list[i].right ? "number" : "", classes[cells[i].role]);
		if (cells[i].s != NULL)
			columns_html_text(out, cells[i].s);
		if (i == columns_place_of_notes(t))
			columns_html_notes(t, out, at);
		fputs("</td>", out);
	}
	fputs("</tr>\n", out);
}

static void columns_html_line(const struct columns *t, FILE *out, const char *element,
			      const char *s)
{
	fprintf(out, "<tr><%s colspan=\"%u\">", element, t->count);
	columns_html_text(out, s);
	fprintf(out, "</%s></tr>\n", element);
}

static void columns_html_head(const struct columns *t, FILE *out)
{
	fputs("<thead><tr>", out);
	for (uint32_t i = 0; i < t->count; i++) {
		fputs(t->list[i].right ? "<th class=\"number\">" : "<th>", out);
		xml_text(out, t->list[i].head);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n", out);
}

void columns_html(const struct columns *t, FILE *out)
{
	bool cells = false; /* a note after them has been written with them */

	if (t->rows.count == 0)
		return;
	fputs("<div class=\"bar\" hidden><input id=\"search\" type=\"search\" "
	      "placeholder=\"Search: node, address, name &#8230;\" aria-label=\"search\">"
	      "<output id=\"shown\"></output></div>\n<div class=\"scroll\"><table>\n",
	      out);
	columns_html_head(t, out);
	fputs("<tbody>\n", out);
	for (uint32_t i = 0; i < t->rows.count; i++) {
		const struct columns_row *row = &t->rows.items[i];

		if (row->kind == ROW_CELLS)
			columns_html_cells(t, out, i);
		else if (row->kind == ROW_HEADING)
			columns_html_line(t, out, "th", row->text.s);
		else if (!cells)
			columns_html_line(t, out, "td", row->text.s);
		cells = row->kind == ROW_CELLS || (cells && row->kind == ROW_NOTE);
	}
	fputs("</tbody>\n</table></div>\n", out);
}

/* ---- in any form ---- */

void columns_put(const struct columns *t, FILE *out, enum report_form form,
		 struct screen screen)
{
	if (form == FORM_PAGE)
		columns_html(t, out);
	else if (form == FORM_MARKDOWN)
		columns_markdown(t, out);
	else
		columns_write(t, out, screen);
	if (t->rows.count > 0)
		fputc('\n', out);
}

void remark_put(FILE *out, enum report_form form, struct screen screen, const char *label,
		const char *s)
{
	if (form == FORM_PAGE)
		remark_html(out, label, s);
	else if (form == FORM_MARKDOWN)
		remark_markdown(out, label, s);
	else
		remark_write(out, screen, label, s);
}
