/* SPDX-License-Identifier: Apache-2.0 */
/* Growable arrays in an arena, sorting and searching. */
#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_CAPACITY = 4 };

/* Returns the address of the items after they moved to where there is room for `wanted`. */
static unsigned char *array_move(struct arena *arena, const void *old, uint32_t count,
				 uint32_t wanted, uint32_t *capacity, size_t size)
{
	if (size > SIZE_MAX / wanted)
		mem_exhausted();

	unsigned char *grown = arena_alloc(arena, wanted * size);

	if (count > 0)
		memcpy(grown, old, count * size);
	*capacity = wanted;
	return grown;
}

static unsigned char *array_grow(struct arena *arena, const void *old, uint32_t count,
				 uint32_t *capacity, size_t size)
{
	if (*capacity > UINT32_MAX / 2)
		mem_exhausted();
	return array_move(arena, old, count, *capacity != 0 ? *capacity * 2 : FIRST_CAPACITY,
			  capacity, size);
}

void array_reserve(struct arena *arena, void *items, uint32_t count, uint32_t *capacity,
		   size_t size, uint32_t wanted)
{
	unsigned char *base;

	if (wanted <= *capacity)
		return;
	memcpy(&base, items, sizeof(base));
	base = array_move(arena, base, count, wanted, capacity, size);
	memcpy(items, &base, sizeof(base));
}

void *array_push(struct arena *arena, void *items, uint32_t *count, uint32_t *capacity,
		 size_t size)
{
	unsigned char *base;

	/* The items pointer may be of any type, so it is read and written as bytes. */
	memcpy(&base, items, sizeof(base));
	if (*count == *capacity) {
		base = array_grow(arena, base, *count, capacity, size);
		memcpy(items, &base, sizeof(base));
	}
	return memset(base + (*count)++ * size, 0, size);
}

void array_sort(void *items, size_t count, size_t size, array_order order)
{
	const unsigned char *bytes = items;

	for (size_t i = 1; i < count; i++) {
		if (order(bytes + (i - 1) * size, bytes + i * size) > 0) {
			qsort(items, count, size, order);
			return;
		}
	}
}

uint32_t array_lower_bound(const void *key, const void *items, uint32_t count, size_t size,
			   array_order order)
{
	const unsigned char *bytes = items;
	uint32_t low = 0, high = count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (order(key, bytes + middle * size) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
