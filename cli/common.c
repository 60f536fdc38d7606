/* SPDX-License-Identifier: Apache-2.0 */
/* What commands that read manifests share. */
#include "cli/common.h"

#include <string.h>

#include "base/duration.h"
#include "base/nearest.h"
#include "base/text.h"
#include "config/objects/object.h"
#include "config/schema/schema.h"
#include "reports/model/json_yaml.h"
#include "validator/validate.h"

/* ---- options ---- */

const char *const common_versions[] = { "0.17", "latest", NULL };
const char *const common_colours[] = { "auto", "always", "never", NULL };

enum { VERSION_LATEST = 1 };

static const char *set_namespace(struct common *common, const char *value)
{
	if (!dns_label_valid(value))
		return arena_printf(&common->arena, "--namespace \"%s\" cannot be a namespace",
				    value);
	common->namespace = value;
	return NULL;
}

static const char *set_output(struct common *common, const char *value)
{
	return outputs_add(&common->outputs, value);
}

static const char *set_purelb_version(struct common *common, const char *value)
{
	int version = options_choose(common_versions, value, strlen(value));

	if (version < 0)
		return options_unknown(&common->arena, "VERSION", value, common_versions);
	common->latest = version == VERSION_LATEST;
	return NULL;
}

static const char *set_color(struct common *common, const char *value)
{
	int colour = options_choose(common_colours, value, strlen(value));

	if (colour < 0)
		return options_unknown(&common->arena, "WHEN", value, common_colours);
	common->colour = (enum colour)colour;
	return NULL;
}

static const char *set_config(struct common *common, const char *value)
{
	common->project.config = value;
	return NULL;
}

static const char *set_at(struct common *common, const char *value)
{
	if (!rfc3339_parse(value, &common->at_ns))
		return arena_printf(&common->arena,
				    "--at \"%s\" is no time, such as 2026-03-02T10:00:00Z",
				    value);
	common->at = true;
	return NULL;
}

static const char *set_common(struct common *common, const char *name, const char *value)
{
	static const struct {
		const char *name;
		const char *(*set)(struct common *common, const char *value);
	} rows[] = {
		{ "namespace", set_namespace },
		{ "output", set_output },
		{ "purelb-version", set_purelb_version },
		{ "color", set_color },
		{ "config", set_config },
		{ "at", set_at },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (str_equal(rows[i].name, name))
			return rows[i].set(common, value);
	}
	return arena_printf(&common->arena, "--%s does nothing here", name);
}

static const char *apply(const struct common_command *command, struct common *common,
			 void *settings, const struct arguments *arguments)
{
	const char *error = NULL;

	ARRAY_FOREACH (const struct given_option, given, &arguments->options) {
		const struct common_own *own = &command->own[given->option];

		if (error != NULL)
			return error;
		if (own->set != NULL)
			error = own->set(settings, given->value);
		else if (own->flag != 0)
			*(bool *)((char *)settings + own->flag) = true;
		else
			error = set_common(common, command->spec->options[given->option].name,
					   given->value);
	}
	return error;
}

const char *common_each_part(struct common *common, void *settings, const char *option,
			     const char *value, common_setter *add)
{
	const char *error = NULL;

	for (const char *rest = value; rest != NULL && error == NULL;) {
		size_t len = strcspn(rest, ",");

		if (len == 0)
			return arena_printf(&common->arena,
					    "--%s \"%s\" has an empty name in it", option,
					    value);
		error = add(settings, arena_strndup(&common->arena, rest, len));
		rest = rest[len] == ',' ? rest + len + 1 : NULL;
	}
	return error;
}

/* ---- the run ---- */

static int run_inputs(const struct cli *cli, const struct common_command *command,
		      struct common *common, void *settings, const struct arguments *arguments)
{
	static const char *const standard_input[] = { "-" };
	const bool given = arguments->operands.count > 0;

	if (command->operands != NULL)
		return command->operands(cli, settings, arguments);
	if (!given && cli->in_tty)
		return cli_usage_error(cli, command->spec,
				       "no INPUT: name files or folders, or pipe manifests in");
	if (!outputs_open(&common->outputs, cli))
		return STATUS_TROUBLE;

	struct snapshot *snapshot =
		given ? config_load(arguments->operands.items, arguments->operands.count,
				    common->namespace)
		      : config_load(standard_input, 1, common->namespace);
	int status = command->answer(cli, settings, snapshot);

	snapshot_release(snapshot);
	return status;
}

/* True when the command reads the settings of a project. */
static bool has_project(const struct command_spec *spec)
{
	for (const struct option_spec *o = spec->options; o->name != NULL; o++) {
		if (str_equal(o->name, "config"))
			return true;
	}
	return false;
}

/* Reads the settings of the project, which what was said on the command line goes before. */
static bool load_project(const struct cli *cli, const struct common_command *command,
			 struct common *common)
{
	if (!has_project(command->spec))
		return true;
	if (!project_load(cli, &common->project, &common->arena))
		return false;
	if (common->namespace == NULL)
		common->namespace = common->project.file.namespace.s;
	return true;
}

int common_run(const struct cli *cli, const struct common_command *command,
	       struct common *common, void *settings, uint32_t argc, const char *const *argv)
{
	struct arguments arguments = { 0 };
	int status = STATUS_TROUBLE;

	arena_init(&common->arena);
	if (cli_begin(cli, command->spec, command->help, argc, argv, &common->arena, &arguments,
		      &status)) {
		const char *error = apply(command, common, settings, &arguments);

		if (error != NULL)
			status = cli_usage_error(cli, command->spec, "%s", error);
		else if (load_project(cli, command, common))
			status = run_inputs(cli, command, common, settings, &arguments);
		else
			status = STATUS_TROUBLE;
	}
	outputs_release(&common->outputs);
	project_release(&common->project);
	arena_release(&common->arena);
	return status;
}

void common_resolve(const struct common *common, struct snapshot *snapshot,
		    struct cluster *cluster)
{
	if (common->at)
		purelb_resolve_at(cluster, snapshot, common->at_ns);
	else
		purelb_resolve(cluster, snapshot);
}

/* ---- nodes and Services ---- */

static void name_unknown_node(const struct cli *cli, const struct cluster *cluster,
			      const char *name)
{
	struct nearest nearest = { .word = name };

	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes)
		nearest_offer(&nearest, node->name);
	if (nearest.best != NULL)
		cli_error(cli, "--down %s: no such node; did you mean %s?", name, nearest.best);
	else if (cluster->nodes.count == 0)
		cli_error(cli, "--down %s: there are no nodes in the input", name);
	else
		cli_error(cli, "--down %s: no such node in the input", name);
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
			name_unknown_node(cli, cluster, *name);
		known &= node != NULL;
	}
	return known ? down : NULL;
}

uint32_t common_count_pending(const struct allocations *all)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct allocation, allocation, &all->list)
		count += allocation->state == SERVICE_PENDING;
	return count;
}

/* ---- reports ---- */

bool common_with_colour(const struct cli *cli, const struct common *common,
			const struct output *output)
{
	if (common->colour != COLOUR_AUTO)
		return common->colour == COLOUR_ALWAYS;
	return output->path == NULL && cli->out_tty && !cli->no_colour;
}

void common_write_tree(const struct output *output, cJSON *tree)
{
	if (output->format == OUTPUT_JSON)
		json_write(output->file, tree);
	else
		yaml_write(output->file, tree);
	cJSON_Delete(tree);
}

/* ---- what could not be read ---- */

bool common_inputs_readable(const struct cli *cli, const struct snapshot *snapshot)
{
	ARRAY_FOREACH (const char *, error, &snapshot->sources.errors)
		cli_error(cli, "%s", *error);
	return snapshot->sources.errors.count == 0;
}

static void name_finding(const struct cli *cli, const struct snapshot *snapshot,
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
static void name_unread(const struct cli *cli, struct snapshot *snapshot)
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
		cli_error(cli, "%s of the cluster could not be read: the answer may be wrong",
			  name_list(&snapshot->arena, names, count, KINDS));
}

bool common_objects_readable(const struct cli *cli, const struct common *common,
			     struct snapshot *snapshot, const struct cluster *cluster)
{
	enum { NAMED_MAX = 10 };
	struct validation found;
	uint32_t count = 0;

	name_unread(cli, snapshot);
	validate_input(&found, snapshot, cluster, &common->project.silencings);
	ARRAY_FOREACH (const struct finding, finding, &found.findings) {
		if (finding->severity < SEVERITY_FAIL)
			continue;
		if (count++ < NAMED_MAX)
			name_finding(cli, snapshot, finding);
	}
	if (count == 0)
		return true;
	if (count > NAMED_MAX)
		cli_error(cli, "... and %u more of these", count - NAMED_MAX);
	cli_error(cli, "the answer may be wrong until %s mended; purelbtool validate says how",
		  count == 1 ? "this is" : "these are");
	return false;
}
