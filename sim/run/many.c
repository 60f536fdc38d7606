/* SPDX-License-Identifier: Apache-2.0 */
/* Many runs of one setup on several threads. */
#include "sim/run/many.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/engine/setup_bgp.h"

const char *metric_name(enum metric metric)
{
	static const char *const names[METRICS] = {
		[METRIC_OUTAGE_TOTAL] = "outageTotal",
		[METRIC_OUTAGE_LONGEST] = "outageLongest",
		[METRIC_ANNOUNCE_GAP] = "announceGap",
		[METRIC_DUPLICATE_TOTAL] = "duplicateTotal",
		[METRIC_LOST_FLOWS] = "lostFlowSeconds",
		[METRIC_LOST_LONGEST] = "lostLongest",
		[METRIC_LOST_SHARE] = "maxLostShare",
		[METRIC_FULL_WIDTH] = "timeToFullWidth",
		[METRIC_STALE] = "staleNextHop",
		[METRIC_RE_UP] = "reUp",
	};

	return names[metric];
}

/* ---- series: one for each metric, class and observer ---- */

enum { CLASSES = 2 }; /* local, remote */

/* Observers have the first two metrics; clients, which are numbered after them, what is lost;
 * routers, after these, what is about routes and sessions; and the setup, as one observer more,
 * the others. */
static uint32_t many_watchers(const struct setup *setup)
{
	return setup->observers.count +
	       (setup->bgp != NULL ? setup->bgp->clients.count + setup->bgp->routers.count : 0);
}

static uint32_t many_router(const struct setup *setup, uint32_t router)
{
	return setup->observers.count + setup->bgp->clients.count + router;
}

uint32_t many_series(uint32_t observers)
{
	return (observers + 1) * CLASSES * METRICS;
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
	atomic_uint next; /* of those that are to be made, the one that nobody has begun */
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
	const uint32_t nobody = many_watchers(setup);

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

/* What clients behind routers lost of a VIP, which is a remote one. (T12.3) */
static void many_add_client(struct worker *w, struct run_record *record,
			    const struct client_result *client)
{
	const uint32_t watcher = w->fleet->setup->observers.count + client->client;

	add_value(w, record, watcher, true, METRIC_LOST_FLOWS,
		  (sim_ns)(client->lost_flow_seconds * (double)NS_PER_SEC), client->ongoing);
	add_value(w, record, watcher, true, METRIC_LOST_LONGEST, client->lost_longest,
		  client->longest_ongoing);
	add_value(w, record, watcher, true, METRIC_LOST_SHARE,
		  (sim_ns)(client->max_lost_share * (double)NS_PER_SEC + 0.5), false);
}

static void many_add_route(struct worker *w, struct run_record *record,
			   const struct route_result *route)
{
	const uint32_t watcher = many_router(w->fleet->setup, route->router);

	add_value(w, record, watcher, true, METRIC_FULL_WIDTH, route->full.time,
		  route->full.ongoing);
	add_value(w, record, watcher, true, METRIC_STALE, route->stale.time,
		  route->stale.ongoing);
}

/* One value for each time that it was lost. */
static void many_add_session(struct worker *w, struct run_record *record,
			     const struct session_result *session, sim_ns end)
{
	const struct setup *setup = w->fleet->setup;
	const uint32_t watcher =
		many_router(setup, setup->bgp->sessions.items[session->session].router);

	ARRAY_FOREACH (const struct session_interval, it, &session->intervals) {
		const bool ongoing = it->until == SIM_NEVER;

		if (it->lost)
			add_value(w, record, watcher, true, METRIC_RE_UP,
				  (ongoing ? end : it->until) - it->since, ongoing);
	}
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
	const struct sim_sinks quiet = { .no_timeline = true };
	struct run_result result;
	struct arena arena;

	arena_init(&arena);
	sim_run(w->fleet->setup, sim_run_seed(options->seed, options->first + index), &quiet,
		options->interrupted, options->debug_checks, &arena, &result);
	/* Whether it was the interrupt that ended it cannot be told: then it does not count. */
	if (!result.cut_off || !is_interrupted(options)) {
		ARRAY_FOREACH (const struct vip_result, v, &result.vips)
			many_add_vip(w, record, v);
		ARRAY_FOREACH (const struct client_result, client, &result.clients)
			many_add_client(w, record, client);
		ARRAY_FOREACH (const struct route_result, route, &result.routes)
			many_add_route(w, record, route);
		ARRAY_FOREACH (const struct session_result, session, &result.sessions)
			many_add_session(w, record, session, result.simulated);
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

		if (index >= options->count)
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

/* ---- the worst runs ---- */

/* Puts a run among the worst: larger values first, then earlier runs. */
static void add_extreme(struct many_extreme list[static MANY_WORST],
			struct many_extreme extreme)
{
	for (int i = 0; i < MANY_WORST && extreme.value > 0; i++) {
		const struct many_extreme here = list[i];

		if (extreme.value < here.value ||
		    (extreme.value == here.value && extreme.run > here.run))
			continue;
		list[i] = extreme;
		extreme = here;
	}
}

/* ---- a part ---- */

static void tell_subject(struct many_subject *subject, const struct setup *setup,
			 struct arena *arena)
{
	*subject = (struct many_subject){
		.scenario = arena_strdup(arena, setup->scenario->object.name.s),
		.duration = setup->duration,
		.warmup = setup->warmup,
		.vips = setup->vips.count > 0,
	};
	if (setup->scenario->description.s != NULL)
		subject->description = arena_strdup(arena, setup->scenario->description.s);
	subject->unmeasured = setup_unmeasured_of(setup);
	ARRAY_FOREACH (const struct setup_observer, observer, &setup->observers)
		ARRAY_ADD(arena, &subject->observers, arena_strdup(arena, observer->name));
	for (uint32_t i = 0; setup->bgp != NULL && i < setup->bgp->clients.count; i++)
		ARRAY_ADD(arena, &subject->observers,
			  arena_strdup(arena, setup->bgp->clients.items[i].name));
	for (uint32_t i = 0; setup->bgp != NULL && i < setup->bgp->routers.count; i++)
		ARRAY_ADD(arena, &subject->observers,
			  arena_strdup(arena, setup->bgp->routers.items[i].router->name));
}

static void add_held(struct many_held *held, const struct run_record *record, uint32_t run,
		     uint32_t assertion, struct arena *arena)
{
	const char *detail = record->detail[assertion];

	held->in += record->held[assertion];
	if (record->held[assertion] || held->detail != NULL)
		return;
	held->detail = arena_strdup(arena, detail != NULL ? detail : "it did not hold");
	held->run = run;
}

static void add_record(struct many_part *part, const struct run_record *record, uint32_t run,
		       struct arena *arena)
{
	part->done += record->done;
	part->cut_off += record->cut_off;
	part->events += record->events;
	if (record->broken != NULL && part->broken == NULL) {
		part->broken = arena_strdup(arena, record->broken);
		part->broken_run = run;
	}
	for (int metric = 0; metric < METRICS; metric++) {
		const struct many_extreme extreme = {
			.value = record->worst[metric],
			.ongoing = record->worst_ongoing[metric],
			.run = run,
		};

		add_extreme(part->worst[metric], extreme);
	}
	for (uint32_t i = 0; record->done && i < part->held.count; i++)
		add_held(&part->held.items[i], record, run, i, arena);
}

/* ---- the runs ---- */

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

	return jobs < options->count || options->count == 0 ? jobs : options->count;
}

void many_run_part(const struct setup *setup, const struct many_options *options,
		   struct arena *arena, struct many_part *part)
{
	const uint32_t jobs = jobs_of(options);
	const uint32_t series = many_series(many_watchers(setup));
	struct worker *workers = mem_resize(NULL, jobs, sizeof(*workers));
	struct fleet fleet = { .setup = setup, .options = options };
	const struct samples none = { 0 };

	*part = (struct many_part){ 0 };
	tell_subject(&part->subject, setup, arena);
	for (uint32_t i = 0; i < series; i++)
		ARRAY_ADD(arena, &part->series, none);
	ARRAY_FOREACH (const struct scenario_assertion, a, &setup->scenario->assertions.list) {
		const struct many_held held = { .text = assertion_text(a, arena) };

		ARRAY_ADD(arena, &part->held, held);
	}
	fleet.records = arena_zalloc(arena, options->count, sizeof(*fleet.records));
	for (uint32_t j = 0; j < jobs; j++) {
		workers[j] = (struct worker){ .fleet = &fleet };
		arena_init(&workers[j].arena);
		workers[j].series =
			arena_zalloc(&workers[j].arena, series, sizeof(*workers[j].series));
	}
	run_workers(workers, jobs);
	for (uint32_t j = 0; j < jobs; j++)
		for (uint32_t i = 0; i < series; i++)
			samples_add_all(&part->series.items[i], &workers[j].series[i], arena);
	for (uint32_t i = 0; i < options->count; i++)
		add_record(part, &fleet.records[i], options->first + i, arena);
	for (uint32_t j = 0; j < jobs; j++)
		arena_release(&workers[j].arena);
	free(workers);
}

/* ---- parts together ---- */

void many_add_part(struct many_part *part, const struct many_part *more, struct arena *arena)
{
	part->done += more->done;
	part->cut_off += more->cut_off;
	part->events += more->events;
	if (more->broken != NULL &&
	    (part->broken == NULL || more->broken_run < part->broken_run)) {
		part->broken = more->broken;
		part->broken_run = more->broken_run;
	}
	for (int metric = 0; metric < METRICS; metric++)
		for (int i = 0; i < MANY_WORST; i++)
			add_extreme(part->worst[metric], more->worst[metric][i]);
	for (uint32_t i = 0; i < part->held.count; i++) {
		struct many_held *held = &part->held.items[i];
		const struct many_held *other = &more->held.items[i];

		held->in += other->in;
		if (other->detail != NULL && (held->detail == NULL || other->run < held->run)) {
			held->detail = other->detail;
			held->run = other->run;
		}
	}
	for (uint32_t i = 0; i < part->series.count; i++)
		samples_add_all(&part->series.items[i], &more->series.items[i], arena);
}

static void sum_series(struct many_part *part, struct arena *arena, struct many_result *result)
{
	const struct many_subject *subject = &part->subject;

	for (uint32_t i = 0; i < part->series.count; i++) {
		const uint32_t observer = i / (CLASSES * METRICS);
		const bool remote = i / METRICS % CLASSES == 1;
		const enum metric metric = (enum metric)(i % METRICS);
		struct samples *all = &part->series.items[i];
		struct many_distribution *d;

		/* That clients lost nothing is known; that nodes lost nothing is not all there
		 * is to know of a remote VIP. */
		if (all->zeros + all->positive.count == 0 ||
		    (remote && all->positive.count == 0 && metric < METRIC_LOST_FLOWS))
			continue;
		d = ARRAY_PUSH(arena, &result->distributions);
		d->metric = metric;
		d->remote = remote;
		d->observer = observer < subject->observers.count
				      ? subject->observers.items[observer]
				      : NULL;
		spread_of(&d->affected, all, false, arena);
		spread_of(&d->all, all, true, arena);
	}
}

static void sum_worst(const struct many_part *part, struct arena *arena,
		      struct many_result *result)
{
	for (int metric = 0; metric < METRICS; metric++) {
		for (int i = 0; i < MANY_WORST; i++) {
			const struct many_extreme *extreme = &part->worst[metric][i];
			const struct many_worst worst = {
				.metric = (enum metric)metric,
				.value = extreme->value,
				.ongoing = extreme->ongoing,
				.run = extreme->run,
				.seed = sim_run_seed(result->seed, extreme->run),
			};

			if (extreme->value > 0)
				ARRAY_ADD(arena, &result->worst, worst);
		}
	}
}

void many_sum_up(struct many_part *part, uint64_t seed, uint32_t runs, struct arena *arena,
		 struct many_result *result)
{
	*result = (struct many_result){
		.subject = &part->subject,
		.seed = seed,
		.runs = runs,
		.done = part->done,
		.cut_off = part->cut_off,
		.events = part->events,
		.broken = part->broken,
		.broken_seed = part->broken != NULL ? sim_run_seed(seed, part->broken_run) : 0,
	};
	sum_series(part, arena, result);
	sum_worst(part, arena, result);
	ARRAY_FOREACH (const struct many_held, held, &part->held) {
		const struct many_assertion a = {
			.text = held->text,
			.held_in = held->in,
			.detail = held->detail,
			.seed = held->detail != NULL ? sim_run_seed(seed, held->run) : 0,
		};

		ARRAY_ADD(arena, &result->assertions, a);
	}
}

void many_run(const struct setup *setup, const struct many_options *options,
	      struct arena *arena, struct many_result *result)
{
	struct many_part *part = arena_zalloc(arena, 1, sizeof(*part));
	struct many_options all = *options;

	all.first = 0;
	all.count = options->runs;
	many_run_part(setup, &all, arena, part);
	many_sum_up(part, options->seed, options->runs, arena, result);
}
