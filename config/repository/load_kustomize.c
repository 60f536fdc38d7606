/* SPDX-License-Identifier: Apache-2.0 */
/* The kustomizations of a folder: which files they are, and what their roots make. (I4) */
#include <string.h>

#include "base/text.h"
#include "config/objects/object.h"
#include "config/repository/kustomize_patch.h"
#include "config/repository/loading.h"
#include "config/repository/values.h"

/* True for a kustomization of kustomize; Flux has a kind of that name and other files. */
bool load_is_kustomization(const struct tree_list *trees)
{
	const struct tree_node *tree = trees->list.count > 0 ? trees->list.items[0] : NULL;
	const struct tree_node *api = tree_get(tree, "apiVersion");

	return tree != NULL && tree->type == TREE_MAP &&
	       (api == NULL || api->type != TREE_STRING ||
		str_has_prefix(api->text, "kustomize.config.k8s.io/"));
}

/* Reads a kustomization into *file; false: it is none, or is broken. */
static bool load_kustomization(struct loading *loading, const char *path,
			       struct kustomize_file *file)
{
	struct snapshot *snapshot = loading->snapshot;
	const uint32_t source = snapshot->sources.list.count;
	const uint32_t problems = snapshot->problems.count;
	bool fine;

	sources_add(&snapshot->sources, &snapshot->arena, path);
	if (snapshot->sources.list.count == source)
		return false;
	reuse_parse_trees(loading->reuse, snapshot, source, loading->charts.arena,
			  &file->trees);
	fine = load_is_kustomization(&file->trees) && snapshot->problems.count == problems;
	snapshot->problems.count = problems;
	if (!fine) {
		file->trees.list.count = 0;
		snapshot->sources.list.count = source;
		return false;
	}
	snapshot->sources.list.items[source].aside = true;
	snapshot->sources.list.items[source].layer = true;
	file->is_kustomization = true;
	file->source = source + 1;
	if (loading->clusters == NULL)
		charts_take(&loading->charts, file->trees.list.items[0]);
	return true;
}

/* ---- one of several clusters (I7.1) ---- */

bool load_is_in_scope(const struct loading *loading, const char *path,
		      const struct kustomize_file *named)
{
	enum path_owner owner;

	if (loading->clusters == NULL)
		return true;
	owner = clusters_owner(loading->clusters, loading->cluster, path);
	if (owner == PATH_OWN || (named != NULL && (named->used || named->patch)))
		return true;
	return owner == PATH_SHARED && loading->clusters->shared &&
	       (named == NULL || !named->elsewhere);
}

bool load_is_root_in_scope(const struct loading *loading, const struct kustomize_file *file)
{
	enum path_owner owner;

	if (loading->clusters == NULL)
		return true;
	owner = clusters_owner(loading->clusters, loading->cluster, file->path);
	return owner == PATH_OWN ||
	       (owner == PATH_SHARED && loading->clusters->shared && !file->elsewhere);
}

void load_note_owner(const struct loading *loading, const char *path, uint32_t first)
{
	const struct tree_clusters *clusters = loading->clusters;
	const bool anywhere = clusters != NULL && !clusters->declared &&
			      clusters_owner(clusters, loading->cluster, path) == PATH_SHARED;

	for (uint32_t i = first; i < loading->snapshot->objects.count; i++)
		loading->snapshot->objects.items[i]->anywhere = anywhere;
}

/* Lets only what the kustomizations of the present cluster name be named. */
static void load_mark_scope(struct loading *loading, struct kustomizations *k)
{
	ARRAY_FOREACH (struct kustomize_file, file, &k->files) {
		file->elsewhere = file->used || file->patch || file->named;
		file->used = file->patch = file->named = false;
	}
	k->reached.count = 0;
	ARRAY_FOREACH (struct kustomize_file, file, &k->files)
		if (file->is_kustomization && load_is_root_in_scope(loading, file))
			kustomize_mark(k, file);
	for (uint32_t i = 0; i < k->reached.count; i++)
		kustomize_mark(k, k->reached.items[i]);
	ARRAY_FOREACH (const struct kustomize_file, file, &k->files)
		if (file->is_kustomization &&
		    (file->named || load_is_root_in_scope(loading, file)))
			charts_take(&loading->charts, file->trees.list.items[0]);
}

static void load_hold(struct loading *loading, struct tree_holder holder)
{
	ARRAY_ADD(&loading->snapshot->arena, &loading->holders->list, holder);
}

void load_hold_releases(struct loading *loading)
{
	const struct sources *sources = &loading->snapshot->sources;

	if (loading->holders == NULL)
		return;
	ARRAY_FOREACH (const struct chart_release, release, &loading->charts.releases)
		if (release->rank != CHART_DEFAULTS && release->pos.source > 0)
			load_hold(loading,
				  (struct tree_holder){
					  .path = sources->list.items[release->pos.source - 1]
							  .name });
}

/* True for a file with a list that kustomize refuses as a patch: of a file, other than of a
 * text, the very first byte is the bracket. One that is very long is not looked at. */
static bool load_patch_is_refused(struct loading *loading, uint32_t source,
				  const struct tree_list *trees)
{
	enum { BYTES_MAX = 1 << 20 };
	struct snapshot *snapshot = loading->snapshot;
	struct arena *scratch = &loading->scratch;
	const struct arena_mark mark = arena_mark(scratch);
	bool refused = false;
	FILE *file;
	char *text;
	size_t bytes;

	if (trees->list.count == 0 || trees->list.items[0]->type != TREE_LIST)
		return false;
	file = source_open(&snapshot->sources, source);
	if (file != NULL) {
		text = arena_alloc(scratch, BYTES_MAX);
		bytes = fread(text, 1, BYTES_MAX, file);
		if (bytes < BYTES_MAX) {
			const struct pos pos = { source + 1, 1, 1 };

			text[bytes] = '\0';
			refused = text[0] == '[' &&
				  !kustomize_text_is_patch(scratch,
							   values_text(scratch, pos, text));
		}
	}
	source_close(&snapshot->sources, &snapshot->arena, source, file);
	arena_reset(scratch, mark);
	return refused;
}

void load_patch(struct loading *loading, const char *path, struct kustomize_file *patch)
{
	struct snapshot *snapshot = loading->snapshot;
	const uint32_t source = snapshot->sources.list.count;

	load_unread(snapshot, path, FILE_PATCH);
	loading_substitute(loading, path);
	sources_add(&snapshot->sources, &snapshot->arena, path);
	if (snapshot->sources.list.count == source)
		return;
	snapshot->sources.list.items[source].aside = true;
	snapshot->sources.list.items[source].layer = true;
	patch->source = source + 1;
	reuse_parse_trees(loading->reuse, snapshot, source, loading->charts.arena,
			  &patch->trees);
	patch->refused = load_patch_is_refused(loading, source, &patch->trees);
}

/* The files of a walk as kustomizations see them; those that are none are counted as such. */
void load_kustomizations(struct loading *loading, const struct folder_walk *walk,
			 const char *only, struct kustomizations *k)
{
	bool any = only != NULL;
	uint32_t count = 0;

	ARRAY_FOREACH (const struct walked_file, file, &walk->files)
		any = any || file->class == FILE_KUSTOMIZATION;
	if (!any)
		return;
	ARRAY_FOREACH (const struct walked_file, file, &walk->files) {
		struct kustomize_file *known = ARRAY_PUSH(k->arena, &k->files);

		*known = (struct kustomize_file){ .path = file->path + walk->prefix_bytes };
		if (file->class == FILE_KUSTOMIZATION ||
		    (walked_is_open(file) && str_equal(known->path, only)))
			load_kustomization(loading, file->path, known);
	}
	kustomize_sort(k);
	ARRAY_FOREACH (const struct kustomize_file, file, &k->files) {
		if (!file->is_kustomization)
			continue;
		kustomize_mark(k, file);
		count++;
	}
	if (loading->clusters != NULL)
		load_mark_scope(loading, k);
	k->alone = only != NULL || count == 1;
}

/* A name that is not there is no empty one. */
static const char *load_made_key(struct arena *arena, const char *kind, const char *namespace,
				 const char *name)
{
	return arena_printf(arena, "%s\n%s%s\n%s%s", kind != NULL ? kind : "",
			    namespace != NULL ? "=" : "", namespace != NULL ? namespace : "",
			    name != NULL ? "=" : "", name != NULL ? name : "");
}

/* True when an earlier root made an object of this kind and name. */
static bool load_was_made(const struct kustomizations *k, const struct tree_node *tree)
{
	const char *key = load_made_key(k->arena, values_get_text(tree, "kind"),
					values_get_text(tree, "metadata.namespace"),
					values_get_text(tree, "metadata.name"));
	const struct kustomize_made *found;

	HASH_FIND_STR(k->made, key, found);
	return found != NULL;
}

static void load_add_made(struct kustomizations *k, const struct object *object)
{
	struct kustomize_made *made = arena_zalloc(k->arena, 1, sizeof(*made)), *known;

	made->key = load_made_key(k->arena, object->kind_name, object->namespace_given.s,
				  object->name.s);
	HASH_FIND_STR(k->made, made->key, known);
	if (known == NULL)
		HASH_ADD_KEYPTR(hh, k->made, made->key, strlen(made->key), made);
}

/* True for a tree of an object that is PureLB's own. */
static bool load_tree_is_ours(const struct tree_node *tree)
{
	const char *api = values_get_text(tree, "apiVersion");

	return api != NULL && strstr(api, "purelb.io/") != NULL;
}

/* The folder of a root, as the user would name it. */
static const char *load_root_folder(const struct kustomizations *k,
				    const struct kustomize_file *root)
{
	const char *slash = strrchr(root->path, '/');

	if (slash != NULL)
		return arena_printf(&k->snapshot->arena, "%s%.*s", k->prefix,
				    (int)(slash - root->path), root->path);
	return k->prefix[0] != '\0' ? k->prefix : ".";
}

/* Notes which ServiceGroups a root makes, and that it is one. */
static void load_hold_root(struct loading *loading, const struct kustomizations *k,
			   const struct kustomize_file *root, const struct kustomize_set *set)
{
	struct arena *arena = &loading->snapshot->arena;
	struct tree_holder holder = { .root = true };

	if (loading->holders == NULL)
		return;
	holder.path = arena_strdup(arena, load_root_folder(k, root));
	ARRAY_FOREACH (const struct kustomize_object, object, &set->list) {
		const char *name = values_get_text(object->tree, "metadata.name");
		const char *namespace = values_get_text(object->tree, "metadata.namespace");
		const char *kind = values_get_text(object->tree, "kind");

		if (!load_tree_is_ours(object->tree))
			continue;
		holder.group = str_equal(kind, "ServiceGroup") && name != NULL
				       ? arena_printf(arena, "%s/%s",
						      namespace != NULL ? namespace : "", name)
				       : NULL;
		load_hold(loading, holder);
	}
}

bool loading_take_chart(struct loading *loading, const struct tree_node *tree)
{
	bool unknown = false;
	const struct tree_node *applied = snapshot_change(loading->snapshot, tree, &unknown);

	if (unknown && str_equal(values_get_text(tree, "kind"), "HelmRelease")) {
		loading->snapshot->hides_ours = true;
		return true;
	}
	return applied != NULL && charts_take(&loading->charts, applied);
}

/* Builds a root, and reads its objects. */
void load_root(struct loading *loading, struct kustomizations *k, struct kustomize_file *root)
{
	struct snapshot *snapshot = loading->snapshot;
	const uint32_t problems = snapshot->problems.count;
	const uint32_t objects = snapshot->objects.count;
	const char *folder = load_root_folder(k, root);
	struct kustomize_set set = { 0 };
	bool ours;

	kustomize_build(k, root, &set);
	ours = k->patches_ours;
	if (loading->renderer != NULL && !k->charts && !kustomize_is_component(root)) {
		/* What was found by building it here does not count. */
		snapshot->problems.count = problems;
		k->left_out = NULL;
		set.list.count = 0;
		load_rendered_root(loading, k, folder, &set);
	}
	if (loading->flux != NULL) {
		const struct substitutions *values = flux_substitutions(loading->flux, folder);

		ARRAY_FOREACH (struct kustomize_object, object, &set.list)
			object->tree = flux_expand(snapshot, object->tree, values, k->arena);
		snapshot->substitutions = values;
	}
	load_hold_root(loading, k, root, &set);
	ARRAY_FOREACH (const struct kustomize_object, object, &set.list)
		ours = ours || load_tree_is_ours(object->tree);
	if (!ours) /* what is wrong with it is not PureLB's business */
		snapshot->problems.count = problems;
	if ((ours && k->missing) ||
	    (k->left_out != NULL && (ours || strstr(k->left_out, "purelb") != NULL)))
		snapshot->hides_ours = true;
	if ((ours || k->alone) && k->left_out != NULL)
		problem_add(snapshot, PROBLEM_UNRENDERED, NULL, k->left_out_pos, NULL, "%s",
			    k->left_out)
			->hint = arena_printf(&snapshot->arena,
					      "build it: kubectl kustomize %s | purelbtool "
					      "validate",
					      folder);
	ARRAY_FOREACH (const struct kustomize_object, object, &set.list) {
		const uint32_t releases = loading->charts.releases.count;
		const char *kind = values_get_text(object->tree, "kind");
		const char *api = values_get_text(object->tree, "apiVersion");
		const struct kind_info *info =
			kind != NULL && api != NULL ? kind_find(kind, api) : NULL;

		if (object->unknown && info != NULL) {
			snapshot->set_aside[info->kind]++;
			continue;
		}
		if (loading_take_chart(loading, object->tree)) {
			for (uint32_t i = releases; i < loading->charts.releases.count; i++)
				loading->charts.releases.items[i].rank = CHART_VARIANT;
			continue;
		}
		parse_object_tree(snapshot, object->tree,
				  load_was_made(k, object->tree) ? OBJECT_UNLISTED : 0);
	}
	load_note_owner(loading, root->path, objects);
	k->taken += snapshot->objects.count - objects;
	for (uint32_t i = objects; i < snapshot->objects.count; i++)
		if (object_is_judged(snapshot->objects.items[i]))
			load_add_made(k, snapshot->objects.items[i]);
}
