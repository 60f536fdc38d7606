/* SPDX-License-Identifier: Apache-2.0 */
/* Values as they were read: each keeps its place. */
#ifndef CONFIG_YAML_VALUES_H
#define CONFIG_YAML_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "config/yaml/diag.h"

struct str_value {
	const char *s; /* NULL: absent */
	struct pos pos;
};

struct int_value {
	int64_t v;
	bool set;
	struct pos pos;
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
	ARRAY_OF(struct label) list;
};

/* The value of `key`, or NULL. */
const struct str_value *label_map_get(const struct label_map *map, const char *key);

/* The text of the value of `key`, or NULL. */
const char *label_map_text(const struct label_map *map, const char *key);

#endif
