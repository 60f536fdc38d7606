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
