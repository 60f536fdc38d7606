/* SPDX-License-Identifier: Apache-2.0 */
/* What reports about runs share: words, the story of a timeline, who held a VIP. */
#ifndef REPORTS_RUN_WORDS_H
#define REPORTS_RUN_WORDS_H

#include <stdio.h>

#include "base/arena.h"
#include "base/text.h"
#include "reports/formats/screen.h"
#include "sim/engine/result.h"
#include "sim/run/many.h"
#include "sim/run/setup.h"

/* ---- the head ---- */

/* Why the figures are not complete: the run, or runs, stopped; some did not run. */
enum { RUN_PARTIAL_MAX = 2 };

/* What a report about one run or many begins with. */
struct run_head {
	const char *scenario;
	const char *description; /* NULL: none */
	const char *facts;       /* "seed 1, 1m0s after a warm-up of 20s, 3 nodes, 5 VIPs" */
	const char *partial[RUN_PARTIAL_MAX]; /* NULL after the last */
};

/* Both in the arena, or borrowed from what they are about. */
void run_head_of(struct run_head *head, const struct setup *setup,
		 const struct run_result *result, struct arena *arena);
void many_head_of(struct run_head *head, const struct many_result *result, struct arena *arena);

/* As lines above a table, and as the begin of a page. */
void run_head_print(FILE *out, struct screen screen, const struct run_head *head);
void run_head_page(FILE *out, const struct run_head *head);

/* ---- what happened to VIPs ---- */

/* The longest time that any observer was cut off. */
sim_ns worst_outage(const struct vip_result *v);

/* Whether that one goes on at the end. */
bool worst_outage_ongoing(const struct vip_result *v);

/* What a report says of a time of a VIP. */
enum { LENGTH_TEXT_MAX = 48 };

/* "5.000s", or ">= 595.000s" of what goes on at the end. Returns buf. */
const char *length_text(sim_ns time, bool ongoing, char buf[static LENGTH_TEXT_MAX]);
/* A value of the metric in its unit: the same, or "33.3 %". */
const char *metric_text(enum metric metric, sim_ns value, bool ongoing,
			char buf[static LENGTH_TEXT_MAX]);

/* What is known of how long a VIP was announced by no node or by two, and cut off; NULL: it is
 * not measured. Of a remote VIP it is only known when no node has it: BGP is not simulated. */
enum vip_time { VIP_GAP, VIP_CUT_OFF, VIP_DUPLICATE, VIP_TIMES };
const char *vip_time_text(const struct setup *setup, const struct vip_result *v,
			  enum vip_time which, char buf[static LENGTH_TEXT_MAX]);

/* Why what is not measured, of one run or of many, is not: the lines below a table, each ended;
 * NULL: all is. */
const char *not_measured_text(struct setup_unmeasured what, bool many, struct arena *arena);

/* What the figures rest on that the input does not tell. Returns how many there are. */
enum { RUN_BASIS_MAX = 2 };
struct run_basis {
	const char *label, *text; /* "inferred" */
};
uint32_t run_basis_of(struct setup_unmeasured what, struct run_basis out[static RUN_BASIS_MAX]);
/* Writes these as remarks. Errors of `out` are left in it for ferror(). */
void run_put_basis(FILE *out, enum report_form form, struct screen screen,
		   struct setup_unmeasured what);

/*
 * One line for each thing that keeps observers from VIPs at the end of the run, in the arena:
 * "192.0.2.240: >= 595.000s, still cut off: tor1 has the address at node-a's MAC for another
 * 3h50m".
 */
struct still_line {
	const char *text;
};
struct still {
	ARRAY_OF(struct still_line) list;
};
void run_still(struct still *out, const struct setup *setup, const struct run_result *result,
	       struct arena *arena);

/* Whether anything happened to it: another holder, a gap, two holders, an outage. */
bool is_affected(const struct vip_result *v);

/* All VIPs, those first that were cut off longest, then those with the longest gap, then those
 * that are affected at all. In the arena. */
const struct vip_result **vips_by_harm(const struct run_result *result, struct arena *arena);

/* ---- many runs ---- */

/* "cut off, longest" */
const char *metric_words(enum metric metric);
/* What AFFECTED is in the table of distributions, as lines. */
const char *many_affected_text(const struct many_result *result);
/* "longest time cut off": of the largest value that was seen. */
const char *metric_worst_words(enum metric metric);

/* Appends "local VIPs as client sees them". */
void many_add_whose(struct text *t, const struct many_distribution *d);

/* The worst run by a metric, or NULL when the metric was 0 everywhere. */
const struct many_worst *many_worst_of(const struct many_result *result, enum metric metric);

/* What to know of a client that had no route while another router had one; NULL: nothing. */
const char *client_remark(const struct setup *setup, const struct run_result *result,
			  struct arena *arena);

/* Appends "held in 3 of 5 runs; with seed 2: " and what was seen there. */
void many_add_verdict(struct text *t, const struct many_assertion *a,
		      const struct many_result *result);

/* Appends "4 of 5 runs were made; 1 of these were stopped early". */
void many_add_completion(struct text *t, const struct many_result *result);

/* ---- the story ---- */

struct story_line {
	sim_ns at;         /* of the first entry that it stands for */
	const char *text;  /* "node-c took 63 VIPs on eth0, the last at 35.412s" */
	const char *cause; /* NULL: none */
};

struct story {
	ARRAY_OF(struct story_line) list;
};

/* How the entries of a timeline come together, from the finest to the coarsest. */
enum story_fold {
	STORY_WHOLE,    /* each for itself */
	STORY_CLOSE,    /* about VIPs, with the same words and nothing else in between */
	STORY_BY_NODE,  /* of a node, from one event to the next; what many nodes do alike */
	STORY_BY_EVENT, /* of all nodes and observers, from one event of the scenario to the
			   next */
};

/*
 * Tells the timeline, in the arena. About VIPs in close order if that makes at most so many
 * lines, by node if that makes at most twice as many, else by event. Nothing is left out.
 * `lines` 0: each entry stands for itself. (S6.4)
 */
void run_story(struct story *out, const struct setup *setup, const struct run_result *result,
	       uint32_t lines, struct arena *arena);

/* ---- lanes ---- */

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

/* ---- the picture ---- */

struct gantt_options {
	bool inside; /* part of a page */
	const char *title, *subtitle;
};

/*
 * Writes an SVG: a row for each of `count` VIPs with a bar for each owner in the look of its
 * node, below it when an observer was cut off, across all what the scenario made happen. Bars
 * and names of a node carry data-node, so that a page can make one stand out.
 */
void gantt_svg(FILE *out, const struct setup *setup, const struct run_result *result,
	       const struct vip_result *const *vips, uint32_t count,
	       const struct gantt_options *options);

#endif
