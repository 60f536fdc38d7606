/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and texts as few bytes. */
#include "base/packed.h"

#include <string.h>

#include "base/digest.h"

enum { BITS = 7, MORE = 0x80 };

void packed_add_number(struct text *out, uint64_t number)
{
	while (number >= MORE) {
		text_add_char(out, (char)(unsigned char)(number | MORE));
		number >>= BITS;
	}
	text_add_char(out, (char)number);
}

void packed_add_text(struct text *out, const char *s)
{
	packed_add_number(out, s != NULL ? strlen(s) + 1 : 0);
	if (s != NULL)
		text_add_bytes(out, s, strlen(s));
}

uint64_t packed_number(struct packed *in)
{
	uint64_t number = 0;

	for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += BITS) {
		const uint64_t byte = *in->at++;
		const uint64_t bits = byte & (MORE - 1);

		if (shift + BITS > 64 && bits >> (64 - shift) != 0)
			break;
		number |= bits << shift;
		if (byte < MORE)
			return number;
	}
	in->broken = true;
	return 0;
}

uint64_t packed_number_to(struct packed *in, uint64_t max)
{
	const uint64_t number = packed_number(in);

	if (number <= max)
		return number;
	in->broken = true;
	return 0;
}

const char *packed_text(struct packed *in, struct arena *arena)
{
	const uint64_t len = packed_number(in);
	const char *copy;

	if (len == 0)
		return NULL;
	if (len - 1 > (uint64_t)(in->end - in->at) || memchr(in->at, '\0', len - 1) != NULL) {
		in->broken = true;
		return NULL;
	}
	copy = arena_strndup(arena, (const char *)in->at, len - 1);
	in->at += len - 1;
	return copy;
}

void packed_seal(struct text *out)
{
	uint8_t sum[SHA256_BYTES];

	sha256(text_str(out), out->len, sum);
	text_add_bytes(out, (const char *)sum, sizeof(sum));
}

const char *packed_open(struct packed *in, const void *bytes, size_t len, const char *magic,
			const char *foreign)
{
	const size_t magic_len = strlen(magic);
	uint8_t sum[SHA256_BYTES];

	*in = (struct packed){ .at = bytes };
	if (len < magic_len || memcmp(bytes, magic, magic_len) != 0)
		return foreign;
	if (len < magic_len + SHA256_BYTES)
		return "its end is missing";
	sha256(bytes, len - SHA256_BYTES, sum);
	in->end = in->at + len - SHA256_BYTES;
	if (memcmp(in->end, sum, SHA256_BYTES) != 0)
		return "its checksum is wrong: the end is missing, or bytes have changed";
	in->at += magic_len;
	return NULL;
}
