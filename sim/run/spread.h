/* SPDX-License-Identifier: Apache-2.0 */
/* How a set of times spreads: extremes, percentiles, mean, histogram. */
#ifndef SIM_RUN_SPREAD_H
#define SIM_RUN_SPREAD_H

#include "base/array.h"
#include "sim/engine/engine.h"

/* Samples of one kind; zeros are counted and not kept, since most of many runs are. */
struct samples {
	ARRAY_OF(sim_ns) positive;
	uint64_t zeros;
	uint64_t ongoing;     /* of what had not ended: the value is at least this */
	sim_ns least_ongoing; /* the least of these */
};

/* A bin of a histogram: samples from `edge` up to the next bin's edge. */
struct histogram_bin {
	sim_ns edge;
	uint64_t count;
};

struct spread {
	uint64_t count;
	uint64_t ongoing;     /* samples of what had not ended at the end of its run */
	sim_ns least_ongoing; /* statistics from this value on are lower bounds; 0: none */
	sim_ns min, p50, p90, p95, p99,
		max; /* percentiles by nearest rank; 0 without samples */
	sim_ns mean; /* rounded down */
	/* Bins of one width (1, 2 or 5 times a power of ten), from the one of `min` to that of
	 * `max`; at most SPREAD_BINS_MAX. */
	ARRAY_OF(struct histogram_bin) histogram;
	sim_ns bin_width;
	/* The samples at 0, 1/SPREAD_QUANTILES, ... 1 of the way from the least to the largest;
	 * empty without samples. */
	ARRAY_OF(sim_ns) quantiles;
};

enum { SPREAD_BINS_MAX = 40, SPREAD_QUANTILES = 200 };

/* Whether a statistic of the set with this value is only a lower bound. */
bool spread_is_bound(const struct spread *spread, sim_ns value);

/* Adds one sample of what had not ended: it would be at least this. */
void samples_add_ongoing(struct samples *samples, struct arena *arena, sim_ns value);
/* Adds all of `more`, which need not last. */
void samples_add_all(struct samples *all, const struct samples *more, struct arena *arena);

/* Adds one sample, not negative. */
void samples_add(struct samples *samples, struct arena *arena, sim_ns value);

/* Puts the samples above zero in order. */
void samples_sort(struct samples *samples);

/*
 * Sums up samples: all of them, or only those above zero. Sorts what `samples` holds; the
 * result does not depend on the order in which they were added. The histogram lives in the
 * arena.
 */
void spread_of(struct spread *out, struct samples *samples, bool with_zeros,
	       struct arena *arena);

#endif
