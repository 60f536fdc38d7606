/* SPDX-License-Identifier: Apache-2.0 */
/* P6.6: how long the addresses live that an agent puts on its interfaces. */
#ifndef PURELB_ANNOUNCING_LIFETIMES_H
#define PURELB_ANNOUNCING_LIFETIMES_H

#include "config/objects/objects.h"

/* Lifetimes as the agent gives them to the kernel, in seconds; 0 is for ever. */
struct lifetimes {
	int64_t valid_s;
	int64_t preferred_s; /* never above valid_s */
	bool raised;         /* validLifetime was 1..59 and became 60 */
	bool capped;         /* preferredLifetime was above it and became valid_s */
};

enum {
	LIFETIME_LOCAL_S = 300, /* without an addressConfig; the dummy interface has 0 */
	LIFETIME_MIN_S = 60,    /* the shortest that is not "for ever" */
};

/* Of addresses on the local interface, and on the dummy interface. */
struct lifetimes lifetimes_local(const struct agent_local *local);
struct lifetimes lifetimes_dummy(const struct agent_local *local);

#endif
