/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An agent's connection to the API server: one for all its requests and watches (P8.5), which
 * can be open, refused or silent. Silence is noticed 45 s after the last byte; a new
 * connection is then tried, each attempt for 30 s; what was cut off for less comes with the
 * next retransmission.
 */
#ifndef SIM_API_CONNECTION_H
#define SIM_API_CONNECTION_H

#include "sim/api/api.h"

/* What an agent asks for; one of each kind at a time. */
enum request_kind {
	REQUEST_LEASE,  /* start, renewals, the deletion at the end */
	REQUEST_WRITE,  /* Service updates of the worker */
	REQUEST_EVENT,  /* Events, one at a time */
	REQUEST_CONFIG, /* Node GETs of configuration deliveries */
	REQUEST_WATCH,  /* lists and watches: this and the next ones, by kind of watch */
	REQUESTS = REQUEST_WATCH + WATCHES,
};

enum answer {
	ANSWER_OK,
	ANSWER_REFUSED, /* at once */
	ANSWER_LOST,    /* the stream died, or no connection came about */
	ANSWER_TIMEOUT,
};

typedef void (*answer_fn)(struct sim *sim, struct agent *agent, enum answer answer);

struct request {
	answer_fn done; /* NULL: none under way */
	bool stuck;     /* waits for the connection */
	sim_ns deadline;
	struct event_id timer;
};

struct connection {
	bool up;
	uint32_t downs;    /* api.downs when it came about */
	sim_ns last_byte;  /* that arrived */
	sim_ns lost_since; /* when the first byte of a silence got lost; SIM_NEVER: none */
	struct event_id death, resume, dial;
	uint32_t attempts; /* of the dialling that is going on */
	struct request requests[REQUESTS];
};

enum path { PATH_OPEN, PATH_REFUSED, PATH_SILENT };

/* How the API server looks from the agent's node. */
enum path connection_path(const struct sim *sim, const struct agent *agent);

/* No connection, no requests. */
void connection_init(struct connection *connection);
/* The process is gone: nothing is answered any more. */
void connection_drop(struct sim *sim, struct agent *agent);
/* A running agent has one. */
void connection_open(struct sim *sim, struct agent *agent);

/*
 * Sends a request; `done` is called with its answer, never from inside this call. `patience`
 * is how long the caller waits (SIM_NEVER: as long as the connection lives).
 */
void connection_request(struct sim *sim, struct agent *agent, enum request_kind kind,
			sim_ns patience, answer_fn done);
/* Takes a request back; nothing happens when there is none. */
void connection_cancel(struct sim *sim, struct agent *agent, enum request_kind kind);

/* The API server went down or came back, or the node was cut off or healed. */
void connection_path_changed(struct sim *sim, struct agent *agent, enum path before);

/* A byte arrived on a watch. False: it did not, the server is silent. */
bool connection_receives(struct sim *sim, struct agent *agent);

#endif
