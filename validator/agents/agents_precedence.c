/* SPDX-License-Identifier: Apache-2.0 */
/* AG006 to AG008: the LBNodeAgents that match a node together. (P4.1 to P4.3) */
#include "validator/agents/agent_checks.h"

/* "node-a (using ns/a, over ns/b, ns/c)"; nothing for what a message will not show. */
static const char *agents_override_text(struct checker *ck, const struct cluster_node *node,
					uint32_t index)
{
	const struct agent_rule *own = agent_of_node(node);
	struct agent_names over = { 0 };

	if (index >= AGENT_NAMES_MAX)
		return "";
	for (uint32_t i = 0; i < node->config.matching.count; i++) {
		const struct agent_rule *rule = node->config.matching.items[i];
		bool shown = over.list.count < AGENT_NAMES_MAX;

		if (rule != own)
			ARRAY_ADD(ck->arena, &over.list,
				  shown ? agent_full_name(ck, rule) : "");
	}
	return arena_printf(ck->arena, "%s (using %s, over %s)", node->name,
			    agent_full_name(ck, own), agent_names_join(ck, &over));
}

/* How a node with several LBNodeAgents came to its own. */
enum agent_choice {
	AGENT_CHOICE_NONE,    /* it has one, or none with spec.local, or is contested (AG007) */
	AGENT_CHOICE_SCOPED,  /* the one with a selector beats those without */
	AGENT_CHOICE_BY_NAME, /* none has a selector: the first by name */
	AGENT_CHOICE_BY_LOCAL, /* the one with a selector has no spec.local */
	AGENT_CHOICES,
};

static enum agent_choice agents_agent_choice_of(const struct cluster_node *node)
{
	const struct node_config *config = &node->config;

	if (!node->labels_known || config->governing == NULL || config->matching.count < 2 ||
	    config->specific > 1)
		return AGENT_CHOICE_NONE;
	if (config->specific == 0)
		return AGENT_CHOICE_BY_NAME;
	return config->governing->catch_all ? AGENT_CHOICE_BY_LOCAL : AGENT_CHOICE_SCOPED;
}

/* AG006: fine where a selector decides; else one of them has no effect, which is told. */
static void agents_precedence_check_overrides(struct checker *ck, enum agent_choice choice)
{
	static const char *const what[AGENT_CHOICES] = {
		[AGENT_CHOICE_SCOPED] = "scoped LBNodeAgent override",
		[AGENT_CHOICE_BY_NAME] =
			"several LBNodeAgents without nodeSelector, of which only "
			"the first by name has an effect,",
		[AGENT_CHOICE_BY_LOCAL] =
			"scoped LBNodeAgent without spec.local, and so without effect,",
	};
	struct agent_names texts = { 0 };

	ARRAY_FOREACH (struct cluster_node, node, &ck->cluster->nodes) {
		if (agents_agent_choice_of(node) == choice)
			ARRAY_ADD(ck->arena, &texts.list,
				  agents_override_text(ck, node, texts.list.count));
	}
	if (texts.list.count == 0)
		return;

	struct finding *f =
		report(ck, CHECK_AG006, NULL, (struct pos){ 0 }, "%s on %u node%s: %s",
		       what[choice], texts.list.count, texts.list.count == 1 ? "" : "s",
		       agent_names_join(ck, &texts));

	if (choice != AGENT_CHOICE_SCOPED)
		f->severity = SEVERITY_INFO;
}

/* ---- AG007, AG008: the LBNodeAgents beside the one that decides ---- */

struct node_list {
	ARRAY_OF(const struct cluster_node *) list;
};

struct rule_list {
	ARRAY_OF(const struct agent_rule *) list;
};

/*
 * The other LBNodeAgents that match the nodes of a view, each once; only those with a
 * selector when `specific`. stamps[] has one entry for each rule: the view for which it was
 * seen last.
 */
static struct rule_list agents_rivals(struct checker *ck, const struct agent_view *view,
				      const struct node_list *nodes, bool specific,
				      const struct agent_view **stamps)
{
	const struct agent_rule *rules = ck->cluster->agents.list.items;
	struct rule_list out = { 0 };

	ARRAY_FOREACH (const struct cluster_node *, node, &nodes->list) {
		const struct node_config *config = &(*node)->config;
		uint32_t end = specific ? config->specific : config->matching.count;

		for (uint32_t i = 0; i < end; i++) {
			const struct agent_rule *rule = config->matching.items[i];

			if (rule == view->rule || stamps[rule - rules] == view)
				continue;
			stamps[rule - rules] = view;
			ARRAY_ADD(ck->arena, &out.list, rule);
		}
	}
	return out;
}

static struct pos agents_selector_pos(const struct agent_rule *rule)
{
	const struct lbnodeagent *agent = rule->agent;

	return agent->node_selector.at.set ? agent->node_selector.at.pos
					   : agent->object.name.pos;
}

/* AG007 */
static void agents_precedence_check_contested(struct checker *ck, const struct agent_view *view,
					      const struct agent_view **stamps)
{
	struct node_list nodes = { 0 };
	struct agent_names texts = { 0 };

	ARRAY_FOREACH (const struct cluster_node *, node, &view->nodes) {
		if ((*node)->config.specific < 2)
			continue;
		ARRAY_ADD(ck->arena, &nodes.list, *node);
		ARRAY_ADD(ck->arena, &texts.list,
			  agents_override_text(ck, *node, texts.list.count));
	}
	if (nodes.list.count == 0)
		return;

	struct rule_list others = agents_rivals(ck, view, &nodes, true, stamps);
	struct finding *f = report(ck, CHECK_AG007, &view->rule->agent->object,
				   agents_selector_pos(view->rule),
				   "several specific nodeSelectors match %u node%s, and only "
				   "name order decides: %s",
				   nodes.list.count, nodes.list.count == 1 ? "" : "s",
				   agent_names_join(ck, &texts));

	finding_path(ck, f, "spec.nodeSelector");
	finding_hint(ck, f, "let only one LBNodeAgent select each of these nodes");
	for (uint32_t i = 0; i < others.list.count && i < AGENT_NAMES_MAX; i++)
		finding_related(ck, f, agents_selector_pos(others.list.items[i]),
				"LBNodeAgent \"%s\" also selects them",
				agent_full_name(ck, others.list.items[i]));
}

/* The default interface is that of a default route: no node is known to have none. */
static bool agents_default_has_routes(const struct checker *ck)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes)
		if (node->inventory != NULL && node->interfaces.count > 0 &&
		    node->inventory->default_routes.list.count == 0)
			return false;
	return true;
}

static void agents_report_no_local(struct checker *ck, const struct agent_rule *rule,
				   const char *nodes, const char *others)
{
	const struct object *object = &rule->agent->object;
	struct finding *f = report(ck, CHECK_AG008, object,
				   object->spec.set ? object->spec.pos : object->name.pos,
				   "LBNodeAgent \"%s\" has no spec.local%s: %s win elections "
				   "but announce no address, local or remote",
				   agent_name(rule), others, nodes);

	finding_path(ck, f, "spec");
	finding_hint(ck, f, "add spec.local; PureLB installs local: {localInterface: default}");
	if (object->spec.set && agents_default_has_routes(ck)) {
		finding_fix_add(&ck->findings, f, object->spec.pos, "spec", "local",
				"{\"localInterface\": \"default\"}");
		finding_fix_is_unsafe(f);
	}
}

/* True when spec.local is absent only because its type was wrong. */
static bool agents_local_is_broken(const struct agent_views *views,
				   const struct agent_rule *rule)
{
	return type_errors_at(&views->type_errors, &rule->agent->object, "spec.local") ||
	       type_errors_at(&views->type_errors, &rule->agent->object, "spec");
}

static bool agents_any_local_is_broken(const struct agent_views *views,
				       const struct cluster_node *node)
{
	if (views->type_errors.list.count == 0)
		return false;
	for (uint32_t i = 0; i < node->config.matching.count; i++) {
		if (agents_local_is_broken(views, node->config.matching.items[i]))
			return true;
	}
	return false;
}

/* AG008 where the nodes are known. */
static void agents_check_no_local(struct checker *ck, const struct agent_views *views,
				  const struct agent_view *view,
				  const struct agent_view **stamps)
{
	struct node_list nodes = { 0 };
	struct agent_names names = { 0 }, others = { 0 };
	const char *nor = "";

	ARRAY_FOREACH (const struct cluster_node *, node, &view->nodes) {
		if ((*node)->config.state != NODE_NO_LOCAL ||
		    agents_any_local_is_broken(views, *node))
			continue;
		ARRAY_ADD(ck->arena, &nodes.list, *node);
		ARRAY_ADD(ck->arena, &names.list, (*node)->name);
	}
	if (nodes.list.count == 0)
		return;

	struct rule_list rest = agents_rivals(ck, view, &nodes, false, stamps);

	ARRAY_FOREACH (const struct agent_rule *, rule, &rest.list)
		ARRAY_ADD(ck->arena, &others.list, agent_full_name(ck, *rule));
	if (others.list.count > 0)
		nor = arena_printf(ck->arena, ", nor has %s", agent_names_join(ck, &others));
	agents_report_no_local(
		ck, view->rule,
		arena_printf(ck->arena, "its nodes (%s)", agent_names_join(ck, &names)), nor);
}

/* AG008 without nodes: certain only where no LBNodeAgent of the input has spec.local. */
static void agents_check_none_local(struct checker *ck, const struct agent_views *views)
{
	ARRAY_FOREACH (struct agent_view, view, &views->list) {
		if (view->rule->agent->local.at.set ||
		    agents_local_is_broken(views, view->rule))
			return;
	}
	ARRAY_FOREACH (struct agent_view, view, &views->list) {
		if (view->rule->selector_error == NULL)
			agents_report_no_local(ck, view->rule, "the nodes it selects",
					       views->list.count > 1 ? ", nor has any other"
								     : "");
	}
}

static const struct agent_view **agents_new_stamps(struct checker *ck,
						   const struct agent_views *views)
{
	return arena_zalloc(ck->arena, views->list.count, sizeof(struct agent_view *));
}

void agents_check_contested(struct checker *ck)
{
	const struct agent_view **stamps = agents_new_stamps(ck, ck->agents);

	ARRAY_FOREACH (const struct agent_view, view, &ck->agents->list)
		agents_precedence_check_contested(ck, view, stamps);
}

void agents_check_without_local(struct checker *ck)
{
	const struct agent_view **stamps = agents_new_stamps(ck, ck->agents);

	ARRAY_FOREACH (const struct agent_view, view, &ck->agents->list)
		agents_check_no_local(ck, ck->agents, view, stamps);
	if (ck->agents->labeled == 0)
		agents_check_none_local(ck, ck->agents);
}

void agents_check_overrides(struct checker *ck)
{
	for (enum agent_choice choice = AGENT_CHOICE_SCOPED; choice < AGENT_CHOICES; choice++)
		agents_precedence_check_overrides(ck, choice);
}
