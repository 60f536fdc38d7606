/* SPDX-License-Identifier: Apache-2.0 */
/* Delays that vary: `5ms`, {uniform: [a, b]}, {exponential: mean}, {lognormal: {median, p99}}.
 */
#ifndef SIM_ENGINE_DISTRIBUTION_H
#define SIM_ENGINE_DISTRIBUTION_H

#include "base/random.h"
#include "sim/engine/engine.h"

enum distribution_kind {
	DISTRIBUTION_CONSTANT,
	DISTRIBUTION_UNIFORM,
	DISTRIBUTION_EXPONENTIAL,
	DISTRIBUTION_LOGNORMAL,
};

struct distribution {
	enum distribution_kind kind;
	sim_ns a;         /* the constant; the lower bound; the mean; the median */
	sim_ns b;         /* the upper bound; the 99th percentile */
	double mu, sigma; /* of a lognormal, worked out once */
};

struct distribution distribution_constant(sim_ns value);
struct distribution distribution_uniform(sim_ns low, sim_ns high);
struct distribution distribution_exponential(sim_ns mean);
/* p99 below the median counts as the median. */
struct distribution distribution_lognormal(sim_ns median, sim_ns p99);

/* One value, in nanoseconds. Clock offsets may be negative; durations never are because the
 * scenario refuses negative bounds for them. Saturates at one year. */
sim_ns distribution_sample(const struct distribution *d, struct random *r);

/* The value that these random words stand for, two of them at most: the tails end where 32 bits
 * do. */
sim_ns distribution_at(const struct distribution *d, const uint32_t words[static 2]);
/* No distribution_at() is longer. */
sim_ns distribution_longest(const struct distribution *d);
/* What a delay with these first words at most is: for all of them up to `word`. */
sim_ns distribution_longest_up_to(const struct distribution *delay, uint32_t word);

/* `count` of them together: a few are drawn one by one, many add up to a normal
 * distribution. */
sim_ns distribution_sample_sum(const struct distribution *delay, uint32_t count,
			       struct random *random);

#endif
