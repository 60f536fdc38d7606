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

/* Objects by kind, namespace, name and order. */
struct converted_index {
	const struct converted **items; /* those that are printed */
	uint32_t count;
};

/* Where converted addresses go: a group of PureLB, and the pool that it comes from. */
struct converted_group {
	const char *name;
	const char *origin; /* the name of the pool that it was */
	bool remote;
	ARRAY_OF(struct ip_range) ranges;
};

/* Where a range has gone. */
struct converted_range {
	struct ip_range range;
	const struct converted_group *group;
};

struct conversion {
	struct snapshot *snapshot;
	const struct cluster *cluster; /* of what is in the input beside it: the nodes */
	const char *namespace;         /* where PureLB v2 is installed */
	struct arena *arena;           /* all of it lives there */
	ARRAY_OF(struct converted) objects;
	ARRAY_OF(struct conversion_note) notes; /* by place, once it has run */
	ARRAY_OF(struct converted_group *) groups;
	ARRAY_OF(struct converted_range) ranges; /* of all groups; by first address, later */
	ARRAY_OF(struct ip) node_addresses;      /* InternalIPs, in order */
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

/* The objects for conversion_drop(), as they are now. */
void conversion_index(const struct conversion *conversion, struct converted_index *out);

/* Takes an object out, which is noted as not converted for this reason; false: it has none. */
bool conversion_drop(struct conversion *conversion, const struct converted_index *index,
		     const char *kind, const char *namespace, const char *name,
		     const char *why);

/* Notes what is to be known of an object that is printed. */
void conversion_warn(struct conversion *conversion, const struct converted_index *index,
		     const char *kind, const char *namespace, const char *name,
		     const char *what);

/* Puts the notes in the order of their places. */
void conversion_sort_notes(struct conversion *conversion);

#endif
