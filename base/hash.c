/* SPDX-License-Identifier: Apache-2.0 */
/* SipHash-1-3, keyed for the lifetime of the process. */
#include "base/hash.h"

#include <string.h>
#include <sys/auxv.h>

struct hash_state {
	uint64_t v0, v1, v2, v3;
};

static uint64_t hash_rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void hash_round(struct hash_state *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = hash_rotate(s->v1, 13) ^ s->v0;
	s->v3 = hash_rotate(s->v3, 16) ^ s->v2;
	s->v0 = hash_rotate(s->v0, 32) + s->v3;
	s->v2 += s->v1;
	s->v3 = hash_rotate(s->v3, 21) ^ s->v0;
	s->v1 = hash_rotate(s->v1, 17) ^ s->v2;
	s->v2 = hash_rotate(s->v2, 32);
}

static void hash_add(struct hash_state *s, uint64_t word)
{
	s->v3 ^= word;
	hash_round(s);
	s->v0 ^= word;
}

uint32_t hash_keyed(const void *data, size_t len)
{
	enum { WORD = sizeof(uint64_t) };
	/* 16 random bytes, new for each process (getauxval(3)); 0 where there are none. */
	const void *random = (const void *)(uintptr_t)getauxval(AT_RANDOM);
	const unsigned char *p = data;
	uint64_t key[2] = { 0 };
	uint64_t last = (uint64_t)len << 56;

	if (random != NULL)
		memcpy(key, random, sizeof(key));

	struct hash_state s = { key[0] ^ UINT64_C(0x736f6d6570736575),
				key[1] ^ UINT64_C(0x646f72616e646f6d),
				key[0] ^ UINT64_C(0x6c7967656e657261),
				key[1] ^ UINT64_C(0x7465646279746573) };

	for (; len >= WORD; p += WORD, len -= WORD) {
		uint64_t word;

		memcpy(&word, p, sizeof(word));
		hash_add(&s, word);
	}
	for (size_t i = 0; i < len; i++)
		last |= (uint64_t)p[i] << (8 * i);
	hash_add(&s, last);
	s.v2 ^= 0xff;
	hash_round(&s);
	hash_round(&s);
	hash_round(&s);
	last = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
	return (uint32_t)(last ^ last >> 32);
}
