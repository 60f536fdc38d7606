/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watches of one agent: list, stream, wait, and again (P8.5). After a refusal a watch is
 * tried again where it stopped; after a death, or if the server says that this is too old
 * (410), everything is listed again. Each waits for itself, longer each time.
 */
#include "sim/api/client.h"

static const sim_ns backoff_first = 800 * NS_PER_MS;
static const sim_ns backoff_most = 30 * NS_PER_SEC;
static const sim_ns backoff_forget = 120 * NS_PER_SEC;

/* b * U[1, 2), with b = 0.8 s, 1.6 s, ... 30 s; from the start after 2 minutes without a wait,
 * or (client-go 0.36) 2 minutes after the last such start, even while it fails. (P8.5e) */
static sim_ns watch_backoff(struct sim *sim, struct backoff *backoff)
{
	const sim_ns now = sim->engine.now;
	sim_ns wait;

	const sim_ns since = sim->setup->timing.client_go_36 ? backoff->reset : backoff->last;

	if (backoff->next == 0 || now - since > backoff_forget) {
		backoff->next = backoff_first;
		backoff->reset = now;
	}
	wait = backoff->next;
	wait += (sim_ns)((double)wait * random_unit(&sim->api->backoff));
	backoff->next *= 2;
	if (backoff->next > backoff_most)
		backoff->next = backoff_most;
	backoff->last = now;
	return wait;
}

static void watch_ask(struct sim *sim, struct client *client, enum watch_kind kind)
{
	connection_request(sim, client, (enum request_kind)(REQUEST_WATCH + kind), SIM_NEVER,
			   NULL);
}

static void watch_ask_now(void *context, void *actor, uint64_t kind)
{
	watch_ask(context, actor, (enum watch_kind)kind);
}

static void watch_ask_later(struct sim *sim, struct client *client, enum watch_kind kind)
{
	struct watch *watch = &client->watches[kind];

	watch->timer = engine_in(&sim->engine, watch_backoff(sim, &watch->backoff),
				 watch_ask_now, client, kind);
}

static void watch_list_again(struct sim *sim, struct client *client, enum watch_kind kind)
{
	client->watches[kind].state = WATCH_LISTING;
	client->handlers->lost(sim, client->agent, kind);
	watch_ask_later(sim, client, kind);
}

/* After a death: the requests that hung dial at once, the watches a moment later. (P8.5k) */
static void watch_list_soon(struct sim *sim, struct client *client, enum watch_kind kind)
{
	const uint64_t least_ms = 50;
	const uint64_t most_ms = 700;
	const uint64_t after =
		random_below(&sim->api->backoff, (most_ms - least_ms) * (uint64_t)NS_PER_MS);

	client->watches[kind].state = WATCH_LISTING;
	client->handlers->lost(sim, client->agent, kind);
	client->watches[kind].timer = engine_at(
		&sim->engine,
		client->connection.dial_from + (sim_ns)(after + least_ms * (uint64_t)NS_PER_MS),
		watch_ask_now, client, kind);
}

static void watch_listed(struct sim *sim, struct client *client, enum watch_kind kind)
{
	struct watch *watch = &client->watches[kind];
	const bool first = !watch->listed;

	watch->state = WATCH_STREAMS;
	watch->epoch = sim->api->epoch;
	watch->listed = true;
	api_watch(sim, client->node, kind);
	client->handlers->listed(sim, client->agent, kind, first);
}

void watch_answered(struct sim *sim, struct client *client, enum watch_kind kind,
		    enum answer with)
{
	struct watch *watch = &client->watches[kind];

	if (with == ANSWER_OK && watch->state == WATCH_LISTING) {
		watch_listed(sim, client, kind);
	} else if (with == ANSWER_OK && watch->epoch == sim->api->epoch) {
		watch->state = WATCH_STREAMS;
		api_watch(sim, client->node, kind);
		client->handlers->resumed(sim, client->agent, kind);
	} else if (with == ANSWER_REFUSED && watch->state == WATCH_REDIALS) {
		watch_ask_later(sim, client, kind);
	} else {
		/* Too old for a server that restarted (410), or the list failed. */
		watch_list_again(sim, client, kind);
	}
}

/* ---- life ---- */

void watch_start(struct sim *sim, struct client *client, enum watch_kind kind)
{
	client->watches[kind] = (struct watch){ .state = WATCH_LISTING };
	watch_ask(sim, client, kind);
}

void watch_begin(struct sim *sim, struct client *client, enum watch_kind kind)
{
	client->watches[kind] = (struct watch){
		.state = WATCH_STREAMS,
		.listed = true,
		.epoch = sim->api->epoch,
	};
	api_watch(sim, client->node, kind);
}

void watch_stop_all(struct sim *sim, struct client *client)
{
	for (int kind = 0; kind < WATCHES; kind++) {
		engine_cancel(&sim->engine, &client->watches[kind].timer);
		connection_cancel(sim, client, (enum request_kind)(REQUEST_WATCH + kind));
		api_unwatch(sim, client->node, (enum watch_kind)kind);
		client->watches[kind].state = WATCH_OFF;
	}
}

/* A stream that ends in an orderly way is now and then taken for one that was very short, and
 * then everything is listed: in 9 of 129 outages of a node. (P8.5h) */
static bool watch_ends_short(struct sim *sim, enum watch_end_reason reason)
{
	const uint64_t outages = 129;
	const uint64_t listed = 9;

	return reason == WATCH_END_ORDERLY &&
	       random_below(&sim->api->backoff, outages) < listed;
}

void watch_end_all(struct sim *sim, struct client *client, enum watch_end_reason reason)
{
	for (int k = 0; k < WATCHES; k++) {
		const enum watch_kind kind = (enum watch_kind)k;

		if (client->watches[kind].state != WATCH_STREAMS)
			continue;
		api_unwatch(sim, client->node, kind);
		if (reason == WATCH_END_DEAD) {
			watch_list_soon(sim, client, kind);
			continue;
		}
		if (watch_ends_short(sim, reason)) {
			watch_list_again(sim, client, kind);
			continue;
		}
		/* It tries at once to go on where it was, and is refused, or not. */
		client->watches[kind].state = WATCH_REDIALS;
		watch_ask(sim, client, kind);
	}
}

void watch_resume_all(struct sim *sim, struct client *client)
{
	for (int k = 0; k < WATCHES; k++) {
		const enum watch_kind kind = (enum watch_kind)k;

		if (client->watches[kind].state != WATCH_STREAMS)
			continue;
		/* What is still on its way is there with the rest. */
		api_watch(sim, client->node, kind);
		client->handlers->resumed(sim, client->agent, kind);
	}
}

void watch_deliver(struct sim *sim, struct client *client, const struct change *change)
{
	if (connection_receives(sim, client))
		client->handlers->changed(sim, client->agent, change);
}
