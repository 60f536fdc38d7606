/* SPDX-License-Identifier: Apache-2.0 */
/* Who watches the VIPs: the scenario's observers, one for each segment they are on. */
#include "sim/run/plan_internal.h"

#include <string.h>

#include "base/digest.h"
#include "base/text.h"

#define DEFAULT_ARP_TIMEOUT    ((sim_ns)4 * 3600 * NS_PER_SEC)
#define DEFAULT_PROBE_INTERVAL ((sim_ns)10 * NS_PER_MS)

/* The router of the inventory with that name, or NULL. */
static const struct router *find_router(const struct plan_builder *b, const char *name)
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

static bool node_has(const struct plan_node *node, struct ip ip)
{
	ARRAY_FOREACH (const struct plan_interface, in, &node->interfaces) {
		ARRAY_FOREACH (const struct node_net, net, &in->nets) {
			if (ip_compare(net->net.address, ip) == 0)
				return true;
		}
	}
	return false;
}

static bool is_taken(const struct plan *plan, struct ip ip)
{
	ARRAY_FOREACH (const struct plan_observer, other, &plan->observers) {
		if (ip_compare(other->v4, ip) == 0 || ip_compare(other->v6, ip) == 0)
			return true;
	}
	ARRAY_FOREACH (const struct plan_vip, vip, &plan->vips) {
		if (ip_compare(vip->ip, ip) == 0)
			return true;
	}
	ARRAY_FOREACH (const struct plan_node, node, &plan->nodes) {
		if (node_has(node, ip))
			return true;
	}
	return false;
}

/* The last address of the subnet that nobody has, the very last one left out. */
static struct ip free_address(const struct plan *plan, struct ip_net net)
{
	enum { TRIES = 4096 };
	struct ip ip = ip_net_last(net);

	for (int i = 0; i < TRIES; i++) {
		ip.v -= 1;
		if (!is_taken(plan, ip))
			break;
	}
	return ip;
}

static void take_from_subnet(const struct plan *plan, struct plan_observer *o,
			     const struct node_net *net)
{
	const bool v4 = ip_family(net->net.address) == IP_V4;
	struct ip *mine = v4 ? &o->v4 : &o->v6;

	if (mine->v == 0 && !ip_is_link_local(net->net.address))
		*mine = free_address(plan, net->net);
}

/* Those of the router of that name, else free ones of the segment's first subnets. */
static void set_addresses(struct plan *plan, struct plan_observer *o, const struct router *r)
{
	struct ip_net net;

	for (uint32_t i = 0; r != NULL && i < r->addresses.list.count; i++)
		if (ip_net_parse(r->addresses.list.items[i].s, &net))
			*(ip_family(net.address) == IP_V4 ? &o->v4 : &o->v6) = net.address;
	ARRAY_FOREACH (const struct plan_node, node, &plan->nodes) {
		ARRAY_FOREACH (const struct plan_interface, in, &node->interfaces) {
			if (in->segment != o->segment)
				continue;
			ARRAY_FOREACH (const struct node_net, n, &in->nets)
				take_from_subnet(plan, o, n);
		}
	}
}

/* ---- observers ---- */

static void observer_mac(struct plan_observer *o)
{
	uint8_t digest[SHA256_BYTES];

	sha256(o->name, strlen(o->name), digest);
	o->mac[0] = 0x02;
	memcpy(o->mac + 1, digest, 5);
}

/* "spec.observers[1].segment": where a field of it stands. */
static const char *path_of(const struct plan_builder *b, const struct scenario_observer *given,
			   const char *field)
{
	return arena_printf(b->plan->arena, "spec.observers[%td].%s",
			    given - b->scenario->observers.list.items, field);
}

static void add_observer(struct plan_builder *b, const struct scenario_observer *given,
			 const char *name, uint32_t segment)
{
	struct plan_observer *o = ARRAY_PUSH(b->plan->arena, &b->plan->observers);
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
			plan_duration(b, &given->arp_timeout, path_of(b, given, "arpTimeout"),
				      o->arp_timeout, NS_PER_SEC);
		o->probe_interval = plan_duration(b, &given->probe_interval,
						  path_of(b, given, "probeInterval"),
						  o->probe_interval, NS_PER_MS / 10);
		if (given->accepts_gratuitous.set)
			o->accepts_gratuitous = given->accepts_gratuitous.v;
	}
	if (o->profile == OBSERVER_IGNORES_GRATUITOUS)
		o->accepts_gratuitous = false;
	observer_mac(o);
	set_addresses(b->plan, o, r);
}

/* Flags the segments that local VIPs are on; returns how many. */
static uint32_t vip_segments(const struct plan *plan, bool *flags)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct plan_vip, v, &plan->vips) {
		if (v->segment == PLAN_NONE || flags[v->segment])
			continue;
		flags[v->segment] = true;
		count++;
	}
	return count;
}

/* One observer for each segment; with several its name gets the segment's behind it. */
static void add_everywhere(struct plan_builder *b, const struct scenario_observer *given,
			   const char *name)
{
	struct plan *plan = b->plan;
	bool *flags = arena_zalloc(plan->arena, plan->segments.count + 1, sizeof(*flags));
	uint32_t count = vip_segments(plan, flags);

	for (uint32_t i = 0; i < plan->segments.count; i++) {
		if (!flags[i])
			continue;
		add_observer(b, given,
			     count == 1 ? name
					: arena_printf(plan->arena, "%s@%s", name,
						       plan->segments.items[i].name),
			     i);
	}
}

static void add_given(struct plan_builder *b, const struct scenario_observer *given)
{
	uint32_t segment;

	if (given->name.s == NULL)
		return;
	ARRAY_FOREACH (const struct scenario_observer, o, &b->scenario->observers.list) {
		if (o == given)
			break;
		if (str_equal(o->name.s, given->name.s)) {
			plan_problem(b, given->name.pos, path_of(b, given, "name"),
				     "observer \"%s\" comes twice", given->name.s)
				->diag.hint = "give each observer a name of its own";
			return;
		}
	}
	if (given->segment.s == NULL) {
		add_everywhere(b, given, given->name.s);
		return;
	}
	segment = plan_segment_number(b, &given->segment, path_of(b, given, "segment"));
	if (segment != PLAN_NONE)
		add_observer(b, given, given->name.s, segment);
}

void plan_build_observers(struct plan_builder *b)
{
	ARRAY_FOREACH (const struct scenario_observer, o, &b->scenario->observers.list)
		add_given(b, o);
	if (b->scenario->observers.list.count == 0)
		add_everywhere(b, NULL, "client");
}
