/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that two Services hold without sharing them. */
#include "purelb/allocation_run.h"

#include "purelb/order.h"

/* A Service and an address of it. */
struct holding {
	struct ip ip;
	struct tenant *tenant;
	bool before; /* it held it before the run */
	bool after;  /* it holds it now */
};

struct holdings {
	ARRAY_OF(struct holding) list;
};

static int compare_holdings(const void *pa, const void *pb)
{
	const struct holding *a = pa;
	const struct holding *b = pb;
	int order = ip_compare(a->ip, b->ip);

	return order != 0 ? order
			  : (a->tenant->order > b->tenant->order) -
				    (a->tenant->order < b->tenant->order);
}

static void add_holding(struct run *run, struct holdings *holdings, struct tenant *tenant,
			struct ip ip, bool before, bool after)
{
	struct holding *holding = ARRAY_PUSH(&run->scratch, &holdings->list);

	holding->ip = ip;
	holding->tenant = tenant;
	holding->before = before;
	holding->after = after;
}

/* By address and order of processing, each Service once for an address. */
static void collect(struct run *run, struct holdings *holdings)
{
	uint32_t kept = 0;

	ARRAY_FOREACH (struct tenant, tenant, &run->tenants) {
		if (tenant->result == NULL)
			continue;
		ARRAY_FOREACH (const struct ip, ip, &tenant->result->released)
			add_holding(run, holdings, tenant, *ip, true, false);
		ARRAY_FOREACH (const struct held, held, &tenant->held) {
			if (held->valid)
				add_holding(run, holdings, tenant, held->ip, !held->added,
					    true);
		}
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
