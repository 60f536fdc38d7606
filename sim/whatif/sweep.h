/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is lost with every node, every rack and every pair of them: which VIPs move, which are
 * left without a holder, who carries the load, and when the last VIP is back.
 *
 * Each VIP is elected once, and those who take it over are remembered: a loss is worked out
 * from that without another hash. It is judged from the state in which things had settled, so
 * allocations and what nodes wrote to Services before stay as they are.
 */
#ifndef SIM_WHATIF_SWEEP_H
#define SIM_WHATIF_SWEEP_H

#include "purelb/election/failover.h"
#include "purelb/announcing/vips.h"

enum { SWEEP_LOST_MAX = 3 };

/* Nodes that are lost together: one node, or all with one value of a label. */
struct sweep_group {
	const char *name;                            /* the node's, or the value */
	ARRAY_OF(const struct cluster_node *) nodes; /* in name order */
};

/* As much of a Service as reports of a sweep show: a part of a sweep has no more of it. */
struct sweep_service {
	const char *namespace; /* NULL: the address has no Service */
	const char *name;      /* NULL: it has none */
};

/* An address that is announced one way: once for all Services that share it, and for each
 * Service by itself where two that do not share it are elected differently. */
struct sweep_vip {
	const struct vip *vip;
	ARRAY_OF(struct sweep_service) services; /* in the order of the VIPs; never empty */
};

/* One loss. */
struct sweep_loss {
	const struct sweep_group *groups[SWEEP_LOST_MAX]; /* by name; NULL: no more of them */
	uint32_t moved;       /* VIPs that a survivor announces in place of who is lost */
	uint32_t unreachable; /* VIPs that were announced and now are by nobody */
	uint32_t revived;     /* VIPs that nobody announced before, and a survivor does now */
	uint32_t queue; /* VIPs that the survivor with the longest queue takes over, each once
			 * for each Service that has it (P9.4) */
	const struct cluster_node *busiest; /* the survivor with most VIPs then; NULL: none */
	uint32_t busiest_load;
	struct span
		back; /* until the last VIP that a survivor gains is up; 0: none is gained */
};

/* Losses of one kind: of one group, or of so many at once. */
struct sweep_losses {
	ARRAY_OF(struct sweep_loss)
	list;                /* worst first: unreachable VIPs, then the latest that
			      * the last VIP is back, VIPs moved, VIPs on the
			      * busiest survivor; then by name */
	uint64_t total;      /* of which the list has the worst */
	uint64_t population; /* so many there are; more than `total`: a sample was drawn */
	uint64_t harmful;    /* leave VIPs unreachable */
	struct span slowest; /* the longest of all */
};

/* Between which shares of all losses of the kind those that leave VIPs unreachable lie, with 95
 * percent confidence: Wilson's interval, which needs no correction for few or none of them, as
 * narrow as draws without replacement make it, and never without those that were drawn. The
 * same share twice where no sample was drawn. */
void sweep_share(const struct sweep_losses *losses, double *low, double *high);

struct sweep_options {
	const bool *down;  /* by index in cluster->nodes: lost before; NULL: none */
	const char *label; /* nodes with one value of it are lost together; NULL: each alone */
	bool pairs;        /* every two of them, too */
	uint64_t triples;  /* so many threes of them, different ones, drawn at random; all when
			    * there are no more than that */
	uint64_t seed;     /* of that draw */
	uint32_t keep;     /* so many of the worst pairs, and triples; 0: all */
	/* Of pairs and triples only the share of this shard, from 1, of so many; 0: all. */
	uint32_t shard, shards;
};

struct sweep_model;

struct sweep {
	const struct cluster *cluster;
	struct vips vips; /* before anything is lost */
	ARRAY_OF(struct sweep_vip) list;
	ARRAY_OF(struct sweep_group) groups;          /* by name */
	ARRAY_OF(const struct cluster_node *) spared; /* run an agent, lack the label */
	ARRAY_OF(const struct cluster_node *)
	absent;                  /* run no agent, so nothing is lost with
				  * them; those that are down are not in it */
	const uint32_t *load;    /* by index in cluster->nodes: VIPs on local interfaces */
	const uint32_t *by_load; /* indices of the nodes that run an agent, most VIPs first */
	uint32_t by_load_count;
	uint32_t unreachable; /* VIPs that nobody announces before anything is lost */
	uint32_t unknown;     /* VIPs of which that is not known (I3.5) */
	struct sweep_losses single;
	struct sweep_losses pairs;
	struct sweep_losses triples;
	const struct sweep_model *model;
};

/* Works out every loss. Results in `arena`; borrows the cluster, the allocations and the
 * label. */
void sweep_run(struct sweep *out, const struct cluster *cluster, const struct allocations *all,
	       const struct sweep_options *options, struct arena *arena);

/* What happens to one VIP. */
struct sweep_change {
	const struct sweep_vip *vip;
	const struct cluster_node *from; /* who announced it locally; NULL: nobody did */
	const struct cluster_node *to;   /* who does now; NULL: it is unreachable */
	/* Who wins it now, which is `to` unless it does not announce it; NULL: nobody. */
	const struct cluster_node *winner;
};

/* A survivor that has more VIPs than before. */
struct sweep_gain {
	const struct cluster_node *node;
	uint32_t before;
	uint32_t after;
};

struct sweep_detail {
	ARRAY_OF(struct sweep_change) changes; /* the unreachable first, then as in the list */
	ARRAY_OF(struct sweep_gain) gains;     /* by name */
};

/* The VIPs and the survivors of one loss, in `arena`. */
void sweep_detail(struct sweep_detail *out, const struct sweep *sweep,
		  const struct sweep_loss *loss, struct arena *arena);

#endif
