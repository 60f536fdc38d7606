/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in its YAML a cursor is: the object, the keys that lead to it, and what is under it.
 * Works on lines and their indentation, so that it has an answer while a document is being
 * written and cannot be parsed. Of flow style only keys and values on the line of the cursor
 * are seen.
 */
#ifndef CLI_LSP_CURSOR_H
#define CLI_LSP_CURSOR_H

#include "cli/lsp/documents.h"
#include "config/objects/object.h"

enum { CURSOR_DEPTH_MAX = 64 };

struct cursor {
	const char *kind, *api_version; /* of the object; NULL: not written */
	const struct kind_info *info;   /* NULL: a kind that is not read, or none yet */
	/* The keys above the one at the cursor, from the top; items of lists have none. */
	const char *path[CURSOR_DEPTH_MAX];
	uint32_t depth;
	const char *key;     /* at the cursor; NULL: none yet */
	const char *value;   /* beside it, without quotes; NULL: nothing on this line */
	bool in_value;       /* the cursor is after the colon, or in an item of a list */
	bool in_item;        /* it is in an item of a list that is a plain value */
	const char *word;    /* what is written at the cursor, before it */
	size_t word_start;   /* bytes of the document */
	size_t from, to;     /* of the key or the value under the cursor */
	uint32_t line;       /* of the cursor, from 0 */
	uint32_t first, end; /* the lines of its YAML document, from 0; end is exclusive */
	uint32_t column;     /* of the mapping that the cursor is in, in bytes */
	const char *const *siblings; /* the keys of that mapping, NULL-terminated */
};

/* Finds out; texts in the arena. */
void cursor_find(struct cursor *cursor, const struct document *document, size_t offset,
		 struct arena *arena);

/* The schema of the mapping that the cursor is in; NULL: not known. */
const struct schema *cursor_schema(const struct cursor *cursor);

/* The field at the cursor; NULL: none. */
const struct schema_field *cursor_field(const struct cursor *cursor);

/* True when the last keys above the cursor are those of the dotted path. */
bool cursor_is_below(const struct cursor *cursor, const char *path);

/* One object of a document by its lines. */
struct outline {
	const char *kind, *name;
	uint32_t first, end; /* lines from 0; end is exclusive */
	uint32_t name_line;
};

struct outlines {
	ARRAY_OF(struct outline) list;
};

/* The objects of a text, by their lines, without parsing it. */
void cursor_outline(const struct document *document, struct arena *arena, struct outlines *out);

#endif
