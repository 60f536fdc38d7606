/* SPDX-License-Identifier: Apache-2.0 */
/* Who watches the VIPs: the scenario's observers, one for each segment they are on. */
#include "sim/run/setup_internal.h"

#include <string.h>

#include "base/digest.h"
#include "base/text.h"

#define DEFAULT_ARP_TIMEOUT    ((sim_ns)4 * 3600 * NS_PER_SEC)
#define DEFAULT_PROBE_INTERVAL ((sim_ns)10 * NS_PER_MS)

/* The router of the inventory with that name, or NULL. */
static const struct router *find_router(const struct setup_builder *b, const char *name)
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

static enum observer_profile profile_of(const struct scenario_observer *given)
{
	if (str_equal(given->profile.s, "router"))
		return OBSERVER_ROUTER;
	if (str_equal(given->profile.s, "ignores-gratuitous"))
		return OBSERVER_IGNORES_GRATUITOUS;
	return OBSERVER_LINUX;
}

/* ---- its own addresses ---- */

static bool node_has(const struct setup_node *node, struct ip ip)
{
	ARRAY_FOREACH (const struct setup_interface, in, &node->interfaces) {
		ARRAY_FOREACH (const struct node_net, net, &in->nets) {
			if (ip_compare(net->net.address, ip) == 0)
				return true;
		}
	}
	return false;
}

static bool is_taken(const struct setup *setup, struct ip ip)
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
		if (node_has(node, ip))
			return true;
	}
	return false;
}

/* The last address of the subnet that nobody has, the very last one left out. */
static struct ip free_address(const struct setup *setup, struct ip_net net)
{
	enum { TRIES = 4096 };
	struct ip ip = ip_net_last(net);

	for (int i = 0; i < TRIES; i++) {
		ip.v -= 1;
		if (!is_taken(setup, ip))
			break;
	}
	return ip;
}

static void take_from_subnet(const struct setup *setup, struct setup_observer *o,
			     const struct node_net *net)
{
	const bool v4 = ip_family(net->net.address) == IP_V4;
	struct ip *mine = v4 ? &o->v4 : &o->v6;

	if (mine->v == 0 && !ip_is_link_local(net->net.address))
		*mine = free_address(setup, net->net);
}

/* Those of the router of that name, else free ones of the segment's first subnets. */
static void set_addresses(struct setup *setup, struct setup_observer *o, const struct router *r)
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
				take_from_subnet(setup, o, n);
		}
	}
}

/* ---- observers ---- */

static void observer_mac(struct setup_observer *o)
{
	uint8_t digest[SHA256_BYTES];

	sha256(o->name, strlen(o->name), digest);
	o->mac[0] = 0x02;
	memcpy(o->mac + 1, digest, 5);
}

/* "spec.observers[1].segment": where a field of it stands. */
static const char *path_of(const struct setup_builder *b, const struct scenario_observer *given,
			   const char *field)
{
	return arena_printf(b->setup->arena, "spec.observers[%td].%s",
			    given - b->scenario->observers.list.items, field);
}

static void add_observer(struct setup_builder *b, const struct scenario_observer *given,
			 const char *name, uint32_t segment)
{
	struct setup_observer *o = ARRAY_PUSH(b->setup->arena, &b->setup->observers);
	const struct router *r = given != NULL ? find_router(b, given->name.s) : NULL;

	o->name = name;
	o->segment = segment;
	o->profile = OBSERVER_LINUX;
	o->arp_timeout = DEFAULT_ARP_TIMEOUT;
	o->probe_interval = DEFAULT_PROBE_INTERVAL;
	o->accepts_gratuitous = true;
	if (r != NULL) {
		o->accepts_gratuitous = !r->accepts_gratuitous.set || r->accepts_gratuitous.v;
		if (r->arp_timeout.s != NULL)
			duration_parse(r->arp_timeout.s, &o->arp_timeout);
	}
	if (given != NULL) {
		o->profile = profile_of(given);
		o->arp_timeout =
			setup_duration(b, &given->arp_timeout, path_of(b, given, "arpTimeout"),
				       o->arp_timeout, NS_PER_SEC);
		o->probe_interval = setup_duration(b, &given->probe_interval,
						   path_of(b, given, "probeInterval"),
						   o->probe_interval, NS_PER_MS / 10);
		if (given->accepts_gratuitous.set)
			o->accepts_gratuitous = given->accepts_gratuitous.v;
	}
	if (o->profile == OBSERVER_IGNORES_GRATUITOUS)
		o->accepts_gratuitous = false;
	observer_mac(o);
	set_addresses(b->setup, o, r);
}

/* Flags the segments that local VIPs are on; returns how many. */
static uint32_t vip_segments(const struct setup *setup, bool *flags)
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

/* One observer for each segment; with several its name gets the segment's behind it. */
static void add_everywhere(struct setup_builder *b, const struct scenario_observer *given,
			   const char *name)
{
	struct setup *setup = b->setup;
	bool *flags = arena_zalloc(setup->arena, setup->segments.count + 1, sizeof(*flags));
	uint32_t count = vip_segments(setup, flags);

	for (uint32_t i = 0; i < setup->segments.count; i++) {
		if (!flags[i])
			continue;
		add_observer(b, given,
			     count == 1 ? name
					: arena_printf(setup->arena, "%s@%s", name,
						       setup->segments.items[i].name),
			     i);
	}
}

static void add_given(struct setup_builder *b, const struct scenario_observer *given)
{
	uint32_t segment;

	if (given->name.s == NULL)
		return;
	ARRAY_FOREACH (const struct scenario_observer, o, &b->scenario->observers.list) {
		if (o == given)
			break;
		if (str_equal(o->name.s, given->name.s)) {
			setup_problem(b, given->name.pos, path_of(b, given, "name"),
				      "observer \"%s\" comes twice", given->name.s)
				->diag.hint = "give each observer a name of its own";
			return;
		}
	}
	if (given->segment.s == NULL) {
		add_everywhere(b, given, given->name.s);
		return;
	}
	segment = setup_segment_number(b, &given->segment, path_of(b, given, "segment"));
	if (segment != SETUP_NONE)
		add_observer(b, given, given->name.s, segment);
}

void setup_build_observers(struct setup_builder *b)
{
	ARRAY_FOREACH (const struct scenario_observer, o, &b->scenario->observers.list)
		add_given(b, o);
	if (b->scenario->observers.list.count == 0)
		add_everywhere(b, NULL, "client");
}
