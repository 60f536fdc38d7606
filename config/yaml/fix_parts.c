/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixes that add or remove entries of lists and mappings. (A1)
 *
 * An entry in lines of its own goes with these lines and the comment at their end; comments in
 * other lines stay. In brackets an entry goes with one comma. What is added follows the last
 * entry of its list or mapping, is indented and quoted as the entries there are, and has the
 * line end of the line before. Where the text is laid out in a way that this cannot keep (a
 * comment between the brackets' entries, an anchor that is used elsewhere, keys after a
 * question mark) there is no fix.
 */
#include "config/yaml/fix_parts.h"

#include <string.h>

#include "base/text.h"
#include "config/yaml/parts.h"

bool fix_is_of_parts(enum fix_kind kind)
{
	return kind >= FIX_REMOVE;
}

/* ---- removing ---- */

static bool part_remove_flow(const struct layout *l, const struct layout_node *whole,
			     uint32_t i, const struct part *part, struct fix_change *out)
{
	struct part other;
	size_t comma = part->to;

	*out = (struct fix_change){ part->from, part->to, "" };
	if (i + 1 < part_count(whole)) {
		if (!part_of(l, whole, i + 1, &other))
			return false;
		out->to = other.from;
		return part_gap_is_simple(l, part->to, other.from);
	}
	if (i > 0) {
		if (!part_of(l, whole, i - 1, &other))
			return false;
		out->from = other.to;
		return part_gap_is_simple(l, other.to, part->from);
	}
	while (comma < l->to && part_gap_is_simple(l, comma, comma + 1) &&
	       l->bytes[comma] != ',')
		comma++;
	if (comma < l->to && l->bytes[comma] == ',')
		out->to = comma + 1;
	return true;
}

/* The key that a list or mapping is the value of; NULL: of none in lines. */
static const struct layout_node *part_key_of(const struct layout *l,
					     const struct layout_node *whole)
{
	const struct layout_node *parent =
		whole->parent != 0 ? layout_node(l, whole->parent - 1) : NULL;

	if (parent == NULL || parent->type != LAYOUT_MAP || whole->place % 2 == 0)
		return NULL;
	return layout_node(l, parent->children.items[whole->place - 1]);
}

/* The only entry of a list or mapping without brackets: it becomes empty ones, which go to the
 * line of the key where no comment is in the way. */
static void part_remove_only(const struct layout *l, const struct layout_node *whole,
			     const struct part *part, struct fix_change *out)
{
	const struct layout_node *key = part_key_of(l, whole);
	const char *brackets = whole->type == LAYOUT_MAP ? " {}" : " []";
	size_t colon = key != NULL ? key->to : part->from;

	while (colon < part->from && part_is_blank(l->bytes[colon]))
		colon++;
	if (key != NULL && part_gap_is_simple(l, colon + 1, part->from))
		*out = (struct fix_change){ colon + 1, part->to, brackets };
	else
		/* A list may be as far left as its key, brackets may not. */
		*out = (struct fix_change){ part->from, part->to,
					    brackets + (key == NULL ||
							part_column(l, part->from) >
								part_column(l, key->from)) };
}

/*
 * The labels or annotations of an object, which go with their last entry: without any, the
 * object is the same, and nobody writes empty ones. Comments in lines of their own keep them.
 */
static bool part_goes_whole(const struct layout *l, const struct layout_node *whole,
			    const struct part *part)
{
	const struct layout_node *key = part_key_of(l, whole);

	return key != NULL && part_count(layout_node(l, whole->parent - 1)) > 1 &&
	       part_count(whole) == 1 &&
	       str_in(key->text, (const char *const[]){ "labels", "annotations", NULL }) &&
	       memchr(l->bytes + key->to, '#', part->from - key->to) == NULL &&
	       memchr(l->bytes + part->to, '#', whole->to - part->to) == NULL;
}

/* An entry that begins after a dash, or after the mark of the document, and is not the last. */
static bool part_remove_first(const struct layout *l, const struct layout_node *whole,
			      const struct part *part, size_t rest, struct fix_change *out)
{
	struct part next;
	size_t before = part->from;

	if (part_count(whole) < 2 || !part_of(l, whole, 1, &next))
		return false;
	*out = (struct fix_change){ part->from, next.from, "" };
	if (part_gap_is_simple(l, rest, next.from))
		return true;
	/* Comments in lines of their own stay: so does the dash. */
	while (before > l->from && part_is_blank(l->bytes[before - 1]))
		before--;
	*out = (struct fix_change){ before, rest, "" };
	return before > l->from && l->bytes[before - 1] == '-';
}

bool fix_removal(const struct layout *l, const struct layout_node *whole, uint32_t i,
		 struct fix_change *out)
{
	struct part part;
	size_t rest;

	if (!part_of(l, whole, i, &part) || part_is_referred_to(l, &part))
		return false;
	if (part_goes_whole(l, whole, &part) &&
	    fix_removal(l, layout_node(l, whole->parent - 1), whole->place / 2, out))
		return true;
	if (whole->flow)
		return part_remove_flow(l, whole, i, &part, out);
	if (part_count(whole) == 1) {
		part_remove_only(l, whole, &part, out);
		return true;
	}
	if (!part_line_rest(l, part.to, &rest))
		return false;
	if (!part_is_first_on_line(l, part.from))
		return i == 0 && part_remove_first(l, whole, &part, rest, out);
	*out = (struct fix_change){ part_line_start(l, part.from),
				    rest + part_line_end_length(l, rest), "" };
	/* Blank lines after it would go over to the entry before. */
	return i == 0 || part_blank_lines_end(l, rest) == rest ||
	       !part_keeps_blank_lines(l, part_value(l, whole, i - 1));
}

/* In place of the entry of the fix the one beside it with the key of the fix; where there is
 * none, nothing changes. */
static bool part_remove_beside(const struct layout *l, const struct layout_node *map,
			       const char *key, struct fix_change *out)
{
	*out = (struct fix_change){ map->to, map->to, "" };
	for (uint32_t i = 0; i < part_count(map); i++)
		if (str_equal(layout_node(l, map->children.items[2 * i])->text, key))
			return fix_removal(l, map, i, out);
	return true;
}

/* The entry of a mapping whose key or value is at the byte: the innermost, as an entry may have
 * the name of the mapping that begins with it. Or the item of a list that is there: a scalar
 * that is what was read, or anything. */
static bool part_remove_at(const struct layout *l, size_t at, const struct fix *fix,
			   struct fix_change *out)
{
	const bool item = fix->kind == FIX_REMOVE_ITEM;
	const struct layout_node *found = NULL;

	for (uint32_t i = layout_first(l, at);
	     i < l->nodes.count && layout_node(l, i)->from == at && !(item && found != NULL);
	     i++) {
		const struct layout_node *node = layout_node(l, i);
		const struct layout_node *parent, *named = node;

		if (node->parent == 0)
			continue;
		parent = layout_node(l, node->parent - 1);
		if (parent->type != (item ? LAYOUT_LIST : LAYOUT_MAP))
			continue;
		if (!item)
			named = layout_node(l, parent->children.items[node->place / 2 * 2]);
		if ((item && fix->old == NULL) || str_equal(named->text, fix->old))
			found = node;
	}
	if (found != NULL && fix->key != NULL)
		return part_remove_beside(l, layout_node(l, found->parent - 1), fix->key, out);
	return found != NULL && fix_removal(l, layout_node(l, found->parent - 1),
					    item ? found->place : found->place / 2, out);
}

/* ---- adding ---- */

/* True when the first scalar of what is in brackets has the quotes of JSON. */
static bool part_begins_as_json(const struct layout *l, const struct layout_node *node)
{
	while (node->flow && node->children.count > 0)
		node = layout_node(l, node->children.items[0]);
	return node->style == '"';
}

bool fix_is_json(const struct layout *l, const struct layout_node *whole)
{
	const struct layout_node *root = layout_node(l, 0);

	return whole->flow &&
	       (part_begins_as_json(l, whole) || (root->flow && part_begins_as_json(l, root)));
}

/* Adds JSON as YAML has it: without quotes where a text is a string without them. */
static void part_add_value(struct text *t, const char *json, bool keep, struct arena *arena)
{
	while (*json != '\0') {
		const char *end = *json == '"' ? strchr(json + 1, '"') : NULL;
		const char *word;

		if (keep || end == NULL) {
			text_add_char(t, *json++);
			continue;
		}
		word = arena_strndup(arena, json + 1, (size_t)(end - json) - 1);
		text_add(t, fix_is_plain(word) ? word : fix_quoted(word, '"', arena));
		json = end + 1;
	}
}

/* Where an entry in brackets ends with a comma after it; 0: there is no comma. */
static size_t part_comma(const struct layout *l, size_t at)
{
	while (at < l->to && part_is_blank(l->bytes[at]))
		at++;
	return at < l->to && l->bytes[at] == ',' ? at + 1 : 0;
}

static bool part_add_flow(const struct layout *l, const struct layout_node *whole,
			  const char *text, struct arena *arena, struct fix_change *out)
{
	const uint32_t count = part_count(whole);
	const char *separator;
	struct part first, last;
	size_t comma, rest;

	if (count == 0) {
		size_t open = whole->to - 1;

		while (open > whole->from && part_gap_is_simple(l, open - 1, open))
			open--;
		*out = (struct fix_change){ open, whole->to - 1, text };
		return strchr("[{", l->bytes[open - 1]) != NULL;
	}
	if (!part_of(l, whole, 0, &first) || !part_of(l, whole, count - 1, &last))
		return false;
	separator = part_separator(l, whole, &first, arena);
	comma = part_comma(l, last.to);
	*out = (struct fix_change){ last.to, last.to,
				    arena_printf(arena, ",%s%s", separator, text) };
	/* Another comma, followed by a comment about the entry before. */
	if (comma != 0 && separator[0] != ' ' && part_line_rest(l, comma, &rest))
		*out = (struct fix_change){ rest, rest,
					    arena_printf(arena, "%s%s,", separator, text) };
	return true;
}

/* Lines of its own after the last entry, or before the first one. */
static bool part_add_line(const struct layout *l, const struct layout_node *whole,
			  const char *text, bool in_front, struct arena *arena,
			  struct fix_change *out)
{
	const uint32_t count = part_count(whole);
	struct text t = { 0 };
	struct part first, last;
	size_t at;

	if (count == 0 || !part_of(l, whole, 0, &first) ||
	    !part_of(l, whole, count - 1, &last) || !part_line_rest(l, last.to, &at))
		return false;
	if (part_keeps_blank_lines(l, part_value(l, whole, count - 1)))
		at = part_blank_lines_end(l, at);
	if (in_front)
		text_add(&t, text);
	text_add(&t, part_line_end(l, in_front ? first.from : at));
	part_add_indentation(&t, part_column(l, first.from));
	if (!in_front)
		text_add(&t, text);
	if (in_front)
		at = first.from;
	*out = (struct fix_change){ at, at, arena_strdup(arena, text_str(&t)) };
	text_release(&t);
	return true;
}

bool fix_addition(const struct layout *l, const struct layout_node *whole, const char *text,
		  struct arena *arena, struct fix_change *out)
{
	return whole->flow ? part_add_flow(l, whole, text, arena, out)
			   : part_add_line(l, whole, text, false, arena, out);
}

static bool part_append(const struct layout *l, size_t at, const struct fix *fix,
			struct arena *arena, struct fix_change *out)
{
	const struct layout_node *list = layout_find(l, at, LAYOUT_LIST, LAYOUT_LIST);
	const struct layout_node *last;
	struct text t = { 0 };
	const char *text;

	if (list == NULL)
		return false;
	last = list->children.count > 0 ? part_value(l, list, list->children.count - 1) : NULL;
	if (!list->flow)
		text_add(&t, "- ");
	if (last != NULL && last->type == LAYOUT_SCALAR &&
	    (last->style == '"' || last->style == '\'') && fix->value[0] == '"')
		text_add(&t, fix_quoted(arena_strndup(arena, fix->value + 1,
						      strlen(fix->value) - 2),
					last->style, arena));
	else
		part_add_value(&t, fix->value, fix_is_json(l, list), arena);
	text = arena_strdup(arena, text_str(&t));
	text_release(&t);
	return fix_addition(l, list, text, arena, out);
}

/* True when a value has this key in its mapping; with NULL: when it is in none. */
static bool part_has_key(const struct layout *l, const struct layout_node *node,
			 const char *key)
{
	const struct layout_node *parent =
		node->parent != 0 ? layout_node(l, node->parent - 1) : NULL;

	if (parent == NULL || parent->type != LAYOUT_MAP)
		return key == NULL;
	return str_equal(layout_node(l, parent->children.items[node->place - 1])->text, key);
}

static bool part_add_entry(const struct layout *l, size_t at, const struct fix *fix,
			   struct arena *arena, struct fix_change *out)
{
	const struct layout_node *map = layout_find(l, at, LAYOUT_MAP, LAYOUT_MAP);
	struct text t = { 0 };
	const char *text;
	bool json;

	if (map == NULL || !part_has_key(l, map, fix->old))
		return false;
	for (uint32_t i = 0; i < map->children.count; i += 2)
		if (str_equal(layout_node(l, map->children.items[i])->text, fix->key))
			return false;
	json = fix_is_json(l, map);
	text_add(&t, json ? fix_quoted(fix->key, '"', arena) : fix->key);
	text_add(&t, ": ");
	part_add_value(&t, fix->value, json, arena);
	text = arena_strdup(arena, text_str(&t));
	text_release(&t);
	if (str_equal(fix->key, "apiVersion") && !map->flow)
		return part_add_line(l, map, text, true, arena, out);
	return fix_addition(l, map, text, arena, out);
}

/* ---- a list of one ---- */

/* A mapping in lines becomes the only item of a list: they are indented by two. */
static bool part_wrap_lines(const struct layout *l, const struct layout_node *map,
			    struct arena *arena, struct fix_change *out)
{
	struct text t = { 0 };

	if (!part_is_first_on_line(l, map->from) || map->anchor != NULL)
		return false;
	text_add(&t, "- ");
	for (size_t i = map->from; i < map->to; i++) {
		const bool starts = i > map->from && l->bytes[i - 1] == '\n';

		if (starts && !part_is_line_end(l->bytes[i]))
			text_add(&t, "  ");
		text_add_char(&t, l->bytes[i]);
	}
	*out = (struct fix_change){ map->from, map->to, arena_strdup(arena, text_str(&t)) };
	text_release(&t);
	return true;
}

static bool part_wrap(const struct layout *l, size_t at, struct arena *arena,
		      struct fix_change *out)
{
	const struct layout_node *node = layout_find(l, at, LAYOUT_MAP, LAYOUT_SCALAR);
	const char *old;

	if (node == NULL || node->anchor != NULL || node->style == '|' || node->style == '>')
		return false;
	if (node->type == LAYOUT_MAP && !node->flow)
		return part_wrap_lines(l, node, arena, out);
	old = arena_strndup(arena, l->bytes + node->from, node->to - node->from);
	if (node->type == LAYOUT_SCALAR && node->style == '\0' &&
	    strpbrk(old, ",[]{}\n") != NULL)
		old = fix_quoted(node->text, '"', arena);
	*out = (struct fix_change){ node->from, node->to, arena_printf(arena, "[%s]", old) };
	return node->to > node->from;
}

bool fix_change_parts(const struct layout *layout, size_t at, const struct fix *fix,
		      struct arena *arena, struct fix_change *out)
{
	switch (fix->kind) {
	case FIX_REMOVE:
	case FIX_REMOVE_ITEM:
		return part_remove_at(layout, at, fix, out);
	case FIX_APPEND:
		return part_append(layout, at, fix, arena, out);
	case FIX_ADD:
		return part_add_entry(layout, at, fix, arena, out);
	case FIX_WRAP:
		return part_wrap(layout, at, arena, out);
	case FIX_MOVE:
	case FIX_SPLIT:
	case FIX_NONE:
	case FIX_VALUE:
	case FIX_PLAIN:
	case FIX_QUOTE:
	case FIX_KEY:
	case FIX_LITERAL:
		break;
	}
	return false;
}
