/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, their indentation and their keys. */
#include "cli/lsp/cursor.h"

#include <string.h>

#include "base/text.h"
#include "config/schema/schema.h"

/* A line taken apart: dashes of list items, then a key and a value. */
struct cursor_line {
	const char *text;
	size_t len;                        /* without its end, comments and blanks at its end */
	uint32_t dashes[CURSOR_DEPTH_MAX]; /* columns */
	uint32_t dash_count;
	uint32_t column; /* of what comes after them */
	const char *key; /* NULL: none */
	size_t key_len;
	size_t colon; /* its column */
	size_t value; /* column; len: none */
};

struct name_texts {
	ARRAY_OF(const char *) list;
};

static bool line_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The number of bytes before a comment and the blanks before it. */
static size_t line_content(const char *text, size_t len)
{
	char quote = '\0';
	size_t end = len;

	for (size_t i = 0; i < len; i++) {
		if (quote != '\0') {
			if (text[i] == quote)
				quote = '\0';
		} else if ((text[i] == '"' || text[i] == '\'') &&
			   (i == 0 || line_is_blank(text[i - 1]) || text[i - 1] == '[' ||
			    text[i - 1] == '{' || text[i - 1] == ',')) {
			quote = text[i];
		} else if (text[i] == '#' && (i == 0 || line_is_blank(text[i - 1]))) {
			end = i;
			break;
		}
	}
	while (end > 0 &&
	       (line_is_blank(text[end - 1]) || text[end - 1] == '\r' || text[end - 1] == '\n'))
		end--;
	return end;
}

/* The column after a key that begins at `from`, which is that of its colon; `len`: no key. */
static size_t line_key_end(const char *text, size_t from, size_t len)
{
	char quote =
		from < len && (text[from] == '"' || text[from] == '\'') ? text[from] : '\0';

	for (size_t i = from + (quote != '\0' ? 1 : 0); i < len; i++) {
		if (quote != '\0') {
			if (text[i] == quote)
				quote = '\0';
		} else if (text[i] == ':' && (i + 1 == len || line_is_blank(text[i + 1]))) {
			return i;
		} else if (text[i] == '{' || text[i] == '[') {
			return len;
		}
	}
	return len;
}

static void line_read(const struct document *document, uint32_t number,
		      struct cursor_line *line)
{
	const char *all = text_str(&document->text);
	const size_t from = document->lines[number];
	const size_t to = number + 1 < document->line_count ? document->lines[number + 1]
							    : document->text.len;
	size_t at = 0, colon;

	*line = (struct cursor_line){ .text = all + from };
	line->len = line_content(line->text, to - from);
	while (at < line->len && line->text[at] == ' ')
		at++;
	while (at < line->len && line->text[at] == '-' &&
	       (at + 1 == line->len || line->text[at + 1] == ' ') &&
	       line->dash_count < CURSOR_DEPTH_MAX) {
		line->dashes[line->dash_count++] = (uint32_t)at;
		at++;
		while (at < line->len && line->text[at] == ' ')
			at++;
	}
	line->column = (uint32_t)at;
	line->value = line->len;
	colon = line_key_end(line->text, at, line->len);
	if (colon >= line->len) {
		line->value = at;
		return;
	}
	line->key = line->text + at;
	line->key_len = colon - at;
	line->colon = colon;
	line->value = colon + 1;
	while (line->value < line->len && line_is_blank(line->text[line->value]))
		line->value++;
}

/* A text without its quotes, in the arena. */
static const char *line_text(struct arena *arena, const char *from, size_t len)
{
	while (len > 0 && line_is_blank(from[len - 1]))
		len--;
	if (len >= 2 && (from[0] == '"' || from[0] == '\'') && from[len - 1] == from[0])
		return arena_strndup(arena, from + 1, len - 2);
	return arena_strndup(arena, from, len);
}

static bool line_starts_document(const struct document *document, uint32_t number)
{
	return strncmp(text_str(&document->text) + document->lines[number], "---", 3) == 0;
}

/* Where the YAML document of the cursor is. */
static void cursor_bounds(struct cursor *cursor, const struct document *document)
{
	cursor->first = cursor->line;
	while (cursor->first > 0 && !line_starts_document(document, cursor->first))
		cursor->first--;
	cursor->end = cursor->line + 1;
	while (cursor->end < document->line_count &&
	       !line_starts_document(document, cursor->end))
		cursor->end++;
}

/* ---- the keys above ---- */

/* Puts a key in front of the path. */
static void cursor_prepend(struct cursor *cursor, const char *key)
{
	if (cursor->depth == CURSOR_DEPTH_MAX)
		return;
	memmove(cursor->path + 1, cursor->path, cursor->depth * sizeof(cursor->path[0]));
	cursor->path[0] = key;
	cursor->depth++;
}

/* Walks up from the line of the cursor; `column` is that of what the cursor is in, and `item`:
 * it is in an item of a list, whose key may have the same column. `item_line` gets the first
 * line of the outermost item, with its column, for the objects of lists. */
static void cursor_climb(struct cursor *cursor, const struct document *document,
			 uint32_t column, bool item, struct arena *arena)
{
	for (uint32_t number = cursor->line; number > cursor->first && (column > 0 || item);) {
		struct cursor_line line;

		number--;
		line_read(document, number, &line);
		if (line.len == 0)
			continue;
		if (line.key != NULL &&
		    (line.column < column || (item && line.column == column))) {
			cursor_prepend(cursor, line_text(arena, line.key, line.key_len));
			column = line.column;
			item = false;
		}
		for (uint32_t i = line.dash_count; i-- > 0;)
			if (line.dashes[i] < column) {
				column = line.dashes[i];
				item = true;
			}
	}
}

/* ---- the object ---- */

/* Adds the key of a line of the mapping at this column; false: the line ends the mapping,
 * or, going `up`, begins it. */
static bool cursor_add_sibling(const struct document *document, uint32_t number,
			       uint32_t column, bool up, struct arena *arena,
			       struct name_texts *out)
{
	struct cursor_line line;
	uint32_t begin;

	line_read(document, number, &line);
	if (line.len == 0)
		return true;
	begin = line.dash_count > 0 ? line.dashes[0] : line.column;
	if (!up && begin < column)
		return false;
	if (line.key != NULL && line.column == column)
		ARRAY_ADD(arena, &out->list, line_text(arena, line.key, line.key_len));
	return begin >= column;
}

/* The other keys of the mapping at this column around the line of the cursor. */
static const char *const *cursor_list_siblings(const struct cursor *cursor,
					       const struct document *document, uint32_t column,
					       bool first, struct arena *arena)
{
	struct name_texts keys = { 0 };
	uint32_t up = cursor->line;
	uint32_t down = cursor->line + 1;

	while (!first && up > cursor->first &&
	       cursor_add_sibling(document, --up, column, true, arena, &keys))
		;
	while (down < cursor->end &&
	       cursor_add_sibling(document, down, column, false, arena, &keys))
		down++;
	ARRAY_ADD(arena, &keys.list, NULL);
	return keys.list.items;
}

/* The value of a key at a column between two lines, or NULL. */
static const char *cursor_value_of(const struct document *document, uint32_t first,
				   uint32_t end, uint32_t column, const char *key,
				   struct arena *arena)
{
	for (uint32_t number = first; number < end; number++) {
		struct cursor_line line;

		line_read(document, number, &line);
		if (line.key != NULL && line.column == column && line.key_len == strlen(key) &&
		    strncmp(line.key, key, line.key_len) == 0 && line.value < line.len)
			return line_text(arena, line.text + line.value, line.len - line.value);
	}
	return NULL;
}

/* The object in the list `items` that has the line of the cursor: its lines and column. */
static uint32_t cursor_item(const struct cursor *cursor, const struct document *document,
			    uint32_t *first, uint32_t *end)
{
	uint32_t list = 0, column = 0;
	bool in = false;

	*first = cursor->first;
	*end = cursor->end;
	for (uint32_t number = cursor->first; number < cursor->end; number++) {
		struct cursor_line line;

		line_read(document, number, &line);
		if (!in) {
			in = line.key_len == 5 && line.column == 0 &&
			     strncmp(line.key, "items", 5) == 0;
			continue;
		}
		if (line.dash_count == 0)
			continue;
		if (column == 0)
			list = line.dashes[0];
		if (line.dashes[0] != list)
			continue;
		if (number > cursor->line) {
			*end = number;
			break;
		}
		*first = number;
		column = line.column;
	}
	return column;
}

static void cursor_find_kind(struct cursor *cursor, const struct document *document,
			     struct arena *arena)
{
	uint32_t first = cursor->first, end = cursor->end, column = 0;

	cursor->kind = cursor_value_of(document, first, end, 0, "kind", arena);
	if (cursor->kind != NULL && str_has_suffix(cursor->kind, "List") && cursor->depth > 0 &&
	    str_equal(cursor->path[0], "items")) {
		column = cursor_item(cursor, document, &first, &end);
		cursor->depth--;
		memmove(cursor->path, cursor->path + 1,
			cursor->depth * sizeof(cursor->path[0]));
		cursor->kind = cursor_value_of(document, first, end, column, "kind", arena);
	}
	cursor->api_version =
		cursor_value_of(document, first, end, column, "apiVersion", arena);
	if (cursor->kind != NULL && cursor->api_version != NULL)
		cursor->info = kind_find(cursor->kind, cursor->api_version);
	for (int i = 0; cursor->kind != NULL && cursor->api_version == NULL && i < KIND_COUNT;
	     i++)
		if (kind_table[i].ours && str_equal(kind_table[i].name, cursor->kind))
			cursor->info = &kind_table[i];
}

/* ---- what is under the cursor ---- */

/* In `{a: b, c: d}` on the line of the cursor: its key, and what is beside it. */
static void cursor_find_in_flow(struct cursor *cursor, const struct cursor_line *line,
				size_t at, size_t line_start, struct arena *arena)
{
	size_t from = at, to = at, colon;

	while (from > line->value && strchr("{[,", line->text[from - 1]) == NULL)
		from--;
	while (from < at && line_is_blank(line->text[from]))
		from++;
	while (to < line->len && strchr("}],", line->text[to]) == NULL)
		to++;
	if (line->key != NULL && cursor->depth < CURSOR_DEPTH_MAX)
		cursor->path[cursor->depth++] = line_text(arena, line->key, line->key_len);
	cursor->key = NULL;
	cursor->in_value = false;
	colon = line_key_end(line->text, from, to);
	cursor->word_start = line_start + from;
	cursor->from = line_start + from;
	cursor->to = line_start + to;
	if (colon < to) {
		cursor->key = line_text(arena, line->text + from, colon - from);
		cursor->in_value = at > colon;
		from = colon + 1;
		while (from < to && line_is_blank(line->text[from]))
			from++;
		cursor->value = line_text(arena, line->text + from, to - from);
		if (cursor->in_value)
			cursor->word_start = line_start + (from < at ? from : at);
		cursor->from = cursor->in_value ? line_start + from : cursor->from;
		cursor->to = cursor->in_value ? cursor->to : line_start + colon;
	} else if (memchr(line->text + line->value, '{', at - line->value) == NULL) {
		cursor->in_value = cursor->in_item = true; /* [a, b] */
	}
}

static void cursor_find_under(struct cursor *cursor, const struct cursor_line *line, size_t at,
			      size_t line_start, struct arena *arena)
{
	const bool has_value = line->value < line->len;

	if (line->key != NULL) {
		cursor->key = line_text(arena, line->key, line->key_len);
		cursor->value = has_value ? line_text(arena, line->text + line->value,
						      line->len - line->value)
					  : NULL;
		cursor->in_value = at > line->colon;
		cursor->from = line_start + (cursor->in_value ? line->value : line->column);
		cursor->to = line_start + (cursor->in_value ? line->len : line->colon);
		cursor->word_start = line_start + line->column;
		if (cursor->in_value)
			cursor->word_start =
				line_start + (has_value && line->value < at ? line->value : at);
		return;
	}
	cursor->from = cursor->word_start =
		line_start + (line->column < at ? line->column : at);
	cursor->to = line_start + (line->len > at ? line->len : at);
	if (has_value)
		cursor->value =
			line_text(arena, line->text + line->value, line->len - line->value);
	cursor->in_item = line->dash_count > 0;
}

void cursor_find(struct cursor *cursor, const struct document *document, size_t offset,
		 struct arena *arena)
{
	struct cursor_line line;
	uint32_t column, dashes;
	size_t start, at;

	*cursor = (struct cursor){
		.line = document_position(document, ENCODING_UTF8, offset).line
	};
	start = document->lines[cursor->line];
	at = offset - start;
	cursor_bounds(cursor, document);
	line_read(document, cursor->line, &line);
	column = line.len > 0 ? line.column : (uint32_t)at;
	dashes = line.dash_count;
	if (line.len > 0 && line.column > at && dashes == 0)
		column = (uint32_t)at;
	cursor->column = column;
	/* Items on the line of the cursor, from the inside. */
	cursor_climb(cursor, document, dashes > 0 ? line.dashes[0] : column, dashes > 0, arena);
	cursor_find_under(cursor, &line, at, start, arena);
	if (at >= line.value && at <= line.len && line.value < line.len &&
	    (line.text[line.value] == '{' || line.text[line.value] == '['))
		cursor_find_in_flow(cursor, &line, at, start, arena);
	cursor->siblings = cursor_list_siblings(cursor, document, column, dashes > 0, arena);
	cursor_find_kind(cursor, document, arena);
	cursor->word =
		arena_strndup(arena, text_str(&document->text) + cursor->word_start,
			      offset > cursor->word_start ? offset - cursor->word_start : 0);
}

/* ---- schemas ---- */

const struct schema *cursor_schema(const struct cursor *cursor)
{
	const struct schema *schema = cursor->info != NULL ? cursor->info->schema : NULL;
	const struct schema_field *field = NULL;

	for (uint32_t i = 0; i < cursor->depth && schema != NULL; i++) {
		if (field != NULL && field->type == FIELD_NAMED) {
			field = NULL; /* the key is a name */
			continue;
		}
		field = schema_find(schema, cursor->path[i]);
		schema = field != NULL ? field->schema : NULL;
	}
	return field != NULL && field->type == FIELD_NAMED ? NULL : schema;
}

const struct schema_field *cursor_field(const struct cursor *cursor)
{
	struct cursor above = *cursor;
	const struct schema *schema;

	if (cursor->key == NULL) { /* in an item of a list of plain values */
		if (cursor->depth == 0)
			return NULL;
		above.depth--;
		schema = cursor_schema(&above);
		return schema != NULL ? schema_find(schema, cursor->path[above.depth]) : NULL;
	}
	schema = cursor_schema(cursor);
	return schema != NULL ? schema_find(schema, cursor->key) : NULL;
}

bool cursor_is_below(const struct cursor *cursor, const char *path)
{
	uint32_t depth = cursor->depth;
	size_t end = strlen(path);

	while (end > 0) {
		size_t from = end;

		while (from > 0 && path[from - 1] != '.')
			from--;
		if (depth == 0 || strlen(cursor->path[depth - 1]) != end - from ||
		    strncmp(cursor->path[depth - 1], path + from, end - from) != 0)
			return false;
		depth--;
		end = from > 0 ? from - 1 : 0;
	}
	return true;
}

/* ---- outlines ---- */

/* The name in the metadata between two lines, and its line. */
static const char *cursor_outline_name(const struct document *document, uint32_t first,
				       uint32_t end, uint32_t column, struct arena *arena,
				       uint32_t *name_line)
{
	bool in = false;

	for (uint32_t number = first; number < end; number++) {
		struct cursor_line line;

		line_read(document, number, &line);
		if (line.key == NULL)
			continue;
		if (line.column <= column)
			in = line.key_len == 8 && strncmp(line.key, "metadata", 8) == 0;
		if (!in)
			continue;
		if (line.key_len == 4 && strncmp(line.key, "name", 4) == 0 &&
		    line.value < line.len) {
			*name_line = number;
			return line_text(arena, line.text + line.value, line.len - line.value);
		}
		if (line.column <= column && line.value < line.len) { /* {name: x, ...} */
			const char *flow =
				line_text(arena, line.text + line.value, line.len - line.value);
			const char *name = strstr(flow, "name:");

			if (name == NULL)
				continue;
			name += strlen("name:");
			name += strspn(name, " ");
			*name_line = number;
			return line_text(arena, name, strcspn(name, ",}"));
		}
	}
	return NULL;
}

void cursor_outline(const struct document *document, struct arena *arena, struct outlines *out)
{
	for (uint32_t first = 0; first < document->line_count;) {
		uint32_t end = first + 1;
		struct outline outline = { .first = first };

		while (end < document->line_count && !line_starts_document(document, end))
			end++;
		outline.end = end;
		outline.name_line = first;
		outline.kind = cursor_value_of(document, first, end, 0, "kind", arena);
		if (outline.kind != NULL) {
			outline.name = cursor_outline_name(document, first, end, 0, arena,
							   &outline.name_line);
			ARRAY_ADD(arena, &out->list, outline);
		}
		first = end;
	}
}
