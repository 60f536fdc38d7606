/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the place of a finding to bytes of its file, and back to text. (A1)
 *
 * What adds and removes entries is in fix_parts.c, what moves them in fix_moves.c. Any other
 * fix replaces one scalar on one line: a key or a value, plain or in quotes, after its anchor
 * and tag. Everything around it stays: comments, line ends, a byte order mark, indentation. The
 * new text keeps the quotes of the old one; a plain scalar stays plain where the new text is
 * read as a string without quotes. The bytes at the place must be what was read, or there is no
 * fix: values on several lines or in block style are left to the author.
 */
#include "config/yaml/fix.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/yaml/fix_moves.h"
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

/* What was laid out last, and whether it could be read. */
struct fix_layout {
	struct layout layout;
	struct arena arena; /* of the layout */
	bool read;
};

/* A file in memory, and how far its lines and columns were counted: fixes come in order. */
struct fix_file {
	const char *bytes;
	size_t len;
	uint32_t line, column; /* of the character at `at` */
	size_t at;
	struct fix_layout document;
	struct fix_layout literal; /* a block scalar, which its document stays beside */
};

/* The byte of a place, as the parser counts lines and columns; false when there is none. */
static bool fix_find(struct fix_file *f, struct pos pos, size_t *out)
{
	static const char mark[] = "\xEF\xBB\xBF"; /* of the order of bytes: no column */

	if (pos.line < f->line || (pos.line == f->line && pos.column < f->column)) {
		f->line = f->column = 1;
		f->at = 0;
	}
	while (f->line < pos.line && f->at < f->len) {
		const char c = f->bytes[f->at++];

		if (c == '\r' && f->at < f->len && f->bytes[f->at] == '\n')
			f->at++;
		if (c != '\r' && c != '\n')
			continue;
		f->line++;
		f->column = 1;
	}
	if (f->line != pos.line || pos.column == 0)
		return false;
	if (f->column == 1 && f->len - f->at >= strlen(mark) &&
	    memcmp(f->bytes + f->at, mark, strlen(mark)) == 0)
		f->at += strlen(mark);
	for (; f->column < pos.column; f->column++) {
		const size_t n =
			utf8_sequence((const unsigned char *)f->bytes + f->at, f->len - f->at);

		if (n == 0 || f->bytes[f->at] == '\n' || f->bytes[f->at] == '\r')
			return false;
		f->at += n;
	}
	*out = f->at;
	return f->at < f->len;
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

/* True when it is a string without quotes, and neither a number nor a truth value. */
static bool fix_is_text(const char *text)
{
	struct tree_node node = { 0 };

	scalar_resolve(&node, text);
	return node.type == TREE_STRING;
}

bool fix_is_plain(const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789./_-^$()+*|\\";
	const size_t len = strlen(text);

	for (const char *p = text; *p != '\0'; p++) {
		const bool colon = *p == ':' && p > text && p[1] != '\0';

		if (!colon && strchr(safe, *p) == NULL)
			return false;
	}
	if (len == 0 || strchr("-*|", text[0]) != NULL)
		return false;
	return fix_is_text(text);
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
	case FIX_MOVE:
	case FIX_SPLIT:
		break;
	}
	return NULL;
}

/* ---- all of them ---- */

static bool fix_is_line_end(const struct fix_file *f, size_t at)
{
	return f->bytes[at] == '\n' ||
	       (f->bytes[at] == '\r' && (at + 1 == f->len || f->bytes[at + 1] != '\n'));
}

static bool fix_is_character(const struct fix_file *f, size_t at)
{
	return ((unsigned char)f->bytes[at] & 0xC0U) != 0x80U;
}

/* The column of a byte, from the start of its line, where a byte order mark has none. */
static uint32_t fix_column(const struct fix_file *f, size_t at)
{
	uint32_t column = 1;
	size_t start = at;

	while (start > 0 && !fix_is_line_end(f, start - 1))
		column += fix_is_character(f, --start);
	if (at - start >= 3 && memcmp(f->bytes + start, "\xEF\xBB\xBF", 3) == 0)
		column--;
	return column;
}

/* Moves a place, whose byte is `at`, to another byte of the file. Lines are counted anew only
 * where they are left backwards. */
static struct pos fix_move(const struct fix_file *f, struct pos pos, size_t at, size_t to)
{
	const uint32_t line = pos.line;

	for (; at < to; at++) {
		pos.column = fix_is_line_end(f, at) ? 1 : pos.column + fix_is_character(f, at);
		pos.line += fix_is_line_end(f, at);
	}
	for (; at > to; at--) {
		pos.column -= fix_is_character(f, at - 1);
		pos.line -= fix_is_line_end(f, at - 1);
	}
	if (pos.line < line)
		pos.column = fix_column(f, to);
	return pos;
}

static void fix_clear_layout(struct fix_layout *l)
{
	arena_release(&l->arena);
	arena_init(&l->arena);
}

/* The document around a byte, or the YAML in the literal block scalar there; NULL: it cannot be
 * read. */
static const struct layout *fix_lay_out(struct fix_file *f, size_t at)
{
	struct fix_layout *document = &f->document, *inner = &f->literal;
	const struct layout_node *literal;

	if (!layout_has(&document->layout, at)) {
		fix_clear_layout(document);
		document->read =
			layout_read(&document->layout, f->bytes, f->len, at, &document->arena);
	}
	if (!document->read)
		return NULL;
	literal = layout_literal(&document->layout, at);
	if (literal == NULL)
		return &document->layout;
	if (!layout_has(&inner->layout, at)) {
		fix_clear_layout(inner);
		inner->read = layout_read_literal(&inner->layout, &document->layout, literal,
						  &inner->arena);
	}
	return inner->read ? &inner->layout : NULL;
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

/* True when the scalar is in a document, or in brackets, that are JSON. */
static bool fix_is_in_json(struct fix_file *f, size_t at)
{
	const struct layout *layout = fix_lay_out(f, at);
	const struct layout_node *node =
		layout != NULL ? layout_find(layout, at, LAYOUT_SCALAR, LAYOUT_SCALAR) : NULL;

	return node != NULL && node->parent != 0 &&
	       fix_is_json(layout, layout_node(layout, node->parent - 1));
}

/* What YAML has without quotes, as JSON has it. */
static const char *fix_render_json(const char *text, struct arena *arena)
{
	struct tree_node node = { 0 };

	scalar_resolve(&node, text);
	if (node.type == TREE_BOOL)
		return node.u.boolean ? "true" : "false";
	if (node.type == TREE_INT)
		return arena_printf(arena, "%" PRId64, node.u.integer);
	return fix_quoted(text, '"', arena);
}

/* The change of a scalar; false when the fix does not do. */
static bool fix_change_scalar(struct fix_file *f, size_t at, const struct fix *fix,
			      struct arena *arena, struct fix_change *out)
{
	struct fix_scalar scalar;
	const char *text;

	if (!fix_find_scalar(f, at, fix->old, &scalar) &&
	    !fix_find_escaped(f, at, fix->old, &scalar))
		return false;
	text = fix_render(fix, scalar.quote, arena);
	if (text != NULL && strchr("\"'", text[0]) == NULL &&
	    (scalar.quote != '\0' || !fix_is_text(fix->old)) && fix_is_in_json(f, at))
		text = fix_render_json(text, arena);
	*out = (struct fix_change){ scalar.from, scalar.to, text };
	return text != NULL;
}

/* Where a fix of the finding is: in its file, or nowhere. */
static struct pos fix_place_of(const struct finding *finding, const struct fix *fix)
{
	const uint32_t source = finding->place.pos.source;

	if (fix->at.source == 0)
		return finding->place.pos;
	return fix->at.source == source ? fix->at : (struct pos){ .source = source };
}

static struct pos fix_place(const struct finding *finding)
{
	return fix_place_of(finding, &finding->fix);
}

/* Adds what a fix changes without the others that are part of it. */
static bool fix_change_one(struct fix_file *f, size_t at, const struct fix *fix,
			   struct arena *arena, struct fix_changes *out)
{
	struct fix_change change;
	const struct layout *layout;

	if (!fix_is_of_parts(fix->kind)) {
		if (!fix_change_scalar(f, at, fix, arena, &change))
			return false;
		fix_changes_add(out, change);
		return true;
	}
	layout = fix_lay_out(f, at);
	if (layout == NULL)
		return false;
	if (fix->kind == FIX_MOVE)
		return fix_change_move(layout, at, fix, arena, out);
	if (fix->kind == FIX_SPLIT)
		return fix_change_split(layout, at, fix, arena, out);
	if (!fix_change_parts(layout, at, fix, arena, &change))
		return false;
	fix_changes_add(out, change);
	return true;
}

/* What a change is in the file; `pos` is the place of the byte `at`. */
static struct fix_edit fix_edit_of(const struct fix_file *f, const struct fix_change *change,
				   struct pos pos, size_t at)
{
	struct fix_edit edit = { .text = change->text,
				 .offset = change->from,
				 .bytes = (uint32_t)(change->to - change->from) };
	struct pos end;

	edit.from = fix_move(f, pos, at, change->from);
	end = fix_move(f, edit.from, change->from, change->to);
	edit.end_line = end.line;
	edit.end_column = end.column;
	return edit;
}

static bool fix_changes_something(const struct fix_file *f, const struct fix_changes *changes)
{
	for (uint32_t i = 0; i < changes->count; i++) {
		const struct fix_change *change = &changes->items[i];
		const size_t bytes = change->to - change->from;

		if (strlen(change->text) != bytes ||
		    memcmp(change->text, f->bytes + change->from, bytes) != 0)
			return true;
	}
	return false;
}

static bool fix_locate(struct fix_file *f, struct finding *finding, struct arena *arena)
{
	struct fix *fix = &finding->fix;
	struct fix_changes changes = { .count = 0 };
	const struct pos pos = fix_place(finding);
	struct fix_edit *edits;
	size_t at, first;

	if (!fix_find(f, pos, &first))
		return false;
	for (const struct fix *part = fix; part != NULL; part = part->also)
		if (!fix_find(f, fix_place_of(finding, part), &at) ||
		    !fix_change_one(f, at, part, arena, &changes))
			return false;
	if (!fix_changes_join(&changes, f->bytes, arena) || !fix_changes_something(f, &changes))
		return false;
	edits = arena_alloc(arena, changes.count * sizeof(*edits));
	for (uint32_t i = 0; i < changes.count; i++)
		edits[i] = fix_edit_of(f, &changes.items[i], pos, first);
	fix->edits = edits;
	fix->edit_count = changes.count;
	return true;
}

static int fix_compare_places(const void *left, const void *right)
{
	const struct finding *const *a = left, *const *b = right;

	return pos_compare(fix_place(*a), fix_place(*b));
}

/* The bytes of a source that fixes can be written to, to be freed; NULL: there is none. */
static char *fix_read_fixable(struct sources *sources, struct arena *arena, uint32_t index,
			      size_t *len)
{
	const struct source *source = &sources->list.items[index];
	/* A text that stands for no file is made by a load: nobody can write it. */
	const bool made = source->text != NULL &&
			  source_text_find(sources, source->name) != source->text &&
			  !str_equal(source->name, "<stdin>");

	if (source->bundle != 0 || (source->aside && !source->layer) || made)
		return NULL;
	return fix_read_source(sources, arena, index, len);
}

void fix_locate_all(struct finding_sink *findings, struct sources *sources, struct arena *arena)
{
	struct finding **fixable;
	uint32_t count = 0;

	if (findings->count == 0)
		return;
	fixable = arena_alloc(arena, findings->count * sizeof(struct finding *));
	for (uint32_t i = 0; i < findings->count; i++) {
		struct finding *f = &findings->items[i];

		if (f->fix.kind != FIX_NONE && f->place.pos.source != 0)
			fixable[count++] = f;
		else
			f->fix = (struct fix){ .kind = FIX_NONE };
	}
	if (count > 0)
		qsort(fixable, count, sizeof(struct finding *), fix_compare_places);
	for (uint32_t i = 0, end; i < count; i = end) {
		const uint32_t source = fixable[i]->place.pos.source;
		struct fix_file file = { .line = 1, .column = 1 };
		char *bytes = fix_read_fixable(sources, arena, source - 1, &file.len);

		file.bytes = bytes;
		arena_init(&file.document.arena);
		arena_init(&file.literal.arena);
		for (end = i; end < count && fixable[end]->place.pos.source == source; end++)
			if (bytes == NULL || !fix_locate(&file, fixable[end], arena))
				fixable[end]->fix = (struct fix){ .kind = FIX_NONE };
		free(bytes);
		arena_release(&file.document.arena);
		arena_release(&file.literal.arena);
	}
}
