/* SPDX-License-Identifier: Apache-2.0 */
/* One simulated run for people, in a screenful. */
#include "reports/run/run.h"

#include <inttypes.h>
#include <string.h>

#include "reports/run/run_bgp.h"
#include "reports/run/words.h"
#include "reports/formats/screen.h"
#include "reports/model/report.h"
#include "base/text.h"

enum {
	TIME_WIDTH = 10,
	TIMELINE_LINES = 60,
	TIMELINE_LINES_MAX = 200,
	VIP_LINES = 10,
	LINE_HANG = 3
};

struct table {
	FILE *out;
	const struct setup *setup;
	const struct run_result *result;
	const struct run_table_options *options;
};

static void run_print_time(FILE *out, sim_ns time, unsigned width)
{
	char text[SECONDS_TEXT_MAX];

	fprintf(out, "%*s", (int)width, time == SIM_NEVER ? "-" : seconds_short(time, text));
}

static const char *run_plural(uint32_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- timeline ---- */

static void run_print_event(const struct table *t, const struct story_line *e)
{
	struct text line = { 0 };

	run_print_time(t->out, e->at, TIME_WIDTH);
	fputs("  ", t->out);
	screen_add(&line, e->text);
	if (e->cause != NULL) {
		text_add(&line, " (");
		screen_add(&line, e->cause);
		text_add(&line, ")");
	}
	screen_wrap(t->out, text_str(&line), TIME_WIDTH + 2, TIME_WIDTH + 4,
		    t->options->screen.width);
	text_release(&line);
}

/* Folded as far as it takes to be read. Many events make more than that: then of the
 * coarsest fold the first and the last lines. */
static void run_print_timeline(const struct table *t)
{
	const bool whole = t->options->whole_timeline;
	struct arena arena;
	struct story story;

	arena_init(&arena);
	run_story(&story, t->setup, t->result, whole ? 0 : TIMELINE_LINES, &arena);

	const uint32_t count = story.list.count;
	const uint32_t limit = whole ? UINT32_MAX : TIMELINE_LINES_MAX;
	const uint32_t head = count > limit ? limit * 2 / 3 : count;
	const uint32_t tail = count > limit ? limit - head : 0;

	for (uint32_t i = 0; i < head; i++)
		run_print_event(t, &story.list.items[i]);
	if (head + tail < count)
		fprintf(t->out, "%*s  and %u more; --timeline has them all\n", TIME_WIDTH,
			"...", count - head - tail);
	for (uint32_t i = count - tail; i < count; i++)
		run_print_event(t, &story.list.items[i]);
	if (count == 0)
		fputs("nothing happened\n", t->out);
	fputc('\n', t->out);
	arena_release(&arena);
}

/* ---- VIPs ---- */

/* "node-a", "node-a, node-b" of a duplicate, "3 nodes", "nobody". */
static const char *run_owner_names(const struct setup *setup, const struct vip_result *v,
				   bool last, struct arena *arena)
{
	const char *names[2] = { NULL };
	uint32_t count = 0;

	ARRAY_FOREACH (const struct ownership, o, &v->owners) {
		if (last ? o->time.to != SIM_NEVER || o->failed : o->time.from > 0)
			continue;
		if (count < ARRAY_LEN(names))
			names[count] = setup->nodes.items[o->node].name;
		count++;
	}
	if (count < 2)
		return count == 0 ? "nobody" : names[0];
	return count == 2 ? arena_printf(arena, "%s, %s", names[0], names[1])
			  : arena_printf(arena, "%u nodes", count);
}

/* How many nodes have a remote VIP, before and after. */
static const char *run_owners_text(const struct vip_result *v, bool last, struct arena *arena)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct ownership, o, &v->owners)
		count += last ? o->time.to == SIM_NEVER : o->time.from == 0;
	return arena_printf(arena, "%u node%s", count, run_plural(count));
}

static struct cell run_time_cell(const struct setup *setup, const struct vip_result *v,
				 enum vip_time which, struct arena *arena)
{
	char buf[LENGTH_TEXT_MAX];
	const char *text = vip_time_text(setup, v, which, buf);

	return (struct cell){ text != NULL ? arena_strdup(arena, text) : "-", SCREEN_PLAIN };
}

static void run_add_vip(const struct setup *setup, struct columns *columns,
			const struct vip_result *v)
{
	const struct setup_vip *vip = &setup->vips.items[v->vip];
	struct cell *cells = columns_row(columns);
	struct arena *arena = columns->arena;

	cells[0] = cell_of(arena, SCREEN_PLAIN, vip->text);
	if (vip->remote) {
		cells[1].s = run_owners_text(v, false, arena);
		cells[2].s = run_owners_text(v, true, arena);
	} else {
		cells[1] =
			cell_of(arena, SCREEN_PLAIN, run_owner_names(setup, v, false, arena));
		cells[2] = cell_of(arena, SCREEN_PLAIN, run_owner_names(setup, v, true, arena));
	}
	cells[3] = run_time_cell(setup, v, VIP_GAP, arena);
	cells[4] = run_time_cell(setup, v, VIP_CUT_OFF, arena);
	cells[5] = run_time_cell(setup, v, VIP_DUPLICATE, arena);
}

static void run_print_no_vips(FILE *out, struct screen screen)
{
	screen_printf(out, screen, 0,
		      "there are no VIPs: no Service of the inputs has an address");
	fputc('\n', out);
}

/* What became of the VIPs that have no line. */
static void run_print_others(const struct table *t, uint32_t count, uint32_t affected)
{
	const uint32_t others = count - affected;

	if (count == 0)
		run_print_no_vips(t->out, t->options->screen);
	else if (others == count)
		fputs(t->setup->bgp == NULL ? "no VIP was affected\n\n"
					    : "no VIP changed hands\n\n",
		      t->out);
	else if (others == 0)
		fprintf(t->out, "%s VIP was affected\n\n", count == 1 ? "the only" : "every");
	else
		fprintf(t->out, "%u of %u VIPs %s not affected\n\n", others, count,
			others == 1 ? "was" : "were");
}

static void run_print_still(const struct table *t, struct arena *arena)
{
	struct still still;

	run_still(&still, t->setup, t->result, arena);
	ARRAY_FOREACH (const struct still_line, line, &still.list) {
		struct text text = { 0 };

		screen_add(&text, line->text);
		screen_wrap(t->out, text_str(&text), 0, 2, t->options->screen.width);
		text_release(&text);
	}
}

uint32_t run_vip_columns(struct columns *columns, const struct setup *setup,
			 const struct run_result *result, uint32_t most, struct arena *arena)
{
	static const struct column list[] = {
		{ "VIP", false }, { "BEFORE", false }, { "AFTER", false },
		{ "GAP", true },  { "CUT OFF", true }, { "DUPLICATE", true },
	};
	const struct vip_result **sorted = vips_by_harm(result, arena);
	uint32_t affected = 0;

	while (affected < result->vips.count && is_affected(sorted[affected]))
		affected++;
	columns_begin(columns, arena, list, ARRAY_LEN(list), 0);
	for (uint32_t i = 0; i < affected && i < most; i++)
		run_add_vip(setup, columns, sorted[i]);
	return affected;
}

/* Each of the lines, wrapped. */
static void run_print_lines(FILE *out, struct screen screen, const char *lines)
{
	while (*lines != '\0') {
		const int len = (int)strcspn(lines, "\n");

		screen_printf(out, screen, LINE_HANG, "%.*s", len, lines);
		lines += len + (lines[len] != '\0');
	}
}

static void run_print_vips(const struct table *t)
{
	const uint32_t count = t->result->vips.count;
	const char *not_measured;
	struct columns columns;
	struct arena arena;
	uint32_t affected;

	arena_init(&arena);
	affected = run_vip_columns(&columns, t->setup, t->result, VIP_LINES, &arena);
	columns_write(&columns, t->out, t->options->screen);
	if (affected > VIP_LINES)
		fprintf(t->out, "... and %u more, less cut off\n", affected - VIP_LINES);
	not_measured = not_measured_text(setup_unmeasured_of(t->setup), false, &arena);
	if (not_measured != NULL && affected > 0)
		run_print_lines(t->out, t->options->screen, not_measured);
	run_print_still(t, &arena);
	run_print_others(t, count, affected);
	run_put_basis(t->out, FORM_SCREEN, t->options->screen, setup_unmeasured_of(t->setup));
	arena_release(&arena);
}

/* ---- segments, assertions ---- */

/* Its name, with what was sent there in a column of its own. */
static void run_print_segment(const struct table *t, const char *name, const char *frames)
{
	enum { FRAMES_AT = 27, HANG = 10 };
	struct text line = { 0 };
	unsigned at;

	text_add(&line, "segment ");
	screen_add(&line, name != NULL ? name : "-");
	at = screen_columns(text_str(&line));
	fputs(text_str(&line), t->out);
	screen_spaces(t->out, at + 1 < FRAMES_AT ? FRAMES_AT - at : 1);
	at = at + 1 < FRAMES_AT ? FRAMES_AT : at + 1;
	screen_wrap(t->out, frames, at, HANG, t->options->screen.width);
	text_release(&line);
}

static void run_print_segments(const struct table *t)
{
	struct arena arena;

	arena_init(&arena);
	ARRAY_FOREACH (const struct segment_result, s, &t->result->segments) {
		uint64_t gratuitous = s->frames[FRAME_GARP_REQUEST] +
				      s->frames[FRAME_GARP_REPLY] +
				      s->frames[FRAME_UNSOLICITED_NA];
		uint64_t other = 0;

		for (int kind = 0; kind < FRAME_KINDS; kind++)
			other += s->frames[kind];
		other -= gratuitous;
		run_print_segment(t, t->setup->segments.items[s->segment].name,
				  arena_printf(&arena,
					       "%" PRIu64 " gratuitous frames, %" PRIu64
					       " others, peak %u/s",
					       gratuitous, other, s->peak_per_second));
	}
	fputc('\n', t->out);
	arena_release(&arena);
}

/* A verdict, and what was seen (NULL: nothing). */
static void run_print_verdict(FILE *out, struct screen screen, bool held, const char *what,
			      const char *seen)
{
	struct text line = { 0 };

	screen_paint(out, screen, held ? SCREEN_PASS : SCREEN_FAIL, held ? "PASS" : "FAIL");
	fputs("  ", out);
	screen_add(&line, what);
	if (seen != NULL) {
		text_add(&line, ": ");
		screen_add(&line, seen);
	}
	screen_wrap(out, text_str(&line), 6, 6, screen.width);
	text_release(&line);
}

static void run_print_assertions(const struct table *t)
{
	uint32_t held = 0;

	ARRAY_FOREACH (const struct assertion_result, a, &t->result->assertions) {
		run_print_verdict(t->out, t->options->screen, a->held, a->text, a->detail);
		held += a->held;
	}
	if (t->result->assertions.count > 0)
		fprintf(t->out, "%u of %u assertion%s held\n", held,
			t->result->assertions.count, run_plural(t->result->assertions.count));
}

void run_table(FILE *out, const struct setup *setup, const struct run_result *result,
	       const struct run_table_options *options)
{
	const struct table t = { out, setup, result, options };
	struct run_head head;
	struct arena arena;

	arena_init(&arena);
	run_head_of(&head, setup, result, &arena);
	run_head_print(out, options->screen, &head);
	arena_release(&arena);
	run_print_timeline(&t);
	run_print_vips(&t);
	run_put_bgp(out, FORM_SCREEN, options->screen, setup, result);
	run_print_segments(&t);
	run_print_assertions(&t);
}

enum { BAR_LINES = 14, BAR_WIDTH = 48 };

struct many_table {
	FILE *out;
	const struct many_result *result;
	struct screen screen;
	struct arena arena;
};

/* ---- distributions ---- */

static const char *many_whose_text(struct arena *arena, const struct many_distribution *d)
{
	struct text words = { 0 };
	const char *copy;

	many_add_whose(&words, d);
	copy = arena_strdup(arena, text_str(&words));
	text_release(&words);
	return copy;
}

/* From the least value of what had not ended on, a statistic is a lower bound. */
static struct cell many_value_cell(struct arena *arena, enum metric metric,
				   const struct spread *s, sim_ns value)
{
	char text[LENGTH_TEXT_MAX];

	return (struct cell){ arena_strdup(arena, metric_text(metric, value,
							      spread_is_bound(s, value), text)),
			      SCREEN_PLAIN };
}

static void many_add_distribution(struct columns *columns, const struct many_distribution *d)
{
	struct arena *arena = columns->arena;
	struct cell *cells = columns_row(columns);
	const struct spread *s = &d->affected;
	const sim_ns values[] = { s->min, s->p50, s->p90, s->p99, s->max };
	char mean[LENGTH_TEXT_MAX];

	cells[0].s = metric_words(d->metric);
	cells[1].s =
		arena_printf(arena, "%.1f%%", 100.0 * (double)s->count / (double)d->all.count);
	if (s->count == 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		cells[2 + i] = many_value_cell(arena, d->metric, s, values[i]);
	cells[7].s = arena_strdup(arena, metric_text(d->metric, s->mean, s->ongoing > 0, mean));
	if (s->ongoing > 0)
		columns_note(columns, arena_printf(arena,
						   "%" PRIu64 " of %" PRIu64
						   " had not ended at the end of the run",
						   s->ongoing, s->count));
}

void many_columns(struct columns *columns, const struct many_result *result,
		  struct arena *arena)
{
	static const struct column list[] = {
		{ "", false },   { "AFFECTED", true }, { "MIN", true }, { "P50", true },
		{ "P90", true }, { "P99", true },      { "MAX", true }, { "MEAN", true },
	};
	const struct many_distribution *last = NULL;

	columns_begin(columns, arena, list, sizeof(list) / sizeof(list[0]), 2);
	ARRAY_FOREACH (const struct many_distribution, d, &result->distributions) {
		if (last == NULL || last->observer != d->observer ||
		    last->remote != d->remote ||
		    (d->metric == METRIC_RE_UP) != (last->metric == METRIC_RE_UP))
			columns_heading(columns, many_whose_text(arena, d));
		many_add_distribution(columns, d);
		last = d;
	}
}

static void many_print_distributions(struct many_table *t)
{
	const char *not_measured;
	struct columns columns;

	if (!t->result->subject->vips) {
		run_print_no_vips(t->out, t->screen);
		return;
	}
	many_columns(&columns, t->result, &t->arena);
	columns_write(&columns, t->out, t->screen);
	screen_wrap(t->out, many_affected_text(t->result), 0, LINE_HANG, t->screen.width);
	not_measured = not_measured_text(t->result->subject->unmeasured, true, &t->arena);
	if (not_measured != NULL)
		run_print_lines(t->out, t->screen, not_measured);
	run_put_basis(t->out, FORM_SCREEN, t->screen, t->result->subject->unmeasured);
	fputc('\n', t->out);
}

/* ---- the picture ---- */

/* The distribution that people ask for first: how long the first observer, else nobody at
 * all, was without local VIPs; else what the first client lost. */
static const struct many_distribution *
many_chosen_distribution(const struct many_result *result)
{
	const struct many_distribution *gap = NULL;
	const struct many_distribution *lost = NULL;

	ARRAY_FOREACH (const struct many_distribution, d, &result->distributions) {
		if (d->affected.count == 0)
			continue;
		if (d->metric == METRIC_LOST_FLOWS && lost == NULL)
			lost = d;
		if (d->metric == METRIC_OUTAGE_LONGEST && d->observer != NULL)
			return d;
		if (d->metric == METRIC_ANNOUNCE_GAP && gap == NULL)
			gap = d;
	}
	return gap != NULL ? gap : lost;
}

static void many_print_bar(const struct many_table *t, sim_ns edge, uint64_t count,
			   uint64_t most)
{
	/* A screen of 80 columns has bars of 48. */
	const unsigned room = t->screen.width - (SCREEN_WIDTH - BAR_WIDTH);
	const unsigned length = (unsigned)((count * room + most - 1) / most);
	char text[SECONDS_TEXT_MAX];

	fprintf(t->out, "%12s ", seconds_short(edge, text));
	for (unsigned i = 0; i < length; i++)
		fputc('#', t->out);
	fprintf(t->out, "%s%" PRIu64 "\n", length > 0 ? " " : "", count);
}

static void many_print_picture(struct many_table *t)
{
	const struct many_distribution *d = many_chosen_distribution(t->result);
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
	screen_printf(t->out, t->screen, LINE_HANG, "%s, %s: from, and how often",
		      many_whose_text(&t->arena, d), metric_words(d->metric));
	for (uint32_t i = 0; i < lines; i++)
		many_print_bar(t, d->affected.histogram.items[i * each].edge, sums[i], most);
	fputc('\n', t->out);
}

/* ---- the worst, assertions ---- */

/* The first of its metric, and not what the line before it says already. */
static bool many_is_new_worst(const struct many_result *result, const struct many_worst *w)
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

static void many_print_worst(struct many_table *t)
{
	enum { COMMAND_AT = 32, HANG = 6 };
	char text[LENGTH_TEXT_MAX];

	if (t->result->worst.count == 0)
		return;
	fputs("the worst runs, to replay:\n", t->out);
	ARRAY_FOREACH (const struct many_worst, w, &t->result->worst) {
		if (!many_is_new_worst(t->result, w))
			continue;
		/* The command begins with a blank, so that none is left where the line breaks.
		 */
		struct screen_row row = { t->out, t->screen, COMMAND_AT - 2, HANG - 1 };

		fprintf(t->out, "  %-17s %10s", metric_words(w->metric),
			metric_text(w->metric, w->value, w->ongoing, text));
		screen_row_add(&row, "", SCREEN_PLAIN,
			       arena_printf(&t->arena, " --runs 1 --seed %" PRIu64, w->seed));
		fputc('\n', t->out);
	}
	fputc('\n', t->out);
}

static void many_print_assertions(const struct many_table *t)
{
	struct text seen = { 0 };

	ARRAY_FOREACH (const struct many_assertion, a, &t->result->assertions) {
		text_clear(&seen);
		many_add_verdict(&seen, a, t->result);
		run_print_verdict(t->out, t->screen, a->held_in == t->result->done, a->text,
				  text_str(&seen));
	}
	text_release(&seen);
}

void many_table(FILE *out, const struct many_result *result, struct screen screen)
{
	struct many_table t = { .out = out, .result = result, .screen = screen };
	struct run_head head;

	arena_init(&t.arena);
	many_head_of(&head, result, &t.arena);
	run_head_print(out, screen, &head);
	many_print_distributions(&t);
	many_print_picture(&t);
	many_print_worst(&t);
	many_print_assertions(&t);
	arena_release(&t.arena);
}
