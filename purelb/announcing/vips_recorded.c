/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes of redacted names elect other nodes than those of the cluster (P5.3): who announced
 * the address last (P6.8) stands for who wins it. (O5.2)
 */
#include "purelb/announcing/vips_recorded.h"

#include <string.h>

#include "purelb/announcing/slots.h"

void vips_take_recorded(const struct cluster *cluster, struct vip *vip)
{
	struct announce_slot slot;

	vip->inferred = true;
	if (slots_find_last(vip->service, vip->ip, &slot) == NULL)
		return;
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		if (!node->live || node == vip->winner || strlen(node->name) != slot.node_len ||
		    memcmp(node->name, slot.node, slot.node_len) != 0)
			continue;
		vip->runner_up = vip->winner;
		vip->winner = node;
		return;
	}
}
