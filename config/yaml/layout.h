/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a document is written: its values and keys as bytes, for edits that add or remove lines.
 */
#ifndef CONFIG_YAML_LAYOUT_H
#define CONFIG_YAML_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/array.h"

enum layout_type { LAYOUT_SCALAR, LAYOUT_ALIAS, LAYOUT_LIST, LAYOUT_MAP };

struct layout_node {
	enum layout_type type;
	bool flow;  /* a list or mapping in brackets */
	char style; /* of a scalar: '"', '\'', '|', '>'; '\0': plain */
	/* Bytes of the file. An anchor and a tag are in it, a dash before it is not; a list or
	 * mapping without brackets ends with what is last in it. */
	size_t from, to;
	const char *text;            /* of a scalar: as it is read */
	const char *anchor;          /* its own, or that of an alias; NULL: none */
	uint32_t parent;             /* its number in the layout plus 1; 0: none */
	uint32_t place;              /* among the children of its parent */
	ARRAY_OF(uint32_t) children; /* numbers; of a mapping keys and values in turn */
};

/* The nodes of one document, each before what is in it, in the order of the bytes. */
struct layout {
	const char *bytes; /* of the whole file; borrowed */
	size_t from, to;   /* of the document */
	bool anchors;      /* there are some */
	ARRAY_OF(struct layout_node) nodes;
};

/*
 * Reads the document that the byte `at` is in. False when it does not parse or is too long.
 * Nodes go into the arena.
 */
bool layout_read(struct layout *layout, const char *bytes, size_t len, size_t at,
		 struct arena *arena);

/* The literal block scalar of a document that the byte is in; NULL: in none. */
const struct layout_node *layout_literal(const struct layout *layout, size_t at);

/* Reads the YAML in a literal block scalar of a document that was read, as layout_read(). */
bool layout_read_literal(struct layout *layout, const struct layout *document,
			 const struct layout_node *literal, struct arena *arena);

/* True when the layout was read for the document, or the YAML in a block scalar, with this
 * byte. */
bool layout_has(const struct layout *layout, size_t at);

/* The number of the first node that begins at this byte or after it; the count: none does. */
uint32_t layout_first(const struct layout *layout, size_t at);

/* The first node of one of two types that begins at this byte; NULL: none. */
const struct layout_node *layout_find(const struct layout *layout, size_t at,
				      enum layout_type type, enum layout_type or_type);

/* A node by its number. */
const struct layout_node *layout_node(const struct layout *layout, uint32_t number);

#endif
