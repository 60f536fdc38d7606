/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cluster as PureLB sees it: everything that follows from a snapshot, computed once.
 *
 * The validator and the simulator read this; neither decides a rule by itself.
 */
#ifndef PURELB_AGENTS_CLUSTER_H
#define PURELB_AGENTS_CLUSTER_H

#include "purelb/agents/agents.h"
#include "purelb/agents/leases.h"
#include "purelb/agents/placement.h"
#include "purelb/pools/pools.h"
#include "purelb/agents/subnets.h"
#include "purelb/pools/release_fields.h"

enum subnet_origin {
	SUBNETS_UNKNOWN,   /* nothing tells: no InternalIP either */
	SUBNETS_LEASE,     /* annotation of the node's lease */
	SUBNETS_INVENTORY, /* interfaces and configuration */
	SUBNETS_INFERRED,  /* pool subnets that contain one of the node's InternalIPs */
};

struct cluster_node {
	const char *name;
	const struct node *node;                /* NULL: no Node object */
	const struct inventory_node *inventory; /* NULL: not in an inventory */
	const struct object *inventory_object;  /* the NodeInventory it is in, or NULL */
	const char *inventory_path;             /* "spec.nodes[2]", or NULL */
	const struct lease *lease;              /* NULL: no lease */
	struct label_map labels;                /* the Node's and the inventory's together */
	bool labels_known;                      /* false: known from its lease only */
	/* Holds an unexpired lease; or the input has no leases at all, and nothing is known
	 * that keeps the agent off the node (P4.8). */
	bool live;
	struct node_config config;
	struct placement placement; /* whether an agent runs there at all (P4.8) */
	ARRAY_OF(struct node_interface) interfaces; /* from the inventory: all that it has */
	/* Instead of those, where not all was captured (O1.4): what they have is there, and
	 * nothing else follows from them. */
	ARRAY_OF(struct node_interface) listed;
	struct interface_list selected;    /* of those, what P4.4 selects */
	struct subnet_list from_inventory; /* what P4.4 gives; empty without one */
	struct subnet_list subnets;        /* what counts: see subnet_origin */
	enum subnet_origin origin;
};

/* A distinct subnet and the live nodes that advertise it, in name order. */
struct subnet_entry {
	struct ip_net net; /* host bits cleared */
	ARRAY_OF(const struct cluster_node *) nodes;
	/* Theirs: of all nodes they lie one after the other, for elections that read nothing
	 * else of a node. */
	ARRAY_OF(const char *) names;
	bool inferred; /* of some node it is a guess */
};

/* A network that nodes of which only the address is known may all be on: nobody gave its
 * prefix length, and this is the widest that is usual. (I3.6) */
struct possible_lan {
	struct ip_net net; /* host bits cleared */
	const struct cluster_node *first;
	uint32_t nodes;
};

struct cluster {
	const struct snapshot *snapshot;
	struct arena *arena;
	struct release_choice release; /* whose rules count (A4.1) */
	struct lost_fields lost;       /* what does not count of the objects (P10.2) */
	struct pools pools;
	struct agent_rules agents;
	ARRAY_OF(struct cluster_node) nodes;   /* sorted by name */
	ARRAY_OF(struct subnet_entry) subnets; /* by first address, wider ones first */
	ARRAY_OF(const char *) subnet_texts;   /* of live nodes: distinct, sorted (P3.7) */
	ARRAY_OF(struct possible_lan) lans;    /* of live nodes; by first address */
	bool has_blind_nodes; /* of a live node neither subnets nor addresses are known */
	struct lease_duration lease_duration;
	int64_t now_ns;            /* when leases are judged */
	enum moment_origin moment; /* what says so */
	bool has_nodes;            /* Nodes, an inventory or leases are in the input */
	bool has_labels;           /* Nodes or an inventory: selectors can be judged */
	bool has_interfaces;       /* an inventory that lists interfaces is in the input */
	bool has_leases;
	/* What is not in the input does not exist: see purelb/agents/known.h. (I3) */
	bool knows_groups, knows_agents, knows_bgp;
};

/* How a snapshot is resolved; all zero: as it says itself. */
struct resolve_options {
	bool at;        /* leases are judged at now_ns (P5.1); else when the cluster was
			 * captured, see leases_moment() */
	int64_t now_ns; /* since 1970 */
	bool given;     /* the rules of `release` count; else see release_of_snapshot() */
	struct release release;
};

/*
 * Resolves the snapshot. Borrows it and allocates in its arena; cluster_release() frees what
 * the arena does not hold (compiled expressions). Its lists of ServiceGroups and LBNodeAgents
 * lose the fields that do not count, see release_drop_fields().
 */
void purelb_resolve_as(struct cluster *cluster, struct snapshot *snapshot,
		       const struct resolve_options *options);
/* The same without options. */
void purelb_resolve(struct cluster *cluster, struct snapshot *snapshot);
void cluster_release(struct cluster *cluster);

/* The node of that name, or NULL. */
const struct cluster_node *cluster_find_node(const struct cluster *cluster, const char *name);

/* True when some live node advertises a subnet with exactly this text. (P3.7) */
bool cluster_advertises(const struct cluster *cluster, const char *subnet_text);

/* The field of that path, if it does not count of the object; NULL: it does, or is not there.
 * (P10.2) */
const struct lost_field *cluster_lost_field(const struct cluster *cluster,
					    const struct object *object, const char *path);

/* True when it is known of every node that Kubernetes runs no agent there. (P4.8) */
bool cluster_runs_no_agent(const struct cluster *cluster);
/* Whether the node's subnets are a guess, or nothing tells about them. One that advertises
 * nothing, whatever it carries (P4.3), is not a guess. */
bool cluster_node_is_guessed(const struct cluster_node *node);

/* The first InternalIP of the node in a network, borrowed; NULL: none, or no Node object. */
const struct node_address *cluster_node_address_in(const struct cluster_node *node,
						   struct ip_net net);

/* True when an agent is meant to run on the node (P4.8) and the input has no lease of it, or
 * one that is not valid at cluster->now_ns. (P5.1) */
bool cluster_node_lacks_lease(const struct cluster *cluster, const struct cluster_node *node);
/* What shows that: the lease, or else the Node, or else the inventory. The path may be in
 * `arena`. */
struct place cluster_node_lease_place(const struct cluster_node *node, struct arena *arena);

/* How a range is covered by the subnets that live nodes advertise. (P5.2) */
struct coverage {
	ARRAY_OF(const struct cluster_node *) candidates; /* of any part, in name order */
	bool complete;                                    /* every address has a candidate */
	bool single;               /* one and the same node is the only candidate of all that is
				    * covered */
	struct ip_range uncovered; /* the first part without one, when !complete */
	bool inferred;             /* some candidate's subnets are a guess */
	bool text_matches; /* some live node advertises exactly `subnet_text`, or it is a guess
			    */
};
/* Of a reversed range only its first address counts. `subnet_text` may be NULL. Costs no walk
 * over the subnets that have nothing of the range. */
void cluster_coverage(const struct cluster *cluster, struct ip_range range,
		      const char *subnet_text, struct coverage *out);

enum { CONTAINING_MAX = 129 }; /* so many networks can contain one address */

/*
 * The advertised subnets that contain the address, narrowest first; the candidates are their
 * nodes. (P5.2) Returns how many there are.
 */
unsigned cluster_containing(const struct cluster *cluster, struct ip ip,
			    const struct subnet_entry *out[static CONTAINING_MAX]);

/* How many entries of the index begin at the address or before it. */
uint32_t cluster_subnets_until(const struct cluster *cluster, struct ip ip);

/*
 * True when a live node besides this one (NULL: any) may be in a network with all of the range,
 * since the input does not say what its networks are. Then that nobody covers the range is not
 * known. (I3.6)
 */
bool cluster_may_cover(const struct cluster *cluster, struct ip_range range,
		       const struct cluster_node *besides);

/* The interfaces of a node that are there for certain, `interfaces` or `listed`: for what
 * follows from what they have. *count is set; borrowed from the node. */
const struct node_interface *node_shown_interfaces(const struct cluster_node *node,
						   uint32_t *count);

#endif
