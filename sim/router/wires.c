/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold of all sessions at any moment, and once a cluster is quiet. Looked at where
 * invariants are asked for.
 */
#include "sim/router/router.h"

/* The timer of an end is where its state says; of a process that is stopped none fires. */
static bool wires_timers(const struct sim *sim, const struct wire *w)
{
	return engine_pending(&sim->engine, w->near_timer) ==
		       (w->near.next != BGP_NEVER && !w->near_late) &&
	       engine_pending(&sim->engine, w->far_timer) == (w->far.next != BGP_NEVER);
}

/* Whether something is under way that tells the end what became of the other one. */
static bool wires_hears(const struct sim *sim, const struct wire *w, enum wire_end end)
{
	return engine_pending(&sim->engine, w->silence[end].expiry) ||
	       engine_pending(&sim->engine, w->silence[end].again) ||
	       engine_pending(&sim->engine, w->stale) ||
	       engine_pending(&sim->engine, w->rejected) ||
	       engine_pending(&sim->engine, w->farewell[end]) ||
	       (end == WIRE_NODE && w->near_lost);
}

/* An end that opens, or has a session that the other one has not, does not stay so. Without
 * keepalives nobody notices (T6.1). */
static bool wires_end(const struct sim *sim, const struct wire *w)
{
	const bool opens =
		w->near.state == SPEAKER_OPENING || w->far.state == ROUTER_SESSION_OPENING;

	if (opens && !w->stuck && !engine_pending(&sim->engine, w->opening))
		return false;
	if (w->setup->hold == 0)
		return true;
	for (enum wire_end end = 0; end < WIRE_ENDS; end++) {
		if (wire_end_is_up(w, end) && !wire_is_up(w) && !wires_hears(sim, w, end))
			return false;
	}
	return true;
}

/* Nobody is deaf who can hear, and who hears nothing has a hold timer that runs. */
static bool wires_silence(const struct sim *sim, const struct wire *w)
{
	for (enum wire_end end = 0; end < WIRE_ENDS; end++) {
		const struct silence *silence = &w->silence[end];

		if (silence->deaf == wire_reaches(sim, w, end))
			return false;
		if (silence->on && (!wire_end_is_up(w, end) ||
				    (!engine_pending(&sim->engine, silence->expiry) &&
				     !(end == WIRE_NODE && w->near_lost))))
			return false;
	}
	return w->forwards == wire_forwards(sim, w);
}

/* Routes are there by sessions: those that are up, that are waited for, or that the router is
 * about to take out. */
static bool wires_routes(const struct sim *sim, const struct wire *w)
{
	const bool may_have = w->far.state == ROUTER_SESSION_UP || w->lingering ||
			      engine_pending(&sim->engine, w->update);

	for (uint32_t p = 0; !may_have && p < sim->setup->bgp->prefixes.count; p++) {
		if (bits_get(w->routes, p))
			return false;
	}
	return true;
}

/* What is measured of a session is what the router's end is. */
static bool wires_result(const struct wire *w)
{
	const uint32_t count = w->result->intervals.count;
	const bool up = w->far.state == ROUTER_SESSION_UP;

	if (count == 0)
		return !up;
	return w->result->intervals.items[count - 1].up == up &&
	       w->result->intervals.items[count - 1].until == SIM_NEVER;
}

const char *wires_broken(const struct sim *sim)
{
	for (uint32_t i = 0; i < sim->setup->bgp->sessions.count; i++) {
		const struct wire *w = &sim->routing->wires[i];

		if (!wires_timers(sim, w) || !wires_end(sim, w))
			return "an end of a BGP session waits for an event that no queue holds";
		if (!wires_silence(sim, w))
			return "an end of a BGP session does not know what reaches it";
		if (!wires_routes(sim, w))
			return "a router has routes of a BGP session that is down";
		if (!wires_result(w))
			return "a BGP session is not measured as it is";
	}
	return NULL;
}

/* Both ends want the session, and can have it. */
static bool wires_may_be_up(const struct sim *sim, const struct wire *w)
{
	return w->outcome == OPENING_WORKS && !w->stuck && wire_passes(sim, w) &&
	       w->near.state != SPEAKER_OFF && w->near.state != SPEAKER_DISABLED &&
	       w->far.state != ROUTER_SESSION_OFF && w->far.state != ROUTER_SESSION_DISABLED;
}

/* A dial of one end can come while the other does not take it. The next one of either does, so
 * each has dialed twice by then. */
static sim_ns wires_patience(const struct wire *w, const struct setup_router *router)
{
	return 2 * (speaker_longest_wait(&w->setup->settings) +
		    router_session_longest_wait(&router->settings));
}

bool wires_settled(const struct sim *sim, sim_ns quiet_since)
{
	for (uint32_t i = 0; i < sim->setup->bgp->sessions.count; i++) {
		const struct wire *w = &sim->routing->wires[i];
		const struct setup_router *router =
			&sim->setup->bgp->routers.items[w->setup->router];
		const sim_ns since = w->begun > quiet_since ? w->begun : quiet_since;

		if (!wire_is_up(w) && wires_may_be_up(sim, w) &&
		    sim->engine.now - since > wires_patience(w, router))
			return false;
	}
	return true;
}
