/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links of a local address beyond the node that announces it: on the wire, nodes forward.
 * (O2.4, O4)
 *
 * "On the wire" is what others have for the address: entries of neighbor tables, and frames
 * that say who has it. Two outputs of one place that differ are judged by their times; without
 * them the link is unknown and both are shown. What was taken long before the clock is shown
 * and proves nothing. Two nodes that answer by turns are a fault; one that answers before and
 * after the other may be a move there and back.
 */
#include "reports/inspect/chain.h"

#include <string.h>

#include "base/text.h"

/* What one place has for the address. */
struct wire_view {
	const char *place;
	const struct evidence_neighbor *entry;
	const struct cluster_node *node; /* NULL: no node is known to have that MAC */
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

struct wire {
	ARRAY_OF(struct wire_view) views;
	ARRAY_OF(struct wire_speaker) speakers;
	uint32_t questions;       /* frames that the winner got and that ask for it */
	const char *disagreement; /* of evidence, with both sides */
	const char *wrong, *right, *old;
};

static const char *wire_mac_text(const struct inspection *in, struct evidence_mac mac,
				 const struct cluster_node *node)
{
	char text[EVIDENCE_MAC_TEXT_MAX];

	evidence_mac_format(mac, text);
	return arena_printf(in->arena, "%s%s%s", text, node != NULL ? ", " : "",
			    node != NULL ? node->name : "");
}

/* ---- neighbor tables ---- */

static void wire_add_view(struct inspection *in, struct wire *wire, struct wire_view view)
{
	ARRAY_FOREACH (struct wire_view, old, &wire->views) {
		int order;

		if (!str_equal(old->place, view.place) ||
		    !str_equal(old->entry->interface, view.entry->interface))
			continue;
		order = seen_compare_times(old->entry->from.file, view.entry->from.file);
		if (evidence_mac_equal(old->entry->mac, view.entry->mac)) {
			if (order < 0)
				*old = view;
			return;
		}
		if (order == 0)
			wire->disagreement = arena_printf(
				in->arena,
				"%s according to %s, but %s according to %s; neither is newer",
				old->text, old->entry->from.file->name, view.text,
				view.entry->from.file->name);
		else if (order < 0)
			*old = view;
		return;
	}
	ARRAY_ADD(in->arena, &wire->views, view);
}

static void wire_read_tables(struct inspection *in, struct chain_link *link, struct wire *wire,
			     const struct vip *vip)
{
	SEEN_FOREACH(i, &in->seen.neighbors, vip->ip)
	{
		const struct evidence_neighbor *entry =
			&in->seen.evidence->neighbors
				 .items[in->seen.neighbors.refs.items[i].index];
		const struct evidence_file *file = entry->from.file;
		struct wire_view view = { file->place != NULL ? file->place : file->name, entry,
					  seen_mac_node(&in->seen, entry->mac), NULL };

		if (!entry->mac.known)
			continue;
		view.text = arena_printf(in->arena, "%s sends it to %s", view.place,
					 wire_mac_text(in, entry->mac, view.node));
		chain_prove_file(in, link, &entry->from, view.text);
		wire_add_view(in, wire, view);
	}
	ARRAY_FOREACH (const struct wire_view, view, &wire->views) {
		/* Without all MACs an unknown one may be a node's. */
		if (seen_is_old(&in->seen, view->entry->from.file))
			wire->old = view->text;
		else if (view->node == vip->winner)
			wire->right = view->text;
		else if (wire->wrong != NULL)
			continue;
		else if (view->node != NULL)
			wire->wrong = arena_printf(in->arena, "%s: not the winner", view->text);
		else if (in->seen.all_interfaces && in->seen.macs.count > 0 &&
			 view->entry->from.file->place != NULL)
			wire->wrong =
				arena_printf(in->arena, "%s, which is on no node", view->text);
		else
			wire->old = arena_printf(in->arena,
						 "%s, which does not belong to a known node",
						 view->text);
	}
}

/* ---- frames ---- */

/* "node-a (02:00:00:00:00:0a)" */
static const char *wire_speaker_text(const struct inspection *in,
				     const struct wire_speaker *speaker)
{
	char text[EVIDENCE_MAC_TEXT_MAX];

	evidence_mac_format(speaker->mac, text);
	return speaker->node != NULL
		       ? arena_printf(in->arena, "%s (%s)", speaker->node->name, text)
		       : arena_strdup(in->arena, text);
}

static void wire_add_speaker(struct inspection *in, struct wire *wire,
			     const struct evidence_packet *packet)
{
	struct wire_speaker *speaker = NULL;

	ARRAY_FOREACH (struct wire_speaker, old, &wire->speakers)
		if (evidence_mac_equal(old->mac, packet->mac))
			speaker = old;
	if (speaker == NULL) {
		speaker = ARRAY_PUSH(in->arena, &wire->speakers);
		*speaker = (struct wire_speaker){ .mac = packet->mac,
						  .node = seen_mac_node(&in->seen, packet->mac),
						  .first_ns = packet->first_ns,
						  .last_ns = packet->last_ns };
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

/* Who spoke last; and whether two spoke by turns, which `wire` gets. */
static const struct wire_speaker *wire_last_speaker(struct inspection *in, struct wire *wire)
{
	const struct wire_speaker *last = NULL;

	ARRAY_FOREACH (const struct wire_speaker, one, &wire->speakers)
		if (last == NULL || one->last_ns > last->last_ns)
			last = one;
	if (last == NULL)
		return NULL;
	ARRAY_FOREACH (const struct wire_speaker, one, &wire->speakers) {
		const char *both;

		if (one == last || one->last_ns < last->first_ns ||
		    seen_is_old(&in->seen, last->packet->from.file) ||
		    (one->node != NULL && one->node == last->node))
			continue;
		both = arena_printf(in->arena, "%s and %s", wire_speaker_text(in, one),
				    wire_speaker_text(in, last));
		if (one->first_ns < last->first_ns)
			wire->wrong =
				arena_printf(in->arena, "%s take turns answering for it", both);
		else
			wire->disagreement = arena_printf(
				in->arena,
				"%s have both answered for it: both have it, or it moved "
				"there and back",
				both);
	}
	return last;
}

static void wire_read_frames(struct inspection *in, struct chain_link *link, struct wire *wire,
			     const struct vip *vip)
{
	const struct wire_speaker *last;
	const struct evidence_packet *asked = NULL;

	SEEN_FOREACH(i, &in->seen.frames, vip->ip)
	{
		const struct evidence_packet *packet =
			&in->seen.evidence->packets.items[in->seen.frames.refs.items[i].index];
		const bool asks = packet->kind == PACKET_NDP_SOLICIT ||
				  (packet->kind == PACKET_ARP_REQUEST && !packet->gratuitous);

		if (!asks && packet->mac.known) {
			wire_add_speaker(in, wire, packet);
		} else if (asks && !packet->outgoing && !packet->probe &&
			   seen_place_node(&in->seen, packet->from.file->place) ==
				   vip->winner &&
			   !seen_is_old(&in->seen, packet->from.file)) {
			wire->questions += packet->count;
			asked = packet;
		}
	}
	last = wire_last_speaker(in, wire);
	ARRAY_FOREACH (const struct wire_speaker, one, &wire->speakers)
		chain_prove_file(
			in, link, &one->packet->from,
			arena_printf(in->arena, "%s claimed it %u times, %u of them gratuitous",
				     wire_speaker_text(in, one), one->count, one->gratuitous));
	if (asked != NULL)
		chain_prove_file(in, link, &asked->from,
				 arena_printf(in->arena, "%s was asked for it %u times",
					      vip->winner->name, wire->questions));
	if (last == NULL && asked != NULL && wire->right == NULL) {
		wire->wrong = arena_printf(in->arena,
					   "%s was asked for it %u times and did not answer",
					   vip->winner->name, wire->questions);
	} else if (last != NULL && wire->wrong == NULL && wire->disagreement == NULL) {
		const char *text = arena_printf(in->arena, "%s answered for it last",
						wire_speaker_text(in, last));

		if (seen_is_old(&in->seen, last->packet->from.file))
			wire->old = text;
		else if (last->node == vip->winner)
			wire->right = wire->right != NULL ? wire->right : text;
		else if (last->node != NULL)
			wire->wrong = arena_printf(in->arena, "%s: not the winner", text);
		else
			wire->old = arena_printf(
				in->arena, "%s, which does not belong to a known node", text);
	}
}

/* ---- what was sent ---- */

static void wire_read_metrics(struct inspection *in, struct chain *chain,
			      struct chain_link *link, const struct vip *vip)
{
	const bool v4 = ip_family(vip->ip) == IP_V4;
	const char *name = v4 ? "purelb_lbnodeagent_garp_errors_total"
			      : "purelb_lbnodeagent_na_errors_total";
	const char *frames = v4 ? "gratuitous ARPs" : "unsolicited neighbor advertisements";
	const struct seen_metric *errors = seen_metric(&in->seen, vip->winner, name);
	const char *text;

	if (errors == NULL) {
		chain_ask(in, chain,
			  arena_printf(in->arena, "%s of %s",
				       v4 ? "GARP errors" : "errors of neighbor advertisements",
				       vip->winner->name),
			  "its metrics (kubectl purelb capture)");
		return;
	}
	text = errors->value > 0
		       ? arena_printf(in->arena,
				      "the agent of %s could not send %.0f %s since it started",
				      vip->winner->name, errors->value, frames)
		       : arena_printf(in->arena, "the agent of %s had no errors with %s",
				      vip->winner->name, frames);
	chain_prove_file(in, link, &errors->sample->from, text);
	if (errors->value > 0 && link->state != LINK_BROKEN)
		link->text = arena_printf(in->arena, "%s; %s", link->text, text);
}

void chain_wire(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	struct wire wire = { 0 };
	struct chain_link *link = chain_add(in, chain, "on the wire", LINK_UNKNOWN,
					    "no neighbor table of a client or router");

	wire_read_tables(in, link, &wire, vip);
	wire_read_frames(in, link, &wire, vip);
	if (wire.wrong != NULL) {
		link->state = LINK_BROKEN;
		link->text = wire.wrong;
		link->action =
			wire.speakers.count > 1 || wire.questions > 0
				? arena_printf(
					  in->arena,
					  "check who holds it: ip addr on the nodes, and the "
					  "log of the agent of %s",
					  vip->winner->name)
				: arena_printf(
					  in->arena,
					  "clear the entry for it there: ip neigh flush to %s, or "
					  "clear arp%s",
					  chain->address,
					  chain_finding(in, CHECK_AG013, NULL) != NULL
						  ? "; then set garpConfig in the LBNodeAgent, so "
						    "that moves are announced"
						  : "");
	} else if (wire.disagreement != NULL) {
		link->text = wire.disagreement;
	} else if (wire.right != NULL) {
		link->state = LINK_OK;
		link->text = wire.right;
	} else if (wire.old != NULL) {
		link->text = wire.old;
	}
	if (link->state == LINK_UNKNOWN)
		chain_ask(
			in, chain, "which MAC address clients have for it",
			arena_printf(in->arena,
				     "ip -j neigh show %s on a client, or the ARP table of the "
				     "router",
				     chain->address));
	wire_read_metrics(in, chain, link, vip);
}

/* ---- nodes forward ---- */

void chain_forward(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	const struct finding *finding = chain_finding(in, CHECK_ND001, NULL);
	uint32_t known = 0;
	struct chain_link *link;

	if (ip_family(vip->ip) != IP_V4)
		return;
	ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes)
		known += node->inventory != NULL && node->inventory->sysctls.list.count > 0;
	if (finding != NULL) {
		link = chain_add(in, chain, "nodes forward", LINK_PREDICTED, finding->message);
		link->action = finding->hint;
	} else if (known == 0) {
		chain_add(in, chain, "nodes forward", LINK_UNKNOWN,
			  "arp_ignore and arp_announce of the nodes are not in the input");
		chain_ask(in, chain, "whether only the winner answers ARP",
			  "sysctl net.ipv4.conf on the nodes");
	} else {
		chain_add(in, chain, "nodes forward", LINK_OK,
			  arena_printf(in->arena,
				       "arp_ignore 1, arp_announce 2 on %u of %u nodes", known,
				       in->cluster->nodes.count));
	}
}
