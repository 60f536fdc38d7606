/* SPDX-License-Identifier: Apache-2.0 */
/* The assertions of simulated runs as JUnit XML, for pipelines. */
#ifndef REPORTS_RUN_RUN_JUNIT_H
#define REPORTS_RUN_RUN_JUNIT_H

#include <stdio.h>

#include "sim/run/many.h"
#include "sim/run/setup.h"
#include "sim/engine/result.h"

/* One test suite, named after the scenario, with a case for each assertion. A run that was
 * cut off has one more case, which fails. */
void run_junit(FILE *out, const struct setup *setup, const struct run_result *result);

/* The same for many runs: a case fails when its assertion did not hold in every one; one more
 * case fails when not all runs went through. */
void many_junit(FILE *out, const struct setup *setup, const struct many_result *result);

#endif
