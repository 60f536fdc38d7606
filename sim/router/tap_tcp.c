/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP of captured sessions (T13.1 to T13.4): sequence numbers, delayed acknowledgements, and
 * messages that do not arrive, which are sent again (T5.2) while what comes later waits. Left
 * out: congestion, lost acknowledgements, keys of TCP-MD5 (digests are random).
 */
#include "sim/router/tap_parts.h"

#include "purelb/bgp/router_profiles.h"

enum {
	BGP_PORT = 179,
	WINDOW_SYN = 64240,
	WINDOW_SYN_ACK = 65160,
	WINDOW = 502,
	TTL_ADJACENT = 1,
	TTL_LISTENER = 255,
	TTL_DEFAULT = 64,
	TOS_CS6 = 0xC0,
	RETRIES_MAX = 10,
};

/* T13.4 */
static const struct bgp_span tap_ack_after = { 40 * NS_PER_MS, 44 * NS_PER_MS };
static const struct bgp_span tap_retransmit_after = { 205 * NS_PER_MS, 230 * NS_PER_MS };

static const struct setup_interface *tap_interface(const struct sim *sim, const struct wire *w)
{
	return &sim->setup->nodes.items[w->setup->node].interfaces.items[w->setup->interface];
}

sim_ns tap_sample(struct sim *sim, const struct bgp_span *span)
{
	return bgp_span_sample(span, &tap_of(sim)->random);
}

/* ---- frames ---- */

bool tap_can_send(const struct sim *sim, const struct wire *w, enum wire_end from)
{
	const bool linked = kernel_linked(sim, w->setup->node, w->setup->interface);

	if (from == WIRE_NODE)
		return linked && kernel_powered(sim, w->setup->node);
	return sim->routing->routers[w->setup->router].powered && !w->port_down &&
	       !w->unresolved && (linked || !tap_router(sim, w)->router->attached_directly);
}

/* It reaches the kernel at the other end, too. */
static bool tap_delivers(const struct sim *sim, const struct wire *w, enum wire_end from)
{
	return tap_can_send(sim, w, from) && wire_forwards(sim, w) &&
	       w->filter[tap_other(from)] == FILTER_NONE && w->filter[from] != FILTER_DROPS;
}

static uint8_t tap_tos(const struct sim *sim, const struct wire *w, enum wire_end from)
{
	const struct router_profile *profile = tap_router(sim, w)->settings.profile;

	return from == WIRE_ROUTER && (str_equal(profile->name, "bird") ||
				       str_has_prefix(profile->name, "frr"))
		       ? TOS_CS6
		       : 0;
}

/* T13.3 */
static uint8_t tap_ttl(const struct wire *w, bool listener)
{
	const struct bgp_session *session = w->setup->session;

	if (session->internal || session->adjacency != BGP_ADJACENT)
		return TTL_DEFAULT;
	return listener ? TTL_LISTENER : TTL_ADJACENT;
}

/* TCP-MD5: both have a key, or what keeps the session down is that only the router has one. */
static bool tap_is_keyed(const struct wire *w, enum wire_end from)
{
	return w->setup->session->peer->auth != BGP_AUTH_NONE ||
	       (from == WIRE_ROUTER && w->outcome == OPENING_SILENT);
}

static uint32_t tap_stamp(const struct sim *sim, const struct tap_half *half)
{
	return half->stamps + (uint32_t)(sim->engine.now / NS_PER_MS);
}

void tap_put(struct sim *sim, struct tap_connection *c, const struct tap_frame *f)
{
	const struct wire *w = c->wire;
	const struct bgp_session *session = w->setup->session;
	const struct setup_interface *in = tap_interface(sim, w);
	const bool node = f->from == WIRE_NODE;
	const bool dialer = f->from == c->dialer;
	const bool syn = (f->flags & TCP_SYN) != 0;
	const bool rst = (f->flags & TCP_RST) != 0;
	const bool keyed = tap_is_keyed(w, f->from);
	struct tap_half *half = &c->half[f->from];
	uint8_t digest[TCP_DIGEST_BYTES];
	uint8_t bytes[TCP_FRAME_MAX];
	struct tcp_words words = {
		.from_mac = node ? in->mac : tap_of(sim)->macs[w->setup->router],
		.to_mac = node ? tap_of(sim)->macs[w->setup->router] : in->mac,
		.from = node ? session->source : session->router_address,
		.to = node ? session->router_address : session->source,
		.from_port = dialer ? c->port : (uint16_t)BGP_PORT,
		.to_port = dialer ? (uint16_t)BGP_PORT : c->port,
		.seq = f->seq,
		.ack = (f->flags & TCP_ACK) != 0 ? half->got : 0,
		.flags = f->flags,
		.window = rst   ? 0
			  : syn ? dialer ? WINDOW_SYN : WINDOW_SYN_ACK
				: WINDOW,
		.ttl = f->no_listener ? (uint8_t)TTL_DEFAULT
				      : tap_ttl(w, !dialer && (syn || rst)),
		.tos = f->no_listener ? 0 : tap_tos(sim, w, f->from),
		.flow_label = c->flow_label,
		.stamped = !keyed && !rst,
		.stamp = tap_stamp(sim, half),
		.echo = half->echo,
		.payload = (const uint8_t *)f->payload,
		.length = f->length,
	};
	struct frame frame = { .at = sim->engine.now,
			       .segment = in->segment,
			       .kind = FRAME_KINDS,
			       .bytes = bytes };

	if (in->segment == SETUP_NONE)
		return;
	if (!rst && !(syn && !dialer))
		words.ip_id = half->ip_id++;
	if (keyed) {
		for (size_t i = 0; i < sizeof(digest); i++)
			digest[i] = (uint8_t)random_u64(&tap_of(sim)->random);
		words.digest = digest;
	}
	if ((f->flags & TCP_ACK) != 0)
		half->owes = false;
	frame.length = tcp_frame_build(&words, bytes);
	sim->sinks->frame(sim->sinks->context, &frame);
}

void tap_heard(struct sim *sim, struct tap_connection *c, enum wire_end from)
{
	struct tap_half *to = &c->half[tap_other(from)];

	to->got = c->half[from].next;
	to->echo = tap_stamp(sim, &c->half[from]);
}

void tap_flags(struct sim *sim, struct tap_connection *c, enum wire_end from, unsigned flags)
{
	struct tap_half *half = &c->half[from];
	const struct tap_frame f = { .from = from, .flags = flags, .seq = half->next };

	if (!tap_can_send(sim, c->wire, from))
		return;
	tap_put(sim, c, &f);
	if ((flags & (TCP_SYN | TCP_FIN)) != 0)
		half->next++;
	if (tap_delivers(sim, c->wire, from))
		tap_heard(sim, c, from);
}

void tap_end(struct sim *sim, struct tap_connection *c)
{
	c->over = true;
	engine_cancel(&sim->engine, &c->syn);
	engine_cancel(&sim->engine, &c->step);
	engine_cancel(&sim->engine, &c->update);
	engine_cancel(&sim->engine, &c->end);
	for (int end = 0; end < WIRE_ENDS; end++) {
		engine_cancel(&sim->engine, &c->half[end].ack);
		engine_cancel(&sim->engine, &c->half[end].beat);
		engine_cancel(&sim->engine, &c->half[end].again);
	}
}

/* ---- acknowledgements ---- */

static void tap_acks(void *context, void *actor, uint64_t from)
{
	struct sim *sim = context;
	struct tap_connection *c = actor;

	if (!c->over && c->half[from].owes && !c->half[from].gone)
		tap_flags(sim, c, (enum wire_end)from, TCP_ACK);
}

/* It has got something, and acknowledges it later unless it sends something before. */
static void tap_owes(struct sim *sim, struct tap_connection *c, enum wire_end end)
{
	struct tap_half *half = &c->half[end];

	half->owes = true;
	if (!engine_pending(&sim->engine, half->ack))
		half->ack = engine_in(&sim->engine, tap_sample(sim, &tap_ack_after), tap_acks,
				      c, end);
}

/* ---- data ---- */

void tap_put_data(struct sim *sim, struct tap_connection *c, enum wire_end from, uint32_t seq,
		  const struct text *payload)
{
	const struct bgp_session *session = c->wire->setup->session;
	const bool digest = tap_is_keyed(c->wire, from);
	const uint32_t room = tcp_frame_room(ip_family(session->source), !digest, digest);
	uint32_t done = 0;

	do {
		const uint32_t left = (uint32_t)payload->len - done;
		const struct tap_frame f = {
			.from = from,
			.flags = TCP_ACK | (left > 0 ? TCP_PSH : 0),
			.seq = seq + done,
			.payload = payload->data + done,
			.length = left < room ? left : room,
		};

		tap_put(sim, c, &f);
		done += f.length;
	} while (done < payload->len);
}

static void tap_sends_again(void *context, void *actor, uint64_t from);

static void tap_try_later(struct sim *sim, struct tap_connection *c, enum wire_end from)
{
	struct tap_half *half = &c->half[from];
	const sim_ns wait = half->interval * (((sim_ns)2 << half->tries) - 1);

	if (half->tries++ < RETRIES_MAX)
		half->again =
			engine_at(&sim->engine, half->first + wait, tap_sends_again, c, from);
}

void tap_data(struct sim *sim, struct tap_connection *c, enum wire_end from,
	      const struct text *payload)
{
	struct tap_half *half = &c->half[from];
	const enum wire_end to = tap_other(from);
	const struct silence *silence = &c->wire->silence[to];

	if (c->over || half->gone || half->closed || payload->len == 0)
		return;
	if (half->stuck) {
		text_add_bytes(&half->waiting, text_str(payload), payload->len);
		return;
	}
	if (tap_can_send(sim, c->wire, from))
		tap_put_data(sim, c, from, half->next, payload);
	half->next += (uint32_t)payload->len;
	if (tap_delivers(sim, c->wire, from) && !c->half[to].gone) {
		tap_heard(sim, c, from);
		tap_owes(sim, c, to);
		return;
	}
	half->stuck = true;
	half->stuck_at = half->next - (uint32_t)payload->len;
	text_clear(&half->sent);
	text_add_bytes(&half->sent, text_str(payload), payload->len);
	half->first = sim->engine.now;
	half->interval = silence->on && silence->retransmit > 0
				 ? silence->retransmit
				 : tap_sample(sim, &tap_retransmit_after);
	half->tries = 0;
	tap_try_later(sim, c, from);
}

static void tap_sends_again(void *context, void *actor, uint64_t end)
{
	struct sim *sim = context;
	struct tap_connection *c = actor;
	const enum wire_end from = (enum wire_end)end;
	struct tap_half *half = &c->half[from];
	struct text waiting;

	if (c->over || half->gone || !half->stuck)
		return;
	if (tap_can_send(sim, c->wire, from))
		tap_put_data(sim, c, from, half->stuck_at, &half->sent);
	if (!tap_delivers(sim, c->wire, from) || c->half[tap_other(from)].gone) {
		tap_try_later(sim, c, from);
		return;
	}
	half->stuck = false;
	tap_heard(sim, c, from);
	tap_owes(sim, c, tap_other(from));
	waiting = half->waiting;
	half->waiting = (struct text){ 0 };
	tap_data(sim, c, from, &waiting);
	text_release(&waiting);
}

/* ---- the end of a connection ---- */

/* The other end answers FIN with FIN. */
static void tap_answers_fin(void *context, void *actor, uint64_t end)
{
	struct sim *sim = context;
	struct tap_connection *c = actor;
	const enum wire_end from = (enum wire_end)end;

	if (c->over)
		return;
	if (!c->half[from].closed) {
		c->half[from].closed = true;
		tap_flags(sim, c, from, TCP_FIN | TCP_ACK);
		if (tap_delivers(sim, c->wire, from) && !c->half[tap_other(from)].gone)
			tap_flags(sim, c, tap_other(from), TCP_ACK);
	}
	tap_end(sim, c);
}

void tap_close(struct sim *sim, struct tap_connection *c, enum wire_end end,
	       const struct text *last)
{
	struct tap_half *half = &c->half[end];
	const enum wire_end other = tap_other(end);

	if (c->over || half->closed || half->gone)
		return;
	engine_cancel(&sim->engine, &half->beat);
	engine_cancel(&sim->engine, &c->step);
	half->stuck = false;
	if (last->len > 0)
		tap_data(sim, c, end, last);
	half->closed = true;
	tap_flags(sim, c, end, TCP_FIN | TCP_ACK);
	if (!tap_delivers(sim, c->wire, end) || c->half[other].gone)
		return;
	engine_in(&sim->engine, NS_PER_MS / 5, tap_answers_fin, c, other);
}
