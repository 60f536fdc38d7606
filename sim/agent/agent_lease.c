/* SPDX-License-Identifier: Apache-2.0 */
/* An agent's own lease: GET and UPDATE every half lease duration. (P8.3) */
#include "sim/run/control.h"

enum { FAILURES_UNHEALTHY = 3 };

void agent_write_lease(struct sim *sim, struct agent *agent, int64_t renew_time)
{
	const int64_t us = 1000; /* Kubernetes keeps microseconds. */

	api_write_lease(sim, agent->node, agent->instance, agent->advertises,
			renew_time / us * us + sim->setup->timing.lease_life);
}

/* ---- one renewal ---- */

static void renew(struct sim *sim, struct agent *agent);

/* A tick that came during the renewal is not lost. */
static void finished(struct sim *sim, struct agent *agent)
{
	agent->renewing = false;
	if (!agent->tick_waits)
		return;
	agent->tick_waits = false;
	renew(sim, agent);
}

static void succeeded(struct sim *sim, struct agent *agent)
{
	agent->result->lease_renewals++;
	agent->renew_failures = 0;
	if (agent->healthy)
		return;
	agent->healthy = true;
	sim_note(sim, "agent-healthy", "its lease was renewed again",
		 "agent of %s takes part again", agent_node_name(sim, agent));
	agent_set_cause(sim, agent, CAUSE_HEALTHY);
	agent_reprocess(sim, agent);
}

static void failed(struct sim *sim, struct agent *agent)
{
	agent->result->lease_failures++;
	if (++agent->renew_failures < FAILURES_UNHEALTHY || !agent->healthy)
		return;
	agent->healthy = false;
	sim_note(sim, "agent-unhealthy", "its lease could not be renewed three times in a row",
		 "agent of %s answers nobody to every election", agent_node_name(sim, agent));
}

static void updated(struct sim *sim, struct agent *agent, enum answer with)
{
	const struct lease_state *lease = &sim->control->api.leases[agent->node];

	if (with == ANSWER_OK && lease->exists && lease->changed == agent->renew_base) {
		agent_write_lease(sim, agent, agent->renew_time);
		succeeded(sim, agent);
	} else {
		failed(sim, agent);
	}
	finished(sim, agent);
}

static void got(struct sim *sim, struct agent *agent, enum answer with)
{
	const struct lease_state *lease = &sim->control->api.leases[agent->node];

	/* One that fails here is not counted towards being unhealthy. A lease that is gone is
	 * never created again. */
	if (with != ANSWER_OK || !lease->exists) {
		agent->result->lease_failures++;
		finished(sim, agent);
		return;
	}
	agent->renew_time = agent_clock(sim, agent);
	agent->renew_base = lease->changed;
	agent_refresh_subnets(sim, agent);
	connection_request(sim, agent, REQUEST_LEASE, SIM_NEVER, updated);
}

static void renew(struct sim *sim, struct agent *agent)
{
	agent->renewing = true;
	connection_request(sim, agent, REQUEST_LEASE, SIM_NEVER, got);
}

/* ---- the ticker ---- */

static void ticked(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->tick = engine_in(&sim->engine, sim->setup->timing.lease_duration / 2, ticked,
				agent, 0);
	if (agent->renewing)
		agent->tick_waits = true;
	else
		renew(sim, agent);
}

void agent_start_renewals(struct sim *sim, struct agent *agent, sim_ns first)
{
	engine_cancel(&sim->engine, &agent->tick);
	agent->tick = engine_in(&sim->engine, first, ticked, agent, 0);
}

void agent_stop_renewals(struct sim *sim, struct agent *agent)
{
	engine_cancel(&sim->engine, &agent->tick);
	agent->tick_waits = false;
	if (agent->renewing)
		connection_cancel(sim, agent, REQUEST_LEASE);
	agent->renewing = false;
}
