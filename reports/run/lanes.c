/* SPDX-License-Identifier: Apache-2.0 */
/* Which owner is drawn in which lane. */
#include "reports/run/lanes.h"

/* Each in the first lane that is free; false when there are too few. */
static bool lay_as_they_come(struct lanes *lanes, const struct vip_result *v)
{
	sim_ns busy[LANES_WIDE_MAX] = { 0 };

	lanes->count = 1;
	for (uint32_t i = 0; i < v->owners.count; i++) {
		const struct ownership *o = &v->owners.items[i];
		uint32_t lane = 0;

		while (lane < LANES_WIDE_MAX && busy[lane] > o->time.from)
			lane++;
		if (lane == LANES_WIDE_MAX)
			return false;
		lanes->of[i] = lane;
		busy[lane] = o->time.to;
		lanes->count = lane >= lanes->count ? lane + 1 : lanes->count;
	}
	return true;
}

/* ---- a lane for each node ---- */

struct node_lane {
	bool holds;   /* ever */
	bool changes; /* not from the beginning to the end */
	bool shown;
	uint32_t lane;
};

/* Shows nodes until there are enough: those with a change, or those without. */
static uint32_t show(struct node_lane *by_node, uint32_t nodes, bool changes, uint32_t shown)
{
	for (uint32_t n = 0; n < nodes && shown < LANES_THIN_MAX; n++) {
		if (!by_node[n].holds || by_node[n].changes != changes)
			continue;
		by_node[n].shown = true;
		shown++;
	}
	return shown;
}

static void lay_by_node(struct lanes *lanes, const struct vip_result *v, uint32_t nodes,
			struct arena *arena)
{
	struct node_lane *by_node = arena_zalloc(arena, nodes, sizeof(*by_node));
	uint32_t next = 0;

	lanes->by_node = true;
	ARRAY_FOREACH (const struct ownership, o, &v->owners) {
		struct node_lane *n = &by_node[o->node];

		lanes->nodes += !n->holds;
		n->holds = true;
		n->changes |= o->time.from > 0 || o->time.to != SIM_NEVER;
	}
	lanes->count = show(by_node, nodes, false, show(by_node, nodes, true, 0));
	for (uint32_t n = 0; n < nodes; n++)
		by_node[n].lane = by_node[n].shown ? next++ : LANE_NONE;
	for (uint32_t i = 0; i < v->owners.count; i++)
		lanes->of[i] = by_node[v->owners.items[i].node].lane;
}

void lay_lanes(struct lanes *lanes, const struct vip_result *v, uint32_t nodes,
	       struct arena *arena)
{
	*lanes = (struct lanes){ 0 };
	lanes->of = arena_zalloc(arena, v->owners.count, sizeof(*lanes->of));
	if (!lay_as_they_come(lanes, v))
		lay_by_node(lanes, v, nodes, arena);
}
