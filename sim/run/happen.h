/* SPDX-License-Identifier: Apache-2.0 */
/* What a run is beside its actors: the scenario's events and assertions, and invariants. */
#ifndef SIM_RUN_HAPPEN_H
#define SIM_RUN_HAPPEN_H

#include "sim/engine/sim.h"

/* Nodes that are restarted or rebooted one after another. */
struct rolling {
	const struct setup_event *event; /* that goes on; NULL: none */
	bool reboots;                    /* whole nodes, not agents alone */
	const uint32_t *order;           /* nodes; NULL: all */
	uint32_t count;
	uint32_t next;        /* place in the order */
	uint32_t unavailable; /* of them are not back yet */
	uint32_t allowed;
	bool *waiting; /* by node */
};

/* How often the kubelet has started an agent again. */
struct crash_loop {
	uint32_t count;
	sim_ns started; /* the last time */
};

/* What Kubernetes knows of a node when it looks for a place for Pods. */
struct pod_place {
	bool cordoned;
	bool agent;       /* a Pod of the DaemonSet is there */
	struct node node; /* with the taints that it has now */
};

struct happen {
	struct crash_loop *crashes;     /* by node */
	struct crash_loop *bgp_crashes; /* of BGP daemons, by node */
	struct random when;             /* times of the scenario's events */
	struct random pods;             /* where Pods go, and how long they take */
	struct rolling rolling;
	struct pod_place *places; /* by node */
	uint32_t *homeless;       /* by Service: Pods that no node takes */
	uint32_t labels;          /* version whose Node labels are those of now */
	sim_ns quiet_since;       /* no event of the scenario after this */
};

/* ---- happen.c ---- */

/* Schedules the events of the scenario. */
void happen_init(struct sim *sim);

/* ---- assertions.c ---- */

/* Schedules the judgment of those about a moment. */
void assertions_init(struct sim *sim);
/* Judges the others; the rest of the result is complete. */
void assertions_judge(struct sim *sim);

/* ---- invariants.c ---- */

/* NULL if everything agrees; else what does not. */
const char *invariants_broken(struct sim *sim);

#endif
