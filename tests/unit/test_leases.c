/* SPDX-License-Identifier: Apache-2.0 */
/* 1.3.4, P5.1 and P8.1: leases and the lease duration. */
#include "tests/unit/suites.h"

#include "base/duration.h"
#include "base/text.h"
#include "purelb/agents/cluster.h"
#include "tests/unit/load.h"
#include "tests/unit/pieces.h"
#include "config/objects/workloads.h"

#define LEASE(name, ns, spec)                                                                  \
	"apiVersion: coordination.k8s.io/v1\nkind: Lease\n"                                    \
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
	struct snapshot *s = load_pieces(
		PIECES(LEASE("purelb-node-a", P, "renewTime: '2026-01-01T00:00:05Z'"),
		       LEASE("purelb-node-b", P, "renewTime: '2026-01-01T00:00:07.25Z'"),
		       LEASE("purelb-node-c", P, "renewTime: '2026-01-01T00:00:06Z'"),
		       LEASE("purelb-node-d", P, "renewTime: 'never'"),
		       LEASE("purelb-node-e", "default", "renewTime: '2027-01-01T00:00:00Z'"),
		       LEASE("other", P, "renewTime: '2028-01-01T00:00:00Z'")));
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
	static const char node[] = "apiVersion: v1\nkind: Node\nmetadata: {name: d}\n";
	struct snapshot *s = load_pieces(
		PIECES(LEASE("purelb-node-a", P,
			     "renewTime: '2026-01-01T00:00:20Z', leaseDurationSeconds: 10"),
		       LEASE("purelb-node-b", P,
			     "renewTime: '2026-01-01T00:00:10Z', leaseDurationSeconds: 10"),
		       LEASE("purelb-node-c", P,
			     "renewTime: '2026-01-01T00:00:10.001Z', leaseDurationSeconds: 10"),
		       node));
	struct cluster cluster;

	purelb_resolve(&cluster, s);
	ck_assert_int_eq(cluster.now_ns, time_of("2026-01-01T00:00:20Z"));
	ck_assert(cluster_find_node(&cluster, "a")->live);
	ck_assert(!cluster_find_node(&cluster, "b")->live);
	ck_assert(cluster_find_node(&cluster, "c")->live);
	ck_assert(!cluster_find_node(&cluster, "d")->live);
	cluster_release(&cluster);
	snapshot_release(s);

	s = load_pieces(PIECES(node, LEASE("other", P, "renewTime: '2026-01-01T00:00:20Z'")));
	purelb_resolve(&cluster, s);
	ck_assert(cluster_find_node(&cluster, "d")->live);
	cluster_release(&cluster);
	snapshot_release(s);
}
END_TEST

/* test: O1.3 */
START_TEST(moment)
{
	static const char *const captures[] = {
		"capturedAt: '2026-01-01T00:10:00Z', read: [Lease, Node]",
		"capturedAt: '2026-01-01T00:10:00Z'",
	};
	static const struct {
		const char *a, *b; /* renewTime, for 10 s */
		uint32_t capture;
		const char *now;
		enum moment_origin origin;
	} rows[] = {
		/* Before it. */
		{ "2026-01-01T00:09:55Z", "2026-01-01T00:09:00Z", 0, "2026-01-01T00:10:00Z",
		  MOMENT_CAPTURE },
		/* After it, and none expires: reading took a while. */
		{ "2026-01-01T00:10:02Z", "2026-01-01T00:10:01Z", 0, "2026-01-01T00:10:02Z",
		  MOMENT_CAPTURE },
		/* One expires: the clock of a node is ahead... */
		{ "2026-01-01T00:10:40Z", "2026-01-01T00:09:58Z", 0, "2026-01-01T00:10:00Z",
		  MOMENT_CAPTURE },
		{ "2026-01-01T00:15:00Z", "2026-01-01T00:09:58Z", 0, "2026-01-01T00:10:00Z",
		  MOMENT_CAPTURE },
		/* ...but not so much. */
		{ "2026-01-01T00:15:01Z", "2026-01-01T00:09:58Z", 0, "2026-01-01T00:15:01Z",
		  MOMENT_LEASES },
		/* When leases were read is said by a Capture that read them. */
		{ "2026-01-01T00:10:40Z", "2026-01-01T00:09:58Z", 1, "2026-01-01T00:10:40Z",
		  MOMENT_CAPTURE },
		{ "2026-01-01T01:10:00Z", "2026-01-01T00:09:58Z", 1, "2026-01-01T01:10:00Z",
		  MOMENT_LEASES },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text yaml = { 0 };
		struct snapshot *s;
		int64_t now = 0;

		text_printf(&yaml,
			    "apiVersion: purelbtool.purelb.io/v1\nkind: Capture\n"
			    "metadata: {name: c}\nspec: {%s}\n---\n",
			    captures[rows[i].capture]);
		text_printf(
			&yaml,
			LEASE("purelb-node-a", P, "renewTime: '%s', leaseDurationSeconds: 10") "---\n" LEASE(
				"purelb-node-b", P,
				"renewTime: '%s', leaseDurationSeconds: 10"),
			rows[i].a, rows[i].b);
		s = load_text(text_str(&yaml));
		ck_assert_msg(leases_moment(s, &now) == rows[i].origin, "row %zu", i);
		ck_assert_msg(now == time_of(rows[i].now), "row %zu", i);
		snapshot_release(s);
		text_release(&yaml);
	}
}
END_TEST

/* ---- P8.1 ---- */

#define DAEMON_SET(ns, name, containers)                                                       \
	"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: " name ", namespace: " ns      \
	"}\nspec: {template: {spec: {containers: [" containers "]}}}\n"
#define AGENT(rest) DAEMON_SET(P, "lbnodeagent", "{name: lbnodeagent, " rest "}")
#define ENV(value)  AGENT("env: [{name: PURELB_LEASE_DURATION, value: " value "}]")
#define ARGS(args)  AGENT("args: [" args "]")

enum verdict { FINE, UNPARSABLE, REFUSED, BOTH };

struct duration_case {
	const char *yaml[2];
	int64_t ms;
	enum duration_origin origin;
	const char *text;
	const char *path; /* below the first container */
	enum verdict verdict;
};

static void expect_duration(const struct duration_case *row)
{
	struct snapshot *s = load_pieces(PIECES(row->yaml[0], row->yaml[1]));
	struct lease_duration d = lease_duration_resolve(s, &s->arena);
	struct text path = { 0 };

	ck_assert_msg(d.ns == row->ms * NS_PER_MS && d.origin == row->origin,
		      "%s: %lld ns, origin %d", row->yaml[0], (long long)d.ns, (int)d.origin);
	ck_assert_msg(str_equal(d.text, row->text), "%s: %s", row->yaml[0],
		      d.text != NULL ? d.text : "no text");
	ck_assert_int_eq(d.unparsable, row->verdict == UNPARSABLE || row->verdict == BOTH);
	ck_assert_int_eq(d.refused, row->verdict == REFUSED || row->verdict == BOTH);
	if (row->path != NULL) {
		text_printf(&path, "spec.template.spec.containers[0].%s", row->path);
		ck_assert_str_eq(d.path, text_str(&path));
		ck_assert_uint_gt(d.pos.line, 0);
		ck_assert_ptr_eq(d.object, &s->daemon_sets.items[0]->object);
	}
	text_release(&path);
	snapshot_release(s);
}

#define CODE DURATION_CODE
#define EV   DURATION_ENV
#define FLAG DURATION_FLAG

/* test: P8.1 */
START_TEST(duration_of_the_environment)
{
	static const struct duration_case rows[] = {
		{ { AGENT("") }, 5000, CODE, NULL, NULL, FINE },
		{ { ENV("10s") }, 10000, EV, "10s", "env[0].value", FINE },
		{ { ENV("1500ms") }, 1500, EV, "1500ms", "env[0].value", FINE },
		/* The last of several, and what other variables say means nothing. */
		{ { AGENT("env: [{name: PURELB_LEASE_DURATION, value: 9s},"
			  " {name: PURELB_LEASE_DURATION, value: 1m},"
			  " {name: PURELB_RETRY_PERIOD, value: 2s}]") },
		  60000,
		  EV,
		  "1m",
		  "env[1].value",
		  FINE },
		/* Empty is not set. */
		{ { ENV("''") }, 5000, CODE, NULL, NULL, FINE },
		/* Unparsable or 0: the code's default. */
		{ { ENV("'10'") }, 5000, CODE, "10", "env[0].value", UNPARSABLE },
		{ { ENV("ten s") }, 5000, CODE, "ten s", "env[0].value", UNPARSABLE },
		{ { ENV("0s") }, 5000, CODE, "0s", "env[0].value", UNPARSABLE },
		/* Below 1 s or negative: refused. */
		{ { ENV("1s") }, 1000, EV, "1s", "env[0].value", FINE },
		{ { ENV("999ms") }, 999, EV, "999ms", "env[0].value", REFUSED },
		{ { ENV("-10s") }, -10000, EV, "-10s", "env[0].value", REFUSED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_duration(&rows[i]);
}
END_TEST

/* test: P8.1: the argument beats the environment */
START_TEST(duration_of_an_argument)
{
	static const struct duration_case rows[] = {
		{ { AGENT("env: [{name: PURELB_LEASE_DURATION, value: 10s}],"
			  " args: [--lease-duration=20s]") },
		  20000,
		  FLAG,
		  "20s",
		  "args[0]",
		  FINE },
		{ { ARGS("-lease-duration=20s") }, 20000, FLAG, "20s", "args[0]", FINE },
		{ { ARGS("--port, '1', --lease-duration, 20s") },
		  20000,
		  FLAG,
		  "20s",
		  "args[3]",
		  FINE },
		{ { ARGS("-lease-duration, 20s") }, 20000, FLAG, "20s", "args[1]", FINE },
		{ { AGENT("command: [/agent, --lease-duration=20s]") },
		  20000,
		  FLAG,
		  "20s",
		  "command[1]",
		  FINE },
		/* Flag at the end of the command, value at the start of the arguments. */
		{ { AGENT("command: [/agent, --lease-duration], args: [7s]") },
		  7000,
		  FLAG,
		  "7s",
		  "args[0]",
		  FINE },
		/* The last one counts. */
		{ { ARGS("--lease-duration=20s, --lease-duration=30s") },
		  30000,
		  FLAG,
		  "30s",
		  "args[1]",
		  FINE },
		/* Other flags. */
		{ { ARGS("--lease-durations=9s, ---lease-duration=9s, lease-duration=9s") },
		  5000,
		  CODE,
		  NULL,
		  NULL,
		  FINE },
		/* The program ends when it cannot read a flag. */
		{ { ARGS("--lease-duration=ten") }, 5000, CODE, "ten", "args[0]", BOTH },
		{ { ARGS("--lease-duration=") }, 5000, CODE, "", "args[0]", BOTH },
		{ { ARGS("--lease-duration") }, 5000, CODE, "", "args[0]", BOTH },
		{ { ARGS("--lease-duration=0s") }, 5000, CODE, "0s", "args[0]", UNPARSABLE },
		{ { ARGS("--lease-duration=500ms") }, 500, FLAG, "500ms", "args[0]", REFUSED },
		/* Kubernetes puts variables of the container in. */
		{ { AGENT("env: [{name: D, value: 12s}], args: [--lease-duration=$(D)]") },
		  12000,
		  FLAG,
		  "12s",
		  "args[0]",
		  FINE },
		{ { ARGS("--lease-duration=$(D)") }, 5000, CODE, "$(D)", "args[0]", BOTH },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_duration(&rows[i]);
}
END_TEST

#define LEASE_OF(seconds) LEASE("purelb-node-a", P, "leaseDurationSeconds: " seconds)
#define VALUE_FROM(before)                                                                     \
	AGENT(before "env: [{name: PURELB_LEASE_DURATION, valueFrom: {configMapKeyRef: "       \
		     "{name: x, key: y}}}]")
#define OF_LEASE DURATION_LEASE
#define DEFAULT  DURATION_DEFAULT

/* test: P8.1: from a DaemonSet, else from a lease, else 10 s */
START_TEST(where_the_duration_comes_from)
{
	static const char other_namespace[] =
		DAEMON_SET("default", "lbnodeagent", "{name: lbnodeagent}");
	static const char other_name[] = DAEMON_SET(P, "kube-proxy", "{name: kube-proxy}");
	static const char outside[] =
		LEASE("purelb-node-b", "default", "leaseDurationSeconds: 8");
	static const struct duration_case rows[] = {
		{ { "" }, 10000, DEFAULT, NULL, NULL, FINE },
		{ { LEASE_OF("7") }, 7000, OF_LEASE, NULL, NULL, FINE },
		{ { LEASE_OF("7"), AGENT("") }, 5000, CODE, NULL, NULL, FINE },
		{ { LEASE_OF("0"), LEASE_OF("8") }, 8000, OF_LEASE, NULL, NULL, FINE },
		{ { outside }, 10000, DEFAULT, NULL, NULL, FINE },
		{ { other_namespace }, 10000, DEFAULT, NULL, NULL, FINE },
		{ { other_name }, 10000, DEFAULT, NULL, NULL, FINE },
		{ { other_name, ENV("4s") }, 4000, EV, "4s", NULL, FINE },
		/* What the input does not show is not guessed. */
		{ { LEASE_OF("7"), VALUE_FROM("") }, 7000, OF_LEASE, NULL, NULL, FINE },
		{ { VALUE_FROM("") }, 10000, DEFAULT, NULL, NULL, FINE },
		{ { VALUE_FROM("args: [--lease-duration=3s], ") },
		  3000,
		  FLAG,
		  "3s",
		  "args[0]",
		  FINE },
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
		const struct container *found = workload_agent(ds);

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
	tcase_add_test(tc, moment);
	tcase_add_test(tc, duration_of_the_environment);
	tcase_add_test(tc, duration_of_an_argument);
	tcase_add_test(tc, where_the_duration_comes_from);
	tcase_add_test(tc, agent_container);
	suite_add_tcase(suite, tc);
	return suite;
}
