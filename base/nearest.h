/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean ...?": the nearest of some names. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Edit distance: insertions, deletions, substitutions and swaps of neighbors count one each
 * (optimal string alignment); letters that differ only in case count as equal for half of the
 * cost, so the result is doubled: "Pool" to "pool" is 1, "poll" to "pool" is 2. Texts over 64
 * bytes are compared by their first 64.
 */
unsigned edit_distance(const char *a, const char *b);

/*
 * Keeps the nearest candidate seen: start with { .word = w }, offer each, read `best`: NULL
 * when none is near enough to be what the user meant (a third of the word's length, at least
 * one edit; nothing is near an empty word). Of several equally near ones the first stays. After
 * NEAREST_WORK_MAX pairs of letters no more are compared: hints must not cost more than checks.
 */
enum { NEAREST_WORK_MAX = 100000, NEAREST_COMPARED_MAX = 64, NEAREST_LETTER_KINDS = 64 };
/* A text in the form that is compared. */
struct nearest_text {
	unsigned len;
	char bytes[NEAREST_COMPARED_MAX], lower[NEAREST_COMPARED_MAX];
	signed char letters[NEAREST_LETTER_KINDS]; /* how many of each kind it has */
};
struct nearest {
	const char *word;
	const char *best; /* borrowed from the offer */
	unsigned distance;
	bool tie;                 /* another candidate is as near */
	unsigned work;            /* pairs of letters that were compared */
	struct nearest_text text; /* of the word, once something was offered */
};
void nearest_offer(struct nearest *n, const char *candidate);

#endif
