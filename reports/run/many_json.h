/* SPDX-License-Identifier: Apache-2.0 */
/* Many simulated runs as JSON (spec/simulation.md S4). */
#ifndef REPORTS_RUN_MANY_JSON_H
#define REPORTS_RUN_MANY_JSON_H

#include <cjson/cJSON.h>

#include "sim/run/many.h"

/*
 * The document: scenario, runs, seed, distributions, worst, assertions. Times are seconds.
 * `done` says how many of the runs count; `partial` is true when that is not all, or when a
 * run was stopped by the cap on events. Each distribution is of all VIPs of its class in all
 * runs; `affected` in it is of those that the metric is not 0 for. The caller deletes it.
 */
cJSON *many_json(const struct setup *setup, const struct many_result *result);

#endif
