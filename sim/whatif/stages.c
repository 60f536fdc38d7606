/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change in stages (S6.6): the comparisons, one after another, and what is down in between:
 * VIPs that clients reached and do not reach any more, until a later stage brings them back or
 * their Service has them no more.
 * What was down before the first stage is not counted.
 */
#include "sim/whatif/stages.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sim/whatif/orders.h"

/* ---- what is down in between ---- */

/* The VIPs before the first stage and after each. */
struct stage_states {
	struct reachable_vips *list;
	uint32_t count;
};

/* Whether a state after the k-th has the VIP. */
static bool stage_is_later(const struct stage_states *states, uint32_t k,
			   const struct reachable_vip *vip)
{
	while (++k < states->count) {
		if (reachable_find(&states->list[k], vip) != NULL)
			return true;
	}
	return false;
}

static int stage_service_order(const void *pa, const void *pb)
{
	const struct reachable_vip a = { .service =
						 ((const struct service_change *)pa)->service };
	const struct reachable_vip b = { .service =
						 ((const struct service_change *)pb)->service };

	return reachable_order(&a, &b);
}

/* Whether a stage deletes the Service. */
static bool stage_deletes(const struct diff *stage, const struct service *service)
{
	const struct service_change wanted = { .service = service };
	const struct service_change *change =
		service == NULL || stage->services.count == 0
			? NULL
			: bsearch(&wanted, stage->services.items, stage->services.count,
				  sizeof(wanted), stage_service_order);

	return change != NULL && change->deleted;
}

/* What ends it, from the state after the stage that began it. */
static void stage_find_end(struct stage_down *down, const struct diff_stages *stages,
			   const struct stage_states *states)
{
	for (uint32_t k = down->first + 1; k < states->count; k++) {
		const struct reachable_vip *then = reachable_find(&states->list[k], &down->vip);

		if (then == NULL && stage_is_later(states, k, &down->vip))
			continue;
		if (then == NULL)
			down->end = stage_deletes(stages->list[k - 1], down->vip.service)
					    ? STAGE_END_DELETED
					    : STAGE_END_WITHDRAWN;
		else if (then->reachability == REACHABLE_YES)
			down->end = STAGE_END_BACK;
		else if (then->reachability == REACHABLE_UNKNOWN)
			down->end = then->by_session ? STAGE_END_SESSIONS : STAGE_END_UNKNOWN;
		else
			continue;
		down->back = k;
		return;
	}
}

/* The VIPs that the k-th stage, from 1, ends. One that is gone is down if it comes again. */
static void stage_find_down(struct diff_stages *stages, const struct stage_states *states,
			    uint32_t k)
{
	ARRAY_FOREACH (const struct reachable_vip, vip, &states->list[k - 1].list) {
		const struct reachable_vip *then = reachable_find(&states->list[k], vip);
		struct stage_down down = { .vip = then != NULL ? *then : *vip, .first = k };

		if (vip->reachability == REACHABLE_NO ||
		    (then != NULL ? then->reachability != REACHABLE_NO
				  : !stage_is_later(states, k, vip)))
			continue;
		if (then == NULL) {
			down.vip.reachability = REACHABLE_NO;
			down.vip.reason = stage_deletes(stages->list[k - 1], vip->service)
						  ? "its Service does not exist then"
						  : "its Service does not have it then";
		}
		stage_find_end(&down, stages, states);
		ARRAY_ADD(&stages->arena, &stages->down, down);
	}
}

static void stages_find_down(struct diff_stages *stages, struct arena *scratch)
{
	const uint32_t count = stages->count + 1;
	const struct stage_states states = {
		arena_zalloc(scratch, count, sizeof(struct reachable_vips)),
		count,
	};
	bool bgp = stages->list[0]->before.bgp.configs.count > 0;

	for (uint32_t k = 0; k < stages->count; k++)
		bgp |= stages->list[k]->after.bgp.configs.count > 0;
	for (uint32_t k = 0; k < count; k++)
		reachable_resolve(&states.list[k],
				  k == 0 ? &stages->list[0]->before
					 : &stages->list[k - 1]->after,
				  bgp, scratch);
	for (uint32_t k = 1; k < count; k++)
		stage_find_down(stages, &states, k);
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
	struct arena scratch;

	*out = (struct diff_stages){ .inputs = inputs, .count = count };
	arena_init(&out->arena);
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
	if (count == 1) {
		diff_find_orders(out->list[0], options);
		return;
	}
	arena_init(&scratch);
	stages_find_down(out, &scratch);
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
