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

/* The image, whose name has this length, as `change` of a kustomization makes it. */
static const char *kustomize_image(struct arena *arena, const char *image, size_t length,
				   const struct kustomize_image_change *change)
{
	const char *new_name = values_get_text(change->tree, "newName");
	const struct tree_node *new_tag = tree_get(change->tree, "newTag");
	const char *tag = new_tag != NULL ? new_tag->text : NULL;
	const char *digest = values_get_text(change->tree, "digest");
	const char *suffix = values_get_text(change->tree, "tagSuffix");
	const char *rest = image + length;

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

/* A container, and its image as the entries before have made it. */
struct kustomize_container {
	const char *image;          /* NULL: none that is known */
	size_t length;              /* of its name */
	const struct tree_node *by; /* the last entry that changed it; NULL: none */
};

static const char *const kustomize_container_lists[] = { "spec.template.spec.containers",
							 "spec.template.spec.initContainers" };

struct kustomize_containers {
	ARRAY_OF(struct kustomize_container) list;
};

/* All that have an image, by object, list and place. */
static void kustomize_collect_containers(const struct kustomize_step *step,
					 const struct tree_node *list,
					 struct kustomize_containers *out)
{
	for (uint32_t i = 0; list != NULL && list->type == TREE_LIST && i < list->u.list.count;
	     i++) {
		const struct tree_node *now = tree_get(list->u.list.items[i], "image");
		struct kustomize_container container = {
			.image = now != NULL && now->type == TREE_STRING && !now->unknown
					 ? now->text
					 : NULL
		};

		if (container.image != NULL)
			container.length = kustomize_image_name(container.image);
		ARRAY_ADD(step->k->arena, &out->list, container);
	}
}

/* The list with the images that `containers` have from *at on, which moves behind them. */
static void kustomize_write_images(const struct kustomize_step *step,
				   struct kustomize_object *object, const char *path,
				   const struct kustomize_containers *containers, uint32_t *at)
{
	struct arena *arena = step->k->arena;
	const struct tree_node *list = values_get(object->tree, path);
	struct tree_node *out;
	bool any = false;

	if (list == NULL || list->type != TREE_LIST)
		return;
	for (uint32_t i = 0; i < list->u.list.count; i++)
		any = any || containers->list.items[*at + i].by != NULL;
	out = any ? values_list(arena, list->pos) : NULL;
	for (uint32_t i = 0; any && i < list->u.list.count; i++) {
		const struct kustomize_container *container = &containers->list.items[*at + i];
		const struct tree_node *item = list->u.list.items[i];

		if (container->by != NULL)
			item = values_set_path(
				arena, item, "image",
				values_text(arena, container->by->pos, container->image));
		values_add(arena, out, item);
	}
	*at += list->u.list.count;
	if (any)
		object->tree = values_set_path(arena, object->tree, path, out);
}

/* False: there are too many images to compare with each other. */
static bool kustomize_may_compare(const struct kustomize_step *step,
				  const struct tree_node *entries, uint32_t containers)
{
	enum { COMPARISONS_MAX = 20000000 };

	if ((uint64_t)entries->u.list.count * containers > COMPARISONS_MAX)
		kustomize_stop(step, "kustomizations compare too much of it: more than "
				     "20,000,000 pairs of images and containers");
	return kustomize_goes_on(step);
}

/* Each entry is for all containers, and lists are copied once, however many entries there are.
 */
void kustomize_set_images(const struct kustomize_step *step)
{
	const struct tree_node *list = kustomize_list(step->tree, "images");
	struct kustomize_containers containers = { 0 };
	uint32_t at = 0;

	if (list == NULL)
		return;
	ARRAY_FOREACH (const struct kustomize_object, object, &step->set->list)
		for (size_t p = 0; p < ARRAY_LEN(kustomize_container_lists); p++)
			kustomize_collect_containers(
				step, values_get(object->tree, kustomize_container_lists[p]),
				&containers);
	if (containers.list.items == NULL ||
	    !kustomize_may_compare(step, list, containers.list.count))
		return;
	for (uint32_t i = 0; i < list->u.list.count; i++) {
		struct kustomize_image_change change =
			kustomize_image_change(step->k->arena, list->u.list.items[i]);

		ARRAY_FOREACH (struct kustomize_container, container, &containers.list) {
			if (container->image == NULL ||
			    !kustomize_image_matches(&change, container->image,
						     container->length) ||
			    !kustomize_goes_on(step))
				continue;
			container->image = kustomize_image(step->k->arena, container->image,
							   container->length, &change);
			container->length = kustomize_image_name(container->image);
			container->by = change.tree;
		}
		regex_free(change.regex);
	}
	ARRAY_FOREACH (struct kustomize_object, object, &step->set->list)
		for (size_t p = 0; p < ARRAY_LEN(kustomize_container_lists); p++)
			kustomize_write_images(step, object, kustomize_container_lists[p],
					       &containers, &at);
}
