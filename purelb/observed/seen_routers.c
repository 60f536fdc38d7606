/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routers: which addresses they have, which nodes they have sessions with, and which
 * families the neighbors of the BGPConfigurations carry. (O1, BG4.3)
 */
#include <string.h>

#include "base/text.h"
#include "purelb/bgp/bgp.h"
#include "purelb/observed/seen.h"

/* ---- asking ---- */

static int seen_compare_router(const void *pa, const void *pb)
{
	const struct seen_router *a = pa, *b = pb;
	const int order = strcmp(a->name, b->name);

	return order != 0 ? order : ip_compare(a->ip, b->ip);
}

bool seen_is_router(const struct seen *seen, const char *name, struct ip ip)
{
	const struct seen_router key = { name, ip };
	const uint32_t i = array_lower_bound(&key, seen->routers.items, seen->routers.count,
					     sizeof(key), seen_compare_router);

	return i < seen->routers.count &&
	       seen_compare_router(&key, &seen->routers.items[i]) == 0;
}

static int seen_compare_speaker(const void *pa, const void *pb)
{
	const struct seen_speaker *a = pa, *b = pb;
	const int order = strcmp(a->router, b->router);

	if (order != 0)
		return order;
	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return a->family < b->family ? -1 : a->family > b->family;
}

bool seen_speaks(const struct seen *seen, const char *router, uint32_t node,
		 enum ip_family family)
{
	const struct seen_speaker key = { .router = router, .node = node, .family = family };
	const uint32_t i = array_lower_bound(&key, seen->speakers.items, seen->speakers.count,
					     sizeof(key), seen_compare_speaker);

	return i < seen->speakers.count &&
	       seen_compare_speaker(&key, &seen->speakers.items[i]) == 0 &&
	       seen->speakers.items[i].up;
}

/* ---- collecting ---- */

static void seen_add_router(struct seen *out, struct arena *arena,
			    const struct evidence_file *file, bool known, struct ip ip)
{
	if (known)
		ARRAY_ADD(arena, &out->routers,
			  ((struct seen_router){ file->place != NULL ? file->place : file->name,
						 ip }));
}

/* Nodes have such addresses as well; nobody asks for them here. */
static void seen_add_routers(struct seen *out, struct arena *arena)
{
	const struct evidence *evidence = out->evidence;
	uint32_t kept = 0;

	ARRAY_FOREACH (struct evidence_file *, file, &evidence->files)
		seen_add_router(out, arena, *file, (*file)->has_router_id, (*file)->router_id);
	ARRAY_FOREACH (const struct evidence_session, it, &evidence->sessions) {
		seen_add_router(out, arena, it->from.file, it->has_local, it->local);
		seen_add_router(out, arena, it->from.file, it->has_local_id, it->local_id);
	}
	ARRAY_FOREACH (const struct evidence_router, it, &evidence->routers)
		seen_add_router(out, arena, it->from.file, it->has_router_id, it->router_id);
	ARRAY_FOREACH (const struct evidence_address, it, &evidence->addresses)
		seen_add_router(out, arena, it->from.file, true, it->ip);
	array_sort(out->routers.items, out->routers.count, sizeof(*out->routers.items),
		   seen_compare_router);
	for (uint32_t i = 0; i < out->routers.count; i++)
		if (kept == 0 || seen_compare_router(&out->routers.items[kept - 1],
						     &out->routers.items[i]) != 0)
			out->routers.items[kept++] = out->routers.items[i];
	out->routers.count = kept;
	for (uint32_t i = 0; i < kept; i++)
		seen_list_add(&out->router_ips, arena, out->routers.items[i].ip, i);
	seen_list_sort(&out->router_ips);
}

static int seen_compare_neighbor(const void *pa, const void *pb)
{
	const struct seen_neighbor *a = pa, *b = pb;

	return ip_compare(a->ip, b->ip);
}

static int seen_compare_order(const void *pa, const void *pb)
{
	const struct seen_neighbor *a = pa, *b = pb;
	const int order = ip_compare(a->ip, b->ip);

	return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

static void seen_agree(int64_t *asn, int64_t other)
{
	if (*asn != other)
		*asn = -1;
}

static struct seen_neighbor seen_read_neighbor(const struct bgp_configuration *configuration,
					       const struct bgp_neighbor *neighbor)
{
	const struct bgp_neighbor_config *config = &neighbor->config;
	const bool grouped = config->peer_group.s != NULL && *config->peer_group.s != '\0';
	const struct int_value *own =
		config->local_asn.set ? &config->local_asn : &configuration->global.asn;
	struct bgp_entry_families listed = { 0 };
	struct seen_neighbor one = {
		.own_asn = own->set && !grouped ? own->v : -1,
		.peer_asn = config->peer_asn.set && !grouped ? config->peer_asn.v : -1,
		.configuration = configuration,
		.index = (uint32_t)(neighbor - configuration->neighbors.list.items),
	};

	bgp_read_families(&neighbor->afi_safis, &listed);
	one.unclear = grouped || listed.unknown != NULL;
	one.listed = listed.set;
	return one;
}

/* What several configurations say of one address is put together. (BG4.3) */
static void seen_add_neighbors(struct seen *out, struct arena *arena)
{
	const struct snapshot *snapshot = out->observed->cluster->snapshot;
	uint32_t kept = 0;

	ARRAY_FOREACH (struct bgp_configuration *, configuration, &snapshot->bgp_configurations)
		ARRAY_FOREACH (const struct bgp_neighbor, it,
			       &(*configuration)->neighbors.list) {
			struct seen_neighbor one = seen_read_neighbor(*configuration, it);

			if (it->config.neighbor_address.s == NULL ||
			    !ip_parse(it->config.neighbor_address.s, &one.ip))
				continue;
			one.families = one.listed != 0 ? one.listed
						       : bgp_family_bit(ip_family(one.ip));
			one.order = out->configured.count;
			ARRAY_ADD(arena, &out->configured, one);
		}
	array_sort(out->configured.items, out->configured.count, sizeof(*out->configured.items),
		   seen_compare_order);
	ARRAY_FOREACH (const struct seen_neighbor, one, &out->configured) {
		struct seen_neighbor *last = kept > 0 ? &out->configured.items[kept - 1] : NULL;

		if (last != NULL && ip_compare(last->ip, one->ip) == 0) {
			last->families |= one->families;
			last->listed &= one->listed;
			last->unclear |= one->unclear;
			seen_agree(&last->own_asn, one->own_asn);
			seen_agree(&last->peer_asn, one->peer_asn);
		} else {
			out->configured.items[kept++] = *one;
		}
	}
	out->configured.count = kept;
}

/* NULL: no BGPConfiguration has it. */
static const struct seen_neighbor *seen_find_neighbor(const struct seen *seen, struct ip peer)
{
	const struct seen_neighbor key = { .ip = peer };
	const uint32_t i =
		array_lower_bound(&key, seen->configured.items, seen->configured.count,
				  sizeof(key), seen_compare_neighbor);

	return i < seen->configured.count && ip_compare(seen->configured.items[i].ip, peer) == 0
		       ? &seen->configured.items[i]
		       : NULL;
}

unsigned seen_neighbor_families(const struct seen *seen, struct ip peer)
{
	const struct seen_neighbor *neighbor = seen_find_neighbor(seen, peer);

	return neighbor != NULL && !neighbor->unclear ? neighbor->families : 0;
}

static int seen_compare_configured(const void *pa, const void *pb)
{
	const struct seen_configured *a = pa, *b = pb;

	return strcmp(a->router, b->router);
}

const struct seen_configured *seen_configured_to(const struct seen *seen, const char *router)
{
	const struct seen_configured key = { .router = router };
	const uint32_t i =
		array_lower_bound(&key, seen->to_routers.items, seen->to_routers.count,
				  sizeof(key), seen_compare_configured);

	return i < seen->to_routers.count && str_equal(seen->to_routers.items[i].router, router)
		       ? &seen->to_routers.items[i]
		       : NULL;
}

/* The neighbors at the addresses of each router. */
static void seen_add_configured(struct seen *out, struct arena *arena)
{
	ARRAY_FOREACH (const struct seen_router, router, &out->routers) {
		const struct seen_neighbor *neighbor = seen_find_neighbor(out, router->ip);
		const uint32_t v6 = ip_family(router->ip) == IP_V6;
		struct seen_configured *to;

		if (neighbor == NULL)
			continue;
		to = out->to_routers.count > 0
			     ? &out->to_routers.items[out->to_routers.count - 1]
			     : NULL;
		if (to == NULL || !str_equal(to->router, router->name)) {
			to = ARRAY_PUSH(arena, &out->to_routers);
			*to = (struct seen_configured){ .router = router->name,
							.own_asn = neighbor->own_asn,
							.peer_asn = neighbor->peer_asn,
							.first = neighbor };
		}
		to->families[v6] |= neighbor->families;
		to->unclear[v6] |= neighbor->unclear;
		seen_agree(&to->own_asn, neighbor->own_asn);
		seen_agree(&to->peer_asn, neighbor->peer_asn);
		if (neighbor->order < to->first->order)
			to->first = neighbor;
	}
	ARRAY_FOREACH (struct seen_configured, to, &out->to_routers)
		for (uint32_t v6 = 0; v6 < 2; v6++)
			if (to->unclear[v6])
				to->families[v6] = 0;
}

/* The families that a session carries, or would carry: that it shows, that are configured on
 * the node, or that of its addresses. (BG4.3) */
static unsigned seen_session_families(const struct seen *seen,
				      const struct evidence_session *session, bool at_node)
{
	unsigned families = 0;

	ARRAY_FOREACH (const struct evidence_session_family, it, &session->families)
		if (it->negotiated || session->state != BGP_STATE_ESTABLISHED)
			families |= bgp_family_bit(it->family);
	if (families == 0 && at_node) {
		const struct seen_neighbor *neighbor = seen_find_neighbor(seen, session->peer);

		families = neighbor != NULL ? neighbor->listed : 0;
	}
	return families != 0 ? families : bgp_family_bit(ip_family(session->peer));
}

static void seen_add_speaker(struct seen *out, struct arena *arena, const char *router,
			     const struct cluster_node *node,
			     const struct evidence_session *session, unsigned families)
{
	static const enum ip_family each[] = { IP_V4, IP_V6 };

	for (uint32_t i = 0; i < ARRAY_LEN(each); i++)
		if ((families & bgp_family_bit(each[i])) != 0)
			ARRAY_ADD(
				arena, &out->speakers,
				((struct seen_speaker){
					.router = router,
					.node = (uint32_t)(node -
							   out->observed->cluster->nodes.items),
					.family = each[i],
					.up = session->state == BGP_STATE_ESTABLISHED }));
}

/* The two ends of a session by what each of them prints. */
static void seen_add_speakers(struct seen *out, struct arena *arena)
{
	uint32_t kept = 0;

	ARRAY_FOREACH (const struct evidence_session, it, &out->evidence->sessions) {
		const struct evidence_file *file = it->from.file;
		const struct cluster_node *at = seen_place_node(out, file->place);
		const struct cluster_node *peer =
			at == NULL && it->has_peer ? seen_source_node(out, it->peer) : NULL;
		unsigned families;
		uint32_t names = 0;

		if (it->state == BGP_STATE_UNKNOWN || seen_is_old(out, file) || !it->has_peer)
			continue;
		families = seen_session_families(out, it, at != NULL);
		if (peer != NULL)
			seen_add_speaker(out, arena,
					 file->place != NULL ? file->place : file->name, peer,
					 it, families);
		if (at == NULL)
			continue;
		SEEN_FOREACH(i, &out->router_ips, it->peer)
		{
			if (++names > SEEN_NAMES_MAX)
				break;
			seen_add_speaker(
				out, arena,
				out->routers.items[out->router_ips.refs.items[i].index].name,
				at, it, families);
		}
	}
	array_sort(out->speakers.items, out->speakers.count, sizeof(*out->speakers.items),
		   seen_compare_speaker);
	for (uint32_t i = 0; i < out->speakers.count; i++) {
		struct seen_speaker *last = kept > 0 ? &out->speakers.items[kept - 1] : NULL;

		if (last != NULL && seen_compare_speaker(last, &out->speakers.items[i]) == 0)
			last->up &= out->speakers.items[i].up;
		else
			out->speakers.items[kept++] = out->speakers.items[i];
	}
	out->speakers.count = kept;
}

/* BG4.8: without a policy, gobgpd advertises what is in its RIB to every neighbor. */
static bool seen_exports_all(const struct snapshot *snapshot)
{
	ARRAY_FOREACH (struct bgp_configuration *, it, &snapshot->bgp_configurations) {
		const struct bgp_configuration *configuration = *it;

		if (configuration->policy_definitions.list.count > 0 ||
		    configuration->global.apply_policy.at.set)
			return false;
		ARRAY_FOREACH (const struct bgp_neighbor, one, &configuration->neighbors.list)
			if (one->apply_policy.at.set)
				return false;
		ARRAY_FOREACH (const struct bgp_peer_group, one,
			       &configuration->peer_groups.list)
			if (one->apply_policy.at.set)
				return false;
	}
	return snapshot->bgp_configurations.count > 0;
}

void seen_build_routers(struct seen *out, struct arena *arena)
{
	seen_add_routers(out, arena);
	seen_add_neighbors(out, arena);
	seen_add_configured(out, arena);
	seen_add_speakers(out, arena);
	out->exports_all = seen_exports_all(out->observed->cluster->snapshot);
}
