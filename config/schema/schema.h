/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schemas as tables: what fields a kind has, of what type, by what rules, and where the value
 * goes in its typed struct.
 *
 * One walker (schema_bind) checks a tree against a schema, reports what is wrong with place
 * and path, and fills the struct. The parser asks the same tables which values are read at
 * all, so that what nobody reads is never built.
 */
#ifndef CONFIG_SCHEMA_SCHEMA_H
#define CONFIG_SCHEMA_SCHEMA_H

#include <stddef.h>

#include "config/schema/values.h"
#include "config/yaml/finding.h"
#include "config/yaml/tree.h"

enum field_type {
	FIELD_STRING,        /* struct str_value */
	FIELD_DURATION,      /* struct str_value: a length of time, with its unit */
	FIELD_SCALAR,        /* struct str_value: numbers and booleans as their text */
	FIELD_INT,           /* struct int_value */
	FIELD_BOOL,          /* struct bool_value */
	FIELD_INT_OR_STRING, /* struct int_or_string */
	FIELD_STRINGS,       /* struct str_list */
	FIELD_DURATIONS,     /* struct str_list */
	FIELD_INTS,          /* struct int_list */
	FIELD_NAMES,         /* struct names_value: a string, a list of strings, or labels */
	FIELD_STRING_MAP,    /* struct label_map */
	FIELD_SCALAR_MAP,    /* struct label_map; numbers and booleans are kept as their text */
	FIELD_OBJECT,        /* a nested struct that begins with struct section */
	FIELD_OBJECTS,       /* { struct section; ARRAY_OF(nested struct) } */
	FIELD_NAMED,    /* as FIELD_OBJECTS, from a mapping: a struct begins with struct section
			 * and the str_value of its key */
	FIELD_INLINE,   /* a nested mapping whose fields go into the SAME struct; `offset`
			 * is a struct section, or NO_OFFSET */
	FIELD_PRESENCE, /* struct section: only that it is there */
	FIELD_IGNORED,  /* known, and nothing reads it */
};

#define NO_OFFSET SIZE_MAX

struct schema;

/* Says what is wrong with a text, as the end of "... is <text>"; NULL: nothing. */
typedef const char *(*text_rule)(const char *text);

struct schema_field {
	const char *name;
	enum field_type type;
	size_t offset;
	const struct schema *schema; /* of FIELD_OBJECT, _OBJECTS, _NAMED, _INLINE */
	bool required;
	bool bounded; /* min and max hold, for the int or each int of a list */
	int64_t min, max;
	uint32_t min_bytes;          /* of a string */
	uint32_t max_items;          /* of a list; 0: no bound */
	const char *const *words;    /* enum of a string, or of the values of a map */
	text_rule rule;              /* for the string or each string of a list */
	bool rule_is_later;          /* PureLB's API has the rule since 0.17 only (P10.1) */
	const char *pattern;         /* what `rule` accepts, as a regular expression; or NULL */
	bool names_checks;           /* items of the list, or keys of the map, are checks */
	enum problem_kind rule_kind; /* what breaking the rule is; 0 means PROBLEM_RULE */
	enum field_note note;        /* what is to be noted when it is written */
	bool null_counts;            /* a null or `true` stands for an empty mapping */
	/* Of a list: a boolean may be written in its place, for the struct bool_value at this
	 * offset; 0: none. */
	size_t or_bool;
	bool is_choice; /* being given is recorded in a struct key_choice */
	size_t choice_offset;
	uint32_t choice;
	const char *const *templates; /* texts that are values although they look unknown */
	bool keeps_unknown;           /* what is not known is listed, and is kept as written */
	const char *standard;         /* what counts when it is not written, as text; or NULL */
	const char *description;      /* one line for editors and documentation */
};

struct schema {
	const struct schema_field *fields;
	uint32_t count;
	size_t size;           /* of the struct, for FIELD_OBJECTS */
	const char *shorthand; /* a scalar in place of the mapping is this field's value */
	bool lenient;          /* keys that no field has are of no concern */
	/* Where keys that no field has go, with their strings: the offset of a struct
	 * label_map. 0: nowhere, they are unknown fields. */
	size_t others;
	const char *choices; /* what the fields that are choices are: "event"; NULL: none are */
	bool no_nulls;       /* a key without a value is a mistake, and not absence */
};

/* The field of that name, or NULL. */
const struct schema_field *schema_find(const struct schema *schema, const char *name);

/* Takes over into `to` every field that is written in `from`; both are structs of the schema.
 */
void schema_take_over(const struct schema *schema, void *to, const void *from);

/* What a bind works with. */
struct binder {
	struct finding_sink *sink; /* its arena takes the copies as well */
	const struct object *object;
	bool strict;                /* report unknown fields */
	bool applied;               /* the object goes to an API server */
	struct noted_fields *noted; /* where noted fields are listed; NULL: nowhere */
	/* Where values that are not known are listed; they stay absent. NULL: they are what is
	 * written. */
	struct unknown_values *unknown;
	bool expands; /* Kubernetes itself fills in $(NAME) */
};

/*
 * Walks `map` by `schema` and fills the struct at `base`. Findings go into the sink;
 * a value with a wrong type or a null stays absent.
 */
void schema_bind(struct binder *binder, const struct schema *schema,
		 const struct tree_node *map, void *base);

/* True when a mapping has no field, at any depth, that the schema does not know; false where a
 * part of it was not read. */
bool schema_has_all(const struct schema *schema, const struct tree_node *map);

#endif
