/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replacements of kustomizations: values that are copied from one object into others. (I4.1)
 *
 * Done are plain paths, indices, `*` and `[key=value]`, and the options delimiter, index and
 * create. What is beyond these, or would end kustomize with an error, makes the objects that
 * are its targets unknown, and is named.
 */
#include <string.h>

#include "base/regex.h"
#include "base/text.h"
#include "config/repository/kustomize_parts.h"
#include "config/repository/values.h"

enum { REPLACE_PARTS_MAX = 20 };

struct replace_path {
	const char *parts[REPLACE_PARTS_MAX];
	uint32_t count;
};

struct replacing {
	struct arena *arena;
	const struct tree_node *value;   /* what is copied */
	const struct tree_node *options; /* of the target; or NULL */
	bool create;
	uint32_t done; /* places at which it was put */
	bool refused;  /* kustomize would not do it */
};

/* Splits at dots but for those in brackets or after a backslash; false: it is too long. */
static bool replace_split(struct arena *arena, const char *text, struct replace_path *path)
{
	path->count = 0;
	while (text[0] != '\0') {
		char *part = arena_strdup(arena, text), *to = part;
		bool brackets = false;

		for (; text[0] != '\0' && (brackets || text[0] != '.'); text++) {
			brackets = (brackets || (text[0] == '[' && to == part)) &&
				   !(text[0] == ']' && (text[1] == '.' || text[1] == '\0'));
			if (text[0] == '\\' && text[1] == '.')
				text++;
			*to++ = *text;
		}
		*to = '\0';
		if (part[0] == '[' && strchr(part, '=') == NULL) {
			part[strlen(part) - 1] = '\0';
			part++;
		}
		if (path->count == REPLACE_PARTS_MAX || part[0] == '\0')
			return false;
		path->parts[path->count++] = part;
		text += text[0] == '.' ? 1 : 0;
	}
	return path->count > 0;
}

/* A scalar with another text: of a string the text, of all else typed again. */
static const struct tree_node *replace_scalar(struct replacing *r, const struct tree_node *old,
					      const char *text, const struct tree_node *from)
{
	struct tree_node *node = values_text(r->arena, from->pos, text);

	if (old != NULL && old->type != TREE_STRING)
		scalar_resolve(node, text);
	node->unknown = from->unknown;
	node->encrypted = from->encrypted;
	return node;
}

/* The number of a piece, as options.index says; a negative one is none of them. */
static int64_t replace_index(const struct tree_node *options)
{
	const struct tree_node *index = tree_get(options, "index");

	return index != NULL && index->type == TREE_INT ? index->u.integer : 0;
}

/* Piece `index` of a text, or NULL. */
static const char *replace_piece(struct arena *arena, const char *text, const char *delimiter,
				 int64_t index)
{
	for (const char *end; index >= 0; text = end + strlen(delimiter), index--) {
		end = strstr(text, delimiter);
		if (index == 0)
			return arena_strndup(arena, text,
					     end != NULL ? (size_t)(end - text) : strlen(text));
		if (end == NULL)
			break;
	}
	return NULL;
}

/* `old` with the new text as one of its pieces: before all, after all, or in place of one. */
static const char *replace_joined(struct arena *arena, const char *old, const char *delimiter,
				  int64_t index, const char *text)
{
	const char *at = old, *end;

	if (index < 0)
		return arena_printf(arena, "%s%s%s", text, delimiter, old);
	for (end = strstr(at, delimiter); index > 0 && end != NULL; index--) {
		at = end + strlen(delimiter);
		end = strstr(at, delimiter);
	}
	if (index > 0)
		return arena_printf(arena, "%s%s%s", old, delimiter, text);
	return arena_printf(arena, "%.*s%s%s", (int)(at - old), old, text,
			    end != NULL ? end : "");
}

/* What is in the place of `old`; NULL is nothing yet. */
static const struct tree_node *replace_value(struct replacing *r, const struct tree_node *old)
{
	const char *delimiter = values_get_text(r->options, "delimiter");
	const bool scalar = old != NULL && old->type < TREE_LIST;

	r->done++;
	if (delimiter != NULL && delimiter[0] != '\0') {
		if (!scalar || old->unknown || r->value->type >= TREE_LIST) {
			r->refused = true;
			return old;
		}
		return replace_scalar(r, old,
				      replace_joined(r->arena, old->text, delimiter,
						     replace_index(r->options), r->value->text),
				      r->value);
	}
	if (scalar && r->value->type >= TREE_LIST) {
		r->refused = true;
		return old;
	}
	return scalar ? replace_scalar(r, old, r->value->text, r->value) : r->value;
}

static const struct tree_node *replace_at(struct replacing *r, const struct tree_node *node,
					  const struct replace_path *path, uint32_t at);

/* True when an item of a list is meant: all, one by its number, or those with a value. */
static bool replace_takes_item(struct replacing *r, const char *part, uint32_t number,
			       const struct tree_node *item)
{
	const char *equals = strchr(part, '=');
	uint64_t wanted;

	if (str_equal(part, "*"))
		return true;
	if (part[0] != '[' || equals == NULL)
		return parse_u64(part, 0, UINT32_MAX, &wanted) && wanted == number;

	const char *key = arena_strndup(r->arena, part + 1, (size_t)(equals - part) - 1);
	const char *pattern = arena_strndup(r->arena, equals + 1, strlen(equals) - 2);
	const struct tree_node *value = key[0] != '\0' ? tree_get(item, key) : item;
	struct regex *regex = regex_new(pattern, NULL, 0);
	const bool takes = regex != NULL && value != NULL && value->text != NULL &&
			   regex_match(regex, value->text);

	regex_free(regex);
	return takes;
}

static const struct tree_node *replace_in_list(struct replacing *r,
					       const struct tree_node *list,
					       const struct replace_path *path, uint32_t at)
{
	struct tree_node *out = values_list(r->arena, list->pos);

	for (uint32_t i = 0; i < list->u.list.count; i++) {
		const struct tree_node *item = list->u.list.items[i];

		values_add(r->arena, out,
			   replace_takes_item(r, path->parts[at], i, item)
				   ? replace_at(r, item, path, at + 1)
				   : item);
	}
	return out;
}

static const struct tree_node *replace_at(struct replacing *r, const struct tree_node *node,
					  const struct replace_path *path, uint32_t at)
{
	const struct tree_node *old;
	struct tree_node *out;

	if (at == path->count)
		return replace_value(r, node);
	if (node != NULL && node->type == TREE_LIST)
		return replace_in_list(r, node, path, at);
	old = node != NULL && node->type == TREE_MAP ? tree_get(node, path->parts[at]) : NULL;
	if ((node != NULL && node->type != TREE_MAP) || (old == NULL && !r->create) ||
	    path->parts[at][0] == '[' || str_equal(path->parts[at], "*"))
		return node;
	out = values_map(r->arena, node != NULL ? node->pos : r->value->pos);
	for (uint32_t i = 0; node != NULL && i < node->u.map.count; i++)
		ARRAY_ADD(r->arena, &out->u.map, node->u.map.items[i]);
	values_set(r->arena, out, path->parts[at], replace_at(r, old, path, at + 1));
	return out;
}

/* The value at a path of one object, or NULL. */
static const struct tree_node *replace_look_up(struct replacing *r,
					       const struct tree_node *node,
					       const struct replace_path *path)
{
	for (uint32_t at = 0; node != NULL && at < path->count; at++) {
		const struct tree_node *found = NULL;

		if (node->type == TREE_MAP)
			found = tree_get(node, path->parts[at]);
		for (uint32_t i = 0; node->type == TREE_LIST && i < node->u.list.count; i++)
			if (found == NULL &&
			    replace_takes_item(r, path->parts[at], i, node->u.list.items[i]))
				found = node->u.list.items[i];
		node = found;
	}
	return node;
}

/* What a replacement copies; NULL: it is not among the objects, or nothing can be said. */
static const struct tree_node *replace_source(const struct kustomize_step *step,
					      struct replacing *r, const struct tree_node *item)
{
	const struct tree_node *source = tree_get(item, "source");
	const struct tree_node *options = tree_get(source, "options");
	const char *delimiter = values_get_text(options, "delimiter");
	const char *field = values_get_text(source, "fieldPath");
	const struct kustomize_object *from = NULL;
	const struct tree_node *value;
	struct replace_path path;
	const char *piece;

	if (source == NULL)
		return tree_get(item, "sourceValue");
	ARRAY_FOREACH (const struct kustomize_object, object, &step->set->list) {
		if (!kustomize_is_source(source, object))
			continue;
		if (from != NULL)
			return NULL;
		from = object;
	}
	if (from == NULL || from->unknown ||
	    !replace_split(r->arena, field != NULL ? field : "metadata.name", &path))
		return NULL;
	value = replace_look_up(r, from->tree, &path);
	if (value == NULL || value->type == TREE_NULL || value->type == TREE_UNREAD ||
	    delimiter == NULL || delimiter[0] == '\0')
		return value != NULL && value->type == TREE_UNREAD ? NULL : value;
	if (value->type >= TREE_LIST || value->unknown)
		return NULL;
	piece = replace_piece(r->arena, value->text, delimiter, replace_index(options));
	return piece != NULL ? replace_scalar(r, value, piece, value) : NULL;
}

/* Copies the value to all paths of one object; false: not all that is to be done can be. */
static bool replace_in_object(struct replacing *r, const struct tree_node *target,
			      struct kustomize_object *object)
{
	const struct tree_node *paths = kustomize_list(target, "fieldPaths");
	const uint32_t count = paths != NULL ? paths->u.list.count : 1;

	for (uint32_t i = 0; i < count; i++) {
		const char *text =
			paths != NULL ? paths->u.list.items[i]->text : "metadata.name";
		struct replace_path path;

		r->done = 0;
		if (text == NULL || !replace_split(r->arena, text, &path))
			return false;
		object->tree = replace_at(r, object->tree, &path, 0);
		if (r->done == 0)
			return false;
	}
	return !r->refused;
}

static bool replace_is_target(struct arena *arena, const struct tree_node *target,
			      const struct kustomize_object *object)
{
	const struct tree_node *select = tree_get(target, "select");
	const struct tree_node *reject = kustomize_list(target, "reject");

	if (select == NULL || !kustomize_targets(arena, select, object))
		return false;
	for (uint32_t i = 0; reject != NULL && i < reject->u.list.count; i++)
		if (kustomize_targets(arena, reject->u.list.items[i], object))
			return false;
	return true;
}

static void replace_one(const struct kustomize_step *step, const struct tree_node *item)
{
	struct arena *arena = step->k->arena;
	struct replacing r = { .arena = arena };
	const struct tree_node *targets = kustomize_list(item, "targets");
	bool failed = false;

	r.value = replace_source(step, &r, item);
	for (uint32_t n = 0; targets != NULL && n < targets->u.list.count; n++) {
		const struct tree_node *target = targets->u.list.items[n];

		r.options = tree_get(target, "options");
		r.create = values_is_true(tree_get(r.options, "create"));
		ARRAY_FOREACH (struct kustomize_object, object, &step->set->list) {
			if (!replace_is_target(arena, target, object) ||
			    !kustomize_goes_on(step))
				continue;
			if (r.value != NULL && !object->unknown &&
			    replace_in_object(&r, target, object))
				continue;
			object->unknown = true;
			failed = true;
			r.refused = false;
		}
	}
	if (failed)
		kustomize_leave_out(step, item->pos, "a replacement",
				    "cannot be computed: the objects that it changes are not "
				    "checked");
}

void kustomize_replace(const struct kustomize_step *step)
{
	const struct tree_node *list = kustomize_list(step->tree, "replacements");

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++) {
		const struct tree_node *item = list->u.list.items[i];
		const struct tree_node *path = tree_get(item, "path");
		const struct kustomize_file *file;

		if (path == NULL) {
			replace_one(step, item);
			continue;
		}
		file = kustomize_named_file(step, path);
		if (file == NULL) {
			kustomize_leave_out(step, path->pos, "a replacement",
					    "is not in the input: the objects are not checked");
			ARRAY_FOREACH (struct kustomize_object, object, &step->set->list)
				object->unknown = true;
		}
		for (uint32_t n = 0; file != NULL && n < file->trees.list.count; n++) {
			const struct tree_node *tree = file->trees.list.items[n];

			if (tree->type == TREE_MAP)
				replace_one(step, tree);
			for (uint32_t m = 0; tree->type == TREE_LIST && m < tree->u.list.count;
			     m++)
				replace_one(step, tree->u.list.items[m]);
		}
	}
}
