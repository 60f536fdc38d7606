/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes before and after a change: what they advertise, and leases as they renew them. */
#include <string.h>

#include "base/text.h"
#include "sim/whatif/diff_parts.h"

#define SUBNETS_ANNOTATION "purelb.io/subnets"

/* ---- what a node selects ---- */

/* What P4.4 starts from. */
struct selection {
	const char *local_interface;
	const char *dummy_interface;
	const struct str_list *interfaces;
};

static bool advertises_nothing(const struct node_config *config)
{
	return config->state == NODE_DESELECTED || config->state == NODE_INVALID;
}

/* P4.3: nodes that announce nothing for want of a configuration take the default routes. */
static struct selection selection_of(const struct node_config *config)
{
	static const struct str_list none = { .at = { .set = false } };
	struct selection out = { "default", "kube-lb0", &none };
	const struct agent_local *local;

	if (config->state != NODE_CONFIGURED || config->governing == NULL)
		return out;
	local = &config->governing->agent->local;
	if (local->local_interface.s != NULL && local->local_interface.s[0] != '\0')
		out.local_interface = local->local_interface.s;
	out.dummy_interface = config->governing->dummy_interface;
	out.interfaces = &local->interfaces;
	return out;
}

static bool same_selection(const struct node_config *a, const struct node_config *b)
{
	const struct selection x = selection_of(a);
	const struct selection y = selection_of(b);

	if (advertises_nothing(a) != advertises_nothing(b))
		return false;
	if (!str_equal(x.local_interface, y.local_interface) ||
	    !str_equal(x.dummy_interface, y.dummy_interface) ||
	    x.interfaces->list.count != y.interfaces->list.count)
		return false;
	for (uint32_t i = 0; i < x.interfaces->list.count; i++) {
		if (!str_equal(x.interfaces->list.items[i].s, y.interfaces->list.items[i].s))
			return false;
	}
	return true;
}

static bool interfaces_known(const struct cluster_node *node)
{
	return node->inventory != NULL && node->inventory->interfaces.at.set;
}

/* ---- leases ---- */

static const char *annotation_of(const struct cluster_node *node)
{
	return label_map_text(&node->lease->object.annotations, SUBNETS_ANNOTATION);
}

/* Nobody has renewed it in between. */
static bool is_same_lease(const struct cluster_node *before, const struct cluster_node *after)
{
	return before->lease != NULL && after->lease != NULL &&
	       str_equal(before->lease->renew_time.s, after->lease->renew_time.s) &&
	       str_equal(annotation_of(before), annotation_of(after));
}

bool diff_is_guess(const struct cluster_node *before, const struct cluster_node *after)
{
	return before != NULL && after != NULL && is_same_lease(before, after) &&
	       !interfaces_known(after) && !advertises_nothing(&after->config) &&
	       !same_selection(&before->config, &after->config);
}

/* The annotation that the node writes at its next renewal; NULL: the one that is there. */
static const char *renewed(const struct cluster_node *before, const struct cluster_node *after,
			   struct arena *arena)
{
	const char *was, *is;

	if (!is_same_lease(before, after))
		return NULL;
	if (advertises_nothing(&after->config))
		return advertises_nothing(&before->config) ? NULL : "";
	if (!interfaces_known(after))
		return NULL;
	is = subnets_annotation_text(&after->from_inventory, arena);
	was = subnets_annotation_text(&before->from_inventory, arena);
	return interfaces_known(before) && str_equal(was, is) ? NULL : is;
}

static struct lease *copy_lease(const struct lease *lease, const char *annotation,
				struct arena *arena)
{
	struct lease *copy = arena_alloc(arena, sizeof(*copy));
	struct label_map *map = &copy->object.annotations;
	struct label label = { .key = { .s = SUBNETS_ANNOTATION },
			       .value = { .s = annotation } };

	*copy = *lease;
	*map = (struct label_map){ .at = lease->object.annotations.at };
	ARRAY_FOREACH (const struct label, old, &lease->object.annotations.list) {
		if (!str_equal(old->key.s, SUBNETS_ANNOTATION))
			ARRAY_ADD(arena, &map->list, *old);
		else
			label.key.pos = old->key.pos, label.value.pos = old->value.pos;
	}
	ARRAY_ADD(arena, &map->list, label);
	return copy;
}

/* The lists of a snapshot are in one order. */
static void replace_in_objects(struct snapshot *snapshot)
{
	uint32_t next = 0;

	ARRAY_FOREACH (struct object *, object, &snapshot->objects) {
		if ((*object)->kind == KIND_LEASE)
			*object = &snapshot->leases.items[next++]->object;
	}
}

bool diff_renew_leases(struct diff *diff)
{
	struct snapshot *snapshot = diff->after.snapshot;
	bool any = false;

	ARRAY_FOREACH (struct lease *, lease, &snapshot->leases) {
		const char *name = lease_node_name(*lease, snapshot->install_namespace);
		const struct cluster_node *before = NULL, *after = NULL;
		const char *annotation;

		if (name != NULL) {
			before = cluster_find_node(&diff->before.cluster, name);
			after = cluster_find_node(&diff->after.cluster, name);
		}
		/* Of several leases of a node the first counts. */
		if (before == NULL || after == NULL || after->lease != *lease)
			continue;
		annotation = renewed(before, after, &snapshot->arena);
		if (annotation == NULL)
			continue;
		*lease = copy_lease(*lease, annotation, &snapshot->arena);
		any = true;
	}
	if (any)
		replace_in_objects(snapshot);
	return any;
}

/* ---- the comparison ---- */

static bool advertises(const struct cluster_node *node, const char *text)
{
	ARRAY_FOREACH (const struct advertised, subnet, &node->subnets.list) {
		if (str_equal(subnet->text, text))
			return true;
	}
	return false;
}

struct texts {
	ARRAY_OF(const char *) list;
};

/* Subnets of `of` that `against` does not have. Dead nodes advertise nothing. */
static void difference(const struct cluster_node *of, const struct cluster_node *against,
		       struct arena *arena, struct texts *out)
{
	if (of == NULL || !of->live)
		return;
	ARRAY_FOREACH (const struct advertised, subnet, &of->subnets.list) {
		if (against == NULL || !against->live || !advertises(against, subnet->text))
			ARRAY_ADD(arena, &out->list, subnet->text);
	}
}

static const char *agent_name(const struct cluster_node *node)
{
	const struct agent_rule *rule = node->config.governing;

	return rule != NULL ? rule->agent->object.name.s : NULL;
}

/* One of the two may be NULL. */
static void compare_node(struct diff *diff, const char *name, const struct cluster_node *before,
			 const struct cluster_node *after)
{
	struct node_change *out = ARRAY_PUSH(&diff->arena, &diff->nodes);
	struct texts gained = { { 0 } };
	struct texts lost = { { 0 } };

	out->name = name;
	out->before = before;
	out->after = after;
	difference(after, before, &diff->arena, &gained);
	difference(before, after, &diff->arena, &lost);
	out->gained.items = gained.list.items;
	out->gained.count = gained.list.count;
	out->lost.items = lost.list.items;
	out->lost.count = lost.list.count;
	out->guessed = diff_is_guess(before, after);
	out->changed = before == NULL || after == NULL || before->live != after->live ||
		       before->config.state != after->config.state ||
		       out->gained.count + out->lost.count > 0 || out->guessed ||
		       !str_equal(agent_name(before), agent_name(after));
	diff->totals.nodes += out->changed;
}

/* VIPs by node, each address once for each node. */
static void count_vips(struct diff *diff)
{
	ARRAY_FOREACH (struct node_change, node, &diff->nodes) {
		if (node->before != NULL)
			node->vips_before =
				diff->before.vips
					.won[node->before - diff->before.cluster.nodes.items];
		if (node->after != NULL)
			node->vips_after =
				diff->after.vips
					.won[node->after - diff->after.cluster.nodes.items];
	}
}

void diff_nodes(struct diff *diff)
{
	const struct cluster_node *a = diff->before.cluster.nodes.items;
	const struct cluster_node *b = diff->after.cluster.nodes.items;
	const struct cluster_node *a_end = a + diff->before.cluster.nodes.count;
	const struct cluster_node *b_end = b + diff->after.cluster.nodes.count;

	while (a < a_end || b < b_end) {
		int order = 0;

		if (a == a_end || b == b_end)
			order = a == a_end ? 1 : -1;
		else
			order = str_compare(a->name, b->name);
		compare_node(diff, order <= 0 ? a->name : b->name, order <= 0 ? a : NULL,
			     order >= 0 ? b : NULL);
		a += order <= 0;
		b += order >= 0;
	}
	count_vips(diff);
}
