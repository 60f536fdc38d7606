/* SPDX-License-Identifier: Apache-2.0 */
/* Which owner is drawn in which lane. */
#include "reports/run/words.h"
#include <string.h>
#include "base/text.h"
#include "reports/formats/plots.h"
#include "reports/model/report.h"
#include "reports/formats/page.h"

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

/* Lengths in the units of the picture, which are pixels when it is not scaled. */
enum {
	WIDTH = 1000,
	LEFT = 190, /* names of VIPs */
	RIGHT = 12,
	LEGEND_LINE = 18,
	LEGEND_LINES = 12,
	TOP = 8, /* below the legend */
	BAR = 14,
	LANE_GAP = 2,
	THIN_BAR = 4, /* where each node has a lane */
	THIN_GAP = 1,
	STRIP = 4,       /* outages */
	ROW_PADDING = 8, /* between VIPs */
	AXIS = 30,
	LETTER = 7,        /* width of one, about */
	NAME_LETTERS = 25, /* that fit beside the bars */
};

struct gantt {
	FILE *out;
	const struct setup *setup;
	const struct run_result *result;
	struct arena *arena;
	sim_ns end;   /* of the time that is shown */
	unsigned top; /* where the rows begin */
	unsigned y;   /* where the next one does */
};

/* Where something ends that may go on: a run that was cut off says nothing of later. */
static sim_ns gantt_until(const struct gantt *g, sim_ns to)
{
	return to < g->result->simulated ? to : g->result->simulated;
}

static double gantt_x_of(const struct gantt *g, sim_ns time)
{
	const sim_ns at = time > g->end ? g->end : time;

	return LEFT + (double)at / (double)g->end * (WIDTH - LEFT - RIGHT);
}

static void gantt_write_text(const struct gantt *g, double x, unsigned y, const char *more,
			     const char *s)
{
	fprintf(g->out, "<text x=\"%.1f\" y=\"%u\"%s>", x, y, more);
	xml_text(g->out, s);
	fputs("</text>\n", g->out);
}

/* ---- the axis of time ---- */

/* The finest round step that leaves at most ten marks. */
static sim_ns gantt_tick_step(sim_ns end)
{
	static const int steps[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600 };
	enum { MARKS = 12, HOURS = 3600 };
	sim_ns step = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		step = steps[i] * NS_PER_SEC;
		if (end / step <= MARKS)
			return step;
	}
	return (end / NS_PER_SEC / MARKS / HOURS + 1) * HOURS * NS_PER_SEC;
}

static void gantt_write_axis(const struct gantt *g, unsigned bottom)
{
	const sim_ns step = gantt_tick_step(g->end);
	char text[SECONDS_TEXT_MAX];

	for (sim_ns at = 0; at <= g->end; at += step) {
		fprintf(g->out,
			"<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%u\" y2=\"%u\"/>\n",
			gantt_x_of(g, at), gantt_x_of(g, at), g->top, bottom);
		gantt_write_text(g, gantt_x_of(g, at), bottom + 14,
				 " class=\"tick\" text-anchor=\"middle\"",
				 seconds_format(at, text));
	}
	gantt_write_text(g, LEFT, bottom + AXIS - 2, " class=\"tick\"",
			 "seconds since the end of the warm-up");
}

/* What the scenario did, as lines from top to bottom. */
static void gantt_write_events(const struct gantt *g, unsigned bottom)
{
	char text[SECONDS_TEXT_MAX];

	ARRAY_FOREACH (const struct timeline_entry, e, &g->result->timeline) {
		if (!str_equal(e->cause, CAUSE_SCENARIO))
			continue;
		fprintf(g->out,
			"<line class=\"event\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%u\" y2=\"%u\">"
			"<title>%s ",
			gantt_x_of(g, e->at), gantt_x_of(g, e->at), g->top - 6, bottom,
			seconds_short(e->at, text));
		xml_text(g->out, e->what);
		fputs("</title></line>\n", g->out);
	}
}

/* ---- rows ---- */

/* The height of a bar, and how far it is from one lane to the next. */
static unsigned gantt_bar_height(const struct lanes *lanes)
{
	return lanes->by_node ? THIN_BAR : BAR;
}

static unsigned gantt_lane_height(const struct lanes *lanes)
{
	return gantt_bar_height(lanes) + (lanes->by_node ? THIN_GAP : LANE_GAP);
}

static unsigned gantt_row_height(const struct lanes *lanes)
{
	return lanes->count * gantt_lane_height(lanes) + STRIP + ROW_PADDING;
}

static void gantt_write_owner(const struct gantt *g, const struct ownership *o, unsigned y,
			      unsigned height)
{
	const char *node = g->setup->nodes.items[o->node].name;
	const double from = gantt_x_of(g, o->time.from);
	const double width = gantt_x_of(g, gantt_until(g, o->time.to)) - from;
	char begin[SECONDS_TEXT_MAX];
	char end[SECONDS_TEXT_MAX];

	fputs("<g data-node=\"", g->out);
	xml_text(g->out, node);
	fprintf(g->out,
		"\"><rect x=\"%.1f\" y=\"%u\" width=\"%.1f\" height=\"%u\" rx=\"2\" "
		"fill=\"%s\"/>",
		from, y, width > 1 ? width : 1, height, palette_colour(o->node));
	if (height == BAR && width > (double)strlen(node) * LETTER + LETTER)
		gantt_write_text(g, from + 4, y + BAR - 3,
				 palette_is_light(o->node) ? " style=\"fill:#000\""
							   : " style=\"fill:#fff\"",
				 node);
	fputs("<title>", g->out);
	xml_text(g->out, node);
	fputs(" on ", g->out);
	xml_text(g->out, o->interface);
	fprintf(g->out, ", %s to %s</title></g>\n", seconds_short(o->time.from, begin),
		o->time.to == SIM_NEVER ? "the end" : seconds_short(o->time.to, end));
}

static void gantt_write_outage(const struct gantt *g, const struct outage *o, unsigned y)
{
	const double from = gantt_x_of(g, o->time.from);
	const double width = gantt_x_of(g, gantt_until(g, o->time.to)) - from;
	const sim_ns to = gantt_until(g, o->time.to);
	char begin[SECONDS_TEXT_MAX];
	char length[SECONDS_TEXT_MAX];

	fprintf(g->out,
		"<rect class=\"outage\" x=\"%.1f\" y=\"%u\" width=\"%.1f\" height=\"%d\"><title>",
		from, y, width > 1 ? width : 1, (int)STRIP);
	xml_text(g->out, g->setup->observers.items[o->observer].name);
	fprintf(g->out, " cut off from %s for %s (%s)</title></rect>\n",
		seconds_short(o->time.from, begin), seconds_short(to - o->time.from, length),
		outage_cause_name(o->cause));
}

/* A name that is too long for its place keeps its end, where addresses differ. */
static void gantt_write_name(const struct gantt *g, const char *name)
{
	const size_t len = strlen(name);
	struct text shown = { 0 };

	if (len > NAME_LETTERS)
		text_add(&shown, "\xE2\x80\xA6");
	text_add(&shown, len > NAME_LETTERS ? name + len - NAME_LETTERS + 1 : name);
	gantt_write_text(g, LEFT - 8, g->y + BAR - 2, " text-anchor=\"end\"", text_str(&shown));
	text_release(&shown);
}

/* Below the name: that lines are nodes, and how many of them are shown. */
static void gantt_write_nodes(const struct gantt *g, const struct lanes *lanes)
{
	struct text shown = { 0 };

	text_printf(&shown, "%u", lanes->count);
	if (lanes->count < lanes->nodes)
		text_printf(&shown, " of %u", lanes->nodes);
	text_add(&shown, " nodes, a line each");
	gantt_write_text(g, LEFT - 8, g->y + 2 * BAR, " class=\"tick\" text-anchor=\"end\"",
			 text_str(&shown));
	text_release(&shown);
}

static void gantt_write_row(struct gantt *g, const struct vip_result *v,
			    const struct lanes *lanes)
{
	const unsigned each = gantt_lane_height(lanes);
	const unsigned strip = g->y + lanes->count * each;

	gantt_write_name(g, g->setup->vips.items[v->vip].text);
	if (lanes->by_node)
		gantt_write_nodes(g, lanes);
	for (uint32_t i = 0; i < v->owners.count; i++) {
		if (lanes->of[i] != LANE_NONE)
			gantt_write_owner(g, &v->owners.items[i], g->y + lanes->of[i] * each,
					  gantt_bar_height(lanes));
	}
	ARRAY_FOREACH (const struct outage, o, &v->outages)
		gantt_write_outage(g, o, strip);
	g->y += gantt_row_height(lanes);
}

/* ---- the legend: nodes that held something ---- */

/* A place in the legend. */
struct legend_place {
	double x;
	unsigned line;
};

static double gantt_legend_width(const char *name)
{
	return (double)strlen(name) * LETTER + 28;
}

/* Where the next name goes, in this line or in a new one. */
static void gantt_find_place(struct legend_place *place, double width)
{
	if (place->x + width <= WIDTH || place->x <= LEFT)
		return;
	place->x = LEFT;
	place->line++;
}

static void gantt_write_legend_node(const struct gantt *g, uint32_t node,
				    const struct legend_place *place)
{
	const char *name = g->setup->nodes.items[node].name;
	const unsigned y = 12 + place->line * LEGEND_LINE;

	fputs("<g data-node=\"", g->out);
	xml_text(g->out, name);
	fprintf(g->out,
		"\"><rect x=\"%.1f\" y=\"%u\" width=\"12\" height=\"12\" rx=\"2\" "
		"fill=\"%s\"/>",
		place->x, y - 10, palette_colour(node));
	gantt_write_text(g, place->x + 16, y, "", name);
	fputs("</g>\n", g->out);
}

/* Writes it, or only counts its lines. Of very many nodes the last have to be missing: a bar
 * says by itself whose it is. */
static unsigned gantt_write_legend(const struct gantt *g, const bool *holds, bool writes)
{
	struct legend_place place = { LEFT, 0 };

	for (uint32_t n = 0; n < g->setup->nodes.count; n++) {
		const double width = gantt_legend_width(g->setup->nodes.items[n].name);

		if (!holds[n])
			continue;
		gantt_find_place(&place, width);
		if (place.line == LEGEND_LINES)
			return LEGEND_LINES;
		if (writes)
			gantt_write_legend_node(g, n, &place);
		place.x += width;
	}
	return place.line + 1;
}

/* ---- all of it ---- */

static bool *gantt_find_holders(const struct gantt *g, const struct vip_result *const *vips,
				uint32_t count)
{
	bool *holds = arena_zalloc(g->arena, g->setup->nodes.count, sizeof(*holds));

	for (uint32_t i = 0; i < count; i++) {
		ARRAY_FOREACH (const struct ownership, o, &vips[i]->owners)
			holds[o->node] = true;
	}
	return holds;
}

static void gantt_write_picture(struct gantt *g, const struct vip_result *const *vips,
				uint32_t count)
{
	struct lanes *lanes = arena_zalloc(g->arena, count, sizeof(*lanes));
	const bool *holds = gantt_find_holders(g, vips, count);
	unsigned bottom;

	g->top = gantt_write_legend(g, holds, false) * LEGEND_LINE + TOP;
	g->y = g->top;
	bottom = g->top;
	for (uint32_t i = 0; i < count; i++) {
		lay_lanes(&lanes[i], vips[i], g->setup->nodes.count, g->arena);
		bottom += gantt_row_height(&lanes[i]);
	}
	fprintf(g->out,
		"<svg viewBox=\"0 0 %d %u\" width=\"%d\" role=\"img\" "
		"aria-label=\"who held each VIP over time\">\n",
		(int)WIDTH, bottom + AXIS, (int)WIDTH);
	(void)gantt_write_legend(g, holds, true);
	gantt_write_axis(g, bottom);
	for (uint32_t i = 0; i < count; i++)
		gantt_write_row(g, vips[i], &lanes[i]);
	gantt_write_events(g, bottom);
	fputs("</svg>\n", g->out);
}

void gantt_svg(FILE *out, const struct setup *setup, const struct run_result *result,
	       const struct vip_result *const *vips, uint32_t count)
{
	struct arena arena;
	struct gantt g = {
		.out = out,
		.setup = setup,
		.result = result,
		.arena = &arena,
		.end = result->duration,
	};

	arena_init(&arena);
	gantt_write_picture(&g, vips, count);
	arena_release(&arena);
}
