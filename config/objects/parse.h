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

#include "base/hash.h"
#include "config/objects/snapshot.h"
#include "config/schema/schema.h"
#include "config/yaml/reader.h"
#include "config/yaml/tree.h"

enum {
	PARSE_DEPTH_MAX = 100,      /* nested collections */
	PARSE_WEIGHT_MAX = 1000000, /* values of one object, aliases expanded */
	PARSE_NODES_MAX = 4000000,  /* values of one document that were built */
	PARSE_ALIASED_MAX = 200000, /* values of one document that aliases stand for */
	PARSE_MERGED_MAX = 4000000, /* keys of one document that `<<` looks at */
	OBJECTS_MAX = 1000000,      /* of all sources */
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

/*
 * Reads a text of the input, which begins at `pos`, as one value: the tree, in the arena, or
 * NULL when it is empty or not valid. What is wrong with it is in the snapshot's problems.
 */
const struct tree_node *parse_text_tree(struct snapshot *snapshot, const char *text,
					struct pos pos, struct arena *arena);

/* The documents of a source as trees. */
struct tree_list {
	ARRAY_OF(const struct tree_node *) list;
};

/* Reads all documents of source number `index`, whatever they are, into the arena. */
void parse_source_trees(struct snapshot *snapshot, uint32_t index, struct arena *arena,
			struct tree_list *out);

/* YAML that is the value of a scalar. */
struct parse_text {
	const char *text;
	struct pos pos;  /* of the scalar */
	bool literal;    /* it is a literal block, whose lines are those of the source */
	uint32_t indent; /* of the block, in columns */
};

/* Reads such a text as one value, as parse_source_tree() does. */
const struct tree_node *parse_scalar_tree(struct snapshot *snapshot,
					  const struct parse_text *text, struct arena *arena);

/* Reads all documents of such a text; none when it is not valid. */
void parse_scalar_trees(struct snapshot *snapshot, const struct parse_text *text,
			struct arena *arena, struct tree_list *out);

/* An object of the input as it is applied; NULL: it is not. *unknown is set where that is not
 * known. (I6.3) */
const struct tree_node *snapshot_change(const struct snapshot *snapshot,
					const struct tree_node *object, bool *unknown);

/*
 * Reads an object from a tree, as the parser reads one from a document. With OBJECT_UNLISTED it
 * does not become an object of the snapshot: only what is wrong with it is noted. With
 * OBJECT_IMPLIED it goes where an installation goes that is not shown, if it names no
 * namespace.
 */
enum { OBJECT_UNLISTED = 1, OBJECT_IMPLIED = 2 };
void parse_object_tree(struct snapshot *snapshot, const struct tree_node *map, unsigned how);

/* ---- the state of one parser, shared by its steps: values, objects, documents ---- */

/* An anchor of the document that is being read. */
struct anchor {
	const char *name;
	struct tree_node *node;
	UT_hash_handle hh;
};

struct parse {
	struct snapshot *snapshot;
	struct arena *scratch;
	uint32_t source; /* number plus 1 */
	yaml_parser_t parser;
	yaml_event_t event;
	bool have_event;
	struct reader reader;
	uint32_t first_line; /* of this parser's text */
	struct anchor *anchors;
	uint32_t anchor_count;  /* of the document so far */
	uint32_t node_count;    /* of the document so far */
	uint64_t aliased_count; /* values that its aliases stand for */
	uint64_t merged_count;  /* keys that its merges looked at */
	bool failed;            /* this parser gives no more events */
	bool gave_up;           /* it could, but we do not want them */
	uint32_t fail_line;     /* where we gave up */
	uint32_t document_line; /* of the last document that begins with `---`, or 0 */
	bool bad_key;           /* reported for this document */
	bool flow_root;         /* the last document was written as {...} */
	bool as_tree;           /* the source is one value, kept as `tree` */
	const struct tree_node *tree;
	struct tree_list *trees; /* as_tree: where all values go; NULL: only the first */
	const struct parse_text *inside; /* the text is the value of a scalar */
};

/* What the schema says of the value that comes next: neither set means build it all. */
struct guide {
	const struct schema *schema; /* of a mapping, or of each item of a list */
	bool skip;                   /* nothing reads it */
	bool named;                  /* a mapping of names to mappings of that schema */
};

/* ---- parse_values.c ---- */

/* The place of the present event. */
struct pos parse_pos(const struct parse *p);
/* Moves to the next event; false when the parser failed or gave up. */
bool parse_next(struct parse *p);
/* The anchor of the present event, or NULL. */
const char *parse_anchor(const struct parse *p);
/* Builds the value that begins with the present event; never NULL, but p->failed may be set. */
struct tree_node *parse_value(struct parse *p, struct guide guide, unsigned depth);
/* What the schema says of the value of `key`. */
struct guide parse_guide(const struct schema *schema, const char *key);

/*
 * A mapping that is being read key by key:
 *
 *	parse_map_begin(p, &m); while (parse_map_key(p, &m)) { read the value; parse_map_add() }
 *	parse_map_end(p, &m);
 */
struct map_reader {
	struct tree_node *map;
	const struct tree_node *merged; /* the value of `<<`, or NULL */
	const char *key;                /* NULL: it was none; skip its value */
	struct pos key_pos;
	bool merge; /* the key is `<<` */
};

/* Starts with the present event, a mapping's start. */
void parse_map_begin(struct parse *p, struct map_reader *m);
/* Reads the next key and moves to the first event of its value; false at the end. */
bool parse_map_key(struct parse *p, struct map_reader *m);
/* Takes the value of the present key. */
void parse_map_add(struct parse *p, struct map_reader *m, const struct tree_node *value);
/* Finds keys that come twice and adds what is merged. */
void parse_map_end(struct parse *p, struct map_reader *m);

/* ---- kinds_other.c ---- */

/* True when the ConfigMap is one that is read. */
bool config_map_matters(const struct tree_node *map);
/* Reads the YAML in its texts. */
void config_map_read(struct snapshot *snapshot, struct config_map *map);

/* ---- machines.c ---- */

/* True for the name of a kind that is not an object of a cluster and that is read all the same.
 */
bool machine_kind_is_known(const char *kind);
/* Reads what sets up a machine into the snapshot; false: the mapping is nothing of the kind. */
bool machine_config_read(struct snapshot *snapshot, const struct tree_node *map);

/* ---- parse_objects.c ---- */

/* Reads the root of a document, which is the present event, and hands its objects on. */
void parse_root(struct parse *p);

#endif
