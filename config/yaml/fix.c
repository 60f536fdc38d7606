/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the place of a finding to bytes of its file, and back to text. (A1)
 *
 * What adds and removes entries is in fix_parts.c. Any other fix replaces one scalar on one
 * line: a key or a value, plain or in quotes, after its anchor and tag. Everything around it
 * stays: comments, line ends, a byte order mark, indentation. The new text keeps the quotes of
 * the old one; a plain scalar stays plain where the new text is read as a string without
 * quotes. The bytes at the place must be what was read, or there is no fix: values on
 * several lines or in block style are left to the author.
 */
#include "config/yaml/fix.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/yaml/fix_parts.h"
#include "config/yaml/tree.h"

/* ---- reading ---- */

char *fix_read_source(struct sources *sources, struct arena *arena, uint32_t index,
		      size_t *bytes)
{
	FILE *file = source_open(sources, index);
	struct text all = { 0 };
	const bool whole =
		file != NULL && text_add_stream(&all, file, SOURCE_BYTES_MAX) == TEXT_READ_ALL;

	source_close(sources, arena, index, file);
	if (!whole)
		text_release(&all);
	*bytes = all.len;
	return all.data;
}

/* A file in memory, and how far its lines were counted: fixes come in order. */
struct fix_file {
	const char *bytes;
	size_t len;
	uint32_t line; /* that begins at `at` */
	size_t at;
	struct layout layout; /* of the document that was asked for last */
	bool laid_out;        /* it was read */
	struct arena arena;   /* of the layout */
};

/* The byte of a place, as the parser counts lines and columns; false when there is none. */
static bool fix_find(struct fix_file *f, struct pos pos, size_t *out)
{
	size_t at;

	if (pos.line < f->line) {
		f->line = 1;
		f->at = 0;
	}
	while (f->line < pos.line && f->at < f->len) {
		const char c = f->bytes[f->at++];

		if (c == '\r' && f->at < f->len && f->bytes[f->at] == '\n')
			f->at++;
		f->line += c == '\r' || c == '\n';
	}
	at = f->at;
	if (f->line != pos.line || pos.column == 0)
		return false;
	if (f->len - at >= 3 && memcmp(f->bytes + at, "\xEF\xBB\xBF", 3) == 0)
		at += 3;
	for (uint32_t column = 1; column < pos.column; column++) {
		const size_t n =
			utf8_sequence((const unsigned char *)f->bytes + at, f->len - at);

		if (n == 0 || f->bytes[at] == '\n' || f->bytes[at] == '\r')
			return false;
		at += n;
	}
	*out = at;
	return at < f->len;
}

/* ---- the scalar at a place ---- */

struct fix_scalar {
	size_t from, to; /* its bytes, with its quotes */
	char quote;      /* 0: plain */
};

static bool fix_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Passes over an anchor and a tag; false when the line ends with them. */
static bool fix_pass_properties(const struct fix_file *f, size_t *at)
{
	while (*at < f->len && (f->bytes[*at] == '&' || f->bytes[*at] == '!')) {
		while (*at < f->len && strchr(" \t\r\n", f->bytes[*at]) == NULL)
			++*at;
		while (*at < f->len && fix_is_blank(f->bytes[*at]))
			++*at;
	}
	return *at < f->len && f->bytes[*at] != '\n' && f->bytes[*at] != '\r';
}

/* What may come after a scalar on its line. */
static bool fix_ends_at(const struct fix_file *f, size_t at)
{
	size_t next = at;

	if (at == f->len || strchr("\r\n,]}:", f->bytes[at]) != NULL)
		return true;
	while (next < f->len && fix_is_blank(f->bytes[next]))
		next++;
	return next > at && (next == f->len || strchr("\r\n#,]}:", f->bytes[next]) != NULL);
}

static bool fix_find_scalar(const struct fix_file *f, size_t at, const char *old,
			    struct fix_scalar *out)
{
	const size_t len = strlen(old);
	size_t from;

	if (!fix_pass_properties(f, &at))
		return false;
	from = at;
	out->quote = f->bytes[at] == '"' || f->bytes[at] == '\'' ? f->bytes[at] : '\0';
	at += out->quote != '\0';
	if (f->len - at < len || memcmp(f->bytes + at, old, len) != 0 ||
	    strchr(old, '\n') != NULL)
		return false;
	/* What is escaped in a quoted text is not found: its bytes differ. */
	if (out->quote != '\0' && (strchr(old, out->quote) != NULL ||
				   (out->quote == '"' && strchr(old, '\\') != NULL)))
		return false;
	at += len;
	if (out->quote != '\0' && (at == f->len || f->bytes[at++] != out->quote))
		return false;
	out->from = from;
	out->to = at;
	return at > from && fix_ends_at(f, at);
}

/* ---- the new text ---- */

bool fix_is_plain(const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789./_-^$()+*|\\";
	struct tree_node node = { 0 };
	const size_t len = strlen(text);

	for (const char *p = text; *p != '\0'; p++) {
		const bool colon = *p == ':' && p > text && p[1] != '\0';

		if (!colon && strchr(safe, *p) == NULL)
			return false;
	}
	if (len == 0 || strchr("-*|", text[0]) != NULL)
		return false;
	scalar_resolve(&node, text);
	return node.type == TREE_STRING;
}

const char *fix_quoted(const char *value, char quote, struct arena *arena)
{
	struct text t = { 0 };
	const char *copy;

	text_add_char(&t, quote);
	for (const char *p = value; *p != '\0'; p++) {
		if (*p == quote || (quote == '"' && *p == '\\'))
			text_add_char(&t, quote == '"' ? '\\' : quote);
		text_add_char(&t, *p);
	}
	text_add_char(&t, quote);
	copy = arena_strdup(arena, text_str(&t));
	text_release(&t);
	return copy;
}

/* NULL: it cannot be written on one line. */
static const char *fix_render(const struct fix *fix, char quote, struct arena *arena)
{
	for (const char *p = fix->value; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			return NULL;
	switch (fix->kind) {
	case FIX_PLAIN:
		return quote != '\0' ? arena_strdup(arena, fix->value) : NULL;
	case FIX_LITERAL:
		return quote == '\0' ? arena_strdup(arena, fix->value) : NULL;
	case FIX_QUOTE:
		return quote == '\0' ? fix_quoted(fix->value, '"', arena) : NULL;
	case FIX_VALUE:
	case FIX_KEY:
		if (quote != '\0')
			return fix_quoted(fix->value, quote, arena);
		return fix_is_plain(fix->value) ? arena_strdup(arena, fix->value)
						: fix_quoted(fix->value, '"', arena);
	case FIX_NONE:
	case FIX_REMOVE:
	case FIX_REMOVE_ITEM:
	case FIX_APPEND:
	case FIX_ADD:
	case FIX_WRAP:
		break;
	}
	return NULL;
}

/* ---- all of them ---- */

/* Moves a place, whose byte is `at`, to another byte of the file. */
static struct pos fix_move(const struct fix_file *f, struct pos pos, size_t at, size_t to)
{
	size_t start = to;

	for (; at < to; at++)
		pos.line += f->bytes[at] == '\n' ||
			    (f->bytes[at] == '\r' &&
			     (at + 1 == f->len || f->bytes[at + 1] != '\n'));
	for (; at > to; at--)
		pos.line -=
			f->bytes[at - 1] == '\n' ||
			(f->bytes[at - 1] == '\r' && (at == f->len || f->bytes[at] != '\n'));
	while (start > 0 && f->bytes[start - 1] != '\n' && f->bytes[start - 1] != '\r')
		start--;
	if (to - start >= 3 && memcmp(f->bytes + start, "\xEF\xBB\xBF", 3) == 0)
		start += 3;
	pos.column = 1;
	for (size_t i = start; i < to; i++)
		pos.column += ((unsigned char)f->bytes[i] & 0xC0U) != 0x80U;
	return pos;
}

static const struct layout *fix_lay_out(struct fix_file *f, size_t at)
{
	if (!layout_has(&f->layout, at)) {
		arena_release(&f->arena);
		arena_init(&f->arena);
		f->laid_out = layout_read(&f->layout, f->bytes, f->len, at, &f->arena);
	}
	return f->laid_out ? &f->layout : NULL;
}

/* The same of a text in quotes, on one line, that has escapes. */
static bool fix_find_escaped(struct fix_file *f, size_t at, const char *old,
			     struct fix_scalar *out)
{
	const struct layout *layout = fix_lay_out(f, at);
	const struct layout_node *node =
		layout != NULL ? layout_find(layout, at, LAYOUT_SCALAR, LAYOUT_SCALAR) : NULL;

	if (node == NULL || node->style == '\0' || f->bytes[node->from] != node->style ||
	    node->style == '|' || node->style == '>' || !str_equal(node->text, old) ||
	    memchr(f->bytes + node->from, '\n', node->to - node->from) != NULL)
		return false;
	*out = (struct fix_scalar){ node->from, node->to, node->style };
	return true;
}

/* The change of a scalar; false when the fix does not do. */
static bool fix_change_scalar(struct fix_file *f, size_t at, const struct fix *fix,
			      struct arena *arena, struct fix_change *out)
{
	struct fix_scalar scalar;

	if (!fix_find_scalar(f, at, fix->old, &scalar) &&
	    !fix_find_escaped(f, at, fix->old, &scalar))
		return false;
	*out = (struct fix_change){ scalar.from, scalar.to,
				    fix_render(fix, scalar.quote, arena) };
	return out->text != NULL;
}

static bool fix_locate(struct fix_file *f, struct finding *finding, struct arena *arena)
{
	struct fix *fix = &finding->fix;
	const struct pos pos = fix->at.source != 0 ? fix->at : finding->place.pos;
	const struct layout *layout;
	struct fix_change change;
	struct pos end;
	size_t at;

	if (pos.source != finding->place.pos.source || !fix_find(f, pos, &at))
		return false;
	if (fix_is_of_parts(fix->kind)) {
		layout = fix_lay_out(f, at);
		if (layout == NULL || !fix_change_parts(layout, at, fix, arena, &change))
			return false;
	} else if (!fix_change_scalar(f, at, fix, arena, &change)) {
		return false;
	}
	fix->text = change.text;
	fix->offset = change.from;
	fix->bytes = (uint32_t)(change.to - change.from);
	fix->from = fix_move(f, pos, at, change.from);
	end = fix_move(f, fix->from, change.from, change.to);
	fix->end_line = end.line;
	fix->end_column = end.column;
	return !(strlen(fix->text) == fix->bytes &&
		 memcmp(fix->text, f->bytes + change.from, fix->bytes) == 0);
}

/* Findings with a fix, by source: those of one are chained. */
struct fix_queue {
	uint32_t first, last; /* index of a finding plus 1 */
};

void fix_locate_all(struct finding_sink *findings, struct sources *sources, struct arena *arena)
{
	struct fix_queue *queues;
	uint32_t *next;

	if (sources->list.count == 0 || findings->count == 0)
		return;
	queues = arena_zalloc(arena, sources->list.count, sizeof(*queues));
	next = arena_zalloc(arena, findings->count, sizeof(*next));
	for (uint32_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->items[i];
		struct fix_queue *queue;

		if (f->fix.kind == FIX_NONE || f->place.pos.source == 0)
			continue;
		queue = &queues[f->place.pos.source - 1];
		if (queue->last != 0)
			next[queue->last - 1] = i + 1;
		else
			queue->first = i + 1;
		queue->last = i + 1;
	}
	for (uint32_t s = 0; s < sources->list.count; s++) {
		const struct source *source = &sources->list.items[s];
		struct fix_file file = { .line = 1 };
		char *bytes = NULL;

		/* A text that stands for no file is made by a load: nobody can write it. */
		const bool made = source->text != NULL &&
				  source_text_find(sources, source->name) != source->text &&
				  !str_equal(source->name, "<stdin>");

		if (queues[s].first != 0 && source->bundle == 0 && !source->aside && !made)
			bytes = fix_read_source(sources, arena, s, &file.len);
		file.bytes = bytes;
		arena_init(&file.arena);
		for (uint32_t i = queues[s].first; i != 0; i = next[i - 1]) {
			struct finding *f = &findings->items[i - 1];

			if (bytes == NULL || !fix_locate(&file, f, arena))
				f->fix = (struct fix){ .kind = FIX_NONE };
		}
		free(bytes);
		arena_release(&file.arena);
	}
	for (uint32_t i = 0; i < findings->count; i++)
		if (findings->items[i].place.pos.source == 0)
			findings->items[i].fix = (struct fix){ .kind = FIX_NONE };
}
