/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of the node itself that come and go during a run, and what follows: the subnets
 * that its lease advertises, the interface that a VIP belongs on, and VIPs that go with the
 * primary address of their subnet. (P4.4, P4.6, P6.12)
 */
#include <stdio.h>

#include "base/text.h"
#include "sim/run/control.h"

/* ---- the node as it is now ---- */

static bool same_address(const struct node_net *net, struct ip_net address)
{
	return ip_compare(net->net.address, address.address) == 0 &&
	       net->net.bits == address.bits;
}

static void change_nets(struct node_interface *interface, const struct address_change *change,
			struct arena *arena)
{
	uint32_t kept = 0;

	if (change->added) {
		struct node_net *net = ARRAY_PUSH(arena, &interface->nets);

		net->net = change->address;
		return;
	}
	for (uint32_t i = 0; i < interface->nets.count; i++) {
		if (!same_address(&interface->nets.items[i], change->address))
			interface->nets.items[kept++] = interface->nets.items[i];
	}
	interface->nets.count = kept;
}

/* P4.6: VIPs on the interface are addresses of it, but deprecated v6 ones do not count. */
static void add_vips(const struct sim *sim, const struct agent *agent,
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

static uint32_t interface_number(const struct sim *sim, const struct agent *agent,
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
static struct node_interface copy_interface(const struct sim *sim, const struct agent *agent,
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
			change_nets(&copy, change, sim->arena);
	}
	add_vips(sim, agent, &copy, interface_number(sim, agent, from->name));
	return copy;
}

/* Interfaces that nobody described: what is advertised stands for them. */
static void change_guess(const struct sim *sim, const struct agent *agent,
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

static void alter(struct sim *sim, struct agent *agent, uint32_t version)
{
	const struct cluster *cluster = sim->control->prepared->versions[version].cluster;
	const struct cluster_node *from =
		sim->control->prepared->versions[version].nodes[agent->node].announcer.node;
	struct cluster_node *node = arena_zalloc(sim->arena, 1, sizeof(*node));

	*node = *from;
	if (from->interfaces.count > 0) {
		node->interfaces.items = NULL;
		node->interfaces.count = 0;
		node->interfaces.capacity = 0;
		ARRAY_FOREACH (const struct node_interface, it, &from->interfaces)
			ARRAY_ADD(sim->arena, &node->interfaces,
				  copy_interface(sim, agent, it));
		node_selected_interfaces(&node->config, node->inventory, node->interfaces.items,
					 node->interfaces.count, sim->arena, &node->selected);
		node_advertised(&node->selected, sim->arena, &node->from_inventory);
	} else {
		change_guess(sim, agent, node);
	}
	prepare_node(&agent->altered, sim->setup, cluster, node, &sim->control->sets,
		     sim->arena);
}

const struct prepared_node *agent_prepared(struct sim *sim, struct agent *agent,
					   uint32_t version)
{
	if (agent->addresses.count == 0)
		return &sim->control->prepared->versions[version].nodes[agent->node];
	alter(sim, agent, version);
	return &agent->altered;
}

/* Without a configuration, those of the default-route interfaces. (P8.2) */
static uint32_t first_subnets(struct sim *sim, const struct agent *agent)
{
	struct subnet_list list = { 0 };

	if (agent->addresses.count == 0)
		return sim->control->prepared->first_subnets[agent->node];
	prepare_first_subnets(agent->altered.announcer.node, sim->arena, &list);
	return subnet_sets_find(&sim->control->sets, sim->setup, &list, sim->arena);
}

void agent_select(struct agent *agent, const struct prepared_node *node)
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

		if (agent->prepared != NULL)
			agent->prepared = node;
		if (agent->selected)
			agent_select(agent, node);
	}
	agent->advertises = agent->selected ? agent->selects : first_subnets(sim, agent);
}

/* ---- what an address takes with it ---- */

/* True when it is the first address of its subnet on the interface. */
static bool is_primary(const struct sim *sim, const struct agent *agent, const char *name,
		       struct ip_net address)
{
	const struct cluster_node *node = sim->setup->nodes.items[agent->node].cluster_node;

	ARRAY_FOREACH (const struct node_interface, it, &node->interfaces) {
		const struct node_interface now = copy_interface(sim, agent, it);

		if (!str_equal(it->name, name))
			continue;
		ARRAY_FOREACH (const struct node_net, net, &now.nets) {
			if (ip_net_equal(net->net, address))
				return same_address(net, address);
		}
	}
	return true;
}

bool agent_has_address(const struct sim *sim, const struct agent *agent, uint32_t interface,
		       struct ip_net address, bool otherwise)
{
	const struct setup_node *setup = &sim->setup->nodes.items[agent->node];

	ARRAY_FOREACH (const struct node_interface, it, &setup->cluster_node->interfaces) {
		const struct node_interface now = copy_interface(sim, agent, it);

		if (!str_equal(it->name, setup->interfaces.items[interface].name))
			continue;
		ARRAY_FOREACH (const struct node_net, net, &now.nets) {
			if (same_address(net, address))
				return true;
		}
		return false;
	}
	return otherwise;
}

static bool promotes(const struct sim *sim, const struct agent *agent, const char *interface)
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
static void drop_secondaries(struct sim *sim, struct agent *agent, uint32_t interface,
			     struct ip_net address)
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
				  is_primary(sim, agent, name, address) &&
				  !promotes(sim, agent, name);

	ARRAY_ADD(sim->arena, &agent->addresses, change);
	if (takes_others)
		drop_secondaries(sim, agent, interface, address);
	if (agent->phase != AGENT_OFF)
		agent_refresh_subnets(sim, agent);
}
