/* SPDX-License-Identifier: Apache-2.0 */
/* What the scenario makes happen. (S3) */
#include "base/text.h"
#include "sim/run/control.h"

static const char scenario[] = CAUSE_SCENARIO;

/* An event that fires. */
struct happening {
	struct sim *sim;
	const struct setup_event *event;
	struct agent *agent; /* of the node it names; NULL: it names none */
	const char *node;    /* its name */
	uint32_t interface;  /* of the node, where the event is about one */
};

/* An event that finds things as it would make them: the timeline says so and why. */
static void idle(const struct happening *h, const char *to, const char *why)
{
	sim_note(h->sim, "no-effect", why, "nothing happens to %s", to);
}

/* ---- nodes and agents ---- */

static void node_crash(const struct happening *h)
{
	if (!kernel_powered(h->sim, h->agent->node)) {
		idle(h, h->node, "it is down already");
		return;
	}
	agent_kill(h->sim, h->agent);
	kernel_power(h->sim, h->agent->node, false, scenario);
	agent_forget_records(h->sim, h->agent);
}

static sim_ns restart_time(struct sim *sim)
{
	return distribution_sample(&sim->setup->timing.agent_restart,
				   &sim->control->streams.restart);
}

static void node_recover(const struct happening *h)
{
	if (kernel_powered(h->sim, h->agent->node)) {
		idle(h, h->node, "it is up already");
		return;
	}
	kernel_power(h->sim, h->agent->node, true, scenario);
	agent_start_in(h->sim, h->agent, restart_time(h->sim));
}

static void agent_killed(const struct happening *h)
{
	const bool waits = engine_pending(&h->sim->engine, h->agent->start);

	if (h->agent->phase == AGENT_OFF && !waits) {
		idle(h, h->node, "it has no agent that runs");
		return;
	}
	agent_kill(h->sim, h->agent);
	sim_note(h->sim, "agent-killed", scenario, "agent of %s was killed", h->node);
}

static void agent_stopped(const struct happening *h)
{
	if (h->agent->phase == AGENT_OFF)
		idle(h, h->node, "it has no agent that runs");
	else
		agent_stop(h->sim, h->agent, false);
}

static void agent_starts(const struct happening *h)
{
	if (h->agent->phase != AGENT_OFF)
		idle(h, h->node, "its agent runs already");
	else if (!kernel_powered(h->sim, h->agent->node))
		idle(h, h->node, "it is down");
	else
		agent_start(h->sim, h->agent);
}

static void restart(struct sim *sim, struct agent *agent)
{
	if (agent->phase == AGENT_OFF)
		agent_start(sim, agent);
	else
		agent_stop(sim, agent, true);
}

static void agent_restarts(const struct happening *h)
{
	if (kernel_powered(h->sim, h->agent->node))
		restart(h->sim, h->agent);
	else
		idle(h, h->node, "it is down");
}

/* The next agents in line, as many as may be away at a time. */
static void roll_on(struct sim *sim)
{
	struct rolling *rolling = &sim->control->rolling;

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
		restart(sim, agent_of(sim, node));
	}
}

void happen_agent_back(struct sim *sim, uint32_t node)
{
	struct rolling *rolling = &sim->control->rolling;

	if (!rolling->waiting[node])
		return;
	rolling->waiting[node] = false;
	rolling->unavailable--;
	roll_on(sim);
}

static void rolling_restart(const struct happening *h)
{
	struct rolling *rolling = &h->sim->control->rolling;

	rolling->going = true;
	rolling->next = 0;
	rolling->allowed = h->event->max_unavailable;
	sim_note(h->sim, "rolling-restart", scenario, "all agents are restarted, %u at a time",
		 rolling->allowed);
	roll_on(h->sim);
}

static void lease_collected(void *context, void *actor, uint64_t node)
{
	struct sim *sim = context;

	(void)actor;
	if (sim->control->api.leases[node].exists)
		sim_note(sim, "lease-deleted", "its Node is gone", "lease of %s is gone",
			 sim->setup->nodes.items[node].name);
	api_delete_lease(sim, (uint32_t)node);
}

static void node_delete(const struct happening *h)
{
	h->sim->control->api.node_exists[h->agent->node] = false;
	sim_note(h->sim, "node-deleted", scenario, "Node %s was deleted", h->node);
	engine_in(&h->sim->engine, control_round_trip(h->sim), lease_collected, NULL,
		  h->agent->node);
}

/* ---- the API server ---- */

static const char api_server[] = "the API server";

static void set_down(struct sim *sim, bool down)
{
	struct api *api = &sim->control->api;

	api->down = down;
	api->downs += down;
	for (uint32_t n = 0; n < sim->setup->nodes.count; n++) {
		struct agent *agent = agent_of(sim, n);
		const enum path otherwise = down ? PATH_OPEN : PATH_REFUSED;

		connection_path_changed(sim, agent, agent->cut != 0 ? PATH_SILENT : otherwise);
	}
}

static void api_down(const struct happening *h)
{
	if (h->sim->control->api.down) {
		idle(h, api_server, "it is down already");
		return;
	}
	sim_note(h->sim, "api-down", scenario, "the API server went down");
	set_down(h->sim, true);
}

static void api_up(const struct happening *h)
{
	if (!h->sim->control->api.down) {
		idle(h, api_server, "it is up already");
		return;
	}
	if (h->event->flag)
		h->sim->control->api.epoch++;
	sim_note(h->sim, "api-up", scenario, "the API server is back%s",
		 h->event->flag ? ", and watches must list again" : "");
	set_down(h->sim, false);
}

static void cut(const struct happening *h, enum agent_cut why, bool off)
{
	const enum path before = connection_path(h->sim, h->agent);

	if (off)
		h->agent->cut |= why;
	else
		h->agent->cut &= ~(unsigned)why;
	connection_path_changed(h->sim, h->agent, before);
}

static void api_partition(const struct happening *h)
{
	if ((h->agent->cut & CUT_PARTITION) != 0) {
		idle(h, h->node, "it is cut off already");
		return;
	}
	sim_note(h->sim, "api-cut", scenario, "%s is cut off from the API server", h->node);
	cut(h, CUT_PARTITION, true);
}

static void api_heal(const struct happening *h)
{
	if ((h->agent->cut & CUT_PARTITION) == 0) {
		idle(h, h->node, "it is not cut off");
		return;
	}
	sim_note(h->sim, "api-healed", scenario, "%s reaches the API server again", h->node);
	cut(h, CUT_PARTITION, false);
}

/* ---- wires, addresses, clocks ---- */

static void link_down(const struct happening *h)
{
	if (!kernel_link(h->sim, h->agent->node, h->interface, false, scenario) &&
	    !h->event->flag)
		idle(h, h->node, "the interface has no link already");
	if (h->event->flag)
		cut(h, CUT_LINK, true);
}

static void link_up(const struct happening *h)
{
	if (!kernel_link(h->sim, h->agent->node, h->interface, true, scenario))
		idle(h, h->node, "the interface has its link");
	cut(h, CUT_LINK, false);
}

static void change_address(const struct happening *h, bool add)
{
	const struct setup_node *node = &h->sim->setup->nodes.items[h->agent->node];
	char text[IP_TEXT_MAX];

	if (agent_has_address(h->sim, h->agent, h->interface, h->event->address, !add) == add) {
		idle(h, h->node,
		     add ? "the interface has that address already"
			 : "the interface does not have that address");
		return;
	}
	sim_note(h->sim, add ? "address-added" : "address-removed", scenario,
		 "%s %s %s/%u on %s", h->node, add ? "has now" : "has no more",
		 ip_format(h->event->address.address, text), ip_net_prefix(h->event->address),
		 node->interfaces.items[h->interface].name);
	agent_change_address(h->sim, h->agent, h->interface, h->event->address, add);
}

static void address_remove(const struct happening *h)
{
	change_address(h, false);
}

static void address_add(const struct happening *h)
{
	change_address(h, true);
}

/* What the clock does is noticed at the next event of a lease. (P8.6) */
static void set_clock(const struct happening *h, sim_ns offset)
{
	sim_note(h->sim, "clock", scenario, "clock of %s is %.3fs off, was %.3fs", h->node,
		 (double)offset / (double)NS_PER_SEC,
		 (double)h->agent->offset / (double)NS_PER_SEC);
	h->agent->offset = offset;
	h->agent->earliest = INT64_MIN;
}

static void clock_step(const struct happening *h)
{
	set_clock(h, h->agent->offset + h->event->amount);
}

static void clock_skew(const struct happening *h)
{
	set_clock(h, h->event->amount);
}

/* ---- objects ---- */

static const struct slot no_slot = { SETUP_NONE, SETUP_NONE };

static void service_create(const struct happening *h)
{
	const struct setup_service *it = &h->sim->setup->services.items[h->event->service];
	struct service_version version = { .exists = true, .policy_local = it->etp_local };
	struct slot *slots;

	if (api_service(h->sim, h->event->service)->exists) {
		idle(h, it->name, "the Service is there already");
		return;
	}
	slots = arena_alloc(h->sim->arena, it->vip_count * sizeof(*slots));
	for (uint32_t i = 0; i < it->vip_count; i++)
		slots[i] = no_slot;
	sim_note(h->sim, "service-created", scenario, "Service %s was created", it->name);
	api_write_service(h->sim, h->event->service, &version, slots);
	allocator_service_created(h->sim, h->event->service);
}

static void service_delete(const struct happening *h)
{
	const struct setup_service *it = &h->sim->setup->services.items[h->event->service];
	struct service_version version = *api_service(h->sim, h->event->service);

	if (!version.exists) {
		idle(h, it->name, "the Service is not there");
		return;
	}
	version.exists = false;
	version.addressed = false;
	version.quiet = false;
	sim_note(h->sim, "service-deleted", scenario, "Service %s was deleted", it->name);
	for (uint32_t i = 0; i < it->vip_count; i++)
		network_want(h->sim, it->first_vip + i, false);
	api_write_service(h->sim, h->event->service, &version, version.slots);
}

static void endpoints(const struct happening *h)
{
	sim_note(h->sim, "endpoints", scenario, "endpoints of %s moved",
		 h->sim->setup->services.items[h->event->service].name);
	api_write_endpoints(h->sim, h->event->service, h->event->nodes);
}

static void configure(const struct happening *h)
{
	sim_note(h->sim, "config-changed", scenario, "%s",
		 h->sim->setup->versions.items[h->event->version].what);
	api_write_config(h->sim, h->event->version);
}

/* ---- segments and observers ---- */

static void gratuitous_loss(const struct happening *h)
{
	sim_note(h->sim, "gratuitous-loss", scenario,
		 "observers on %s miss %.0f%% of gratuitous frames",
		 h->sim->setup->segments.items[h->event->segment].name,
		 h->event->probability * 100);
	network_set_loss(h->sim, h->event->segment, h->event->probability);
}

static void observer_reset(const struct happening *h)
{
	network_reset_observer(h->sim, h->event->observer);
}

/* ---- all of them ---- */

static const struct {
	void (*act)(const struct happening *h);
	bool needs_api; /* somebody changes an object: impossible while the server is down */
} actions[EVENT_KINDS] = {
	[EVENT_NODE_CRASH] = { node_crash, false },
	[EVENT_NODE_RECOVER] = { node_recover, false },
	[EVENT_AGENT_KILL] = { agent_killed, false },
	[EVENT_AGENT_STOP] = { agent_stopped, false },
	[EVENT_AGENT_START] = { agent_starts, false },
	[EVENT_AGENT_RESTART] = { agent_restarts, false },
	[EVENT_ROLLING_RESTART] = { rolling_restart, true },
	[EVENT_API_DOWN] = { api_down, false },
	[EVENT_API_UP] = { api_up, false },
	[EVENT_API_PARTITION] = { api_partition, false },
	[EVENT_API_HEAL] = { api_heal, false },
	[EVENT_LINK_DOWN] = { link_down, false },
	[EVENT_LINK_UP] = { link_up, false },
	[EVENT_ADDRESS_REMOVE] = { address_remove, false },
	[EVENT_ADDRESS_ADD] = { address_add, false },
	[EVENT_CLOCK_STEP] = { clock_step, false },
	[EVENT_CLOCK_SKEW] = { clock_skew, false },
	[EVENT_SERVICE_CREATE] = { service_create, true },
	[EVENT_SERVICE_DELETE] = { service_delete, true },
	[EVENT_ENDPOINTS] = { endpoints, true },
	[EVENT_APPLY] = { configure, true },
	[EVENT_DELETE] = { configure, true },
	[EVENT_NODE_DELETE] = { node_delete, true },
	[EVENT_GRATUITOUS_LOSS] = { gratuitous_loss, false },
	[EVENT_OBSERVER_RESET] = { observer_reset, false },
};

/* The node that the event is about; false: nobody holds the VIP that it names. */
static bool find_node(struct happening *h)
{
	uint32_t node = h->event->node;

	if (h->event->winner_of != SETUP_NONE) {
		node = network_holder(h->sim, h->event->winner_of);
		if (node == SETUP_NONE) {
			sim_note(h->sim, "nobody",
				 "the scenario names the winner of a VIP that nobody holds",
				 "nothing happens to the holder of %s",
				 h->sim->setup->vips.items[h->event->winner_of].text);
			return false;
		}
	}
	if (node == SETUP_NONE)
		return true;
	h->agent = agent_of(h->sim, node);
	h->node = agent_node_name(h->sim, h->agent);
	return true;
}

/* The interface that the event names, of whatever node it turned out to be about; else the
 * one that has the VIP, or the first. False: the node has none of that name. */
static bool find_interface(struct happening *h)
{
	const char *name = h->event->source->args.interface.s;
	const struct setup_node *node;
	uint32_t where;

	h->interface = h->event->interface;
	if (h->agent == NULL || h->interface != SETUP_NONE)
		return true;
	node = &h->sim->setup->nodes.items[h->agent->node];
	where = kernel_where(h->sim, h->agent->node, h->event->winner_of);
	h->interface = where < node->interfaces.count ? where : 0;
	if (name == NULL)
		return true;
	for (uint32_t i = 0; i < node->interfaces.count; i++) {
		h->interface = i;
		if (str_equal(node->interfaces.items[i].name, name))
			return true;
	}
	sim_note(h->sim, "nobody", "the scenario names an interface that it does not have",
		 "nothing happens to %s of %s", name, h->node);
	return false;
}

static void fire(void *context, void *actor, uint64_t number)
{
	struct sim *sim = context;
	struct happening h = { .sim = sim, .event = &sim->setup->events.items[number] };

	(void)actor;
	if (actions[h.event->kind].needs_api && sim->control->api.down) {
		sim_note(sim, "refused", "the API server is down",
			 "a change that the scenario asks for does not happen");
		return;
	}
	if (find_node(&h) && find_interface(&h))
		actions[h.event->kind].act(&h);
}

void happen_init(struct sim *sim)
{
	const struct setup *setup = sim->setup;
	struct rolling *rolling = &sim->control->rolling;

	rolling->waiting = arena_zalloc(sim->arena, setup->nodes.count, sizeof(bool));
	for (uint32_t i = 0; i < setup->events.count; i++) {
		const sim_ns at =
			setup->warmup + distribution_sample(&setup->events.items[i].when,
							    &sim->control->streams.when);

		engine_at(&sim->engine, at, fire, NULL, i);
		if (at > sim->control->quiet_since)
			sim->control->quiet_since = at;
	}
}
