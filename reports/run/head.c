/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a report about one run or many: the scenario, what was run, and why the figures
 * may not be complete. It is put into words once, for the table and for the page, as are the
 * verdicts on many runs.
 */
#include "reports/run/words.h"

#include <ctype.h>
#include <inttypes.h>

#include "base/duration.h"
#include "reports/formats/page.h"
#include "reports/formats/screen.h"
#include "reports/model/report.h"

void run_head_of(struct run_head *head, const struct setup *setup,
		 const struct run_result *result, struct arena *arena)
{
	char duration[DURATION_TEXT_MAX];
	char warmup[DURATION_TEXT_MAX];
	char simulated[SECONDS_TEXT_MAX];

	*head = (struct run_head){
		.scenario = setup->scenario->object.name.s,
		.description = setup->scenario->description.s,
		.facts = arena_printf(arena,
				      "seed %" PRIu64
				      ", %s after a warm-up of %s, %u node%s, %u VIP%s",
				      result->seed, duration_format(setup->duration, duration),
				      duration_format(setup->warmup, warmup),
				      setup->nodes.count, setup->nodes.count == 1 ? "" : "s",
				      setup->vips.count, setup->vips.count == 1 ? "" : "s"),
	};
	if (result->cut_off)
		head->partial[0] = arena_printf(
			arena, "stopped after %s of simulated time: what follows ends there",
			seconds_short(result->simulated, simulated));
}

void many_head_of(struct run_head *head, const struct many_result *result, struct arena *arena)
{
	const struct many_subject *subject = result->subject;
	char duration[DURATION_TEXT_MAX];
	char warmup[DURATION_TEXT_MAX];
	int reasons = 0;

	*head = (struct run_head){
		.scenario = subject->scenario,
		.description = subject->description,
		.facts = arena_printf(
			arena, "%u runs from seed %" PRIu64 ", %s each after a warm-up of %s",
			result->runs, result->seed,
			duration_format(subject->duration, duration),
			duration_format(subject->warmup, warmup)),
	};
	if (result->done < result->runs)
		head->partial[reasons++] = arena_printf(
			arena,
			"interrupted: the figures are those of the %u runs that completed",
			result->done);
	if (result->cut_off > 0)
		head->partial[reasons++] =
			arena_printf(arena, "%u of the runs were stopped by the cap on events",
				     result->cut_off);
}

enum { PARTIAL_INDENT = 9 }; /* "PARTIAL  " */

void run_head_print(FILE *out, struct screen screen, const struct run_head *head)
{
	struct text line = { 0 };

	screen_add(&line, head->scenario);
	screen_paint(out, screen, SCREEN_STRONG, text_str(&line));
	fputs("  ", out);
	screen_wrap(out, head->facts, screen_columns(text_str(&line)) + 2, 2, screen.width);
	if (head->description != NULL) {
		text_clear(&line);
		screen_add(&line, head->description);
		screen_wrap(out, text_str(&line), 0, 0, screen.width);
	}
	for (int i = 0; i < RUN_PARTIAL_MAX && head->partial[i] != NULL; i++) {
		screen_paint(out, screen, SCREEN_WARN, "PARTIAL");
		fputs("  ", out);
		screen_wrap(out, head->partial[i], PARTIAL_INDENT, PARTIAL_INDENT,
			    screen.width);
	}
	fputc('\n', out);
	text_release(&line);
}

void run_head_page(FILE *out, const struct run_head *head)
{
	struct text lead = { 0 };

	if (head->description != NULL)
		text_printf(&lead, "%s ", head->description);
	text_printf(&lead, "%c%s.", toupper((unsigned char)head->facts[0]), head->facts + 1);
	page_begin(out, head->scenario, text_str(&lead));
	text_release(&lead);
	for (int i = 0; i < RUN_PARTIAL_MAX && head->partial[i] != NULL; i++)
		page_warning(out, "PARTIAL", head->partial[i]);
}

void many_add_verdict(struct text *t, const struct many_assertion *a,
		      const struct many_result *result)
{
	text_printf(t, "held in %u of %u runs", a->held_in, result->done);
	if (a->held_in < result->done)
		text_printf(t, "; with seed %" PRIu64 ": %s", a->seed, a->detail);
}

void many_add_completion(struct text *t, const struct many_result *result)
{
	text_printf(t, "%u of %u runs were made; %u of these were stopped early", result->done,
		    result->runs, result->cut_off);
}
