/* SPDX-License-Identifier: Apache-2.0 */
/* Excerpts: a line of an input with its number and a caret below the place that is meant. */
#include "reports/formats/screen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	TAB_COLUMNS = 8,
	CONTEXT_MIN = 500, /* characters */
	CUT_BYTES = 4000,  /* a text of more bytes may be the start of a longer line */
};

static const char ellipsis[] = "\xe2\x80\xa6";

/* ---- the lines ---- */

void excerpt_want(struct excerpt_lines *lines, struct pos pos)
{
	if (pos.source == 0)
		return;

	struct excerpt_line line = { .source = pos.source - 1, .number = pos.line };

	ARRAY_ADD(&lines->arena, &lines->list, line);
}

static int excerpt_compare_lines(const void *a, const void *b)
{
	const struct excerpt_line *x = a;
	const struct excerpt_line *y = b;

	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static void excerpt_sort_and_unite(struct excerpt_lines *lines)
{
	struct excerpt_line *items = lines->list.items;
	uint32_t kept = 1;

	if (lines->list.count == 0)
		return;
	qsort(items, lines->list.count, sizeof(*items), excerpt_compare_lines);
	for (uint32_t i = 1; i < lines->list.count; i++) {
		if (excerpt_compare_lines(&items[kept - 1], &items[i]) != 0)
			items[kept++] = items[i];
	}
	lines->list.count = kept;
}

/* Reads the `count` lines at `first`, which are of one source. */
static void excerpt_read_source(struct excerpt_lines *lines, const struct sources *sources,
				struct excerpt_line *first, uint32_t count)
{
	uint32_t *numbers = arena_zalloc(&lines->arena, count, sizeof(*numbers));
	const char **texts = arena_zalloc(&lines->arena, count, sizeof(*texts));

	for (uint32_t i = 0; i < count; i++)
		numbers[i] = first[i].number;
	source_lines(sources, first->source, numbers, count, &lines->arena, texts);
	for (uint32_t i = 0; i < count; i++)
		first[i].text = texts[i];
}

void excerpt_read(struct excerpt_lines *lines, const struct sources *sources)
{
	excerpt_sort_and_unite(lines);
	for (uint32_t i = 0, end; i < lines->list.count; i = end) {
		struct excerpt_line *first = &lines->list.items[i];

		end = i + 1;
		while (end < lines->list.count &&
		       lines->list.items[end].source == first->source)
			end++;
		excerpt_read_source(lines, sources, first, end - i);
	}
}

const char *excerpt_find(const struct excerpt_lines *lines, struct pos pos)
{
	if (pos.source == 0 || lines->list.count == 0)
		return NULL;

	struct excerpt_line wanted = { .source = pos.source - 1, .number = pos.line };
	const struct excerpt_line *found =
		bsearch(&wanted, lines->list.items, lines->list.count, sizeof(wanted),
			excerpt_compare_lines);

	return found != NULL ? found->text : NULL;
}

void excerpt_release(struct excerpt_lines *lines)
{
	arena_release(&lines->arena);
	lines->list.items = NULL;
	lines->list.count = 0;
}

/* ---- one line as it is shown ---- */

/* Where a character of the line stands. */
struct excerpt_cell {
	size_t raw;      /* byte in the line */
	size_t shown;    /* byte in the text that is shown */
	unsigned column; /* from 0 */
};

struct excerpt_row {
	const char *line;
	struct text shown;
	struct excerpt_cell *cells; /* one more than characters: the last is the end */
	size_t count;               /* of characters */
};

static size_t excerpt_trimmed_length(const char *line)
{
	size_t len = strlen(line);

	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	return len;
}

static size_t excerpt_add_char(struct excerpt_row *row, const char *s, size_t len,
			       unsigned *column)
{
	if (*s != '\t')
		return screen_add_char(&row->shown, s, len, column);

	do {
		text_add_char(&row->shown, ' ');
		(*column)++;
	} while (*column % TAB_COLUMNS != 0);
	return 1;
}

/* Renders at most `limit` characters. */
static void excerpt_row_render(struct excerpt_row *row, const char *line, size_t limit,
			       struct arena *arena)
{
	size_t len = excerpt_trimmed_length(line);
	unsigned column = 0;
	size_t i = 0;

	row->line = line;
	row->cells = arena_zalloc(arena, (len < limit ? len : limit) + 1, sizeof(*row->cells));
	while (i < len && row->count < limit) {
		row->cells[row->count++] = (struct excerpt_cell){ i, row->shown.len, column };
		i += excerpt_add_char(row, line + i, len - i, &column);
	}
	row->cells[row->count] = (struct excerpt_cell){ i, row->shown.len, column };
}

/* The text after `count` characters; NULL when there are fewer. */
static const char *excerpt_skip(const char *line, size_t count)
{
	enum { SEQUENCE_MAX = 4 };

	for (; count > 0 && *line != '\0'; count--) {
		const size_t bytes =
			utf8_sequence((const unsigned char *)line, strnlen(line, SEQUENCE_MAX));

		line += bytes > 0 ? bytes : 1;
	}
	return count == 0 ? line : NULL;
}

/* ---- how far the value at the caret goes ---- */

/* The number of bytes of the quoted text that begins at `s`, both quotes included. */
static size_t excerpt_quoted_length(const char *s)
{
	size_t i = 1;

	for (; s[i] != '\0' && s[i] != s[0]; i++) {
		if (s[0] == '"' && s[i] == '\\' && s[i + 1] != '\0')
			i++;
	}
	return s[i] != '\0' ? i + 1 : i;
}

static bool excerpt_blank_or_end(char c)
{
	return c == '\0' || c == ' ' || c == '\t';
}

static bool excerpt_ends_plain(const char *s)
{
	if (s[0] == ']' || s[0] == '}')
		return true;
	if (s[0] == ':' || s[0] == ',')
		return excerpt_blank_or_end(s[1]);
	return excerpt_blank_or_end(s[0]) && s[1] == '#';
}

/*
 * The bytes of the key or value at `s`, at least 1. It only guides the eye, so a guess from
 * this line alone is good enough.
 */
static size_t excerpt_token_length(const char *s)
{
	size_t len = 0;

	if (*s == '"' || *s == '\'')
		return excerpt_quoted_length(s);
	if (strchr("{[|># \t", *s) != NULL || (*s == '-' && excerpt_blank_or_end(s[1])))
		return 1;
	while (s[len] != '\0' && !excerpt_ends_plain(s + len))
		len++;
	while (len > 0 && excerpt_blank_or_end(s[len - 1]))
		len--;
	return len > 0 ? len : 1;
}

/* The column behind the value that begins at character `at`. */
static unsigned excerpt_value_end(const struct excerpt_row *row, size_t at)
{
	size_t end = row->cells[at].raw + excerpt_token_length(row->line + row->cells[at].raw);
	size_t i = at + 1;

	while (i < row->count && row->cells[i].raw < end)
		i++;
	return row->cells[i].column;
}

/* ---- the part of the line that fits ---- */

/* The columns from..to of a row that are shown; an ellipsis takes one where it is cut. */
struct excerpt_window {
	unsigned from, to;
	unsigned first, last; /* what is left for text: first..last */
};

static struct excerpt_window excerpt_window_around(unsigned caret, unsigned total,
						   unsigned room)
{
	struct excerpt_window w = { 0, total, 0, total };

	if (total <= room)
		return w;
	w.from = caret < room * 2 / 3 ? 0 : caret - room / 3;
	if (w.from > total - room)
		w.from = total - room;
	w.to = w.from + room;
	w.first = w.from > 0 ? w.from + 1 : 0;
	w.last = w.to < total ? w.to - 1 : total;
	return w;
}

static void excerpt_write_text(FILE *out, const struct excerpt_row *row,
			       const struct excerpt_window *w)
{
	size_t begin = 0;

	while (begin < row->count && row->cells[begin].column < w->first)
		begin++;

	size_t end = begin;

	while (end < row->count && row->cells[end + 1].column <= w->last)
		end++;
	if (w->from > 0)
		fputs(ellipsis, out);
	/* Half of a wide character may have been cut off. */
	if (begin < end)
		screen_spaces(out, row->cells[begin].column - w->first);
	fwrite(text_str(&row->shown) + row->cells[begin].shown, 1,
	       row->cells[end].shown - row->cells[begin].shown, out);
	if (w->last < w->to)
		fputs(ellipsis, out);
	fputc('\n', out);
}

static void excerpt_write_gutter(FILE *out, const struct excerpt_style *style,
				 const char *number)
{
	struct text gutter = { 0 };

	text_printf(&gutter, "%*s |", EXCERPT_NUMBER_COLUMNS, number);
	screen_paint(out, style->screen, SCREEN_FRAME, text_str(&gutter));
	text_release(&gutter);
}

static void excerpt_write_caret(FILE *out, const struct excerpt_style *style,
				const struct excerpt_window *w, unsigned caret, unsigned end)
{
	struct text marks = { 0 };

	text_add_char(&marks, '^');
	for (unsigned i = caret + 1; i < end && i < w->last; i++)
		text_add_char(&marks, '~');
	screen_spaces(out, caret - w->from + 1);
	screen_paint(out, style->screen, style->caret, text_str(&marks));
	fputc('\n', out);
	text_release(&marks);
}

static struct excerpt_window excerpt_choose_window(const struct excerpt_row *row,
						   unsigned caret,
						   const struct excerpt_style *style,
						   unsigned gutter)
{
	enum { ROOM_MIN = 16 };
	unsigned total = row->cells[row->count].column;
	unsigned room = style->screen.width > gutter + ROOM_MIN ? style->screen.width - gutter
								: ROOM_MIN;

	return excerpt_window_around(caret, total > caret ? total : caret + 1, room);
}

static enum excerpt_shown excerpt_write_row(FILE *out, const struct excerpt_row *row,
					    struct pos pos, const struct excerpt_style *style)
{
	char number[16];
	size_t at = pos.column - 1;
	unsigned caret = row->cells[at].column;
	int digits = snprintf(number, sizeof(number), "%*u", EXCERPT_NUMBER_COLUMNS,
			      (unsigned)pos.line);
	struct excerpt_window w =
		excerpt_choose_window(row, caret, style, (unsigned)digits + 3);

	excerpt_write_gutter(out, style, number);
	if (row->count > 0)
		fputc(' ', out);
	excerpt_write_text(out, row, &w);
	memset(number, ' ', (size_t)digits);
	excerpt_write_gutter(out, style, number);
	excerpt_write_caret(out, style, &w, caret,
			    at < row->count ? excerpt_value_end(row, at) : caret);
	return w.from > 0 || w.last < w.to ? EXCERPT_CUT : EXCERPT_WHOLE;
}

enum excerpt_shown excerpt_write(FILE *out, const char *line, struct pos pos,
				 const struct excerpt_style *style)
{
	/* More of a long line than this on either side of the caret is never shown. */
	const size_t context =
		style->screen.width > CONTEXT_MIN ? style->screen.width : CONTEXT_MIN;
	const size_t skipped = pos.column > context + 1 ? pos.column - 1 - context : 0;
	const bool is_cut = strlen(line) >= CUT_BYTES;
	struct excerpt_row row = { 0 };
	struct arena arena;
	enum excerpt_shown shown = EXCERPT_NONE;

	arena_init(&arena);
	if (skipped > 0 && is_cut) {
		const char *rest = excerpt_skip(line, skipped);

		line = rest != NULL ? rest : "";
		pos.column -= (uint32_t)skipped;
	}
	excerpt_row_render(&row, line, is_cut ? 2 * context : SIZE_MAX - 1, &arena);
	if (pos.column > row.count + 1 && !is_cut)
		pos.column = (uint32_t)row.count + 1;
	if (pos.column >= 1 && pos.column <= row.count + 1)
		shown = excerpt_write_row(out, &row, pos, style);
	text_release(&row.shown);
	arena_release(&arena);
	return shown;
}

uint32_t excerpt_token_end(const char *line, uint32_t column)
{
	const size_t len = excerpt_trimmed_length(line);
	const char *at = column >= 1 ? excerpt_skip(line, column - 1) : NULL;
	const char *end;

	if (at == NULL || at > line + len)
		return 0;
	if (at == line + len)
		return column;
	end = at + excerpt_token_length(at);
	do {
		column++;
		at = excerpt_skip(at, 1);
	} while (at < end && at < line + len);
	return column;
}
