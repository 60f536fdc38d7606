/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change in stages (S6.6): the comparisons, one after another, and what is down in between:
 * VIPs that no node announces and prefixes that no router has any more, until a later stage
 * brings them back. What was down before the first stage is not counted.
 */
#include "sim/whatif/stages.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "purelb/pools/order.h"

/* ---- what is down in between ---- */

/* Something stops or works again in a stage. */
struct stage_turn {
	const char *what, *reason;
	uint32_t stage, order; /* in the stage */
	bool down;
};

struct stage_turns {
	ARRAY_OF(struct stage_turn) list;
};

static void stage_add_turn(struct stage_turns *turns, struct arena *scratch,
			   struct stage_turn turn)
{
	turn.order = turns->list.count;
	ARRAY_ADD(scratch, &turns->list, turn);
}

static void stage_add_vips(struct stage_turns *turns, const struct diff *diff, uint32_t stage,
			   struct arena *arena, struct arena *scratch)
{
	char ip[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct vip_change, change, &diff->vips) {
		const struct vip *vip = change->after != NULL ? change->after : change->before;
		const struct object *service =
			vip->service != NULL ? &vip->service->object : NULL;

		if (change->kind != VIP_UNREACHABLE && change->kind != VIP_APPEARS &&
		    change->kind != VIP_WITHDRAWN)
			continue;
		stage_add_turn(turns, scratch,
			       (struct stage_turn){
				       .what = service != NULL
						       ? arena_printf(arena, "%s (%s/%s)",
								      ip_format(vip->ip, ip),
								      service->namespace,
								      service->name.s)
						       : arena_strdup(arena,
								      ip_format(vip->ip, ip)),
				       .reason = change->reason,
				       .stage = stage,
				       .down = change->kind == VIP_UNREACHABLE,
			       });
	}
}

/* Each prefix once, whichever router has or had it. */
static void stage_add_prefixes(struct stage_turns *turns, const struct diff *diff,
			       uint32_t stage, struct arena *arena, struct arena *scratch)
{
	ARRAY_FOREACH (const struct route_change, route, &diff->routes) {
		if (!route->dark && route->kind != ROUTE_ADDED)
			continue;
		stage_add_turn(turns, scratch,
			       (struct stage_turn){
				       .what = arena_printf(arena, "prefix %s", route->prefix),
				       .reason = "no router has a path to it",
				       .stage = stage,
				       .down = route->dark,
			       });
	}
}

static int stage_turn_order(const void *pa, const void *pb)
{
	const struct stage_turn *a = pa;
	const struct stage_turn *b = pb;
	const int order = str_compare(a->what, b->what);

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
		if (previous == NULL || !str_equal(previous->what, turn->what))
			is_down = false;
		previous = turn;
		if (turn->down == is_down)
			continue;
		is_down = turn->down;
		if (is_down) {
			struct found_down *new = ARRAY_PUSH(scratch, &found);

			new->order = turn->order;
			new->down = (struct stage_down){ .what = turn->what,
							 .reason = turn->reason,
							 .first = turn->stage };
		} else {
			found.items[found.count - 1].down.back = turn->stage;
		}
	}
	order_sort(found.items, found.count, sizeof(*found.items), stage_down_order);
	ARRAY_FOREACH (const struct found_down, it, &found)
		ARRAY_ADD(&stages->arena, &stages->down, it->down);
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
		stage_add_vips(&turns, diff, k + 1, &out->arena, &scratch);
		stage_add_prefixes(&turns, diff, k + 1, &out->arena, &scratch);
		input.old = diff->after.snapshot;
		input.old_problems = diff->after.snapshot->problems.count;
		input.problems_begin = input.problems_end;
		input.follows = true;
	}
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
