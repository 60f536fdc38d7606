/* SPDX-License-Identifier: Apache-2.0 */
/* Which clusters the inputs have, and loading them. (I7.1) */
#include "cli/clusters.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/common.h"
#include "config/repository/repository.h"

enum { CLUSTERS_NAMED_MAX = 8 }; /* in messages */

/* Where a path is, once links are followed. */
enum clusters_relation { RELATION_NONE, RELATION_INSIDE, RELATION_AROUND };

struct clusters_loading {
	struct common *common;
	const char *const *inputs;
	uint32_t count;
	struct loaded_inputs *out;
	const char *error;             /* a sentence; NULL: nothing is wrong */
	ARRAY_OF(const char *) shared; /* inputs that are read for each */
};

/* "dev, live and 3 more", in the arena. */
static const char *clusters_names(const struct tree_clusters *clusters, struct arena *arena)
{
	const char *names[CLUSTERS_MAX];

	for (uint32_t i = 0; i < clusters->list.count; i++)
		names[i] = clusters->list.items[i].name;
	return name_list(arena, names, clusters->list.count, CLUSTERS_NAMED_MAX);
}

bool clusters_are_declared(const struct common *common)
{
	return common->each != NULL || common->project.file.clusters.list.count > 0;
}

/* The path without links, in the arena; NULL: it is not there. */
static const char *clusters_real(struct arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	const char *copy = real != NULL ? arena_strdup(arena, real) : NULL;

	free(real);
	return copy;
}

static bool clusters_contains(const char *folder, const char *path)
{
	const size_t len = strlen(folder);

	return strncmp(folder, path, len) == 0 &&
	       (path[len] == '\0' || path[len] == '/' || (len > 0 && folder[len - 1] == '/'));
}

/* How an input lies to a path of a cluster. */
static enum clusters_relation clusters_relate(struct arena *arena, const char *input,
					      const char *path)
{
	const char *a = str_equal(input, "-") ? NULL : clusters_real(arena, input);
	const char *b = clusters_real(arena, path);

	if (a == NULL || b == NULL)
		return RELATION_NONE;
	if (clusters_contains(a, b))
		return RELATION_AROUND;
	return clusters_contains(b, a) ? RELATION_INSIDE : RELATION_NONE;
}

static const char *clusters_join(struct arena *arena, const char *folder, const char *path)
{
	if (path[0] == '\0')
		return folder;
	return str_equal(folder, ".") ? path : arena_printf(arena, "%s/%s", folder, path);
}

/* ---- --each ---- */

static int clusters_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int clusters_by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void clusters_add_subfolder(struct clusters_loading *l, const char *below,
				   const char *name)
{
	struct arena *arena = &l->common->arena;
	struct tree_cluster cluster = { .name = arena_strdup(arena, name) };

	ARRAY_ADD(arena, &cluster.paths,
		  below[0] != '\0' ? arena_printf(arena, "%s/%s", below, name) : cluster.name);
	if (l->out->clusters.list.count < CLUSTERS_MAX)
		ARRAY_ADD(arena, &l->out->clusters.list, cluster);
	else
		l->error = arena_printf(arena, "%s has too many subfolders (the limit is %d)",
					l->common->each, CLUSTERS_MAX);
}

/* Each subfolder of a folder is a cluster. Bases are looked for in it, and in an input that it
 * lies in. */
static void clusters_take_each(struct clusters_loading *l)
{
	struct arena *arena = &l->common->arena;
	const char *each = l->common->each, *below = "";
	struct tree_clusters *clusters = &l->out->clusters;
	struct dirent **entries;
	const int count = scandir(each, &entries, clusters_visible, clusters_by_bytes);

	if (count < 0) {
		l->error = arena_printf(arena, "cannot read %s: %s", each, strerror(errno));
		return;
	}
	*clusters = (struct tree_clusters){ .tree = each, .declared = true, .shared = true };
	for (uint32_t i = 0; i < l->count; i++) {
		const char *real = clusters_real(arena, l->inputs[i]);

		if (clusters_relate(arena, l->inputs[i], each) != RELATION_AROUND)
			continue;
		clusters->tree = l->inputs[i];
		below = clusters_real(arena, each) + strlen(real);
		below += strspn(below, "/");
	}
	for (int i = 0; i < count; i++) {
		struct stat st;

		if (lstat(arena_printf(arena, "%s/%s", each, entries[i]->d_name), &st) == 0 &&
		    S_ISDIR(st.st_mode))
			clusters_add_subfolder(l, below, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (clusters->list.count == 0 && l->error == NULL)
		l->error = arena_printf(arena,
					"%s has no subfolders, which --each takes for "
					"clusters",
					each);
	for (uint32_t i = 0; i < l->count; i++)
		if (!str_equal(l->inputs[i], clusters->tree) &&
		    clusters_relate(arena, l->inputs[i], each) == RELATION_NONE)
			ARRAY_ADD(arena, &l->shared, l->inputs[i]);
}

/* ---- the settings ---- */

/* A path of the settings: below their folder, without links; or NULL after an error. */
static const char *clusters_settings_path(struct clusters_loading *l, const char *cluster,
					  const char *given)
{
	static const char *const roots[] = { "kustomization.yaml", "kustomization.yml",
					     "Kustomization", NULL };
	struct arena *arena = &l->common->arena;
	const char *tree = l->out->clusters.tree;
	const char *path = clusters_path(arena, given);
	const char *whole = path != NULL ? clusters_join(arena, tree, path) : given;
	const char *real = clusters_real(arena, whole);
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	if (path != NULL && real == NULL)
		l->error = arena_printf(arena, "%s: cluster %s: cannot read %s: %s",
					l->common->project.config_origin, cluster, whole,
					strerror(errno));
	else if (path == NULL || !clusters_contains(clusters_real(arena, tree), real))
		l->error = arena_printf(
			arena, "%s: cluster %s: %s leads out of the folder of that file",
			l->common->project.config_origin, cluster, given);
	else if (str_in(slash != NULL ? slash + 1 : path, roots))
		return slash != NULL ? arena_strndup(arena, path, (size_t)(slash - path)) : "";
	return l->error == NULL ? path : NULL;
}

/* True when the inputs, if there are any, have this path in them or are in it. */
static bool clusters_is_asked(struct clusters_loading *l, const char *path, bool *used)
{
	const char *whole = clusters_join(&l->common->arena, l->out->clusters.tree, path);
	bool asked = l->count == 0;

	for (uint32_t i = 0; i < l->count; i++) {
		if (clusters_relate(&l->common->arena, l->inputs[i], whole) == RELATION_NONE)
			continue;
		asked = used[i] = true;
	}
	return asked;
}

/* The clusters of the settings that the inputs have to do with. */
static void clusters_take_settings(struct clusters_loading *l)
{
	struct arena *arena = &l->common->arena;
	const char *file = l->common->project.config_path;
	const char *slash = strrchr(file, '/');
	bool *used = arena_zalloc(arena, l->count + 1, sizeof(*used));

	l->out->clusters = (struct tree_clusters){
		.tree = slash == NULL   ? "."
			: slash == file ? "/"
					: arena_strndup(arena, file, (size_t)(slash - file)),
		.declared = true,
	};
	ARRAY_FOREACH (const struct project_cluster, from,
		       &l->common->project.file.clusters.list) {
		struct tree_cluster cluster = { .name = from->name.s, .site = from->site.s };
		bool asked = false;

		ARRAY_FOREACH (const struct str_value, given, &from->path.list.list) {
			const char *path = clusters_settings_path(l, from->name.s, given->s);

			if (path == NULL)
				return;
			ARRAY_ADD(arena, &cluster.paths, path);
			asked |= clusters_is_asked(l, path, used);
		}
		if (asked && l->out->clusters.list.count < CLUSTERS_MAX)
			ARRAY_ADD(arena, &l->out->clusters.list, cluster);
	}
	for (uint32_t i = 0; i < l->count; i++)
		if (!used[i])
			ARRAY_ADD(arena, &l->shared, l->inputs[i]);
}

/* ---- loading ---- */

static struct snapshot *clusters_load_one(const struct clusters_loading *l,
					  const char *const *inputs, uint32_t count,
					  uint32_t cluster, struct tree_holders *holders)
{
	const struct common *common = l->common;
	struct load_options options = {
		.install_namespace = common->namespace,
		.exclude = { common->exclude.items, common->exclude.count },
		.substitutions = &common->substitutions,
		.clusters = holders == NULL ? &l->out->clusters : NULL,
		.cluster = cluster,
		.holders = holders,
		.texts = common->texts,
		.reuse = common->reuse,
		.renderer = common->renderer,
	};

	memcpy(options.complete, common->complete, sizeof(options.complete));
	return config_load_with(inputs, count, &options);
}

/* Keeps the cluster that --cluster names; false: there is none of that name. */
static bool clusters_choose(struct clusters_loading *l)
{
	struct tree_clusters *clusters = &l->out->clusters;

	if (l->common->cluster == NULL)
		return true;
	for (uint32_t i = 0; i < clusters->list.count; i++) {
		if (!str_equal(clusters->list.items[i].name, l->common->cluster))
			continue;
		l->common->chosen = i;
		return true;
	}
	return false;
}

/* What is wrong when the cluster that --cluster names is not there. */
static void clusters_refuse_choice(struct clusters_loading *l)
{
	const struct tree_clusters *clusters = &l->out->clusters;

	l->error = arena_printf(&l->common->arena, "no cluster %s in the input; there %s %s",
				l->common->cluster, clusters->list.count == 1 ? "is" : "are",
				clusters_names(clusters, &l->common->arena));
}

static void clusters_load_all(struct clusters_loading *l)
{
	const struct tree_clusters *clusters = &l->out->clusters;

	if (!clusters_choose(l)) {
		clusters_refuse_choice(l);
		return;
	}
	for (uint32_t i = 0; i < l->shared.count && l->common->cluster == NULL; i++)
		if (str_equal(l->shared.items[i], "-") && clusters->list.count > 1)
			l->error =
				"standard input cannot be read for several clusters: write it "
				"to a file, or name one with --cluster";
	for (uint32_t i = 0; i < clusters->list.count && l->error == NULL; i++)
		if (l->common->cluster == NULL || i == l->common->chosen)
			ARRAY_ADD(&l->common->arena, &l->out->list,
				  clusters_load_one(l, l->shared.items, l->shared.count, i,
						    NULL));
}

static bool clusters_is_folder(const char *input)
{
	struct stat st;

	return !str_equal(input, "-") && stat(input, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Looks for clusters in the folders among the inputs, once these are read as one. */
static bool clusters_find_in_inputs(struct clusters_loading *l, struct snapshot *snapshot,
				    const struct tree_holders *holders)
{
	struct arena *arena = &l->common->arena;
	uint32_t tree = UINT32_MAX;

	for (uint32_t i = 0; i < l->count; i++) {
		struct tree_clusters found;

		if (!clusters_is_folder(l->inputs[i]) ||
		    !clusters_find(snapshot, l->inputs[i], holders, arena, &found))
			continue;
		if (tree != UINT32_MAX)
			return false; /* two trees with clusters: whose is what? */
		tree = i;
		l->out->clusters = found;
	}
	for (uint32_t i = 0; i < l->count && tree != UINT32_MAX; i++)
		if (i != tree)
			ARRAY_ADD(arena, &l->shared, l->inputs[i]);
	return tree != UINT32_MAX;
}

void clusters_load(struct common *common, const char *const *inputs, uint32_t count,
		   struct loaded_inputs *out)
{
	struct clusters_loading l = { common, inputs, count, out, NULL, { 0 } };
	struct tree_holders holders = { 0 };
	struct snapshot *all;

	*out = (struct loaded_inputs){ 0 };
	if (common->each != NULL)
		clusters_take_each(&l);
	else if (clusters_are_declared(common))
		clusters_take_settings(&l);
	if (l.error == NULL && out->clusters.list.count > 0)
		clusters_load_all(&l);
	if (l.error == NULL && out->list.count == 0) {
		l.shared.count = 0;
		all = clusters_load_one(&l, inputs, count, 0, &holders);
		if (clusters_find_in_inputs(&l, all, &holders)) {
			snapshot_release(all);
			clusters_load_all(&l);
		} else {
			out->clusters.list.count = 0;
			out->unchosen = common->cluster != NULL;
			ARRAY_ADD(&common->arena, &out->list, all);
		}
	}
	if (l.error == NULL)
		return;
	all = config_load(NULL, 0, common->namespace);
	ARRAY_ADD(&all->arena, &all->sources.errors, arena_strdup(&all->arena, l.error));
	out->error = l.error;
	out->clusters.list.count = 0;
	ARRAY_ADD(&common->arena, &out->list, all);
}

const char *clusters_unchosen(struct common *common)
{
	return arena_printf(&common->arena,
			    "--cluster %s: no clusters are named in the settings or found in "
			    "the input",
			    common->cluster);
}

const char *clusters_unnamed(struct common *common, const struct tree_clusters *clusters)
{
	return arena_printf(&common->arena,
			    "the input has several clusters, %s: name one with --cluster",
			    clusters_names(clusters, &common->arena));
}

/* Reads the folders among the inputs only to find the clusters in them. */
static void clusters_look_for(struct clusters_loading *l)
{
	struct tree_holders holders = { 0 };
	struct snapshot *trial;

	l->shared.count = 0;
	for (uint32_t i = 0; i < l->count; i++) {
		if (!clusters_is_folder(l->inputs[i]))
			continue;
		trial = clusters_load_one(l, l->inputs, l->count, 0, &holders);
		if (!clusters_find_in_inputs(l, trial, &holders))
			l->out->clusters.list.count = 0;
		snapshot_release(trial);
		return;
	}
}

struct snapshot *clusters_load_whole(struct common *common, const char *input)
{
	struct tree_holders holders = { 0 };
	const struct clusters_loading l = { common, &input, 1, NULL, NULL, { 0 } };

	return clusters_load_one(&l, &input, 1, 0, &holders);
}

const char *clusters_part(struct common *common, const char *const *inputs, uint32_t count,
			  struct load_part *part)
{
	struct loaded_inputs *out = arena_zalloc(&common->arena, 1, sizeof(*out));
	struct clusters_loading l = { common, inputs, count, out, NULL, { 0 } };

	*part = (struct load_part){ .inputs = inputs,
				    .count = count,
				    .renderer = common->renderer };
	if (clusters_are_declared(common))
		clusters_take_settings(&l);
	if (l.error == NULL && out->clusters.list.count == 0)
		clusters_look_for(&l);
	if (l.error != NULL || out->clusters.list.count == 0)
		return l.error;
	if (common->cluster == NULL && out->clusters.list.count > 1)
		return clusters_unnamed(common, &out->clusters);
	if (!clusters_choose(&l)) {
		clusters_refuse_choice(&l);
		return l.error;
	}
	part->clusters = &out->clusters;
	part->cluster = common->cluster != NULL ? common->chosen : 0;
	part->inputs = l.shared.items;
	part->count = l.shared.count;
	return NULL;
}

void clusters_release(struct loaded_inputs *loaded)
{
	ARRAY_FOREACH (struct snapshot *, snapshot, &loaded->list)
		snapshot_release(*snapshot);
	loaded->list.count = 0;
}
