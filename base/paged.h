/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers by index of which nearly all are 0: those of a page take memory once one of them is
 * something else. A thousand agents that each know a few of ten thousand VIPs stay small.
 */
#ifndef BASE_PAGED_H
#define BASE_PAGED_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { PAGED_NUMBERS = 64 /* of a page */ };

struct paged {
	uint32_t **pages; /* NULL: all of the page are 0 */
};

/* `count` numbers, all 0. */
static inline struct paged paged_new(struct arena *arena, uint32_t count)
{
	return (struct paged){
		arena_zalloc(arena, count / PAGED_NUMBERS + 1, sizeof(uint32_t *)),
	};
}

static inline uint32_t paged_get(const struct paged *paged, uint32_t index)
{
	const uint32_t *page = paged->pages[index / PAGED_NUMBERS];

	return page != NULL ? page[index % PAGED_NUMBERS] : 0;
}

static inline void paged_set(struct paged *paged, struct arena *arena, uint32_t index,
			     uint32_t number)
{
	uint32_t **page = &paged->pages[index / PAGED_NUMBERS];

	if (*page == NULL && number == 0)
		return;
	if (*page == NULL)
		*page = arena_zalloc(arena, PAGED_NUMBERS, sizeof(**page));
	(*page)[index % PAGED_NUMBERS] = number;
}

/* Replaces a number that was set before. */
static inline void paged_replace(struct paged *paged, uint32_t index, uint32_t number)
{
	paged->pages[index / PAGED_NUMBERS][index % PAGED_NUMBERS] = number;
}

#endif
