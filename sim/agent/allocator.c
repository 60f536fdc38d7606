/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator's worker: a Service at a time, two writes and an Event for each, all through
 * one limiter (P9.4). It is on no node here: only an outage of the API server stops it, and
 * what ends its process (P8.10); a new one starts with the Services that have no addresses.
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
	engine_at(&sim->engine, at + api_round_trip(sim), done, NULL, allocator->instance);
}

/* The process that asked is gone. */
static bool allocator_is_gone(const struct sim *sim, uint64_t instance)
{
	return sim->agents->allocator.instance != instance;
}

/* ---- Events, beside the worker ---- */

static void allocator_event_sent(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct allocator *allocator = &sim->agents->allocator;

	(void)actor;
	if (allocator_is_gone(sim, arg))
		return;
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
	if (allocator_is_gone(sim, arg))
		return;
	sim->agents->allocator.busy = false;
	allocator_next(sim);
}

static void allocator_status_written(void *context, void *actor, uint64_t arg);

static void allocator_write_status(void *context, void *actor, uint64_t arg)
{
	(void)actor;
	if (!allocator_is_gone(context, arg))
		allocator_ask(context, allocator_status_written);
}

/* What the Service is to have; NULL: all its VIPs. */
static const bool *allocator_wants(const struct sim *sim, uint32_t service,
				   const struct service_version *version)
{
	const struct setup_service_state *state = api_service_state(sim, service, version);

	return state != NULL ? state->has : NULL;
}

/* It has what it is to have, and nothing is to be done. */
static bool allocator_is_done(const struct sim *sim, uint32_t service)
{
	const struct service_version *version = api_service(sim, service);
	const struct setup_service *it = &sim->setup->services.items[service];
	const bool *wants = allocator_wants(sim, service, version);

	for (uint32_t i = 0; wants != NULL && i < it->vip_count; i++) {
		if (service_has(version, i) != wants[i])
			return false;
	}
	return version->addressed || !version->exists;
}

static void allocator_note(struct sim *sim, uint32_t vip, const struct service_version *version,
			   bool had, bool has)
{
	const struct setup_vip *it = &sim->setup->vips.items[vip];
	const char *name = sim->setup->services.items[it->service].name;
	const struct setup_service_state *state = api_service_state(sim, it->service, version);
	const char *cause = state != NULL && state->cause != NULL ? state->cause
								  : "the Service was created";

	if (has && !had)
		trace_note(sim, "vip-allocated", cause, "%s got %s", name, it->text);
	else if (had && !has)
		trace_note(sim, "vip-released", cause, "%s no longer has %s", name, it->text);
	network_want(sim, vip, has);
}

/* The Service has its addresses: now the agents hear of it. */
static void allocator_status_written(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	const uint32_t service = sim->agents->allocator.service;
	const struct setup_service *it = &sim->setup->services.items[service];
	struct service_version version = *api_service(sim, service);
	const struct setup_service_state *state;
	const bool *wants;

	(void)actor;
	if (allocator_is_gone(sim, arg))
		return;
	if (allocator_is_done(sim, service)) {
		allocator_finished(sim, NULL, arg);
		return;
	}
	if (sim->api->down) {
		engine_in(&sim->engine, try_again, allocator_write_status, NULL, arg);
		return;
	}
	wants = allocator_wants(sim, service, &version);
	for (uint32_t i = 0; i < it->vip_count; i++)
		allocator_note(sim, it->first_vip + i, &version, service_has(&version, i),
			       wants == NULL || wants[i]);
	state = api_service_state(sim, service, &version);
	if (state != NULL && state->short_of != NULL)
		trace_note(sim, "vip-missing", state->short_of, "%s lacks an address",
			   it->name);
	version.addressed = true;
	version.has = wants;
	version.quiet = false;
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
		  allocator_write_status, NULL, allocator->instance);
}

static void allocator_heard(void *context, void *actor, uint64_t service)
{
	struct sim *sim = context;
	struct allocator *allocator = &sim->agents->allocator;

	(void)actor;
	if (allocator->down)
		return; /* the next process lists all */
	if (allocator->count == allocator->capacity) {
		allocator->capacity = allocator->capacity * 2 + 16;
		allocator->queue = mem_resize(allocator->queue, allocator->capacity,
					      sizeof(*allocator->queue));
	}
	allocator->queue[allocator->count++] = (uint32_t)service;
	allocator_next(sim);
}

void allocator_service_changed(struct sim *sim, uint32_t service)
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

static void allocator_init_limiter(struct sim *sim)
{
	const struct setup_timing *timing = &sim->setup->timing;

	limiter_init(&sim->agents->allocator.core, limiter_interval(timing->client_qps),
		     timing->client_burst, sim->engine.now);
}

void allocator_init(struct sim *sim)
{
	allocator_init_limiter(sim);
}

static void allocator_listed(void *context, void *actor, uint64_t instance)
{
	struct sim *sim = context;

	if (allocator_is_gone(sim, instance))
		return;
	if (sim->api->down) {
		engine_in(&sim->engine, try_again, allocator_listed, actor, instance);
		return;
	}
	for (uint32_t s = 0; s < sim->setup->services.count; s++) {
		if (api_service(sim, s)->exists && !allocator_is_done(sim, s))
			allocator_heard(sim, actor, s);
	}
}

bool allocator_set_down(struct sim *sim, bool down)
{
	struct allocator *allocator = &sim->agents->allocator;

	if (allocator->down == down)
		return false;
	allocator->down = down;
	allocator->instance++;
	allocator->head = allocator->count = 0;
	allocator->events = 0;
	allocator->busy = allocator->sending = false;
	if (down)
		return true;
	allocator_init_limiter(sim);
	engine_in(&sim->engine, api_round_trip(sim), allocator_listed, NULL,
		  allocator->instance);
	return true;
}

void allocator_release(struct sim *sim)
{
	free(sim->agents->allocator.queue);
}
