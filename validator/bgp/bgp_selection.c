/* SPDX-License-Identifier: Apache-2.0 */
/* BG023 to BG027: whether there are neighbors, on which nodes, and groups that are not there.
 */
#include "validator/bgp/bgp.h"

#include "base/nearest.h"
#include "base/text.h"
#include "validator/selectors.h"

/* ---- BG023 ---- */

static bool any_in_use(const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (!peer->admin_down)
			return true;
	}
	return false;
}

static const struct pool *first_remote_pool(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct pool, pool, &c->bgp->cluster->pools.list) {
		if (pool->in_scope && pool->type == POOL_TYPE_REMOTE)
			return pool;
	}
	return NULL;
}

static struct bgp_place neighbors_place(const struct bgp_config *config)
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

static void check_any(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct pool *pool = first_remote_pool(c);
	struct finding *f;

	if (pool == NULL || !c->bgp->has_remote || any_in_use(config) ||
	    bgp_type_error(c, config, "spec.neighbors") ||
	    bgp_type_error(c, config, "spec.dynamicNeighbors"))
		return;
	f = bgp_report(c, CHECK_BG023, config, neighbors_place(config),
		       "%s: nobody is told of the addresses of group \"%s\"",
		       config->peers.count > 0 ? "every neighbor is switched off by adminDown"
					       : "no neighbors and no dynamicNeighbors",
		       pool->name);
	finding_hint(c->ck, f, "%s",
		     config->peers.count > 0
			     ? "take adminDown out when the maintenance is over"
			     : "add the routers of the nodes' networks to spec.neighbors");
	finding_related(c->ck, f, pool->group->remote.at.key,
			"the addresses of this group are for BGP");
}

/* ---- BG024, BG025 ---- */

static const char *selector_owner(const struct bgp_checks *c, const struct bgp_config *config,
				  uint32_t index)
{
	const uint32_t neighbors = config->object->neighbors.list.count;

	return index < neighbors ? bgp_neighbor_text(c, config, index)
				 : bgp_group_text(c, config, index - neighbors);
}

/* Reading it brought up something that has its own finding. */
static bool selector_is_broken(const struct bgp_checks *c, const struct bgp_config *config,
			       const struct bgp_selector *selector)
{
	ARRAY_FOREACH (const struct match_expression, expression,
		       &selector->selector->match_expressions.list) {
		if (expression->key.s == NULL || expression->operator.s == NULL)
			return true;
	}
	return bgp_type_error(c, config, selector->path);
}

static void report_invalid(const struct bgp_checks *c, const struct bgp_config *config,
			   uint32_t index)
{
	const struct bgp_selector *selector = &config->selectors.items[index];
	struct finding *f =
		bgp_report(c, CHECK_BG024, config,
			   (struct bgp_place){ selector->error_pos, selector->error_path },
			   "the nodeSelector of %s is not valid, which stops the whole "
			   "configuration on every node before netlinkImport is reached: %s",
			   selector_owner(c, config, index), selector->error);

	finding_hint(c->ck, f,
		     "use operator In or NotIn with values, Exists or DoesNotExist without");
}

struct labelled {
	uint32_t nodes; /* with labels that are known */
	bool complete;  /* all of them */
};

static struct labelled count_labelled(const struct bgp_checks *c)
{
	struct labelled labelled = { .complete = true };

	ARRAY_FOREACH (const struct cluster_node, node, &c->bgp->cluster->nodes) {
		labelled.nodes += node->labels_known;
		labelled.complete &= node->labels_known;
	}
	return labelled;
}

static void report_none(const struct bgp_checks *c, const struct bgp_config *config,
			uint32_t index, struct labelled labelled, struct label_keys *keys)
{
	const struct bgp_selector *selector = &config->selectors.items[index];
	const bool is_group = index >= config->object->neighbors.list.count;
	struct finding *f = bgp_report(
		c, CHECK_BG025, config,
		(struct bgp_place){ selector->selector->at.pos, selector->path },
		"the nodeSelector of %s matches 0 of %u node%s: %s",
		selector_owner(c, config, index), labelled.nodes,
		labelled.nodes == 1 ? "" : "s",
		is_group ? "the group exists nowhere" : "no node has a session with it");

	f->diag.inferred = !labelled.complete;
	selector_hint_unmet(c->ck, f, selector->selector, keys);
}

static void check_selectors(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct labelled labelled = count_labelled(c);
	struct label_keys keys = { 0 };

	for (uint32_t i = 0; i < config->selectors.count; i++) {
		const struct bgp_selector *selector = &config->selectors.items[i];

		if (!selector->selector->at.set || selector_is_broken(c, config, selector))
			continue;
		if (selector->error != NULL)
			report_invalid(c, config, i);
		else if (labelled.nodes > 0 && selector->matches == 0)
			report_none(c, config, i, labelled, &keys);
	}
}

/* ---- BG026 ---- */

/* The node puts remote addresses on its dummy interface, or would as soon as there are some. */
static bool carries(const struct bgp_checks *c, const struct bgp_node *node)
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

static bool has_peer(const struct bgp_node *node)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		if (peer->refusal == BGP_ACCEPTED && !peer->admin_down)
			return true;
	}
	return false;
}

static bool any_node_has_peer(const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (has_peer(node))
			return true;
	}
	return false;
}

/* What takes the peers of all nodes alike has findings of its own. */
static void check_lonely(const struct bgp_checks *c, const struct bgp_config *config)
{
	const bool others = any_node_has_peer(config);
	struct bgp_names names = { 0 };
	struct finding *f;

	if (!any_in_use(config))
		return;
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (!has_peer(node) && (others || node->peers.count == 0) && carries(c, node))
			bgp_names_add(c, &names, node->node->name);
	}
	if (names.list.count == 0)
		return;
	f = bgp_report(c, CHECK_BG026, config, neighbors_place(config),
		       "no session on %s, which announce%s remote addresses: no router sends "
		       "traffic there, and an address that is there alone is unreachable",
		       bgp_nodes_text(c, &names), names.list.count == 1 ? "s" : "");
	finding_hint(c->ck, f,
		     "add a neighbor for %s, or widen a nodeSelector; or keep remote addresses "
		     "off by an LBNodeAgent that does not select %s",
		     names.list.count == 1 ? "this node" : "these nodes",
		     names.list.count == 1 ? "it" : "them");
}

/* ---- BG027 ---- */

static const struct str_value *group_value(const struct bgp_peer *peer)
{
	return peer->dynamic != NULL ? &peer->dynamic->peer_group
				     : &peer->neighbor->config.peer_group;
}

static struct bgp_place group_value_place(const struct bgp_checks *c,
					  const struct bgp_config *config,
					  const struct bgp_peer *peer)
{
	const struct pos pos = group_value(peer)->pos;

	return peer->dynamic != NULL
		       ? bgp_dynamic_place(c, config, peer->index, pos, "peerGroup")
		       : bgp_neighbor_place(c, config, peer->index, pos, "config.peerGroup");
}

static void report_unknown_group(const struct bgp_checks *c, const struct bgp_config *config,
				 const struct bgp_peer *peer)
{
	const char *name = group_value(peer)->s != NULL ? group_value(peer)->s : "";
	struct nearest near = { .word = name };
	struct finding *f =
		bgp_report(c, CHECK_BG027, config, group_value_place(c, config, peer),
			   "there is no peer group \"%s\": k8gobgp leaves %s out on every node",
			   name, bgp_peer_text(c, config, peer));

	ARRAY_FOREACH (const struct bgp_peer_group, group, &config->object->peer_groups.list) {
		if (group->config.peer_group_name.s != NULL)
			nearest_offer(&near, group->config.peer_group_name.s);
	}
	if (near.best != NULL)
		finding_hint(c->ck, f, "did you mean \"%s\"?", near.best);
	else
		finding_hint(c->ck, f, "define it in spec.peerGroups");
}

/* The nodes that the entry is for and its group is not; true when it is somewhere, too. */
static bool collect_lacking(const struct bgp_checks *c, const struct bgp_config *config,
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
static void check_group_on_nodes(const struct bgp_checks *c, const struct bgp_config *config,
				 const struct bgp_peer *peer)
{
	struct bgp_names names = { 0 };
	const bool somewhere = collect_lacking(c, config, peer, &names);
	struct finding *f;

	if (names.list.count == 0)
		return;
	f = bgp_report(c, CHECK_BG027, config, group_value_place(c, config, peer),
		       "peer group \"%s\" is not on %s: k8gobgp leaves %s out there",
		       group_value(peer)->s, bgp_nodes_text(c, &names),
		       bgp_peer_text(c, config, peer));
	if (peer->dynamic != NULL && somewhere)
		f->severity = SEVERITY_INFO;
	finding_hint(
		c->ck, f, "%s",
		peer->dynamic != NULL
			? "nothing, if it is meant for the other nodes; else widen the "
			  "nodeSelector of the group"
			: "give the group a nodeSelector that matches at least the nodes of "
			  "its members, or none");
	finding_related(c->ck, f,
			bgp_group_place(c, config, peer->group_index,
					peer->group->node_selector.at.pos, "nodeSelector")
				.pos,
			"this says where the group is");
}

static void check_missing_groups(const struct bgp_checks *c, const struct bgp_config *config)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &config->peers) {
		if (group_value(peer)->s == NULL)
			continue;
		if (peer->refusal == BGP_GROUP_MISSING)
			report_unknown_group(c, config, peer);
		else if (peer->group != NULL)
			check_group_on_nodes(c, config, peer);
	}
}

void bgp_check_selection(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		check_any(c, config);
		check_selectors(c, config);
		check_lonely(c, config);
		check_missing_groups(c, config);
	}
}
