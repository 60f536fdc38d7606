/* SPDX-License-Identifier: Apache-2.0 */
/* The networks that nodes can announce in (P6.3), as sorted ranges apart from each other. */
#include "purelb/announcing/reach.h"

#include <stdlib.h>

static void reach_add_net(struct reach *reach, struct ip_net net, struct arena *arena)
{
	struct ip_range *range = ARRAY_PUSH(arena, &reach->list);

	range->from = ip_net_first(net);
	range->to = ip_net_last(net);
}

static void reach_add_places(struct reach *reach, const struct announcing_places *places,
			     struct arena *arena)
{
	ARRAY_FOREACH (const struct node_interface *, interface, &places->interfaces.list) {
		ARRAY_FOREACH (const struct node_net, net, &(*interface)->nets)
			reach_add_net(reach, net->net, arena);
	}
}

/* The v6 places of an agent with a pattern are also its v4 places. */
void reach_add(struct reach *reach, const struct announcer *announcer, struct arena *arena)
{
	if (!announcer->configured)
		return;
	if (announcer->known) {
		reach_add_places(reach, &announcer->v4, arena);
		reach_add_places(reach, &announcer->v6, arena);
		return;
	}
	ARRAY_FOREACH (const struct advertised, subnet, &announcer->node->subnets.list)
		reach_add_net(reach, subnet->net, arena);
}

/* By first address; of those that begin together the widest first. */
static int reach_compare_ranges(const void *pa, const void *pb)
{
	const struct ip_range *a = pa;
	const struct ip_range *b = pb;
	const int order = ip_compare(a->from, b->from);

	return order != 0 ? order : ip_compare(b->to, a->to);
}

/* Networks are nested or apart, so what begins inside the one before is in it. */
void reach_sort(struct reach *reach)
{
	struct ip_range *items = reach->list.items;
	uint32_t kept = 0;

	if (reach->list.count == 0)
		return;
	qsort(items, reach->list.count, sizeof(*items), reach_compare_ranges);
	for (uint32_t i = 0; i < reach->list.count; i++) {
		if (kept == 0 || ip_compare(items[i].from, items[kept - 1].to) > 0)
			items[kept++] = items[i];
	}
	reach->list.count = kept;
}

static int reach_compare_ip_to_range(const void *key, const void *element)
{
	const struct ip *ip = key;
	const struct ip_range *range = element;

	if (ip_compare(*ip, range->from) < 0)
		return -1;
	return ip_compare(*ip, range->to) > 0;
}

bool reach_contains(const struct reach *reach, struct ip ip)
{
	return reach->list.count > 0 &&
	       bsearch(&ip, reach->list.items, reach->list.count, sizeof(*reach->list.items),
		       reach_compare_ip_to_range);
}
