/* SPDX-License-Identifier: Apache-2.0 */
/* ND: what nodes are, against what PureLB needs of them. Each theme is in a file of its own. */
#include "validator/nodes/nodes.h"

#include "base/text.h"

static uint32_t interface_index(const struct cluster_node *node,
				const struct inventory_interface *interface)
{
	return (uint32_t)(interface - node->inventory->interfaces.list.items);
}

const char *node_interface_path(struct checker *ck, const struct cluster_node *node,
				const struct inventory_interface *interface)
{
	return arena_printf(ck->arena, "%s.interfaces[%u]", node->inventory_path,
			    interface_index(node, interface));
}

const char *node_address_path(struct checker *ck, const struct cluster_node *node,
			      const struct inventory_interface *interface,
			      const struct inventory_address *address)
{
	const bool bare = address->at.pos.line == address->address.pos.line &&
			  address->at.pos.column == address->address.pos.column;

	return arena_printf(ck->arena, "%s.interfaces[%u].addresses[%u]%s",
			    node->inventory_path, interface_index(node, interface),
			    (uint32_t)(address - interface->addresses.list.items),
			    bare ? "" : ".address");
}

bool node_interface_has(const struct node_interface *interface, enum ip_family family)
{
	ARRAY_FOREACH (const struct node_net, net, &interface->nets)
		if (ip_family(net->net.address) == family && node_net_counts(net))
			return true;
	return false;
}

enum ip_family node_route_family(const struct default_route *route)
{
	struct ip via;

	if (route->via.s != NULL)
		return ip_parse(route->via.s, &via) ? ip_family(via) : IP_NONE;
	return str_equal(route->family.s, "v6") ? IP_V6 : IP_V4;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool node_mac_parse(const char *text, uint64_t *out)
{
	uint64_t mac = 0;

	for (int pair = 0; pair < 6; pair++) {
		for (int i = 0; i < 2; i++) {
			int digit = hex_digit(*text);

			if (digit < 0)
				return false;
			mac = mac << 4 | (uint64_t)digit;
			text++;
		}
		if (*text++ != (pair < 5 ? ':' : '\0'))
			return false;
	}
	*out = mac;
	return true;
}

static void use_family(struct family_use *use, const struct pool *pool, struct ip address)
{
	if (ip_family(address) == IP_V4 && use->v4 == NULL)
		use->v4 = pool;
	if (ip_family(address) == IP_V6 && use->v6 == NULL)
		use->v6 = pool;
}

/* The family of the addresses counts here, not that of the list: they are what is announced. */
static void use_ranges(struct node_checks *nodes, const struct pool *pool,
		       const struct pool_range *ranges, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (ranges[i].range_error != RANGE_OK)
			continue;
		use_family(&nodes->any, pool, ranges[i].range.from);
		if (pool->type == POOL_TYPE_LOCAL)
			use_family(&nodes->local, pool, ranges[i].range.from);
	}
}

/* Groups that are rejected for an overlap alone are counted: it will be mended. */
static void find_families(struct node_checks *nodes)
{
	ARRAY_FOREACH (const struct pool, pool, &nodes->ck->cluster->pools.list) {
		if (!pool->in_scope)
			continue;
		nodes->groups = true;
		if (pool->reject != POOL_ACCEPTED && pool->reject != POOL_OVERLAPS)
			continue;
		use_ranges(nodes, pool, pool->v4.items, pool->v4.count);
		use_ranges(nodes, pool, pool->v6.items, pool->v6.count);
	}
}

void check_nodes(struct checker *ck)
{
	struct node_checks nodes = { .ck = ck };

	type_errors_collect(&nodes.type_errors, ck->snapshot, ck->arena);
	find_families(&nodes);
	node_check_conflicts(&nodes);
	node_check_leases(&nodes);
	if (!check_can_run(ck, CHECK_ND011))
		return;
	node_check_inventory(&nodes);
	node_check_routes(&nodes);
	node_check_interfaces(&nodes);
	node_check_sysctls(&nodes);
}
