/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Node kernels: power, links, the VIPs on interfaces with their lifetimes (P6.6, P6.10), and
 * duplicate address detection of v6 addresses (RFC 4862, 5.4): after a random delay one probe;
 * if nobody objects for a second, the address is usable. Other addresses of a node are not
 * here: the set-up has them.
 */
#include "sim/engine/trace.h"
#include "sim/network/network.h"

/* ---- questions ---- */

bool kernel_powered(const struct sim *sim, uint32_t node)
{
	return sim->network->nodes[node].powered;
}

bool kernel_linked(const struct sim *sim, uint32_t node, uint32_t interface)
{
	const struct net_node *n = &sim->network->nodes[node];

	return n->powered && (interface == INTERFACE_DUMMY || n->links[interface]);
}

bool kernel_present(const struct sim *sim, const struct holding *h)
{
	return !h->failed && kernel_linked(sim, h->node, h->interface);
}

bool kernel_answers(const struct sim *sim, const struct holding *h)
{
	return h->usable && h->interface != INTERFACE_DUMMY &&
	       kernel_linked(sim, h->node, h->interface);
}

uint32_t kernel_segment(const struct sim *sim, uint32_t node, uint32_t interface)
{
	if (interface == INTERFACE_DUMMY)
		return SETUP_NONE;
	return sim->setup->nodes.items[node].interfaces.items[interface].segment;
}

const char *kernel_interface_name(const struct sim *sim, uint32_t node, uint32_t interface)
{
	const struct setup_node *n = &sim->setup->nodes.items[node];

	if (interface != INTERFACE_DUMMY)
		return n->interfaces.items[interface].name;
	if (n->cluster_node != NULL && n->cluster_node->config.governing != NULL)
		return n->cluster_node->config.governing->dummy_interface;
	return "kube-lb0";
}

bool kernel_has(const struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip)
{
	if (interface == INTERFACE_DUMMY)
		return holding_on_dummy(sim->network, node, vip);
	return holding_find(sim->network, node, interface, vip) != NULL;
}

bool kernel_holds(const struct sim *sim, uint32_t node, uint32_t vip)
{
	return holding_on_dummy(sim->network, node, vip) ||
	       (sim->network->vips[vip].local.count > 0 &&
		holding_of(sim->network, node, vip, NULL) != NULL);
}

uint32_t kernel_where(const struct sim *sim, uint32_t node, uint32_t vip)
{
	const struct network *net = sim->network;
	const struct holding *first = NULL;

	if (net->vips[vip].local.count == 0)
		return holding_on_dummy(net, node, vip) ? INTERFACE_DUMMY : SETUP_NONE;
	for (const struct holding *h = holding_of(net, node, vip, NULL); h != NULL;
	     h = holding_of(net, node, vip, h)) {
		/* The newest comes first in the table. */
		if (first == NULL || h->since <= first->since)
			first = h;
	}
	return first != NULL ? first->interface : SETUP_NONE;
}

/* ---- addresses ---- */

/* The address came to the interface, or went. */
static void kernel_tell_holders(struct sim *sim, uint32_t node, uint32_t interface,
				uint32_t vip)
{
	sim->network->listener->holders_changed(sim, vip);
	if (sim->network->vip_changed != NULL)
		sim->network->vip_changed(sim, interface == INTERFACE_DUMMY ? node : SETUP_NONE,
					  vip);
}

static void kernel_tell_node(struct sim *sim, uint32_t node)
{
	if (sim->network->node_changed != NULL)
		sim->network->node_changed(sim, node);
}

/* "node-a took"; a node mostly does the same to many. */
static const char *kernel_did(struct sim *sim, struct net_node *node, const char *name,
			      const char *did)
{
	if (node->did != did)
		node->did_text = arena_join(sim->arena, name, " ", did);
	node->did = did;
	return node->did_text;
}

/* " on eth0" */
static const char *kernel_on(struct sim *sim, struct net_node *node, const char *interface)
{
	if (node->on != interface)
		node->on_text = arena_join(sim->arena, " on ", interface, "");
	node->on = interface;
	return node->on_text;
}

static void kernel_tell(struct sim *sim, const struct holding *h, const char *kind,
			const char *did, const char *cause)
{
	struct net_node *node = &sim->network->nodes[h->node];

	trace_note_vip(
		sim,
		&(struct vip_note){
			.kind = kind,
			.cause = cause,
			.before = kernel_did(sim, node, sim->setup->nodes.items[h->node].name,
					     did),
			.vip = h->vip,
			.after = kernel_on(sim, node,
					   kernel_interface_name(sim, h->node, h->interface)),
		});
}

static void kernel_drop(struct sim *sim, struct holding *h)
{
	const uint32_t vip = h->vip;
	const uint32_t node = h->node;
	const uint32_t interface = h->interface;

	engine_cancel(&sim->engine, &h->expiry);
	engine_cancel(&sim->engine, &h->dad);
	sim->network->listener->address_leaves(sim, h);
	holding_remove(sim->network, h);
	kernel_tell_holders(sim, node, interface, vip);
}

/* ---- duplicate address detection ---- */

static void kernel_tell_dad(struct sim *sim, const struct holding *h, const char *kind,
			    const char *what)
{
	trace_detail(sim, kind, NULL, "%s %s %s on %s", sim->setup->nodes.items[h->node].name,
		     what, sim->setup->vips.items[h->vip].text,
		     kernel_interface_name(sim, h->node, h->interface));
}

/* The address is another's: with a lifetime it goes, a permanent one stays unusable. */
static void kernel_fail_dad(struct sim *sim, struct holding *h, uint32_t other)
{
	const char *cause = arena_printf(sim->arena, "a duplicate: %s uses the address",
					 sim->setup->nodes.items[other].name);

	kernel_tell(sim, h, "dad-failed", "cannot use", cause);
	if (engine_pending(&sim->engine, h->expiry)) {
		kernel_drop(sim, h);
		return;
	}
	h->failed = true;
	engine_cancel(&sim->engine, &h->dad);
	sim->network->listener->holders_changed(sim, h->vip);
}

/* True when what the sender sends on its segment reaches this other holder there. */
static bool kernel_hears(const struct sim *sim, const struct holding *h, uint64_t from)
{
	uint32_t segment = kernel_segment(sim, h->node, h->interface);

	return segment != SETUP_NONE && kernel_linked(sim, h->node, h->interface) &&
	       segment == kernel_segment(sim, endpoint_node(from), endpoint_interface(from)) &&
	       endpoint_pack(h->node, h->interface) != from;
}

/* Tentative addresses of those who hear of the VIP from elsewhere fail. */
static void kernel_fail_tentative(struct sim *sim, uint32_t vip, uint64_t from)
{
	struct holding *next;

	for (struct holding *h = sim->network->vips[vip].local.first; h != NULL; h = next) {
		next = h->next_of_vip;
		if (!h->usable && !h->failed && kernel_hears(sim, h, from) &&
		    !segment_loses(sim, kernel_segment(sim, h->node, h->interface)))
			kernel_fail_dad(sim, h, endpoint_node(from));
	}
}

void kernel_hear_advertisement(struct sim *sim, uint32_t vip, uint64_t from)
{
	kernel_fail_tentative(sim, vip, from);
}

/* A probe has reached the segment. (RFC 4862, 5.4.3) */
static void kernel_probe_arrives(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	const struct net_vip *vip = actor;
	uint32_t number = (uint32_t)(vip - sim->network->vips);

	for (const struct holding *h = vip->local.first; h != NULL; h = h->next_of_vip) {
		if (h->usable && kernel_hears(sim, h, arg) &&
		    !segment_loses(sim, kernel_segment(sim, h->node, h->interface)))
			segment_defend(sim, h);
	}
	kernel_fail_tentative(sim, number, arg);
}

static void kernel_finish_dad(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct holding *h = actor;

	(void)arg;
	h->usable = true;
	kernel_tell_dad(sim, h, "dad-done", "found no duplicate of");
	sim->network->listener->holders_changed(sim, h->vip);
}

static void kernel_send_probe(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct holding *h = actor;
	uint32_t segment = kernel_segment(sim, h->node, h->interface);
	const struct setup_interface *in =
		&sim->setup->nodes.items[h->node].interfaces.items[h->interface];

	(void)arg;
	h->dad = engine_in(&sim->engine, NS_PER_SEC, kernel_finish_dad, h, 0);
	if (segment == SETUP_NONE)
		return;
	segment_send(sim, segment, h->vip,
		     &(struct frame_words){
			     .kind = FRAME_DAD_PROBE,
			     .source_mac = in->mac,
			     .target = sim->setup->vips.items[h->vip].ip,
		     });
	engine_in(&sim->engine, segment_sample_delay(sim, segment), kernel_probe_arrives,
		  &sim->network->vips[h->vip], endpoint_pack(h->node, h->interface));
}

static void kernel_start_dad(struct sim *sim, struct holding *h)
{
	if (!kernel_linked(sim, h->node, h->interface))
		return;

	sim_ns delay = (sim_ns)random_below(&sim->network->dad_delay, NS_PER_SEC + 1);

	kernel_tell_dad(sim, h, "dad-started", "probes for duplicates of");
	h->dad = engine_in(&sim->engine, delay, kernel_send_probe, h, 0);
}

/* ---- lifetimes, adding, removing ---- */

static void kernel_expire(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct holding *h = actor;

	(void)arg;
	kernel_tell(sim, h, "vip-expired", "lost",
		    "its lifetime ran out and nobody renewed it");
	kernel_drop(sim, h);
}

static void kernel_set_lifetime(struct sim *sim, struct holding *h, sim_ns valid)
{
	engine_cancel(&sim->engine, &h->expiry);
	if (valid != SIM_NEVER)
		h->expiry = engine_in(&sim->engine, valid, kernel_expire, h, 0);
}

void kernel_add(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip,
		const struct address_setting *setting, const char *cause)
{
	if (!kernel_powered(sim, node))
		return;

	struct holding *h = kernel_has(sim, node, interface, vip)
				    ? holding_find(sim->network, node, interface, vip)
				    : NULL;

	if (h != NULL) {
		kernel_set_lifetime(sim, h, setting->valid);
		return;
	}
	h = holding_add(sim, node, interface, vip);
	h->did_dad = ip_family(sim->setup->vips.items[vip].ip) == IP_V6 && !setting->nodad &&
		     interface != INTERFACE_DUMMY;
	h->usable = !h->did_dad;
	kernel_set_lifetime(sim, h, setting->valid);
	kernel_tell(sim, h, "vip-added", "took", cause);
	if (h->did_dad)
		kernel_start_dad(sim, h);
	kernel_tell_holders(sim, node, interface, vip);
}

void kernel_remove(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip,
		   const char *cause)
{
	struct holding *h = holding_find(sim->network, node, interface, vip);

	if (h == NULL)
		return;
	kernel_tell(sim, h, "vip-removed", "gave up", cause);
	kernel_drop(sim, h);
}

/* ---- power and links ---- */

/* What the observers see through entries that point to this node. */
static void kernel_tell_entries(struct sim *sim, uint32_t node)
{
	for (struct neighbor *n = sim->network->nodes[node].neighbors; n != NULL;
	     n = n->next_of_node)
		sim->network->listener->entry_changed(sim, n);
}

static void kernel_power_off(struct sim *sim, uint32_t node, const char *name)
{
	struct net_node *n = &sim->network->nodes[node];
	const char *cause = arena_printf(sim->arena, "%s went down", name);

	while (n->holdings != NULL) {
		kernel_tell(sim, n->holdings, "vip-removed", "lost", cause);
		kernel_drop(sim, n->holdings);
	}
}

void kernel_power(struct sim *sim, uint32_t node, bool on, const char *cause)
{
	struct net_node *n = &sim->network->nodes[node];
	const char *name = sim->setup->nodes.items[node].name;

	if (n->powered == on)
		return;
	n->powered = on;
	trace_note(sim, on ? "node-up" : "node-down", cause, "%s %s", name,
		   on ? "came up" : "went down");
	if (!on)
		kernel_power_off(sim, node, name);
	kernel_tell_entries(sim, node);
	kernel_tell_node(sim, node);
}

/* An interface of the node got link or lost it: its addresses, and DAD of tentative ones. */
static void kernel_link_changed(struct sim *sim, struct holding *h, bool up)
{
	if (!h->usable && !h->failed) {
		engine_cancel(&sim->engine, &h->dad);
		if (up)
			kernel_start_dad(sim, h);
	}
	sim->network->listener->holders_changed(sim, h->vip);
}

bool kernel_link(struct sim *sim, uint32_t node, uint32_t interface, bool up, const char *cause)
{
	struct net_node *n = &sim->network->nodes[node];

	if (interface == INTERFACE_DUMMY || n->links[interface] == up)
		return false;
	n->links[interface] = up;
	trace_note(sim, up ? "link-up" : "link-down", cause, "%s of %s %s",
		   kernel_interface_name(sim, node, interface),
		   sim->setup->nodes.items[node].name, up ? "has link" : "lost its link");
	for (struct holding *h = n->holdings; h != NULL; h = h->next_of_node) {
		if (h->interface == interface)
			kernel_link_changed(sim, h, up);
	}
	kernel_tell_entries(sim, node);
	kernel_tell_node(sim, node);
	return true;
}
