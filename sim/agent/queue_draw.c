/* SPDX-License-Identifier: Apache-2.0 */
/* Places for Services: few among many by trying, many by shuffling. */
#include "sim/agent/queue_draw.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { WORD_BITS = 64 };

void queue_scratch_release(struct queue_scratch *scratch)
{
	free(scratch->taken);
	free(scratch->places);
	free(scratch->numbers);
	*scratch = (struct queue_scratch){ .taken = NULL };
}

uint32_t *queue_scratch_numbers(struct queue_scratch *scratch, uint32_t count)
{
	if (count > scratch->numbers_capacity || scratch->numbers == NULL) {
		scratch->numbers_capacity = count * 2 + 16;
		scratch->numbers = mem_resize(scratch->numbers, scratch->numbers_capacity,
					      sizeof(*scratch->numbers));
	}
	return scratch->numbers;
}

static void room_for_places(struct queue_scratch *scratch, uint32_t count)
{
	if (count <= scratch->places_capacity)
		return;
	scratch->places_capacity = count * 2 + 16;
	scratch->places =
		mem_resize(scratch->places, scratch->places_capacity, sizeof(*scratch->places));
}

static int compare_places(const void *pa, const void *pb)
{
	const struct queue_place *a = pa;
	const struct queue_place *b = pb;

	return (a->place > b->place) - (a->place < b->place);
}

/* ---- few among many ---- */

static void room_for_taken(struct queue_scratch *scratch, uint32_t of)
{
	const uint32_t words = of / WORD_BITS + 1;

	if (words <= scratch->taken_words)
		return;
	scratch->taken = mem_resize(scratch->taken, words, sizeof(*scratch->taken));
	memset(scratch->taken + scratch->taken_words, 0,
	       (words - scratch->taken_words) * sizeof(*scratch->taken));
	scratch->taken_words = words;
}

static void draw_by_trying(struct queue_scratch *scratch, const uint32_t *services,
			   uint32_t count, uint32_t of, struct random *random)
{
	room_for_taken(scratch, of);
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
	qsort(scratch->places, count, sizeof(*scratch->places), compare_places);
}

/* ---- many ---- */

/* As many places as there are: Services and unnamed ones, shuffled. */
static void draw_by_shuffling(struct queue_scratch *scratch, const uint32_t *services,
			      uint32_t count, uint32_t of, struct random *random)
{
	uint32_t kept = 0;

	room_for_places(scratch, of);
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

const struct queue_place *queue_draw(struct queue_scratch *scratch, const uint32_t *services,
				     uint32_t count, uint32_t of, struct random *random)
{
	room_for_places(scratch, count);
	if (count == 0)
		return scratch->places;
	if (count > of / 2)
		draw_by_shuffling(scratch, services, count, of, random);
	else
		draw_by_trying(scratch, services, count, of, random);
	return scratch->places;
}
