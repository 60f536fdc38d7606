/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BGP side of a run: speakers that start and stop with the Pods of their nodes (T11), and
 * what power and links do to all sessions (T1). Random streams are split from the seed by
 * whom they are for, so BGP changes nothing of what agents and observers do, nor a session
 * anything of what happens to another.
 */
#include "sim/router/tap.h"

#include "base/text.h"
#include "sim/agent/agent.h"
#include "sim/engine/trace.h"

bool router_speaker_runs(const struct sim *sim, uint32_t node)
{
	return sim->routing != NULL && sim->routing->speakers[node].runs;
}

const struct bgp_node *router_node(const struct sim *sim, const struct bgp_config *config,
				   uint32_t node)
{
	const char *name = sim->setup->nodes.items[node].name;

	if (config == NULL)
		return NULL;
	/* Both are sorted by name; those of a setup are mostly all. */
	for (uint32_t i = node; i < config->nodes.count; i++)
		if (str_equal(config->nodes.items[i].node->name, name))
			return &config->nodes.items[i];
	for (uint32_t i = 0; i < node && i < config->nodes.count; i++)
		if (str_equal(config->nodes.items[i].node->name, name))
			return &config->nodes.items[i];
	return NULL;
}

/* ---- configuration ---- */

/* A configuration that is deleted leaves the import of a daemon that runs as it is (BG2.4f). */
static void router_set_import(struct sim *sim, uint32_t node)
{
	struct node_speaker *speaker = &sim->routing->speakers[node];
	const struct bgp_config *config =
		sim->setup->bgp->versions.items[speaker->version].config;
	const struct bgp_node *it = router_node(sim, config, node);

	if (config != NULL || !speaker->runs)
		speaker->imports = it != NULL && it->imports_dummy;
}

void router_set_version(struct sim *sim, uint32_t version)
{
	sim->routing->version = version;
}

void router_speaker_take(struct sim *sim, uint32_t node)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	struct node_speaker *speaker = &sim->routing->speakers[node];
	const uint32_t before = speaker->version;

	speaker->version = sim->routing->version;
	router_set_import(sim, node);
	for (uint32_t i = 0; i < speaker->count; i++) {
		const uint32_t number = speaker->first + i;
		const struct setup_session *old = bgp->versions.items[before].sessions[number];
		const struct setup_session *now =
			bgp->versions.items[speaker->version].sessions[number];

		wire_set_peer(sim, &sim->routing->wires[number], now,
			      bgp_reconcile_peer(old != NULL ? old->session->peer : NULL,
						 now != NULL ? now->session->peer : NULL));
	}
	import_dummy_changed(sim, node);
}

/* A new process has its peers as the newest configuration has them. */
static void router_speaker_configure(struct sim *sim, uint32_t node)
{
	struct node_speaker *speaker = &sim->routing->speakers[node];
	const struct setup_bgp_version *version =
		&sim->setup->bgp->versions.items[sim->routing->version];

	if (speaker->version != sim->routing->version)
		speaker->version = sim->routing->version;
	else
		version = NULL;
	router_set_import(sim, node);
	if (version == NULL)
		return;
	for (uint32_t i = 0; i < speaker->count; i++) {
		const uint32_t number = speaker->first + i;

		wire_set_peer(sim, &sim->routing->wires[number], version->sessions[number],
			      BGP_PEER_SAME);
	}
}

/* ---- processes ---- */

static void router_speaker_starts(void *context, void *actor, uint64_t node)
{
	struct sim *sim = context;
	struct node_speaker *speaker = actor;

	if (speaker->runs || !kernel_powered(sim, (uint32_t)node))
		return;
	router_speaker_configure(sim, (uint32_t)node);
	speaker->runs = true;
	speaker->drained = false;
	import_started(sim, (uint32_t)node);
	for (uint32_t i = 0; i < speaker->count; i++)
		wire_speaker_started(sim, &sim->routing->wires[speaker->first + i]);
}

void router_speaker_start(struct sim *sim, uint32_t node, sim_ns delay)
{
	struct node_speaker *speaker;

	if (sim->routing == NULL)
		return;
	speaker = &sim->routing->speakers[node];
	if (speaker->count > 0 && !speaker->runs &&
	    !engine_pending(&sim->engine, speaker->start))
		speaker->start =
			engine_in(&sim->engine, delay, router_speaker_starts, speaker, node);
}

static void router_speaker_ends(struct sim *sim, uint32_t node, bool orderly, bool alive)
{
	struct node_speaker *speaker = &sim->routing->speakers[node];
	/* A process that is stopped cannot say good-bye. */
	const bool notifies = orderly && !speaker->paused;

	engine_cancel(&sim->engine, &speaker->start);
	engine_cancel(&sim->engine, &speaker->poll);
	engine_cancel(&sim->engine, &speaker->drain);
	if (!speaker->runs)
		return;
	speaker->runs = false;
	speaker->paused = false;
	for (uint32_t i = 0; i < speaker->count; i++) {
		struct wire *wire = &sim->routing->wires[speaker->first + i];

		wire_speaker_stopped(sim, wire, notifies, alive);
		wire_path_changed(sim, wire);
	}
}

void router_speaker_stop(struct sim *sim, uint32_t node, bool orderly)
{
	if (sim->routing != NULL)
		router_speaker_ends(sim, node, orderly, true);
}

void router_speaker_pause(struct sim *sim, uint32_t node, bool paused)
{
	struct node_speaker *speaker = &sim->routing->speakers[node];

	if (!speaker->runs || speaker->paused == paused)
		return;
	speaker->paused = paused;
	for (uint32_t i = 0; i < speaker->count; i++) {
		struct wire *wire = &sim->routing->wires[speaker->first + i];

		if (paused)
			wire_path_changed(sim, wire);
		else
			wire_speaker_resumed(sim, wire);
	}
	if (!paused)
		import_dummy_changed(sim, node);
}

bool router_speaker_forget_start(struct sim *sim, uint32_t node)
{
	struct node_speaker *speaker = &sim->routing->speakers[node];
	const bool planned = engine_pending(&sim->engine, speaker->start);

	engine_cancel(&sim->engine, &speaker->start);
	return planned;
}

void router_speaker_drain(struct sim *sim, uint32_t node)
{
	sim->routing->speakers[node].drained = true;
	import_now(sim, node);
}

/* ---- what the rest of the run tells ---- */

static void router_pod_changed(struct sim *sim, uint32_t node, bool runs)
{
	const struct setup_bgp_timing *timing = &sim->setup->bgp->timing;

	if (runs)
		router_speaker_start(sim, node,
				     distribution_sample(&timing->speaker_start,
							 &sim->routing->speakers[node].random));
	else
		router_speaker_ends(sim, node, true, true);
}

/* Power or a link of the node. */
static void router_node_changed(struct sim *sim, uint32_t node)
{
	const struct node_speaker *speaker = &sim->routing->speakers[node];

	for (uint32_t i = 0; i < speaker->count; i++)
		wire_path_changed(sim, &sim->routing->wires[speaker->first + i]);
	if (!kernel_powered(sim, node))
		router_speaker_ends(sim, node, false, false);
}

static void router_address_changed(struct sim *sim, uint32_t node, uint32_t vip)
{
	if (sim->setup->bgp->prefix_of[vip] == SETUP_NONE)
		return;
	if (node != SETUP_NONE)
		import_dummy_changed(sim, node);
	else
		stories_note_wanted(sim, vip);
	flows_vip_changed(sim, node, vip);
}

/* ---- start and end ---- */

/* A stream of random numbers of its own, whoever else there is (T14.20). */
static struct random router_random(struct sim *sim, const char *what, const char *first,
				   const char *second)
{
	return random_split(sim->seed,
			    arena_printf(sim->arena, "%s.%s.%s", what, first, second));
}

static void router_init_wires(struct sim *sim)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	struct routing *router = sim->routing;

	router->wires = arena_zalloc(sim->arena, bgp->sessions.count, sizeof(*router->wires));
	ARRAY_RESERVE(sim->arena, &sim->result->sessions, bgp->sessions.count);
	for (uint32_t i = 0; i < bgp->sessions.count; i++) {
		struct wire *wire = &router->wires[i];
		struct session_result *result = ARRAY_PUSH(sim->arena, &sim->result->sessions);

		*result = (struct session_result){ .session = i };
		*wire = (struct wire){
			.number = i,
			.setup = &bgp->sessions.items[i],
			.near = { .next = BGP_NEVER },
			.far = { .next = BGP_NEVER },
			.outcome = bgp->sessions.items[i].outcome,
			.forwards = true,
			.linked = true,
			.routes = arena_zalloc(sim->arena, bits_words(bgp->prefixes.count),
					       sizeof(uint64_t)),
			.result = result,
		};
		wire->random = router_random(
			sim, "session", sim->setup->nodes.items[wire->setup->node].name,
			arena_printf(sim->arena, "%s.%s",
				     bgp->routers.items[wire->setup->router].router->name,
				     wire->setup->session->peer->path));
		if (router->speakers[wire->setup->node].count++ == 0)
			router->speakers[wire->setup->node].first = i;
	}
}

void router_init(struct sim *sim)
{
	const struct setup_bgp *bgp = sim->setup->bgp;
	struct routing *router;

	if (bgp == NULL)
		return;
	router = arena_zalloc(sim->arena, 1, sizeof(*router));
	sim->routing = router;
	router->speakers =
		arena_zalloc(sim->arena, sim->setup->nodes.count, sizeof(*router->speakers));
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		router->speakers[n].restart_time = SIM_NEVER;
		router->speakers[n].imported =
			arena_zalloc(sim->arena, bits_words(bgp->prefixes.count),
				     sizeof(*router->speakers[n].imported));
		router->speakers[n].random =
			router_random(sim, "speaker", sim->setup->nodes.items[n].name, "");
	}
	router_init_wires(sim);
	router->routers =
		arena_zalloc(sim->arena, bgp->routers.count, sizeof(*router->routers));
	tap_init(sim);
	flows_init(sim);
	paths_init(sim);
	sim->network->node_changed = router_node_changed;
	sim->network->vip_changed = router_address_changed;
	sim->agents->pod_changed = router_pod_changed;
	for (uint32_t r = 0; r < bgp->routers.count; r++) {
		router->routers[r].runs = true;
		router->routers[r].powered = true;
		router->routers[r].random =
			router_random(sim, "router", bgp->routers.items[r].router->name, "");
		router->routers[r].reachable = distribution_sample(
			&bgp->timing.neighbor_reachable, &router->routers[r].random);
	}
	for (uint32_t i = 0; i < bgp->sessions.count; i++)
		if (bgp->sessions.items[i].outcome != OPENING_NEVER)
			wire_router_started(sim, &router->wires[i], 0);
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++)
		if (agent_of(sim, n)->phase != AGENT_OFF)
			router_pod_changed(sim, n, true);
}

/* A time of the run in the time of the result; what was before its start is at 0. */
static sim_ns router_measured(const struct sim *sim, sim_ns at)
{
	if (at == SIM_NEVER)
		return SIM_NEVER;
	return at > sim->measure_from ? at - sim->measure_from : 0;
}

bool router_measured_interval(const struct sim *sim, struct interval *time)
{
	if (time->to <= sim->measure_from)
		return false;
	time->from = router_measured(sim, time->from);
	time->to = router_measured(sim, time->to);
	return true;
}

/* Intervals of the warm-up go; the others begin where measuring does. */
static void router_finish_session(struct sim *sim, struct session_result *result)
{
	const sim_ns end = sim->engine.now - sim->measure_from;
	struct session_interval first = { .until = SIM_NEVER };
	const struct session_result noted = *result;

	result->intervals.items = NULL;
	result->intervals.count = result->intervals.capacity = 0;
	if (noted.intervals.count > 0)
		first.until = router_measured(sim, noted.intervals.items[0].since);
	if (first.until > 0)
		ARRAY_ADD(sim->arena, &result->intervals, first);
	for (uint32_t i = 0; i < noted.intervals.count; i++) {
		struct session_interval it = noted.intervals.items[i];

		if (it.until <= sim->measure_from)
			continue;
		it.lost = !it.up && i > 0 && noted.intervals.items[i - 1].up &&
			  it.since >= sim->measure_from;
		it.since = router_measured(sim, it.since);
		it.until = router_measured(sim, it.until);
		ARRAY_ADD(sim->arena, &result->intervals, it);
	}
	ARRAY_FOREACH (struct session_interval, it, &result->intervals) {
		if (it->up)
			continue;
		if (it->cause == NULL && result->refused > 0)
			it->cause = "refused";
		result->downs += it->lost;
		result->down_total += (it->until == SIM_NEVER ? end : it->until) - it->since;
	}
}

/* Thousands of prefixes behind hundreds of nodes have more next hops over time than a report
 * can hold. What is measured of them stays. */
static void router_limit_lists(struct run_result *result)
{
	enum { LISTED_MAX = 100 * 1000 };
	uint64_t hops = 0, shares = 0;

	ARRAY_FOREACH (struct route_result, route, &result->routes) {
		for (uint32_t i = 0; i < route->sets.count && hops <= LISTED_MAX; i++)
			hops += 1 + route->sets.items[i].hops.count;
		route->unlisted = hops > LISTED_MAX;
	}
	ARRAY_FOREACH (struct client_result, client, &result->clients) {
		shares += client->lost.count + client->moved.count;
		client->unlisted = shares > LISTED_MAX;
	}
}

void router_finish(struct sim *sim)
{
	if (sim->routing == NULL)
		return;
	tap_finish(sim);
	losses_finish(sim);
	if (sim->measure_from != SIM_NEVER)
		stories_finish(sim);
	paths_free(sim);
	if (sim->measure_from == SIM_NEVER) {
		sim->result->sessions.count = 0;
		sim->result->routes.count = 0;
		return;
	}
	ARRAY_FOREACH (struct session_result, session, &sim->result->sessions)
		router_finish_session(sim, session);
	widths_finish(sim);
	flows_finish(sim);
	router_limit_lists(sim->result);
}
