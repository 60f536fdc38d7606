/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why an agent does what it does: kept as numbers, put into words only when something comes
 * of it.
 */
#ifndef SIM_ENGINE_CAUSE_H
#define SIM_ENGINE_CAUSE_H

#include "sim/engine/sim.h"

enum cause_kind {
	CAUSE_NONE,
	CAUSE_EXPIRED,    /* the lease of `node` expired at `when` */
	CAUSE_DELETED,    /* it was deleted */
	CAUSE_JOINED,     /* it is there (again) */
	CAUSE_SUBNETS,    /* it advertises other subnets */
	CAUSE_RELISTED,   /* all leases were listed again */
	CAUSE_STARTED,    /* the agent started */
	CAUSE_CONFIG,     /* a configuration was applied */
	CAUSE_CONFIGURED, /* a new process has its configuration */
	CAUSE_SERVICE,    /* the Service changed */
	CAUSE_ENDPOINTS,  /* its EndpointSlices changed */
	CAUSE_RESYNC,     /* everything comes again every 10 minutes */
	CAUSE_HEALTHY,    /* its own lease could be renewed again */
	CAUSE_STOPPED,    /* the agent stopped */
};

/* How a change of membership was noticed. */
enum cause_via {
	VIA_NOTHING,
	VIA_LEASE, /* an event of the lease of `by` */
	VIA_RESYNC,
	VIA_LIST,
};

struct cause {
	enum cause_kind kind;
	uint32_t node;   /* SETUP_NONE: nobody in particular */
	uint32_t others; /* more nodes of which the same is true */
	enum cause_via via;
	uint32_t by;
	sim_ns when;   /* it came about, on the clock of the run */
	sim_ns set_at; /* when the agent noticed */
};

enum { CAUSE_TEXT_MAX = 256 };

/*
 * "lease of node-a expired 2.1s ago, noticed at node-b's renewal", as the agent of `node`
 * sees it, whose configuration has this version. In `buf`, or constant.
 */
const char *cause_text(const struct sim *sim, uint32_t node, uint32_t version,
		       const struct cause *cause, char buf[static CAUSE_TEXT_MAX]);

#endif
