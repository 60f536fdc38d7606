/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The networks that nodes may be on, of which only addresses are known. (I3.6)
 *
 * A Node object has an address without a prefix length. That a pool's subnet does not contain
 * it proves nothing where both are in one network of a usual size: a /24 of IPv4, a /64 of
 * IPv6, or a wider one that all nodes are in together. A pool beyond that is another network.
 */
#include "purelb/agents/possible.h"

#include "base/text.h"
#include "purelb/agents/nodes.h"
#include "purelb/pools/order.h"

enum { LAN_BITS_V4 = 24, LAN_BITS_V4_WIDEST = 16, LAN_BITS_V6 = 64 };

/* An address of a node. */
struct possible_place {
	struct ip ip;
	const struct cluster_node *node;
};

struct possible_places {
	ARRAY_OF(struct possible_place) list;
};

/* What such a node carries decides its own agent only where it advertises at all. (P4.3) */
static bool possible_is_open(const struct cluster_node *node)
{
	return node->live && node->config.state != NODE_DESELECTED &&
	       node->config.state != NODE_INVALID &&
	       (node->origin == SUBNETS_INFERRED || node->origin == SUBNETS_UNKNOWN);
}

static void possible_collect_node(struct cluster *cluster, const struct cluster_node *node,
				  struct possible_places *places, struct arena *scratch)
{
	if (!possible_is_open(node))
		return;
	if (node->origin == SUBNETS_UNKNOWN) {
		cluster->has_blind_nodes = true;
		return;
	}
	ARRAY_FOREACH (const struct node_address, address, &node->node->addresses.list) {
		struct possible_place place = { .node = node };

		if (node_address_is_internal(address, &place.ip))
			ARRAY_ADD(scratch, &places->list, place);
	}
}

/* The leading bits, of 32, that all IPv4 addresses have in common. */
static unsigned possible_common_bits(const struct possible_places *places)
{
	const struct possible_place *first = NULL;
	unsigned bits = LAN_BITS_V4;

	ARRAY_FOREACH (const struct possible_place, place, &places->list) {
		if (ip_family(place->ip) != IP_V4)
			continue;
		if (first == NULL)
			first = place;
		while (bits > 0 && ((uint32_t)(first->ip.v ^ place->ip.v) >> (32 - bits)) != 0)
			bits--;
	}
	return bits;
}

static struct ip_net possible_net(struct ip ip, unsigned bits_v4)
{
	struct ip_net net = { .address = ip, .family = (uint8_t)ip_family(ip) };

	net.bits = (uint8_t)(net.family == IP_V4 ? 96 + bits_v4 : LAN_BITS_V6);
	net.address = ip_net_first(net);
	return net;
}

static int possible_compare(const void *pa, const void *pb)
{
	const struct possible_place *a = pa;
	const struct possible_place *b = pb;
	const int order = ip_compare(a->ip, b->ip);

	return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

void possible_lans_collect(struct cluster *cluster)
{
	struct possible_places places = { 0 };
	struct possible_lan *lan = NULL;
	struct arena scratch;
	unsigned bits;

	arena_init(&scratch);
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes)
		possible_collect_node(cluster, node, &places, &scratch);
	bits = possible_common_bits(&places);
	if (bits < LAN_BITS_V4_WIDEST)
		bits = LAN_BITS_V4;
	if (places.list.count > 0)
		order_sort(places.list.items, places.list.count, sizeof(*places.list.items),
			   possible_compare);
	ARRAY_FOREACH (const struct possible_place, place, &places.list) {
		const struct ip_net net = possible_net(place->ip, bits);

		if (lan == NULL || !ip_net_equal(lan->net, net)) {
			lan = ARRAY_PUSH(cluster->arena, &cluster->lans);
			*lan = (struct possible_lan){ net, place->node, 1 };
		} else if (lan->first != place->node) {
			lan->nodes++;
		}
	}
	arena_release(&scratch);
}

bool cluster_may_cover(const struct cluster *cluster, struct ip_range range,
		       const struct cluster_node *besides)
{
	uint32_t low = 0;
	uint32_t high = cluster->lans.count;

	if (cluster->has_blind_nodes)
		return true;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const struct possible_lan *lan = &cluster->lans.items[middle];

		if (ip_net_contains(lan->net, range.from))
			return ip_net_contains(lan->net, range.to) &&
			       (lan->nodes > 1 || lan->first != besides);
		if (ip_compare(ip_net_first(lan->net), range.from) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}
