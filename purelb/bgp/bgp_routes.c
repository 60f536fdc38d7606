/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From VIPs and interfaces to the prefixes that nodes originate (BG5.1 to BG5.4), and what a
 * router makes of them: best paths and their width (BG6.2).
 */
#include "purelb/bgp/bgp_loss.h"
#include "purelb/bgp/bgp_parts.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "purelb/announcing/announcing.h"
#include "purelb/announcing/vips.h"
#include "purelb/pools/order.h"

enum {
	V4_OFFSET_BITS = 96,
	PATTERN_MAX = 256, /* bytes of a pattern for names of 15 bytes */
};

/* ---- VIPs (BG5.1) ---- */

/* The VIPs while they are collected. */
struct vip_builder {
	struct bgp_cluster *bgp;
	struct bgp_carriers_table *table;
	struct agent_pools pools;
	struct arena scratch;
};

static int bgp_vip_compare(const void *pa, const void *pb)
{
	const struct vip *const *a = pa;
	const struct vip *const *b = pb;
	int order = ip_compare((*a)->ip, (*b)->ip);

	/* The list has those held before those predicted. */
	return order != 0 ? order : (*a > *b) - (*a < *b);
}

/* Nodes that have it on their dummy interface: a winner has it on a local one. */
static void bgp_vip_add_dummies(const struct vip_builder *b, const struct vip *vip,
				uint64_t *bits)
{
	const struct cluster *cluster = b->bgp->cluster;

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		if (*node != vip->winner)
			bgp_carriers_set_bit(bits, (uint32_t)(*node - cluster->nodes.items));
	}
}

/* Several Services can share the address: `vips` are all of one address. */
static void bgp_vip_add(struct vip_builder *b, const struct vip *const *vips, uint32_t count,
			const struct agent_range *found)
{
	struct bgp_vip *out = ARRAY_PUSH(b->bgp->arena, &b->bgp->vips);
	uint64_t *bits = arena_zalloc(&b->scratch, b->table->words, sizeof(*bits));

	*out = (struct bgp_vip){
		.ip = vips[0]->ip,
		.service = vips[0]->service,
		.pool = found->pool,
		.range = found->range,
		.predicted = true,
	};
	out->aggregation_ok = announcing_dummy_prefix(found->range, out->ip, &out->prefix);
	for (uint32_t i = 0; i < count; i++) {
		bgp_vip_add_dummies(b, vips[i], bits);
		out->predicted &= vips[i]->predicted;
		out->etp_local |=
			vips[i]->service != NULL &&
			str_equal(vips[i]->service->external_traffic_policy.s, "Local");
	}
	out->dummies = bgp_carriers_intern(b->table, bits);
	out->unknown = out->dummies->count == 0 && vips[0]->unknown;
	if (out->dummies->count == 0)
		out->reason =
			vips[0]->reason != NULL ? vips[0]->reason : "it is announced locally";
}

/* VIPs in remote pools; the others never go on a dummy interface. */
static void bgp_vips_build(struct vip_builder *b, const struct vips *vips)
{
	const struct vip **sorted =
		arena_zalloc(&b->scratch, vips->list.count, sizeof(*sorted));
	uint32_t count = 0;

	ARRAY_FOREACH (const struct vip, vip, &vips->list) {
		if (agent_pools_is_remote(&b->pools, vip->ip))
			sorted[count++] = vip;
	}
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), bgp_vip_compare);
	for (uint32_t i = 0, end = 0; i < count; i = end) {
		const struct agent_range *found = agent_pools_find(&b->pools, sorted[i]->ip);

		while (end < count && ip_compare(sorted[end]->ip, sorted[i]->ip) == 0)
			end++;
		if (found != NULL)
			bgp_vip_add(b, sorted + i, end - i, found);
	}
}

void bgp_vips_collect(struct bgp_cluster *out, struct bgp_carriers_table *table)
{
	struct vip_builder b = { .bgp = out, .table = table };

	arena_init(&b.scratch);
	agent_pools_prepare(&b.pools, &out->cluster->pools, &b.scratch);
	if (out->options.vips != NULL) {
		bgp_vips_build(&b, out->options.vips);
	} else {
		struct allocations allocations = { 0 };
		struct vips vips = { 0 };

		allocation_run(&allocations, out->cluster, NULL, out->arena);
		vips_resolve(&vips, out->cluster, &allocations, NULL, out->arena);
		bgp_vips_build(&b, &vips);
	}
	arena_release(&b.scratch);
}

/* ---- which interfaces are imported (BG5.2, BG5.6) ---- */

bool bgp_import_covers(const struct str_list *interfaces, const char *interface,
		       enum bgp_daemon daemon)
{
	ARRAY_FOREACH (const struct str_value, entry, &interfaces->list) {
		if (str_equal(entry->s, interface) ||
		    (daemon == BGP_FORK_1_3 && strlen(entry->s) <= PATTERN_MAX &&
		     fnmatch(entry->s, interface, 0) == 0))
			return true;
	}
	return false;
}

/* ---- prefixes of one configuration (BG5.4) ---- */

/* A prefix on some nodes. */
struct bgp_origin {
	struct ip_net net; /* host bits cleared */
	const struct bgp_vip *vip;
	const struct bgp_carriers *carriers; /* of a VIP */
	uint32_t node;                       /* of an interface */
	const char *interface;               /* NULL: a VIP */
};

struct bgp_origins {
	ARRAY_OF(struct bgp_origin) list;
	struct arena scratch;
};

static struct ip_net bgp_prefix_masked(struct ip ip, unsigned bits)
{
	struct ip_net net = { .address = ip, .bits = (uint8_t)bits };

	net.address = ip_net_first(net);
	net.family = (uint8_t)ip_family(net.address);
	return net;
}

struct ip_net bgp_masked(struct ip ip, unsigned length)
{
	return bgp_prefix_masked(ip, (ip_family(ip) == IP_V4 ? V4_OFFSET_BITS : 0) + length);
}

static void bgp_prefix_add_vips(struct bgp_origins *origins, const struct bgp_cluster *bgp)
{
	ARRAY_FOREACH (const struct bgp_vip, vip, &bgp->vips) {
		struct bgp_origin origin = { .vip = vip, .carriers = vip->dummies };

		if (!vip->aggregation_ok)
			continue;
		origin.net = bgp_masked(vip->ip, vip->prefix);
		ARRAY_ADD(&origins->scratch, &origins->list, origin);
	}
}

bool bgp_imports_address(struct ip ip)
{
	return !ip_is_loopback(ip) && !ip_is_link_local(ip) && !ip_is_multicast(ip) &&
	       !ip_is_unspecified(ip);
}

/* Addresses on the dummy interface are VIPs: those of Services that the input has are known
 * by themselves. */
static bool bgp_prefix_known_as_vips(const struct bgp_node *node,
				     const struct node_interface *interface)
{
	return node->config->cluster->vips_known && str_equal(interface->name, node->dummy);
}

static void bgp_prefix_add_interfaces(struct bgp_origins *origins, const struct bgp_node *node)
{
	const struct bgp_config *config = node->config;

	ARRAY_FOREACH (const struct node_interface, interface, &node->node->interfaces) {
		if (bgp_prefix_known_as_vips(node, interface) ||
		    !bgp_import_covers(&config->object->netlink_import.interface_list,
				       interface->name, config->cluster->options.daemon))
			continue;
		ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
			struct bgp_origin origin = {
				.net = bgp_prefix_masked(net->net.address, net->net.bits),
				.node = node->index,
				.interface = interface->name,
			};

			if (bgp_imports_address(net->net.address))
				ARRAY_ADD(&origins->scratch, &origins->list, origin);
		}
	}
}

static int bgp_prefix_compare_origins(const void *pa, const void *pb)
{
	const struct bgp_origin *a = pa;
	const struct bgp_origin *b = pb;
	int order = (a->net.family > b->net.family) - (a->net.family < b->net.family);

	if (order == 0)
		order = ip_compare(a->net.address, b->net.address);
	if (order == 0)
		order = (a->net.bits > b->net.bits) - (a->net.bits < b->net.bits);
	if (order == 0)
		order = (a->vip == NULL) - (b->vip == NULL);
	if (order == 0 && a->vip != NULL)
		return (a->vip > b->vip) - (a->vip < b->vip);
	return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

static bool bgp_prefix_same_net(const struct bgp_origin *a, const struct bgp_origin *b)
{
	return a->net.family == b->net.family && a->net.bits == b->net.bits &&
	       ip_compare(a->net.address, b->net.address) == 0;
}

/* The bits of the nodes that import VIPs, or whatever else they list. */
struct importers {
	uint64_t *dummies;
	uint64_t *bits; /* room for one set */
	uint32_t words;
};

static void bgp_prefix_add_origin(const struct bgp_origin *origin,
				  const struct importers *importers, struct bgp_prefix *out,
				  struct arena *arena)
{
	if (origin->vip == NULL) {
		bgp_carriers_set_bit(importers->bits, origin->node);
		if (out->interface == NULL)
			out->interface = origin->interface;
		out->predicted = false;
		return;
	}
	for (uint32_t i = 0; i < importers->words; i++)
		importers->bits[i] |= origin->carriers->set[i] & importers->dummies[i];
	ARRAY_ADD(arena, &out->vips, origin->vip);
	out->predicted &= origin->vip->predicted;
}

/* The prefix of origins with one network; none when no node originates it. */
static void bgp_prefix_add(struct bgp_config *config, const struct bgp_origin *origins,
			   uint32_t count, const struct importers *importers,
			   struct bgp_carriers_table *table)
{
	struct arena *arena = config->cluster->arena;
	unsigned offset = origins->net.family == IP_V4 ? V4_OFFSET_BITS : 0;
	struct bgp_prefix prefix = {
		.net = origins->net,
		.family = (enum ip_family)origins->net.family,
		.length = origins->net.bits - offset,
		.predicted = true,
	};

	memset(importers->bits, 0, importers->words * sizeof(*importers->bits));
	for (uint32_t i = 0; i < count; i++)
		bgp_prefix_add_origin(&origins[i], importers, &prefix, arena);
	prefix.carriers = bgp_carriers_intern(table, importers->bits);
	if (prefix.carriers->count > 0)
		ARRAY_ADD(arena, &config->prefixes, prefix);
}

static void bgp_prefix_collect_origins(struct bgp_origins *origins,
				       const struct bgp_config *config,
				       const struct importers *importers)
{
	bgp_prefix_add_vips(origins, config->cluster);
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		if (node->imports_dummy)
			bgp_carriers_set_bit(importers->dummies, node->index);
		if (node->imports && !bgp_import_has_vrf(config))
			bgp_prefix_add_interfaces(origins, node);
	}
	if (origins->list.count > 0)
		qsort(origins->list.items, origins->list.count, sizeof(*origins->list.items),
		      bgp_prefix_compare_origins);
}

void bgp_prefixes_resolve(struct bgp_config *config, struct bgp_carriers_table *table)
{
	struct bgp_origins origins = { 0 };
	struct importers importers = { .words = table->words };

	arena_init(&origins.scratch);
	importers.dummies =
		arena_zalloc(&origins.scratch, table->words, sizeof(*importers.dummies));
	importers.bits = arena_zalloc(&origins.scratch, table->words, sizeof(*importers.bits));
	bgp_prefix_collect_origins(&origins, config, &importers);
	for (uint32_t i = 0, end = 0; i < origins.list.count; i = end) {
		const struct bgp_origin *first = &origins.list.items[i];

		while (end < origins.list.count &&
		       bgp_prefix_same_net(first, &origins.list.items[end]))
			end++;
		bgp_prefix_add(config, first, end - i, &importers, table);
	}
	arena_release(&origins.scratch);
}

/* True when the session carries the prefix: its node originates it, the family is negotiated,
 * and the session is not kept down. A peer in a VRF gets routes of that VRF only, which the
 * import of the dummy interface does not make. (BG5.4) */
static bool bgp_session_advertises(const struct bgp_session *session,
				   const struct bgp_prefix *prefix)
{
	return session->verdict != BGP_DOWN && session->peer->vrf == NULL &&
	       (session->families & bgp_family_bit(prefix->family)) != 0 &&
	       bgp_carriers_has(prefix->carriers, session->node->index);
}

/* ---- the sessions of a router ---- */

static uint32_t bgp_route_rank(const struct bgp_config *config, const struct bgp_router *router)
{
	return router->router != NULL ? router->index
				      : config->cluster->routers.count + router->index;
}

static uint32_t bgp_route_session_rank(const struct bgp_config *config,
				       const struct bgp_session *s)
{
	return bgp_route_rank(config, s->router != NULL ? s->router : s->stranger);
}

/* The first live session of a router of at least that rank. */
static uint32_t bgp_route_first_live(const struct bgp_config *config, uint32_t rank)
{
	uint32_t low = 0;
	uint32_t high = config->live.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (bgp_route_session_rank(config, config->live.items[middle]) < rank)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- candidates ---- */

static struct bgp_hop bgp_route_make_hop(const struct bgp_session *s, enum ip_family family)
{
	return (struct bgp_hop){
		.session = s,
		.known = (s->next_hops & bgp_family_bit(family)) != 0,
		.none = (s->no_next_hops & bgp_family_bit(family)) != 0,
		.next_hop = family == IP_V4 ? s->next_hop_v4 : s->next_hop_v6,
	};
}

static void bgp_route_collect_hops(const struct bgp_config *config, struct bgp_route *route,
				   const struct bgp_loss *loss, struct arena *arena)
{
	uint32_t rank = bgp_route_rank(config, route->router);
	enum bgp_filter refused = BGP_TAKEN;

	for (uint32_t i = bgp_route_first_live(config, rank); i < config->live.count; i++) {
		const struct bgp_session *s = config->live.items[i];
		enum bgp_filter filter;

		if (bgp_route_session_rank(config, s) != rank)
			break;
		if (!bgp_session_advertises(s, route->prefix) || bgp_loss_has_session(loss, s))
			continue;
		filter = bgp_router_filter(route->router, route->prefix, s->internal);
		if (filter == BGP_TAKEN)
			ARRAY_ADD(arena, &route->hops,
				  bgp_route_make_hop(s, route->prefix->family));
		else if (refused == BGP_TAKEN)
			refused = filter;
	}
	if (route->hops.count == 0)
		route->filter = refused;
}

/* ---- best paths ---- */

/* A node sends an empty AS path to its own AS, and its AS to others. */
static unsigned bgp_route_path_length(const struct bgp_session *s)
{
	return s->internal ? 0 : 1;
}

/* The better path first: one with a next hop, the shorter AS path, the lower router ID, the
 * lower address. The paths of a node stay together, even where nodes share a router ID. */
static int bgp_route_compare_paths(const void *pa, const void *pb)
{
	const struct bgp_hop *hop_a = pa;
	const struct bgp_hop *hop_b = pb;
	const struct bgp_session *a = hop_a->session;
	const struct bgp_session *b = hop_b->session;
	int order;

	if (hop_a->none != hop_b->none)
		return hop_a->none ? 1 : -1;
	if (bgp_route_path_length(a) != bgp_route_path_length(b))
		return bgp_route_path_length(a) < bgp_route_path_length(b) ? -1 : 1;
	order = ip_compare(a->node->router_id.ip, b->node->router_id.ip);
	if (order == 0)
		order = (a->node->index > b->node->index) - (a->node->index < b->node->index);
	if (order == 0)
		order = ip_compare(a->source, b->source);
	return order != 0 ? order : (a->peer > b->peer) - (a->peer < b->peer);
}

/* Good enough to stand beside the best one. */
static bool bgp_route_equal_cost(const struct bgp_router *router,
				 const struct bgp_session *best, const struct bgp_session *s)
{
	if (bgp_route_path_length(s) != bgp_route_path_length(best))
		return false;
	return s->internal || router->multipath_relax ||
	       s->peer->local_as == best->peer->local_as;
}

/* Two sessions of one node give one next hop. */
static bool bgp_route_is_repeated(const struct bgp_route *route, uint32_t index)
{
	const struct bgp_hop *hop = &route->hops.items[index];

	for (uint32_t i = index; i-- > 0;) {
		const struct bgp_hop *before = &route->hops.items[i];

		if (before->session->node != hop->session->node)
			break;
		if (before->used && before->known && hop->known &&
		    ip_compare(before->next_hop, hop->next_hop) == 0)
			return true;
	}
	return false;
}

static void bgp_route_choose(struct bgp_route *route)
{
	const struct bgp_router *router = route->router;
	const struct bgp_session *best = route->hops.items[0].session;
	uint32_t limit = best->internal ? router->max_paths_ibgp : router->max_paths;

	for (uint32_t i = 0; i < route->hops.count; i++) {
		struct bgp_hop *hop = &route->hops.items[i];

		hop->best_paths =
			!hop->none && bgp_route_equal_cost(router, best, hop->session);
		if (!hop->best_paths || bgp_route_is_repeated(route, i) ||
		    (limit > 0 && route->width >= limit))
			continue;
		hop->used = true;
		route->width++;
	}
}

static int bgp_route_compare_hops(const void *pa, const void *pb)
{
	const struct bgp_hop *a = pa;
	const struct bgp_hop *b = pb;

	if (a->used != b->used)
		return a->used ? -1 : 1;
	if (a->session->node->index != b->session->node->index)
		return a->session->node->index < b->session->node->index ? -1 : 1;
	return (a->session->peer > b->session->peer) - (a->session->peer < b->session->peer);
}

void bgp_loss_route(const struct bgp_config *config, const struct bgp_router *router,
		    const struct bgp_prefix *prefix, const struct bgp_loss *loss,
		    struct arena *arena, struct bgp_route *out)
{
	*out = (struct bgp_route){ .router = router, .prefix = prefix };
	bgp_route_collect_hops(config, out, loss, arena);
	if (out->hops.count == 0)
		return;
	qsort(out->hops.items, out->hops.count, sizeof(*out->hops.items),
	      bgp_route_compare_paths);
	bgp_route_choose(out);
	qsort(out->hops.items, out->hops.count, sizeof(*out->hops.items),
	      bgp_route_compare_hops);
}

void bgp_route_find(const struct bgp_config *config, const struct bgp_router *router,
		    const struct bgp_prefix *prefix, struct arena *arena, struct bgp_route *out)
{
	const struct bgp_loss nothing = { 0 };

	bgp_loss_route(config, router, prefix, &nothing, arena, out);
}

/* ---- all routes of a router ---- */

/* A prefix, and all that its route depends on. */
struct keyed {
	const struct bgp_prefix *prefix;
	enum bgp_filter internal, external;
};

static int bgp_route_compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int bgp_route_compare_keys(const struct keyed *a, const struct keyed *b)
{
	int order = bgp_route_compare_numbers(a->prefix->family, b->prefix->family);

	if (order == 0)
		order = bgp_route_compare_numbers(a->prefix->carriers->id,
						  b->prefix->carriers->id);
	if (order == 0)
		order = bgp_route_compare_numbers(a->prefix->predicted, b->prefix->predicted);
	if (order == 0)
		order = bgp_route_compare_numbers(a->internal, b->internal);
	return order != 0 ? order : bgp_route_compare_numbers(a->external, b->external);
}

static int bgp_route_compare_keyed(const void *pa, const void *pb)
{
	const struct keyed *a = pa;
	const struct keyed *b = pb;
	const int order = bgp_route_compare_keys(a, b);

	return order != 0 ? order : (a->prefix > b->prefix) - (a->prefix < b->prefix);
}

static int bgp_route_compare_groups(const void *pa, const void *pb)
{
	const struct bgp_route_group *a = pa;
	const struct bgp_route_group *b = pb;

	return (a->route.prefix > b->route.prefix) - (a->route.prefix < b->route.prefix);
}

static void bgp_route_add_group(const struct bgp_config *config,
				const struct bgp_router *router, const struct keyed *first,
				uint32_t count, struct arena *arena, struct bgp_routes *out)
{
	struct bgp_route_group *group;
	struct bgp_route route;

	bgp_route_find(config, router, first->prefix, arena, &route);
	if (route.hops.count == 0 && route.filter == BGP_TAKEN)
		return;
	group = ARRAY_PUSH(arena, &out->list);
	group->route = route;
	group->predicted = first->prefix->predicted;
	ARRAY_RESERVE(arena, &group->prefixes, count);
	for (uint32_t i = 0; i < count; i++)
		ARRAY_ADD(arena, &group->prefixes, first[i].prefix);
}

void bgp_routes_of(const struct bgp_config *config, const struct bgp_router *router,
		   struct arena *arena, struct bgp_routes *out)
{
	const uint32_t count = config->prefixes.count;
	struct keyed *keyed;

	*out = (struct bgp_routes){ 0 };
	if (count == 0)
		return;
	keyed = arena_zalloc(arena, count, sizeof(*keyed));
	for (uint32_t i = 0; i < count; i++) {
		const struct bgp_prefix *prefix = &config->prefixes.items[i];

		keyed[i] = (struct keyed){
			.prefix = prefix,
			.internal = bgp_router_filter(router, prefix, true),
			.external = bgp_router_filter(router, prefix, false),
		};
	}
	order_sort(keyed, count, sizeof(*keyed), bgp_route_compare_keyed);
	for (uint32_t i = 0, end = 0; i < count; i = end) {
		while (end < count && bgp_route_compare_keys(&keyed[i], &keyed[end]) == 0)
			end++;
		bgp_route_add_group(config, router, &keyed[i], end - i, arena, out);
	}
	order_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   bgp_route_compare_groups);
}
