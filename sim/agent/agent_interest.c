/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which Services a reprocess has to look at one by one: those that the agent holds, those
 * that it would win, and those that it has to do something about although it loses. All the
 * others cost it time and nothing else.
 */
#include "base/mem.h"
#include "sim/run/control.h"

static void begin(struct control_scratch *scratch, const struct sim *sim)
{
	scratch->service_count = 0;
	if (++scratch->mark != 0)
		return;
	for (uint32_t s = 0; s < sim->setup->services.count; s++)
		scratch->marks[s] = 0;
	scratch->mark = 1;
}

static void add(struct control_scratch *scratch, uint32_t service)
{
	if (scratch->marks[service] == scratch->mark)
		return;
	scratch->marks[service] = scratch->mark;
	scratch->services[scratch->service_count++] = service;
}

static void add_vip(struct sim *sim, uint32_t vip)
{
	add(&sim->control->scratch, sim->setup->vips.items[vip].service);
}

static void add_list(struct sim *sim, const struct number_list *list)
{
	ARRAY_FOREACH (const uint32_t, service, &list->list)
		add(&sim->control->scratch, *service);
}

static bool wins_by_affinity(const struct sim *sim, const struct agent *agent, uint32_t service)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	const bool *preferred = agent_preferred(sim, agent, service);

	for (uint32_t i = 0; i < it->vip_count; i++) {
		if (agent_winner(sim, agent, it->first_vip + i, preferred) == agent->node)
			return true;
	}
	return false;
}

static void add_won(struct sim *sim, const struct agent *agent)
{
	const struct view *view = agent->view;

	if (!agent->healthy || !agent->synced || view == NULL)
		return;
	for (uint32_t i = view->won_at[agent->node]; i < view->won_at[agent->node + 1]; i++)
		add_vip(sim, view->won[i]);
	ARRAY_FOREACH (const uint32_t, service, &sim->control->prepared->affinity.list) {
		if (wins_by_affinity(sim, agent, *service))
			add(&sim->control->scratch, *service);
	}
}

/* What every configured node does something about. */
static void add_common(struct sim *sim, const struct agent *agent)
{
	const struct prepared *prepared = sim->control->prepared;
	const struct announcer *announcer = &agent->prepared->announcer;

	add_list(sim, &prepared->remote);
	if (announcer->v4.no_route)
		add_list(sim, &prepared->v4);
	if (announcer->v6.no_route)
		add_list(sim, &prepared->v6);
	ARRAY_FOREACH (const uint32_t, service, &prepared->policy.list) {
		const uint32_t seen = agent->seen[*service];

		if (sim->control->api.services[*service].versions.items[seen].policy_local)
			add(&sim->control->scratch, *service);
	}
}

/* Slots that name this node and that it would clear. */
static void add_slots(struct sim *sim, const struct agent *agent)
{
	const struct slot_lists *slots = &sim->control->api.slots;

	for (uint32_t v = slots->first[agent->node]; v != SETUP_NONE; v = slots->next[v]) {
		const struct announcement would =
			agent_decide(sim, agent, v, agent->node, false);

		if (announcing_clears_slot(would.act))
			add_vip(sim, v);
	}
}

const uint32_t *agent_interests(struct sim *sim, struct agent *agent, uint32_t *count)
{
	struct control_scratch *scratch = &sim->control->scratch;

	begin(scratch, sim);
	ARRAY_FOREACH (const struct record, record, &agent->records)
		add_vip(sim, record->vip);
	if (agent->prepared != NULL) {
		add_won(sim, agent);
		add_common(sim, agent);
	}
	add_slots(sim, agent);
	*count = scratch->service_count;
	return scratch->services;
}
