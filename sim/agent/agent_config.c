/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deliveries of configuration (P9.2): one for each changed object, each with a GET of the
 * Node. What is accepted reprocesses everything at once; the lease follows at its next
 * renewal.
 */
#include "sim/run/control.h"

static const sim_ns patience = 10 * NS_PER_SEC;

/* ---- taking a version into force ---- */

void agent_apply(struct sim *sim, struct agent *agent, uint32_t version)
{
	const struct prepared_node *node = agent_prepared(sim, agent, version);

	agent->config = version;
	agent->prepared_version = version;
	agent->prepared = node->announcer.configured ? node : NULL;
	agent_select(agent, node);
	agent_refresh_subnets(sim, agent);
}

/* ---- deliveries ---- */

static void next(struct sim *sim, struct agent *agent);

static void retry(void *context, void *actor, uint64_t arg)
{
	struct agent *agent = actor;

	(void)arg;
	agent_config_delivered(context, agent, agent->configs.pending == 0 ? 1 : 0);
}

/* 5 ms, 10 ms, ... 1000 s. (P9.6) */
static void retry_later(struct sim *sim, struct agent *agent)
{
	const sim_ns most = 1000 * NS_PER_SEC;
	sim_ns wait = 5 * NS_PER_MS;

	for (uint32_t i = 0; i < agent->configs.failures && wait < most; i++)
		wait *= 2;
	agent->configs.failures++;
	engine_cancel(&sim->engine, &agent->configs.retry);
	agent->configs.retry =
		engine_in(&sim->engine, wait < most ? wait : most, retry, agent, 0);
}

/* Bad configuration is dropped without a reprocess; its VIPs go when the next one comes. */
static void reject(struct sim *sim, struct agent *agent)
{
	if (agent->configs.failures == 0)
		sim_note(sim, "config-rejected", "its localInterface is no valid expression",
			 "agent of %s announces nothing until its configuration is mended",
			 agent_node_name(sim, agent));
	retry_later(sim, agent);
}

static void accept(struct sim *sim, struct agent *agent)
{
	const struct setup_version *version =
		&sim->setup->versions.items[agent->prepared_version];

	agent->configs.failures = 0;
	engine_cancel(&sim->engine, &agent->configs.retry);
	agent_set_cause(sim, agent, CAUSE_CONFIG);
	sim_tell(sim, "config-applied", version->what, "agent of %s took its configuration",
		 agent_node_name(sim, agent));
	agent_reprocess(sim, agent);
}

static void got_node(struct sim *sim, struct agent *agent, enum answer with)
{
	agent->configs.busy = false;
	agent->configs.pending--;
	if (with != ANSWER_OK || !sim->control->api.node_exists[agent->node]) {
		retry_later(sim, agent);
	} else {
		agent_apply(sim, agent, agent->config);
		if (agent_prepared(sim, agent, agent->config)->state == NODE_INVALID)
			reject(sim, agent);
		else
			accept(sim, agent);
	}
	next(sim, agent);
}

static void ask(void *context, void *actor, uint64_t since)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	connection_request(sim, agent, REQUEST_CONFIG,
			   patience - (sim->engine.now - (sim_ns)since), got_node);
}

static void next(struct sim *sim, struct agent *agent)
{
	struct config_worker *configs = &agent->configs;
	const sim_ns now = sim->engine.now;
	sim_ns at;

	if (!configs->running || configs->busy || configs->pending == 0)
		return;
	configs->busy = true;
	if (limiter_reserve(&agent->core, now, patience, &at))
		configs->timer = engine_at(&sim->engine, at, ask, agent, (uint64_t)now);
	else
		got_node(sim, agent, ANSWER_TIMEOUT);
}

void agent_config_delivered(struct sim *sim, struct agent *agent, uint32_t deliveries)
{
	agent->configs.pending += deliveries;
	next(sim, agent);
}

void agent_config_stop(struct sim *sim, struct agent *agent)
{
	engine_cancel(&sim->engine, &agent->configs.timer);
	engine_cancel(&sim->engine, &agent->configs.retry);
	connection_cancel(sim, agent, REQUEST_CONFIG);
	agent->configs = (struct config_worker){ .running = false };
}
