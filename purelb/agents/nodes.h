/* SPDX-License-Identifier: Apache-2.0 */
/* For cluster.c alone: the nodes of a cluster and what each of them advertises. */
#ifndef PURELB_AGENTS_NODES_H
#define PURELB_AGENTS_NODES_H

#include "purelb/agents/cluster.h"

/*
 * Fills cluster->nodes with the union by name of Node objects, inventory nodes and PureLB
 * leases, of each the first with that name. Needs the snapshot, the arena, the pools, the
 * agents and now_ns; sets has_leases.
 */
void nodes_resolve(struct cluster *cluster);

/* The distinct subnets of pools, for guesses. */
struct known_subnets {
	ARRAY_OF(struct advertised) list; /* by prefix length, then by first address */
	bool has_bits[129];
};

/*
 * Collects the subnets that parse of the groups in scope; of one network written
 * in several ways the text that is first by byte order.
 */
void known_subnets_collect(struct known_subnets *known, const struct pools *pools,
			   struct arena *arena);

/* The known subnets that contain one of the node's InternalIPs, sorted by text. */
void known_subnets_infer(const struct known_subnets *known, const struct node *node,
			 struct arena *arena, struct subnet_list *out);

/* True for an InternalIP that parses, which is then in *out. */
bool node_address_is_internal(const struct node_address *address, struct ip *out);

/* True when the node has an InternalIP that parses. */
bool node_has_internal_ip(const struct node *node);

#endif
