/* SPDX-License-Identifier: Apache-2.0 */
/* Pools before and after a change: addresses, options, and the nodes behind them. */
#include <stdlib.h>

#include "base/text.h"
#include "purelb/pools/order.h"
#include "sim/whatif/diff_parts.h"

/* ---- sets of addresses ---- */

/* Ranges apart from each other, in order. */
struct address_set {
	ARRAY_OF(struct ip_range) list;
};

static int compare_ranges(const void *pa, const void *pb)
{
	const struct ip_range *a = pa;
	const struct ip_range *b = pb;
	const int order = ip_compare(a->from, b->from);

	return order != 0 ? order : ip_compare(a->to, b->to);
}

static void add_ranges(struct address_set *set, struct arena *arena,
		       const struct pool_range *ranges, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct ip_range range = ranges[i].range;

		if (ranges[i].range_error != RANGE_OK)
			continue;
		if (ranges[i].reversed)
			range.to = range.from; /* P2.3 */
		ARRAY_ADD(arena, &set->list, range);
	}
}

static void join(struct address_set *set)
{
	struct ip_range *items = set->list.items;
	uint32_t kept = 0;

	order_sort(items, set->list.count, sizeof(*items), compare_ranges);
	for (uint32_t i = 0; i < set->list.count; i++) {
		struct ip_range *last = kept > 0 ? &items[kept - 1] : NULL;

		if (last == NULL || ip_compare(items[i].from, last->to) > 0)
			items[kept++] = items[i];
		else if (ip_compare(items[i].to, last->to) > 0)
			last->to = items[i].to;
	}
	set->list.count = kept;
}

/* What the pool can hand out: nothing unless PureLB accepts it. */
static void addresses_of(const struct pool *pool, struct arena *arena, struct address_set *out)
{
	*out = (struct address_set){ { 0 } };
	if (pool == NULL || pool->reject != POOL_ACCEPTED)
		return;
	add_ranges(out, arena, pool->v4.items, pool->v4.count);
	add_ranges(out, arena, pool->v6.items, pool->v6.count);
	join(out);
}

static u128 add_sizes(u128 a, u128 b)
{
	return a + b < a ? ~(u128)0 : a + b;
}

static u128 set_size(const struct address_set *set)
{
	u128 size = 0;

	ARRAY_FOREACH (const struct ip_range, range, &set->list)
		size = add_sizes(size, ip_range_size(*range));
	return size;
}

/* How many addresses the sets share. */
static u128 shared_size(const struct address_set *a, const struct address_set *b)
{
	u128 size = 0;
	uint32_t i = 0, k = 0;

	while (i < a->list.count && k < b->list.count) {
		const struct ip_range x = a->list.items[i];
		const struct ip_range y = b->list.items[k];
		const struct ip_range both = {
			ip_compare(x.from, y.from) > 0 ? x.from : y.from,
			ip_compare(x.to, y.to) < 0 ? x.to : y.to,
		};

		if (ip_compare(both.from, both.to) <= 0)
			size = add_sizes(size, ip_range_size(both));
		if (ip_compare(x.to, y.to) < 0)
			i++;
		else
			k++;
	}
	return size;
}

static bool set_has(const struct address_set *set, struct ip ip)
{
	uint32_t low = 0, high = set->list.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (ip_compare(set->list.items[middle].to, ip) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->list.count && ip_range_contains(set->list.items[low], ip);
}

/* ---- options ---- */

static bool same_names(const struct str_list *a, const struct str_list *b)
{
	if (a->list.count != b->list.count)
		return false;
	for (uint32_t i = 0; i < a->list.count; i++) {
		if (!str_equal(a->list.items[i].s, b->list.items[i].s))
			return false;
	}
	return true;
}

static const struct address_pools *lists_of(const struct pool_spec *spec, unsigned which)
{
	return which == 0 ? &spec->v4pools : &spec->v6pools;
}

static const char *subnet_of(const struct address_pool *entry)
{
	return entry->subnet.s;
}

/* 1.1: empty means `default`. */
static const char *aggregation_of(const struct address_pool *entry)
{
	const char *text = entry->aggregation.s;

	return text == NULL || text[0] == '\0' ? "default" : text;
}

typedef const char *entry_text(const struct address_pool *entry);

/* A field of the entries that both have, one by one. */
static bool same_entries(const struct pool_spec *a, const struct pool_spec *b, entry_text *text)
{
	for (unsigned which = 0; which < 2; which++) {
		const struct address_pools *x = lists_of(a, which);
		const struct address_pools *y = lists_of(b, which);

		for (uint32_t i = 0; i < x->list.count && i < y->list.count; i++) {
			if (!str_equal(text(&x->list.items[i]), text(&y->list.items[i])))
				return false;
		}
	}
	return str_equal(text(&a->v4pool), text(&b->v4pool)) &&
	       str_equal(text(&a->v6pool), text(&b->v6pool));
}

static void note(struct diff *diff, struct pool_change *out, bool differs, const char *option)
{
	if (differs)
		ARRAY_ADD(&diff->arena, &out->options, option);
}

static void compare_options(struct diff *diff, struct pool_change *out)
{
	static const struct pool_spec none = { .at = { .set = false } };
	const struct service_group *a = out->before->group;
	const struct service_group *b = out->after->group;
	const struct pool_spec *x = out->before->spec != NULL ? out->before->spec : &none;
	const struct pool_spec *y = out->after->spec != NULL ? out->after->spec : &none;

	note(diff, out, out->before->type != out->after->type, "type");
	note(diff, out, !same_names(&a->namespaces, &b->namespaces), "namespaces");
	note(diff, out, a->enforce_namespaces.v != b->enforce_namespaces.v,
	     "enforceNamespaces");
	note(diff, out, a->namespace_default.v != b->namespace_default.v, "namespaceDefault");
	note(diff, out, x->multi_pool.v != y->multi_pool.v, "multiPool");
	note(diff, out, x->balance_pools.v != y->balance_pools.v, "balancePools");
	note(diff, out, x->skip_ipv6_dad.v != y->skip_ipv6_dad.v, "skipIPv6DAD");
	note(diff, out, !same_entries(x, y, subnet_of), "subnet");
	note(diff, out, !same_entries(x, y, aggregation_of), "aggregation");
	note(diff, out, !str_equal(a->external.announce.s, b->external.announce.s),
	     "external.announce");
}

/* ---- the nodes behind it ---- */

static uint32_t announcing(const struct coverage *coverage)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < coverage->candidates.count; i++)
		count += node_state_announces(coverage->candidates.items[i]->config.state);
	return count;
}

static void cover_list(const struct cluster *cluster, const struct pool_range *ranges,
		       uint32_t count, struct pool_cover *out)
{
	for (uint32_t i = 0; i < count; i++) {
		struct ip_range range = ranges[i].range;
		struct coverage coverage;
		uint32_t nodes;

		if (ranges[i].range_error != RANGE_OK)
			continue;
		if (ranges[i].reversed)
			range.to = range.from;
		cluster_coverage(cluster, range, ranges[i].entry->subnet.s, &coverage);
		nodes = announcing(&coverage);
		if (!out->judged || nodes < out->nodes)
			out->nodes = nodes;
		out->complete = (!out->judged || out->complete) && coverage.complete;
		out->inferred |= coverage.inferred;
		out->judged = true;
	}
}

static void cover(const struct cluster *cluster, const struct pool *pool,
		  struct pool_cover *out)
{
	if (pool == NULL || pool->reject != POOL_ACCEPTED || pool->type != POOL_TYPE_LOCAL ||
	    !cluster->has_nodes)
		return;
	cover_list(cluster, pool->v4.items, pool->v4.count, out);
	cover_list(cluster, pool->v6.items, pool->v6.count, out);
}

static bool same_cover(const struct pool_cover *a, const struct pool_cover *b)
{
	return a->judged == b->judged && a->complete == b->complete && a->nodes == b->nodes;
}

/* ---- one pool ---- */

static bool accepted(const struct pool *pool)
{
	return pool != NULL && pool->reject == POOL_ACCEPTED;
}

static enum pool_change_kind kind_of(const struct pool_change *change)
{
	const bool was = accepted(change->before), is = accepted(change->after);

	if (!was && !is)
		return change->after == NULL    ? POOL_LOST
		       : change->before == NULL ? POOL_REJECTED
						: POOL_STILL_BAD;
	if (!is)
		return change->after == NULL ? POOL_LOST : POOL_REJECTED;
	if (!was)
		return change->before == NULL ? POOL_ADDED : POOL_MENDED;
	if (change->added > 0)
		return change->removed > 0 ? POOL_SHIFTED : POOL_GROWN;
	if (change->removed > 0)
		return POOL_SHRUNK;
	return change->options.count > 0 ||
			       !same_cover(&change->cover_before, &change->cover_after)
		       ? POOL_CHANGED
		       : POOL_SAME;
}

/* Addresses of Services that the pool had before and has no more. */
static uint32_t count_stranded(const struct diff *diff, const struct pool *pool,
			       const struct address_set *after)
{
	uint32_t count = 0;

	if (pool == NULL)
		return 0;
	ARRAY_FOREACH (const struct allocation, allocation, &diff->after.all.list) {
		const struct object *object = &allocation->service->object;
		const struct allocation *before =
			allocation_find(&diff->before.all, object->namespace, object->name.s);

		if (before == NULL)
			continue;
		ARRAY_FOREACH (const struct allocated_address, address, &before->addresses)
			count += address->pool == pool && !set_has(after, address->ip);
	}
	return count;
}

/* One of the two may be NULL. */
static void compare_pool(struct diff *diff, const char *name, const struct pool *before,
			 const struct pool *after)
{
	struct pool_change *out = ARRAY_PUSH(&diff->arena, &diff->pools);
	struct address_set was, is;
	struct arena scratch;
	u128 shared;

	arena_init(&scratch);
	out->name = name;
	out->before = before;
	out->after = after;
	addresses_of(before, &scratch, &was);
	addresses_of(after, &scratch, &is);
	shared = shared_size(&was, &is);
	out->size_before = set_size(&was);
	out->size_after = set_size(&is);
	out->added = out->size_after - shared;
	out->removed = out->size_before - shared;
	if (out->removed > 0)
		out->stranded = count_stranded(diff, before, &is);
	if (before != NULL && after != NULL)
		compare_options(diff, out);
	cover(&diff->before.cluster, before, &out->cover_before);
	cover(&diff->after.cluster, after, &out->cover_after);
	out->kind = kind_of(out);
	diff->totals.pools += out->kind != POOL_SAME && out->kind != POOL_STILL_BAD;
	arena_release(&scratch);
}

/* ---- all of them ---- */

static int compare_groups(const struct pool *a, const struct pool *b)
{
	const int order = str_compare(a->group->object.namespace, b->group->object.namespace);

	return order != 0 ? order : str_compare(a->name, b->name);
}

static uint32_t count_accepted(const struct pools *pools)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct pool, pool, &pools->list)
		count += pool->reject == POOL_ACCEPTED;
	return count;
}

/* Both lists are in the order of namespace and name. (1.3.2) */
void diff_pools(struct diff *diff)
{
	const struct pools *old = &diff->before.cluster.pools;
	const struct pools *new = &diff->after.cluster.pools;
	uint32_t i = 0, k = 0;

	while (i < old->list.count || k < new->list.count) {
		const struct pool *a = i < old->list.count ? &old->list.items[i] : NULL;
		const struct pool *b = k < new->list.count ? &new->list.items[k] : NULL;
		int order = i < old->list.count ? -1 : 1;

		if (i < old->list.count && k < new->list.count)
			order = compare_groups(a, b);
		if (order < 0)
			compare_pool(diff, a->name, a, NULL);
		else
			compare_pool(diff, b->name, order == 0 ? a : NULL, b);
		i += order <= 0;
		k += order >= 0;
	}
	diff->pools_stay =
		count_accepted(old) > 0 && new->list.count > 0 && count_accepted(new) == 0;
}
