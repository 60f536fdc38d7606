/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that an agent puts on interfaces, renews and takes off again. (P6.6 to P6.11) */
#include "base/text.h"
#include "sim/run/control.h"

/* ---- records ---- */

struct record *agent_record(const struct agent *agent, uint32_t vip)
{
	const uint32_t number = agent->record_of[vip];

	return number != 0 ? &agent->records.items[number - 1] : NULL;
}

static struct record *add_record(struct sim *sim, struct agent *agent, uint32_t vip)
{
	struct record *record = agent_record(agent, vip);

	if (record != NULL)
		return record;
	record = ARRAY_PUSH(sim->arena, &agent->records);
	record->vip = vip;
	agent->record_of[vip] = agent->records.count;
	return record;
}

/* The last one takes its place. */
static void drop_record(struct agent *agent, struct record *record)
{
	const uint32_t number = agent->record_of[record->vip];

	agent->record_of[record->vip] = 0;
	*record = agent->records.items[--agent->records.count];
	if (number <= agent->records.count)
		agent->record_of[record->vip] = number;
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
		drop_record(agent, &agent->records.items[0]);
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

static void renewed(void *context, void *actor, uint64_t vip)
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
	record->renewal = engine_in(&sim->engine, delay, renewed, agent, record->vip);
}

static struct address_setting setting_of(const struct announcement *how)
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
	struct record *record = add_record(sim, agent, vip);
	const bool had = kernel_holds(sim, agent->node, vip);

	record->interface = agent_interface(sim, agent, how);
	record->how = setting_of(how);
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

void agent_remove_address(struct sim *sim, struct agent *agent, uint32_t vip,
			  const char *reason)
{
	struct record *record = agent_record(agent, vip);

	agent->result->lost += kernel_holds(sim, agent->node, vip);
	while (kernel_holds(sim, agent->node, vip))
		kernel_remove(sim, agent->node, kernel_where(sim, agent->node, vip), vip,
			      reason);
	if (record == NULL)
		return;
	engine_cancel(&sim->engine, &record->renewal);
	drop_record(agent, record);
}
