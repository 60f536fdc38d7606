/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing places for Services: without replacement, each as likely as the others. */
#ifndef SIM_AGENT_QUEUE_DRAW_H
#define SIM_AGENT_QUEUE_DRAW_H

#include "sim/agent/queue.h"

struct queue_place {
	uint32_t place; /* from 0 */
	uint32_t service;
};

/* Room for `count` numbers; valid until the next call. */
uint32_t *queue_scratch_numbers(struct queue_scratch *scratch, uint32_t count);

/*
 * Gives each of `count` Services a place of its own among the first `of`, at least `count`.
 * Sorted by place, and valid until the next call.
 */
const struct queue_place *queue_draw(struct queue_scratch *scratch, const uint32_t *services,
				     uint32_t count, uint32_t of, struct random *random);

#endif
