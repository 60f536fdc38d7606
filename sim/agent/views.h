/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Membership as an agent sees it (P8.4): which nodes are live, with which subnets, and who
 * wins each VIP then. Agents that see the same share one view, so that a crash noticed by a
 * thousand agents is worked out once; and a view is worked out from the one before it, by
 * what changed.
 */
#ifndef SIM_AGENT_VIEWS_H
#define SIM_AGENT_VIEWS_H

#include "sim/agent/prepare.h"

#define VIEW_OUT UINT32_MAX /* of a node: not live, or no lease */

struct view {
	uint32_t references;
	uint32_t live; /* nodes */
	uint64_t hash;
	struct view *next; /* with the same hash, or near it */
	uint32_t *members; /* by node: the set of subnets of its lease, or VIEW_OUT */
	uint32_t *winner;  /* by VIP, without affinity: a node, or SETUP_NONE */
	uint32_t *won;     /* VIPs by winner */
	uint32_t *won_at;  /* by node: where its VIPs begin in `won`; one more at the end */
};

struct views {
	const struct setup *setup;
	const struct subnet_sets *sets;
	struct view **buckets;
	uint32_t bucket_count;
	uint32_t count;
	uint64_t made; /* so far */
};

void views_init(struct views *views, const struct setup *setup, const struct subnet_sets *sets);
void views_release(struct views *views);

/*
 * The view with these members, with one more reference. `from` is one that is not very
 * different, or NULL.
 */
struct view *views_take(struct views *views, const uint32_t *members, const struct view *from);
/* Gives a reference back; NULL is fine. */
void views_drop(struct views *views, struct view *view);

/*
 * Who wins a VIP in this view. `preferred` are flags by node of an affinity (P5.4), or NULL.
 * SETUP_NONE: nobody.
 */
uint32_t view_winner(const struct views *views, const struct view *view, uint32_t vip,
		     const bool *preferred);

#endif
