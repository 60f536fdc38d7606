/* SPDX-License-Identifier: Apache-2.0 */
/* P3.8 to P3.10 of the model: whose Services, which pool, which addresses. */
#include "purelb/allocation/allocation.h"

#include "tests/unit/allocations.h"
#include "tests/unit/expect.h"
#include "tests/unit/suites.h"

#define DEFAULT GROUP("default", "local: {v4pools: [" R4("10.0.0.1-10.0.0.9") "]}")
#define DUAL                                                                                   \
	GROUP("default", "local: {v4pools: [" R4("10.0.0.1-10.0.0.9") "], v6pools: [" R6(      \
				 "fd00::1-fd00::9") "]}")

struct row {
	const char *what;
	const char *yaml;
	const char *expected;
};

#define EXPECT_ROWS(rows)                                                                      \
	for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                          \
	run_world_expect((rows)[i].what, (rows)[i].yaml, (rows)[i].expected)

#define ALLOCATOR_IN(ns, env)                                                                  \
	"---\napiVersion: apps/v1\nkind: Deployment\n"                                         \
	"metadata: {name: allocator, namespace: " ns "}\n"                                     \
	"spec: {template: {spec: {containers: [{name: allocator, env: [" env "]}]}}}\n"
#define ALLOCATOR(env) ALLOCATOR_IN("purelb-system", env)
#define ANNOUNCER      "{name: DEFAULT_ANNOUNCER, value: "

/* test: P3.8 */
START_TEST(whose_services)
{
	static const struct row rows[] = {
		{ "no class", DEFAULT SERVICE("a", "", ON4), "a assigned +10.0.0.1" },
		{ "PureLB's class",
		  DEFAULT SERVICE("a", "",
				  ON4 ", loadBalancerClass: "
				      "purelb.io/purelbv2"),
		  "a assigned +10.0.0.1" },
		{ "the class in the documentation",
		  DEFAULT SERVICE("a", "", ON4 ", loadBalancerClass: purelb.io/purelb"),
		  "a ignored (old class)" },
		{ "another's", DEFAULT SERVICE("a", "", ON4 ", loadBalancerClass: metallb"),
		  "a ignored (other class)" },
		{ "an empty class is one",
		  DEFAULT SERVICE("a", "", ON4 ", loadBalancerClass: ''"),
		  "a ignored (other class)" },
		{ "headless", DEFAULT SERVICE("a", "", "clusterIP: None"),
		  "a ignored (no clusterIP)" },
		{ "no clusterIP, but a status",
		  DEFAULT SERVICE("a", "", "ipFamilies: [IPv4]") HOLDS(IP("10.0.0.4")),
		  "a ignored 10.0.0.4 (no clusterIP)" },
		{ "the system's",
		  DEFAULT SERVICE("kubernetes", "", ON4) SERVICE_IN("kube-system", "kube-dns",
								    "", ON4)
			  SERVICE_IN("kube-system", "kube-scheduler", "", ON4)
				  SERVICE_IN("kube-system", "kube-controller-manager", "", ON4),
		  "kubernetes ignored (system); "
		  "kube-system/kube-controller-manager ignored (system); "
		  "kube-system/kube-dns ignored (system); "
		  "kube-system/kube-scheduler ignored (system)" },
		{ "such a name elsewhere", DEFAULT SERVICE("kube-dns", "", ON4),
		  "kube-dns assigned +10.0.0.1" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* test: P3.8 */
START_TEST(the_default_announcer)
{
	static const struct {
		const char *deployment;
		bool is_default;
	} rows[] = {
		{ "", true },
		{ ALLOCATOR(ANNOUNCER "PureLB}"), true },
		{ ALLOCATOR(ANNOUNCER "purelb}"), false },
		{ ALLOCATOR(ANNOUNCER "''}"), false },
		{ ALLOCATOR(""), false },
		/* Of two with one name Kubernetes takes the last. */
		{ ALLOCATOR(ANNOUNCER "PureLB}, " ANNOUNCER "x}"), false },
		/* What the input does not show is taken as shipped. */
		{ ALLOCATOR("{name: DEFAULT_ANNOUNCER, valueFrom: {}}"), true },
		{ ALLOCATOR_IN("elsewhere", ""), true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run_world w;
		struct text yaml = { 0 };

		text_printf(&yaml, "%s%s", rows[i].deployment,
			    DEFAULT SERVICE("a", "", ON4) SERVICE(
				    "b", "", ON4 ", loadBalancerClass: purelb.io/purelbv2"));
		run_world(&w, text_str(&yaml), false);
		EXPECT(w.out.default_announcer == rows[i].is_default, "row %zu", i);
		EXPECT((w.out.list.items[0].reason == REASON_NOT_DEFAULT) ==
			       !rows[i].is_default,
		       "row %zu", i);
		EXPECT(w.out.list.items[1].state == SERVICE_ASSIGNED, "row %zu", i);
		run_world_release(&w);
		text_release(&yaml);
	}
}
END_TEST

/* Evidence of a dual-stack cluster, and none. */
#define NODE(spec, status)                                                                     \
	"---\napiVersion: v1\nkind: Node\nmetadata: {name: node-a}\nspec: {" spec              \
	"}\nstatus: {addresses: [" status "]}\n"
#define INTERNAL(ip)   "{type: InternalIP, address: '" ip "'}"
#define BOTH_POD_CIDRS NODE("podCIDRs: [10.1.0.0/24, 'fd01::/64']", "")
#define BOTH_INTERNAL  NODE("", INTERNAL("10.9.0.1") ", " INTERNAL("fd09::1"))
#define ONE_INTERNAL                                                                           \
	NODE("podCIDRs: [10.1.0.0/24]",                                                        \
	     INTERNAL("10.9.0.1") ", {type: ExternalIP, address: 'fd09::1'}")

/* test: P3.8 */
START_TEST(manifests_that_were_never_applied)
{
	static const struct row rows[] = {
		{ "nothing given", DUAL SERVICE("a", "", ""), "a assigned +10.0.0.1" },
		{ "an empty clusterIP and an empty status",
		  DUAL SERVICE("a", "", "clusterIP: ''") "status: {loadBalancer: {}}\n",
		  "a assigned +10.0.0.1" },
		{ "families are kept", DUAL SERVICE("a", "", "ipFamilies: [IPv6]"),
		  "a assigned +fd00::1" },
		{ "SingleStack", DUAL SERVICE("a", "", "ipFamilyPolicy: SingleStack"),
		  "a assigned +10.0.0.1" },
		{ "RequireDualStack", DUAL SERVICE("a", "", "ipFamilyPolicy: RequireDualStack"),
		  "a assigned +10.0.0.1 +fd00::1" },
		{ "RequireDualStack, v6 first",
		  DUAL SERVICE("a", "", "ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6]"),
		  "a assigned +fd00::1 +10.0.0.1" },
		{ "PreferDualStack", DUAL SERVICE("a", "", "ipFamilyPolicy: PreferDualStack"),
		  "a assigned +10.0.0.1" },
		{ "PreferDualStack with dual-stack nodes",
		  DUAL BOTH_POD_CIDRS SERVICE("a", "", "ipFamilyPolicy: PreferDualStack"),
		  "a assigned +10.0.0.1 +fd00::1" },
		{ "or nodes with two addresses",
		  DUAL BOTH_INTERNAL SERVICE("a", "", "ipFamilyPolicy: PreferDualStack"),
		  "a assigned +10.0.0.1 +fd00::1" },
		{ "with single-stack nodes",
		  DUAL ONE_INTERNAL SERVICE("a", "", "ipFamilyPolicy: PreferDualStack"),
		  "a assigned +10.0.0.1" },
		{ "a Service with two clusterIPs shows it, too",
		  DUAL SERVICE("a", "", "ipFamilyPolicy: PreferDualStack")
			  SERVICE("b", "", ON4 ", clusterIPs: [172.16.0.1, 'fc00::2']"),
		  "a assigned +10.0.0.1 +fd00::1; b assigned +10.0.0.2" },
		{ "with a clusterIP the object counts as it is",
		  DUAL SERVICE("a", "", ONANY ", ipFamilyPolicy: RequireDualStack"),
		  "a assigned +fd00::1" },
	};
	struct run_world w;

	EXPECT_ROWS(rows);
	run_world(&w, DUAL SERVICE("a", "", "") SERVICE("b", "", ON4), false);
	ck_assert(w.out.list.items[0].inferred);
	ck_assert(!w.out.list.items[1].inferred);
	ck_assert_uint_eq(w.out.list.items[0].family_count, 1);
	ck_assert_int_eq(w.out.list.items[0].families[0], IP_V4);
	run_world_release(&w);
}
END_TEST

/* A group with a range of its own that serves some namespaces. */
#define TENANT(name, n, more)                                                                  \
	GROUP(name, more ", local: {v4pool: " R4("10.0." n ".1-10.0." n ".9") "}")
#define ENFORCED ", enforceNamespaces: true"
#define MARKED   ", namespaceDefault: true"

/* test: P3.9, P3.6 */
START_TEST(choosing_the_pool)
{
	static const struct row rows[] = {
		{ "by annotation",
		  DEFAULT TENANT("x", "1", "namespaces: []") SERVICE("a", FROM("x"), ON4)
			  SERVICE("b", "", ON4),
		  "a assigned +10.0.1.1; b assigned +10.0.0.1" },
		{ "the namespace's default",
		  DEFAULT TENANT("x", "1", "namespaces: [team]")
			  SERVICE_IN("team", "a", "", ON4) SERVICE("b", "", ON4),
		  "b assigned +10.0.0.1; team/a assigned +10.0.1.1" },
		{ "the annotation comes first",
		  DEFAULT TENANT("x", "1", "namespaces: [team]")
			  SERVICE_IN("team", "a", FROM("default"), ON4),
		  "team/a assigned +10.0.0.1" },
		{ "an empty annotation names a group", DEFAULT SERVICE("a", FROM(""), ON4),
		  "a pending (unknown pool)" },
		{ "no such group", DEFAULT SERVICE("a", FROM("x"), ON4),
		  "a pending (unknown pool)" },
		{ "no default", TENANT("x", "1", "namespaces: []") SERVICE("a", "", ON4),
		  "a pending (no default pool)" },
		{ "asked for by name it is unknown",
		  TENANT("x", "1", "namespaces: []") SERVICE("a", FROM("default"), ON4),
		  "a pending (unknown pool)" },
		{ "rejected",
		  DEFAULT GROUP("x", "local: {v4pool: {pool: nonsense, subnet: 10.0.0.0/8}}")
			  SERVICE("a", FROM("x"), ON4),
		  "a pending (rejected pool)" },
		{ "outside the install namespace",
		  DEFAULT GROUP_IN("team", "x", "local: {v4pool: " R4("10.0.1.1/32") "}")
			  SERVICE("a", FROM("x"), ON4),
		  "a pending (rejected pool)" },
		{ "a rejected default",
		  TENANT("x", "1", "namespaces: []")
			  GROUP("default", "local: {v4pool: {pool: x, subnet: 10.0.0.0/8}}")
				  SERVICE("a", "", ON4),
		  "a pending (rejected pool)" },
		{ "two groups, one marked",
		  DEFAULT TENANT("x", "1", "namespaces: [team]")
			  TENANT("z", "2", "namespaces: [team]" MARKED)
				  SERVICE_IN("team", "a", "", ON4),
		  "team/a assigned +10.0.2.1" },
		{ "two groups, none marked: `default`",
		  DEFAULT TENANT("x", "1", "namespaces: [team]") TENANT(
			  "z", "2", "namespaces: [team]") SERVICE_IN("team", "a", "", ON4),
		  "team/a assigned +10.0.0.1" },
		{ "the same, enforced",
		  DEFAULT TENANT("x", "1", "namespaces: [team]" ENFORCED) TENANT(
			  "z", "2", "namespaces: [team]") SERVICE_IN("team", "a", "", ON4),
		  "team/a pending (ambiguous)" },
		{ "both marked, enforced",
		  DEFAULT TENANT("x", "1", "namespaces: [team]" ENFORCED MARKED)
			  TENANT("z", "2", "namespaces: [team]" MARKED)
				  SERVICE_IN("team", "a", "", ON4),
		  "team/a pending (ambiguous)" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* test: P3.9 */
START_TEST(the_two_gates)
{
	static const struct row rows[] = {
		{ "a list alone keeps nobody out",
		  DEFAULT TENANT("x", "1", "namespaces: [team]") SERVICE("a", FROM("x"), ON4),
		  "a assigned +10.0.1.1" },
		{ "exclusion",
		  DEFAULT TENANT("x", "1", "namespaces: [team]" ENFORCED)
			  SERVICE("a", FROM("x"), ON4),
		  "a pending (excluded)" },
		/* Enforcing on one group fences the other groups of the namespace as well. */
		{ "exclusion by another group's flag",
		  DEFAULT TENANT("x", "1", "namespaces: [team]" ENFORCED) TENANT(
			  "z", "2", "namespaces: [team, other]") SERVICE("a", FROM("z"), ON4)
			  SERVICE_IN("other", "b", FROM("z"), ON4),
		  "a pending (excluded); other/b assigned +10.0.2.1" },
		{ "confinement",
		  DEFAULT TENANT("x", "1", "namespaces: [team]" ENFORCED)
			  SERVICE_IN("team", "a", FROM("default"), ON4)
				  SERVICE_IN("team", "b", FROM("x"), ON4),
		  "team/a pending (confined); team/b assigned +10.0.1.1" },
		/* An address is a way to name its group. */
		{ "gates hold for addresses, too",
		  DEFAULT TENANT("x", "1", "namespaces: [team]" ENFORCED)
			  SERVICE("a", ASKS("10.0.1.1"), ON4)
				  SERVICE_IN("team", "b", ASKS("10.0.0.1"), ON4),
		  "a pending (excluded); team/b pending (confined)" },
		{ "what is held is kept",
		  DEFAULT TENANT("x", "1", "namespaces: [team]" ENFORCED)
			  SERVICE("a", BRANDED, ON4) HOLDS(IP("10.0.1.1")),
		  "a kept 10.0.1.1" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* test: P3.6: with every group outside, the last group of a name says whom the pool serves. */
START_TEST(names_that_are_taken)
{
	run_world_expect("fail-open",
			 GROUP_IN("a", "x",
				  "namespaces: [team], enforceNamespaces: true, "
				  "local: {v4pool: " R4("10.0.1.1-10.0.1.9") "}")
				 GROUP_IN("b", "x",
					  "namespaces: [other], "
					  "local: {v4pool: " R4("10.0.2.1/32") "}")
					 SERVICE_IN("other", "a", FROM("x"), ON4)
						 SERVICE_IN("team", "b", FROM("x"), ON4),
			 "other/a assigned +10.0.1.1; team/b pending (excluded)");
}
END_TEST

/* test: P3.9 */
START_TEST(what_the_choice_tells)
{
	struct run_world w;
	const struct allocation *a;

	run_world(&w,
		  DEFAULT TENANT("x", "1", "namespaces: [team]")
			  TENANT("z", "2", "namespaces: [team]") SERVICE("a", FROM("gone"), ON4)
				  SERVICE_IN("team", "b", "", ON4)
					  SERVICE("c", ASKS("10.0.1.3"), ON4),
		  false);
	a = allocation_find(&w.out, "default", "a");
	ck_assert_str_eq(a->wanted_pool, "gone");
	ck_assert_ptr_null(a->pool);
	ck_assert_str_eq(a->detail, "ServiceGroup \"gone\" does not exist");
	ck_assert_str_eq(a->reason_path, "metadata.annotations[\"purelb.io/service-group\"]");
	ck_assert_uint_gt(a->reason_pos.line, 0);
	a = allocation_find(&w.out, "team", "b");
	ck_assert(a->ambiguous_default);
	ck_assert_str_eq(a->pool->name, "default");
	ck_assert_str_eq(a->wanted_pool, "default");
	a = allocation_find(&w.out, "default", "c");
	ck_assert_str_eq(a->pool->name, "x");
	ck_assert_ptr_null(a->wanted_pool);
	ck_assert_ptr_null(allocation_find(&w.out, "default", "none"));
	ck_assert_ptr_null(allocation_find(&w.out, "team", "a"));
	run_world_release(&w);
}
END_TEST

/* test: P3.4, P3.10 */
START_TEST(addresses_of_groups_that_do_not_count)
{
	struct run_world w;

	run_world(&w,
		  GROUP("apps", "local: {v4pool: " R4("10.0.0.5-10.0.0.12") "}")
			  DEFAULT SERVICE("a", ASKS("10.0.0.1"), ON4)
				  SERVICE("b", ASKS("10.0.0.99"), ON4),
		  false);
	ck_assert_str_eq(
		allocation_find(&w.out, "default", "a")->detail,
		"it asks for 10.0.0.1, which is only in a group that PureLB does not "
		"use: PureLB rejects ServiceGroup \"default\": it overlaps ServiceGroup "
		"\"apps\"");
	ck_assert_str_eq(allocation_find(&w.out, "default", "b")->detail,
			 "it asks for 10.0.0.99, which is in no ServiceGroup");
	run_world_release(&w);
}
END_TEST

/* test: P3.10 */
START_TEST(addresses_that_are_asked_for)
{
	static const struct row rows[] = {
		{ "one", DUAL SERVICE("a", ASKS("10.0.0.7"), ON4), "a assigned +10.0.0.7" },
		{ "two", DUAL SERVICE("a", ASKS("10.0.0.7,fd00::3"), ON46),
		  "a assigned +10.0.0.7 +fd00::3" },
		{ "three", DUAL SERVICE("a", ASKS("10.0.0.7,10.0.0.3,10.0.0.5"), ON4),
		  "a assigned +10.0.0.7 +10.0.0.3 +10.0.0.5" },
		{ "families are not compared", DUAL SERVICE("a", ASKS("fd00::3"), ON4),
		  "a assigned +fd00::3" },
		{ "a space counts", DUAL SERVICE("a", ASKS("10.0.0.7, fd00::3"), ON46),
		  "a pending (bad address)" },
		{ "an empty value", DUAL SERVICE("a", ASKS(""), ON4),
		  "a pending (bad address)" },
		{ "which does not fall back",
		  DUAL SERVICE("a", ASKS(""), ON4 ", loadBalancerIP: 10.0.0.7"),
		  "a pending (bad address)" },
		{ "a comma at the end", DUAL SERVICE("a", ASKS("10.0.0.7,"), ON4),
		  "a pending (bad address)" },
		{ "loadBalancerIP", DUAL SERVICE("a", "", ON4 ", loadBalancerIP: 10.0.0.7"),
		  "a assigned +10.0.0.7" },
		{ "the annotation beats it",
		  DUAL SERVICE("a", ASKS("10.0.0.8"), ON4 ", loadBalancerIP: 10.0.0.7"),
		  "a assigned +10.0.0.8" },
		{ "an empty one asks for nothing",
		  DUAL SERVICE("a", "", ON4 ", loadBalancerIP: ''"), "a assigned +10.0.0.1" },
		{ "it is split, too",
		  DUAL SERVICE("a", "", ON46 ", loadBalancerIP: '10.0.0.7,fd00::3'"),
		  "a assigned +10.0.0.7 +fd00::3" },
		{ "in no pool", DUAL SERVICE("a", ASKS("10.0.0.7,10.0.0.10"), ON4),
		  "a pending (no pool for address)" },
		{ "the group's name is ignored",
		  DUAL SERVICE("a", ASKS("10.0.0.7") ", " FROM("gone"), ON4),
		  "a assigned +10.0.0.7" },
		{ "any pool",
		  DUAL TENANT("x", "1", "namespaces: []")
			  SERVICE("a", ASKS("10.0.1.4,10.0.0.4"), ON4),
		  "a assigned +10.0.1.4 +10.0.0.4" },
		{ "the same one twice", DUAL SERVICE("a", ASKS("10.0.0.7,10.0.0.7"), ON4),
		  "a assigned +10.0.0.7 +10.0.0.7" },
		{ "v4-mapped is v4", DUAL SERVICE("a", ASKS("::ffff:10.0.0.7"), ON4),
		  "a assigned +10.0.0.7" },
		{ "taken",
		  DUAL SERVICE("a", ASKS("10.0.0.7"), ON4) SERVICE("b", ASKS("10.0.0.7"), ON4),
		  "a assigned +10.0.0.7; b pending (key conflict)" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* test: P3.10, P3.11.7 */
START_TEST(requests_on_what_is_held)
{
	static const struct row rows[] = {
		{ "a changed request is ignored",
		  DUAL SERVICE("a", BRANDED ", " ASKS("10.0.0.7"), ON4) HOLDS(IP("10.0.0.2")),
		  "a kept 10.0.0.2" },
		{ "even one that makes no sense",
		  DUAL SERVICE("a", BRANDED ", " ASKS("junk"), ON4) HOLDS(IP("10.0.0.2")),
		  "a kept 10.0.0.2" },
		/* PureLB adds to the status, although it gave the old address back. */
		{ "but not while a family is missing",
		  DUAL SERVICE("a", BRANDED ", " ASKS("10.0.0.2,fd00::7"), ON46)
			  HOLDS(IP("10.0.0.2")),
		  "a assigned 10.0.0.2 +10.0.0.2 +fd00::7" },
		{ "the second one fails, the first one stays",
		  DUAL SERVICE("a", ASKS("fd00::7"), ON6)
			  SERVICE("b", ASKS("10.0.0.7,fd00::7"), ON46)
				  SERVICE("c", ASKS("10.0.0.7"), ON4),
		  "a assigned +fd00::7; b pending +10.0.0.7 (key conflict); "
		  "c pending (key conflict)" },
		{ "no pool: nothing is touched before",
		  DUAL SERVICE("a", BRANDED ", " ASKS("10.0.0.7,fd01::7"), ON46)
			  HOLDS(IP("10.0.0.2")) SERVICE("b", "", ON4),
		  "a pending 10.0.0.2 (no pool for address); b assigned +10.0.0.1" },
		/* What failed late has given up what it holds: it is handed out again. */
		{ "taken: the old address is free",
		  DUAL SERVICE("a", BRANDED ", " ASKS("10.0.0.7"), ON46) HOLDS(IP("10.0.0.1"))
			  SERVICE("b", BRANDED, ON4) HOLDS(IP("10.0.0.7"))
				  SERVICE("c", "", ON4),
		  "a pending 10.0.0.1 (key conflict); b kept 10.0.0.7; c assigned +10.0.0.1" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* An old group inside a later one is met at its ends; a new one inside an old one is not. */
#define NESTED                                                                                 \
	GROUP("a-wide", "local: {v4pool: " R4("10.0.0.0/24") "}")                              \
	GROUP("b-inside", "local: {v4pool: " R4("10.0.0.10-10.0.0.12") "}")

/* test: P3.10, P3.4 */
START_TEST(addresses_of_several_pools)
{
	static const struct row rows[] = {
		{ "which pool takes it is open",
		  NESTED SERVICE("a", ASKS("10.0.0.11"), ON4)
			  SERVICE("b", ASKS("10.0.0.9"), ON4),
		  "a assigned +10.0.0.11?; b assigned +10.0.0.9" },
		{ "what is held, too", NESTED SERVICE("a", BRANDED, ON4) HOLDS(IP("10.0.0.11")),
		  "a kept 10.0.0.11?" },
		{ "both pools hand out one address",
		  NESTED SERVICE("a", FROM("b-inside"), ON4)
			  SERVICE("b", ASKS("10.0.0.10"), ON4),
		  "a assigned +10.0.0.10; b assigned +10.0.0.10?" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

/* test: P3.10: external pools are not found by address, and nothing is known of them. */
START_TEST(external_pools)
{
	static const struct row rows[] = {
		{ "nothing is predicted",
		  GROUP("default", "external: {provider: ipam, announce: local}")
			  SERVICE("a", "", ON4) SERVICE("b", MULTI("true"), ON4),
		  "a assigned (external); b assigned (external)" },
		{ "what is held is kept",
		  GROUP("default", "external: {provider: ipam, announce: local}")
			  SERVICE("a", BRANDED, ON4) HOLDS(IP("10.0.0.1"))
				  SERVICE("b", BRANDED, ON46) HOLDS(IP("10.0.0.2")),
		  "a kept 10.0.0.1; b assigned 10.0.0.2 (external)" },
		{ "an address of it",
		  GROUP("default", "external: {provider: ipam, announce: local}")
			  SERVICE("a", ASKS("10.0.0.1"), ON4),
		  "a pending (no pool for address)" },
		{ "several ranges and a key",
		  GROUP("default", "external: {provider: ipam, announce: local}")
			  SERVICE("a", MULTI("true") ", " SHARES("k"), ON4),
		  "a pending (multi with sharing)" },
		{ "several ranges, and an address already",
		  GROUP("default", "external: {provider: ipam, announce: local}")
			  SERVICE("a", BRANDED ", " MULTI("true"), ON4) HOLDS(IP("10.0.0.1")),
		  "a pending 10.0.0.1 (spans pools)" },
	};

	EXPECT_ROWS(rows);
}
END_TEST

Suite *suite_allocation(void)
{
	Suite *suite = suite_create("allocation");
	TCase *tcase = tcase_create("services");

	tcase_add_test(tcase, whose_services);
	tcase_add_test(tcase, the_default_announcer);
	tcase_add_test(tcase, manifests_that_were_never_applied);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("choice");
	tcase_add_test(tcase, choosing_the_pool);
	tcase_add_test(tcase, the_two_gates);
	tcase_add_test(tcase, names_that_are_taken);
	tcase_add_test(tcase, what_the_choice_tells);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("requests");
	tcase_add_test(tcase, addresses_of_groups_that_do_not_count);
	tcase_add_test(tcase, addresses_that_are_asked_for);
	tcase_add_test(tcase, requests_on_what_is_held);
	tcase_add_test(tcase, addresses_of_several_pools);
	tcase_add_test(tcase, external_pools);
	suite_add_tcase(suite, tcase);
	return suite;
}
