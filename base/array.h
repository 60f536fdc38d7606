/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growable arrays in an arena.
 *
 *	ARRAY_OF(struct pool) pools = { 0 };
 *	struct pool *p = ARRAY_PUSH(arena, &pools);	(zeroed, valid until the next push)
 *
 * The items are in one piece: `items`, `count`. What growing leaves behind stays in the
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
 * Makes room for one more element of `size` bytes and returns the zeroed element behind the
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
