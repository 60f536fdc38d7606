/* SPDX-License-Identifier: Apache-2.0 */
/* AG002, AG005, AG009, OK002: which nodes an LBNodeAgent is for. (P4.1) */
#include "validator/agent_checks.h"

#include "base/nearest.h"
#include "base/text.h"
#include "config/labels.h"

static void report_bad_selector(struct checker *ck, const struct agent_rule *rule)
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

static bool any_node_matches(const struct checker *ck, const struct label_selector *selector)
{
	ARRAY_FOREACH (struct cluster_node, node, &ck->cluster->nodes) {
		if (node->labels_known && selector_matches(selector, &node->labels))
			return true;
	}
	return false;
}

/* The first key of the selector whose requirement no node meets by itself, or NULL. */
static const char *unmet_key(const struct checker *ck, const struct label_selector *selector)
{
	for (uint32_t i = 0; i < selector->match_labels.list.count; i++) {
		struct label_selector one = { .at = selector->at };

		one.match_labels.at = selector->match_labels.at;
		one.match_labels.list.items = &selector->match_labels.list.items[i];
		one.match_labels.list.count = 1;
		if (!any_node_matches(ck, &one))
			return one.match_labels.list.items->key.s;
	}
	for (uint32_t i = 0; i < selector->match_expressions.list.count; i++) {
		struct label_selector one = { .at = selector->at };

		one.match_expressions.at = selector->match_expressions.at;
		one.match_expressions.list.items = &selector->match_expressions.list.items[i];
		one.match_expressions.list.count = 1;
		if (!any_node_matches(ck, &one))
			return one.match_expressions.list.items->key.s;
	}
	return NULL;
}

static bool has_name(const struct agent_names *names, const char *name)
{
	ARRAY_FOREACH (const char *, other, &names->list) {
		if (str_equal(*other, name))
			return true;
	}
	return false;
}

/* The values that the nodes have for a label; no more than a message shows, and one. */
static struct agent_names label_values(struct checker *ck, const char *key)
{
	struct agent_names values = { 0 };

	ARRAY_FOREACH (struct cluster_node, node, &ck->cluster->nodes) {
		const char *value = label_map_text(&node->labels, key);

		if (values.list.count > AGENT_NAMES_MAX)
			break;
		if (value != NULL && !has_name(&values, value))
			ARRAY_ADD(ck->arena, &values.list, value);
	}
	return values;
}

/* The distinct label keys of the nodes. */
static void collect_keys(struct checker *ck, struct agent_names *keys)
{
	ARRAY_FOREACH (struct cluster_node, node, &ck->cluster->nodes) {
		ARRAY_FOREACH (struct label, label, &node->labels.list)
			ARRAY_ADD(ck->arena, &keys->list, label->key.s);
	}
	agent_names_unique(keys);
}

/* The nearest of the keys, or NULL; nothing is looked for where they are very many. */
static const char *nearest_key(const struct agent_names *keys, const char *key)
{
	enum { SEARCHED_MAX = 1024 };
	struct nearest nearest = { .word = key };

	if (keys->list.count > SEARCHED_MAX)
		return NULL;
	ARRAY_FOREACH (const char *, other, &keys->list)
		nearest_offer(&nearest, *other);
	return nearest.best;
}

static void hint_unmet(struct checker *ck, struct finding *f,
		       const struct label_selector *selector, struct agent_names *keys)
{
	const char *key = unmet_key(ck, selector);

	if (key == NULL) {
		finding_hint(ck, f, "no node meets all of its requirements together: drop one");
		return;
	}

	struct agent_names values = label_values(ck, key);

	if (values.list.count > 0) {
		finding_hint(ck, f, "the nodes have label %s with the values: %s", key,
			     agent_names_join(ck, &values));
		return;
	}

	if (keys->list.count == 0)
		collect_keys(ck, keys);

	const char *near = nearest_key(keys, key);

	if (near != NULL)
		finding_hint(ck, f, "no node has label %s: did you mean %s?", key, near);
	else
		finding_hint(ck, f,
			     "no node has label %s: label the nodes, or select by "
			     "another label",
			     key);
}

static void report_matches_none(struct checker *ck, const struct agent_views *views,
				const struct agent_rule *rule, struct agent_names *keys)
{
	const struct label_selector *selector = &rule->agent->node_selector;
	struct finding *f =
		report(ck, CHECK_AG002, &rule->agent->object, selector->at.pos,
		       "nodeSelector matches 0 of %u node%s: LBNodeAgent \"%s\" has "
		       "no effect",
		       views->labelled, views->labelled == 1 ? "" : "s", agent_name(rule));

	finding_path(ck, f, "spec.nodeSelector");
	hint_unmet(ck, f, selector, keys);
}

static void report_selects(struct checker *ck, const struct agent_views *views,
			   const struct agent_view *view)
{
	const struct object *object = &view->rule->agent->object;
	const char *what = "all nodes";
	struct finding *f;

	if (!view->rule->catch_all)
		what = arena_printf(ck->arena, "%u of %u node%s", view->selects,
				    views->labelled, views->labelled == 1 ? "" : "s");
	f = report(ck, CHECK_OK002, object, object->name.pos, "LBNodeAgent \"%s\" selects %s",
		   agent_name(view->rule), what);
	finding_path(ck, f, "metadata.name");
}

/* True when reading the selector brought up something that has its own finding. */
static bool selector_is_broken(const struct agent_views *views, const struct lbnodeagent *agent)
{
	ARRAY_FOREACH (struct match_expression, expression,
		       &agent->node_selector.match_expressions.list) {
		if (expression->key.s == NULL || expression->operator.s == NULL)
			return true;
	}
	return type_errors_below(&views->type_errors, &agent->object, "spec.nodeSelector");
}

static void check_selector(struct checker *ck, const struct agent_views *views,
			   const struct agent_view *view, struct agent_names *keys)
{
	if (selector_is_broken(views, view->rule->agent))
		return;
	if (view->rule->selector_error != NULL) {
		report_bad_selector(ck, view->rule);
		return;
	}
	if (!check_can_run(ck, CHECK_AG002) || views->labelled == 0)
		return;
	if (view->selects == 0)
		report_matches_none(ck, views, view->rule, keys);
	else
		report_selects(ck, views, view);
}

/* AG005 */
static void check_orphans(struct checker *ck)
{
	struct agent_names names = { 0 };

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

void agent_check_selection(struct checker *ck, const struct agent_views *views)
{
	struct agent_names keys = { 0 }; /* of the nodes' labels, once they are needed */

	ARRAY_FOREACH (struct agent_view, view, &views->list)
		check_selector(ck, views, view, &keys);
	check_orphans(ck);
}
