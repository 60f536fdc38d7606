/* SPDX-License-Identifier: Apache-2.0 */
/* S4: the intervals of holders and of duplicates, and kernels against the plainest model. */
#include "tests/unit/kernel_world.h"
#include "tests/unit/suites.h"

/* ---- intervals (S4) ---- */

START_TEST(duplicates_are_two_who_answer)
{
	struct net_world *w = net_world_new(&three_nodes);

	net_world_add(w, 2, 0);
	net_world_run(w, SECONDS(1));
	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(3));
	net_world_add(w, 1, 0);
	net_world_run(w, SECONDS(4));
	kernel_link(&w->sim, 2, 0, false, "cable");
	net_world_run(w, SECONDS(6));
	net_world_remove(w, 1, 0);
	net_world_run(w, SECONDS(7));
	kernel_link(&w->sim, 2, 0, true, "cable");
	net_world_run(w, SECONDS(9));
	net_world_finish(w);
	ck_assert_str_eq(duplicates(w, 0), "ac 1+2, abc 3+1, ab 4+2, ac 7+-");
	ck_assert_int_eq(w->result.vips.items[0].duplicate_total, SECONDS(7));
	ck_assert_str_eq(owners(w, 0), "c 0+-, a 1+-, b 3+3");
	ck_assert_int_eq(w->result.vips.items[0].announce_gap, 0);
	net_world_free(w);
}
END_TEST

START_TEST(tentative_addresses_are_no_duplicates_and_no_gap)
{
	struct net_world *w = net_world_new(&three_nodes);

	net_world_add(w, 0, 2);
	net_world_run(w, SECONDS(2));
	net_world_add_slowly(w, 1, 2, SIM_NEVER);
	net_world_remove(w, 0, 2);
	net_world_run(w, SECONDS(10));
	net_world_finish(w);
	ck_assert_str_eq(duplicates(w, 2), "");
	ck_assert_int_eq(w->result.vips.items[2].announce_gap, 0);
	ck_assert_str_eq(owners(w, 2), "a 0+2, b 2+- dad");
	net_world_free(w);
}
END_TEST

START_TEST(remote_vips_have_many_holders)
{
	struct net_world *w = net_world_new(&three_nodes);

	for (uint32_t i = 0; i < 3; i++)
		net_world_add(w, i, 4);
	net_world_run(w, SECONDS(1));
	ck_assert_uint_eq(network_holders(&w->sim, 4), 3);
	ck_assert_uint_eq(network_holder(&w->sim, 4), 0);
	/* A link has nothing to do with a dummy interface. */
	kernel_link(&w->sim, 0, 0, false, "cable");
	ck_assert_uint_eq(network_holders(&w->sim, 4), 3);
	kernel_power(&w->sim, 0, false, "crash");
	ck_assert_uint_eq(network_holder(&w->sim, 4), 1);
	net_world_remove(w, 1, 4);
	kernel_power(&w->sim, 2, false, "crash");
	net_world_run(w, SECONDS(5));
	net_world_add(w, 1, 4);
	net_world_run(w, SECONDS(6));
	net_world_finish(w);
	ck_assert_str_eq(owners(w, 4), "a 0+1, b 0+1, c 0+1, b 5+-");
	ck_assert_str_eq(duplicates(w, 4), "");
	ck_assert_int_eq(w->result.vips.items[4].announce_gap, SECONDS(4));
	ck_assert_str_eq(w->result.vips.items[4].owners.items[0].interface, "kube-lb0");
	ck_assert_uint_eq(w->result.vips.items[4].totals.count, 0);
	net_world_free(w);
}
END_TEST

START_TEST(intervals_are_cut_at_the_end_of_the_warm_up)
{
	struct net_options options = three_nodes;

	options.from_the_start = false;

	struct net_world *w = net_world_new(&options);

	net_world_add(w, 0, 0);
	net_world_add(w, 1, 0);
	net_world_run(w, SECONDS(5));
	net_world_remove(w, 1, 0);
	net_world_run(w, SECONDS(15));
	net_world_add(w, 2, 0);
	net_world_run(w, SECONDS(20));
	observe_begin_measuring(&w->sim);
	net_world_run(w, SECONDS(23));
	net_world_remove(w, 2, 0);
	net_world_run(w, SECONDS(30));
	net_world_finish(w);
	ck_assert_str_eq(owners(w, 0), "c 0+3, a 0+-");
	ck_assert_str_eq(duplicates(w, 0), "ac 0+3");
	ck_assert_int_eq(w->result.vips.items[0].duplicate_total, SECONDS(3));
	/* Nobody ever had this one: the gap is what was measured. */
	ck_assert_int_eq(w->result.vips.items[1].announce_gap, SECONDS(10));
	net_world_free(w);
}
END_TEST

START_TEST(only_what_is_wanted_is_measured)
{
	struct net_options options = three_nodes;

	options.service_absent = true;

	struct net_world *w = net_world_new(&options);

	net_world_add(w, 0, 0);
	net_world_add(w, 1, 0);
	net_world_run(w, SECONDS(10));
	network_want(&w->sim, 0, true);
	network_want(&w->sim, 1, true);
	net_world_run(w, SECONDS(11));
	net_world_add(w, 0, 1);
	net_world_run(w, SECONDS(12));
	network_want(&w->sim, 0, false);
	net_world_remove(w, 0, 1);
	net_world_run(w, SECONDS(14));
	network_want(&w->sim, 1, false);
	net_world_run(w, SECONDS(20));
	net_world_finish(w);
	ck_assert_str_eq(duplicates(w, 0), "ab 10+2");
	ck_assert_str_eq(owners(w, 0), "a 0+-, b 0+-");
	ck_assert_int_eq(w->result.vips.items[1].announce_gap, SECONDS(2));
	ck_assert_int_eq(w->result.vips.items[2].announce_gap, 0);
	net_world_free(w);
}
END_TEST

/* ---- anything at all ---- */

enum { V6_VIP = 4 };

/* What is where, kept in the plainest way. */
struct model {
	bool has[4][7]; /* by node and VIP; the v6 one may fail DAD and is left out */
	bool powered[4], linked[4];
};

static uint32_t model_answering(const struct model *m, uint32_t vip, bool remote)
{
	uint32_t count = 0;

	for (int node = 0; node < 4; node++)
		count += m->has[node][vip] && m->powered[node] && (remote || m->linked[node]);
	return count;
}

static void step(struct net_world *w, struct model *m, struct random *r)
{
	uint32_t node = (uint32_t)random_below(r, 4), vip = (uint32_t)random_below(r, 7);
	uint64_t what = random_below(r, 20);

	if (vip == V6_VIP && what < 13) {
		net_world_add_slowly(w, node, vip, SECONDS(30));
	} else if (what < 7) {
		net_world_add(w, node, vip);
		m->has[node][vip] |= m->powered[node];
	} else if (what < 13) {
		net_world_remove(w, node, vip);
		m->has[node][vip] = false;
	} else if (what < 15) {
		m->powered[node] = !m->powered[node];
		memset(m->has[node], 0, sizeof(m->has[node]));
		kernel_power(&w->sim, node, m->powered[node], "power");
	} else if (what < 17) {
		m->linked[node] = !m->linked[node];
		kernel_link(&w->sim, node, 0, m->linked[node], "cable");
	} else if (what < 18) {
		segment_send_gratuitous(&w->sim, node, 0, vip);
	} else {
		network_want(&w->sim, vip, random_below(r, 4) != 0);
	}
}

static void compare(const struct net_world *w, const struct model *m)
{
	for (uint32_t vip = 0; vip < 7; vip++) {
		bool remote = w->setup.vips.items[vip].remote;

		if (vip == V6_VIP)
			continue;
		for (uint32_t node = 0; node < 4; node++)
			EXPECT(kernel_holds(&w->sim, node, vip) == m->has[node][vip], "holds");
		EXPECT(network_holders(&w->sim, vip) == model_answering(m, vip, remote),
		       "vip %u: %u holders", vip, network_holders(&w->sim, vip));
	}
}

/* The intervals of each VIP's result are within the run and in order, and no two of the same
 * kind that exclude each other overlap. */
static void check_result(const struct vip_result *v, sim_ns end)
{
	sim_ns last[3] = { 0 }, total = 0, seen[3] = { 0 };

	ARRAY_FOREACH (const struct outage, o, &v->outages) {
		sim_ns to = o->time.to == SIM_NEVER ? end : o->time.to;

		EXPECT(o->time.from >= last[o->observer] && to > o->time.from && to <= end,
		       "outages in order");
		last[o->observer] = to;
		seen[o->observer] += to - o->time.from;
	}
	ARRAY_FOREACH (const struct observer_totals, t, &v->totals) {
		EXPECT(t->outage_total == seen[t->observer], "total of outages");
		EXPECT(t->outage_longest <= t->outage_total, "longest");
	}
	last[0] = 0;
	ARRAY_FOREACH (const struct duplicate, d, &v->duplicates) {
		sim_ns to = d->time.to == SIM_NEVER ? end : d->time.to;

		EXPECT(d->time.from >= last[0] && to > d->time.from && d->nodes.count > 1,
		       "duplicates in order");
		last[0] = to;
		total += to - d->time.from;
	}
	EXPECT(total == v->duplicate_total, "total of duplicates");
}

START_TEST(agrees_with_the_plainest_model)
{
	for (uint64_t seed = 0; seed < 12; seed++) {
		struct net_options options = {
			.seed = seed,
			.nodes = 4,
			.v4 = 4,
			.v6 = 1,
			.remote = 2,
			.observers = { { .name = "client" },
				       { .name = "tor1",
					 .profile = OBSERVER_ROUTER,
					 .accepts_gratuitous = true,
					 .arp_timeout = SECONDS(60) },
				       { .name = "deaf",
					 .profile = OBSERVER_IGNORES_GRATUITOUS } },
		};
		struct net_world *w = net_world_new(&options);
		struct model m = { .powered = { true, true, true, true },
				   .linked = { true, true, true, true } };
		struct random r = random_new(seed + 100);
		sim_ns began = 0;

		for (int i = 0; i < 600; i++) {
			if (i == 150) {
				observe_begin_measuring(&w->sim);
				began = w->sim.engine.now;
			}
			step(w, &m, &r);
			EXPECT(net_world_consistent(&w->sim), "seed %d step %d", (int)seed, i);
			compare(w, &m);
			net_world_run(w,
				      w->sim.engine.now + (sim_ns)random_below(&r, SECONDS(4)));
		}
		net_world_finish(w);
		ARRAY_FOREACH (const struct vip_result, v, &w->result.vips)
			check_result(v, w->sim.engine.now - began);
		net_world_free(w);
	}
}
END_TEST

static bool same_frame(const struct seen_frame *a, const struct seen_frame *b)
{
	return a->at == b->at && a->kind == b->kind && a->length == b->length &&
	       memcmp(a->bytes, b->bytes, a->length) == 0;
}

START_TEST(the_same_seed_gives_the_same_frames)
{
	struct net_options options = three_nodes;
	struct net_world *w[2];

	options.observers[0] = (struct setup_observer){ .name = "client" };
	options.segment_delay = distribution_exponential(100 * 1000);
	for (int i = 0; i < 2; i++) {
		w[i] = net_world_new(&options);
		net_world_add(w[i], 0, 0);
		net_world_add(w[i], 1, 0);
		net_world_add_slowly(w[i], 1, 2, SECONDS(300));
		net_world_run(w[i], SECONDS(400));
	}
	ck_assert_uint_eq(w[0]->frames.count, w[1]->frames.count);
	for (uint32_t i = 0; i < w[0]->frames.count; i++)
		EXPECT(same_frame(&w[0]->frames.items[i], &w[1]->frames.items[i]), "frame %u",
		       i);
	net_world_free(w[0]);
	net_world_free(w[1]);
}
END_TEST

Suite *suite_kernel_intervals(void)
{
	Suite *suite = suite_create("kernel_intervals");
	TCase *tcase = tcase_create("kernel_intervals");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, duplicates_are_two_who_answer);
	tcase_add_test(tcase, tentative_addresses_are_no_duplicates_and_no_gap);
	tcase_add_test(tcase, remote_vips_have_many_holders);
	tcase_add_test(tcase, intervals_are_cut_at_the_end_of_the_warm_up);
	tcase_add_test(tcase, only_what_is_wanted_is_measured);
	tcase_add_test(tcase, agrees_with_the_plainest_model);
	tcase_add_test(tcase, the_same_seed_gives_the_same_frames);
	suite_add_tcase(suite, tcase);
	return suite;
}
