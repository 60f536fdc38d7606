/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Duplicate address detection of v6 addresses (RFC 4862, 5.4): after a random delay one
 * probe; when nobody objects for a second, the address is usable.
 */
#include "sim/run/control.h"
#include "sim/network/network_state.h"

static void tell(struct sim *sim, const struct holding *h, const char *kind, const char *what)
{
	sim_tell(sim, kind, NULL, "%s %s %s on %s", sim->setup->nodes.items[h->node].name, what,
		 sim->setup->vips.items[h->vip].text,
		 kernel_interface_name(sim, h->node, h->interface));
}

/* The address is another's: with a lifetime it goes, a permanent one stays unusable. */
static void fail(struct sim *sim, struct holding *h, uint32_t other)
{
	const char *cause = arena_printf(sim->arena, "%s uses the address",
					 sim->setup->nodes.items[other].name);

	sim_note(sim, "dad-failed", cause, "%s cannot use %s on %s: it is a duplicate",
		 sim->setup->nodes.items[h->node].name, sim->setup->vips.items[h->vip].text,
		 kernel_interface_name(sim, h->node, h->interface));
	if (engine_pending(&sim->engine, h->expiry)) {
		kernel_drop(sim, h);
		return;
	}
	h->failed = true;
	engine_cancel(&sim->engine, &h->dad);
	measure_vip(sim, h->vip);
}

/* True when what the sender sends on its segment reaches this other holder there. */
static bool hears(const struct sim *sim, const struct holding *h, uint64_t from)
{
	uint32_t segment = kernel_segment(sim, h->node, h->interface);

	return segment != SETUP_NONE && kernel_linked(sim, h->node, h->interface) &&
	       segment == kernel_segment(sim, endpoint_node(from), endpoint_interface(from)) &&
	       endpoint_pack(h->node, h->interface) != from;
}

/* Tentative addresses of those who hear of the VIP from elsewhere fail. */
static void fail_tentative(struct sim *sim, uint32_t vip, uint64_t from)
{
	struct holding *next;

	for (struct holding *h = sim->network->vips[vip].local.first; h != NULL; h = next) {
		next = h->next_of_vip;
		if (!h->usable && !h->failed && hears(sim, h, from))
			fail(sim, h, endpoint_node(from));
	}
}

void dad_hear_advertisement(struct sim *sim, uint32_t vip, uint64_t from)
{
	fail_tentative(sim, vip, from);
}

/* A probe has reached the segment. (RFC 4862, 5.4.3) */
static void probe_arrives(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	const struct net_vip *vip = actor;
	uint32_t number = (uint32_t)(vip - sim->network->vips);

	for (const struct holding *h = vip->local.first; h != NULL; h = h->next_of_vip) {
		if (h->usable && hears(sim, h, arg))
			wire_defend(sim, h);
	}
	fail_tentative(sim, number, arg);
}

static void finish(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct holding *h = actor;

	(void)arg;
	h->usable = true;
	tell(sim, h, "dad-done", "found nobody else with");
	measure_vip(sim, h->vip);
}

static void probe(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct holding *h = actor;
	uint32_t segment = kernel_segment(sim, h->node, h->interface);
	const struct setup_interface *in =
		&sim->setup->nodes.items[h->node].interfaces.items[h->interface];

	(void)arg;
	h->dad = engine_in(&sim->engine, NS_PER_SEC, finish, h, 0);
	if (segment == SETUP_NONE)
		return;
	wire_send(sim, segment,
		  &(struct frame_words){
			  .kind = FRAME_DAD_PROBE,
			  .source_mac = in->mac,
			  .target = sim->setup->vips.items[h->vip].ip,
		  });
	engine_in(&sim->engine, wire_delay(sim), probe_arrives, &sim->network->vips[h->vip],
		  endpoint_pack(h->node, h->interface));
}

void dad_start(struct sim *sim, struct holding *h)
{
	if (!kernel_linked(sim, h->node, h->interface))
		return;

	sim_ns delay = (sim_ns)random_below(&sim->network->dad_delay, NS_PER_SEC + 1);

	tell(sim, h, "dad-started", "looks for others with");
	h->dad = engine_in(&sim->engine, delay, probe, h, 0);
}
