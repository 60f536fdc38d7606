/* SPDX-License-Identifier: Apache-2.0 */
/* For sim/change*.c alone: the steps of a comparison. */
#ifndef SIM_WHATIF_CHANGE_PARTS_H
#define SIM_WHATIF_CHANGE_PARTS_H

#include "sim/whatif/change.h"

/* What the sides are made of. */
struct change_source {
	struct snapshot *old; /* as it was read */
	uint32_t old_problems;
	const struct object_list *objects; /* of the new side */
	const struct change_options *options;
};

/* Makes and resolves both sides: objects, settled Services, renewed leases. */
void change_sides(struct change *change, const struct change_source *source);

/* Leases as their nodes write them once the change has arrived, where they are those of before:
 * true when any differs and the side has to be resolved again. (P4.4, P9.2) */
bool change_renew_leases(struct change *change);

/* True when the node's subnets after the change are taken over, as nothing tells them. */
bool change_is_guess(const struct cluster_node *before, const struct cluster_node *after);

/* The comparisons, each filling its list. */
void change_pools(struct change *change);
void change_services(struct change *change);
void change_vips(struct change *change);
void change_nodes(struct change *change);
void change_findings(struct change *change, const struct change_options *options);

/* The node that announces the VIP on a local interface; NULL: none. */
const struct cluster_node *change_holder(const struct vip *vip);

#endif
