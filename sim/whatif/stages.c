/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change in stages (S6.6): the comparisons, one after another, and what is down in between:
 * VIPs that clients reached and do not reach any more, until a later stage brings them back.
 * What was down before the first stage is not counted.
 */
#include "sim/whatif/stages.h"

#include <stdlib.h>

#include "base/mem.h"
#include "purelb/pools/order.h"
#include "sim/whatif/orders.h"

/* ---- what is down in between ---- */

/* A VIP stops being reached in a stage, or is reached again. */
struct stage_turn {
	const struct reachable_vip *vip;
	uint32_t stage, order; /* as they were found */
	bool down;
};

struct stage_turns {
	ARRAY_OF(struct stage_turn) list;
};

static void stage_add_turn(struct stage_turns *turns, const struct reachable_vip *vip,
			   uint32_t stage, bool down, struct arena *scratch)
{
	const struct stage_turn turn = { vip, stage, turns->list.count, down };

	ARRAY_ADD(scratch, &turns->list, turn);
}

/* What a stage changes for clients: those that were there, then those that were down. */
static void stage_compare(struct stage_turns *turns, const struct reachable_vips *before,
			  const struct reachable_vips *after, uint32_t stage,
			  struct arena *scratch)
{
	ARRAY_FOREACH (const struct reachable_vip, vip, &before->list) {
		const struct reachable_vip *then = reachable_find(after, vip);
		const bool was_down = vip->reachability == REACHABLE_NO;
		const bool is_down = then != NULL && then->reachability == REACHABLE_NO;

		if (was_down != is_down)
			stage_add_turn(turns, is_down ? then : vip, stage, is_down, scratch);
	}
}

static int stage_turn_order(const void *pa, const void *pb)
{
	const struct stage_turn *a = pa;
	const struct stage_turn *b = pb;
	const int order = reachable_order(a->vip, b->vip);

	if (order != 0)
		return order;
	return a->order < b->order ? -1 : a->order > b->order;
}

struct found_down {
	struct stage_down down;
	uint32_t order;
};

static int stage_down_order(const void *pa, const void *pb)
{
	const struct found_down *a = pa;
	const struct found_down *b = pb;

	return a->order < b->order ? -1 : a->order > b->order;
}

static void stages_find_down(struct diff_stages *stages, struct stage_turns *turns,
			     struct arena *scratch)
{
	ARRAY_OF(struct found_down) found = { 0 };
	const struct stage_turn *previous = NULL;
	bool is_down = false;

	order_sort(turns->list.items, turns->list.count, sizeof(*turns->list.items),
		   stage_turn_order);
	ARRAY_FOREACH (const struct stage_turn, turn, &turns->list) {
		if (previous == NULL || reachable_order(previous->vip, turn->vip) != 0)
			is_down = false;
		previous = turn;
		if (turn->down == is_down)
			continue;
		is_down = turn->down;
		if (is_down) {
			struct found_down *new = ARRAY_PUSH(scratch, &found);

			new->order = turn->order;
			new->down =
				(struct stage_down){ .vip = *turn->vip, .first = turn->stage };
		} else {
			found.items[found.count - 1].down.back = turn->stage;
		}
	}
	order_sort(found.items, found.count, sizeof(*found.items), stage_down_order);
	ARRAY_FOREACH (const struct found_down, it, &found)
		ARRAY_ADD(&stages->arena, &stages->down, it->down);
}

static void stages_find_turns(const struct diff_stages *stages, struct stage_turns *turns,
			      struct arena *scratch)
{
	struct reachable_vips *states =
		arena_zalloc(scratch, stages->count + 1, sizeof(*states));
	bool bgp = stages->list[0]->before.bgp.configs.count > 0;

	for (uint32_t k = 0; k < stages->count; k++)
		bgp |= stages->list[k]->after.bgp.configs.count > 0;
	reachable_resolve(&states[0], &stages->list[0]->before, bgp, scratch);
	for (uint32_t k = 0; k < stages->count; k++) {
		reachable_resolve(&states[k + 1], &stages->list[k]->after, bgp, scratch);
		stage_compare(turns, &states[k], &states[k + 1], k + 1, scratch);
	}
}

/* ---- the whole ---- */

void stages_run(struct diff_stages *out, struct snapshot *old, uint32_t old_problems,
		const struct stage_input *inputs, uint32_t count,
		const struct diff_options *options)
{
	struct diff_input input = {
		.old = old,
		.old_problems = old_problems,
		.read = old,
		.problems_begin = old_problems,
	};
	struct stage_turns turns = { { 0 } };
	struct arena scratch;

	*out = (struct diff_stages){ .inputs = inputs, .count = count };
	arena_init(&out->arena);
	arena_init(&scratch);
	out->list = arena_zalloc(&out->arena, count, sizeof(struct diff *));
	for (uint32_t k = 0; k < count; k++) {
		struct diff *diff = mem_alloc(sizeof(*diff));

		input.objects = &inputs[k].objects;
		input.problems_end = inputs[k].problems_end;
		diff_run(diff, &input, options);
		out->list[k] = diff;
		input.old = diff->after.snapshot;
		input.old_problems = diff->after.snapshot->problems.count;
		input.problems_begin = input.problems_end;
		input.follows = true;
	}
	if (count == 1)
		diff_find_orders(out->list[0], options);
	else
		stages_find_turns(out, &turns, &scratch);
	stages_find_down(out, &turns, &scratch);
	arena_release(&scratch);
}

void stages_release(struct diff_stages *stages)
{
	/* A later stage borrows from those before it. */
	for (uint32_t k = stages->count; k-- > 0;) {
		diff_release(stages->list[k]);
		free(stages->list[k]);
	}
	arena_release(&stages->arena);
}
