/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands share: setting the common options, running a command from its arguments to its
 * exit status, and the messages of commands that do not report findings about inputs that they
 * cannot take as they are.
 */
#include "cli/common.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cli/render.h"
#include "cli/sandbox.h"
#include "cli/settings.h"
#include "config/objects/object.h"
#include "config/repository/repository.h"
#include "config/schema/schema.h"
#include "reports/findings/findings.h"
#include "reports/model/json_yaml.h"
#include "validator/validate.h"

/* ---- options ---- */

const char *const common_versions[] = { "0.15", "0.16", "0.17", "latest", NULL };
const char *const common_colors[] = { "auto", "always", "never", NULL };
const char *const common_daemons[] = { "fork-1.1", "fork-1.3", NULL };

const char *common_set_namespace(void *settings, const struct option_spec *option,
				 const char *value)
{
	struct common *common = settings;

	if (!dns_label_valid(value))
		return arena_printf(&common->arena, "--%s \"%s\" is not a valid namespace",
				    option->name, value);
	common->namespace = value;
	return NULL;
}

const char *common_read_version(struct common *common, const char *text,
				struct option_release *out)
{
	out->given = true;
	return release_parse(text, &out->value)
		       ? NULL
		       : arena_printf(&common->arena,
				      "--purelb-version \"%s\" is not 0.15, 0.16, 0.17, one of "
				      "their patches or latest",
				      text);
}

const char *common_set_version(void *settings, const struct option_spec *option,
			       const char *value)
{
	struct common *common = settings;

	(void)option;
	return common_read_version(common, value, &common->release);
}

const char *common_add_output(void *settings, const struct option_spec *option,
			      const char *value)
{
	return outputs_add(&((struct common *)settings)->outputs, option->choices, value);
}

const char *common_add_exclude(void *settings, const struct option_spec *option,
			       const char *value)
{
	struct common *common = settings;
	const char *fault = exclude_pattern_fault(value);

	if (fault != NULL)
		return arena_printf(&common->arena, "--%s \"%s\" %s", option->name, value,
				    fault);
	if (common->exclude.count >= EXCLUDE_PATTERNS_MAX)
		return arena_printf(&common->arena, "--%s is given more than %d times",
				    option->name, EXCLUDE_PATTERNS_MAX);
	ARRAY_ADD(&common->arena, &common->exclude, value);
	return NULL;
}

static const char *common_substitute(struct common *common, const char *text,
				     const char *origin)
{
	const char *equals = strchr(text, '=');
	struct substitution item = { 0 };

	if (equals == NULL || !placeholder_name_valid(text, (size_t)(equals - text)))
		return arena_printf(
			&common->arena,
			"%s \"%s\" is not KEY=VALUE, such as VIP_RANGE=192.0.2.0/28", origin,
			text);
	item.key = arena_strndup(&common->arena, text, (size_t)(equals - text));
	item.value = arena_strdup(&common->arena, equals + 1);
	ARRAY_ADD(&common->arena, &common->substitutions.list, item);
	return NULL;
}

const char *common_add_substitution(void *settings, const struct option_spec *option,
				    const char *value)
{
	struct common *common = settings;

	return common_substitute(common, value,
				 arena_printf(&common->arena, "--%s", option->name));
}

/* One line of an env file: a comment, nothing, or KEY=VALUE with `export` and quotes. */
static const char *common_substitute_line(struct common *common, char *line, const char *origin)
{
	size_t len = strcspn(line, "\r\n");
	char *equals;

	line[len] = '\0';
	line += strspn(line, " \t");
	if (str_has_prefix(line, "export "))
		line += strlen("export ");
	if (line[0] == '\0' || line[0] == '#')
		return NULL;
	equals = strchr(line, '=');
	len = equals != NULL ? strlen(equals + 1) : 0;
	if (len >= 2 && (equals[1] == '"' || equals[1] == '\'') && equals[len] == equals[1]) {
		equals[len] = '\0';
		memmove(equals + 1, equals + 2, len - 1);
	}
	return common_substitute(common, line, origin);
}

const char *common_add_substitutions(void *settings, const struct option_spec *option,
				     const char *path)
{
	enum { BYTES_MAX = 1 << 20 };
	struct common *common = settings;
	const char *error = NULL;
	FILE *file = fopen(path, "re");
	struct text all = { 0 };
	const enum text_read read =
		file != NULL ? text_add_stream(&all, file, BYTES_MAX) : TEXT_READ_FAILED;
	unsigned number = 0;
	char *next = all.data;

	if (read == TEXT_READ_FAILED)
		error = strerror(errno);
	else if (memchr(text_str(&all), '\0', all.len) != NULL)
		error = "it has a NUL byte: this is not a text file";
	else if (read == TEXT_READ_MORE)
		error = "it is too large (the limit is 1 MiB)";
	if (error != NULL)
		error = arena_printf(&common->arena, "--%s: cannot read %s: %s", option->name,
				     path, error);
	for (char *line; error == NULL && (line = strsep(&next, "\n")) != NULL;)
		error = common_substitute_line(
			common, line, arena_printf(&common->arena, "%s:%u:", path, ++number));
	text_release(&all);
	if (file != NULL)
		fclose(file);
	return error;
}

const char *common_add_require(void *settings, const struct option_spec *option,
			       const char *value)
{
	enum { NEED_BITS = 16 };
	struct common *common = settings;
	const char *names[NEED_BITS + 1] = { NULL };
	int found;

	(void)option;
	for (unsigned bit = 0; bit < NEED_BITS; bit++)
		names[bit] = need_name((enum need)(1u << bit));
	found = options_choose(names, value, strlen(value));
	if (found < 0)
		return options_unknown(&common->arena, "NEED", value, names);
	common->require |= 1u << found;
	return NULL;
}

/* The kind of that name, in any case, also in the plural; or KIND_COUNT. */
static enum object_kind common_kind(const char *name)
{
	const size_t length = strlen(name);

	for (int kind = 0; kind < KIND_COUNT; kind++) {
		const char *word = kind_table[kind].name;
		const size_t end = strlen(word);

		if (strncasecmp(name, word, end) == 0 &&
		    (length == end || strcasecmp(name + end, "s") == 0))
			return (enum object_kind)kind;
	}
	return KIND_COUNT;
}

const char *common_add_complete(void *settings, const struct option_spec *option,
				const char *value)
{
	struct common *common = settings;
	const enum object_kind kind = common_kind(value);
	const char *names[KIND_COUNT + 1] = { NULL };

	(void)option;
	for (int i = 0; i < KIND_COUNT; i++)
		names[i] = kind_table[i].name;
	if (kind == KIND_COUNT)
		return options_unknown(&common->arena, "KIND", value, names);
	common->complete[kind] = true;
	return NULL;
}

const char *common_add_disabled(void *settings, const struct option_spec *option,
				const char *name)
{
	struct common *common = settings;
	struct silencing silencing = { .name = name, .origin = "--disable" };

	(void)option;
	ARRAY_ADD(&common->arena, &common->project.silencings.codes, silencing);
	return NULL;
}

const char *common_add_service_cidr(void *settings, const struct option_spec *option,
				    const char *text)
{
	struct common *common = settings;
	struct ip_net net;

	if (!ip_net_parse(text, &net))
		return arena_printf(&common->arena,
				    "--%s \"%s\" is not a valid network, such as 10.96.0.0/12",
				    option->name, text);
	ARRAY_ADD(&common->arena, &common->judging.service_cidrs, text);
	return NULL;
}

const char *common_set_kubernetes(void *settings, const struct option_spec *option,
				  const char *value)
{
	struct common *common = settings;

	if (kubernetes_version_parse(value, &common->judging.kubernetes))
		return NULL;
	return arena_printf(&common->arena, "--%s \"%s\" is not a valid release, such as 1.36",
			    option->name, value);
}

/* Replaces what was loaded by a snapshot that only says what is wrong with it. */
static void common_refuse_loaded(struct common *common, struct loaded_inputs *loaded,
				 const char *error)
{
	struct snapshot *none = config_load(NULL, 0, common->namespace);

	clusters_release(loaded);
	ARRAY_ADD(&none->arena, &none->sources.errors, arena_strdup(&none->arena, error));
	loaded->error = error;
	ARRAY_ADD(&common->arena, &loaded->list, none);
}

/* Loads inputs for a command that answers for all clusters, or for one. */
static void common_load_inputs(struct common *common, const char *const *inputs, uint32_t count,
			       bool several, struct loaded_inputs *loaded)
{
	clusters_load(common, inputs, count, loaded);
	if (loaded->unchosen)
		common_refuse_loaded(common, loaded, clusters_unchosen(common));
	else if (!several && loaded->list.count > 1)
		common_refuse_loaded(common, loaded,
				     clusters_unnamed(common, &loaded->clusters));
}

struct snapshot *common_load(struct common *common, const char *const *inputs, uint32_t count)
{
	struct loaded_inputs loaded = { 0 };

	common_load_inputs(common, inputs, count, false, &loaded);
	return loaded.list.items[0];
}

struct snapshot *common_load_beside(struct common *common, const char *input,
				    const struct load_part *part)
{
	struct loaded_inputs loaded = { 0 };

	clusters_load(common, &input, 1, &loaded);
	if (loaded.unchosen && part->clusters == NULL)
		common_refuse_loaded(common, &loaded, clusters_unchosen(common));
	else if (loaded.list.count > 1)
		common_refuse_loaded(common, &loaded,
				     clusters_unnamed(common, &loaded.clusters));
	return loaded.list.items[0];
}

/* ---- the run ---- */

/* True when nothing comes from standard input: it is a terminal or a device, or closed. */
static bool common_input_is_idle(const struct cli *cli)
{
	struct stat st;

	return cli->in_tty || fstat(STDIN_FILENO, &st) != 0 || S_ISCHR(st.st_mode);
}

static int common_run_inputs(const struct cli *cli, const struct command_spec *spec,
			     struct common *common, const struct arguments *arguments)
{
	static const char *const standard_input[] = { "-" };
	const bool given = arguments->operands.count > 0;
	const bool idle = common_input_is_idle(cli);
	const bool clusters = !given && clusters_are_declared(common) && idle;
	struct name_list configured = { 0 };
	struct loaded_inputs *loaded = &common->loaded;
	uint32_t *errors;
	int status;

	if (spec->run != NULL)
		return spec->run(cli, common, arguments);
	const char *mistake = spec->mistake != NULL ? spec->mistake(cli, common) : NULL;

	if (mistake != NULL)
		return cli_usage_error(cli, spec, "%s", mistake);
	if (!given && idle && !settings_inputs(cli, common, &configured))
		return STATUS_TROUBLE;
	if (!given && !clusters && configured.list.count == 0 && cli->in_tty)
		return cli_usage_error(cli, spec,
				       "no INPUT: name files or folders, or pipe manifests in");
	if (!outputs_open(&common->outputs, cli))
		return STATUS_TROUBLE;
	common->inputs = given ? arguments->operands.items : standard_input;
	common->input_count = given ? arguments->operands.count : clusters ? 0 : 1;
	if (configured.list.count > 0) {
		common->inputs = configured.list.items;
		common->input_count = configured.list.count;
	}
	common_load_inputs(common, common->inputs, common->input_count, spec->several_clusters,
			   loaded);
	status = loaded->error == NULL ? STATUS_FINE : STATUS_TROUBLE;
	if (loaded->error != NULL)
		cli_error(cli, "%s", loaded->error);
	ARRAY_FOREACH (struct snapshot *const, snapshot, &loaded->list)
		if (!outputs_spare_inputs(&common->outputs, *snapshot, cli))
			status = STATUS_TROUBLE;
	errors = arena_zalloc(&common->arena, loaded->list.count, sizeof(*errors));
	for (uint32_t i = 0; i < loaded->list.count; i++)
		errors[i] = loaded->list.items[i]->sources.errors.count;
	if (status == STATUS_FINE)
		status = spec->answer(cli, common, loaded->list.items[0]);
	for (uint32_t i = 0; i < loaded->list.count; i++)
		if (!common_within_bounds(cli, loaded->list.items[i], errors[i]))
			status = STATUS_TROUBLE;
	clusters_release(loaded);
	return status;
}

/* The patterns of the project come before those of the command line, which may take them back.
 */
static void common_exclude_project(struct common *common)
{
	const char *const *given = common->exclude.items;
	const uint32_t count = common->exclude.count;

	common->exclude.items = NULL;
	common->exclude.count = common->exclude.capacity = 0;
	ARRAY_FOREACH (const struct str_value, pattern, &common->project.file.exclude.list)
		ARRAY_ADD(&common->arena, &common->exclude, pattern->s);
	for (uint32_t i = 0; i < count; i++)
		ARRAY_ADD(&common->arena, &common->exclude, given[i]);
}

/* The baseline that --prune-baseline writes anew is an output. */
static bool common_prune_baseline(const struct cli *cli, struct common *common)
{
	const char *error = "--prune-baseline needs --baseline, or a baseline: in the settings";

	if (!common->prune_baseline)
		return true;
	if (common->baseline != NULL)
		error = outputs_add_pruned(&common->outputs, common->baseline);
	if (error != NULL)
		cli_error(cli, "%s", error);
	return error == NULL;
}

bool common_load_project(const struct cli *cli, const struct command_spec *spec,
			 struct common *common)
{
	const struct option_spec *o = spec->options;

	while (o->name != NULL && !str_equal(o->name, "config"))
		o++;
	if (o->name == NULL)
		return true;
	if (!project_load(cli, &common->project, &common->arena))
		return false;
	common_exclude_project(common);
	return settings_apply(cli, spec, common) && common_prune_baseline(cli, common);
}

int common_run(const struct cli *cli, const struct command_spec *spec, uint32_t argc,
	       const char *const *argv)
{
	struct common *common = memset(mem_alloc(spec->settings_size), 0, spec->settings_size);
	struct arguments arguments = { 0 };
	int status = STATUS_TROUBLE;

	arena_init(&common->arena);
	if (cli_begin(cli, spec, argc, argv, &common->arena, &arguments, &status)) {
		const char *error = options_apply(&arguments, common, &common->arena);

		common->arguments = &arguments;

		if (!common->no_sandbox)
			sandbox_enter(options_run_programs(&arguments));
		if (common->render)
			common->renderer = render_tools(&common->arena, RENDER_LIMIT_MS);
		if (error != NULL)
			status = cli_usage_error(cli, spec, "%s", error);
		else if (spec->own_settings || common_load_project(cli, spec, common))
			status = common_run_inputs(cli, spec, common, &arguments);
		else
			status = STATUS_TROUBLE;
	}
	outputs_release(&common->outputs);
	project_release(&common->project);
	arena_release(&common->arena);
	free(common);
	return status;
}

struct validate_options common_validate_options(const struct common *common)
{
	struct validate_options options = common->judging;

	options.bgp_daemon = (enum bgp_daemon)common->daemon.value;
	options.reserved = &common->project.file.reserved;
	return options;
}

struct resolve_options common_resolve_options(const struct common *common)
{
	return (struct resolve_options){
		.at = common->at.given,
		.now_ns = common->at.ns,
		.given = common->release.given,
		.release = common->release.value,
	};
}

void common_resolve(const struct common *common, struct snapshot *snapshot,
		    struct cluster *cluster)
{
	const struct resolve_options options = common_resolve_options(common);

	purelb_resolve_as(cluster, snapshot, &options);
}

/* ---- nodes and Services ---- */

void common_unknown_node(const struct cli *cli, const struct cluster *cluster,
			 const char *option, const char *name)
{
	struct nearest nearest = { .word = name };

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes)
		nearest_offer(&nearest, node->name);
	if (nearest.best != NULL)
		cli_error(cli, "--%s %s: no such node; did you mean %s?", option, name,
			  nearest.best);
	else if (cluster->nodes.count == 0)
		cli_error(cli, "--%s %s: there are no nodes in the input", option, name);
	else
		cli_error(cli, "--%s %s: no such node in the input", option, name);
}

const bool *common_take_down(const struct cli *cli, const struct cluster *cluster,
			     const struct name_list *names, struct arena *arena)
{
	bool *down = arena_zalloc(arena, cluster->nodes.count, sizeof(*down));
	bool known = true;

	ARRAY_FOREACH (const char *, name, &names->list) {
		const struct cluster_node *node = cluster_find_node(cluster, *name);

		if (node != NULL)
			down[node - cluster->nodes.items] = true;
		else
			common_unknown_node(cli, cluster, "down", *name);
		known &= node != NULL;
	}
	return known ? down : NULL;
}

uint32_t common_unknown(const struct allocations *all)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct allocation, allocation, &all->list)
		count += allocation->state == SERVICE_UNKNOWN;
	return count;
}

uint32_t common_pending(const struct allocations *all)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct allocation, allocation, &all->list)
		count += allocation->state == SERVICE_PENDING;
	return count;
}

/* ---- reports ---- */

struct screen common_screen(const struct cli *cli, const struct common *common,
			    const struct output *output)
{
	const bool standard = output->path == NULL;
	struct screen screen = {
		.color = standard && cli->out_tty && !cli->no_color,
		.width = standard ? cli->width : SCREEN_WIDTH,
	};

	if (common->color.value != COLOR_AUTO)
		screen.color = common->color.value == COLOR_ALWAYS;
	return screen;
}

struct screen common_error_screen(const struct cli *cli, const struct common *common)
{
	const bool color = common->color.value != COLOR_AUTO
				   ? common->color.value == COLOR_ALWAYS
				   : cli->err_tty && !cli->no_color;

	return (struct screen){ color, cli->err_width };
}

void common_write_reports(const struct cli *cli, const struct common *common,
			  common_writer *write, void *about)
{
	ARRAY_FOREACH (const struct output, output, &common->outputs.list) {
		struct arena scratch;

		arena_init(&scratch);
		write(output, common_screen(cli, common, output), about, &scratch);
		arena_release(&scratch);
	}
}

void common_write_tree(const struct output *output, cJSON *tree)
{
	if (output->format == OUTPUT_JSON)
		json_write(output->file, tree);
	else
		yaml_write(output->file, tree);
	cJSON_Delete(tree);
}

/* ---- what is missing ---- */

bool common_lacks_nothing(const struct cli *cli, const struct common *common, unsigned have)
{
	const unsigned missing = common->require & ~have;
	struct text names = { 0 };
	struct text advice = { 0 };

	if (missing == 0)
		return true;
	needs_add_names(&names, missing, ", ");
	needs_add_advice(&advice, needs_reduce(missing));
	cli_error(cli, "required input missing: %s; add %s", text_str(&names),
		  text_str(&advice));
	text_release(&names);
	text_release(&advice);
	return false;
}

bool common_requirements_met(const struct cli *cli, const struct common *common,
			     const struct snapshot *snapshot, const struct cluster *cluster)
{
	static const struct validate_options options;

	return common_lacks_nothing(cli, common, validate_inputs(snapshot, cluster, &options));
}

/* ---- what could not be read ---- */

bool common_inputs_readable(const struct cli *cli, const struct snapshot *snapshot)
{
	ARRAY_FOREACH (const char *, error, &snapshot->sources.errors)
		cli_error(cli, "%s", *error);
	return snapshot->sources.errors.count == 0;
}

bool common_within_bounds(const struct cli *cli, const struct snapshot *snapshot,
			  uint32_t errors)
{
	for (uint32_t i = errors; i < snapshot->sources.errors.count; i++)
		cli_error(cli, "%s", snapshot->sources.errors.items[i]);
	return snapshot->sources.errors.count <= errors;
}

void common_name_finding(const struct cli *cli, const struct snapshot *snapshot,
			 const struct finding *finding)
{
	const struct pos pos = finding->place.pos;

	if (pos.source == 0)
		cli_error(cli, "%s", finding->message);
	else
		cli_error(cli, "%s:%u:%u: %s",
			  snapshot->sources.list.items[pos.source - 1].name, pos.line,
			  pos.column, finding->message);
}

/* Says which kinds that answers rest on a capture could not read. */
static void common_name_unread(const struct cli *cli, struct snapshot *snapshot)
{
	static const enum object_kind kinds[] = {
		KIND_SERVICE_GROUP, KIND_LBNODEAGENT, KIND_BGP_CONFIGURATION, KIND_NODE,
		KIND_LEASE,         KIND_SERVICE,     KIND_ENDPOINT_SLICE,
	};
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
	const char *names[KINDS];
	uint32_t count = 0;

	for (int i = 0; i < KINDS; i++) {
		if (capture_unread(snapshot, kinds[i]) != NULL)
			names[count++] = arena_printf(&snapshot->arena, "%ss",
						      kind_table[kinds[i]].name);
	}
	if (count > 0)
		cli_error(cli, "%s of the cluster could not be read: results may be wrong",
			  name_list(&snapshot->arena, names, count, KINDS));
	count = 0;
	for (int i = 0; i < KINDS; i++) {
		if (snapshot->set_aside[kinds[i]] > 0)
			names[count++] = arena_printf(&snapshot->arena, "%ss",
						      kind_table[kinds[i]].name);
	}
	if (count > 0)
		cli_error(cli, "values of %s are %s: results may be wrong",
			  name_list(&snapshot->arena, names, count, KINDS),
			  snapshot->changed > 0
				  ? "placeholders, encrypted, or made by Argo CD or Flux"
				  : "placeholders or encrypted");
	if (snapshot->hides_ours)
		cli_error(cli,
			  "objects of PureLB are in templates, or where they could not be "
			  "read: results may be wrong; purelbtool validate names the places");
}

/* Whose rules the answer follows, where the input decides and they are not the usual ones. */
static void common_name_release(const struct cli *cli, struct snapshot *snapshot,
				const struct release_choice *choice)
{
	if (choice->origin == RELEASE_BY_IMAGE && choice->release.minor != RELEASE_0_17.minor)
		cli_error(cli, "rules of PureLB %s are used, as the image of %s %s says",
			  release_text(choice->release, &snapshot->arena),
			  choice->by->kind_name, choice->by->name.s);
}

bool common_objects_whole(const struct cli *cli, const struct common *common,
			  struct snapshot *snapshot, const struct cluster *cluster)
{
	enum { NAMED_MAX = 10 };
	struct validation found;
	uint32_t count = 0;

	validate_input(&found, snapshot, cluster, &common->project.silencings);
	ARRAY_FOREACH (const struct finding, finding, &found.findings) {
		if (finding->severity < SEVERITY_FAIL)
			continue;
		if (count++ < NAMED_MAX)
			common_name_finding(cli, snapshot, finding);
	}
	if (count == 0)
		return true;
	if (count > NAMED_MAX)
		cli_error(cli, "... and %u more of these", count - NAMED_MAX);
	cli_error(cli, "results may be wrong until %s fixed; purelbtool validate says how",
		  count == 1 ? "this is" : "these are");
	return false;
}

bool common_objects_readable(const struct cli *cli, const struct common *common,
			     struct snapshot *snapshot, const struct cluster *cluster)
{
	common_name_unread(cli, snapshot);
	common_name_release(cli, snapshot, &cluster->release);
	return common_objects_whole(cli, common, snapshot, cluster);
}
