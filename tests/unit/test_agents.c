/* SPDX-License-Identifier: Apache-2.0 */
/* 1.3.3 and P4.1 to P4.3: which LBNodeAgent governs a node. */
#include "tests/unit/suites.h"

#include "base/text.h"
#include "purelb/agents.h"
#include "tests/unit/load.h"

/* An LBNodeAgent; `spec` in flow style. */
#define AGENT(ns, name, spec)                                                                  \
	"---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: " name             \
	", namespace: " ns "}\nspec: " spec "\n"
#define P          "purelb-system"
#define RACK(rack) "nodeSelector: {matchLabels: {rack: " rack "}}"

/* Prepared agents and a node with label rack=r1. */
struct world {
	struct snapshot *snapshot;
	struct agent_rules rules;
	struct node_config config;
};

static struct world resolve(const char *agents)
{
	struct text yaml = { 0 };
	struct world w = { 0 };

	text_add(&yaml, agents);
	text_add(&yaml, "---\napiVersion: v1\nkind: Node\n"
			"metadata: {name: node-1, labels: {rack: r1, zone: z1}}\n");
	w.snapshot = load_text(text_str(&yaml));
	text_release(&yaml);
	agents_prepare(&w.rules, &w.snapshot->arena, w.snapshot);
	agents_resolve(&w.rules, &w.snapshot->nodes.items[0]->object.labels, &w.snapshot->arena,
		       &w.config);
	return w;
}

static void release(struct world *w)
{
	agents_release(&w->rules);
	snapshot_release(w->snapshot);
}

static const char *name_of(const struct agent_rule *rule)
{
	return rule != NULL ? rule->agent->object.name.s : "none";
}

/* "matching, in order | governing | state" */
static void expect(const char *agents, const char *expected)
{
	struct world w = resolve(agents);
	struct text found = { 0 };

	ARRAY_FOREACH (const struct agent_rule *, rule, &w.config.matching)
		text_printf(&found, "%s ", name_of(*rule));
	text_printf(&found, "| %s | %s", name_of(w.config.governing),
		    node_state_name(w.config.state));
	ck_assert_str_eq(text_str(&found), expected);
	text_release(&found);
	release(&w);
}

/* test: P4.1 */
START_TEST(precedence)
{
	expect(AGENT(P, "default", "{local: {}}"), "default | default | configured");
	/* Specific ones first, each part by namespace and name. */
	expect(AGENT(P, "a", "{local: {}}") AGENT(P, "z", "{" RACK("r1") ", local: {}}")
		       AGENT(P, "yy", "{" RACK("r1") ", local: {}}")
			       AGENT("a-namespace", "zz", "{" RACK("r1") ", local: {}}")
				       AGENT("a-namespace", "b", "{local: {}}"),
	       "zz yy z b a | zz | configured");
	expect(AGENT(P, "other", "{" RACK("r2") ", local: {}}") AGENT(P, "all", "{local: {}}"),
	       "all | all | configured");
	/* An empty selector is as good as none. */
	expect(AGENT(P, "empty", "{nodeSelector: {}, local: {}}")
		       AGENT(P, "one", "{" RACK("r1") ", local: {}}"),
	       "one empty | one | configured");
	expect(AGENT(P, "empty",
		     "{nodeSelector: {matchLabels: {}, matchExpressions: []}, local: {}}"),
	       "empty | empty | configured");
}
END_TEST

/* test: P4.1: an invalid selector matches no node, whatever else is in it */
START_TEST(invalid_selectors)
{
	static const char bad[] =
		AGENT(P, "bad",
		      "{nodeSelector: {matchLabels: {rack: r1}, matchExpressions: "
		      "[{key: rack, operator: Is, values: [r1]}]}, local: {}}");
	struct world w = resolve(bad);

	ck_assert_uint_eq(w.rules.list.count, 1);
	ck_assert_ptr_nonnull(w.rules.list.items[0].selector_error);
	ck_assert_str_eq(w.rules.list.items[0].selector_error_path,
			 "matchExpressions[0].operator");
	ck_assert_uint_gt(w.rules.list.items[0].selector_error_pos.line, 0);
	release(&w);
	expect(bad, "| none | deselected");
	expect(AGENT(P, "good",
		     "{nodeSelector: {matchExpressions: "
		     "[{key: rack, operator: NotIn, values: [r2]},"
		     " {key: zone, operator: Exists},"
		     " {key: gone, operator: DoesNotExist}]}, local: {}}"),
	       "good | good | configured");
}
END_TEST

/* test: P4.2 */
START_TEST(governing_has_local)
{
	expect(AGENT(P, "one", "{" RACK("r1") "}") AGENT(P, "all", "{local: {}}"),
	       "one all | all | configured");
	expect(AGENT(P, "a", "{}") AGENT(P, "b", "{local: {}}") AGENT(P, "c", "{local: {}}"),
	       "a b c | b | configured");
}
END_TEST

/* test: P4.3 */
START_TEST(states)
{
	expect("", "| none | no-config");
	expect(AGENT(P, "other", "{" RACK("r2") ", local: {}}"), "| none | deselected");
	expect(AGENT(P, "all", "{}"), "all | none | no-local");
	expect(AGENT(P, "all", "{local: {localInterface: 'eth['}}"), "all | all | invalid");
	/* The governing one counts, not what comes behind it. */
	expect(AGENT(P, "a", "{local: {}}") AGENT(P, "b", "{local: {localInterface: '('}}"),
	       "a b | a | configured");
	expect(AGENT(P, "a", "{local: {localInterface: '('}}") AGENT(P, "b", "{local: {}}"),
	       "a b | a | invalid");
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

/* test: P4.3, 1.2 */
START_TEST(local_interface)
{
	static const struct {
		const char *spec;
		bool is_default;
		bool has_regex;
		bool has_error;
		const char *dummy;
	} rows[] = {
		{ "{local: {}}", true, false, false, "kube-lb0" },
		{ "{local: {localInterface: default}}", true, false, false, "kube-lb0" },
		{ "{local: {localInterface: ''}}", true, false, false, "kube-lb0" },
		{ "{local: {localInterface: Default}}", false, true, false, "kube-lb0" },
		{ "{local: {localInterface: 'eth0|eth1'}}", false, true, false, "kube-lb0" },
		{ "{local: {localInterface: '(?=x)'}}", false, false, true, "kube-lb0" },
		{ "{local: {dummyInterface: lb9}}", true, false, false, "lb9" },
		{ "{local: {dummyInterface: ''}}", true, false, false, "kube-lb0" },
		{ "{}", false, false, false, "kube-lb0" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text yaml = { 0 };

		text_printf(&yaml, AGENT(P, "a", "%s"), rows[i].spec);

		struct world w = resolve(text_str(&yaml));
		const struct agent_rule *rule = &w.rules.list.items[0];

		ck_assert_msg(rule->is_default == rows[i].is_default, "%s", rows[i].spec);
		ck_assert_msg((rule->regex != NULL) == rows[i].has_regex, "%s", rows[i].spec);
		ck_assert_msg((rule->regex_error != NULL) == rows[i].has_error, "%s",
			      rows[i].spec);
		ck_assert_str_eq(rule->dummy_interface, rows[i].dummy);
		text_release(&yaml);
		release(&w);
	}
}
END_TEST

/* test: P1.3.3, P4.1 */
START_TEST(every_namespace_counts)
{
	struct world w = resolve(AGENT("zoo", "a", "{local: {}}") AGENT(P, "b", "{local: {}}")
					 AGENT("default", "c", "{local: {}}"));

	ck_assert_uint_eq(w.rules.list.count, 3);
	ck_assert_str_eq(name_of(&w.rules.list.items[0]), "c");
	ck_assert_str_eq(name_of(&w.rules.list.items[1]), "b");
	ck_assert_str_eq(name_of(&w.rules.list.items[2]), "a");
	ck_assert_uint_eq(w.config.specific, 0);
	release(&w);
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
