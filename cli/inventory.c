/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool inventory: a NodeInventory from what ip and sysctl print on the nodes. */
#include "cli/cli.h"

#include "cli/common.h"
#include "config/objects/object.h"
#include "config/evidence/node_captures.h"
#include "reports/elections/elections.h"

enum { OPT_NAME, OPT_OUTPUT, OPT_HELP, OPT_COUNT };

static const char *const formats[] = { "yaml", "json", NULL };

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_NAME] = { "name", 0, "NAME", NULL,
		       "the name of the NodeInventory (default captured)" },
	[OPT_OUTPUT] = { "output", 'o', "FORMAT[=FILE]", formats,
			 "write it as yaml (the default) or json, to FILE if one is named; may "
			 "be repeated" },
	[OPT_HELP] = COMMON_HELP,
};

static const struct help_row statuses[] = {
	{ "0", "every node is in the inventory" },
	{ "1", "captures with mistakes, which are named: their nodes are left out" },
	{ "2", "usage error, captures that cannot be read, or output that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool inventory captures/ > nodes.yaml",
	  "the nodes whose captures are below a folder" },
	{ "purelbtool inventory captures/ | purelbtool validate pools.yaml -",
	  "check a configuration against them" },
	{ NULL, NULL },
};

const struct command_spec inventory_spec = {
	.name = "inventory",
	.operands = "DIR",
	.summary = "describe nodes by what ip and sysctl print on them",
	.description =
		"Writes a NodeInventory for other commands to read. DIR has a folder for each "
		"node, named as the node, with addr.json (what `ip -j addr` prints), "
		"route.json (`ip -j route`), route6.json (`ip -j -6 route`) and, if it is to "
		"be judged, sysctl.txt (`sysctl net.ipv4.conf`). In segments.txt, lines such "
		"as `eth0 rack1` say which interface is plugged into which segment, where "
		"that does not follow from the subnets. purelbtool-capture-nodes makes "
		"such a folder through ssh or kubectl.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

struct settings {
	struct arena *arena;
	struct outputs outputs;
	const char *name;
	const char *folder;
};

/* Takes over the arguments; NULL, or a sentence about a mistake in them. */
static const char *apply(struct settings *s, const struct arguments *arguments)
{
	const char *error = NULL;

	ARRAY_FOREACH (struct given_option, given, &arguments->options) {
		if (given->option == OPT_NAME)
			s->name = given->value;
		else if (error == NULL)
			error = outputs_add(&s->outputs, given->value);
	}
	if (error != NULL)
		return error;
	if (!dns_subdomain_valid(s->name))
		return arena_printf(s->arena, "--name \"%s\" cannot be the name of an object",
				    s->name);
	if (arguments->operands.count == 0)
		return "no DIR: name the folder that has a folder for each node";
	if (arguments->operands.count > 1)
		return arena_printf(s->arena, "one DIR, not %s as well",
				    arguments->operands.items[1]);
	s->folder = arguments->operands.items[0];
	return s->outputs.list.count == 0 ? outputs_add(&s->outputs, formats[0]) : NULL;
}

static void name_problems(const struct cli *cli, const struct snapshot *snapshot)
{
	ARRAY_FOREACH (const struct finding, problem, &snapshot->problems) {
		const struct pos pos = problem->place.pos;

		cli_error(cli, "%s:%u:%u: %s",
			  snapshot->sources.list.items[pos.source - 1].name, pos.line,
			  pos.column, problem->message);
	}
}

static int answer(const struct cli *cli, struct settings *s, struct snapshot *snapshot)
{
	struct node_captures captures;
	const bool any = node_captures_load(snapshot, s->folder, &captures);
	const bool readable = common_inputs_readable(cli, snapshot);

	name_problems(cli, snapshot);
	ARRAY_FOREACH (const char *, note, &captures.notes)
		cli_error(cli, "%s", *note);
	if (captures.broken > 0)
		cli_error(cli, "%u node%s left out; write the captures again", captures.broken,
			  captures.broken == 1 ? "" : "s");
	if (!any || captures.nodes.count == 0)
		return readable ? STATUS_FINDINGS : STATUS_TROUBLE;
	if (!outputs_open(&s->outputs, cli))
		return STATUS_TROUBLE;
	ARRAY_FOREACH (const struct output, output, &s->outputs.list)
		common_write_tree(output, inventory_json(s->name, captures.nodes.items,
							 captures.nodes.count));
	if (!outputs_finish(&s->outputs, cli) || !readable)
		return STATUS_TROUBLE;
	return captures.broken > 0 ? STATUS_FINDINGS : STATUS_FINE;
}

static int run(const struct cli *cli, struct settings *s, const struct arguments *arguments)
{
	const char *error = apply(s, arguments);
	struct snapshot *snapshot;
	int status;

	if (error != NULL)
		return cli_usage_error(cli, &inventory_spec, "%s", error);
	snapshot = config_load(NULL, 0, NULL);
	status = answer(cli, s, snapshot);
	snapshot_release(snapshot);
	return status;
}

int inventory_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	struct arena arena;
	struct settings s = { .arena = &arena, .outputs.formats = formats, .name = "captured" };
	struct arguments arguments = { 0 };
	int status = STATUS_TROUBLE;

	arena_init(&arena);
	if (cli_begin(cli, &inventory_spec, OPT_HELP, argc, argv, &arena, &arguments, &status))
		status = run(cli, &s, &arguments);
	outputs_release(&s.outputs);
	arena_release(&arena);
	return status;
}
