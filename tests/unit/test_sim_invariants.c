/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test: sim/run/invariants.c: each invariant is broken by a fault that is planted in a run,
 * and by nothing that happens to sessions and routers in random storms of events.
 */
#include <check.h>
#include <string.h>

#include "base/text.h"
#include "sim/agent/agent.h"
#include "sim/observe/observe.h"
#include "sim/router/router.h"
#include "sim/run/happen.h"
#include "tests/unit/sim_world.h"
#include "tests/unit/suites.h"

#define BGP_WORLD(hold)                                                                        \
	"---\napiVersion: bgp.purelb.io/v1\nkind: BGPConfiguration\n"                          \
	"metadata: {name: default, namespace: purelb-system}\nspec:\n"                         \
	"  global: {asn: 65000}\n"                                                             \
	"  netlinkImport: {enabled: true, interfaceList: [kube-lb0]}\n"                        \
	"  neighbors:\n  - config: {neighborAddress: 192.168.0.250, peerAsn: 65001}\n"         \
	"    timers: {config: {connectRetry: 5, holdTime: " hold ", keepaliveInterval: 1}}\n"  \
	"  - config: {neighborAddress: 192.168.0.251, peerAsn: 65001}\n"                       \
	"    timers: {config: {connectRetry: 2, holdTime: 9, keepaliveInterval: 3}}\n"         \
	"---\napiVersion: purelbtool.purelb.io/v1\nkind: NodeInventory\n"                      \
	"metadata: {name: routers}\nspec:\n  routers:\n"                                       \
	"  - {name: tor1, asn: 65001, addresses: [192.168.0.250/16], "                         \
	"bgp: {profile: frr-datacenter, attach: direct}}\n"                                    \
	"  - {name: tor2, asn: 65001, addresses: [192.168.0.251/16], bgp: {profile: bird}}\n"

#define CLIENTS "  clients: [{name: in1, router: tor1}, {name: in2, router: tor2}]\n"

/* ---- planted faults ---- */

enum { REMOTE_VIP = 0, LOCAL_VIP = 2 }; /* as the setup sorts them */

static const struct holding *first_holding(const struct sim *sim)
{
	return sim->network->vips[LOCAL_VIP].local.first;
}

static void plant_limiter(struct sim *sim)
{
	agent_of(sim, 0)->core.empty_at = sim->engine.now + SECONDS(1000);
}

static void plant_renewal(struct sim *sim)
{
	engine_cancel(&sim->engine, &agent_of(sim, 0)->tick);
}

static void plant_worker(struct sim *sim)
{
	agent_of(sim, 1)->worker.state = WORKER_WRITING;
}

static void plant_configuration(struct sim *sim)
{
	agent_of(sim, 0)->configs.busy = true;
}

static void plant_recorder(struct sim *sim)
{
	agent_of(sim, 0)->recorder.busy = true;
}

static void plant_watch(struct sim *sim)
{
	agent_of(sim, 0)->client.watches[WATCH_LEASES].state = WATCH_REDIALS;
}

static void plant_resync(struct sim *sim)
{
	engine_cancel(&sim->engine, &agent_of(sim, 0)->resync);
}

static void plant_allocator(struct sim *sim)
{
	sim->agents->allocator.busy = false;
	sim->agents->allocator.head = sim->agents->allocator.count + 1;
}

static void plant_long_lease(struct sim *sim)
{
	sim->api->leases.items[1].now.expiry += SECONDS(100);
}

static void plant_lease_news(struct sim *sim)
{
	sim->api->leases.watches[1].known += 1000 * 1000;
}

static void plant_expired_lease(struct sim *sim)
{
	sim->api->leases.items[1].now.expiry = 0;
}

static void plant_heap(struct sim *sim)
{
	sim->engine.heap_count--;
}

static void plant_queue(struct sim *sim)
{
	agent_of(sim, 0)->queue.known++;
}

static void plant_record(struct sim *sim)
{
	struct agent *agent = agent_of(sim, first_holding(sim)->node);

	paged_set(&agent->record_of, sim->arena, LOCAL_VIP, 0);
}

/* What the kernel has is gone, and nobody knows. */
static void plant_address(struct sim *sim)
{
	sim->network->vips[LOCAL_VIP].local.first = NULL;
}

static void plant_holding_count(struct sim *sim)
{
	sim->network->holding_count++;
}

static void plant_dummy(struct sim *sim)
{
	sim->network->nodes[0].dummy[0] ^= 1 << REMOTE_VIP;
}

static void plant_neighbor(struct sim *sim)
{
	sim->network->observers[0].neighbors[0].state = NEIGHBOR_IDLE;
}

static void plant_gap(struct sim *sim)
{
	sim->observe->vips[LOCAL_VIP].in_gap = true;
}

static void plant_cut_off(struct sim *sim)
{
	sim->observe->reaches[0][0].cut_off ^= true;
}

static void plant_frame_of_vip(struct sim *sim)
{
	sim->observe->vips[LOCAL_VIP].result.garp_frames++;
}

static void plant_frame_sent(struct sim *sim)
{
	sim->network->segments[0].sent++;
}

/* A second holder, as the kernel and the measurements have it: only the election disagrees. */
static void plant_second_holder(struct sim *sim)
{
	const struct address_setting setting = { 16, SIM_NEVER, true };
	const uint32_t other = 1 - first_holding(sim)->node;
	struct agent *agent = agent_of(sim, other);

	ARRAY_ADD(sim->arena, &agent->records, ((struct record){ .vip = LOCAL_VIP }));
	paged_set(&agent->record_of, sim->arena, LOCAL_VIP, agent->records.count);
	kernel_add(sim, other, 0, LOCAL_VIP, &setting, "planted");
}

static void go_back(void *context, void *actor, uint64_t by)
{
	struct sim *sim = context;

	(void)actor;
	sim->engine.now -= (sim_ns)by;
}

static void plant_time(struct sim *sim)
{
	engine_at(&sim->engine, sim->engine.now, go_back, NULL, 1);
	engine_at(&sim->engine, sim->engine.now, go_back, NULL, 0);
}

/* ---- of BGP ---- */

static void plant_hold_timer(struct sim *sim)
{
	sim->routing->wires[0].near.state = SPEAKER_IDLE;
}

static void plant_dial(struct sim *sim)
{
	sim->routing->wires[0].far.state = ROUTER_SESSION_WAITING;
	sim->routing->wires[0].far.next = sim->engine.now + 1;
}

static void plant_opening(struct sim *sim)
{
	sim->routing->wires[0].near.state = SPEAKER_OPENING;
}

static void plant_deaf(struct sim *sim)
{
	sim->routing->wires[0].silence[WIRE_NODE].deaf = true;
}

static void plant_silence(struct sim *sim)
{
	sim->routing->wires[0].silence[WIRE_ROUTER].on = true;
}

static void plant_cut(struct sim *sim)
{
	sim->routing->wires[0].cut = true;
}

/* Both ends are down, in the result as well, and the routes are still there. */
static void plant_route(struct sim *sim)
{
	struct wire *w = &sim->routing->wires[0];

	w->near = (struct speaker){ .state = SPEAKER_DISABLED, .next = BGP_NEVER };
	w->far = (struct router_session){ .state = ROUTER_SESSION_DISABLED, .next = BGP_NEVER };
	w->result->intervals.items[w->result->intervals.count - 1].up = false;
}

static void plant_session_result(struct sim *sim)
{
	struct wire *w = &sim->routing->wires[0];

	w->result->intervals.items[w->result->intervals.count - 1].up = false;
}

static void plant_import(struct sim *sim)
{
	sim->routing->speakers[1].imported[0] ^= true;
}

static struct path_set *first_set(const struct sim *sim)
{
	return sim->routing->paths[0].of[0]->set;
}

static void plant_candidate(struct sim *sim)
{
	sim->routing->paths[0].of[0]->candidates[0] ^= 1;
}

static void plant_member(struct sim *sim)
{
	first_set(sim)->members[0] ^= 1;
}

static void plant_hash_gap(struct sim *sim)
{
	first_set(sim)->space.parts.items[0].to /= 2;
}

static void plant_hash_sum(struct sim *sim)
{
	struct hash_space *used = &first_set(sim)->used;

	used->parts.items[used->parts.count - 1].to += 0.25;
}

static void plant_group_count(struct sim *sim)
{
	first_set(sim)->groups++;
}

static void plant_outdated(struct sim *sim)
{
	first_set(sim)->outdated = true;
}

static void plant_max_paths(struct sim *sim)
{
	sim->routing->paths[0].max_paths[SETUP_EXTERNAL] = 1;
}

static void plant_dead_share(struct sim *sim)
{
	first_set(sim)->dead = 0.5;
}

static void plant_held(struct sim *sim)
{
	sim->routing->held[REMOTE_VIP * sim->routing->node_words] = 0;
}

static void plant_lost(struct sim *sim)
{
	for (uint32_t v = 0; v < sim->setup->vips.count; v++)
		sim->routing->clients[v].share = 0.125;
}

/* A session that nobody wants to have, and that is down everywhere alike. */
static void plant_session_down(struct sim *sim)
{
	struct wire *w = &sim->routing->wires[0];

	plant_route(sim);
	w->near.state = SPEAKER_WAITING;
	w->far.state = ROUTER_SESSION_WAITING;
	paths_update(sim, w, "planted");
}

static const struct plant {
	void (*plant)(struct sim *sim);
	bool quiet; /* long after everything happened */
	const char *broken;
} plants[] = {
	{ plant_time, false, "time went backwards" },
	{ plant_limiter, false, "a limiter gave out more tokens than it has" },
	{ plant_renewal, false, "a process waits for an event that no queue holds" },
	{ plant_worker, false, "a process waits for an event that no queue holds" },
	{ plant_configuration, false, "a process waits for an event that no queue holds" },
	{ plant_recorder, false, "a process waits for an event that no queue holds" },
	{ plant_watch, false, "a process waits for an event that no queue holds" },
	{ plant_resync, false, "a process waits for an event that no queue holds" },
	{ plant_allocator, false, "a process waits for an event that no queue holds" },
	{ plant_long_lease, false, "a lease runs longer than its duration" },
	{ plant_lease_news, false, "an agent knows of a change of a lease that was not made" },
	{ plant_heap, false, "the engine's heap and slots do not agree" },
	{ plant_queue, false, "a queue's counters and entries do not agree" },
	{ plant_record, false, "an agent does not know of an address on its node" },
	{ plant_address, false, "the network's holders and counters do not agree" },
	{ plant_holding_count, false, "the network's holders and counters do not agree" },
	{ plant_dummy, false, "the network's holders and counters do not agree" },
	{ plant_neighbor, false, "the network's holders and counters do not agree" },
	{ plant_gap, false, "the network's holders and counters do not agree" },
	{ plant_cut_off, false, "the network's holders and counters do not agree" },
	{ plant_frame_of_vip, false, "the network's holders and counters do not agree" },
	{ plant_frame_sent, false, "the network's holders and counters do not agree" },
	{ plant_expired_lease, true, "in a quiet cluster a lease has expired" },
	{ plant_second_holder, true,
	  "in a quiet cluster a VIP is not held by its winner alone" },
	{ plant_hold_timer, false,
	  "an end of a BGP session waits for an event that no queue holds" },
	{ plant_dial, false, "an end of a BGP session waits for an event that no queue holds" },
	{ plant_opening, false,
	  "an end of a BGP session waits for an event that no queue holds" },
	{ plant_deaf, false, "an end of a BGP session does not know what reaches it" },
	{ plant_silence, false, "an end of a BGP session does not know what reaches it" },
	{ plant_cut, false, "an end of a BGP session does not know what reaches it" },
	{ plant_route, false, "a router has routes of a BGP session that is down" },
	{ plant_session_result, false, "a BGP session is not measured as it is" },
	{ plant_import, false, "a BGP speaker does not import what is on its node" },
	{ plant_candidate, false,
	  "the next hops of a router are not those that its BGP sessions bring" },
	{ plant_member, false,
	  "the next hops of a router are not those that its BGP sessions bring" },
	{ plant_hash_gap, false,
	  "the next hops of a router are not those that its BGP sessions bring" },
	{ plant_hash_sum, false,
	  "the next hops of a router are not those that its BGP sessions bring" },
	{ plant_group_count, false,
	  "the next hops of a router are not those that its BGP sessions bring" },
	{ plant_outdated, false,
	  "the next hops of a router are not those that its BGP sessions bring" },
	{ plant_max_paths, false,
	  "the next hops of a router are not those that its BGP sessions bring" },
	{ plant_dead_share, false, "what clients lose is not what next hops and holders say" },
	{ plant_held, false, "what clients lose is not what next hops and holders say" },
	{ plant_lost, false, "what clients lose is not what next hops and holders say" },
	{ plant_session_down, true, "in a quiet cluster a BGP session is down" },
};

/* A run in which `events` happen, until `at`. */
static struct sim_world *begin_run(struct sim *sim, struct run_result *result,
				   const char *speaker, const char *events, sim_ns at)
{
	struct text spec = { 0 };
	struct sim_world *w;

	text_printf(&spec,
		    "  duration: 1100s\n  warmup: 30s\n  timing: {speaker: %s}\n" CLIENTS
		    "  events: [%s]\n",
		    speaker, events);
	w = sim_world_new(&(struct sim_options){ .nodes = 2,
						 .services = 2,
						 .remote = 2,
						 .more = BGP_WORLD("3"),
						 .spec = text_str(&spec) });
	text_release(&spec);
	ck_assert_msg(w->fine, "%s", sim_world_problem(w));
	*sim = (struct sim){ .setup = &w->setup,
			     .seed = 1,
			     .arena = &w->arena,
			     .result = result,
			     .debug_checks = true };
	sim_begin(sim);
	ck_assert_msg(sim_advance(sim, w->setup.warmup, NULL), "%s", result->broken);
	observe_begin_measuring(sim);
	ck_assert_msg(sim_advance(sim, at, NULL), "%s", result->broken);
	ck_assert_ptr_null(invariants_broken(sim));
	return w;
}

static void end_run(struct sim *sim, struct sim_world *w)
{
	paths_free(sim);
	sim_end(sim);
	sim_world_free(w);
}

START_TEST(planted)
{
	const struct plant *row = &plants[_i];
	const sim_ns at = row->quiet ? SECONDS(1000) : SECONDS(120);
	struct run_result result;
	struct sim sim;
	struct sim_world *w =
		begin_run(&sim, &result, "fork-1.1", "{at: 5s, agentRestart: node-1}", at);

	row->plant(&sim);
	if (row->plant == plant_time) {
		ck_assert(!sim_advance(&sim, at + SECONDS(1), NULL));
		ck_assert_str_eq(result.broken, row->broken);
	} else {
		ck_assert_str_eq(invariants_broken(&sim), row->broken);
	}
	end_run(&sim, w);
}
END_TEST

/* Where nothing happens, sessions that come up in their own time are no fault: GoBGP 3 dials
 * after 5 to 9 s, BIRD after 4. One that is down long after that is. */
START_TEST(slow_start)
{
	static const char *const speakers[] = { "gobgp-3", "fork-1.1" };
	struct run_result result;
	struct sim sim;
	struct sim_world *w = begin_run(&sim, &result, speakers[_i], "", SECONDS(600));

	plant_session_down(&sim);
	ck_assert_str_eq(invariants_broken(&sim), "in a quiet cluster a BGP session is down");
	sim.routing->wires[0].begun = sim.engine.now - SECONDS(60);
	ck_assert_ptr_null(invariants_broken(&sim));
	end_run(&sim, w);
}
END_TEST

/* ---- storms ---- */

/* What can happen to sessions; each at any moment, also while they open. */
static const char *const storms[] = {
	"bgpDaemonStop: node-0",
	"bgpDaemonStart: node-0",
	"bgpDaemonRestart: {node: node-0, after: 1s}",
	"bgpDaemonKill: node-0",
	"bgpDaemonPause: node-0",
	"bgpDaemonResume: node-0",
	"bgpDrain: {node: node-0, drainFor: 2s}",
	"gracefulRestart: {node: node-0, restartTime: 8s}",
	"bgpSessionReset: {node: node-0, router: tor1}",
	"bgpSessionReset: {node: node-0, router: tor2, by: router}",
	"bgpSessionDown: {node: node-0, router: tor1, by: router}",
	"bgpSessionUp: {node: node-0, router: tor1, by: router}",
	"bgpSessionDown: {node: node-0, router: tor2}",
	"bgpSessionUp: {node: node-0, router: tor2}",
	"cut: {node: node-0, router: tor1}",
	"heal: {node: node-0, router: tor1}",
	"filter179: {node: node-0, how: reject}",
	"filter179: {router: tor2}",
	"unfilter179: node-0",
	"unfilter179: {router: tor2}",
	"password: {node: node-0, router: tor2, value: other}",
	"password: {node: node-0, router: tor2, value: \"\"}",
	"maxPaths: {router: tor1, paths: 1}",
	"maxPaths: {router: tor1, paths: 8}",
	"routerCrash: tor1",
	"routerRecover: tor1",
	"routerDaemonStop: tor1",
	"routerDaemonKill: tor2",
	"routerDaemonStart: tor1",
	"routerDaemonStart: tor2",
	"routerLinkDown: {router: tor1, node: node-0}",
	"routerLinkUp: {router: tor1, node: node-0}",
	"linkDown: {node: node-0, interface: eth0}",
	"linkUp: {node: node-0, interface: eth0}",
	"nodeReboot: {node: node-0, downFor: 2s}",
	"agentRestart: node-0",
	"serviceDelete: default/r0",
	"serviceCreate: default/r0",
};

enum { STORMS = 60, EVENTS = 80 };

START_TEST(storm)
{
	struct random random = random_split((uint64_t)_i, "storm");
	struct text spec = { 0 };
	struct sim_world *w;

	/* All of it within 40 s; then what is off is put on, and the cluster has time. */
	text_printf(&spec, "  duration: 1300s\n  warmup: 10s\n%s" CLIENTS "  events:\n",
		    _i % 2 == 0 ? "" : "  timing: {sessionOpen: 700ms}\n");
	for (int i = 0; i < EVENTS; i++)
		text_printf(&spec, "  - {at: %ums, %s}\n",
			    (unsigned)random_below(&random, 40 * 1000),
			    storms[random_below(&random, ARRAY_LEN(storms))]);
	for (size_t i = 0; i < ARRAY_LEN(storms); i++) {
		if (strstr(storms[i], "Start:") != NULL || strstr(storms[i], "Up:") != NULL ||
		    strstr(storms[i], "Recover:") != NULL || strstr(storms[i], "heal:") ||
		    strstr(storms[i], "unfilter") != NULL ||
		    strstr(storms[i], "Resume:") != NULL || strstr(storms[i], "Create:"))
			text_printf(&spec, "  - {at: 60s, %s}\n", storms[i]);
	}
	text_add(&spec, "  - {at: 60s, password: {node: node-0, router: tor2, value: \"\"}}\n");
	w = sim_world_new(
		&(struct sim_options){ .nodes = 3,
				       .services = 2,
				       .remote = 2,
				       .more = _i % 3 == 0 ? BGP_WORLD("0") : BGP_WORLD("3"),
				       .spec = text_str(&spec) });
	(void)sim_world_run(w, (uint64_t)_i);
	sim_world_free(w);
	text_release(&spec);
}
END_TEST

Suite *suite_sim_invariants(void)
{
	Suite *s = suite_create("sim_invariants");
	TCase *t = tcase_create("sim_invariants");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, planted, 0, (int)ARRAY_LEN(plants));
	tcase_add_loop_test(t, slow_start, 0, 2);
	tcase_add_loop_test(t, storm, 0, STORMS);
	suite_add_tcase(s, t);
	return s;
}
