/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A BGPConfiguration that is applied (BG2.3, BG2.4): the controller on each node hears of it,
 * and reconciles. Labels of Nodes alone make nobody reconcile (BG2.3b). Left out: that a
 * reconcile is tried again after 30 s where it fails, since it fails again.
 */
#include "sim/router/router.h"
#include "sim/run/happening.h"

/* BG2.4g, BG2.4h: of the release itself nobody has seen it. */
static void happen_bgp_crashes(struct sim *sim, uint32_t node)
{
	trace_note(sim, "bgp-killed",
		   "gobgpd as of shortly before the release does not survive this change of "
		   "its peers; whether the release does is not known",
		   "the BGP daemon of %s died", sim->setup->nodes.items[node].name);
	router_speaker_stop(sim, node, false);
	router_speaker_start(sim, node,
			     happen_crash_delay(sim, &sim->happen->bgp_crashes[node]) +
				     distribution_sample(&sim->setup->bgp->timing.daemon_start,
							 &sim->routing->speakers[node].random));
}

enum { RETRY_S = 30 };

/* BG2.4f, BG2.4g; `old` is NULL where there was nothing. */
static enum bgp_reconcile happen_bgp_cleanup(const struct bgp_node *old)
{
	for (uint32_t i = 0; old != NULL && i < old->peers.count; i++)
		if (old->peers.items[i].refusal == BGP_ACCEPTED &&
		    old->peers.items[i].dynamic != NULL)
			return BGP_RECONCILE_CRASHES;
	return BGP_RECONCILE_WORKS;
}

static void happen_bgp_reconcile(void *context, void *actor, uint64_t number)
{
	struct sim *sim = context;
	const struct setup_bgp *bgp = sim->setup->bgp;
	const uint32_t node = (uint32_t)number;
	const uint32_t now = sim->routing->version;
	const uint32_t before = sim->routing->speakers[node].version;
	const struct bgp_node *old = router_node(sim, bgp->versions.items[before].config, node);
	const struct bgp_node *new = router_node(sim, bgp->versions.items[now].config, node);

	(void)actor;
	/* It cannot be reached, and is tried again (BG2.2). */
	if (sim->routing->speakers[node].paused) {
		engine_in(&sim->engine, RETRY_S * NS_PER_SEC, happen_bgp_reconcile, NULL, node);
		return;
	}
	if (!router_speaker_runs(sim, node) || before == now || (old == NULL && new == NULL))
		return;
	/* Cleaned up, or configured anew after that. */
	switch (old == NULL || new == NULL ? happen_bgp_cleanup(old)
					   : bgp_reconcile_node(old, new)) {
	case BGP_RECONCILE_FAILS:
		trace_note(sim, "bgp-not-configured",
			   "it takes effect when the Pod restarts, if it can",
			   "%s does not take the new BGPConfiguration",
			   sim->setup->nodes.items[node].name);
		break;
	case BGP_RECONCILE_CRASHES:
		happen_bgp_crashes(sim, node);
		break;
	case BGP_RECONCILE_WORKS:
		router_speaker_take(sim, node);
		break;
	}
}

/* From the change to the controller of the node. */
static sim_ns happen_bgp_hears(struct sim *sim, uint32_t node)
{
	return distribution_sample(&sim->setup->timing.watch_delivery,
				   &sim->routing->speakers[node].random);
}

/* From then until it has done what it does. */
static sim_ns happen_bgp_works(struct sim *sim, uint32_t node)
{
	return distribution_sample(&sim->setup->timing.api_request,
				   &sim->routing->speakers[node].random);
}

static bool happen_bgp_has_sets(const struct bgp_config *config)
{
	return config != NULL && config->object->defined_sets.list.count > 0;
}

/* BG2.4f: the first node that has cleaned up lets the object go. Those that have not heard of
 * it by then ignore it, and keep what they have. With definedSets it never goes (BG2.4d). */
static void happen_bgp_delete(struct sim *sim)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	const uint32_t count = sim->setup->nodes.count;
	sim_ns *hears = arena_alloc(sim->arena, (count + 1) * sizeof(*hears));
	sim_ns gone = SIM_NEVER;

	for (uint32_t node = 0; node < count; node++) {
		const uint32_t version = sim->routing->speakers[node].version;
		const sim_ns works = happen_bgp_works(sim, node);

		hears[node] = happen_bgp_hears(sim, node);
		if (router_speaker_runs(sim, node) && hears[node] + works < gone &&
		    !happen_bgp_has_sets(bgp->versions.items[version].config))
			gone = hears[node] + works;
	}
	for (uint32_t node = 0; node < count; node++) {
		if (hears[node] <= gone)
			engine_in(&sim->engine, hears[node], happen_bgp_reconcile, NULL, node);
		else if (router_speaker_runs(sim, node))
			trace_note(sim, "bgp-not-configured",
				   "another node had removed the finalizer before",
				   "%s keeps its sessions: the BGPConfiguration is gone before "
				   "it hears of the deletion",
				   sim->setup->nodes.items[node].name);
	}
}

void happen_bgp_configure(const struct happening *h)
{
	struct sim *sim = h->sim;

	if (sim->routing == NULL)
		return;
	router_set_version(sim, h->event->version);
	if (!sim->setup->bgp->versions.items[h->event->version].reconciles)
		return;
	if (sim->setup->bgp->versions.items[h->event->version].config == NULL) {
		happen_bgp_delete(sim);
		return;
	}
	for (uint32_t node = 0; node < sim->setup->nodes.count; node++) {
		const sim_ns hears = happen_bgp_hears(sim, node);

		engine_in(&sim->engine, hears + happen_bgp_works(sim, node),
			  happen_bgp_reconcile, NULL, node);
	}
}
