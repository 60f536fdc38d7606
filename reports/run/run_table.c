/* SPDX-License-Identifier: Apache-2.0 */
/* One simulated run for people, 80 columns wide, in a screenful. */
#include "reports/run/run_table.h"

#include <inttypes.h>
#include <string.h>

#include "reports/run/run_pieces.h"
#include "reports/run/run_story.h"
#include "reports/formats/screen.h"
#include "reports/model/seconds.h"

enum { TIME_WIDTH = 10, TIMELINE_LINES = 20, VIP_LINES = 10 };

struct table {
	FILE *out;
	const struct setup *setup;
	const struct run_result *result;
	const struct run_table_options *options;
};

/* Of text that is wider, as many whole characters as fit; returns the columns they take. */
static unsigned print_start(FILE *out, const char *s, unsigned width)
{
	const size_t len = strlen(s);
	struct text shown = { 0 };
	unsigned columns = 0, fitting = 0;
	size_t i = 0, bytes = 0;

	while (i < len && columns <= width) {
		bytes = shown.len;
		fitting = columns;
		i += screen_add_char(&shown, s + i, len - i, &columns);
	}
	fwrite(text_str(&shown), 1, bytes, out);
	text_release(&shown);
	return fitting;
}

/* Harmless text from the input, padded or cut to a width. */
static void print_cell(FILE *out, const char *s, unsigned width)
{
	struct text t = { 0 };
	unsigned columns;

	screen_add(&t, s != NULL ? s : "-");
	columns = screen_columns(text_str(&t));
	if (columns > width) {
		columns = print_start(out, text_str(&t), width - 1) + 1;
		fputc('~', out);
	} else {
		fputs(text_str(&t), out);
	}
	screen_spaces(out, width - columns + 1);
	text_release(&t);
}

/* An address, of which the end tells it from its neighbours. */
static void print_address(FILE *out, const char *s, unsigned width)
{
	const size_t len = strlen(s);

	if (len > width) {
		fputc('~', out);
		s += len - width + 1;
	}
	fprintf(out, "%-*s ", len > width ? (int)width - 1 : (int)width, s);
}

static void print_time(FILE *out, sim_ns time, unsigned width)
{
	char text[SECONDS_TEXT_MAX];

	fprintf(out, "%*s", (int)width, time == SIM_NEVER ? "-" : seconds_short(time, text));
}

static const char *plural(uint32_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- head ---- */

static void print_head(const struct table *t)
{
	const struct scenario *scenario = t->setup->scenario;
	char duration[DURATION_TEXT_MAX];
	char warmup[DURATION_TEXT_MAX];
	struct text line = { 0 };

	screen_add(&line, scenario->object.name.s);
	screen_paint(t->out, t->options->colour, SCREEN_STRONG, text_str(&line));
	text_clear(&line);
	fprintf(t->out, "  seed %" PRIu64 ", %s after a warm-up of %s, %u node%s, %u VIP%s\n",
		t->result->seed, duration_format(t->setup->duration, duration),
		duration_format(t->setup->warmup, warmup), t->setup->nodes.count,
		plural(t->setup->nodes.count), t->setup->vips.count,
		plural(t->setup->vips.count));
	if (scenario->description.s != NULL) {
		screen_add(&line, scenario->description.s);
		screen_wrap(t->out, text_str(&line), 0, 0, SCREEN_WIDTH);
	}
	text_release(&line);
	if (t->result->cut_off) {
		char text[SECONDS_TEXT_MAX];

		screen_paint(t->out, t->options->colour, SCREEN_WARN, "PARTIAL");
		fprintf(t->out,
			"  stopped after %s of simulated time: what follows ends there\n",
			seconds_short(t->result->simulated, text));
	}
	fputc('\n', t->out);
}

/* ---- timeline ---- */

static void print_line(const struct table *t, const struct story_line *e)
{
	struct text line = { 0 };

	print_time(t->out, e->at, TIME_WIDTH);
	fputs("  ", t->out);
	screen_add(&line, e->text);
	if (e->cause != NULL) {
		text_add(&line, " (");
		screen_add(&line, e->cause);
		text_add(&line, ")");
	}
	screen_wrap(t->out, text_str(&line), TIME_WIDTH + 2, TIME_WIDTH + 4, SCREEN_WIDTH);
	text_release(&line);
}

/* The first and the last lines when there are too many for a screen. */
static void print_timeline(const struct table *t)
{
	const bool whole = t->options->whole_timeline;
	const uint32_t limit = whole ? UINT32_MAX : TIMELINE_LINES;
	struct arena arena;
	struct story story;

	arena_init(&arena);
	run_story(&story, t->setup, t->result, whole, &arena);

	const uint32_t count = story.list.count;
	const uint32_t head = count > limit ? limit * 2 / 3 : count;
	const uint32_t tail = count > limit ? limit - head : 0;

	for (uint32_t i = 0; i < head; i++)
		print_line(t, &story.list.items[i]);
	if (head + tail < count)
		fprintf(t->out, "%*s  and %u more; --timeline has them all\n", TIME_WIDTH,
			"...", count - head - tail);
	for (uint32_t i = count - tail; i < count; i++)
		print_line(t, &story.list.items[i]);
	if (count == 0)
		fputs("nothing happened\n", t->out);
	fputc('\n', t->out);
	arena_release(&arena);
}

/* ---- VIPs ---- */

static const char *owner_name(const struct table *t, const struct vip_result *v, bool last)
{
	const struct ownership *best = NULL;

	ARRAY_FOREACH (const struct ownership, o, &v->owners) {
		if (!last && o->time.from > 0)
			continue;
		if (last && o->time.to != SIM_NEVER)
			continue;
		best = o;
	}
	return best != NULL ? t->setup->nodes.items[best->node].name : "nobody";
}

static void print_vip(const struct table *t, const struct vip_result *v)
{
	const struct setup_vip *vip = &t->setup->vips.items[v->vip];

	print_address(t->out, vip->text, 20);
	if (vip->remote) {
		print_cell(t->out, "(remote)", 14);
		print_cell(t->out, "", 14);
	} else {
		print_cell(t->out, owner_name(t, v, false), 14);
		print_cell(t->out, owner_name(t, v, true), 14);
	}
	print_time(t->out, v->announce_gap, 9);
	/* Nobody watches it who could be cut off. */
	if (v->totals.count == 0)
		fputs("         -", t->out);
	else
		print_time(t->out, worst_outage(v), 10);
	print_time(t->out, v->duplicate_total, 10);
	fputc('\n', t->out);
}

/* What became of the VIPs that have no line. */
static void print_others(const struct table *t, uint32_t count, uint32_t affected)
{
	const uint32_t others = count - affected;

	if (count == 0)
		fputs("there are no VIPs: no Service of the inputs has an address\n\n", t->out);
	else if (others == count)
		fputs("no VIP was affected\n\n", t->out);
	else if (others == 0)
		fprintf(t->out, "%s VIP was affected\n\n", count == 1 ? "the only" : "every");
	else
		fprintf(t->out, "%u of %u VIPs %s not affected\n\n", others, count,
			others == 1 ? "was" : "were");
}

static void print_vips(const struct table *t)
{
	const uint32_t count = t->result->vips.count;
	const struct vip_result **sorted;
	struct arena arena;
	uint32_t affected = 0;

	arena_init(&arena);
	sorted = vips_by_harm(t->result, &arena);
	while (affected < count && is_affected(sorted[affected]))
		affected++;
	if (affected > 0)
		fprintf(t->out, "%-20s %-14s %-14s %9s %9s %9s\n", "VIP", "BEFORE", "AFTER",
			"GAP", "CUT OFF", "TWICE");
	for (uint32_t i = 0; i < affected && i < VIP_LINES; i++)
		print_vip(t, sorted[i]);
	if (affected > VIP_LINES)
		fprintf(t->out, "... and %u more, less cut off\n", affected - VIP_LINES);
	print_others(t, count, affected);
	arena_release(&arena);
}

/* ---- segments, assertions ---- */

static void print_segments(const struct table *t)
{
	ARRAY_FOREACH (const struct segment_result, s, &t->result->segments) {
		uint64_t gratuitous = s->frames[FRAME_GARP_REQUEST] +
				      s->frames[FRAME_GARP_REPLY] +
				      s->frames[FRAME_UNSOLICITED_NA];
		uint64_t other = 0;

		for (int kind = 0; kind < FRAME_KINDS; kind++)
			other += s->frames[kind];
		other -= gratuitous;
		fputs("segment ", t->out);
		print_cell(t->out, t->setup->segments.items[s->segment].name, 18);
		fprintf(t->out,
			"%" PRIu64 " gratuitous frames, %" PRIu64 " others, peak %u/s\n",
			gratuitous, other, s->peak_per_second);
	}
	fputc('\n', t->out);
}

static void print_assertion(const struct table *t, const struct assertion_result *a)
{
	struct text line = { 0 };

	screen_paint(t->out, t->options->colour, a->held ? SCREEN_PASS : SCREEN_FAIL,
		     a->held ? "PASS" : "FAIL");
	fputs("  ", t->out);
	screen_add(&line, a->text);
	if (a->detail != NULL) {
		text_add(&line, ": ");
		screen_add(&line, a->detail);
	}
	screen_wrap(t->out, text_str(&line), 6, 6, SCREEN_WIDTH);
	text_release(&line);
}

static void print_assertions(const struct table *t)
{
	uint32_t held = 0;

	ARRAY_FOREACH (const struct assertion_result, a, &t->result->assertions) {
		print_assertion(t, a);
		held += a->held;
	}
	if (t->result->assertions.count > 0)
		fprintf(t->out, "%u of %u assertion%s held\n", held,
			t->result->assertions.count, plural(t->result->assertions.count));
}

void run_table(FILE *out, const struct setup *setup, const struct run_result *result,
	       const struct run_table_options *options)
{
	const struct table t = { out, setup, result, options };

	print_head(&t);
	print_timeline(&t);
	print_vips(&t);
	print_segments(&t);
	print_assertions(&t);
}
