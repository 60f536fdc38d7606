/* SPDX-License-Identifier: Apache-2.0 */
/* One simulated run as a page. */
#include "reports/run/run_html.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/duration.h"
#include "base/text.h"
#include "reports/run/gantt.h"
#include "reports/formats/page.h"
#include "reports/run/run_pieces.h"
#include "reports/model/seconds.h"
#include "reports/formats/xml.h"

enum { ROWS_MAX = 200, TIMELINE_MAX = 5000 };

/* ---- heading and figures ---- */

static void begin(FILE *out, const struct setup *setup, const struct run_result *result)
{
	const struct scenario *scenario = setup->scenario;
	char duration[DURATION_TEXT_MAX];
	char warmup[DURATION_TEXT_MAX];
	struct text lead = { 0 };

	if (scenario->description.s != NULL)
		text_printf(&lead, "%s ", scenario->description.s);
	text_printf(&lead, "Seed %" PRIu64 ", %s after a warm-up of %s, %u node%s, %u VIP%s.",
		    result->seed, duration_format(setup->duration, duration),
		    duration_format(setup->warmup, warmup), setup->nodes.count,
		    setup->nodes.count == 1 ? "" : "s", setup->vips.count,
		    setup->vips.count == 1 ? "" : "s");
	page_begin(out, scenario->object.name.s, text_str(&lead));
	text_release(&lead);
	if (result->cut_off) {
		char text[SECONDS_TEXT_MAX];

		fprintf(out,
			"<p><span class=\"badge warn\">PARTIAL</span> stopped after %s of "
			"simulated time: what follows ends there.</p>\n",
			seconds_short(result->simulated, text));
	}
}

static void time_tile(FILE *out, sim_ns time, const char *label)
{
	char text[SECONDS_TEXT_MAX];

	page_tile(out, time > 0 ? "warn" : "pass", seconds_short(time, text), label);
}

static void write_tiles(FILE *out, const struct run_result *result)
{
	sim_ns outage = 0, gap = 0, duplicate = 0;
	uint32_t affected = 0, held = 0;
	struct text t = { 0 };

	ARRAY_FOREACH (const struct vip_result, v, &result->vips) {
		outage = worst_outage(v) > outage ? worst_outage(v) : outage;
		gap = v->announce_gap > gap ? v->announce_gap : gap;
		duplicate = v->duplicate_total > duplicate ? v->duplicate_total : duplicate;
		affected += is_affected(v);
	}
	ARRAY_FOREACH (const struct assertion_result, a, &result->assertions)
		held += a->held;
	page_tiles_begin(out);
	text_printf(&t, "%u of %u", affected, result->vips.count);
	page_tile(out, "", text_str(&t), "VIPs affected");
	time_tile(out, outage, "longest time cut off");
	time_tile(out, gap, "longest without a holder");
	time_tile(out, duplicate, "most with two holders");
	text_clear(&t);
	text_printf(&t, "%u of %u", held, result->assertions.count);
	if (result->assertions.count > 0)
		page_tile(out, held == result->assertions.count ? "pass" : "fail", text_str(&t),
			  "assertions held");
	page_tiles_end(out);
	text_release(&t);
}

static void write_assertions(FILE *out, const struct run_result *result)
{
	if (result->assertions.count == 0)
		return;
	page_section(out, "Assertions");
	ARRAY_FOREACH (const struct assertion_result, a, &result->assertions)
		page_verdict(out, a->held, a->text, a->detail);
}

/* ---- VIPs ---- */

static void write_picture(FILE *out, const struct setup *setup, const struct run_result *result,
			  const struct vip_result *const *vips, uint32_t count)
{
	page_section(out, "Who held each VIP");
	if (count == 0) {
		fputs("<p>There are no VIPs.</p>\n", out);
		return;
	}
	fputs("<p class=\"faint\">A bar is a holder; red below it: an observer was cut off; a "
	      "dashed line: the scenario did something. Touch a node to see it alone, point at "
	      "a bar for its times.</p>\n<div class=\"scroll\">",
	      out);
	gantt_svg(out, setup, result, vips, count < ROWS_MAX ? count : ROWS_MAX);
	fputs("</div>\n", out);
	if (count > ROWS_MAX)
		fprintf(out,
			"<p class=\"faint\">%u more VIPs, which less happened to, are in "
			"the JSON report.</p>\n",
			count - (uint32_t)ROWS_MAX);
}

/* ---- the timeline ---- */

static void write_timeline(FILE *out, const struct run_result *result)
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
		xml_text(out, e->what);
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

static void number_cell(FILE *out, uint64_t number)
{
	struct text t = { 0 };

	text_printf(&t, "%" PRIu64, number);
	page_cell_number(out, text_str(&t));
	text_release(&t);
}

static void write_agents(FILE *out, const struct setup *setup, const struct run_result *result)
{
	static const char *const headings[] = {
		"Node",
		">Won",
		">Lost",
		">Services",
		">API writes",
		">Failures",
		">Limiter wait",
		">Longest queue",
		">Renewals failed",
		NULL,
	};
	char text[SECONDS_TEXT_MAX];
	uint32_t rows = 0;

	page_section(out, "Agents");
	page_table_begin(out, headings);
	ARRAY_FOREACH (const struct agent_result, a, &result->agents) {
		if (rows++ >= ROWS_MAX)
			break;
		page_row_begin(out);
		page_cell(out, setup->nodes.items[a->node].name);
		number_cell(out, a->won);
		number_cell(out, a->lost);
		number_cell(out, a->reprocessed);
		number_cell(out, a->api_writes);
		number_cell(out, a->api_failures);
		page_cell_number(out, seconds_short(a->limiter_wait, text));
		number_cell(out, a->longest_queue);
		number_cell(out, a->lease_failures);
		page_row_end(out);
	}
	page_table_end(out);
}

static void write_segments(FILE *out, const struct setup *setup,
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
			number_cell(out, s->frames[kind]);
		number_cell(out, s->peak_per_second);
		page_row_end(out);
	}
	page_table_end(out);
	text_release(&t);
}

void run_html(FILE *out, const struct setup *setup, const struct run_result *result)
{
	struct arena arena;

	arena_init(&arena);
	begin(out, setup, result);
	write_tiles(out, result);
	write_assertions(out, result);
	write_picture(out, setup, result, vips_by_harm(result, &arena), result->vips.count);
	write_timeline(out, result);
	write_agents(out, setup, result);
	write_segments(out, setup, result);
	page_end(out);
	arena_release(&arena);
}
