/* SPDX-License-Identifier: Apache-2.0 */
/* Node kernels: power, links, and the addresses on interfaces with their lifetimes. */
#include "sim/network/network_state.h"

uint64_t endpoint_pack(uint32_t node, uint32_t interface)
{
	return (uint64_t)node << 32 | interface;
}

uint32_t endpoint_node(uint64_t arg)
{
	return (uint32_t)(arg >> 32);
}

uint32_t endpoint_interface(uint64_t arg)
{
	return (uint32_t)arg;
}

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
	return holding_find(sim->network, node, interface, vip) != NULL;
}

bool kernel_holds(const struct sim *sim, uint32_t node, uint32_t vip)
{
	return holding_of(sim->network, node, vip, NULL) != NULL;
}

uint32_t kernel_where(const struct sim *sim, uint32_t node, uint32_t vip)
{
	const struct network *net = sim->network;
	const struct holding *first = NULL;

	for (const struct holding *h = holding_of(net, node, vip, NULL); h != NULL;
	     h = holding_of(net, node, vip, h)) {
		/* The newest comes first in the table. */
		if (first == NULL || h->since <= first->since)
			first = h;
	}
	return first != NULL ? first->interface : SETUP_NONE;
}

/* ---- addresses ---- */

static void tell(struct sim *sim, const struct holding *h, const char *kind, const char *did,
		 const char *cause)
{
	sim_note_vip(sim,
		     &(struct vip_note){
			     .kind = kind,
			     .cause = cause,
			     .before = arena_printf(sim->arena, "%s %s",
						    sim->setup->nodes.items[h->node].name, did),
			     .vip = h->vip,
			     .after = arena_printf(
				     sim->arena, " on %s",
				     kernel_interface_name(sim, h->node, h->interface)),
		     });
}

void kernel_drop(struct sim *sim, struct holding *h)
{
	uint32_t vip = h->vip;

	engine_cancel(&sim->engine, &h->expiry);
	engine_cancel(&sim->engine, &h->dad);
	measure_ownership(sim, h, false);
	holding_remove(sim->network, h);
	measure_vip(sim, vip);
}

static void expire(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct holding *h = actor;

	(void)arg;
	tell(sim, h, "vip-expired", "lost", "its lifetime ran out and nobody renewed it");
	kernel_drop(sim, h);
}

static void set_lifetime(struct sim *sim, struct holding *h, sim_ns valid)
{
	engine_cancel(&sim->engine, &h->expiry);
	if (valid != SIM_NEVER)
		h->expiry = engine_in(&sim->engine, valid, expire, h, 0);
}

void kernel_add(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip,
		const struct address_setting *setting, const char *cause)
{
	if (!kernel_powered(sim, node))
		return;

	struct holding *h = holding_find(sim->network, node, interface, vip);

	if (h != NULL) {
		set_lifetime(sim, h, setting->valid);
		return;
	}
	h = holding_add(sim, node, interface, vip);
	h->did_dad = ip_family(sim->setup->vips.items[vip].ip) == IP_V6 && !setting->nodad &&
		     interface != INTERFACE_DUMMY;
	h->usable = !h->did_dad;
	set_lifetime(sim, h, setting->valid);
	tell(sim, h, "vip-added", "took", cause);
	if (h->did_dad)
		dad_start(sim, h);
	measure_vip(sim, vip);
}

void kernel_remove(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip,
		   const char *cause)
{
	struct holding *h = holding_find(sim->network, node, interface, vip);

	if (h == NULL)
		return;
	tell(sim, h, "vip-removed", "gave up", cause);
	kernel_drop(sim, h);
}

/* ---- power and links ---- */

/* What the observers see through entries that point to this node. */
static void assess_entries(struct sim *sim, uint32_t node)
{
	for (struct neighbour *n = sim->network->nodes[node].neighbours; n != NULL;
	     n = n->next_of_node)
		reach_assess(sim, n);
}

static void power_off(struct sim *sim, uint32_t node, const char *name)
{
	struct net_node *n = &sim->network->nodes[node];
	const char *cause = arena_printf(sim->arena, "%s went down", name);

	while (n->holdings != NULL) {
		tell(sim, n->holdings, "vip-removed", "lost", cause);
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
	sim_note(sim, on ? "node-up" : "node-down", cause, "%s %s", name,
		 on ? "came up" : "went down");
	if (!on)
		power_off(sim, node, name);
	assess_entries(sim, node);
}

/* An interface of the node got link or lost it: its addresses, and DAD of tentative ones. */
static void link_changed(struct sim *sim, struct holding *h, bool up)
{
	if (!h->usable && !h->failed) {
		engine_cancel(&sim->engine, &h->dad);
		if (up)
			dad_start(sim, h);
	}
	measure_vip(sim, h->vip);
}

bool kernel_link(struct sim *sim, uint32_t node, uint32_t interface, bool up, const char *cause)
{
	struct net_node *n = &sim->network->nodes[node];

	if (interface == INTERFACE_DUMMY || n->links[interface] == up)
		return false;
	n->links[interface] = up;
	sim_note(sim, up ? "link-up" : "link-down", cause, "%s of %s %s",
		 kernel_interface_name(sim, node, interface),
		 sim->setup->nodes.items[node].name, up ? "has link" : "lost its link");
	for (struct holding *h = n->holdings; h != NULL; h = h->next_of_node) {
		if (h->interface == interface)
			link_changed(sim, h, up);
	}
	assess_entries(sim, node);
	return true;
}
