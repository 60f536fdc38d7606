/* SPDX-License-Identifier: Apache-2.0 */
/* What an observer reaches: its entry against who holds the VIP, and the intervals of that. */
#include "sim/network/network_state.h"

/* The node that the entry points to takes the packets: it has the VIP, on any interface. */
static bool takes_packets(const struct sim *sim, const struct neighbour *n)
{
	for (const struct holding *h = holding_of(sim->network, n->node, n->vip, NULL);
	     h != NULL; h = holding_of(sim->network, n->node, n->vip, h)) {
		if (h->usable)
			return true;
	}
	return false;
}

/* Who could answer the observer. */
struct holders {
	bool present;   /* a powered and linked node on the segment has the address */
	bool answering; /* and it is not tentative */
};

static struct holders holders_on(const struct sim *sim, uint32_t segment, uint32_t vip)
{
	struct holders found = { false, false };

	for (const struct holding *h = sim->network->vips[vip].local.first; h != NULL;
	     h = h->next_of_vip) {
		if (!kernel_present(sim, h) ||
		    kernel_segment(sim, h->node, h->interface) != segment)
			continue;
		found.present = true;
		if (h->usable)
			found.answering = true;
	}
	return found;
}

/* Why packets do not arrive although a holder would answer. */
static enum outage_cause misdirected(const struct sim *sim, const struct neighbour *n)
{
	if (n->node == SETUP_NONE)
		return OUTAGE_UNRESOLVED;
	if (!kernel_linked(sim, n->node, n->interface))
		return OUTAGE_DEAD_HOLDER;
	if (kernel_holds(sim, n->node, n->vip))
		return OUTAGE_TENTATIVE;
	return OUTAGE_STALE_NEIGHBOUR;
}

bool reach_outage(const struct sim *sim, const struct neighbour *n, enum outage_cause *cause)
{
	if (n->node != SETUP_NONE && kernel_linked(sim, n->node, n->interface) &&
	    takes_packets(sim, n))
		return false;

	uint32_t segment = sim->setup->observers.items[n->observer].segment;
	struct holders holders = holders_on(sim, segment, n->vip);

	if (!holders.present)
		*cause = OUTAGE_NO_HOLDER;
	else if (!holders.answering)
		*cause = OUTAGE_TENTATIVE;
	else
		*cause = misdirected(sim, n);
	return true;
}

/* ---- intervals ---- */

static void end_cause(struct sim *sim, struct neighbour *n, bool goes_on)
{
	struct outage outage = { .observer = n->observer, .cause = n->cause };

	if (!measure_interval(sim, n->cause_since, &outage.time))
		return;
	if (goes_on)
		outage.time.to = SIM_NEVER;
	ARRAY_ADD(sim->arena, &sim->network->vips[n->vip].result.outages, outage);
}

static void add_length(const struct sim *sim, struct neighbour *n)
{
	sim_ns length = measure_length(sim, n->cut_off_since);

	n->outage_total += length;
	if (length > n->outage_longest)
		n->outage_longest = length;
}

static const char *observer_name(const struct sim *sim, const struct neighbour *n)
{
	return sim->setup->observers.items[n->observer].name;
}

static void begin(struct sim *sim, struct neighbour *n, enum outage_cause cause)
{
	n->cut_off = true;
	n->cause = cause;
	n->cut_off_since = n->cause_since = sim->engine.now;
	sim_note_vip(sim, &(struct vip_note){
				  .kind = "outage-began",
				  .cause = outage_cause_words(cause),
				  .before = arena_printf(sim->arena, "%s does not reach",
							 observer_name(sim, n)),
				  .vip = n->vip,
				  .after = "",
			  });
}

static void change(struct sim *sim, struct neighbour *n, enum outage_cause cause)
{
	end_cause(sim, n, false);
	n->cause = cause;
	n->cause_since = sim->engine.now;
}

static const char *what_helped(const struct sim *sim, const struct neighbour *n)
{
	if (!sim->network->vips[n->vip].wanted)
		return "nobody wants it any more";
	if (n->learnt != NULL && n->learnt_at == sim->engine.now)
		return n->learnt;
	return n->cause == OUTAGE_TENTATIVE ? "no duplicate was found"
					    : "the node it asks has it again";
}

static void end(struct sim *sim, struct neighbour *n)
{
	end_cause(sim, n, false);
	add_length(sim, n);
	n->cut_off = false;
	sim_note_vip(sim, &(struct vip_note){
				  .kind = "outage-ended",
				  .cause = what_helped(sim, n),
				  .before = arena_printf(sim->arena, "%s reaches",
							 observer_name(sim, n)),
				  .vip = n->vip,
				  .after = " again",
				  .length = sim->engine.now - n->cut_off_since,
			  });
}

void reach_assess(struct sim *sim, struct neighbour *n)
{
	enum outage_cause cause = OUTAGE_NO_HOLDER;
	bool cut_off = sim->network->vips[n->vip].wanted && reach_outage(sim, n, &cause);

	if (cut_off && !n->cut_off)
		begin(sim, n, cause);
	else if (cut_off && n->cause != cause)
		change(sim, n, cause);
	else if (!cut_off && n->cut_off)
		end(sim, n);
}

void reach_finish(struct sim *sim, uint32_t vip)
{
	struct network *net = sim->network;
	uint32_t segment = sim->setup->vips.items[vip].segment;
	struct vip_result *result = &net->vips[vip].result;

	if (segment == SETUP_NONE)
		return;
	ARRAY_FOREACH (const uint32_t, observer, &net->segments[segment].observers) {
		struct neighbour *n =
			&net->observers[*observer].neighbours[net->vips[vip].slot];

		if (n->cut_off) {
			end_cause(sim, n, true);
			add_length(sim, n);
		}

		struct observer_totals totals = {
			.observer = *observer,
			.outage_total = n->outage_total,
			.outage_longest = n->outage_longest,
		};

		ARRAY_ADD(sim->arena, &result->totals, totals);
	}
}
