/* SPDX-License-Identifier: Apache-2.0 */
/* BG038 to BG040: address families. */
#include "validator/bgp/bgp.h"

#include "base/nearest.h"
#include "base/text.h"

static const char *const known_families[] = { "ipv4-unicast", "ipv6-unicast", "l2vpn-evpn" };

/* ---- BG038 ---- */

/* One entry of an afiSafis list: `owner` is whose, `place` its own. */
static void check_entry(const struct bgp_checks *c, const struct bgp_config *config,
			const struct bgp_afi_safi *entry, const char *owner, const char *path)
{
	struct nearest near = { .word = entry->family.s };
	struct finding *f;

	if (entry->family.s != NULL && bgp_family_parse(entry->family.s) == 0) {
		f = bgp_report(
			c, CHECK_BG038, config,
			(struct bgp_place){ entry->family.pos,
					    arena_printf(c->ck->arena, "%s.family", path) },
			"\"%s\" is no address family that the daemon knows: it refuses "
			"%s, and only its log says so",
			entry->family.s, owner);
		for (size_t i = 0; i < sizeof(known_families) / sizeof(*known_families); i++)
			nearest_offer(&near, known_families[i]);
		if (near.best != NULL)
			finding_hint(c->ck, f, "did you mean %s?", near.best);
		else
			finding_hint(c->ck, f, "write ipv4-unicast or ipv6-unicast");
	}
	if (entry->enabled.set && !entry->enabled.v) {
		f = bgp_report(
			c, CHECK_BG038, config,
			(struct bgp_place){ entry->enabled.pos,
					    arena_printf(c->ck->arena, "%s.enabled", path) },
			"enabled: false does nothing: %s has the family as soon as it is "
			"listed",
			owner);
		f->severity = SEVERITY_WARN;
		finding_hint(c->ck, f, "remove the whole entry");
	}
}

static void check_list(const struct bgp_checks *c, const struct bgp_config *config,
		       const struct bgp_afi_safis *list, const char *owner, const char *path)
{
	for (uint32_t i = 0; i < list->list.count; i++)
		check_entry(c, config, &list->list.items[i], owner,
			    arena_printf(c->ck->arena, "%s.afiSafis[%u]", path, i));
}

static void check_names(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_configuration *object = config->object;

	for (uint32_t i = 0; i < object->neighbors.list.count; i++)
		check_list(c, config, &object->neighbors.list.items[i].afi_safis,
			   bgp_neighbor_text(c, config, i), config->neighbors[i].path);
	for (uint32_t i = 0; i < object->peer_groups.list.count; i++)
		check_list(c, config, &object->peer_groups.list.items[i].afi_safis,
			   arena_printf(c->ck->arena, "every member of %s",
					bgp_group_text(c, config, i)),
			   config->groups[i].path);
}

/* ---- BG039 ---- */

static bool counts(const struct bgp_peer *peer)
{
	return peer->refusal == BGP_ACCEPTED && !peer->admin_down;
}

/* The first entry that could carry more families, and all that there are. */
struct carried {
	const struct bgp_peer *first;
	unsigned families;
};

static struct carried carried_on(const struct bgp_node *node)
{
	struct carried carried = { 0 };

	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		if (!counts(peer))
			continue;
		carried.families |= peer->families;
		carried.first = carried.first == NULL ? peer : carried.first;
	}
	return carried;
}

static struct carried carried_anywhere(const struct bgp_config *config)
{
	struct carried carried = { 0 };

	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (!counts(peer))
			continue;
		carried.families |= peer->families;
		carried.first = carried.first == NULL ? peer : carried.first;
	}
	return carried;
}

/* The first range of a remote group with addresses of the family. */
static const struct pool_range *remote_range(const struct bgp_checks *c, unsigned family)
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

static void report_missing(const struct bgp_checks *c, const struct bgp_config *config,
			   unsigned family, const struct bgp_peer *peer,
			   const struct bgp_names *names)
{
	const struct pool_range *range = remote_range(c, family);
	const char *name = bgp_families_text(family, c->ck->arena);
	struct finding *f = bgp_report(
		c, CHECK_BG039, config, families_place(c, config, peer),
		"no neighbor has %s%s%s: remote addresses of that family are told to nobody%s",
		name, names != NULL ? " on " : "",
		names != NULL ? bgp_nodes_text(c, names) : "", names != NULL ? " there" : "");

	finding_hint(c->ck, f,
		     "add {family: %s, enabled: true} to the afiSafis of %s; without a list a "
		     "session has only the family of its own address",
		     name,
		     peer->group != NULL ? bgp_group_text(c, config, peer->group_index)
					 : bgp_peer_text(c, config, peer));
	if (range != NULL)
		finding_related(c->ck, f, range->entry->pool.pos, "addresses of the family");
}

/* No LBNodeAgent in the input says that it does not. */
static bool may_announce(const struct bgp_checks *c, const struct bgp_node *node)
{
	return node->dummy != NULL || c->bgp->cluster->agents.list.count == 0;
}

static void check_missing_on_nodes(const struct bgp_checks *c, const struct bgp_config *config,
				   unsigned family)
{
	const struct bgp_peer *first = NULL;
	struct bgp_names names = { 0 };

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct carried carried = carried_on(node);

		if (carried.first == NULL || (carried.families & family) != 0 ||
		    !may_announce(c, node))
			continue;
		bgp_names_add(c, &names, node->node->name);
		first = first == NULL ? carried.first : first;
	}
	if (first != NULL)
		report_missing(c, config, family, first, &names);
}

static void check_missing(const struct bgp_checks *c, const struct bgp_config *config,
			  unsigned family)
{
	const struct carried carried = carried_anywhere(config);

	if ((c->bgp->remote_families & family) == 0)
		return;
	if (config->nodes.count > 0)
		check_missing_on_nodes(c, config, family);
	else if (carried.first != NULL && (carried.families & family) == 0)
		report_missing(c, config, family, carried.first, NULL);
}

/* ---- BG040 ---- */

static bool addresses_known(const struct cluster_node *node)
{
	return node->interfaces.count > 0 ||
	       (node->node != NULL && node->node->addresses.list.count > 0);
}

static enum ip_family session_family(const struct bgp_session *session)
{
	return session->peer->interface != NULL ? IP_V6 : ip_family(session->router_address);
}

/* The session carries remote addresses of the other family, without a next hop for them. */
static bool lacks_next_hop(const struct bgp_checks *c, const struct bgp_session *session,
			   unsigned family)
{
	return session->verdict != BGP_DOWN && addresses_known(session->node->node) &&
	       (c->bgp->remote_families & session->families & family) != 0 &&
	       bgp_family_bit(session_family(session)) != family &&
	       (session->next_hops & family) == 0;
}

static void check_next_hop(const struct bgp_checks *c, const struct bgp_config *config,
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
			if (!lacks_next_hop(c, session, family))
				continue;
			lacks = true;
			first = first == NULL ? session : first;
		}
		if (lacks)
			bgp_names_add(c, &names, node->node->name);
	}
	if (first == NULL)
		return;
	f = bgp_report(c, CHECK_BG040, config, families_place(c, config, peer),
		       "%s has to carry %s routes, and %s %s no %s address to be their next "
		       "hop: routers cannot use them",
		       bgp_peer_text(c, config, peer), routes, bgp_nodes_text(c, &names),
		       names.list.count == 1 ? "has" : "have", routes);
	f->diag.inferred = first->source_inferred;
	finding_hint(c->ck, f,
		     "give the interface towards the router an %s address on these nodes, or "
		     "leave the family out of the session",
		     routes);
}

void bgp_check_families(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		check_names(c, config);
		check_missing(c, config, BGP_IPV4);
		check_missing(c, config, BGP_IPV6);
		ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
			check_next_hop(c, config, peer, BGP_IPV4);
			check_next_hop(c, config, peer, BGP_IPV6);
		}
	}
}
