/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an observer reaches: where its neighbor entry points against who holds the VIP, why
 * packets do not arrive (enum outage_cause), and the intervals of that (S4).
 */
#include <string.h>

#include "base/text.h"
#include "sim/engine/trace.h"
#include "sim/observe/observe.h"

/* The node that the entry points to takes the packets: it has the VIP, on any interface. */
static bool reach_takes_packets(const struct sim *sim, const struct neighbor *n)
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

static struct holders reach_holders(const struct sim *sim, uint32_t segment, uint32_t vip)
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
static enum outage_cause reach_misdirected(const struct sim *sim, const struct neighbor *n)
{
	if (n->node == SETUP_NONE)
		return OUTAGE_UNRESOLVED;
	if (!kernel_linked(sim, n->node, n->interface))
		return OUTAGE_DEAD_HOLDER;
	if (kernel_holds(sim, n->node, n->vip))
		return OUTAGE_TENTATIVE;
	return OUTAGE_STALE_NEIGHBOR;
}

static bool reach_outage(const struct sim *sim, const struct neighbor *n,
			 enum outage_cause *cause)
{
	const uint32_t segment = sim->setup->observers.items[n->observer].segment;

	if (n->node != SETUP_NONE && kernel_linked(sim, n->node, n->interface) &&
	    !segment_is_dead(sim, segment) && reach_takes_packets(sim, n))
		return false;

	struct holders holders = reach_holders(sim, segment, n->vip);

	if (!holders.present)
		*cause = OUTAGE_NO_HOLDER;
	else if (!holders.answering)
		*cause = OUTAGE_TENTATIVE;
	else if (segment_is_dead(sim, segment))
		*cause = OUTAGE_LOST_FRAMES;
	else
		*cause = reach_misdirected(sim, n);
	return true;
}

/* ---- intervals ---- */

static struct reach *reach_state(const struct sim *sim, const struct neighbor *n)
{
	return &sim->observe->reaches[n->observer][sim->network->vips[n->vip].slot];
}

/* "for another 3h50m": how long the entry of a router lives on. A Linux host's is asked for
 * again as soon as its probes fail: nothing to add. */
static const char *reach_entry_left(const struct sim *sim, const struct neighbor *n)
{
	const sim_ns unit = NS_PER_SEC;
	const sim_ns ends = engine_when(&sim->engine, n->timer);
	char text[DURATION_TEXT_MAX];
	sim_ns left, grain;

	if (sim->setup->observers.items[n->observer].profile != OBSERVER_ROUTER ||
	    ends == SIM_NEVER)
		return "";
	left = ends - sim->engine.now;
	grain = left >= 3600 * unit ? 60 * unit : unit;
	left = (left + grain / 2) / grain * grain;
	duration_format(left, text);
	/* "3h50m0s" */
	if (left >= 3600 * unit && str_has_suffix(text, "m0s"))
		text[strlen(text) - 2] = '\0';
	return arena_printf(sim->arena, " for another %s", text);
}

/* What keeps up an outage that goes on at the end. */
static const char *reach_still(const struct sim *sim, const struct neighbor *n)
{
	const enum outage_cause cause = reach_state(sim, n)->cause;
	const char *observer = sim->setup->observers.items[n->observer].name;

	if (cause == OUTAGE_NO_HOLDER)
		return "no node answers for the address";
	if (cause == OUTAGE_UNRESOLVED)
		return arena_printf(sim->arena, "%s asks who has the address", observer);
	if (cause == OUTAGE_LOST_FRAMES)
		return "no frame gets through on its segment";
	if (cause == OUTAGE_TENTATIVE || n->node == SETUP_NONE)
		return "its holder is still probing for duplicates";
	return arena_printf(sim->arena, "%s has the address at %s's MAC%s", observer,
			    sim->setup->nodes.items[n->node].name, reach_entry_left(sim, n));
}

/* The interval with one cause ends, or (`goes_on`) the run does. */
static void reach_end_cause(struct sim *sim, const struct neighbor *n, bool goes_on)
{
	const struct reach *reach = reach_state(sim, n);
	struct outage outage = { .observer = n->observer,
				 .cause = reach->cause,
				 .still = goes_on ? reach_still(sim, n) : NULL };

	if (!measure_interval(sim, reach->cause_since, &outage.time))
		return;
	if (goes_on)
		outage.time.to = SIM_NEVER;
	ARRAY_ADD(sim->arena, &sim->observe->vips[n->vip].result.outages, outage);
}

static void reach_add_length(const struct sim *sim, struct reach *reach, bool goes_on)
{
	struct interval time = { 0 };

	if (!measure_interval(sim, reach->cut_off_since, &time))
		return;
	reach->outage_total += time.to - time.from;
	reach->ongoing = goes_on;
	if (time.to - time.from >= reach->outage_longest) {
		reach->outage_longest = time.to - time.from;
		reach->longest_ongoing = goes_on;
	}
}

/* "client does not reach": mostly an observer says so of many. */
static const char *reach_words(struct sim *sim, const struct neighbor *n, int which)
{
	static const char *const verbs[REACH_WORDS] = { [REACH_BEGINS] = " does not reach",
							[REACH_ENDS] = " reaches",
							[REACH_IS_OVER] = " no longer needs" };
	struct reach_texts *texts = &sim->observe->texts[n->observer];

	if (texts->words[which] == NULL)
		texts->words[which] =
			arena_join(sim->arena, sim->setup->observers.items[n->observer].name,
				   verbs[which], "");
	return texts->words[which];
}

static void reach_begin(struct sim *sim, const struct neighbor *n, enum outage_cause cause)
{
	struct reach *reach = reach_state(sim, n);

	reach->cut_off = true;
	reach->cause = cause;
	reach->cut_off_since = reach->cause_since = sim->engine.now;
	if (!trace_tells(sim))
		return;
	trace_note_vip(sim, &(struct vip_note){
				    .kind = "outage-began",
				    .cause = outage_cause_words(cause),
				    .before = reach_words(sim, n, REACH_BEGINS),
				    .vip = n->vip,
				    .after = reach->reached ? "" : " yet",
			    });
}

static void reach_note_ongoing(struct sim *sim, const struct neighbor *n)
{
	const char *observer = sim->setup->observers.items[n->observer].name;
	const enum outage_cause cause = reach_state(sim, n)->cause;

	trace_note_vip(
		sim,
		&(struct vip_note){
			.kind = "outage-goes-on",
			.cause = cause == OUTAGE_NO_HOLDER ? outage_cause_words(cause)
							   : reach_still(sim, n),
			.before = arena_printf(sim->arena, "%s still does not reach", observer),
			.vip = n->vip,
			.after = " at the end",
		});
}

static const char *reach_what_helped(const struct sim *sim, const struct neighbor *n)
{
	if (n->learned != NULL && n->learned_at == sim->engine.now)
		return n->learned;
	switch (reach_state(sim, n)->cause) {
	case OUTAGE_TENTATIVE:
		return "no duplicate was found";
	case OUTAGE_LOST_FRAMES:
		return "frames get through again";
	default:
		return outage_end_words();
	}
}

/* How long it has been cut off, as the table has it: without what the warm-up took. */
static sim_ns reach_measured(const struct sim *sim, const struct reach *reach)
{
	struct interval time = { 0 };

	return measure_interval(sim, reach->cut_off_since, &time) ? time.to - time.from : 0;
}

static void reach_end(struct sim *sim, const struct neighbor *n)
{
	struct reach *reach = reach_state(sim, n);

	reach_end_cause(sim, n, false);
	reach_add_length(sim, reach, false);
	reach->cut_off = false;
	if (!trace_tells(sim))
		return;
	if (!sim->network->vips[n->vip].wanted) {
		trace_note_vip(sim, &(struct vip_note){
					    .kind = "outage-ended",
					    .cause = "no Service has it any more",
					    .before = reach_words(sim, n, REACH_IS_OVER),
					    .vip = n->vip,
					    .after = "",
				    });
		return;
	}
	trace_note_vip(sim, &(struct vip_note){
				    .kind = "outage-ended",
				    .cause = reach_what_helped(sim, n),
				    .before = reach_words(sim, n, REACH_ENDS),
				    .vip = n->vip,
				    .after = reach->reached ? " again" : " for the first time",
				    .length = reach_measured(sim, reach),
			    });
}

void reach_assess(struct sim *sim, const struct neighbor *n)
{
	struct reach *reach = reach_state(sim, n);
	enum outage_cause cause = OUTAGE_NO_HOLDER;
	bool cut_off = sim->network->vips[n->vip].wanted && reach_outage(sim, n, &cause);

	if (cut_off && !reach->cut_off) {
		reach_begin(sim, n, cause);
	} else if (cut_off && reach->cause != cause) {
		reach_end_cause(sim, n, false);
		reach->cause = cause;
		reach->cause_since = sim->engine.now;
	} else if (!cut_off && reach->cut_off) {
		reach_end(sim, n);
	}
	reach->reached |= !cut_off && sim->network->vips[n->vip].wanted;
}

/* ---- start, end ---- */

void reach_init(struct sim *sim)
{
	const uint32_t observers = sim->setup->observers.count;

	sim->observe->reaches =
		arena_zalloc(sim->arena, observers, sizeof(*sim->observe->reaches));
	sim->observe->texts = arena_zalloc(sim->arena, observers, sizeof(*sim->observe->texts));
	for (uint32_t i = 0; i < observers; i++) {
		const uint32_t segment = sim->setup->observers.items[i].segment;

		if (segment != SETUP_NONE)
			sim->observe->reaches[i] = arena_zalloc(
				sim->arena, sim->network->segments[segment].vips.count,
				sizeof(struct reach));
	}
}

void reach_finish(struct sim *sim, uint32_t vip)
{
	const struct network *net = sim->network;
	const uint32_t segment = sim->setup->vips.items[vip].segment;

	if (segment == SETUP_NONE)
		return;
	ARRAY_FOREACH (const uint32_t, observer, &net->segments[segment].observers) {
		const struct neighbor *n =
			&net->observers[*observer].neighbors[net->vips[vip].slot];
		struct reach *reach = reach_state(sim, n);

		if (reach->cut_off) {
			reach_end_cause(sim, n, true);
			reach_add_length(sim, reach, true);
			reach_note_ongoing(sim, n);
		}

		struct observer_totals totals = {
			.observer = *observer,
			.outage_total = reach->outage_total,
			.outage_longest = reach->outage_longest,
			.ongoing = reach->ongoing,
			.longest_ongoing = reach->longest_ongoing,
		};

		ARRAY_ADD(sim->arena, &sim->observe->vips[vip].result.totals, totals);
	}
}

bool reach_consistent(const struct sim *sim)
{
	for (uint32_t i = 0; i < sim->setup->observers.count; i++) {
		const uint32_t segment = sim->setup->observers.items[i].segment;
		const uint32_t vips =
			segment != SETUP_NONE ? sim->network->segments[segment].vips.count : 0;

		for (uint32_t k = 0; k < vips; k++) {
			const struct neighbor *n = &sim->network->observers[i].neighbors[k];
			const struct reach *reach = reach_state(sim, n);
			enum outage_cause cause = reach->cause;
			const bool cut_off = sim->network->vips[n->vip].wanted &&
					     reach_outage(sim, n, &cause);

			if (cut_off != reach->cut_off || (cut_off && cause != reach->cause))
				return false;
		}
	}
	return true;
}
