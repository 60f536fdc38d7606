/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ND014 to ND017: networks that do not deliver what local pools need: clouds that route to
 * addresses they know, Wi-Fi, a second interface that answers ARP as well, routers that do not
 * believe gratuitous frames. Each is said once, with the nodes.
 */
#include "validator/nodes/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/announcing/gratuitous.h"

enum { NETWORK_NAMES_MAX = 6 };

struct network_names {
	ARRAY_OF(const char *) list;
};

static const char *node_join_names(struct checker *ck, const struct network_names *names)
{
	return name_list(ck->arena, names->list.items, names->list.count, NETWORK_NAMES_MAX);
}

static bool node_any_local(const struct cluster *cluster, bool v4_only)
{
	ARRAY_FOREACH (const struct pool, pool, &cluster->pools.list) {
		if (pool->in_scope && pool->type == POOL_TYPE_LOCAL &&
		    pool->v4.count + (v4_only ? 0 : pool->v6.count) > 0)
			return true;
	}
	return false;
}

/* ---- ND014 ---- */

struct cloud {
	const char *scheme; /* of spec.providerID */
	const char *name;
	enum severity severity;
	const char *network; /* what its network does */
	const char *hint;
};

#define CLOUD_ROUTES                                                                            \
	"delivers only to addresses that it has assigned to the instance itself, and does not " \
	"learn others by ARP"
#define CLOUD_HINT                                                                              \
	"use the provider's own load balancer, or a remote group with a routing protocol that " \
	"the provider supports"

static const struct cloud clouds[] = {
	{ "aws", "AWS", SEVERITY_WARN, CLOUD_ROUTES, CLOUD_HINT },
	{ "gce", "Google Cloud", SEVERITY_WARN, CLOUD_ROUTES, CLOUD_HINT },
	{ "azure", "Azure", SEVERITY_WARN, CLOUD_ROUTES, CLOUD_HINT },
	{ "digitalocean", "DigitalOcean", SEVERITY_WARN, CLOUD_ROUTES, CLOUD_HINT },
	{ "linode", "Linode", SEVERITY_WARN, CLOUD_ROUTES, CLOUD_HINT },
	{ "vultr", "Vultr", SEVERITY_WARN, CLOUD_ROUTES, CLOUD_HINT },
	{ "oci", "Oracle Cloud", SEVERITY_WARN, CLOUD_ROUTES, CLOUD_HINT },
	{ "ibm", "IBM Cloud", SEVERITY_WARN, CLOUD_ROUTES, CLOUD_HINT },
	{ "alicloud", "Alibaba Cloud", SEVERITY_WARN, CLOUD_ROUTES, CLOUD_HINT },
	{ "scaleway", "Scaleway", SEVERITY_WARN, CLOUD_ROUTES, CLOUD_HINT },
	{ "exoscale", "Exoscale", SEVERITY_WARN, CLOUD_ROUTES, CLOUD_HINT },
	{ "hcloud", "Hetzner Cloud", SEVERITY_WARN,
	  "routes private networks hop by hop and moves floating addresses through its API only",
	  CLOUD_HINT },
	{ "openstack", "OpenStack", SEVERITY_WARN,
	  "drops traffic for addresses that a port does not have, as long as port security is on",
	  "add the range to allowed_address_pairs of every node's port, or disable port security "
	  "there" },
	{ "equinixmetal", "Equinix Metal", SEVERITY_WARN,
	  "is routed: addresses reach a machine over BGP or as Elastic IPs, not by ARP",
	  "use a remote group with BGP, or a VLAN in layer 2 mode for the local range" },
	{ "packet", "Equinix Metal", SEVERITY_WARN,
	  "is routed: addresses reach a machine over BGP or as Elastic IPs, not by ARP",
	  "use a remote group with BGP, or a VLAN in layer 2 mode for the local range" },
	{ "vsphere", "vSphere", SEVERITY_INFO,
	  "delivers VIPs on ordinary port groups, but NSX drops addresses that SpoofGuard does "
	  "not know",
	  "with NSX, allow the range in SpoofGuard or switch SpoofGuard off for the segment" },
};

static const struct cloud *node_cloud(const struct node *node)
{
	const char *id = node->provider_id.s;
	const char *end = id != NULL ? strstr(id, "://") : NULL;

	for (size_t i = 0; end != NULL && i < ARRAY_LEN(clouds); i++) {
		const size_t len = strlen(clouds[i].scheme);

		if ((size_t)(end - id) == len && strncmp(id, clouds[i].scheme, len) == 0)
			return &clouds[i];
	}
	return NULL;
}

static void node_check_cloud(struct checker *ck, const struct cloud *cloud)
{
	struct network_names names = { 0 };
	const struct node *first = NULL;
	struct finding *f;

	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		const struct cloud *its = node->node != NULL ? node_cloud(node->node) : NULL;

		if (its == NULL || its->name != cloud->name)
			continue;
		first = first != NULL ? first : node->node;
		ARRAY_ADD(ck->arena, &names.list, node->name);
	}
	if (first == NULL || node_cloud(first) != cloud)
		return;
	f = report(ck, CHECK_ND014, &first->object, first->provider_id.pos,
		   "%s %s on %s, whose network %s: addresses of local groups %s",
		   node_join_names(ck, &names), names.list.count == 1 ? "is" : "are",
		   cloud->name, cloud->network,
		   cloud->severity == SEVERITY_INFO ? "may need more" : "do not work there");
	f->severity = cloud->severity;
	f->place.path = "spec.providerID";
	finding_hint(ck, f, "%s", cloud->hint);
}

void node_check_clouds(struct checker *ck)
{
	if (!node_any_local(ck->cluster, false))
		return;
	for (size_t i = 0; i < ARRAY_LEN(clouds); i++)
		node_check_cloud(ck, &clouds[i]);
}

/* ---- ND015 ---- */

static bool node_is_wireless(const char *name)
{
	return str_has_prefix(name, "wlan") || str_has_prefix(name, "wlp") ||
	       str_has_prefix(name, "wlx") || str_has_prefix(name, "wlo") ||
	       str_has_prefix(name, "wlu");
}

void node_check_wireless(struct checker *ck)
{
	struct network_names names = { 0 };
	const struct node_interface *first = NULL;
	const struct cluster_node *first_node = NULL;
	struct finding *f;

	if (!node_any_local(ck->cluster, false))
		return;
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		ARRAY_FOREACH (const struct node_interface *const, interface,
			       &node->selected.list) {
			if (!node_is_wireless((*interface)->name))
				continue;
			first = first != NULL ? first : *interface;
			first_node = first_node != NULL ? first_node : node;
			ARRAY_ADD(ck->arena, &names.list, node->name);
			break;
		}
	}
	if (first == NULL)
		return;
	f = report(ck, CHECK_ND015, first_node->inventory_object, first->entry->name.pos,
		   "%s %s on Wi-Fi, such as \"%s\": many access points drop ARP for all but "
		   "one address of a station",
		   node_join_names(ck, &names),
		   names.list.count == 1 ? "announces" : "announce", first->name);
	finding_path(ck, f, "%s", node_interface_path(ck, first_node, first->entry));
	finding_hint(ck, f, "test it from another machine in the subnet, or use a cable");
}

/* ---- ND016 ---- */

/* The setting is given for all interfaces or this one: ND001 judges it. */
static bool node_knows_arp_ignore(struct checker *ck, const struct cluster_node *node,
				  const char *interface)
{
	const struct node_sysctls sysctls = node_sysctls(ck, node);

	return node_sysctl_find(&sysctls, "all", "arp_ignore").given ||
	       node_sysctl_find(&sysctls, interface, "arp_ignore").given;
}

static bool node_selects(const struct cluster_node *node,
			 const struct node_interface *interface)
{
	ARRAY_FOREACH (const struct node_interface *const, selected, &node->selected.list) {
		if (*selected == interface)
			return true;
	}
	return false;
}

/* An IPv4 subnet that both interfaces have. */
static bool node_shared_subnet(const struct node_interface *a, const struct node_interface *b,
			       struct ip_net *out)
{
	ARRAY_FOREACH (const struct node_net, net, &a->nets) {
		if (ip_family(net->net.address) != IP_V4 || ip_net_prefix(net->net) == 32)
			continue;
		ARRAY_FOREACH (const struct node_net, other, &b->nets) {
			const struct ip_net first = { ip_net_first(net->net), net->net.bits,
						      net->net.family };

			if (!ip_net_equal(net->net, other->net))
				continue;
			*out = first;
			return true;
		}
	}
	return false;
}

/* The first interface beside an announcing one that has its subnet as well; NULL: none. */
static const struct node_interface *
node_second_interface(struct checker *ck, const struct cluster_node *node,
		      const struct node_interface **announcing, struct ip_net *net)
{
	ARRAY_FOREACH (const struct node_interface *const, selected, &node->selected.list) {
		ARRAY_FOREACH (const struct node_interface, other, &node->interfaces) {
			if (other == *selected || other->loopback ||
			    node_selects(node, other) ||
			    !node_shared_subnet(*selected, other, net) ||
			    node_knows_arp_ignore(ck, node, other->name))
				continue;
			*announcing = *selected;
			return other;
		}
	}
	return NULL;
}

void node_check_second_interfaces(struct checker *ck)
{
	struct network_names names = { 0 };
	const struct node_interface *second = NULL, *announcing = NULL;
	const struct cluster_node *first_node = NULL;
	struct ip_net net = { 0 };
	char text[IP_NET_TEXT_MAX];
	struct finding *f;

	if (!node_any_local(ck->cluster, true))
		return;
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		const struct node_interface *its_announcing = NULL;
		struct ip_net its_net = { 0 };
		const struct node_interface *its_second =
			node->inventory != NULL
				? node_second_interface(ck, node, &its_announcing, &its_net)
				: NULL;

		if (its_second == NULL)
			continue;
		ARRAY_ADD(ck->arena, &names.list, node->name);
		if (first_node != NULL)
			continue;
		first_node = node;
		second = its_second;
		announcing = its_announcing;
		net = its_net;
	}
	if (first_node == NULL)
		return;
	f = report(ck, CHECK_ND016, first_node->inventory_object, second->entry->name.pos,
		   "%s %s a second interface in a subnet that %s on, such as \"%s\" next to "
		   "\"%s\" in %s: unless arp_ignore is 1 or 2, both answer ARP for every VIP",
		   node_join_names(ck, &names), names.list.count == 1 ? "has" : "have",
		   names.list.count == 1 ? "it announces" : "they announce", second->name,
		   announcing->name, ip_net_format(net, text));
	finding_path(ck, f, "%s", node_interface_path(ck, first_node, second->entry));
	finding_hint(
		ck, f,
		"set net.ipv4.conf.all.arp_ignore=1 and net.ipv4.conf.all.arp_announce=2 on "
		"the nodes, and add the sysctls to the inventory");
}

/* ---- ND017 ---- */

enum { LONG_ARP_NS_MINUTES = 10 };
#define LONG_ARP_NS (INT64_C(60000000000) * LONG_ARP_NS_MINUTES)

/* The first local range of a subnet that the router is on, or NULL. */
static const struct pool_range *node_range_behind(const struct cluster *cluster,
						  const struct router *router,
						  const struct pool **pool)
{
	ARRAY_FOREACH (const struct str_value, text, &router->addresses.list) {
		struct ip_net net;

		if (text->s == NULL || !ip_net_parse(text->s, &net))
			continue;
		ARRAY_FOREACH (const struct pool, candidate, &cluster->pools.list) {
			if (!candidate->in_scope || candidate->type != POOL_TYPE_LOCAL)
				continue;
			*pool = candidate;
			ARRAY_FOREACH (const struct pool_range, range, &candidate->v4)
				if (range->range_error == RANGE_OK &&
				    ip_net_contains(net, range->range.from))
					return range;
			ARRAY_FOREACH (const struct pool_range, range, &candidate->v6)
				if (range->range_error == RANGE_OK &&
				    ip_net_contains(net, range->range.from))
					return range;
		}
	}
	return NULL;
}

/* Some LBNodeAgent sends gratuitous frames. (P7.1) */
static bool node_any_gratuitous(const struct cluster *cluster)
{
	ARRAY_FOREACH (const struct agent_rule, rule, &cluster->agents.list) {
		if (gratuitous_schedule(&rule->agent->local).sends)
			return true;
	}
	return false;
}

static void node_check_router(struct checker *ck, const struct node_inventory *inventory,
			      uint32_t index)
{
	const struct router *router = &inventory->routers.list.items[index];
	const bool deaf = router->accepts_gratuitous.set && !router->accepts_gratuitous.v;
	const struct pool *pool = NULL;
	const struct pool_range *range;
	char age[DURATION_TEXT_MAX];
	int64_t timeout_ns = 0;
	const bool timed = router->arp_timeout.s != NULL &&
			   duration_parse(router->arp_timeout.s, &timeout_ns);
	const bool slow = timed && timeout_ns >= LONG_ARP_NS &&
			  ck->cluster->agents.list.count > 0 &&
			  !node_any_gratuitous(ck->cluster);
	struct finding *f;

	if (!deaf && !slow)
		return;
	range = node_range_behind(ck->cluster, router, &pool);
	if (range == NULL)
		return;
	f = report(ck, CHECK_ND017, &inventory->object,
		   deaf ? router->accepts_gratuitous.pos : router->arp_timeout.pos,
		   "router \"%s\", on the subnet of range %s of group \"%s\", %s: after a VIP "
		   "has moved it keeps sending to the old node %s",
		   router->name.s != NULL ? router->name.s : "", range->entry->pool.s,
		   pool->name,
		   deaf ? "ignores gratuitous ARP and neighbor advertisements"
			: "keeps ARP entries for a long time, and no LBNodeAgent sends "
			  "gratuitous ARP",
		   timed ? arena_printf(ck->arena, "for up to %s",
					duration_format(timeout_ns, age))
			 : "until its ARP entry expires");
	/* As PureLB installs itself nothing is sent (AG013): worth the time, not an alarm. */
	if (!deaf)
		f->severity = SEVERITY_INFO;
	finding_path(ck, f, "spec.routers[%u].%s", index,
		     deaf ? "acceptsGratuitous" : "arpTimeout");
	finding_hint(
		ck, f, "%s",
		deaf ? "configure the router to accept gratuitous ARP, or shorten its ARP "
		       "timeout on this interface"
		     : "add garpConfig: {} to spec.local of the LBNodeAgent, or shorten the "
		       "ARP timeout of the router");
}

void node_check_routers(struct checker *ck)
{
	ARRAY_FOREACH (struct node_inventory *, inventory, &ck->snapshot->inventories) {
		for (uint32_t i = 0; i < (*inventory)->routers.list.count; i++)
			node_check_router(ck, *inventory, i);
	}
}
