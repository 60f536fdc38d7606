/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of simulated runs (spec/simulation.md S4). */
#ifndef REPORTS_RUN_RUN_PLOTS_H
#define REPORTS_RUN_RUN_PLOTS_H

#include "reports/formats/plots.h"
#include "sim/run/many.h"

/* What they are about. */
struct run_plots {
	const struct setup *setup;
	const struct run_result *run;   /* one run: of many the worst */
	const struct many_result *many; /* NULL: there is only one */
};

enum { RUN_PLOTS = 4 };

/* Who held each VIP over time; outages as every observer saw them, and without one; VIPs per
 * node before and after; gratuitous frames per second. Each takes a struct run_plots. */
extern const struct plot run_plots[RUN_PLOTS];

#endif
