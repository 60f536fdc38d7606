/* SPDX-License-Identifier: Apache-2.0 */
/* One Service through the hands of an agent: decide and act for each of its VIPs. (P6) */
#include <string.h>

#include "sim/run/control.h"

/* ---- decisions ---- */

struct announcement agent_decide(const struct sim *sim, const struct agent *agent, uint32_t vip,
				 uint32_t winner, bool policy_local)
{
	const struct announcement nothing = { .act = ANNOUNCING_NOT_CONFIGURED };
	const struct setup_vip *it = &sim->setup->vips.items[vip];
	const struct prepared *prepared = sim->control->prepared;
	const bool *endpoints;
	struct announcing_question question = {
		.vip = it->ip,
		.policy_local = policy_local,
		.allow_local = prepared->allows_local[it->service],
		.skip_dad = it->skip_dad,
	};

	if (agent->prepared == NULL)
		return nothing;
	if (winner == agent->node)
		question.winner = agent->prepared->announcer.node;
	else if (winner != SETUP_NONE)
		question.winner = sim->setup->nodes.items[winner].cluster_node;
	if (policy_local) {
		endpoints = agent_endpoints(sim, agent, it->service);
		question.healthy_endpoint = endpoints != NULL && endpoints[agent->node];
	}
	return announcing_decide(&agent->prepared->announcer,
				 &prepared->versions[agent->prepared_version].pools, &question);
}

static const struct service_version *seen(const struct sim *sim, const struct agent *agent,
					  uint32_t service)
{
	return &sim->control->api.services[service].versions.items[agent->seen[service]];
}

bool agent_would_win(const struct sim *sim, const struct agent *agent, uint32_t service)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	const struct service_version *version = seen(sim, agent, service);
	const bool *preferred = agent_preferred(sim, agent, service);

	for (uint32_t v = it->first_vip; v < it->first_vip + it->vip_count; v++) {
		const uint32_t winner = agent_winner(sim, agent, v, preferred);

		if (version->addressed &&
		    announcing_holds(
			    agent_decide(sim, agent, v, winner, version->policy_local).act))
			return true;
	}
	return false;
}

/* ---- one pass ---- */

struct pass {
	struct sim *sim;
	struct agent *agent;
	uint32_t service;
	const bool *preferred;
	bool policy_local; /* as the pass has left it so far */
	bool changed;      /* annotations or spec */
	bool failed;       /* some address */
	uint32_t events;
	struct slot *slots; /* of the Service, as the pass leaves them */
	char cause[CAUSE_TEXT_MAX];
};

/* P6.8: the slot of the VIP is the winner's. */
static void claim(struct pass *pass, struct slot *slot, uint32_t interface)
{
	const struct setup_timing *timing = &pass->sim->setup->timing;
	const struct slot mine = { pass->agent->node, interface };

	pass->events += slot->node != SETUP_NONE && slot->node != mine.node
				? timing->events_per_takeover
				: timing->events_per_keep;
	pass->changed |= slot->node != mine.node || slot->interface != mine.interface;
	*slot = mine;
}

static void act_local(struct pass *pass, uint32_t vip, const struct announcement *how,
		      struct slot *slot)
{
	const uint32_t interface = agent_interface(pass->sim, pass->agent, how);

	agent_add_address(pass->sim, pass->agent, vip, how, pass->cause);
	claim(pass, slot, interface);
	agent_start_sequence(pass->sim, pass->agent, vip, interface, pass->preferred);
}

static void act_dummy(struct pass *pass, uint32_t vip, const struct announcement *how,
		      struct slot *slot)
{
	(void)slot;
	agent_add_address(pass->sim, pass->agent, vip, how, pass->cause);
	pass->events += pass->sim->setup->timing.events_per_keep;
}

static void act_remove(struct pass *pass, uint32_t vip, const struct announcement *how,
		       struct slot *slot)
{
	static const char *const reasons[ANNOUNCING_ACTS] = {
		[ANNOUNCING_NO_ENDPOINT] = "the node has no healthy endpoint",
		[ANNOUNCING_NOT_CONFIGURED] = "no configuration applies to the node",
		[ANNOUNCING_NO_INTERFACE] = "no interface of the node has a subnet with it",
	};
	const char *reason = reasons[how->act];

	if (reason == NULL)
		reason = pass->agent->healthy ? pass->cause
					      : "its own lease could not be renewed";
	agent_remove_address(pass->sim, pass->agent, vip, reason);
	if (!announcing_clears_slot(how->act) || slot->node != pass->agent->node)
		return;
	*slot = (struct slot){ SETUP_NONE, SETUP_NONE };
	pass->changed = true;
}

static void act_fail(struct pass *pass, uint32_t vip, const struct announcement *how,
		     struct slot *slot)
{
	(void)vip;
	(void)slot;
	pass->failed = true;
	pass->events += how->act == ANNOUNCING_BAD_PREFIX;
}

static void reconcile_vip(struct pass *pass, uint32_t vip, struct slot *slot)
{
	static void (*const acts[ANNOUNCING_ACTS])(
		struct pass *, uint32_t, const struct announcement *, struct slot *) = {
		[ANNOUNCING_LOCAL] = act_local,
		[ANNOUNCING_LOST] = act_remove,
		[ANNOUNCING_NOBODY] = act_remove,
		[ANNOUNCING_DUMMY] = act_dummy,
		[ANNOUNCING_NO_ENDPOINT] = act_remove,
		[ANNOUNCING_NOT_CONFIGURED] = act_remove,
		[ANNOUNCING_NO_INTERFACE] = act_remove,
		[ANNOUNCING_NO_ROUTE] = act_fail,
		[ANNOUNCING_BAD_PREFIX] = act_fail,
	};
	struct sim *sim = pass->sim;
	struct agent *agent = pass->agent;
	const struct announcement how =
		agent_decide(sim, agent, vip, agent_winner(sim, agent, vip, pass->preferred),
			     pass->policy_local);

	/* P6.5: every node with an interface for it does this, winner or not. */
	if (how.resets_policy) {
		pass->policy_local = false;
		pass->changed = true;
		agent_remove_address(sim, agent, vip,
				     "externalTrafficPolicy Local becomes Cluster");
	}
	if (how.resets_policy || (pass->policy_local && how.interface != NULL))
		pass->events++;
	acts[how.act](pass, vip, &how, slot);
}

/* P6.9: the addresses in the agent's own books, on interfaces or not. */
static void deleted(struct sim *sim, struct agent *agent, uint32_t service)
{
	const struct setup_service *it = &sim->setup->services.items[service];

	if (agent->card_of[service] == 0 || !agent_card(sim, agent, service)->ingress)
		return;
	agent_card(sim, agent, service)->ingress = false;
	for (uint32_t v = it->first_vip; v < it->first_vip + it->vip_count; v++)
		agent_remove_address(sim, agent, v, "the Service was deleted");
}

static const struct cause *latest_cause(const struct agent *agent, uint32_t service)
{
	const uint32_t number = agent->card_of[service];
	const struct card *card = number != 0 ? &agent->cards.items[number - 1] : NULL;

	if (card != NULL && card->cause.kind != CAUSE_NONE &&
	    card->cause.set_at > agent->cause.set_at)
		return &card->cause;
	return &agent->cause;
}

/* What the pass leaves is written if it differs and nothing failed. (P6.8) */
static void finish(struct pass *pass, const struct service_version *version)
{
	struct agent *agent = pass->agent;
	struct worker *worker = &agent->worker;

	agent_emit(pass->sim, agent, pass->service, pass->events);
	if (pass->failed || !pass->changed) {
		agent_service_done(pass->sim, agent, pass->failed);
		return;
	}
	worker->written = *version;
	worker->written.quiet = version->policy_local == pass->policy_local;
	worker->written.policy_local = pass->policy_local;
	worker->base = agent->seen[pass->service];
	agent_write_service(pass->sim, agent);
}

void agent_reconcile(struct sim *sim, struct agent *agent, uint32_t service)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	const struct service_version *version = seen(sim, agent, service);
	struct pass pass = {
		.sim = sim,
		.agent = agent,
		.service = service,
		.preferred = agent_preferred(sim, agent, service),
		.policy_local = version->policy_local,
		.slots = agent->worker.slots,
	};

	if (!queue_knows(&agent->queue, service)) {
		deleted(sim, agent, service);
		agent_service_done(sim, agent, false);
		return;
	}
	if (!version->addressed) {
		agent_service_done(sim, agent, false);
		return;
	}
	cause_text(sim, agent, latest_cause(agent, service), pass.cause);
	if (agent->prepared != NULL)
		agent_card(sim, agent, service)->ingress = true;
	memcpy(pass.slots, version->slots, it->vip_count * sizeof(*pass.slots));
	for (uint32_t i = 0; i < it->vip_count; i++)
		reconcile_vip(&pass, it->first_vip + i, &pass.slots[i]);
	finish(&pass, version);
}
