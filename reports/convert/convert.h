/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of PureLB v1 and of MetalLB as the v2 objects that do the same. (I9.2)
 *
 * A conversion is a list of objects to print, each with comments where a decision is the
 * reader's, and of notes: what has no counterpart, and what could not be converted.
 */
#ifndef REPORTS_CONVERT_CONVERT_H
#define REPORTS_CONVERT_CONVERT_H

#include <stdio.h>

#include "config/objects/snapshot.h"
#include "config/yaml/tree.h"
#include "purelb/agents/cluster.h"

struct conversion_note {
	struct pos pos;
	const char *text;
	bool failed; /* an object, or a range of it, is not in the output */
};

struct converted {
	const struct tree_node *tree;
	const char *kind, *namespace, *name; /* name NULL: of no object with an identity */
	const char *origin;                  /* what it comes from: `IPAddressPool "edge"` */
	struct pos pos;                      /* of that */
	bool dropped;                        /* it is not printed */
};

/* Where converted addresses go: a group of PureLB, and the pool that it comes from. */
struct converted_group {
	const char *name;
	const char *origin; /* the name of the pool that it was */
	bool remote;
	ARRAY_OF(struct ip_range) ranges;
};

struct conversion {
	struct snapshot *snapshot;
	const struct cluster *cluster; /* of what is in the input beside it: the nodes */
	const char *namespace;         /* where PureLB v2 is installed */
	struct arena *arena;           /* all of it lives there */
	ARRAY_OF(struct converted) objects;
	ARRAY_OF(struct conversion_note) notes; /* by place, once it has run */
	ARRAY_OF(struct converted_group) groups;
	uint32_t current; /* objects of the input that need no conversion */
};

/*
 * Converts what the sources of the snapshot have, which were read with config_load(). The
 * results live in the snapshot's arena.
 */
void conversion_run(struct conversion *out, struct snapshot *snapshot,
		    const struct cluster *cluster, const char *namespace);

/* Writes the objects as YAML documents. */
void conversion_write(FILE *out, const struct conversion *conversion);

/* Takes an object out, which is noted as not converted for this reason; false: it has none. */
bool conversion_drop(struct conversion *conversion, const char *kind, const char *namespace,
		     const char *name, const char *why);

/* Puts the notes in the order of their places. */
void conversion_sort_notes(struct conversion *conversion);

#endif
