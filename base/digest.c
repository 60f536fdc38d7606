/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256, by nettle. */
#include "base/digest.h"

#include <arpa/inet.h>
#include <nettle/sha2.h>
#include <string.h>

void sha256(const void *data, size_t len, uint8_t out[static SHA256_BYTES])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, len, data);
	sha256_digest(&context, SHA256_BYTES, out);
}

/* The longest message that fits in one block, with the bit after it and its length. */
enum { ONE_BLOCK_BYTES = SHA256_BLOCK_SIZE - 9 };

static void sha256_write_big_endian(uint8_t *out, uint32_t value)
{
	const uint32_t swapped = htonl(value);

	memcpy(out, &swapped, sizeof(swapped));
}

/*
 * A message that fits in one block, padded by ourselves (FIPS 180-4, 5.1.1): nettle takes a
 * whole block as it is, without buffering it, and its state is then the digest.
 */
static void sha256_one_block(const void *a, size_t a_len, const void *b, size_t b_len,
			     uint8_t out[static SHA256_BYTES])
{
	uint8_t block[SHA256_BLOCK_SIZE] = { 0 };
	struct sha256_ctx context;

	memcpy(block, a, a_len);
	memcpy(block + a_len, b, b_len);
	block[a_len + b_len] = 0x80;
	sha256_write_big_endian(block + SHA256_BLOCK_SIZE - 4, (uint32_t)(a_len + b_len) * 8);
	sha256_init(&context);
	sha256_update(&context, sizeof(block), block);
	for (size_t i = 0; i < SHA256_BYTES / 4; i++)
		sha256_write_big_endian(out + 4 * i, context.state[i]);
}

void sha256_joined(const void *a, size_t a_len, const void *b, size_t b_len,
		   uint8_t out[static SHA256_BYTES])
{
	struct sha256_ctx context;

	if (a_len <= ONE_BLOCK_BYTES && b_len <= ONE_BLOCK_BYTES - a_len) {
		sha256_one_block(a, a_len, b, b_len, out);
		return;
	}
	sha256_init(&context);
	sha256_update(&context, a_len, a);
	sha256_update(&context, b_len, b);
	sha256_digest(&context, SHA256_BYTES, out);
}
