/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frames of sessions (T13): dials, what the ends say to each other, and how it ends. Each
 * dial is a connection with two halves, which tap_tcp.c sends for. Left out: routes that a
 * router sends on, except FRR's echo (T7.3).
 */
#include "sim/router/tap_parts.h"

#include <string.h>

#include "base/digest.h"
#include "purelb/bgp/router_profiles.h"
#include "sim/router/bgp_messages.h"

enum { PORT_FIRST = 32768, PORT_COUNT = 28232 };

/* T13.4: End-of-RIB of FRR. */
static const struct bgp_span tap_end_after = { 1050 * NS_PER_MS, 1100 * NS_PER_MS };

/* ---- keepalives ---- */

static void tap_beats(void *context, void *actor, uint64_t end);

static void tap_plan_beat(struct sim *sim, struct tap_connection *c, enum wire_end end)
{
	const sim_ns at = wire_next_keepalive(sim, c->wire, end, sim->engine.now);

	if (at != SIM_NEVER)
		c->half[end].beat = engine_at(&sim->engine, at, tap_beats, c, end);
}

static void tap_send_keepalive(struct sim *sim, struct tap_connection *c, enum wire_end end)
{
	struct text message = { 0 };

	message_keepalive(&message);
	tap_data(sim, c, end, &message);
	text_release(&message);
}

static void tap_beats(void *context, void *actor, uint64_t end)
{
	struct sim *sim = context;
	struct tap_connection *c = actor;

	if (c->over || c->half[end].gone || c->half[end].closed)
		return;
	if (end == WIRE_ROUTER || !sim->routing->speakers[c->wire->setup->node].paused)
		tap_send_keepalive(sim, c, (enum wire_end)end);
	tap_plan_beat(sim, c, (enum wire_end)end);
}

/* ---- UPDATEs ---- */

static struct message_routes tap_routes(const struct sim *sim, const struct tap_connection *c,
					enum ip_family family, const bool *prefixes)
{
	const struct setup_session *s = c->wire->setup;
	const uint32_t hop = s->hops[family == IP_V6];
	struct message_routes routes = {
		.family = family,
		.internal = s->session->internal,
		.bgp = sim->setup->bgp,
		.prefixes = prefixes,
	};

	if (hop != SETUP_NONE)
		routes.next_hop = tap_router(sim, c->wire)->hops.items[hop].address;
	if (!s->session->internal)
		routes.path[routes.path_length++] = s->session->peer->local_as;
	return routes;
}

/* What the node announces now and did not before, and the other way round. */
static void tap_send_updates(struct sim *sim, struct tap_connection *c)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	const struct node_speaker *speaker = &sim->routing->speakers[c->wire->setup->node];
	bool *comes = arena_zalloc(sim->arena, (size_t)bgp->prefixes.count + 1, sizeof(*comes));
	bool *goes = arena_zalloc(sim->arena, (size_t)bgp->prefixes.count + 1, sizeof(*goes));
	struct text messages = { 0 };

	for (uint32_t p = 0; p < bgp->prefixes.count; p++) {
		const enum ip_family family = bgp->prefixes.items[p].prefix->family;
		const bool has = speaker->runs && bits_get(speaker->imported, p) &&
				 c->wire->setup->hops[family == IP_V6] != SETUP_NONE;

		comes[p] = has && !c->announced[p];
		goes[p] = !has && c->announced[p];
		c->announced[p] = has;
	}
	for (int v6 = 0; v6 < SETUP_FAMILIES; v6++) {
		const enum ip_family family = v6 != 0 ? IP_V6 : IP_V4;
		const struct message_routes come = tap_routes(sim, c, family, comes);
		const struct message_routes go = tap_routes(sim, c, family, goes);

		message_announce(&messages, &come);
		message_withdraw(&messages, &go);
	}
	tap_data(sim, c, WIRE_NODE, &messages);
	text_release(&messages);
}

static void tap_updates(void *context, void *actor, uint64_t arg)
{
	struct tap_connection *c = actor;

	(void)arg;
	if (!c->over)
		tap_send_updates(context, c);
}

/* FRR: the node's own prefixes, as it sends them on (T7.3), and End-of-RIB. */
static void tap_end_of_rib(void *context, void *actor, uint64_t echoes)
{
	struct sim *sim = context;
	struct tap_connection *c = actor;
	const unsigned families = c->wire->setup->session->families;
	const struct bgp_router *router = tap_router(sim, c->wire)->router;
	struct text messages = { 0 };

	if (c->over)
		return;
	for (int v6 = 0; v6 < SETUP_FAMILIES; v6++) {
		const enum ip_family family = v6 != 0 ? IP_V6 : IP_V4;
		struct message_routes echo = tap_routes(sim, c, family, c->announced);

		if ((families & (v6 != 0 ? BGP_IPV6 : BGP_IPV4)) == 0)
			continue;
		echo.path[1] = echo.path[0];
		echo.path[0] = router->asn;
		echo.path_length = 2;
		if (ip_family(c->wire->setup->session->router_address) == family)
			echo.next_hop = c->wire->setup->session->router_address;
		if (echoes != 0 && !echo.internal)
			message_announce(&messages, &echo);
		message_end(&messages, family);
	}
	tap_data(sim, c, WIRE_ROUTER, &messages);
	text_release(&messages);
}

/* ---- a connection comes up ---- */

enum {
	STEP_ANSWER,
	STEP_TAKEN,
	STEP_OPEN_LISTENER,
	STEP_OPEN_DIALER,
	STEP_KEEPALIVE,
	STEP_LATE
};

static void tap_steps(void *context, void *actor, uint64_t step);

/* Parts of the time until both are established. */
static void tap_next_step(struct sim *sim, struct tap_connection *c, uint64_t step)
{
	enum { PARTS = 6 };

	c->step = engine_in(&sim->engine, c->after / PARTS, tap_steps, c, step);
}

static void tap_send_open(struct sim *sim, struct tap_connection *c, enum wire_end end)
{
	struct text message = { 0 };

	if (end == WIRE_NODE)
		message_open_node(&message, c->wire->setup);
	else
		message_open_router(&message, c->wire->setup, tap_router(sim, c->wire)->router);
	tap_data(sim, c, end, &message);
	text_release(&message);
}

static void tap_notify(struct sim *sim, struct tap_connection *c, enum wire_end end,
		       unsigned code, unsigned subcode)
{
	const struct bgp_session *session = c->wire->setup->session;
	const struct bgp_router *router = tap_router(sim, c->wire)->router;
	uint32_t data = SETUP_NONE;
	struct text message = { 0 };

	if (code == 2 && subcode == 2)
		data = (end == WIRE_NODE ? router->asn : session->peer->local_as) & 0xFFFF;
	else if (code == 2 && subcode == 6)
		data = (uint32_t)(end == WIRE_NODE ? router->hold_seconds
						   : session->peer->hold_seconds);
	message_notification(&message, code, subcode, data);
	tap_close(sim, c, end, &message);
	text_release(&message);
}

static void tap_answer_syn(struct sim *sim, struct tap_connection *c);

static void tap_steps(void *context, void *actor, uint64_t step)
{
	struct sim *sim = context;
	struct tap_connection *c = actor;
	const enum wire_end listener = tap_other(c->dialer);

	if (c->over)
		return;
	switch (step) {
	case STEP_ANSWER:
		tap_answer_syn(sim, c);
		break;
	case STEP_TAKEN:
		tap_flags(sim, c, c->dialer, TCP_ACK);
		tap_next_step(sim, c, STEP_OPEN_LISTENER);
		break;
	case STEP_OPEN_LISTENER:
		tap_send_open(sim, c, listener);
		tap_next_step(sim, c, STEP_OPEN_DIALER);
		break;
	case STEP_OPEN_DIALER:
		tap_send_open(sim, c, c->dialer);
		tap_next_step(sim, c, c->refused ? STEP_LATE : STEP_KEEPALIVE);
		break;
	case STEP_KEEPALIVE:
		if (c->wire->outcome == OPENING_WORKS)
			tap_send_keepalive(sim, c, listener);
		break;
	default:
		tap_notify(sim, c, c->refuser, 6, 7);
		break;
	}
}

/* ---- dials ---- */

static void tap_syn(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct tap_connection *c = actor;
	const struct wire *w = c->wire;
	const bool dialing = c->dialer == WIRE_NODE ? w->near.state == SPEAKER_DIALING
						    : w->far.state == ROUTER_SESSION_DIALING;
	struct tap_half *half = &c->half[c->dialer];
	const struct tap_frame f = { .from = c->dialer, .flags = TCP_SYN, .seq = half->next };
	const bool old = !sim->setup->timing.syn_linear;
	sim_ns at;

	(void)arg;
	if (c->over || c->taken || (c->syns > 0 && !dialing))
		return;
	/* Without a neighbor entry there is nobody to send it to. */
	if (tap_can_send(sim, w, c->dialer) && (wire_forwards(sim, w) || w->cut))
		tap_put(sim, c, &f);
	if (bgp_time_syn(old, ++c->syns, &at))
		c->syn = engine_at(&sim->engine, c->began + at, tap_syn, c, 0);
}

void tap_dial(struct sim *sim, struct wire *w, enum wire_end end)
{
	struct tap *tap = tap_of(sim);
	struct tap_connection *c;

	if (tap == NULL)
		return;
	c = arena_zalloc(sim->arena, 1, sizeof(*c));
	if (tap->dials[end][w->number] != NULL && !tap->dials[end][w->number]->taken)
		tap_end(sim, tap->dials[end][w->number]);
	c->wire = w;
	c->began = sim->engine.now;
	c->dialer = end;
	c->port = (uint16_t)(PORT_FIRST + random_below(&tap->random, PORT_COUNT));
	c->flow_label = (uint32_t)random_u64(&tap->random) & 0xFFFFF;
	for (int i = 0; i < WIRE_ENDS; i++) {
		c->half[i].next = (uint32_t)random_u64(&tap->random);
		c->half[i].ip_id = (uint16_t)random_u64(&tap->random);
		c->half[i].stamps = (uint32_t)random_u64(&tap->random);
	}
	c->announced = arena_zalloc(sim->arena, (size_t)sim->setup->bgp->prefixes.count + 1,
				    sizeof(bool));
	c->older = tap->newest;
	tap->newest = c;
	tap->dials[end][w->number] = c;
	tap_syn(sim, c, 0);
}

static void tap_refuse_syn(struct sim *sim, struct tap_connection *c)
{
	const enum wire_end listener = tap_other(c->dialer);
	const struct tap_frame f = { .from = listener,
				     .flags = TCP_RST | TCP_ACK,
				     .no_listener = true };

	tap_put(sim, c, &f);
	tap_end(sim, c);
}

/* The client of a closed connection has sent its OPEN before it knows. */
static void tap_close_at_once(struct sim *sim, struct tap_connection *c)
{
	const enum wire_end listener = tap_other(c->dialer);
	struct tap_frame rst = { .from = listener, .flags = TCP_RST };

	tap_flags(sim, c, c->dialer, TCP_ACK);
	tap_flags(sim, c, listener, TCP_FIN | TCP_ACK);
	tap_send_open(sim, c, c->dialer);
	rst.seq = c->half[listener].next;
	tap_put(sim, c, &rst);
	tap_end(sim, c);
}

static void tap_answer_syn(struct sim *sim, struct tap_connection *c)
{
	if (c->answer == TAP_REFUSES) {
		tap_refuse_syn(sim, c);
		return;
	}
	tap_flags(sim, c, tap_other(c->dialer), TCP_SYN | TCP_ACK);
	if (c->answer == TAP_CLOSES)
		tap_close_at_once(sim, c);
	else
		tap_next_step(sim, c, STEP_TAKEN);
}

void tap_answers(struct sim *sim, const struct wire *w, enum wire_end dialer,
		 enum tap_answer answer, sim_ns after)
{
	enum { SHARE = 12, DELAY = 50000 };
	const enum wire_end listener = tap_other(dialer);
	struct tap *tap = tap_of(sim);
	struct tap_connection *c = tap != NULL ? tap->dials[dialer][w->number] : NULL;

	if (c == NULL || c->over || c->taken)
		return;
	engine_cancel(&sim->engine, &c->syn);
	c->taken = true;
	c->half[dialer].next++;
	tap_heard(sim, c, dialer);
	c->answer = answer;
	c->after = answer == TAP_OPENS ? after : NS_PER_MS;
	c->refused = answer == TAP_LATE;
	c->refuser = listener;
	if (answer == TAP_OPENS) {
		if (tap->current[w->number] != NULL)
			tap_end(sim, tap->current[w->number]);
		tap->current[w->number] = c;
	}
	c->step = engine_in(&sim->engine, c->after / SHARE < DELAY ? c->after / SHARE : DELAY,
			    tap_steps, c, STEP_ANSWER);
}

/* ---- what the ends do ---- */

static struct tap_connection *tap_current(const struct sim *sim, const struct wire *w)
{
	struct tap *tap = tap_of(sim);
	struct tap_connection *c = tap != NULL ? tap->current[w->number] : NULL;

	return c != NULL && !c->over ? c : NULL;
}

void tap_opened(struct sim *sim, const struct wire *w)
{
	const struct router_profile *profile = tap_router(sim, w)->settings.profile;
	struct tap_connection *c = tap_current(sim, w);

	if (c == NULL)
		return;
	c->up = true;
	tap_send_keepalive(sim, c, c->dialer);
	tap_send_updates(sim, c);
	tap_plan_beat(sim, c, WIRE_NODE);
	tap_plan_beat(sim, c, WIRE_ROUTER);
	if (str_equal(profile->name, "bird"))
		c->end = engine_in(&sim->engine, NS_PER_MS / 5, tap_end_of_rib, c, 0);
	else if (str_has_prefix(profile->name, "frr"))
		c->end = engine_in(&sim->engine, tap_sample(sim, &tap_end_after),
				   tap_end_of_rib, c, 1);
}

void tap_says(struct sim *sim, const struct wire *w, enum wire_end end, unsigned code,
	      unsigned subcode)
{
	struct tap_connection *c = tap_current(sim, w);

	if (c != NULL)
		tap_notify(sim, c, end, code, subcode);
}

void tap_closes(struct sim *sim, const struct wire *w, enum wire_end end)
{
	const struct text nothing = { 0 };
	struct tap_connection *c = tap_current(sim, w);

	if (c != NULL)
		tap_close(sim, c, end, &nothing);
}

void tap_meets_rst(struct sim *sim, const struct wire *w, enum wire_end end)
{
	struct tap_connection *c = tap_current(sim, w);
	struct tap_half *half;
	struct tap_frame rst = { .from = tap_other(end),
				 .flags = TCP_RST,
				 .no_listener = true };

	if (c == NULL || c->half[end].gone || c->half[end].closed)
		return;
	half = &c->half[end];
	if (half->stuck) {
		tap_put_data(sim, c, end, half->stuck_at, &half->sent);
	} else {
		c->half[rst.from].gone = true;
		tap_send_keepalive(sim, c, end);
	}
	rst.seq = c->half[rst.from].next;
	tap_put(sim, c, &rst);
	tap_end(sim, c);
}

void tap_forgets(struct sim *sim, const struct wire *w, enum wire_end end)
{
	struct tap_connection *c = tap_current(sim, w);

	if (c == NULL)
		return;
	c->half[end].gone = true;
	engine_cancel(&sim->engine, &c->half[end].beat);
	engine_cancel(&sim->engine, &c->half[end].again);
	if (c->half[tap_other(end)].gone)
		tap_end(sim, c);
}

void tap_update_in(struct sim *sim, const struct wire *w, sim_ns delay)
{
	struct tap_connection *c = tap_current(sim, w);

	if (c == NULL || !c->up)
		return;
	engine_cancel(&sim->engine, &c->update);
	c->update = engine_in(&sim->engine, delay, tap_updates, c, 0);
}

void tap_resumed(struct sim *sim, const struct wire *w)
{
	struct tap_connection *c = tap_current(sim, w);

	if (c != NULL && c->up)
		tap_send_keepalive(sim, c, WIRE_NODE);
}

/* ---- start and end ---- */

/* As observers have it, so that a router is one host. */
static void tap_set_mac(uint8_t mac[6], const char *name)
{
	uint8_t digest[SHA256_BYTES];

	sha256(name, strlen(name), digest);
	mac[0] = 0x02;
	memcpy(mac + 1, digest, 5);
}

void tap_init(struct sim *sim)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	struct tap *tap;

	if (sim->sinks == NULL || sim->sinks->frame == NULL)
		return;
	tap = arena_zalloc(sim->arena, 1, sizeof(*tap));
	tap->random = random_split(sim->seed, "router.tap");
	for (int end = 0; end < WIRE_ENDS; end++)
		tap->dials[end] = arena_zalloc(sim->arena, (size_t)bgp->sessions.count + 1,
					       sizeof(struct tap_connection *));
	tap->current = arena_zalloc(sim->arena, (size_t)bgp->sessions.count + 1,
				    sizeof(struct tap_connection *));
	tap->macs =
		arena_zalloc(sim->arena, (size_t)bgp->routers.count + 1, sizeof(*tap->macs));
	for (uint32_t r = 0; r < bgp->routers.count; r++)
		tap_set_mac(tap->macs[r], bgp->routers.items[r].router->name);
	sim->routing->tap = tap;
}

void tap_finish(struct sim *sim)
{
	if (tap_of(sim) == NULL)
		return;
	for (struct tap_connection *c = tap_of(sim)->newest; c != NULL; c = c->older) {
		for (int end = 0; end < WIRE_ENDS; end++) {
			text_release(&c->half[end].sent);
			text_release(&c->half[end].waiting);
		}
	}
	sim->routing->tap = NULL;
}
