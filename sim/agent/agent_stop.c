/* SPDX-License-Identifier: Apache-2.0 */
/* The graceful end of an agent: SIGTERM. (P8.7) */
#include "sim/run/control.h"

static const sim_ns patience = 5 * NS_PER_SEC; /* for GET and DELETE of the lease together */

/* ---- the end ---- */

static void gone(struct sim *sim, struct agent *agent)
{
	agent_kill(sim, agent);
	sim_note(sim, "agent-stopped", "SIGTERM", "agent of %s is gone",
		 agent_node_name(sim, agent));
	if (agent->comes_again)
		agent_start_in(sim, agent,
			       distribution_sample(&sim->setup->timing.agent_restart,
						   &sim->control->streams.restart));
}

/* With the dummy interface goes what is on it. */
static void remove_dummy(struct sim *sim, struct agent *agent)
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

static bool in_books(const struct sim *sim, const struct agent *agent,
		     const struct record *record)
{
	const uint32_t card = agent->card_of[sim->setup->vips.items[record->vip].service];

	return card != 0 && agent->cards.items[card - 1].ingress;
}

/* Any of the addresses that are left; NULL: there is none. */
static const struct record *any_left(struct sim *sim, const struct agent *agent)
{
	const struct record *found = NULL;
	uint32_t count = 0;

	ARRAY_FOREACH (const struct record, record, &agent->records) {
		if (!in_books(sim, agent, record))
			continue;
		if (random_below(&sim->control->streams.withdraw, ++count) == 0)
			found = record;
	}
	return found;
}

static void withdraw(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;
	const struct record *record = any_left(sim, agent);

	(void)arg;
	if (record == NULL) {
		remove_dummy(sim, agent);
		gone(sim, agent);
		return;
	}
	agent_remove_address(sim, agent, record->vip, "the agent stopped");
	agent->start = engine_in(&sim->engine,
				 distribution_sample(&sim->setup->timing.reconcile_lose,
						     &sim->control->streams.withdraw),
				 withdraw, agent, 0);
}

/* ---- the lease ---- */

static void withdraw_all(struct sim *sim, struct agent *agent)
{
	ARRAY_FOREACH (struct record, record, &agent->records)
		engine_cancel(&sim->engine, &record->renewal);
	withdraw(sim, agent, 0);
}

static void lease_deleted(struct sim *sim, struct agent *agent, enum answer with)
{
	const struct lease_state *lease = &sim->control->api.leases[agent->node];

	if (with == ANSWER_OK && lease->exists && lease->changed == agent->renew_base) {
		sim_note(sim, "lease-deleted", "the agent stops", "lease of %s is gone",
			 agent_node_name(sim, agent));
		api_delete_lease(sim, agent->node);
	}
	withdraw_all(sim, agent);
}

static void got_lease(struct sim *sim, struct agent *agent, enum answer with)
{
	const struct lease_state *lease = &sim->control->api.leases[agent->node];

	if (with != ANSWER_OK || !lease->exists || lease->instance != agent->instance) {
		withdraw_all(sim, agent);
		return;
	}
	agent->renew_base = lease->changed;
	connection_request(sim, agent, REQUEST_LEASE,
			   patience - (sim->engine.now - agent->asked), lease_deleted);
}

static void waited(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent_stop_renewals(sim, agent);
	agent->asked = sim->engine.now;
	connection_request(sim, agent, REQUEST_LEASE, patience, got_lease);
}

/* ---- the queue ---- */

void agent_drained(struct sim *sim, struct agent *agent)
{
	agent->phase = AGENT_STOPPING;
	agent->worker.state = WORKER_OFF;
	agent->healthy = false;
	agent->start = engine_in(&sim->engine,
				 distribution_sample(&sim->setup->timing.shutdown_drain,
						     &sim->control->streams.drain),
				 waited, agent, 0);
}

void agent_stop(struct sim *sim, struct agent *agent, bool restart)
{
	if (agent->phase == AGENT_DRAINING || agent->phase == AGENT_STOPPING)
		return;
	agent->comes_again = restart;
	if (agent->phase != AGENT_RUNNING) {
		/* One that is still starting ends at once. */
		gone(sim, agent);
		return;
	}
	sim_note(sim, "agent-stopping", "SIGTERM", "agent of %s begins to stop",
		 agent_node_name(sim, agent));
	agent->phase = AGENT_DRAINING;
	agent->queue.shut = true;
	engine_cancel(&sim->engine, &agent->start);
	engine_cancel(&sim->engine, &agent->resync);
	engine_cancel(&sim->engine, &agent->service_resync);
	engine_cancel(&sim->engine, &agent->config_resync);
	for (int kind = 0; kind < WATCHES; kind++)
		watch_stop(sim, agent, (enum watch_kind)kind);
	agent_config_stop(sim, agent);
	if (agent->worker.state == WORKER_OFF)
		agent_drained(sim, agent);
	else
		agent_work(sim, agent);
}
