/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scenario does to nodes and their agents (S3, S6.5): power, processes, the kubelet
 * that starts them again, restarts and reboots one after another, Node and Lease objects.
 */
#include "sim/run/happening.h"

void happen_node_crash(const struct happening *h)
{
	if (!kernel_powered(h->sim, h->agent->node)) {
		happen_nothing(h, h->node, "it is already down");
		return;
	}
	agent_kill(h->sim, h->agent);
	kernel_power(h->sim, h->agent->node, false, CAUSE_SCENARIO);
	agent_forget_records(h->sim, h->agent);
}

/* The kubelet starts the agent if the node has its Pod. */
static void happen_power_on(struct sim *sim, uint32_t node, const char *cause)
{
	kernel_power(sim, node, true, cause);
	happen_disturb(sim);
	if (happen_pod_is_there(sim, node))
		agent_start_in(sim, agent_of(sim, node), agents_restart_time(sim));
}

void happen_node_recover(const struct happening *h)
{
	if (kernel_powered(h->sim, h->agent->node)) {
		happen_nothing(h, h->node, "it is already up");
		return;
	}
	happen_power_on(h->sim, h->agent->node, CAUSE_SCENARIO);
}

void happen_agent_kill(const struct happening *h)
{
	const bool waits = engine_pending(&h->sim->engine, h->agent->start);

	if (h->agent->phase == AGENT_OFF && !waits) {
		happen_nothing(h, h->node, "no agent is running on it");
		return;
	}
	agent_kill(h->sim, h->agent);
	trace_note(h->sim, "agent-killed", CAUSE_SCENARIO, "agent of %s was killed", h->node);
}

void happen_agent_stop(const struct happening *h)
{
	if (h->agent->phase == AGENT_OFF)
		happen_nothing(h, h->node, "no agent is running on it");
	else
		agent_stop(h->sim, h->agent, false);
}

void happen_agent_start(const struct happening *h)
{
	if (h->agent->phase != AGENT_OFF)
		happen_nothing(h, h->node, "its agent is already running");
	else if (!kernel_powered(h->sim, h->agent->node))
		happen_nothing(h, h->node, "it is down");
	else if (!happen_pod_is_there(h->sim, h->agent->node))
		happen_nothing(h, h->node, "the DaemonSet runs no agent there");
	else
		agent_start(h->sim, h->agent);
}

static void happen_restart_agent(struct sim *sim, struct agent *agent)
{
	if (agent->phase == AGENT_OFF)
		agent_start(sim, agent);
	else
		happen_pod_delete(sim, agent);
}

void happen_agent_restart(const struct happening *h)
{
	if (!kernel_powered(h->sim, h->agent->node))
		happen_nothing(h, h->node, "it is down");
	else if (!happen_pod_is_there(h->sim, h->agent->node))
		happen_nothing(h, h->node, "the DaemonSet runs no agent there");
	else
		happen_restart_agent(h->sim, h->agent);
}

/* ---- reboots ---- */

static void happen_roll_on(struct sim *sim);
static void happen_roll_back(struct sim *sim, uint32_t node);

static void happen_reboot_ends(void *context, void *actor, uint64_t node)
{
	struct sim *sim = context;

	(void)actor;
	/* Something else may have brought it back. */
	if (!kernel_powered(sim, (uint32_t)node))
		happen_power_on(sim, (uint32_t)node, "its reboot is over");
	/* No lease of it is to be waited for. */
	if (!happen_pod_is_there(sim, (uint32_t)node))
		happen_roll_back(sim, (uint32_t)node);
}

void happen_node_reboot(const struct happening *h)
{
	const bool was_up = kernel_powered(h->sim, h->agent->node);

	happen_node_crash(h);
	if (was_up)
		engine_in(&h->sim->engine, h->event->amount, happen_reboot_ends, NULL,
			  h->agent->node);
}

/* ---- crashes of agents ---- */

/* The kubelet's back-off: at once, then after 10, 20, 40 ... 300 s; it starts anew when the
 * process ran for ten minutes. */
sim_ns happen_crash_delay(struct sim *sim, struct crash_loop *loop)
{
	const sim_ns first = 10 * NS_PER_SEC;
	const sim_ns most = 300 * NS_PER_SEC;
	const sim_ns forgets = 600 * NS_PER_SEC;
	sim_ns delay = 0;

	if (loop->count > 0 && sim->engine.now - loop->started >= forgets)
		loop->count = 0;
	for (uint32_t i = 0; i < loop->count && delay < most; i++)
		delay = delay == 0 ? first : 2 * delay;
	if (delay > most)
		delay = most;
	loop->count++;
	loop->started = sim->engine.now + delay;
	return delay;
}

void happen_agent_crash(const struct happening *h)
{
	sim_ns delay;

	if (h->agent->phase == AGENT_OFF) {
		happen_nothing(h, h->node, "no agent is running on it");
		return;
	}
	agent_kill(h->sim, h->agent);
	delay = happen_crash_delay(h->sim, &h->sim->happen->crashes[h->agent->node]);
	if (delay == 0)
		trace_note(h->sim, "agent-crashed", CAUSE_SCENARIO,
			   "agent of %s crashed; the kubelet starts it again at once", h->node);
	else
		trace_note(h->sim, "agent-crashed", CAUSE_SCENARIO,
			   "agent of %s crashed; the kubelet starts it again after %.0fs",
			   h->node, (double)delay / (double)NS_PER_SEC);
	agent_start_in(h->sim, h->agent, delay);
}

/* ---- one after another ---- */

/* Nothing to do about a node that is down, or an agent that does not run. */
static bool happen_roll_can(const struct sim *sim, uint32_t node)
{
	return sim->happen->rolling.reboots ? kernel_powered(sim, node)
					    : agent_of(sim, node)->phase == AGENT_RUNNING;
}

static void happen_roll_take(struct sim *sim, uint32_t node)
{
	struct rolling *rolling = &sim->happen->rolling;
	const struct happening h = {
		.sim = sim,
		.event = rolling->event,
		.agent = agent_of(sim, node),
		.node = sim->setup->nodes.items[node].name,
	};

	rolling->unavailable++;
	rolling->waiting[node] = true;
	happen_disturb(sim);
	if (rolling->reboots)
		happen_node_reboot(&h);
	else
		happen_restart_agent(sim, h.agent);
	/* No lease of one that gets no new Pod is to be waited for. */
	if (!rolling->reboots && !happen_pod_is_there(sim, node))
		happen_roll_back(sim, node);
}

/* The next ones in line, as many as may be away at a time. */
static void happen_roll_on(struct sim *sim)
{
	struct rolling *rolling = &sim->happen->rolling;

	while (rolling->event != NULL && rolling->unavailable < rolling->allowed) {
		const uint32_t place = rolling->next++;
		const uint32_t node = rolling->order != NULL && place < rolling->count
					      ? rolling->order[place]
					      : place;

		if (place >= rolling->count)
			rolling->event = NULL;
		else if (happen_roll_can(sim, node))
			happen_roll_take(sim, node);
	}
}

static void happen_roll_paused(void *context, void *actor, uint64_t number)
{
	struct sim *sim = context;
	struct rolling *rolling = &sim->happen->rolling;

	(void)actor;
	/* Another may have begun meanwhile. */
	if (rolling->event != &sim->setup->events.items[number])
		return;
	rolling->unavailable--;
	happen_roll_on(sim);
}

/* A node is back: the next follows after the pause. */
static void happen_roll_back(struct sim *sim, uint32_t node)
{
	struct rolling *rolling = &sim->happen->rolling;

	happen_disturb(sim);
	if (!rolling->waiting[node])
		return;
	rolling->waiting[node] = false;
	if (rolling->event != NULL)
		engine_in(&sim->engine, rolling->event->pause, happen_roll_paused, NULL,
			  (uint64_t)(rolling->event - sim->setup->events.items));
}

static void happen_roll(const struct happening *h, bool reboots)
{
	const struct setup *setup = h->sim->setup;
	struct rolling *rolling = &h->sim->happen->rolling;
	const bool some = h->event->group.count > 0;

	if (rolling->event != NULL) {
		happen_nothing(h, reboots ? "the nodes" : "the agents",
			       "they are already being restarted one after another");
		return;
	}
	rolling->event = h->event;
	rolling->reboots = reboots;
	rolling->order = some ? h->event->group.items : NULL;
	rolling->count = some ? h->event->group.count : setup->nodes.count;
	rolling->next = 0;
	rolling->unavailable = 0;
	rolling->allowed = h->event->max_unavailable;
	for (uint32_t n = 0; n < setup->nodes.count; n++)
		rolling->waiting[n] = false;
	if (some)
		trace_note(h->sim, reboots ? "rolling-reboot" : "rolling-restart",
			   CAUSE_SCENARIO, "%u %s, %u at a time", rolling->count,
			   reboots ? "nodes are rebooted" : "agents are restarted",
			   rolling->allowed);
	else
		trace_note(h->sim, reboots ? "rolling-reboot" : "rolling-restart",
			   CAUSE_SCENARIO, "all %s, %u at a time",
			   reboots ? "nodes are rebooted" : "agents are restarted",
			   rolling->allowed);
	happen_roll_on(h->sim);
}

void happen_rolling_restart(const struct happening *h)
{
	happen_roll(h, false);
}

void happen_rolling_reboot(const struct happening *h)
{
	happen_roll(h, true);
}

/* ---- their objects ---- */

static void happen_collect_lease(void *context, void *actor, uint64_t node)
{
	struct sim *sim = context;

	(void)actor;
	if (sim->api->leases.items[node].now.exists)
		trace_note(sim, "lease-deleted", "its Node is gone", "lease of %s is gone",
			   sim->setup->nodes.items[node].name);
	leases_delete(sim, (uint32_t)node);
}

void happen_node_delete(const struct happening *h)
{
	h->sim->api->node_exists[h->agent->node] = false;
	trace_note(h->sim, "node-deleted", CAUSE_SCENARIO, "Node %s was deleted", h->node);
	engine_in(&h->sim->engine, api_round_trip(h->sim), happen_collect_lease, NULL,
		  h->agent->node);
}

/* Renewals never create it again: the node is out until its agent restarts (P8.3b). */
void happen_lease_delete(const struct happening *h)
{
	if (!h->sim->api->leases.items[h->agent->node].now.exists) {
		happen_nothing(h, h->node, "it has no lease");
		return;
	}
	trace_note(h->sim, "lease-deleted", CAUSE_SCENARIO, "lease of %s was deleted", h->node);
	leases_delete(h->sim, h->agent->node);
}

/* ---- start ---- */

void happen_nodes_init(struct sim *sim)
{
	struct happen *happen = sim->happen;

	sim->agents->lease_written = happen_roll_back;
	happen->crashes =
		arena_zalloc(sim->arena, sim->setup->nodes.count, sizeof(*happen->crashes));
	happen->bgp_crashes =
		arena_zalloc(sim->arena, sim->setup->nodes.count, sizeof(*happen->bgp_crashes));
	happen->rolling.waiting =
		arena_zalloc(sim->arena, sim->setup->nodes.count, sizeof(bool));
}
