/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens of a regular expression as Go's regexp and RE2 read it: enough to see how it is
 * put together, not what it matches. For base/regex.h only.
 */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum pattern_token_kind {
	PATTERN_ITEM,     /* a literal, a class, an escape, a \Q...\E that is not empty */
	PATTERN_BEGIN,    /* ^ \A */
	PATTERN_END,      /* $ \z */
	PATTERN_OR,       /* | */
	PATTERN_OPEN,     /* ( (?: (?i: (?P<name> (?<name> */
	PATTERN_CLOSE,    /* ) */
	PATTERN_OPTIONAL, /* * ? {0,n}: what it follows may be missing */
	PATTERN_REPEAT,   /* + {1,n}: what it follows must be there */
	PATTERN_NOTHING,  /* (?i) \Q\E: takes no place */
};

struct pattern_token {
	enum pattern_token_kind kind;
	const char *start; /* borrowed from the expression */
	size_t len;        /* at least 1 */
};

/*
 * Reads the token at *s and moves *s past it; false at the end of the expression. Any text
 * can be read: in one that is not valid the tokens still cover all of it.
 */
bool pattern_next(const char **s, struct pattern_token *out);

#ifdef __cplusplus
}
#endif

#endif
