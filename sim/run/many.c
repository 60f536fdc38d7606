/* SPDX-License-Identifier: Apache-2.0 */
/* Many runs of one setup on several threads. */
#include "sim/run/many.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *metric_name(enum metric metric)
{
	static const char *const names[METRICS] = {
		[METRIC_OUTAGE_TOTAL] = "outageTotal",
		[METRIC_OUTAGE_LONGEST] = "outageLongest",
		[METRIC_ANNOUNCE_GAP] = "announceGap",
		[METRIC_DUPLICATE_TOTAL] = "duplicateTotal",
	};

	return names[metric];
}

/* ---- series: one for each metric, class and observer ---- */

enum { CLASSES = 2 }; /* local, remote */

/* Observers have the first two metrics; the setup, as one observer more, the other two. */
static uint32_t series_count(const struct setup *setup)
{
	return (setup->observers.count + 1) * CLASSES * METRICS;
}

static uint32_t series_of(uint32_t observer, bool remote, enum metric metric)
{
	return (observer * CLASSES + remote) * METRICS + metric;
}

/* ---- what a run leaves behind ---- */

struct run_record {
	bool done, cut_off;
	uint64_t events;
	sim_ns worst[METRICS];
	bool worst_ongoing[METRICS];
	const bool *held;          /* by assertion */
	const char *const *detail; /* by assertion, of those that did not hold */
	const char *broken;
};

struct worker {
	struct fleet *fleet;
	struct arena arena; /* of what it keeps */
	struct samples *series;
	pthread_t thread;
};

/* What the workers share. Each record is written by one of them. */
struct fleet {
	const struct setup *setup;
	const struct many_options *options;
	struct run_record *records;
	atomic_uint next; /* the run that nobody has begun */
	atomic_uint done;
};

static void add_value(struct worker *w, struct run_record *record, uint32_t observer,
		      bool remote, enum metric metric, sim_ns value, bool ongoing)
{
	struct samples *series = &w->series[series_of(observer, remote, metric)];

	if (ongoing)
		samples_add_ongoing(series, &w->arena, value);
	else
		samples_add(series, &w->arena, value);
	if (value > record->worst[metric]) {
		record->worst[metric] = value;
		record->worst_ongoing[metric] = ongoing;
	}
}

static void many_add_vip(struct worker *w, struct run_record *record,
			 const struct vip_result *v)
{
	const struct setup *setup = w->fleet->setup;
	const bool remote = setup->vips.items[v->vip].remote;
	const uint32_t nobody = setup->observers.count;

	ARRAY_FOREACH (const struct observer_totals, totals, &v->totals) {
		add_value(w, record, totals->observer, remote, METRIC_OUTAGE_TOTAL,
			  totals->outage_total, totals->ongoing);
		add_value(w, record, totals->observer, remote, METRIC_OUTAGE_LONGEST,
			  totals->outage_longest, totals->longest_ongoing);
	}
	add_value(w, record, nobody, remote, METRIC_ANNOUNCE_GAP, v->announce_gap,
		  v->gap_ongoing);
	if (!remote)
		add_value(w, record, nobody, remote, METRIC_DUPLICATE_TOTAL, v->duplicate_total,
			  v->duplicate_ongoing);
}

static void add_assertions(struct worker *w, struct run_record *record,
			   const struct run_result *result)
{
	const uint32_t count = result->assertions.count;
	bool *held = arena_zalloc(&w->arena, count, sizeof(*held));
	const char **detail = arena_zalloc(&w->arena, count, sizeof(*detail));

	for (uint32_t i = 0; i < count; i++) {
		const struct assertion_result *a = &result->assertions.items[i];

		held[i] = a->held;
		if (!a->held && a->detail != NULL)
			detail[i] = arena_strdup(&w->arena, a->detail);
	}
	record->held = held;
	record->detail = detail;
}

static bool is_interrupted(const struct many_options *options)
{
	return options->interrupted != NULL && atomic_load(options->interrupted);
}

static void run_one(struct worker *w, uint32_t index)
{
	const struct many_options *options = w->fleet->options;
	struct run_record *record = &w->fleet->records[index];
	struct run_result result;
	struct arena arena;

	arena_init(&arena);
	sim_run(w->fleet->setup, sim_run_seed(options->seed, index), NULL, options->interrupted,
		options->debug_checks, &arena, &result);
	/* Whether it was the interrupt that ended it cannot be told: then it does not count. */
	if (!result.cut_off || !is_interrupted(options)) {
		ARRAY_FOREACH (const struct vip_result, v, &result.vips)
			many_add_vip(w, record, v);
		add_assertions(w, record, &result);
		record->cut_off = result.cut_off;
		record->events = result.events;
		if (result.broken != NULL)
			record->broken = arena_strdup(&w->arena, result.broken);
		record->done = true;
		atomic_fetch_add(&w->fleet->done, 1);
	}
	arena_release(&arena);
}

static void work(struct worker *w, bool tells)
{
	struct fleet *fleet = w->fleet;
	const struct many_options *options = fleet->options;

	while (!is_interrupted(options)) {
		const uint32_t index = atomic_fetch_add(&fleet->next, 1);

		if (index >= options->runs)
			return;
		run_one(w, index);
		if (tells && options->progress != NULL)
			options->progress(options->context, atomic_load(&fleet->done));
	}
}

static void *work_quietly(void *context)
{
	work(context, false);
	return NULL;
}

/* ---- summing up ---- */

static void sum_series(struct worker *workers, uint32_t jobs, uint32_t series,
		       struct samples *all)
{
	*all = (struct samples){ 0 };
	for (uint32_t j = 0; j < jobs; j++) {
		const struct samples *part = &workers[j].series[series];

		all->zeros += part->zeros;
		samples_merge_ongoing(all, part);
		ARRAY_RESERVE(&workers[0].arena, &all->positive,
			      all->positive.count + part->positive.count);
		ARRAY_FOREACH (const sim_ns, value, &part->positive)
			ARRAY_ADD(&workers[0].arena, &all->positive, *value);
	}
}

static void sum_up(const struct setup *setup, struct worker *workers, uint32_t jobs,
		   struct arena *arena, struct many_result *result)
{
	const uint32_t observers = setup->observers.count;

	for (uint32_t series = 0; series < series_count(setup); series++) {
		const uint32_t observer = series / (CLASSES * METRICS);
		const bool remote = series / METRICS % CLASSES == 1;
		struct many_distribution *d;
		struct samples all;

		sum_series(workers, jobs, series, &all);
		if (all.zeros + all.positive.count == 0 || (remote && all.positive.count == 0))
			continue;
		d = ARRAY_PUSH(arena, &result->distributions);
		d->metric = (enum metric)(series % METRICS);
		d->remote = remote;
		d->observer = observer < observers ? observer : SETUP_NONE;
		spread_of(&d->affected, &all, false, arena);
		spread_of(&d->all, &all, true, arena);
	}
}

/* The worst runs of a metric, found by looking through all for each: they are few. */
static void find_worst(const struct fleet *fleet, enum metric metric, struct arena *arena,
		       struct many_result *result)
{
	sim_ns limit = SIM_NEVER;
	uint32_t limit_run = 0;

	for (int n = 0; n < MANY_WORST; n++) {
		struct many_worst worst = { .metric = metric };

		for (uint32_t run = 0; run < fleet->options->runs; run++) {
			const sim_ns value = fleet->records[run].worst[metric];
			const bool taken =
				value > limit || (value == limit && run <= limit_run);

			if (value > worst.value && !(n > 0 && taken)) {
				worst.value = value;
				worst.ongoing = fleet->records[run].worst_ongoing[metric];
				worst.run = run;
			}
		}
		if (worst.value == 0)
			return;
		worst.seed = sim_run_seed(fleet->options->seed, worst.run);
		ARRAY_ADD(arena, &result->worst, worst);
		limit = worst.value;
		limit_run = worst.run;
	}
}

static void sum_assertions(const struct fleet *fleet, struct arena *arena,
			   struct many_result *result)
{
	for (uint32_t run = 0; run < fleet->options->runs; run++) {
		const struct run_record *record = &fleet->records[run];

		if (!record->done)
			continue;
		for (uint32_t i = 0; i < result->assertions.count; i++) {
			struct many_assertion *a = &result->assertions.items[i];

			a->held_in += record->held[i];
			if (record->held[i] || a->detail != NULL)
				continue;
			a->detail = arena_strdup(arena, record->detail[i] != NULL
								? record->detail[i]
								: "it did not hold");
			a->seed = sim_run_seed(fleet->options->seed, run);
		}
	}
}

static void sum_records(const struct fleet *fleet, struct arena *arena,
			struct many_result *result)
{
	for (uint32_t run = 0; run < fleet->options->runs; run++) {
		const struct run_record *record = &fleet->records[run];

		result->done += record->done;
		result->cut_off += record->cut_off;
		result->events += record->events;
		if (record->broken != NULL && result->broken == NULL) {
			result->broken = arena_strdup(arena, record->broken);
			result->broken_seed = sim_run_seed(fleet->options->seed, run);
		}
	}
	for (int metric = 0; metric < METRICS; metric++)
		find_worst(fleet, (enum metric)metric, arena, result);
	sum_assertions(fleet, arena, result);
}

/* ---- all of it ---- */

/* Starts what threads it can; those that cannot be had leave more work for the others. */
static void run_workers(struct worker *workers, uint32_t jobs)
{
	uint32_t started = 1;

	while (started < jobs && pthread_create(&workers[started].thread, NULL, work_quietly,
						&workers[started]) == 0)
		started++;
	work(&workers[0], true);
	for (uint32_t j = 1; j < started; j++)
		pthread_join(workers[j].thread, NULL);
}

/* No more than there are runs, nor so many that their stacks alone fill a machine. */
static uint32_t jobs_of(const struct many_options *options)
{
	const uint32_t jobs = options->jobs < MANY_JOBS_MAX ? options->jobs : MANY_JOBS_MAX;

	return jobs < options->runs ? jobs : options->runs;
}

void many_run(const struct setup *setup, const struct many_options *options,
	      struct arena *arena, struct many_result *result)
{
	const uint32_t jobs = jobs_of(options);
	struct worker *workers = mem_resize(NULL, jobs, sizeof(*workers));
	struct fleet fleet = { .setup = setup, .options = options };

	*result = (struct many_result){ .seed = options->seed, .runs = options->runs };
	fleet.records = arena_zalloc(arena, options->runs, sizeof(*fleet.records));
	for (uint32_t j = 0; j < jobs; j++) {
		workers[j] = (struct worker){ .fleet = &fleet };
		arena_init(&workers[j].arena);
		workers[j].series = arena_zalloc(&workers[j].arena, series_count(setup),
						 sizeof(*workers[j].series));
	}
	run_workers(workers, jobs);
	sum_up(setup, workers, jobs, arena, result);
	ARRAY_FOREACH (const struct scenario_assertion, a, &setup->scenario->assertions.list) {
		struct many_assertion *m = ARRAY_PUSH(arena, &result->assertions);

		m->text = assertion_text(a, arena);
	}
	sum_records(&fleet, arena, result);
	for (uint32_t j = 0; j < jobs; j++)
		arena_release(&workers[j].arena);
	free(workers);
}
