/* SPDX-License-Identifier: Apache-2.0 */
/* sim/run/many.c: what comes out of many runs, whoever makes them and however they end. */
#include "sim/run/many.h"

#include "tests/unit/expect.h"
#include "tests/unit/sim_world.h"
#include "tests/unit/suites.h"

enum { RUNS = 24 };

static const struct sim_options crash = {
	.nodes = 3,
	.services = 6,
	.spec = "  duration: 30s\n  warmup: 20s\n"
		"  observers: [{name: client, segment: rack}]\n"
		"  events: [{at: 1s, nodeCrash: {winnerOf: 192.168.128.0}}]\n"
		"  assertions: [{maxOutage: 9s}, {maxDuplicate: 0s}]\n",
};

static void run_many(struct sim_world *w, struct many_options options,
		     struct many_result *result)
{
	ck_assert_msg(w->fine, "%s", sim_world_problem(w));
	options.seed = 5;
	options.runs = options.runs != 0 ? options.runs : RUNS;
	many_run(&w->setup, &options, &w->arena, result);
	ck_assert_ptr_null(result->broken);
}

static void expect_spread(const struct spread *a, const struct spread *b)
{
	ck_assert_uint_eq(a->count, b->count);
	ck_assert_int_eq(a->min, b->min);
	ck_assert_int_eq(a->p50, b->p50);
	ck_assert_int_eq(a->p99, b->p99);
	ck_assert_int_eq(a->max, b->max);
	ck_assert_int_eq(a->mean, b->mean);
}

/* S4: the number of threads changes nothing. */
START_TEST(threads_change_nothing)
{
	static const uint32_t jobs[] = { 2, 5, RUNS + 9, UINT32_MAX };
	struct sim_world *w = sim_world_new(&crash);
	struct many_result alone, together;

	run_many(w, (struct many_options){ .jobs = 1 }, &alone);
	run_many(w, (struct many_options){ .jobs = jobs[_i] }, &together);
	ck_assert_uint_eq(alone.done, RUNS);
	ck_assert_uint_eq(together.done, RUNS);
	ck_assert_uint_eq(alone.events, together.events);
	ck_assert_uint_eq(alone.distributions.count, together.distributions.count);
	for (uint32_t i = 0; i < alone.distributions.count; i++)
		expect_spread(&alone.distributions.items[i].all,
			      &together.distributions.items[i].all);
	ck_assert_uint_eq(alone.worst.count, together.worst.count);
	for (uint32_t i = 0; i < alone.worst.count; i++)
		ck_assert_uint_eq(alone.worst.items[i].seed, together.worst.items[i].seed);
	ck_assert_uint_eq(alone.assertions.items[0].held_in,
			  together.assertions.items[0].held_in);
	ck_assert_uint_eq(alone.assertions.items[0].seed, together.assertions.items[0].seed);
	sim_world_free(w);
}
END_TEST

static sim_ns longest_outage(const struct run_result *run)
{
	sim_ns longest = 0;

	ARRAY_FOREACH (const struct vip_result, v, &run->vips) {
		ARRAY_FOREACH (const struct observer_totals, t, &v->totals)
			longest = t->outage_longest > longest ? t->outage_longest : longest;
	}
	return longest;
}

/* S4: the seed of a worst run repeats it, and that of an assertion breaks it again. */
START_TEST(seeds_repeat_runs)
{
	struct sim_world *w = sim_world_new(&crash);
	struct many_result many;
	uint64_t seeds[MANY_WORST], broken;
	sim_ns values[MANY_WORST];
	uint32_t count = 0;

	run_many(w, (struct many_options){ .jobs = 3 }, &many);
	ARRAY_FOREACH (const struct many_worst, worst, &many.worst) {
		if (worst->metric != METRIC_OUTAGE_LONGEST)
			continue;
		seeds[count] = worst->seed;
		values[count++] = worst->value;
	}
	ck_assert_uint_eq(count, MANY_WORST);
	ck_assert_uint_lt(many.assertions.items[0].held_in, RUNS);
	ck_assert_uint_eq(many.assertions.items[1].held_in, RUNS);
	broken = many.assertions.items[0].seed;
	for (uint32_t i = 0; i < count; i++) {
		ck_assert(i == 0 || values[i] <= values[i - 1]);
		ck_assert_int_eq(longest_outage(sim_world_run(w, seeds[i])), values[i]);
	}
	ck_assert(!sim_world_run(w, broken)->assertions.items[0].held);
	sim_world_free(w);
}
END_TEST

/* ---- ends before the end ---- */

struct stopper {
	atomic_bool stop;
	uint32_t after, told;
};

static void stop_after(void *context, uint32_t done)
{
	struct stopper *s = context;

	s->told = done;
	if (done >= s->after)
		atomic_store(&s->stop, true);
}

/* What went through before an interrupt counts, and nothing else. */
START_TEST(an_interrupt_keeps_what_is_done)
{
	struct sim_world *w = sim_world_new(&crash);
	struct stopper stopper = { .after = 4 };
	struct many_result stopped, four;

	run_many(w,
		 (struct many_options){ .jobs = 1,
					.interrupted = &stopper.stop,
					.progress = stop_after,
					.context = &stopper },
		 &stopped);
	run_many(w, (struct many_options){ .jobs = 1, .runs = 4 }, &four);
	ck_assert_uint_eq(stopper.told, 4);
	ck_assert_uint_eq(stopped.runs, RUNS);
	ck_assert_uint_eq(stopped.done, 4);
	ck_assert_uint_eq(stopped.cut_off, 0);
	ck_assert_uint_eq(stopped.events, four.events);
	ck_assert_uint_eq(stopped.assertions.items[0].held_in,
			  four.assertions.items[0].held_in);
	expect_spread(&stopped.distributions.items[0].all, &four.distributions.items[0].all);
	sim_world_free(w);
}
END_TEST

START_TEST(an_interrupt_before_the_first)
{
	struct sim_world *w = sim_world_new(&crash);
	atomic_bool stop = true;
	struct many_result many;

	run_many(w, (struct many_options){ .jobs = 4, .interrupted = &stop }, &many);
	ck_assert_uint_eq(many.done, 0);
	ck_assert_uint_eq(many.distributions.count, 0);
	ck_assert_uint_eq(many.worst.count, 0);
	sim_world_free(w);
}
END_TEST

/* Runs that the cap on events stops are counted as such, and hold nothing about later. */
START_TEST(the_cap_on_events_marks_runs)
{
	struct sim_options options = crash;
	struct sim_world *w;
	struct many_result many;

	options.spec = "  duration: 30s\n  warmup: 20s\n"
		       "  assertions: [{allAnnounced: true, at: 30s}]\n";
	w = sim_world_new(&options);
	w->setup.events_max = 100;
	run_many(w, (struct many_options){ .jobs = 2 }, &many);
	ck_assert_uint_eq(many.done, RUNS);
	ck_assert_uint_eq(many.cut_off, RUNS);
	ck_assert_uint_eq(many.assertions.items[0].held_in, 0);
	ck_assert_str_eq(many.assertions.items[0].detail, "the run ended before");
	sim_world_free(w);
}
END_TEST

/* Without VIPs there is nothing to measure, and nothing that could be worst. */
START_TEST(no_vips)
{
	struct sim_options options = crash;
	struct sim_world *w;
	struct many_result many;

	options.services = 0;
	options.spec =
		"  duration: 30s\n  warmup: 20s\n  events: [{at: 1s, nodeCrash: node-0}]\n"
		"  assertions: [{maxOutage: 9s}]\n";
	w = sim_world_new(&options);
	run_many(w, (struct many_options){ .jobs = 2 }, &many);
	ck_assert_uint_eq(many.done, RUNS);
	ck_assert_uint_eq(many.distributions.count, 0);
	ck_assert_uint_eq(many.worst.count, 0);
	ck_assert_uint_eq(many.assertions.items[0].held_in, RUNS);
	sim_world_free(w);
}
END_TEST

Suite *suite_many(void)
{
	Suite *suite = suite_create("many");
	TCase *tcase = tcase_create("many");

	tcase_add_loop_test(tcase, threads_change_nothing, 0, 4);
	tcase_add_test(tcase, seeds_repeat_runs);
	tcase_add_test(tcase, an_interrupt_keeps_what_is_done);
	tcase_add_test(tcase, an_interrupt_before_the_first);
	tcase_add_test(tcase, the_cap_on_events_marks_runs);
	tcase_add_test(tcase, no_vips);
	suite_add_tcase(suite, tcase);
	return suite;
}
