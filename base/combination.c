/* SPDX-License-Identifier: Apache-2.0 */
/* Combinations by number. */
#include "base/combination.h"

uint64_t combinations(uint64_t count, unsigned size)
{
	__extension__ typedef unsigned __int128 wide;
	wide ways = 1;

	/* After each step it is a whole number: the ways to take i + 1. */
	for (unsigned i = 0; i < size; i++) {
		if (count <= i)
			return 0;
		ways = ways * (count - i) / (i + 1);
		if (ways > UINT64_MAX)
			return UINT64_MAX;
	}
	return (uint64_t)ways;
}

/* The most items that have no more than `number` combinations of this size. */
static uint32_t combination_largest(uint64_t number, unsigned size)
{
	uint64_t low = 0, high = UINT32_MAX;

	while (low < high) {
		const uint64_t middle = low + (high - low + 1) / 2;

		if (combinations(middle, size) <= number)
			low = middle;
		else
			high = middle - 1;
	}
	return (uint32_t)low;
}

void combination_at(uint64_t number, unsigned size, uint32_t *out)
{
	for (unsigned left = size; left > 0; left--) {
		out[left - 1] = combination_largest(number, left);
		number -= combinations(out[left - 1], left);
	}
}
