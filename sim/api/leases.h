/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The leases at the API server, and what each agent knows of them.
 *
 * Every change of a lease gets a number, and reaches each watcher after a delay of its own, in
 * order: so what an agent knows of all leases is the number of the last change that arrived.
 * How long a change takes to an agent follows from the seed, who wrote it, to whom it goes and
 * how many that one wrote before. So it need not be known before somebody asks, and a delivery
 * is an event only where it can change something:
 *
 *	- the change is more than a renewal: every watcher gets it as an event;
 *	- a lease is at risk: its renewal is so late that it may expire at somebody before the
 *	  next one arrives. Its next change goes to everybody, and an agent at which it does
 *	  expire wakes up: it gets all deliveries as events, until it has looked at its members;
 *	- the agent's connection is disturbed, or its clock is far ahead: the same, for longer.
 *
 * With setup->every_delivery all of them are events; nothing else differs then.
 */
#ifndef SIM_API_LEASES_H
#define SIM_API_LEASES_H

#include "sim/engine/sim.h"

struct client;

/* A lease between two changes. */
struct lease_version {
	bool exists;
	uint32_t subnets; /* set of its annotation */
	int64_t expiry;   /* renewTime + duration, by its owner's clock */
	uint64_t number;  /* of the change that made it; 0: it was there at the start */
};

struct lease_state {
	struct lease_version now;
	uint32_t instance;    /* of the process that wrote it last */
	uint32_t writes;      /* so far */
	uint64_t reported;    /* the change whose expiry the timeline has */
	struct event_id risk; /* when it is at risk unless it is renewed before */
	bool at_risk;
};

/* Why every delivery to an agent is an event: flags. */
enum lease_wake {
	WAKE_ALWAYS = 1 << 0,    /* setup->every_delivery */
	WAKE_CLOCK = 1 << 1,     /* its clock is far ahead */
	WAKE_DISTURBED = 1 << 2, /* the server fell silent; until the next watch */
	WAKE_EXPIRY = 1 << 3,    /* a lease may have expired; until it has looked */
};

/* One agent's end of the stream of changes. */
struct lease_watch {
	bool open;
	bool knows; /* it has a copy of the leases */
	uint16_t generation;
	unsigned wakes;        /* enum lease_wake */
	uint32_t place;        /* among those that are awake */
	uint64_t from;         /* the last change before it opened */
	uint64_t known;        /* its copy is that after this change */
	sim_ns heard;          /* the last that was an event arrived then */
	uint64_t sent;         /* of the changes up to this one */
	sim_ns last;           /* the last arrives then */
	struct event_id alarm; /* when a lease at risk expires by its clock */
};

struct lease_chunk;

struct leases {
	struct lease_state *items;   /* by node */
	struct lease_watch *watches; /* by node */
	uint64_t changes;
	ARRAY_OF(struct lease_chunk *) chunks;
	uint64_t freed;   /* chunks */
	uint64_t settled; /* changes up to this one have arrived wherever they went */
	uint64_t kept;    /* those up to this one are not needed for the times of others */
	uint64_t key;     /* of the delays */
	sim_ns longest;   /* delay */
	/* The same of those whose first random word begins with so many ones. */
	sim_ns longest_of[33];
	uint32_t *awake; /* nodes */
	uint32_t awake_count;
};

/* A change as it arrives. */
struct lease_news {
	uint32_t node;
	bool existed; /* before */
	struct lease_version version;
};

void leases_init(struct sim *sim);
void leases_release(struct sim *sim);

/* ---- what changes ---- */

/* The lease is there from the start; nobody is told. */
void leases_begin(struct sim *sim, uint32_t node, uint32_t instance, uint32_t subnets,
		  int64_t expiry);
/* Written: created if it was not there. `expiry` by its owner's clock. */
void leases_write(struct sim *sim, uint32_t node, uint32_t instance, uint32_t subnets,
		  int64_t expiry);
void leases_delete(struct sim *sim, uint32_t node);

/* ---- what an agent knows ---- */

/* The agent of the node takes over what the server has now. */
void leases_take(struct sim *sim, uint32_t node);
/* It knows nothing any more. */
void leases_forget(struct sim *sim, uint32_t node);
/* Its copy is that of now: before it reads some of them. */
void leases_catch_up(struct sim *sim, uint32_t node);
/* Its copy of a lease, for the moment. */
const struct lease_version *leases_seen_before(const struct leases *leases, uint32_t node,
					       uint32_t lease);
static inline const struct lease_version *leases_seen(const struct leases *leases,
						      uint32_t node, uint32_t lease)
{
	const struct lease_watch *watch = &leases->watches[node];
	const struct lease_version *now = &leases->items[lease].now;

	/* Mostly the newest. */
	return watch->knows && now->number <= watch->known
		       ? now
		       : leases_seen_before(leases, node, lease);
}
/* False when no member of its list can have expired since it looked. */
bool leases_may_expire(const struct sim *sim, uint32_t node);
/* It has looked at all of them. By its clock the first of its members that are at risk expires
 * at `next`; INT64_MAX: none does. */
void leases_looked(struct sim *sim, uint32_t node, int64_t next);
/* Its clock was set. */
void leases_clock_set(struct sim *sim, uint32_t node);

/* ---- its watch ---- */

void leases_open(struct sim *sim, uint32_t node);
/* What is on its way is lost. */
void leases_close(struct sim *sim, uint32_t node);
/* The server is about to fall silent for it. */
void leases_disturb(struct sim *sim, uint32_t node);

#endif
