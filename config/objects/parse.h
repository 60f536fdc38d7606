/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the bytes of one source to trees of objects.
 *
 * Documents are read one by one from libyaml's events. As soon as an object's kind is known
 * the schema tells which values are read; the others are skipped while parsing and never
 * built. Items of a list are handed on one at a time, so a capture of any size needs the
 * memory of its largest object. A syntax error ends its document only: parsing goes on at the
 * next line that begins with `---`.
 */
#ifndef CONFIG_OBJECTS_PARSE_H
#define CONFIG_OBJECTS_PARSE_H

#include <yaml.h>

#include "config/objects/snapshot.h"
#include "config/yaml/tree.h"

enum {
	PARSE_DEPTH_MAX = 100,      /* nested collections */
	PARSE_WEIGHT_MAX = 1000000, /* values of one object, aliases expanded */
	PARSE_NODES_MAX = 4000000,  /* values of one document that were built */
	PARSE_PROBLEMS_MAX = 1000,  /* syntax errors of one source that are reported */
};

/* Reads source number `index` of the snapshot. `scratch` is empty before and after. */
void parse_source(struct snapshot *snapshot, uint32_t index, struct arena *scratch);

/*
 * Reads source number `index` as one value, whatever it is: the tree, in the arena, or NULL
 * when it is empty. What is wrong with its text is in the snapshot's problems.
 */
const struct tree_node *parse_source_tree(struct snapshot *snapshot, uint32_t index,
					  struct arena *arena);

/* Adds a problem for a parser error; `first_line` is the line the parser began at. */
void parse_error_report(struct snapshot *snapshot, uint32_t source, const yaml_parser_t *parser,
			uint32_t first_line);

/*
 * Takes the tree of one object (objects.c): types it and adds it to the snapshot. `list_kind`
 * and `list_version` are what a typed list says of items that do not say it themselves, or
 * NULL. Problems from number `first_problem` on belong to this object.
 */
void object_read(struct snapshot *snapshot, const struct tree_node *map, const char *list_kind,
		 const char *list_version, uint32_t first_problem);

#endif
