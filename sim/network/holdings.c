/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which VIP is on which interface: a hash table by node and VIP, and lists by VIP and by
 * node. There may be as many holdings as nodes times remote VIPs, so each question has to be
 * answered without a walk.
 */
#include <string.h>

#include "sim/network/network.h"

enum { BUCKETS_MIN = 256, WORD_BITS = 64 };

static uint32_t holding_bucket(const struct network *net, uint32_t node, uint32_t vip)
{
	uint64_t key = (uint64_t)node << 32 | vip;

	/* The multiplier of Fibonacci hashing; the upper bits are the good ones. */
	return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (net->bucket_count - 1);
}

static struct holding *holding_same_pair(struct holding *h, uint32_t node, uint32_t vip)
{
	while (h != NULL && (h->node != node || h->vip != vip))
		h = h->next_hashed;
	return h;
}

struct holding *holding_of(const struct network *net, uint32_t node, uint32_t vip,
			   const struct holding *after)
{
	if (after != NULL)
		return holding_same_pair(after->next_hashed, node, vip);
	if (net->bucket_count == 0)
		return NULL;
	return holding_same_pair(net->buckets[holding_bucket(net, node, vip)], node, vip);
}

struct holding *holding_find(const struct network *net, uint32_t node, uint32_t interface,
			     uint32_t vip)
{
	struct holding *h = holding_of(net, node, vip, NULL);

	while (h != NULL && h->interface != interface)
		h = holding_of(net, node, vip, h);
	return h;
}

/* Remote VIPs are looked for most often, and only there. */
bool holding_on_dummy(const struct network *net, uint32_t node, uint32_t vip)
{
	return (net->nodes[node].dummy[vip / WORD_BITS] >> vip % WORD_BITS & 1) != 0;
}

static void holding_flip_dummy(struct network *net, const struct holding *h)
{
	if (h->interface == INTERFACE_DUMMY)
		net->nodes[h->node].dummy[h->vip / WORD_BITS] ^= UINT64_C(1)
								 << h->vip % WORD_BITS;
}

static void holding_hash_in(struct network *net, struct holding *h)
{
	struct holding **bucket = &net->buckets[holding_bucket(net, h->node, h->vip)];

	h->next_hashed = *bucket;
	*bucket = h;
}

static void holding_hash_out(struct network *net, const struct holding *h)
{
	struct holding **link = &net->buckets[holding_bucket(net, h->node, h->vip)];

	while (*link != h)
		link = &(*link)->next_hashed;
	*link = h->next_hashed;
}

/* Twice as many buckets as soon as there are as many holdings. */
static void holding_make_room(struct sim *sim)
{
	struct network *net = sim->network;
	struct holding **old = net->buckets;
	uint32_t old_count = net->bucket_count;

	if (net->holding_count < old_count)
		return;
	net->bucket_count = old_count == 0 ? BUCKETS_MIN : old_count * 2;
	net->buckets = arena_zalloc(sim->arena, net->bucket_count, sizeof(*net->buckets));
	for (uint32_t i = 0; i < old_count; i++) {
		for (struct holding *h = old[i], *next; h != NULL; h = next) {
			next = h->next_hashed;
			holding_hash_in(net, h);
		}
	}
}

static struct holding_list *holding_list_of(struct network *net, const struct holding *h)
{
	struct net_vip *vip = &net->vips[h->vip];

	return h->interface == INTERFACE_DUMMY ? &vip->dummy : &vip->local;
}

static void holding_append(struct holding_list *list, struct holding *h)
{
	h->previous_of_vip = list->last;
	if (list->last != NULL)
		list->last->next_of_vip = h;
	else
		list->first = h;
	list->last = h;
	list->count++;
}

static void holding_unlink(struct holding_list *list, const struct holding *h)
{
	if (h->previous_of_vip != NULL)
		h->previous_of_vip->next_of_vip = h->next_of_vip;
	else
		list->first = h->next_of_vip;
	if (h->next_of_vip != NULL)
		h->next_of_vip->previous_of_vip = h->previous_of_vip;
	else
		list->last = h->previous_of_vip;
	list->count--;
}

static void holding_push_to_node(struct net_node *node, struct holding *h)
{
	h->next_of_node = node->holdings;
	if (node->holdings != NULL)
		node->holdings->previous_of_node = h;
	node->holdings = h;
}

static void holding_unlink_from_node(struct net_node *node, const struct holding *h)
{
	if (h->previous_of_node != NULL)
		h->previous_of_node->next_of_node = h->next_of_node;
	else
		node->holdings = h->next_of_node;
	if (h->next_of_node != NULL)
		h->next_of_node->previous_of_node = h->previous_of_node;
}

struct holding *holding_add(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip)
{
	struct network *net = sim->network;
	struct holding *h = net->free_holdings;

	holding_make_room(sim);
	if (h != NULL)
		net->free_holdings = h->next_hashed;
	else
		h = arena_alloc(sim->arena, sizeof(*h));
	*h = (struct holding){
		.node = node,
		.interface = interface,
		.vip = vip,
		.since = sim->engine.now,
	};
	net->holding_count++;
	holding_hash_in(net, h);
	holding_append(holding_list_of(net, h), h);
	holding_push_to_node(&net->nodes[node], h);
	holding_flip_dummy(net, h);
	return h;
}

void holding_remove(struct network *net, struct holding *h)
{
	holding_hash_out(net, h);
	holding_flip_dummy(net, h);
	holding_unlink(holding_list_of(net, h), h);
	holding_unlink_from_node(&net->nodes[h->node], h);
	net->holding_count--;
	h->next_hashed = net->free_holdings;
	net->free_holdings = h;
}

/* ---- holders now ---- */

/* The present one of the list that is there longest. */
static const struct holding *holding_first_present(const struct sim *sim,
						   const struct holding_list *list)
{
	const struct holding *h = list->first;

	while (h != NULL && !kernel_present(sim, h))
		h = h->next_of_vip;
	return h;
}

static const struct holding *holding_present(const struct sim *sim, uint32_t vip)
{
	const struct net_vip *v = &sim->network->vips[vip];
	const struct holding *h = holding_first_present(sim, &v->local);

	return h != NULL ? h : holding_first_present(sim, &v->dummy);
}

uint32_t network_holder(const struct sim *sim, uint32_t vip)
{
	const struct holding *h = holding_present(sim, vip);

	return h != NULL ? h->node : SETUP_NONE;
}

void network_find_answering(const struct sim *sim, uint32_t vip)
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
	network_find_answering(sim, vip);
	if (sim->network->nodes_found.count > 0)
		return sim->network->nodes_found.count;
	/* Nodes without power hold nothing, and there is no DAD on a dummy interface. */
	return sim->network->vips[vip].dummy.count;
}

/* ---- consistency ---- */

static bool holding_list_consistent(const struct sim *sim, const struct holding_list *list,
				    uint32_t vip, bool dummy)
{
	const struct holding *previous = NULL;
	uint32_t count = 0;

	for (const struct holding *h = list->first; h != NULL; h = h->next_of_vip) {
		if (h->vip != vip || (h->interface == INTERFACE_DUMMY) != dummy)
			return false;
		if (h->previous_of_vip != previous || !sim->network->nodes[h->node].powered)
			return false;
		if (holding_find(sim->network, h->node, h->interface, vip) != h ||
		    (dummy && !holding_on_dummy(sim->network, h->node, vip)))
			return false;
		if (previous != NULL && previous->since > h->since)
			return false;
		previous = h;
		count++;
	}
	return list->last == previous && list->count == count;
}

bool holdings_consistent(const struct sim *sim)
{
	const struct network *net = sim->network;
	uint32_t by_vip = 0, by_node = 0;

	for (uint32_t i = 0; i < sim->setup->vips.count; i++) {
		const struct net_vip *vip = &net->vips[i];

		if (!holding_list_consistent(sim, &vip->local, i, false) ||
		    !holding_list_consistent(sim, &vip->dummy, i, true))
			return false;
		by_vip += vip->local.count + vip->dummy.count;
	}
	for (uint32_t i = 0; i < sim->setup->nodes.count; i++) {
		for (const struct holding *h = net->nodes[i].holdings; h != NULL;
		     h = h->next_of_node) {
			if (h->node != i)
				return false;
			by_node++;
		}
	}
	return by_vip == net->holding_count && by_node == net->holding_count;
}
