/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The link "announced" of a local address. (O4)
 *
 * Who has the address is shown by the interfaces in an inventory that was captured with VIPs,
 * and by `ip -j addr` of nodes. Where the two contradict each other about a node, the link is
 * unknown and both sides are shown; so are two outputs of one node unless one is newer.
 */
#include "reports/inspect/chain.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "purelb/announcing/slots.h"
#include "purelb/bgp/bgp.h"

static const struct component *chain_agent(const struct inspection *in,
					   const struct cluster_node *node)
{
	return &in->observed->agents[node - in->cluster->nodes.items];
}

bool chain_is_down(const struct component *component)
{
	return component->state == COMPONENT_DOWN || component->state == COMPONENT_ABSENT;
}

/* ---- announced ---- */

/* A node with the address, and where. */
struct chain_holder {
	const struct cluster_node *node;
	const char *interface;
	unsigned prefix;                         /* of its subnet there */
	const struct evidence_address *captured; /* NULL: an inventory shows it */
	bool failed, tentative; /* duplicate address detection (RFC 4862, 5.4) */
};

struct chain_holders {
	ARRAY_OF(struct chain_holder) list;
	ARRAY_OF(const struct evidence_address *) old; /* taken too long ago to count */
	const struct evidence_address *foreign;        /* of no node of the input; NULL: none */
	bool winner_seen; /* the interfaces of the winner were looked at */
	const char *contradiction;
};

static const char *chain_holder_source(const struct chain_holder *holder)
{
	return holder->captured != NULL ? "ip addr" : "inventory";
}

static bool chain_file_has(const struct inspection *in, const struct evidence_file *file,
			   struct ip ip)
{
	SEEN_FOREACH(i, &in->seen.addresses, ip)
	if (in->seen.evidence->addresses.items[in->seen.addresses.refs.items[i].index]
		    .from.file == file)
		return true;
	return false;
}

/* Another output of the same node has the interface without the address: true when it is newer
 * and counts. When neither is newer, that is a contradiction. */
static bool chain_is_outdated(struct inspection *in, const struct cluster_node *node,
			      const struct evidence_address *address, struct chain_holders *out)
{
	const struct evidence_file *file = address->from.file;

	if (in->seen.addr_outputs[node - in->cluster->nodes.items] < 2)
		return false;
	ARRAY_FOREACH (const struct evidence_link, link, &in->seen.evidence->links) {
		const struct evidence_file *other = link->from.file;
		int order;

		if (other == file || !str_equal(other->place, file->place) ||
		    !str_equal(link->name, address->interface) || !link->all_families ||
		    chain_file_has(in, other, address->ip))
			continue;
		order = seen_compare_times(file, other);
		if (order < 0)
			return true;
		if (order == 0)
			out->contradiction = arena_printf(
				in->arena,
				"%s has it according to %s, but not according to %s; neither "
				"is newer",
				node->name, file->name, other->name);
	}
	return false;
}

static const struct chain_holder *chain_holds(const struct chain_holders *holders,
					      const struct cluster_node *node, bool captured)
{
	ARRAY_FOREACH (const struct chain_holder, holder, &holders->list) {
		if (holder->node == node && (holder->captured != NULL) == captured)
			return holder;
	}
	return NULL;
}

/* An inventory and `ip -j addr` of one node have to agree. */
static void chain_compare_holders(struct inspection *in, const struct vip *vip,
				  struct chain_holders *out)
{
	ARRAY_FOREACH (const struct chain_holder, holder, &out->list) {
		const bool captured = holder->captured != NULL;
		const bool other_looked =
			captured
				? observed_looked_at(in->observed, holder->node) &&
					  !holder->node->inventory->captured
				: in->seen.addr_files[holder->node - in->cluster->nodes.items] >
					  0;

		if (other_looked && chain_holds(out, holder->node, !captured) == NULL)
			out->contradiction = arena_printf(
				in->arena, "%s has it according to %s, but not according to %s",
				holder->node->name, chain_holder_source(holder),
				captured ? "inventory" : "ip addr");
	}
	out->winner_seen = vip->winner != NULL &&
			   (observed_looked_at(in->observed, vip->winner) ||
			    in->seen.addr_files[vip->winner - in->cluster->nodes.items] > 0);
}

/* The node is known to have it already; where it has it on the interface that its agent puts it
 * on, that counts. */
static bool chain_prefer(struct chain_holders *holders, const struct cluster_node *node,
			 const struct evidence_address *address, const char *interface)
{
	ARRAY_FOREACH (struct chain_holder, holder, &holders->list) {
		if (holder->node != node || holder->captured == NULL)
			continue;
		if (str_equal(address->interface, interface) &&
		    !str_equal(holder->interface, interface))
			*holder = (struct chain_holder){ .node = node,
							 .interface = address->interface,
							 .prefix = address->prefix,
							 .captured = address,
							 .failed = address->dadfailed,
							 .tentative = address->tentative };
		return true;
	}
	return false;
}

static void chain_find_holders(struct inspection *in, const struct vip *vip,
			       struct chain_holders *out)
{
	uint32_t count;
	const struct observed_holder *shown =
		observed_holders_of(in->observed, vip->ip, &count);

	/* What was captured comes below, with its file. */
	for (uint32_t i = 0; in->observed->shows_vips && i < count; i++)
		if (!shown[i].node->inventory->captured)
			ARRAY_ADD(in->arena, &out->list,
				  ((struct chain_holder){
					  .node = shown[i].node,
					  .interface = shown[i].interface->name,
					  .prefix = ip_net_prefix(shown[i].net->net),
					  .failed = (shown[i].net->flags & ADDRESS_DADFAILED) !=
						    0,
					  .tentative = (shown[i].net->flags &
							ADDRESS_TENTATIVE) != 0 }));
	SEEN_FOREACH(i, &in->seen.addresses, vip->ip)
	{
		const struct evidence_address *address =
			&in->seen.evidence->addresses
				 .items[in->seen.addresses.refs.items[i].index];
		const struct cluster_node *node =
			seen_place_node(&in->seen, address->from.file->place);

		if (node == NULL && out->foreign == NULL && seen_is_foreign(&in->seen, address))
			out->foreign = address;
		if (node == NULL || observed_interface_is_proxy(address->interface))
			continue;
		if (seen_is_old(&in->seen, address->from.file))
			ARRAY_ADD(in->arena, &out->old, address);
		else if (chain_prefer(out, node, address, vip->interface))
			continue;
		else if (!chain_is_outdated(in, node, address, out))
			ARRAY_ADD(in->arena, &out->list,
				  ((struct chain_holder){ .node = node,
							  .interface = address->interface,
							  .prefix = address->prefix,
							  .captured = address,
							  .failed = address->dadfailed,
							  .tentative = address->tentative }));
	}
	chain_compare_holders(in, vip, out);
}

/* The nodes that have the address go with the one that should. */
static void chain_name_holders(struct inspection *in, struct chain *chain,
			       const struct vip *vip, const struct chain_holders *holders)
{
	ARRAY_FOREACH (const struct chain_holder, holder, &holders->list)
		if (holder->node != vip->winner &&
		    (holder->captured == NULL ||
		     chain_holds(holders, holder->node, false) == NULL))
			ARRAY_ADD(in->arena, &chain->nodes, holder->node->name);
}

/* The node that the annotation names for the address; NULL: none. */
static const char *chain_slot_node(const struct inspection *in, const struct vip *vip,
				   struct pos *pos)
{
	struct announce_slot slot;
	const struct label *annotation = slots_find_last(vip->service, vip->ip, &slot);

	if (annotation == NULL)
		return NULL;
	*pos = annotation->value.pos;
	return arena_strndup(in->arena, slot.node, slot.node_len);
}

/* Its agent makes the lease when it starts, and never again. (P5) */
static bool chain_has_no_lease(const struct inspection *in, const struct cluster_node *node)
{
	return node->lease == NULL && in->cluster->has_leases &&
	       node->placement.state == PLACEMENT_RUNS &&
	       snapshot_is_complete(in->cluster->snapshot, KIND_LEASE);
}

bool chain_is_ahead(const struct inspection *in, const struct cluster_node *node)
{
	return in->observed->ahead_ns[node - in->cluster->nodes.items] > 0;
}

/* Why a node has an address that it should not have: "the agent of node-a is ..."; "". */
static const char *chain_why_kept(const struct inspection *in, const struct cluster_node *node)
{
	const struct component *agent = chain_agent(in, node);

	if (chain_is_down(agent))
		return arena_printf(in->arena, ": the agent of %s %s", node->name, agent->text);
	if (node->lease != NULL && !node->live)
		return arena_printf(in->arena, ": the lease of %s has expired", node->name);
	if (chain_has_no_lease(in, node))
		return arena_printf(in->arena, ": %s has no lease", node->name);
	if (chain_is_ahead(in, node))
		return arena_printf(in->arena,
				    ": the clock of %s seems to be ahead, and its agent takes "
				    "the other nodes for dead",
				    node->name);
	return "";
}

/* What to do about the first node that has the address and should not. */
static const char *chain_unwanted(const struct inspection *in, const struct chain *chain,
				  const struct vip *vip, const struct chain_holder *other,
				  bool winner_has)
{
	const struct component *agent = chain_agent(in, other->node);

	/* Nobody else answers for it: it stays where it is. */
	if (!winner_has)
		return arena_printf(
			in->arena,
			"%s; leave it on %s until %s has it, and also check there: kubectl -n "
			"%s get pods -o wide",
			chain_look_at_agent(in, other->node), other->node->name,
			vip->winner->name, in->cluster->snapshot->install_namespace);
	if (chain_is_down(agent) && agent->pod != NULL)
		return arena_printf(
			in->arena,
			"kubectl -n %s delete pod %s   # or, on %s: ip addr del %s/%u dev %s",
			in->cluster->snapshot->install_namespace, agent->pod->object.name.s,
			other->node->name, chain->address, other->prefix, other->interface);
	if (chain_has_no_lease(in, other->node) && agent->pod != NULL)
		return arena_printf(
			in->arena,
			"restart the agent of %s, which then makes its lease again: kubectl -n "
			"%s delete pod %s",
			other->node->name, in->cluster->snapshot->install_namespace,
			agent->pod->object.name.s);
	if (chain_is_ahead(in, other->node))
		return arena_printf(
			in->arena,
			"set the clock of %s (compare `date -u` there and on %s; chronyc "
			"makestep): its agent then removes the address by itself",
			other->node->name, vip->winner->name);
	return arena_printf(
		in->arena,
		"remove it from %s (ip addr del %s/%u dev %s) and check its lbnodeagent; "
		"leave the address of the Service as it is",
		other->node->name, chain->address, other->prefix, other->interface);
}

/* The winner has it, and no other node that was looked at. */
static struct chain_link *chain_announced_by_winner(struct inspection *in, struct chain *chain,
						    const struct chain_holder *own)
{
	const char *unseen = looked_missing(in, LOOKED_INTERFACES);

	if (unseen != NULL)
		chain_ask(in, chain, "whether another node has it as well",
			  arena_printf(in->arena, "ip -j addr on %s", unseen));
	return chain_add(in, chain, "announced", unseen == NULL ? LINK_OK : LINK_UNKNOWN,
			 arena_printf(in->arena, "%s has it on %s%s%s", own->node->name,
				      own->interface,
				      unseen == NULL ? ", nobody else does" : "; not checked: ",
				      unseen == NULL ? "" : unseen));
}

/* The winner has it, and no other node: whether it can answer for it. A kernel does not use an
 * address that another host has, nor one that it still checks. */
static void chain_judge_own(struct inspection *in, struct chain *chain, struct chain_link *link,
			    const struct vip *vip, const struct chain_holders *holders,
			    const struct chain_holder *own)
{
	const char *interface = vip->interface;

	if (holders->foreign != NULL) {
		const char *place = holders->foreign->from.file->place;

		link->state = LINK_BROKEN;
		link->text = arena_printf(in->arena,
					  "%s has it on %s; so has %s, which is not a node of "
					  "the input",
					  own->node->name, own->interface, place);
		link->action = arena_printf(
			in->arena, "remove it from %s: ip addr del %s/%u dev %s", place,
			chain->address, holders->foreign->prefix, holders->foreign->interface);
	} else if (!vip->inferred && !vip->unknown &&
		   (interface != NULL ? !str_equal(own->interface, interface)
				      : str_equal(own->interface, "lo"))) {
		const bool strict =
			in->looked[LOOKED_ARP][own->node - in->cluster->nodes.items] &&
			chain_finding(in, CHECK_ND001, NULL) == NULL;

		link->state = strict ? LINK_BROKEN : LINK_UNKNOWN;
		link->text = arena_printf(
			in->arena, "%s has it on %s, where its agent does not put it%s",
			own->node->name, own->interface,
			strict ? ": with arp_ignore 1 nobody gets an answer" : "");
		link->action = chain_look_at_agent(in, own->node);
	} else if (own->failed) {
		link->state = LINK_BROKEN;
		link->text =
			arena_printf(in->arena,
				     "%s has it on %s, but does not use it: duplicate "
				     "address detection failed, because another host has it",
				     own->node->name, own->interface);
		link->action = arena_printf(
			in->arena,
			"find the other host (on a neighbor: ip neigh show %s) and remove %s "
			"there; then, on %s: ip addr del %s/%u dev %s, and the agent adds it "
			"again",
			chain->address, chain->address, own->node->name, chain->address,
			own->prefix, own->interface);
	} else if (own->tentative) {
		link->state = LINK_UNKNOWN;
		link->text = arena_printf(in->arena,
					  "%s has it on %s, but still checks whether another "
					  "host has it (tentative)",
					  own->node->name, own->interface);
		chain_ask(in, chain, "whether it uses the address now",
			  arena_printf(in->arena, "ip -j addr on %s", own->node->name));
	}
}

/* The winner is a guess, and does not have it. Known is whether anybody has it, and who
 * announced it last: who takes it over writes its own name. (P6.8) */
static struct chain_link *chain_announced_by_guess(struct inspection *in, struct chain *chain,
						   const struct vip *vip,
						   const struct chain_holder *other)
{
	struct pos pos;
	const bool recorded =
		str_equal(chain_slot_node(in, vip, &pos), vip->winner->name) && !vip->unknown;
	const bool nobody = other == NULL && (in->seen.all_interfaces || recorded);
	struct chain_link *link = chain_add(
		in, chain, "announced", nobody ? LINK_BROKEN : LINK_UNKNOWN,
		nobody && in->seen.all_interfaces ? "no node has it"
		: nobody                          ? arena_printf(in->arena,
								 "%s, which announced it last, does not have "
											  "it",
								 vip->winner->name)
		: other == NULL
			? arena_printf(in->arena,
				       "%s does not have it; nothing shows whether it should",
				       vip->winner->name)
			: arena_printf(in->arena,
				       "%s has it on %s; nothing shows whether it should",
				       other->node->name, other->interface));

	if (nobody)
		link->action = arena_printf(in->arena,
					    "look at the agents and their logs: kubectl -n %s "
					    "get pods -o wide",
					    in->cluster->snapshot->install_namespace);
	else
		chain_ask(in, chain, "which node has it, and which should",
			  "kubectl get leases -A -o yaml, and ip -j addr on all nodes");
	return link;
}

static void chain_announced_by_holders(struct inspection *in, struct chain *chain,
				       const struct vip *vip,
				       const struct chain_holders *holders)
{
	const char *winner = vip->winner->name;
	const struct chain_holder *first_other = NULL, *own = NULL;
	const struct component *agent = chain_agent(in, vip->winner);
	const char *others = "";
	struct chain_link *link;

	ARRAY_FOREACH (const struct chain_holder, holder, &holders->list) {
		if (holder->node == vip->winner) {
			if (own == NULL || str_equal(holder->interface, vip->interface))
				own = holder;
			continue;
		}
		if (chain_holds(holders, holder->node, false) != NULL &&
		    holder->captured != NULL)
			continue;
		others = arena_printf(in->arena, "%s%s%s", others, *others != '\0' ? ", " : "",
				      holder->node->name);
		if (first_other == NULL)
			first_other = holder;
	}
	if (holders->contradiction != NULL) {
		link = chain_add(in, chain, "announced", LINK_UNKNOWN, holders->contradiction);
		chain_ask(in, chain, "who has the address now",
			  arena_printf(in->arena, "ip -j addr on %s", winner));
	} else if (first_other == NULL && own != NULL) {
		link = chain_announced_by_winner(in, chain, own);
		chain_judge_own(in, chain, link, vip, holders, own);
		if (link->state != LINK_BROKEN && chain_is_down(agent)) {
			link->state = LINK_PREDICTED;
			link->text = arena_printf(in->arena,
						  "%s; but its agent %s: nobody renews it",
						  link->text, agent->text);
			link->action = chain_look_at_agent(in, vip->winner);
		}
	} else if ((vip->inferred || vip->unknown) && own == NULL) {
		link = chain_announced_by_guess(in, chain, vip, first_other);
	} else if (first_other == NULL) {
		link = chain_add(in, chain, "announced", LINK_BROKEN,
				 arena_printf(in->arena, "no node has it; %s should%s%s",
					      winner,
					      chain_is_down(agent) ? ": its agent " : "",
					      chain_is_down(agent) ? agent->text : ""));
		if (!in->seen.all_interfaces)
			link->text =
				arena_printf(in->arena, "%s does not have it and should%s%s",
					     winner, chain_is_down(agent) ? ": its agent " : "",
					     chain_is_down(agent) ? agent->text : "");
		link->action = chain_look_at_agent(in, vip->winner);
	} else {
		link = chain_add(
			in, chain, "announced", LINK_BROKEN,
			own != NULL
				? arena_printf(in->arena, "%s has it on %s; so has %s%s",
					       winner, own->interface, others,
					       chain_why_kept(in, first_other->node))
				: arena_printf(in->arena,
					       "%s should have it, but it is on %s%s", winner,
					       others, chain_why_kept(in, first_other->node)));
		link->action = chain_unwanted(in, chain, vip, first_other, own != NULL);
		if (vip->how.options.valid_s > 0 &&
		    chain_is_down(chain_agent(in, first_other->node)))
			link->predicted = arena_printf(
				in->arena,
				"the address expires on %s within %d s (valid lifetime)",
				first_other->node->name, (int)vip->how.options.valid_s);
	}
	link->by_interfaces = true;
	ARRAY_FOREACH (const struct chain_holder, holder, &holders->list) {
		const char *text = arena_printf(in->arena, "%s on %s of %s", chain->address,
						holder->interface, holder->node->name);

		if (holder->captured != NULL)
			chain_prove_file(in, link, &holder->captured->from, text);
		else
			chain_prove(in, link, "inventory", NULL, (struct pos){ 0 }, text);
	}
}

/* An output of only some interfaces of the node has this one, without the address. */
static const struct evidence_link *chain_shown_without(const struct inspection *in,
						       const struct cluster_node *node,
						       const char *interface, struct ip ip)
{
	ARRAY_FOREACH (const struct evidence_link, link, &in->seen.evidence->links)
		if (str_equal(link->name, interface) && link->all_families &&
		    seen_place_node(&in->seen, link->from.file->place) == node &&
		    link->from.file->cut == NULL && !seen_is_old(&in->seen, link->from.file) &&
		    !chain_file_has(in, link->from.file, ip))
			return link;
	return NULL;
}

/* As the announcing annotation has it: what its agent once did. */
static void chain_announced_by_slot(struct inspection *in, struct chain *chain,
				    const struct vip *vip, const char *slot, struct pos pos)
{
	const bool runs = chain_agent(in, vip->winner)->state == COMPONENT_RUNS;
	const struct evidence_link *without =
		chain_shown_without(in, vip->winner, vip->interface, vip->ip);
	struct chain_link *link;

	if (str_equal(slot, vip->winner->name) && without != NULL) {
		link = chain_add(in, chain, "announced", LINK_UNKNOWN,
				 arena_printf(in->arena,
					      "by %s, according to the annotation; but %s of "
					      "%s does not have it (%s)",
					      slot, vip->interface, slot,
					      without->from.file->name));
		chain_prove_file(in, link, &without->from, link->text);
	} else if (str_equal(slot, vip->winner->name)) {
		link = chain_add(in, chain, "announced", LINK_PREDICTED,
				 arena_printf(in->arena, "by %s, according to the annotation%s",
					      slot, runs ? "; its agent is running" : ""));
	} else if (vip->inferred) {
		link = chain_add(in, chain, "announced", LINK_UNKNOWN,
				 arena_printf(in->arena,
					      "by %s, according to the annotation; nothing "
					      "shows whether it wins it",
					      slot));
	} else {
		const struct cluster_node *named = cluster_find_node(in->cluster, slot);
		const char *why = named != NULL ? chain_why_kept(in, named) : "";

		link = chain_add(
			in, chain, "announced", LINK_BROKEN,
			arena_printf(in->arena,
				     "the annotation names %s, but %s wins it and has not "
				     "announced it%s",
				     slot, vip->winner->name, why));
		link->action = chain_look_at_agent(in, vip->winner);
		if (named != NULL && *why != '\0') {
			ARRAY_ADD(in->arena, &chain->actions, link->action);
			ARRAY_ADD(in->arena, &chain->actions, chain_look_at_agent(in, named));
		}
	}
	chain_prove(in, link, "annotation", NULL, pos, slot);
}

/* Nodes that had the address when they were looked at, too long ago to count. */
static void chain_prove_old(struct inspection *in, const struct chain *chain,
			    struct chain_link *link, const struct chain_holders *holders)
{
	ARRAY_FOREACH (const struct evidence_address *, old, &holders->old) {
		const struct evidence_file *file = (*old)->from.file;
		const char *age = seen_age(&in->seen, file);

		chain_prove_file(in, link, &(*old)->from,
				 arena_printf(in->arena, "%s was on %s of %s", chain->address,
					      (*old)->interface, file->place));
		if (old == holders->old.items)
			link->text = arena_printf(in->arena, "%s; %s had it on %s %s%s",
						  link->text, file->place, (*old)->interface,
						  age != NULL ? age : "long",
						  age != NULL ? " before" : " after");
	}
}

static void chain_announced(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	const struct component *agent = chain_agent(in, vip->winner);
	struct chain_holders holders = { 0 };
	struct pos pos = { 0 };
	const char *slot = chain_slot_node(in, vip, &pos);
	const struct event *failed = observed_announce_failure(in->observed, vip->service,
							       vip->ip, vip->winner->name);
	struct chain_link *link;

	chain_find_holders(in, vip, &holders);
	chain_name_holders(in, chain, vip, &holders);
	if (vip->reason != NULL && !(vip->unknown && holders.list.count > 0)) {
		const struct agent_rule *rule = vip->winner->config.governing;

		link = chain_add(in, chain, "announced",
				 vip->inferred || vip->unknown ? LINK_UNKNOWN : LINK_BROKEN,
				 vip->reason);
		if (holders.list.count > 0)
			link->text = arena_printf(in->arena, "%s; %s still has it on %s",
						  vip->reason, holders.list.items[0].node->name,
						  holders.list.items[0].interface);
		link->action =
			rule == NULL
				? arena_printf(in->arena,
					       "let an LBNodeAgent select %s: change its "
					       "nodeSelector, or add one with `local: "
					       "{localInterface: default}`",
					       vip->winner->name)
				: arena_printf(in->arena,
					       "write `localInterface: default`, or a regular "
					       "expression that matches the interface of that "
					       "subnet, into LBNodeAgent %s",
					       rule->agent->object.name.s);
	} else if (holders.list.count > 0 || (holders.winner_seen && !vip->predicted)) {
		chain_announced_by_holders(in, chain, vip, &holders);
	} else if (failed != NULL && failed->message.s != NULL) {
		link = chain_add(in, chain, "announced", LINK_BROKEN,
				 arena_printf(in->arena, "the agent of %s reports \"%s\"",
					      vip->winner->name, failed->message.s));
		link->action = chain_look_at_agent(in, vip->winner);
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
	} else if (slot != NULL) {
		chain_announced_by_slot(in, chain, vip, slot, pos);
	} else {
		chain_add(in, chain, "announced", LINK_UNKNOWN,
			  slot == NULL && in->observed->live
				  ? "no announcer is recorded, and nothing shows whether the "
				    "winner has it"
				  : "nothing shows whether the winner has it");
	}
	link = &chain->links.items[chain->links.count - 1];
	chain_prove_old(in, chain, link, &holders);
	if (failed != NULL && failed->message.s != NULL)
		chain_prove(in, link, "Event",
			    observed_age(in->observed, event_last_seen(failed)),
			    failed->object.pos, failed->message.s);
	if (holders.list.count == 0 && !holders.winner_seen)
		chain_ask(in, chain, "whether it is on the interface",
			  arena_printf(in->arena, "ip -j addr on %s, or kubectl purelb capture",
				       vip->winner->name));
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
