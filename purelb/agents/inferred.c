/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guess about a node of which neither lease nor interfaces are known: it is taken to carry
 * every pool subnet that contains one of its InternalIPs.
 */
#include <stdlib.h>

#include "base/text.h"
#include "purelb/agents/nodes.h"
#include "purelb/pools/order.h"

static int known_subnets_compare_nets(const struct ip_net *a, const struct ip_net *b)
{
	if (a->bits != b->bits)
		return a->bits < b->bits ? -1 : 1;
	return ip_compare(ip_net_first(*a), ip_net_first(*b));
}

static int known_subnets_compare(const void *pa, const void *pb)
{
	const struct advertised *a = pa;
	const struct advertised *b = pb;
	int order = known_subnets_compare_nets(&a->net, &b->net);

	return order != 0 ? order : str_compare(a->text, b->text);
}

static int known_subnets_compare_net(const void *net, const void *element)
{
	const struct advertised *known = element;

	return known_subnets_compare_nets(net, &known->net);
}

/* Adds a list's subnets; neighbors mostly share theirs, so that is looked at first. */
static void known_subnets_add(struct known_subnets *known, struct arena *arena,
			      const struct pool_range *ranges, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t last = known->list.count;

		if (!ranges[i].subnet_ok ||
		    (last > 0 &&
		     ip_net_equal(known->list.items[last - 1].net, ranges[i].subnet)))
			continue;

		struct advertised *subnet = ARRAY_PUSH(arena, &known->list);

		subnet->net = ranges[i].subnet;
		subnet->text = ranges[i].entry->subnet.s;
	}
}

void known_subnets_collect(struct known_subnets *known, const struct pools *pools,
			   struct arena *arena)
{
	uint32_t kept = 0;

	*known = (struct known_subnets){ 0 };
	ARRAY_FOREACH (const struct pool, pool, &pools->list) {
		if (!pool->in_scope)
			continue;
		known_subnets_add(known, arena, pool->v4.items, pool->v4.count);
		known_subnets_add(known, arena, pool->v6.items, pool->v6.count);
	}
	if (known->list.count == 0)
		return;
	order_sort(known->list.items, known->list.count, sizeof(*known->list.items),
		   known_subnets_compare);
	for (uint32_t i = 0; i < known->list.count; i++) {
		struct advertised *items = known->list.items;

		if (i > 0 && ip_net_equal(items[i].net, items[kept - 1].net))
			continue;
		items[kept++] = items[i];
		known->has_bits[items[i].net.bits] = true;
	}
	known->list.count = kept;
}

/* Adds the known subnets that contain the address: one lookup for each prefix length. */
static void known_subnets_add_containing(const struct known_subnets *known, struct ip ip,
					 struct arena *arena, struct subnet_list *out)
{
	for (unsigned bits = 0; bits <= 128; bits++) {
		const struct ip_net net = { .address = ip, .bits = (uint8_t)bits };
		const struct advertised *found = NULL;

		if (known->has_bits[bits])
			found = bsearch(&net, known->list.items, known->list.count,
					sizeof(*known->list.items), known_subnets_compare_net);
		if (found != NULL && ip_net_contains(found->net, ip))
			ARRAY_ADD(arena, &out->list, *found);
	}
}

bool node_address_is_internal(const struct node_address *address, struct ip *out)
{
	return str_equal(address->type.s, "InternalIP") && address->address.s != NULL &&
	       ip_parse(address->address.s, out);
}

bool node_has_internal_ip(const struct node *node)
{
	struct ip ip;

	ARRAY_FOREACH (const struct node_address, address, &node->addresses.list) {
		if (node_address_is_internal(address, &ip))
			return true;
	}
	return false;
}

static int known_subnets_compare_texts(const void *pa, const void *pb)
{
	const struct advertised *a = pa;
	const struct advertised *b = pb;

	return str_compare(a->text, b->text);
}

void known_subnets_infer(const struct known_subnets *known, const struct node *node,
			 struct arena *arena, struct subnet_list *out)
{
	uint32_t kept = 0;
	struct ip ip;

	*out = (struct subnet_list){ 0 };
	ARRAY_FOREACH (const struct node_address, address, &node->addresses.list) {
		if (node_address_is_internal(address, &ip))
			known_subnets_add_containing(known, ip, arena, out);
	}
	if (out->list.count == 0)
		return;
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   known_subnets_compare_texts);
	for (uint32_t i = 0; i < out->list.count; i++) {
		struct advertised *items = out->list.items;

		/* Two addresses in one subnet find the very same text. */
		if (i == 0 || items[i].text != items[kept - 1].text)
			items[kept++] = items[i];
	}
	out->list.count = kept;
}

const struct node_address *cluster_node_address_in(const struct cluster_node *node,
						   struct ip_net net)
{
	if (node->node == NULL)
		return NULL;
	ARRAY_FOREACH (const struct node_address, address, &node->node->addresses.list) {
		struct ip ip;

		if (node_address_is_internal(address, &ip) && ip_net_contains(net, ip))
			return address;
	}
	return NULL;
}
