/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash space of a router and the members of a next-hop set that own it (T8.1 to T8.7).
 *
 * Left out: what a hash makes of real headers (T8.2), and the timer of `resilient` that keeps a
 * bucket with traffic where it is: here buckets move at once, so what moves is the most that
 * can. Invariant: the parts of a space with a route cover 0 to 1 without gaps, ascending.
 */
#include "purelb/bgp/next_hops.h"

#include <string.h>

#define NO_MEMBER UINT32_MAX

const char *next_hop_hashing_name(enum next_hop_hashing hashing)
{
	static const char *const names[NEXT_HOP_HASHINGS] = {
		[NEXT_HOPS_THRESHOLD] = "threshold",
		[NEXT_HOPS_RESILIENT] = "resilient",
		[NEXT_HOPS_MODULO] = "modulo",
	};

	return names[hashing];
}

static int next_hop_compare(const void *pa, const void *pb)
{
	const struct next_hop *a = pa;
	const struct next_hop *b = pb;
	int order = ip_compare(a->gateway, b->gateway);

	return order != 0 ? order : (a->member > b->member) - (a->member < b->member);
}

void next_hops_order(struct next_hop *hops, uint32_t count)
{
	array_sort(hops, count, sizeof(*hops), next_hop_compare);
}

/* ---- dividing ---- */

static uint64_t next_hop_weight(const struct next_hop *hop)
{
	if (hop->weight == 0)
		return 1;
	return hop->weight < NEXT_HOP_WEIGHT_MAX ? hop->weight : NEXT_HOP_WEIGHT_MAX;
}

static uint64_t next_hops_weigh(const struct next_hop *hops, uint32_t count)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < count; i++)
		total += next_hop_weight(&hops[i]);
	return total;
}

/* Appends [from, to), or lets the last part grow when it is the same member's. */
static void hash_space_append(struct hash_space *space, double to, uint32_t member,
			      struct arena *arena)
{
	const uint32_t count = space->parts.count;
	struct hash_part *last = count > 0 ? &space->parts.items[count - 1] : NULL;
	const double from = last != NULL ? last->to : 0;

	if (last != NULL && last->member == member) {
		last->to = to;
		return;
	}
	ARRAY_ADD(arena, &space->parts, ((struct hash_part){ from, to, member }));
}

/* By weight (T8.3, T8.5); all weights are 1 for `modulo` (T8.4). */
static void hash_space_divide_evenly(struct hash_space *out, const struct next_hop *hops,
				     uint32_t count, struct arena *arena)
{
	const bool weighted = out->hashing == NEXT_HOPS_THRESHOLD;
	const double total = weighted ? (double)next_hops_weigh(hops, count) : count;
	uint64_t sum = 0;

	ARRAY_RESERVE(arena, &out->parts, count);
	for (uint32_t i = 0; i < count; i++) {
		struct hash_part *part = ARRAY_PUSH(arena, &out->parts);

		part->from = (double)sum / total;
		sum += weighted ? next_hop_weight(&hops[i]) : 1;
		part->to = (double)sum / total;
		part->member = hops[i].member;
	}
}

/* A member of a set whose buckets are given out. */
struct hash_holder {
	uint32_t has, wants;
};

/* How many buckets each member is to have: the nearest numbers whose sum is right. */
static struct hash_holder *hash_space_want(const struct hash_space *space,
					   const struct next_hop *hops, uint32_t count,
					   struct arena *arena)
{
	struct hash_holder *holders = arena_zalloc(arena, count, sizeof(*holders));
	const uint64_t total = next_hops_weigh(hops, count);
	uint64_t sum = 0;
	uint64_t given = 0;

	for (uint32_t i = 0; i < count; i++) {
		sum += next_hop_weight(&hops[i]);

		const uint64_t upto = (space->bucket_count * sum + total / 2) / total;

		holders[i].wants = (uint32_t)(upto - given);
		given = upto;
	}
	return holders;
}

/* places[member]: where a member is in the set, NO_MEMBER when it is not; *size of them. */
static uint32_t *next_hops_places(const struct next_hop *hops, uint32_t count, uint32_t *size,
				  struct arena *arena)
{
	uint32_t *places;

	*size = 0;
	for (uint32_t i = 0; i < count; i++)
		if (hops[i].member >= *size)
			*size = hops[i].member + 1;
	places = arena_alloc(arena, *size * sizeof(*places));
	memset(places, 0xff, *size * sizeof(*places));
	for (uint32_t i = 0; i < count; i++)
		places[hops[i].member] = i;
	return places;
}

/*
 * As Linux does: bucket by bucket, those without a member of the set and those of members that
 * have too many go to the first member that has too few. (T8.4)
 */
static void hash_space_divide_buckets(struct hash_space *out, const struct next_hop *hops,
				      uint32_t count, const struct hash_space *previous,
				      struct arena *arena)
{
	struct hash_holder *holders = hash_space_want(out, hops, count, arena);
	uint32_t *buckets = arena_alloc(arena, out->bucket_count * sizeof(*buckets));
	const bool keeps = previous != NULL && previous->bucket_count == out->bucket_count;
	uint32_t size;
	const uint32_t *places = next_hops_places(hops, count, &size, arena);
	uint32_t next = 0;

	for (uint32_t i = 0; i < out->bucket_count; i++) {
		const uint32_t member = keeps ? previous->buckets[i] : NO_MEMBER;

		buckets[i] = member < size ? places[member] : NO_MEMBER;
		if (buckets[i] != NO_MEMBER)
			holders[buckets[i]].has++;
	}
	for (uint32_t i = 0; i < out->bucket_count; i++) {
		const uint32_t place = buckets[i];

		if (place == NO_MEMBER || holders[place].has > holders[place].wants) {
			while (holders[next].has >= holders[next].wants)
				next++;
			holders[next].has++;
			if (place != NO_MEMBER)
				holders[place].has--;
			buckets[i] = next;
		}
	}
	for (uint32_t i = 0; i < out->bucket_count; i++) {
		buckets[i] = hops[buckets[i]].member;
		hash_space_append(out, (double)(i + 1) / out->bucket_count, buckets[i], arena);
	}
	out->buckets = buckets;
}

void hash_space_divide(struct hash_space *out, enum next_hop_hashing hashing,
		       const struct next_hop *hops, uint32_t count, uint32_t buckets,
		       const struct hash_space *previous, struct arena *arena)
{
	*out = (struct hash_space){ .hashing = hashing };
	if (count > NEXT_HOPS_MAX)
		count = NEXT_HOPS_MAX;
	if (count == 0)
		return;
	if (hashing != NEXT_HOPS_RESILIENT) {
		hash_space_divide_evenly(out, hops, count, arena);
		return;
	}
	out->bucket_count = buckets == 0 ? NEXT_HOPS_BUCKETS : buckets;
	if (out->bucket_count > NEXT_HOPS_BUCKETS_MAX)
		out->bucket_count = NEXT_HOPS_BUCKETS_MAX;
	hash_space_divide_buckets(out, hops, count, previous, arena);
}

/* ---- asking ---- */

double hash_space_share(const struct hash_space *space, uint32_t member)
{
	double share = 0;

	ARRAY_FOREACH (const struct hash_part, part, &space->parts)
		share += part->member == member ? part->to - part->from : 0;
	return share;
}

uint32_t hash_space_owner(const struct hash_space *space, double point)
{
	uint32_t low = 0;
	uint32_t high = space->parts.count - 1;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (point < space->parts.items[middle].to)
			high = middle;
		else
			low = middle + 1;
	}
	return space->parts.items[low].member;
}

double hash_space_lost(const struct hash_space *space, const bool *dead)
{
	double lost = 0;

	if (space->parts.count == 0)
		return 1;
	ARRAY_FOREACH (const struct hash_part, part, &space->parts)
		lost += dead[part->member] ? part->to - part->from : 0;
	return lost;
}

static uint64_t hash_space_common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		const uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/*
 * By residues: place i of the one set and place j of the other meet in one of every
 * n m / d points when i and j are alike modulo d, the greatest common divisor of n and m; else
 * never.
 */
static double hash_space_moved_modulo(const struct hash_space *before,
				      const struct hash_space *after)
{
	const uint64_t n = before->parts.count;
	const uint64_t m = after->parts.count;
	const uint64_t d = hash_space_common_divisor(n, m);
	uint64_t stay = 0;

	for (uint64_t i = 0; i < n; i++)
		for (uint64_t j = i % d; j < m; j += d)
			stay += before->parts.items[i].member == after->parts.items[j].member;
	return 1 - (double)stay * (double)d / ((double)n * (double)m);
}

double hash_space_moved(const struct hash_space *before, const struct hash_space *after)
{
	const struct hash_part *a = before->parts.items;
	const struct hash_part *b = after->parts.items;
	double from = 0;
	double moved = 0;

	if (before->parts.count == 0 || after->parts.count == 0)
		return 0;
	if (before->hashing == NEXT_HOPS_MODULO)
		return hash_space_moved_modulo(before, after);
	while (from < 1) {
		const double to = a->to < b->to ? a->to : b->to;

		moved += a->member != b->member ? to - from : 0;
		a += a->to <= to;
		b += b->to <= to;
		from = to;
	}
	return moved;
}

void hash_space_pass_over(struct hash_space *out, const struct hash_space *space,
			  const bool *failed, struct arena *arena)
{
	uint32_t next = NO_MEMBER;

	*out = *space;
	if (space->hashing != NEXT_HOPS_THRESHOLD)
		return;
	for (uint32_t i = space->parts.count; i-- > 0;)
		if (!failed[space->parts.items[i].member])
			next = space->parts.items[i].member;
	if (next == NO_MEMBER)
		return;
	/* From the end, `next` is the good member after, the first one to begin with. */
	out->parts.items = arena_alloc(arena, space->parts.count * sizeof(*out->parts.items));
	out->parts.capacity = out->parts.count;
	for (uint32_t i = space->parts.count; i-- > 0;) {
		out->parts.items[i] = space->parts.items[i];
		if (failed[out->parts.items[i].member])
			out->parts.items[i].member = next;
		else
			next = out->parts.items[i].member;
	}
}

double next_hops_moved(enum next_hop_hashing hashing, uint32_t count, uint32_t k)
{
	const double n = count;
	const double pairs = n * (n - 1);

	if (count < 2)
		return 0;
	switch (hashing) {
	case NEXT_HOPS_RESILIENT:
		return 1 / n;
	case NEXT_HOPS_MODULO:
		return 1 - 1 / n;
	default:
		/* The sums of T8.3, added up. */
		return 0.5 - (double)k * (n - 1 - k) / pairs;
	}
}
