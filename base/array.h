/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growable arrays in an arena.
 *
 *	ARRAY_OF(struct pool) pools = { 0 };
 *	struct pool *p = ARRAY_PUSH(arena, &pools);	(zeroed, valid until the next push)
 *
 * The items are in one piece: `items`, `count`. What growing abandons stays in the
 * arena, at most as much again as the array itself.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* How many elements an array that is not a pointer has, as in `for (i < ARRAY_LEN(names))`. */
#define ARRAY_LEN(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

#define ARRAY_OF(type)                                                                         \
	struct {                                                                               \
		type *items;                                                                   \
		uint32_t count;                                                                \
		uint32_t capacity;                                                             \
	}

/*
 * Makes room for one more element of `size` bytes and returns the zeroed element after the
 * last. `items` is the address of the array's items pointer.
 */
void *array_push(struct arena *arena, void *items, uint32_t *count, uint32_t *capacity,
		 size_t size);

/* Makes room for `wanted` elements in all, exactly, where the number is known beforehand. */
void array_reserve(struct arena *arena, void *items, uint32_t count, uint32_t *capacity,
		   size_t size, uint32_t wanted);

#define ARRAY_RESERVE(arena, array, wanted)                                                    \
	array_reserve((arena), (void *)&(array)->items, (array)->count, &(array)->capacity,    \
		      sizeof(*(array)->items), (wanted))

/* What qsort() takes: <0, 0, >0 as *a comes before, with or after *b. */
typedef int (*array_order)(const void *a, const void *b);

/*
 * As qsort(), but `items` may be NULL when there are none, and items that are in order already
 * cost one comparison each. The order must tell all items apart, or not care.
 */
void array_sort(void *items, size_t count, size_t size, array_order order);

/*
 * The number of the first of `count` sorted items that does not come before `key`, or `count`.
 * `order` is called with the key first and an item second.
 */
uint32_t array_lower_bound(const void *key, const void *items, uint32_t count, size_t size,
			   array_order order);

/* Appends a zeroed element and returns its address (a void pointer). */
#define ARRAY_PUSH(arena, array)                                                               \
	array_push((arena), (void *)&(array)->items, &(array)->count, &(array)->capacity,      \
		   sizeof(*(array)->items))

/* Appends a value. */
#define ARRAY_ADD(arena, array, value)                                                         \
	do {                                                                                   \
		(void)ARRAY_PUSH((arena), (array));                                            \
		(array)->items[(array)->count - 1] = (value);                                  \
	} while (0)

/* Walks the elements: ARRAY_FOREACH(struct pool, p, &pools) { ... } */
#define ARRAY_FOREACH(type, it, array)                                                         \
	for (type *it = (array)->items; it != NULL && it < (array)->items + (array)->count;    \
	     it++)

#endif
