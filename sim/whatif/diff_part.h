/* SPDX-License-Identifier: Apache-2.0 */
/* What runs of a change leave behind, as bytes for another process that adds them up. (S6.8) */
#ifndef SIM_WHATIF_DIFF_PART_H
#define SIM_WHATIF_DIFF_PART_H

#include "base/text.h"
#include "sim/whatif/diff_time.h"

/* Adds what was collected for `count` stages, before it is summed up. Sorts it. */
void diff_part_write(struct text *out, struct diff *const *stages, uint32_t count);

/* Adds what is written there to what was collected of the runs before these. False when it was
 * not written of such stages, or of as many runs. */
bool diff_part_read(struct diff *const *stages, uint32_t count, const struct timed_part *part);

#endif
