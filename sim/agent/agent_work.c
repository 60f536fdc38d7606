/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Service queue of an agent and its one worker (P9.1, P9.6); the agent's copies of
 * Services and EndpointSlices and what a change of them queues (P9.3); and which Services a
 * reprocess has to look at one by one: those that the agent holds, those that it may win, and
 * those that it has to do something about although it loses. All the others cost it time and
 * nothing else. What is done about a Service is decided in agent_reconcile.c alone.
 */
#include "base/mem.h"
#include "sim/agent/agent.h"

/* ---- the worker ---- */

static void agent_work_run_done(void *context, void *actor, uint64_t arg);

/* How many places of the run are done. */
static uint32_t agent_work_run_progress(const struct sim *sim, const struct worker *worker)
{
	const sim_ns last = (sim_ns)worker->count - 1;
	const sim_ns done =
		worker->each > 0 ? (sim->engine.now - worker->since) / worker->each : last;

	return (uint32_t)(done < last ? done : last);
}

/* So many of these places of the run are of Services that it keeps. */
static uint32_t agent_work_run_kept(const struct worker *worker, uint32_t places)
{
	return (uint32_t)((uint64_t)worker->kept * places / worker->count);
}

static void agent_work_tell_until(struct sim *sim, struct agent *agent, uint32_t places)
{
	struct worker *worker = &agent->worker;
	const uint32_t kept = agent_work_run_kept(worker, places);
	uint32_t events;

	if (kept <= worker->told)
		return;
	events = agent_kept_events(sim, agent, kept - worker->told);
	worker->told = kept;
	agent_emit(sim, agent, QUEUE_RUN, events);
}

/* Before the queue changes: of a run that is being worked on only one place is in work, those
 * behind it are pending. */
static void agent_work_settle_run(struct sim *sim, struct agent *agent)
{
	struct worker *worker = &agent->worker;
	uint32_t done;
	uint32_t kept;

	if (worker->state != WORKER_RUN || worker->count <= 1)
		return;
	done = agent_work_run_progress(sim, worker);
	agent_work_tell_until(sim, agent, done);
	kept = agent_work_run_kept(worker, done + 1) - worker->told;
	queue_put_back(&agent->queue, worker->count - done - 1);
	agent->result->reprocessed -= worker->count - done - 1;
	worker->since += (sim_ns)done * worker->each;
	worker->count = 1;
	worker->kept = kept;
	worker->told = 0;
	engine_cancel(&sim->engine, &worker->timer);
	worker->timer = engine_at(&sim->engine, worker->since + worker->each,
				  agent_work_run_done, agent, 0);
}

void agent_work_tell(struct sim *sim, struct agent *agent)
{
	struct worker *worker = &agent->worker;

	if (worker->state != WORKER_RUN || worker->kept == worker->told)
		return;
	agent_work_tell_until(sim, agent, agent_work_run_progress(sim, worker));
	/* The next one is sent when its place is done, not at the end of the run. */
	if (agent->recorder.count == 0)
		agent_work_settle_run(sim, agent);
}

static void agent_work_run_done(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent_work_tell_until(sim, agent, agent->worker.count);
	agent->worker.state = WORKER_IDLE;
	queue_done(&agent->queue);
	agent_work(sim, agent);
}

static void agent_work_service_due(void *context, void *actor, uint64_t arg)
{
	struct agent *agent = actor;

	(void)arg;
	agent_reconcile(context, agent, agent->worker.service);
}

static void agent_work_begin_run(struct sim *sim, struct agent *agent, uint32_t count)
{
	struct worker *worker = &agent->worker;
	const uint32_t kept = agent_kept_among(agent, count);
	const sim_ns lost = distribution_sample_sum(&sim->setup->timing.reconcile_lose,
						    count - kept, &sim->agents->work);
	const sim_ns whole = lost + distribution_sample_sum(&sim->setup->timing.reconcile_win,
							    kept, &sim->agents->work);

	agent->result->reprocessed += count;
	worker->state = WORKER_RUN;
	worker->count = count;
	worker->kept = kept;
	worker->told = 0;
	worker->since = sim->engine.now;
	worker->each = whole / (sim_ns)count;
	worker->timer = engine_in(&sim->engine, worker->each * (sim_ns)count,
				  agent_work_run_done, agent, 0);
	/* An Event that does not wait for others is sent at once. */
	if (kept > 0 && !agent->recorder.busy && sim->setup->timing.events_per_keep > 0)
		agent_work_settle_run(sim, agent);
}

static void agent_work_begin_service(struct sim *sim, struct agent *agent, uint32_t service)
{
	const struct setup_timing *timing = &sim->setup->timing;
	const bool wins = agent_decide_service(sim, agent, service);

	agent->result->reprocessed++;
	agent->worker.state = WORKER_SERVICE;
	agent->worker.service = service;
	agent->worker.timer = engine_in(
		&sim->engine,
		distribution_sample(wins ? &timing->reconcile_win : &timing->reconcile_lose,
				    &sim->agents->work),
		agent_work_service_due, agent, 0);
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
		agent_work_begin_run(sim, agent, entry.count);
	} else {
		agent_work_begin_service(sim, agent, entry.service);
	}
}

/* ---- retries ---- */

static uint64_t agent_work_pack(const struct agent *agent, uint32_t number)
{
	return (uint64_t)agent->instance << 32 | number;
}

static bool agent_work_is_current(const struct agent *agent, uint64_t packed)
{
	return agent->phase != AGENT_OFF && packed >> 32 == agent->instance;
}

static void agent_work_retry(void *context, void *actor, uint64_t arg)
{
	if (agent_work_is_current(actor, arg))
		agent_enqueue(context, actor, (uint32_t)arg);
}

/* Whichever is longer: 5 ms, 10 ms, ... 1000 s for the Service, or the bucket for all. */
static void agent_work_retry_later(struct sim *sim, struct agent *agent, uint32_t service)
{
	const sim_ns most = 1000 * NS_PER_SEC;
	struct service_memory *state = agent_service_memory(sim, agent, service);
	sim_ns wait = 5 * NS_PER_MS;
	sim_ns at;

	for (uint32_t i = 0; i < state->failures && wait < most; i++)
		wait *= 2;
	if (wait > most)
		wait = most;
	state->failures++;
	(void)limiter_reserve(&agent->retries, sim->engine.now, SIM_NEVER, &at);
	if (at - sim->engine.now > wait)
		wait = at - sim->engine.now;
	engine_in(&sim->engine, wait, agent_work_retry, agent, agent_work_pack(agent, service));
}

void agent_service_done(struct sim *sim, struct agent *agent, bool again)
{
	const uint32_t service = agent->worker.service;

	if (again)
		agent_work_retry_later(sim, agent, service);
	else if (paged_get(&agent->service_of, service) != 0)
		agent_service_memory(sim, agent, service)->failures = 0;
	agent->worker.state = WORKER_IDLE;
	queue_done(&agent->queue);
	agent_work(sim, agent);
}

/* ---- what comes into the queue ---- */

void agent_enqueue(struct sim *sim, struct agent *agent, uint32_t service)
{
	agent_work_settle_run(sim, agent);
	queue_add(&agent->queue, service, &sim->agents->queue);
	agent_work(sim, agent);
}

void agent_reprocess(struct sim *sim, struct agent *agent)
{
	const uint32_t *services;
	uint32_t count;

	if (agent->queue.shut || agent->queue.known == 0)
		return;
	agent_work_settle_run(sim, agent);
	services = agent_interests(sim, agent, &count);
	agent->kept.others = count;
	queue_reprocess(&agent->queue, services, count, &sim->agents->queue);
	agent_work(sim, agent);
}

/* ---- what comes again every 10 minutes ---- */

static bool agent_work_repeats(const struct agent *agent, enum watch_kind kind)
{
	return agent->client.watches[kind].state == WATCH_STREAMS ||
	       agent->client.watches[kind].state == WATCH_REDIALS;
}

static void agent_work_services_again(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->service_resync = engine_in(&sim->engine, SERVICE_RESYNC_S * NS_PER_SEC,
					  agent_work_services_again, agent, 0);
	if (!agent_work_repeats(agent, WATCH_SERVICES))
		return;
	agent_set_cause(sim, agent, CAUSE_RESYNC);
	agent_reprocess(sim, agent);
}

static void agent_work_config_again(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->config_resync = engine_in(&sim->engine, CONFIG_RESYNC_S * NS_PER_SEC,
					 agent_work_config_again, agent, 0);
	if (agent_work_repeats(agent, WATCH_CONFIG))
		agent_config_delivered(sim, agent,
				       sim->agents->prepared->versions[agent->config].agents);
}

void agent_start_long_resyncs(struct sim *sim, struct agent *agent, sim_ns services,
			      sim_ns config)
{
	engine_cancel(&sim->engine, &agent->service_resync);
	engine_cancel(&sim->engine, &agent->config_resync);
	agent->service_resync =
		engine_in(&sim->engine, services, agent_work_services_again, agent, 0);
	agent->config_resync =
		engine_in(&sim->engine, config, agent_work_config_again, agent, 0);
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

/* ---- copies of Services and EndpointSlices ---- */

/* Nothing but announcing annotations changed between the two versions. */
static bool agent_services_is_quiet(const struct sim *sim, uint32_t service, uint32_t from,
				    uint32_t to)
{
	const struct service_history *history = &sim->api->services[service];

	for (uint32_t i = from + 1; i <= to; i++) {
		if (!history->versions.items[i].quiet)
			return false;
	}
	return to > from;
}

static void agent_services_take_version(struct sim *sim, struct agent *agent, uint32_t service,
					uint32_t version)
{
	const bool exists = sim->api->services[service].versions.items[version].exists;

	paged_set(&agent->seen, sim->arena, service, version);
	agent->knowledge++;
	agent_kept_drop(sim, agent, service);
	if (exists)
		queue_know(&agent->queue, service);
	else
		queue_forget(&agent->queue, service, &sim->agents->queue);
}

static void agent_services_enqueue(struct sim *sim, struct agent *agent, uint32_t service,
				   enum cause_kind kind)
{
	agent_service_memory(sim, agent, service)->cause = (struct cause){
		.kind = kind,
		.node = agent->node,
		.set_at = sim->engine.now,
	};
	agent_enqueue(sim, agent, service);
}

void agent_service_event(struct sim *sim, struct agent *agent, uint32_t service,
			 uint32_t version)
{
	const bool known = queue_knows(&agent->queue, service);
	const bool quiet =
		known && agent_services_is_quiet(sim, service, paged_get(&agent->seen, service),
						 version);

	agent_services_take_version(sim, agent, service, version);
	if (quiet || (!known && !queue_knows(&agent->queue, service)))
		return;
	agent_services_enqueue(sim, agent, service, CAUSE_SERVICE);
}

/* With `all` every Service comes, changed or not: a reprocess by another name. */
void agent_take_services(struct sim *sim, struct agent *agent, bool all)
{
	for (uint32_t s = 0; s < sim->setup->services.count; s++) {
		const uint32_t newest = api_service_newest(sim, s);

		if (all && api_service(sim, s)->exists)
			agent_services_take_version(sim, agent, s, newest);
		else if (paged_get(&agent->seen, s) != newest)
			agent_service_event(sim, agent, s, newest);
	}
	if (!all)
		return;
	agent_set_cause(sim, agent, CAUSE_RELISTED);
	agent_reprocess(sim, agent);
}

void agent_endpoints_event(struct sim *sim, struct agent *agent, uint32_t service,
			   uint32_t version)
{
	agent_service_memory(sim, agent, service)->endpoints = version;
	agent->knowledge++;
	agent_kept_drop(sim, agent, service);
	if (queue_knows(&agent->queue, service))
		agent_services_enqueue(sim, agent, service, CAUSE_ENDPOINTS);
}

void agent_take_endpoints(struct sim *sim, struct agent *agent)
{
	for (uint32_t s = 0; s < sim->setup->services.count; s++) {
		const uint32_t newest = api_endpoints_newest(sim, s);
		const uint32_t seen = paged_get(&agent->service_of, s) != 0
					      ? agent_service_memory(sim, agent, s)->endpoints
					      : 0;

		if (seen != newest)
			agent_endpoints_event(sim, agent, s, newest);
	}
}

const bool *agent_endpoints(const struct sim *sim, const struct agent *agent, uint32_t service)
{
	const uint32_t state = paged_get(&agent->service_of, service);

	return api_endpoint_nodes(sim, service,
				  state != 0 ? agent->services.items[state - 1]->endpoints : 0);
}

const bool *agent_preferred(const struct sim *sim, const struct agent *agent, uint32_t service)
{
	const struct setup_service_state *state;

	if (!sim->setup->services.items[service].affinity)
		return NULL;
	state = api_service_state(sim, service, agent_service_seen(sim, agent, service));
	return state == NULL || state->affinity ? agent_endpoints(sim, agent, service) : NULL;
}

/* ---- Services to look at one by one ---- */

static void agent_interest_begin(struct agent_scratch *scratch, const struct sim *sim)
{
	scratch->service_count = 0;
	if (++scratch->mark != 0)
		return;
	for (uint32_t s = 0; s < sim->setup->services.count; s++)
		scratch->marks[s] = 0;
	scratch->mark = 1;
}

static void agent_interest_add(struct agent_scratch *scratch, uint32_t service)
{
	if (scratch->marks[service] == scratch->mark)
		return;
	scratch->marks[service] = scratch->mark;
	scratch->services[scratch->service_count++] = service;
}

static void agent_interest_add_vip(struct sim *sim, uint32_t vip)
{
	agent_interest_add(&sim->agents->scratch, sim->setup->vips.items[vip].service);
}

/* Those that it keeps are of no interest. */
static void agent_interest_add_list(struct sim *sim, const struct agent *agent,
				    const struct number_list *list)
{
	if (agent->kept.count == list->list.count)
		return;
	ARRAY_FOREACH (const uint32_t, service, &list->list) {
		if (!agent_keeps(agent, *service))
			agent_interest_add(&sim->agents->scratch, *service);
	}
}

static void agent_interest_add_held(struct sim *sim, const struct agent *agent)
{
	if (agent->kept.vips == agent->records.count)
		return;
	ARRAY_FOREACH (const struct record, record, &agent->records) {
		const uint32_t service = sim->setup->vips.items[record->vip].service;

		if (!agent_keeps(agent, service))
			agent_interest_add(&sim->agents->scratch, service);
	}
}

static bool agent_interest_wins_by_affinity(const struct sim *sim, const struct agent *agent,
					    uint32_t service)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	const bool *preferred = agent_preferred(sim, agent, service);

	for (uint32_t i = 0; i < it->vip_count; i++) {
		if (agent_winner(sim, agent, it->first_vip + i, preferred) == agent->node)
			return true;
	}
	return false;
}

static void agent_interest_add_won(struct sim *sim, const struct agent *agent)
{
	const struct view *view = agent->view;

	if (!agent->healthy || !agent->synced || view == NULL)
		return;
	for (uint32_t i = view->won_at[agent->node]; i < view->won_at[agent->node + 1]; i++) {
		const uint32_t service = sim->setup->vips.items[view->won[i]].service;

		if (!agent_keeps(agent, service))
			agent_interest_add(&sim->agents->scratch, service);
	}
	ARRAY_FOREACH (const uint32_t, service, &sim->agents->prepared->affinity.list) {
		if (agent_interest_wins_by_affinity(sim, agent, *service))
			agent_interest_add(&sim->agents->scratch, *service);
	}
}

/* What every configured node does something about. */
static void agent_interest_add_common(struct sim *sim, const struct agent *agent)
{
	const struct prepared *prepared = sim->agents->prepared;
	const struct announcer *announcer = &agent->prepared->announcer;

	agent_interest_add_list(sim, agent, &prepared->remote);
	if (announcer->v4.no_route)
		agent_interest_add_list(sim, agent, &prepared->v4);
	if (announcer->v6.no_route)
		agent_interest_add_list(sim, agent, &prepared->v6);
	ARRAY_FOREACH (const uint32_t, service, &prepared->policy.list) {
		const uint32_t seen = paged_get(&agent->seen, *service);

		if (sim->api->services[*service].versions.items[seen].policy_local)
			agent_interest_add(&sim->agents->scratch, *service);
	}
}

/* Slots that name this node and that it would clear. */
static void agent_interest_add_slots(struct sim *sim, const struct agent *agent)
{
	const struct slot_lists *slots = &sim->api->slots;

	for (uint32_t v = slots->first[agent->node]; v != SETUP_NONE; v = slots->next[v]) {
		const struct announcement would =
			agent_decide(sim, agent, v, agent->node, false);

		if (announcing_clears_slot(would.act))
			agent_interest_add_vip(sim, v);
	}
}

const uint32_t *agent_interests(struct sim *sim, struct agent *agent, uint32_t *count)
{
	struct agent_scratch *scratch = &sim->agents->scratch;

	agent_interest_begin(scratch, sim);
	agent_interest_add_held(sim, agent);
	if (agent->prepared != NULL) {
		agent_interest_add_won(sim, agent);
		agent_interest_add_common(sim, agent);
	}
	agent_interest_add_slots(sim, agent);
	*count = scratch->service_count;
	return scratch->services;
}
