/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions as Go (and so PureLB) reads them: RE2, linear time on any input. */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct regex;

/*
 * Longer expressions are refused, and those with more open parentheses, with more classes of
 * Unicode (each costs half a millisecond), or with a program of more memory. Go has higher
 * bounds.
 */
enum {
	REGEX_MAX_BYTES = 4 * 1024,
	REGEX_MAX_DEPTH = 999,
	REGEX_MAX_CLASSES = 20,
	REGEX_MAX_MEMORY = 256 * 1024,
};

/*
 * Compiles `pattern`. Returns NULL when it is not a valid expression and then writes why into
 * error[0..error_size), cut off where it does not fit; error may be NULL when error_size is 0.
 * The caller owns the result and frees it with regex_free().
 */
struct regex *regex_new(const char *pattern, char *error, size_t error_size);
void regex_free(struct regex *re); /* NULL is fine */

/* True when the expression matches anywhere in `s` (unanchored, as Go's MatchString). */
bool regex_match(const struct regex *re, const char *s);

/* True when this error of regex_new() names one of these bounds: the expression may be valid.
 */
bool regex_error_is_bound(const char *error);

/*
 * True when the expression, which is valid, can match only at the very start and up to the very
 * end of a text, for every alternative: `^(eth0|eth1)$` is anchored, `^eth0|eth1$` is not.
 * Decided by where the anchors stand; with (?m) ^ and $ count as the ends of the text, which is
 * right for names, because they have no newlines. Nothing is compiled.
 */
bool regex_anchored(const char *pattern);

#ifdef __cplusplus
}
#endif

#endif
