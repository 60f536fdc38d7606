/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scenario's assertions: those about a moment are judged at that moment, the others by
 * the result. (S3)
 */
#include <string.h>

#include "base/text.h"
#include "sim/agent/agent.h"
#include "sim/run/assertions.h"
#include "sim/run/happen.h"
#include "sim/run/run.h"

/* An assertion that is being judged. */
struct judgment {
	struct sim *sim;
	const struct scenario_assertion *assertion;
	struct assertion_result *out;
};

/* ---- which VIPs and observers ---- */

bool assertion_asks_vip(const struct setup *setup, const struct scenario_assertion *a,
			uint32_t number)
{
	const struct setup_vip *vip = &setup->vips.items[number];
	const char *pool = vip->pool != NULL ? vip->pool->name : NULL;
	struct ip ip;

	if (a->vip.s != NULL && (!ip_parse(a->vip.s, &ip) || ip_compare(ip, vip->ip) != 0))
		return false;
	if (a->service.s != NULL &&
	    !str_equal(a->service.s, setup->services.items[vip->service].name))
		return false;
	return a->pool.s == NULL || str_equal(a->pool.s, pool);
}

/* An observer without a segment has one on each: "name@segment". */
bool assertion_asks_observer(const struct setup *setup, const struct scenario_assertion *a,
			     uint32_t number)
{
	const char *asked = a->observer.s;
	const char *name = setup->observers.items[number].name;
	size_t length;

	if (asked == NULL || str_equal(asked, name))
		return true;
	length = strlen(asked);
	return strncmp(asked, name, length) == 0 && name[length] == '@';
}

static bool assertion_is_asked(const struct judgment *j, uint32_t number)
{
	return assertion_asks_vip(j->sim->setup, j->assertion, number);
}

static bool assertion_is_observer(const struct judgment *j, uint32_t number)
{
	return assertion_asks_observer(j->sim->setup, j->assertion, number);
}

static bool assertion_is_wanted(const struct judgment *j, uint32_t vip)
{
	const uint32_t service = j->sim->setup->vips.items[vip].service;

	return service_has(api_service(j->sim, service),
			   vip - j->sim->setup->services.items[service].first_vip);
}

/* ---- by the result ---- */

/* The worst that was seen of what must not be too long. */
struct worst {
	sim_ns value;
	bool ongoing;     /* it had not ended: the value is at least this */
	const char *what; /* NULL: nothing at all */
};

static const char *assertion_seconds(const struct judgment *j, sim_ns value)
{
	return arena_printf(j->sim->arena, "%.3fs", (double)value / (double)NS_PER_SEC);
}

/* "5.000s", or ">= 5.000s" of what had not ended. */
static const char *assertion_length(const struct judgment *j, sim_ns value, bool ongoing)
{
	return arena_printf(j->sim->arena, "%s%s", ongoing ? ">= " : "",
			    assertion_seconds(j, value));
}

/* What of the interval is in the time that the assertion is about; empty: nothing is. One that
 * goes on beyond it has no end. */
struct interval assertion_window(const struct scenario_assertion *a, struct interval time)
{
	if (a->end == 0)
		return time;
	time.from = time.from > a->begin ? time.from : a->begin;
	if (time.from >= a->end)
		time.to = time.from;
	else if (time.to > a->end)
		time.to = SIM_NEVER;
	return time;
}

/* How long that is. */
static sim_ns assertion_span(const struct judgment *j, struct interval time)
{
	const sim_ns end =
		j->assertion->end != 0 ? j->assertion->end : j->sim->result->simulated;

	if (time.to == SIM_NEVER)
		time.to = end;
	return time.to > time.from ? time.to - time.from : 0;
}

/* Whether what was seen is worse: longer, or as long and not ended. An outage that goes on is
 * worse than any that ended, for nobody knows how long it will be. */
static bool assertion_is_worse(const struct worst *worst, sim_ns value, bool ongoing)
{
	if (ongoing != worst->ongoing)
		return ongoing;
	return value > worst->value;
}

const char *assertion_longer_run(const struct scenario *scenario)
{
	static const char *const ways[] = {
		[SCENARIO_OF_FILE] = "increase spec.duration",
		[SCENARIO_OF_OPTIONS] = "give a longer --duration",
		[SCENARIO_OF_PLAN] = NULL,
	};

	return ways[scenario->origin];
}

const char *assertion_too_short(struct sim *sim, const char *what)
{
	const char *way = assertion_longer_run(sim->setup->scenario);

	return arena_printf(sim->arena, "%s; the run is too short to tell%s%s", what,
			    way != NULL ? ": " : "", way != NULL ? way : "");
}

static void assertion_judge_worst(struct judgment *j, const struct str_value *limit,
				  const struct worst *worst, const char *nothing)
{
	int64_t most = 0;

	(void)duration_parse(limit->s, &most);
	/* What goes on at the end may become longer than any limit. */
	j->out->held = worst->value <= most && !worst->ongoing;
	j->out->detail = worst->what != NULL ? worst->what : nothing;
	if (worst->ongoing && worst->value <= most)
		j->out->detail = j->assertion->end != 0
					 ? arena_printf(j->sim->arena,
							"%s; the stage is too short to tell",
							j->out->detail)
					 : assertion_too_short(j->sim, j->out->detail);
}

/* The outage of an observer that is still there at the end, or the one of this length. */
static const struct outage *assertion_find_outage(const struct judgment *j,
						  const struct vip_result *vip,
						  const struct observer_totals *totals)
{
	ARRAY_FOREACH (const struct outage, outage, &vip->outages) {
		const bool ongoing = outage->time.to == SIM_NEVER;

		if (outage->observer == totals->observer && ongoing == totals->ongoing &&
		    (ongoing || outage->time.to - outage->time.from == totals->outage_longest))
			return outage;
	}
	(void)j;
	return NULL;
}

static const char *assertion_outage_text(const struct judgment *j, const struct vip_result *vip,
					 const struct observer_totals *totals)
{
	const struct setup *setup = j->sim->setup;
	const struct outage *outage = assertion_find_outage(j, vip, totals);
	const char *text = arena_printf(
		j->sim->arena, "%s was cut off from %s for %s",
		setup->observers.items[totals->observer].name, setup->vips.items[vip->vip].text,
		assertion_length(j, totals->outage_longest, totals->longest_ongoing));

	if (totals->ongoing && j->assertion->end != 0)
		return arena_printf(j->sim->arena, "%s, and %s at the end of the stage", text,
				    totals->longest_ongoing ? "still is" : "is again");
	if (outage == NULL || j->assertion->end != 0)
		return text;
	if (totals->ongoing)
		return arena_printf(j->sim->arena, "%s, %s%s%s", text,
				    totals->longest_ongoing ? "still cut off"
							    : "and is again at the end",
				    outage->still != NULL ? ": " : "",
				    outage->still != NULL ? outage->still : "");
	return arena_printf(j->sim->arena, "%s, from %s on (%s)", text,
			    assertion_seconds(j, outage->time.from),
			    outage_cause_name(outage->cause));
}

/* The totals of an observer for the time that the assertion is about. */
static struct observer_totals assertion_totals(const struct judgment *j,
					       const struct vip_result *vip,
					       const struct observer_totals *whole)
{
	struct observer_totals totals = { .observer = whole->observer };
	struct interval joined = { 0, 0 };

	if (j->assertion->end == 0)
		return *whole;
	ARRAY_FOREACH (const struct outage, outage, &vip->outages) {
		struct interval window;
		sim_ns length;

		if (outage->observer != whole->observer)
			continue;
		/* One whose cause changes is several in a row. */
		if (outage->time.from != joined.to)
			joined.from = outage->time.from;
		joined.to = outage->time.to;
		window = assertion_window(j->assertion, joined);
		length = assertion_span(j, window);
		totals.ongoing |= length > 0 && window.to == SIM_NEVER;
		if (length < totals.outage_longest || length == 0)
			continue;
		totals.outage_longest = length;
		totals.longest_ongoing = window.to == SIM_NEVER;
	}
	return totals;
}

static void assertion_judge_outage(struct judgment *j)
{
	struct worst worst = { 0 };

	ARRAY_FOREACH (const struct vip_result, vip, &j->sim->result->vips) {
		if (!assertion_is_asked(j, vip->vip))
			continue;
		ARRAY_FOREACH (const struct observer_totals, whole, &vip->totals) {
			const struct observer_totals totals = assertion_totals(j, vip, whole);

			if (!assertion_is_observer(j, totals.observer) ||
			    !assertion_is_worse(&worst, totals.outage_longest, totals.ongoing))
				continue;
			worst.value = totals.outage_longest;
			worst.ongoing = totals.ongoing;
			worst.what = assertion_outage_text(j, vip, &totals);
		}
	}
	assertion_judge_worst(j, &j->assertion->max_outage, &worst, "no outage");
}

static void assertion_judge_duplicate(struct judgment *j)
{
	struct worst worst = { 0 };

	ARRAY_FOREACH (const struct vip_result, vip, &j->sim->result->vips) {
		bool ongoing = false;
		sim_ns total = 0;

		if (!assertion_is_asked(j, vip->vip))
			continue;
		ARRAY_FOREACH (const struct duplicate, duplicate, &vip->duplicates) {
			const struct interval time =
				assertion_window(j->assertion, duplicate->time);

			total += assertion_span(j, time);
			ongoing |= time.to == SIM_NEVER;
		}
		if (!assertion_is_worse(&worst, total, ongoing))
			continue;
		worst.value = total;
		worst.ongoing = ongoing;
		worst.what = arena_printf(
			j->sim->arena, "%s had two or more holders for %s in total%s",
			j->sim->setup->vips.items[vip->vip].text,
			assertion_length(j, total, ongoing), ongoing ? ", and still has" : "");
	}
	assertion_judge_worst(j, &j->assertion->max_duplicate, &worst, "never two holders");
}

static void assertion_judge_gap(struct judgment *j)
{
	struct worst worst = { 0 };

	ARRAY_FOREACH (const struct vip_result, vip, &j->sim->result->vips) {
		if (!assertion_is_asked(j, vip->vip))
			continue;
		/* Not only the longest: one that goes on may become longer than it. */
		ARRAY_FOREACH (const struct interval, gap, &vip->gaps) {
			const struct interval time = assertion_window(j->assertion, *gap);
			const sim_ns length = assertion_span(j, time);
			const bool ongoing = time.to == SIM_NEVER;

			if (!assertion_is_worse(&worst, length, ongoing))
				continue;
			worst.value = length;
			worst.ongoing = ongoing;
			worst.what = arena_printf(
				j->sim->arena, "%s had no holder for %s%s",
				j->sim->setup->vips.items[vip->vip].text,
				assertion_length(j, length, ongoing),
				!ongoing ? ""
				: j->assertion->end != 0
					? ", and still has none at the end of the stage"
					: ", and still has none");
		}
	}
	assertion_judge_worst(j, &j->assertion->max_gap, &worst, "always a holder");
}

/* ---- at a moment ---- */

static const char *assertion_holder_text(const struct judgment *j, uint32_t vip)
{
	const uint32_t holder = network_holder(j->sim, vip);

	return arena_printf(
		j->sim->arena, "%s is held by %s", j->sim->setup->vips.items[vip].text,
		holder != SETUP_NONE ? j->sim->setup->nodes.items[holder].name : "nobody");
}

static void assertion_judge_announcer(struct judgment *j)
{
	const char *node = j->assertion->announcer.s;

	j->out->held = true;
	j->out->detail = NULL;
	for (uint32_t v = 0; v < j->sim->setup->vips.count; v++) {
		const uint32_t holder = network_holder(j->sim, v);
		const bool is_it = holder != SETUP_NONE &&
				   str_equal(j->sim->setup->nodes.items[holder].name, node);

		if (!assertion_is_asked(j, v) || (is_it && j->out->detail != NULL))
			continue;
		if (j->out->held)
			j->out->detail = assertion_holder_text(j, v);
		j->out->held &= is_it;
	}
}

/* All of them have a holder, or (`announced` false) none of them has. */
static void assertion_judge_all(struct judgment *j, bool announced)
{
	uint32_t asked = 0;
	uint32_t others = 0;

	for (uint32_t v = 0; v < j->sim->setup->vips.count; v++) {
		const bool held = network_holder(j->sim, v) != SETUP_NONE;

		if (!assertion_is_asked(j, v) || !assertion_is_wanted(j, v))
			continue;
		asked++;
		if (held == announced)
			continue;
		if (others++ == 0)
			j->out->detail = assertion_holder_text(j, v);
	}
	j->out->held = others == 0;
	if (others > 1)
		j->out->detail = arena_printf(j->sim->arena, "%s, and %u more like it",
					      j->out->detail, others - 1);
	else if (others == 0 && asked == 1)
		j->out->detail =
			announced ? "a holder for the only VIP" : "no holder for the only VIP";
	else if (others == 0)
		j->out->detail = arena_printf(
			j->sim->arena, "%s of %u VIPs",
			announced ? "a holder for each" : "no holder for any", asked);
}

static void assertion_judge_moment(void *context, void *actor, uint64_t number)
{
	struct sim *sim = context;
	const struct scenario_assertion *a =
		&sim->setup->scenario->assertions.list.items[number];
	struct judgment j = { sim, a, &sim->result->assertions.items[number] };

	(void)actor;
	if (a->announcer.s != NULL)
		assertion_judge_announcer(&j);
	else
		assertion_judge_all(&j, a->all_announced.set);
	/* `allAnnounced: false` asserts that it is not so. */
	if ((a->all_announced.set && !a->all_announced.v) ||
	    (a->none_announced.set && !a->none_announced.v))
		j.out->held = !j.out->held;
}

/* ---- texts ---- */

static void assertion_add_part(struct text *text, const char *name,
			       const struct str_value *value)
{
	if (value->s != NULL)
		text_printf(text, "%s%s %s", text->len > 0 ? ", " : "", name, value->s);
}

/* "stage 2" of a plan. */
static void assertion_add_stage(struct text *text, const struct scenario_assertion *a)
{
	if (a->end != 0)
		text_printf(text, ", stage %lld", (long long)(a->end / (a->end - a->begin)));
}

static void assertion_add_flag(struct text *text, const char *name,
			       const struct bool_value *value)
{
	if (value->set)
		text_printf(text, "%s%s", name, value->v ? "" : " false");
}

const char *assertion_text(const struct scenario_assertion *a, struct arena *arena)
{
	struct text text = { 0 };
	const char *copy;

	assertion_add_part(&text, "maxOutage", &a->max_outage);
	assertion_add_part(&text, "maxDuplicate", &a->max_duplicate);
	assertion_add_part(&text, "maxGap", &a->max_gap);
	assertion_add_part(&text, "announcer", &a->announcer);
	assertion_add_flag(&text, "allAnnounced", &a->all_announced);
	assertion_add_flag(&text, "noneAnnounced", &a->none_announced);
	assertion_add_part(&text, "maxLostShare", &a->max_lost_share);
	assertion_add_part(&text, "maxLostFlowSeconds", &a->max_lost_flow_seconds);
	if (a->min_width.set)
		text_printf(&text, "minWidth %lld", (long long)a->min_width.v);
	assertion_add_part(&text, "session", &a->session);
	assertion_add_part(&text, "client", &a->client);
	assertion_add_part(&text, "node", &a->node);
	assertion_add_part(&text, "router", &a->router);
	assertion_add_part(&text, "observer", &a->observer);
	assertion_add_part(&text, "vip", &a->vip);
	assertion_add_part(&text, "service", &a->service);
	assertion_add_part(&text, "pool", &a->pool);
	assertion_add_part(&text, "prefix", &a->prefix);
	assertion_add_part(&text, "at", &a->when);
	assertion_add_part(&text, "from", &a->since);
	assertion_add_stage(&text, a);
	copy = arena_strdup(arena, text_str(&text));
	text_release(&text);
	return copy;
}

/* ---- all of them ---- */

static bool assertion_is_moment(const struct scenario_assertion *a)
{
	return a->announcer.s != NULL || a->all_announced.set || a->none_announced.set;
}

void assertions_init(struct sim *sim)
{
	const struct scenario *scenario = sim->setup->scenario;
	const uint32_t count = scenario != NULL ? scenario->assertions.list.count : 0;

	ARRAY_RESERVE(sim->arena, &sim->result->assertions, count);
	for (uint32_t i = 0; i < count; i++) {
		const struct scenario_assertion *a = &scenario->assertions.list.items[i];
		struct assertion_result *out = ARRAY_PUSH(sim->arena, &sim->result->assertions);
		int64_t at = 0;

		out->assertion = a;
		out->text = assertion_text(a, sim->arena);
		out->detail = "the run ended before";
		if (!assertion_is_moment(a))
			continue;
		if (a->when.s != NULL)
			(void)duration_parse(a->when.s, &at);
		at += a->begin;
		engine_at(&sim->engine, sim->setup->warmup + at, assertion_judge_moment, NULL,
			  i);
	}
}

void assertions_judge(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->result->assertions.count; i++) {
		struct assertion_result *out = &sim->result->assertions.items[i];
		struct judgment j = { sim, out->assertion, out };

		if (out->assertion->max_outage.s != NULL)
			assertion_judge_outage(&j);
		else if (out->assertion->max_duplicate.s != NULL)
			assertion_judge_duplicate(&j);
		else if (out->assertion->max_gap.s != NULL)
			assertion_judge_gap(&j);
		else if (out->assertion->max_lost_share.s != NULL ||
			 out->assertion->max_lost_flow_seconds.s != NULL)
			assertion_judge_clients(sim, out->assertion, out);
		else if (out->assertion->min_width.set)
			assertion_judge_width(sim, out->assertion, out);
		else if (out->assertion->session.s != NULL)
			assertion_judge_session(sim, out->assertion, out);
	}
}
