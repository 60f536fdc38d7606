/* SPDX-License-Identifier: Apache-2.0 */
/* Ownership over time as SVG. */
#include "reports/gantt.h"

#include <string.h>

#include "base/text.h"
#include "reports/palette.h"
#include "reports/seconds.h"
#include "reports/xml.h"

/* Lengths in the units of the picture, which are pixels when it is not scaled. */
enum {
	WIDTH = 1000,
	LEFT = 190, /* names of VIPs */
	RIGHT = 12,
	TOP = 26,
	BAR = 14,
	LANE_GAP = 2,
	STRIP = 4,       /* outages */
	ROW_PADDING = 8, /* between VIPs */
	AXIS = 30,
	LANES_MAX = 6,     /* owners at the same time */
	LETTER = 7,        /* width of one, about */
	NAME_LETTERS = 25, /* that fit beside the bars */
};

struct gantt {
	FILE *out;
	const struct plan *plan;
	const struct run_result *result;
	sim_ns end; /* of the time that is shown */
	unsigned y; /* where the next row begins */
};

static double x_of(const struct gantt *g, sim_ns time)
{
	const sim_ns at = time > g->end ? g->end : time;

	return LEFT + (double)at / (double)g->end * (WIDTH - LEFT - RIGHT);
}

static void write_text(const struct gantt *g, double x, unsigned y, const char *more,
		       const char *s)
{
	fprintf(g->out, "<text x=\"%.1f\" y=\"%u\"%s>", x, y, more);
	xml_text(g->out, s);
	fputs("</text>\n", g->out);
}

/* ---- the axis of time ---- */

/* The finest round step that leaves at most ten marks. */
static sim_ns tick_step(sim_ns end)
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

static void write_axis(const struct gantt *g, unsigned bottom)
{
	const sim_ns step = tick_step(g->end);
	char text[SECONDS_TEXT_MAX];

	for (sim_ns at = 0; at <= g->end; at += step) {
		fprintf(g->out,
			"<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%u\"/>\n",
			x_of(g, at), x_of(g, at), (int)TOP, bottom);
		write_text(g, x_of(g, at), bottom + 14,
			   " class=\"tick\" text-anchor=\"middle\"", seconds_format(at, text));
	}
	write_text(g, LEFT, bottom + AXIS - 2, " class=\"tick\"",
		   "seconds since the end of the warm-up");
}

/* What the scenario did, as lines from top to bottom. */
static void write_events(const struct gantt *g, unsigned bottom)
{
	char text[SECONDS_TEXT_MAX];

	ARRAY_FOREACH (const struct timeline_entry, e, &g->result->timeline) {
		if (!str_equal(e->cause, CAUSE_SCENARIO))
			continue;
		fprintf(g->out,
			"<line class=\"event\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%u\">"
			"<title>%s ",
			x_of(g, e->at), x_of(g, e->at), TOP - 6, bottom,
			seconds_short(e->at, text));
		xml_text(g->out, e->what);
		fputs("</title></line>\n", g->out);
	}
}

/* ---- rows ---- */

/* Lays owners that overlap into lanes: lane[i] is that of owner i; how many there are. */
static unsigned lay_lanes(const struct vip_result *v, unsigned *lanes)
{
	sim_ns busy[LANES_MAX] = { 0 };
	unsigned used = 1;

	for (uint32_t i = 0; i < v->owners.count; i++) {
		const struct ownership *o = &v->owners.items[i];
		unsigned lane = 0;

		while (lane < LANES_MAX - 1 && busy[lane] > o->time.from)
			lane++;
		lanes[i] = lane;
		busy[lane] = o->time.to;
		used = lane >= used ? lane + 1 : used;
	}
	return used;
}

static void write_owner(const struct gantt *g, const struct ownership *o, unsigned y)
{
	const char *node = g->plan->nodes.items[o->node].name;
	const double from = x_of(g, o->time.from);
	const double width = x_of(g, o->time.to) - from;
	char begin[SECONDS_TEXT_MAX];
	char end[SECONDS_TEXT_MAX];

	fputs("<g data-node=\"", g->out);
	xml_text(g->out, node);
	fprintf(g->out,
		"\"><rect x=\"%.1f\" y=\"%u\" width=\"%.1f\" height=\"%d\" rx=\"2\" "
		"fill=\"%s\"/>",
		from, y, width > 1 ? width : 1, (int)BAR, palette_colour(o->node));
	if (width > (double)strlen(node) * LETTER + LETTER)
		write_text(g, from + 4, y + BAR - 3,
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

static void write_outage(const struct gantt *g, const struct outage *o, unsigned y)
{
	const double from = x_of(g, o->time.from);
	const double width = x_of(g, o->time.to) - from;
	const sim_ns to = o->time.to == SIM_NEVER ? g->end : o->time.to;
	char begin[SECONDS_TEXT_MAX];
	char length[SECONDS_TEXT_MAX];

	fprintf(g->out,
		"<rect class=\"outage\" x=\"%.1f\" y=\"%u\" width=\"%.1f\" height=\"%d\"><title>",
		from, y, width > 1 ? width : 1, (int)STRIP);
	xml_text(g->out, g->plan->observers.items[o->observer].name);
	fprintf(g->out, " cut off from %s for %s (%s)</title></rect>\n",
		seconds_short(o->time.from, begin), seconds_short(to - o->time.from, length),
		outage_cause_name(o->cause));
}

/* A name that is too long for its place keeps its end, where addresses differ. */
static void write_name(const struct gantt *g, const char *name)
{
	const size_t len = strlen(name);
	struct text shown = { 0 };

	if (len > NAME_LETTERS)
		text_add(&shown, "\xE2\x80\xA6");
	text_add(&shown, len > NAME_LETTERS ? name + len - NAME_LETTERS + 1 : name);
	write_text(g, LEFT - 8, g->y + BAR - 2, " text-anchor=\"end\"", text_str(&shown));
	text_release(&shown);
}

static void write_row(struct gantt *g, const struct vip_result *v, unsigned *lanes)
{
	const unsigned used = lay_lanes(v, lanes);
	const unsigned strip = g->y + used * (BAR + LANE_GAP);

	write_name(g, g->plan->vips.items[v->vip].text);
	for (uint32_t i = 0; i < v->owners.count; i++)
		write_owner(g, &v->owners.items[i], g->y + lanes[i] * (BAR + LANE_GAP));
	ARRAY_FOREACH (const struct outage, o, &v->outages)
		write_outage(g, o, strip);
	g->y = strip + STRIP + ROW_PADDING;
}

static unsigned row_height(const struct vip_result *v, unsigned *lanes)
{
	return lay_lanes(v, lanes) * (BAR + LANE_GAP) + STRIP + ROW_PADDING;
}

/* ---- the legend: nodes that held something ---- */

static void write_legend(const struct gantt *g, const bool *holds)
{
	double x = LEFT;
	unsigned y = 12;

	for (uint32_t n = 0; n < g->plan->nodes.count; n++) {
		const char *name = g->plan->nodes.items[n].name;
		const double width = (double)strlen(name) * LETTER + 28;

		if (!holds[n] || x + width > WIDTH)
			continue;
		fputs("<g data-node=\"", g->out);
		xml_text(g->out, name);
		fprintf(g->out,
			"\"><rect x=\"%.1f\" y=\"%u\" width=\"12\" height=\"12\" rx=\"2\" "
			"fill=\"%s\"/>",
			x, y - 10, palette_colour(n));
		write_text(g, x + 16, y, "", name);
		fputs("</g>\n", g->out);
		x += width;
	}
}

void gantt_svg(FILE *out, const struct plan *plan, const struct run_result *result,
	       const struct vip_result *const *vips, uint32_t count)
{
	struct gantt g = { out, plan, result, result->duration, TOP };
	struct arena arena;
	unsigned bottom = TOP;
	uint32_t owners = 0;
	unsigned *lanes;
	bool *holds;

	arena_init(&arena);
	holds = arena_zalloc(&arena, plan->nodes.count, sizeof(*holds));
	for (uint32_t i = 0; i < count; i++) {
		owners = vips[i]->owners.count > owners ? vips[i]->owners.count : owners;
		ARRAY_FOREACH (const struct ownership, o, &vips[i]->owners)
			holds[o->node] = true;
	}
	lanes = arena_zalloc(&arena, owners, sizeof(*lanes));
	for (uint32_t i = 0; i < count; i++)
		bottom += row_height(vips[i], lanes);
	fprintf(out,
		"<svg viewBox=\"0 0 %d %u\" width=\"%d\" role=\"img\" "
		"aria-label=\"who held each VIP over time\">\n",
		(int)WIDTH, bottom + AXIS, (int)WIDTH);
	write_legend(&g, holds);
	write_axis(&g, bottom);
	for (uint32_t i = 0; i < count; i++)
		write_row(&g, vips[i], lanes);
	write_events(&g, bottom);
	fputs("</svg>\n", out);
	arena_release(&arena);
}
