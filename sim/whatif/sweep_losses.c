/* SPDX-License-Identifier: Apache-2.0 */
/* Every loss, and the worst of them. */
#include <stdlib.h>

#include "purelb/agents/limits.h"
#include "purelb/pools/order.h"
#include "sim/whatif/sweep_model.h"

/* ---- one loss ---- */

/* What a node gains. */
struct gain {
	uint32_t vips;
	uint32_t queue; /* the same, once for each Service that has it */
};

/* What is being added up, and what lasts from one loss to the next. */
struct tally {
	const struct sweep *sweep;
	const struct sweep_model *model;
	struct sweep_lost lost;
	struct sweep_loss *loss;
	struct gain *gains; /* by index in cluster->nodes; all 0 between losses */
	uint32_t *gainers;  /* nodes that gain any */
	uint32_t gainer_count;
	/* The last answer of failover_detection(), which is mostly the next one, too. */
	uint32_t lost_live;
	struct span detection;
};

static void tally_init(struct tally *tally, const struct sweep *sweep, struct arena *arena)
{
	const uint32_t nodes = sweep->cluster->nodes.count;

	*tally = (struct tally){
		.sweep = sweep,
		.model = sweep->model,
		.gains = arena_zalloc(arena, nodes, sizeof(*tally->gains)),
		.gainers = arena_alloc(arena, nodes * sizeof(*tally->gainers)),
	};
}

static void tally_vip(struct tally *tally, const struct sweep_record *record)
{
	uint32_t to;
	const enum sweep_fate fate = sweep_fate(record, &tally->lost, &to);

	tally->loss->moved += fate == SWEEP_MOVES;
	tally->loss->revived += fate == SWEEP_REVIVES;
	tally->loss->unreachable += fate == SWEEP_UNREACHABLE;
	if (to == SWEEP_NONE)
		return;
	tally->gains[to].queue += record->services;
	if (tally->gains[to].vips++ == 0)
		tally->gainers[tally->gainer_count++] = to;
}

/* VIPs that the first group concerns, too, count with that. */
static void tally_groups(struct tally *tally)
{
	const struct sweep_concern *first = &tally->model->concerns[tally->lost.groups[0]];
	const struct sweep_concern *second;

	for (uint32_t i = 0; i < first->count; i++)
		tally_vip(tally, &tally->model->records[first->records[i]]);
	if (tally->lost.groups[1] == SWEEP_NONE)
		return;
	second = &tally->model->concerns[tally->lost.groups[1]];
	for (uint32_t i = 0; i < second->count; i++) {
		const struct sweep_record *record = &tally->model->records[second->records[i]];

		if (record->single || !sweep_concerns(record, tally->lost.groups[0]))
			tally_vip(tally, record);
	}
}

static void offer_busiest(const struct tally *tally, uint32_t node)
{
	const struct cluster_node *it = &tally->sweep->cluster->nodes.items[node];
	const uint32_t load = tally->sweep->load[node] + tally->gains[node].vips;
	struct sweep_loss *loss = tally->loss;

	if (loss->busiest != NULL &&
	    (load < loss->busiest_load || (load == loss->busiest_load && it > loss->busiest)))
		return;
	loss->busiest = it;
	loss->busiest_load = load;
}

/* The busiest of those that gain nothing is the first that is not lost. */
static void find_busiest(const struct tally *tally)
{
	const struct sweep_model *model = tally->model;

	for (uint32_t i = 0; i < tally->sweep->by_load_count; i++) {
		const uint32_t node = tally->sweep->by_load[i];
		const uint32_t group = model->group_of[node];

		if (group == tally->lost.groups[0] || group == tally->lost.groups[1])
			continue;
		offer_busiest(tally, node);
		break;
	}
}

/* P8.5, P9.4 */
static void find_back(struct tally *tally)
{
	const struct sweep_lost *lost = &tally->lost;
	const struct sweep_model *model = tally->model;
	uint32_t live = model->live_in[lost->groups[0]];
	struct span *detection = &tally->detection;
	int64_t queue;

	if (tally->loss->queue == 0)
		return;
	if (lost->groups[1] != SWEEP_NONE)
		live += model->live_in[lost->groups[1]];
	if (detection->latest == 0 || live != tally->lost_live)
		*detection = failover_detection(tally->sweep->cluster->lease_duration.ns, live,
						model->live - live);
	tally->lost_live = live;
	queue = limits_takeover_ns(tally->loss->queue, false);
	tally->loss->back = (struct span){
		.earliest = detection->earliest + queue,
		.mean = detection->mean + queue,
		.latest = detection->latest + queue,
	};
}

/* Clears the tally for the next loss. */
static void finish(struct tally *tally)
{
	find_busiest(tally);
	for (uint32_t i = 0; i < tally->gainer_count; i++) {
		const uint32_t node = tally->gainers[i];
		struct gain *gain = &tally->gains[node];

		offer_busiest(tally, node);
		if (gain->queue > tally->loss->queue)
			tally->loss->queue = gain->queue;
		*gain = (struct gain){ 0, 0 };
	}
	tally->gainer_count = 0;
	find_back(tally);
}

static void work_out(struct tally *tally, uint32_t first, uint32_t second,
		     struct sweep_loss *loss)
{
	const struct sweep_group *groups = tally->sweep->groups.items;

	*loss = (struct sweep_loss){
		.groups = { &groups[first], second != SWEEP_NONE ? &groups[second] : NULL },
	};
	tally->lost = (struct sweep_lost){ { first, second } };
	tally->loss = loss;
	tally_groups(tally);
	finish(tally);
}

/* ---- the worst ---- */

static int compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* Worse ones first. */
static int compare_losses(const void *pa, const void *pb)
{
	const struct sweep_loss *a = pa;
	const struct sweep_loss *b = pb;

	if (a->unreachable != b->unreachable)
		return compare_u32(b->unreachable, a->unreachable);
	if (a->back.latest != b->back.latest)
		return a->back.latest > b->back.latest ? -1 : 1;
	if (a->moved != b->moved)
		return compare_u32(b->moved, a->moved);
	if (a->busiest_load != b->busiest_load)
		return compare_u32(b->busiest_load, a->busiest_load);
	if (a->groups[0] != b->groups[0])
		return a->groups[0] < b->groups[0] ? -1 : 1;
	return (a->groups[1] > b->groups[1]) - (a->groups[1] < b->groups[1]);
}

static void sort_losses(struct sweep_losses *losses)
{
	order_sort(losses->list.items, losses->list.count, sizeof(*losses->list.items),
		   compare_losses);
}

/* So many of the worst are kept: twice as many are gathered before the rest is dropped. */
static void keep(struct sweep_losses *losses, const struct sweep_loss *loss, uint32_t most,
		 struct arena *arena)
{
	losses->total++;
	losses->harmful += loss->unreachable > 0;
	if (loss->back.latest > losses->slowest.latest)
		losses->slowest = loss->back;
	/* After the first cut whatever is milder than the last that was kept is of no use. */
	if (most > 0 && losses->total > 2 * (uint64_t)most &&
	    compare_losses(&losses->list.items[most - 1], loss) < 0)
		return;
	ARRAY_ADD(arena, &losses->list, *loss);
	if (most == 0 || losses->list.count < 2 * (uint64_t)most)
		return;
	sort_losses(losses);
	losses->list.count = most;
}

static void finish_losses(struct sweep_losses *losses, uint32_t most)
{
	sort_losses(losses);
	if (most > 0 && losses->list.count > most)
		losses->list.count = most;
}

void sweep_losses_run(struct sweep *sweep, const struct sweep_options *options,
		      struct arena *arena)
{
	const uint32_t groups = sweep->groups.count;
	struct sweep_loss loss;
	struct arena scratch;
	struct tally tally;

	arena_init(&scratch);
	tally_init(&tally, sweep, &scratch);
	for (uint32_t first = 0; first < groups; first++) {
		work_out(&tally, first, SWEEP_NONE, &loss);
		keep(&sweep->single, &loss, 0, arena);
		for (uint32_t second = first + 1; options->pairs && second < groups; second++) {
			work_out(&tally, first, second, &loss);
			keep(&sweep->pairs, &loss, options->keep, arena);
		}
	}
	finish_losses(&sweep->single, 0);
	finish_losses(&sweep->pairs, options->keep);
	arena_release(&scratch);
}
