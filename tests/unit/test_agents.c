/* SPDX-License-Identifier: Apache-2.0 */
/* 1.3.3 and P4.1 to P4.3: which LBNodeAgent governs a node. */
#include "tests/unit/suites.h"

#include "base/text.h"
#include "purelb/agents/agents.h"
#include "tests/unit/pieces.h"

/* An LBNodeAgent; `spec` in flow style. */
#define AGENT_IN(ns, name, spec)                                                               \
	"apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: " name                  \
	", namespace: " ns "}\nspec: {" spec "}\n"
#define AGENT(name, spec) AGENT_IN("purelb-system", name, spec)
#define RACK(rack)        "nodeSelector: {matchLabels: {rack: " rack "}}"

/* Prepared agents and what follows for a node with the labels rack=r1 and zone=z1. */
struct world {
	struct snapshot *snapshot;
	struct agent_rules rules;
	struct node_config config;
};

static struct world resolve_agents(const char *const *agents)
{
	struct world w = { .snapshot = load_pieces(agents) };
	struct label labels[] = {
		{ .key.s = "rack", .value.s = "r1" },
		{ .key.s = "zone", .value.s = "z1" },
	};
	const struct label_map map = { .list = { .items = labels, .count = 2 } };

	agents_prepare(&w.rules, &w.snapshot->arena, w.snapshot, RELEASE_0_17);
	agents_resolve(&w.rules, &map, &w.snapshot->arena, &w.config);
	return w;
}

static void release_agents(struct world *w)
{
	agents_release(&w->rules);
	snapshot_release(w->snapshot);
}

static const char *name_of(const struct agent_rule *rule)
{
	return rule != NULL ? rule->agent->object.name.s : "none";
}

/* "matching, in order | governing | state" */
static void expect(const char *expected, const char *const *agents)
{
	struct world w = resolve_agents(agents);
	struct text found = { 0 };

	ARRAY_FOREACH (const struct agent_rule *, rule, &w.config.matching)
		text_printf(&found, "%s ", name_of(*rule));
	text_printf(&found, "| %s | %s", name_of(w.config.governing),
		    node_state_name(w.config.state));
	ck_assert_str_eq(text_str(&found), expected);
	text_release(&found);
	release_agents(&w);
}

/* test: P4.1 */
START_TEST(precedence)
{
	expect("default | default | configured", PIECES(AGENT("default", "local: {}")));
	/* Specific ones first, each part by namespace and name. */
	expect("zz yy z b a | zz | configured",
	       PIECES(AGENT("a", "local: {}"), AGENT("z", RACK("r1") ", local: {}"),
		      AGENT("yy", RACK("r1") ", local: {}"),
		      AGENT_IN("a-namespace", "zz", RACK("r1") ", local: {}"),
		      AGENT_IN("a-namespace", "b", "local: {}")));
	expect("all | all | configured",
	       PIECES(AGENT("other", RACK("r2") ", local: {}"), AGENT("all", "local: {}")));
	/* An empty selector is as good as none. */
	expect("one empty | one | configured",
	       PIECES(AGENT("empty", "nodeSelector: {}, local: {}"),
		      AGENT("one", RACK("r1") ", local: {}")));
	expect("empty | empty | configured",
	       PIECES(AGENT("empty", "nodeSelector: {matchLabels: {}, matchExpressions: []},"
				     " local: {}")));
}
END_TEST

/* test: P4.1: an invalid selector matches no node, whatever else is in it */
START_TEST(invalid_selectors)
{
	static const char bad[] =
		AGENT("bad", "nodeSelector: {matchLabels: {rack: r1}, matchExpressions: "
			     "[{key: rack, operator: Is, values: [r1]}]}, local: {}");
	struct world w = resolve_agents(PIECES(bad));

	ck_assert_uint_eq(w.rules.list.count, 1);
	ck_assert_ptr_nonnull(w.rules.list.items[0].selector_error);
	ck_assert_str_eq(w.rules.list.items[0].selector_error_path,
			 "matchExpressions[0].operator");
	ck_assert_uint_gt(w.rules.list.items[0].selector_error_pos.line, 0);
	release_agents(&w);
	expect("| none | deselected", PIECES(bad));
	/* It would match if nobody looked. */
	expect("| none | deselected",
	       PIECES(AGENT("bad", "nodeSelector: {matchExpressions: "
				   "[{key: rack, operator: Exists, values: [r1]}]},"
				   " local: {}")));
	expect("good | good | configured",
	       PIECES(AGENT("good", "nodeSelector: {matchExpressions: "
				    "[{key: rack, operator: NotIn, values: [r2]},"
				    " {key: zone, operator: Exists},"
				    " {key: gone, operator: DoesNotExist}]}, local: {}")));
}
END_TEST

/* test: P4.2 */
START_TEST(governing_has_local)
{
	expect("one all | all | configured",
	       PIECES(AGENT("one", RACK("r1")), AGENT("all", "local: {}")));
	expect("a b c | b | configured",
	       PIECES(AGENT("a", ""), AGENT("b", "local: {}"), AGENT("c", "local: {}")));
}
END_TEST

/* test: P4.3 */
START_TEST(states)
{
	expect("| none | no-config", PIECES(""));
	expect("| none | deselected", PIECES(AGENT("other", RACK("r2") ", local: {}")));
	expect("all | none | no-local", PIECES(AGENT("all", "")));
	expect("all | all | invalid", PIECES(AGENT("all", "local: {localInterface: 'eth['}")));
	/* The governing one counts, not what comes behind it. */
	expect("a b | a | configured",
	       PIECES(AGENT("a", "local: {}"), AGENT("b", "local: {localInterface: '('}")));
	expect("a b | a | invalid",
	       PIECES(AGENT("a", "local: {localInterface: '('}"), AGENT("b", "local: {}")));
}
END_TEST

/* test: P4.3: what announces */
START_TEST(only_configured_nodes_announce)
{
	for (int state = NODE_CONFIGURED; state <= NODE_NO_CONFIG; state++)
		ck_assert_int_eq(node_state_announces((enum node_state)state),
				 state == NODE_CONFIGURED);
}
END_TEST

/* test: P4.3, P1.2 */
START_TEST(local_interface)
{
	static const struct {
		const char *spec;
		bool is_default;
		bool has_regex;
		bool has_error;
		const char *dummy;
	} rows[] = {
		{ "local: {}", true, false, false, "kube-lb0" },
		{ "local: {localInterface: default}", true, false, false, "kube-lb0" },
		{ "local: {localInterface: ''}", true, false, false, "kube-lb0" },
		{ "local: {localInterface: Default}", false, true, false, "kube-lb0" },
		{ "local: {localInterface: 'eth0|eth1'}", false, true, false, "kube-lb0" },
		{ "local: {localInterface: '(?=x)'}", false, false, true, "kube-lb0" },
		{ "local: {dummyInterface: lb9}", true, false, false, "lb9" },
		{ "local: {dummyInterface: ''}", true, false, false, "kube-lb0" },
		{ "", false, false, false, "kube-lb0" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text yaml = { 0 };

		text_printf(&yaml, AGENT("a", "%s"), rows[i].spec);

		struct world w = resolve_agents(PIECES(text_str(&yaml)));
		const struct agent_rule *rule = &w.rules.list.items[0];

		ck_assert_msg(rule->is_default == rows[i].is_default, "%s", rows[i].spec);
		ck_assert_msg((rule->regex != NULL) == rows[i].has_regex, "%s", rows[i].spec);
		ck_assert_msg((rule->regex_error != NULL) == rows[i].has_error, "%s",
			      rows[i].spec);
		ck_assert_str_eq(rule->dummy_interface, rows[i].dummy);
		text_release(&yaml);
		release_agents(&w);
	}
}
END_TEST

/* test: P1.3.3, P4.1 */
START_TEST(every_namespace_counts)
{
	struct world w = resolve_agents(PIECES(AGENT_IN("zoo", "a", "local: {}"),
					       AGENT("b", "local: {}"),
					       AGENT_IN("default", "c", "local: {}")));

	ck_assert_uint_eq(w.rules.list.count, 3);
	ck_assert_str_eq(name_of(&w.rules.list.items[0]), "c");
	ck_assert_str_eq(name_of(&w.rules.list.items[1]), "b");
	ck_assert_str_eq(name_of(&w.rules.list.items[2]), "a");
	ck_assert_uint_eq(w.config.specific, 0);
	release_agents(&w);
}
END_TEST

Suite *suite_agents(void)
{
	Suite *suite = suite_create("agents");
	TCase *tc = tcase_create("agents");

	tcase_add_test(tc, precedence);
	tcase_add_test(tc, invalid_selectors);
	tcase_add_test(tc, governing_has_local);
	tcase_add_test(tc, states);
	tcase_add_test(tc, only_configured_nodes_announce);
	tcase_add_test(tc, local_interface);
	tcase_add_test(tc, every_namespace_counts);
	suite_add_tcase(suite, tc);
	return suite;
}
