/* SPDX-License-Identifier: Apache-2.0 */
/* The chains of nodes and of pools. (O4) */
#include "reports/inspect/chain.h"

#include "base/text.h"
#include "purelb/pools/order.h"

/* ---- a node ---- */

static void chain_node_lease(struct inspection *in, struct chain *chain,
			     const struct cluster_node *node)
{
	const struct seen_metric *failures =
		seen_metric(&in->seen, node, "purelb_election_lease_renewal_failures_total");
	struct chain_link *link;
	const char *age;

	if (node->lease == NULL) {
		if (!in->cluster->has_leases) {
			chain_add(in, chain, "lease", LINK_UNKNOWN, "no Leases in the input");
			chain_ask(in, chain, "whether it takes part in elections",
				  "kubectl get leases -A -o yaml");
			return;
		}
		link = chain_add(in, chain, "lease",
				 node->placement.state == PLACEMENT_RUNS ? LINK_BROKEN
									 : LINK_OK,
				 "it has no lease, so it takes no part in elections");
		link->action = "restart the lbnodeagent Pod of the node: a deleted lease comes "
			       "back only then";
		return;
	}
	age = in->observed->knows_age ? observed_age(in->observed, node->lease->renew_time.s)
				      : NULL;
	link = chain_add(in, chain, "lease", node->live ? LINK_OK : LINK_BROKEN,
			 arena_printf(in->arena, "%s%s%s%s",
				      node->live ? "valid" : "its lease has expired",
				      age != NULL ? ", renewed " : "", age != NULL ? age : "",
				      age != NULL ? " before" : ""));
	chain_prove(in, link, "Lease", age, node->lease->renew_time.pos, link->text);
	if (failures != NULL && failures->value > 0) {
		link->text = arena_printf(in->arena,
					  "%s; %.0f renewals failed since its agent started",
					  link->text, failures->value);
		chain_prove_file(in, link, &failures->sample->from, link->text);
		if (link->state == LINK_OK)
			link->state = LINK_PREDICTED;
	}
	link->action = chain_look_at_agent(in, node);
}

static void chain_node_agent(struct inspection *in, struct chain *chain,
			     const struct cluster_node *node)
{
	const struct component *agent = &in->observed->agents[node - in->cluster->nodes.items];
	const char *placed = placement_text(&node->placement, in->arena);
	struct chain_link *link;

	if (node->placement.state == PLACEMENT_NEVER) {
		chain_add(in, chain, "agent", LINK_OK,
			  arena_printf(in->arena, "none should run: the node %s",
				       placed != NULL ? placed : "is not selected"));
		return;
	}
	if (agent->state == COMPONENT_UNKNOWN) {
		chain_add(in, chain, "agent", LINK_UNKNOWN, "its Pod is not in the input");
		chain_ask(in, chain, "whether its agent runs",
			  arena_printf(in->arena, "kubectl -n %s get pods -o yaml",
				       in->cluster->snapshot->install_namespace));
		return;
	}
	link = chain_add(in, chain, "agent",
			 agent->state == COMPONENT_RUNS ? LINK_OK : LINK_BROKEN,
			 arena_printf(in->arena, "lbnodeagent %s", agent->text));
	chain_prove(in, link, "Pod", observed_age(in->observed, agent->since), agent->pos,
		    agent->text);
	if (link->state == LINK_BROKEN)
		link->action =
			component_advice(agent, "lbnodeagent",
					 in->cluster->snapshot->install_namespace, in->arena);
}

void chain_of_node(struct inspection *in, const struct cluster_node *node)
{
	const uint32_t index = (uint32_t)(node - in->cluster->nodes.items);
	struct chain *chain = chain_begin(in, arena_printf(in->arena, "node/%s", node->name));
	const struct bgp_node_report *status = in->observed->reports[index];
	struct chain_link *link;
	uint32_t up = 0;

	chain_node_agent(in, chain, node);
	chain_node_lease(in, chain, node);
	link = chain_add(in, chain, "configured",
			 !node->labels_known                        ? LINK_UNKNOWN
			 : node_state_announces(node->config.state) ? LINK_OK
			 : node->placement.state == PLACEMENT_NEVER ? LINK_OK
								    : LINK_BROKEN,
			 node->config.governing != NULL
				 ? arena_printf(in->arena, "by LBNodeAgent %s",
						node->config.governing->agent->object.name.s)
				 : node_state_name(node->config.state));
	link->action =
		"add an LBNodeAgent with `local: {localInterface: default}` that selects "
		"the node";
	chain_add(in, chain, "subnets",
		  node->origin == SUBNETS_UNKNOWN    ? LINK_UNKNOWN
		  : node->origin == SUBNETS_INFERRED ? LINK_PREDICTED
						     : LINK_OK,
		  node->subnets.list.count == 0
			  ? "it advertises none"
			  : subnets_annotation_text(&node->subnets, in->arena));
	if (in->vips != NULL)
		chain_add(in, chain, "elected",
			  in->cluster->has_leases ? LINK_OK : LINK_PREDICTED,
			  arena_printf(in->arena, "wins %u address%s", in->vips->won[index],
				       in->vips->won[index] == 1 ? "" : "es"));
	if (status != NULL) {
		ARRAY_FOREACH (const struct bgp_neighbor_status, n, &status->neighbors.list)
			up += bgp_neighbor_is_up(n);
		link = chain_add(in, chain, "sessions",
				 observed_report_is_stale(in->observed, status) ? LINK_UNKNOWN
				 : up == status->neighbors.list.count           ? LINK_OK
										: LINK_BROKEN,
				 arena_printf(in->arena,
					      "%u of %u BGP sessions are established", up,
					      status->neighbors.list.count));
		chain_prove(in, link, "BGPNodeStatus",
			    observed_age(in->observed, status->last_updated.s),
			    status->object.pos, link->text);
		if (link->state == LINK_BROKEN)
			ARRAY_FOREACH (const struct bgp_neighbor_status, n,
				       &status->neighbors.list)
				if (!bgp_neighbor_is_up(n) && n->address.s != NULL) {
					link->action = bgp_session_advice(n, n->last_error.s,
									  in->arena);
					break;
				}
	}
	chain_finish(in, chain);
}

/* ---- a pool ---- */

void chain_of_pool(struct inspection *in, const struct pool *pool)
{
	struct chain *chain = chain_begin(in, arena_printf(in->arena, "pool/%s", pool->name));
	const struct object *object = &pool->group->object;
	const struct finding *worst = chain_worst_finding(in, object);
	struct chain_link *link;
	u128 size = 0, used = 0;
	char a[U128_TEXT_MAX], b[U128_TEXT_MAX];

	chain->about = pool_type_name(pool->type);
	link = chain_add(in, chain, "accepted",
			 pool->reject == POOL_ACCEPTED ? LINK_OK : LINK_BROKEN,
			 pool->reject == POOL_ACCEPTED ? "PureLB accepts it"
						       : pool_reject_text(pool, in->arena));
	if (worst != NULL)
		link->action = worst->hint;
	ARRAY_FOREACH (const struct range_use, use, &in->all->ranges) {
		if (use->pool != pool)
			continue;
		size = size + use->size < size ? ~(u128)0 : size + use->size;
		used += use->used;
	}
	if (size > 0) {
		link = chain_add(in, chain, "free", used >= size ? LINK_BROKEN : LINK_OK,
				 arena_printf(in->arena, "%s of %s addresses are used",
					      u128_format(used, a), u128_format(size, b)));
		link->action = "add a range, or delete Services that are no longer needed";
	}
	if (pool->type == POOL_TYPE_LOCAL) {
		const struct finding *uncovered = chain_finding(in, CHECK_CV001, object);

		link = chain_add(in, chain, "covered",
				 in->cluster->nodes.count == 0 ? LINK_UNKNOWN
				 : uncovered != NULL           ? LINK_BROKEN
							       : LINK_OK,
				 uncovered != NULL ? uncovered->message
						   : "live nodes are on its subnets");
		link->action = uncovered != NULL ? uncovered->hint : NULL;
		if (in->cluster->nodes.count == 0) {
			link->text = "no nodes in the input";
			chain_ask(in, chain, "whether nodes can announce it",
				  "kubectl get nodes,leases -A -o yaml");
		}
	}
	chain_finish(in, chain);
}
