/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sweep: what is lost with every node, rack and pair of them. Here are who can be lost, the
 * addresses as they are announced before anything is, and the details of one loss; adding up
 * all of them is sweep_losses.c. Nothing is hashed twice: each VIP remembers its successors
 * (P5.3).
 */
#include "sim/whatif/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/pools/order.h"
#include "sim/whatif/sweep_losses.h"

/* ---- groups ---- */

/* A node and the group that it is lost with. */
struct member {
	const char *group; /* NULL: none, it lacks the label */
	const struct cluster_node *node;
};

static int member_order(const void *pa, const void *pb)
{
	const struct member *a = pa;
	const struct member *b = pb;
	const int order = str_compare(a->group, b->group);

	/* The nodes are in name order. */
	return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

struct members {
	ARRAY_OF(struct member) list;
};

static void member_collect(struct sweep *sweep, const struct sweep_options *options,
			   struct arena *arena, struct arena *scratch, struct members *out)
{
	ARRAY_FOREACH (const struct cluster_node, node, &sweep->cluster->nodes) {
		const bool down = options->down != NULL &&
				  options->down[node - sweep->cluster->nodes.items];
		const char *group = node->name;

		if (down)
			continue;
		if (!vips_runs_agent(sweep->cluster, node, options->down)) {
			ARRAY_ADD(arena, &sweep->absent, node);
			continue;
		}
		if (options->label != NULL)
			group = label_map_text(&node->labels, options->label);
		if (group == NULL)
			ARRAY_ADD(arena, &sweep->spared, node);
		else
			ARRAY_ADD(scratch, &out->list, ((struct member){ group, node }));
	}
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items), member_order);
}

/* Numbers of groups by node; nodes that are never lost get the numbers after them. */
static uint32_t *sweep_make_groups(struct sweep *sweep, const struct sweep_options *options,
				   struct arena *arena)
{
	const uint32_t nodes = sweep->cluster->nodes.count;
	uint32_t *group_of = arena_alloc(arena, nodes * sizeof(*group_of));
	struct members members = { { 0 } };
	struct sweep_group *group = NULL;
	struct arena scratch;

	arena_init(&scratch);
	member_collect(sweep, options, arena, &scratch, &members);
	for (uint32_t i = 0; i < nodes; i++)
		group_of[i] = members.list.count + i;
	ARRAY_FOREACH (const struct member, member, &members.list) {
		if (group == NULL || !str_equal(group->name, member->group)) {
			group = ARRAY_PUSH(arena, &sweep->groups);
			group->name = member->group;
		}
		ARRAY_ADD(arena, &group->nodes, member->node);
		group_of[member->node - sweep->cluster->nodes.items] = sweep->groups.count - 1;
	}
	arena_release(&scratch);
	return group_of;
}

/* ---- addresses ---- */

static bool way_same_successors(const struct vip *a, const struct vip *b)
{
	if (a->successors.count != b->successors.count)
		return false;
	for (uint32_t i = 0; i < a->successors.count; i++) {
		const struct successor *x = &a->successors.items[i];
		const struct successor *y = &b->successors.items[i];

		if (x->node != y->node || x->local != y->local)
			return false;
	}
	return true;
}

static bool way_same_announcers(const struct vip *a, const struct vip *b)
{
	const size_t size = a->announcers.count * sizeof(*a->announcers.items);

	if (a->announcers.count != b->announcers.count)
		return false;
	return size == 0 || a->announcers.items == b->announcers.items ||
	       memcmp(a->announcers.items, b->announcers.items, size) == 0;
}

static int way_vip_order(const void *pa, const void *pb)
{
	const struct vip *const *a = pa;
	const struct vip *const *b = pb;
	const int order = ip_compare((*a)->ip, (*b)->ip);

	return order != 0 ? order : (*a > *b) - (*a < *b);
}

/* Ways in which one address is announced: the first VIP of each. */
struct ways {
	ARRAY_OF(const struct vip *) list;
};

static const struct vip *way_find(struct ways *ways, const struct vip *vip,
				  struct arena *scratch)
{
	ARRAY_FOREACH (const struct vip *, way, &ways->list) {
		if (way_same_successors(*way, vip) && way_same_announcers(*way, vip))
			return *way;
	}
	ARRAY_ADD(scratch, &ways->list, vip);
	return vip;
}

/* By index of the VIP: the first one that is the same. */
static const struct vip **way_find_all(const struct sweep *sweep, struct arena *scratch)
{
	const uint32_t count = sweep->vips.list.count;
	const struct vip *vips = sweep->vips.list.items;
	const struct vip **order = arena_alloc(scratch, count * sizeof(struct vip *));
	const struct vip **alike = arena_alloc(scratch, count * sizeof(struct vip *));
	struct ways ways = { { 0 } };

	for (uint32_t i = 0; i < count; i++)
		order[i] = &vips[i];
	order_sort(order, count, sizeof(struct vip *), way_vip_order);
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && ip_compare(order[i - 1]->ip, order[i]->ip) != 0)
			ways.list.count = 0;
		alike[order[i] - vips] = way_find(&ways, order[i], scratch);
	}
	return alike;
}

static struct sweep_service sweep_service_of(const struct service *service)
{
	if (service == NULL)
		return (struct sweep_service){ 0 };
	return (struct sweep_service){ service->object.namespace, service->object.name.s };
}

static void sweep_list_addresses(struct sweep *sweep, struct arena *arena)
{
	const struct vip *vips = sweep->vips.list.items;
	uint32_t *places;
	const struct vip **alike;
	struct arena scratch;

	arena_init(&scratch);
	alike = way_find_all(sweep, &scratch);
	places = arena_alloc(&scratch, sweep->vips.list.count * sizeof(*places));
	ARRAY_RESERVE(arena, &sweep->list, sweep->vips.list.count);
	ARRAY_FOREACH (const struct vip, vip, &sweep->vips.list) {
		const uint32_t i = (uint32_t)(vip - vips);

		if (alike[i] == vip) {
			struct sweep_vip *added = ARRAY_PUSH(arena, &sweep->list);

			added->vip = vip;
			places[i] = sweep->list.count - 1;
		}
		places[i] = places[alike[i] - vips];
		ARRAY_ADD(arena, &sweep->list.items[places[i]].services,
			  sweep_service_of(vip->service));
	}
	arena_release(&scratch);
}

/* ---- the whole ---- */

void sweep_run(struct sweep *out, const struct cluster *cluster, const struct allocations *all,
	       const struct sweep_options *options, struct arena *arena)
{
	struct vips_options how = {
		.down = options->down,
		.successors = options->triples > 0 ? 4
			      : options->pairs     ? 3
						   : 2,
	};
	const uint32_t *group_of;

	*out = (struct sweep){ .cluster = cluster };
	group_of = sweep_make_groups(out, options, arena);
	how.groups = group_of;
	vips_resolve(&out->vips, cluster, all, &how, arena);
	sweep_list_addresses(out, arena);
	sweep_model_make(out, options->down, group_of, arena);
	sweep_losses_run(out, options, arena);
}

/* ---- one loss in detail ---- */

struct numbers {
	ARRAY_OF(uint32_t) list;
};

static int record_number_order(const void *pa, const void *pb)
{
	const uint32_t *a = pa;
	const uint32_t *b = pb;

	return (*a > *b) - (*a < *b);
}

/* The VIPs that the loss concerns, in the order of the list, each once. */
static void detail_concerned(const struct sweep_model *model, const struct sweep_lost *lost,
			     struct arena *scratch, struct numbers *out)
{
	for (unsigned k = 0; k < SWEEP_LOST_MAX && lost->groups[k] != SWEEP_NONE; k++) {
		const struct sweep_concern *concern = &model->concerns[lost->groups[k]];

		for (uint32_t i = 0; i < concern->count; i++) {
			const uint32_t number = concern->records[i];

			if (!sweep_concerns_any(&model->records[number], lost, k))
				ARRAY_ADD(scratch, &out->list, number);
		}
	}
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   record_number_order);
}

static void detail_add_changes(struct sweep_detail *out, const struct sweep *sweep,
			       const struct sweep_lost *lost, const struct numbers *numbers,
			       bool unreachable, struct arena *arena)
{
	const struct cluster_node *nodes = sweep->cluster->nodes.items;

	ARRAY_FOREACH (const uint32_t, number, &numbers->list) {
		const struct sweep_record *record = &sweep->model->records[*number];
		struct sweep_change *change;
		uint32_t to;
		const enum sweep_fate fate = sweep_fate(record, lost, &to);
		const struct sweep_link *winner = sweep_winner(record, lost);

		if (fate == SWEEP_STAYS || (fate == SWEEP_UNREACHABLE) != unreachable)
			continue;
		change = ARRAY_PUSH(arena, &out->changes);
		change->vip = &sweep->list.items[*number];
		if (record->chain[0].local)
			change->from = &nodes[record->chain[0].node];
		if (to != SWEEP_NONE)
			change->to = &nodes[to];
		if (winner->node != SWEEP_NONE)
			change->winner = &nodes[winner->node];
	}
}

static void detail_add_gains(struct sweep_detail *out, const struct sweep *sweep,
			     struct arena *arena, struct arena *scratch)
{
	const uint32_t nodes = sweep->cluster->nodes.count;
	uint32_t *gained = arena_zalloc(scratch, nodes, sizeof(*gained));

	ARRAY_FOREACH (const struct sweep_change, change, &out->changes) {
		if (change->to != NULL)
			gained[change->to - sweep->cluster->nodes.items]++;
	}
	for (uint32_t i = 0; i < nodes; i++) {
		struct sweep_gain *gain;

		if (gained[i] == 0)
			continue;
		gain = ARRAY_PUSH(arena, &out->gains);
		gain->node = &sweep->cluster->nodes.items[i];
		gain->before = sweep->load[i];
		gain->after = sweep->load[i] + gained[i];
	}
}

void sweep_detail(struct sweep_detail *out, const struct sweep *sweep,
		  const struct sweep_loss *loss, struct arena *arena)
{
	const struct sweep_group *groups = sweep->groups.items;
	struct sweep_lost lost;
	struct numbers numbers = { { 0 } };
	struct arena scratch;

	*out = (struct sweep_detail){ 0 };
	for (unsigned k = 0; k < SWEEP_LOST_MAX; k++)
		lost.groups[k] = loss->groups[k] != NULL ? (uint32_t)(loss->groups[k] - groups)
							 : SWEEP_NONE;
	arena_init(&scratch);
	detail_concerned(sweep->model, &lost, &scratch, &numbers);
	detail_add_changes(out, sweep, &lost, &numbers, true, arena);
	detail_add_changes(out, sweep, &lost, &numbers, false, arena);
	detail_add_gains(out, sweep, arena, &scratch);
	arena_release(&scratch);
}
