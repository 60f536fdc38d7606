/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which things to take of many, by number: the combinatorial number system. Combinations of
 * `size` of the numbers from 0 on stand in the order of their largest member, then of the next
 * smaller one, and so on, so that those of the first n things are the first of the list.
 */
#ifndef BASE_COMBINATION_H
#define BASE_COMBINATION_H

#include <stdint.h>

/* How many ways there are to take `size` of `count` things; UINT64_MAX: that many or more. */
uint64_t combinations(uint64_t count, unsigned size);

/* The combination with this number, its members in ascending order. Each is below 2^32. */
void combination_at(uint64_t number, unsigned size, uint32_t *out);

#endif
