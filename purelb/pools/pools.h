/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P1.3 and P3.1 to P3.7 of the model: which ServiceGroups PureLB reads, in what order,
 * which become pools, who loses an overlap, and which namespaces they serve.
 */
#ifndef PURELB_POOLS_POOLS_H
#define PURELB_POOLS_POOLS_H

#include "purelb/pools/ranges.h"
#include "purelb/pools/release.h"

enum pool_type { POOL_TYPE_NONE, POOL_TYPE_LOCAL, POOL_TYPE_REMOTE, POOL_TYPE_EXTERNAL };

/* One entry of a group's lists, parsed. */
struct pool_range {
	const struct address_pool *entry;
	enum pool_list list;        /* the list it is written in */
	enum ip_family list_family; /* the family of that list, whatever the range is (P2.5) */
	const char *path;           /* "spec.local.v4pools[0]" */
	struct ip_range range;      /* valid only when range_error is RANGE_OK */
	enum range_error range_error;
	struct ip_net subnet; /* valid only when subnet_ok */
	bool subnet_ok;
	bool reversed;  /* P2.3 */
	bool contained; /* P2.4; false when either does not parse */
};

enum pool_reject {
	POOL_ACCEPTED,
	POOL_OUT_OF_SCOPE, /* not in the install namespace (P1.3.1) */
	POOL_BAD_RANGE,    /* a range that does not parse (P3.1) */
	POOL_BAD_SUBNET,
	POOL_NOT_CONTAINED,
	POOL_EMPTY,        /* no range at all, or no local, remote or external */
	POOL_BAD_EXTERNAL, /* external.announce is neither local nor remote */
	POOL_NAME_TAKEN,   /* P3.3 */
	POOL_OVERLAPS,     /* P3.4 */
};

struct pool {
	const struct service_group *group;
	const char *name;
	enum pool_type type;
	const struct pool_spec *spec; /* spec.local or spec.remote; NULL for the others */
	bool netbox;                  /* external by spec.netbox (P10.1) */
	bool in_scope;                /* PureLB reads it (P1.3.1) */
	enum pool_reject reject;      /* POOL_ACCEPTED: it lives */
	const struct pool_range *reject_range; /* the range that caused it, or NULL */
	const struct pool *reject_by; /* the pool in the way (name or overlap), or NULL */
	/* A pool of which PureLB, before 0.17, rejects this one or that one, which of the two
	 * is not known; NULL: none. The other fields are as if it went by name. (P10.1) */
	const struct pool *either;
	/* Ranges in walk order: the plural list, then the singular entry (P3.2). Ranges that
	 * do not parse are in here too. */
	ARRAY_OF(struct pool_range) v4, v6;
	bool confined; /* eligible for at least one enforced namespace (P3.6) */
};

/* A pair of ranges of different groups that share an address. */
struct overlap {
	const struct pool *loser; /* the group that is processed later */
	const struct pool_range *loser_range;
	const struct pool *keeper; /* the live pool it meets */
	const struct pool_range *keeper_range;
	struct ip first_shared;
	bool noticed; /* true: PureLB rejects the loser; false: both live (P3.4) */
};

/* Two ranges of one group that share an address. (P3.5) */
struct self_overlap {
	const struct pool *pool;
	const struct pool_range *first;  /* earlier in walk order */
	const struct pool_range *second; /* later */
	struct ip first_shared;
	/* A plain walk (neither multiPool nor balancePools) goes round for ever once all that
	 * it comes to is taken, and turns back where `second` meets an earlier range. */
	bool can_hang;
};

/* A namespace that at least one group lists. (P3.6) */
struct namespace_binding {
	const char *name;
	ARRAY_OF(const struct pool *) eligible; /* sorted by name */
	ARRAY_OF(const struct pool *) marked;   /* those that set namespaceDefault */
	bool enforced;
	const struct pool *default_pool; /* NULL: none or ambiguous */
};

struct pools {
	ARRAY_OF(struct pool) list; /* every group, in (namespace, name) byte order (P1.3.2) */
	ARRAY_OF(struct overlap) overlaps;
	ARRAY_OF(struct self_overlap) self_overlaps;
	ARRAY_OF(struct namespace_binding) namespaces; /* sorted by name */
	ARRAY_OF(const struct pool *) by_name;         /* the accepted ones, for pools_find() */
	bool partial;   /* there may be groups that are not in the list (I6.1a) */
	bool unordered; /* either of two groups may lose an overlap or a name (P10.1) */
	bool fail_open; /* every group is outside the install namespace: all are read (P1.3.1)
			 */
};

/* Applies P1.3 and P3.1 to P3.6 to the groups of the snapshot, as this release does. */
void pools_resolve(struct pools *pools, struct arena *arena, const struct snapshot *snapshot,
		   struct release release);

/* The accepted pool of that name, or NULL. */
const struct pool *pools_find(const struct pools *pools, const char *name);

/* The binding of a namespace, or NULL when no accepted group lists it. */
const struct namespace_binding *pools_namespace(const struct pools *pools, const char *name);

/* True when the address lies in a range of the group, whether PureLB accepts it or not. */
bool pool_has(const struct pool *pool, struct ip ip);

/* "local", "remote", "external", "none". */
const char *pool_type_name(enum pool_type type);

/* Why PureLB has no pool for the group, a sentence; NULL when it accepts it. */
const char *pool_reject_text(const struct pool *pool, struct arena *arena);

#endif
