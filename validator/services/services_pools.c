/* SPDX-License-Identifier: Apache-2.0 */
/* SG024 and SG028: what Services make of pools. */
#include "validator/services/services.h"

#include "base/text.h"
#include "purelb/agents/agentpools.h"
#include "purelb/announcing/announcing.h"
#include "purelb/pools/order.h"

enum { FULL_PERCENT = 90, NAMES_MAX = 3, HOST_BITS_V4 = 32, HOST_BITS_V6 = 128 };

/* ---- SG024 ---- */

/* The ranges of one family list of a pool, which lie side by side. */
struct use {
	const struct range_use *first;
	uint32_t ranges;
	u128 size, used;
};

static void add_saturated(u128 *sum, u128 more)
{
	*sum = *sum + more < more ? ~(u128)0 : *sum + more;
}

static bool is_full(const struct use *use)
{
	const u128 percent = use->size / 100;

	/* What is used is never more than there are Services' addresses, so this is exact
	 * wherever it can be true. */
	if (percent > use->used)
		return false;
	return use->used * 100 >= use->size * FULL_PERCENT;
}

/* "9 of 10 IPv4 addresses" */
static const char *use_text(struct checker *ck, const struct use *use)
{
	const char *family = ip_family_name(use->first->range->list_family);
	char used[U128_TEXT_MAX], size[U128_TEXT_MAX];

	if (use->used == use->size)
		return use->size == 1 ? arena_printf(ck->arena, "the only %s address", family)
				      : arena_printf(ck->arena, "all %s %s addresses",
						     u128_format(use->size, size), family);
	return arena_printf(ck->arena, "%s of %s %s addresses", u128_format(use->used, used),
			    u128_format(use->size, size), family);
}

static void report_full(struct checker *ck, const struct use *use)
{
	const struct pool_range *range = use->first->range;
	const struct pool *pool = use->first->pool;
	struct finding *f =
		report(ck, CHECK_SG024, &pool->group->object, range->entry->pool.pos,
		       "%s of group \"%s\" %s in use by Services of the input",
		       use_text(ck, use), pool->name, use->used == 1 ? "is" : "are");

	finding_path(ck, f, "%s.pool", range->path);
	finding_hint(ck, f,
		     "add a range, or move Services to another group: one that finds no free "
		     "address stays pending");
}

void services_check_use(struct checker *ck)
{
	const struct range_use *items = ck->allocations->ranges.items;
	const uint32_t count = ck->allocations->ranges.count;

	for (uint32_t i = 0; i < count;) {
		struct use use = { .first = &items[i] };

		for (; i < count && items[i].pool == use.first->pool &&
		       items[i].range->list_family == use.first->range->list_family;
		     i++) {
			use.ranges++;
			add_saturated(&use.size, items[i].size);
			add_saturated(&use.used, items[i].used);
		}
		if (is_full(&use))
			report_full(ck, &use);
	}
}

/* ---- SG028 ---- */

/* A Service with externalTrafficPolicy Local and an address that is routed with others. */
struct routed {
	const struct agent_range *found;
	const struct service *service;
	unsigned prefix;
};

struct routed_list {
	ARRAY_OF(struct routed) list;
};

static void collect_service(struct checker *ck, const struct agent_pools *pools,
			    const struct allocation *allocation, struct routed_list *out)
{
	const struct service *service = allocation->service;

	if (!service_is_ours(allocation) ||
	    !str_equal(service->external_traffic_policy.s, "Local"))
		return;
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		const bool v4 = ip_family(address->ip) == IP_V4;
		struct routed routed = { .service = service };

		if (!agent_pools_is_remote(pools, address->ip))
			continue;
		routed.found = agent_pools_find(pools, address->ip);
		if (routed.found->pool->type != POOL_TYPE_REMOTE ||
		    !announcing_dummy_prefix(routed.found->range, address->ip,
					     &routed.prefix) ||
		    routed.prefix >= (v4 ? HOST_BITS_V4 : HOST_BITS_V6))
			continue;
		ARRAY_ADD(ck->scratch, &out->list, routed);
	}
}

static int compare_routed(const void *pa, const void *pb)
{
	const struct routed *a = pa;
	const struct routed *b = pb;

	if (a->found->range != b->found->range)
		return a->found->range < b->found->range ? -1 : 1;
	return (a->service->object.order > b->service->object.order) -
	       (a->service->object.order < b->service->object.order);
}

/* Those of one range. */
static void report_routed(struct checker *ck, const struct routed *items, uint32_t count)
{
	const struct pool_range *range = items->found->range;
	const struct str_value *aggregation = &range->entry->aggregation;
	const bool written = aggregation->s != NULL;
	const char *names[NAMES_MAX];
	struct finding *f;

	for (uint32_t i = 0; i < count && i < NAMES_MAX; i++)
		names[i] =
			arena_printf(ck->arena, "\"%s\"", service_title(ck, items[i].service));
	f = report(ck, CHECK_SG028, &items->found->pool->group->object,
		   written ? aggregation->pos : range->entry->pool.pos,
		   "addresses of remote range %s are routed as a /%u, and Service%s %s %s "
		   "externalTrafficPolicy Local: a node whose last endpoint is gone goes on "
		   "attracting the traffic while another address of that network is on it",
		   range->entry->pool.s, items->prefix, count == 1 ? "" : "s",
		   name_list(ck->arena, names, count, NAMES_MAX), count == 1 ? "has" : "have");
	finding_path(ck, f, "%s.%s", range->path, written ? "aggregation" : "pool");
	finding_hint(ck, f, "set `aggregation: /%d`, so that each address has its own route",
		     range->list_family == IP_V4 ? HOST_BITS_V4 : HOST_BITS_V6);
	finding_related(ck, f, items->service->external_traffic_policy.pos,
			"Service \"%s\" asks for it here", service_title(ck, items->service));
}

void services_check_routes(struct checker *ck)
{
	struct routed_list all = { { 0 } };
	struct agent_pools pools;
	uint32_t begin = 0;

	agent_pools_prepare(&pools, &ck->cluster->pools, ck->scratch);
	ARRAY_FOREACH (const struct allocation, allocation, &ck->allocations->list)
		collect_service(ck, &pools, allocation, &all);
	order_sort(all.list.items, all.list.count, sizeof(*all.list.items), compare_routed);
	for (uint32_t i = 1; i <= all.list.count; i++) {
		const struct routed *first = &all.list.items[begin];

		if (i < all.list.count && all.list.items[i].found->range == first->found->range)
			continue;
		report_routed(ck, first, i - begin);
		begin = i;
	}
}
