/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AG: LBNodeAgents. This file has what concerns them as a whole (AG001, AG020) and the nodes
 * of each; the rest is in agents_*.c by theme.
 */
#include "validator/agents/agent_checks.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const struct agent_rule *agent_of_node(const struct cluster_node *node)
{
	const struct node_config *config = &node->config;

	if (config->governing != NULL || config->matching.count == 0)
		return config->governing;
	return config->matching.items[0];
}

static int agents_compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void agent_names_unique(struct agent_names *names)
{
	uint32_t kept = 0;

	if (names->list.count == 0)
		return;
	qsort(names->list.items, names->list.count, sizeof(*names->list.items),
	      agents_compare_names);
	for (uint32_t i = 1; i < names->list.count; i++) {
		if (strcmp(names->list.items[i], names->list.items[kept]) != 0)
			names->list.items[++kept] = names->list.items[i];
	}
	names->list.count = kept + 1;
}

const char *agent_names_join(struct checker *ck, const struct agent_names *names)
{
	return name_list(ck->arena, names->list.items, names->list.count, AGENT_NAMES_MAX);
}

const char *agent_name(const struct agent_rule *rule)
{
	const char *name = rule->agent->object.name.s;

	return name != NULL ? name : "(no name)";
}

const char *agent_full_name(struct checker *ck, const struct agent_rule *rule)
{
	return arena_printf(ck->arena, "%s/%s", rule->agent->object.namespace,
			    agent_name(rule));
}

const char *agent_container_path(struct checker *ck, const struct workload *daemon_set,
				 const struct container *container)
{
	return arena_printf(ck->arena, "spec.template.spec.containers[%u]",
			    (unsigned)(container - daemon_set->containers.list.items));
}

static void agents_add_node(struct checker *ck, struct agent_views *views,
			    const struct cluster_node *node)
{
	const struct agent_rule *rules = ck->cluster->agents.list.items;
	const struct agent_rule *own = agent_of_node(node);

	for (uint32_t i = 0; i < node->config.matching.count; i++)
		views->list.items[node->config.matching.items[i] - rules].selects++;
	if (own != NULL)
		ARRAY_ADD(ck->arena, &views->list.items[own - rules].nodes, node);
}

void agent_views_build(struct checker *ck, struct agent_views *views)
{
	*views = (struct agent_views){ .complete = true };
	type_errors_collect(&views->type_errors, ck->snapshot, ck->arena);
	ARRAY_FOREACH (struct agent_rule, rule, &ck->cluster->agents.list) {
		struct agent_view *view = ARRAY_PUSH(ck->arena, &views->list);

		view->rule = rule;
	}
	ARRAY_FOREACH (struct cluster_node, node, &ck->cluster->nodes) {
		if (!node->labels_known) {
			views->complete = false;
			continue;
		}
		views->labeled++;
		agents_add_node(ck, views, node);
	}
}

bool agent_views_select_none(const struct agent_views *views)
{
	ARRAY_FOREACH (const struct agent_view, view, &views->list)
		if (view->selects > 0)
			return false;
	return views->list.count > 0;
}

/* AG001 */
void agents_check_any(struct checker *ck)
{
	if (ck->snapshot->agents.count > 0 || ck->snapshot->groups.count == 0)
		return;

	struct finding *f = report(ck, CHECK_AG001, NULL, (struct pos){ 0 },
				   "no LBNodeAgent in the input: without one the nodes win "
				   "elections but announce no address");

	finding_hint(ck, f,
		     "add the LBNodeAgent that PureLB installs, with spec.local, or add its "
		     "file to the input");
}

/* AG020 */
void agents_check_namespace(struct checker *ck, const struct agent_view *view)
{
	const struct object *object = &view->rule->agent->object;
	const char *install = ck->snapshot->install_namespace;

	if (str_equal(object->namespace, install) || !object_namespace_is_valid(object))
		return;

	struct finding *f =
		report(ck, CHECK_AG020, object, object->namespace_given.pos,
		       "LBNodeAgent \"%s\" is in namespace \"%s\": PureLB reads it there, but "
		       "its kubectl plugin looks only in \"%s\"",
		       agent_name(view->rule), object->namespace, install);

	finding_path(ck, f, "metadata.namespace");
	finding_hint(ck, f, "move it to \"%s\"", install);
	/* There may be one of its name, or one that follows it. */
	ARRAY_FOREACH (const struct agent_rule, rule, &ck->cluster->agents.list)
		if (rule != view->rule && str_equal(rule->agent->object.name.s, object->name.s))
			return;
	finding_fix_value(&ck->findings, f, FIX_VALUE, object->namespace, install);
	finding_fix_is_unsafe(f);
}
