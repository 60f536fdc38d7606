/* SPDX-License-Identifier: Apache-2.0 */
/* How routers of different makes run their sessions, as one table (T4). */
#ifndef PURELB_BGP_ROUTER_PROFILES_H
#define PURELB_BGP_ROUTER_PROFILES_H

#include "purelb/bgp/bgp_speaker.h"
#include "purelb/bgp/bgp_time.h"

/* How a router measures its wait for the next dial (T4.1). */
enum router_redial {
	REDIAL_FIXED,  /* `redial` as it is */
	REDIAL_RETRY,  /* its connect retry time */
	REDIAL_JITTER, /* between three quarters and all of its connect retry time */
	REDIAL_GOBGP,  /* as a speaker of its `make` does, the first dial as well */
};

/* A row of T4.1. Times are nanoseconds unless the name says seconds. */
struct router_profile {
	const char *name;              /* "frr" */
	uint32_t hold_seconds;         /* offered */
	uint32_t keepalive_most;       /* seconds; no more than this between two; 0: H/3 */
	bool keepalive_varies;         /* U(0.75, 1) of it (T6.2) */
	bool hold_varies;              /* the hold timer runs for U(0.75, 1) of H (T6.3) */
	uint32_t retry_seconds;        /* its connect retry time, when it is not told another */
	struct bgp_span first_dial;    /* after its start */
	enum router_redial refused;    /* the next dial after a RST */
	enum router_redial unanswered; /* the next dial when nothing answered */
	struct bgp_span redial;        /* of REDIAL_FIXED */
	enum speaker_make make;        /* of REDIAL_GOBGP */
	bool redial_from_start;        /* an unanswered dial lasts until the next is due */
	/* After a loss it dials once this much later and falls back to its retry time (T4.5);
	 * all-zero: at its first dial. */
	struct bgp_span closed_dial, notified_dial;
	struct bgp_span update_to_fib, loss_to_fib;
	struct bgp_span
		stop_to_fib; /* its routes leave when its daemon ends in an orderly way */
	bool bgp_apart; /* BGP is a daemon of its own: when it dies alone the other one empties
			 * the FIB, after bgp_dies_to_fib */
	struct bgp_span bgp_dies_to_fib;
	struct bgp_span start_to_fib; /* what a crash left behind leaves after the new start */
	bool notices_carrier;         /* a routed port that goes down ends the session */
	bool error_wait;              /* it stays away after errors (T4.6) */
	bool helps_restart;           /* graceful restart helper (T10) */
	/* What it accepts it opens beside its own dials: they go on when that fails (T4.5). */
	bool accepts_apart;
	bool takes_restarts;   /* a newcomer ends the session of a node that may restart (T10.4)
				*/
	bool next_hop_objects; /* the kernel passes over dead neighbors (T8.7) */
	bool has_kernel;       /* it puts routes into a kernel of its own */
};

/* The profile of this name, or NULL. */
const struct router_profile *router_profile_find(const char *name);
/* "generic": of a router that does not say. */
const struct router_profile *router_profile_default(void);
/* Names, NULL at the end, in the order of T4.1. */
extern const char *const router_profile_names[];

/* What the router sends keepalives at, in seconds, when `hold` (not 0) was agreed on;
 * `configured` is its own interval, 0: none. (T4.1, T6.1) */
uint32_t router_profile_keepalive(const struct router_profile *profile, uint32_t configured,
				  uint32_t hold);

/* The shortest that its hold timer runs for, in seconds. (T6.3) */
uint32_t router_profile_least_hold(const struct router_profile *profile, uint32_t hold_seconds);

/* What a keepalive interval of a node means to a router of this profile, under a hold time;
 * both in seconds and not 0. (T6.3) */
enum bgp_keepalive_risk router_profile_judge_keepalive(const struct router_profile *profile,
						       uint64_t keepalive_seconds,
						       uint64_t hold_seconds);

/* From the start of its daemon to its first dial, which brings back the sessions of nodes whose
 * own dials were refused before. (T9.1) */
struct bgp_span router_profile_until_back(const struct router_profile *profile);

/* From the silent death of a node to the end of the session at a router of this profile:
 * `hold_seconds` not 0. (T6.4) */
struct bgp_span router_profile_until_noticed(const struct router_profile *profile,
					     uint32_t hold_seconds, uint32_t keepalive_seconds);

#endif
