/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool plan: what a change of the configuration does to a cluster. OLD and NEW are read
 * into one snapshot and told apart there; the comparison is a struct diff of sim/whatif/, or
 * one for each stage of a change that is made in stages.
 */
#include "cli/cli.h"

#include <string.h>

#include "base/text.h"
#include "cli/common.h"
#include "config/repository/repository.h"
#include "cli/plan_assertions.h"
#include "cli/plan_parts.h"
#include "cli/progress.h"
#include "reports/diff/change.h"
#include "reports/diff/change_stages.h"
#include "reports/diff/change_time.h"

enum {
	PLAN_TOP_DEFAULT = 40,
	PLAN_RUNS_DEFAULT = 20,
	PLAN_RUNS_MAX = 10000,
	PLAN_STAGES_MAX = 20
};

struct settings {
	struct common common;
	bool apply;
	bool detailed;
	bool check;
	struct option_release after; /* --purelb-version A..B: the release of NEW */
	struct option_number top;
	bool simulate;
	struct option_number runs, seed;
	const char *max_outage; /* NULL: any */
	sim_ns limit;
	struct simulation_words words; /* --assert */
	struct shard shard;
	const struct plan_parts *parts; /* of the runs, which are not made then; or NULL */
};

/* One release for both sides, or OLD..NEW. */
static const char *plan_set_version(void *settings, const struct option_spec *option,
				    const char *value)
{
	struct settings *s = settings;
	const char *dots = strstr(value, "..");
	const char *error;

	(void)option;
	error = common_read_version(
		&s->common,
		dots != NULL ? arena_strndup(&s->common.arena, value, (size_t)(dots - value))
			     : value,
		&s->common.release);
	if (error == NULL && dots != NULL)
		error = common_read_version(&s->common, dots + 2, &s->after);
	return error;
}

static const char *plan_add_assertion(void *settings, const struct option_spec *option,
				      const char *value)
{
	struct settings *s = settings;

	(void)option;
	ARRAY_ADD(&s->common.arena, &s->words.assertions, value);
	return NULL;
}

static const char *plan_set_shard(void *settings, const struct option_spec *option,
				  const char *value)
{
	struct settings *s = settings;

	(void)option;
	return shard_parse(&s->shard, value, &s->common.arena);
}

static const struct option_spec plan_options[] = {
	COMMON_NAMESPACE,
	COMMON_OUTPUT(output_formats_plan,
		      "table (the default), json, yaml, github (workflow commands), html, "
		      "markdown, which with --simulate is a page to follow while the change is "
		      "made, or, for merge, a part"),
	OPT_FLAG("apply", apply, "apply NEW over OLD: what NEW does not name stays"),
	OPT_FLAG("detailed-exitcode", detailed, "exit with 3 when anything changes"),
	OPT_FLAG("check", check,
		 "exit with 1 when a VIP becomes unreachable, a Service waits for an address, "
		 "a configured BGP session can no longer come up, no router has a route to a "
		 "VIP any longer, or a new FAIL is found"),
	OPT_FLAG("simulate", simulate,
		 "apply the change in simulated time: how long each VIP has no node, and how "
		 "long clients do not reach it"),
	OPT_NUMBER(
		"runs", 0, "NUMBER", runs, 1, PLAN_RUNS_MAX,
		"with --simulate, run this many times, each with its own seed (default: 20)"),
	OPT_NUMBER("seed", 0, "NUMBER", seed, 0, UINT64_MAX,
		   "with --simulate, set the seed of everything that is random (default: 1)"),
	OPT_VALUE(
		"shard", "I/K", COMPLETES_NOTHING, plan_set_shard,
		"with --simulate, make only the I-th of K shares of the runs and write them as "
		"a part, to standard output or -o part=FILE, for merge, which reads the inputs "
		"again; auto or auto/K: the share that an Indexed Job of Kubernetes or a job "
		"array of Slurm gives this process"),
	OPT_TEXT(
		"max-outage", "DURATION", COMPLETES_NOTHING, max_outage,
		"with --simulate, say go or no go: exit with 1 when a VIP is cut off for longer "
		"than this in any run, or still at the end of the run or of a stage"),
	OPT_VALUE("assert", "'ASSERTION'", COMPLETES_NOTHING, plan_add_assertion,
		  "with --simulate, say go or no go: exit with 1 when this does not hold in "
		  "every run, such as 'maxOutage 10s service shop/web' or, of one stage, "
		  "'allAnnounced stage 2'; may be repeated"),
	OPT_NUMBER("top", 0, "N", top, 0, UINT32_MAX - 1,
		   "show at most N rows of each section of the table, 0: all (default: 40)"),
	COMMON_AT,
	COMMON_INPUT_ROWS,
	COMMON_VERSION(
		"RELEASE[..RELEASE]", plan_set_version,
		"use the rules of this release of PureLB (0.15, 0.16, 0.17, one of their "
		"patches, or latest), or those of the first for OLD and of the second for "
		"NEW: what an upgrade does"),
	COMMON_LAST_ROWS,
};

static const struct help_row plan_statuses[] = {
	{ "0", "answered; with --detailed-exitcode: and nothing changes" },
	{ "1",
	  "answered, but objects of the input are broken, or with --check something "
	  "stops working; with --simulate the change could not be simulated, a VIP is cut off "
	  "for longer than --max-outage, or an --assert does not hold. Not answered: a text has a syntax error, and without "
	  "--apply what it lacks would look as if it were deleted" },
	COMMON_TROUBLE,
	{ "3", "answered, and with --detailed-exitcode something changes" },
	{ NULL, NULL },
};

static const struct help_row plan_examples[] = {
	{ "purelbtool plan live.yaml manifests/",
	  "what the manifests would do to the cluster that live.yaml was captured from" },
	{ "purelbtool plan --apply live.yaml new-pool.yaml",
	  "what applying one file would do" },
	{ "purelbtool plan --simulate --max-outage 10s -o table -o markdown=page.md live.yaml "
	  "manifests/",
	  "how long clients are cut off, whether that is too long, and a page to follow" },
	{ "purelbtool plan --simulate --assert 'maxOutage 10s service shop/web' --assert "
	  "'allAnnounced stage 2' live.yaml 1-new-pool.yaml 2-move.yaml",
	  "go or no go, by what has to hold while the stages are applied" },
	{ "purelbtool plan --simulate --runs 1000 --shard 3/8 -o part=part-3 live.yaml "
	  "manifests/",
	  "the third of eight shares of the runs, for another machine and purelbtool merge" },
	{ "purelbtool plan --apply live.yaml 1-new-pool.yaml 2-move.yaml 3-old-pool-goes.yaml",
	  "a change in three stages, and what is down between them" },
	{ "purelbtool plan --detailed-exitcode main/ branch/",
	  "a pipeline that asks for a review when a merge request changes anything" },
	{ "purelbtool plan --purelb-version 0.16..0.17 live.yaml",
	  "what an upgrade of PureLB requires and changes" },
	{ NULL, NULL },
};

/* ---- the run ---- */

struct plan_report {
	const struct diff_stages *stages;
	uint32_t most; /* rows of a section */
};

static void plan_write_one(const struct output *output, struct screen screen,
			   const struct plan_report *report, struct arena *scratch)
{
	const struct diff *diff = report->stages->list[0];

	if (output->format == OUTPUT_TABLE)
		change_table(output->file, FORM_SCREEN, screen, diff, report->most, scratch);
	else if (output->format == OUTPUT_GITHUB)
		change_github(output->file, diff, scratch);
	else if (output->format == OUTPUT_HTML)
		change_html(output->file, diff, scratch);
	else if (output->format == OUTPUT_MARKDOWN && diff->time != NULL)
		change_time_markdown(output->file, diff, scratch);
	else if (output->format == OUTPUT_MARKDOWN)
		change_markdown(output->file, diff, report->most, scratch);
	else
		common_write_tree(output, change_json(diff, scratch));
}

static void plan_write(const struct output *output, struct screen screen, void *about,
		       struct arena *scratch)
{
	const struct plan_report *report = about;
	const struct diff_stages *stages = report->stages;

	if (stages->count == 1)
		plan_write_one(output, screen, report, scratch);
	else if (output->format == OUTPUT_TABLE)
		stages_table(output->file, screen, stages, report->most, scratch);
	else if (output->format == OUTPUT_GITHUB)
		stages_github(output->file, stages, scratch);
	else if (output->format == OUTPUT_HTML)
		stages_html(output->file, stages, scratch);
	else if (output->format == OUTPUT_MARKDOWN)
		stages_markdown(output->file, stages, report->most, scratch);
	else
		common_write_tree(output, stages_json(stages, scratch));
}

static int plan_status(const struct settings *s, const struct diff_totals *totals)
{
	if (s->check && totals->unreachable + totals->pending_new + totals->fails_new +
					totals->sessions_failing + totals->prefixes_dark >
				0)
		return STATUS_FINDINGS;
	return s->detailed && totals->any ? STATUS_CHANGES : STATUS_FINE;
}

/* False after a message. */
static bool plan_options_fit(const struct cli *cli, struct settings *s)
{
	const char *error;

	s->limit = SIM_NEVER;
	if (s->max_outage != NULL &&
	    (!duration_parse(s->max_outage, &s->limit) || s->limit < 0)) {
		cli_usage_error(cli, &plan_command,
				"--max-outage \"%s\" is not a duration: write it like 10s",
				s->max_outage);
		return false;
	}
	error = shard_outputs_mistake(cli, &s->common.outputs, s->shard.given, "of the runs");
	if (error == NULL && s->shard.given && !s->simulate)
		error = "--shard distributes the runs of --simulate: add it";
	if (error == NULL && s->shard.given && s->common.render)
		error = "--shard cannot be used with --render: merge reads all inputs again and "
			"starts no programs";
	if (error != NULL) {
		cli_usage_error(cli, &plan_command, "%s", error);
		return false;
	}
	if (s->simulate)
		return true;
	if (s->runs.given || s->seed.given || s->max_outage != NULL ||
	    s->words.assertions.count > 0) {
		cli_usage_error(cli, &plan_command,
				"--runs, --seed, --max-outage and --assert need --simulate");
		return false;
	}
	return true;
}

/* Makes the runs, or those of a shard for `part`; false after a message. */
static bool plan_simulate(const struct cli *cli, const struct settings *s,
			  const struct diff_stages *stages, struct text *part)
{
	struct diff_time *first;
	struct progress progress;
	struct diff_time_options options = {
		.seed = s->seed.given ? s->seed.value : 1,
		.runs = s->runs.given ? (uint32_t)s->runs.value : PLAN_RUNS_DEFAULT,
		.limit = s->limit,
		.interrupted = interrupts_catch(),
		.progress = progress_tell,
		.context = &progress,
		.part = part,
		.parts = s->parts != NULL ? &s->parts->timed : NULL,
	};
	bool fine;

	if (!plan_read_assertions(cli, &s->words, stages->count,
				  stages->list[0]->before.snapshot, &options.assertions))
		return false;
	part_runs(options.runs, s->shard.given ? s->shard.number : 1,
		  s->shard.given ? s->shard.of : 1, &options.first, &options.count);
	progress_begin(&progress, cli, "runs", options.count);
	fine = diff_simulate(stages->list, stages->count, &options);
	progress_end(&progress);
	first = stages->list[0]->time;
	ARRAY_FOREACH (const struct finding, mistake, &first->mistakes)
		plan_name_mistake(cli, &s->words, mistake);
	if (first->mistakes.count > 0)
		return false;
	if (!fine)
		cli_error(cli, "the parts were not written by this program");
	if (part != NULL && atomic_load(options.interrupted)) {
		cli_error(cli, "interrupted: no part is written");
		fine = false;
	}
	return fine;
}

/* What a part is of, or what parts have to be of; false after a message. */
static bool plan_tell_identity(const struct cli *cli, const struct settings *s,
			       struct snapshot *old, struct part_identity *out)
{
	*out = (struct part_identity){
		.version = PURELBTOOL_VERSION,
		.seed = s->seed.given ? s->seed.value : 1,
		.runs = s->runs.given ? (uint32_t)s->runs.value : PLAN_RUNS_DEFAULT,
		.shard = s->shard.given ? s->shard.number : 1,
		.shards = s->shard.given ? s->shard.of : 1,
	};
	return plan_identify(cli, &s->common, old, out);
}

/* Makes the runs of a shard and writes its part; the exit status. */
static int plan_make_part(const struct cli *cli, struct settings *s, struct snapshot *old,
			  const struct diff_stages *stages)
{
	const char *error = plan_input_mistake(old, &s->common.arena);
	struct part_identity identity;
	struct text body = { 0 };
	bool fine;

	if (error != NULL)
		return cli_usage_error(cli, &plan_command, "%s", error);
	/* First: assertions are read beside the inputs. */
	fine = plan_tell_identity(cli, s, old, &identity) &&
	       plan_simulate(cli, s, stages, &body) &&
	       plan_write_parts(cli, &s->common, &identity, &body) &&
	       outputs_finish(&s->common.outputs, cli);
	text_release(&body);
	return fine ? STATUS_FINE : STATUS_TROUBLE;
}

/* Whether what was read is what the parts are of; false after a message. */
static bool plan_suits_parts(const struct cli *cli, const struct settings *s,
			     struct snapshot *old)
{
	struct part_identity identity;

	if (s->parts == NULL)
		return true;
	if (!plan_tell_identity(cli, s, old, &identity))
		return false;
	if (memcmp(identity.inputs, s->parts->identity.inputs, SHA256_BYTES) == 0)
		return true;
	cli_error(cli, "the inputs are not those of the parts: they have changed, or merge is "
		       "not run in the folder in which the parts were made");
	return false;
}

/* The change could not be simulated, or is not to be made. */
static bool plan_is_no_go(const struct diff *diff)
{
	const struct diff_time *time = diff->time;

	return time != NULL &&
	       (!diff_time_goes(time) || (time->begin == 0 && !diff_time_holds(time)));
}

/* What of the operands after the first is read, one for each stage. */
struct plan_input {
	const char *name;
	struct load_part part;
};

/* Reads the stages beside `old`; false when one cannot be read: what is missing would look as
 * if it were deleted. */
static bool plan_load(struct snapshot *old, const struct plan_input *inputs, uint32_t count,
		      struct stage_input *stages)
{
	for (uint32_t k = 0; k < count; k++) {
		stages[k] = (struct stage_input){ .name = inputs[k].name };
		if (!config_load_apart(old, &inputs[k].part, &stages[k].objects))
			return false;
		stages[k].problems_end = old->problems.count;
	}
	return old->sources.errors.count == 0;
}

/* The exit status if what is not there must not be taken for deleted, after a message; else
 * STATUS_FINE. `read`: the stages that plan_load() has read beside `old`; `alone`: there is no
 * NEW. */
static int plan_check_inputs(const struct cli *cli, const struct settings *s,
			     const struct snapshot *old, const struct stage_input *read,
			     uint32_t count, bool alone)
{
	bool broken = false;

	/* Of one input under two releases both sides lack the same. */
	if (s->apply || alone)
		return STATUS_FINE;
	ARRAY_FOREACH (const struct finding, problem, &old->problems) {
		if (problem->kind != PROBLEM_SYNTAX || problem->foreign)
			continue;
		common_name_finding(cli, old, problem);
		broken = true;
	}
	if (broken) {
		cli_error(cli, "nothing is compared until this can be read: what is missing "
			       "would look as if it were deleted");
		return STATUS_FINDINGS;
	}
	for (uint32_t k = 0; k < count; k++) {
		if (read[k].objects.list.count > 0)
			continue;
		cli_error(cli,
			  "NEW has no objects: %s would delete all of the configuration; "
			  "--apply keeps what NEW does not name",
			  read[k].name);
		return STATUS_TROUBLE;
	}
	return STATUS_FINE;
}

/* Whether all of a stage could be judged. */
static bool plan_is_readable(const struct cli *cli, struct settings *s, const struct diff *diff)
{
	return common_objects_readable(cli, &s->common, diff->after.snapshot,
				       &diff->after.cluster) &&
	       common_objects_readable(cli, &s->common, diff->before.snapshot,
				       &diff->before.cluster);
}

/* Compares and reports; the exit status: that of the worst stage. `alone`: there is no NEW. */
static int plan_compare(const struct cli *cli, struct settings *s, struct snapshot *old,
			const struct plan_input *inputs, uint32_t count, bool alone)
{
	struct diff_options how = {
		.apply = s->apply,
		.old = common_resolve_options(&s->common),
		.new = common_resolve_options(&s->common),
		.silencings = &s->common.project.silencings,
	};
	const uint32_t problems = old->problems.count;

	struct stage_input *read = arena_zalloc(&s->common.arena, count, sizeof(*read));
	struct diff_stages stages;
	struct plan_report report = { &stages, PLAN_TOP_DEFAULT };
	int status = STATUS_FINE;
	bool fine;

	if (s->after.given)
		how.new.release = s->after.value;
	project_forget_places(&s->common.project);
	if (!plan_load(old, inputs, count, read)) {
		(void)common_inputs_readable(cli, old);
		return STATUS_TROUBLE;
	}
	status = plan_check_inputs(cli, s, old, read, count, alone);
	if (status != STATUS_FINE)
		return status;
	if (s->top.given)
		report.most = s->top.value == 0 ? UINT32_MAX : (uint32_t)s->top.value;
	if (!outputs_spare_inputs(&s->common.outputs, old, cli))
		return STATUS_TROUBLE;
	if (!plan_suits_parts(cli, s, old))
		return STATUS_TROUBLE;
	stages_run(&stages, old, problems, read, count, &how);
	if (s->shard.given || (s->simulate && !plan_simulate(cli, s, &stages, NULL))) {
		status = s->shard.given ? plan_make_part(cli, s, old, &stages) : STATUS_TROUBLE;
		stages_release(&stages);
		return status;
	}
	common_write_reports(cli, &s->common, plan_write, &report);
	fine = outputs_finish(&s->common.outputs, cli);
	for (uint32_t k = 0; k < count; k++) {
		const struct diff *diff = stages.list[k];

		fine &= common_within_bounds(cli, diff->before.snapshot, 0);
		fine &= common_within_bounds(cli, diff->after.snapshot, 0);
	}
	for (uint32_t k = 0; k < count && status != STATUS_FINDINGS; k++) {
		const struct diff *diff = stages.list[k];
		const int of_stage = plan_is_readable(cli, s, diff) && !plan_is_no_go(diff)
					     ? plan_status(s, &diff->totals)
					     : STATUS_FINDINGS;

		if (of_stage != STATUS_FINE)
			status = of_stage;
	}
	stages_release(&stages);
	return fine ? status : STATUS_TROUBLE;
}

/* A usage error, or STATUS_FINE. */
static int plan_check_operands(const struct cli *cli, const struct settings *s,
			       const char *const *operands, uint32_t count)
{
	uint32_t standard_inputs = 0;

	if (count < 1 || (count < 2 && !s->after.given))
		return cli_usage_error(cli, &plan_command,
				       "plan takes two inputs, OLD and NEW, not %u", count);
	if (count > 2 && s->after.given)
		return cli_usage_error(cli, &plan_command,
				       "--purelb-version OLD..NEW cannot be used with stages: "
				       "give OLD and NEW only");
	if (count > PLAN_STAGES_MAX + 1)
		return cli_usage_error(cli, &plan_command,
				       "plan takes up to %u stages after OLD, not %u",
				       PLAN_STAGES_MAX, count - 1);
	for (uint32_t i = 0; i < count; i++)
		standard_inputs += str_equal(operands[i], "-");
	/* One configuration of two releases is read twice. */
	if (standard_inputs > 1 || (standard_inputs == 1 && count == 1))
		return cli_usage_error(cli, &plan_command,
				       "standard input can be read only once");
	return STATUS_FINE;
}

static int plan_run(const struct cli *cli, void *settings, const struct arguments *arguments)
{
	struct settings *s = settings;
	const char *const *operands = arguments->operands.items;
	const uint32_t given = arguments->operands.count;
	/* Two releases of one configuration. */
	const uint32_t first = given == 1 ? 0 : 1;
	const uint32_t count = given - first;
	struct snapshot *old;
	struct plan_input *inputs;
	int status = plan_check_operands(cli, s, operands, given);

	if (status != STATUS_FINE)
		return status;
	if (!plan_options_fit(cli, s))
		return STATUS_TROUBLE;
	inputs = arena_zalloc(&s->common.arena, count, sizeof(*inputs));
	for (uint32_t k = 0; k < count; k++) {
		const char *error;

		inputs[k].name = operands[first + k];
		error = clusters_part(&s->common, &inputs[k].name, 1, &inputs[k].part);
		if (error != NULL) {
			cli_error(cli, "%s", error);
			return STATUS_TROUBLE;
		}
	}
	if (!outputs_open(&s->common.outputs, cli))
		return STATUS_TROUBLE;
	old = common_load_beside(&s->common, operands[0], &inputs[0].part);
	status = plan_compare(cli, s, old, inputs, count, given == 1);
	snapshot_release(old);
	return status;
}

/* Runs the command that the parts were made with, without making runs. */
static int plan_merge_parts(const struct cli *cli, struct common *common,
			    const struct plan_parts *parts)
{
	struct settings s = { .parts = parts };
	struct arguments arguments = { .operands = { .items = NULL } };
	const char *error;
	int status = STATUS_TROUBLE;

	arena_init(&s.common.arena);
	error = options_parse(&plan_command, parts->words.list.count, parts->words.list.items,
			      &s.common.arena, &arguments);
	ARRAY_FOREACH (const struct given_option, given, &arguments.options) {
		if (!plan_part_has_option(given->option))
			error = "there is an option that no part has";
	}
	if (error == NULL)
		error = options_apply(&arguments, &s, &s.common.arena);
	s.common.arguments = &arguments;
	s.common.color = common->color;
	s.common.outputs = common->outputs;
	if (error != NULL)
		cli_error(cli, "the parts were not written by this program: %s", error);
	else if (common_load_project(cli, &plan_command, &s.common))
		status = plan_run(cli, &s, &arguments);
	common->outputs = s.common.outputs;
	project_release(&s.common.project);
	arena_release(&s.common.arena);
	return status;
}

int plan_merge(const struct cli *cli, struct common *common, const struct text *first,
	       const char *const *paths, uint32_t count)
{
	struct plan_parts parts;
	struct arena arena;
	int status = STATUS_TROUBLE;

	arena_init(&arena);
	if (plan_read_parts(cli, first, paths, count, &arena, &parts))
		status = plan_merge_parts(cli, common, &parts);
	arena_release(&arena);
	return status;
}

const struct command_spec plan_command = {
	.name = "plan",
	.operands = "OLD [NEW]...",
	.operand_completes = COMPLETES_FILES,
	.summary = "what a change of the configuration does to live Services",
	.description =
		"Compares two snapshots, or, with two releases, one under the rules of both: "
		"pools, the addresses of Services, the nodes that announce VIPs and how long "
		"none does, subnets that nodes advertise, BGP sessions, routes and next hops, "
		"and findings. Each is a file, a folder, or - for standard input. "
		"ServiceGroups, LBNodeAgents and BGPConfigurations are what NEW says, and "
		"what it does not name is deleted, unless --apply is given. For every other "
		"kind (Nodes, Leases, Services and so on) OLD's objects are used if NEW has "
		"none. A Service of NEW without an address gets those that OLD's holds, or "
		"would get. Leases that are the same in both are used as their nodes would "
		"renew them under NEW. With several NEWs, each is a stage that begins where "
		"the one before it ended; what is down between stages is listed.",
	.options = plan_options,
	.statuses = plan_statuses,
	.examples = plan_examples,
	.settings_size = sizeof(struct settings),
	.run = plan_run,
};
