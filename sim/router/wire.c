/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One session between a node and a router: both state machines of purelb/bgp/, and what TCP
 * makes of their dials and of the end of a process (T3 to T5, T9, T10). Left out: two
 * connections at once (T3.9).
 */
#include "sim/router/tap.h"

#include "base/text.h"
#include "sim/engine/trace.h"

/* T5.1: when the SYNs of one dial go out, after its start. */
static const int64_t syns_ms[] = { 0,    1000,  2050,  3100,  4100, 5100,
				   7100, 11300, 19500, 35700, 69000 };

/* T3.3: an address that does not resolve. */
static const struct bgp_span unresolved_after = { 3050 * NS_PER_MS, 3080 * NS_PER_MS };
/* T3.10: from the end of a process to what the other end hears of it. */
static const struct bgp_span closed_after = { 400000, 13 * NS_PER_MS };
static const char *wire_node(const struct sim *sim, const struct wire *w)
{
	return sim->setup->nodes.items[w->setup->node].name;
}

static const struct setup_router *wire_router(const struct sim *sim, const struct wire *w)
{
	return &sim->setup->bgp->routers.items[w->setup->router];
}

bool wire_is_up(const struct wire *w)
{
	return w->near.state == SPEAKER_UP && w->far.state == ROUTER_SESSION_UP;
}

bool wire_end_is_up(const struct wire *w, enum wire_end end)
{
	return end == WIRE_NODE ? w->near.state == SPEAKER_UP
				: w->far.state == ROUTER_SESSION_UP;
}

static bool wire_is_paused(const struct sim *sim, const struct wire *w)
{
	return sim->routing->speakers[w->setup->node].paused;
}

/* ---- the two ends ---- */

static void wire_near_fires(void *context, void *actor, uint64_t arg);
static void wire_far_fires(void *context, void *actor, uint64_t arg);
/* Whether a dial of that end can come to anything: a router does not dial whom it does not
 * know. */
static bool wire_answers(const struct wire *w, bool near)
{
	return w->outcome != OPENING_SILENT && (near || w->outcome != OPENING_CLOSED);
}

static void wire_dial(struct sim *sim, struct wire *w, bool near);

/* Moves the timer of an end to where its state says. */
static void wire_set_near_timer(struct sim *sim, struct wire *w)
{
	engine_cancel(&sim->engine, &w->near_timer);
	w->near_late = false;
	w->near_timer = engine_at(&sim->engine, w->near.next, wire_near_fires, w, 0);
	if (w->near.state != SPEAKER_DIALING)
		engine_cancel(&sim->engine, &w->near_dial);
}

static void wire_set_far_timer(struct sim *sim, struct wire *w)
{
	engine_cancel(&sim->engine, &w->far_timer);
	w->far_timer = engine_at(&sim->engine, w->far.next, wire_far_fires, w, 0);
	if (w->far.state != ROUTER_SESSION_DIALING)
		engine_cancel(&sim->engine, &w->far_dial);
}

static void wire_near(struct sim *sim, struct wire *w, enum speaker_event event)
{
	speaker_step(&w->near, &w->setup->settings, event, sim->engine.now, &w->random);
	wire_set_near_timer(sim, w);
}

static void wire_far(struct sim *sim, struct wire *w, enum router_session_event event)
{
	router_session_step(&w->far, &wire_router(sim, w)->settings, event, sim->engine.now,
			    &w->random);
	wire_set_far_timer(sim, w);
}

static void wire_near_fires(void *context, void *actor, uint64_t arg)
{
	struct wire *w = actor;

	(void)arg;
	/* Of a process that is stopped no timer fires. */
	if (wire_is_paused(context, w)) {
		w->near_late = true;
		return;
	}
	wire_near(context, w, SPEAKER_TIMER);
	if (w->near.state == SPEAKER_DIALING)
		wire_dial(context, w, true);
}

static void wire_far_fires(void *context, void *actor, uint64_t arg)
{
	struct wire *w = actor;

	(void)arg;
	wire_far(context, w, ROUTER_SESSION_TIMER);
	if (w->far.state == ROUTER_SESSION_DIALING)
		wire_dial(context, w, false);
}

/* ---- the session as a whole ---- */

static void wire_end_interval(struct sim *sim, struct wire *w)
{
	struct session_interval *last =
		&w->result->intervals.items[w->result->intervals.count - 1];

	if (w->result->intervals.count > 0)
		last->until = sim->engine.now;
}

static void wire_note(struct sim *sim, struct wire *w, bool up, const char *cause,
		      const char *by)
{
	const struct session_interval interval = { sim->engine.now, SIM_NEVER, up, cause, by };

	wire_end_interval(sim, w);
	ARRAY_ADD(sim->arena, &w->result->intervals, interval);
}

/* How long a session that comes up stands for one that has been up: what the warm-up brings up
 * stands for sessions of any age, whose keepalives are at any point of their interval (T6.4).
 */
static sim_ns wire_past(struct sim *sim, struct wire *w)
{
	const struct bgp_span interval = { 0, bgp_time_seconds(w->setup->keepalive) };

	return sim->engine.now < sim->setup->warmup && interval.max_ns > 0
		       ? bgp_span_sample(&interval, &w->random)
		       : 0;
}

/* The subcode with which the router refuses the node's OPEN (T3.6). */
static unsigned wire_refusal(const struct wire *w)
{
	ARRAY_FOREACH (const struct bgp_why, why, &w->setup->session->reasons) {
		if (why->reason == BGP_WHY_ROUTER_ID)
			return 3;
		if (why->reason == BGP_WHY_HOLD)
			return 6;
	}
	return 2;
}

/* Both ends are established, or one closes because the other has given up meanwhile. */
static void wire_opened(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	if (w->near.state != SPEAKER_OPENING || w->far.state != ROUTER_SESSION_OPENING) {
		wire_near(sim, w, SPEAKER_CLOSED_EARLY);
		wire_far(sim, w, ROUTER_SESSION_CLOSED_EARLY);
		return;
	}
	if (!wire_passes(sim, w)) {
		tap_forgets(sim, w, WIRE_NODE);
		tap_forgets(sim, w, WIRE_ROUTER);
		wire_near(sim, w, SPEAKER_CLOSED_LATE);
		wire_far(sim, w, ROUTER_SESSION_CLOSED_EARLY);
		return;
	}
	if (w->outcome == OPENING_NODE_REFUSES) {
		tap_says(sim, w, WIRE_NODE, 2, 2);
		wire_near(sim, w, SPEAKER_CLOSED_EARLY);
		wire_far(sim, w, ROUTER_SESSION_OPEN_REFUSED);
		w->result->refused++;
		return;
	}
	if (w->outcome == OPENING_ROUTER_REFUSES) {
		tap_says(sim, w, WIRE_ROUTER, 2, wire_refusal(w));
		/* FRR refuses after its own OPEN (T3.7). */
		wire_near(sim, w,
			  wire_router(sim, w)->settings.profile->error_wait
				  ? SPEAKER_CLOSED_EARLY
				  : SPEAKER_CLOSED_LATE);
		wire_far(sim, w, ROUTER_SESSION_OPEN_REFUSED);
		w->result->refused++;
		return;
	}
	wire_near(sim, w, SPEAKER_OPENED);
	wire_far(sim, w, ROUTER_SESSION_OPENED);
	w->since = sim->engine.now - wire_past(sim, w);
	silence_ends(sim, w, WIRE_NODE);
	silence_ends(sim, w, WIRE_ROUTER);
	w->result->ups++;
	tap_opened(sim, w);
	wire_note(sim, w, true, NULL, NULL);
	trace_note(sim, "session-up", NULL, "%s has its session with %s", wire_node(sim, w),
		   wire_router(sim, w)->router->name);
	/* What is left of a graceful restart goes when the node has sent all it has (T10.2). */
	if (!w->lingering || sim->routing->speakers[w->setup->node].polled)
		wire_restarted(sim, w);
}

void wire_restarted(struct sim *sim, struct wire *w)
{
	const struct router_profile *profile = wire_router(sim, w)->settings.profile;

	w->lingering = false;
	engine_cancel(&sim->engine, &w->restart);
	paths_update_in(sim, w, bgp_span_sample(&profile->update_to_fib, &w->random),
			"its session is up");
}

/* The router's end is gone, and its routes go with it. `why` is for the timeline. */
void wire_loses(struct sim *sim, struct wire *w, enum router_session_event event,
		const char *cause, const char *words)
{
	const bool was_up = w->far.state == ROUTER_SESSION_UP;
	const struct router_profile *profile = wire_router(sim, w)->settings.profile;

	silence_ends(sim, w, WIRE_ROUTER);
	engine_cancel(&sim->engine, &w->stale);
	wire_far(sim, w, event);
	if (!was_up)
		return;
	/* What a node that restarts had announced before goes with its new session. */
	w->lingering = false;
	engine_cancel(&sim->engine, &w->restart);
	wire_note(sim, w, false, cause, wire_router(sim, w)->router->name);
	trace_note(sim, "session-down", words, "%s dropped %s",
		   wire_router(sim, w)->router->name, wire_node(sim, w));
	paths_update_in(sim, w, bgp_span_sample(&profile->loss_to_fib, &w->random), words);
}

void wire_node_loses(struct sim *sim, struct wire *w, enum speaker_event event)
{
	/* A process that is stopped hears of it when it goes on. */
	if (wire_is_paused(sim, w)) {
		w->near_lost = true;
		return;
	}
	silence_ends(sim, w, WIRE_NODE);
	wire_near(sim, w, event);
}

/* ---- dials ---- */

static void wire_open(struct sim *sim, struct wire *w, bool near)
{
	const sim_ns after =
		distribution_sample(&sim->setup->bgp->timing.session_open, &w->random);

	tap_answers(sim, w, near ? WIRE_NODE : WIRE_ROUTER, TAP_OPENS, after);
	if (near) {
		wire_near(sim, w, SPEAKER_ANSWERED);
		wire_far(sim, w, ROUTER_SESSION_INCOMING);
	} else {
		wire_far(sim, w, ROUTER_SESSION_ANSWERED);
		wire_near(sim, w, SPEAKER_INCOMING);
	}
	engine_cancel(&sim->engine, &w->opening);
	w->opening = engine_in(&sim->engine, after, wire_opened, w, 0);
}

/* A SYN of the node has reached the router. */
static void wire_reach_router(struct sim *sim, struct wire *w)
{
	const struct router_profile *profile = wire_router(sim, w)->settings.profile;

	if (w->far.state == ROUTER_SESSION_OFF || w->far.state == ROUTER_SESSION_DISABLED) {
		tap_answers(sim, w, WIRE_NODE, TAP_REFUSES, 0);
		wire_near(sim, w, SPEAKER_REFUSED);
	} else if (router_session_accepts(&w->far) && w->outcome != OPENING_CLOSED) {
		wire_open(sim, w, true);
	} else {
		/* FRR tells a newcomer 6/7 after both OPENs; BIRD closes at once (T4.4). */
		const bool late = w->far.state == ROUTER_SESSION_UP && !profile->error_wait;

		tap_answers(sim, w, WIRE_NODE, late ? TAP_LATE : TAP_CLOSES, 0);
		wire_near(sim, w, SPEAKER_ANSWERED);
		wire_near(sim, w, late ? SPEAKER_CLOSED_LATE : SPEAKER_CLOSED_EARLY);
		w->result->refused++;
	}
}

/* A SYN of the router has reached the node. */
static void wire_reach_node(struct sim *sim, struct wire *w)
{
	if (speaker_accepts(&w->near))
		wire_open(sim, w, false);
	else {
		tap_answers(sim, w, WIRE_ROUTER,
			    w->near.state == SPEAKER_OFF ? TAP_REFUSES : TAP_CLOSES, 0);
		wire_far(sim, w, ROUTER_SESSION_REFUSED);
	}
}

/* What the end that dials hears, if anything. */
static void wire_syn_arrives(void *context, void *actor, uint64_t near)
{
	struct sim *sim = context;
	struct wire *w = actor;

	if (!wire_passes(sim, w))
		return;
	if (near != 0 && w->near.state == SPEAKER_DIALING)
		wire_reach_router(sim, w);
	else if (near == 0 && w->far.state == ROUTER_SESSION_DIALING)
		wire_reach_node(sim, w);
}

static void wire_unresolved(void *context, void *actor, uint64_t near)
{
	struct sim *sim = context;
	struct wire *w = actor;

	if (near != 0)
		wire_near(sim, w, SPEAKER_REFUSED);
	else
		wire_far(sim, w, ROUTER_SESSION_REFUSED);
}

static void wire_dial(struct sim *sim, struct wire *w, bool near)
{
	struct event_id *result = near ? &w->near_dial : &w->far_dial;

	engine_cancel(&sim->engine, result);
	*(near ? &w->near_dialed : &w->far_dialed) = sim->engine.now;
	if (near)
		w->result->dials++;
	tap_dial(sim, w, near ? WIRE_NODE : WIRE_ROUTER);
	if (!wire_answers(w, near))
		return;
	if (wire_passes(sim, w))
		wire_syn_arrives(sim, w, near);
	else if (wire_rejects(sim, w, near ? WIRE_ROUTER : WIRE_NODE)) {
		tap_answers(sim, w, near ? WIRE_NODE : WIRE_ROUTER, TAP_REFUSES, 0);
		wire_unresolved(sim, w, near);
	} else if (!wire_forwards(sim, w) && !w->cut)
		*result =
			engine_in(&sim->engine, bgp_span_sample(&unresolved_after, &w->random),
				  wire_unresolved, w, near);
}

/* The path is back: a dial in progress comes up at its next SYN (T5.1). */
static void wire_resume_dial(struct sim *sim, struct wire *w, bool near)
{
	struct event_id *result = near ? &w->near_dial : &w->far_dial;
	const sim_ns began = near ? w->near_dialed : w->far_dialed;

	if (!wire_answers(w, near))
		return;
	for (size_t i = 0; i < ARRAY_LEN(syns_ms); i++) {
		const sim_ns at = began + syns_ms[i] * NS_PER_MS;

		if (at < sim->engine.now)
			continue;
		engine_cancel(&sim->engine, result);
		*result = engine_at(&sim->engine, at, wire_syn_arrives, w, near);
		return;
	}
}

void wire_resume_dials(struct sim *sim, struct wire *w)
{
	if (w->near.state == SPEAKER_DIALING)
		wire_resume_dial(sim, w, true);
	if (w->far.state == ROUTER_SESSION_DIALING)
		wire_resume_dial(sim, w, false);
}

/* ---- processes, resets ---- */

void wire_speaker_started(struct sim *sim, struct wire *w)
{
	if (w->outcome != OPENING_NEVER)
		wire_near(sim, w, SPEAKER_STARTS);
}

/* The router keeps the routes of a node that is to come back (T10.2). */
static void wire_keep_routes(struct sim *sim, struct wire *w);

/* What the router is told by the end of the node's process. */
static void wire_hears_the_end(void *context, void *actor, uint64_t orderly)
{
	struct sim *sim = context;
	struct wire *w = actor;

	if (orderly != 0)
		tap_says(sim, w, WIRE_NODE, 6, 3);
	else
		tap_closes(sim, w, WIRE_NODE);
	if (!wire_reaches(sim, w, WIRE_ROUTER))
		return;
	if (w->far.state == ROUTER_SESSION_OPENING) {
		wire_far(sim, w, ROUTER_SESSION_CLOSED_EARLY);
	} else if (w->far.state == ROUTER_SESSION_UP && orderly != 0) {
		wire_loses(sim, w, ROUTER_SESSION_LOST_CEASE, "notification 6/3",
			   "the node's daemon stopped");
	} else if (w->far.state == ROUTER_SESSION_UP) {
		wire_loses(sim, w, ROUTER_SESSION_LOST_CLOSED, "closed",
			   "the node's daemon is gone");
		wire_keep_routes(sim, w);
	}
}

static void wire_restart_fails(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	w->lingering = false;
	paths_update(sim, w, "it did not come back within its restart time");
}

static void wire_keep_routes(struct sim *sim, struct wire *w)
{
	const sim_ns time = sim->routing->speakers[w->setup->node].restart_time;

	if (time == 0 || !wire_router(sim, w)->settings.profile->helps_restart)
		return;
	w->lingering = true;
	engine_cancel(&sim->engine, &w->restart);
	w->restart = engine_in(&sim->engine, time, wire_restart_fails, w, 0);
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
			   const char *cause)
{
	wire_node_loses(sim, w, event);
	if (!wire_reaches(sim, w, WIRE_ROUTER))
		return;
	if (w->far.state == ROUTER_SESSION_UP)
		wire_loses(sim, w, ROUTER_SESSION_LOST_CEASE, cause,
			   "the node has another BGPConfiguration");
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
			wire_node_ends(sim, w, SPEAKER_EXITS, wire_change_cause(change));
		else
			wire_near(sim, w, SPEAKER_EXITS);
		w->outcome = OPENING_NEVER;
		return;
	}
	if (connected && (change == BGP_PEER_RESET || change == BGP_PEER_OTHER_AS))
		wire_node_ends(sim, w,
			       w->near.state == SPEAKER_UP ? SPEAKER_LOST : SPEAKER_CLOSED_LATE,
			       wire_change_cause(change));
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
