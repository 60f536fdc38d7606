/* SPDX-License-Identifier: Apache-2.0 */
/* P10.2: fields that an API server drops, or that a release reads but does nothing with. */
#ifndef PURELB_POOLS_RELEASE_FIELDS_H
#define PURELB_POOLS_RELEASE_FIELDS_H

#include "purelb/pools/release.h"

/* A field of an object that does not count. */
struct lost_field {
	const struct object *object;
	const char *path; /* "spec.nodeSelector" */
	struct pos pos;   /* where the object has it */
	const char *loss; /* what that changes, a clause */
	bool by_crd;      /* a CustomResourceDefinition of the input does not know it */
	bool dropped;     /* false: PureLB reads it and does nothing with it */
};

struct lost_fields {
	ARRAY_OF(struct lost_field) list; /* in the order of the objects */
};

/*
 * Puts copies without those fields into the lists of ServiceGroups and LBNodeAgents of the
 * snapshot; snapshot->objects keeps what was read. Lists the fields in `out`, in the arena of
 * the snapshot.
 */
void release_drop_fields(struct snapshot *snapshot, struct release release,
			 struct lost_fields *out);

/* What is lost with a field that an API server drops, a clause; NULL: not known. */
const char *release_loss_of(enum object_kind kind, const char *path);

#endif
