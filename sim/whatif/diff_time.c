/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change in simulated time (S6.6). The cluster is the old side, settled; after the warm-up
 * the ServiceGroups, LBNodeAgents and Services become those of the new side, as an apply event
 * makes them. Nodes, endpoints and BGP stay as they are: an apply does not change them, and BGP
 * is not simulated.
 */
#include "sim/whatif/diff_time.h"

#include "base/text.h"
#include "config/objects/snapshot.h"
#include "sim/run/run.h"

/* Long enough for a neighbor cache of 45 s to be corrected, and for leases to expire. */
static const sim_ns time_duration = 180 * NS_PER_SEC;

/* A scenario with nothing but the change, at its beginning. */
static void time_scenario(const struct diff *diff, struct arena *arena, struct scenario *out)
{
	struct object_list *objects = arena_zalloc(arena, 1, sizeof(*objects));
	struct scenario_event *event = ARRAY_PUSH(arena, &out->events.list);
	struct scenario_event copy = { .kind = { .which = EVENT_APPLY, .given = 1 } };
	char text[DURATION_TEXT_MAX];

	for (uint32_t i = 0; i < diff->after.snapshot->objects.count; i++)
		ARRAY_ADD(arena, &objects->list, diff->after.snapshot->objects.items[i]);
	copy.when.at.set = true;
	copy.when.constant.s = "0s";
	copy.args.objects = objects;
	*event = copy;
	out->object.kind = KIND_SCENARIO;
	out->object.name.s = "plan";
	out->duration.s = arena_strdup(arena, duration_format(time_duration, text));
}

/* ---- what is seen in a run ---- */

/* When the last VIP changed hands after the change; 0: none did. */
static sim_ns time_settled(const struct run_result *result)
{
	sim_ns last = 0;

	ARRAY_FOREACH (const struct vip_result, vip, &result->vips) {
		ARRAY_FOREACH (const struct ownership, owner, &vip->owners) {
			if (owner->time.from > last)
				last = owner->time.from;
			if (owner->time.to != SIM_NEVER && owner->time.to > last)
				last = owner->time.to;
		}
	}
	return last;
}

/* Who holds it at the beginning, or at the end; NULL: no node. */
static const char *time_holder(const struct setup *setup, const struct vip_result *vip,
			       bool end)
{
	ARRAY_FOREACH (const struct ownership, owner, &vip->owners) {
		if (end ? owner->time.to == SIM_NEVER : owner->time.from == 0)
			return setup->nodes.items[owner->node].name;
	}
	return NULL;
}

static void time_add(struct samples *samples, struct arena *arena, sim_ns value, bool ongoing)
{
	if (ongoing)
		samples_add_ongoing(samples, arena, value);
	else
		samples_add(samples, arena, value);
}

static void time_add_vip(struct timed_vip *out, struct arena *arena, const struct setup *setup,
			 const struct vip_result *vip)
{
	const char *before = time_holder(setup, vip, false);
	const char *after = time_holder(setup, vip, true);
	sim_ns longest = 0;
	bool ongoing = false;

	ARRAY_FOREACH (const struct observer_totals, totals, &vip->totals) {
		out->measured = true;
		if (totals->outage_longest < longest)
			continue;
		longest = totals->outage_longest;
		ongoing = totals->longest_ongoing;
	}
	if (out->gaps.zeros + out->gaps.positive.count + out->gaps.ongoing == 0) {
		out->before = before;
		out->after = after;
	}
	out->affected |= vip->announce_gap > 0 || longest > 0 || before != after;
	time_add(&out->gaps, arena, vip->announce_gap, vip->gap_ongoing);
	time_add(&out->outages, arena, longest, ongoing);
}

/* ---- all runs ---- */

static int time_order(const void *pa, const void *pb)
{
	const struct timed_vip *a = pa;
	const struct timed_vip *b = pb;

	if (a->cut_off.max != b->cut_off.max)
		return a->cut_off.max > b->cut_off.max ? -1 : 1;
	if (a->gap.max != b->gap.max)
		return a->gap.max > b->gap.max ? -1 : 1;
	if (a->affected != b->affected)
		return a->affected ? -1 : 1;
	return str_compare(a->service, b->service) != 0 ? str_compare(a->service, b->service)
							: str_compare(a->ip, b->ip);
}

static void time_sum_up(struct diff_time *time, struct arena *arena)
{
	ARRAY_FOREACH (struct timed_vip, vip, &time->vips) {
		spread_of(&vip->gap, &vip->gaps, true, arena);
		spread_of(&vip->cut_off, &vip->outages, true, arena);
		vip->held &= vip->gap.max == 0;
		time->affected += vip->affected;
		time->over += vip->cut_off.max > time->limit || vip->gap.max > time->limit;
	}
	array_sort(time->vips.items, time->vips.count, sizeof(struct timed_vip), time_order);
}

static void time_run(struct diff_time *time, struct arena *arena, const struct setup *setup,
		     const struct diff_time_options *options)
{
	struct samples settled = { 0 };

	ARRAY_FOREACH (const struct setup_vip, v, &setup->vips) {
		struct timed_vip *vip = ARRAY_PUSH(arena, &time->vips);

		*vip = (struct timed_vip){ .ip = v->text,
					   .service = setup->services.items[v->service].name,
					   .held = v->remote };
	}
	for (uint32_t run = 0; run < options->runs; run++) {
		struct run_result result;
		struct arena scratch;

		if (options->interrupted != NULL && atomic_load(options->interrupted))
			break;
		arena_init(&scratch);
		sim_run(setup, sim_run_seed(options->seed, run), NULL, options->interrupted,
			false, &scratch, &result);
		if (!result.cut_off) {
			for (uint32_t i = 0; i < result.vips.count; i++)
				time_add_vip(&time->vips.items[result.vips.items[i].vip], arena,
					     setup, &result.vips.items[i]);
			samples_add(&settled, arena, time_settled(&result));
			time->runs++;
		}
		arena_release(&scratch);
		if (options->progress != NULL)
			options->progress(options->context, run + 1);
	}
	spread_of(&time->settled, &settled, true, arena);
	time_sum_up(time, arena);
	if (time->runs < options->runs)
		time->problem =
			arena_printf(arena,
				     "only %u of %u runs went through: it was interrupted, "
				     "or they took too many events",
				     time->runs, options->runs);
}

void diff_simulate(struct diff *diff, const struct diff_time_options *options)
{
	struct arena *arena = &diff->arena;
	struct diff_time *time = arena_zalloc(arena, 1, sizeof(*time));
	struct scenario *scenario = arena_zalloc(arena, 1, sizeof(*scenario));
	struct snapshot *old = diff->before.snapshot;
	const uint32_t problems = old->problems.count;
	struct setup setup;

	diff->time = time;
	time->seed = options->seed;
	time->limit = options->limit;
	time->duration = time_duration;
	time->routes_lost = diff->totals.routes_lost;
	ARRAY_FOREACH (const struct node_change, node, &diff->nodes)
		time->nodes_left_out += node->before == NULL || node->after == NULL;
	time_scenario(diff, arena, scenario);
	if (setup_build(&setup, old, &diff->before.cluster, scenario, arena))
		time_run(time, arena, &setup, options);
	else
		time->problem = old->problems.items[problems].message;
	/* They are about the simulation, not about the input. */
	old->problems.count = problems;
	setup_release(&setup);
}
