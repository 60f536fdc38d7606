/* SPDX-License-Identifier: Apache-2.0 */
/* What kustomizations change besides patches: names, namespaces, labels, images, replicas.
 * (I4.1) */
#include <string.h>

#include "base/regex.h"
#include "base/text.h"
#include "config/repository/kustomize_parts.h"
#include "config/repository/values.h"

static bool kustomize_kind_in(const struct tree_node *object, const char *const *kinds)
{
	const char *kind = values_get_text(object, "kind");

	return kind != NULL && str_in(kind, kinds);
}

void kustomize_set_namespace(const struct kustomize_step *step)
{
	static const char *const cluster[] = { "CustomResourceDefinition", "Node",
					       "ClusterRole", "ClusterRoleBinding", NULL };
	const struct tree_node *namespace = tree_get(step->tree, "namespace");

	if (namespace == NULL || namespace->type != TREE_STRING || namespace->text[0] == '\0')
		return;
	ARRAY_FOREACH (struct kustomize_object, object, &step->set->list) {
		const bool is_namespace =
			str_equal(values_get_text(object->tree, "kind"), "Namespace");

		if (!kustomize_kind_in(object->tree, cluster) && kustomize_goes_on(step))
			object->tree = values_set_path(step->k->arena, object->tree,
						       is_namespace ? "metadata.name"
								    : "metadata.namespace",
						       namespace);
	}
}

void kustomize_set_names(const struct kustomize_step *step)
{
	static const char *const unchanged[] = { "CustomResourceDefinition", "APIService",
						 "Namespace", NULL };
	const char *prefix = values_get_text(step->tree, "namePrefix");
	const char *suffix = values_get_text(step->tree, "nameSuffix");

	if (prefix == NULL && suffix == NULL)
		return;
	ARRAY_FOREACH (struct kustomize_object, object, &step->set->list) {
		const struct tree_node *name = values_get(object->tree, "metadata.name");
		struct tree_node *changed;

		if (name == NULL || name->type != TREE_STRING ||
		    kustomize_kind_in(object->tree, unchanged) || !kustomize_goes_on(step))
			continue;
		changed = values_text(step->k->arena, name->pos,
				      arena_printf(step->k->arena, "%s%s%s",
						   prefix != NULL ? prefix : "", name->text,
						   suffix != NULL ? suffix : ""));
		changed->unknown = name->unknown;
		object->tree =
			values_set_path(step->k->arena, object->tree, "metadata.name", changed);
	}
}

/* Adds to metadata.labels or metadata.annotations. */
static void kustomize_add_metadata(const struct kustomize_step *step, const char *key,
				   const struct tree_node *pairs)
{
	const struct tree_node *added;
	struct tree_node *metadata;

	if (pairs == NULL || pairs->type != TREE_MAP)
		return;
	metadata = values_map(step->k->arena, pairs->pos);
	values_set(step->k->arena, metadata, key, pairs);
	added = values_set_path(step->k->arena, NULL, "metadata", metadata);
	ARRAY_FOREACH (struct kustomize_object, object, &step->set->list)
		if (kustomize_goes_on(step))
			object->tree = values_merge(step->k->arena, object->tree, added);
}

/* True for an object of the kind and group that a field is named for; those not named are any.
 */
static bool kustomize_field_is_of(const struct tree_node *field, const struct tree_node *object)
{
	const char *kind = values_get_text(field, "kind");
	const char *group = values_get_text(field, "group");
	const char *api = values_get_text(object, "apiVersion");

	return (kind == NULL || str_equal(kind, values_get_text(object, "kind"))) &&
	       (group == NULL ||
		(api != NULL && str_has_prefix(api, group) && api[strlen(group)] == '/'));
}

/* Adds labels at one more place of objects, {path, create, kind, group}. */
static void kustomize_add_field(const struct kustomize_step *step,
				const struct tree_node *pairs, const struct tree_node *field)
{
	const char *path = values_get_text(field, "path");
	char *dotted = path != NULL ? arena_strdup(step->k->arena, path) : NULL;

	if (path == NULL || pairs == NULL)
		return;
	for (char *at = dotted; *at != '\0'; at++)
		if (*at == '/')
			*at = '.';
	ARRAY_FOREACH (struct kustomize_object, object, &step->set->list) {
		if (!kustomize_field_is_of(field, object->tree) || !kustomize_goes_on(step))
			continue;
		if (strpbrk(path, ".[\\") != NULL)
			object->unknown = true; /* items of lists, keys with dots */
		else if (values_is_true(tree_get(field, "create")) ||
			 values_get(object->tree, dotted) != NULL)
			object->tree =
				values_set_path(step->k->arena, object->tree, dotted, pairs);
	}
}

void kustomize_add_labels(const struct kustomize_step *step)
{
	const struct tree_node *list = kustomize_list(step->tree, "labels");

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++) {
		const struct tree_node *pairs = tree_get(list->u.list.items[i], "pairs");
		const struct tree_node *fields =
			kustomize_list(list->u.list.items[i], "fields");

		kustomize_add_metadata(step, "labels", pairs);
		for (uint32_t k = 0; fields != NULL && k < fields->u.list.count; k++)
			kustomize_add_field(step, pairs, fields->u.list.items[k]);
	}
	kustomize_add_metadata(step, "labels", tree_get(step->tree, "commonLabels"));
	kustomize_add_metadata(step, "annotations", tree_get(step->tree, "commonAnnotations"));
}

/* ---- workloads ---- */

void kustomize_set_replicas(const struct kustomize_step *step)
{
	static const char *const kinds[] = { "Deployment", "ReplicaSet", "StatefulSet",
					     "ReplicationController", NULL };
	const struct tree_node *list = kustomize_list(step->tree, "replicas");

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++) {
		const struct tree_node *item = list->u.list.items[i];
		const char *name = values_get_text(item, "name");

		ARRAY_FOREACH (struct kustomize_object, object, &step->set->list)
			if (kustomize_kind_in(object->tree, kinds) && name != NULL &&
			    (str_equal(name, object->name) ||
			     str_equal(name, values_get_text(object->tree, "metadata.name"))) &&
			    kustomize_goes_on(step))
				object->tree = values_set_path(step->k->arena, object->tree,
							       "spec.replicas",
							       tree_get(item, "count"));
	}
}

/* The length of an image without its tag and its digest. */
static size_t kustomize_image_name(const char *image)
{
	const size_t whole = strcspn(image, "@");
	size_t length = whole;

	while (length > 0 && image[length - 1] != ':' && image[length - 1] != '/')
		length--;
	return length > 0 && image[length - 1] == ':' ? length - 1 : whole;
}

/* An entry of `images`. Its name is an expression, though mostly a plain one. */
struct kustomize_image_change {
	const struct tree_node *tree;
	const char *name;
	bool plain;
	struct regex *regex; /* of one that is not plain; NULL: it is not valid */
};

static struct kustomize_image_change kustomize_image_change(struct arena *arena,
							    const struct tree_node *tree)
{
	struct kustomize_image_change change = { .tree = tree,
						 .name = values_get_text(tree, "name") };

	change.plain = change.name != NULL && strpbrk(change.name, "\\^$|?*+()[]{}") == NULL;
	if (change.name != NULL && !change.plain)
		change.regex = regex_new(
			arena_printf(arena,
				     "^%s(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$",
				     change.name),
			NULL, 0);
	return change;
}

static bool kustomize_image_matches(const struct kustomize_image_change *change,
				    const char *image, size_t length)
{
	if (change->plain)
		return strncmp(change->name, image, length) == 0 &&
		       change->name[length] == '\0';
	return change->regex != NULL && regex_match(change->regex, image);
}

/* The image as `change` of a kustomization makes it; NULL: it is for another one. */
static const char *kustomize_image(struct arena *arena, const char *image,
				   const struct kustomize_image_change *change)
{
	const char *new_name = values_get_text(change->tree, "newName");
	const struct tree_node *new_tag = tree_get(change->tree, "newTag");
	const char *tag = new_tag != NULL ? new_tag->text : NULL;
	const char *digest = values_get_text(change->tree, "digest");
	const char *suffix = values_get_text(change->tree, "tagSuffix");
	const size_t length = kustomize_image_name(image);
	const char *rest = image + length;

	if (!kustomize_image_matches(change, image, length))
		return NULL;
	if (tag != NULL || digest != NULL)
		rest = arena_printf(arena, "%s%s%s%s", tag != NULL ? ":" : "",
				    tag != NULL ? tag : "", digest != NULL ? "@" : "",
				    digest != NULL ? digest : "");
	else if (suffix != NULL)
		rest = arena_printf(arena, "%.*s%s", (int)strcspn(rest, "@"), rest, suffix);
	if (new_name != NULL)
		return arena_printf(arena, "%s%s", new_name, rest);
	return arena_printf(arena, "%.*s%s", (int)length, image, rest);
}

/* The containers at `path` of an object with the images that `change` names. */
static void kustomize_set_images_at(const struct kustomize_step *step,
				    struct kustomize_object *object, const char *path,
				    const struct kustomize_image_change *change)
{
	struct arena *arena = step->k->arena;
	const struct tree_node *list = values_get(object->tree, path);
	struct tree_node *out;
	bool any = false;

	if (list == NULL || list->type != TREE_LIST)
		return;
	out = values_list(arena, list->pos);
	for (uint32_t i = 0; i < list->u.list.count && kustomize_goes_on(step); i++) {
		const struct tree_node *container = list->u.list.items[i];
		const struct tree_node *now = tree_get(container, "image");
		const char *image = now != NULL && now->type == TREE_STRING && !now->unknown
					    ? kustomize_image(arena, now->text, change)
					    : NULL;

		any = any || image != NULL;
		if (image != NULL)
			container =
				values_set_path(arena, container, "image",
						values_text(arena, change->tree->pos, image));
		values_add(arena, out, container);
	}
	if (any)
		object->tree = values_set_path(arena, object->tree, path, out);
}

void kustomize_set_images(const struct kustomize_step *step)
{
	static const char *const paths[] = { "spec.template.spec.containers",
					     "spec.template.spec.initContainers" };
	const struct tree_node *list = kustomize_list(step->tree, "images");

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++) {
		struct kustomize_image_change change =
			kustomize_image_change(step->k->arena, list->u.list.items[i]);

		ARRAY_FOREACH (struct kustomize_object, object, &step->set->list)
			for (size_t p = 0; p < ARRAY_LEN(paths) && kustomize_goes_on(step); p++)
				kustomize_set_images_at(step, object, paths[p], &change);
		regex_free(change.regex);
	}
}
