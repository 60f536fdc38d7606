/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OB039: the ASNs in what a router prints of its configuration do not agree with those of the
 * BGPConfigurations. (O6.5)
 *
 * Compared is what the router has for a node: an instance of a VRF or one that no node is a
 * peer of says nothing of them, nor does anything where the session is known to be established.
 */
#include "validator/observed/observed_checks.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "purelb/observed/routers.h"

enum { NAMED_MAX = 3, LISTED_MAX = 64 };

/* ---- which sessions are established ---- */

/* A node and a router that have an established session of that transport. */
struct observed_up {
	const char *router;
	const struct cluster_node *node;
	enum ip_family transport;
};

struct observed_asns {
	struct checker *ck;
	const struct seen *seen;
	ARRAY_OF(struct observed_up) up; /* sorted */
};

static int observed_compare_up(const void *pa, const void *pb)
{
	const struct observed_up *a = pa, *b = pb;

	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	if (a->transport != b->transport)
		return a->transport < b->transport ? -1 : 1;
	return strcmp(a->router, b->router);
}

/* With each of the routers that the peer may be. */
static void observed_add_up(struct observed_asns *out, const struct session_fact *fact)
{
	const struct seen *seen = out->seen;
	uint32_t names = 0;

	if (fact->router != NULL) {
		ARRAY_ADD(out->ck->scratch, &out->up,
			  ((struct observed_up){ fact->router, fact->node,
						 ip_family(fact->node_ip) }));
		return;
	}
	if (!fact->has_peer)
		return;
	SEEN_FOREACH(i, &seen->router_ips, fact->peer)
	{
		if (++names > SEEN_NAMES_MAX)
			break;
		ARRAY_ADD(
			out->ck->scratch, &out->up,
			((struct observed_up){
				seen->routers.items[seen->router_ips.refs.items[i].index].name,
				fact->node, ip_family(fact->peer) }));
	}
}

/* Of a session that counts for several the router's word is good for its own peer. */
static void observed_find_up(struct observed_asns *out, const struct session_list *sessions)
{
	const struct observed *observed = out->seen->observed;

	ARRAY_FOREACH (const struct session_fact, fact, &sessions->list) {
		const struct bgp_node_report *status =
			fact->kind == FACT_REPORT ? router_report(observed, fact->node) : NULL;

		if (fact->node != NULL && fact->fault == SESSION_FINE && !fact->old &&
		    (!fact->told || fact->among_several) &&
		    (status == NULL || !observed_report_is_stale(observed, status)))
			observed_add_up(out, fact);
	}
	array_sort(out->up.items, out->up.count, sizeof(*out->up.items), observed_compare_up);
}

static bool observed_is_up(const struct observed_asns *in, const char *router,
			   const struct cluster_node *node, enum ip_family transport)
{
	const struct observed_up key = { router, node, transport };
	const uint32_t i = array_lower_bound(&key, in->up.items, in->up.count, sizeof(key),
					     observed_compare_up);

	return i < in->up.count && observed_compare_up(&key, &in->up.items[i]) == 0;
}

/* ---- what a router has for nodes ---- */

/* An AS that is not the configured one. */
struct observed_wrong {
	int64_t asn;
	const struct cluster_node
		*node; /* NULL: with one of them it is established all the same */
	uint32_t line;
};

struct observed_wrongs {
	ARRAY_OF(struct observed_wrong) list;
};

/* A router, by what it prints, and what is configured on the nodes for it. */
struct observed_router {
	const struct evidence_router *router;
	const char *name;
	const struct seen_configured *to;
	struct observed_wrongs expected, own;
};

static int observed_compare_wrongs(const void *pa, const void *pb)
{
	const struct observed_wrong *a = pa, *b = pb;

	if (a->asn != b->asn)
		return a->asn < b->asn ? -1 : 1;
	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

/* The AS that the router shows the peer, where the peer expects another one; -1: it shows that,
 * or may do so, or it is not known. */
static int64_t observed_shown_asn(const struct evidence_router *router,
				  const struct evidence_peer *peer, int64_t expected)
{
	const int64_t local = peer->local_asn, confederation = router->confederation;
	const int64_t asn = local >= 0           ? local
			    : confederation >= 0 ? confederation
						 : router->asn;

	/* Peers inside of a confederation see the other one. */
	if (expected < 0 || asn < 0 || asn == expected || (local >= 0 && confederation >= 0) ||
	    ((peer->dual_as || confederation >= 0) && router->asn == expected))
		return -1;
	return asn;
}

static void observed_compare_peer(struct observed_asns *in, struct observed_router *at,
				  const struct evidence_peer *peer,
				  const struct cluster_node *node)
{
	const int64_t own = at->to->own_asn;
	const int64_t shown = observed_shown_asn(at->router, peer, at->to->peer_asn);

	if (!peer->is_range && own >= 0 && peer->asn >= 0 && peer->asn != own)
		ARRAY_ADD(in->ck->scratch, &at->expected.list,
			  ((struct observed_wrong){ peer->asn, node, peer->line }));
	if (shown >= 0)
		ARRAY_ADD(in->ck->scratch, &at->own.list,
			  ((struct observed_wrong){ shown, node, at->router->from.line }));
}

/* The first node in the range; NULL: none, or one of them has an established session. */
static const struct cluster_node *observed_range_node(const struct observed_asns *in,
						      const char *router, struct ip_net range)
{
	const struct seen_list *sources = &in->seen->sources;
	const struct cluster_node *nodes = in->seen->observed->cluster->nodes.items;
	const uint32_t first = seen_first(sources, ip_net_first(range));
	const struct cluster_node *found = NULL;

	for (uint32_t i = first; i < sources->refs.count && i - first < LISTED_MAX; i++) {
		const struct seen_ref *ref = &sources->refs.items[i];

		if (!ip_net_contains(range, ref->ip))
			break;
		if (observed_is_up(in, router, &nodes[ref->index], ip_family(ref->ip)))
			return NULL;
		if (found == NULL)
			found = &nodes[ref->index];
	}
	return found;
}

/* Neighbors count; without them the only range that has nodes does. */
static void observed_compare_peers(struct observed_asns *in, struct observed_router *at)
{
	const struct evidence_peer *range = NULL;
	const struct cluster_node *in_range = NULL, *node;
	uint32_t neighbors = 0, ranges = 0;
	bool up;

	ARRAY_FOREACH (const struct evidence_peer, peer, &at->router->peers) {
		if (!peer->has_from || peer->is_group || peer->shutdown)
			continue;
		if (peer->is_range) {
			node = observed_range_node(in, at->name, peer->from);
			range = node != NULL ? peer : range;
			in_range = node != NULL ? node : in_range;
			ranges += node != NULL;
			continue;
		}
		node = seen_source_node(in->seen, ip_net_first(peer->from));
		if (node == NULL)
			continue;
		neighbors++;
		up = observed_is_up(in, at->name, node, ip_family(ip_net_first(peer->from)));
		observed_compare_peer(in, at, peer, up ? NULL : node);
	}
	if (neighbors == 0 && ranges == 1)
		observed_compare_peer(in, at, range, in_range);
	array_sort(at->expected.list.items, at->expected.list.count,
		   sizeof(*at->expected.list.items), observed_compare_wrongs);
	array_sort(at->own.list.items, at->own.list.count, sizeof(*at->own.list.items),
		   observed_compare_wrongs);
}

/* ---- findings ---- */

static void observed_relate_router(struct checker *ck, struct finding *f,
				   const struct observed_router *at, uint32_t line)
{
	finding_related(ck, f,
			(struct pos){ .source = at->router->from.file->source + 1,
				      .line = line,
				      .column = 1 },
			"the configuration of the router is here");
}

/* The nodes of those that have the first one's AS; NULL: a session shows that it is right.
 * Returns how many they are. */
static uint32_t observed_name_wrongs(struct checker *ck, const struct observed_wrongs *wrongs,
				     uint32_t first, const char **names)
{
	ARRAY_OF(const char *) list = { 0 };
	const struct observed_wrong *items = wrongs->list.items;
	uint32_t i = first;

	for (; i < wrongs->list.count && items[i].asn == items[first].asn; i++)
		if (items[first].node != NULL &&
		    (i == first || items[i].node != items[i - 1].node))
			ARRAY_ADD(ck->scratch, &list, items[i].node->name);
	*names =
		list.count > 0 ? name_list(ck->arena, list.items, list.count, NAMED_MAX) : NULL;
	return i - first;
}

static void observed_report_expected(struct checker *ck, const struct observed_router *at)
{
	const struct seen_configured *to = at->to;
	const struct bgp_configuration *configuration = to->first->configuration;
	const struct int_value *local =
		&configuration->neighbors.list.items[to->first->index].config.local_asn;
	uint32_t count;

	for (uint32_t i = 0; i < at->expected.list.count; i += count) {
		const struct observed_wrong *wrong = &at->expected.list.items[i];
		const char *names;
		struct finding *f;

		count = observed_name_wrongs(ck, &at->expected, i, &names);
		if (names == NULL)
			continue;
		f = report(ck, CHECK_OB039, &configuration->object,
			   local->set ? local->pos : configuration->global.asn.pos,
			   "%s expects AS %" PRId64 " of %s, but the nodes are AS %" PRId64
			   ": the session never comes up",
			   at->name, wrong->asn, names, to->own_asn);
		if (local->set)
			finding_path(ck, f, "spec.neighbors[%u].config.localAsn",
				     to->first->index);
		else
			f->place.path = "spec.global.asn";
		finding_hint(ck, f,
			     "write remote-as %" PRId64
			     " for the nodes on %s, if that is their AS",
			     to->own_asn, at->name);
		observed_relate_router(ck, f, at, wrong->line);
	}
}

static void observed_report_own(struct checker *ck, const struct observed_router *at)
{
	const struct seen_configured *to = at->to;
	const struct bgp_configuration *configuration = to->first->configuration;
	uint32_t count;

	for (uint32_t i = 0; i < at->own.list.count; i += count) {
		const struct observed_wrong *wrong = &at->own.list.items[i];
		const bool other = wrong->asn != at->router->asn;
		const char *names;
		struct finding *f;

		count = observed_name_wrongs(ck, &at->own, i, &names);
		if (names == NULL)
			continue;
		f = report(ck, CHECK_OB039, &configuration->object,
			   configuration->neighbors.list.items[to->first->index]
				   .config.peer_asn.pos,
			   "%s is AS %" PRId64 "%s%s, but the BGPConfiguration expects AS "
			   "%" PRId64 " (peerAsn): the session never comes up",
			   at->name, wrong->asn, other ? " to " : "", other ? names : "",
			   to->peer_asn);
		finding_path(ck, f, "spec.neighbors[%u].config.peerAsn", to->first->index);
		finding_hint(ck, f,
			     "set peerAsn to %" PRId64
			     " in the BGPConfiguration, if the router is right",
			     wrong->asn);
		observed_relate_router(ck, f, at, wrong->line);
	}
}

void check_observed_asns(struct checker *ck, const struct session_list *sessions)
{
	struct observed_asns in = { .ck = ck, .seen = sessions->seen };

	/* Which sessions are established is not known then. */
	if (sessions->overflow || in.seen->to_routers.count == 0)
		return;
	observed_find_up(&in, sessions);
	ARRAY_FOREACH (const struct evidence_router, router, &in.seen->evidence->routers) {
		const struct evidence_file *file = router->from.file;
		struct observed_router at = { .router = router };

		if (router->vrf != NULL || seen_is_old(in.seen, file) ||
		    seen_place_node(in.seen, file->place) != NULL)
			continue;
		at.name = file->place != NULL ? file->place : file->name;
		at.to = seen_configured_to(in.seen, at.name);
		if (at.to == NULL)
			continue;
		observed_compare_peers(&in, &at);
		observed_report_expected(ck, &at);
		observed_report_own(ck, &at);
	}
}
