/* SPDX-License-Identifier: Apache-2.0 */
/* Building kustomizations: what they name, and their transformers in kustomize's order. (I4) */
#include "config/repository/kustomize.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/repository/clusters.h"
#include "config/repository/kustomize_patch.h"
#include "config/repository/kustomize_target.h"
#include "config/repository/values.h"

/* ---- files ---- */

static int kustomize_compare(const void *a, const void *b)
{
	return strcmp(((const struct kustomize_file *)a)->path,
		      ((const struct kustomize_file *)b)->path);
}

void kustomize_sort(struct kustomizations *k)
{
	if (k->files.count > 1)
		qsort(k->files.items, k->files.count, sizeof(*k->files.items),
		      kustomize_compare);
}

struct kustomize_file *kustomize_find(const struct kustomizations *k, const char *path)
{
	const struct kustomize_file key = { .path = path };

	return k->files.count == 0 ? NULL
				   : bsearch(&key, k->files.items, k->files.count,
					     sizeof(*k->files.items), kustomize_compare);
}

/* `name` as a path below the folder, from the folder of `from`; NULL when it leads out. */
static const char *kustomize_resolve(struct arena *arena, const char *from, const char *name)
{
	const char *slash = strrchr(from, '/');

	if (name[0] == '/')
		return NULL;
	return clusters_path(arena, arena_printf(arena, "%.*s%s%s",
						 slash != NULL ? (int)(slash - from) : 0, from,
						 slash != NULL ? "/" : "", name));
}

/* The kustomization of the folder at this path, or NULL. */
static struct kustomize_file *kustomize_of_folder(const struct kustomizations *k,
						  const char *folder)
{
	static const char *const names[] = { "kustomization.yaml", "kustomization.yml",
					     "Kustomization" };
	struct kustomize_file *file = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names) && file == NULL; i++)
		file = kustomize_find(k, arena_printf(k->arena, "%s%s%s", folder,
						      folder[0] != '\0' ? "/" : "", names[i]));
	return file;
}

static bool kustomize_is_remote(const char *name)
{
	return strstr(name, "://") != NULL || strstr(name, "?ref=") != NULL ||
	       str_has_prefix(name, "git@") || str_has_prefix(name, "github.com/");
}

/* ---- what a kustomization names ---- */

static const struct tree_node *kustomize_tree(const struct kustomize_file *file)
{
	const struct tree_node *tree =
		file->trees.list.count > 0 ? file->trees.list.items[0] : NULL;

	return tree != NULL && tree->type == TREE_MAP ? tree : NULL;
}

/* The list below a key; NULL when it has none. */
static const struct tree_node *kustomize_list(const struct tree_node *tree, const char *key)
{
	const struct tree_node *list = tree_get(tree, key);

	return list != NULL && list->type == TREE_LIST ? list : NULL;
}

static void kustomize_mark_patch(struct kustomizations *k, const struct kustomize_file *from,
				 const char *name)
{
	const char *path = name != NULL && strchr(name, '\n') == NULL
				   ? kustomize_resolve(k->arena, from->path, name)
				   : NULL;
	struct kustomize_file *file = path != NULL ? kustomize_find(k, path) : NULL;

	if (file != NULL)
		file->patch = true;
}

void kustomize_mark(struct kustomizations *k, const struct kustomize_file *from)
{
	static const char *const resources[] = { "resources", "bases", "components" };
	static const char *const patches[] = {
		"patches",      "patchesJson6902", "patchesStrategicMerge",
		"transformers", "generators",      "replacements"
	};
	const struct tree_node *tree = kustomize_tree(from);

	for (size_t i = 0; i < ARRAY_LEN(resources); i++) {
		const struct tree_node *list = kustomize_list(tree, resources[i]);

		for (uint32_t n = 0; list != NULL && n < list->u.list.count; n++) {
			const char *name = list->u.list.items[n]->text;
			const char *path =
				list->u.list.items[n]->type == TREE_STRING
					? kustomize_resolve(k->arena, from->path, name)
					: NULL;
			struct kustomize_file *file =
				path != NULL ? kustomize_find(k, path) : NULL;

			if (file == NULL && path != NULL)
				file = kustomize_of_folder(k, path);
			if (file == NULL || file == from)
				continue;
			if (file->is_kustomization && !file->named)
				ARRAY_ADD(k->arena, &k->reached, file);
			file->used = !file->is_kustomization;
			file->named = file->is_kustomization;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(patches); i++) {
		const struct tree_node *list = kustomize_list(tree, patches[i]);

		for (uint32_t n = 0; list != NULL && n < list->u.list.count; n++) {
			const struct tree_node *item = list->u.list.items[n];

			kustomize_mark_patch(k, from,
					     item->type == TREE_STRING
						     ? item->text
						     : values_get_text(item, "path"));
		}
	}
}

/* ---- building ---- */

struct kustomize_step {
	struct kustomizations *k;
	struct kustomize_file *file;
	const struct tree_node *tree;
	struct kustomize_set *set;
};

static void kustomize_report(const struct kustomize_step *step, struct pos pos,
			     const char *path, const char *message, const char *hint)
{
	problem_add(step->k->snapshot, PROBLEM_KUSTOMIZATION, NULL, pos, path, "%s", message)
		->hint = hint;
}

/* Ends the building with an error, once. */
static void kustomize_stop(const struct kustomize_step *step, const char *why)
{
	struct kustomizations *k = step->k;
	const char *path = arena_printf(k->arena, "%s%s", k->prefix, step->file->path);

	if (!k->full)
		source_add_error(&k->snapshot->sources, &k->snapshot->arena, path, why);
	k->full = true;
}

/* Whether one more object may be made or changed: copies add up where many things are done to
 * many objects. */
static bool kustomize_goes_on(const struct kustomize_step *step)
{
	const struct kustomizations *k = step->k;

	if (k->taken > KUSTOMIZE_TAKEN_MAX)
		kustomize_stop(step,
			       "kustomizations make more than 100,000 objects of its folder");
	if (k->arena->given_bytes - k->bytes_before > (size_t)KUSTOMIZE_BYTES_MAX)
		kustomize_stop(step, "kustomizations make too much of its folder: more than "
				     "256 MiB of objects, labels and patches");
	return !k->full;
}

static void kustomize_build_into(struct kustomizations *k, struct kustomize_file *file,
				 struct kustomize_set *set);

static void kustomize_add_object(const struct kustomize_step *step,
				 const struct tree_node *tree)
{
	const struct tree_node *items = tree_get(tree, "items");
	const struct kustomize_object object = {
		.tree = tree, .name = values_get_text(tree, "metadata.name")
	};

	if (tree->type != TREE_MAP || !kustomize_goes_on(step))
		return;
	if (items != NULL && items->type == TREE_LIST &&
	    str_equal(values_get_text(tree, "kind"), "List")) {
		for (uint32_t i = 0; i < items->u.list.count; i++)
			if (!str_equal(values_get_text(items->u.list.items[i], "kind"), "List"))
				kustomize_add_object(step, items->u.list.items[i]);
		return;
	}
	if (++step->k->objects > KUSTOMIZE_OBJECTS_MAX)
		kustomize_stop(step, "kustomizations make more than 50,000 objects of it");
	else
		ARRAY_ADD(step->k->arena, &step->set->list, object);
}

/* Resources that are not shown: named once for each root. */
static void kustomize_leave_out(const struct kustomize_step *step, const struct tree_node *name,
				const char *why)
{
	struct kustomizations *k = step->k;

	k->incomplete = true;
	if (k->left_out != NULL)
		return;
	k->left_out = arena_printf(&k->snapshot->arena, "\"%s\" %s", name->text, why);
	k->left_out_pos = name->pos;
}

/* A resource, base or component. */
static void kustomize_take(const struct kustomize_step *step, const struct tree_node *name,
			   bool component)
{
	struct kustomizations *k = step->k;
	const char *path;
	struct kustomize_file *file, *folder;
	struct kustomize_set apart = { 0 };

	if (name->type != TREE_STRING)
		return;
	if (name->unknown || kustomize_is_remote(name->text)) {
		kustomize_leave_out(step, name, "is remote and is not read");
		return;
	}
	path = kustomize_resolve(k->arena, step->file->path, name->text);
	if (path == NULL) {
		kustomize_leave_out(step, name, "is outside the input and is not read");
		return;
	}
	file = kustomize_find(k, path);
	folder = kustomize_of_folder(k, path);
	if (file != NULL && !file->is_kustomization) {
		for (uint32_t i = 0; i < file->trees.list.count; i++)
			kustomize_add_object(step, file->trees.list.items[i]);
	} else if (folder != NULL && folder->active) {
		kustomize_report(
			step, name->pos, NULL,
			arena_printf(&k->snapshot->arena,
				     "\"%s\" is a kustomization that contains this one",
				     name->text),
			"remove it from the list");
	} else if (folder != NULL && component) {
		kustomize_build_into(k, folder, step->set);
	} else if (folder != NULL) {
		kustomize_build_into(k, folder, &apart);
		ARRAY_FOREACH (const struct kustomize_object, object, &apart.list)
			ARRAY_ADD(k->arena, &step->set->list, *object);
	} else if (file == NULL &&
		   access(arena_printf(k->arena, "%s%s", k->prefix, path), F_OK) != 0) {
		kustomize_report(step, name->pos, NULL,
				 arena_printf(&k->snapshot->arena,
					      "no such file or kustomization: \"%s\"",
					      name->text),
				 "correct the path, or add the file");
	}
}

static void kustomize_take_all(const struct kustomize_step *step, const char *key)
{
	const struct tree_node *list = kustomize_list(step->tree, key);

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++)
		kustomize_take(step, list->u.list.items[i], str_equal(key, "components"));
}

/* ---- patches ---- */

/* True when a merge patch without a target is for the object: same group, kind and name. */
static bool kustomize_is_for(const struct tree_node *patch,
			     const struct kustomize_object *object)
{
	const char *namespace = values_get_text(patch, "metadata.namespace");
	const char *other = values_get_text(object->tree, "metadata.namespace");
	const char *name = values_get_text(patch, "metadata.name");

	return name != NULL &&
	       str_equal(values_get_text(patch, "kind"),
			 values_get_text(object->tree, "kind")) &&
	       str_equal(values_get_text(patch, "apiVersion"),
			 values_get_text(object->tree, "apiVersion")) &&
	       (str_equal(name, object->name) ||
		str_equal(name, values_get_text(object->tree, "metadata.name"))) &&
	       (namespace == NULL || other == NULL || str_equal(namespace, other));
}

static bool kustomize_is_ours(const struct tree_node *patch)
{
	const char *api = values_get_text(patch, "apiVersion");

	return api != NULL && strstr(api, "purelb.io/") != NULL;
}

/* Objects on which a JSON patch cannot be put. */
struct kustomize_faults {
	uint32_t count;
	const struct tree_node *first;
	struct pos pos; /* of the operation that fails for the first one */
	const char *why;
};

static void kustomize_edit_object(const struct kustomize_step *step,
				  const struct tree_node *patch,
				  struct kustomize_object *object,
				  struct kustomize_faults *faults)
{
	const struct tree_node *before = object->tree;
	const char *why = NULL;
	struct pos pos = patch->pos;

	object->tree = kustomize_edit(step->k->arena, before, patch, &pos, &why);
	if (why == NULL || !kustomize_is_ours(before))
		return;
	if (faults->count++ == 0) {
		faults->first = before;
		faults->pos = pos;
		faults->why = why;
	}
}

static void kustomize_report_faults(const struct kustomize_step *step,
				    const struct kustomize_faults *faults)
{
	struct arena *arena = &step->k->snapshot->arena;
	const char *kind = values_get_text(faults->first, "kind");
	const char *name = values_get_text(faults->first, "metadata.name");
	const char *more =
		faults->count > 1 ? arena_printf(arena, " and %u more", faults->count - 1) : "";

	kustomize_report(step, faults->pos, NULL,
			 arena_printf(arena, "a patch of %s \"%s\"%s fails at %s",
				      kind != NULL ? kind : "", name != NULL ? name : "", more,
				      faults->why),
			 "correct the path of the patch");
}

/* Puts one merge patch on one object; the metadata that identifies an object stays. */
static void kustomize_merge_object(const struct kustomize_step *step,
				   const struct tree_node *patch,
				   struct kustomize_object *object, bool targeted)
{
	struct arena *arena = step->k->arena;
	const struct tree_node *before = object->tree;

	object->tree = kustomize_merge(arena, before, patch);
	if (object->tree == NULL || !targeted)
		return;
	object->tree = values_set_path(arena, object->tree, "metadata.name",
				       values_get(before, "metadata.name"));
	object->tree = values_set_path(arena, object->tree, "kind", tree_get(before, "kind"));
}

static void kustomize_remove_deleted(struct kustomize_set *set)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < set->list.count; i++)
		if (set->list.items[i].tree != NULL)
			set->list.items[kept++] = set->list.items[i];
	set->list.count = kept;
}

static void kustomize_patch_all(const struct kustomize_step *step,
				const struct tree_node *patch, const struct tree_node *target)
{
	struct kustomize_faults faults = { 0 };
	struct kustomize_target named;
	bool found = false, whole = true;

	if (patch->type != TREE_MAP && patch->type != TREE_LIST)
		return;
	kustomize_target_begin(&named, target, step->k->arena);
	ARRAY_FOREACH (struct kustomize_object, object, &step->set->list) {
		whole = kustomize_goes_on(step);
		if (!whole)
			break;
		if (target != NULL ? !kustomize_target_is(&named, object->tree, object->name)
				   : !kustomize_is_for(patch, object))
			continue;
		found = true;
		if (patch->type == TREE_LIST)
			kustomize_edit_object(step, patch, object, &faults);
		else
			kustomize_merge_object(step, patch, object, target != NULL);
	}
	kustomize_target_end(&named);
	if (!whole)
		return;
	kustomize_remove_deleted(step->set);
	if (faults.count > 0)
		kustomize_report_faults(step, &faults);
	if (!found && !step->k->incomplete && target == NULL && patch->type == TREE_MAP &&
	    kustomize_is_ours(patch))
		kustomize_report(
			step, patch->pos, NULL,
			arena_printf(&step->k->snapshot->arena,
				     "the patch is for %s \"%s\", which is not among the "
				     "resources",
				     values_get_text(patch, "kind"),
				     values_get_text(patch, "metadata.name")),
			"write the name of the object that it changes");
}

/* One patch: a file, or a text of its own. */
static void kustomize_patch(const struct kustomize_step *step, const struct tree_node *where,
			    const struct tree_node *text, const struct tree_node *target)
{
	struct kustomizations *k = step->k;
	const struct tree_node *tree = NULL;
	const char *path;
	const struct kustomize_file *file;

	if (text != NULL && text->type == TREE_STRING) {
		tree = values_of_text(k->snapshot, text, NULL, k->arena);
		if (tree != NULL)
			kustomize_patch_all(step, tree, target);
	}
	if (where == NULL || where->type != TREE_STRING || kustomize_is_remote(where->text))
		return;
	if (strchr(where->text, '\n') != NULL) {
		kustomize_patch(step, NULL, where, target);
		return;
	}
	path = kustomize_resolve(k->arena, step->file->path, where->text);
	file = path != NULL ? kustomize_find(k, path) : NULL;
	if (path != NULL && file == NULL &&
	    access(arena_printf(k->arena, "%s%s", k->prefix, path), F_OK) != 0)
		kustomize_report(
			step, where->pos, NULL,
			arena_printf(&k->snapshot->arena, "no such patch: \"%s\"", where->text),
			"correct the path, or add the file");
	for (uint32_t i = 0; file != NULL && i < file->trees.list.count; i++)
		kustomize_patch_all(step, file->trees.list.items[i], target);
}

static void kustomize_patches(const struct kustomize_step *step, const char *key)
{
	const struct tree_node *list = kustomize_list(step->tree, key);

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++) {
		const struct tree_node *item = list->u.list.items[i];

		if (item->type == TREE_STRING)
			kustomize_patch(step, item, NULL, NULL);
		else
			kustomize_patch(step, tree_get(item, "path"), tree_get(item, "patch"),
					tree_get(item, "target"));
	}
}

/* ---- names, namespaces, labels ---- */

static bool kustomize_kind_in(const struct tree_node *object, const char *const *kinds)
{
	const char *kind = values_get_text(object, "kind");

	return kind != NULL && str_in(kind, kinds);
}

static void kustomize_set_namespace(const struct kustomize_step *step)
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

static void kustomize_set_names(const struct kustomize_step *step)
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

static void kustomize_add_labels(const struct kustomize_step *step)
{
	const struct tree_node *list = kustomize_list(step->tree, "labels");

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++)
		kustomize_add_metadata(step, "labels",
				       tree_get(list->u.list.items[i], "pairs"));
	kustomize_add_metadata(step, "labels", tree_get(step->tree, "commonLabels"));
	kustomize_add_metadata(step, "annotations", tree_get(step->tree, "commonAnnotations"));
}

/* What replacements change is not known. */
static void kustomize_forget_replaced(const struct kustomize_step *step)
{
	const struct tree_node *list = kustomize_list(step->tree, "replacements");

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++) {
		const struct tree_node *targets =
			kustomize_list(list->u.list.items[i], "targets");

		for (uint32_t n = 0; targets != NULL && n < targets->u.list.count; n++) {
			struct kustomize_target named;

			kustomize_target_begin(&named,
					       tree_get(targets->u.list.items[n], "select"),
					       step->k->arena);
			ARRAY_FOREACH (struct kustomize_object, object, &step->set->list)
				object->unknown |=
					kustomize_target_is(&named, object->tree, object->name);
			kustomize_target_end(&named);
		}
	}
}

/* ---- all of it ---- */

static void kustomize_build_into(struct kustomizations *k, struct kustomize_file *file,
				 struct kustomize_set *set)
{
	const struct kustomize_step step = { k, file, kustomize_tree(file), set };

	if (++k->visits > KUSTOMIZE_VISITS_MAX)
		kustomize_stop(&step, "more than 2,000 kustomizations are needed to build one");
	if (step.tree == NULL || !kustomize_goes_on(&step))
		return;
	file->active = file->built = true;
	k->charts = k->charts || tree_get(step.tree, "helmCharts") != NULL ||
		    tree_get(step.tree, "helmChartInflationGenerator") != NULL;
	kustomize_take_all(&step, "resources");
	kustomize_take_all(&step, "bases");
	kustomize_take_all(&step, "components");
	kustomize_patches(&step, "patchesStrategicMerge");
	kustomize_patches(&step, "patches");
	kustomize_set_namespace(&step);
	kustomize_set_names(&step);
	kustomize_add_labels(&step);
	kustomize_patches(&step, "patchesJson6902");
	kustomize_forget_replaced(&step);
	file->active = false;
}

bool kustomize_is_component(const struct kustomize_file *file)
{
	return str_equal(values_get_text(kustomize_tree(file), "kind"), "Component");
}

void kustomize_build(struct kustomizations *k, struct kustomize_file *root,
		     struct kustomize_set *out)
{
	k->visits = 0;
	k->objects = 0;
	k->charts = false;
	k->incomplete = kustomize_is_component(root);
	k->left_out = NULL;
	if (k->bytes_before == 0)
		k->bytes_before = k->arena->given_bytes;
	kustomize_build_into(k, root, out);
	if (k->full)
		out->list.count = 0;
}
