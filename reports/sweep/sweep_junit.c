/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Losses as JUnit XML: a case for each, failed when it leaves a VIP unreachable, and one for
 * the time before anything is lost. What is unknown then fails nothing.
 */
#include "reports/sweep/sweep.h"

#include "base/text.h"
#include "reports/allocation/allocation.h"
#include "reports/formats/junit.h"

enum { SWEEP_JUNIT_VIPS_MAX = 20 }; /* in one message */

/* "loss of node-a, node-b" */
static void sweep_junit_name(struct text *t, const struct sweep_loss *loss)
{
	text_add(t, "loss of ");
	for (unsigned i = 0; i < SWEEP_LOST_MAX && loss->groups[i] != NULL; i++)
		text_printf(t, "%s%s", i > 0 ? ", " : "", loss->groups[i]->name);
}

/* "192.0.2.1 (shop/web), 192.0.2.2 (shop/api) and 3 more are unreachable" */
static void sweep_junit_detail(struct text *t, const struct sweep *sweep,
			       const struct sweep_loss *loss, struct arena *scratch)
{
	struct sweep_detail detail;
	char ip[IP_TEXT_MAX];
	uint32_t i;

	sweep_detail(&detail, sweep, loss, scratch);
	for (i = 0; i < loss->unreachable && i < SWEEP_JUNIT_VIPS_MAX; i++) {
		const struct sweep_vip *vip = detail.changes.items[i].vip;
		const char *service = sweep_service_text(&vip->services.items[0], scratch);

		text_printf(t, "%s%s", i > 0 ? ", " : "", ip_format(vip->vip->ip, ip));
		if (service != NULL)
			text_printf(t, " (%s)", service);
	}
	if (i < loss->unreachable)
		text_printf(t, " and %u more", loss->unreachable - i);
	text_add(t, loss->unreachable == 1 ? " is unreachable" : " are unreachable");
}

static void sweep_junit_losses(FILE *out, const struct sweep *sweep,
			       const struct sweep_losses *losses, uint32_t shown,
			       const char *suite)
{
	for (uint32_t i = 0; i < shown; i++) {
		const struct sweep_loss *loss = &losses->list.items[i];
		struct text name = { 0 }, detail = { 0 };
		struct arena scratch;

		arena_init(&scratch);
		sweep_junit_name(&name, loss);
		if (loss->unreachable > 0)
			sweep_junit_detail(&detail, sweep, loss, &scratch);
		junit_write_case(out, suite, text_str(&name), loss->unreachable == 0,
				 text_str(&detail));
		text_release(&name);
		text_release(&detail);
		arena_release(&scratch);
	}
}

/* How many of those that are shown leave VIPs unreachable: they come first. */
static uint32_t sweep_junit_harmful(const struct sweep_losses *losses, uint32_t shown)
{
	return losses->harmful < shown ? (uint32_t)losses->harmful : shown;
}

void sweep_junit(FILE *out, const struct sweep_answer *answer)
{
	const struct sweep *sweep = answer->sweep;
	const uint32_t single = sweep_shown(answer, sweep->single.list.count);
	const uint32_t pairs = sweep_shown(answer, sweep->pairs.list.count);
	const uint32_t triples = sweep_shown(answer, sweep->triples.list.count);
	struct text before = { 0 };

	junit_begin_suite(out, "sweep", 1 + single + pairs + triples,
			  (sweep->unreachable > 0) +
				  sweep_junit_harmful(&sweep->single, single) +
				  sweep_junit_harmful(&sweep->pairs, pairs) +
				  sweep_junit_harmful(&sweep->triples, triples),
			  answer->label != NULL ? "label" : NULL, answer->label);
	text_printf(&before, "%u VIP%s unreachable", sweep->unreachable,
		    sweep->unreachable == 1 ? " is" : "s are");
	junit_write_case(out, "before", "nothing is lost", sweep->unreachable == 0,
			 text_str(&before));
	sweep_junit_losses(out, sweep, &sweep->single, single, "single");
	sweep_junit_losses(out, sweep, &sweep->pairs, pairs, "pairs");
	sweep_junit_losses(out, sweep, &sweep->triples, triples, "triples");
	junit_end_suite(out);
	text_release(&before);
}
