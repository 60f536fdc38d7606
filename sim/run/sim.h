/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run: a setup, a seed, a clock, and the state of every actor. Runs share nothing but the
 * setup.
 */
#ifndef SIM_RUN_SIM_H
#define SIM_RUN_SIM_H

#include <stdatomic.h>

#include "base/random.h"
#include "sim/engine/engine.h"
#include "sim/run/setup.h"
#include "sim/observe/result.h"

struct network; /* network.c: kernels, segments, observers */
struct control; /* control.c: API server, agents, allocator */

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
};

struct sim {
	const struct setup *setup;
	uint64_t seed;
	struct engine engine;
	struct arena *arena;           /* of the run */
	const struct sim_sinks *sinks; /* NULL: none */
	struct network *network;
	struct control *control;
	struct run_result *result;
	sim_ns measure_from; /* SIM_NEVER while the warm-up lasts */
	bool debug_checks;   /* check the invariants after every event */
};

/*
 * Runs the setup once with this seed. The result lives in `arena`. Interrupted when
 * *interrupted becomes true (may be NULL): the result is then marked as cut off.
 */
void sim_run(const struct setup *setup, uint64_t seed, const struct sim_sinks *sinks,
	     const atomic_bool *interrupted, bool debug_checks, struct arena *arena,
	     struct run_result *result);

/* Seed of run number `index` (from 0) of many: the one that --seed takes to repeat it. */
uint64_t sim_run_seed(uint64_t seed, uint32_t index);

/* An assertion in words, "maxOutage 16s, observer client", in the arena. */
const char *assertion_text(const struct scenario_assertion *a, struct arena *arena);

/*
 * Adds to the timeline (when measuring has begun) and tells the event sink. `kind` is a word
 * for machines; `cause` may be NULL. Both texts are copied.
 */
void sim_note(struct sim *sim, const char *kind, const char *cause, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Something that happened to one VIP. */
struct vip_note {
	const char *kind;
	const char *cause;
	const char *before; /* the words before its address */
	uint32_t vip;
	const char *after; /* and those behind it */
	sim_ns length;     /* of the outage that ended; 0: none did */
};

/* As sim_note(). Texts are copied. */
void sim_note_vip(struct sim *sim, const struct vip_note *note);

#endif
