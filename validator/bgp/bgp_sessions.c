/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG037 to BG043: whether nodes and routers reach each other (hops, passive ends, local
 * addresses), and which address families their sessions carry.
 */
#include "validator/bgp/bgp.h"

#include "base/nearest.h"
#include "base/text.h"

/* ---- BG037 ---- */

/* A member that loses its multihop to its group has BG029. */
static bool reach_has_lost_multihop(const struct bgp_config *config,
				    const struct bgp_peer *peer)
{
	return peer->neighbor != NULL &&
	       (bgp_member_overwritten(config, peer->index) & BGP_MEMBER_MULTIHOP) != 0;
}

/* Nodes for which the router is more than one hop away. */
struct far {
	struct bgp_names nodes;
	const struct bgp_session *first;
	bool guess;
};

static void reach_find_far(const struct bgp_checks *c, const struct bgp_config *config,
			   const struct bgp_peer *peer, struct far *out)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_peer *there = bgp_peer_on(node, peer);
		const struct bgp_session *session;
		bool guess;

		/* Dynamic neighbors come by themselves. */
		if (there == NULL || there->dynamic != NULL || there->sessions.count == 0 ||
		    there->refusal != BGP_ACCEPTED)
			continue;
		session = &there->sessions.items[0];
		if (!there->external || there->multihop ||
		    !bgp_session_distant(session, &guess))
			continue;
		bgp_names_add(c, &out->nodes, node->node->name);
		out->first = out->first == NULL ? session : out->first;
		out->guess |= guess;
	}
}

static void reach_check_hops(const struct bgp_checks *c, const struct bgp_config *config,
			     const struct bgp_peer *peer)
{
	struct far far = { 0 };
	struct finding *f;

	if (reach_has_lost_multihop(config, peer))
		return;
	reach_find_far(c, config, peer, &far);
	if (far.first == NULL)
		return;
	f = bgp_report(
		c, CHECK_BG037, config, bgp_peer_place(c, config, peer),
		"%s is outside the subnets of %s, and packets of an eBGP session travel one "
		"hop only: the session never comes up",
		bgp_peer_text(c, config, peer), bgp_nodes_text(c, &far.nodes));
	f->inferred = far.guess;
	finding_hint(c->ck, f, "%s",
		     peer->group != NULL
			     ? "take the neighbor out of its group, which cannot have it, and "
			       "set ebgpMultihop: {enabled: true}, also on the router"
			     : "set ebgpMultihop: {enabled: true, multihopTtl: N}, also on the "
			       "router; or limit the neighbor to adjacent nodes with a "
			       "nodeSelector");
}

/* ---- BG041 ---- */

static void reach_check_shared_link(const struct bgp_checks *c, const struct bgp_config *config,
				    const struct bgp_peer *peer)
{
	const struct bgp_peer *first = NULL;
	struct bgp_names names = { 0 };
	struct finding *f;

	if (peer->interface == NULL)
		return;
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_peer *there = bgp_peer_on(node, peer);

		if (there == NULL || there->refusal != BGP_NOT_P2P)
			continue;
		bgp_names_add(c, &names, node->node->name);
		first = first == NULL ? there : first;
	}
	if (first == NULL)
		return;
	f = bgp_report(
		c, CHECK_BG041, config, bgp_neighbor_name_place(c, config, peer->index),
		"an unnumbered session needs a link with one router and nothing else, but %s; "
		"the daemon refuses the neighbor on %s",
		first->refusal_text, bgp_nodes_text(c, &names));
	finding_hint(c->ck, f, "set neighborAddress to the router's address instead");
}

/* ---- BG042 ---- */

/* transport.localAddress of the peer, and the nodes that are to use it. */
struct local {
	const struct str_value *value;
	struct bgp_place place;
	struct bgp_names nodes, without; /* all; those that do not have it */
};

static bool reach_lacks_local_address(const struct bgp_peer *peer)
{
	ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
		ARRAY_FOREACH (const struct bgp_why, why, &session->reasons) {
			if (why->reason == BGP_WHY_LOCAL_ADDRESS)
				return true;
		}
	}
	return false;
}

static bool reach_is_own(const struct bgp_peer *peer)
{
	return peer->neighbor != NULL &&
	       str_equal(peer->neighbor->transport.local_address.s, peer->local_address);
}

/* An earlier member has it from the same group: once is enough. */
static bool reach_group_was_reported(const struct bgp_config *config,
				     const struct bgp_peer *peer)
{
	for (const struct bgp_peer *p = config->peers.items; p < peer; p++) {
		if (p->group != NULL && p->group == peer->group && p->local_address != NULL &&
		    !reach_is_own(p))
			return !reach_is_own(peer);
	}
	return false;
}

static void reach_find_local(const struct bgp_checks *c, const struct bgp_config *config,
			     const struct bgp_peer *peer, struct local *out)
{
	if (reach_is_own(peer)) {
		out->value = &peer->neighbor->transport.local_address;
		out->place = bgp_neighbor_place(c, config, peer->index, out->value->pos,
						"transport.localAddress");
	} else {
		out->value = &peer->group->transport.local_address;
		out->place = bgp_group_place(c, config, peer->group_index, out->value->pos,
					     "transport.localAddress");
	}
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_peer *there = bgp_peer_on(node, peer);

		if (there == NULL || there->local_address == NULL)
			continue;
		bgp_names_add(c, &out->nodes, node->node->name);
		if (reach_lacks_local_address(there))
			bgp_names_add(c, &out->without, node->node->name);
	}
}

static void reach_check_local_address(const struct bgp_checks *c,
				      const struct bgp_config *config,
				      const struct bgp_peer *peer)
{
	struct local local = { 0 };
	struct finding *f;
	struct ip ip;

	if (peer->local_address == NULL || reach_group_was_reported(config, peer))
		return;
	reach_find_local(c, config, peer, &local);
	if (!ip_parse(peer->local_address, &ip)) {
		f = bgp_report(
			c, CHECK_BG042, config, local.place,
			"localAddress \"%s\" is not an IP address: the daemon ignores it, and "
			"sessions of %s use any source address",
			peer->local_address, bgp_peer_text(c, config, peer));
	} else if (local.without.list.count > 0) {
		f = bgp_report(
			c, CHECK_BG042, config, local.place,
			"localAddress %s is not an address of %s: the sessions of %s do not "
			"come up there",
			peer->local_address, bgp_nodes_text(c, &local.without),
			bgp_peer_text(c, config, peer));
	} else if (local.nodes.list.count > 1) {
		f = bgp_report(
			c, CHECK_BG042, config, local.place,
			"localAddress %s applies to %s, but only one node can have it: the "
			"sessions of the others do not come up",
			peer->local_address, bgp_nodes_text(c, &local.nodes));
	} else {
		return;
	}
	finding_hint(
		c->ck, f,
		"remove localAddress, so that each node uses its own address; or limit the "
		"neighbor to the one node with a nodeSelector");
}

/* ---- BG043 ---- */

static const struct bgp_why *reach_passive_reason(const struct bgp_session *session)
{
	ARRAY_FOREACH (const struct bgp_why, why, &session->reasons) {
		if (why->reason == BGP_WHY_PASSIVE)
			return why;
	}
	return NULL;
}

/* Where the router says that it only waits. */
static struct pos reach_waiting_pos(const struct bgp_session *session)
{
	const struct router *router = session->router->router;

	if (router->bgp.passive.v)
		return router->bgp.passive.pos;
	return session->router_peer != NULL ? session->router_peer->entry->prefix.pos
					    : router->name.pos;
}

static struct bgp_place reach_passive_place(const struct bgp_checks *c,
					    const struct bgp_config *config,
					    const struct bgp_peer *peer)
{
	const struct bgp_transport *own =
		peer->neighbor != NULL ? &peer->neighbor->transport : NULL;

	if (own != NULL && own->passive_mode.v)
		return bgp_neighbor_place(c, config, peer->index, own->passive_mode.pos,
					  "transport.passiveMode");
	return bgp_peer_place(c, config, peer);
}

/* A neighbor has one router; a dynamic one may have several, of which the first is told. */
static void reach_check_passive(const struct bgp_checks *c, const struct bgp_config *config,
				const struct bgp_peer *peer)
{
	const struct bgp_session *first = NULL;
	struct bgp_names names = { 0 };
	struct finding *f;

	if (!peer->passive)
		return;
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_peer *there = bgp_peer_on(node, peer);
		bool waits = false;

		if (there == NULL)
			continue;
		ARRAY_FOREACH (const struct bgp_session, session, &there->sessions) {
			if (reach_passive_reason(session) == NULL)
				continue;
			waits = true;
			first = first == NULL ? session : first;
		}
		if (waits)
			bgp_names_add(c, &names, node->node->name);
	}
	if (first == NULL)
		return;
	f = bgp_report(
		c, CHECK_BG043, config, reach_passive_place(c, config, peer),
		"%s and router \"%s\" both wait for the other to connect: the session%s of %s "
		"never come%s up",
		bgp_peer_text(c, config, peer), first->router->name,
		names.list.count == 1 ? "" : "s", bgp_nodes_text(c, &names),
		names.list.count == 1 ? "s" : "");
	finding_hint(
		c->ck, f, "%s",
		peer->dynamic != NULL
			? "list the router in spec.neighbors, so that the nodes connect to it, "
			  "or list the nodes as neighbors on the router"
			: "remove passiveMode, so that the nodes connect to the router");
	finding_related(c->ck, f, reach_waiting_pos(first), "router \"%s\" waits",
			first->router->name);
}

void bgp_check_reach(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
			reach_check_hops(c, config, peer);
			reach_check_shared_link(c, config, peer);
			reach_check_local_address(c, config, peer);
			reach_check_passive(c, config, peer);
		}
	}
}

static const char *const known_families[] = { "ipv4-unicast", "ipv6-unicast", "l2vpn-evpn" };

/* ---- BG038 ---- */

/* One entry of an afiSafis list: `owner` is whose, `place` its own. */
static void families_check_entry(const struct bgp_checks *c, const struct bgp_config *config,
				 const struct bgp_afi_safi *entry, const char *owner,
				 const char *path)
{
	struct nearest near = { .word = entry->family.s };
	struct finding *f;

	if (entry->family.s != NULL && bgp_family_parse(entry->family.s) == 0) {
		f = bgp_report(
			c, CHECK_BG038, config,
			(struct bgp_place){ entry->family.pos,
					    arena_printf(c->ck->arena, "%s.family", path) },
			"\"%s\" is not a known address family: the daemon refuses %s, and only "
			"its log says so",
			entry->family.s, owner);
		for (size_t i = 0; i < sizeof(known_families) / sizeof(*known_families); i++)
			nearest_offer(&near, known_families[i]);
		if (!finding_suggest(&c->ck->findings, f, FIX_VALUE, &near))
			finding_hint(c->ck, f, "write ipv4-unicast or ipv6-unicast");
	}
	if (entry->enabled.set && !entry->enabled.v) {
		f = bgp_report(
			c, CHECK_BG038, config,
			(struct bgp_place){ entry->enabled.pos,
					    arena_printf(c->ck->arena, "%s.enabled", path) },
			"enabled: false has no effect: %s uses the family as soon as it is "
			"listed",
			owner);
		f->severity = SEVERITY_WARN;
		finding_hint(c->ck, f, "remove the whole entry");
		finding_fix_remove(&c->ck->findings, f, FIX_REMOVE_ITEM, NULL);
		finding_fix_is_unsafe(f);
		f->fix.at = entry->at.pos;
	}
}

static void families_check_list(const struct bgp_checks *c, const struct bgp_config *config,
				const struct bgp_afi_safis *list, const char *owner,
				const char *path)
{
	for (uint32_t i = 0; i < list->list.count; i++)
		families_check_entry(c, config, &list->list.items[i], owner,
				     arena_printf(c->ck->arena, "%s.afiSafis[%u]", path, i));
}

static void families_check_names(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_configuration *object = config->object;

	for (uint32_t i = 0; i < object->neighbors.list.count; i++)
		families_check_list(c, config, &object->neighbors.list.items[i].afi_safis,
				    bgp_neighbor_text(c, config, i), config->neighbors[i].path);
	for (uint32_t i = 0; i < object->peer_groups.list.count; i++)
		families_check_list(c, config, &object->peer_groups.list.items[i].afi_safis,
				    arena_printf(c->ck->arena, "every member of %s",
						 bgp_group_text(c, config, i)),
				    config->groups[i].path);
}

/* ---- BG039 ---- */

static bool families_counts(const struct bgp_peer *peer)
{
	return peer->refusal == BGP_ACCEPTED && !peer->admin_down;
}

/* The first entry that could carry more families, and all that there are. */
struct carried {
	const struct bgp_peer *first;
	unsigned families;
};

static struct carried families_carried_on(const struct bgp_node *node)
{
	struct carried carried = { 0 };

	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		if (!families_counts(peer))
			continue;
		carried.families |= peer->families;
		carried.first = carried.first == NULL ? peer : carried.first;
	}
	return carried;
}

static struct carried families_carried_anywhere(const struct bgp_config *config)
{
	struct carried carried = { 0 };

	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (!families_counts(peer))
			continue;
		carried.families |= peer->families;
		carried.first = carried.first == NULL ? peer : carried.first;
	}
	return carried;
}

/* The first range of a remote group with addresses of the family. */
static const struct pool_range *families_remote_range(const struct bgp_checks *c,
						      unsigned family)
{
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		if (!pool->in_scope || pool->type != POOL_TYPE_REMOTE)
			continue;
		ARRAY_FOREACH (const struct pool_range, range, &pool->v4) {
			if (range->range_error == RANGE_OK &&
			    bgp_family_bit(ip_family(range->range.from)) == family)
				return range;
		}
		ARRAY_FOREACH (const struct pool_range, range, &pool->v6) {
			if (range->range_error == RANGE_OK &&
			    bgp_family_bit(ip_family(range->range.from)) == family)
				return range;
		}
	}
	return NULL;
}

/* The list of families that the peer has, or what stands for it. */
static struct bgp_place families_place(const struct bgp_checks *c,
				       const struct bgp_config *config,
				       const struct bgp_peer *peer)
{
	if (peer->group != NULL && peer->group->afi_safis.at.set)
		return bgp_group_place(c, config, peer->group_index,
				       peer->group->afi_safis.at.key, "afiSafis");
	if (peer->neighbor != NULL && peer->neighbor->afi_safis.at.set)
		return bgp_neighbor_place(c, config, peer->index,
					  peer->neighbor->afi_safis.at.key, "afiSafis");
	return bgp_peer_place(c, config, peer);
}

/* The only peer that could carry the family. Where there are several, any of them could. */
static bool families_is_only(const struct bgp_config *config, const struct bgp_peer *peer)
{
	ARRAY_FOREACH (const struct bgp_peer, other, &config->peers)
		if (families_counts(other) && other->index != peer->index)
			return false;
	return peer->neighbor != NULL;
}

static const char *families_json(const struct bgp_checks *c, unsigned family)
{
	return arena_printf(c->ck->arena, "{\"family\": \"%s\", \"enabled\": true}",
			    bgp_families_text(family, c->ck->arena));
}

/* Adds the family to the list that the only peer has, or a list with all that it carries. */
static void families_fix_missing(const struct bgp_checks *c, const struct bgp_config *config,
				 unsigned family, const struct bgp_peer *peer,
				 struct finding *f)
{
	const struct bgp_afi_safis *list;
	struct pos at;

	if (!families_is_only(config, peer))
		return;
	list = peer->group != NULL ? &peer->group->afi_safis : &peer->neighbor->afi_safis;
	at = peer->group != NULL ? peer->group->at.pos : peer->neighbor->at.pos;
	ARRAY_FOREACH (const struct bgp_afi_safi, entry, &list->list)
		if (str_equal(entry->family.s, bgp_families_text(family, c->ck->arena)))
			return;
	if (list->at.set)
		finding_fix_append(&c->ck->findings, f, list->at.pos, families_json(c, family));
	else if (peer->families == BGP_IPV4 || peer->families == BGP_IPV6)
		finding_fix_add(&c->ck->findings, f, at, NULL, "afiSafis",
				arena_printf(c->ck->arena, "[%s, %s]",
					     families_json(c, peer->families),
					     families_json(c, family)));
	finding_fix_is_unsafe(f);
}

static void families_report_missing(const struct bgp_checks *c, const struct bgp_config *config,
				    unsigned family, const struct bgp_peer *peer,
				    const struct bgp_names *names)
{
	const struct pool_range *range = families_remote_range(c, family);
	const char *name = bgp_families_text(family, c->ck->arena);
	struct finding *f = bgp_report(
		c, CHECK_BG039, config, families_place(c, config, peer),
		"no neighbor has %s%s%s: remote addresses of that family are advertised to "
		"nobody%s",
		name, names != NULL ? " on " : "",
		names != NULL ? bgp_nodes_text(c, names) : "", names != NULL ? " there" : "");

	finding_hint(c->ck, f,
		     "add {family: %s, enabled: true} to the afiSafis of %s; without a list, a "
		     "session has only the family of its own address",
		     name,
		     peer->group != NULL ? bgp_group_text(c, config, peer->group_index)
					 : bgp_peer_text(c, config, peer));
	families_fix_missing(c, config, family, peer, f);
	if (range != NULL)
		finding_related(c->ck, f, range->entry->pool.pos, "addresses of the family");
}

/* No LBNodeAgent in the input says that it does not. */
static bool families_may_announce(const struct bgp_checks *c, const struct bgp_node *node)
{
	return node->dummy != NULL || c->bgp->cluster->agents.list.count == 0;
}

static void families_check_missing_on_nodes(const struct bgp_checks *c,
					    const struct bgp_config *config, unsigned family)
{
	const struct bgp_peer *first = NULL;
	struct bgp_names names = { 0 };

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct carried carried = families_carried_on(node);

		if (carried.first == NULL || (carried.families & family) != 0 ||
		    !families_may_announce(c, node))
			continue;
		bgp_names_add(c, &names, node->node->name);
		first = first == NULL ? carried.first : first;
	}
	if (first != NULL)
		families_report_missing(c, config, family, first, &names);
}

static void families_check_missing(const struct bgp_checks *c, const struct bgp_config *config,
				   unsigned family)
{
	const struct carried carried = families_carried_anywhere(config);

	if ((c->bgp->remote_families & family) == 0)
		return;
	if (config->nodes.count > 0)
		families_check_missing_on_nodes(c, config, family);
	else if (carried.first != NULL && (carried.families & family) == 0)
		families_report_missing(c, config, family, carried.first, NULL);
}

/* ---- BG040 ---- */

static bool families_addresses_known(const struct cluster_node *node)
{
	return node->interfaces.count > 0 ||
	       (node->node != NULL && node->node->addresses.list.count > 0);
}

static enum ip_family families_session_family(const struct bgp_session *session)
{
	return session->peer->interface != NULL ? IP_V6 : ip_family(session->router_address);
}

/* The session carries remote addresses of the other family, without a next hop for them. */
static bool families_lacks_next_hop(const struct bgp_checks *c,
				    const struct bgp_session *session, unsigned family)
{
	const struct cluster_node *node = session->node->node;

	/* What interface an address is on is not known without an inventory. */
	if (node->interfaces.count == 0 &&
	    bgp_has_subnet(node, family == BGP_IPV4 ? IP_V4 : IP_V6))
		return false;
	return session->verdict != BGP_DOWN && families_addresses_known(node) &&
	       (c->bgp->remote_families & session->families & family) != 0 &&
	       bgp_family_bit(families_session_family(session)) != family &&
	       (session->next_hops & family) == 0;
}

static void families_check_next_hop(const struct bgp_checks *c, const struct bgp_config *config,
				    const struct bgp_peer *peer, unsigned family)
{
	const struct bgp_session *first = NULL;
	struct bgp_names names = { 0 };
	const char *routes = family == BGP_IPV4 ? "IPv4" : "IPv6";
	struct finding *f;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_peer *there = bgp_peer_on(node, peer);
		bool lacks = false;

		if (there == NULL)
			continue;
		ARRAY_FOREACH (const struct bgp_session, session, &there->sessions) {
			if (!families_lacks_next_hop(c, session, family))
				continue;
			lacks = true;
			first = first == NULL ? session : first;
		}
		if (lacks)
			bgp_names_add(c, &names, node->node->name);
	}
	if (first == NULL)
		return;
	f = bgp_report(
		c, CHECK_BG040, config, families_place(c, config, peer),
		"%s carries %s routes, but %s %s no %s address to use as next hop: routers "
		"cannot use these routes",
		bgp_peer_text(c, config, peer), routes, bgp_nodes_text(c, &names),
		names.list.count == 1 ? "has" : "have", routes);
	f->inferred = first->source_inferred;
	finding_hint(
		c->ck, f,
		"give the interface towards the router an %s address on these nodes, or remove "
		"the family from the session",
		routes);
}

void bgp_check_families(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		families_check_names(c, config);
		families_check_missing(c, config, BGP_IPV4);
		families_check_missing(c, config, BGP_IPV6);
		ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
			families_check_next_hop(c, config, peer, BGP_IPV4);
			families_check_next_hop(c, config, peer, BGP_IPV6);
		}
	}
}
