/* SPDX-License-Identifier: Apache-2.0 */
/* Seeded random numbers: xoshiro256** 1.0, its state filled by splitmix64; Philox 4x32-10. */
#include "base/random.h"

__extension__ typedef unsigned __int128 product;

/* The next number of a splitmix64 sequence. */
static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

struct random random_new(uint64_t seed)
{
	struct random r;

	for (int i = 0; i < 4; i++)
		r.state[i] = splitmix64(&seed);
	return r;
}

struct random random_split(uint64_t seed, const char *name)
{
	/* FNV-1a over the name, from a start that depends on every bit of the seed. */
	uint64_t hash = splitmix64(&seed);

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001B3);
	return random_new(hash);
}

uint64_t random_u64(struct random *r)
{
	uint64_t *s = r->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}

uint64_t random_below(struct random *r, uint64_t bound)
{
	if (bound == 0)
		return 0;

	/*
	 * The upper half of number * bound is the result. Each result has the same share of
	 * numbers once the first 2^64 mod bound values of the lower half are refused.
	 */
	product scaled = (product)random_u64(r) * bound;

	if ((uint64_t)scaled < bound) {
		uint64_t refused = (0 - bound) % bound;

		while ((uint64_t)scaled < refused)
			scaled = (product)random_u64(r) * bound;
	}
	return (uint64_t)(scaled >> 64);
}

double random_unit(struct random *r)
{
	return (double)(random_u64(r) >> 11) * 0x1.0p-53;
}

void random_at(uint64_t key, const uint32_t counter[static 4], uint32_t out[static 4])
{
	enum { ROUNDS = 10 };
	uint32_t k0 = (uint32_t)key;
	uint32_t k1 = (uint32_t)(key >> 32);
	uint32_t c0 = counter[0];
	uint32_t c1 = counter[1];
	uint32_t c2 = counter[2];
	uint32_t c3 = counter[3];

	for (int round = 0; round < ROUNDS; round++) {
		const uint64_t first = UINT64_C(0xD2511F53) * c0;
		const uint64_t second = UINT64_C(0xCD9E8D57) * c2;

		c0 = (uint32_t)(second >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)second;
		c2 = (uint32_t)(first >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)first;
		k0 += UINT32_C(0x9E3779B9);
		k1 += UINT32_C(0xBB67AE85);
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

/*
 * A Feistel network over the next larger power of four, whose round function is Philox; what
 * lands outside is sent through it again until it is inside, so inside it is a permutation as
 * well.
 */
uint64_t random_place(uint64_t key, uint64_t count, uint64_t place)
{
	enum { ROUNDS = 6 };
	unsigned half = 1;

	while (half < 32 && count > UINT64_C(1) << (2 * half))
		half++;
	const uint64_t mask = (UINT64_C(1) << half) - 1;

	do {
		uint64_t left = place >> half;
		uint64_t right = place & mask;

		for (uint32_t round = 0; round < ROUNDS; round++) {
			const uint32_t counter[4] = { round, (uint32_t)right, half, 0 };
			const uint64_t before = right;
			uint32_t drawn[4];

			random_at(key, counter, drawn);
			right = left ^ (drawn[0] & mask);
			left = before;
		}
		place = left << half | right;
	} while (place >= count);
	return place;
}
