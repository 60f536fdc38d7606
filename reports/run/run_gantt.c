/* SPDX-License-Identifier: Apache-2.0 */
/* Who held each VIP over time: which owner is drawn in which lane, and the picture. */
#include "reports/model/report.h"
#include "reports/run/pictures.h"
#include "reports/run/words.h"

/* Each in the first lane that is free; false when there are too few. */
static bool gantt_lay_as_they_come(struct lanes *lanes, const struct vip_result *v)
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
static uint32_t gantt_show(struct node_lane *by_node, uint32_t nodes, bool changes,
			   uint32_t shown)
{
	for (uint32_t n = 0; n < nodes && shown < LANES_THIN_MAX; n++) {
		if (!by_node[n].holds || by_node[n].changes != changes)
			continue;
		by_node[n].shown = true;
		shown++;
	}
	return shown;
}

static void gantt_lay_by_node(struct lanes *lanes, const struct vip_result *v, uint32_t nodes,
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
	lanes->count = gantt_show(by_node, nodes, false, gantt_show(by_node, nodes, true, 0));
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
	if (!gantt_lay_as_they_come(lanes, v))
		gantt_lay_by_node(lanes, v, nodes, arena);
}

/* ---- the picture ---- */

enum {
	BAR = 14,
	LANE_GAP = 2,
	THIN_BAR = 4, /* where each node has a lane */
	THIN_GAP = 1,
	STRIP = 4,       /* outages */
	ROW_PADDING = 8, /* between VIPs */
};

struct gantt {
	struct figure figure;
	const struct setup *setup;
	const struct run_result *result;
	const uint32_t *looks;
};

static double gantt_x_of(const struct gantt *g, sim_ns time)
{
	/* Where something ends that may go on: a run that was cut off says nothing of later. */
	const sim_ns at = time < g->result->simulated ? time : g->result->simulated;

	return figure_x(&g->figure, (double)at / (double)NS_PER_SEC);
}

/* The height of a bar, and how far it is from one lane to the next. */
static unsigned gantt_bar_height(const struct lanes *lanes)
{
	return lanes->by_node ? THIN_BAR : BAR;
}

static unsigned gantt_lane_height(const struct lanes *lanes)
{
	return gantt_bar_height(lanes) + (lanes->by_node ? THIN_GAP : LANE_GAP);
}

/* The row of a VIP: below its name, that lines are nodes, and how many of them are shown. */
static struct figure_row gantt_row(const struct gantt *g, const struct vip_result *v,
				   const struct lanes *lanes)
{
	struct figure_row row = {
		.name = g->setup->vips.items[v->vip].text,
		.height = lanes->count * gantt_lane_height(lanes) + STRIP + ROW_PADDING,
	};

	if (lanes->by_node)
		row.below = arena_printf(
			g->figure.arena, "%u%s nodes, a line each", lanes->count,
			lanes->count < lanes->nodes
				? arena_printf(g->figure.arena, " of %u", lanes->nodes)
				: "");
	return row;
}

static void gantt_draw_owner(const struct gantt *g, const struct ownership *o, unsigned y,
			     unsigned height)
{
	const char *node = g->setup->nodes.items[o->node].name;
	const double from = gantt_x_of(g, o->time.from);
	char begin[SECONDS_TEXT_MAX];
	char end[SECONDS_TEXT_MAX];
	const struct figure_box box = {
		.x = from,
		.y = y,
		.width = gantt_x_of(g, o->time.to) - from,
		.height = height,
		.look = g->looks[o->node],
		.node = node,
		.label = node,
		.hint = arena_printf(g->figure.arena, "%s on %s, %s to %s", node, o->interface,
				     seconds_short(o->time.from, begin),
				     o->time.to == SIM_NEVER ? "the end"
							     : seconds_short(o->time.to, end)),
	};

	figure_box(&g->figure, &box);
}

static void gantt_draw_outage(const struct gantt *g, const struct outage *o, unsigned y)
{
	const double from = gantt_x_of(g, o->time.from);
	const bool ongoing = o->time.to == SIM_NEVER;
	const sim_ns to = ongoing ? g->result->simulated : o->time.to;
	char begin[SECONDS_TEXT_MAX];
	char length[LENGTH_TEXT_MAX];
	const struct figure_box box = {
		.x = from,
		.y = y,
		.width = gantt_x_of(g, to) - from,
		.height = STRIP,
		.look = LOOK_WRONG,
		.hint = arena_printf(g->figure.arena, "%s cut off from %s for %s (%s)",
				     g->setup->observers.items[o->observer].name,
				     seconds_short(o->time.from, begin),
				     length_text(to - o->time.from, ongoing, length),
				     outage_cause_name(o->cause)),
	};

	figure_box(&g->figure, &box);
}

static void gantt_draw_row(const struct gantt *g, const struct vip_result *v,
			   const struct lanes *lanes, unsigned y)
{
	const unsigned each = gantt_lane_height(lanes);

	for (uint32_t i = 0; i < v->owners.count; i++) {
		if (lanes->of[i] != LANE_NONE)
			gantt_draw_owner(g, &v->owners.items[i], y + lanes->of[i] * each,
					 gantt_bar_height(lanes));
	}
	ARRAY_FOREACH (const struct outage, o, &v->outages)
		gantt_draw_outage(g, o, y + lanes->count * each);
}

/* Nodes that hold something in it, and what is red. */
static void gantt_add_legend(struct gantt *g, const struct vip_result *const *vips,
			     uint32_t count)
{
	const uint32_t nodes = g->setup->nodes.count;
	bool *holds = arena_zalloc(g->figure.arena, nodes, sizeof(*holds));
	const struct figure_entry wrong = { .name = "an observer was cut off",
					    .look = LOOK_WRONG };
	bool any = false;

	for (uint32_t i = 0; i < count; i++) {
		any |= vips[i]->outages.count > 0;
		ARRAY_FOREACH (const struct ownership, o, &vips[i]->owners)
			holds[o->node] = true;
	}
	if (any)
		ARRAY_ADD(g->figure.arena, &g->figure.legend, wrong);
	for (uint32_t n = 0; n < nodes; n++) {
		const struct figure_entry entry = { .name = g->setup->nodes.items[n].name,
						    .look = g->looks[n],
						    .node = true };

		if (holds[n])
			ARRAY_ADD(g->figure.arena, &g->figure.legend, entry);
	}
}

void gantt_svg(FILE *out, const struct setup *setup, const struct run_result *result,
	       const struct vip_result *const *vips, uint32_t count,
	       const struct gantt_options *options)
{
	struct arena arena;
	struct figure_row *rows;
	struct lanes *lanes;
	struct gantt g = {
		.figure = { .out = out,
			    .arena = &arena,
			    .inside = options->inside,
			    .title = options->title,
			    .subtitle = options->subtitle,
			    .x_label = "time since the end of the warm-up [s]",
			    .x_most = (double)result->duration / (double)NS_PER_SEC,
			    .row_count = count },
		.setup = setup,
		.result = result,
	};

	arena_init(&arena);
	g.looks = run_looks(result, setup->nodes.count, &arena);
	lanes = arena_zalloc(&arena, count + 1, sizeof(*lanes));
	rows = arena_zalloc(&arena, count + 1, sizeof(*rows));
	for (uint32_t i = 0; i < count; i++) {
		lay_lanes(&lanes[i], vips[i], setup->nodes.count, &arena);
		rows[i] = gantt_row(&g, vips[i], &lanes[i]);
	}
	g.figure.rows = rows;
	gantt_add_legend(&g, vips, count);
	run_add_marks(&g.figure, result);
	figure_begin(&g.figure);
	for (uint32_t i = 0; i < count; i++)
		gantt_draw_row(&g, vips[i], &lanes[i], g.figure.row_tops[i] + ROW_PADDING / 2);
	figure_end(&g.figure);
	arena_release(&arena);
}
