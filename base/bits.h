/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of small numbers, a bit each: `bits_words(count)` words hold those below `count`. */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>

enum { BITS_OF_WORD = 64 };

/* Never 0: there is a word behind the last number. */
static inline uint32_t bits_words(uint32_t count)
{
	return count / BITS_OF_WORD + 1;
}

static inline bool bits_get(const uint64_t *bits, uint32_t number)
{
	return (bits[number / BITS_OF_WORD] >> number % BITS_OF_WORD & 1) != 0;
}

static inline void bits_set(uint64_t *bits, uint32_t number, bool on)
{
	const uint64_t bit = UINT64_C(1) << number % BITS_OF_WORD;
	uint64_t *word = &bits[number / BITS_OF_WORD];

	*word = on ? *word | bit : *word & ~bit;
}

/* The first number from `from` on that is in the set; `count` or more: there is none below it.
 */
static inline uint32_t bits_next(const uint64_t *bits, uint32_t count, uint32_t from)
{
	const uint32_t words = bits_words(count);
	uint32_t at = from / BITS_OF_WORD;
	uint64_t word = bits[at] & UINT64_MAX << from % BITS_OF_WORD;

	while (word == 0 && ++at < words)
		word = bits[at];
	return word != 0 ? at * BITS_OF_WORD + (uint32_t)__builtin_ctzll(word) : count;
}

#endif
