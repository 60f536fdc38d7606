/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every loss of a sweep and the worst of them. First each VIP becomes a small record: who wins
 * it as one group after the other is lost, and who announces it whoever wins. A loss then only
 * visits the records that it concerns, adds up what the survivors gain, and puts what it comes
 * to before or behind the others. Detection and the queues of the survivors follow P8.5 and
 * P9.4.
 */
#include "sim/whatif/sweep_losses.h"

#include <math.h>
#include <stdlib.h>

#include "base/combination.h"
#include "base/random.h"
#include "purelb/agents/limits.h"
#include "purelb/pools/order.h"

/* ---- one VIP and one loss ---- */

/* True when the loss of the group can change anything for the VIP. */
static bool sweep_concerns(const struct sweep_record *record, uint32_t group)
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

bool sweep_concerns_any(const struct sweep_record *record, const struct sweep_lost *lost,
			unsigned count)
{
	for (unsigned k = 0; k < count; k++) {
		if (sweep_concerns(record, lost->groups[k]))
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

static uint32_t record_node_index(const struct sweep *sweep, const struct cluster_node *node)
{
	return (uint32_t)(node - sweep->cluster->nodes.items);
}

static void record_fill_chain(const struct sweep *sweep, const uint32_t *group_of,
			      const struct vip *vip, struct sweep_record *record)
{
	for (uint32_t i = 0; i < SWEEP_CHAIN; i++) {
		struct sweep_link *link = &record->chain[i];

		*link = (struct sweep_link){ .node = SWEEP_NONE, .group = SWEEP_NONE };
		if (i >= vip->successors.count)
			continue;
		link->node = record_node_index(sweep, vip->successors.items[i].node);
		link->group = group_of[link->node];
		link->local = vip->successors.items[i].local;
	}
}

static void record_add_other(struct sweep_record *record, uint32_t group)
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
static void record_fill_others(const struct sweep *sweep, const uint32_t *group_of,
			       const struct vip *vip, struct sweep_record *record)
{
	const uint32_t winner = record->chain[0].local ? record->chain[0].node : SWEEP_NONE;

	for (uint32_t i = 0; i < vip->announcers.count; i++) {
		const uint32_t node = record_node_index(sweep, vip->announcers.items[i]);

		if (record->other_count > SWEEP_LOST_MAX)
			return;
		if (node != winner)
			record_add_other(record, group_of[node]);
	}
}

static void record_fill_all(const struct sweep *sweep, struct sweep_model *model,
			    struct arena *arena)
{
	model->records = arena_zalloc(arena, sweep->list.count, sizeof(*model->records));
	for (uint32_t i = 0; i < sweep->list.count; i++) {
		const struct vip *vip = sweep->list.items[i].vip;

		record_fill_chain(sweep, model->group_of, vip, &model->records[i]);
		record_fill_others(sweep, model->group_of, vip, &model->records[i]);
		model->records[i].services = sweep->list.items[i].services.count;
	}
}

/* ---- which VIPs a group concerns ---- */

struct group_set {
	uint32_t list[SWEEP_LOST_MAX + 1];
	uint32_t count;
};

/* The groups that can be lost and concern the VIP, each once. */
static void concern_groups(const struct sweep_record *record, uint32_t groups,
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
static uint32_t **concern_lists(const struct sweep *sweep, struct sweep_model *model,
				struct arena *arena, struct arena *scratch)
{
	const uint32_t groups = sweep->groups.count;
	uint32_t *counts = arena_zalloc(scratch, groups, sizeof(*counts));
	uint32_t **ends = arena_zalloc(scratch, groups, sizeof(*ends));
	struct group_set set;
	size_t total = 0;
	uint32_t *next;

	for (uint32_t i = 0; i < sweep->list.count; i++) {
		concern_groups(&model->records[i], groups, &set);
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

static void concern_fill_all(const struct sweep *sweep, struct sweep_model *model,
			     struct arena *arena)
{
	struct group_set set;
	struct arena scratch;
	uint32_t **ends;

	arena_init(&scratch);
	model->concerns = arena_zalloc(arena, sweep->groups.count, sizeof(*model->concerns));
	ends = concern_lists(sweep, model, arena, &scratch);
	for (uint32_t i = 0; i < sweep->list.count; i++) {
		concern_groups(&model->records[i], sweep->groups.count, &set);
		for (uint32_t k = 0; k < set.count; k++)
			*ends[set.list[k]]++ = i;
	}
	arena_release(&scratch);
}

/* ---- nodes ---- */

struct loaded {
	uint32_t node, load;
};

static int load_order(const void *pa, const void *pb)
{
	const struct loaded *a = pa;
	const struct loaded *b = pb;

	if (a->load != b->load)
		return a->load > b->load ? -1 : 1;
	return (a->node > b->node) - (a->node < b->node);
}

static void load_order_nodes(struct sweep *sweep, const bool *down, struct arena *arena)
{
	const uint32_t nodes = sweep->cluster->nodes.count;
	struct loaded *list = arena_alloc(arena, nodes * sizeof(*list));
	uint32_t *order = arena_alloc(arena, nodes * sizeof(*order));
	uint32_t count = 0;

	for (uint32_t i = 0; i < nodes; i++) {
		if (vips_runs_agent(sweep->cluster, &sweep->cluster->nodes.items[i], down))
			list[count++] = (struct loaded){ i, sweep->load[i] };
	}
	order_sort(list, count, sizeof(*list), load_order);
	for (uint32_t i = 0; i < count; i++)
		order[i] = list[i].node;
	sweep->by_load = order;
	sweep->by_load_count = count;
}

/* The other lists are ready: each VIP's load is with its first node. */
static void load_count(struct sweep *sweep, const struct sweep_model *model,
		       struct arena *arena)
{
	uint32_t *load = arena_zalloc(arena, sweep->cluster->nodes.count, sizeof(*load));

	for (uint32_t i = 0; i < sweep->list.count; i++) {
		const struct sweep_record *record = &model->records[i];

		if (record->chain[0].local)
			load[record->chain[0].node]++;
		sweep->unknown += sweep->list.items[i].vip->unknown;
		sweep->unreachable += !record->chain[0].local && record->other_count == 0 &&
				      !sweep->list.items[i].vip->unknown;
	}
	sweep->load = load;
}

static void live_count_groups(const struct sweep *sweep, const bool *down,
			      struct sweep_model *model, struct arena *arena)
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

void sweep_model_complete(struct sweep *sweep, struct sweep_model *model, struct arena *arena)
{
	concern_fill_all(sweep, model, arena);
	load_count(sweep, model, arena);
	sweep->model = model;
}

void sweep_model_make(struct sweep *sweep, const bool *down, const uint32_t *group_of,
		      struct arena *arena)
{
	struct sweep_model *model = arena_zalloc(arena, 1, sizeof(*model));

	model->group_of = group_of;
	record_fill_all(sweep, model, arena);
	sweep_model_complete(sweep, model, arena);
	load_order_nodes(sweep, down, arena);
	live_count_groups(sweep, down, model, arena);
}

/* ---- adding up one loss ---- */

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
	/* The last answer of failover_detection(), which is usually the next one as well. */
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

/* VIPs that concern a group before as well are counted there. */
static void tally_groups(struct tally *tally)
{
	const struct sweep_lost *lost = &tally->lost;

	for (unsigned k = 0; k < SWEEP_LOST_MAX && lost->groups[k] != SWEEP_NONE; k++) {
		const struct sweep_concern *concern = &tally->model->concerns[lost->groups[k]];

		for (uint32_t i = 0; i < concern->count; i++) {
			const struct sweep_record *record =
				&tally->model->records[concern->records[i]];

			if (record->single || !sweep_concerns_any(record, lost, k))
				tally_vip(tally, record);
		}
	}
}

static void tally_offer_busiest(const struct tally *tally, uint32_t node)
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
static void tally_find_busiest(const struct tally *tally)
{
	const struct sweep_model *model = tally->model;

	for (uint32_t i = 0; i < tally->sweep->by_load_count; i++) {
		const uint32_t node = tally->sweep->by_load[i];
		const uint32_t group = model->group_of[node];

		if (sweep_is_lost(group, &tally->lost))
			continue;
		tally_offer_busiest(tally, node);
		break;
	}
}

/* P8.5, P9.4 */
static void tally_find_back(struct tally *tally)
{
	const struct sweep_lost *lost = &tally->lost;
	const struct sweep_model *model = tally->model;
	uint32_t live = 0;
	struct span *detection = &tally->detection;
	int64_t queue;

	if (tally->loss->queue == 0)
		return;
	for (unsigned k = 0; k < SWEEP_LOST_MAX && lost->groups[k] != SWEEP_NONE; k++)
		live += model->live_in[lost->groups[k]];
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
static void tally_finish(struct tally *tally)
{
	tally_find_busiest(tally);
	for (uint32_t i = 0; i < tally->gainer_count; i++) {
		const uint32_t node = tally->gainers[i];
		struct gain *gain = &tally->gains[node];

		tally_offer_busiest(tally, node);
		if (gain->queue > tally->loss->queue)
			tally->loss->queue = gain->queue;
		*gain = (struct gain){ 0, 0 };
	}
	tally->gainer_count = 0;
	tally_find_back(tally);
}

static void tally_loss(struct tally *tally, const struct sweep_lost *lost,
		       struct sweep_loss *loss)
{
	const struct sweep_group *groups = tally->sweep->groups.items;

	*loss = (struct sweep_loss){ .moved = 0 };
	for (unsigned k = 0; k < SWEEP_LOST_MAX && lost->groups[k] != SWEEP_NONE; k++)
		loss->groups[k] = &groups[lost->groups[k]];
	tally->lost = *lost;
	tally->loss = loss;
	tally_groups(tally);
	tally_finish(tally);
	tally->loss = NULL;
}

/* ---- the worst ---- */

/* Worse ones first. */
static int loss_order(const void *pa, const void *pb)
{
	const struct sweep_loss *a = pa;
	const struct sweep_loss *b = pb;

	if (a->unreachable != b->unreachable)
		return b->unreachable > a->unreachable ? 1 : -1;
	if (a->back.latest != b->back.latest)
		return a->back.latest > b->back.latest ? -1 : 1;
	if (a->moved != b->moved)
		return b->moved > a->moved ? 1 : -1;
	if (a->busiest_load != b->busiest_load)
		return b->busiest_load > a->busiest_load ? 1 : -1;
	for (unsigned k = 0; k < SWEEP_LOST_MAX; k++) {
		if (a->groups[k] != b->groups[k])
			return a->groups[k] < b->groups[k] ? -1 : 1;
	}
	return 0;
}

static void loss_sort(struct sweep_losses *losses)
{
	order_sort(losses->list.items, losses->list.count, sizeof(*losses->list.items),
		   loss_order);
}

/* The longer one; of those that are equally late in the worst case, the later on average. */
static void loss_note_slowest(struct span *slowest, const struct span *back)
{
	if (back->latest != slowest->latest
		    ? back->latest > slowest->latest
		    : back->mean > slowest->mean || (back->mean == slowest->mean &&
						     back->earliest > slowest->earliest))
		*slowest = *back;
}

static bool loss_same_span(const struct span *a, const struct span *b)
{
	return a->earliest == b->earliest && a->mean == b->mean && a->latest == b->latest;
}

bool sweep_losses_agree(const struct sweep_losses *losses)
{
	const uint32_t count = losses->list.count;
	struct span slowest = losses->slowest;
	struct span listed = { 0 };
	uint64_t harmful = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct sweep_loss *loss = &losses->list.items[i];

		if (i > 0 && loss_order(loss - 1, loss) >= 0)
			return false;
		harmful += loss->unreachable > 0;
		loss_note_slowest(&listed, &loss->back);
	}
	/* What is not listed is milder than the last that is. */
	if (count == losses->total)
		return losses->harmful == harmful && loss_same_span(&listed, &slowest);
	loss_note_slowest(&slowest, &listed);
	return loss_same_span(&slowest, &losses->slowest) &&
	       (harmful < count ? losses->harmful == harmful : losses->harmful >= harmful);
}

void sweep_losses_sum(struct sweep_losses *losses, const struct sweep_losses *more)
{
	losses->total += more->total;
	losses->harmful += more->harmful;
	loss_note_slowest(&losses->slowest, &more->slowest);
}

/* So many of the worst are kept: twice as many are gathered before the rest is dropped. */
static void loss_keep(struct sweep_losses *losses, const struct sweep_loss *loss, uint32_t most,
		      struct arena *arena)
{
	losses->total++;
	losses->harmful += loss->unreachable > 0;
	loss_note_slowest(&losses->slowest, &loss->back);
	/* After the first cut whatever is milder than the last that was kept is of no use. */
	if (most > 0 && losses->total > 2 * (uint64_t)most &&
	    loss_order(&losses->list.items[most - 1], loss) < 0)
		return;
	ARRAY_ADD(arena, &losses->list, *loss);
	if (most == 0 || losses->list.count < 2 * (uint64_t)most)
		return;
	loss_sort(losses);
	losses->list.count = most;
}

void sweep_losses_keep(struct sweep_losses *losses, uint32_t keep)
{
	loss_sort(losses);
	if (keep > 0 && losses->list.count > keep)
		losses->list.count = keep;
}

void sweep_share(const struct sweep_losses *losses, double *low, double *high)
{
	const double z = 1.959964; /* of the normal distribution, 95 percent lie within */
	const double n = (double)losses->total;
	const double all = (double)losses->population;
	const double share = losses->total > 0 ? (double)losses->harmful / n : 0;

	*low = *high = share;
	if (losses->total == 0 || losses->total == losses->population)
		return;
	/* None is drawn twice, so the share of a sample varies by this much less. */
	const double square = z * z * (all - n) / (all - 1);
	const double middle = (share + square / (2 * n)) / (1 + square / n);
	const double half = sqrt(square) / (1 + square / n) *
			    sqrt(share * (1 - share) / n + square / (4 * n * n));

	/* Those that were drawn are known. */
	*low = losses->harmful > 0 ? fmax(middle - half, (double)losses->harmful / all) : 0;
	*high = losses->harmful < losses->total
			? fmin(middle + half, (all - n + (double)losses->harmful) / all)
			: 1;
}

/* ---- all of them ---- */

void sweep_losses_share(uint64_t total, uint32_t shard, uint32_t shards, uint64_t *first,
			uint64_t *end)
{
	const uint32_t of = shards > 0 ? shards : 1;
	const uint32_t number = shards > 0 ? shard : 1;

	*first = (uint64_t)((u128)total * (number - 1) / of);
	*end = (uint64_t)((u128)total * number / of);
}

static void losses_run_single(struct sweep *sweep, struct tally *tally, struct arena *arena)
{
	struct sweep_loss loss;

	sweep->single.population = sweep->groups.count;
	for (uint32_t i = 0; i < sweep->groups.count; i++) {
		tally_loss(tally, &(struct sweep_lost){ { i, SWEEP_NONE, SWEEP_NONE } }, &loss);
		loss_keep(&sweep->single, &loss, 0, arena);
	}
	sweep_losses_keep(&sweep->single, 0);
}

static void losses_run_pairs(struct sweep *sweep, const struct sweep_options *options,
			     struct tally *tally, struct arena *arena)
{
	struct sweep_losses *pairs = &sweep->pairs;
	struct sweep_lost lost;
	uint64_t at, end;

	pairs->population = combinations(sweep->groups.count, 2);
	sweep_losses_share(pairs->population, options->shard, options->shards, &at, &end);
	if (at == end)
		return;
	combination_at(at, 2, lost.groups);
	lost.groups[2] = SWEEP_NONE;
	for (; at < end; at++) {
		struct sweep_loss loss;

		tally_loss(tally, &lost, &loss);
		loss_keep(pairs, &loss, options->keep, arena);
		if (++lost.groups[0] < lost.groups[1])
			continue;
		lost.groups[0] = 0;
		lost.groups[1]++;
	}
	sweep_losses_keep(pairs, options->keep);
}

static void losses_run_triples(struct sweep *sweep, const struct sweep_options *options,
			       struct tally *tally, struct arena *arena)
{
	struct sweep_losses *triples = &sweep->triples;
	uint64_t at, end;

	triples->population = combinations(sweep->groups.count, 3);
	sweep_losses_share(triples->population < options->triples ? triples->population
								  : options->triples,
			   options->shard, options->shards, &at, &end);
	for (; at < end; at++) {
		struct sweep_loss loss;
		struct sweep_lost lost = { { 0 } };
		const uint64_t number =
			triples->population <= options->triples
				? at
				: random_place(options->seed, triples->population, at);

		combination_at(number, 3, lost.groups);
		tally_loss(tally, &lost, &loss);
		loss_keep(triples, &loss, options->keep, arena);
	}
	sweep_losses_keep(triples, options->keep);
}

void sweep_losses_run(struct sweep *sweep, const struct sweep_options *options,
		      struct arena *arena)
{
	struct arena scratch;
	struct tally tally;

	arena_init(&scratch);
	tally_init(&tally, sweep, &scratch);
	losses_run_single(sweep, &tally, arena);
	if (options->pairs)
		losses_run_pairs(sweep, options, &tally, arena);
	if (options->triples > 0)
		losses_run_triples(sweep, options, &tally, arena);
	arena_release(&scratch);
}

void sweep_losses_add(struct sweep *sweep, struct sweep_losses *losses,
		      const struct sweep_lost *lost, uint32_t count, struct arena *arena)
{
	struct arena scratch;
	struct tally tally;

	arena_init(&scratch);
	tally_init(&tally, sweep, &scratch);
	ARRAY_RESERVE(arena, &losses->list, count);
	for (uint32_t i = 0; i < count; i++)
		tally_loss(&tally, &lost[i], ARRAY_PUSH(arena, &losses->list));
	arena_release(&scratch);
}
