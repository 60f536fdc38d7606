/* SPDX-License-Identifier: Apache-2.0 */
/* Edit distance (optimal string alignment) and the nearest of some names. */
#include "base/nearest.h"

#include <string.h>

/* Distances are doubled: an edit costs 2, another case 1. */
enum { COMPARED_MAX = 64, EDIT = 2, OTHER_CASE = 1 };

static unsigned nearest_min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static char nearest_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned nearest_replace_cost(char a, char b)
{
	if (a == b)
		return 0;
	return nearest_lower(a) == nearest_lower(b) ? OTHER_CASE : EDIT;
}

/* The cost of replacing a1 a2 with b1 b2 when one is the other swapped; else a high cost. */
static unsigned nearest_swap_cost(const char *a, const char *b)
{
	unsigned first = nearest_replace_cost(a[0], b[1]);
	unsigned second = nearest_replace_cost(a[1], b[0]);

	if (first == EDIT || second == EDIT)
		return 2 * EDIT;
	return EDIT + first + second;
}

unsigned edit_distance(const char *a, const char *b)
{
	size_t a_len = strnlen(a, COMPARED_MAX);
	size_t b_len = strnlen(b, COMPARED_MAX);
	/* The row of i is rows[i % 3]; a swap looks back two rows. */
	unsigned rows[3][COMPARED_MAX + 1];

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = (unsigned)j * EDIT;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3];
		const unsigned *two_above = rows[(i + 1) % 3];

		row[0] = (unsigned)i * EDIT;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned best = above[j - 1] + nearest_replace_cost(a[i - 1], b[j - 1]);

			best = nearest_min(best, nearest_min(above[j], row[j - 1]) + EDIT);
			if (i > 1 && j > 1)
				best = nearest_min(
					best, two_above[j - 2] +
						      nearest_swap_cost(a + i - 2, b + j - 2));
			row[j] = best;
		}
	}
	return rows[a_len % 3][b_len];
}

/* Equal but for the case of letters, of which any number is one slip. */
static bool nearest_is_other_case(const char *a, const char *b)
{
	while (*a != '\0' && nearest_lower(*a) == nearest_lower(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	size_t len = strnlen(n->word, COMPARED_MAX);

	if (len == 0)
		return;

	const size_t other = strnlen(candidate, COMPARED_MAX);
	const unsigned longer = (unsigned)(len > other ? len - other : other - len);
	unsigned limit = (unsigned)len * EDIT / 3;
	unsigned distance;

	limit = limit > EDIT ? limit : EDIT;
	/* Letters that only one of them has are an edit each. */
	if (longer * EDIT > limit || n->work > NEAREST_WORK_MAX)
		return;
	n->work += (unsigned)(len * other);
	distance = edit_distance(n->word, candidate);
	if (nearest_is_other_case(n->word, candidate))
		distance = nearest_min(distance, OTHER_CASE);
	if (n->best != NULL && distance == n->distance && strcmp(n->best, candidate) != 0)
		n->tie = true;
	if (distance > limit || (n->best != NULL && distance >= n->distance))
		return;
	n->tie = false;
	n->best = candidate;
	n->distance = distance;
}
