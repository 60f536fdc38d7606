/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool simulate: a cluster in time, as a scenario tells it. */
#include "cli/simulate.h"

#include <stddef.h>
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/plots.h"
#include "cli/progress.h"
#include "reports/run/run_html.h"
#include "reports/run/run_json.h"
#include "reports/run/run_junit.h"
#include "reports/run/run_plots.h"
#include "reports/run/run_table.h"
#include "reports/formats/screen.h"

#ifdef DEBUG_CHECKS
enum { CHECKED = true };
#else
enum { CHECKED = false };
#endif

/* ---- the options ---- */

enum {
	OPT_NAMESPACE,
	OPT_OUTPUT,
	OPT_SEED,
	OPT_RUNS,
	OPT_JOBS,
	OPT_EVENTS,
	OPT_PCAP,
	OPT_PLOTS,
	OPT_TIMELINE,
	OPT_MAX_EVENTS,
	OPT_AT,
	OPT_PURELB_VERSION,
	OPT_CONFIG,
	OPT_COLOR,
	OPT_HELP,
	OPT_COUNT,
};

static const struct option_spec options[OPT_COUNT + 1] = {
	[OPT_NAMESPACE] = COMMON_NAMESPACE,
	[OPT_OUTPUT] = { "output", 'o', "FORMAT[=FILE]", output_formats_junit,
			 "write the report as table (the default), json, yaml, junit or html, "
			 "to FILE if one is named; may be repeated" },
	[OPT_SEED] = { "seed", 0, "NUMBER", NULL,
		       "the seed of all that is random (default: the scenario's, else 1); the "
		       "same seed gives the same run" },
	[OPT_RUNS] = { "runs", 0, "NUMBER", NULL,
		       "so many runs with seeds of their own (default: the scenario's, else 1), "
		       "and how outages, gaps and duplicates spread over them" },
	[OPT_JOBS] = { "jobs", 'j', "NUMBER", NULL,
		       "threads for many runs (default: one for each processor); the results "
		       "do not depend on it" },
	[OPT_EVENTS] = { "events", 0, "FILE", NULL,
			 "write every state change as a line of JSON, the warm-up's too" },
	[OPT_PCAP] = { "pcap", 0, "FOLDER", NULL,
		       "capture every frame, a file for each segment, for Wireshark and tcpdump" },
	[OPT_PLOTS] = { "plots", 0, "FOLDER", NULL,
			"draw who held each VIP, how long it was cut off, VIPs per node, and "
			"gratuitous frames, by gnuplot: as SVG and PNG, with data and scripts; of "
			"many runs the worst is drawn" },
	[OPT_TIMELINE] = { "timeline", 0, NULL, NULL,
			   "show the whole timeline in the table, not a screenful of it" },
	[OPT_MAX_EVENTS] = { "max-events", 0, "NUMBER", NULL,
			     "stop a run after so many events of the simulator and mark its results "
			     "as partial (default 500 million)" },
	[OPT_AT] = COMMON_AT,
	[OPT_PURELB_VERSION] = COMMON_PURELB_VERSION,
	[OPT_CONFIG] = COMMON_CONFIG,
	[OPT_COLOR] = COMMON_COLOR,
	[OPT_HELP] = COMMON_HELP,
};

static const struct help_row statuses[] = {
	{ "0", "the run went through, and all that the scenario asserts held" },
	{ "1", "an assertion failed, the run was stopped before its end, or the scenario or "
	       "an object of the inputs is broken" },
	{ "2",
	  "usage error, an input that cannot be read, or a report that cannot be written" },
	{ NULL, NULL },
};

static const struct help_row examples[] = {
	{ "purelbtool simulate scenarios/node-crash.yaml",
	  "what happens when a node loses power, with the inputs that the scenario names" },
	{ "purelbtool simulate --seed 7 --pcap captures crash.yaml manifests/ nodes.yaml",
	  "your own cluster, another draw of chance, and the frames to look at" },
	{ "purelbtool simulate -o table -o junit=report.xml crash.yaml",
	  "for a pipeline: assertions as test cases" },
	{ NULL, NULL },
};

const struct command_spec simulate_spec = {
	.name = "simulate",
	.operands = "SCENARIO [INPUT]...",
	.summary = "what a failure does: who announces what, when, and who is cut off",
	.description =
		"Runs a cluster in simulated time: agents, leases, elections, addresses, "
		"gratuitous ARP, and observers who talk to the VIPs. SCENARIO is a file that "
		"says what happens when, and what must hold; it names inputs of its own, "
		"relative to itself. INPUT is a file, a folder, or - for standard input, and "
		"adds to them.",
	.options = options,
	.statuses = statuses,
	.examples = examples,
};

struct settings {
	struct common common;
	bool seed_given;
	uint64_t seed;
	uint32_t runs, jobs; /* 0: not given */
	const char *events;  /* --events; NULL: none */
	const char *pcap;    /* --pcap; NULL: none */
	const char *plots;   /* --plots; NULL: none */
	bool whole_timeline;
	uint64_t max_events; /* 0: not given */
};

static const char *set_seed(void *settings, const char *value)
{
	struct settings *s = settings;
	char *end = NULL;
	unsigned long long seed;

	errno = 0;
	seed = strtoull(value, &end, 10);
	if (*value < '0' || *value > '9' || *end != '\0' || errno != 0)
		return arena_printf(&s->common.arena,
				    "--seed \"%s\" is no number from 0 to 18446744073709551615",
				    value);
	s->seed = seed;
	s->seed_given = true;
	return NULL;
}

static const char *set_count(struct settings *s, const char *name, const char *value,
			     uint32_t *out)
{
	enum { COUNT_MAX = 1000000 };
	uint64_t count;

	if (!parse_u64(value, 1, COUNT_MAX, &count))
		return arena_printf(&s->common.arena, "--%s \"%s\" is no number from 1 to %d",
				    name, value, COUNT_MAX);
	*out = (uint32_t)count;
	return NULL;
}

static const char *set_runs(void *settings, const char *value)
{
	struct settings *s = settings;

	return set_count(s, "runs", value, &s->runs);
}

static const char *set_jobs(void *settings, const char *value)
{
	struct settings *s = settings;

	return set_count(s, "jobs", value, &s->jobs);
}

static const char *set_max_events(void *settings, const char *value)
{
	struct settings *s = settings;

	if (!parse_u64(value, 1, UINT64_MAX, &s->max_events))
		return arena_printf(&s->common.arena,
				    "--max-events \"%s\" is no number from 1 on", value);
	return NULL;
}

static const char *set_events(void *settings, const char *value)
{
	struct settings *s = settings;

	if (*value == '\0')
		return "--events names no file";
	s->events = value;
	return NULL;
}

static const char *set_pcap(void *settings, const char *value)
{
	struct settings *s = settings;

	if (*value == '\0')
		return "--pcap names no folder";
	s->pcap = value;
	return NULL;
}

static const char *set_plots(void *settings, const char *value)
{
	struct settings *s = settings;

	if (*value == '\0')
		return "--plots names no folder";
	s->plots = value;
	return NULL;
}

static const struct common_own own[OPT_COUNT] = {
	[OPT_SEED] = { .set = set_seed },
	[OPT_RUNS] = { .set = set_runs },
	[OPT_JOBS] = { .set = set_jobs },
	[OPT_EVENTS] = { .set = set_events },
	[OPT_PCAP] = { .set = set_pcap },
	[OPT_PLOTS] = { .set = set_plots },
	[OPT_TIMELINE] = { .flag = offsetof(struct settings, whole_timeline) },
	[OPT_MAX_EVENTS] = { .set = set_max_events },
};

/* ---- the reports ---- */

/* Where the frames are: tshark -r and Wireshark open them. */
static void name_captures(const struct output *output, const struct setup *setup,
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

static void write_table(const struct cli *cli, const struct settings *s,
			const struct output *output, const struct setup *setup,
			const struct run_result *result)
{
	const struct run_table_options table = {
		.colour = common_with_colour(cli, &s->common, output),
		.whole_timeline = s->whole_timeline,
	};

	run_table(output->file, setup, result, &table);
	if (s->pcap != NULL)
		name_captures(output, setup, s->pcap);
}

static void write_reports(const struct cli *cli, const struct settings *s,
			  const struct setup *setup, const struct run_result *result)
{
	ARRAY_FOREACH (const struct output, output, &s->common.outputs.list) {
		if (output->format == OUTPUT_TABLE)
			write_table(cli, s, output, setup, result);
		else if (output->format == OUTPUT_JUNIT)
			run_junit(output->file, setup, result);
		else if (output->format == OUTPUT_HTML)
			run_html(output->file, setup, result);
		else
			common_write_tree(output, run_json(setup, result));
	}
}

/* ---- the run ---- */

static bool assertions_held(const struct run_result *result)
{
	ARRAY_FOREACH (const struct assertion_result, a, &result->assertions) {
		if (!a->held)
			return false;
	}
	return true;
}

/* Two streams into one file would mix. */
static const char *mixed_up(struct settings *s)
{
	const char *events = s->events;

	if (events != NULL && str_equal(events, "-"))
		events = NULL;
	else if (events == NULL)
		return NULL;
	if (events == NULL && s->common.outputs.list.count == 0)
		return "events and the report to standard output: give one of them a file";
	ARRAY_FOREACH (const struct output, output, &s->common.outputs.list) {
		if (str_equal(output->path, events))
			return arena_printf(&s->common.arena,
					    "events and a report to %s: give each a file",
					    events != NULL ? events : "standard output");
	}
	return NULL;
}

static bool draw(const struct cli *cli, const struct settings *s, const struct setup *setup,
		 const struct run_result *result)
{
	const struct run_plots about = { .setup = setup, .run = result };

	return s->plots == NULL || plots_write(cli, s->plots, run_plots, RUN_PLOTS, &about);
}

static void tell_seconds(void *context, sim_ns now)
{
	progress_tell(context, (uint32_t)(now / NS_PER_SEC));
}

/* One run with its files and reports; the exit status. An interrupt cuts it off. */
static int run_once(const struct cli *cli, struct settings *s, const struct simulation *sim,
		    struct arena *arena)
{
	const struct setup *setup = &sim->setup;
	const uint64_t seed = s->seed_given ? s->seed : setup->seed;
	struct progress progress;
	struct run_files files;
	struct run_result result;
	bool fine = run_files_open(&files, cli, setup, s->events, s->pcap);

	if (fine) {
		progress_begin(&progress, cli, "simulated seconds",
			       (uint32_t)((setup->warmup + setup->duration) / NS_PER_SEC));
		files.sinks.progress = tell_seconds;
		files.sinks.progress_context = &progress;
		sim_run(setup, seed, &files.sinks, interrupts_catch(), CHECKED, arena, &result);
		progress_end(&progress);
		write_reports(cli, s, setup, &result);
		fine = run_files_finish(&files, cli);
		fine &= outputs_finish(&s->common.outputs, cli);
		fine &= draw(cli, s, setup, &result);
	}
	run_files_release(&files);
	if (!fine)
		return STATUS_TROUBLE;
	if (result.broken != NULL) {
		cli_error(cli, "the simulator is at fault: %s (seed %llu)", result.broken,
			  (unsigned long long)seed);
		return STATUS_TROUBLE;
	}
	return assertions_held(&result) && !result.cut_off && sim->objects_readable
		       ? STATUS_FINE
		       : STATUS_FINDINGS;
}

/* One run or many, as the command line or the scenario says; the exit status. */
static int run_all(const struct cli *cli, struct settings *s, const struct simulation *sim,
		   struct arena *arena)
{
	const struct many_settings many = {
		.seed = s->seed_given ? s->seed : sim->setup.seed,
		.runs = s->runs != 0 ? s->runs : sim->setup.runs,
		.jobs = s->jobs,
		.plots = s->plots,
		.debug_checks = CHECKED,
	};

	if (many.runs > 1 && (s->events != NULL || s->pcap != NULL))
		return cli_usage_error(cli, &simulate_spec,
				       "--events and --pcap are of one run, and this is %u: "
				       "add --runs 1, and --seed for one of them",
				       many.runs);
	if (!outputs_open(&s->common.outputs, cli))
		return STATUS_TROUBLE;
	return many.runs > 1 ? simulate_many(cli, &s->common, sim, &many, arena)
			     : run_once(cli, s, sim, arena);
}

static int run_operands(const struct cli *cli, void *settings,
			const struct arguments *arguments)
{
	struct settings *s = settings;
	struct simulation sim = { 0 };
	const char *error = mixed_up(s);
	struct arena arena;
	int status = STATUS_TROUBLE;

	if (arguments->operands.count == 0)
		return cli_usage_error(cli, &simulate_spec,
				       "no SCENARIO: name a file with a Scenario");
	if (error != NULL)
		return cli_usage_error(cli, &simulate_spec, "%s", error);
	arena_init(&arena);
	if (simulation_load(&sim, cli, &s->common, arguments, &status)) {
		if (s->max_events != 0)
			sim.setup.events_max = s->max_events;
		status = run_all(cli, s, &sim, &arena);
	}
	simulation_release(&sim);
	arena_release(&arena);
	return status;
}

int simulate_command(const struct cli *cli, uint32_t argc, const char *const *argv)
{
	static const struct common_command command = {
		.spec = &simulate_spec,
		.help = OPT_HELP,
		.own = own,
		.operands = run_operands,
	};
	struct settings s = { .common.outputs.formats = output_formats_junit };

	return common_run(cli, &command, &s.common, &s, argc, argv);
}
