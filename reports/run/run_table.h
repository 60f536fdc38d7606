/* SPDX-License-Identifier: Apache-2.0 */
/* One simulated run for people: the story, what it did to the VIPs, the assertions. */
#ifndef REPORTS_RUN_RUN_TABLE_H
#define REPORTS_RUN_RUN_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/run/setup.h"
#include "sim/engine/result.h"

struct run_table_options {
	bool colour;
	bool whole_timeline; /* else a screenful */
};

void run_table(FILE *out, const struct setup *setup, const struct run_result *result,
	       const struct run_table_options *options);

#endif
