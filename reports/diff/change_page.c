/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change does, as an HTML page: figures on top, then the parts of the table; and as a
 * comment on a merge request.
 */
#include "reports/diff/change.h"

#include <string.h>

#include "base/text.h"
#include "reports/diff/change_asserted.h"
#include "reports/diff/change_steps.h"
#include "reports/diff/change_time.h"
#include "reports/formats/markdown.h"
#include "reports/formats/page.h"
#include "sim/whatif/diff_time.h"

static void change_tile(FILE *out, const char *kind, uint32_t count, const char *what,
			struct arena *scratch)
{
	page_tile(out, count > 0 ? kind : "pass", arena_printf(scratch, "%u", count), what);
}

/* "GO", and what it is that was asked; not above a step that says to stop. */
static void change_verdict_html(FILE *out, const struct diff *change, struct arena *scratch)
{
	const bool goes = diff_time_is_go(change->time);
	const char *words = change_time_verdict(change->time, scratch);

	if (goes && change->totals.fails_new + change->totals.unreachable > 0) {
		page_badge(
			out, "fail", "STOP",
			"the outages are short enough, but read the steps before the change");
		return;
	}
	words += strlen(goes ? "go" : "no go");
	words += strspn(words, ": ");
	page_badge(out, goes ? "pass" : "fail", goes ? "GO" : "NO GO", words);
}

void change_tiles_html(FILE *out, const struct diff *change, struct arena *scratch)
{
	const struct diff_totals *n = &change->totals;
	const struct diff_time *time = change->time;
	const bool timed = time != NULL && time->problem == NULL;

	page_tiles_begin(out);
	change_tile(out, "fail", n->unreachable, "VIPs become unreachable", scratch);
	change_tile(out, "warn", n->addresses, "Services get or lose addresses", scratch);
	change_tile(out, "info", n->left, "Services are left as they are", scratch);
	change_tile(out, "warn", n->moved, "VIPs move", scratch);
	if (timed)
		page_tile(out, time->affected > 0 ? "warn" : "pass",
			  change_time_worst(time, scratch), "longest outage in any run");
	else
		page_tile(out, n->longest_gap.latest > 0 ? "warn" : "pass",
			  change_gap_text(&n->longest_gap, scratch), "longest outage of a VIP");
	change_tile(out, n->sessions_failing > 0 ? "fail" : "warn", n->sessions,
		    "BGP sessions change", scratch);
	change_tile(out, n->prefixes_dark > 0 ? "fail" : "warn", n->routes_lost,
		    "BGP routes are lost", scratch);
	change_tile(out, n->fails_new > 0 ? "fail" : "warn", n->findings_new, "findings appear",
		    scratch);
	page_tiles_end(out);
	if (timed && change_time_is_asked(time))
		change_verdict_html(out, change, scratch);
	if (timed && time->stages == 1)
		change_asserted_html(out, time, scratch);
}

void change_html(FILE *out, const struct diff *change, struct arena *scratch)
{
	page_begin(out, "What the change does",
		   "Its effects on a running cluster and its Services.");
	change_tiles_html(out, change, scratch);
	if (change->time != NULL)
		change_steps_html(out, true, STEPS_BEFORE, change, scratch);
	change_table(out, FORM_PAGE, SCREEN_NONE, change, UINT32_MAX, scratch);
	if (change->time != NULL && change->time->problem == NULL)
		change_steps_html(out, true, STEPS_AFTER, change, scratch);
	page_end(out);
}

void change_markdown(FILE *out, const struct diff *change, uint32_t most, struct arena *scratch)
{
	struct markdown_comment comment;

	markdown_open(&comment);
	fputs("## What the change does\n\n", comment.stream);
	change_table(comment.stream, FORM_MARKDOWN, SCREEN_NONE, change, most, scratch);
	markdown_close(&comment, out);
}
