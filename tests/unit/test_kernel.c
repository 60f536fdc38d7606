/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the kernels in sim/network/network.h: addresses, lifetimes, DAD, power, links,
 * intervals. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "tests/unit/expect.h"
#include "tests/unit/net_world.h"
#include "tests/unit/kernel_world.h"
#include "tests/unit/suites.h"

START_TEST(addresses_come_and_go)
{
	struct net_world *w = net_world_new(&three_nodes);
	const struct sim *sim = &w->sim;

	ck_assert(!kernel_holds(sim, 0, 0));
	ck_assert_uint_eq(kernel_where(sim, 0, 0), SETUP_NONE);
	ck_assert_uint_eq(network_holder(sim, 0), SETUP_NONE);
	net_world_add(w, 1, 0);
	ck_assert(kernel_has(sim, 1, 0, 0) && kernel_holds(sim, 1, 0));
	ck_assert(!kernel_has(sim, 1, 0, 1) && !kernel_holds(sim, 0, 0));
	ck_assert_uint_eq(kernel_where(sim, 1, 0), 0);
	ck_assert_uint_eq(network_holder(sim, 0), 1);
	ck_assert_uint_eq(network_holders(sim, 0), 1);
	/* Once more is nothing new; taking off what is not there is nothing at all. */
	net_world_add(w, 1, 0);
	net_world_remove(w, 2, 0);
	ck_assert_uint_eq(network_holders(sim, 0), 1);
	ck_assert_uint_eq(net_world_notes(w, "vip-added"), 1);
	net_world_remove(w, 1, 0);
	net_world_remove(w, 1, 0);
	ck_assert_uint_eq(network_holders(sim, 0), 0);
	ck_assert_uint_eq(net_world_notes(w, "vip-removed"), 1);
	net_world_free(w);
}
END_TEST

START_TEST(notes_name_node_interface_and_cause)
{
	struct net_world *w = net_world_new(&three_nodes);

	net_world_add(w, 2, 1);
	ck_assert_str_eq(w->notes.items[0].what, "node-c took 192.168.1.241 on eth0");
	ck_assert_str_eq(w->notes.items[0].cause, "it won");
	net_world_add(w, 2, 4);
	ck_assert_str_eq(w->notes.items[1].what, "node-c took 10.9.9.1 on kube-lb0");
	kernel_power(&w->sim, 2, false, "crash");
	ck_assert_str_eq(w->notes.items[2].what, "node-c went down");
	ck_assert_str_eq(w->notes.items[2].cause, "crash");
	ck_assert_str_eq(w->notes.items[3].cause, "node-c went down");
	net_world_free(w);
}
END_TEST

START_TEST(the_first_holder_is_the_holder)
{
	struct net_world *w = net_world_new(&three_nodes);

	net_world_add(w, 2, 0);
	net_world_run(w, SECONDS(1));
	net_world_add(w, 0, 0);
	net_world_add(w, 1, 0);
	ck_assert_uint_eq(network_holder(&w->sim, 0), 2);
	ck_assert_uint_eq(network_holders(&w->sim, 0), 3);
	kernel_link(&w->sim, 2, 0, false, "cable");
	ck_assert_uint_eq(network_holder(&w->sim, 0), 0);
	ck_assert_uint_eq(network_holders(&w->sim, 0), 2);
	ck_assert(kernel_has(&w->sim, 2, 0, 0));
	kernel_link(&w->sim, 2, 0, true, "cable");
	ck_assert_uint_eq(network_holder(&w->sim, 0), 2);
	net_world_free(w);
}
END_TEST

START_TEST(one_node_with_two_interfaces_is_one_holder)
{
	struct net_options options = three_nodes;

	options.interfaces = 2;

	struct net_world *w = net_world_new(&options);
	struct address_setting setting = { .valid = SIM_NEVER };

	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(1));
	kernel_add(&w->sim, 0, 1, 0, &setting, "leak");
	ck_assert_uint_eq(network_holders(&w->sim, 0), 1);
	ck_assert_uint_eq(kernel_where(&w->sim, 0, 0), 0);
	net_world_run(w, SECONDS(2));
	net_world_remove(w, 0, 0);
	ck_assert_uint_eq(kernel_where(&w->sim, 0, 0), 1);
	net_world_run(w, SECONDS(3));
	net_world_finish(w);
	ck_assert_str_eq(owners(w, 0), "a 0+2, a 1+-");
	ck_assert_str_eq(duplicates(w, 0), "");
	net_world_free(w);
}
END_TEST

/* ---- lifetimes (P6.6) ---- */

START_TEST(finite_addresses_expire_when_nobody_renews_them)
{
	struct net_world *w = net_world_new(&three_nodes);
	struct address_setting finite = { .valid = SECONDS(300), .nodad = true };
	struct address_setting forever = { .valid = SIM_NEVER, .nodad = true };

	kernel_add(&w->sim, 0, 0, 0, &finite, "it won");
	kernel_add(&w->sim, 0, 0, 1, &finite, "it won");
	kernel_add(&w->sim, 1, 0, 2, &finite, "it won");
	net_world_run(w, SECONDS(150));
	kernel_add(&w->sim, 0, 0, 1, &finite, "renewal");
	kernel_add(&w->sim, 1, 0, 2, &forever, "its options changed");
	net_world_run(w, SECONDS(300) - 1);
	ck_assert(kernel_has(&w->sim, 0, 0, 0));
	net_world_run(w, SECONDS(300));
	ck_assert(!kernel_has(&w->sim, 0, 0, 0));
	net_world_run(w, SECONDS(450) - 1);
	ck_assert(kernel_has(&w->sim, 0, 0, 1));
	net_world_run(w, SECONDS(100000));
	ck_assert(!kernel_has(&w->sim, 0, 0, 1));
	ck_assert(kernel_has(&w->sim, 1, 0, 2));
	ck_assert_uint_eq(net_world_notes(w, "vip-expired"), 2);
	net_world_finish(w);
	ck_assert_str_eq(owners(w, 0), "a 0+300");
	ck_assert_str_eq(owners(w, 1), "a 0+450");
	net_world_free(w);
}
END_TEST

/* ---- DAD (S1.4) ---- */

START_TEST(dad_takes_one_to_two_seconds)
{
	double sum = 0;

	for (uint64_t seed = 0; seed < 300; seed++) {
		struct net_options options = three_nodes;

		options.seed = seed;

		struct net_world *w = net_world_new(&options);
		sim_ns step = 10 * NS_PER_MS, at = 0;

		net_world_add_slowly(w, 0, 2, SIM_NEVER);
		EXPECT(network_holders(&w->sim, 2) == 0, "tentative ones do not answer");
		EXPECT(network_holder(&w->sim, 2) == 0, "but they hold it");
		while (network_holders(&w->sim, 2) == 0)
			net_world_run(w, at += step);

		sim_ns probe = net_world_frame(w, FRAME_DAD_PROBE, 0)->at;

		EXPECT(net_world_frames(w, FRAME_DAD_PROBE, 0) == 1, "one probe");
		EXPECT(probe <= SECONDS(1), "a delay of at most a second");
		EXPECT(at >= probe + SECONDS(1) && at < probe + SECONDS(1) + step,
		       "a second after the probe");
		sum += (double)at / 1e9;
		net_world_finish(w);
		EXPECT(w->result.vips.items[2].owners.items[0].tentative_first, "dad");
		net_world_free(w);
	}
	ck_assert_double_gt(sum / 300, 1.45);
	ck_assert_double_lt(sum / 300, 1.56);
}
END_TEST

START_TEST(no_dad_with_nodad_for_v4_or_when_refreshed)
{
	struct net_world *w = net_world_new(&three_nodes);

	net_world_add(w, 0, 2);
	ck_assert_uint_eq(network_holders(&w->sim, 2), 1);
	net_world_add_slowly(w, 0, 0, SIM_NEVER);
	ck_assert_uint_eq(network_holders(&w->sim, 0), 1);
	net_world_add_slowly(w, 0, 2, SECONDS(300));
	ck_assert_uint_eq(network_holders(&w->sim, 2), 1);
	net_world_add_slowly(w, 0, 3, SECONDS(300));
	net_world_run(w, SECONDS(3));
	net_world_add_slowly(w, 0, 3, SECONDS(300));
	ck_assert_uint_eq(network_holders(&w->sim, 3), 1);
	ck_assert_uint_eq(net_world_frames(w, FRAME_DAD_PROBE, 0), 1);
	net_world_free(w);
}
END_TEST

START_TEST(a_holder_defends_its_address)
{
	struct net_world *w = net_world_new(&three_nodes);

	net_world_add(w, 0, 2);
	net_world_add(w, 0, 3);
	net_world_run(w, SECONDS(1));
	net_world_add_slowly(w, 1, 2, SECONDS(300));
	net_world_add_slowly(w, 1, 3, SIM_NEVER);
	net_world_run(w, SECONDS(5));
	ck_assert_uint_eq(net_world_notes(w, "dad-failed"), 2);
	ck_assert_uint_eq(net_world_frames(w, FRAME_NEIGHBOR_ADVERTISEMENT, 0), 2);
	/* The finite one is gone; the permanent one stays and is good for nothing. */
	ck_assert(!kernel_has(&w->sim, 1, 0, 2));
	ck_assert(kernel_has(&w->sim, 1, 0, 3));
	ck_assert_uint_eq(network_holders(&w->sim, 3), 1);
	net_world_remove(w, 0, 3);
	net_world_run(w, SECONDS(100));
	net_world_add_slowly(w, 1, 3, SIM_NEVER);
	kernel_link(&w->sim, 1, 0, false, "cable");
	kernel_link(&w->sim, 1, 0, true, "cable");
	net_world_run(w, SECONDS(200));
	ck_assert_uint_eq(network_holders(&w->sim, 3), 0);
	ck_assert_uint_eq(network_holder(&w->sim, 3), SETUP_NONE);
	net_world_free(w);
}
END_TEST

START_TEST(two_that_probe_both_fail)
{
	struct net_world *w = net_world_new(&three_nodes);

	net_world_add_slowly(w, 1, 2, SECONDS(300));
	net_world_add_slowly(w, 2, 2, SECONDS(300));
	net_world_run(w, SECONDS(5));
	/* The first probe hits the other while it is tentative; then the first is alone. */
	ck_assert_uint_eq(net_world_notes(w, "dad-failed"), 1);
	ck_assert_uint_eq(network_holders(&w->sim, 2), 1);
	net_world_free(w);
}
END_TEST

START_TEST(an_advertisement_from_elsewhere_fails_dad)
{
	struct net_world *w = net_world_new(&three_nodes);

	net_world_add_slowly(w, 1, 2, SECONDS(300));
	segment_send_gratuitous(&w->sim, 1, 0, 2);
	net_world_run(w, SECONDS(0.001));
	ck_assert(kernel_has(&w->sim, 1, 0, 2));
	segment_send_gratuitous(&w->sim, 0, 0, 2);
	net_world_run(w, SECONDS(0.002));
	ck_assert(!kernel_has(&w->sim, 1, 0, 2));
	net_world_free(w);
}
END_TEST

START_TEST(dad_waits_for_the_link)
{
	struct net_world *w = net_world_new(&three_nodes);

	kernel_link(&w->sim, 0, 0, false, "cable");
	net_world_add_slowly(w, 0, 2, SIM_NEVER);
	net_world_run(w, SECONDS(10));
	ck_assert_uint_eq(net_world_frames(w, FRAME_DAD_PROBE, 0), 0);
	kernel_link(&w->sim, 0, 0, true, "cable");
	net_world_run(w, SECONDS(11) - 1);
	ck_assert_uint_eq(network_holders(&w->sim, 2), 0);
	net_world_run(w, SECONDS(12));
	ck_assert_uint_eq(network_holders(&w->sim, 2), 1);
	net_world_free(w);
}
END_TEST

/* ---- power and links ---- */

START_TEST(without_power_nothing_is_left)
{
	struct net_world *w = net_world_new(&three_nodes);
	struct sim *sim = &w->sim;

	net_world_add(w, 0, 0);
	net_world_add_slowly(w, 0, 2, SECONDS(300));
	net_world_add(w, 0, 4);
	net_world_run(w, SECONDS(0.5));
	kernel_power(sim, 0, false, "crash");
	kernel_power(sim, 0, false, "crash");
	ck_assert(!kernel_powered(sim, 0));
	ck_assert_uint_eq(net_world_notes(w, "node-down"), 1);
	ck_assert(!kernel_holds(sim, 0, 0) && !kernel_holds(sim, 0, 2));
	ck_assert(!kernel_holds(sim, 0, 4));
	/* No address goes on it, no frame leaves it. */
	net_world_add(w, 0, 0);
	segment_send_gratuitous(sim, 0, 0, 0);
	ck_assert(!kernel_holds(sim, 0, 0));

	uint32_t frames = w->frames.count;

	net_world_run(w, SECONDS(10));
	ck_assert_uint_eq(w->frames.count, frames);
	kernel_power(sim, 0, true, "repaired");
	ck_assert(kernel_powered(sim, 0) && !kernel_holds(sim, 0, 0));
	net_world_add(w, 0, 0);
	ck_assert_uint_eq(network_holders(sim, 0), 1);
	net_world_run(w, SECONDS(20));
	net_world_finish(w);
	ck_assert_str_eq(owners(w, 0), "a 0+0.5, a 10+-");
	ck_assert_int_eq(w->result.vips.items[0].announce_gap, SECONDS(9.5));
	net_world_free(w);
}
END_TEST

START_TEST(without_link_addresses_stay_and_frames_do_not_pass)
{
	struct net_world *w = net_world_new(&three_nodes);

	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(1));
	kernel_link(&w->sim, 0, 0, false, "cable");
	segment_send_gratuitous(&w->sim, 0, 0, 0);
	net_world_run(w, SECONDS(4));
	ck_assert_uint_eq(w->frames.count, 0);
	ck_assert_uint_eq(network_holder(&w->sim, 0), SETUP_NONE);
	kernel_link(&w->sim, 0, 0, true, "cable");
	segment_send_gratuitous(&w->sim, 0, 0, 0);
	net_world_run(w, SECONDS(5));
	ck_assert_uint_eq(w->frames.count, 2);
	net_world_finish(w);
	ck_assert_str_eq(owners(w, 0), "a 0+-");
	ck_assert_int_eq(w->result.vips.items[0].announce_gap, SECONDS(3));
	net_world_free(w);
}
END_TEST

/* ---- gratuitous sends (P7.3, P7.4) ---- */

START_TEST(gratuitous_sends_and_their_counts)
{
	struct net_world *w = net_world_new(&three_nodes);
	struct setup_interface *third = &w->setup.nodes.items[2].interfaces.items[0];

	third->link_local = (struct ip){ 0 };
	w->sim.network->listener->sequence_started(&w->sim, 0);
	for (int i = 0; i < 3; i++)
		segment_send_gratuitous(&w->sim, 0, 0, 0);
	segment_send_gratuitous(&w->sim, 0, 0, 2);
	/* Nothing leaves without a link-local address, or from the dummy interface. */
	segment_send_gratuitous(&w->sim, 2, 0, 2);
	segment_send_gratuitous(&w->sim, 0, INTERFACE_DUMMY, 0);
	net_world_run(w, SECONDS(1));
	ck_assert_uint_eq(w->frames.count, 7);
	ck_assert_int_eq(w->frames.items[0].kind, FRAME_GARP_REQUEST);
	ck_assert_int_eq(w->frames.items[1].kind, FRAME_GARP_REPLY);
	net_world_finish(w);
	ck_assert_uint_eq(w->result.vips.items[0].garp_frames, 6);
	ck_assert_uint_eq(w->result.vips.items[0].sequences, 1);
	ck_assert_uint_eq(w->result.vips.items[2].na_frames, 1);
	ck_assert_uint_eq(w->result.segments.items[0].frames[FRAME_GARP_REQUEST], 3);
	ck_assert_uint_eq(w->result.segments.items[0].frames[FRAME_UNSOLICITED_NA], 1);
	ck_assert_uint_eq(w->result.segments.items[0].peak_per_second, 7);
	net_world_free(w);
}
END_TEST

START_TEST(the_peak_is_that_of_the_busiest_second)
{
	struct net_options options = three_nodes;

	options.from_the_start = false;

	struct net_world *w = net_world_new(&options);

	/* Nothing before measuring counts. */
	for (int i = 0; i < 10; i++)
		segment_send_gratuitous(&w->sim, 0, 0, 0);
	net_world_run(w, SECONDS(20.5));
	observe_begin_measuring(&w->sim);
	/* Seconds begin where measuring does: 2 sends, 3 sends, 1 send. */
	for (int i = 0; i < 6; i++) {
		static const double at[] = { 0.1, 0.9, 1.0, 1.5, 1.99, 5 };

		net_world_run(w, SECONDS(20.5 + at[i]));
		segment_send_gratuitous(&w->sim, 0, 0, 0);
	}
	net_world_finish(w);
	ck_assert_uint_eq(w->result.segments.items[0].peak_per_second, 6);
	ck_assert_uint_eq(w->result.vips.items[0].garp_frames, 12);
	net_world_free(w);
}
END_TEST

Suite *suite_kernel(void)
{
	Suite *suite = suite_create("kernel");
	TCase *kernel = tcase_create("kernel");

	tcase_set_timeout(kernel, 60);
	tcase_add_test(kernel, addresses_come_and_go);
	tcase_add_test(kernel, notes_name_node_interface_and_cause);
	tcase_add_test(kernel, the_first_holder_is_the_holder);
	tcase_add_test(kernel, one_node_with_two_interfaces_is_one_holder);
	tcase_add_test(kernel, finite_addresses_expire_when_nobody_renews_them);
	tcase_add_test(kernel, dad_takes_one_to_two_seconds);
	tcase_add_test(kernel, no_dad_with_nodad_for_v4_or_when_refreshed);
	tcase_add_test(kernel, a_holder_defends_its_address);
	tcase_add_test(kernel, two_that_probe_both_fail);
	tcase_add_test(kernel, an_advertisement_from_elsewhere_fails_dad);
	tcase_add_test(kernel, dad_waits_for_the_link);
	tcase_add_test(kernel, without_power_nothing_is_left);
	tcase_add_test(kernel, without_link_addresses_stay_and_frames_do_not_pass);
	tcase_add_test(kernel, gratuitous_sends_and_their_counts);
	tcase_add_test(kernel, the_peak_is_that_of_the_busiest_second);
	suite_add_tcase(suite, kernel);
	return suite;
}
