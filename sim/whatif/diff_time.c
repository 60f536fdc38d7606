/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change in simulated time (S6.6). The cluster is the old side, settled; after the warm-up
 * the ServiceGroups, LBNodeAgents and Services become those of the new side, as an apply event
 * makes them, and those of the next stage some minutes later, so that what one stage leaves
 * behind is there in the next. Nodes, endpoints and the BGPConfiguration stay as they are.
 *
 * Behind every router of the inventory there is a client, so BGP is simulated as well (T12),
 * unless a stage changes sessions or something else that the simulator refuses: then only local
 * VIPs are watched, and the reason is kept.
 */
#include "sim/whatif/diff_time_internal.h"

#include <string.h>

#include "base/text.h"
#include "config/objects/snapshot.h"
#include "sim/engine/setup_bgp.h"
#include "sim/run/run.h"
#include "sim/whatif/diff_part.h"

/* ---- what is seen of a stage in a run ---- */

/* A stage of a run, in the time of its result. */
struct stage_window {
	const struct setup *setup;
	struct arena *arena;
	struct arena *scratch; /* of the run */
	sim_ns from, to;
};

/* When the last VIP changed hands, or a router got other next hops for one, from the beginning
 * of the stage; 0: none did. */
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
	ARRAY_FOREACH (const struct route_result, route, &result->routes) {
		ARRAY_FOREACH (const struct route_set, set, &route->sets) {
			if (set->time.from > last && set->time.from < window->to)
				last = set->time.from;
		}
	}
	return last - window->from;
}

/* Who holds it at this moment, or how many do; NULL: no node. A node may on several
 * interfaces. */
static const char *time_holder(const struct stage_window *window, const struct vip_result *vip,
			       sim_ns at)
{
	const uint32_t nodes = window->setup->nodes.count;
	bool *holds = NULL; /* by node; once two ownerships are seen */
	uint32_t holder = SETUP_NONE, count = 0;

	ARRAY_FOREACH (const struct ownership, owner, &vip->owners) {
		if (owner->time.from > at || owner->time.to <= at || owner->node == holder ||
		    (owner->failed && owner->time.to == SIM_NEVER))
			continue;
		if (holder != SETUP_NONE && holds == NULL) {
			holds = arena_zalloc(window->scratch, nodes, sizeof(*holds));
			holds[holder] = true;
		}
		if (holds != NULL && holds[owner->node])
			continue;
		if (holds != NULL)
			holds[owner->node] = true;
		holder = owner->node;
		count++;
	}
	if (count == 0)
		return NULL;
	return count == 1 ? window->setup->nodes.items[holder].name
			  : arena_printf(window->arena, "%u nodes", count);
}

/* Whether it came to a node or left one during the stage. */
static bool time_changes_hands(const struct stage_window *window, const struct vip_result *vip)
{
	ARRAY_FOREACH (const struct ownership, owner, &vip->owners) {
		if ((owner->time.from > window->from && owner->time.from < window->to) ||
		    (owner->time.to > window->from && owner->time.to < window->to))
			return true;
	}
	return false;
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

static void time_keep_longer(struct longest *longest, struct longest other)
{
	if (other.value > longest->value || (other.value == longest->value && other.ongoing))
		*longest = other;
}

/* What clients lose of their flows to a VIP. */
struct timed_loss {
	struct longest longest; /* of any client: the time that some were lost */
	double share;           /* the most of them, of any client at one time */
};

static void time_add_loss(struct timed_loss *out, const struct stage_window *window,
			  const struct client_result *client)
{
	const double before = client->lost.count > 0 && client->lost.items[0].time.from == 0
				      ? client->lost.items[0].share
				      : 0;
	struct interval joined = { 0, 0 };

	ARRAY_FOREACH (const struct lost_share, lost, &client->lost) {
		/* What was lost before the change is not its doing. */
		if (lost->time.to <= window->from || lost->time.from >= window->to ||
		    lost->share <= before)
			continue;
		if (lost->time.from != joined.to)
			joined.from = lost->time.from;
		joined.to = lost->time.to;
		time_lengthen(&out->longest, window, joined);
		out->share = lost->share > out->share ? lost->share : out->share;
	}
}

/* By VIP number, in the arena of the run. */
static struct timed_loss *time_losses(const struct stage_window *window,
				      const struct run_result *result)
{
	struct timed_loss *out =
		arena_zalloc(window->scratch, window->setup->vips.count + 1, sizeof(*out));

	ARRAY_FOREACH (const struct client_result, client, &result->clients)
		time_add_loss(&out[client->vip], window, client);
	return out;
}

static void time_add_vip(struct timed_vip *out, const struct stage_window *window,
			 const struct timed_loss *loss, const struct vip_result *vip)
{
	const struct longest gap = time_longest_gap(window, vip);
	struct longest outage = time_longest_outage(window, vip);

	time_keep_longer(&outage, loss->longest);
	out->lost_share = loss->share > out->lost_share ? loss->share : out->lost_share;
	out->measured |= vip->totals.count > 0;
	if (out->gaps.zeros + out->gaps.positive.count == 0) {
		/* What the change does comes later than it; the next stage begins at the end.
		 */
		out->before = time_holder(window, vip, window->from);
		out->after = time_holder(window, vip, window->to - 1);
	}
	out->affected |= gap.value > 0 || outage.value > 0 || time_changes_hands(window, vip);
	time_add(&out->gaps, window->arena, gap);
	time_add(&out->outages, window->arena, outage);
}

/* ---- BGP ---- */

static uint32_t time_width(const struct route_set *set)
{
	uint32_t width = 0;

	ARRAY_FOREACH (const struct route_hop, hop, &set->hops)
		width += hop->alive;
	return width;
}

static void time_add_route(struct timed_route *out, const struct stage_window *window,
			   const struct route_result *route, bool first)
{
	ARRAY_FOREACH (const struct route_set, set, &route->sets) {
		const uint32_t width = time_width(set);

		if (set->time.to <= window->from || set->time.from >= window->to)
			continue;
		if (first && set->time.from <= window->from)
			out->before = width;
		if (first && set->time.to >= window->to)
			out->after = width;
		out->least = width < out->least ? width : out->least;
		out->changes |= set->time.from > window->from;
	}
}

/* To the route that the client's router has to the VIP. */
static void time_add_moved(struct diff_time *time, const struct stage_window *window,
			   const struct client_result *client)
{
	const struct setup_bgp *bgp = window->setup->bgp;
	const size_t router = bgp->clients.items[client->client].router;
	struct timed_route *out =
		&time->routes.items[router * bgp->prefixes.count + bgp->prefix_of[client->vip]];
	double moved = 0;

	ARRAY_FOREACH (const struct moved_share, it, &client->moved) {
		if (it->at >= window->from && it->at < window->to)
			moved += it->share;
	}
	out->moved = moved > out->moved ? moved : out->moved;
}

static void time_add_session(struct timed_session *out, const struct stage_window *window,
			     const struct session_result *session, bool first)
{
	uint32_t losses = 0;

	ARRAY_FOREACH (const struct session_interval, it, &session->intervals) {
		if (first && it->since <= window->from && it->until > window->from)
			out->before = it->up;
		if (first && it->since < window->to && it->until >= window->to)
			out->after = it->up;
		losses += !it->up && it->since > window->from && it->since < window->to;
	}
	out->losses = losses > out->losses ? losses : out->losses;
}

static void time_add_bgp(struct diff_time *time, const struct stage_window *window,
			 const struct run_result *result)
{
	const bool first = time->runs == 0;

	for (uint32_t i = 0; i < result->routes.count; i++)
		time_add_route(&time->routes.items[i], window, &result->routes.items[i], first);
	ARRAY_FOREACH (const struct client_result, client, &result->clients)
		time_add_moved(time, window, client);
	for (uint32_t i = 0; i < result->sessions.count; i++)
		time_add_session(&time->sessions.items[i], window, &result->sessions.items[i],
				 first);
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
	if (a->lost_share != b->lost_share)
		return a->lost_share > b->lost_share ? -1 : 1;
	if (a->affected != b->affected)
		return a->affected ? -1 : 1;
	return str_compare(a->service, b->service) != 0 ? str_compare(a->service, b->service)
							: str_compare(a->ip, b->ip);
}

/* What goes on at the end may become longer than any limit. */
static void time_judge_vip(struct diff_time *time, const struct timed_vip *vip)
{
	const bool longer = vip->cut_off.max > time->limit || vip->gap.max > time->limit;
	const bool still =
		time->limit != SIM_NEVER && vip->cut_off.ongoing + vip->gap.ongoing > 0;

	time->over += longer || still;
	time->over_at_end |= still && !longer;
}

static void time_sum_up(struct diff_time *time, struct arena *arena)
{
	ARRAY_FOREACH (struct timed_vip, vip, &time->vips) {
		spread_of(&vip->gap, &vip->gaps, true, arena);
		spread_of(&vip->cut_off, &vip->outages, true, arena);
		vip->held &= vip->gap.max == 0;
		time->affected += vip->affected;
		time_judge_vip(time, vip);
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

		*vip = (struct timed_vip){
			.ip = v->text,
			.service = setup->services.items[v->service].name,
			.remote = v->remote,
			.held = v->remote,
			.measured = v->remote && setup->bgp != NULL &&
				    setup->bgp->prefix_of[v - setup->vips.items] != SETUP_NONE,
		};
	}
	if (setup->bgp == NULL)
		return;
	time->bgp = true;
	for (uint32_t i = 0; i < setup->bgp->routers.count; i++) {
		ARRAY_FOREACH (const struct setup_prefix, prefix, &setup->bgp->prefixes) {
			const struct timed_route route = {
				.router = setup->bgp->routers.items[i].router->name,
				.prefix = prefix->text,
				.least = UINT32_MAX,
			};

			ARRAY_ADD(stages->arena, &time->routes, route);
		}
	}
	ARRAY_FOREACH (const struct setup_session, session, &setup->bgp->sessions) {
		const struct timed_session timed = {
			.node = setup->nodes.items[session->node].name,
			.router = setup->bgp->routers.items[session->router].router->name,
		};

		ARRAY_ADD(stages->arena, &time->sessions, timed);
	}
}

/* How bad a run is: the longest time that any VIP was cut off, else without a node. */
static sim_ns time_badness(const struct timed_stages *stages, const struct setup *setup,
			   const struct run_result *result, struct arena *scratch)
{
	const struct diff_time *last = stages->list[stages->count - 1]->time;
	const struct stage_window window = { setup, stages->arena, scratch, 0,
					     last->begin + last->duration };
	const struct timed_loss *losses = time_losses(&window, result);
	struct longest worst = { 0, false };

	ARRAY_FOREACH (const struct vip_result, vip, &result->vips) {
		time_keep_longer(&worst, time_longest_gap(&window, vip));
		time_keep_longer(&worst, time_longest_outage(&window, vip));
		time_keep_longer(&worst, losses[vip->vip].longest);
	}
	return worst.value;
}

static void time_add_run(const struct timed_stages *stages, const struct setup *setup,
			 const struct run_result *result, struct arena *scratch)
{
	for (uint32_t k = 0; k < stages->count; k++) {
		struct diff_time *time = stages->list[k]->time;
		const struct stage_window window = { setup, stages->arena, scratch, time->begin,
						     time->begin + time->duration };
		const struct timed_loss *losses = time_losses(&window, result);

		ARRAY_FOREACH (const struct vip_result, vip, &result->vips)
			time_add_vip(&time->vips.items[vip->vip], &window, &losses[vip->vip],
				     vip);
		if (setup->bgp != NULL)
			time_add_bgp(time, &window, result);
		if (k == 0)
			asserted_add_run(&time->asserted, result, stages->arena);
		samples_add(&time->settle_times, stages->arena, time_settled(&window, result));
		time->runs++;
	}
}

/* Makes the run again, for good. */
static void time_keep_worst(const struct timed_stages *stages, const struct setup *setup,
			    uint64_t seed)
{
	struct run_result *result = arena_zalloc(stages->arena, 1, sizeof(*result));

	sim_run(setup, seed, NULL, NULL, false, stages->arena, result);
	for (uint32_t k = 0; k < stages->count; k++)
		stages->list[k]->time->worst = result;
}

static void time_make_runs(const struct timed_stages *stages, const struct setup *setup,
			   const struct diff_time_options *options)
{
	const struct sim_sinks quiet = { .no_timeline = true };
	struct diff_time *time = stages->list[0]->time;

	for (uint32_t i = 0; i < options->count; i++) {
		const uint32_t run = options->first + i;
		struct run_result result;
		struct arena scratch;

		if (options->interrupted != NULL && atomic_load(options->interrupted))
			break;
		arena_init(&scratch);
		sim_run(setup, sim_run_seed(options->seed, run), &quiet, options->interrupted,
			false, &scratch, &result);
		if (!result.cut_off) {
			const sim_ns bad = time_badness(stages, setup, &result, &scratch);

			time_add_run(stages, setup, &result, &scratch);
			time->worst_run = bad > time->badness ? run : time->worst_run;
			time->badness = bad > time->badness ? bad : time->badness;
		}
		arena_release(&scratch);
		if (options->progress != NULL)
			options->progress(options->context, i + 1);
	}
}

static void time_conclude(const struct timed_stages *stages, const struct setup *setup,
			  const struct diff_time_options *options)
{
	const struct diff_time *first = stages->list[0]->time;

	if (first->badness >= 0)
		time_keep_worst(stages, setup, sim_run_seed(options->seed, first->worst_run));
	for (uint32_t k = 0; k < stages->count; k++) {
		struct diff_time *time = stages->list[k]->time;

		spread_of(&time->settled, &time->settle_times, true, stages->arena);
		time_sum_up(time, stages->arena);
		if (time->runs < options->runs)
			time->problem =
				arena_printf(stages->arena,
					     "only %u of %u runs completed: the simulation was "
					     "interrupted, or the others took too many events",
					     time->runs, options->runs);
	}
}

/* Makes the runs, or takes what others made of them; false when that is of other stages. */
static bool time_run(const struct timed_stages *stages, const struct setup *setup,
		     const struct diff_time_options *options)
{
	bool fine = true;

	for (uint32_t k = 0; k < stages->count; k++)
		time_begin(stages, k, setup);
	if (options->parts == NULL) {
		time_make_runs(stages, setup, options);
	} else {
		ARRAY_FOREACH (const struct timed_part, part, &options->parts->list)
			fine = fine && diff_part_read(stages->list, stages->count, part);
	}
	if (options->part != NULL)
		diff_part_write(options->part, stages->list, stages->count);
	else if (fine)
		time_conclude(stages, setup, options);
	return fine;
}

bool diff_simulate(struct diff *const *stages, uint32_t count,
		   const struct diff_time_options *options)
{
	const struct timed_stages all = { stages, count, &stages[0]->arena };
	struct snapshot *old = stages[0]->before.snapshot;
	const uint32_t problems = old->problems.count;
	const char *bgp_problem;
	bool fine = true;
	struct setup *setup = arena_zalloc(all.arena, 1, sizeof(*setup));

	for (uint32_t k = 0; k < count; k++) {
		struct diff *diff = stages[k];
		struct diff_time *time = arena_zalloc(all.arena, 1, sizeof(*time));

		diff->time = time;
		time->setup = setup;
		time->seed = options->seed;
		time->limit = options->limit;
		time->badness = -1;
		time->stages = count;
		time->begin = k * stage_duration;
		time->duration = stage_duration;
		ARRAY_FOREACH (const struct node_change, node, &diff->nodes)
			time->nodes_left_out += node->before == NULL || node->after == NULL;
	}
	if (time_build(&all, setup, options, &bgp_problem)) {
		for (uint32_t k = 0; k < count; k++) {
			stages[k]->time->bgp_problem = bgp_problem;
			if (setup->bgp == NULL)
				stages[k]->time->routes_lost = stages[k]->totals.routes_lost;
		}
		fine = time_run(&all, setup, options);
	} else {
		for (uint32_t k = 0; k < count; k++)
			stages[k]->time->problem = old->problems.items[problems].message;
	}
	/* They are about the simulation, not about the input. */
	old->problems.count = problems;
	return fine;
}

void diff_time_release(struct diff_time *time)
{
	if (time->begin == 0)
		setup_release(time->setup);
}
