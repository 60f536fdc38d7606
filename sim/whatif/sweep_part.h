/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a sweep as files: what one machine made, for another one that adds them up. (S6.8)
 */
#ifndef SIM_WHATIF_SWEEP_PART_H
#define SIM_WHATIF_SWEEP_PART_H

#include "base/digest.h"
#include "base/text.h"
#include "sim/whatif/sweep.h"

/* A remark of the report. */
struct sweep_note {
	const char *label;
	const char *text;
};

/* A part: which one it is, what is reported of it besides, and the sweep itself, which has all
 * single losses and the shard's share of pairs and triples. */
struct sweep_part {
	const char *version; /* of the program */
	uint8_t inputs[SHA256_BYTES];
	uint32_t shard, shards;     /* from 1, of so many */
	uint8_t body[SHA256_BYTES]; /* digest of what all parts have in common; when read */

	bool unreadable;        /* objects of the inputs are broken */
	bool fails_unreachable; /* the exit status tells whether a VIP is unreachable */
	bool fails_unknown;     /* and whether that is unknown */
	bool top_given;
	uint64_t top;      /* --top */
	const char *label; /* --by; NULL: each node alone */
	bool pairs;
	uint64_t triples; /* wanted; 0: none */
	uint32_t keep;    /* of each of the two, the worst; 0: all */
	ARRAY_OF(struct sweep_note) notes;
	struct sweep *sweep;
};

/* The first line of every part of a sweep. */
extern const char sweep_part_magic[25];

enum { SWEEP_PART_BYTES_MAX = 1 << 27 /* of one part */ };

/* Writes a part: a line that says what it is, the identity, the model, the losses, a checksum.
 * Returns NULL, or why it is too large to be read again. */
const char *sweep_part_write(struct text *out, const struct sweep_part *part);

/* Reads one that sweep_part_write() made. Returns NULL, or why it cannot be read. All in the
 * arena. The reports of the sweep need no more than it has. */
const char *sweep_part_read(const void *bytes, size_t len, struct arena *arena,
			    struct sweep_part *part);

/* Adds the pairs and triples of another part of the same sweep, which need not last. */
void sweep_part_add(struct sweep_part *part, const struct sweep_part *more,
		    struct arena *arena);

/* Puts the worst first and drops the others, once all parts are in. */
void sweep_part_finish(struct sweep_part *part);

#endif
