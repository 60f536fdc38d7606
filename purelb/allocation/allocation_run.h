/* SPDX-License-Identifier: Apache-2.0 */
/* For allocation*.c alone: the state of one run of the allocator. */
#ifndef PURELB_ALLOCATION_ALLOCATION_RUN_H
#define PURELB_ALLOCATION_ALLOCATION_RUN_H

#include "base/hash.h"
#include "purelb/pools/address_map.h"
#include "purelb/pools/walk.h"
#include "purelb/allocation/allocation.h"

/* Every step along a chain is a miss of the cache here, so chains are kept shorter than uthash
 * would. */
#undef HASH_BKT_CAPACITY_THRESH
#define HASH_BKT_CAPACITY_THRESH 3U

/* Annotations of Services, and the path of one. */
#define KEY_ADDRESSES "purelb.io/addresses"
#define KEY_BRAND     "purelb.io/allocated-by"
#define KEY_FROM      "purelb.io/allocated-from"
#define KEY_GROUP     "purelb.io/service-group"
#define KEY_MULTI     "purelb.io/multi-pool"
#define KEY_SHARING   "purelb.io/allow-shared-ip"
#define BRAND         "PureLB" /* the value of KEY_BRAND */
#define PATH_OF(key)  "metadata.annotations[\"" key "\"]"

/* Where something in a Service is. */
struct cause {
	struct pos pos;
	const char *path; /* NULL: the Service itself */
};

/* ---- pools ---- */

/* The two lists of a pool, the two families. */
enum { SIDE_V4, SIDE_V6, SIDES };

static inline unsigned side_of(struct ip ip)
{
	return ip_family(ip) == IP_V4 ? SIDE_V4 : SIDE_V6;
}

static inline unsigned side_of_family(enum ip_family family)
{
	return family == IP_V4 ? SIDE_V4 : SIDE_V6;
}

/* A place in a walk. */
struct walk_place {
	uint32_t segment;
	struct ip ip;
};

/*
 * How far a walk has been looked at, for one family: everything before `at` is in use, or was
 * given back and is in `freed`, a heap with the first place on top. What is on the heap may
 * have been taken again.
 */
struct front {
	struct walk_place at;
	bool started;
	ARRAY_OF(struct walk_place) freed;
};

/*
 * The addresses that a search goes over, in order. (P3.11.3) No address is in it twice: a
 * search that would come to an address for the second time goes round for ever, and
 * `way.cyclic` says so.
 */
struct walk {
	struct pool_walk way;
	uint32_t *by_address; /* the segments, by their addresses */
	struct front fronts[SIDES];
};

/* One list of a pool. */
struct range_list {
	const struct pool_range *ranges; /* in walk order */
	uint32_t count;
	struct address_map map; /* of the ranges, by position */
	bool irregular;         /* ranges share an address, or one is reversed */
	uint32_t *used;         /* balancePools: addresses in use, by position */
	uint32_t *tally;        /* at the end: addresses in use, by position; NULL: none */
	struct walk *plain;     /* NULL until asked for */
	struct walk **single;   /* of each range alone; NULL until asked for */
};

struct pool_state {
	const struct pool *pool;
	uint32_t index;                     /* in the pools' list */
	const struct service_group *serves; /* whose namespaces count for it (P3.6) */
	bool prepared;                      /* its lists are */
	struct range_list lists[SIDES];
	/* Which of the first entries of a Service's status this pool has been noted of. */
	uint64_t noted_turn;
	uint32_t noted;
};

/* ---- Services ---- */

/* An entry of status.loadBalancer.ingress. */
struct held {
	struct ip ip;
	bool valid; /* its text is an address */
	bool added;
	bool ambiguous;
	const struct pool *pool;
	uint32_t text; /* 0, or of a text that is not the canonical one */
};

/* Without padding: it is looked up by its bytes. */
struct port {
	uint64_t protocol; /* a text */
	int64_t number;
};

struct claim {
	const struct service *service;
	struct allocation *result;                    /* NULL: not of type LoadBalancer */
	const char *addresses, *group, *multi, *from; /* annotations */
	const char *field;                            /* spec.loadBalancerIP; NULL: empty */
	const char *namespace;
	int64_t created_ns;
	uint32_t order;                 /* of processing (P3.11.9) */
	uint32_t key;                   /* sharing key, a text; 0: none */
	enum allocation_reason foreign; /* why it is not PureLB's, or REASON_NONE (P3.8) */
	bool branded;                   /* purelb.io/allocated-by: PureLB */
	bool odd_family;                /* asks for a family that there is not */
	bool failed;                    /* PureLB reports a failure, or a family is missing */
	bool external;
	bool extended; /* it was given further addresses beside those it holds (P3.11.5d) */
	ARRAY_OF(struct port) ports;
	ARRAY_OF(struct held) held; /* its status */
	struct use *uses;           /* in the order of their making */
	uint32_t use_count;
	/* Most have one of each, and then they are here. */
	struct port first_port;
	struct held first_held;
};

/* ---- the tables of addresses in use (allocation_use.c) ---- */

/* An address as one pool knows it. A text that is not canonical is an entry of its own: PureLB
 * keeps what a status says by its text and looks up by the canonical one. */
struct address_key {
	uint64_t high, low;
	uint32_t pool, text;
};

struct address {
	struct address_key key;
	uint32_t sharing_key; /* of the Service that was noted last */
	uint32_t user_count;
	struct use *users; /* in the order of their coming; NULL: not in use */
	/* Who has which port is written down when a second Service comes; till then all of the
	 * first one's are its own. */
	bool ports_listed;
	struct address *prev, *next; /* of those with the same sharing key */
	struct address *behind;      /* in the same bucket of the table */
	struct address *before;      /* the one that was made before it */
};

/*
 * The addresses by key. A table of its own, as every Service looks at addresses that nobody has
 * yet: that costs one look at an empty bucket here, and a walk along a chain in a table that
 * is filled as uthash fills it.
 */
struct address_table {
	struct address **buckets;
	uint64_t mask; /* how many buckets there are, a power of two, less 1 */
	uint32_t count;
	struct address *newest;
};

/* A Service that uses an address. */
struct use {
	struct address *address;
	struct claim *claim;
	struct use *prev, *next; /* of the address */
	struct use *prev_of_claim, *next_of_claim;
};

struct port_key {
	const struct address *address;
	struct port port;
};

struct port_owner {
	struct port_key key;
	struct claim *owner; /* of several the one that was noted last */
	UT_hash_handle hh;
};

struct binding_key {
	uint32_t pool, side, key;
};

/* What a pool knows of a sharing key in a family. */
struct binding {
	struct binding_key key;
	bool bound;
	struct ip ip;              /* what it is bound to */
	struct address *addresses; /* in use under this key */
	UT_hash_handle hh;
};

struct text_id {
	const char *text;
	uint32_t id; /* from 1 */
	UT_hash_handle hh;
};

struct run {
	const struct cluster *cluster;
	struct allocations *out;
	struct arena *arena;               /* results */
	struct arena scratch;              /* the rest */
	bool guards;                       /* P2.7 */
	const struct service *const *late; /* those that come after all others */
	uint32_t late_count;
	bool requests_first;
	uint64_t turn; /* goes up with each Service, and whenever one gives back */

	struct pool_state *pools;               /* by index in the pools' list */
	struct address_map map;                 /* of all accepted pools, by name */
	ARRAY_OF(struct pool_state *) ranked;   /* the pool of each range in `map` */
	ARRAY_OF(const struct pool *) rejected; /* by name */

	ARRAY_OF(struct claim) claims; /* by namespace and name */
	struct claim **turns;          /* in the order of processing */

	struct text_id *texts; /* hash tables; their entries are in the arena */
	struct address_table addresses;
	struct port_owner *ports;
	struct binding *bindings;
};

/* ---- allocation_pools.c: pools and texts ---- */

void run_prepare(struct run *run);
void run_release(struct run *run);

/* The number of a text; 0 for NULL and the empty text. */
uint32_t run_text(struct run *run, const char *text);

/* The first text that was equal, so that many Services look at one place; NULL for NULL. */
const char *run_same_text(struct run *run, const char *text);
/* How many texts have a number. */
uint32_t run_texts(const struct run *run);

struct pool_state *run_pool(struct run *run, const struct pool *pool);

/* Makes the lists of a pool ready. */
void run_prepare_pool(struct run *run, struct pool_state *pool);

/* The pool that an address is of: any that contains it, here the first by name. Sets
 * *ambiguous when there are several. NULL: none. (P3.10) */
struct pool_state *run_pool_for(struct run *run, struct ip ip, bool *ambiguous);

/* A group of that name that is not accepted, or NULL. */
const struct pool *run_rejected(const struct run *run, const char *name);

/* ---- allocation_pools.c: walks (P3.11.3) ---- */

/* The walk over a family's ranges. (P3.11.3) */
struct walk *walk_plain(struct run *run, struct pool_state *pool, unsigned side);
/* The walk over one range. */
struct walk *walk_single(struct run *run, struct pool_state *pool, unsigned side, uint32_t i);

/* Where `ip` is in the walk; false when it is not. */
bool walk_find_place(const struct walk *walk, struct ip ip, struct walk_place *out);

/* The first address of a family that nobody uses, or false. */
bool walk_first_free(struct run *run, struct pool_state *pool, struct walk *walk, unsigned side,
		     struct walk_place *out);

/* The pool's walks learn that an address is free again. */
void walk_freed(struct run *run, struct pool_state *pool, struct ip ip);

/* P2.7: the release with the address guard passes over it. */
bool walk_skips(const struct run *run, const struct pool_state *pool, const struct walk *walk,
		struct walk_place place);

/* True when `a` comes before `b`. */
static inline bool walk_place_before(struct walk_place a, struct walk_place b)
{
	return a.segment != b.segment ? a.segment < b.segment : ip_compare(a.ip, b.ip) < 0;
}

/* ---- allocation_use.c ---- */

/* Why an address is not for a Service. */
struct obstacle {
	enum allocation_reason reason;
	struct claim *holder; /* for conflicts of keys and of ports */
	struct ip bound;      /* what the key is bound to */
	const struct port *port;
};

/* Makes room for about so many addresses. */
void use_reserve(struct run *run, uint32_t addresses);

/* P3.11.6: true when the address is available to the Service, else *why is filled in. */
bool use_available(struct run *run, struct pool_state *pool, struct ip ip,
		   const struct claim *claim, struct obstacle *why);

/* Somebody uses the address. */
bool use_taken(struct run *run, const struct pool_state *pool, struct ip ip);

/* Notes that the Service uses all of its addresses, in this pool, whether they are of it or
 * not, as PureLB does. */
void use_note(struct run *run, struct pool_state *pool, struct claim *claim);

/* Notes what it holds in the pools that its addresses are of. */
void use_note_existing(struct run *run, struct claim *claim);

/* The newest of its uses, or NULL. */
const struct use *use_last(const struct claim *claim);

/* Gives back everything, or one address in one pool. */
void use_release(struct run *run, struct claim *claim);
void use_release_one(struct run *run, struct pool_state *pool, struct claim *claim,
		     struct ip ip);

/* What the pool knows of the key in the family of that side, or NULL. */
struct binding *use_binding(struct run *run, const struct pool_state *pool, unsigned side,
			    uint32_t key);

/* ---- allocation_services.c: P3.8 ---- */

/* The input shows a dual-stack cluster. */
bool services_dual_stack(const struct snapshot *snapshot);

/* Lists the Services of type LoadBalancer in the results and makes the claims. */
void services_list(struct run *run);

/* Says in the result why the Service is not PureLB's. */
void services_explain_foreign(struct run *run, struct claim *claim);

/* The text of an annotation, or NULL. */
const char *services_annotation(const struct service *service, const char *key);

/* "namespace/name" */
const char *services_full_name(struct run *run, const struct service *service);

/* ---- allocation_choice.c: P3.9, P3.10 and reasons ---- */

struct pool_choice {
	struct pool_state *pool; /* NULL: none, and the rest says why */
	const char *wanted;      /* the name that was looked for */
	bool ambiguous;          /* `default`, for want of a default of the namespace */
	enum allocation_reason reason;
	const char *detail;
};

/* The pool of a Service that asks for no address. */
void choice_make(struct run *run, const struct claim *claim, struct pool_choice *out);

/* ---- allocation_assign.c: P3.11 ---- */

/* An address that is asked for. */
struct request {
	const char *text; /* NULL: none is asked for; may be "" */
	struct cause cause;
};
const char *request_field(const struct service *service); /* NULL: nothing */
void request_find(const struct claim *claim, struct request *out);
void request_assign(struct run *run, struct claim *claim, const struct request *request);

/* One address for each family. (P3.11.1 to 4, 7) */
void assign_plain(struct run *run, struct claim *claim, struct pool_state *pool);
/* One address for each range and family. (P3.11.5) */
void assign_multi(struct run *run, struct claim *claim, struct pool_state *pool);
/* Further addresses for a Service of several pools' ranges that holds some. (P3.11.5) */
void assign_more(struct run *run, struct claim *claim);
/* P3.7. Where the input says nothing of nodes, every subnet is taken to be active. */
bool assign_range_active(const struct run *run, const struct pool_state *pool,
			 const struct pool_range *range);

/* Adds an address to the Service's status and notes it. */
void assign_add(struct run *run, struct claim *claim, struct pool_state *pool, struct ip ip);

/* The Service has an address of that family. */
bool assign_has(const struct claim *claim, unsigned side);

/* True when a ServiceGroup of this name (NULL: any) that is not read does not exist. (I3.2) */
bool choice_absence_is_known(const struct run *run, const char *name);

/* purelb.io/multi-pool, else what the pool says; `pool` may be NULL. (P3.11.5) */
bool assign_is_multi(const struct claim *claim, const struct pool_state *pool);

/* The place of an annotation of the Service, else of the Service itself; `path` is
 * PATH_OF(key). */
struct cause reason_cause_at(const struct service *service, const char *key, const char *path);

/* Says why in the result; of several reasons the first is kept. */
void reason_say(struct claim *claim, enum allocation_reason reason, struct cause cause,
		const char *detail);

/* Says it and marks the Service as one that does not get what it asks for. */
void reason_fail(struct claim *claim, enum allocation_reason reason, struct cause cause,
		 const char *detail);

/* The same for an address that is not available. */
void reason_obstacle(struct run *run, struct claim *claim, const struct pool_state *pool,
		     struct ip ip, const struct obstacle *why, struct cause cause);

/* The pool gave addresses, but none of this family. (P2.5) */
void reason_other_family(struct run *run, struct claim *claim, const struct pool_state *pool,
			 enum ip_family family);

/* ---- allocation_results.c ---- */

void results_addresses(struct run *run);
void results_ranges(struct run *run);
void results_conflicts(struct run *run);
/* allocation_hazards.c: P3.11.9a */
void results_hazards(struct run *run);

#endif
