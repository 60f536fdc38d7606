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

/* What a fix changes at several places. */
struct fix_changes {
	struct fix_change items[8];
	uint32_t count;
	bool overflow; /* there were more */
};

static inline void fix_changes_add(struct fix_changes *changes, struct fix_change change)
{
	if (changes->count < ARRAY_LEN(changes->items))
		changes->items[changes->count++] = change;
	else
		changes->overflow = true;
}

/* True for the kinds of fixes that add, remove or move entries. */
bool fix_is_of_parts(enum fix_kind kind);

/*
 * What a fix changes, whose place is byte `at` of the document. False when the document is not
 * written as the fix expects it, or a comment, an anchor or a text of several lines is in the
 * way. The text is in the arena.
 */
bool fix_change_parts(const struct layout *layout, size_t at, const struct fix *fix,
		      struct arena *arena, struct fix_change *out);

/* Takes entry `i` out of a list or mapping, as FIX_REMOVE does. */
bool fix_removal(const struct layout *layout, const struct layout_node *whole, uint32_t i,
		 struct fix_change *out);
/* Adds an entry after the last one; lines after its first one have their indentation. */
bool fix_addition(const struct layout *layout, const struct layout_node *whole,
		  const char *text, struct arena *arena, struct fix_change *out);
/* True when names in it are quoted as JSON has them. */
bool fix_is_json(const struct layout *layout, const struct layout_node *whole);

/* A text that is a string without quotes wherever a scalar can be. (config/yaml/fix.c) */
bool fix_is_plain(const char *text);
/* The text between quotes of this kind, what must be is escaped; in the arena. */
const char *fix_quoted(const char *value, char quote, struct arena *arena);

#endif
