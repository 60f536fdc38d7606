/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one run brought: what happened to every VIP, what every agent did, what went over
 * every segment. Times are nanoseconds from the END of the warm-up; an interval that began
 * before has `from` 0, one that still holds at the end has `to` SIM_NEVER. (S4)
 */
#ifndef SIM_ENGINE_RESULT_H
#define SIM_ENGINE_RESULT_H

#include "base/array.h"
#include "base/ip.h"
#include "config/objects/scenario.h"
#include "sim/engine/engine.h"

enum outage_cause {
	OUTAGE_NO_HOLDER,      /* no powered and linked node has the address */
	OUTAGE_STALE_NEIGHBOR, /* the observer asks another node than a holder that is alive */
	OUTAGE_DEAD_HOLDER,    /* its entry is for a node that is gone */
	OUTAGE_TENTATIVE,      /* the only holder is still doing DAD */
	OUTAGE_UNRESOLVED,     /* it has no entry and is asking */
	OUTAGE_LOST_FRAMES,    /* nothing gets through on its segment */
	OUTAGE_CAUSES,
};

struct interval {
	sim_ns from, to;
};

struct ownership {
	struct interval time;
	uint32_t node; /* number in the setup */
	const char *interface;
	bool tentative_first; /* it did DAD before it answered */
	bool failed;          /* DAD found a duplicate, and since then it is of no use there */
};

struct outage {
	struct interval time;
	uint32_t observer; /* number in the setup */
	enum outage_cause cause;
	/* Of one that goes on at the end: what keeps it up, and for how long where that is
	 * known: "tor1 has the address at node-a's MAC for another 3h50m". */
	const char *still;
};

struct duplicate {
	struct interval time;
	ARRAY_OF(uint32_t) nodes; /* ascending */
};

/* Per observer of one VIP. */
struct observer_totals {
	uint32_t observer;
	sim_ns outage_total, outage_longest;
	bool ongoing;         /* cut off at the end: the total is at least this */
	bool longest_ongoing; /* and so is the longest */
};

struct vip_result {
	uint32_t vip; /* number in the setup */
	ARRAY_OF(struct ownership) owners;
	ARRAY_OF(struct outage) outages;
	ARRAY_OF(struct duplicate) duplicates;
	ARRAY_OF(struct interval) gaps; /* without a powered, linked holder */
	ARRAY_OF(struct observer_totals) totals;
	sim_ns announce_gap;    /* longest time without a powered, linked holder */
	sim_ns duplicate_total; /* time with two or more */
	bool gap_ongoing;       /* the longest gap had not ended: it is at least this */
	bool duplicate_ongoing; /* two or more at the end: at least this */
	uint32_t sequences;     /* gratuitous sequences started */
	uint32_t garp_frames, na_frames;
};

struct agent_result {
	uint32_t node;
	uint32_t won, lost;   /* elections: addresses gained and given up */
	uint64_t reprocessed; /* Services taken from the queue */
	uint32_t api_writes, api_failures, conflicts;
	uint32_t events_sent, events_dropped;
	sim_ns limiter_wait; /* time its worker stood waiting for the limiter */
	uint32_t lease_renewals, lease_failures;
	uint32_t longest_queue;
};

enum frame_kind {
	FRAME_GARP_REQUEST,
	FRAME_GARP_REPLY,
	FRAME_UNSOLICITED_NA,
	FRAME_DAD_PROBE,
	FRAME_ARP_REQUEST, /* observers' */
	FRAME_ARP_REPLY,
	FRAME_NEIGHBOR_SOLICITATION,
	FRAME_NEIGHBOR_ADVERTISEMENT,
	FRAME_KINDS,
};

struct segment_result {
	uint32_t segment; /* number in the setup */
	uint64_t frames[FRAME_KINDS];
	uint32_t peak_per_second; /* most frames in one second of the clock */
	ARRAY_OF(uint32_t)
	gratuitous; /* frames in each second since the end of the warm-up, up
		     * to the last one that had any */
};

/* The cause of what the scenario makes happen. */
#define CAUSE_SCENARIO "the scenario says so"

/* A session while it is up, or down. */
struct session_interval {
	sim_ns since, until; /* as in struct interval */
	bool up;
	const char *cause; /* of one that is down: "hold-timer"; NULL: not yet up */
	const char *by;    /* which end */
	bool lost;         /* it was up until then, and that is measured */
};

struct session_result {
	uint32_t session; /* number in the setup */
	/* Of all the time that is measured; one that is down without a cause is not yet up. */
	ARRAY_OF(struct session_interval) intervals;
	uint32_t dials, refused, ups; /* the node's, in all, warm-up included */
	uint32_t downs;               /* how often it was lost while measured */
	sim_ns down_total;            /* time that it was down while measured */
};

struct route_hop {
	uint32_t node;
	double share;
	bool alive; /* what is sent there arrives */
};

struct route_hops {
	struct route_hop *items;
	uint32_t count, capacity;
};

/* What a router forwards to, for a time; no hops: it has no route. Entries may share a list. */
struct route_set {
	struct interval time;
	struct route_hops hops;
};

/* The longest time that something was missing; `ongoing`: it is at the end, so at least this.
 */
struct missing {
	sim_ns time;
	bool ongoing;
};

struct route_result {
	uint32_t router, prefix; /* numbers in the setup */
	ARRAY_OF(struct route_set) sets;
	bool unlisted; /* reports leave the sets out: all together they are too many */
	/* While some Service has a VIP of the prefix (T12.2): */
	uint32_t full_width;       /* the most next hops that worked at one time */
	struct missing first_path; /* longest time without any next hop */
	struct missing full;       /* longest time with fewer working ones than that */
	struct missing stale;      /* in all: one of them was dead, or without a VIP */
	/* While the run lasts: VIPs for which one is stale now, and since when. */
	uint32_t stale_vips;
	sim_ns stale_since;
};

/* A share of a client's flows to a VIP that is lost for a time. (T8.6) */
struct lost_share {
	struct interval time;
	double share;
	const char *cause; /* "dead-next-hop", "no-vip", "no-route": of the larger part */
};

struct moved_share {
	sim_ns at;
	double share;
	const char *cause;
};

struct client_result {
	uint32_t client, vip; /* numbers in the setup */
	ARRAY_OF(struct lost_share) lost;
	ARRAY_OF(struct moved_share) moved;
	bool unlisted; /* reports leave both lists out: all together they are too many */
	double lost_flow_seconds, max_lost_share, moved_share;
	sim_ns lost_longest;
	bool ongoing, longest_ongoing; /* as in struct observer_totals */
	sim_ns no_route;               /* time in which all was lost for want of a route */
	/* While the run lasts: what is lost now, why, and since when. */
	double share;
	const char *cause;
	sim_ns since;
};

struct timeline_entry {
	sim_ns at;
	const char *kind;  /* a word for programs: "vip-added" */
	const char *what;  /* "node-a went down"; trace_words() has that of every one */
	const char *cause; /* "lease of node-a expired 2.1s ago, noticed at ..."; may be NULL */
	/* Of what is about one VIP instead: the words around its address, "node-c took" and
	 * " on eth0"; a report can tell what happened to many as one. NULL: it is not. */
	const char *before, *after;
	uint32_t vip;
	sim_ns length; /* of the outage that ended */
};

struct assertion_result {
	const struct scenario_assertion *assertion;
	const char *text; /* "maxOutage 16s, observer client" */
	bool held;
	const char *detail; /* what was seen, and where it was worst */
};

struct run_result {
	uint64_t seed;
	sim_ns duration;    /* measured time, without the warm-up */
	sim_ns simulated;   /* how far it came: shorter when it was cut off */
	bool cut_off;       /* the cap on events was hit: the results are partial */
	uint64_t events;    /* events fired */
	const char *broken; /* an invariant that did not hold; looked for with debug_checks */
	ARRAY_OF(struct vip_result) vips;
	ARRAY_OF(struct agent_result) agents;
	ARRAY_OF(struct segment_result) segments;
	ARRAY_OF(struct timeline_entry) timeline;
	ARRAY_OF(struct assertion_result) assertions;
	/* With clients in the scenario: */
	ARRAY_OF(struct session_result) sessions;
	ARRAY_OF(struct route_result) routes;
	ARRAY_OF(struct client_result) clients;
};

/* "no-holder", "stale-neighbour", "dead-holder", "tentative", "unresolved",
 * "lost-frames". */
const char *outage_cause_name(enum outage_cause cause);
/* The same in words: "no node answers for it". */
const char *outage_cause_words(enum outage_cause cause);
/* Why a client loses flows to an address, "no-route", in words: "the router has no route to
 * it". */
const char *lost_cause_words(const char *cause);
/* Why an observer reaches an address again whose entry for it has not changed. */
const char *outage_end_words(void);
/* Those words, of several addresses: "no node answers for them". Other words, and NULL, come
 * back as they are. */
const char *outage_words_of_several(const char *words);
/* "garp-request", ... */
const char *frame_kind_name(enum frame_kind kind);

#endif
