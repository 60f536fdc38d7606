/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock and its queue: a heap of four children a node. A node holds the time and the
 * sequence number beside the slot, so that finding the next event touches no slot; four
 * children lie in two cache lines and halve the depth. An event that fires leaves a hole at the
 * top, earlier than everything, which the first event that it schedules fills.
 */
#include "sim/engine/engine.h"

#include <stdlib.h>

#include "base/mem.h"

struct engine_slot {
	event_fn fn;
	void *actor;
	uint64_t arg;
	uint32_t generation; /* counts up when the event fires or is canceled */
	uint32_t place;      /* in the heap; of a free slot: the next free one plus 1 */
};

struct engine_key {
	sim_ns at;
	uint64_t sequence;
	uint32_t slot;
};

enum { CHILDREN = 4, CAPACITY_MIN = 64 };

/* Numbers below are given by engine_at_first(). */
static const uint64_t first_sequence = UINT64_C(1) << 63;
/* That of engine_at_last(). */
static const uint64_t last_sequence = UINT64_MAX;

void engine_init(struct engine *e, void *context, uint64_t events_max)
{
	*e = (struct engine){
		.context = context,
		.next_sequence = first_sequence,
		.fired_max = events_max != 0 ? events_max : UINT64_MAX,
	};
}

void engine_release(struct engine *e)
{
	free(e->slots);
	free(e->heap);
	*e = (struct engine){ .fired_max = 0 };
}

__extension__ typedef __int128 engine_order;

/* One number to compare. */
static engine_order engine_order_of(const struct engine_key *key)
{
	return (engine_order)key->at << 64 | key->sequence;
}

static bool engine_before(const struct engine_key *a, const struct engine_key *b)
{
	return engine_order_of(a) < engine_order_of(b);
}

static void engine_put(struct engine *e, uint32_t place, const struct engine_key *key)
{
	e->heap[place] = *key;
	e->slots[key->slot].place = place;
}

/* Puts `key` where it belongs at or above the hole at `place`. */
static void sift_up(struct engine *e, uint32_t place, const struct engine_key *key)
{
	while (place > 0) {
		uint32_t parent = (place - 1) / CHILDREN;

		if (!engine_before(key, &e->heap[parent]))
			break;
		engine_put(e, place, &e->heap[parent]);
		place = parent;
	}
	engine_put(e, place, key);
}

/* The earlier of two children, without a branch. */
static uint32_t engine_earlier(const struct engine *e, uint32_t a, uint32_t b)
{
	return a + (b - a) * engine_before(&e->heap[b], &e->heap[a]);
}

/* The first of the children from `first` on; there is one at least. */
static uint32_t least_child(const struct engine *e, uint32_t first)
{
	uint32_t least = first;

	if (e->heap_count - first >= CHILDREN)
		return engine_earlier(e, engine_earlier(e, first, first + 1),
				      engine_earlier(e, first + 2, first + 3));
	for (uint32_t i = first + 1; i < e->heap_count; i++)
		least = engine_earlier(e, least, i);
	return least;
}

/* Puts `key` where it belongs at or below the hole at `place`. */
static void sift_down(struct engine *e, uint32_t place, const struct engine_key *key)
{
	for (;;) {
		uint64_t first = (uint64_t)place * CHILDREN + 1;

		if (first >= e->heap_count)
			break;

		uint32_t child = least_child(e, (uint32_t)first);

		if (!engine_before(&e->heap[child], key))
			break;
		engine_put(e, place, &e->heap[child]);
		place = child;
	}
	engine_put(e, place, key);
}

/* Takes the entry at `place` out of the heap; the last one fills the hole. */
static void remove_at(struct engine *e, uint32_t place)
{
	struct engine_key last = e->heap[--e->heap_count];

	if (place == e->heap_count)
		return;
	if (place > 0 && engine_before(&last, &e->heap[(place - 1) / CHILDREN]))
		sift_up(e, place, &last);
	else
		sift_down(e, place, &last);
}

static uint32_t grown(uint32_t capacity)
{
	if (capacity > UINT32_MAX / 4)
		mem_exhausted();
	return capacity == 0 ? CAPACITY_MIN : capacity * 2;
}

static uint32_t take_slot(struct engine *e)
{
	if (e->free_slot != 0) {
		uint32_t number = e->free_slot - 1;

		e->free_slot = e->slots[number].place;
		return number;
	}
	if (e->slot_count == e->slot_capacity) {
		e->slot_capacity = grown(e->slot_capacity);
		e->slots = mem_resize(e->slots, e->slot_capacity, sizeof(*e->slots));
	}
	e->slots[e->slot_count].generation = 0;
	return e->slot_count++;
}

static void free_slot(struct engine *e, uint32_t number)
{
	struct engine_slot *slot = &e->slots[number];

	slot->generation++;
	slot->place = e->free_slot;
	e->free_slot = number + 1;
}

static struct event_id engine_schedule(struct engine *e, sim_ns at, uint64_t sequence,
				       event_fn fn, void *actor, uint64_t arg)
{
	if (at == SIM_NEVER)
		return (struct event_id){ .slot = 0 };

	uint32_t number = take_slot(e);
	struct engine_slot *slot = &e->slots[number];

	slot->fn = fn;
	slot->actor = actor;
	slot->arg = arg;
	if (e->heap_count == e->heap_capacity) {
		e->heap_capacity = grown(e->heap_capacity);
		e->heap = mem_resize(e->heap, e->heap_capacity, sizeof(*e->heap));
	}

	struct engine_key key = {
		.at = at > e->now ? at : e->now,
		.sequence = sequence,
		.slot = number,
	};

	if (e->hole)
		sift_down(e, 0, &key);
	else
		sift_up(e, e->heap_count++, &key);
	e->hole = false;
	return (struct event_id){ .slot = number + 1, .generation = slot->generation };
}

struct event_id engine_at(struct engine *e, sim_ns at, event_fn fn, void *actor, uint64_t arg)
{
	return engine_schedule(e, at, e->next_sequence++, fn, actor, arg);
}

struct event_id engine_at_first(struct engine *e, sim_ns at, uint64_t order, event_fn fn,
				void *actor, uint64_t arg)
{
	return engine_schedule(e, at, order, fn, actor, arg);
}

struct event_id engine_at_last(struct engine *e, event_fn fn, void *actor, uint64_t arg)
{
	return engine_schedule(e, e->now, last_sequence, fn, actor, arg);
}

struct event_id engine_in(struct engine *e, sim_ns delay, event_fn fn, void *actor,
			  uint64_t arg)
{
	if (delay < 0)
		delay = 0;
	return engine_at(e, delay > SIM_NEVER - e->now ? SIM_NEVER : e->now + delay, fn, actor,
			 arg);
}

bool engine_pending(const struct engine *e, struct event_id id)
{
	return id.slot != 0 && id.slot <= e->slot_count &&
	       e->slots[id.slot - 1].generation == id.generation;
}

sim_ns engine_when(const struct engine *e, struct event_id id)
{
	return engine_pending(e, id) ? e->heap[e->slots[id.slot - 1].place].at : SIM_NEVER;
}

void engine_cancel(struct engine *e, struct event_id *id)
{
	if (engine_pending(e, *id)) {
		remove_at(e, e->slots[id->slot - 1].place);
		free_slot(e, id->slot - 1);
	}
	*id = (struct event_id){ .slot = 0 };
}

/* Fires the first event. Its slot is free before it runs: it may schedule others. */
static void fire(struct engine *e)
{
	struct engine_key first = e->heap[0];
	struct engine_slot slot = e->slots[first.slot];

	e->hole = true;
	free_slot(e, first.slot);
	e->now = first.at;
	e->fired++;
	slot.fn(e->context, slot.actor, slot.arg);
	if (e->hole)
		remove_at(e, 0);
	e->hole = false;
}

bool engine_run(struct engine *e, sim_ns until)
{
	while (e->heap_count > 0 && e->heap[0].at <= until) {
		if (e->fired >= e->fired_max)
			return false;
		fire(e);
	}
	if (until > e->now)
		e->now = until;
	return true;
}

void engine_skip(struct engine *e, sim_ns at)
{
	if (at > e->now && (e->heap_count == 0 || e->heap[0].at >= at))
		e->now = at;
}

bool engine_consistent(const struct engine *e)
{
	uint32_t free_count = 0;

	for (uint32_t i = e->hole; i < e->heap_count; i++) {
		const struct engine_key *key = &e->heap[i];

		if (key->slot >= e->slot_count || e->slots[key->slot].place != i)
			return false;
		if (key->at < e->now ||
		    (key->sequence >= e->next_sequence && key->sequence != last_sequence))
			return false;
		if (i > 0 && engine_before(key, &e->heap[(i - 1) / CHILDREN]))
			return false;
	}
	for (uint32_t at = e->free_slot; at != 0; at = e->slots[at - 1].place) {
		if (at > e->slot_count || free_count++ > e->slot_count)
			return false;
	}
	return e->heap_count - e->hole + free_count == e->slot_count;
}
