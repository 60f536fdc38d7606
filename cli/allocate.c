/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool allocate: which address every Service gets or keeps, and how full pools are. */
#include "cli/cli.h"

#include <stddef.h>

#include "cli/common.h"
#include "purelb/allocation/allocation.h"
#include "reports/allocation/allocation.h"

enum {
	OPT_NAMESPACE,
	OPT_OUTPUT,
	OPT_CHECK,
	OPT_AT,
	OPT_PURELB_VERSION,
	OPT_CONFIG,
	OPT_COLOR,
	OPT_HELP,
	OPT_COUNT,
};

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_NAMESPACE] = COMMON_NAMESPACE,
	[OPT_OUTPUT] = COMMON_OUTPUT,
	[OPT_CHECK] = { "check", 0, NULL, NULL,
			"exit with 1 when a Service is pending: it does not get all that it "
			"asks for" },
	[OPT_AT] = COMMON_AT,
	[OPT_PURELB_VERSION] = COMMON_PURELB_VERSION,
	[OPT_CONFIG] = COMMON_CONFIG,
	[OPT_COLOR] = COMMON_COLOR,
	[OPT_HELP] = COMMON_HELP,
};

static const struct help_row statuses[] = {
	{ "0", "answered" },
	{ "1", "answered, but objects of the input are broken, or with --check a Service is "
	       "pending" },
	{ "2",
	  "usage error, an input that cannot be read, or a report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool allocate manifests/", "what the Services of a folder will get" },
	{ "kubectl get sg,svc,lease -A -o yaml | purelbtool allocate",
	  "what those of a cluster have, and how full its pools are" },
	{ "purelbtool allocate --check -o json manifests/ | jq '.services[].reason'",
	  "for a pipeline: fails when a Service would stay without an address" },
	{ NULL, NULL },
};

const struct command_spec allocate_spec = {
	.name = "allocate",
	.operands = "[INPUT]...",
	.summary = "which address every Service gets or keeps; how full the pools are",
	.description =
		"Does what PureLB's allocator does when it starts: registers the addresses that "
		"Services hold, then serves the others one by one, oldest first. Says of each "
		"Service of type LoadBalancer which addresses it keeps or is assigned, and of "
		"which pool, or why it is pending or ignored; then how much of each range is in "
		"use. INPUT is a file, a folder, or - for standard input, which is also read "
		"when there is no INPUT and it is not a terminal.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

struct settings {
	struct common common;
	bool check;
};

static const struct common_own own[OPT_COUNT] = {
	[OPT_CHECK] = { .flag = offsetof(struct settings, check) },
};

/* ---- the run ---- */

static bool any_pending(const struct allocations *all)
{
	ARRAY_FOREACH (const struct allocation, allocation, &all->list) {
		if (allocation->state == SERVICE_PENDING)
			return true;
	}
	return false;
}

static void write_reports(const struct cli *cli, const struct common *common,
			  const struct allocations *all, const struct pools *pools)
{
	ARRAY_FOREACH (const struct output, output, &common->outputs.list) {
		struct arena scratch;

		arena_init(&scratch);
		if (output->format == OUTPUT_TABLE)
			allocate_table(output->file, common_with_colour(cli, common, output),
				       all, pools, &scratch);
		else
			common_write_tree(output, allocate_json(all, pools, &scratch));
		arena_release(&scratch);
	}
}

static int answer(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	const struct allocation_options allocation = { .latest = s->common.latest };
	struct cluster cluster = { 0 };
	struct allocations all;
	bool fine = common_inputs_readable(cli, snapshot);
	bool readable;

	common_resolve(&s->common, snapshot, &cluster);
	allocation_run(&all, &cluster, &allocation, &snapshot->arena);
	write_reports(cli, &s->common, &all, &cluster.pools);
	fine &= outputs_finish(&s->common.outputs, cli);
	readable = common_objects_readable(cli, &s->common, snapshot, &cluster);
	cluster_release(&cluster);
	if (!fine)
		return STATUS_TROUBLE;
	return readable && !(s->check && any_pending(&all)) ? STATUS_FINE : STATUS_FINDINGS;
}

int allocate_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	static const struct common_command command = {
		.spec = &allocate_spec,
		.help = OPT_HELP,
		.own = own,
		.answer = answer,
	};
	struct settings s = { 0 };

	return common_run(cli, &command, &s.common, &s, argc, argv);
}
