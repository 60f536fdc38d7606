/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An agent's own lease, which it renews every half lease duration (P8.3), its copies of all
 * leases, and the member list it makes of them (P8.4, P8.5).
 *
 * PureLB goes through all leases at every event. Here an event looks at one lease only, and
 * at the others once the earliest moment has come at which one of them can have expired.
 *
 * A change of the member list goes one way from here: the queue (agent_work.c), then one
 * decision for each Service, then its addresses (agent_reconcile.c).
 */
#include "sim/agent/agent.h"
#include "sim/engine/trace.h"

/* ---- its own lease ---- */

enum { FAILURES_UNHEALTHY = 3 };

void agent_write_lease(struct sim *sim, struct agent *agent, int64_t renew_time)
{
	const int64_t us = 1000; /* Kubernetes keeps microseconds. */

	leases_write(sim, agent->node, agent->instance, agent->advertises,
		     renew_time / us * us + sim->setup->timing.lease_life);
}

static void agent_lease_renew(struct sim *sim, struct agent *agent);

/* A tick that came during the renewal is not lost. */
static void agent_lease_finished(struct sim *sim, struct agent *agent)
{
	agent->renewing = false;
	if (!agent->tick_waits)
		return;
	agent->tick_waits = false;
	agent_lease_renew(sim, agent);
}

static void agent_lease_succeeded(struct sim *sim, struct agent *agent)
{
	agent->result->lease_renewals++;
	agent->renew_failures = 0;
	if (agent->healthy)
		return;
	agent->healthy = true;
	agent->knowledge++;
	/* One that stops has said that it goes: nobody waits for this (P8.7). */
	if (agent->phase == AGENT_RUNNING)
		trace_note(sim, "agent-healthy", "its lease was renewed again",
			   "agent of %s takes part again", agent_node_name(sim, agent));
	agent_set_cause(sim, agent, CAUSE_HEALTHY);
	agent_reprocess(sim, agent);
}

static void agent_lease_failed(struct sim *sim, struct agent *agent)
{
	agent->result->lease_failures++;
	if (++agent->renew_failures < FAILURES_UNHEALTHY || !agent->healthy)
		return;
	agent->healthy = false;
	agent->knowledge++;
	trace_note(sim, "agent-unhealthy",
		   "its lease could not be renewed three times in a row",
		   "agent of %s names no winner in any election", agent_node_name(sim, agent));
}

static void agent_lease_updated(struct sim *sim, struct agent *agent, enum answer with)
{
	const struct lease_state *lease = &sim->api->leases.items[agent->node];

	if (with == ANSWER_OK && lease->now.exists && lease->now.number == agent->renew_base) {
		agent_write_lease(sim, agent, agent->renew_time);
		agent_lease_succeeded(sim, agent);
	} else {
		agent_lease_failed(sim, agent);
	}
	agent_lease_finished(sim, agent);
}

static void agent_lease_got(struct sim *sim, struct agent *agent, enum answer with)
{
	const struct lease_state *lease = &sim->api->leases.items[agent->node];

	/* One that fails here is not counted towards being unhealthy. A lease that is gone is
	 * never created again. */
	if (with != ANSWER_OK || !lease->now.exists) {
		agent->result->lease_failures++;
		agent_lease_finished(sim, agent);
		return;
	}
	agent->renew_time = agent_clock(sim, agent);
	agent->renew_base = lease->now.number;
	agent_refresh_subnets(sim, agent);
	connection_request(sim, &agent->client, REQUEST_LEASE, SIM_NEVER, agent_lease_updated);
}

static void agent_lease_renew(struct sim *sim, struct agent *agent)
{
	agent->renewing = true;
	connection_request(sim, &agent->client, REQUEST_LEASE, SIM_NEVER, agent_lease_got);
}

static void agent_lease_ticked(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->tick = engine_in(&sim->engine, sim->setup->timing.lease_duration / 2,
				agent_lease_ticked, agent, 0);
	if (agent->renewing)
		agent->tick_waits = true;
	else
		agent_lease_renew(sim, agent);
}

void agent_start_renewals(struct sim *sim, struct agent *agent, sim_ns first)
{
	engine_cancel(&sim->engine, &agent->tick);
	agent->tick = engine_in(&sim->engine, first, agent_lease_ticked, agent, 0);
}

void agent_stop_renewals(struct sim *sim, struct agent *agent)
{
	engine_cancel(&sim->engine, &agent->tick);
	agent->tick_waits = false;
	if (agent->renewing)
		connection_cancel(sim, &agent->client, REQUEST_LEASE);
	agent->renewing = false;
}

/* ---- the member list ---- */

/* What a look at the leases found. */
struct difference {
	uint32_t left, came, changed; /* how many nodes */
	uint32_t node;                /* the first that left, else changed or came */
	int64_t expiry;               /* of its lease */
	bool expired;                 /* its lease is still there */
};

static void agent_members_note_difference(struct difference *d,
					  const struct lease_version *lease, uint32_t node,
					  uint32_t before, uint32_t after)
{
	const bool left = after == VIEW_OUT;
	const bool first = left ? d->left == 0 : d->left + d->came + d->changed == 0;

	d->left += left;
	d->came += before == VIEW_OUT;
	d->changed += !left && before != VIEW_OUT;
	if (!first)
		return;
	d->node = node;
	d->expiry = lease->expiry;
	d->expired = lease->exists;
}

/* Fills `members`; true when they are not those of the view. */
static bool agent_members_look(struct sim *sim, struct agent *agent, uint32_t *members,
			       struct difference *difference)
{
	const struct leases *leases = &sim->api->leases;
	const int64_t now = agent_clock(sim, agent);
	const uint32_t *before = agent->view != NULL ? agent->view->members : NULL;
	bool differs = agent->view == NULL;
	int64_t earliest = INT64_MAX;
	int64_t at_risk = INT64_MAX;

	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		const struct lease_version *lease = leases_seen(leases, agent->node, n);
		const bool live = lease->exists && now < lease->expiry;

		members[n] = live ? lease->subnets : VIEW_OUT;
		if (live && lease->expiry < earliest)
			earliest = lease->expiry;
		if (live && lease->expiry < at_risk && leases->items[n].at_risk)
			at_risk = lease->expiry;
		if (before != NULL && members[n] != before[n]) {
			differs = true;
			agent_members_note_difference(difference, lease, n, before[n],
						      members[n]);
		}
	}
	agent->earliest = earliest;
	leases_looked(sim, agent->node, at_risk);
	return differs;
}

static struct cause agent_members_cause(const struct sim *sim, const struct agent *agent,
					const struct difference *d, enum cause_via via,
					uint32_t by)
{
	struct cause cause = {
		.node = d->node,
		.via = via,
		.by = by,
		.set_at = sim->engine.now,
	};

	if (d->left > 0) {
		cause.kind = d->expired ? CAUSE_EXPIRED : CAUSE_DELETED;
		cause.others = d->left - 1;
		/* As the reader's clock has it. */
		cause.when = d->expired ? d->expiry - agent->client.offset : sim->engine.now;
	} else {
		cause.kind = d->came > 0 ? CAUSE_JOINED : CAUSE_SUBNETS;
		cause.others = d->came + d->changed - 1;
		cause.when = sim->engine.now;
	}
	return cause;
}

/* The timeline has each expiry once, when the first agent notices it. */
static void agent_members_report(struct sim *sim, const struct agent *agent,
				 const struct cause *cause)
{
	struct lease_state *lease = &sim->api->leases.items[cause->node];
	char text[CAUSE_TEXT_MAX];

	if (cause->kind == CAUSE_EXPIRED && lease->reported != lease->now.number) {
		lease->reported = lease->now.number;
		trace_note(sim, "lease-expired",
			   cause_text(sim, agent->node, agent->prepared_version, cause, text),
			   "agent of %s is the first to drop %s%s", agent_node_name(sim, agent),
			   cause->node == agent->node ? "its own node, " : "",
			   sim->setup->nodes.items[cause->node].name);
		return;
	}
	if (trace_listens(sim))
		trace_detail(sim, "members-changed",
			     cause_text(sim, agent->node, agent->prepared_version, cause, text),
			     "agent of %s sees %u live nodes", agent_node_name(sim, agent),
			     agent->view->live);
}

bool agent_rebuild(struct sim *sim, struct agent *agent, enum cause_via via, uint32_t by)
{
	struct views *views = &sim->agents->views;
	uint32_t *members = sim->agents->scratch.members;
	struct difference difference = { .node = SETUP_NONE };
	struct view *before = agent->view;

	if (!agent_members_look(sim, agent, members, &difference))
		return false;
	agent->view = views_take(views, members, before);
	agent->knowledge++;
	views_drop(views, before);
	if (difference.node == SETUP_NONE)
		return true;
	agent->cause = agent_members_cause(sim, agent, &difference, via, by);
	agent_members_report(sim, agent, &agent->cause);
	return true;
}

uint32_t agent_winner(const struct sim *sim, const struct agent *agent, uint32_t vip,
		      const bool *preferred)
{
	if (!agent->healthy || !agent->synced || agent->view == NULL)
		return SETUP_NONE;
	return view_winner(&sim->agents->views, agent->view, vip, preferred);
}

/* ---- events ---- */

/* A lease that the agent has a copy of can have expired since it looked. */
static bool agent_members_may_expire(const struct sim *sim, const struct agent *agent)
{
	return leases_may_expire(sim, agent->node) &&
	       agent_clock(sim, agent) >= agent->earliest;
}

/* A lease that came or went reprocesses in any case. */
void agent_lease_event(struct sim *sim, struct agent *agent, const struct lease_news *news)
{
	const struct lease_version *lease = &news->version;
	const uint32_t subnets = lease->exists ? lease->subnets : VIEW_OUT;
	bool reprocess = news->existed != lease->exists;

	if (lease->exists && lease->expiry < agent->earliest)
		agent->earliest = lease->expiry;
	if (reprocess)
		agent->cause = (struct cause){
			.kind = lease->exists ? CAUSE_JOINED : CAUSE_DELETED,
			.node = news->node,
			.when = sim->engine.now,
			.set_at = sim->engine.now,
		};
	if (agent->view == NULL || agent->view->members[news->node] != subnets ||
	    agent_clock(sim, agent) >= lease->expiry || agent_members_may_expire(sim, agent))
		reprocess |= agent_rebuild(sim, agent, VIA_LEASE, news->node);
	if (reprocess)
		agent_reprocess(sim, agent);
}

/* The member list is built once: it all happens at one moment. */
void agent_take_leases(struct sim *sim, struct agent *agent)
{
	const struct leases *leases = &sim->api->leases;
	bool reprocess = false;

	for (uint32_t n = 0; n < sim->setup->nodes.count && !reprocess; n++)
		reprocess = leases_seen(leases, agent->node, n)->exists !=
			    leases->items[n].now.exists;
	leases_take(sim, agent->node);
	if (reprocess)
		agent_set_cause(sim, agent, CAUSE_RELISTED);
	reprocess |= agent_rebuild(sim, agent, VIA_LIST, SETUP_NONE);
	if (reprocess)
		agent_reprocess(sim, agent);
}

/* ---- the resync ---- */

/* An update for every lease; the first of them notices what has expired. */
static void agent_members_resynced(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	agent->resync = engine_in(&sim->engine, sim->setup->timing.lease_duration,
				  agent_members_resynced, agent, 0);
	if (!agent_members_may_expire(sim, agent))
		return;
	leases_catch_up(sim, agent->node);
	if (agent_rebuild(sim, agent, VIA_RESYNC, SETUP_NONE))
		agent_reprocess(sim, agent);
}

void agent_start_resync(struct sim *sim, struct agent *agent, sim_ns first)
{
	engine_cancel(&sim->engine, &agent->resync);
	agent->resync = engine_in(&sim->engine, first, agent_members_resynced, agent, 0);
}
