/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon of a node does about one peer, as a function of its state, an event and the
 * time (T3). Times are nanoseconds on any clock; random parts are drawn from the caller's.
 */
#ifndef PURELB_BGP_BGP_SPEAKER_H
#define PURELB_BGP_BGP_SPEAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "purelb/bgp/bgp_time.h"

#define BGP_NEVER INT64_MAX

enum speaker_make { SPEAKER_GOBGP_4, SPEAKER_GOBGP_3 };

enum speaker_state {
	SPEAKER_OFF,      /* no process */
	SPEAKER_DISABLED, /* admin-down */
	SPEAKER_IDLE,     /* until `next`: closes what comes in */
	SPEAKER_WAITING,  /* active: takes what comes in, and dials at `next` */
	SPEAKER_DIALING,  /* active: gives up at `next` */
	SPEAKER_OPENING,  /* a connection is up, OPENs are on their way */
	SPEAKER_UP,
};

enum speaker_event {
	SPEAKER_STARTS,   /* the process has its peers */
	SPEAKER_EXITS,    /* it ends, in whatever way */
	SPEAKER_TIMER,    /* `next` has come */
	SPEAKER_REFUSED,  /* its dial was answered with RST, or the address did not resolve */
	SPEAKER_ANSWERED, /* its dial came up */
	SPEAKER_INCOMING, /* the router's dial came up, and speaker_accepts() */
	SPEAKER_CLOSED_EARLY, /* before the OPEN of the router was accepted */
	SPEAKER_CLOSED_LATE,  /* between that and the end of the opening */
	SPEAKER_OPENED,       /* both are established */
	SPEAKER_LOST,         /* an established session, by whatever but the two below */
	SPEAKER_RESETS,       /* it resets the session itself: NOTIFICATION 6/4 */
	SPEAKER_DISABLES,     /* NOTIFICATION 6/2 */
	SPEAKER_ENABLES,
};

struct speaker_settings {
	enum speaker_make make;
	uint64_t retry_seconds; /* C */
	bool passive;
};

struct speaker {
	enum speaker_state state;
	int64_t next;  /* when it does something by itself; BGP_NEVER */
	bool accepted; /* SPEAKER_OPENING: the router dialled */
};

/* True when it takes a connection that comes in (T3.4); else the kernel refuses it (no process)
 * or it is closed at once. */
bool speaker_accepts(const struct speaker *speaker);

/* Which of two connections that come up at once stays: true when it is the one that this end
 * dialed, by router IDs and, where these are equal, AS numbers. (T3.9) */
bool speaker_keeps_own(uint32_t own_id, uint32_t other_id, uint32_t own_as, uint32_t other_as);

/* How long GoBGP waits before its first dial, and after one that failed (T3.2). */
struct bgp_span speaker_first_span(enum speaker_make make);
int64_t speaker_first_wait(enum speaker_make make, struct random *random);
int64_t speaker_next_wait(enum speaker_make make, uint64_t retry_seconds,
			  struct random *random);

/* No peer goes longer without a dial: after its own reset and one that nothing answered. */
int64_t speaker_longest_wait(const struct speaker_settings *settings);

/* Takes the event. Events that mean nothing in its state change nothing. */
void speaker_step(struct speaker *speaker, const struct speaker_settings *settings,
		  enum speaker_event event, int64_t now, struct random *random);

#endif
