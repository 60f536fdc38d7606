/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scenario makes happen (S3): who an event is about when it fires, and what it does to
 * the API server, wires, addresses, clocks and objects.
 */
#include "base/text.h"
#include "sim/run/happening.h"

void happen_nothing(const struct happening *h, const char *to, const char *why)
{
	trace_note(h->sim, "no-effect", why, "nothing happens to %s", to);
}

void happen_disturb(struct sim *sim)
{
	if (sim->engine.now > sim->happen->quiet_since)
		sim->happen->quiet_since = sim->engine.now;
}

/* ---- the API server ---- */

static const char api_server[] = "the API server";

static void happen_api_down(const struct happening *h)
{
	if (h->sim->api->down) {
		happen_nothing(h, api_server, "it is already down");
		return;
	}
	trace_note(h->sim, "api-down", CAUSE_SCENARIO, "the API server %s",
		   h->event->how == API_DOWN_HANGS ? "hangs: nothing is answered"
						   : "went down");
	client_set_down_all(h->sim, true, h->event->how);
}

static void happen_api_up(const struct happening *h)
{
	/* One that only hung has not restarted. */
	const bool again = h->event->flag && (h->sim->api->how != API_DOWN_HANGS ||
					      h->event->source->args.restarted.set);

	if (!h->sim->api->down) {
		happen_nothing(h, api_server, "it is already up");
		return;
	}
	if (again)
		h->sim->api->epoch++;
	trace_note(h->sim, "api-up", CAUSE_SCENARIO, "the API server is back%s",
		   again ? ", and watches must list again" : "");
	client_set_down_all(h->sim, false, h->sim->api->how);
}

static void happen_api_partition(const struct happening *h)
{
	if ((h->agent->client.cut & CUT_PARTITION) != 0) {
		happen_nothing(h, h->node, "it is already cut off");
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
		happen_nothing(h, h->node, "the interface already has no link");
	if (h->event->flag)
		client_set_cut(h->sim, &h->agent->client, CUT_LINK, true);
}

static void happen_link_up(const struct happening *h)
{
	if (!kernel_link(h->sim, h->agent->node, h->interface, true, CAUSE_SCENARIO))
		happen_nothing(h, h->node, "the interface already has its link");
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
			       add ? "the interface already has that address"
				   : "the interface does not have that address");
		return;
	}
	trace_note(h->sim, add ? "address-added" : "address-removed", CAUSE_SCENARIO,
		   "%s %s %s/%u on %s", h->node, add ? "now has" : "no longer has",
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
	trace_note(h->sim, "clock", CAUSE_SCENARIO,
		   "clock of %s is %.3fs off, previously %.3fs", h->node,
		   (double)offset / (double)NS_PER_SEC,
		   (double)h->agent->client.offset / (double)NS_PER_SEC);
	h->agent->client.offset = offset;
	h->agent->earliest = INT64_MIN;
	leases_clock_set(h->sim, h->agent->node);
}

static void happen_clock_step(const struct happening *h)
{
	happen_set_clock(h, h->agent->client.offset + h->event->amount);
}

static void happen_clock_skew(const struct happening *h)
{
	happen_set_clock(h, h->event->amount);
}

/* ---- an address that somebody else configures ---- */

static void happen_conflict_ends(void *context, void *actor, uint64_t vip)
{
	struct sim *sim = context;
	struct agent *agent = actor;
	const struct record *record = agent_record(agent, (uint32_t)vip);

	happen_disturb(sim);
	/* The agent has removed it, or it is its own now. */
	if (record != NULL && !record->announced)
		agent_remove_address(sim, agent, (uint32_t)vip,
				     "whoever configured it removes it");
}

/* Its agent withdraws it when it next looks at the Service and does not win it (P6.5). */
static void happen_address_conflict(const struct happening *h)
{
	const uint32_t vip = h->event->vip;
	const uint32_t node = h->agent->node;

	if (!kernel_powered(h->sim, node)) {
		happen_nothing(h, h->node, "it is down");
		return;
	}
	if (kernel_holds(h->sim, node, vip)) {
		happen_nothing(h, h->node, "it already has that address");
		return;
	}
	agent_take_foreign(h->sim, h->agent, vip, h->interface);
	if (h->event->amount > 0)
		engine_in(&h->sim->engine, h->event->amount, happen_conflict_ends, h->agent,
			  vip);
}

/* ---- objects ---- */

static const struct slot no_slot = { SETUP_NONE, SETUP_NONE };

static void happen_create(struct sim *sim, uint32_t service, uint32_t state)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	struct service_version version = { .exists = true, .state = state };
	struct slot *slots = arena_alloc(sim->arena, it->vip_count * sizeof(*slots));

	version.policy_local = state > 0 ? it->states.items[state].policy_local : it->etp_local;
	for (uint32_t i = 0; i < it->vip_count; i++)
		slots[i] = no_slot;
	trace_note(sim, "service-created", CAUSE_SCENARIO, "Service %s was created", it->name);
	api_write_service(sim, service, &version, slots);
	allocator_service_changed(sim, service);
}

/* The allocator looks at it as well; until then it has the addresses that it had. */
static void happen_edit(struct sim *sim, uint32_t service, uint32_t state, bool policy)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	const struct setup_service_state *after = &it->states.items[state];
	struct service_version version = *api_service(sim, service);

	version.state = state;
	version.quiet = false;
	if (policy)
		version.policy_local = after->policy_local;
	trace_note(sim, "service-edited", CAUSE_SCENARIO, "Service %s was changed%s", it->name,
		   after->considered ? "" : ": PureLB no longer serves it");
	api_write_service(sim, service, &version, version.slots);
	allocator_service_changed(sim, service);
}

static void happen_remove(struct sim *sim, uint32_t service)
{
	const struct setup_service *it = &sim->setup->services.items[service];
	struct service_version version = *api_service(sim, service);

	version.exists = false;
	version.addressed = false;
	version.quiet = false;
	trace_note(sim, "service-deleted", CAUSE_SCENARIO, "Service %s was deleted", it->name);
	for (uint32_t i = 0; i < it->vip_count; i++)
		network_want(sim, it->first_vip + i, false);
	api_write_service(sim, service, &version, version.slots);
}

/* What the event makes of the Service that it names, as the setup has worked it out. */
static uint32_t happen_state(const struct happening *h)
{
	return h->event->changes.count > 0 ? h->event->changes.items[0].state : 0;
}

static const char *happen_service_name(const struct happening *h, uint32_t service)
{
	return h->sim->setup->services.items[service].name;
}

static void happen_service_create(const struct happening *h)
{
	if (api_service(h->sim, h->event->service)->exists)
		happen_nothing(h, happen_service_name(h, h->event->service),
			       "the Service already exists");
	else
		happen_create(h->sim, h->event->service, happen_state(h));
}

static void happen_service_edit(const struct happening *h)
{
	const bool policy =
		h->event->source->args.patch.service.external_traffic_policy.s != NULL;

	if (!api_service(h->sim, h->event->service)->exists || h->event->changes.count == 0)
		happen_nothing(h, happen_service_name(h, h->event->service),
			       "the Service does not exist");
	else
		happen_edit(h->sim, h->event->service, happen_state(h), policy);
}

static void happen_service_delete(const struct happening *h)
{
	if (!api_service(h->sim, h->event->service)->exists)
		happen_nothing(h, happen_service_name(h, h->event->service),
			       "the Service does not exist");
	else
		happen_remove(h->sim, h->event->service);
}

static void happen_change(struct sim *sim, const struct setup_change *change)
{
	const bool exists = api_service(sim, change->service)->exists;

	/* Drawn times may have led to something else than what was worked out. */
	if (exists == (change->what == SERVICE_COMES))
		return;
	switch (change->what) {
	case SERVICE_COMES:
		happen_create(sim, change->service, change->state);
		break;
	case SERVICE_GOES:
		happen_remove(sim, change->service);
		break;
	case SERVICE_CHANGES_SPEC:
		happen_edit(sim, change->service, change->state, true);
		break;
	case SERVICE_LOOKED_AT:
		api_plan_service(sim, change->service, change->state);
		allocator_service_changed(sim, change->service);
		break;
	}
}

static void happen_allocator(const struct happening *h, bool down)
{
	static const char allocator[] = "the allocator";

	if (!allocator_set_down(h->sim, down))
		happen_nothing(h, allocator,
			       down ? "it is already down" : "it is already running");
	else
		trace_note(h->sim, down ? "allocator-down" : "allocator-up", CAUSE_SCENARIO,
			   "the allocator %s", down ? "went down" : "is back");
}

static void happen_allocator_down(const struct happening *h)
{
	happen_allocator(h, true);
}

static void happen_allocator_up(const struct happening *h)
{
	happen_allocator(h, false);
}

static void happen_configure(const struct happening *h)
{
	trace_note(h->sim, "config-changed", CAUSE_SCENARIO, "%s",
		   h->sim->setup->versions.items[h->event->version].what);
	api_write_config(h->sim, h->event->version);
	ARRAY_FOREACH (const struct setup_change, change, &h->event->changes)
		happen_change(h->sim, change);
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

static void happen_segment_loss(const struct happening *h)
{
	const char *name = h->sim->setup->segments.items[h->event->segment].name;

	if (h->event->probability > 0)
		trace_note(h->sim, "segment-loss", CAUSE_SCENARIO,
			   "%.0f%% of the frames on %s get lost", h->event->probability * 100,
			   name);
	else
		trace_note(h->sim, "segment-loss", CAUSE_SCENARIO,
			   "frames on %s get through again", name);
	segment_set_frame_loss(h->sim, h->event->segment, h->event->probability);
}

static void happen_segment_delay(const struct happening *h)
{
	trace_note(h->sim, "segment-delay", CAUSE_SCENARIO, "frames on %s have a new delay",
		   h->sim->setup->segments.items[h->event->segment].name);
	segment_set_delay(h->sim, h->event->segment, &h->event->delay);
}

static void happen_observer_reset(const struct happening *h)
{
	neighbor_reset_observer(h->sim, h->event->observer);
}

/* ---- all of them ---- */

static const struct {
	void (*act)(const struct happening *h);
	bool needs_api; /* somebody changes an object: impossible while the server is down */
	bool at_once;   /* about all the nodes that it names together */
} actions[EVENT_KINDS] = {
	[EVENT_NODE_CRASH] = { happen_node_crash, false, false },
	[EVENT_NODE_RECOVER] = { happen_node_recover, false, false },
	[EVENT_AGENT_KILL] = { happen_agent_kill, false, false },
	[EVENT_AGENT_STOP] = { happen_agent_stop, false, false },
	[EVENT_AGENT_START] = { happen_agent_start, false, false },
	[EVENT_AGENT_RESTART] = { happen_agent_restart, false, false },
	[EVENT_ROLLING_RESTART] = { happen_rolling_restart, true, true },
	[EVENT_API_DOWN] = { happen_api_down, false, false },
	[EVENT_API_UP] = { happen_api_up, false, false },
	[EVENT_API_PARTITION] = { happen_api_partition, false, false },
	[EVENT_API_HEAL] = { happen_api_heal, false, false },
	[EVENT_LINK_DOWN] = { happen_link_down, false, false },
	[EVENT_LINK_UP] = { happen_link_up, false, false },
	[EVENT_ADDRESS_REMOVE] = { happen_address_remove, false, false },
	[EVENT_ADDRESS_ADD] = { happen_address_add, false, false },
	[EVENT_CLOCK_STEP] = { happen_clock_step, false, false },
	[EVENT_CLOCK_SKEW] = { happen_clock_skew, false, false },
	[EVENT_SERVICE_CREATE] = { happen_service_create, true, false },
	[EVENT_SERVICE_DELETE] = { happen_service_delete, true, false },
	[EVENT_ENDPOINTS] = { happen_endpoints, true, false },
	[EVENT_APPLY] = { happen_configure, true, false },
	[EVENT_DELETE] = { happen_configure, true, false },
	[EVENT_NODE_DELETE] = { happen_node_delete, true, false },
	[EVENT_GRATUITOUS_LOSS] = { happen_gratuitous_loss, false, false },
	[EVENT_OBSERVER_RESET] = { happen_observer_reset, false, false },
	[EVENT_NODE_REBOOT] = { happen_node_reboot, false, false },
	[EVENT_AGENT_CRASH] = { happen_agent_crash, false, false },
	[EVENT_POD_DELETE] = { happen_agent_restart, false, false },
	[EVENT_LEASE_DELETE] = { happen_lease_delete, true, false },
	[EVENT_SWITCH_DOWN] = { happen_switch_down, false, false },
	[EVENT_SWITCH_UP] = { happen_switch_up, false, false },
	[EVENT_ROLLING_REBOOT] = { happen_rolling_reboot, false, true },
	[EVENT_SEGMENT_LOSS] = { happen_segment_loss, false, false },
	[EVENT_SEGMENT_DELAY] = { happen_segment_delay, false, false },
	[EVENT_ALLOCATOR_DOWN] = { happen_allocator_down, false, false },
	[EVENT_ALLOCATOR_UP] = { happen_allocator_up, false, false },
	[EVENT_ADDRESS_CONFLICT] = { happen_address_conflict, false, false },
	[EVENT_DRAIN] = { happen_drain, true, false },
	[EVENT_UNCORDON] = { happen_uncordon, true, false },
	[EVENT_TAINT] = { happen_taint, true, false },
	[EVENT_UNTAINT] = { happen_untaint, true, false },
	[EVENT_LABEL] = { happen_label, true, true },
	[EVENT_SERVICE_EDIT] = { happen_service_edit, true, false },
	[EVENT_BGP_DAEMON_STOP] = { happen_bgp_daemon_stop, false, false },
	[EVENT_BGP_DAEMON_KILL] = { happen_bgp_daemon_kill, false, false },
	[EVENT_BGP_DAEMON_START] = { happen_bgp_daemon_start, false, false },
	[EVENT_BGP_SESSION_RESET] = { happen_bgp_session_reset, false, false },
	[EVENT_CUT] = { happen_cut, false, false },
	[EVENT_HEAL] = { happen_heal, false, false },
	[EVENT_ROUTER_DAEMON_STOP] = { happen_router_daemon_stop, false, false },
	[EVENT_ROUTER_DAEMON_KILL] = { happen_router_daemon_kill, false, false },
	[EVENT_ROUTER_DAEMON_START] = { happen_router_daemon_start, false, false },
	[EVENT_ROUTER_CRASH] = { happen_router_crash, false, false },
	[EVENT_ROUTER_RECOVER] = { happen_router_recover, false, false },
	[EVENT_ROUTER_LINK_DOWN] = { happen_router_link_down, false, true },
	[EVENT_ROUTER_LINK_UP] = { happen_router_link_up, false, true },
	[EVENT_BGP_SESSION_DOWN] = { happen_bgp_session_down, false, false },
	[EVENT_BGP_SESSION_UP] = { happen_bgp_session_up, false, false },
	[EVENT_BGP_DAEMON_RESTART] = { happen_bgp_daemon_restart, false, false },
	[EVENT_BGP_DAEMON_PAUSE] = { happen_bgp_daemon_pause, false, false },
	[EVENT_BGP_DAEMON_RESUME] = { happen_bgp_daemon_resume, false, false },
	[EVENT_FILTER_179] = { happen_filter_179, false, true },
	[EVENT_UNFILTER_179] = { happen_unfilter_179, false, true },
	[EVENT_PASSWORD] = { happen_password, false, false },
	[EVENT_PREFIX_FILTER] = { happen_prefix_filter, false, false },
	[EVENT_MAX_PATHS] = { happen_max_paths, false, false },
	[EVENT_BGP_DRAIN] = { happen_bgp_drain, false, false },
	[EVENT_GRACEFUL_RESTART] = { happen_graceful_restart, false, false },
};

/* The first interface of the node on the segment of the address; else the first of all. */
static uint32_t happen_where_conflict(const struct happening *h)
{
	const struct setup *setup = h->sim->setup;
	const struct setup_node *node = &setup->nodes.items[h->agent->node];

	for (uint32_t i = 0; h->event->vip != SETUP_NONE && i < node->interfaces.count; i++) {
		if (node->interfaces.items[i].segment ==
		    setup->vips.items[h->event->vip].segment)
			return i;
	}
	return 0;
}

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
	where = h->vip != SETUP_NONE ? kernel_where(h->sim, h->agent->node, h->vip)
				     : happen_where_conflict(h);
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
	else if (h.event->group.count == 0 || actions[h.event->kind].at_once)
		actions[h.event->kind].act(&h);
	if (actions[h.event->kind].at_once)
		return;
	ARRAY_FOREACH (const uint32_t, node, &h.event->group)
		happen_to_node(&h, *node);
}

void happen_init(struct sim *sim)
{
	const struct setup *setup = sim->setup;
	struct happen *happen = arena_zalloc(sim->arena, 1, sizeof(*happen));

	sim->happen = happen;
	happen_nodes_init(sim);
	happen_pods_init(sim);
	happen->when = random_split(sim->seed, "control.when");
	for (uint32_t i = 0; i < setup->events.count; i++) {
		const sim_ns at =
			setup->warmup +
			distribution_sample(&setup->events.items[i].when, &happen->when);

		engine_at(&sim->engine, at, happen_fire, NULL, i);
		if (at > happen->quiet_since)
			happen->quiet_since = at;
	}
}
