/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Kustomizations of Flux have kustomize do to the objects below their path: patches,
 * images, prefixes, labels. (I6.3c)
 *
 * Of several Kustomizations with one path all must do the same to an object; else, and where
 * one takes components or cannot be done, the object is unknown.
 */
#include <string.h>

#include "base/text.h"
#include "config/objects/parse.h"
#include "config/repository/flux.h"
#include "config/repository/kustomize.h"
#include "config/repository/values.h"

struct flux_change {
	struct object_change base; /* first */
	const char *path;          /* of the Kustomizations */
	bool direct;               /* also those that mean no files of subfolders */
	struct flux *flux;
	struct snapshot *snapshot;
};

/* ---- what a Kustomization does, as a kustomization would say it ---- */

static const struct tree_node *flux_change_tree(struct arena *arena,
						const struct tree_node *object)
{
	static const char *const keys[][2] = {
		{ "spec.patchesStrategicMerge", "patchesStrategicMerge" },
		{ "spec.patches", "patches" },
		{ "spec.namePrefix", "namePrefix" },
		{ "spec.nameSuffix", "nameSuffix" },
		{ "spec.patchesJson6902", "patchesJson6902" },
		{ "spec.images", "images" },
		{ "spec.components", "transformers" }, /* as little is known of these */
		{ "spec.commonMetadata.labels", "commonLabels" },
		{ "spec.commonMetadata.annotations", "commonAnnotations" },
	};
	struct tree_node *tree = values_map(arena, object->pos);

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		values_set(arena, tree, keys[i][1], values_get(object, keys[i][0]));
	return tree;
}

static void flux_open_tree(struct flux *flux, const char *file, const struct tree_node *tree,
			   unsigned depth)
{
	const struct tree_node *items = tree_get(tree, "items");

	if (tree == NULL || tree->type != TREE_MAP)
		return;
	for (uint32_t i = 0;
	     depth == 0 && items != NULL && items->type == TREE_LIST && i < items->u.list.count;
	     i++)
		flux_open_tree(flux, file, items->u.list.items[i], 1);
	ARRAY_FOREACH (struct flux_kustomization, k, &flux->list)
		if (str_equal(k->file, file) &&
		    str_equal(values_get_text(tree, "kind"), k->kind) &&
		    str_equal(values_get_text(tree, "metadata.name"), k->name) &&
		    str_equal(values_get_text(tree, "metadata.namespace"), k->namespace)) {
			k->change = str_equal(k->kind, "Kustomization")
					    ? flux_change_tree(flux->arena, tree)
					    : argo_change_tree(flux->arena, tree, k->part);
			k->change_content = tree_hash(k->change);
		}
}

void flux_open(struct flux *flux, struct snapshot *snapshot)
{
	const uint32_t problems = snapshot->problems.count;
	const char *last = NULL;

	ARRAY_FOREACH (const struct flux_kustomization, k, &flux->list) {
		const uint32_t source = snapshot->sources.list.count;
		struct tree_list trees = { 0 };

		if (k->file == NULL || str_equal(k->file, last) ||
		    str_equal(k->file, "<stdin>"))
			continue;
		last = k->file;
		sources_add(&snapshot->sources, &snapshot->arena, k->file);
		if (snapshot->sources.list.count == source)
			continue;
		snapshot->sources.list.items[source].aside = true;
		parse_source_trees(snapshot, source, flux->arena, &trees);
		snapshot->problems.count = problems;
		ARRAY_FOREACH (const struct tree_node *, tree, &trees.list)
			flux_open_tree(flux, k->file, *tree, 0);
	}
	flux->snapshot = snapshot;
	if (!flux->full)
		return;
	problem_add(
		snapshot, PROBLEM_UNRENDERED, NULL, (struct pos){ 0 }, NULL,
		flux->list.count < FLUX_KUSTOMIZATIONS_MAX
			? "Applications of Argo CD have more than 20,000 bytes of patterns for "
			  "files: what the rest do is not known"
			: "more than 1,000 Applications of Argo CD and Kustomizations of Flux "
			  "name folders: what the rest do is not known")
		->hint = "validate the folders of one cluster at a time";
	snapshot->hides_ours = true;
}

/* ---- doing it ---- */

/* The object as this Kustomization has it; NULL: it is removed. */
static const struct tree_node *flux_change_by(const struct flux_change *change,
					      const struct flux_kustomization *k,
					      const struct tree_node *object, bool *unknown)
{
	struct kustomizations building = { .snapshot = change->snapshot,
					   .arena = change->flux->arena,
					   .incomplete = true };
	struct kustomize_set set = { 0 };
	const struct kustomize_object item = {
		.tree = object, .name = values_get_text(object, "metadata.name")
	};
	const uint32_t problems = change->snapshot->problems.count;
	const struct tree_node *does;

	if (k->file != NULL && k->change == NULL)
		*unknown = true;
	if (k->change == NULL)
		return object;
	ARRAY_ADD(building.arena, &set.list, item);
	does = flux_expand(change->snapshot, k->change, &k->values, building.arena);
	if (change->flux->given != NULL)
		does = flux_expand(change->snapshot, does, change->flux->given, building.arena);
	kustomize_apply(&building, does, &set);
	*unknown = *unknown || change->snapshot->problems.count > problems ||
		   (set.list.count > 0 && set.list.items[0].unknown);
	change->snapshot->problems.count = problems;
	return set.list.count > 0 ? set.list.items[0].tree : NULL;
}

/* True for a Kustomization that is one of those with the path. */
static bool flux_change_has(const struct flux_change *change,
			    const struct flux_kustomization *k)
{
	return k->own && str_equal(k->path, change->path) && (change->direct || !k->direct);
}

/* True when both do the same to every object. */
static bool flux_does_the_same(const struct flux_kustomization *a,
			       const struct flux_kustomization *b)
{
	return (a->change != NULL || a->file == NULL) &&
	       (b->change != NULL || b->file == NULL) &&
	       a->change_content == b->change_content && a->values.list.count == 0 &&
	       b->values.list.count == 0;
}

static const struct tree_node *flux_change_run(const struct object_change *base,
					       const struct tree_node *object, bool *unknown)
{
	const struct flux_change *change = (const struct flux_change *)(const void *)base;
	const struct flux_kustomization *last = NULL;
	const struct tree_node *out = object;

	ARRAY_FOREACH (const struct flux_kustomization, k, &change->flux->list) {
		const struct tree_node *one;

		if (*unknown)
			break;
		if (!flux_change_has(change, k) ||
		    (last != NULL && flux_does_the_same(k, last)))
			continue;
		one = flux_change_by(change, k, object, unknown);
		*unknown = *unknown ||
			   (last != NULL && one != out && tree_hash(one) != tree_hash(out));
		out = one;
		last = k;
	}
	return out;
}

const struct object_change *flux_change(struct flux *flux, const char *path)
{
	const struct flux_kustomization *best = NULL;
	struct flux_kustomization direct = { .direct = true };
	struct flux_change *change, look;
	bool any = false;

	ARRAY_FOREACH (const struct flux_kustomization, k, &flux->list)
		if (k->own && flux_is_for(flux, k, path) &&
		    (best == NULL || strlen(k->path) > strlen(best->path)))
			best = k;
	if (best == NULL)
		return NULL;
	direct.path = best->path;
	look = (struct flux_change){ .base.run = flux_change_run,
				     .path = best->path,
				     .direct = flux_is_for(flux, &direct, path),
				     .flux = flux,
				     .snapshot = flux->snapshot };
	ARRAY_FOREACH (struct flux_change *, known, &flux->changes)
		if (str_equal((*known)->path, look.path) && (*known)->direct == look.direct)
			return (*known)->base.identity != 0 ? &(*known)->base : NULL;
	change = arena_alloc(flux->arena, sizeof(*change));
	*change = look;
	ARRAY_FOREACH (const struct flux_kustomization, k, &flux->list) {
		if (!flux_change_has(change, k))
			continue;
		any = any || k->file != NULL;
		change->base.identity = change->base.identity * 31 + k->change_content + 1;
	}
	if (!any)
		change->base.identity = 0;
	ARRAY_ADD(flux->arena, &flux->changes, change);
	return any ? &change->base : NULL;
}
