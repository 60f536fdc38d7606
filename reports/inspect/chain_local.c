/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links of a local address: elected, announced, on the wire, nodes forward. (O4)
 *
 * Who has the address is shown by the interfaces in an inventory that was captured with VIPs,
 * and by `ip -j addr` of nodes. Where the two contradict each other about a node, the link is
 * unknown and both sides are shown. What a neighbor cache has is compared with the MAC address
 * of the interface that the winner announces on.
 */
#include "reports/inspect/chain.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "purelb/announcing/slots.h"

static const struct component *chain_agent(const struct inspection *in,
					   const struct cluster_node *node)
{
	return &in->observed->agents[node - in->cluster->nodes.items];
}

static bool chain_is_down(const struct component *component)
{
	return component->state == COMPONENT_DOWN || component->state == COMPONENT_ABSENT;
}

/* ---- elected ---- */

static void chain_elected(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	const struct cluster_node *winner = vip->winner;
	struct text next = { 0 };
	struct chain_link *link;
	const char *age;

	if (winner == NULL) {
		const struct finding *dead = chain_finding(in, CHECK_OB010, NULL);

		link = chain_add(in, chain, "elected",
				 vip->inferred ? LINK_UNKNOWN : LINK_BROKEN,
				 dead != NULL          ? dead->message
				 : vip->reason != NULL ? vip->reason
						       : "no node wins it");
		link->action =
			dead != NULL ? dead->hint
				     : "use a ServiceGroup whose addresses are in a subnet of "
				       "the nodes, or select the interfaces that carry it in "
				       "the LBNodeAgent";
		return;
	}
	for (uint32_t i = 1; i < vip->candidates.count && i < 3; i++)
		text_printf(&next, "%s%s", i == 1 ? " (next: " : ", ",
			    vip->candidates.items[i].node->name);
	if (next.len > 0)
		text_add(&next, ")");
	age = winner->lease != NULL && in->observed->knows_age
		      ? observed_age(in->observed, winner->lease->renew_time.s)
		      : NULL;
	link = chain_add(in, chain, "elected",
			 winner->lease != NULL && !vip->inferred ? LINK_OK : LINK_PREDICTED,
			 arena_printf(in->arena, "%s%s%s%s%s", winner->name, text_str(&next),
				      age != NULL ? "; lease renewed " : "",
				      age != NULL ? age : "", age != NULL ? " before" : ""));
	text_release(&next);
	if (winner->lease != NULL)
		chain_prove(in, link, "Lease", age, winner->lease->object.pos, winner->name);
	else
		chain_ask(in, chain, "which nodes are alive", "kubectl get leases -A -o yaml");
	if (vip->inferred)
		link->predicted = "the subnets of nodes are inferred from their addresses";
}

/* ---- announced ---- */

/* A node with the address, and where. */
struct chain_holder {
	const char *node;
	const char *interface;
	const char *source;
};

struct chain_holders {
	ARRAY_OF(struct chain_holder) list;
	bool winner_seen; /* the interfaces of the winner were looked at */
	const char *contradiction;
};

/* The interfaces of a node were captured: by `ip -j addr`. */
static const struct evidence_file *chain_addr_file(const struct inspection *in,
						   const char *node)
{
	const struct evidence *evidence = in->cluster->snapshot->evidence;

	return evidence != NULL ? evidence_find(evidence, EVIDENCE_IP_ADDR, node) : NULL;
}

static bool chain_holds(const struct chain_holders *holders, const char *node)
{
	ARRAY_FOREACH (const struct chain_holder, holder, &holders->list) {
		if (str_equal(holder->node, node))
			return true;
	}
	return false;
}

static void chain_find_holders(const struct inspection *in, const struct vip *vip,
			       struct chain_holders *out)
{
	const struct evidence *evidence = in->cluster->snapshot->evidence;
	uint32_t count;
	const struct observed_holder *shown =
		observed_holders_of(in->observed, vip->ip, &count);

	for (uint32_t i = 0; in->observed->shows_vips && i < count; i++)
		ARRAY_ADD(in->arena, &out->list,
			  ((struct chain_holder){ shown[i].node->name, shown[i].interface->name,
						  "inventory" }));
	out->winner_seen = vip->winner != NULL && in->observed->shows_vips &&
			   vip->winner->interfaces.count > 0;
	if (evidence == NULL)
		return;
	ARRAY_FOREACH (const struct evidence_address, address, &evidence->addresses) {
		const char *node = address->from.file->place;

		if (node == NULL || ip_compare(address->ip, vip->ip) != 0 ||
		    cluster_find_node(in->cluster, node) == NULL)
			continue;
		if (!chain_holds(out, node))
			ARRAY_ADD(
				in->arena, &out->list,
				((struct chain_holder){ node, address->interface, "ip addr" }));
	}
	/* Both kinds of evidence about one node have to agree. */
	ARRAY_FOREACH (const struct chain_holder, holder, &out->list) {
		const struct cluster_node *node = cluster_find_node(in->cluster, holder->node);
		const bool by_addr = str_equal(holder->source, "ip addr");
		bool other = false;

		if (by_addr ? !in->observed->shows_vips || node->interfaces.count == 0
			    : chain_addr_file(in, holder->node) == NULL)
			continue;
		ARRAY_FOREACH (const struct evidence_address, address, &evidence->addresses)
			other |= str_equal(address->from.file->place, holder->node) &&
				 ip_compare(address->ip, vip->ip) == 0;
		if (by_addr || !other)
			out->contradiction = arena_printf(
				in->arena, "%s has it according to %s, but not according to %s",
				holder->node, holder->source,
				by_addr ? "inventory" : "ip addr");
	}
	out->winner_seen |=
		vip->winner != NULL && chain_addr_file(in, vip->winner->name) != NULL;
}

/* The node that the annotation names for the address; NULL: none. */
static const char *chain_slot_node(const struct inspection *in, const struct vip *vip,
				   struct pos *pos)
{
	ARRAY_FOREACH (const struct label, annotation, &vip->service->object.annotations.list) {
		const char *at = annotation->value.s;
		struct announce_slot slot;

		if (at == NULL || !str_has_prefix(annotation->key.s, SLOTS_PREFIX))
			continue;
		while (slots_next(&at, &slot))
			if (ip_compare(slot.ip, vip->ip) == 0) {
				*pos = annotation->value.pos;
				return arena_strndup(in->arena, slot.node, slot.node_len);
			}
	}
	return NULL;
}

/* The interfaces of all nodes are in the input. */
static bool chain_all_seen(const struct inspection *in)
{
	ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes)
		if (chain_addr_file(in, node->name) == NULL &&
		    (!in->observed->shows_vips || node->interfaces.count == 0))
			return false;
	return true;
}

/* Why a node has an address that it should not have: "the agent of node-a is ..."; "". */
static const char *chain_why_kept(const struct inspection *in, const struct cluster_node *node)
{
	const struct component *agent = chain_agent(in, node);

	if (chain_is_down(agent))
		return arena_printf(in->arena, ": the agent of %s %s", node->name, agent->text);
	if (node->lease != NULL && !node->live)
		return arena_printf(in->arena, ": the lease of %s has expired", node->name);
	return "";
}

static void chain_announced_by_holders(struct inspection *in, struct chain *chain,
				       const struct vip *vip,
				       const struct chain_holders *holders)
{
	const char *winner = vip->winner->name;
	const char *others = "", *first_other = NULL, *interface = NULL,
		   *other_interface = NULL;
	const struct component *agent;
	const struct cluster_node *other;
	struct chain_link *link;

	ARRAY_FOREACH (const struct chain_holder, holder, &holders->list) {
		if (str_equal(holder->node, winner)) {
			interface = holder->interface;
			continue;
		}
		others = arena_printf(in->arena, "%s%s%s", others, *others != '\0' ? ", " : "",
				      holder->node);
		if (first_other == NULL) {
			first_other = holder->node;
			other_interface = holder->interface;
		}
	}
	if (holders->contradiction != NULL) {
		chain_add(in, chain, "announced", LINK_UNKNOWN, holders->contradiction);
		chain_ask(in, chain, "who has the address now",
			  arena_printf(in->arena, "ip -j addr on %s", winner));
		return;
	}
	other = first_other != NULL ? cluster_find_node(in->cluster, first_other) : NULL;
	agent = chain_agent(in, other != NULL ? other : vip->winner);
	if (other == NULL && interface != NULL) {
		link = chain_add(in, chain, "announced", LINK_OK,
				 arena_printf(in->arena, "%s has it on %s%s", winner, interface,
					      chain_all_seen(in) ? ", nobody else does" : ""));
	} else if (other == NULL) {
		link = chain_add(in, chain, "announced", LINK_BROKEN,
				 arena_printf(in->arena, "no node has it; %s should%s%s",
					      winner,
					      chain_is_down(agent) ? ": its agent " : "",
					      chain_is_down(agent) ? agent->text : ""));
		link->action = chain_look_at_agent(in, vip->winner);
	} else {
		link = chain_add(
			in, chain, "announced", LINK_BROKEN,
			arena_printf(in->arena, "%s%s%s",
				     interface != NULL
					     ? arena_printf(in->arena,
							    "%s has it on %s; so has ", winner,
							    interface)
					     : arena_printf(in->arena,
							    "%s should have it, but it is on ",
							    winner),
				     others, chain_why_kept(in, other)));
		link->action =
			chain_is_down(agent) && agent->pod != NULL
				? arena_printf(
					  in->arena,
					  "kubectl -n %s delete pod %s   # or, on %s: ip addr "
					  "del %s dev %s",
					  in->cluster->snapshot->install_namespace,
					  agent->pod->object.name.s, first_other,
					  chain->address, other_interface)
				: arena_printf(
					  in->arena,
					  "remove it from %s (ip addr del) and look at its "
					  "lbnodeagent; leave the address of the Service as "
					  "it is",
					  first_other);
		if (vip->how.options.valid_s > 0 && chain_is_down(agent))
			link->predicted = arena_printf(
				in->arena,
				"the address goes from %s by itself within %d s (valid lifetime)",
				first_other, (int)vip->how.options.valid_s);
	}
	ARRAY_FOREACH (const struct chain_holder, holder, &holders->list)
		chain_prove(in, link, holder->source, NULL, (struct pos){ 0 },
			    arena_printf(in->arena, "%s on %s of %s", chain->address,
					 holder->interface, holder->node));
}

static void chain_announced(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	const struct component *agent = chain_agent(in, vip->winner);
	struct chain_holders holders = { 0 };
	struct pos pos = { 0 };
	const char *slot = chain_slot_node(in, vip, &pos);
	struct chain_link *link;

	chain_find_holders(in, vip, &holders);
	if (vip->reason != NULL) {
		link = chain_add(in, chain, "announced",
				 vip->inferred ? LINK_UNKNOWN : LINK_BROKEN, vip->reason);
		link->action = "fix the LBNodeAgent that governs the node";
	} else if (holders.list.count > 0 || (holders.winner_seen && !vip->predicted)) {
		chain_announced_by_holders(in, chain, vip, &holders);
	} else if (chain_is_down(agent)) {
		link = chain_add(in, chain, "announced", LINK_BROKEN,
				 arena_printf(in->arena, "the agent of %s %s",
					      vip->winner->name, agent->text));
		chain_prove(in, link, "Pod", observed_age(in->observed, agent->since),
			    agent->pos, agent->text);
		link->action = chain_look_at_agent(in, vip->winner);
	} else if (vip->predicted || !in->observed->live) {
		chain_add(in, chain, "announced", LINK_PREDICTED,
			  arena_printf(in->arena, "by %s%s%s", vip->winner->name,
				       vip->interface != NULL ? " on " : "",
				       vip->interface != NULL ? vip->interface : ""));
	} else if (slot == NULL && in->cluster->snapshot->captures.count > 0) {
		link = chain_add(
			in, chain, "announced", LINK_BROKEN,
			arena_printf(in->arena,
				     "no announcer is recorded: %s, which wins it, would "
				     "have written the annotation",
				     vip->winner->name));
		link->action = chain_look_at_agent(in, vip->winner);
	} else if (slot != NULL && !str_equal(slot, vip->winner->name)) {
		link = chain_add(
			in, chain, "announced", LINK_BROKEN,
			arena_printf(in->arena,
				     "the annotation names %s, but %s wins it and has not "
				     "announced it",
				     slot, vip->winner->name));
		link->action = arena_printf(in->arena, "look at the agents of %s and %s", slot,
					    vip->winner->name);
		chain_prove(in, link, "annotation", NULL, pos, slot);
	} else if (slot != NULL) {
		link = chain_add(
			in, chain, "announced",
			agent->state == COMPONENT_RUNS ? LINK_OK : LINK_PREDICTED,
			arena_printf(in->arena, "by %s, as the annotation says%s", slot,
				     agent->state == COMPONENT_RUNS ? "; its agent is running"
								    : ""));
		chain_prove(in, link, "annotation", NULL, pos, slot);
	} else {
		chain_add(in, chain, "announced", LINK_UNKNOWN,
			  "nothing shows whether the winner has it");
	}
	if (holders.list.count == 0 && !holders.winner_seen)
		chain_ask(in, chain, "whether it is on the interface",
			  arena_printf(in->arena, "ip -j addr on %s, or kubectl purelb capture",
				       vip->winner->name));
}

/* ---- on the wire ---- */

/* The node whose interface has this MAC; NULL: none that is known. */
static const char *chain_mac_node(const struct inspection *in, struct evidence_mac mac)
{
	const struct evidence *evidence = in->cluster->snapshot->evidence;
	char text[EVIDENCE_MAC_TEXT_MAX];

	ARRAY_FOREACH (const struct evidence_link, link, &evidence->links) {
		if (evidence_mac_equal(link->mac, mac) && link->from.file->place != NULL)
			return link->from.file->place;
	}
	evidence_mac_format(mac, text);
	ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes)
		ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces)
			if (interface->entry->mac.s != NULL &&
			    strcasecmp(interface->entry->mac.s, text) == 0)
				return node->name;
	return NULL;
}

static void chain_gratuitous(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	const struct evidence *evidence = in->cluster->snapshot->evidence;
	double errors = 0;
	bool seen = false;

	if (evidence != NULL)
		ARRAY_FOREACH (const struct evidence_sample, sample, &evidence->samples) {
			if (!str_equal(sample->name, "purelb_lbnodeagent_garp_errors_total"))
				continue;
			seen = true;
			if (sample->value > 0)
				errors += sample->value;
		}
	if (!seen)
		chain_ask(in, chain,
			  arena_printf(in->arena, "GARP errors of %s", vip->winner->name),
			  "its metrics (kubectl purelb capture --metrics)");
	else if (errors > 0)
		chain_prove(in, &chain->links.items[chain->links.count - 1], "metrics", NULL,
			    (struct pos){ 0 },
			    arena_printf(in->arena, "%.0f gratuitous ARPs could not be sent",
					 errors));
}

static void chain_wire(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	const struct evidence *evidence = in->cluster->snapshot->evidence;
	const char *wrong = NULL, *right = NULL;
	char mac[EVIDENCE_MAC_TEXT_MAX];
	struct chain_link *link = chain_add(in, chain, "on the wire", LINK_UNKNOWN,
					    "no neighbor table of a client or router");

	if (evidence != NULL)
		ARRAY_FOREACH (const struct evidence_neighbor, entry, &evidence->neighbors) {
			const char *place = entry->from.file->place;
			const char *node;
			const char *text;

			if (!entry->mac.known || ip_compare(entry->ip, vip->ip) != 0)
				continue;
			node = chain_mac_node(in, entry->mac);
			text = arena_printf(in->arena, "%s sends it to %s%s%s",
					    place != NULL ? place : entry->from.file->name,
					    evidence_mac_format(entry->mac, mac),
					    node != NULL ? ", " : "", node != NULL ? node : "");
			if (node == NULL)
				continue;
			chain_prove(in, link,
				    evidence_form_table[entry->from.file->form].command, NULL,
				    (struct pos){ .source = entry->from.file->source,
						  .line = entry->from.line },
				    text);
			if (str_equal(node, vip->winner->name))
				right = text;
			else if (wrong == NULL)
				wrong = text;
		}
	if (wrong != NULL) {
		link->state = LINK_BROKEN;
		link->text = arena_printf(in->arena, "%s: not the winner", wrong);
		link->action =
			"clear that entry (ip neigh flush to the address, or clear arp), and "
			"set garpConfig in the LBNodeAgent so that moves are announced";
	} else if (right != NULL) {
		link->state = LINK_OK;
		link->text = right;
	} else {
		chain_ask(
			in, chain, "which MAC address clients have for it",
			arena_printf(in->arena,
				     "ip -j neigh show %s on a client, or the ARP table of the "
				     "router",
				     chain->address));
	}
	chain_gratuitous(in, chain, vip);
}

/* ---- nodes forward ---- */

static void chain_forward(struct inspection *in, struct chain *chain, const struct vip *vip)
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
		link->predicted = finding->hint;
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

void chain_local(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	chain_elected(in, chain, vip);
	if (vip->winner == NULL)
		return;
	chain_announced(in, chain, vip);
	chain_wire(in, chain, vip);
	chain_forward(in, chain, vip);
}
