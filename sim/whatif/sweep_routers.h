/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is lost with every router, every two of them and every BGP session: prefixes of VIPs
 * that no router has a path to any more, and those that keep some of their paths (BG6.2, T8.1).
 */
#ifndef SIM_WHATIF_SWEEP_ROUTERS_H
#define SIM_WHATIF_SWEEP_ROUTERS_H

#include "purelb/bgp/bgp_loss.h"

/* A prefix that has fewer paths then: next hops that are used, of all routers together. */
struct router_loss_prefix {
	const struct bgp_prefix *prefix;
	uint32_t kept, of;
	bool unknown; /* some are kept, and only by routers that are not described */
};

struct router_loss {
	const struct bgp_config *config;
	const struct bgp_router *routers[2];          /* NULL: none; both NULL: a session */
	const struct bgp_session *session;            /* NULL: routers */
	uint32_t dark;                                /* prefixes without any path then */
	uint32_t unknown;                             /* of which that is not known */
	ARRAY_OF(struct router_loss_prefix) prefixes; /* fewest paths first */
};

struct router_losses {
	ARRAY_OF(struct router_loss) single, pairs, sessions; /* the worst first */
	bool too_many; /* some kind was too much work and is left out */
};

/* Works it out for every configuration, in `arena`. Prefixes without VIPs do not count. */
void router_losses_run(struct router_losses *out, const struct bgp_cluster *bgp,
		       struct arena *arena);

#endif
