/* SPDX-License-Identifier: Apache-2.0 */
/* Delays that vary: sampling by inversion, and by Box and Muller for the lognormal. */
#include "sim/engine/distribution.h"

#include <math.h>

static const double year_ns = 365.0 * 86400.0 * 1e9;
static const double two_pi = 6.283185307179586;
static const double normal_p99 = 2.3263478740408408; /* 99th percentile of the normal */

struct distribution distribution_constant(sim_ns value)
{
	return (struct distribution){ .kind = DISTRIBUTION_CONSTANT, .a = value };
}

struct distribution distribution_uniform(sim_ns low, sim_ns high)
{
	return (struct distribution){
		.kind = DISTRIBUTION_UNIFORM,
		.a = low < high ? low : high,
		.b = low < high ? high : low,
	};
}

struct distribution distribution_exponential(sim_ns mean)
{
	return (struct distribution){ .kind = DISTRIBUTION_EXPONENTIAL, .a = mean };
}

struct distribution distribution_lognormal(sim_ns median, sim_ns p99)
{
	/* The logarithm of nothing would be a delay of nothing, always. */
	if (median <= 0)
		return distribution_constant(0);
	if (p99 < median)
		p99 = median;
	return (struct distribution){
		.kind = DISTRIBUTION_LOGNORMAL,
		.a = median,
		.b = p99,
		.mu = log((double)median),
		.sigma = log((double)p99 / (double)median) / normal_p99,
	};
}

static double sample_constant(const struct distribution *d, struct random *r)
{
	(void)r;
	return (double)d->a;
}

/* Both bounds are possible. */
static double sample_uniform(const struct distribution *d, struct random *r)
{
	uint64_t span = (uint64_t)d->b - (uint64_t)d->a;
	uint64_t above = span == UINT64_MAX ? random_u64(r) : random_below(r, span + 1);

	return (double)d->a + (double)above;
}

static double sample_exponential(const struct distribution *d, struct random *r)
{
	return -(double)d->a * log1p(-random_unit(r));
}

static double sample_lognormal(const struct distribution *d, struct random *r)
{
	double radius = sqrt(-2.0 * log1p(-random_unit(r)));
	double normal = radius * cos(two_pi * random_unit(r));

	return exp(d->mu + d->sigma * normal);
}

sim_ns distribution_sample(const struct distribution *d, struct random *r)
{
	static double (*const sample[])(const struct distribution *, struct random *) = {
		[DISTRIBUTION_CONSTANT] = sample_constant,
		[DISTRIBUTION_UNIFORM] = sample_uniform,
		[DISTRIBUTION_EXPONENTIAL] = sample_exponential,
		[DISTRIBUTION_LOGNORMAL] = sample_lognormal,
	};

	return (sim_ns)llround(fmax(-year_ns, fmin(year_ns, sample[d->kind](d, r))));
}
