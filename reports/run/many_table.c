/* SPDX-License-Identifier: Apache-2.0 */
/* Many simulated runs for people, 80 columns wide, in a screenful. */
#include "reports/run/many_table.h"

#include <inttypes.h>

#include "base/text.h"
#include "reports/formats/columns.h"
#include "reports/run/many_words.h"
#include "reports/model/seconds.h"

enum { BAR_LINES = 14, BAR_WIDTH = 48 };

struct table {
	FILE *out;
	const struct setup *setup;
	const struct many_result *result;
	bool colour;
	struct arena arena;
};

/* ---- head ---- */

static void print_head(const struct table *t)
{
	const struct many_result *result = t->result;
	char duration[DURATION_TEXT_MAX];
	char warmup[DURATION_TEXT_MAX];
	struct text line = { 0 };

	screen_add(&line, t->setup->scenario->object.name.s);
	screen_paint(t->out, t->colour, SCREEN_STRONG, text_str(&line));
	fprintf(t->out, "  %u runs from seed %" PRIu64 ", %s each after a warm-up of %s\n",
		result->runs, result->seed, duration_format(t->setup->duration, duration),
		duration_format(t->setup->warmup, warmup));
	text_clear(&line);
	if (t->setup->scenario->description.s != NULL) {
		screen_add(&line, t->setup->scenario->description.s);
		screen_wrap(t->out, text_str(&line), 0, 0, SCREEN_WIDTH);
	}
	if (result->done < result->runs) {
		screen_paint(t->out, t->colour, SCREEN_WARN, "PARTIAL");
		fprintf(t->out,
			"  interrupted: what follows is of the %u runs that went through\n",
			result->done);
	}
	if (result->cut_off > 0) {
		screen_paint(t->out, t->colour, SCREEN_WARN, "PARTIAL");
		fprintf(t->out, "  %u of the runs were stopped by the cap on events\n",
			result->cut_off);
	}
	fputc('\n', t->out);
	text_release(&line);
}

/* ---- distributions ---- */

static const char *whose(struct table *t, const struct many_distribution *d)
{
	struct text words = { 0 };
	const char *copy;

	many_add_whose(&words, t->setup, d);
	copy = arena_strdup(&t->arena, text_str(&words));
	text_release(&words);
	return copy;
}

static struct cell time_cell(struct arena *arena, sim_ns time)
{
	char text[SECONDS_TEXT_MAX];

	return (struct cell){ arena_strdup(arena, seconds_short(time, text)), SCREEN_PLAIN };
}

static void add_distribution(struct columns *columns, const struct many_distribution *d)
{
	struct arena *arena = columns->arena;
	struct cell *cells = columns_row(columns);
	const struct spread *s = &d->affected;

	cells[0].s = metric_words(d->metric);
	cells[1].s =
		arena_printf(arena, "%.1f%%", 100.0 * (double)s->count / (double)d->all.count);
	if (s->count == 0)
		return;
	cells[2] = time_cell(arena, s->min);
	cells[3] = time_cell(arena, s->p50);
	cells[4] = time_cell(arena, s->p90);
	cells[5] = time_cell(arena, s->p99);
	cells[6] = time_cell(arena, s->max);
	cells[7] = time_cell(arena, s->mean);
}

static void print_distributions(struct table *t)
{
	static const struct column list[] = {
		{ "", false },   { "AFFECTED", true }, { "MIN", true }, { "P50", true },
		{ "P90", true }, { "P99", true },      { "MAX", true }, { "MEAN", true },
	};
	const struct many_distribution *last = NULL;
	struct columns columns;

	if (t->result->distributions.count == 0) {
		fputs("there are no VIPs: no Service of the inputs has an address\n\n", t->out);
		return;
	}
	columns_begin(&columns, &t->arena, list, sizeof(list) / sizeof(list[0]), 2);
	ARRAY_FOREACH (const struct many_distribution, d, &t->result->distributions) {
		if (last == NULL || last->observer != d->observer || last->remote != d->remote)
			columns_heading(&columns, whose(t, d));
		add_distribution(&columns, d);
		last = d;
	}
	columns_write(&columns, t->out, t->colour);
	fputs("AFFECTED: share of VIPs and runs that it is not 0 for; the times are of these\n\n",
	      t->out);
}

/* ---- the picture ---- */

/* The distribution that people ask for first: how long the first observer, else nobody at
 * all, was without local VIPs. */
static const struct many_distribution *choose(const struct many_result *result)
{
	const struct many_distribution *gap = NULL;

	ARRAY_FOREACH (const struct many_distribution, d, &result->distributions) {
		if (d->affected.count == 0)
			continue;
		if (d->metric == METRIC_OUTAGE_LONGEST && d->observer != SETUP_NONE)
			return d;
		if (d->metric == METRIC_ANNOUNCE_GAP && gap == NULL)
			gap = d;
	}
	return gap;
}

static void print_bar(const struct table *t, sim_ns edge, uint64_t count, uint64_t most)
{
	const unsigned length = (unsigned)((count * BAR_WIDTH + most - 1) / most);
	char text[SECONDS_TEXT_MAX];

	fprintf(t->out, "%12s ", seconds_short(edge, text));
	for (unsigned i = 0; i < length; i++)
		fputc('#', t->out);
	fprintf(t->out, "%s%" PRIu64 "\n", length > 0 ? " " : "", count);
}

static void print_picture(struct table *t)
{
	const struct many_distribution *d = choose(t->result);
	uint64_t sums[BAR_LINES] = { 0 };
	uint64_t most = 1;
	uint32_t each, lines;

	if (d == NULL)
		return;
	each = (d->affected.histogram.count + BAR_LINES - 1) / BAR_LINES;
	lines = (d->affected.histogram.count + each - 1) / each;
	for (uint32_t i = 0; i < d->affected.histogram.count; i++)
		sums[i / each] += d->affected.histogram.items[i].count;
	for (uint32_t i = 0; i < lines; i++)
		most = sums[i] > most ? sums[i] : most;
	fprintf(t->out, "%s, %s: from, and how often\n", whose(t, d), metric_words(d->metric));
	for (uint32_t i = 0; i < lines; i++)
		print_bar(t, d->affected.histogram.items[i * each].edge, sums[i], most);
	fputc('\n', t->out);
}

/* ---- the worst, assertions ---- */

/* The first of its metric, and not what the line before it says already. */
static bool is_new(const struct many_result *result, const struct many_worst *w)
{
	ARRAY_FOREACH (const struct many_worst, other, &result->worst) {
		if (other == w)
			return true;
		if (other->metric == w->metric ||
		    (other->seed == w->seed && other->value == w->value))
			return false;
	}
	return true;
}

static void print_worst(const struct table *t)
{
	char text[SECONDS_TEXT_MAX];

	if (t->result->worst.count == 0)
		return;
	fputs("the worst runs, to be looked at alone:\n", t->out);
	ARRAY_FOREACH (const struct many_worst, w, &t->result->worst) {
		if (!is_new(t->result, w))
			continue;
		fprintf(t->out, "  %-17s %10s  --runs 1 --seed %" PRIu64 "\n",
			metric_words(w->metric), seconds_short(w->value, text), w->seed);
	}
	fputc('\n', t->out);
}

static void print_assertion(const struct table *t, const struct many_assertion *a)
{
	const bool held = a->held_in == t->result->done;
	struct text line = { 0 };

	screen_paint(t->out, t->colour, held ? SCREEN_PASS : SCREEN_FAIL,
		     held ? "PASS" : "FAIL");
	fputs("  ", t->out);
	screen_add(&line, a->text);
	text_printf(&line, ": held in %u of %u runs", a->held_in, t->result->done);
	if (!held) {
		text_printf(&line, "; with seed %" PRIu64 ": ", a->seed);
		screen_add(&line, a->detail);
	}
	screen_wrap(t->out, text_str(&line), 6, 6, SCREEN_WIDTH);
	text_release(&line);
}

void many_table(FILE *out, const struct setup *setup, const struct many_result *result,
		bool colour)
{
	struct table t = { .out = out, .setup = setup, .result = result, .colour = colour };

	arena_init(&t.arena);
	print_head(&t);
	print_distributions(&t);
	print_picture(&t);
	print_worst(&t);
	ARRAY_FOREACH (const struct many_assertion, a, &result->assertions)
		print_assertion(&t, a);
	arena_release(&t.arena);
}
