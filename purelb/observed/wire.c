/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has a local address according to others: neighbor tables, and frames. (O2.4)
 *
 * Two outputs of one place that differ are judged by their times; without them it is doubtful,
 * and both are shown. Two nodes that answer by turns are a fault; one that answers before and
 * after the other may be a move there and back.
 */
#include "purelb/observed/wire.h"

#include "base/duration.h"
#include "base/text.h"
#include "purelb/announcing/gratuitous.h"

/* What is shown of one address. */
enum { PROOFS_MAX = 16 };

/* A node that is asked so often, over such a time, and still says nothing does not answer. */
enum { QUESTIONS_MIN = 3, ASKED_S = 2, WAITED_S = 1 };

/* An answer holds for so many lease durations: by then an election may have moved it. */
enum { ANSWER_LEASES = 2 };

/* What one place has for the address. */
struct wire_entry {
	const char *place;
	const struct evidence_neighbor *entry;
	const struct cluster_node *node; /* NULL: no node is known to have that MAC */
	bool contradicted;               /* by another output of the place */
	const char *text;
};

/* Who said that it has the address. */
struct wire_speaker {
	struct evidence_mac mac;
	const struct cluster_node *node;
	int64_t first_ns, last_ns;
	uint32_t count, gratuitous;
	const struct evidence_packet *packet; /* the last one */
};

/* The judgment as it grows. */
struct wire {
	const struct seen *seen;
	const struct vip *vip;
	struct arena *arena;
	struct wire_view *out;
	char ip[IP_TEXT_MAX];
	ARRAY_OF(struct wire_entry) entries;
	ARRAY_OF(struct wire_speaker) speakers;
	bool crowded; /* there are more speakers than are looked at */
};

/* Who wins the address is a guess, or whether it announces it is not known. */
static bool wire_guesses(const struct wire *wire)
{
	return wire->vip->inferred || wire->vip->unknown;
}

/* The graver of two counts, and of two alike the first. Where not all is looked at, nothing is
 * wrong; nor is it with a winner that is guessed, if it is the winner that makes it so. */
static void wire_conclude(struct wire *wire, enum wire_state state,
			  const struct cluster_node *other, const char *text)
{
	const bool by_winner = state == WIRE_ELSEWHERE || state == WIRE_SILENT;

	if ((wire_guesses(wire) && by_winner) || wire->out->overflow)
		state = WIRE_UNCLEAR;
	if (state <= wire->out->state)
		return;
	wire->out->state = state;
	wire->out->other = other;
	wire->out->text = text;
}

static void wire_prove(struct wire *wire, const struct evidence_origin *from, const char *text)
{
	if (wire->out->proofs.count < PROOFS_MAX)
		ARRAY_ADD(wire->arena, &wire->out->proofs, ((struct wire_proof){ from, text }));
}

static const char *wire_protocol(const struct wire *wire)
{
	return ip_family(wire->vip->ip) == IP_V4 ? "ARP" : "neighbor discovery";
}

/* ---- neighbor tables ---- */

static void wire_add_entry(struct wire *wire, struct wire_entry entry)
{
	ARRAY_FOREACH (struct wire_entry, old, &wire->entries) {
		int order;

		if (!str_equal(old->place, entry.place) ||
		    !str_equal(old->entry->interface, entry.entry->interface))
			continue;
		order = seen_compare_times(old->entry->from.file, entry.entry->from.file);
		if (order == 0 && !old->contradicted &&
		    !evidence_mac_equal(old->entry->mac, entry.entry->mac)) {
			old->text = arena_printf(
				wire->arena,
				"%s according to %s, but %s according to %s; neither is newer",
				old->text, old->entry->from.file->name, entry.text,
				entry.entry->from.file->name);
			old->contradicted = true;
		} else if (order < 0) {
			*old = entry;
		}
		return;
	}
	if (wire->entries.count < WIRE_PLACES_MAX)
		ARRAY_ADD(wire->arena, &wire->entries, entry);
	else
		wire->out->overflow = true;
}

static const char *wire_mac_text(const struct wire *wire, struct evidence_mac mac,
				 const struct cluster_node *node)
{
	char text[EVIDENCE_MAC_TEXT_MAX];

	evidence_mac_format(mac, text);
	return arena_printf(wire->arena, "%s%s%s", text, node != NULL ? ", " : "",
			    node != NULL ? node->name : "");
}

static void wire_conclude_stale(struct wire *wire, const struct wire_entry *it)
{
	char mac[EVIDENCE_MAC_TEXT_MAX];

	wire_conclude(wire, WIRE_STALE, it->node,
		      arena_printf(wire->arena, "%s has the wrong MAC address for %s: %s (%s)",
				   it->place, wire->ip,
				   evidence_mac_format(it->entry->mac, mac),
				   it->node != NULL ? it->node->name : "no node has it"));
}

/* The interfaces of the node were looked at and do not have the address, but another's have. */
static bool wire_is_not_on(const struct wire *wire, const struct cluster_node *node)
{
	const struct seen *seen = wire->seen;
	const struct cluster *cluster = seen->observed->cluster;
	const size_t i = (size_t)(node - cluster->nodes.items);
	const bool *holders = seen_holders(seen, wire->vip->ip, false, wire->arena);
	bool any = false;

	for (uint32_t other = 0; other < cluster->nodes.count; other++)
		any |= holders[other];
	return any && !holders[i] &&
	       (observed_looked_at(seen->observed, node) || seen->addr_files[i] > 0);
}

/* With a winner that is guessed, the entry itself has to be wrong. */
static bool wire_may_be_right(const struct wire *wire, const struct wire_entry *it)
{
	return it->node != NULL && (wire_guesses(wire) ? !wire_is_not_on(wire, it->node)
						       : it->node == wire->vip->winner);
}

static void wire_judge_entry(struct wire *wire, const struct wire_entry *it)
{
	const struct seen *seen = wire->seen;
	const struct evidence_file *file = it->entry->from.file;

	if (it->contradicted)
		wire_conclude(wire, WIRE_CONTRADICTED, NULL, it->text);
	else if (seen_is_old(seen, file))
		wire_conclude(wire, WIRE_UNCLEAR, NULL, it->text);
	else if (wire_may_be_right(wire, it))
		wire_conclude(wire, it->node == wire->vip->winner ? WIRE_RIGHT : WIRE_UNCLEAR,
			      NULL, it->text);
	/* Without all MACs an unknown one may be a node's. */
	else if (it->node != NULL ||
		 (seen->all_macs && seen->macs.count > 0 && file->place != NULL))
		wire_conclude_stale(wire, it);
	else
		wire_conclude(wire, WIRE_UNCLEAR, NULL,
			      arena_printf(wire->arena,
					   "%s, which does not belong to a known node",
					   it->text));
}

/* Nobody answered; whether somebody had the address then is not known, as `ip` does not say
 * when that was. */
static void wire_read_failed(struct wire *wire, const struct wire_entry *it)
{
	const char *text;

	if (!str_equal(it->entry->state, "FAILED"))
		return;
	text = arena_printf(wire->arena, "nobody answered %s for it when %s asked (FAILED)",
			    wire_protocol(wire), it->place);
	wire_prove(wire, &it->entry->from, text);
	wire_conclude(wire, WIRE_UNCLEAR, NULL, text);
}

static void wire_read_tables(struct wire *wire)
{
	const struct seen *seen = wire->seen;

	SEEN_FOREACH(i, &seen->neighbors, wire->vip->ip)
	{
		const struct evidence_neighbor *entry =
			&seen->evidence->neighbors.items[seen->neighbors.refs.items[i].index];
		const struct evidence_file *file = entry->from.file;
		struct wire_entry it = { .place =
						 file->place != NULL ? file->place : file->name,
					 .entry = entry,
					 .node = seen_mac_node(seen, entry->mac) };

		if (!entry->mac.known) {
			wire_read_failed(wire, &it);
			continue;
		}
		it.text = arena_printf(wire->arena, "%s sends it to %s", it.place,
				       wire_mac_text(wire, entry->mac, it.node));
		wire_prove(wire, &entry->from, it.text);
		wire_add_entry(wire, it);
	}
	ARRAY_FOREACH (const struct wire_entry, it, &wire->entries)
		wire_judge_entry(wire, it);
}

/* ---- frames ---- */

/* "node-a (02:00:00:00:00:0a)" */
static const char *wire_speaker_text(const struct wire *wire,
				     const struct wire_speaker *speaker)
{
	char text[EVIDENCE_MAC_TEXT_MAX];

	evidence_mac_format(speaker->mac, text);
	return speaker->node != NULL
		       ? arena_printf(wire->arena, "%s (%s)", speaker->node->name, text)
		       : arena_strdup(wire->arena, text);
}

static void wire_add_speaker(struct wire *wire, const struct evidence_packet *packet)
{
	struct wire_speaker *speaker = NULL;

	ARRAY_FOREACH (struct wire_speaker, old, &wire->speakers)
		if (evidence_mac_equal(old->mac, packet->mac))
			speaker = old;
	if (speaker == NULL && wire->speakers.count == WIRE_PLACES_MAX) {
		wire->crowded = wire->out->overflow = true;
		return;
	}
	if (speaker == NULL) {
		speaker = ARRAY_PUSH(wire->arena, &wire->speakers);
		*speaker = (struct wire_speaker){
			.mac = packet->mac,
			.node = seen_mac_node(wire->seen, packet->mac),
			.first_ns = packet->first_ns,
			.last_ns = packet->last_ns,
		};
	}
	speaker->count += packet->count;
	if (packet->gratuitous)
		speaker->gratuitous += packet->count;
	if (packet->first_ns < speaker->first_ns)
		speaker->first_ns = packet->first_ns;
	if (speaker->packet == NULL || packet->last_ns >= speaker->last_ns) {
		speaker->last_ns = packet->last_ns;
		speaker->packet = packet;
	}
}

/* Whether another spoke for it before and after the last one began, or in between. */
static void wire_judge_turns(struct wire *wire, const struct wire_speaker *last)
{
	ARRAY_FOREACH (const struct wire_speaker, one, &wire->speakers) {
		const char *both;

		if (one == last || one->last_ns < last->first_ns ||
		    (one->node != NULL && one->node == last->node))
			continue;
		both = arena_printf(wire->arena, "%s and %s", wire_speaker_text(wire, one),
				    wire_speaker_text(wire, last));
		if (one->first_ns < last->first_ns)
			wire_conclude(wire, WIRE_BY_TURNS, NULL,
				      arena_printf(wire->arena,
						   "%s take turns answering for %s", both,
						   wire->ip));
		else
			wire_conclude(
				wire, WIRE_CONTRADICTED, NULL,
				arena_printf(
					wire->arena,
					"%s have both answered for it: both have it, or it "
					"moved there and back",
					both));
	}
}

/* The last answer was given so long before the clock that the address may have moved since. */
static bool wire_is_past(const struct wire *wire, const struct wire_speaker *last)
{
	const struct cluster *cluster = wire->seen->observed->cluster;

	return cluster->moment != MOMENT_NONE &&
	       cluster->now_ns / ANSWER_LEASES - last->last_ns / ANSWER_LEASES >
		       cluster->lease_duration.ns;
}

static void wire_judge_last(struct wire *wire, const struct wire_speaker *last)
{
	const bool alone = wire->speakers.count == 1 && last->node == wire->vip->winner;
	const char *text =
		arena_printf(wire->arena, "%s answered %s for %s last",
			     wire_speaker_text(wire, last), wire_protocol(wire), wire->ip);

	if (wire->crowded) {
		wire_conclude(wire, WIRE_UNCLEAR, NULL,
			      arena_printf(wire->arena,
					   "more MAC addresses answered %s for %s than are "
					   "looked at",
					   wire_protocol(wire), wire->ip));
		return;
	}
	if (seen_is_old(wire->seen, last->packet->from.file) ||
	    (!alone && wire_is_past(wire, last))) {
		wire_conclude(wire, WIRE_UNCLEAR, NULL, text);
		return;
	}
	wire_judge_turns(wire, last);
	if (last->node == wire->vip->winner)
		wire_conclude(wire, WIRE_RIGHT, NULL, text);
	else if (last->node == NULL)
		wire_conclude(wire, WIRE_UNCLEAR, NULL,
			      arena_printf(wire->arena,
					   "%s, which does not belong to a known node", text));
	/* Two that answer are not judged by who of them was last. */
	else if (wire->out->state != WIRE_CONTRADICTED)
		wire_conclude(wire, WIRE_ELSEWHERE, last->node,
			      arena_printf(wire->arena, "%s, but %s is the winner", text,
					   wire->vip->winner->name));
}

/* The capture has a gratuitous frame, so its filter lets them through. */
static bool wire_shows_gratuitous(const struct wire *wire, const struct evidence_file *file)
{
	ARRAY_FOREACH (const struct evidence_packet, packet, &wire->seen->evidence->packets)
		if (packet->from.file == file && packet->gratuitous)
			return true;
	return false;
}

/* The agent of the winner sends gratuitous frames (P7.1), and the capture went on until the
 * first of them was due. */
static bool wire_expects_gratuitous(const struct wire *wire, const struct wire_speaker *last)
{
	const struct cluster_node *winner = wire->vip->winner;
	const struct agent_rule *rule = winner != NULL ? winner->config.governing : NULL;
	const struct gratuitous_schedule schedule =
		gratuitous_schedule(rule != NULL ? &rule->agent->local : NULL);

	return rule != NULL && schedule.sends &&
	       last->packet->from.file->time_ns - last->first_ns >
		       schedule.initial_delay_ns + WAITED_S * NS_PER_SEC;
}

/* One node had it, then the winner, within one capture. */
static void wire_judge_move(struct wire *wire, const struct wire_speaker *last)
{
	const struct evidence_file *file = last->packet->from.file;

	if (wire_guesses(wire) || wire->speakers.count != 2 || last->gratuitous > 0 ||
	    last->node != wire->vip->winner || file->dropped > 0 ||
	    seen_is_old(wire->seen, file) || !wire_expects_gratuitous(wire, last) ||
	    !wire_shows_gratuitous(wire, file))
		return;
	ARRAY_FOREACH (const struct wire_speaker, one, &wire->speakers) {
		if (one == last || one->node == NULL || one->last_ns >= last->first_ns ||
		    one->packet->from.file != file)
			continue;
		wire->out->quiet = last->packet;
		wire->out->quiet_from = one->node;
	}
}

/* Whether the winner had the time to answer, in a capture that shows what it sends. */
static bool wire_is_silent(const struct wire *wire, const struct evidence_packet *asked,
			   uint32_t questions, int64_t first_ns)
{
	const struct seen *seen = wire->seen;
	const uint32_t winner =
		(uint32_t)(wire->vip->winner - seen->observed->cluster->nodes.items);

	return seen->sends[winner] && questions >= QUESTIONS_MIN &&
	       (asked->last_ns - first_ns) / NS_PER_SEC >= ASKED_S &&
	       (asked->from.file->time_ns - asked->last_ns) / NS_PER_SEC >= WAITED_S;
}

static void wire_read_frames(struct wire *wire)
{
	const struct seen *seen = wire->seen;
	const struct cluster_node *winner = wire->vip->winner;
	const struct evidence_packet *asked = NULL;
	const struct wire_speaker *last = NULL;
	uint32_t questions = 0; /* that the winner got */
	int64_t first_ns = INT64_MAX;

	SEEN_FOREACH(i, &seen->frames, wire->vip->ip)
	{
		const struct evidence_packet *packet =
			&seen->evidence->packets.items[seen->frames.refs.items[i].index];
		const bool asks = packet->kind == PACKET_NDP_SOLICIT ||
				  (packet->kind == PACKET_ARP_REQUEST && !packet->gratuitous);

		if (!asks && packet->mac.known) {
			wire_add_speaker(wire, packet);
		} else if (asks && !packet->outgoing && !packet->probe &&
			   seen_place_node(seen, packet->from.file->place) == winner &&
			   !seen_is_old(seen, packet->from.file)) {
			questions += packet->count;
			if (packet->first_ns < first_ns)
				first_ns = packet->first_ns;
			if (asked == NULL || packet->last_ns >= asked->last_ns)
				asked = packet;
		}
	}
	ARRAY_FOREACH (const struct wire_speaker, one, &wire->speakers) {
		wire_prove(wire, &one->packet->from,
			   arena_printf(wire->arena, "%s claimed it %s, %u of them gratuitous",
					wire_speaker_text(wire, one),
					seen_times(wire->arena, one->count), one->gratuitous));
		if (last == NULL || one->last_ns > last->last_ns)
			last = one;
	}
	if (asked != NULL)
		wire_prove(wire, &asked->from,
			   arena_printf(wire->arena, "%s was asked for it %s", winner->name,
					seen_times(wire->arena, questions)));
	if (last != NULL)
		wire_judge_move(wire, last);
	if (last != NULL)
		wire_judge_last(wire, last);
	else if (asked != NULL && wire->out->state != WIRE_RIGHT)
		wire_conclude(wire,
			      wire_is_silent(wire, asked, questions, first_ns) ? WIRE_SILENT
									       : WIRE_UNCLEAR,
			      NULL,
			      arena_printf(wire->arena,
					   "%s did not answer %s for %s (asked %s)",
					   winner->name, wire_protocol(wire), wire->ip,
					   seen_times(wire->arena, questions)));
}

void wire_judge(struct wire_view *out, const struct seen *seen, const struct vip *vip,
		struct arena *arena)
{
	struct wire wire = { .seen = seen, .vip = vip, .arena = arena, .out = out };

	*out = (struct wire_view){ 0 };
	ip_format(vip->ip, wire.ip);
	wire_read_tables(&wire);
	wire_read_frames(&wire);
}
