/* SPDX-License-Identifier: Apache-2.0 */
/* Unified diffs. */
#ifndef CLI_FIX_DIFF_H
#define CLI_FIX_DIFF_H

#include <stddef.h>

#include "cli/cli.h"

/*
 * Writes what turns `old` into `new` to standard output, as patch(1) reads it, with the file's
 * name in front; nothing when they are equal. False after a message when a part of it is not
 * shown: it cannot be escaped, and holds what a terminal would obey. Works in the arena.
 */
bool fix_diff_write(const struct cli *cli, const char *name, const char *old, size_t old_len,
		    const char *new, size_t new_len, struct arena *arena);

#endif
