/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leases, and the stream of their changes to each agent (S1.1): deliveries are events where
 * they can change something (sim/api/leases.h). Left out: a watch that the server ends because
 * its client is too slow.
 */
#include "sim/api/leases.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sim/api/client.h"

/* An agent whose clock is further ahead gets every delivery as an event. */
static const sim_ns ahead_most = NS_PER_SEC;

/* ---- the log ---- */

enum { CHUNK_CHANGES = 1024, NODE_BITS = 24, GENERATION_BITS = 16 };

struct lease_change {
	sim_ns at;
	uint32_t node;
	uint32_t writes;             /* of the node, with this one */
	struct lease_version before; /* what it replaced */
};

struct lease_chunk {
	struct lease_change changes[CHUNK_CHANGES];
};

/* Changes count from 1. */
static struct lease_change *lease_log_at(const struct leases *leases, uint64_t number)
{
	struct lease_chunk *chunk = leases->chunks.items[(number - 1) / CHUNK_CHANGES];

	return &chunk->changes[(number - 1) % CHUNK_CHANGES];
}

static uint64_t lease_later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/*
 * Moves on to what has arrived everywhere by now. The last of these arrived after it was
 * written; when exactly is decided by those that were written not much before.
 */
static void lease_log_settle(struct sim *sim)
{
	struct leases *leases = &sim->api->leases;

	while (leases->settled < leases->changes &&
	       lease_log_at(leases, leases->settled + 1)->at + leases->longest <
		       sim->engine.now)
		leases->settled++;
	while (leases->kept + 1 < leases->settled &&
	       lease_log_at(leases, leases->kept + 1)->at + leases->longest <
		       lease_log_at(leases, leases->settled)->at)
		leases->kept++;
}

/* Frees what neither the time of a delivery nor anybody's copy rests on. */
static void lease_log_trim(struct sim *sim)
{
	struct leases *leases = &sim->api->leases;
	uint64_t needed = leases->kept;

	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		struct lease_watch *watch = &leases->watches[n];

		/* Of one who is not told, what has arrived everywhere is enough to know. */
		if (watch->open && watch->wakes == 0)
			watch->known = lease_later(watch->known,
						   lease_later(watch->from, leases->settled));
		if (watch->knows && watch->known < needed)
			needed = watch->known;
	}
	for (; (leases->freed + 1) * CHUNK_CHANGES <= needed; leases->freed++) {
		free(leases->chunks.items[leases->freed]);
		leases->chunks.items[leases->freed] = NULL;
	}
}

static void lease_log_add(struct sim *sim, uint32_t node)
{
	struct leases *leases = &sim->api->leases;

	lease_log_settle(sim);
	if (leases->changes % CHUNK_CHANGES == 0) {
		lease_log_trim(sim);
		ARRAY_ADD(sim->arena, &leases->chunks, mem_alloc(sizeof(struct lease_chunk)));
	}
	leases->changes++;
	*lease_log_at(leases, leases->changes) = (struct lease_change){
		.at = sim->engine.now,
		.node = node,
		.writes = ++leases->items[node].writes,
		.before = leases->items[node].now,
	};
}

/* ---- when a change arrives ---- */

static uint32_t lease_leading_ones(uint32_t word)
{
	return word == UINT32_MAX ? 32 : (uint32_t)__builtin_clz(~word);
}

/* When the change would arrive at the node if no earlier one delayed it. A result of `until` or
 * less may be inexact: most changes have arrived long ago, and nobody asks when. */
static sim_ns lease_change_arrives_after(const struct sim *sim, uint64_t number, uint32_t node,
					 sim_ns until)
{
	const struct leases *leases = &sim->api->leases;
	const struct lease_change *change = lease_log_at(leases, number);
	const uint32_t counter[4] = { change->writes, change->node, node, 0 };
	uint32_t words[4];
	sim_ns delay;

	random_at(leases->key, counter, words);
	delay = leases->longest_of[lease_leading_ones(words[0])];
	if (change->at + (delay > 0 ? delay : 1) <= until)
		return change->at;
	delay = distribution_at(&sim->setup->timing.watch_delivery, words);
	/* Never at the moment of the change itself. */
	return change->at + (delay > 0 ? delay : 1);
}

static sim_ns lease_change_arrives(const struct sim *sim, uint64_t number, uint32_t node)
{
	return lease_change_arrives_after(sim, number, node, INT64_MIN);
}

/* The last change before those whose arrival at the agent is worth a look. */
static uint64_t lease_watch_settled(struct sim *sim, const struct lease_watch *watch)
{
	lease_log_settle(sim);
	return lease_later(watch->from, sim->api->leases.settled);
}

static void lease_watch_alarm(struct sim *sim, uint32_t node, int64_t expiry);

static void lease_watch_deliver(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct client *client = actor;
	const struct leases *leases = &sim->api->leases;
	struct lease_watch *watch = &leases->watches[client->node];
	const uint64_t number = arg >> GENERATION_BITS;
	struct lease_news news;

	/* What was scheduled twice arrives once. */
	if (!watch->open || watch->generation != (uint16_t)arg || number <= watch->known ||
	    !connection_receives(sim, client))
		return;
	watch->known = number;
	watch->heard = sim->engine.now;
	news.node = lease_log_at(leases, number)->node;
	news.existed = lease_log_at(leases, number)->before.exists;
	news.version = *leases_seen(leases, client->node, news.node);
	if (leases->items[news.node].at_risk && news.version.exists)
		lease_watch_alarm(sim, client->node, news.version.expiry);
	client->handlers->lease_changed(sim, client->agent, &news);
}

static void lease_watch_schedule(struct sim *sim, uint32_t node, uint64_t number, sim_ns at)
{
	const struct lease_watch *watch = &sim->api->leases.watches[node];

	(void)engine_at_first(&sim->engine, at, number << NODE_BITS | node, lease_watch_deliver,
			      sim->api->clients[node],
			      number << GENERATION_BITS | watch->generation);
}

/* The change that was just made is an event there. */
static void lease_watch_send(struct sim *sim, uint32_t node)
{
	const struct leases *leases = &sim->api->leases;
	struct lease_watch *watch = &leases->watches[node];
	uint64_t number = lease_later(watch->sent, lease_watch_settled(sim, watch));

	while (number < leases->changes) {
		/* The last one arrives after now, and none of the others later than it matters.
		 */
		const sim_ns at =
			lease_change_arrives_after(sim, ++number, node, sim->engine.now);

		if (at > watch->last)
			watch->last = at;
	}
	watch->sent = number;
	lease_watch_schedule(sim, node, number, watch->last);
}

void leases_catch_up(struct sim *sim, uint32_t node)
{
	const struct leases *leases = &sim->api->leases;
	struct lease_watch *watch = &leases->watches[node];

	/* With all deliveries as events, they do it. */
	if (!watch->open || watch->wakes != 0)
		return;
	watch->known = lease_later(watch->known, lease_watch_settled(sim, watch));
	while (watch->known < leases->changes &&
	       lease_change_arrives(sim, watch->known + 1, node) <= sim->engine.now)
		watch->known++;
}

/* When the last change that the agent knows arrived; 0: before the watch. */
static sim_ns lease_watch_heard(const struct sim *sim, uint32_t node)
{
	const struct leases *leases = &sim->api->leases;
	const struct lease_watch *watch = &leases->watches[node];
	sim_ns last = 0;

	if (watch->known <= watch->from)
		return 0;
	for (uint64_t number = watch->known;
	     number > lease_later(watch->from, leases->kept) &&
	     lease_log_at(leases, number)->at + leases->longest >=
		     lease_log_at(leases, watch->known)->at;
	     number--) {
		const sim_ns at = lease_change_arrives(sim, number, node);

		if (at > last)
			last = at;
	}
	return last;
}

/* ---- awake ---- */

static void lease_watch_add_wake(struct leases *leases, uint32_t node, unsigned why)
{
	struct lease_watch *watch = &leases->watches[node];

	if (watch->wakes == 0 && why != 0) {
		watch->place = leases->awake_count;
		leases->awake[leases->awake_count++] = node;
	}
	watch->wakes |= why;
}

/* What arrives after `until` becomes events; what arrived before is known. */
static void lease_watch_wake(struct sim *sim, uint32_t node, enum lease_wake why, sim_ns until)
{
	struct leases *leases = &sim->api->leases;
	struct lease_watch *watch = &leases->watches[node];
	const bool awake = watch->wakes != 0;
	uint64_t number;
	sim_ns last = watch->heard;

	if (!watch->open)
		return;
	lease_watch_add_wake(leases, node, why);
	if (awake)
		return;
	watch->known = lease_later(watch->known, lease_watch_settled(sim, watch));
	for (number = watch->known + 1; number <= leases->changes; number++) {
		const sim_ns at = lease_change_arrives(sim, number, node);

		if (at > last)
			last = at;
		if (last <= until)
			watch->known = number;
		else
			lease_watch_schedule(sim, node, number, last);
	}
	if (last > watch->last)
		watch->last = last;
	watch->sent = leases->changes;
}

static void lease_watch_sleep(struct leases *leases, uint32_t node, unsigned why)
{
	struct lease_watch *watch = &leases->watches[node];
	const bool awake = watch->wakes != 0;

	watch->wakes &= ~why;
	if (!awake || watch->wakes != 0)
		return;
	leases->awake[watch->place] = leases->awake[--leases->awake_count];
	leases->watches[leases->awake[watch->place]].place = watch->place;
}

static void lease_watch_alarmed(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	const struct client *client = actor;

	(void)arg;
	/* What arrives at this moment is yet to come. */
	lease_watch_wake(sim, client->node, WAKE_EXPIRY, sim->engine.now - 1);
}

static void lease_watch_alarm(struct sim *sim, uint32_t node, int64_t expiry)
{
	struct lease_watch *watch = &sim->api->leases.watches[node];
	const sim_ns at = expiry - sim->api->clients[node]->offset;

	if (engine_when(&sim->engine, watch->alarm) <= at)
		return;
	engine_cancel(&sim->engine, &watch->alarm);
	watch->alarm = engine_at_first(&sim->engine, at, node, lease_watch_alarmed,
				       sim->api->clients[node], 0);
}

bool leases_may_expire(const struct sim *sim, uint32_t node)
{
	const struct lease_watch *watch = &sim->api->leases.watches[node];

	return !watch->open || watch->wakes != 0;
}

void leases_looked(struct sim *sim, uint32_t node, int64_t next)
{
	lease_watch_sleep(&sim->api->leases, node, WAKE_EXPIRY);
	if (next != INT64_MAX)
		lease_watch_alarm(sim, node, next);
}

static bool lease_watch_is_ahead(const struct sim *sim, uint32_t node)
{
	return sim->api->clients[node]->offset > ahead_most;
}

void leases_clock_set(struct sim *sim, uint32_t node)
{
	lease_watch_wake(sim, node, WAKE_EXPIRY, sim->engine.now);
	if (lease_watch_is_ahead(sim, node))
		lease_watch_wake(sim, node, WAKE_CLOCK, sim->engine.now);
	else
		lease_watch_sleep(&sim->api->leases, node, WAKE_CLOCK);
}

void leases_disturb(struct sim *sim, uint32_t node)
{
	struct connection *connection = &sim->api->clients[node]->connection;
	sim_ns heard;

	if (!sim->api->leases.watches[node].open)
		return;
	leases_catch_up(sim, node);
	heard = lease_watch_heard(sim, node);
	if (heard > connection->last_byte)
		connection->last_byte = heard;
	lease_watch_wake(sim, node, WAKE_DISTURBED, sim->engine.now);
}

/* ---- changes ---- */

static void lease_at_risk(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct leases *leases = &sim->api->leases;
	struct lease_state *lease = actor;

	(void)arg;
	lease->at_risk = true;
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		if (leases->watches[n].open && leases->watches[n].wakes == 0)
			lease_watch_alarm(sim, n, lease->now.expiry);
	}
}

/* Whoever is alive sees the next renewal in time if it is made before this moment. */
static void lease_watch_over(struct sim *sim, uint32_t node)
{
	struct lease_state *lease = &sim->api->leases.items[node];
	const sim_ns at = lease->now.expiry - ahead_most - sim->api->leases.longest - 1;

	engine_cancel(&sim->engine, &lease->risk);
	lease->at_risk = false;
	if (lease->now.exists)
		lease->risk = engine_at_first(&sim->engine, at, node, lease_at_risk, lease, 0);
}

/* Renewed in time: nobody does anything when it arrives, except those who are awake. */
static bool lease_renews(const struct lease_state *lease, const struct lease_version *to)
{
	return to->exists && lease->now.exists && lease->now.subnets == to->subnets &&
	       lease->now.expiry <= to->expiry && !lease->at_risk;
}

static void lease_change_to(struct sim *sim, uint32_t node, struct lease_version to)
{
	struct leases *leases = &sim->api->leases;
	struct lease_state *lease = &leases->items[node];
	const bool renews = lease_renews(lease, &to);

	lease_log_add(sim, node);
	to.number = leases->changes;
	lease->now = to;
	lease_watch_over(sim, node);
	for (uint32_t i = 0; i < leases->awake_count && renews; i++)
		lease_watch_send(sim, leases->awake[i]);
	for (uint32_t n = 0; n < sim->setup->nodes.count && !renews; n++) {
		if (leases->watches[n].open)
			lease_watch_send(sim, n);
	}
}

void leases_begin(struct sim *sim, uint32_t node, uint32_t instance, uint32_t subnets,
		  int64_t expiry)
{
	sim->api->leases.items[node] = (struct lease_state){
		.now = { .exists = true, .subnets = subnets, .expiry = expiry },
		.instance = instance,
		.reported = UINT64_MAX,
	};
	lease_watch_over(sim, node);
}

void leases_write(struct sim *sim, uint32_t node, uint32_t instance, uint32_t subnets,
		  int64_t expiry)
{
	sim->api->leases.items[node].instance = instance;
	lease_change_to(
		sim, node,
		(struct lease_version){ .exists = true, .subnets = subnets, .expiry = expiry });
}

void leases_delete(struct sim *sim, uint32_t node)
{
	if (sim->api->leases.items[node].now.exists)
		lease_change_to(sim, node, (struct lease_version){ .exists = false });
}

/* ---- copies ---- */

void leases_take(struct sim *sim, uint32_t node)
{
	struct lease_watch *watch = &sim->api->leases.watches[node];

	watch->knows = true;
	watch->known = sim->api->leases.changes;
}

void leases_forget(struct sim *sim, uint32_t node)
{
	sim->api->leases.watches[node].knows = false;
}

const struct lease_version *leases_seen_before(const struct leases *leases, uint32_t node,
					       uint32_t lease)
{
	static const struct lease_version none = { .exists = false };
	const struct lease_watch *watch = &leases->watches[node];
	const struct lease_version *version = &leases->items[lease].now;

	if (!watch->knows)
		return &none;
	while (version->number > watch->known)
		version = &lease_log_at(leases, version->number)->before;
	return version;
}

/* ---- watches ---- */

void leases_open(struct sim *sim, uint32_t node)
{
	struct leases *leases = &sim->api->leases;
	struct lease_watch *watch = &leases->watches[node];

	lease_watch_sleep(leases, node, watch->wakes);
	watch->generation++;
	watch->open = true;
	watch->from = watch->sent = leases->changes;
	watch->last = sim->engine.now;
	/* Nothing is on its way yet. */
	lease_watch_add_wake(leases, node,
			     (sim->setup->every_delivery ? WAKE_ALWAYS : 0U) |
				     (lease_watch_is_ahead(sim, node) ? WAKE_CLOCK : 0U));
}

void leases_close(struct sim *sim, uint32_t node)
{
	struct leases *leases = &sim->api->leases;

	leases_catch_up(sim, node);
	lease_watch_sleep(leases, node, leases->watches[node].wakes);
	engine_cancel(&sim->engine, &leases->watches[node].alarm);
	leases->watches[node].open = false;
}

/* ---- life ---- */

void leases_init(struct sim *sim)
{
	struct leases *leases = &sim->api->leases;
	const uint32_t nodes = sim->setup->nodes.count;
	struct random key = random_split(sim->seed, "control.leases");

	leases->key = random_u64(&key);
	leases->longest = distribution_longest(&sim->setup->timing.watch_delivery);
	for (uint32_t ones = 0; ones <= 32; ones++)
		leases->longest_of[ones] = distribution_longest_up_to(
			&sim->setup->timing.watch_delivery,
			ones >= 31 ? UINT32_MAX : ~(UINT32_C(1) << (31 - ones)));
	leases->items = arena_zalloc(sim->arena, nodes, sizeof(*leases->items));
	leases->watches = arena_zalloc(sim->arena, nodes, sizeof(*leases->watches));
	leases->awake = arena_zalloc(sim->arena, nodes, sizeof(*leases->awake));
}

void leases_release(struct sim *sim)
{
	ARRAY_FOREACH (struct lease_chunk *, chunk, &sim->api->leases.chunks)
		free(*chunk);
}
