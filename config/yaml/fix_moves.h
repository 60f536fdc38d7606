/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes that change a document at several places. (A1) */
#ifndef CONFIG_YAML_FIX_MOVES_H
#define CONFIG_YAML_FIX_MOVES_H

#include "config/yaml/fix_parts.h"

/* Add what FIX_MOVE and FIX_SPLIT change, as fix_change_parts() does. */
bool fix_change_move(const struct layout *layout, size_t at, const struct fix *fix,
		     struct arena *arena, struct fix_changes *out);
bool fix_change_split(const struct layout *layout, size_t at, const struct fix *fix,
		      struct arena *arena, struct fix_changes *out);

/*
 * Sorts changes of one text and joins those that touch, so that each can be made without the
 * others. False when two of them are about the same bytes.
 */
bool fix_changes_join(struct fix_changes *changes, const char *bytes, struct arena *arena);

#endif
