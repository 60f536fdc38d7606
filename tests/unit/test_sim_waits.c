/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waits is woken (S6.1): every state in which an agent, or one of its requests, waits for
 * the API server, entered and ended by every kind of outage and by outages of every length that
 * makes a difference (P8.5j, P8.5k). Afterwards each VIP is held by its winner alone, as the
 * invariants of a quiet cluster have it, and on the way nobody waits for an event that no queue
 * holds. And the parameters of healing: each makes the difference that it is for.
 */
#include <check.h>
#include <stdlib.h>

#include "base/text.h"
#include "tests/unit/expect.h"
#include "tests/unit/sim_world.h"
#include "tests/unit/suites.h"

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* ---- what waits, and what wakes it ---- */

/* What brings an agent into a state just before the server is gone, at 20 s, or while it is. */
static const struct {
	const char *waits;
	const char *events;
} states[] = {
	{ "a renewal, and the watches", "" },
	{ "a write of the worker, and an Event", ", {at: 19.99s, serviceCreate: default/s5}" },
	{ "the limiter, with Events behind", ", {at: 18s, nodeCrash: node-3}" },
	{ "a delivery of configuration",
	  ", {at: 19.99s, delete: {kind: ServiceGroup, name: spare}}" },
	{ "the start: Node, lease, lists", ", {at: 19.5s, agentRestart: all}" },
	{ "a start in the middle of it",
	  ", {at: 21s, agentKill: all}, {at: 22s, agentStart: all}" },
	{ "the end: what is queued, the lease", ", {at: 18.1s, agentRestart: all}" },
	{ "a write at the end", ", {at: 19s, serviceCreate: default/s5}, "
				"{at: 19.01s, agentRestart: all}" },
	{ "the kubelet, with another process", ", {at: 19s, agentCrash: all}" },
	{ "the allocator", ", {at: 19.99s, serviceCreate: default/s5}, "
			   "{at: 20s, allocatorDown: all}, {at: 190s, allocatorUp: all}" },
};

static const struct {
	const char *gone, *back;
} outages[] = {
	{ "apiPartition: node-0", "apiHeal: node-0" },
	{ "apiPartition: all", "apiHeal: all" },
	{ "linkDown: {node: all, interface: eth0, api: true}",
	  "linkUp: {node: all, interface: eth0}" },
	{ "apiDown: {how: refuse}", "apiUp: all" },
	{ "apiDown: {how: refuse}", "apiUp: {restarted: false}" },
	{ "apiDown: {how: orderly}", "apiUp: {restarted: false}" },
	{ "apiDown: {how: hang}", "apiUp: all" },
};

/* Around the repeats of TCP, the death of a stream after 45 s, and the end of a dial. */
static const unsigned lengths_ms[] = { 5, 1500, 9000, 20000, 44900, 46000, 76500, 150000 };

/* A pool that nobody needs, so that the configuration can change. */
static const char spare_pool[] =
	"---\napiVersion: purelb.io/v2\nkind: ServiceGroup\n"
	"metadata: {name: spare, namespace: purelb-system}\n"
	"spec: {remote: {v4pools: [{subnet: 198.51.100.0/24, pool: 198.51.100.0/28}]}}\n";

START_TEST(woken)
{
	for (int o = 0; o < ROWS(outages); o++) {
		for (int l = 0; l < ROWS(lengths_ms); l++) {
			const unsigned until = 20000 + lengths_ms[l];
			struct text spec = { 0 };
			const struct run_result *result;
			struct sim_world *w;

			text_printf(&spec,
				    "  duration: 800s\n"
				    "  events: [{at: 20s, %s}, {at: %ums, %s}%s]\n"
				    "  assertions: [{allAnnounced: true, at: 790s}]\n",
				    outages[o].gone, until, outages[o].back, states[_i].events);
			w = sim_world_new(&(struct sim_options){ .nodes = 4,
								 .services = 6,
								 .remote = 1,
								 .more = spare_pool,
								 .spec = text_str(&spec) });
			result = sim_world_run(w, (uint64_t)o * 100 + (uint64_t)l + 1);
			ck_assert_msg(result->assertions.items[0].held,
				      "waits: %s; %s for %u ms: %s", states[_i].waits,
				      outages[o].gone, lengths_ms[l],
				      result->assertions.items[0].detail);
			sim_world_free(w);
			text_release(&spec);
		}
	}
}
END_TEST

/* ---- parameters ---- */

/* What a run of a row is about, in seconds. */
typedef double (*seen_fn)(const struct run_result *result);

static const sim_ns wake_at = SECONDS(115);

/* Until every VIP was held again. */
static double seen_back(const struct run_result *result)
{
	sim_ns last = 0;

	ARRAY_FOREACH (const struct vip_result, vip, &result->vips) {
		const sim_ns at = sim_world_taken(vip, wake_at);

		if (at != SIM_NEVER && at > last)
			last = at;
	}
	return (double)(last - wake_at) / 1e9;
}

/* How long VIPs were held after the server was gone, the shortest time. */
static double seen_withdrawn(const struct run_result *result)
{
	sim_ns first = SIM_NEVER;

	ARRAY_FOREACH (const struct vip_result, vip, &result->vips) {
		ARRAY_FOREACH (const struct ownership, owner, &vip->owners)
			first = owner->time.to < first ? owner->time.to : first;
	}
	return (double)(first - SECONDS(15)) / 1e9;
}

/* So that the sockets are about 4 s old when the path is back. */
#define CUT                                                                                    \
	"  duration: 400s\n  events: [{at: 35.5s, apiPartition: all}, {at: 115s, apiHeal: all}]\n"
#define OUT(event, back)                                                                       \
	"  duration: 400s\n  events: [{at: 15s, " event "}, {at: 115s, " back "}]\n"

/* The same outage with one parameter and another: medians of many runs, of which the second is
 * larger by this factor at least. */
static const struct parameter_row {
	const char *name;
	const char *first, *second; /* lines of the scenario */
	seen_fn seen;
	double factor;
} parameter_rows[] = {
	{ "clientGo: 0.36 starts over with short waits (P8.5e)",
	  "  timing: {clientGo: '0.36'}\n" OUT("apiDown: all", "apiUp: all"),
	  "  timing: {clientGo: '0.35'}\n" OUT("apiDown: all", "apiUp: all"), seen_back, 1.2 },
	{ "synLinear: kernels before 6.5 wait longer from SYN to SYN (P8.5k)",
	  "  timing: {synLinear: true}\n" CUT, "  timing: {synLinear: false}\n" CUT, seen_back,
	  1.1 },
	{ "resyncPhase: locked agents withdraw after 10 s at the earliest (P8.5a)",
	  "  timing: {resyncPhase: uniform}\n" OUT("apiDown: all", "apiUp: all"),
	  "  timing: {resyncPhase: locked}\n" OUT("apiDown: all", "apiUp: all"), seen_withdrawn,
	  1.1 },
	{ "apiDown: a server that hung is back at once, one that refused is not (P8.5h)",
	  OUT("apiDown: {how: hang}", "apiUp: all"),
	  OUT("apiDown: {how: refuse}", "apiUp: {restarted: false}"), seen_back, 10 },
	{ "apiRestart410: a list costs one step more (P8.5g)",
	  "  timing: {apiRestart410: false}\n" OUT("apiDown: all", "apiUp: {}"),
	  "  timing: {apiRestart410: true}\n" OUT("apiDown: all", "apiUp: {}"), seen_back,
	  1.2 },
};

static int compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double parameter_median(const struct parameter_row *row, const char *spec)
{
	enum { RUNS = 101 };
	double seen[RUNS];
	struct sim_world *w =
		sim_world_new(&(struct sim_options){ .nodes = 3, .services = 4, .spec = spec });

	ck_assert_msg(w->fine, "%s: %s", row->name, sim_world_problem(w));
	for (unsigned run = 0; run < RUNS; run++) {
		struct run_result result;
		struct arena arena;

		arena_init(&arena);
		sim_run(&w->setup, run + 1, NULL, NULL, run == 0, &arena, &result);
		ck_assert_ptr_null(result.broken);
		seen[run] = row->seen(&result);
		arena_release(&arena);
	}
	sim_world_free(w);
	qsort(seen, RUNS, sizeof(seen[0]), compare_doubles);
	return seen[RUNS / 2];
}

START_TEST(parameters)
{
	const struct parameter_row *row = &parameter_rows[_i];
	const double first = parameter_median(row, row->first);
	const double second = parameter_median(row, row->second);

	EXPECT(second >= first * row->factor, "%s: %.3f and %.3f", row->name, first, second);
}
END_TEST

Suite *suite_sim_waits(void)
{
	Suite *s = suite_create("sim_waits");
	TCase *t = tcase_create("sim_waits");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, woken, 0, ROWS(states));
	tcase_add_loop_test(t, parameters, 0, ROWS(parameter_rows));
	suite_add_tcase(s, t);
	return s;
}
