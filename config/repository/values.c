/* SPDX-License-Identifier: Apache-2.0 */
/* Trees that are made: merging, dotted paths, and YAML inside of scalars. (I4, I5) */
#include "config/repository/values.h"

#include <errno.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/objects/parse.h"

/* ---- nodes ---- */

static struct tree_node *values_node(struct arena *arena, struct pos pos, enum tree_type type)
{
	struct tree_node *node = arena_zalloc(arena, 1, sizeof(*node));

	node->type = type;
	node->weight = 1;
	node->pos = pos;
	return node;
}

struct tree_node *values_map(struct arena *arena, struct pos pos)
{
	return values_node(arena, pos, TREE_MAP);
}

struct tree_node *values_list(struct arena *arena, struct pos pos)
{
	return values_node(arena, pos, TREE_LIST);
}

struct tree_node *values_text(struct arena *arena, struct pos pos, const char *text)
{
	struct tree_node *node = values_node(arena, pos, TREE_STRING);

	node->text = text;
	return node;
}

static void values_set_at(struct arena *arena, struct tree_node *map, const char *key,
			  struct pos key_pos, const struct tree_node *value)
{
	struct tree_entry *entry = ARRAY_PUSH(arena, &map->u.map);

	*entry = (struct tree_entry){ .key = key, .key_pos = key_pos, .value = value };
}

void values_set(struct arena *arena, struct tree_node *map, const char *key,
		const struct tree_node *value)
{
	if (value == NULL)
		return;
	for (uint32_t i = 0; i < map->u.map.count; i++) {
		if (!str_equal(map->u.map.items[i].key, key))
			continue;
		map->u.map.items[i].value = value;
		return;
	}
	values_set_at(arena, map, key, value->pos, value);
}

void values_set_text(struct arena *arena, struct tree_node *map, const char *key,
		     const char *text)
{
	if (text != NULL)
		values_set(arena, map, key, values_text(arena, map->pos, text));
}

void values_add(struct arena *arena, struct tree_node *list, const struct tree_node *item)
{
	ARRAY_ADD(arena, &list->u.list, item);
}

/* ---- merging ---- */

/* The entries of a mapping that count, by key. */
struct values_index {
	const struct tree_entry **items;
	uint32_t count;
};

static int values_compare_keys(const void *left, const void *right)
{
	const struct tree_entry *const *a = left, *const *b = right;

	return strcmp((*a)->key, (*b)->key);
}

static struct values_index values_index(struct arena *arena, const struct tree_node *map)
{
	struct values_index index = { NULL, 0 };

	if (map == NULL || map->type != TREE_MAP || map->u.map.count == 0)
		return index;
	index.items = arena_alloc(arena, map->u.map.count * sizeof(struct tree_entry *));
	ARRAY_FOREACH (const struct tree_entry, entry, &map->u.map)
		if (!entry->shadowed)
			index.items[index.count++] = entry;
	array_sort(index.items, index.count, sizeof(*index.items), values_compare_keys);
	return index;
}

static const struct tree_entry *values_entry(const struct values_index *index, const char *key)
{
	const struct tree_entry wanted = { .key = key }, *const at = &wanted;
	const struct tree_entry *const *found =
		index->count == 0 ? NULL
				  : bsearch(&at, index->items, index->count,
					    sizeof(*index->items), values_compare_keys);

	return found != NULL ? *found : NULL;
}

static const struct tree_node *values_merge_at(struct arena *arena,
					       const struct tree_node *base,
					       const struct tree_node *over, unsigned depth)
{
	struct values_index old, new;
	struct tree_node *out;

	if (over == NULL)
		return base;
	if (over->type != TREE_MAP)
		return over;
	if (depth > VALUES_DEPTH_MAX)
		return over;
	old = values_index(arena, base);
	new = values_index(arena, over);
	out = values_map(arena, base != NULL && base->type == TREE_MAP ? base->pos : over->pos);
	ARRAY_RESERVE(arena, &out->u.map, old.count + new.count);
	for (uint32_t i = 0; base != NULL && base->type == TREE_MAP && i < base->u.map.count;
	     i++) {
		const struct tree_entry *entry = &base->u.map.items[i];

		if (!entry->shadowed && values_entry(&new, entry->key) == NULL)
			values_set_at(arena, out, entry->key, entry->key_pos, entry->value);
	}
	ARRAY_FOREACH (const struct tree_entry, entry, &over->u.map) {
		const struct tree_entry *under = values_entry(&old, entry->key);

		if (entry->shadowed || entry->value->type == TREE_NULL)
			continue;
		values_set_at(arena, out, entry->key, entry->key_pos,
			      values_merge_at(arena, under != NULL ? under->value : NULL,
					      entry->value, depth + 1));
	}
	return out;
}

const struct tree_node *values_merge(struct arena *arena, const struct tree_node *base,
				     const struct tree_node *over)
{
	return values_merge_at(arena, base, over, 0);
}

/* ---- dotted paths ---- */

const struct tree_node *values_set_path(struct arena *arena, const struct tree_node *base,
					const char *path, const struct tree_node *value)
{
	const char *end = path + strlen(path);

	if (value == NULL)
		return base;

	for (unsigned depth = 0; end > path && depth < VALUES_DEPTH_MAX; depth++) {
		const char *start = end;
		struct tree_node *map = values_map(arena, value->pos);

		while (start > path && start[-1] != '.')
			start--;
		values_set(arena, map, arena_strndup(arena, start, (size_t)(end - start)),
			   value);
		value = map;
		end = start > path ? start - 1 : path;
	}
	return values_merge(arena, base, value);
}

/* The item of a list that is set: others stay, and those that are missing before it are null.
 */
static const struct tree_node *values_set_item(struct arena *arena,
					       const struct tree_node *base, size_t index,
					       const struct tree_node *value)
{
	struct tree_node *list = values_list(arena, value->pos);
	const uint32_t count = base != NULL && base->type == TREE_LIST ? base->u.list.count : 0;

	for (uint32_t i = 0; i < count || i <= index; i++)
		values_add(arena, list,
			   i == index  ? value
			   : i < count ? base->u.list.items[i]
				       : values_node(arena, value->pos, TREE_NULL));
	return list;
}

/* The mapping with a key set, or without it where the value is null. `at`: where a key that is
 * new is written. */
static const struct tree_node *values_set_key(struct arena *arena, const struct tree_node *base,
					      const char *key, struct pos at,
					      const struct tree_node *value)
{
	const bool is_map = base != NULL && base->type == TREE_MAP;
	struct tree_node *map = values_map(arena, is_map ? base->pos : value->pos);

	ARRAY_RESERVE(arena, &map->u.map, (is_map ? base->u.map.count : 0) + 1);
	if (is_map)
		ARRAY_FOREACH (const struct tree_entry, entry, &base->u.map) {
			if (entry->shadowed)
				continue;
			if (str_equal(entry->key, key))
				at = entry->key_pos;
			else
				values_set_at(arena, map, entry->key, entry->key_pos,
					      entry->value);
		}
	if (value->type != TREE_NULL)
		values_set_at(arena, map, key, at, value);
	return map;
}

static const struct tree_node *values_set_step(struct arena *arena,
					       const struct tree_node *base, const char *name,
					       struct pos at, const struct tree_node *value,
					       unsigned depth)
{
	enum { INDEX_MAX = 200 };
	char *key;
	const struct tree_node *item = NULL;
	size_t len = 0, index = 0;

	if (name[0] == '\0' || depth > VALUES_DEPTH_MAX)
		return depth > VALUES_DEPTH_MAX ? base : values_merge(arena, base, value);
	if (name[0] == '[') {
		for (name++; *name >= '0' && *name <= '9' && index <= INDEX_MAX; name++)
			index = index * 10 + (size_t)(*name - '0');
		if (name[0] != ']' || index > INDEX_MAX)
			return base;
		name += name[1] == '.' ? 2 : 1;
		if (base != NULL && base->type == TREE_LIST && index < base->u.list.count)
			item = base->u.list.items[index];
		value = values_set_step(arena, name[0] != '\0' ? item : NULL, name, at, value,
					depth + 1);
		return value != NULL ? values_set_item(arena, base, index, value) : base;
	}
	key = arena_strdup(arena, name);
	for (; name[0] != '\0' && name[0] != '.' && name[0] != '['; name++) {
		name += name[0] == '\\' && name[1] != '\0' ? 1 : 0;
		key[len++] = name[0];
	}
	key[len] = '\0';
	value = values_set_step(arena, tree_get(base, key), name + (name[0] == '.' ? 1 : 0), at,
				value, depth + 1);
	if (value == NULL)
		return base;
	return values_set_key(arena, base, key, at, value);
}

const struct tree_node *values_set_named(struct arena *arena, const struct tree_node *base,
					 const char *name, struct pos at,
					 const struct tree_node *value)
{
	return value != NULL ? values_set_step(arena, base, name, at, value, 0) : base;
}

const struct tree_node *values_get(const struct tree_node *map, const char *path)
{
	char key[64];

	while (map != NULL && path[0] != '\0') {
		const size_t len = strcspn(path, ".");

		if (len >= sizeof(key))
			return NULL;
		memcpy(key, path, len);
		key[len] = '\0';
		map = tree_get(map, key);
		path += len + (path[len] == '.' ? 1 : 0);
	}
	return map;
}

const char *values_get_text(const struct tree_node *map, const char *path)
{
	const struct tree_node *node = values_get(map, path);

	return node != NULL && node->type == TREE_STRING ? node->text : NULL;
}

bool values_is_true(const struct tree_node *node)
{
	if (node == NULL)
		return false;
	switch (node->type) {
	case TREE_NULL:
		return false;
	case TREE_BOOL:
		return node->u.boolean;
	case TREE_INT:
		return node->u.integer != 0;
	case TREE_STRING:
		return node->text[0] != '\0';
	case TREE_LIST:
		return node->u.list.count > 0;
	case TREE_MAP:
		return node->u.map.count > 0;
	case TREE_FLOAT:
	case TREE_UNREAD:
		break;
	}
	return true;
}

/* ---- YAML inside of scalars ---- */

/* The name in "{{ .Release.Name }}", without blanks and trim marks; 0: it is more than that. */
static size_t values_expression_name(const char *text, size_t len, const char **name)
{
	while (len > 0 && strchr("- \t.$", text[0]) != NULL)
		text++, len--;
	while (len > 0 && strchr("- \t", text[len - 1]) != NULL)
		len--;
	*name = text;
	return len;
}

/* The line that begins at `at` is one expression and nothing else. */
static bool values_is_control_line(const char *text, const char *at, const char *close)
{
	while (at > text && (at[-1] == ' ' || at[-1] == '\t'))
		at--;
	close += 2 + strspn(close + 2, " \t\r");
	return (at == text || at[-1] == '\n') && (*close == '\n' || *close == '\0');
}

/* What `known` has for the name; NULL: nothing. */
static const char *values_known(const struct substitutions *known, const char *name, size_t len)
{
	for (uint32_t i = 0; known != NULL && i < known->list.count; i++)
		if (strlen(known->list.items[i].key) == len &&
		    memcmp(known->list.items[i].key, name, len) == 0)
			return known->list.items[i].value;
	return NULL;
}

/* The text with its expressions in braces replaced; false when they decide what is in it. */
static bool values_replace_expressions(const char *whole, const struct substitutions *known,
				       struct text *out)
{
	const bool lines = strchr(whole, '\n') != NULL;
	const char *text = whole;

	for (const char *at; (at = strstr(text, "{{")) != NULL;) {
		const char *close = strstr(at, "}}");
		const char *name, *value;
		size_t len;

		if (close == NULL)
			break;
		len = values_expression_name(at + 2, (size_t)(close - at) - 2, &name);
		value = values_known(known, name, len);
		if (value == NULL && lines && values_is_control_line(whole, at, close))
			return false;
		text_add_bytes(out, text, (size_t)(at - text));
		text_add(out, value != NULL ? value : "$(VALUE)");
		text = close + 2;
	}
	text_add(out, text);
	return true;
}

/* How far the first line with text is indented in the file beyond its indentation in the
 * scalar; false when the scalar is no literal block. */
static bool values_find_indent(struct snapshot *snapshot, const struct tree_node *scalar,
			       uint32_t *indent)
{
	struct arena scratch;
	const char *text = scalar->text;
	const char *lines[2] = { NULL, NULL };
	uint32_t numbers[2] = { scalar->pos.line, scalar->pos.line + 1 };
	bool literal;

	/* Beyond what is read of a line, which may have very many scalars. */
	if (scalar->pos.column > SOURCE_LINE_BYTES_MAX)
		return false;
	arena_init(&scratch);
	for (; text[0] == '\n'; text++)
		numbers[1]++;
	if (!source_next_lines(&snapshot->sources, scalar->pos.source - 1, numbers, 2, &scratch,
			       lines))
		source_fail(&snapshot->sources, &snapshot->arena, scalar->pos.source - 1, EIO);
	literal = lines[0] != NULL && lines[1] != NULL &&
		  strlen(lines[0]) >= scalar->pos.column &&
		  lines[0][scalar->pos.column - 1] == '|' &&
		  strspn(lines[1], " ") >= strspn(text, " ");
	if (literal)
		*indent = (uint32_t)(strspn(lines[1], " ") - strspn(text, " "));
	arena_release(&scratch);
	return literal;
}

/* The text of the scalar with its expressions replaced, in the arena; NULL: nothing to read. */
static const char *values_rendered(struct snapshot *snapshot, const struct tree_node *scalar,
				   const struct substitutions *known, struct arena *arena,
				   struct parse_text *out)
{
	struct text replaced = { 0 };

	*out = (struct parse_text){ .pos = scalar->pos };
	if (scalar->type != TREE_STRING || scalar->pos.source == 0)
		return NULL;
	out->literal = values_find_indent(snapshot, scalar, &out->indent);
	if (values_replace_expressions(scalar->text, known, &replaced))
		out->text = arena_strdup(arena, text_str(&replaced));
	text_release(&replaced);
	return out->text;
}

const struct tree_node *values_of_text(struct snapshot *snapshot,
				       const struct tree_node *scalar,
				       const struct substitutions *known, struct arena *arena)
{
	struct parse_text text;

	if (values_rendered(snapshot, scalar, known, arena, &text) == NULL)
		return NULL;
	return parse_scalar_tree(snapshot, &text, arena);
}

bool values_all_of_text(struct snapshot *snapshot, const struct tree_node *scalar,
			const struct substitutions *known, struct arena *arena,
			struct tree_list *out)
{
	struct parse_text text;

	if (values_rendered(snapshot, scalar, known, arena, &text) != NULL)
		parse_scalar_trees(snapshot, &text, arena, out);
	return out->list.count > 0;
}

static const struct tree_node *values_expand_at(const struct tree_node *node,
						const struct substitutions *known,
						struct arena *arena, unsigned depth)
{
	struct text replaced = { 0 };
	struct tree_node *out;

	if (depth > VALUES_DEPTH_MAX || (node->type == TREE_STRING && !node->unknown) ||
	    (node->type < TREE_STRING))
		return node;
	out = arena_alloc(arena, sizeof(*out));
	*out = *node;
	if (node->type == TREE_STRING) {
		const char *text;

		if (values_replace_expressions(node->text, known, &replaced))
			out->unknown = placeholder_read(text_str(&replaced), NULL, arena,
							&text) != PLACEHOLDER_NONE;
		out->text = arena_strdup(arena, text_str(&replaced));
		text_release(&replaced);
		return out;
	}
	if (node->type == TREE_MAP) {
		out->u.map.items = NULL;
		out->u.map.count = out->u.map.capacity = 0;
		ARRAY_FOREACH (const struct tree_entry, entry, &node->u.map) {
			struct tree_entry *copy = ARRAY_PUSH(arena, &out->u.map);

			*copy = *entry;
			copy->value = values_expand_at(entry->value, known, arena, depth + 1);
		}
	}
	if (node->type == TREE_LIST) {
		out->u.list.items = NULL;
		out->u.list.count = out->u.list.capacity = 0;
		for (uint32_t i = 0; i < node->u.list.count; i++)
			values_add(arena, out,
				   values_expand_at(node->u.list.items[i], known, arena,
						    depth + 1));
	}
	return out;
}

const struct tree_node *values_expand(const struct tree_node *node,
				      const struct substitutions *known, struct arena *arena)
{
	return values_expand_at(node, known, arena, 0);
}
