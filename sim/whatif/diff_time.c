/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change in simulated time (S6.6). The cluster is the old side, settled; after the warm-up
 * the ServiceGroups, LBNodeAgents and Services become those of the new side, as an apply event
 * makes them, and those of the next stage some minutes later, so that what one stage leaves
 * behind is there in the next. Nodes, endpoints and BGP stay as they are: an apply does not
 * change them, and BGP is not simulated.
 */
#include "sim/whatif/diff_time.h"

#include "base/text.h"
#include "config/objects/snapshot.h"
#include "sim/run/run.h"

/* Long enough for a neighbor cache of 45 s to be corrected, and for leases to expire. */
static const sim_ns stage_duration = 180 * NS_PER_SEC;

/* The stages that are simulated together. */
struct timed_stages {
	struct diff *const *list;
	uint32_t count;
	struct arena *arena; /* of the first */
};

/* A scenario with nothing but the changes, the first at its beginning. */
static void time_scenario(const struct timed_stages *stages, struct scenario *out)
{
	struct arena *arena = stages->arena;
	char text[DURATION_TEXT_MAX];

	for (uint32_t k = 0; k < stages->count; k++) {
		const struct snapshot *after = stages->list[k]->after.snapshot;
		struct object_list *objects = arena_zalloc(arena, 1, sizeof(*objects));
		struct scenario_event *event = ARRAY_PUSH(arena, &out->events.list);
		struct scenario_event copy = { .kind = { .which = EVENT_APPLY, .given = 1 } };

		for (uint32_t i = 0; i < after->objects.count; i++)
			ARRAY_ADD(arena, &objects->list, after->objects.items[i]);
		copy.when.at.set = true;
		copy.when.constant.s =
			arena_strdup(arena, duration_format(k * stage_duration, text));
		copy.args.objects = objects;
		*event = copy;
	}
	out->object.kind = KIND_SCENARIO;
	out->object.name.s = "plan";
	out->duration.s =
		arena_strdup(arena, duration_format(stages->count * stage_duration, text));
}

/* ---- what is seen of a stage in a run ---- */

/* A stage of a run, in the time of its result. */
struct stage_window {
	const struct setup *setup;
	struct arena *arena;
	sim_ns from, to;
};

/* When the last VIP changed hands, from the beginning of the stage; 0: none did. */
static sim_ns time_settled(const struct stage_window *window, const struct run_result *result)
{
	sim_ns last = window->from;

	ARRAY_FOREACH (const struct vip_result, vip, &result->vips) {
		ARRAY_FOREACH (const struct ownership, owner, &vip->owners) {
			if (owner->time.from > last && owner->time.from < window->to)
				last = owner->time.from;
			if (owner->time.to > last && owner->time.to < window->to)
				last = owner->time.to;
		}
	}
	return last - window->from;
}

/* Who holds it at this moment; NULL: no node. */
static const char *time_holder(const struct setup *setup, const struct vip_result *vip,
			       sim_ns at)
{
	ARRAY_FOREACH (const struct ownership, owner, &vip->owners) {
		if (owner->time.from <= at && owner->time.to > at)
			return setup->nodes.items[owner->node].name;
	}
	return NULL;
}

/* The longest of some times, and whether it had not ended. */
struct longest {
	sim_ns value;
	bool ongoing;
};

/* Takes what of the interval lies in the stage. */
static void time_lengthen(struct longest *longest, const struct stage_window *window,
			  struct interval time)
{
	const bool ongoing = time.to >= window->to;
	const sim_ns from = time.from > window->from ? time.from : window->from;
	const sim_ns to = ongoing ? window->to : time.to;

	if (to <= from || to - from < longest->value)
		return;
	*longest = (struct longest){ to - from, ongoing };
}

static struct longest time_longest_gap(const struct stage_window *window,
				       const struct vip_result *vip)
{
	struct longest longest = { 0, false };

	ARRAY_FOREACH (const struct interval, gap, &vip->gaps)
		time_lengthen(&longest, window, *gap);
	return longest;
}

/* Of any observer. An outage whose cause changes is several in a row. */
static struct longest time_longest_outage(const struct stage_window *window,
					  const struct vip_result *vip)
{
	struct longest longest = { 0, false };

	ARRAY_FOREACH (const struct observer_totals, totals, &vip->totals) {
		struct interval joined = { 0, 0 };

		ARRAY_FOREACH (const struct outage, outage, &vip->outages) {
			if (outage->observer != totals->observer)
				continue;
			if (outage->time.from != joined.to)
				joined.from = outage->time.from;
			joined.to = outage->time.to;
			time_lengthen(&longest, window, joined);
		}
	}
	return longest;
}

static void time_add(struct samples *samples, struct arena *arena, struct longest longest)
{
	if (longest.ongoing)
		samples_add_ongoing(samples, arena, longest.value);
	else
		samples_add(samples, arena, longest.value);
}

static void time_add_vip(struct timed_vip *out, const struct stage_window *window,
			 const struct vip_result *vip)
{
	/* What the change does comes later than it; the next stage begins at the end. */
	const char *before = time_holder(window->setup, vip, window->from);
	const char *after = time_holder(window->setup, vip, window->to - 1);
	const struct longest gap = time_longest_gap(window, vip);
	const struct longest outage = time_longest_outage(window, vip);

	out->measured |= vip->totals.count > 0;
	if (out->gaps.zeros + out->gaps.positive.count + out->gaps.ongoing == 0) {
		out->before = before;
		out->after = after;
	}
	out->affected |= gap.value > 0 || outage.value > 0 || before != after;
	time_add(&out->gaps, window->arena, gap);
	time_add(&out->outages, window->arena, outage);
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

/* Starts the results of a stage, with all VIPs that ever are. */
static void time_begin(const struct timed_stages *stages, uint32_t number,
		       const struct setup *setup)
{
	struct diff_time *time = stages->list[number]->time;

	ARRAY_FOREACH (const struct setup_vip, v, &setup->vips) {
		struct timed_vip *vip = ARRAY_PUSH(stages->arena, &time->vips);

		*vip = (struct timed_vip){ .ip = v->text,
					   .service = setup->services.items[v->service].name,
					   .held = v->remote };
	}
}

static void time_add_run(const struct timed_stages *stages, struct samples *settled,
			 const struct setup *setup, const struct run_result *result)
{
	for (uint32_t k = 0; k < stages->count; k++) {
		struct diff_time *time = stages->list[k]->time;
		const struct stage_window window = { setup, stages->arena, time->begin,
						     time->begin + time->duration };

		ARRAY_FOREACH (const struct vip_result, vip, &result->vips)
			time_add_vip(&time->vips.items[vip->vip], &window, vip);
		samples_add(&settled[k], stages->arena, time_settled(&window, result));
		time->runs++;
	}
}

static void time_run(const struct timed_stages *stages, const struct setup *setup,
		     const struct diff_time_options *options)
{
	struct samples *settled = arena_zalloc(stages->arena, stages->count, sizeof(*settled));

	for (uint32_t k = 0; k < stages->count; k++)
		time_begin(stages, k, setup);
	for (uint32_t run = 0; run < options->runs; run++) {
		struct run_result result;
		struct arena scratch;

		if (options->interrupted != NULL && atomic_load(options->interrupted))
			break;
		arena_init(&scratch);
		sim_run(setup, sim_run_seed(options->seed, run), NULL, options->interrupted,
			false, &scratch, &result);
		if (!result.cut_off)
			time_add_run(stages, settled, setup, &result);
		arena_release(&scratch);
		if (options->progress != NULL)
			options->progress(options->context, run + 1);
	}
	for (uint32_t k = 0; k < stages->count; k++) {
		struct diff_time *time = stages->list[k]->time;

		spread_of(&time->settled, &settled[k], true, stages->arena);
		time_sum_up(time, stages->arena);
		if (time->runs < options->runs)
			time->problem =
				arena_printf(stages->arena,
					     "only %u of %u runs completed: the simulation was "
					     "interrupted, or the others took too many events",
					     time->runs, options->runs);
	}
}

void diff_simulate(struct diff *const *stages, uint32_t count,
		   const struct diff_time_options *options)
{
	const struct timed_stages all = { stages, count, &stages[0]->arena };
	struct scenario *scenario = arena_zalloc(all.arena, 1, sizeof(*scenario));
	struct snapshot *old = stages[0]->before.snapshot;
	const uint32_t problems = old->problems.count;
	struct setup setup;

	for (uint32_t k = 0; k < count; k++) {
		struct diff *diff = stages[k];
		struct diff_time *time = arena_zalloc(all.arena, 1, sizeof(*time));

		diff->time = time;
		time->seed = options->seed;
		time->limit = options->limit;
		time->begin = k * stage_duration;
		time->duration = stage_duration;
		time->routes_lost = diff->totals.routes_lost;
		ARRAY_FOREACH (const struct node_change, node, &diff->nodes)
			time->nodes_left_out += node->before == NULL || node->after == NULL;
	}
	time_scenario(&all, scenario);
	if (setup_build(&setup, old, &stages[0]->before.cluster, scenario, all.arena)) {
		time_run(&all, &setup, options);
	} else {
		for (uint32_t k = 0; k < count; k++)
			stages[k]->time->problem = old->problems.items[problems].message;
	}
	/* They are about the simulation, not about the input. */
	old->problems.count = problems;
	setup_release(&setup);
}
