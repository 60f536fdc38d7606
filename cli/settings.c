/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of a project in the place of options, and the list of what is in force. */
#include "cli/settings.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "config/schema/schema.h"

/* ---- what settings and options are one ---- */

/* How a setting becomes a value of the option. */
enum setting_use {
	USE_VALUE,     /* unless the option is given */
	USE_ADDED,     /* beside what is given */
	USE_ELSEWHERE, /* by code of its own; lists still add to each other */
};

static const struct setting {
	const char *key;
	const char *option; /* NULL: none says the same */
	enum setting_use use;
	bool path;          /* begins at the folder of the file */
	bool validate_only; /* another command's option of that name is another matter */
} settings_table[] = {
	{ "disable", "disable", USE_ELSEWHERE, false, false },
	{ "failOn", "fail-on", USE_ELSEWHERE, false, false },
	{ "exclude", "exclude", USE_ELSEWHERE, false, false },
	{ "namespace", "namespace", USE_VALUE, false, false },
	{ "complete", "complete", USE_ADDED, false, false },
	{ "outputs", "output", USE_VALUE, true, true },
	{ "baseline", "baseline", USE_VALUE, true, false },
	{ "require", "require", USE_ADDED, false, false },
	{ "serviceCIDRs", "service-cidr", USE_VALUE, false, false },
	{ "substitute", "substitute", USE_ADDED, false, false },
	{ "purelbVersion", "purelb-version", USE_VALUE, false, false },
	{ "kubernetesVersion", "kubernetes-version", USE_VALUE, false, false },
	{ "bgpDaemon", "bgp-daemon", USE_VALUE, false, false },
	{ "maxFindings", "max-findings", USE_VALUE, false, false },
};

static const struct setting *setting_find(const char *key)
{
	for (uint32_t i = 0; i < ARRAY_LEN(settings_table); i++)
		if (str_equal(settings_table[i].key, key))
			return &settings_table[i];
	return NULL;
}

/* The command's option of that setting, or NULL. */
static const struct option_spec *setting_option(const struct setting *setting,
						const struct command_spec *spec)
{
	if (setting == NULL || (setting->validate_only && spec != &validate_command))
		return NULL;
	for (const struct option_spec *o = spec->options; o->name != NULL; o++)
		if (str_equal(o->name, setting->option))
			return o;
	return NULL;
}

static bool setting_is_given(const struct common *common, const struct option_spec *option)
{
	if (common->arguments != NULL && option != NULL)
		ARRAY_FOREACH (const struct given_option, given, &common->arguments->options)
			if (given->option == option)
				return true;
	return false;
}

/* ---- walking the settings ---- */

struct settings_walk {
	struct arena *arena;
	struct setting_values *out;
	const char *key;
};

static void settings_walk_add(const struct settings_walk *w, const char *path,
			      const struct str_value *value)
{
	const struct setting_value one = {
		.key = w->key, .path = path, .text = value->s, .pos = value->pos
	};

	if (value->s != NULL)
		ARRAY_ADD(w->arena, &w->out->list, one);
}

static void settings_walk_list(const struct settings_walk *w, const char *path,
			       const struct str_list *list)
{
	for (uint32_t i = 0; i < list->list.count; i++)
		settings_walk_add(w, arena_printf(w->arena, "%s[%u]", path, i),
				  &list->list.items[i]);
}

static void settings_walk_map(const struct settings_walk *w, const char *path,
			      const struct label_map *map)
{
	ARRAY_FOREACH (const struct label, label, &map->list)
		settings_walk_add(w, arena_printf(w->arena, "%s.%s", path, label->key.s),
				  &label->value);
}

static void settings_walk_fields(struct settings_walk *w, const char *path,
				 const struct schema *schema, const void *base);

/* What the lists of FIELD_OBJECTS and FIELD_NAMED begin with. */
struct settings_items {
	struct section at;
	ARRAY_OF(char) list;
};

/* What the items of FIELD_NAMED begin with. */
struct settings_named {
	struct section at;
	struct str_value name;
};

static void settings_walk_items(struct settings_walk *w, const char *path,
				const struct schema_field *field,
				const struct settings_items *items)
{
	for (uint32_t i = 0; i < items->list.count; i++) {
		const void *item = items->list.items + i * field->schema->size;
		const struct settings_named *named = item;

		settings_walk_fields(
			w,
			field->type == FIELD_NAMED
				? arena_printf(w->arena, "%s.%s", path, named->name.s)
				: arena_printf(w->arena, "%s[%u]", path, i),
			field->schema, item);
	}
}

/* The values of a struct; a type that no setting has is left out. */
static void settings_walk_fields(struct settings_walk *w, const char *path,
				 const struct schema *schema, const void *base)
{
	for (uint32_t i = 0; i < schema->count; i++) {
		const struct schema_field *field = &schema->fields[i];
		const void *at = (const char *)base + field->offset;
		const struct int_value *number = at;
		const char *here = path[0] == '\0'
					   ? field->name
					   : arena_printf(w->arena, "%s.%s", path, field->name);

		if (path[0] == '\0')
			w->key = field->name;
		switch (field->type) {
		case FIELD_STRING:
		case FIELD_SCALAR:
			settings_walk_add(w, here, at);
			break;
		case FIELD_INT:
			if (number->set)
				settings_walk_add(
					w, here,
					&(struct str_value){ arena_printf(w->arena, "%lld",
									  (long long)number->v),
							     number->pos });
			break;
		case FIELD_STRINGS:
			settings_walk_list(w, here, at);
			break;
		case FIELD_NAMES:
			settings_walk_list(w, here, &((const struct names_value *)at)->list);
			break;
		case FIELD_STRING_MAP:
		case FIELD_SCALAR_MAP:
			settings_walk_map(w, here, at);
			break;
		case FIELD_OBJECTS:
		case FIELD_NAMED:
			settings_walk_items(w, here, field, at);
			break;
		default:
			break;
		}
	}
}

static void settings_walk(const struct project *project, struct arena *arena,
			  struct setting_values *out)
{
	struct settings_walk w = { arena, out, NULL };

	settings_walk_fields(&w, "", &project_file_schema, &project->file);
}

/* ---- applying ---- */

static void setting_error(const struct cli *cli, const struct common *common,
			  const struct setting_value *value, const char *error)
{
	cli_error(cli, "%s:%u:%u: %s", common->project.config_path, value->pos.line,
		  value->pos.column, error);
}

/* True when the path, which may not be there yet, is in the folder once links are followed. */
static bool setting_is_inside(struct arena *arena, const char *folder, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *above =
		slash != NULL ? arena_strndup(arena, path, (size_t)(slash - path)) : ".";
	char *real = realpath(path, NULL);
	char *top = realpath(folder, NULL);
	const size_t len = top != NULL ? strlen(top) : 0;
	bool inside;

	if (real == NULL)
		real = realpath(slash == path ? "/" : above, NULL);
	/* What is in no folder that is there is reported by who opens it. */
	inside = real == NULL || top == NULL || str_equal(top, "/") ||
		 (strncmp(real, top, len) == 0 && (real[len] == '/' || real[len] == '\0'));
	free(real);
	free(top);
	return inside;
}

/* A path of the settings from the working folder; NULL after a message: it leads out of the
 * folder of the file, or to a pipe or device. */
static const char *setting_path(const struct cli *cli, struct common *common,
				const struct setting_value *value, const char *given)
{
	struct arena *arena = &common->arena;
	const char *file = common->project.config_path;
	const char *slash = strrchr(file, '/');
	const char *folder = slash == NULL ? "."
			     : slash == file
				     ? "/"
				     : arena_strndup(arena, file, (size_t)(slash - file));
	const char *path = clusters_path(arena, given);
	const char *whole = path, *why = "leads out of the folder of this file";
	struct stat st;

	if (path != NULL && path[0] == '\0')
		whole = folder;
	else if (path != NULL && slash != NULL)
		whole = arena_printf(arena, "%s%s%s", folder, slash == file ? "" : "/", path);
	if (whole != NULL && setting_is_inside(arena, folder, whole)) {
		/* A pipe would be waited for in vain. */
		if (stat(whole, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
			return whole;
		why = "is neither a file nor a folder";
	}
	setting_error(cli, common, value,
		      arena_printf(arena, "%s \"%s\" %s", value->path, given, why));
	return NULL;
}

/*
 * Whether a report may go there because a file says so that may be a stranger's: it is named as
 * a report, and nothing in a hidden folder, where hooks and pipelines are.
 */
static bool setting_names_report(const char *path)
{
	static const char *const endings[] = { ".json", ".yaml", ".sarif", ".xml",
					       ".html", ".md",   ".txt" };

	if (path[0] == '.' || strstr(path, "/.") != NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (str_has_suffix(path, endings[i]))
			return true;
	return false;
}

/* The text that an option takes for the value; NULL after a message. */
static const char *setting_text(const struct cli *cli, struct common *common,
				const struct setting *setting,
				const struct setting_value *value)
{
	const char *equals = strchr(value->text, '=');
	const char *path;

	if (str_equal(setting->key, "substitute"))
		return arena_printf(&common->arena, "%s=%s",
				    value->path + strlen("substitute."), value->text);
	if (!setting->path)
		return value->text;
	if (!setting->validate_only)
		return setting_path(cli, common, value, value->text);
	if (equals == NULL || str_equal(equals + 1, "-") || equals[1] == '\0')
		return value->text;
	path = clusters_path(&common->arena, equals + 1);
	if (path != NULL && !setting_names_report(path)) {
		setting_error(
			cli, common, value,
			arena_printf(&common->arena,
				     "%s \"%s\" is not a valid name for a report: in the "
				     "settings it ends with .json, .yaml, .sarif, .xml, "
				     ".html, .md or .txt, and no part of it begins with a dot",
				     value->path, equals + 1));
		return NULL;
	}
	path = setting_path(cli, common, value, equals + 1);
	return path == NULL ? NULL
			    : arena_printf(&common->arena, "%.*s=%s",
					   (int)(equals - value->text), value->text, path);
}

/* Errors of options begin with the option's name: here it is the setting's. */
static const char *setting_renamed(struct arena *arena, const struct option_spec *option,
				   const struct setting_value *value, const char *error)
{
	const size_t len = strlen(option->name);

	if (str_has_prefix(error, "--") && strncmp(error + 2, option->name, len) == 0)
		return arena_printf(arena, "%s%s", value->path, error + 2 + len);
	return arena_printf(arena, "%s: %s", value->path, error);
}

static bool setting_apply(const struct cli *cli, const struct command_spec *spec,
			  struct common *common, const struct setting_value *value)
{
	const struct setting *setting = setting_find(value->key);
	const struct option_spec *option = setting_option(setting, spec);
	const char *text, *error;

	if (option == NULL || setting->use == USE_ELSEWHERE ||
	    (setting->use == USE_VALUE && setting_is_given(common, option)))
		return true;
	text = setting_text(cli, common, setting, value);
	if (text == NULL)
		return false;
	error = options_set(option, text, common, &common->arena);
	if (error == NULL)
		return true;
	setting_error(cli, common, value,
		      setting_renamed(&common->arena, option, value, error));
	return false;
}

bool settings_apply(const struct cli *cli, const struct command_spec *spec,
		    struct common *common)
{
	struct setting_values values = { 0 };
	struct substitutions given = common->substitutions;
	bool fine = true;

	/* Of two substitutions the last one counts. */
	common->substitutions = (struct substitutions){ 0 };
	settings_walk(&common->project, &common->arena, &values);
	ARRAY_FOREACH (const struct setting_value, value, &values.list)
		fine &= setting_apply(cli, spec, common, value);
	ARRAY_FOREACH (const struct substitution, item, &given.list)
		ARRAY_ADD(&common->arena, &common->substitutions.list, *item);
	return fine;
}

bool settings_inputs(const struct cli *cli, struct common *common, struct name_list *out)
{
	const struct str_list *inputs = &common->project.file.inputs;

	for (uint32_t i = 0; i < inputs->list.count; i++) {
		const struct setting_value value = {
			.path = arena_printf(&common->arena, "inputs[%u]", i),
			.pos = inputs->list.items[i].pos,
		};
		const char *path = setting_path(cli, common, &value, inputs->list.items[i].s);

		if (path == NULL)
			return false;
		ARRAY_ADD(&common->arena, &out->list, path);
	}
	return true;
}

/* ---- what is in force ---- */

static void force_add_given(const struct common *common, const struct schema_field *field,
			    const struct option_spec *option, struct setting_values *out,
			    struct arena *arena)
{
	if (!setting_is_given(common, option))
		return;
	ARRAY_FOREACH (const struct given_option, given, &common->arguments->options)
		if (given->option == option)
			ARRAY_ADD(arena, &out->list,
				  ((struct setting_value){ .key = field->name,
							   .path = field->name,
							   .text = given->value,
							   .option = option }));
}

void settings_in_force(const struct command_spec *spec, const struct common *common,
		       struct arena *arena, struct setting_values *out)
{
	struct setting_values written = { 0 };

	settings_walk(&common->project, arena, &written);
	for (uint32_t i = 0; i < project_file_schema.count; i++) {
		const struct schema_field *field = &project_file_schema.fields[i];
		const struct setting *setting = setting_find(field->name);
		const struct option_spec *option = setting_option(setting, spec);
		const bool replaced = option != NULL && setting->use == USE_VALUE &&
				      setting_is_given(common, option);
		const uint32_t before = out->list.count;

		ARRAY_FOREACH (const struct setting_value, value, &written.list)
			if (!replaced && str_equal(value->key, field->name))
				ARRAY_ADD(arena, &out->list, *value);
		force_add_given(common, field, option, out, arena);
		if (out->list.count == before && field->standard != NULL)
			ARRAY_ADD(arena, &out->list,
				  ((struct setting_value){ .key = field->name,
							   .path = field->name,
							   .text = field->standard,
							   .standard = true }));
	}
}
