/* SPDX-License-Identifier: Apache-2.0 */
/* Sorted lists of what was captured, and which node a name, an address or a MAC is of. (O1) */
#include "purelb/observed/seen.h"

#include <math.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "config/evidence/captured_nodes.h"
#include "purelb/bgp/bgp.h"

static int seen_compare_ref(const void *pa, const void *pb)
{
	const struct seen_ref *a = pa, *b = pb;
	const int order = ip_compare(a->ip, b->ip);

	if (order != 0)
		return order;
	return a->index < b->index ? -1 : a->index > b->index;
}

uint32_t seen_first(const struct seen_list *list, struct ip ip)
{
	const struct seen_ref key = { ip, 0 };

	return array_lower_bound(&key, list->refs.items, list->refs.count, sizeof(key),
				 seen_compare_ref);
}

static int seen_compare_mac(const void *pa, const void *pb)
{
	const struct seen_mac *a = pa, *b = pb;

	return memcmp(a->mac.bytes, b->mac.bytes, sizeof(a->mac.bytes));
}

static int seen_compare_pod(const void *pa, const void *pb)
{
	const struct seen_pod *a = pa, *b = pb;

	return strcmp(a->name, b->name);
}

static int seen_compare_metric(const void *pa, const void *pb)
{
	const struct seen_metric *a = pa, *b = pb;
	const int order = strcmp(a->name, b->name);

	if (order != 0)
		return order;
	return a->node < b->node ? -1 : a->node > b->node;
}

const struct cluster_node *seen_mac_node(const struct seen *seen, struct evidence_mac mac)
{
	const struct seen_mac key = { mac, NULL };
	const uint32_t i = array_lower_bound(&key, seen->macs.items, seen->macs.count,
					     sizeof(key), seen_compare_mac);

	return mac.known && i < seen->macs.count &&
			       seen_compare_mac(&key, &seen->macs.items[i]) == 0
		       ? seen->macs.items[i].node
		       : NULL;
}

const struct cluster_node *seen_source_node(const struct seen *seen, struct ip ip)
{
	SEEN_FOREACH(i, &seen->sources, ip)
	return &seen->observed->cluster->nodes.items[seen->sources.refs.items[i].index];
	return NULL;
}

const struct cluster_node *seen_place_node(const struct seen *seen, const char *place)
{
	const struct seen_pod key = { place, NULL };
	const struct cluster_node *node =
		place != NULL ? cluster_find_node(seen->observed->cluster, place) : NULL;
	uint32_t i;

	if (node != NULL || place == NULL)
		return node;
	i = array_lower_bound(&key, seen->pods.items, seen->pods.count, sizeof(key),
			      seen_compare_pod);
	return i < seen->pods.count && str_equal(seen->pods.items[i].name, place)
		       ? seen->pods.items[i].node
		       : NULL;
}

/* ---- times ---- */

const char *seen_age(const struct seen *seen, const struct evidence_file *file)
{
	return file->clock != EVIDENCE_NOT_DATED
		       ? observed_age_ns(seen->observed, file->time_ns)
		       : NULL;
}

bool seen_is_old(const struct seen *seen, const struct evidence_file *file)
{
	const struct cluster *cluster = seen->observed->cluster;

	return cluster->moment != MOMENT_NONE && evidence_is_old(file, cluster->now_ns);
}

int seen_compare_times(const struct evidence_file *a, const struct evidence_file *b)
{
	if (a->clock == EVIDENCE_NOT_DATED || b->clock == EVIDENCE_NOT_DATED)
		return 0;
	return a->time_ns < b->time_ns ? -1 : a->time_ns > b->time_ns;
}

/* ---- who has an address ---- */

static bool seen_interface_counts(const struct cluster_node *node, const char *interface,
				  bool dummy)
{
	const struct agent_rule *rule = node->config.governing;

	return dummy ? rule == NULL || str_equal(interface, rule->dummy_interface)
		     : !observed_interface_is_proxy(interface);
}

bool *seen_holders(const struct seen *seen, struct ip ip, bool dummy, struct arena *arena)
{
	const struct cluster *cluster = seen->observed->cluster;
	bool *out = arena_zalloc(arena, cluster->nodes.count + 1, sizeof(*out));
	uint32_t count;
	const struct observed_holder *holders = observed_holders_of(seen->observed, ip, &count);

	for (uint32_t i = 0; i < count; i++)
		if (observed_looked_at(seen->observed, holders[i].node) &&
		    seen_interface_counts(holders[i].node, holders[i].interface->name, dummy))
			out[holders[i].node - cluster->nodes.items] = true;
	SEEN_FOREACH(i, &seen->addresses, ip)
	{
		const uint32_t index = seen->addresses.refs.items[i].index;
		const struct evidence_address *it = &seen->evidence->addresses.items[index];
		const struct cluster_node *node = seen->address_nodes[index];

		if (node != NULL && !seen_is_old(seen, it->from.file) &&
		    seen_interface_counts(node, it->interface, dummy))
			out[node - cluster->nodes.items] = true;
	}
	return out;
}

/* An output of a host that is no node: not one of a node under another name, which would have
 * the address of the node. It shows that only where it is whole, and has addresses of a family
 * that all nodes have one of. On its loopback interface it may answer nobody, and on one that
 * is down it does not. */
bool seen_is_foreign(const struct seen *seen, const struct evidence_address *address)
{
	const struct evidence_file *file = address->from.file;
	const size_t index = (size_t)(address - seen->evidence->addresses.items);
	const struct seen_host *host = seen->address_hosts[index];
	unsigned families = 0;

	if (file->place == NULL || file->partial || file->cut != NULL || file->dropped > 0 ||
	    file->faulty > 0 || observed_interface_is_proxy(address->interface) ||
	    str_equal(address->interface, "lo") || !address->answers ||
	    seen->sources.refs.count == 0 || seen_is_old(seen, file) ||
	    seen->address_nodes[index] != NULL || host->of_node ||
	    !snapshot_is_complete(seen->observed->cluster->snapshot, KIND_NODE))
		return false;
	for (uint32_t v6 = 0; v6 < 2; v6++)
		if (host->global[v6].others ||
		    (host->global[v6].count > 0 &&
		     ip_compare(host->global[v6].first, address->ip) != 0))
			families |= v6 == 0 ? BGP_IPV4 : BGP_IPV6;
	return (families & seen->source_families) != 0;
}

/* ---- metrics ---- */

uint32_t seen_count(double value)
{
	enum { COUNT_MAX = 999999999 };

	if (!(value >= 1) || isinf(value))
		return 0;
	return value < COUNT_MAX ? (uint32_t)value : COUNT_MAX;
}

const char *seen_times(struct arena *arena, uint32_t count)
{
	return count == 1   ? "once"
	       : count == 2 ? "twice"
			    : arena_printf(arena, "%u times", count);
}

const struct seen_metric *seen_metric(const struct seen *seen, const struct cluster_node *node,
				      const char *name)
{
	const struct seen_metric key = { .name = name, .node = node };
	const uint32_t i = array_lower_bound(&key, seen->metrics.items, seen->metrics.count,
					     sizeof(key), seen_compare_metric);

	return i < seen->metrics.count &&
			       seen_compare_metric(&key, &seen->metrics.items[i]) == 0
		       ? &seen->metrics.items[i]
		       : NULL;
}

/* Of several scrapes of a Pod the newest counts; samples that differ by labels are added up. */
static void seen_add_metrics(struct seen *out, struct arena *arena)
{
	ARRAY_OF(struct seen_metric) all = { 0 };
	const struct evidence_file *file = NULL;
	const struct cluster_node *node = NULL;

	ARRAY_FOREACH (const struct evidence_sample, sample, &out->evidence->samples) {
		if (sample->from.file != file)
			node = seen_place_node(out, sample->from.file->place);
		file = sample->from.file;
		if (node != NULL)
			ARRAY_ADD(arena, &all,
				  ((struct seen_metric){ sample->name, node, sample->value,
							 sample }));
	}
	array_sort(all.items, all.count, sizeof(*all.items), seen_compare_metric);
	ARRAY_FOREACH (const struct seen_metric, one, &all) {
		struct seen_metric *last = out->metrics.count > 0
						   ? &out->metrics.items[out->metrics.count - 1]
						   : NULL;
		int order;

		if (last == NULL || seen_compare_metric(last, one) != 0) {
			ARRAY_ADD(arena, &out->metrics, *one);
			continue;
		}
		order = seen_compare_times(last->sample->from.file, one->sample->from.file);
		if (order < 0)
			*last = *one;
		else if (order == 0)
			last->value += one->value;
	}
}

/* ---- the lists ---- */

void seen_list_add(struct seen_list *list, struct arena *arena, struct ip ip, uint32_t index)
{
	ARRAY_ADD(arena, &list->refs, ((struct seen_ref){ ip, index }));
}

void seen_list_sort(struct seen_list *list)
{
	array_sort(list->refs.items, list->refs.count, sizeof(*list->refs.items),
		   seen_compare_ref);
}

static void seen_add_packets(struct seen *out, struct arena *arena)
{
	const struct evidence *evidence = out->evidence;

	out->sends = arena_zalloc(arena, out->observed->cluster->nodes.count + 1,
				  sizeof(*out->sends));
	for (uint32_t i = 0; i < evidence->packets.count; i++) {
		const struct evidence_packet *packet = &evidence->packets.items[i];
		const struct cluster_node *node =
			seen_place_node(out, packet->from.file->place);

		if (node != NULL &&
		    (packet->outgoing || seen_mac_node(out, packet->mac) == node))
			out->sends[node - out->observed->cluster->nodes.items] = true;
		switch (packet->kind) {
		case PACKET_ARP_REQUEST:
			if (packet->gratuitous)
				seen_list_add(&out->frames, arena, packet->sender, i);
			else
				seen_list_add(&out->frames, arena, packet->target, i);
			break;
		case PACKET_NDP_SOLICIT:
			seen_list_add(&out->frames, arena, packet->target, i);
			break;
		case PACKET_ARP_REPLY:
		case PACKET_NDP_ADVERT:
			seen_list_add(&out->frames, arena, packet->sender, i);
			break;
		default:
			ARRAY_ADD(arena, &out->bgp, i);
		}
	}
	seen_list_sort(&out->frames);
}

static void seen_add_mac(struct seen *out, struct arena *arena, struct evidence_mac mac,
			 const struct cluster_node *node)
{
	static const uint8_t none[6];

	if (mac.known && memcmp(mac.bytes, none, sizeof(none)) != 0)
		ARRAY_ADD(arena, &out->macs, ((struct seen_mac){ mac, node }));
}

static bool seen_parse_mac(const char *s, struct evidence_mac *out)
{
	enum { HEX = 16, DIGITS = 3 };
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";

	if (s == NULL || strlen(s) != sizeof(out->bytes) * DIGITS - 1)
		return false;
	for (uint32_t i = 0; i < sizeof(out->bytes); i++) {
		const char *high = strchr(digits, s[i * DIGITS]);
		const char *low = strchr(digits, s[i * DIGITS + 1]);

		if (high == NULL || low == NULL)
			return false;
		out->bytes[i] = (uint8_t)((high - digits) % HEX * HEX + (low - digits) % HEX);
	}
	out->known = true;
	return true;
}

/* The family of an empty table is only in the name that a capture gives it. */
static void seen_add_rib(struct seen *out, const struct evidence_file *file)
{
	const struct cluster_node *node = seen_place_node(out, file->place);
	const bool v6 = file->family == IP_V6 ||
			(file->family == IP_NONE && strstr(file->name, "rib6") != NULL);

	if (node == NULL || file->cut != NULL ||
	    (file->family == IP_NONE && !v6 && strstr(file->name, "rib4") == NULL))
		return;
	out->ribs[v6][node - out->observed->cluster->nodes.items] = file;
}

static void seen_add_nodes(struct seen *out, struct arena *arena)
{
	const struct cluster *cluster = out->observed->cluster;
	struct evidence_mac mac = { 0 };
	struct ip ip;

	out->addr_files =
		arena_zalloc(arena, cluster->nodes.count + 1, sizeof(*out->addr_files));
	out->addr_outputs =
		arena_zalloc(arena, cluster->nodes.count + 1, sizeof(*out->addr_outputs));
	for (int i = 0; i < 2; i++)
		out->ribs[i] = arena_zalloc(arena, cluster->nodes.count + 1,
					    sizeof(const struct evidence_file *));
	ARRAY_FOREACH (struct evidence_file *, file, &out->evidence->files) {
		const struct cluster_node *node = (*file)->form == EVIDENCE_IP_ADDR &&
								  (*file)->cut == NULL &&
								  !seen_is_old(out, *file)
							  ? seen_place_node(out, (*file)->place)
							  : NULL;

		if (node != NULL)
			out->addr_outputs[node - cluster->nodes.items]++;
		if (node != NULL && !(*file)->partial && (*file)->dropped == 0 &&
		    (*file)->faulty == 0)
			out->addr_files[node - cluster->nodes.items]++;
		if ((*file)->form == EVIDENCE_GOBGP_RIB)
			seen_add_rib(out, *file);
	}
	out->all_interfaces = cluster->nodes.count > 0;
	out->source_families = BGP_IPV4 | BGP_IPV6;
	out->all_macs = snapshot_is_complete(cluster->snapshot, KIND_NODE);
	for (uint32_t i = 0; i < cluster->nodes.count; i++) {
		const struct cluster_node *node = &cluster->nodes.items[i];

		if (out->addr_files[i] == 0 && !observed_looked_at(out->observed, node))
			out->all_interfaces = false;
		if (bgp_internal_ip(node, IP_V4, &ip))
			seen_list_add(&out->sources, arena, ip, i);
		else
			out->source_families &= BGP_IPV6;
		if (bgp_internal_ip(node, IP_V6, &ip))
			seen_list_add(&out->sources, arena, ip, i);
		else
			out->source_families &= BGP_IPV4;
		ARRAY_FOREACH (const struct node_interface, interface, &node->interfaces)
			if (seen_parse_mac(interface->entry->mac.s, &mac))
				seen_add_mac(out, arena, mac, node);
			else if (interface->up && !interface->loopback &&
				 out->addr_files[i] == 0)
				out->all_macs = false;
	}
	seen_list_sort(&out->sources);
	ARRAY_FOREACH (const struct evidence_link, link, &out->evidence->links) {
		const struct cluster_node *node = seen_place_node(out, link->from.file->place);

		if (node == NULL || link->loopback)
			continue;
		seen_add_mac(out, arena, link->mac, node);
		/* A link without ARP answers nobody. */
		if (link->up && !link->noarp && !link->mac.known)
			out->all_macs = false;
	}
	out->all_macs &= out->all_interfaces;
	array_sort(out->macs.items, out->macs.count, sizeof(*out->macs.items),
		   seen_compare_mac);
}

/* ---- what k8gobgp reports ---- */

static void seen_add_route(struct seen_routes *out, struct arena *arena, uint32_t node,
			   const char *prefix, const struct bgp_local_route *route, bool there)
{
	struct ip_net net;

	if (prefix == NULL || !ip_net_parse(prefix, &net))
		return;
	ARRAY_ADD(arena, &out->list, ((struct seen_route){ node, net.bits, there, route }));
	seen_list_add(&out->by_ip, arena, route == NULL ? net.address : ip_net_first(net),
		      out->list.count - 1);
	out->lengths[net.bits] = true;
}

static void seen_add_reports(struct seen *out, struct arena *arena)
{
	const struct observed *observed = out->observed;

	for (uint32_t i = 0; i < observed->cluster->nodes.count; i++) {
		const struct bgp_node_report *status = observed->reports[i];

		if (status == NULL || observed_report_is_stale(observed, status))
			continue;
		/* BG5.7b: only of host prefixes does inRIB say anything. */
		ARRAY_FOREACH (const struct bgp_imported, it, &status->imported.list)
			seen_add_route(&out->imports, arena, i, it->address.s, NULL,
				       !it->in_rib.set || it->in_rib.v);
		ARRAY_FOREACH (const struct bgp_local_route, it, &status->local_routes.list)
			seen_add_route(&out->routes, arena, i, it->prefix.s, it,
				       it->advertised_to.list.count > 0);
	}
	seen_list_sort(&out->imports.by_ip);
	seen_list_sort(&out->routes.by_ip);
}

static void seen_add_pods(struct seen *out, struct arena *arena)
{
	const struct snapshot *snapshot = out->observed->cluster->snapshot;

	ARRAY_FOREACH (struct pod *, pod, &snapshot->pods) {
		const struct cluster_node *node =
			(*pod)->node_name.s != NULL && (*pod)->object.name.s != NULL &&
					str_equal((*pod)->object.namespace,
						  snapshot->install_namespace)
				? cluster_find_node(out->observed->cluster, (*pod)->node_name.s)
				: NULL;

		if (node != NULL)
			ARRAY_ADD(arena, &out->pods,
				  ((struct seen_pod){ (*pod)->object.name.s, node }));
	}
	array_sort(out->pods.items, out->pods.count, sizeof(*out->pods.items),
		   seen_compare_pod);
}

static void seen_add_addresses(struct seen *out, struct arena *arena)
{
	const struct evidence *evidence = out->evidence;
	const struct evidence_file *file = NULL;
	const struct cluster_node *node = NULL;

	out->address_nodes =
		arena_zalloc(arena, evidence->addresses.count + 1, sizeof(*out->address_nodes));
	for (uint32_t i = 0; i < evidence->addresses.count; i++) {
		const struct evidence_address *it = &evidence->addresses.items[i];

		if (it->from.file != file)
			node = seen_place_node(out, it->from.file->place);
		file = it->from.file;
		out->address_nodes[i] = node;
		seen_list_add(&out->addresses, arena, it->ip, i);
	}
}

/* After the addresses of nodes are known. */
static void seen_add_hosts(struct seen *out, struct arena *arena)
{
	const struct evidence *evidence = out->evidence;
	const struct evidence_file *file = NULL;
	struct seen_host *host = NULL;

	out->address_hosts =
		arena_zalloc(arena, evidence->addresses.count + 1, sizeof(*out->address_hosts));
	for (uint32_t i = 0; i < evidence->addresses.count; i++) {
		const struct evidence_address *it = &evidence->addresses.items[i];
		const uint32_t v6 = ip_family(it->ip) == IP_V6;

		/* Those of one file are together. */
		if (host == NULL || it->from.file != file)
			host = arena_zalloc(arena, 1, sizeof(*host));
		file = it->from.file;
		out->address_hosts[i] = host;
		host->of_node |= seen_source_node(out, it->ip) != NULL;
		if (!str_equal(it->scope, "global") ||
		    observed_interface_is_proxy(it->interface))
			continue;
		if (host->global[v6].count++ == 0)
			host->global[v6].first = it->ip;
		else
			host->global[v6].others |=
				ip_compare(host->global[v6].first, it->ip) != 0;
	}
}

void seen_build(struct seen *out, const struct observed *observed, struct arena *arena)
{
	static const struct evidence none;
	const struct evidence *evidence = observed->cluster->snapshot->evidence;

	*out = (struct seen){ .observed = observed,
			      .evidence = evidence != NULL ? evidence : &none };
	evidence = out->evidence;
	seen_add_pods(out, arena);
	seen_add_nodes(out, arena);
	seen_add_reports(out, arena);
	seen_build_routers(out, arena);
	seen_add_addresses(out, arena);
	for (uint32_t i = 0; i < evidence->neighbors.count; i++)
		seen_list_add(&out->neighbors, arena, evidence->neighbors.items[i].ip, i);
	for (uint32_t i = 0; i < evidence->paths.count; i++) {
		const struct ip_net prefix = evidence->paths.items[i].prefix;

		seen_list_add(&out->paths, arena, ip_net_first(prefix), i);
		out->lengths[prefix.bits] = true;
	}
	for (uint32_t i = 0; i < evidence->routes.count; i++) {
		const struct evidence_route *route = &evidence->routes.items[i];

		if (route->from.file->form != EVIDENCE_FRR_ROUTE)
			continue;
		seen_list_add(&out->router_routes, arena, ip_net_first(route->to), i);
		out->route_lengths[route->to.bits] = true;
	}
	seen_list_sort(&out->router_routes);
	seen_list_sort(&out->addresses);
	seen_list_sort(&out->neighbors);
	seen_list_sort(&out->paths);
	seen_add_hosts(out, arena);
	seen_add_packets(out, arena);
	seen_add_metrics(out, arena);
}
