/* SPDX-License-Identifier: Apache-2.0 */
/* P4.8: on which nodes the lbnodeagent DaemonSet runs an agent at all. */
#ifndef PURELB_AGENTS_PLACEMENT_H
#define PURELB_AGENTS_PLACEMENT_H

#include "config/objects/snapshot.h"

enum placement_state {
	PLACEMENT_RUNS,      /* or nothing in the input says otherwise */
	PLACEMENT_UNCERTAIN, /* the node is tainted, and the DaemonSet is not in the input */
	PLACEMENT_NEVER,     /* Kubernetes runs no agent there */
};

/* What keeps the agent off a node, in the order in which it is looked for. */
enum placement_obstacle {
	PLACEMENT_FREE,
	PLACEMENT_SELECTOR, /* the DaemonSet's nodeSelector */
	PLACEMENT_AFFINITY, /* its required node affinity */
	PLACEMENT_TAINT,    /* a taint that it does not tolerate */
};

struct placement {
	enum placement_state state;
	enum placement_obstacle obstacle;
	const struct workload *daemon_set; /* NULL: not in the input */
	const struct taint *taint;         /* of PLACEMENT_TAINT; else NULL */
};

/* The lbnodeagent DaemonSet of the install namespace, or NULL; also NULL when it has values of
 * a wrong type, or an affinity that the API server refuses: nothing is known of it then. */
const struct workload *placement_daemon_set(const struct snapshot *snapshot);

/*
 * Whether the DaemonSet (NULL: not known) runs a pod on a node with these labels. Without a
 * Node object (NULL) nothing is known against it. (P4.8)
 */
struct placement placement_on_node(const struct workload *daemon_set, const struct node *node,
				   const struct label_map *labels);

/*
 * Whether an agent that runs on the node goes on: NoSchedule keeps a new Pod off and leaves one
 * that is there alone; NoExecute, or labels that the DaemonSet does not select any more, end
 * it.
 */
bool placement_stays(const struct workload *daemon_set, const struct node *node,
		     const struct label_map *labels);

/* Why no agent runs there, the end of a sentence about the node, such as "has the taint
 * node-role.kubernetes.io/control-plane:NoSchedule, which the DaemonSet does not tolerate", in
 * the arena; NULL when nothing is in the way. */
const char *placement_text(const struct placement *placement, struct arena *arena);

#endif
