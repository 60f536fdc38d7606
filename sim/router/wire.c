/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One session between a node and a router: both state machines of purelb/bgp/, what TCP makes
 * of their dials, and how a session comes up and is lost (T3 to T5, T9, T10). Left out: what
 * becomes of a connection on which one end falls silent before it is up (T3.5).
 */
#include "sim/router/wire_parts.h"

#include "base/text.h"
#include "sim/engine/trace.h"

/* T3.3: an address that does not resolve. */
static const struct bgp_span unresolved_after = { 3050 * NS_PER_MS, 3080 * NS_PER_MS };
static const char *wire_node(const struct sim *sim, const struct wire *w)
{
	return sim->setup->nodes.items[w->setup->node].name;
}

const struct setup_router *wire_router(const struct sim *sim, const struct wire *w)
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

void wire_near(struct sim *sim, struct wire *w, enum speaker_event event)
{
	if (event == SPEAKER_STARTS || event == SPEAKER_ENABLES)
		w->begun = sim->engine.now;
	speaker_step(&w->near, &w->setup->settings, event, sim->engine.now, &w->random);
	wire_set_near_timer(sim, w);
}

void wire_far(struct sim *sim, struct wire *w, enum router_session_event event)
{
	if (event == ROUTER_SESSION_STARTS || event == ROUTER_SESSION_ENABLES)
		w->begun = sim->engine.now;
	router_session_step(&w->far, &wire_router(sim, w)->settings, event, sim->engine.now,
			    &w->random);
	wire_set_far_timer(sim, w);
}

void wire_near_fires(void *context, void *actor, uint64_t arg)
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
	const uint32_t count = w->result->intervals.count;

	if (count > 0)
		w->result->intervals.items[count - 1].until = sim->engine.now;
}

void wire_note(struct sim *sim, struct wire *w, bool up, const char *cause, const char *by)
{
	const struct session_interval interval = {
		.since = sim->engine.now, .until = SIM_NEVER, .up = up, .cause = cause, .by = by
	};

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

/* "tor1"; "tor1 (10.0.0.1)" where the node has several sessions with it. */
static const char *wire_end_name(struct sim *sim, const struct wire *w)
{
	const struct node_speaker *speaker = &sim->routing->speakers[w->setup->node];
	const char *name = wire_router(sim, w)->router->name;
	char address[IP_TEXT_MAX];

	for (uint32_t i = 0; i < speaker->count; i++) {
		const struct wire *other = &sim->routing->wires[speaker->first + i];

		if (other != w && other->setup->router == w->setup->router)
			return arena_printf(
				sim->arena, "%s (%s)", name,
				ip_format(w->setup->session->router_address, address));
	}
	return name;
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
		   wire_end_name(sim, w));
	/* What is left of a graceful restart goes when the node has sent all it has (T10.2). */
	if (!w->lingering || sim->routing->speakers[w->setup->node].polled)
		wire_restarted(sim, w);
}

void wire_restarted(struct sim *sim, struct wire *w)
{
	w->lingering = false;
	engine_cancel(&sim->engine, &w->restart);
	paths_update_in(
		sim, w,
		bgp_span_sample(&wire_router(sim, w)->router->update_to_fib, &w->random),
		"its session is up");
}

/* The router's end is gone, and its routes go with it. `why` is for the timeline. */
void wire_loses(struct sim *sim, struct wire *w, enum router_session_event event,
		const char *cause, const char *words)
{
	const bool was_up = w->far.state == ROUTER_SESSION_UP;

	silence_ends(sim, w, WIRE_ROUTER);
	engine_cancel(&sim->engine, &w->stale);
	wire_far(sim, w, event);
	if (!was_up)
		return;
	/* What a node that restarts had announced before goes with its new session. */
	w->lingering = false;
	engine_cancel(&sim->engine, &w->restart);
	wire_note(sim, w, false, cause, wire_router(sim, w)->router->name);
	trace_note(sim, "session-down", words, "%s dropped %s", wire_end_name(sim, w),
		   wire_node(sim, w));
	paths_update_in(sim, w,
			bgp_span_sample(&wire_router(sim, w)->router->loss_to_fib, &w->random),
			words);
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

/* ---- graceful restart (T10) ---- */

/* For how long the router keeps the routes of the node; 0: it does not. */
sim_ns wire_restart_time(const struct sim *sim, const struct wire *w)
{
	const sim_ns told = sim->routing->speakers[w->setup->node].restart_time;

	if (!wire_router(sim, w)->settings.profile->helps_restart)
		return 0;
	return told != SIM_NEVER ? told : w->setup->restart;
}

static void wire_restart_fails(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	w->lingering = false;
	paths_update(sim, w, "it did not come back within its restart time");
}

/* The router keeps the routes of a node that is to come back (T10.2). */
void wire_keep_routes(struct sim *sim, struct wire *w)
{
	const sim_ns time = wire_restart_time(sim, w);

	if (time == 0)
		return;
	w->lingering = true;
	trace_note(sim, "routes-kept", "graceful restart",
		   "%s keeps the routes of %s for %.0f s", wire_router(sim, w)->router->name,
		   wire_node(sim, w), (double)time / (double)NS_PER_SEC);
	engine_cancel(&sim->engine, &w->restart);
	w->restart = engine_in(&sim->engine, time, wire_restart_fails, w, 0);
}

/* ---- dials ---- */

/* ---- two connections at once (T3.9) ---- */

/* The SYN of one end is on its way: whether the other dials before it has come. */
static bool wire_crosses(const struct sim *sim, const struct wire *w, bool near, sim_ns flight)
{
	const bool waits = near ? w->far.state == ROUTER_SESSION_WAITING
				: w->near.state == SPEAKER_WAITING;
	const sim_ns next = near ? w->far.next : w->near.next;

	return waits && wire_answers(w, !near) && next != BGP_NEVER &&
	       next - sim->engine.now <= flight;
}

/* The connection that the node dialed stays. A router that does not tell its ID has the address
 * of the session. */
static bool wire_keeps_own(const struct sim *sim, const struct wire *w)
{
	const struct bgp_session *session = w->setup->session;
	const struct bgp_router *router = wire_router(sim, w)->router;
	const struct ip id =
		router->has_router_id ? router->router_id : session->router_address;

	return speaker_keeps_own((uint32_t)session->node->router_id.ip.v, (uint32_t)id.v,
				 session->peer->local_as, router->asn);
}

/* The other end dials as well. Of both connections one is closed: *near says who dialed the
 * other. Two GoBGP can each close another one, and wait for ever: true. */
static bool wire_collides(struct sim *sim, struct wire *w, bool *near)
{
	enum { HANGS_ONE_IN = 4 };
	const struct router_profile *profile = wire_router(sim, w)->settings.profile;
	const bool other = !*near;

	w->result->dials += other;
	tap_dial(sim, w, other ? WIRE_NODE : WIRE_ROUTER);
	*near = wire_keeps_own(sim, w);
	tap_answers(sim, w, *near ? WIRE_ROUTER : WIRE_NODE, TAP_LATE, 0);
	if (!sim->setup->bgp->timing.collision_hang || profile->refused != REDIAL_GOBGP ||
	    random_below(&w->random, HANGS_ONE_IN) != 0)
		return false;
	trace_note(sim, "session-stuck", "each closed the connection that the other kept",
		   "%s and %s wait for each other for ever", wire_node(sim, w),
		   wire_router(sim, w)->router->name);
	return true;
}

static void wire_open(struct sim *sim, struct wire *w, bool near)
{
	enum { FLIGHTS = 6 }; /* SYN, SYN-ACK, ACK with OPEN, OPEN, KEEPALIVE, KEEPALIVE */
	const sim_ns after =
		distribution_sample(&sim->setup->bgp->timing.session_open, &w->random);

	w->stuck = wire_crosses(sim, w, near, after / FLIGHTS) && wire_collides(sim, w, &near);
	tap_answers(sim, w, near ? WIRE_NODE : WIRE_ROUTER, TAP_OPENS, after);
	if (near) {
		wire_near(sim, w, SPEAKER_ANSWERED);
		wire_far(sim, w, ROUTER_SESSION_INCOMING);
	} else {
		wire_far(sim, w, ROUTER_SESSION_ANSWERED);
		wire_near(sim, w, SPEAKER_INCOMING);
	}
	engine_cancel(&sim->engine, &w->opening);
	if (!w->stuck)
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
	} else if (w->far.state == ROUTER_SESSION_UP && profile->takes_restarts &&
		   wire_restart_time(sim, w) > 0) {
		/* T10.4 */
		wire_loses(sim, w, ROUTER_SESSION_LOST_CLOSED, "closed",
			   "the node has restarted");
		wire_keep_routes(sim, w);
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
	const bool old = !sim->setup->timing.syn_linear;
	sim_ns at;

	if (!wire_answers(w, near))
		return;
	for (uint32_t i = 0; bgp_time_syn(old, i, &at); i++) {
		at += began;
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
