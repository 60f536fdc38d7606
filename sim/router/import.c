/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The import poll of a speaker (T1.2, T7.1): at each tick it takes the prefixes of the
 * addresses on the dummy interface. A tick at which nothing changed is no event. Left out: the
 * addresses of other interfaces that it imports, and a rate limit of fork-1.3.
 */
#include "sim/router/tap.h"

#include <string.h>

#include "sim/engine/trace.h"

#define IMPORT_BURST NS_PER_MS

/* Whether any VIP of the prefix is on the node's dummy interface. */
static bool import_has(const struct sim *sim, uint32_t node, const struct setup_prefix *prefix)
{
	ARRAY_FOREACH (const uint32_t, vip, &prefix->vips) {
		if (kernel_has(sim, node, INTERFACE_DUMMY, *vip))
			return true;
	}
	return false;
}

static void import_polls(void *context, void *actor, uint64_t node)
{
	struct sim *sim = context;
	struct node_speaker *speaker = actor;
	const struct setup_bgp *bgp = sim->setup->bgp;
	bool changed = false;

	/* It looks when it goes on. */
	if (speaker->paused)
		return;
	for (uint32_t p = 0; p < bgp->prefixes.count; p++) {
		const bool has = speaker->imports && !speaker->drained &&
				 import_has(sim, (uint32_t)node, &bgp->prefixes.items[p]);

		changed |= has != bits_get(speaker->imported, p);
		bits_set(speaker->imported, p, has);
	}
	for (uint32_t i = 0; !speaker->polled && i < speaker->count; i++) {
		struct wire *wire = &sim->routing->wires[speaker->first + i];

		if (wire->lingering && wire_is_up(wire))
			wire_restarted(sim, wire);
	}
	speaker->polled = true;
	for (uint32_t i = 0; changed && i < speaker->count; i++) {
		struct wire *wire = &sim->routing->wires[speaker->first + i];
		const sim_ns apply =
			distribution_sample(&bgp->timing.import_apply, &speaker->random);
		const sim_ns delay =
			apply +
			bgp_span_sample(
				&bgp->routers.items[wire->setup->router].router->update_to_fib,
				&speaker->random);

		tap_update_in(sim, wire, apply);
		wire->updated = sim->engine.now + apply;
		if (wire_is_up(wire))
			paths_update_in(sim, wire, delay,
					speaker->drained
						? "its speaker withdrew them"
						: "its speaker noticed the change on the "
						  "dummy interface");
	}
}

static bool import_node_consistent(const struct sim *sim, uint32_t node)
{
	const struct node_speaker *speaker = &sim->routing->speakers[node];
	const struct setup_bgp *bgp = sim->setup->bgp;
	const bool imports = !speaker->drained && speaker->imports;

	if (!speaker->runs || speaker->paused || engine_pending(&sim->engine, speaker->poll))
		return true;
	for (uint32_t p = 0; p < bgp->prefixes.count; p++) {
		if (bits_get(speaker->imported, p) !=
		    (imports && import_has(sim, node, &bgp->prefixes.items[p])))
			return false;
	}
	return true;
}

bool import_consistent(const struct sim *sim)
{
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		if (!import_node_consistent(sim, n))
			return false;
	}
	return true;
}

static void import_plan(struct sim *sim, uint32_t node)
{
	struct node_speaker *speaker = &sim->routing->speakers[node];
	const sim_ns every = sim->setup->bgp->timing.import_poll;
	sim_ns at = sim->engine.now;

	if (!speaker->runs || engine_pending(&sim->engine, speaker->poll))
		return;
	if (at < speaker->phase)
		at = speaker->phase;
	else if (every == 0)
		at += IMPORT_BURST; /* what changes together comes together (BG5.6) */
	else
		at = speaker->phase + (at - speaker->phase + every - 1) / every * every;
	speaker->poll = engine_at(&sim->engine, at, import_polls, speaker, node);
}

void import_started(struct sim *sim, uint32_t node)
{
	struct node_speaker *speaker = &sim->routing->speakers[node];
	const sim_ns every = sim->setup->bgp->timing.import_poll;

	speaker->phase =
		sim->engine.now + (sim_ns)random_below(&speaker->random, (uint64_t)every + 1);
	speaker->polled = false;
	memset(speaker->imported, 0,
	       bits_words(sim->setup->bgp->prefixes.count) * sizeof(*speaker->imported));
	import_plan(sim, node);
}

void import_dummy_changed(struct sim *sim, uint32_t node)
{
	import_plan(sim, node);
}

void import_now(struct sim *sim, uint32_t node)
{
	import_polls(sim, &sim->routing->speakers[node], node);
}
