/* SPDX-License-Identifier: Apache-2.0 */
/* Building kustomizations: what they name, and their transformers in kustomize's order. (I4) */
#include "config/repository/kustomize.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/repository/clusters.h"
#include "config/repository/kustomize_parts.h"
#include "config/repository/kustomize_patch.h"
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

const struct tree_node *kustomize_list(const struct tree_node *tree, const char *key)
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
		"patches",    "patchesJson6902", "patchesStrategicMerge", "transformers",
		"generators", "replacements",    "configurations"
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

struct finding *kustomize_report(const struct kustomize_step *step, struct pos pos,
				 const char *path, const char *message, const char *hint)
{
	struct finding *found;

	ARRAY_FOREACH (const struct finding, problem, &step->k->snapshot->problems)
		if (problem->kind == PROBLEM_KUSTOMIZATION &&
		    memcmp(&problem->place.pos, &pos, sizeof(pos)) == 0 &&
		    str_equal(problem->message, message))
			return NULL;
	found = problem_add(step->k->snapshot, PROBLEM_KUSTOMIZATION, NULL, pos, path, "%s",
			    message);
	found->hint = hint;
	return found;
}

void kustomize_stop(const struct kustomize_step *step, const char *why)
{
	struct kustomizations *k = step->k;
	const char *path = step->file != NULL
				   ? arena_printf(k->arena, "%s%s", k->prefix, step->file->path)
				   : "a Kustomization of Flux";

	if (!k->full)
		source_add_error(&k->snapshot->sources, &k->snapshot->arena, path, why);
	k->full = true;
}

bool kustomize_goes_on(const struct kustomize_step *step)
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

void kustomize_leave_out(const struct kustomize_step *step, struct pos pos, const char *what,
			 const char *why)
{
	struct kustomizations *k = step->k;

	if (k->left_out != NULL)
		return;
	k->left_out = arena_printf(&k->snapshot->arena, "%s %s", what, why);
	k->left_out_pos = pos;
}

/* Resources that are not shown: there may be more objects. */
static void kustomize_leave_out_resource(const struct kustomize_step *step,
					 const struct tree_node *name, const char *why)
{
	step->k->incomplete = true;
	kustomize_leave_out(step, name->pos, arena_printf(step->k->arena, "\"%s\"", name->text),
			    why);
}

struct kustomize_file *kustomize_named_file(const struct kustomize_step *step,
					    const struct tree_node *name)
{
	const char *path =
		step->file != NULL && name->type == TREE_STRING && !name->unknown
			? kustomize_resolve(step->k->arena, step->file->path, name->text)
			: NULL;

	return path != NULL ? kustomize_find(step->k, path) : NULL;
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
		kustomize_leave_out_resource(step, name, "is remote and is not read");
		return;
	}
	path = kustomize_resolve(k->arena, step->file->path, name->text);
	if (path == NULL) {
		kustomize_leave_out_resource(step, name,
					     "is outside the input and is not read");
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
		k->incomplete = k->missing = true;
		/* A component may change any of them. */
		ARRAY_FOREACH (struct kustomize_object, object, &step->set->list)
			object->unknown |= component;
	}
}

static void kustomize_take_all(const struct kustomize_step *step, const char *key)
{
	const struct tree_node *list = kustomize_list(step->tree, key);

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++)
		kustomize_take(step, list->u.list.items[i], str_equal(key, "components"));
}

/* ---- patches ---- */

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
	object->unknown |= why != NULL; /* nothing of it is applied */
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

/* A patch, and the objects that it is for. */
struct kustomize_patch {
	const struct tree_node *tree;
	const struct tree_node *target;  /* NULL: the object that it is named for */
	const struct tree_node *options; /* or NULL */
};

/* Puts one merge patch on one object; what identifies the object stays, unless options let it
 * change. */
static void kustomize_merge_object(const struct kustomize_step *step,
				   const struct kustomize_patch *patch,
				   struct kustomize_object *object)
{
	static const char *const kept[][2] = { { "metadata.name", "allowNameChange" },
					       { "kind", "allowKindChange" },
					       { "metadata.namespace", "" } };
	struct arena *arena = step->k->arena;
	const struct tree_node *before = object->tree;

	object->tree = kustomize_merge(arena, before, patch->tree);
	for (size_t i = 0; i < ARRAY_LEN(kept) && object->tree != NULL; i++) {
		const struct tree_node *value = values_get(before, kept[i][0]);

		if (values_is_true(tree_get(patch->options, kept[i][1])))
			continue;
		if (value == NULL && values_get(object->tree, kept[i][0]) != NULL)
			value = arena_zalloc(arena, 1, sizeof(*value)); /* removes it */
		object->tree = values_set_path(arena, object->tree, kept[i][0], value);
	}
}

static void kustomize_remove_deleted(struct kustomize_set *set)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < set->list.count; i++)
		if (set->list.items[i].tree != NULL)
			set->list.items[kept++] = set->list.items[i];
	set->list.count = kept;
}

/* Reports a patch for an object that is not there: which one was meant is not known. */
static void kustomize_report_no_target(const struct kustomize_step *step,
				       const struct tree_node *patch)
{
	const char *kind = values_get_text(patch, "kind");

	kustomize_report(step, patch->pos, NULL,
			 arena_printf(&step->k->snapshot->arena,
				      "the patch is for %s \"%s\", which is not among the "
				      "resources",
				      kind, values_get_text(patch, "metadata.name")),
			 "write the name of the object that it changes");
	ARRAY_FOREACH (struct kustomize_object, object, &step->set->list)
		object->unknown |= str_equal(values_get_text(object->tree, "kind"), kind);
}

static void kustomize_patch_all(const struct kustomize_step *step,
				const struct kustomize_patch *patch)
{
	const struct tree_node *tree = patch->tree;
	struct kustomize_faults faults = { 0 };
	struct kustomize_target named;
	bool found = false, whole = true;

	if (tree->type != TREE_MAP && tree->type != TREE_LIST)
		return;
	step->k->patches_ours = step->k->patches_ours || kustomize_is_ours(tree) ||
				kustomize_names_ours(patch->target);
	kustomize_target_begin(&named, patch->target, step->k->arena);
	ARRAY_FOREACH (struct kustomize_object, object, &step->set->list) {
		whole = kustomize_goes_on(step);
		if (!whole)
			break;
		if (patch->target != NULL ? !kustomize_target_is(&named, object)
					  : !kustomize_is_for(tree, object))
			continue;
		found = true;
		if (tree->type == TREE_LIST)
			kustomize_edit_object(step, tree, object, &faults);
		else
			kustomize_merge_object(step, patch, object);
	}
	kustomize_target_end(&named);
	if (!whole)
		return;
	kustomize_remove_deleted(step->set);
	if (faults.count > 0)
		kustomize_report_faults(step, &faults);
	if (!found && !step->k->incomplete && patch->target == NULL && tree->type == TREE_MAP &&
	    kustomize_is_ours(tree))
		kustomize_report_no_target(step, tree);
	else if (!found && !step->k->incomplete && patch->target != NULL)
		kustomize_report_idle(step, patch->target);
}

static void kustomize_patch_with(const struct kustomize_step *step,
				 struct kustomize_patch *patch, const struct tree_list *trees)
{
	ARRAY_FOREACH (const struct tree_node *, tree, &trees->list) {
		patch->tree = *tree;
		kustomize_patch_all(step, patch);
	}
}

/* Makes unknown what a patch is for that is not known. */
static void kustomize_forget_patched(const struct kustomize_step *step,
				     const struct kustomize_patch *patch)
{
	struct kustomize_target named;

	kustomize_target_begin(&named, patch->target, step->k->arena);
	ARRAY_FOREACH (struct kustomize_object, object, &step->set->list)
		object->unknown |= patch->target == NULL || kustomize_target_is(&named, object);
	kustomize_target_end(&named);
}

/* Reports a patch that kustomize cannot read. */
static void kustomize_refuse_patch(const struct kustomize_step *step, struct pos pos,
				   const struct kustomize_patch *patch)
{
	step->k->patches_ours = step->k->patches_ours || kustomize_names_ours(patch->target);
	kustomize_report(step, pos, NULL,
			 "the patch begins with [ but is not JSON: kustomize refuses it",
			 "put its keys and texts in double quotes, or write it as a list with "
			 "dashes: - {op: ..., path: ...}");
	kustomize_forget_patched(step, patch);
}

/* One patch: a file, a text of its own, or, as Flux takes it, a mapping. */
static void kustomize_patch(const struct kustomize_step *step, const struct tree_node *where,
			    const struct tree_node *text, struct kustomize_patch *patch)
{
	struct kustomizations *k = step->k;
	struct tree_list trees = { 0 };
	const char *path;
	const struct kustomize_file *file;

	if (text != NULL && text->type == TREE_STRING &&
	    !kustomize_text_is_patch(k->arena, text)) {
		kustomize_refuse_patch(step, text->pos, patch);
		return;
	}
	if (text != NULL && text->type == TREE_STRING &&
	    values_all_of_text(k->snapshot, text, NULL, k->arena, &trees))
		kustomize_patch_with(step, patch, &trees);
	if (text != NULL && (text->type == TREE_MAP || text->type == TREE_LIST)) {
		patch->tree = text;
		kustomize_patch_all(step, patch);
	}
	if (where == NULL || where->type != TREE_STRING || step->file == NULL)
		return;
	if (strchr(where->text, '\n') != NULL) {
		kustomize_patch(step, NULL, where, patch);
		return;
	}
	path = where->unknown || kustomize_is_remote(where->text)
		       ? NULL
		       : kustomize_resolve(k->arena, step->file->path, where->text);
	file = path != NULL ? kustomize_find(k, path) : NULL;
	if (path == NULL)
		kustomize_leave_out(step, where->pos, "a patch",
				    "is not in the input: the objects that it changes are not "
				    "checked");
	if (path != NULL && file == NULL &&
	    access(arena_printf(k->arena, "%s%s", k->prefix, path), F_OK) != 0)
		kustomize_report(
			step, where->pos, NULL,
			arena_printf(&k->snapshot->arena, "no such patch: \"%s\"", where->text),
			"correct the path, or add the file");
	if (file != NULL && file->refused) {
		kustomize_refuse_patch(step, file->trees.list.items[0]->pos, patch);
		return;
	}
	if (file != NULL) {
		kustomize_patch_with(step, patch, &file->trees);
		return;
	}
	kustomize_forget_patched(step, patch);
}

static void kustomize_patches(const struct kustomize_step *step, const char *key)
{
	const struct tree_node *list = kustomize_list(step->tree, key);

	for (uint32_t i = 0; list != NULL && i < list->u.list.count; i++) {
		const struct tree_node *item = list->u.list.items[i];
		struct kustomize_patch patch = { .target = tree_get(item, "target"),
						 .options = tree_get(item, "options") };

		if (item->type == TREE_STRING)
			kustomize_patch(step, item, NULL, &patch);
		else if (tree_get(item, "apiVersion") != NULL)
			kustomize_patch(step, NULL, item, &patch);
		else
			kustomize_patch(step, tree_get(item, "path"), tree_get(item, "patch"),
					&patch);
	}
}

/* ---- what is not done ---- */

/* True when all configurations are in the input and only say where names of other objects are,
 * which are none of PureLB's. */
static bool kustomize_only_names(const struct kustomize_step *step,
				 const struct tree_node *configurations)
{
	static const char *const names[] = { "nameReference", "varReference", NULL };

	for (uint32_t i = 0; i < configurations->u.list.count; i++) {
		const struct kustomize_file *file =
			kustomize_named_file(step, configurations->u.list.items[i]);
		const struct tree_node *tree = file != NULL && file->trees.list.count == 1
						       ? file->trees.list.items[0]
						       : NULL;

		if (tree == NULL || tree->type != TREE_MAP)
			return false;
		ARRAY_FOREACH (const struct tree_entry, entry, &tree->u.map)
			if (!str_in(entry->key, names))
				return false;
	}
	return true;
}

/* Kustomizations may bring programs and settings of their own. What they change or make is not
 * known. */
static void kustomize_forget(const struct kustomize_step *step)
{
	static const struct {
		const char *key;
		const char *why;
		bool makes, changes;
	} others[] = {
		{ "generators", "are not run: there may be more objects", true, false },
		{ "transformers", "are not run: the objects that they change are not checked",
		  false, true },
		{ "configurations",
		  "are not applied: the objects that they change are not checked", false,
		  true },
		{ "openapi", "is not applied: the objects that it changes are not checked",
		  false, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		const struct tree_node *value = tree_get(step->tree, others[i].key);

		if (value == NULL || (value->type == TREE_LIST && value->u.list.count == 0) ||
		    (value->type == TREE_LIST && str_equal(others[i].key, "configurations") &&
		     kustomize_only_names(step, value)))
			continue;
		kustomize_leave_out(step, value->pos,
				    arena_printf(step->k->arena, "\"%s\"", others[i].key),
				    others[i].why);
		step->k->incomplete |= others[i].makes;
		ARRAY_FOREACH (struct kustomize_object, object, &step->set->list)
			object->unknown |= others[i].changes;
	}
}

/* ---- all of it ---- */

static void kustomize_transform(const struct kustomize_step *step)
{
	kustomize_patches(step, "patchesStrategicMerge");
	kustomize_patches(step, "patches");
	kustomize_set_namespace(step);
	kustomize_set_names(step);
	kustomize_add_labels(step);
	kustomize_patches(step, "patchesJson6902");
	kustomize_set_replicas(step);
	kustomize_set_images(step);
	kustomize_replace(step);
	kustomize_forget(step);
}

void kustomize_apply(struct kustomizations *k, const struct tree_node *tree,
		     struct kustomize_set *set)
{
	const struct kustomize_step step = { .k = k, .tree = tree, .set = set };

	if (k->bytes_before == 0)
		k->bytes_before = k->arena->given_bytes;
	kustomize_transform(&step);
}

static void kustomize_build_into(struct kustomizations *k, struct kustomize_file *file,
				 struct kustomize_set *set)
{
	const struct kustomize_step step = { k, file, kustomize_tree(file), set };

	if (++k->visits > KUSTOMIZE_VISITS_MAX)
		kustomize_stop(&step, "more than 2,000 kustomizations are needed to build one");
	if (step.tree == NULL || !kustomize_goes_on(&step))
		return;
	file->active = file->built = true;
	if (file->source > 0)
		k->snapshot->sources.list.items[file->source - 1].built = true;
	k->charts = k->charts || tree_get(step.tree, "helmCharts") != NULL ||
		    tree_get(step.tree, "helmChartInflationGenerator") != NULL;
	kustomize_take_all(&step, "resources");
	kustomize_take_all(&step, "bases");
	kustomize_take_all(&step, "components");
	kustomize_transform(&step);
	file->active = false;
}

/* True for what is only there for kustomize itself, which does not print it. */
static bool kustomize_is_local(const struct tree_node *object)
{
	const struct tree_node *local = tree_get(values_get(object, "metadata.annotations"),
						 "config.kubernetes.io/local-config");

	return local != NULL && !str_equal(local->text, "false");
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
	k->missing = k->patches_ours = false;
	k->left_out = NULL;
	if (k->bytes_before == 0)
		k->bytes_before = k->arena->given_bytes;
	kustomize_build_into(k, root, out);
	ARRAY_FOREACH (struct kustomize_object, object, &out->list)
		if (kustomize_is_local(object->tree))
			object->tree = NULL;
	kustomize_remove_deleted(out);
	if (k->full)
		out->list.count = 0;
}
