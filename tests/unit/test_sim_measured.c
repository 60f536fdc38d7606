/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S6.9: series measured on real agents, each against many runs of the same situation: what the
 * simulator does by chance contains what was measured, and its median lies near. Healing
 * (P8.5j, P8.5k) is in test_statements.c.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "tests/unit/expect.h"
#include "tests/unit/sim_world.h"
#include "tests/unit/suites.h"

enum { RUNS = 500, VALUES_MAX = 4000 };

/* What was seen in all runs of a row, in seconds. */
struct values {
	double list[VALUES_MAX];
	size_t count;
};

static void values_add(struct values *values, sim_ns value)
{
	if (value != SIM_NEVER && values->count < VALUES_MAX)
		values->list[values->count++] = (double)value / 1e9;
}

static int values_compare(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* ---- what is measured: everything happens at 5 s ---- */

static const sim_ns event_at = SECONDS(5);

static void measure_taken(const struct run_result *result, struct values *values)
{
	const sim_ns at = sim_world_taken(&result->vips.items[0], event_at);

	values_add(values, at == SIM_NEVER ? at : at - event_at);
}

static void measure_gone(const struct run_result *result, struct values *values)
{
	values_add(values, result->vips.items[0].owners.items[0].time.to - event_at);
}

/* From the first VIP that is taken, or from the event, to the last. */
static sim_ns last_taken(const struct run_result *result, bool from_first)
{
	sim_ns first = SIM_NEVER;
	sim_ns last = 0;

	ARRAY_FOREACH (const struct vip_result, vip, &result->vips) {
		const sim_ns at = sim_world_taken(vip, event_at);

		if (at == SIM_NEVER)
			continue;
		first = at < first ? at : first;
		last = at > last ? at : last;
	}
	return last - (from_first ? first : event_at);
}

static void measure_last(const struct run_result *result, struct values *values)
{
	values_add(values, last_taken(result, false));
}

static void measure_first_to_last(const struct run_result *result, struct values *values)
{
	values_add(values, last_taken(result, true));
}

static void measure_largest_gap(const struct run_result *result, struct values *values)
{
	sim_ns largest = 0;

	ARRAY_FOREACH (const struct vip_result, vip, &result->vips)
		largest = vip->announce_gap > largest ? vip->announce_gap : largest;
	values_add(values, largest);
}

/* Of every VIP that moved. */
static void measure_gaps(const struct run_result *result, struct values *values)
{
	ARRAY_FOREACH (const struct vip_result, vip, &result->vips) {
		if (sim_world_taken(vip, event_at) != SIM_NEVER)
			values_add(values, vip->announce_gap);
	}
}

/* Of every VIP, until it was held again after the server was back. */
static void measure_back(const struct run_result *result, struct values *values, sim_ns from)
{
	ARRAY_FOREACH (const struct vip_result, vip, &result->vips) {
		const sim_ns at = sim_world_taken(vip, from);

		values_add(values, at == SIM_NEVER ? at : at - from);
	}
}

static void measure_back_30(const struct run_result *result, struct values *values)
{
	measure_back(result, values, event_at + SECONDS(30));
}

static void measure_back_90(const struct run_result *result, struct values *values)
{
	measure_back(result, values, event_at + SECONDS(90));
}

/* From the end of the old holder to the beginning of the new one: negative when both had it. */
static void measure_handover(const struct run_result *result, struct values *values)
{
	const struct vip_result *vip = &result->vips.items[0];
	const sim_ns taken = sim_world_taken(vip, event_at);

	if (taken != SIM_NEVER)
		values_add(values, taken - vip->owners.items[0].time.to);
}

/* How long what a killed agent leaves answers beside the new holder. */
static void measure_left(const struct run_result *result, struct values *values)
{
	values_add(values, result->vips.items[0].owners.items[0].time.to - event_at);
}

/* ---- the table ---- */

#define FIRST        "192.168.128.0" /* the address of the first Service */
#define EVENT(event) "  events: [{at: 5s, " event "}]\n"
#define OUTAGE(client_go, up, restarted)                                                       \
	"  duration: 230s\n  timing: {clientGo: '" client_go "'}\n"                            \
	"  events: [{at: 5s, apiDown: all}, {at: " up ", apiUp: {restarted: " restarted        \
	"}}]\n"
/* What was measured came one outage after another: client-go 0.36 counts from a reset in the
 * one before. The time between them is not known. 90 s give the measured median, 60 s 34 s, 30
 * s 38 s, 120 s 50 s; a first outage 52 s, and never less than 31 s.
 */
#define OUTAGE_AGAIN                                                                           \
	"  warmup: 240s\n  duration: 230s\n  timing: {clientGo: '0.36'}\n"                     \
	"  events: [{at: -175s, apiDown: all}, {at: -85s, apiUp: all}, "                       \
	"{at: 5s, apiDown: all}, {at: 95s, apiUp: all}]\n"
/* Their lists of leases were anew after each trial: their resyncs are at any time (P8.5a). */
#define PARTITION                                                                              \
	"  duration: 40s\n  timing: {resyncPhase: uniform}\n" EVENT(                           \
		"apiPartition: {winnerOf: " FIRST "}")
#define NODE(name)                                                                             \
	"---\napiVersion: v1\nkind: Node\nmetadata: {name: " name ", labels: {here: 'yes'}}\n"

static const struct row {
	const char *what;
	struct sim_options options;
	uint32_t all_of_node_0; /* so many Services, all of whose VIPs node-0 wins; 0: others */
	void (*measure)(const struct run_result *result, struct values *values);
	double min, median, max; /* measured; min and max 0: one value only */
	double near;
} rows[] = {
	{ "Service created to address",
	  { .nodes = 3,
	    .services = 1,
	    .spec = "  duration: 10s\n" EVENT("serviceCreate: default/s0") },
	  0,
	  measure_taken,
	  0.006,
	  0.011,
	  0.048,
	  0.010 },
	{ "Service deleted to address gone",
	  { .nodes = 3,
	    .services = 1,
	    .spec = "  duration: 10s\n" EVENT("serviceDelete: default/s0") },
	  0,
	  measure_gone,
	  0.002,
	  0.004,
	  0.010,
	  0.002 },
	{ "crash to taken over, 2 nodes",
	  { .nodes = 2,
	    .services = 1,
	    .spec = "  duration: 25s\n" EVENT("nodeCrash: {winnerOf: " FIRST "}") },
	  0,
	  measure_taken,
	  5.9,
	  9.5,
	  14.7,
	  0.7 },
	{ "crash to taken over, 8 nodes",
	  { .nodes = 8,
	    .services = 1,
	    .spec = "  duration: 25s\n" EVENT("nodeCrash: {winnerOf: " FIRST "}") },
	  0,
	  measure_taken,
	  6.0,
	  8.9,
	  11.0,
	  1.2 },
	{ "20 VIPs gained at once, first to last",
	  { .nodes = 2, .spec = "  duration: 45s\n" EVENT("nodeCrash: node-0") },
	  20,
	  measure_first_to_last,
	  4.8,
	  6.0,
	  6.2,
	  0.5 },
	{ "stop with 20 VIPs, largest gap",
	  { .nodes = 2, .spec = "  duration: 30s\n" EVENT("agentStop: node-0") },
	  20,
	  measure_largest_gap,
	  5.6,
	  5.9,
	  6.2,
	  0.4 },
	{ "a node joins, gap per VIP",
	  { .nodes = 3,
	    .spec = "  duration: 30s\n"
		    "  events: [{at: -15s, agentStop: node-0}, {at: 5s, agentStart: node-0}]\n" },
	  4,
	  measure_gaps,
	  0.10,
	  0.207,
	  0.275,
	  0.02 },
	{ "a node is deselected, gap",
	  { .nodes = 2,
	    .agent = "  nodeSelector: {matchLabels: {here: 'yes'}}\n",
	    .more = NODE("node-0") NODE("node-1"),
	    .spec = "  duration: 30s\n  events: [{at: 5s, label: {node: node-0, "
		    "remove: [here]}}, {at: 5s, delete: {kind: ServiceGroup, name: far}}]\n" },
	  1,
	  measure_largest_gap,
	  0.8,
	  3.0,
	  4.9,
	  0.8 },
	{ "stop to taken over",
	  { .nodes = 3,
	    .services = 1,
	    .spec = "  duration: 20s\n" EVENT("agentStop: {winnerOf: " FIRST "}") },
	  0,
	  measure_taken,
	  2.005, /* Measured 2.00, in steps of 0.01. */
	  2.03,
	  2.09,
	  0.02 },
	{ "stop, gap",
	  { .nodes = 3,
	    .services = 1,
	    .spec = "  duration: 20s\n" EVENT("agentStop: {winnerOf: " FIRST "}") },
	  0,
	  measure_handover,
	  -0.022,
	  0.015,
	  0.051,
	  0.02 },
	{ "a node is cut off: others take its VIP",
	  { .nodes = 3, .services = 1, .spec = PARTITION },
	  0,
	  measure_taken,
	  5.4,
	  9.4,
	  13.4,
	  1 },
	{ "a node is cut off: it withdraws",
	  { .nodes = 3, .services = 1, .spec = PARTITION },
	  0,
	  measure_gone,
	  6.2,
	  12.4,
	  19.2,
	  1.5 },
	{ "30 s without the server, watches resumed",
	  { .nodes = 4, .services = 4, .spec = OUTAGE("0.35", "35s", "false") },
	  0,
	  measure_back_30,
	  1.9,
	  9.0,
	  35,
	  3 },
	{ "30 s without the server, with 410",
	  { .nodes = 4, .services = 4, .spec = OUTAGE("0.35", "35s", "true") },
	  0,
	  measure_back_30,
	  38,
	  47,
	  65,
	  5 },
	{ "90 s without the server, watches resumed",
	  { .nodes = 4, .services = 4, .spec = OUTAGE("0.35", "95s", "false") },
	  0,
	  measure_back_90,
	  1.7,
	  26,
	  44,
	  5 },
	{ "90 s without the server, with 410, client-go 0.35",
	  { .nodes = 4, .services = 4, .spec = OUTAGE("0.35", "95s", "true") },
	  0,
	  measure_back_90,
	  49,
	  82,
	  108,
	  8 },
	{ "90 s without the server, with 410, client-go 0.36",
	  { .nodes = 4, .services = 4, .spec = OUTAGE_AGAIN },
	  0,
	  measure_back_90,
	  16,
	  37,
	  86,
	  4 },
	{ "agent killed: both answer until",
	  { .nodes = 2,
	    .services = 1,
	    .spec = "  duration: 310s\n" EVENT("agentKill: {winnerOf: " FIRST "}") },
	  0,
	  measure_left,
	  228,
	  228,
	  289,
	  30 },
};

/* Services that ask for addresses that node-0 wins. */
static void add_services_of_node_0(struct text *more, uint32_t nodes, uint32_t count)
{
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = nodes, .services = 8 * count + 8, .spec = "  duration: 1s\n" });

	ARRAY_FOREACH (const struct setup_vip, vip, &w->setup.vips) {
		if (count == 0 || vip->rank[0] != 0)
			continue;
		text_printf(more,
			    "---\napiVersion: v1\nkind: Service\nmetadata: {name: t%u, "
			    "annotations: {purelb.io/addresses: %s}}\n"
			    "spec: {type: LoadBalancer, ports: [{port: 80}]}\n",
			    count--, vip->text);
	}
	ck_assert_uint_eq(count, 0);
	sim_world_free(w);
}

START_TEST(measured_series)
{
	static struct values values;
	const struct row *row = &rows[_i];
	struct sim_options options = row->options;
	struct text more = { 0 };
	struct sim_world *w;

	values.count = 0;
	text_add(&more, options.more != NULL ? options.more : "");
	add_services_of_node_0(&more, options.nodes, row->all_of_node_0);
	options.more = text_str(&more);
	w = sim_world_new(&options);
	ck_assert_msg(w->fine, "%s: %s", row->what, sim_world_problem(w));
	for (unsigned seed = 1; seed <= RUNS; seed++) {
		struct run_result result;
		struct arena arena;

		arena_init(&arena);
		sim_run(&w->setup, seed, NULL, NULL, seed % 50 == 0, &arena, &result);
		ck_assert_ptr_null(result.broken);
		row->measure(&result, &values);
		arena_release(&arena);
	}
	ck_assert_uint_ge(values.count, RUNS);
	qsort(values.list, values.count, sizeof(values.list[0]), values_compare);

	const double median = values.list[values.count / 2];
	const double min = values.list[0];
	const double max = values.list[values.count - 1];
	const double half_ms = 0.0005; /* to which the measured ones are rounded */

	EXPECT((row->max == 0 || (min <= row->min + half_ms && max >= row->max)) &&
		       fabs(median - row->median) <= row->near,
	       "%s: %.4f %.4f %.4f, measured %.3f %.3f %.3f", row->what, min, median, max,
	       row->min, row->median, row->max);
	sim_world_free(w);
	text_release(&more);
}
END_TEST

/* One after another: a status update, an update and an Event for each (P9.4d). */
START_TEST(twenty_created_at_once)
{
	enum { SERVICES = 20 };
	struct text spec = { 0 };
	struct sim_world *w;

	text_add(&spec, "  duration: 30s\n  events:\n");
	for (unsigned i = 0; i < SERVICES; i++)
		text_printf(&spec, "  - {at: 5s, serviceCreate: default/s%u}\n", i);
	w = sim_world_new(&(struct sim_options){
		.nodes = 3, .services = SERVICES, .spec = text_str(&spec) });
	for (unsigned seed = 1; seed <= 20; seed++) {
		struct values values = { 0 };

		measure_last(sim_world_run(w, seed), &values);
		ck_assert_double_eq_tol(values.list[0], 10.0, 0.6);
	}
	sim_world_free(w);
	text_release(&spec);
}
END_TEST

Suite *suite_sim_measured(void)
{
	Suite *s = suite_create("sim_measured");
	TCase *t = tcase_create("sim_measured");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, measured_series, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, twenty_created_at_once);
	suite_add_tcase(s, t);
	return s;
}
