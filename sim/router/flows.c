/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flows of the clients behind routers, worked out over the hash space whenever something
 * changes, never by packet: which share is lost, and which has another next hop (T8.6). Left
 * out: what a node that lost the address does with flows that still come (it could forward
 * them).
 */
#include "sim/router/router.h"

#include "base/text.h"

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
		const bool arrives = flows_arrive(sim, &r->hops.items[part->member]);

		bits_set(set->cut_off, part->member, !arrives);
		if (!arrives)
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

		if (!bits_get(held, hop->node) && (set->dead <= 0 || flows_arrive(sim, hop)))
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
	losses_changed(sim, (uint32_t)(client - sim->routing->clients));
}

/* Only of a VIP whose Service is there anything is lost. */
static void flows_assess_vip(struct sim *sim, uint32_t router, const struct path_set *set,
			     uint32_t vip)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
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
	if (*losing != (lost > 0))
		sim->routing->paths[router].unwell += lost > 0 ? 1 : UINT32_MAX;
	*losing = lost > 0;
	for (uint32_t c = 0; c < bgp->clients.count; c++)
		if (bgp->clients.items[c].router == router)
			flows_set_lost(sim, flows_client(sim, c, vip), lost, cause);
}

/* Nothing was lost at the router, and of what this set leads to nothing is. */
static bool flows_are_well(const struct sim *sim, uint32_t router, const struct path_set *set)
{
	uint64_t lacking = 0;

	for (uint32_t i = 0; i < sim->routing->node_words; i++)
		lacking |= set->nodes[i] & sim->routing->lacking[i];
	return sim->routing->paths[router].unwell == 0 && set->used.parts.count > 0 &&
	       set->dead <= 0 && lacking == 0;
}

void flows_assess(struct sim *sim, uint32_t router, const struct path_group *group)
{
	/* Mostly of hundreds of VIPs. */
	if (flows_are_well(sim, router, group->set))
		return;
	for (uint32_t i = 0; i < group->count; i++) {
		const struct setup_prefix *prefix =
			&sim->setup->bgp->prefixes.items[group->prefixes[i]];

		ARRAY_FOREACH (const uint32_t, vip, &prefix->vips)
			flows_assess_vip(sim, router, group->set, *vip);
	}
}

/* The node lacks another VIP, or one less. */
static void flows_lack(struct sim *sim, uint32_t node, bool more)
{
	sim->routing->lacks[node] += more ? 1 : UINT32_MAX;
	bits_set(sim->routing->lacking, node, sim->routing->lacks[node] > 0);
}

static void flows_note_holder(struct sim *sim, uint32_t node, uint32_t vip)
{
	const bool holds = kernel_holds(sim, node, vip);

	if (holds == bits_get(flows_held(sim, vip), node))
		return;
	bits_set(flows_held(sim, vip), node, holds);
	if (sim->routing->wanted[vip])
		flows_lack(sim, node, !holds);
}

/* Who has the VIP has been noted. */
static void flows_note_wanted(struct sim *sim, uint32_t vip)
{
	const bool before = sim->routing->wanted[vip];

	widths_want(sim, vip);
	for (uint32_t n = 0; sim->routing->wanted[vip] != before && n < sim->setup->nodes.count;
	     n++)
		if (!bits_get(flows_held(sim, vip), n))
			flows_lack(sim, n, !before);
}

void flows_vip_changed(struct sim *sim, uint32_t node, uint32_t vip)
{
	const uint32_t prefix = sim->setup->bgp->prefix_of[vip];

	if (node != SETUP_NONE)
		flows_note_holder(sim, node, vip);
	for (uint32_t n = 0; node == SETUP_NONE && n < sim->setup->nodes.count; n++)
		flows_note_holder(sim, n, vip);
	flows_note_wanted(sim, vip);
	for (uint32_t r = 0; r < sim->setup->bgp->routers.count; r++) {
		const struct path_set *set = sim->routing->paths[r].of[prefix]->set;

		if (node == SETUP_NONE || bits_get(set->nodes, node))
			flows_assess_vip(sim, r, set, vip);
	}
}

/* ---- consistency ---- */

static bool flows_vip_consistent(const struct sim *sim, uint32_t router, uint32_t vip)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	const struct path_set *set = sim->routing->paths[router].of[bgp->prefix_of[vip]]->set;
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
		if (bits_get(flows_held(sim, vip), n) != kernel_holds(sim, n, vip))
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

	routing->node_words = bits_words(setup->nodes.count);
	routing->held = arena_zalloc(sim->arena, (size_t)setup->vips.count + 1,
				     routing->node_words * sizeof(*routing->held));
	routing->losing =
		arena_zalloc(sim->arena, (size_t)bgp->routers.count * setup->vips.count + 1,
			     sizeof(*routing->losing));
	routing->clients = arena_zalloc(sim->arena, clients + 1, sizeof(*routing->clients));
	routing->lacks =
		arena_zalloc(sim->arena, setup->nodes.count + 1, sizeof(*routing->lacks));
	routing->lacking =
		arena_zalloc(sim->arena, routing->node_words, sizeof(*routing->lacking));
	widths_init(sim);
	for (uint32_t v = 0; v < setup->vips.count; v++) {
		if (bgp->prefix_of[v] == SETUP_NONE)
			continue;
		for (uint32_t n = 0; n < setup->nodes.count; n++)
			flows_note_holder(sim, n, v);
		flows_note_wanted(sim, v);
	}
	for (uint32_t c = 0; c < bgp->clients.count; c++)
		for (uint32_t v = 0; v < setup->vips.count; v++)
			*flows_client(sim, c, v) =
				(struct client_result){ .client = c, .vip = v, .cause = NULL };
	losses_init(sim);
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
		client->ongoing = it.time.to == SIM_NEVER;
		if (to - began >= client->lost_longest) {
			client->lost_longest = to - began;
			client->longest_ongoing = client->ongoing;
		}
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
