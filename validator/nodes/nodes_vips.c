/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of Services that nodes take for their own (ND012), or that are on two nodes at once
 * (part of ND005).
 *
 * PureLB puts a local VIP on an interface of its winner (P6). There kubelet or the CNI can find
 * it and take it for the node's address (P6.12), and a node that lost an election may still
 * have it (P6.11). An address counts as a VIP when a Service holds it that PureLB allocated it
 * to: other controllers write addresses of nodes into the status of Services.
 */
#include "validator/nodes/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/agents/interfaces.h"
#include "purelb/election/election.h"
#include "purelb/election/endpoints.h"
#include "purelb/observed/observed.h"
#include "validator/groups/groups.h"

/* Annotations of Nodes with the address that a program uses for the node, as an address or with
 * a prefix length, or one of each family with a comma, and what to change. Those of Cilium are
 * of its interface cilium_host, out of the node's podCIDR: SG022 looks at that. */
static const struct address_source {
	const char *key; /* NULL: InternalIP in the status */
	const char *program;
	const char *hint;
} address_sources[] = {
	{ "projectcalico.org/IPv4Address", "Calico",
	  "set IP_AUTODETECTION_METHOD of calico-node to kubernetes-internal-ip" },
	{ "projectcalico.org/IPv6Address", "Calico",
	  "set IP6_AUTODETECTION_METHOD of calico-node to kubernetes-internal-ip" },
	{ "flannel.alpha.coreos.com/public-ip", "flannel",
	  "start flanneld with --public-ip set to the node's own address" },
	{ "flannel.alpha.coreos.com/public-ipv6", "flannel",
	  "start flanneld with --public-ipv6 set to the node's own address" },
	{ "k3s.io/internal-ip", "k3s",
	  "start k3s with --node-ip set to the node's own address" },
	{ "rke2.io/internal-ip", "rke2",
	  "start rke2 with --node-ip set to the node's own address" },
	{ "alpha.kubernetes.io/provided-node-ip", "kubelet",
	  "start kubelet with --node-ip set to the node's own address" },
};

static const struct address_source internal_ip = {
	NULL, "kubelet", "start kubelet with --node-ip set to the node's own address"
};

static int node_compare_vips(const void *a, const void *b)
{
	return ip_compare(((const struct node_vip *)a)->ip, ((const struct node_vip *)b)->ip);
}

void node_find_vips(struct node_checks *nodes)
{
	const struct snapshot *snapshot = nodes->ck->snapshot;

	for (uint32_t i = 0; i < snapshot->services.count; i++) {
		struct node_vip vip = { .holder = snapshot->services.items[i] };

		if (!str_equal(label_map_text(&vip.holder->object.annotations,
					      "purelb.io/allocated-by"),
			       "PureLB"))
			continue;
		ARRAY_FOREACH (const struct ingress, ingress, &vip.holder->ingress.list)
			if (ingress->ip.s != NULL && ip_parse(ingress->ip.s, &vip.ip))
				ARRAY_ADD(nodes->ck->scratch, &nodes->vips, vip);
	}
	if (nodes->vips.count > 0)
		qsort(nodes->vips.items, nodes->vips.count, sizeof(*nodes->vips.items),
		      node_compare_vips);
}

const struct service *node_vip_holder(const struct node_checks *nodes, struct ip ip)
{
	const struct node_vip key = { .ip = ip };
	const struct node_vip *found =
		nodes->vips.count == 0 ? NULL
				       : bsearch(&key, nodes->vips.items, nodes->vips.count,
						 sizeof(*nodes->vips.items), node_compare_vips);

	return found != NULL ? found->holder : NULL;
}

const char *node_service_title(struct checker *ck, const struct service *service)
{
	return arena_printf(ck->arena, "%s/%s", service->object.namespace,
			    service->object.name.s != NULL ? service->object.name.s : "");
}

/* The only node that should have the VIP; NULL: not known, or none. */
const struct cluster_node *node_vip_winner(struct checker *ck, const struct service *holder,
					   struct ip ip)
{
	const struct election election = { .cluster = ck->cluster, .arena = ck->scratch };

	return endpoints_affinity(ck->cluster, holder) ? NULL
						       : election_winner(&election, ip, NULL);
}

/* ---- ND012 ---- */

/* Some pool of the input has the address, or may have it. */
static bool node_may_be_vip(const struct cluster *cluster, struct ip ip)
{
	ARRAY_FOREACH (const struct pool, pool, &cluster->pools.list) {
		if (pool->type == POOL_TYPE_EXTERNAL || pool_has(pool, ip))
			return true;
	}
	return cluster->pools.list.count == 0;
}

/* The Service whose VIP the text is, an address or a network; NULL: none. An address of no pool
 * is the node's own, which another load balancer wrote into the status of the Service (SV020).
 */
static const struct service *node_vip_of_text(const struct node_checks *nodes, const char *text)
{
	struct ip_net net;
	struct ip ip;

	if (!ip_parse(text, &ip)) {
		if (!ip_net_parse(text, &net))
			return NULL;
		ip = net.address;
	}
	return node_may_be_vip(nodes->ck->cluster, ip) ? node_vip_holder(nodes, ip) : NULL;
}

/* What to change: k3s and rke2 run kubelet and flannel themselves. */
static const char *node_own_address_hint(struct checker *ck, const struct cluster_node *node,
					 const struct address_source *source)
{
	static const char *const programs[] = { "k3s", "rke2" };
	const char *version = node->node->kubelet_version.s;

	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (version != NULL && strcmp(source->program, "Calico") != 0 &&
		    strstr(version, arena_printf(ck->scratch, "+%s", programs[i])) != NULL)
			return arena_printf(
				ck->arena,
				"start %s with --node-ip set to the node's own address",
				programs[i]);
	return source->hint;
}

/* Returns false where the text is not an address, or not one of a Service. */
static bool node_check_own_address(const struct node_checks *nodes,
				   const struct cluster_node *node,
				   const struct address_source *source,
				   const struct str_value *text, const char *path)
{
	struct checker *ck = nodes->ck;
	const struct service *holder = NULL;
	const char *taken = NULL;
	struct finding *f;

	for (const char *at = text->s; at != NULL && holder == NULL;
	     at = at[strcspn(at, ",")] == ',' ? at + strcspn(at, ",") + 1 : NULL) {
		taken = arena_strndup(ck->arena, at, strcspn(at, ","));
		holder = node_vip_of_text(nodes, taken);
	}
	if (holder == NULL)
		return false;
	f = report(ck, CHECK_ND012, &node->node->object, text->pos,
		   "%s takes %s for the address of node \"%s\", but it is the VIP of Service "
		   "\"%s\"",
		   source->program, taken, node->name, node_service_title(ck, holder));
	f->place.path = path;
	finding_hint(ck, f, "%s; leave the VIP and its range as they are",
		     node_own_address_hint(ck, node, source));
	finding_related(ck, f, holder->object.name.pos, "Service \"%s\" holds it",
			node_service_title(ck, holder));
	return true;
}

/* One finding for each node: what took the VIP first is what to change. */
static void node_check_own_addresses(const struct node_checks *nodes,
				     const struct cluster_node *node)
{
	struct checker *ck = nodes->ck;
	const struct node_addresses *list = &node->node->addresses;

	for (uint32_t i = 0; i < list->list.count; i++) {
		const char *path = arena_printf(ck->arena, "status.addresses[%u].address", i);

		if (str_equal(list->list.items[i].type.s, "InternalIP") &&
		    node_check_own_address(nodes, node, &internal_ip,
					   &list->list.items[i].address, path))
			return;
	}
	for (size_t i = 0; i < sizeof(address_sources) / sizeof(address_sources[0]); i++) {
		const struct address_source *source = &address_sources[i];
		const struct str_value *value =
			label_map_get(&node->node->object.annotations, source->key);

		if (value != NULL &&
		    node_check_own_address(nodes, node, source, value,
					   arena_printf(ck->arena,
							"metadata.annotations[\"%s\"]",
							source->key)))
			return;
	}
}

/* PureLB puts a local VIP on an interface with the prefix length of the address there (P6.3): a
 * lease that has it alone (P4.4) shows that something else put it there. */
static void node_check_lease(const struct node_checks *nodes, const struct cluster_node *node)
{
	static const char key[] = "purelb.io/subnets";
	struct checker *ck = nodes->ck;
	const struct str_value *text =
		node->lease != NULL ? label_map_get(&node->lease->object.annotations, key)
				    : NULL;
	struct subnet_list list = { 0 };

	if (text == NULL || text->s == NULL)
		return;
	subnets_annotation_parse(text->s, ck->scratch, &list);
	ARRAY_FOREACH (const struct advertised, subnet, &list.list) {
		const struct service *holder = NULL;
		struct finding *f;

		if (ip_compare(ip_net_first(subnet->net), ip_net_last(subnet->net)) == 0)
			holder = node_vip_of_text(nodes, subnet->text);
		if (holder == NULL)
			continue;
		f = report(ck, CHECK_ND012, &node->lease->object, text->pos,
			   "the agent takes %s for a subnet of node \"%s\", but it is the VIP "
			   "of Service \"%s\", which something other than PureLB put on an "
			   "interface there",
			   subnet->text, node->name, node_service_title(ck, holder));
		finding_path(ck, f, "metadata.annotations[\"%s\"]", key);
		finding_hint(ck, f,
			     "find out what put it there: ip address show to %s; leave the VIP "
			     "and its range as they are",
			     subnet->text);
		finding_related(ck, f, holder->object.name.pos, "Service \"%s\" holds it",
				node_service_title(ck, holder));
		return;
	}
}

static bool node_is_vip(const void *nodes, struct ip ip)
{
	return node_vip_holder(nodes, ip) != NULL;
}

/* The first address of its family on an interface is the one that kubelet, CNIs and the kernel
 * take: PureLB adds VIPs after it (P6.3). */
static bool node_check_first(const struct node_checks *nodes, const struct cluster_node *node,
			     const struct node_interface *interface, uint32_t index)
{
	struct checker *ck = nodes->ck;
	const struct inventory_address *entry = interface->nets.items[index].entry;
	const struct service *holder = node_vip_of_text(nodes, entry->address.s);
	struct finding *f;

	if (holder == NULL ||
	    !groups_own_address_is_other(node, interface, index, node_is_vip, nodes))
		return false;
	f = report(
		ck, CHECK_ND012, node->inventory_object, entry->address.pos,
		"%s is the first address of %s on node \"%s\", where kubelet and the CNI look "
		"for the node's own, but it is the VIP of Service \"%s\"",
		entry->address.s, interface->name, node->name, node_service_title(ck, holder));
	finding_path(ck, f, "%s", node_address_path(ck, node, interface->entry, entry));
	finding_hint(ck, f,
		     "set --node-ip of kubelet to the node's own address, and make that the "
		     "first one again; leave the VIP and its range as they are");
	finding_related(ck, f, holder->object.name.pos, "Service \"%s\" holds it",
			node_service_title(ck, holder));
	return true;
}

static void node_check_first_addresses(const struct node_checks *nodes,
				       const struct cluster_node *node)
{
	const struct agent_rule *agent = node->config.governing;
	const char *dummy = agent != NULL ? agent->dummy_interface : "kube-lb0";
	uint32_t count;
	const struct node_interface *shown = node_shown_interfaces(node, &count);

	for (uint32_t k = 0; k < count; k++) {
		const struct node_interface *interface = &shown[k];
		bool seen[2] = { false, false };

		for (uint32_t i = 0; i < interface->nets.count; i++) {
			const struct node_net *net = &interface->nets.items[i];
			const int family = ip_family(net->net.address) == IP_V6;

			if (ip_is_link_local(net->net.address) || seen[family] ||
			    str_equal(interface->name, dummy) ||
			    interface_name_is_internal(interface->name))
				continue;
			seen[family] = true;
			/* PureLB's IPv6 addresses are deprecated (P6.6), and nobody takes
			 * those. */
			if ((net->flags & ADDRESS_DEPRECATED) == 0 &&
			    node_check_first(nodes, node, interface, i))
				return;
		}
	}
}

void node_check_vips(const struct node_checks *nodes)
{
	ARRAY_FOREACH (const struct cluster_node, node, &nodes->ck->cluster->nodes) {
		node_check_lease(nodes, node);
		if (node->node != NULL)
			node_check_own_addresses(nodes, node);
		if (node->inventory != NULL)
			node_check_first_addresses(nodes, node);
	}
}
