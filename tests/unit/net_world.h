/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small network for tests of kernels and observers: nodes on one segment, VIPs, observers,
 * and a record of every frame and every note. The setup is made by hand; there are no agents.
 *
 * VIPs: the v4 ones (192.168.1.240 and up) come first, then the v6 ones (fd00:1::240 and up),
 * then remote ones (10.9.9.1 and up).
 */
#ifndef TESTS_UNIT_NET_WORLD_H
#define TESTS_UNIT_NET_WORLD_H

#include "sim/observe/observe.h"

struct net_options {
	uint64_t seed;
	uint32_t nodes, v4, v6, remote;
	uint32_t interfaces;                /* of each node, all on the segment; 0: one */
	struct setup_observer observers[3]; /* those with a name; the rest is filled in */
	struct distribution segment_delay;  /* all zero: 50 us */
	bool service_absent;                /* nobody wants the VIPs at the start */
	bool from_the_start;                /* measure from time 0 */
};

struct seen_frame {
	sim_ns at;
	enum frame_kind kind;
	uint32_t length;
	uint8_t bytes[FRAME_BYTES_MAX];
};

struct seen_note {
	sim_ns at;
	char kind[24];
	char what[120];
	char cause[80];
};

struct net_world {
	struct arena arena;
	struct arena seen; /* what the sinks keep */
	struct setup setup;
	struct sim sim;
	struct run_result result;
	struct sim_sinks sinks;
	ARRAY_OF(struct seen_frame) frames;
	ARRAY_OF(struct seen_note) notes;
};

/* A new one, its clock at 0; net_world_free() takes it back. */
struct net_world *net_world_new(const struct net_options *options);
void net_world_free(struct net_world *w);

/* Runs to this time and checks that all agrees. */
void net_world_run(struct net_world *w, sim_ns until);
/* True if holders, entries and what is measured agree. */
bool net_world_consistent(const struct sim *sim);
/* Ends the run; the result is then in w->result. */
void net_world_finish(struct net_world *w);

/* Puts a VIP on the first interface of a node: permanent, without DAD. */
void net_world_add(struct net_world *w, uint32_t node, uint32_t vip);
/* The same with DAD and a lifetime (SIM_NEVER: permanent). */
void net_world_add_slowly(struct net_world *w, uint32_t node, uint32_t vip, sim_ns valid);
void net_world_remove(struct net_world *w, uint32_t node, uint32_t vip);

/* How many frames of a kind were seen from a time on. */
uint32_t net_world_frames(const struct net_world *w, enum frame_kind kind, sim_ns from);
/* The first frame of a kind from a time on; fails the test when there is none. */
const struct seen_frame *net_world_frame(const struct net_world *w, enum frame_kind kind,
					 sim_ns from);
uint32_t net_world_notes(const struct net_world *w, const char *kind);

/* The outages of a VIP in one line: "0+1.5 no-holder, 3+- stale-neighbour", seconds from the
 * end of the warm-up and lengths. Only of observer 0. */
const char *net_world_outages(struct net_world *w, uint32_t vip);

#define SECONDS(n) ((sim_ns)((n)*1e9))

#endif
