/* SPDX-License-Identifier: Apache-2.0 */
/* What a run is beside its actors: the scenario's events and assertions, and invariants. */
#ifndef SIM_RUN_HAPPEN_H
#define SIM_RUN_HAPPEN_H

#include "sim/engine/sim.h"

/* A rolling restart. */
struct rolling {
	bool going;
	uint32_t next;        /* node to restart next */
	uint32_t unavailable; /* agents that are not back yet */
	uint32_t allowed;
	bool *waiting; /* by node */
};

/* How often the kubelet has started an agent again. */
struct crash_loop {
	uint32_t count;
	sim_ns started; /* the last time */
};

struct happen {
	struct crash_loop *crashes; /* by node */
	struct random when;         /* times of the scenario's events */
	struct rolling rolling;
	sim_ns quiet_since; /* no event of the scenario after this */
};

/* ---- happen.c ---- */

/* Schedules the events of the scenario. */
void happen_init(struct sim *sim);

/* ---- assertions.c ---- */

/* Schedules the judgment of those about a moment. */
void assertions_init(struct sim *sim);
/* Judges the others; the rest of the result is complete. */
void assertions_judge(struct sim *sim);

/* ---- invariants.c ---- */

/* NULL if everything agrees; else what does not. */
const char *invariants_broken(struct sim *sim);

#endif
