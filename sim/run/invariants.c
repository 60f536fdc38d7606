/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold at any moment. Looked at after every event where that is asked for. */
#include "sim/agent/agent.h"
#include "sim/observe/observe.h"
#include "sim/router/router.h"
#include "sim/run/happen.h"

enum {
	/* A cluster is quiet so long after the last event of the scenario: watches are back,
	 * waits are over, addresses that nobody renews have run out. */
	QUIET_S = 900,
	/* What costs much is looked at after each event where there are so many pairs of a node
	 * and a VIP, and seldom enough for the same effort an event where there are more. */
	PAIRS = 256,
	SELDOM = 64,
};

static bool invariant_queues(const struct sim *sim)
{
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		if (!queue_consistent(&agent_of(sim, n)->queue))
			return false;
	}
	return true;
}

/* Nobody can take more tokens in advance than he has requests under way. */
static bool invariant_limiters(const struct sim *sim)
{
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		const struct limiter *limiter = &agent_of(sim, n)->core;

		if (agent_of(sim, n)->phase != AGENT_OFF &&
		    limiter->empty_at - sim->engine.now > REQUESTS * limiter->interval)
			return false;
	}
	return true;
}

/* The records of an agent that runs name every address that its kernel has. */
static bool invariant_records(const struct sim *sim)
{
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		const struct agent *agent = agent_of(sim, n);

		for (uint32_t v = 0; v < sim->setup->vips.count; v++) {
			const struct record *record = agent_record(agent, v);

			if (kernel_holds(sim, n, v) && record == NULL)
				return false;
			if (record != NULL && record->vip != v)
				return false;
		}
	}
	return true;
}

/* ---- no process waits for what nothing will bring ---- */

static bool invariant_asks(const struct agent *agent, enum request_kind kind)
{
	return agent->client.connection.requests[kind].asked;
}

static bool invariant_worker_waits(const struct sim *sim, const struct agent *agent)
{
	const struct worker *worker = &agent->worker;

	switch (worker->state) {
	case WORKER_OFF:
		return true;
	case WORKER_IDLE:
		return queue_length(&agent->queue) == 0;
	case WORKER_RUN:
	case WORKER_SERVICE:
	case WORKER_WAITING:
		return engine_pending(&sim->engine, worker->timer);
	case WORKER_WRITING:
		return invariant_asks(agent, REQUEST_WRITE);
	}
	return false;
}

static bool invariant_config_waits(const struct sim *sim, const struct agent *agent)
{
	const struct config_worker *configs = &agent->configs;

	if (configs->busy)
		return engine_pending(&sim->engine, configs->timer) ||
		       invariant_asks(agent, REQUEST_CONFIG);
	return !configs->running || configs->pending == 0;
}

static bool invariant_recorder_waits(const struct sim *sim, const struct agent *agent)
{
	if (!agent->recorder.busy)
		return agent->recorder.count == 0;
	return engine_pending(&sim->engine, agent->recorder.timer) ||
	       invariant_asks(agent, REQUEST_EVENT);
}

/* A stream is heard of no more only where something notices that: while the server is silent,
 * the death of the connection. */
static bool invariant_streams(const struct sim *sim, const struct agent *agent)
{
	const struct connection *connection = &agent->client.connection;
	bool streams = false;

	for (int kind = 0; kind < WATCHES; kind++)
		streams |= agent->client.watches[kind].state == WATCH_STREAMS;
	if (!streams)
		return true;
	return connection->up && (connection_path(sim, &agent->client) == PATH_OPEN ||
				  engine_pending(&sim->engine, connection->death) ||
				  engine_pending(&sim->engine, connection->resume));
}

/* What comes again and again comes again: the looks at all leases as long as they are watched,
 * at all Services and the configuration, and the renewals of addresses that expire. */
static bool invariant_repeats(const struct sim *sim, const struct agent *agent)
{
	if (agent->phase != AGENT_RUNNING)
		return true;
	if (agent->client.watches[WATCH_LEASES].state == WATCH_STREAMS &&
	    !engine_pending(&sim->engine, agent->resync))
		return false;
	if (agent->worker.state != WORKER_OFF &&
	    (!engine_pending(&sim->engine, agent->service_resync) ||
	     !engine_pending(&sim->engine, agent->config_resync)))
		return false;
	ARRAY_FOREACH (const struct record, record, &agent->records) {
		if (record->announced && record->how.valid != SIM_NEVER &&
		    !engine_pending(&sim->engine, record->renewal))
			return false;
	}
	return true;
}

static bool invariant_allocator(const struct sim *sim)
{
	const struct allocator *allocator = &sim->agents->allocator;

	return allocator->down || allocator->busy || allocator->head == allocator->count;
}

static bool invariant_watches_wait(const struct sim *sim, const struct agent *agent)
{
	for (int kind = 0; kind < WATCHES; kind++) {
		const struct watch *watch = &agent->client.watches[kind];

		if ((watch->state == WATCH_LISTING || watch->state == WATCH_REDIALS) &&
		    !engine_pending(&sim->engine, watch->timer) &&
		    !invariant_asks(agent, (enum request_kind)(REQUEST_WATCH + kind)))
			return false;
	}
	return true;
}

static bool invariant_process_waits(const struct sim *sim, const struct agent *agent)
{
	const bool next_step = engine_pending(&sim->engine, agent->start);

	switch (agent->phase) {
	case AGENT_OFF:
		return true;
	case AGENT_STARTING:
		return next_step || invariant_asks(agent, REQUEST_LEASE) ||
		       agent->client.watches[WATCH_LEASES].state == WATCH_LISTING;
	case AGENT_RUNNING:
		return engine_pending(&sim->engine, agent->tick) &&
		       (!agent->renewing || invariant_asks(agent, REQUEST_LEASE));
	case AGENT_DRAINING:
		return agent->worker.state != WORKER_OFF && agent->worker.state != WORKER_IDLE;
	case AGENT_STOPPING:
		return next_step || invariant_asks(agent, REQUEST_LEASE);
	}
	return false;
}

static bool invariant_waits(const struct sim *sim)
{
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		const struct agent *agent = agent_of(sim, n);

		if (!connection_consistent(sim, &agent->client) ||
		    !invariant_process_waits(sim, agent))
			return false;
		if (agent->phase != AGENT_OFF &&
		    (!invariant_worker_waits(sim, agent) ||
		     !invariant_config_waits(sim, agent) ||
		     !invariant_recorder_waits(sim, agent) ||
		     !invariant_watches_wait(sim, agent) || !invariant_streams(sim, agent) ||
		     !invariant_repeats(sim, agent)))
			return false;
	}
	return invariant_allocator(sim);
}

/* ---- leases ---- */

/* Nobody knows of changes that were not made. */
static bool invariant_news(const struct sim *sim)
{
	const struct leases *leases = &sim->api->leases;

	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		if (leases->watches[n].known > leases->changes)
			return false;
	}
	return true;
}

/* Nobody's lease runs longer than its life from now, by its owner's clock; one that was put
 * back may have written more. */
static bool invariant_leases(const struct sim *sim)
{
	ARRAY_FOREACH (const struct setup_event, event, &sim->setup->events) {
		if (event->kind == EVENT_CLOCK_STEP || event->kind == EVENT_CLOCK_SKEW)
			return true;
	}
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		const struct lease_state *lease = &sim->api->leases.items[n];

		if (lease->now.exists &&
		    lease->now.expiry >
			    agent_clock(sim, agent_of(sim, n)) + sim->setup->timing.lease_life)
			return false;
	}
	return true;
}

/* ---- a cluster that is quiet ---- */

static bool invariant_is_quiet(const struct sim *sim)
{
	const sim_ns settled = sim->happen->quiet_since + QUIET_S * NS_PER_SEC;
	const bool never_disturbed = sim->setup->events.count == 0;

	if (!never_disturbed && sim->engine.now < settled)
		return false;
	/* Duplicate address detection of what is there from the start. */
	if (sim->engine.now < 3 * NS_PER_SEC || sim->api->down)
		return false;
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		const struct agent *agent = agent_of(sim, n);

		if (agent->phase != AGENT_RUNNING || agent->client.cut != 0 ||
		    agent->client.offset != 0)
			return false;
	}
	return true;
}

/* In a quiet cluster all leases that are there are renewed in time. */
static bool invariant_renewals(const struct sim *sim)
{
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		const struct lease_version *lease = &sim->api->leases.items[n].now;

		if (lease->exists && lease->expiry <= agent_clock(sim, agent_of(sim, n)))
			return false;
	}
	return true;
}

/* In a quiet cluster each local VIP has one holder: the one that wins it. */
static bool invariant_winners(const struct sim *sim)
{
	for (uint32_t v = 0; v < sim->setup->vips.count; v++) {
		const struct setup_vip *vip = &sim->setup->vips.items[v];
		const struct agent *agent;
		uint32_t winner;

		if (vip->segment == SETUP_NONE || vip->rank_count == 0 ||
		    !service_has(api_service(sim, vip->service),
				 v - sim->setup->services.items[vip->service].first_vip))
			continue;
		agent = agent_of(sim, vip->rank[0]);
		winner = agent_winner(sim, agent, v, agent_preferred(sim, agent, vip->service));
		if (winner == SETUP_NONE ||
		    agent_decide(sim, agent_of(sim, winner), v, winner, false).act !=
			    ANNOUNCING_LOCAL)
			continue;
		if (network_holders(sim, v) != 1 || network_holder(sim, v) != winner)
			return false;
	}
	return true;
}

/* ---- all of them ---- */

static const char *invariant_routing(struct sim *sim)
{
	const char *broken = wires_broken(sim);

	if (broken != NULL)
		return broken;
	if (!import_consistent(sim))
		return "a BGP speaker does not import what is on its node";
	if (!paths_consistent(sim))
		return "the next hops of a router are not those that its BGP sessions bring";
	if (!flows_consistent(sim))
		return "what clients lose is not what next hops and holders say";
	if (invariant_is_quiet(sim) && !wires_settled(sim, sim->happen->quiet_since))
		return "in a quiet cluster a BGP session is down";
	return NULL;
}

static uint64_t invariant_interval(const struct sim *sim)
{
	const uint64_t pairs = (uint64_t)sim->setup->nodes.count * sim->setup->vips.count;
	const uint64_t interval = 1 + pairs / PAIRS;

	return interval < SELDOM ? interval : SELDOM;
}

const char *invariants_broken(struct sim *sim)
{
	if (!invariant_limiters(sim))
		return "a limiter gave out more tokens than it has";
	if (!invariant_waits(sim))
		return "a process waits for an event that no queue holds";
	if (!invariant_leases(sim))
		return "a lease runs longer than its duration";
	if (!invariant_news(sim))
		return "an agent knows of a change of a lease that was not made";
	if (sim->engine.fired % invariant_interval(sim) != 0)
		return NULL;
	if (!engine_consistent(&sim->engine))
		return "the engine's heap and slots do not agree";
	if (!invariant_queues(sim))
		return "a queue's counters and entries do not agree";
	if (!invariant_records(sim))
		return "an agent does not know of an address on its node";
	if (!holdings_consistent(sim) || !neighbors_consistent(sim) || !observe_consistent(sim))
		return "the network's holders and counters do not agree";
	if (invariant_is_quiet(sim)) {
		if (!invariant_renewals(sim))
			return "in a quiet cluster a lease has expired";
		if (!invariant_winners(sim))
			return "in a quiet cluster a VIP is not held by its winner alone";
	}
	return sim->routing != NULL ? invariant_routing(sim) : NULL;
}
