/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG023 to BG027, BG069, BG070 and BG085: which nodes take part. Whether there are neighbors at
 * all, the nodes that selectors leave without a session or without a peer group, and nodes that
 * put no remote VIP on their dummy interface, whatever BGP would make of it (BG5.1).
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>

#include "base/nearest.h"
#include "base/text.h"
#include "purelb/agents/leases.h"
#include "validator/selectors.h"
#include "config/objects/workloads.h"

/* ---- BG023 ---- */

static bool selection_any_in_use(const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (!peer->admin_down)
			return true;
	}
	return false;
}

static const struct pool *selection_first_remote_pool(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		if (pool->in_scope && pool->type == POOL_TYPE_REMOTE)
			return pool;
	}
	return NULL;
}

static struct bgp_place selection_neighbors_place(const struct bgp_config *config)
{
	const struct bgp_configuration *object = config->object;

	if (object->neighbors.at.set)
		return (struct bgp_place){ object->neighbors.at.key, "spec.neighbors" };
	if (object->dynamic_neighbors.at.set)
		return (struct bgp_place){ object->dynamic_neighbors.at.key,
					   "spec.dynamicNeighbors" };
	if (object->object.spec.set)
		return (struct bgp_place){ object->object.spec.key, "spec" };
	return bgp_config_place(config);
}

static void selection_check_any(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct pool *pool = selection_first_remote_pool(c);
	struct finding *f;

	if (pool == NULL || !c->bgp->has_remote || selection_any_in_use(config) ||
	    bgp_type_error(c, config, "spec.neighbors") ||
	    bgp_type_error(c, config, "spec.dynamicNeighbors"))
		return;
	f = bgp_report(c, CHECK_BG023, config, selection_neighbors_place(config),
		       "%s: the addresses of group \"%s\" are advertised to nobody",
		       config->peers.count > 0 ? "adminDown switches every neighbor off"
					       : "no neighbors and no dynamicNeighbors",
		       pool->name);
	finding_hint(c->ck, f, "%s",
		     config->peers.count > 0
			     ? "remove adminDown when the maintenance is over"
			     : "add the routers of the nodes' networks to spec.neighbors");
	finding_related(c->ck, f, pool->group->remote.at.key,
			"the addresses of this group need BGP");
}

/* ---- BG024, BG025 ---- */

static const char *selection_owner(const struct bgp_checks *c, const struct bgp_config *config,
				   uint32_t index)
{
	const uint32_t neighbors = config->object->neighbors.list.count;

	return index < neighbors ? bgp_neighbor_text(c, config, index)
				 : bgp_group_text(c, config, index - neighbors);
}

/* Reading it brought up something that has its own finding. */
static bool selection_is_broken(const struct bgp_checks *c, const struct bgp_config *config,
				const struct bgp_selector *selector)
{
	ARRAY_FOREACH (const struct match_expression, expression,
		       &selector->selector->match_expressions.list) {
		if (expression->key.s == NULL || expression->operator.s == NULL)
			return true;
	}
	return bgp_type_error(c, config, selector->path);
}

static void selection_report_invalid(const struct bgp_checks *c,
				     const struct bgp_config *config, uint32_t index)
{
	const struct bgp_selector *selector = &config->selectors.items[index];
	struct finding *f = bgp_report(
		c, CHECK_BG024, config,
		(struct bgp_place){ selector->error_pos, selector->error_path },
		"the nodeSelector of %s is invalid, which stops the whole configuration on "
		"every node before it gets to netlinkImport: %s",
		selection_owner(c, config, index), selector->error);

	finding_hint(
		c->ck, f,
		"use the operators In or NotIn with values, Exists or DoesNotExist without");
}

struct labeled {
	uint32_t nodes; /* with labels that are known */
	bool complete;  /* all of them */
};

static struct labeled selection_count_labeled(const struct bgp_checks *c)
{
	struct labeled labeled = { .complete = true };

	ARRAY_FOREACH (const struct cluster_node, node, &c->bgp->cluster->nodes) {
		labeled.nodes += node->labels_known;
		labeled.complete &= node->labels_known;
	}
	return labeled;
}

static void selection_report_none(const struct bgp_checks *c, const struct bgp_config *config,
				  uint32_t index, struct labeled labeled,
				  struct label_keys *keys)
{
	const struct bgp_selector *selector = &config->selectors.items[index];
	const bool is_group = index >= config->object->neighbors.list.count;
	struct finding *f = bgp_report(
		c, CHECK_BG025, config,
		(struct bgp_place){ selector->selector->at.pos, selector->path },
		"the nodeSelector of %s matches 0 of %u node%s: %s",
		selection_owner(c, config, index), labeled.nodes, labeled.nodes == 1 ? "" : "s",
		is_group ? "the group exists on no node" : "no node has a session with it");

	f->inferred = !labeled.complete;
	selector_hint_unmet(c->ck, f, selector->selector, keys);
}

static void selection_check_selectors(const struct bgp_checks *c,
				      const struct bgp_config *config)
{
	const struct labeled labeled = selection_count_labeled(c);
	struct label_keys keys = { 0 };

	for (uint32_t i = 0; i < config->selectors.count; i++) {
		const struct bgp_selector *selector = &config->selectors.items[i];

		if (!selector->selector->at.set || selection_is_broken(c, config, selector))
			continue;
		if (selector->error != NULL)
			selection_report_invalid(c, config, i);
		else if (labeled.nodes > 0 && selector->matches == 0)
			selection_report_none(c, config, i, labeled, &keys);
	}
}

/* ---- BG026 ---- */

/* The node puts remote addresses on its dummy interface, or would as soon as there are some. */
static bool selection_carries(const struct bgp_checks *c, const struct bgp_node *node)
{
	if (!c->bgp->has_remote || node->dummy == NULL || !node->node->labels_known)
		return false;
	if (!c->bgp->vips_known)
		return true;
	ARRAY_FOREACH (const struct bgp_vip, vip, &c->bgp->vips) {
		if (bgp_carriers_has(vip->dummies, node->index))
			return true;
	}
	return false;
}

static bool selection_has_peer(const struct bgp_node *node)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		if (peer->refusal == BGP_ACCEPTED && !peer->admin_down)
			return true;
	}
	return false;
}

static bool selection_any_node_has_peer(const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (selection_has_peer(node))
			return true;
	}
	return false;
}

/* What takes the peers of all nodes alike has findings of its own. */
static void selection_check_lonely(const struct bgp_checks *c, const struct bgp_config *config)
{
	const bool others = selection_any_node_has_peer(config);
	struct bgp_names names = { 0 };
	struct finding *f;

	if (!selection_any_in_use(config))
		return;
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (!selection_has_peer(node) && (others || node->peers.count == 0) &&
		    selection_carries(c, node))
			bgp_names_add(c, &names, node->node->name);
	}
	if (names.list.count == 0)
		return;
	f = bgp_report(
		c, CHECK_BG026, config, selection_neighbors_place(config),
		"no session on %s, which announce%s remote addresses: no router sends traffic "
		"there, and an address announced only there is unreachable",
		bgp_nodes_text(c, &names), names.list.count == 1 ? "s" : "");
	finding_hint(
		c->ck, f,
		"add a neighbor for %s or widen a nodeSelector; or keep remote addresses off "
		"with an LBNodeAgent that does not select %s",
		names.list.count == 1 ? "this node" : "these nodes",
		names.list.count == 1 ? "it" : "them");
}

/* ---- BG027 ---- */

static const struct str_value *selection_group_value(const struct bgp_peer *peer)
{
	return peer->dynamic != NULL ? &peer->dynamic->peer_group
				     : &peer->neighbor->config.peer_group;
}

static struct bgp_place selection_group_value_place(const struct bgp_checks *c,
						    const struct bgp_config *config,
						    const struct bgp_peer *peer)
{
	const struct pos pos = selection_group_value(peer)->pos;

	return peer->dynamic != NULL
		       ? bgp_dynamic_place(c, config, peer->index, pos, "peerGroup")
		       : bgp_neighbor_place(c, config, peer->index, pos, "config.peerGroup");
}

static void selection_report_unknown_group(const struct bgp_checks *c,
					   const struct bgp_config *config,
					   const struct bgp_peer *peer)
{
	const char *name =
		selection_group_value(peer)->s != NULL ? selection_group_value(peer)->s : "";
	struct nearest near = { .word = name };
	struct finding *f = bgp_report(
		c, CHECK_BG027, config, selection_group_value_place(c, config, peer),
		"peer group \"%s\" does not exist: k8gobgp leaves out %s on every node", name,
		bgp_peer_text(c, config, peer));

	ARRAY_FOREACH (const struct bgp_peer_group, group, &config->object->peer_groups.list) {
		if (group->config.peer_group_name.s != NULL)
			nearest_offer(&near, group->config.peer_group_name.s);
	}
	if (!finding_suggest(&c->ck->findings, f, FIX_VALUE, &near))
		finding_hint(c->ck, f, "define it in spec.peerGroups");
}

/* The nodes that the entry is for and its group is not; true when both are for some node. */
static bool selection_collect_lacking(const struct bgp_checks *c,
				      const struct bgp_config *config,
				      const struct bgp_peer *peer, struct bgp_names *names)
{
	bool somewhere = false;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_peer *there = bgp_peer_on(node, peer);

		if (there == NULL)
			continue;
		if (there->refusal != BGP_GROUP_MISSING)
			somewhere = true;
		else if (node->node->labels_known)
			bgp_names_add(c, names, node->node->name);
	}
	return somewhere;
}

/* Dynamic neighbors can only be kept to some nodes by the selector of their group. */
static void selection_check_group_on_nodes(const struct bgp_checks *c,
					   const struct bgp_config *config,
					   const struct bgp_peer *peer)
{
	struct bgp_names names = { 0 };
	const bool somewhere = selection_collect_lacking(c, config, peer, &names);
	struct finding *f;

	if (names.list.count == 0)
		return;
	f = bgp_report(c, CHECK_BG027, config, selection_group_value_place(c, config, peer),
		       "peer group \"%s\" is not on %s: k8gobgp leaves out %s there",
		       selection_group_value(peer)->s, bgp_nodes_text(c, &names),
		       bgp_peer_text(c, config, peer));
	if (peer->dynamic != NULL && somewhere)
		f->severity = SEVERITY_INFO;
	finding_hint(
		c->ck, f, "%s",
		peer->dynamic != NULL
			? "leave it if it is meant for the other nodes; otherwise widen the "
			  "nodeSelector of the group"
			: "give the group a nodeSelector that matches at least the nodes of "
			  "its members, or remove its nodeSelector");
	finding_related(c->ck, f,
			bgp_group_place(c, config, peer->group_index,
					peer->group->node_selector.at.pos, "nodeSelector")
				.pos,
			"this selects the nodes of the group");
}

static void selection_check_missing_groups(const struct bgp_checks *c,
					   const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (selection_group_value(peer)->s == NULL)
			continue;
		if (peer->refusal == BGP_GROUP_MISSING)
			selection_report_unknown_group(c, config, peer);
		else if (peer->group != NULL)
			selection_check_group_on_nodes(c, config, peer);
	}
}

void bgp_check_selection(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		selection_check_any(c, config);
		selection_check_selectors(c, config);
		selection_check_lonely(c, config);
		selection_check_missing_groups(c, config);
	}
}

/* ---- BG069 ---- */

static const struct object *placing_first_config(const struct bgp_checks *c)
{
	return &c->bgp->configs.items[0].object->object;
}

/* AG001 warns of it; where BGP waits for remote addresses they are all lost. */
static void placing_report_no_agent(const struct bgp_checks *c)
{
	struct finding *f = bgp_report(
		c, CHECK_BG069, &c->bgp->configs.items[0],
		bgp_config_place(&c->bgp->configs.items[0]),
		"there is no LBNodeAgent: no node puts addresses of remote pools on its dummy "
		"interface, so BGPConfiguration \"%s\" has nothing to advertise",
		bgp_config_name(&c->bgp->configs.items[0]));

	finding_hint(c->ck, f, "add an LBNodeAgent with spec.local");
}

static void placing_report_no_local(const struct bgp_checks *c, const struct agent_rule *rule,
				    const struct bgp_names *nodes)
{
	const struct object *object = &rule->agent->object;
	struct finding *f = report(
		c->ck, CHECK_BG069, object,
		object->spec.set ? object->spec.pos : object->name.pos,
		"LBNodeAgent \"%s\" has no spec.local: %s no address of a remote pool on the "
		"dummy interface, so BGP has nothing to advertise there",
		object->name.s != NULL ? object->name.s : "",
		nodes->list.count > 0
			? arena_printf(c->ck->arena, "%s put%s", bgp_nodes_text(c, nodes),
				       nodes->list.count == 1 ? "s" : "")
			: "its nodes put");

	f->place.path = "spec";
	finding_hint(c->ck, f,
		     "add spec.local: {localInterface: default, dummyInterface: kube-lb0}");
	finding_related(c->ck, f, placing_first_config(c)->name.pos, "the BGPConfiguration");
}

static bool placing_local_is_broken(const struct bgp_checks *c, const struct agent_rule *rule)
{
	return type_errors_below(&c->type_errors, &rule->agent->object, "spec");
}

/* The nodes for which this LBNodeAgent comes first and none has spec.local. (P4.3) */
static void placing_check_agent(const struct bgp_checks *c, const struct agent_rule *rule)
{
	struct bgp_names nodes = { 0 };

	ARRAY_FOREACH (const struct cluster_node, node, &c->bgp->cluster->nodes) {
		if (node->labels_known && node->config.state == NODE_NO_LOCAL &&
		    node->config.matching.items[0] == rule)
			bgp_names_add(c, &nodes, node->name);
	}
	if (nodes.list.count > 0)
		placing_report_no_local(c, rule, &nodes);
}

/* Without nodes: no LBNodeAgent at all has it. */
static void placing_check_agents_alone(const struct bgp_checks *c)
{
	static const struct bgp_names nobody;
	const struct agent_rules *agents = &c->bgp->cluster->agents;

	ARRAY_FOREACH (const struct agent_rule, rule, &agents->list) {
		if (rule->agent->local.at.set || placing_local_is_broken(c, rule))
			return;
	}
	placing_report_no_local(c, &agents->list.items[0], &nobody);
}

static void placing_check_local(const struct bgp_checks *c)
{
	const struct agent_rules *agents = &c->bgp->cluster->agents;

	if (!c->bgp->has_remote)
		return;
	if (agents->list.count == 0) {
		placing_report_no_agent(c);
	} else if (!c->bgp->cluster->has_labels) {
		placing_check_agents_alone(c);
	} else {
		ARRAY_FOREACH (const struct agent_rule, rule, &agents->list) {
			if (!placing_local_is_broken(c, rule))
				placing_check_agent(c, rule);
		}
	}
}

/* ---- BG070 ---- */

/* The node asks for a default route before it looks at the dummy interface (P6.3), and all
 * that is known of it are the addresses of its Node object; ND002 has the others. */
static bool placing_asks_blindly(const struct cluster_node *node, const struct agent_rule *rule)
{
	return node->config.governing == rule && node_state_announces(node->config.state) &&
	       node->interfaces.count == 0 && node->node != NULL &&
	       node->node->addresses.list.count > 0;
}

static void placing_check_family(const struct bgp_checks *c, const struct agent_rule *rule,
				 enum ip_family family)
{
	const struct str_value *setting = &rule->agent->local.local_interface;
	const struct object *object = &rule->agent->object;
	struct bgp_names nodes = { 0 };
	struct ip ip;
	struct finding *f;

	ARRAY_FOREACH (const struct cluster_node, node, &c->bgp->cluster->nodes) {
		if (placing_asks_blindly(node, rule) && !bgp_internal_ip(node, family, &ip) &&
		    !bgp_has_subnet(node, family))
			bgp_names_add(c, &nodes, node->name);
	}
	if (nodes.list.count == 0)
		return;
	f = report(
		c->ck, CHECK_BG070, object,
		setting->s != NULL ? setting->pos : object->name.pos,
		"%s ha%s no %s address, so probably no %s default route: with localInterface "
		"\"default\" no remote %s address is put on the dummy interface there",
		bgp_nodes_text(c, &nodes), nodes.list.count == 1 ? "s" : "ve",
		ip_family_name(family), ip_family_name(family), ip_family_name(family));
	f->place.path = setting->s != NULL ? "spec.local.localInterface" : "metadata.name";
	f->inferred = true;
	finding_hint(c->ck, f,
		     "give the nodes an %s default route, or name an interface in "
		     "spec.local.interfaces; a NodeInventory makes it certain",
		     ip_family_name(family));
}

static void placing_check_routes(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct agent_rule, rule, &c->bgp->cluster->agents.list) {
		if (!rule->agent->local.at.set || !rule->is_default ||
		    rule->agent->local.interfaces.list.count > 0)
			continue;
		if ((c->bgp->remote_families & BGP_IPV4) != 0)
			placing_check_family(c, rule, IP_V4);
		if ((c->bgp->remote_families & BGP_IPV6) != 0)
			placing_check_family(c, rule, IP_V6);
	}
}

/* ---- BG085 ---- */

static void placing_report_unselected(const struct bgp_checks *c,
				      const struct workload *daemon_set,
				      const struct bgp_names *nodes, bool affinity)
{
	struct finding *f;

	if (nodes->list.count == 0)
		return;
	f = report(c->ck, CHECK_BG085, &daemon_set->object,
		   affinity ? daemon_set->node_terms.at.key : daemon_set->node_selector.at.key,
		   "%s of DaemonSet \"%s\" leaves out %s: no address is advertised from there",
		   affinity ? "required node affinity" : "nodeSelector",
		   daemon_set->object.name.s != NULL ? daemon_set->object.name.s : "",
		   bgp_nodes_text(c, nodes));
	f->place.path = affinity ? "spec.template.spec.affinity.nodeAffinity"
				 : "spec.template.spec.nodeSelector";
	finding_hint(c->ck, f, "label the nodes if they should carry traffic");
}

static void placing_report_tainted(const struct bgp_checks *c,
				   const struct workload *daemon_set,
				   const struct bgp_names *nodes, const struct taint *taint)
{
	struct finding *f;

	if (nodes->list.count == 0)
		return;
	f = report(c->ck, CHECK_BG085, &daemon_set->object, daemon_set->object.name.pos,
		   "DaemonSet \"%s\" does not tolerate a taint of %s: no address is advertised "
		   "from there",
		   daemon_set->object.name.s != NULL ? daemon_set->object.name.s : "",
		   bgp_nodes_text(c, nodes));
	f->place.path = "metadata.name";
	finding_hint(c->ck, f, "add a toleration if the nodes should carry traffic");
	finding_related(c->ck, f, taint->key.pos, "taint \"%s\"",
			taint->key.s != NULL ? taint->key.s : "");
}

static void placing_check_daemon_set(const struct bgp_checks *c,
				     const struct workload *daemon_set)
{
	struct bgp_names unselected = { 0 };
	struct bgp_names repelled = { 0 };
	struct bgp_names tainted = { 0 };
	const struct taint *first = NULL;

	ARRAY_FOREACH (const struct cluster_node, node, &c->bgp->cluster->nodes) {
		const struct placement placement =
			placement_on_node(daemon_set, node->node, &node->labels);

		if (placement.obstacle == PLACEMENT_TAINT) {
			bgp_names_add(c, &tainted, node->name);
			first = first != NULL ? first : placement.taint;
		} else if (placement.obstacle == PLACEMENT_AFFINITY) {
			bgp_names_add(c, &repelled, node->name);
		} else if (placement.obstacle == PLACEMENT_SELECTOR) {
			bgp_names_add(c, &unselected, node->name);
		}
	}
	placing_report_unselected(c, daemon_set, &unselected, false);
	placing_report_unselected(c, daemon_set, &repelled, true);
	placing_report_tainted(c, daemon_set, &tainted, first);
}

static void placing_check_scheduling(const struct bgp_checks *c)
{
	if (!c->bgp->has_remote || !check_can_run(c->ck, CHECK_BG085))
		return;
	ARRAY_FOREACH (struct workload *, daemon_set, &c->ck->snapshot->daemon_sets) {
		if (workload_agent(*daemon_set) != NULL)
			placing_check_daemon_set(c, *daemon_set);
	}
}

void bgp_check_placing(const struct bgp_checks *c)
{
	if (c->bgp->configs.count == 0)
		return;
	placing_check_local(c);
	placing_check_routes(c);
	placing_check_scheduling(c);
}
