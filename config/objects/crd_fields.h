/* SPDX-License-Identifier: Apache-2.0 */
/* Which fields of an object the schema of a CustomResourceDefinition does not know. */
#ifndef CONFIG_OBJECTS_CRD_FIELDS_H
#define CONFIG_OBJECTS_CRD_FIELDS_H

#include "config/objects/snapshot.h"

struct dropped_field {
	const char *path; /* "spec.local.v4pools.pool": without places in lists */
	struct pos pos;   /* of its key or value */
};

struct dropped_fields {
	ARRAY_OF(struct dropped_field) list; /* in the order of the object's schema */
};

/*
 * The fields below `spec` that the object has and the version's schema does not: an API server
 * drops them. Of a mapping that is not known only the mapping is listed. Nothing is listed
 * below a schema without properties, or one that keeps what it does not know.
 */
void crd_find_dropped(const struct crd_version *version, const struct object *object,
		      struct arena *arena, struct dropped_fields *out);

/* True when the version's schema has the field of that path, or keeps what it does not know. */
bool crd_knows_field(const struct crd_version *version, const char *path);

/* The version of the CustomResourceDefinition that PureLB's objects of `kind` are of, or NULL
 * when it is of another kind, serves no such version, or has a value of a wrong type. */
const struct crd_version *crd_version_of(const struct crd *crd, enum object_kind kind);

#endif
