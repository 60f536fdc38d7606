/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether clients have a way to each VIP in one state of a configuration: a node announces it
 * on a local interface (P6.5), or some router has a path to it (BG6).
 */
#ifndef SIM_WHATIF_REACHABLE_H
#define SIM_WHATIF_REACHABLE_H

#include "sim/whatif/diff.h"

enum reachability {
	REACHABLE_NO,
	REACHABLE_UNKNOWN, /* the input does not say enough, or only a router that it does not
			    * describe has a path */
	REACHABLE_YES,
};

struct reachable_vip {
	struct ip ip;
	const struct service *service;
	enum reachability reachability;
	const char *reason; /* why not; else NULL */
	bool by_session;    /* unknown, since only a router that no inventory describes has a
			     * path */
};

struct reachable_vips {
	ARRAY_OF(struct reachable_vip) list; /* by address, then Service; each once */
};

/*
 * The VIPs of one side. `bgp`: PureLB's BGP daemon announces remote VIPs, so that without
 * any BGPConfiguration they are not reachable; else that is then unknown. Allocates in `arena`.
 */
void reachable_resolve(struct reachable_vips *out, const struct diff_side *side, bool bgp,
		       struct arena *arena);

/* The order of the list. */
int reachable_order(const void *a, const void *b);

/* The same VIP of the same Service in another list; NULL: it is not there. */
const struct reachable_vip *reachable_find(const struct reachable_vips *in,
					   const struct reachable_vip *vip);

#endif
