/* SPDX-License-Identifier: Apache-2.0 */
/* What the scenario makes happen. (S3) */
#include "base/text.h"
#include "sim/agent/agent.h"
#include "sim/engine/trace.h"
#include "sim/run/happen.h"

/* An event that fires. */
struct happening {
	struct sim *sim;
	const struct setup_event *event;
	struct agent *agent; /* of the node it names; NULL: it names none */
	const char *node;    /* its name */
	uint32_t interface;  /* of the node, where the event is about one */
	uint32_t vip;        /* that the node holds and the event names; SETUP_NONE: none */
};

/* An event that finds things as it would make them: the timeline says so and why. */
static void happen_nothing(const struct happening *h, const char *to, const char *why)
{
	trace_note(h->sim, "no-effect", why, "nothing happens to %s", to);
}

/* ---- nodes and agents ---- */

static void happen_node_crash(const struct happening *h)
{
	if (!kernel_powered(h->sim, h->agent->node)) {
		happen_nothing(h, h->node, "it is down already");
		return;
	}
	agent_kill(h->sim, h->agent);
	kernel_power(h->sim, h->agent->node, false, CAUSE_SCENARIO);
	agent_forget_records(h->sim, h->agent);
}

static void happen_node_recover(const struct happening *h)
{
	if (kernel_powered(h->sim, h->agent->node)) {
		happen_nothing(h, h->node, "it is up already");
		return;
	}
	kernel_power(h->sim, h->agent->node, true, CAUSE_SCENARIO);
	agent_start_in(h->sim, h->agent, agents_restart_time(h->sim));
}

static void happen_agent_kill(const struct happening *h)
{
	const bool waits = engine_pending(&h->sim->engine, h->agent->start);

	if (h->agent->phase == AGENT_OFF && !waits) {
		happen_nothing(h, h->node, "it has no agent that runs");
		return;
	}
	agent_kill(h->sim, h->agent);
	trace_note(h->sim, "agent-killed", CAUSE_SCENARIO, "agent of %s was killed", h->node);
}

static void happen_agent_stop(const struct happening *h)
{
	if (h->agent->phase == AGENT_OFF)
		happen_nothing(h, h->node, "it has no agent that runs");
	else
		agent_stop(h->sim, h->agent, false);
}

static void happen_agent_start(const struct happening *h)
{
	if (h->agent->phase != AGENT_OFF)
		happen_nothing(h, h->node, "its agent runs already");
	else if (!kernel_powered(h->sim, h->agent->node))
		happen_nothing(h, h->node, "it is down");
	else
		agent_start(h->sim, h->agent);
}

static void happen_restart_agent(struct sim *sim, struct agent *agent)
{
	if (agent->phase == AGENT_OFF)
		agent_start(sim, agent);
	else
		agent_stop(sim, agent, true);
}

static void happen_agent_restart(const struct happening *h)
{
	if (kernel_powered(h->sim, h->agent->node))
		happen_restart_agent(h->sim, h->agent);
	else
		happen_nothing(h, h->node, "it is down");
}

/* Power off, and on again after a time. */
static void happen_reboot_ends(void *context, void *actor, uint64_t node)
{
	struct sim *sim = context;

	(void)actor;
	if (kernel_powered(sim, (uint32_t)node))
		return; /* something else has brought it back */
	kernel_power(sim, (uint32_t)node, true, "its reboot is over");
	agent_start_in(sim, agent_of(sim, (uint32_t)node), agents_restart_time(sim));
}

static void happen_node_reboot(const struct happening *h)
{
	const bool was_up = kernel_powered(h->sim, h->agent->node);

	happen_node_crash(h);
	if (was_up)
		engine_in(&h->sim->engine, h->event->amount, happen_reboot_ends, NULL,
			  h->agent->node);
}

/* The kubelet's back-off: at once, then after 10, 20, 40 ... 300 s; it starts anew when the
 * process ran for ten minutes. */
static sim_ns happen_crash_delay(const struct happening *h)
{
	const sim_ns first = 10 * NS_PER_SEC;
	const sim_ns most = 300 * NS_PER_SEC;
	const sim_ns forgets = 600 * NS_PER_SEC;
	struct crash_loop *loop = &h->sim->happen->crashes[h->agent->node];
	sim_ns delay = 0;

	if (loop->count > 0 && h->sim->engine.now - loop->started >= forgets)
		loop->count = 0;
	for (uint32_t i = 0; i < loop->count && delay < most; i++)
		delay = delay == 0 ? first : 2 * delay;
	if (delay > most)
		delay = most;
	loop->count++;
	loop->started = h->sim->engine.now + delay;
	return delay;
}

static void happen_agent_crash(const struct happening *h)
{
	sim_ns delay;

	if (h->agent->phase == AGENT_OFF) {
		happen_nothing(h, h->node, "it has no agent that runs");
		return;
	}
	agent_kill(h->sim, h->agent);
	delay = happen_crash_delay(h);
	trace_note(h->sim, "agent-crashed", CAUSE_SCENARIO,
		   "agent of %s crashed; the kubelet starts it again after %.0fs", h->node,
		   (double)delay / (double)NS_PER_SEC);
	agent_start_in(h->sim, h->agent, delay);
}

/* The next agents in line, as many as may be away at a time. */
static void happen_roll_on(struct sim *sim)
{
	struct rolling *rolling = &sim->happen->rolling;

	while (rolling->going && rolling->unavailable < rolling->allowed) {
		const uint32_t node = rolling->next++;

		if (node >= sim->setup->nodes.count) {
			rolling->going = false;
			break;
		}
		if (agent_of(sim, node)->phase != AGENT_RUNNING)
			continue;
		rolling->unavailable++;
		rolling->waiting[node] = true;
		happen_restart_agent(sim, agent_of(sim, node));
	}
}

static void happen_agent_back(struct sim *sim, uint32_t node)
{
	struct rolling *rolling = &sim->happen->rolling;

	if (!rolling->waiting[node])
		return;
	rolling->waiting[node] = false;
	rolling->unavailable--;
	happen_roll_on(sim);
}

static void happen_rolling_restart(const struct happening *h)
{
	struct rolling *rolling = &h->sim->happen->rolling;

	rolling->going = true;
	rolling->next = 0;
	rolling->allowed = h->event->max_unavailable;
	trace_note(h->sim, "rolling-restart", CAUSE_SCENARIO,
		   "all agents are restarted, %u at a time", rolling->allowed);
	happen_roll_on(h->sim);
}

static void happen_collect_lease(void *context, void *actor, uint64_t node)
{
	struct sim *sim = context;

	(void)actor;
	if (sim->api->leases[node].exists)
		trace_note(sim, "lease-deleted", "its Node is gone", "lease of %s is gone",
			   sim->setup->nodes.items[node].name);
	api_delete_lease(sim, (uint32_t)node);
}

static void happen_node_delete(const struct happening *h)
{
	h->sim->api->node_exists[h->agent->node] = false;
	trace_note(h->sim, "node-deleted", CAUSE_SCENARIO, "Node %s was deleted", h->node);
	engine_in(&h->sim->engine, api_round_trip(h->sim), happen_collect_lease, NULL,
		  h->agent->node);
}

/* Its agent writes it again at its next renewal. */
static void happen_lease_delete(const struct happening *h)
{
	if (!h->sim->api->leases[h->agent->node].exists) {
		happen_nothing(h, h->node, "it has no lease");
		return;
	}
	trace_note(h->sim, "lease-deleted", CAUSE_SCENARIO, "lease of %s was deleted", h->node);
	api_delete_lease(h->sim, h->agent->node);
}

/* ---- the API server ---- */

static const char api_server[] = "the API server";

static void happen_api_down(const struct happening *h)
{
	if (h->sim->api->down) {
		happen_nothing(h, api_server, "it is down already");
		return;
	}
	trace_note(h->sim, "api-down", CAUSE_SCENARIO, "the API server went down");
	client_set_down_all(h->sim, true);
}

static void happen_api_up(const struct happening *h)
{
	if (!h->sim->api->down) {
		happen_nothing(h, api_server, "it is up already");
		return;
	}
	if (h->event->flag)
		h->sim->api->epoch++;
	trace_note(h->sim, "api-up", CAUSE_SCENARIO, "the API server is back%s",
		   h->event->flag ? ", and watches must list again" : "");
	client_set_down_all(h->sim, false);
}

static void happen_api_partition(const struct happening *h)
{
	if ((h->agent->client.cut & CUT_PARTITION) != 0) {
		happen_nothing(h, h->node, "it is cut off already");
		return;
	}
	trace_note(h->sim, "api-cut", CAUSE_SCENARIO, "%s is cut off from the API server",
		   h->node);
	client_set_cut(h->sim, &h->agent->client, CUT_PARTITION, true);
}

static void happen_api_heal(const struct happening *h)
{
	if ((h->agent->client.cut & CUT_PARTITION) == 0) {
		happen_nothing(h, h->node, "it is not cut off");
		return;
	}
	trace_note(h->sim, "api-healed", CAUSE_SCENARIO, "%s reaches the API server again",
		   h->node);
	client_set_cut(h->sim, &h->agent->client, CUT_PARTITION, false);
}

/* ---- wires, addresses, clocks ---- */

static void happen_link_down(const struct happening *h)
{
	if (!kernel_link(h->sim, h->agent->node, h->interface, false, CAUSE_SCENARIO) &&
	    !h->event->flag)
		happen_nothing(h, h->node, "the interface has no link already");
	if (h->event->flag)
		client_set_cut(h->sim, &h->agent->client, CUT_LINK, true);
}

static void happen_link_up(const struct happening *h)
{
	if (!kernel_link(h->sim, h->agent->node, h->interface, true, CAUSE_SCENARIO))
		happen_nothing(h, h->node, "the interface has its link");
	client_set_cut(h->sim, &h->agent->client, CUT_LINK, false);
}

/* Every interface on the segment. */
static void happen_switch(const struct happening *h, bool up)
{
	const struct setup *setup = h->sim->setup;

	trace_note(h->sim, up ? "switch-up" : "switch-down", CAUSE_SCENARIO, "segment %s %s",
		   setup->segments.items[h->event->segment].name, up ? "is back" : "is down");
	for (uint32_t n = 0; n < setup->nodes.count; n++) {
		const struct setup_node *node = &setup->nodes.items[n];
		bool on = false;

		for (uint32_t i = 0; i < node->interfaces.count; i++) {
			if (node->interfaces.items[i].segment != h->event->segment)
				continue;
			on = true;
			(void)kernel_link(h->sim, n, i, up, CAUSE_SCENARIO);
		}
		if (on && (up || h->event->flag))
			client_set_cut(h->sim, &agent_of(h->sim, n)->client, CUT_LINK, !up);
	}
}

static void happen_switch_down(const struct happening *h)
{
	happen_switch(h, false);
}

static void happen_switch_up(const struct happening *h)
{
	happen_switch(h, true);
}

static void happen_change_address(const struct happening *h, bool add)
{
	const struct setup_node *node = &h->sim->setup->nodes.items[h->agent->node];
	char text[IP_TEXT_MAX];

	if (agent_has_address(h->sim, h->agent, h->interface, h->event->address, !add) == add) {
		happen_nothing(h, h->node,
			       add ? "the interface has that address already"
				   : "the interface does not have that address");
		return;
	}
	trace_note(h->sim, add ? "address-added" : "address-removed", CAUSE_SCENARIO,
		   "%s %s %s/%u on %s", h->node, add ? "has now" : "has no more",
		   ip_format(h->event->address.address, text), ip_net_prefix(h->event->address),
		   node->interfaces.items[h->interface].name);
	agent_change_address(h->sim, h->agent, h->interface, h->event->address, add);
}

static void happen_address_remove(const struct happening *h)
{
	happen_change_address(h, false);
}

static void happen_address_add(const struct happening *h)
{
	happen_change_address(h, true);
}

/* What the clock does is noticed at the next event of a lease. (P8.6) */
static void happen_set_clock(const struct happening *h, sim_ns offset)
{
	trace_note(h->sim, "clock", CAUSE_SCENARIO, "clock of %s is %.3fs off, was %.3fs",
		   h->node, (double)offset / (double)NS_PER_SEC,
		   (double)h->agent->offset / (double)NS_PER_SEC);
	h->agent->offset = offset;
	h->agent->earliest = INT64_MIN;
}

static void happen_clock_step(const struct happening *h)
{
	happen_set_clock(h, h->agent->offset + h->event->amount);
}

static void happen_clock_skew(const struct happening *h)
{
	happen_set_clock(h, h->event->amount);
}

/* ---- objects ---- */

static const struct slot no_slot = { SETUP_NONE, SETUP_NONE };

static void happen_service_create(const struct happening *h)
{
	const struct setup_service *it = &h->sim->setup->services.items[h->event->service];
	struct service_version version = { .exists = true, .policy_local = it->etp_local };
	struct slot *slots;

	if (api_service(h->sim, h->event->service)->exists) {
		happen_nothing(h, it->name, "the Service is there already");
		return;
	}
	slots = arena_alloc(h->sim->arena, it->vip_count * sizeof(*slots));
	for (uint32_t i = 0; i < it->vip_count; i++)
		slots[i] = no_slot;
	trace_note(h->sim, "service-created", CAUSE_SCENARIO, "Service %s was created",
		   it->name);
	api_write_service(h->sim, h->event->service, &version, slots);
	allocator_service_created(h->sim, h->event->service);
}

static void happen_service_delete(const struct happening *h)
{
	const struct setup_service *it = &h->sim->setup->services.items[h->event->service];
	struct service_version version = *api_service(h->sim, h->event->service);

	if (!version.exists) {
		happen_nothing(h, it->name, "the Service is not there");
		return;
	}
	version.exists = false;
	version.addressed = false;
	version.quiet = false;
	trace_note(h->sim, "service-deleted", CAUSE_SCENARIO, "Service %s was deleted",
		   it->name);
	for (uint32_t i = 0; i < it->vip_count; i++)
		network_want(h->sim, it->first_vip + i, false);
	api_write_service(h->sim, h->event->service, &version, version.slots);
}

static void happen_endpoints(const struct happening *h)
{
	trace_note(h->sim, "endpoints", CAUSE_SCENARIO, "endpoints of %s moved",
		   h->sim->setup->services.items[h->event->service].name);
	api_write_endpoints(h->sim, h->event->service, h->event->nodes);
}

static void happen_configure(const struct happening *h)
{
	trace_note(h->sim, "config-changed", CAUSE_SCENARIO, "%s",
		   h->sim->setup->versions.items[h->event->version].what);
	api_write_config(h->sim, h->event->version);
}

/* ---- segments and observers ---- */

static void happen_gratuitous_loss(const struct happening *h)
{
	trace_note(h->sim, "gratuitous-loss", CAUSE_SCENARIO,
		   "observers on %s miss %.0f%% of gratuitous frames",
		   h->sim->setup->segments.items[h->event->segment].name,
		   h->event->probability * 100);
	segment_set_loss(h->sim, h->event->segment, h->event->probability);
}

static void happen_observer_reset(const struct happening *h)
{
	neighbor_reset_observer(h->sim, h->event->observer);
}

/* ---- all of them ---- */

static const struct {
	void (*act)(const struct happening *h);
	bool needs_api; /* somebody changes an object: impossible while the server is down */
} actions[EVENT_KINDS] = {
	[EVENT_NODE_CRASH] = { happen_node_crash, false },
	[EVENT_NODE_RECOVER] = { happen_node_recover, false },
	[EVENT_AGENT_KILL] = { happen_agent_kill, false },
	[EVENT_AGENT_STOP] = { happen_agent_stop, false },
	[EVENT_AGENT_START] = { happen_agent_start, false },
	[EVENT_AGENT_RESTART] = { happen_agent_restart, false },
	[EVENT_ROLLING_RESTART] = { happen_rolling_restart, true },
	[EVENT_API_DOWN] = { happen_api_down, false },
	[EVENT_API_UP] = { happen_api_up, false },
	[EVENT_API_PARTITION] = { happen_api_partition, false },
	[EVENT_API_HEAL] = { happen_api_heal, false },
	[EVENT_LINK_DOWN] = { happen_link_down, false },
	[EVENT_LINK_UP] = { happen_link_up, false },
	[EVENT_ADDRESS_REMOVE] = { happen_address_remove, false },
	[EVENT_ADDRESS_ADD] = { happen_address_add, false },
	[EVENT_CLOCK_STEP] = { happen_clock_step, false },
	[EVENT_CLOCK_SKEW] = { happen_clock_skew, false },
	[EVENT_SERVICE_CREATE] = { happen_service_create, true },
	[EVENT_SERVICE_DELETE] = { happen_service_delete, true },
	[EVENT_ENDPOINTS] = { happen_endpoints, true },
	[EVENT_APPLY] = { happen_configure, true },
	[EVENT_DELETE] = { happen_configure, true },
	[EVENT_NODE_DELETE] = { happen_node_delete, true },
	[EVENT_GRATUITOUS_LOSS] = { happen_gratuitous_loss, false },
	[EVENT_OBSERVER_RESET] = { happen_observer_reset, false },
	[EVENT_NODE_REBOOT] = { happen_node_reboot, false },
	[EVENT_AGENT_CRASH] = { happen_agent_crash, false },
	[EVENT_POD_DELETE] = { happen_agent_restart, false },
	[EVENT_LEASE_DELETE] = { happen_lease_delete, true },
	[EVENT_SWITCH_DOWN] = { happen_switch_down, false },
	[EVENT_SWITCH_UP] = { happen_switch_up, false },
};

/* The interface that the event names, of whatever node it turned out to be about; else the
 * one that has the VIP, or the first. False: the node has none of that name. */
static bool happen_find_interface(struct happening *h)
{
	const char *name = h->event->source->args.interface.s;
	const struct setup_node *node;
	uint32_t where;

	h->interface = h->event->interface;
	if (h->agent == NULL || h->interface != SETUP_NONE)
		return true;
	node = &h->sim->setup->nodes.items[h->agent->node];
	where = h->vip != SETUP_NONE ? kernel_where(h->sim, h->agent->node, h->vip) : 0;
	h->interface = where < node->interfaces.count ? where : 0;
	if (name == NULL)
		return true;
	for (uint32_t i = 0; i < node->interfaces.count; i++) {
		h->interface = i;
		if (str_equal(node->interfaces.items[i].name, name))
			return true;
	}
	trace_note(h->sim, "nobody", "the scenario names an interface that it does not have",
		   "nothing happens to %s of %s", name, h->node);
	return false;
}

static void happen_to_node(struct happening *h, uint32_t node)
{
	h->agent = agent_of(h->sim, node);
	h->node = agent_node_name(h->sim, h->agent);
	if (happen_find_interface(h))
		actions[h->event->kind].act(h);
}

/* Who holds the VIP now, if any node does. */
static void happen_to_holder(struct happening *h, uint32_t vip)
{
	const uint32_t node = network_holder(h->sim, vip);

	h->vip = vip;
	if (node != SETUP_NONE)
		happen_to_node(h, node);
	else
		trace_note(h->sim, "nobody",
			   "the scenario names the winner of a VIP that nobody holds",
			   "nothing happens to the holder of %s",
			   h->sim->setup->vips.items[vip].text);
}

/* Each node that holds a VIP of the Service, once: who it is is settled before any is acted
 * on. */
static void happen_to_holders(struct happening *h, uint32_t service)
{
	const struct setup_service *it = &h->sim->setup->services.items[service];
	uint32_t *holders = arena_zalloc(h->sim->arena, it->vip_count, sizeof(*holders));

	for (uint32_t i = 0; i < it->vip_count; i++)
		holders[i] = network_holder(h->sim, it->first_vip + i);
	for (uint32_t i = 0; i < it->vip_count; i++) {
		bool first = true;

		for (uint32_t k = 0; k < i; k++)
			first &= holders[k] != holders[i];
		if (first)
			happen_to_holder(h, it->first_vip + i);
	}
}

static void happen_fire(void *context, void *actor, uint64_t number)
{
	struct sim *sim = context;
	struct happening h = { .sim = sim,
			       .event = &sim->setup->events.items[number],
			       .vip = SETUP_NONE };

	(void)actor;
	if (actions[h.event->kind].needs_api && sim->api->down) {
		trace_note(sim, "refused", "the API server is down",
			   "a change that the scenario asks for does not happen");
		return;
	}
	if (h.event->winner_of != SETUP_NONE)
		happen_to_holder(&h, h.event->winner_of);
	else if (h.event->winner_service != SETUP_NONE)
		happen_to_holders(&h, h.event->winner_service);
	else if (h.event->group.count == 0)
		actions[h.event->kind].act(&h);
	ARRAY_FOREACH (const uint32_t, node, &h.event->group)
		happen_to_node(&h, *node);
}

void happen_init(struct sim *sim)
{
	const struct setup *setup = sim->setup;
	struct happen *happen = arena_zalloc(sim->arena, 1, sizeof(*happen));

	sim->happen = happen;
	sim->agents->lease_written = happen_agent_back;
	happen->when = random_split(sim->seed, "control.when");
	happen->crashes =
		arena_zalloc(sim->arena, setup->nodes.count, sizeof(*happen->crashes));
	happen->rolling.waiting = arena_zalloc(sim->arena, setup->nodes.count, sizeof(bool));
	for (uint32_t i = 0; i < setup->events.count; i++) {
		const sim_ns at =
			setup->warmup +
			distribution_sample(&setup->events.items[i].when, &happen->when);

		engine_at(&sim->engine, at, happen_fire, NULL, i);
		if (at > happen->quiet_since)
			happen->quiet_since = at;
	}
}
