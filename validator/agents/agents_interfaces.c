/* SPDX-License-Identifier: Apache-2.0 */
/* AG010 to AG012: what an LBNodeAgent selects of its nodes' interfaces. (P4.4) */
#include "validator/agents/agent_checks.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/regex.h"
#include "base/text.h"
#include "purelb/agents/interfaces.h"

static int agents_interfaces_compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* ---- AG010, AG011: the pattern on the nodes ---- */

/* True for an interface that is a node's way out, whatever it is called (br-ex, wg0). */
static bool agents_is_uplink(const struct cluster_node *node,
			     const struct node_interface *interface)
{
	static const enum ip_family families[] = { IP_V4, IP_V6 };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (default_interface(node->inventory, node->interfaces.items,
				      node->interfaces.count, families[i]) == interface)
			return true;
	}
	return false;
}

/* The pod, bridge and tunnel interfaces of a node that the pattern selects. */
static bool agents_add_internal(struct checker *ck, const struct agent_rule *rule,
				const struct cluster_node *node, struct agent_names *names)
{
	bool any = false;

	ARRAY_FOREACH (const struct node_interface *, interface, &node->selected.list) {
		const char *name = (*interface)->name;

		if (!interface_name_is_internal(name) || !regex_match(rule->regex, name) ||
		    agents_is_uplink(node, *interface))
			continue;
		ARRAY_ADD(ck->arena, &names->list, name);
		any = true;
	}
	return any;
}

/* AG010 */
void agents_check_internal(struct checker *ck, const struct agent_view *view)
{
	const struct str_value *pattern = &view->rule->agent->local.local_interface;
	struct agent_names names = { 0 }, nodes = { 0 };

	if (view->rule->regex == NULL)
		return;
	ARRAY_FOREACH (const struct cluster_node *, node, &view->nodes) {
		if ((*node)->inventory != NULL &&
		    agents_add_internal(ck, view->rule, *node, &names))
			ARRAY_ADD(ck->arena, &nodes.list, (*node)->name);
	}
	if (names.list.count == 0)
		return;
	agent_names_unique(&names);

	struct finding *f =
		report(ck, CHECK_AG010, &view->rule->agent->object, pattern->pos,
		       "localInterface \"%s\" selects pod, bridge or tunnel "
		       "interfaces: %s on %s",
		       pattern->s, agent_names_join(ck, &names), agent_names_join(ck, &nodes));

	finding_path(ck, f, "spec.local.localInterface");
	finding_hint(ck, f, "match the nodes' uplinks only, for example ^eth0$");
}

/* The names of interfaces of one node, for the hint of AG011. */
static const char *agents_interfaces_of(struct checker *ck, const struct cluster_node *node)
{
	struct agent_names names = { 0 };

	ARRAY_FOREACH (struct node_interface, interface, &node->interfaces) {
		if (!interface->loopback && !interface_name_is_internal(interface->name))
			ARRAY_ADD(ck->arena, &names.list, interface->name);
	}
	if (names.list.count == 0)
		return "none but internal ones";
	return agent_names_join(ck, &names);
}

static void agents_report_no_interface(struct checker *ck, const struct agent_rule *rule,
				       const struct cluster_node *first,
				       const struct agent_names *nodes)
{
	const struct agent_local *local = &rule->agent->local;
	bool by_list = rule->is_default;
	const char *names = agent_names_join(ck, nodes);
	struct finding *f;

	if (by_list)
		f = report(ck, CHECK_AG011, &rule->agent->object, local->interfaces.at.pos,
			   "no default route and none of \"interfaces\" on %s: nothing is "
			   "announced locally there",
			   names);
	else
		f = report(ck, CHECK_AG011, &rule->agent->object, local->local_interface.pos,
			   "localInterface \"%s\" matches no interface of %s: nothing is "
			   "announced locally there",
			   local->local_interface.s, names);
	finding_path(ck, f, "spec.local.%s", by_list ? "interfaces" : "localInterface");
	finding_hint(ck, f, "%s has: %s", first->name, agents_interfaces_of(ck, first));
}

/* AG011. With `default` and no list, a missing default route is ND002's business. */
void agents_check_no_interface(struct checker *ck, const struct agent_view *view)
{
	const struct cluster_node *first = NULL;
	struct agent_names names = { 0 };

	if (view->rule->is_default && view->rule->agent->local.interfaces.list.count == 0)
		return;
	ARRAY_FOREACH (const struct cluster_node *, at, &view->nodes) {
		const struct cluster_node *node = *at;

		if (node->config.state != NODE_CONFIGURED || node->inventory == NULL ||
		    node->interfaces.count == 0 || node->selected.list.count > 0)
			continue;
		first = first == NULL ? node : first;
		ARRAY_ADD(ck->arena, &names.list, node->name);
	}
	if (first != NULL)
		agents_report_no_interface(ck, view->rule, first, &names);
}

/* ---- AG012: the list of further interfaces ---- */

static struct finding *agents_report_listed(struct checker *ck, const struct agent_rule *rule,
					    uint32_t index, const char *what)
{
	const struct str_value *name = &rule->agent->local.interfaces.list.items[index];
	struct finding *f = report(ck, CHECK_AG012, &rule->agent->object, name->pos,
				   "interface \"%s\" %s", name->s, what);

	finding_path(ck, f, "spec.local.interfaces[%u]", index);
	return f;
}

/* Two entries of the list: index is their place in it. */
struct listed {
	const char *name;
	uint32_t index;
};

static int agents_compare_listed(const void *left, const void *right)
{
	const struct listed *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	if (order != 0)
		return order;
	return a->index < b->index ? -1 : a->index > b->index;
}

static void agents_check_listed_twice(struct checker *ck, const struct agent_rule *rule)
{
	const struct str_list *list = &rule->agent->local.interfaces;
	ARRAY_OF(struct listed) sorted = { 0 };

	for (uint32_t i = 0; i < list->list.count; i++) {
		const char *name = list->list.items[i].s;

		if (name != NULL && name[0] != '\0')
			ARRAY_ADD(ck->arena, &sorted, ((struct listed){ name, i }));
	}
	if (sorted.count < 2)
		return;
	qsort(sorted.items, sorted.count, sizeof(*sorted.items), agents_compare_listed);
	for (uint32_t i = 1; i < sorted.count; i++) {
		const struct listed *before = &sorted.items[i - 1], *item = &sorted.items[i];

		if (strcmp(before->name, item->name) != 0)
			continue;

		struct finding *f =
			agents_report_listed(ck, rule, item->index,
					     "is in the list twice: the second has no effect");

		finding_hint(ck, f, "remove one of them");
		finding_fix_remove(&ck->findings, f, FIX_REMOVE_ITEM, item->name);
		finding_related(ck, f, list->list.items[before->index].pos,
				"it is listed again here");
	}
}

static void agents_check_listed_dummy(struct checker *ck, const struct agent_rule *rule)
{
	const struct str_list *list = &rule->agent->local.interfaces;

	for (uint32_t i = 0; i < list->list.count; i++) {
		if (!str_equal(list->list.items[i].s, rule->dummy_interface))
			continue;

		struct finding *f = agents_report_listed(ck, rule, i,
							 "is the dummy interface, which PureLB "
							 "skips in this list");

		finding_hint(ck, f, "remove it from interfaces");
		finding_fix_remove(&ck->findings, f, FIX_REMOVE_ITEM, list->list.items[i].s);
		finding_fix_is_unsafe(f);
	}
}

/* The names of all interfaces of an LBNodeAgent's nodes; false when not all are known. */
static bool agents_interface_names(struct checker *ck, const struct agent_views *views,
				   const struct agent_view *view, struct agent_names *names)
{
	if (!views->complete || view->nodes.count == 0)
		return false;
	ARRAY_FOREACH (const struct cluster_node *, node, &view->nodes) {
		if ((*node)->interfaces.count == 0)
			return false;
		ARRAY_FOREACH (struct node_interface, interface, &(*node)->interfaces)
			ARRAY_ADD(ck->arena, &names->list, interface->name);
	}
	agent_names_unique(names);
	return true;
}

/* True for an entry that ought to be an interface and is none of those known. */
static bool agents_is_unknown(const struct agent_rule *rule, const char *name,
			      const struct agent_names *known)
{
	return name != NULL && name[0] != '\0' && !str_equal(name, rule->dummy_interface) &&
	       bsearch(&name, known->list.items, known->list.count, sizeof(*known->list.items),
		       agents_interfaces_compare_names) == NULL;
}

/* Those of the names that are not pod, bridge or tunnel interfaces. */
static void agents_pick_uplinks(struct checker *ck, const struct agent_names *known,
				struct agent_names *uplinks)
{
	ARRAY_FOREACH (const char *, name, &known->list) {
		if (!interface_name_is_internal(*name))
			ARRAY_ADD(ck->arena, &uplinks->list, *name);
	}
}

static void agents_hint_nearest(struct checker *ck, struct finding *f, const char *name,
				const struct agent_names *uplinks)
{
	struct nearest nearest = { .word = name };

	ARRAY_FOREACH (const char *, uplink, &uplinks->list)
		nearest_offer(&nearest, *uplink);
	if (!finding_suggest(&ck->findings, f, FIX_VALUE, &nearest))
		finding_hint(ck, f, "remove it, or correct its name");
}

static void agents_check_listed_unknown(struct checker *ck, const struct agent_views *views,
					const struct agent_view *view)
{
	enum { SEARCHES_MAX = 1 << 16 }; /* comparisons of names, for hints */
	const struct str_list *list = &view->rule->agent->local.interfaces;
	struct agent_names known = { 0 }, uplinks = { 0 };

	if (list->list.count == 0 || !agents_interface_names(ck, views, view, &known))
		return;
	agents_pick_uplinks(ck, &known, &uplinks);
	if ((uint64_t)uplinks.list.count * list->list.count > SEARCHES_MAX)
		uplinks.list.count = 0;
	for (uint32_t i = 0; i < list->list.count; i++) {
		const char *name = list->list.items[i].s;

		if (!agents_is_unknown(view->rule, name, &known))
			continue;
		agents_hint_nearest(
			ck,
			agents_report_listed(ck, view->rule, i,
					     "is on none of the nodes that this LBNodeAgent "
					     "governs: the entry has no effect"),
			name, &uplinks);
	}
}

void agents_check_listed(struct checker *ck, const struct agent_view *view)
{
	agents_check_listed_twice(ck, view->rule);
	agents_check_listed_dummy(ck, view->rule);
	agents_check_listed_unknown(ck, ck->agents, view);
}
