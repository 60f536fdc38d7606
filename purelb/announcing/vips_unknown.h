/* SPDX-License-Identifier: Apache-2.0 */
/* For vips.c alone: whether it is known that nobody announces a VIP. (I3) */
#ifndef PURELB_ANNOUNCING_VIPS_UNKNOWN_H
#define PURELB_ANNOUNCING_VIPS_UNKNOWN_H

#include "purelb/announcing/vips.h"

/*
 * Sets vip->unknown where nobody is seen to announce the VIP only because the input does not
 * say enough: it has no nodes, no LBNodeAgents, no endpoints, or not the networks of nodes that
 * may carry it; then vip->reason says what is missing. `down` as in struct vips_options.
 */
void vips_settle_unknown(const struct cluster *cluster, struct vip *vip, const bool *down);

#endif
