/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An agent's work queue (P9.1): first in, first out, a Service that is pending keeps its
 * place, a reprocess adds every known Service that is not pending, in unspecified order.
 *
 * Most of those Services are of no interest: the node neither holds nor wins them, and all
 * that they cost is time. Such places have no name here, only a number: the queue is a list
 * of named Services and of runs of unnamed places, so a reprocess of thousands costs what
 * the few interesting ones cost. Which unnamed Service has which place is decided only when
 * it matters, by drawing: a Service that is not known to be pending or idle is pending with
 * the share of such Services that are, and its place is one of the unnamed ones, each as
 * likely as the others.
 */
#ifndef SIM_AGENT_QUEUE_H
#define SIM_AGENT_QUEUE_H

#include "base/random.h"
#include "sim/engine/setup.h"

#define QUEUE_RUN SETUP_NONE /* in place of a Service: unnamed ones */

struct queue_entry {
	uint32_t service; /* or QUEUE_RUN */
	uint32_t count;   /* of a run: places; else 1 */
};

/* Reused by all queues of a simulation: memory for drawing. */
struct queue_scratch {
	uint64_t *taken; /* a set of places, empty between uses */
	uint32_t taken_words;
	struct queue_place *places;
	uint32_t places_capacity;
	uint32_t *numbers;
	uint32_t numbers_capacity;
};

struct queue {
	struct queue_scratch *scratch;
	struct queue_entry *entries; /* from `head` to `count` */
	uint32_t head, count, capacity;
	uint8_t *states;     /* enum queue_state by Service */
	uint32_t services;   /* how many there can be */
	uint32_t known;      /* in the agent's cache */
	uint32_t unsettled;  /* known ones of which nobody knows whether they are pending */
	uint32_t named;      /* named entries */
	uint32_t unnamed;    /* places in runs; never more than unsettled */
	uint32_t processing; /* Service that the worker has, QUEUE_RUN, or none */
	bool busy;           /* the worker has something */
	bool again;          /* and it is to be queued once more */
	uint32_t *idle;      /* Services that were named and are not pending any more */
	uint32_t idle_count, idle_capacity;
	uint32_t longest; /* most places so far */
	bool shut;        /* takes nothing new (P8.7) */
};

void queue_scratch_release(struct queue_scratch *scratch);

/* An empty queue of an agent that knows no Service yet. */
void queue_init(struct queue *q, struct queue_scratch *scratch, uint32_t services);
void queue_release(struct queue *q);
/* Forgets everything, as a new process does. */
void queue_reset(struct queue *q);

/* The agent's cache has the Service from now on, or has it no longer. Neither queues it. */
void queue_know(struct queue *q, uint32_t service);
void queue_forget(struct queue *q, uint32_t service, struct random *random);
bool queue_knows(const struct queue *q, uint32_t service);

/* Queues a Service by name, known or not; nothing happens when it is pending. */
void queue_add(struct queue *q, uint32_t service, struct random *random);

/*
 * Queues every known Service. `interesting` names those that must have a place of their own,
 * in any order and without duplicates; ones that are not known are left out.
 */
void queue_reprocess(struct queue *q, const uint32_t *interesting, uint32_t count,
		     struct random *random);

/* Places that are pending, without what is being processed. */
uint32_t queue_length(const struct queue *q);

/* Takes the first entry for processing: a Service, or a whole run. False: it is empty. */
bool queue_take(struct queue *q, struct queue_entry *entry);
/* Puts places of the run that is being processed back to the front: they are pending. */
void queue_put_back(struct queue *q, uint32_t places);
/* What was taken is done; it comes to the end of the queue if it was added meanwhile. */
void queue_done(struct queue *q);

/* True when the counters and the entries agree. For tests and debug builds. */
bool queue_consistent(const struct queue *q);

#endif
