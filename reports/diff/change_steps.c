/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a maintenance: what to look at before a change is applied, what to watch, when
 * to stop and go back. The page and the markdown have the same ones.
 */
#include "reports/diff/change_steps.h"

#include "reports/diff/change_orders.h"
#include "reports/diff/change_time.h"
#include "reports/formats/markdown.h"
#include "reports/formats/page.h"

struct steps {
	const char *title;
	ARRAY_OF(const char *) list;
};

/* ---- which there are ---- */

static void steps_prepare(struct steps *steps, struct arena *arena)
{
	ARRAY_ADD(arena, &steps->list,
		  "Capture the cluster (kubectl purelb validate --save FILE) and keep the old "
		  "manifests: applying them again is the way back.");
}

static void steps_before(struct steps *steps, const struct diff *diff, struct arena *arena)
{
	const struct diff_totals *totals = &diff->totals;
	const struct {
		const char *first;
		uint32_t count;
		const char *one, *many, *rest;
	} rows[] = {
		{ "STOP: validate has ", totals->fails_new, "new FAIL", "new FAIL",
		  " after the change. Fix that first." },
		{ "STOP: ", totals->unreachable, "VIP becomes", "VIPs become",
		  " unreachable. Fix that, or agree on it with their users." },
		{ "", totals->left, "Service keeps", "Services keep",
		  " addresses that the new configuration would not allocate: that changes only "
		  "when the Service is recreated." },
		{ "", totals->sessions, "BGP session changes", "BGP sessions change",
		  ": inform the operators of the routers." },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].count > 0)
			ARRAY_ADD(arena, &steps->list,
				  arena_printf(arena, "%s%u %s%s", rows[i].first, rows[i].count,
					       rows[i].count == 1 ? rows[i].one : rows[i].many,
					       rows[i].rest));
	}
}

/* In which order to apply it, where that was worked out. */
static const char *steps_order(const struct diff *diff, struct arena *arena)
{
	const char *advice;

	if (diff->orders == NULL)
		return "";
	advice = change_orders_advice(diff->orders, arena);
	return advice != NULL ? arena_printf(arena, ": %s", advice)
			      : ": no order of its parts is known to be harmless";
}

static void steps_during(struct steps *steps, const struct diff *diff, struct arena *arena)
{
	ARRAY_ADD(arena, &steps->list,
		  arena_printf(arena, "Apply the manifests%s. Note the time.",
			       steps_order(diff, arena)));
	ARRAY_ADD(arena, &steps->list,
		  diff->time->affected == 0
			  ? "Watch the VIPs from where their clients are: nothing is expected "
			    "to happen to any of them."
			  : arena_printf(arena,
					 "Watch the VIPs in the table from where their clients "
					 "are, and the addresses with kubectl get services "
					 "--all-namespaces. Everything has settled after %s at "
					 "the latest.",
					 change_time_settled(diff->time, arena)));
}

static void steps_stop(struct steps *steps, const struct diff *diff, struct arena *arena)
{
	ARRAY_ADD(arena, &steps->list,
		  diff->time->affected == 0
			  ? "A VIP is cut off: apply the old manifests again."
			  : arena_printf(arena,
					 "A VIP is not back after twice the worst time in its "
					 "row, or VIPs still move after %s: apply the old "
					 "manifests again.",
					 change_time_settled(diff->time, arena)));
	ARRAY_ADD(arena, &steps->list,
		  "A Service loses an address that the table does not name: apply the old "
		  "manifests again.");
}

static void steps_of(struct steps *steps, enum change_steps which, const struct diff *diff,
		     struct arena *arena)
{
	static const char *const titles[] = {
		[STEPS_PREPARE] = "Before",    [STEPS_BEFORE_STAGE] = "Before",
		[STEPS_BEFORE] = "Before",     [STEPS_DURING] = "During",
		[STEPS_STOP] = "When to stop", [STEPS_AFTER] = "After",
	};

	*steps = (struct steps){ .title = titles[which] };
	switch (which) {
	case STEPS_PREPARE:
		steps_prepare(steps, arena);
		break;
	case STEPS_BEFORE_STAGE:
		steps_before(steps, diff, arena);
		ARRAY_ADD(arena, &steps->list,
			  diff->time->affected == 0
				  ? "Check that nothing moves any more."
				  : "Check that nothing moves any more and that all VIPs in "
				    "the table below are where it says.");
		break;
	case STEPS_BEFORE:
		steps_prepare(steps, arena);
		steps_before(steps, diff, arena);
		ARRAY_ADD(arena, &steps->list,
			  "Check that every node's lease is renewed and that all VIPs in the "
			  "table below are where it says.");
		break;
	case STEPS_DURING:
		steps_during(steps, diff, arena);
		break;
	case STEPS_STOP:
		steps_stop(steps, diff, arena);
		break;
	case STEPS_AFTER:
		ARRAY_ADD(arena, &steps->list,
			  "Capture the cluster again and run purelbtool validate on it; "
			  "compare it with this page.");
		break;
	}
}

/* ---- as text ---- */

void change_steps_markdown(struct text *t, unsigned level, enum change_steps which,
			   const struct diff *diff, struct arena *scratch)
{
	struct steps steps;

	steps_of(&steps, which, diff, scratch);
	if (level > 0)
		markdown_heading(t, level, steps.title);
	ARRAY_FOREACH (const char *const, step, &steps.list) {
		text_add(t, "- [ ] ");
		markdown_add(t, *step);
		text_add(t, "\n");
	}
	if (which != STEPS_AFTER)
		text_add(t, "\n");
}

void change_steps_html(FILE *out, bool heading, enum change_steps which,
		       const struct diff *diff, struct arena *scratch)
{
	struct steps steps;

	steps_of(&steps, which, diff, scratch);
	if (heading)
		page_section(out, steps.title);
	page_steps_begin(out);
	ARRAY_FOREACH (const char *const, step, &steps.list)
		page_step(out, *step);
	page_steps_end(out);
}
