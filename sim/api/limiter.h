/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token bucket of client libraries (P9.4): a token comes every `interval` up to `burst`
 * of them; who takes one that is not there yet is told when it will be, first come first
 * served. Used for requests per second, for Events per Service and for retries.
 */
#ifndef SIM_API_LIMITER_H
#define SIM_API_LIMITER_H

#include "sim/engine/engine.h"

struct limiter {
	sim_ns interval; /* between two tokens; 0: no limit */
	sim_ns depth;    /* how long it takes to fill the empty bucket: burst * interval */
	sim_ns empty_at; /* when the bucket had or will have no token; the past is money */
};

/* A full bucket. */
void limiter_init(struct limiter *limiter, sim_ns interval, uint32_t burst, sim_ns now);

/* The interval of `per_second` tokens; 0 for 0, which means no limit. */
sim_ns limiter_interval(uint32_t per_second);

/*
 * Takes a token and sets *at to when it may be used, `now` or later. Takes none and returns
 * false when that would be more than `patience` away.
 */
bool limiter_reserve(struct limiter *limiter, sim_ns now, sim_ns patience, sim_ns *at);

/* Takes a token if one is there right now. */
bool limiter_try(struct limiter *limiter, sim_ns now);

#endif
