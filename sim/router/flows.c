/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flows of the clients behind routers, worked out over the hash space whenever something
 * changes, never by packet: which share is lost, and which has another next hop (T8.6). Left
 * out: what a node that lost the address does with flows that still come (it could forward
 * them).
 */
#include "sim/router/router.h"

#include "base/text.h"

enum { WORD_BITS = 64 };

static struct client_result *flows_client(const struct sim *sim, uint32_t client, uint32_t vip)
{
	return &sim->routing->clients[(size_t)client * sim->setup->vips.count + vip];
}

static uint64_t *flows_held(const struct sim *sim, uint32_t vip)
{
	return &sim->routing->held[(size_t)vip * sim->routing->node_words];
}

/* ---- what is lost ---- */

static bool flows_arrive(const struct sim *sim, const struct setup_hop *hop)
{
	ARRAY_FOREACH (const uint32_t, session, &hop->sessions) {
		if (wire_forwards(sim, &sim->routing->wires[*session]))
			return true;
	}
	return false;
}

void flows_look_at(struct sim *sim, uint32_t router, struct path_set *set)
{
	const struct setup_router *r = &sim->setup->bgp->routers.items[router];

	set->dead = 0;
	ARRAY_FOREACH (const struct hash_part, part, &set->used.parts) {
		uint64_t *word = &set->cut_off[part->member / WORD_BITS];
		const uint64_t bit = UINT64_C(1) << (part->member % WORD_BITS);

		if (flows_arrive(sim, &r->hops.items[part->member])) {
			*word &= ~bit;
			continue;
		}
		*word |= bit;
		set->dead += part->to - part->from;
	}
}

/* Every node that gets flows has the VIP. */
static bool flows_all_held(const struct sim *sim, const struct path_set *set, uint32_t vip)
{
	const uint64_t *held = flows_held(sim, vip);
	uint64_t without = 0;

	for (uint32_t i = 0; i < sim->routing->node_words; i++)
		without |= set->nodes[i] & ~held[i];
	return without == 0;
}

/* What a client loses now: its share, and the cause of the larger part. */
static double flows_lost(const struct sim *sim, uint32_t router, const struct path_set *set,
			 uint32_t vip, const char **cause)
{
	const struct setup_router *r = &sim->setup->bgp->routers.items[router];
	const uint64_t *held = flows_held(sim, vip);
	double without = 0;

	*cause = "no-route";
	if (set->used.parts.count == 0)
		return 1;
	*cause = "dead-next-hop";
	if (flows_all_held(sim, set, vip))
		return set->dead;
	ARRAY_FOREACH (const struct hash_part, part, &set->used.parts) {
		const struct setup_hop *hop = &r->hops.items[part->member];
		const bool has =
			(held[hop->node / WORD_BITS] >> hop->node % WORD_BITS & 1) != 0;

		if (!has && (set->dead <= 0 || flows_arrive(sim, hop)))
			without += part->to - part->from;
	}
	if (without > set->dead)
		*cause = "no-vip";
	return set->dead + without;
}

/* Ends the present stretch of loss, and begins the next one. */
static void flows_set_lost(struct sim *sim, struct client_result *client, double share,
			   const char *cause)
{
	const sim_ns now = sim->engine.now;

	if (share < 1e-9)
		share = 0;
	if (share == client->share && (share == 0 || str_equal(cause, client->cause)))
		return;
	if (client->share > 0 && now > client->since && sim->measure_from != SIM_NEVER) {
		const struct lost_share lost = { { client->since, now },
						 client->share,
						 client->cause };

		ARRAY_ADD(sim->arena, &client->lost, lost);
	}
	client->share = share;
	client->cause = cause;
	client->since = now;
}

/* Only of a VIP whose Service is there anything is lost. */
static void flows_assess_vip(struct sim *sim, uint32_t router, uint32_t prefix, uint32_t vip)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	const struct path_set *set = sim->routing->paths[router].of[prefix];
	bool *losing = &sim->routing->losing[(size_t)router * sim->setup->vips.count + vip];
	const char *cause = NULL;
	double lost = 0;

	if (sim->network->vips[vip].wanted)
		lost = flows_lost(sim, router, set, vip, &cause);
	widths_set_stale(sim, router, vip, set->used.parts.count > 0 && lost > 0);
	/* One on a local interface is reached there: observers measure that. */
	if (sim->network->vips[vip].local.count > 0)
		lost = 0;
	/* Mostly nothing is lost, before and after. */
	if (!*losing && lost <= 0)
		return;
	*losing = lost > 0;
	for (uint32_t c = 0; c < bgp->clients.count; c++)
		if (bgp->clients.items[c].router == router)
			flows_set_lost(sim, flows_client(sim, c, vip), lost, cause);
}

void flows_assess(struct sim *sim, uint32_t router, uint32_t prefix)
{
	ARRAY_FOREACH (const uint32_t, vip, &sim->setup->bgp->prefixes.items[prefix].vips)
		flows_assess_vip(sim, router, prefix, *vip);
}

static void flows_note_holder(struct sim *sim, uint32_t node, uint32_t vip)
{
	uint64_t *word = &flows_held(sim, vip)[node / WORD_BITS];
	const uint64_t bit = UINT64_C(1) << (node % WORD_BITS);

	*word = kernel_holds(sim, node, vip) ? *word | bit : *word & ~bit;
}

/* The node gets flows to the prefix from the router. */
static bool flows_reach(const struct sim *sim, uint32_t router, uint32_t prefix, uint32_t node)
{
	const struct path_set *set = sim->routing->paths[router].of[prefix];

	return (set->nodes[node / WORD_BITS] >> node % WORD_BITS & 1) != 0;
}

void flows_vip_changed(struct sim *sim, uint32_t node, uint32_t vip)
{
	const uint32_t prefix = sim->setup->bgp->prefix_of[vip];

	if (node != SETUP_NONE)
		flows_note_holder(sim, node, vip);
	for (uint32_t n = 0; node == SETUP_NONE && n < sim->setup->nodes.count; n++)
		flows_note_holder(sim, n, vip);
	if (node == SETUP_NONE)
		widths_want(sim, vip);
	for (uint32_t r = 0; r < sim->setup->bgp->routers.count; r++)
		if (node == SETUP_NONE || flows_reach(sim, r, prefix, node))
			flows_assess_vip(sim, r, prefix, vip);
}

/* ---- consistency ---- */

static bool flows_vip_consistent(const struct sim *sim, uint32_t router, uint32_t vip)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	const struct path_set *set = sim->routing->paths[router].of[bgp->prefix_of[vip]];
	const bool counts =
		sim->network->vips[vip].wanted && sim->network->vips[vip].local.count == 0;
	const char *cause = NULL;
	const double lost = counts ? flows_lost(sim, router, set, vip, &cause) : 0;

	for (uint32_t c = 0; c < bgp->clients.count; c++) {
		const struct client_result *client = flows_client(sim, c, vip);

		if (bgp->clients.items[c].router == router &&
		    (client->share - lost > 1e-9 || lost - client->share > 1e-9 || lost > 1 ||
		     (client->share > 0 && !str_equal(client->cause, cause))))
			return false;
	}
	return true;
}

static bool flows_held_consistent(const struct sim *sim, uint32_t vip)
{
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		if ((flows_held(sim, vip)[n / WORD_BITS] >> n % WORD_BITS & 1) !=
		    kernel_holds(sim, n, vip))
			return false;
	}
	return true;
}

/* The share of a set whose members nothing reaches. */
static bool flows_set_consistent(const struct sim *sim, uint32_t router,
				 const struct path_set *set)
{
	double dead = 0;

	ARRAY_FOREACH (const struct hash_part, part, &set->used.parts) {
		if (!flows_arrive(
			    sim,
			    &sim->setup->bgp->routers.items[router].hops.items[part->member]))
			dead += part->to - part->from;
	}
	return dead == set->dead;
}

bool flows_consistent(const struct sim *sim)
{
	const struct setup_bgp *bgp = sim->setup->bgp;

	for (uint32_t r = 0; r < bgp->routers.count; r++) {
		ARRAY_FOREACH (struct path_set *const, set, &sim->routing->paths[r].sets) {
			if (!flows_set_consistent(sim, r, *set))
				return false;
		}
	}
	for (uint32_t v = 0; v < sim->setup->vips.count; v++) {
		if (bgp->prefix_of[v] == SETUP_NONE)
			continue;
		if (!flows_held_consistent(sim, v))
			return false;
		for (uint32_t r = 0; r < bgp->routers.count; r++) {
			if (!flows_vip_consistent(sim, r, v))
				return false;
		}
	}
	return true;
}

/* ---- start and end ---- */

void flows_init(struct sim *sim)
{
	const struct setup *setup = sim->setup;
	const struct setup_bgp *bgp = setup->bgp;
	struct routing *routing = sim->routing;
	const size_t clients = (size_t)bgp->clients.count * setup->vips.count;

	routing->node_words = setup->nodes.count / WORD_BITS + 1;
	routing->held = arena_zalloc(sim->arena, (size_t)setup->vips.count + 1,
				     routing->node_words * sizeof(*routing->held));
	routing->losing =
		arena_zalloc(sim->arena, (size_t)bgp->routers.count * setup->vips.count + 1,
			     sizeof(*routing->losing));
	routing->clients = arena_zalloc(sim->arena, clients + 1, sizeof(*routing->clients));
	widths_init(sim);
	for (uint32_t v = 0; v < setup->vips.count; v++)
		for (uint32_t n = 0; bgp->prefix_of[v] != SETUP_NONE && n < setup->nodes.count;
		     n++)
			flows_note_holder(sim, n, v);
	for (uint32_t c = 0; c < bgp->clients.count; c++)
		for (uint32_t v = 0; v < setup->vips.count; v++)
			*flows_client(sim, c, v) =
				(struct client_result){ .client = c, .vip = v, .cause = NULL };
}

static void flows_finish_lost(const struct sim *sim, struct client_result *client)
{
	const sim_ns end = sim->engine.now - sim->measure_from;
	sim_ns began = SIM_NEVER;
	sim_ns until = SIM_NEVER;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < client->lost.count; i++) {
		struct lost_share it = client->lost.items[i];
		sim_ns to;

		if (!router_measured_interval(sim, &it.time))
			continue;
		to = it.time.to == SIM_NEVER ? end : it.time.to;
		client->lost.items[kept++] = it;
		client->lost_flow_seconds +=
			it.share * (double)(to - it.time.from) / (double)NS_PER_SEC;
		if (it.share > client->max_lost_share)
			client->max_lost_share = it.share;
		if (str_equal(it.cause, "no-route"))
			client->no_route += to - it.time.from;
		if (it.time.from != until)
			began = it.time.from;
		until = it.time.to;
		if (to - began > client->lost_longest)
			client->lost_longest = to - began;
	}
	client->lost.count = kept;
}

static void flows_finish_client(struct sim *sim, struct client_result *client)
{
	if (client->share > 0) {
		const struct lost_share open = { { client->since, SIM_NEVER },
						 client->share,
						 client->cause };

		ARRAY_ADD(sim->arena, &client->lost, open);
	}
	flows_finish_lost(sim, client);
	ARRAY_FOREACH (const struct moved_share, it, &client->moved)
		client->moved_share += it->share;
}

void flows_finish(struct sim *sim)
{
	const struct setup *setup = sim->setup;

	for (uint32_t c = 0; c < setup->bgp->clients.count; c++) {
		for (uint32_t v = 0; v < setup->vips.count; v++) {
			if (setup->bgp->prefix_of[v] == SETUP_NONE)
				continue;
			flows_finish_client(sim, flows_client(sim, c, v));
			ARRAY_ADD(sim->arena, &sim->result->clients, *flows_client(sim, c, v));
		}
	}
}
