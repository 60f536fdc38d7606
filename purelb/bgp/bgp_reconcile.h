/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change of the BGPConfiguration does to a node whose daemon runs (BG2.4): to the daemon
 * itself, and to each of its peers.
 */
#ifndef PURELB_BGP_BGP_RECONCILE_H
#define PURELB_BGP_BGP_RECONCILE_H

#include "purelb/bgp/bgp.h"

enum bgp_reconcile {
	BGP_RECONCILE_WORKS,
	BGP_RECONCILE_FAILS,   /* before anything changes: nothing does until the Pod restarts
				* or the configuration changes again (BG2.2, BG2.4a) */
	BGP_RECONCILE_CRASHES, /* the daemon dies of it (BG2.4g, BG2.4h) */
};

/* For a node under the configuration that its daemon has, and under the new one. */
enum bgp_reconcile bgp_reconcile_node(const struct bgp_node *before,
				      const struct bgp_node *after);

enum bgp_peer_change {
	BGP_PEER_SAME,
	BGP_PEER_ADDED,
	BGP_PEER_DELETED,    /* NOTIFICATION 6/3 */
	BGP_PEER_RESET,      /* 6/6: the session, with the new settings afterwards (BG2.4i) */
	BGP_PEER_OTHER_AS,   /* the same with 6/3 */
	BGP_PEER_SHUT_DOWN,  /* 6/2: adminDown is set */
	BGP_PEER_ALLOWED_UP, /* adminDown is gone */
};

/* NULL: the daemon does not have it. */
enum bgp_peer_change bgp_reconcile_peer(const struct bgp_peer *before,
					const struct bgp_peer *after);

/* Both are the same peer for the controller: its address or interface, or its prefix. */
bool bgp_peer_is_same(const struct bgp_peer *a, const struct bgp_peer *b);

#endif
