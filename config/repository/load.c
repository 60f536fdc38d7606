/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inputs to a snapshot. (I1)
 *
 * An input that was named, a file or standard input, is read as it is. Files of a folder are
 * looked at first: only Kubernetes objects are read, and what proves to be none is dropped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/evidence/evidence_load.h"
#include "config/objects/parse.h"
#include "config/repository/bundle.h"
#include "config/repository/loading.h"
#include "config/repository/repository.h"
#include "config/repository/settle.h"
#include "config/objects/object.h"

/* ---- one file that was found ---- */

/* Values of PureLB's chart, or what installs it. */
static bool load_may_install(const struct file_words *words)
{
	return words->values || words->releases;
}

/* PureLB's objects are in a file that is a template: said once, as nothing of it is checked. */
static void load_report_template(struct snapshot *snapshot, uint32_t source,
				 const struct file_words *words, bool named)
{
	const struct pos pos = { source + 1, 1, 1 };
	struct finding *problem = problem_add(
		snapshot, named ? PROBLEM_TEMPLATE : PROBLEM_UNRENDERED, NULL, pos, NULL,
		words->purelb_group
			? "this file is a template with PureLB objects in it, and is not checked"
		: load_may_install(words)
			? "this file is a template that may install PureLB, and is not checked"
			: "this file is a template, and is not checked");

	problem->hint = "render it and validate the result";
	snapshot->hides_ours = snapshot->hides_ours || words->group || load_may_install(words);
}

/* Of some documents of a file the same. */
static void load_report_template_documents(struct snapshot *snapshot, uint32_t source,
					   uint32_t first_problem, bool named,
					   struct arena *scratch)
{
	struct pos pos;

	if (!load_drop_template_problems(snapshot, source, first_problem, scratch, &pos))
		return;
	problem_add(snapshot, named ? PROBLEM_TEMPLATE : PROBLEM_UNRENDERED, NULL, pos, NULL,
		    "this document is a template, and is not checked")
		->hint = "render it and validate the result; or put the placeholder in quotes";
}

/* A template of a chart with PureLB objects in it: said once for each chart. */
static void load_report_chart(struct snapshot *snapshot, const struct walked_file *file)
{
	const struct source source = { .name = file->path, .aside = true };
	struct pos pos = { 0, 1, 1 };

	ARRAY_ADD(&snapshot->arena, &snapshot->sources.list, source);
	pos.source = snapshot->sources.list.count;
	problem_add(snapshot, PROBLEM_UNRENDERED, NULL, pos, NULL,
		    "the chart in %s has templates with PureLB objects, which are not checked",
		    file->chart)
		->hint =
		arena_printf(&snapshot->arena,
			     "render it: helm template %s | purelbtool validate", file->chart);
}

void load_unread(struct snapshot *snapshot, const char *path, enum file_class class)
{
	struct unread_file file = { path, class };

	ARRAY_ADD(&snapshot->arena, &snapshot->sources.unread, file);
}

bool load_words(struct loading *loading, const char *path, struct file_words *words)
{
	struct snapshot *snapshot = loading->snapshot;
	const struct source_text *text;
	bool fine = true;
	int fd;

	if (reuse_words(loading->reuse, path, words))
		return true;
	text = source_text_find(&snapshot->sources, path);
	if (text != NULL) {
		file_words_of_text(text->text, text->bytes, words);
	} else {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		fine = fd >= 0 && file_words_read(fd, words);
		if (!fine)
			source_add_error(&snapshot->sources, &snapshot->arena, path,
					 strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	if (fine)
		reuse_keep_words(loading->reuse, path, words);
	return fine;
}

/* Reads a file as evidence; false, and nothing is left of it, when it is none. (O1) */
static bool load_evidence(struct snapshot *snapshot, const char *path, size_t root_bytes,
			  struct arena *scratch)
{
	const uint32_t source = snapshot->sources.list.count;

	sources_add(&snapshot->sources, &snapshot->arena, path);
	if (snapshot->sources.list.count == source)
		return true; /* an error was noted */
	if (evidence_load(snapshot, source, root_bytes, scratch))
		return true;
	snapshot->sources.list.count = source;
	return false;
}

static void loading_init(struct loading *loading, struct snapshot *snapshot)
{
	*loading = (struct loading){ .snapshot = snapshot, .charts.snapshot = snapshot };
	arena_init(&loading->scratch);
	arena_init(&loading->trees);
	loading->charts.arena = &loading->trees;
}

/* Makes the objects of what charts install. */
static void loading_finish(struct loading *loading)
{
	load_hold_releases(loading);
	/* Releases say themselves where they go. */
	if (loading->flux != NULL)
		loading->snapshot->substitutions = loading->flux->given;
	charts_finish(&loading->charts);
	arena_release(&loading->trees);
	arena_release(&loading->scratch);
}

void loading_substitute(struct loading *loading, const char *path)
{
	if (loading->flux != NULL)
		loading->snapshot->substitutions = flux_substitutions(loading->flux, path);
}

/* Takes installations of PureLB's chart from a source; true when it is a file of values, which
 * has nothing else in it. */
static bool load_charts(struct loading *loading, uint32_t source,
			const struct file_words *words)
{
	struct snapshot *snapshot = loading->snapshot;
	const uint32_t problems = snapshot->problems.count;
	struct tree_list trees = { 0 };
	bool values = false;

	if (!words->values && !words->releases)
		return false;
	reuse_parse_trees(loading->reuse, snapshot, source, loading->charts.arena, &trees);
	if (words->template_marks && snapshot->problems.count > problems &&
	    load_fails_at_template_mark(snapshot, source, problems, &loading->scratch)) {
		snapshot->problems.count = problems;
		return false;
	}
	for (uint32_t i = 0; i < trees.list.count; i++)
		values = values || charts_is_values(&loading->charts, trees.list.items[i]);
	if (!values) /* who reads the objects finds them again */
		snapshot->problems.count = problems;
	for (uint32_t i = 0; i < trees.list.count; i++)
		loading_take_chart(loading, trees.list.items[i]);
	return values;
}

/* Keeps a file's documents for the kustomizations that name it, and of what was found in it
 * only that it is not YAML: they decide what becomes of its objects. */
static void load_keep_trees(struct loading *loading, const struct snapshot *before,
			    struct kustomize_file *used)
{
	struct snapshot *snapshot = loading->snapshot;
	uint32_t kept = before->problems.count;

	for (uint32_t i = kept; i < snapshot->problems.count; i++) {
		const struct finding *problem = &snapshot->problems.items[i];

		if (problem->kind == PROBLEM_SYNTAX && problem->place.object == NULL)
			snapshot->problems.items[kept++] = *problem;
	}
	load_take_back(snapshot, before);
	snapshot->problems.count = kept;
	used->source = snapshot->sources.list.count;
	reuse_parse_trees(loading->reuse, snapshot, used->source - 1, loading->charts.arena,
			  &used->trees);
	snapshot->problems.count = kept;
}

/* Reads what one file of a folder has to say. `used`: a kustomization names
 * it as a resource; NULL: none does. */
static void load_found_file(struct loading *loading, const char *path,
			    struct kustomize_file *used)
{
	struct snapshot *snapshot = loading->snapshot;
	struct arena *scratch = &loading->scratch;
	const struct snapshot before = *snapshot;
	const uint32_t source = snapshot->sources.list.count;
	const char *left_out_by;
	struct file_words words;
	enum file_class class;

	if (!load_words(loading, path, &words))
		return;
	/* YAML with an apiVersion in it is not what another program printed. */
	if (!(words.api_version && !str_has_suffix(path, ".json")) &&
	    !reuse_is_no_evidence(loading->reuse, path)) {
		if (load_evidence(snapshot, path, loading->root_bytes, scratch))
			return;
		reuse_keep_no_evidence(loading->reuse, path);
	}
	loading->post_build = loading->post_build || words.post_build;
	loading_substitute(loading, path);
	left_out_by = used == NULL ? flux_leaves_out(loading->flux, path) : NULL;
	class = file_class_by_words(&words);
	if (left_out_by != NULL) {
		if (class == FILE_OBJECTS && words.purelb_group)
			load_report_left_out(snapshot, path, left_out_by);
		class = FILE_LEFT_OUT;
	}
	if (class == FILE_OBJECTS) {
		sources_add_walked(&snapshot->sources, &snapshot->arena, path,
				   loading->reuse != NULL);
		if (snapshot->sources.list.count == source)
			return;
		snapshot->sources.list.items[source].found = true;
		if (words.ytt) {
			if (words.purelb_group || load_may_install(&words))
				load_report_template(snapshot, source, &words, false);
			else
				snapshot->sources.list.count = source;
			load_unread(snapshot, path, FILE_TEMPLATE);
			return;
		}
		if (used == NULL && load_charts(loading, source, &words))
			return;
		reuse_parse_source(loading->reuse, snapshot, source, scratch);
		class = load_class_of(snapshot, &before, &words, scratch);
		if (class != FILE_OBJECTS && charts_has_source(&loading->charts, source + 1))
			class = FILE_OBJECTS;
		if (class == FILE_OBJECTS) {
			load_note_hidden(snapshot, &before, &words);
			load_report_template_documents(snapshot, source, before.problems.count,
						       false, scratch);
			load_drop_foreign_problems(snapshot, before.problems.count);
			if (used != NULL)
				load_keep_trees(loading, &before, used);
			return;
		}
		load_take_back(snapshot, &before);
		if (class == FILE_TEMPLATE && (words.purelb_group || load_may_install(&words)))
			load_report_template(snapshot, source, &words, false);
		else
			snapshot->sources.list.count = source;
	}
	load_unread(snapshot, path, class);
}

/* Reads what may be values of PureLB's chart, or of one that depends on it; false: it is not.
 */
static bool load_found_values(struct loading *loading, const char *path)
{
	struct snapshot *snapshot = loading->snapshot;
	const uint32_t source = snapshot->sources.list.count;
	struct file_words words;
	bool taken;

	if (!load_words(loading, path, &words) || !words.values)
		return false;
	loading_substitute(loading, path);
	sources_add(&snapshot->sources, &snapshot->arena, path);
	if (snapshot->sources.list.count == source)
		return false;
	snapshot->sources.list.items[source].found = true;
	loading->charts.defaults = true;
	taken = load_charts(loading, source, &words);
	loading->charts.defaults = false;
	if (!taken)
		snapshot->sources.list.count = source;
	return taken;
}

/* Notes a template of a chart, and reports its chart once. */
static void load_chart_template(struct loading *loading, const struct walked_file *file,
				const char **reported)
{
	struct snapshot *snapshot = loading->snapshot;
	struct file_words words;

	load_unread(snapshot, file->path, file->class);
	if (load_chart_is_rendered(loading, file->path))
		return;
	if (!load_words(loading, file->path, &words) || !words.purelb_group)
		return;
	/* What PureLB's own chart makes is known by its values. (I5) */
	if (words.group && !str_equal(file->chart, "purelb") &&
	    !str_has_suffix(file->chart, "/purelb"))
		snapshot->hides_ours = true;
	if (str_equal(*reported, file->chart))
		return;
	*reported = file->chart;
	load_report_chart(snapshot, file);
}

/* ---- kustomizations ---- */

/* Reads one file of a walk; `named` is what kustomizations make of it, or NULL. */
static void load_walked_file(struct loading *loading, const struct walked_file *file,
			     struct kustomize_file *named, const char **reported)
{
	struct snapshot *snapshot = loading->snapshot;
	const uint32_t objects = snapshot->objects.count;

	if (named != NULL && named->is_kustomization)
		return;
	if (file->class == FILE_HELM_TEMPLATE)
		load_chart_template(loading, file, reported);
	else if (file->class == FILE_OBJECTS && named != NULL && named->patch && !named->used)
		load_patch(loading, file->path, named);
	else if (file->class == FILE_OBJECTS)
		load_found_file(loading, file->path,
				named != NULL && named->used ? named : NULL);
	else if (file->class == FILE_EVIDENCE)
		(void)load_evidence(snapshot, file->path, loading->root_bytes,
				    &loading->scratch);
	else if (file->class != FILE_CHART_VALUES ||
		 load_chart_is_rendered(loading, file->path) ||
		 !load_found_values(loading, file->path))
		load_unread(snapshot, file->path, file->class);
	load_note_owner(loading, file->path + loading->root_bytes, objects);
}

/* Lets installations name files of the walk, and finds the charts that depend on PureLB's under
 * another name. */
static void load_look_for_charts(struct loading *loading, const struct folder_walk *walk)
{
	struct snapshot *snapshot = loading->snapshot;
	const uint32_t problems = snapshot->problems.count;

	ARRAY_FOREACH (const struct walked_file, file, &walk->files) {
		const uint32_t source = snapshot->sources.list.count;
		struct tree_list trees = { 0 };
		struct file_words words;

		if (!walked_is_open(file))
			continue;
		ARRAY_ADD(loading->charts.arena, &loading->charts.files, file->path);
		if (!str_has_suffix(file->path, "/Chart.yaml") ||
		    !load_words(loading, file->path, &words) || !words.purelb)
			continue;
		sources_add(&snapshot->sources, &snapshot->arena, file->path);
		if (snapshot->sources.list.count == source)
			continue;
		parse_source_trees(snapshot, source, loading->charts.arena, &trees);
		if (trees.list.count > 0)
			charts_note_alias(&loading->charts, trees.list.items[0]);
		snapshot->sources.list.count = source;
		snapshot->problems.count = problems;
	}
}

/* Reads a folder; `only`: no more of it than this kustomization, by its path in the folder. */
static void load_folder(struct loading *loading, const char *folder, const char *only)
{
	struct snapshot *snapshot = loading->snapshot;
	struct folder_walk walk = { .arena = &snapshot->arena, .sources = &snapshot->sources };
	struct kustomizations k = { .snapshot = snapshot, .arena = loading->charts.arena };
	const char *reported = NULL;

	loading->root_bytes = strlen(folder) + (str_has_suffix(folder, "/") ? 0 : 1);
	folder_walk_run(&walk, folder);
	if (walk.files.count == 0)
		return;
	if (loading->flux != NULL)
		loading->flux->root_bytes = walk.prefix_bytes;
	load_look_for_charts(loading, &walk);
	k.prefix = arena_strndup(&snapshot->arena, walk.files.items[0].path, walk.prefix_bytes);
	load_kustomizations(loading, &walk, only, &k);
	load_find_rendered_charts(loading, &walk);
	ARRAY_FOREACH (const struct walked_file, file, &walk.files) {
		struct kustomize_file *named =
			kustomize_find(&k, file->path + walk.prefix_bytes);

		if (only != NULL
			    ? named != NULL && (named->used || named->patch)
			    : load_is_in_scope(loading, file->path + walk.prefix_bytes, named))
			load_walked_file(loading, file, named, &reported);
	}
	/* Roots, and in the end those that only name each other. */
	for (int rest = 0; rest < 2; rest++)
		ARRAY_FOREACH (struct kustomize_file, file, &k.files)
			if (file->is_kustomization && !file->built &&
			    load_is_root_in_scope(loading, file) &&
			    (only != NULL ? str_equal(file->path, only)
					  : rest == 1 || !file->named))
				load_root(loading, &k, file);
	HASH_CLEAR(hh, k.made); /* the table; what is in it lies in the arena */
	load_rendered_charts(loading);
}

/* Builds a kustomization that was named itself; false: it is none. */
static bool load_named_kustomization(struct loading *loading, uint32_t source)
{
	struct snapshot *snapshot = loading->snapshot;
	const char *path = snapshot->sources.list.items[source].name;
	const char *slash = strrchr(path, '/');
	const uint32_t problems = snapshot->problems.count;
	struct tree_list trees = { 0 };
	bool is_one;

	parse_source_trees(snapshot, source, loading->charts.arena, &trees);
	is_one = snapshot->problems.count == problems && load_is_kustomization(&trees) &&
		 tree_get(trees.list.items[0], "apiVersion") != NULL;
	snapshot->problems.count = problems;
	if (!is_one || str_equal(path, "<stdin>"))
		return false;
	snapshot->sources.list.count = source;
	load_folder(loading,
		    slash != NULL
			    ? arena_strndup(&snapshot->arena, path, (size_t)(slash - path))
			    : ".",
		    slash != NULL ? slash + 1 : path);
	return true;
}

/* Reads a file that was named itself: what it says counts, unless it is a template. */
static void load_named_file(struct loading *loading, uint32_t source)
{
	struct snapshot *snapshot = loading->snapshot;
	struct arena *scratch = &loading->scratch;
	const struct snapshot before = *snapshot;
	struct file_words words = { 0 };
	FILE *file = source_open(&snapshot->sources, source);
	const bool looked = file != NULL && file_words_find(file, &words);

	source_close(&snapshot->sources, &snapshot->arena, source, file);
	if (evidence_load(snapshot, source, 0, scratch))
		return;
	loading->post_build = loading->post_build || words.post_build;
	loading_substitute(loading, snapshot->sources.list.items[source].name);
	ARRAY_ADD(loading->charts.arena, &loading->charts.files,
		  snapshot->sources.list.items[source].name);
	if (looked && words.kustomization && load_named_kustomization(loading, source))
		return;
	if (looked && !words.ytt && load_charts(loading, source, &words))
		return;
	if (looked && words.ytt) {
		load_report_template(snapshot, source, &words, true);
		return;
	}
	parse_source(snapshot, source, scratch);
	load_note_hidden(snapshot, &before, &words);
	if (!load_found_syntax_errors(snapshot, before.problems.count))
		return;
	if (!load_is_template(snapshot, &before, source, scratch)) {
		load_report_template_documents(snapshot, source, before.problems.count, true,
					       scratch);
	} else if (looked) {
		load_take_back(snapshot, &before);
		load_report_template(snapshot, source, &words, true);
	}
}

/* The files of a bundle: evidence, or objects as in a file that was named. */
static void load_bundle(struct snapshot *snapshot, uint32_t bundle, struct arena *scratch)
{
	const size_t root_bytes = strlen(snapshot->sources.list.items[bundle].name) + 1;
	uint32_t end;

	bundle_add(snapshot, bundle);
	end = snapshot->sources.list.count;
	for (uint32_t source = bundle + 1; source < end; source++) {
		const char *name = snapshot->sources.list.items[source].name;

		if (!evidence_load(snapshot, source, root_bytes, scratch) &&
		    (str_has_suffix(name, ".yaml") || str_has_suffix(name, ".yml") ||
		     str_has_suffix(name, ".json")))
			parse_source(snapshot, source, scratch);
	}
}

/* Takes the copy of what cannot be read twice from the earlier snapshot; false: it has none. */
static bool load_take_copy(struct loading *loading, const char *input)
{
	struct sources *sources = &loading->snapshot->sources;
	const char *name = str_equal(input, "-") ? "<stdin>" : input;

	if (loading->earlier == NULL)
		return false;
	ARRAY_FOREACH (struct source, source, &loading->earlier->sources.list) {
		struct source copy = { .spool = source->spool };

		if (source->spool == NULL || !str_equal(source->name, name))
			continue;
		source->spool = NULL;
		copy.name = arena_strdup(&loading->snapshot->arena, name);
		ARRAY_ADD(&loading->snapshot->arena, &sources->list, copy);
		return true;
	}
	return false;
}

static void load_input(struct loading *loading, const char *input)
{
	struct snapshot *snapshot = loading->snapshot;
	const uint32_t source = snapshot->sources.list.count;
	struct stat st;

	if (!str_equal(input, "-") && stat(input, &st) == 0 && S_ISDIR(st.st_mode)) {
		load_folder(loading, input, NULL);
		return;
	}
	if (!load_take_copy(loading, input))
		sources_add(&snapshot->sources, &snapshot->arena, input);
	if (snapshot->sources.list.count == source)
		return;
	if (bundle_is(snapshot, source))
		load_bundle(snapshot, source, &loading->scratch);
	else
		load_named_file(loading, source);
}

static struct snapshot *load_new_snapshot(const struct load_options *options)
{
	struct snapshot *snapshot = mem_alloc(sizeof(*snapshot));

	*snapshot = (struct snapshot){
		.install_namespace = options->install_namespace != NULL
					     ? options->install_namespace
					     : "purelb-system",
		.namespace_origin = options->install_namespace != NULL ? NAMESPACE_GIVEN
								       : NAMESPACE_DEFAULT,
		.sources.exclude = options->exclude,
		.sources.texts = options->texts,
		.substitutions = options->substitutions,
	};
	memcpy(snapshot->complete, options->complete, sizeof(snapshot->complete));
	snapshot->problems.arena = &snapshot->arena;
	arena_init(&snapshot->arena);
	return snapshot;
}

/* Reads all inputs; true: a Kustomization of Flux puts values into some of them. */
static bool load_inputs(struct snapshot *snapshot, const char *const *inputs, uint32_t count,
			const struct load_options *options, struct flux *flux,
			struct snapshot *earlier)
{
	struct loading loading;

	loading_init(&loading, snapshot);
	loading.reuse = options->reuse;
	reuse_next_pass(loading.reuse);
	loading.flux = flux;
	loading.earlier = earlier;
	loading.holders = options->holders;
	loading.renderer = options->renderer;
	if (loading.holders != NULL) /* what was read before is released */
		*loading.holders = (struct tree_holders){ 0 };
	if (options->clusters != NULL) {
		snapshot->cluster = options->clusters->list.items[options->cluster].name;
		loading.clusters = options->clusters;
		loading.cluster = options->cluster;
		load_folder(&loading, options->clusters->tree, NULL);
		loading.clusters = NULL;
	}
	for (uint32_t i = 0; i < count; i++)
		load_input(&loading, inputs[i]);
	loading_finish(&loading);
	return loading.post_build;
}

struct snapshot *config_load_with(const char *const *inputs, uint32_t count,
				  const struct load_options *options)
{
	struct snapshot *snapshot = load_new_snapshot(options);

	/* Which values there are is known only when all has been read, so it is read again. */
	if (load_inputs(snapshot, inputs, count, options, NULL, NULL)) {
		struct snapshot *earlier = snapshot;
		struct flux flux = { .given = options->substitutions };

		snapshot = load_new_snapshot(options);
		flux.arena = &snapshot->arena;
		flux_collect(&flux, earlier);
		flux_open(&flux, snapshot);
		load_inputs(snapshot, inputs, count, options, &flux, earlier);
		snapshot->substitutions = options->substitutions;
		snapshot_release(earlier);
	}
	evidence_set_times(snapshot);
	settle_snapshot(snapshot);
	return snapshot;
}

struct snapshot *config_load(const char *const *inputs, uint32_t count,
			     const char *install_namespace)
{
	const struct load_options options = { .install_namespace = install_namespace };

	return config_load_with(inputs, count, &options);
}

/* Takes an input back that was read since `before`; false: it cannot be read twice. */
static bool load_take_input_back(struct snapshot *snapshot, const struct snapshot *before)
{
	struct sources *sources = &snapshot->sources;

	for (uint32_t i = before->sources.list.count; i < sources->list.count; i++)
		if (sources->list.items[i].spool != NULL)
			return false;
	load_take_back(snapshot, before);
	sources->list.count = before->sources.list.count;
	sources->errors.count = before->sources.errors.count;
	sources->unread.count = before->sources.unread.count;
	sources->charts = before->sources.charts;
	return true;
}

/* Reads inputs; false when one could not be read. */
static bool load_part(struct snapshot *snapshot, const struct load_part *part)
{
	const uint32_t errors = snapshot->sources.errors.count;
	const struct load_options own = { .clusters = part->clusters,
					  .cluster = part->cluster,
					  .renderer = part->renderer };
	const struct snapshot before = *snapshot;

	if (load_inputs(snapshot, part->inputs, part->count, &own, NULL, NULL) &&
	    load_take_input_back(snapshot, &before)) {
		const struct load_options options = { .exclude = before.sources.exclude,
						      .substitutions = before.substitutions };
		struct snapshot *apart = load_new_snapshot(&options);
		struct flux flux = { .arena = &snapshot->arena, .given = before.substitutions };

		load_inputs(apart, part->inputs, part->count, &own, NULL, NULL);
		flux_collect(&flux, apart);
		snapshot_release(apart);
		flux_open(&flux, snapshot);
		load_inputs(snapshot, part->inputs, part->count, &own, &flux, NULL);
		snapshot->substitutions = before.substitutions;
	}
	evidence_set_times(snapshot);
	return snapshot->sources.errors.count == errors;
}

bool config_load_more(struct snapshot *snapshot, const struct load_part *part)
{
	const bool readable = load_part(snapshot, part);

	settle_snapshot(snapshot);
	return readable;
}

bool config_load_text(struct snapshot *snapshot, const char *name, const char *text)
{
	const uint32_t source = snapshot->sources.list.count;
	const uint32_t errors = snapshot->sources.errors.count;
	struct loading loading;

	loading_init(&loading, snapshot);
	sources_add_text(&snapshot->sources, &snapshot->arena, name, text);
	if (snapshot->sources.list.count > source)
		load_named_file(&loading, source);
	loading_finish(&loading);
	settle_snapshot(snapshot);
	return snapshot->sources.errors.count == errors;
}

bool config_load_apart(struct snapshot *snapshot, const struct load_part *part,
		       struct object_list *out)
{
	struct snapshot before = *snapshot;
	const bool readable = load_part(snapshot, part);

	for (uint32_t i = before.objects.count; i < snapshot->objects.count; i++)
		ARRAY_ADD(&snapshot->arena, &out->list, snapshot->objects.items[i]);
	settle_restore_lists(snapshot, &before);
	return readable;
}
