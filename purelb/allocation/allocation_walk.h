/* SPDX-License-Identifier: Apache-2.0 */
/* For allocation*.c alone: in what order a search goes over the addresses of a pool. */
#ifndef PURELB_ALLOCATION_ALLOCATION_WALK_H
#define PURELB_ALLOCATION_ALLOCATION_WALK_H

#include "purelb/pools/pools.h"

struct run;
struct pool_state;

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

/* Addresses of one family that come one behind the other in a walk. */
struct segment {
	struct ip_range range;
	const struct pool_range *owner; /* the range that they are taken from */
};

/* A place in a walk. */
struct place {
	uint32_t segment;
	struct ip ip;
};

/*
 * How far a walk has been looked at, for one family: everything before `at` is in use, or was
 * given back and is in `freed`, a heap with the first place on top. What is on the heap may
 * have been taken again.
 */
struct front {
	struct place at;
	bool started;
	ARRAY_OF(struct place) freed;
};

/*
 * The addresses that a search goes over, in order. (P3.11.3) No address is in it twice: a
 * search that would come to an address for the second time goes round for ever, and `cyclic`
 * says so.
 */
struct walk {
	ARRAY_OF(struct segment) segments;
	uint32_t *by_address; /* the segments, by their addresses */
	bool cyclic;
	struct front fronts[SIDES];
};

/* The walk over a family's ranges. (P3.11.3) */
struct walk *walk_plain(struct run *run, struct pool_state *pool, unsigned side);
/* The walk over one range. */
struct walk *walk_single(struct run *run, struct pool_state *pool, unsigned side, uint32_t i);

/* Where `ip` is in the walk; false when it is not. */
bool walk_place(const struct walk *walk, struct ip ip, struct place *out);

/* The first address of a family that nobody uses, or false. */
bool walk_first_free(struct run *run, struct pool_state *pool, struct walk *walk, unsigned side,
		     struct place *out);

/* The pool's walks learn that an address is free again. */
void walk_freed(struct run *run, struct pool_state *pool, struct ip ip);

/* P2.7: the release with the address guard passes over it. */
bool walk_skips(const struct run *run, const struct pool_state *pool, const struct walk *walk,
		struct place place);

/* True when `a` comes before `b`. */
static inline bool place_before(struct place a, struct place b)
{
	return a.segment != b.segment ? a.segment < b.segment : ip_compare(a.ip, b.ip) < 0;
}

#endif
