/* SPDX-License-Identifier: Apache-2.0 */
/* Unified diffs. */
#ifndef CLI_FIX_DIFF_H
#define CLI_FIX_DIFF_H

#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"

/*
 * Writes what turns `old` into `new` as patch(1) reads it, with the file's name in front;
 * nothing when they are equal. Works in the arena.
 */
void fix_diff_write(FILE *out, const char *name, const char *old, size_t old_len,
		    const char *new, size_t new_len, struct arena *arena);

#endif
