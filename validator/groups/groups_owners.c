/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges that contain the address of a node or router: SG014. */
#include "validator/groups/groups.h"

#include <stdlib.h>

#include "base/text.h"
#include "purelb/observed/observed.h"
#include "validator/groups/groups_nets.h"

enum {
	NAMES_MAX = 3, /* how many owners a message names */
	HOST_BITS = 128,
};

static void groups_add_address(struct net_index *owners, struct arena *arena, struct ip ip,
			       const char *what, const char *name, struct pos pos)
{
	const struct ip_net host = { ip, HOST_BITS, IP_V6 };

	/* Every node has these; SG015 speaks of them. */
	if (ip_is_loopback(ip) || ip_is_link_local(ip) || ip_is_unspecified(ip))
		return;

	struct net_entry *entry = net_index_add(owners, arena, host);

	entry->what = what;
	entry->name = name;
	entry->pos = pos;
}

static void groups_add_address_text(struct net_index *owners, struct arena *arena,
				    const struct str_value *text, const char *what,
				    const char *name)
{
	struct ip_net net;
	struct ip ip;

	if (text->s == NULL)
		return;
	if (ip_parse(text->s, &ip))
		groups_add_address(owners, arena, ip, what, name, text->pos);
	else if (ip_net_parse(text->s, &net))
		groups_add_address(owners, arena, net.address, what, name, text->pos);
}

static void groups_add_routers(struct net_index *owners, struct arena *arena,
			       const struct snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->inventories.count; i++) {
		ARRAY_FOREACH (const struct router, router,
			       &snapshot->inventories.items[i]->routers.list) {
			ARRAY_FOREACH (const struct str_value, text, &router->addresses.list)
				groups_add_address_text(owners, arena, text, "router",
							router->name.s);
		}
	}
}

static int groups_compare_ips(const void *a, const void *b)
{
	return ip_compare(*(const struct ip *)a, *(const struct ip *)b);
}

struct ips {
	ARRAY_OF(struct ip) list;
};

/* The addresses that Services hold, sorted: of all Services, or of those that PureLB serves. */
static void groups_service_addresses(struct ips *ips, struct arena *arena,
				     const struct snapshot *snapshot, bool allocated_by_purelb)
{
	for (uint32_t i = 0; i < snapshot->services.count; i++) {
		const struct label_map *annotations =
			&snapshot->services.items[i]->object.annotations;

		if (allocated_by_purelb &&
		    !str_equal(label_map_text(annotations, "purelb.io/allocated-by"), "PureLB"))
			continue;
		ARRAY_FOREACH (const struct ingress, ingress,
			       &snapshot->services.items[i]->ingress.list) {
			struct ip ip;

			if (ingress->ip.s != NULL && ip_parse(ingress->ip.s, &ip))
				ARRAY_ADD(arena, &ips->list, ip);
		}
	}
	if (ips->list.count > 0)
		qsort(ips->list.items, ips->list.count, sizeof(ips->list.items[0]),
		      groups_compare_ips);
}

static bool groups_is_service_address(const void *context, struct ip ip)
{
	const struct ips *vips = context;

	return vips->list.count > 0 &&
	       bsearch(&ip, vips->list.items, vips->list.count, sizeof(vips->list.items[0]),
		       groups_compare_ips) != NULL;
}

/* No earlier address of the interface is of this one's family. */
static bool groups_is_primary(const struct node_interface *interface, uint32_t index)
{
	const enum ip_family family = ip_family(interface->nets.items[index].net.address);

	for (uint32_t i = 0; i < index; i++) {
		if (ip_family(interface->nets.items[i].net.address) == family)
			return false;
	}
	return true;
}

bool groups_own_address_is_other(const struct cluster_node *node,
				 const struct node_interface *interface, uint32_t index,
				 address_test *is_vip, const void *context)
{
	const struct ip ip = interface->nets.items[index].net.address;

	for (uint32_t i = 0; i < interface->nets.count; i++) {
		const struct ip other = interface->nets.items[i].net.address;

		if (ip_family(other) == ip_family(ip) && !ip_is_link_local(other) &&
		    ip_compare(other, ip) != 0 && !is_vip(context, other))
			return true;
	}
	for (uint32_t i = 0; node->node != NULL && i < node->node->addresses.list.count; i++) {
		const struct node_address *address = &node->node->addresses.list.items[i];
		struct ip other;

		if (str_equal(address->type.s, "InternalIP") && address->address.s != NULL &&
		    ip_parse(address->address.s, &other) && ip_family(other) == ip_family(ip) &&
		    ip_compare(other, ip) != 0)
			return true;
	}
	return false;
}

/*
 * An inventory taken from a running cluster shows the addresses that PureLB has put on the
 * interfaces, too (P4.6): the v6 ones deprecated (P6.6), all of them after the node's own, or
 * before it where something has gone wrong, which is ND012's.
 */
static void groups_add_interface(struct net_index *owners, struct arena *arena,
				 const struct cluster_node *node,
				 const struct node_interface *interface, const struct ips *vips,
				 const struct ips *allocated)
{
	for (uint32_t i = 0; i < interface->nets.count; i++) {
		const struct node_net *net = &interface->nets.items[i];
		const struct ip ip = net->net.address;

		if ((net->flags & ADDRESS_DEPRECATED) != 0 && ip_family(ip) == IP_V6)
			continue;
		if (!groups_is_primary(interface, i) && groups_is_service_address(vips, ip))
			continue;
		if (groups_is_service_address(allocated, ip) &&
		    groups_own_address_is_other(node, interface, i, groups_is_service_address,
						allocated))
			continue;
		groups_add_address(owners, arena, ip, "node", node->name,
				   net->entry->address.pos);
	}
}

static void groups_add_interfaces(struct net_index *owners, struct arena *arena,
				  const struct cluster_node *node, const struct ips *vips,
				  const struct ips *allocated)
{
	const struct agent_rule *agent = node->config.governing;
	const char *dummy = agent != NULL ? agent->dummy_interface : "kube-lb0";
	uint32_t count;
	const struct node_interface *shown = node_shown_interfaces(node, &count);

	for (uint32_t i = 0; i < count; i++) {
		if (!str_equal(shown[i].name, dummy) &&
		    !observed_interface_is_proxy(shown[i].name))
			groups_add_interface(owners, arena, node, &shown[i], vips, allocated);
	}
}

/* A VIP that kubelet took for the node's address is ND012's: the range is right. */
static void groups_add_node_object(struct net_index *owners, struct arena *arena,
				   const struct cluster_node *node, const struct ips *vips)
{
	static const char *const types[] = { "InternalIP", "ExternalIP", NULL };

	if (node->node == NULL)
		return;
	ARRAY_FOREACH (const struct node_address, address, &node->node->addresses.list) {
		struct ip ip;

		if (address->address.s != NULL && ip_parse(address->address.s, &ip) &&
		    groups_is_service_address(vips, ip))
			continue;
		if (address->type.s != NULL && str_in(address->type.s, types))
			groups_add_address_text(owners, arena, &address->address, "node",
						node->name);
	}
}

static void groups_add_gateways(struct net_index *owners, struct arena *arena,
				const struct cluster_node *node)
{
	if (node->inventory == NULL)
		return;
	ARRAY_FOREACH (const struct default_route, route, &node->inventory->default_routes.list)
		groups_add_address_text(owners, arena, &route->via, "the gateway of node",
					node->name);
}

/* What k3s, RKE2 and Talos are set up with: the addresses are the machine's for certain. */
static void groups_add_machines(struct net_index *owners, struct arena *arena,
				const struct snapshot *snapshot, const struct ips *vips)
{
	ARRAY_FOREACH (struct machine_config *, machine, &snapshot->machines) {
		ARRAY_FOREACH (const struct str_value, text, &(*machine)->addresses.list) {
			struct ip ip;

			if (!ip_parse(text->s, &ip) || !groups_is_service_address(vips, ip))
				groups_add_address_text(owners, arena, text, "node",
							(*machine)->object.name.s);
		}
	}
}

void groups_collect_owners(struct net_index *owners, struct checker *ck)
{
	struct ips vips = { 0 }, allocated = { 0 };

	groups_service_addresses(&vips, ck->scratch, ck->snapshot, false);
	groups_service_addresses(&allocated, ck->scratch, ck->snapshot, true);
	groups_add_routers(owners, ck->scratch, ck->snapshot);
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		groups_add_interfaces(owners, ck->scratch, node, &vips, &allocated);
		groups_add_node_object(owners, ck->scratch, node, &allocated);
	}
	groups_add_machines(owners, ck->scratch, ck->snapshot, &allocated);
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes)
		groups_add_gateways(owners, ck->scratch, node);
	net_index_build(owners);
}

static void groups_owners_check_owners(struct checker *ck, const struct net_index *owners,
				       const struct pool *pool, const struct pool_range *range)
{
	const struct net_entry *found[NAMES_MAX];
	const char *names[NAMES_MAX];
	char text[IP_TEXT_MAX];
	const uint32_t total = net_index_find(owners, range->range, found, NAMES_MAX);
	const uint32_t named = total < NAMES_MAX ? total : NAMES_MAX;

	if (total == 0)
		return;
	for (uint32_t i = 0; i < named; i++)
		names[i] = arena_printf(ck->arena, "%s of %s \"%s\"",
					ip_format(found[i]->from, text), found[i]->what,
					found[i]->name != NULL ? found[i]->name : "");

	struct finding *f =
		report(ck, CHECK_SG014, &pool->group->object, range->entry->pool.pos,
		       "range %s of group \"%s\" contains %s: a Service that gets "
		       "an address in use takes it away from its owner",
		       range->entry->pool.s, pool->name,
		       name_list(ck->arena, names, total, NAMES_MAX));

	finding_path(ck, f, "%s.pool", range->path);
	groups_hint_fitting(ck, f, range);
	finding_related(ck, f, found[0]->pos, "%s is here", names[0]);
}

void groups_check_owners(struct checker *ck)
{
	struct net_index owners = { 0 };

	groups_collect_owners(&owners, ck);
	ARRAY_FOREACH (const struct pool, pool, &ck->cluster->pools.list) {
		for (uint32_t i = 0; pool->in_scope && i < groups_range_count(pool); i++) {
			if (groups_range_usable(groups_range(pool, i)))
				groups_owners_check_owners(ck, &owners, pool,
							   groups_range(pool, i));
		}
	}
}
