/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection of an agent to the API server: requests, silence, death, dialing (P8.5).
 * Silence is noticed 45 s after the last byte; a new connection is then tried. What was cut
 * off for less comes with the next retransmission.
 */
#include "sim/api/client.h"

#include <string.h>

#include "sim/engine/trace.h"

enum {
	/* A connection on which nothing arrives is asked for a sign of life after 30 s, and
	 * given up 15 s later. */
	IDLE_S = 30,
	DEATH_S = 45,
	DIAL_S = 30, /* so long a new one is tried */
};

enum path connection_path(const struct sim *sim, const struct client *client)
{
	if (client->cut != 0)
		return PATH_SILENT;
	return sim->api->down ? PATH_REFUSED : PATH_OPEN;
}

static void connection_init(struct connection *connection)
{
	*connection = (struct connection){ .lost_since = SIM_NEVER };
}

static void connection_up(struct sim *sim, struct client *client)
{
	struct connection *c = &client->connection;

	c->up = true;
	c->downs = sim->api->downs;
	c->last_byte = sim->engine.now;
	c->lost_since = SIM_NEVER;
	c->attempts = 0;
	engine_cancel(&sim->engine, &c->dial);
}

void connection_open(struct sim *sim, struct client *client)
{
	connection_up(sim, client);
}

static void connection_down(struct sim *sim, struct client *client)
{
	struct connection *c = &client->connection;

	c->up = false;
	c->lost_since = SIM_NEVER;
	engine_cancel(&sim->engine, &c->death);
	engine_cancel(&sim->engine, &c->resume);
}

void connection_drop(struct sim *sim, struct client *client)
{
	connection_down(sim, client);
	engine_cancel(&sim->engine, &client->connection.dial);
	for (int kind = 0; kind < REQUESTS; kind++)
		connection_cancel(sim, client, (enum request_kind)kind);
	connection_init(&client->connection);
}

/* ---- one request ---- */

static void connection_answer(struct sim *sim, struct client *client, enum request_kind kind,
			      enum answer with)
{
	struct request *request = &client->connection.requests[kind];
	const answer_fn done = request->done;

	if (!request->asked)
		return;
	engine_cancel(&sim->engine, &request->timer);
	*request = (struct request){ .asked = false };
	if (kind >= REQUEST_WATCH)
		watch_answered(sim, client, (enum watch_kind)(kind - REQUEST_WATCH), with);
	else
		done(sim, client->agent, with);
}

static void connection_timed_out(void *context, void *actor, uint64_t kind)
{
	connection_answer(context, actor, (enum request_kind)kind, ANSWER_TIMEOUT);
}

static void connection_refused(void *context, void *actor, uint64_t kind)
{
	connection_answer(context, actor, (enum request_kind)kind, ANSWER_REFUSED);
}

static void connection_dial(struct sim *sim, struct client *client);

/* It waits for the connection, as long as its caller does. */
static void connection_wait(struct sim *sim, struct client *client, enum request_kind kind)
{
	struct connection *c = &client->connection;
	struct request *request = &c->requests[kind];

	request->stuck = true;
	request->timer =
		engine_at(&sim->engine, request->deadline, connection_timed_out, client, kind);
	if (!c->up)
		connection_dial(sim, client);
	else if (c->lost_since == SIM_NEVER)
		c->lost_since = sim->engine.now;
}

/* Silent, or silent until what was lost is sent again. */
static bool connection_is_held_up(const struct sim *sim, const struct client *client)
{
	return connection_path(sim, client) == PATH_SILENT ||
	       engine_pending(&sim->engine, client->connection.resume);
}

static void connection_answered(void *context, void *actor, uint64_t kind)
{
	struct sim *sim = context;
	struct client *client = actor;

	if (connection_is_held_up(sim, client)) {
		connection_wait(sim, client, (enum request_kind)kind);
		return;
	}
	if (connection_path(sim, client) == PATH_REFUSED) {
		connection_answer(sim, client, (enum request_kind)kind, ANSWER_REFUSED);
		return;
	}
	client->connection.last_byte = sim->engine.now;
	connection_answer(sim, client, (enum request_kind)kind, ANSWER_OK);
}

static void connection_send(struct sim *sim, struct client *client, enum request_kind kind)
{
	struct request *request = &client->connection.requests[kind];
	const sim_ns at = sim->engine.now + api_round_trip(sim);

	engine_cancel(&sim->engine, &request->timer);
	request->stuck = false;
	if (at <= request->deadline)
		request->timer = engine_at(&sim->engine, at, connection_answered, client, kind);
	else
		request->timer = engine_at(&sim->engine, request->deadline,
					   connection_timed_out, client, kind);
}

void connection_request(struct sim *sim, struct client *client, enum request_kind kind,
			sim_ns patience, answer_fn done)
{
	struct connection *c = &client->connection;
	struct request *request = &c->requests[kind];
	const sim_ns now = sim->engine.now;

	connection_cancel(sim, client, kind);
	request->asked = true;
	request->done = done;
	request->deadline = patience > SIM_NEVER - now ? SIM_NEVER : now + patience;
	if (connection_is_held_up(sim, client)) {
		connection_wait(sim, client, kind);
		return;
	}
	if (connection_path(sim, client) == PATH_REFUSED) {
		request->timer = engine_in(&sim->engine, 0, connection_refused, client, kind);
		return;
	}
	if (!c->up)
		connection_up(sim, client);
	connection_send(sim, client, kind);
}

void connection_cancel(struct sim *sim, struct client *client, enum request_kind kind)
{
	struct request *request = &client->connection.requests[kind];

	engine_cancel(&sim->engine, &request->timer);
	*request = (struct request){ .asked = false };
}

/* ---- all that wait ---- */

static void connection_answer_waiting(struct sim *sim, struct client *client, enum answer with)
{
	bool waited[REQUESTS];

	/* What an answer makes the agent ask is not answered here. */
	for (int kind = 0; kind < REQUESTS; kind++)
		waited[kind] = client->connection.requests[kind].stuck;
	for (int kind = 0; kind < REQUESTS; kind++) {
		if (waited[kind] && client->connection.requests[kind].stuck)
			connection_answer(sim, client, (enum request_kind)kind, with);
	}
}

static void connection_send_waiting(struct sim *sim, struct client *client)
{
	for (int kind = 0; kind < REQUESTS; kind++) {
		if (client->connection.requests[kind].stuck)
			connection_send(sim, client, (enum request_kind)kind);
	}
}

/* ---- dialing: the first packet is sent again after 1, 3, 7 and 15 s ---- */

static void connection_dialed(void *context, void *actor, uint64_t arg)
{
	static const sim_ns tries_s[] = { 1, 3, 7, 15, DIAL_S };
	enum { TRIES = sizeof(tries_s) / sizeof(tries_s[0]) };
	struct sim *sim = context;
	struct client *client = actor;
	struct connection *c = &client->connection;
	const enum path path = connection_path(sim, client);
	sim_ns before;

	(void)arg;
	if (path == PATH_OPEN && c->attempts < TRIES) {
		connection_up(sim, client);
		connection_send_waiting(sim, client);
		return;
	}
	if (path == PATH_REFUSED || c->attempts == TRIES) {
		c->attempts = 0;
		connection_answer_waiting(sim, client,
					  path == PATH_REFUSED ? ANSWER_REFUSED : ANSWER_LOST);
		return;
	}
	before = c->attempts > 0 ? tries_s[c->attempts - 1] : 0;
	c->dial = engine_in(&sim->engine, (tries_s[c->attempts] - before) * NS_PER_SEC,
			    connection_dialed, client, 0);
	c->attempts++;
}

static void connection_dial(struct sim *sim, struct client *client)
{
	struct connection *c = &client->connection;

	if (engine_pending(&sim->engine, c->dial))
		return;
	c->attempts = 0;
	c->dial = engine_in(&sim->engine, 0, connection_dialed, client, 0);
}

/* ---- silence ---- */

/* The other end does not know this connection any more, or will not take another. */
static void connection_closed(struct sim *sim, struct client *client)
{
	const bool refuses = connection_path(sim, client) == PATH_REFUSED;

	connection_down(sim, client);
	connection_answer_waiting(sim, client, ANSWER_REFUSED);
	watch_end_all(sim, client, refuses ? WATCH_END_REFUSED : WATCH_END_RESET);
}

static void connection_died(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct client *client = actor;

	(void)arg;
	trace_note(sim, "connection-lost", "nothing arrived for 45s",
		   "agent of %s gave its connection to the API server up",
		   sim->setup->nodes.items[client->node].name);
	connection_down(sim, client);
	watch_end_all(sim, client, WATCH_END_DEAD);
	connection_answer_waiting(sim, client, ANSWER_LOST);
}

static void connection_resumed(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct client *client = actor;

	(void)arg;
	if (client->connection.downs != sim->api->downs) {
		connection_closed(sim, client);
		return;
	}
	connection_up(sim, client);
	engine_cancel(&sim->engine, &client->connection.death);
	connection_send_waiting(sim, client);
	watch_resume_all(sim, client);
}

/* What was sent at `since` and got lost is sent again after 0.2 s, and each time after twice
 * as long; the first such moment that is not before `now`. */
static sim_ns connection_retransmission(sim_ns since, sim_ns now)
{
	sim_ns wait = NS_PER_SEC / 5;

	while (since + wait < now)
		wait = 2 * wait + NS_PER_SEC / 5;
	return since + wait;
}

static void connection_cut_off(struct sim *sim, struct client *client)
{
	struct connection *c = &client->connection;
	const sim_ns idle = sim->engine.now - c->last_byte;

	engine_cancel(&sim->engine, &c->resume);
	if (!c->up || engine_pending(&sim->engine, c->death))
		return;
	/* A quiet connection is asked for a sign of life every 30 s. */
	c->last_byte += idle / (IDLE_S * NS_PER_SEC) * (IDLE_S * NS_PER_SEC);
	c->death = engine_at(&sim->engine, c->last_byte + DEATH_S * NS_PER_SEC, connection_died,
			     client, 0);
}

static void connection_healed(struct sim *sim, struct client *client)
{
	struct connection *c = &client->connection;

	if (!c->up)
		return;
	if (sim->api->down) {
		connection_closed(sim, client);
	} else if (c->lost_since == SIM_NEVER && c->downs == sim->api->downs) {
		engine_cancel(&sim->engine, &c->death);
	} else {
		const sim_ns since =
			c->lost_since != SIM_NEVER ? c->lost_since : sim->engine.now;

		c->resume = engine_at(&sim->engine,
				      connection_retransmission(since, sim->engine.now),
				      connection_resumed, client, 0);
	}
}

static void connection_path_changed(struct sim *sim, struct client *client, enum path before)
{
	const enum path path = connection_path(sim, client);

	if (path == before)
		return;
	if (path == PATH_SILENT)
		connection_cut_off(sim, client);
	else if (before == PATH_SILENT)
		connection_healed(sim, client);
	else if (path == PATH_REFUSED && client->connection.up)
		connection_closed(sim, client);
}

bool connection_receives(struct sim *sim, struct client *client)
{
	struct connection *c = &client->connection;

	if (client->cut == 0 && !engine_pending(&sim->engine, c->resume)) {
		c->last_byte = sim->engine.now;
		return true;
	}
	if (c->lost_since == SIM_NEVER)
		c->lost_since = sim->engine.now;
	return false;
}

/* ---- clients ---- */

void client_init(struct sim *sim, struct client *client, uint32_t node, struct agent *agent,
		 const struct watch_handlers *handlers)
{
	*client = (struct client){ .node = node, .agent = agent, .handlers = handlers };
	client_reset(client);
	sim->api->clients[node] = client;
}

void client_reset(struct client *client)
{
	memset(client->watches, 0, sizeof(client->watches));
	connection_init(&client->connection);
}

void client_set_cut(struct sim *sim, struct client *client, enum client_cut why, bool cut)
{
	const enum path before = connection_path(sim, client);

	if (cut)
		client->cut |= why;
	else
		client->cut &= ~(unsigned)why;
	connection_path_changed(sim, client, before);
}

void client_set_down_all(struct sim *sim, bool down)
{
	struct api *api = sim->api;

	api->down = down;
	api->downs += down;
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		const enum path otherwise = down ? PATH_OPEN : PATH_REFUSED;

		connection_path_changed(sim, api->clients[n],
					api->clients[n]->cut != 0 ? PATH_SILENT : otherwise);
	}
}
