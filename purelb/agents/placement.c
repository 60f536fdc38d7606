/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P4.8: the lbnodeagent is a DaemonSet. A node that its nodeSelector or its required node
 * affinity excludes, or with a taint that it does not tolerate, runs no agent: it has no lease,
 * is not a candidate and announces nothing.
 *
 * A cordoned node (spec.unschedulable) runs one: the DaemonSet controller tolerates that taint
 * by itself, like those in placement_always_tolerated. Network-unavailable is among them
 * because the agent is in the host network. Labels that the kubelet sets on every node are not
 * missed on a Node that was written by hand. Preferred affinities and other controllers' doings
 * are left out.
 */
#include "purelb/agents/placement.h"

#include "base/text.h"
#include "purelb/agents/leases.h"
#include "config/objects/workloads.h"

static const char *placement_string(const struct str_value *value)
{
	return value->s != NULL ? value->s : "";
}

static bool placement_expressions_whole(const struct match_expressions *expressions)
{
	static const char *const operators[] = { "In", "NotIn", "Exists", "DoesNotExist",
						 "Gt", "Lt",    NULL };

	ARRAY_FOREACH (const struct match_expression, e, &expressions->list)
		if (e->key.s == NULL || !str_in(placement_string(&e->operator), operators))
			return false;
	return true;
}

/* False: the API server refuses the affinity, so it is another one that holds. */
static bool placement_affinity_whole(const struct workload *daemon_set)
{
	ARRAY_FOREACH (const struct node_selector_term, term, &daemon_set->node_terms.list)
		if (!placement_expressions_whole(&term->match_expressions) ||
		    !placement_expressions_whole(&term->match_fields))
			return false;
	return true;
}

const struct workload *placement_daemon_set(const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct workload *, daemon_set, &snapshot->daemon_sets) {
		if (workload_agent(*daemon_set) != NULL &&
		    str_equal((*daemon_set)->object.namespace, snapshot->install_namespace))
			return (*daemon_set)->object.unclear == NULL &&
					       !(*daemon_set)->placement_unknown &&
					       placement_affinity_whole(*daemon_set)
				       ? *daemon_set
				       : NULL;
	}
	return NULL;
}

/* ---- nodeSelector and required node affinity ---- */

/* The kubelet sets it on every node: only a Node written by hand lacks it. */
static bool placement_label_implied(const char *key)
{
	static const char *const keys[] = { "kubernetes.io/os", "kubernetes.io/arch",
					    "kubernetes.io/hostname", NULL };

	return str_in(key, keys);
}

static bool placement_selector_matches(const struct label_map *selector,
				       const struct label_map *labels)
{
	ARRAY_FOREACH (const struct label, wanted, &selector->list) {
		const char *value = label_map_text(labels, wanted->key.s);

		if (value == NULL && placement_label_implied(wanted->key.s))
			continue;
		if (!str_equal(value, wanted->value.s))
			return false;
	}
	return true;
}

/* Gt and Lt compare whole numbers; neither holds for anything else. */
static bool placement_compares(const struct match_expression *e, const char *value)
{
	uint64_t ours, theirs;

	if (value == NULL || e->values.list.count != 1 ||
	    !parse_u64(value, 0, UINT64_MAX, &ours) ||
	    !parse_u64(placement_string(&e->values.list.items[0]), 0, UINT64_MAX, &theirs))
		return false;
	return str_equal(e->operator.s, "Gt") ? ours > theirs : ours < theirs;
}

/* `value` is NULL when the node has no such label or field. */
static bool placement_expression_holds(const struct match_expression *e, const char *value)
{
	bool listed = false;

	ARRAY_FOREACH (const struct str_value, text, &e->values.list)
		listed |= value != NULL && str_equal(text->s, value);
	if (str_equal(e->operator.s, "In"))
		return listed;
	if (str_equal(e->operator.s, "NotIn"))
		return !listed;
	if (str_equal(e->operator.s, "Exists"))
		return value != NULL;
	if (str_equal(e->operator.s, "DoesNotExist"))
		return value == NULL;
	return placement_compares(e, value);
}

static bool placement_term_holds(const struct node_selector_term *term, const struct node *node,
				 const struct label_map *labels)
{
	/* A term that asks for nothing matches nothing. */
	if (term->match_expressions.list.count + term->match_fields.list.count == 0)
		return false;
	ARRAY_FOREACH (const struct match_expression, e, &term->match_expressions.list) {
		const char *value = label_map_text(labels, e->key.s);

		if (value == NULL && placement_label_implied(placement_string(&e->key)))
			continue;
		if (!placement_expression_holds(e, value))
			return false;
	}
	/* metadata.name is the only field that there is. */
	ARRAY_FOREACH (const struct match_expression, e, &term->match_fields.list) {
		if (!placement_expression_holds(e, str_equal(e->key.s, "metadata.name")
							   ? node->object.name.s
							   : NULL))
			return false;
	}
	return true;
}

/* One of the terms has to hold. */
static bool placement_affinity_holds(const struct workload *daemon_set, const struct node *node,
				     const struct label_map *labels)
{
	if (!daemon_set->node_terms.at.set)
		return true;
	ARRAY_FOREACH (const struct node_selector_term, term, &daemon_set->node_terms.list) {
		if (placement_term_holds(term, node, labels))
			return true;
	}
	return false;
}

/* ---- taints ---- */

/* What the DaemonSet controller tolerates for every pod of a DaemonSet in the host network. */
static bool placement_always_tolerated(const struct taint *taint)
{
	static const char *const keys[] = {
		"node.kubernetes.io/not-ready",           "node.kubernetes.io/unreachable",
		"node.kubernetes.io/disk-pressure",       "node.kubernetes.io/memory-pressure",
		"node.kubernetes.io/pid-pressure",        "node.kubernetes.io/unschedulable",
		"node.kubernetes.io/network-unavailable", NULL,
	};

	return str_in(placement_string(&taint->key), keys);
}

/* An empty key with Exists tolerates every key, an empty effect every effect. */
static bool placement_tolerates(const struct toleration *toleration, const struct taint *taint)
{
	const char *effect = placement_string(&toleration->effect);
	const char *key = placement_string(&toleration->key);
	const bool exists = str_equal(toleration->operator.s, "Exists");

	if (effect[0] != '\0' && !str_equal(effect, taint->effect.s))
		return false;
	if (key[0] == '\0')
		return exists;
	if (!str_equal(key, taint->key.s))
		return false;
	return exists ||
	       str_equal(placement_string(&toleration->value), placement_string(&taint->value));
}

static const char *const placement_keep_off[] = { "NoSchedule", "NoExecute", NULL };
static const char *const placement_evict[] = { "NoExecute", NULL };

/* The first taint with one of these effects that the DaemonSet does not tolerate, or NULL;
 * without a DaemonSet none is known to be tolerated. */
static const struct taint *placement_blocking_taint(const struct workload *daemon_set,
						    const struct node *node,
						    const char *const *effects)
{
	ARRAY_FOREACH (const struct taint, taint, &node->taints.list) {
		bool tolerated = placement_always_tolerated(taint);

		if (!str_in(placement_string(&taint->effect), effects))
			continue;
		for (uint32_t i = 0;
		     daemon_set != NULL && !tolerated && i < daemon_set->tolerations.list.count;
		     i++)
			tolerated = placement_tolerates(&daemon_set->tolerations.list.items[i],
							taint);
		if (!tolerated)
			return taint;
	}
	return NULL;
}

/* ---- the rule ---- */

struct placement placement_on_node(const struct workload *daemon_set, const struct node *node,
				   const struct label_map *labels)
{
	struct placement out = { .daemon_set = daemon_set };

	if (node == NULL)
		return out;
	out.taint = placement_blocking_taint(daemon_set, node, placement_keep_off);
	if (daemon_set != NULL &&
	    !placement_selector_matches(&daemon_set->node_selector, labels))
		out.obstacle = PLACEMENT_SELECTOR;
	else if (daemon_set != NULL && !placement_affinity_holds(daemon_set, node, labels))
		out.obstacle = PLACEMENT_AFFINITY;
	else if (out.taint != NULL)
		out.obstacle = PLACEMENT_TAINT;
	if (out.obstacle != PLACEMENT_TAINT)
		out.taint = NULL;
	if (out.obstacle != PLACEMENT_FREE)
		out.state = daemon_set != NULL ? PLACEMENT_NEVER : PLACEMENT_UNCERTAIN;
	return out;
}

bool placement_stays(const struct workload *daemon_set, const struct node *node,
		     const struct label_map *labels)
{
	if (daemon_set != NULL &&
	    (!placement_selector_matches(&daemon_set->node_selector, labels) ||
	     !placement_affinity_holds(daemon_set, node, labels)))
		return false;
	return placement_blocking_taint(daemon_set, node, placement_evict) == NULL;
}

const char *placement_text(const struct placement *placement, struct arena *arena)
{
	const struct taint *taint = placement->taint;
	const char *value;

	switch (placement->obstacle) {
	case PLACEMENT_FREE:
		break;
	case PLACEMENT_SELECTOR:
		return "does not match the nodeSelector of the lbnodeagent DaemonSet";
	case PLACEMENT_AFFINITY:
		return "does not match the required node affinity of the lbnodeagent "
		       "DaemonSet";
	case PLACEMENT_TAINT:
		value = placement_string(&taint->value);
		return arena_printf(arena,
				    "has the taint %s%s%s:%s, which the lbnodeagent DaemonSet "
				    "%s",
				    placement_string(&taint->key), value[0] != '\0' ? "=" : "",
				    value, placement_string(&taint->effect),
				    placement->daemon_set != NULL ? "does not tolerate"
								  : "may not tolerate");
	}
	return NULL;
}
