/* SPDX-License-Identifier: Apache-2.0 */
/* What the scenario does to BGP: daemons of nodes, sessions, the wire between nodes and routers
 * (T11). */
#include "sim/router/router.h"
#include "sim/run/happening.h"

static bool happen_has_daemon(const struct happening *h)
{
	if (router_speaker_runs(h->sim, h->agent->node))
		return true;
	happen_nothing(h, h->node, "no BGP daemon is running on it");
	return false;
}

/* Of a process that is stopped nothing can be had. */
static bool happen_has_paused(const struct happening *h)
{
	if (!h->sim->routing->speakers[h->agent->node].paused)
		return false;
	happen_nothing(h, h->node, "its BGP daemon is paused");
	return true;
}

static void happen_start_daemon(const struct happening *h, sim_ns delay)
{
	router_speaker_start(
		h->sim, h->agent->node,
		delay + distribution_sample(&h->sim->setup->bgp->timing.daemon_start,
					    &h->sim->routing->speakers[h->agent->node].random));
}

void happen_bgp_daemon_stop(const struct happening *h)
{
	/* One that the kubelet was about to start stays down as well. */
	if (router_speaker_forget_start(h->sim, h->agent->node)) {
		trace_note(h->sim, "bgp-stopped", CAUSE_SCENARIO,
			   "the BGP daemon of %s is not started again", h->node);
		return;
	}
	if (!happen_has_daemon(h) || happen_has_paused(h))
		return;
	trace_note(h->sim, "bgp-stopped", CAUSE_SCENARIO, "the BGP daemon of %s stops",
		   h->node);
	router_speaker_stop(h->sim, h->agent->node, true);
}

void happen_bgp_daemon_kill(const struct happening *h)
{
	const struct bool_value *again = &h->event->source->args.comes_again;
	const uint32_t node = h->agent->node;

	if (!happen_has_daemon(h))
		return;
	trace_note(h->sim, "bgp-killed", CAUSE_SCENARIO, "the BGP daemon of %s died", h->node);
	router_speaker_stop(h->sim, node, false);
	if (!again->set || again->v)
		happen_start_daemon(
			h, happen_crash_delay(h->sim, &h->sim->happen->bgp_crashes[node]));
}

void happen_bgp_daemon_start(const struct happening *h)
{
	if (router_speaker_runs(h->sim, h->agent->node)) {
		happen_nothing(h, h->node, "its BGP daemon is already running");
	} else if (!kernel_powered(h->sim, h->agent->node)) {
		happen_nothing(h, h->node, "it is down");
	} else {
		/* Before the kubelet would have. */
		(void)router_speaker_forget_start(h->sim, h->agent->node);
		happen_start_daemon(h, 0);
	}
}

void happen_bgp_daemon_restart(const struct happening *h)
{
	if (!happen_has_daemon(h) || happen_has_paused(h))
		return;
	trace_note(h->sim, "bgp-stopped", CAUSE_SCENARIO, "the BGP daemon of %s is restarted",
		   h->node);
	router_speaker_stop(h->sim, h->agent->node, true);
	happen_start_daemon(h, h->event->amount);
}

static void happen_drained(void *context, void *actor, uint64_t node)
{
	struct sim *sim = context;

	(void)actor;
	/* It hears its SIGTERM when it continues. */
	if (sim->routing->speakers[node].paused)
		return;
	trace_note(sim, "bgp-stopped", "it has been drained", "the BGP daemon of %s stops",
		   sim->setup->nodes.items[node].name);
	router_speaker_stop(sim, (uint32_t)node, true);
}

static void happen_set_paused(const struct happening *h, bool paused)
{
	const struct node_speaker *speaker = &h->sim->routing->speakers[h->agent->node];

	if (!happen_has_daemon(h))
		return;
	if (speaker->paused == paused) {
		happen_nothing(h, h->node,
			       paused ? "its BGP daemon is already paused"
				      : "its BGP daemon is not paused");
		return;
	}
	trace_note(h->sim, paused ? "bgp-paused" : "bgp-resumed", CAUSE_SCENARIO,
		   paused ? "the BGP daemon of %s is paused" : "the BGP daemon of %s continues",
		   h->node);
	router_speaker_pause(h->sim, h->agent->node, paused);
	if (!paused && speaker->drained && !engine_pending(&h->sim->engine, speaker->drain))
		happen_drained(h->sim, NULL, h->agent->node);
}

void happen_bgp_daemon_pause(const struct happening *h)
{
	happen_set_paused(h, true);
}

void happen_bgp_daemon_resume(const struct happening *h)
{
	happen_set_paused(h, false);
}

void happen_bgp_drain(const struct happening *h)
{
	struct node_speaker *speaker = &h->sim->routing->speakers[h->agent->node];

	if (!happen_has_daemon(h) || happen_has_paused(h))
		return;
	trace_note(h->sim, "bgp-drained", CAUSE_SCENARIO, "%s withdraws its routes", h->node);
	router_speaker_drain(h->sim, h->agent->node);
	engine_cancel(&h->sim->engine, &speaker->drain);
	speaker->drain = engine_in(&h->sim->engine, h->event->amount, happen_drained, NULL,
				   h->agent->node);
}

/* Whether some router that the node has a session with keeps routes. (T10.2) */
static bool happen_has_helper(const struct happening *h)
{
	const struct setup_bgp *bgp = h->sim->setup->bgp;

	ARRAY_FOREACH (const struct setup_session, session, &bgp->sessions) {
		if (session->node == h->agent->node &&
		    bgp->routers.items[session->router].router->profile->helps_restart)
			return true;
	}
	return false;
}

void happen_graceful_restart(const struct happening *h)
{
	h->sim->routing->speakers[h->agent->node].restart_time = h->event->amount;
	if (h->event->amount == 0)
		trace_note(h->sim, "graceful-restart", CAUSE_SCENARIO,
			   "%s no longer asks routers to keep its routes", h->node);
	else
		trace_note(h->sim, "graceful-restart", CAUSE_SCENARIO,
			   "%s asks routers to keep its routes for %.0f s%s", h->node,
			   (double)h->event->amount / (double)NS_PER_SEC,
			   happen_has_helper(h) ? "" : ", but none of its routers does that");
}

/* The next session of the node with the router that the event names, from number *from on;
 * NULL: there is none any more. */
static struct wire *happen_next_wire(const struct happening *h, uint32_t *from)
{
	const struct setup_bgp *bgp = h->sim->setup->bgp;

	while (*from < bgp->sessions.count) {
		const uint32_t i = (*from)++;

		if (bgp->sessions.items[i].node == h->agent->node &&
		    bgp->sessions.items[i].router == h->event->router)
			return &h->sim->routing->wires[i];
	}
	return NULL;
}

static bool happen_has_wire(const struct happening *h)
{
	uint32_t from = 0;

	if (happen_next_wire(h, &from) != NULL)
		return true;
	happen_nothing(h, h->node, "no configuration makes a session with that router");
	return false;
}

void happen_bgp_session_reset(const struct happening *h)
{
	const char *router = h->sim->setup->bgp->routers.items[h->event->router].router->name;
	const bool by_router = h->event->flag;
	struct wire *wire;
	bool up = false;

	if (!happen_has_wire(h) || (!by_router && happen_has_paused(h)))
		return;
	for (uint32_t from = 0; (wire = happen_next_wire(h, &from)) != NULL;)
		up |= wire_is_up(wire);
	if (!up) {
		happen_nothing(h, h->node, "the session is not up");
		return;
	}
	trace_note(h->sim, "session-reset", CAUSE_SCENARIO, "%s resets its session with %s",
		   by_router ? router : h->node, by_router ? h->node : router);
	for (uint32_t from = 0; (wire = happen_next_wire(h, &from)) != NULL;)
		if (wire_is_up(wire))
			wire_reset(h->sim, wire, by_router);
}

static void happen_cut_or_heal(const struct happening *h, bool cut)
{
	struct wire *wire;
	bool changes = false;

	if (!happen_has_wire(h))
		return;
	for (uint32_t from = 0; (wire = happen_next_wire(h, &from)) != NULL;)
		changes |= wire->cut != cut;
	if (!changes) {
		happen_nothing(h, h->node, cut ? "it is already cut off" : "it is not cut off");
		return;
	}
	trace_note(h->sim, cut ? "cut" : "healed", CAUSE_SCENARIO,
		   cut ? "nothing passes between %s and %s"
		       : "%s and %s reach each other again",
		   h->node, h->sim->setup->bgp->routers.items[h->event->router].router->name);
	for (uint32_t from = 0; (wire = happen_next_wire(h, &from)) != NULL;) {
		wire->cut = cut;
		wire_path_changed(h->sim, wire);
	}
}

void happen_cut(const struct happening *h)
{
	happen_cut_or_heal(h, true);
}

void happen_heal(const struct happening *h)
{
	happen_cut_or_heal(h, false);
}

/* ---- sessions that are shut down, keys ---- */

static void happen_enable_session(const struct happening *h, bool enabled)
{
	const char *router = h->sim->setup->bgp->routers.items[h->event->router].router->name;
	const bool by_router = h->event->flag;
	struct wire *wire;
	bool changes = false;

	if (!happen_has_wire(h))
		return;
	if (!by_router && happen_has_paused(h))
		return;
	for (uint32_t from = 0; (wire = happen_next_wire(h, &from)) != NULL;)
		changes |= wire_can_enable(wire, by_router, enabled);
	if (!changes) {
		happen_nothing(h, h->node,
			       enabled ? "the session is not shut down"
				       : "the session is already shut down, or no daemon is "
					 "running");
		return;
	}
	trace_note(h->sim, enabled ? "session-enabled" : "session-disabled", CAUSE_SCENARIO,
		   enabled ? "%s lets its session with %s come up"
			   : "%s shuts its session with %s down",
		   by_router ? router : h->node, by_router ? h->node : router);
	for (uint32_t from = 0; (wire = happen_next_wire(h, &from)) != NULL;)
		wire_enable(h->sim, wire, by_router, enabled);
}

void happen_bgp_session_down(const struct happening *h)
{
	happen_enable_session(h, false);
}

void happen_bgp_session_up(const struct happening *h)
{
	happen_enable_session(h, true);
}

void happen_password(const struct happening *h)
{
	const char *value = h->event->source->args.value.s;
	struct wire *wire;
	bool changes = false;
	bool match = false;

	if (!happen_has_wire(h))
		return;
	for (uint32_t from = 0; (wire = happen_next_wire(h, &from)) != NULL;) {
		const struct bgp_peer *peer = wire->setup->session->peer;

		if (peer->auth == BGP_AUTH_UNKNOWN)
			continue;
		match = bgp_session_same_key(peer, value);
		changes |= wire_can_set_keys(wire, match);
	}
	if (!changes) {
		happen_nothing(h, h->node,
			       match ? "the passwords already matched"
				     : "the passwords already differed");
		return;
	}
	trace_note(h->sim, "password", CAUSE_SCENARIO, "%s has a different password for %s",
		   h->sim->setup->bgp->routers.items[h->event->router].router->name, h->node);
	for (uint32_t from = 0; (wire = happen_next_wire(h, &from)) != NULL;)
		if (wire->setup->session->peer->auth != BGP_AUTH_UNKNOWN)
			wire_set_keys(h->sim, wire,
				      bgp_session_same_key(wire->setup->session->peer, value));
}
