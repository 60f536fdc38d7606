/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All agents: their start at the beginning of a run, what each remembers about Services, and
 * what comes from its watches (S1.2). Clocks of nodes are off by an offset that is drawn once.
 */
#include <stdlib.h>

#include "sim/agent/agent.h"

struct agent *agent_of(const struct sim *sim, uint32_t node)
{
	return &sim->agents->items[node];
}

const char *agent_node_name(const struct sim *sim, const struct agent *agent)
{
	return sim->setup->nodes.items[agent->node].name;
}

int64_t agent_clock(const struct sim *sim, const struct agent *agent)
{
	return sim->engine.now + agent->client.offset;
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

struct service_memory *agent_service_memory(struct sim *sim, struct agent *agent,
					    uint32_t service)
{
	struct service_memory *state;

	if (paged_get(&agent->service_of, service) != 0)
		return agent->services.items[paged_get(&agent->service_of, service) - 1];
	/* One by one: an array of them would leave its smaller predecessors behind. */
	if (agent->service_count == agent->services.count)
		ARRAY_ADD(sim->arena, &agent->services,
			  (struct service_memory *)arena_alloc(sim->arena, sizeof(*state)));
	state = agent->services.items[agent->service_count++];
	*state = (struct service_memory){ .failures = 0 };
	state->service = service;
	limiter_init(&state->spam, EVENT_EVERY_S * NS_PER_SEC, EVENTS_PER_SERVICE,
		     sim->engine.now);
	paged_set(&agent->service_of, sim->arena, service, agent->service_count);
	return state;
}

void agent_forget_services(struct agent *agent)
{
	for (uint32_t i = 0; i < agent->service_count; i++)
		paged_replace(&agent->service_of, agent->services.items[i]->service, 0);
	agent->service_count = 0;
}

/* ---- what comes from its watches ---- */

/* Takes over what the server has; `all`: also what did not change comes as an update. */
static void agent_take_over(struct sim *sim, struct agent *agent, enum watch_kind kind,
			    bool all)
{
	switch (kind) {
	case WATCH_LEASES:
		agent_take_leases(sim, agent);
		break;
	case WATCH_SERVICES:
		agent_take_services(sim, agent, all);
		break;
	case WATCH_SLICES:
		agent_take_endpoints(sim, agent);
		break;
	case WATCH_CONFIG:
		agent_take_config(sim, agent, all);
		break;
	case WATCHES:
		break;
	}
}

static void agent_listed(struct sim *sim, struct agent *agent, enum watch_kind kind, bool first)
{
	if (kind == WATCH_LEASES)
		agent_start_resync(sim, agent, sim->setup->timing.lease_duration);
	if (first)
		agent_start_listed(sim, agent, kind);
	else
		agent_take_over(sim, agent, kind, true);
}

static void agent_resumed(struct sim *sim, struct agent *agent, enum watch_kind kind)
{
	agent_take_over(sim, agent, kind, false);
}

static void agent_lost(struct sim *sim, struct agent *agent, enum watch_kind kind)
{
	if (kind == WATCH_LEASES)
		engine_cancel(&sim->engine, &agent->resync);
}

static void agent_changed(struct sim *sim, struct agent *agent, const struct change *change)
{
	switch (change->kind) {
	case WATCH_SERVICES:
		agent_service_event(sim, agent, change->subject, change->value);
		break;
	case WATCH_SLICES:
		agent_endpoints_event(sim, agent, change->subject, change->value);
		break;
	case WATCH_CONFIG:
		agent->config = change->value;
		agent_config_delivered(
			sim, agent, sim->setup->versions.items[change->value].changed_objects);
		break;
	case WATCH_LEASES:
	case WATCHES:
		break;
	}
}

/* ---- memory ---- */

static void agent_init(struct sim *sim, uint32_t node, struct agent_result *result)
{
	static const struct watch_handlers handlers = {
		.listed = agent_listed,
		.resumed = agent_resumed,
		.lost = agent_lost,
		.changed = agent_changed,
		.lease_changed = agent_lease_event,
	};
	struct agent *agent = agent_of(sim, node);
	const struct setup *setup = sim->setup;
	struct arena *arena = sim->arena;

	agent->node = node;
	agent->result = result;
	result->node = node;
	agent->seen = paged_new(arena, setup->services.count);
	agent->record_of = paged_new(arena, setup->vips.count);
	agent->service_of = paged_new(arena, setup->services.count);
	agent->worker.slots = arena_zalloc(arena, sim->agents->prepared->vips_max,
					   sizeof(*agent->worker.slots));
	agent->worker.decisions = arena_zalloc(arena, sim->agents->prepared->vips_max,
					       sizeof(*agent->worker.decisions));
	client_init(sim, &agent->client, node, agent, &handlers);
	queue_init(&agent->queue, &sim->agents->queue_scratch, setup->services.count);
}

static void agents_init_streams(struct agents *agents, uint64_t seed)
{
	agents->work = random_split(seed, "control.work");
	agents->queue = random_split(seed, "control.queue");
	agents->begin = random_split(seed, "control.begin");
	agents->clock = random_split(seed, "control.clock");
	agents->restart = random_split(seed, "control.restart");
	agents->drain = random_split(seed, "control.drain");
	agents->withdraw = random_split(seed, "control.withdraw");
}

static void agents_init_scratch(struct sim *sim)
{
	struct agent_scratch *scratch = &sim->agents->scratch;
	const struct setup *setup = sim->setup;

	scratch->members =
		arena_alloc(sim->arena, setup->nodes.count * sizeof(*scratch->members));
	scratch->services =
		arena_alloc(sim->arena, setup->services.count * sizeof(*scratch->services));
	scratch->marks =
		arena_zalloc(sim->arena, setup->services.count, sizeof(*scratch->marks));
}

/* The setup's sets, in an array that this run may add to. */
static void agents_copy_sets(struct sim *sim)
{
	const struct subnet_sets *from = &sim->agents->prepared->sets;

	ARRAY_RESERVE(sim->arena, &sim->agents->sets.list, from->list.count);
	ARRAY_FOREACH (const struct subnet_set, set, &from->list)
		ARRAY_ADD(sim->arena, &sim->agents->sets.list, *set);
}

void agents_init(struct sim *sim)
{
	const struct setup *setup = sim->setup;
	struct agents *agents = arena_zalloc(sim->arena, 1, sizeof(*agents));

	sim->agents = agents;
	agents->prepared =
		setup->prepared != NULL ? setup->prepared : prepare(setup, sim->arena);
	agents_init_streams(agents, sim->seed);
	agents_init_scratch(sim);
	agents_copy_sets(sim);
	views_init(&agents->views, setup, &agents->sets);
	allocator_init(sim);
	agents->items = arena_zalloc(sim->arena, setup->nodes.count, sizeof(*agents->items));
	ARRAY_RESERVE(sim->arena, &sim->result->agents, setup->nodes.count);
	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		const struct setup_node *node = &setup->nodes.items[n];
		/* Drawn for every node, so that giving one changes nobody else's. */
		const sim_ns drawn =
			distribution_sample(&setup->timing.clock_skew, &agents->clock);

		agent_init(sim, n, ARRAY_PUSH(sim->arena, &sim->result->agents));
		agents->items[n].client.offset =
			node->clock_skew_given ? node->clock_skew : drawn;
	}
	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		/* A lease that has expired in the input: its agent does not run. */
		if (setup->nodes.items[n].cluster_node->live)
			agent_begin(sim, &agents->items[n]);
	}
	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		if (agents->items[n].phase != AGENT_OFF)
			agent_begin_announcing(sim, &agents->items[n]);
	}
	for (uint32_t n = 0; n < setup->nodes.count; n++)
		agent_work(sim, &agents->items[n]);
}

void agents_free(struct sim *sim)
{
	struct agents *agents = sim->agents;

	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		struct agent *agent = &agents->items[n];

		if (agent->queue.longest > agent->result->longest_queue)
			agent->result->longest_queue = agent->queue.longest;
		queue_release(&agent->queue);
		free(agent->recorder.services);
	}
	allocator_release(sim);
	views_release(&agents->views);
	queue_scratch_release(&agents->queue_scratch);
	free(agents->sequences.items);
}

void agents_forget_warmup(struct sim *sim)
{
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		struct agent *agent = agent_of(sim, n);

		*agent->result = (struct agent_result){ .node = n };
		agent->queue.longest = queue_length(&agent->queue);
	}
}

sim_ns agents_restart_time(struct sim *sim)
{
	return distribution_sample(&sim->setup->timing.agent_restart, &sim->agents->restart);
}
