/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes, interfaces and segments of a setup. */
#include "sim/run/setup_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"

/* ---- interfaces ---- */

static bool parse_mac(const char *text, uint8_t mac[6])
{
	for (int i = 0; i < 6; i++) {
		unsigned byte = 0;

		for (int k = 0; k < 2; k++, text++) {
			const char *digits = "0123456789abcdef";
			char c = *text >= 'A' && *text <= 'F' ? (char)(*text + 32) : *text;
			const char *at = c != '\0' ? strchr(digits, c) : NULL;

			if (at == NULL)
				return false;
			byte = byte * 16 + (unsigned)(at - digits);
		}
		mac[i] = (uint8_t)byte;
		if (i < 5 && *text++ != ':')
			return false;
	}
	return *text == '\0';
}

/* 02:<first five bytes of SHA-256("node/interface")> (design/product.md) */
static void default_mac(struct arena *arena, const char *node, const char *interface,
			uint8_t mac[6])
{
	uint8_t digest[SHA256_BYTES];
	const char *text = arena_printf(arena, "%s/%s", node, interface);

	sha256(text, strlen(text), digest);
	mac[0] = 0x02;
	memcpy(mac + 1, digest, 5);
}

/* The link-local address that the kernel makes from a MAC. RFC 4291, appendix A. */
static struct ip link_local_of(const uint8_t mac[6])
{
	const uint8_t id[8] = { mac[0] ^ 0x02, mac[1], mac[2], 0xFF,
				0xFE,          mac[3], mac[4], mac[5] };
	struct ip ip = { (u128)0xFE80 << 112 };

	for (int i = 0; i < 8; i++)
		ip.v |= (u128)id[i] << (8 * (7 - i));
	return ip;
}

static void find_link_local(struct setup_interface *out)
{
	out->link_local = link_local_of(out->mac);
	ARRAY_FOREACH (const struct node_net, net, &out->nets) {
		if (ip_family(net->net.address) == IP_V6 && ip_is_link_local(net->net.address))
			out->link_local = net->net.address;
	}
}

static void add_interface(struct setup_builder *b, struct setup_node *node,
			  const struct node_interface *from)
{
	struct arena *arena = b->setup->arena;
	struct setup_interface *out = ARRAY_PUSH(arena, &node->interfaces);
	const char *mac = from->entry != NULL ? from->entry->mac.s : NULL;

	out->name = from->name;
	out->up = from->up;
	out->segment = SETUP_NONE;
	for (uint32_t i = 0; i < from->nets.count; i++)
		ARRAY_ADD(arena, &out->nets, from->nets.items[i]);
	if (mac == NULL || !parse_mac(mac, out->mac))
		default_mac(arena, node->name, out->name, out->mac);
	find_link_local(out);
}

/* A node whose interfaces nobody described: one, with the subnets that count for it. */
static void make_up_interface(struct setup_builder *b, struct setup_node *node)
{
	struct arena *arena = b->setup->arena;
	struct setup_interface *out = ARRAY_PUSH(arena, &node->interfaces);

	out->name = "eth0";
	out->up = true;
	out->segment = SETUP_NONE;
	ARRAY_FOREACH (const struct advertised, a, &node->cluster_node->subnets.list) {
		struct node_net net = { .net = a->net };

		ARRAY_ADD(arena, &out->nets, net);
	}
	default_mac(arena, node->name, out->name, out->mac);
	find_link_local(out);
}

static void build_nodes(struct setup_builder *b)
{
	const struct cluster *cluster = b->setup->cluster;

	for (uint32_t i = 0; i < cluster->nodes.count; i++) {
		struct setup_node *node = ARRAY_PUSH(b->setup->arena, &b->setup->nodes);

		node->cluster_node = &cluster->nodes.items[i];
		node->name = node->cluster_node->name;
		for (uint32_t k = 0; k < node->cluster_node->interfaces.count; k++)
			if (!node->cluster_node->interfaces.items[k].loopback)
				add_interface(b, node,
					      &node->cluster_node->interfaces.items[k]);
		if (node->interfaces.count == 0)
			make_up_interface(b, node);
	}
}

static void build_skews(struct setup_builder *b)
{
	ARRAY_FOREACH (const struct label, l, &b->scenario->timing.clock_skew.nodes.list) {
		uint32_t number = setup_node_number(b, &l->key, "spec.timing.clockSkew");

		if (number == SETUP_NONE)
			continue;
		b->setup->nodes.items[number].clock_skew_given = true;
		b->setup->nodes.items[number].clock_skew =
			setup_offset(b, &l->value, "spec.timing.clockSkew");
	}
}

/* ---- segments ---- */

static uint32_t segment_named(struct setup *setup, const char *name)
{
	for (uint32_t i = 0; i < setup->segments.count; i++)
		if (strcmp(setup->segments.items[i].name, name) == 0)
			return i;

	struct setup_segment *s = ARRAY_PUSH(setup->arena, &setup->segments);

	s->name = name;
	return setup->segments.count - 1;
}

/* A subnet and the segment that it belongs to, for interfaces that name none. */
struct subnet_segment {
	struct ip_net net;
	uint32_t segment;
};

struct subnet_segments {
	ARRAY_OF(struct subnet_segment) list;
};

static const struct subnet_segment *find_subnet(const struct subnet_segments *known,
						struct ip_net net)
{
	ARRAY_FOREACH (const struct subnet_segment, s, &known->list) {
		if (ip_net_equal(s->net, net))
			return s;
	}
	return NULL;
}

static bool net_names_segment(const struct node_net *net)
{
	return !ip_is_link_local(net->net.address) && ip_net_prefix(net->net) > 0;
}

static void learn_subnets(struct setup *setup, struct subnet_segments *known,
			  const struct setup_interface *in)
{
	ARRAY_FOREACH (const struct node_net, net, &in->nets) {
		struct subnet_segment s = { net->net, in->segment };

		if (net_names_segment(net) && find_subnet(known, net->net) == NULL)
			ARRAY_ADD(setup->arena, &known->list, s);
	}
}

/* An interface that names no segment is on that of the first of its subnets that is known;
 * when none is, the first subnet names a new one. */
static void place_by_subnet(struct setup *setup, struct subnet_segments *known,
			    struct setup_interface *in)
{
	const struct node_net *first = NULL;
	char text[IP_NET_TEXT_MAX];

	ARRAY_FOREACH (const struct node_net, net, &in->nets) {
		const struct subnet_segment *s;

		if (!net_names_segment(net))
			continue;
		first = first != NULL ? first : net;
		s = find_subnet(known, net->net);
		if (s == NULL)
			continue;
		in->segment = s->segment;
		return;
	}
	if (first != NULL)
		in->segment = segment_named(
			setup, arena_strdup(setup->arena, ip_net_format(first->net, text)));
}

/* The segment that the inventory gives to an interface, or NULL. */
static const char *given_segment(const struct setup_node *node, const char *interface)
{
	ARRAY_FOREACH (const struct node_interface, in, &node->cluster_node->interfaces) {
		if (in->entry != NULL && strcmp(in->name, interface) == 0)
			return in->entry->segment.s;
	}
	return NULL;
}

/* First the interfaces that name their segment, so that their subnets are known to others. */
static void build_segments(struct setup *setup)
{
	struct subnet_segments known = { 0 };

	for (int named = 1; named >= 0; named--) {
		ARRAY_FOREACH (struct setup_node, node, &setup->nodes) {
			ARRAY_FOREACH (struct setup_interface, in, &node->interfaces) {
				const char *name = given_segment(node, in->name);

				if ((name != NULL) != (named == 1))
					continue;
				if (name != NULL)
					in->segment = segment_named(setup, name);
				else
					place_by_subnet(setup, &known, in);
				if (in->segment != SETUP_NONE)
					learn_subnets(setup, &known, in);
			}
		}
	}
}

void setup_build_topology(struct setup_builder *b)
{
	build_nodes(b);
	build_skews(b);
	build_segments(b->setup);
}
