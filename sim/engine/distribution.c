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

static double distribution_sample_constant(const struct distribution *d, struct random *r)
{
	(void)r;
	return (double)d->a;
}

/* Both bounds are possible. */
static double distribution_sample_uniform(const struct distribution *d, struct random *r)
{
	uint64_t span = (uint64_t)d->b - (uint64_t)d->a;
	uint64_t above = span == UINT64_MAX ? random_u64(r) : random_below(r, span + 1);

	return (double)d->a + (double)above;
}

static double distribution_exponential_of(const struct distribution *d, double unit)
{
	return -(double)d->a * log1p(-unit);
}

static double distribution_sample_exponential(const struct distribution *d, struct random *r)
{
	return distribution_exponential_of(d, random_unit(r));
}

/* Box and Muller. */
static double distribution_radius(double unit)
{
	return sqrt(-2.0 * log1p(-unit));
}

static double distribution_normal(struct random *r)
{
	double radius = distribution_radius(random_unit(r));

	return radius * cos(two_pi * random_unit(r));
}

static double distribution_sample_lognormal(const struct distribution *d, struct random *r)
{
	return exp(d->mu + d->sigma * distribution_normal(r));
}

static sim_ns distribution_round(double value)
{
	return (sim_ns)llround(fmax(-year_ns, fmin(year_ns, value)));
}

sim_ns distribution_sample(const struct distribution *d, struct random *r)
{
	static double (*const sample[])(const struct distribution *, struct random *) = {
		[DISTRIBUTION_CONSTANT] = distribution_sample_constant,
		[DISTRIBUTION_UNIFORM] = distribution_sample_uniform,
		[DISTRIBUTION_EXPONENTIAL] = distribution_sample_exponential,
		[DISTRIBUTION_LOGNORMAL] = distribution_sample_lognormal,
	};

	return distribution_round(sample[d->kind](d, r));
}

/* ---- from words ---- */

static double distribution_unit(uint32_t word)
{
	return (double)word * 0x1.0p-32;
}

/* `along` is where on its circle the normal number lies, from -1 to 1. */
static sim_ns distribution_of(const struct distribution *d, double unit, double along)
{
	switch (d->kind) {
	case DISTRIBUTION_CONSTANT:
		return d->a;
	case DISTRIBUTION_UNIFORM:
		return distribution_round((double)d->a + ((double)d->b - (double)d->a) * unit);
	case DISTRIBUTION_EXPONENTIAL:
		return distribution_round(distribution_exponential_of(d, unit));
	case DISTRIBUTION_LOGNORMAL:
		return distribution_round(
			exp(d->mu + d->sigma * distribution_radius(unit) * along));
	}
	return 0;
}

sim_ns distribution_at(const struct distribution *d, const uint32_t words[static 2])
{
	const double along = d->kind == DISTRIBUTION_LOGNORMAL
				     ? cos(two_pi * distribution_unit(words[1]))
				     : 0;

	return distribution_of(d, distribution_unit(words[0]), along);
}

sim_ns distribution_longest_up_to(const struct distribution *d, uint32_t word)
{
	/* One more, should cos() and exp() round up. */
	return distribution_of(d, distribution_unit(word), 1) + 1;
}

sim_ns distribution_longest(const struct distribution *d)
{
	return distribution_longest_up_to(d, UINT32_MAX);
}

static void distribution_moments(const struct distribution *delay, double *mean,
				 double *deviation)
{
	const double a = (double)delay->a;
	const double b = (double)delay->b;

	switch (delay->kind) {
	case DISTRIBUTION_CONSTANT:
		*mean = a;
		*deviation = 0;
		break;
	case DISTRIBUTION_UNIFORM:
		*mean = (a + b) / 2;
		*deviation = (b - a) / sqrt(12);
		break;
	case DISTRIBUTION_EXPONENTIAL:
		*mean = *deviation = a;
		break;
	case DISTRIBUTION_LOGNORMAL:
		*mean = exp(delay->mu + delay->sigma * delay->sigma / 2);
		*deviation = *mean * sqrt(expm1(delay->sigma * delay->sigma));
		break;
	}
}

/* A few are drawn one by one; many add up to a normal distribution. */
sim_ns distribution_sample_sum(const struct distribution *delay, uint32_t count,
			       struct random *random)
{
	enum { FEW = 32 };
	double mean = 0;
	double deviation = 0;
	double sum = 0;

	if (delay->kind == DISTRIBUTION_CONSTANT)
		return delay->a * (sim_ns)count;
	if (count <= FEW) {
		for (uint32_t i = 0; i < count; i++)
			sum += (double)distribution_sample(delay, random);
		return (sim_ns)llround(sum);
	}
	distribution_moments(delay, &mean, &deviation);
	sum = mean * count + deviation * sqrt(count) * distribution_normal(random);
	return sum > 0 ? (sim_ns)llround(sum) : 0;
}
