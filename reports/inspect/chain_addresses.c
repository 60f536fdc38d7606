/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The link "addresses" of a node: those that its interfaces have and should not, and those that
 * they lack. (O4.7)
 *
 * What should be there is what the model says of addresses that Services hold; where that is a
 * guess, nothing follows. An address in a local range that no Service holds was left behind.
 */
#include "reports/inspect/chain.h"

#include "base/text.h"

enum { ADDRESSES_SHOWN = 3 };

/* What speaks neither for nor against the node. */
struct address_doubts {
	ARRAY_OF(const char *) misplaced; /* on another interface than the agent's */
	ARRAY_OF(const char *) left;      /* in a local range, and no Service holds them */
	ARRAY_OF(struct ip) guesses;      /* it should have them by a guess or a prediction */
	uint32_t guessed; /* of these, those that no other Service makes certain */
};

/* Whether the address of the VIP may be on that interface of the node. */
static bool address_is_in_place(const struct vip *vip, const struct cluster_node *node,
				const char *interface)
{
	return vip->winner != node || vip_is_put_on(vip, interface);
}

/* `in_place`: only where the agent puts it. */
static bool address_is_seen(const struct inspection *in, const struct cluster_node *node,
			    const struct vip *vip, bool in_place)
{
	uint32_t count;
	const struct observed_holder *holders =
		observed_holders_of(in->observed, vip->ip, &count);

	for (uint32_t i = 0; observed_looked_at(in->observed, node) && i < count; i++)
		if (holders[i].node == node &&
		    !observed_interface_is_proxy(holders[i].interface->name) &&
		    (!in_place || address_is_in_place(vip, node, holders[i].interface->name)))
			return true;
	SEEN_FOREACH(i, &in->seen.addresses, vip->ip)
	{
		const uint32_t index = in->seen.addresses.refs.items[i].index;
		const struct evidence_address *it = &in->seen.evidence->addresses.items[index];

		if (in->seen.address_nodes[index] == node &&
		    !observed_interface_is_proxy(it->interface) &&
		    (!in_place || address_is_in_place(vip, node, it->interface)) &&
		    !seen_is_old(&in->seen, it->from.file))
			return true;
	}
	return false;
}

static bool address_is_expected(const struct vip *vip, const struct cluster_node *node)
{
	ARRAY_FOREACH (const struct cluster_node *, it, &vip->announcers)
		if (*it == node)
			return true;
	return false;
}

static int address_compare(const void *pa, const void *pb)
{
	const struct chain_address *a = pa, *b = pb;
	const int order = ip_compare(a->ip, b->ip);

	return order != 0 ? order : str_compare(a->service, b->service);
}

/* Services that share an address have it once; it is expected if one of them is. */
static void address_join(struct chain *chain)
{
	struct chain_address *items = chain->addresses.items;
	uint32_t kept = 0;

	array_sort(items, chain->addresses.count, sizeof(*items), address_compare);
	for (uint32_t i = 0; i < chain->addresses.count; i++) {
		if (kept == 0 || ip_compare(items[kept - 1].ip, items[i].ip) != 0)
			items[kept++] = items[i];
		else
			items[kept - 1].expected |= items[i].expected;
	}
	chain->addresses.count = kept;
}

/* Addresses of Services: those that the node should have, or has. */
static void address_collect_held(struct inspection *in, struct chain *chain,
				 const struct cluster_node *node, bool looked,
				 struct address_doubts *doubts)
{
	ARRAY_FOREACH (const struct vip, vip, &in->vips->list) {
		const bool expected = address_is_expected(vip, node);
		const bool seen = address_is_seen(in, node, vip, true);
		char ip[IP_TEXT_MAX];

		if (vip->predicted || !vip->considered || vip->inferred || vip->unknown ||
		    !service_is_branded(vip->service)) {
			if (expected)
				ARRAY_ADD(in->arena, &doubts->guesses, vip->ip);
			continue;
		}
		if (!seen && address_is_seen(in, node, vip, false)) {
			ARRAY_ADD(in->arena, &doubts->misplaced,
				  arena_printf(in->arena, "%s", ip_format(vip->ip, ip)));
			continue;
		}
		if (!expected && !seen)
			continue;
		ARRAY_ADD(in->arena, &chain->addresses,
			  ((struct chain_address){
				  .ip = vip->ip,
				  .service = arena_printf(in->arena, "%s/%s",
							  vip->service->object.namespace,
							  vip->service->object.name.s),
				  .expected = expected,
				  .present = seen,
				  .known = seen || looked,
			  }));
	}
}

/* An address that a Service or a node has; they are listed when the first node asks. */
static bool address_is_held(struct inspection *in, struct ip ip)
{
	if (!in->lists_held)
		ARRAY_FOREACH (struct node *, node, &in->cluster->snapshot->nodes)
			ARRAY_FOREACH (const struct node_address, it,
				       &(*node)->addresses.list) {
				struct ip own;

				if (it->address.s != NULL && ip_parse(it->address.s, &own))
					seen_list_add(&in->held, in->arena, own, 0);
			}
	if (!in->lists_held)
		ARRAY_FOREACH (struct service *, service, &in->cluster->snapshot->services)
			ARRAY_FOREACH (const struct ingress, it, &(*service)->ingress.list) {
				struct ip held;

				if (it->ip.s != NULL && ip_parse(it->ip.s, &held))
					seen_list_add(&in->held, in->arena, held, 0);
			}
	if (!in->lists_held)
		seen_list_sort(&in->held);
	in->lists_held = true;
	SEEN_FOREACH(i, &in->held, ip)
	return true;
	return false;
}

/* The local range that has the address; NULL: none. */
static const struct pool *address_pool(const struct inspection *in, struct ip ip)
{
	ARRAY_FOREACH (const struct range_use, use, &in->all->ranges)
		if (use->pool->type == POOL_TYPE_LOCAL &&
		    ip_range_contains(use->range->range, ip))
			return use->pool;
	return NULL;
}

static int address_compare_ips(const void *a, const void *b)
{
	return ip_compare(*(const struct ip *)a, *(const struct ip *)b);
}

/* Counts the guesses, each address once, and none that is expected for certain; both lists are
 * sorted then. */
static void address_count_guesses(const struct chain *chain, struct address_doubts *doubts)
{
	const struct ip *ips = doubts->guesses.items;
	uint32_t at = 0;

	array_sort(doubts->guesses.items, doubts->guesses.count, sizeof(*ips),
		   address_compare_ips);
	for (uint32_t i = 0; i < doubts->guesses.count; i++) {
		if (i > 0 && ip_compare(ips[i - 1], ips[i]) == 0)
			continue;
		while (at < chain->addresses.count &&
		       ip_compare(chain->addresses.items[at].ip, ips[i]) < 0)
			at++;
		doubts->guessed += at == chain->addresses.count ||
				   ip_compare(chain->addresses.items[at].ip, ips[i]) != 0 ||
				   !chain->addresses.items[at].expected;
	}
}

/* What no Service holds. It may have been left behind by PureLB, or be the node's own. More
 * addresses than any node has are not judged. */
static void address_collect_left(struct inspection *in, struct chain *chain,
				 const struct cluster_node *node, struct address_doubts *doubts)
{
	enum { JUDGED_MAX = 4096 };
	uint32_t count, judged = 0;
	const struct node_interface *shown = node_shown_interfaces(node, &count);

	if (!observed_looked_at(in->observed, node) ||
	    !snapshot_is_complete(in->cluster->snapshot, KIND_SERVICE))
		return;
	for (uint32_t i = 0; i < count; i++) {
		if (observed_interface_is_proxy(shown[i].name))
			continue;
		ARRAY_FOREACH (const struct node_net, net, &shown[i].nets) {
			const struct ip ip = net->net.address;
			char text[IP_TEXT_MAX];

			if (judged++ >= JUDGED_MAX || address_is_held(in, ip) ||
			    seen_source_node(&in->seen, ip) != NULL ||
			    address_pool(in, ip) == NULL)
				continue;
			ARRAY_ADD(in->arena, &chain->addresses,
				  ((struct chain_address){
					  .ip = ip, .present = true, .known = true }));
			ARRAY_ADD(in->arena, &doubts->left,
				  arena_printf(in->arena, "%s on %s", ip_format(ip, text),
					       shown[i].name));
		}
	}
}

/* "192.168.1.243 (shop/web) and 192.168.1.244 (shop/api)" of those that are or are not
 * expected, and are the other way; NULL: none. */
static const char *address_names(struct inspection *in, const struct chain *chain,
				 bool expected, const struct chain_address **first)
{
	ARRAY_OF(const char *) names = { 0 };
	char ip[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct chain_address, it, &chain->addresses) {
		if (!it->known || it->service == NULL || it->expected != expected ||
		    it->present == expected)
			continue;
		if (*first == NULL)
			*first = it;
		ARRAY_ADD(
			in->arena, &names,
			arena_printf(in->arena, "%s (%s)", ip_format(it->ip, ip), it->service));
	}
	return names.count == 0
		       ? NULL
		       : name_list(in->arena, names.items, names.count, ADDRESSES_SHOWN);
}

static const char *address_advice(struct inspection *in, const struct cluster_node *node,
				  const struct chain_address *lacks,
				  const struct chain_address *extra)
{
	char ip[IP_TEXT_MAX];

	if (lacks != NULL)
		return chain_look_at_agent(in, node);
	return arena_printf(
		in->arena,
		"purelbtool inspect %s shows which node should have it, and whether "
		"that one does: until then leave it here",
		ip_format(extra->ip, ip));
}

/* Where nothing is known to be wrong: what is right, or what is not known and would tell. */
static void address_add_rest(struct inspection *in, struct chain *chain,
			     const struct cluster_node *node, bool modelled,
			     const struct address_doubts *doubts)
{
	const bool looked = in->looked[LOOKED_INTERFACES][node - in->cluster->nodes.items];
	struct arena *arena = in->arena;
	uint32_t expected = 0;
	const char *text;

	ARRAY_FOREACH (const struct chain_address, it, &chain->addresses)
		expected += it->expected;
	if (doubts->misplaced.count > 0)
		text = arena_printf(arena,
				    "%s is on an interface where its agent does not put it",
				    name_list(arena, doubts->misplaced.items,
					      doubts->misplaced.count, ADDRESSES_SHOWN));
	else if (!modelled)
		text = "nothing shows which it should have";
	else if (doubts->left.count > 0)
		text = arena_printf(arena, "in a local range, and no Service holds it: %s",
				    name_list(arena, doubts->left.items, doubts->left.count,
					      ADDRESSES_SHOWN));
	else if (doubts->guessed > 0)
		text = arena_printf(arena, "%u that it should have %s", doubts->guessed,
				    doubts->guessed == 1 ? "is a prediction"
							 : "are predictions");
	else if (!looked)
		text = arena_printf(arena, "it should have %s; nothing shows which it has",
				    expected == 0 ? "none"
						  : arena_printf(arena, "%u", expected));
	else if (expected == 0)
		text = "it should have none, and has none";
	else if (expected == 1)
		text = "it has the one that it should have";
	else
		text = arena_printf(arena, "it has all %u that it should have", expected);
	chain_add(in, chain, "addresses",
		  modelled && looked && doubts->misplaced.count + doubts->left.count == 0 &&
				  doubts->guessed == 0
			  ? LINK_OK
			  : LINK_UNKNOWN,
		  text);
	if (doubts->misplaced.count > 0)
		chain_ask(in, chain, "why it is there", "the log of its agent");
	else if (!modelled && looked)
		chain_ask(in, chain, "which addresses it should have",
			  "kubectl get leases,lbnodeagents,nodes -A -o yaml");
	else if (doubts->left.count > 0)
		chain_ask(in, chain, "who uses it: the node itself, or nobody any more",
			  "the log of its agent; leave the address until that is known");
	if (!looked)
		chain_ask(in, chain, "which addresses it has",
			  arena_printf(arena, "ip -j addr on %s", node->name));
}

void chain_node_addresses(struct inspection *in, struct chain *chain,
			  const struct cluster_node *node)
{
	const uint32_t index = (uint32_t)(node - in->cluster->nodes.items);
	const bool modelled = in->cluster->knows_agents && in->looked[LOOKED_LEASE][index];
	const bool looked = in->looked[LOOKED_INTERFACES][index];
	const struct chain_address *lacks = NULL, *extra = NULL;
	struct address_doubts doubts = { 0 };
	const char *lacking, *extras;
	struct chain_link *link;

	if (in->vips == NULL)
		return;
	address_collect_held(in, chain, node, looked, &doubts);
	address_collect_left(in, chain, node, &doubts);
	address_join(chain);
	address_count_guesses(chain, &doubts);
	lacking = address_names(in, chain, true, &lacks);
	extras = address_names(in, chain, false, &extra);
	if (lacking == NULL && extras == NULL) {
		address_add_rest(in, chain, node, modelled, &doubts);
		return;
	}
	link = chain_add(in, chain, "addresses", LINK_BROKEN,
			 arena_printf(in->arena, "%s%s%s%s%s",
				      lacking != NULL ? "it lacks " : "",
				      lacking != NULL ? lacking : "",
				      lacking != NULL && extras != NULL ? "; " : "",
				      extras != NULL ? "it has and should not have " : "",
				      extras != NULL ? extras : ""));
	link->action = address_advice(in, node, lacks, extra);
}
