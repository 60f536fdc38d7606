/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool convert: v2 objects for those of PureLB v1 and of MetalLB. (I9.2)
 *
 * What it is about to print is validated first: an object that fails is taken out and named
 * with the reason, so that the output validates without FAIL.
 */
#include "cli/cli.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/common.h"
#include "config/objects/object.h"
#include "config/repository/repository.h"
#include "reports/convert/convert.h"
#include "validator/validate.h"

enum { CONVERT_ROUNDS_MAX = 50 };

struct settings {
	struct common common;
};

static const struct option_spec convert_options[] = {
	COMMON_NAMESPACE,
	COMMON_ROWS,
};

static const struct help_row convert_statuses[] = {
	{ "0", "converted; what has no counterpart is listed on standard error" },
	{ "1", "an object, or a range of one, could not be converted, or the input is broken" },
	{ "2", "usage error, or an input that cannot be read" },
	{ NULL, NULL },
};

static const struct help_row convert_examples[] = {
	{ "purelbtool convert v1/ > v2.yaml", "the objects of a folder for PureLB v2" },
	{ "kubectl get sg,lbna,node,svc -A -o yaml | purelbtool convert > v2.yaml",
	  "the objects of a cluster, local or remote as its nodes show" },
	{ "purelbtool convert metallb.yaml | purelbtool validate",
	  "what PureLB would make of MetalLB's configuration, and whether that is valid" },
	{ NULL, NULL },
};

/* ---- the output, validated ---- */

/* The text of what would be printed now; the caller frees it. */
static char *convert_output(const struct conversion *conversion)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = mem_open_stream(&text, &size);

	conversion_write(out, conversion);
	mem_close_stream(out, &text);
	return text;
}

/* Names the Services that may not get what they request, if others are created first. */
static void convert_note_order(struct conversion *conversion,
			       const struct converted_index *index,
			       const struct validation *found)
{
	ARRAY_FOREACH (const struct finding, finding, &found->findings) {
		const struct object *object = finding->place.object;

		if (finding->code == CHECK_SV005 && object != NULL)
			conversion_warn(conversion, index, kind_table[object->kind].name,
					object->namespace, object->name.s,
					arena_strdup(conversion->arena, finding->message));
	}
}

/* Takes the objects out that fail; true: there was one. *fine becomes false after a message
 * when it could not be found out. */
static bool convert_drop_failing(struct conversion *conversion, const struct cli *cli,
				 bool *fine)
{
	static const struct validate_options options;
	const struct load_options how = { .install_namespace = conversion->namespace };
	char *text = convert_output(conversion);
	struct snapshot *snapshot = config_load_with(NULL, 0, &how);
	struct cluster cluster = { 0 };
	struct converted_index index;
	struct validation found;
	bool dropped = false;

	conversion_index(conversion, &index);
	*fine = config_load_text(snapshot, "output", text);
	if (*fine) {
		purelb_resolve(&cluster, snapshot);
		validate(&found, snapshot, &cluster, &options, NULL);
		ARRAY_FOREACH (const struct finding, finding, &found.findings) {
			const struct object *object = finding->place.object;

			if (finding->severity >= SEVERITY_FAIL && object != NULL)
				dropped |= conversion_drop(
					conversion, &index, kind_table[object->kind].name,
					object->namespace, object->name.s,
					arena_strdup(conversion->arena, finding->message));
		}
		if (!dropped)
			convert_note_order(conversion, &index, &found);
		cluster_release(&cluster);
	} else {
		cli_error(cli, "cannot validate the output: %s",
			  snapshot->sources.errors.count > 0 ? snapshot->sources.errors.items[0]
							     : "it cannot be read again");
	}
	free(text);
	snapshot_release(snapshot);
	return dropped;
}

/* ---- the run ---- */

/* Names what is not YAML or JSON; the rest of the input's mistakes are for who reads v2. */
static bool convert_is_readable(const struct cli *cli, const struct snapshot *snapshot)
{
	bool readable = true;

	ARRAY_FOREACH (const struct finding, problem, &snapshot->problems) {
		const struct pos pos = problem->place.pos;

		if ((problem->kind != PROBLEM_SYNTAX &&
		     problem->kind != PROBLEM_DUPLICATE_KEY) ||
		    problem->foreign || pos.source == 0)
			continue;
		cli_error(cli, "%s:%u:%u: %s",
			  snapshot->sources.list.items[pos.source - 1].name, pos.line,
			  pos.column, problem->message);
		readable = false;
	}
	return readable;
}

static bool convert_name_notes(const struct cli *cli, const struct conversion *conversion)
{
	bool fine = true;

	ARRAY_FOREACH (const struct conversion_note, note, &conversion->notes) {
		fine &= !note->failed;
		if (note->pos.source == 0) {
			cli_error(cli, "%s", note->text);
			continue;
		}
		cli_error(cli, "%s:%u:%u: %s",
			  conversion->snapshot->sources.list.items[note->pos.source - 1].name,
			  note->pos.line, note->pos.column, note->text);
	}
	return fine;
}

/* Where PureLB v2 goes: v1's namespace is not it, unless the user says so. (I8, I9.2) */
static const char *convert_namespace(const struct snapshot *snapshot)
{
	return snapshot->namespace_origin != NAMESPACE_GIVEN &&
			       str_equal(snapshot->install_namespace, "purelb")
		       ? "purelb-system"
		       : snapshot->install_namespace;
}

static int convert_answer(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	const struct settings *s = settings;
	const bool inputs = common_inputs_readable(cli, snapshot);
	bool fine = convert_is_readable(cli, snapshot), validated = true;
	struct cluster cluster = { 0 };
	struct conversion conversion;

	common_resolve(&s->common, snapshot, &cluster);
	conversion_run(&conversion, snapshot, &cluster, convert_namespace(snapshot));
	for (int round = 0;
	     round < CONVERT_ROUNDS_MAX && convert_drop_failing(&conversion, cli, &validated);)
		round++;
	conversion_sort_notes(&conversion);
	if (validated)
		conversion_write(cli->out, &conversion);
	fine &= convert_name_notes(cli, &conversion);
	if (conversion.objects.count == 0 && fine && inputs)
		cli_error(cli, "nothing to convert: the input has no objects of PureLB v1 or "
			       "of MetalLB");
	cluster_release(&cluster);
	if (!cli_finish_output(cli) || !inputs || !validated)
		return STATUS_TROUBLE;
	return fine ? STATUS_FINE : STATUS_FINDINGS;
}

const struct command_spec convert_command = {
	.name = "convert",
	.operands = "[INPUT]...",
	.operand_completes = COMPLETES_FILES,
	.summary = "print the v2 objects that replace those of PureLB v1 or MetalLB",
	.description =
		"Prints ServiceGroups and LBNodeAgents of PureLB v2 for those of v1; and for "
		"MetalLB's pools, peers, advertisements and annotations of Services, or its "
		"ConfigMap, the ServiceGroups, BGPConfiguration and Services that do the same. "
		"Comments that begin with \"decide:\" are for the reader. Whether a group is "
		"local or remote is decided by the nodes' networks where the input shows them. "
		"What has no counterpart is listed on standard error with its place. What is "
		"printed validates without FAIL. " COMMON_INPUTS,
	.options = convert_options,
	.statuses = convert_statuses,
	.examples = convert_examples,
	.settings_size = sizeof(struct settings),
	.answer = convert_answer,
};
