/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a remote address from the RIB of a node into the table of a router, as
 * BGPNodeStatus objects and the routers show it. (O2.6, BG5)
 *
 * What k8gobgp reports counts unless that is stale. A route to more than the address counts
 * for it: pools may be aggregated.
 */
#include "purelb/observed/routers.h"

#include <string.h>

#include "base/text.h"

static bool router_names_have(const struct router_names *names, const char *name)
{
	ARRAY_FOREACH (const char *, it, &names->list) {
		if (strcmp(*it, name) == 0)
			return true;
	}
	return false;
}

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

/* ---- advertised ---- */

const struct bgp_node_report *router_report(const struct observed *observed,
					    const struct cluster_node *node)
{
	const struct bgp_node_report *report =
		observed->reports[node - observed->cluster->nodes.items];

	return report != NULL && !observed_report_is_stale(observed, report) ? report : NULL;
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

void router_judge_advertised(struct router_advertised *out, const struct seen *seen,
			     const struct vip *vip, struct arena *arena)
{
	const struct observed *observed = seen->observed;
	const bool *advertisers = router_advertisers(seen, vip->ip, arena);

	*out = (struct router_advertised){ 0 };
	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const struct bgp_node_report *report = router_report(observed, *node);
		bool up = false;

		if (report == NULL || !report->rib.set || report->rib_truncated.v)
			continue;
		out->known++;
		if (advertisers[*node - observed->cluster->nodes.items]) {
			out->good++;
			continue;
		}
		ARRAY_FOREACH (const struct bgp_neighbor_status, it, &report->neighbors.list)
			up |= bgp_neighbor_is_up(it);
		ARRAY_ADD(arena, &out->missing.list, (*node)->name);
		if (up)
			ARRAY_ADD(arena, &out->silent.list, (*node)->name);
	}
}

/* ---- the tables of routers ---- */

static const char *router_name(const struct evidence_file *file)
{
	return file->place != NULL ? file->place : file->name;
}

/* A table without routes does not say which family it is of; its name may. */
static bool router_table_is_of(const struct evidence_file *file, enum ip_family family)
{
	const char *slash = strrchr(file->name, '/');

	if (file->family != IP_NONE)
		return file->family == family;
	return (strchr(slash != NULL ? slash : file->name, '6') != NULL) == (family == IP_V6);
}

static void router_find_paths(struct router_view *out, const struct seen *seen, struct ip ip,
			      struct arena *arena)
{
	uint32_t refused = 0, used = 0;

	for (unsigned bits = router_bits_min(ip) + 1; bits < SEEN_BITS; bits++) {
		if (!seen->lengths[bits])
			continue;
		SEEN_FOREACH(i, &seen->paths, ip_net_first(router_net(ip, bits)))
		{
			const struct evidence_path *path =
				&seen->evidence->paths.items[seen->paths.refs.items[i].index];
			const char *name = router_name(path->from.file);

			if (path->prefix.bits != bits || path->daemon == DAEMON_GOBGP)
				continue;
			refused += path->filtered;
			if (path->filtered)
				continue;
			out->paths++;
			used += path->best || path->multipath;
			if (!router_names_have(&out->with, name))
				ARRAY_ADD(arena, &out->with.list, name);
		}
	}
	out->state = used > 0         ? ROUTER_USED
		     : out->paths > 0 ? ROUTER_UNUSED
		     : refused > 0    ? ROUTER_REFUSED
				      : ROUTER_WITHOUT;
}

void router_judge_paths(struct router_view *out, const struct seen *seen, struct ip ip,
			struct arena *arena)
{
	*out = (struct router_view){ 0 };
	router_find_paths(out, seen, ip, arena);
	ARRAY_FOREACH (struct evidence_file *, it, &seen->evidence->files) {
		const struct evidence_file *file = *it;
		const char *name = router_name(file);

		if ((file->form != EVIDENCE_FRR_BGP && file->form != EVIDENCE_BIRD_ROUTE) ||
		    file->cut != NULL || !router_table_is_of(file, ip_family(ip)))
			continue;
		out->table = file;
		if (!router_names_have(&out->with, name) &&
		    !router_names_have(&out->without, name))
			ARRAY_ADD(arena, &out->without.list, name);
	}
	if (out->table == NULL)
		out->state = ROUTER_UNSEEN;
	else
		out->old = seen_is_old(seen, out->table);
}

const char *router_advice(enum router_state state)
{
	return state == ROUTER_UNUSED
		       ? "find out why the router does not use it: its next hop has to be "
			 "reachable there, and no other route to the prefix preferred"
		       : "let the import policy of the router accept the prefix, a /32 or "
			 "/128 unless the pool has an aggregation";
}

const struct evidence_route *router_route(const struct seen *seen, struct ip ip)
{
	for (unsigned bits = SEEN_BITS - 1; bits > router_bits_min(ip); bits--) {
		if (!seen->route_lengths[bits])
			continue;
		SEEN_FOREACH(i, &seen->router_routes, ip_net_first(router_net(ip, bits)))
		{
			const struct evidence_route *route =
				&seen->evidence->routes
					 .items[seen->router_routes.refs.items[i].index];

			if (route->to.bits == bits)
				return route;
		}
	}
	return NULL;
}
