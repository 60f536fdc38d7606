/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole simulations for tests: a rack of nodes with Services, a scenario as text, and runs of
 * it. Nodes are node-0, node-1, ... with eth0 on segment "rack" (192.168.0.0/16 and
 * fd00:1::/64), Services are default/s0, s1, ... in the order of their addresses; those of
 * remote pools are default/r0, ...
 */
#ifndef TESTS_UNIT_SIM_WORLD_H
#define TESTS_UNIT_SIM_WORLD_H

#include "sim/run/run.h"

struct sim_options {
	uint32_t nodes;
	uint32_t services; /* of a local pool, one address each */
	uint32_t remote;   /* of a remote pool */
	bool v6;           /* the local addresses are v6 ones */
	bool silent;       /* no garpConfig */
	const char *pool;  /* more lines of the local pool; NULL: none */
	const char *agent; /* more lines of the LBNodeAgent's spec.local; NULL: none */
	const char *more;  /* more documents, each with its `---`; NULL: none */
	const char *spec;  /* of the Scenario, as lines of two spaces and more */
};

struct sim_world {
	struct snapshot *snapshot;
	struct cluster cluster;
	struct setup setup;
	bool fine; /* the setup could be built */
	struct arena arena;
	struct run_result result; /* of the latest run */
};

/* A new one; sim_world_free() takes it back. */
struct sim_world *sim_world_new(const struct sim_options *options);
void sim_world_free(struct sim_world *w);

/* Runs it with this seed, with all checks on, and expects no broken invariant. */
const struct run_result *sim_world_run(struct sim_world *w, uint64_t seed);

/* The VIP with this address; fails the test when there is none. */
const struct vip_result *sim_world_vip(const struct sim_world *w, const char *ip);
/* When somebody got the VIP for the first time after this moment; SIM_NEVER: nobody did. */
sim_ns sim_world_taken(const struct vip_result *vip, sim_ns after);
/* The first problem of the snapshot, or "". */
const char *sim_world_problem(const struct sim_world *w);

/* Delays that are all the same each time: 10 ms a request, 3 ms a delivery. */
#define EXACT_TIMING                                                                           \
	"  timing: {apiRequest: 10ms, watchDelivery: 3ms, reconcileLose: 1ms, "                \
	"reconcileWin: 2ms, allocate: 2ms, agentRestart: 5s}\n"

#define SECONDS(n) ((sim_ns)((n)*1e9 + 0.5))

#endif
