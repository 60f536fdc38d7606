/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to hold while a change is applied (S6.6): assertions as those of a scenario, about
 * the whole change or one of its stages.
 */
#ifndef SIM_WHATIF_DIFF_ASSERTED_H
#define SIM_WHATIF_DIFF_ASSERTED_H

#include "config/objects/scenario.h"
#include "sim/engine/result.h"

/* As they were given. */
struct plan_assertions {
	const struct scenario_assertion *items;
	const uint32_t *stages; /* of each, the stage that it is about, from 1; 0: all */
	uint32_t count;
	uint32_t source; /* that they were read from */
};

struct timed_assertion {
	const char *text; /* "maxOutage 16s, observer client" */
	/* Why it could not be judged: BGP is not simulated; NULL: it was. */
	const char *unmeasured;
	uint32_t held_in; /* runs */
	/* Of the first run that it did not hold in; NULL: it held in all. */
	const char *detail;
	uint64_t seed;
};

struct timed_assertions {
	ARRAY_OF(struct timed_assertion) list;
};

/* Those that can be judged, as a scenario of `stages` stages has them; and the results of all.
 * `no_bgp` says why sessions and clients are not simulated; NULL: they are. */
void asserted_begin(const struct plan_assertions *given, uint32_t stages, sim_ns stage,
		    const char *no_bgp, struct arena *arena, struct scenario *scenario,
		    struct timed_assertions *out);

/* Adds what a run says of them. */
void asserted_add_run(struct timed_assertions *all, const struct run_result *result,
		      struct arena *arena);

/* Whether they hold in so many runs, which are all. */
bool asserted_hold(const struct timed_assertions *all, uint32_t runs);

#endif
