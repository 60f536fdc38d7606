/* SPDX-License-Identifier: Apache-2.0 */
/* sim/whatif/diff_part.c: what was seen in the runs of a change adds up, in parts or not. */
#include "sim/whatif/diff_part.h"

#include <string.h>

#include "base/random.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

enum { STAGES = 2, VIPS = 3, RUNS = 40 };

/* Stages of which nothing was seen yet. */
struct course {
	struct diff diffs[STAGES];
	struct diff_time times[STAGES];
	struct diff *list[STAGES];
};

static void course_begin(struct course *c, struct arena *arena)
{
	*c = (struct course){ .list = { NULL } };
	for (uint32_t k = 0; k < STAGES; k++) {
		c->list[k] = &c->diffs[k];
		c->diffs[k].time = &c->times[k];
		c->times[k].badness = -1;
		for (uint32_t v = 0; v < VIPS; v++)
			(void)ARRAY_PUSH(arena, &c->times[k].vips);
		ARRAY_ADD(arena, &c->times[k].routes,
			  ((struct timed_route){ .least = UINT32_MAX }));
		(void)ARRAY_PUSH(arena, &c->times[k].sessions);
	}
	/* The arena of the first takes what is read. */
	c->diffs[0].arena = (struct arena){ 0 };
	arena_init(&c->diffs[0].arena);
}

/* What the run with this number shows, whoever makes it. */
static void course_add_run(struct course *c, struct arena *arena, uint32_t number)
{
	struct random random = random_new(number);
	const sim_ns bad = (sim_ns)random_below(&random, 20);

	for (uint32_t k = 0; k < STAGES; k++) {
		struct diff_time *time = &c->times[k];
		struct timed_route *route = &time->routes.items[0];
		struct timed_session *session = &time->sessions.items[0];
		const uint32_t width = (uint32_t)random_below(&random, 9);
		const uint32_t losses = (uint32_t)random_below(&random, 9);
		const double moved = (double)random_below(&random, 100) / 64;

		ARRAY_FOREACH (struct timed_vip, vip, &time->vips) {
			const double share = (double)random_below(&random, 100) / 100;
			const bool held = random_below(&random, 2) == 0;

			if (time->runs == 0) {
				vip->before = held ? "node-a" : NULL;
				vip->after = arena_printf(arena, "node-%u", number);
			}
			samples_add(&vip->gaps, arena, (sim_ns)random_below(&random, 3));
			if (random_below(&random, 5) == 0)
				samples_add_ongoing(&vip->outages, arena,
						    (sim_ns)random_below(&random, 900));
			else
				samples_add(&vip->outages, arena, 0);
			vip->affected |= random_below(&random, 30) == 0;
			vip->measured |= random_below(&random, 30) == 0;
			vip->lost_share = share > vip->lost_share ? share : vip->lost_share;
		}
		if (time->runs == 0) {
			route->before = width;
			route->after = 9 - width;
			session->before = width % 2;
			session->after = losses % 2;
		}
		route->least = width < route->least ? width : route->least;
		route->changes |= width == 4;
		route->moved = moved > route->moved ? moved : route->moved;
		session->losses = losses > session->losses ? losses : session->losses;
		samples_add(&time->settle_times, arena, (sim_ns)random_below(&random, 50));
		time->runs++;
	}
	if (bad > c->times[0].badness) {
		c->times[0].badness = bad;
		c->times[0].worst_run = number;
	}
}

/* The bytes of some runs. */
static void course_write(struct text *out, struct arena *arena, uint32_t first, uint32_t count)
{
	struct course part;

	course_begin(&part, arena);
	for (uint32_t run = first; run < first + count; run++)
		course_add_run(&part, arena, run);
	diff_part_write(out, part.list, STAGES);
	arena_release(&part.diffs[0].arena);
}

static bool course_read(struct course *c, const struct text *bytes, size_t len, uint32_t runs)
{
	const struct timed_part part = {
		.body = { .at = (const uint8_t *)bytes->data,
			  .end = (const uint8_t *)bytes->data + len },
		.runs = runs,
	};

	return diff_part_read(c->list, STAGES, &part);
}

/* However the runs are distributed, some shards without any, all shards together leave what one
 * process leaves. */
START_TEST(parts_add_up)
{
	struct random random = random_new((uint64_t)_i);
	struct text whole = { 0 }, again = { 0 };
	struct course sum;
	struct arena arena;
	uint32_t run = 0;

	arena_init(&arena);
	course_write(&whole, &arena, 0, RUNS);
	course_begin(&sum, &arena);
	while (run < RUNS) {
		const uint32_t most = RUNS - run < 15 ? RUNS - run : 15;
		const uint32_t count = (uint32_t)random_below(&random, most + 1);
		struct text part = { 0 };

		course_write(&part, &arena, run, count);
		ck_assert(course_read(&sum, &part, part.len, count));
		text_release(&part);
		run += count;
	}
	diff_part_write(&again, sum.list, STAGES);
	ck_assert_uint_eq(again.len, whole.len);
	ck_assert_mem_eq(again.data, whole.data, whole.len);
	text_release(&whole);
	text_release(&again);
	arena_release(&sum.diffs[0].arena);
	arena_release(&arena);
}
END_TEST

/* Neither a beginning, nor more than there is, nor a part of other runs or stages is taken. */
START_TEST(what_is_cut_or_of_something_else_is_refused)
{
	struct text bytes = { 0 };
	struct course sum;
	struct arena arena;

	arena_init(&arena);
	course_write(&bytes, &arena, 0, 7);
	for (size_t len = 0; len < bytes.len; len++) {
		course_begin(&sum, &arena);
		ck_assert(!course_read(&sum, &bytes, len, 7));
		arena_release(&sum.diffs[0].arena);
	}
	course_begin(&sum, &arena);
	ck_assert(!course_read(&sum, &bytes, bytes.len, 6));
	ck_assert(!diff_part_read(
		sum.list, 1,
		&(struct timed_part){ .body = { .at = (uint8_t *)bytes.data,
						.end = (uint8_t *)bytes.data + bytes.len },
				      .runs = 7 }));
	text_add(&bytes, "x");
	ck_assert(!course_read(&sum, &bytes, bytes.len, 7));
	arena_release(&sum.diffs[0].arena);
	text_release(&bytes);
	arena_release(&arena);
}
END_TEST

/* A bit that has changed is noticed, or harmless. */
START_TEST(a_forged_body_does_no_harm)
{
	struct text bytes = { 0 };
	struct arena arena;
	uint32_t refused = 0;

	arena_init(&arena);
	course_write(&bytes, &arena, 0, 7);
	for (size_t at = 0; at < bytes.len; at++) {
		struct course sum;

		course_begin(&sum, &arena);
		bytes.data[at] = (char)(bytes.data[at] ^ (1 << _i));
		refused += !course_read(&sum, &bytes, bytes.len, 7);
		bytes.data[at] = (char)(bytes.data[at] ^ (1 << _i));
		arena_release(&sum.diffs[0].arena);
	}
	ck_assert_uint_gt(refused, 0);
	text_release(&bytes);
	arena_release(&arena);
}
END_TEST

Suite *suite_diff_part(void)
{
	Suite *suite = suite_create("diff-part");
	TCase *cases = tcase_create("parts");

	tcase_add_loop_test(cases, parts_add_up, 0, 30);
	tcase_add_test(cases, what_is_cut_or_of_something_else_is_refused);
	tcase_add_loop_test(cases, a_forged_body_does_no_harm, 0, 8);
	suite_add_tcase(suite, cases);
	return suite;
}
