/* SPDX-License-Identifier: Apache-2.0 */
/* Why nobody announces a VIP. */
#include "purelb/announcing/vips_reasons.h"

#include "base/text.h"

const char *vips_reason_not_considered(const struct service *service,
				       const struct allocation *allocation)
{
	if (service->object.annotations.list.count == 0)
		return "the agents skip this Service, whatever address it has";
	if (allocation != NULL && allocation->state == SERVICE_PENDING)
		return "the Service does not get all that it asks for, so PureLB does not "
		       "annotate it with purelb.io/allocated-by, and agents announce only "
		       "Services with that annotation";
	return "the Service lacks the annotation purelb.io/allocated-by: PureLB, and agents "
	       "announce only Services with it";
}

static bool vips_reason_any_live(const struct cluster *cluster, const bool *down)
{
	for (uint32_t i = 0; i < cluster->nodes.count; i++) {
		if (cluster->nodes.items[i].live && (down == NULL || !down[i]))
			return true;
	}
	return false;
}

/* P4.8: Kubernetes runs an agent on no node; the first one is told. */
static const char *vips_reason_no_agent(const struct cluster *cluster, struct arena *arena)
{
	const struct cluster_node *first = &cluster->nodes.items[0];

	if (!cluster_runs_no_agent(cluster))
		return NULL;
	return arena_printf(arena, "no node runs an agent: \"%s\" %s", first->name,
			    placement_text(&first->placement, arena));
}

static const char *vips_reason_why_nobody(const struct cluster *cluster, struct ip ip,
					  const bool *down, struct arena *arena)
{
	const char *no_agent;

	const struct election without_down = { .cluster = cluster };

	if (cluster->nodes.count == 0)
		return "the input has no nodes";
	no_agent = vips_reason_no_agent(cluster, arena);
	if (no_agent != NULL)
		return no_agent;
	if (down != NULL && election_winner(&without_down, ip, NULL) != NULL)
		return "every node that advertises its subnet is down";
	if (!vips_reason_any_live(cluster, down))
		return "no node is up with a lease that has not expired";
	return "no live node advertises a subnet that contains it";
}

const char *vips_reason_nobody(const struct cluster *cluster, const struct vip *vip,
			       const bool *down, struct arena *arena)
{
	const char *why = vips_reason_why_nobody(cluster, vip->ip, down, arena);

	/* P6.4: nothing else tells them what is remote. */
	if (vip->type == VIP_REMOTE && vip->pool != NULL &&
	    vip->pool->type == POOL_TYPE_EXTERNAL)
		return arena_printf(arena,
				    "ServiceGroup \"%s\" is external and has no ranges, so the "
				    "agents do not know that it is remote, and %s",
				    vip->pool->name, why);
	return why;
}

/* P4.3 */
static const char *vips_reason_state(const struct cluster_node *winner, struct arena *arena)
{
	static const char *const reasons[] = {
		[NODE_DESELECTED] = "no LBNodeAgent matches it",
		[NODE_INVALID] =
			"the localInterface of its LBNodeAgent is not a valid regular expression",
		[NODE_NO_LOCAL] = "no LBNodeAgent that matches it has a spec.local",
		[NODE_NO_CONFIG] = "there is no LBNodeAgent",
	};

	return arena_printf(arena, "node \"%s\" wins it, but %s, so it announces nothing",
			    winner->name, reasons[winner->config.state]);
}

const char *vips_reason_winner(const struct cluster_node *winner, const struct vip *vip,
			       struct arena *arena)
{
	const enum announcing_act act = vip->how.act;

	if (act == ANNOUNCING_NOT_CONFIGURED)
		return vips_reason_state(winner, arena);
	if (act == ANNOUNCING_NO_ROUTE)
		return arena_printf(arena,
				    "node \"%s\" wins it, but has no %s default route, and its "
				    "LBNodeAgent names no interfaces",
				    winner->name, ip_family_name(ip_family(vip->ip)));
	return arena_printf(arena,
			    "node \"%s\" wins it, but none of the interfaces that it announces "
			    "on has a subnet with it",
			    winner->name);
}

static const char *vips_reason_prefix(const struct agent_range *range, struct ip ip,
				      struct arena *arena)
{
	const char *aggregation = range->range->entry->aggregation.s;

	if (aggregation == NULL || *aggregation == '\0' || str_equal(aggregation, "default"))
		return arena_printf(arena,
				    "the subnet of %s in ServiceGroup \"%s\" gives its "
				    "addresses no prefix length, so no node can add it",
				    range->range->path, range->pool->name);
	return arena_printf(arena,
			    "aggregation \"%s\" of %s in ServiceGroup \"%s\" is not a prefix "
			    "length of an %s address, so no node can add it",
			    aggregation, range->range->path, range->pool->name,
			    ip_family_name(ip_family(ip)));
}

const char *vips_reason_remote(const struct cluster *cluster, const struct vips_acts *acts,
			       struct ip ip, struct arena *arena)
{
	const uint32_t *counts = acts->counts;

	if (counts[ANNOUNCING_BAD_PREFIX] > 0)
		return vips_reason_prefix(acts->range, ip, arena);
	if (counts[ANNOUNCING_NO_ENDPOINT] > 0 && !capture_knows_endpoints(cluster->snapshot))
		return "externalTrafficPolicy is Local, and the input has no EndpointSlices "
		       "to show where its endpoints are";
	if (counts[ANNOUNCING_NO_ENDPOINT] > 0)
		return "externalTrafficPolicy is Local, and no configured node hosts a healthy "
		       "endpoint of the Service";
	if (counts[ANNOUNCING_NO_ROUTE] > 0)
		return arena_printf(arena,
				    "no configured node has an %s default route, and their "
				    "LBNodeAgents name no interfaces",
				    ip_family_name(ip_family(ip)));
	if (counts[ANNOUNCING_NOT_CONFIGURED] > 0)
		return "no node has an LBNodeAgent that lets it announce";
	return "the input has no node that is up";
}
