/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ends of a session make of messages that do not come (T5.2, T5.3, T6, T8.7).
 * Keepalives are no events: when messages stop arriving, it is worked out when the end that
 * waits for them heard the last one, and when its hold timer runs out; when they arrive again,
 * which retransmission is the first. Each direction is looked at by itself. Left out: that
 * what FRR sends on (T7.3) is a sign of life to the nodes.
 */
#include "sim/router/tap.h"

#include "base/text.h"
#include "sim/engine/trace.h"

/* T5.2: the first retransmission. */
static const struct bgp_span retransmit_after = { 205 * NS_PER_MS, 230 * NS_PER_MS };

static const struct setup_router *silence_router(const struct sim *sim, const struct wire *w)
{
	return &sim->setup->bgp->routers.items[w->setup->router];
}

static enum wire_end silence_peer(enum wire_end end)
{
	return end == WIRE_NODE ? WIRE_ROUTER : WIRE_NODE;
}

/* ---- what arrives ---- */

bool wire_forwards(const struct sim *sim, const struct wire *w)
{
	return !w->cut && !w->port_down && sim->routing->routers[w->setup->router].powered &&
	       kernel_linked(sim, w->setup->node, w->setup->interface);
}

bool wire_reaches(const struct sim *sim, const struct wire *w, enum wire_end end)
{
	/* A filter that rejects lets out what it does not let in. */
	return wire_forwards(sim, w) && w->filter[end] == FILTER_NONE &&
	       w->filter[silence_peer(end)] != FILTER_DROPS &&
	       (end == WIRE_NODE || !sim->routing->speakers[w->setup->node].paused);
}

bool wire_rejects(const struct sim *sim, const struct wire *w, enum wire_end end)
{
	return wire_forwards(sim, w) && w->filter[end] == FILTER_REJECTS &&
	       w->filter[silence_peer(end)] == FILTER_NONE;
}

bool wire_passes(const struct sim *sim, const struct wire *w)
{
	return wire_reaches(sim, w, WIRE_NODE) && wire_reaches(sim, w, WIRE_ROUTER);
}

/* ---- nothing comes ---- */

void silence_ends(struct sim *sim, struct wire *w, enum wire_end end)
{
	struct silence *silence = &w->silence[end];

	silence->on = false;
	engine_cancel(&sim->engine, &silence->expiry);
	engine_cancel(&sim->engine, &silence->again);
}

static void silence_router_expires(struct sim *sim, struct wire *w)
{
	const struct silence *silence = &w->silence[WIRE_ROUTER];
	const double seconds = (double)NS_PER_SEC;

	tap_says(sim, w, WIRE_ROUTER, 4, 0);
	wire_loses(sim, w, ROUTER_SESSION_LOST_HOLD, "hold-timer",
		   arena_printf(sim->arena,
				"nothing heard for %.1f s, the last time %.1f s before it fell "
				"silent",
				(double)(sim->engine.now - silence->heard) / seconds,
				(double)(silence->began - silence->heard) / seconds));
	/* Its NOTIFICATION ends the other end where it arrives. */
	if (wire_reaches(sim, w, WIRE_NODE))
		wire_node_loses(sim, w, SPEAKER_LOST);
}

static void silence_expires(void *context, void *actor, uint64_t end)
{
	struct sim *sim = context;
	struct wire *w = actor;

	if (end == WIRE_ROUTER) {
		silence_router_expires(sim, w);
		return;
	}
	if (!sim->routing->speakers[w->setup->node].paused)
		tap_says(sim, w, WIRE_NODE, 4, 0);
	wire_node_loses(sim, w, SPEAKER_LOST);
	if (wire_reaches(sim, w, WIRE_ROUTER))
		wire_loses(sim, w, ROUTER_SESSION_LOST_NOTIFIED, "notification 4/0",
			   "the node's hold timer ran out");
}

/* Between two keepalives of the end's peer. */
static sim_ns silence_interval(const struct wire *w, enum wire_end end)
{
	return bgp_time_seconds(end == WIRE_NODE ? w->setup->router_keepalive
						 : w->setup->keepalive);
}

/* From the keepalive of the end's peer with this number to the next (T6.2): what chance decides
 * is the same whenever it is asked. */
static sim_ns silence_step(const struct sim *sim, const struct wire *w, enum wire_end end,
			   uint32_t number)
{
	const sim_ns interval = silence_interval(w, end);
	const uint32_t counter[4] = { w->number, w->result->ups, number, (uint32_t)end };
	uint32_t drawn[4];

	if (end == WIRE_ROUTER || !silence_router(sim, w)->settings.profile->keepalive_varies)
		return interval;
	random_at(sim->seed, counter, drawn);
	return interval - (sim_ns)((double)interval / 4 * ((double)drawn[0] / UINT32_MAX));
}

/* The last keepalive of the end's peer at this moment or before; *next: the one after it. */
static sim_ns silence_last(const struct sim *sim, struct wire *w, enum wire_end end, sim_ns at,
			   sim_ns *next)
{
	const sim_ns interval = silence_interval(w, end);
	struct beat *beat = &w->silence[end].beat;
	sim_ns step;

	if (end == WIRE_ROUTER || !silence_router(sim, w)->settings.profile->keepalive_varies) {
		const sim_ns last = w->since + (at - w->since) / interval * interval;

		*next = last + interval;
		return last;
	}
	if (beat->since != w->since || beat->ups != w->result->ups ||
	    beat->interval != interval || beat->last > at)
		*beat = (struct beat){ w->since, w->result->ups, interval, 0, w->since };
	for (;;) {
		step = silence_step(sim, w, end, beat->number);
		if (beat->last + step > at)
			break;
		beat->last += step;
		beat->number++;
	}
	*next = beat->last + step;
	return beat->last;
}

sim_ns wire_next_keepalive(const struct sim *sim, struct wire *w, enum wire_end end,
			   sim_ns after)
{
	const enum wire_end peer = silence_peer(end);
	sim_ns next;

	if (w->setup->hold == 0 || silence_interval(w, peer) <= 0)
		return SIM_NEVER;
	(void)silence_last(sim, w, peer, after, &next);
	return next;
}

/* The hold timer of the end. */
static sim_ns silence_hold(struct sim *sim, struct wire *w, enum wire_end end)
{
	const sim_ns hold = bgp_time_seconds(w->setup->hold);
	const struct bgp_span shortened = { hold - hold / 4, hold };

	if (end == WIRE_NODE)
		return hold;
	return (silence_router(sim, w)->settings.profile->hold_varies
			? bgp_span_sample(&shortened, &w->random)
			: hold) +
	       router_session_lateness(&silence_router(sim, w)->settings, &w->random);
}

/* Nothing arrives from now on. What it missed before counts on: its timer goes on. */
static void silence_begins(struct sim *sim, struct wire *w, enum wire_end end)
{
	struct silence *silence = &w->silence[end];

	engine_cancel(&sim->engine, &silence->again);
	if (silence->on || w->setup->hold == 0 || !wire_end_is_up(w, end))
		return;
	silence->on = true;
	silence->began = sim->engine.now;
	silence->heard = silence_last(sim, w, end, sim->engine.now, &silence->due);
	/* An UPDATE is a sign of life as well (T6.2). */
	if (end == WIRE_ROUTER && w->updated > silence->heard && w->updated <= silence->began)
		silence->heard = w->updated;
	silence->retransmit = bgp_span_sample(&retransmit_after, &w->random);
	silence->expiry = engine_at(&sim->engine, silence->heard + silence_hold(sim, w, end),
				    silence_expires, w, end);
}

/* ---- something comes again ---- */

/* When what the end missed first is sent again, now or later (T5.2). */
static sim_ns silence_next_try(const struct sim *sim, const struct silence *silence)
{
	sim_ns at = silence->due;

	for (unsigned i = 1; at < sim->engine.now && i < 32; i++)
		at = silence->due + silence->retransmit * (((sim_ns)1 << i) - 1);
	return at > sim->engine.now ? at : sim->engine.now;
}

/* When the end is sent something again, or next. */
static sim_ns silence_next_message(struct sim *sim, struct wire *w, enum wire_end end)
{
	sim_ns next;

	if (w->silence[end].on)
		return silence_next_try(sim, &w->silence[end]);
	(void)silence_last(sim, w, end, sim->engine.now, &next);
	return next;
}

static void silence_is_broken(void *context, void *actor, uint64_t end)
{
	struct sim *sim = context;
	struct wire *w = actor;

	silence_ends(sim, w, (enum wire_end)end);
	/* What changed meanwhile comes along. */
	if (end == WIRE_ROUTER)
		paths_update_in(sim, w,
				bgp_span_sample(&silence_router(sim, w)->router->update_to_fib,
						&w->random),
				"it is reachable again");
}

/* The other end does not know the connection, and answers with RST (T5.3). */
static void silence_is_stale(void *context, void *actor, uint64_t end)
{
	struct sim *sim = context;
	struct wire *w = actor;

	if (!wire_passes(sim, w) || !wire_end_is_up(w, (enum wire_end)end))
		return;
	tap_meets_rst(sim, w, (enum wire_end)end);
	if (end == WIRE_ROUTER)
		wire_loses(sim, w, ROUTER_SESSION_LOST_CLOSED, "closed",
			   "the node does not know the old session");
	else
		wire_node_loses(sim, w, SPEAKER_LOST);
}

/* What the peer of the end sends arrives again. */
static void silence_may_end(struct sim *sim, struct wire *w, enum wire_end end)
{
	const enum wire_end peer = silence_peer(end);
	struct silence *silence = &w->silence[end];
	const sim_ns at = silence_next_try(sim, silence);

	if (w->setup->hold == 0)
		return; /* Nothing is sent that could meet its end (T6.1). */
	if (wire_end_is_up(w, peer) && !wire_end_is_up(w, end)) {
		engine_cancel(&sim->engine, &w->stale);
		w->stale = engine_at(&sim->engine, at, silence_is_stale, w, peer);
	} else if (!wire_end_is_up(w, peer)) {
		/* What this end sends reaches a peer that does not know the session. */
		if (wire_end_is_up(w, end) && !w->silence[peer].deaf &&
		    !engine_pending(&sim->engine, w->stale))
			w->stale = engine_at(&sim->engine, silence_next_message(sim, w, peer),
					     silence_is_stale, w, end);
	} else if (silence->on && at < engine_when(&sim->engine, silence->expiry)) {
		silence->again = engine_at(&sim->engine, at, silence_is_broken, w, end);
	}
}

/* ---- filters that answer with RST (T14.17) ---- */

/* The message of the peer of the end that rejects meets the filter. */
static void silence_is_rejected(void *context, void *actor, uint64_t end)
{
	struct sim *sim = context;
	struct wire *w = actor;

	if (!wire_rejects(sim, w, (enum wire_end)end))
		return;
	tap_meets_rst(sim, w, silence_peer((enum wire_end)end));
	if (end == WIRE_ROUTER)
		wire_node_loses(sim, w, SPEAKER_LOST);
	else if (w->far.state == ROUTER_SESSION_UP)
		wire_loses(sim, w, ROUTER_SESSION_LOST_CLOSED, "closed",
			   "a filter at the node answered with RST");
}

/* Whatever the ends heard before: the next message to a filter that rejects is answered. */
static void silence_may_reject(struct sim *sim, struct wire *w)
{
	const enum wire_end end = wire_rejects(sim, w, WIRE_NODE) ? WIRE_NODE : WIRE_ROUTER;

	if (!wire_rejects(sim, w, end))
		engine_cancel(&sim->engine, &w->rejected);
	else if (w->setup->hold > 0 && wire_end_is_up(w, silence_peer(end)) &&
		 !engine_pending(&sim->engine, w->rejected))
		w->rejected = engine_at(&sim->engine, silence_next_message(sim, w, end),
					silence_is_rejected, w, end);
}

/* ---- neighbor entries, carrier ---- */

/* The router's neighbor entry of the node fails (T8.7). */
static void silence_unresolve(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	w->unresolved = true;
	paths_member_changed(sim, w);
	paths_look_at_members(
		sim, w->setup->router,
		arena_printf(sim->arena,
			     "the router's kernel passes over %s, whose neighbor entry failed",
			     sim->setup->nodes.items[w->setup->node].name));
}

/* T8.7: U(3 s, R + 8 s), or R + 8 - U(0, K) while the session confirmed the entry. */
static sim_ns silence_until_unresolved(struct sim *sim, struct wire *w)
{
	const sim_ns most = sim->routing->routers[w->setup->router].reachable + 8 * NS_PER_SEC;
	const sim_ns keepalive = bgp_time_seconds(w->setup->keepalive);
	const bool confirmed = w->far.state == ROUTER_SESSION_UP && w->setup->hold > 0 &&
			       keepalive < most - 8 * NS_PER_SEC;
	const struct bgp_span span = { confirmed ? most - keepalive : 3 * NS_PER_SEC, most };

	return bgp_span_sample(&span, &w->random);
}

static const char *silence_carrier_words(const struct wire *w)
{
	return w->by_hand ? "its port was shut down" : "the port lost its carrier";
}

static void silence_lose_port(struct sim *sim, struct wire *w)
{
	w->unresolved = true;
	if (w->far.state == ROUTER_SESSION_UP &&
	    (w->by_hand || silence_router(sim, w)->settings.profile->notices_carrier))
		wire_loses(sim, w,
			   w->by_hand ? ROUTER_SESSION_LOST_ADDRESS
				      : ROUTER_SESSION_LOST_CARRIER,
			   "carrier", silence_carrier_words(w));
	paths_member_changed(sim, w);
}

/* All ports that are lost at this moment are one change (T4.2). */
static void silence_lose_carrier(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct wire *w = actor;

	(void)arg;
	silence_lose_port(sim, w);
	ARRAY_FOREACH (const uint32_t, s, &silence_router(sim, w)->sessions) {
		struct wire *other = &sim->routing->wires[*s];

		if (other == w || !engine_pending(&sim->engine, other->carrier) ||
		    engine_when(&sim->engine, other->carrier) > sim->engine.now)
			continue;
		engine_cancel(&sim->engine, &other->carrier);
		silence_lose_port(sim, other);
	}
	paths_look_at_members(sim, w->setup->router, silence_carrier_words(w));
}

static void silence_set_carrier(struct sim *sim, struct wire *w, bool by_hand)
{
	const bool linked =
		!w->port_down && kernel_linked(sim, w->setup->node, w->setup->interface);

	if (linked == w->linked)
		return;
	w->linked = linked;
	engine_cancel(&sim->engine, &w->carrier);
	w->by_hand = by_hand;
	if (linked)
		w->unresolved = false;
	else if (w->port_down || silence_router(sim, w)->router->attached_directly)
		w->carrier = engine_in(
			&sim->engine,
			by_hand ? 0
				: distribution_sample(&sim->setup->bgp->timing.carrier_notice,
						      &w->random),
			silence_lose_carrier, w, 0);
}

/* Its entry fails unless its carrier says more. */
static void silence_set_entry(struct sim *sim, struct wire *w)
{
	engine_cancel(&sim->engine, &w->unresolve);
	if (w->forwards)
		w->unresolved = false;
	else if (!engine_pending(&sim->engine, w->carrier) && !w->unresolved &&
		 silence_router(sim, w)->router->passes_dead &&
		 w->setup->session->adjacency == BGP_ADJACENT)
		w->unresolve = engine_in(&sim->engine, silence_until_unresolved(sim, w),
					 silence_unresolve, w, 0);
}

/* ---- all of it ---- */

static void silence_set_deaf(struct sim *sim, struct wire *w, enum wire_end end)
{
	const bool deaf = !wire_reaches(sim, w, end);

	if (deaf == w->silence[end].deaf)
		return;
	w->silence[end].deaf = deaf;
	if (!deaf) {
		silence_may_end(sim, w, end);
		return;
	}
	silence_begins(sim, w, end);
}

static void silence_path_changes(struct sim *sim, struct wire *w, bool by_hand)
{
	const bool passed = !w->silence[WIRE_NODE].deaf && !w->silence[WIRE_ROUTER].deaf;
	const bool forwarded = w->forwards;
	const bool linked = w->linked;

	w->begun = sim->engine.now;
	w->forwards = wire_forwards(sim, w);
	silence_set_deaf(sim, w, WIRE_ROUTER);
	silence_set_deaf(sim, w, WIRE_NODE);
	silence_may_reject(sim, w);
	silence_set_carrier(sim, w, by_hand);
	if (w->forwards != forwarded || w->linked != linked) {
		silence_set_entry(sim, w);
		paths_member_changed(sim, w);
	}
	if (!passed && wire_passes(sim, w))
		wire_resume_dials(sim, w);
}

void wire_path_changed(struct sim *sim, struct wire *w)
{
	silence_path_changes(sim, w, false);
	paths_look_at_members(
		sim, w->setup->router,
		arena_printf(sim->arena,
			     w->forwards ? "%s is reachable again" : "%s is unreachable",
			     sim->setup->nodes.items[w->setup->node].name));
}

void wire_set_port(struct sim *sim, struct wire *w, bool down, bool by_hand)
{
	w->port_down = down;
	silence_path_changes(sim, w, by_hand);
}
