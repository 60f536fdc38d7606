/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of namespaces share: who lists which namespace. For namespaces*.c only. */
#ifndef VALIDATOR_NAMESPACES_NAMESPACES_H
#define VALIDATOR_NAMESPACES_NAMESPACES_H

#include "validator/check.h"

enum { GROUPS_SHOWN_MAX = 8 }; /* in one message */

/* One entry of the `namespaces` list of a group that PureLB reads. */
struct listing {
	const char *name;
	const struct pool *pool;
	const struct str_value *entry;
	uint32_t index; /* in the list */
};

/* Sorted by namespace, then group; a group lists a namespace once. */
struct listings {
	ARRAY_OF(struct listing) list;
};

/*
 * One namespace with all groups that list it. The binding comes from purelb/ and holds the
 * accepted groups only; the counts include the rejected ones: what will be when their
 * mistakes are fixed.
 */
struct served {
	const char *name;
	const struct listing *listings;
	uint32_t count;
	const struct namespace_binding *binding; /* NULL: every one of them is rejected */
	uint32_t eligible;
	uint32_t marked; /* set namespaceDefault */
};

/* Whether the group sets namespaceDefault, or enforceNamespaces. */
bool group_marks_default(const struct pool *pool);
bool group_enforces(const struct pool *pool);

/* The first eligible group's listing: by name, accepted groups before others. */
const struct listing *served_first(const struct served *ns);

/* namespaces_effects.c */
void check_default_confined(struct checker *ck, const struct listings *all);       /* NS002 */
void check_families(struct checker *ck, const struct served *ns, uint32_t count);  /* NS004 */
void check_exist(struct checker *ck, const struct served *ns, uint32_t count);     /* NS005 */
void check_redundant(struct checker *ck, const struct served *ns, uint32_t count); /* NS006 */

#endif
