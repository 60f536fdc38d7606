/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a remote address beyond its session: advertised, accepted, used. (O2.6, BG5)
 */
#ifndef PURELB_OBSERVED_ROUTERS_H
#define PURELB_OBSERVED_ROUTERS_H

#include "purelb/announcing/vips.h"
#include "purelb/observed/seen.h"

struct router_names {
	ARRAY_OF(const char *) list;
};

/* The BGPNodeStatus of the node; NULL: none, or too old to count. */
const struct bgp_node_report *router_report(const struct observed *observed,
					    const struct cluster_node *node);

/* The RIB of the family that gobgpd of the node printed, not long before the clock; NULL: none.
 */
const struct evidence_file *router_rib(const struct seen *seen, const struct cluster_node *node,
				       enum ip_family family);
/* By node: that RIB has a route of its own to the address, or to a prefix with it but for the
 * default route (pools may be aggregated). In `arena`. */
bool *router_in_ribs(const struct seen *seen, struct ip ip, struct arena *arena);

/* What the BGPNodeStatus of the nodes that should announce an address says of its routes. */
struct router_advertised {
	uint32_t known;              /* nodes that say so, or whose route a router has */
	uint32_t good;               /* of them: advertise it to somebody */
	struct router_names missing; /* the others */
	struct router_names silent;  /* of those: have an established session all the same */
	struct router_names unseen;  /* nothing shows what they advertise */
	const char *contradicted;    /* a node says it does not, but a router has its route */
};

void router_judge_advertised(struct router_advertised *out, const struct seen *seen,
			     const struct vip *vip, struct arena *arena);

/* Of one router, or the gravest of all. */
enum router_state {
	ROUTER_UNSEEN,   /* no whole table of a router */
	ROUTER_USED,     /* a path to it is in use */
	ROUTER_UNJUDGED, /* none is, in a table that is old, or of a router that is not known
			    to be told of it */
	ROUTER_CONTRADICTED, /* no path, but a route of BGP in the routing table */
	ROUTER_UNUSED,       /* there are paths, and none is used */
	ROUTER_REFUSED,      /* paths came, and a filter refused them all */
	ROUTER_WITHOUT,      /* there is none */
};

/* What the tables of routers have for an address, but for a default route. */
struct router_view {
	enum router_state state;
	bool overflow;             /* there is more than is looked at: nothing follows */
	struct router_names names; /* the routers that are in this state */
	struct router_names with;  /* routers that use a path */
	uint32_t paths;            /* that those have */
	const struct evidence_file *table; /* of the first of `names`; NULL: unseen, or cut */
	/* Without a path: a session of one of them with a node whose import policy has refused
	 * routes of that family; NULL: none is seen. */
	const struct evidence_session *refusing;
	const char *policy; /* of that session, as the router names it; NULL: not printed */
};

void router_judge_paths(struct router_view *out, const struct seen *seen, struct ip ip,
			struct arena *arena);

/* What to do about a router that does not use the address: a sentence that begins with a verb.
 */
const char *router_advice(enum router_state state);

/* The route to an address in the routing table of a router, no default route. */
struct router_hops {
	const struct evidence_route *route; /* NULL: none of BGP was seen */
	uint32_t used;                      /* next hops */
	uint32_t sent; /* nodes that advertise the address to this router; 0: not known */
	bool overflow; /* there is more than is looked at: nothing follows */
};

/* What is looked at: where there are more routers, or more neighbors of a node that advertises
 * the address, nothing follows from any of them. */
enum { ROUTERS_MAX = 64, ROUTER_NEIGHBORS_MAX = 64 };

/* Of several routers the one that lacks most. Allocates in `arena`; borrows the rest. */
void router_judge_hops(struct router_hops *out, const struct seen *seen, struct ip ip,
		       struct arena *arena);

#endif
