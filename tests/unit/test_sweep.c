/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Losses of nodes: against the obvious way, which resolves every VIP anew with the lost nodes
 * switched off, on random clusters; and cases with a point of their own.
 */
#include "tests/unit/suites.h"

#include <string.h>

#include "base/combination.h"
#include "base/duration.h"
#include "base/random.h"
#include "purelb/agents/limits.h"
#include "sim/whatif/sweep.h"
#include "tests/unit/allocations.h"
#include "tests/unit/expect.h"
#include "tests/unit/random_cluster.h"

enum { NODES_MAX = RANDOM_CLUSTER_NODES };

static void random_world(struct random *r, struct run_world *w)
{
	struct text yaml = { 0 };

	random_cluster_text(r, &yaml);
	run_world(w, text_str(&yaml), false);
	text_release(&yaml);
}

/* ---- the obvious way ---- */

/* The same address of the same Service after the loss; NULL: not listed, so not announced. */
static const struct vip *find_vip(const struct vips *vips, const struct vip *wanted)
{
	for (uint32_t i = 0; i < vips->list.count; i++) {
		const struct vip *vip = &vips->list.items[i];

		if (vip->service == wanted->service && ip_compare(vip->ip, wanted->ip) == 0)
			return vip;
	}
	return NULL;
}

static const struct cluster_node *local_holder(const struct vip *vip)
{
	return vip != NULL && vip->winner != NULL && vip->how.act == ANNOUNCING_LOCAL
		       ? vip->winner
		       : NULL;
}

struct expected {
	uint32_t moved, unreachable, revived;
	uint32_t queue;
	const struct cluster_node *busiest;
	uint32_t busiest_load;
	uint32_t load[NODES_MAX + 1], queued[NODES_MAX + 1], before[NODES_MAX + 1];
	uint32_t changes;
};

static void expect_change(const struct sweep *sweep, const struct sweep_detail *detail,
			  const struct sweep_vip *vip, const struct cluster_node *to)
{
	const struct cluster_node *from = local_holder(vip->vip);
	uint32_t found = 0;

	(void)sweep;
	for (uint32_t i = 0; i < detail->changes.count; i++) {
		const struct sweep_change *change = &detail->changes.items[i];

		if (change->vip != vip)
			continue;
		found++;
		EXPECT(change->to == to, "to %s", to != NULL ? to->name : "nobody");
		EXPECT(change->from == from, "from %s", from != NULL ? from->name : "nobody");
	}
	EXPECT(found == 1, "%u changes of one VIP", found);
}

static void reckon(const struct sweep *sweep, const struct vips *after,
		   const struct sweep_detail *detail, struct expected *out)
{
	const struct cluster_node *nodes = sweep->cluster->nodes.items;

	for (uint32_t i = 0; i < sweep->list.count; i++) {
		const struct sweep_vip *it = &sweep->list.items[i];
		const struct vip *then = find_vip(after, it->vip);
		const struct cluster_node *holder = local_holder(it->vip);
		const struct cluster_node *to = local_holder(then);
		const bool lit = it->vip->announcers.count > 0;

		if (holder != NULL)
			out->before[holder - nodes]++;
		if (to != NULL)
			out->load[to - nodes]++;
		if (to != NULL && to != holder) {
			out->moved += lit;
			out->revived += !lit;
			out->queued[to - nodes] += it->services.count;
		} else if (lit && (then == NULL || then->announcers.count == 0)) {
			out->unreachable++;
			to = NULL;
		} else {
			continue;
		}
		out->changes++;
		expect_change(sweep, detail, it, to);
	}
}

/* Nodes and flags: the reference takes down what the loss names. */
static void reckon_nodes(const struct sweep *sweep, const bool *down, struct expected *out)
{
	for (uint32_t i = 0; i < sweep->cluster->nodes.count; i++) {
		const struct cluster_node *node = &sweep->cluster->nodes.items[i];

		if (out->queued[i] > out->queue)
			out->queue = out->queued[i];
		if (!vips_runs_agent(sweep->cluster, node, down))
			continue;
		if (out->busiest == NULL || out->load[i] > out->busiest_load) {
			out->busiest = node;
			out->busiest_load = out->load[i];
		}
	}
}

static void check_gains(const struct sweep *sweep, const struct sweep_detail *detail,
			const bool *down, const struct expected *expected)
{
	uint32_t gains = 0;

	for (uint32_t i = 0; i < sweep->cluster->nodes.count; i++)
		gains += !down[i] && expected->load[i] > expected->before[i];
	EXPECT(gains == detail->gains.count, "%u gains, not %u", detail->gains.count, gains);
	for (uint32_t i = 0; i < detail->gains.count; i++) {
		const struct sweep_gain *gain = &detail->gains.items[i];
		const size_t at = (size_t)(gain->node - sweep->cluster->nodes.items);

		EXPECT(gain->before == expected->before[at] &&
			       gain->after == expected->load[at],
		       "load of %s", gain->node->name);
	}
}

static void check_loss(const struct sweep *sweep, const struct run_world *w,
		       const struct sweep_loss *loss, const bool *down_before)
{
	bool down[NODES_MAX + 1] = { false };
	struct expected expected = { 0 };
	struct vips_options how = { .down = down };
	struct sweep_detail detail;
	struct arena arena;
	struct vips after;

	arena_init(&arena);
	for (uint32_t i = 0; down_before != NULL && i < sweep->cluster->nodes.count; i++)
		down[i] = down_before[i];
	for (unsigned k = 0; k < SWEEP_LOST_MAX && loss->groups[k] != NULL; k++)
		for (uint32_t i = 0; i < loss->groups[k]->nodes.count; i++)
			down[loss->groups[k]->nodes.items[i] - sweep->cluster->nodes.items] =
				true;
	vips_resolve(&after, &w->cluster, &w->out, &how, &arena);
	sweep_detail(&detail, sweep, loss, &arena);
	reckon(sweep, &after, &detail, &expected);
	reckon_nodes(sweep, down, &expected);
	check_gains(sweep, &detail, down, &expected);
	EXPECT(detail.changes.count == expected.changes, "%u changes", detail.changes.count);
	EXPECT(loss->moved == expected.moved, "moved %u, not %u", loss->moved, expected.moved);
	EXPECT(loss->unreachable == expected.unreachable, "unreachable %u, not %u",
	       loss->unreachable, expected.unreachable);
	EXPECT(loss->revived == expected.revived, "revived %u", loss->revived);
	EXPECT(loss->queue == expected.queue, "queue %u", loss->queue);
	EXPECT(loss->busiest == expected.busiest, "busiest");
	EXPECT(loss->busiest_load == expected.busiest_load, "load %u", loss->busiest_load);
	EXPECT((loss->back.latest > 0) == (expected.queue > 0), "back");
	arena_release(&arena);
}

static bool no_worse(const struct sweep_loss *a, const struct sweep_loss *b)
{
	if (a->unreachable != b->unreachable)
		return a->unreachable < b->unreachable;
	if (a->back.latest != b->back.latest)
		return a->back.latest < b->back.latest;
	return a->moved != b->moved ? a->moved < b->moved : a->busiest_load <= b->busiest_load;
}

static void check_losses(const struct sweep *sweep, const struct run_world *w,
			 const struct sweep_losses *losses, const bool *down)
{
	uint64_t harmful = 0;
	int64_t latest = 0;

	EXPECT(losses->total == losses->list.count, "all are kept");
	for (uint32_t i = 0; i < losses->list.count; i++) {
		const struct sweep_loss *loss = &losses->list.items[i];

		check_loss(sweep, w, loss, down);
		harmful += loss->unreachable > 0;
		latest = loss->back.latest > latest ? loss->back.latest : latest;
		EXPECT(i == 0 || no_worse(loss, loss - 1), "worst first");
	}
	EXPECT(losses->harmful == harmful, "harmful");
	EXPECT(losses->slowest.latest == latest, "slowest");
}

/* What is kept of the pairs are the worst of all of them. */
static void check_keep(const struct sweep *all, const struct run_world *w,
		       struct sweep_options how, struct arena *arena)
{
	struct sweep few;

	how.keep = 2;
	sweep_run(&few, &w->cluster, &w->out, &how, arena);
	EXPECT(few.pairs.total == all->pairs.total, "total");
	EXPECT(few.pairs.harmful == all->pairs.harmful, "harmful");
	for (uint32_t i = 0; i < few.pairs.list.count; i++) {
		const struct sweep_loss *a = &few.pairs.list.items[i];
		const struct sweep_loss *b = &all->pairs.list.items[i];

		EXPECT(str_equal(a->groups[0]->name, b->groups[0]->name) &&
			       str_equal(a->groups[1]->name, b->groups[1]->name),
		       "pair %u", i);
	}
	EXPECT(few.pairs.list.count == (all->pairs.list.count < 2 ? all->pairs.list.count : 2),
	       "kept");
}

/* How often what is tested came up. */
struct seen {
	uint64_t moved, unreachable, revived, still;
};

static void note_seen(struct seen *seen, const struct sweep_losses *losses)
{
	for (uint32_t i = 0; i < losses->list.count; i++) {
		const struct sweep_loss *loss = &losses->list.items[i];

		seen->moved += loss->moved;
		seen->unreachable += loss->unreachable;
		seen->revived += loss->revived;
		seen->still += loss->moved + loss->unreachable + loss->revived == 0;
	}
}

static void check_world(struct random *r, struct run_world *w, const char *label,
			struct seen *seen)
{
	bool down[NODES_MAX + 1] = { false };
	struct sweep_options how = {
		.down = down, .label = label, .pairs = true, .triples = 1000
	};
	struct sweep sweep;
	struct arena arena;
	uint32_t services = 0;

	arena_init(&arena);
	if (random_below(r, 3) == 0)
		down[random_below(r, w->cluster.nodes.count)] = true;
	sweep_run(&sweep, &w->cluster, &w->out, &how, &arena);
	for (uint32_t i = 0; i < sweep.list.count; i++)
		services += sweep.list.items[i].services.count;
	EXPECT(services == sweep.vips.list.count, "each VIP is in one entry");
	EXPECT(sweep.single.total == sweep.groups.count, "a loss for each group");
	EXPECT(sweep.pairs.total * 2 == (uint64_t)sweep.groups.count * (sweep.groups.count - 1),
	       "a loss for each pair");
	EXPECT(sweep.triples.total == combinations(sweep.groups.count, 3),
	       "a loss for each three");
	check_losses(&sweep, w, &sweep.single, down);
	check_losses(&sweep, w, &sweep.pairs, down);
	check_losses(&sweep, w, &sweep.triples, down);
	check_keep(&sweep, w, how, &arena);
	note_seen(seen, &sweep.single);
	note_seen(seen, &sweep.pairs);
	note_seen(seen, &sweep.triples);
	arena_release(&arena);
}

/* test: P5.3, P5.4, P6.3, P6.4, P6.7 */
START_TEST(agrees_with_nodes_switched_off)
{
	struct random r = random_new(17);
	struct seen seen = { 0 };

	for (int round = 0; round < 60; round++) {
		struct run_world w;

		random_world(&r, &w);
		check_world(&r, &w, NULL, &seen);
		check_world(&r, &w, "rack", &seen);
		run_world_release(&w);
	}
	ck_assert_uint_gt(seen.moved, 100);
	ck_assert_uint_gt(seen.unreachable, 100);
	ck_assert_uint_gt(seen.revived, 20);
	ck_assert_uint_gt(seen.still, 100);
}
END_TEST

/* ---- closed forms ---- */

/* test: P8.5 (D = 10 s; the figures of two and ten nodes) */
START_TEST(detection)
{
	const int64_t d = 10 * NS_PER_SEC;
	struct span two = failover_detection(d, 1, 1);
	struct span ten = failover_detection(d, 1, 9);
	struct span pair = failover_detection(d, 2, 8);

	ck_assert_int_eq(two.earliest, 5 * NS_PER_SEC);
	ck_assert_int_eq(two.mean, 10 * NS_PER_SEC);
	ck_assert_int_eq(two.latest, 15 * NS_PER_SEC);
	ck_assert_int_eq(ten.earliest, 5 * NS_PER_SEC);
	ck_assert_int_eq(ten.mean, 8 * NS_PER_SEC);
	ck_assert_int_eq((ten.latest + NS_PER_SEC / 2) / NS_PER_SEC, 12);
	/* The later of two expiries. */
	ck_assert_int_gt(pair.mean, ten.mean);
	ck_assert_int_eq(failover_detection(d, 0, 5).latest, 0);
	ck_assert_int_eq(failover_detection(d, 3, 0).latest, 0);
	/* Absurd durations end in figures as well. */
	ck_assert_int_gt(failover_detection(INT64_MAX, 1, 1).latest, 0);
}
END_TEST

/* ---- one cluster, looked at closely ---- */

#define LAB                                                                                    \
	"---\napiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\n"                      \
	"metadata: {name: lab}\nspec:\n  nodes:\n"
#define HOST(name, rack)                                                                       \
	"  - name: " name "\n    labels: {rack: " rack "}\n"                                   \
	"    interfaces: [{name: eth0, addresses: [192.168.1.11/24]}]\n"                       \
	"    defaultRoutes: [{interface: eth0, via: 192.168.1.1}]\n"
#define AGENT(selector)                                                                        \
	"---\napiVersion: purelb.io/v2\nkind: LBNodeAgent\nmetadata: {name: default}\n"        \
	"spec: {" selector "local: {localInterface: default}}\n"
#define POOL                                                                                   \
	GROUP("default", "local: {v4pool: {pool: 192.168.1.100-192.168.1.150, subnet: "        \
			 "192.168.1.0/24}}")
#define WEB(name, more, ip) SERVICE(name, BRANDED more, ON4) HOLDS(IP(ip))

static void sweep_text(const struct sweep *sweep, struct text *out, struct arena *arena)
{
	for (uint32_t i = 0; i < sweep->single.list.count; i++) {
		const struct sweep_loss *loss = &sweep->single.list.items[i];
		struct sweep_detail detail;

		sweep_detail(&detail, sweep, loss, arena);
		text_printf(out, "%s%s: %u moved, %u unreachable, %u revived, queue %u",
			    i > 0 ? "; " : "", loss->groups[0]->name, loss->moved,
			    loss->unreachable, loss->revived, loss->queue);
		for (uint32_t k = 0; k < detail.gains.count; k++)
			text_printf(out, ", %s %u>%u", detail.gains.items[k].node->name,
				    detail.gains.items[k].before, detail.gains.items[k].after);
	}
}

static const struct {
	const char *yaml, *label, *expected;
} rows[] = {
	/* The orders of the nodes are those of test_election.c: node-c wins .100, then node-b.
	 */
	{ LAB HOST("node-a", "r1") HOST("node-b", "r1") HOST("node-c", "r2") AGENT("")
		  POOL WEB("web", "", "192.168.1.100"),
	  NULL,
	  "node-c: 1 moved, 0 unreachable, 0 revived, queue 1, node-b 0>1; "
	  "node-a: 0 moved, 0 unreachable, 0 revived, queue 0; "
	  "node-b: 0 moved, 0 unreachable, 0 revived, queue 0" },
	{ LAB HOST("node-a", "r1") HOST("node-b", "r1") HOST("node-c", "r2") AGENT("")
		  POOL WEB("web", "", "192.168.1.100"),
	  "rack",
	  "r2: 1 moved, 0 unreachable, 0 revived, queue 1, node-b 0>1; "
	  "r1: 0 moved, 0 unreachable, 0 revived, queue 0" },
	/* One address, two Services that share it: one VIP, two to be written. (P9.4) */
	{ LAB HOST("node-a", "r1") HOST("node-b", "r1") HOST("node-c", "r2") AGENT("")
		  POOL WEB("web", ", " SHARES("k"), "192.168.1.100")
			  WEB("api", ", " SHARES("k"), "192.168.1.100"),
	  "rack",
	  "r2: 1 moved, 0 unreachable, 0 revived, queue 2, node-b 0>1; "
	  "r1: 0 moved, 0 unreachable, 0 revived, queue 0" },
	/* node-b has no configuration: it advertises nothing and takes nothing over. (P4.3) */
	{ LAB HOST("node-b", "r1") HOST("node-c", "r2")
		  AGENT("nodeSelector: {matchLabels: {rack: r2}}, ")
			  POOL WEB("web", "", "192.168.1.100"),
	  NULL,
	  "node-c: 0 moved, 1 unreachable, 0 revived, queue 0; "
	  "node-b: 0 moved, 0 unreachable, 0 revived, queue 0" },
	/* Nobody can announce anything: without a configuration the winner is a black hole, and
	 * its loss makes the next one of it. (P4.3) */
	{ LAB HOST("node-b", "r1") HOST("node-c", "r2") POOL WEB("web", "", "192.168.1.100"),
	  NULL,
	  "node-b: 0 moved, 0 unreachable, 0 revived, queue 0; "
	  "node-c: 0 moved, 0 unreachable, 0 revived, queue 0" },
};

START_TEST(losses)
{
	const struct sweep_options how = { .label = rows[_i].label };
	struct text out = { 0 };
	struct run_world w;
	struct sweep sweep;
	struct arena arena;

	arena_init(&arena);
	run_world(&w, rows[_i].yaml, false);
	sweep_run(&sweep, &w.cluster, &w.out, &how, &arena);
	sweep_text(&sweep, &out, &arena);
	ck_assert_str_eq(text_str(&out), rows[_i].expected);
	text_release(&out);
	run_world_release(&w);
	arena_release(&arena);
}
END_TEST

/* ---- what a sample says ---- */

static const struct {
	uint64_t population, total, harmful;
	double low, high;
} shares[] = {
	/* Of many more than were drawn: the figures of docs/sweep-and-plan.md. */
	{ UINT64_C(1) << 50, 1000, 0, 0, 0.003827 },
	{ UINT64_C(1) << 50, 1000, 10, 0.005441, 0.018309 },
	{ UINT64_C(1) << 50, 10000, 0, 0, 0.000384 },
	{ UINT64_C(1) << 50, 10000, 100, 0.008230, 0.012146 },
	{ UINT64_C(1) << 50, 100000, 0, 0, 0.0000384 },
	{ UINT64_C(1) << 50, 100000, 1000, 0.009402, 0.010635 },
	{ UINT64_C(1) << 50, 1000000, 0, 0, 0.00000384 },
	{ UINT64_C(1) << 50, 1000000, 10000, 0.009807, 0.010197 },
	/* All were drawn, or none. */
	{ 10, 10, 3, 0.3, 0.3 },
	{ 0, 0, 0, 0, 0 },
	/* Half of them: half the variance. */
	{ 2001, 1000, 500, 0.478097, 0.521903 },
	/* What was drawn is known, and so is how many are left. */
	{ 4, 2, 0, 0, 0.5 },
	{ 4, 2, 2, 0.5, 1 },
	{ 10, 9, 4, 0.4, 0.5 },
	{ 10, 9, 9, 0.954722, 1 },
};

START_TEST(a_sample_says_this_of_all)
{
	const struct sweep_losses sample = { .population = shares[_i].population,
					     .total = shares[_i].total,
					     .harmful = shares[_i].harmful };
	double low, high;

	sweep_share(&sample, &low, &high);
	ck_assert_double_eq_tol(low, shares[_i].low, 0.000001);
	ck_assert_double_eq_tol(high, shares[_i].high, 0.000001);
}
END_TEST

Suite *suite_sweep(void)
{
	Suite *suite = suite_create("sweep");
	TCase *tcase = tcase_create("sweep");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, agrees_with_nodes_switched_off);
	tcase_add_test(tcase, detection);
	tcase_add_loop_test(tcase, losses, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(tcase, a_sample_says_this_of_all, 0, ARRAY_LEN(shares));
	suite_add_tcase(suite, tcase);
	return suite;
}
