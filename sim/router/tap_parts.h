/* SPDX-License-Identifier: Apache-2.0 */
/* What tap.c and tap_tcp.c share: connections, and what TCP does with what their ends say. */
#ifndef SIM_ROUTER_TAP_PARTS_H
#define SIM_ROUTER_TAP_PARTS_H

#include "base/text.h"
#include "sim/engine/sim.h"
#include "sim/network/tcp_frame.h"
#include "sim/router/tap.h"

struct tap_half {
	uint32_t next; /* to be sent */
	uint32_t got;  /* expected from the other */
	uint16_t ip_id;
	uint32_t stamps, echo; /* offset of the timestamps; the last one heard */
	bool gone;             /* its kernel does not know the connection */
	bool closed;           /* it has sent FIN */
	bool owes;             /* an acknowledgement */
	struct event_id ack, beat;
	/* A message that did not arrive, from here on; and what waits behind it. */
	bool stuck;
	uint32_t stuck_at;
	struct text sent, waiting;
	sim_ns first;
	sim_ns interval;
	unsigned tries;
	struct event_id again;
};

struct tap_connection {
	struct wire *wire;
	enum wire_end dialer;
	uint16_t port; /* of the dialer */
	uint32_t flow_label;
	sim_ns began;  /* of the dial */
	unsigned syns; /* sent */
	bool taken;    /* it has been answered */
	enum tap_answer answer;
	bool up, over;
	sim_ns after; /* until both are established */
	enum wire_end refuser;
	bool refused;
	struct event_id syn, step, update, end;
	bool *announced; /* by prefix: what the node has sent */
	struct tap_half half[WIRE_ENDS];
	struct tap_connection *older; /* of all that there were */
};

struct tap {
	struct random random;
	struct tap_connection *newest;
	/* By wire: the last dial of each end, and what the session is over. */
	struct tap_connection **dials[WIRE_ENDS];
	struct tap_connection **current;
	uint8_t (*macs)[6]; /* by router */
};

/* NULL: nobody captures frames. */
static inline struct tap *tap_of(const struct sim *sim)
{
	return sim->routing->tap;
}

static inline enum wire_end tap_other(enum wire_end end)
{
	return end == WIRE_NODE ? WIRE_ROUTER : WIRE_NODE;
}

static inline const struct setup_router *tap_router(const struct sim *sim, const struct wire *w)
{
	return &sim->setup->bgp->routers.items[w->setup->router];
}

sim_ns tap_sample(struct sim *sim, const struct bgp_span *span);

/* One frame; of a RST of a kernel without listener the TTL is 64. */
struct tap_frame {
	enum wire_end from;
	unsigned flags;
	uint32_t seq;
	const char *payload;
	uint32_t length;
	bool no_listener;
};

/* What the end sends reaches the wire. */
bool tap_can_send(const struct sim *sim, const struct wire *w, enum wire_end from);
void tap_put(struct sim *sim, struct tap_connection *c, const struct tap_frame *f);
/* The other end has heard all that was sent. */
void tap_heard(struct sim *sim, struct tap_connection *c, enum wire_end from);
/* A segment without payload. */
void tap_flags(struct sim *sim, struct tap_connection *c, enum wire_end from, unsigned flags);
/* Messages of one end. What does not arrive is sent again. */
void tap_data(struct sim *sim, struct tap_connection *c, enum wire_end from,
	      const struct text *payload);
/* Segments of the payload, from this sequence number on. */
void tap_put_data(struct sim *sim, struct tap_connection *c, enum wire_end from, uint32_t seq,
		  const struct text *payload);
/* The end sends this, unless it is empty, and FIN. */
void tap_close(struct sim *sim, struct tap_connection *c, enum wire_end end,
	       const struct text *last);
/* Nothing more happens on it. */
void tap_end(struct sim *sim, struct tap_connection *c);

#endif
