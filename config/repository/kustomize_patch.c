/* SPDX-License-Identifier: Apache-2.0 */
/* Strategic and JSON merge patches, and JSON patches. Trees are shared and never changed: what
 * a patch touches is copied. (I4.1, RFC 6902, RFC 7396) */
#include "config/repository/kustomize_patch.h"

#include <string.h>

#include "base/text.h"
#include "config/evidence/evidence_read.h"
#include "config/repository/values.h"

enum { PATCH_DEPTH_MAX = 40, PATCH_OPERATIONS_MAX = 1000 };

/* ---- merging ---- */

/* The keys by which items of a list are the same, in objects that Kubernetes defines. */
static const char *const patch_merge_keys[][3] = {
	{ "ports", "port", "protocol" },    { "containers", "name", NULL },
	{ "initContainers", "name", NULL }, { "env", "name", NULL },
	{ "volumes", "name", NULL },
};

struct patch_merging {
	struct arena *arena;
	bool strategic; /* the object is one of Kubernetes' own */
};

static const struct tree_node *patch_merge_at(const struct patch_merging *m, const char *name,
					      const struct tree_node *base,
					      const struct tree_node *over, unsigned depth);

static bool patch_is_native(const struct tree_node *object)
{
	const char *api = values_get_text(object, "apiVersion");

	return api != NULL && (strchr(api, '.') == NULL || strstr(api, ".k8s.io/") != NULL);
}

static bool patch_same_key(const struct tree_node *a, const struct tree_node *b,
			   const char *key)
{
	const struct tree_node *x = tree_get(a, key), *y = tree_get(b, key);

	if (str_equal(key, "protocol"))
		return str_equal(x != NULL ? x->text : "TCP", y != NULL ? y->text : "TCP");
	return x != NULL && y != NULL && x->text != NULL && str_equal(x->text, y->text);
}

/* Items of `over` go over the items of `base` with their keys, and new ones first, as kustomize
 * has them. */
static const struct tree_node *patch_merge_list(const struct patch_merging *m,
						const char *const keys[3],
						const struct tree_node *base,
						const struct tree_node *over, unsigned depth)
{
	struct tree_node *out = values_list(m->arena, base->pos);
	bool replaced = false;

	for (uint32_t k = 0; k < over->u.list.count; k++)
		replaced =
			replaced ||
			str_equal(values_get_text(over->u.list.items[k], "$patch"), "replace");
	for (uint32_t i = 0; i < base->u.list.count && !replaced; i++) {
		const struct tree_node *item = base->u.list.items[i];
		bool deleted = false;

		for (uint32_t k = 0; k < over->u.list.count; k++) {
			const struct tree_node *with = over->u.list.items[k];

			if (!patch_same_key(item, with, keys[1]) ||
			    (keys[2] != NULL && !patch_same_key(item, with, keys[2])))
				continue;
			deleted = str_equal(values_get_text(with, "$patch"), "delete");
			item = patch_merge_at(m, "", item, with, depth + 1);
		}
		if (!deleted)
			values_add(m->arena, out, item);
	}
	for (uint32_t k = 0; k < over->u.list.count; k++) {
		const struct tree_node *with = over->u.list.items[k];
		bool known = values_get_text(with, "$patch") != NULL;

		for (uint32_t i = 0; i < base->u.list.count && !known && !replaced; i++)
			known = patch_same_key(base->u.list.items[i], with, keys[1]) &&
				(keys[2] == NULL ||
				 patch_same_key(base->u.list.items[i], with, keys[2]));
		if (!known)
			values_add(m->arena, out, with);
	}
	return out;
}

static const struct tree_node *patch_merge_map(const struct patch_merging *m,
					       const struct tree_node *base,
					       const struct tree_node *over, unsigned depth)
{
	struct tree_node *out = values_map(m->arena, base != NULL ? base->pos : over->pos);

	if (str_equal(values_get_text(over, "$patch"), "replace"))
		base = NULL;
	for (uint32_t i = 0; base != NULL && i < base->u.map.count; i++) {
		const struct tree_entry *entry = &base->u.map.items[i];
		const struct tree_node *with = tree_get(over, entry->key);
		struct tree_entry *copy;

		if (entry->shadowed || (with != NULL && with->type == TREE_NULL))
			continue;
		if (with != NULL && with->type == TREE_MAP &&
		    str_equal(values_get_text(with, "$patch"), "delete"))
			continue;
		copy = ARRAY_PUSH(m->arena, &out->u.map);
		*copy = *entry;
		if (with != NULL)
			copy->value =
				patch_merge_at(m, entry->key, entry->value, with, depth + 1);
	}
	for (uint32_t i = 0; i < over->u.map.count; i++) {
		const struct tree_entry *entry = &over->u.map.items[i];

		if (entry->shadowed || entry->key[0] == '$' ||
		    entry->value->type == TREE_NULL ||
		    (base != NULL && tree_get(base, entry->key) != NULL))
			continue;
		ARRAY_ADD(m->arena, &out->u.map, *entry);
	}
	return out;
}

static const struct tree_node *patch_merge_at(const struct patch_merging *m, const char *name,
					      const struct tree_node *base,
					      const struct tree_node *over, unsigned depth)
{
	if (depth > PATCH_DEPTH_MAX)
		return over;
	if (over->type == TREE_MAP)
		return patch_merge_map(m, base->type == TREE_MAP ? base : NULL, over, depth);
	for (size_t i = 0; m->strategic && over->type == TREE_LIST && base->type == TREE_LIST &&
			   i < ARRAY_LEN(patch_merge_keys);
	     i++)
		if (str_equal(name, patch_merge_keys[i][0]))
			return patch_merge_list(m, patch_merge_keys[i], base, over, depth);
	return over;
}

const struct tree_node *kustomize_merge(struct arena *arena, const struct tree_node *object,
					const struct tree_node *patch)
{
	const struct patch_merging merging = { arena, patch_is_native(object) };

	if (str_equal(values_get_text(patch, "$patch"), "delete"))
		return NULL;
	return patch_merge_at(&merging, "", object, patch, 0);
}

/* ---- JSON patches ---- */

struct patch_edit {
	struct arena *arena;
	const char *op;                /* add, replace, remove */
	const struct tree_node *value; /* NULL for remove */
	const char *why;               /* set: it cannot be done */
};

static const struct tree_node *patch_edit_at(struct patch_edit *edit,
					     const struct tree_node *node, const char *path,
					     unsigned depth);

/* One step of a JSON pointer, without its escapes; *path moves behind it. (RFC 6901) */
static char *patch_pointer_step(struct arena *arena, const char **path)
{
	const size_t len = strcspn(*path + 1, "/");
	char *step = arena_strndup(arena, *path + 1, len), *to = step;

	for (const char *from = step; *from != '\0'; from++) {
		if (from[0] == '~' && (from[1] == '0' || from[1] == '1'))
			*to++ = *++from == '1' ? '/' : '~';
		else
			*to++ = *from;
	}
	*to = '\0';
	*path += len + 1;
	return step;
}

static struct tree_node *patch_copy(struct patch_edit *edit, const struct tree_node *node)
{
	struct tree_node *copy = arena_alloc(edit->arena, sizeof(*copy));

	*copy = *node;
	if (node->type == TREE_MAP) {
		copy->u.map.items = NULL;
		copy->u.map.count = copy->u.map.capacity = 0;
		ARRAY_RESERVE(edit->arena, &copy->u.map, node->u.map.count + 1);
		ARRAY_FOREACH (const struct tree_entry, entry, &node->u.map)
			ARRAY_ADD(edit->arena, &copy->u.map, *entry);
	} else if (node->type == TREE_LIST) {
		copy->u.list.items = NULL;
		copy->u.list.count = copy->u.list.capacity = 0;
		ARRAY_RESERVE(edit->arena, &copy->u.list, node->u.list.count + 1);
		for (uint32_t i = 0; i < node->u.list.count; i++)
			values_add(edit->arena, copy, node->u.list.items[i]);
	}
	return copy;
}

static const struct tree_node *patch_edit_map(struct patch_edit *edit,
					      const struct tree_node *node, const char *step,
					      const char *rest, unsigned depth)
{
	struct tree_node *copy = patch_copy(edit, node);
	uint32_t at = 0;

	while (at < copy->u.map.count && !str_equal(copy->u.map.items[at].key, step))
		at++;
	if (rest[0] != '\0') {
		if (at == copy->u.map.count)
			edit->why = "the path does not exist";
		else
			copy->u.map.items[at].value = patch_edit_at(
				edit, copy->u.map.items[at].value, rest, depth + 1);
	} else if (str_equal(edit->op, "add")) {
		values_set(edit->arena, copy, step, edit->value);
	} else if (at == copy->u.map.count) {
		edit->why = "the path does not exist";
	} else if (edit->value != NULL) {
		copy->u.map.items[at].value = edit->value;
	} else {
		for (; at + 1 < copy->u.map.count; at++)
			copy->u.map.items[at] = copy->u.map.items[at + 1];
		copy->u.map.count--;
	}
	return copy;
}

static const struct tree_node *patch_edit_list(struct patch_edit *edit,
					       const struct tree_node *node, const char *step,
					       const char *rest, unsigned depth)
{
	struct tree_node *copy = patch_copy(edit, node);
	const bool add = str_equal(edit->op, "add") && rest[0] == '\0';
	uint64_t at = node->u.list.count;

	if ((!str_equal(step, "-") || !add) && !parse_u64(step, 0, UINT32_MAX, &at)) {
		edit->why = "the path names no item of the list";
		return node;
	}
	if (at > node->u.list.count || (at == node->u.list.count && !add)) {
		edit->why = "the path does not exist";
	} else if (add) {
		values_add(edit->arena, copy, edit->value);
		for (uint32_t i = copy->u.list.count - 1; i > at; i--)
			copy->u.list.items[i] = copy->u.list.items[i - 1];
		copy->u.list.items[at] = edit->value;
	} else if (rest[0] != '\0') {
		copy->u.list.items[at] =
			patch_edit_at(edit, copy->u.list.items[at], rest, depth + 1);
	} else if (edit->value != NULL) {
		copy->u.list.items[at] = edit->value;
	} else {
		for (; at + 1 < copy->u.list.count; at++)
			copy->u.list.items[at] = copy->u.list.items[at + 1];
		copy->u.list.count--;
	}
	return copy;
}

static const struct tree_node *patch_edit_at(struct patch_edit *edit,
					     const struct tree_node *node, const char *path,
					     unsigned depth)
{
	const char *step;

	if (path[0] == '\0')
		return edit->value != NULL ? edit->value : node;
	if (path[0] != '/' || depth > PATCH_DEPTH_MAX) {
		edit->why = "the path does not begin with a slash";
		return node;
	}
	step = patch_pointer_step(edit->arena, &path);
	if (node->type == TREE_MAP)
		return patch_edit_map(edit, node, step, path, depth);
	if (node->type == TREE_LIST)
		return patch_edit_list(edit, node, step, path, depth);
	edit->why = "the path does not exist";
	return node;
}

/* The value at a JSON pointer, or NULL. */
static const struct tree_node *patch_look_up(struct arena *arena, const struct tree_node *node,
					     const char *path)
{
	while (node != NULL && path[0] == '/') {
		const char *step = patch_pointer_step(arena, &path);
		uint64_t at;

		if (node->type == TREE_MAP)
			node = tree_get(node, step);
		else if (node->type == TREE_LIST && node->u.list.count > 0 &&
			 parse_u64(step, 0, node->u.list.count - 1, &at))
			node = node->u.list.items[at];
		else
			node = NULL;
	}
	return node;
}

static const struct tree_node *patch_do(struct patch_edit *edit, const struct tree_node *object,
					const char *op, const char *path,
					const struct tree_node *value)
{
	edit->op = op;
	edit->value = value;
	return patch_edit_at(edit, object, path, 0);
}

const struct tree_node *kustomize_edit(struct arena *arena, const struct tree_node *object,
				       const struct tree_node *operations, struct pos *fault,
				       const char **why)
{
	*why = NULL;
	if (operations->u.list.count > PATCH_OPERATIONS_MAX) {
		*why = "its end: there are more than 1,000 operations";
		return object;
	}
	for (uint32_t i = 0; i < operations->u.list.count && *why == NULL; i++) {
		const struct tree_node *operation = operations->u.list.items[i];
		const char *op = values_get_text(operation, "op");
		const char *path = values_get_text(operation, "path");
		const char *from = values_get_text(operation, "from");
		const struct tree_node *value = tree_get(operation, "value");
		const struct tree_node *after = object;
		struct patch_edit edit = { .arena = arena };

		*fault = operation->pos;
		if (op == NULL || path == NULL)
			edit.why = "an operation needs op and path";
		else if (str_equal(op, "remove"))
			after = patch_do(&edit, object, op, path, NULL);
		else if (str_equal(op, "test"))
			edit.why = NULL; /* is taken to hold */
		else if (str_equal(op, "add") || str_equal(op, "replace"))
			after = value != NULL ? patch_do(&edit, object, op, path, value)
					      : object;
		else if (str_equal(op, "copy") || str_equal(op, "move")) {
			value = from != NULL ? patch_look_up(arena, object, from) : NULL;
			if (value == NULL)
				edit.why = "the path after from does not exist";
			if (value != NULL && str_equal(op, "move"))
				after = patch_do(&edit, object, "remove", from, NULL);
			if (value != NULL)
				after = patch_do(&edit, after, "add", path, value);
		} else {
			edit.why = "the operation is not one of add, replace, remove, move, "
				   "copy, test";
		}
		if (edit.why == NULL)
			object = after;
		else
			*why = path != NULL ? arena_printf(arena, "%s: %s", path, edit.why)
					    : edit.why;
	}
	return object;
}

bool kustomize_text_is_patch(struct arena *arena, const struct tree_node *text)
{
	const char *start = text->text + strspn(text->text, " \t\r\n");
	const char *fault = NULL;
	uint32_t line = 1;
	size_t used = 0;

	return *start != '[' || (evidence_json_parse(start, strlen(start), text->pos.source,
						     arena, &used, &fault, &line) != NULL &&
				 start[used + strspn(start + used, " \t\r\n")] == '\0');
}
