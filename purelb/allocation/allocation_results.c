/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run came to: the addresses of every Service, the use of every range (P2.6), and the
 * addresses that two Services hold without sharing them (P3.11.6).
 */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>

#include "purelb/pools/order.h"

/* ---- addresses ---- */

void results_addresses(struct run *run)
{
	ARRAY_FOREACH (const struct claim, claim, &run->claims) {
		struct allocation *result = claim->result;

		if (result == NULL)
			continue;
		ARRAY_RESERVE(run->arena, &result->addresses, claim->held.count);
		ARRAY_FOREACH (const struct held, held, &claim->held) {
			struct allocated_address address = {
				.ip = held->ip,
				.pool = held->pool,
				.added = held->added,
				.ambiguous = held->ambiguous,
			};

			if (held->valid)
				ARRAY_ADD(run->arena, &result->addresses, address);
		}
	}
}

/* ---- ranges ---- */

/* An address that is in use in a pool. */
struct used {
	uint32_t pool;
	struct ip ip;
};

struct used_list {
	ARRAY_OF(struct used) list; /* by pool and address, each once */
};

static int results_compare_used(const void *pa, const void *pb)
{
	const struct used *a = pa;
	const struct used *b = pb;

	if (a->pool != b->pool)
		return a->pool < b->pool ? -1 : 1;
	return ip_compare(a->ip, b->ip);
}

static void results_list_used(struct run *run, struct used_list *used)
{
	uint32_t kept = 0;

	for (const struct address *a = run->addresses.newest; a != NULL; a = a->before) {
		struct used item = {
			.pool = a->key.pool,
			.ip = { (u128)a->key.high << 64 | a->key.low },
		};

		if (a->users != NULL)
			ARRAY_ADD(&run->scratch, &used->list, item);
	}
	order_sort(used->list.items, used->list.count, sizeof(*used->list.items),
		   results_compare_used);
	for (uint32_t i = 0; i < used->list.count; i++) {
		const struct used *item = &used->list.items[i];

		if (kept == 0 || results_compare_used(&used->list.items[kept - 1], item) != 0)
			used->list.items[kept++] = *item;
	}
	used->list.count = kept;
}

/* How many come before `item`. */
static uint32_t results_count_before(const struct used_list *used, const struct used *item)
{
	uint32_t low = 0, high = used->list.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (results_compare_used(&used->list.items[middle], item) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint32_t results_count_in_range(const struct used_list *used, uint32_t pool,
				       struct ip_range range)
{
	struct used first = { pool, range.from };
	struct used last = { pool, range.to };
	uint32_t end = results_count_before(used, &last);

	if (end < used->list.count && results_compare_used(&used->list.items[end], &last) == 0)
		end++;
	return end - results_count_before(used, &first);
}

/* ---- the use of ranges, counted ---- */

/*
 * Each address can be counted where it is, unless one may be in several ranges, or twice among
 * the addresses: under a text that is not canonical.
 */
static bool results_can_tally(const struct run *run)
{
	for (const struct address *a = run->addresses.newest; a != NULL; a = a->before) {
		const struct pool_state *pool = &run->pools[a->key.pool];

		if (a->key.text != 0 || pool->lists[SIDE_V4].irregular ||
		    pool->lists[SIDE_V6].irregular)
			return false;
	}
	return true;
}

static void results_tally_address(struct run *run, struct range_list *list, struct ip ip)
{
	const struct address_piece *piece = address_map_find(&list->map, ip);

	if (piece == NULL)
		return;
	if (list->tally == NULL)
		list->tally = arena_zalloc(&run->scratch, list->count, sizeof(*list->tally));
	list->tally[piece->first]++;
}

static void results_tally(struct run *run)
{
	for (const struct address *a = run->addresses.newest; a != NULL; a = a->before) {
		const struct ip ip = { (u128)a->key.high << 64 | a->key.low };

		for (unsigned side = 0; a->users != NULL && side < SIDES; side++)
			results_tally_address(run, &run->pools[a->key.pool].lists[side], ip);
	}
}

/* ---- the use of ranges ---- */

static uint32_t results_used_of(const struct used_list *used, const struct pool_state *pool,
				const struct range_list *list, uint32_t i)
{
	struct ip_range span = list->ranges[i].range;

	if (list->ranges[i].reversed)
		span.to = span.from; /* P2.3 */
	if (used != NULL)
		return results_count_in_range(used, pool->index, span);
	return list->tally != NULL ? list->tally[i] : 0;
}

static void results_add_range(struct run *run, const struct used_list *used,
			      const struct pool_state *pool, const struct range_list *list,
			      uint32_t i)
{
	struct range_use *use = ARRAY_PUSH(run->arena, &run->out->ranges);

	use->pool = pool->pool;
	use->range = &list->ranges[i];
	use->size = ip_range_size(list->ranges[i].range);
	use->used = results_used_of(used, pool, list, i);
	use->available = use->size - use->used;
}

static void results_add_pool(struct run *run, const struct used_list *used,
			     const struct pool_state *pool)
{
	for (unsigned side = 0; side < SIDES; side++) {
		const struct range_list *list = &pool->lists[side];

		for (uint32_t i = 0; i < list->count; i++)
			results_add_range(run, used, pool, list, i);
	}
}

void results_ranges(struct run *run)
{
	const bool counted = results_can_tally(run);
	struct used_list used = { { 0 } };

	if (counted)
		results_tally(run);
	else
		results_list_used(run, &used);
	ARRAY_FOREACH (const struct pool, pool, &run->cluster->pools.list) {
		if (pool->reject == POOL_ACCEPTED)
			results_add_pool(run, counted ? NULL : &used, run_pool(run, pool));
	}
}

/* A Service and an address of it. */
struct holding {
	struct ip ip;
	struct claim *claim;
	uint32_t order; /* of the Service's turn */
	bool before;    /* it held it before the run */
	bool after;     /* it holds it now */
};

struct holdings {
	ARRAY_OF(struct holding) list;
};

static int conflicts_compare_holdings(const void *pa, const void *pb)
{
	const struct holding *a = pa;
	const struct holding *b = pb;
	int order = ip_compare(a->ip, b->ip);

	return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

/*
 * How often addresses come up, by hash, up to twice. Nearly all of them have one holder, and
 * need not be sorted to learn that.
 */
struct holder_counts {
	unsigned char *counts;
	uint64_t mask;
};

static unsigned char *conflicts_count_at(const struct holder_counts *counts, struct ip ip)
{
	const uint64_t high = (uint64_t)(ip.v >> 64) * UINT64_C(0xbf58476d1ce4e5b9);
	const uint64_t hash = ((uint64_t)ip.v ^ high) * UINT64_C(0x9e3779b97f4a7c15);

	return &counts->counts[hash >> 32 & counts->mask];
}

static void conflicts_count(const struct holder_counts *counts, struct ip ip)
{
	unsigned char *count = conflicts_count_at(counts, ip);

	*count = (unsigned char)(*count == 0 ? 1 : 2);
}

static void conflicts_count_holders(struct run *run, struct holder_counts *counts)
{
	uint64_t size = 64;

	while (size < 4 * (uint64_t)run->claims.count)
		size *= 2;
	counts->counts = arena_zalloc(&run->scratch, size, 1);
	counts->mask = size - 1;
	ARRAY_FOREACH (const struct claim, claim, &run->claims) {
		if (claim->result == NULL)
			continue;
		ARRAY_FOREACH (const struct ip, ip, &claim->result->released)
			conflicts_count(counts, *ip);
		ARRAY_FOREACH (const struct held, held, &claim->held) {
			if (held->valid)
				conflicts_count(counts, held->ip);
		}
	}
}

static void conflicts_add_holding(struct run *run, const struct holder_counts *counts,
				  struct holdings *holdings, const struct holding *holding)
{
	if (*conflicts_count_at(counts, holding->ip) > 1)
		ARRAY_ADD(&run->scratch, &holdings->list, *holding);
}

static void conflicts_add_holdings(struct run *run, const struct holder_counts *counts,
				   struct holdings *holdings, struct claim *claim)
{
	struct holding holding = { .claim = claim, .order = claim->order, .before = true };

	ARRAY_FOREACH (const struct ip, ip, &claim->result->released) {
		holding.ip = *ip;
		conflicts_add_holding(run, counts, holdings, &holding);
	}
	holding.after = true;
	ARRAY_FOREACH (const struct held, held, &claim->held) {
		holding.ip = held->ip;
		holding.before = !held->added;
		if (held->valid)
			conflicts_add_holding(run, counts, holdings, &holding);
	}
}

/* Those of addresses with several holders, and some more, by address and order of processing;
 * each Service once for an address. */
static void conflicts_collect(struct run *run, struct holdings *holdings)
{
	struct holder_counts counts;
	uint32_t kept = 0;

	conflicts_count_holders(run, &counts);
	ARRAY_FOREACH (struct claim, claim, &run->claims) {
		if (claim->result != NULL)
			conflicts_add_holdings(run, &counts, holdings, claim);
	}
	order_sort(holdings->list.items, holdings->list.count, sizeof(*holdings->list.items),
		   conflicts_compare_holdings);
	for (uint32_t i = 0; i < holdings->list.count; i++) {
		const struct holding *here = &holdings->list.items[i];
		struct holding *last = kept > 0 ? &holdings->list.items[kept - 1] : NULL;

		if (last != NULL && conflicts_compare_holdings(last, here) == 0) {
			last->before |= here->before;
			last->after |= here->after;
		} else {
			holdings->list.items[kept++] = *here;
		}
	}
	holdings->list.count = kept;
}

/* ---- those of one address ---- */

/* A port of an address and the first Service that has it. */
struct port_holder {
	struct port port;
	struct holding *first;
	UT_hash_handle hh;
};

/* What is known of the holders of one address so far. */
struct address_holders {
	struct holding *first;
	struct holding *other; /* the first one with another key than the first's */
	struct port_holder *ports;
};

/* The first of the ports' holders that has a port of this Service; notes the others. */
static struct holding *conflicts_share_ports(struct run *run, struct address_holders *holders,
					     struct holding *holding)
{
	struct holding *found = NULL;

	ARRAY_FOREACH (const struct port, port, &holding->claim->ports) {
		struct port_holder *holder;

		HASH_FIND(hh, holders->ports, port, sizeof(*port), holder);
		if (holder == NULL) {
			holder = arena_zalloc(&run->scratch, 1, sizeof(*holder));
			holder->port = *port;
			holder->first = holding;
			HASH_ADD(hh, holders->ports, port, sizeof(holder->port), holder);
		} else if (found == NULL && holder->first != holding) {
			found = holder->first;
		}
	}
	return found;
}

/* The holder before this one with whom it does not share the address, or NULL. */
static struct holding *conflicts_find_rival(struct run *run, struct address_holders *holders,
					    struct holding *holding)
{
	struct holding *by_port = conflicts_share_ports(run, holders, holding);
	uint32_t key = holding->claim->key;

	if (holders->first == NULL) {
		holders->first = holding;
		return NULL;
	}
	if (holders->other == NULL && key != holders->first->claim->key)
		holders->other = holding;
	if (key == 0 || key != holders->first->claim->key)
		return holders->first;
	return holders->other != NULL ? holders->other : by_port;
}

static void conflicts_add(struct run *run, const struct holding *first,
			  const struct holding *second, bool predicted)
{
	struct allocation_conflict *conflict = ARRAY_PUSH(run->arena, &run->out->conflicts);

	conflict->ip = first->ip;
	conflict->first = first->claim->result;
	conflict->second = second->claim->result;
	conflict->predicted = predicted;
}

/* One conflict for each Service at most, with a holder before it: those from before the run,
 * then those that the run made. */
static void conflicts_of_address(struct run *run, struct holding *holdings, uint32_t count,
				 bool predicted)
{
	struct address_holders holders = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		struct holding *holding = &holdings[i];
		struct holding *first;

		if (predicted ? !holding->after : !holding->before)
			continue;
		first = conflicts_find_rival(run, &holders, holding);
		if (first != NULL && !(predicted && first->before && holding->before))
			conflicts_add(run, first, holding, predicted);
	}
	HASH_CLEAR(hh, holders.ports);
}

void results_conflicts(struct run *run)
{
	struct holdings holdings = { { 0 } };
	uint32_t begin = 0;

	conflicts_collect(run, &holdings);
	while (begin < holdings.list.count) {
		struct holding *items = &holdings.list.items[begin];
		uint32_t count = 1;

		while (begin + count < holdings.list.count &&
		       ip_compare(items[count].ip, items->ip) == 0)
			count++;
		if (count > 1) {
			conflicts_of_address(run, items, count, false);
			conflicts_of_address(run, items, count, true);
		}
		begin += count;
	}
}
