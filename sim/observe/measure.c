/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intervals: who had a VIP and when, when nobody, when several (S4), and frames by second. An
 * interval is kept open until what it is about changes; what lies before the end of the
 * warm-up is cut off.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/observe/observe.h"

/* ---- time ---- */

bool measure_interval(const struct sim *sim, sim_ns since, struct interval *out)
{
	sim_ns from = sim->measure_from, now = sim->engine.now;

	if (from == SIM_NEVER || now <= from || now <= since)
		return false;
	*out = (struct interval){ since > from ? since - from : 0, now - from };
	return true;
}

/* ---- ownership ---- */

static void measure_add_ownership(struct sim *sim, const struct holding *h, bool still_held)
{
	struct ownership owner = {
		.node = h->node,
		.interface = kernel_interface_name(sim, h->node, h->interface),
		.tentative_first = h->did_dad,
		.failed = h->failed,
	};

	/* What leaves it at the very beginning was there before: an interval from 0 to 0. */
	if (!measure_interval(sim, h->since, &owner.time) &&
	    (sim->engine.now != sim->measure_from || h->since >= sim->engine.now))
		return;
	if (still_held)
		owner.time.to = SIM_NEVER;
	ARRAY_ADD(sim->arena, &sim->observe->vips[h->vip].result.owners, owner);
}

/* ---- gaps ---- */

static void measure_end_gap(const struct sim *sim, struct measured_vip *v, bool goes_on)
{
	struct interval gap;

	v->in_gap = false;
	if (!measure_interval(sim, v->gap_since, &gap))
		return;
	if (gap.to - gap.from >= v->result.announce_gap) {
		v->result.announce_gap = gap.to - gap.from;
		v->result.gap_ongoing = goes_on;
	}
	if (goes_on)
		gap.to = SIM_NEVER;
	ARRAY_ADD(sim->arena, &v->result.gaps, gap);
}

static void measure_gap(struct sim *sim, uint32_t vip)
{
	struct measured_vip *v = &sim->observe->vips[vip];
	bool in_gap = sim->network->vips[vip].wanted && network_holder(sim, vip) == SETUP_NONE;

	if (in_gap == v->in_gap)
		return;
	if (!in_gap) {
		measure_end_gap(sim, v, false);
		return;
	}
	v->in_gap = true;
	v->gap_since = sim->engine.now;
}

/* ---- duplicates ---- */

static void measure_end_duplicate(struct sim *sim, struct measured_vip *v, bool goes_on)
{
	struct duplicate ended = v->duplicate;
	sim_ns since = ended.time.from;

	memset(&v->duplicate, 0, sizeof(v->duplicate));
	if (!measure_interval(sim, since, &ended.time))
		return;
	v->result.duplicate_total += ended.time.to - ended.time.from;
	v->result.duplicate_ongoing = goes_on;
	if (goes_on)
		ended.time.to = SIM_NEVER;
	ARRAY_ADD(sim->arena, &v->result.duplicates, ended);
}

/* The nodes just found are those of the present duplicate. */
static bool measure_same_nodes(const struct network *net, const struct duplicate *d)
{
	return d->nodes.count == net->nodes_found.count &&
	       memcmp(d->nodes.items, net->nodes_found.items,
		      d->nodes.count * sizeof(uint32_t)) == 0;
}

static void measure_duplicate(struct sim *sim, uint32_t vip)
{
	struct network *net = sim->network;
	struct measured_vip *v = &sim->observe->vips[vip];

	/* One address on one interface is not a duplicate: the usual case. */
	if (net->vips[vip].local.count < 2 && v->duplicate.nodes.count == 0)
		return;
	network_find_answering(sim, vip);
	if (!sim->network->vips[vip].wanted || net->nodes_found.count < 2)
		net->nodes_found.count = 0;
	if (net->nodes_found.count == v->duplicate.nodes.count &&
	    (v->duplicate.nodes.count == 0 || measure_same_nodes(net, &v->duplicate)))
		return;
	if (v->duplicate.nodes.count > 0)
		measure_end_duplicate(sim, v, false);
	if (net->nodes_found.count == 0)
		return;
	v->duplicate.time.from = sim->engine.now;
	ARRAY_RESERVE(sim->arena, &v->duplicate.nodes, net->nodes_found.count);
	ARRAY_FOREACH (const uint32_t, node, &net->nodes_found)
		ARRAY_ADD(sim->arena, &v->duplicate.nodes, *node);
}

/* ---- frames ---- */

static void measure_frame(struct sim *sim, uint32_t segment, uint32_t vip, enum frame_kind kind)
{
	struct measured_segment *s = &sim->observe->segments[segment];
	struct vip_result *result = &sim->observe->vips[vip].result;
	const bool arp = kind == FRAME_GARP_REQUEST || kind == FRAME_GARP_REPLY;
	const bool advertisement = kind == FRAME_UNSOLICITED_NA;
	sim_ns second;

	if (sim->measure_from == SIM_NEVER)
		return;
	second = (sim->engine.now - sim->measure_from) / NS_PER_SEC;
	s->result.frames[kind]++;
	result->garp_frames += arp;
	result->na_frames += advertisement;
	if (second != s->second) {
		s->second = second;
		s->in_second = 0;
	}
	if (++s->in_second > s->result.peak_per_second)
		s->result.peak_per_second = s->in_second;
	if (!arp && !advertisement)
		return;
	while (s->result.gratuitous.count <= (uint32_t)second)
		(void)ARRAY_PUSH(sim->arena, &s->result.gratuitous);
	s->result.gratuitous.items[second]++;
}

static void measure_sequence(struct sim *sim, uint32_t vip)
{
	sim->observe->vips[vip].result.sequences += sim->measure_from != SIM_NEVER;
}

/* ---- what the network reports ---- */

static void measure_holders(struct sim *sim, uint32_t vip)
{
	struct network *net = sim->network;
	uint32_t segment = sim->setup->vips.items[vip].segment;

	measure_gap(sim, vip);
	measure_duplicate(sim, vip);
	if (segment == SETUP_NONE)
		return;
	ARRAY_FOREACH (const uint32_t, observer, &net->segments[segment].observers)
		reach_assess(sim, &net->observers[*observer].neighbors[net->vips[vip].slot]);
}

static void measure_leaving(struct sim *sim, const struct holding *h)
{
	measure_add_ownership(sim, h, false);
}

void observe_init(struct sim *sim)
{
	static const struct network_listener listener = {
		.holders_changed = measure_holders,
		.address_leaves = measure_leaving,
		.entry_changed = reach_assess,
		.frame_sent = measure_frame,
		.sequence_started = measure_sequence,
	};
	struct observe *o = arena_zalloc(sim->arena, 1, sizeof(*o));

	sim->observe = o;
	o->vips = arena_zalloc(sim->arena, sim->setup->vips.count, sizeof(*o->vips));
	o->segments =
		arena_zalloc(sim->arena, sim->setup->segments.count, sizeof(*o->segments));
	for (uint32_t i = 0; i < sim->setup->vips.count; i++)
		o->vips[i].result.vip = i;
	for (uint32_t i = 0; i < sim->setup->segments.count; i++)
		o->segments[i].result.segment = i;
	reach_init(sim);
	network_begin(sim, &listener);
}

void observe_begin_measuring(struct sim *sim)
{
	sim->measure_from = sim->engine.now;
	for (uint32_t i = 0; i < sim->setup->segments.count; i++)
		sim->observe->segments[i].before = sim->network->segments[i].sent;
}

/* ---- the end ---- */

static int measure_by_time(const struct interval *a, const struct interval *b)
{
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

static int measure_by_owner(const void *a, const void *b)
{
	const struct ownership *x = a, *y = b;
	int order = measure_by_time(&x->time, &y->time);

	if (order != 0)
		return order;
	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return strcmp(x->interface, y->interface);
}

static int measure_by_outage(const void *a, const void *b)
{
	const struct outage *x = a, *y = b;
	int order = measure_by_time(&x->time, &y->time);

	return order != 0 ? order : (x->observer > y->observer) - (x->observer < y->observer);
}

static void measure_finish_vip(struct sim *sim, uint32_t vip)
{
	struct measured_vip *v = &sim->observe->vips[vip];
	struct vip_result *r = &v->result;
	const struct holding_list *lists[] = { &sim->network->vips[vip].local,
					       &sim->network->vips[vip].dummy };

	for (int i = 0; i < 2; i++) {
		for (const struct holding *h = lists[i]->first; h != NULL; h = h->next_of_vip)
			measure_add_ownership(sim, h, true);
	}
	if (v->in_gap)
		measure_end_gap(sim, v, true);
	if (v->duplicate.nodes.count > 0)
		measure_end_duplicate(sim, v, true);
	reach_finish(sim, vip);
	if (r->owners.count > 1)
		qsort(r->owners.items, r->owners.count, sizeof(*r->owners.items),
		      measure_by_owner);
	if (r->outages.count > 1)
		qsort(r->outages.items, r->outages.count, sizeof(*r->outages.items),
		      measure_by_outage);
}

void observe_finish(struct sim *sim)
{
	struct run_result *result = sim->result;

	ARRAY_RESERVE(sim->arena, &result->vips, sim->setup->vips.count);
	for (uint32_t i = 0; i < sim->setup->vips.count; i++) {
		measure_finish_vip(sim, i);
		ARRAY_ADD(sim->arena, &result->vips, sim->observe->vips[i].result);
	}
	ARRAY_RESERVE(sim->arena, &result->segments, sim->setup->segments.count);
	for (uint32_t i = 0; i < sim->setup->segments.count; i++)
		ARRAY_ADD(sim->arena, &result->segments, sim->observe->segments[i].result);
}

/* Every frame that is sent is counted twice: on its segment, and for its VIP. */
static bool measure_frames_agree(const struct sim *sim)
{
	uint64_t arp = 0;
	uint64_t advertisements = 0;

	for (uint32_t i = 0; i < sim->setup->segments.count; i++) {
		const struct measured_segment *segment = &sim->observe->segments[i];
		const uint64_t *frames = segment->result.frames;
		uint64_t counted = segment->before;

		for (int kind = 0; kind < FRAME_KINDS; kind++)
			counted += frames[kind];
		if (sim->measure_from != SIM_NEVER && counted != sim->network->segments[i].sent)
			return false;
		arp += frames[FRAME_GARP_REQUEST] + frames[FRAME_GARP_REPLY];
		advertisements += frames[FRAME_UNSOLICITED_NA];
	}
	for (uint32_t i = 0; i < sim->setup->vips.count; i++) {
		arp -= sim->observe->vips[i].result.garp_frames;
		advertisements -= sim->observe->vips[i].result.na_frames;
	}
	return arp == 0 && advertisements == 0;
}

bool observe_consistent(const struct sim *sim)
{
	if (!measure_frames_agree(sim))
		return false;
	for (uint32_t i = 0; i < sim->setup->vips.count; i++) {
		const struct measured_vip *v = &sim->observe->vips[i];
		const bool wanted = sim->network->vips[i].wanted;
		bool duplicate;

		if (v->in_gap != (wanted && network_holder(sim, i) == SETUP_NONE))
			return false;
		network_find_answering(sim, i);
		duplicate = wanted && sim->network->nodes_found.count > 1;
		if (duplicate != (v->duplicate.nodes.count > 0) ||
		    (duplicate && !measure_same_nodes(sim->network, &v->duplicate)))
			return false;
	}
	return reach_consistent(sim);
}
