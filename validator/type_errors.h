/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which fields were of the wrong type. Such a field is absent in its typed object and has a
 * finding of its own (IN004); a check that would call it missing asks here first.
 */
#ifndef VALIDATOR_TYPE_ERRORS_H
#define VALIDATOR_TYPE_ERRORS_H

#include "config/objects/snapshot.h"

struct type_errors {
	ARRAY_OF(const struct finding *) list; /* sorted by object and path */
};

/* Collects them in the arena; the problems are borrowed from the snapshot. */
void type_errors_collect(struct type_errors *errors, const struct snapshot *snapshot,
			 struct arena *arena);

/* True when the field at `path` ("spec.local") of the object was of the wrong type. */
bool type_errors_at(const struct type_errors *errors, const struct object *object,
		    const char *path);

/* True when a field whose path begins with `prefix` was. */
bool type_errors_below(const struct type_errors *errors, const struct object *object,
		       const char *prefix);

#endif
