/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator: one worker that gives Services their addresses (P3). Which
 * ones, the setup knows; here is when.
 */
#ifndef SIM_AGENT_ALLOCATOR_H
#define SIM_AGENT_ALLOCATOR_H

#include "sim/api/limiter.h"
#include "sim/engine/sim.h"

struct allocator {
	struct limiter core;
	uint32_t *queue; /* Services that wait */
	uint32_t head, count, capacity;
	uint32_t service; /* in work */
	bool busy;
	uint32_t events; /* waiting to be sent */
	bool sending;
	sim_ns last; /* delivery from its watch */
	bool down;
	uint64_t instance; /* counts processes: what one before asked for is nobody's */
};

void allocator_init(struct sim *sim);
void allocator_release(struct sim *sim);

/* The process ends, or a new one starts (P8.10). False: it is so already. */
bool allocator_set_down(struct sim *sim, bool down);

/* The Service was created or changed, and the allocator will hear of it. */
void allocator_service_changed(struct sim *sim, uint32_t service);

#endif
