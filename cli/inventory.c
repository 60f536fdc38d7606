/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool inventory: a NodeInventory from what ip and sysctl print on the nodes. A node
 * whose captures have mistakes is left out and named; the others are written.
 */
#include "cli/cli.h"

#include "cli/common.h"
#include "config/objects/object.h"
#include "config/repository/repository.h"
#include "config/evidence/node_captures.h"
#include "reports/elections/elections.h"

static const char *const inventory_formats[] = { "yaml", "json", NULL };

struct settings {
	struct common common;
	const char *name; /* NULL: "captured" */
};

static const char *inventory_set_name(void *settings, const struct option_spec *option,
				      const char *value)
{
	struct settings *s = settings;

	s->name = value;
	return dns_subdomain_valid(value)
		       ? NULL
		       : arena_printf(&s->common.arena,
				      "--%s \"%s\" is not a valid name for an object",
				      option->name, value);
}

static const struct option_spec inventory_options[] = {
	OPT_VALUE("name", "NAME", COMPLETES_NOTHING, inventory_set_name,
		  "set the name of the NodeInventory (default: captured)"),
	COMMON_OUTPUT(inventory_formats, "yaml (the default) or json"),
	COMMON_HELP,
	OPT_END,
};

static const struct help_row inventory_statuses[] = {
	{ "0", "every node is in the inventory" },
	{ "1", "some captures have mistakes, which are reported: their nodes are left out" },
	{ "2", "usage error, captures that cannot be read, or output that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row inventory_examples[] = {
	{ "purelbtool inventory captures/ > nodes.yaml",
	  "the nodes whose captures are below a folder" },
	{ "purelbtool inventory captures/ | purelbtool validate pools.yaml -",
	  "check a configuration against them" },
	{ NULL, NULL },
};

static void inventory_name_problems(const struct cli *cli, const struct snapshot *snapshot)
{
	ARRAY_FOREACH (const struct finding, problem, &snapshot->problems) {
		const struct pos pos = problem->place.pos;

		cli_error(cli, "%s:%u:%u: %s",
			  snapshot->sources.list.items[pos.source - 1].name, pos.line,
			  pos.column, problem->message);
	}
}

static int inventory_answer(const struct cli *cli, struct settings *s, const char *folder,
			    struct snapshot *snapshot)
{
	struct node_captures captures;
	const bool any = node_captures_load(snapshot, folder, &captures);
	const bool readable = common_inputs_readable(cli, snapshot);

	inventory_name_problems(cli, snapshot);
	ARRAY_FOREACH (const char *, note, &captures.notes)
		cli_error(cli, "%s", *note);
	if (captures.broken > 0)
		cli_error(cli, "%u node%s left out; write the captures again", captures.broken,
			  captures.broken == 1 ? "" : "s");
	if (!any || captures.nodes.count == 0)
		return readable ? STATUS_FINDINGS : STATUS_TROUBLE;
	if (!outputs_open(&s->common.outputs, cli) ||
	    !outputs_spare_inputs(&s->common.outputs, snapshot, cli))
		return STATUS_TROUBLE;
	ARRAY_FOREACH (const struct output, output, &s->common.outputs.list)
		common_write_tree(output,
				  inventory_json(s->name != NULL ? s->name : "captured",
						 captures.nodes.items, captures.nodes.count));
	if (!outputs_finish(&s->common.outputs, cli) || !readable)
		return STATUS_TROUBLE;
	return captures.broken > 0 ? STATUS_FINDINGS : STATUS_FINE;
}

static int inventory_run(const struct cli *cli, void *settings,
			 const struct arguments *arguments)
{
	struct settings *s = settings;
	const char *const *operands = arguments->operands.items;
	struct snapshot *snapshot;
	int status;

	if (arguments->operands.count == 0)
		return cli_usage_error(
			cli, &inventory_command,
			"no DIR: name the folder that has a folder for each node");
	if (arguments->operands.count > 1)
		return cli_usage_error(cli, &inventory_command, "one DIR, not %s as well",
				       operands[1]);
	if (s->common.outputs.list.count == 0)
		(void)outputs_add(&s->common.outputs, inventory_formats, inventory_formats[0]);
	snapshot = config_load(NULL, 0, NULL);
	status = inventory_answer(cli, s, operands[0], snapshot);
	snapshot_release(snapshot);
	return status;
}

const struct command_spec inventory_command = {
	.name = "inventory",
	.operands = "DIR",
	.operand_completes = COMPLETES_FOLDERS,
	.summary = "describe nodes from the output of ip and sysctl",
	.description =
		"Writes a NodeInventory for other commands to read. DIR has a folder for each "
		"node, named after it, with addr.json (what `ip -j addr` prints), route.json "
		"(`ip -j route`), route6.json (`ip -j -6 route`) and, optionally, sysctl.txt "
		"(`sysctl net.ipv4.conf`). In segments.txt, lines such as `eth0 rack1` say "
		"which interface is plugged into which segment, where that does not follow "
		"from the subnets. purelbtool-capture-nodes makes such a folder through ssh "
		"or kubectl.",
	.options = inventory_options,
	.statuses = inventory_statuses,
	.examples = inventory_examples,
	.settings_size = sizeof(struct settings),
	.run = inventory_run,
};
