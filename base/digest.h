/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256, by nettle. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32 };

/* SHA-256 of `len` bytes. */
void sha256(const void *data, size_t len, uint8_t out[static SHA256_BYTES]);

/* SHA-256 of `a_len` bytes and the `b_len` bytes that follow them. The quickest way for short
 * messages: up to 55 bytes together. */
void sha256_joined(const void *a, size_t a_len, const void *b, size_t b_len,
		   uint8_t out[static SHA256_BYTES]);

#endif
