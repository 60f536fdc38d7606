/* SPDX-License-Identifier: Apache-2.0 */
/* A world with one observer. */
#ifndef TESTS_UNIT_OBSERVER_WORLD_H
#define TESTS_UNIT_OBSERVER_WORLD_H

#include <string.h>

#include "tests/unit/expect.h"
#include "tests/unit/net_world.h"

enum { US = 1000 };

static const sim_ns round_trip = 100 * US;

static const struct net_options one_client = { .nodes = 3,
					       .v4 = 1,
					       .v6 = 1,
					       .from_the_start = true,
					       .observers = { { .name = "client" } } };

static inline struct net_world *world_of(uint64_t seed, enum observer_profile profile)
{
	struct net_options options = one_client;

	options.seed = seed;
	options.observers[0].profile = profile;
	options.observers[0].accepts_gratuitous = true;
	return net_world_new(&options);
}

/* True when the request is sent to a hardware address, not to all. */

static inline const struct observer_totals *totals(const struct net_world *w, uint32_t vip)
{
	return &w->result.vips.items[vip].totals.items[0];
}

#endif
