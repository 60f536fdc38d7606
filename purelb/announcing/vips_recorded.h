/* SPDX-License-Identifier: Apache-2.0 */
/* Who announces an address of a redacted capture. (O5.2) */
#ifndef PURELB_ANNOUNCING_VIPS_RECORDED_H
#define PURELB_ANNOUNCING_VIPS_RECORDED_H

#include "purelb/announcing/vips.h"

/* Makes the live node that the announcing annotation names the winner of the VIP, which is
 * inferred from then on; borrows the cluster. */
void vips_take_recorded(const struct cluster *cluster, struct vip *vip);

#endif
