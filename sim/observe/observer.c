/* SPDX-License-Identifier: Apache-2.0 */
/* Observers: which entries they have, and who tells them what. */
#include "sim/network/network_state.h"

void observer_hear_gratuitous(struct sim *sim, uint32_t observer, uint32_t vip, uint64_t from)
{
	struct network *net = sim->network;

	/* An observer has entries for VIPs of its own segment. */
	if (sim->setup->vips.items[vip].segment !=
	    sim->setup->observers.items[observer].segment)
		return;
	neighbour_hear_gratuitous(
		sim, &net->observers[observer].neighbours[net->vips[vip].slot], from);
}

void observers_want(struct sim *sim, uint32_t vip, bool wanted)
{
	struct network *net = sim->network;
	uint32_t segment = sim->setup->vips.items[vip].segment;

	if (segment == SETUP_NONE)
		return;
	ARRAY_FOREACH (const uint32_t, observer, &net->segments[segment].observers) {
		struct neighbour *n =
			&net->observers[*observer].neighbours[net->vips[vip].slot];

		if (wanted)
			neighbour_start(sim, n);
		else
			neighbour_stop(sim, n);
	}
}

void network_reset_observer(struct sim *sim, uint32_t observer)
{
	uint32_t segment = sim->setup->observers.items[observer].segment;

	if (segment == SETUP_NONE)
		return;
	sim_note(sim, "observer-reset", CAUSE_SCENARIO, "%s forgets its whole neighbour cache",
		 sim->setup->observers.items[observer].name);
	for (uint32_t i = 0; i < sim->network->segments[segment].vips.count; i++) {
		struct neighbour *n = &sim->network->observers[observer].neighbours[i];

		if (n->state != NEIGHBOUR_IDLE)
			neighbour_start(sim, n);
	}
}

/* ---- start, consistency ---- */

static void init_one(struct sim *sim, uint32_t number, struct random *phases)
{
	struct net_observer *o = &sim->network->observers[number];
	const struct setup_observer *setup = &sim->setup->observers.items[number];

	if (setup->probe_interval > 0)
		o->phase = (sim_ns)random_below(phases, (uint64_t)setup->probe_interval);
	if (setup->segment == SETUP_NONE)
		return;

	struct net_segment *segment = &sim->network->segments[setup->segment];

	ARRAY_ADD(sim->arena, &segment->observers, number);
	o->neighbours = arena_zalloc(sim->arena, segment->vips.count, sizeof(*o->neighbours));
	for (uint32_t i = 0; i < segment->vips.count; i++) {
		o->neighbours[i].observer = number;
		o->neighbours[i].vip = segment->vips.items[i];
		o->neighbours[i].node = o->neighbours[i].interface = SETUP_NONE;
	}
}

void observers_init(struct sim *sim)
{
	struct random phases = random_split(sim->seed, "network.phase");

	for (uint32_t i = 0; i < sim->setup->observers.count; i++)
		init_one(sim, i, &phases);
}

static bool neighbour_consistent(const struct sim *sim, const struct neighbour *n)
{
	bool wanted = sim->network->vips[n->vip].wanted;
	bool has_entry = n->state == NEIGHBOUR_VALID || n->state == NEIGHBOUR_PROBING;
	enum outage_cause cause = n->cause;
	bool cut_off = wanted && reach_outage(sim, n, &cause);

	return wanted == (n->state != NEIGHBOUR_IDLE) && has_entry == (n->node != SETUP_NONE) &&
	       (!has_entry || n->interface != INTERFACE_DUMMY) && cut_off == n->cut_off &&
	       (!cut_off || cause == n->cause);
}

bool observers_consistent(const struct sim *sim)
{
	uint32_t pointing = 0, linked = 0;

	for (uint32_t i = 0; i < sim->setup->observers.count; i++) {
		uint32_t segment = sim->setup->observers.items[i].segment;

		for (uint32_t k = 0;
		     segment != SETUP_NONE && k < sim->network->segments[segment].vips.count;
		     k++) {
			const struct neighbour *n = &sim->network->observers[i].neighbours[k];

			if (!neighbour_consistent(sim, n))
				return false;
			pointing += n->node != SETUP_NONE;
		}
	}
	for (uint32_t i = 0; i < sim->setup->nodes.count; i++) {
		for (const struct neighbour *n = sim->network->nodes[i].neighbours; n != NULL;
		     n = n->next_of_node) {
			if (n->node != i)
				return false;
			linked++;
		}
	}
	return pointing == linked;
}
