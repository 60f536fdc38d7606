/* SPDX-License-Identifier: Apache-2.0 */
/* What reports to people about a run share: which VIPs something happened to, and how bad. */
#ifndef REPORTS_RUN_RUN_PIECES_H
#define REPORTS_RUN_RUN_PIECES_H

#include "base/arena.h"
#include "sim/engine/result.h"

/* The longest time that any observer was cut off. */
sim_ns worst_outage(const struct vip_result *v);

/* Whether anything happened to it: another holder, a gap, two holders, an outage. */
bool is_affected(const struct vip_result *v);

/* All VIPs, those first that were cut off longest, then those with the longest gap, then those
 * that are affected at all. In the arena. */
const struct vip_result **vips_by_harm(const struct run_result *result, struct arena *arena);

#endif
