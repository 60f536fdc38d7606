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

/* Reports what cannot be of the part that is about BGP. */
void assertion_check_bgp(struct setup_builder *b, const struct scenario_assertion *a,
			 const char *path);

#endif
