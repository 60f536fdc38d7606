/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG028 to BG036 and BG048: neighbors by themselves (addresses, interfaces, AS numbers, two
 * entries for one session) and what peer groups overwrite in their members (BG4.4).
 *
 * What becomes of the session with the router is in bgp_sessions.c and bgp_routers.c.
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

/* ---- BG028 ---- */

/* Where a member says what its group overwrites. */
static struct pos peer_groups_lost_pos(const struct bgp_neighbor *own,
				       enum bgp_member_field field)
{
	switch (field) {
	case BGP_MEMBER_PEER_ASN:
		return own->config.peer_asn.pos;
	case BGP_MEMBER_LOCAL_ASN:
		return own->config.local_asn.pos;
	case BGP_MEMBER_DESCRIPTION:
		return own->config.description.pos;
	case BGP_MEMBER_PASSWORD:
		return own->config.auth_password_secret_ref.at.set
			       ? own->config.auth_password_secret_ref.at.key
			       : own->config.auth_password.pos;
	case BGP_MEMBER_TIMERS:
		return own->timers.at.key;
	case BGP_MEMBER_FAMILIES:
		return own->afi_safis.at.key;
	case BGP_MEMBER_TRANSPORT:
		return own->transport.at.key;
	case BGP_MEMBER_GRACEFUL_RESTART:
		return own->graceful_restart.at.key;
	case BGP_MEMBER_ROUTE_REFLECTOR:
		return own->route_reflector.at.key;
	case BGP_MEMBER_MULTIHOP:
		return own->ebgp_multihop.at.key;
	}
	return own->at.pos;
}

static const char *peer_groups_password_path(const struct bgp_neighbor *own)
{
	return own->config.auth_password_secret_ref.at.set ? "config.authPasswordSecretRef"
							   : "config.authPassword";
}

/* A table for each field but the multihop, which is BG029. */
static const struct {
	enum bgp_member_field field;
	const char *path; /* below the neighbor; NULL: peer_groups_password_path() */
	const char *what;
	bool in_group; /* groups have such a field */
} lost_fields[] = {
	{ BGP_MEMBER_PEER_ASN, "config.peerAsn", "peerAsn", true },
	{ BGP_MEMBER_LOCAL_ASN, "config.localAsn", "localAsn", true },
	{ BGP_MEMBER_DESCRIPTION, "config.description", "description", true },
	{ BGP_MEMBER_PASSWORD, NULL, "password", true },
	{ BGP_MEMBER_TIMERS, "timers", "timers", true },
	{ BGP_MEMBER_FAMILIES, "afiSafis", "afiSafis", true },
	{ BGP_MEMBER_TRANSPORT, "transport", "transport", true },
	{ BGP_MEMBER_GRACEFUL_RESTART, "gracefulRestart", "gracefulRestart", false },
	{ BGP_MEMBER_ROUTE_REFLECTOR, "routeReflector", "routeReflector", false },
};

static void peer_groups_report_lost(const struct bgp_checks *c, const struct bgp_config *config,
				    const struct bgp_peer *peer, size_t row)
{
	const enum bgp_member_field field = lost_fields[row].field;
	const char *path = lost_fields[row].path;
	const char *group = bgp_group_text(c, config, peer->group_index);
	struct finding *f = bgp_report(
		c, CHECK_BG028, config,
		bgp_neighbor_place(
			c, config, peer->index, peer_groups_lost_pos(peer->neighbor, field),
			path != NULL ? path : peer_groups_password_path(peer->neighbor)),
		"%s overwrites the %s of %s%s: the value here has no effect", group,
		lost_fields[row].what, bgp_neighbor_text(c, config, peer->index),
		field == BGP_MEMBER_PEER_ASN
			? arena_printf(c->ck->arena, " with %" PRIu32, peer->peer_as)
			: "");

	/* Only what status displays say is lost. */
	if (field == BGP_MEMBER_DESCRIPTION)
		f->severity = SEVERITY_INFO;
	finding_hint(c->ck, f, "%s",
		     lost_fields[row].in_group
			     ? "move it to the group, or take the neighbor out of the group"
			     : "take the neighbor out of the group, which cannot have it");
	finding_related(c->ck, f, bgp_group_name_place(c, config, peer->group_index).pos,
			"the group");
}

static void peer_groups_check_overwritten(const struct bgp_checks *c,
					  const struct bgp_config *config,
					  const struct bgp_peer *peer)
{
	const unsigned lost = bgp_member_overwritten(config, peer->index);

	for (size_t i = 0; i < sizeof(lost_fields) / sizeof(lost_fields[0]); i++) {
		if ((lost & (unsigned)lost_fields[i].field) != 0)
			peer_groups_report_lost(c, config, peer, i);
	}
}

/* ---- BG029 ---- */

/* All of its sessions are known to need no more than one hop. */
static bool peer_groups_always_adjacent(const struct bgp_config *config,
					const struct bgp_peer *peer)
{
	bool any = false;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_peer *there = bgp_peer_on(node, peer);

		if (there == NULL)
			continue;
		ARRAY_FOREACH (const struct bgp_session, session, &there->sessions) {
			any = true;
			if (session->adjacency != BGP_ADJACENT)
				return false;
		}
	}
	return any;
}

/* A group with peerAsn 0, or with the nodes' own AS, has no limit to the hops. (BG4.4, BG4.6)
 */
static void peer_groups_check_multihop(const struct bgp_checks *c,
				       const struct bgp_config *config,
				       const struct bgp_peer *peer)
{
	struct finding *f;

	if ((bgp_member_overwritten(config, peer->index) & BGP_MEMBER_MULTIHOP) == 0 ||
	    !peer->external)
		return;
	f = bgp_report(c, CHECK_BG029, config,
		       bgp_neighbor_place(c, config, peer->index,
					  peer->neighbor->ebgp_multihop.at.key, "ebgpMultihop"),
		       "%s loses its ebgpMultihop to %s: packets travel one hop only%s",
		       bgp_neighbor_text(c, config, peer->index),
		       bgp_group_text(c, config, peer->group_index),
		       peer_groups_always_adjacent(config, peer)
			       ? ", which is enough for this router"
			       : "");
	if (peer_groups_always_adjacent(config, peer))
		f->severity = SEVERITY_WARN;
	finding_hint(c->ck, f,
		     "take the neighbor out of the group: groups cannot have ebgpMultihop");
	finding_related(c->ck, f, bgp_group_name_place(c, config, peer->group_index).pos,
			"the group");
}

/* ---- BG030 ---- */

/* The first entry that the group leaves open to any AS; NULL: none. */
static const struct bgp_peer *peer_groups_open_member(const struct bgp_config *config,
						      const struct bgp_peer_group *group)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (peer->group == group && peer->peer_as == 0)
			return peer;
	}
	return NULL;
}

static void peer_groups_check_any_as(const struct bgp_checks *c,
				     const struct bgp_config *config, uint32_t index)
{
	const struct bgp_peer_group *group = &config->object->peer_groups.list.items[index];
	const struct bgp_peer *member = peer_groups_open_member(config, group);
	struct finding *f;

	if (member == NULL || bgp_type_error(c, config,
					     arena_printf(c->ck->arena, "%s.config.peerAsn",
							  config->groups[index].path)))
		return;
	f = bgp_report(
		c, CHECK_BG030, config,
		bgp_group_place(c, config, index, group->config.peer_asn.pos, "config.peerAsn"),
		"%s has %s: %s accepts a router of any AS", bgp_group_text(c, config, index),
		group->config.peer_asn.set ? "peerAsn 0" : "no peerAsn",
		bgp_peer_text(c, config, member));
	finding_hint(c->ck, f, "set peerAsn of the group to the routers' AS number%s",
		     member->neighbor != NULL && member->neighbor->config.peer_asn.v != 0
			     ? ", which overwrites that of its members"
			     : "");
	finding_related(c->ck, f, bgp_peer_place(c, config, member).pos, "it is in the group");
}

void bgp_check_groups(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
			if (peer->neighbor == NULL || peer->group == NULL)
				continue;
			peer_groups_check_overwritten(c, config, peer);
			peer_groups_check_multihop(c, config, peer);
		}
		for (uint32_t i = 0; i < config->object->peer_groups.list.count; i++)
			peer_groups_check_any_as(c, config, i);
	}
}

static struct bgp_place neighbors_address_place(const struct bgp_checks *c,
						const struct bgp_config *config,
						const struct bgp_peer *peer)
{
	return bgp_neighbor_place(c, config, peer->index,
				  peer->neighbor->config.neighbor_address.pos,
				  "config.neighborAddress");
}

/* ---- BG031 ---- */

static const char *neighbors_address_hint(const char *text)
{
	if (strchr(text, '/') != NULL)
		return "write the router's address without a prefix length";
	if (strchr(text, '%') != NULL)
		return "only an IPv6 address can have a zone, such as fe80::1%eth0";
	if (strpbrk(text, "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ") != NULL)
		return "write its IP address: names are not resolved";
	return "write the router's IP address, without port or brackets";
}

static void neighbors_check_written(const struct bgp_checks *c, const struct bgp_config *config,
				    const struct bgp_peer *peer)
{
	const struct bgp_neighbor_config *own = &peer->neighbor->config;
	struct finding *f;

	if (bgp_given(&own->neighbor_interface) && bgp_given(&own->neighbor_address)) {
		f = bgp_report(
			c, CHECK_BG031, config, neighbors_address_place(c, config, peer),
			"neighborAddress and neighborInterface are both set: the interface "
			"counts, and %s is not used",
			own->neighbor_address.s);
		f->severity = SEVERITY_WARN;
		finding_hint(c->ck, f,
			     "keep the one that is meant; for a link-local address "
			     "write fe80::1%%eth0 as neighborAddress");
	} else if (bgp_given(&own->neighbor_interface)) {
		return;
	} else if (!bgp_given(&own->neighbor_address)) {
		if (bgp_type_error(c, config,
				   arena_printf(c->ck->arena, "%s.config", peer->path)))
			return;
		f = bgp_report(c, CHECK_BG031, config, neighbors_address_place(c, config, peer),
			       "%s has neither neighborAddress nor neighborInterface: the "
			       "daemon refuses it, and only its log says so",
			       bgp_neighbor_text(c, config, peer->index));
		finding_hint(c->ck, f, "set neighborAddress to the router's IP address");
	} else if (!peer->has_address) {
		f = bgp_report(
			c, CHECK_BG031, config, neighbors_address_place(c, config, peer),
			"neighborAddress \"%s\" is not an IP address: the daemon refuses "
			"the neighbor, and only its log says so",
			own->neighbor_address.s);
		finding_hint(c->ck, f, "%s", neighbors_address_hint(own->neighbor_address.s));
	}
}

static void neighbors_check_interface(const struct bgp_checks *c,
				      const struct bgp_config *config,
				      const struct bgp_peer *peer)
{
	struct bgp_names names = { 0 };
	struct finding *f;

	if (peer->interface == NULL)
		return;
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_peer *there = bgp_peer_on(node, peer);

		if (there != NULL && there->refusal == BGP_NO_INTERFACE)
			bgp_names_add(c, &names, node->node->name);
	}
	if (names.list.count == 0)
		return;
	f = bgp_report(c, CHECK_BG031, config, bgp_neighbor_name_place(c, config, peer->index),
		       "no interface \"%s\" on %s: the daemon refuses the neighbor there",
		       peer->interface, bgp_nodes_text(c, &names));
	finding_hint(
		c->ck, f,
		"name an interface that the nodes have, or limit the neighbor to other nodes "
		"with a nodeSelector");
}

/* ---- BG032 ---- */

/* Which of two entries for one peer has no effect. */
enum twin { TWIN_NONE, TWIN_REPLACED, TWIN_REFUSED };

static const struct bgp_entry *neighbors_entry_of(const struct bgp_config *config,
						  const struct bgp_peer *peer)
{
	return peer->dynamic != NULL ? &config->dynamic[peer->index]
				     : &config->neighbors[peer->index];
}

static bool neighbors_same_key(const struct bgp_config *config, const struct bgp_peer *a,
			       const struct bgp_peer *b)
{
	return (a->dynamic != NULL) == (b->dynamic != NULL) &&
	       neighbors_entry_of(config, a)->key_id == neighbors_entry_of(config, b)->key_id;
}

static bool neighbors_same_address(const struct bgp_config *config, const struct bgp_peer *a,
				   const struct bgp_peer *b)
{
	return a->has_address && b->has_address &&
	       neighbors_entry_of(config, a)->address_id ==
		       neighbors_entry_of(config, b)->address_id;
}

/* Neither is for some nodes only. */
static bool neighbors_both_everywhere(const struct bgp_config *config, const struct bgp_peer *a,
				      const struct bgp_peer *b)
{
	return a->dynamic != NULL || (!config->selectors.items[a->index].selector->at.set &&
				      !config->selectors.items[b->index].selector->at.set);
}

/* The other entry, when nodes are not known: of one key the last, of one address the first. */
static const struct bgp_peer *neighbors_twin_anywhere(const struct bgp_config *config,
						      const struct bgp_peer *peer,
						      enum twin *twin)
{
	ARRAY_FOREACH (const struct bgp_peer, other, &config->peers) {
		if (other == peer || !neighbors_both_everywhere(config, peer, other))
			continue;
		if (other > peer && neighbors_same_key(config, peer, other)) {
			*twin = TWIN_REPLACED;
			return other;
		}
		if (other < peer && !neighbors_same_key(config, peer, other) &&
		    neighbors_same_address(config, peer, other)) {
			*twin = TWIN_REFUSED;
			return other;
		}
	}
	return NULL;
}

/* The entry that won on a node where this one lost. */
static const struct bgp_peer *neighbors_winner_on(const struct bgp_node *node,
						  const struct bgp_peer *loser)
{
	ARRAY_FOREACH (const struct bgp_peer, other, &node->peers) {
		if (other == loser || other->refusal == BGP_REPLACED ||
		    other->refusal == BGP_SAME_ADDRESS || other->refusal == BGP_GROUP_MISSING)
			continue;
		if (loser->refusal == BGP_REPLACED
			    ? neighbors_same_key(node->config, loser, other)
			    : neighbors_same_address(node->config, loser, other))
			return other;
	}
	return NULL;
}

static const struct bgp_peer *neighbors_twin_on_nodes(const struct bgp_checks *c,
						      const struct bgp_config *config,
						      const struct bgp_peer *peer,
						      enum twin *twin, struct bgp_names *names)
{
	const struct bgp_peer *winner = NULL;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_peer *there = bgp_peer_on(node, peer);

		if (there == NULL ||
		    (there->refusal != BGP_REPLACED && there->refusal != BGP_SAME_ADDRESS))
			continue;
		bgp_names_add(c, names, node->node->name);
		if (winner != NULL)
			continue;
		winner = neighbors_winner_on(node, there);
		*twin = there->refusal == BGP_REPLACED ? TWIN_REPLACED : TWIN_REFUSED;
	}
	return winner;
}

static void neighbors_check_twin(const struct bgp_checks *c, const struct bgp_config *config,
				 const struct bgp_peer *peer)
{
	struct bgp_names names = { 0 };
	enum twin twin = TWIN_NONE;
	const struct bgp_peer *other =
		config->nodes.count > 0
			? neighbors_twin_on_nodes(c, config, peer, &twin, &names)
			: neighbors_twin_anywhere(config, peer, &twin);
	struct finding *f;

	if (other == NULL || neighbors_entry_of(config, peer)->key[0] == '\0')
		return;
	f = bgp_report(c, CHECK_BG032, config, bgp_peer_place(c, config, peer),
		       "%s is the same peer as %s and has no effect%s%s: %s",
		       bgp_peer_text(c, config, peer), other->path,
		       names.list.count > 0 ? " on " : "",
		       names.list.count > 0 ? bgp_nodes_text(c, &names) : "",
		       twin == TWIN_REPLACED
			       ? "of entries with the same text the last one counts"
			       : "the daemon accepts an address once, however it is written");
	finding_hint(
		c->ck, f,
		peer->dynamic != NULL
			? "remove one of them"
			: "remove one of them, or give them nodeSelectors that do not overlap");
	finding_related(c->ck, f, bgp_peer_place(c, config, other).pos, "this one counts");
}

/* ---- BG032: groups ---- */

static bool neighbors_groups_meet(const struct bgp_config *config, uint32_t a, uint32_t b)
{
	const uint32_t first = config->object->neighbors.list.count;

	if (config->nodes.count == 0)
		return !config->selectors.items[first + a].selector->at.set &&
		       !config->selectors.items[first + b].selector->at.set;
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (bgp_selector_applies(node, first + a) &&
		    bgp_selector_applies(node, first + b))
			return true;
	}
	return false;
}

static void neighbors_check_group_twin(const struct bgp_checks *c,
				       const struct bgp_config *config, uint32_t index)
{
	const struct bgp_peer_groups *groups = &config->object->peer_groups;
	const char *name = groups->list.items[index].config.peer_group_name.s;

	for (uint32_t i = index + 1; i < groups->list.count && name != NULL; i++) {
		struct finding *f;

		if (!str_equal(groups->list.items[i].config.peer_group_name.s, name) ||
		    !neighbors_groups_meet(config, index, i))
			continue;
		f = bgp_report(c, CHECK_BG032, config, bgp_group_name_place(c, config, index),
			       "%s is defined twice for the same nodes: the later one counts",
			       bgp_group_text(c, config, index));
		finding_hint(
			c->ck, f,
			"remove one of them, or give them nodeSelectors that do not overlap");
		finding_related(c->ck, f, bgp_group_name_place(c, config, i).pos,
				"this one counts");
		return;
	}
}

/* ---- BG033 ---- */

static const char *neighbors_self_reason(const struct bgp_peer *peer)
{
	ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
		ARRAY_FOREACH (const struct bgp_why, why, &session->reasons) {
			if (why->reason == BGP_WHY_SELF)
				return why->text;
		}
	}
	return NULL;
}

static bool neighbors_report_self(const struct bgp_checks *c, const struct bgp_config *config,
				  const struct bgp_peer *peer)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_peer *there = bgp_peer_on(node, peer);
		const char *reason = there != NULL ? neighbors_self_reason(there) : NULL;
		struct finding *f;

		if (reason == NULL)
			continue;
		f = bgp_report(c, CHECK_BG033, config, neighbors_address_place(c, config, peer),
			       "no session can come up on %s: %s", node->node->name, reason);
		finding_hint(c->ck, f, "use the address of a router");
		if (node->node->node != NULL)
			finding_related(c->ck, f, node->node->node->object.name.pos, "node %s",
					node->node->name);
		return true;
	}
	return false;
}

static const struct pool_range *neighbors_range_with(const struct pool *pool, struct ip ip)
{
	ARRAY_FOREACH (const struct pool_range, range, &pool->v4) {
		if (range->range_error == RANGE_OK && ip_range_contains(range->range, ip))
			return range;
	}
	ARRAY_FOREACH (const struct pool_range, range, &pool->v6) {
		if (range->range_error == RANGE_OK && ip_range_contains(range->range, ip))
			return range;
	}
	return NULL;
}

static void neighbors_check_self(const struct bgp_checks *c, const struct bgp_config *config,
				 const struct bgp_peer *peer)
{
	if (!peer->has_address || neighbors_report_self(c, config, peer))
		return;
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		const struct pool_range *range =
			pool->in_scope ? neighbors_range_with(pool, peer->address) : NULL;
		struct finding *f;

		if (range == NULL)
			continue;
		f = bgp_report(
			c, CHECK_BG033, config, neighbors_address_place(c, config, peer),
			"%s is in range %s of group \"%s\": once a Service gets the address, "
			"the nodes have it themselves and reach no router with it",
			bgp_ip_text(c, peer->address), range->entry->pool.s, pool->name);
		finding_hint(c->ck, f,
			     "use the address of a router, or remove it from the range");
		finding_related(c->ck, f, range->entry->pool.pos, "the range");
		return;
	}
}

/* ---- BG034 ---- */

static void neighbors_check_link_local(const struct bgp_checks *c,
				       const struct bgp_config *config,
				       const struct bgp_peer *peer)
{
	struct finding *f;

	if (!peer->has_address || peer->zone != NULL || ip_family(peer->address) != IP_V6 ||
	    !ip_is_link_local(peer->address))
		return;
	f = bgp_report(c, CHECK_BG034, config, neighbors_address_place(c, config, peer),
		       "%s is link-local: without its interface the nodes cannot connect to it",
		       bgp_ip_text(c, peer->address));
	finding_hint(c->ck, f,
		     "append the interface, such as %s%%eth0, or use neighborInterface",
		     bgp_ip_text(c, peer->address));
}

/* ---- BG035 ---- */

static void neighbors_check_asn0(const struct bgp_checks *c, const struct bgp_config *config,
				 const struct bgp_peer *peer)
{
	const struct int_value *asn = &peer->neighbor->config.peer_asn;
	struct finding *f;

	/* Groups are BG030. */
	if (!asn->set || peer->peer_as != 0 || peer->group != NULL ||
	    peer->refusal == BGP_GROUP_MISSING)
		return;
	f = bgp_report(c, CHECK_BG035, config,
		       bgp_neighbor_place(c, config, peer->index, asn->pos, "config.peerAsn"),
		       "peerAsn 0: %s is accepted with any AS and from any number of hops away",
		       bgp_neighbor_text(c, config, peer->index));
	finding_hint(c->ck, f, "set it to the AS number of the router");
}

/* ---- BG036 ---- */

/* Every router of the neighbor is described, and spreads iBGP routes over several paths. */
static bool neighbors_routers_are_ready(const struct bgp_config *config,
					const struct bgp_peer *peer)
{
	bool any = false;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_peer *there = bgp_peer_on(node, peer);

		if (there == NULL)
			continue;
		ARRAY_FOREACH (const struct bgp_session, session, &there->sessions) {
			any = true;
			if (session->router == NULL || session->router->max_paths_ibgp < 2)
				return false;
		}
	}
	return any;
}

/* Where the AS that counts is written: in a group that overwrites its members', once. */
static struct bgp_place neighbors_asn_place(const struct bgp_checks *c,
					    const struct bgp_config *config,
					    const struct bgp_peer *peer)
{
	if (peer->group != NULL &&
	    (peer->dynamic != NULL || c->bgp->options.daemon == BGP_FORK_1_1))
		return bgp_group_place(c, config, peer->group_index,
				       peer->group->config.peer_asn.pos, "config.peerAsn");
	if (peer->neighbor != NULL)
		return bgp_neighbor_place(c, config, peer->index,
					  peer->neighbor->config.peer_asn.pos,
					  "config.peerAsn");
	return bgp_dynamic_name_place(c, config, peer->index);
}

/* An earlier peer has it from the same place. */
static bool neighbors_place_was_reported(const struct bgp_checks *c,
					 const struct bgp_config *config,
					 const struct bgp_peer *peer)
{
	if (peer->group == NULL ||
	    (peer->dynamic == NULL && c->bgp->options.daemon != BGP_FORK_1_1))
		return false;
	for (const struct bgp_peer *p = config->peers.items; p < peer; p++) {
		if (p->group == peer->group &&
		    (p->dynamic != NULL || c->bgp->options.daemon == BGP_FORK_1_1))
			return true;
	}
	return false;
}

static void neighbors_check_ibgp(const struct bgp_checks *c, const struct bgp_config *config,
				 const struct bgp_peer *peer)
{
	struct finding *f;

	if (peer->peer_as == 0 || peer->peer_as != peer->local_as ||
	    neighbors_place_was_reported(c, config, peer))
		return;
	f = bgp_report(
		c, CHECK_BG036, config, neighbors_asn_place(c, config, peer),
		"%s is in the nodes' own AS %" PRIu32
		": by default, a router neither passes iBGP routes on to other iBGP neighbors "
		"nor spreads traffic over several of them",
		bgp_peer_text(c, config, peer), peer->peer_as);
	if (neighbors_routers_are_ready(config, peer))
		f->severity = SEVERITY_INFO;
	finding_hint(
		c->ck, f,
		"give the nodes their own AS; or make sure that the router has maximum-paths "
		"for iBGP, and reflects the routes or sets itself as next hop where others "
		"need them");
}

/* ---- BG048 ---- */

static void neighbors_check_admin_down(const struct bgp_checks *c,
				       const struct bgp_config *config,
				       const struct bgp_peer *peer)
{
	struct finding *f;

	if (!peer->admin_down)
		return;
	f = bgp_report(c, CHECK_BG048, config,
		       bgp_neighbor_place(c, config, peer->index,
					  peer->neighbor->config.admin_down.pos,
					  "config.adminDown"),
		       "%s is administratively down: no node has a session with it",
		       bgp_neighbor_text(c, config, peer->index));
	finding_hint(c->ck, f, "remove adminDown when the maintenance is over");
}

void bgp_check_neighbors(const struct bgp_checks *c)
{
	static void (*const checks[])(const struct bgp_checks *, const struct bgp_config *,
				      const struct bgp_peer *) = {
		neighbors_check_written, neighbors_check_interface,
		neighbors_check_self,    neighbors_check_link_local,
		neighbors_check_asn0,    neighbors_check_admin_down,
	};

	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
			neighbors_check_twin(c, config, peer);
			neighbors_check_ibgp(c, config, peer);
			for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
				if (peer->neighbor != NULL)
					checks[i](c, config, peer);
		}
		for (uint32_t i = 0; i < config->object->peer_groups.list.count; i++)
			neighbors_check_group_twin(c, config, i);
	}
}
