/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Simulated runs as Markdown for a comment on a merge request: how many assertions held, then
 * those that did not, then those that did, what became of the VIPs, the worst first, and what
 * clients behind routers lost. The timeline is left out: it is in the other reports. (A3)
 */
#include "reports/run/run.h"

#include <inttypes.h>

#include "base/text.h"
#include "reports/formats/markdown.h"
#include "reports/run/run_bgp.h"
#include "reports/run/words.h"

static void comment_heading(FILE *out, const char *scenario, const char *about, uint32_t held,
			    uint32_t count)
{
	struct text t = { 0 };

	markdown_heading(&t, 2, scenario);
	if (count > 0)
		text_printf(&t, "**%u of %u assertion%s held**\n\n", held, count,
			    count == 1 ? "" : "s");
	markdown_add(&t, about);
	fprintf(out, "%s\n\n", text_str(&t));
	text_release(&t);
}

static void comment_assertions(struct columns *columns, struct arena *arena)
{
	static const struct column list[] = { { "", false },
					      { "ASSERTION", false },
					      { "RESULT", false } };

	columns_begin(columns, arena, list, sizeof(list) / sizeof(list[0]), 0);
}

static void comment_assertion(struct columns *columns, bool held, const char *assertion,
			      const char *detail)
{
	struct cell *cells = columns_row(columns);

	cells[0].s = held ? "PASS" : "FAIL";
	cells[1] = cell_of(columns->arena, SCREEN_PLAIN, assertion);
	cells[2] = cell_of(columns->arena, SCREEN_PLAIN, detail != NULL ? detail : "");
}

void run_markdown(FILE *out, const struct setup *setup, const struct run_result *result)
{
	struct markdown_comment comment;
	struct columns columns;
	struct arena arena;
	struct run_head head;
	uint32_t held = 0, affected;

	arena_init(&arena);
	markdown_open(&comment);
	comment_assertions(&columns, &arena);
	for (int pass = 0; pass < 2; pass++)
		ARRAY_FOREACH (const struct assertion_result, a, &result->assertions) {
			if (a->held == (pass > 0))
				comment_assertion(&columns, a->held, a->text, a->detail);
			held += a->held && pass > 0;
		}
	run_head_of(&head, setup, result, &arena);
	comment_heading(comment.stream, head.scenario, head.facts, held,
			result->assertions.count);
	for (int i = 0; i < RUN_PARTIAL_MAX && head.partial[i] != NULL; i++)
		remark_markdown(comment.stream, "PARTIAL", head.partial[i]);
	columns_put(&columns, comment.stream, FORM_MARKDOWN, SCREEN_NONE);
	affected = run_vip_columns(&columns, setup, result, UINT32_MAX, &arena);
	columns_put(&columns, comment.stream, FORM_MARKDOWN, SCREEN_NONE);
	run_put_bgp(comment.stream, FORM_MARKDOWN, SCREEN_NONE, setup, result);
	fprintf(comment.stream, "%u of %u VIP%s affected\n", affected, result->vips.count,
		result->vips.count == 1 ? "" : "s");
	run_put_basis(comment.stream, FORM_MARKDOWN, SCREEN_NONE, setup_unmeasured_of(setup));
	markdown_close(&comment, out);
	arena_release(&arena);
}

static const char *comment_share(const struct many_assertion *a,
				 const struct many_result *result, struct arena *arena)
{
	if (a->held_in == result->done)
		return arena_printf(arena, "held in all %u runs", result->done);
	return arena_printf(arena, "held in %u of %u runs; with seed %" PRIu64 ": %s",
			    a->held_in, result->done, a->seed, a->detail);
}

static void comment_completion(FILE *out, const struct many_result *result)
{
	struct text t = { 0 };

	many_add_completion(&t, result);
	remark_markdown(out, "PARTIAL", text_str(&t));
	text_release(&t);
}

void many_markdown(FILE *out, const struct many_result *result)
{
	struct markdown_comment comment;
	struct columns columns;
	struct arena arena;
	uint32_t held = 0;

	arena_init(&arena);
	markdown_open(&comment);
	comment_assertions(&columns, &arena);
	for (int pass = 0; pass < 2; pass++)
		ARRAY_FOREACH (const struct many_assertion, a, &result->assertions) {
			const bool always = a->held_in == result->done;

			if (always == (pass > 0))
				comment_assertion(&columns, always, a->text,
						  comment_share(a, result, &arena));
			held += always && pass > 0;
		}
	comment_heading(
		comment.stream, result->subject->scenario,
		arena_printf(&arena, "%u runs from seed %" PRIu64, result->runs, result->seed),
		held, result->assertions.count);
	if (result->done < result->runs || result->cut_off > 0)
		comment_completion(comment.stream, result);
	columns_put(&columns, comment.stream, FORM_MARKDOWN, SCREEN_NONE);
	many_columns(&columns, result, &arena);
	columns_put(&columns, comment.stream, FORM_MARKDOWN, SCREEN_NONE);
	fprintf(comment.stream, "%s\n", many_affected_text(result));
	run_put_basis(comment.stream, FORM_MARKDOWN, SCREEN_NONE, result->subject->unmeasured);
	markdown_close(&comment, out);
	arena_release(&arena);
}
