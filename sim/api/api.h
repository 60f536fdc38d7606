/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API server: leases, Services with their announcing annotations, EndpointSlices and the
 * configuration. Every change goes into a log, and from there to everyone who watches its
 * kind: after a delay of its own for each of them, in order.
 */
#ifndef SIM_API_API_H
#define SIM_API_API_H

#include "sim/api/leases.h"

/* What can be watched: one stream of changes each. */
enum watch_kind { WATCH_LEASES, WATCH_SERVICES, WATCH_SLICES, WATCH_CONFIG, WATCHES };

/* One entry of the announcing annotations. (P6.8) */
struct slot {
	uint32_t node; /* SETUP_NONE: the address has none */
	uint32_t interface;
};

/* A Service as it is between two changes. */
struct service_version {
	bool exists;
	bool addressed;    /* has its addresses */
	bool policy_local; /* externalTrafficPolicy is Local */
	bool quiet;        /* differs from the one before in announcing annotations only */
	uint32_t state;    /* of the set-up's Service: its annotations and spec */
	const bool *has;   /* flags by VIP of the Service: of its addresses; NULL: all */
	uint64_t change;
	struct slot *slots; /* by VIP of the Service */
};

/* Whether the status has the address of this place among the VIPs of the Service. */
static inline bool service_has(const struct service_version *version, uint32_t place)
{
	return version->addressed && (version->has == NULL || version->has[place]);
}

struct service_history {
	ARRAY_OF(struct service_version) versions;
};

/* Nodes with an endpoint of a Service, as flags by node; NULL: none. */
struct endpoint_version {
	const bool *nodes;
};

struct endpoint_history {
	ARRAY_OF(struct endpoint_version) versions;
};

/* A change as the log has it; those of leases are in sim/api/leases.h. */
struct change {
	enum watch_kind kind;
	uint32_t subject; /* Service */
	uint32_t value;   /* version */
};

struct change_chunk;

/* One watcher's end of a stream: only what the server needs to send. */
struct watch_end {
	sim_ns last; /* when the latest delivery arrives */
	uint16_t generation;
	bool open;
};

/* Slots by the node they name: lists of VIPs. */
struct slot_lists {
	uint32_t *first;      /* by node */
	uint32_t *next;       /* by VIP */
	uint32_t *before;     /* by VIP */
	struct slot *current; /* by VIP */
};

struct api {
	bool down;
	enum api_down_how how; /* while it is down */
	uint32_t downs;        /* times that it went down and its connections with it */
	uint32_t epoch;        /* counts restarts after which watches must relist */
	struct leases leases;
	bool *node_exists;
	struct service_history *services;
	struct endpoint_history *endpoints; /* by Service */
	uint32_t config;                    /* version in force */
	struct slot_lists slots;
	struct watch_end *ends[WATCHES]; /* by node */
	ARRAY_OF(struct change_chunk *) chunks;
	uint64_t changes;
	struct client **clients; /* by node */
	/* Streams of random numbers: round trips, deliveries, waits after failures. */
	struct random round_trip, delivery, backoff;
};

void api_init(struct sim *sim);
void api_release(struct sim *sim);

/* One round trip to the API server. */
sim_ns api_round_trip(struct sim *sim);

/* ---- what changes ---- */

/* Adds a version to a Service; its slots are copied from `slots`. */
void api_write_service(struct sim *sim, uint32_t service, const struct service_version *version,
		       const struct slot *slots);
/* What the allocator is to make of the Service when it looks at it; nothing is written. */
void api_plan_service(struct sim *sim, uint32_t service, uint32_t state);
void api_write_endpoints(struct sim *sim, uint32_t service, const bool *nodes);
void api_write_config(struct sim *sim, uint32_t version);

/* The slot that a VIP has at the start of the run. */
void api_begin_slot(struct sim *sim, uint32_t vip, struct slot slot);

/* The Service as the set-up knows it at that version; NULL: it knows one state only. */
const struct setup_service_state *api_service_state(const struct sim *sim, uint32_t service,
						    const struct service_version *version);
const struct service_version *api_service(const struct sim *sim, uint32_t service);
/* The newest version's number. */
uint32_t api_service_newest(const struct sim *sim, uint32_t service);
uint32_t api_endpoints_newest(const struct sim *sim, uint32_t service);
const bool *api_endpoint_nodes(const struct sim *sim, uint32_t service, uint32_t version);

/* ---- watching ---- */

/* From now on changes of this kind go to the node's agent. */
void api_watch(struct sim *sim, uint32_t node, enum watch_kind kind);
/* No more; what is on its way is lost. */
void api_unwatch(struct sim *sim, uint32_t node, enum watch_kind kind);

#endif
