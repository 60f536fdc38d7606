/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which next hop of a route a flow takes: the hash space of a router, divided among the members
 * of a next-hop set, and what of it is lost or moved when the set changes (T8). Pure functions;
 * the same for what is predicted and for what is simulated.
 *
 * A point of the hash space is a number h, 0 <= h < 1; flows are spread evenly over it, so a
 * length is a share of the flows. Bounds are the doubles nearest to i/n, equal for equal
 * fractions: shares are exact to about 1e-15 for each part.
 */
#ifndef PURELB_BGP_NEXT_HOPS_H
#define PURELB_BGP_NEXT_HOPS_H

#include "base/array.h"
#include "base/ip.h"

/* How a router divides its hash space. (T8.3, T8.4) */
enum next_hop_hashing {
	NEXT_HOPS_THRESHOLD, /* contiguous, in order, by weight; Linux, the default */
	NEXT_HOPS_RESILIENT, /* buckets that stay where they are when they can */
	NEXT_HOPS_MODULO,    /* h mod n: nearly every flow moves */
	NEXT_HOP_HASHINGS,
};

enum {
	NEXT_HOPS_BUCKETS = 64,        /* of `resilient`, when the router gives none (T8.4) */
	NEXT_HOPS_BUCKETS_MAX = 65535, /* 16 bits in Linux */
	NEXT_HOP_WEIGHT_MAX = 65535,
	NEXT_HOPS_MAX = 4096, /* members of one set that are looked at */
};

/* "threshold", "resilient", "modulo". */
const char *next_hop_hashing_name(enum next_hop_hashing hashing);

/* One member of the set of a prefix. */
struct next_hop {
	struct ip gateway;
	uint32_t member; /* whose it is: the place in some array of the caller */
	uint32_t weight; /* 1 to NEXT_HOP_WEIGHT_MAX; 0 counts as 1. Not for `modulo` */
};

/* Puts members in the order that routers keep: by gateway address, then by `member`. (T8.1) */
void next_hops_order(struct next_hop *hops, uint32_t count);

/* A piece of the hash space: from <= h < to. Of `modulo`, h mod n = its place in the list; its
 * length is its share all the same. */
struct hash_part {
	double from, to;
	uint32_t member;
};

struct hash_space {
	enum next_hop_hashing hashing;
	ARRAY_OF(struct hash_part) parts; /* from 0 to 1 without gaps; none: no route */
	const uint32_t *buckets;          /* of `resilient`: the member of each; else NULL */
	uint32_t bucket_count;
};

/*
 * Divides the hash space among `count` members in their order; members after NEXT_HOPS_MAX are
 * left out. `previous` is what the router had for the prefix before, or NULL: `resilient` keeps
 * the buckets of members that stay and do not have too many, and needs as many buckets as
 * before; the others do not look at it. `buckets` is for `resilient` alone: 0 counts as
 * NEXT_HOPS_BUCKETS, more than NEXT_HOPS_BUCKETS_MAX as that many. Allocates in `arena`.
 * (T8.3, T8.4, T8.5)
 */
void hash_space_divide(struct hash_space *out, enum next_hop_hashing hashing,
		       const struct next_hop *hops, uint32_t count, uint32_t buckets,
		       const struct hash_space *previous, struct arena *arena);

/* The share of a member, 0 to 1. */
double hash_space_share(const struct hash_space *space, uint32_t member);

/* The member that has the point, by `threshold` and `resilient`. The space has a route. */
uint32_t hash_space_owner(const struct hash_space *space, double point);

/* The share whose member is dead: dead[member]; 1 when there is no route. `dead` has a place
 * for every member of the space. (T8.6) */
double hash_space_lost(const struct hash_space *space, const bool *dead);

/* The share that has a member in both and not the same one: 0 when either is without route.
 * Both spaces are hashed in the same way. (T8.3, T8.4, T8.6) */
double hash_space_moved(const struct hash_space *before, const struct hash_space *after);

/*
 * What a Linux router with next-hop objects makes of a set of which some neighbor entries have
 * failed: the parts of a failed member, failed[member], go to the next good one in order, the
 * first good one when none follows. Without a good one nothing changes; nor does `resilient`
 * or `modulo`, where a bucket is not looked at twice. The parts are in the order of the
 * members; allocates in `arena`. (T8.7)
 */
void hash_space_pass_over(struct hash_space *out, const struct hash_space *space,
			  const bool *failed, struct arena *arena);

/*
 * The share of flows that move when member k, counted from 0, of `count` equal members leaves,
 * those of the member included, and again when it comes back to its place: M(count, k). 0 for
 * the only member, whose flows have nowhere to go. For `resilient` it is the limit for many
 * buckets. (T8.3, T8.4)
 */
double next_hops_moved(enum next_hop_hashing hashing, uint32_t count, uint32_t k);

#endif
