/* SPDX-License-Identifier: Apache-2.0 */
/* One run from beginning to end. */
#ifndef SIM_RUN_RUN_H
#define SIM_RUN_RUN_H

#include "sim/engine/sim.h"
#include "sim/run/setup.h"

/*
 * Runs the setup once with this seed. The result lives in `arena`. Interrupted when
 * *interrupted becomes true (may be NULL): the result is then marked as cut off.
 */
void sim_run(const struct setup *setup, uint64_t seed, const struct sim_sinks *sinks,
	     const atomic_bool *interrupted, bool debug_checks, struct arena *arena,
	     struct run_result *result);

/* The same in steps, for those who look inside: all actors, at time 0; sim->setup, seed, arena,
 * sinks, result and debug_checks are given. */
void sim_begin(struct sim *sim);
/* Up to `until`. False when it was cut off: interrupted, out of events, or broken. */
bool sim_advance(struct sim *sim, sim_ns until, const atomic_bool *interrupted);
/* What the actors have beside the arena. */
void sim_end(struct sim *sim);

/* Seed of run number `index` (from 0) of many: the one that --seed takes to repeat it. */
uint64_t sim_run_seed(uint64_t seed, uint32_t index);

/* An assertion in words, "maxOutage 16s, observer client", in the arena. */
const char *assertion_text(const struct scenario_assertion *a, struct arena *arena);

#endif
