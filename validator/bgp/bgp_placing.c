/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG069, BG070, BG085: nodes that put no remote VIP on their dummy interface, whatever BGP
 * would make of it (spec/bgp.md 5.1).
 */
#include <inttypes.h>

#include "base/text.h"
#include "purelb/agents/leases.h"
#include "validator/bgp/bgp.h"

/* ---- BG069 ---- */

static const struct object *first_config(const struct bgp_checks *c)
{
	return &c->bgp->configs.items[0].object->object;
}

/* AG001 warns of it; where BGP waits for remote addresses they are all lost. */
static void report_no_agent(const struct bgp_checks *c)
{
	struct finding *f = bgp_report(
		c, CHECK_BG069, &c->bgp->configs.items[0],
		bgp_config_place(&c->bgp->configs.items[0]),
		"there is no LBNodeAgent: no node puts addresses of remote pools on its dummy "
		"interface, so BGPConfiguration \"%s\" has nothing to advertise",
		bgp_config_name(&c->bgp->configs.items[0]));

	finding_hint(c->ck, f, "add an LBNodeAgent with spec.local");
}

static void report_no_local(const struct bgp_checks *c, const struct agent_rule *rule,
			    const struct bgp_names *nodes)
{
	const struct object *object = &rule->agent->object;
	struct finding *f = report(
		c->ck, CHECK_BG069, object,
		object->spec.set ? object->spec.pos : object->name.pos,
		"LBNodeAgent \"%s\" has no spec.local: %s no address of a remote pool on "
		"the dummy interface, so BGP has nothing to advertise from there",
		object->name.s != NULL ? object->name.s : "",
		nodes->list.count > 0
			? arena_printf(c->ck->arena, "%s put%s", bgp_nodes_text(c, nodes),
				       nodes->list.count == 1 ? "s" : "")
			: "its nodes put");

	f->diag.path = "spec";
	finding_hint(c->ck, f,
		     "add spec.local: {localInterface: default, dummyInterface: kube-lb0}");
	finding_related(c->ck, f, first_config(c)->name.pos, "the BGPConfiguration");
}

static bool local_is_broken(const struct bgp_checks *c, const struct agent_rule *rule)
{
	return type_errors_below(&c->type_errors, &rule->agent->object, "spec");
}

/* The nodes for which this LBNodeAgent comes first and none has spec.local. (P4.3) */
static void check_agent(const struct bgp_checks *c, const struct agent_rule *rule)
{
	struct bgp_names nodes = { 0 };

	ARRAY_FOREACH (const struct cluster_node, node, &c->bgp->cluster->nodes) {
		if (node->labels_known && node->config.state == NODE_NO_LOCAL &&
		    node->config.matching.items[0] == rule)
			bgp_names_add(c, &nodes, node->name);
	}
	if (nodes.list.count > 0)
		report_no_local(c, rule, &nodes);
}

/* Without nodes: no LBNodeAgent at all has it. */
static void check_agents_alone(const struct bgp_checks *c)
{
	static const struct bgp_names nobody;
	const struct agent_rules *agents = &c->bgp->cluster->agents;

	ARRAY_FOREACH (const struct agent_rule, rule, &agents->list) {
		if (rule->agent->local.at.set || local_is_broken(c, rule))
			return;
	}
	report_no_local(c, &agents->list.items[0], &nobody);
}

static void check_local(const struct bgp_checks *c)
{
	const struct agent_rules *agents = &c->bgp->cluster->agents;

	if (!c->bgp->has_remote)
		return;
	if (agents->list.count == 0) {
		report_no_agent(c);
	} else if (!c->bgp->cluster->has_labels) {
		check_agents_alone(c);
	} else {
		ARRAY_FOREACH (const struct agent_rule, rule, &agents->list) {
			if (!local_is_broken(c, rule))
				check_agent(c, rule);
		}
	}
}

/* ---- BG070 ---- */

/* The node asks for a default route before it looks at the dummy interface (P6.3), and all
 * that is known of it are the addresses of its Node object; ND002 has the others. */
static bool asks_blindly(const struct cluster_node *node, const struct agent_rule *rule)
{
	return node->config.governing == rule && node_state_announces(node->config.state) &&
	       node->interfaces.count == 0 && node->node != NULL &&
	       node->node->addresses.list.count > 0;
}

static void check_family(const struct bgp_checks *c, const struct agent_rule *rule,
			 enum ip_family family)
{
	const struct str_value *setting = &rule->agent->local.local_interface;
	const struct object *object = &rule->agent->object;
	struct bgp_names nodes = { 0 };
	struct ip ip;
	struct finding *f;

	ARRAY_FOREACH (const struct cluster_node, node, &c->bgp->cluster->nodes) {
		if (asks_blindly(node, rule) && !bgp_internal_ip(node, family, &ip))
			bgp_names_add(c, &nodes, node->name);
	}
	if (nodes.list.count == 0)
		return;
	f = report(c->ck, CHECK_BG070, object,
		   setting->s != NULL ? setting->pos : object->name.pos,
		   "%s ha%s no %s address, so hardly an %s default route: with localInterface "
		   "\"default\" no remote %s address is put on the dummy interface there",
		   bgp_nodes_text(c, &nodes), nodes.list.count == 1 ? "s" : "ve",
		   ip_family_name(family), ip_family_name(family), ip_family_name(family));
	f->diag.path = setting->s != NULL ? "spec.local.localInterface" : "metadata.name";
	f->diag.inferred = true;
	finding_hint(c->ck, f,
		     "give the nodes an %s default route, or name an interface in "
		     "spec.local.interfaces; a NodeInventory tells for certain",
		     ip_family_name(family));
}

static void check_routes(const struct bgp_checks *c)
{
	ARRAY_FOREACH (const struct agent_rule, rule, &c->bgp->cluster->agents.list) {
		if (!rule->agent->local.at.set || !rule->is_default ||
		    rule->agent->local.interfaces.list.count > 0)
			continue;
		if ((c->bgp->remote_families & BGP_IPV4) != 0)
			check_family(c, rule, IP_V4);
		if ((c->bgp->remote_families & BGP_IPV6) != 0)
			check_family(c, rule, IP_V6);
	}
}

/* ---- BG085 ---- */

/* What every pod of a DaemonSet in the host network tolerates without being told. */
static bool always_tolerated(const struct taint *taint)
{
	static const char *const keys[] = {
		"node.kubernetes.io/not-ready",           "node.kubernetes.io/unreachable",
		"node.kubernetes.io/disk-pressure",       "node.kubernetes.io/memory-pressure",
		"node.kubernetes.io/pid-pressure",        "node.kubernetes.io/unschedulable",
		"node.kubernetes.io/network-unavailable", NULL,
	};

	return taint->key.s != NULL && str_in(taint->key.s, keys);
}

static bool given(const struct str_value *value)
{
	return value->s != NULL && value->s[0] != '\0';
}

static bool tolerates(const struct toleration *toleration, const struct taint *taint)
{
	const bool exists = str_equal(toleration->operator.s, "Exists");

	if (given(&toleration->effect) && !str_equal(toleration->effect.s, taint->effect.s))
		return false;
	if (!given(&toleration->key))
		return exists;
	if (!str_equal(toleration->key.s, taint->key.s))
		return false;
	return exists || str_equal(given(&toleration->value) ? toleration->value.s : "",
				   given(&taint->value) ? taint->value.s : "");
}

static bool is_tolerated(const struct workload *daemon_set, const struct taint *taint)
{
	if (str_equal(taint->effect.s, "PreferNoSchedule") || always_tolerated(taint))
		return true;
	ARRAY_FOREACH (const struct toleration, toleration, &daemon_set->tolerations.list) {
		if (tolerates(toleration, taint))
			return true;
	}
	return false;
}

static const struct taint *keeps_out(const struct workload *daemon_set,
				     const struct cluster_node *node)
{
	ARRAY_FOREACH (const struct taint, taint, &node->node->taints.list) {
		if (!is_tolerated(daemon_set, taint))
			return taint;
	}
	return NULL;
}

static bool is_selected(const struct workload *daemon_set, const struct cluster_node *node)
{
	ARRAY_FOREACH (const struct label, label, &daemon_set->node_selector.list) {
		if (!str_equal(label_map_text(&node->labels, label->key.s), label->value.s))
			return false;
	}
	return true;
}

static void report_unselected(const struct bgp_checks *c, const struct workload *daemon_set,
			      const struct bgp_names *nodes)
{
	struct finding *f;

	if (nodes->list.count == 0)
		return;
	f = report(c->ck, CHECK_BG085, &daemon_set->object, daemon_set->node_selector.at.key,
		   "nodeSelector of DaemonSet \"%s\" leaves out %s: no address is advertised "
		   "from there",
		   daemon_set->object.name.s != NULL ? daemon_set->object.name.s : "",
		   bgp_nodes_text(c, nodes));
	f->diag.path = "spec.template.spec.nodeSelector";
	finding_hint(c->ck, f, "label the nodes, if they are to carry traffic");
}

static void report_tainted(const struct bgp_checks *c, const struct workload *daemon_set,
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
	f->diag.path = "metadata.name";
	finding_hint(c->ck, f, "add a toleration, if the nodes are to carry traffic");
	finding_related(c->ck, f, taint->key.pos, "taint \"%s\"",
			taint->key.s != NULL ? taint->key.s : "");
}

static void check_daemon_set(const struct bgp_checks *c, const struct workload *daemon_set)
{
	struct bgp_names unselected = { 0 };
	struct bgp_names tainted = { 0 };
	const struct taint *first = NULL;

	ARRAY_FOREACH (const struct cluster_node, node, &c->bgp->cluster->nodes) {
		const struct taint *taint;

		if (node->node == NULL)
			continue;
		taint = keeps_out(daemon_set, node);
		if (!is_selected(daemon_set, node)) {
			bgp_names_add(c, &unselected, node->name);
		} else if (taint != NULL) {
			bgp_names_add(c, &tainted, node->name);
			first = first != NULL ? first : taint;
		}
	}
	report_unselected(c, daemon_set, &unselected);
	report_tainted(c, daemon_set, &tainted, first);
}

static void check_scheduling(const struct bgp_checks *c)
{
	if (!c->bgp->has_remote || !check_can_run(c->ck, CHECK_BG085))
		return;
	ARRAY_FOREACH (struct workload *, daemon_set, &c->ck->snapshot->daemon_sets) {
		if (lbnodeagent_container(*daemon_set) != NULL)
			check_daemon_set(c, *daemon_set);
	}
}

void bgp_check_placing(const struct bgp_checks *c)
{
	if (c->bgp->configs.count == 0)
		return;
	check_local(c);
	check_routes(c);
	check_scheduling(c);
}
