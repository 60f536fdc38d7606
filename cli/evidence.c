/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool evidence: which outputs of other programs are in the input, from where and when,
 * and which questions nothing in it answers. (O1)
 */
#include "cli/cli.h"

#include "cli/common.h"
#include "config/evidence/evidence.h"
#include "reports/evidence/evidence.h"

struct settings {
	struct common common;
};

static const struct option_spec evidence_options[] = {
	COMMON_NAMESPACE,
	COMMON_OUTPUT(output_formats, "table (the default), json or yaml"),
	{ .name = "at",
	  .argument = "TIME",
	  .kind = OPTION_TIME,
	  .offset = offsetof(struct common, at),
	  .help = "count ages from this time, such as 2026-03-02T10:00:00Z (default: the "
		  "newest time of the input)" },
	COMMON_ROWS,
};

static const struct help_row evidence_statuses[] = {
	{ "0", "answered" },
	{ "1", "answered, but a file of evidence is damaged, or its end is missing" },
	COMMON_TROUBLE,
	{ NULL, NULL },
};

static const struct help_row evidence_examples[] = {
	{ "purelbtool evidence captures/", "what the files below a folder are" },
	{ "purelbtool evidence bundle.tar", "what is in a bundle, and what is not" },
	{ "purelbtool evidence -o json bundle.tar | jq '.missing[].how'",
	  "the commands whose output would help" },
	{ NULL, NULL },
};

struct evidence_answer {
	const struct snapshot *snapshot;
	int64_t now_ns;
};

static void evidence_write(const struct output *output, struct screen screen, void *about,
			   struct arena *scratch)
{
	const struct evidence_answer *answer = about;

	if (output->format == OUTPUT_TABLE)
		evidence_table(output->file, screen, answer->snapshot, answer->now_ns, scratch);
	else
		common_write_tree(output,
				  evidence_json(answer->snapshot, answer->now_ns, scratch));
}

static int evidence_answer(const struct cli *cli, void *settings, struct snapshot *snapshot)
{
	struct settings *s = settings;
	struct evidence_answer answer = { snapshot, s->common.at.given ? s->common.at.ns
								       : EVIDENCE_UNKNOWN };
	bool fine = common_inputs_readable(cli, snapshot);
	bool whole = true;

	common_write_reports(cli, &s->common, evidence_write, &answer);
	fine &= outputs_finish(&s->common.outputs, cli);
	if (!fine)
		return STATUS_TROUBLE;
	if (snapshot->evidence != NULL)
		ARRAY_FOREACH (struct evidence_file *, file, &snapshot->evidence->files)
			whole &= (*file)->cut == NULL && (*file)->faulty == 0;
	return whole ? STATUS_FINE : STATUS_FINDINGS;
}

const struct command_spec evidence_command = {
	.name = "evidence",
	.operands = "[INPUT]...",
	.operand_completes = COMPLETES_FILES,
	.summary = "which captures of nodes, routers and Pods are in the input",
	.description =
		"Lists what other programs printed on nodes, routers, clients and Pods, "
		"recognized by content: ip -j addr, route, neigh and maddr, sysctl, "
		"Prometheus metrics, logs, gobgp -j, FRR's JSON and running configuration, "
		"BIRD's show protocols all, show route all and bird.conf. Shows for each file "
		"where and when it was taken, and which questions nothing in the input "
		"answers, with the command that would. A file belongs to the node, router or "
		"Pod that its folder or its name is named after; it was taken when the "
		"Capture in its folder, or the nearest one above, says. INPUT is a file, a "
		"folder, a bundle (.tar), or - for standard input.",
	.options = evidence_options,
	.statuses = evidence_statuses,
	.examples = evidence_examples,
	.settings_size = sizeof(struct settings),
	.answer = evidence_answer,
};
