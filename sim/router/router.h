/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BGP in time: the speakers of the nodes, their import of addresses, the routers with their
 * sessions and routes, and the flows of the clients behind them (T1).
 *
 *	router.c	all of it: start, what happens to nodes and their Pods
 *	wire.c		one session: both state machines, the connections between them
 *	import.c	speakers, and which prefixes they import from the dummy interface
 *	paths.c		next-hop sets of the routers, and what the clients lose
 *
 * Without clients in the scenario sim->routing is NULL, and nothing here runs.
 */
#ifndef SIM_ROUTER_ROUTER_H
#define SIM_ROUTER_ROUTER_H

#include "sim/engine/setup_bgp.h"
#include "sim/network/network.h"

/* One session while a run lasts. */
struct wire {
	uint32_t number;
	const struct setup_session *setup;
	struct speaker near;                     /* the node's end */
	struct router_session far;               /* the router's end */
	struct event_id near_timer, far_timer;   /* what the ends do by themselves */
	struct event_id near_expiry, far_expiry; /* hold timers, while nothing arrives */
	struct event_id near_dial, far_dial;     /* how a dial ends, when it is known */
	struct event_id opening, stale, carrier, update;
	sim_ns since;                   /* the session is up since then */
	sim_ns silent_since;            /* nothing passes; SIM_NEVER: it does */
	sim_ns fell_silent;             /* when the router last heard nothing more */
	sim_ns near_silent, far_silent; /* the first message after that is due then */
	sim_ns near_dialed, far_dialed; /* when its present dial began */
	bool cut;                       /* by the scenario */
	bool unresolved;                /* the router's neighbor entry has failed (T8.7) */
	struct event_id unresolve;
	bool *routes;   /* by prefix: in the router's FIB by this session */
	bool lingering; /* the routes stay although the daemon is gone (T4.8) */
	struct session_result *result;
};

struct node_speaker {
	bool runs;
	sim_ns phase;   /* of its polls */
	bool *imported; /* by prefix */
	struct event_id start, poll;
	uint32_t first, count; /* its sessions */
};

/* A prefix at a router. */
struct path_set {
	struct hash_space space, used; /* `used`: after dead neighbors are passed over */
	struct route_result *result;
};

struct routing {
	struct wire *wires;
	struct node_speaker *speakers; /* by node */
	struct path_set *sets;         /* by router, then prefix */
	bool *router_runs;             /* daemons by router */
	bool *changed;                 /* by prefix: for the moment of an update */
	sim_ns *reachable;             /* by router: of its neighbor cache */
	struct random timing, tcp, neighbors;
	struct client_result *clients; /* by client, then VIP; those of no prefix are empty */
	const char *why;               /* what paths change for, while they do */
};

/* ---- router.c ---- */

/* All speakers start; after agents_init(). Nothing without clients. */
void router_init(struct sim *sim);
/* Fills sessions, routes and clients of the result. */
void router_finish(struct sim *sim);

/* The process of a node ends: in an orderly way, or killed. No effect on one that is off. */
void router_speaker_stop(struct sim *sim, uint32_t node, bool orderly);
/* It starts and has its peers after `delay`. No effect on one that runs. */
void router_speaker_start(struct sim *sim, uint32_t node, sim_ns delay);
/* True when the node has a speaker that runs. */
bool router_speaker_runs(const struct sim *sim, uint32_t node);

/* ---- wire.c ---- */

/* The path between the ends may pass messages now, or no more. */
void wire_path_changed(struct sim *sim, struct wire *wire);
void wire_speaker_started(struct sim *sim, struct wire *wire);
/* `orderly`: with a NOTIFICATION; `alive`: the kernel of the node closes the connection. */
void wire_speaker_stopped(struct sim *sim, struct wire *wire, bool orderly, bool alive);
/* `delay`: until what it has in its FIB from before is gone. */
void wire_router_started(struct sim *sim, struct wire *wire, sim_ns delay);
void wire_router_stopped(struct sim *sim, struct wire *wire, bool orderly, sim_ns delay);
/* One end resets the session. */
void wire_reset(struct sim *sim, struct wire *wire, bool by_router);
/* The scenario cuts it, silently and both ways, or heals it. False: it is so already. */
bool wire_cut(struct sim *sim, struct wire *wire, bool cut);
/* Both ends are established. */
bool wire_is_up(const struct wire *wire);
/* What the node sends reaches the router, and the other way round. */
bool wire_passes(const struct sim *sim, const struct wire *wire);

/* ---- import.c ---- */

void import_started(struct sim *sim, uint32_t node);
/* What is on the dummy interface changed. */
void import_dummy_changed(struct sim *sim, uint32_t node);

/* ---- paths.c ---- */

/* The router learns after `delay` what the session brings now. */
void paths_update_in(struct sim *sim, struct wire *wire, sim_ns delay, const char *why);
/* All that the router has by this session goes out of its FIB, or comes, now. */
void paths_update(struct sim *sim, struct wire *wire, const char *why);
/* Whether the member of the session can forward may have changed. */
void paths_member_changed(struct sim *sim, const struct wire *wire, const char *why);
/* Who has the VIP changed. */
void paths_vip_changed(struct sim *sim, uint32_t vip);
void paths_init(struct sim *sim);
void paths_finish(struct sim *sim);

#endif
