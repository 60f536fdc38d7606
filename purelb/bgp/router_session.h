/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a router does about its session with one node, as a function of its state, an event and
 * the time (T4.4 to T4.6). Times are nanoseconds on any clock.
 */
#ifndef PURELB_BGP_ROUTER_SESSION_H
#define PURELB_BGP_ROUTER_SESSION_H

#include "purelb/bgp/bgp_speaker.h"
#include "purelb/bgp/router_profiles.h"

enum router_session_state {
	ROUTER_SESSION_OFF,      /* no daemon */
	ROUTER_SESSION_DISABLED, /* shut down by configuration */
	ROUTER_SESSION_ERROR,    /* error wait: closes what comes in, does not dial (T4.6) */
	ROUTER_SESSION_WAITING,  /* takes what comes in, and dials at `next` */
	ROUTER_SESSION_DIALING,
	ROUTER_SESSION_OPENING, /* a connection is up, OPENs are on their way */
	ROUTER_SESSION_UP,
};

enum router_session_event {
	ROUTER_SESSION_STARTS,   /* the daemon */
	ROUTER_SESSION_EXITS,    /* the daemon, in whatever way */
	ROUTER_SESSION_TIMER,    /* `next` has come */
	ROUTER_SESSION_REFUSED,  /* its dial: RST, address unresolved, or closed without OPEN */
	ROUTER_SESSION_ANSWERED, /* its dial came up */
	ROUTER_SESSION_INCOMING, /* the node's dial came up, and router_session_accepts() */
	ROUTER_SESSION_CLOSED_EARLY,  /* a connection that was being opened: FIN, RST */
	ROUTER_SESSION_OPEN_REFUSED,  /* by either end, with a NOTIFICATION */
	ROUTER_SESSION_OPENED,        /* both are established */
	ROUTER_SESSION_LOST_CLOSED,   /* FIN or RST */
	ROUTER_SESSION_LOST_CEASE,    /* NOTIFICATION 6 received */
	ROUTER_SESSION_LOST_NOTIFIED, /* another NOTIFICATION received */
	ROUTER_SESSION_LOST_HOLD,     /* its own hold timer */
	ROUTER_SESSION_LOST_CARRIER,  /* the routed port lost its carrier */
	ROUTER_SESSION_LOST_ADDRESS,  /* its interface was set down */
	ROUTER_SESSION_RESETS,        /* it resets the session itself */
	ROUTER_SESSION_DISABLES,
	ROUTER_SESSION_ENABLES,
};

struct router_session_settings {
	const struct router_profile *profile;
	uint32_t retry_seconds; /* its connect retry time */
	bool passive;           /* it never dials */
	int64_t late_ns;        /* T4.7: some of its timers are late by up to this; 0: none */
};

struct router_session {
	enum router_session_state state;
	int64_t next; /* when it does something by itself; BGP_NEVER */
	uint32_t errors;
	int64_t last_error;
	uint32_t notified; /* losses by NOTIFICATION since the last session */
	bool apart;        /* ROUTER_SESSION_OPENING: what it accepted, beside its own dials, */
	int64_t own_next;  /* the next of which is then */
};

/* True when it takes a connection that comes in. With a session that is up it does not, nor
 * in the error wait, nor while it opens another. (T4.4) */
bool router_session_accepts(const struct router_session *session);

/* It does not go longer without a dial, but for errors that follow each other. */
int64_t router_session_longest_wait(const struct router_session_settings *settings);

/* How late a timer of the router fires: 0 mostly, and always where late_ns is 0. (T4.7) */
int64_t router_session_lateness(const struct router_session_settings *settings,
				struct random *random);

/* Takes the event. Events that mean nothing in its state change nothing. */
void router_session_step(struct router_session *session,
			 const struct router_session_settings *settings,
			 enum router_session_event event, int64_t now, struct random *random);

#endif
