/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scenario files (S3) as typed objects: what to simulate, what happens
 * when, and what must hold. Read and checked like any other input; every value keeps its
 * place.
 */
#ifndef CONFIG_OBJECTS_SCENARIO_H
#define CONFIG_OBJECTS_SCENARIO_H

#include "config/objects/objects.h"

/* A delay or offset as written: one of the fields is set. */
struct delay_value {
	struct section at;
	struct str_value constant;    /* "5ms" */
	struct str_list uniform;      /* two durations */
	struct str_value exponential; /* mean */
	struct str_value median, p99; /* of a lognormal */
};

/* One for all nodes, or a distribution over them, or single nodes by name. */
struct clock_skew_value {
	struct delay_value all;
	struct label_map nodes; /* {node-a: 200ms, ...} */
};

struct scenario_timing {
	struct section at;
	struct delay_value api_request, watch_delivery, reconcile_lose, reconcile_win, allocate,
		segment_delay, shutdown_drain, agent_restart;
	struct clock_skew_value clock_skew;
	struct str_value lease_duration;
	struct int_value client_qps, client_burst; /* requests per second; requests */
	struct int_value events_per_keep, events_per_takeover;
	struct bool_value api_restart_410;
	struct delay_value pod_restart; /* of a Pod that moves to another node */
	struct bool_value syn_linear;   /* SYNs as Linux 6.5 and later sends them */
	struct str_value client_go;     /* "0.35", "0.36" */
	struct str_value resync_phase;  /* "locked", "uniform" */
	/* Of BGP (T2). */
	struct str_value speaker; /* "fork-1.1", "fork-1.3", "gobgp-3" */
	struct str_value import_poll;
	struct delay_value import_apply, session_open, daemon_start, speaker_start,
		neighbor_reachable, carrier_notice;
	struct bool_value collision_hang;
};

struct scenario_observer {
	struct section at;
	struct str_value name;
	struct str_value segment;     /* absent: every segment that VIPs are on */
	struct str_value profile;     /* "linux", "router", "ignores-gratuitous" */
	struct str_value arp_timeout; /* of a router */
	struct bool_value accepts_gratuitous;
	struct str_value probe_interval;
};

struct scenario_observers {
	struct section at;
	ARRAY_OF(struct scenario_observer) list;
};

/* Somebody outside whose traffic comes through a router. (T1.6) */
struct scenario_client {
	struct section at;
	struct str_value name;
	struct str_value router;
	struct int_value flows;
};

struct scenario_clients {
	struct section at;
	ARRAY_OF(struct scenario_client) list;
};

enum scenario_event_kind {
	EVENT_NODE_CRASH,
	EVENT_NODE_RECOVER,
	EVENT_AGENT_KILL,
	EVENT_AGENT_STOP,
	EVENT_AGENT_START,
	EVENT_AGENT_RESTART,
	EVENT_ROLLING_RESTART,
	EVENT_API_DOWN,
	EVENT_API_UP,
	EVENT_API_PARTITION,
	EVENT_API_HEAL,
	EVENT_LINK_DOWN,
	EVENT_LINK_UP,
	EVENT_ADDRESS_REMOVE,
	EVENT_ADDRESS_ADD,
	EVENT_CLOCK_STEP,
	EVENT_CLOCK_SKEW,
	EVENT_SERVICE_CREATE,
	EVENT_SERVICE_DELETE,
	EVENT_ENDPOINTS,
	EVENT_APPLY,
	EVENT_DELETE,
	EVENT_NODE_DELETE,
	EVENT_GRATUITOUS_LOSS,
	EVENT_OBSERVER_RESET,
	EVENT_NODE_REBOOT,
	EVENT_AGENT_CRASH,
	EVENT_POD_DELETE,
	EVENT_LEASE_DELETE,
	EVENT_SWITCH_DOWN,
	EVENT_SWITCH_UP,
	EVENT_ROLLING_REBOOT,
	EVENT_SEGMENT_LOSS,
	EVENT_SEGMENT_DELAY,
	EVENT_ALLOCATOR_DOWN,
	EVENT_ALLOCATOR_UP,
	EVENT_ADDRESS_CONFLICT,
	EVENT_DRAIN,
	EVENT_UNCORDON,
	EVENT_TAINT,
	EVENT_UNTAINT,
	EVENT_LABEL,
	EVENT_SERVICE_EDIT,
	EVENT_BGP_DAEMON_STOP, /* from here on of BGP */
	EVENT_BGP_DAEMON_KILL,
	EVENT_BGP_DAEMON_START,
	EVENT_BGP_SESSION_RESET,
	EVENT_CUT,
	EVENT_HEAL,
	EVENT_ROUTER_DAEMON_STOP,
	EVENT_ROUTER_DAEMON_KILL,
	EVENT_ROUTER_DAEMON_START,
	EVENT_ROUTER_CRASH,
	EVENT_ROUTER_RECOVER,
	EVENT_ROUTER_LINK_DOWN,
	EVENT_ROUTER_LINK_UP,
	EVENT_BGP_SESSION_DOWN,
	EVENT_BGP_SESSION_UP,
	EVENT_BGP_DAEMON_RESTART,
	EVENT_BGP_DAEMON_PAUSE,
	EVENT_BGP_DAEMON_RESUME,
	EVENT_FILTER_179,
	EVENT_UNFILTER_179,
	EVENT_PASSWORD,
	EVENT_PREFIX_FILTER,
	EVENT_MAX_PATHS,
	EVENT_BGP_DRAIN,
	EVENT_GRACEFUL_RESTART,
	EVENT_BGP_CONFIG,
	EVENT_KINDS,
};

/* What a Service is to become: only what is given changes. A mapping of a schema begins with a
 * section, which lies over what no patch has. */
struct service_patch {
	union {
		struct section at;
		struct service service;
	};
};

/* The arguments of every event; which ones an event takes is in the table of events. A bare
 * scalar (`nodeCrash: node-a`) is the event's main argument. */
struct scenario_event_args {
	struct section at;
	struct names_value node;      /* "all", names, or labels */
	struct str_value rack, group; /* nodes with that value of the label of this name */
	struct str_value winner_of; /* a VIP, or a Service: who holds it when the event fires */
	struct str_value interface;
	struct bool_value api; /* linkDown: the API server is unreachable as well */
	struct str_value address;
	struct str_value by;      /* clockStep: a duration, may be negative */
	struct str_value skew;    /* clockSkew */
	struct str_value service; /* "namespace/name" */
	struct names_value nodes; /* endpoints, or as `node` */
	struct str_value file;    /* apply, serviceCreate: relative to the scenario */
	struct str_value kind, name, namespace; /* delete */
	struct str_value segment;
	struct str_value probability; /* a number 0..1 as text */
	struct str_value observer;
	struct int_value max_unavailable; /* rollingRestart, rollingReboot */
	struct str_value pause;           /* rollingReboot: a duration */
	struct bool_value restarted;      /* apiUp: whether watches must relist */
	/* nodeReboot; addressConflict `for`, bgpDaemonRestart `after`, bgpDrain `drainFor`,
	 * gracefulRestart `restartTime`: a duration */
	struct str_value down_for;
	struct bool_value force;             /* podDelete: makes no difference */
	struct str_value part;               /* of a router's daemons: "bgp" alone; all */
	struct str_value how;                /* apiDown, routerLinkDown, filter179: a word */
	struct delay_value delay;            /* segmentDelay */
	struct str_value ip;                 /* addressConflict: a VIP */
	struct str_value key, value, effect; /* taint, untaint; password: `value` */
	struct label_map labels;             /* label */
	struct str_list removed;             /* label, serviceEdit: keys */
	struct service_patch patch;          /* serviceEdit */
	/* apply: instead of a file, what the cluster has afterwards; for those who make a
	 * scenario themselves. */
	const struct object_list *objects;
	struct str_value router;       /* of the inventory: of BGP events */
	struct bool_value comes_again; /* bgpDaemonKill `restart` */
	struct router_accepts accept;  /* prefixFilter */
	struct int_value paths;        /* maxPaths */
};

/* "nodeCrash": as scenarios write the event. */
const char *scenario_event_name(enum scenario_event_kind kind);
/* A file is applied. */
bool scenario_event_applies(uint32_t kind);
/* The configuration is another one afterwards. */
bool scenario_event_configures(uint32_t kind);

struct scenario_event {
	struct section at;
	struct delay_value when; /* key `at` */
	struct key_choice kind;  /* enum scenario_event_kind; exactly one must be given */
	struct scenario_event_args args;
};

struct scenario_events {
	struct section at;
	ARRAY_OF(struct scenario_event) list;
};

struct scenario_assertion {
	struct section at;
	struct str_value max_outage;     /* duration; the longest outage of an observer */
	struct str_value max_duplicate;  /* duration; total time with two holders */
	struct str_value max_gap;        /* duration; longest time without a holder */
	struct str_value announcer;      /* node that holds `vip` at `when` */
	struct bool_value all_announced; /* every VIP has a holder at `when` */
	struct bool_value none_announced;
	/* Of BGP (T11). */
	struct str_value max_lost_share;        /* a number 0..1 as text */
	struct str_value max_lost_flow_seconds; /* a number as text */
	struct int_value min_width;             /* next hops of `prefix` at `router` */
	struct str_value session;               /* "up", "down": of `node` and `router` */
	struct str_value client, node, router;
	struct str_value observer, vip, service, pool; /* to narrow */
	struct str_value prefix;                       /* of minWidth */
	struct str_value when;  /* key `at`: a duration from the end of the warm-up */
	struct str_value since; /* key `from`: of minWidth, likewise */
	/* Not written in a scenario: of a plan in stages, the stage that it is about, in
	 * nanoseconds from the end of the warm-up; `end` 0: all of the run. */
	int64_t begin, end;
};

struct scenario_assertions {
	struct section at;
	ARRAY_OF(struct scenario_assertion) list;
};

/* What it was made of. */
enum scenario_origin {
	SCENARIO_OF_FILE,
	SCENARIO_OF_OPTIONS, /* --event and --assert */
	SCENARIO_OF_PLAN,
};

struct scenario {
	struct object object;
	enum scenario_origin origin;
	struct str_value description;
	struct str_list inputs;
	struct str_value duration, warmup, start;
	struct int_value seed, runs;
	struct scenario_timing timing;
	struct scenario_observers observers;
	struct scenario_clients clients;
	struct bool_value every_router; /* `clients: true`: one behind each router */
	struct routers routers;         /* over those of the inventory (T11) */
	struct bool_value
		observes; /* `routers: false`: those of the inventory do not observe */
	struct scenario_events events;
	struct scenario_assertions assertions;
};

/* An event of it, or what has to hold, means nothing without BGP. (T11) */
bool scenario_is_about_bgp(const struct scenario *scenario);

/* The argument of an event that may stand for all of them, "node" of nodeCrash: what it is
 * about. NULL: there is no such event. */
const char *scenario_event_subject(const char *event);

#endif
