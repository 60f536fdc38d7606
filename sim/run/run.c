/* SPDX-License-Identifier: Apache-2.0 */
/* One run from beginning to end: actors first, then the scenario, then its judgment. */
#include "sim/agent/agent.h"
#include "sim/observe/observe.h"
#include "sim/router/router.h"
#include "sim/run/happen.h"
#include "sim/run/run.h"

/* ---- running ---- */

/* One event at a time, with a look at everything after each. */
static bool sim_run_checked(struct sim *sim, sim_ns until)
{
	struct engine *engine = &sim->engine;
	const uint64_t most = engine->fired_max;
	bool done = false;

	while (!done && engine->fired < most && sim->result->broken == NULL) {
		const sim_ns before = engine->now;

		engine->fired_max = engine->fired + 1;
		done = engine_run(engine, until);
		sim->result->broken =
			engine->now < before ? "time went backwards" : invariants_broken(sim);
	}
	engine->fired_max = most;
	return done;
}

/* In steps, so that an interrupt is heard. */
bool sim_advance(struct sim *sim, sim_ns until, const atomic_bool *interrupted)
{
	while (sim->engine.now < until) {
		const sim_ns left = until - sim->engine.now;
		const sim_ns step = left < NS_PER_SEC ? left : NS_PER_SEC;
		const sim_ns to = sim->engine.now + step;

		if (interrupted != NULL && atomic_load(interrupted))
			return false;
		if (!(sim->debug_checks ? sim_run_checked(sim, to)
					: engine_run(&sim->engine, to)))
			return false;
		if (sim->sinks != NULL && sim->sinks->progress != NULL)
			sim->sinks->progress(sim->sinks->progress_context, sim->engine.now);
	}
	return true;
}

void sim_begin(struct sim *sim)
{
	*sim->result =
		(struct run_result){ .seed = sim->seed, .duration = sim->setup->duration };
	sim->measure_from = SIM_NEVER;
	engine_init(&sim->engine, sim, sim->setup->events_max);
	network_init(sim);
	observe_init(sim);
	api_init(sim);
	agents_init(sim);
	router_init(sim);
	happen_init(sim);
	assertions_init(sim);
}

void sim_end(struct sim *sim)
{
	agents_free(sim);
	api_release(sim);
	engine_release(&sim->engine);
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
		.debug_checks = debug_checks,
	};

	sim_begin(&sim);
	/* What the scenario has for time 0 is measured. */
	result->cut_off = !sim_advance(&sim, setup->warmup - 1, interrupted);
	if (!result->cut_off) {
		engine_skip(&sim.engine, setup->warmup);
		agents_forget_warmup(&sim);
		observe_begin_measuring(&sim);
		result->cut_off =
			!sim_advance(&sim, setup->warmup + setup->duration, interrupted);
	}
	result->events = sim.engine.fired;
	if (sim.engine.now > setup->warmup)
		result->simulated = sim.engine.now - setup->warmup;
	observe_finish(&sim);
	router_finish(&sim);
	assertions_judge(&sim);
	sim_end(&sim);
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
