/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns that leave paths out, in the syntax of .gitignore (gitignore(5)).
 *
 * A pattern with a slash at its start or in its middle is anchored at the folder that is
 * walked; any other matches at every depth. `*` and `?` do not cross a slash, `**` does, `[…]`
 * is a set, a slash at the end matches folders only, `!` takes an earlier match back, a
 * backslash makes the next character an ordinary one. The last pattern that matches decides.
 */
#ifndef CONFIG_REPOSITORY_EXCLUDE_H
#define CONFIG_REPOSITORY_EXCLUDE_H

#include "config/yaml/source.h"

enum {
	EXCLUDE_PATTERN_BYTES_MAX = 1024,
	EXCLUDE_PATTERNS_MAX = 1000,
};

/* NULL when `pattern` can be used, else what is wrong with it, as the end of a sentence. */
const char *exclude_pattern_fault(const char *pattern);

/* True when `path`, relative to the folder that is walked and without a leading slash, is left
 * out. Folders above it are the caller's to ask about first, as git does. */
bool exclude_matches(const struct exclude_patterns *patterns, const char *path, bool is_folder);

#endif
