/* SPDX-License-Identifier: Apache-2.0 */
/* The Service queue of an agent and its one worker. (P9.1, P9.3, P9.6) */
#include "sim/run/control.h"

/* ---- the worker ---- */

static void run_done(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->worker.state = WORKER_IDLE;
	queue_done(&agent->queue);
	agent_work(sim, agent);
}

static void service_due(void *context, void *actor, uint64_t arg)
{
	struct agent *agent = actor;

	(void)arg;
	agent_reconcile(context, agent, agent->worker.service);
}

static void begin_run(struct sim *sim, struct agent *agent, uint32_t count)
{
	struct worker *worker = &agent->worker;
	const sim_ns whole = control_sum(&sim->setup->timing.reconcile_lose, count,
					 &sim->control->streams.work);

	agent->result->reprocessed += count;
	worker->state = WORKER_RUN;
	worker->count = count;
	worker->since = sim->engine.now;
	worker->each = whole / (sim_ns)count;
	worker->timer =
		engine_in(&sim->engine, worker->each * (sim_ns)count, run_done, agent, 0);
}

static void begin_service(struct sim *sim, struct agent *agent, uint32_t service)
{
	const struct setup_timing *timing = &sim->setup->timing;
	const bool wins = agent_would_win(sim, agent, service);

	agent->result->reprocessed++;
	agent->worker.state = WORKER_SERVICE;
	agent->worker.service = service;
	agent->worker.timer = engine_in(
		&sim->engine,
		distribution_sample(wins ? &timing->reconcile_win : &timing->reconcile_lose,
				    &sim->control->streams.work),
		service_due, agent, 0);
}

void agent_work(struct sim *sim, struct agent *agent)
{
	struct queue_entry entry;

	if (agent->worker.state != WORKER_IDLE)
		return;
	if (!queue_take(&agent->queue, &entry)) {
		if (agent->phase == AGENT_DRAINING)
			agent_drained(sim, agent);
	} else if (entry.service == QUEUE_RUN) {
		begin_run(sim, agent, entry.count);
	} else {
		begin_service(sim, agent, entry.service);
	}
}

/* Before the queue changes: of a run that is being worked on only one place is in work, those
 * behind it are pending. */
static void settle_run(struct sim *sim, struct agent *agent)
{
	struct worker *worker = &agent->worker;
	sim_ns done;
	sim_ns end;

	if (worker->state != WORKER_RUN || worker->count <= 1)
		return;
	done = worker->each > 0 ? (sim->engine.now - worker->since) / worker->each
				: (sim_ns)worker->count - 1;
	if (done > (sim_ns)worker->count - 1)
		done = (sim_ns)worker->count - 1;
	queue_put_back(&agent->queue, worker->count - (uint32_t)done - 1);
	agent->result->reprocessed -= worker->count - (uint32_t)done - 1;
	end = worker->since + (done + 1) * worker->each;
	worker->count = 1;
	engine_cancel(&sim->engine, &worker->timer);
	worker->timer = engine_at(&sim->engine, end, run_done, agent, 0);
}

/* ---- retries ---- */

static uint64_t pack(const struct agent *agent, uint32_t number)
{
	return (uint64_t)agent->instance << 32 | number;
}

static bool is_current(const struct agent *agent, uint64_t packed)
{
	return agent->phase != AGENT_OFF && packed >> 32 == agent->instance;
}

static void retry(void *context, void *actor, uint64_t arg)
{
	if (is_current(actor, arg))
		agent_enqueue(context, actor, (uint32_t)arg);
}

/* Whichever is longer: 5 ms, 10 ms, ... 1000 s for the Service, or the bucket for all. */
static void retry_later(struct sim *sim, struct agent *agent, uint32_t service)
{
	const sim_ns most = 1000 * NS_PER_SEC;
	struct card *card = agent_card(sim, agent, service);
	sim_ns wait = 5 * NS_PER_MS;
	sim_ns at;

	for (uint32_t i = 0; i < card->failures && wait < most; i++)
		wait *= 2;
	if (wait > most)
		wait = most;
	card->failures++;
	(void)limiter_reserve(&agent->retries, sim->engine.now, SIM_NEVER, &at);
	if (at - sim->engine.now > wait)
		wait = at - sim->engine.now;
	engine_in(&sim->engine, wait, retry, agent, pack(agent, service));
}

void agent_service_done(struct sim *sim, struct agent *agent, bool again)
{
	const uint32_t service = agent->worker.service;

	if (again)
		retry_later(sim, agent, service);
	else if (agent->card_of[service] != 0)
		agent_card(sim, agent, service)->failures = 0;
	agent->worker.state = WORKER_IDLE;
	queue_done(&agent->queue);
	agent_work(sim, agent);
}

/* ---- what comes into the queue ---- */

void agent_enqueue(struct sim *sim, struct agent *agent, uint32_t service)
{
	settle_run(sim, agent);
	queue_add(&agent->queue, service, &sim->control->streams.queue);
	agent_work(sim, agent);
}

void agent_reprocess(struct sim *sim, struct agent *agent)
{
	const uint32_t *services;
	uint32_t count;

	if (agent->queue.shut || agent->queue.known == 0)
		return;
	settle_run(sim, agent);
	services = agent_interests(sim, agent, &count);
	queue_reprocess(&agent->queue, services, count, &sim->control->streams.queue);
	agent_work(sim, agent);
}

/* ---- what comes again every 10 minutes ---- */

static bool repeats(const struct agent *agent, enum watch_kind kind)
{
	return agent->watches[kind].state == WATCH_STREAMS ||
	       agent->watches[kind].state == WATCH_REDIALS;
}

static void services_again(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->service_resync = engine_in(&sim->engine, SERVICE_RESYNC_S * NS_PER_SEC,
					  services_again, agent, 0);
	if (!repeats(agent, WATCH_SERVICES))
		return;
	agent_set_cause(sim, agent, CAUSE_RESYNC);
	agent_reprocess(sim, agent);
}

static void config_again(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->config_resync =
		engine_in(&sim->engine, CONFIG_RESYNC_S * NS_PER_SEC, config_again, agent, 0);
	if (repeats(agent, WATCH_CONFIG))
		agent_config_delivered(sim, agent,
				       sim->control->prepared->versions[agent->config].agents);
}

void agent_start_long_resyncs(struct sim *sim, struct agent *agent, sim_ns services,
			      sim_ns config)
{
	engine_cancel(&sim->engine, &agent->service_resync);
	engine_cancel(&sim->engine, &agent->config_resync);
	agent->service_resync = engine_in(&sim->engine, services, services_again, agent, 0);
	agent->config_resync = engine_in(&sim->engine, config, config_again, agent, 0);
}

/* ---- life ---- */

void agent_work_start(struct sim *sim, struct agent *agent)
{
	agent->worker.state = WORKER_IDLE;
	agent_start_long_resyncs(sim, agent, SERVICE_RESYNC_S * NS_PER_SEC,
				 CONFIG_RESYNC_S * NS_PER_SEC);
	agent_work(sim, agent);
}

void agent_work_stop(struct sim *sim, struct agent *agent)
{
	engine_cancel(&sim->engine, &agent->worker.timer);
	engine_cancel(&sim->engine, &agent->service_resync);
	engine_cancel(&sim->engine, &agent->config_resync);
	agent_write_cancel(sim, agent);
	agent->worker.state = WORKER_OFF;
}
