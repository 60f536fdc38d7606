/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a remote address from the RIB of a node into the table of a router, as
 * BGPNodeStatus objects and the routers show it. (O2.6, BG5)
 *
 * What k8gobgp reports counts unless that is stale. A route to more than the address counts
 * for it: pools may be aggregated. Each router is judged by itself, and only where nodes are
 * known to advertise the address to it: by its addresses, or by where its paths came from.
 */
#include "purelb/observed/routers.h"

#include <string.h>

#include "base/text.h"
#include "purelb/bgp/bgp.h"

static struct ip_net router_net(struct ip ip, unsigned bits)
{
	return (struct ip_net){ ip, (uint8_t)bits, (uint8_t)ip_family(ip) };
}

/* The shortest prefix of the family of the address: 0.0.0.0/0 or ::/0. */
static unsigned router_bits_min(struct ip ip)
{
	enum { V4_BITS = 96 };

	return ip_family(ip) == IP_V4 ? V4_BITS : 0;
}

/* ---- what nodes advertise ---- */

const struct bgp_node_report *router_report(const struct observed *observed,
					    const struct cluster_node *node)
{
	return observed->fresh[node - observed->cluster->nodes.items];
}

const struct evidence_file *router_rib(const struct seen *seen, const struct cluster_node *node,
				       enum ip_family family)
{
	const struct evidence_file *rib =
		seen->ribs[family == IP_V6][node - seen->observed->cluster->nodes.items];

	return rib != NULL && !seen_is_old(seen, rib) ? rib : NULL;
}

/* As router_in_ribs(); with `exact`, a prefix of that length only. */
static bool *router_ribs_with(const struct seen *seen, struct ip ip, unsigned exact,
			      struct arena *arena)
{
	bool *there =
		arena_zalloc(arena, seen->observed->cluster->nodes.count + 1, sizeof(*there));

	for (unsigned bits = router_bits_min(ip) + 1; bits < SEEN_BITS; bits++) {
		if (!seen->lengths[bits] || (exact != 0 && bits != exact))
			continue;
		SEEN_FOREACH(i, &seen->paths, ip_net_first(router_net(ip, bits)))
		{
			const struct evidence_path *path =
				&seen->evidence->paths.items[seen->paths.refs.items[i].index];
			const struct cluster_node *node;

			if (path->prefix.bits != bits || path->daemon != DAEMON_GOBGP ||
			    !path->local || seen_is_old(seen, path->from.file))
				continue;
			node = seen_place_node(seen, path->from.file->place);
			if (node != NULL)
				there[node - seen->observed->cluster->nodes.items] = true;
		}
	}
	return there;
}

bool *router_in_ribs(const struct seen *seen, struct ip ip, struct arena *arena)
{
	return router_ribs_with(seen, ip, 0, arena);
}

/* By node: whether its BGPNodeStatus advertises a route to the address to somebody. */
static bool *router_advertisers(const struct seen *seen, struct ip ip, struct arena *arena)
{
	const struct seen_routes *routes = &seen->routes;
	bool *there =
		arena_zalloc(arena, seen->observed->cluster->nodes.count + 1, sizeof(*there));

	for (unsigned bits = router_bits_min(ip); bits < SEEN_BITS; bits++) {
		if (!routes->lengths[bits])
			continue;
		SEEN_FOREACH(i, &routes->by_ip, ip_net_first(router_net(ip, bits)))
		{
			const struct seen_route *route =
				&routes->list.items[routes->by_ip.refs.items[i].index];

			if (route->bits == bits)
				there[route->node] |= route->there;
		}
	}
	return there;
}

static const char *router_name(const struct evidence_file *file)
{
	return file->place != NULL ? file->place : file->name;
}

/*
 * By node: the router that has a path to the address from it, one it may use, and not by a
 * default route. `router`: only that one, and `exact` the only length of the prefix, or 0. What
 * is kept for a graceful restart shows nothing.
 */
static void router_find_origins(const struct seen *seen, struct ip ip, const char *router,
				unsigned exact, const char **tables)
{
	for (unsigned bits = router_bits_min(ip) + 1; bits < SEEN_BITS; bits++) {
		if (!seen->lengths[bits] || (exact != 0 && bits != exact))
			continue;
		SEEN_FOREACH(i, &seen->paths, ip_net_first(router_net(ip, bits)))
		{
			const struct evidence_path *path =
				&seen->evidence->paths.items[seen->paths.refs.items[i].index];
			const struct cluster_node *node;

			if (path->prefix.bits != bits || path->daemon == DAEMON_GOBGP ||
			    path->stale || !path->has_neighbor ||
			    seen_is_old(seen, path->from.file) ||
			    (router != NULL &&
			     (path->filtered || (path->validity_known && !path->valid) ||
			      !str_equal(router_name(path->from.file), router))))
				continue;
			node = seen_source_node(seen, path->neighbor);
			if (node != NULL)
				tables[node - seen->observed->cluster->nodes.items] =
					router_name(path->from.file);
		}
	}
}

static bool router_neighbor_carries(const struct seen *seen,
				    const struct bgp_neighbor_status *neighbor,
				    enum ip_family family)
{
	struct ip ip;
	const unsigned families =
		neighbor->address.s != NULL && ip_parse(neighbor->address.s, &ip)
			? seen_neighbor_families(seen, ip)
			: 0;

	return families == 0 || (families & bgp_family_bit(family)) != 0;
}

void router_judge_advertised(struct router_advertised *out, const struct seen *seen,
			     const struct vip *vip, struct arena *arena)
{
	const struct observed *observed = seen->observed;
	const bool *advertisers = router_advertisers(seen, vip->ip, arena);
	const char **tables =
		arena_zalloc(arena, observed->cluster->nodes.count + 1, sizeof(*tables));

	*out = (struct router_advertised){ 0 };
	router_find_origins(seen, vip->ip, NULL, 0, tables);
	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const struct bgp_node_report *report = router_report(observed, *node);
		const char *table = tables[*node - observed->cluster->nodes.items];
		const bool says = report != NULL && report->rib.set && !report->rib_truncated.v;
		bool up = false;

		if (!says && table == NULL) {
			ARRAY_ADD(arena, &out->unseen.list, (*node)->name);
			continue;
		}
		out->known++;
		if (!says || advertisers[*node - observed->cluster->nodes.items]) {
			out->good++;
			continue;
		}
		if (table != NULL) {
			out->contradicted = arena_printf(
				arena,
				"%s advertises it to nobody according to its BGPNodeStatus, "
				"but %s has its route",
				(*node)->name, table);
			continue;
		}
		ARRAY_FOREACH (const struct bgp_neighbor_status, it, &report->neighbors.list)
			up = up || (bgp_neighbor_is_up(it) &&
				    router_neighbor_carries(seen, it, ip_family(vip->ip)));
		ARRAY_ADD(arena, &out->missing.list, (*node)->name);
		if (up)
			ARRAY_ADD(arena, &out->silent.list, (*node)->name);
	}
}

/* ---- the tables of routers ---- */

/* What one router has for an address. */
struct router_found {
	const char *name;
	const struct evidence_file *table; /* whole and of its family, the newest; or NULL */
	uint32_t paths, used, refused;
	bool from_node;                     /* one of them came from a node */
	const struct evidence_route *route; /* the most specific one in use, or NULL */
};

struct router_list {
	ARRAY_OF(struct router_found) list;
	bool overflow; /* there are more than are looked at */
};

/* NULL: it is a node, or there are too many. */
static struct router_found *router_find(struct router_list *routers, const struct seen *seen,
					const struct evidence_file *file, struct arena *arena)
{
	const char *name = router_name(file);
	struct router_found *found;

	ARRAY_FOREACH (struct router_found, it, &routers->list)
		if (strcmp(it->name, name) == 0)
			return it;
	if (seen_place_node(seen, file->place) != NULL)
		return NULL;
	if (routers->list.count == ROUTERS_MAX) {
		routers->overflow = true;
		return NULL;
	}
	found = ARRAY_PUSH(arena, &routers->list);
	*found = (struct router_found){ .name = name };
	return found;
}

/* A table without routes does not say which family it is of; its name may. */
static bool router_table_is_of(const struct evidence_file *file, enum ip_family family)
{
	const bool v4 = family == IP_V4;

	if (file->family != IP_NONE)
		return file->family == family || file->both_families;
	return strstr(file->name, v4 ? "bgp4" : "bgp6") != NULL ||
	       strstr(file->name, v4 ? "ipv4" : "ipv6") != NULL;
}

static void router_find_tables(struct router_list *routers, const struct seen *seen,
			       struct ip ip, struct arena *arena)
{
	ARRAY_FOREACH (struct evidence_file *, it, &seen->evidence->files) {
		const struct evidence_file *file = *it;
		struct router_found *found;

		if ((file->form != EVIDENCE_FRR_BGP && file->form != EVIDENCE_BIRD_ROUTE) ||
		    file->cut != NULL || !router_table_is_of(file, ip_family(ip)))
			continue;
		found = router_find(routers, seen, file, arena);
		if (found != NULL &&
		    (found->table == NULL || seen_compare_times(found->table, file) <= 0))
			found->table = file;
	}
}

static void router_find_paths(struct router_list *routers, const struct seen *seen,
			      struct ip ip, struct arena *arena)
{
	for (unsigned bits = router_bits_min(ip) + 1; bits < SEEN_BITS; bits++) {
		if (!seen->lengths[bits])
			continue;
		SEEN_FOREACH(i, &seen->paths, ip_net_first(router_net(ip, bits)))
		{
			const struct evidence_path *path =
				&seen->evidence->paths.items[seen->paths.refs.items[i].index];
			struct router_found *found;

			if (path->prefix.bits != bits || path->daemon == DAEMON_GOBGP)
				continue;
			found = router_find(routers, seen, path->from.file, arena);
			if (found == NULL)
				continue;
			found->refused += path->filtered;
			found->paths += !path->filtered;
			found->used += !path->filtered && (path->best || path->multipath);
			found->from_node |= path->has_neighbor &&
					    seen_source_node(seen, path->neighbor) != NULL;
		}
	}
}

static void router_find_routes(struct router_list *routers, const struct seen *seen,
			       struct ip ip, struct arena *arena)
{
	for (unsigned bits = SEEN_BITS - 1; bits > router_bits_min(ip); bits--) {
		if (!seen->route_lengths[bits])
			continue;
		SEEN_FOREACH(i, &seen->router_routes, ip_net_first(router_net(ip, bits)))
		{
			const struct evidence_route *route =
				&seen->evidence->routes
					 .items[seen->router_routes.refs.items[i].index];
			struct router_found *found;

			if (route->to.bits != bits || !route->selected)
				continue;
			found = router_find(routers, seen, route->from.file, arena);
			if (found != NULL && found->route == NULL)
				found->route = route;
		}
	}
}

static bool router_is_sent(const struct seen *seen, const struct bgp_local_route *route,
			   const char *router)
{
	struct ip to;

	for (uint32_t i = 0; i < route->advertised_to.list.count && i < ROUTER_NEIGHBORS_MAX;
	     i++)
		if (ip_parse(route->advertised_to.list.items[i].s, &to) &&
		    seen_is_router(seen, router, to))
			return true;
	return false;
}

/* Adds the nodes whose BGPNodeStatus advertises a route to an address of the router. */
static void router_find_reporters(struct router_list *routers, const struct seen *seen,
				  struct ip ip, const char *router, unsigned exact,
				  const char **senders)
{
	const struct seen_routes *routes = &seen->routes;

	for (unsigned bits = router_bits_min(ip); bits < SEEN_BITS; bits++) {
		if (!routes->lengths[bits] || (exact != 0 && bits != exact))
			continue;
		SEEN_FOREACH(i, &routes->by_ip, ip_net_first(router_net(ip, bits)))
		{
			const struct seen_route *it =
				&routes->list.items[routes->by_ip.refs.items[i].index];

			if (it->bits != bits)
				continue;
			routers->overflow |=
				it->route->advertised_to.list.count > ROUTER_NEIGHBORS_MAX;
			if (router_is_sent(seen, it->route, router))
				senders[it->node] = router;
		}
	}
}

/*
 * How many nodes advertise the address to the router, in a prefix of `exact` bits or, with 0,
 * of any: their BGPNodeStatus says so, or the router has their path, or gobgpd has it in its
 * RIB, an established session of that family to the router and no policy.
 */
static uint32_t router_count_senders(struct router_list *routers, const struct seen *seen,
				     struct ip ip, const char *router, unsigned exact,
				     struct arena *arena)
{
	const struct cluster *cluster = seen->observed->cluster;
	const char **senders = arena_zalloc(arena, cluster->nodes.count + 1, sizeof(*senders));
	uint32_t count = 0;

	router_find_reporters(routers, seen, ip, router, exact, senders);
	router_find_origins(seen, ip, router, exact, senders);
	if (seen->exports_all) {
		const bool *has = router_ribs_with(seen, ip, exact, arena);

		for (uint32_t i = 0; i < cluster->nodes.count; i++)
			if (has[i] && seen_speaks(seen, router, i, ip_family(ip)) &&
			    router_report(seen->observed, &cluster->nodes.items[i]) == NULL)
				senders[i] = router;
	}
	for (uint32_t i = 0; i < cluster->nodes.count; i++)
		count += senders[i] != NULL;
	return count;
}

static enum router_state router_judge_found(struct router_list *routers,
					    const struct router_found *found,
					    const struct seen *seen, struct ip ip,
					    struct arena *arena)
{
	const bool has = found->paths > 0 || found->refused > 0;

	if (found->used > 0)
		return ROUTER_USED;
	if (found->table == NULL)
		return ROUTER_UNSEEN;
	if (seen_is_old(seen, found->table) ||
	    (!(has && found->from_node) &&
	     router_count_senders(routers, seen, ip, found->name, 0, arena) == 0))
		return ROUTER_UNJUDGED;
	if (found->route != NULL && str_equal(found->route->protocol, "bgp") &&
	    seen_compare_times(found->route->from.file, found->table) >= 0)
		return ROUTER_CONTRADICTED;
	return found->paths > 0     ? ROUTER_UNUSED
	       : found->refused > 0 ? ROUTER_REFUSED
				    : ROUTER_WITHOUT;
}

/* Which routes were refused is not printed: this explains that one is missing, and proves
 * nothing by itself. Counters of a session that is down are of another time, and ACCEPT refuses
 * nothing. */
static void router_find_refusing(struct router_view *out, const struct seen *seen,
				 enum ip_family family)
{
	enum { SESSIONS_MAX = 4096 };

	if (seen->evidence->sessions.count > SESSIONS_MAX)
		return;
	ARRAY_FOREACH (const struct evidence_session, session, &seen->evidence->sessions) {
		if (out->refusing != NULL)
			return;
		if (!session->has_peer || session->state != BGP_STATE_ESTABLISHED ||
		    seen_is_old(seen, session->from.file) ||
		    seen_source_node(seen, session->peer) == NULL ||
		    !str_equal(router_name(session->from.file), out->names.list.items[0]))
			continue;
		ARRAY_FOREACH (const struct evidence_session_family, it, &session->families)
			if (it->family == family && !str_equal(it->import, "ACCEPT") &&
			    (it->refused > 0 ||
			     (it->accepted >= 0 && it->received > it->accepted))) {
				out->refusing = session;
				out->policy = it->import;
			}
	}
}

void router_judge_paths(struct router_view *out, const struct seen *seen, struct ip ip,
			struct arena *arena)
{
	struct router_list routers = { 0 };

	*out = (struct router_view){ 0 };
	router_find_tables(&routers, seen, ip, arena);
	router_find_paths(&routers, seen, ip, arena);
	router_find_routes(&routers, seen, ip, arena);
	ARRAY_FOREACH (const struct router_found, found, &routers.list) {
		const enum router_state state =
			router_judge_found(&routers, found, seen, ip, arena);

		if (state == ROUTER_UNSEEN)
			continue;
		if (state == ROUTER_USED) {
			ARRAY_ADD(arena, &out->with.list, found->name);
			out->paths += found->paths;
		}
		if (state > out->state) {
			out->names.list.count = 0;
			out->state = state;
			out->table = found->table;
		}
		if (state == out->state)
			ARRAY_ADD(arena, &out->names.list, found->name);
	}
	if (out->state == ROUTER_WITHOUT)
		router_find_refusing(out, seen, ip_family(ip));
	if (routers.overflow)
		*out = (struct router_view){ .overflow = true };
}

void router_judge_hops(struct router_hops *out, const struct seen *seen, struct ip ip,
		       struct arena *arena)
{
	struct router_list routers = { 0 };
	int64_t most = INT64_MIN;

	*out = (struct router_hops){ 0 };
	router_find_routes(&routers, seen, ip, arena);
	ARRAY_FOREACH (const struct router_found, found, &routers.list) {
		struct router_hops hops = { .route = found->route };
		int64_t lacks;

		if (!str_equal(found->route->protocol, "bgp"))
			continue;
		/* A blackhole leads nowhere. */
		ARRAY_FOREACH (const struct evidence_next_hop, hop, &found->route->next_hops)
			hops.used += hop->has_via || hop->interface != NULL;
		if (hops.used == 0)
			continue;
		hops.sent = router_count_senders(&routers, seen, ip, found->name,
						 found->route->to.bits, arena);
		lacks = hops.sent == 0 ? INT64_MIN : (int64_t)hops.sent - hops.used;
		if (out->route != NULL && lacks <= most)
			continue;
		most = lacks;
		*out = hops;
	}
	if (routers.overflow)
		*out = (struct router_hops){ .overflow = true };
}

const char *router_advice(enum router_state state)
{
	return state == ROUTER_UNUSED
		       ? "find out why the router does not use it: its next hop has to be "
			 "reachable there, and no other route to the prefix preferred"
		       : "let the import policy of the router accept the prefix, a /32 or "
			 "/128 unless the pool has an aggregation";
}
