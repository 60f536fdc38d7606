/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things are in a setup: nodes and their interfaces, the segments that these are plugged
 * into, and the observers on each segment. Segments are those that the inventory names, else
 * one for each connected subnet; an observer without a segment is on every one with a local
 * VIP. Addresses and MACs that nobody gives are derived from names, so that every run has the
 * same.
 */
#include "sim/run/setup_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"

#define DEFAULT_ARP_TIMEOUT    ((sim_ns)4 * 3600 * NS_PER_SEC)
#define DEFAULT_PROBE_INTERVAL ((sim_ns)10 * NS_PER_MS)

/* ---- interfaces ---- */

static bool topology_parse_mac(const char *text, uint8_t mac[6])
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

/* 02:<first five bytes of SHA-256("node/interface")> (C3) */
static void topology_default_mac(struct arena *arena, const char *node, const char *interface,
				 uint8_t mac[6])
{
	uint8_t digest[SHA256_BYTES];
	const char *text = arena_printf(arena, "%s/%s", node, interface);

	sha256(text, strlen(text), digest);
	mac[0] = 0x02;
	memcpy(mac + 1, digest, 5);
}

/* The link-local address that the kernel makes from a MAC. RFC 4291, appendix A. */
static struct ip topology_link_local(const uint8_t mac[6])
{
	const uint8_t id[8] = { mac[0] ^ 0x02, mac[1], mac[2], 0xFF,
				0xFE,          mac[3], mac[4], mac[5] };
	struct ip ip = { (u128)0xFE80 << 112 };

	for (int i = 0; i < 8; i++)
		ip.v |= (u128)id[i] << (8 * (7 - i));
	return ip;
}

static void topology_set_link_local(struct setup_interface *out)
{
	out->link_local = topology_link_local(out->mac);
	ARRAY_FOREACH (const struct node_net, net, &out->nets) {
		if (ip_family(net->net.address) == IP_V6 && ip_is_link_local(net->net.address))
			out->link_local = net->net.address;
	}
}

static void topology_add_interface(struct setup_builder *b, struct setup_node *node,
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
	if (mac == NULL || !topology_parse_mac(mac, out->mac))
		topology_default_mac(arena, node->name, out->name, out->mac);
	topology_set_link_local(out);
}

/* A node whose interfaces nobody described: one, with the subnets that count for it. */
static void topology_infer_interface(struct setup_builder *b, struct setup_node *node)
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
	topology_default_mac(arena, node->name, out->name, out->mac);
	topology_set_link_local(out);
}

static void topology_build_nodes(struct setup_builder *b)
{
	const struct cluster *cluster = b->setup->cluster;

	for (uint32_t i = 0; i < cluster->nodes.count; i++) {
		struct setup_node *node = ARRAY_PUSH(b->setup->arena, &b->setup->nodes);

		node->cluster_node = &cluster->nodes.items[i];
		node->name = node->cluster_node->name;
		for (uint32_t k = 0; k < node->cluster_node->interfaces.count; k++)
			if (!node->cluster_node->interfaces.items[k].loopback)
				topology_add_interface(
					b, node, &node->cluster_node->interfaces.items[k]);
		if (node->interfaces.count == 0)
			topology_infer_interface(b, node);
	}
}

static void topology_build_skews(struct setup_builder *b)
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

static uint32_t topology_segment_named(struct setup *setup, const char *name)
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

static const struct subnet_segment *topology_find_subnet(const struct subnet_segments *known,
							 struct ip_net net)
{
	ARRAY_FOREACH (const struct subnet_segment, s, &known->list) {
		if (ip_net_equal(s->net, net))
			return s;
	}
	return NULL;
}

static bool topology_names_segment(const struct node_net *net)
{
	return !ip_is_link_local(net->net.address) && ip_net_prefix(net->net) > 0;
}

static void topology_learn_subnets(struct setup *setup, struct subnet_segments *known,
				   const struct setup_interface *in)
{
	ARRAY_FOREACH (const struct node_net, net, &in->nets) {
		struct subnet_segment s = { net->net, in->segment };

		if (topology_names_segment(net) &&
		    topology_find_subnet(known, net->net) == NULL)
			ARRAY_ADD(setup->arena, &known->list, s);
	}
}

/* An interface that names no segment is on that of the first of its subnets that is known;
 * when none is, the first subnet names a new one. */
static void topology_place_by_subnet(struct setup *setup, struct subnet_segments *known,
				     struct setup_interface *in)
{
	const struct node_net *first = NULL;
	char text[IP_NET_TEXT_MAX];

	ARRAY_FOREACH (const struct node_net, net, &in->nets) {
		const struct subnet_segment *s;

		if (!topology_names_segment(net))
			continue;
		first = first != NULL ? first : net;
		s = topology_find_subnet(known, net->net);
		if (s == NULL)
			continue;
		in->segment = s->segment;
		return;
	}
	if (first != NULL)
		in->segment = topology_segment_named(
			setup, arena_strdup(setup->arena, ip_net_format(first->net, text)));
}

/* The segment that the inventory gives to an interface, or NULL. */
static const char *topology_given_segment(const struct setup_node *node, const char *interface)
{
	ARRAY_FOREACH (const struct node_interface, in, &node->cluster_node->interfaces) {
		if (in->entry != NULL && strcmp(in->name, interface) == 0)
			return in->entry->segment.s;
	}
	return NULL;
}

/* First the interfaces that name their segment, so that their subnets are known to others. */
static void topology_build_segments(struct setup *setup)
{
	struct subnet_segments known = { 0 };

	for (int named = 1; named >= 0; named--) {
		ARRAY_FOREACH (struct setup_node, node, &setup->nodes) {
			ARRAY_FOREACH (struct setup_interface, in, &node->interfaces) {
				const char *name = topology_given_segment(node, in->name);

				if ((name != NULL) != (named == 1))
					continue;
				if (name != NULL)
					in->segment = topology_segment_named(setup, name);
				else
					topology_place_by_subnet(setup, &known, in);
				if (in->segment != SETUP_NONE)
					topology_learn_subnets(setup, &known, in);
			}
		}
	}
}

void setup_build_topology(struct setup_builder *b)
{
	topology_build_nodes(b);
	topology_build_skews(b);
	topology_build_segments(b->setup);
}

/* ---- observers ---- */

/* The router of the inventory with that name, or NULL. */
static const struct router *observer_find_router(const struct setup_builder *b,
						 const char *name)
{
	for (uint32_t i = 0; i < b->snapshot->inventories.count; i++) {
		ARRAY_FOREACH (const struct router, r,
			       &b->snapshot->inventories.items[i]->routers.list) {
			if (str_equal(r->name.s, name))
				return r;
		}
	}
	return NULL;
}

static enum observer_profile observer_profile_of(const struct scenario_observer *given)
{
	if (str_equal(given->profile.s, "router"))
		return OBSERVER_ROUTER;
	if (str_equal(given->profile.s, "ignores-gratuitous"))
		return OBSERVER_IGNORES_GRATUITOUS;
	return OBSERVER_LINUX;
}

static bool observer_node_has(const struct setup_node *node, struct ip ip)
{
	ARRAY_FOREACH (const struct setup_interface, in, &node->interfaces) {
		ARRAY_FOREACH (const struct node_net, net, &in->nets) {
			if (ip_compare(net->net.address, ip) == 0)
				return true;
		}
	}
	return false;
}

static bool observer_address_taken(const struct setup *setup, struct ip ip)
{
	ARRAY_FOREACH (const struct setup_observer, other, &setup->observers) {
		if (ip_compare(other->v4, ip) == 0 || ip_compare(other->v6, ip) == 0)
			return true;
	}
	ARRAY_FOREACH (const struct setup_vip, vip, &setup->vips) {
		if (ip_compare(vip->ip, ip) == 0)
			return true;
	}
	ARRAY_FOREACH (const struct setup_node, node, &setup->nodes) {
		if (observer_node_has(node, ip))
			return true;
	}
	return false;
}

/* The last address of the subnet that nobody has, the very last one left out. */
static struct ip observer_free_address(const struct setup *setup, struct ip_net net)
{
	enum { TRIES = 4096 };
	struct ip ip = ip_net_last(net);

	for (int i = 0; i < TRIES; i++) {
		ip.v -= 1;
		if (!observer_address_taken(setup, ip))
			break;
	}
	return ip;
}

static void observer_address_from(const struct setup *setup, struct setup_observer *o,
				  const struct node_net *net)
{
	const bool v4 = ip_family(net->net.address) == IP_V4;
	struct ip *mine = v4 ? &o->v4 : &o->v6;

	if (mine->v == 0 && !ip_is_link_local(net->net.address))
		*mine = observer_free_address(setup, net->net);
}

/* Whether one of its addresses is in that subnet. */
static bool observer_router_has(const struct router *r, struct ip_net subnet)
{
	struct ip_net net;

	ARRAY_FOREACH (const struct str_value, text, &r->addresses.list) {
		if (ip_net_parse(text->s, &net) && !ip_is_link_local(net.address) &&
		    ip_net_contains(subnet, net.address))
			return true;
	}
	return false;
}

/* Those of the router of that name, else free ones of the segment's first subnets. */
static void observer_set_addresses(struct setup *setup, struct setup_observer *o,
				   const struct router *r)
{
	struct ip_net net;

	for (uint32_t i = 0; r != NULL && i < r->addresses.list.count; i++)
		if (ip_net_parse(r->addresses.list.items[i].s, &net))
			*(ip_family(net.address) == IP_V4 ? &o->v4 : &o->v6) = net.address;
	ARRAY_FOREACH (const struct setup_node, node, &setup->nodes) {
		ARRAY_FOREACH (const struct setup_interface, in, &node->interfaces) {
			if (in->segment != o->segment)
				continue;
			ARRAY_FOREACH (const struct node_net, n, &in->nets)
				observer_address_from(setup, o, n);
		}
	}
}

static void observer_set_mac(struct setup_observer *o)
{
	uint8_t digest[SHA256_BYTES];

	sha256(o->name, strlen(o->name), digest);
	o->mac[0] = 0x02;
	memcpy(o->mac + 1, digest, 5);
}

/* The path of one of its fields: "spec.observers[1].segment". */
static const char *observer_path(const struct setup_builder *b,
				 const struct scenario_observer *given, const char *field)
{
	return arena_printf(b->setup->arena, "spec.observers[%td].%s",
			    given - b->scenario->observers.list.items, field);
}

/* One of the scenario (`given`), a router of the inventory (`r`), or a Linux host. */
static void observer_add(struct setup_builder *b, const struct scenario_observer *given,
			 const struct router *r, const char *name, uint32_t segment)
{
	struct setup_observer *o = ARRAY_PUSH(b->setup->arena, &b->setup->observers);

	if (given != NULL)
		r = observer_find_router(b, given->name.s);
	o->name = name;
	o->segment = segment;
	o->profile = given == NULL && r != NULL ? OBSERVER_ROUTER : OBSERVER_LINUX;
	o->arp_timeout = DEFAULT_ARP_TIMEOUT;
	o->probe_interval = DEFAULT_PROBE_INTERVAL;
	o->accepts_gratuitous = true;
	if (r != NULL) {
		o->accepts_gratuitous = !r->accepts_gratuitous.set || r->accepts_gratuitous.v;
		if (r->arp_timeout.s != NULL)
			duration_parse(r->arp_timeout.s, &o->arp_timeout);
		if (o->arp_timeout < NS_PER_SEC)
			o->arp_timeout = NS_PER_SEC;
	}
	if (given != NULL) {
		o->profile = observer_profile_of(given);
		o->arp_timeout = setup_duration(b, &given->arp_timeout,
						observer_path(b, given, "arpTimeout"),
						o->arp_timeout, NS_PER_SEC);
		o->probe_interval = setup_duration(b, &given->probe_interval,
						   observer_path(b, given, "probeInterval"),
						   o->probe_interval, NS_PER_MS / 10);
		if (given->accepts_gratuitous.set)
			o->accepts_gratuitous = given->accepts_gratuitous.v;
	}
	if (o->profile == OBSERVER_IGNORES_GRATUITOUS)
		o->accepts_gratuitous = false;
	observer_set_mac(o);
	observer_set_addresses(b->setup, o, r);
}

/* Flags the segments that local VIPs are on; returns how many. */
static uint32_t observer_vip_segments(const struct setup *setup, bool *flags)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct setup_vip, v, &setup->vips) {
		if (v->segment == SETUP_NONE || flags[v->segment])
			continue;
		flags[v->segment] = true;
		count++;
	}
	return count;
}

/* One observer for each segment; with several, the segment's name is appended to its own. */
static void observer_add_everywhere(struct setup_builder *b,
				    const struct scenario_observer *given, const char *name)
{
	struct setup *setup = b->setup;
	bool *flags = arena_zalloc(setup->arena, setup->segments.count + 1, sizeof(*flags));
	uint32_t count = observer_vip_segments(setup, flags);

	for (uint32_t i = 0; i < setup->segments.count; i++) {
		if (!flags[i])
			continue;
		observer_add(b, given, NULL,
			     count == 1 ? name
					: arena_printf(setup->arena, "%s@%s", name,
						       setup->segments.items[i].name),
			     i);
	}
}

static void observer_add_given(struct setup_builder *b, const struct scenario_observer *given)
{
	uint32_t segment;

	if (given->name.s == NULL)
		return;
	ARRAY_FOREACH (const struct scenario_observer, o, &b->scenario->observers.list) {
		if (o == given)
			break;
		if (str_equal(o->name.s, given->name.s)) {
			setup_problem(b, given->name.pos, observer_path(b, given, "name"),
				      "the name \"%s\" is used by two observers", given->name.s)
				->hint = "give each observer a different name";
			return;
		}
	}
	if (given->segment.s == NULL) {
		observer_add_everywhere(b, given, given->name.s);
		return;
	}
	segment = setup_segment_number(b, &given->segment, observer_path(b, given, "segment"));
	if (segment != SETUP_NONE)
		observer_add(b, given, NULL, given->name.s, segment);
}

/* ---- routers of the inventory (S6.2) ---- */

/* Whether the router has an address in a subnet of the segment. */
static bool observer_router_is_on(const struct setup *setup, const struct router *r,
				  uint32_t segment)
{
	ARRAY_FOREACH (const struct setup_node, node, &setup->nodes) {
		ARRAY_FOREACH (const struct setup_interface, in, &node->interfaces) {
			if (in->segment != segment)
				continue;
			ARRAY_FOREACH (const struct node_net, n, &in->nets) {
				if (observer_router_has(r, n->net))
					return true;
			}
		}
	}
	return false;
}

/* Whether the scenario's list has one of that name: it says what the router is. */
static bool observer_is_given(const struct setup_builder *b, const char *name)
{
	ARRAY_FOREACH (const struct scenario_observer, o, &b->scenario->observers.list) {
		if (str_equal(o->name.s, name))
			return true;
	}
	return false;
}

/* On each of the flagged segments; on several, the segment's name is appended to its own. */
static void observer_add_router(struct setup_builder *b, const struct router *r,
				const bool *flags)
{
	struct setup *setup = b->setup;
	const char *name = r->name.s;
	uint32_t count = 0;

	for (uint32_t i = 0; i < setup->segments.count; i++)
		count += flags[i] && observer_router_is_on(setup, r, i);
	for (uint32_t i = 0; i < setup->segments.count; i++) {
		if (!flags[i] || !observer_router_is_on(setup, r, i))
			continue;
		observer_add(b, NULL, r,
			     count == 1 ? name
					: arena_printf(setup->arena, "%s@%s", name,
						       setup->segments.items[i].name),
			     i);
	}
}

static void observer_add_routers(struct setup_builder *b)
{
	bool *flags =
		arena_zalloc(b->setup->arena, b->setup->segments.count + 1, sizeof(*flags));

	if (b->scenario->observes.set && !b->scenario->observes.v)
		return;
	(void)observer_vip_segments(b->setup, flags);
	for (uint32_t i = 0; i < b->snapshot->inventories.count; i++) {
		ARRAY_FOREACH (const struct router, r,
			       &b->snapshot->inventories.items[i]->routers.list) {
			/* Of several of one name the first counts, as for observers by name. */
			if (r->name.s != NULL && !observer_is_given(b, r->name.s) &&
			    observer_find_router(b, r->name.s) == r)
				observer_add_router(b, r, flags);
		}
	}
}

void setup_build_observers(struct setup_builder *b)
{
	const uint64_t pairs =
		(uint64_t)b->scenario->observers.list.count * b->setup->vips.count;

	if (pairs > SETUP_OBSERVED_MAX) {
		setup_problem(b, b->scenario->observers.at.pos, "spec.observers",
			      "%u observers of %u VIPs are more than can be simulated: at most "
			      "100,000 pairs",
			      b->scenario->observers.list.count, b->setup->vips.count)
			->hint = "use fewer observers";
		return;
	}
	ARRAY_FOREACH (const struct scenario_observer, o, &b->scenario->observers.list)
		observer_add_given(b, o);
	if (b->scenario->observers.list.count == 0)
		observer_add_everywhere(b, NULL, "client");
	observer_add_routers(b);
}
