/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool validate: every check over the inputs. */
#include "cli/cli.h"

#include <string.h>

#include "base/text.h"
#include "cli/output.h"
#include "config/labels.h"
#include "purelb/cluster.h"
#include "reports/findings_json.h"
#include "reports/findings_table.h"
#include "reports/json_yaml.h"
#include "reports/needs.h"
#include "validator/validate.h"

/* ---- the options ---- */

enum {
	OPT_NAMESPACE,
	OPT_STRICT,
	OPT_FAIL_ON,
	OPT_OUTPUT,
	OPT_REQUIRE,
	OPT_PURELB_VERSION,
	OPT_BGP_DAEMON,
	OPT_DISABLE,
	OPT_SERVICE_CIDR,
	OPT_COLOR,
	OPT_HELP,
	OPT_COUNT,
};

static const char *const levels[] = { "FAIL", "WARN", "INFO", NULL };
static const char *const versions[] = { "0.17", "latest", NULL };
static const char *const daemons[] = { "fork-1.1", "fork-1.3", NULL };
static const char *const colours[] = { "auto", "always", "never", NULL };

enum { VERSION_LATEST = 1 };
enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_NAMESPACE] = { "namespace", 'n', "NS", NULL,
			    "the namespace that PureLB is installed in (default purelb-system)" },
	[OPT_STRICT] = { "strict", 0, NULL, NULL, "warnings fail, too: as --fail-on WARN" },
	[OPT_FAIL_ON] = { "fail-on", 0, "LEVEL", levels,
			  "exit with 1 when there are findings of this severity or above: FAIL "
			  "(the default), WARN or INFO" },
	[OPT_OUTPUT] = { "output", 'o', "FORMAT[=FILE]", output_formats,
			 "write the report as table (the default), json or yaml, to FILE if one "
			 "is named; may be repeated" },
	[OPT_REQUIRE] = { "require", 0, "NEED[,NEED]...", NULL,
			  "exit with 2 when the input lacks one of these: nodes, labels, "
			  "inventory, leases, services, namespaces, daemonset, crds, "
			  "node-objects, service-cidr" },
	[OPT_PURELB_VERSION] = { "purelb-version", 0, "VERSION", versions,
				 "use the rules of this release of PureLB: 0.17 (the default) or "
				 "latest" },
	[OPT_BGP_DAEMON] = { "bgp-daemon", 0, "DAEMON", daemons,
			     "the BGP daemon on the nodes: fork-1.1 (the default, which PureLB "
			     "ships) or fork-1.3" },
	[OPT_DISABLE] = { "disable", 0, "CODE[,CODE]...", NULL,
			  "silence these checks, named by code or slug; may be repeated" },
	[OPT_SERVICE_CIDR] = { "service-cidr", 0, "CIDR[,CIDR]", NULL,
			       "the cluster's Service networks, which no pool may overlap; may be "
			       "repeated" },
	[OPT_COLOR] = { "color", 0, "WHEN", colours,
			"colour the table: auto (the default: on a terminal, unless NO_COLOR is "
			"set), always or never" },
	[OPT_HELP] = { "help", 'h', NULL, NULL, "show this help" },
};

static const struct help_row statuses[] = {
	{ "0", "no findings at or above the threshold (see --strict and --fail-on)" },
	{ "1", "findings at or above the threshold" },
	{ "2",
	  "usage error, an input that cannot be read, or a report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool validate manifests/", "check every YAML and JSON file below a folder" },
	{ "helm template purelb purelb/purelb | purelbtool validate --strict",
	  "check what a chart renders; warnings fail the pipeline, too" },
	{ "purelbtool validate -o table -o json=report.json pools.yaml nodes.yaml",
	  "with the nodes' description, for people and for programs" },
	{ NULL, NULL },
};

const struct command_spec validate_spec = {
	.name = "validate",
	.operands = "[INPUT]...",
	.summary = "check manifests: what is wrong, where, and what to change",
	.description =
		"Checks the objects that configure PureLB, against each other and against "
		"the nodes if the input describes them. INPUT is a file, a folder (all "
		"*.yaml, *.yml and *.json below it), or - for standard input, which is also "
		"read when there is no INPUT and it is not a terminal.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

/* ---- what they set ---- */

struct settings {
	struct arena *arena;
	struct outputs outputs;
	const char *namespace;
	enum severity threshold;
	bool threshold_given; /* by --fail-on, which --strict does not overrule */
	unsigned require;     /* set of enum need */
	struct validate_options validate;
	ARRAY_OF(struct silencing) disabled;
	enum colour colour;
};

/*
 * Each sets one option. `value` is NULL when the option takes none. Returns NULL, or a sentence
 * about what is wrong with the value.
 */
typedef const char *set_option(struct settings *s, const char *value);

static const char *set_namespace(struct settings *s, const char *value)
{
	if (!dns_label_valid(value))
		return arena_printf(s->arena, "--namespace \"%s\" cannot be a namespace",
				    value);
	s->namespace = value;
	return NULL;
}

static const char *set_strict(struct settings *s, const char *value)
{
	(void)value;
	if (!s->threshold_given)
		s->threshold = SEVERITY_WARN;
	return NULL;
}

static const char *set_fail_on(struct settings *s, const char *value)
{
	if (options_choose(levels, value, strlen(value)) < 0 ||
	    !severity_parse(value, &s->threshold))
		return options_unknown(s->arena, "LEVEL", value, levels);
	s->threshold_given = true;
	return NULL;
}

static const char *set_output(struct settings *s, const char *value)
{
	return outputs_add(&s->outputs, value);
}

enum { NEED_BITS = 10 };

static const char *add_required(struct settings *s, const char *name)
{
	const char *names[NEED_BITS + 1] = { NULL };

	for (unsigned bit = 0; bit < NEED_BITS; bit++)
		names[bit] = need_name((enum need)(1u << bit));

	int found = options_choose(names, name, strlen(name));

	if (found < 0)
		return options_unknown(s->arena, "NEED", name, names);
	s->require |= 1u << found;
	return NULL;
}

static const char *add_disabled(struct settings *s, const char *name)
{
	struct silencing silencing = { .name = name, .origin = "--disable" };

	ARRAY_ADD(s->arena, &s->disabled, silencing);
	return NULL;
}

/* Hands each part between the commas of `value` to `add`. */
static const char *each_part(struct settings *s, const char *option, const char *value,
			     set_option *add)
{
	const char *error = NULL;

	for (const char *rest = value; rest != NULL && error == NULL;) {
		size_t len = strcspn(rest, ",");

		if (len == 0)
			return arena_printf(s->arena, "--%s \"%s\" has an empty name in it",
					    option, value);
		error = add(s, arena_strndup(s->arena, rest, len));
		rest = rest[len] == ',' ? rest + len + 1 : NULL;
	}
	return error;
}

static const char *set_require(struct settings *s, const char *value)
{
	return each_part(s, "require", value, add_required);
}

static const char *set_disable(struct settings *s, const char *value)
{
	return each_part(s, "disable", value, add_disabled);
}

static const char *set_purelb_version(struct settings *s, const char *value)
{
	int version = options_choose(versions, value, strlen(value));

	if (version < 0)
		return options_unknown(s->arena, "VERSION", value, versions);
	s->validate.latest = version == VERSION_LATEST;
	return NULL;
}

static const char *set_bgp_daemon(struct settings *s, const char *value)
{
	int daemon = options_choose(daemons, value, strlen(value));

	if (daemon < 0)
		return options_unknown(s->arena, "DAEMON", value, daemons);
	s->validate.bgp_daemon = (enum bgp_daemon)daemon;
	return NULL;
}

static const char *add_service_cidr(struct settings *s, const char *text)
{
	struct ip_net net;

	if (!ip_net_parse(text, &net))
		return arena_printf(s->arena,
				    "--service-cidr \"%s\" is no network, such as 10.96.0.0/12",
				    text);
	ARRAY_ADD(s->arena, &s->validate.service_cidrs, text);
	return NULL;
}

static const char *set_service_cidr(struct settings *s, const char *value)
{
	return each_part(s, "service-cidr", value, add_service_cidr);
}

static const char *set_color(struct settings *s, const char *value)
{
	int colour = options_choose(colours, value, strlen(value));

	if (colour < 0)
		return options_unknown(s->arena, "WHEN", value, colours);
	s->colour = (enum colour)colour;
	return NULL;
}

static const char *apply(struct settings *s, const struct arguments *arguments)
{
	static set_option *const setters[OPT_COUNT] = {
		[OPT_NAMESPACE] = set_namespace, [OPT_STRICT] = set_strict,
		[OPT_FAIL_ON] = set_fail_on,     [OPT_OUTPUT] = set_output,
		[OPT_REQUIRE] = set_require,     [OPT_PURELB_VERSION] = set_purelb_version,
		[OPT_DISABLE] = set_disable,     [OPT_SERVICE_CIDR] = set_service_cidr,
		[OPT_COLOR] = set_color,         [OPT_BGP_DAEMON] = set_bgp_daemon,
	};
	const char *error = NULL;

	ARRAY_FOREACH (struct given_option, given, &arguments->options) {
		if (error == NULL)
			error = setters[given->option](s, given->value);
	}
	return error;
}

/* ---- the run ---- */

struct run {
	const struct cli *cli;
	const struct settings *settings;
	const struct snapshot *snapshot;
	struct validation validation;
};

static bool with_colour(const struct run *run, const struct output *output)
{
	if (run->settings->colour != COLOUR_AUTO)
		return run->settings->colour == COLOUR_ALWAYS;
	return output->path == NULL && run->cli->out_tty && !run->cli->no_colour;
}

static void write_table(const struct run *run, const struct output *output)
{
	const struct table_options table = { .colour = with_colour(run, output) };

	findings_table(output->file, &run->validation, run->snapshot, &table);
}

static void write_tree(const struct run *run, const struct output *output)
{
	cJSON *tree = findings_json(&run->validation, run->snapshot);

	if (output->format == OUTPUT_JSON)
		json_write(output->file, tree);
	else
		yaml_write(output->file, tree);
	cJSON_Delete(tree);
}

static void write_reports(const struct run *run, const struct outputs *outputs)
{
	ARRAY_FOREACH (struct output, output, &outputs->list) {
		if (output->format == OUTPUT_TABLE)
			write_table(run, output);
		else
			write_tree(run, output);
	}
}

/* True when all inputs could be read; names those that could not. */
static bool inputs_readable(const struct run *run)
{
	ARRAY_FOREACH (const char *, error, &run->snapshot->sources.errors)
		cli_error(run->cli, "%s", *error);
	return run->snapshot->sources.errors.count == 0;
}

/* True when the input has all that --require names; says what is missing. */
static bool requirements_met(const struct run *run)
{
	unsigned missing = run->settings->require & ~run->validation.have;
	struct text names = { 0 };
	struct text advice = { 0 };

	if (missing == 0)
		return true;
	needs_add_names(&names, missing, ", ");
	needs_add_advice(&advice, needs_reduce(missing));
	cli_error(run->cli, "required input missing: %s; add %s", text_str(&names),
		  text_str(&advice));
	text_release(&names);
	text_release(&advice);
	return false;
}

static bool threshold_reached(const struct run *run)
{
	for (unsigned s = run->settings->threshold; s <= SEVERITY_FAIL; s++) {
		if (run->validation.count[s] > 0)
			return true;
	}
	return false;
}

/* Validates what was loaded and reports it; the exit status. */
static int report_snapshot(const struct cli *cli, struct settings *s, struct snapshot *snapshot)
{
	struct run run = { .cli = cli, .settings = s, .snapshot = snapshot };
	struct cluster cluster = { 0 };
	bool fine = inputs_readable(&run);

	purelb_resolve(&cluster, snapshot);
	validate(&run.validation, snapshot, &cluster, &s->validate, s->disabled.items,
		 s->disabled.count);
	write_reports(&run, &s->outputs);
	fine &= outputs_finish(&s->outputs, cli);
	fine &= requirements_met(&run);
	cluster_release(&cluster);
	if (!fine)
		return STATUS_TROUBLE;
	return threshold_reached(&run) ? STATUS_FINDINGS : STATUS_FINE;
}

static int run_inputs(const struct cli *cli, struct settings *s,
		      const struct arguments *arguments)
{
	static const char *const standard_input[] = { "-" };
	bool given = arguments->operands.count > 0;

	if (!given && cli->in_tty)
		return cli_usage_error(cli, &validate_spec,
				       "no INPUT: name files or folders, or pipe manifests in");
	if (!outputs_open(&s->outputs, cli))
		return STATUS_TROUBLE;

	struct snapshot *snapshot = given ? config_load(arguments->operands.items,
							arguments->operands.count, s->namespace)
					  : config_load(standard_input, 1, s->namespace);
	int status = report_snapshot(cli, s, snapshot);

	snapshot_release(snapshot);
	return status;
}

int validate_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	struct arena arena;
	struct settings s = {
		.arena = &arena,
		.namespace = "purelb-system",
		.threshold = SEVERITY_FAIL,
	};
	struct arguments arguments = { 0 };
	int status = STATUS_TROUBLE;

	arena_init(&arena);
	if (cli_begin(cli, &validate_spec, OPT_HELP, argc, argv, &arena, &arguments, &status)) {
		const char *error = apply(&s, &arguments);

		status = error == NULL ? run_inputs(cli, &s, &arguments)
				       : cli_usage_error(cli, &validate_spec, "%s", error);
	}
	outputs_release(&s.outputs);
	arena_release(&arena);
	return status;
}
