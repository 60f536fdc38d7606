/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of runs as SVG, and the numbers in them, which gnuplot, pages and tables get from
 * here as well. (S6.7)
 */
#include "reports/run/pictures.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "reports/model/report.h"
#include "reports/run/words.h"
#include "sim/engine/setup_bgp.h"

static double picture_seconds(sim_ns time)
{
	return (double)time / (double)NS_PER_SEC;
}

/* ---- VIPs per node ---- */

/* A VIP more or less. */
struct load_step {
	sim_ns at;
	uint32_t node;
	int32_t change;
};

static int load_step_order(const void *pa, const void *pb)
{
	const struct load_step *a = pa;
	const struct load_step *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->change - b->change;
}

/* When a node held the VIP, on whichever interface: intervals of one node that touch are one.
 */
static void picture_holders(struct vip_result *out, const struct vip_result *v,
			    struct arena *arena)
{
	*out = (struct vip_result){ .vip = v->vip };
	ARRAY_FOREACH (const struct ownership, o, &v->owners) {
		struct ownership whole = *o;
		uint32_t kept = 0;

		for (uint32_t i = 0; i < out->owners.count; i++) {
			const struct ownership other = out->owners.items[i];

			if (other.node != whole.node || other.time.from > whole.time.to ||
			    other.time.to < whole.time.from) {
				out->owners.items[kept++] = other;
				continue;
			}
			if (other.time.from < whole.time.from)
				whole.time.from = other.time.from;
			if (other.time.to > whole.time.to)
				whole.time.to = other.time.to;
		}
		out->owners.count = kept;
		ARRAY_ADD(arena, &out->owners, whole);
	}
}

const struct node_load *run_loads(const struct run_result *result, uint32_t nodes,
				  struct arena *arena)
{
	struct node_load *loads = arena_zalloc(arena, nodes, sizeof(*loads));
	uint32_t *now = arena_zalloc(arena, nodes, sizeof(*now));
	struct {
		ARRAY_OF(struct load_step) list;
	} steps = { 0 };

	ARRAY_FOREACH (const struct vip_result, v, &result->vips) {
		struct vip_result holders;

		picture_holders(&holders, v, arena);
		ARRAY_FOREACH (const struct ownership, o, &holders.owners) {
			struct load_step step = { o->time.from, o->node, 1 };

			loads[o->node].before += o->time.from <= 0;
			loads[o->node].after += o->time.to == SIM_NEVER;
			/* It left at the very beginning. */
			if (o->time.to <= o->time.from)
				continue;
			ARRAY_ADD(arena, &steps.list, step);
			step = (struct load_step){ o->time.to, o->node, -1 };
			if (o->time.to != SIM_NEVER)
				ARRAY_ADD(arena, &steps.list, step);
		}
	}
	for (uint32_t n = 0; n < nodes; n++)
		loads[n].peak = loads[n].before;
	array_sort(steps.list.items, steps.list.count, sizeof(struct load_step),
		   load_step_order);
	ARRAY_FOREACH (const struct load_step, step, &steps.list) {
		now[step->node] += (uint32_t)step->change;
		if (step->change > 0 && now[step->node] > loads[step->node].peak)
			loads[step->node].peak = now[step->node];
	}
	return loads;
}

/* ---- times ---- */

static void picture_add_point(struct figure_points *out, double x, double y,
			      struct arena *arena)
{
	const struct figure_point point = { x, y };

	ARRAY_ADD(arena, &out->list, point);
}

uint32_t run_watchers(const struct run_plots *p)
{
	const struct setup *setup = p->setup;

	return setup->observers.count + (setup->bgp != NULL ? setup->bgp->clients.count : 0);
}

const char *run_watcher_name(const struct run_plots *p, uint32_t watcher)
{
	const uint32_t observers = p->setup->observers.count;

	return watcher < observers ? p->setup->observers.items[watcher].name
				   : p->setup->bgp->clients.items[watcher - observers].name;
}

static void picture_outages_of_run(struct figure_points *out, const struct run_plots *p,
				   uint32_t watcher, struct arena *arena)
{
	struct samples samples = { 0 };
	struct spread spread;

	ARRAY_FOREACH (const struct vip_result, v, &p->run->vips) {
		if (watcher == run_watchers(p))
			samples_add(&samples, arena, v->announce_gap);
		ARRAY_FOREACH (const struct observer_totals, t, &v->totals) {
			if (t->observer == watcher)
				samples_add(&samples, arena, t->outage_longest);
		}
	}
	ARRAY_FOREACH (const struct client_result, client, &p->run->clients) {
		if (p->setup->observers.count + client->client == watcher)
			samples_add(&samples, arena, client->lost_longest);
	}
	spread_of(&spread, &samples, false, arena);
	for (uint32_t i = 0; i < samples.positive.count; i++)
		picture_add_point(out, picture_seconds(samples.positive.items[i]),
				  100.0 * (i + 1) / samples.positive.count, arena);
}

/* Of the watcher with this name; NULL: of the nodes. */
static bool picture_is_wanted(const struct many_distribution *d, const char *watcher,
			      bool client)
{
	return str_equal(d->observer, watcher) && d->remote == client &&
	       d->metric == (watcher == NULL ? METRIC_ANNOUNCE_GAP
			     : client        ? METRIC_LOST_LONGEST
					     : METRIC_OUTAGE_LONGEST);
}

void run_outage_points(struct figure_points *out, const struct run_plots *p, uint32_t watcher,
		       struct arena *arena)
{
	const bool nobody = watcher == run_watchers(p);
	const bool client = !nobody && watcher >= p->setup->observers.count;
	const char *seen_by = nobody ? NULL : run_watcher_name(p, watcher);

	*out = (struct figure_points){ 0 };
	if (p->many == NULL) {
		picture_outages_of_run(out, p, watcher, arena);
		return;
	}
	ARRAY_FOREACH (const struct many_distribution, d, &p->many->distributions) {
		const struct spread *s = &d->affected;

		for (uint32_t i = 0;
		     picture_is_wanted(d, seen_by, client) && i < s->quantiles.count; i++)
			picture_add_point(out, picture_seconds(s->quantiles.items[i]),
					  100.0 * i / SPREAD_QUANTILES, arena);
	}
}

void run_gratuitous_points(struct figure_points *out, const struct run_plots *p,
			   const struct segment_result *segment, struct arena *arena)
{
	const uint32_t length = (uint32_t)(p->run->duration / NS_PER_SEC);

	*out = (struct figure_points){ 0 };
	for (uint32_t i = 0; i <= length; i++)
		picture_add_point(out, i,
				  i < segment->gratuitous.count ? segment->gratuitous.items[i]
								: 0,
				  arena);
}

/* ---- words and looks ---- */

const uint32_t *run_looks(const struct run_result *result, uint32_t nodes, struct arena *arena)
{
	uint32_t *looks = arena_zalloc(arena, nodes, sizeof(*looks));
	uint32_t next = 0;

	ARRAY_FOREACH (const struct vip_result, v, &result->vips) {
		ARRAY_FOREACH (const struct ownership, o, &v->owners)
			looks[o->node] = 1;
	}
	for (uint32_t n = 0; n < nodes; n++)
		looks[n] = looks[n] > 0 ? next++ : LOOK_INK;
	return looks;
}

bool run_is_mark(const struct timeline_entry *e)
{
	static const char *const kinds[] = { "node-down", "node-up", "agent-stopping",
					     "agent-started", NULL };

	return e->before == NULL &&
	       (str_equal(e->cause, CAUSE_SCENARIO) || str_in(e->kind, kinds));
}

void run_add_marks(struct figure *f, const struct run_result *result)
{
	ARRAY_FOREACH (const struct timeline_entry, e, &result->timeline) {
		const struct figure_mark mark = { picture_seconds(e->at), e->what };

		if (run_is_mark(e))
			ARRAY_ADD(f->arena, &f->marks, mark);
	}
}

const char *run_subtitle(const struct run_plots *p, struct arena *arena)
{
	const char *which =
		p->many != NULL ? arena_printf(arena, ", the worst of %u runs", p->many->done)
				: "";

	return arena_printf(arena, "scenario %s, seed %" PRIu64 "%s",
			    p->setup->scenario->object.name.s, p->run->seed, which);
}

const char *run_subtitle_of_many(const struct run_plots *p, struct arena *arena)
{
	if (p->many == NULL)
		return run_subtitle(p, arena);
	return arena_printf(arena, "scenario %s, %u runs from seed %" PRIu64,
			    p->setup->scenario->object.name.s, p->many->done, p->many->seed);
}

const char *run_owners_title(uint32_t shown, uint32_t vips, struct arena *arena)
{
	const char *all = "who held each VIP over time, most affected first";

	return shown < vips ? arena_printf(arena, "%s: %u of %u", all, shown, vips) : all;
}

/* ---- pictures ---- */

static const char *const picture_time = "time since the end of the warm-up [s]";

void picture_owners(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	const uint32_t vips = p->run->vips.count;
	const uint32_t shown = vips < PICTURE_VIPS_MAX ? vips : PICTURE_VIPS_MAX;
	struct arena arena;
	struct gantt_options options;

	arena_init(&arena);
	options = (struct gantt_options){ .title = run_owners_title(shown, vips, &arena),
					  .subtitle = run_subtitle(p, &arena) };
	gantt_svg(out, p->setup, p->run, vips_by_harm(p->run, &arena), shown, &options);
	arena_release(&arena);
}

static void picture_add_entry(struct figure *f, const char *name, uint32_t look,
			      enum figure_sign sign)
{
	const struct figure_entry entry = { .name = name, .look = look, .sign = sign };

	ARRAY_ADD(f->arena, &f->legend, entry);
}

void picture_outages(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	const uint32_t watchers = run_watchers(p);
	struct figure_points *lines;
	struct arena arena;
	struct figure f = { .out = out,
			    .arena = &arena,
			    .x_label = "longest time cut off [s]",
			    .y_label = "share of the VIPs affected [%]",
			    .y_most = 100 };

	arena_init(&arena);
	lines = arena_zalloc(&arena, watchers + 1, sizeof(*lines));
	for (uint32_t i = 0; i <= watchers; i++) {
		run_outage_points(&lines[i], p, i, &arena);
		if (lines[i].list.count == 0)
			continue;
		picture_add_entry(&f,
				  i < watchers ? run_watcher_name(p, i) : "without a holder",
				  i < watchers ? i : LOOK_INK, FIGURE_LINE);
		ARRAY_FOREACH (const struct figure_point, point, &lines[i].list)
			f.x_most = point->x > f.x_most ? point->x : f.x_most;
	}
	f.title = f.legend.count > 0 ? "how long VIPs were cut off"
				     : "how long VIPs were cut off: none was";
	f.subtitle = run_subtitle_of_many(p, &arena);
	f.x_most *= 1.04; /* the last step is not the frame */
	figure_begin(&f);
	for (uint32_t i = 0; i <= watchers; i++) {
		struct figure_points line = { 0 };

		picture_add_point(&line, 0, 0, &arena);
		ARRAY_FOREACH (const struct figure_point, point, &lines[i].list)
			picture_add_point(&line, point->x, point->y, &arena);
		if (lines[i].list.count > 0)
			figure_steps(&f, line.list.items, line.list.count,
				     i < watchers ? i : LOOK_INK);
	}
	figure_end(&f);
	arena_release(&arena);
}

/* ---- VIPs per node ---- */

enum { NODE_ROWS_MAX = 80, NODE_BAR = 9 };

struct ranked_node {
	uint32_t node;
	struct node_load load;
};

static int ranked_node_order(const void *pa, const void *pb)
{
	const struct ranked_node *a = pa;
	const struct ranked_node *b = pb;

	if (a->load.peak != b->load.peak)
		return a->load.peak > b->load.peak ? -1 : 1;
	return a->node < b->node ? -1 : a->node > b->node;
}

void picture_nodes(FILE *out, const void *about)
{
	static const char *const names[] = { "before", "peak", "after" };
	const struct run_plots *p = about;
	const uint32_t count = p->setup->nodes.count;
	const uint32_t shown = count < NODE_ROWS_MAX ? count : NODE_ROWS_MAX;
	const struct node_load *loads;
	struct ranked_node *ranked;
	struct figure_row *rows;
	struct arena arena;
	struct figure f = { .out = out,
			    .arena = &arena,
			    .x_label = "VIPs held",
			    .counts = true,
			    .x_most = 1,
			    .row_count = shown };

	arena_init(&arena);
	loads = run_loads(p->run, count, &arena);
	ranked = arena_zalloc(&arena, count, sizeof(*ranked));
	rows = arena_zalloc(&arena, shown + 1, sizeof(*rows));
	for (uint32_t n = 0; n < count; n++)
		ranked[n] = (struct ranked_node){ n, loads[n] };
	f.title = "VIPs per node: before, peak, after";
	if (shown < count) {
		f.title = arena_printf(&arena,
				       "VIPs per node: before, peak, after; the %u of %u nodes "
				       "with the highest peak",
				       shown, count);
		array_sort(ranked, count, sizeof(*ranked), ranked_node_order);
	}
	f.subtitle = run_subtitle(p, &arena);
	for (uint32_t i = 0; i < shown; i++) {
		rows[i] = (struct figure_row){
			.name = p->setup->nodes.items[ranked[i].node].name,
			.height = ARRAY_LEN(names) * (NODE_BAR + 1) + 8,
		};
		f.x_most = ranked[i].load.peak > f.x_most ? ranked[i].load.peak : f.x_most;
	}
	f.rows = rows;
	for (uint32_t k = 0; k < ARRAY_LEN(names); k++)
		picture_add_entry(&f, names[k], k, FIGURE_BOX);
	figure_begin(&f);
	for (uint32_t i = 0; i < shown; i++) {
		const uint32_t bars[] = { ranked[i].load.before, ranked[i].load.peak,
					  ranked[i].load.after };

		for (uint32_t k = 0; k < ARRAY_LEN(names); k++) {
			const struct figure_box box = {
				.x = f.left,
				.y = f.row_tops[i] + 4.0 + k * (NODE_BAR + 1),
				.width = figure_x(&f, bars[k]) - f.left,
				.height = NODE_BAR,
				.look = k,
			};

			if (bars[k] > 0)
				figure_box(&f, &box);
			figure_note(&f, box.x + box.width + 4, box.y + NODE_BAR,
				    arena_printf(&arena, "%u", bars[k]));
		}
	}
	figure_end(&f);
	arena_release(&arena);
}

/* ---- gratuitous frames ---- */

void picture_gratuitous(FILE *out, const void *about)
{
	const struct run_plots *p = about;
	const uint32_t segments = p->run->segments.count;
	struct figure_points *lines;
	struct arena arena;
	struct figure f = { .out = out,
			    .arena = &arena,
			    .title = "gratuitous ARP and unsolicited NA",
			    .x_label = picture_time,
			    .y_label = "frames per second",
			    .x_most = picture_seconds(p->run->duration),
			    .y_most = 1 };

	arena_init(&arena);
	f.subtitle = run_subtitle(p, &arena);
	lines = arena_zalloc(&arena, segments, sizeof(*lines));
	for (uint32_t i = 0; i < segments; i++) {
		const struct segment_result *s = &p->run->segments.items[i];

		picture_add_entry(&f, p->setup->segments.items[s->segment].name, i,
				  FIGURE_LINE);
		run_gratuitous_points(&lines[i], p, s, &arena);
		ARRAY_FOREACH (const struct figure_point, point, &lines[i].list)
			f.y_most = point->y > f.y_most ? point->y : f.y_most;
	}
	run_add_marks(&f, p->run);
	figure_begin(&f);
	for (uint32_t i = 0; i < segments; i++)
		figure_steps(&f, lines[i].list.items, lines[i].list.count, i);
	figure_end(&f);
	arena_release(&arena);
}
