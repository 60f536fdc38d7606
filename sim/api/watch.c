/* SPDX-License-Identifier: Apache-2.0 */
/* Watches of one agent: list, stream, wait, and again. (P8.5) */
#include "sim/api/watch.h"

#include "sim/run/control.h"

/* ---- waiting longer each time ---- */

static const sim_ns backoff_first = 800 * NS_PER_MS;
static const sim_ns backoff_most = 30 * NS_PER_SEC;
static const sim_ns backoff_forget = 120 * NS_PER_SEC;

/* b * U[1, 2), with b = 0.8 s, 1.6 s, ... 30 s; from the start after 2 minutes without. */
static sim_ns backoff_wait(struct sim *sim, struct backoff *backoff)
{
	const sim_ns now = sim->engine.now;
	sim_ns wait;

	if (backoff->next == 0 || now - backoff->last > backoff_forget)
		backoff->next = backoff_first;
	wait = backoff->next;
	wait += (sim_ns)((double)wait * random_unit(&sim->control->streams.backoff));
	backoff->next *= 2;
	if (backoff->next > backoff_most)
		backoff->next = backoff_most;
	backoff->last = now;
	return wait;
}

/* ---- asking ---- */

static void answered(struct sim *sim, struct agent *agent, enum watch_kind kind,
		     enum answer with);

static void leases_answered(struct sim *sim, struct agent *agent, enum answer with)
{
	answered(sim, agent, WATCH_LEASES, with);
}

static void services_answered(struct sim *sim, struct agent *agent, enum answer with)
{
	answered(sim, agent, WATCH_SERVICES, with);
}

static void slices_answered(struct sim *sim, struct agent *agent, enum answer with)
{
	answered(sim, agent, WATCH_SLICES, with);
}

static void config_answered(struct sim *sim, struct agent *agent, enum answer with)
{
	answered(sim, agent, WATCH_CONFIG, with);
}

static void ask(struct sim *sim, struct agent *agent, enum watch_kind kind)
{
	static const answer_fn answers[WATCHES] = {
		[WATCH_LEASES] = leases_answered,
		[WATCH_SERVICES] = services_answered,
		[WATCH_SLICES] = slices_answered,
		[WATCH_CONFIG] = config_answered,
	};

	connection_request(sim, agent, (enum request_kind)(REQUEST_WATCH + kind), SIM_NEVER,
			   answers[kind]);
}

static void ask_now(void *context, void *actor, uint64_t kind)
{
	ask(context, actor, (enum watch_kind)kind);
}

static void ask_later(struct sim *sim, struct agent *agent, enum watch_kind kind)
{
	struct watch *watch = &agent->watches[kind];

	watch->timer = engine_in(&sim->engine, backoff_wait(sim, &watch->backoff), ask_now,
				 agent, kind);
}

/* Everything must be listed again; until then nothing is repeated from the cache either. */
static void list_again(struct sim *sim, struct agent *agent, enum watch_kind kind)
{
	agent->watches[kind].state = WATCH_LISTING;
	if (kind == WATCH_LEASES)
		engine_cancel(&sim->engine, &agent->resync);
	ask_later(sim, agent, kind);
}

/* ---- what is there ---- */

static void take_config(struct sim *sim, struct agent *agent, bool all)
{
	const struct api *api = &sim->control->api;
	const struct prepared_version *version = &sim->control->prepared->versions[api->config];
	uint32_t deliveries = 0;

	if (agent->config != api->config)
		deliveries = sim->setup->versions.items[api->config].changed_objects;
	/* Groups whose generation is the same are passed by, LBNodeAgents are not. (P9.3) */
	if (all && deliveries < version->agents)
		deliveries = version->agents;
	agent->config = api->config;
	agent_config_delivered(sim, agent, deliveries);
}

/* Takes over what the server has; `all`: also what did not change comes as an update. */
static void take_over(struct sim *sim, struct agent *agent, enum watch_kind kind, bool all)
{
	switch (kind) {
	case WATCH_LEASES:
		agent_take_leases(sim, agent);
		break;
	case WATCH_SERVICES:
		agent_take_services(sim, agent, all);
		break;
	case WATCH_SLICES:
		agent_take_endpoints(sim, agent, all);
		break;
	case WATCH_CONFIG:
		take_config(sim, agent, all);
		break;
	case WATCHES:
		break;
	}
}

static void listed(struct sim *sim, struct agent *agent, enum watch_kind kind)
{
	struct watch *watch = &agent->watches[kind];
	const bool first = !watch->listed;

	watch->state = WATCH_STREAMS;
	watch->epoch = sim->control->api.epoch;
	watch->listed = true;
	api_watch(sim, agent->node, kind);
	if (kind == WATCH_LEASES)
		agent_start_resync(sim, agent, sim->setup->timing.lease_duration);
	if (first)
		agent_listed(sim, agent, kind);
	else
		take_over(sim, agent, kind, true);
}

static void answered(struct sim *sim, struct agent *agent, enum watch_kind kind,
		     enum answer with)
{
	struct watch *watch = &agent->watches[kind];

	if (with == ANSWER_OK && watch->state == WATCH_LISTING) {
		listed(sim, agent, kind);
	} else if (with == ANSWER_OK && watch->epoch == sim->control->api.epoch) {
		watch->state = WATCH_STREAMS;
		api_watch(sim, agent->node, kind);
		take_over(sim, agent, kind, false);
	} else if (with == ANSWER_REFUSED && watch->state == WATCH_REDIALS) {
		ask_later(sim, agent, kind);
	} else {
		/* Too old for a server that restarted (410), or the list failed. */
		list_again(sim, agent, kind);
	}
}

/* ---- life ---- */

void watch_start(struct sim *sim, struct agent *agent, enum watch_kind kind)
{
	agent->watches[kind] = (struct watch){ .state = WATCH_LISTING };
	ask(sim, agent, kind);
}

void watch_begin(struct sim *sim, struct agent *agent, enum watch_kind kind)
{
	agent->watches[kind] = (struct watch){
		.state = WATCH_STREAMS,
		.listed = true,
		.epoch = sim->control->api.epoch,
	};
	api_watch(sim, agent->node, kind);
}

void watch_stop(struct sim *sim, struct agent *agent, enum watch_kind kind)
{
	struct watch *watch = &agent->watches[kind];

	engine_cancel(&sim->engine, &watch->timer);
	connection_cancel(sim, agent, (enum request_kind)(REQUEST_WATCH + kind));
	api_unwatch(sim, agent->node, kind);
	watch->state = WATCH_OFF;
}

/* ---- ends and new beginnings ---- */

void watches_ended(struct sim *sim, struct agent *agent, enum watch_end_reason reason)
{
	for (int k = 0; k < WATCHES; k++) {
		const enum watch_kind kind = (enum watch_kind)k;
		struct watch *watch = &agent->watches[kind];

		if (watch->state != WATCH_STREAMS)
			continue;
		api_unwatch(sim, agent->node, kind);
		if (reason == WATCH_END_DEAD) {
			list_again(sim, agent, kind);
			continue;
		}
		/* It tries at once to go on where it was, and is refused, or not. */
		watch->state = WATCH_REDIALS;
		ask(sim, agent, kind);
	}
}

void watches_resumed(struct sim *sim, struct agent *agent)
{
	for (int k = 0; k < WATCHES; k++) {
		const enum watch_kind kind = (enum watch_kind)k;

		if (agent->watches[kind].state != WATCH_STREAMS)
			continue;
		/* What is still on its way is there with the rest. */
		api_watch(sim, agent->node, kind);
		take_over(sim, agent, kind, false);
	}
}

void watch_deliver(struct sim *sim, struct agent *agent, const struct change *change)
{
	if (!connection_receives(sim, agent))
		return;
	switch (change->kind) {
	case WATCH_LEASES:
		agent_lease_event(sim, agent, change);
		break;
	case WATCH_SERVICES:
		agent_service_event(sim, agent, change->subject, change->value);
		break;
	case WATCH_SLICES:
		agent_endpoints_event(sim, agent, change->subject, change->value);
		break;
	case WATCH_CONFIG:
		agent->config = change->value;
		agent_config_delivered(
			sim, agent, sim->setup->versions.items[change->value].changed_objects);
		break;
	case WATCHES:
		break;
	}
}
