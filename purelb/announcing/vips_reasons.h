/* SPDX-License-Identifier: Apache-2.0 */
/* For vips.c alone: why nobody announces a VIP, in one sentence without a full stop. */
#ifndef PURELB_ANNOUNCING_VIPS_REASONS_H
#define PURELB_ANNOUNCING_VIPS_REASONS_H

#include "purelb/announcing/vips.h"

/* No agent cares for the Service (P6.1). `allocation` may be NULL. */
const char *vips_reason_not_considered(const struct service *service,
				       const struct allocation *allocation);

/* Nobody wins (P5.6). */
const char *vips_reason_nobody(const struct cluster *cluster, const struct vip *vip,
			       const bool *down, struct arena *arena);

/* This node wins and does not announce. */
const char *vips_reason_winner(const struct cluster_node *winner, const struct vip *vip,
			       struct arena *arena);

/* What the nodes do with a remote VIP that none of them announces. */
struct vips_acts {
	uint32_t counts[ANNOUNCING_ACTS];
	const struct agent_range *range; /* that the agents find */
};

const char *vips_reason_remote(const struct cluster *cluster, const struct vips_acts *acts,
			       struct ip ip, struct arena *arena);

#endif
