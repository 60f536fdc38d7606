/* SPDX-License-Identifier: Apache-2.0 */
/* The reports of simulated runs, one or many: JSON, tables, pages, JUnit XML, plots. (S4) */
#ifndef REPORTS_RUN_RUN_H
#define REPORTS_RUN_RUN_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>

#include "reports/formats/plots.h"
#include "reports/formats/screen.h"
#include "reports/model/report.h"
#include "sim/engine/result.h"
#include "sim/run/many.h"
#include "sim/run/setup.h"

/* ---- JSON ---- */

extern const struct record run_document, many_document, event_document;

/*
 * One run: scenario, seed, duration, vips, agents, segments, assertions, timeline. Times are
 * seconds with up to nine decimals from the end of the warm-up; an interval that still holds
 * at the end has `to` null. `partial` is true when the run was cut off. The caller deletes it.
 */
cJSON *run_json(const struct setup *setup, const struct run_result *result);

/*
 * Many runs: scenario, runs, seed, distributions, worst, assertions. `done` says how many of
 * the runs count; `partial` is true when that is not all, or when a run was stopped by the cap
 * on events. Each distribution is of all VIPs of its class in all runs; `affected` in it is of
 * those with a non-zero value. The caller deletes it.
 */
cJSON *many_json(const struct many_result *result);

/* Writes {"at":...,"kind":...,"what":...,"cause":...} and a newline; fits struct sim_sinks.
 * `out` is the FILE. Errors stay in it for ferror(). */
void events_jsonl(void *out, sim_ns at, const char *kind, const char *what, const char *cause);

/* ---- tables ---- */

struct run_table_options {
	struct screen screen;
	bool whole_timeline; /* else a screenful */
};

void run_table(FILE *out, const struct setup *setup, const struct run_result *result,
	       const struct run_table_options *options);

/* How outages, gaps and duplicates spread, the worst runs and how to repeat them, and in how
 * many runs each assertion held. */
void many_table(FILE *out, const struct many_result *result, struct screen screen);

/* The tables of them: `most` VIPs that were affected, the worst first, and returns how many
 * were; what each metric of many runs was. Both begin the columns, in their arena. */
uint32_t run_vip_columns(struct columns *columns, const struct setup *setup,
			 const struct run_result *result, uint32_t most, struct arena *arena);
void many_columns(struct columns *columns, const struct many_result *result,
		  struct arena *arena);

/* ---- Markdown ---- */

/* For a comment: the assertions, those that did not hold first, and the VIPs. */
void run_markdown(FILE *out, const struct setup *setup, const struct run_result *result);
void many_markdown(FILE *out, const struct many_result *result);

/* ---- pages ---- */

/* One run: figures, assertions, who held each VIP over time, the timeline, agents, segments. */
void run_html(FILE *out, const struct setup *setup, const struct run_result *result);

/* Many runs: figures, assertions, how outages and gaps spread, the worst seeds. */
void many_html(FILE *out, const struct many_result *result);

/* ---- JUnit XML ---- */

/* One test suite, named after the scenario, with a case for each assertion. A run that was
 * cut off has one more case, which fails. */
void run_junit(FILE *out, const struct setup *setup, const struct run_result *result);

/* The same for many runs: a case fails when its assertion did not hold in every one; one more
 * case fails when not all runs went through. */
void many_junit(FILE *out, const struct many_result *result);

/* ---- plots ---- */

/* What they are about. */
struct run_plots {
	const struct setup *setup;
	const struct run_result *run;   /* one run: of many the worst */
	const struct many_result *many; /* NULL: there is only one */
};

enum { RUN_PLOTS = 7 };

/* Who held each VIP over time; outages as every observer and client saw them, and without one;
 * VIPs per node before and after; gratuitous frames per second; and of BGP, where it is
 * simulated, what clients lost, the next hops of routes, and sessions, over time. Each takes a
 * struct run_plots. */
extern const struct plot run_plots[RUN_PLOTS];

/* ---- workflow commands ---- */

/* Writes `::error` for every assertion that did not hold, with its line in the scenario, and
 * for a run that is not complete; then a plain line. Errors of `out` are left in it. */
void run_github(FILE *out, const struct setup *setup, const struct run_result *result);
void many_github(FILE *out, const struct setup *setup, const struct many_result *result);

#endif
