/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures of losses of nodes. */
#ifndef REPORTS_SWEEP_SWEEP_PLOTS_H
#define REPORTS_SWEEP_SWEEP_PLOTS_H

#include "reports/formats/plots.h"
#include "reports/sweep/sweep.h"

enum { SWEEP_PLOTS = 4 };

/* VIPs per node before and after; what the worst losses do; when VIPs are back; the worst
 * pairs. Each takes a struct sweep_answer. */
extern const struct plot sweep_plots[SWEEP_PLOTS];

#endif
