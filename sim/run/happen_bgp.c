/* SPDX-License-Identifier: Apache-2.0 */
/* What the scenario does to BGP: daemons of nodes and routers, sessions, the wire between
 * them (T11). */
#include "sim/router/router.h"
#include "sim/run/happening.h"

void happen_bgp_daemon_stop(const struct happening *h)
{
	if (!router_speaker_runs(h->sim, h->agent->node)) {
		happen_nothing(h, h->node, "no BGP daemon is running on it");
		return;
	}
	trace_note(h->sim, "bgp-stopped", CAUSE_SCENARIO, "the BGP daemon of %s stops",
		   h->node);
	router_speaker_stop(h->sim, h->agent->node, true);
}

void happen_bgp_daemon_kill(const struct happening *h)
{
	const struct bool_value *again = &h->event->source->args.comes_again;
	const uint32_t node = h->agent->node;
	sim_ns delay;

	if (!router_speaker_runs(h->sim, node)) {
		happen_nothing(h, h->node, "no BGP daemon is running on it");
		return;
	}
	trace_note(h->sim, "bgp-killed", CAUSE_SCENARIO, "the BGP daemon of %s died", h->node);
	router_speaker_stop(h->sim, node, false);
	if (again->set && !again->v)
		return;
	delay = happen_crash_delay(h->sim, &h->sim->happen->bgp_crashes[node]);
	router_speaker_start(
		h->sim, node,
		delay + distribution_sample(&h->sim->setup->bgp->timing.daemon_start,
					    &h->sim->routing->timing));
}

void happen_bgp_daemon_start(const struct happening *h)
{
	if (router_speaker_runs(h->sim, h->agent->node))
		happen_nothing(h, h->node, "its BGP daemon is already running");
	else if (!kernel_powered(h->sim, h->agent->node))
		happen_nothing(h, h->node, "it is down");
	else
		router_speaker_start(
			h->sim, h->agent->node,
			distribution_sample(&h->sim->setup->bgp->timing.daemon_start,
					    &h->sim->routing->timing));
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
	struct wire *wire;
	bool up = false;

	if (!happen_has_wire(h))
		return;
	for (uint32_t from = 0; (wire = happen_next_wire(h, &from)) != NULL;)
		up |= wire_is_up(wire);
	if (!up) {
		happen_nothing(h, h->node, "the session is not up");
		return;
	}
	trace_note(h->sim, "session-reset", CAUSE_SCENARIO, "the session of %s was reset",
		   h->node);
	for (uint32_t from = 0; (wire = happen_next_wire(h, &from)) != NULL;)
		if (wire_is_up(wire))
			wire_reset(h->sim, wire, h->event->flag);
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
		       : "the cut between %s and %s is over",
		   h->node, h->sim->setup->bgp->routers.items[h->event->router].router->name);
	for (uint32_t from = 0; (wire = happen_next_wire(h, &from)) != NULL;)
		(void)wire_cut(h->sim, wire, cut);
}

void happen_cut(const struct happening *h)
{
	happen_cut_or_heal(h, true);
}

void happen_heal(const struct happening *h)
{
	happen_cut_or_heal(h, false);
}

static void happen_router_daemon(const struct happening *h, bool start, bool orderly)
{
	const struct setup_bgp *bgp = h->sim->setup->bgp;
	const char *name = bgp->routers.items[h->event->router].router->name;
	const struct router_profile *profile =
		bgp->routers.items[h->event->router].settings.profile;
	const sim_ns delay =
		bgp_span_sample(start ? &profile->start_to_fib : &profile->stop_to_fib,
				&h->sim->routing->timing);

	if (h->sim->routing->router_runs[h->event->router] == start) {
		happen_nothing(h, name, start ? "it is already running" : "it is not running");
		return;
	}
	h->sim->routing->router_runs[h->event->router] = start;
	trace_note(h->sim, start ? "router-started" : "router-stopped", CAUSE_SCENARIO,
		   "the BGP daemon of %s %s", name,
		   start     ? "starts"
		   : orderly ? "stops"
			     : "died");
	for (uint32_t i = 0; i < bgp->sessions.count; i++) {
		struct wire *wire = &h->sim->routing->wires[i];

		if (bgp->sessions.items[i].router != h->event->router ||
		    bgp->sessions.items[i].outcome == OPENING_NEVER)
			continue;
		if (start)
			wire_router_started(h->sim, wire, delay);
		else
			wire_router_stopped(h->sim, wire, orderly, delay);
	}
}

void happen_router_daemon_stop(const struct happening *h)
{
	happen_router_daemon(h, false, true);
}

void happen_router_daemon_kill(const struct happening *h)
{
	happen_router_daemon(h, false, false);
}

void happen_router_daemon_start(const struct happening *h)
{
	happen_router_daemon(h, true, true);
}
