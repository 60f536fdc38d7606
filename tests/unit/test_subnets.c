/* SPDX-License-Identifier: Apache-2.0 */
/* P4.3 to P4.6: selected interfaces, advertised subnets and their annotation; also where a
 * node's subnets come from. */
#include "tests/unit/suites.h"

#include <stdio.h>

#include "base/text.h"
#include "purelb/agents/cluster.h"
#include "tests/unit/pieces.h"

#define AGENT(spec)                                                                            \
	"apiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: default}\n"             \
	"spec: {" spec "}\n"
#define INVENTORY(nodes)                                                                       \
	"apiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\n"                           \
	"metadata: {name: lab}\nspec:\n  nodes:\n" nodes
#define NODE(name, addresses)                                                                  \
	"apiVersion: v1\nkind: Node\nmetadata: {name: " name                                   \
	", labels: {rack: r1, zone: z1}}\nstatus: {addresses: [" addresses "]}\n"
#define INTERNAL(ip) "{type: InternalIP, address: '" ip "'}"
#define LEASE(name, rest)                                                                      \
	"apiVersion: coordination.k8s.io/v1\nkind: Lease\n"                                    \
	"metadata: {name: purelb-node-" name ", namespace: purelb-system" rest "}\n"           \
	"spec: {leaseDurationSeconds: 10, renewTime: '2026-01-01T00:00:05Z'}\n"
#define GROUP_IN(ns, name, kind, range, subnet)                                                \
	"apiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: " name                 \
	", namespace: " ns "}\nspec: {" kind ": {v4pools: [{pool: " range ", subnet: '" subnet \
	"'}]}}\n"
#define GROUP(name, kind, range, subnet) GROUP_IN("purelb-system", name, kind, range, subnet)

/* One node with the interfaces that matter, in an order that is not that of their names. */
#define INTERFACES                                                                             \
	"  - name: node-1\n"                                                                   \
	"    interfaces:\n"                                                                    \
	"    - {name: lo, addresses: [127.0.0.1/8, '::1/128']}\n"                              \
	"    - {name: eth1, addresses: [10.1.0.5/16, 'fd01::5/64', 'fe80::1/64']}\n"           \
	"    - {name: eth0, addresses: [192.168.1.11/24, 192.168.1.12/24, 169.254.7.7/16]}\n"  \
	"    - {name: kube-lb0, addresses: [10.9.9.9/32]}\n"                                   \
	"    - {name: br0, up: false, addresses: [172.16.0.1/12]}\n"
#define ROUTES                                                                                 \
	"    defaultRoutes:\n"                                                                 \
	"    - {interface: eth1, via: 10.1.0.1, metric: 200}\n"                                \
	"    - {interface: eth0, via: 192.168.1.1, metric: 100}\n"                             \
	"    - {interface: br0, via: 172.16.0.9, metric: 100}\n"                               \
	"    - {interface: eth1, family: v6, metric: 1024}\n"

static const struct cluster_node *node_named(const struct resolved *w, const char *name)
{
	const struct cluster_node *node = cluster_find_node(&w->cluster, name);

	ck_assert_msg(node != NULL, "no node %s", name);
	return node;
}

/* ---- P4.4: selection ---- */

static void expect_selected(const char *agent, const char *selected, const char *subnets)
{
	struct text names = { 0 };
	struct resolved w = resolve_pieces(PIECES(agent, INVENTORY(INTERFACES ROUTES)));
	const struct cluster_node *n = node_named(&w, "node-1");

	ARRAY_FOREACH (const struct node_interface *, interface, &n->selected.list)
		text_printf(&names, "%s%s", names.len > 0 ? " " : "", (*interface)->name);
	ck_assert_msg(str_equal(text_str(&names), selected), "%s: %s", agent, text_str(&names));
	ck_assert_int_eq(n->origin, SUBNETS_INVENTORY);
	ck_assert_str_eq(subnets_annotation_text(&n->subnets, &w.snapshot->arena), subnets);
	text_release(&names);
	resolved_release(&w);
}

/* What the interfaces bring; sorted by byte, not by number. */
#define ETH0_AND_1 "10.1.0.0/16,169.254.0.0/16,192.168.1.0/24,fd01::/64"

/* test: P4.4 */
START_TEST(selected_interfaces)
{
	/* The default-route interfaces of both families. */
	expect_selected(AGENT("local: {}"), "eth0 eth1", ETH0_AND_1);
	/* Listed ones too, as written, without duplicates, the dummy and what is not there. */
	expect_selected(AGENT("local: {interfaces: [br0, eth9, '', kube-lb0, br0, eth1, lo]}"),
			"br0 eth1 lo eth0",
			"10.1.0.0/16,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.168.1.0/24,"
			"::1/128,fd01::/64");
	/* Matches by name, unanchored; loopback and the dummy are none. */
	expect_selected(AGENT("local: {localInterface: 'th'}"), "eth0 eth1", ETH0_AND_1);
	expect_selected(AGENT("local: {localInterface: '.*', dummyInterface: br0}"),
			"eth0 eth1 kube-lb0",
			"10.1.0.0/16,10.9.9.9/32,169.254.0.0/16,192.168.1.0/24,fd01::/64");
	expect_selected(AGENT("local: {localInterface: '^eth0$', interfaces: [br0]}"),
			"br0 eth0", "169.254.0.0/16,172.16.0.0/12,192.168.1.0/24");
	expect_selected(AGENT("local: {localInterface: nothing}"), "", "");
}
END_TEST

/* test: P4.3 */
START_TEST(states)
{
	/* no-config and no-local: the default-route interfaces all the same. */
	expect_selected("", "eth0 eth1", ETH0_AND_1);
	expect_selected(AGENT(""), "eth0 eth1", ETH0_AND_1);
	/* deselected and invalid: nothing. */
	expect_selected(AGENT("nodeSelector: {matchLabels: {a: b}}, local: {}"), "", "");
	expect_selected(AGENT("local: {localInterface: '('}"), "", "");
}
END_TEST

static void expect_default(const char *routes, const char *v4, const char *v6)
{
	struct text yaml = { 0 };

	text_printf(&yaml, INVENTORY(INTERFACES "    defaultRoutes: [%s]\n"), routes);

	struct resolved w = resolve_pieces(PIECES(text_str(&yaml)));
	const struct cluster_node *n = node_named(&w, "node-1");
	const char *expected[] = { v4, v6 };

	for (int i = 0; i < 2; i++) {
		const struct node_interface *found =
			default_interface(n->inventory, n->interfaces.items,
					  n->interfaces.count, i == 0 ? IP_V4 : IP_V6);

		ck_assert_msg(str_equal(found != NULL ? found->name : NULL, expected[i]),
			      "%s: %s", routes, found != NULL ? found->name : "none");
	}
	text_release(&yaml);
	resolved_release(&w);
}

/* test: P4.4: lowest metric, first on ties, each family apart */
START_TEST(default_routes)
{
	expect_default("", NULL, NULL);
	expect_default("{interface: eth0, via: 10.0.0.1}", "eth0", NULL);
	expect_default("{interface: eth0, via: 'fe80::1'}", NULL, "eth0");
	expect_default("{interface: eth0}", "eth0", NULL);
	expect_default("{interface: eth0, family: v6}", NULL, "eth0");
	expect_default("{interface: eth0, family: v4}", "eth0", NULL);
	expect_default("{interface: eth0, via: 10.0.0.1, metric: 5},"
		       "{interface: eth1, via: 10.1.0.1, metric: 4},"
		       "{interface: br0, via: 10.1.0.1, metric: 4}",
		       "eth1", NULL);
	expect_default("{interface: eth0, via: 10.0.0.1, metric: 5},"
		       "{interface: eth1, via: 10.1.0.1}",
		       "eth1", NULL);
	/* Chosen first, looked up then. */
	expect_default("{interface: eth9, via: 10.0.0.1, metric: 1},"
		       "{interface: eth0, via: 10.0.0.1, metric: 2}",
		       NULL, NULL);
	ck_assert_ptr_null(default_interface(NULL, NULL, 0, IP_V4));
}
END_TEST

/* test: P4.4, P4.6: flags count for v6 only */
START_TEST(addresses_that_count)
{
	static const char inventory[] = INVENTORY(
		"  - name: node-1\n"
		"    interfaces:\n"
		"    - name: eth0\n"
		"      addresses:\n"
		"      - {address: 10.0.1.1/24, flags: [deprecated, tentative, dadfailed]}\n"
		"      - {address: 'fd01::1/64', flags: [deprecated]}\n"
		"      - {address: 'fd02::1/64', flags: [tentative]}\n"
		"      - {address: 'fd03::1/64', flags: [dadfailed, permanent]}\n"
		"      - {address: 'fd04::1/128', flags: [permanent]}\n"
		"      - {address: 'fe80::1/64', flags: []}\n"
		"      - 'fd05::1/64'\n"
		"      - nonsense\n"
		"      - 10.0.2.1\n");
	struct resolved w =
		resolve_pieces(PIECES(AGENT("local: {localInterface: eth}"), inventory));
	const struct cluster_node *n = node_named(&w, "node-1");
	const unsigned flags[] = { ADDRESS_DEPRECATED | ADDRESS_TENTATIVE | ADDRESS_DADFAILED,
				   ADDRESS_DEPRECATED,
				   ADDRESS_TENTATIVE,
				   ADDRESS_DADFAILED | ADDRESS_PERMANENT,
				   ADDRESS_PERMANENT,
				   0,
				   0 };

	ck_assert_str_eq(subnets_annotation_text(&n->subnets, &w.snapshot->arena),
			 "10.0.1.0/24,fd04::1/128,fd05::/64");
	/* Malformed ones are left out. */
	ck_assert_uint_eq(n->interfaces.items[0].nets.count, 7);
	for (uint32_t i = 0; i < 7; i++)
		ck_assert_uint_eq(n->interfaces.items[0].nets.items[i].flags, flags[i]);
	resolved_release(&w);
}
END_TEST

/* test: P4.7: a link that is down changes nothing */
START_TEST(interface_state_is_ignored)
{
	struct resolved w = resolve_pieces(
		PIECES(AGENT("local: {localInterface: br0}"), INVENTORY(INTERFACES)));
	const struct cluster_node *n = node_named(&w, "node-1");

	ck_assert_uint_eq(n->interfaces.count, 5);
	ck_assert(!n->interfaces.items[4].up);
	ck_assert(n->interfaces.items[0].up);
	ck_assert(n->interfaces.items[0].loopback);
	ck_assert(!n->interfaces.items[1].loopback);
	ck_assert_uint_eq(n->subnets.list.count, 1);
	ck_assert_str_eq(n->subnets.list.items[0].text, "172.16.0.0/12");
	ck_assert_str_eq(n->subnets.list.items[0].interface, "br0");
	resolved_release(&w);
}
END_TEST

/* ---- P4.5 ---- */

static void expect_annotation(const char *text, const char *expected)
{
	struct subnet_list list;
	struct arena arena;

	arena_init(&arena);
	subnets_annotation_parse(text, &arena, &list);
	ck_assert_str_eq(subnets_annotation_text(&list, &arena), expected);
	arena_release(&arena);
}

/* test: P4.5 */
START_TEST(annotation)
{
	expect_annotation("", "");
	expect_annotation("10.0.0.0/24", "10.0.0.0/24");
	/* The text stays as it is. */
	expect_annotation("10.0.0.7/24,FD00::/64", "10.0.0.7/24,FD00::/64");
	expect_annotation("10.0.0.0/24,10.0.0.0/24", "10.0.0.0/24,10.0.0.0/24");
	/* No trimming; what is no CIDR is dropped. */
	expect_annotation("10.0.0.0/24, 10.1.0.0/24,,10.2.0.0,x,10.3.0.0/16,",
			  "10.0.0.0/24,10.3.0.0/16");
	expect_annotation(",,,", "");
}
END_TEST

/* test: P4.5: at most 256, and malformed ones do not count among them */
START_TEST(annotation_is_bounded)
{
	struct text text = { 0 };
	struct subnet_list list;
	struct arena arena;

	arena_init(&arena);
	for (unsigned i = 0; i < 300; i++)
		text_printf(&text, "%sx,10.%u.%u.0/24", i > 0 ? "," : "", i / 256, i % 256);
	subnets_annotation_parse(text_str(&text), &arena, &list);
	ck_assert_uint_eq(list.list.count, SUBNETS_MAX);
	ck_assert_str_eq(list.list.items[255].text, "10.0.255.0/24");
	text_release(&text);
	arena_release(&arena);
}
END_TEST

/* ---- where a node's subnets come from ---- */

static void expect_subnets(const struct resolved *w, const char *name,
			   enum subnet_origin origin, const char *subnets)
{
	const struct cluster_node *node = node_named(w, name);

	ck_assert_msg(node->origin == origin, "%s: origin %d", name, (int)node->origin);
	ck_assert_msg(str_equal(subnets_annotation_text(&node->subnets, &w->snapshot->arena),
				subnets),
		      "%s: %s", name,
		      subnets_annotation_text(&node->subnets, &w->snapshot->arena));
}

START_TEST(origins)
{
	static const char inventory[] = INVENTORY(
		"  - {name: both, interfaces: [{name: eth0, addresses: [10.7.0.1/16]}]}\n"
		"  - {name: listed, interfaces: [{name: eth0, addresses: [10.8.0.1/16]}]}\n"
		"  - {name: empty, interfaces: []}\n"
		"  - {name: guessed, labels: {a: b}}\n");
	struct resolved w = resolve_pieces(PIECES(
		AGENT("local: {localInterface: eth0}"),
		GROUP("a", "local", "192.168.1.240/29", "192.168.1.0/24"),
		GROUP("b", "remote", "10.0.0.0/24", "10.0.0.0/8"),
		GROUP("c", "local", "10.0.1.0/24", "10.0.0.0/08"),
		GROUP("bad", "local", "nonsense", "10.0.0.0/16"),
		GROUP("six", "local", "nonsense", "::/0"),
		GROUP_IN("default", "elsewhere", "local", "10.0.0.0/24", "10.0.0.0/12"),
		LEASE("both", ", annotations: {purelb.io/subnets: '1.2.3.0/24,x'}"),
		LEASE("leased", ""), inventory, NODE("empty", INTERNAL("10.0.0.5")),
		NODE("guessed",
		     INTERNAL("10.0.0.5") ",{type: ExternalIP, address: 192.168.1.9}"),
		NODE("two",
		     INTERNAL("10.0.0.5") "," INTERNAL("10.0.0.6") "," INTERNAL("192.168.1.5")),
		NODE("far", INTERNAL("172.16.0.1")),
		NODE("mute", "{type: Hostname, address: mute}")));

	expect_subnets(&w, "both", SUBNETS_LEASE, "1.2.3.0/24");
	ck_assert_uint_eq(node_named(&w, "both")->from_inventory.list.count, 1);
	expect_subnets(&w, "leased", SUBNETS_LEASE, "");
	expect_subnets(&w, "listed", SUBNETS_INVENTORY, "10.8.0.0/16");
	expect_subnets(&w, "empty", SUBNETS_INVENTORY, "");
	/* Of every group in scope, accepted or not; one text for each network. */
	expect_subnets(&w, "guessed", SUBNETS_INFERRED, "10.0.0.0/08,10.0.0.0/16");
	expect_subnets(&w, "two", SUBNETS_INFERRED, "10.0.0.0/08,10.0.0.0/16,192.168.1.0/24");
	expect_subnets(&w, "far", SUBNETS_INFERRED, "");
	expect_subnets(&w, "mute", SUBNETS_UNKNOWN, "");
	resolved_release(&w);
}
END_TEST

/* test: P4.3: a guess is not made where the configuration says that there is nothing */
START_TEST(no_guess_for_deselected_nodes)
{
	static const char *const agents[] = {
		AGENT("nodeSelector: {matchLabels: {no: node}}, local: {}"),
		AGENT("local: {localInterface: '('}"),
	};

	for (int i = 0; i < 2; i++) {
		struct resolved w = resolve_pieces(
			PIECES(agents[i], GROUP("a", "local", "10.0.0.0/24", "10.0.0.0/8"),
			       NODE("node-1", INTERNAL("10.0.0.5"))));

		expect_subnets(&w, "node-1", SUBNETS_INFERRED, "");
		resolved_release(&w);
	}
}
END_TEST

/* ---- the nodes of a cluster ---- */

START_TEST(nodes_are_joined_by_name)
{
	static const char inventory[] =
		INVENTORY("  - {name: d, labels: {rack: r9}}\n"
			  "  - {name: a, labels: {rack: r2, extra: e}}\n"
			  "  - {name: a, labels: {rack: r3}}\n");
	struct resolved w = resolve_pieces(
		PIECES(NODE("b", ""), NODE("a", ""), NODE("b", INTERNAL("10.0.0.1")),
		       LEASE("c", ""), LEASE("a", ", labels: {x: first}"),
		       LEASE("a", ", labels: {x: second}"), inventory));
	static const char *const names[] = { "a", "b", "c", "d" };

	ck_assert_uint_eq(w.cluster.nodes.count, 4);
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_str_eq(w.cluster.nodes.items[i].name, names[i]);

	const struct cluster_node *a = node_named(&w, "a");

	/* The inventory's labels are added, and win. */
	ck_assert_str_eq(label_map_text(&a->labels, "rack"), "r2");
	ck_assert_str_eq(label_map_text(&a->labels, "zone"), "z1");
	ck_assert_str_eq(label_map_text(&a->labels, "extra"), "e");
	ck_assert_str_eq(a->inventory_path, "spec.nodes[1]");
	ck_assert_ptr_eq(a->inventory_object, &w.snapshot->inventories.items[0]->object);
	/* Of several with one name the first counts. */
	ck_assert_str_eq(label_map_text(&a->lease->object.labels, "x"), "first");
	ck_assert_ptr_eq(node_named(&w, "b")->node, w.snapshot->nodes.items[0]);
	ck_assert_ptr_null(node_named(&w, "b")->inventory_path);
	ck_assert_str_eq(label_map_text(&node_named(&w, "d")->labels, "rack"), "r9");
	ck_assert(node_named(&w, "d")->labels_known);
	ck_assert(!node_named(&w, "c")->labels_known);
	ck_assert_ptr_null(cluster_find_node(&w.cluster, "e"));
	resolved_release(&w);
}
END_TEST

START_TEST(what_is_known)
{
	static const struct {
		const char *yaml;
		bool nodes, labels, interfaces, leases;
	} rows[] = {
		{ "", false, false, false, false },
		{ NODE("a", ""), true, true, false, false },
		{ LEASE("a", ""), true, false, false, true },
		{ INVENTORY("  - {name: a}\n"), true, true, false, false },
		{ INVENTORY("  - {name: a, interfaces: []}\n"), true, true, true, false },
		/* A lease of something else. */
		{ "apiVersion: coordination.k8s.io/v1\nkind: Lease\n"
		  "metadata: {name: kube-scheduler, namespace: kube-system}\n",
		  false, false, false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct resolved w = resolve_pieces(PIECES(rows[i].yaml));

		ck_assert_int_eq(w.cluster.has_nodes, rows[i].nodes);
		ck_assert_int_eq(w.cluster.has_labels, rows[i].labels);
		ck_assert_int_eq(w.cluster.has_interfaces, rows[i].interfaces);
		ck_assert_int_eq(w.cluster.has_leases, rows[i].leases);
		resolved_release(&w);
	}
}
END_TEST

Suite *suite_subnets(void)
{
	Suite *suite = suite_create("subnets");
	TCase *tc = tcase_create("subnets");

	tcase_add_test(tc, selected_interfaces);
	tcase_add_test(tc, states);
	tcase_add_test(tc, default_routes);
	tcase_add_test(tc, addresses_that_count);
	tcase_add_test(tc, interface_state_is_ignored);
	tcase_add_test(tc, annotation);
	tcase_add_test(tc, annotation_is_bounded);
	tcase_add_test(tc, origins);
	tcase_add_test(tc, no_guess_for_deselected_nodes);
	tcase_add_test(tc, nodes_are_joined_by_name);
	tcase_add_test(tc, what_is_known);
	suite_add_tcase(suite, tc);
	return suite;
}
