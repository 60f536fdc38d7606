/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the timeline says of the flows that clients lose. What changes several times at one
 * moment, because several nodes go down together, is told once, as it is after all of that.
 */
#include "sim/router/router.h"

#include "base/text.h"
#include "sim/engine/trace.h"

/* What was last said of a client and a VIP. */
struct loss_told {
	bool waits; /* to be told */
	double share;
	const char *cause;
	sim_ns since; /* without a moment in which nothing was lost */
};

struct losses {
	struct loss_told *told; /* by client, then VIP */
	ARRAY_OF(uint32_t) queue;
	struct event_id tells;
	/* The latest words before an address, and what they are of. */
	uint32_t client;
	double share;
	const char *before;
};

/* "internet loses 25 % of the flows to"; `verb` is " loses". */
static const char *losses_words(struct sim *sim, uint32_t client, const char *verb,
				double share)
{
	enum { PERCENT = 100 };
	const char *name = sim->setup->bgp->clients.items[client].name;

	if (share > 1 - 1e-9)
		return arena_printf(sim->arena, "%s%s all flows to", name, verb);
	return arena_printf(sim->arena, "%s%s %.3g %% of the flows to", name, verb,
			    share * PERCENT);
}

/* Those words; mostly hundreds of VIPs in a row have the same. */
static const char *losses_begin(struct sim *sim, uint32_t client, double share)
{
	struct losses *losses = sim->routing->losses;

	if (losses->before == NULL || losses->client != client || losses->share != share)
		losses->before = losses_words(sim, client, " loses", share);
	losses->client = client;
	losses->share = share;
	return losses->before;
}

static void losses_tell_one(struct sim *sim, uint32_t which)
{
	const struct client_result *client = &sim->routing->clients[which];
	struct loss_told *told = &sim->routing->losses->told[which];
	const bool ends = client->share <= 0;
	struct vip_note note = { .kind = "flows-lost",
				 .cause = lost_cause_words(client->cause),
				 .vip = client->vip,
				 .after = "" };

	told->waits = false;
	if (client->share == told->share && (ends || str_equal(client->cause, told->cause)))
		return;
	if (told->share <= 0)
		told->since = sim->engine.now;
	told->share = client->share;
	told->cause = client->cause;
	if (!trace_tells(sim))
		return;
	if (ends) {
		note.kind = "flows-kept";
		note.cause = NULL;
		note.length = sim->engine.now - told->since;
		note.before = arena_printf(sim->arena, "%s loses no more flows to",
					   sim->setup->bgp->clients.items[client->client].name);
	} else {
		note.before = losses_begin(sim, client->client, client->share);
	}
	trace_note_vip(sim, &note);
}

static void losses_tell(void *context, void *actor, uint64_t arg)
{
	struct sim *sim = context;
	struct losses *losses = actor;

	(void)arg;
	ARRAY_FOREACH (const uint32_t, which, &losses->queue)
		losses_tell_one(sim, *which);
	losses->queue.count = 0;
}

void losses_changed(struct sim *sim, uint32_t which)
{
	struct losses *losses = sim->routing->losses;

	if (losses->told[which].waits)
		return;
	losses->told[which].waits = true;
	ARRAY_ADD(sim->arena, &losses->queue, which);
	if (!engine_pending(&sim->engine, losses->tells))
		losses->tells = engine_at_last(&sim->engine, losses_tell, losses, 0);
}

void losses_init(struct sim *sim)
{
	const size_t clients = (size_t)sim->setup->bgp->clients.count * sim->setup->vips.count;
	struct losses *losses = arena_zalloc(sim->arena, 1, sizeof(*losses));

	losses->told = arena_zalloc(sim->arena, clients + 1, sizeof(*losses->told));
	sim->routing->losses = losses;
}

void losses_finish(struct sim *sim)
{
	const struct setup *setup = sim->setup;
	const size_t clients = (size_t)setup->bgp->clients.count * setup->vips.count;

	losses_tell(sim, sim->routing->losses, 0);
	for (size_t i = 0; i < clients; i++) {
		const struct client_result *client = &sim->routing->clients[i];

		if (client->share <= 0)
			continue;
		trace_note_vip(sim,
			       &(struct vip_note){
				       .kind = "flows-still-lost",
				       .cause = lost_cause_words(client->cause),
				       .before = losses_words(sim, client->client,
							      " still loses", client->share),
				       .vip = client->vip,
				       .after = " at the end",
			       });
	}
}
