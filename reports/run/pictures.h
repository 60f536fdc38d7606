/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What pictures of runs show: the numbers, the same for SVG, for gnuplot and for tables; the
 * look of each node; the events; and the SVGs themselves. (S6.7)
 */
#ifndef REPORTS_RUN_PICTURES_H
#define REPORTS_RUN_PICTURES_H

#include "reports/formats/figure.h"
#include "reports/run/run.h"

/* ---- numbers ---- */

/* VIPs that a node held: at the end of the warm-up, at most at any one time, at the end. */
struct node_load {
	uint32_t before, peak, after;
};

/* By node number, in the arena. */
const struct node_load *run_loads(const struct run_result *result, uint32_t nodes,
				  struct arena *arena);

struct figure_points {
	ARRAY_OF(struct figure_point) list;
};

/* Who watches VIPs: the observers, and after them the clients behind routers. */
uint32_t run_watchers(const struct run_plots *p);
const char *run_watcher_name(const struct run_plots *p, uint32_t watcher);

/* Seconds, and the percentage of those VIPs cut off that were so no longer than this: as the
 * watcher with this number saw it, or, after the last of them, without a holder. A client is
 * cut off while any of its flows are lost. */
void run_outage_points(struct figure_points *out, const struct run_plots *p, uint32_t watcher,
		       struct arena *arena);

/* Seconds, and the gratuitous frames of the second that begins there. */
void run_gratuitous_points(struct figure_points *out, const struct run_plots *p,
			   const struct segment_result *segment, struct arena *arena);

/* ---- words and looks ---- */

/* By node number: the look of the nodes that held something, from 0; LOOK_INK of others. */
const uint32_t *run_looks(const struct run_result *result, uint32_t nodes, struct arena *arena);

/* Whether a picture has a line for it: what the scenario made happen, or at once by it. */
bool run_is_mark(const struct timeline_entry *e);

/* These, as lines of the picture. */
void run_add_marks(struct figure *f, const struct run_result *result);

/* For gnuplot: what is shown, and below it whose it is; vertical lines with names for what the
 * scenario made happen. */
void run_plot_title(FILE *out, const struct run_plots *p, const char *title, bool of_many);
void run_plot_events(FILE *out, const struct run_plots *p);
/* What their names take above the plot, in pixels. */
unsigned run_plot_events_height(const struct run_plots *p);

/* "scenario node-crash, seed 1"; of many runs also which of them it is. */
const char *run_subtitle(const struct run_plots *p, struct arena *arena);
/* The same for a picture of all runs together. */
const char *run_subtitle_of_many(const struct run_plots *p, struct arena *arena);

/* "who held each VIP over time, most affected first", with how many of them there are. */
const char *run_owners_title(uint32_t shown, uint32_t vips, struct arena *arena);

/* ---- pictures: each takes a struct run_plots ---- */

enum { PICTURE_VIPS_MAX = 60 }; /* rows that can still be read */

void picture_owners(FILE *out, const void *about);
void picture_outages(FILE *out, const void *about);
void picture_nodes(FILE *out, const void *about);
void picture_gratuitous(FILE *out, const void *about);

#endif
