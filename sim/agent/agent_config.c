/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an agent's configuration makes of its node. Deliveries (P9.2): one for each changed
 * object, each with a GET of the Node; what is accepted reprocesses everything at once, the
 * lease follows at its next renewal. And addresses of the node itself that come and go: the
 * subnets that its lease advertises, the interface that a VIP belongs on, and VIPs that go with
 * the primary address of their subnet (P4.4, P4.6, P6.12).
 */
#include <stdio.h>

#include <string.h>

#include "base/text.h"
#include "sim/agent/agent.h"
#include "sim/engine/trace.h"

static const struct prepared_node *agent_prepared(struct sim *sim, struct agent *agent,
						  uint32_t version);
static void agent_select(struct agent *agent, const struct prepared_node *node);

static const sim_ns config_patience = 10 * NS_PER_SEC;

/* ---- taking a version into force ---- */

void agent_apply(struct sim *sim, struct agent *agent, uint32_t version)
{
	const struct prepared_node *node = agent_prepared(sim, agent, version);

	agent->config = version;
	agent->prepared_version = version;
	agent->knowledge++;
	agent_kept_drop_all(sim, agent);
	agent->prepared = node->announcer.configured ? node : NULL;
	agent_select(agent, node);
	agent_refresh_subnets(sim, agent);
}

/* ---- deliveries ---- */

static void agent_config_next(struct sim *sim, struct agent *agent);

static void agent_config_retry(void *context, void *actor, uint64_t arg)
{
	struct agent *agent = actor;

	(void)arg;
	agent_config_delivered(context, agent, agent->configs.pending == 0 ? 1 : 0);
}

/* 5 ms, 10 ms, ... 1000 s. (P9.6) */
static void agent_config_retry_later(struct sim *sim, struct agent *agent)
{
	const sim_ns most = 1000 * NS_PER_SEC;
	sim_ns wait = 5 * NS_PER_MS;

	for (uint32_t i = 0; i < agent->configs.failures && wait < most; i++)
		wait *= 2;
	agent->configs.failures++;
	engine_cancel(&sim->engine, &agent->configs.retry);
	agent->configs.retry = engine_in(&sim->engine, wait < most ? wait : most,
					 agent_config_retry, agent, 0);
}

/* Bad configuration is dropped without a reprocess; its VIPs go when the next one comes. */
static void agent_config_reject(struct sim *sim, struct agent *agent)
{
	if (agent->configs.failures == 0)
		trace_note(sim, "config-rejected",
			   "its localInterface is not a valid regular expression",
			   "agent of %s announces nothing until its configuration is fixed",
			   agent_node_name(sim, agent));
	agent_config_retry_later(sim, agent);
}

static void agent_config_accept(struct sim *sim, struct agent *agent)
{
	const struct setup_version *version =
		&sim->setup->versions.items[agent->prepared_version];

	agent->configs.failures = 0;
	engine_cancel(&sim->engine, &agent->configs.retry);
	agent_set_cause(sim, agent, agent->configs.applied ? CAUSE_CONFIG : CAUSE_CONFIGURED);
	agent->configs.applied = true;
	trace_detail(sim, "config-applied", version->what,
		     "agent of %s applied its configuration", agent_node_name(sim, agent));
	agent_reprocess(sim, agent);
}

static void agent_config_got_node(struct sim *sim, struct agent *agent, enum answer with)
{
	agent->configs.busy = false;
	agent->configs.pending--;
	if (with != ANSWER_OK || !sim->api->node_exists[agent->node]) {
		agent_config_retry_later(sim, agent);
	} else {
		agent_apply(sim, agent, agent->config);
		if (agent_prepared(sim, agent, agent->config)->state == NODE_INVALID)
			agent_config_reject(sim, agent);
		else
			agent_config_accept(sim, agent);
	}
	agent_config_next(sim, agent);
}

static void agent_config_ask(void *context, void *actor, uint64_t since)
{
	struct sim *sim = context;
	struct agent *agent = actor;

	connection_request(sim, &agent->client, REQUEST_CONFIG,
			   config_patience - (sim->engine.now - (sim_ns)since),
			   agent_config_got_node);
}

static void agent_config_next(struct sim *sim, struct agent *agent)
{
	struct config_worker *configs = &agent->configs;
	const sim_ns now = sim->engine.now;
	sim_ns at;

	if (!configs->running || configs->busy || configs->pending == 0)
		return;
	configs->busy = true;
	if (limiter_reserve(&agent->core, now, config_patience, &at))
		configs->timer =
			engine_at(&sim->engine, at, agent_config_ask, agent, (uint64_t)now);
	else
		agent_config_got_node(sim, agent, ANSWER_TIMEOUT);
}

void agent_config_delivered(struct sim *sim, struct agent *agent, uint32_t deliveries)
{
	agent->configs.pending += deliveries;
	agent_config_next(sim, agent);
}

void agent_take_config(struct sim *sim, struct agent *agent, bool all)
{
	const uint32_t newest = sim->api->config;
	const struct prepared_version *version = &sim->agents->prepared->versions[newest];
	uint32_t deliveries = 0;

	if (agent->config != newest)
		deliveries = sim->setup->versions.items[newest].changed_objects;
	/* Groups whose generation is the same are passed by, LBNodeAgents are not. (P9.3) */
	if (all && deliveries < version->agents)
		deliveries = version->agents;
	agent->config = newest;
	agent_config_delivered(sim, agent, deliveries);
}

void agent_config_stop(struct sim *sim, struct agent *agent)
{
	engine_cancel(&sim->engine, &agent->configs.timer);
	engine_cancel(&sim->engine, &agent->configs.retry);
	connection_cancel(sim, &agent->client, REQUEST_CONFIG);
	agent->configs = (struct config_worker){ .running = false };
}

/* ---- the node as it is now ---- */

static bool agent_address_is_same(const struct node_net *net, struct ip_net address)
{
	return ip_compare(net->net.address, address.address) == 0 &&
	       net->net.bits == address.bits;
}

static void agent_address_change_nets(struct node_interface *interface,
				      const struct address_change *change, struct arena *arena)
{
	uint32_t kept = 0;

	if (change->added) {
		struct node_net *net = ARRAY_PUSH(arena, &interface->nets);

		net->net = change->address;
		return;
	}
	for (uint32_t i = 0; i < interface->nets.count; i++) {
		if (!agent_address_is_same(&interface->nets.items[i], change->address))
			interface->nets.items[kept++] = interface->nets.items[i];
	}
	interface->nets.count = kept;
}

/* P4.6: VIPs on the interface are addresses of it, but deprecated v6 ones do not count. */
static void agent_address_add_vips(const struct sim *sim, const struct agent *agent,
				   struct node_interface *interface, uint32_t number)
{
	ARRAY_FOREACH (const struct record, record, &agent->records) {
		const struct ip ip = sim->setup->vips.items[record->vip].ip;
		const bool v4 = ip_family(ip) == IP_V4;
		struct node_net *net;

		if (record->interface != number ||
		    !kernel_has(sim, agent->node, number, record->vip) ||
		    (!v4 && record->how.valid != SIM_NEVER))
			continue;
		net = ARRAY_PUSH(sim->arena, &interface->nets);
		net->net = (struct ip_net){
			.address = ip,
			.bits = (uint8_t)(record->how.prefix_bits + (v4 ? 96 : 0)),
			.family = (uint8_t)ip_family(ip),
		};
	}
}

static uint32_t agent_address_interface(const struct sim *sim, const struct agent *agent,
					const char *name)
{
	const struct setup_node *node = &sim->setup->nodes.items[agent->node];

	for (uint32_t i = 0; i < node->interfaces.count; i++) {
		if (str_equal(node->interfaces.items[i].name, name))
			return i;
	}
	return SETUP_NONE;
}

/* A copy of the interface with addresses of its own. */
static struct node_interface agent_address_copy_interface(const struct sim *sim,
							  const struct agent *agent,
							  const struct node_interface *from)
{
	struct node_interface copy = *from;

	copy.nets.items = NULL;
	copy.nets.count = 0;
	copy.nets.capacity = 0;
	ARRAY_FOREACH (const struct node_net, net, &from->nets)
		ARRAY_ADD(sim->arena, &copy.nets, *net);
	ARRAY_FOREACH (const struct address_change, change, &agent->addresses) {
		if (str_equal(change->interface, from->name))
			agent_address_change_nets(&copy, change, sim->arena);
	}
	agent_address_add_vips(sim, agent, &copy,
			       agent_address_interface(sim, agent, from->name));
	return copy;
}

/* Interfaces that nobody described: what is advertised stands for them. */
static void agent_address_change_guess(const struct sim *sim, const struct agent *agent,
				       struct cluster_node *node)
{
	struct subnet_list list = { 0 };
	char text[IP_NET_TEXT_MAX];

	ARRAY_FOREACH (const struct advertised, it, &node->subnets.list)
		ARRAY_ADD(sim->arena, &list.list, *it);
	ARRAY_FOREACH (const struct address_change, change, &agent->addresses) {
		uint32_t kept = 0;

		for (uint32_t i = 0; i < list.list.count; i++) {
			if (!ip_net_equal(list.list.items[i].net, change->address))
				list.list.items[kept++] = list.list.items[i];
		}
		list.list.count = kept;
		if (change->added) {
			struct advertised *added = ARRAY_PUSH(sim->arena, &list.list);

			added->net = change->address;
			added->text =
				arena_strdup(sim->arena, ip_net_format(change->address, text));
		}
	}
	node->subnets = list;
}

/* What agent_address_alter() reads and what can change, as one number. Never 0. */
static uint64_t agent_address_digest(const struct sim *sim, const struct agent *agent,
				     uint32_t version)
{
	const uint64_t multiplier = UINT64_C(0x9E3779B97F4A7C15);
	uint64_t digest = ((uint64_t)version << 32 | agent->addresses.count) + 1;

	ARRAY_FOREACH (const struct address_change, change, &agent->addresses) {
		uint64_t words[sizeof(change->address.address) / sizeof(uint64_t)];

		memcpy(words, &change->address.address, sizeof(words));
		for (uint32_t i = 0; i < ARRAY_LEN(words); i++)
			digest = (digest ^ words[i]) * multiplier;
		digest = (digest ^ change->address.bits ^ (uint64_t)change->added << 8) *
			 multiplier;
		digest ^= digest >> 29;
	}
	ARRAY_FOREACH (const struct record, record, &agent->records) {
		const uint64_t held =
			kernel_has(sim, agent->node, record->interface, record->vip);

		digest = (digest ^ record->vip) * multiplier;
		digest ^= digest >> 29;
		digest = (digest ^ ((uint64_t)record->interface << 16 |
				    (uint64_t)record->how.prefix_bits << 8 |
				    (uint64_t)(record->how.valid == SIM_NEVER) << 1 | held)) *
			 multiplier;
		digest ^= digest >> 29;
	}
	return digest != 0 ? digest : 1;
}

static void agent_address_alter(struct sim *sim, struct agent *agent, uint32_t version)
{
	const struct cluster *cluster = sim->agents->prepared->versions[version].cluster;
	const struct cluster_node *from =
		sim->agents->prepared->versions[version].nodes[agent->node].announcer.node;
	struct cluster_node *node = arena_zalloc(sim->arena, 1, sizeof(*node));

	*node = *from;
	if (from->interfaces.count > 0) {
		node->interfaces.items = NULL;
		node->interfaces.count = 0;
		node->interfaces.capacity = 0;
		ARRAY_FOREACH (const struct node_interface, it, &from->interfaces)
			ARRAY_ADD(sim->arena, &node->interfaces,
				  agent_address_copy_interface(sim, agent, it));
		node_selected_interfaces(&node->config, node->inventory, node->interfaces.items,
					 node->interfaces.count, sim->arena, &node->selected);
		node_lease_subnets(&node->config, node->inventory, node->interfaces.items,
				   node->interfaces.count, &node->selected, sim->arena,
				   &node->from_inventory);
	} else {
		agent_address_change_guess(sim, agent, node);
	}
	prepare_node(&agent->altered, sim->setup, cluster, node, &sim->agents->sets,
		     sim->arena);
}

/* How the agent announces under a version of the configuration, on the node as it is. */
static const struct prepared_node *agent_prepared(struct sim *sim, struct agent *agent,
						  uint32_t version)
{
	if (agent->addresses.count == 0)
		return &sim->agents->prepared->versions[version].nodes[agent->node];

	const uint64_t of = agent_address_digest(sim, agent, version);

	if (agent->altered_of != of) {
		agent_address_alter(sim, agent, version);
		agent_kept_drop_all(sim, agent);
	}
	agent->altered_of = of;
	return &agent->altered;
}

/* Without a configuration, those of the default-route interfaces. (P8.2) */
static uint32_t agent_address_first_subnets(struct sim *sim, const struct agent *agent)
{
	struct subnet_list list = { 0 };

	if (agent->addresses.count == 0)
		return sim->agents->prepared->first_subnets[agent->node];
	prepare_first_subnets(agent->altered.announcer.node, sim->arena, &list);
	return subnet_sets_find(&sim->agents->sets, sim->setup, &list, sim->arena);
}

/* What its lease advertises from the next renewal on, under this configuration. (P4.3) */
static void agent_select(struct agent *agent, const struct prepared_node *node)
{
	static const bool nothing[] = {
		[NODE_CONFIGURED] = false, [NODE_DESELECTED] = true, [NODE_INVALID] = true,
		[NODE_NO_LOCAL] = false,   [NODE_NO_CONFIG] = false,
	};

	agent->selected = true;
	agent->selects = nothing[node->state] ? 0 : node->subnets;
}

void agent_refresh_subnets(struct sim *sim, struct agent *agent)
{
	if (agent->addresses.count > 0) {
		const struct prepared_node *node =
			agent_prepared(sim, agent, agent->prepared_version);

		agent->knowledge++;
		if (agent->prepared != NULL)
			agent->prepared = node;
		if (agent->selected)
			agent_select(agent, node);
	}
	agent->advertises =
		agent->selected ? agent->selects : agent_address_first_subnets(sim, agent);
}

/* ---- what an address takes with it ---- */

/* True when it is the first address of its subnet on the interface. */
static bool agent_address_is_primary(const struct sim *sim, const struct agent *agent,
				     const char *name, struct ip_net address)
{
	const struct cluster_node *node = sim->setup->nodes.items[agent->node].cluster_node;

	ARRAY_FOREACH (const struct node_interface, it, &node->interfaces) {
		const struct node_interface now = agent_address_copy_interface(sim, agent, it);

		if (!str_equal(it->name, name))
			continue;
		ARRAY_FOREACH (const struct node_net, net, &now.nets) {
			if (ip_net_equal(net->net, address))
				return agent_address_is_same(net, address);
		}
	}
	return true;
}

bool agent_has_address(const struct sim *sim, const struct agent *agent, uint32_t interface,
		       struct ip_net address, bool otherwise)
{
	const struct setup_node *setup = &sim->setup->nodes.items[agent->node];

	ARRAY_FOREACH (const struct node_interface, it, &setup->cluster_node->interfaces) {
		const struct node_interface now = agent_address_copy_interface(sim, agent, it);

		if (!str_equal(it->name, setup->interfaces.items[interface].name))
			continue;
		ARRAY_FOREACH (const struct node_net, net, &now.nets) {
			if (agent_address_is_same(net, address))
				return true;
		}
		return false;
	}
	return otherwise;
}

static bool agent_address_promotes(const struct sim *sim, const struct agent *agent,
				   const char *interface)
{
	const struct inventory_node *inventory =
		sim->setup->nodes.items[agent->node].cluster_node->inventory;
	char key[96];

	if (inventory == NULL)
		return false;
	(void)snprintf(key, sizeof(key), "net.ipv4.conf.%s.promote_secondaries", interface);
	return str_equal(label_map_text(&inventory->sysctls, key), "1") ||
	       str_equal(label_map_text(&inventory->sysctls,
					"net.ipv4.conf.all.promote_secondaries"),
			 "1");
}

/* The kernel takes the VIPs of the subnet off with its primary address; nobody is told. */
static void agent_address_drop_secondaries(struct sim *sim, struct agent *agent,
					   uint32_t interface, struct ip_net address)
{
	ARRAY_FOREACH (const struct record, record, &agent->records) {
		if (record->interface == interface &&
		    ip_net_contains(address, sim->setup->vips.items[record->vip].ip))
			kernel_remove(sim, agent->node, interface, record->vip,
				      "the primary address of its subnet was removed");
	}
}

void agent_change_address(struct sim *sim, struct agent *agent, uint32_t interface,
			  struct ip_net address, bool add)
{
	const char *name =
		sim->setup->nodes.items[agent->node].interfaces.items[interface].name;
	const struct address_change change = { name, address, add };

	const bool takes_others = !add && ip_family(address.address) == IP_V4 &&
				  agent_address_is_primary(sim, agent, name, address) &&
				  !agent_address_promotes(sim, agent, name);

	ARRAY_ADD(sim->arena, &agent->addresses, change);
	if (takes_others)
		agent_address_drop_secondaries(sim, agent, interface, address);
	if (agent->phase != AGENT_OFF)
		agent_refresh_subnets(sim, agent);
}
