/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schemas (draft 2020-12) of what the program reads and of the reports that it writes,
 * made from its own tables. */
#ifndef REPORTS_SCHEMAS_SCHEMAS_H
#define REPORTS_SCHEMAS_SCHEMAS_H

#include <cjson/cJSON.h>

#include "config/objects/objects.h"

struct record;

/* A kind of file, object or report that there is a schema of. */
struct schema_document {
	const char *name;         /* "NodeInventory", "config"; of a report "validate" */
	const char *title;        /* what it is, one line */
	const char *example_file; /* a file that is one, for the help of editors */
	const struct schema *schema;
	enum object_kind kind;       /* KIND_COUNT: not a Kubernetes object */
	const struct record *report; /* NULL: not a report */
};

/* All of them; ends with one that has no name. */
extern const struct schema_document schema_documents[];

/*
 * The schema. Of what the program reads: what it refuses the program also refuses, as a finding
 * IN002 to IN005 (or the like of a BGPConfiguration); rules between fields and between objects
 * are only the program's. Of a report: what the program writes is valid. The caller owns the
 * tree and frees it with cJSON_Delete().
 */
cJSON *schema_json(const struct schema_document *document);

#endif
