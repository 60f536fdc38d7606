/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schemas (draft 2020-12) of what the program reads, made from its own schema tables. */
#ifndef REPORTS_MODEL_SCHEMA_JSON_H
#define REPORTS_MODEL_SCHEMA_JSON_H

#include <cjson/cJSON.h>

#include "config/objects/objects.h"

/* A kind of file or object that there is a schema of. */
struct schema_document {
	const char *name;         /* "NodeInventory", "config" */
	const char *title;        /* what it is, one line */
	const char *example_file; /* a file that is one, for the help of editors */
	const struct schema *schema;
	enum object_kind kind; /* KIND_COUNT: it is no Kubernetes object */
};

/* All of them; ends with one that has no name. */
extern const struct schema_document schema_documents[];

/*
 * The schema: what it refuses the program refuses, too, as a finding IN002 to IN005 (or the
 * like of a BGPConfiguration); rules between fields and between objects are only the
 * program's. The caller owns the tree and frees it with cJSON_Delete().
 */
cJSON *schema_json(const struct schema_document *document);

#endif
