/* SPDX-License-Identifier: Apache-2.0 */
/* The network as a whole: start, what is wanted, the result. */
#include "sim/network/network_state.h"

static void init_nodes(struct sim *sim)
{
	struct network *net = sim->network;

	net->nodes = arena_zalloc(sim->arena, sim->setup->nodes.count, sizeof(*net->nodes));
	for (uint32_t i = 0; i < sim->setup->nodes.count; i++) {
		const struct setup_node *setup = &sim->setup->nodes.items[i];
		struct net_node *node = &net->nodes[i];

		node->powered = true;
		node->links =
			arena_zalloc(sim->arena, setup->interfaces.count, sizeof(*node->links));
		for (uint32_t k = 0; k < setup->interfaces.count; k++)
			node->links[k] = setup->interfaces.items[k].up;
	}
}

static void init_vips(struct sim *sim)
{
	struct network *net = sim->network;

	net->segments =
		arena_zalloc(sim->arena, sim->setup->segments.count, sizeof(*net->segments));
	net->vips = arena_zalloc(sim->arena, sim->setup->vips.count, sizeof(*net->vips));
	for (uint32_t i = 0; i < sim->setup->vips.count; i++) {
		uint32_t segment = sim->setup->vips.items[i].segment;

		net->vips[i].result.vip = i;
		if (segment == SETUP_NONE)
			continue;
		net->vips[i].slot = net->segments[segment].vips.count;
		ARRAY_ADD(sim->arena, &net->segments[segment].vips, i);
	}
}

void network_init(struct sim *sim)
{
	const struct setup *setup = sim->setup;
	struct network *net = arena_zalloc(sim->arena, 1, sizeof(*net));

	sim->network = net;
	net->measure_from = SIM_NEVER;
	net->dad_delay = random_split(sim->seed, "network.dad");
	net->reachable_time = random_split(sim->seed, "network.reachable");
	net->frame_delay = random_split(sim->seed, "network.delay");
	net->answer_order = random_split(sim->seed, "network.answer");
	net->loss = random_split(sim->seed, "network.loss");
	init_nodes(sim);
	init_vips(sim);
	net->observers =
		arena_zalloc(sim->arena, setup->observers.count, sizeof(*net->observers));
	observers_init(sim);
	for (uint32_t i = 0; i < setup->vips.count; i++) {
		if (setup->services.items[setup->vips.items[i].service].exists)
			network_want(sim, i, true);
	}
}

void network_release(struct sim *sim)
{
	/* All of it is in the run's arena. */
	sim->network = NULL;
}

void network_want(struct sim *sim, uint32_t vip, bool wanted)
{
	if (sim->network->vips[vip].wanted == wanted)
		return;
	sim->network->vips[vip].wanted = wanted;
	observers_want(sim, vip, wanted);
	measure_vip(sim, vip);
}

void network_begin_measuring(struct sim *sim)
{
	struct network *net = sim->network;

	net->measure_from = sim->engine.now;
	for (uint32_t i = 0; i < sim->setup->vips.count; i++) {
		struct vip_result *r = &net->vips[i].result;

		r->sequences = r->garp_frames = r->na_frames = 0;
	}
}

void network_finish(struct sim *sim)
{
	struct network *net = sim->network;
	struct run_result *result = sim->result;

	ARRAY_RESERVE(sim->arena, &result->vips, sim->setup->vips.count);
	for (uint32_t i = 0; i < sim->setup->vips.count; i++) {
		measure_finish(sim, i);
		ARRAY_ADD(sim->arena, &result->vips, net->vips[i].result);
	}
	ARRAY_RESERVE(sim->arena, &result->segments, sim->setup->segments.count);
	for (uint32_t i = 0; i < sim->setup->segments.count; i++) {
		net->segments[i].result.segment = i;
		ARRAY_ADD(sim->arena, &result->segments, net->segments[i].result);
	}
}

bool network_consistent(const struct sim *sim)
{
	return holdings_consistent(sim) && measure_consistent(sim) && observers_consistent(sim);
}
