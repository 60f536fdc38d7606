/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is measured during a run: who had each VIP and when, gaps, duplicates, what each
 * observer reached, frames by second (S4). It listens to the network and changes nothing.
 */
#ifndef SIM_OBSERVE_OBSERVE_H
#define SIM_OBSERVE_OBSERVE_H

#include "sim/network/network.h"

/* What an observer sees of a VIP. */
struct reach {
	bool cut_off;
	bool reached; /* at some time so far */
	enum outage_cause cause;
	sim_ns cut_off_since, cause_since;
	sim_ns outage_total, outage_longest;
	bool ongoing, longest_ongoing; /* as in struct observer_totals */
};

struct measured_vip {
	bool in_gap;
	sim_ns gap_since;
	struct duplicate duplicate; /* the present one, if it has nodes */
	struct vip_result result;
};

struct measured_segment {
	struct segment_result result;
	sim_ns second; /* the second of the clock that is being counted */
	uint32_t in_second;
	uint64_t before; /* frames that were sent before anything was measured */
};

/* What an observer is said to do, in front of an address. */
enum { REACH_BEGINS, REACH_ENDS, REACH_IS_OVER, REACH_WORDS };

struct reach_texts {
	const char *words[REACH_WORDS]; /* NULL: nobody has asked yet */
};

struct observe {
	struct measured_vip *vips;
	struct measured_segment *segments;
	struct reach **reaches;    /* by observer, then by slot of the VIP in its segment */
	struct reach_texts *texts; /* by observer */
};

/* ---- measure.c ---- */

/* Begins to listen to the network, which has just been made; nothing is measured yet. */
void observe_init(struct sim *sim);
/* Measurements begin here: the end of the warm-up. */
void observe_begin_measuring(struct sim *sim);
/*
 * Closes all intervals and fills vips and segments of the result. An ownership is the time
 * that the address is on the interface, link or not; announce_gap is the longest time without
 * a powered, linked node that has it, tentative or not; duplicates are nodes that answer for
 * it on a segment: dummy interfaces and tentative addresses are none.
 */
void observe_finish(struct sim *sim);
/* True if what is open agrees with the network. For tests and debug builds. */
bool observe_consistent(const struct sim *sim);

/* From `since` to now, in the time of the result; false: nothing of it is measured. */
bool measure_interval(const struct sim *sim, sim_ns since, struct interval *out);

/* ---- reach.c ---- */

void reach_init(struct sim *sim);
/* Works out again whether the observer of the entry reaches its VIP. */
void reach_assess(struct sim *sim, const struct neighbor *n);
/* Adds what the observers saw, still see, to the VIP's result. */
void reach_finish(struct sim *sim, uint32_t vip);
bool reach_consistent(const struct sim *sim);

#endif
