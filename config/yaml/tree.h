/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of one object as it was written: scalars typed as kubectl types them, a place on
 * every key and value.
 *
 * A tree lives only while its object is read: it is built from libyaml's events, the schema
 * walk copies what it keeps into the snapshot, and the arena is reset. Aliases share the node
 * of their anchor, so a tree may be a graph; `weight` counts it as if it were expanded.
 */
#ifndef CONFIG_YAML_TREE_H
#define CONFIG_YAML_TREE_H

#include "config/yaml/finding.h"

enum tree_type {
	TREE_NULL,
	TREE_BOOL,
	TREE_INT,
	TREE_FLOAT,
	TREE_STRING,
	TREE_LIST,
	TREE_MAP,
	TREE_UNREAD, /* a value that nothing reads: it was not built */
};

struct tree_node;

struct tree_entry {
	const char *key; /* keys that are not strings have the text kubectl gives them */
	struct pos key_pos;
	bool shadowed; /* the same key comes again: the last one counts */
	const struct tree_node *value;
};

struct tree_node {
	enum tree_type type;
	bool open;       /* still being built: an alias to it would contain itself */
	bool unknown;    /* scalars: a placeholder or ciphertext, so not the value (I6) */
	bool encrypted;  /* of those: ciphertext */
	uint32_t weight; /* nodes in it, aliases expanded; saturates */
	struct pos pos;
	const char *text; /* scalars: as written, quotes and escapes resolved */
	union {
		bool boolean;
		int64_t integer;
		double real;
		ARRAY_OF(const struct tree_node *) list;
		ARRAY_OF(struct tree_entry) map;
	} u;
};

/*
 * Gives a plain (unquoted, untagged) scalar the type that Kubernetes' decoder gives it: YAML
 * 1.1 booleans (y, yes, on, ...), null, integers of base 2, 8, 10 and 16 with underscores,
 * floats; all else is a string. Sets type and value.
 */
void scalar_resolve(struct tree_node *node, const char *text);

/* As scalar_resolve() for a scalar with one of YAML's own tags ("!!str", "!!int", ...). */
void scalar_resolve_tagged(struct tree_node *node, const char *tag, const char *text);

/* The text that kubectl gives to this scalar when it is a mapping key; NULL when it cannot be
 * one. `buf` is room for numbers. */
enum { SCALAR_KEY_MAX = 32 };
const char *scalar_key_text(const struct tree_node *node, char buf[static SCALAR_KEY_MAX]);

/* The value of the last entry with this key, or NULL. */
const struct tree_node *tree_get(const struct tree_node *map, const char *key);

/* A hash of the types, keys and texts in it: equal for equal trees, in whatever order the keys
 * of a mapping are. Of none (NULL): 0. */
uint64_t tree_hash(const struct tree_node *node);

/* True when nothing in it was left out as a value that nothing reads. */
bool tree_is_read(const struct tree_node *node);

/* "a string", "a list", ...: for messages. */
const char *tree_type_name(enum tree_type type);

#endif
