/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything above the wire: the API server, the agents, the allocator, and what the scenario
 * makes happen.
 */
#ifndef SIM_RUN_CONTROL_H
#define SIM_RUN_CONTROL_H

#include "sim/agent/agent.h"
#include "sim/agent/allocator.h"

/* One stream of random numbers for each source, so that none shifts another's. */
struct streams {
	struct random api;      /* round trips */
	struct random watch;    /* deliveries */
	struct random work;     /* time of the workers */
	struct random queue;    /* order of a reprocess */
	struct random backoff;  /* of watches, and of Events that failed */
	struct random begin;    /* phases of agents that run already */
	struct random clock;    /* offsets */
	struct random restart;  /* from stop to start */
	struct random drain;    /* of shutdowns */
	struct random withdraw; /* order of addresses at the end */
	struct random when;     /* times of the scenario's events */
};

/* A gratuitous sequence that is going on. (P7.2) */
struct sequence {
	struct agent *agent;
	uint32_t instance; /* of the process that began it */
	uint32_t vip, interface;
	uint32_t left; /* sends */
	sim_ns interval;
	bool verify;
	const bool *preferred;
	uint32_t next_free; /* number plus 1 */
};

struct sequences {
	struct sequence *items;
	uint32_t count, capacity, free;
};

/* A rolling restart. */
struct rolling {
	bool going;
	uint32_t next;        /* node to restart next */
	uint32_t unavailable; /* agents that are not back yet */
	uint32_t allowed;
	bool *waiting; /* by node */
};

/* Lists that are made and used at once, again and again. */
struct control_scratch {
	uint32_t *members;  /* by node */
	uint32_t *services; /* interesting ones */
	uint32_t service_count, service_capacity;
	uint32_t *marks; /* by Service: the last list that it is in */
	uint32_t mark;
};

struct control {
	const struct prepared *prepared;
	struct subnet_sets sets; /* the setup's, and what address events bring */
	struct views views;
	struct queue_scratch queue_scratch;
	struct control_scratch scratch;
	struct api api;
	struct agent *agents; /* by node */
	struct allocator allocator;
	struct streams streams;
	struct sequences sequences;
	struct rolling rolling;
	struct event_id *assertion_events;
	sim_ns quiet_since; /* no event of the scenario after this */
};

void control_init(struct sim *sim);
void control_release(struct sim *sim);

/* One round trip to the API server. */
sim_ns control_round_trip(struct sim *sim);
/* `count` times such a delay, together. */
sim_ns control_sum(const struct distribution *delay, uint32_t count, struct random *random);

/* Adds to the event sink only: what is too fine for the timeline. Arguments as sim_note(). */
void sim_tell(struct sim *sim, const char *kind, const char *cause, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* ---- happen.c ---- */

/* Schedules the events of the scenario. */
void happen_init(struct sim *sim);
/* An agent wrote its lease: a rolling restart goes on. */
void happen_agent_back(struct sim *sim, uint32_t node);

/* ---- assertions.c ---- */

void assertions_init(struct sim *sim);
/* Judges them all; the rest of the result is complete. */
void assertions_judge(struct sim *sim);

/* ---- invariants.c ---- */

/* NULL when everything agrees; else what does not. */
const char *invariants_broken(struct sim *sim);

#endif
