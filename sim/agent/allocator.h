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
};

void allocator_init(struct sim *sim);
void allocator_release(struct sim *sim);

/* The Service was created, and the allocator will hear of it. */
void allocator_service_created(struct sim *sim, uint32_t service);

#endif
