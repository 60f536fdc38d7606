/* SPDX-License-Identifier: Apache-2.0 */
/* Frames on their way over a segment, and those that nobody asked for. */
#include "sim/network/network_state.h"

/* Frames in the same second of the clock, counted from the end of the warm-up. */
static void count_peak(struct net_segment *s, sim_ns since_start)
{
	sim_ns second = since_start / NS_PER_SEC;

	if (second != s->second) {
		s->second = second;
		s->in_second = 0;
	}
	s->in_second++;
	if (s->in_second > s->result.peak_per_second)
		s->result.peak_per_second = s->in_second;
}

static bool is_gratuitous(enum frame_kind kind)
{
	return kind == FRAME_GARP_REQUEST || kind == FRAME_GARP_REPLY ||
	       kind == FRAME_UNSOLICITED_NA;
}

static void count_gratuitous(struct sim *sim, struct net_segment *s, sim_ns since_start)
{
	const uint32_t second = (uint32_t)(since_start / NS_PER_SEC);

	while (s->result.gratuitous.count <= second)
		(void)ARRAY_PUSH(sim->arena, &s->result.gratuitous);
	s->result.gratuitous.items[second]++;
}

void wire_send(struct sim *sim, uint32_t segment, const struct frame_words *words)
{
	const struct network *net = sim->network;
	struct net_segment *s = &net->segments[segment];
	uint8_t bytes[FRAME_BYTES_MAX];

	if (net->measure_from != SIM_NEVER) {
		s->result.frames[words->kind]++;
		count_peak(s, sim->engine.now - net->measure_from);
		if (is_gratuitous(words->kind))
			count_gratuitous(sim, s, sim->engine.now - net->measure_from);
	}
	if (sim->sinks == NULL || sim->sinks->frame == NULL)
		return;

	struct frame frame = {
		.at = sim->engine.now,
		.segment = segment,
		.kind = words->kind,
		.bytes = bytes,
		.length = frame_build(words, bytes),
	};

	sim->sinks->frame(sim->sinks->context, &frame);
}

sim_ns wire_delay(struct sim *sim)
{
	return distribution_sample(&sim->setup->timing.segment_delay,
				   &sim->network->frame_delay);
}

/* Whether an observer hears one of `frames` frames at least. */
static bool heard(struct sim *sim, double loss, unsigned frames)
{
	bool any = false;

	if (loss <= 0)
		return true;
	while (frames-- > 0) {
		if (random_unit(&sim->network->loss) >= loss)
			any = true;
	}
	return any;
}

/* Tells everybody on the segment about a gratuitous send; `frames` of them can be missed. */
static void deliver(struct sim *sim, struct net_vip *vip, uint64_t from, double loss,
		    unsigned frames)
{
	uint32_t number = (uint32_t)(vip - sim->network->vips);
	uint32_t segment = kernel_segment(sim, endpoint_node(from), endpoint_interface(from));
	struct net_segment *s = &sim->network->segments[segment];

	if (ip_family(sim->setup->vips.items[number].ip) == IP_V6)
		dad_hear_advertisement(sim, number, from);
	ARRAY_FOREACH (const uint32_t, observer, &s->observers) {
		if (heard(sim, loss, frames))
			observer_hear_gratuitous(sim, *observer, number, from);
	}
}

static void gratuitous_arrives(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct net_vip *vip = actor;
	uint32_t segment = kernel_segment(sim, endpoint_node(arg), endpoint_interface(arg));
	struct ip ip = sim->setup->vips.items[vip - sim->network->vips].ip;

	deliver(sim, vip, arg, sim->network->segments[segment].loss,
		ip_family(ip) == IP_V4 ? 2 : 1);
}

static void defence_arrives(void *context, void *actor, uint64_t arg)
{
	deliver(context, actor, arg, 0, 1);
}

void wire_defend(struct sim *sim, const struct holding *h)
{
	const struct setup_interface *in =
		&sim->setup->nodes.items[h->node].interfaces.items[h->interface];

	wire_send(sim, in->segment,
		  &(struct frame_words){
			  .kind = FRAME_NEIGHBOR_ADVERTISEMENT,
			  .source_mac = in->mac,
			  .target = sim->setup->vips.items[h->vip].ip,
		  });
	engine_in(&sim->engine, wire_delay(sim), defence_arrives, &sim->network->vips[h->vip],
		  endpoint_pack(h->node, h->interface));
}

/* ---- gratuitous sends ---- */

static void send_arp_pair(struct sim *sim, const struct setup_interface *in, struct ip ip,
			  struct vip_result *result)
{
	struct frame_words words = {
		.kind = FRAME_GARP_REQUEST,
		.source_mac = in->mac,
		.target = ip,
	};

	wire_send(sim, in->segment, &words);
	words.kind = FRAME_GARP_REPLY;
	wire_send(sim, in->segment, &words);
	result->garp_frames += 2;
}

static void send_advertisement(struct sim *sim, const struct setup_interface *in, struct ip ip,
			       struct vip_result *result)
{
	wire_send(sim, in->segment,
		  &(struct frame_words){
			  .kind = FRAME_UNSOLICITED_NA,
			  .source_mac = in->mac,
			  .source = in->link_local,
			  .target = ip,
		  });
	result->na_frames++;
}

void network_send_gratuitous(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip)
{
	if (!kernel_linked(sim, node, interface) ||
	    kernel_segment(sim, node, interface) == SETUP_NONE)
		return;

	const struct setup_interface *in =
		&sim->setup->nodes.items[node].interfaces.items[interface];
	struct ip ip = sim->setup->vips.items[vip].ip;
	struct net_vip *v = &sim->network->vips[vip];

	if (ip_family(ip) == IP_V4)
		send_arp_pair(sim, in, ip, &v->result);
	else if (!ip_is_unspecified(in->link_local) && in->link_local.v != 0)
		send_advertisement(sim, in, ip, &v->result);
	else
		return;
	engine_in(&sim->engine, wire_delay(sim), gratuitous_arrives, v,
		  endpoint_pack(node, interface));
}

void network_sequence_started(struct sim *sim, uint32_t vip)
{
	sim->network->vips[vip].result.sequences++;
}

void network_set_loss(struct sim *sim, uint32_t segment, double probability)
{
	sim->network->segments[segment].loss = probability;
}
