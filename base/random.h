/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seeded random numbers: the same seed gives the same numbers on every machine. Each source
 * of randomness has a stream of its own, split from the seed by name, so that one more user
 * shifts nobody else's numbers.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

/* xoshiro256** 1.0, a public domain algorithm by Blackman and Vigna. */
struct random {
	uint64_t state[4]; /* never all zero */
};

/* A stream from a seed (splitmix64 fills the state). */
struct random random_new(uint64_t seed);
/* An independent stream for `name` of `seed`. */
struct random random_split(uint64_t seed, const char *name);
uint64_t random_u64(struct random *r);
/* Uniform in [0, bound), without bias; bound 0 gives 0. */
uint64_t random_below(struct random *r, uint64_t bound);
/* Uniform in [0, 1) with 53 bits. */
double random_unit(struct random *r);

/*
 * Philox 4x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", 2011):
 * four numbers for a counter, of the stream that the key names. What nobody asks for need not
 * be drawn, and asking changes nothing.
 */
void random_at(uint64_t key, const uint32_t counter[static 4], uint32_t out[static 4]);

/* What stands at `place`, below `count`, when the numbers below `count` are shuffled by this
 * key: different places have different numbers, and none needs the others. */
uint64_t random_place(uint64_t key, uint64_t count, uint64_t place);

#endif
