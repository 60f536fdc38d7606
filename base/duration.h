/* SPDX-License-Identifier: Apache-2.0 */
/* Durations as Go's time package reads and prints them. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

enum { DURATION_TEXT_MAX = 32 };

#define NS_PER_MS  INT64_C(1000000)
#define NS_PER_SEC INT64_C(1000000000)

/*
 * What time.ParseDuration accepts: [-+]? then "0" or numbers with units (ns, us or either
 * micro sign and s, ms, s, m, h), fractions allowed, no spaces. False when malformed or beyond
 * int64 nanoseconds; *out_ns is then unchanged. (Go misses one overflow, two terms of exactly
 * 2^63 ns, and so do we.)
 */
bool duration_parse(const char *s, int64_t *out_ns);

/* As time.Duration.String(): "1m30s", "100ms", "1.5s", "0s". A microsecond is
 * U+00B5 and s. Returns buf. */
const char *duration_format(int64_t ns, char buf[static DURATION_TEXT_MAX]);

/*
 * "ms" or "s": the unit with which a bare number is at most ten times as long or as short as
 * `usual_ns`; NULL: neither, or no number.
 */
const char *duration_fitting_unit(const char *number, int64_t usual_ns);

/*
 * RFC 3339 time (as in a Lease's renewTime) to nanoseconds since 1970 UTC. Any number of
 * fraction digits, those past the ninth do not count. As in Go T and Z are upper case and
 * a leap second (:60) is refused. False when malformed or out of int64 range; *out_ns is then
 * unchanged.
 */
bool rfc3339_parse(const char *s, int64_t *out_ns);

#endif
