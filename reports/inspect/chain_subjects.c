/* SPDX-License-Identifier: Apache-2.0 */
/* The chains of nodes and of pools. (O4) */
#include "reports/inspect/chain.h"

#include <inttypes.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/pools/order.h"
#include "validator/check.h"

/* ---- a node ---- */

/* A lease that is not in the input does not exist. */
static bool chain_knows_leases(const struct inspection *in)
{
	return snapshot_is_complete(in->cluster->snapshot, KIND_LEASE);
}

static void chain_node_lease(struct inspection *in, struct chain *chain,
			     const struct cluster_node *node)
{
	struct chain_link *link;
	const char *age;

	if (node->lease == NULL) {
		if (!in->cluster->has_leases ||
		    (node->placement.state != PLACEMENT_NEVER && !chain_knows_leases(in))) {
			chain_add(in, chain, "lease", LINK_UNKNOWN,
				  in->cluster->has_leases ? "its lease is not in the input"
							  : "no Leases in the input");
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
	if (chain_is_ahead(in, node)) {
		link->state = LINK_BROKEN;
		link->text = arena_printf(
			in->arena,
			"renewed %ds after the capture: its clock seems to be ahead, and its "
			"agent takes the other nodes for dead",
			(int)(in->observed->ahead_ns[node - in->cluster->nodes.items] /
			      NS_PER_SEC));
		link->cause = arena_printf(
			in->arena,
			"the clock of %s seems to be ahead, and its agent takes the other "
			"nodes for dead: it announces their addresses as well",
			node->name);
		link->action = arena_printf(in->arena,
					    "compare `date -u` on %s and on another node, and "
					    "let NTP set the clock (chronyc makestep)",
					    node->name);
	}
	chain_prove(in, link, "Lease", age, node->lease->renew_time.pos, link->text);
	chain_lease_health(in, chain, link, node);
	if (link->action == NULL)
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

static void chain_node_configured(struct inspection *in, struct chain *chain,
				  const struct cluster_node *node)
{
	static const char *const why[] = {
		[NODE_CONFIGURED] = "",
		[NODE_DESELECTED] = "no LBNodeAgent selects it, so it announces nothing",
		[NODE_INVALID] = "localInterface is not a valid regular expression, so it "
				 "announces nothing",
		[NODE_NO_LOCAL] = "the LBNodeAgents that select it have no `local`, so it "
				  "announces nothing",
		[NODE_NO_CONFIG] = "there is no LBNodeAgent, so it announces nothing",
	};
	const bool announces = node_state_announces(node->config.state);
	const struct finding *unmatched =
		node->config.governing != NULL && node->inventory != NULL &&
				node->selected.list.count == 0
			? chain_finding(in, CHECK_AG011, &node->config.governing->agent->object)
			: NULL;
	struct chain_link *link;

	if (!announces && node->placement.state != PLACEMENT_NEVER &&
	    !in->cluster->knows_agents) {
		chain_add(in, chain, "configured", LINK_UNKNOWN,
			  "the LBNodeAgents are not in the input");
		chain_ask(in, chain, "what configures it",
			  "kubectl get lbnodeagents -A -o yaml");
		return;
	}
	link = chain_add(in, chain, "configured",
			 !node->labels_known                        ? LINK_UNKNOWN
			 : announces                                ? LINK_OK
			 : node->placement.state == PLACEMENT_NEVER ? LINK_OK
								    : LINK_BROKEN,
			 node->config.governing != NULL && announces
				 ? arena_printf(in->arena, "by LBNodeAgent %s",
						node->config.governing->agent->object.name.s)
				 : why[node->config.state]);
	link->action =
		"add an LBNodeAgent with `local: {localInterface: default}` that selects "
		"the node";
	if (link->state == LINK_OK && unmatched != NULL) {
		link->state = LINK_BROKEN;
		link->text = arena_printf(in->arena, "%s: %s", link->text, unmatched->message);
		link->action = unmatched->hint;
	}
}

/* ---- its sessions ---- */

/* "192.168.1.1 (AS 65001, Established since 2026-03-28T02:00:00Z, 3 prefixes sent)" */
static const char *chain_neighbor_text(const struct inspection *in,
				       const struct bgp_neighbor_status *n)
{
	const char *text =
		arena_printf(in->arena, "%s (", n->address.s != NULL ? n->address.s : "?");

	if (n->peer_asn.set)
		text = arena_printf(in->arena, "%sAS %" PRId64 ", ", text, n->peer_asn.v);
	text = arena_printf(in->arena, "%s%s", text, n->state.s != NULL ? n->state.s : "?");
	if (bgp_neighbor_is_up(n) && n->up_since.s != NULL)
		text = arena_printf(in->arena, "%s since %s", text, n->up_since.s);
	if (bgp_neighbor_is_up(n) && n->prefixes_sent.set)
		text = arena_printf(in->arena, "%s, %" PRId64 " prefix%s sent", text,
				    n->prefixes_sent.v, n->prefixes_sent.v == 1 ? "" : "es");
	if (!bgp_neighbor_is_up(n) && n->last_error.s != NULL && *n->last_error.s != '\0')
		text = arena_printf(in->arena, "%s, %s", text, n->last_error.s);
	return arena_printf(in->arena, "%s)", text);
}

/* What counts for the sessions of a node: its own facts, and newer ones that contradict them;
 * where it has none, those of routers, and packets. */
struct node_sessions {
	const struct session_fact *first, *down; /* the first; the first that is down */
	const struct session_fact *newer; /* the first that counts in place of an older one */
	uint32_t up, count;
	const struct session_dispute *dispute; /* NULL: none */
};

static struct node_sessions chain_view_sessions(const struct inspection *in,
						const struct cluster_node *node)
{
	struct node_sessions out = { 0 };
	bool own = false;

	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions.list)
		own |= fact->node == node && !fact->old && fact->router == NULL &&
		       fact->kind != FACT_PACKETS;
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions.list) {
		const bool is_own = fact->router == NULL && fact->kind != FACT_PACKETS;

		if (fact->node != node || fact->old || fact->told ||
		    (own && !is_own && !fact->beats))
			continue;
		if (out.first == NULL)
			out.first = fact;
		if (fact->beats && out.newer == NULL)
			out.newer = fact;
		out.count++;
		out.up += fact->fault == SESSION_FINE;
		if (fact->fault != SESSION_FINE && out.down == NULL)
			out.down = fact;
	}
	ARRAY_FOREACH (const struct session_dispute, dispute, &in->disputes)
		if (dispute->counts->node == node && out.dispute == NULL)
			out.dispute = dispute;
	return out;
}

/* What is down and why; or which sources contradict each other. */
static void chain_judge_sessions(struct inspection *in, struct chain *chain,
				 struct chain_link *link, const struct node_sessions *view)
{
	const struct session_fact *down = view->down;
	const struct session_fact *reason =
		down != NULL ? session_reason(&in->sessions, down) : NULL;

	if (view->dispute != NULL) {
		link->state = LINK_UNKNOWN;
		link->text = chain_dispute_text(in, view->dispute);
		chain_ask(in, chain, "whether the session is up now",
			  "gobgp neighbor -j in the k8gobgp Pod of the node");
	} else if (down != NULL) {
		link->state = LINK_BROKEN;
		link->cause = arena_printf(in->arena, "%s%s%s", down->text,
					   reason != NULL ? "; " : "",
					   reason != NULL ? reason->text : "");
		if (reason != NULL)
			link->text =
				arena_printf(in->arena, "%s; %s", link->text, reason->text);
		link->action = session_advice(
			down->error == NULL && reason != NULL ? reason : down, in->arena);
	}
}

static void chain_node_report(struct inspection *in, struct chain *chain,
			      const struct bgp_node_report *status,
			      const struct node_sessions *view)
{
	enum { NEIGHBORS_SHOWN = 4 };
	const bool stale = observed_report_is_stale(in->observed, status);
	const char *age = observed_age(in->observed, status->last_updated.s);
	ARRAY_OF(const char *) neighbors = { 0 };
	struct chain_link *link;
	uint32_t up = 0;

	ARRAY_FOREACH (const struct bgp_neighbor_status, n, &status->neighbors.list) {
		up += bgp_neighbor_is_up(n);
		ARRAY_ADD(in->arena, &neighbors, chain_neighbor_text(in, n));
	}
	link = chain_add(in, chain, "sessions", stale ? LINK_UNKNOWN : LINK_OK,
			 arena_printf(in->arena, "%u of %u BGP sessions %s established%s%s%s%s",
				      up, status->neighbors.list.count, up == 1 ? "is" : "are",
				      status->router_id.s != NULL ? "; router ID " : "",
				      status->router_id.s != NULL ? status->router_id.s : "",
				      neighbors.count > 0 ? ": " : "",
				      name_list(in->arena, neighbors.items, neighbors.count,
						NEIGHBORS_SHOWN)));
	chain_prove(in, link, "BGPNodeStatus", age, status->object.pos, link->text);
	for (uint32_t i = 0; i < neighbors.count; i++)
		chain_prove(in, link, "BGPNodeStatus", age,
			    status->neighbors.list.items[i].state.pos, neighbors.items[i]);
	if (stale) {
		chain_ask(in, chain, "whether its sessions are up",
			  "gobgp neighbor -j in its k8gobgp Pod, and the log there");
		return;
	}
	/* What is newer than the report counts in its place. */
	if (view->newer != NULL)
		link->text = arena_printf(in->arena, "%s; but %s (%s, which is newer)",
					  link->text, view->newer->text, view->newer->source);
	chain_judge_sessions(in, chain, link, view);
}

static void chain_node_sessions(struct inspection *in, struct chain *chain,
				const struct cluster_node *node)
{
	const struct bgp_node_report *status =
		in->observed->reports[node - in->cluster->nodes.items];
	const struct node_sessions view = chain_view_sessions(in, node);
	struct chain_link *link;

	if (status != NULL) {
		chain_node_report(in, chain, status, &view);
		return;
	}
	if (view.count == 0) {
		if (in->cluster->snapshot->bgp_configurations.count == 0)
			return;
		chain_add(in, chain, "sessions", LINK_UNKNOWN,
			  "no BGPNodeStatus, gobgp or router shows its sessions");
		chain_ask(in, chain, "whether its sessions are up",
			  "kubectl get bgpnodestatuses -o yaml, or gobgp neighbor -j");
		return;
	}
	link = chain_add(in, chain, "sessions", LINK_OK,
			 view.down != NULL
				 ? view.down->text
				 : arena_printf(in->arena, "%u established", view.up));
	chain_judge_sessions(in, chain, link, &view);
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions.list)
		if (fact->node == node && !fact->old && fact->kind != FACT_REPORT)
			chain_prove(in, link, fact->source, fact->age, fact->pos, fact->text);
}

void chain_of_node(struct inspection *in, const struct cluster_node *node)
{
	const uint32_t index = (uint32_t)(node - in->cluster->nodes.items);
	struct chain *chain = chain_begin(in, arena_printf(in->arena, "node/%s", node->name));

	chain_node_agent(in, chain, node);
	/* Nothing of PureLB is expected there. */
	if (node->placement.state == PLACEMENT_NEVER && node->lease == NULL &&
	    in->observed->reports[index] == NULL) {
		chain_finish(in, chain);
		return;
	}
	chain_node_lease(in, chain, node);
	chain_node_configured(in, chain, node);
	chain_add(in, chain, "subnets",
		  node->origin == SUBNETS_UNKNOWN    ? LINK_UNKNOWN
		  : node->origin == SUBNETS_INFERRED ? LINK_PREDICTED
						     : LINK_OK,
		  node->origin == SUBNETS_UNKNOWN ? "its subnets are not in the input"
		  : node->subnets.list.count == 0
			  ? "it advertises none"
			  : subnets_annotation_text(&node->subnets, in->arena));
	if (in->vips != NULL)
		chain_add(in, chain, "elected",
			  in->cluster->has_leases &&
					  (node->lease != NULL || chain_knows_leases(in))
				  ? LINK_OK
				  : LINK_PREDICTED,
			  arena_printf(in->arena, "wins %u address%s", in->vips->won[index],
				       in->vips->won[index] == 1 ? "" : "es"));
	chain_node_addresses(in, chain, node);
	chain_node_sessions(in, chain, node);
	chain_finish(in, chain);
}

/* ---- a pool ---- */

/* Some Service is pending for want of an address of the pool, of that family. */
static bool chain_pool_is_missed(const struct inspection *in, const struct pool *pool,
				 enum ip_family family)
{
	ARRAY_FOREACH (const struct allocation, allocation, &in->all->list) {
		const enum ip_family lacks = chain_family_of(allocation->detail);

		if (allocation->reason == REASON_EXHAUSTED && allocation->pool == pool &&
		    (lacks == IP_NONE || lacks == family))
			return true;
	}
	return false;
}

/* How many addresses of one family a pool has, and how many are used. */
struct pool_use {
	enum ip_family family;
	u128 size, used;
};

static struct pool_use chain_pool_use(const struct inspection *in, const struct pool *pool,
				      enum ip_family family)
{
	struct pool_use out = { .family = family };

	ARRAY_FOREACH (const struct range_use, use, &in->all->ranges) {
		if (use->pool != pool || ip_family(use->range->range.from) != family)
			continue;
		out.size = out.size + use->size < out.size ? ~(u128)0 : out.size + use->size;
		out.used += use->used;
	}
	return out;
}

/* One or two addresses may be there for the Services that have them: SG024 is silent then. */
static void chain_pool_free(struct inspection *in, struct chain *chain, const struct pool *pool)
{
	const struct pool_use uses[] = { chain_pool_use(in, pool, IP_V4),
					 chain_pool_use(in, pool, IP_V6) };
	const bool both = uses[0].size > 0 && uses[1].size > 0;
	const char *text = NULL;
	bool broken = false, full = false;
	char a[U128_TEXT_MAX], b[U128_TEXT_MAX];
	struct chain_link *link;

	for (uint32_t i = 0; i < ARRAY_LEN(uses); i++) {
		const struct pool_use *use = &uses[i];
		const bool is_full = use->used >= use->size;
		const bool missed = is_full && chain_pool_is_missed(in, pool, use->family);

		if (use->size == 0)
			continue;
		full |= is_full;
		broken |= missed || (is_full && chain_finding(in, CHECK_SG024,
							      &pool->group->object) != NULL);
		text = arena_printf(in->arena, "%s%s%s of %s %saddresses are used%s",
				    text != NULL ? text : "", text != NULL ? "; " : "",
				    u128_format(use->used, a), u128_format(use->size, b),
				    !both                  ? ""
				    : use->family == IP_V4 ? "IPv4 "
							   : "IPv6 ",
				    missed ? ", and a Service waits for one" : "");
	}
	if (text == NULL)
		return;
	link = chain_add(
		in, chain, "free", broken ? LINK_BROKEN : LINK_OK,
		arena_printf(in->arena, "%s%s", text,
			     full && !broken ? ": full, and no Service waits for one" : ""));
	link->action = "add a range, or move Services to another group";
}

struct pool_coverage {
	uint32_t ranges;
	uint32_t nowhere; /* no node is seen to be on their subnets */
	bool inferred;    /* the subnets of some node that covers them are a guess */
};

static void chain_cover_ranges(const struct cluster *cluster, const struct pool_range *ranges,
			       uint32_t count, struct pool_coverage *out)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct arena_mark mark = arena_mark(cluster->arena);
		struct coverage coverage = { 0 };

		if (ranges[i].range_error != RANGE_OK || !ranges[i].subnet_ok)
			continue;
		cluster_coverage(cluster, ranges[i].range, NULL, &coverage);
		out->ranges++;
		out->nowhere += coverage.candidates.count == 0;
		out->inferred |= coverage.inferred;
		arena_reset(cluster->arena, mark);
	}
}

static void chain_pool_covered(struct inspection *in, struct chain *chain,
			       const struct pool *pool)
{
	const struct finding *uncovered = chain_finding(in, CHECK_CV001, &pool->group->object);
	struct pool_coverage coverage = { 0 };
	struct chain_link *link;

	if (uncovered != NULL) {
		link = chain_add(in, chain, "covered", LINK_BROKEN, uncovered->message);
		link->action = uncovered->hint;
		return;
	}
	chain_cover_ranges(in->cluster, pool->v4.items, pool->v4.count, &coverage);
	chain_cover_ranges(in->cluster, pool->v6.items, pool->v6.count, &coverage);
	if (coverage.ranges > 0 && coverage.nowhere == 0 &&
	    (!coverage.inferred || check_lacks(CHECK_CV001, in->validation->have) == 0)) {
		chain_add(in, chain, "covered", coverage.inferred ? LINK_PREDICTED : LINK_OK,
			  "live nodes are on its subnets");
		return;
	}
	if (coverage.ranges == 0) {
		chain_add(in, chain, "covered", LINK_UNKNOWN, "it has no valid range");
		return;
	}
	chain_add(in, chain, "covered", LINK_UNKNOWN,
		  in->cluster->nodes.count == 0 ? "no nodes in the input"
						: "no node is known to be on its subnets");
	chain_ask(in, chain, "whether nodes can announce it",
		  "kubectl get nodes,leases,lbnodeagents -A -o yaml");
}

void chain_of_pool(struct inspection *in, const struct pool *pool)
{
	struct chain *chain = chain_begin(in, arena_printf(in->arena, "pool/%s", pool->name));
	const struct object *object = &pool->group->object;
	const struct finding *worst = chain_worst_finding(in, object);
	struct chain_link *link;

	chain->about = pool_type_name(pool->type);
	link = chain_add(in, chain, "accepted",
			 pool->reject == POOL_ACCEPTED ? LINK_OK : LINK_BROKEN,
			 pool->reject == POOL_ACCEPTED ? "PureLB accepts it"
						       : pool_reject_text(pool, in->arena));
	if (worst != NULL)
		link->action = worst->hint;
	chain_pool_free(in, chain, pool);
	if (pool->type == POOL_TYPE_LOCAL)
		chain_pool_covered(in, chain, pool);
	chain_finish(in, chain);
}
