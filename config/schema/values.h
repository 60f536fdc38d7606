/* SPDX-License-Identifier: Apache-2.0 */
/* Values as they were read: each keeps its place. */
#ifndef CONFIG_SCHEMA_VALUES_H
#define CONFIG_SCHEMA_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "config/yaml/finding.h"

struct str_value {
	const char *s; /* NULL: absent */
	struct pos pos;
};

struct int_value {
	int64_t v;
	bool set;
	struct pos pos;
};

/* A number or a text; neither is set where it is absent. */
struct int_or_string {
	struct int_value number;
	struct str_value text;
};

struct bool_value {
	bool v;
	bool set;
	struct pos pos;
};

/* Head of every nested object: whether it was written, and where its key and value are. */
struct section {
	bool set;
	struct pos key;
	struct pos pos;
};

/* Which of several keys, of which one must be given, was given. */
struct key_choice {
	uint32_t which; /* the last one that was given; see the schema */
	uint32_t given; /* how many were */
	struct pos pos; /* of the last one's key */
};

struct str_list {
	struct section at;
	ARRAY_OF(struct str_value) list;
};

struct int_list {
	struct section at;
	ARRAY_OF(struct int_value) list;
};

/* One entry of labels, annotations, matchLabels, sysctls. */
struct label {
	struct str_value key;
	struct str_value value;
};

struct label_map {
	struct section at;
	bool partial; /* some of its values are not known (I6) */
	ARRAY_OF(struct label) list;
	ARRAY_OF(struct str_value) unknown; /* the keys of those, with their places */
};

/* ---- values that are not known (I6) ---- */

struct unknown_value {
	struct pos pos;
	const char *path; /* "spec.local.v4pools[0].pool" */
	bool encrypted;   /* ciphertext; else a placeholder */
	const char *text; /* as written; NULL: it is not */
};

struct unknown_values {
	ARRAY_OF(struct unknown_value) list;
};

/* Names of things: one, a list of them, or labels that they have. */
struct names_value {
	struct str_list list; /* its section is that of the whole */
	struct label_map labels;
};

/* ---- what the schema says of a field beyond its type ---- */

enum field_note {
	NOTE_NONE,
	NOTE_IGNORED,      /* k8gobgp never sends it to the daemon */
	NOTE_INEFFECTIVE,  /* it is sent, and nothing comes of it */
	NOTE_BEYOND_INT32, /* a uint32 that the schema declares as int32, above 2147483647 */
};

/*
 * A field that was written although its column "effect" in 1.3 is not "used", or a number
 * that an API server which enforces int32 refuses. Of a mapping only the mapping is noted, not
 * what is in it; numbers beyond int32 are noted wherever they are. In input order.
 */
struct noted_field {
	enum field_note note;
	struct pos pos;   /* of the value */
	const char *path; /* "spec.global.families" */
	const char *name; /* "families" */
	int64_t number;   /* of NOTE_BEYOND_INT32 */
	bool neutral;     /* false, 0, "", empty, a mapping that is switched off or has only
			   * such fields: nothing was asked for */
};

struct noted_fields {
	ARRAY_OF(struct noted_field) list;
};

#endif
