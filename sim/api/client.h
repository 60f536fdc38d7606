/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An agent as a client of the API server: one connection for all its requests and watches
 * (P8.5), which can be open, refused or silent; and its watches: lists, streams of changes, and
 * what happens when a stream ends.
 *
 *	connection.c	requests, silence, dialing
 *	watch.c		lists and streams, and when they are tried again
 *
 * The agent is called back: with the answer of a request, and through the handlers that it
 * registers for its watches. What it is inside is nothing that this module knows.
 */
#ifndef SIM_API_CLIENT_H
#define SIM_API_CLIENT_H

#include "sim/api/api.h"

struct agent;

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
/* The server does what it was asked: before its answer arrives. */
typedef void (*commit_fn)(struct sim *sim, struct agent *agent);

struct request {
	bool asked;     /* it is under way */
	bool stuck;     /* and waits for the connection */
	answer_fn done; /* of a watch NULL: watch_answered() */
	commit_fn commit;
	sim_ns deadline;
	uint32_t retries;               /* of a watch whose dials ended without an answer */
	struct event_id timer, commits; /* its answer or deadline; when the server acts */
};

/* A socket that a request opens: its own, because none is there. */
struct dial {
	sim_ns since;
	uint32_t sent;         /* SYNs */
	struct event_id timer; /* the next SYN, its end, or the start of the next dial */
};

struct connection {
	bool up;
	uint32_t downs;   /* api.downs when it came about */
	sim_ns last_byte; /* that arrived */
	/* When the first byte of a silence got lost, on its way there and back; SIM_NEVER: none
	 */
	sim_ns lost_sent, lost_received;
	struct event_id death, resume;
	sim_ns dial_from; /* no socket is opened before */
	struct request requests[REQUESTS];
	struct dial dials[REQUESTS];
};

enum watch_state {
	WATCH_OFF,
	WATCH_LISTING, /* asks for a list, or waits to */
	WATCH_STREAMS, /* changes come */
	WATCH_REDIALS, /* asks for the stream, or waits to */
};

struct backoff {
	sim_ns next;  /* what is waited at least */
	sim_ns last;  /* when it was waited for the last time */
	sim_ns reset; /* when it started with the shortest wait */
};

struct watch {
	enum watch_state state;
	bool listed;    /* at least once */
	uint32_t epoch; /* api.epoch of its list */
	struct backoff backoff;
	struct event_id timer;
};

/* What an agent does about its watches. */
struct watch_handlers {
	/* Everything was listed; `first`: for the first time in this process. */
	void (*listed)(struct sim *sim, struct agent *agent, enum watch_kind kind, bool first);
	/* The stream goes on: what was missed is there now. */
	void (*resumed)(struct sim *sim, struct agent *agent, enum watch_kind kind);
	/* It must list again: until then nothing is repeated from the cache either. */
	void (*lost)(struct sim *sim, struct agent *agent, enum watch_kind kind);
	void (*changed)(struct sim *sim, struct agent *agent, const struct change *change);
	void (*lease_changed)(struct sim *sim, struct agent *agent,
			      const struct lease_news *news);
};

/* Why the API server is silent for a node: flags. */
enum client_cut { CUT_PARTITION = 1 << 0, CUT_LINK = 1 << 1 };

struct client {
	uint32_t node;
	sim_ns offset; /* of its node's clock */
	unsigned cut;  /* enum client_cut */
	struct agent *agent;
	const struct watch_handlers *handlers;
	struct connection connection;
	struct watch watches[WATCHES];
};

/* ---- connection.c ---- */

enum path { PATH_OPEN, PATH_REFUSED, PATH_SILENT };

/* How the API server looks from the node. */
enum path connection_path(const struct sim *sim, const struct client *client);

/* Registers the node's client with the API server: no connection, no requests. */
void client_init(struct sim *sim, struct client *client, uint32_t node, struct agent *agent,
		 const struct watch_handlers *handlers);
/* A new process: it knows nothing of connections or watches. */
void client_reset(struct client *client);
/* The process is gone: nothing is answered any more. */
void connection_drop(struct sim *sim, struct client *client);
/* A running agent has one. */
void connection_open(struct sim *sim, struct client *client);

/*
 * Sends a request; `done` is called with its answer, never from inside this call. `patience`
 * is how long the caller waits (SIM_NEVER: as long as the connection lives).
 */
void connection_request(struct sim *sim, struct client *client, enum request_kind kind,
			sim_ns patience, answer_fn done);
/* The same; `commit` is called when the server acts, some time before the answer. */
void connection_request_commit(struct sim *sim, struct client *client, enum request_kind kind,
			       sim_ns patience, commit_fn commit, answer_fn done);
/* Takes a request back; nothing happens if there is none. */
void connection_cancel(struct sim *sim, struct client *client, enum request_kind kind);

/* The API server falls silent for the node, or is heard again, as far as `why` goes. */
void client_set_cut(struct sim *sim, struct client *client, enum client_cut why, bool cut);
/* The API server goes down for everybody in this way, or comes back. */
void client_set_down_all(struct sim *sim, bool down, enum api_down_how how);

/* True if everything that is asked for waits for an event that is queued, or for the path. */
bool connection_consistent(const struct sim *sim, const struct client *client);

/* A byte arrived on a watch. False: it did not, the server is silent. */
bool connection_receives(struct sim *sim, struct client *client);

/* ---- watch.c ---- */

/* Lists and then watches. */
void watch_start(struct sim *sim, struct client *client, enum watch_kind kind);
/* A running agent's: as if it had listed long ago. */
void watch_begin(struct sim *sim, struct client *client, enum watch_kind kind);
void watch_stop_all(struct sim *sim, struct client *client);

enum watch_end_reason {
	WATCH_END_REFUSED, /* the server went down */
	WATCH_END_ORDERLY, /* the same, but it said so */
	WATCH_END_RESET,   /* it is back and knows nothing of this connection */
	WATCH_END_DEAD,    /* nothing came for 45 s */
};
/* The connection ended, and with it all streams. */
void watch_end_all(struct sim *sim, struct client *client, enum watch_end_reason reason);
/* The connection is back: what was held up arrives. */
void watch_resume_all(struct sim *sim, struct client *client);

/* Its request for a list or a stream is answered. */
void watch_answered(struct sim *sim, struct client *client, enum watch_kind kind,
		    enum answer with);
/* A change arrives. */
void watch_deliver(struct sim *sim, struct client *client, const struct change *change);

#endif
