/* SPDX-License-Identifier: Apache-2.0 */
/* Section 6: the interface that an address is announced on, and what a node does with it. */
#include "tests/unit/announcing_world.h"
#include "tests/unit/suites.h"

#include "base/random.h"
#include "base/text.h"
#include "purelb/announcing/announcing.h"
#include "purelb/agents/cluster.h"
#include "purelb/agents/limits.h"
#include "tests/unit/expect.h"
#include "tests/unit/load.h"

static const struct row {
	const char *agent; /* what follows "spec:"; empty: no LBNodeAgent at all */
	const char *vip;
	const char *interface; /* NULL: nowhere */
	const char *net;       /* the address whose prefix length counts */
} interface_rows[] = {
	/* A pattern: by name, whatever the order of the input; loopback too, the dummy not. */
	{ "  local: {localInterface: ^eth}\n", "10.0.0.240", "eth0", "10.0.0.11/24" },
	{ "  local: {localInterface: ^eth}\n", "10.0.0.9", "eth0", "10.0.0.13/28" },
	{ "  local: {localInterface: eth1}\n", "10.0.0.240", "eth1", "10.0.0.12/24" },
	{ "  local: {localInterface: ^eth}\n", "10.9.0.5", NULL, NULL },
	{ "  local: {localInterface: .}\n", "10.9.0.5", "lo", "10.9.0.1/24" },
	{ "  local: {localInterface: .}\n", "10.8.0.5", NULL, NULL },
	{ "  local: {localInterface: ., dummyInterface: x}\n", "10.8.0.5", "kube-lb0",
	  "10.8.0.1/24" },
	/* A v6 address that is going out of use does not count. */
	{ "  local: {localInterface: ^eth}\n", "fd02::5", NULL, NULL },
	{ "  local: {localInterface: ^eth}\n", "fd03::5", "eth2", "fd03::11/64" },
	/* The default-route interface of the address's own family. */
	{ "  local: {localInterface: default}\n", "10.0.0.240", "eth0", "10.0.0.11/24" },
	{ "  local: {localInterface: default}\n", "fd00::5", "eth1", "fd00::12/64" },
	{ "  local: {localInterface: default}\n", "10.2.0.5", NULL, NULL },
	/* The list comes after it, as written; the dummy and what is not there are skipped. */
	{ "  local: {localInterface: default, interfaces: [eth1]}\n", "10.0.0.240", "eth0",
	  "10.0.0.11/24" },
	{ "  local: {localInterface: eth9, interfaces: [eth1, eth0]}\n", "10.0.0.240", "eth1",
	  "10.0.0.12/24" },
	{ "  local: {localInterface: default, interfaces: [kube-lb0, '', eth7, eth2]}\n",
	  "10.2.0.5", "eth2", "10.2.0.11/24" },
	{ "  local: {localInterface: default, interfaces: [kube-lb0]}\n", "10.8.0.5", NULL,
	  NULL },
	{ "  local: {localInterface: eth9, interfaces: [eth1, eth0, eth1]}\n", "10.1.0.5",
	  "eth0", "10.1.0.11/24" },
	/* Of two interfaces with one name the first is seen. */
	{ "  local: {localInterface: twin}\n", "10.4.0.5", "twin", "10.4.0.11/24" },
	{ "  local: {localInterface: twin}\n", "10.5.0.5", NULL, NULL },
	/* Not configured: nowhere. */
	{ "  local: {localInterface: '('}\n", "10.0.0.240", NULL, NULL },
	{ "  nodeSelector: {matchLabels: {no: one}}\n  local: {}\n", "10.0.0.240", NULL, NULL },
	{ "  nodeSelector: {}\n", "10.0.0.240", NULL, NULL },
	{ "", "10.0.0.240", NULL, NULL },
};

/* test: P6.3 */
START_TEST(finds_the_interface)
{
	const struct row *row = &interface_rows[_i];
	const bool agent = row->agent[0] != '\0';
	struct text text = { 0 };
	struct snapshot *snapshot;
	struct cluster cluster = { 0 };
	const struct cluster_node *node;
	const struct node_interface *found;
	const struct node_net *net = NULL;
	struct ip vip;

	text_printf(&text, "%s%s" NODE, agent ? AGENT : "", row->agent);
	snapshot = load_text(text_str(&text));
	ck_assert_uint_eq(snapshot->problems.count, 0);
	purelb_resolve(&cluster, snapshot);
	node = cluster_find_node(&cluster, "a");
	ck_assert_ptr_nonnull(node);
	ck_assert(ip_parse(row->vip, &vip));
	found = announcing_interface(&node->config, node->inventory, node->interfaces.items,
				     node->interfaces.count, vip, &net);
	ck_assert_pstr_eq(found != NULL ? found->name : NULL, row->interface);
	ck_assert_pstr_eq(net != NULL ? net->entry->address.s : NULL, row->net);
	cluster_release(&cluster);
	snapshot_release(snapshot);
	text_release(&text);
}
END_TEST

static const char *const act_names[ANNOUNCING_ACTS] = {
	[ANNOUNCING_LOCAL] = "local",
	[ANNOUNCING_LOST] = "lost",
	[ANNOUNCING_NOBODY] = "nobody",
	[ANNOUNCING_DUMMY] = "dummy",
	[ANNOUNCING_NO_ENDPOINT] = "no endpoint",
	[ANNOUNCING_NOT_CONFIGURED] = "not configured",
	[ANNOUNCING_NO_INTERFACE] = "no interface",
	[ANNOUNCING_NO_ROUTE] = "no route",
	[ANNOUNCING_BAD_PREFIX] = "bad prefix",
};

/* "local eth0/24", and what else there is to say. */
static const char *describe(const struct announcement *a, struct arena *arena)
{
	const char *where = a->interface_name != NULL ? a->interface_name : "?";
	const char *text = act_names[a->act];

	if (announcing_holds(a->act))
		text = arena_printf(arena, "%s %s/%u", text, where, a->prefix);
	return arena_printf(arena, "%s%s%s%s", text, a->guessed ? " guessed" : "",
			    a->resets_policy ? " resets" : "",
			    a->options.nodad ? " nodad" : "");
}

enum { POLICY = 1, ALLOW = 2, HEALTHY = 4, SKIP_DAD = 8 };

static const struct decision {
	const char *agent;
	const char *node;
	const char *vip;
	const char *winner; /* NULL: nobody */
	unsigned flags;
	const char *expected;
} decisions[] = {
	/* P6.5 */
	{ DEFAULT, "a", "10.0.0.240", "a", 0, "local eth0/24" },
	{ DEFAULT, "a", "10.0.0.240", "b", 0, "lost" },
	/* P5.5, P5.6 */
	{ DEFAULT, "a", "10.0.0.240", NULL, 0, "nobody" },
	/* The last address of the interface that contains it gives the length (P6.3). */
	{ DEFAULT, "a", "10.0.0.9", "a", 0, "local eth0/28" },
	{ DEFAULT, "a", "fd00::5", "a", 0, "local eth1/64" },
	/* P6.5: every node with an interface changes the policy, the losers too. */
	{ DEFAULT, "a", "10.0.0.240", "a", POLICY, "local eth0/24 resets" },
	{ DEFAULT, "a", "10.0.0.240", "b", POLICY, "lost resets" },
	{ DEFAULT, "a", "10.0.0.240", NULL, POLICY, "nobody resets" },
	{ DEFAULT, "a", "10.0.0.240", "a", POLICY | ALLOW, "local eth0/24" },
	{ DEFAULT, "a", "10.0.0.240", "b", POLICY | ALLOW, "lost" },
	/* P6.6: DAD is skipped on local interfaces only. */
	{ DEFAULT, "a", "fd00::5", "a", SKIP_DAD, "local eth1/64 nodad" },
	{ DEFAULT, "a", "fd20::5", "a", SKIP_DAD, "dummy kube-lb0/128" },
	/* P6.3: a remote address inside the node's own subnet is local to it. */
	{ DEFAULT, "a", "10.0.0.105", "a", 0, "local eth0/24" },
	{ DEFAULT, "a", "10.0.0.105", "b", 0, "lost" },
	{ DEFAULT, "a", "10.0.0.105", NULL, 0, "nobody" },
	/* P6.4: neither a local interface nor remote. */
	{ DEFAULT, "a", "10.99.0.1", "a", 0, "no interface" },
	{ DEFAULT, "a", "10.99.0.1", NULL, POLICY, "no interface" },
	/* P6.7: who wins does not matter. */
	{ DEFAULT, "a", "10.20.0.5", NULL, 0, "dummy kube-lb0/24" },
	{ DEFAULT, "a", "10.20.0.5", "b", 0, "dummy kube-lb0/24" },
	{ DEFAULT, "a", "10.21.0.5", NULL, 0, "dummy kube-lb0/32" },
	{ DEFAULT, "a", "10.22.0.5", NULL, 0, "dummy kube-lb0/23" },
	{ DEFAULT, "a", "10.23.0.5", NULL, 0, "bad prefix" },
	{ "  local: {dummyInterface: lb1}\n", "a", "10.20.0.5", NULL, 0, "dummy lb1/24" },
	{ DEFAULT, "a", "10.20.0.5", NULL, POLICY, "no endpoint" },
	{ DEFAULT, "a", "10.20.0.5", NULL, POLICY | ALLOW, "no endpoint" },
	{ DEFAULT, "a", "10.20.0.5", NULL, POLICY | HEALTHY, "dummy kube-lb0/24" },
	/* The endpoints are looked at first. */
	{ DEFAULT, "a", "10.23.0.5", NULL, POLICY, "no endpoint" },
	{ DEFAULT, "a", "10.23.0.5", NULL, POLICY | HEALTHY, "bad prefix" },
	/* P6.3: no default route of the family, and no `interfaces`: an error at once ... */
	{ DEFAULT, "b", "10.20.0.5", NULL, 0, "dummy kube-lb0/24" },
	{ DEFAULT, "b", "fd00::5", "b", 0, "no route" },
	{ DEFAULT, "b", "fd20::5", NULL, 0, "no route" },
	{ DEFAULT, "b", "fd99::5", NULL, 0, "no route" },
	/* ... but not with any entry in it, or with a pattern. */
	{ "  local: {interfaces: [eth9]}\n", "b", "fd20::5", NULL, 0, "dummy kube-lb0/128" },
	{ "  local: {interfaces: ['']}\n", "b", "fd20::5", NULL, 0, "dummy kube-lb0/128" },
	{ "  local: {interfaces: [eth9]}\n", "b", "fd99::5", NULL, 0, "no interface" },
	{ "  local: {interfaces: [eth0]}\n", "b", "fd00::5", "b", 0, "local eth0/64" },
	{ "  local: {localInterface: eth9}\n", "b", "fd20::5", NULL, 0, "dummy kube-lb0/128" },
	/* P6.2: local and remote alike. */
	{ "", "a", "10.0.0.240", "a", 0, "not configured" },
	{ "", "a", "10.20.0.5", NULL, 0, "not configured" },
	{ "  nodeSelector: {}\n", "a", "10.20.0.5", NULL, 0, "not configured" },
	{ "  nodeSelector: {matchLabels: {no: one}}\n  local: {}\n", "a", "10.0.0.240", "a", 0,
	  "not configured" },
	{ "  local: {localInterface: '('}\n", "a", "10.0.0.240", "a", POLICY,
	  "not configured" },
	/* Interfaces that are not in the input have no name, and it is said. Node c has no
	 * subnets either. */
	{ DEFAULT, "c", "10.0.0.240", "c", 0, "no interface guessed" },
	{ DEFAULT, "c", "10.20.0.5", NULL, 0, "dummy kube-lb0/24 guessed" },
};

static struct announcement ask(struct stage *stage, const struct decision *row)
{
	const struct cluster_node *node = cluster_find_node(&stage->cluster, row->node);
	const struct announcing_question question = {
		.vip = ip_of(row->vip),
		.winner = row->winner != NULL ? cluster_find_node(&stage->cluster, row->winner)
					      : NULL,
		.policy_local = (row->flags & POLICY) != 0,
		.allow_local = (row->flags & ALLOW) != 0,
		.healthy_endpoint = (row->flags & HEALTHY) != 0,
		.skip_dad = (row->flags & SKIP_DAD) != 0,
	};
	struct announcer announcer;

	ck_assert_ptr_nonnull(node);
	announcer_prepare(&announcer, &stage->cluster, node, &stage->arena);
	return announcing_decide(&announcer, &stage->pools, &question);
}

/* test: P5.5, P6.2, P6.3, P6.4, P6.5, P6.6, P6.7 */
START_TEST(decides)
{
	const struct decision *row = &decisions[_i];
	struct announcement answer;
	struct stage stage;

	open_stage(&stage, row->agent, NODES GROUPS);
	answer = ask(&stage, row);
	ck_assert_str_eq(describe(&answer, &stage.arena), row->expected);
	close_stage(&stage);
}
END_TEST

/* test: P6.2, P6.4, P6.5, P6.8 */
START_TEST(what_an_act_means)
{
	static const struct {
		enum announcing_act act;
		bool holds, fails, clears;
	} rows[] = {
		{ ANNOUNCING_LOCAL, true, false, false },
		/* P6.8: losing clears nothing. */
		{ ANNOUNCING_LOST, false, false, false },
		{ ANNOUNCING_NOBODY, false, false, false },
		{ ANNOUNCING_DUMMY, true, false, false },
		{ ANNOUNCING_NO_ENDPOINT, false, false, false },
		{ ANNOUNCING_NOT_CONFIGURED, false, false, true },
		{ ANNOUNCING_NO_INTERFACE, false, false, true },
		{ ANNOUNCING_NO_ROUTE, false, true, false },
		{ ANNOUNCING_BAD_PREFIX, false, true, false },
	};

	_Static_assert(sizeof(rows) / sizeof(rows[0]) == ANNOUNCING_ACTS, "every act");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert(announcing_holds(rows[i].act) == rows[i].holds);
		ck_assert(announcing_fails(rows[i].act) == rows[i].fails);
		ck_assert(announcing_clears_slot(rows[i].act) == rows[i].clears);
	}
}
END_TEST

#define CLUSTER_OF(annotation)                                                                 \
	"---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"                               \
	"metadata: {name: purelb-node-x, namespace: purelb-system,"                            \
	" annotations: {purelb.io/subnets: '" annotation "'}}\n"                               \
	"spec: {leaseDurationSeconds: 10, renewTime: '2026-01-01T00:00:30Z'}\n"
#define RACK "  nodeSelector: {matchLabels: {rack: r1}}\n"

/* Nodes of which only the lease is known: no labels, no interfaces. */
static const struct unknown {
	const char *agent;
	const char *annotation;
	const char *vip;
	const char *expected; /* when it wins */
} unknowns[] = {
	{ DEFAULT, CLUSTER_OF("10.0.0.0/24,10.0.0.0/8"), "10.0.0.240", "local ?/24 guessed" },
	{ DEFAULT, CLUSTER_OF("10.0.0.0/24,10.0.0.0/8"), "10.9.0.1", "local ?/8 guessed" },
	{ DEFAULT, CLUSTER_OF("10.0.0.0/24"), "10.20.0.5", "dummy kube-lb0/24 guessed" },
	{ DEFAULT, CLUSTER_OF("fd00::/64"), "fd00::7", "local ?/64 guessed" },
	/* A selector may match what is not known; then the lease shows that one does. */
	{ RACK "  local: {}\n", CLUSTER_OF("10.0.0.0/24"), "10.0.0.240", "local ?/24 guessed" },
	{ RACK "  local: {}\n", CLUSTER_OF("10.0.0.0/24"), "10.20.0.5", "dummy ?/24 guessed" },
	{ RACK "  local: {}\n", CLUSTER_OF(""), "10.20.0.5", "not configured" },
	{ RACK, CLUSTER_OF("10.0.0.0/24"), "10.0.0.240", "not configured" },
	{ "", CLUSTER_OF("10.0.0.0/24"), "10.0.0.240", "not configured" },
};

START_TEST(unknown_interfaces)
{
	const struct unknown *row = &unknowns[_i];
	const struct decision decision = { row->agent, "x", row->vip, "x", 0, row->expected };
	struct announcement answer;
	struct text rest = { 0 };
	struct stage stage;

	text_printf(&rest, "%s%s", row->annotation, GROUPS);
	open_stage(&stage, row->agent, text_str(&rest));
	answer = ask(&stage, &decision);
	ck_assert_str_eq(describe(&answer, &stage.arena), row->expected);
	ck_assert_ptr_null(answer.interface);
	close_stage(&stage);
	text_release(&rest);
}
END_TEST

/* ---- P6.6: options ---- */

#define LOCAL_CONFIG(options) "  local: {addressConfig: {localInterface: {" options "}}}\n"
#define DUMMY_CONFIG(options) "  local: {addressConfig: {dummyInterface: {" options "}}}\n"

static const struct options_row {
	const char *agent;
	const char *place; /* "4": local v4, "6": local v6, "d": dummy */
	int64_t valid, preferred, renew;
	bool permanent, deprecated, no_prefix_route;
} options_rows[] = {
	{ "  local: {}\n", "4", 300, 300, 150, false, false, true },
	/* v6 and finite: deprecated. */
	{ "  local: {}\n", "6", 300, 0, 150, false, true, true },
	{ "  local: {}\n", "d", 0, 0, 0, true, false, false },
	{ LOCAL_CONFIG("validLifetime: 0"), "4", 0, 0, 0, true, false, true },
	/* Permanent: not deprecated. */
	{ LOCAL_CONFIG("validLifetime: 0"), "6", 0, 0, 0, true, false, true },
	{ LOCAL_CONFIG("validLifetime: 1"), "4", 60, 60, 30, false, false, true },
	{ LOCAL_CONFIG("validLifetime: 59"), "4", 60, 60, 30, false, false, true },
	{ LOCAL_CONFIG("validLifetime: 61"), "4", 61, 61, 30, false, false, true },
	{ LOCAL_CONFIG("validLifetime: 125"), "4", 125, 125, 62, false, false, true },
	{ LOCAL_CONFIG("validLifetime: 600, preferredLifetime: 100"), "4", 600, 100, 300, false,
	  false, true },
	{ LOCAL_CONFIG("validLifetime: 600, preferredLifetime: 900"), "4", 600, 600, 300, false,
	  false, true },
	{ LOCAL_CONFIG("preferredLifetime: 900"), "4", 300, 300, 150, false, false, true },
	{ LOCAL_CONFIG("preferredLifetime: 0"), "4", 300, 0, 150, false, true, true },
	{ LOCAL_CONFIG("validLifetime: 0, preferredLifetime: 100"), "6", 0, 0, 0, true, false,
	  true },
	{ LOCAL_CONFIG("noPrefixRoute: false"), "4", 300, 300, 150, false, false, false },
	/* Each kind of interface has its own. */
	{ LOCAL_CONFIG("validLifetime: 600, noPrefixRoute: true"), "d", 0, 0, 0, true, false,
	  false },
	{ DUMMY_CONFIG("validLifetime: 600"), "4", 300, 300, 150, false, false, true },
	{ DUMMY_CONFIG("validLifetime: 30, noPrefixRoute: true"), "d", 60, 60, 30, false, false,
	  true },
	{ DUMMY_CONFIG("validLifetime: 600, preferredLifetime: 0"), "d", 600, 0, 300, false,
	  true, false },
};

/* test: P6.6 */
START_TEST(options)
{
	const struct options_row *row = &options_rows[_i];
	const struct agent_local *local;
	struct announced_address a;
	struct stage stage;

	open_stage(&stage, row->agent, NODE);
	local = &stage.cluster.agents.list.items[0].agent->local;
	a = row->place[0] == 'd'
		    ? announced_on_dummy(local)
		    : announced_locally(local, row->place[0] == '4' ? IP_V4 : IP_V6, false);
	ck_assert_int_eq(a.valid_s, row->valid);
	ck_assert_int_eq(a.preferred_s, row->preferred);
	ck_assert_int_eq(a.renew_s, row->renew);
	ck_assert(a.permanent == row->permanent);
	ck_assert(a.deprecated == row->deprecated);
	ck_assert(a.no_prefix_route == row->no_prefix_route);
	ck_assert(!a.nodad);
	close_stage(&stage);
}
END_TEST

/* P6.6: a node whose agent is unknown. */
START_TEST(options_without_a_configuration)
{
	ck_assert_int_eq(announced_locally(NULL, IP_V4, true).valid_s, 300);
	ck_assert(announced_locally(NULL, IP_V4, true).nodad);
	ck_assert(announced_on_dummy(NULL).permanent);
}
END_TEST

/* ---- P6.1 ---- */

#define SERVICE(ns, name, annotations, type)                                                   \
	"apiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: " ns             \
	", annotations: {" annotations "}}\nspec: {type: " type "}\n"
#define OURS "purelb.io/allocated-by: PureLB"

static const struct considered {
	const char *service;
	bool considered;
} considered_rows[] = {
	{ SERVICE("shop", "web", OURS, "LoadBalancer"), true },
	{ SERVICE("shop", "web", "", "LoadBalancer"), true }, /* no annotations at all */
	{ SERVICE("shop", "web", "a: b", "LoadBalancer"), false },
	{ SERVICE("shop", "web", "purelb.io/allocated-by: purelb", "LoadBalancer"), false },
	{ SERVICE("shop", "web", "a: b, " OURS, "LoadBalancer"), true },
	{ SERVICE("shop", "web", OURS, "ClusterIP"), false },
	{ SERVICE("default", "kubernetes", OURS, "LoadBalancer"), false },
	{ SERVICE("kube-system", "kube-dns", OURS, "LoadBalancer"), false },
	{ SERVICE("kube-system", "kube-scheduler", OURS, "LoadBalancer"), false },
	{ SERVICE("kube-system", "kube-controller-manager", OURS, "LoadBalancer"), false },
	{ SERVICE("kube-system", "other", OURS, "LoadBalancer"), true },
	{ SERVICE("default", "kube-dns", OURS, "LoadBalancer"), true },
};

/* test: P6.1 */
START_TEST(considers)
{
	struct snapshot *snapshot = load_text(considered_rows[_i].service);

	ck_assert_uint_eq(snapshot->services.count, 1);
	ck_assert(announcing_considers(snapshot->services.items[0]) ==
		  considered_rows[_i].considered);
	snapshot_release(snapshot);
}
END_TEST

/* ---- P9.4 ---- */

/* test: P9.4 */
START_TEST(takeover_times)
{
	static const struct {
		uint32_t gained;
		bool quiet;
		int64_t ms;
	} rows[] = {
		{ 0, false, 0 },
		{ 1, false, 0 },
		{ 6, false, 0 },
		{ 7, false, 400 },
		{ 11, false, 2000 },
		{ 106, false, 40000 },
		{ 0, true, 0 },
		{ 11, true, 0 },
		{ 12, true, 200 },
		{ 111, true, 20000 },
		{ UINT32_MAX, false, (INT64_C(4294967295) - 6) * 400 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_int_eq(limits_takeover_ns(rows[i].gained, rows[i].quiet),
				 rows[i].ms * 1000000);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

static TCase *decision_cases(void)
{
	TCase *tcase = tcase_create("decision");

	tcase_add_loop_test(tcase, decides, 0, ROWS(decisions));
	tcase_add_test(tcase, what_an_act_means);
	tcase_add_loop_test(tcase, unknown_interfaces, 0, ROWS(unknowns));
	tcase_add_loop_test(tcase, options, 0, ROWS(options_rows));
	tcase_add_test(tcase, options_without_a_configuration);
	tcase_add_loop_test(tcase, considers, 0, ROWS(considered_rows));
	tcase_add_test(tcase, takeover_times);
	return tcase;
}

Suite *suite_announcing(void)
{
	Suite *suite = suite_create("announcing");
	TCase *tcase = tcase_create("interface");

	tcase_add_loop_test(tcase, finds_the_interface, 0, ROWS(interface_rows));
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, decision_cases());
	return suite;
}
