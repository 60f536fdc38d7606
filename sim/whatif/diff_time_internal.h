/* SPDX-License-Identifier: Apache-2.0 */
/* A change in simulated time: what the files about it share. */
#ifndef SIM_WHATIF_DIFF_TIME_INTERNAL_H
#define SIM_WHATIF_DIFF_TIME_INTERNAL_H

#include "sim/whatif/diff_time.h"

/* Long enough for a neighbor cache of 45 s to be corrected, and for leases to expire. */
static const sim_ns stage_duration = 180 * NS_PER_SEC;

/* The stages that are simulated together. */
struct timed_stages {
	struct diff *const *list;
	uint32_t count;
	struct arena *arena; /* of the first */
};

/* Builds the setup with clients, or without where that cannot be, and keeps why: NULL when it
 * can, or there is nothing remote. What is wrong with assertions is kept with the first stage,
 * what else stops it among the problems of the old side. */
bool time_build(const struct timed_stages *stages, struct setup *setup,
		const struct diff_time_options *options, const char **bgp_problem);

#endif
