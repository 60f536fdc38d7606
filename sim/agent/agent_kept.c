/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that an agent keeps whoever wins (S1.2a): all their VIPs are on the dummy interface
 * for good, and a look at them leaves everything as it is (P6.7). Each costs the worker its
 * time and Events about it (P9.4), nothing else; so where there are many they have no name in
 * the queue, and what a run of them costs is worked out at once. Which of the places of a run
 * are theirs nobody knows: they are spread evenly, and so are their Events, which together may
 * be as many as those of each may be.
 *
 * Invariant: `count` is the number of flags, `vips` that of the VIPs of those Services.
 */
#include <string.h>

#include "sim/agent/agent.h"

/* Few are looked at one by one. */
enum { KEPT_FEW = 64 };

static bool agent_kept_is_worth_it(const struct sim *sim)
{
	return !sim->setup->every_service &&
	       sim->agents->prepared->remote.list.count > KEPT_FEW;
}

bool agent_keeps(const struct agent *agent, uint32_t service)
{
	return agent->kept.count > 0 && agent->kept.services[service];
}

/* As many tokens as all of them have; the share that is used up stays what it is. */
static void agent_kept_fit(const struct sim *sim, struct kept *kept)
{
	const sim_ns used_up = kept->spam.empty_at;

	if (kept->count == 0)
		return;
	limiter_init(&kept->spam, EVENT_EVERY_S * NS_PER_SEC / (sim_ns)kept->count,
		     EVENTS_PER_SERVICE * kept->count, sim->engine.now);
	if (used_up > kept->spam.empty_at)
		kept->spam.empty_at = used_up;
}

void agent_kept_add(struct sim *sim, struct agent *agent, uint32_t service)
{
	struct kept *kept = &agent->kept;

	if (!agent_kept_is_worth_it(sim) || agent_keeps(agent, service))
		return;
	if (kept->services == NULL)
		kept->services = arena_zalloc(sim->arena, sim->setup->services.count,
					      sizeof(*kept->services));
	kept->services[service] = true;
	if (kept->count++ == 0)
		kept->spam.empty_at = -SIM_NEVER;
	kept->vips += sim->setup->services.items[service].vip_count;
	agent_kept_fit(sim, kept);
}

void agent_kept_drop(const struct sim *sim, struct agent *agent, uint32_t service)
{
	struct kept *kept = &agent->kept;

	if (!agent_keeps(agent, service))
		return;
	kept->services[service] = false;
	kept->count--;
	kept->vips -= sim->setup->services.items[service].vip_count;
	agent_kept_fit(sim, kept);
}

void agent_kept_drop_all(const struct sim *sim, struct agent *agent)
{
	struct kept *kept = &agent->kept;

	if (kept->count > 0)
		memset(kept->services, false,
		       sim->setup->services.count * sizeof(*kept->services));
	kept->count = 0;
	kept->vips = 0;
	kept->places_left = 0;
	kept->vips_left = 0;
}

/* ---- what a run has of them ---- */

/* Takes the share `part` of `whole` of `count`; what is lost by rounding comes next time. */
static uint32_t agent_kept_share(uint64_t count, uint32_t part, uint32_t whole, uint64_t *left)
{
	const uint64_t parts = count * part + *left;

	*left = parts % whole;
	return (uint32_t)(parts / whole);
}

uint32_t agent_kept_among(struct agent *agent, uint32_t places)
{
	struct kept *kept = &agent->kept;
	const uint32_t known = agent->queue.known;
	uint32_t unnamed = known > kept->others ? known - kept->others : 0;
	uint32_t found;

	if (kept->count == 0)
		return 0;
	if (unnamed < kept->count)
		unnamed = kept->count;
	found = agent_kept_share(places, kept->count, unnamed, &kept->places_left);
	return found < places ? found : places;
}

/* ---- Events ---- */

uint32_t agent_kept_events(const struct sim *sim, struct agent *agent, uint32_t places)
{
	struct kept *kept = &agent->kept;

	if (kept->count == 0)
		return 0;
	return agent_kept_share(places, kept->vips, kept->count, &kept->vips_left) *
	       sim->setup->timing.events_per_keep;
}
