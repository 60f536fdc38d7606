/* SPDX-License-Identifier: Apache-2.0 */
/* 1.3.4, P5.1 and P8.1: leases and the lease duration. */
#include "tests/unit/suites.h"

#include "base/duration.h"
#include "base/text.h"
#include "purelb/cluster.h"
#include "tests/unit/load.h"

#define LEASE(name, ns, spec)                                                                  \
	"---\napiVersion: coordination.k8s.io/v1\nkind: Lease\n"                               \
	"metadata: {name: " name ", namespace: " ns "}\nspec: {" spec "}\n"
#define P "purelb-system"

/* test: P1.3.4 */
START_TEST(scope)
{
	static const struct {
		const char *name;
		const char *ns;
		const char *node;
	} rows[] = {
		{ "purelb-node-a", P, "a" },
		{ "purelb-node-node-1.example.org", P, "node-1.example.org" },
		{ "purelb-node-purelb-node-x", P, "purelb-node-x" },
		{ "purelb-node-", P, NULL },
		{ "purelb-node", P, NULL },
		{ "purelb-nodes-a", P, NULL },
		{ "Purelb-node-a", P, NULL },
		{ "x-purelb-node-a", P, NULL },
		{ "purelb-node-a", "default", NULL },
		{ NULL, P, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lease lease = { 0 };

		lease.object.name.s = rows[i].name;
		lease.object.namespace = rows[i].ns;
		ck_assert_msg(str_equal(lease_node_name(&lease, P), rows[i].node), "%s/%s",
			      rows[i].ns, rows[i].name != NULL ? rows[i].name : "");
	}
}
END_TEST

static int64_t time_of(const char *text)
{
	int64_t ns = 0;

	ck_assert_msg(rfc3339_parse(text, &ns), "%s", text);
	return ns;
}

/* test: P5.1 */
START_TEST(life)
{
	static const struct {
		const char *renewed;
		bool has_duration;
		int64_t seconds;
		const char *now;
		bool live;
	} rows[] = {
		{ "2026-01-01T00:00:00Z", true, 10, "2026-01-01T00:00:00Z", true },
		{ "2026-01-01T00:00:00Z", true, 10, "2026-01-01T00:00:09.999999999Z", true },
		{ "2026-01-01T00:00:00Z", true, 10, "2026-01-01T00:00:10Z", false },
		{ "2026-01-01T00:00:00.5Z", true, 10, "2026-01-01T00:00:10Z", true },
		{ "2026-01-01T02:00:00+02:00", true, 10, "2026-01-01T00:00:05Z", true },
		/* From a clock that is ahead. */
		{ "2026-01-01T00:01:00Z", true, 10, "2026-01-01T00:00:00Z", true },
		{ "2026-01-01T00:00:00Z", true, 0, "2026-01-01T00:00:00Z", false },
		{ "2026-01-01T00:00:00Z", true, -10, "2026-01-01T00:00:00Z", false },
		{ "2026-01-01T00:00:00Z", false, 0, "2026-01-01T00:00:00Z", false },
		{ NULL, true, 10, "2026-01-01T00:00:00Z", false },
		{ "yesterday", true, 10, "2026-01-01T00:00:00Z", false },
		/* The ends of time. */
		{ "2262-04-11T23:47:16Z", true, INT64_MAX, "2262-04-11T23:47:16.8Z", true },
		{ "1677-09-21T00:12:44Z", true, INT64_MIN, "1677-09-21T00:12:44Z", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lease lease = { 0 };

		lease.renew_time.s = rows[i].renewed;
		lease.duration_seconds.set = rows[i].has_duration;
		lease.duration_seconds.v = rows[i].seconds;
		ck_assert_msg(lease_is_live(&lease, time_of(rows[i].now)) == rows[i].live,
			      "row %zu", i);
	}
}
END_TEST

/* test: P1.3.4, P5.1 */
START_TEST(newest_renewal)
{
	struct snapshot *s = load_text(
		LEASE("purelb-node-a", P, "renewTime: '2026-01-01T00:00:05Z'")
			LEASE("purelb-node-b", P, "renewTime: '2026-01-01T00:00:07.25Z'") LEASE(
				"purelb-node-c", P, "renewTime: '2026-01-01T00:00:06Z'")
				LEASE("purelb-node-d", P, "renewTime: 'never'") LEASE(
					"purelb-node-e", "default",
					"renewTime: '2027-01-01T00:00:00Z'")
					LEASE("other", P, "renewTime: '2028-01-01T00:00:00Z'"));
	int64_t now = 0;

	ck_assert(leases_newest_renewal(s, &now));
	ck_assert_int_eq(now, time_of("2026-01-01T00:00:07.25Z"));
	snapshot_release(s);

	s = load_text(LEASE("purelb-node-a", P, "leaseDurationSeconds: 10"));
	ck_assert(!leases_newest_renewal(s, &now));
	snapshot_release(s);
}
END_TEST

/* test: P5.1: judged at the newest renewTime; without any lease nobody is known to be dead */
START_TEST(live_nodes)
{
	struct snapshot *s = load_text(
		LEASE("purelb-node-a", P,
		      "renewTime: '2026-01-01T00:00:20Z', leaseDurationSeconds: 10")
			LEASE("purelb-node-b", P,
			      "renewTime: '2026-01-01T00:00:10Z', leaseDurationSeconds: 10")
				LEASE("purelb-node-c", P,
				      "renewTime: '2026-01-01T00:00:10.001Z', leaseDurationSeconds: 10") "---\napiVersion: v1\nkind: Node\nmetadata: {name: d}\n");
	struct cluster cluster;

	purelb_resolve(&cluster, s);
	ck_assert_int_eq(cluster.now_ns, time_of("2026-01-01T00:00:20Z"));
	ck_assert(cluster_find_node(&cluster, "a")->live);
	ck_assert(!cluster_find_node(&cluster, "b")->live);
	ck_assert(cluster_find_node(&cluster, "c")->live);
	ck_assert(!cluster_find_node(&cluster, "d")->live);
	cluster_release(&cluster);
	snapshot_release(s);

	s = load_text("---\napiVersion: v1\nkind: Node\nmetadata: {name: d}\n" LEASE(
		"other", P, "renewTime: '2026-01-01T00:00:20Z'"));
	purelb_resolve(&cluster, s);
	ck_assert(cluster_find_node(&cluster, "d")->live);
	cluster_release(&cluster);
	snapshot_release(s);
}
END_TEST

/* ---- P8.1 ---- */

#define DAEMON_SET(ns, name, containers)                                                       \
	"---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: " name ", namespace: " ns \
	"}\nspec: {template: {spec: {containers: [" containers "]}}}\n"
#define AGENT(rest) DAEMON_SET(P, "lbnodeagent", "{name: lbnodeagent" rest "}")
#define ENV(value)  "env: [{name: PURELB_LEASE_DURATION, value: " value "}]"
#define SECONDS(n)  ((n)*NS_PER_SEC)

struct duration_case {
	const char *yaml;
	int64_t ns;
	enum duration_origin origin;
	const char *text;
	const char *path;
	bool unparsable;
	bool refused;
};

static const char container[] = "spec.template.spec.containers[0].";

static void expect_duration(const struct duration_case *row)
{
	struct snapshot *s = load_text(row->yaml);
	struct lease_duration d = lease_duration_resolve(s, &s->arena);
	struct text path = { 0 };

	if (row->path != NULL)
		text_printf(&path, "%s%s", container, row->path);
	ck_assert_msg(d.ns == row->ns && d.origin == row->origin, "%s: %lld ns, origin %d",
		      row->yaml, (long long)d.ns, (int)d.origin);
	ck_assert_msg(str_equal(d.text, row->text), "%s: %s", row->yaml,
		      d.text != NULL ? d.text : "no text");
	ck_assert_msg(d.unparsable == row->unparsable && d.refused == row->refused, "%s",
		      row->yaml);
	if (row->text != NULL) {
		ck_assert_str_eq(d.path, text_str(&path));
		ck_assert_uint_gt(d.pos.line, 0);
	}
	text_release(&path);
	snapshot_release(s);
}

/* test: P8.1 */
START_TEST(duration_of_a_daemon_set)
{
	static const struct duration_case rows[] = {
		{ AGENT(""), SECONDS(5), DURATION_CODE, NULL, NULL, false, false },
		{ AGENT(", " ENV("10s")), SECONDS(10), DURATION_ENV, "10s", "env[0].value",
		  false, false },
		{ AGENT(", env: [{name: A, value: x}, {name: PURELB_LEASE_DURATION, value: 1m}]"),
		  SECONDS(60), DURATION_ENV, "1m", "env[1].value", false, false },
		/* The last of several, and what other variables say means nothing. */
		{ AGENT(", env: [{name: PURELB_LEASE_DURATION, value: 9s},"
			" {name: PURELB_LEASE_DURATION, value: 8s},"
			" {name: PURELB_RETRY_PERIOD, value: 2s}]"),
		  SECONDS(8), DURATION_ENV, "8s", "env[1].value", false, false },
		/* Empty is not set. */
		{ AGENT(", " ENV("''")), SECONDS(5), DURATION_CODE, NULL, NULL, false, false },
		/* Unparsable or 0: the code's default. */
		{ AGENT(", " ENV("'10'")), SECONDS(5), DURATION_CODE, "10", "env[0].value",
		  true, false },
		{ AGENT(", " ENV("ten seconds")), SECONDS(5), DURATION_CODE, "ten seconds",
		  "env[0].value", true, false },
		{ AGENT(", " ENV("0s")), SECONDS(5), DURATION_CODE, "0s", "env[0].value", true,
		  false },
		/* Below 1 s or negative: refused. */
		{ AGENT(", " ENV("1s")), SECONDS(1), DURATION_ENV, "1s", "env[0].value", false,
		  false },
		{ AGENT(", " ENV("999ms")), 999 * NS_PER_MS, DURATION_ENV, "999ms",
		  "env[0].value", false, true },
		{ AGENT(", " ENV("-10s")), SECONDS(-10), DURATION_ENV, "-10s", "env[0].value",
		  false, true },
		{ AGENT(", " ENV("1500ms")), 1500 * NS_PER_MS, DURATION_ENV, "1500ms",
		  "env[0].value", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_duration(&rows[i]);
}
END_TEST

/* test: P8.1: the argument beats the environment */
START_TEST(duration_of_an_argument)
{
	static const struct duration_case rows[] = {
		{ AGENT(", " ENV("10s") ", args: [--lease-duration=20s]"), SECONDS(20),
		  DURATION_FLAG, "20s", "args[0]", false, false },
		{ AGENT(", args: [-lease-duration=20s]"), SECONDS(20), DURATION_FLAG, "20s",
		  "args[0]", false, false },
		{ AGENT(", args: [--port, '1', --lease-duration, 20s]"), SECONDS(20),
		  DURATION_FLAG, "20s", "args[3]", false, false },
		{ AGENT(", args: [-lease-duration, 20s]"), SECONDS(20), DURATION_FLAG, "20s",
		  "args[1]", false, false },
		{ AGENT(", command: [/lbnodeagent, --lease-duration=20s]"), SECONDS(20),
		  DURATION_FLAG, "20s", "command[1]", false, false },
		/* Flag at the end of the command, value at the start of the arguments. */
		{ AGENT(", command: [/lbnodeagent, --lease-duration], args: [7s]"), SECONDS(7),
		  DURATION_FLAG, "7s", "args[0]", false, false },
		/* The last one counts. */
		{ AGENT(", args: [--lease-duration=20s, --lease-duration=30s]"), SECONDS(30),
		  DURATION_FLAG, "30s", "args[1]", false, false },
		/* Other flags. */
		{ AGENT(", args: [--lease-durations=20s, ---lease-duration=20s,"
			" lease-duration=20s, --x-lease-duration=20s]"),
		  SECONDS(5), DURATION_CODE, NULL, NULL, false, false },
		/* The program ends when it cannot read a flag. */
		{ AGENT(", args: [--lease-duration=ten]"), SECONDS(5), DURATION_CODE, "ten",
		  "args[0]", true, true },
		{ AGENT(", args: [--lease-duration=]"), SECONDS(5), DURATION_CODE, "",
		  "args[0]", true, true },
		{ AGENT(", args: [--lease-duration]"), SECONDS(5), DURATION_CODE, "", "args[0]",
		  true, true },
		{ AGENT(", args: [--lease-duration=0s]"), SECONDS(5), DURATION_CODE, "0s",
		  "args[0]", true, false },
		{ AGENT(", args: [--lease-duration=500ms]"), 500 * NS_PER_MS, DURATION_FLAG,
		  "500ms", "args[0]", false, true },
		/* Kubernetes puts the variable in. */
		{ AGENT(", env: [{name: D, value: 12s}], args: [--lease-duration=$(D)]"),
		  SECONDS(12), DURATION_FLAG, "12s", "args[0]", false, false },
		{ AGENT(", args: [--lease-duration=$(GONE)]"), SECONDS(5), DURATION_CODE,
		  "$(GONE)", "args[0]", true, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_duration(&rows[i]);
}
END_TEST

#define LEASE_OF(seconds) LEASE("purelb-node-a", P, "leaseDurationSeconds: " seconds)
#define HIDDEN                                                                                 \
	"env: [{name: PURELB_LEASE_DURATION, valueFrom: {configMapKeyRef: {name: x, key: y}}}]"

/* test: P8.1: from a DaemonSet, else from a lease, else 10 s */
START_TEST(where_the_duration_comes_from)
{
	static const struct duration_case rows[] = {
		{ "", SECONDS(10), DURATION_DEFAULT, NULL, NULL, false, false },
		{ LEASE_OF("7"), SECONDS(7), DURATION_LEASE, NULL, NULL, false, false },
		{ LEASE_OF("7") AGENT(""), SECONDS(5), DURATION_CODE, NULL, NULL, false,
		  false },
		{ LEASE_OF("0") LEASE("purelb-node-b", P, "leaseDurationSeconds: 8"),
		  SECONDS(8), DURATION_LEASE, NULL, NULL, false, false },
		{ LEASE("purelb-node-b", "default", "leaseDurationSeconds: 8"), SECONDS(10),
		  DURATION_DEFAULT, NULL, NULL, false, false },
		/* What the input does not show is not guessed. */
		{ LEASE_OF("7") AGENT(", " HIDDEN), SECONDS(7), DURATION_LEASE, NULL, NULL,
		  false, false },
		{ AGENT(", " HIDDEN), SECONDS(10), DURATION_DEFAULT, NULL, NULL, false, false },
		{ AGENT(", " HIDDEN ", args: [--lease-duration=3s]"), SECONDS(3), DURATION_FLAG,
		  "3s", "args[0]", false, false },
		/* Another namespace, another DaemonSet. */
		{ DAEMON_SET("default", "lbnodeagent", "{name: lbnodeagent}"), SECONDS(10),
		  DURATION_DEFAULT, NULL, NULL, false, false },
		{ DAEMON_SET(P, "kube-proxy", "{name: kube-proxy}"), SECONDS(10),
		  DURATION_DEFAULT, NULL, NULL, false, false },
		{ DAEMON_SET(P, "kube-proxy", "{name: kube-proxy}") AGENT(", " ENV("4s")),
		  SECONDS(4), DURATION_ENV, "4s", "env[0].value", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_duration(&rows[i]);
}
END_TEST

/* The container that is the agent's. */
START_TEST(agent_container)
{
	static const struct {
		const char *name;
		const char *containers;
		int index; /* -1: none */
	} rows[] = {
		{ "lbnodeagent", "{name: lbnodeagent}", 0 },
		{ "lbnodeagent", "{name: k8gobgp}, {name: lbnodeagent}", 1 },
		{ "my-agent", "{name: x}, {name: lbnodeagent}", 1 },
		{ "lbnodeagent", "{name: x}", 0 },
		{ "lbnodeagent", "{name: x}, {name: y}", -1 },
		{ "my-agent", "{name: x}", -1 },
		{ "lbnodeagent", "", -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text yaml = { 0 };

		text_printf(&yaml, DAEMON_SET(P, "%s", "%s"), rows[i].name, rows[i].containers);

		struct snapshot *s = load_text(text_str(&yaml));
		const struct workload *ds = s->daemon_sets.items[0];
		const struct container *found = lbnodeagent_container(ds);

		if (rows[i].index < 0)
			ck_assert_ptr_null(found);
		else
			ck_assert_ptr_eq(found, &ds->containers.list.items[rows[i].index]);
		text_release(&yaml);
		snapshot_release(s);
	}
}
END_TEST

Suite *suite_leases(void)
{
	Suite *suite = suite_create("leases");
	TCase *tc = tcase_create("leases");

	tcase_add_test(tc, scope);
	tcase_add_test(tc, life);
	tcase_add_test(tc, newest_renewal);
	tcase_add_test(tc, live_nodes);
	tcase_add_test(tc, duration_of_a_daemon_set);
	tcase_add_test(tc, duration_of_an_argument);
	tcase_add_test(tc, where_the_duration_comes_from);
	tcase_add_test(tc, agent_container);
	suite_add_tcase(suite, tc);
	return suite;
}
