/* SPDX-License-Identifier: Apache-2.0 */
/* The work queue: named Services and runs of unnamed places. */
#include "sim/agent/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/agent/queue_draw.h"

/* What is known about a Service; known without more: nobody knows whether it is pending. */
enum queue_state {
	STATE_KNOWN = 1 << 0, /* in the agent's cache */
	STATE_NAMED = 1 << 1, /* has a named entry */
	STATE_IDLE = 1 << 2,  /* known, and certainly not pending */
};

static const unsigned not_unsettled = STATE_NAMED | STATE_IDLE;

/* ---- life ---- */

void queue_init(struct queue *q, struct queue_scratch *scratch, uint32_t services)
{
	*q = (struct queue){ .scratch = scratch, .services = services };
	q->states = mem_alloc((size_t)services + 1);
	memset(q->states, 0, (size_t)services + 1);
}

void queue_release(struct queue *q)
{
	free(q->entries);
	free(q->states);
	free(q->idle);
	*q = (struct queue){ .scratch = NULL };
}

void queue_reset(struct queue *q)
{
	const uint32_t longest = q->longest;
	struct queue_scratch *scratch = q->scratch;
	const uint32_t services = q->services;

	queue_release(q);
	queue_init(q, scratch, services);
	q->longest = longest;
}

/* ---- entries ---- */

static void make_room(struct queue *q, uint32_t more)
{
	if (q->head > 0 && q->head >= q->count / 2) {
		if (q->count > q->head)
			memmove(q->entries, q->entries + q->head,
				(q->count - q->head) * sizeof(*q->entries));
		q->count -= q->head;
		q->head = 0;
	}
	if (q->capacity - q->count >= more)
		return;
	q->capacity = q->capacity * 2 + more + 8;
	q->entries = mem_resize(q->entries, q->capacity, sizeof(*q->entries));
}

static void push(struct queue *q, uint32_t service, uint32_t count)
{
	if (count == 0)
		return;
	if (service == QUEUE_RUN && q->count > q->head &&
	    q->entries[q->count - 1].service == QUEUE_RUN) {
		q->entries[q->count - 1].count += count;
		return;
	}
	make_room(q, 1);
	q->entries[q->count++] = (struct queue_entry){ service, count };
}

static void note_length(struct queue *q)
{
	if (queue_length(q) > q->longest)
		q->longest = queue_length(q);
}

/* Gives names to unnamed places; `places` are sorted. The runs are split there. */
static void name_places(struct queue *q, const struct queue_place *places, uint32_t count)
{
	struct queue_entry *before = q->entries;
	const uint32_t head = q->head;
	const uint32_t end = q->count;
	uint32_t next = 0;
	uint32_t place = 0;

	if (count == 0)
		return;
	q->head = 0;
	q->count = 0;
	q->capacity = 0;
	q->entries = NULL;
	make_room(q, end - head + 2 * count);
	for (uint32_t i = head; i < end; i++) {
		uint32_t left = before[i].count;

		if (before[i].service != QUEUE_RUN) {
			push(q, before[i].service, 1);
			continue;
		}
		while (next < count && places[next].place < place + left) {
			const uint32_t skipped = places[next].place - place;

			push(q, QUEUE_RUN, skipped);
			push(q, places[next++].service, 1);
			place += skipped + 1;
			left -= skipped + 1;
		}
		push(q, QUEUE_RUN, left);
		place += left;
	}
	free(before);
}

/* Appends `total` places, of which these are named; `places` are sorted. */
static void append_places(struct queue *q, const struct queue_place *places, uint32_t count,
			  uint32_t total)
{
	uint32_t place = 0;

	make_room(q, 2 * count + 1);
	for (uint32_t i = 0; i < count; i++) {
		push(q, QUEUE_RUN, places[i].place - place);
		push(q, places[i].service, 1);
		place = places[i].place + 1;
	}
	push(q, QUEUE_RUN, total - place);
}

/* ---- what is known of a Service ---- */

static void note_idle(struct queue *q, uint32_t service)
{
	q->states[service] |= STATE_IDLE;
	if (q->idle_count == q->idle_capacity) {
		q->idle_capacity = q->idle_capacity * 2 + 8;
		q->idle = mem_resize(q->idle, q->idle_capacity, sizeof(*q->idle));
	}
	q->idle[q->idle_count++] = service;
}

static bool is_unsettled(const struct queue *q, uint32_t service)
{
	return (q->states[service] & STATE_KNOWN) != 0 &&
	       (q->states[service] & not_unsettled) == 0;
}

static void set_named(struct queue *q, uint32_t service)
{
	if (is_unsettled(q, service))
		q->unsettled--;
	q->states[service] &= (uint8_t)~STATE_IDLE;
	q->states[service] |= STATE_NAMED;
	q->named++;
}

void queue_know(struct queue *q, uint32_t service)
{
	if (queue_knows(q, service))
		return;
	q->known++;
	q->states[service] |= STATE_KNOWN;
	if ((q->states[service] & STATE_NAMED) == 0)
		note_idle(q, service);
}

/* Settles by drawing whether a Service is pending, and names its place if so. */
static bool find_place(struct queue *q, uint32_t service, struct random *random)
{
	struct queue_place place = { .service = service };

	if (random_below(random, q->unsettled) >= q->unnamed)
		return false;
	place.place = (uint32_t)random_below(random, q->unnamed);
	name_places(q, &place, 1);
	q->unnamed--;
	set_named(q, service);
	return true;
}

void queue_forget(struct queue *q, uint32_t service, struct random *random)
{
	if (!queue_knows(q, service))
		return;
	if (is_unsettled(q, service) && !find_place(q, service, random))
		q->unsettled--;
	q->known--;
	q->states[service] &= STATE_NAMED;
}

bool queue_knows(const struct queue *q, uint32_t service)
{
	return (q->states[service] & STATE_KNOWN) != 0;
}

bool queue_is_named(const struct queue *q, uint32_t service)
{
	return (q->states[service] & STATE_NAMED) != 0;
}

uint32_t queue_length(const struct queue *q)
{
	return q->named + q->unnamed;
}

/* ---- adding ---- */

void queue_add(struct queue *q, uint32_t service, struct random *random)
{
	if (q->shut || queue_is_named(q, service))
		return;
	if (q->busy && q->processing == service) {
		q->again = true;
		return;
	}
	if (is_unsettled(q, service) && find_place(q, service, random))
		return;
	set_named(q, service);
	push(q, service, 1);
	note_length(q);
}

/* The interesting Services, sorted out: where each one's place must be. */
struct sorted_out {
	uint32_t pending;  /* the first so many of numbers are in runs */
	uint32_t appended; /* the last so many are not pending */
};

static struct sorted_out sort_out(struct queue *q, const uint32_t *interesting, uint32_t count,
				  uint32_t *numbers, struct random *random)
{
	uint32_t unsettled = q->unsettled;
	uint32_t unnamed = q->unnamed;
	struct sorted_out out = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		const uint32_t service = interesting[i];
		bool pending = false;

		if (!queue_knows(q, service) || queue_is_named(q, service) ||
		    (q->busy && q->processing == service))
			continue;
		if (is_unsettled(q, service)) {
			pending = random_below(random, unsettled--) < unnamed;
			unnamed -= pending;
		}
		if (pending)
			numbers[out.pending++] = service;
		else
			numbers[count - ++out.appended] = service;
	}
	return out;
}

/* All that were idle become places without a name; returns how many. */
static uint32_t unsettle_idle(struct queue *q)
{
	uint32_t found = 0;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < q->idle_count; i++) {
		const uint32_t service = q->idle[i];

		if ((q->states[service] & STATE_IDLE) == 0)
			continue;
		if (q->busy && q->processing == service) {
			q->idle[kept++] = service;
			continue;
		}
		q->states[service] &= (uint8_t)~STATE_IDLE;
		found++;
	}
	q->idle_count = kept;
	return found;
}

void queue_reprocess(struct queue *q, const uint32_t *interesting, uint32_t count,
		     struct random *random)
{
	const struct queue_place *places;
	struct sorted_out sorted;
	uint32_t *numbers;
	uint32_t added;
	uint32_t idle;

	if (q->shut)
		return;
	numbers = queue_scratch_numbers(q->scratch, count);
	sorted = sort_out(q, interesting, count, numbers, random);
	if (q->busy && q->processing != QUEUE_RUN && queue_knows(q, q->processing))
		q->again = true;

	idle = unsettle_idle(q);
	added = q->unsettled - q->unnamed + idle;
	q->unsettled += idle;
	places = queue_draw(q->scratch, numbers, sorted.pending, q->unnamed, random);
	name_places(q, places, sorted.pending);
	places = queue_draw(q->scratch, numbers + (count - sorted.appended), sorted.appended,
			    added, random);
	append_places(q, places, sorted.appended, added);
	q->unnamed += added - sorted.appended - sorted.pending;
	for (uint32_t i = 0; i < sorted.pending; i++)
		set_named(q, numbers[i]);
	for (uint32_t i = 0; i < sorted.appended; i++)
		set_named(q, numbers[count - 1 - i]);
	note_length(q);
}

/* ---- processing ---- */

bool queue_take(struct queue *q, struct queue_entry *entry)
{
	if (q->head == q->count)
		return false;
	*entry = q->entries[q->head++];
	q->busy = true;
	q->again = false;
	q->processing = entry->service;
	if (entry->service == QUEUE_RUN) {
		q->unnamed -= entry->count;
		return true;
	}
	q->named--;
	q->states[entry->service] &= (uint8_t)~STATE_NAMED;
	if (queue_knows(q, entry->service))
		note_idle(q, entry->service);
	return true;
}

void queue_put_back(struct queue *q, uint32_t places)
{
	if (places == 0)
		return;
	q->unnamed += places;
	if (q->head < q->count && q->entries[q->head].service == QUEUE_RUN) {
		q->entries[q->head].count += places;
		return;
	}
	make_room(q, 1);
	if (q->head == 0) {
		memmove(q->entries + 1, q->entries, q->count * sizeof(*q->entries));
		q->count++;
		q->head = 1;
	}
	q->entries[--q->head] = (struct queue_entry){ QUEUE_RUN, places };
}

void queue_done(struct queue *q)
{
	const uint32_t service = q->processing;

	q->busy = false;
	if (!q->again || queue_is_named(q, service))
		return;
	q->again = false;
	set_named(q, service);
	push(q, service, 1);
	note_length(q);
}

bool queue_consistent(const struct queue *q)
{
	uint32_t named = 0;
	uint32_t unnamed = 0;
	uint32_t known = 0;
	uint32_t unsettled = 0;
	uint32_t with_name = 0;

	for (uint32_t i = q->head; i < q->count; i++) {
		const struct queue_entry *entry = &q->entries[i];

		if (entry->count == 0)
			return false;
		if (entry->service == QUEUE_RUN)
			unnamed += entry->count;
		else if (queue_is_named(q, entry->service))
			named++;
		else
			return false;
	}
	for (uint32_t i = 0; i < q->services; i++) {
		known += queue_knows(q, i);
		unsettled += is_unsettled(q, i);
		with_name += queue_is_named(q, i);
	}
	return named == q->named && with_name == named && unnamed == q->unnamed &&
	       known == q->known && unsettled == q->unsettled && unnamed <= unsettled;
}
