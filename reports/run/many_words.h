/* SPDX-License-Identifier: Apache-2.0 */
/* Words about many runs, for reports to people. */
#ifndef REPORTS_RUN_MANY_WORDS_H
#define REPORTS_RUN_MANY_WORDS_H

#include "base/text.h"
#include "sim/run/many.h"

/* "cut off, longest" */
const char *metric_words(enum metric metric);
/* "longest time cut off": of the largest value that was seen. */
const char *metric_worst_words(enum metric metric);

/* Appends "local VIPs as client sees them". */
void many_add_whose(struct text *t, const struct setup *setup,
		    const struct many_distribution *d);

/* The worst run by a metric, or NULL when the metric was 0 everywhere. */
const struct many_worst *many_worst_of(const struct many_result *result, enum metric metric);

#endif
