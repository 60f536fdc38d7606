/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals: who had a VIP and when, when nobody, when too many. */
#include <stdlib.h>
#include <string.h>

#include "sim/network/network_state.h"

/* ---- time ---- */

bool measure_interval(const struct sim *sim, sim_ns since, struct interval *out)
{
	sim_ns from = sim->network->measure_from, now = sim->engine.now;

	if (from == SIM_NEVER || now <= from || now <= since)
		return false;
	*out = (struct interval){ since > from ? since - from : 0, now - from };
	return true;
}

sim_ns measure_length(const struct sim *sim, sim_ns since)
{
	struct interval time;

	return measure_interval(sim, since, &time) ? time.to - time.from : 0;
}

/* ---- ownership ---- */

void measure_ownership(struct sim *sim, const struct holding *h, bool still_held)
{
	struct ownership owner = {
		.node = h->node,
		.interface = kernel_interface_name(sim, h->node, h->interface),
		.tentative_first = h->did_dad,
	};

	if (!measure_interval(sim, h->since, &owner.time))
		return;
	if (still_held)
		owner.time.to = SIM_NEVER;
	ARRAY_ADD(sim->arena, &sim->network->vips[h->vip].result.owners, owner);
}

/* ---- holders now ---- */

/* The present one of the list that is there longest. */
static const struct holding *first_present(const struct sim *sim,
					   const struct holding_list *list)
{
	const struct holding *h = list->first;

	while (h != NULL && !kernel_present(sim, h))
		h = h->next_of_vip;
	return h;
}

static const struct holding *present_holder(const struct sim *sim, uint32_t vip)
{
	const struct net_vip *v = &sim->network->vips[vip];
	const struct holding *h = first_present(sim, &v->local);

	return h != NULL ? h : first_present(sim, &v->dummy);
}

uint32_t network_holder(const struct sim *sim, uint32_t vip)
{
	const struct holding *h = present_holder(sim, vip);

	return h != NULL ? h->node : SETUP_NONE;
}

/* Puts the nodes that answer for the VIP into net->nodes_found, ascending, once each. */
static void find_answering(const struct sim *sim, uint32_t vip)
{
	struct network *net = sim->network;

	net->nodes_found.count = 0;
	for (const struct holding *h = net->vips[vip].local.first; h != NULL;
	     h = h->next_of_vip) {
		uint32_t at = net->nodes_found.count;

		if (!kernel_answers(sim, h))
			continue;
		while (at > 0 && net->nodes_found.items[at - 1] > h->node)
			at--;
		if (at > 0 && net->nodes_found.items[at - 1] == h->node)
			continue;
		ARRAY_ADD(sim->arena, &net->nodes_found, 0);
		memmove(&net->nodes_found.items[at + 1], &net->nodes_found.items[at],
			(net->nodes_found.count - 1 - at) * sizeof(uint32_t));
		net->nodes_found.items[at] = h->node;
	}
}

uint32_t network_holders(const struct sim *sim, uint32_t vip)
{
	find_answering(sim, vip);
	if (sim->network->nodes_found.count > 0)
		return sim->network->nodes_found.count;
	/* Nodes without power hold nothing, and there is no DAD on a dummy interface. */
	return sim->network->vips[vip].dummy.count;
}

/* ---- gaps ---- */

static void end_gap(const struct sim *sim, struct net_vip *v)
{
	sim_ns length = measure_length(sim, v->gap_since);

	if (length > v->result.announce_gap)
		v->result.announce_gap = length;
	v->in_gap = false;
}

static void assess_gap(struct sim *sim, uint32_t vip)
{
	struct net_vip *v = &sim->network->vips[vip];
	bool in_gap = v->wanted && present_holder(sim, vip) == NULL;

	if (in_gap == v->in_gap)
		return;
	if (!in_gap) {
		end_gap(sim, v);
		return;
	}
	v->in_gap = true;
	v->gap_since = sim->engine.now;
}

/* ---- duplicates ---- */

static void end_duplicate(struct sim *sim, struct net_vip *v, bool goes_on)
{
	struct duplicate ended = v->duplicate;
	sim_ns since = ended.time.from;

	memset(&v->duplicate, 0, sizeof(v->duplicate));
	if (!measure_interval(sim, since, &ended.time))
		return;
	v->result.duplicate_total += ended.time.to - ended.time.from;
	if (goes_on)
		ended.time.to = SIM_NEVER;
	ARRAY_ADD(sim->arena, &v->result.duplicates, ended);
}

/* The nodes just found are those of the present duplicate. */
static bool same_nodes(const struct network *net, const struct duplicate *d)
{
	return d->nodes.count == net->nodes_found.count &&
	       memcmp(d->nodes.items, net->nodes_found.items,
		      d->nodes.count * sizeof(uint32_t)) == 0;
}

static void assess_duplicate(struct sim *sim, uint32_t vip)
{
	struct network *net = sim->network;
	struct net_vip *v = &net->vips[vip];

	/* One address on one interface is no duplicate: nearly always. */
	if (v->local.count < 2 && v->duplicate.nodes.count == 0)
		return;
	find_answering(sim, vip);
	if (!v->wanted || net->nodes_found.count < 2)
		net->nodes_found.count = 0;
	if (net->nodes_found.count == v->duplicate.nodes.count &&
	    (v->duplicate.nodes.count == 0 || same_nodes(net, &v->duplicate)))
		return;
	if (v->duplicate.nodes.count > 0)
		end_duplicate(sim, v, false);
	if (net->nodes_found.count == 0)
		return;
	v->duplicate.time.from = sim->engine.now;
	ARRAY_RESERVE(sim->arena, &v->duplicate.nodes, net->nodes_found.count);
	ARRAY_FOREACH (const uint32_t, node, &net->nodes_found)
		ARRAY_ADD(sim->arena, &v->duplicate.nodes, *node);
}

/* ---- all of it ---- */

void measure_vip(struct sim *sim, uint32_t vip)
{
	struct network *net = sim->network;
	uint32_t segment = sim->setup->vips.items[vip].segment;

	assess_gap(sim, vip);
	assess_duplicate(sim, vip);
	if (segment == SETUP_NONE)
		return;
	ARRAY_FOREACH (const uint32_t, observer, &net->segments[segment].observers)
		reach_assess(sim, &net->observers[*observer].neighbours[net->vips[vip].slot]);
}

static int by_time(const struct interval *a, const struct interval *b)
{
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

static int by_owner(const void *a, const void *b)
{
	const struct ownership *x = a, *y = b;
	int order = by_time(&x->time, &y->time);

	if (order != 0)
		return order;
	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return strcmp(x->interface, y->interface);
}

static int by_outage(const void *a, const void *b)
{
	const struct outage *x = a, *y = b;
	int order = by_time(&x->time, &y->time);

	return order != 0 ? order : (x->observer > y->observer) - (x->observer < y->observer);
}

static void finish_list(struct sim *sim, const struct holding_list *list)
{
	for (const struct holding *h = list->first; h != NULL; h = h->next_of_vip)
		measure_ownership(sim, h, true);
}

void measure_finish(struct sim *sim, uint32_t vip)
{
	struct net_vip *v = &sim->network->vips[vip];
	struct vip_result *r = &v->result;

	finish_list(sim, &v->local);
	finish_list(sim, &v->dummy);
	if (v->in_gap)
		end_gap(sim, v);
	if (v->duplicate.nodes.count > 0)
		end_duplicate(sim, v, true);
	reach_finish(sim, vip);
	if (r->owners.count > 1)
		qsort(r->owners.items, r->owners.count, sizeof(*r->owners.items), by_owner);
	if (r->outages.count > 1)
		qsort(r->outages.items, r->outages.count, sizeof(*r->outages.items), by_outage);
}

bool measure_consistent(const struct sim *sim)
{
	for (uint32_t i = 0; i < sim->setup->vips.count; i++) {
		const struct net_vip *v = &sim->network->vips[i];

		if (v->in_gap != (v->wanted && present_holder(sim, i) == NULL))
			return false;
		find_answering(sim, i);

		bool duplicate = v->wanted && sim->network->nodes_found.count > 1;

		if (duplicate != (v->duplicate.nodes.count > 0))
			return false;
		if (duplicate && !same_nodes(sim->network, &v->duplicate))
			return false;
	}
	return true;
}
