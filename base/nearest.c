/* SPDX-License-Identifier: Apache-2.0 */
/* Edit distance (optimal string alignment) and the nearest of some names. */
#include "base/nearest.h"

#include <limits.h>
#include <string.h>

/* Distances are doubled: an edit costs 2, another case 1. */
enum { COMPARED_MAX = NEAREST_COMPARED_MAX, EDIT = 2, OTHER_CASE = 1 };

static unsigned nearest_min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned nearest_max(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static char nearest_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static struct nearest_text nearest_text_of(const char *s)
{
	struct nearest_text out = { .len = (unsigned)strnlen(s, COMPARED_MAX) };

	for (unsigned i = 0; i < out.len; i++) {
		out.bytes[i] = s[i];
		out.lower[i] = nearest_lower(s[i]);
		out.letters[(unsigned char)out.lower[i] % NEAREST_LETTER_KINDS]++;
	}
	return out;
}

static unsigned nearest_replace_cost(const struct nearest_text *a, unsigned i,
				     const struct nearest_text *b, unsigned j)
{
	if (a->lower[i] != b->lower[j])
		return EDIT;
	return a->bytes[i] == b->bytes[j] ? 0 : OTHER_CASE;
}

/* The cost of replacing a[i] a[i+1] with b[j] b[j+1] when one is the other swapped; else a high
 * cost. */
static unsigned nearest_swap_cost(const struct nearest_text *a, unsigned i,
				  const struct nearest_text *b, unsigned j)
{
	if (a->lower[i] != b->lower[j + 1] || a->lower[i + 1] != b->lower[j])
		return 2 * EDIT;
	return EDIT + nearest_replace_cost(a, i, b, j + 1) +
	       nearest_replace_cost(a, i + 1, b, j);
}

/*
 * At most their distance: letters that one of them has more often cost an edit each, and one
 * edit mends one of each text's.
 */
static unsigned nearest_least(const struct nearest_text *a, const struct nearest_text *b)
{
	unsigned of_a = 0, of_b = 0;

	for (unsigned k = 0; k < NEAREST_LETTER_KINDS; k++) {
		const int more = a->letters[k] - b->letters[k];

		of_a += more > 0 ? (unsigned)more : 0;
		of_b += more < 0 ? (unsigned)-more : 0;
	}
	return nearest_max(of_a, of_b) * EDIT;
}

/* Their distance, or any number over `limit` when it is over it. Adds the pairs of letters that
 * were compared to *work. */
static unsigned nearest_distance(const struct nearest_text *a, const struct nearest_text *b,
				 unsigned limit, unsigned *work)
{
	/* The row of i is rows[i % 3]; a swap looks back two rows. */
	unsigned rows[3][COMPARED_MAX + 1];
	unsigned least_above = 0; /* of the row above */

	for (unsigned j = 0; j <= b->len; j++)
		rows[0][j] = j * EDIT;
	for (unsigned i = 1; i <= a->len; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3];
		const unsigned *two_above = rows[(i + 1) % 3];
		unsigned least = i * EDIT;

		row[0] = i * EDIT;
		for (unsigned j = 1; j <= b->len; j++) {
			unsigned best = above[j - 1] + nearest_replace_cost(a, i - 1, b, j - 1);

			best = nearest_min(best, nearest_min(above[j], row[j - 1]) + EDIT);
			if (i > 1 && j > 1)
				best = nearest_min(
					best, two_above[j - 2] +
						      nearest_swap_cost(a, i - 2, b, j - 2));
			row[j] = best;
			least = nearest_min(least, best);
		}
		*work += b->len;
		/* What follows costs no less than the less of two rows. */
		if (least > limit && least_above > limit)
			return least;
		least_above = least;
	}
	return rows[a->len % 3][b->len];
}

unsigned edit_distance(const char *a, const char *b)
{
	const struct nearest_text first = nearest_text_of(a), second = nearest_text_of(b);
	unsigned work = 0;

	return nearest_distance(&first, &second, UINT_MAX, &work);
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
	const size_t len = strnlen(candidate, COMPARED_MAX);
	struct nearest_text other;
	unsigned limit, distance;

	if (n->text.len == 0)
		n->text = nearest_text_of(n->word);
	limit = nearest_max(n->text.len * EDIT / 3, EDIT);
	if (n->text.len == 0 || n->work > NEAREST_WORK_MAX)
		return;
	/* Letters that only one of them has are an edit each. */
	if ((len > n->text.len ? len - n->text.len : n->text.len - len) * EDIT > limit)
		return;
	other = nearest_text_of(candidate);
	n->work += other.len + NEAREST_LETTER_KINDS;
	if (nearest_least(&n->text, &other) > limit)
		return;
	distance = nearest_distance(&n->text, &other, limit, &n->work);
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
