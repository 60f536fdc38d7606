/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One mistake, one finding (S6.5d): every event with each of its words missing, doubled,
 * misspelled and of a wrong type. What is optional may be missing.
 */
#include <check.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/unit/expect.h"
#include "tests/unit/sim_world.h"
#include "tests/unit/suites.h"

#define WORLD                                                                                  \
	"---\napiVersion: bgp.purelb.io/v1\nkind: BGPConfiguration\n"                          \
	"metadata: {name: default, namespace: purelb-system}\nspec:\n"                         \
	"  global: {asn: 65000}\n"                                                             \
	"  netlinkImport: {enabled: true, interfaceList: [kube-lb0]}\n"                        \
	"  neighbors:\n  - config: {neighborAddress: 192.168.0.250, peerAsn: 65001}\n"         \
	"---\napiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\n"                      \
	"metadata: {name: routers}\nspec:\n  routers:\n"                                       \
	"  - {name: tor1, asn: 65001, addresses: [192.168.0.250/16], "                         \
	"bgp: {profile: frr, attach: direct}}\n"

enum { ARGUMENTS_MAX = 4 };

/* What an argument may be without a mistake. */
enum tolerance {
	OPTIONAL = 1 << 0, /* it may be missing */
	ANY_TEXT = 1 << 1, /* no word is misspelled, no scalar of a wrong type */
	ANY_EMPTY = 1 << 2,
};

struct argument {
	const char *key, *value;
	unsigned tolerates;
};

#define NODE                                                                                   \
	{                                                                                      \
		"node", "node-1", 0                                                            \
	}
#define ROUTER                                                                                 \
	{                                                                                      \
		"router", "tor1", 0                                                            \
	}
#define END                                                                                    \
	{                                                                                      \
		"by", "router", OPTIONAL                                                       \
	}
#define SEGMENT                                                                                \
	{                                                                                      \
		"segment", "rack", 0                                                           \
	}
#define OPTIONALLY(key_, value_)                                                               \
	{                                                                                      \
		key_, value_, OPTIONAL                                                         \
	}
#define NEEDED(key_, value_)                                                                   \
	{                                                                                      \
		key_, value_, 0                                                                \
	}

static const struct event_row {
	const char *name;
	struct argument arguments[ARGUMENTS_MAX];
} rows[] = {
	{ "nodeCrash", { NODE } },
	{ "nodeRecover", { NODE } },
	{ "agentKill", { NODE } },
	{ "agentStop", { NODE } },
	{ "agentStart", { NODE } },
	{ "agentRestart", { NODE } },
	{ "rollingRestart", { OPTIONALLY("maxUnavailable", "1") } },
	{ "apiDown", { OPTIONALLY("how", "hang") } },
	{ "apiUp", { OPTIONALLY("restarted", "true") } },
	{ "apiPartition", { NODE } },
	{ "apiHeal", { NODE } },
	{ "linkDown", { NODE, OPTIONALLY("interface", "eth0"), OPTIONALLY("api", "true") } },
	{ "linkUp", { NODE, OPTIONALLY("interface", "eth0") } },
	{ "addressRemove",
	  { NODE, OPTIONALLY("interface", "eth0"), NEEDED("address", "192.168.0.11/16") } },
	{ "addressAdd",
	  { NODE, OPTIONALLY("interface", "eth0"), NEEDED("address", "192.168.0.99/16") } },
	{ "clockStep", { NODE, NEEDED("by", "3s") } },
	{ "clockSkew", { NODE, NEEDED("skew", "200ms") } },
	{ "serviceCreate", { NEEDED("service", "default/s0") } },
	{ "serviceDelete", { NEEDED("service", "default/s0") } },
	{ "endpoints",
	  { NEEDED("service", "default/s0"), { "nodes", "[node-1]", ANY_EMPTY } } },
	{ "apply", { NEEDED("file", "@fixtures/three-nodes/pool.yaml") } },
	{ "delete", { NEEDED("kind", "ServiceGroup"), NEEDED("name", "far") } },
	{ "nodeDelete", { NODE } },
	{ "gratuitousLoss", { SEGMENT, NEEDED("probability", "0.5") } },
	{ "observerReset", { NEEDED("observer", "client") } },
	{ "nodeReboot", { NODE, OPTIONALLY("downFor", "30s") } },
	{ "agentCrash", { NODE } },
	{ "podDelete", { NODE, OPTIONALLY("force", "true") } },
	{ "leaseDelete", { { "winnerOf", "default/s0", 0 } } },
	{ "switchDown", { SEGMENT, OPTIONALLY("api", "true") } },
	{ "switchUp", { SEGMENT } },
	{ "rollingReboot",
	  { OPTIONALLY("maxUnavailable", "1"), OPTIONALLY("downFor", "20s"),
	    OPTIONALLY("pause", "5s") } },
	{ "segmentLoss", { SEGMENT, NEEDED("probability", "0.3") } },
	{ "segmentDelay", { SEGMENT, NEEDED("delay", "20ms") } },
	{ "allocatorDown", { { NULL, NULL, 0 } } },
	{ "allocatorUp", { { NULL, NULL, 0 } } },
	{ "addressConflict",
	  { NEEDED("ip", "192.168.128.0"), NODE, OPTIONALLY("interface", "eth0"),
	    OPTIONALLY("for", "30s") } },
	{ "drain", { NODE } },
	{ "uncordon", { NODE } },
	{ "taint",
	  { NODE,
	    { "key", "dedicated", ANY_TEXT },
	    NEEDED("effect", "NoExecute"),
	    { "value", "x", OPTIONAL | ANY_TEXT | ANY_EMPTY } } },
	{ "untaint", { NODE, { "key", "dedicated", OPTIONAL | ANY_TEXT } } },
	{ "label", { NODE, NEEDED("labels", "{rack: r9}") } },
	{ "serviceEdit",
	  { NEEDED("service", "default/s0"),
	    NEEDED("patch", "{spec: {externalTrafficPolicy: Local}}") } },
	{ "bgpDaemonStop", { NODE } },
	{ "bgpDaemonKill", { NODE, OPTIONALLY("restart", "false") } },
	{ "bgpDaemonStart", { NODE } },
	{ "bgpSessionReset", { NODE, ROUTER, END } },
	{ "cut", { NODE, ROUTER } },
	{ "heal", { NODE, ROUTER } },
	{ "routerDaemonStop", { ROUTER } },
	{ "routerDaemonKill", { ROUTER, OPTIONALLY("part", "bgp") } },
	{ "routerDaemonStart", { ROUTER } },
	{ "routerCrash", { ROUTER } },
	{ "routerRecover", { ROUTER } },
	{ "routerLinkDown",
	  { ROUTER, { "node", "node-1", OPTIONAL }, OPTIONALLY("how", "carrier") } },
	{ "routerLinkUp", { ROUTER, { "node", "node-1", OPTIONAL } } },
	{ "bgpSessionDown", { NODE, ROUTER, END } },
	{ "bgpSessionUp", { NODE, ROUTER, END } },
	{ "bgpDaemonRestart", { NODE, OPTIONALLY("after", "3s") } },
	{ "bgpDaemonPause", { NODE } },
	{ "bgpDaemonResume", { NODE } },
	{ "filter179", { NODE, OPTIONALLY("how", "reject") } },
	{ "unfilter179", { NODE } },
	{ "password", { NODE, ROUTER, { "value", "new", ANY_TEXT | ANY_EMPTY } } },
	{ "prefixFilter",
	  { ROUTER, { "accept", "[{prefix: 203.0.113.0/24, le: 32}]", ANY_EMPTY } } },
	{ "maxPaths", { ROUTER, NEEDED("paths", "2") } },
	{ "bgpDrain", { NODE, OPTIONALLY("drainFor", "20s") } },
	{ "gracefulRestart", { NODE, OPTIONALLY("restartTime", "60s") } },
	{ "bgpConfig", { NEEDED("file", "@scenarios/changes/bgp-wrong-as.yaml") } },
};

/* The value as an event has it: for @ the folder that the tests run in. */
static const char *argument_value(const struct argument *argument)
{
	static char path[PATH_MAX + 64];
	char folder[PATH_MAX];

	if (argument->value[0] != '@')
		return argument->value;
	ck_assert_ptr_nonnull(getcwd(folder, sizeof(folder)));
	snprintf(path, sizeof(path), "%s/%s", folder, argument->value + 1);
	return path;
}

static uint32_t row_count(const struct event_row *row)
{
	uint32_t count = 0;

	while (count < ARGUMENTS_MAX && row->arguments[count].key != NULL)
		count++;
	return count;
}

/* Whether the event is complete without arguments. */
static bool row_needs_nothing(const struct event_row *row)
{
	for (uint32_t i = 0; i < row_count(row); i++) {
		if ((row->arguments[i].tolerates & OPTIONAL) == 0)
			return false;
	}
	return true;
}

/* ---- findings ---- */

static void expect_findings(const char *event, uint32_t expected)
{
	struct text spec = { 0 };
	struct text found = { 0 };
	struct sim_world *w;

	text_printf(&spec, "  duration: 60s\n  clients: true\n  events:\n  - %s\n", event);
	w = sim_world_new(&(struct sim_options){ .nodes = 3,
						 .services = 2,
						 .remote = 1,
						 .more = WORLD,
						 .spec = text_str(&spec) });
	for (uint32_t i = 0; i < w->snapshot->problems.count; i++)
		text_printf(&found, "\n\t%s", w->snapshot->problems.items[i].message);
	EXPECT(w->snapshot->problems.count == expected, "%s: %u findings, not %u%s", event,
	       w->snapshot->problems.count, expected, text_str(&found));
	if (w->fine != (expected == 0))
		ck_abort_msg("%s: %s", event, w->fine ? "runs" : "does not run");
	sim_world_free(w);
	text_release(&spec);
	text_release(&found);
}

/* "{at: 5s, linkDown: {node: node-1, api: true}}"; argument `i` as it is given here, or
 * without it when there is no text. */
static void expect_with(const struct event_row *row, uint32_t i, const char *text,
			uint32_t expected)
{
	struct text event = { 0 };
	bool first = true;

	text_printf(&event, "{at: 5s, %s: {", row->name);
	for (uint32_t k = 0; k < row_count(row); k++) {
		const struct argument *argument = &row->arguments[k];

		if (k == i && text == NULL)
			continue;
		text_add(&event, first ? "" : ", ");
		first = false;
		if (k == i)
			text_add(&event, text);
		else
			text_printf(&event, "%s: %s", argument->key, argument_value(argument));
	}
	text_add(&event, "}}");
	expect_findings(text_str(&event), expected);
	text_release(&event);
}

__attribute__((format(printf, 4, 5))) static void expect_argument(const struct event_row *row,
								  uint32_t i, uint32_t expected,
								  const char *format, ...)
{
	char text[2 * PATH_MAX];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	expect_with(row, i, text, expected);
}

/* The word with another letter in the middle. */
static void misspell(const char *word, char *out, size_t size)
{
	snprintf(out, size, "%s", word);
	out[strlen(out) / 2] = out[strlen(out) / 2] == 'x' ? 'y' : 'x';
}

/* ---- mistakes ---- */

static void mistake_arguments(const struct event_row *row, uint32_t i)
{
	const struct argument *argument = &row->arguments[i];
	const char *key = argument->key;
	const char *value = argument_value(argument);
	const bool any_text = (argument->tolerates & ANY_TEXT) != 0;
	const bool any_empty = (argument->tolerates & ANY_EMPTY) != 0;
	char wrong[PATH_MAX + 64];

	expect_with(row, i, NULL, (argument->tolerates & OPTIONAL) == 0);
	misspell(key, wrong, sizeof(wrong));
	expect_argument(row, i, 1, "%s: %s", wrong, value);
	expect_argument(row, i, 1, "%s: %s, %s: %s", key, value, key, value);
	expect_argument(row, i, 1, "%s: %s, color: red", key, value);
	expect_argument(row, i, 1, "%s: ", key);
	expect_argument(row, i, 1, "%s: [[a]]", key);
	expect_argument(row, i, 1, "%s: [null]", key);
	expect_argument(row, i, 1, "%s: {x: {y: z}}", key);
	expect_argument(row, i, !any_empty || strchr("[{", value[0]) != NULL, "%s: ''", key);
	if (strchr("[{", value[0]) != NULL)
		return;
	misspell(value, wrong, sizeof(wrong));
	expect_argument(row, i, !any_text, "%s: '%s'", key, wrong);
	if (value[0] < '0' || value[0] > '9')
		expect_argument(row, i, !any_empty, "%s: 7", key);
}

__attribute__((format(printf, 2, 3))) static void expect_event(uint32_t expected,
							       const char *format, ...)
{
	char text[2 * PATH_MAX];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	expect_findings(text, expected);
}

/* Times that are none. */
static const char *const times[] = { "5",  "soon", "5x",   "[5s]", "{x: 1}",
				     "''", "",     "true", "-1h",  "1000h" };
/* Arguments that are none. */
static const char *const wholes[] = { "7", "[[a]]", "{x: 1}", "[null]" };

START_TEST(mistakes)
{
	const struct event_row *row = &rows[_i];
	struct text arguments = { 0 };
	const char *all;
	char wrong[64];

	expect_with(row, ARGUMENTS_MAX, NULL, 0);
	for (uint32_t i = 0; i < row_count(row); i++) {
		mistake_arguments(row, i);
		text_printf(&arguments, "%s%s: %s", i > 0 ? ", " : "", row->arguments[i].key,
			    argument_value(&row->arguments[i]));
	}
	all = text_str(&arguments);
	misspell(row->name, wrong, sizeof(wrong));
	expect_event(1, "{at: 5s, %s: {%s}}", wrong, all);
	expect_event(1, "{at: 5s, evacuate: {%s}}", all);
	expect_event(1, "{at: 5s, %s: {%s}, %s: {%s}}", row->name, all, row->name, all);
	expect_event(1, "{at: 5s, %s: {%s}, %s: node-1}", row->name, all,
		     _i == 0 ? "agentKill" : "nodeCrash");
	expect_event(1, "{at: 5s, %s: {%s}, color: red}", row->name, all);
	expect_event(1, "{%s: {%s}}", row->name, all);
	expect_event(1, "{aat: 5s, %s: {%s}}", row->name, all);
	expect_event(1, "{at: 5s, at: 6s, %s: {%s}}", row->name, all);
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		expect_event(1, "{at: %s, %s: {%s}}", times[i], row->name, all);
	for (size_t i = 0; i < ARRAY_LEN(wholes); i++)
		expect_event(1, "{at: 5s, %s: %s}", row->name, wholes[i]);
	expect_event(1, "{at: 5s, %s: ''}", row->name);
	expect_event(!row_needs_nothing(row), "{at: 5s, %s: }", row->name);
	expect_event(!row_needs_nothing(row), "{at: 5s, %s: {}}", row->name);
	text_release(&arguments);
}
END_TEST

/* An event that the table of this test lacks would be tested by nobody. */
START_TEST(all_events)
{
	ck_assert_uint_eq(ARRAY_LEN(rows), EVENT_KINDS);
	for (uint32_t kind = 0; kind < EVENT_KINDS; kind++) {
		const char *name = scenario_event_name((enum scenario_event_kind)kind);
		bool found = false;

		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			found |= strcmp(rows[i].name, name) == 0;
		ck_assert_msg(found, "%s", name);
	}
}
END_TEST

/* ---- assertions ---- */

static const struct {
	const char *assertion;
	uint32_t findings;
} assertion_rows[] = {
	{ "{maxOutage: 16s}", 0 },
	{ "{maxOutage: }", 1 },
	{ "{maxOutage: 16}", 1 },
	{ "{maxOutage: ''}", 1 },
	{ "{maxOutage: [16s]}", 1 },
	{ "{maxOutge: 16s}", 1 },
	{ "{maxOutage: 16s, maxOutage: 16s}", 1 },
	{ "{maxOutage: 16s, observer: clint}", 1 },
	{ "{maxOutage: 16s, observer: }", 1 },
	{ "{maxOutage: 16s, vip: 192.0.2.1}", 1 },
	{ "{maxOutage: 16s, service: default/s9}", 1 },
	{ "{maxOutage: 16s, pool: defualt}", 1 },
	{ "{maxGap: 5}", 1 },
	{ "{maxDuplicate: -5s}", 1 },
	{ "{allAnnounced: true, at: 50s}", 0 },
	{ "{allAnnounced: true}", 1 },
	{ "{allAnnounced: yes please, at: 50s}", 1 },
	{ "{allAnnounced: true, at: }", 1 },
	{ "{allAnnounced: true, at: 90s}", 1 },
	{ "{allAnnounced: true, noneAnnounced: true, at: 5s}", 1 },
	{ "{announcer: node-1, vip: 192.168.128.0, at: 5s}", 0 },
	{ "{announcer: node-9, vip: 192.168.128.0, at: 5s}", 1 },
	{ "{announcer: node-1, vip: 192.168.1280, at: 5s}", 1 },
	{ "{announcer: node-1, at: 5s}", 0 },
	{ "{announcer: node-1, vip: '', at: 5s}", 1 },
	{ "{maxOutage: 16s, service: ''}", 1 },
	{ "{maxOutage: 16s, observer: ''}", 1 },
	{ "{maxOutage: 16s, pool: ''}", 1 },
	{ "{announcer: , vip: 192.168.128.0, at: 5s}", 1 },
	{ "{at: 5s}", 1 },
	{ "{}", 1 },
	{ "{maxLostShare: 0.5}", 0 },
	{ "{maxLostShare: half}", 1 },
	{ "{maxLostShare: 0.5, client: me}", 1 },
	{ "{maxLostFlowSeconds: }", 1 },
	{ "{minWidth: 1, router: tor9}", 1 },
	{ "{minWidth: one}", 1 },
	{ "{session: up, node: node-1, router: tor1, at: 5s}", 0 },
	{ "{session: upp, node: node-1, router: tor1, at: 5s}", 1 },
	{ "{session: up, router: tor1, at: 5s}", 1 },
	{ "{session: up, node: node-1, at: 5s}", 1 },
	{ "{session: up, node: node-1, router: tor1}", 1 },
};

START_TEST(assertions)
{
	struct text spec = { 0 };
	struct text found = { 0 };
	struct sim_world *w;

	text_printf(&spec, "  duration: 60s\n  clients: true\n  assertions:\n  - %s\n",
		    assertion_rows[_i].assertion);
	w = sim_world_new(&(struct sim_options){ .nodes = 3,
						 .services = 2,
						 .remote = 1,
						 .more = WORLD,
						 .spec = text_str(&spec) });
	for (uint32_t i = 0; i < w->snapshot->problems.count; i++)
		text_printf(&found, "\n\t%s", w->snapshot->problems.items[i].message);
	ck_assert_msg(w->snapshot->problems.count == assertion_rows[_i].findings,
		      "%s: %u findings%s", assertion_rows[_i].assertion,
		      w->snapshot->problems.count, text_str(&found));
	sim_world_free(w);
	text_release(&spec);
	text_release(&found);
}
END_TEST

Suite *suite_sim_mistakes(void)
{
	Suite *s = suite_create("sim_mistakes");
	TCase *t = tcase_create("sim_mistakes");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, mistakes, 0, (int)ARRAY_LEN(rows));
	tcase_add_test(t, all_events);
	tcase_add_loop_test(t, assertions, 0, (int)ARRAY_LEN(assertion_rows));
	suite_add_tcase(s, t);
	return s;
}
