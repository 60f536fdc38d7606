/* SPDX-License-Identifier: Apache-2.0 */
/* An agent's copies of Services and EndpointSlices: what a change of them queues. (P9.3) */
#include "sim/run/control.h"

/* Nothing but announcing annotations changed between the two versions. */
static bool is_quiet(const struct sim *sim, uint32_t service, uint32_t from, uint32_t to)
{
	const struct service_history *history = &sim->control->api.services[service];

	for (uint32_t i = from + 1; i <= to; i++) {
		if (!history->versions.items[i].quiet)
			return false;
	}
	return to > from;
}

static void take_version(struct sim *sim, struct agent *agent, uint32_t service,
			 uint32_t version)
{
	const bool exists = sim->control->api.services[service].versions.items[version].exists;

	agent->seen[service] = version;
	if (exists)
		queue_know(&agent->queue, service);
	else
		queue_forget(&agent->queue, service, &sim->control->streams.queue);
}

static void enqueue_for(struct sim *sim, struct agent *agent, uint32_t service,
			enum cause_kind kind)
{
	agent_card(sim, agent, service)->cause = (struct cause){
		.kind = kind,
		.node = agent->node,
		.set_at = sim->engine.now,
	};
	agent_enqueue(sim, agent, service);
}

void agent_service_event(struct sim *sim, struct agent *agent, uint32_t service,
			 uint32_t version)
{
	const bool known = queue_knows(&agent->queue, service);
	const bool quiet = known && is_quiet(sim, service, agent->seen[service], version);

	take_version(sim, agent, service, version);
	if (quiet || (!known && !queue_knows(&agent->queue, service)))
		return;
	enqueue_for(sim, agent, service, CAUSE_SERVICE);
}

/* With `all` every Service comes, changed or not: a reprocess by another name. */
void agent_take_services(struct sim *sim, struct agent *agent, bool all)
{
	for (uint32_t s = 0; s < sim->setup->services.count; s++) {
		const uint32_t newest = api_service_newest(sim, s);

		if (all && api_service(sim, s)->exists)
			take_version(sim, agent, s, newest);
		else if (agent->seen[s] != newest)
			agent_service_event(sim, agent, s, newest);
	}
	if (!all)
		return;
	agent_set_cause(sim, agent, CAUSE_RELISTED);
	agent_reprocess(sim, agent);
}

void agent_endpoints_event(struct sim *sim, struct agent *agent, uint32_t service,
			   uint32_t version)
{
	agent_card(sim, agent, service)->endpoints = version;
	if (queue_knows(&agent->queue, service))
		enqueue_for(sim, agent, service, CAUSE_ENDPOINTS);
}

void agent_take_endpoints(struct sim *sim, struct agent *agent, bool all)
{
	(void)all;
	for (uint32_t s = 0; s < sim->setup->services.count; s++) {
		const uint32_t newest = api_endpoints_newest(sim, s);
		const uint32_t seen =
			agent->card_of[s] != 0 ? agent_card(sim, agent, s)->endpoints : 0;

		if (seen != newest)
			agent_endpoints_event(sim, agent, s, newest);
	}
}

const bool *agent_endpoints(const struct sim *sim, const struct agent *agent, uint32_t service)
{
	const uint32_t card = agent->card_of[service];

	return api_endpoint_nodes(sim, service,
				  card != 0 ? agent->cards.items[card - 1].endpoints : 0);
}

const bool *agent_preferred(const struct sim *sim, const struct agent *agent, uint32_t service)
{
	return sim->setup->services.items[service].affinity
		       ? agent_endpoints(sim, agent, service)
		       : NULL;
}
