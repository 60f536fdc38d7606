/* SPDX-License-Identifier: Apache-2.0 */
/* Folders, settings, and judging them. */
#include "cli/lsp/workspace.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/settings.h"
#include "config/repository/repository.h"
#include "purelb/agents/cluster.h"
#include "validator/together.h"

void workspace_init(struct workspace *workspace, const struct cli *cli,
		    const struct lsp_settings *given)
{
	*workspace = (struct workspace){
		.cli = cli, .given = given, .reuse = reuse_new(), .settings_changed = true
	};
	arena_init(&workspace->arena);
	arena_init(&workspace->texts_arena);
	arena_init(&workspace->common.arena);
}

/* ---- the model ---- */

static void model_release(struct workspace *workspace)
{
	struct model *model = &workspace->model;

	if (!workspace->judged)
		return;
	ARRAY_FOREACH (struct judged_cluster, cluster, &model->clusters)
		cluster_release(&cluster->cluster);
	snapshot_release(model->together);
	clusters_release(&workspace->common.loaded);
	workspace->common.loaded = (struct loaded_inputs){ 0 };
	arena_release(&model->arena);
	*model = (struct model){ 0 };
	workspace->judged = false;
	arena_reset(&workspace->common.arena, workspace->settings_end);
}

static void workspace_drop_settings(struct workspace *workspace)
{
	model_release(workspace);
	project_release(&workspace->common.project);
	arena_release(&workspace->common.arena);
	workspace->common = (struct common){ 0 };
	arena_init(&workspace->common.arena);
}

void workspace_release(struct workspace *workspace)
{
	workspace_drop_settings(workspace);
	reuse_free(workspace->reuse);
	arena_release(&workspace->texts_arena);
	arena_release(&workspace->arena);
}

/* ---- folders ---- */

static const char *workspace_real(struct arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	const char *copy = arena_strdup(arena, real != NULL ? real : path);

	free(real);
	return copy;
}

void workspace_add_input(struct workspace *workspace, const char *path)
{
	ARRAY_ADD(&workspace->arena, &workspace->inputs,
		  workspace_real(&workspace->arena, path));
}

void workspace_add_folder(struct workspace *workspace, const char *path)
{
	ARRAY_ADD(&workspace->arena, &workspace->folders,
		  workspace_real(&workspace->arena, path));
	workspace->settings_changed = true;
}

void workspace_remove_folder(struct workspace *workspace, const char *path)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < workspace->folders.count; i++)
		if (!str_equal(workspace->folders.items[i], path))
			workspace->folders.items[kept++] = workspace->folders.items[i];
	workspace->folders.count = kept;
	workspace->settings_changed = true;
}

/* True when the path is the folder or below it. */
static bool workspace_is_below(const char *path, const char *folder)
{
	const size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 &&
	       (path[len] == '\0' || path[len] == '/' || str_equal(folder, "/"));
}

/* ---- settings ---- */

/* The settings file of a folder or the nearest one above it, absolute; NULL: none. */
static const char *workspace_find_settings(struct arena *arena, const char *folder)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s", folder);
	for (;;) {
		const char *file = arena_printf(
			arena, "%s/%s", str_equal(path, "/") ? "" : path, PROJECT_FILE_NAME);
		char *slash = strrchr(path, '/');

		if (stat(file, &st) == 0 && !S_ISDIR(st.st_mode))
			return file;
		if (slash == NULL || str_equal(path, "/"))
			return NULL;
		slash[slash == path ? 1 : 0] = '\0';
	}
}

/* Only the options of the command, without settings. */
static void workspace_take_options(struct workspace *workspace)
{
	workspace_drop_settings(workspace);
	workspace->common = workspace->given->common;
	workspace->configured = (struct name_list){ 0 };
	arena_init(&workspace->common.arena);
}

/* False after messages. */
static bool workspace_read_settings(struct workspace *workspace, const struct cli *cli)
{
	struct common *common = &workspace->common;
	struct project *project = &common->project;

	if ((project->config != NULL || workspace->folders.count == 0) &&
	    !common_load_project(cli, &lsp_command, common))
		return false;
	return project_load_baseline(cli, project, common->baseline, &common->arena) &&
	       settings_inputs(cli, common, &workspace->configured);
}

/* Reads the settings again. Mistakes in them become the message. */
static void workspace_load_settings(struct workspace *workspace)
{
	struct common *common = &workspace->common;
	char *said = NULL;
	size_t bytes = 0;
	FILE *err = mem_open_stream(&said, &bytes);
	struct cli cli = *workspace->cli;

	workspace_take_options(workspace);
	if (common->project.config == NULL && !common->project.no_ignore &&
	    workspace->folders.count > 0) {
		common->project.config =
			workspace_find_settings(&common->arena, workspace->folders.items[0]);
		common->project.config_found = true;
	}
	cli.err = err;
	workspace->message = NULL;
	if (!workspace_read_settings(workspace, &cli)) {
		fflush(err);
		workspace_take_options(workspace);
		workspace->message =
			arena_printf(&common->arena, "the settings are not used: %s",
				     said != NULL ? said : "they are not valid");
	}
	mem_close_stream(err, &said);
	free(said);
	common->texts = &workspace->texts;
	common->reuse = workspace->reuse;
	reuse_forget_all(workspace->reuse);
	workspace->settings_changed = false;
	workspace->settings_end = arena_mark(&common->arena);
}

void workspace_file_changed(struct workspace *workspace, const char *path, bool structure)
{
	const char *slash = strrchr(path, '/');

	if (str_equal(slash != NULL ? slash + 1 : path, PROJECT_FILE_NAME) ||
	    str_equal(path, workspace->common.baseline))
		workspace->settings_changed = true;
	else if (structure)
		reuse_forget_all(workspace->reuse);
	else
		reuse_forget(workspace->reuse, path);
}

void workspace_close(struct workspace *workspace, const struct document *document)
{
	if (document->path != NULL)
		reuse_forget(workspace->reuse, document->path);
}

/* ---- texts of documents ---- */

static bool workspace_has_syntax_error(const struct snapshot *snapshot)
{
	ARRAY_FOREACH (const struct finding, problem, &snapshot->problems)
		if (problem->kind == PROBLEM_SYNTAX && !problem->foreign)
			return true;
	return false;
}

/* Whether the text is YAML, and which text the model has. */
static void workspace_take_text(struct document *document)
{
	struct snapshot *apart = config_load(NULL, 0, NULL);

	config_load_text(apart, document->path, text_str(&document->text));
	document->broken = workspace_has_syntax_error(apart);
	snapshot_release(apart);
	if (document->broken)
		return;
	text_clear(&document->good);
	text_add_bytes(&document->good, text_str(&document->text), document->text.len);
	document->has_good = true;
}

static void workspace_take_texts(struct workspace *workspace, struct documents *documents)
{
	arena_release(&workspace->texts_arena);
	workspace->texts = (struct source_texts){ 0 };
	for (uint32_t i = 0; i < documents->count; i++) {
		struct document *document = documents->items[i];
		const struct text *text;

		if (document->path == NULL || document->closed)
			continue;
		if (document->changed) {
			workspace_take_text(document);
			reuse_forget(workspace->reuse, document->path);
		}
		document->changed = false;
		text = document->broken && document->has_good ? &document->good
							      : &document->text;
		ARRAY_ADD(&workspace->texts_arena, &workspace->texts.list,
			  ((struct source_text){ document->path, text_str(text), text->len }));
	}
}

struct snapshot *workspace_check_text(struct workspace *workspace, const char *name,
				      const char *text, struct validation *out)
{
	struct snapshot *snapshot = config_load(NULL, 0, workspace->common.namespace);
	struct silencings none = { 0 };
	struct cluster cluster;

	config_load_text(snapshot, name, text);
	purelb_resolve(&cluster, snapshot);
	validate_input(out, snapshot, &cluster, &none);
	cluster_release(&cluster);
	return snapshot;
}

/* ---- judging ---- */

/* The inputs: those of the command line, else the folders, and open documents beside them. */
static void workspace_list_inputs(struct workspace *workspace,
				  const struct documents *documents, struct name_list *out)
{
	struct arena *arena = &workspace->model.arena;

	ARRAY_FOREACH (const char *const, input, &workspace->inputs)
		ARRAY_ADD(arena, &out->list, *input);
	if (out->list.count == 0)
		ARRAY_FOREACH (const char *const, input, &workspace->configured.list)
			ARRAY_ADD(arena, &out->list, *input);
	if (out->list.count == 0)
		ARRAY_FOREACH (const char *const, folder, &workspace->folders)
			ARRAY_ADD(arena, &out->list, *folder);
	for (uint32_t i = 0; i < documents->count; i++) {
		const struct document *document = documents->items[i];
		bool beside = !document->closed && document->path != NULL;
		struct stat st;

		if (!beside)
			continue;
		for (uint32_t j = 0; j < out->list.count; j++)
			if (workspace_is_below(document->path, out->list.items[j]) &&
			    stat(document->path, &st) == 0)
				beside = false;
		if (beside)
			ARRAY_ADD(arena, &out->list, document->path);
	}
}

static void workspace_judge(struct workspace *workspace)
{
	struct common *common = &workspace->common;
	struct model *model = &workspace->model;
	struct cluster_members members = { .declared = common->loaded.clusters.declared };
	const struct validate_options options = common_validate_options(common);
	const struct silencings *silencings = &common->project.silencings;
	const uint32_t count = common->loaded.list.count;

	ARRAY_RESERVE(&model->arena, &model->clusters, count);
	for (uint32_t i = 0; i < count; i++) {
		struct judged_cluster *judged = ARRAY_PUSH(&model->arena, &model->clusters);

		judged->snapshot = common->loaded.list.items[i];
		project_place(&common->project, judged->snapshot);
		common_resolve(common, judged->snapshot, &judged->cluster);
		validate(&judged->found, judged->snapshot, &judged->cluster, &options,
			 silencings);
		if (count > 1)
			ARRAY_ADD(&model->arena, &members.list,
				  ((struct cluster_member){
					  .name = common->loaded.clusters.list.items[i].name,
					  .site = common->loaded.clusters.list.items[i].site,
					  .snapshot = judged->snapshot,
					  .cluster = &judged->cluster,
					  .found = &judged->found }));
	}
	model->found = &model->clusters.items[0].found;
	model->shown = model->clusters.items[0].snapshot;
	if (count < 2)
		return;
	project_forget_places(&common->project);
	model->together = model->shown = config_load(NULL, 0, NULL);
	model->found = &model->of_all;
	validate_together(&model->of_all, model->together, &members, &options, silencings);
}

void workspace_update(struct workspace *workspace, struct documents *documents)
{
	struct name_list inputs = { 0 };

	if (workspace->settings_changed)
		workspace_load_settings(workspace);
	model_release(workspace);
	workspace_take_texts(workspace, documents);
	arena_init(&workspace->model.arena);
	workspace_list_inputs(workspace, documents, &inputs);
	reuse_begin(workspace->reuse);
	clusters_load(&workspace->common, inputs.list.items, inputs.list.count,
		      &workspace->common.loaded);
	workspace_judge(workspace);
	workspace->judged = true;
}

/* ---- asking ---- */

const char *workspace_source_path(const struct workspace *workspace, uint32_t source)
{
	const struct sources *sources = &workspace->model.shown->sources;
	const char *name = source > 0 && source <= sources->list.count
				   ? sources->list.items[source - 1].name
				   : NULL;

	return name != NULL && name[0] == '/' ? name : NULL;
}

const struct object *workspace_object_at(struct workspace *workspace, const char *path,
					 uint32_t line, struct judged_cluster **cluster)
{
	const struct object *best = NULL;

	if (!workspace->judged)
		return NULL;
	ARRAY_FOREACH (struct judged_cluster, judged, &workspace->model.clusters) {
		const struct sources *sources = &judged->snapshot->sources;

		for (uint32_t i = 0; best == NULL && i < sources->list.count; i++) {
			if (!str_equal(sources->list.items[i].name, path))
				continue;
			ARRAY_FOREACH (struct object *const, object, &judged->snapshot->objects)
				if ((*object)->pos.source == i + 1 &&
				    (*object)->pos.line <= line &&
				    (best == NULL || best->pos.line < (*object)->pos.line))
					best = *object;
		}
		if (best != NULL) {
			*cluster = judged;
			return best;
		}
	}
	return NULL;
}

void workspace_predict(struct workspace *workspace, struct judged_cluster *cluster)
{
	struct arena *arena = &workspace->model.arena;
	const unsigned have = cluster->found.have;

	if (cluster->allocations != NULL || (have & NEED_SERVICES) == 0)
		return;
	cluster->allocations = arena_zalloc(arena, 1, sizeof(*cluster->allocations));
	allocation_run(cluster->allocations, &cluster->cluster, NULL, arena);
	if ((have & NEED_NODES) == 0)
		return;
	cluster->vips = arena_zalloc(arena, 1, sizeof(*cluster->vips));
	vips_resolve(cluster->vips, &cluster->cluster, cluster->allocations, NULL, arena);
}
