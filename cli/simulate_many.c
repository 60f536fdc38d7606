/* SPDX-License-Identifier: Apache-2.0 */
/* purelbtool simulate --runs: many runs, and how they spread. */
#include "cli/simulate.h"

#include <unistd.h>

#include "cli/plots.h"
#include "cli/progress.h"
#include "reports/run/many_json.h"
#include "reports/run/many_table.h"
#include "reports/run/run_html.h"
#include "reports/run/many_words.h"
#include "reports/run/run_junit.h"
#include "reports/run/run_plots.h"
#include "sim/run/many.h"

static void write_reports(const struct cli *cli, struct common *common,
			  const struct setup *setup, const struct many_result *result)
{
	ARRAY_FOREACH (const struct output, output, &common->outputs.list) {
		if (output->format == OUTPUT_TABLE)
			many_table(output->file, setup, result,
				   common_with_colour(cli, common, output));
		else if (output->format == OUTPUT_JUNIT)
			many_junit(output->file, setup, result);
		else if (output->format == OUTPUT_HTML)
			many_html(output->file, setup, result);
		else
			common_write_tree(output, many_json(setup, result));
	}
}

static bool assertions_held(const struct many_result *result)
{
	ARRAY_FOREACH (const struct many_assertion, a, &result->assertions) {
		if (a->held_in != result->done)
			return false;
	}
	return true;
}

static uint32_t processors(void)
{
	const long online = sysconf(_SC_NPROCESSORS_ONLN);

	return online > 0 ? (uint32_t)online : 1;
}

/* The pictures: how all of them spread, and the one in which a VIP was missed longest. */
static bool draw(const struct cli *cli, const struct many_settings *settings,
		 const struct setup *setup, const struct many_result *result,
		 struct arena *arena)
{
	const struct many_worst *worst = many_worst_of(result, METRIC_OUTAGE_LONGEST);
	struct run_result run;
	const struct run_plots about = { .setup = setup, .run = &run, .many = result };

	if (worst == NULL)
		worst = many_worst_of(result, METRIC_ANNOUNCE_GAP);
	sim_run(setup, worst != NULL ? worst->seed : result->seed, NULL, NULL, false, arena,
		&run);
	return plots_write(cli, settings->plots, run_plots, RUN_PLOTS, &about);
}

int simulate_many(const struct cli *cli, struct common *common, const struct simulation *sim,
		  const struct many_settings *settings, struct arena *arena)
{
	struct progress progress;
	const struct many_options options = {
		.seed = settings->seed,
		.runs = settings->runs,
		.jobs = settings->jobs != 0 ? settings->jobs : processors(),
		.debug_checks = settings->debug_checks,
		.interrupted = interrupts_catch(),
		.progress = progress_tell,
		.context = &progress,
	};
	struct many_result result;
	bool fine;

	progress_begin(&progress, cli, "runs", options.runs);
	many_run(&sim->setup, &options, arena, &result);
	progress_end(&progress);
	if (result.done == 0) {
		cli_error(cli, "interrupted before the first run went through");
		return STATUS_TROUBLE;
	}
	write_reports(cli, common, &sim->setup, &result);
	fine = outputs_finish(&common->outputs, cli);
	fine &= settings->plots == NULL || draw(cli, settings, &sim->setup, &result, arena);
	if (!fine)
		return STATUS_TROUBLE;
	if (result.broken != NULL) {
		cli_error(cli, "the simulator is at fault: %s (seed %llu)", result.broken,
			  (unsigned long long)result.broken_seed);
		return STATUS_TROUBLE;
	}
	return assertions_held(&result) && result.done == result.runs && result.cut_off == 0 &&
			       sim->objects_readable
		       ? STATUS_FINE
		       : STATUS_FINDINGS;
}
