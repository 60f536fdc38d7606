/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools and Services before and after a change: which addresses a pool gains and loses, how
 * many nodes can announce what it has, and which addresses each Service has and why. PureLB
 * never revokes an address (P3.11), so a Service may keep one that the new configuration would
 * not give it: the reason says what it would get instead.
 */
#include "sim/whatif/diff_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/pools/order.h"

/* By namespace and name. */
static int object_order(const struct object *a, const struct object *b)
{
	const int order = str_compare(a->namespace, b->namespace);

	return order != 0 ? order : str_compare(a->name.s, b->name.s);
}

/* ---- sets of addresses ---- */

/* Ranges apart from each other, in order. */
struct address_set {
	ARRAY_OF(struct ip_range) list;
};

static int address_range_order(const void *pa, const void *pb)
{
	const struct ip_range *a = pa;
	const struct ip_range *b = pb;
	const int order = ip_compare(a->from, b->from);

	return order != 0 ? order : ip_compare(a->to, b->to);
}

static void address_set_add(struct address_set *set, struct arena *arena,
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

static void address_set_join(struct address_set *set)
{
	struct ip_range *items = set->list.items;
	uint32_t kept = 0;

	order_sort(items, set->list.count, sizeof(*items), address_range_order);
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
static void address_set_of_pool(const struct pool *pool, struct arena *arena,
				struct address_set *out)
{
	*out = (struct address_set){ { 0 } };
	if (pool == NULL || pool->reject != POOL_ACCEPTED)
		return;
	address_set_add(out, arena, pool->v4.items, pool->v4.count);
	address_set_add(out, arena, pool->v6.items, pool->v6.count);
	address_set_join(out);
}

static u128 address_add_sizes(u128 a, u128 b)
{
	return a + b < a ? ~(u128)0 : a + b;
}

static u128 address_set_size(const struct address_set *set)
{
	u128 size = 0;

	ARRAY_FOREACH (const struct ip_range, range, &set->list)
		size = address_add_sizes(size, ip_range_size(*range));
	return size;
}

/* How many addresses the sets share. */
static u128 address_set_shared(const struct address_set *a, const struct address_set *b)
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
			size = address_add_sizes(size, ip_range_size(both));
		if (ip_compare(x.to, y.to) < 0)
			i++;
		else
			k++;
	}
	return size;
}

static bool address_set_has(const struct address_set *set, struct ip ip)
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

static bool pool_same_names(const struct str_list *a, const struct str_list *b)
{
	if (a->list.count != b->list.count)
		return false;
	for (uint32_t i = 0; i < a->list.count; i++) {
		if (!str_equal(a->list.items[i].s, b->list.items[i].s))
			return false;
	}
	return true;
}

static const struct address_pools *pool_lists(const struct pool_spec *spec, unsigned which)
{
	return which == 0 ? &spec->v4pools : &spec->v6pools;
}

static const char *pool_subnet_text(const struct address_pool *entry)
{
	return entry->subnet.s;
}

/* 1.1: empty means `default`. */
static const char *pool_aggregation_text(const struct address_pool *entry)
{
	const char *text = entry->aggregation.s;

	return text == NULL || text[0] == '\0' ? "default" : text;
}

typedef const char *entry_text(const struct address_pool *entry);

/* A field of the entries that both have, one by one. */
static bool pool_same_entries(const struct pool_spec *a, const struct pool_spec *b,
			      entry_text *text)
{
	for (unsigned which = 0; which < 2; which++) {
		const struct address_pools *x = pool_lists(a, which);
		const struct address_pools *y = pool_lists(b, which);

		for (uint32_t i = 0; i < x->list.count && i < y->list.count; i++) {
			if (!str_equal(text(&x->list.items[i]), text(&y->list.items[i])))
				return false;
		}
	}
	return str_equal(text(&a->v4pool), text(&b->v4pool)) &&
	       str_equal(text(&a->v6pool), text(&b->v6pool));
}

static void pool_note_option(struct diff *diff, struct pool_change *out, bool differs,
			     const char *option)
{
	if (differs)
		ARRAY_ADD(&diff->arena, &out->options, option);
}

static void pool_compare_options(struct diff *diff, struct pool_change *out)
{
	static const struct pool_spec none = { .at = { .set = false } };
	const struct service_group *a = out->before->group;
	const struct service_group *b = out->after->group;
	const struct pool_spec *x = out->before->spec != NULL ? out->before->spec : &none;
	const struct pool_spec *y = out->after->spec != NULL ? out->after->spec : &none;

	pool_note_option(diff, out, out->before->type != out->after->type, "type");
	pool_note_option(diff, out, !pool_same_names(&a->namespaces, &b->namespaces),
			 "namespaces");
	pool_note_option(diff, out, a->enforce_namespaces.v != b->enforce_namespaces.v,
			 "enforceNamespaces");
	pool_note_option(diff, out, a->namespace_default.v != b->namespace_default.v,
			 "namespaceDefault");
	pool_note_option(diff, out, x->multi_pool.v != y->multi_pool.v, "multiPool");
	pool_note_option(diff, out, x->balance_pools.v != y->balance_pools.v, "balancePools");
	pool_note_option(diff, out, x->skip_ipv6_dad.v != y->skip_ipv6_dad.v, "skipIPv6DAD");
	pool_note_option(diff, out, !pool_same_entries(x, y, pool_subnet_text), "subnet");
	pool_note_option(diff, out, !pool_same_entries(x, y, pool_aggregation_text),
			 "aggregation");
	pool_note_option(diff, out, !str_equal(a->external.announce.s, b->external.announce.s),
			 "external.announce");
}

/* ---- the nodes behind it ---- */

static uint32_t cover_announcing(const struct coverage *coverage)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < coverage->candidates.count; i++)
		count += node_state_announces(coverage->candidates.items[i]->config.state);
	return count;
}

/* False: some may be covered by nodes whose networks the input does not tell (I3.6). */
static bool cover_ranges(const struct cluster *cluster, const struct pool_range *ranges,
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
		nodes = cover_announcing(&coverage);
		if (!out->judged || nodes < out->nodes)
			out->nodes = nodes;
		out->complete = (!out->judged || out->complete) && coverage.complete;
		out->inferred |= coverage.inferred;
		if (!coverage.complete && cluster_may_cover(cluster, coverage.uncovered, NULL))
			return false;
		out->judged = true;
	}
	return true;
}

static void cover_pool(const struct cluster *cluster, const struct pool *pool,
		       struct pool_cover *out)
{
	if (pool == NULL || pool->reject != POOL_ACCEPTED || pool->type != POOL_TYPE_LOCAL ||
	    !cluster->has_nodes || !cluster->knows_agents)
		return;
	if (!cover_ranges(cluster, pool->v4.items, pool->v4.count, out) ||
	    !cover_ranges(cluster, pool->v6.items, pool->v6.count, out))
		*out = (struct pool_cover){ 0 };
}

static bool cover_is_same(const struct pool_cover *a, const struct pool_cover *b)
{
	return a->judged == b->judged && a->complete == b->complete && a->nodes == b->nodes;
}

/* ---- one pool ---- */

static bool pool_is_accepted(const struct pool *pool)
{
	return pool != NULL && pool->reject == POOL_ACCEPTED;
}

static enum pool_change_kind pool_change_kind_of(const struct pool_change *change)
{
	const bool was = pool_is_accepted(change->before), is = pool_is_accepted(change->after);

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
			       !cover_is_same(&change->cover_before, &change->cover_after)
		       ? POOL_CHANGED
		       : POOL_SAME;
}

/* Addresses of Services that the pool had before and has no more. */
static uint32_t pool_count_stranded(const struct diff *diff, const struct pool *pool,
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
			count += address->pool == pool && !address_set_has(after, address->ip);
	}
	return count;
}

/* One of the two may be NULL. */
static void pool_compare(struct diff *diff, const char *name, const struct pool *before,
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
	address_set_of_pool(before, &scratch, &was);
	address_set_of_pool(after, &scratch, &is);
	shared = address_set_shared(&was, &is);
	out->size_before = address_set_size(&was);
	out->size_after = address_set_size(&is);
	out->added = out->size_after - shared;
	out->removed = out->size_before - shared;
	if (out->removed > 0)
		out->stranded = pool_count_stranded(diff, before, &is);
	if (before != NULL && after != NULL)
		pool_compare_options(diff, out);
	cover_pool(&diff->before.cluster, before, &out->cover_before);
	cover_pool(&diff->after.cluster, after, &out->cover_after);
	out->kind = pool_change_kind_of(out);
	diff->totals.pools += out->kind != POOL_SAME && out->kind != POOL_STILL_BAD;
	arena_release(&scratch);
}

/* ---- all of them ---- */

static uint32_t pool_count_accepted(const struct pools *pools)
{
	uint32_t count = 0;

	ARRAY_FOREACH (const struct pool, pool, &pools->list)
		count += pool->reject == POOL_ACCEPTED;
	return count;
}

/* Both lists are in the order of namespace and name. (P1.3.2) */
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
			order = object_order(&a->group->object, &b->group->object);
		if (order < 0)
			pool_compare(diff, a->name, a, NULL);
		else
			pool_compare(diff, b->name, order == 0 ? a : NULL, b);
		i += order <= 0;
		k += order >= 0;
	}
	diff->pools_stay = pool_count_accepted(old) > 0 && new->list.count > 0 &&
			   pool_count_accepted(new) == 0;
}

/* ---- is it gone ---- */

struct service_index {
	const struct service **sorted;
	uint32_t count;
};

static int service_order(const void *pa, const void *pb)
{
	const struct service *const *a = pa;
	const struct service *const *b = pb;

	return object_order(&(*a)->object, &(*b)->object);
}

static void service_index_build(struct service_index *out, const struct snapshot *snapshot,
				struct arena *scratch)
{
	out->count = snapshot->services.count;
	out->sorted = arena_alloc(scratch, out->count * sizeof(struct service *));
	for (uint32_t i = 0; i < out->count; i++)
		out->sorted[i] = snapshot->services.items[i];
	order_sort(out->sorted, out->count, sizeof(struct service *), service_order);
}

static const struct service *service_index_find(const struct service_index *index,
						const struct service *like)
{
	const struct service **found;

	if (index->count == 0)
		return NULL;
	found = bsearch(&like, index->sorted, index->count, sizeof(struct service *),
			service_order);
	return found != NULL ? *found : NULL;
}

/* ---- addresses that stay although the configuration says otherwise ---- */

static const struct pool *service_find_group(const struct pools *pools, const char *name)
{
	ARRAY_FOREACH (const struct pool, pool, &pools->list) {
		if (str_equal(pool->name, name))
			return pool;
	}
	return NULL;
}

/* The pool that the address was taken from: by the annotation, when no pool has it any more. */
static const char *service_former_pool(const struct allocation *allocation,
				       const struct allocation *before, struct ip ip)
{
	for (uint32_t i = 0; before != NULL && i < before->addresses.count; i++) {
		const struct allocated_address *address = &before->addresses.items[i];

		if (ip_compare(address->ip, ip) == 0 && address->pool != NULL)
			return address->pool->name;
	}
	return label_map_text(&allocation->service->object.annotations,
			      "purelb.io/allocated-from");
}

static const char *service_reason_homeless(const struct diff_side *side,
					   const struct allocation *allocation,
					   const struct allocation *before, struct ip ip,
					   struct arena *arena)
{
	const char *name = service_former_pool(allocation, before, ip);
	const struct pool *group =
		name != NULL ? service_find_group(&side->cluster.pools, name) : NULL;
	char text[IP_TEXT_MAX];

	ip_format(ip, text);
	if (name == NULL)
		return arena_printf(arena, "keeps %s, which is in no pool", text);
	if (group == NULL)
		return arena_printf(arena,
				    "keeps %s, which is in no pool: ServiceGroup \"%s\" is "
				    "gone",
				    text, name);
	if (group->reject != POOL_ACCEPTED)
		return arena_printf(arena, "keeps %s, which is in no pool: %s", text,
				    pool_reject_text(group, arena));
	return arena_printf(arena,
			    "keeps %s, which is in no pool: it is now outside ServiceGroup "
			    "\"%s\"",
			    text, name);
}

static const char *service_reason_other_pool(const struct diff_side *side,
					     const struct allocation *allocation,
					     const struct allocated_address *address,
					     struct arena *arena)
{
	const char *wanted =
		allocation->pool != NULL ? allocation->pool->name : allocation->wanted_pool;
	const struct pool *group =
		wanted != NULL ? service_find_group(&side->cluster.pools, wanted) : NULL;
	char text[IP_TEXT_MAX];

	ip_format(address->ip, text);
	if (wanted == NULL)
		return arena_printf(arena, "keeps %s, although its namespace has no default",
				    text);
	if (allocation->pool != NULL)
		return arena_printf(arena,
				    "keeps %s from ServiceGroup \"%s\", although it would now "
				    "get one from \"%s\"",
				    text, address->pool->name, wanted);
	if (group == NULL)
		return arena_printf(arena,
				    "keeps %s, although it names ServiceGroup \"%s\", which "
				    "does not exist",
				    text, wanted);
	if (group->reject != POOL_ACCEPTED)
		return arena_printf(arena, "keeps %s, although %s", text,
				    pool_reject_text(group, arena));
	return arena_printf(arena,
			    "keeps %s, although its namespace may not use ServiceGroup \"%s\"",
			    text, wanted);
}

/* P3.10: a changed request is ignored while no family is missing. */
static bool service_asks_for_others(const struct allocation *allocation)
{
	const char *piece = allocation_requested(allocation->service);

	while (piece != NULL) {
		const size_t len = strcspn(piece, ",");
		bool held = false;
		struct ip ip;

		if (!ip_parse_bytes(piece, len, &ip))
			return true;
		ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses)
			held |= ip_compare(address->ip, ip) == 0;
		if (!held)
			return true;
		piece = piece[len] == ',' ? piece + len + 1 : NULL;
	}
	return false;
}

/* Why the Service would not get what it holds, a sentence; NULL: it would. */
static const char *service_stale_reason(const struct diff_side *side,
					const struct allocation *allocation,
					const struct allocation *before, struct arena *arena)
{
	const bool requested = allocation_requested(allocation->service) != NULL;
	const struct pool *chosen = allocation->pool;
	char first[IP_TEXT_MAX];

	ip_format(allocation->addresses.items[0].ip, first);
	if (allocation->state == SERVICE_IGNORED)
		return arena_printf(arena, "keeps %s, although %s", first, allocation->detail);
	if (chosen != NULL && chosen->type == POOL_TYPE_EXTERNAL)
		return NULL;
	if (requested && service_asks_for_others(allocation))
		return arena_printf(arena, "keeps %s, although it now asks for %s", first,
				    allocation_requested(allocation->service));
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (address->added)
			continue;
		if (address->pool == NULL)
			return service_reason_homeless(side, allocation, before, address->ip,
						       arena);
		if (!requested && address->pool != chosen)
			return service_reason_other_pool(side, allocation, address, arena);
	}
	return NULL;
}

/* ---- one Service ---- */

static bool service_holds(const struct allocation *allocation, struct ip ip)
{
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (ip_compare(address->ip, ip) == 0)
			return true;
	}
	return false;
}

static bool service_same_addresses(const struct allocation *a, const struct allocation *b)
{
	ARRAY_FOREACH (const struct allocated_address, address, &a->addresses) {
		if (!service_holds(b, address->ip))
			return false;
	}
	ARRAY_FOREACH (const struct allocated_address, address, &b->addresses) {
		if (!service_holds(a, address->ip))
			return false;
	}
	return true;
}

static uint32_t service_address_count(const struct allocation *allocation)
{
	return allocation != NULL ? allocation->addresses.count : 0;
}

static void service_kept(struct diff *diff, struct service_change *out)
{
	const char *stale =
		service_stale_reason(&diff->after, out->after, out->before, &diff->arena);

	out->kind = SERVICE_KEEPS;
	if (stale == NULL)
		return;
	out->kind = SERVICE_LEFT;
	out->reason = stale;
	out->already =
		service_stale_reason(&diff->before, out->before, NULL, &diff->arena) != NULL;
}

static void service_classify(struct diff *diff, struct service_change *out)
{
	const uint32_t was = service_address_count(out->before),
		       is = service_address_count(out->after);

	if (out->after != NULL) {
		out->pending = out->after->state == SERVICE_PENDING;
		out->reason = out->after->detail;
	}
	if (was > 0 && is == 0) {
		out->kind = SERVICE_LOSES;
		if (out->after == NULL)
			out->reason = out->deleted ? "it is gone"
						   : "it is no longer of type LoadBalancer";
	} else if (was == 0) {
		out->kind = is > 0 ? SERVICE_GAINS : SERVICE_WAITS;
	} else if (service_same_addresses(out->before, out->after)) {
		service_kept(diff, out);
	} else {
		out->kind = SERVICE_CHANGES;
	}
}

/* Services that never were PureLB's, or have nothing and ask for nothing. */
static bool service_is_of_interest(const struct service_change *change)
{
	if (service_address_count(change->before) + service_address_count(change->after) > 0)
		return true;
	return change->after != NULL && change->after->state == SERVICE_PENDING;
}

static void service_count_change(struct diff *diff, const struct service_change *service)
{
	const struct allocation *before = service->before;

	diff->totals.left += service->kind == SERVICE_LEFT && !service->already;
	diff->totals.addresses += service->kind == SERVICE_CHANGES ||
				  service->kind == SERVICE_LOSES ||
				  service->kind == SERVICE_GAINS;
	diff->totals.pending_new +=
		service->pending && (before == NULL || before->state != SERVICE_PENDING);
}

/* One of the two may be NULL. */
static void service_compare(struct diff *diff, const struct service_index *index,
			    const struct service *service, const struct allocation *before,
			    const struct allocation *after)
{
	struct service_change out = {
		.service = service,
		.before = before,
		.after = after,
		.deleted = after == NULL && service_index_find(index, service) == NULL,
	};

	if (!service_is_of_interest(&out))
		return;
	service_classify(diff, &out);
	service_count_change(diff, &out);
	ARRAY_ADD(&diff->arena, &diff->services, out);
}

/* Both lists are in the order of namespace and name. */
void diff_services(struct diff *diff)
{
	const struct allocations *old = &diff->before.all;
	const struct allocations *new = &diff->after.all;
	struct service_index index;
	struct arena scratch;
	uint32_t i = 0, k = 0;

	arena_init(&scratch);
	service_index_build(&index, diff->after.snapshot, &scratch);
	while (i < old->list.count || k < new->list.count) {
		const struct allocation *a = i < old->list.count ? &old->list.items[i] : NULL;
		const struct allocation *b = k < new->list.count ? &new->list.items[k] : NULL;
		int order = i < old->list.count ? -1 : 1;

		if (i < old->list.count && k < new->list.count)
			order = object_order(&a->service->object, &b->service->object);
		if (order < 0)
			service_compare(diff, &index, a->service, a, NULL);
		else
			service_compare(diff, &index, b->service, order == 0 ? a : NULL, b);
		i += order <= 0;
		k += order >= 0;
	}
	arena_release(&scratch);
}
