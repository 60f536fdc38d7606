/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a project, as commands use them. */
#include "cli/project.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "config/repository/repository.h"

/* ---- finding ---- */

enum {
	FOLDERS_MAX = 256,
	OVERRIDES_MAX = 1000, /* each is compared with each finding */
};

/* True when both name the same folder. */
static bool project_same_folder(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The config file of this folder or the nearest one above it; NULL: none. In the arena. */
static const char *project_find_upward(struct arena *arena)
{
	const char *folder = "";
	struct stat here;
	struct stat st;

	if (stat(".", &here) != 0)
		return NULL;
	for (int i = 0; i < FOLDERS_MAX; i++) {
		const char *path = arena_printf(arena, "%s%s", folder, PROJECT_FILE_NAME);
		const char *above = arena_printf(arena, "%s../", folder);

		if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
			return path;
		if (stat(above, &st) != 0 || project_same_folder(&st, &here))
			return NULL;
		here = st;
		folder = above;
	}
	return NULL;
}

/* ---- reading ---- */

static void project_name_problem(const struct cli *cli, const struct snapshot *snapshot,
				 const struct finding *d)
{
	const char *name = snapshot->sources.list.items[0].name;
	const char *separator = d->hint != NULL ? "; " : "";
	const char *hint = d->hint != NULL ? d->hint : "";

	if (d->place.pos.line > 0)
		cli_error(cli, "%s:%u:%u: %s%s%s", name, (unsigned)d->place.pos.line,
			  (unsigned)d->place.pos.column, d->message, separator, hint);
	else
		cli_error(cli, "%s: %s%s%s", name, d->message, separator, hint);
}

/* Reads one of the files into a snapshot of its own; false after messages. */
static bool project_read_file(const struct cli *cli, struct snapshot **out, const char *path,
			      const struct schema *schema, void *values)
{
	struct stat st;

	*out = config_load(NULL, 0, NULL);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		cli_error(cli, "cannot read %s: %s", path, strerror(EISDIR));
		return false;
	}
	if (project_read(*out, path, schema, values))
		return true;
	ARRAY_FOREACH (const char *const, error, &(*out)->sources.errors)
		cli_error(cli, "%s", *error);
	ARRAY_FOREACH (const struct finding, problem, &(*out)->problems)
		project_name_problem(cli, *out, problem);
	return false;
}

/* ---- .purelbtool.yaml ---- */

/* `path`: "" or "overrides[0]." */
static void project_add_disabled(struct project *project, struct arena *arena,
				 const struct str_list *disable, const char *path,
				 const struct path_scope *scope)
{
	for (uint32_t i = 0; i < disable->list.count; i++) {
		struct silencing silencing = {
			.name = disable->list.items[i].s,
			.origin = project->config_origin,
			.pos = disable->list.items[i].pos,
			.path = arena_printf(arena, "%sdisable[%u]", path, (unsigned)i),
			.scope = scope,
		};

		ARRAY_ADD(arena, &project->silencings.codes, silencing);
	}
}

static void project_add_severities(struct project *project, struct arena *arena,
				   const struct label_map *severities, const char *path,
				   const struct path_scope *scope)
{
	ARRAY_FOREACH (const struct label, label, &severities->list) {
		struct severity_change change = {
			.of = {
				.name = label->key.s,
				.origin = project->config_origin,
				.pos = label->key.pos,
				.path = arena_printf(arena, "%sseverity.%s", path, label->key.s),
				.scope = scope,
			},
		};

		if (severity_parse(label->value.s, &change.severity))
			ARRAY_ADD(arena, &project->silencings.severities, change);
	}
}

/* The absolute path without links, in the arena; "/" where there is none. */
static const char *project_real_path(struct arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	const char *copy = arena_strdup(arena, real != NULL ? real : "/");

	free(real);
	return copy;
}

static void project_add_overrides(struct project *project, struct arena *arena)
{
	const char *slash = strrchr(project->config_path, '/');
	const char *folder =
		slash == NULL ? "."
			      : arena_strndup(arena, project->config_path,
					      (size_t)(slash - project->config_path) + 1);
	uint32_t number = 0;

	ARRAY_FOREACH (const struct project_override, override, &project->file.overrides.list) {
		const uint32_t count = override->paths.list.count;
		const char **patterns = arena_alloc(arena, (count + 1) * sizeof(*patterns));
		struct path_scope *scope = arena_zalloc(arena, 1, sizeof(*scope));
		const char *path = arena_printf(arena, "overrides[%u].", number++);

		for (uint32_t i = 0; i < count; i++)
			patterns[i] = override->paths.list.items[i].s;
		scope->working_folder = project_real_path(arena, ".");
		scope->folder = project_real_path(arena, folder);
		scope->patterns = (struct exclude_patterns){ patterns, count };
		project_add_disabled(project, arena, &override->disable, path, scope);
		project_add_severities(project, arena, &override->severity, path, scope);
	}
}

/* True for a link that leads out of the folder it lies in. */
static bool project_leads_away(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	const size_t above = slash != NULL ? (size_t)(slash - path) + 1 : 0;
	char *real = realpath(path, NULL);
	char *folder = realpath(above > 0 ? arena_strndup(arena, path, above) : ".", NULL);
	const size_t len = folder != NULL && !str_equal(folder, "/") ? strlen(folder) : 0;
	const bool inside = real != NULL && folder != NULL && strncmp(real, folder, len) == 0 &&
			    real[len] == '/';

	free(real);
	free(folder);
	return !inside;
}

bool project_load(const struct cli *cli, struct project *project, struct arena *arena)
{
	const char *path = project->config;
	bool found = project->config_found;
	struct stat st;

	project->silencings.ignore_annotations = project->no_ignore;
	if (path == NULL && !project->no_ignore) {
		path = project_find_upward(arena);
		found = true;
	}
	if (path == NULL)
		return true;
	/* Messages would show what another file holds to whoever put the link there. */
	if (found && project_leads_away(arena, path)) {
		cli_error(cli,
			  "cannot read %s: it is a symbolic link that leads out of its folder; "
			  "to use it, name it with --config",
			  path);
		return false;
	}
	/* Nobody named it, so nobody may be there who writes into it. */
	if (found && stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		cli_error(cli, "cannot read %s: it is not a regular file", path);
		return false;
	}
	project->config_path = path;
	project->config_origin = arena_printf(arena, "config file %s", path);
	if (!project_read_file(cli, &project->settings, path, &project_file_schema,
			       &project->file))
		return false;
	project_add_disabled(project, arena, &project->file.disable, "", NULL);
	project_add_severities(project, arena, &project->file.severity, "", NULL);
	if (project->file.overrides.list.count > OVERRIDES_MAX) {
		cli_error(cli, "%s: overrides has too many entries (the limit is 1000)", path);
		return false;
	}
	project_add_overrides(project, arena);
	return true;
}

/* ---- baselines ---- */

bool project_load_baseline(const struct cli *cli, struct project *project, const char *path,
			   struct arena *arena)
{
	struct baseline_file baseline = { 0 };
	uint32_t number = 0;

	if (path == NULL)
		return true;
	if (!project_read_file(cli, &project->recorded, path, &baseline_file_schema, &baseline))
		return false;
	if (!baseline.version.set) {
		cli_error(cli, "%s is empty, not a baseline; create one with --write-baseline",
			  path);
		return false;
	}
	project->silencings.baseline_origin = arena_printf(arena, "baseline %s", path);
	ARRAY_FOREACH (const struct baseline_entry, e, &baseline.findings.list) {
		struct recorded_finding recorded = {
			.id = { e->code.s, e->kind.s, e->namespace.s, e->name.s, e->path.s,
				e->cluster.s, e->file.s },
			.message = e->message.s,
			.pos = e->at.pos,
			.path = arena_printf(arena, "findings[%u]", (unsigned)number++),
		};

		ARRAY_ADD(arena, &project->silencings.baseline, recorded);
	}
	return true;
}

/* ---- places ---- */

void project_place(struct project *project, struct snapshot *snapshot)
{
	struct silencings *s = &project->silencings;
	uint32_t source;

	if (project->settings != NULL) {
		source = project_adopt(snapshot, project->settings);
		ARRAY_FOREACH (struct silencing, silencing, &s->codes) {
			if (silencing->pos.source != 0)
				silencing->pos.source = source;
		}
		ARRAY_FOREACH (struct severity_change, change, &s->severities)
			change->of.pos.source = source;
		ARRAY_FOREACH (struct reserved_range, range, &project->file.reserved.list)
			range->range.pos.source = source;
	}
	if (project->recorded != NULL) {
		source = project_adopt(snapshot, project->recorded);
		ARRAY_FOREACH (struct recorded_finding, recorded, &s->baseline)
			recorded->pos.source = source;
	}
}

void project_forget_places(struct project *project)
{
	const struct pos nowhere = { 0 };

	ARRAY_FOREACH (struct silencing, silencing, &project->silencings.codes)
		silencing->pos = nowhere;
	ARRAY_FOREACH (struct severity_change, change, &project->silencings.severities)
		change->of.pos = nowhere;
}

void project_release(struct project *project)
{
	snapshot_release(project->settings);
	snapshot_release(project->recorded);
	project->settings = NULL;
	project->recorded = NULL;
}
