/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixes that move an entry from one mapping to another, or write one mapping several times.
 * (A1)
 *
 * What moves or is repeated keeps its bytes: its quotes, its comments and the order of its
 * entries; only the indentation of lines follows that of the place where they go. A comment at
 * the end of the line goes with an entry, comments in lines of their own before it stay. There
 * is no fix where an anchor is in what would move or be repeated, or where lines in brackets
 * would have to be indented anew.
 */
#include "config/yaml/fix_moves.h"

#include <stdlib.h>
#include <string.h>

#include "config/yaml/parts.h"

/* ---- lines elsewhere ---- */

/*
 * Adds bytes to a text, and shifts the lines after the first one: by columns to the right, or
 * to the left. False when a line has too few blanks for that.
 */
static bool move_add_lines(struct text *t, const struct layout *l, size_t from, size_t to,
			   int shift)
{
	for (size_t i = from; i < to;) {
		const bool starts = i > from && l->bytes[i - 1] == '\n';

		if (starts && !part_is_line_end(l->bytes[i])) {
			for (int n = 0; n < shift; n++)
				text_add_char(t, ' ');
			for (int n = 0; n > shift; n--)
				if (i == to || l->bytes[i++] != ' ')
					return false;
		}
		if (i < to)
			text_add_char(t, l->bytes[i++]);
	}
	return true;
}

static bool move_has_line_end(const struct layout *l, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (part_is_line_end(l->bytes[i]))
			return true;
	return false;
}

static bool move_has_anchor(const struct layout *l, const struct part *part)
{
	for (uint32_t i = layout_first(l, part->from);
	     i < l->nodes.count && layout_node(l, i)->from < part->to; i++)
		if (layout_node(l, i)->anchor != NULL &&
		    layout_node(l, i)->type != LAYOUT_ALIAS)
			return true;
	return false;
}

/* ---- moving ---- */

static const struct layout_node *move_parent(const struct layout *l,
					     const struct layout_node *node)
{
	return node->parent != 0 ? layout_node(l, node->parent - 1) : NULL;
}

/* The place of a key among the entries of a mapping; their count: it has none of this name. */
static uint32_t move_find(const struct layout *l, const struct layout_node *map,
			  const char *key, size_t len)
{
	uint32_t i = 0;

	for (; i < part_count(map); i++) {
		const char *text = layout_node(l, map->children.items[2 * i])->text;

		if (text != NULL && strlen(text) == len && memcmp(text, key, len) == 0)
			break;
	}
	return i;
}

/* Where an entry goes. */
struct move_target {
	const struct layout_node *map; /* it goes there */
	const char *name;              /* a mapping that has to be made there first; or NULL */
};

/* Follows the path of the fix from the object; false when it does not lead to a mapping. */
static bool move_find_target(const struct layout *l, const struct layout_node *from,
			     const struct fix *fix, struct move_target *out)
{
	const struct layout_node *map = from;
	const char *name = fix->value;

	for (uint32_t i = 0; i < fix->levels && map != NULL; i++)
		map = move_parent(l, map);
	while (map != NULL && map->type == LAYOUT_MAP && name[0] != '\0') {
		const size_t len = strcspn(name, ".");
		const uint32_t place = move_find(l, map, name, len);

		if (place == part_count(map)) {
			*out = (struct move_target){ map, name };
			return name[len] == '\0';
		}
		map = part_value(l, map, place);
		name += len + (name[len] == '.');
	}
	*out = (struct move_target){ map, NULL };
	return map != NULL && map->type == LAYOUT_MAP &&
	       move_find(l, map, fix->old, strlen(fix->old)) == part_count(map);
}

/* The entry as it is written at the new place; NULL: it cannot be. */
static const char *move_text(const struct layout *l, const struct layout_node *map, uint32_t i,
			     const struct part *part, size_t to,
			     const struct move_target *target, struct arena *arena)
{
	const struct layout_node *key = layout_node(l, map->children.items[2 * i]);
	const struct layout_node *value = part_value(l, map, i);
	const bool lines = move_has_line_end(l, part->from, part->to);
	const int extra = target->name != NULL ? 2 : 0;
	struct text t = { 0 };
	const char *text = NULL;
	struct part first = { 0, 0 };
	int column;
	bool fits = true;

	if ((!part_of(l, target->map, 0, &first) && part_count(target->map) > 0) ||
	    (lines && (map->flow || target->map->flow)))
		return NULL;
	column = (int)part_column(l, first.from) + extra;
	if (target->map->flow && value->type == LAYOUT_SCALAR && value->style == '\0' &&
	    value->text != NULL && strpbrk(value->text, ",[]{}") != NULL)
		return NULL;
	if (target->name != NULL && target->map->flow)
		text_printf(&t, fix_is_json(l, target->map) ? "\"%s\": {" : "%s: {",
			    target->name);
	else if (target->name != NULL) {
		text_printf(&t, "%s:%s", target->name, part_line_end(l, first.from));
		part_add_indentation(&t, (uint32_t)column);
	}
	if (lines) {
		fits = move_add_lines(&t, l, part->from, to,
				      column - (int)part_column(l, part->from));
	} else {
		text_add_bytes(&t, l->bytes + key->from, key->to - key->from);
		text_add(&t, ": ");
		text_add_bytes(&t, l->bytes + value->from, value->to - value->from);
		if (!target->map->flow)
			text_add_bytes(&t, l->bytes + part->to, to - part->to);
	}
	if (target->name != NULL && target->map->flow)
		text_add_char(&t, '}');
	if (fits)
		text = arena_strdup(arena, text_str(&t));
	text_release(&t);
	return text;
}

/* The whole mapping belongs elsewhere, and nothing is there yet: it gets that name. */
static bool move_renames(const struct layout *l, const struct layout_node *map,
			 const struct move_target *target)
{
	return target->name != NULL && part_count(map) == 1 &&
	       move_parent(l, map) == target->map;
}

bool fix_change_move(const struct layout *l, size_t at, const struct fix *fix,
		     struct arena *arena, struct fix_changes *out)
{
	const struct layout_node *key = layout_find(l, at, LAYOUT_SCALAR, LAYOUT_SCALAR);
	const struct layout_node *map = key != NULL ? move_parent(l, key) : NULL;
	struct fix_change removed, added;
	struct move_target target;
	const char *text;
	struct part part;
	size_t rest;

	if (map == NULL || map->type != LAYOUT_MAP || key->place % 2 != 0 ||
	    !str_equal(key->text, fix->old) || !part_of(l, map, key->place / 2, &part) ||
	    move_has_anchor(l, &part) || !move_find_target(l, map, fix, &target))
		return false;
	if (move_renames(l, map, &target)) {
		const struct layout_node *name =
			layout_node(l, target.map->children.items[map->place - 1]);
		const char *to = name->style != '\0'
					 ? fix_quoted(target.name, name->style, arena)
					 : target.name;

		fix_changes_add(out, (struct fix_change){ name->from, name->to, to });
		return name->anchor == NULL && map->anchor == NULL;
	}
	if (!fix_removal(l, map, key->place / 2, &removed))
		return false;
	if (!part_line_rest(l, part.to, &rest) || rest > removed.to)
		rest = part.to;
	text = move_text(l, map, key->place / 2, &part, rest, &target, arena);
	if (text == NULL || !fix_addition(l, target.map, text, arena, &added))
		return false;
	fix_changes_add(out, removed);
	fix_changes_add(out, added);
	return true;
}

/* ---- several instead of one ---- */

/* Adds the bytes with the value between two others of them. */
static void split_add_copy(struct text *t, const struct layout *l, const struct part *whole,
			   const struct part *value, const char *text, int shift)
{
	(void)move_add_lines(t, l, whole->from, value->from, shift);
	text_add(t, text);
	(void)move_add_lines(t, l, value->to, whole->to, shift);
}

/* An item of a list: the others follow it. */
static bool split_item(const struct layout *l, const struct layout_node *list, uint32_t i,
		       const struct part *value, char *const *texts, struct arena *arena,
		       struct fix_changes *out)
{
	struct text t = { 0 };
	struct part item, first;
	size_t rest;

	if (!part_of(l, list, i, &item) || !part_of(l, list, 0, &first) ||
	    (!list->flow && !part_line_rest(l, item.to, &rest)))
		return false;
	for (texts++; *texts != NULL; texts++) {
		if (list->flow) {
			text_printf(&t, ",%s", part_separator(l, list, &first, arena));
		} else {
			text_add(&t, part_line_end(l, item.to));
			part_add_indentation(&t, part_column(l, item.from));
		}
		split_add_copy(&t, l, &item, value, *texts, 0);
	}
	if (list->flow)
		rest = item.to;
	fix_changes_add(out,
			(struct fix_change){ rest, rest, arena_strdup(arena, text_str(&t)) });
	text_release(&t);
	return true;
}

/* A mapping of its own: it becomes a list of them, under another key. */
static bool split_alone(const struct layout *l, const struct layout_node *map,
			const struct part *value, const char *list_key, char *const *texts,
			struct arena *arena, struct fix_changes *out)
{
	const struct layout_node *parent = move_parent(l, map);
	const struct part whole = { map->from, map->to };
	const struct layout_node *key;
	struct text t = { 0 };

	if (parent == NULL || parent->type != LAYOUT_MAP || list_key == NULL ||
	    move_find(l, parent, list_key, strlen(list_key)) != part_count(parent) ||
	    (map->flow ? move_has_line_end(l, map->from, map->to)
		       : !part_is_first_on_line(l, map->from)))
		return false;
	key = layout_node(l, parent->children.items[map->place - 1]);
	fix_changes_add(out,
			(struct fix_change){ key->from, key->to,
					     key->style != '\0'
						     ? fix_quoted(list_key, key->style, arena)
						     : list_key });
	for (char *const *text = texts; *text != NULL; text++) {
		if (map->flow) {
			text_add(&t, text == texts ? "[" : ", ");
			split_add_copy(&t, l, &whole, value, *text, 0);
			continue;
		}
		if (text != texts) {
			text_add(&t, part_line_end(l, map->from));
			part_add_indentation(&t, part_column(l, map->from));
		}
		text_add(&t, "- ");
		split_add_copy(&t, l, &whole, value, *text, 2);
	}
	if (map->flow)
		text_add_char(&t, ']');
	fix_changes_add(out, (struct fix_change){ map->from, map->to,
						  arena_strdup(arena, text_str(&t)) });
	text_release(&t);
	return true;
}

/* The lines of a text, in quotes as the scalar is; ends with NULL. */
static char **split_texts(const struct layout_node *scalar, const char *lines,
			  struct arena *arena)
{
	enum { TEXTS_MAX = 64 };
	char **texts = arena_zalloc(arena, TEXTS_MAX + 1, sizeof(*texts));
	uint32_t count = 0;

	while (*lines != '\0' && count < TEXTS_MAX) {
		const size_t len = strcspn(lines, "\n");
		char *text = arena_strndup(arena, lines, len);
		const bool quotes = scalar->style != '\0' || !fix_is_plain(text);

		texts[count++] = quotes ? arena_strdup(arena, fix_quoted(text,
									 scalar->style != '\0'
										 ? scalar->style
										 : '"',
									 arena))
					: text;
		lines += len + (lines[len] == '\n');
	}
	return texts;
}

bool fix_change_split(const struct layout *l, size_t at, const struct fix *fix,
		      struct arena *arena, struct fix_changes *out)
{
	const struct layout_node *scalar = layout_find(l, at, LAYOUT_SCALAR, LAYOUT_SCALAR);
	const struct layout_node *map = scalar != NULL ? move_parent(l, scalar) : NULL;
	const struct layout_node *list = map != NULL ? move_parent(l, map) : NULL;
	struct part value, whole;
	char **texts;

	if (list == NULL || map->type != LAYOUT_MAP || !str_equal(scalar->text, fix->old) ||
	    scalar->style == '|' || scalar->style == '>' ||
	    move_has_line_end(l, scalar->from, scalar->to))
		return false;
	value = (struct part){ scalar->from, scalar->to };
	whole = (struct part){ map->from, map->to };
	texts = split_texts(scalar, fix->value, arena);
	if (move_has_anchor(l, &whole))
		return false;
	if (list->type != LAYOUT_LIST)
		return split_alone(l, map, &value, fix->key, texts, arena, out);
	fix_changes_add(out, (struct fix_change){ value.from, value.to, texts[0] });
	return split_item(l, list, map->place, &value, texts, arena, out);
}

/* ---- several changes of one text ---- */

static int changes_compare(const void *left, const void *right)
{
	const struct fix_change *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

/* Joins a change with one that begins where it ends, or in the lines that it takes out. */
static bool changes_join_two(struct fix_change *a, const struct fix_change *b,
			     const char *bytes, struct arena *arena)
{
	const bool lines = a->text[0] == '\0' && a->to > a->from &&
			   (a->from == 0 || part_is_line_end(bytes[a->from - 1]));
	const bool within = lines && b->from == b->to;
	const size_t rest = b->to < a->to ? a->to - b->to : 0;
	const char *text = b->text;

	if (b->from != a->to && !within)
		return false;
	if (within && part_is_line_end(text[0]))
		text += text[0] == '\r' && text[1] == '\n' ? 2 : 1;
	a->text = arena_printf(arena, "%s%s%.*s", a->text, text, (int)rest, bytes + b->to);
	a->to = b->to + rest;
	return true;
}

bool fix_changes_join(struct fix_changes *changes, const char *bytes, struct arena *arena)
{
	uint32_t kept = 0;

	qsort(changes->items, changes->count, sizeof(changes->items[0]), changes_compare);
	for (uint32_t i = 0; i < changes->count; i++) {
		const struct fix_change *change = &changes->items[i];
		struct fix_change *last = kept > 0 ? &changes->items[kept - 1] : NULL;

		if (change->from == change->to && change->text[0] == '\0')
			continue;
		if (last == NULL || change->from > last->to)
			changes->items[kept++] = *change;
		else if (!changes_join_two(last, change, bytes, arena))
			return false;
	}
	changes->count = kept;
	return !changes->overflow;
}
