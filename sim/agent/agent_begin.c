/* SPDX-License-Identifier: Apache-2.0 */
/* Agents that announced before the run began: what they hold at its start. */
#include "sim/run/control.h"

/* Its next renewal comes at any time of its period. */
static void shift_renewal(struct sim *sim, struct agent *agent, struct record *record)
{
	const sim_ns left = engine_when(&sim->engine, record->renewal) - sim->engine.now;

	if (!engine_pending(&sim->engine, record->renewal))
		return;
	agent_renew_in(sim, agent, record,
		       (sim_ns)random_below(&sim->control->streams.begin, (uint64_t)left + 1));
}

void agent_settle(struct sim *sim, struct agent *agent, uint32_t service)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	const bool *preferred = agent_preferred(sim, agent, service);
	struct service_version *version =
		&sim->control->api.services[service].versions.items[0];

	if (!version->addressed)
		return;
	agent_card(sim, agent, service)->ingress = agent->prepared != NULL;
	for (uint32_t i = 0; i < it->vip_count; i++) {
		const uint32_t vip = it->first_vip + i;
		const struct announcement how =
			agent_decide(sim, agent, vip, agent_winner(sim, agent, vip, preferred),
				     version->policy_local);

		/* It was reset when the Service came. (P6.5) */
		version->policy_local &= !how.resets_policy;
		if (announcing_holds(how.act))
			shift_renewal(sim, agent,
				      agent_add_address(sim, agent, vip, &how,
							"since before the run"));
		if (how.act == ANNOUNCING_LOCAL)
			api_begin_slot(sim, vip,
				       (struct slot){ agent->node,
						      agent_interface(sim, agent, &how) });
		if (announcing_fails(how.act))
			agent_enqueue(sim, agent, service);
	}
}
