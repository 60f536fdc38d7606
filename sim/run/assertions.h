/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions about BGP: what the files of assertions share. */
#ifndef SIM_RUN_ASSERTIONS_H
#define SIM_RUN_ASSERTIONS_H

#include "sim/engine/sim.h"
#include "sim/run/setup_internal.h"

/* Judge by the complete result: maxLostShare and maxLostFlowSeconds; minWidth; session. */
void assertion_judge_clients(struct sim *sim, const struct scenario_assertion *a,
			     struct assertion_result *out);
void assertion_judge_width(struct sim *sim, const struct scenario_assertion *a,
			   struct assertion_result *out);
void assertion_judge_session(struct sim *sim, const struct scenario_assertion *a,
			     struct assertion_result *out);

/* What of the interval is in the time that the assertion is about; empty: nothing is. One that
 * goes on beyond it has no end. */
struct interval assertion_window(const struct scenario_assertion *a, struct interval time);

/* How to make the run longer: "increase spec.duration"; NULL: that cannot be. */
const char *assertion_longer_run(const struct scenario *scenario);

/* What was seen, and that the run is too short to tell. */
const char *assertion_too_short(struct sim *sim, const char *what);

/* What helps against a time after the end of the run. */
const char *assertion_earlier_time(const struct setup_builder *b);

/* Reports what cannot be of the part that is about BGP. */
void assertion_check_bgp(struct setup_builder *b, const struct scenario_assertion *a,
			 const char *path);

#endif
