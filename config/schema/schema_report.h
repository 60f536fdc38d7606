/* SPDX-License-Identifier: Apache-2.0 */
/* What the schema walker reports, and where it is in the tree; used by config/schema alone. */
#ifndef CONFIG_SCHEMA_SCHEMA_REPORT_H
#define CONFIG_SCHEMA_SCHEMA_REPORT_H

#include "config/schema/schema.h"

/* The path to a value, as a chain on the stack; text is made only when something is wrong. */
struct path {
	const struct path *parent;
	const char *name; /* a field, or NULL for a list item */
	uint32_t index;
	unsigned depth;
	/* The mapping that has the field, and its schema; NULL for a list item. */
	const struct schema *schema;
	const struct tree_node *map;
};

/* Its text, "spec.pools[2].subnet", in the arena. */
const char *schema_path_text(const struct path *path, struct arena *arena);
/* The path of a key of a mapping, such as metadata.labels["example.com/team"]. */
const char *schema_path_of_key(const char *map, const char *key, struct arena *arena);

bool schema_is_scalar(const struct tree_node *n);

/* "a whole number", as messages name what a field wants. */
const char *schema_type_wanted(enum field_type type);

/* What is asked for in place of `n`: of a scalar what may stand for the whole mapping. */
enum field_type schema_type_asked(const struct schema *schema, enum field_type type,
				  const struct tree_node *n);

/* The value at `n` has a type that the field cannot take. */
void schema_report_type(struct binder *b, enum field_type type, const struct tree_node *n,
			const struct path *path);

/* A value breaks a rule of its field: "<path> <what>". Returns the finding, for its hint. */
struct finding *schema_report_rule(struct binder *b, const struct schema_field *f,
				   struct pos pos, const struct path *path, const char *what);

/* The rules that a field's row has for its value. */
void schema_check_string(struct binder *b, const struct schema_field *f,
			 const struct str_value *v, const struct path *path);
void schema_check_int(struct binder *b, const struct schema_field *f, const struct int_value *v,
		      const struct path *path);
void schema_check_items(struct binder *b, const struct schema_field *f, uint32_t count,
			struct pos pos, const struct path *path);

/* Reports a key that no field of the schema has (schema_fields.c). */
void schema_unknown_field(struct binder *b, const struct tree_entry *e,
			  const struct path *path);
/* Reports the required fields that the mapping lacks. */
void schema_check_required(struct binder *b, const struct schema *schema,
			   const struct tree_node *map, const struct path *parent);

/* Lists fields that later checks ask about (enum field_note). */
void schema_note_number(struct binder *b, const struct schema_field *f,
			const struct int_value *v, const struct path *path);
void schema_note_field(struct binder *b, const struct schema_field *f,
		       const struct tree_node *n, const struct path *path);

#endif
