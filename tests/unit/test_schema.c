/* SPDX-License-Identifier: Apache-2.0 */
/* The schema walker: what is refused, with place and path, and what is read. */
#include "tests/unit/suites.h"

#include <stdio.h>
#include <string.h>

#include "base/regex.h"
#include "base/text.h"
#include "config/repository/project.h"
#include "tests/unit/expect.h"
#include "tests/unit/load.h"

/* Kubernetes rules of P1.1 and P1.2, one mistake each. */
struct row {
	const char *kind;
	const char *spec; /* flow mapping, on line 4 */
	enum problem_kind problem;
	const char *path; /* of the only problem; NULL: no problem at all */
};

#define POOL "pool: 10.0.0.0/30, subnet: 10.0.0.0/24"

static const struct row rows[] = {
	{ "ServiceGroup", "{local: {v4pools: [{" POOL "}]}}", 0, NULL },
	{ "ServiceGroup", "{local: {v4pools: [{" POOL ", aggregation: /32}]}}", 0, NULL },
	{ "ServiceGroup", "{local: {v4pools: [{" POOL ", aggregation: default}]}}", 0, NULL },
	{ "ServiceGroup", "{local: {v4pools: [{" POOL ", aggregation: ''}]}}", PROBLEM_RULE,
	  "spec.local.v4pools[0].aggregation" },
	{ "ServiceGroup", "{local: {v4pools: [{" POOL ", aggregation: /7}]}}", PROBLEM_RULE,
	  "spec.local.v4pools[0].aggregation" },
	{ "ServiceGroup", "{local: {v4pools: [{" POOL ", aggregation: /129}]}}", PROBLEM_RULE,
	  "spec.local.v4pools[0].aggregation" },
	{ "ServiceGroup", "{local: {v4pools: [{" POOL ", aggregation: /032}]}}", PROBLEM_RULE,
	  "spec.local.v4pools[0].aggregation" },
	{ "ServiceGroup", "{local: {v4pools: [{" POOL ", aggregation: '32'}]}}", PROBLEM_RULE,
	  "spec.local.v4pools[0].aggregation" },
	{ "ServiceGroup", "{local: {v4pools: [{" POOL ", aggregation: 32}]}}",
	  PROBLEM_WRONG_TYPE, "spec.local.v4pools[0].aggregation" },
	{ "ServiceGroup", "{local: {v4pools: [{pool: 10.0.0.0/30}]}}", PROBLEM_RULE,
	  "spec.local.v4pools[0].subnet" },
	{ "ServiceGroup", "{local: {v4pools: {" POOL "}}}", PROBLEM_WRONG_TYPE,
	  "spec.local.v4pools" },
	{ "ServiceGroup", "{local: {v4pool: [{" POOL "}]}}", PROBLEM_WRONG_TYPE,
	  "spec.local.v4pool" },
	{ "ServiceGroup", "{local: {v4pools: ['10.0.0.0/30']}}", PROBLEM_WRONG_TYPE,
	  "spec.local.v4pools[0]" },
	{ "ServiceGroup", "{local: {v4pool: {" POOL "}, multipool: true}}",
	  PROBLEM_UNKNOWN_FIELD, "spec.local.multipool" },
	{ "ServiceGroup", "{local: {v4pool: {" POOL "}, multiPool: 'true'}}",
	  PROBLEM_WRONG_TYPE, "spec.local.multiPool" },
	{ "ServiceGroup", "{local: {v4pool: {" POOL "}, multiPool: on}}", 0, NULL },
	{ "ServiceGroup", "{remote: {v4pool: {" POOL "}, skipIPv6DAD: true}}",
	  PROBLEM_UNKNOWN_FIELD, "spec.remote.skipIPv6DAD" },
	{ "ServiceGroup", "{local: {v4pool: {" POOL "}}, namespaces: [a, 'b-1']}", 0, NULL },
	{ "ServiceGroup", "{local: {v4pool: {" POOL "}}, namespaces: [A]}", PROBLEM_RULE,
	  "spec.namespaces[0]" },
	{ "ServiceGroup", "{local: {v4pool: {" POOL "}}, namespaces: [on]}", PROBLEM_WRONG_TYPE,
	  "spec.namespaces[0]" },
	{ "ServiceGroup", "{local: {v4pool: {" POOL "}}, namespaces: a}", PROBLEM_WRONG_TYPE,
	  "spec.namespaces" },
	{ "ServiceGroup", "{external: {provider: '', announce: local}}", PROBLEM_RULE,
	  "spec.external.provider" },
	{ "ServiceGroup", "{external: {provider: x, announce: bgp}}", PROBLEM_RULE,
	  "spec.external.announce" },
	{ "ServiceGroup", "{external: {provider: x}}", PROBLEM_RULE, "spec.external.announce" },
	{ "ServiceGroup", "{external: {provider: x, announce: remote, socket: /a}}", 0, NULL },
	{ "ServiceGroup", "null", PROBLEM_RULE, "spec" },
	{ "ServiceGroup", "[]", PROBLEM_WRONG_TYPE, "spec" },
	{ "LBNodeAgent", "{local: {localInterface: default, interfaces: [eth1]}}", 0, NULL },
	{ "LBNodeAgent", "{local: {interfaces: eth1}}", PROBLEM_WRONG_TYPE,
	  "spec.local.interfaces" },
	{ "LBNodeAgent", "{local: {garpConfig: {count: 3}}}", 0, NULL },
	{ "LBNodeAgent", "{local: {garpConfig: {count: 3.0}}}", 0, NULL },
	{ "LBNodeAgent", "{local: {garpConfig: {count: 3.5}}}", PROBLEM_WRONG_TYPE,
	  "spec.local.garpConfig.count" },
	{ "LBNodeAgent", "{local: {garpConfig: {count: '3'}}}", PROBLEM_WRONG_TYPE,
	  "spec.local.garpConfig.count" },
	{ "LBNodeAgent", "{local: {garpConfig: {count: 11}}}", PROBLEM_RULE,
	  "spec.local.garpConfig.count" },
	{ "LBNodeAgent", "{local: {garpConfig: {count: 0}}}", PROBLEM_RULE,
	  "spec.local.garpConfig.count" },
	{ "LBNodeAgent", "{local: {garpConfig: {count: null}}}", 0, NULL },
	{ "LBNodeAgent", "{local: {addressConfig: {localInterface: {validLifetime: -1}}}}",
	  PROBLEM_RULE, "spec.local.addressConfig.localInterface.validLifetime" },
	{ "LBNodeAgent", "{local: {addressGuard: {mode: off}}}", PROBLEM_WRONG_TYPE,
	  "spec.local.addressGuard.mode" },
	{ "LBNodeAgent", "{local: {addressGuard: {mode: log}}}", PROBLEM_RULE,
	  "spec.local.addressGuard.mode" },
	{ "LBNodeAgent", "{local: {addressGuard: {allowedProtocols: [47, 256]}}}", PROBLEM_RULE,
	  "spec.local.addressGuard.allowedProtocols[1]" },
	{ "LBNodeAgent", "{local: {addressGuard: {extraInterfaces: [interface-too-long]}}}",
	  PROBLEM_RULE, "spec.local.addressGuard.extraInterfaces[0]" },
	{ "LBNodeAgent", "{nodeSelector: {matchLabels: {a: on}}}", PROBLEM_WRONG_TYPE,
	  "spec.nodeSelector.matchLabels.a" },
	{ "LBNodeAgent", "{nodeSelector: {matchLabels: {a: 010}}}", PROBLEM_WRONG_TYPE,
	  "spec.nodeSelector.matchLabels.a" },
	{ "LBNodeAgent", "{nodeSelector: {role: edge}}", PROBLEM_UNKNOWN_FIELD,
	  "spec.nodeSelector.role" },
	{ "LBNodeAgent", "{nodeSelector: {matchExpressions: [{key: a}]}}", PROBLEM_RULE,
	  "spec.nodeSelector.matchExpressions[0].operator" },
};

START_TEST(rules)
{
	const struct row *row = &rows[_i];
	struct text t = { 0 };

	text_printf(&t, "apiVersion: purelb.io/v2\nkind: %s\nmetadata: {name: a}\nspec: %s\n",
		    row->kind, row->spec);

	struct snapshot *s = load_text(text_str(&t));
	const struct finding *p = s->problems.count > 0 ? &s->problems.items[0] : NULL;

	if (row->path == NULL) {
		ck_assert_msg(p == NULL, "%s: %s", row->spec, p != NULL ? p->message : "");
	} else {
		ck_assert_msg(s->problems.count == 1, "%s: %u problems", row->spec,
			      s->problems.count);
		ck_assert_msg(p->kind == row->problem, "%s: %s", row->spec, p->message);
		ck_assert_str_eq(p->place.path, row->path);
		ck_assert_ptr_nonnull(p->place.object);
		ck_assert_uint_ge(p->place.pos.line, 1);
	}
	snapshot_release(s);
	text_release(&t);
}
END_TEST

START_TEST(too_many_items)
{
	struct text t = { 0 };

	text_add(&t, "apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: a}\n"
		     "spec:\n  namespaces:\n");
	for (int i = 0; i < 1025; i++)
		text_printf(&t, "  - ns%d\n", i);

	struct snapshot *s = load_text(text_str(&t));

	ck_assert_uint_eq(problem_count(s, PROBLEM_RULE), 1);
	ck_assert_str_eq(problem_first(s, PROBLEM_RULE)->place.path, "spec.namespaces");
	ck_assert_uint_eq(s->groups.items[0]->namespaces.list.count, 1025);
	snapshot_release(s);
	text_release(&t);
}
END_TEST

START_TEST(unknown_fields_name_the_nearest)
{
	struct snapshot *s =
		load_text("apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: "
			  "a}\nspec: {local: {localinterface: eth0}}\n");
	const struct finding *p = problem_first(s, PROBLEM_UNKNOWN_FIELD);

	ck_assert_ptr_nonnull(strstr(p->hint, "localInterface"));
	ck_assert_uint_eq(p->place.pos.column, 16);
	snapshot_release(s);

	/* Kinds that are not ours may have any field. */
	s = load_text(
		"apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {whatever: 1}\n");
	ck_assert_uint_eq(s->problems.count, 0);
	ck_assert_uint_eq(s->services.count, 1);
	snapshot_release(s);
}
END_TEST

START_TEST(identity)
{
	static const struct {
		const char *text;
		enum problem_kind kind;
	} faults[] = {
		{ "apiVersion: purelb.io/v2\nmetadata: {name: a}\n", PROBLEM_INCOMPLETE },
		{ "kind: ServiceGroup\nmetadata: {name: a}\nspec: {}\n", PROBLEM_INCOMPLETE },
		{ "apiVersion: purelb.io/v2\nkind: ServiceGroup\nspec: {}\n",
		  PROBLEM_INCOMPLETE },
		{ "apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: A_b}\nspec: {}\n",
		  PROBLEM_INCOMPLETE },
		{ "apiVersion: purelb.io/v2\nkind: Servicegroup\nmetadata: {name: a}\n",
		  PROBLEM_INCOMPLETE },
		{ "apiVersion: purelb.io/v1\nkind: ServiceGroup\nmetadata: {name: a}\nspec: "
		  "{local: {pool: x}}\n",
		  PROBLEM_OLD_API },
		{ "apiVersion: purelb.io/v3\nkind: LBNodeAgent\nmetadata: {name: a}\n",
		  PROBLEM_OLD_API },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct snapshot *s = load_text(faults[i].text);

		ck_assert_msg(s->problems.count == 1, "%s", faults[i].text);
		ck_assert_int_eq(s->problems.items[0].kind, faults[i].kind);
		snapshot_release(s);
	}
}
END_TEST

START_TEST(namespaces_have_defaults)
{
	struct snapshot *s = load_text(
		"apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: a}\nspec: {}\n---\n"
		"apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n"
		"apiVersion: v1\nkind: Node\nmetadata: {name: a, namespace: odd}\n---\n"
		"apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: a, namespace: x}\n");

	ck_assert_str_eq(s->groups.items[0]->object.namespace, "purelb-system");
	ck_assert_str_eq(s->services.items[0]->object.namespace, "default");
	ck_assert_str_eq(s->nodes.items[0]->object.namespace, "");
	ck_assert_str_eq(s->agents.items[0]->object.namespace, "x");
	snapshot_release(s);
}
END_TEST

START_TEST(what_is_read_of_kubernetes_kinds)
{
	struct snapshot *s = load_text(
		"apiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: {a: b}}\nspec: {podCIDR: "
		"10.1.0.0/24}\nstatus:\n  images: [{names: [x]}]\n  addresses: [{type: InternalIP, "
		"address: 192.168.1.1}]\n  nodeInfo: {kernelVersion: 6.1.0}\n---\n"
		"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: lbnodeagent}\nspec: {template: "
		"{spec: {containers: [{name: lbnodeagent, args: [-x], env: [{name: A, value: b}], "
		"securityContext: {capabilities: {add: [BPF]}}}]}}}\n---\n"
		"apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\nmetadata: {name: i}\nspec: "
		"{nodes: [{name: n1, interfaces: [{name: eth0, addresses: [10.0.0.1/24, {address: "
		"'fd00::1/64', flags: [deprecated]}]}], sysctls: {net.ipv4.conf.all.arp_ignore: 1}}]}\n");

	ck_assert_uint_eq(s->problems.count, 0);
	ck_assert_str_eq(s->nodes.items[0]->kernel_version.s, "6.1.0");
	ck_assert_str_eq(s->nodes.items[0]->addresses.list.items[0].address.s, "192.168.1.1");
	ck_assert_str_eq(s->nodes.items[0]->pod_cidr.s, "10.1.0.0/24");

	const struct container *c = &s->daemon_sets.items[0]->containers.list.items[0];

	ck_assert_str_eq(c->capabilities_add.list.items[0].s, "BPF");
	ck_assert_str_eq(c->env.list.items[0].value.s, "b");

	const struct inventory_node *n = &s->inventories.items[0]->nodes.list.items[0];

	ck_assert_uint_eq(n->interfaces.list.items[0].addresses.list.count, 2);
	ck_assert_str_eq(n->interfaces.list.items[0].addresses.list.items[0].address.s,
			 "10.0.0.1/24");
	ck_assert_str_eq(
		n->interfaces.list.items[0].addresses.list.items[1].flags.list.items[0].s,
		"deprecated");
	ck_assert_str_eq(label_map_text(&n->sysctls, "net.ipv4.conf.all.arp_ignore"), "1");
	snapshot_release(s);
}
END_TEST

/* Where a field has a rule and a pattern, the two accept the same texts. */
static void compare_rule(const struct schema_field *f, unsigned *compared)
{
	static const char *const texts[] = {
		"",
		"default",
		"/8",
		"/7",
		"/32",
		"/032",
		"/128",
		"/129",
		"32",
		"web",
		"Web",
		"-a",
		"a-",
		"a-1",
		"0",
		"a.b",
		"eth0",
		"a/b",
		"a:b",
		"a b",
		"1:2",
		"1:2:3",
		":",
		"123456:1",
		"65535:1234",
		"1:",
		"1:2:3:4",
		"a:b:c",
		"10.0.0.1",
		"0123456789abcdef",
		"a23456789012345678901234567890123456789012345678901234567890123",
		"a234567890123456789012345678901234567890123456789012345678901234",
	};
	struct regex *re = regex_new(f->pattern, NULL, 0);

	ck_assert_ptr_nonnull(re);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		EXPECT(regex_match(re, texts[i]) == (f->rule(texts[i]) == NULL),
		       "%s: pattern and rule differ on \"%s\"", f->name, texts[i]);
	regex_free(re);
	++*compared;
}

static void compare_rules(const struct schema *schema, unsigned *compared)
{
	for (uint32_t i = 0; schema != NULL && i < schema->count; i++) {
		const struct schema_field *f = &schema->fields[i];

		if (f->pattern != NULL)
			compare_rule(f, compared);
		if (f->type != FIELD_NAMED) /* such a schema may contain itself */
			compare_rules(f->schema, compared);
	}
}

START_TEST(patterns_accept_what_rules_accept)
{
	unsigned compared = 0;

	for (int kind = 0; kind < KIND_COUNT; kind++)
		compare_rules(kind_table[kind].schema, &compared);
	compare_rules(&project_file_schema, &compared);
	ck_assert_uint_gt(compared, 5);
}
END_TEST

Suite *suite_schema(void)
{
	Suite *s = suite_create("schema");
	TCase *tc = tcase_create("binding");

	tcase_add_loop_test(tc, rules, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, too_many_items);
	tcase_add_test(tc, unknown_fields_name_the_nearest);
	tcase_add_test(tc, identity);
	tcase_add_test(tc, namespaces_have_defaults);
	tcase_add_test(tc, what_is_read_of_kubernetes_kinds);
	tcase_add_test(tc, patterns_accept_what_rules_accept);
	suite_add_tcase(s, tc);
	return s;
}
