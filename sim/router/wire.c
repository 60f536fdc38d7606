/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One session between a node and a router: both state machines of purelb/bgp/, and what TCP
 * makes of their dials, of silence and of a peer that forgot the connection (T3 to T6, T9).
 * Keepalives are no events: while nothing passes, it is worked out when the other end would
 * hear something again, and when its hold timer runs out. Left out: loss in one direction, and
 * two connections at once (T3.9).
 */
#include "sim/router/router.h"

#include "base/text.h"
#include "sim/engine/trace.h"

/* T5.1: when the SYNs of one dial go out, after its start. */
static const int64_t syns_ms[] = { 0,    1000,  2050,  3100,  4100, 5100,
				   7100, 11300, 19500, 35700, 69000 };

/* T3.3: an address that does not resolve. */
static const struct bgp_span unresolved_after = { 3050 * NS_PER_MS, 3080 * NS_PER_MS };
/* T3.10: from the end of a process to what the other end hears of it. */
static const struct bgp_span closed_after = { 400000, 13 * NS_PER_MS };
/* T5.2: the first retransmission. */
static const struct bgp_span retransmit_after = { 205 * NS_PER_MS, 230 * NS_PER_MS };
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

bool wire_forwards(const struct sim *sim, const struct wire *w)
{
	return !w->cut && kernel_linked(sim, w->setup->node, w->setup->interface);
}

bool wire_passes(const struct sim *sim, const struct wire *w)
{
	return wire_forwards(sim, w);
}

/* ---- the two ends ---- */

static void wire_near_fires(void *context, void *actor, uint64_t arg);
static void wire_far_fires(void *context, void *actor, uint64_t arg);
/* Whether a dial of that end can come to anything: a router does not dial whom it does not
 * know. */
static bool wire_answers(const struct wire *w, bool near)
{
	return w->setup->outcome != OPENING_SILENT &&
	       (near || w->setup->outcome != OPENING_CLOSED);
}

static void wire_dial(struct sim *sim, struct wire *w, bool near);

/* Moves the timer of an end to where its state says. */
static void wire_set_near_timer(struct sim *sim, struct wire *w)
{
	engine_cancel(&sim->engine, &w->near_timer);
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
	speaker_step(&w->near, &w->setup->settings, event, sim->engine.now,
		     &sim->routing->timing);
	wire_set_near_timer(sim, w);
}

static void wire_far(struct sim *sim, struct wire *w, enum router_session_event event)
{
	router_session_step(&w->far, &wire_router(sim, w)->settings, event, sim->engine.now,
			    &sim->routing->timing);
	wire_set_far_timer(sim, w);
}

static void wire_near_fires(void *context, void *actor, uint64_t arg)
{
	struct wire *w = actor;

	(void)arg;
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
static sim_ns wire_past(struct sim *sim, const struct wire *w)
{
	const struct bgp_span interval = { 0, bgp_time_seconds(w->setup->keepalive) };

	return sim->engine.now < sim->setup->warmup && interval.max_ns > 0
		       ? bgp_span_sample(&interval, &sim->routing->timing)
		       : 0;
}

/* Both ends are established. */
static void wire_opened(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	if (w->near.state != SPEAKER_OPENING || w->far.state != ROUTER_SESSION_OPENING)
		return;
	if (!wire_passes(sim, w)) {
		wire_near(sim, w, SPEAKER_CLOSED_LATE);
		wire_far(sim, w, ROUTER_SESSION_CLOSED_EARLY);
		return;
	}
	if (w->setup->outcome == OPENING_NODE_REFUSES) {
		wire_near(sim, w, SPEAKER_CLOSED_EARLY);
		wire_far(sim, w, ROUTER_SESSION_OPEN_REFUSED);
		w->result->refused++;
		return;
	}
	if (w->setup->outcome == OPENING_ROUTER_REFUSES) {
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
	w->lingering = false;
	w->result->ups++;
	wire_note(sim, w, true, NULL, NULL);
	trace_note(sim, "session-up", NULL, "%s has its session with %s", wire_node(sim, w),
		   wire_router(sim, w)->router->name);
	paths_update_in(sim, w,
			bgp_span_sample(&wire_router(sim, w)->settings.profile->update_to_fib,
					&sim->routing->timing),
			"its session is up");
}

/* The router's end is gone, and its routes go with it. `why` is for the timeline. */
static void wire_router_loses(struct sim *sim, struct wire *w, enum router_session_event event,
			      const char *cause, const char *words)
{
	const bool was_up = w->far.state == ROUTER_SESSION_UP;
	const struct router_profile *profile = wire_router(sim, w)->settings.profile;

	engine_cancel(&sim->engine, &w->far_expiry);
	engine_cancel(&sim->engine, &w->stale);
	wire_far(sim, w, event);
	if (!was_up)
		return;
	wire_note(sim, w, false, cause, wire_router(sim, w)->router->name);
	trace_note(sim, "session-down", words, "%s dropped %s",
		   wire_router(sim, w)->router->name, wire_node(sim, w));
	paths_update_in(sim, w, bgp_span_sample(&profile->loss_to_fib, &sim->routing->timing),
			words);
}

static void wire_node_loses(struct sim *sim, struct wire *w, enum speaker_event event)
{
	engine_cancel(&sim->engine, &w->near_expiry);
	wire_near(sim, w, event);
}

/* ---- dials ---- */

static void wire_open(struct sim *sim, struct wire *w, bool near)
{
	if (near) {
		wire_near(sim, w, SPEAKER_ANSWERED);
		wire_far(sim, w, ROUTER_SESSION_INCOMING);
	} else {
		wire_far(sim, w, ROUTER_SESSION_ANSWERED);
		wire_near(sim, w, SPEAKER_INCOMING);
	}
	engine_cancel(&sim->engine, &w->opening);
	w->opening = engine_in(
		&sim->engine,
		distribution_sample(&sim->setup->bgp->timing.session_open, &sim->routing->tcp),
		wire_opened, w, 0);
}

/* A SYN of the node has reached the router. */
static void wire_reach_router(struct sim *sim, struct wire *w)
{
	const struct router_profile *profile = wire_router(sim, w)->settings.profile;

	if (w->far.state == ROUTER_SESSION_OFF || w->far.state == ROUTER_SESSION_DISABLED) {
		wire_near(sim, w, SPEAKER_REFUSED);
	} else if (router_session_accepts(&w->far) && w->setup->outcome != OPENING_CLOSED) {
		wire_open(sim, w, true);
	} else {
		/* FRR tells a newcomer 6/7 after both OPENs; BIRD closes at once (T4.4). */
		const bool late = w->far.state == ROUTER_SESSION_UP && !profile->error_wait;

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
	else
		wire_far(sim, w, ROUTER_SESSION_REFUSED);
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
	if (!wire_answers(w, near))
		return;
	if (wire_passes(sim, w))
		wire_syn_arrives(sim, w, near);
	else if (!w->cut)
		*result = engine_in(&sim->engine,
				    bgp_span_sample(&unresolved_after, &sim->routing->tcp),
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

/* ---- silence ---- */

static void wire_far_expires(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;
	const sim_ns last = w->far_silent - bgp_time_seconds(w->setup->keepalive);

	(void)arg;
	wire_router_loses(
		sim, w, ROUTER_SESSION_LOST_HOLD, "hold-timer",
		arena_printf(sim->arena,
			     "nothing heard for %.1f s, the last time %.1f s before it fell "
			     "silent",
			     (double)(sim->engine.now - last) / (double)NS_PER_SEC,
			     (double)(w->fell_silent - last) / (double)NS_PER_SEC));
	/* Its NOTIFICATION ends the other end where it arrives. */
	if (wire_passes(sim, w))
		wire_node_loses(sim, w, SPEAKER_LOST);
}

static void wire_near_expires(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	wire_node_loses(sim, w, SPEAKER_LOST);
	if (wire_passes(sim, w))
		wire_router_loses(sim, w, ROUTER_SESSION_LOST_NOTIFIED, "notification 4/0",
				  "the node's hold timer ran out");
}

/* Until the sender's next keepalive, and since its last one (T6.2). */
static sim_ns wire_age(struct sim *sim, const struct wire *w, uint32_t every, bool varies)
{
	const sim_ns interval = bgp_time_seconds(every);
	const struct bgp_span any = { 0, interval };

	return varies ? bgp_span_sample(&any, &sim->routing->timing)
		      : (sim->engine.now - w->since) % interval;
}

/* Nothing passes from now on. */
static void wire_fall_silent(struct sim *sim, struct wire *w)
{
	const struct setup_session *s = w->setup;
	const struct router_profile *profile = wire_router(sim, w)->settings.profile;
	const sim_ns hold = bgp_time_seconds(s->hold);
	const struct bgp_span shortened = { hold - hold / 4, hold };
	const sim_ns now = sim->engine.now;
	sim_ns age;

	if (s->hold == 0)
		return;
	if (w->far.state == ROUTER_SESSION_UP) {
		age = wire_age(sim, w, s->keepalive, false);
		w->fell_silent = now;
		w->far_silent = now - age + bgp_time_seconds(s->keepalive);
		w->far_expiry = engine_at(
			&sim->engine,
			now - age +
				(profile->hold_varies
					 ? bgp_span_sample(&shortened, &sim->routing->timing)
					 : hold),
			wire_far_expires, w, 0);
	}
	if (w->near.state == SPEAKER_UP) {
		age = wire_age(sim, w, s->router_keepalive, profile->keepalive_varies);
		w->near_silent = now - age + bgp_time_seconds(s->router_keepalive);
		w->near_expiry =
			engine_at(&sim->engine, now - age + hold, wire_near_expires, w, 0);
	}
}

/* When the sender of what was due at `due` first sends it at `now` or later (T5.2). */
static sim_ns wire_next_try(struct sim *sim, sim_ns due, sim_ns now)
{
	const sim_ns first = bgp_span_sample(&retransmit_after, &sim->routing->tcp);
	sim_ns at = due;

	for (unsigned i = 1; at < now && i < 32; i++)
		at = due + first * (((sim_ns)1 << i) - 1);
	return at;
}

static void wire_cancel_if_before(struct sim *sim, struct event_id *expiry, sim_ns at)
{
	if (engine_pending(&sim->engine, *expiry) && at < engine_when(&sim->engine, *expiry))
		engine_cancel(&sim->engine, expiry);
}

/* The kernel of the node knows nothing of the connection: RST (T5.3). */
static void wire_stale(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	if (wire_passes(sim, w) && w->far.state == ROUTER_SESSION_UP)
		wire_router_loses(sim, w, ROUTER_SESSION_LOST_CLOSED, "closed",
				  "the node does not know the old session");
}

static void wire_stale_near(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	if (wire_passes(sim, w) && w->near.state == SPEAKER_UP)
		wire_node_loses(sim, w, SPEAKER_LOST);
}

static void wire_is_heard_again(struct sim *sim, struct wire *w)
{
	const sim_ns now = sim->engine.now;
	const bool far_up = w->far.state == ROUTER_SESSION_UP;
	const bool near_up = w->near.state == SPEAKER_UP;

	const struct router_profile *profile = wire_router(sim, w)->settings.profile;

	if (w->setup->hold == 0) {
		/* Nothing is sent that could meet its end (T6.1). */
	} else if (far_up && near_up) {
		/* What changed meanwhile comes with the first try that gets through (T5.2). */
		paths_update_in(
			sim, w,
			wire_next_try(sim, w->near_silent, now) - now +
				bgp_span_sample(&profile->update_to_fib, &sim->routing->timing),
			"it is reachable again");
		wire_cancel_if_before(sim, &w->far_expiry,
				      wire_next_try(sim, w->far_silent, now));
		wire_cancel_if_before(sim, &w->near_expiry,
				      wire_next_try(sim, w->near_silent, now));
	} else if (far_up) {
		w->stale = engine_at(&sim->engine, wire_next_try(sim, w->near_silent, now),
				     wire_stale, w, 0);
	} else if (near_up) {
		w->stale = engine_at(&sim->engine, wire_next_try(sim, w->far_silent, now),
				     wire_stale_near, w, 0);
	}
	if (w->near.state == SPEAKER_DIALING)
		wire_resume_dial(sim, w, true);
	if (w->far.state == ROUTER_SESSION_DIALING)
		wire_resume_dial(sim, w, false);
}

/* The router's neighbor entry of the node fails (T8.7). */
static void wire_unresolve(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	w->unresolved = true;
	paths_member_changed(sim, w, "the router's kernel passes over it");
}

/* T8.7: U(3 s, R + 8 s), or R + 8 - U(0, K) while the session confirmed the entry. */
static sim_ns wire_until_unresolved(struct sim *sim, const struct wire *w)
{
	const sim_ns most = sim->routing->reachable[w->setup->router] + 8 * NS_PER_SEC;
	const sim_ns keepalive = bgp_time_seconds(w->setup->keepalive);
	const bool confirmed = w->far.state == ROUTER_SESSION_UP && w->setup->hold > 0 &&
			       keepalive < most - 8 * NS_PER_SEC;
	const struct bgp_span span = { confirmed ? most - keepalive : 3 * NS_PER_SEC, most };

	return bgp_span_sample(&span, &sim->routing->neighbors);
}

static void wire_lose_carrier(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	w->unresolved = true;
	if (w->far.state == ROUTER_SESSION_UP &&
	    wire_router(sim, w)->settings.profile->notices_carrier)
		wire_router_loses(sim, w, ROUTER_SESSION_LOST_CARRIER, "carrier",
				  "the port lost its carrier");
	paths_member_changed(sim, w, "the port lost its carrier");
}

void wire_path_changed(struct sim *sim, struct wire *w)
{
	const bool passes = wire_passes(sim, w);
	const bool carrier = !kernel_linked(sim, w->setup->node, w->setup->interface) &&
			     wire_router(sim, w)->router->attached_directly;

	if (passes == (w->silent_since == SIM_NEVER))
		return;
	engine_cancel(&sim->engine, &w->unresolve);
	engine_cancel(&sim->engine, &w->carrier);
	if (passes) {
		w->silent_since = SIM_NEVER;
		w->unresolved = false;
		wire_is_heard_again(sim, w);
	} else {
		w->silent_since = sim->engine.now;
		wire_fall_silent(sim, w);
		if (carrier)
			w->carrier =
				engine_in(&sim->engine, sim->setup->bgp->timing.carrier_notice,
					  wire_lose_carrier, w, 0);
		else if (wire_router(sim, w)->router->passes_dead &&
			 w->setup->session->adjacency == BGP_ADJACENT)
			w->unresolve = engine_in(&sim->engine, wire_until_unresolved(sim, w),
						 wire_unresolve, w, 0);
	}
	paths_member_changed(
		sim, w,
		passes ? arena_printf(sim->arena, "%s is reachable again", wire_node(sim, w))
		       : arena_printf(sim->arena, "%s is unreachable", wire_node(sim, w)));
}

bool wire_cut(struct sim *sim, struct wire *w, bool cut)
{
	if (w->cut == cut)
		return false;
	w->cut = cut;
	wire_path_changed(sim, w);
	return true;
}

/* ---- processes, resets ---- */

void wire_speaker_started(struct sim *sim, struct wire *w)
{
	if (w->setup->outcome != OPENING_NEVER)
		wire_near(sim, w, SPEAKER_STARTS);
}

/* What the router is told by the end of the node's process. */
static void wire_hears_the_end(void *context, void *actor, uint64_t orderly)
{
	struct sim *sim = context;
	struct wire *w = actor;

	if (!wire_passes(sim, w))
		return;
	if (w->far.state == ROUTER_SESSION_OPENING)
		wire_far(sim, w, ROUTER_SESSION_CLOSED_EARLY);
	else if (w->far.state == ROUTER_SESSION_UP && orderly != 0)
		wire_router_loses(sim, w, ROUTER_SESSION_LOST_CEASE, "notification 6/3",
				  "the node's daemon stopped");
	else if (w->far.state == ROUTER_SESSION_UP)
		wire_router_loses(sim, w, ROUTER_SESSION_LOST_CLOSED, "closed",
				  "the node's daemon is gone");
}

void wire_speaker_stopped(struct sim *sim, struct wire *w, bool orderly, bool alive)
{
	const bool connected = w->near.state == SPEAKER_UP || w->near.state == SPEAKER_OPENING;

	engine_cancel(&sim->engine, &w->near_expiry);
	engine_cancel(&sim->engine, &w->opening);
	wire_near(sim, w, SPEAKER_EXITS);
	if (connected && alive)
		engine_in(&sim->engine, bgp_span_sample(&closed_after, &sim->routing->tcp),
			  wire_hears_the_end, w, orderly);
	else if (connected && w->far.state == ROUTER_SESSION_OPENING)
		wire_far(sim, w, ROUTER_SESSION_CLOSED_EARLY);
}

static void wire_node_hears_the_end(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	if (!wire_passes(sim, w))
		return;
	if (w->near.state == SPEAKER_UP)
		wire_node_loses(sim, w, SPEAKER_LOST);
	else
		wire_near(sim, w, SPEAKER_CLOSED_EARLY);
}

void wire_router_started(struct sim *sim, struct wire *w, sim_ns delay)
{
	wire_far(sim, w, ROUTER_SESSION_STARTS);
	if (!w->lingering)
		return;
	w->lingering = false;
	paths_update_in(sim, w, delay, "the daemon starts with no routes");
}

void wire_router_stopped(struct sim *sim, struct wire *w, bool orderly, sim_ns delay)
{
	const bool was_up = w->far.state == ROUTER_SESSION_UP;

	engine_cancel(&sim->engine, &w->far_expiry);
	engine_cancel(&sim->engine, &w->stale);
	engine_cancel(&sim->engine, &w->opening);
	wire_far(sim, w, ROUTER_SESSION_EXITS);
	engine_in(&sim->engine, bgp_span_sample(&closed_after, &sim->routing->tcp),
		  wire_node_hears_the_end, w, 0);
	w->lingering = !orderly && was_up;
	if (!was_up)
		return;
	wire_note(sim, w, false, orderly ? "notification 6/2" : "closed",
		  wire_router(sim, w)->router->name);
	if (orderly)
		paths_update_in(sim, w, delay, "the router's daemon stopped");
}

void wire_reset(struct sim *sim, struct wire *w, bool by_router)
{
	if (by_router) {
		wire_router_loses(sim, w, ROUTER_SESSION_RESETS, "reset",
				  "the router reset it");
		if (wire_passes(sim, w))
			wire_node_loses(sim, w, SPEAKER_LOST);
		return;
	}
	wire_node_loses(sim, w, SPEAKER_RESETS);
	if (wire_passes(sim, w))
		wire_router_loses(sim, w, ROUTER_SESSION_LOST_CEASE, "notification 6/4",
				  "the node reset it");
}
