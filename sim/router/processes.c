/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ends of a session do to it: their processes start and end, resets, shutdowns, and
 * other settings and keys (T3.8, T3.10, T4.8, T9, BG2.4).
 */
#include "sim/router/wire_parts.h"

/* T3.10: from the end of a process to what the other end hears of it. */
static const struct bgp_span closed_after = { 400000, 13 * NS_PER_MS };

void wire_speaker_started(struct sim *sim, struct wire *w)
{
	if (w->outcome != OPENING_NEVER)
		wire_near(sim, w, SPEAKER_STARTS);
}

/* What the router is told by the end of the node's process. */
static void wire_hears_the_end(void *context, void *actor, uint64_t orderly)
{
	struct sim *sim = context;
	struct wire *w = actor;
	/* fork-1.3 says nothing to those that keep its routes (BG5.6). */
	const bool notified =
		orderly != 0 && (w->setup->restart == 0 || wire_restart_time(sim, w) == 0);

	if (notified)
		tap_says(sim, w, WIRE_NODE, 6, 3);
	else
		tap_closes(sim, w, WIRE_NODE);
	if (!wire_reaches(sim, w, WIRE_ROUTER))
		return;
	if (w->far.state == ROUTER_SESSION_OPENING) {
		wire_far(sim, w, ROUTER_SESSION_CLOSED_EARLY);
	} else if (w->far.state == ROUTER_SESSION_UP && notified) {
		wire_loses(sim, w, ROUTER_SESSION_LOST_CEASE, "notification 6/3",
			   "the node's daemon stopped");
	} else if (w->far.state == ROUTER_SESSION_UP) {
		wire_loses(sim, w, ROUTER_SESSION_LOST_CLOSED, "closed",
			   "the node's daemon is gone");
		wire_keep_routes(sim, w);
	}
}

void wire_speaker_stopped(struct sim *sim, struct wire *w, bool orderly, bool alive)
{
	const bool connected = w->near.state == SPEAKER_UP || w->near.state == SPEAKER_OPENING;

	silence_ends(sim, w, WIRE_NODE);
	w->near_late = false;
	w->near_lost = false;
	wire_near(sim, w, SPEAKER_EXITS);
	if (connected && alive)
		w->farewell[WIRE_ROUTER] =
			engine_in(&sim->engine, bgp_span_sample(&closed_after, &w->random),
				  wire_hears_the_end, w, orderly);
	else if (connected)
		tap_forgets(sim, w, WIRE_NODE);
	if (!connected || alive)
		return;
	if (w->far.state == ROUTER_SESSION_OPENING)
		wire_far(sim, w, ROUTER_SESSION_CLOSED_EARLY);
}

void wire_speaker_resumed(struct sim *sim, struct wire *w)
{
	tap_resumed(sim, w);
	/* What it owes it sends at once. */
	w->silence[WIRE_ROUTER].due = sim->engine.now;
	if (w->near_lost)
		wire_node_loses(sim, w, SPEAKER_LOST);
	else if (w->near_late)
		wire_near_fires(sim, w, 0);
	w->near_late = false;
	w->near_lost = false;
	wire_path_changed(sim, w);
}

static void wire_node_hears_the_end(void *context, void *actor, uint64_t orderly)
{
	struct sim *sim = context;
	struct wire *w = actor;

	/* T4.8 */
	if (orderly != 0)
		tap_says(sim, w, WIRE_ROUTER, 6,
			 wire_router(sim, w)->settings.profile->error_wait ? 2 : 3);
	else
		tap_closes(sim, w, WIRE_ROUTER);
	if (!wire_reaches(sim, w, WIRE_NODE))
		return;
	if (w->near.state == SPEAKER_UP)
		wire_node_loses(sim, w, SPEAKER_LOST);
	else
		wire_near(sim, w, SPEAKER_CLOSED_EARLY);
}

void wire_router_started(struct sim *sim, struct wire *w, sim_ns delay)
{
	wire_far(sim, w, ROUTER_SESSION_STARTS);
	/* A shutdown is in its configuration. */
	if (w->shut_down)
		wire_far(sim, w, ROUTER_SESSION_DISABLES);
	if (!w->lingering)
		return;
	w->lingering = false;
	paths_update_in(sim, w, delay, "the daemon starts with no routes");
}

/* The daemon is gone. True: the session was up. */
static bool wire_router_ends(struct sim *sim, struct wire *w, const char *cause)
{
	const bool was_up = w->far.state == ROUTER_SESSION_UP;

	silence_ends(sim, w, WIRE_ROUTER);
	engine_cancel(&sim->engine, &w->stale);
	wire_far(sim, w, ROUTER_SESSION_EXITS);
	if (was_up)
		wire_note(sim, w, false, cause, wire_router(sim, w)->router->name);
	return was_up;
}

void wire_router_stopped(struct sim *sim, struct wire *w, bool orderly, bool empties,
			 sim_ns delay)
{
	const bool was_up = wire_router_ends(sim, w, orderly ? "notification 6/2" : "closed");

	/* Those of a graceful restart, too: nobody waits for the node any more. */
	const bool had = was_up || w->lingering;

	w->farewell[WIRE_NODE] =
		engine_in(&sim->engine, bgp_span_sample(&closed_after, &w->random),
			  wire_node_hears_the_end, w, orderly);
	engine_cancel(&sim->engine, &w->restart);
	w->lingering = !empties && had;
	if (had && empties)
		paths_update_in(sim, w, delay,
				orderly ? "the router's daemon stopped"
					: "the router's BGP daemon died");
}

static void wire_forgets(void *context, void *actor, uint64_t arg)
{
	(void)arg;
	paths_update(context, actor, "the router lost power");
}

void wire_router_crashed(struct sim *sim, struct wire *w)
{
	(void)wire_router_ends(sim, w, "power");
	tap_forgets(sim, w, WIRE_ROUTER);
	if (w->near.state == SPEAKER_OPENING)
		wire_near(sim, w, SPEAKER_CLOSED_EARLY);
	w->lingering = false;
	engine_cancel(&sim->engine, &w->restart);
	engine_cancel(&sim->engine, &w->update);
	w->update = engine_at(&sim->engine, sim->engine.now, wire_forgets, w, 0);
}

void wire_reset(struct sim *sim, struct wire *w, bool by_router)
{
	tap_says(sim, w, by_router ? WIRE_ROUTER : WIRE_NODE, 6, 4);
	if (by_router) {
		wire_loses(sim, w, ROUTER_SESSION_RESETS, "reset", "the router reset it");
		if (wire_reaches(sim, w, WIRE_NODE))
			wire_node_loses(sim, w, SPEAKER_LOST);
		return;
	}
	wire_node_loses(sim, w, SPEAKER_RESETS);
	if (wire_reaches(sim, w, WIRE_ROUTER))
		wire_loses(sim, w, ROUTER_SESSION_LOST_CEASE, "notification 6/4",
			   "the node reset it");
}

/* The NOTIFICATION of each change of a peer (BG2.4i). */
static const char *wire_change_cause(enum bgp_peer_change change)
{
	return change == BGP_PEER_RESET ? "notification 6/6" : "notification 6/3";
}

/* The node ends the session, up or not yet. */
static void wire_node_ends(struct sim *sim, struct wire *w, enum speaker_event event,
			   const char *cause, const char *words)
{
	wire_node_loses(sim, w, event);
	if (!wire_reaches(sim, w, WIRE_ROUTER))
		return;
	if (w->far.state == ROUTER_SESSION_UP)
		wire_loses(sim, w, ROUTER_SESSION_LOST_CEASE, cause, words);
	else if (w->far.state == ROUTER_SESSION_OPENING)
		wire_far(sim, w, ROUTER_SESSION_CLOSED_EARLY);
}

/* A router that knows the node tries it, or waits for it, from now on. */
static void wire_await(struct sim *sim, struct wire *w)
{
	if (w->far.state == ROUTER_SESSION_OFF && w->outcome != OPENING_NEVER &&
	    sim->routing->routers[w->setup->router].runs)
		wire_far(sim, w, ROUTER_SESSION_STARTS);
}

void wire_set_peer(struct sim *sim, struct wire *w, const struct setup_session *peer,
		   enum bgp_peer_change change)
{
	const bool connected = w->near.state == SPEAKER_UP || w->near.state == SPEAKER_OPENING;

	if (peer == NULL) {
		if (connected)
			wire_node_ends(sim, w, SPEAKER_EXITS, wire_change_cause(change),
				       "the node no longer has this neighbor");
		else
			wire_near(sim, w, SPEAKER_EXITS);
		w->outcome = OPENING_NEVER;
		return;
	}
	if (connected && (change == BGP_PEER_RESET || change == BGP_PEER_OTHER_AS))
		wire_node_ends(sim, w,
			       w->near.state == SPEAKER_UP ? SPEAKER_LOST : SPEAKER_CLOSED_LATE,
			       wire_change_cause(change),
			       "the node has another BGPConfiguration");
	w->setup = peer;
	w->outcome = peer->outcome;
	wire_await(sim, w);
	if (change == BGP_PEER_ADDED)
		wire_speaker_started(sim, w);
	else if (change == BGP_PEER_SHUT_DOWN || change == BGP_PEER_ALLOWED_UP)
		wire_enable(sim, w, false, change == BGP_PEER_ALLOWED_UP);
}

static void wire_disable(struct sim *sim, struct wire *w, bool by_router)
{
	const bool was_up = wire_is_up(w);

	tap_says(sim, w, by_router ? WIRE_ROUTER : WIRE_NODE, 6, 2);
	if (by_router) {
		wire_loses(sim, w, ROUTER_SESSION_DISABLES, "shutdown",
			   "the router shut it down");
		if (wire_reaches(sim, w, WIRE_NODE)) {
			wire_near(sim, w, SPEAKER_CLOSED_LATE);
			wire_node_loses(sim, w, SPEAKER_LOST);
		}
		return;
	}
	wire_node_loses(sim, w, SPEAKER_DISABLES);
	if (!wire_reaches(sim, w, WIRE_ROUTER))
		return;
	if (was_up)
		wire_loses(sim, w, ROUTER_SESSION_LOST_CEASE, "notification 6/2",
			   "the node shut it down");
	else
		wire_far(sim, w, ROUTER_SESSION_CLOSED_EARLY);
}

bool wire_can_enable(const struct wire *w, bool by_router, bool enabled)
{
	const bool disabled = by_router ? w->far.state == ROUTER_SESSION_DISABLED
					: w->near.state == SPEAKER_DISABLED;
	const bool off =
		by_router ? w->far.state == ROUTER_SESSION_OFF : w->near.state == SPEAKER_OFF;

	return !off && disabled == enabled;
}

void wire_enable(struct sim *sim, struct wire *w, bool by_router, bool enabled)
{
	if (!wire_can_enable(w, by_router, enabled))
		return;
	if (by_router)
		w->shut_down = !enabled;
	if (!enabled)
		wire_disable(sim, w, by_router);
	else if (by_router)
		wire_far(sim, w, ROUTER_SESSION_ENABLES);
	else
		wire_near(sim, w, SPEAKER_ENABLES);
}

static enum opening_outcome wire_outcome(const struct wire *w, bool match)
{
	return match ? w->setup->unlocked : OPENING_SILENT;
}

bool wire_can_set_keys(const struct wire *w, bool match)
{
	return w->outcome != wire_outcome(w, match) && w->setup->unlocked != OPENING_NEVER;
}

void wire_set_keys(struct sim *sim, struct wire *w, bool match)
{
	if (!wire_can_set_keys(w, match))
		return;
	if (wire_is_up(w))
		wire_reset(sim, w, true);
	if (engine_pending(&sim->engine, w->opening)) {
		engine_cancel(&sim->engine, &w->opening);
		tap_closes(sim, w, WIRE_ROUTER);
		wire_near(sim, w, SPEAKER_CLOSED_LATE);
		wire_far(sim, w, ROUTER_SESSION_CLOSED_EARLY);
	}
	w->outcome = wire_outcome(w, match);
	if (match)
		wire_resume_dials(sim, w);
}
