/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Applications of Argo CD do to the folders of a repository: the namespace of objects that
 * name none (destination.namespace), and what kustomize does for them (source.kustomize).
 * (I6.3d)
 *
 * An Application is taken to be for the folder that its path names, whatever its repoURL says.
 * An ApplicationSet is its template: where the path is made by a generator, what it does to the
 * folders below is not known. Argo CD writes its prefix over that of the kustomization; here
 * both are added. Charts that an Application installs are in charts.c.
 */
#include <string.h>

#include "base/text.h"
#include "config/objects/object.h"
#include "config/repository/flux.h"
#include "config/repository/values.h"

enum { ARGO_SOURCES_MAX = 100 };

static const struct tree_node *argo_spec(const struct tree_node *tree)
{
	return values_get(tree, str_equal(values_get_text(tree, "kind"), "ApplicationSet")
					? "spec.template.spec"
					: "spec");
}

/* A source by its number: `source` is the first, then those of `sources`; NULL: no more. */
static const struct tree_node *argo_source(const struct tree_node *spec, uint32_t part)
{
	const struct tree_node *list = tree_get(spec, "sources");

	if (part == 0)
		return tree_get(spec, "source");
	return list != NULL && list->type == TREE_LIST && part <= list->u.list.count
		       ? list->u.list.items[part - 1]
		       : NULL;
}

static const char *argo_namespace(struct flux *flux, const struct tree_node *node)
{
	return node != NULL && node->type == TREE_STRING && !node->unknown &&
			       dns_label_valid(node->text)
		       ? arena_strdup(flux->arena, node->text)
		       : NULL;
}

/* "[OLD=]NEW[:TAG][@DIGEST]" as a kustomization has it. */
static struct tree_node *argo_image(struct arena *arena, const struct tree_node *node)
{
	struct tree_node *out = values_map(arena, node->pos);
	const char *equals = strchr(node->text, '=');
	const char *image = equals != NULL ? equals + 1 : node->text;
	const char *digest = strchr(image, '@');
	const char *end = digest != NULL ? digest : image + strlen(image);
	const char *tag = NULL;
	const char *name;

	for (const char *at = image; at < end; at++) {
		if (*at == '/')
			tag = NULL; /* the colon before was that of a port */
		else if (*at == ':')
			tag = at;
	}
	name = arena_strndup(arena, image, (size_t)((tag != NULL ? tag : end) - image));
	values_set_text(
		arena, out, "name",
		equals != NULL ? arena_strndup(arena, node->text, (size_t)(equals - node->text))
			       : name);
	if (equals != NULL)
		values_set_text(arena, out, "newName", name);
	if (tag != NULL)
		values_set_text(arena, out, "newTag",
				arena_strndup(arena, tag + 1, (size_t)(end - tag - 1)));
	if (digest != NULL)
		values_set_text(arena, out, "digest", digest + 1);
	return out;
}

static struct tree_node *argo_images(struct arena *arena, const struct tree_node *list)
{
	struct tree_node *out = values_list(arena, list->pos);

	for (uint32_t i = 0; list->type == TREE_LIST && i < list->u.list.count; i++)
		if (list->u.list.items[i]->type == TREE_STRING)
			values_add(arena, out, argo_image(arena, list->u.list.items[i]));
	return out;
}

/* Keys of `kustomize` that change objects, and those of a kustomization that do the same. */
static const char *const argo_keys[][2] = {
	{ "patches", "patches" },
	{ "namePrefix", "namePrefix" },
	{ "nameSuffix", "nameSuffix" },
	{ "replicas", "replicas" },
	{ "commonLabels", "commonLabels" },
	{ "commonAnnotations", "commonAnnotations" },
	{ "components", "transformers" }, /* as little is known of these */
	{ "images", NULL },               /* they are written in another way */
};

/* True when kustomize is to do something to objects but to move them. */
static bool argo_changes_objects(const struct tree_node *kustomize)
{
	for (size_t i = 0; i < ARRAY_LEN(argo_keys); i++) {
		const struct tree_node *value = tree_get(kustomize, argo_keys[i][0]);

		if (value != NULL && values_is_true(value))
			return true;
	}
	return false;
}

const struct tree_node *argo_change_tree(struct arena *arena, const struct tree_node *tree,
					 uint32_t part)
{
	const struct tree_node *source = argo_source(argo_spec(tree), part);
	const struct tree_node *kustomize = tree_get(source, "kustomize");
	const struct tree_node *images = tree_get(kustomize, "images");
	struct tree_node *out;

	if (!argo_changes_objects(kustomize))
		return NULL;
	out = values_map(arena, kustomize->pos);
	for (size_t i = 0; i < ARRAY_LEN(argo_keys); i++)
		if (argo_keys[i][1] != NULL)
			values_set(arena, out, argo_keys[i][1],
				   tree_get(kustomize, argo_keys[i][0]));
	if (images != NULL)
		values_set(arena, out, "images", argo_images(arena, images));
	return out;
}

/* The folder of a path that holds for all that a generator puts into it. */
static const char *argo_folder(struct flux *flux, const char *path, bool *made)
{
	const char *braces = strstr(path, "{{");

	*made = braces != NULL;
	if (braces == NULL)
		return flux_path(flux, path);
	while (braces > path && braces[-1] != '/')
		braces--;
	return flux_path(flux, arena_strndup(flux->arena, path, (size_t)(braces - path)));
}

static void argo_take_source(struct flux *flux, const struct tree_node *tree, uint32_t part,
			     const char *file)
{
	const struct tree_node *spec = argo_spec(tree);
	const struct tree_node *source = argo_source(spec, part);
	const struct tree_node *kustomize = tree_get(source, "kustomize");
	const char *path = values_get_text(source, "path");
	const char *namespace = values_get_text(tree, "metadata.namespace");
	struct flux_kustomization k = { .own = true, .part = part }, *added;
	bool made = false;

	if (path == NULL || tree_get(source, "chart") != NULL ||
	    tree_get(source, "helm") != NULL)
		return;
	added = flux_add(flux);
	if (added == NULL)
		return;
	k.path = argo_folder(flux, path, &made);
	if (!made) {
		k.direct = !values_is_true(values_get(source, "directory.recurse"));
		k.target = argo_namespace(flux, tree_get(kustomize, "namespace"));
		k.usual = argo_namespace(flux, values_get(spec, "destination.namespace"));
	}
	if (argo_changes_objects(kustomize)) {
		k.file = arena_strdup(flux->arena, file);
		/* Nothing is of this kind: what a generator decides stays unknown. */
		k.kind = made ? "" : arena_strdup(flux->arena, values_get_text(tree, "kind"));
		k.name = arena_strdup(flux->arena, values_get_text(tree, "metadata.name"));
		k.namespace = namespace != NULL ? arena_strdup(flux->arena, namespace) : NULL;
	}
	*added = k;
}

void argo_take(struct flux *flux, const struct tree_node *tree, const char *file)
{
	for (uint32_t part = 0; part < ARGO_SOURCES_MAX; part++)
		if (argo_source(argo_spec(tree), part) != NULL)
			argo_take_source(flux, tree, part, file);
}
