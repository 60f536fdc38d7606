/* SPDX-License-Identifier: Apache-2.0 */
/* The worker writes a Service, and waits for it. (P6.8, P9.4, P9.6, P9.7) */
#include "sim/run/control.h"

/* How long a write may take, the wait for the limiter included. */
static sim_ns patience(const struct agent *agent)
{
	return agent->phase == AGENT_RUNNING ? 10 * NS_PER_SEC : 500 * NS_PER_MS;
}

/* During a shutdown what takes too long counts as done. */
static void failed(struct sim *sim, struct agent *agent, enum answer with)
{
	agent->result->api_failures++;
	agent_service_done(sim, agent, agent->phase == AGENT_RUNNING || with != ANSWER_TIMEOUT);
}

static void written(struct sim *sim, struct agent *agent, enum answer with)
{
	struct worker *worker = &agent->worker;
	const uint32_t service = worker->service;
	const char *name = sim->setup->services.items[service].name;

	if (with != ANSWER_OK) {
		failed(sim, agent, with);
		return;
	}
	if (api_service_newest(sim, service) != worker->base) {
		agent->result->conflicts++;
		sim_tell(sim, "conflict", "its copy is old", "agent of %s could not write %s",
			 agent_node_name(sim, agent), name);
		agent_service_done(sim, agent, true);
		return;
	}
	agent->result->api_writes++;
	api_write_service(sim, service, &worker->written, worker->slots);
	sim_tell(sim, "service-written", NULL, "agent of %s wrote %s",
		 agent_node_name(sim, agent), name);
	agent_service_done(sim, agent, false);
}

static void ask(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->worker.state = WORKER_WRITING;
	connection_request(sim, agent, REQUEST_WRITE, agent->worker.deadline - sim->engine.now,
			   written);
}

void agent_write_service(struct sim *sim, struct agent *agent)
{
	struct worker *worker = &agent->worker;
	const sim_ns now = sim->engine.now;
	sim_ns at;

	worker->deadline = now + patience(agent);
	if (!limiter_reserve(&agent->core, now, patience(agent), &at)) {
		failed(sim, agent, ANSWER_TIMEOUT);
		return;
	}
	agent->result->limiter_wait += at - now;
	worker->state = WORKER_WAITING;
	worker->timer = engine_at(&sim->engine, at, ask, agent, 0);
}

void agent_write_cancel(struct sim *sim, struct agent *agent)
{
	connection_cancel(sim, agent, REQUEST_WRITE);
}
