/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BGP side of a setup: routers, sessions, prefixes and the clients behind routers, as
 * numbers. There is one only where the scenario has clients; it stays the same from run to run.
 */
#ifndef SIM_ENGINE_SETUP_BGP_H
#define SIM_ENGINE_SETUP_BGP_H

#include "purelb/bgp/bgp.h"
#include "purelb/bgp/router_session.h"
#include "sim/engine/setup.h"

/* Where routes of a router can point to; the sessions of a node that give one address are one
 * next hop. */
struct setup_hop {
	struct ip address;
	uint32_t node;
	bool internal;               /* by iBGP */
	ARRAY_OF(uint32_t) sessions; /* that bring it */
};

enum { SETUP_FAMILIES = 2 }; /* IP_V4, IP_V6 */
enum { SETUP_EXTERNAL, SETUP_INTERNAL, SETUP_SESSION_KINDS };

struct setup_router {
	const struct bgp_router *router;
	struct router_session_settings settings;
	ARRAY_OF(uint32_t) sessions;
	ARRAY_OF(struct setup_hop) hops; /* by address: the order of its sets (T8.1) */
	/* Bits by prefix: what its filters let in. */
	const uint64_t *takes[SETUP_SESSION_KINDS];
};

/* What happens when the OPENs of a session meet (T3.6, T3.7, T5.4). */
enum opening_outcome {
	OPENING_WORKS,
	OPENING_SILENT,         /* TCP-MD5 does not match: SYNs are dropped */
	OPENING_CLOSED,         /* the router does not know the node */
	OPENING_NODE_REFUSES,   /* the OPEN of the router */
	OPENING_ROUTER_REFUSES, /* the OPEN of the node */
	OPENING_NEVER,          /* the node has no such peer, or it never dials */
};

struct setup_session {
	uint32_t node, router;
	uint32_t interface; /* of the node */
	const struct bgp_session *session;
	struct speaker_settings settings;
	enum opening_outcome outcome, unlocked; /* `unlocked`: with matching keys */
	/* By family of the prefix: its place among the hops of the router; SETUP_NONE: the
	 * session brings no such routes, or none that the router can use (BG5.2). */
	uint32_t hops[SETUP_FAMILIES];
	uint32_t hold, keepalive, router_keepalive; /* seconds; hold 0: none */
	sim_ns restart; /* of graceful restart, as configured; 0: none (T10.1) */
};

struct setup_prefix {
	const struct bgp_prefix *prefix;
	const char *text;
	ARRAY_OF(uint32_t) vips; /* numbers in the setup, ascending */
};

struct setup_client {
	const char *name;
	uint32_t router;
	uint64_t flows; /* to each address; 0: the scenario does not say */
};

/* Parameters of T2. */
struct setup_bgp_timing {
	enum bgp_daemon daemon;
	enum speaker_make make;
	sim_ns import_poll; /* 0: an import at every change */
	struct distribution import_apply, session_open, daemon_start, speaker_start;
	struct distribution neighbor_reachable; /* of a router */
	struct distribution carrier_notice;
	bool collision_hang; /* T3.9 */
};

/* BGP under one version of the configuration. */
struct setup_bgp_version {
	const struct bgp_config *config;       /* NULL: it is deleted */
	const struct setup_session **sessions; /* by number; NULL: no such peer */
	bool reconciles; /* the BGPConfiguration is another one than before */
};

struct setup_bgp {
	struct setup_bgp_timing timing;
	ARRAY_OF(struct setup_router) routers; /* that clients and sessions have */
	/* By node, then router: as in the first version that has them. */
	ARRAY_OF(struct setup_session) sessions;
	ARRAY_OF(struct setup_bgp_version) versions; /* as in the setup */
	ARRAY_OF(struct setup_prefix) prefixes;
	uint64_t *families[SETUP_FAMILIES]; /* bits by prefix: those of the family */
	ARRAY_OF(struct setup_client) clients;
	uint32_t *prefix_of; /* by VIP number; SETUP_NONE: no router hears of it */
};

#endif
