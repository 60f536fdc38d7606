/* SPDX-License-Identifier: Apache-2.0 */
/* One simulated run as JSON (spec/simulation.md S4). */
#ifndef REPORTS_RUN_RUN_JSON_H
#define REPORTS_RUN_RUN_JSON_H

#include <cjson/cJSON.h>

#include "sim/run/setup.h"
#include "sim/engine/result.h"

/*
 * The document: scenario, seed, duration, vips, agents, segments, assertions, timeline. Times
 * are seconds with up to nine decimals from the end of the warm-up; an interval that still
 * holds at the end has `to` null. `partial` is true when the run was cut off. The caller
 * deletes it.
 */
cJSON *run_json(const struct setup *setup, const struct run_result *result);

#endif
