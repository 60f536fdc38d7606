/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kustomize roots and charts as their own tools render them, in place of I4 and I5. (I1.6)
 *
 * Of charts only those are rendered that have PureLB's objects in a template, or its values; of
 * a chart inside another one, the outer one. Left out: what is rendered from a chart elsewhere,
 * such as that of a HelmRelease, which is read as without a renderer.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "config/repository/loading.h"
#include "config/repository/values.h"

/* Adds a text as the source "rendered from FOLDER"; its number. */
static uint32_t rendered_source(struct loading *loading, const char *folder, const char *text)
{
	struct snapshot *snapshot = loading->snapshot;

	sources_add_text(&snapshot->sources, &snapshot->arena,
			 arena_printf(&snapshot->arena, "rendered from %s", folder), text);
	return snapshot->sources.list.count - 1;
}

/* What the renderer makes of a folder; NULL after an error. */
static const char *rendered_text(struct loading *loading, enum rendered what,
				 const char *folder)
{
	struct snapshot *snapshot = loading->snapshot;
	const char *error = NULL;
	const char *text = loading->renderer->run(loading->renderer, what, folder,
						  snapshot->install_namespace, &error);

	if (text == NULL)
		ARRAY_ADD(&snapshot->arena, &snapshot->sources.errors,
			  arena_strdup(&snapshot->arena, error));
	return text;
}

/* ---- charts ---- */

static const char *rendered_folder_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? arena_strndup(arena, path, (size_t)(slash - path)) : ".";
}

/* The chart that this one, at `chart`, is a part of, or itself. */
static const char *rendered_outer_chart(struct arena *arena, const char *chart)
{
	size_t len = strlen(chart);

	static const char inside[] = "/charts/";
	struct stat st;

	for (const char *at = strstr(chart, inside); at != NULL; at = strstr(at + 1, inside)) {
		const char *outer = arena_strndup(arena, chart, (size_t)(at - chart));

		if (stat(arena_printf(arena, "%s/Chart.yaml", outer), &st) == 0)
			return outer;
	}
	while (len > 1 && chart[len - 1] == '/')
		len--;
	return arena_strndup(arena, chart, len);
}

static bool rendered_is_below(const char *folder, const char *path)
{
	const size_t len = strlen(folder);

	return str_equal(folder, ".") || (str_has_prefix(path, folder) && path[len] == '/');
}

bool load_chart_is_rendered(const struct loading *loading, const char *path)
{
	ARRAY_FOREACH (const char *const, folder, &loading->charts_to_render)
		if (rendered_is_below(*folder, path))
			return true;
	return false;
}

void load_find_rendered_charts(struct loading *loading, const struct folder_walk *walk)
{
	struct arena *arena = &loading->snapshot->arena;

	loading->charts_to_render.count = 0;
	if (loading->renderer == NULL)
		return;
	ARRAY_FOREACH (const struct walked_file, file, &walk->files) {
		const bool template = file->class == FILE_HELM_TEMPLATE;
		struct file_words words;

		if ((!template && file->class != FILE_CHART_VALUES) ||
		    load_chart_is_rendered(loading, file->path) ||
		    !load_is_in_scope(loading, file->path + walk->prefix_bytes, NULL) ||
		    !load_words(loading, file->path, &words) ||
		    !(template ? words.purelb_group : words.values))
			continue;
		ARRAY_ADD(arena, &loading->charts_to_render,
			  rendered_outer_chart(
				  arena, template ? file->chart
						  : rendered_folder_of(arena, file->path)));
	}
}

void load_rendered_charts(struct loading *loading)
{
	struct snapshot *snapshot = loading->snapshot;

	ARRAY_FOREACH (const char *const, folder, &loading->charts_to_render) {
		const char *text = rendered_text(loading, RENDERED_CHART, *folder);
		const uint32_t problems = snapshot->problems.count;

		if (text == NULL)
			continue;
		loading_substitute(loading, *folder);
		parse_source(snapshot, rendered_source(loading, *folder, text),
			     &loading->scratch);
		load_drop_foreign_problems(snapshot, problems);
	}
	loading->charts_to_render.count = 0;
}

/* ---- kustomizations ---- */

void load_rendered_root(struct loading *loading, struct kustomizations *k, const char *folder,
			struct kustomize_set *out)
{
	struct tree_list trees = { 0 };
	const char *text = rendered_text(loading, RENDERED_KUSTOMIZATION, folder);

	if (text == NULL)
		return;
	parse_source_trees(loading->snapshot, rendered_source(loading, folder, text), k->arena,
			   &trees);
	ARRAY_FOREACH (const struct tree_node *const, tree, &trees.list) {
		const struct kustomize_object object = {
			.tree = *tree,
			.name = values_get_text(*tree, "metadata.name"),
		};

		if (*tree != NULL && (*tree)->type == TREE_MAP)
			ARRAY_ADD(k->arena, &out->list, object);
	}
}
