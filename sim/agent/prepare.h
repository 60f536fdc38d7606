/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from a setup and is the same in every run: how each node announces in each
 * version of the configuration, which subnets its lease advertises, and which VIPs such a
 * lease makes it a candidate for. All of it comes from purelb/.
 */
#ifndef SIM_AGENT_PREPARE_H
#define SIM_AGENT_PREPARE_H

#include "purelb/announcing/announcing.h"
#include "sim/engine/setup.h"

/* The subnets of a lease's annotation: nodes that advertise the same share one. */
struct subnet_set {
	const char *text; /* the annotation (P4.4) */
	uint64_t *covers; /* bits by VIP: some subnet contains it (P5.2) */
};

/* Sets by number; number 0 is the empty one. A run adds to a copy of its own. */
struct subnet_sets {
	ARRAY_OF(struct subnet_set) list;
};

/* A node under one state of the configuration. */
struct prepared_node {
	struct announcer announcer;
	enum node_state state;
	uint32_t subnets; /* set of its lease from the first renewal on (P9.2) */
	struct gratuitous_schedule gratuitous;
};

struct prepared_version {
	const struct cluster *cluster;
	struct agent_pools pools;
	struct prepared_node *nodes; /* by number in the setup */
	uint32_t objects; /* ServiceGroups and LBNodeAgents: what a starting agent gets */
	uint32_t agents;  /* LBNodeAgents among them: each comes again every 10 minutes */
};

struct number_list {
	ARRAY_OF(uint32_t) list;
};

struct prepared {
	struct subnet_sets sets;
	struct prepared_version *versions; /* as in the setup */
	uint32_t *first_subnets;           /* by node: set of a new agent's lease (P8.2) */
	uint32_t vips_max;                 /* most VIPs of one Service */
	/* Services by what every node has to look at, whoever wins. */
	struct number_list remote;   /* in a remote group's ranges in some version */
	struct number_list affinity; /* P5.4 */
	struct number_list policy;   /* externalTrafficPolicy Local (P6.5) */
	struct number_list v4, v6;   /* with VIPs of the family (P6.3: no route) */
};

/* Fills setup->prepared, in the setup's arena. */
void setup_prepare(struct setup *setup);
/* The same in another arena, for a setup that has none. */
const struct prepared *prepare(const struct setup *setup, struct arena *arena);

/* How this node announces and what it advertises; `sets` learns the subnets. */
void prepare_node(struct prepared_node *out, const struct setup *setup,
		  const struct cluster *cluster, const struct cluster_node *node,
		  struct subnet_sets *sets, struct arena *arena);

/* Those of the default-route interfaces, which every agent advertises first. (P8.2) */
void prepare_first_subnets(const struct cluster_node *node, struct arena *arena,
			   struct subnet_list *out);

/* The number of the set with these subnets; a new one when there is none. */
uint32_t subnet_sets_find(struct subnet_sets *sets, const struct setup *setup,
			  const struct subnet_list *subnets, struct arena *arena);
/* True when a lease with this set makes its node a candidate for the VIP. (P5.2) */
static inline bool subnet_set_covers(const struct subnet_sets *sets, uint32_t set, uint32_t vip)
{
	return (sets->list.items[set].covers[vip / 64] >> (vip % 64) & 1) != 0;
}

#endif
