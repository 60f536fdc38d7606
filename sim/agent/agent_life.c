/* SPDX-License-Identifier: Apache-2.0 */
/* Processes of an agent: those that run from the start, new ones, and their sudden end. */
#include <stdlib.h>
#include <string.h>

#include "sim/run/control.h"

struct agent *agent_of(const struct sim *sim, uint32_t node)
{
	return &sim->control->agents[node];
}

const char *agent_node_name(const struct sim *sim, const struct agent *agent)
{
	return sim->setup->nodes.items[agent->node].name;
}

int64_t agent_clock(const struct sim *sim, const struct agent *agent)
{
	return sim->engine.now + agent->offset;
}

bool agent_is_alive(const struct agent *agent)
{
	return agent->phase != AGENT_OFF;
}

void agent_set_cause(struct sim *sim, struct agent *agent, enum cause_kind kind)
{
	agent->cause = (struct cause){
		.kind = kind,
		.node = agent->node,
		.set_at = sim->engine.now,
	};
}

/* ---- cards ---- */

struct card *agent_card(struct sim *sim, struct agent *agent, uint32_t service)
{
	enum { EVENTS_PER_SERVICE = 25, EVENT_EVERY_S = 300 };
	struct card *card;

	if (agent->card_of[service] != 0)
		return &agent->cards.items[agent->card_of[service] - 1];
	card = ARRAY_PUSH(sim->arena, &agent->cards);
	card->service = service;
	limiter_init(&card->spam, EVENT_EVERY_S * NS_PER_SEC, EVENTS_PER_SERVICE,
		     sim->engine.now);
	agent->card_of[service] = agent->cards.count;
	return card;
}

static void forget_cards(struct agent *agent)
{
	ARRAY_FOREACH (const struct card, card, &agent->cards)
		agent->card_of[card->service] = 0;
	agent->cards.count = 0;
}

/* ---- memory ---- */

void agent_init(struct sim *sim, uint32_t node, struct agent_result *result)
{
	struct agent *agent = agent_of(sim, node);
	const struct setup *setup = sim->setup;
	struct arena *arena = sim->arena;

	agent->node = node;
	agent->result = result;
	result->node = node;
	agent->expiry = arena_zalloc(arena, setup->nodes.count, sizeof(*agent->expiry));
	agent->subnets = arena_alloc(arena, setup->nodes.count * sizeof(*agent->subnets));
	agent->seen = arena_zalloc(arena, setup->services.count, sizeof(*agent->seen));
	agent->record_of = arena_zalloc(arena, setup->vips.count, sizeof(*agent->record_of));
	agent->card_of = arena_zalloc(arena, setup->services.count, sizeof(*agent->card_of));
	agent->worker.slots = arena_zalloc(arena, sim->control->prepared->vips_max,
					   sizeof(*agent->worker.slots));
	for (uint32_t n = 0; n < setup->nodes.count; n++)
		agent->subnets[n] = VIEW_OUT;
	connection_init(&agent->connection);
	queue_init(&agent->queue, &sim->control->queue_scratch, setup->services.count);
}

void agent_release(struct sim *sim, struct agent *agent)
{
	(void)sim;
	if (agent->queue.longest > agent->result->longest_queue)
		agent->result->longest_queue = agent->queue.longest;
	queue_release(&agent->queue);
	free(agent->recorder.services);
}

/* ---- a process ---- */

static void init_limiters(struct sim *sim, struct agent *agent)
{
	enum { RETRIES_PER_S = 10, RETRIES_BURST = 100 };
	const struct setup_timing *timing = &sim->setup->timing;

	limiter_init(&agent->core, limiter_interval(timing->client_qps), timing->client_burst,
		     sim->engine.now);
	limiter_init(&agent->retries, limiter_interval(RETRIES_PER_S), RETRIES_BURST,
		     sim->engine.now);
}

/* A process that knows nothing yet. */
static void new_process(struct sim *sim, struct agent *agent)
{
	agent->instance++;
	agent->phase = AGENT_STARTING;
	agent->healthy = true;
	agent->synced = false;
	agent->renewing = false;
	agent->tick_waits = false;
	agent->renew_failures = 0;
	agent->earliest = INT64_MIN;
	agent->prepared = NULL;
	agent->selected = false;
	agent_set_cause(sim, agent, CAUSE_STARTED);
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++)
		agent->subnets[n] = VIEW_OUT;
	memset(agent->watches, 0, sizeof(agent->watches));
	forget_cards(agent);
	queue_reset(&agent->queue);
	init_limiters(sim, agent);
	connection_init(&agent->connection);
}

/* ---- agents that run from the start ---- */

static void begin_services(struct sim *sim, struct agent *agent)
{
	for (uint32_t s = 0; s < sim->setup->services.count; s++) {
		if (api_service(sim, s)->exists)
			queue_know(&agent->queue, s);
	}
}

static sim_ns phase(struct sim *sim, sim_ns period)
{
	return (sim_ns)random_below(&sim->control->streams.begin, (uint64_t)period);
}

void agent_begin(struct sim *sim, struct agent *agent)
{
	const sim_ns duration = sim->setup->timing.lease_duration;
	const sim_ns next = phase(sim, duration / 2);
	struct lease_state *lease = &sim->control->api.leases[agent->node];

	new_process(sim, agent);
	agent->phase = AGENT_RUNNING;
	agent_apply(sim, agent, 0);
	*lease = (struct lease_state){
		.exists = true,
		.subnets = agent->advertises,
		.instance = agent->instance,
		.expiry = agent_clock(sim, agent) + next - duration / 2 +
			  sim->setup->timing.lease_life,
		.told = UINT64_MAX,
	};
	connection_open(sim, agent);
	for (int kind = 0; kind < WATCHES; kind++)
		watch_begin(sim, agent, (enum watch_kind)kind);
	agent_start_renewals(sim, agent, next);
	agent_start_resync(sim, agent, phase(sim, duration));
	begin_services(sim, agent);
	agent->synced = true;
}

void agent_begin_announcing(struct sim *sim, struct agent *agent)
{
	const uint32_t *services;
	uint32_t count;

	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		const struct lease_state *lease = &sim->control->api.leases[n];

		agent->expiry[n] = lease->expiry;
		agent->subnets[n] = lease->exists ? lease->subnets : VIEW_OUT;
	}
	(void)agent_rebuild(sim, agent, VIA_NOTHING, SETUP_NONE);
	agent_set_cause(sim, agent, CAUSE_STARTED);
	services = agent_interests(sim, agent, &count);
	for (uint32_t i = 0; i < count; i++)
		agent_settle(sim, agent, services[i]);
	agent_start_long_resyncs(sim, agent, phase(sim, (sim_ns)SERVICE_RESYNC_S * NS_PER_SEC),
				 phase(sim, (sim_ns)CONFIG_RESYNC_S * NS_PER_SEC));
	agent->worker.state = WORKER_IDLE;
	agent->configs.running = true;
}

/* ---- starting ---- */

static void started_later(void *context, void *actor, uint64_t arg)
{
	(void)arg;
	agent_start(context, actor);
}

void agent_start_in(struct sim *sim, struct agent *agent, sim_ns delay)
{
	engine_cancel(&sim->engine, &agent->start);
	agent->start = engine_in(&sim->engine, delay, started_later, agent, 0);
}

void agent_start(struct sim *sim, struct agent *agent)
{
	if (agent->phase != AGENT_OFF || !kernel_powered(sim, agent->node))
		return;
	engine_cancel(&sim->engine, &agent->start);
	new_process(sim, agent);
	sim_note(sim, "agent-started", "a new process", "agent of %s starts",
		 agent_node_name(sim, agent));
	agent_start_leases(sim, agent);
}

void agent_start_failed(struct sim *sim, struct agent *agent)
{
	enum { FIRST_S = 10, MOST_S = 300 };
	sim_ns wait_s = FIRST_S;

	for (uint32_t i = 0; i < agent->restarts && wait_s < MOST_S; i++)
		wait_s *= 2;
	if (wait_s > MOST_S)
		wait_s = MOST_S;
	agent->restarts++;
	agent_kill(sim, agent);
	sim_note(sim, "agent-failed", "no lease could be written",
		 "agent of %s ends, and starts again after %us", agent_node_name(sim, agent),
		 (unsigned)wait_s);
	agent_start_in(sim, agent, wait_s * NS_PER_SEC);
}

void agent_started(struct agent *agent)
{
	agent->phase = AGENT_RUNNING;
	agent->restarts = 0;
}

/* ---- the end ---- */

void agent_kill(struct sim *sim, struct agent *agent)
{
	engine_cancel(&sim->engine, &agent->start);
	if (agent->phase == AGENT_OFF)
		return;
	agent->phase = AGENT_OFF;
	agent_stop_renewals(sim, agent);
	engine_cancel(&sim->engine, &agent->resync);
	for (int kind = 0; kind < WATCHES; kind++)
		watch_stop(sim, agent, (enum watch_kind)kind);
	agent_work_stop(sim, agent);
	agent_config_stop(sim, agent);
	agent_emit_stop(sim, agent);
	connection_drop(sim, agent);
	agent_forget_announced(sim, agent);
	views_drop(&sim->control->views, agent->view);
	agent->view = NULL;
}
