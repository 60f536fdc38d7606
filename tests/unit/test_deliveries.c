/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of sim/api/leases.h: deliveries that are events where they can change something,
 * against all of them as events. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "tests/unit/expect.h"
#include "tests/unit/sim_world.h"
#include "tests/unit/suites.h"

/* What happens to a rack of 24 nodes, in every test. */
#define EVENTS                                                                                    \
	"  duration: 100s\n  warmup: 20s\n  events:\n"                                            \
	"  - {at: 2s, apiPartition: {node: node-3}}\n  - {at: 2300ms, apiHeal: {node: node-3}}\n" \
	"  - {at: 4s, apiPartition: {node: node-4}}\n  - {at: 30s, apiHeal: {node: node-4}}\n"    \
	"  - {at: 9s, nodeCrash: {node: node-5}}\n  - {at: 10s, agentKill: {node: node-6}}\n"     \
	"  - {at: 11s, agentStop: {node: node-7}}\n"                                              \
	"  - {at: 12s, clockSkew: {node: node-8, skew: -9s}}\n"                                   \
	"  - {at: 13s, clockSkew: {node: node-9, skew: 2s}}\n"                                    \
	"  - {at: 33s, clockStep: {node: node-10, by: 3s}}\n"                                     \
	"  - {at: 40s, apiDown: {how: hang}}\n  - {at: 55s, apiUp: {}}\n"                         \
	"  - {at: 60s, nodeReboot: {node: node-11}}\n"                                            \
	"  - {at: 70s, apiDown: {how: orderly}}\n  - {at: 70300ms, apiUp: {}}\n"

#define TIMING(lines) "  timing: {" lines "}\n" EVENTS

static const char *const specs[] = {
	TIMING("watchDelivery: {lognormal: {median: 3ms, p99: 30ms}}"),
	TIMING("watchDelivery: 0s, apiRequest: 10ms"),
	TIMING("watchDelivery: 3ms, clockSkew: {uniform: [-300ms, 300ms]}"),
	TIMING("watchDelivery: {exponential: 20ms}, clockSkew: {uniform: [-4s, 4s]}"),
	/* Behind one that takes seconds the others wait, and arrive with it. */
	TIMING("watchDelivery: {lognormal: {median: 50ms, p99: 2s}}, "
	       "clockSkew: {uniform: [-4s, 4s]}"),
};

static void add_to_story(void *context, sim_ns at, const char *kind, const char *what,
			 const char *cause)
{
	text_printf(context, "%" PRId64 " %s %s (%s)\n", at, kind, what, cause);
}

/* Returns how many events it took. */
static uint64_t tell(struct sim_world *w, bool every_delivery, uint64_t seed,
		     struct text *story)
{
	const struct sim_sinks sinks = { .context = story, .event = add_to_story };
	struct run_result result;
	struct arena arena;

	arena_init(&arena);
	w->setup.every_delivery = every_delivery;
	sim_run(&w->setup, seed, &sinks, NULL, false, &arena, &result);
	arena_release(&arena);
	return result.events;
}

START_TEST(what_changes_nothing_need_not_be_an_event)
{
	const struct sim_options options = { .nodes = 24, .services = 30, .spec = specs[_i] };
	struct sim_world *w = sim_world_new(&options);

	ck_assert_msg(w->fine, "%s", sim_world_problem(w));
	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct text every = { 0 };
		struct text few = { 0 };
		const uint64_t all = tell(w, true, seed, &every);
		const uint64_t needed = tell(w, false, seed, &few);

		ck_assert_uint_gt(few.len, 0);
		EXPECT(every.len == few.len &&
			       memcmp(text_str(&every), text_str(&few), few.len) == 0,
		       "row %d, seed %u", _i, (unsigned)seed);
		/* With clocks as they mostly are, most deliveries are none. */
		EXPECT(_i > 2 || needed < all * 3 / 4, "row %d: %u of %u", _i, (unsigned)needed,
		       (unsigned)all);
		text_release(&every);
		text_release(&few);
	}
	sim_world_free(w);
}
END_TEST

Suite *suite_deliveries(void)
{
	Suite *suite = suite_create("deliveries");
	TCase *tcase = tcase_create("deliveries");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, what_changes_nothing_need_not_be_an_event, 0,
			    sizeof(specs) / sizeof(specs[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
