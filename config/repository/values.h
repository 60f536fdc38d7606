/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees that are made, not read: merged values, the values that a text holds, and objects that
 * are put together from parts. Parts keep the places at which they were written.
 */
#ifndef CONFIG_REPOSITORY_VALUES_H
#define CONFIG_REPOSITORY_VALUES_H

#include "config/objects/snapshot.h"
#include "config/yaml/tree.h"

enum { VALUES_DEPTH_MAX = 40 }; /* of mappings that are merged into each other */

/* New nodes, at `pos`. The text is borrowed. */
struct tree_node *values_map(struct arena *arena, struct pos pos);
struct tree_node *values_list(struct arena *arena, struct pos pos);
struct tree_node *values_text(struct arena *arena, struct pos pos, const char *text);

/* Sets a key of a mapping that was made here; a NULL value does nothing. */
void values_set(struct arena *arena, struct tree_node *map, const char *key,
		const struct tree_node *value);
void values_set_text(struct arena *arena, struct tree_node *map, const char *key,
		     const char *text);

/* Adds an item to a list that was made here. */
void values_add(struct arena *arena, struct tree_node *list, const struct tree_node *item);

/*
 * `over` merged over `base` as Helm merges values and JSON merge patch does (RFC 7396):
 * mappings by key, a null removes, all else replaces. Either may be NULL.
 */
const struct tree_node *values_merge(struct arena *arena, const struct tree_node *base,
				     const struct tree_node *over);

/* Merges `value` over the value at a dotted path, as --set of Helm does; NULL changes nothing.
 */
const struct tree_node *values_set_path(struct arena *arena, const struct tree_node *base,
					const char *path, const struct tree_node *value);

/* The same for a name as --set of Helm takes it: with indices such as list[0], and with dots
 * that belong to a key as "\\.". `at` is where the name is written. */
const struct tree_node *values_set_named(struct arena *arena, const struct tree_node *base,
					 const char *name, struct pos at,
					 const struct tree_node *value);

/* The value below a dotted path of plain keys, or NULL. */
const struct tree_node *values_get(const struct tree_node *map, const char *path);

/* The text of a string at the path, or NULL. */
const char *values_get_text(const struct tree_node *map, const char *path);

/* True for what a template takes for true: not null, false, 0, "" or empty. */
bool values_is_true(const struct tree_node *node);

/*
 * The value that the text of a scalar holds as YAML: of a literal block with the places of its
 * lines, else all at the scalar. Expressions in braces become unknown values, with those of
 * `known` put in. What is wrong with it is in the snapshot's problems. NULL: nothing, or a
 * template with control structures.
 */
const struct tree_node *values_of_text(struct snapshot *snapshot,
				       const struct tree_node *scalar,
				       const struct substitutions *known, struct arena *arena);

/* The same for a text with several documents: all of them. False: nothing, or a template with
 * control structures. */
struct tree_list;
bool values_all_of_text(struct snapshot *snapshot, const struct tree_node *scalar,
			const struct substitutions *known, struct arena *arena,
			struct tree_list *out);

/* A copy of `node` in which the expressions in the texts are replaced as values_of_text() does.
 */
const struct tree_node *values_expand(const struct tree_node *node,
				      const struct substitutions *known, struct arena *arena);

#endif
