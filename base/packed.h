/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and texts as few bytes: seven bits of a number in each byte, the lowest first, the
 * eighth bit set in all but the last; a text is its length and its bytes.
 */
#ifndef BASE_PACKED_H
#define BASE_PACKED_H

#include "base/arena.h"
#include "base/text.h"

void packed_add_number(struct text *out, uint64_t number);
/* NULL and "" are different texts. */
void packed_add_text(struct text *out, const char *s);

/* Bytes that are read from their start. Reading beyond the end, or what was not written by the
 * functions above, gives 0 or NULL, and `broken` stays set. */
struct packed {
	const uint8_t *at, *end;
	bool broken;
};

uint64_t packed_number(struct packed *in);
/* A number that is at most `max`. */
uint64_t packed_number_to(struct packed *in, uint64_t max);
/* A copy of a text in the arena; NULL: none was written. */
const char *packed_text(struct packed *in, struct arena *arena);

/* ---- files: a first line that says what they are, then packed values, then a SHA-256 ---- */

/* Ends a file, which begins with its first line. */
void packed_seal(struct text *out);
/* Opens a file with this first line: `in` has what is between that and the checksum. Returns
 * NULL; `foreign`, when the file begins with anything else; or why it is damaged. */
const char *packed_open(struct packed *in, const void *bytes, size_t len, const char *magic,
			const char *foreign);

#endif
