/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG105, BG106: where the described routers are. Whether a session with them comes up is the
 * matter of bgp_routers.c.
 */
#include "validator/bgp/bgp.h"

#include <stdlib.h>

#include "base/text.h"

/* ---- BG105 ---- */

/* Some neighbor has one of its addresses, whatever becomes of the session. */
static bool addresses_are_named(const struct bgp_checks *c, const struct bgp_router *router)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
			if (!peer->has_address)
				continue;
			ARRAY_FOREACH (const struct ip_net, net, &router->nets) {
				if (ip_compare(net->address, peer->address) == 0)
					return true;
			}
		}
	}
	return false;
}

/* Nodes with a subnet that has an address of the router, or may have one. */
static bool addresses_meet_nodes(const struct bgp_checks *c, const struct bgp_router *router)
{
	const struct cluster *cluster = c->bgp->cluster;

	if (cluster->has_blind_nodes || cluster->lans.count > 0)
		return true;
	ARRAY_FOREACH (const struct ip_net, net, &router->nets) {
		if (ip_is_link_local(net->address))
			return true;
		ARRAY_FOREACH (const struct subnet_entry, subnet, &cluster->subnets) {
			if (ip_net_contains(subnet->net, net->address))
				return true;
		}
	}
	return false;
}

static void addresses_check_nowhere(const struct bgp_checks *c, const struct bgp_router *router)
{
	const struct str_list *given = &router->router->addresses;
	struct finding *f;

	/* Addresses that do not parse are ND011. */
	if (router->nets.count < given->list.count || addresses_are_named(c, router) ||
	    addresses_meet_nodes(c, router))
		return;
	if (given->list.count == 0)
		f = report(c->ck, CHECK_BG105, router->object, router->router->at.pos,
			   "router \"%s\" has no address: no node can open a session with it",
			   router->name);
	else
		f = report(c->ck, CHECK_BG105, router->object, given->at.pos,
			   "no address of router \"%s\" is in a subnet of a node or the "
			   "address of a neighbor: no session is checked against it",
			   router->name);
	finding_path(c->ck, f, given->list.count == 0 ? "%s" : "%s.addresses", router->path);
	finding_hint(c->ck, f,
		     "write the address that the nodes use as neighborAddress, with the prefix "
		     "length of its subnet");
}

/* ---- BG106 ---- */

struct router_address {
	struct ip ip;
	const struct bgp_router *router;
	uint32_t number; /* in its list of addresses */
};

static int addresses_compare(const void *pa, const void *pb)
{
	const struct router_address *a = pa;
	const struct router_address *b = pb;
	const int order = ip_compare(a->ip, b->ip);

	if (order != 0)
		return order;
	return (a->router->index > b->router->index) - (a->router->index < b->router->index);
}

static void addresses_report_twice(const struct bgp_checks *c,
				   const struct router_address *first,
				   const struct router_address *second)
{
	struct finding *f = report(
		c->ck, CHECK_BG106, second->router->object,
		second->router->router->addresses.at.pos,
		"router \"%s\" has the address %s of router \"%s\": sessions with it are taken "
		"for sessions with \"%s\"",
		second->router->name, bgp_ip_text(c, second->ip), first->router->name,
		first->router->name);

	finding_path(c->ck, f, "%s.addresses", second->router->path);
	finding_hint(c->ck, f, "give each router its own address");
	finding_related(c->ck, f, first->router->router->addresses.at.pos,
			"the other router is here");
}

static void addresses_check_twice(const struct bgp_checks *c)
{
	struct {
		ARRAY_OF(struct router_address) list;
	} all = { 0 };
	const struct router_address *first = NULL;

	ARRAY_FOREACH (const struct bgp_router, router, &c->bgp->routers) {
		for (uint32_t i = 0; i < router->nets.count; i++) {
			const struct router_address address = { router->nets.items[i].address,
								router, i };

			/* Every link may have the same link-local address. */
			if (!ip_is_link_local(address.ip))
				ARRAY_ADD(c->ck->arena, &all.list, address);
		}
	}
	if (all.list.count == 0)
		return;
	qsort(all.list.items, all.list.count, sizeof(*all.list.items), addresses_compare);
	ARRAY_FOREACH (const struct router_address, address, &all.list) {
		if (first == NULL || ip_compare(first->ip, address->ip) != 0)
			first = address;
		else if (first->router != address->router)
			addresses_report_twice(c, first, address);
	}
}

void bgp_check_router_addresses(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_router, router, &c->bgp->routers)
		addresses_check_nowhere(c, router);
	addresses_check_twice(c);
}
