/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One Service in the hands of an agent: the decision for each of its VIPs, taken once (P6.1 to
 * P6.5), and what follows from it: addresses on interfaces, their renewals and their end (P6.6
 * to P6.11), the Service's annotations (P6.8), and gratuitous sequences, which go on beside the
 * worker (P7).
 */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "sim/agent/agent.h"
#include "sim/engine/trace.h"

/* ---- addresses ---- */

struct record *agent_record(const struct agent *agent, uint32_t vip)
{
	const uint32_t number = paged_get(&agent->record_of, vip);

	return number != 0 ? &agent->records.items[number - 1] : NULL;
}

static struct record *agent_add_record(struct sim *sim, struct agent *agent, uint32_t vip)
{
	struct record *record = agent_record(agent, vip);

	if (record != NULL)
		return record;
	record = ARRAY_PUSH(sim->arena, &agent->records);
	record->vip = vip;
	paged_set(&agent->record_of, sim->arena, vip, agent->records.count);
	return record;
}

/* The last one takes its place. */
static void agent_drop_record(struct agent *agent, struct record *record)
{
	const uint32_t number = paged_get(&agent->record_of, record->vip);

	paged_replace(&agent->record_of, record->vip, 0);
	*record = agent->records.items[--agent->records.count];
	if (number <= agent->records.count)
		paged_replace(&agent->record_of, record->vip, number);
}

void agent_forget_announced(struct sim *sim, struct agent *agent)
{
	ARRAY_FOREACH (struct record, record, &agent->records) {
		engine_cancel(&sim->engine, &record->renewal);
		record->announced = false;
	}
}

void agent_forget_records(struct sim *sim, struct agent *agent)
{
	agent_forget_announced(sim, agent);
	while (agent->records.count > 0)
		agent_drop_record(agent, &agent->records.items[0]);
}

/* ---- interfaces ---- */

uint32_t agent_interface(const struct sim *sim, const struct agent *agent,
			 const struct announcement *how)
{
	const struct setup_node *node = &sim->setup->nodes.items[agent->node];

	if (how->act == ANNOUNCING_DUMMY)
		return INTERFACE_DUMMY;
	for (uint32_t i = 0; i < node->interfaces.count; i++) {
		if (how->interface_name == NULL ||
		    str_equal(node->interfaces.items[i].name, how->interface_name))
			return i;
	}
	/* Loopback: on no segment either. */
	return INTERFACE_DUMMY;
}

/* ---- adding ---- */

static void agent_renewed(void *context, void *actor, uint64_t vip)
{
	struct sim *sim = context;
	struct agent *agent = actor;
	struct record *record = agent_record(agent, (uint32_t)vip);

	kernel_add(sim, agent->node, record->interface, record->vip, &record->how,
		   "its lifetime is renewed");
	agent_renew_in(sim, agent, record, record->every);
}

void agent_renew_in(struct sim *sim, struct agent *agent, struct record *record, sim_ns delay)
{
	engine_cancel(&sim->engine, &record->renewal);
	record->renewal = engine_in(&sim->engine, delay, agent_renewed, agent, record->vip);
}

static struct address_setting agent_address_setting(const struct announcement *how)
{
	return (struct address_setting){
		.prefix_bits = how->prefix,
		.valid = how->options.permanent ? SIM_NEVER : how->options.valid_s * NS_PER_SEC,
		.nodad = how->options.nodad,
	};
}

struct record *agent_add_address(struct sim *sim, struct agent *agent, uint32_t vip,
				 const struct announcement *how, const char *cause)
{
	struct record *record = agent_add_record(sim, agent, vip);
	const bool had = kernel_holds(sim, agent->node, vip);

	record->interface = agent_interface(sim, agent, how);
	record->how = agent_address_setting(how);
	record->announced = true;
	kernel_add(sim, agent->node, record->interface, vip, &record->how, cause);
	agent->result->won += !had;
	/* P6.11: one whose options became permanent keeps its old renewal. */
	if (how->options.permanent)
		return record;
	record->every = how->options.renew_s * NS_PER_SEC;
	agent_renew_in(sim, agent, record, record->every);
	return record;
}

void agent_take_foreign(struct sim *sim, struct agent *agent, uint32_t vip, uint32_t interface)
{
	const bool v4 = ip_family(sim->setup->vips.items[vip].ip) == IP_V4;
	struct record *record = agent_add_record(sim, agent, vip);

	agent_kept_drop(sim, agent, sim->setup->vips.items[vip].service);
	record->interface = interface;
	record->announced = false;
	record->how =
		(struct address_setting){ .prefix_bits = v4 ? 32 : 128, .valid = SIM_NEVER };
	kernel_add(sim, agent->node, interface, vip, &record->how,
		   "someone configures it there");
}

void agent_remove_address(struct sim *sim, struct agent *agent, uint32_t vip,
			  const char *reason)
{
	struct record *record = agent_record(agent, vip);
	uint32_t where = kernel_where(sim, agent->node, vip);

	agent_kept_drop(sim, agent, sim->setup->vips.items[vip].service);
	agent->result->lost += where != SETUP_NONE;
	for (; where != SETUP_NONE; where = kernel_where(sim, agent->node, vip))
		kernel_remove(sim, agent->node, where, vip, reason);
	if (record == NULL)
		return;
	engine_cancel(&sim->engine, &record->renewal);
	agent_drop_record(agent, record);
}

/* ---- gratuitous sequences ---- */

static uint32_t sequence_take(struct sequences *sequences)
{
	if (sequences->free != 0) {
		const uint32_t number = sequences->free - 1;

		sequences->free = sequences->items[number].next_free;
		return number;
	}
	if (sequences->count == sequences->capacity) {
		sequences->capacity = sequences->capacity * 2 + 64;
		sequences->items = mem_resize(sequences->items, sequences->capacity,
					      sizeof(*sequences->items));
	}
	return sequences->count++;
}

static void sequence_give_back(struct sequences *sequences, uint32_t number)
{
	sequences->items[number].next_free = sequences->free;
	sequences->free = number + 1;
}

/* The same question that placed the address is asked again. (P7.2) */
static bool sequence_goes_on(const struct sim *sim, const struct sequence *sequence)
{
	const struct agent *agent = sequence->agent;

	if (agent->phase == AGENT_OFF || agent->instance != sequence->instance)
		return false;
	return !sequence->verify ||
	       agent_winner(sim, agent, sequence->vip, sequence->preferred) == agent->node;
}

static void sequence_send(void *context, void *actor, uint64_t number)
{
	struct sim *sim = context;
	struct sequences *sequences = &sim->agents->sequences;
	struct sequence *sequence = &sequences->items[number];

	if (!sequence_goes_on(sim, sequence)) {
		sequence_give_back(sequences, (uint32_t)number);
		return;
	}
	segment_send_gratuitous(sim, sequence->agent->node, sequence->interface, sequence->vip);
	if (--sequence->left > 0)
		engine_in(&sim->engine, sequence->interval, sequence_send, actor, number);
	else
		sequence_give_back(sequences, (uint32_t)number);
}

/* P10.1: older releases send nothing for v6. */
static bool sequence_is_sent(const struct sim *sim, uint32_t vip)
{
	return ip_family(sim->setup->vips.items[vip].ip) == IP_V4 ||
	       release_has(sim->setup->cluster->release.release, RELEASE_ADVERTISES_V6);
}

static void agent_start_sequence(struct sim *sim, struct agent *agent, uint32_t vip,
				 uint32_t interface, const bool *preferred)
{
	const struct gratuitous_schedule *schedule = &agent->prepared->gratuitous;
	struct sequences *sequences = &sim->agents->sequences;
	uint32_t number;

	if (!schedule->sends || !sequence_is_sent(sim, vip))
		return;
	number = sequence_take(sequences);
	sequences->items[number] = (struct sequence){
		.agent = agent,
		.instance = agent->instance,
		.vip = vip,
		.interface = interface,
		.left = schedule->count,
		.interval = schedule->interval_ns,
		.verify = schedule->verify,
		.preferred = preferred,
	};
	sim->network->listener->sequence_started(sim, vip);
	engine_in(&sim->engine, schedule->initial_delay_ns, sequence_send, agent, number);
}

/* ---- decisions ---- */

const struct service_version *agent_service_seen(const struct sim *sim,
						 const struct agent *agent, uint32_t service)
{
	return &sim->api->services[service].versions.items[paged_get(&agent->seen, service)];
}

struct announcement agent_decide(const struct sim *sim, const struct agent *agent, uint32_t vip,
				 uint32_t winner, bool policy_local)
{
	const struct announcement nothing = { .act = ANNOUNCING_NOT_CONFIGURED };
	const struct setup_vip *it = &sim->setup->vips.items[vip];
	const struct prepared *prepared = sim->agents->prepared;
	const struct setup_service_state *state = api_service_state(
		sim, it->service, agent_service_seen(sim, agent, it->service));
	const bool *endpoints;
	struct announcing_question question = {
		.vip = it->ip,
		.policy_local = policy_local,
		.allow_local = state != NULL && state->allows_local,
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

bool agent_decide_service(struct sim *sim, struct agent *agent, uint32_t service)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	const struct service_version *version = agent_service_seen(sim, agent, service);
	const bool *preferred = agent_preferred(sim, agent, service);
	bool policy_local = version->policy_local;
	bool holds = false;

	agent->worker.decided_with = agent->knowledge;
	for (uint32_t i = 0; i < it->vip_count; i++) {
		const uint32_t vip = it->first_vip + i;
		struct announcement *how = &agent->worker.decisions[i];

		if (!service_has(version, i))
			continue;
		*how = agent_decide(sim, agent, vip, agent_winner(sim, agent, vip, preferred),
				    policy_local);
		/* P6.5: the Service is changed at once, so the next VIP is one of Cluster. */
		policy_local &= !how->resets_policy;
		holds |= announcing_holds(how->act);
	}
	return holds;
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
	const char *cause;
};

/* P6.8: the slot of the VIP is the winner's. */
static void reconcile_claim(struct pass *pass, struct slot *slot, uint32_t interface)
{
	const struct setup_timing *timing = &pass->sim->setup->timing;
	const struct slot mine = { pass->agent->node, interface };

	pass->events += slot->node != SETUP_NONE && slot->node != mine.node
				? timing->events_per_takeover
				: timing->events_per_keep;
	pass->changed |= slot->node != mine.node || slot->interface != mine.interface;
	*slot = mine;
}

static void reconcile_local(struct pass *pass, uint32_t vip, const struct announcement *how,
			    struct slot *slot)
{
	const uint32_t interface = agent_interface(pass->sim, pass->agent, how);

	agent_add_address(pass->sim, pass->agent, vip, how, pass->cause);
	reconcile_claim(pass, slot, interface);
	agent_start_sequence(pass->sim, pass->agent, vip, interface, pass->preferred);
}

static void reconcile_dummy(struct pass *pass, uint32_t vip, const struct announcement *how,
			    struct slot *slot)
{
	(void)slot;
	agent_add_address(pass->sim, pass->agent, vip, how, pass->cause);
	pass->events += pass->sim->setup->timing.events_per_keep;
}

static void reconcile_remove(struct pass *pass, uint32_t vip, const struct announcement *how,
			     struct slot *slot)
{
	static const char *const reasons[ANNOUNCING_ACTS] = {
		[ANNOUNCING_NO_ENDPOINT] = "the node has no healthy endpoint",
		[ANNOUNCING_NOT_CONFIGURED] = "no configuration applies to the node",
		[ANNOUNCING_NO_INTERFACE] = "no subnet of the node and no remote pool has it",
	};
	const char *reason = reasons[how->act];

	/* P10.1 */
	if (announcing_clears_slot(how->act) &&
	    !release_has(pass->sim->setup->cluster->release.release, RELEASE_WITHDRAWS))
		return;
	if (reason == NULL)
		reason = pass->agent->healthy ? pass->cause
					      : "its own lease could not be renewed";
	agent_remove_address(pass->sim, pass->agent, vip, reason);
	if (!announcing_clears_slot(how->act) || slot->node != pass->agent->node)
		return;
	*slot = (struct slot){ SETUP_NONE, SETUP_NONE };
	pass->changed = true;
}

static void reconcile_fail(struct pass *pass, uint32_t vip, const struct announcement *how,
			   struct slot *slot)
{
	(void)vip;
	(void)slot;
	pass->failed = true;
	pass->events += how->act == ANNOUNCING_BAD_PREFIX;
}

static void reconcile_vip(struct pass *pass, uint32_t vip, const struct announcement *how,
			  struct slot *slot)
{
	static void (*const acts[ANNOUNCING_ACTS])(
		struct pass *, uint32_t, const struct announcement *, struct slot *) = {
		[ANNOUNCING_LOCAL] = reconcile_local,
		[ANNOUNCING_LOST] = reconcile_remove,
		[ANNOUNCING_NOBODY] = reconcile_remove,
		[ANNOUNCING_DUMMY] = reconcile_dummy,
		[ANNOUNCING_NO_ENDPOINT] = reconcile_remove,
		[ANNOUNCING_NOT_CONFIGURED] = reconcile_remove,
		[ANNOUNCING_NO_INTERFACE] = reconcile_remove,
		[ANNOUNCING_NO_ROUTE] = reconcile_fail,
		[ANNOUNCING_BAD_PREFIX] = reconcile_fail,
	};
	struct sim *sim = pass->sim;
	struct agent *agent = pass->agent;

	/* P6.5: every node with an interface for it does this, winner or not. */
	if (how->resets_policy) {
		pass->policy_local = false;
		pass->changed = true;
		agent_remove_address(sim, agent, vip,
				     "externalTrafficPolicy Local becomes Cluster");
	}
	if (how->resets_policy || (pass->policy_local && how->interface != NULL))
		pass->events++;
	acts[how->act](pass, vip, how, slot);
}

/* P6.9, P6.11: the last addresses in the agent's own books, on interfaces or not. */
static void reconcile_deleted(struct sim *sim, struct agent *agent, uint32_t service,
			      const char *reason)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	struct service_memory *memory;

	if (paged_get(&agent->service_of, service) == 0)
		return;
	memory = agent_service_memory(sim, agent, service);
	if (!memory->ingress)
		return;
	memory->ingress = false;
	for (uint32_t i = 0; i < it->vip_count; i++) {
		if (memory->has == NULL || memory->has[i])
			agent_remove_address(sim, agent, it->first_vip + i, reason);
	}
}

static const struct cause *reconcile_cause(const struct agent *agent, uint32_t service)
{
	const uint32_t number = paged_get(&agent->service_of, service);
	const struct service_memory *state =
		number != 0 ? agent->services.items[number - 1] : NULL;

	if (state != NULL && state->cause.kind != CAUSE_NONE &&
	    state->cause.set_at > agent->cause.set_at)
		return &state->cause;
	return &agent->cause;
}

void agent_keep_settled(struct sim *sim, struct agent *agent, uint32_t service)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	const struct service_version *version = agent_service_seen(sim, agent, service);

	if (version->policy_local || it->affinity)
		return;
	for (uint32_t i = 0; i < it->vip_count; i++) {
		const struct announcement *how = &agent->worker.decisions[i];

		if (!service_has(version, i) || how->act != ANNOUNCING_DUMMY ||
		    !how->options.permanent || how->resets_policy)
			return;
	}
	if (it->vip_count > 0)
		agent_kept_add(sim, agent, service);
}

/* What the pass leaves is written if it differs and nothing failed. (P6.8) */
static void reconcile_finish(struct pass *pass, const struct service_version *version)
{
	struct agent *agent = pass->agent;
	struct worker *worker = &agent->worker;

	agent_emit(pass->sim, agent, pass->service, pass->events);
	if (pass->failed || !pass->changed) {
		agent_keep_settled(pass->sim, agent, pass->service);
		agent_service_done(pass->sim, agent, pass->failed);
		return;
	}
	worker->written = *version;
	worker->written.quiet = version->policy_local == pass->policy_local;
	worker->written.policy_local = pass->policy_local;
	worker->base = paged_get(&agent->seen, pass->service);
	agent_write_service(pass->sim, agent);
}

void agent_reconcile(struct sim *sim, struct agent *agent, uint32_t service)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	const struct service_version *version = agent_service_seen(sim, agent, service);
	const struct setup_service_state *state = api_service_state(sim, service, version);
	struct pass pass = {
		.sim = sim,
		.agent = agent,
		.service = service,
		.preferred = agent_preferred(sim, agent, service),
		.policy_local = version->policy_local,
		.slots = agent->worker.slots,
	};
	char cause[CAUSE_TEXT_MAX];

	if (!queue_knows(&agent->queue, service) || (state != NULL && !state->considered)) {
		reconcile_deleted(sim, agent, service,
				  queue_knows(&agent->queue, service)
					  ? "PureLB no longer serves the Service"
					  : "the Service was deleted");
		agent_service_done(sim, agent, false);
		return;
	}
	if (!version->addressed) {
		agent_service_done(sim, agent, false);
		return;
	}
	pass.cause = trace_tells(sim) ? cause_text(sim, agent->node, agent->prepared_version,
						   reconcile_cause(agent, service), cause)
				      : "";
	if (agent->prepared != NULL) {
		agent_service_memory(sim, agent, service)->ingress = true;
		agent_service_memory(sim, agent, service)->has = version->has;
	}
	memcpy(pass.slots, version->slots, it->vip_count * sizeof(*pass.slots));
	if (agent->worker.decided_with != agent->knowledge)
		(void)agent_decide_service(sim, agent, service);
	for (uint32_t i = 0; i < it->vip_count; i++) {
		/* An address that it has no more stays where it is (P6.11). */
		if (service_has(version, i))
			reconcile_vip(&pass, it->first_vip + i, &agent->worker.decisions[i],
				      &pass.slots[i]);
	}
	reconcile_finish(&pass, version);
}
