/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purelbtool simulate: a cluster in simulated time, as a scenario says: one run with its
 * timeline, captures and events, or many and how they spread. An interrupt ends a run early and
 * still reports what there is.
 */
#include "cli/simulate.h"

#include <unistd.h>

#include "base/text.h"
#include "cli/plots.h"
#include "cli/progress.h"
#include "cli/simulate_parts.h"
#include "reports/formats/screen.h"
#include "reports/run/run.h"
#include "reports/run/words.h"
#include "sim/run/many.h"
#include "sim/run/part.h"

#ifdef DEBUG_CHECKS
enum { CHECKED = true };
#else
enum { CHECKED = false };
#endif

/* ---- the options ---- */

enum { SIMULATE_COUNT_MAX = 1000000 };

struct settings {
	struct common common;
	struct option_number seed, runs, jobs, max_events;
	const char *events; /* --events; NULL: none */
	const char *pcap;   /* --pcap; NULL: none */
	const char *plots;  /* --plots; NULL: none */
	struct shard shard; /* --shard */
	bool whole_timeline;
	struct simulation_words words; /* --event, --assert, --duration */
};

static const char *simulate_add_event(void *settings, const struct option_spec *option,
				      const char *value)
{
	struct settings *s = settings;

	(void)option;
	ARRAY_ADD(&s->common.arena, &s->words.events, value);
	return NULL;
}

static const char *simulate_add_assertion(void *settings, const struct option_spec *option,
					  const char *value)
{
	struct settings *s = settings;

	(void)option;
	ARRAY_ADD(&s->common.arena, &s->words.assertions, value);
	return NULL;
}

static const char *simulate_set_shard(void *settings, const struct option_spec *option,
				      const char *value)
{
	struct settings *s = settings;

	(void)option;
	return shard_parse(&s->shard, value, &s->common.arena);
}

static const struct option_spec simulate_options[] = {
	COMMON_NAMESPACE,
	COMMON_OUTPUT(
		output_formats_run,
		"table (the default), json, yaml, junit, github (workflow commands), html, "
		"markdown or, for merge, a part"),
	OPT_VALUE("event", "'TIME EVENT [NODE]...'", COMPLETES_NOTHING, simulate_add_event,
		  "make this happen, such as '5s nodeCrash node-a', without a scenario: all "
		  "operands are then inputs; may be repeated"),
	OPT_VALUE("assert", "'ASSERTION'", COMPLETES_NOTHING, simulate_add_assertion,
		  "assert this, such as 'maxOutage 10s', without a scenario; may be repeated"),
	OPT_TEXT("duration", "DURATION", COMPLETES_NOTHING, words.duration,
		 "with --event or --assert, simulate this long (default: 2 minutes beyond the "
		 "last of them)"),
	OPT_NUMBER("seed", 0, "NUMBER", seed, 0, UINT64_MAX,
		   "set the seed of everything that is random (default: the scenario's, else "
		   "1); the same seed gives the same run"),
	OPT_NUMBER("runs", 0, "NUMBER", runs, 1, SIMULATE_COUNT_MAX,
		   "run this many times, each with its own seed (default: the scenario's, else "
		   "1), and show how outages, gaps and duplicates spread"),
	OPT_NUMBER("jobs", 'j', "NUMBER", jobs, 1, SIMULATE_COUNT_MAX,
		   "use this many threads for many runs (default: one for each processor); the "
		   "results do not depend on it"),
	OPT_VALUE("shard", "I/K", COMPLETES_NOTHING, simulate_set_shard,
		  "do only the I-th of K shares of the runs and write it as a part, to "
		  "standard output or -o part=FILE, for merge; auto or auto/K: the share "
		  "that an Indexed Job of Kubernetes or a job array of Slurm gives this "
		  "process"),
	OPT_FILE("events", events,
		 "write every state change, including the warm-up, as a line of JSON"),
	OPT_FOLDER("pcap", pcap,
		   "capture every frame, one file for each segment, for Wireshark and tcpdump"),
	OPT_FOLDER_RUN(
		"plots", plots,
		"draw who held each VIP, how long it was cut off, VIPs per node, and "
		"gratuitous frames: as SVG, with data and scripts for gnuplot, and as PNG "
		"where that is installed; of many runs draw the worst"),
	OPT_FLAG("timeline", whole_timeline,
		 "show the whole timeline in the table instead of a screenful"),
	OPT_NUMBER("max-events", 0, "NUMBER", max_events, 1, UINT64_MAX,
		   "stop a run after this many events of the simulator and mark its results as "
		   "partial (default: 500 million)"),
	COMMON_AT,
	COMMON_ROWS,
};

static const struct help_row simulate_statuses[] = {
	{ "0", "the run completed, and every assertion of the scenario held" },
	{ "1", "an assertion failed, the run was stopped before its end, or the scenario or "
	       "an object of the inputs is broken" },
	COMMON_TROUBLE,
	{ NULL, NULL },
};

static const struct help_row simulate_examples[] = {
	{ "purelbtool simulate scenarios/node-crash.yaml",
	  "what happens when a node loses power, with the inputs that the scenario names" },
	{ "purelbtool simulate --seed 7 --pcap captures crash.yaml manifests/ nodes.yaml",
	  "your own cluster, another seed, and a capture of the frames" },
	{ "purelbtool simulate --event '5s nodeCrash node-a' --assert 'maxOutage 16s' "
	  "manifests/ nodes.yaml",
	  "a question without a scenario" },
	{ "purelbtool simulate --runs 1000 --shard 3/8 -o part=part-3 crash.yaml",
	  "the third of eight shares of the runs; merge makes a report of all eight" },
	{ "purelbtool simulate -o table -o junit=report.xml crash.yaml",
	  "for a pipeline: assertions as test cases" },
	{ NULL, NULL },
};

/* ---- the reports ---- */

/* Where the frames are: tshark -r and Wireshark open them. */
static void simulate_name_captures(const struct output *output, const struct setup *setup,
				   const char *folder)
{
	struct arena arena;

	arena_init(&arena);
	fputc('\n', output->file);
	for (uint32_t i = 0; i < setup->segments.count; i++) {
		struct text name = { 0 };

		screen_add(&name, run_files_capture(setup, i, folder, &arena));
		fprintf(output->file, "frames in %s\n", text_str(&name));
		text_release(&name);
	}
	arena_release(&arena);
}

/* What a report of one run is about. */
struct simulate_report {
	const struct settings *settings;
	const struct setup *setup;
	const struct run_result *run;
};

static void simulate_write_one(const struct output *output, struct screen screen, void *about,
			       struct arena *scratch)
{
	const struct simulate_report *r = about;
	const struct run_table_options table = {
		.screen = screen,
		.whole_timeline = r->settings->whole_timeline,
	};

	(void)scratch;
	if (output->format == OUTPUT_JUNIT) {
		run_junit(output->file, r->setup, r->run);
	} else if (output->format == OUTPUT_GITHUB) {
		run_github(output->file, r->setup, r->run);
	} else if (output->format == OUTPUT_MARKDOWN) {
		run_markdown(output->file, r->setup, r->run);
	} else if (output->format == OUTPUT_HTML) {
		run_html(output->file, r->setup, r->run);
	} else if (output->format != OUTPUT_TABLE) {
		common_write_tree(output, run_json(r->setup, r->run));
	} else {
		run_table(output->file, r->setup, r->run, &table);
		if (r->settings->pcap != NULL)
			simulate_name_captures(output, r->setup, r->settings->pcap);
	}
}

/* What a report of many runs is about. */
struct simulate_many_report {
	const struct setup *setup;
	struct many_result result;
};

static void simulate_write_many(const struct output *output, struct screen screen, void *about,
				struct arena *scratch)
{
	struct simulate_many_report *r = about;

	if (output->format == OUTPUT_GITHUB)
		many_github(output->file, r->setup, &r->result);
	else
		many_write_report(output, screen, &r->result, scratch);
}

/* ---- the run ---- */

static bool simulate_assertions_held(const struct run_result *result)
{
	ARRAY_FOREACH (const struct assertion_result, a, &result->assertions) {
		if (!a->held)
			return false;
	}
	return true;
}

/* Two streams into one file would mix; NULL: they do not. */
static const char *simulate_mixed_up(struct settings *s)
{
	const char *events = s->events;

	if (events != NULL && str_equal(events, "-"))
		events = NULL;
	else if (events == NULL)
		return NULL;
	if (events == NULL && s->common.outputs.list.count == 0)
		return "events and the report both go to standard output: write one of them to a file";
	ARRAY_FOREACH (const struct output, output, &s->common.outputs.list) {
		if (str_equal(output->path, events))
			return arena_printf(
				&s->common.arena,
				"events and a report both go to %s: give each its own file",
				events != NULL ? events : "standard output");
	}
	return NULL;
}

static void simulate_tell_seconds(void *context, sim_ns now)
{
	progress_tell(context, (uint32_t)(now / NS_PER_SEC));
}

/* One run with its files and reports; the exit status. An interrupt cuts it off. */
static int simulate_one(const struct cli *cli, struct settings *s, const struct simulation *sim,
			struct arena *arena)
{
	const struct setup *setup = &sim->setup;
	const uint64_t seed = s->seed.given ? s->seed.value : setup->seed;
	struct progress progress;
	struct run_files files;
	struct run_result result;
	struct simulate_report report = { s, setup, &result };
	const struct run_plots plots = { .setup = setup, .run = &result };
	bool fine = run_files_open(&files, cli, setup, s->events, s->pcap) &&
		    outputs_apart(&files.outputs, &s->common.outputs, cli) &&
		    outputs_spare_inputs(&files.outputs, sim->snapshot, cli);

	if (fine) {
		progress_begin(&progress, cli, "simulated seconds",
			       (uint32_t)((setup->warmup + setup->duration) / NS_PER_SEC));
		files.sinks.progress = simulate_tell_seconds;
		files.sinks.progress_context = &progress;
		sim_run(setup, seed, &files.sinks, interrupts_catch(), CHECKED, arena, &result);
		progress_end(&progress);
		common_write_reports(cli, &s->common, simulate_write_one, &report);
		fine = run_files_finish(&files, cli);
		fine &= outputs_finish(&s->common.outputs, cli);
		fine &= s->plots == NULL ||
			plots_write(cli, s->plots, run_plots, RUN_PLOTS, &plots);
	}
	run_files_release(&files);
	if (!fine)
		return STATUS_TROUBLE;
	if (result.broken != NULL) {
		cli_error(cli, "the simulator is at fault: %s (seed %llu)", result.broken,
			  (unsigned long long)seed);
		return STATUS_TROUBLE;
	}
	return simulate_assertions_held(&result) && !result.cut_off && sim->objects_readable
		       ? STATUS_FINE
		       : STATUS_FINDINGS;
}

/* ---- many runs ---- */

static uint32_t simulate_processors(void)
{
	const long online = sysconf(_SC_NPROCESSORS_ONLN);

	return online > 0 ? (uint32_t)online : 1;
}

/* The pictures: how all of them spread, and the one in which a VIP was missed longest. */
static bool simulate_draw_many(const struct cli *cli, const struct settings *s,
			       const struct setup *setup, const struct many_result *result,
			       struct arena *arena)
{
	const struct many_worst *worst = many_worst_of(result, METRIC_OUTAGE_LONGEST);
	struct run_result run;
	const struct run_plots about = { .setup = setup, .run = &run, .many = result };

	if (worst == NULL)
		worst = many_worst_of(result, METRIC_ANNOUNCE_GAP);
	if (worst == NULL)
		worst = many_worst_of(result, METRIC_LOST_FLOWS);
	sim_run(setup, worst != NULL ? worst->seed : result->seed, NULL, NULL, false, arena,
		&run);
	return plots_write(cli, s->plots, run_plots, RUN_PLOTS, &about);
}

/* What parts must have in common with this one to go with it. */
static bool simulate_identify(struct settings *s, const struct simulation *sim, uint64_t seed,
			      uint32_t runs, struct part_identity *out)
{
	const struct common *common = &s->common;
	const struct release *release = &sim->cluster.release.release;
	struct text options = { 0 };
	bool fine;

	text_printf(&options,
		    "namespace %s, cluster %s, at %lld, release %u.%u.%u, events %llu",
		    sim->snapshot->install_namespace,
		    common->cluster != NULL ? common->cluster : "",
		    common->at.given ? (long long)common->at.ns : -1LL, release->major,
		    release->minor, release->patch, (unsigned long long)sim->setup.events_max);
	ARRAY_FOREACH (const struct substitution, one, &common->substitutions.list)
		text_printf(&options, ", %s=%s", one->key, one->value);
	*out = (struct part_identity){
		.version = PURELBTOOL_VERSION,
		.seed = seed,
		.runs = runs,
		.shard = s->shard.given ? s->shard.number : 1,
		.shards = s->shard.given ? s->shard.of : 1,
		.unreadable = !sim->objects_readable,
	};
	fine = simulation_digest(sim->snapshot, text_str(&options), out->inputs);
	text_release(&options);
	return fine;
}

/* False after a message: merge would not read what was written. */
static bool simulate_write_part(const struct cli *cli, FILE *file,
				const struct part_identity *identity, struct many_part *part)
{
	struct text bytes = { 0 };

	part_write(&bytes, identity, part);

	const bool fits = bytes.len <= PART_BYTES_MAX;

	if (fits)
		fwrite(text_str(&bytes), 1, bytes.len, file);
	else
		cli_error(cli, "the part would be larger than 1 GiB, more than merge reads: "
			       "distribute the runs over more shards");
	text_release(&bytes);
	return fits;
}

/* The reports of a shard that went through: its part. */
static int simulate_end_shard(const struct cli *cli, struct settings *s,
			      const struct simulation *sim, const struct many_options *options,
			      struct many_part *part)
{
	struct part_identity identity;

	if (part->done < options->count) {
		cli_error(cli,
			  "interrupted: %u of the %u runs of this shard completed, and no "
			  "part is written",
			  part->done, options->count);
		return STATUS_TROUBLE;
	}
	if (!simulate_identify(s, sim, options->seed, options->runs, &identity)) {
		(void)common_inputs_readable(cli, sim->snapshot);
		return STATUS_TROUBLE;
	}
	ARRAY_FOREACH (const struct output, output, &s->common.outputs.list)
		if (!simulate_write_part(cli, output->file, &identity, part))
			return STATUS_TROUBLE;
	return outputs_finish(&s->common.outputs, cli) ? STATUS_FINE : STATUS_TROUBLE;
}

static int simulate_end_many(const struct cli *cli, struct settings *s,
			     const struct simulation *sim, const struct many_options *options,
			     struct many_part *part, struct arena *arena)
{
	struct simulate_many_report report = { .setup = &sim->setup };
	const struct many_result *result = &report.result;
	bool fine;

	many_sum_up(part, options->seed, options->runs, arena, &report.result);
	if (result->done == 0) {
		cli_error(cli, "interrupted before the first run completed");
		return STATUS_TROUBLE;
	}
	common_write_reports(cli, &s->common, simulate_write_many, &report);
	fine = outputs_finish(&s->common.outputs, cli);
	fine &= s->plots == NULL || simulate_draw_many(cli, s, &sim->setup, result, arena);
	return fine ? many_status(cli, result, sim->objects_readable) : STATUS_TROUBLE;
}

static int simulate_many(const struct cli *cli, struct settings *s,
			 const struct simulation *sim, uint32_t runs, struct arena *arena)
{
	struct progress progress;
	struct many_options options = {
		.seed = s->seed.given ? s->seed.value : sim->setup.seed,
		.runs = runs,
		.count = runs,
		.jobs = s->jobs.given ? (uint32_t)s->jobs.value : simulate_processors(),
		.debug_checks = CHECKED,
		.interrupted = interrupts_catch(),
		.progress = progress_tell,
		.context = &progress,
	};
	struct many_part part;

	if (s->shard.given)
		part_runs(runs, s->shard.number, s->shard.of, &options.first, &options.count);
	progress_begin(&progress, cli, "runs", options.count);
	many_run_part(&sim->setup, &options, arena, &part);
	progress_end(&progress);
	return s->shard.given ? simulate_end_shard(cli, s, sim, &options, &part)
			      : simulate_end_many(cli, s, sim, &options, &part, arena);
}

/* ---- both ---- */

/* What does not go with --shard, or with a part; NULL: nothing. A shard writes a part and no
 * more, where no report is asked for. */
static const char *simulate_shard_mistake(const struct cli *cli, struct settings *s,
					  uint32_t runs)
{
	const char *error =
		shard_outputs_mistake(cli, &s->common.outputs, s->shard.given, "of the runs");

	if (error != NULL)
		return error;
	if (s->shard.given && runs == 1)
		return "--shard distributes many runs: add --runs NUMBER";
	if (s->shard.given && s->plots != NULL)
		return "--plots is about all runs, and a shard has some of them";
	return NULL;
}

/* One run or many, as the command line or the scenario says; the exit status. */
static int simulate_runs(const struct cli *cli, struct settings *s,
			 const struct simulation *sim, struct arena *arena)
{
	const uint32_t runs = s->runs.given ? (uint32_t)s->runs.value : sim->setup.runs;
	const char *error = simulate_shard_mistake(cli, s, runs);

	if (error != NULL)
		return cli_usage_error(cli, &simulate_command, "%s", error);
	if (runs > 1 && (s->events != NULL || s->pcap != NULL))
		return cli_usage_error(cli, &simulate_command,
				       "--events and --pcap need a single run, not %u: "
				       "add --runs 1, and --seed to choose one of them",
				       runs);
	if (!outputs_open(&s->common.outputs, cli) ||
	    !outputs_spare_inputs(&s->common.outputs, sim->snapshot, cli))
		return STATUS_TROUBLE;
	return runs > 1 ? simulate_many(cli, s, sim, runs, arena)
			: simulate_one(cli, s, sim, arena);
}

static int simulate_run(const struct cli *cli, void *settings,
			const struct arguments *arguments)
{
	struct settings *s = settings;
	struct simulation sim = { 0 };
	const bool without = s->words.events.count + s->words.assertions.count > 0;
	const char *error = simulate_mixed_up(s);
	const char *text = NULL;
	struct arena arena;
	int status = STATUS_TROUBLE;

	if (arguments->operands.count == 0 && without)
		return cli_usage_error(cli, &simulate_command,
				       "no INPUT: name the files of the cluster");
	if (arguments->operands.count == 0)
		return cli_usage_error(cli, &simulate_command,
				       "no SCENARIO: name a file with a Scenario");
	if (s->words.duration != NULL && !without)
		return cli_usage_error(cli, &simulate_command,
				       "--duration belongs to --event and --assert: a scenario "
				       "has its own");
	if (error == NULL && without)
		error = simulation_words(&s->words, &s->common.arena, &text);
	if (error != NULL)
		return cli_usage_error(cli, &simulate_command, "%s", error);
	arena_init(&arena);
	if (simulation_load(&sim, cli, &s->common, arguments, text, &status)) {
		if (s->max_events.given)
			sim.setup.events_max = s->max_events.value;
		status = simulate_runs(cli, s, &sim, &arena);
	}
	simulation_release(&sim);
	arena_release(&arena);
	return status;
}

const struct command_spec simulate_command = {
	.name = "simulate",
	.operands = "SCENARIO [INPUT]...",
	.operand_completes = COMPLETES_FILES,
	.summary = "what a failure does: who announces what, when, and who is cut off",
	.description =
		"Runs a cluster in simulated time: agents, leases, elections, addresses, "
		"gratuitous ARP, and observers who talk to the VIPs. SCENARIO is a file that "
		"says what happens when, and what must hold; it names inputs of its own, "
		"relative to itself. INPUT is a file, a folder, or - for standard input, and "
		"adds to them.",
	.options = simulate_options,
	.statuses = simulate_statuses,
	.examples = simulate_examples,
	.settings_size = sizeof(struct settings),
	.run = simulate_run,
};
