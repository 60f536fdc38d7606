/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of many runs as files: what one machine made, for another one that adds them up. (S6.8)
 */
#ifndef SIM_RUN_PART_H
#define SIM_RUN_PART_H

#include "base/digest.h"
#include "base/packed.h"
#include "sim/run/many.h"

/* What parts must have in common to belong together, and which of them this one is. */
struct part_identity {
	const char *version; /* of the program */
	uint8_t inputs[SHA256_BYTES];
	uint64_t seed;
	uint32_t runs;          /* of all parts */
	uint32_t shard, shards; /* this one, from 1, of so many */
	bool unreadable;        /* objects of the inputs are broken */
};

/* The runs that a shard makes: *count of them from *first on. All shards make each run once. */
void part_runs(uint32_t runs, uint32_t shard, uint32_t shards, uint32_t *first,
	       uint32_t *count);

/* Writes a part: a line that says what it is, the identity, what was measured, a checksum.
 * Sorts what the part holds. */
void part_write(struct text *out, const struct part_identity *identity, struct many_part *part);

enum { PART_BYTES_MAX = 1 << 30 /* of one part */ };

/* What tells parts from those of other runs: the first of the differences between two, in
 * words; NULL: they go together, unless they are of the same shard. */
const char *part_difference(const struct part_identity *a, const struct part_identity *b);

/* Pieces of which parts of other kinds are made as well. Samples are sorted when they are
 * written. What cannot be read breaks `in`. */
void part_add_identity(struct text *out, const struct part_identity *identity);
void part_read_identity(struct packed *in, struct arena *arena, struct part_identity *identity);
void part_add_samples(struct text *out, struct samples *samples);
void part_read_samples(struct packed *in, struct samples *samples, struct arena *arena);

/* The first line of every part. */
extern const char part_magic[28];

/* Reads one that part_write() made. Returns NULL, or why it cannot be read. All in the arena.
 */
const char *part_read(const void *bytes, size_t len, struct arena *arena,
		      struct part_identity *identity, struct many_part *part);

#endif
