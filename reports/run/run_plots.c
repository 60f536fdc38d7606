/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of simulated runs: data and scripts for gnuplot. The SVGs are in pictures.c. */
#include "base/text.h"
#include "reports/formats/plots.h"
#include "reports/run/pictures.h"
#include "reports/run/pictures_bgp.h"
#include "reports/run/words.h"
#include "reports/model/report.h"

static double run_plot_seconds(sim_ns time)
{
	return (double)time / (double)NS_PER_SEC;
}

void run_plot_title(FILE *out, const struct run_plots *p, const char *title, bool of_many)
{
	struct arena arena;

	arena_init(&arena);
	fputs("set title ", out);
	plot_quote(out, title);
	fputs(".\"\\n\".", out);
	plot_quote(out, of_many ? run_subtitle_of_many(p, &arena) : run_subtitle(p, &arena));
	fputc('\n', out);
	arena_release(&arena);
}

/* Where the names of events are: in lanes above the plot. */
struct event_lanes {
	double busy[8]; /* up to here, in shares of the plot's width */
	unsigned count;
};

/* The lane of the next event; that of none: it has no name. Names at the right end before their
 * line. */
static unsigned run_plot_lane(struct event_lanes *lanes, double at, const char *name)
{
	const double letter = 1.0 / 85; /* about; the font is small */
	const double width = figure_text_width(name) / (double)FIGURE_LETTER * letter;
	const double left = at < 0.6 ? at : at - width;
	unsigned lane = 0;

	while (lane < ARRAY_LEN(lanes->busy) && lanes->busy[lane] > left)
		lane++;
	if (lane == ARRAY_LEN(lanes->busy))
		return lane;
	lanes->busy[lane] = left + width + 2 * letter;
	lanes->count = lane >= lanes->count ? lane + 1 : lanes->count;
	return lane;
}

static double run_plot_place(const struct run_plots *p, const struct timeline_entry *e)
{
	return (double)e->at / (double)(p->run->duration > 0 ? p->run->duration : 1);
}

unsigned run_plot_events_height(const struct run_plots *p)
{
	enum { LANE = 16 };
	struct event_lanes lanes = { .count = 0 };

	ARRAY_FOREACH (const struct timeline_entry, e, &p->run->timeline) {
		if (run_is_mark(e))
			(void)run_plot_lane(&lanes, run_plot_place(p, e), e->what);
	}
	return lanes.count * LANE;
}

void run_plot_events(FILE *out, const struct run_plots *p)
{
	struct event_lanes lanes = { .count = 0 };

	ARRAY_FOREACH (const struct timeline_entry, e, &p->run->timeline) {
		const double at = run_plot_seconds(e->at);
		const double place = run_plot_place(p, e);
		unsigned lane;

		if (!run_is_mark(e))
			continue;
		fprintf(out,
			"set arrow from first %.6f,graph 0 to first %.6f,graph 1 nohead front "
			"linecolor rgb '#b8430a' dashtype 2\n",
			at, at);
		lane = run_plot_lane(&lanes, place, e->what);
		if (lane == ARRAY_LEN(lanes.busy))
			continue;
		fputs("set label ", out);
		plot_quote(out, e->what);
		fprintf(out,
			" at first %.6f,graph 1 %s offset character 0,%.1f front noenhanced "
			"textcolor rgb '#b8430a' font 'sans-serif,9'\n",
			at, place < 0.6 ? "left" : "right", 0.6 + lane);
	}
	fprintf(out, "set tmargin %.1f\nset title offset character 0,%u\n", 3.5 + lanes.count,
		lanes.count);
}

/* ---- who held each VIP over time ---- */

/* A run that was cut off says nothing of later. */
static sim_ns run_plot_until(const struct run_plots *p, sim_ns to)
{
	return to < p->run->simulated ? to : p->run->simulated;
}

/* Where bars are in a row, from its middle: owners, and outages below them. */
static const double owners_top = -0.32, owners_bottom = 0.20;
static const double outages_top = 0.22, outages_bottom = 0.38;

/* A row of the picture. */
struct row {
	const struct vip_result *vip;
	struct lanes lanes;
};

static uint32_t run_plot_rows_of(const struct run_plots *p)
{
	return p->run->vips.count < PICTURE_VIPS_MAX ? p->run->vips.count : PICTURE_VIPS_MAX;
}

/* Those that most happened to, in the arena. */
static const struct row *run_plot_make_rows(const struct run_plots *p, struct arena *arena)
{
	const struct vip_result **vips = vips_by_harm(p->run, arena);
	struct row *rows = arena_zalloc(arena, run_plot_rows_of(p), sizeof(*rows));

	for (uint32_t i = 0; i < run_plot_rows_of(p); i++) {
		rows[i].vip = vips[i];
		lay_lanes(&rows[i].lanes, vips[i], p->setup->nodes.count, arena);
	}
	return rows;
}

static void run_plot_write_bar(FILE *out, const struct run_plots *p, struct interval time,
			       double top, double bottom, const struct vip_result *vip)
{
	fprintf(out, "%.4f %.4f %.6f %.6f \"%s\"\n", top, bottom, run_plot_seconds(time.from),
		run_plot_seconds(run_plot_until(p, time.to)),
		p->setup->vips.items[vip->vip].text);
}

static void run_plot_write_owners(FILE *out, const struct run_plots *p, uint32_t node,
				  const struct row *rows)
{
	for (uint32_t i = 0; i < run_plot_rows_of(p); i++) {
		const struct vip_result *v = rows[i].vip;
		const double height = (owners_bottom - owners_top) / rows[i].lanes.count;

		for (uint32_t k = 0; k < v->owners.count; k++) {
			const double top = i + owners_top + rows[i].lanes.of[k] * height;

			if (v->owners.items[k].node == node && rows[i].lanes.of[k] != LANE_NONE)
				run_plot_write_bar(out, p, v->owners.items[k].time, top,
						   top + height, v);
		}
	}
}

static void run_plot_write_outages(FILE *out, const struct run_plots *p, const struct row *rows)
{
	for (uint32_t i = 0; i < run_plot_rows_of(p); i++) {
		ARRAY_FOREACH (const struct outage, o, &rows[i].vip->outages)
			run_plot_write_bar(out, p, o->time, i + outages_top, i + outages_bottom,
					   rows[i].vip);
	}
}

static void run_plot_begin_block(FILE *out, const char *name)
{
	fputs("# ", out);
	plot_quote(out, name);
	/* A missing block would shift those after it. */
	fputs("\n-1 -1 -1 -1 \"\"\n", out);
}

static void run_plot_owners_data(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	const struct row *rows;
	struct arena arena;

	arena_init(&arena);
	rows = run_plot_make_rows(p, &arena);
	fputs("# top, bottom (of the row with this number), from, to, VIP: a block for each "
	      "node, the last of outages\n",
	      out);
	for (uint32_t n = 0; n < p->setup->nodes.count; n++) {
		run_plot_begin_block(out, p->setup->nodes.items[n].name);
		run_plot_write_owners(out, p, n, rows);
		fputs("\n\n", out);
	}
	run_plot_begin_block(out, "cut off");
	run_plot_write_outages(out, p, rows);
	arena_release(&arena);
}

static bool run_plot_has_owner(const struct run_plots *p, uint32_t node)
{
	ARRAY_FOREACH (const struct vip_result, v, &p->run->vips) {
		ARRAY_FOREACH (const struct ownership, o, &v->owners) {
			if (o->node == node)
				return true;
		}
	}
	return false;
}

/* Lanes have to be seen, and every node named beside them. */
static unsigned run_plot_owners_height(const void *about)
{
	enum { FRAME = 130, ROW = 22, ROW_MAX = 66, LANES_FIT = 6, LANE = 3, NAME = 20 };
	const struct run_plots *p = about;
	const struct row *rows;
	struct arena arena;
	uint32_t lanes = 0;
	unsigned names = 1;
	unsigned row = ROW;

	arena_init(&arena);
	rows = run_plot_make_rows(p, &arena);
	for (uint32_t i = 0; i < run_plot_rows_of(p); i++)
		lanes = rows[i].lanes.count > lanes ? rows[i].lanes.count : lanes;
	for (uint32_t n = 0; n < p->setup->nodes.count; n++)
		names += run_plot_has_owner(p, n);
	arena_release(&arena);
	if (lanes > LANES_FIT)
		row += (lanes - LANES_FIT) * LANE;
	row = (row < ROW_MAX ? row : ROW_MAX) * (run_plot_rows_of(p) + 1);
	return FRAME + run_plot_events_height(p) + (row > names * NAME ? row : names * NAME);
}

static void run_plot_write_row_names(FILE *out, const struct run_plots *p)
{
	const struct row *rows;
	struct arena arena;

	arena_init(&arena);
	rows = run_plot_make_rows(p, &arena);
	for (uint32_t i = 0; i < run_plot_rows_of(p); i++) {
		fprintf(out, "%s\"%s", i > 0 ? ", " : "",
			p->setup->vips.items[rows[i].vip->vip].text);
		if (rows[i].lanes.count < rows[i].lanes.nodes)
			fprintf(out, " (%u of %u nodes)", rows[i].lanes.count,
				rows[i].lanes.nodes);
		fprintf(out, "\" %u", i);
	}
	arena_release(&arena);
}

static void run_plot_owners_commands(FILE *out, const void *about)
{
	const struct run_plots *p = about;

	const uint32_t *looks;
	struct arena arena;

	arena_init(&arena);
	looks = run_looks(p->run, p->setup->nodes.count, &arena);
	run_plot_title(out, p,
		       run_owners_title(run_plot_rows_of(p), p->run->vips.count, &arena),
		       false);
	run_plot_events(out, p);
	fprintf(out,
		"set xlabel 'time since the end of the warm-up [s]'\n"
		"set xrange [0:%.6f]\nset yrange [%u.7:-0.7]\nset style fill solid 1.0 noborder\n"
		"unset ytics\nset ytics nomirror (",
		run_plot_seconds(p->run->duration),
		run_plot_rows_of(p) > 0 ? run_plot_rows_of(p) - 1 : 0);
	run_plot_write_row_names(out, p);
	fputs(")\nplot \\\n", out);
	for (uint32_t n = 0; n < p->setup->nodes.count; n++) {
		if (!run_plot_has_owner(p, n))
			continue;
		fprintf(out,
			"  'owners.dat' index %u using 3:1:3:4:1:2 with boxxyerror linecolor "
			"rgb '%s'%s title ",
			n, palette_color(looks[n]), palette_gnuplot_fill(looks[n]));
		plot_quote(out, p->setup->nodes.items[n].name);
		fputs(", \\\n", out);
	}
	fprintf(out,
		"  'owners.dat' index %u using 3:1:3:4:1:2 with boxxyerror linecolor rgb '%s' "
		"title 'an observer was cut off'\n",
		p->setup->nodes.count, PALETTE_WRONG);
	arena_release(&arena);
}

/* ---- outages ---- */

static void run_plot_outages_data(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	struct figure_points points;
	struct arena arena;

	fputs("# seconds, percent of what was cut off that was so no longer: a block for each "
	      "observer and client, the last without any: no holder\n",
	      out);
	arena_init(&arena);
	for (uint32_t i = 0; i <= run_watchers(p); i++) {
		fputs("0 0\n", out);
		run_outage_points(&points, p, i, &arena);
		ARRAY_FOREACH (const struct figure_point, point, &points.list)
			fprintf(out, "%.6f %.4f\n", point->x, point->y);
		fputs("\n\n", out);
	}
	arena_release(&arena);
}

static void run_plot_outages_commands(FILE *out, const void *about)
{
	const struct run_plots *p = about;

	run_plot_title(out, p, "how long VIPs were cut off", true);
	fputs("set xlabel 'longest time cut off [s]'\n"
	      "set ylabel 'share of the VIPs affected [%]'\nset yrange [0:100]\n"
	      "set xrange [0:*]\nplot \\\n",
	      out);
	for (uint32_t i = 0; i < run_watchers(p); i++) {
		fprintf(out,
			"  'outages.dat' index %u with steps linewidth 2.5 dashtype %u linecolor "
			"rgb '%s' title ",
			i, i % 4 + 1, palette_color(i));
		plot_quote(out, run_watcher_name(p, i));
		fputs(", \\\n", out);
	}
	fprintf(out,
		"  'outages.dat' index %u with steps linewidth 1.5 dashtype 3 linecolor rgb "
		"'#1b1f24' title 'without a holder'\n",
		run_watchers(p));
}

/* Marks of an axis that counts: whole numbers, about eight of them. */
static void run_plot_whole_marks(FILE *out, uint32_t most)
{
	enum { MARKS = 8 };

	fprintf(out, "set ytics %u\n", most / MARKS + 1);
}

/* ---- VIPs per node ---- */

static void run_plot_nodes_data(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	const uint32_t count = p->setup->nodes.count;
	const struct node_load *loads;
	struct arena arena;

	arena_init(&arena);
	loads = run_loads(p->run, count, &arena);
	fputs("# node, VIPs at the end of the warm-up, most at any one time, at the end\n",
	      out);
	for (uint32_t n = 0; n < count; n++) {
		plot_data_quote(out, p->setup->nodes.items[n].name);
		fprintf(out, " %u %u %u\n", loads[n].before, loads[n].peak, loads[n].after);
	}
	arena_release(&arena);
}

static void run_plot_nodes_commands(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	const struct node_load *loads;
	struct arena arena;
	uint32_t most = 0;

	arena_init(&arena);
	loads = run_loads(p->run, p->setup->nodes.count, &arena);
	for (uint32_t n = 0; n < p->setup->nodes.count; n++)
		most = loads[n].peak > most ? loads[n].peak : most;
	arena_release(&arena);
	run_plot_whole_marks(out, most);
	run_plot_title(out, p, "VIPs per node: before, peak, after", false);
	fprintf(out,
		"set xlabel 'node'\n"
		"set ylabel 'VIPs held'\nset yrange [0:*]\nset style data histograms\n"
		"set style histogram clustered gap 1\nset style fill solid 1.0 noborder\n"
		"set boxwidth 0.9\nunset grid\nset grid ytics linecolor rgb '#d5dae0'\n"
		"set xtics %s\n"
		"plot 'nodes.dat' using 2:xtic(1) linecolor rgb '%s' title 'before', \\\n"
		"  'nodes.dat' using 3 linecolor rgb '%s' title 'peak', \\\n"
		"  'nodes.dat' using 4 linecolor rgb '%s' title 'after'\n",
		p->setup->nodes.count > 8 ? "rotate by -45" : "norotate", palette_color(0),
		palette_color(1), palette_color(2));
}

/* ---- gratuitous frames ---- */

static void run_plot_gratuitous_data(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	struct figure_points points;
	struct arena arena;

	arena_init(&arena);
	fputs("# second, gratuitous frames in it: a block for each segment\n", out);
	ARRAY_FOREACH (const struct segment_result, s, &p->run->segments) {
		fputs("# ", out);
		plot_data_quote(out, p->setup->segments.items[s->segment].name);
		fputc('\n', out);
		run_gratuitous_points(&points, p, s, &arena);
		ARRAY_FOREACH (const struct figure_point, point, &points.list)
			fprintf(out, "%.0f %.0f\n", point->x, point->y);
		fputs("\n\n", out);
	}
	arena_release(&arena);
}

static bool run_plot_gratuitous_wanted(const void *about)
{
	const struct run_plots *p = about;

	return p->run->segments.count > 0;
}

static void run_plot_gratuitous_commands(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	uint32_t most = 0;

	ARRAY_FOREACH (const struct segment_result, s, &p->run->segments) {
		ARRAY_FOREACH (const uint32_t, count, &s->gratuitous)
			most = *count > most ? *count : most;
	}
	run_plot_whole_marks(out, most);
	run_plot_title(out, p, "gratuitous ARP and unsolicited NA", false);
	run_plot_events(out, p);
	fprintf(out,
		"set xlabel 'time since the end of the warm-up [s]'\n"
		"set ylabel 'frames per second'\nset xrange [0:%.6f]\nset yrange [0:*]\nplot ",
		run_plot_seconds(p->run->duration));
	for (uint32_t i = 0; i < p->run->segments.count; i++) {
		fprintf(out,
			"%s\\\n  'gratuitous.dat' index %u with steps linewidth 2 linecolor rgb "
			"'%s' title ",
			i > 0 ? ", " : "", i, palette_color(i));
		plot_quote(out,
			   p->setup->segments.items[p->run->segments.items[i].segment].name);
	}
	fputc('\n', out);
}

const struct plot run_plots[RUN_PLOTS] = {
	{ .name = "owners",
	  .draw = picture_owners,
	  .what = "who held each VIP over time",
	  .data = run_plot_owners_data,
	  .commands = run_plot_owners_commands,
	  .height = run_plot_owners_height },
	{ .name = "outages",
	  .draw = picture_outages,
	  .what = "how long VIPs were cut off",
	  .data = run_plot_outages_data,
	  .commands = run_plot_outages_commands },
	{ .name = "nodes",
	  .draw = picture_nodes,
	  .what = "VIPs per node: before, peak, after",
	  .data = run_plot_nodes_data,
	  .commands = run_plot_nodes_commands },
	{ .name = "gratuitous",
	  .draw = picture_gratuitous,
	  .what = "gratuitous frames per second",
	  .wanted = run_plot_gratuitous_wanted,
	  .data = run_plot_gratuitous_data,
	  .commands = run_plot_gratuitous_commands },
	{ .name = "lost",
	  .draw = picture_lost,
	  .what = "share of the flows that clients lose over time",
	  .wanted = picture_bgp_wanted,
	  .data = picture_lost_data,
	  .commands = picture_lost_commands },
	{ .name = "widths",
	  .draw = picture_widths,
	  .what = "next hops of routes over time",
	  .wanted = picture_bgp_wanted,
	  .data = picture_widths_data,
	  .commands = picture_widths_commands },
	{ .name = "sessions",
	  .draw = picture_sessions,
	  .what = "BGP sessions over time",
	  .wanted = picture_bgp_wanted,
	  .data = picture_sessions_data,
	  .commands = picture_sessions_commands,
	  .height = picture_sessions_height },
};
