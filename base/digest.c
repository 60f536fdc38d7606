/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256, by nettle. */
#include "base/digest.h"

#include <nettle/sha2.h>

void sha256(const void *data, size_t len, uint8_t out[static SHA256_BYTES])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, len, data);
	sha256_digest(&context, SHA256_BYTES, out);
}

void sha256_joined(const void *a, size_t a_len, const void *b, size_t b_len,
		   uint8_t out[static SHA256_BYTES])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, a_len, a);
	sha256_update(&context, b_len, b);
	sha256_digest(&context, SHA256_BYTES, out);
}
