/* SPDX-License-Identifier: Apache-2.0 */
/* Owners of a VIP side by side: those of the same time each in a lane of its own. */
#ifndef REPORTS_RUN_LANES_H
#define REPORTS_RUN_LANES_H

#include "base/arena.h"
#include "sim/engine/result.h"

enum {
	LANES_WIDE_MAX = 6,  /* owners at the same time that get a lane as it comes */
	LANES_THIN_MAX = 40, /* nodes that get a lane each where there are more */
};

#define LANE_NONE UINT32_MAX

struct lanes {
	uint32_t count; /* at least 1 */
	bool by_node;   /* a lane for each node, in the order of the nodes: of remote VIPs */
	uint32_t nodes; /* of these how many hold it at all; 0 unless by_node */
	uint32_t *of;   /* the lane of each owner, from 0; LANE_NONE: not shown */
};

/*
 * Lays the owners of a VIP into lanes. Up to LANES_WIDE_MAX at the same time take the first
 * free lane. More, as those of remote VIPs, get a lane for each node; of more than
 * LANES_THIN_MAX nodes those are shown first that got or lost it. `nodes` is how many there
 * are. In the arena.
 */
void lay_lanes(struct lanes *lanes, const struct vip_result *v, uint32_t nodes,
	       struct arena *arena);

#endif
