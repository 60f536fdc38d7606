/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Node kernels with the addresses on their interfaces, segments with the frames on them, and
 * the neighbor caches of the observers (S1.4 to S1.6).
 *
 *	holdings.c	which VIP is on which interface; found by node and VIP
 *	kernel.c	power, links, addresses, their lifetimes, duplicate address detection
 *	segment.c	frames on their way; start; VIPs that somebody sends to
 *	neighbor.c	the observers' neighbor caches
 *	frames.c	the bytes of a frame
 *
 * Agents call this module; it calls nobody back except the listener that observe/ registers.
 */
#ifndef SIM_NETWORK_NETWORK_H
#define SIM_NETWORK_NETWORK_H

#include "sim/engine/sim.h"
#include "sim/network/frames.h"

#define INTERFACE_DUMMY (UINT32_MAX - 1) /* the node's dummy interface: on no segment */

/* How an address is put on an interface. (P6.6) */
struct address_setting {
	unsigned prefix_bits; /* 0..32 or 0..128 */
	sim_ns valid;         /* SIM_NEVER: permanent */
	bool nodad;           /* v6: usable at once */
};

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

enum neighbor_state {
	NEIGHBOR_IDLE,    /* nobody sends to the VIP */
	NEIGHBOR_ABSENT,  /* no entry; the next packet asks */
	NEIGHBOR_ASKING,  /* asks everybody */
	NEIGHBOR_VALID,   /* reachable, and then stale, in use until it is asked for again */
	NEIGHBOR_PROBING, /* in use, and asked for again */
};

/* An observer's entry for a VIP. */
struct neighbor {
	uint32_t observer, vip;
	uint32_t node, interface; /* whose hardware address it has; SETUP_NONE: none */
	enum neighbor_state state;
	uint32_t requests;     /* sent in this round of asking or probing */
	sim_ns locked_until;   /* answers of others are ignored */
	const char *learned;   /* the frame that gave it its hardware address, */
	sim_ns learned_at;     /* and when */
	struct event_id timer; /* the next change that comes by itself */
	struct neighbor *next_of_node, *previous_of_node; /* entries that point to the node */
};

struct net_node {
	bool powered;
	bool *links;              /* by interface */
	struct holding *holdings; /* newest first */
	uint64_t *dummy;          /* bits by VIP: on its dummy interface */
	/* The words of its last note, "took" on "eth0", and what was made of them. */
	const char *did, *did_text, *on, *on_text;
	struct neighbor *neighbors; /* that point to it */
};

struct net_vip {
	struct holding_list local; /* on interfaces */
	struct holding_list dummy; /* on dummy interfaces */
	uint32_t slot;             /* its place among the VIPs of its segment */
	bool wanted;               /* observers send to it */
};

struct net_segment {
	ARRAY_OF(uint32_t) vips;
	ARRAY_OF(uint32_t) observers;
	double loss;       /* share of gratuitous frames that an observer misses */
	double frame_loss; /* share of all frames that a receiver misses */
	const struct distribution *delay; /* of its frames; NULL: the set-up's */
	uint64_t sent;                    /* frames so far */
};

struct net_observer {
	sim_ns phase;               /* of its probes, within the interval */
	struct neighbor *neighbors; /* by slot of the VIP in the segment */
};

/* Who is told what changes; it must not change the network. */
struct network_listener {
	/* Something about who has the VIP, or whether frames reach it, or whether it is wanted.
	 */
	void (*holders_changed)(struct sim *sim, uint32_t vip);
	/* The address is about to leave the interface. */
	void (*address_leaves)(struct sim *sim, const struct holding *h);
	/* What the entry points to changed, or whether frames reach that node. */
	void (*entry_changed)(struct sim *sim, const struct neighbor *n);
	void (*frame_sent)(struct sim *sim, uint32_t segment, uint32_t vip,
			   enum frame_kind kind);
	/* A sequence of gratuitous sends began. (P7.2) */
	void (*sequence_started)(struct sim *sim, uint32_t vip);
};

struct network {
	const struct network_listener *listener;
	/* Told after the listener, when there is BGP; NULL: nobody. Power or a link of the
	 * node changed; who has the VIP, or whether anybody waits for it. `node` is
	 * SETUP_NONE when it is about no dummy interface. */
	void (*node_changed)(struct sim *sim, uint32_t node);
	void (*vip_changed)(struct sim *sim, uint32_t node, uint32_t vip);
	struct net_node *nodes;
	struct net_vip *vips;
	struct net_segment *segments;
	struct net_observer *observers;
	struct holding **buckets; /* a power of 2 of them */
	uint32_t bucket_count, holding_count;
	struct holding *free_holdings;
	struct random dad_delay, reachable_time, frame_delay, answer_order, loss;
	struct random nonce;                  /* what is random in a captured frame */
	ARRAY_OF(uint32_t) nodes_found;       /* scratch */
	ARRAY_OF(struct holding *) answering; /* scratch */
};

/* ---- segment.c ---- */

/*
 * All nodes powered, interfaces as the set-up says, no VIP anywhere, in sim->arena. The
 * listener hears of everything from now on.
 */
void network_init(struct sim *sim);
/* VIPs of Services that exist at the start are wanted from now on. */
void network_begin(struct sim *sim, const struct network_listener *listener);

/* Whether the Service of the VIP is there: only then do observers send to it, and only then
 * do outages, gaps and duplicates count. */
void network_want(struct sim *sim, uint32_t vip, bool wanted);

/*
 * A gratuitous send for a VIP (P7.3, P7.4): two ARP frames, or the unsolicited neighbor
 * advertisement. Nothing leaves a node without power or link, or (v6) without a link-local
 * address. Frames are lost to an observer with the segment's probability.
 */
void segment_send_gratuitous(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip);
/* Puts a frame about the VIP on the segment: the listener and the capture see it. */
void segment_send(struct sim *sim, uint32_t segment, uint32_t vip,
		  const struct frame_words *words);
/* How long a frame takes there, this time. */
sim_ns segment_sample_delay(struct sim *sim, uint32_t segment);
/* Whether a receiver misses a frame there, this time. */
bool segment_loses(struct sim *sim, uint32_t segment);
/* Nothing gets through there. */
bool segment_is_dead(const struct sim *sim, uint32_t segment);
/* The answer to a DAD probe: to all nodes, at once; no gratuitousLoss applies to it. */
void segment_defend(struct sim *sim, const struct holding *h);
/* Share of gratuitous frames that each observer of the segment misses, 0..1. */
void segment_set_loss(struct sim *sim, uint32_t segment, double probability);
/* Share of all its frames that each receiver misses, 0..1. */
void segment_set_frame_loss(struct sim *sim, uint32_t segment, double probability);
/* What its frames take from now on. */
void segment_set_delay(struct sim *sim, uint32_t segment, const struct distribution *delay);

/* ---- kernel.c ---- */

/*
 * Adds the VIP to the interface, or refreshes its lifetime if it is there already (DAD is
 * not repeated, P6.10). Nothing happens on a node without power.
 *
 * A v6 address without nodad is tentative first: a random 0..1 s delay, one probe, 1 s wait;
 * without link it waits for the link. Another node on the segment that answers for the
 * address defends it, and DAD fails (RFC 4862, 5.4.3 and 5.4.4; so it does if both probe,
 * or if a neighbor advertisement for it arrives): an address with a lifetime is then
 * removed, a permanent one stays and is never usable.
 */
void kernel_add(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip,
		const struct address_setting *setting, const char *cause);
/* Removes it; nothing happens if it is not there. */
void kernel_remove(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip,
		   const char *cause);
bool kernel_has(const struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip);
/* True if the node holds the VIP on any interface. */
bool kernel_holds(const struct sim *sim, uint32_t node, uint32_t vip);
/* The interface it is held on, of several the one that had it first; SETUP_NONE: none. */
uint32_t kernel_where(const struct sim *sim, uint32_t node, uint32_t vip);

/* Power off: all VIPs vanish and no frame leaves. Power on: the kernel starts empty. */
void kernel_power(struct sim *sim, uint32_t node, bool on, const char *cause);
bool kernel_powered(const struct sim *sim, uint32_t node);
/* Link of one interface: addresses stay, frames do not pass. False: it is so already. */
bool kernel_link(struct sim *sim, uint32_t node, uint32_t interface, bool up,
		 const char *cause);

/* Frames pass: powered, and linked. A dummy interface has link whenever there is power. */
bool kernel_linked(const struct sim *sim, uint32_t node, uint32_t interface);
/* It has link and DAD did not fail: the node has the address, tentative or not. */
bool kernel_present(const struct sim *sim, const struct holding *h);
/* It is on a segment and answers for the address. */
bool kernel_answers(const struct sim *sim, const struct holding *h);
/* SETUP_NONE: on none, like the dummy. */
uint32_t kernel_segment(const struct sim *sim, uint32_t node, uint32_t interface);
const char *kernel_interface_name(const struct sim *sim, uint32_t node, uint32_t interface);
/* An advertisement for the VIP from that interface has reached its segment: tentative
 * addresses of others there fail. */
void kernel_hear_advertisement(struct sim *sim, uint32_t vip, uint64_t from);

/* A node and an interface in the argument of an event. */
static inline uint64_t endpoint_pack(uint32_t node, uint32_t interface)
{
	return (uint64_t)node << 32 | interface;
}

static inline uint32_t endpoint_node(uint64_t endpoint)
{
	return (uint32_t)(endpoint >> 32);
}

static inline uint32_t endpoint_interface(uint64_t endpoint)
{
	return (uint32_t)endpoint;
}

/* ---- holdings.c ---- */

/* The holding of a VIP on an interface; NULL: it is not there. */
struct holding *holding_find(const struct network *net, uint32_t node, uint32_t interface,
			     uint32_t vip);
/* The VIP is on the node's dummy interface. */
bool holding_on_dummy(const struct network *net, uint32_t node, uint32_t vip);
/* Walks a node's holdings of a VIP: the first after `after`, in no particular order. */
struct holding *holding_of(const struct network *net, uint32_t node, uint32_t vip,
			   const struct holding *after);
struct holding *holding_add(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip);
/* Takes it out of all lists; its memory is used again. */
void holding_remove(struct network *net, struct holding *h);
/* True if the lists, the table and the counts agree. For tests and debug builds. */
bool holdings_consistent(const struct sim *sim);

/* The node that has held a VIP longest (the first to get it on ties), powered and linked, or
 * SETUP_NONE; tentative ones count. One with it on its dummy interface counts only if there
 * is no other. */
uint32_t network_holder(const struct sim *sim, uint32_t vip);
/* How many powered, linked nodes hold it (tentative ones not counted); those with it on their
 * dummy interface count only if there is no other. */
uint32_t network_holders(const struct sim *sim, uint32_t vip);
/* Puts the nodes that answer for the VIP into net->nodes_found, ascending, once each. */
void network_find_answering(const struct sim *sim, uint32_t vip);

/* ---- neighbor.c ---- */

void neighbor_init(struct sim *sim);
/* The observers of the VIP's segment start, or stop, to send to it. */
void neighbor_want(struct sim *sim, uint32_t vip, bool wanted);
/* A gratuitous frame for the VIP from that interface has reached the observer. */
void neighbor_hear_gratuitous(struct sim *sim, uint32_t observer, uint32_t vip, uint64_t from);
/* The observer forgets its whole neighbor cache. */
void neighbor_reset_observer(struct sim *sim, uint32_t observer);
/* True if the entries and the lists of those that point to a node agree. */
bool neighbors_consistent(const struct sim *sim);

#endif
