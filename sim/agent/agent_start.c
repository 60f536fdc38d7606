/* SPDX-License-Identifier: Apache-2.0 */
/* The start of an agent: its lease, the lists, the workers. (P8.2) */
#include "sim/run/control.h"

static const sim_ns no_longer_than_needed = 10 * NS_PER_SEC;

/* ---- the lease ---- */

static void lease_written(struct sim *sim, struct agent *agent)
{
	agent_write_lease(sim, agent, agent->renew_time);
	sim_note(sim, "lease-written", "the agent started", "lease of %s is there",
		 agent_node_name(sim, agent));
	agent->asked = sim->engine.now;
	watch_start(sim, agent, WATCH_LEASES);
	happen_agent_back(sim, agent->node);
}

static void updated(struct sim *sim, struct agent *agent, enum answer with)
{
	if (with != ANSWER_OK || !sim->control->api.leases[agent->node].exists) {
		agent_start_failed(sim, agent);
		return;
	}
	lease_written(sim, agent);
}

static void got(struct sim *sim, struct agent *agent, enum answer with)
{
	if (with != ANSWER_OK) {
		agent_start_failed(sim, agent);
		return;
	}
	connection_request(sim, agent, REQUEST_LEASE, SIM_NEVER, updated);
}

static void created(struct sim *sim, struct agent *agent, enum answer with)
{
	/* It is there already, or nobody answers: both are tried again as an update. */
	if (with != ANSWER_OK || sim->control->api.leases[agent->node].exists) {
		connection_request(sim, agent, REQUEST_LEASE, SIM_NEVER, got);
		return;
	}
	lease_written(sim, agent);
}

static void got_node(struct sim *sim, struct agent *agent, enum answer with)
{
	if (with != ANSWER_OK || !sim->control->api.node_exists[agent->node]) {
		agent_start_failed(sim, agent);
		return;
	}
	agent->renew_time = agent_clock(sim, agent);
	connection_request(sim, agent, REQUEST_LEASE, SIM_NEVER, created);
}

void agent_start_leases(struct sim *sim, struct agent *agent)
{
	sim_ns at;

	agent->advertises = sim->control->prepared->first_subnets[agent->node];
	/* The first token of a new process is there. */
	(void)limiter_reserve(&agent->core, sim->engine.now, no_longer_than_needed, &at);
	connection_request(sim, agent, REQUEST_LEASE, SIM_NEVER, got_node);
}

/* ---- the lists ---- */

/* Services and EndpointSlices are there. */
static void work(void *context, void *actor, uint64_t arg)
{
	struct agent *agent = actor;

	(void)arg;
	agent_work_start(context, agent);
}

static void configure(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->configs.running = true;
	agent_config_delivered(sim, agent, 0);
}

/* The leases are there: the first member list, renewals; everything else is listed. */
static void synced(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	(void)agent_rebuild(sim, agent, VIA_LIST, SETUP_NONE);
	agent->synced = true;
	agent_set_cause(sim, agent, CAUSE_STARTED);
	agent_started(agent);
	agent->asked = sim->engine.now;
	agent_start_renewals(sim, agent, sim->setup->timing.lease_duration / 2);
	watch_start(sim, agent, WATCH_SERVICES);
	watch_start(sim, agent, WATCH_SLICES);
	watch_start(sim, agent, WATCH_CONFIG);
}

/* The next moment at which the process looks whether its caches are filled. */
static sim_ns next_poll(const struct sim *sim, const struct agent *agent)
{
	const sim_ns poll = SYNC_POLL_MS * NS_PER_MS;

	return agent->asked + ((sim->engine.now - agent->asked) / poll + 1) * poll;
}

static void services_listed(struct sim *sim, struct agent *agent)
{
	if (!agent->watches[WATCH_SERVICES].listed || !agent->watches[WATCH_SLICES].listed)
		return;
	agent->start = engine_at(&sim->engine, next_poll(sim, agent), work, agent, 0);
}

static void config_listed(struct sim *sim, struct agent *agent)
{
	agent->config = sim->control->api.config;
	agent->configs.pending = sim->control->prepared->versions[agent->config].objects;
	agent->configs.timer =
		engine_at(&sim->engine, next_poll(sim, agent), configure, agent, 0);
}

void agent_listed(struct sim *sim, struct agent *agent, enum watch_kind kind)
{
	switch (kind) {
	case WATCH_LEASES:
		agent_take_leases(sim, agent);
		agent->start = engine_at(&sim->engine, next_poll(sim, agent), synced, agent, 0);
		break;
	case WATCH_SERVICES:
		agent_take_services(sim, agent, true);
		services_listed(sim, agent);
		break;
	case WATCH_SLICES:
		agent_take_endpoints(sim, agent, false);
		services_listed(sim, agent);
		break;
	case WATCH_CONFIG:
		config_listed(sim, agent);
		break;
	case WATCHES:
		break;
	}
}
