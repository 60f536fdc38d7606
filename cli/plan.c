/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool plan: what a change of the configuration does to a cluster. */
#include "cli/cli.h"

#include <stddef.h>

#include "base/text.h"
#include "cli/common.h"
#include "reports/diff/change.h"

enum {
	OPT_NAMESPACE,
	OPT_OUTPUT,
	OPT_APPLY,
	OPT_DETAILED_EXITCODE,
	OPT_CHECK,
	OPT_TOP,
	OPT_AT,
	OPT_PURELB_VERSION,
	OPT_CONFIG,
	OPT_COLOR,
	OPT_HELP,
	OPT_COUNT,
};

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_NAMESPACE] = COMMON_NAMESPACE,
	[OPT_OUTPUT] = COMMON_OUTPUT_HTML,
	[OPT_APPLY] = { "apply", 0, NULL, NULL,
			"NEW is applied over OLD: what it does not name stays" },
	[OPT_DETAILED_EXITCODE] = { "detailed-exitcode", 0, NULL, NULL,
				    "exit with 3 when anything changes" },
	[OPT_CHECK] = { "check", 0, NULL, NULL,
			"exit with 1 when a VIP becomes unreachable, a Service waits for an "
			"address, or a finding that is a FAIL appears" },
	[OPT_TOP] = { "top", 0, "N", NULL,
		      "show at most N rows of each part of the table, 0: all (default: 40)" },
	[OPT_AT] = COMMON_AT,
	[OPT_PURELB_VERSION] = COMMON_PURELB_VERSION,
	[OPT_CONFIG] = COMMON_CONFIG,
	[OPT_COLOR] = COMMON_COLOR,
	[OPT_HELP] = COMMON_HELP,
};

static const struct help_row statuses[] = {
	{ "0", "answered; with --detailed-exitcode: and nothing changes" },
	{ "1", "answered, but objects of the input are broken, or with --check something stops "
	       "to work" },
	{ "2",
	  "usage error, an input that cannot be read, or a report that cannot be written" },
	{ "3", "answered, and with --detailed-exitcode something changes" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool plan live.yaml manifests/",
	  "what the manifests would do to the cluster that live.yaml was captured from" },
	{ "purelbtool plan --apply live.yaml new-pool.yaml",
	  "what applying one file would do" },
	{ "purelbtool plan --detailed-exitcode main/ branch/",
	  "a pipeline that asks for a review when a merge request changes anything" },
	{ NULL, NULL },
};

const struct command_spec plan_spec = {
	.name = "plan",
	.operands = "OLD NEW",
	.summary = "what a change of the configuration does to live Services",
	.description =
		"Compares two snapshots: pools, the addresses of Services, the nodes that "
		"announce VIPs and how long nobody does, subnets that nodes advertise, and "
		"findings. Each is a file, a folder, or - for standard input. ServiceGroups, "
		"LBNodeAgents and BGPConfigurations are what NEW says, and what it does not "
		"name is deleted, unless --apply is given. Of every other kind (Nodes, Leases, "
		"Services and so on) OLD's objects are taken when NEW has none of it. A Service "
		"of NEW without an address has those that OLD's holds, or would get. Leases "
		"that are the same in both are taken as their nodes renew them under NEW.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

/* ---- the options ---- */

enum { TOP_DEFAULT = 40 };

struct settings {
	struct common common;
	bool apply;
	bool detailed;
	bool check;
	uint64_t top; /* 0: all */
};

static const char *set_top(void *settings, const char *value)
{
	struct settings *s = settings;

	if (!parse_u64(value, 0, UINT32_MAX - 1, &s->top))
		return arena_printf(&s->common.arena, "--top \"%s\" is no number from 0 on",
				    value);
	return NULL;
}

static const struct common_own own[OPT_COUNT] = {
	[OPT_APPLY] = { .flag = offsetof(struct settings, apply) },
	[OPT_DETAILED_EXITCODE] = { .flag = offsetof(struct settings, detailed) },
	[OPT_CHECK] = { .flag = offsetof(struct settings, check) },
	[OPT_TOP] = { .set = set_top },
};

/* ---- the run ---- */

static void write_reports(const struct cli *cli, const struct settings *s,
			  const struct diff *change)
{
	const uint32_t most = s->top == 0 ? UINT32_MAX : (uint32_t)s->top;

	ARRAY_FOREACH (const struct output, output, &s->common.outputs.list) {
		struct arena scratch;

		arena_init(&scratch);
		if (output->format == OUTPUT_TABLE)
			change_table(output->file, common_with_colour(cli, &s->common, output),
				     change, most, &scratch);
		else if (output->format == OUTPUT_HTML)
			change_html(output->file, change, &scratch);
		else
			common_write_tree(output, change_json(change, &scratch));
		arena_release(&scratch);
	}
}

static int status_of(const struct settings *s, const struct diff_totals *totals)
{
	if (s->check && totals->unreachable + totals->pending_new + totals->fails_new > 0)
		return STATUS_FINDINGS;
	return s->detailed && totals->any ? STATUS_CHANGES : STATUS_FINE;
}

/* Compares and reports; the exit status. */
static int compare(const struct cli *cli, struct settings *s, struct snapshot *old,
		   const char *new)
{
	const struct diff_options how = {
		.apply = s->apply,
		.latest = s->common.latest,
		.at = s->common.at,
		.at_ns = s->common.at_ns,
		.silencings = &s->common.project.silencings,
	};
	const uint32_t problems = old->problems.count;
	struct object_list objects = { { 0 } };
	struct diff change;
	bool fine, readable;
	int status;

	project_forget_places(&s->common.project);
	/* What is missing would look as if it were deleted. */
	if (!config_load_apart(old, new, &objects) || old->sources.errors.count > 0) {
		(void)common_inputs_readable(cli, old);
		return STATUS_TROUBLE;
	}
	diff_run(&change, old, problems, &objects, &how);
	write_reports(cli, s, &change);
	fine = outputs_finish(&s->common.outputs, cli);
	readable = common_objects_readable(cli, &s->common, change.after.snapshot,
					   &change.after.cluster) &&
		   common_objects_readable(cli, &s->common, change.before.snapshot,
					   &change.before.cluster);
	status = readable ? status_of(s, &change.totals) : STATUS_FINDINGS;
	diff_release(&change);
	return fine ? status : STATUS_TROUBLE;
}

static int run_operands(const struct cli *cli, void *settings,
			const struct arguments *arguments)
{
	struct settings *s = settings;
	const char *const *operands = arguments->operands.items;
	struct snapshot *old;
	int status;

	if (arguments->operands.count != 2)
		return cli_usage_error(cli, &plan_spec,
				       "plan takes two inputs, OLD and NEW, and %u %s given",
				       arguments->operands.count,
				       arguments->operands.count == 1 ? "is" : "are");
	if (str_equal(operands[0], "-") && str_equal(operands[1], "-"))
		return cli_usage_error(cli, &plan_spec,
				       "OLD and NEW cannot both be standard input");
	if (!outputs_open(&s->common.outputs, cli))
		return STATUS_TROUBLE;
	old = config_load(operands, 1, s->common.namespace);
	status = compare(cli, s, old, operands[1]);
	snapshot_release(old);
	return status;
}

int plan_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	static const struct common_command command = {
		.spec = &plan_spec,
		.help = OPT_HELP,
		.own = own,
		.operands = run_operands,
	};
	struct settings s = { .top = TOP_DEFAULT,
			      .common.outputs.formats = output_formats_html };

	return common_run(cli, &command, &s.common, &s, argc, argv);
}
