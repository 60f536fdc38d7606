/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the orders of a change cost (S6.6). Between two parts the cluster has the new objects of
 * some kinds and the old ones of the others: each such state is compared with the old side as a
 * change of its own, once, however many orders go through it. What is counted are VIPs that
 * clients reach before and after and not in between. Left out: time. What passes within
 * seconds, such as a handover, is not counted.
 */
#include "sim/whatif/orders.h"

#include "base/text.h"
#include "config/objects/snapshot.h"
#include "sim/whatif/reachable.h"

/* Kinds that are applied one after another. */
static const enum object_kind order_kinds[ORDER_PARTS_MAX] = {
	KIND_BGP_CONFIGURATION,
	KIND_LBNODEAGENT,
	KIND_SERVICE_GROUP,
	KIND_SERVICE,
};

/* ---- which parts ---- */

struct order_objects {
	ARRAY_OF(const struct object *) list; /* of one kind, by namespace and name */
};

static int order_object_order(const void *pa, const void *pb)
{
	const struct object *const *a = pa;
	const struct object *const *b = pb;
	const int order = str_compare((*a)->namespace, (*b)->namespace);

	return order != 0 ? order : str_compare((*a)->name.s, (*b)->name.s);
}

static void order_list_kind(struct order_objects *out, const struct snapshot *side,
			    enum object_kind kind, struct arena *scratch)
{
	*out = (struct order_objects){ { 0 } };
	for (uint32_t i = 0; i < side->objects.count; i++) {
		if (side->objects.items[i]->kind == kind)
			ARRAY_ADD(scratch, &out->list, side->objects.items[i]);
	}
	array_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   order_object_order);
}

static bool order_kind_differs(const struct diff *diff, enum object_kind kind,
			       struct arena *scratch)
{
	struct order_objects before, after;

	order_list_kind(&before, diff->before.snapshot, kind, scratch);
	order_list_kind(&after, diff->after.snapshot, kind, scratch);
	if (before.list.count != after.list.count)
		return true;
	for (uint32_t i = 0; i < before.list.count; i++) {
		const struct object *a = before.list.items[i], *b = after.list.items[i];

		if (order_object_order(&a, &b) != 0 || a->content != b->content)
			return true;
	}
	return false;
}

/* Addresses go from pools of one type and come to those of the other. */
static bool order_type_changes(const struct diff *diff)
{
	bool leaves[POOL_TYPE_EXTERNAL + 1] = { false };
	bool comes[POOL_TYPE_EXTERNAL + 1] = { false };

	ARRAY_FOREACH (const struct pool_change, pool, &diff->pools) {
		const bool other = pool->before == NULL || pool->after == NULL ||
				   pool->before->type != pool->after->type;

		if (pool->before != NULL && (other || pool->removed > 0))
			leaves[pool->before->type] = true;
		if (pool->after != NULL && (other || pool->added > 0))
			comes[pool->after->type] = true;
	}
	return (leaves[POOL_TYPE_LOCAL] && comes[POOL_TYPE_REMOTE]) ||
	       (leaves[POOL_TYPE_REMOTE] && comes[POOL_TYPE_LOCAL]);
}

/* ---- the states in between ---- */

struct order_search {
	struct diff *diff;
	const struct diff_options *options;
	enum object_kind parts[ORDER_PARTS_MAX];
	uint32_t count;
	bool bgp;
	struct reachable_vips before, after;
	uint32_t down[1U << ORDER_PARTS_MAX], unknown[1U << ORDER_PARTS_MAX]; /* by state */
	struct arena *scratch;
};

/* The parts that are applied in this state, as bits. */
static bool order_is_applied(const struct order_search *search, uint32_t state,
			     enum object_kind kind)
{
	for (uint32_t i = 0; i < search->count; i++) {
		if (search->parts[i] == kind)
			return (state >> i & 1U) != 0;
	}
	/* What is no part is the same on both sides, or comes with the first one. */
	return true;
}

static void order_add_objects(struct object_list *out, const struct order_search *search,
			      uint32_t state, const struct snapshot *side, bool applied)
{
	for (uint32_t i = 0; i < side->objects.count; i++) {
		struct object *object = side->objects.items[i];

		if (order_is_applied(search, state, object->kind) == applied)
			ARRAY_ADD(search->scratch, &out->list, object);
	}
}

/* A VIP that clients do not reach now, or may not. */
static void order_count(struct order_search *search, uint32_t state,
			const struct reachable_vips *now)
{
	ARRAY_FOREACH (const struct reachable_vip, vip, &search->before.list) {
		const struct reachable_vip *then = reachable_find(now, vip);
		const struct reachable_vip *later = reachable_find(&search->after, vip);

		if (vip->reachability == REACHABLE_NO || later == NULL ||
		    later->reachability == REACHABLE_NO)
			continue;
		if (then == NULL || then->reachability == REACHABLE_NO)
			search->down[state]++;
		else if (then->reachability == REACHABLE_UNKNOWN)
			search->unknown[state]++;
	}
}

static void order_try_state(struct order_search *search, uint32_t state)
{
	struct object_list objects = { 0 };
	const struct diff *whole = search->diff;
	struct diff_options how = *search->options;
	struct reachable_vips now;
	struct diff diff;
	const struct diff_input input = {
		.old = whole->before.snapshot,
		.objects = &objects,
		.read = whole->before.snapshot,
		.follows = true,
	};

	how.apply = false;
	order_add_objects(&objects, search, state, whole->after.snapshot, true);
	order_add_objects(&objects, search, state, whole->before.snapshot, false);
	diff_run(&diff, &input, &how);
	reachable_resolve(&now, &diff.after, search->bgp, search->scratch);
	order_count(search, state, &now);
	diff_release(&diff);
}

/* ---- the orders ---- */

static void order_judge(const struct order_search *search, const uint32_t *sequence)
{
	struct change_order *order =
		ARRAY_PUSH(&search->diff->arena, &search->diff->orders->list);
	uint32_t state = 0;

	*order = (struct change_order){ .number = search->diff->orders->list.count };
	for (uint32_t i = search->count; i < ORDER_PARTS_MAX; i++)
		order->parts[i] = KIND_COUNT;
	for (uint32_t i = 0; i < search->count; i++) {
		const uint32_t down = search->down[state], unknown = search->unknown[state];

		if (down > order->down || (order->down == 0 && unknown > order->unknown))
			order->down_after = i;
		if (down > order->down)
			order->down = down;
		if (unknown > order->unknown)
			order->unknown = unknown;
		order->parts[i] = search->parts[sequence[i]];
		state |= 1U << sequence[i];
	}
}

/* All sequences that begin with the first `length` of this one. */
static void order_try_all(const struct order_search *search, uint32_t *sequence,
			  uint32_t length)
{
	if (length == search->count) {
		order_judge(search, sequence);
		return;
	}
	for (uint32_t part = 0; part < search->count; part++) {
		bool used = false;

		for (uint32_t i = 0; i < length; i++)
			used |= sequence[i] == part;
		if (used)
			continue;
		sequence[length] = part;
		order_try_all(search, sequence, length + 1);
	}
}

static int order_by_cost(const void *pa, const void *pb)
{
	const struct change_order *a = pa;
	const struct change_order *b = pb;

	if (a->down != b->down)
		return a->down < b->down ? -1 : 1;
	if (a->unknown != b->unknown)
		return a->unknown < b->unknown ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static void order_search_all(struct order_search *search)
{
	struct diff *diff = search->diff;
	uint32_t sequence[ORDER_PARTS_MAX];

	search->bgp = diff->before.bgp.configs.count + diff->after.bgp.configs.count > 0;
	reachable_resolve(&search->before, &diff->before, search->bgp, search->scratch);
	reachable_resolve(&search->after, &diff->after, search->bgp, search->scratch);
	for (uint32_t state = 1; state + 1 < 1U << search->count; state++)
		order_try_state(search, state);
	diff->orders = arena_zalloc(&diff->arena, 1, sizeof(*diff->orders));
	diff->orders->parts = search->count;
	order_try_all(search, sequence, 0);
	array_sort(diff->orders->list.items, diff->orders->list.count,
		   sizeof(struct change_order), order_by_cost);
}

void diff_find_orders(struct diff *diff, const struct diff_options *options)
{
	struct order_search search = { .diff = diff, .options = options };
	struct arena scratch;

	if (!order_type_changes(diff))
		return;
	arena_init(&scratch);
	search.scratch = &scratch;
	for (uint32_t i = 0; i < ORDER_PARTS_MAX; i++) {
		if (order_kind_differs(diff, order_kinds[i], &scratch))
			search.parts[search.count++] = order_kinds[i];
	}
	if (search.count > 1)
		order_search_all(&search);
	arena_release(&scratch);
}
