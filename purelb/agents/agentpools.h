/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P6.4, P6.7: how the agents look an address up in the ServiceGroups. They read the groups as
 * listed, also those that the allocator rejects, and skip malformed ranges one by one, so the
 * answer can differ from the pool that an address was taken from.
 */
#ifndef PURELB_AGENTS_AGENTPOOLS_H
#define PURELB_AGENTS_AGENTPOOLS_H

#include "purelb/pools/address_map.h"
#include "purelb/pools/pools.h"

/* A range, and the group that it is in. */
struct agent_range {
	const struct pool *pool;
	const struct pool_range *range;
};

/* Which of the ranges, in the order in which agents look, is the first to have an address. */
struct agent_pool_map {
	const struct agent_range *ranges;
	struct address_map map;
};

struct agent_pools {
	struct agent_pool_map all;
	struct agent_pool_map remote; /* remote groups only */
};

/* Prepares the lookup. Borrows the pools and allocates in `arena`. */
void agent_pools_prepare(struct agent_pools *out, const struct pools *pools,
			 struct arena *arena);

/*
 * The range that agents find for an address, or NULL: in the first group by name that has the
 * address, local groups before remote ones; in a group v6pools, v4pools, v6pool, v4pool.
 * External groups have no ranges. (P6.7) Of two groups with one name, which only the fail-open
 * case of 1.3.1 lets through, the later in processing order has replaced the other.
 */
const struct agent_range *agent_pools_find(const struct agent_pools *pools, struct ip ip);

/* True when the address is in a range of a remote group, whatever other groups have it. (P6.4)
 */
bool agent_pools_is_remote(const struct agent_pools *pools, struct ip ip);

#endif
