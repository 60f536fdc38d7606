/* SPDX-License-Identifier: Apache-2.0 */
/* One simulated run as a page. */
#include "reports/run/run.h"
#include "reports/run/run_bgp.h"
#include "reports/run/pictures.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "reports/run/words.h"
#include "reports/formats/page.h"
#include "reports/model/report.h"
#include "sim/engine/trace.h"

enum { ROWS_MAX = 200, TIMELINE_MAX = 5000 };

/* ---- heading and figures ---- */

/* The worst of what was measured of all VIPs. */
struct worst_time {
	bool measured, ongoing;
	sim_ns value;
};

static void run_page_worse(struct worst_time *worst, sim_ns value, bool ongoing)
{
	if (!worst->measured || value > worst->value) {
		worst->value = value;
		worst->ongoing = ongoing;
	}
	worst->measured = true;
}

/* `clients`: what their flows lose has a figure of its own, where nothing else is measured. */
static void run_page_time_tile(FILE *out, const struct worst_time *time, bool clients,
			       const char *label)
{
	char text[LENGTH_TEXT_MAX];

	if (!time->measured && clients)
		return;
	if (!time->measured)
		page_tile(out, "", "not measured", label);
	else
		page_tile(out, time->value > 0 ? "warn" : "pass",
			  length_text(time->value, time->ongoing, text), label);
}

/* Some client lost a share of its flows to the VIP. */
static bool run_page_lost_flows(const struct run_result *result, uint32_t vip)
{
	ARRAY_FOREACH (const struct client_result, client, &result->clients) {
		if (client->vip == vip && client->max_lost_share > 0)
			return true;
	}
	return false;
}

static void run_page_write_tiles(FILE *out, const struct setup *setup,
				 const struct run_result *result)
{
	struct worst_time times[VIP_TIMES] = { { 0 } };
	uint32_t affected = 0, held = 0;
	char buf[LENGTH_TEXT_MAX];
	struct text t = { 0 };

	ARRAY_FOREACH (const struct vip_result, v, &result->vips) {
		if (vip_time_text(setup, v, VIP_CUT_OFF, buf) != NULL)
			run_page_worse(&times[VIP_CUT_OFF], worst_outage(v),
				       worst_outage_ongoing(v));
		if (vip_time_text(setup, v, VIP_GAP, buf) != NULL)
			run_page_worse(&times[VIP_GAP], v->announce_gap, v->gap_ongoing);
		if (vip_time_text(setup, v, VIP_DUPLICATE, buf) != NULL)
			run_page_worse(&times[VIP_DUPLICATE], v->duplicate_total,
				       v->duplicate_ongoing);
		affected += is_affected(v) || run_page_lost_flows(result, v->vip);
	}
	ARRAY_FOREACH (const struct assertion_result, a, &result->assertions)
		held += a->held;
	page_tiles_begin(out);
	text_printf(&t, "%u of %u", affected, result->vips.count);
	page_tile(out, "", text_str(&t), "VIPs affected");
	run_page_time_tile(out, &times[VIP_CUT_OFF], setup->bgp != NULL,
			   "longest time cut off");
	run_page_time_tile(out, &times[VIP_GAP], setup->bgp != NULL,
			   "longest without a holder");
	run_page_time_tile(out, &times[VIP_DUPLICATE], setup->bgp != NULL,
			   "most with two holders");
	if (setup->bgp != NULL)
		run_page_bgp_tile(out, result);
	text_clear(&t);
	text_printf(&t, "%u of %u", held, result->assertions.count);
	if (result->assertions.count > 0)
		page_tile(out, held == result->assertions.count ? "pass" : "fail", text_str(&t),
			  "assertions held");
	page_tiles_end(out);
	text_release(&t);
}

/* What still keeps observers from VIPs at the end. */
static void run_page_write_still(FILE *out, const struct setup *setup,
				 const struct run_result *result, struct arena *arena)
{
	struct still still;

	run_still(&still, setup, result, arena);
	ARRAY_FOREACH (const struct still_line, line, &still.list)
		page_warning(out, "STILL CUT OFF", line->text);
}

static void run_page_not_measured(FILE *out, struct setup_unmeasured what, bool many,
				  struct arena *arena)
{
	const char *text = not_measured_text(what, many, arena);

	if (text != NULL) {
		fputs("<p class=\"faint\">", out);
		xml_text(out, text);
		fputs("</p>\n", out);
	}
}

/* The table of the text. */
static void run_page_write_vips(FILE *out, const struct setup *setup,
				const struct run_result *result, struct arena *arena)
{
	struct columns columns;

	if (run_vip_columns(&columns, setup, result, UINT32_MAX, arena) == 0)
		return;
	page_section(out, "VIPs that were affected, the worst first");
	columns_html(&columns, out);
	run_page_not_measured(out, setup_unmeasured_of(setup), false, arena);
}

static void run_page_write_assertions(FILE *out, const struct run_result *result)
{
	if (result->assertions.count == 0)
		return;
	page_section(out, "Assertions");
	ARRAY_FOREACH (const struct assertion_result, a, &result->assertions)
		page_verdict(out, a->held, a->text, a->detail);
}

/* ---- VIPs ---- */

static void run_page_write_picture(FILE *out, const struct setup *setup,
				   const struct run_result *result,
				   const struct vip_result *const *vips, uint32_t count)
{
	static const struct gantt_options options = { .inside = true,
						      .title = "who held each VIP over time, "
							       "most affected first" };

	page_section(out, "Who held each VIP over time, most affected first");
	if (count == 0) {
		fputs("<p>There are no VIPs.</p>\n", out);
		return;
	}
	fputs("<p class=\"faint\">A bar is a holder; a thin bar below it: an observer was cut "
	      "off; a dashed line: an event. Touch a node to highlight it; point at a bar to "
	      "see its times.</p>\n"
	      "<div class=\"scroll\">",
	      out);
	gantt_svg(out, setup, result, vips, count < ROWS_MAX ? count : ROWS_MAX, &options);
	fputs("</div>\n", out);
	if (count > ROWS_MAX)
		fprintf(out,
			"<p class=\"faint\">%u more VIPs, less affected than these, are in "
			"the JSON report.</p>\n",
			count - (uint32_t)ROWS_MAX);
}

/* ---- the timeline ---- */

static void run_page_write_timeline(FILE *out, const struct setup *setup,
				    const struct run_result *result, struct arena *arena)
{
	const uint32_t count = result->timeline.count;
	char text[SECONDS_TEXT_MAX];

	page_section(out, "Timeline");
	if (count == 0) {
		fputs("<p>Nothing happened.</p>\n", out);
		return;
	}
	fputs("<div class=\"bar\" hidden><input id=\"search\" type=\"search\" "
	      "placeholder=\"Search: node, address &#8230;\" aria-label=\"search\">"
	      "<output id=\"shown\"></output></div>\n<div class=\"scroll\"><table>\n<tbody>\n",
	      out);
	for (uint32_t i = 0; i < count && i < TIMELINE_MAX; i++) {
		const struct timeline_entry *e = &result->timeline.items[i];

		fprintf(out, "<tr data-row=\"%s\"><td class=\"time number\">%s</td><td>",
			e->kind, seconds_short(e->at, text));
		xml_text(out, trace_words(setup, e, arena));
		if (e->cause != NULL) {
			fputs(" <span class=\"faint\">(", out);
			xml_text(out, e->cause);
			fputs(")</span>", out);
		}
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody>\n</table></div>\n", out);
	if (count > TIMELINE_MAX)
		fprintf(out, "<p class=\"faint\">%u more are in the JSON report.</p>\n",
			count - (uint32_t)TIMELINE_MAX);
}

/* ---- agents and segments ---- */

static void run_page_number_cell(FILE *out, uint64_t number)
{
	struct text t = { 0 };

	text_printf(&t, "%" PRIu64, number);
	page_cell_number(out, text_str(&t));
	text_release(&t);
}

static void run_page_write_agents(FILE *out, const struct setup *setup,
				  const struct run_result *result, struct arena *arena)
{
	static const char *const headings[] = {
		"Node",      ">VIPs before",  ">VIPs at peak",  ">VIPs after",
		">Won",      ">Lost",         ">Services",      ">API writes",
		">Failures", ">Limiter wait", ">Longest queue", ">Renewals failed",
		NULL,
	};
	const struct node_load *loads = run_loads(result, setup->nodes.count, arena);
	char text[SECONDS_TEXT_MAX];
	uint32_t rows = 0;

	page_section(out, "Agents");
	page_table_begin(out, headings);
	ARRAY_FOREACH (const struct agent_result, a, &result->agents) {
		if (rows++ >= ROWS_MAX)
			break;
		page_row_begin(out);
		page_cell(out, setup->nodes.items[a->node].name);
		run_page_number_cell(out, loads[a->node].before);
		run_page_number_cell(out, loads[a->node].peak);
		run_page_number_cell(out, loads[a->node].after);
		run_page_number_cell(out, a->won);
		run_page_number_cell(out, a->lost);
		run_page_number_cell(out, a->reprocessed);
		run_page_number_cell(out, a->api_writes);
		run_page_number_cell(out, a->api_failures);
		page_cell_number(out, seconds_short(a->limiter_wait, text));
		run_page_number_cell(out, a->longest_queue);
		run_page_number_cell(out, a->lease_failures);
		page_row_end(out);
	}
	page_table_end(out);
}

static void run_page_write_segments(FILE *out, const struct setup *setup,
				    const struct run_result *result)
{
	struct text t = { 0 };

	page_section(out, "Segments");
	fputs("<div class=\"scroll\"><table>\n<thead><tr><th>Segment</th>", out);
	for (int kind = 0; kind < FRAME_KINDS; kind++)
		fprintf(out, "<th class=\"number\">%s</th>",
			frame_kind_name((enum frame_kind)kind));
	fputs("<th class=\"number\">peak/s</th></tr></thead>\n<tbody>\n", out);
	ARRAY_FOREACH (const struct segment_result, s, &result->segments) {
		page_row_begin(out);
		page_cell(out, setup->segments.items[s->segment].name);
		for (int kind = 0; kind < FRAME_KINDS; kind++)
			run_page_number_cell(out, s->frames[kind]);
		run_page_number_cell(out, s->peak_per_second);
		page_row_end(out);
	}
	page_table_end(out);
	text_release(&t);
}

void run_html(FILE *out, const struct setup *setup, const struct run_result *result)
{
	struct run_head head;
	struct arena arena;

	arena_init(&arena);
	run_head_of(&head, setup, result, &arena);
	run_head_page(out, &head);
	run_page_write_tiles(out, setup, result);
	run_page_write_still(out, setup, result, &arena);
	run_put_basis(out, FORM_PAGE, SCREEN_NONE, setup_unmeasured_of(setup));
	run_page_write_assertions(out, result);
	run_page_write_picture(out, setup, result, vips_by_harm(result, &arena),
			       result->vips.count);
	run_page_write_vips(out, setup, result, &arena);
	run_page_bgp(out, setup, result);
	run_page_write_timeline(out, setup, result, &arena);
	run_page_write_agents(out, setup, result, &arena);
	run_page_write_segments(out, setup, result);
	page_end(out);
	arena_release(&arena);
}

/* Of the pictures, in their own units. */
enum { WIDTH = 640, HEIGHT = 190, LEFT = 46, BOTTOM = 34, TOP = 8, RIGHT = 30, BIN_MOST = 60 };

static bool many_measures(const struct many_result *result, enum metric metric)
{
	ARRAY_FOREACH (const struct many_distribution, d, &result->distributions) {
		if (d->metric == metric)
			return true;
	}
	return false;
}

static void many_write_tiles(FILE *out, const struct many_result *result)
{
	char text[LENGTH_TEXT_MAX];
	uint32_t held = 0;
	struct text t = { 0 };

	ARRAY_FOREACH (const struct many_assertion, a, &result->assertions)
		held += a->held_in == result->done;
	page_tiles_begin(out);
	text_printf(&t, "%u", result->done);
	page_tile(out, "", text_str(&t), "runs");
	for (int metric = 0; metric < METRICS; metric++) {
		const struct many_worst *worst = many_worst_of(result, (enum metric)metric);
		const char *shown = "not measured";

		if (metric == METRIC_OUTAGE_TOTAL ||
		    (metric >= METRIC_LOST_FLOWS && !result->subject->unmeasured.clients))
			continue;
		if (worst != NULL)
			shown = metric_text((enum metric)metric, worst->value, worst->ongoing,
					    text);
		else if (many_measures(result, (enum metric)metric))
			shown = metric_text((enum metric)metric, 0, false, text);
		else if (metric == METRIC_RE_UP)
			shown = "none is lost";
		else if (result->subject->unmeasured.clients)
			continue; /* what clients lose has figures of its own */
		page_tile(out, worst != NULL ? "warn" : "", shown,
			  metric_worst_words((enum metric)metric));
	}
	text_clear(&t);
	text_printf(&t, "%u of %u", held, result->assertions.count);
	if (result->assertions.count > 0)
		page_tile(out, held == result->assertions.count ? "pass" : "fail", text_str(&t),
			  "assertions held in every run");
	page_tiles_end(out);
	text_release(&t);
}

static void many_write_assertions(FILE *out, const struct many_result *result)
{
	struct text t = { 0 };

	if (result->assertions.count > 0)
		page_section(out, "Assertions");
	ARRAY_FOREACH (const struct many_assertion, a, &result->assertions) {
		text_clear(&t);
		many_add_verdict(&t, a, result);
		page_verdict(out, a->held_in == result->done, a->text, text_str(&t));
	}
	text_release(&t);
}

/* ---- the table ---- */

static void many_write_values(FILE *out, enum metric metric, const struct spread *s)
{
	char text[LENGTH_TEXT_MAX];
	const sim_ns times[] = { s->min, s->p50, s->p90, s->p95, s->p99, s->max, s->mean };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (s->count > 0)
			page_cell_number(out,
					 metric_text(metric, times[i],
						     i + 1 == ARRAY_LEN(times)
							     ? s->ongoing > 0
							     : spread_is_bound(s, times[i]),
						     text));
		else
			page_cell_number(out, "-");
	}
}

static void many_write_distribution(FILE *out, const struct many_distribution *d)
{
	const struct spread *s = &d->affected;
	struct text t = { 0 };

	page_row_begin(out);
	many_add_whose(&t, d);
	page_cell(out, text_str(&t));
	page_cell(out, metric_words(d->metric));
	text_clear(&t);
	text_printf(&t, "%.1f %%", 100.0 * (double)s->count / (double)d->all.count);
	page_cell_number(out, text_str(&t));
	text_clear(&t);
	text_printf(&t, "%" PRIu64, s->ongoing);
	page_cell_number(out, text_str(&t));
	many_write_values(out, d->metric, s);
	page_row_end(out);
	text_release(&t);
}

static void many_write_distributions(FILE *out, const struct many_result *result)
{
	static const char *const headings[] = { "",     "",     ">Affected", ">Not ended",
						">min", ">p50", ">p90",      ">p95",
						">p99", ">max", ">mean",     NULL };
	struct arena arena;

	page_section(out, "How times spread");
	if (!result->subject->vips) {
		fputs("<p>There are no VIPs.</p>\n", out);
		return;
	}
	arena_init(&arena);
	run_page_not_measured(out, result->subject->unmeasured, true, &arena);
	run_put_basis(out, FORM_PAGE, SCREEN_NONE, result->subject->unmeasured);
	arena_release(&arena);
	fprintf(out,
		"<p class=\"faint\">Affected: the share of VIP-runs with a non-zero value%s; the "
		"values are of these. Not ended: what was still going on at the end of its run; "
		"&gt;= is a lower bound.</p>\n",
		result->subject->unmeasured.clients
			? " (of routes, of their runs; of sessions, of the times that one was lost)"
			: "");
	page_table_begin(out, headings);
	ARRAY_FOREACH (const struct many_distribution, d, &result->distributions)
		many_write_distribution(out, d);
	page_table_end(out);
}

/* ---- pictures ---- */

/* How wide a bin is; few are not stretched. */
static double many_bin_width(const struct spread *s)
{
	const double each = (double)(WIDTH - LEFT - RIGHT) / (double)s->histogram.count;

	return each < BIN_MOST ? each : BIN_MOST;
}

static void many_write_bins(FILE *out, enum metric metric, const struct spread *s,
			    uint64_t most)
{
	const double each = many_bin_width(s);
	const int height = HEIGHT - TOP - BOTTOM;
	char from[LENGTH_TEXT_MAX];
	char to[LENGTH_TEXT_MAX];

	for (uint32_t i = 0; i < s->histogram.count; i++) {
		const struct histogram_bin *bin = &s->histogram.items[i];
		const double tall = (double)bin->count * height / (double)most;

		fprintf(out,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
			"fill=\"var(--info)\"><title>%s to %s: %" PRIu64 "</title></rect>\n",
			LEFT + i * each, TOP + height - tall, each > 2 ? each - 1 : each, tall,
			metric_text(metric, bin->edge, false, from),
			metric_text(metric, bin->edge + s->bin_width, false, to), bin->count);
	}
}

static const char *many_edge_text(enum metric metric, sim_ns value,
				  char buf[static LENGTH_TEXT_MAX])
{
	return metric_is_share(metric) ? metric_text(metric, value, false, buf)
				       : seconds_format(value, buf);
}

/* The edges of some bins, not so many that they touch; the one value, where there is only one.
 */
static void many_write_edges(FILE *out, enum metric metric, const struct spread *s)
{
	enum { MARKS = 9 };
	const uint32_t count = s->histogram.count;
	const double each = many_bin_width(s);
	const uint32_t step = count / MARKS + 1;
	const bool one = s->min == s->max;
	char text[LENGTH_TEXT_MAX];

	for (uint32_t i = 0; i <= count && (i == 0 || !one); i += step)
		fprintf(out,
			"<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s"
			"</text>\n",
			LEFT + (one ? each / 2 : i * each), HEIGHT - BOTTOM + 14,
			many_edge_text(metric, s->histogram.items[0].edge + i * s->bin_width,
				       text));
	fprintf(out, "<text class=\"tick\" x=\"%d\" y=\"%d\">%s</text>\n", (int)LEFT,
		HEIGHT - 3, metric_is_share(metric) ? "share of the flows" : "seconds");
}

static void many_write_histogram(FILE *out, const struct many_distribution *d)
{
	const struct spread *s = &d->affected;
	uint64_t most = 1;
	struct text t = { 0 };

	ARRAY_FOREACH (const struct histogram_bin, bin, &s->histogram)
		most = bin->count > most ? bin->count : most;
	many_add_whose(&t, d);
	text_printf(&t, ": %s", metric_words(d->metric));
	fputs("<figure><figcaption>", out);
	xml_text(out, text_str(&t));
	fprintf(out, "</figcaption>\n<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\">\n",
		(int)WIDTH, (int)HEIGHT, (int)WIDTH);
	fprintf(out,
		"<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n"
		"<text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%" PRIu64
		"</text>\n"
		"<text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>\n",
		(int)LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, HEIGHT - BOTTOM, LEFT - 6, TOP + 10,
		most, LEFT - 6, HEIGHT - BOTTOM);
	many_write_bins(out, d->metric, s, most);
	many_write_edges(out, d->metric, s);
	fputs("</svg></figure>\n", out);
	text_release(&t);
}

/* ---- the worst ---- */

static void many_write_worst(FILE *out, const struct many_result *result)
{
	static const char *const headings[] = { "", ">Time", "To replay", NULL };
	char text[LENGTH_TEXT_MAX];
	struct text t = { 0 };

	if (result->worst.count == 0)
		return;
	page_section(out, "The worst runs");
	page_table_begin(out, headings);
	ARRAY_FOREACH (const struct many_worst, w, &result->worst) {
		page_row_begin(out);
		page_cell(out, metric_words(w->metric));
		page_cell_number(out, metric_text(w->metric, w->value, w->ongoing, text));
		text_clear(&t);
		text_printf(&t, "--runs 1 --seed %" PRIu64, w->seed);
		page_cell(out, text_str(&t));
		page_row_end(out);
	}
	page_table_end(out);
	text_release(&t);
}

void many_html(FILE *out, const struct many_result *result)
{
	struct run_head head;
	struct arena arena;

	arena_init(&arena);
	many_head_of(&head, result, &arena);
	run_head_page(out, &head);
	arena_release(&arena);
	many_write_tiles(out, result);
	many_write_assertions(out, result);
	many_write_distributions(out, result);
	ARRAY_FOREACH (const struct many_distribution, d, &result->distributions) {
		if (d->affected.count > 0 && d->metric != METRIC_OUTAGE_TOTAL)
			many_write_histogram(out, d);
	}
	many_write_worst(out, result);
	page_end(out);
}
