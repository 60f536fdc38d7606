/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire and what hangs on it: node kernels with the addresses on their interfaces,
 * segments, and observers with their neighbour caches.
 *
 * The agents call this; it calls nobody back. It keeps, for every VIP, who holds it and can
 * be reached, and works out analytically - between one change and the next - what each
 * observer sees. Every state change comes with its cause in plain words.
 */
#ifndef SIM_NETWORK_NETWORK_H
#define SIM_NETWORK_NETWORK_H

#include "sim/run/sim.h"

#define INTERFACE_DUMMY (UINT32_MAX - 1) /* the node's dummy interface: on no segment */

/* How an address is put on an interface. (P6.6) */
struct address_setting {
	unsigned prefix_bits; /* 0..32 or 0..128 */
	sim_ns valid;         /* SIM_NEVER: permanent */
	bool nodad;           /* v6: usable at once */
};

/*
 * Starts with all nodes powered, interfaces as the setup says, no VIP anywhere. VIPs of
 * Services that exist at the start are wanted (see network_want()). The network lives in
 * sim->arena.
 */
void network_init(struct sim *sim);
void network_release(struct sim *sim);

/*
 * Adds the VIP to the interface, or refreshes its lifetime when it is there already (DAD is
 * not repeated, P6.10). Nothing happens on a node without power.
 *
 * A v6 address without nodad is tentative first: a random 0..1 s delay, one probe, 1 s wait;
 * without link it waits for the link. Another node on the segment that answers for the
 * address defends it, and DAD fails (RFC 4862, 5.4.3 and 5.4.4; so it does when both probe,
 * or when a neighbour advertisement for it arrives): an address with a lifetime is then
 * removed, a permanent one stays and is never usable.
 */
void kernel_add(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip,
		const struct address_setting *setting, const char *cause);
/* Removes it; nothing happens when it is not there. */
void kernel_remove(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip,
		   const char *cause);
bool kernel_has(const struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip);
/* True when the node holds the VIP on any interface. */
bool kernel_holds(const struct sim *sim, uint32_t node, uint32_t vip);
/* The interface it is held on, of several the one that had it first; SETUP_NONE when it is not
 * held. */
uint32_t kernel_where(const struct sim *sim, uint32_t node, uint32_t vip);

/* Power off: all VIPs vanish and no frame leaves. Power on: the kernel starts empty. */
void kernel_power(struct sim *sim, uint32_t node, bool on, const char *cause);
bool kernel_powered(const struct sim *sim, uint32_t node);
/* Link state of one interface: addresses stay, frames do not pass. False when it is so already.
 */
bool kernel_link(struct sim *sim, uint32_t node, uint32_t interface, bool up,
		 const char *cause);

/*
 * A gratuitous send for a VIP (P7.3, P7.4): the two ARP frames, or the unsolicited neighbour
 * advertisement. Nothing leaves a node without power or link, or (v6) without a link-local
 * address. Frames are lost to an observer with the segment's probability.
 */
void network_send_gratuitous(struct sim *sim, uint32_t node, uint32_t interface, uint32_t vip);

/* Counts a gratuitous sequence in the result. (P7.2) */
void network_sequence_started(struct sim *sim, uint32_t vip);

/* Share of gratuitous frames that each observer of the segment misses, 0..1. */
void network_set_loss(struct sim *sim, uint32_t segment, double probability);
/* Forgets the observer's whole neighbour cache. */
void network_reset_observer(struct sim *sim, uint32_t observer);

/* The node that holds a VIP, powered and linked, longest (the first to get it on ties), or
 * SETUP_NONE; tentative ones count. One that has it on its dummy interface only when no other
 * is there. */
uint32_t network_holder(const struct sim *sim, uint32_t vip);
/* How many powered, linked nodes hold it (tentative ones not counted); those with it on their
 * dummy interface count when no other is there. */
uint32_t network_holders(const struct sim *sim, uint32_t vip);

/* A VIP that nobody may measure yet or any more: its Service is not there. Outages, gaps and
 * duplicates count only while it is wanted, and observers only then send to it. */
void network_want(struct sim *sim, uint32_t vip, bool wanted);

/* Measurements begin here: the end of the warm-up. */
void network_begin_measuring(struct sim *sim);
/*
 * Closes all intervals and fills vips and segments of the result. An ownership is the time
 * that the address is on the interface, link or not; announce_gap is the longest time without
 * a powered, linked node that has it, tentative or not; duplicates are nodes that answer for
 * it on a segment: dummy interfaces and tentative addresses are none.
 */
void network_finish(struct sim *sim);

/* True when holders, interfaces and counters agree. For tests and debug builds. */
bool network_consistent(const struct sim *sim);

#endif
