/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of sim/engine/engine.h: against a slow reference, and what the header promises. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "sim/engine/engine.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

enum { REFERENCE_MAX = 4096, LOG_MAX = 200000 };

/* What fired, in order. */
struct log {
	struct engine engine;
	uint64_t args[LOG_MAX];
	sim_ns times[LOG_MAX];
	uint32_t count;
};

static void record(void *context, void *actor, uint64_t arg)
{
	struct log *log = context;

	(void)actor;
	EXPECT(log->count < LOG_MAX, "too many events");
	log->args[log->count] = arg;
	log->times[log->count++] = log->engine.now;
}

static struct log *new_log(uint64_t events_max)
{
	struct log *log = calloc(1, sizeof(*log));

	ck_assert_ptr_nonnull(log);
	engine_init(&log->engine, log, events_max);
	return log;
}

static void free_log(struct log *log)
{
	engine_release(&log->engine);
	free(log);
}

/* The reference: an unsorted list, searched from end to end. */
struct entry {
	sim_ns at;
	uint64_t sequence;
	struct event_id id;
};

struct reference {
	struct entry entries[REFERENCE_MAX];
	uint32_t count;
	uint64_t next_sequence;
};

static uint32_t reference_first(const struct reference *ref)
{
	uint32_t first = 0;

	for (uint32_t i = 1; i < ref->count; i++) {
		const struct entry *a = &ref->entries[i], *b = &ref->entries[first];

		if (a->at < b->at || (a->at == b->at && a->sequence < b->sequence))
			first = i;
	}
	return first;
}

static void reference_drop(struct reference *ref, uint32_t index)
{
	ref->entries[index] = ref->entries[--ref->count];
}

static void schedule_some(struct log *log, struct reference *ref, struct random *r)
{
	/* Few different times: many are equal. */
	sim_ns at = log->engine.now + (sim_ns)random_below(r, 20) - 2;
	uint64_t sequence = ref->next_sequence++;
	struct entry *entry = &ref->entries[ref->count++];

	entry->at = at > log->engine.now ? at : log->engine.now;
	entry->sequence = sequence;
	entry->id = engine_at(&log->engine, at, record, NULL, sequence);
	ck_assert(engine_pending(&log->engine, entry->id));
	ck_assert_int_eq(engine_when(&log->engine, entry->id), entry->at);
}

static void cancel_some(struct log *log, struct reference *ref, struct random *r)
{
	if (ref->count == 0)
		return;

	uint32_t index = (uint32_t)random_below(r, ref->count);
	struct event_id id = ref->entries[index].id, copy = id;

	engine_cancel(&log->engine, &id);
	ck_assert_uint_eq(id.slot, 0);
	ck_assert(!engine_pending(&log->engine, copy));
	engine_cancel(&log->engine, &copy);
	reference_drop(ref, index);
}

static void run_some(struct log *log, struct reference *ref, struct random *r)
{
	sim_ns until = log->engine.now + (sim_ns)random_below(r, 6);
	uint32_t seen = log->count;

	ck_assert(engine_run(&log->engine, until));
	ck_assert_int_eq(log->engine.now, until);
	for (; seen < log->count; seen++) {
		uint32_t first = reference_first(ref);

		EXPECT(ref->count > 0, "fired what was not there");
		EXPECT(ref->entries[first].sequence == log->args[seen], "wrong order");
		EXPECT(ref->entries[first].at == log->times[seen], "wrong time");
		EXPECT(!engine_pending(&log->engine, ref->entries[first].id), "pending");
		reference_drop(ref, first);
	}
	EXPECT(ref->count == 0 || ref->entries[reference_first(ref)].at > until, "missed one");
}

START_TEST(agrees_with_a_list_that_is_searched)
{
	static void (*const steps[])(struct log *, struct reference *, struct random *) = {
		schedule_some, schedule_some, schedule_some,
		schedule_some, cancel_some,   run_some,
	};

	for (uint64_t seed = 0; seed < 20; seed++) {
		struct log *log = new_log(0);
		struct reference *ref = calloc(1, sizeof(*ref));
		struct random r = random_new(seed);

		ck_assert_ptr_nonnull(ref);
		for (int i = 0; i < 4000; i++) {
			steps[random_below(&r, ref->count < 500 ? 6 : 5) +
			      (ref->count < 500 ? 0 : 1)](log, ref, &r);
			EXPECT(engine_consistent(&log->engine), "seed %d step %d", (int)seed,
			       i);
			EXPECT(log->engine.heap_count == ref->count, "count");
		}
		free(ref);
		free_log(log);
	}
}
END_TEST

START_TEST(equal_times_fire_in_the_order_of_scheduling)
{
	struct log *log = new_log(0);

	for (uint64_t i = 0; i < 1000; i++)
		engine_at(&log->engine, i % 2 == 0 ? 7 : 5, record, NULL, i);
	ck_assert(engine_run(&log->engine, 7));
	ck_assert_uint_eq(log->count, 1000);
	for (uint32_t i = 0; i < 500; i++) {
		EXPECT(log->args[i] == 2 * i + 1, "odd %u", i);
		EXPECT(log->args[500 + i] == 2 * i, "even %u", i);
	}
	free_log(log);
}
END_TEST

START_TEST(ids_that_are_over_are_harmless)
{
	struct log *log = new_log(0);
	struct engine *e = &log->engine;
	struct event_id none = { 0 };
	struct event_id fired = engine_at(e, 1, record, NULL, 1);
	struct event_id old = fired;

	engine_cancel(e, &none);
	ck_assert(engine_run(e, 1));

	/* The slot is used again: the old id must not hit the new event. */
	struct event_id next = engine_at(e, 2, record, NULL, 2);

	ck_assert_uint_eq(next.slot, old.slot);
	ck_assert(!engine_pending(e, old));
	ck_assert_int_eq(engine_when(e, old), SIM_NEVER);
	engine_cancel(e, &fired);
	ck_assert_uint_eq(fired.slot, 0);
	ck_assert(engine_pending(e, next));
	ck_assert(engine_run(e, 2));
	ck_assert_uint_eq(log->count, 2);
	ck_assert(engine_consistent(e));
	free_log(log);
}
END_TEST

START_TEST(delays_and_times_at_the_borders)
{
	struct log *log = new_log(0);
	struct engine *e = &log->engine;

	ck_assert(engine_run(e, 100));
	ck_assert_int_eq(engine_when(e, engine_in(e, -5, record, NULL, 0)), 100);
	ck_assert_int_eq(engine_when(e, engine_in(e, 5, record, NULL, 0)), 105);
	ck_assert_int_eq(engine_when(e, engine_at(e, 3, record, NULL, 0)), 100);
	ck_assert_uint_eq(engine_in(e, SIM_NEVER, record, NULL, 0).slot, 0);
	ck_assert_uint_eq(engine_at(e, SIM_NEVER, record, NULL, 0).slot, 0);
	/* Running to a time that is over fires what is due and leaves the clock alone. */
	ck_assert(engine_run(e, 50));
	ck_assert_int_eq(e->now, 100);
	ck_assert_uint_eq(log->count, 0);
	ck_assert(engine_run(e, SIM_NEVER - 1));
	ck_assert_uint_eq(log->count, 3);
	free_log(log);
}
END_TEST

struct chain {
	struct engine engine;
	struct event_id victim;
	uint32_t left, killed;
};

static void killed(void *context, void *actor, uint64_t arg)
{
	(void)actor;
	(void)arg;
	((struct chain *)context)->killed++;
}

/* Schedules its successor, and a victim at the same time that it then takes back. */
static void next_link(void *context, void *actor, uint64_t arg)
{
	struct chain *chain = context;

	ck_assert_ptr_eq(actor, &chain->left);
	ck_assert_uint_eq(arg, chain->left);
	engine_cancel(&chain->engine, &chain->victim);
	if (chain->left-- == 0)
		return;
	engine_in(&chain->engine, 3, next_link, &chain->left, chain->left);
	chain->victim = engine_in(&chain->engine, 3, killed, NULL, 0);
	/* One that is due at once fires in this very run. */
	if (chain->left % 2 == 0)
		engine_in(&chain->engine, 0, killed, NULL, 0);
	ck_assert(engine_consistent(&chain->engine));
}

START_TEST(events_schedule_and_cancel_events)
{
	struct chain chain = { .left = 1000 };

	engine_init(&chain.engine, &chain, 0);
	engine_at(&chain.engine, 0, next_link, &chain.left, 1000);
	ck_assert(engine_run(&chain.engine, 3000));
	ck_assert_uint_eq(chain.left, UINT32_MAX);
	ck_assert_uint_eq(chain.killed, 500);
	ck_assert_uint_eq(chain.engine.heap_count, 0);
	engine_release(&chain.engine);
}
END_TEST

START_TEST(the_cap_stops_the_run_where_it_is)
{
	struct log *log = new_log(10);

	for (uint64_t i = 0; i < 20; i++)
		engine_at(&log->engine, (sim_ns)i * 10, record, NULL, i);
	ck_assert(engine_run(&log->engine, 95));
	ck_assert_int_eq(log->engine.now, 95);
	ck_assert(!engine_run(&log->engine, 1000));
	ck_assert_uint_eq(log->count, 10);
	ck_assert_uint_eq(log->engine.fired, 10);
	ck_assert_int_eq(log->engine.now, 95);
	ck_assert(engine_consistent(&log->engine));
	free_log(log);
}
END_TEST

START_TEST(a_cap_that_is_just_met_is_no_failure)
{
	struct log *log = new_log(3);

	for (uint64_t i = 0; i < 3; i++)
		engine_at(&log->engine, (sim_ns)i, record, NULL, i);
	ck_assert(engine_run(&log->engine, 5));
	ck_assert_int_eq(log->engine.now, 5);
	free_log(log);
}
END_TEST

/* By their own order, before the others of the moment, whenever they were scheduled. */
START_TEST(first_ones_come_in_the_order_given)
{
	struct log *log = new_log(0);

	engine_at(&log->engine, 5, record, NULL, 10);
	engine_at_first(&log->engine, 5, 7, record, NULL, 2);
	engine_at(&log->engine, 4, record, NULL, 0);
	engine_at_first(&log->engine, 5, 3, record, NULL, 1);
	engine_at(&log->engine, 5, record, NULL, 11);
	ck_assert(engine_consistent(&log->engine));
	ck_assert(engine_run(&log->engine, 5));
	ck_assert_uint_eq(log->count, 5);
	for (uint32_t i = 0; i < 3; i++)
		ck_assert_uint_eq(log->args[i], i);
	ck_assert_uint_eq(log->args[3], 10);
	ck_assert_uint_eq(log->args[4], 11);
	free_log(log);
}
END_TEST

Suite *suite_engine(void)
{
	Suite *suite = suite_create("engine");
	TCase *engine = tcase_create("engine");

	tcase_set_timeout(engine, 60);
	tcase_add_test(engine, agrees_with_a_list_that_is_searched);
	tcase_add_test(engine, equal_times_fire_in_the_order_of_scheduling);
	tcase_add_test(engine, first_ones_come_in_the_order_given);
	tcase_add_test(engine, ids_that_are_over_are_harmless);
	tcase_add_test(engine, delays_and_times_at_the_borders);
	tcase_add_test(engine, events_schedule_and_cancel_events);
	tcase_add_test(engine, the_cap_stops_the_run_where_it_is);
	tcase_add_test(engine, a_cap_that_is_just_met_is_no_failure);
	suite_add_tcase(suite, engine);
	return suite;
}
