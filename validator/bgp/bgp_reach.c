/* SPDX-License-Identifier: Apache-2.0 */
/* BG037 and BG041 to BG043: how nodes and routers reach each other. */
#include "validator/bgp/bgp.h"

#include "base/text.h"

/* ---- BG037 ---- */

/* A member that loses its multihop to its group has BG029. */
static bool has_lost_multihop(const struct bgp_config *config, const struct bgp_peer *peer)
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

static void find_far(const struct bgp_checks *c, const struct bgp_config *config,
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

static void check_hops(const struct bgp_checks *c, const struct bgp_config *config,
		       const struct bgp_peer *peer)
{
	struct far far = { 0 };
	struct finding *f;

	if (has_lost_multihop(config, peer))
		return;
	find_far(c, config, peer, &far);
	if (far.first == NULL)
		return;
	f = bgp_report(c, CHECK_BG037, config, bgp_peer_place(c, config, peer),
		       "%s is beyond the subnets of %s, and packets of an eBGP session go one "
		       "hop far: the session never comes up",
		       bgp_peer_text(c, config, peer), bgp_nodes_text(c, &far.nodes));
	f->diag.inferred = far.guess;
	finding_hint(c->ck, f, "%s",
		     peer->group != NULL
			     ? "take the neighbor out of its group, which cannot have it, and "
			       "set ebgpMultihop: {enabled: true}, also on the router"
			     : "set ebgpMultihop: {enabled: true, multihopTtl: N}, also on the "
			       "router; or keep the neighbor to nodes next to it by a "
			       "nodeSelector");
}

/* ---- BG041 ---- */

static void check_shared_link(const struct bgp_checks *c, const struct bgp_config *config,
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
		"an unnumbered session needs a link with one router and nobody else, and "
		"%s; the daemon refuses the neighbor on %s",
		first->refusal_text, bgp_nodes_text(c, &names));
	finding_hint(c->ck, f, "write the router's address in neighborAddress instead");
}

/* ---- BG042 ---- */

/* transport.localAddress of the peer, and the nodes that are to use it. */
struct local {
	const struct str_value *value;
	struct bgp_place place;
	struct bgp_names nodes, without; /* all; those that do not have it */
};

static bool lacks_local_address(const struct bgp_peer *peer)
{
	ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
		ARRAY_FOREACH (const struct bgp_why, why, &session->reasons) {
			if (why->reason == BGP_WHY_LOCAL_ADDRESS)
				return true;
		}
	}
	return false;
}

static bool is_own(const struct bgp_peer *peer)
{
	return peer->neighbor != NULL &&
	       str_equal(peer->neighbor->transport.local_address.s, peer->local_address);
}

/* An earlier member has it from the same group: once is enough. */
static bool group_was_told(const struct bgp_config *config, const struct bgp_peer *peer)
{
	for (const struct bgp_peer *p = config->peers.items; p < peer; p++) {
		if (p->group != NULL && p->group == peer->group && p->local_address != NULL &&
		    !is_own(p))
			return !is_own(peer);
	}
	return false;
}

static void find_local(const struct bgp_checks *c, const struct bgp_config *config,
		       const struct bgp_peer *peer, struct local *out)
{
	if (is_own(peer)) {
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
		if (lacks_local_address(there))
			bgp_names_add(c, &out->without, node->node->name);
	}
}

static void check_local_address(const struct bgp_checks *c, const struct bgp_config *config,
				const struct bgp_peer *peer)
{
	struct local local = { 0 };
	struct finding *f;
	struct ip ip;

	if (peer->local_address == NULL || group_was_told(config, peer))
		return;
	find_local(c, config, peer, &local);
	if (!ip_parse(peer->local_address, &ip)) {
		f = bgp_report(c, CHECK_BG042, config, local.place,
			       "localAddress \"%s\" is not an IP address: the daemon passes "
			       "over it, and sessions of %s come from any address",
			       peer->local_address, bgp_peer_text(c, config, peer));
	} else if (local.without.list.count > 0) {
		f = bgp_report(c, CHECK_BG042, config, local.place,
			       "localAddress %s is no address of %s: the sessions of %s do not "
			       "come up there",
			       peer->local_address, bgp_nodes_text(c, &local.without),
			       bgp_peer_text(c, config, peer));
	} else if (local.nodes.list.count > 1) {
		f = bgp_report(c, CHECK_BG042, config, local.place,
			       "localAddress %s is for %s, and an address is on one node: the "
			       "sessions of the others do not come up",
			       peer->local_address, bgp_nodes_text(c, &local.nodes));
	} else {
		return;
	}
	finding_hint(
		c->ck, f,
		"leave localAddress out: each node then calls from its own address; or keep "
		"the neighbor to the one node by a nodeSelector");
}

/* ---- BG043 ---- */

static const struct bgp_why *passive_reason(const struct bgp_session *session)
{
	ARRAY_FOREACH (const struct bgp_why, why, &session->reasons) {
		if (why->reason == BGP_WHY_PASSIVE)
			return why;
	}
	return NULL;
}

/* Where the router says that it only waits. */
static struct pos waiting_pos(const struct bgp_session *session)
{
	const struct router *router = session->router->router;

	if (router->bgp.passive.v)
		return router->bgp.passive.pos;
	return session->router_peer != NULL ? session->router_peer->entry->prefix.pos
					    : router->name.pos;
}

static struct bgp_place passive_place(const struct bgp_checks *c,
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
static void check_passive(const struct bgp_checks *c, const struct bgp_config *config,
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
			if (passive_reason(session) == NULL)
				continue;
			waits = true;
			first = first == NULL ? session : first;
		}
		if (waits)
			bgp_names_add(c, &names, node->node->name);
	}
	if (first == NULL)
		return;
	f = bgp_report(c, CHECK_BG043, config, passive_place(c, config, peer),
		       "%s and router \"%s\" both wait for the other to call: the session%s of "
		       "%s never come%s up",
		       bgp_peer_text(c, config, peer), first->router->name,
		       names.list.count == 1 ? "" : "s", bgp_nodes_text(c, &names),
		       names.list.count == 1 ? "s" : "");
	finding_hint(
		c->ck, f, "%s",
		peer->dynamic != NULL
			? "list the router in spec.neighbors, so that the nodes call it, or "
			  "the nodes as neighbors on the router"
			: "take passiveMode out, so that the nodes call the router");
	finding_related(c->ck, f, waiting_pos(first), "router \"%s\" waits",
			first->router->name);
}

void bgp_check_reach(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
			check_hops(c, config, peer);
			check_shared_link(c, config, peer);
			check_local_address(c, config, peer);
			check_passive(c, config, peer);
		}
	}
}
