/* SPDX-License-Identifier: Apache-2.0 */
/* What had to hold while a change was applied, as plan tells of it (S6.6). */
#include "reports/diff/change_asserted.h"

#include "reports/formats/markdown.h"
#include "reports/formats/page.h"

/* ---- JSON ---- */

static void asserted_fill(struct report_row *row, const void *item)
{
	const struct timed_assertion *timed = item;

	if (timed->detail != NULL)
		report_number(row, "seed", timed->seed);
}

static const struct member asserted_members[] = {
	{ "assertion", "The assertion, as it was given.",
	  REPORT_FIELD(struct timed_assertion, text) },
	{ "heldIn", "Number of runs in which it held.",
	  REPORT_FIELD(struct timed_assertion, held_in) },
	{ "detail", "What was seen in the first run in which it did not.",
	  .presence = MEMBER_OPTIONAL, REPORT_FIELD(struct timed_assertion, detail) },
	{ "seed", "The seed of that run.", .type = MEMBER_NUMBER, .presence = MEMBER_OPTIONAL },
	{ "notMeasured", "Why it could not be judged: then it counts as not held.",
	  .presence = MEMBER_OPTIONAL, REPORT_FIELD(struct timed_assertion, unmeasured) },
};
const struct record timed_assertion_record = { MEMBERS(asserted_members), asserted_fill };

/* ---- texts ---- */

static bool asserted_holds(const struct timed_assertion *timed, uint32_t runs)
{
	return timed->unmeasured == NULL && timed->held_in == runs;
}

const char *change_asserted_verdict(const struct diff_time *first, struct arena *arena)
{
	const uint32_t count = first->asserted.list.count;
	uint32_t failed = 0, unmeasured = 0;

	ARRAY_FOREACH (const struct timed_assertion, timed, &first->asserted.list) {
		unmeasured += timed->unmeasured != NULL;
		failed += timed->unmeasured == NULL && !asserted_holds(timed, first->runs);
	}
	if (count == 0)
		return NULL;
	if (failed > 0)
		return arena_printf(arena, "%u of %u assertion%s do%s not hold in every run",
				    failed, count, count == 1 ? "" : "s",
				    failed == 1 ? "es" : "");
	if (unmeasured > 0)
		return arena_printf(arena, "%u of %u assertion%s cannot be judged", unmeasured,
				    count, count == 1 ? "" : "s");
	return count == 1 ? "the assertion holds in every run"
			  : arena_printf(arena, "all %u assertions hold in every run", count);
}

/* "held in 3 of 5 runs; with seed 2: " and what was seen there. */
static const char *asserted_detail(const struct timed_assertion *timed, uint32_t runs,
				   struct arena *arena)
{
	if (timed->unmeasured != NULL)
		return arena_printf(arena, "not measured: BGP is not simulated: %s",
				    timed->unmeasured);
	if (timed->detail == NULL)
		return arena_printf(arena, "held in %u of %u runs", timed->held_in, runs);
	return arena_printf(arena, "held in %u of %u runs; with seed %llu: %s", timed->held_in,
			    runs, (unsigned long long)timed->seed, timed->detail);
}

void change_asserted_table(FILE *out, struct screen screen, const struct diff_time *first,
			   struct arena *arena)
{
	enum { DETAIL_INDENT = 8 };

	ARRAY_FOREACH (const struct timed_assertion, timed, &first->asserted.list) {
		const bool held = asserted_holds(timed, first->runs);
		struct text line = { 0 };

		screen_add(&line, timed->text);
		text_add(&line, ": ");
		screen_add(&line, asserted_detail(timed, first->runs, arena));
		screen_paint(out, screen, held ? SCREEN_PASS : SCREEN_FAIL,
			     held ? "held  " : "FAILED");
		fputs("  ", out);
		screen_wrap(out, text_str(&line), DETAIL_INDENT, DETAIL_INDENT, screen.width);
		text_release(&line);
	}
}

void change_asserted_html(FILE *out, const struct diff_time *first, struct arena *arena)
{
	if (first->asserted.list.count == 0)
		return;
	page_section(out, "Assertions");
	ARRAY_FOREACH (const struct timed_assertion, timed, &first->asserted.list)
		page_verdict(out, asserted_holds(timed, first->runs), timed->text,
			     asserted_detail(timed, first->runs, arena));
}

void change_asserted_markdown(struct text *t, const struct diff_time *first,
			      struct arena *arena)
{
	ARRAY_FOREACH (const struct timed_assertion, timed, &first->asserted.list) {
		text_add(t, asserted_holds(timed, first->runs) ? "- held: " : "- **FAILED**: ");
		markdown_add(t, timed->text);
		text_add(t, ": ");
		markdown_add(t, asserted_detail(timed, first->runs, arena));
		text_add(t, "\n");
	}
	if (first->asserted.list.count > 0)
		text_add(t, "\n");
}
