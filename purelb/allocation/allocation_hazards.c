/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P3.11.9a: whenever ServiceGroups change, and when it starts, the allocator begins with empty
 * pools. A Service that is given what it holds is registered first, but not one that is only
 * given further addresses. So a Service with one address of each range that has none in some
 * range may be given one there that its holder has not registered yet.
 *
 * What counts is what is held before the run, not what it gives.
 */
#include "purelb/allocation/allocation_run.h"

#include <stdlib.h>

#include "base/text.h"

/* An address and the Service that holds it. */
struct hazard_holding {
	struct ip ip;
	const struct allocation *holder;
};

struct hazard_search {
	struct run *run;
	ARRAY_OF(struct hazard_holding) holdings; /* by address */
};

static int hazard_compare_ips(const void *left, const void *right)
{
	const struct hazard_holding *a = left;
	const struct hazard_holding *b = right;
	const int order = ip_compare(a->ip, b->ip);

	return order != 0 ? order : (a->holder > b->holder) - (a->holder < b->holder);
}

/* The first address of the range that another Service holds, or NULL. */
static const struct hazard_holding *hazard_find(const struct hazard_search *search,
						struct ip_range range,
						const struct allocation *than)
{
	uint32_t low = 0, high = search->holdings.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (ip_compare(search->holdings.items[middle].ip, range.from) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < search->holdings.count; low++) {
		const struct hazard_holding *holding = &search->holdings.items[low];

		if (ip_compare(holding->ip, range.to) > 0)
			return NULL;
		if (holding->holder != than)
			return holding;
	}
	return NULL;
}

static bool hazard_holds_of(const struct claim *claim, struct ip_range range)
{
	ARRAY_FOREACH (const struct held, held, &claim->held) {
		if (held->valid && !held->added && ip_range_contains(range, held->ip))
			return true;
	}
	return false;
}

/* Notes the first range with a hazard, and counts. */
static void hazard_look_in(const struct hazard_search *search, const struct claim *claim,
			   const struct pool_state *pool, unsigned side,
			   struct allocation_hazard *out)
{
	const struct range_list *list = &pool->lists[side];

	for (uint32_t i = 0; i < list->count; i++) {
		const struct pool_range *range = &list->ranges[i];
		const struct hazard_holding *holding;

		if (range->reversed || !assign_range_active(search->run, pool, range) ||
		    hazard_holds_of(claim, range->range))
			continue;
		holding = hazard_find(search, range->range, claim->result);
		if (holding == NULL)
			continue;
		if (out->ranges++ == 0)
			*out = (struct allocation_hazard){ claim->result,   pool->pool,  range,
							   holding->holder, holding->ip, 1 };
	}
}

static void hazard_check(const struct hazard_search *search, const struct claim *claim)
{
	const struct allocation *result = claim->result;
	struct allocation_hazard hazard = { .ranges = 0 };
	const struct pool_state *state;

	if (!claim->extended || result == NULL || result->pool == NULL ||
	    result->reason == REASON_SPANS_POOLS)
		return;
	state = run_pool(search->run, result->pool);
	if (result->family_count == 0)
		hazard_look_in(search, claim, state, SIDE_V4, &hazard);
	for (unsigned i = 0; i < result->family_count; i++)
		hazard_look_in(search, claim, state, side_of_family(result->families[i]),
			       &hazard);
	if (hazard.ranges > 0)
		ARRAY_ADD(search->run->arena, &search->run->out->hazards, hazard);
}

void results_hazards(struct run *run)
{
	struct hazard_search search = { .run = run };
	bool any = false;

	ARRAY_FOREACH (const struct claim, claim, &run->claims)
		any |= claim->extended;
	if (!any)
		return;
	ARRAY_FOREACH (const struct claim, claim, &run->claims) {
		ARRAY_FOREACH (const struct held, held, &claim->held) {
			const struct hazard_holding holding = { held->ip, claim->result };

			if (held->valid && !held->added && claim->result != NULL)
				ARRAY_ADD(&run->scratch, &search.holdings, holding);
		}
	}
	if (search.holdings.count > 1)
		qsort(search.holdings.items, search.holdings.count,
		      sizeof(*search.holdings.items), hazard_compare_ips);
	ARRAY_FOREACH (const struct claim, claim, &run->claims)
		hazard_check(&search, claim);
}
