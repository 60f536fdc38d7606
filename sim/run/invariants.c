/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold at any moment. Looked at after every event where that is asked for. */
#include "sim/agent/agent.h"
#include "sim/observe/observe.h"
#include "sim/run/happen.h"

enum {
	/* A cluster is quiet so long after the last event of the scenario: watches are back,
	 * waits are over, addresses that nobody renews have run out. */
	QUIET_S = 900,
	SELDOM = 64, /* what costs much is looked at once in so many events */
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

/* No process waits for what nothing will bring. */
static bool invariant_waits(const struct sim *sim)
{
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		if (!connection_consistent(sim, &agent_of(sim, n)->client))
			return false;
	}
	return true;
}

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
		    agent->offset != 0)
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

const char *invariants_broken(struct sim *sim)
{
	if (!invariant_limiters(sim))
		return "a limiter gave out more tokens than it has";
	if (!invariant_waits(sim))
		return "a request waits for an event that no queue holds";
	if (sim->engine.fired % SELDOM != 0)
		return NULL;
	if (!engine_consistent(&sim->engine))
		return "the engine's heap and slots do not agree";
	if (!invariant_queues(sim))
		return "a queue's counters and entries do not agree";
	if (!invariant_records(sim))
		return "an agent does not know of an address on its node";
	if (!holdings_consistent(sim) || !neighbors_consistent(sim) || !observe_consistent(sim))
		return "the network's holders and counters do not agree";
	if (invariant_is_quiet(sim) && !invariant_winners(sim))
		return "in a quiet cluster a VIP has not one holder, its winner";
	return NULL;
}
