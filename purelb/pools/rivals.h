/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that somebody else hands out or holds (I7.4): what an inventory or the
 * configuration file reserves, the pools of other load balancers in the input, and addresses of
 * the control plane.
 */
#ifndef PURELB_POOLS_RIVALS_H
#define PURELB_POOLS_RIVALS_H

#include "base/ip.h"
#include "config/objects/snapshot.h"

struct rival_range {
	struct ip_range range;
	const char *text; /* as it is written */
	const char
		*owner; /* "MetalLB's IPAddressPool \"edge\"", "the reserved range \"dhcp\"" */
	const char *by; /* who hands it out: "MetalLB"; NULL: nobody says */
	bool holds;     /* it is an address of theirs, which they give to no Service */
	struct place place;
};

/* A reserved range that is not a range. */
struct rival_error {
	const char *text;
	const char *why; /* the end of a sentence */
	struct place place;
};

/* An address of a node, as its Node says. */
struct rival_node {
	struct ip ip;
	const struct node *node;
};

struct rivals {
	ARRAY_OF(struct rival_range) list; /* by first address */
	ARRAY_OF(uint32_t) furthest;       /* of the first i + 1 of them, which ends last */
	ARRAY_OF(struct rival_error) errors;
	ARRAY_OF(struct rival_node) nodes; /* by address */
};

/* Collects them in the arena; `more` are those of the configuration file, or NULL. */
void rivals_collect(struct rivals *rivals, const struct snapshot *snapshot,
		    const struct reserved_ranges *more, struct arena *arena);

/* One that shares an address with the range, or NULL. A reversed range shares none. */
const struct rival_range *rivals_meet(const struct rivals *rivals, struct ip_range range);

/* The node whose own address it is, or NULL. */
const struct node *rivals_node_with(const struct rivals *rivals, struct ip ip);

#endif
