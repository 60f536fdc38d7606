/* SPDX-License-Identifier: Apache-2.0 */
/* For sim/whatif/diff*.c alone: the steps of a comparison. */
#ifndef SIM_WHATIF_DIFF_PARTS_H
#define SIM_WHATIF_DIFF_PARTS_H

#include "sim/whatif/diff.h"

/* What the sides are made of. */
struct diff_source {
	struct snapshot *old; /* as it was read */
	uint32_t old_problems;
	const struct object_list *objects; /* of the new side */
	const struct diff_options *options;
};

/* Makes and resolves both sides: objects, settled Services, renewed leases. */
void diff_sides(struct diff *diff, const struct diff_source *source);

/* Leases as their nodes write them once the change has arrived, where they are those of before:
 * true when any differs and the side has to be resolved again. (P4.4, P9.2) */
bool diff_renew_leases(struct diff *diff);

/* True when the node's subnets after the change are taken over, as nothing tells them. */
bool diff_is_guess(const struct cluster_node *before, const struct cluster_node *after);

/* The comparisons, each filling its list. */
void diff_pools(struct diff *diff);
void diff_services(struct diff *diff);
void diff_vips(struct diff *diff);
void diff_nodes(struct diff *diff);
void diff_findings(struct diff *diff, const struct diff_options *options);

/* The node that announces the VIP on a local interface; NULL: none. */
const struct cluster_node *diff_holder(const struct vip *vip);

#endif
