/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts that the values of an installation are put together from: what stands where it is
 * described, files of values, ConfigMaps and Secrets, those that a kustomization generates, and
 * settings of single values. (I5.1, I5.3b)
 *
 * A part that is not in the input makes the rest of the values unknown. Nothing but files of
 * the walk and inputs that were named is read.
 */
#include "config/repository/charts_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/repository/clusters.h"
#include "config/repository/loading.h"
#include "config/repository/values.h"

enum { CHART_PARTS_MAX = 100, CHART_SETTINGS_MAX = 250 }; /* of one installation */

/* ---- what parts there are ---- */

void charts_part_tree(struct charts *charts, struct chart_release *release,
		      const struct tree_node *tree)
{
	const struct chart_part part = { .tree = tree };

	if (tree != NULL)
		ARRAY_ADD(charts->arena, &release->parts, part);
}

void charts_part_set(struct charts *charts, struct chart_release *release,
		     const struct tree_node *list)
{
	const struct chart_part part = { .set = list };

	if (list != NULL)
		ARRAY_ADD(charts->arena, &release->parts, part);
}

/* Single values that files hold: which they are is known, but not what is in them. */
void charts_part_set_files(struct charts *charts, struct chart_release *release,
			   const struct tree_node *list)
{
	struct tree_node *set = list != NULL ? values_list(charts->arena, list->pos) : NULL;

	for (uint32_t i = 0; list != NULL && list->type == TREE_LIST && i < list->u.list.count;
	     i++) {
		const struct tree_node *item = list->u.list.items[i];
		struct tree_node *one = values_map(charts->arena, item->pos);
		struct tree_node *value = values_text(charts->arena, item->pos, "");

		value->unknown = true;
		values_set(charts->arena, one, "name", tree_get(item, "name"));
		values_set(charts->arena, one, "value", value);
		values_add(charts->arena, set, one);
	}
	charts_part_set(charts, release, set);
}

void charts_part_file(struct charts *charts, struct chart_release *release,
		      const struct tree_node *path)
{
	const struct chart_part part = { .path = path };

	if (path != NULL)
		ARRAY_ADD(charts->arena, &release->parts, part);
}

void charts_part_replaced(struct charts *charts, struct chart_release *release,
			  const struct tree_node *path)
{
	charts_part_file(charts, release, path);
	if (path != NULL)
		release->parts.items[release->parts.count - 1].replaced = true;
}

void charts_part_files(struct charts *charts, struct chart_release *release,
		       const struct tree_node *list)
{
	for (uint32_t i = 0; list != NULL && list->type == TREE_LIST && i < list->u.list.count;
	     i++)
		charts_part_file(charts, release, list->u.list.items[i]);
}

void charts_part_references(struct charts *charts, struct chart_release *release,
			    const struct tree_node *list)
{
	for (uint32_t i = 0; list != NULL && list->type == TREE_LIST && i < list->u.list.count;
	     i++) {
		const struct chart_part part = { .reference = list->u.list.items[i] };

		ARRAY_ADD(charts->arena, &release->parts, part);
	}
}

/* ---- single values ---- */

/* --set NAME=VALUE, as lists of {name, value} and mappings of names have it. */
static const struct tree_node *charts_set_one(struct charts *charts,
					      const struct tree_node *values, const char *name,
					      struct pos at, const struct tree_node *value,
					      bool is_text)
{
	struct tree_node *typed;

	if (name == NULL || value == NULL)
		return values;
	typed = values_text(charts->arena, value->pos, value->text);
	*typed = *value;
	if (value->type == TREE_STRING && !value->unknown && !is_text)
		scalar_resolve(typed, value->text);
	return values_set_named(charts->arena, values, name, at, typed);
}

static uint32_t charts_set_count(const struct tree_node *set)
{
	if (set->type == TREE_MAP)
		return set->u.map.count;
	return set->type == TREE_LIST ? set->u.list.count : 0;
}

static const struct tree_node *charts_set_all(struct charts *charts,
					      const struct tree_node *values,
					      const struct tree_node *set)
{
	if (set->type == TREE_MAP)
		ARRAY_FOREACH (const struct tree_entry, entry, &set->u.map)
			values = charts_set_one(charts, values, entry->key, entry->key_pos,
						entry->value, false);
	/* Helm takes those of --set-string after all of --set. */
	for (int texts = 0; texts < 2; texts++)
		for (uint32_t i = 0; set->type == TREE_LIST && i < set->u.list.count; i++) {
			const struct tree_node *item = set->u.list.items[i];
			const struct tree_node *name = tree_get(item, "name");
			const bool is_text = values_is_true(tree_get(item, "forceString"));

			if (name != NULL && is_text == (texts == 1))
				values = charts_set_one(
					charts, values, values_get_text(item, "name"),
					name->pos, tree_get(item, "value"), is_text);
		}
	return values;
}

/* ---- files ---- */

static const char *charts_source_name(const struct charts *charts, struct pos pos)
{
	return pos.source > 0 ? charts->snapshot->sources.list.items[pos.source - 1].name : "";
}

/* The path of a file that was walked or named and ends with `path`: of several there is none
 * that is meant. */
static const char *charts_find_ending(const struct charts *charts, const char *path)
{
	const char *ending = arena_printf(charts->arena, "/%s", path);
	const char *found = NULL;

	ARRAY_FOREACH (const char *const, known, &charts->files) {
		if (!str_equal(*known, path) && !str_has_suffix(*known, ending))
			continue;
		if (found != NULL && !str_equal(found, *known))
			return NULL;
		found = *known;
	}
	return found;
}

/* The file that `name` means beside the file `from`; NULL: none that may be read. */
static const char *charts_find_file(const struct charts *charts, const char *from,
				    const char *name)
{
	const char *slash = strrchr(from, '/');
	const char *last = strrchr(name, '/') != NULL ? strrchr(name, '/') + 1 : name;
	const char *path, *wanted;

	if (name[0] == '$') { /* of another source of the same Application, from its top */
		const char *rest = strchr(name, '/');

		path = rest != NULL ? clusters_path(charts->arena, rest + 1) : NULL;
		return path != NULL && path[0] != '\0' ? charts_find_ending(charts, path)
						       : NULL;
	}
	if (strstr(name, "://") != NULL)
		return NULL;
	if (name[0] == '/') {
		path = clusters_path(charts->arena, name + 1);
		return path != NULL && path[0] != '\0' ? charts_find_ending(charts, path)
						       : NULL;
	}
	wanted = arena_printf(charts->arena, "%.*s%s",
			      slash != NULL ? (int)(slash - from) + 1 : 0, from, name);
	wanted = clusters_path(charts->arena, wanted + (wanted[0] == '/' ? 1 : 0));
	ARRAY_FOREACH (const char *const, known, &charts->files) {
		if (wanted == NULL || !str_has_suffix(*known, last))
			continue;
		path = clusters_path(charts->arena, *known + ((*known)[0] == '/' ? 1 : 0));
		if (str_equal(path, wanted))
			return *known;
	}
	return NULL;
}

/* The same for a release, whose files may be in a folder of their own. */
static const char *charts_find_values(const struct charts *charts,
				      const struct chart_release *release, const char *from,
				      const char *name)
{
	const char *found = NULL, *path;

	if (release->folder != NULL && strchr("$/", name[0]) == NULL &&
	    strstr(name, "://") == NULL) {
		path = clusters_path(
			charts->arena,
			arena_printf(charts->arena, "%s/%s",
				     release->folder + (release->folder[0] == '/' ? 1 : 0),
				     name));
		found = path != NULL && path[0] != '\0' ? charts_find_ending(charts, path)
							: NULL;
	}
	return found != NULL ? found : charts_find_file(charts, from, name);
}

static const struct tree_node *charts_parse_file(struct charts *charts, const char *path)
{
	struct sources *sources = &charts->snapshot->sources;
	const uint32_t source = sources->list.count;
	const uint32_t problems = charts->snapshot->problems.count;
	struct tree_list trees = { 0 };

	sources_add(sources, &charts->snapshot->arena, path);
	if (sources->list.count == source)
		return NULL;
	parse_source_trees(charts->snapshot, source, charts->arena, &trees);
	if (load_fails_at_template_mark(charts->snapshot, source, problems, charts->arena)) {
		charts->snapshot->problems.count = problems;
		sources->list.count = source;
		return NULL;
	}
	return trees.list.count > 0 ? trees.list.items[0] : NULL;
}

/* The values of a file, which is then no installation of its own; NULL: it is not read. */
static const struct tree_node *charts_read_file(struct charts *charts, const char *path)
{
	struct chart_file file = { .path = path };

	ARRAY_FOREACH (const struct chart_file, known, &charts->read)
		if (str_equal(known->path, path))
			return known->tree;
	ARRAY_FOREACH (struct chart_release, release, &charts->releases)
		if (release->rank >= CHART_VALUES &&
		    str_equal(charts_source_name(charts, release->pos), path)) {
			release->consumed = true;
			return release->whole;
		}
	file.tree = charts_parse_file(charts, path);
	ARRAY_ADD(charts->arena, &charts->read, file);
	return file.tree;
}

/* ---- ConfigMaps and Secrets ---- */

/* What a kustomization generates from files under a key, as "name" or "key=name" say it. */
static const struct tree_node *
charts_read_generated(struct charts *charts, const struct tree_node *generator, const char *key)
{
	const struct tree_node *files = tree_get(generator, "files");

	for (uint32_t i = 0;
	     files != NULL && files->type == TREE_LIST && i < files->u.list.count; i++) {
		const struct tree_node *item = files->u.list.items[i];
		const char *equals = item->type == TREE_STRING ? strchr(item->text, '=') : NULL;
		const char *path, *name;

		if (item->type != TREE_STRING)
			continue;
		path = equals != NULL ? equals + 1 : item->text;
		name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
		if (equals != NULL)
			name = arena_strndup(charts->arena, item->text,
					     (size_t)(equals - item->text));
		if (!str_equal(name, key))
			continue;
		path = charts_find_file(charts, charts_source_name(charts, item->pos), path);
		return path != NULL ? charts_read_file(charts, path) : NULL;
	}
	return NULL;
}

/* What a ConfigMap or Secret has under a key: a text with values or, where there is a target,
 * a single one, which is set in those before it. */
static const struct tree_node *charts_read_map(struct charts *charts,
					       const struct tree_node *before,
					       const struct tree_node *map, const char *key,
					       const char *target)
{
	const struct tree_node *text = tree_get(tree_get(map, "stringData"), key);

	if (text == NULL && str_equal(values_get_text(map, "kind"), "ConfigMap"))
		text = tree_get(tree_get(map, "data"), key);
	if (text == NULL || text->type != TREE_STRING || text->unknown)
		return NULL;
	if (target != NULL)
		return charts_set_one(charts, before, target, text->pos, text, false);
	return values_of_text(charts->snapshot, text, NULL, charts->arena);
}

static bool charts_same_namespace(const struct tree_node *a, const char *b)
{
	const char *namespace = values_get_text(a, "metadata.namespace");

	if (namespace == NULL)
	namespace = values_get_text(a, "namespace");
	return namespace == NULL || b == NULL || str_equal(namespace, b);
}

/* What {kind, name, valuesKey, targetPath} means after the values `before`; NULL: the input
 * does not have it. */
static const struct tree_node *charts_read_reference(struct charts *charts,
						     const struct chart_release *release,
						     const struct tree_node *before,
						     const struct tree_node *reference)
{
	const char *kind = values_get_text(reference, "kind");
	const char *name = values_get_text(reference, "name");
	const char *key = values_get_text(reference, "valuesKey");
	const char *target = values_get_text(reference, "targetPath");

	if (key == NULL)
		key = "values.yaml";
	if (kind == NULL || name == NULL)
		return NULL;
	ARRAY_FOREACH (const struct tree_node *const, map, &charts->maps)
		if (str_equal(values_get_text(*map, "kind"), kind) &&
		    str_equal(values_get_text(*map, "metadata.name"), name) &&
		    charts_same_namespace(*map, release->map_namespace))
			return charts_read_map(charts, before, *map, key, target);
	ARRAY_FOREACH (const struct chart_generator, generator, &charts->generators)
		if (str_equal(generator->kind, kind) &&
		    str_equal(values_get_text(generator->tree, "name"), name))
			return charts_read_generated(charts, generator->tree, key);
	return NULL;
}

/* ---- all of it ---- */

void charts_note_map(struct charts *charts, const struct tree_node *map)
{
	ARRAY_ADD(charts->arena, &charts->maps, map);
}

void charts_note_generators(struct charts *charts, const struct tree_node *kustomization)
{
	static const char *const keys[][2] = { { "configMapGenerator", "ConfigMap" },
					       { "secretGenerator", "Secret" } };

	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		const struct tree_node *list = tree_get(kustomization, keys[k][0]);

		for (uint32_t i = 0;
		     list != NULL && list->type == TREE_LIST && i < list->u.list.count; i++) {
			const struct chart_generator generator = { keys[k][1],
								   list->u.list.items[i] };

			ARRAY_ADD(charts->arena, &charts->generators, generator);
		}
	}
}

/* Says once which values of an installation are not known. */
static void charts_report_elsewhere(struct charts *charts, struct chart_release *release,
				    const struct chart_part *part)
{
	struct snapshot *snapshot = charts->snapshot;
	const struct tree_node *at = part->path != NULL ? part->path : part->reference;
	const char *what = NULL;

	if (release->elsewhere || at == NULL)
		return;
	if (part->path != NULL && at->type == TREE_STRING)
		what = at->text;
	else if (part->reference != NULL && values_get_text(at, "kind") != NULL &&
		 values_get_text(at, "name") != NULL)
		what = arena_printf(&snapshot->arena, "%s %s", values_get_text(at, "kind"),
				    values_get_text(at, "name"));
	problem_add(
		snapshot, PROBLEM_UNRENDERED, NULL, at->pos, NULL,
		"values of release \"%s\" are in %s, which could not be read: what they may "
		"set is not checked",
		release->name, what != NULL ? what : "another place")
		->hint = "add it to the input, or validate what helm template prints";
}

/* The same of more parts than a person writes: each costs a copy of the values before it. */
static void charts_report_too_many(struct charts *charts, struct chart_release *release,
				   const char *what, int most)
{
	if (!release->elsewhere)
		problem_add(charts->snapshot, PROBLEM_UNRENDERED, NULL, release->pos, NULL,
			    "values of release \"%s\" have more than %d %s: not all that they "
			    "set is checked",
			    release->name, most, what)
			->hint = "validate what helm template prints";
	release->elsewhere = true;
}

void charts_put_together(struct charts *charts, struct chart_release *release)
{
	const struct tree_node *values = NULL;

	if (release->parts.count == 0)
		return;
	ARRAY_FOREACH (const struct chart_part, part, &release->parts) {
		const struct tree_node *tree = part->tree;
		const char *path = NULL;

		if (part - release->parts.items >= CHART_PARTS_MAX) {
			charts_report_too_many(charts, release, "parts", CHART_PARTS_MAX);
			break;
		}
		if (part->set != NULL && charts_set_count(part->set) > CHART_SETTINGS_MAX) {
			charts_report_too_many(charts, release, "settings", CHART_SETTINGS_MAX);
			continue;
		}
		if (part->set != NULL) {
			values = charts_set_all(charts, values, part->set);
			continue;
		}
		if (part->path != NULL && part->path->type == TREE_STRING &&
		    !part->path->unknown)
			path = charts_find_values(charts, release,
						  charts_source_name(charts, part->path->pos),
						  part->path->text);
		if (path != NULL)
			tree = charts_read_file(charts, path);
		if (part->replaced)
			continue;
		if (part->reference != NULL)
			tree = charts_read_reference(charts, release, values, part->reference);
		if (tree != NULL && tree->type == TREE_MAP) {
			values = values_merge(charts->arena, values, tree);
			continue;
		}
		charts_report_elsewhere(charts, release, part);
		release->elsewhere = true;
	}
	release->values = values;
}
