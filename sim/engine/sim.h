/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run: a set-up, a seed, a clock, and who wants to see more than the result. Every module
 * keeps its state in a struct of its own, which only it and the modules after it know. Runs
 * share nothing but the set-up.
 */
#ifndef SIM_ENGINE_SIM_H
#define SIM_ENGINE_SIM_H

#include <stdatomic.h>

#include "base/random.h"
#include "sim/engine/engine.h"
#include "sim/engine/setup.h"
#include "sim/engine/result.h"

struct network; /* kernels, segments, neighbor caches */
struct observe; /* what is measured */
struct api;     /* the API server */
struct agents;  /* agents and the allocator */
struct routing; /* BGP: speakers, sessions, routes, flows */
struct happen;  /* the scenario */

/* A frame as it leaves an interface. `bytes` live only during the call. */
struct frame {
	sim_ns at; /* since the start of the run, warm-up included */
	uint32_t segment;
	enum frame_kind kind;
	const uint8_t *bytes;
	uint32_t length;
};

/* Who wants to see more than the result: all may be NULL. */
struct sim_sinks {
	void *context;
	void (*frame)(void *context, const struct frame *frame);
	/* Every state change, as it happens: time since the end of the warm-up (negative during
	 * it), a kind such as "vip-added", and words. */
	void (*event)(void *context, sim_ns at, const char *kind, const char *what,
		      const char *cause);
	/* After each second of simulated time: how far the run is, warm-up included. */
	void (*progress)(void *context, sim_ns now);
	void *progress_context;
	bool no_timeline; /* nobody reads that of the result: it stays empty */
};

struct sim {
	const struct setup *setup;
	uint64_t seed;
	struct engine engine;
	struct arena *arena;           /* of the run */
	const struct sim_sinks *sinks; /* NULL: none */
	struct run_result *result;
	sim_ns measure_from; /* SIM_NEVER while the warm-up lasts */
	bool debug_checks;   /* check the invariants after every event */
	struct network *network;
	struct observe *observe;
	struct api *api;
	struct agents *agents;
	struct routing *routing; /* NULL: the scenario has no clients */
	struct happen *happen;
};

#endif
