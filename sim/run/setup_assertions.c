/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The assertions of a setup: names are looked up, and what cannot be is reported: a moment
 * after the end, a word without effect, an assertion that is about nothing and so always holds.
 */
#include "sim/run/setup_internal.h"

#include "base/text.h"
#include "sim/run/assertions.h"

/* How many of the things that can be asserted this entry asserts. */
static unsigned assertion_kinds(const struct scenario_assertion *a)
{
	const bool given[] = {
		a->max_outage.s != NULL,     a->max_duplicate.s != NULL,
		a->max_gap.s != NULL,        a->announcer.s != NULL,
		a->all_announced.set,        a->none_announced.set,
		a->max_lost_share.s != NULL, a->max_lost_flow_seconds.s != NULL,
		a->session.s != NULL,        a->min_width.set,
	};
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		count += given[i];
	return count;
}

static void assertion_check_pool(struct setup_builder *b, const struct str_value *name,
				 const char *path)
{
	if (name->s == NULL)
		return;
	ARRAY_FOREACH (const struct pool, p, &b->setup->cluster->pools.list) {
		if (str_equal(p->name, name->s))
			return;
	}
	if (setup_lost_field(b, "inputs", b->scenario->inputs.at.set))
		return;
	if (setup_is_reported(b, name->pos) || setup_lost_name(b))
		return;
	setup_problem(b, name->pos, path, "%s: the input has no ServiceGroup \"%s\"", path,
		      name->s)
		->hint = "write the name of a ServiceGroup in the input";
}

/* Observers without a segment have one for each: then their name alone means all of them. */
static void assertion_check_observer(struct setup_builder *b, const struct str_value *name,
				     const char *path)
{
	const char *prefix;

	if (name->s == NULL)
		return;
	/* One that the scenario has may be on no segment, for want of local VIPs. */
	ARRAY_FOREACH (const struct scenario_observer, o, &b->scenario->observers.list) {
		if (str_equal(o->name.s, name->s))
			return;
	}
	prefix = arena_printf(b->setup->arena, "%s@", name->s);
	ARRAY_FOREACH (const struct setup_observer, o, &b->setup->observers) {
		if (str_has_prefix(o->name, prefix))
			return;
	}
	setup_observer_number(b, name, path);
}

static const char *assertion_path(const struct setup_builder *b, const char *path,
				  const char *field)
{
	return arena_printf(b->setup->arena, "%s.%s", path, field);
}

const char *assertion_earlier_time(const struct setup_builder *b)
{
	const char *way = assertion_longer_run(b->scenario);

	return way == NULL ? "write an earlier time"
			   : arena_printf(b->setup->arena, "%s, or write an earlier time", way);
}

static void assertion_check_times(struct setup_builder *b, const struct scenario_assertion *a,
				  const char *path)
{
	const struct lost_keys lost = setup_lost_keys(b, path);
	char text[DURATION_TEXT_MAX];
	const sim_ns length = a->end != 0 ? a->end - a->begin : b->setup->duration;
	sim_ns at = setup_duration(b, &a->when, assertion_path(b, path, "at"), 0, 0);
	const bool needs_time = a->announcer.s != NULL || a->all_announced.set ||
				a->none_announced.set || a->session.s != NULL;

	setup_duration(b, &a->max_outage, assertion_path(b, path, "maxOutage"), 0, 0);
	setup_duration(b, &a->max_duplicate, assertion_path(b, path, "maxDuplicate"), 0, 0);
	setup_duration(b, &a->max_gap, assertion_path(b, path, "maxGap"), 0, 0);
	if (at > length && !setup_lost_field(b, "duration", b->scenario->duration.s != NULL))
		setup_problem(b, a->when.pos, path,
			      "%s is evaluated after the end of the %s, which is %s long", path,
			      a->end != 0 ? "stage" : "run", duration_format(length, text))
			->hint = assertion_earlier_time(b);
	if (!needs_time && a->when.s != NULL && assertion_kinds(a) == 1)
		setup_problem(b, a->when.pos, path,
			      "%s is evaluated over the whole run: `at` has no effect", path)
			->hint = "remove `at`";
	if (needs_time && a->when.s == NULL && assertion_kinds(a) == 1 && !lost.time &&
	    lost.others == 0)
		setup_problem(b, a->at.pos, path, "%s needs a time", path)->hint =
			"add `at:`, a time after the end of the warm-up";
}

/* How many VIPs an assertion is about, and how often an observer that it asks sees one. */
struct subject {
	uint32_t vips, seen;
};

static struct subject assertion_subject(const struct setup *setup,
					const struct scenario_assertion *a)
{
	struct subject found = { 0, 0 };

	for (uint32_t v = 0; v < setup->vips.count; v++) {
		const uint32_t segment = setup->vips.items[v].segment;

		if (!assertion_asks_vip(setup, a, v))
			continue;
		found.vips++;
		for (uint32_t o = 0; o < setup->observers.count; o++)
			found.seen += segment != SETUP_NONE &&
				      setup->observers.items[o].segment == segment &&
				      assertion_asks_observer(setup, a, o);
	}
	return found;
}

/* What is about nothing would hold whatever happens. */
static void assertion_check_subject(struct setup_builder *b, const struct scenario_assertion *a,
				    const char *path)
{
	const bool narrowed = a->vip.s != NULL || a->service.s != NULL || a->pool.s != NULL;
	const struct subject subject = assertion_subject(b->setup, a);

	if (narrowed && subject.vips == 0)
		setup_problem(b, a->at.pos, path, "%s matches no VIP, so it would always hold",
			      path)
			->hint = "name a Service that gets an address, or a ServiceGroup "
				 "with one in use; several names must all match";
	else if (a->max_outage.s != NULL && subject.vips > 0 && subject.seen == 0)
		setup_problem(b, a->max_outage.pos, path,
			      "%s: no observer sees these VIPs, so it would always hold", path)
			->hint = "assert maxGap for remote VIPs: an observer sees only "
				 "the local VIPs of its segment";
	if (a->max_outage.s == NULL && a->observer.s != NULL && assertion_kinds(a) == 1)
		setup_problem(b, a->observer.pos, path,
			      "%s does not depend on what an observer sees: `observer` has no "
			      "effect",
			      path)
			->hint = "remove `observer`, or assert maxOutage";
}

static void assertion_check(struct setup_builder *b, const struct scenario_assertion *a,
			    const char *path)
{
	const uint32_t before = b->snapshot->problems.count;

	if (assertion_kinds(a) > 1 || (assertion_kinds(a) == 0 && !setup_is_faulty(b, path)))
		setup_problem(b, a->at.pos, path, "%s must assert exactly one thing, not %u",
			      path, assertion_kinds(a))
			->hint =
			"write one entry for each of maxOutage, maxDuplicate, "
			"maxGap, announcer, allAnnounced, noneAnnounced, maxLostShare, "
			"maxLostFlowSeconds, minWidth, session";
	assertion_check_times(b, a, path);
	if (a->announcer.s != NULL)
		setup_node_number(b, &a->announcer, path);
	if (a->vip.s != NULL)
		setup_vip_number(b, &a->vip, path);
	if (a->service.s != NULL)
		setup_service_number(b, &a->service, path);
	assertion_check_bgp(b, a, path);
	assertion_check_observer(b, &a->observer, path);
	assertion_check_pool(b, &a->pool, path);
	if (b->snapshot->problems.count == before && assertion_kinds(a) == 1 &&
	    !setup_is_faulty(b, path) &&
	    !setup_lost_field(b, "inputs", b->scenario->inputs.at.set) &&
	    !setup_lost_field(b, "observers", b->scenario->observers.at.set))
		assertion_check_subject(b, a, path);
}

void setup_check_assertions(struct setup_builder *b)
{
	uint32_t number = 0;

	ARRAY_FOREACH (const struct scenario_assertion, a, &b->scenario->assertions.list)
		assertion_check(b, a,
				arena_printf(b->setup->arena, "spec.assertions[%u]", number++));
}
