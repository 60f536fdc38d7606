/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock and its queue: integer nanoseconds, events ordered by time and then by the order
 * in which they were scheduled or by one that is given, cancellable. There is one clock; nobody
 * keeps a `now` of their own.
 *
 * Events live in slots; an id is a slot and its generation, so cancelling one that has fired
 * already is harmless. The queue is a heap of four children a node that holds the times
 * itself; each slot knows its place in it: cancelling costs O(log n).
 */
#ifndef SIM_ENGINE_ENGINE_H
#define SIM_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/duration.h"

typedef int64_t sim_ns; /* since the start of the run */

#define SIM_NEVER INT64_MAX

/* What an event does. `actor` and `arg` are what it was scheduled with. */
typedef void (*event_fn)(void *context, void *actor, uint64_t arg);

struct event_id {
	uint32_t slot; /* number plus 1; 0: no event */
	uint32_t generation;
};

struct engine_slot;
struct engine_key;

struct engine {
	void *context; /* handed to every event: the struct sim */
	sim_ns now;
	uint64_t next_sequence;
	uint64_t fired;     /* events so far */
	uint64_t fired_max; /* the cap: engine_run() stops there */
	struct engine_slot *slots;
	uint32_t slot_count, slot_capacity;
	uint32_t free_slot; /* number plus 1; 0: none */
	struct engine_key *heap;
	uint32_t heap_count, heap_capacity;
	bool hole; /* the first of the heap is the event that fires now */
};

/* An empty queue at time 0. `events_max` is the cap on events; 0: none. */
void engine_init(struct engine *e, void *context, uint64_t events_max);
void engine_release(struct engine *e);

/* Schedules `fn` at `at`, which must not lie in the past (it then counts as now). At
 * SIM_NEVER nothing is scheduled and the id is that of no event. */
struct event_id engine_at(struct engine *e, sim_ns at, event_fn fn, void *actor, uint64_t arg);
/* The same, before everything of its moment that engine_at() scheduled; among themselves these
 * come by `order`, which is theirs alone and below 2^63: whenever they were scheduled. */
struct event_id engine_at_first(struct engine *e, sim_ns at, uint64_t order, event_fn fn,
				void *actor, uint64_t arg);
/* At this moment, after everything else that is or will be scheduled for it. There may be one
 * such event at a time. */
struct event_id engine_at_last(struct engine *e, event_fn fn, void *actor, uint64_t arg);
/* As engine_at(), `delay` from now; negative counts as 0; saturates. */
struct event_id engine_in(struct engine *e, sim_ns delay, event_fn fn, void *actor,
			  uint64_t arg);
/* Takes an event back and clears the id; nothing happens when it has fired already. */
void engine_cancel(struct engine *e, struct event_id *id);
/* True while the event is still to come. */
bool engine_pending(const struct engine *e, struct event_id id);
/* When it will fire; SIM_NEVER when it is not pending. */
sim_ns engine_when(const struct engine *e, struct event_id id);

/* Fires everything up to and including `until` and sets the clock to it. False when the cap
 * on events was hit; the clock is then where it stopped. */
bool engine_run(struct engine *e, sim_ns until);

/* Sets the clock forward to `at`; nothing may be scheduled for an earlier time. */
void engine_skip(struct engine *e, sim_ns at);

/* True when the heap's order and the slots' indexes hold. For tests and debug builds. */
bool engine_consistent(const struct engine *e);

#endif
