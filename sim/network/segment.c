/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments: frames on their way, and those that nobody asked for (P7.3, P7.4). A frame takes
 * one delay to everybody on the segment. Each receiver misses frames for itself: gratuitous
 * ones, or any (segmentLoss). The network is started here as well.
 */
#include "sim/network/network.h"

void segment_send(struct sim *sim, uint32_t segment, uint32_t vip,
		  const struct frame_words *words)
{
	uint8_t bytes[FRAME_BYTES_MAX];

	sim->network->segments[segment].sent++;
	sim->network->listener->frame_sent(sim, segment, vip, words->kind);
	if (sim->sinks == NULL || sim->sinks->frame == NULL)
		return;

	struct frame_words with_nonce = *words;

	with_nonce.nonce = random_u64(&sim->network->nonce);

	struct frame frame = {
		.at = sim->engine.now,
		.segment = segment,
		.kind = words->kind,
		.bytes = bytes,
		.length = frame_build(&with_nonce, bytes),
	};

	sim->sinks->frame(sim->sinks->context, &frame);
}

sim_ns segment_sample_delay(struct sim *sim, uint32_t segment)
{
	const struct distribution *delay = sim->network->segments[segment].delay;

	return distribution_sample(delay != NULL ? delay : &sim->setup->timing.segment_delay,
				   &sim->network->frame_delay);
}

bool segment_loses(struct sim *sim, uint32_t segment)
{
	const double loss = sim->network->segments[segment].frame_loss;

	return loss > 0 && random_unit(&sim->network->loss) < loss;
}

bool segment_is_dead(const struct sim *sim, uint32_t segment)
{
	return sim->network->segments[segment].frame_loss >= 1;
}

/* Whether an observer hears one of `frames` frames at least. */
static bool segment_heard(struct sim *sim, uint32_t segment, double loss, unsigned frames)
{
	bool any = false;

	if (loss <= 0 && sim->network->segments[segment].frame_loss <= 0)
		return true;
	while (frames-- > 0) {
		if ((loss <= 0 || random_unit(&sim->network->loss) >= loss) &&
		    !segment_loses(sim, segment))
			any = true;
	}
	return any;
}

/* Tells everybody on the segment about a gratuitous send; `frames` of them can be missed. */
static void segment_deliver(struct sim *sim, struct net_vip *vip, uint64_t from, double loss,
			    unsigned frames)
{
	uint32_t number = (uint32_t)(vip - sim->network->vips);
	uint32_t segment = kernel_segment(sim, endpoint_node(from), endpoint_interface(from));
	struct net_segment *s = &sim->network->segments[segment];

	if (ip_family(sim->setup->vips.items[number].ip) == IP_V6)
		kernel_hear_advertisement(sim, number, from);
	ARRAY_FOREACH (const uint32_t, observer, &s->observers) {
		if (segment_heard(sim, segment, loss, frames))
			neighbor_hear_gratuitous(sim, *observer, number, from);
	}
}

static void segment_gratuitous_arrives(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct net_vip *vip = actor;
	uint32_t segment = kernel_segment(sim, endpoint_node(arg), endpoint_interface(arg));
	struct ip ip = sim->setup->vips.items[vip - sim->network->vips].ip;

	segment_deliver(sim, vip, arg, sim->network->segments[segment].loss,
			ip_family(ip) == IP_V4 ? 2 : 1);
}

static void segment_defense_arrives(void *context, void *actor, uint64_t arg)
{
	segment_deliver(context, actor, arg, 0, 1);
}

void segment_defend(struct sim *sim, const struct holding *h)
{
	const struct setup_interface *in =
		&sim->setup->nodes.items[h->node].interfaces.items[h->interface];

	segment_send(sim, in->segment, h->vip,
		     &(struct frame_words){
			     .kind = FRAME_NEIGHBOR_ADVERTISEMENT,
			     .source_mac = in->mac,
			     .target = sim->setup->vips.items[h->vip].ip,
		     });
	engine_in(&sim->engine, segment_sample_delay(sim, in->segment), segment_defense_arrives,
		  &sim->network->vips[h->vip], endpoint_pack(h->node, h->interface));
}

/* ---- gratuitous sends ---- */

void segment_send_gratuitous(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip)
{
	if (!kernel_linked(sim, node, interface) ||
	    kernel_segment(sim, node, interface) == SETUP_NONE)
		return;

	const struct setup_interface *in =
		&sim->setup->nodes.items[node].interfaces.items[interface];
	struct frame_words words = {
		.source_mac = in->mac,
		.source = in->link_local,
		.target = sim->setup->vips.items[vip].ip,
	};

	if (ip_family(words.target) == IP_V4) {
		words.kind = FRAME_GARP_REQUEST;
		segment_send(sim, in->segment, vip, &words);
		words.kind = FRAME_GARP_REPLY;
	} else if (!ip_is_unspecified(in->link_local) && in->link_local.v != 0) {
		words.kind = FRAME_UNSOLICITED_NA;
	} else {
		return;
	}
	segment_send(sim, in->segment, vip, &words);
	engine_in(&sim->engine, segment_sample_delay(sim, in->segment),
		  segment_gratuitous_arrives, &sim->network->vips[vip],
		  endpoint_pack(node, interface));
}

void segment_set_loss(struct sim *sim, uint32_t segment, double probability)
{
	sim->network->segments[segment].loss = probability;
}

/* Where nothing gets through any more, or something again, observers see it at once. */
void segment_set_frame_loss(struct sim *sim, uint32_t segment, double probability)
{
	struct net_segment *s = &sim->network->segments[segment];

	s->frame_loss = probability;
	ARRAY_FOREACH (const uint32_t, observer, &s->observers) {
		for (uint32_t i = 0; i < s->vips.count; i++)
			sim->network->listener->entry_changed(
				sim, &sim->network->observers[*observer].neighbors[i]);
	}
}

void segment_set_delay(struct sim *sim, uint32_t segment, const struct distribution *delay)
{
	sim->network->segments[segment].delay = delay;
}

/* ---- the whole network ---- */

static void network_init_nodes(struct sim *sim)
{
	struct network *net = sim->network;

	net->nodes = arena_zalloc(sim->arena, sim->setup->nodes.count, sizeof(*net->nodes));
	for (uint32_t i = 0; i < sim->setup->nodes.count; i++) {
		const struct setup_node *setup = &sim->setup->nodes.items[i];
		struct net_node *node = &net->nodes[i];

		node->powered = true;
		node->links =
			arena_zalloc(sim->arena, setup->interfaces.count, sizeof(*node->links));
		node->dummy = arena_zalloc(sim->arena, sim->setup->vips.count / 64 + 1,
					   sizeof(*node->dummy));
		for (uint32_t k = 0; k < setup->interfaces.count; k++)
			node->links[k] = setup->interfaces.items[k].up;
	}
}

static void network_init_vips(struct sim *sim)
{
	struct network *net = sim->network;

	net->segments =
		arena_zalloc(sim->arena, sim->setup->segments.count, sizeof(*net->segments));
	net->vips = arena_zalloc(sim->arena, sim->setup->vips.count, sizeof(*net->vips));
	for (uint32_t i = 0; i < sim->setup->vips.count; i++) {
		uint32_t segment = sim->setup->vips.items[i].segment;

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
	net->dad_delay = random_split(sim->seed, "network.dad");
	net->reachable_time = random_split(sim->seed, "network.reachable");
	net->frame_delay = random_split(sim->seed, "network.delay");
	net->answer_order = random_split(sim->seed, "network.answer");
	net->loss = random_split(sim->seed, "network.loss");
	net->nonce = random_split(sim->seed, "network.nonce");
	network_init_nodes(sim);
	network_init_vips(sim);
	net->observers =
		arena_zalloc(sim->arena, setup->observers.count, sizeof(*net->observers));
	neighbor_init(sim);
}

void network_begin(struct sim *sim, const struct network_listener *listener)
{
	sim->network->listener = listener;
	for (uint32_t i = 0; i < sim->setup->vips.count; i++) {
		const struct setup_service *it =
			&sim->setup->services.items[sim->setup->vips.items[i].service];

		if (it->exists &&
		    (it->states.count == 0 || it->states.items[0].has[i - it->first_vip]))
			network_want(sim, i, true);
	}
}

void network_want(struct sim *sim, uint32_t vip, bool wanted)
{
	if (sim->network->vips[vip].wanted == wanted)
		return;
	sim->network->vips[vip].wanted = wanted;
	neighbor_want(sim, vip, wanted);
	sim->network->listener->holders_changed(sim, vip);
	if (sim->network->vip_changed != NULL)
		sim->network->vip_changed(sim, SETUP_NONE, vip);
}
