/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P3.8 to P3.11: which address every Service gets or keeps.
 *
 * The allocator is a value: allocation_run() registers every address that Services hold, then
 * takes the Services one by one, as PureLB's allocator does at start-up. No address is ever
 * walked over twice, so pools of 2^64 addresses and Services by the hundred thousand cost the
 * same for each Service.
 */
#ifndef PURELB_ALLOCATION_ALLOCATION_H
#define PURELB_ALLOCATION_ALLOCATION_H

#include "purelb/agents/cluster.h"

enum service_state {
	SERVICE_KEPT,     /* holds all it asks for; nothing added */
	SERVICE_ASSIGNED, /* something was added and nothing is missing */
	SERVICE_PENDING,  /* something it asks for is missing */
	SERVICE_UNKNOWN,  /* it depends on a ServiceGroup that may exist elsewhere (I3.2) */
	SERVICE_IGNORED,  /* not PureLB's (P3.8) */
};

/* Why a Service is ignored, or does not get what it asks for. */
enum allocation_reason {
	REASON_NONE,
	/* ignored (P3.8) */
	REASON_NOT_LOAD_BALANCER, /* such Services are not listed by allocate */
	REASON_OTHER_CLASS,       /* loadBalancerClass is another's */
	REASON_OLD_CLASS,         /* purelb.io/purelb, which v2 ignores */
	REASON_NOT_DEFAULT,       /* no class, and PureLB is not the default announcer */
	REASON_NO_CLUSTER_IP,     /* clusterIP is not an address */
	REASON_SYSTEM,            /* kube-dns and the like are skipped */
	/* choosing the pool (P3.9) */
	REASON_UNKNOWN_POOL,    /* names a group that does not exist */
	REASON_REJECTED_POOL,   /* the group exists and PureLB rejects it */
	REASON_NO_DEFAULT_POOL, /* no group named `default` */
	REASON_AMBIGUOUS,       /* enforced namespace without a single default */
	REASON_EXCLUDED,        /* the group serves confined namespaces only */
	REASON_CONFINED,        /* the namespace may use only its own groups */
	/* requested addresses (P3.10) */
	REASON_BAD_ADDRESS, /* a requested address does not parse */
	REASON_NO_POOL_FOR_ADDRESS,
	/* assigning (P3.11) */
	REASON_NO_RANGE, /* the pool has no range of the family */
	REASON_EXHAUSTED,
	REASON_KEY_BOUND,    /* the sharing key is bound to another address */
	REASON_KEY_CONFLICT, /* the address is used under another key or none */
	REASON_PORT_CONFLICT,
	REASON_MULTI_WITH_SHARING,
	REASON_MULTI_WITH_BALANCE,
	REASON_NO_ACTIVE_SUBNET, /* multi-pool: no range has an active subnet */
	REASON_SPANS_POOLS,      /* multi-pool: its addresses are of several pools or none */
	REASON_EXTERNAL,         /* an external IPAM system decides: nothing is predicted */
	REASON_HANGS,            /* the walk goes round for ever here (P3.5) */
	REASON_COUNT,
};

/* One address of a Service. */
struct allocated_address {
	struct ip ip;
	const struct pool *pool; /* that it was taken from or lies in; NULL: in none */
	bool added;              /* by this run; false: it held it before */
	bool ambiguous;          /* several pools contain it: which one PureLB takes is open */
};

struct allocation {
	const struct service *service;
	enum service_state state;
	enum allocation_reason reason;
	const char *detail;      /* the reason as a sentence, with names; NULL for none */
	const struct pool *pool; /* the pool chosen by 3.9; NULL: none */
	const char *wanted_pool; /* the name that 3.9 came to, also when there is no such
				  * pool; NULL when addresses were requested or it was denied */
	/* Why 3.9 came to no pool, also when the Service holds all it asks for and goes on
	 * holding it: it would get nothing anew. REASON_NONE and NULL: it came to one. */
	enum allocation_reason choice_reason;
	const char *choice_detail;
	bool choice_unknown; /* the pool may exist, though it is not in the input (I3.2) */
	const struct allocation *holder; /* of the address in the way, for conflicts */
	struct pos reason_pos;   /* what in the Service caused it (annotation value, ...) */
	const char *reason_path; /* "spec.loadBalancerClass", or NULL for the Service itself */
	bool ambiguous_default;  /* fell back to `default` for want of a namespace default */
	bool inferred;           /* clusterIP and families were filled in (P3.8) */
	enum ip_family families[2]; /* what it asks for, in order, after filling in */
	unsigned family_count;      /* 0: any */
	const char *sharing_key;    /* NULL: none */
	ARRAY_OF(struct allocated_address) addresses; /* as its status would list them */
	ARRAY_OF(struct ip) released; /* held before, given back by this run (P3.11.2) */
};

/* Use of one range after the run. */
struct range_use {
	const struct pool *pool;
	const struct pool_range *range;
	u128 size;      /* P2.6 */
	u128 used;      /* addresses of it in use */
	u128 available; /* size - used */
};

/* Two Services hold one address without sharing it. */
struct allocation_conflict {
	struct ip ip;
	const struct allocation *first; /* in processing order */
	const struct allocation *second;
	bool predicted; /* not so yet: this run gave it to one of them */
};

/*
 * A Service with one address of each range that has none in ranges in which other Services
 * hold some: after the next change of a ServiceGroup it may be given one of those. (P3.11.9a)
 */
struct allocation_hazard {
	const struct allocation *service;
	const struct pool *pool;
	const struct pool_range *range; /* the first such range */
	const struct allocation *holder;
	struct ip ip;    /* the first one that is held there */
	uint32_t ranges; /* how many such ranges there are */
};

struct allocations {
	ARRAY_OF(struct allocation) list; /* LoadBalancer Services in (namespace, name) order */
	ARRAY_OF(struct range_use) ranges; /* of accepted pools, v6 after v4, in walk order */
	/* Addresses that two Services hold without sharing them (SV015): pairs. */
	ARRAY_OF(struct allocation_conflict) conflicts;
	ARRAY_OF(struct allocation_hazard) hazards; /* in the order of Services */
	bool default_announcer; /* PureLB takes Services without a class (P3.8) */
	bool dual_stack;        /* the input shows a dual-stack cluster */
};

struct allocation_options {
	/* Services that come into being after all others, in this order, whatever their
	 * creationTimestamp; NULL: none. */
	const struct service *const *late;
	uint32_t late_count;
	/* Of the Services without a creationTimestamp those that request addresses come first:
	 * the other order that there may be. */
	bool requests_first;
};

/* Runs the allocator over all Services of the cluster's snapshot; results in `arena`. Without
 * `options` (NULL) no Service is late. */
void allocation_run(struct allocations *out, const struct cluster *cluster,
		    const struct allocation_options *options, struct arena *arena);

/* The allocation of a Service, or NULL when it is not of type LoadBalancer. */
const struct allocation *allocation_find(const struct allocations *all, const char *namespace,
					 const char *name);

/* The addresses that the Service asks for, as written: annotation purelb.io/addresses, else
 * spec.loadBalancerIP. NULL: none. (P3.10) */
const char *allocation_requested(const struct service *service);

/* The allocator's Deployment in the install namespace, or NULL. */
const struct workload *allocator_deployment(const struct snapshot *snapshot);

/* PureLB takes Services without a class. (P3.8) */
bool services_default_announcer(const struct snapshot *snapshot);

/* "kept", "assigned", "pending", "unknown", "ignored". */
const char *service_state_name(enum service_state state);

#endif
