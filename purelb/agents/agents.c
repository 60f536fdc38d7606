/* SPDX-License-Identifier: Apache-2.0 */
/* P4.1 to P4.3: which LBNodeAgent governs a node. */
#include "purelb/agents/agents.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/regex.h"
#include "base/text.h"
#include "config/objects/object.h"
#include "purelb/agents/bounds.h"
#include "purelb/pools/order.h"

#define DUMMY_INTERFACE "kube-lb0" /* 1.2 */

enum { REGEX_ERROR_MAX = 256, REGEXES_MAX = 1000 };

static int agents_compare_rules(const void *pa, const void *pb)
{
	const struct object *a = &((const struct agent_rule *)pa)->agent->object;
	const struct object *b = &((const struct agent_rule *)pb)->agent->object;
	int order = str_compare(a->namespace, b->namespace);

	if (order == 0)
		order = str_compare(a->name.s, b->name.s);
	return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

static bool agents_value_absent(const struct str_value *value)
{
	return value->s == NULL || value->s[0] == '\0';
}

static void agents_prepare_selector(struct agent_rule *rule, struct arena *arena)
{
	const struct label_selector *selector = &rule->agent->node_selector;

	rule->catch_all = selector_is_catch_all(selector);
	if (!rule->catch_all)
		rule->selector_error = selector_error(
			selector, arena, &rule->selector_error_pos, &rule->selector_error_path);
}

/* `compiled`: how many expressions were before. */
static void agents_prepare_local(struct agent_rule *rule, uint32_t compiled,
				 struct arena *arena)
{
	const struct agent_local *local = &rule->agent->local;
	char error[REGEX_ERROR_MAX];

	rule->dummy_interface = agents_value_absent(&local->dummy_interface)
					? DUMMY_INTERFACE
					: local->dummy_interface.s;
	if (!local->at.set)
		return;
	/* P4.3: an empty localInterface is the default one. */
	rule->is_default = agents_value_absent(&local->local_interface) ||
			   str_equal(local->local_interface.s, "default");
	if (rule->is_default)
		return;
	if (compiled >= REGEXES_MAX) {
		rule->regex_error = "expression too far down the list: only the first 1,000 "
				    "are checked";
		return;
	}
	rule->regex = regex_new(local->local_interface.s, error, sizeof(error));
	if (rule->regex == NULL)
		rule->regex_error = arena_strdup(arena, error);
}

void agents_prepare(struct agent_rules *rules, struct arena *arena,
		    const struct snapshot *snapshot, struct release release)
{
	uint32_t expressions = 0;

	*rules = (struct agent_rules){
		.lease_by_default = !release_has(release, RELEASE_LEASE_FOLLOWS),
	};
	/* 1.3.3: of every namespace. */
	ARRAY_FOREACH (struct lbnodeagent *, agent, &snapshot->agents) {
		struct agent_rule *rule = ARRAY_PUSH(arena, &rules->list);
		const struct agent_local *local = &(*agent)->local;

		rule->agent = *agent;
		agents_prepare_selector(rule, arena);
		agents_prepare_local(rule, expressions, arena);
		expressions += !rule->is_default && local->at.set;
	}
	order_sort(rules->list.items, rules->list.count, sizeof(*rules->list.items),
		   agents_compare_rules);
}

void agents_release(struct agent_rules *rules)
{
	ARRAY_FOREACH (struct agent_rule, rule, &rules->list) {
		regex_free(rule->regex);
		rule->regex = NULL;
	}
}

const char *agents_apply_bounds(struct agent_rules *rules, struct arena *arena,
				const struct snapshot *snapshot)
{
	struct bounds bounds = bounds_new(snapshot);
	const uint32_t count = rules->list.count;
	const struct object *first;
	uint32_t kept = 0;

	while (kept < count &&
	       bounds_take(&bounds, &rules->list.items[kept].agent->node_selector))
		kept++;
	if (kept == count)
		return NULL;
	first = &rules->list.items[kept].agent->object;
	for (uint32_t i = kept; i < count; i++)
		regex_free(rules->list.items[i].regex);
	rules->list.count = kept;
	return arena_printf(arena,
			    "%u LBNodeAgents are too many for %" PRIu64
			    " nodes: \"%s\" and those after it are ignored",
			    count, bounds.nodes, first->name.s);
}

/* P4.1: the rules of one kind that match, in the order of the list. */
static void agents_add_matching(const struct agent_rules *rules, bool catch_all,
				const struct label_map *labels, struct arena *arena,
				struct node_config *config)
{
	ARRAY_FOREACH (const struct agent_rule, rule, &rules->list) {
		if (rule->catch_all != catch_all || rule->selector_error != NULL)
			continue;
		if (catch_all || selector_matches(&rule->agent->node_selector, labels))
			ARRAY_ADD(arena, &config->matching, rule);
	}
}

/* P4.2 */
static const struct agent_rule *agents_first_with_local(const struct node_config *config)
{
	ARRAY_FOREACH (const struct agent_rule *, rule, &config->matching) {
		if ((*rule)->agent->local.at.set)
			return *rule;
	}
	return NULL;
}

/* P4.3 */
static enum node_state agents_find_state(const struct agent_rules *rules,
					 const struct node_config *config)
{
	if (rules->list.count == 0)
		return NODE_NO_CONFIG;
	if (config->matching.count == 0)
		return NODE_DESELECTED;
	if (config->governing == NULL)
		return NODE_NO_LOCAL;
	return config->governing->regex_error != NULL ? NODE_INVALID : NODE_CONFIGURED;
}

void agents_resolve(const struct agent_rules *rules, const struct label_map *labels,
		    struct arena *arena, struct node_config *config)
{
	*config = (struct node_config){ .lease_by_default = rules->lease_by_default };
	/* P4.1: specific ones first. */
	agents_add_matching(rules, false, labels, arena, config);
	config->specific = config->matching.count;
	agents_add_matching(rules, true, labels, arena, config);
	config->governing = agents_first_with_local(config);
	config->state = agents_find_state(rules, config);
}

const char *node_state_name(enum node_state state)
{
	static const char *const names[] = {
		[NODE_CONFIGURED] = "configured", [NODE_DESELECTED] = "deselected",
		[NODE_INVALID] = "invalid",       [NODE_NO_LOCAL] = "no-local",
		[NODE_NO_CONFIG] = "no-config",
	};

	return names[state];
}

/* P4.3 */
bool node_state_announces(enum node_state state)
{
	return state == NODE_CONFIGURED;
}
