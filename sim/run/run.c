/* SPDX-License-Identifier: Apache-2.0 */
/* One run from beginning to end, and what it tells on the way. */
#include <stdarg.h>

#include "sim/run/control.h"

/* ---- the timeline ---- */

static bool listens(const struct sim *sim)
{
	return sim->sinks != NULL && sim->sinks->event != NULL;
}

static bool is_measuring(const struct sim *sim)
{
	return sim->measure_from != SIM_NEVER;
}

/* Tells the sink, and adds to the timeline once measurements have begun; NULL before. `what`
 * is in the run's arena. */
static struct timeline_entry *add_entry(struct sim *sim, const char *kind, const char *what,
					const char *cause)
{
	const sim_ns at = sim->engine.now - sim->setup->warmup;
	struct timeline_entry *entry;

	if (listens(sim))
		sim->sinks->event(sim->sinks->context, at, kind, what, cause);
	if (!is_measuring(sim))
		return NULL;
	entry = ARRAY_PUSH(sim->arena, &sim->result->timeline);
	entry->at = at;
	entry->kind = kind;
	entry->what = what;
	entry->cause = cause != NULL ? arena_strdup(sim->arena, cause) : NULL;
	return entry;
}

void sim_note(struct sim *sim, const char *kind, const char *cause, const char *format, ...)
{
	va_list args;
	char *what;

	if (!is_measuring(sim) && !listens(sim))
		return;
	va_start(args, format);
	what = arena_vprintf(sim->arena, format, args);
	va_end(args);
	(void)add_entry(sim, kind, what, cause);
}

void sim_note_vip(struct sim *sim, const struct vip_note *note)
{
	struct timeline_entry *entry;
	char *what;

	if (!is_measuring(sim) && !listens(sim))
		return;
	what = arena_printf(sim->arena, "%s %s%s", note->before,
			    sim->setup->vips.items[note->vip].text, note->after);
	if (note->length > 0)
		what = arena_printf(sim->arena, "%s, after %.3fs", what,
				    (double)note->length / (double)NS_PER_SEC);
	entry = add_entry(sim, note->kind, what, note->cause);
	if (entry == NULL)
		return;
	entry->before = arena_strdup(sim->arena, note->before);
	entry->after = arena_strdup(sim->arena, note->after);
	entry->vip = note->vip;
	entry->length = note->length;
}

void sim_tell(struct sim *sim, const char *kind, const char *cause, const char *format, ...)
{
	struct arena_mark mark;
	va_list args;

	if (!listens(sim))
		return;
	mark = arena_mark(sim->arena);
	va_start(args, format);
	sim->sinks->event(sim->sinks->context, sim->engine.now - sim->setup->warmup, kind,
			  arena_vprintf(sim->arena, format, args), cause);
	va_end(args);
	arena_reset(sim->arena, mark);
}

/* ---- running ---- */

/* One event at a time, with a look at everything after each. */
static bool run_checked(struct sim *sim, sim_ns until)
{
	struct engine *engine = &sim->engine;
	const uint64_t most = engine->fired_max;
	bool done = false;

	while (!done && engine->fired < most && sim->result->broken == NULL) {
		const sim_ns before = engine->now;

		engine->fired_max = engine->fired + 1;
		done = engine_run(engine, until);
		sim->result->broken =
			engine->now < before ? "time went back" : invariants_broken(sim);
	}
	engine->fired_max = most;
	return done;
}

/* In steps, so that an interrupt is heard. False when it was cut off. */
static bool run(struct sim *sim, sim_ns until, const atomic_bool *interrupted)
{
	while (sim->engine.now < until) {
		const sim_ns left = until - sim->engine.now;
		const sim_ns step = left < NS_PER_SEC ? left : NS_PER_SEC;
		const sim_ns to = sim->engine.now + step;

		if (interrupted != NULL && atomic_load(interrupted))
			return false;
		if (!(sim->debug_checks ? run_checked(sim, to) : engine_run(&sim->engine, to)))
			return false;
		if (sim->sinks != NULL && sim->sinks->progress != NULL)
			sim->sinks->progress(sim->sinks->progress_context, sim->engine.now);
	}
	return true;
}

/* What agents counted during the warm-up does not count. */
static void forget_warmup(struct sim *sim)
{
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		struct agent *agent = agent_of(sim, n);

		*agent->result = (struct agent_result){ .node = n };
		agent->queue.longest = queue_length(&agent->queue);
	}
}

void sim_run(const struct setup *setup, uint64_t seed, const struct sim_sinks *sinks,
	     const atomic_bool *interrupted, bool debug_checks, struct arena *arena,
	     struct run_result *result)
{
	struct sim sim = {
		.setup = setup,
		.seed = seed,
		.arena = arena,
		.sinks = sinks,
		.result = result,
		.measure_from = SIM_NEVER,
		.debug_checks = debug_checks,
	};

	*result = (struct run_result){ .seed = seed, .duration = setup->duration };
	engine_init(&sim.engine, &sim, setup->events_max);
	network_init(&sim);
	control_init(&sim);
	result->cut_off = !run(&sim, setup->warmup, interrupted);
	if (!result->cut_off) {
		sim.measure_from = sim.engine.now;
		forget_warmup(&sim);
		network_begin_measuring(&sim);
		result->cut_off = !run(&sim, setup->warmup + setup->duration, interrupted);
	}
	result->events = sim.engine.fired;
	if (sim.engine.now > setup->warmup)
		result->simulated = sim.engine.now - setup->warmup;
	network_finish(&sim);
	assertions_judge(&sim);
	control_release(&sim);
	network_release(&sim);
	engine_release(&sim.engine);
}

uint64_t sim_run_seed(uint64_t seed, uint32_t index)
{
	struct random random;

	/* The first of many is the one that runs alone. */
	if (index == 0)
		return seed;
	random = random_split(seed, "runs");
	return random_u64(&random) ^ (index * UINT64_C(0x9E3779B97F4A7C15));
}
