/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an agent writes to core/v1: Services, which its worker waits for (P6.8, P9.4, P9.6,
 * P9.7), and Events about them, sent one at a time through the same limiter (P9.4).
 */
#include <stdlib.h>

#include "base/mem.h"
#include "sim/agent/agent.h"
#include "sim/engine/trace.h"

/* ---- Services ---- */

/* How long a write may take, the wait for the limiter included. */
static sim_ns agent_write_patience(const struct agent *agent)
{
	return agent->phase == AGENT_RUNNING ? 10 * NS_PER_SEC : 500 * NS_PER_MS;
}

/* During a shutdown what takes too long counts as done. */
static void agent_write_failed(struct sim *sim, struct agent *agent, enum answer with)
{
	agent->result->api_failures++;
	agent_service_done(sim, agent, agent->phase == AGENT_RUNNING || with != ANSWER_TIMEOUT);
}

static void agent_write_answered(struct sim *sim, struct agent *agent, enum answer with)
{
	struct worker *worker = &agent->worker;
	const uint32_t service = worker->service;
	const char *name = sim->setup->services.items[service].name;

	if (with != ANSWER_OK) {
		agent_write_failed(sim, agent, with);
		return;
	}
	if (api_service_newest(sim, service) != worker->base) {
		agent->result->conflicts++;
		trace_detail(sim, "conflict", "its copy is old",
			     "agent of %s could not write %s", agent_node_name(sim, agent),
			     name);
		agent_service_done(sim, agent, true);
		return;
	}
	agent->result->api_writes++;
	api_write_service(sim, service, &worker->written, worker->slots);
	trace_detail(sim, "service-written", NULL, "agent of %s wrote %s",
		     agent_node_name(sim, agent), name);
	/* Annotations are the agent's business; this is the user's (P6.5). */
	if (!worker->written.quiet)
		trace_note(sim, "policy-reset",
			   "PureLB changes it for addresses on local interfaces",
			   "agent of %s set externalTrafficPolicy of %s back to Cluster",
			   agent_node_name(sim, agent), name);
	agent_service_done(sim, agent, false);
}

static void agent_write_ask(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->worker.state = WORKER_WRITING;
	connection_request(sim, &agent->client, REQUEST_WRITE,
			   agent->worker.deadline - sim->engine.now, agent_write_answered);
}

void agent_write_service(struct sim *sim, struct agent *agent)
{
	struct worker *worker = &agent->worker;
	const sim_ns now = sim->engine.now;
	sim_ns at;

	worker->deadline = now + agent_write_patience(agent);
	if (!limiter_reserve(&agent->core, now, agent_write_patience(agent), &at)) {
		agent_write_failed(sim, agent, ANSWER_TIMEOUT);
		return;
	}
	agent->result->limiter_wait += at - now;
	worker->state = WORKER_WAITING;
	worker->timer = engine_at(&sim->engine, at, agent_write_ask, agent, 0);
}

void agent_write_cancel(struct sim *sim, struct agent *agent)
{
	connection_cancel(sim, &agent->client, REQUEST_WRITE);
}

/* ---- Events ---- */

enum {
	WAITING_MAX = 1000, /* what the library keeps; the rest is dropped */
	TRIES_MAX = 12,
	TRY_AGAIN_S = 10,
};

static void agent_events_next(struct sim *sim, struct agent *agent);

static void agent_events_push(struct recorder *recorder, uint32_t service)
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

static void agent_events_drop_first(struct recorder *recorder)
{
	recorder->head = (recorder->head + 1) % recorder->capacity;
	recorder->count--;
	recorder->busy = false;
	recorder->tries = 0;
}

static void agent_events_done(struct sim *sim, struct agent *agent)
{
	agent_events_drop_first(&agent->recorder);
	agent_work_tell(sim, agent);
	agent_events_next(sim, agent);
}

static void agent_events_ask_again(void *context, void *actor, uint64_t arg);

static void agent_events_sent(struct sim *sim, struct agent *agent, enum answer with)
{
	struct recorder *recorder = &agent->recorder;
	sim_ns wait = TRY_AGAIN_S * NS_PER_SEC;

	if (with == ANSWER_OK) {
		agent->result->events_sent++;
		agent_events_done(sim, agent);
		return;
	}
	agent->result->api_failures++;
	if (++recorder->tries >= TRIES_MAX) {
		agent->result->events_dropped++;
		agent_events_done(sim, agent);
		return;
	}
	if (recorder->tries == 1)
		wait = (sim_ns)((double)wait * random_unit(&sim->api->backoff));
	recorder->timer = engine_in(&sim->engine, wait, agent_events_ask_again, agent, 0);
}

static void agent_events_ask(void *context, void *actor, uint64_t arg)
{
	struct agent *agent = actor;

	(void)arg;
	connection_request(context, &agent->client, REQUEST_EVENT, SIM_NEVER,
			   agent_events_sent);
}

/* Waits for a token, then asks. */
static void agent_events_ask_again(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;
	sim_ns at;

	(void)arg;
	(void)limiter_reserve(&agent->core, sim->engine.now, SIM_NEVER, &at);
	agent->recorder.timer = engine_at(&sim->engine, at, agent_events_ask, agent, 0);
}

/* Takes the next one up; those about a Service of which there were too many are dropped. */
static void agent_events_next(struct sim *sim, struct agent *agent)
{
	struct recorder *recorder = &agent->recorder;

	while (!recorder->busy && recorder->count > 0) {
		const uint32_t about = recorder->services[recorder->head];
		struct limiter *spam = about == QUEUE_RUN
					       ? &agent->kept.spam
					       : &agent_service_memory(sim, agent, about)->spam;

		if (!limiter_try(spam, sim->engine.now)) {
			agent->result->events_dropped++;
			agent_events_drop_first(recorder);
			if (recorder->count == 0)
				agent_work_tell(sim, agent);
			continue;
		}
		recorder->busy = true;
		agent_events_ask_again(sim, agent, 0);
	}
}

void agent_emit(struct sim *sim, struct agent *agent, uint32_t service, uint32_t count)
{
	struct recorder *recorder = &agent->recorder;

	while (count > 0 && recorder->count < WAITING_MAX) {
		agent_events_push(recorder, service);
		count--;
	}
	agent->result->events_dropped += count;
	agent_events_next(sim, agent);
}

void agent_emit_stop(struct sim *sim, struct agent *agent)
{
	struct recorder *recorder = &agent->recorder;

	engine_cancel(&sim->engine, &recorder->timer);
	connection_cancel(sim, &agent->client, REQUEST_EVENT);
	recorder->head = 0;
	recorder->count = 0;
	recorder->busy = false;
	recorder->tries = 0;
}
