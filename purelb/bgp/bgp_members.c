/* SPDX-License-Identifier: Apache-2.0 */
/* What of a neighbor its peer group overwrites (spec/bgp.md 4.4). */
#include "purelb/bgp/bgp_parts.h"

#include "base/text.h"

/* A neighbor and the group that it is in. */
struct member {
	const struct bgp_neighbor *own;
	const struct bgp_peer_group *group;
	const struct bgp_peer *peer; /* as it is in the group */
	const struct bgp_entry *own_entry;
};

static bool number_lost(const struct int_value *own, const struct int_value *group)
{
	const int64_t theirs = group->set ? group->v : 0;

	return own->set && own->v != 0 && own->v != theirs;
}

static bool text_lost(const struct str_value *own, const struct str_value *group)
{
	return own->s != NULL && own->s[0] != '\0' && !str_equal(own->s, group->s);
}

static bool peer_asn_lost(const struct member *m)
{
	return number_lost(&m->own->config.peer_asn, &m->group->config.peer_asn);
}

static bool local_asn_lost(const struct member *m)
{
	return number_lost(&m->own->config.local_asn, &m->group->config.local_asn);
}

static bool description_lost(const struct member *m)
{
	return text_lost(&m->own->config.description, &m->group->config.description);
}

/* The reference counts when it has a name. */
static bool password_lost(const struct member *m)
{
	const struct bgp_neighbor_config *own = &m->own->config;
	const struct bgp_peer_group_config *group = &m->group->config;
	const struct secret_ref *ref = &own->auth_password_secret_ref;
	const struct secret_ref *theirs = &group->auth_password_secret_ref;

	if (ref->name.s != NULL && ref->name.s[0] != '\0')
		return !str_equal(ref->name.s, theirs->name.s) ||
		       !str_equal(ref->key.s, theirs->key.s);
	return text_lost(&own->auth_password, &group->auth_password) ||
	       (own->auth_password.s != NULL && own->auth_password.s[0] != '\0' &&
		theirs->name.s != NULL && theirs->name.s[0] != '\0');
}

/* What it would have by itself is not what it has. */
static bool timers_lost(const struct member *m)
{
	const struct bgp_timers_config *own = &m->own->timers.config;
	struct bgp_peer alone = { 0 };

	if (!own->at.set)
		return false;
	bgp_timers_apply(&alone, own->hold_time.v, own->keepalive_interval.v,
			 own->connect_retry.v);
	return alone.hold_seconds != m->peer->hold_seconds ||
	       alone.keepalive_seconds != m->peer->keepalive_seconds ||
	       alone.connect_retry_seconds != m->peer->connect_retry_seconds;
}

static bool families_lost(const struct member *m)
{
	const struct bgp_entry_families *own = &m->own_entry->families;

	return (own->set != 0 || own->unknown != NULL) && own->set != m->peer->families;
}

static bool transport_lost(const struct member *m)
{
	const struct bgp_transport *own = &m->own->transport;
	const struct bgp_transport *group = &m->group->transport;

	return (own->passive_mode.set && own->passive_mode.v != group->passive_mode.v) ||
	       text_lost(&own->local_address, &group->local_address) ||
	       (own->bind_interface.s != NULL && own->bind_interface.s[0] != '\0');
}

static bool restart_lost(const struct member *m)
{
	return m->own->graceful_restart.enabled.v;
}

static bool reflector_lost(const struct member *m)
{
	return m->own->route_reflector.client.v;
}

static bool multihop_lost(const struct member *m)
{
	return m->own->ebgp_multihop.enabled.v;
}

unsigned bgp_member_overwritten(const struct bgp_config *config, uint32_t neighbor)
{
	static const struct {
		enum bgp_member_field field;
		bool (*lost)(const struct member *m);
	} fields[] = {
		{ BGP_MEMBER_PEER_ASN, peer_asn_lost },
		{ BGP_MEMBER_LOCAL_ASN, local_asn_lost },
		{ BGP_MEMBER_DESCRIPTION, description_lost },
		{ BGP_MEMBER_PASSWORD, password_lost },
		{ BGP_MEMBER_TIMERS, timers_lost },
		{ BGP_MEMBER_FAMILIES, families_lost },
		{ BGP_MEMBER_TRANSPORT, transport_lost },
		{ BGP_MEMBER_GRACEFUL_RESTART, restart_lost },
		{ BGP_MEMBER_ROUTE_REFLECTOR, reflector_lost },
		{ BGP_MEMBER_MULTIHOP, multihop_lost },
	};
	const struct bgp_peer *peer = &config->peers.items[neighbor];
	const struct member member = {
		.own = &config->object->neighbors.list.items[neighbor],
		.group = peer->group,
		.peer = peer,
		.own_entry = &config->neighbors[neighbor],
	};
	unsigned set = 0;

	/* 5.6: newer daemons let the member's own settings stand. */
	if (peer->group == NULL || config->cluster->options.daemon != BGP_FORK_1_1)
		return 0;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].lost(&member))
			set |= (unsigned)fields[i].field;
	return set;
}
