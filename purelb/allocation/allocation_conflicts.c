/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that two Services hold without sharing them. */
#include "purelb/allocation/allocation_run.h"

#include "purelb/pools/order.h"

/* A Service and an address of it. */
struct holding {
	struct ip ip;
	struct tenant *tenant;
	uint32_t order; /* of the Service's turn */
	bool before;    /* it held it before the run */
	bool after;     /* it holds it now */
};

struct holdings {
	ARRAY_OF(struct holding) list;
};

static int compare_holdings(const void *pa, const void *pb)
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
struct crowds {
	unsigned char *counts;
	uint64_t mask;
};

static unsigned char *crowd_of(const struct crowds *crowds, struct ip ip)
{
	const uint64_t high = (uint64_t)(ip.v >> 64) * UINT64_C(0xbf58476d1ce4e5b9);
	const uint64_t hash = ((uint64_t)ip.v ^ high) * UINT64_C(0x9e3779b97f4a7c15);

	return &crowds->counts[hash >> 32 & crowds->mask];
}

static void count_in(const struct crowds *crowds, struct ip ip)
{
	unsigned char *count = crowd_of(crowds, ip);

	*count = (unsigned char)(*count == 0 ? 1 : 2);
}

static void count_holders(struct run *run, struct crowds *crowds)
{
	uint64_t size = 64;

	while (size < 4 * (uint64_t)run->tenants.count)
		size *= 2;
	crowds->counts = arena_zalloc(&run->scratch, size, 1);
	crowds->mask = size - 1;
	ARRAY_FOREACH (const struct tenant, tenant, &run->tenants) {
		if (tenant->result == NULL)
			continue;
		ARRAY_FOREACH (const struct ip, ip, &tenant->result->released)
			count_in(crowds, *ip);
		ARRAY_FOREACH (const struct held, held, &tenant->held) {
			if (held->valid)
				count_in(crowds, held->ip);
		}
	}
}

static void add_holding(struct run *run, const struct crowds *crowds, struct holdings *holdings,
			const struct holding *holding)
{
	if (*crowd_of(crowds, holding->ip) > 1)
		ARRAY_ADD(&run->scratch, &holdings->list, *holding);
}

static void add_holdings(struct run *run, const struct crowds *crowds,
			 struct holdings *holdings, struct tenant *tenant)
{
	struct holding holding = { .tenant = tenant, .order = tenant->order, .before = true };

	ARRAY_FOREACH (const struct ip, ip, &tenant->result->released) {
		holding.ip = *ip;
		add_holding(run, crowds, holdings, &holding);
	}
	holding.after = true;
	ARRAY_FOREACH (const struct held, held, &tenant->held) {
		holding.ip = held->ip;
		holding.before = !held->added;
		if (held->valid)
			add_holding(run, crowds, holdings, &holding);
	}
}

/* Those of addresses with several holders, and some more, by address and order of processing;
 * each Service once for an address. */
static void collect(struct run *run, struct holdings *holdings)
{
	struct crowds crowds;
	uint32_t kept = 0;

	count_holders(run, &crowds);
	ARRAY_FOREACH (struct tenant, tenant, &run->tenants) {
		if (tenant->result != NULL)
			add_holdings(run, &crowds, holdings, tenant);
	}
	order_sort(holdings->list.items, holdings->list.count, sizeof(*holdings->list.items),
		   compare_holdings);
	for (uint32_t i = 0; i < holdings->list.count; i++) {
		const struct holding *here = &holdings->list.items[i];
		struct holding *last = kept > 0 ? &holdings->list.items[kept - 1] : NULL;

		if (last != NULL && compare_holdings(last, here) == 0) {
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
struct crowd {
	struct holding *first;
	struct holding *other; /* the first one with another key than the first's */
	struct port_holder *ports;
};

/* The first of the ports' holders that has a port of this Service; notes the others. */
static struct holding *share_ports(struct run *run, struct crowd *crowd,
				   struct holding *holding)
{
	struct holding *found = NULL;

	ARRAY_FOREACH (const struct port, port, &holding->tenant->ports) {
		struct port_holder *holder;

		HASH_FIND(hh, crowd->ports, port, sizeof(*port), holder);
		if (holder == NULL) {
			holder = arena_zalloc(&run->scratch, 1, sizeof(*holder));
			holder->port = *port;
			holder->first = holding;
			HASH_ADD(hh, crowd->ports, port, sizeof(holder->port), holder);
		} else if (found == NULL && holder->first != holding) {
			found = holder->first;
		}
	}
	return found;
}

/* The holder before this one with whom it does not share the address, or NULL. */
static struct holding *rival(struct run *run, struct crowd *crowd, struct holding *holding)
{
	struct holding *by_port = share_ports(run, crowd, holding);
	uint32_t key = holding->tenant->key;

	if (crowd->first == NULL) {
		crowd->first = holding;
		return NULL;
	}
	if (crowd->other == NULL && key != crowd->first->tenant->key)
		crowd->other = holding;
	if (key == 0 || key != crowd->first->tenant->key)
		return crowd->first;
	return crowd->other != NULL ? crowd->other : by_port;
}

static void add_conflict(struct run *run, const struct holding *first,
			 const struct holding *second, bool predicted)
{
	struct allocation_conflict *conflict = ARRAY_PUSH(run->arena, &run->out->conflicts);

	conflict->ip = first->ip;
	conflict->first = first->tenant->result;
	conflict->second = second->tenant->result;
	conflict->predicted = predicted;
}

/* One conflict for each Service at most, with a holder before it: those from before the run,
 * then those that the run made. */
static void judge(struct run *run, struct holding *holdings, uint32_t count, bool predicted)
{
	struct crowd crowd = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		struct holding *holding = &holdings[i];
		struct holding *first;

		if (predicted ? !holding->after : !holding->before)
			continue;
		first = rival(run, &crowd, holding);
		if (first != NULL && !(predicted && first->before && holding->before))
			add_conflict(run, first, holding, predicted);
	}
	HASH_CLEAR(hh, crowd.ports);
}

void results_conflicts(struct run *run)
{
	struct holdings holdings = { { 0 } };
	uint32_t begin = 0;

	collect(run, &holdings);
	while (begin < holdings.list.count) {
		struct holding *items = &holdings.list.items[begin];
		uint32_t count = 1;

		while (begin + count < holdings.list.count &&
		       ip_compare(items[count].ip, items->ip) == 0)
			count++;
		if (count > 1) {
			judge(run, items, count, false);
			judge(run, items, count, true);
		}
		begin += count;
	}
}
