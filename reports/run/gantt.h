/* SPDX-License-Identifier: Apache-2.0 */
/* Who held each VIP over time, as a picture inside an HTML page. */
#ifndef REPORTS_RUN_GANTT_H
#define REPORTS_RUN_GANTT_H

#include <stdio.h>

#include "sim/run/setup.h"
#include "sim/engine/result.h"

/*
 * Writes an SVG element: a row for each of `count` VIPs with a bar for each owner in the colour
 * of its node, below it when an observer was cut off, across all what the scenario made happen.
 * Bars and names of a node carry data-node, so that a page can make one stand out.
 */
void gantt_svg(FILE *out, const struct setup *setup, const struct run_result *result,
	       const struct vip_result *const *vips, uint32_t count);

#endif
