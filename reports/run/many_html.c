/* SPDX-License-Identifier: Apache-2.0 */
/* Many simulated runs as a page. */
#include "reports/run/run_html.h"

#include <inttypes.h>

#include "base/duration.h"
#include "base/text.h"
#include "reports/run/many_words.h"
#include "reports/formats/page.h"
#include "reports/model/seconds.h"
#include "reports/formats/xml.h"

/* Of the pictures, in their own units. */
enum { WIDTH = 640, HEIGHT = 190, LEFT = 46, BOTTOM = 34, TOP = 8, RIGHT = 10 };

static void begin(FILE *out, const struct setup *setup, const struct many_result *result)
{
	const struct scenario *scenario = setup->scenario;
	char duration[DURATION_TEXT_MAX];
	char warmup[DURATION_TEXT_MAX];
	struct text lead = { 0 };

	if (scenario->description.s != NULL)
		text_printf(&lead, "%s ", scenario->description.s);
	text_printf(&lead, "%u runs from seed %" PRIu64 ", %s each after a warm-up of %s.",
		    result->runs, result->seed, duration_format(setup->duration, duration),
		    duration_format(setup->warmup, warmup));
	page_begin(out, scenario->object.name.s, text_str(&lead));
	text_release(&lead);
	if (result->done < result->runs)
		fprintf(out,
			"<p><span class=\"badge warn\">PARTIAL</span> interrupted: what follows "
			"is of the %u runs that went through.</p>\n",
			result->done);
	if (result->cut_off > 0)
		fprintf(out,
			"<p><span class=\"badge warn\">PARTIAL</span> %u of the runs were "
			"stopped by the cap on events.</p>\n",
			result->cut_off);
}

static void write_tiles(FILE *out, const struct many_result *result)
{
	char text[SECONDS_TEXT_MAX];
	uint32_t held = 0;
	struct text t = { 0 };

	ARRAY_FOREACH (const struct many_assertion, a, &result->assertions)
		held += a->held_in == result->done;
	page_tiles_begin(out);
	text_printf(&t, "%u", result->done);
	page_tile(out, "", text_str(&t), "runs");
	for (int metric = 0; metric < METRICS; metric++) {
		const struct many_worst *worst = many_worst_of(result, (enum metric)metric);

		if (metric != METRIC_OUTAGE_TOTAL)
			page_tile(out, worst != NULL ? "warn" : "pass",
				  seconds_short(worst != NULL ? worst->value : 0, text),
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

static void write_assertions(FILE *out, const struct many_result *result)
{
	struct text t = { 0 };

	if (result->assertions.count > 0)
		page_section(out, "Assertions");
	ARRAY_FOREACH (const struct many_assertion, a, &result->assertions) {
		text_clear(&t);
		text_printf(&t, "held in %u of %u runs", a->held_in, result->done);
		if (a->detail != NULL)
			text_printf(&t, "; with seed %" PRIu64 ": %s", a->seed, a->detail);
		page_verdict(out, a->held_in == result->done, a->text, text_str(&t));
	}
	text_release(&t);
}

/* ---- the table ---- */

static void time_cell(FILE *out, sim_ns time)
{
	char text[SECONDS_TEXT_MAX];

	page_cell_number(out, seconds_short(time, text));
}

static void write_times(FILE *out, const struct spread *s)
{
	const sim_ns times[] = { s->min, s->p50, s->p90, s->p95, s->p99, s->max, s->mean };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (s->count > 0)
			time_cell(out, times[i]);
		else
			page_cell_number(out, "-");
	}
}

static void write_row(FILE *out, const struct setup *setup, const struct many_distribution *d)
{
	const struct spread *s = &d->affected;
	struct text t = { 0 };

	page_row_begin(out);
	many_add_whose(&t, setup, d);
	page_cell(out, text_str(&t));
	page_cell(out, metric_words(d->metric));
	text_clear(&t);
	text_printf(&t, "%.1f %%", 100.0 * (double)s->count / (double)d->all.count);
	page_cell_number(out, text_str(&t));
	write_times(out, s);
	page_row_end(out);
	text_release(&t);
}

static void write_table(FILE *out, const struct setup *setup, const struct many_result *result)
{
	static const char *const headings[] = { "",     "",      ">Affected", ">min",
						">p50", ">p90",  ">p95",      ">p99",
						">max", ">mean", NULL };

	page_section(out, "How times spread");
	if (result->distributions.count == 0) {
		fputs("<p>There are no VIPs.</p>\n", out);
		return;
	}
	fputs("<p class=\"faint\">Affected: the share of VIPs and runs that it is not 0 for; "
	      "the times are of these.</p>\n",
	      out);
	page_table_begin(out, headings);
	ARRAY_FOREACH (const struct many_distribution, d, &result->distributions)
		write_row(out, setup, d);
	page_table_end(out);
}

/* ---- pictures ---- */

static void write_bins(FILE *out, const struct spread *s, uint64_t most)
{
	const double each = (double)(WIDTH - LEFT - RIGHT) / (double)s->histogram.count;
	const int height = HEIGHT - TOP - BOTTOM;
	char from[SECONDS_TEXT_MAX];
	char to[SECONDS_TEXT_MAX];

	for (uint32_t i = 0; i < s->histogram.count; i++) {
		const struct histogram_bin *bin = &s->histogram.items[i];
		const double tall = (double)bin->count * height / (double)most;

		fprintf(out,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
			"fill=\"var(--info)\"><title>%s to %s: %" PRIu64 "</title></rect>\n",
			LEFT + i * each, TOP + height - tall, each > 2 ? each - 1 : each, tall,
			seconds_short(bin->edge, from),
			seconds_short(bin->edge + s->bin_width, to), bin->count);
	}
}

/* The edges of some bins, not so many that they touch. */
static void write_edges(FILE *out, const struct spread *s)
{
	enum { MARKS = 9 };
	const uint32_t count = s->histogram.count;
	const double each = (double)(WIDTH - LEFT - RIGHT) / (double)count;
	const uint32_t step = count / MARKS + 1;
	char text[SECONDS_TEXT_MAX];

	for (uint32_t i = 0; i <= count; i += step)
		fprintf(out,
			"<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s"
			"</text>\n",
			LEFT + i * each, HEIGHT - BOTTOM + 14,
			seconds_format(s->histogram.items[0].edge + i * s->bin_width, text));
	fprintf(out, "<text class=\"tick\" x=\"%d\" y=\"%d\">seconds</text>\n", (int)LEFT,
		HEIGHT - 3);
}

static void write_histogram(FILE *out, const struct setup *setup,
			    const struct many_distribution *d)
{
	const struct spread *s = &d->affected;
	uint64_t most = 1;
	struct text t = { 0 };

	ARRAY_FOREACH (const struct histogram_bin, bin, &s->histogram)
		most = bin->count > most ? bin->count : most;
	many_add_whose(&t, setup, d);
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
	write_bins(out, s, most);
	write_edges(out, s);
	fputs("</svg></figure>\n", out);
	text_release(&t);
}

/* ---- the worst ---- */

static void write_worst(FILE *out, const struct many_result *result)
{
	static const char *const headings[] = { "", ">Time", "To look at it alone", NULL };
	char text[SECONDS_TEXT_MAX];
	struct text t = { 0 };

	if (result->worst.count == 0)
		return;
	page_section(out, "The worst runs");
	page_table_begin(out, headings);
	ARRAY_FOREACH (const struct many_worst, w, &result->worst) {
		page_row_begin(out);
		page_cell(out, metric_words(w->metric));
		page_cell_number(out, seconds_short(w->value, text));
		text_clear(&t);
		text_printf(&t, "--runs 1 --seed %" PRIu64, w->seed);
		page_cell(out, text_str(&t));
		page_row_end(out);
	}
	page_table_end(out);
	text_release(&t);
}

void many_html(FILE *out, const struct setup *setup, const struct many_result *result)
{
	begin(out, setup, result);
	write_tiles(out, result);
	write_assertions(out, result);
	write_table(out, setup, result);
	ARRAY_FOREACH (const struct many_distribution, d, &result->distributions) {
		if (d->affected.count > 0 && d->metric != METRIC_OUTAGE_TOTAL)
			write_histogram(out, setup, d);
	}
	write_worst(out, result);
	page_end(out);
}
