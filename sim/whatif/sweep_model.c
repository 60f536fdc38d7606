/* SPDX-License-Identifier: Apache-2.0 */
/* The VIPs as a loss needs them, and what a loss does to one. */
#include "sim/whatif/sweep_model.h"

#include <stdlib.h>

#include "purelb/pools/order.h"

/* ---- one VIP and one loss ---- */

bool sweep_concerns(const struct sweep_record *record, uint32_t group)
{
	if (record->chain[0].node != SWEEP_NONE && record->chain[0].group == group)
		return true;
	if (record->other_count > SWEEP_LOST_MAX)
		return false;
	for (uint32_t i = 0; i < record->other_count; i++) {
		if (record->others[i] == group)
			return true;
	}
	return false;
}

bool sweep_others_survive(const struct sweep_record *record, const struct sweep_lost *lost)
{
	if (record->other_count > SWEEP_LOST_MAX)
		return true;
	for (uint32_t i = 0; i < record->other_count; i++) {
		if (!sweep_is_lost(record->others[i], lost))
			return true;
	}
	return false;
}

/* ---- records ---- */

static uint32_t index_of(const struct sweep *sweep, const struct cluster_node *node)
{
	return (uint32_t)(node - sweep->cluster->nodes.items);
}

static void fill_chain(const struct sweep *sweep, const uint32_t *group_of,
		       const struct vip *vip, struct sweep_record *record)
{
	for (uint32_t i = 0; i < SWEEP_CHAIN; i++) {
		struct sweep_link *link = &record->chain[i];

		*link = (struct sweep_link){ .node = SWEEP_NONE, .group = SWEEP_NONE };
		if (i >= vip->successors.count)
			continue;
		link->node = index_of(sweep, vip->successors.items[i].node);
		link->group = group_of[link->node];
		link->local = vip->successors.items[i].local;
	}
}

static void add_other(struct sweep_record *record, uint32_t group)
{
	for (uint32_t i = 0; i < record->other_count; i++) {
		if (record->others[i] == group)
			return;
	}
	if (record->other_count < SWEEP_LOST_MAX)
		record->others[record->other_count] = group;
	record->other_count++;
}

/* The winner with a local interface is in the chain; the others do not depend on it. */
static void fill_others(const struct sweep *sweep, const uint32_t *group_of,
			const struct vip *vip, struct sweep_record *record)
{
	const uint32_t winner = record->chain[0].local ? record->chain[0].node : SWEEP_NONE;

	for (uint32_t i = 0; i < vip->announcers.count; i++) {
		const uint32_t node = index_of(sweep, vip->announcers.items[i]);

		if (record->other_count > SWEEP_LOST_MAX)
			return;
		if (node != winner)
			add_other(record, group_of[node]);
	}
}

static void fill_records(const struct sweep *sweep, struct sweep_model *model,
			 struct arena *arena)
{
	model->records = arena_zalloc(arena, sweep->list.count, sizeof(*model->records));
	for (uint32_t i = 0; i < sweep->list.count; i++) {
		const struct vip *vip = sweep->list.items[i].vip;

		fill_chain(sweep, model->group_of, vip, &model->records[i]);
		fill_others(sweep, model->group_of, vip, &model->records[i]);
		model->records[i].services = sweep->list.items[i].services.count;
	}
}

/* ---- which VIPs a group concerns ---- */

struct group_set {
	uint32_t list[SWEEP_LOST_MAX + 1];
	uint32_t count;
};

/* The groups that can be lost and concern the VIP, each once. */
static void concerned_groups(const struct sweep_record *record, uint32_t groups,
			     struct group_set *out)
{
	const uint32_t winner = record->chain[0].group;

	out->count = 0;
	if (winner < groups)
		out->list[out->count++] = winner;
	if (record->other_count > SWEEP_LOST_MAX)
		return;
	for (uint32_t i = 0; i < record->other_count; i++) {
		if (record->others[i] < groups && record->others[i] != winner)
			out->list[out->count++] = record->others[i];
	}
}

/* Lists in one piece, each as long as it has to be. Returns where they are to be filled. */
static uint32_t **make_lists(const struct sweep *sweep, struct sweep_model *model,
			     struct arena *arena, struct arena *scratch)
{
	const uint32_t groups = sweep->groups.count;
	uint32_t *counts = arena_zalloc(scratch, groups, sizeof(*counts));
	uint32_t **ends = arena_zalloc(scratch, groups, sizeof(*ends));
	struct group_set set;
	size_t total = 0;
	uint32_t *next;

	for (uint32_t i = 0; i < sweep->list.count; i++) {
		concerned_groups(&model->records[i], groups, &set);
		model->records[i].single = set.count == 1;
		for (uint32_t k = 0; k < set.count; k++)
			counts[set.list[k]]++;
		total += set.count;
	}
	next = arena_alloc(arena, total * sizeof(*next));
	for (uint32_t g = 0; g < groups; g++) {
		model->concerns[g] = (struct sweep_concern){ next, counts[g] };
		ends[g] = next;
		next += counts[g];
	}
	return ends;
}

static void fill_concerns(const struct sweep *sweep, struct sweep_model *model,
			  struct arena *arena)
{
	struct group_set set;
	struct arena scratch;
	uint32_t **ends;

	arena_init(&scratch);
	model->concerns = arena_zalloc(arena, sweep->groups.count, sizeof(*model->concerns));
	ends = make_lists(sweep, model, arena, &scratch);
	for (uint32_t i = 0; i < sweep->list.count; i++) {
		concerned_groups(&model->records[i], sweep->groups.count, &set);
		for (uint32_t k = 0; k < set.count; k++)
			*ends[set.list[k]]++ = i;
	}
	arena_release(&scratch);
}

/* ---- nodes ---- */

struct loaded {
	uint32_t node, load;
};

static int compare_loaded(const void *pa, const void *pb)
{
	const struct loaded *a = pa;
	const struct loaded *b = pb;

	if (a->load != b->load)
		return a->load > b->load ? -1 : 1;
	return (a->node > b->node) - (a->node < b->node);
}

static void order_by_load(struct sweep *sweep, const bool *down, struct arena *arena)
{
	const uint32_t nodes = sweep->cluster->nodes.count;
	struct loaded *list = arena_alloc(arena, nodes * sizeof(*list));
	uint32_t *order = arena_alloc(arena, nodes * sizeof(*order));
	uint32_t count = 0;

	for (uint32_t i = 0; i < nodes; i++) {
		if (vips_runs_agent(sweep->cluster, &sweep->cluster->nodes.items[i], down))
			list[count++] = (struct loaded){ i, sweep->load[i] };
	}
	order_sort(list, count, sizeof(*list), compare_loaded);
	for (uint32_t i = 0; i < count; i++)
		order[i] = list[i].node;
	sweep->by_load = order;
	sweep->by_load_count = count;
}

/* The other lists are ready: each VIP's load is with its first node. */
static void count_load(struct sweep *sweep, const struct sweep_model *model,
		       struct arena *arena)
{
	uint32_t *load = arena_zalloc(arena, sweep->cluster->nodes.count, sizeof(*load));

	for (uint32_t i = 0; i < sweep->list.count; i++) {
		const struct sweep_record *record = &model->records[i];

		if (record->chain[0].local)
			load[record->chain[0].node]++;
		sweep->unreachable += !record->chain[0].local && record->other_count == 0;
	}
	sweep->load = load;
}

static void count_live(const struct sweep *sweep, const bool *down, struct sweep_model *model,
		       struct arena *arena)
{
	uint32_t *live_in = arena_zalloc(arena, sweep->groups.count, sizeof(*live_in));

	for (uint32_t i = 0; i < sweep->cluster->nodes.count; i++) {
		if (!sweep->cluster->nodes.items[i].live || (down != NULL && down[i]))
			continue;
		model->live++;
		if (model->group_of[i] < sweep->groups.count)
			live_in[model->group_of[i]]++;
	}
	model->live_in = live_in;
}

void sweep_model_make(struct sweep *sweep, const bool *down, const uint32_t *group_of,
		      struct arena *arena)
{
	struct sweep_model *model = arena_zalloc(arena, 1, sizeof(*model));

	model->group_of = group_of;
	fill_records(sweep, model, arena);
	fill_concerns(sweep, model, arena);
	count_load(sweep, model, arena);
	order_by_load(sweep, down, arena);
	count_live(sweep, down, model, arena);
	sweep->model = model;
}
