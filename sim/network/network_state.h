/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the network share: its state and the calls between them.
 *
 *	holdings.c	which address is on which interface; found by node and VIP
 *	kernel.c	power, links, addresses and their lifetimes
 *	dad.c		duplicate address detection
 *	wire.c		frames on their way, gratuitous ones in particular
 *	neighbour.c	one entry of an observer's neighbour cache
 *	observer.c	all of them
 *	reach.c		what the observers reach, and why not
 *	measure.c	gaps, duplicates, intervals, the result
 *	network.c	start, end, consistency
 */
#ifndef SIM_NETWORK_NETWORK_STATE_H
#define SIM_NETWORK_NETWORK_STATE_H

#include "sim/network/frames.h"
#include "sim/network/network.h"

/* A VIP on an interface of a node. */
struct holding {
	uint32_t node, interface, vip;
	bool usable;            /* not tentative */
	bool failed;            /* DAD failed: it stays and is never usable */
	bool did_dad;           /* it was tentative first */
	sim_ns since;           /* when it was added */
	struct event_id expiry; /* pending: it has a lifetime */
	struct event_id dad;
	struct holding *next_hashed; /* also links the free ones */
	struct holding *next_of_vip, *previous_of_vip;
	struct holding *next_of_node, *previous_of_node;
};

/* Holdings in the order in which they were added. */
struct holding_list {
	struct holding *first, *last;
	uint32_t count;
};

enum neighbour_state {
	NEIGHBOUR_IDLE,    /* nobody sends to the VIP */
	NEIGHBOUR_ABSENT,  /* no entry; the next use asks */
	NEIGHBOUR_ASKING,  /* asks everybody */
	NEIGHBOUR_VALID,   /* reachable, and then stale, in use until it is asked for again */
	NEIGHBOUR_PROBING, /* in use, and asked for again */
};

/* The entry of an observer for a VIP, and what the observer sees of it. */
struct neighbour {
	uint32_t observer, vip;
	uint32_t node, interface; /* whose hardware address it has; SETUP_NONE: none */
	enum neighbour_state state;
	uint32_t requests;     /* sent in this round of asking or probing */
	sim_ns locked_until;   /* answers of others are ignored */
	const char *learnt;    /* what told it whose hardware address it has, */
	sim_ns learnt_at;      /* and when */
	struct event_id timer; /* the next change that comes by itself */
	struct neighbour *next_of_node, *previous_of_node; /* entries that point to the node */
	bool cut_off;
	enum outage_cause cause;
	sim_ns cut_off_since, cause_since;
	sim_ns outage_total, outage_longest;
};

struct net_node {
	bool powered;
	bool *links;                  /* by interface */
	struct holding *holdings;     /* newest first */
	struct neighbour *neighbours; /* that point to it */
};

struct net_vip {
	struct holding_list local; /* on interfaces */
	struct holding_list dummy; /* on dummy interfaces */
	uint32_t slot;             /* its place among the VIPs of its segment */
	bool wanted;
	bool in_gap;
	sim_ns gap_since;
	struct duplicate duplicate; /* the present one, when it has nodes */
	struct vip_result result;
};

struct net_segment {
	ARRAY_OF(uint32_t) vips;
	ARRAY_OF(uint32_t) observers;
	double loss; /* share of gratuitous frames that an observer misses */
	struct segment_result result;
	sim_ns second; /* the second of the clock that is being counted */
	uint32_t in_second;
};

struct net_observer {
	sim_ns phase;                 /* of its probes, within the interval */
	struct neighbour *neighbours; /* by slot of the VIP in the segment */
};

struct network {
	struct net_node *nodes;
	struct net_vip *vips;
	struct net_segment *segments;
	struct net_observer *observers;
	struct holding **buckets; /* a power of 2 of them */
	uint32_t bucket_count, holding_count;
	struct holding *free_holdings;
	struct random dad_delay, reachable_time, frame_delay, answer_order, loss;
	sim_ns measure_from;                  /* SIM_NEVER during the warm-up */
	ARRAY_OF(uint32_t) nodes_found;       /* scratch */
	ARRAY_OF(struct holding *) answering; /* scratch */
};

/* A node and an interface in the argument of an event. */
uint64_t endpoint_pack(uint32_t node, uint32_t interface);
uint32_t endpoint_node(uint64_t arg);
uint32_t endpoint_interface(uint64_t arg);

/* ---- holdings.c ---- */

/* The holding of a VIP on an interface; NULL when it is not there. */
struct holding *holding_find(const struct network *net, uint32_t node, uint32_t interface,
			     uint32_t vip);
/* Walks a node's holdings of a VIP: the first after `after`, in no particular order. */
struct holding *holding_of(const struct network *net, uint32_t node, uint32_t vip,
			   const struct holding *after);
struct holding *holding_add(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip);
/* Takes it out of all lists; it is usable again. */
void holding_remove(struct network *net, struct holding *h);
/* True when the lists, the table and the counts agree. */
bool holdings_consistent(const struct sim *sim);

/* ---- kernel.c ---- */

/* Frames pass: powered, and linked. A dummy interface has link whenever there is power. */
bool kernel_linked(const struct sim *sim, uint32_t node, uint32_t interface);
/* It has link and DAD did not fail: the node has the address, tentative or not. */
bool kernel_present(const struct sim *sim, const struct holding *h);
/* It is on a segment and answers for the address. */
bool kernel_answers(const struct sim *sim, const struct holding *h);
/* SETUP_NONE: on none, like the dummy. */
uint32_t kernel_segment(const struct sim *sim, uint32_t node, uint32_t interface);
const char *kernel_interface_name(const struct sim *sim, uint32_t node, uint32_t interface);
/* Takes an address off, for a reason that has been told. */
void kernel_drop(struct sim *sim, struct holding *h);

/* ---- dad.c ---- */

/* Starts it, or waits for the link. */
void dad_start(struct sim *sim, struct holding *h);
/* An advertisement for the VIP from that interface has reached its segment. */
void dad_hear_advertisement(struct sim *sim, uint32_t vip, uint64_t from);

/* ---- wire.c ---- */

/* Puts a frame on the segment: counts it and shows it to the sink. */
void wire_send(struct sim *sim, uint32_t segment, const struct frame_words *words);
/* How long a frame takes, this time. */
sim_ns wire_delay(struct sim *sim);
/* An advertisement from a node to all, which it sends now and observers do not miss: the
 * answer to a DAD probe. */
void wire_defend(struct sim *sim, const struct holding *h);

/* ---- neighbour.c ---- */

/* Begins to send to the VIP, without an entry. */
void neighbour_start(struct sim *sim, struct neighbour *n);
/* Forgets it; nobody sends any more. */
void neighbour_stop(struct sim *sim, struct neighbour *n);
/* A gratuitous frame for the VIP has come from that interface. */
void neighbour_hear_gratuitous(struct sim *sim, struct neighbour *n, uint64_t from);

/* ---- observer.c ---- */

void observers_init(struct sim *sim);
/* Starts or stops to send to the VIP. */
void observers_want(struct sim *sim, uint32_t vip, bool wanted);
/* A gratuitous frame for the VIP has reached the observer. */
void observer_hear_gratuitous(struct sim *sim, uint32_t observer, uint32_t vip, uint64_t from);
bool observers_consistent(const struct sim *sim);

/* ---- reach.c ---- */

/* Works out again whether the observer reaches the VIP. */
void reach_assess(struct sim *sim, struct neighbour *n);
/* Why the observer does not reach the VIP; false when it does. */
bool reach_outage(const struct sim *sim, const struct neighbour *n, enum outage_cause *cause);
/* Adds what the observers saw, still see, to the VIP's result. */
void reach_finish(struct sim *sim, uint32_t vip);

/* ---- measure.c ---- */

/* Works out again gaps, duplicates and what observers see after a change of holders. */
void measure_vip(struct sim *sim, uint32_t vip);
/* The address leaves the interface now. */
void measure_ownership(struct sim *sim, const struct holding *h, bool still_held);
/* From `since` to now, in the time of the result; false when nothing of it is measured. */
bool measure_interval(const struct sim *sim, sim_ns since, struct interval *out);
/* The measured time from `since` to now. */
sim_ns measure_length(const struct sim *sim, sim_ns since);
/* Closes what is still open of a VIP and puts its lists in order. */
void measure_finish(struct sim *sim, uint32_t vip);
bool measure_consistent(const struct sim *sim);

#endif
