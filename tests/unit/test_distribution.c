/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of sim/engine/distribution.h: quantiles of many samples against the closed forms. */
#include <math.h>
#include <stdlib.h>

#include "sim/engine/distribution.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

enum { SAMPLES = 100000 };

static int by_value(const void *a, const void *b)
{
	const sim_ns *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* SAMPLES of them, sorted; the caller frees them. */
static sim_ns *sorted_samples(const struct distribution *d, uint64_t seed)
{
	struct random r = random_new(seed);
	sim_ns *samples = calloc(SAMPLES, sizeof(*samples));

	ck_assert_ptr_nonnull(samples);
	for (int i = 0; i < SAMPLES; i++)
		samples[i] = distribution_sample(d, &r);
	qsort(samples, SAMPLES, sizeof(*samples), by_value);
	return samples;
}

static double quantile_uniform(const struct distribution *d, double p)
{
	return (double)d->a + p * ((double)d->b - (double)d->a);
}

static double quantile_exponential(const struct distribution *d, double p)
{
	return -(double)d->a * log(1 - p);
}

/* The quantiles of the standard normal that the rows below ask for. */
static double normal_quantile(double p)
{
	static const double rows[][2] = {
		{ 0.01, -2.326348 }, { 0.1, -1.281552 }, { 0.25, -0.674490 }, { 0.5, 0 },
		{ 0.75, 0.674490 },  { 0.9, 1.281552 },  { 0.99, 2.326348 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (fabs(rows[i][0] - p) < 1e-9)
			return rows[i][1];
	}
	ck_abort_msg("no such quantile");
	return 0;
}

static double quantile_lognormal(const struct distribution *d, double p)
{
	/* Independent of mu and sigma: (p99 / median) to the power of z(p) / z(0.99). */
	return (double)d->a * pow((double)d->b / (double)d->a, normal_quantile(p) / 2.326348);
}

START_TEST(quantiles_are_those_of_the_closed_form)
{
	static const double ps[] = { 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99 };
	const struct {
		const char *name;
		struct distribution d;
		double (*quantile)(const struct distribution *d, double p);
		double scale; /* the spread that errors are measured by */
	} rows[] = {
		{ "uniform", distribution_uniform(15 * NS_PER_SEC, 45 * NS_PER_SEC),
		  quantile_uniform, 30e9 },
		{ "uniform around 0", distribution_uniform(-NS_PER_SEC, NS_PER_SEC),
		  quantile_uniform, 2e9 },
		{ "exponential", distribution_exponential(4 * NS_PER_MS), quantile_exponential,
		  0 },
		{ "apiRequest", distribution_lognormal(4 * NS_PER_MS, 40 * NS_PER_MS),
		  quantile_lognormal, 0 },
		{ "watchDelivery", distribution_lognormal(3 * NS_PER_MS, 30 * NS_PER_MS),
		  quantile_lognormal, 0 },
	};

	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		sim_ns *samples = sorted_samples(&rows[row].d, 42 + row);

		for (size_t i = 0; i < sizeof(ps) / sizeof(ps[0]); i++) {
			double wanted = rows[row].quantile(&rows[row].d, ps[i]);
			double seen = (double)samples[(int)(ps[i] * SAMPLES)];
			double scale = rows[row].scale > 0 ? rows[row].scale : wanted * 6;

			EXPECT(fabs(seen - wanted) < 0.01 * scale, "%s p%g: %g, wanted %g",
			       rows[row].name, ps[i] * 100, seen, wanted);
		}
		free(samples);
	}
}
END_TEST

START_TEST(a_uniform_one_reaches_both_bounds_and_no_further)
{
	struct distribution d = distribution_uniform(3, 5);
	sim_ns *samples = sorted_samples(&d, 1);

	ck_assert_int_eq(samples[0], 3);
	ck_assert_int_eq(samples[SAMPLES / 2], 4);
	ck_assert_int_eq(samples[SAMPLES - 1], 5);
	free(samples);
}
END_TEST

START_TEST(values_that_never_vary)
{
	const struct {
		struct distribution d;
		sim_ns value;
	} rows[] = {
		{ distribution_constant(5 * NS_PER_MS), 5 * NS_PER_MS },
		{ distribution_constant(0), 0 },
		{ distribution_constant(-NS_PER_SEC), -NS_PER_SEC },
		{ distribution_constant(INT64_MAX), INT64_C(365) * 86400 * NS_PER_SEC },
		{ distribution_constant(INT64_MIN), -INT64_C(365) * 86400 * NS_PER_SEC },
		{ distribution_uniform(7, 7), 7 },
		{ distribution_exponential(0), 0 },
		{ distribution_lognormal(0, NS_PER_SEC), 0 },
		{ distribution_lognormal(NS_PER_MS, NS_PER_MS), NS_PER_MS },
		{ distribution_lognormal(NS_PER_MS, 0), NS_PER_MS },
	};
	struct random r = random_new(3);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int k = 0; k < 100; k++)
			EXPECT(distribution_sample(&rows[i].d, &r) == rows[i].value, "row %zu",
			       i);
	}
}
END_TEST

START_TEST(bounds_the_wrong_way_round_are_turned)
{
	struct distribution d = distribution_uniform(9, -4);

	ck_assert_int_eq(d.a, -4);
	ck_assert_int_eq(d.b, 9);
}
END_TEST

START_TEST(the_widest_ones_saturate)
{
	const struct distribution rows[] = {
		distribution_uniform(INT64_MIN, INT64_MAX),
		distribution_exponential(INT64_MAX),
		distribution_lognormal(1, INT64_MAX),
	};
	const sim_ns year = INT64_C(365) * 86400 * NS_PER_SEC;
	struct random r = random_new(5);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int k = 0; k < 10000; k++) {
			sim_ns value = distribution_sample(&rows[i], &r);

			EXPECT(value >= -year && value <= year, "row %zu", i);
		}
	}
}
END_TEST

START_TEST(the_same_seed_gives_the_same_values)
{
	struct distribution d = distribution_lognormal(4 * NS_PER_MS, 40 * NS_PER_MS);
	struct random a = random_new(11), b = random_new(11);

	for (int i = 0; i < 1000; i++)
		EXPECT(distribution_sample(&d, &a) == distribution_sample(&d, &b), "%d", i);
}
END_TEST

/* Drawn from words they have the same median and 99th percentile as drawn from a stream, and
 * none is longer than the longest. */
START_TEST(values_of_words_are_distributed_alike)
{
	const struct distribution rows[] = {
		distribution_constant(3 * NS_PER_MS),
		distribution_uniform(NS_PER_MS, 40 * NS_PER_MS),
		distribution_exponential(20 * NS_PER_MS),
		distribution_lognormal(3 * NS_PER_MS, 30 * NS_PER_MS),
	};
	sim_ns *values = calloc(SAMPLES, sizeof(*values));

	ck_assert_ptr_nonnull(values);
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		const sim_ns longest = distribution_longest(&rows[row]);
		sim_ns *drawn = sorted_samples(&rows[row], 5);

		for (uint32_t i = 0; i < SAMPLES; i++) {
			const uint32_t counter[4] = { i };
			uint32_t words[4];

			random_at(9, counter, words);
			values[i] = distribution_at(&rows[row], words);
			EXPECT(values[i] >= 0 && values[i] <= longest, "%u", i);
		}
		qsort(values, SAMPLES, sizeof(*values), by_value);
		for (int at = SAMPLES / 2; at < SAMPLES; at += SAMPLES * 49 / 100)
			EXPECT(fabs((double)values[at] / (double)drawn[at] - 1) < 0.05,
			       "%zu: %g, %g", row, (double)values[at], (double)drawn[at]);
		free(drawn);
	}
	free(values);
}
END_TEST

START_TEST(the_longest_is_that_of_the_last_word)
{
	const struct distribution d = distribution_lognormal(3 * NS_PER_MS, 30 * NS_PER_MS);
	const uint32_t last[2] = { UINT32_MAX, 0 };
	const sim_ns value = distribution_at(&d, last);

	ck_assert_int_le(value, distribution_longest(&d));
	ck_assert_int_ge(value, distribution_longest(&d) - 1000);
}
END_TEST

Suite *suite_distribution(void)
{
	Suite *suite = suite_create("distribution");
	TCase *distribution = tcase_create("distribution");

	tcase_add_test(distribution, quantiles_are_those_of_the_closed_form);
	tcase_add_test(distribution, a_uniform_one_reaches_both_bounds_and_no_further);
	tcase_add_test(distribution, values_that_never_vary);
	tcase_add_test(distribution, bounds_the_wrong_way_round_are_turned);
	tcase_add_test(distribution, the_widest_ones_saturate);
	tcase_add_test(distribution, the_same_seed_gives_the_same_values);
	tcase_add_test(distribution, values_of_words_are_distributed_alike);
	tcase_add_test(distribution, the_longest_is_that_of_the_last_word);
	suite_add_tcase(suite, distribution);
	return suite;
}
