/* SPDX-License-Identifier: Apache-2.0 */
/* Whether it is known that nobody announces a VIP. (I3.5, I3.6) */
#include "purelb/announcing/vips_unknown.h"

/* Which ServiceGroup a remote address is from is what lets agents announce it (P6.4): the
 * groups were not read. */
static bool vips_lacks_group(const struct cluster *cluster, const struct vip *vip)
{
	const struct snapshot *s = cluster->snapshot;

	return vip->pool == NULL && vip->winner == NULL &&
	       (capture_unread(s, KIND_SERVICE_GROUP) != NULL ||
		(s->groups.count == 0 && !snapshot_is_complete(s, KIND_SERVICE_GROUP)));
}

/* Some node that is up may be in a network with the address. */
static bool vips_may_be_covered(const struct cluster *cluster, const struct vip *vip,
				const bool *down)
{
	const struct ip_range range = { vip->ip, vip->ip };

	if (vip->winner != NULL || !cluster_may_cover(cluster, range, NULL))
		return false;
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		if (node->live && (down == NULL || !down[node - cluster->nodes.items]))
			return true;
	}
	return false;
}

static bool vips_is_unknown(const struct cluster *cluster, const struct vip *vip,
			    const bool *down)
{
	if (vip->announcers.count > 0 || !vip->considered)
		return false;
	if (cluster->nodes.count == 0 || !cluster->knows_agents)
		return true;
	if (vip->wants_endpoint && !capture_knows_endpoints(cluster->snapshot))
		return true;
	if (vips_lacks_group(cluster, vip))
		return true;
	return vips_may_be_covered(cluster, vip, down);
}

static const char *vips_unknown_reason(const struct cluster *cluster, const struct vip *vip)
{
	if (cluster->nodes.count == 0 || vip->wants_endpoint)
		return vip->reason;
	if (!cluster->knows_agents)
		return "the input has no LBNodeAgent, so it is unknown on which interfaces "
		       "nodes announce";
	if (vips_lacks_group(cluster, vip))
		return "it is in no ServiceGroup of the input, so it is unknown which nodes "
		       "announce it";
	return "Node objects do not show the prefix lengths of their addresses, so it may be "
	       "in one of their subnets";
}

void vips_settle_unknown(const struct cluster *cluster, struct vip *vip, const bool *down)
{
	vip->unknown = vips_is_unknown(cluster, vip, down);
	if (vip->unknown)
		vip->reason = vips_unknown_reason(cluster, vip);
}
