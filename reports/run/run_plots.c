/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of simulated runs. */
#include "reports/run/run.h"

#include <stdlib.h>

#include "base/text.h"
#include "reports/run/words.h"
#include "reports/formats/plots.h"
#include "reports/model/report.h"

enum { VIPS_MAX = 60 }; /* rows that can still be read */

static double run_plot_seconds(sim_ns time)
{
	return (double)time / (double)NS_PER_SEC;
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
	return p->run->vips.count < VIPS_MAX ? p->run->vips.count : VIPS_MAX;
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
	/* A block that is not there would shift those behind it. */
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
	return FRAME + (row > names * NAME ? row : names * NAME);
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

	fputs("set title 'who held each VIP over time", out);
	if (run_plot_rows_of(p) < p->run->vips.count)
		fprintf(out, ": the %u of %u that most happened to", run_plot_rows_of(p),
			p->run->vips.count);
	fprintf(out,
		"'\nset xlabel 'time since the end of the warm-up [s]'\n"
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
			"rgb '%s' title ",
			n, palette_colour(n));
		plot_quote(out, p->setup->nodes.items[n].name);
		fputs(", \\\n", out);
	}
	fprintf(out,
		"  'owners.dat' index %u using 3:1:3:4:1:2 with boxxyerror linecolor rgb '%s' "
		"title 'an observer was cut off'\n",
		p->setup->nodes.count, PALETTE_WRONG);
}

/* ---- outages ---- */

/* Times of one run: what `take` says of each VIP, where it is not 0. */
static void run_plot_add_times(FILE *out, struct samples *samples)
{
	struct arena arena;
	struct spread spread;

	arena_init(&arena);
	spread_of(&spread, samples, false, &arena);
	for (uint32_t i = 0; i < samples->positive.count; i++)
		fprintf(out, "%.6f %.4f\n", run_plot_seconds(samples->positive.items[i]),
			100.0 * (i + 1) / samples->positive.count);
	arena_release(&arena);
}

static void run_plot_outages_of_run(FILE *out, const struct run_plots *p)
{
	struct arena arena;

	arena_init(&arena);
	for (uint32_t observer = 0; observer <= p->setup->observers.count; observer++) {
		struct samples samples = { 0 };

		ARRAY_FOREACH (const struct vip_result, v, &p->run->vips) {
			if (observer == p->setup->observers.count)
				samples_add(&samples, &arena, v->announce_gap);
			ARRAY_FOREACH (const struct observer_totals, t, &v->totals) {
				if (t->observer == observer)
					samples_add(&samples, &arena, t->outage_longest);
			}
		}
		fputs("0 0\n", out);
		run_plot_add_times(out, &samples);
		fputs("\n\n", out);
	}
	arena_release(&arena);
}

static bool run_plot_is_wanted(const struct many_distribution *d, uint32_t observer)
{
	return d->observer == observer && !d->remote &&
	       d->metric ==
		       (observer == SETUP_NONE ? METRIC_ANNOUNCE_GAP : METRIC_OUTAGE_LONGEST);
}

static void run_plot_outages_of_many(FILE *out, const struct run_plots *p)
{
	for (uint32_t n = 0; n <= p->setup->observers.count; n++) {
		const uint32_t observer = n < p->setup->observers.count ? n : SETUP_NONE;

		fputs("0 0\n", out);
		ARRAY_FOREACH (const struct many_distribution, d, &p->many->distributions) {
			const struct spread *s = &d->affected;

			if (!run_plot_is_wanted(d, observer))
				continue;
			for (uint32_t i = 0; i < s->quantiles.count; i++)
				fprintf(out, "%.6f %.4f\n",
					run_plot_seconds(s->quantiles.items[i]),
					100.0 * i / SPREAD_QUANTILES);
		}
		fputs("\n\n", out);
	}
}

static void run_plot_outages_data(FILE *out, const void *about)
{
	const struct run_plots *p = about;

	fputs("# seconds, percent of what was cut off that was so no longer: a block for each "
	      "observer, the last without any: no holder\n",
	      out);
	if (p->many != NULL)
		run_plot_outages_of_many(out, p);
	else
		run_plot_outages_of_run(out, p);
}

static void run_plot_outages_commands(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	struct text title = { 0 };

	text_add(&title, p->many != NULL ? "how long VIPs were cut off, over " : "");
	if (p->many != NULL)
		text_printf(&title, "%u runs", p->many->done);
	else
		text_add(&title, "how long VIPs were cut off");
	fprintf(out,
		"set title '%s'\nset xlabel 'longest time cut off [s]'\n"
		"set ylabel 'share of the VIPs affected [%%]'\nset yrange [0:100]\n"
		"set xrange [0:*]\nplot \\\n",
		text_str(&title));
	text_release(&title);
	for (uint32_t i = 0; i < p->setup->observers.count; i++) {
		fprintf(out,
			"  'outages.dat' index %u with steps linewidth 2.5 dashtype %u linecolor "
			"rgb '%s' title ",
			i, i % 4 + 1, palette_colour(i));
		plot_quote(out, p->setup->observers.items[i].name);
		fputs(", \\\n", out);
	}
	fprintf(out,
		"  'outages.dat' index %u with steps linewidth 1.5 dashtype 3 linecolor rgb "
		"'#1b1f24' title 'no holder'\n",
		p->setup->observers.count);
}

/* Marks of an axis that counts: whole numbers, about eight of them. */
static void run_plot_whole_marks(FILE *out, uint32_t most)
{
	enum { MARKS = 8 };

	fprintf(out, "set ytics %u\n", most / MARKS + 1);
}

/* ---- VIPs per node ---- */

static void run_plot_count_holders(const struct run_plots *p, bool after, uint32_t *counts)
{
	ARRAY_FOREACH (const struct vip_result, v, &p->run->vips) {
		ARRAY_FOREACH (const struct ownership, o, &v->owners) {
			if (after ? o->time.to == SIM_NEVER : o->time.from <= 0)
				counts[o->node]++;
		}
	}
}

static uint32_t run_plot_most_vips(const struct run_plots *p)
{
	const uint32_t count = p->setup->nodes.count;
	uint32_t most = 0;
	struct arena arena;

	arena_init(&arena);
	for (int after = 0; after < 2; after++) {
		uint32_t *counts = arena_zalloc(&arena, count, sizeof(*counts));

		run_plot_count_holders(p, after, counts);
		for (uint32_t n = 0; n < count; n++)
			most = counts[n] > most ? counts[n] : most;
	}
	arena_release(&arena);
	return most;
}

static void run_plot_nodes_data(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	const uint32_t count = p->setup->nodes.count;
	struct arena arena;
	uint32_t *before, *after;

	arena_init(&arena);
	before = arena_zalloc(&arena, count, sizeof(*before));
	after = arena_zalloc(&arena, count, sizeof(*after));
	run_plot_count_holders(p, false, before);
	run_plot_count_holders(p, true, after);
	fputs("# node, VIPs at the end of the warm-up, VIPs at the end\n", out);
	for (uint32_t n = 0; n < count; n++) {
		plot_data_quote(out, p->setup->nodes.items[n].name);
		fprintf(out, " %u %u\n", before[n], after[n]);
	}
	arena_release(&arena);
}

static void run_plot_nodes_commands(FILE *out, const void *about)
{
	const struct run_plots *p = about;

	run_plot_whole_marks(out, run_plot_most_vips(p));
	fprintf(out,
		"set title 'VIPs per node before and after'\nset xlabel 'node'\n"
		"set ylabel 'VIPs held'\nset yrange [0:*]\nset style data histograms\n"
		"set style histogram clustered gap 1\nset style fill solid 1.0 noborder\n"
		"set boxwidth 0.9\nunset grid\nset grid ytics linecolor rgb '#d5dae0'\n"
		"set xtics %s\n"
		"plot 'nodes.dat' using 2:xtic(1) linecolor rgb '%s' title 'before', \\\n"
		"  'nodes.dat' using 3 linecolor rgb '%s' title 'after'\n",
		p->setup->nodes.count > 8 ? "rotate by -45" : "norotate", palette_colour(0),
		palette_colour(1));
}

/* ---- gratuitous frames ---- */

static void run_plot_gratuitous_data(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	const uint32_t length = (uint32_t)(p->run->duration / NS_PER_SEC);

	fputs("# second, gratuitous frames in it: a block for each segment\n", out);
	ARRAY_FOREACH (const struct segment_result, s, &p->run->segments) {
		fputs("# ", out);
		plot_data_quote(out, p->setup->segments.items[s->segment].name);
		fputc('\n', out);
		for (uint32_t i = 0; i <= length; i++)
			fprintf(out, "%u %u\n", i,
				i < s->gratuitous.count ? s->gratuitous.items[i] : 0);
		fputs("\n\n", out);
	}
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
	fprintf(out,
		"set title 'gratuitous ARP and unsolicited NA'\n"
		"set xlabel 'time since the end of the warm-up [s]'\n"
		"set ylabel 'frames per second'\nset xrange [0:%.6f]\nset yrange [0:*]\nplot ",
		run_plot_seconds(p->run->duration));
	for (uint32_t i = 0; i < p->run->segments.count; i++) {
		fprintf(out,
			"%s\\\n  'gratuitous.dat' index %u with steps linewidth 2 linecolor rgb "
			"'%s' title ",
			i > 0 ? ", " : "", i, palette_colour(i));
		plot_quote(out,
			   p->setup->segments.items[p->run->segments.items[i].segment].name);
	}
	fputc('\n', out);
}

const struct plot run_plots[RUN_PLOTS] = {
	{ .name = "owners",
	  .what = "who held each VIP over time",
	  .data = run_plot_owners_data,
	  .commands = run_plot_owners_commands,
	  .height = run_plot_owners_height },
	{ .name = "outages",
	  .what = "how long VIPs were cut off",
	  .data = run_plot_outages_data,
	  .commands = run_plot_outages_commands },
	{ .name = "nodes",
	  .what = "VIPs per node before and after",
	  .data = run_plot_nodes_data,
	  .commands = run_plot_nodes_commands },
	{ .name = "gratuitous",
	  .what = "gratuitous frames per second",
	  .wanted = run_plot_gratuitous_wanted,
	  .data = run_plot_gratuitous_data,
	  .commands = run_plot_gratuitous_commands },
};
