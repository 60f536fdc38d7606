/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of a BGPConfiguration on a node whose daemon runs (BG2.2, BG2.4). Left out: policies
 * and defined sets, which change nothing of what the model has of a session (BG2.4d, BG2.4e),
 * and VRFs.
 */
#include "purelb/bgp/bgp_reconcile.h"

#include <string.h>

#include "base/text.h"

static bool reconcile_same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : str_equal(a, b);
}

bool bgp_peer_is_same(const struct bgp_peer *a, const struct bgp_peer *b)
{
	if ((a->dynamic != NULL) != (b->dynamic != NULL))
		return false;
	if (a->dynamic != NULL)
		return ip_net_prefix(a->prefix) == ip_net_prefix(b->prefix) &&
		       ip_compare(ip_net_first(a->prefix), ip_net_first(b->prefix)) == 0;
	if (a->interface != NULL || b->interface != NULL)
		return reconcile_same_text(a->interface, b->interface);
	return a->has_address && b->has_address && ip_compare(a->address, b->address) == 0 &&
	       reconcile_same_text(a->zone, b->zone);
}

static bool reconcile_same_timers(const struct bgp_peer *a, const struct bgp_peer *b)
{
	return a->hold_seconds == b->hold_seconds &&
	       a->keepalive_seconds == b->keepalive_seconds &&
	       a->connect_retry_seconds == b->connect_retry_seconds;
}

static bool reconcile_same_key(const struct bgp_peer *a, const struct bgp_peer *b)
{
	return a->auth == b->auth && a->password.len == b->password.len &&
	       (a->password.len == 0 ||
		memcmp(a->password.bytes, b->password.bytes, a->password.len) == 0);
}

static const char *reconcile_description(const struct bgp_peer *peer)
{
	return peer->neighbor != NULL ? peer->neighbor->config.description.s : NULL;
}

/* What resets a session when it changes (BG2.4i). */
static bool reconcile_same_session(const struct bgp_peer *a, const struct bgp_peer *b)
{
	return a->local_as == b->local_as && a->families == b->families &&
	       a->passive == b->passive && a->multihop == b->multihop && a->ttl == b->ttl &&
	       a->graceful_restart == b->graceful_restart &&
	       (!a->graceful_restart || a->restart_seconds == b->restart_seconds) &&
	       a->route_reflector_client == b->route_reflector_client &&
	       reconcile_same_key(a, b) &&
	       reconcile_same_text(a->local_address, b->local_address) &&
	       reconcile_same_text(a->bind_interface, b->bind_interface) &&
	       reconcile_same_text(reconcile_description(a), reconcile_description(b));
}

enum bgp_peer_change bgp_reconcile_peer(const struct bgp_peer *before,
					const struct bgp_peer *after)
{
	const bool had = before != NULL && before->refusal == BGP_ACCEPTED;
	const bool has = after != NULL && after->refusal == BGP_ACCEPTED;

	if (!had || !has)
		return had ? BGP_PEER_DELETED : has ? BGP_PEER_ADDED : BGP_PEER_SAME;
	if (before->admin_down != after->admin_down)
		return after->admin_down ? BGP_PEER_SHUT_DOWN : BGP_PEER_ALLOWED_UP;
	if (before->peer_as != after->peer_as)
		return BGP_PEER_OTHER_AS;
	return reconcile_same_session(before, after) ? BGP_PEER_SAME : BGP_PEER_RESET;
}

static const struct bgp_peer *reconcile_find(const struct bgp_node *node,
					     const struct bgp_peer *peer)
{
	ARRAY_FOREACH (const struct bgp_peer, other, &node->peers) {
		if (other->refusal == BGP_ACCEPTED && bgp_peer_is_same(peer, other))
			return other;
	}
	return NULL;
}

/* New timers of a neighbor, and nothing else of it, or a dynamic neighbor that goes. */
static bool reconcile_kills(const struct bgp_peer *before, const struct bgp_peer *after)
{
	if (after == NULL)
		return before->dynamic != NULL; /* BG2.4g */
	/* BG2.4h */
	return before->dynamic == NULL && !reconcile_same_timers(before, after) &&
	       bgp_reconcile_peer(before, after) == BGP_PEER_SAME;
}

enum bgp_reconcile bgp_reconcile_node(const struct bgp_node *before,
				      const struct bgp_node *after)
{
	/* BG2.4a; and the steps before the neighbors (BG2.2). */
	if (!after->has_neighbors ||
	    before->config->object->global.asn.v != after->config->object->global.asn.v ||
	    !reconcile_same_text(before->router_id.text, after->router_id.text))
		return BGP_RECONCILE_FAILS;
	ARRAY_FOREACH (const struct bgp_peer, peer, &before->peers) {
		if (peer->refusal == BGP_ACCEPTED &&
		    reconcile_kills(peer, reconcile_find(after, peer)))
			return BGP_RECONCILE_CRASHES;
	}
	return BGP_RECONCILE_WORKS;
}
