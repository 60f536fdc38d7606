/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Combinations by number: the combinatorial number system. Combinations of `size` numbers, each
 * 0 or more, are sorted by their largest member, then by the next smaller one, and so on, so
 * the combinations of the first n things come first.
 */
#ifndef BASE_COMBINATION_H
#define BASE_COMBINATION_H

#include <stdint.h>

/* How many ways there are to take `size` of `count` things; UINT64_MAX: that many or more. */
uint64_t combinations(uint64_t count, unsigned size);

/* The combination with this number, its members in ascending order. Each is below 2^32. */
void combination_at(uint64_t number, unsigned size, uint32_t *out);

#endif
