/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loss of nodes, routers or a session does to the routes of routers: next hops before
 * and after, the share of the flows that is lost until the router notices, and the share that
 * moves to other nodes when it does (T6.4, T8, T9).
 */
#ifndef PURELB_BGP_BGP_LOSS_H
#define PURELB_BGP_BGP_LOSS_H

#include "purelb/bgp/bgp.h"
#include "purelb/bgp/bgp_time.h"
#include "purelb/bgp/next_hops.h"

/* What is gone, all at once. */
struct bgp_loss {
	const bool *nodes;                       /* by index in cluster->nodes; NULL: none */
	const struct bgp_router *const *routers; /* strangers as well */
	uint32_t router_count;
	const struct bgp_session *session; /* NULL: none */
};

bool bgp_loss_has_node(const struct bgp_loss *loss, uint32_t node_index);
bool bgp_loss_has_router(const struct bgp_loss *loss, const struct bgp_router *router);
/* The session goes, or one of its ends. */
bool bgp_loss_has_session(const struct bgp_loss *loss, const struct bgp_session *session);

/* As bgp_route_find(), of the sessions that are left. A lost router has no hops. */
void bgp_loss_route(const struct bgp_config *config, const struct bgp_router *router,
		    const struct bgp_prefix *prefix, const struct bgp_loss *loss,
		    struct arena *arena, struct bgp_route *out);

/* How long a silent death goes unnoticed at the other end. */
struct bgp_notice {
	bool ends;        /* false: hold time 0, nothing ends the session (T6.1) */
	bool least_known; /* span.min_ns is known; else only that span.max_ns is the most */
	struct bgp_span span;
};

/*
 * Until the router ends the session, from the silent death of the node (T6.4): by the profile
 * of the router, where its hold time is known; at once where the router has a port for the node
 * and minds its carrier (T4.1).
 */
struct bgp_notice bgp_loss_noticed_by_router(const struct bgp_session *session);
/* Until the node closes the session, from the silent death of the router (T6.4). */
struct bgp_notice bgp_loss_noticed_by_node(const struct bgp_session *session);

struct bgp_route_change {
	const struct bgp_route_group *before;
	struct bgp_route after; /* for all prefixes of the group */
	/* The share of the router's flows whose next hop is lost, and until none goes there any
	 * more: the route has changed (T4.1), or the kernel passes over it (T8.7). */
	double lost;
	struct bgp_notice until;
	/* The share that has a node before and after, but not the same: it moves when the
	 * routes change. Not known when the order of the next hops is not, or the router is
	 * not described. */
	bool moved_known;
	double moved;
};

struct bgp_route_changes {
	ARRAY_OF(struct bgp_route_change) list; /* in the order of bgp_routes_of() */
};

/* What changes at a router; routes that stay as they are are left out. Of a lost router
 * everything is lost, and nobody says until when. Allocates in `arena`. */
void bgp_loss_changes(const struct bgp_config *config, const struct bgp_router *router,
		      const struct bgp_loss *loss, struct arena *arena,
		      struct bgp_route_changes *out);

#endif
