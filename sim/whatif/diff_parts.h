/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a comparison share: the steps of diff_run(). */
#ifndef SIM_WHATIF_DIFF_PARTS_H
#define SIM_WHATIF_DIFF_PARTS_H

#include "sim/whatif/diff.h"

/* Leases as their nodes write them once the change has arrived, where they are those of before:
 * true when any differs and the new side has to be resolved again. (P4.4, P9.2) */
bool diff_renew_leases(struct diff *diff);

/* The comparisons, each filling its list. */
void diff_pools(struct diff *diff);
void diff_services(struct diff *diff);
void diff_vips(struct diff *diff);
void diff_nodes(struct diff *diff);
void diff_bgp(struct diff *diff);
void diff_upgrade(struct diff *diff);

#endif
