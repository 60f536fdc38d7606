/* SPDX-License-Identifier: Apache-2.0 */
/* BG028 to BG030: what peer groups do to their members. */
#include "validator/bgp/bgp.h"

#include <inttypes.h>

#include "base/text.h"

/* ---- BG028 ---- */

/* Where a member says what its group overwrites. */
static struct pos lost_pos(const struct bgp_neighbor *own, enum bgp_member_field field)
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

static const char *password_path(const struct bgp_neighbor *own)
{
	return own->config.auth_password_secret_ref.at.set ? "config.authPasswordSecretRef"
							   : "config.authPassword";
}

/* A table for each field but the multihop, which is BG029. */
static const struct {
	enum bgp_member_field field;
	const char *path; /* below the neighbor; NULL: password_path() */
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

static void report_lost(const struct bgp_checks *c, const struct bgp_config *config,
			const struct bgp_peer *peer, size_t row)
{
	const enum bgp_member_field field = lost_fields[row].field;
	const char *path = lost_fields[row].path;
	const char *group = bgp_group_text(c, config, peer->group_index);
	struct finding *f = bgp_report(
		c, CHECK_BG028, config,
		bgp_neighbor_place(c, config, peer->index, lost_pos(peer->neighbor, field),
				   path != NULL ? path : password_path(peer->neighbor)),
		"%s overwrites the %s of %s%s: what is written here has no effect", group,
		lost_fields[row].what, bgp_neighbor_text(c, config, peer->index),
		field == BGP_MEMBER_PEER_ASN
			? arena_printf(c->ck->arena, " with %" PRIu32, peer->peer_as)
			: "");

	/* Only what status displays say is lost. */
	if (field == BGP_MEMBER_DESCRIPTION)
		f->severity = SEVERITY_INFO;
	finding_hint(c->ck, f, "%s",
		     lost_fields[row].in_group
			     ? "write it in the group, or take the neighbor out of it"
			     : "take the neighbor out of the group, which cannot have it");
	finding_related(c->ck, f, bgp_group_name_place(c, config, peer->group_index).pos,
			"the group");
}

static void check_overwritten(const struct bgp_checks *c, const struct bgp_config *config,
			      const struct bgp_peer *peer)
{
	const unsigned lost = bgp_member_overwritten(config, peer->index);

	for (size_t i = 0; i < sizeof(lost_fields) / sizeof(lost_fields[0]); i++) {
		if ((lost & (unsigned)lost_fields[i].field) != 0)
			report_lost(c, config, peer, i);
	}
}

/* ---- BG029 ---- */

/* All of its sessions are known to need no more than one hop. */
static bool always_adjacent(const struct bgp_config *config, const struct bgp_peer *peer)
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

/* A group with peerAsn 0, or with the nodes' own AS, has no limit to the hops. (4.4, 4.6) */
static void check_multihop(const struct bgp_checks *c, const struct bgp_config *config,
			   const struct bgp_peer *peer)
{
	struct finding *f;

	if ((bgp_member_overwritten(config, peer->index) & BGP_MEMBER_MULTIHOP) == 0 ||
	    !peer->external)
		return;
	f = bgp_report(c, CHECK_BG029, config,
		       bgp_neighbor_place(c, config, peer->index,
					  peer->neighbor->ebgp_multihop.at.key, "ebgpMultihop"),
		       "%s loses its ebgpMultihop to %s: packets go one hop far%s",
		       bgp_neighbor_text(c, config, peer->index),
		       bgp_group_text(c, config, peer->group_index),
		       always_adjacent(config, peer) ? ", which reaches this router" : "");
	if (always_adjacent(config, peer))
		f->severity = SEVERITY_WARN;
	finding_hint(c->ck, f,
		     "take the neighbor out of the group: groups cannot have ebgpMultihop");
	finding_related(c->ck, f, bgp_group_name_place(c, config, peer->group_index).pos,
			"the group");
}

/* ---- BG030 ---- */

/* The first entry that the group leaves open to any AS; NULL: none. */
static const struct bgp_peer *open_member(const struct bgp_config *config,
					  const struct bgp_peer_group *group)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (peer->group == group && peer->peer_as == 0)
			return peer;
	}
	return NULL;
}

static void check_any_as(const struct bgp_checks *c, const struct bgp_config *config,
			 uint32_t index)
{
	const struct bgp_peer_group *group = &config->object->peer_groups.list.items[index];
	const struct bgp_peer *member = open_member(config, group);
	struct finding *f;

	if (member == NULL || bgp_type_error(c, config,
					     arena_printf(c->ck->arena, "%s.config.peerAsn",
							  config->groups[index].path)))
		return;
	f = bgp_report(
		c, CHECK_BG030, config,
		bgp_group_place(c, config, index, group->config.peer_asn.pos, "config.peerAsn"),
		"%s has %s: %s takes a router of any AS", bgp_group_text(c, config, index),
		group->config.peer_asn.set ? "peerAsn 0" : "no peerAsn",
		bgp_peer_text(c, config, member));
	finding_hint(c->ck, f, "write the routers' AS number into the group%s",
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
			check_overwritten(c, config, peer);
			check_multihop(c, config, peer);
		}
		for (uint32_t i = 0; i < config->object->peer_groups.list.count; i++)
			check_any_as(c, config, i);
	}
}
