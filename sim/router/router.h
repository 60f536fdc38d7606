/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BGP in time: the speakers of the nodes, their import of addresses, the routers with their
 * sessions and routes, and the flows of the clients behind them (T1).
 *
 *	router.c	all of it: start, what happens to nodes and their Pods
 *	wire.c		one session: both state machines, the connections between them
 *	processes.c	what the ends of a session do to it
 *	silence.c	what the ends of a session make of messages that do not come
 *	wires.c		what must hold of all sessions
 *	import.c	speakers, and which prefixes they import from the dummy interface
 *	paths.c		next-hop sets of the routers
 *	stories.c	what is noted of their changes, and what the results have of it
 *	widths.c	what is measured of them
 *	flows.c		what the clients lose
 *	tap.c		the frames of sessions, where somebody captures them
 *
 * Without clients in the scenario sim->routing is NULL, and nothing here runs.
 */
#ifndef SIM_ROUTER_ROUTER_H
#define SIM_ROUTER_ROUTER_H

#include "base/bits.h"
#include "purelb/bgp/bgp_reconcile.h"
#include "sim/engine/setup_bgp.h"
#include "sim/network/network.h"

/* How far the keepalives of a session have been counted, which goes on from there (T6.2). */
struct beat {
	sim_ns since; /* the session that they are of: w->since, */
	uint32_t ups; /* w->result->ups, */
	sim_ns interval;
	uint32_t number; /* of those before the next one */
	sim_ns last;     /* when the newest of them was sent, or `since` */
};

/* What one end of a session does not hear. */
struct silence {
	bool deaf;                     /* what the other end sends does not arrive now */
	bool on;                       /* something that was sent is missing */
	sim_ns heard;                  /* when it last heard something */
	sim_ns began;                  /* when it heard nothing more */
	sim_ns due;                    /* the first message after that */
	sim_ns retransmit;             /* of the sender (T5.2) */
	struct event_id expiry, again; /* its hold timer; it hears something again */
	struct beat beat;              /* of the other end */
};

/* A filter of BGP, and only of that (T14.17), at one end of a session. */
enum wire_filter {
	FILTER_NONE,
	FILTER_DROPS,   /* what comes and what goes */
	FILTER_REJECTS, /* what comes is answered with RST */
};

/* What an end of the session is. */
enum wire_end { WIRE_NODE, WIRE_ROUTER, WIRE_ENDS };

/* One session while a run lasts. */
struct wire {
	uint32_t number;
	struct random
		random; /* its own: what happens to others changes nothing here (T14.20) */
	const struct setup_session *setup;
	enum opening_outcome outcome;
	struct speaker near;                   /* the node's end */
	struct router_session far;             /* the router's end */
	struct event_id near_timer, far_timer; /* what the ends do by themselves */
	struct event_id near_dial, far_dial;   /* how a dial ends, when it is known */
	struct event_id opening, stale, carrier, update, rejected, restart;
	bool stuck; /* opening for ever: each end closed the connection that the other kept
		       (T3.9) */
	struct event_id farewell[WIRE_ENDS]; /* an end hears that the other's process ended */
	struct silence silence[WIRE_ENDS];
	sim_ns since; /* the session is up since then */
	sim_ns begun; /* when an end started, or the path between them changed last */
	sim_ns near_dialed, far_dialed; /* when its present dial began */
	sim_ns updated;                 /* when the node sends, or sent, its newest UPDATE */
	bool cut;                       /* by the scenario */
	bool port_down;                 /* the router's port: likewise */
	bool by_hand;                   /* it lost its carrier that way */
	bool forwards, linked;          /* as they were when something last changed */
	enum wire_filter filter[WIRE_ENDS];
	bool near_late, near_lost; /* what a process that is stopped finds when it goes on */
	bool unresolved;           /* the router's neighbor entry has failed (T8.7) */
	struct event_id unresolve;
	uint64_t *routes;              /* bits by prefix: in the router's FIB by this session */
	uint32_t hops[SETUP_FAMILIES]; /* of those routes */
	bool lingering; /* the routes stay although a daemon is gone (T4.8, T10.2) */
	bool shut_down; /* by the router, which still knows when it starts again */
	struct session_result *result;
};

struct node_speaker {
	struct random random;
	bool runs;
	bool paused;         /* the process is stopped (T6.5) */
	bool polled;         /* since its start */
	bool drained;        /* it withdraws all routes */
	uint32_t version;    /* of the configuration that its daemon has */
	bool imports;        /* its daemon imports what is on the dummy interface (BG5.4) */
	sim_ns restart_time; /* of graceful restart, by the scenario; SIM_NEVER: not (T10) */
	sim_ns phase;        /* of its polls */
	uint64_t *imported;  /* bits by prefix */
	struct event_id start, poll;
	struct event_id drain; /* it has been drained, and stops */
	uint32_t first, count; /* its sessions */
};

/* A set of next hops at a router, and how its hash space is divided among them. Groups that
 * have the same one share it. */
struct path_set {
	uint64_t *members;             /* bits by hop of the router */
	uint64_t *nodes;               /* bits by node: those that get flows */
	struct hash_space space, used; /* `used`: after dead neighbors are passed over */
	double dead;                   /* the share whose member cannot be reached */
	uint64_t *cut_off;             /* bits by hop of the router: these members */
	uint32_t groups;               /* so many have it */
	bool outdated;                 /* members of it changed */
	bool noted;                    /* `hops` is what it is now */
	struct route_hops hops;
	struct arena arena; /* of the spaces */
};

/* What is noted of a change: the groups that it is about share it. */
struct path_note {
	sim_ns at;
	struct route_hops before, now;
	double moved;
	const char *why;
};

/* When nobody waited for a VIP: its Service was not there. */
struct unwanted {
	ARRAY_OF(struct interval) times;
	bool now;
};

/* All that is noted of a group, the newest first. */
struct path_story {
	const struct path_note *note;
	const struct path_story *before; /* NULL: nothing */
};

/* Prefixes to which nothing but the same has happened at the router so far. */
struct path_group {
	uint64_t *candidates; /* bits by hop of the router: those that some session brings */
	struct path_set *set;
	const struct path_story *story;
	uint32_t *prefixes; /* ascending */
	uint32_t count;
	uint32_t hits; /* of its prefixes, while some are looked at */
};

/* What becomes of prefixes that had one set and have another. */
struct path_change {
	struct path_set *from, *to;
	double moved;
	const char *why;
	uint32_t first, count;        /* prefixes */
	const struct path_note *note; /* NULL: none yet */
};

struct router_paths {
	uint32_t words; /* of bits by hop */
	uint32_t max_paths[SETUP_SESSION_KINDS];
	const uint64_t *takes[SETUP_SESSION_KINDS];
	bool *failed;           /* by hop: its neighbor entry has failed (T8.7) */
	struct path_group **of; /* by prefix */
	ARRAY_OF(struct path_group *) groups;
	ARRAY_OF(struct path_set *) sets; /* those that groups have */
	uint32_t unwell; /* VIPs of which flows are lost, and those with a stale next hop */
};

/* A router while a run lasts. */
struct routing_router {
	struct random random;
	bool runs; /* its daemon */
	bool powered;
	sim_ns reachable; /* of its neighbor cache */
};

/* Times in which some Service has a VIP of a prefix. */
struct prefix_wanted {
	ARRAY_OF(struct interval) times;
	uint32_t vips; /* that are wanted now */
};

struct tap;
struct losses;

struct routing {
	struct wire *wires;
	struct node_speaker *speakers; /* by node */
	struct router_paths *paths;    /* by router */
	uint32_t version;              /* of the configuration, the newest */
	struct routing_router *routers;
	/* Bits by prefix: for the moment of an update. */
	uint64_t *changed, *brings, *comes, *goes;
	uint64_t *members; /* bits by hop: likewise */
	uint32_t *places;  /* by node and whether it works: in what is noted of a set, plus 1 */
	ARRAY_OF(struct path_group *) groups; /* likewise: those that it is about */
	ARRAY_OF(struct path_change) changes; /* likewise */
	uint32_t node_words;                  /* of bits by node */
	uint64_t *held;                       /* by VIP: bits of the nodes that have it */
	uint32_t *lacks;   /* by node: VIPs that some Service has, and the node does not */
	uint64_t *lacking; /* bits by node: those that lack any */
	struct unwanted *unwanted; /* by VIP */
	bool *losing;              /* by router, then VIP: a share of the flows is lost now */
	bool *wanted;              /* by VIP: some Service has it */
	struct prefix_wanted *prefixes; /* by prefix */
	bool *stale; /* by router, then VIP: a next hop is dead or without it */
	struct client_result *clients; /* by client, then VIP; those of no prefix are empty */
	struct losses *losses;         /* what has been told of these */
	const char *why;               /* what paths change for, while they do */
	struct tap *tap;               /* NULL: nobody captures frames */
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

/* The configuration is another one: daemons that start have it, others by
 * router_speaker_take(). */
void router_set_version(struct sim *sim, uint32_t version);
/* Its daemon has the newest configuration from now on: import and peers, each as it changes. */
void router_speaker_take(struct sim *sim, uint32_t node);

/* The process is stopped as by SIGSTOP, or goes on. No effect on one that is so already. */
void router_speaker_pause(struct sim *sim, uint32_t node, bool paused);
/* A start is planned and taken back: true. */
bool router_speaker_forget_start(struct sim *sim, uint32_t node);
/* It withdraws all routes, whatever is on the dummy interface. */
void router_speaker_drain(struct sim *sim, uint32_t node);

/* The node under a configuration; NULL: it does not know it, or there is none. */
const struct bgp_node *router_node(const struct sim *sim, const struct bgp_config *config,
				   uint32_t node);

/* ---- wire.c ---- */

void wire_speaker_started(struct sim *sim, struct wire *wire);
/* `orderly`: with a NOTIFICATION; `alive`: the kernel of the node closes the connection. */
void wire_speaker_stopped(struct sim *sim, struct wire *wire, bool orderly, bool alive);
/* The process of the node goes on after it was stopped. */
void wire_speaker_resumed(struct sim *sim, struct wire *wire);
/* `delay`: until what it has in its FIB from before is gone. */
void wire_router_started(struct sim *sim, struct wire *wire, sim_ns delay);
/* `empties`: its routes leave the FIB `delay` later; else they stay until it starts again. */
void wire_router_stopped(struct sim *sim, struct wire *wire, bool orderly, bool empties,
			 sim_ns delay);
/* The router loses power: its FIB is gone, and nobody is told. */
void wire_router_crashed(struct sim *sim, struct wire *wire);
/* One end resets the session. */
void wire_reset(struct sim *sim, struct wire *wire, bool by_router);
/* The node's peer is another one; NULL: it has none any more. `change` is how it became that.
 */
void wire_set_peer(struct sim *sim, struct wire *wire, const struct setup_session *peer,
		   enum bgp_peer_change change);
/* One end is shut down, or lets the session come up again; nothing where it cannot. */
void wire_enable(struct sim *sim, struct wire *wire, bool by_router, bool enabled);
/* False: it is so already, or nothing runs there. */
bool wire_can_enable(const struct wire *wire, bool by_router, bool enabled);
/* The keys of both ends are the same now, or not; a router that changes its own resets what
 * was there. */
void wire_set_keys(struct sim *sim, struct wire *wire, bool match);
/* False: it is so already. */
bool wire_can_set_keys(const struct wire *wire, bool match);
/* All routes of the node that wait for the end of its restart are what it brings now. */
void wire_restarted(struct sim *sim, struct wire *wire);
/* Both ends are established. */
bool wire_is_up(const struct wire *wire);
/* An end is established. */
bool wire_end_is_up(const struct wire *wire, enum wire_end end);
/* An end loses its established session. `words` are for the timeline, of a router. */
void wire_loses(struct sim *sim, struct wire *wire, enum router_session_event event,
		const char *cause, const char *words);
void wire_node_loses(struct sim *sim, struct wire *wire, enum speaker_event event);
/* SYNs of dials in progress arrive again. */
void wire_resume_dials(struct sim *sim, struct wire *wire);

/* ---- silence.c ---- */

/* What the router forwards to the node reaches it. */
bool wire_forwards(const struct sim *sim, const struct wire *wire);
/* What the other end sends reaches the process at this end. */
bool wire_reaches(const struct sim *sim, const struct wire *wire, enum wire_end end);
/* What comes to this end meets a filter whose RST the other end hears. */
bool wire_rejects(const struct sim *sim, const struct wire *wire, enum wire_end end);
/* Both reach each other. */
bool wire_passes(const struct sim *sim, const struct wire *wire);
/* Something that these depend on changed, or may have. */
void wire_path_changed(struct sim *sim, struct wire *wire);
/* The router's port for the node goes down, or comes up; then paths_look_at_members(). */
void wire_set_port(struct sim *sim, struct wire *wire, bool down, bool by_hand);
/* When the end sends its next keepalive after this moment; SIM_NEVER: it sends none. While the
 * session is up. */
sim_ns wire_next_keepalive(const struct sim *sim, struct wire *wire, enum wire_end end,
			   sim_ns after);
/* The session of an end is over: nothing is waited for. */
void silence_ends(struct sim *sim, struct wire *wire, enum wire_end end);

/* ---- wires.c ---- */

/* NULL if all sessions are as they must be; else what is not. */
const char *wires_broken(const struct sim *sim);
/* Nothing happened from outside since then: every session that can be up is, where both ends
 * have had the time. */
bool wires_settled(const struct sim *sim, sim_ns quiet_since);

/* ---- import.c ---- */

/* A speaker has imported what is on the dummy interface, or looks at it soon. */
bool import_consistent(const struct sim *sim);

void import_started(struct sim *sim, uint32_t node);
/* What is on the dummy interface changed. */
void import_dummy_changed(struct sim *sim, uint32_t node);
/* The speaker looks at once. */
void import_now(struct sim *sim, uint32_t node);

/* ---- paths.c ---- */

/* The router learns after `delay` what the session brings now. */
void paths_update_in(struct sim *sim, struct wire *wire, sim_ns delay, const char *why);
/* All that the router has by this session goes out of its FIB, or comes, now. */
void paths_update(struct sim *sim, struct wire *wire, const char *why);
/* Whether the member of the session can forward may have changed; paths_look_at_members() tells
 * what comes of all members that changed at one moment. */
void paths_member_changed(struct sim *sim, const struct wire *wire);
void paths_look_at_members(struct sim *sim, uint32_t router, const char *why);
/* The router takes other prefixes, of those too that it holds; by kind of session. One whose
 * daemon does not run does so when it starts; as with paths_limit(). */
void paths_accept(struct sim *sim, uint32_t router, const uint64_t *const *takes);
/* It uses at most so many next hops for a prefix. */
void paths_limit(struct sim *sim, uint32_t router, uint32_t most);
void paths_init(struct sim *sim);
/* True if the sets of the routers are what their sessions bring, and divide their hash spaces
 * among just these. */
bool paths_consistent(struct sim *sim);
/* What the set is now, for the results. */
const struct route_hops *paths_describe(struct sim *sim, uint32_t router, struct path_set *set);
/* The end of all sets. */
void paths_free(struct sim *sim);

/* ---- stories.c ---- */

/* Of nothing that happened; after sim->routing->paths. */
void stories_init(struct sim *sim);
/* Whether two sets are the same next hops with the same shares, and the same of them work. */
bool stories_same_hops(const struct route_hops *a, const struct route_hops *b);
/* The group has other next hops, or other ones of them work. NULL: before the measurements
 * nothing is noted. */
void stories_add(struct sim *sim, struct path_group *group, const struct path_note *note);
/* Somebody waits for the VIP, or nobody: clients lose nothing and move nothing meanwhile. */
void stories_note_wanted(struct sim *sim, uint32_t vip);
/* The intervals of the routes, and what moved of each client: prefixes and clients to which the
 * same happened share what tells it. Before flows_finish(). */
void stories_finish(struct sim *sim);

/* ---- flows.c ---- */

/* Who has the VIP changed: `node`, or nobody knows who. */
void flows_vip_changed(struct sim *sim, uint32_t node, uint32_t vip);
/* What the clients of the router lose of all VIPs of the group. */
void flows_assess(struct sim *sim, uint32_t router, const struct path_group *group);
/* Works out `dead` of the set: some of its members may have died. */
void flows_look_at(struct sim *sim, uint32_t router, struct path_set *set);
/* True if what clients lose now is what the sets and the holders of VIPs say. */
bool flows_consistent(const struct sim *sim);
void flows_init(struct sim *sim);
/* Fills the clients of the result. */
void flows_finish(struct sim *sim);

/* ---- losses.c ---- */

/* Makes routing->losses. */
void losses_init(struct sim *sim);
/* What a client loses has changed, `which` of routing->clients: the timeline gets it when all
 * that happens at this moment has happened. */
void losses_changed(struct sim *sim, uint32_t which);
/* Tells what is lost at the end of the run. */
void losses_finish(struct sim *sim);

/* ---- widths.c ---- */

void widths_init(struct sim *sim);
/* Some Service has the VIP, which is in a prefix, or none has it any more. */
void widths_want(struct sim *sim, uint32_t vip);
/* Whether a next hop of the router's route to the VIP is dead, or does not have it. */
void widths_set_stale(struct sim *sim, uint32_t router, uint32_t vip, bool stale);
/* Fills what is measured of the routes; after the intervals of their sets are in the time of
 * the result. */
void widths_finish(struct sim *sim);

/* ---- router.c ---- */

/* Cuts off what was before the measurements; false: nothing is left. */
bool router_measured_interval(const struct sim *sim, struct interval *time);

#endif
