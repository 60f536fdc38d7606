/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of lists and mappings as bytes of a file, and the lines that they are in: what all
 * fixes of parts ask about the text before they change it. (A1)
 */
#include "config/yaml/parts.h"

#include <string.h>

#include "base/text.h"

/* ---- lines ---- */

bool part_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool part_is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

size_t part_line_start(const struct layout *l, size_t at)
{
	while (at > l->from && !part_is_line_end(l->bytes[at - 1]))
		at--;
	return at;
}

bool part_is_first_on_line(const struct layout *l, size_t at)
{
	for (size_t i = part_line_start(l, at); i < at; i++)
		if (!part_is_blank(l->bytes[i]))
			return false;
	return true;
}

bool part_line_rest(const struct layout *l, size_t at, size_t *end)
{
	const size_t from = at;

	while (at < l->to && part_is_blank(l->bytes[at]))
		at++;
	if (at < l->to && l->bytes[at] == '#' && at > from)
		while (at < l->to && !part_is_line_end(l->bytes[at]))
			at++;
	*end = at;
	return at == l->to || part_is_line_end(l->bytes[at]);
}

size_t part_line_end_length(const struct layout *l, size_t at)
{
	if (at >= l->to || !part_is_line_end(l->bytes[at]))
		return 0;
	return l->bytes[at] == '\r' && at + 1 < l->to && l->bytes[at + 1] == '\n' ? 2 : 1;
}

const char *part_line_end(const struct layout *l, size_t at)
{
	static const char *const ends[] = { "\n", "\n", "\r\n" };
	size_t found = at;

	while (found < l->to && !part_is_line_end(l->bytes[found]))
		found++;
	if (found == l->to)
		for (found = l->from; found < l->to && !part_is_line_end(l->bytes[found]);)
			found++;
	if (part_line_end_length(l, found) == 1 && l->bytes[found] == '\r')
		return "\r";
	return ends[part_line_end_length(l, found)];
}

uint32_t part_column(const struct layout *l, size_t at)
{
	uint32_t column = 0;

	for (size_t i = part_line_start(l, at); i < at; i++)
		column += ((unsigned char)l->bytes[i] & 0xC0U) != 0x80U;
	return column;
}

void part_add_indentation(struct text *t, uint32_t column)
{
	for (uint32_t i = 0; i < column; i++)
		text_add_char(t, ' ');
}

/* ---- entries ---- */

uint32_t part_count(const struct layout_node *whole)
{
	return whole->type == LAYOUT_MAP ? whole->children.count / 2 : whole->children.count;
}

const struct layout_node *part_value(const struct layout *l, const struct layout_node *whole,
				     uint32_t i)
{
	return layout_node(l, whole->children.items[whole->type == LAYOUT_MAP ? 2 * i + 1 : i]);
}

/* The dash before an item; false when a comment is between them. */
static bool part_dash(const struct layout *l, size_t item, size_t *out)
{
	size_t at = item;

	while (at > l->from &&
	       (part_is_blank(l->bytes[at - 1]) || part_is_line_end(l->bytes[at - 1])))
		at--;
	if (at == l->from || l->bytes[at - 1] != '-')
		return false;
	*out = at - 1;
	return true;
}

bool part_of(const struct layout *l, const struct layout_node *whole, uint32_t i,
	     struct part *out)
{
	const struct layout_node *value, *key;
	size_t colon;

	if (i >= part_count(whole))
		return false;
	value = part_value(l, whole, i);
	out->to = value->to;
	if (whole->type == LAYOUT_LIST) {
		out->from = value->from;
		return whole->flow || part_dash(l, value->from, &out->from);
	}
	key = layout_node(l, whole->children.items[2 * i]);
	out->from = key->from;
	colon = key->to;
	while (colon < l->to && part_is_blank(l->bytes[colon]))
		colon++;
	return colon < l->to && l->bytes[colon] == ':' && value->to > colon;
}

bool part_is_referred_to(const struct layout *l, const struct part *part)
{
	for (uint32_t i = l->anchors ? layout_first(l, part->from) : l->nodes.count;
	     i < l->nodes.count && layout_node(l, i)->from < part->to; i++) {
		const struct layout_node *node = layout_node(l, i);

		if (node->anchor == NULL || node->type == LAYOUT_ALIAS)
			continue;
		ARRAY_FOREACH (const struct layout_node, alias, &l->nodes)
			if (alias->type == LAYOUT_ALIAS && alias->from >= part->to &&
			    str_equal(alias->anchor, node->anchor))
				return true;
	}
	return false;
}

/* ---- blank lines ---- */

size_t part_blank_lines_end(const struct layout *l, size_t at)
{
	while (at < l->to) {
		size_t next = at + part_line_end_length(l, at);

		while (next < l->to && part_is_blank(l->bytes[next]))
			next++;
		if (next == l->to || !part_is_line_end(l->bytes[next]))
			break;
		at = next;
	}
	return at;
}

bool part_keeps_blank_lines(const struct layout *l, const struct layout_node *value)
{
	size_t at;

	while (value->children.count > 0)
		value = layout_node(l, value->children.items[value->children.count - 1]);
	if (value->style != '|' && value->style != '>')
		return false;
	/* After an anchor and a tag; a digit may be before the plus sign. */
	at = value->from;
	while (at < l->to && l->bytes[at] != value->style)
		at++;
	at++;
	if (at < l->to && l->bytes[at] >= '1' && l->bytes[at] <= '9')
		at++;
	return at < l->to && l->bytes[at] == '+';
}

/* ---- brackets ---- */

bool part_gap_is_simple(const struct layout *l, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (!part_is_blank(l->bytes[i]) && !part_is_line_end(l->bytes[i]) &&
		    l->bytes[i] != ',')
			return false;
	return true;
}

const char *part_separator(const struct layout *l, const struct layout_node *whole,
			   const struct part *first, struct arena *arena)
{
	size_t from = first->from;

	while (from > whole->from && part_gap_is_simple(l, from - 1, from))
		from--;
	if (first->from > from && memchr(l->bytes + from, '\n', first->from - from) != NULL)
		return arena_strndup(arena, l->bytes + from, first->from - from);
	return " ";
}
