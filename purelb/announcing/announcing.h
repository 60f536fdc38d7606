/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section 6: what one node does with one VIP of one Service.
 *
 * What a node looks at is prepared once (struct announcer); the answer for a VIP is then a
 * pure function of that, of the groups as agents read them, and of what is asked.
 */
#ifndef PURELB_ANNOUNCING_ANNOUNCING_H
#define PURELB_ANNOUNCING_ANNOUNCING_H

#include "purelb/agents/agentpools.h"
#include "purelb/agents/cluster.h"

/* ---- P6.3: interfaces ---- */

/*
 * The interface that node `node` (with its `count` interfaces) would announce `vip` on, or
 * NULL when the node is not configured or no interface that it looks at carries a subnet with
 * the address. A regular expression is tried first, its matches by name (loopback included,
 * the dummy interface not); `default` means the default-route interface of the address's
 * family; then come the `interfaces` of the LBNodeAgent as written. When `net` is not NULL,
 * *net becomes the address of the interface whose prefix length the VIP gets: the last one
 * that contains it. (P6.3) Of several interfaces with one name only the first is seen.
 */
const struct node_interface *announcing_interface(const struct node_config *config,
						  const struct inventory_node *node,
						  const struct node_interface *interfaces,
						  uint32_t count, struct ip vip,
						  const struct node_net **net);

/* The interfaces that are tried for VIPs of one family, in order. */
struct announcing_places {
	struct interface_list interfaces;
	bool no_route; /* localInterface is `default`, the family has no default route and
			* `interfaces` is empty: the attempt ends in an error (P6.3) */
};

/* A node, as announcing sees it. */
struct announcer {
	const struct cluster_node *node;
	/* The agent that governs it; NULL when it announces nothing, or when that is unknown.
	 */
	const struct agent_rule *rule;
	bool configured; /* P6.2 */
	bool known;      /* its interfaces are in the input */
	struct announcing_places v4, v6;
};

/*
 * Prepares a node. Borrows the cluster and allocates in `arena`. A node whose labels are
 * unknown (there is only its lease) counts as configured when some LBNodeAgent has a selector
 * that could match it and the lease advertises subnets.
 */
void announcer_prepare(struct announcer *out, const struct cluster *cluster,
		       const struct cluster_node *node, struct arena *arena);

/* ---- P6.6: the address on the interface ---- */

struct announced_address {
	int64_t valid_s;      /* 0: for ever */
	int64_t preferred_s;  /* 0 with a finite valid_s: deprecated */
	int64_t renew_s;      /* renewed this often; 0: never, it is permanent */
	bool permanent;       /* the kernel keeps it for ever */
	bool deprecated;      /* not used as a source; not advertised when v6 (P4.6) */
	bool no_prefix_route; /* IFA_F_NOPREFIXROUTE */
	bool nodad;           /* IFA_F_NODAD; means something for v6 only */
};

/* As addresses go on a local interface, and on the dummy interface; `local` NULL: as without
 * an addressConfig. DAD is skipped on local interfaces only, whatever the Service says. */
struct announced_address announced_locally(const struct agent_local *local,
					   enum ip_family family, bool skip_dad);
struct announced_address announced_on_dummy(const struct agent_local *local);

/* ---- the decision ---- */

enum announcing_act {
	ANNOUNCING_LOCAL,          /* won: adds it to a local interface, claims its slot */
	ANNOUNCING_LOST,           /* another node won: removes it everywhere */
	ANNOUNCING_NOBODY,         /* nobody won: removes it everywhere (P5.5, P5.6) */
	ANNOUNCING_DUMMY,          /* remote: adds it to the dummy interface */
	ANNOUNCING_NO_ENDPOINT,    /* remote, policy Local, no healthy endpoint: removes it */
	ANNOUNCING_NOT_CONFIGURED, /* removes it, clears its slot (P6.2) */
	ANNOUNCING_NO_INTERFACE,   /* no local interface, not remote: the same (P6.4) */
	ANNOUNCING_NO_ROUTE,       /* error: no default route of the family (P6.3) */
	ANNOUNCING_BAD_PREFIX,     /* error: aggregation or subnet gives no length (P6.7) */
	ANNOUNCING_ACTS,
};

/* What the answer depends on, beside the node and the groups. */
struct announcing_question {
	struct ip vip;
	/* Who wins as this node sees it. NULL: nobody, also when its own lease is unhealthy or
	 * its lease watch has not synced (P5.5). */
	const struct cluster_node *winner;
	bool policy_local;     /* externalTrafficPolicy is Local as the node finds it */
	bool allow_local;      /* annotation purelb.io/allow-local is there (P6.5) */
	bool healthy_endpoint; /* the node hosts one (P6.7) */
	bool skip_dad;         /* annotation purelb.io/skip-ipv6-dad is "true" (P6.6) */
};

struct announcement {
	enum announcing_act act;
	/* With a local interface: where it is or would be announced. NULL when interfaces are
	 * unknown: some interface carries the subnet, its name is not guessed. */
	const struct node_interface *interface;
	const char *interface_name; /* that one's, or the dummy's; NULL: unknown */
	bool guessed;               /* the node's interfaces are not in the input */
	bool resets_policy;         /* changes externalTrafficPolicy to Cluster (P6.5) */
	unsigned prefix;            /* prefix length; where it is on an interface (or was not,
				     * for want of winning) */
	struct announced_address options; /* likewise */
	const struct agent_range *range;  /* remote: the range that agents find (P6.7) */
};

struct announcement announcing_decide(const struct announcer *announcer,
				      const struct agent_pools *pools,
				      const struct announcing_question *question);

/* The address is on an interface of the node afterwards. */
bool announcing_holds(enum announcing_act act);
/* It ends in an error: nothing is withdrawn and the Service is retried (P9.6). */
bool announcing_fails(enum announcing_act act);
/* The node removes its own slot from the announcing annotation. (P6.2, P6.4) */
bool announcing_clears_slot(enum announcing_act act);

/* The prefix length on the dummy interface of an address that agents find in `range`; false
 * when there is none. (P6.7) */
bool announcing_dummy_prefix(const struct pool_range *range, struct ip vip, unsigned *prefix);

/* ---- P6.1 ---- */

/* True when agents care for the Service: type LoadBalancer, not one of the four that they skip
 * (P3.8), and `purelb.io/allocated-by: PureLB` or no annotations at all. */
bool announcing_considers(const struct service *service);

#endif
