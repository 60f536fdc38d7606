/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processes of an agent: those that run from the start, new ones with their lease and
 * lists (P8.2), SIGTERM (P8.7), and sudden ends (P8.8). What a process that ends leaves on
 * interfaces stays there; a new one of the node takes the struct over.
 */
#include "sim/agent/agent.h"
#include "sim/engine/trace.h"

static void agent_settle(struct sim *sim, struct agent *agent, uint32_t service);
static void agent_start_leases(struct sim *sim, struct agent *agent);

/* ---- a process ---- */

static void agent_init_limiters(struct sim *sim, struct agent *agent)
{
	enum { RETRIES_PER_S = 10, RETRIES_BURST = 100 };
	const struct setup_timing *timing = &sim->setup->timing;

	limiter_init(&agent->core, limiter_interval(timing->client_qps), timing->client_burst,
		     sim->engine.now);
	limiter_init(&agent->retries, limiter_interval(RETRIES_PER_S), RETRIES_BURST,
		     sim->engine.now);
}

/* A process that knows nothing yet. */
static void agent_new_process(struct sim *sim, struct agent *agent)
{
	agent->instance++;
	agent->knowledge++;
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
	agent_forget_services(agent);
	agent_kept_drop_all(sim, agent);
	queue_reset(&agent->queue);
	agent_init_limiters(sim, agent);
	client_reset(&agent->client);
}

/* ---- agents that run from the start ---- */

static void agent_begin_services(struct sim *sim, struct agent *agent)
{
	for (uint32_t s = 0; s < sim->setup->services.count; s++) {
		if (api_service(sim, s)->exists)
			queue_know(&agent->queue, s);
	}
}

static sim_ns agent_begin_phase(struct sim *sim, sim_ns period)
{
	return (sim_ns)random_below(&sim->agents->begin, (uint64_t)period);
}

/* The first resync of an agent that runs for long: within 100 ms before every second renewal,
 * of which the next comes at `renewal`; or at any time. (P8.5a) */
static sim_ns agent_begin_resync(struct sim *sim, sim_ns renewal)
{
	const sim_ns duration = sim->setup->timing.lease_duration;
	sim_ns first = agent_begin_phase(sim, duration);

	if (sim->setup->timing.resync_uniform)
		return first;
	first = renewal + (first < duration / 2 ? 0 : duration / 2) -
		first % (SYNC_POLL_MS * NS_PER_MS);
	return first >= 0 ? first : first + duration;
}

void agent_begin(struct sim *sim, struct agent *agent)
{
	const sim_ns duration = sim->setup->timing.lease_duration;
	const sim_ns next = agent_begin_phase(sim, duration / 2);

	agent_new_process(sim, agent);
	agent->phase = AGENT_RUNNING;
	agent_apply(sim, agent, 0);
	leases_begin(sim, agent->node, agent->instance, agent->advertises,
		     agent_clock(sim, agent) + next - duration / 2 +
			     sim->setup->timing.lease_life);
	connection_open(sim, &agent->client);
	for (int kind = 0; kind < WATCHES; kind++)
		watch_begin(sim, &agent->client, (enum watch_kind)kind);
	agent_start_renewals(sim, agent, next);
	agent_start_resync(sim, agent, agent_begin_resync(sim, next));
	agent_begin_services(sim, agent);
	agent->synced = true;
}

void agent_begin_announcing(struct sim *sim, struct agent *agent)
{
	const uint32_t *services;
	sim_ns service_resync, config_resync;
	uint32_t count;

	leases_take(sim, agent->node);
	(void)agent_rebuild(sim, agent, VIA_NOTHING, SETUP_NONE);
	agent_set_cause(sim, agent, CAUSE_STARTED);
	services = agent_interests(sim, agent, &count);
	for (uint32_t i = 0; i < count; i++)
		agent_settle(sim, agent, services[i]);
	/* Two draws: one after the other, whatever order a compiler evaluates arguments in. */
	config_resync = agent_begin_phase(sim, (sim_ns)CONFIG_RESYNC_S * NS_PER_SEC);
	service_resync = agent_begin_phase(sim, (sim_ns)SERVICE_RESYNC_S * NS_PER_SEC);
	agent_start_long_resyncs(sim, agent, service_resync, config_resync);
	agent->worker.state = WORKER_IDLE;
	agent->configs.running = agent->configs.applied = true;
}

/* Its next renewal comes at any time of its period, and its lifetime runs since the last. */
static void agent_begin_renewal(struct sim *sim, struct agent *agent, struct record *record)
{
	const sim_ns left = engine_when(&sim->engine, record->renewal) - sim->engine.now;
	struct address_setting how = record->how;
	sim_ns next;

	if (!engine_pending(&sim->engine, record->renewal))
		return;
	next = (sim_ns)random_below(&sim->agents->begin, (uint64_t)left + 1);
	agent_renew_in(sim, agent, record, next);
	if (how.valid == SIM_NEVER)
		return;
	how.valid -= left - next;
	kernel_add(sim, agent->node, record->interface, record->vip, &how, NULL);
}

/* Has announced the Service for long: no time passes, nothing is written. */
static void agent_settle(struct sim *sim, struct agent *agent, uint32_t service)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	struct service_version *version = &sim->api->services[service].versions.items[0];

	if (!version->addressed)
		return;
	agent_service_memory(sim, agent, service)->ingress = agent->prepared != NULL;
	agent_service_memory(sim, agent, service)->has = version->has;
	(void)agent_decide_service(sim, agent, service);
	for (uint32_t i = 0; i < it->vip_count; i++) {
		const uint32_t vip = it->first_vip + i;
		const struct announcement how = agent->worker.decisions[i];

		if (!service_has(version, i))
			continue;
		/* It was reset when the Service came. (P6.5) */
		version->policy_local &= !how.resets_policy;
		if (announcing_holds(how.act))
			agent_begin_renewal(sim, agent,
					    agent_add_address(sim, agent, vip, &how,
							      "since before the run"));
		if (how.act == ANNOUNCING_LOCAL)
			api_begin_slot(sim, vip,
				       (struct slot){ agent->node,
						      agent_interface(sim, agent, &how) });
		if (announcing_fails(how.act))
			agent_enqueue(sim, agent, service);
	}
	agent_keep_settled(sim, agent, service);
}

/* ---- starting ---- */

static void agent_start_due(void *context, void *actor, uint64_t arg)
{
	(void)arg;
	agent_start(context, actor);
}

void agent_start_in(struct sim *sim, struct agent *agent, sim_ns delay)
{
	engine_cancel(&sim->engine, &agent->start);
	agent->start = engine_in(&sim->engine, delay, agent_start_due, agent, 0);
}

void agent_start(struct sim *sim, struct agent *agent)
{
	if (agent->phase != AGENT_OFF || !kernel_powered(sim, agent->node))
		return;
	engine_cancel(&sim->engine, &agent->start);
	agent_new_process(sim, agent);
	trace_note(sim, "agent-started", "a new process", "agent of %s starts",
		   agent_node_name(sim, agent));
	if (sim->agents->pod_changed != NULL)
		sim->agents->pod_changed(sim, agent->node, true);
	agent_start_leases(sim, agent);
}

/* The start failed: the process ends and is started again later. */
static void agent_start_failed(struct sim *sim, struct agent *agent)
{
	enum { FIRST_S = 10, MOST_S = 300 };
	sim_ns wait_s = FIRST_S;

	for (uint32_t i = 0; i < agent->restarts && wait_s < MOST_S; i++)
		wait_s *= 2;
	if (wait_s > MOST_S)
		wait_s = MOST_S;
	agent->restarts++;
	agent_kill(sim, agent);
	trace_note(sim, "agent-failed", "no lease could be written",
		   "agent of %s ends, and starts again after %us", agent_node_name(sim, agent),
		   (unsigned)wait_s);
	agent_start_in(sim, agent, wait_s * NS_PER_SEC);
}

/* The node has a lease written by this process, and it serves. */
static void agent_started(struct agent *agent)
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
	watch_stop_all(sim, &agent->client);
	leases_forget(sim, agent->node);
	agent_work_stop(sim, agent);
	agent_config_stop(sim, agent);
	agent_emit_stop(sim, agent);
	connection_drop(sim, &agent->client);
	agent_forget_announced(sim, agent);
	views_drop(&sim->agents->views, agent->view);
	agent->view = NULL;
}

/* ---- the start, step by step ---- */

static const sim_ns no_longer_than_needed = 10 * NS_PER_SEC;

/* ---- the lease ---- */

static void agent_start_wrote_lease(struct sim *sim, struct agent *agent)
{
	agent_write_lease(sim, agent, agent->renew_time);
	trace_note(sim, "lease-written", "the agent started", "lease of %s exists",
		   agent_node_name(sim, agent));
	agent->asked = sim->engine.now;
	watch_start(sim, &agent->client, WATCH_LEASES);
	if (sim->agents->lease_written != NULL)
		sim->agents->lease_written(sim, agent->node);
}

static void agent_start_updated_lease(struct sim *sim, struct agent *agent, enum answer with)
{
	if (with != ANSWER_OK || !sim->api->leases.items[agent->node].now.exists) {
		agent_start_failed(sim, agent);
		return;
	}
	agent_start_wrote_lease(sim, agent);
}

static void agent_start_got_lease(struct sim *sim, struct agent *agent, enum answer with)
{
	if (with != ANSWER_OK) {
		agent_start_failed(sim, agent);
		return;
	}
	connection_request(sim, &agent->client, REQUEST_LEASE, SIM_NEVER,
			   agent_start_updated_lease);
}

static void agent_start_created_lease(struct sim *sim, struct agent *agent, enum answer with)
{
	/* It is there already, or nobody answers: both are tried again as an update. */
	if (with != ANSWER_OK || sim->api->leases.items[agent->node].now.exists) {
		connection_request(sim, &agent->client, REQUEST_LEASE, SIM_NEVER,
				   agent_start_got_lease);
		return;
	}
	agent_start_wrote_lease(sim, agent);
}

static void agent_start_got_node(struct sim *sim, struct agent *agent, enum answer with)
{
	if (with != ANSWER_OK || !sim->api->node_exists[agent->node]) {
		agent_start_failed(sim, agent);
		return;
	}
	agent->renew_time = agent_clock(sim, agent);
	connection_request(sim, &agent->client, REQUEST_LEASE, SIM_NEVER,
			   agent_start_created_lease);
}

static void agent_start_leases(struct sim *sim, struct agent *agent)
{
	sim_ns at;

	agent->advertises = sim->agents->prepared->first_subnets[agent->node];
	/* The first token of a new process is there. */
	(void)limiter_reserve(&agent->core, sim->engine.now, no_longer_than_needed, &at);
	connection_request(sim, &agent->client, REQUEST_LEASE, SIM_NEVER, agent_start_got_node);
}

/* ---- the lists ---- */

/* Services and EndpointSlices are there. */
static void agent_start_work(void *context, void *actor, uint64_t arg)
{
	struct agent *agent = actor;

	(void)arg;
	agent_work_start(context, agent);
}

static void agent_start_configs(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->configs.running = true;
	agent_config_delivered(sim, agent, 0);
}

/* The leases are there: the first member list, renewals; everything else is listed. */
static void agent_start_synced(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	leases_catch_up(sim, agent->node);
	(void)agent_rebuild(sim, agent, VIA_LIST, SETUP_NONE);
	agent->synced = true;
	agent->knowledge++;
	agent_set_cause(sim, agent, CAUSE_STARTED);
	agent_started(agent);
	agent->asked = sim->engine.now;
	agent_start_renewals(sim, agent, sim->setup->timing.lease_duration / 2);
	watch_start(sim, &agent->client, WATCH_SERVICES);
	watch_start(sim, &agent->client, WATCH_SLICES);
	watch_start(sim, &agent->client, WATCH_CONFIG);
}

/* The next moment at which the process looks whether its caches are filled. */
static sim_ns agent_start_next_poll(const struct sim *sim, const struct agent *agent)
{
	const sim_ns poll = SYNC_POLL_MS * NS_PER_MS;

	return agent->asked + ((sim->engine.now - agent->asked) / poll + 1) * poll;
}

static void agent_start_with_services(struct sim *sim, struct agent *agent)
{
	if (!agent->client.watches[WATCH_SERVICES].listed ||
	    !agent->client.watches[WATCH_SLICES].listed)
		return;
	agent->start = engine_at(&sim->engine, agent_start_next_poll(sim, agent),
				 agent_start_work, agent, 0);
}

static void agent_start_with_config(struct sim *sim, struct agent *agent)
{
	agent->config = sim->api->config;
	agent->configs.pending = sim->agents->prepared->versions[agent->config].objects;
	agent->configs.timer = engine_at(&sim->engine, agent_start_next_poll(sim, agent),
					 agent_start_configs, agent, 0);
}

void agent_start_listed(struct sim *sim, struct agent *agent, enum watch_kind kind)
{
	switch (kind) {
	case WATCH_LEASES:
		agent_take_leases(sim, agent);
		agent->start = engine_at(&sim->engine, agent_start_next_poll(sim, agent),
					 agent_start_synced, agent, 0);
		break;
	case WATCH_SERVICES:
		agent_take_services(sim, agent, true);
		agent_start_with_services(sim, agent);
		break;
	case WATCH_SLICES:
		agent_take_endpoints(sim, agent);
		agent_start_with_services(sim, agent);
		break;
	case WATCH_CONFIG:
		agent_start_with_config(sim, agent);
		break;
	case WATCHES:
		break;
	}
}

/* ---- the graceful end ---- */

static const sim_ns stop_patience =
	5 * NS_PER_SEC; /* for GET and DELETE of the lease together */

static void agent_stop_gone(struct sim *sim, struct agent *agent)
{
	agent_kill(sim, agent);
	trace_note(sim, "agent-stopped", "SIGTERM", "agent of %s is gone",
		   agent_node_name(sim, agent));
	if (agent->comes_again)
		agent_start_in(sim, agent, agents_restart_time(sim));
}

/* With the dummy interface goes what is on it. */
static void agent_stop_remove_dummy(struct sim *sim, struct agent *agent)
{
	uint32_t at = 0;

	while (agent->prepared != NULL && at < agent->records.count) {
		const struct record *record = &agent->records.items[at];

		if (record->interface == INTERFACE_DUMMY)
			agent_remove_address(sim, agent, record->vip, "the agent stopped");
		else
			at++;
	}
}

static bool agent_stop_in_books(const struct sim *sim, const struct agent *agent,
				const struct record *record)
{
	const uint32_t service = sim->setup->vips.items[record->vip].service;
	const uint32_t place = record->vip - sim->setup->services.items[service].first_vip;
	const uint32_t number = paged_get(&agent->service_of, service);
	const struct service_memory *memory;

	if (agent_keeps(agent, service))
		return true;
	if (number == 0)
		return false;
	memory = agent->services.items[number - 1];
	return memory->ingress && (memory->has == NULL || memory->has[place]);
}

/* Of many records nearly all are in the books: one of those is found by trying. NULL: not. */
static const struct record *agent_stop_try_any(struct sim *sim, const struct agent *agent)
{
	enum { FEW = 64, TRIES = 16 };
	const uint32_t count = agent->records.count;

	for (uint32_t i = 0; count > FEW && i < TRIES; i++) {
		const struct record *record =
			&agent->records.items[random_below(&sim->agents->withdraw, count)];

		if (agent_stop_in_books(sim, agent, record))
			return record;
	}
	return NULL;
}

/* Any of the addresses that are left; NULL: there is none. */
static const struct record *agent_stop_any_left(struct sim *sim, const struct agent *agent)
{
	const struct record *found = agent_stop_try_any(sim, agent);
	uint32_t count = 0;

	if (found != NULL)
		return found;
	ARRAY_FOREACH (const struct record, record, &agent->records) {
		if (!agent_stop_in_books(sim, agent, record))
			continue;
		if (random_below(&sim->agents->withdraw, ++count) == 0)
			found = record;
	}
	return found;
}

static void agent_stop_withdraw(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;
	const struct record *record = agent_stop_any_left(sim, agent);

	(void)arg;
	if (record == NULL) {
		agent_stop_remove_dummy(sim, agent);
		agent_stop_gone(sim, agent);
		return;
	}
	agent_remove_address(sim, agent, record->vip, "the agent stopped");
	agent->start = engine_in(
		&sim->engine,
		distribution_sample(&sim->setup->timing.reconcile_lose, &sim->agents->withdraw),
		agent_stop_withdraw, agent, 0);
}

static void agent_stop_withdraw_all(struct sim *sim, struct agent *agent)
{
	ARRAY_FOREACH (struct record, record, &agent->records)
		engine_cancel(&sim->engine, &record->renewal);
	agent_stop_withdraw(sim, agent, 0);
}

/* P8.7: the server deletes it before it says so. */
static void agent_stop_delete_lease(struct sim *sim, struct agent *agent)
{
	const struct lease_state *lease = &sim->api->leases.items[agent->node];

	if (!lease->now.exists || lease->now.number != agent->renew_base)
		return;
	trace_note(sim, "lease-deleted", "the agent stops", "lease of %s is gone",
		   agent_node_name(sim, agent));
	leases_delete(sim, agent->node);
}

static void agent_stop_deleted_lease(struct sim *sim, struct agent *agent, enum answer with)
{
	(void)with;
	agent_stop_withdraw_all(sim, agent);
}

static void agent_stop_got_lease(struct sim *sim, struct agent *agent, enum answer with)
{
	const struct lease_state *lease = &sim->api->leases.items[agent->node];

	if (with != ANSWER_OK || !lease->now.exists || lease->instance != agent->instance) {
		agent_stop_withdraw_all(sim, agent);
		return;
	}
	agent->renew_base = lease->now.number;
	connection_request_commit(sim, &agent->client, REQUEST_LEASE,
				  stop_patience - (sim->engine.now - agent->asked),
				  agent_stop_delete_lease, agent_stop_deleted_lease);
}

static void agent_stop_waited(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent_stop_renewals(sim, agent);
	agent->asked = sim->engine.now;
	connection_request(sim, &agent->client, REQUEST_LEASE, stop_patience,
			   agent_stop_got_lease);
}

void agent_drained(struct sim *sim, struct agent *agent)
{
	agent->phase = AGENT_STOPPING;
	agent->worker.state = WORKER_OFF;
	agent->healthy = false;
	agent->knowledge++;
	agent->start = engine_in(
		&sim->engine,
		distribution_sample(&sim->setup->timing.shutdown_drain, &sim->agents->drain),
		agent_stop_waited, agent, 0);
}

void agent_stop(struct sim *sim, struct agent *agent, bool restart)
{
	if (agent->phase == AGENT_DRAINING || agent->phase == AGENT_STOPPING)
		return;
	if (sim->agents->pod_changed != NULL)
		sim->agents->pod_changed(sim, agent->node, false);
	agent->comes_again = restart;
	if (agent->phase != AGENT_RUNNING) {
		/* One that is still starting ends at once. */
		agent_stop_gone(sim, agent);
		return;
	}
	trace_note(sim, "agent-stopping", "SIGTERM", "agent of %s begins to stop",
		   agent_node_name(sim, agent));
	agent->phase = AGENT_DRAINING;
	agent->queue.shut = true;
	engine_cancel(&sim->engine, &agent->start);
	engine_cancel(&sim->engine, &agent->resync);
	engine_cancel(&sim->engine, &agent->service_resync);
	engine_cancel(&sim->engine, &agent->config_resync);
	watch_stop_all(sim, &agent->client);
	agent_config_stop(sim, agent);
	if (agent->worker.state == WORKER_OFF)
		agent_drained(sim, agent);
	else
		agent_work(sim, agent);
}
