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

static bool address_is_seen(const struct inspection *in, const struct cluster_node *node,
			    struct ip ip)
{
	if (observed_looked_at(in->observed, node) && observed_holds(in->observed, node, ip))
		return true;
	SEEN_FOREACH(i, &in->seen.addresses, ip)
	{
		const uint32_t index = in->seen.addresses.refs.items[i].index;
		const struct evidence_address *it = &in->seen.evidence->addresses.items[index];

		if (in->seen.address_nodes[index] == node &&
		    !observed_interface_is_proxy(it->interface) &&
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
				 const struct cluster_node *node, bool looked)
{
	ARRAY_FOREACH (const struct vip, vip, &in->vips->list) {
		const bool expected = address_is_expected(vip, node);
		const bool seen = address_is_seen(in, node, vip->ip);

		if (vip->predicted || !vip->considered || vip->inferred || vip->unknown ||
		    !service_is_branded(vip->service) || (!expected && !seen))
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

/* All addresses that Services hold, listed when the first node asks. */
static bool address_is_held(struct inspection *in, struct ip ip)
{
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

/* What no Service holds any more. More addresses than any node has are not judged. */
static void address_collect_left(struct inspection *in, struct chain *chain,
				 const struct cluster_node *node)
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

			if (judged++ >= JUDGED_MAX || address_is_held(in, ip) ||
			    seen_source_node(&in->seen, ip) != NULL ||
			    address_pool(in, ip) == NULL)
				continue;
			ARRAY_ADD(in->arena, &chain->addresses,
				  ((struct chain_address){ .ip = ip,
							   .interface = shown[i].name,
							   .prefix = ip_net_prefix(net->net),
							   .present = true,
							   .known = true }));
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
		if (!it->known || it->expected != expected || it->present == expected)
			continue;
		if (*first == NULL)
			*first = it;
		ARRAY_ADD(in->arena, &names,
			  arena_printf(in->arena, "%s (%s)", ip_format(it->ip, ip),
				       it->service != NULL ? it->service : "of no Service"));
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
	ip_format(extra->ip, ip);
	return extra->service == NULL
		       ? arena_printf(in->arena,
				      "if nothing else uses it, remove it on %s: ip addr del "
				      "%s/%u dev %s",
				      node->name, ip, extra->prefix, extra->interface)
		       : arena_printf(in->arena,
				      "purelbtool inspect %s shows which node should have it, "
				      "and whether that one does: until then leave it here",
				      ip);
}

void chain_node_addresses(struct inspection *in, struct chain *chain,
			  const struct cluster_node *node)
{
	const uint32_t index = (uint32_t)(node - in->cluster->nodes.items);
	const bool modelled = in->cluster->knows_agents && in->looked[LOOKED_LEASE][index];
	bool looked = in->looked[LOOKED_INTERFACES][index];
	const struct chain_address *lacks = NULL, *extra = NULL;
	const char *lacking, *extras, *text;
	struct chain_link *link;
	uint32_t expected = 0;

	if (in->vips == NULL)
		return;
	address_collect_held(in, chain, node, looked);
	address_collect_left(in, chain, node);
	address_join(chain);
	ARRAY_FOREACH (const struct chain_address, it, &chain->addresses)
		expected += it->expected;
	lacking = address_names(in, chain, true, &lacks);
	extras = address_names(in, chain, false, &extra);
	if (lacking == NULL && extras == NULL) {
		text = !modelled ? "nothing shows which it should have"
		       : !looked
			       ? arena_printf(in->arena,
					      "it should have %s; nothing shows which it has",
					      expected == 0
						      ? "none"
						      : arena_printf(in->arena, "%u", expected))
		       : expected == 0 ? "it should have none, and has none"
		       : expected == 1
			       ? "it has the one that it should have"
			       : arena_printf(in->arena, "it has all %u that it should have",
					      expected);
		looked = looked && modelled;
		chain_add(in, chain, "addresses", looked ? LINK_OK : LINK_UNKNOWN, text);
		if (!looked)
			chain_ask(in, chain, "which addresses it has",
				  arena_printf(in->arena, "ip -j addr on %s", node->name));
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
