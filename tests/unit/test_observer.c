/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the observers in sim/network/network.h: each sentence of S1.6, and S5.6 and S5.7. */
#include <string.h>

#include "tests/unit/expect.h"
#include "tests/unit/net_world.h"
#include "tests/unit/observer_world.h"
#include "tests/unit/suites.h"

static bool to_one(const struct seen_frame *f)
{
	return (f->bytes[0] & 1) == 0;
}

static bool is_request(const struct seen_frame *f)
{
	return f->kind == FRAME_ARP_REQUEST || f->kind == FRAME_NEIGHBOR_SOLICITATION;
}

/* The requests for one VIP (of the family) from a time on: times relative to the first, as
 * "u0 u1 u2 b3.01": to one, to all; rounded to 10 ms. */
static const char *requests(struct net_world *w, bool v6, sim_ns from, int most)
{
	const char *text = "";
	sim_ns first = SIM_NEVER;

	ARRAY_FOREACH (const struct seen_frame, f, &w->frames) {
		if (!is_request(f) || (f->length > 60) != v6 || f->at < from || most == 0)
			continue;
		most--;
		if (first == SIM_NEVER)
			first = f->at;
		text = arena_printf(&w->arena, "%s%s%s%.2f", text, *text != '\0' ? " " : "",
				    to_one(f) ? "u" : "b", (double)(f->at - first) / 1e9);
	}
	return text;
}

/* ---- asking ---- */

START_TEST(the_first_use_asks_everybody_three_times_and_begins_again)
{
	for (uint32_t v6 = 0; v6 < 2; v6++) {
		struct net_world *w = world_of(1, OBSERVER_LINUX);

		net_world_run(w, SECONDS(10));
		ck_assert_str_eq(requests(w, v6 != 0, 0, 6),
				 "b0.00 b1.00 b2.00 b3.00 b4.00 b5.00");
		ck_assert_uint_eq(net_world_frames(w, FRAME_ARP_REPLY, 0), 0);
		/* The first leaves with the first packet, within the probe interval. */
		ck_assert_int_lt(w->frames.items[0].at, 10 * NS_PER_MS);
		net_world_free(w);
	}
}
END_TEST

START_TEST(after_a_round_the_next_packet_asks_again)
{
	struct net_options options = one_client;

	options.observers[0].probe_interval = 700 * NS_PER_MS;

	struct net_world *w = net_world_new(&options);

	net_world_run(w, SECONDS(20));
	/* A round ends after 3 s; packets leave at multiples of 0.7 s: the fifth is at 3.5. */
	ck_assert_str_eq(requests(w, false, 0, 8),
			 "b0.00 b1.00 b2.00 b3.50 b4.50 b5.50 b7.00 b8.00");
	net_world_free(w);
}
END_TEST

START_TEST(a_new_holder_is_found_by_the_next_request)
{
	struct net_world *w = world_of(3, OBSERVER_LINUX);

	net_world_run(w, SECONDS(5.5));
	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(10));
	net_world_finish(w);

	sim_ns asked = net_world_frame(w, FRAME_ARP_REQUEST, SECONDS(5.5))->at;
	const struct vip_result *v = &w->result.vips.items[0];

	ck_assert_uint_eq(v->outages.count, 2);
	ck_assert_int_eq(v->outages.items[0].cause, OUTAGE_NO_HOLDER);
	ck_assert_int_eq(v->outages.items[0].time.to, SECONDS(5.5));
	ck_assert_int_eq(v->outages.items[1].cause, OUTAGE_UNRESOLVED);
	ck_assert_int_eq(v->outages.items[1].time.to, asked + round_trip);
	ck_assert_int_lt(asked, SECONDS(6.5));
	ck_assert_int_eq(totals(w, 0)->outage_longest, asked + round_trip);
	ck_assert_int_eq(totals(w, 0)->outage_total, asked + round_trip);
	net_world_free(w);
}
END_TEST

START_TEST(the_first_of_several_answers_counts)
{
	uint32_t first[3] = { 0 };

	for (uint64_t seed = 0; seed < 90; seed++) {
		struct net_world *w = world_of(seed, OBSERVER_LINUX);

		for (uint32_t node = 0; node < 3; node++)
			net_world_add(w, node, 0);
		net_world_run(w, SECONDS(1.5));
		EXPECT(net_world_frames(w, FRAME_ARP_REPLY, 0) == 3, "all answer");
		EXPECT(net_world_notes(w, "neighbour-updated") == 1, "the others are ignored");
		/* Byte 11 of the source is the number of the node. */
		first[net_world_frame(w, FRAME_ARP_REPLY, 0)->bytes[11]]++;
		net_world_free(w);
	}
	/* Nobody is always the first. */
	for (int i = 0; i < 3; i++)
		ck_assert_uint_gt(first[i], 15);
}
END_TEST

/* ---- linux ---- */

/* With a holder at work an entry is confirmed, 15..45 s reachable, 5 s delayed, and asked for
 * again with one unicast request: its own packets confirm nothing. */
START_TEST(entries_are_asked_for_again_though_packets_flow)
{
	for (uint32_t v6 = 0; v6 < 2; v6++) {
		struct net_world *w = world_of(7, OBSERVER_LINUX);
		sim_ns last = SIM_NEVER, least = SIM_NEVER, most = 0, sum = 0;
		int count = 0;

		net_world_add(w, 0, v6);
		net_world_run(w, SECONDS(20000));
		ARRAY_FOREACH (const struct seen_frame, f, &w->frames) {
			if (!is_request(f) || (f->length > 60) != (v6 != 0))
				continue;
			EXPECT(to_one(f) == (last != SIM_NEVER), "only the first to all");
			if (last != SIM_NEVER) {
				sim_ns gap = f->at - last;

				least = gap < least ? gap : least;
				most = gap > most ? gap : most;
				sum += gap;
				count++;
			}
			last = f->at;
		}
		ck_assert_int_ge(least, SECONDS(20));
		ck_assert_int_lt(least, SECONDS(21));
		ck_assert_int_gt(most, SECONDS(49));
		ck_assert_int_lt(most, SECONDS(50.02));
		ck_assert_double_eq_tol((double)sum / count / 1e9, 35.0, 1.0);
		net_world_finish(w);
		/* And nobody notices anything of it. */
		ck_assert_uint_eq(w->result.vips.items[v6].outages.count, 1);
		net_world_free(w);
	}
}
END_TEST

START_TEST(an_entry_that_nobody_answers_for_fails_after_three_requests)
{
	struct net_world *w = world_of(11, OBSERVER_LINUX);

	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(1));
	kernel_power(&w->sim, 0, false, "crash");
	net_world_run(w, SECONDS(100));
	ck_assert_str_eq(requests(w, false, SECONDS(1), 7),
			 "u0.00 u1.00 u2.00 b3.00 b4.00 b5.00 b6.00");

	sim_ns probed = net_world_frame(w, FRAME_ARP_REQUEST, SECONDS(1))->at;

	ck_assert_int_ge(probed, SECONDS(20));
	ck_assert_int_le(probed, SECONDS(50.02));
	ck_assert_uint_eq(net_world_notes(w, "neighbour-failed"), 1);
	net_world_free(w);
}
END_TEST

START_TEST(gratuitous_frames_update_an_entry_at_once_and_make_it_stale)
{
	for (uint32_t v6 = 0; v6 < 2; v6++) {
		struct net_world *w = world_of(13, OBSERVER_LINUX);

		net_world_add(w, 0, v6);
		net_world_run(w, SECONDS(5));
		kernel_power(&w->sim, 0, false, "crash");
		net_world_add(w, 1, v6);
		net_world_run(w, SECONDS(6));
		segment_send_gratuitous(&w->sim, 1, 0, v6);
		net_world_run(w, SECONDS(20));
		net_world_finish(w);

		const struct outage *o = &w->result.vips.items[v6].outages.items[1];

		ck_assert_int_eq(o->cause, OUTAGE_DEAD_HOLDER);
		ck_assert_int_eq(o->time.from, SECONDS(5));
		ck_assert_int_eq(o->time.to, SECONDS(6) + 50 * US);
		/* In use at once, so after 5 s it is asked for, and the new holder answers. */
		sim_ns probed =
			net_world_frame(w, v6 ? FRAME_NEIGHBOR_SOLICITATION : FRAME_ARP_REQUEST,
					SECONDS(6))
				->at;

		ck_assert_int_ge(probed, SECONDS(11));
		ck_assert_int_lt(probed, SECONDS(11.02));
		ck_assert_str_eq(requests(w, v6 != 0, SECONDS(6), 1), "u0.00");
		net_world_free(w);
	}
}
END_TEST

START_TEST(gratuitous_frames_create_no_entry)
{
	struct net_options options = one_client;

	options.observers[0].probe_interval = SECONDS(100);

	struct net_world *w = net_world_new(&options);

	net_world_add(w, 0, 0);
	segment_send_gratuitous(&w->sim, 0, 0, 0);
	net_world_run(w, SECONDS(0.001));
	ck_assert_uint_eq(net_world_notes(w, "neighbour-updated"), 0);
	net_world_run(w, SECONDS(101));
	ck_assert_uint_eq(net_world_notes(w, "neighbour-updated"), 1);
	ck_assert_str_eq(requests(w, false, 0, 1), "b0.00");
	net_world_free(w);
}
END_TEST

START_TEST(gratuitous_frames_answer_one_who_asks)
{
	struct net_world *w = world_of(17, OBSERVER_LINUX);

	net_world_run(w, SECONDS(5.1));
	/* A sender without the address: nobody answers, but the frame is believed. */
	segment_send_gratuitous(&w->sim, 2, 0, 0);
	net_world_run(w, SECONDS(5.2));
	ck_assert_uint_eq(net_world_notes(w, "neighbour-updated"), 1);
	net_world_add(w, 2, 0);
	net_world_run(w, SECONDS(6));
	net_world_finish(w);
	ck_assert_str_eq(net_world_outages(w, 0), "0+5.2 no-holder");
	net_world_free(w);
}
END_TEST

START_TEST(a_gratuitous_frame_that_says_nothing_new_changes_nothing)
{
	struct net_world *a = world_of(19, OBSERVER_LINUX), *b = world_of(19, OBSERVER_LINUX);

	for (int i = 0; i < 2; i++) {
		struct net_world *w = i == 0 ? a : b;

		net_world_add(w, 0, 0);
		net_world_run(w, SECONDS(5));
		if (i == 0)
			segment_send_gratuitous(&w->sim, 0, 0, 0);
		net_world_run(w, SECONDS(100));
	}
	ck_assert_int_eq(net_world_frame(a, FRAME_ARP_REQUEST, SECONDS(5))->at,
			 net_world_frame(b, FRAME_ARP_REQUEST, SECONDS(5))->at);
	net_world_free(a);
	net_world_free(b);
}
END_TEST

START_TEST(lost_gratuitous_frames)
{
	static const struct {
		double loss;
		bool v6;
		double least, most; /* share of sends that are missed */
	} rows[] = {
		{ 0, false, 0, 0 },
		{ 1, false, 1, 1 },
		{ 1, true, 1, 1 },
		/* Both frames of a v4 send must be lost. */
		{ 0.5, false, 0.2, 0.3 },
		{ 0.5, true, 0.45, 0.55 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct net_world *w = world_of(i, OBSERVER_LINUX);
		uint32_t vip = rows[i].v6, before, missed = 0;

		net_world_add(w, 0, vip);
		net_world_add(w, 1, vip);
		net_world_run(w, SECONDS(1));
		segment_set_loss(&w->sim, 0, rows[i].loss);
		for (uint32_t k = 0; k < 1000; k++) {
			/* One of the two is news, unless it was missed before. */
			before = net_world_notes(w, "neighbour-updated");
			segment_send_gratuitous(&w->sim, 0, 0, vip);
			segment_set_loss(&w->sim, 0, 0);
			net_world_run(w, w->sim.engine.now);
			segment_set_loss(&w->sim, 0, rows[i].loss);
			net_world_run(w, w->sim.engine.now + NS_PER_MS);
			missed += net_world_notes(w, "neighbour-updated") == before;
			segment_set_loss(&w->sim, 0, 0);
			segment_send_gratuitous(&w->sim, 1, 0, vip);
			net_world_run(w, w->sim.engine.now + NS_PER_MS);
			segment_set_loss(&w->sim, 0, rows[i].loss);
		}
		EXPECT(missed >= rows[i].least * 1000 - 1 && missed <= rows[i].most * 1000 + 1,
		       "row %zu: %u missed", i, missed);
		net_world_free(w);
	}
}
END_TEST

START_TEST(a_reset_observer_asks_again)
{
	struct net_world *w = world_of(23, OBSERVER_LINUX);

	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(5));
	neighbor_reset_observer(&w->sim, 0);
	net_world_run(w, SECONDS(6));
	net_world_finish(w);
	ck_assert_str_eq(requests(w, false, SECONDS(5), 1), "b0.00");

	sim_ns asked = net_world_frame(w, FRAME_ARP_REQUEST, SECONDS(5))->at;
	const struct outage *o = &w->result.vips.items[0].outages.items[1];

	ck_assert_int_eq(o->cause, OUTAGE_UNRESOLVED);
	ck_assert_int_eq(o->time.from, SECONDS(5));
	ck_assert_int_eq(o->time.to, asked + round_trip);
	net_world_free(w);
}
END_TEST

START_TEST(nobody_sends_to_what_is_not_wanted)
{
	struct net_world *w = world_of(29, OBSERVER_LINUX);
	uint32_t frames;

	network_want(&w->sim, 1, false);
	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(60));
	network_want(&w->sim, 0, false);
	net_world_run(w, SECONDS(60.1));
	frames = w->frames.count;
	net_world_run(w, SECONDS(600));
	ck_assert_uint_eq(w->frames.count, frames);
	network_want(&w->sim, 0, true);
	net_world_run(w, SECONDS(601));
	ck_assert_uint_eq(w->frames.count, frames + 2);
	net_world_free(w);
}
END_TEST

/* ---- router ---- */

/* The holder moves without a word; the router notices when its entry has come of age. */
START_TEST(a_router_asks_again_after_its_timeout)
{
	struct net_world *w = world_of(31, OBSERVER_ROUTER);
	const sim_ns hours = 4 * 3600 * NS_PER_SEC;

	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(100));
	kernel_power(&w->sim, 0, false, "crash");
	net_world_add(w, 1, 0);
	net_world_run(w, hours + SECONDS(100));
	net_world_finish(w);

	const struct outage *o = &w->result.vips.items[0].outages.items[1];

	ck_assert_int_eq(o->cause, OUTAGE_DEAD_HOLDER);
	ck_assert_int_eq(o->time.from, SECONDS(100));
	ck_assert_int_ge(o->time.to, hours);
	ck_assert_int_lt(o->time.to, hours + SECONDS(0.03));
	ck_assert_str_eq(requests(w, false, 0, 3), "b0.00 b14400.01");
	net_world_free(w);
}
END_TEST

START_TEST(a_router_does_not_notice_that_an_entry_is_renewed)
{
	struct net_world *w = world_of(37, OBSERVER_ROUTER);

	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(100000));
	net_world_finish(w);
	ck_assert_uint_eq(w->result.vips.items[0].outages.count, 1);
	ck_assert_uint_eq(net_world_frames(w, FRAME_ARP_REQUEST, 0), 7);
	net_world_free(w);
}
END_TEST

START_TEST(gratuitous_frames_update_a_router_that_accepts_them)
{
	for (int accepts = 0; accepts < 2; accepts++) {
		struct net_options options = one_client;

		options.observers[0].profile = OBSERVER_ROUTER;
		options.observers[0].accepts_gratuitous = accepts != 0;
		options.observers[0].arp_timeout = SECONDS(1000);

		struct net_world *w = net_world_new(&options);

		net_world_add(w, 0, 0);
		net_world_run(w, SECONDS(500));
		/* The entry lives from its last update. */
		segment_send_gratuitous(&w->sim, 0, 0, 0);
		net_world_run(w, SECONDS(1200));
		ck_assert_uint_eq(net_world_frames(w, FRAME_ARP_REQUEST, 0), accepts ? 1 : 2);
		kernel_power(&w->sim, 0, false, "crash");
		net_world_add(w, 1, 0);
		net_world_run(w, SECONDS(1201));
		segment_send_gratuitous(&w->sim, 1, 0, 0);
		net_world_run(w, SECONDS(3000));
		net_world_finish(w);

		const struct outage *o = &w->result.vips.items[0].outages.items[1];
		sim_ns end = accepts ? SECONDS(1201) + 50 * US : SECONDS(2000);

		ck_assert_int_ge(o->time.to, end);
		ck_assert_int_lt(o->time.to, end + SECONDS(accepts ? 0.001 : 0.05));
		net_world_free(w);
	}
}
END_TEST

/* ---- why ---- */

START_TEST(stale_neighbour_is_a_node_alive_without_the_address)
{
	struct net_world *w = world_of(41, OBSERVER_LINUX);

	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(10));
	net_world_remove(w, 0, 0);
	net_world_add(w, 1, 0);
	net_world_run(w, SECONDS(100));
	net_world_finish(w);

	const struct vip_result *v = &w->result.vips.items[0];
	const struct outage *stale = &v->outages.items[1], *none = &v->outages.items[2];

	/* A live kernel without the address does not answer either: three requests, then all
	 * are asked. */
	ck_assert_int_eq(stale->cause, OUTAGE_STALE_NEIGHBOR);
	ck_assert_int_eq(stale->time.from, SECONDS(10));
	ck_assert_str_eq(requests(w, false, SECONDS(10), 4), "u0.00 u1.00 u2.00 b3.00");

	sim_ns probed = net_world_frame(w, FRAME_ARP_REQUEST, SECONDS(10))->at;

	ck_assert_int_eq(stale->time.to, probed + SECONDS(3));
	ck_assert_uint_le(v->outages.count, 3);
	ck_assert_int_eq(none->cause, OUTAGE_UNRESOLVED);
	ck_assert_int_le(none->time.to, stale->time.to + 10 * NS_PER_MS + round_trip);
	ck_assert_int_eq(totals(w, 0)->outage_longest, none->time.to - SECONDS(10));
	net_world_free(w);
}
END_TEST

START_TEST(no_holder_comes_before_all_other_causes)
{
	struct net_world *w = world_of(43, OBSERVER_LINUX);

	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(2));
	kernel_power(&w->sim, 0, false, "crash");
	net_world_run(w, SECONDS(4));
	net_world_add(w, 1, 0);
	net_world_run(w, SECONDS(5));
	kernel_link(&w->sim, 1, 0, false, "cable");
	net_world_run(w, SECONDS(6));
	net_world_finish(w);

	const char *seen = net_world_outages(w, 0);

	ck_assert_msg(strstr(seen, "2+2 no-holder, 4+1 dead-holder, 5+- no-holder") != NULL,
		      "%s", seen);
	ck_assert_int_eq(totals(w, 0)->outage_longest, SECONDS(4));
	net_world_free(w);
}
END_TEST

START_TEST(a_link_that_comes_back_is_reached_at_once)
{
	struct net_world *w = world_of(47, OBSERVER_LINUX);

	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(2));
	kernel_link(&w->sim, 0, 0, false, "cable");
	net_world_run(w, SECONDS(5));
	kernel_link(&w->sim, 0, 0, true, "cable");
	net_world_run(w, SECONDS(10));
	net_world_finish(w);

	const char *seen = net_world_outages(w, 0);

	ck_assert_msg(strstr(seen, ", 2+3 no-holder") != NULL, "%s", seen);
	ck_assert_uint_eq(w->result.vips.items[0].outages.count, 2);
	ck_assert_uint_eq(net_world_notes(w, "outage-ended"), 2);
	net_world_free(w);
}
END_TEST

START_TEST(tentative_is_an_only_holder_in_dad)
{
	struct net_world *w = world_of(53, OBSERVER_LINUX);

	net_world_run(w, SECONDS(1));
	net_world_add_slowly(w, 0, 1, SIM_NEVER);
	net_world_run(w, SECONDS(10));
	net_world_finish(w);

	const struct vip_result *v = &w->result.vips.items[1];
	sim_ns probe = net_world_frame(w, FRAME_DAD_PROBE, 0)->at;

	ck_assert_int_eq(v->outages.items[0].cause, OUTAGE_NO_HOLDER);
	ck_assert_int_eq(v->outages.items[1].cause, OUTAGE_TENTATIVE);
	ck_assert_int_eq(v->outages.items[1].time.from, SECONDS(1));
	ck_assert_int_eq(v->outages.items[1].time.to, probe + SECONDS(1));
	net_world_free(w);
}
END_TEST

START_TEST(an_advertisement_in_dad_leads_to_a_tentative_holder)
{
	struct net_world *w = world_of(59, OBSERVER_LINUX);

	net_world_add(w, 0, 1);
	net_world_run(w, SECONDS(2));
	net_world_add_slowly(w, 1, 1, SIM_NEVER);
	segment_send_gratuitous(&w->sim, 1, 0, 1);
	net_world_run(w, SECONDS(5));
	net_world_finish(w);

	/* Until the holder defends its address, and that takes the entry back. */
	const struct outage *o = &w->result.vips.items[1].outages.items[1];
	sim_ns probe = net_world_frame(w, FRAME_DAD_PROBE, 0)->at;

	ck_assert_int_eq(o->cause, OUTAGE_TENTATIVE);
	ck_assert_int_eq(o->time.from, SECONDS(2) + 50 * US);
	ck_assert_int_eq(o->time.to, probe + round_trip);
	net_world_free(w);
}
END_TEST

START_TEST(an_entry_for_a_wrong_interface_of_the_right_node_works)
{
	struct net_options options = one_client;

	options.interfaces = 2;

	struct net_world *w = net_world_new(&options);
	struct address_setting setting = { .valid = SIM_NEVER, .nodad = true };

	net_world_add(w, 0, 0);
	net_world_run(w, SECONDS(2));
	net_world_remove(w, 0, 0);
	kernel_add(&w->sim, 0, 1, 0, &setting, "moved");
	net_world_run(w, SECONDS(100));
	net_world_finish(w);
	/* The packets are taken; only the request to the old interface is not answered. */
	ck_assert_str_eq(requests(w, false, SECONDS(2), 4), "u0.00 u1.00 u2.00 b3.00");
	ck_assert_int_lt(totals(w, 0)->outage_longest, SECONDS(0.03));
	net_world_free(w);
}
END_TEST

Suite *suite_observer(void)
{
	Suite *suite = suite_create("observer");
	TCase *observer = tcase_create("observer");

	tcase_set_timeout(observer, 60);
	tcase_add_test(observer, the_first_use_asks_everybody_three_times_and_begins_again);
	tcase_add_test(observer, after_a_round_the_next_packet_asks_again);
	tcase_add_test(observer, a_new_holder_is_found_by_the_next_request);
	tcase_add_test(observer, the_first_of_several_answers_counts);
	tcase_add_test(observer, entries_are_asked_for_again_though_packets_flow);
	tcase_add_test(observer, an_entry_that_nobody_answers_for_fails_after_three_requests);
	tcase_add_test(observer, gratuitous_frames_update_an_entry_at_once_and_make_it_stale);
	tcase_add_test(observer, gratuitous_frames_create_no_entry);
	tcase_add_test(observer, gratuitous_frames_answer_one_who_asks);
	tcase_add_test(observer, a_gratuitous_frame_that_says_nothing_new_changes_nothing);
	tcase_add_test(observer, lost_gratuitous_frames);
	tcase_add_test(observer, a_reset_observer_asks_again);
	tcase_add_test(observer, nobody_sends_to_what_is_not_wanted);
	tcase_add_test(observer, a_router_asks_again_after_its_timeout);
	tcase_add_test(observer, a_router_does_not_notice_that_an_entry_is_renewed);
	tcase_add_test(observer, gratuitous_frames_update_a_router_that_accepts_them);
	tcase_add_test(observer, stale_neighbour_is_a_node_alive_without_the_address);
	tcase_add_test(observer, no_holder_comes_before_all_other_causes);
	tcase_add_test(observer, a_link_that_comes_back_is_reached_at_once);
	tcase_add_test(observer, tentative_is_an_only_holder_in_dad);
	tcase_add_test(observer, an_advertisement_in_dad_leads_to_a_tentative_holder);
	tcase_add_test(observer, an_entry_for_a_wrong_interface_of_the_right_node_works);
	suite_add_tcase(suite, observer);
	return suite;
}
