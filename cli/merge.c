/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool merge: one report of the parts that `simulate`, `sweep` or `plan --shard` wrote,
 * with the bytes that one run of all would have printed. Parts of other inputs, seeds or
 * versions, missing ones and doubled ones are named and nothing is reported. (S6.8)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/plan_parts.h"
#include "cli/simulate_parts.h"
#include "cli/sweep_parts.h"
#include "reports/run/run.h"
#include "sim/run/part.h"

struct settings {
	struct common common;
};

static const struct option_spec merge_options[] = {
	COMMON_OUTPUT(
		output_formats_merge,
		"table (the default), json, yaml, junit (not of a plan), github (of a plan "
		"only), html or markdown"),
	COMMON_FILE_ROWS,
};

static const struct help_row merge_statuses[] = {
	{ "0", "all parts are there, and all that the scenario asserts held in every run" },
	{ "1", "an assertion failed, a run was stopped before its end, or an object of the "
	       "inputs is broken; of a plan: as plan has it" },
	{ "2", "usage error, a part that is missing, duplicated, damaged or from another "
	       "simulation, or a report that cannot be written" },
	{ "3", "of a plan with --detailed-exitcode: something changes" },
	{ NULL, NULL },
};

static const struct help_row merge_examples[] = {
	{ "purelbtool merge part-*", "the report of all runs, once every shard has written its "
				     "part" },
	{ "purelbtool merge -o html=report.html -o table part-*", "also as a page" },
	{ NULL, NULL },
};

/* ---- reading ---- */

/* The parts so far. */
struct merge {
	const struct cli *cli;
	struct arena *arena;
	struct part_identity identity; /* of the first */
	struct many_part all;
	const char *const *paths;
	const char **of_shard; /* the file of each shard; NULL: not read yet */
	struct text first;     /* the bytes of the first part, until it is added */
};

/* False after a message when a part does not go with those before it. */
static bool merge_goes_with(const struct merge *m, const char *path,
			    const struct part_identity *identity)
{
	const char *other = part_difference(identity, &m->identity);

	return shards_go_together(m->cli, path, m->paths[0], other, m->of_shard,
				  identity->shard, identity->shards);
}

/* What another program left out must not end in figures that nobody measured. */
static bool merge_fits(const struct merge *m, const struct many_part *part)
{
	return part->series.count == m->all.series.count &&
	       part->held.count == m->all.held.count;
}

/* Adds the part of one file; false after a message. */
static bool merge_add(struct merge *m, const char *path)
{
	struct part_identity identity;
	struct many_part part;
	const char *error = NULL;
	struct text bytes = { 0 };
	bool read = true;

	if (m->first.len > 0) {
		bytes = m->first;
		m->first = (struct text){ 0 };
	} else {
		read = part_read_file(m->cli, path,
				      &(struct part_form){ part_magic, PART_BYTES_MAX }, 1,
				      &bytes);
	}
	if (read)
		error = part_read(text_str(&bytes), bytes.len, m->arena, &identity, &part);
	text_release(&bytes);
	if (!read)
		return false;
	if (error == NULL && m->of_shard == NULL)
		error = part_version_mistake(identity.version, m->arena);
	if (error != NULL) {
		cli_error(m->cli, "cannot merge %s: %s", path, error);
		return false;
	}
	if (m->of_shard == NULL) {
		m->identity = identity;
		m->all = part;
		m->of_shard = arena_zalloc(m->arena, identity.shards, sizeof(*m->of_shard));
	} else if (!merge_goes_with(m, path, &identity)) {
		return false;
	} else if (!merge_fits(m, &part)) {
		cli_error(m->cli, "cannot merge %s: it was not written by this program", path);
		return false;
	} else {
		many_add_part(&m->all, &part, m->arena);
		m->identity.unreadable |= identity.unreadable;
	}
	m->of_shard[identity.shard - 1] = path;
	return true;
}

/* ---- the report ---- */

static bool merge_spares_parts(const struct cli *cli, const struct outputs *outputs,
			       const struct arguments *arguments)
{
	ARRAY_FOREACH (const struct output, output, &outputs->list) {
		ARRAY_FOREACH (const char *const, part, &arguments->operands) {
			struct stat report, input;

			if (output->path == NULL || stat(output->path, &report) != 0 ||
			    stat(*part, &input) != 0 || report.st_dev != input.st_dev ||
			    report.st_ino != input.st_ino)
				continue;
			cli_error(cli, "the report would replace %s, which is a part", *part);
			return false;
		}
	}
	return true;
}

static int merge_report(const struct cli *cli, struct settings *s, struct merge *m)
{
	struct many_result result;

	many_sum_up(&m->all, m->identity.seed, m->identity.runs, m->arena, &result);
	if (!outputs_open(&s->common.outputs, cli))
		return STATUS_TROUBLE;
	common_write_reports(cli, &s->common, many_write_report, &result);
	if (!outputs_finish(&s->common.outputs, cli))
		return STATUS_TROUBLE;
	return many_status(cli, &result, !m->identity.unreadable);
}

static int merge_run(const struct cli *cli, void *settings, const struct arguments *arguments)
{
	const struct part_form forms[] = {
		{ plan_part_magic, PLAN_PART_BYTES_MAX },
		{ sweep_part_magic, SWEEP_PART_BYTES_MAX },
		{ part_magic, PART_BYTES_MAX },
	};
	struct settings *s = settings;
	struct arena arena;
	struct merge m = { .cli = cli, .arena = &arena, .paths = arguments->operands.items };
	bool fine = arguments->operands.count > 0;
	int status = STATUS_TROUBLE;
	const char *beyond;
	bool plan;

	if (!fine)
		return cli_usage_error(cli, &merge_command,
				       "no PART: name the files that --shard wrote");
	arena_init(&arena);
	fine = merge_spares_parts(cli, &s->common.outputs, arguments);
	fine = fine && part_read_file(cli, m.paths[0], forms, ARRAY_LEN(forms), &m.first);
	/* What the first is decides what all have to be. */
	plan = str_has_prefix(text_str(&m.first), plan_part_magic);
	beyond = outputs_beyond(&s->common.outputs,
				plan ? output_formats_plan : output_formats_junit);
	if (fine && beyond != NULL) {
		cli_error(
			cli,
			plan ? "%s is a part of a plan, which has no -o %s report"
			     : "%s is not a part of a plan, and only those have a -o %s report",
			m.paths[0], beyond);
	} else if (fine && plan) {
		status = plan_merge(cli, &s->common, &m.first, m.paths,
				    arguments->operands.count);
	} else if (fine && str_has_prefix(text_str(&m.first), sweep_part_magic)) {
		status = sweep_merge(cli, &s->common, &m.first, m.paths,
				     arguments->operands.count);
	} else {
		for (uint32_t i = 0; fine && i < arguments->operands.count; i++)
			fine = merge_add(&m, m.paths[i]);
		if (fine && shards_are_whole(cli, m.of_shard, m.identity.shards))
			status = merge_report(cli, s, &m);
	}
	text_release(&m.first);
	arena_release(&arena);
	return status;
}

const struct command_spec merge_command = {
	.name = "merge",
	.operands = "PART...",
	.operand_completes = COMPLETES_FILES,
	.summary = "one report of what was distributed over many machines",
	.description =
		"Puts together the parts that `simulate --shard I/K`, `sweep --shard I/K` or "
		"`plan --shard I/K` wrote, in any order, and reports them as one simulation of "
		"all runs, one sweep or one plan would have done, byte for byte. Parts of a "
		"plan have its runs alone: OLD and NEW are read again and have to be the same, "
		"so merge is run in the folder in which plan was. "
		"All parts have to be there, once each, from the same inputs, seed and "
		"version of purelbtool.",
	.options = merge_options,
	.statuses = merge_statuses,
	.examples = merge_examples,
	.settings_size = sizeof(struct settings),
	.run = merge_run,
};
