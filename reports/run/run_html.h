/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated runs as HTML pages. */
#ifndef REPORTS_RUN_RUN_HTML_H
#define REPORTS_RUN_RUN_HTML_H

#include <stdio.h>

#include "sim/run/many.h"

/* One run: figures, assertions, who held each VIP over time, the timeline, agents, segments. */
void run_html(FILE *out, const struct setup *setup, const struct run_result *result);

/* Many runs: figures, assertions, how outages and gaps spread, the worst seeds. */
void many_html(FILE *out, const struct setup *setup, const struct many_result *result);

#endif
