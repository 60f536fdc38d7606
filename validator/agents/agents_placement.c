/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AG104 to AG107: where the lbnodeagent DaemonSet runs no agent (P4.8), and which workloads of
 * PureLB cannot be understood. Where Nodes are not in the input nothing is known of them.
 */
#include "validator/agents/agent_checks.h"

#include "base/text.h"
#include "purelb/agents/leases.h"
#include "purelb/allocation/allocation.h"
#include "config/objects/workloads.h"

struct placement_tally {
	uint32_t nodes;
	struct agent_names without; /* nodes that run no agent */
	/* The one to speak of: a worker before a control plane, which seldom runs agents. */
	const struct cluster_node *first;
};

static bool agents_is_control_plane(const struct cluster_node *node)
{
	static const char *const keys[] = { "node-role.kubernetes.io/control-plane",
					    "node-role.kubernetes.io/master", NULL };
	const struct taint *taint = node->placement.taint;

	if (taint != NULL)
		return str_in(taint->key.s, keys);
	return label_map_text(&node->labels, keys[0]) != NULL ||
	       label_map_text(&node->labels, keys[1]) != NULL;
}

static bool agents_is_foreign(const struct cluster_node *node)
{
	const char *os = label_map_text(&node->labels, "kubernetes.io/os");

	return os != NULL && !str_equal(os, "linux");
}

/* How much it surprises that the node has no agent. */
static int agents_surprise(const struct cluster_node *node)
{
	return agents_is_foreign(node) ? 0 : agents_is_control_plane(node) ? 1 : 2;
}

static struct placement_tally agents_tally_placement(struct checker *ck)
{
	struct placement_tally tally = { 0 };

	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		tally.nodes++;
		if (node->placement.state != PLACEMENT_NEVER)
			continue;
		if (tally.first == NULL || agents_surprise(tally.first) < agents_surprise(node))
			tally.first = node;
		ARRAY_ADD(ck->arena, &tally.without.list, node->name);
	}
	return tally;
}

/* The toleration to write for a taint. */
static const char *agents_toleration_for(struct checker *ck, const struct taint *taint)
{
	return arena_printf(ck->arena, "{key: %s, operator: Exists, effect: %s}",
			    taint->key.s != NULL ? taint->key.s : "",
			    taint->effect.s != NULL ? taint->effect.s : "");
}

/* Where in the DaemonSet the obstacle is. */
static struct place agents_obstacle_place(const struct placement *placement)
{
	const struct workload *daemon_set = placement->daemon_set;
	struct place place = { &daemon_set->object, "metadata.name",
			       daemon_set->object.name.pos };

	if (placement->obstacle == PLACEMENT_SELECTOR) {
		place.path = "spec.template.spec.nodeSelector";
		place.pos = daemon_set->node_selector.at.pos;
	} else if (placement->obstacle == PLACEMENT_AFFINITY) {
		place.path = "spec.template.spec.affinity.nodeAffinity";
		place.pos = daemon_set->node_terms.at.pos;
	} else if (daemon_set->tolerations.at.set) {
		place.path = "spec.template.spec.tolerations";
		place.pos = daemon_set->tolerations.at.pos;
	}
	return place;
}

/* The first label that the selector asks for and the node does not have; NULL: none. */
static const struct label *agents_missing_label(const struct workload *daemon_set,
						const struct cluster_node *node)
{
	ARRAY_FOREACH (const struct label, wanted, &daemon_set->node_selector.list) {
		if (!str_equal(label_map_text(&node->labels, wanted->key.s), wanted->value.s))
			return wanted;
	}
	return NULL;
}

/* What kubelet says of its node is no label to give it. */
static void agents_hint_selector(struct checker *ck, struct finding *f,
				 const struct cluster_node *node)
{
	static const char *const kubelets[] = { "kubernetes.io/os",
						"kubernetes.io/arch",
						"kubernetes.io/hostname",
						"beta.kubernetes.io/os",
						"beta.kubernetes.io/arch",
						"node.kubernetes.io/instance-type",
						NULL };
	const struct label *label = agents_missing_label(node->placement.daemon_set, node);

	if (agents_is_foreign(node))
		finding_hint(ck, f, "leave it: the agent runs on Linux only");
	else if (label == NULL || str_in(label->key.s, kubelets))
		finding_hint(
			ck, f,
			"correct spec.template.spec.nodeSelector of the DaemonSet, so that "
			"it matches the nodes that should announce");
	else
		finding_hint(ck, f,
			     "label the nodes that should announce: kubectl label node %s "
			     "%s=%s; or correct the nodeSelector",
			     node->name, label->key.s, label->value.s);
}

static void agents_hint_placement(struct checker *ck, struct finding *f,
				  const struct cluster_node *node)
{
	const struct placement *placement = &node->placement;

	switch (placement->obstacle) {
	case PLACEMENT_TAINT:
		finding_hint(ck, f,
			     "%sadd %s to spec.template.spec.tolerations of the DaemonSet",
			     f->severity == SEVERITY_INFO
				     ? "leave it unless these nodes should announce; then "
				     : "",
			     agents_toleration_for(ck, placement->taint));
		break;
	case PLACEMENT_SELECTOR:
		agents_hint_selector(ck, f, node);
		break;
	case PLACEMENT_AFFINITY:
	case PLACEMENT_FREE:
		finding_hint(ck, f,
			     "correct the required node affinity of the DaemonSet, so that "
			     "it matches the nodes that should announce");
		break;
	}
}

/* The nodes of which something else is said than of those before, a few of them. */
static void agents_relate_others(struct checker *ck, struct finding *f,
				 const struct cluster_node *first)
{
	enum { OTHERS_MAX = 3 };
	struct agent_names told = { 0 };

	ARRAY_ADD(ck->arena, &told.list, placement_text(&first->placement, ck->arena));
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		const char *text;
		bool new = true;

		if (node->placement.state != PLACEMENT_NEVER || told.list.count > OTHERS_MAX)
			continue;
		text = placement_text(&node->placement, ck->arena);
		ARRAY_FOREACH (const char *const, other, &told.list)
			new = new && !str_equal(*other, text);
		if (!new)
			continue;
		ARRAY_ADD(ck->arena, &told.list, text);
		finding_related(ck, f, node->node->object.name.pos, "\"%s\" %s", node->name,
				text);
	}
}

/* AG104 and AG106 */
void agents_check_placement(struct checker *ck)
{
	const struct placement_tally tally = agents_tally_placement(ck);
	const bool nowhere = tally.without.list.count == tally.nodes;
	struct place place;
	struct finding *f;

	if (tally.first == NULL)
		return;
	place = agents_obstacle_place(&tally.first->placement);
	if (nowhere)
		f = report(ck, CHECK_AG104, place.object, place.pos,
			   "no agent runs on %s, so no node announces any address: \"%s\" %s",
			   tally.nodes == 1 ? "the only node"
					    : arena_printf(ck->arena, "any of the %u nodes",
							   tally.nodes),
			   tally.first->name,
			   placement_text(&tally.first->placement, ck->arena));
	else
		f = report(ck, CHECK_AG106, place.object, place.pos,
			   "%u of %u nodes run%s no agent: %s; \"%s\" %s",
			   tally.without.list.count, tally.nodes,
			   tally.without.list.count == 1 ? "s" : "",
			   agent_names_join(ck, &tally.without), tally.first->name,
			   placement_text(&tally.first->placement, ck->arena));
	f->place.path = place.path;
	agents_hint_placement(ck, f, tally.first);
	if (tally.first->placement.taint != NULL)
		finding_related(ck, f, tally.first->placement.taint->at.pos,
				"this is the taint");
	else
		finding_related(ck, f, tally.first->node->object.name.pos,
				"node \"%s\" is here", tally.first->name);
	agents_relate_others(ck, f, tally.first);
}

/* Of PureLB, by what can still be read of it. */
static bool placement_is_ours(const struct checker *ck, const struct object *object)
{
	static const char *const workloads[] = { "lbnodeagent", "allocator", NULL };
	static const char *const groups[] = { "purelb.io", "bgp.purelb.io", NULL };
	const struct workload *workload = (const struct workload *)(const void *)object;

	if (object->kind == KIND_CRD)
		return str_in(((const struct crd *)(const void *)object)->group.s, groups) ||
		       (object->name.s != NULL && str_has_suffix(object->name.s, ".purelb.io"));
	if (!str_equal(object->namespace, ck->snapshot->install_namespace))
		return false;
	return str_in(object->name.s, workloads) ||
	       (object->kind == KIND_DAEMON_SET ? workload_agent(workload)
						: workload_allocator(workload)) != NULL;
}

/* AG107 */
void agents_check_unclear(struct checker *ck, const struct object *object)
{
	struct finding *f;

	if (object->unclear == NULL ||
	    (object->kind != KIND_DAEMON_SET && object->kind != KIND_DEPLOYMENT &&
	     object->kind != KIND_CRD) ||
	    !placement_is_ours(ck, object))
		return;
	f = report(ck, CHECK_AG107, object, object->name.pos,
		   *object->name.s != '\0' ? "the %s \"%s\" is ignored: %s"
					   : "this %s%s is ignored: %s",
		   object->kind_name, object->name.s, object->unclear);
	f->place.path = *object->name.s != '\0' ? "metadata.name" : NULL;
	finding_hint(ck, f, "%s; the API server refuses the object as it is",
		     *object->name.s != '\0' ? "correct the value" : "add metadata.name");
}
