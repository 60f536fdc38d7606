/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a document is written: the events of libyaml with their marks turned into bytes. A file
 * is cut at its document markers, so that a broken document does not hide the others.
 */
#include "config/yaml/layout.h"

#include <string.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/text.h"

enum { LAYOUT_BYTES_MAX = 16 << 20 };

/* ---- one document ---- */

static bool layout_is_marker(const char *line, size_t len)
{
	return len >= 3 && (memcmp(line, "---", 3) == 0 || memcmp(line, "...", 3) == 0) &&
	       (len == 3 || strchr(" \t\r\n", line[3]) != NULL);
}

/* The document around `at`: from a marker, or the start of the file, to the next one. */
static void layout_cut(struct layout *l, size_t len, size_t at)
{
	static const char mark[] = "\xEF\xBB\xBF";
	const char *end;

	l->from = at;
	do {
		while (l->from > 0 && l->bytes[l->from - 1] != '\n')
			l->from--;
		if (l->from == 0 || layout_is_marker(l->bytes + l->from, len - l->from))
			break;
	} while (l->from-- > 0);
	if (len - l->from >= strlen(mark) &&
	    memcmp(l->bytes + l->from, mark, strlen(mark)) == 0)
		l->from += strlen(mark);
	l->to = at;
	while (l->to < len) {
		end = memchr(l->bytes + l->to, '\n', len - l->to);
		l->to = end != NULL ? (size_t)(end - l->bytes) + 1 : len;
		if (layout_is_marker(l->bytes + l->to, len - l->to))
			return;
	}
}

/* ---- marks ---- */

/* The byte of a character that libyaml counted, found from the one before. */
struct layout_cursor {
	size_t index;
	size_t at;
};

static bool layout_is_inside(const struct layout *l, size_t at)
{
	return ((unsigned char)l->bytes[at] & 0xC0U) == 0x80U;
}

static size_t layout_byte(const struct layout *l, struct layout_cursor *cursor, size_t index)
{
	while (cursor->index < index && cursor->at < l->to) {
		cursor->at++;
		while (cursor->at < l->to && layout_is_inside(l, cursor->at))
			cursor->at++;
		cursor->index++;
	}
	while (cursor->index > index && cursor->at > l->from) {
		cursor->at--;
		while (cursor->at > l->from && layout_is_inside(l, cursor->at))
			cursor->at--;
		cursor->index--;
	}
	return cursor->at;
}

/* ---- events ---- */

struct layout_reading {
	struct layout *layout;
	struct arena *arena;
	struct layout_cursor cursor;
	uint32_t open; /* the list or mapping that is being read: its number plus 1; 0: none */
};

static char layout_style(yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return '\'';
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return '"';
	case YAML_LITERAL_SCALAR_STYLE:
		return '|';
	case YAML_FOLDED_SCALAR_STYLE:
		return '>';
	case YAML_ANY_SCALAR_STYLE:
	case YAML_PLAIN_SCALAR_STYLE:
		break;
	}
	return '\0';
}

static struct layout_node *layout_add(struct layout_reading *r, enum layout_type type,
				      const yaml_event_t *event, const yaml_char_t *anchor)
{
	struct layout *l = r->layout;
	const uint32_t number = l->nodes.count;
	struct layout_node *node = ARRAY_PUSH(r->arena, &l->nodes);

	node->type = type;
	node->from = layout_byte(l, &r->cursor, event->start_mark.index);
	node->to = layout_byte(l, &r->cursor, event->end_mark.index);
	node->parent = r->open;
	l->anchors = l->anchors || anchor != NULL;
	if (anchor != NULL)
		node->anchor = arena_strdup(r->arena, (const char *)anchor);
	if (r->open != 0) {
		struct layout_node *parent = &l->nodes.items[r->open - 1];

		node->place = parent->children.count;
		ARRAY_ADD(r->arena, &parent->children, number);
	}
	return node;
}

static void layout_add_scalar(struct layout_reading *r, const yaml_event_t *event)
{
	struct layout_node *node =
		layout_add(r, LAYOUT_SCALAR, event, event->data.scalar.anchor);

	node->style = layout_style(event->data.scalar.style);
	node->text = arena_strndup(r->arena, (const char *)event->data.scalar.value,
				   event->data.scalar.length);
	if (node->style != '|' && node->style != '>')
		return;
	/* Up to the end of its last line. */
	while (node->to > node->from && strchr(" \r\n", r->layout->bytes[node->to - 1]) != NULL)
		node->to--;
}

static void layout_open_part(struct layout_reading *r, enum layout_type type,
			     const yaml_event_t *event, const yaml_char_t *anchor, bool flow)
{
	layout_add(r, type, event, anchor)->flow = flow;
	r->open = r->layout->nodes.count;
}

static void layout_close_part(struct layout_reading *r, const yaml_event_t *event)
{
	struct layout *l = r->layout;
	struct layout_node *node = &l->nodes.items[r->open - 1];

	if (node->flow)
		node->to = layout_byte(l, &r->cursor, event->end_mark.index);
	else if (node->children.count > 0)
		node->to = l->nodes.items[node->children.items[node->children.count - 1]].to;
	r->open = node->parent;
}

static void layout_take(struct layout_reading *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		(void)layout_add(r, LAYOUT_ALIAS, event, event->data.alias.anchor);
		break;
	case YAML_SCALAR_EVENT:
		layout_add_scalar(r, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		layout_open_part(r, LAYOUT_LIST, event, event->data.sequence_start.anchor,
				 event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
		break;
	case YAML_MAPPING_START_EVENT:
		layout_open_part(r, LAYOUT_MAP, event, event->data.mapping_start.anchor,
				 event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		layout_close_part(r, event);
		break;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
}

static bool layout_parse(struct layout *l, struct arena *arena)
{
	struct layout_reading reading = { .layout = l,
					  .arena = arena,
					  .cursor = { 0, l->from } };
	yaml_parser_t parser;
	yaml_event_t event;
	bool fine = true, over = false;

	memset(&l->nodes, 0, sizeof(l->nodes));
	l->anchors = false;
	if (l->to - l->from > LAYOUT_BYTES_MAX)
		return false;
	if (yaml_parser_initialize(&parser) == 0)
		mem_exhausted();
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)l->bytes + l->from,
				     l->to - l->from);
	while (fine && !over) {
		fine = yaml_parser_parse(&parser, &event) != 0;
		if (!fine)
			break;
		over = event.type == YAML_STREAM_END_EVENT;
		layout_take(&reading, &event);
		yaml_event_delete(&event);
	}
	if (parser.error == YAML_MEMORY_ERROR)
		mem_exhausted();
	yaml_parser_delete(&parser);
	return fine && l->nodes.count > 0;
}

const struct layout_node *layout_node(const struct layout *layout, uint32_t number)
{
	return &layout->nodes.items[number];
}

uint32_t layout_first(const struct layout *layout, size_t at)
{
	uint32_t low = 0, high = layout->nodes.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (layout->nodes.items[middle].from < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct layout_node *layout_find(const struct layout *layout, size_t at,
				      enum layout_type type, enum layout_type or_type)
{
	for (uint32_t i = layout_first(layout, at); i < layout->nodes.count; i++) {
		const struct layout_node *node = layout_node(layout, i);

		if (node->from != at)
			break;
		if (node->type == type || node->type == or_type)
			return node;
	}
	return NULL;
}

const struct layout_node *layout_literal(const struct layout *l, size_t at)
{
	const uint32_t after = layout_first(l, at);
	const struct layout_node *node = after > 0 ? layout_node(l, after - 1) : NULL;

	return node != NULL && node->style == '|' && at < node->to ? node : NULL;
}

bool layout_has(const struct layout *layout, size_t at)
{
	return layout->bytes != NULL && at >= layout->from && at < layout->to;
}

bool layout_read(struct layout *layout, const char *bytes, size_t len, size_t at,
		 struct arena *arena)
{
	layout->bytes = bytes;
	layout_cut(layout, len, at);
	return layout_parse(layout, arena);
}

bool layout_read_literal(struct layout *layout, const struct layout *document,
			 const struct layout_node *literal, struct arena *arena)
{
	const char *bytes = document->bytes;
	const char *line = memchr(bytes + literal->from, '\n', literal->to - literal->from);

	layout->bytes = bytes;
	layout->from = literal->from;
	layout->to = literal->to;
	if (line == NULL)
		return false;
	/* All of its lines are indented alike: that is a document. */
	layout->from = (size_t)(line - bytes) + 1;
	line = memchr(bytes + literal->to, '\n', document->to - literal->to);
	if (line != NULL)
		layout->to = (size_t)(line - bytes) + 1;
	return layout_parse(layout, arena);
}
