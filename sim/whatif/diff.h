/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change of the configuration does to a cluster: two snapshots side by side.
 *
 * Of the live cluster (Nodes, Leases, NodeInventories, Services, EndpointSlices and so on) the
 * new side has what the old one has, kind by kind, where it has nothing of the kind itself.
 * ServiceGroups, LBNodeAgents and BGPConfigurations are taken as they are: what is not there is
 * deleted. Services keep the addresses that they hold, or would get before the change.
 */
#ifndef SIM_WHATIF_DIFF_H
#define SIM_WHATIF_DIFF_H

#include "purelb/election/failover.h"
#include "purelb/announcing/vips.h"
#include "purelb/bgp/bgp.h"
#include "validator/validate.h"

struct diff_time;
struct diff_orders;

/* One of the two. */
struct diff_side {
	struct snapshot *snapshot; /* with what was added to it; see above */
	struct cluster cluster;
	struct allocations all;
	struct vips vips;
	struct bgp_cluster bgp;
	struct validation validation;
};

/* ---- pools ---- */

enum pool_change_kind {
	POOL_SAME,
	POOL_ADDED,     /* a new ServiceGroup, and PureLB accepts it */
	POOL_LOST,      /* the ServiceGroup is gone */
	POOL_REJECTED,  /* PureLB accepted it, or there was none, and now rejects it */
	POOL_MENDED,    /* PureLB rejected it and now accepts it */
	POOL_GROWN,     /* more addresses, and none less */
	POOL_SHRUNK,    /* fewer, and none more */
	POOL_SHIFTED,   /* some go and others come */
	POOL_CHANGED,   /* the same addresses with other options, or other nodes behind them */
	POOL_STILL_BAD, /* rejected before and after */
};

/* How well the addresses of a local pool can be announced. (P5.2) */
struct pool_cover {
	bool judged;    /* a local pool that is accepted, and its nodes are known (I3) */
	bool complete;  /* every address has a candidate */
	bool inferred;  /* rests on a guess about subnets */
	uint32_t nodes; /* that can announce the range with fewest such nodes */
};

struct pool_change {
	enum pool_change_kind kind;
	const char *name;
	const struct pool *before, *after; /* NULL: there is none */
	u128 size_before, size_after;      /* addresses, each once; of rejected groups 0 */
	u128 added, removed;
	uint32_t stranded; /* addresses that Services hold and that it has no more */
	ARRAY_OF(const char *) options; /* fields that differ: "spec.local.multiPool" */
	struct pool_cover cover_before, cover_after;
};

/* ---- Services ---- */

enum service_change_kind {
	SERVICE_KEEPS,   /* the same addresses, and it would get them from the same pool */
	SERVICE_LEFT,    /* the same addresses, although the configuration says otherwise:
			  * PureLB never revokes an address (P3.11) */
	SERVICE_CHANGES, /* other addresses than before */
	SERVICE_LOSES,   /* addresses before, none after */
	SERVICE_GAINS,   /* none before */
	SERVICE_WAITS,   /* none before and after, and it asks for some */
};

struct service_change {
	enum service_change_kind kind;
	const struct service *service; /* as it is after, or was before when it is gone */
	const struct allocation *before, *after; /* NULL: no such Service, or of another type */
	bool deleted;
	bool already;       /* it was left before the change, too */
	bool pending;       /* something that it asks for is missing after the change */
	const char *reason; /* why it is left, loses, waits or lacks something; else NULL */
};

/* ---- VIPs ---- */

enum vip_change_kind {
	VIP_STAYS,       /* the same nodes announce it */
	VIP_MOVES,       /* another node wins it */
	VIP_SPREADS,     /* remote: other nodes announce it, some before and after */
	VIP_UNREACHABLE, /* somebody announced it, and nobody does now */
	VIP_WITHDRAWN,   /* its Service has it no more */
	VIP_APPEARS,     /* nobody announced it, or it is new */
	VIP_STILL_DARK,  /* nobody announces it before and after */
	VIP_UNSEEN,      /* the input does not say who announces it then (I3) */
};

enum gap_cause {
	GAP_NONE,
	GAP_HANDOVER, /* the old node withdraws it when it sees the new one win (P8.11) */
	GAP_RENEWAL,  /* the old node withdraws it at once, and the others learn of it at that
		       * node's next renewal (P9.2) */
	GAP_CRASH,    /* the old node is gone: its lease has to expire (P8.5) */
};

struct vip_change {
	enum vip_change_kind kind;
	const struct vip *before, *after;     /* NULL: no such address of the Service */
	const struct cluster_node *from, *to; /* that announce it locally, before and after */
	uint32_t announcers_before, announcers_after;
	enum gap_cause cause;
	struct span gap;    /* that nobody announces it, while it moves */
	const char *reason; /* why nobody announces it after; else NULL */
};

/* ---- nodes ---- */

struct node_change {
	bool changed;
	const char *name;
	const struct cluster_node *before, *after; /* NULL: there is none */
	ARRAY_OF(const char *) gained, lost;       /* subnets that it advertises */
	uint32_t vips_before, vips_after;          /* on local interfaces */
	bool guessed; /* its interfaces are unknown: it is taken to advertise what it did */
};

/* ---- BGP ---- */

enum session_change_kind {
	SESSION_SAME,
	SESSION_FAILS,    /* it could come up, or that was unknown, and now it cannot */
	SESSION_REMOVED,  /* the node has no such peer any more */
	SESSION_CHANGES,  /* other settings: it is torn down and comes up again */
	SESSION_RECOVERS, /* it could not come up, and now it can, or that is unknown */
	SESSION_ADDED,    /* the node had no such peer; it may be one that cannot come up */
};

struct session_change {
	enum session_change_kind kind;
	const char *node, *router, *address; /* where the node finds the router */
	const struct bgp_session *before, *after;
	ARRAY_OF(const char *) settings; /* that differ: "hold time 90 -> 30" */
};

enum route_change_kind {
	ROUTE_SAME,
	ROUTE_LOST,    /* the router had paths and has none */
	ROUTE_CHANGES, /* it forwards to other nodes or next hops */
	ROUTE_ADDED,
};

struct route_change {
	enum route_change_kind kind;
	const char *router, *prefix;
	/* The installed paths; prefixes that are treated alike share one. NULL: none. */
	const struct bgp_route *before, *after;
};

/* ---- upgrades ---- */

enum upgrade_when { UPGRADE_BEFORE, UPGRADE_DURING, UPGRADE_AFTER };

/* What is to be done for an upgrade of PureLB, or comes with it. */
struct upgrade_step {
	enum upgrade_when when;
	bool breaks; /* something stops working without it */
	const char *subject;
	const char *text;
};

/* ---- the whole ---- */

struct diff_totals {
	uint32_t pools;       /* that change */
	uint32_t left;        /* Services that PureLB leaves as they are */
	uint32_t addresses;   /* Services whose addresses change, or that lose or gain them */
	uint32_t pending_new; /* Services that lack something and did not before */
	uint32_t moved;       /* VIPs */
	uint32_t unreachable;
	uint32_t unseen; /* VIPs of which it is unknown who announces them then */
	uint32_t withdrawn;
	uint32_t appearing;
	uint32_t spread;
	uint32_t nodes;            /* that change */
	uint32_t sessions;         /* of BGP that change */
	uint32_t sessions_failing; /* of these, that are configured and cannot come up */
	uint32_t routes, routes_lost;
	uint32_t prefixes_dark; /* that no router has any more, with VIPs in them */
	uint32_t findings_new, findings_gone;
	uint32_t fails_new; /* of them FAIL */
	struct span longest_gap;
	bool any; /* anything at all */
};

struct diff {
	struct arena arena;
	struct diff_side before, after;
	ARRAY_OF(enum object_kind) borrowed; /* kinds that the new side has from the old one */
	ARRAY_OF(struct pool_change) pools;  /* by name */
	ARRAY_OF(struct service_change) services; /* by namespace and name */
	ARRAY_OF(struct vip_change) vips; /* in the order of the VIPs before, then new ones */
	ARRAY_OF(struct upgrade_step) upgrade;    /* in order; of two releases */
	ARRAY_OF(struct node_change) nodes;       /* by name */
	ARRAY_OF(struct session_change) sessions; /* by router, address and node */
	ARRAY_OF(struct route_change) routes;     /* by router and prefix */
	ARRAY_OF(const struct finding *) findings_new, findings_gone; /* no PASS */
	bool applied;    /* as struct diff_options says */
	bool pools_stay; /* PureLB rejects all new groups and goes on with the old ones (P3.9)
			  */
	struct diff_totals totals;
	/* What each order of its parts costs (sim/whatif/orders.h); NULL: not worked out. */
	struct diff_orders *orders;
	/* In simulated time (sim/whatif/diff_time.h); NULL: not asked for. */
	struct diff_time *time;
};

struct diff_options {
	bool apply; /* the new objects are put over the old ones; what is not there stays */
	/* How the two sides are resolved. */
	struct resolve_options old, new;
	const struct silencings *silencings; /* of both validations, without places; or NULL */
};

/* What is compared with what. */
struct diff_input {
	struct snapshot *old;  /* the old side: as it was read, or a new side before this one */
	uint32_t old_problems; /* of it; what comes after them is not about it */
	/* The objects of the new side, and the problems of reading them (config_load_apart()):
	 * those of `read` from `problems_begin` up to `problems_end`. */
	const struct object_list *objects;
	const struct snapshot *read;
	uint32_t problems_begin, problems_end;
	bool follows; /* `old` is the new side of the change before this one: its Services have
		       * what they get there, whatever their status says */
};

/* Compares the two. Borrows all of the input; diff_release() ends it. */
void diff_run(struct diff *out, const struct diff_input *input,
	      const struct diff_options *options);
void diff_release(struct diff *diff);

/* Whether it is unknown who announces the VIP after the change, though it was known before. */
bool vip_is_lost_from_sight(const struct vip_change *vip);

#endif
