/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool merge: one report of the parts that `simulate --shard` or `sweep --shard` wrote,
 * with the bytes that one run of all would have printed. Parts of other inputs, seeds or
 * versions, missing ones and doubled ones are named and nothing is reported. (S6.8)
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/simulate_parts.h"
#include "cli/sweep_parts.h"
#include "reports/run/run.h"
#include "sim/run/part.h"

struct settings {
	struct common common;
};

static const struct option_spec merge_options[] = {
	COMMON_OUTPUT(output_formats_junit,
		      "table (the default), json, yaml, junit, html or markdown"),
	COMMON_FILE_ROWS,
};

static const struct help_row merge_statuses[] = {
	{ "0", "all parts are there, and all that the scenario asserts held in every run" },
	{ "1", "an assertion failed, a run was stopped before its end, or an object of the "
	       "inputs is broken" },
	{ "2", "usage error, a part that is missing, duplicated, damaged or from another "
	       "simulation, or a report that cannot be written" },
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
};

/* False after a message when a part does not go with those before it. */
static bool merge_goes_with(const struct merge *m, const char *path,
			    const struct part_identity *identity)
{
	const struct part_identity *first = &m->identity;
	const char *other = NULL;

	if (strcmp(identity->version, first->version) != 0)
		other = "the version of purelbtool";
	else if (memcmp(identity->inputs, first->inputs, SHA256_BYTES) != 0)
		other = "the scenario, an input or an option";
	else if (identity->seed != first->seed)
		other = "the seed";
	else if (identity->runs != first->runs)
		other = "the number of runs";
	else if (identity->shards != first->shards)
		other = "the number of shards";
	return shards_go_together(m->cli, path, m->paths[0], other, m->of_shard,
				  identity->shard, identity->shards);
}

/* What another program left out must not end in figures that nobody measured. */
static bool merge_fits(const struct merge *m, const struct many_part *part)
{
	return part->series.count == m->all.series.count &&
	       part->held.count == m->all.held.count;
}

/* The line of sweep is the shorter one. */
static const struct part_kind merge_kinds[] = {
	{ sweep_part_magic, SWEEP_PART_BYTES_MAX },
	{ part_magic, PART_BYTES_MAX },
};

/* Adds the part of one file, whose bytes are released; false after a message. */
static bool merge_add(struct merge *m, const char *path, struct text *bytes)
{
	struct part_identity identity;
	struct many_part part;
	const char *error;

	error = part_read(text_str(bytes), bytes->len, m->arena, &identity, &part);
	text_release(bytes);
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

/* The bytes of the first part have been read. */
static int merge_runs(const struct cli *cli, struct settings *s,
		      const struct arguments *arguments, struct text *bytes)
{
	const char *const *paths = arguments->operands.items;
	struct arena arena;
	struct merge m = { .cli = cli, .arena = &arena, .paths = paths };
	int status = STATUS_TROUBLE;
	bool fine;

	arena_init(&arena);
	fine = merge_add(&m, paths[0], bytes);
	for (uint32_t i = 1; fine && i < arguments->operands.count; i++)
		fine = part_read_file(cli, paths[i], &merge_kinds[1], 1, bytes) &&
		       merge_add(&m, paths[i], bytes);
	if (fine && shards_are_whole(cli, m.of_shard, m.identity.shards))
		status = merge_report(cli, s, &m);
	arena_release(&arena);
	return status;
}

static int merge_run(const struct cli *cli, void *settings, const struct arguments *arguments)
{
	const char *const *paths = arguments->operands.items;
	const uint32_t count = arguments->operands.count;
	struct settings *s = settings;
	struct text bytes = { 0 };
	int status = STATUS_TROUBLE;

	if (count == 0)
		return cli_usage_error(cli, &merge_command,
				       "no PART: name the files that --shard wrote");
	/* What the first is decides what all have to be. */
	if (merge_spares_parts(cli, &s->common.outputs, arguments) &&
	    part_read_file(cli, paths[0], merge_kinds, ARRAY_LEN(merge_kinds), &bytes))
		status = str_has_prefix(text_str(&bytes), sweep_part_magic)
				 ? sweep_merge(cli, &s->common, paths, count, &bytes)
				 : merge_runs(cli, s, arguments, &bytes);
	text_release(&bytes);
	return status;
}

const struct command_spec merge_command = {
	.name = "merge",
	.operands = "PART...",
	.operand_completes = COMPLETES_FILES,
	.summary = "one report of what was distributed over many machines",
	.description =
		"Puts together the parts that `simulate --shard I/K` or `sweep --shard I/K` "
		"wrote, in any order, and reports them as one simulation of all runs, or one "
		"sweep, would have done, byte for byte. "
		"All parts have to be there, once each, from the same inputs, seed and "
		"version of purelbtool.",
	.options = merge_options,
	.statuses = merge_statuses,
	.examples = merge_examples,
	.settings_size = sizeof(struct settings),
	.run = merge_run,
};
