/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks and medians for the programs that measure. */
#ifndef TESTS_BENCH_TIMES_H
#define TESTS_BENCH_TIMES_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A clock, in milliseconds. */
static inline double clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static inline int times_compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts the times. */
static inline double times_median(double *times, size_t count)
{
	qsort(times, count, sizeof(*times), times_compare);
	return times[count / 2];
}

enum { NAME_MAX_BYTES = 32 };

static inline void worker_name(unsigned number, char name[static NAME_MAX_BYTES])
{
	snprintf(name, NAME_MAX_BYTES, "worker-%04u.example.net", number);
}

#endif
