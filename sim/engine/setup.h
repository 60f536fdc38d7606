/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A setup: all that stays the same from run to run. Built once from a cluster and a scenario;
 * runs only read it, so they go in parallel.
 *
 * Nodes, VIPs, Services, segments and observers have numbers here, and everything else in
 * sim/ speaks of them by number. Configuration may change during a run (`apply`, `delete`):
 * each state of it is a version, resolved beforehand by purelb/; version 0 is the start.
 */
#ifndef SIM_ENGINE_SETUP_H
#define SIM_ENGINE_SETUP_H

#include "config/objects/scenario.h"
#include "purelb/allocation/allocation.h"
#include "purelb/agents/cluster.h"
#include "purelb/announcing/gratuitous.h"
#include "purelb/announcing/lifetimes.h"
#include "sim/engine/distribution.h"

#define SETUP_NONE UINT32_MAX /* "no node", "no VIP" */

struct prepared;
struct setup_bgp;

struct setup_timing {
	struct distribution api_request, watch_delivery, allocate, segment_delay;
	struct distribution reconcile_lose, reconcile_win, shutdown_drain, agent_restart;
	struct distribution pod_restart; /* of a Pod that moves */
	struct distribution clock_skew;  /* over nodes */
	sim_ns lease_duration;           /* D (P8.1) */
	sim_ns lease_life;               /* D in whole seconds, as leases have it */
	uint32_t client_qps, client_burst;
	uint32_t events_per_keep, events_per_takeover;
	bool api_restart_410;
	bool client_go_36;   /* when the back-off of watches starts anew (P8.5e) */
	bool resync_uniform; /* else locked to the renewals (P8.5a) */
	bool syn_linear;     /* SYNs as Linux 6.5 and later repeats them (P8.5k) */
};

/* A segment: an L2 broadcast domain. */
struct setup_segment {
	const char *name; /* as given, or the subnet's text */
};

struct setup_interface {
	const char *name;
	uint8_t mac[6];
	uint32_t segment;     /* SETUP_NONE: plugged in nowhere that matters */
	struct ip link_local; /* of the interface; all-zero: none */
	ARRAY_OF(struct node_net) nets;
	bool up; /* at the start */
};

struct setup_node {
	const char *name;
	const struct cluster_node *cluster_node; /* in version 0 */
	ARRAY_OF(struct setup_interface)
	interfaces;        /* an inferred node has one made up:
			    * "eth0" with the inferred subnets */
	sim_ns clock_skew; /* given for this node by name; else drawn in each run */
	bool clock_skew_given;
};

/* A Service as it is from an edit to the next. */
struct setup_service_state {
	bool considered;      /* agents look at it (P6.1) */
	bool affinity;        /* P5.4 */
	bool allows_local;    /* P6.5 */
	bool policy_local;    /* externalTrafficPolicy Local */
	const bool *has;      /* flags by VIP of the Service: what it keeps or gets */
	const char *short_of; /* why it lacks an address; NULL: it lacks none */
	const char *cause;    /* why the allocator looks at it; NULL: it was created */
};

struct setup_service {
	const struct service *service;
	const char *name;              /* "namespace/name" */
	uint32_t first_vip, vip_count; /* its VIPs are numbered in one piece */
	bool exists;                   /* at the start; false: an event brings it */
	bool affinity;                 /* P5.4, in any state */
	bool etp_local;                /* externalTrafficPolicy Local at the start */
	/* In the input, and after each edit. Without any it has all its VIPs. */
	ARRAY_OF(struct setup_service_state) states;
	/* Nodes with a healthy endpoint at the start, as flags by node number; NULL: none. */
	const bool *endpoint_nodes;
};

enum { SETUP_RANK_DEPTH = 64 };

struct setup_vip {
	struct ip ip;
	const char *text; /* canonical */
	uint32_t service;
	const struct pool *pool; /* in version 0; NULL: in none */
	bool remote;             /* its pool is remote (S4: vipClass) */
	bool skip_dad;
	uint32_t
		segment; /* where it is announced locally; SETUP_NONE: in no subnet of a node */
	/*
	 * Nodes by ascending SHA-256 of `node#VIP` (P5.3), the first SETUP_RANK_DEPTH of all
	 * that advertise a subnet with the address in any version. The winner in somebody's
	 * view is the first that is a candidate there.
	 *
	 * Two kinds of subnets count although no version's cluster_node has them: those of the
	 * default-route interfaces, which every agent advertises first after a start (P8.2;
	 * prepare_first_subnets() of sim/agent/prepare.h), and those that addressAdd events
	 * bring.
	 */
	const uint32_t *rank;
	uint32_t rank_count;
};

enum observer_profile { OBSERVER_LINUX, OBSERVER_ROUTER, OBSERVER_IGNORES_GRATUITOUS };

struct setup_observer {
	const char *name;
	uint32_t segment;
	enum observer_profile profile;
	sim_ns arp_timeout; /* of a router */
	bool accepts_gratuitous;
	sim_ns probe_interval;
	uint8_t mac[6];
	struct ip v4, v6; /* its own addresses: from the router of that name, else made up */
};

/* One state of the configuration. */
struct setup_version {
	const struct cluster *cluster;
	uint32_t changed_objects;        /* deliveries that it costs each agent (P9.2) */
	const char *what;                /* "apply pools.yaml" for the timeline */
	bool reconciles_bgp;             /* a BGPConfiguration changed (BG2.3a) */
	struct cluster *owned_cluster;   /* the same, and its snapshot: freed by */
	struct snapshot *owned_snapshot; /* setup_release(); NULL in version 0 */
};

/* What becomes of connections while the API server is down (P8.5h). */
enum api_down_how {
	API_DOWN_REFUSES, /* they are closed, and refused from then on */
	API_DOWN_CLOSES,  /* the same, but streams end in an orderly way first */
	API_DOWN_HANGS,   /* nothing is answered */
};

/* What an event does to a Service. */
enum service_change_what {
	SERVICE_COMES,
	SERVICE_GOES,
	SERVICE_CHANGES_SPEC,
	SERVICE_LOOKED_AT, /* only the allocator looks at it again */
};

struct setup_change {
	uint32_t service;
	uint32_t state; /* that it leads to */
	enum service_change_what what;
};

struct setup_event {
	const struct scenario_event *source;
	enum scenario_event_kind kind;
	struct distribution when; /* after the end of the warm-up */
	uint32_t node;            /* the only one; SETUP_NONE: none, several, or winner_of */
	ARRAY_OF(uint32_t) group; /* all that it names, in the order in which it acts */
	uint32_t winner_of;       /* VIP number, or SETUP_NONE */
	uint32_t winner_service;  /* Service number, or SETUP_NONE */
	uint32_t interface;       /* number in the node; SETUP_NONE: found when it fires */
	uint32_t service, segment, observer;
	uint32_t version; /* apply, delete: the version it leads to */
	struct ip_net address;
	/* clockStep, clockSkew; how long a node or daemon is off, or a conflict lasts, or a
	 * node drains, or routers wait for it */
	sim_ns amount;
	sim_ns pause; /* rollingReboot: from one node to the next */
	double probability;
	struct distribution delay;
	enum api_down_how how;
	uint32_t vip; /* addressConflict */
	/* What it does to Services that it names or the allocator looks at, in this order. */
	ARRAY_OF(struct setup_change) changes;
	uint32_t router;           /* of setup_bgp; SETUP_NONE: none */
	const uint64_t *takes[2];  /* prefixFilter: as in struct setup_router */
	const struct taint *taint; /* taint, untaint: NULL: all that it has */
	bool flag;                 /* api of linkDown, restarted of apiUp; by the router; how:
				    * carrier, reject */
	uint32_t max_unavailable;
	const bool *nodes; /* endpoints: flags by node number */
};

struct setup {
	struct arena *arena;
	const struct scenario *scenario;
	const struct cluster *cluster; /* version 0 */
	struct setup_timing timing;
	sim_ns warmup, duration;
	int64_t start_unix_ns; /* wall clock of the start of the run, for pcaps */
	uint64_t seed;
	uint32_t runs;
	uint64_t events_max;
	bool names_lost; /* it is not whole: names are perhaps in what could not be read */
	bool misread;    /* it is not what was meant: a finding about the scenario says so */
	bool every_delivery; /* also those that change nothing are events: for tests */
	bool every_service;  /* agents look at each one that they keep: likewise */
	ARRAY_OF(struct setup_node) nodes;
	ARRAY_OF(struct setup_service) services;
	ARRAY_OF(struct setup_vip) vips;
	ARRAY_OF(struct setup_segment) segments;
	ARRAY_OF(struct setup_observer) observers;
	ARRAY_OF(struct setup_version) versions;
	ARRAY_OF(struct setup_event) events; /* in the order written */
	/* What follows from all of the above and stays the same from run to run. NULL: each run
	 * works it out for itself. setup_build() ends with setup_prepare()
	 * (sim/agent/prepare.h).
	 */
	const struct prepared *prepared;
	/* Sessions, prefixes and clients (sim/engine/setup_bgp.h); NULL: the scenario has no
	 * clients, and no BGP is simulated. */
	const struct setup_bgp *bgp;
};

#endif
