/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator's worker: a Service at a time, two writes and an Event for each, all through
 * one limiter (P9.4). It is on no node here: only an outage of the API server stops it.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "sim/agent/agent.h"
#include "sim/engine/trace.h"

static const sim_ns try_again = NS_PER_SEC;

static void allocator_next(struct sim *sim);

/* ---- requests: a token, a round trip, and then `done` ---- */

static void allocator_ask(struct sim *sim, event_fn done)
{
	struct allocator *allocator = &sim->agents->allocator;
	sim_ns at;

	(void)limiter_reserve(&allocator->core, sim->engine.now, SIM_NEVER, &at);
	engine_at(&sim->engine, at + api_round_trip(sim), done, NULL, 0);
}

/* ---- Events, beside the worker ---- */

static void allocator_event_sent(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct allocator *allocator = &sim->agents->allocator;

	(void)actor;
	(void)arg;
	allocator->sending = --allocator->events > 0;
	if (allocator->sending)
		allocator_ask(sim, allocator_event_sent);
}

static void allocator_emit(struct sim *sim)
{
	struct allocator *allocator = &sim->agents->allocator;

	allocator->events++;
	if (allocator->sending)
		return;
	allocator->sending = true;
	allocator_ask(sim, allocator_event_sent);
}

/* ---- one Service ---- */

static void allocator_finished(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;

	(void)actor;
	(void)arg;
	sim->agents->allocator.busy = false;
	allocator_next(sim);
}

static void allocator_status_written(void *context, void *actor, uint64_t arg);

static void allocator_write_status(void *context, void *actor, uint64_t arg)
{
	(void)actor;
	(void)arg;
	allocator_ask(context, allocator_status_written);
}

/* The Service has its addresses: now the agents hear of it. */
static void allocator_status_written(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	const uint32_t service = sim->agents->allocator.service;
	const struct setup_service *it = &sim->setup->services.items[service];
	struct service_version version = *api_service(sim, service);

	(void)actor;
	(void)arg;
	if (!version.exists) {
		allocator_finished(sim, NULL, 0);
		return;
	}
	if (sim->api->down) {
		engine_in(&sim->engine, try_again, allocator_write_status, NULL, 0);
		return;
	}
	version.addressed = true;
	version.quiet = false;
	for (uint32_t i = 0; i < it->vip_count; i++) {
		network_want(sim, it->first_vip + i, true);
		trace_note(sim, "vip-allocated", "the Service was created", "%s got %s",
			   it->name, sim->setup->vips.items[it->first_vip + i].text);
	}
	api_write_service(sim, service, &version, version.slots);
	allocator_emit(sim);
	/* The second write changes nothing that the first did not. */
	allocator_ask(sim, allocator_finished);
}

static void allocator_next(struct sim *sim)
{
	struct allocator *allocator = &sim->agents->allocator;

	if (allocator->busy || allocator->head == allocator->count)
		return;
	allocator->busy = true;
	allocator->service = allocator->queue[allocator->head++];
	engine_in(&sim->engine,
		  distribution_sample(&sim->setup->timing.allocate, &sim->agents->work),
		  allocator_write_status, NULL, 0);
}

static void allocator_heard(void *context, void *actor, uint64_t service)
{
	struct sim *sim = context;
	struct allocator *allocator = &sim->agents->allocator;

	(void)actor;
	if (allocator->count == allocator->capacity) {
		allocator->capacity = allocator->capacity * 2 + 16;
		allocator->queue = mem_resize(allocator->queue, allocator->capacity,
					      sizeof(*allocator->queue));
	}
	allocator->queue[allocator->count++] = (uint32_t)service;
	allocator_next(sim);
}

void allocator_service_created(struct sim *sim, uint32_t service)
{
	struct allocator *allocator = &sim->agents->allocator;
	const sim_ns at =
		sim->engine.now +
		distribution_sample(&sim->setup->timing.watch_delivery, &sim->api->delivery);

	if (at > allocator->last)
		allocator->last = at;
	engine_at(&sim->engine, allocator->last, allocator_heard, NULL, service);
}

/* ---- life ---- */

void allocator_init(struct sim *sim)
{
	const struct setup_timing *timing = &sim->setup->timing;

	limiter_init(&sim->agents->allocator.core, limiter_interval(timing->client_qps),
		     timing->client_burst, 0);
}

void allocator_release(struct sim *sim)
{
	free(sim->agents->allocator.queue);
}
