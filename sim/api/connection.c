/* SPDX-License-Identifier: Apache-2.0 */
/* The connection of an agent: requests, silence, death, dialling. */
#include "sim/api/connection.h"

#include "sim/run/control.h"

enum {
	/* A connection on which nothing arrives is asked for a sign of life after 30 s, and
	 * given up 15 s later. */
	IDLE_S = 30,
	DEATH_S = 45,
	DIAL_S = 30, /* so long a new one is tried */
};

enum path connection_path(const struct sim *sim, const struct agent *agent)
{
	if (agent->cut != 0)
		return PATH_SILENT;
	return sim->control->api.down ? PATH_REFUSED : PATH_OPEN;
}

void connection_init(struct connection *connection)
{
	*connection = (struct connection){ .lost_since = SIM_NEVER };
}

static void up(struct sim *sim, struct agent *agent)
{
	struct connection *c = &agent->connection;

	c->up = true;
	c->downs = sim->control->api.downs;
	c->last_byte = sim->engine.now;
	c->lost_since = SIM_NEVER;
	c->attempts = 0;
	engine_cancel(&sim->engine, &c->dial);
}

void connection_open(struct sim *sim, struct agent *agent)
{
	up(sim, agent);
}

static void down(struct sim *sim, struct agent *agent)
{
	struct connection *c = &agent->connection;

	c->up = false;
	c->lost_since = SIM_NEVER;
	engine_cancel(&sim->engine, &c->death);
	engine_cancel(&sim->engine, &c->resume);
}

void connection_drop(struct sim *sim, struct agent *agent)
{
	down(sim, agent);
	engine_cancel(&sim->engine, &agent->connection.dial);
	for (int kind = 0; kind < REQUESTS; kind++)
		connection_cancel(sim, agent, (enum request_kind)kind);
	connection_init(&agent->connection);
}

/* ---- one request ---- */

static void answer(struct sim *sim, struct agent *agent, enum request_kind kind,
		   enum answer with)
{
	struct request *request = &agent->connection.requests[kind];
	const answer_fn done = request->done;

	if (done == NULL)
		return;
	engine_cancel(&sim->engine, &request->timer);
	*request = (struct request){ .done = NULL };
	done(sim, agent, with);
}

static void timed_out(void *context, void *actor, uint64_t kind)
{
	answer(context, actor, (enum request_kind)kind, ANSWER_TIMEOUT);
}

static void refused(void *context, void *actor, uint64_t kind)
{
	answer(context, actor, (enum request_kind)kind, ANSWER_REFUSED);
}

static void dial(struct sim *sim, struct agent *agent);

/* It waits for the connection, as long as its caller does. */
static void get_stuck(struct sim *sim, struct agent *agent, enum request_kind kind)
{
	struct connection *c = &agent->connection;
	struct request *request = &c->requests[kind];

	request->stuck = true;
	request->timer = engine_at(&sim->engine, request->deadline, timed_out, agent, kind);
	if (!c->up)
		dial(sim, agent);
	else if (c->lost_since == SIM_NEVER)
		c->lost_since = sim->engine.now;
}

/* Silent, or silent until what was lost is sent again. */
static bool is_held_up(const struct sim *sim, const struct agent *agent)
{
	return connection_path(sim, agent) == PATH_SILENT ||
	       engine_pending(&sim->engine, agent->connection.resume);
}

static void arrived(void *context, void *actor, uint64_t kind)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	if (is_held_up(sim, agent)) {
		get_stuck(sim, agent, (enum request_kind)kind);
		return;
	}
	if (connection_path(sim, agent) == PATH_REFUSED) {
		answer(sim, agent, (enum request_kind)kind, ANSWER_REFUSED);
		return;
	}
	agent->connection.last_byte = sim->engine.now;
	answer(sim, agent, (enum request_kind)kind, ANSWER_OK);
}

static void fly(struct sim *sim, struct agent *agent, enum request_kind kind)
{
	struct request *request = &agent->connection.requests[kind];
	const sim_ns at = sim->engine.now + control_round_trip(sim);

	engine_cancel(&sim->engine, &request->timer);
	request->stuck = false;
	if (at <= request->deadline)
		request->timer = engine_at(&sim->engine, at, arrived, agent, kind);
	else
		request->timer =
			engine_at(&sim->engine, request->deadline, timed_out, agent, kind);
}

void connection_request(struct sim *sim, struct agent *agent, enum request_kind kind,
			sim_ns patience, answer_fn done)
{
	struct connection *c = &agent->connection;
	struct request *request = &c->requests[kind];
	const sim_ns now = sim->engine.now;

	connection_cancel(sim, agent, kind);
	request->done = done;
	request->deadline = patience > SIM_NEVER - now ? SIM_NEVER : now + patience;
	if (is_held_up(sim, agent)) {
		get_stuck(sim, agent, kind);
		return;
	}
	if (connection_path(sim, agent) == PATH_REFUSED) {
		request->timer = engine_in(&sim->engine, 0, refused, agent, kind);
		return;
	}
	if (!c->up)
		up(sim, agent);
	fly(sim, agent, kind);
}

void connection_cancel(struct sim *sim, struct agent *agent, enum request_kind kind)
{
	struct request *request = &agent->connection.requests[kind];

	engine_cancel(&sim->engine, &request->timer);
	*request = (struct request){ .done = NULL };
}

/* ---- all that wait ---- */

static void answer_stuck(struct sim *sim, struct agent *agent, enum answer with)
{
	bool waited[REQUESTS];

	/* What an answer makes the agent ask is not answered here. */
	for (int kind = 0; kind < REQUESTS; kind++)
		waited[kind] = agent->connection.requests[kind].stuck;
	for (int kind = 0; kind < REQUESTS; kind++) {
		if (waited[kind] && agent->connection.requests[kind].stuck)
			answer(sim, agent, (enum request_kind)kind, with);
	}
}

static void fly_stuck(struct sim *sim, struct agent *agent)
{
	for (int kind = 0; kind < REQUESTS; kind++) {
		if (agent->connection.requests[kind].stuck)
			fly(sim, agent, (enum request_kind)kind);
	}
}

/* ---- dialling: the first packet is sent again after 1, 3, 7 and 15 s ---- */

static void dialled(void *context, void *actor, uint64_t arg)
{
	static const sim_ns tries_s[] = { 1, 3, 7, 15, DIAL_S };
	enum { TRIES = sizeof(tries_s) / sizeof(tries_s[0]) };
	struct sim *sim = context;
	struct agent *agent = actor;
	struct connection *c = &agent->connection;
	const enum path path = connection_path(sim, agent);
	sim_ns before;

	(void)arg;
	if (path == PATH_OPEN && c->attempts < TRIES) {
		up(sim, agent);
		fly_stuck(sim, agent);
		return;
	}
	if (path == PATH_REFUSED || c->attempts == TRIES) {
		c->attempts = 0;
		answer_stuck(sim, agent, path == PATH_REFUSED ? ANSWER_REFUSED : ANSWER_LOST);
		return;
	}
	before = c->attempts > 0 ? tries_s[c->attempts - 1] : 0;
	c->dial = engine_in(&sim->engine, (tries_s[c->attempts] - before) * NS_PER_SEC, dialled,
			    agent, 0);
	c->attempts++;
}

static void dial(struct sim *sim, struct agent *agent)
{
	struct connection *c = &agent->connection;

	if (engine_pending(&sim->engine, c->dial))
		return;
	c->attempts = 0;
	c->dial = engine_in(&sim->engine, 0, dialled, agent, 0);
}

/* ---- silence ---- */

/* The other end does not know this connection any more, or will not take another. */
static void closed(struct sim *sim, struct agent *agent)
{
	const bool refuses = connection_path(sim, agent) == PATH_REFUSED;

	down(sim, agent);
	answer_stuck(sim, agent, ANSWER_REFUSED);
	watches_ended(sim, agent, refuses ? WATCH_END_REFUSED : WATCH_END_RESET);
}

static void died(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	sim_note(sim, "connection-lost", "nothing arrived for 45s",
		 "agent of %s gave its connection to the API server up",
		 agent_node_name(sim, agent));
	down(sim, agent);
	watches_ended(sim, agent, WATCH_END_DEAD);
	answer_stuck(sim, agent, ANSWER_LOST);
}

static void resumed(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	(void)arg;
	if (agent->connection.downs != sim->control->api.downs) {
		closed(sim, agent);
		return;
	}
	up(sim, agent);
	engine_cancel(&sim->engine, &agent->connection.death);
	fly_stuck(sim, agent);
	watches_resumed(sim, agent);
}

/* What was sent at `since` and got lost is sent again after 0.2 s, and each time after twice
 * as long; the first such moment that is not before `now`. */
static sim_ns retransmission(sim_ns since, sim_ns now)
{
	sim_ns wait = NS_PER_SEC / 5;

	while (since + wait < now)
		wait = 2 * wait + NS_PER_SEC / 5;
	return since + wait;
}

static void cut_off(struct sim *sim, struct agent *agent)
{
	struct connection *c = &agent->connection;
	const sim_ns idle = sim->engine.now - c->last_byte;

	engine_cancel(&sim->engine, &c->resume);
	if (!c->up || engine_pending(&sim->engine, c->death))
		return;
	/* A quiet connection is asked for a sign of life every 30 s. */
	c->last_byte += idle / (IDLE_S * NS_PER_SEC) * (IDLE_S * NS_PER_SEC);
	c->death = engine_at(&sim->engine, c->last_byte + DEATH_S * NS_PER_SEC, died, agent, 0);
}

static void healed(struct sim *sim, struct agent *agent)
{
	struct connection *c = &agent->connection;

	if (!c->up)
		return;
	if (sim->control->api.down) {
		closed(sim, agent);
	} else if (c->lost_since == SIM_NEVER && c->downs == sim->control->api.downs) {
		engine_cancel(&sim->engine, &c->death);
	} else {
		const sim_ns since =
			c->lost_since != SIM_NEVER ? c->lost_since : sim->engine.now;

		c->resume = engine_at(&sim->engine, retransmission(since, sim->engine.now),
				      resumed, agent, 0);
	}
}

void connection_path_changed(struct sim *sim, struct agent *agent, enum path before)
{
	const enum path path = connection_path(sim, agent);

	if (path == before || agent->phase == AGENT_OFF)
		return;
	if (path == PATH_SILENT)
		cut_off(sim, agent);
	else if (before == PATH_SILENT)
		healed(sim, agent);
	else if (path == PATH_REFUSED && agent->connection.up)
		closed(sim, agent);
}

bool connection_receives(struct sim *sim, struct agent *agent)
{
	struct connection *c = &agent->connection;

	if (agent->cut == 0 && !engine_pending(&sim->engine, c->resume)) {
		c->last_byte = sim->engine.now;
		return true;
	}
	if (c->lost_since == SIM_NEVER)
		c->lost_since = sim->engine.now;
	return false;
}
