/* SPDX-License-Identifier: Apache-2.0 */
/* Services before and after a change: the addresses they have, and why they keep them. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/pools/order.h"
#include "sim/whatif/diff_parts.h"

/* ---- is it gone ---- */

struct service_index {
	const struct service **sorted;
	uint32_t count;
};

static int compare_objects(const struct object *a, const struct object *b)
{
	const int order = str_compare(a->namespace, b->namespace);

	return order != 0 ? order : str_compare(a->name.s, b->name.s);
}

static int compare_services(const void *pa, const void *pb)
{
	const struct service *const *a = pa;
	const struct service *const *b = pb;

	return compare_objects(&(*a)->object, &(*b)->object);
}

static void index_services(struct service_index *out, const struct snapshot *snapshot,
			   struct arena *scratch)
{
	out->count = snapshot->services.count;
	out->sorted = arena_alloc(scratch, out->count * sizeof(struct service *));
	for (uint32_t i = 0; i < out->count; i++)
		out->sorted[i] = snapshot->services.items[i];
	order_sort(out->sorted, out->count, sizeof(struct service *), compare_services);
}

static const struct service *find_service(const struct service_index *index,
					  const struct service *like)
{
	const struct service **found;

	if (index->count == 0)
		return NULL;
	found = bsearch(&like, index->sorted, index->count, sizeof(struct service *),
			compare_services);
	return found != NULL ? *found : NULL;
}

/* ---- addresses that stay although the configuration says otherwise ---- */

static const struct pool *find_group(const struct pools *pools, const char *name)
{
	ARRAY_FOREACH (const struct pool, pool, &pools->list) {
		if (str_equal(pool->name, name))
			return pool;
	}
	return NULL;
}

/* The pool that the address was taken from: by the annotation, when no pool has it any more. */
static const char *former_pool(const struct allocation *allocation,
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

static const char *tell_homeless(const struct diff_side *side,
				 const struct allocation *allocation,
				 const struct allocation *before, struct ip ip,
				 struct arena *arena)
{
	const char *name = former_pool(allocation, before, ip);
	const struct pool *group = name != NULL ? find_group(&side->cluster.pools, name) : NULL;
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
			    "keeps %s, which is in no pool: it is outside of "
			    "ServiceGroup \"%s\" now",
			    text, name);
}

static const char *tell_other_pool(const struct diff_side *side,
				   const struct allocation *allocation,
				   const struct allocated_address *address, struct arena *arena)
{
	const char *wanted =
		allocation->pool != NULL ? allocation->pool->name : allocation->wanted_pool;
	const struct pool *group =
		wanted != NULL ? find_group(&side->cluster.pools, wanted) : NULL;
	char text[IP_TEXT_MAX];

	ip_format(address->ip, text);
	if (wanted == NULL)
		return arena_printf(arena, "keeps %s, although its namespace has no default",
				    text);
	if (allocation->pool != NULL)
		return arena_printf(arena,
				    "keeps %s of ServiceGroup \"%s\", although it would get "
				    "one of \"%s\" now",
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
static bool asks_for_others(const struct allocation *allocation)
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
static const char *staleness(const struct diff_side *side, const struct allocation *allocation,
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
	if (requested && asks_for_others(allocation))
		return arena_printf(arena, "keeps %s, although it asks for %s now", first,
				    allocation_requested(allocation->service));
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (address->added)
			continue;
		if (address->pool == NULL)
			return tell_homeless(side, allocation, before, address->ip, arena);
		if (!requested && address->pool != chosen)
			return tell_other_pool(side, allocation, address, arena);
	}
	return NULL;
}

/* ---- one Service ---- */

static bool holds(const struct allocation *allocation, struct ip ip)
{
	ARRAY_FOREACH (const struct allocated_address, address, &allocation->addresses) {
		if (ip_compare(address->ip, ip) == 0)
			return true;
	}
	return false;
}

static bool same_addresses(const struct allocation *a, const struct allocation *b)
{
	ARRAY_FOREACH (const struct allocated_address, address, &a->addresses) {
		if (!holds(b, address->ip))
			return false;
	}
	ARRAY_FOREACH (const struct allocated_address, address, &b->addresses) {
		if (!holds(a, address->ip))
			return false;
	}
	return true;
}

static uint32_t address_count(const struct allocation *allocation)
{
	return allocation != NULL ? allocation->addresses.count : 0;
}

static void judge_kept(struct diff *diff, struct service_change *out)
{
	const char *stale = staleness(&diff->after, out->after, out->before, &diff->arena);

	out->kind = SERVICE_KEEPS;
	if (stale == NULL)
		return;
	out->kind = SERVICE_LEFT;
	out->reason = stale;
	out->already = staleness(&diff->before, out->before, NULL, &diff->arena) != NULL;
}

static void judge(struct diff *diff, struct service_change *out)
{
	const uint32_t was = address_count(out->before), is = address_count(out->after);

	if (out->after != NULL) {
		out->pending = out->after->state == SERVICE_PENDING;
		out->reason = out->after->detail;
	}
	if (was > 0 && is == 0) {
		out->kind = SERVICE_LOSES;
		if (out->after == NULL)
			out->reason =
				out->deleted ? "it is gone" : "it is no LoadBalancer any more";
	} else if (was == 0) {
		out->kind = is > 0 ? SERVICE_GAINS : SERVICE_WAITS;
	} else if (same_addresses(out->before, out->after)) {
		judge_kept(diff, out);
	} else {
		out->kind = SERVICE_CHANGES;
	}
}

/* Services that never were PureLB's, or have nothing and ask for nothing. */
static bool is_of_interest(const struct service_change *change)
{
	if (address_count(change->before) + address_count(change->after) > 0)
		return true;
	return change->after != NULL && change->after->state == SERVICE_PENDING;
}

static void count(struct diff *diff, const struct service_change *service)
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
static void compare(struct diff *diff, const struct service_index *index,
		    const struct service *service, const struct allocation *before,
		    const struct allocation *after)
{
	struct service_change out = {
		.service = service,
		.before = before,
		.after = after,
		.deleted = after == NULL && find_service(index, service) == NULL,
	};

	if (!is_of_interest(&out))
		return;
	judge(diff, &out);
	count(diff, &out);
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
	index_services(&index, diff->after.snapshot, &scratch);
	while (i < old->list.count || k < new->list.count) {
		const struct allocation *a = i < old->list.count ? &old->list.items[i] : NULL;
		const struct allocation *b = k < new->list.count ? &new->list.items[k] : NULL;
		int order = i < old->list.count ? -1 : 1;

		if (i < old->list.count && k < new->list.count)
			order = compare_objects(&a->service->object, &b->service->object);
		if (order < 0)
			compare(diff, &index, a->service, a, NULL);
		else
			compare(diff, &index, b->service, order == 0 ? a : NULL, b);
		i += order <= 0;
		k += order >= 0;
	}
	arena_release(&scratch);
}
