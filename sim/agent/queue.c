/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The work queue: named Services and runs of unnamed places (queue.h says why). Places are
 * drawn without replacement, each as likely as the others: few among many by trying, many by
 * shuffling.
 */
#include "sim/agent/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What is known about a Service; known without more: nobody knows whether it is pending. */
enum queue_state {
	STATE_KNOWN = 1 << 0, /* in the agent's cache */
	STATE_NAMED = 1 << 1, /* has a named entry */
	STATE_IDLE = 1 << 2,  /* known, and certainly not pending */
};

static const unsigned not_unsettled = STATE_NAMED | STATE_IDLE;

/* ---- drawing places ---- */

enum { WORD_BITS = 64 };

struct queue_place {
	uint32_t place; /* from 0 */
	uint32_t service;
};

void queue_scratch_release(struct queue_scratch *scratch)
{
	free(scratch->taken);
	free(scratch->places);
	free(scratch->numbers);
	*scratch = (struct queue_scratch){ .taken = NULL };
}

/* Room for `count` numbers; valid until the next call. */
static uint32_t *queue_scratch_numbers(struct queue_scratch *scratch, uint32_t count)
{
	if (count > scratch->numbers_capacity || scratch->numbers == NULL) {
		scratch->numbers_capacity = count * 2 + 16;
		scratch->numbers = mem_resize(scratch->numbers, scratch->numbers_capacity,
					      sizeof(*scratch->numbers));
	}
	return scratch->numbers;
}

static void queue_draw_room(struct queue_scratch *scratch, uint32_t count)
{
	if (count <= scratch->places_capacity)
		return;
	scratch->places_capacity = count * 2 + 16;
	scratch->places =
		mem_resize(scratch->places, scratch->places_capacity, sizeof(*scratch->places));
}

static int queue_place_compare(const void *pa, const void *pb)
{
	const struct queue_place *a = pa;
	const struct queue_place *b = pb;

	return (a->place > b->place) - (a->place < b->place);
}

/* ---- few among many ---- */

static void queue_draw_room_taken(struct queue_scratch *scratch, uint32_t of)
{
	const uint32_t words = of / WORD_BITS + 1;

	if (words <= scratch->taken_words)
		return;
	scratch->taken = mem_resize(scratch->taken, words, sizeof(*scratch->taken));
	memset(scratch->taken + scratch->taken_words, 0,
	       (words - scratch->taken_words) * sizeof(*scratch->taken));
	scratch->taken_words = words;
}

static void queue_draw_by_trying(struct queue_scratch *scratch, const uint32_t *services,
				 uint32_t count, uint32_t of, struct random *random)
{
	queue_draw_room_taken(scratch, of);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t place;
		uint64_t bit;

		do {
			place = (uint32_t)random_below(random, of);
			bit = UINT64_C(1) << (place % WORD_BITS);
		} while ((scratch->taken[place / WORD_BITS] & bit) != 0);
		scratch->taken[place / WORD_BITS] |= bit;
		scratch->places[i] = (struct queue_place){ place, services[i] };
	}
	for (uint32_t i = 0; i < count; i++)
		scratch->taken[scratch->places[i].place / WORD_BITS] = 0;
	qsort(scratch->places, count, sizeof(*scratch->places), queue_place_compare);
}

/* ---- many ---- */

/* As many places as there are: Services and unnamed ones, shuffled. */
static void queue_draw_by_shuffling(struct queue_scratch *scratch, const uint32_t *services,
				    uint32_t count, uint32_t of, struct random *random)
{
	uint32_t kept = 0;

	queue_draw_room(scratch, of);
	for (uint32_t i = 0; i < of; i++) {
		const uint32_t other = (uint32_t)random_below(random, i + 1);

		if (other != i)
			scratch->places[i] = scratch->places[other];
		scratch->places[other].service = i < count ? services[i] : QUEUE_RUN;
	}
	for (uint32_t i = 0; i < of; i++) {
		if (scratch->places[i].service != QUEUE_RUN)
			scratch->places[kept++] =
				(struct queue_place){ i, scratch->places[i].service };
	}
}

/*
 * Gives each of `count` Services a place of its own among the first `of`, at least `count`.
 * Sorted by place, and valid until the next call.
 */
static const struct queue_place *queue_draw(struct queue_scratch *scratch,
					    const uint32_t *services, uint32_t count,
					    uint32_t of, struct random *random)
{
	queue_draw_room(scratch, count);
	if (count == 0)
		return scratch->places;
	if (count > of / 2)
		queue_draw_by_shuffling(scratch, services, count, of, random);
	else
		queue_draw_by_trying(scratch, services, count, of, random);
	return scratch->places;
}

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

static void queue_make_room(struct queue *q, uint32_t more)
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

static void queue_push(struct queue *q, uint32_t service, uint32_t count)
{
	if (count == 0)
		return;
	if (service == QUEUE_RUN && q->count > q->head &&
	    q->entries[q->count - 1].service == QUEUE_RUN) {
		q->entries[q->count - 1].count += count;
		return;
	}
	queue_make_room(q, 1);
	q->entries[q->count++] = (struct queue_entry){ service, count };
}

static void queue_note_length(struct queue *q)
{
	if (queue_length(q) > q->longest)
		q->longest = queue_length(q);
}

/* Gives names to unnamed places; `places` are sorted. The runs are split there. */
static void queue_name_places(struct queue *q, const struct queue_place *places, uint32_t count)
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
	queue_make_room(q, end - head + 2 * count);
	for (uint32_t i = head; i < end; i++) {
		uint32_t left = before[i].count;

		if (before[i].service != QUEUE_RUN) {
			queue_push(q, before[i].service, 1);
			continue;
		}
		while (next < count && places[next].place < place + left) {
			const uint32_t skipped = places[next].place - place;

			queue_push(q, QUEUE_RUN, skipped);
			queue_push(q, places[next++].service, 1);
			place += skipped + 1;
			left -= skipped + 1;
		}
		queue_push(q, QUEUE_RUN, left);
		place += left;
	}
	free(before);
}

/* Appends `total` places, of which these are named; `places` are sorted. */
static void queue_append_places(struct queue *q, const struct queue_place *places,
				uint32_t count, uint32_t total)
{
	uint32_t place = 0;

	queue_make_room(q, 2 * count + 1);
	for (uint32_t i = 0; i < count; i++) {
		queue_push(q, QUEUE_RUN, places[i].place - place);
		queue_push(q, places[i].service, 1);
		place = places[i].place + 1;
	}
	queue_push(q, QUEUE_RUN, total - place);
}

/* ---- what is known of a Service ---- */

static void queue_note_idle(struct queue *q, uint32_t service)
{
	q->states[service] |= STATE_IDLE;
	if (q->idle_count == q->idle_capacity) {
		q->idle_capacity = q->idle_capacity * 2 + 8;
		q->idle = mem_resize(q->idle, q->idle_capacity, sizeof(*q->idle));
	}
	q->idle[q->idle_count++] = service;
}

static bool queue_is_unsettled(const struct queue *q, uint32_t service)
{
	return (q->states[service] & STATE_KNOWN) != 0 &&
	       (q->states[service] & not_unsettled) == 0;
}

static void queue_set_named(struct queue *q, uint32_t service)
{
	if (queue_is_unsettled(q, service))
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
		queue_note_idle(q, service);
}

/* Settles by drawing whether a Service is pending, and names its place if so. */
static bool queue_find_place(struct queue *q, uint32_t service, struct random *random)
{
	struct queue_place place = { .service = service };

	if (random_below(random, q->unsettled) >= q->unnamed)
		return false;
	place.place = (uint32_t)random_below(random, q->unnamed);
	queue_name_places(q, &place, 1);
	q->unnamed--;
	queue_set_named(q, service);
	return true;
}

void queue_forget(struct queue *q, uint32_t service, struct random *random)
{
	if (!queue_knows(q, service))
		return;
	if (queue_is_unsettled(q, service) && !queue_find_place(q, service, random))
		q->unsettled--;
	q->known--;
	q->states[service] &= STATE_NAMED;
}

bool queue_knows(const struct queue *q, uint32_t service)
{
	return (q->states[service] & STATE_KNOWN) != 0;
}

/* True when the Service has a place of its own in the queue. */
static bool queue_is_named(const struct queue *q, uint32_t service)
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
	if (queue_is_unsettled(q, service) && queue_find_place(q, service, random))
		return;
	queue_set_named(q, service);
	queue_push(q, service, 1);
	queue_note_length(q);
}

/* The interesting Services, sorted out: where each one's place must be. */
struct sorted_out {
	uint32_t pending;  /* the first so many of numbers are in runs */
	uint32_t appended; /* the last so many are not pending */
};

static struct sorted_out queue_sort_out(struct queue *q, const uint32_t *interesting,
					uint32_t count, uint32_t *numbers,
					struct random *random)
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
		if (queue_is_unsettled(q, service)) {
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
static uint32_t queue_unsettle_idle(struct queue *q)
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
	sorted = queue_sort_out(q, interesting, count, numbers, random);
	if (q->busy && q->processing != QUEUE_RUN && queue_knows(q, q->processing))
		q->again = true;

	idle = queue_unsettle_idle(q);
	added = q->unsettled - q->unnamed + idle;
	q->unsettled += idle;
	places = queue_draw(q->scratch, numbers, sorted.pending, q->unnamed, random);
	queue_name_places(q, places, sorted.pending);
	places = queue_draw(q->scratch, numbers + (count - sorted.appended), sorted.appended,
			    added, random);
	queue_append_places(q, places, sorted.appended, added);
	q->unnamed += added - sorted.appended - sorted.pending;
	for (uint32_t i = 0; i < sorted.pending; i++)
		queue_set_named(q, numbers[i]);
	for (uint32_t i = 0; i < sorted.appended; i++)
		queue_set_named(q, numbers[count - 1 - i]);
	queue_note_length(q);
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
		queue_note_idle(q, entry->service);
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
	queue_make_room(q, 1);
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
	queue_set_named(q, service);
	queue_push(q, service, 1);
	queue_note_length(q);
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
		unsettled += queue_is_unsettled(q, i);
		with_name += queue_is_named(q, i);
	}
	return named == q->named && with_name == named && unnamed == q->unnamed &&
	       known == q->known && unsettled == q->unsettled && unnamed <= unsettled;
}
