/* SPDX-License-Identifier: Apache-2.0 */
/* What has to hold while a change is applied (S6.6). */
#include "sim/whatif/diff_asserted.h"

#include "base/duration.h"
#include "sim/run/run.h"

static bool asserted_is_about_bgp(const struct scenario_assertion *a)
{
	return a->max_lost_share.s != NULL || a->max_lost_flow_seconds.s != NULL ||
	       a->min_width.set || a->session.s != NULL;
}

/* What is about a moment and names none is about the end. */
static bool asserted_needs_time(const struct scenario_assertion *a)
{
	return a->announcer.s != NULL || a->all_announced.set || a->none_announced.set ||
	       a->session.s != NULL;
}

void asserted_begin(const struct plan_assertions *given, uint32_t stages, sim_ns stage,
		    const char *no_bgp, struct arena *arena, struct scenario *scenario,
		    struct timed_assertions *out)
{
	char text[DURATION_TEXT_MAX];

	*out = (struct timed_assertions){ 0 };
	scenario->assertions = (struct scenario_assertions){ 0 };
	for (uint32_t i = 0; i < given->count; i++) {
		struct scenario_assertion a = given->items[i];
		struct timed_assertion *timed = ARRAY_PUSH(arena, &out->list);
		sim_ns length = stages * stage;

		if (given->stages[i] > 0) {
			a.begin = (given->stages[i] - 1) * stage;
			a.end = a.begin + stage;
			length = stage;
		}
		if (asserted_needs_time(&a) && a.when.s == NULL)
			a.when.s = arena_strdup(arena, duration_format(length, text));
		*timed = (struct timed_assertion){
			.text = assertion_text(&a, arena),
			.unmeasured = asserted_is_about_bgp(&a) ? no_bgp : NULL,
		};
		if (timed->unmeasured == NULL)
			ARRAY_ADD(arena, &scenario->assertions.list, a);
	}
	scenario->assertions.at.set = scenario->assertions.list.count > 0;
}

void asserted_add_run(struct timed_assertions *all, const struct run_result *result,
		      struct arena *arena)
{
	uint32_t judged = 0;

	ARRAY_FOREACH (struct timed_assertion, timed, &all->list) {
		const struct assertion_result *it;

		if (timed->unmeasured != NULL)
			continue;
		it = &result->assertions.items[judged++];
		timed->held_in += it->held;
		if (it->held || timed->detail != NULL)
			continue;
		timed->detail = arena_strdup(arena, it->detail);
		timed->seed = result->seed;
	}
}

bool asserted_hold(const struct timed_assertions *all, uint32_t runs)
{
	ARRAY_FOREACH (const struct timed_assertion, timed, &all->list) {
		if (timed->unmeasured != NULL || timed->held_in < runs)
			return false;
	}
	return true;
}
