/* SPDX-License-Identifier: Apache-2.0 */
/* Many simulated runs for people. */
#ifndef REPORTS_RUN_MANY_TABLE_H
#define REPORTS_RUN_MANY_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/run/many.h"

/* How outages, gaps and duplicates spread, the worst runs and how to repeat them, and in how
 * many runs each assertion held; 80 columns wide. */
void many_table(FILE *out, const struct setup *setup, const struct many_result *result,
		bool colour);

#endif
