/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scenario of a change (S6.6): nothing but the changes, and a client behind every router
 * of the inventory that has sessions, unless a stage changes sessions or something else that
 * the simulator refuses.
 */
#include <string.h>

#include "base/text.h"
#include "config/objects/snapshot.h"
#include "sim/run/run.h"
#include "sim/whatif/diff_time_internal.h"

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
	out->origin = SCENARIO_OF_PLAN;
	out->object.kind = KIND_SCENARIO;
	out->object.name.s = "plan";
	out->duration.s =
		arena_strdup(arena, duration_format(stages->count * stage_duration, text));
}

/* Some node has a session with the router that can come up. */
static bool time_router_has_session(const struct bgp_cluster *bgp,
				    const struct bgp_router *router)
{
	ARRAY_FOREACH (const struct bgp_config, config, &bgp->configs) {
		ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
			ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
				ARRAY_FOREACH (const struct bgp_session, s, &peer->sessions) {
					if (s->router == router && s->verdict == BGP_UP)
						return true;
				}
			}
		}
	}
	return false;
}

/* A client behind every router of the inventory that has sessions. */
static void time_add_clients(const struct timed_stages *stages, struct scenario *scenario)
{
	const struct bgp_cluster *bgp = &stages->list[0]->before.bgp;

	ARRAY_FOREACH (const struct bgp_router, router, &bgp->routers) {
		const struct scenario_client client = { .name.s = router->name,
							.router.s = router->name };

		if (router->name == NULL || !time_router_has_session(bgp, router))
			continue;
		ARRAY_ADD(stages->arena, &scenario->clients.list, client);
	}
	scenario->clients.at.set = scenario->clients.list.count > 0;
}

static bool time_has_remote_pools(const struct diff_side *side)
{
	ARRAY_FOREACH (const struct pool, pool, &side->cluster.pools.list) {
		if (pool->type == POOL_TYPE_REMOTE)
			return true;
	}
	return false;
}

/* Whether the two sides have other BGPConfigurations. */
static bool time_configs_differ(const struct bgp_cluster *before,
				const struct bgp_cluster *after)
{
	bool differ = before->configs.count != after->configs.count;

	for (uint32_t i = 0; !differ && i < before->configs.count; i++) {
		const struct object *a = &before->configs.items[i].object->object;
		const struct object *b = &after->configs.items[i].object->object;

		differ = a->spec_content != b->spec_content ||
			 !str_equal(a->name.s, b->name.s) ||
			 !str_equal(a->namespace, b->namespace);
	}
	return differ;
}

/* Why BGP cannot be simulated whatever the simulator says; NULL: perhaps it can. */
static const char *time_why_no_bgp(const struct timed_stages *stages)
{
	if (stages->list[0]->before.bgp.configs.count == 0)
		return "the old side has no BGPConfiguration";
	if (stages->list[0]->before.bgp.routers.count == 0)
		return "no NodeInventory describes a router";
	for (uint32_t k = 0; k < stages->count; k++) {
		const struct diff *diff = stages->list[k];

		if (time_configs_differ(&diff->before.bgp, &diff->after.bgp))
			return "the BGPConfiguration changes, and what that does to sessions is "
			       "not simulated";
		if (diff->totals.sessions > 0)
			return "BGP sessions change, and how long that takes is not simulated";
	}
	return NULL;
}

/* Builds the setup, with the assertions that can be judged then. */
static bool time_try(const struct timed_stages *stages, struct setup *setup,
		     const struct diff_time_options *options, struct scenario *scenario,
		     const char *no_bgp)
{
	struct diff_side *before = &stages->list[0]->before;

	asserted_begin(&options->assertions, stages->count, stage_duration, no_bgp,
		       stages->arena, scenario, &stages->list[0]->time->asserted);
	return setup_build(setup, before->snapshot, &before->cluster, scenario, stages->arena);
}

/* Keeps what is wrong with the assertions, of the problems from this number on. */
static bool time_keep_mistakes(const struct timed_stages *stages,
			       const struct plan_assertions *assertions, uint32_t first)
{
	const struct snapshot *old = stages->list[0]->before.snapshot;
	struct diff_time *time = stages->list[0]->time;

	for (uint32_t i = first; i < old->problems.count; i++) {
		const struct finding *problem = &old->problems.items[i];

		if (assertions->count > 0 && problem->place.pos.source == assertions->source)
			ARRAY_ADD(stages->arena, &time->mistakes, *problem);
	}
	return time->mistakes.count > 0;
}

bool time_build(const struct timed_stages *stages, struct setup *setup,
		const struct diff_time_options *options, const char **bgp_problem)
{
	struct diff_side *before = &stages->list[0]->before;
	struct snapshot *old = before->snapshot;
	const uint32_t problems = old->problems.count;
	struct scenario *scenario = arena_zalloc(stages->arena, 1, sizeof(*scenario));
	bool remote = time_has_remote_pools(before);

	for (uint32_t k = 0; k < stages->count; k++)
		remote |= time_has_remote_pools(&stages->list[k]->after);
	time_scenario(stages, scenario);
	*bgp_problem = remote ? time_why_no_bgp(stages) : NULL;
	if (remote && *bgp_problem == NULL) {
		time_add_clients(stages, scenario);
		if (!scenario->clients.at.set)
			*bgp_problem =
				"no router of a NodeInventory has a BGP session that can "
				"come up";
	}
	if (remote && *bgp_problem == NULL) {
		if (time_try(stages, setup, options, scenario, NULL))
			return true;
		if (time_keep_mistakes(stages, &options->assertions, problems))
			return false;
		*bgp_problem = old->problems.items[problems].message;
		if (str_has_prefix(*bgp_problem, SETUP_NO_BGP))
			*bgp_problem += strlen(SETUP_NO_BGP);
		setup_release(setup);
		old->problems.count = problems;
		scenario->clients = (struct scenario_clients){ .at.set = false };
	}
	if (time_try(stages, setup, options, scenario,
		     remote ? *bgp_problem : "there are no remote pools"))
		return true;
	(void)time_keep_mistakes(stages, &options->assertions, problems);
	return false;
}
