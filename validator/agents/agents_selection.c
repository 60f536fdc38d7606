/* SPDX-License-Identifier: Apache-2.0 */
/* AG002, AG005, AG009, OK002: which nodes an LBNodeAgent is for. (P4.1) */
#include "validator/agents/agent_checks.h"

#include "base/text.h"
#include "validator/selectors.h"

static void agents_report_bad_selector(struct checker *ck, const struct agent_rule *rule)
{
	struct finding *f = report(
		ck, CHECK_AG009, &rule->agent->object, rule->selector_error_pos,
		"nodeSelector is not valid, so it matches no node: %s", rule->selector_error);

	if (rule->selector_error_path != NULL && rule->selector_error_path[0] != '\0')
		finding_path(ck, f, "spec.nodeSelector.%s", rule->selector_error_path);
	else
		finding_path(ck, f, "spec.nodeSelector");
	finding_hint(ck, f,
		     "use operator In or NotIn with values, Exists or DoesNotExist without");
}

static void agents_report_matches_none(struct checker *ck, const struct agent_views *views,
				       const struct agent_rule *rule, struct label_keys *keys)
{
	const struct label_selector *selector = &rule->agent->node_selector;
	struct finding *f =
		report(ck, CHECK_AG002, &rule->agent->object, selector->at.pos,
		       "nodeSelector matches 0 of %u node%s: LBNodeAgent \"%s\" has "
		       "no effect",
		       views->labeled, views->labeled == 1 ? "" : "s", agent_name(rule));

	finding_path(ck, f, "spec.nodeSelector");
	selector_hint_unmet(ck, f, selector, keys);
}

static void agents_report_selects(struct checker *ck, const struct agent_views *views,
				  const struct agent_view *view)
{
	const struct object *object = &view->rule->agent->object;
	const char *what = "all nodes";
	struct finding *f;

	if (!view->rule->catch_all)
		what = arena_printf(ck->arena, "%u of %u node%s", view->selects, views->labeled,
				    views->labeled == 1 ? "" : "s");
	f = report(ck, CHECK_OK002, object, object->name.pos, "LBNodeAgent \"%s\" selects %s",
		   agent_name(view->rule), what);
	finding_path(ck, f, "metadata.name");
}

/* True when reading the selector brought up something that has its own finding. */
static bool agents_selector_is_broken(const struct agent_views *views,
				      const struct lbnodeagent *agent)
{
	ARRAY_FOREACH (struct match_expression, expression,
		       &agent->node_selector.match_expressions.list) {
		if (expression->key.s == NULL || expression->operator.s == NULL)
			return true;
	}
	return type_errors_below(&views->type_errors, &agent->object, "spec.nodeSelector");
}

static void agents_check_selector(struct checker *ck, const struct agent_views *views,
				  const struct agent_view *view, struct label_keys *keys)
{
	if (agents_selector_is_broken(views, view->rule->agent))
		return;
	if (view->rule->selector_error != NULL) {
		agents_report_bad_selector(ck, view->rule);
		return;
	}
	if (views->labeled == 0)
		return;
	if (view->selects == 0)
		agents_report_matches_none(ck, views, view->rule, keys);
	else
		agents_report_selects(ck, views, view);
}

/* AG005. Where no LBNodeAgent selects any node, what is wrong with their selectors is said of
 * each. */
void agents_check_orphans(struct checker *ck)
{
	struct agent_names names = { 0 };

	if (agent_views_select_none(ck->agents))
		return;
	ARRAY_FOREACH (struct cluster_node, node, &ck->cluster->nodes) {
		if (node->labels_known && node->config.state == NODE_DESELECTED)
			ARRAY_ADD(ck->arena, &names.list, node->name);
	}
	if (names.list.count == 0)
		return;

	bool one = names.list.count == 1;
	struct finding *f = report(ck, CHECK_AG005, NULL, (struct pos){ 0 },
				   "%u node%s selected by no LBNodeAgent and announce%s no "
				   "address: %s",
				   names.list.count, one ? " is" : "s are", one ? "s" : "",
				   agent_names_join(ck, &names));

	finding_hint(ck, f,
		     "widen a nodeSelector, or add an LBNodeAgent without one for the rest");
}

void agents_check_selection(struct checker *ck)
{
	struct label_keys keys = { 0 };

	ARRAY_FOREACH (const struct agent_view, view, &ck->agents->list)
		agents_check_selector(ck, ck->agents, view, &keys);
}
