/* SPDX-License-Identifier: Apache-2.0 */
/* Building the set-up of a simulation (struct setup) from a cluster and a scenario. */
#ifndef SIM_RUN_SETUP_H
#define SIM_RUN_SETUP_H

#include "sim/engine/setup.h"

/* Begins the message of a problem that keeps BGP, and only BGP, from being simulated. */
#define SETUP_NO_BGP "BGP cannot be simulated: "

/*
 * Builds the setup. What the scenario names and the cluster does not have, times beyond the
 * end, and parameters that cannot be become problems of the snapshot (with places); false
 * when there are any.
 */
bool setup_build(struct setup *setup, struct snapshot *snapshot, const struct cluster *cluster,
		 const struct scenario *scenario, struct arena *arena);
void setup_release(struct setup *setup);

/* Whether an assertion is about the VIP with this number, and about what the observer with this
 * number sees: one on every segment goes by its name alone. */
bool assertion_asks_vip(const struct setup *setup, const struct scenario_assertion *a,
			uint32_t number);
bool assertion_asks_observer(const struct setup *setup, const struct scenario_assertion *a,
			     uint32_t number);

/* What a run does not measure (S6.3), and what it rests on that the input does not tell. */
struct setup_unmeasured {
	bool remote;  /* there are remote VIPs, and no observer sees them */
	bool clients; /* behind routers: what they lose of remote VIPs is known */
	bool unseen;  /* there are local VIPs on whose segment no observer is */
	bool guessed; /* subnets of nodes are a guess */
	bool agents;  /* there is no LBNodeAgent, and there may be one elsewhere (I3) */
};
struct setup_unmeasured setup_unmeasured_of(const struct setup *setup);

#endif
