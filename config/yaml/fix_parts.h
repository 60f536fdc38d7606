/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes that add or remove entries of lists and mappings, as bytes. (A1) */
#ifndef CONFIG_YAML_FIX_PARTS_H
#define CONFIG_YAML_FIX_PARTS_H

#include "config/yaml/finding.h"
#include "config/yaml/layout.h"

/* Bytes of a file, and what is put in their place. */
struct fix_change {
	size_t from, to;
	const char *text;
};

/* True for the kinds of fixes that are made here. */
bool fix_is_of_parts(enum fix_kind kind);

/*
 * What a fix changes, whose place is byte `at` of the document. False when the document is not
 * written as the fix expects it, or a comment, an anchor or a text of several lines is in the
 * way. The text is in the arena.
 */
bool fix_change_parts(const struct layout *layout, size_t at, const struct fix *fix,
		      struct arena *arena, struct fix_change *out);

/* A text that is a string without quotes wherever a scalar can be. (config/yaml/fix.c) */
bool fix_is_plain(const char *text);
/* The text between quotes of this kind, what must be is escaped; in the arena. */
const char *fix_quoted(const char *value, char quote, struct arena *arena);

#endif
