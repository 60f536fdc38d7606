/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of P6 that only show as time goes by: what an agent does with an address that
 * it has already, that it shares, that fails, and that goes. */
#include <check.h>

#include "tests/unit/sim_world.h"
#include "tests/unit/suites.h"

#define FIRST "192.168.128.0" /* the address of the first Service */

/* A Service that asks for these addresses. */
#define ASKING(name, addresses, more, port)                                                    \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: " name                           \
	", annotations: {purelb.io/addresses: '" addresses "'" more                            \
	"}}\nspec: {type: LoadBalancer, ipFamilies: [IPv4], clusterIP: 10.96.0.2, "            \
	"ports: [{port: " port "}]}\n"

static uint32_t writes_of_all(const struct run_result *result)
{
	uint32_t sum = 0;

	ARRAY_FOREACH (const struct agent_result, agent, &result->agents)
		sum += agent->api_writes;
	return sum;
}

static uint32_t events_of_all(const struct run_result *result)
{
	uint32_t sum = 0;

	ARRAY_FOREACH (const struct agent_result, agent, &result->agents)
		sum += agent->events_sent + agent->events_dropped;
	return sum;
}

/* What one run of a world with one node and one Service comes to. */
struct outcome {
	uint32_t owners, sequences, writes, events;
};

static struct outcome run_one(const char *spec)
{
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = 1,
		.services = 1,
		.spec = spec,
	});
	const struct run_result *result = sim_world_run(w, 1);
	const struct vip_result *vip = sim_world_vip(w, FIRST);
	const struct outcome outcome = {
		.owners = vip->owners.count,
		.sequences = vip->sequences,
		.writes = writes_of_all(result),
		.events = events_of_all(result),
	};

	ck_assert_int_eq(vip->owners.items[0].time.to, SIM_NEVER);
	sim_world_free(w);
	return outcome;
}

/* test: P6.10, P7.5: an Event and another sequence, but no write. */
START_TEST(a_held_address_is_announced_again)
{
	const struct outcome quiet = run_one("  duration: 30s\n" EXACT_TIMING);
	const struct outcome again =
		run_one("  duration: 30s\n" EXACT_TIMING
			"  events: [{at: 10s, endpoints: {service: default/s0, "
			"nodes: [node-0]}}]\n");

	ck_assert_uint_eq(quiet.owners, 1);
	ck_assert_uint_eq(again.owners, 1);
	ck_assert_uint_eq(again.sequences, quiet.sequences + 1);
	ck_assert_uint_eq(again.events, quiet.events + 1);
	ck_assert_uint_eq(again.writes, quiet.writes);
}
END_TEST

#define SHARED_BY(name, port)                                                                  \
	ASKING(name, "192.168.129.1", ", purelb.io/allow-shared-ip: k", port)

/* test: P6.9: of two Services that share an address one goes, and the other keeps it. */
START_TEST(a_shared_address_stays)
{
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = 2,
		.more = SHARED_BY("a", "80") SHARED_BY("b", "81"),
		.spec = "  duration: 30s\n" EXACT_TIMING
			"  events: [{at: 10s, serviceDelete: default/a}]\n",
	});
	uint32_t gone = 0, kept = 0;

	sim_world_run(w, 1);
	ck_assert_uint_eq(w->result.vips.count, 2);
	ARRAY_FOREACH (const struct vip_result, vip, &w->result.vips) {
		ck_assert_uint_eq(vip->owners.count, 1);
		if (vip->owners.items[0].time.to == SIM_NEVER)
			kept++;
		else
			gone++;
	}
	ck_assert_uint_eq(kept, 1);
	ck_assert_uint_eq(gone, 1);
	sim_world_free(w);
}
END_TEST

/* test: P6.8: an address that fails (P6.7) keeps the Service from being written; the others
 * are announced again with every retry. */
START_TEST(one_failure_means_no_write)
{
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = 1,
		.more = "---\napiVersion: purelb.io/v2\nkind: ServiceGroup\nmetadata: {name: "
			"bad}\nspec: {remote: {v4pools: [{subnet: 198.51.100.0/24, pool: "
			"198.51.100.0/24, aggregation: /64}]}}\n" ASKING(
				"a", "192.168.129.1,198.51.100.5", "", "80"),
		.spec = "  duration: 30s\n" EXACT_TIMING,
	});
	const struct run_result *result = sim_world_run(w, 1);
	const struct vip_result *good = sim_world_vip(w, "192.168.129.1");
	const struct vip_result *bad = sim_world_vip(w, "198.51.100.5");

	ck_assert_uint_eq(bad->owners.count, 0);
	ck_assert_uint_eq(good->owners.count, 1);
	ck_assert_int_eq(good->owners.items[0].time.to, SIM_NEVER);
	ck_assert_uint_eq(writes_of_all(result), 0);
	/* Most of the retries, each after twice the time, come before the end of the warm-up.
	 */
	ck_assert_uint_ge(result->agents.items[0].reprocessed, 2);
	ck_assert_uint_eq(good->sequences, result->agents.items[0].reprocessed);
	sim_world_free(w);
}
END_TEST

/* When the only owner of the first VIP lost it, in a run of one node; SIM_NEVER: it did not. */
static sim_ns lost_at(const char *spec)
{
	struct sim_world *w = sim_world_new(&(struct sim_options){
		.nodes = 1,
		.services = 1,
		.spec = spec,
	});
	sim_ns at;

	sim_world_run(w, 1);
	ck_assert_uint_ge(sim_world_vip(w, FIRST)->owners.count, 1);
	at = sim_world_vip(w, FIRST)->owners.items[0].time.to;
	sim_world_free(w);
	return at;
}

/* test: P6.11, P6.12: what takes an address off a node, and what does not. */
START_TEST(addresses_go)
{
	const sim_ns deleted = lost_at("  duration: 30s\n" EXACT_TIMING
				       "  events: [{at: 10s, serviceDelete: default/s0}]\n");
	const sim_ns primary = lost_at("  duration: 30s\n" EXACT_TIMING
				       "  events: [{at: 10s, addressRemove: {node: node-0, "
				       "interface: eth0, address: 192.168.0.10/16}}]\n");

	/* The agent withdraws what it announced for a Service that is gone. */
	ck_assert_int_ge(deleted, SECONDS(10));
	ck_assert_int_lt(deleted, SECONDS(10.1));
	/* The kernel takes VIPs away with the primary address of their subnet, at once. */
	ck_assert_int_eq(primary, SECONDS(10));
	/* An agent that is killed takes nothing off. */
	ck_assert_int_eq(lost_at("  duration: 30s\n" EXACT_TIMING
				 "  events: [{at: 10s, agentKill: node-0}, "
				 "{at: 11s, serviceDelete: default/s0}]\n"),
			 SIM_NEVER);
}
END_TEST

Suite *suite_agent_rules(void)
{
	Suite *suite = suite_create("agent-rules");
	TCase *tcase = tcase_create("agent-rules");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_held_address_is_announced_again);
	tcase_add_test(tcase, a_shared_address_stays);
	tcase_add_test(tcase, one_failure_means_no_write);
	tcase_add_test(tcase, addresses_go);
	suite_add_tcase(suite, tcase);
	return suite;
}
