/* SPDX-License-Identifier: Apache-2.0 */
/* How a set of times spreads. */
#include "sim/run/spread.h"

#include <stdlib.h>

#include "base/ip.h"

void samples_add(struct samples *samples, struct arena *arena, sim_ns value)
{
	if (value <= 0)
		samples->zeros++;
	else
		ARRAY_ADD(arena, &samples->positive, value);
}

void samples_add_all(struct samples *all, const struct samples *more, struct arena *arena)
{
	if (more->ongoing > 0 &&
	    (all->ongoing == 0 || more->least_ongoing < all->least_ongoing))
		all->least_ongoing = more->least_ongoing;
	all->ongoing += more->ongoing;
	all->zeros += more->zeros;
	ARRAY_FOREACH (const sim_ns, value, &more->positive)
		ARRAY_ADD(arena, &all->positive, *value);
}

void samples_add_ongoing(struct samples *samples, struct arena *arena, sim_ns value)
{
	const struct samples one = { .ongoing = 1, .least_ongoing = value };

	samples_add(samples, arena, value);
	samples_add_all(samples, &one, arena);
}

bool spread_is_bound(const struct spread *spread, sim_ns value)
{
	return spread->ongoing > 0 && value >= spread->least_ongoing;
}

static int compare_times(const void *a, const void *b)
{
	const sim_ns x = *(const sim_ns *)a;
	const sim_ns y = *(const sim_ns *)b;

	return (x > y) - (x < y);
}

void samples_sort(struct samples *samples)
{
	array_sort(samples->positive.items, samples->positive.count, sizeof(sim_ns),
		   compare_times);
}

/* Sorted samples with `zeros` of 0 before them. */
struct sorted {
	const sim_ns *items;
	uint64_t zeros, count; /* of all */
};

static sim_ns value_at(const struct sorted *s, uint64_t rank)
{
	return rank < s->zeros ? 0 : s->items[rank - s->zeros];
}

/* The smallest sample that is not below `percent` of all (nearest rank). */
static sim_ns percentile(const struct sorted *s, unsigned percent)
{
	const uint64_t rank = (s->count * percent + 99) / 100;

	return value_at(s, rank > 0 ? rank - 1 : 0);
}

static sim_ns mean_of(const struct sorted *s)
{
	u128 sum = 0;

	for (uint64_t i = 0; i < s->count - s->zeros; i++)
		sum += (uint64_t)s->items[i];
	return (sim_ns)(sum / s->count);
}

/* The finest round width that needs no more bins than allowed. */
static sim_ns choose_width(sim_ns min, sim_ns max)
{
	static const int steps[] = { 1, 2, 5 };
	sim_ns ten = 1;

	for (unsigned i = 0;; i++) {
		const sim_ns width = steps[i % 3] * ten;

		if (max / width - min / width < SPREAD_BINS_MAX)
			return width;
		if (i % 3 == 2)
			ten *= 10;
	}
}

static void make_histogram(struct spread *out, const struct sorted *s, struct arena *arena)
{
	const sim_ns width = choose_width(out->min, out->max);
	const sim_ns first = out->min / width;

	out->bin_width = width;
	for (sim_ns bin = first; bin <= out->max / width; bin++) {
		struct histogram_bin empty = { .edge = bin * width };

		ARRAY_ADD(arena, &out->histogram, empty);
	}
	if (first == 0)
		out->histogram.items[0].count += s->zeros;
	for (uint64_t i = 0; i < s->count - s->zeros; i++)
		out->histogram.items[s->items[i] / width - first].count++;
}

static void add_quantiles(struct spread *out, const struct sorted *s, struct arena *arena)
{
	ARRAY_RESERVE(arena, &out->quantiles, SPREAD_QUANTILES + 1);
	for (uint64_t i = 0; i <= SPREAD_QUANTILES; i++) {
		const sim_ns value = value_at(s, (s->count - 1) * i / SPREAD_QUANTILES);

		ARRAY_ADD(arena, &out->quantiles, value);
	}
}

void spread_of(struct spread *out, struct samples *samples, bool with_zeros,
	       struct arena *arena)
{
	struct sorted sorted = {
		.items = samples->positive.items,
		.zeros = with_zeros ? samples->zeros : 0,
	};

	*out = (struct spread){ 0 };
	sorted.count = sorted.zeros + samples->positive.count;
	if (sorted.count == 0)
		return;
	samples_sort(samples);
	out->count = sorted.count;
	out->ongoing = samples->ongoing;
	out->least_ongoing = samples->least_ongoing;
	out->min = value_at(&sorted, 0);
	out->p50 = percentile(&sorted, 50);
	out->p90 = percentile(&sorted, 90);
	out->p95 = percentile(&sorted, 95);
	out->p99 = percentile(&sorted, 99);
	out->max = value_at(&sorted, sorted.count - 1);
	out->mean = mean_of(&sorted);
	make_histogram(out, &sorted, arena);
	add_quantiles(out, &sorted, arena);
}
