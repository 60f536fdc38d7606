/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of many short messages that end alike, several at once. */
#ifndef BASE_DIGEST_LANES_H
#define BASE_DIGEST_LANES_H

#include <stdbool.h>

#include "base/digest.h"

enum {
	DIGEST_LANES_MAX = 16,
	/* Longer ones are hashed one after the other. */
	DIGEST_LANES_MESSAGE_BYTES_MAX = 5 * 64 - 9,
};

/* The number of lanes that is fastest on this processor: 2, 4, 8 or 16; 0: nettle is. */
unsigned digest_lanes(void);

/* Whether the processor can do that many lanes; false for what is not 2, 4, 8 or 16. */
bool digest_lanes_can(unsigned lanes);

/*
 * SHA-256 of each of `count` strings followed by the `tail_len` bytes of the tail, as
 * sha256_joined() has it, into `out`. `lanes` is 0, or what digest_lanes() gave, or any number
 * that digest_lanes_can() do.
 */
void digest_lanes_joined(unsigned lanes, const char *const *heads, size_t count,
			 const char *tail, size_t tail_len, uint8_t (*out)[SHA256_BYTES]);

#endif
