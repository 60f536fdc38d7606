/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An agent's watches: lists, streams of changes, and what happens when a stream ends (P8.5).
 * After a refusal a watch is tried again where it stopped; after a death, or when the server
 * says that this is too old (410), everything is listed again. Each waits for itself, longer
 * each time.
 */
#ifndef SIM_API_WATCH_H
#define SIM_API_WATCH_H

#include "sim/api/api.h"

enum watch_state {
	WATCH_OFF,
	WATCH_LISTING, /* asks for a list, or waits to */
	WATCH_STREAMS, /* changes come */
	WATCH_REDIALS, /* asks for the stream, or waits to */
};

struct backoff {
	sim_ns next; /* what is waited at least */
	sim_ns last; /* when it was waited for the last time */
};

struct watch {
	enum watch_state state;
	bool listed;    /* at least once */
	uint32_t epoch; /* api.epoch of its list */
	struct backoff backoff;
	struct event_id timer;
};

/* Lists and then watches. */
void watch_start(struct sim *sim, struct agent *agent, enum watch_kind kind);
/* A running agent's: as if it had listed long ago. */
void watch_begin(struct sim *sim, struct agent *agent, enum watch_kind kind);
void watch_stop(struct sim *sim, struct agent *agent, enum watch_kind kind);

enum watch_end_reason {
	WATCH_END_REFUSED, /* the server went down */
	WATCH_END_RESET,   /* it is back and knows nothing of this connection */
	WATCH_END_DEAD,    /* nothing came for 45 s */
};
/* The connection ended, and with it all streams. */
void watches_ended(struct sim *sim, struct agent *agent, enum watch_end_reason reason);
/* The connection is back: what was held up arrives. */
void watches_resumed(struct sim *sim, struct agent *agent);

/* A change arrives. */
void watch_deliver(struct sim *sim, struct agent *agent, const struct change *change);

#endif
