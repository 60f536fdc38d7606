/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BGPPeers of MetalLB as the neighbors of one BGPConfiguration. (I9.2, BG1.3)
 *
 * k8gobgp has one AS for a node and one neighbor for an address; what differs between peers of
 * one address cannot be kept. Its policies have no effect (BG4.8), so that communities, local
 * preferences and the choice of peers of BGPAdvertisements have no counterpart.
 */
#include <string.h>

#include "base/duration.h"
#include "base/ip.h"
#include "base/text.h"
#include "reports/convert/convert_parts.h"

enum { MULTIHOP_TTL = 255, BGP_PORT = 179 };

/* ---- settings of one peer ---- */

static void metallb_peer_timer(struct conversion *c, const struct metallb_object *peer,
			       const char *path, const char *key, struct tree_node *timers)
{
	const struct tree_node *node = values_get(peer->map, path);
	const int64_t second = 1000000000;
	int64_t ns;

	if (node == NULL || node->type == TREE_NULL)
		return;
	if (node->type == TREE_STRING && duration_parse(node->text, &ns) && ns >= second) {
		values_set(c->arena, timers, key, convert_int(c, node->pos, ns / second));
		return;
	}
	if (node->type == TREE_STRING && duration_parse(node->text, &ns) && ns == 0)
		return; /* 0s: the default */
	convert_note(c, node->pos, false,
		     "%s: %s \"%s\" is not a duration such as 90s, and is left out",
		     peer->origin, path, node->text != NULL ? node->text : "");
}

static void metallb_peer_timers(struct conversion *c, const struct metallb_object *peer,
				struct tree_node *neighbor)
{
	struct tree_node *timers = values_map(c->arena, peer->map->pos);

	metallb_peer_timer(c, peer, "spec.holdTime", "holdTime", timers);
	metallb_peer_timer(c, peer, "spec.keepaliveTime", "keepaliveInterval", timers);
	metallb_peer_timer(c, peer, "spec.connectTime", "connectRetry", timers);
	if (timers->u.map.count > 0)
		values_set(c->arena, neighbor, "timers",
			   values_set_path(c->arena, NULL, "config", timers));
}

static void metallb_peer_password(struct conversion *c, const struct metallb_object *peer,
				  struct tree_node *config)
{
	const char *plain = convert_text(peer->map, "spec.password");
	const char *secret = convert_text(peer->map, "spec.passwordSecret.name");
	struct tree_node *reference = values_map(c->arena, peer->map->pos);

	if (secret != NULL && secret[0] != '\0') {
		convert_comment(c, config,
				"decide: copy the Secret %s of MetalLB's namespace to %s; "
				"k8gobgp reads it there",
				secret, c->namespace);
	} else if (plain != NULL && plain[0] != '\0') {
		secret = arena_printf(c->arena, "bgp-%s", peer->name);
		convert_comment(c, config,
				"decide: put the password of MetalLB's configuration into this "
				"Secret: kubectl -n %s create secret generic %s "
				"--from-literal=password=...",
				c->namespace, secret);
	} else {
		return;
	}
	values_set_text(c->arena, reference, "name", secret);
	values_set_text(c->arena, reference, "key", "password");
	values_set(c->arena, config, "authPasswordSecretRef", reference);
}

/* ---- node selectors ---- */

/* Adds the values of a selector that asks for one label to be one of some; false: it is
 * another one, or asks for another label. */
static bool metallb_selector_values(struct conversion *c, const struct tree_node *selector,
				    const char **key, struct tree_node *values)
{
	const struct tree_node *labels = tree_get(selector, "matchLabels");
	const struct tree_node *expressions = tree_get(selector, "matchExpressions");
	const bool by_label = labels != NULL && labels->type == TREE_MAP &&
			      labels->u.map.count == 1 && convert_items(expressions) == 0;
	const struct tree_node *first =
		convert_items(expressions) == 1 ? expressions->u.list.items[0] : NULL;
	const struct tree_node *list = tree_get(first, "values");
	const char *name = by_label ? labels->u.map.items[0].key : convert_text(first, "key");

	if (name == NULL || (*key != NULL && !str_equal(*key, name)) ||
	    (!by_label &&
	     (!str_equal(convert_text(first, "operator"), "In") ||
	      (labels != NULL && labels->type == TREE_MAP && labels->u.map.count > 0))))
		return false;
	*key = name;
	if (by_label)
		values_add(c->arena, values, labels->u.map.items[0].value);
	for (uint32_t i = 0; !by_label && i < convert_items(list); i++)
		values_add(c->arena, values, list->u.list.items[i]);
	return true;
}

/* Selectors of which one has to match, as one selector; NULL: there is none such. */
static const struct tree_node *metallb_one_selector(struct conversion *c,
						    const struct tree_node *selectors)
{
	struct tree_node *values = values_list(c->arena, selectors->pos);
	struct tree_node *expression = values_map(c->arena, selectors->pos);
	struct tree_node *list = values_list(c->arena, selectors->pos);
	const char *key = NULL;

	if (selectors->u.list.count == 1)
		return selectors->u.list.items[0];
	for (uint32_t i = 0; i < selectors->u.list.count; i++)
		if (!metallb_selector_values(c, selectors->u.list.items[i], &key, values))
			return NULL;
	values_set_text(c->arena, expression, "key", key);
	values_set_text(c->arena, expression, "operator", "In");
	values_set(c->arena, expression, "values", values);
	values_add(c->arena, list, expression);
	return values_set_path(c->arena, NULL, "matchExpressions", list);
}

static void metallb_peer_nodes(struct conversion *c, const struct metallb_object *peer,
			       struct tree_node *neighbor)
{
	const struct tree_node *selectors = values_get(peer->map, "spec.nodeSelectors");
	const struct tree_node *one;

	if (convert_items(selectors) == 0)
		return;
	one = metallb_one_selector(c, selectors);
	if (one != NULL && one->type == TREE_MAP && one->u.map.count > 0) {
		values_set(c->arena, neighbor, "nodeSelector", one);
		return;
	}
	if (one == NULL)
		convert_note(c, selectors->pos, false,
			     "%s: several nodeSelectors have no counterpart: a neighbor has "
			     "one, and without it all nodes open the session",
			     peer->origin);
}

/* ---- neighbors ---- */

/* The remote groups have addresses of this family. */
static bool metallb_announces(const struct conversion *c, enum ip_family family)
{
	ARRAY_FOREACH (const struct converted_range, range, &c->ranges)
		if (range->group->remote && ip_family(range->range.from) == family)
			return true;
	return false;
}

/* Without a list the family of the address alone is announced (BG4.3). */
static void metallb_peer_families(struct conversion *c, const char *address,
				  struct tree_node *neighbor)
{
	static const enum ip_family families[] = { IP_V4, IP_V6 };
	struct tree_node *list = values_list(c->arena, neighbor->pos);
	struct ip ip;
	bool other = false;

	if (address == NULL || !ip_parse(address, &ip))
		return;
	for (uint32_t i = 0; i < ARRAY_LEN(families); i++) {
		struct tree_node *family = values_map(c->arena, neighbor->pos);

		if (!metallb_announces(c, families[i]))
			continue;
		other |= families[i] != ip_family(ip);
		values_set_text(c->arena, family, "family",
				families[i] == IP_V4 ? "ipv4-unicast" : "ipv6-unicast");
		values_set(c->arena, family, "enabled", convert_bool(c, neighbor->pos, true));
		values_add(c->arena, list, family);
	}
	if (other)
		values_set(c->arena, neighbor, "afiSafis", list);
}

static void metallb_peer_losses(struct conversion *c, const struct metallb_object *peer)
{
	const struct tree_node *spec = tree_get(peer->map, "spec");
	const struct tree_node *port = tree_get(spec, "peerPort");

	if (port != NULL &&
	    !(port->type == TREE_INT && (port->u.integer == BGP_PORT || port->u.integer == 0)))
		convert_lost(c, peer->origin, spec, "peerPort", "k8gobgp connects to port 179");
	convert_lost(c, peer->origin, spec, "bfdProfile", "k8gobgp has no BFD");
	convert_lost(c, peer->origin, spec, "routerID",
		     "global.routerID applies to all nodes; by default each uses its own "
		     "InternalIP");
	convert_lost(c, peer->origin, spec, "vrf",
		     "declare it in spec.vrfs of the BGPConfiguration");
}

/* The AS of the router: 0 takes any, which is as near as it gets to "external". */
static int64_t metallb_peer_asn(const struct metallb_object *peer, int64_t own)
{
	const struct tree_node *node = values_get(peer->map, "spec.peerASN");

	if (node != NULL && node->type == TREE_INT && node->u.integer != 0)
		return node->u.integer;
	return str_equal(convert_text(peer->map, "spec.dynamicASN"), "internal") ? own : 0;
}

static int64_t metallb_own_asn(const struct metallb_object *peer)
{
	const struct tree_node *node = values_get(peer->map, "spec.myASN");

	return node != NULL && node->type == TREE_INT ? node->u.integer : 0;
}

static void metallb_convert_peer(struct conversion *c, const struct metallb_object *peer,
				 int64_t global, struct tree_node *neighbors)
{
	const struct pos pos = peer->map->pos;
	const char *address = convert_text(peer->map, "spec.peerAddress");
	const char *interface = convert_text(peer->map, "spec.interface");
	const char *source = convert_text(peer->map, "spec.sourceAddress");
	const struct tree_node *restart = values_get(peer->map, "spec.enableGracefulRestart");
	struct tree_node *neighbor = values_map(c->arena, pos);
	struct tree_node *config = values_map(c->arena, pos);
	const int64_t own = metallb_own_asn(peer);

	convert_comment(c, neighbor, "%s", peer->origin);
	values_set_text(c->arena, config, "neighborAddress", address);
	if (address == NULL)
		values_set_text(c->arena, config, "neighborInterface", interface);
	values_set(c->arena, config, "peerAsn",
		   convert_int(c, pos, metallb_peer_asn(peer, own)));
	if (own != global) {
		convert_comment(c, config,
				"decide: MetalLB uses a different AS towards this router "
				"than towards the first one");
		values_set(c->arena, config, "localAsn", convert_int(c, pos, own));
	}
	metallb_peer_password(c, peer, config);
	values_set(c->arena, neighbor, "config", config);
	metallb_peer_nodes(c, peer, neighbor);
	metallb_peer_families(c, address, neighbor);
	metallb_peer_timers(c, peer, neighbor);
	if (source != NULL && source[0] != '\0') {
		convert_comment(c, neighbor,
				"decide: only a node that has this address can open the "
				"session");
		values_set(c->arena, neighbor, "transport",
			   values_set_path(c->arena, NULL, "localAddress",
					   values_text(c->arena, pos, source)));
	}
	if (values_is_true(restart))
		values_set(c->arena, neighbor, "gracefulRestart",
			   values_set_path(c->arena, NULL, "enabled",
					   convert_bool(c, restart->pos, true)));
	if (values_is_true(values_get(peer->map, "spec.ebgpMultiHop"))) {
		struct tree_node *multihop = values_map(c->arena, pos);

		values_set(c->arena, multihop, "enabled", convert_bool(c, pos, true));
		values_set(c->arena, multihop, "multihopTtl",
			   convert_int(c, pos, MULTIHOP_TTL));
		values_set(c->arena, neighbor, "ebgpMultihop", multihop);
	}
	metallb_peer_losses(c, peer);
	values_add(c->arena, neighbors, neighbor);
}

/* ---- the configuration ---- */

/* Another peer before this one has its address. */
static const struct metallb_object *metallb_same_address(const struct metallb *m,
							 const struct metallb_object *peer)
{
	const char *address = convert_text(peer->map, "spec.peerAddress");

	ARRAY_FOREACH (const struct metallb_object, other, &m->peers.list) {
		if (other == peer)
			return NULL;
		if (address != NULL &&
		    str_equal(convert_text(other->map, "spec.peerAddress"), address))
			return other;
	}
	return NULL;
}

static void metallb_take_peers(struct conversion *c, const struct metallb *m, int64_t global,
			       struct tree_node *neighbors)
{
	ARRAY_FOREACH (const struct metallb_object, peer, &m->peers.list) {
		const struct metallb_object *same;

		same = metallb_same_address(m, peer);
		if (same != NULL)
			convert_note(c, peer->map->pos, true,
				     "%s is not converted: k8gobgp has one neighbor per "
				     "address, and %s has the same one",
				     peer->origin, same->origin);
		else if (convert_text(peer->map, "spec.peerAddress") == NULL &&
			 convert_text(peer->map, "spec.interface") == NULL)
			convert_note(c, peer->map->pos, true,
				     "%s is not converted: it has no peerAddress",
				     peer->origin);
		else if (metallb_own_asn(peer) == 0)
			convert_note(c, peer->map->pos, true,
				     "%s is not converted: it has no myASN", peer->origin);
		else
			metallb_convert_peer(c, peer, global, neighbors);
	}
}

/* Losses of what BGPAdvertisements, or a pool itself, say. */
static void metallb_advertisement_losses(struct conversion *c, const char *origin,
					 const struct tree_node *spec)
{
	static const char policies[] =
		"k8gobgp's policies have no effect; set it on the routers";

	convert_lost(c, origin, spec, "communities", policies);
	convert_lost(c, origin, spec, "localPref", policies);
	convert_lost(c, origin, spec, "peers", "all neighbors of a node get its routes");
	convert_lost(c, origin, spec, "nodeSelectors",
		     "every node with the address announces it; give neighbors a nodeSelector");
}

static void metallb_note_losses(struct conversion *c, const struct metallb *m)
{
	ARRAY_FOREACH (const struct metallb_object, a, &m->bgp_advertisements.list)
		metallb_advertisement_losses(c, a->origin, tree_get(a->map, "spec"));
	ARRAY_FOREACH (const struct metallb_object, pool, &m->pools.list) {
		const struct tree_node *inside =
			values_get(pool->map, "spec.bgpAdvertisements");

		for (uint32_t i = 0; i < convert_items(inside); i++)
			metallb_advertisement_losses(c, pool->origin, inside->u.list.items[i]);
	}
	ARRAY_FOREACH (const struct metallb_object, profile, &m->bfd_profiles.list)
		convert_note(c, profile->map->pos, false,
			     "%s has no counterpart: k8gobgp has no BFD", profile->origin);
	ARRAY_FOREACH (const struct metallb_object, community, &m->communities.list)
		convert_note(c, community->map->pos, false,
			     "%s has no counterpart: k8gobgp's policies have no effect; set "
			     "communities on the routers",
			     community->origin);
}

void metallb_convert_peers(struct conversion *c, const struct metallb *m)
{
	const struct metallb_object *first = m->peers.list.items;
	struct tree_node *neighbors, *configuration, *spec, *import, *list;
	int64_t global = 0;

	metallb_note_losses(c, m);
	if (m->peers.list.count == 0)
		return;
	if (c->snapshot->bgp_configurations.count > 0) {
		ARRAY_FOREACH (const struct metallb_object, peer, &m->peers.list)
			convert_note(c, peer->map->pos, true,
				     "%s is not converted: the input has a BGPConfiguration; "
				     "add the router to its neighbors",
				     peer->origin);
		return;
	}
	for (uint32_t i = 0; global == 0 && i < m->peers.list.count; i++)
		global = metallb_own_asn(&m->peers.list.items[i]);
	neighbors = values_list(c->arena, first->map->pos);
	metallb_take_peers(c, m, global, neighbors);
	if (neighbors->u.list.count == 0)
		return;
	configuration = convert_object(c, "bgp.purelb.io/v1", "BGPConfiguration", "default",
				       first->origin, first->map->pos, NULL);
	spec = values_map(c->arena, first->map->pos);
	import = values_map(c->arena, first->map->pos);
	list = values_list(c->arena, first->map->pos);
	values_set(c->arena, spec, "global",
		   values_set_path(c->arena, NULL, "asn",
				   convert_int(c, first->map->pos, global)));
	values_set(c->arena, spec, "neighbors", neighbors);
	values_add(c->arena, list, values_text(c->arena, first->map->pos, "kube-lb0"));
	values_set(c->arena, import, "enabled", convert_bool(c, first->map->pos, true));
	values_set(c->arena, import, "interfaceList", list);
	values_set(c->arena, spec, "netlinkImport", import);
	values_set(c->arena, configuration, "spec", spec);
}
