/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of P5 to P9 in whole simulations. */
#include <check.h>
#include <stdlib.h>

#include "base/text.h"
#include "tests/unit/sim_world.h"
#include "tests/unit/suites.h"

#define FIRST  "192.168.128.0" /* the address of the first Service */
#define REMOTE "203.0.113.0"

/* A world of some nodes and one local VIP, run once. */
static struct sim_world *run(const struct sim_options *options, uint64_t seed)
{
	struct sim_world *w = sim_world_new(options);

	sim_world_run(w, seed);
	return w;
}

static uint32_t first_owner(const struct vip_result *vip)
{
	ck_assert_uint_gt(vip->owners.count, 0);
	return vip->owners.items[0].node;
}

/* Who holds it at the end; SETUP_NONE: nobody. */
static uint32_t last_owner(const struct vip_result *vip)
{
	uint32_t node = SETUP_NONE;

	ARRAY_FOREACH (const struct ownership, owner, &vip->owners) {
		if (owner->time.to == SIM_NEVER)
			node = owner->node;
	}
	return node;
}

/* P8.8: what a killed agent leaves lives on for half its lifetime to all of it, local VIPs
 * beside those of the new winner; what is permanent stays. */
START_TEST(killed)
{
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = 3,
		.services = 1,
		.remote = 1,
		.spec = "  duration: 400s\n"
			"  events: [{at: 5s, agentKill: {winnerOf: " FIRST "}}]\n",
	});

	for (unsigned seed = 1; seed <= 10; seed++) {
		const struct vip_result *vip;
		sim_ns left;

		sim_world_run(w, seed);
		vip = sim_world_vip(w, FIRST);
		left = vip->owners.items[0].time.to - SECONDS(5);
		ck_assert_int_ge(left, SECONDS(150));
		ck_assert_int_le(left, SECONDS(300));
		ck_assert_int_gt(vip->duplicate_total, SECONDS(130));
		ck_assert_int_eq(vip->announce_gap, 0);
		ck_assert_uint_ne(last_owner(vip), first_owner(vip));
		ck_assert_uint_eq(sim_world_vip(w, REMOTE)->owners.count, 3);
		ck_assert_int_eq(sim_world_vip(w, REMOTE)->owners.items[2].time.to, SIM_NEVER);
	}
	sim_world_free(w);
}
END_TEST

/* P8.3, P8.9: without its lease a node leaves every membership, its own too, for good. */
START_TEST(lease_gone)
{
	struct sim_world *w =
		run(&(struct sim_options){ .nodes = 3,
					   .services = 1,
					   .remote = 1,
					   .spec = "  duration: 120s\n"
						   "  events: [{at: 5s, nodeDelete: "
						   "{winnerOf: " FIRST "}}]\n" },
		    1);
	const struct vip_result *vip = sim_world_vip(w, FIRST);

	ck_assert_int_lt(vip->owners.items[0].time.to, SECONDS(5.5));
	ck_assert_uint_ne(last_owner(vip), first_owner(vip));
	ck_assert_uint_eq(vip->owners.count, 2);
	ck_assert_uint_eq(sim_world_vip(w, REMOTE)->owners.count, 3);
	sim_world_free(w);
}
END_TEST

static const struct {
	const char *skew;
	bool flaps; /* above D/2 the reader sees leases run out before they are renewed */
} skew_rows[] = { { "3s", false }, { "4500ms", false }, { "7s", true }, { "20s", true } };

/* P8.6: one reader's clock is ahead. */
START_TEST(clock_ahead)
{
	struct text spec = { 0 };
	sim_ns duplicates = 0;

	text_printf(&spec, "  duration: 60s\n  timing: {clockSkew: {node-1: %s}}\n",
		    skew_rows[_i].skew);

	struct sim_world *w = run(
		&(struct sim_options){ .nodes = 3, .services = 24, .spec = text_str(&spec) },
		1);

	ARRAY_FOREACH (const struct vip_result, vip, &w->result.vips)
		duplicates += vip->duplicate_total;
	ck_assert_int_eq(duplicates > 0, skew_rows[_i].flaps);
	sim_world_free(w);
	text_release(&spec);
}
END_TEST

/* P8.5: a node that is cut off answers on until its copies run out; the others take over when
 * its lease does. Healed, it is back. */
START_TEST(cut_off)
{
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = 4,
		.services = 1,
		.spec = "  duration: 120s\n"
			"  events: [{at: 5s, apiPartition: {winnerOf: " FIRST "}}, "
			"{at: 60s, apiHeal: node-0}, {at: 60s, apiHeal: node-1}, "
			"{at: 60s, apiHeal: node-2}, {at: 60s, apiHeal: node-3}]\n",
	});

	for (unsigned seed = 1; seed <= 20; seed++) {
		const struct vip_result *vip;

		sim_world_run(w, seed);
		vip = sim_world_vip(w, FIRST);
		ck_assert_int_ge(sim_world_taken(vip, 0), SECONDS(5 + 5));
		ck_assert_int_le(vip->owners.items[0].time.to, SECONDS(5 + 20.1));
		ck_assert_int_lt(vip->announce_gap, SECONDS(15));
		ck_assert_uint_eq(last_owner(vip), first_owner(vip));
	}
	sim_world_free(w);
}
END_TEST

/* P4.3: without an LBNodeAgent nothing is announced, locally or remotely. */
START_TEST(configuration_gone)
{
	struct sim_world *w = run(
		&(struct sim_options){ .nodes = 3,
				       .services = 2,
				       .remote = 1,
				       .spec = "  duration: 60s\n"
					       "  events: [{at: 5s, delete: {kind: "
					       "LBNodeAgent, name: default}}]\n"
					       "  assertions: [{allAnnounced: true, at: 4s}, "
					       "{noneAnnounced: true, at: 20s}]\n" },
		1);

	ck_assert(w->result.assertions.items[0].held);
	ck_assert_msg(w->result.assertions.items[1].held, "%s",
		      w->result.assertions.items[1].detail);
	sim_world_free(w);
}
END_TEST

/* P6.12: with the primary address of an interface its VIPs go, unless they are promoted. */
START_TEST(primary_removed)
{
	struct sim_world *w = run(
		&(struct sim_options){
			.nodes = 1,
			.services = 1,
			.spec = "  duration: 20s\n"
				"  events: [{at: 5s, addressRemove: {node: node-0, "
				"interface: eth0, address: 192.168.0.10/16}}]\n" },
		1);

	ck_assert_int_eq(sim_world_vip(w, FIRST)->owners.items[0].time.to, SECONDS(5));
	ck_assert_uint_eq(last_owner(sim_world_vip(w, FIRST)), SETUP_NONE);
	sim_world_free(w);
}
END_TEST

/* P5.4: the VIP follows the endpoints, and falls back when none of them is a candidate. */
START_TEST(affinity)
{
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = 4,
		.more = "---\napiVersion: v1\nkind: Service\nmetadata: {name: near, annotations: "
			"{purelb.io/node-affinity: service-endpoints}}\n"
			"spec: {type: LoadBalancer, ports: [{port: 80}]}\n",
		.spec = "  duration: 40s\n"
			"  events: [{at: 5s, endpoints: {service: default/near, nodes: [node-1]}}, "
			"{at: 10s, endpoints: {service: default/near, nodes: [node-3]}}, "
			"{at: 20s, endpoints: {service: default/near, nodes: []}}]\n"
			"  assertions: [{announcer: node-1, vip: " FIRST ", at: 9s}, "
			"{announcer: node-3, vip: " FIRST ", at: 19s}, "
			"{allAnnounced: true, at: 40s}]\n",
	});

	sim_world_run(w, 1);
	ARRAY_FOREACH (const struct assertion_result, a, &w->result.assertions)
		ck_assert_msg(a->held, "%s: %s", a->text, a->detail);
	ck_assert_uint_eq(last_owner(sim_world_vip(w, FIRST)),
			  first_owner(sim_world_vip(w, FIRST)));
	sim_world_free(w);
}
END_TEST

/* P7.2, P7.3: a takeover is one sequence of three sends, of two frames each. */
START_TEST(sequence)
{
	struct sim_world *w = run(
		&(struct sim_options){
			.nodes = 2,
			.services = 1,
			.spec = "  duration: 30s\n"
				"  events: [{at: 5s, nodeCrash: {winnerOf: " FIRST "}}]\n" },
		1);

	ck_assert_uint_eq(sim_world_vip(w, FIRST)->sequences, 1);
	ck_assert_uint_eq(sim_world_vip(w, FIRST)->garp_frames, 6);
	sim_world_free(w);
}
END_TEST

/* P8.11: what moves to a node that joins is without a holder for about 0.2 s at least. */
START_TEST(joining)
{
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = 3,
		.services = 6,
		.spec = "  duration: 90s\n"
			"  events: [{at: 5s, nodeCrash: node-0}, {at: 40s, nodeRecover: node-0}]\n",
	});

	for (unsigned seed = 1; seed <= 10; seed++) {
		sim_world_run(w, seed);
		ARRAY_FOREACH (const struct vip_result, vip, &w->result.vips) {
			const struct ownership *owners = vip->owners.items;
			sim_ns gap;

			if (first_owner(vip) != 0)
				continue;
			ck_assert_uint_eq(vip->owners.count, 3);
			ck_assert_uint_eq(owners[2].node, 0);
			gap = owners[2].time.from - owners[1].time.to;
			ck_assert_int_ge(gap, SECONDS(0.1));
			ck_assert_int_le(gap, SECONDS(1));
		}
	}
	sim_world_free(w);
}
END_TEST

/* P3.11.9: Services that come later get what is left, in the order in which they come. */
START_TEST(later_services)
{
	struct sim_world *w = run(
		&(struct sim_options){
			.nodes = 1,
			.services = 3,
			.spec = "  duration: 20s\n"
				"  events: [{at: 9s, serviceCreate: default/s0}, "
				"{at: 3s, serviceCreate: default/s1}]\n" },
		1);

	ck_assert_str_eq(
		w->setup.services.items[sim_world_vip(w, FIRST) - w->result.vips.items].name,
		"default/s2");
	ck_assert_int_lt(sim_world_vip(w, "192.168.128.1")->owners.items[0].time.from,
			 SECONDS(4));
	ck_assert_int_gt(sim_world_vip(w, "192.168.128.2")->owners.items[0].time.from,
			 SECONDS(9));
	sim_world_free(w);
}
END_TEST

/* A Service that goes and comes back is there at the start. */
START_TEST(goes_and_comes)
{
	struct sim_world *w = run(
		&(struct sim_options){
			.nodes = 1,
			.services = 1,
			.spec = "  duration: 20s\n"
				"  events: [{at: 9s, serviceCreate: default/s0}, "
				"{at: 3s, serviceDelete: default/s0}]\n" },
		1);
	const struct vip_result *vip = sim_world_vip(w, FIRST);

	ck_assert_uint_eq(vip->owners.count, 2);
	ck_assert_int_eq(vip->owners.items[0].time.from, 0);
	ck_assert_int_lt(vip->owners.items[0].time.to, SECONDS(4));
	ck_assert_int_gt(vip->owners.items[1].time.from, SECONDS(9));
	sim_world_free(w);
}
END_TEST

static const struct {
	const char *spec;
	const char *problem;
} problem_rows[] = {
	{ "  duration: 60s\n"
	  "  events: [{at: 9s, delete: {kind: ServiceGroup, name: far}}, "
	  "{at: 5s, delete: {kind: LBNodeAgent, name: default}}]\n",
	  "spec.events[1] can happen before the change of the configuration that is written "
	  "above it" },
	{ "  duration: 60s\n  timing: {clockSkew: {node-9: 1s}}\n",
	  "spec.timing.clockSkew: the input has no node \"node-9\"" },
	{ "  duration: 9999h\n", "spec.duration is 9999h, which is longer than a year" },
	{ "  duration: 60s\n  events: [{at: 61s, apiDown: all}]\n",
	  "spec.events[0] happens after the end of the run, which is 1m0s long" },
	{ "  duration: 60s\n  events: [{at: 6s, apiDown: node-0}]\n",
	  "apiDown applies to all nodes, not to \"node-0\" alone" },
	{ "  duration: 60s\n  timing: {allocate: {uniform: [1s, 2s], exponential: 3s}}\n",
	  "spec.timing.allocate must name exactly one distribution, not 2" },
	{ "  duration: 60s\n  timing: {allocate: {}}\n",
	  "spec.timing.allocate must name exactly one distribution, not 0" },
	{ "  duration: 60s\n  assertions: [{maxGap: 1s, at: 5s}]\n",
	  "spec.assertions[0] is evaluated over the whole run: `at` has no effect" },
};

START_TEST(refused)
{
	struct sim_world *w = sim_world_new(
		&(struct sim_options){ .nodes = 2, .spec = problem_rows[_i].spec });

	ck_assert(!w->fine);
	ck_assert_str_eq(sim_world_problem(w), problem_rows[_i].problem);
	sim_world_free(w);
}
END_TEST

#define ROWS(rows_) ((int)(sizeof(rows_) / sizeof((rows_)[0])))

Suite *suite_sim_rules(void)
{
	Suite *s = suite_create("sim_rules");
	TCase *t = tcase_create("sim_rules");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, killed);
	tcase_add_test(t, lease_gone);
	tcase_add_loop_test(t, clock_ahead, 0, ROWS(skew_rows));
	tcase_add_test(t, cut_off);
	tcase_add_test(t, configuration_gone);
	tcase_add_test(t, primary_removed);
	tcase_add_test(t, affinity);
	tcase_add_test(t, sequence);
	tcase_add_test(t, joining);
	tcase_add_test(t, later_services);
	tcase_add_test(t, goes_and_comes);
	tcase_add_loop_test(t, refused, 0, ROWS(problem_rows));
	suite_add_tcase(s, t);
	return s;
}
