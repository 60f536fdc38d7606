/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool bgp: router IDs, sessions, prefixes, and what routers make of them. */
#include "cli/cli.h"

#include <string.h>

#include "cli/output.h"
#include "config/labels.h"
#include "purelb/bgp.h"
#include "reports/bgp_json.h"
#include "reports/bgp_table.h"
#include "reports/json_yaml.h"

/* ---- the options ---- */

enum {
	OPT_NAMESPACE,
	OPT_OUTPUT,
	OPT_BGP_DAEMON,
	OPT_PURELB_VERSION,
	OPT_HELP,
	OPT_COUNT,
};

static const char *const daemons[] = { "fork-1.1", "fork-1.3", NULL };
static const char *const versions[] = { "0.17", "latest", NULL };

enum { VERSION_LATEST = 1 };

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_NAMESPACE] = { "namespace", 'n', "NS", NULL,
			    "the namespace that PureLB is installed in (default purelb-system)" },
	[OPT_OUTPUT] = { "output", 'o', "FORMAT[=FILE]", output_formats,
			 "write the report as table (the default), json or yaml, to FILE if one "
			 "is named; may be repeated" },
	[OPT_BGP_DAEMON] = { "bgp-daemon", 0, "DAEMON", daemons,
			     "the BGP daemon on the nodes: fork-1.1 (the default, which PureLB "
			     "ships) or fork-1.3" },
	[OPT_PURELB_VERSION] = { "purelb-version", 0, "VERSION", versions,
				 "predict the addresses of Services by the rules of this release "
				 "of PureLB: 0.17 (the default) or latest" },
	[OPT_HELP] = { "help", 'h', NULL, NULL, "show this help" },
};

static const struct help_row statuses[] = {
	{ "0", "answered, whatever the answer is" },
	{ "1", "answered, but some objects of the input could not be read" },
	{ "2",
	  "usage error, an input that cannot be read, or a report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool bgp manifests/ inventory.yaml", "what every node and every router has" },
	{ "purelbtool bgp -o json manifests/ | jq '.configurations[].routers'",
	  "the routes of every router, for programs" },
	{ NULL, NULL },
};

const struct command_spec bgp_spec = {
	.name = "bgp",
	.operands = "[INPUT]...",
	.summary = "BGP sessions that will come up or not, and the routes of every router",
	.description =
		"Resolves the BGPConfiguration for each node as k8gobgp does: the router ID and "
		"where it comes from, every peer with its AS numbers, families and timers, and "
		"the prefixes that are advertised. Routers that a NodeInventory describes are "
		"held against it: whether each session can come up, and the next hops of every "
		"prefix. INPUT is a file, a folder, or - for standard input, which is also read "
		"when there is no INPUT and it is not a terminal.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

/* ---- what they set ---- */

struct settings {
	struct arena *arena;
	struct outputs outputs;
	const char *namespace;
	struct bgp_options bgp;
};

/* Sets one option; NULL, or a sentence about what is wrong with its value. */
static const char *set_option(struct settings *s, const struct given_option *given)
{
	const size_t len = given->value != NULL ? strlen(given->value) : 0;
	int choice;

	if (given->option == OPT_NAMESPACE) {
		s->namespace = given->value;
		return dns_label_valid(given->value)
			       ? NULL
			       : arena_printf(s->arena,
					      "--namespace \"%s\" cannot be a namespace",
					      given->value);
	}
	if (given->option == OPT_OUTPUT)
		return outputs_add(&s->outputs, given->value);
	if (given->option == OPT_BGP_DAEMON) {
		choice = options_choose(daemons, given->value, len);
		s->bgp.daemon = (enum bgp_daemon)choice;
		return choice >= 0 ? NULL
				   : options_unknown(s->arena, "DAEMON", given->value, daemons);
	}
	choice = options_choose(versions, given->value, len);
	s->bgp.latest = choice == VERSION_LATEST;
	return choice >= 0 ? NULL
			   : options_unknown(s->arena, "VERSION", given->value, versions);
}

static const char *apply(struct settings *s, const struct arguments *arguments)
{
	const char *error = NULL;

	ARRAY_FOREACH (struct given_option, given, &arguments->options) {
		if (error == NULL)
			error = set_option(s, given);
	}
	return error;
}

/* ---- the input ---- */

static bool inputs_readable(const struct cli *cli, const struct snapshot *snapshot)
{
	ARRAY_FOREACH (const char *, error, &snapshot->sources.errors)
		cli_error(cli, "%s", *error);
	return snapshot->sources.errors.count == 0;
}

/* What is wrong with objects goes to standard error, one line each: the answer is without
 * them, or without the value. */
static bool objects_readable(const struct cli *cli, const struct snapshot *snapshot)
{
	static const bool unreadable[PROBLEM_KINDS] = {
		[PROBLEM_SYNTAX] = true,
		[PROBLEM_INCOMPLETE] = true,
		[PROBLEM_WRONG_TYPE] = true,
	};
	bool fine = true;

	ARRAY_FOREACH (const struct problem, problem, &snapshot->problems) {
		const struct pos pos = problem->diag.pos;

		if (!unreadable[problem->kind])
			continue;
		fine = false;
		if (pos.source != 0)
			cli_error(cli, "%s:%u:%u: %s",
				  snapshot->sources.list.items[pos.source - 1].name, pos.line,
				  pos.column, problem->diag.message);
		else
			cli_error(cli, "%s", problem->diag.message);
	}
	return fine;
}

/* ---- the output ---- */

struct run {
	const struct cli *cli;
	const struct bgp_cluster *bgp;
	struct arena scratch;
};

static void write_output(struct run *run, const struct output *output)
{
	const struct cli *cli = run->cli;
	cJSON *tree;

	if (output->format == OUTPUT_TABLE) {
		bgp_table(output->file, output->path == NULL && cli->out_tty && !cli->no_colour,
			  run->bgp, &run->scratch);
		return;
	}
	tree = bgp_json(run->bgp, &run->scratch);
	if (output->format == OUTPUT_JSON)
		json_write(output->file, tree);
	else
		yaml_write(output->file, tree);
	cJSON_Delete(tree);
}

/* Answers for what was loaded; the exit status. */
static int answer(const struct cli *cli, struct settings *s, struct snapshot *snapshot)
{
	const bool inputs = inputs_readable(cli, snapshot);
	const bool objects = objects_readable(cli, snapshot);
	struct cluster cluster = { 0 };
	struct bgp_cluster bgp;
	struct run run = { .cli = cli, .bgp = &bgp };
	bool written;

	arena_init(&run.scratch);
	purelb_resolve(&cluster, snapshot);
	bgp_resolve(&bgp, &cluster, &s->bgp, &snapshot->arena);
	ARRAY_FOREACH (struct output, output, &s->outputs.list)
		write_output(&run, output);
	written = outputs_finish(&s->outputs, cli);
	cluster_release(&cluster);
	arena_release(&run.scratch);
	if (!inputs || !written)
		return STATUS_TROUBLE;
	return objects ? STATUS_FINE : STATUS_FINDINGS;
}

static int run_inputs(const struct cli *cli, struct settings *s,
		      const struct arguments *arguments)
{
	static const char *const standard_input[] = { "-" };
	bool given = arguments->operands.count > 0;

	if (!given && cli->in_tty)
		return cli_usage_error(cli, &bgp_spec,
				       "no INPUT: name files or folders, or pipe manifests in");
	if (!outputs_open(&s->outputs, cli))
		return STATUS_TROUBLE;

	struct snapshot *snapshot = given ? config_load(arguments->operands.items,
							arguments->operands.count, s->namespace)
					  : config_load(standard_input, 1, s->namespace);
	int status = answer(cli, s, snapshot);

	snapshot_release(snapshot);
	return status;
}

int bgp_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	struct arena arena;
	struct settings s = { .arena = &arena, .namespace = "purelb-system" };
	struct arguments arguments = { 0 };
	int status = STATUS_TROUBLE;

	arena_init(&arena);
	if (cli_begin(cli, &bgp_spec, OPT_HELP, argc, argv, &arena, &arguments, &status)) {
		const char *error = apply(&s, &arguments);

		status = error == NULL ? run_inputs(cli, &s, &arguments)
				       : cli_usage_error(cli, &bgp_spec, "%s", error);
	}
	outputs_release(&s.outputs);
	arena_release(&arena);
	return status;
}
