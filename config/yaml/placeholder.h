/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that are not known when a file is read: placeholders that another program fills in,
 * and ciphertext. (I6)
 */
#ifndef CONFIG_YAML_PLACEHOLDER_H
#define CONFIG_YAML_PLACEHOLDER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/array.h"
#include "config/yaml/finding.h"

/* A value for a variable: `${key}` becomes `value`. */
struct substitution {
	const char *key;
	const char *value;
	const char *origin; /* the file that says it; NULL: the user does */
};

/* A scalar that a value was put into, and the file that says the value. */
struct filled_value {
	struct pos pos;
	const char *origin;
};

struct filled_values {
	ARRAY_OF(struct filled_value) list;
};

struct tree_node;

/* What is done to objects before they are applied. */
struct object_change {
	/* The object as it is applied; NULL: it is not. Sets *unknown where that is not known.
	 */
	const struct tree_node *(*run)(const struct object_change *change,
				       const struct tree_node *object, bool *unknown);
	uint64_t identity; /* equal for changes that do the same */
};

/* Of two with one key the later one counts. */
struct substitutions {
	ARRAY_OF(struct substitution) list;
	const struct object_change *change; /* NULL: nothing */
	/* Into which namespace objects go, whatever they say; NULL: where they say. (I6.3a) */
	const char *target_namespace;
	const char *default_namespace; /* of objects that name none; NULL: as usual (I6.3d) */
	/* The Kustomization of Flux that puts these in, and no others; NULL: there may be more.
	 */
	const char *whole;
	/* Several put the objects into different namespaces: all, or those that name none. */
	bool target_unknown, default_unknown;
};

/* Replaces a namespace by the one that objects go into, if there is one; both may be NULL. */
void substitutions_move(const struct substitutions *substitutions, const char **namespace);

/* True when it is not known into which namespace an object goes that names this one, or NULL.
 */
bool substitutions_hide(const struct substitutions *substitutions, const char *namespace);

enum placeholder {
	PLACEHOLDER_NONE,      /* the text is the value */
	PLACEHOLDER_REPLACED,  /* every variable in it has a value or a default */
	PLACEHOLDER_UNKNOWN,   /* it is filled in by another program */
	PLACEHOLDER_ENCRYPTED, /* ciphertext */
};

/* True for what begins as the files that age, PGP and Ansible's vault write. */
bool placeholder_is_armored(const char *text, size_t len);

/*
 * What the text of a scalar is. Of PLACEHOLDER_REPLACED, *out is the text with the values in
 * it, in the arena; else *out is `text`. `known` may be NULL.
 */
enum placeholder placeholder_read(const char *text, const struct substitutions *known,
				  struct arena *arena, const char **out);

/* The name of the first variable in the text, of the form ${NAME}, that has no value, in the
 * arena; NULL: none, or there is more in the text that is not known. */
const char *placeholder_undefined(const char *text, const struct substitutions *known,
				  struct arena *arena);

/* The file that says a value which goes into the text; NULL: none does. Of several, the last.
 */
const char *placeholder_origin(const char *text, const struct substitutions *known);

/* True when `name` can be the name of a variable: a letter or `_`, then also digits. */
bool placeholder_name_valid(const char *name, size_t len);

/* True for a line with a variable such as `@NAME@` or `%NAME%`, which no YAML value may begin
 * with, or ${NAME} without quotes, which is none among braces; NULL is no such line. */
bool placeholder_in_line(const char *line);

#endif
