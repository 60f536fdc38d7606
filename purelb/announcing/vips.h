/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every VIP and what becomes of it once things have settled: who wins it (P5), who
 * announces it, where and how (P6), and why nobody does.
 */
#ifndef PURELB_ANNOUNCING_VIPS_H
#define PURELB_ANNOUNCING_VIPS_H

#include "base/text.h"
#include "purelb/allocation/allocation.h"
#include "purelb/announcing/announcing.h"
#include "purelb/election/election.h"

enum vip_type { VIP_UNKNOWN, VIP_LOCAL, VIP_REMOTE };

/* Who takes a VIP over. */
struct successor {
	const struct cluster_node *node;
	bool local; /* it then has the VIP on a local interface */
};

struct vip {
	struct ip ip;
	const struct service
		*service;        /* NULL: an address that was asked about and nobody has */
	const struct pool *pool; /* that it is from, else that agents find it in, else NULL */
	enum vip_type type;      /* of that pool; else what the Service's pool-type says */
	bool predicted;          /* the Service does not hold it yet */
	bool inferred;           /* the winner, or that there is none, rests on a guess about
				  * subnets */
	/*
	 * NULL: nobody. A winner that does not announce the VIP (its state, or its interfaces)
	 * is a winner all the same. A remote VIP has one only where some node has a local
	 * interface for it (P6.3), and then nodes without one have it on their dummy interface.
	 */
	const struct cluster_node *winner;
	const struct cluster_node *runner_up;  /* who wins without it; NULL: nobody */
	ARRAY_OF(struct candidate) candidates; /* best first; only when asked for */
	/* The winner, who wins once its whole group is lost, and so on, see election_leaders();
	 * only when asked for, and then `runner_up` is the second of them. */
	ARRAY_OF(struct successor) successors;
	/* Nodes that have it on an interface, by name: the winner, if it does, and for remote
	 * VIPs those with it on their dummy interface. May be shared between VIPs. */
	ARRAY_OF(const struct cluster_node *) announcers;
	/* Where: the winner's interface, or the dummy interface when it is the same on all
	 * announcers. NULL: unknown, several, or nobody announces. */
	const char *interface;
	struct announcement how; /* of the winner if it has one, else of the first announcer */
	bool affinity_fallback;  /* P5.4; see struct election_result */
	bool considered;         /* agents care for the Service (P6.1) */
	bool wants_endpoint;     /* nobody announces it only for want of a healthy endpoint:
				  * externalTrafficPolicy is Local (P6.7) */
	bool unknown;            /* nobody is seen to announce it, but the input does not say
				  * enough to know that nobody does (I3.5) */
	const char *reason;      /* why nobody announces it, or why that is unknown, a sentence;
				  * NULL: somebody does */
};

struct vips {
	ARRAY_OF(struct vip)
	list;                /* those held, then those predicted, each in the order of
			      * the allocations and of the Service's addresses */
	const uint32_t *won; /* by index in cluster->nodes: how many addresses each node wins;
			      * one that Services share counts once */
};

struct vips_options {
	const bool *down;       /* by index in cluster->nodes: switched off; NULL: none */
	bool candidates;        /* fill the lists of candidates: all nodes for each VIP */
	unsigned successors;    /* so many at most, up to ELECTION_LEADERS_MAX; 0: no lists */
	const uint32_t *groups; /* of nodes that are lost together, by index in cluster->nodes;
				 * NULL: each node is one */
};

/*
 * Resolves every VIP that Services of `all` hold or get. Results in `arena`; borrows the
 * cluster and the allocations. `options` may be NULL: nobody is down, no lists.
 *
 * A Service that is not PureLB's has VIPs only if the agents announce them all the same
 * (P6.1). A node whose lease has expired wins nothing, and still has remote VIPs on its dummy
 * interface (P6.7, P8.5); one that is down, or has no lease although others have, has nothing.
 */
void vips_resolve(struct vips *out, const struct cluster *cluster,
		  const struct allocations *all, const struct vips_options *options,
		  struct arena *arena);

/* The same for one address: of each Service that holds or gets it, or else of nobody, as if
 * PureLB had given it to a Service without wishes. Never empty. */
void vips_of_address(struct vips *out, const struct cluster *cluster,
		     const struct allocations *all, struct ip ip,
		     const struct vips_options *options, struct arena *arena);

/* True when an agent runs on the node, as far as the input tells: it is not `down` (by index,
 * may be NULL), and has a lease, expired or not, if any node has one. (P6.7, P8.5) */
bool vips_runs_agent(const struct cluster *cluster, const struct cluster_node *node,
		     const bool *down);

/* Whether the agent of the winner of a local VIP puts it on that interface; where it is not
 * known which one that is, on any but the loopback. (P6.1) */
static inline bool vip_is_put_on(const struct vip *vip, const char *interface)
{
	return vip->interface != NULL ? str_equal(interface, vip->interface)
				      : !str_equal(interface, "lo");
}

/* "local", "remote", "unknown". */
const char *vip_type_name(enum vip_type type);

#endif
