/* SPDX-License-Identifier: Apache-2.0 */
/* What the scenario does to BGP: daemons of nodes and routers, sessions, the wire between
 * them (T11). */
#include "sim/router/router.h"
#include "sim/run/happening.h"

void happen_bgp_daemon_stop(const struct happening *h)
{
	if (!router_speaker_runs(h->sim, h->agent->node)) {
		happen_nothing(h, h->node, "it has no BGP daemon that runs");
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
		happen_nothing(h, h->node, "it has no BGP daemon that runs");
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
		happen_nothing(h, h->node, "its BGP daemon runs already");
	else if (!kernel_powered(h->sim, h->agent->node))
		happen_nothing(h, h->node, "it is down");
	else
		router_speaker_start(
			h->sim, h->agent->node,
			distribution_sample(&h->sim->setup->bgp->timing.daemon_start,
					    &h->sim->routing->timing));
}

/* The session of the node with the router that the event names; NULL and a note: none. */
static struct wire *happen_find_wire(const struct happening *h)
{
	const struct setup_bgp *bgp = h->sim->setup->bgp;

	for (uint32_t i = 0; i < bgp->sessions.count; i++)
		if (bgp->sessions.items[i].node == h->agent->node &&
		    bgp->sessions.items[i].router == h->event->router)
			return &h->sim->routing->wires[i];
	happen_nothing(h, h->node, "no configuration makes a session with that router");
	return NULL;
}

void happen_bgp_session_reset(const struct happening *h)
{
	struct wire *wire = happen_find_wire(h);

	if (wire == NULL)
		return;
	if (!wire_is_up(wire)) {
		happen_nothing(h, h->node, "the session is not up");
		return;
	}
	trace_note(h->sim, "session-reset", CAUSE_SCENARIO, "the session of %s was reset",
		   h->node);
	wire_reset(h->sim, wire, h->event->flag);
}

static void happen_cut_or_heal(const struct happening *h, bool cut)
{
	struct wire *wire = happen_find_wire(h);
	const char *router;

	if (wire == NULL)
		return;
	router = h->sim->setup->bgp->routers.items[h->event->router].router->name;
	trace_note(h->sim, cut ? "cut" : "healed", CAUSE_SCENARIO,
		   cut ? "nothing passes between %s and %s"
		       : "%s and %s reach each other again",
		   h->node, router);
	if (!wire_cut(h->sim, wire, cut))
		happen_nothing(h, h->node, cut ? "it is cut off already" : "it is not cut off");
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
		happen_nothing(h, name, start ? "it runs already" : "it does not run");
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
