/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection of an agent to the API server: requests, silence, death, dialing (P8.5).
 * Silence is noticed 45 s after the last byte; a new connection is then tried. What was cut
 * off for less comes with the next retransmission.
 */
#include <string.h>

#include "base/array.h"
#include "sim/api/client.h"
#include "sim/engine/trace.h"

enum {
	/* A connection on which nothing arrives is asked for a sign of life after 30 s, and
	 * given up 15 s later. */
	IDLE_S = 30,
	DEATH_S = 45,
	DIAL_S = 30,        /* so long a socket is tried */
	REDIAL_S = 1,       /* after which a watch tries another */
	WATCH_RETRIES = 10, /* and so often */
	/* After a death nobody dials for up to so long; chosen so that the times measured in
	 * P8.5k lie inside the range. */
	PAUSE_MS = 1000,
	COMMIT_PART = 4, /* the server acts after this part of a round trip */
	UNHANG_MS = 200, /* a server that hung has answered everybody after this (P8.5h) */
};

enum path connection_path(const struct sim *sim, const struct client *client)
{
	if (client->cut != 0 || (sim->api->down && sim->api->how == API_DOWN_HANGS))
		return PATH_SILENT;
	return sim->api->down ? PATH_REFUSED : PATH_OPEN;
}

static void connection_init(struct connection *connection)
{
	*connection = (struct connection){ .lost_sent = SIM_NEVER, .lost_received = SIM_NEVER };
}

void connection_open(struct sim *sim, struct client *client)
{
	struct connection *c = &client->connection;

	c->up = true;
	c->downs = sim->api->downs;
	c->last_byte = sim->engine.now;
	c->lost_sent = c->lost_received = SIM_NEVER;
}

static void connection_down(struct sim *sim, struct client *client)
{
	struct connection *c = &client->connection;

	c->up = false;
	c->lost_sent = c->lost_received = SIM_NEVER;
	engine_cancel(&sim->engine, &c->death);
	engine_cancel(&sim->engine, &c->resume);
}

void connection_drop(struct sim *sim, struct client *client)
{
	connection_down(sim, client);
	for (int kind = 0; kind < REQUESTS; kind++) {
		connection_cancel(sim, client, (enum request_kind)kind);
		engine_cancel(&sim->engine, &client->connection.dials[kind].timer);
	}
	connection_init(&client->connection);
}

/* ---- one request ---- */

static void connection_answer(struct sim *sim, struct client *client, enum request_kind kind,
			      enum answer with)
{
	const answer_fn done = client->connection.requests[kind].done;

	if (!client->connection.requests[kind].asked)
		return;
	connection_cancel(sim, client, kind);
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

static void connection_dial(struct sim *sim, struct client *client, enum request_kind kind);

/* It waits for the connection, as long as its caller does. */
static void connection_wait(struct sim *sim, struct client *client, enum request_kind kind)
{
	struct connection *c = &client->connection;
	struct request *request = &c->requests[kind];

	request->stuck = true;
	engine_cancel(&sim->engine, &request->timer);
	engine_cancel(&sim->engine, &request->commits);
	request->timer =
		engine_at(&sim->engine, request->deadline, connection_timed_out, client, kind);
	if (!c->up)
		connection_dial(sim, client, kind);
	else if (c->lost_sent == SIM_NEVER)
		c->lost_sent = sim->engine.now;
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

static void connection_commit(void *context, void *actor, uint64_t kind)
{
	struct sim *sim = context;
	struct client *client = actor;
	struct request *request = &client->connection.requests[kind];

	if (!connection_is_held_up(sim, client) && !sim->api->down && request->commit != NULL)
		request->commit(sim, client->agent);
	request->commit = NULL;
}

static void connection_send(struct sim *sim, struct client *client, enum request_kind kind)
{
	struct request *request = &client->connection.requests[kind];
	const sim_ns trip = api_round_trip(sim);
	const sim_ns at = sim->engine.now + trip;

	engine_cancel(&sim->engine, &request->timer);
	request->stuck = false;
	if (request->commit != NULL)
		request->commits = engine_in(&sim->engine, trip / COMMIT_PART,
					     connection_commit, client, kind);
	if (at <= request->deadline)
		request->timer = engine_at(&sim->engine, at, connection_answered, client, kind);
	else
		request->timer = engine_at(&sim->engine, request->deadline,
					   connection_timed_out, client, kind);
}

static void connection_send_waiting(struct sim *sim, struct client *client)
{
	for (int kind = 0; kind < REQUESTS; kind++) {
		if (client->connection.requests[kind].stuck)
			connection_send(sim, client, (enum request_kind)kind);
	}
}

/* A socket is open: it serves everybody, and nobody dials any more. */
static void connection_opened(struct sim *sim, struct client *client)
{
	connection_open(sim, client);
	for (int kind = 0; kind < REQUESTS; kind++) {
		if (client->connection.requests[kind].stuck)
			engine_cancel(&sim->engine, &client->connection.dials[kind].timer);
	}
	connection_send_waiting(sim, client);
}

/* What a request does that is made now. */
static void connection_try(struct sim *sim, struct client *client, enum request_kind kind)
{
	struct connection *c = &client->connection;

	if (connection_is_held_up(sim, client)) {
		connection_wait(sim, client, kind);
	} else if (connection_path(sim, client) == PATH_REFUSED) {
		c->requests[kind].timer =
			engine_in(&sim->engine, 0, connection_refused, client, kind);
	} else {
		if (!c->up)
			connection_opened(sim, client);
		connection_send(sim, client, kind);
	}
}

void connection_request_commit(struct sim *sim, struct client *client, enum request_kind kind,
			       sim_ns patience, commit_fn commit, answer_fn done)
{
	struct request *request = &client->connection.requests[kind];
	const sim_ns now = sim->engine.now;

	connection_cancel(sim, client, kind);
	*request = (struct request){
		.asked = true,
		.commit = commit,
		.done = done,
		.deadline = patience > SIM_NEVER - now ? SIM_NEVER : now + patience,
	};
	connection_try(sim, client, kind);
}

void connection_request(struct sim *sim, struct client *client, enum request_kind kind,
			sim_ns patience, answer_fn done)
{
	connection_request_commit(sim, client, kind, patience, NULL, done);
}

/* A dial that it began goes on: what comes of it serves others. */
void connection_cancel(struct sim *sim, struct client *client, enum request_kind kind)
{
	struct request *request = &client->connection.requests[kind];

	engine_cancel(&sim->engine, &request->timer);
	engine_cancel(&sim->engine, &request->commits);
	*request = (struct request){ .asked = false };
}

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

/* ---- dialing (P8.5k) ---- */

static void connection_dial_again(void *context, void *actor, uint64_t kind)
{
	const struct client *client = actor;

	if (client->connection.requests[kind].asked)
		connection_try(context, actor, (enum request_kind)kind);
}

/* The time for a socket is up. A watch tries another a second later; others are told. */
static void connection_dial_ended(struct sim *sim, struct client *client,
				  enum request_kind kind)
{
	struct request *request = &client->connection.requests[kind];

	if (!request->stuck)
		return;
	if ((unsigned)kind < REQUEST_WATCH || request->retries == WATCH_RETRIES) {
		connection_answer(sim, client, kind, ANSWER_LOST);
		return;
	}
	request->retries++;
	request->stuck = false;
	client->connection.dials[kind].timer = engine_in(&sim->engine, REDIAL_S * NS_PER_SEC,
							 connection_dial_again, client, kind);
}

/* When the SYN of this number is sent, after the start of a dial; DIAL_S: there is none. */
static sim_ns connection_syn_after(const struct sim *sim, uint32_t number)
{
	static const uint32_t linear_ms[] = { 0,    1000, 2000,  3000, 4000,
					      5000, 7000, 11300, 19500 };
	static const uint32_t doubling_ms[] = { 0, 1000, 3000, 7000, 15000 };
	const bool linear = sim->setup->timing.syn_linear;
	const uint32_t count = linear ? ARRAY_LEN(linear_ms) : ARRAY_LEN(doubling_ms);

	if (number >= count)
		return DIAL_S * NS_PER_SEC;
	return (sim_ns)(linear ? linear_ms : doubling_ms)[number] * NS_PER_MS;
}

static void connection_dial_step(void *context, void *actor, uint64_t kind)
{
	struct sim *sim = context;
	struct client *client = actor;
	struct dial *dial = &client->connection.dials[kind];
	const enum path path = connection_path(sim, client);

	if (client->connection.up)
		return;
	if (sim->engine.now - dial->since >= DIAL_S * NS_PER_SEC) {
		connection_dial_ended(sim, client, (enum request_kind)kind);
	} else if (path == PATH_OPEN) {
		connection_opened(sim, client);
	} else if (path == PATH_REFUSED) {
		if (client->connection.requests[kind].stuck)
			connection_answer(sim, client, (enum request_kind)kind, ANSWER_REFUSED);
	} else {
		dial->timer = engine_at(&sim->engine,
					dial->since + connection_syn_after(sim, ++dial->sent),
					connection_dial_step, client, kind);
	}
}

static void connection_dial(struct sim *sim, struct client *client, enum request_kind kind)
{
	struct dial *dial = &client->connection.dials[kind];

	engine_cancel(&sim->engine, &dial->timer);
	*dial = (struct dial){ .since = sim->engine.now };
	if (dial->since < client->connection.dial_from)
		dial->since = client->connection.dial_from;
	dial->timer = engine_at(&sim->engine, dial->since, connection_dial_step, client, kind);
}

bool connection_consistent(const struct sim *sim, const struct client *client)
{
	const struct connection *c = &client->connection;

	for (int kind = 0; kind < REQUESTS; kind++) {
		const struct request *request = &c->requests[kind];
		bool waits = engine_pending(&sim->engine, request->timer) && !request->stuck;

		if (request->stuck && c->up)
			waits = engine_pending(&sim->engine, c->resume) ||
				engine_pending(&sim->engine, c->death);
		else if (!waits)
			waits = engine_pending(&sim->engine, c->dials[kind].timer);
		if (request->asked && !waits)
			return false;
	}
	return true;
}

/* ---- silence ---- */

/* The other end does not know this connection any more, or will not take another. */
static void connection_closed(struct sim *sim, struct client *client)
{
	const bool refuses = connection_path(sim, client) == PATH_REFUSED;
	const enum watch_end_reason refused =
		sim->api->how == API_DOWN_CLOSES ? WATCH_END_ORDERLY : WATCH_END_REFUSED;

	connection_down(sim, client);
	connection_answer_waiting(sim, client, ANSWER_REFUSED);
	watch_end_all(sim, client, refuses ? refused : WATCH_END_RESET);
}

static void connection_died(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct client *client = actor;

	(void)arg;
	trace_note(sim, "connection-lost", "nothing arrived for 45s",
		   "agent of %s gave up its connection to the API server",
		   sim->setup->nodes.items[client->node].name);
	connection_down(sim, client);
	client->connection.dial_from =
		sim->engine.now +
		(sim_ns)random_below(&sim->api->backoff, PAUSE_MS * (uint64_t)NS_PER_MS);
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
	engine_cancel(&sim->engine, &client->connection.death);
	connection_opened(sim, client);
	watch_resume_all(sim, client);
}

/* What was sent at `since` and got lost is sent again after about 0.22 s, and each time after
 * twice as long; the first such moment that is not before now. (P8.5j) */
static sim_ns connection_retransmission(struct sim *sim, sim_ns since)
{
	const sim_ns least = 214 * NS_PER_MS;
	const sim_ns first = least + (sim_ns)random_below(&sim->api->backoff, 10 * NS_PER_MS);
	sim_ns wait = first;

	if (since == SIM_NEVER)
		return sim->engine.now;
	while (since + wait < sim->engine.now)
		wait = 2 * wait + first;
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
	} else if (c->lost_sent == SIM_NEVER && c->lost_received == SIM_NEVER &&
		   c->downs == sim->api->downs) {
		engine_cancel(&sim->engine, &c->death);
	} else {
		/* An answer comes behind what the server sends again. */
		const sim_ns sent = connection_retransmission(sim, c->lost_sent);
		const sim_ns received = connection_retransmission(sim, c->lost_received);

		c->resume = engine_at(&sim->engine, sent > received ? sent : received,
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

	if (!connection_is_held_up(sim, client)) {
		c->last_byte = sim->engine.now;
		return true;
	}
	if (c->lost_received == SIM_NEVER)
		c->lost_received = sim->engine.now;
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

	leases_disturb(sim, client->node);
	if (cut)
		client->cut |= why;
	else
		client->cut &= ~(unsigned)why;
	connection_path_changed(sim, client, before);
}

/* A server that hung goes on: what waits for it has its answer soon, whoever dials. */
static void connection_unhang(struct sim *sim, struct client *client)
{
	struct connection *c = &client->connection;
	const sim_ns after =
		(sim_ns)random_below(&sim->api->backoff, UNHANG_MS * (uint64_t)NS_PER_MS);

	if (connection_path(sim, client) != PATH_OPEN)
		return; /* it is cut off as well */
	if (c->up && c->downs != sim->api->downs) {
		connection_closed(sim, client);
	} else if (c->up) {
		c->resume = engine_in(&sim->engine, after, connection_resumed, client, 0);
		return;
	}
	for (uint64_t kind = 0; kind < REQUESTS; kind++) {
		if (!c->requests[kind].stuck)
			continue;
		engine_cancel(&sim->engine, &c->dials[kind].timer);
		c->dials[kind].since = sim->engine.now;
		c->dials[kind].timer =
			engine_in(&sim->engine, after, connection_dial_step, client, kind);
	}
}

void client_set_down_all(struct sim *sim, bool down, enum api_down_how how)
{
	struct api *api = sim->api;
	const bool hung = !down && api->how == API_DOWN_HANGS;
	const enum path otherwise = down ? PATH_OPEN : PATH_REFUSED;

	for (uint32_t n = 0; n < sim->setup->nodes.count; n++)
		leases_disturb(sim, n);
	api->down = down;
	api->how = how;
	api->downs += down && how != API_DOWN_HANGS;
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		struct client *client = api->clients[n];

		if (hung)
			connection_unhang(sim, client);
		else
			connection_path_changed(sim, client,
						client->cut != 0 ? PATH_SILENT : otherwise);
	}
}
