/* SPDX-License-Identifier: Apache-2.0 */
/* A table of text for a screen. */
#include "reports/formats/columns.h"

#include <string.h>

#include "base/text.h"

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
static unsigned cell_columns(const char *s)
{
	unsigned widest = 0;

	while (s != NULL && *s != '\0') {
		unsigned columns;

		s += screen_line(s, SCREEN_WIDTH, &columns);
		if (columns > widest)
			widest = columns;
		s += *s == '\n';
	}
	return widest;
}

static unsigned total_width(const struct columns *t, const unsigned *widths)
{
	unsigned total = t->indent;

	for (uint32_t i = 0; i < t->count; i++)
		total += widths[i] + (i > 0 ? GAP : 0);
	return total;
}

/* The columns of the longest word of a cell. */
static unsigned word_columns(const char *s)
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
static uint32_t widest_column(const struct columns *t, const unsigned *widths,
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
static void narrow(const struct columns *t, unsigned *widths, const unsigned *least)
{
	for (unsigned total = total_width(t, widths); total > SCREEN_WIDTH; total--) {
		const uint32_t widest = widest_column(t, widths, least);

		if (widest == t->count)
			return;
		widths[widest]--;
	}
}

/* Columns that can be broken between words are, before any word is. */
static void set_widths(const struct columns *t, unsigned *widths)
{
	unsigned words[COLUMNS_MAX], least[COLUMNS_MAX];

	for (uint32_t i = 0; i < t->count; i++) {
		widths[i] = screen_columns(t->list[i].head);
		words[i] = NARROW_MIN;
		least[i] = NARROW_MIN;
	}
	ARRAY_FOREACH (const struct columns_row, row, &t->rows) {
		for (uint32_t i = 0; row->kind == ROW_CELLS && i < t->count; i++) {
			const unsigned columns = cell_columns(row->cells[i].s);
			const unsigned word = columns > words[i] && !t->list[i].right
						      ? word_columns(row->cells[i].s)
						      : 0;

			if (columns > widths[i])
				widths[i] = columns;
			if (word > words[i])
				words[i] = word;
		}
	}
	narrow(t, widths, words);
	narrow(t, widths, least);
}

/* ---- writing ---- */

struct writer {
	const struct columns *table;
	FILE *out;
	bool colour;
	unsigned widths[COLUMNS_MAX];
	unsigned pending; /* blanks that are written once something stands behind them */
	struct text piece;
};

static void write_piece(struct writer *w, const char *s, size_t len, enum screen_role role)
{
	screen_spaces(w->out, w->pending);
	w->pending = 0;
	text_clear(&w->piece);
	text_add_bytes(&w->piece, s, len);
	screen_paint(w->out, w->colour, role, text_str(&w->piece));
}

/* The next line of a cell; returns what is left of it. */
static const char *write_cell_line(struct writer *w, uint32_t i, const char *s,
				   enum screen_role role)
{
	const unsigned width = w->widths[i];
	unsigned columns = 0;
	size_t len = 0, shown;

	if (s != NULL)
		len = screen_line(s, w->table->list[i].right ? SCREEN_WIDTH : width, &columns);
	for (shown = len; shown > 0 && s[shown - 1] == ' '; shown--)
		columns--;

	const unsigned blanks = columns < width ? width - columns : 0;

	if (w->table->list[i].right)
		w->pending += blanks;
	if (shown > 0)
		write_piece(w, s, shown, role);
	if (!w->table->list[i].right)
		w->pending += blanks;
	w->pending += GAP;
	if (s == NULL)
		return NULL;
	s += len;
	return s + (*s == '\n');
}

static void write_cells(struct writer *w, const struct cell *cells)
{
	const char *rest[COLUMNS_MAX] = { NULL };
	bool more = true;

	for (uint32_t i = 0; i < w->table->count; i++)
		rest[i] = cells[i].s;
	while (more) {
		more = false;
		w->pending = w->table->indent;
		for (uint32_t i = 0; i < w->table->count; i++) {
			rest[i] = write_cell_line(w, i, rest[i], cells[i].role);
			more |= rest[i] != NULL && *rest[i] != '\0';
		}
		fputc('\n', w->out);
	}
}

static void write_head(struct writer *w)
{
	struct cell cells[COLUMNS_MAX] = { { 0 } };

	for (uint32_t i = 0; i < w->table->count; i++)
		cells[i] = (struct cell){ w->table->list[i].head, SCREEN_STRONG };
	write_cells(w, cells);
}

static void write_text(struct writer *w, const struct cell *text, unsigned indent)
{
	screen_spaces(w->out, indent);
	if (text->role == SCREEN_PLAIN) {
		screen_wrap(w->out, text->s, indent, indent, SCREEN_WIDTH);
		return;
	}
	screen_paint(w->out, w->colour, text->role, text->s);
	fputc('\n', w->out);
}

static void write_row(struct writer *w, const struct columns_row *row)
{
	const unsigned indent = w->table->indent;

	if (row->kind == ROW_CELLS)
		write_cells(w, row->cells);
	else if (row->kind == ROW_HEADING)
		write_text(w, &row->text, indent >= GAP ? indent - GAP : 0);
	else
		write_text(w, &row->text, indent + NOTE_INDENT);
}

void columns_write(const struct columns *t, FILE *out, bool colour)
{
	struct writer w = { .table = t, .out = out, .colour = colour };

	if (t->rows.count == 0)
		return;
	set_widths(t, w.widths);
	write_head(&w);
	ARRAY_FOREACH (const struct columns_row, row, &t->rows)
		write_row(&w, row);
	text_release(&w.piece);
}
