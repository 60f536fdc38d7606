/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events that an agent records about Services: sent one at a time, through the limiter that
 * its worker waits for, too. (P9.4)
 */
#include <stdlib.h>

#include "base/mem.h"
#include "sim/run/control.h"

enum {
	WAITING_MAX = 1000, /* what the library keeps; the rest is dropped */
	TRIES_MAX = 12,
	TRY_AGAIN_S = 10,
};

static void next(struct sim *sim, struct agent *agent);

static void push(struct recorder *recorder, uint32_t service)
{
	if (recorder->count == recorder->capacity) {
		const uint32_t capacity = recorder->capacity * 2 + 8;
		uint32_t *ring = mem_resize(NULL, capacity, sizeof(*ring));

		for (uint32_t i = 0; i < recorder->count; i++)
			ring[i] = recorder->services[(recorder->head + i) % recorder->capacity];
		free(recorder->services);
		recorder->services = ring;
		recorder->capacity = capacity;
		recorder->head = 0;
	}
	recorder->services[(recorder->head + recorder->count++) % recorder->capacity] = service;
}

static void drop_first(struct recorder *recorder)
{
	recorder->head = (recorder->head + 1) % recorder->capacity;
	recorder->count--;
	recorder->busy = false;
	recorder->tries = 0;
}

static void ask_again(void *context, void *actor, uint64_t arg);

static void sent(struct sim *sim, struct agent *agent, enum answer with)
{
	struct recorder *recorder = &agent->recorder;
	sim_ns wait = TRY_AGAIN_S * NS_PER_SEC;

	if (with == ANSWER_OK) {
		agent->result->events_sent++;
		drop_first(recorder);
		next(sim, agent);
		return;
	}
	agent->result->api_failures++;
	if (++recorder->tries >= TRIES_MAX) {
		agent->result->events_dropped++;
		drop_first(recorder);
		next(sim, agent);
		return;
	}
	if (recorder->tries == 1)
		wait = (sim_ns)((double)wait * random_unit(&sim->control->streams.backoff));
	recorder->timer = engine_in(&sim->engine, wait, ask_again, agent, 0);
}

static void ask(void *context, void *actor, uint64_t arg)
{
	(void)arg;
	connection_request(context, actor, REQUEST_EVENT, SIM_NEVER, sent);
}

/* Waits for a token, then asks. */
static void ask_again(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;
	sim_ns at;

	(void)arg;
	(void)limiter_reserve(&agent->core, sim->engine.now, SIM_NEVER, &at);
	agent->recorder.timer = engine_at(&sim->engine, at, ask, agent, 0);
}

/* Takes the next one up; those about a Service of which there were too many are dropped. */
static void next(struct sim *sim, struct agent *agent)
{
	struct recorder *recorder = &agent->recorder;

	while (!recorder->busy && recorder->count > 0) {
		struct card *card = agent_card(sim, agent, recorder->services[recorder->head]);

		if (!limiter_try(&card->spam, sim->engine.now)) {
			agent->result->events_dropped++;
			drop_first(recorder);
			continue;
		}
		recorder->busy = true;
		ask_again(sim, agent, 0);
	}
}

void agent_emit(struct sim *sim, struct agent *agent, uint32_t service, uint32_t count)
{
	struct recorder *recorder = &agent->recorder;

	for (uint32_t i = 0; i < count; i++) {
		if (recorder->count < WAITING_MAX)
			push(recorder, service);
		else
			agent->result->events_dropped++;
	}
	next(sim, agent);
}

void agent_emit_stop(struct sim *sim, struct agent *agent)
{
	struct recorder *recorder = &agent->recorder;

	engine_cancel(&sim->engine, &recorder->timer);
	connection_cancel(sim, agent, REQUEST_EVENT);
	recorder->head = 0;
	recorder->count = 0;
	recorder->busy = false;
	recorder->tries = 0;
}
