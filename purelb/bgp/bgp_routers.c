/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routers: those of the inventories, whom they let in and which prefixes they take (BG6.3);
 * and the strangers, which some node dials and no inventory describes.
 */
#include "purelb/bgp/bgp_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "config/objects/kinds.h"
#include "purelb/bgp/router_profiles.h"

enum {
	IPV4_BITS = 32,
	IPV6_BITS = 128,
	ADDRESS_BITS = 128,
	MULTIHOP_OFF = 1,
	LENGTH_TEXT_MAX = 4, /* with the NUL */
};

/* ---- values ---- */

/* "8-32"; what is malformed leaves the bounds as they are (ND011 says so). */
static void bgp_router_read_lengths(const char *text, unsigned limit, unsigned *min,
				    unsigned *max)
{
	const char *dash = text != NULL ? strchr(text, '-') : NULL;
	char from[LENGTH_TEXT_MAX] = { 0 };
	uint64_t low;
	uint64_t high;

	if (dash == NULL || (size_t)(dash - text) >= sizeof(from))
		return;
	memcpy(from, text, (size_t)(dash - text));
	if (!parse_u64(from, 0, limit, &low) || !parse_u64(dash + 1, low, limit, &high))
		return;
	*min = (unsigned)low;
	*max = (unsigned)high;
}

/* A duration; false when it is absent, malformed or longer than BGP knows any. */
static bool bgp_router_read_ns(const struct str_value *value, int64_t *out)
{
	return value->s != NULL && duration_parse(value->s, out) && *out >= 0 &&
	       *out / NS_PER_SEC <= UINT16_MAX;
}

/* In whole seconds. */
static bool bgp_router_read_seconds(const struct str_value *value, uint32_t *out)
{
	int64_t ns;

	if (!bgp_router_read_ns(value, &ns))
		return false;
	*out = (uint32_t)(ns / NS_PER_SEC);
	return true;
}

static uint32_t bgp_router_number_or_0(const struct int_value *value)
{
	return value->set && value->v > 0 && value->v <= UINT32_MAX ? (uint32_t)value->v : 0;
}

static unsigned bgp_router_read_families(const struct str_list *list)
{
	unsigned families = 0;

	ARRAY_FOREACH (const struct str_value, name, &list->list)
		families |= bgp_family_parse(name->s);
	return families;
}

/* ---- who may come in ---- */

/* An address, or all of a prefix. */
static bool bgp_router_read_range(const struct router_neighbor *entry, bool is_range,
				  struct bgp_router_peer *out)
{
	struct ip_net net;

	if (is_range) {
		if (entry->prefix.s == NULL || !ip_net_parse(entry->prefix.s, &net))
			return false;
		out->range = ip_net_range(net);
		out->bits = net.bits;
		return true;
	}
	if (entry->address.s == NULL || !ip_parse(entry->address.s, &out->range.from))
		return false;
	out->range.to = out->range.from;
	out->bits = ADDRESS_BITS;
	return true;
}

static void bgp_router_add_peers(struct bgp_router *router, const struct router_neighbors *list,
				 bool is_range, struct arena *arena)
{
	const struct router_bgp *bgp = &router->router->bgp;

	router->lists_peers |= list->at.set;
	ARRAY_FOREACH (const struct router_neighbor, entry, &list->list) {
		struct bgp_router_peer peer = { .entry = entry, .is_range = is_range };

		if (!bgp_router_read_range(entry, is_range, &peer))
			continue;
		peer.asn = bgp_router_number_or_0(&entry->asn);
		peer.has_asn = peer.asn != 0;
		peer.password = entry->password.s != NULL ? entry->password.s : bgp->password.s;
		ARRAY_ADD(arena, &router->peers, peer);
	}
}

const struct bgp_router_peer *bgp_router_entry(const struct bgp_router *router, struct ip ip)
{
	const struct bgp_router_peer *best = NULL;

	ARRAY_FOREACH (const struct bgp_router_peer, peer, &router->peers) {
		if (ip_range_contains(peer->range, ip) &&
		    (best == NULL || peer->bits > best->bits ||
		     (peer->bits == best->bits && best->is_range && !peer->is_range)))
			best = peer;
	}
	return best;
}

/* ---- what it takes ---- */

static unsigned bgp_router_family_bits(const struct ip_net *net)
{
	return ip_family(ip_net_first(*net)) == IP_V4 ? IPV4_BITS : IPV6_BITS;
}

/* As in a prefix list: without ge and le exactly this length; with ge alone up to a host. */
static void bgp_router_add_accept(struct bgp_router *router, const struct router_accept *entry,
				  struct arena *arena)
{
	struct bgp_accept accept = { .entry = entry };

	if (entry->prefix.s == NULL || !ip_net_parse(entry->prefix.s, &accept.net))
		return;
	accept.ge = entry->ge.set ? (unsigned)entry->ge.v : ip_net_prefix(accept.net);
	if (entry->le.set)
		accept.le = (unsigned)entry->le.v;
	else
		accept.le = entry->ge.set ? bgp_router_family_bits(&accept.net) : accept.ge;
	ARRAY_ADD(arena, &router->accept, accept);
}

static void bgp_router_read_filters(struct bgp_router *router, struct arena *arena)
{
	const struct router_bgp *bgp = &router->router->bgp;

	router->v4_max = IPV4_BITS;
	router->v6_max = IPV6_BITS;
	bgp_router_read_lengths(bgp->accept_prefix_length.v4.s, IPV4_BITS, &router->v4_min,
				&router->v4_max);
	bgp_router_read_lengths(bgp->accept_prefix_length.v6.s, IPV6_BITS, &router->v6_min,
				&router->v6_max);
	ARRAY_FOREACH (const struct router_accept, entry, &bgp->accept_prefixes.list)
		bgp_router_add_accept(router, entry, arena);
	router->filters = bgp->accept_prefix_length.at.set || bgp->accept_prefixes.at.set;
}

void bgp_router_accept(struct bgp_router *out, const struct bgp_router *router,
		       const struct router_accepts *accepts, struct arena *arena)
{
	struct router *described = arena_alloc(arena, sizeof(*described));

	*out = *router;
	*described = *router->router;
	described->bgp.accept_prefixes = *accepts;
	described->bgp.accept_prefixes.at.set = true;
	out->router = described;
	out->accept.items = NULL;
	out->accept.count = 0;
	out->accept.capacity = 0;
	bgp_router_read_filters(out, arena);
}

static bool bgp_router_accepts(const struct bgp_router *router, const struct bgp_prefix *prefix)
{
	ARRAY_FOREACH (const struct bgp_accept, accept, &router->accept) {
		if (ip_net_contains(accept->net, prefix->net.address) &&
		    prefix->length >= accept->ge && prefix->length <= accept->le)
			return true;
	}
	return false;
}

static bool bgp_router_is_connected(const struct bgp_router *router,
				    const struct bgp_prefix *prefix)
{
	ARRAY_FOREACH (const struct ip_net, net, &router->connected) {
		if (ip_net_equal(*net, prefix->net))
			return true;
	}
	return false;
}

enum bgp_filter bgp_router_filter(const struct bgp_router *router,
				  const struct bgp_prefix *prefix, bool internal)
{
	bool v4 = prefix->family == IP_V4;

	/* A bare router, of which nothing is known. */
	if (router->router == NULL)
		return BGP_TAKEN;
	if (router->requires_policy && !router->filters && !internal)
		return BGP_FILTER_POLICY;
	if (prefix->length < (v4 ? router->v4_min : router->v6_min) ||
	    prefix->length > (v4 ? router->v4_max : router->v6_max))
		return BGP_FILTER_LENGTH;
	if (router->router->bgp.accept_prefixes.at.set && !bgp_router_accepts(router, prefix))
		return BGP_FILTER_PREFIX;
	return bgp_router_is_connected(router, prefix) ? BGP_FILTER_CONNECTED : BGP_TAKEN;
}

/* The end of the largest accepted network that takes prefixes of this length at `ip`; false:
 * none does. */
static bool bgp_router_accepted_to(const struct bgp_router *router, struct ip ip,
				   unsigned length, struct ip *end)
{
	bool found = false;

	ARRAY_FOREACH (const struct bgp_accept, accept, &router->accept) {
		const struct ip last = ip_net_last(accept->net);

		if (!ip_net_contains(accept->net, ip) || length < accept->ge ||
		    length > accept->le || ip_net_prefix(accept->net) > length)
			continue;
		if (!found || ip_compare(last, *end) > 0)
			*end = last;
		found = true;
	}
	return found;
}

/* Walks the accepted networks from the start of the span until there is a gap. */
static bool bgp_router_accepts_all(const struct bgp_router *router, struct ip_range span,
				   unsigned length, struct ip *first)
{
	struct ip at = span.from;

	while (ip_compare(at, span.to) <= 0) {
		struct ip end;

		*first = at;
		if (!bgp_router_accepted_to(router, at, length, &end))
			return false;
		if (end.v == ~(u128)0)
			return true;
		at.v = end.v + 1;
	}
	return true;
}

enum bgp_filter bgp_router_filter_all(const struct bgp_router *router, struct ip_range span,
				      unsigned length, bool internal, struct ip *first)
{
	const struct bgp_prefix prefix = {
		.net = bgp_masked(span.from, length),
		.family = ip_family(span.from),
		.length = length,
	};
	const enum bgp_filter filter = bgp_router_filter(router, &prefix, internal);

	*first = span.from;
	if (filter == BGP_FILTER_POLICY || filter == BGP_FILTER_LENGTH)
		return filter;
	if (router->router != NULL && router->router->bgp.accept_prefixes.at.set &&
	    !bgp_router_accepts_all(router, span, length, first))
		return BGP_FILTER_PREFIX;
	return BGP_TAKEN;
}

/* ---- the description of one router ---- */

static void bgp_router_read_addresses(struct bgp_router *router, struct arena *arena)
{
	struct ip_net net;

	ARRAY_FOREACH (const struct str_value, text, &router->router->addresses.list) {
		if (!ip_net_parse(text->s, &net))
			continue;
		ARRAY_ADD(arena, &router->nets, net);
		if (!ip_is_link_local(net.address))
			ARRAY_ADD(arena, &router->connected, net);
	}
	ARRAY_FOREACH (const struct str_value, text, &router->router->bgp.connected.list) {
		if (ip_net_parse(text->s, &net))
			ARRAY_ADD(arena, &router->connected, net);
	}
}

static void bgp_router_read_timers(struct bgp_router *router)
{
	const struct router_bgp *bgp = &router->router->bgp;
	int64_t ns;

	router->hold_given = bgp_router_read_seconds(&bgp->hold_time, &router->hold_seconds);
	router->hold_known = router->hold_given || bgp->profile.s != NULL;
	if (!router->hold_given)
		router->hold_seconds = router->profile->hold_seconds;
	router->keepalive_given =
		bgp_router_read_seconds(&bgp->keepalive_time, &router->keepalive_seconds);
	if (!bgp_router_read_seconds(&bgp->connect_retry, &router->retry_seconds))
		router->retry_seconds = router->profile->retry_seconds;
	router->update_to_fib = router->profile->update_to_fib;
	router->loss_to_fib = router->profile->loss_to_fib;
	if (bgp_router_read_ns(&bgp->rib_to_fib, &ns))
		router->update_to_fib = router->loss_to_fib = (struct bgp_span){ ns, ns };
	if (bgp_router_read_ns(&bgp->timer_late, &ns))
		router->timer_late_ns = ns;
}

/* T1.4, T4, T8: words that nobody knows count as absent (ND011 says so). */
static void bgp_router_read_make(struct bgp_router *router)
{
	const struct router_bgp *bgp = &router->router->bgp;

	router->profile = router_profile_find(bgp->profile.s);
	if (router->profile == NULL)
		router->profile = router_profile_default();
	router->attached_directly = str_equal(bgp->attach.s, "direct");
	router->hash_l3 = str_equal(bgp->hash.s, "l3");
	router->hashing = str_equal(bgp->hashing.s, "modulo") ? NEXT_HOPS_MODULO
			  : router->resilient_hash            ? NEXT_HOPS_RESILIENT
							      : NEXT_HOPS_THRESHOLD;
	router->buckets = bgp_router_number_or_0(&bgp->buckets);
	if (router->buckets == 0)
		router->buckets = NEXT_HOPS_BUCKETS;
	router->passes_dead =
		bgp->use_neighbor.set ? bgp->use_neighbor.v : router->profile->next_hop_objects;
}

static void bgp_router_read_bgp(struct bgp_router *router, struct arena *arena)
{
	const struct router_bgp *bgp = &router->router->bgp;

	router->has_router_id =
		bgp->router_id.s != NULL && ip_parse(bgp->router_id.s, &router->router_id);
	router->lists_asns = bgp->peers_allowed.at.set;
	bgp_router_add_peers(router, &bgp->neighbors, false, arena);
	bgp_router_add_peers(router, &bgp->listen_ranges, true, arena);
	router->listen_limit = bgp_router_number_or_0(&bgp->listen_limit);
	router->families_given = bgp->families.at.set;
	router->families = router->families_given ? bgp_router_read_families(&bgp->families)
						  : BGP_IPV4 | BGP_IPV6 | BGP_EVPN;
	router->requires_policy = bgp->requires_policy.v;
	router->max_prefixes = bgp_router_number_or_0(&bgp->max_prefixes);
	router->max_paths = bgp_router_number_or_0(&bgp->max_paths);
	router->max_paths_ibgp = bgp->max_paths_ibgp.set
					 ? bgp_router_number_or_0(&bgp->max_paths_ibgp)
					 : router->max_paths;
	router->multipath_relax = bgp->multipath_relax.v;
	router->resilient_hash =
		bgp->resilient_hash.v || str_equal(bgp->hashing.s, "resilient");
	router->resilient_hash_given = bgp->resilient_hash.set;
	router->passive = bgp->passive.v;
	router->multihop_given = bgp->multihop.set;
	router->multihop =
		bgp->multihop.set ? bgp_router_number_or_0(&bgp->multihop) : MULTIHOP_OFF;
}

/* What the options say over the router. */
static const struct router *bgp_router_override(struct bgp_cluster *out,
						const struct router *router)
{
	const struct routers *over = out->options.routers;
	struct router *changed;

	for (uint32_t i = 0; over != NULL && i < over->list.count; i++) {
		const struct router *o = &over->list.items[i];

		if (o == router || !str_equal(o->name.s, router->name.s))
			continue;
		changed = arena_alloc(out->arena, sizeof(*changed));
		*changed = *router;
		if (o->asn.set)
			changed->asn = o->asn;
		if (o->addresses.at.set)
			changed->addresses = o->addresses;
		schema_take_over(&router_bgp_schema, &changed->bgp, &o->bgp);
		router = changed;
	}
	return router;
}

static bool bgp_router_is_known(const struct bgp_cluster *bgp, const char *name)
{
	ARRAY_FOREACH (const struct bgp_router, router, &bgp->routers) {
		if (str_equal(router->name, name))
			return true;
	}
	return false;
}

static void bgp_router_resolve(struct bgp_cluster *out, const struct object *object,
			       const struct router *described, uint32_t index)
{
	struct bgp_router *router = ARRAY_PUSH(out->arena, &out->routers);

	router->router = bgp_router_override(out, described);
	router->object = object;
	router->path = arena_printf(out->arena, "spec.routers[%u]", index);
	router->name = router->router->name.s != NULL ? router->router->name.s : "";
	router->index = out->routers.count - 1;
	router->asn = bgp_router_number_or_0(&router->router->asn);
	router->has_asn = router->asn != 0;
	bgp_router_read_addresses(router, out->arena);
	bgp_router_read_bgp(router, out->arena);
	bgp_router_read_filters(router, out->arena);
	bgp_router_read_make(router);
	bgp_router_read_timers(router);
}

void bgp_routers_resolve(struct bgp_cluster *out)
{
	const struct routers *more = out->options.routers;

	ARRAY_FOREACH (struct node_inventory *, inventory,
		       &out->cluster->snapshot->inventories) {
		for (uint32_t i = 0; i < (*inventory)->routers.list.count; i++)
			bgp_router_resolve(out, &(*inventory)->object,
					   &(*inventory)->routers.list.items[i], i);
	}
	for (uint32_t i = 0; more != NULL && i < more->list.count; i++)
		if (more->list.items[i].name.s != NULL &&
		    !bgp_router_is_known(out, more->list.items[i].name.s))
			bgp_router_resolve(out, out->options.routers_object,
					   &more->list.items[i], i);
}

const struct bgp_router *bgp_router_with(const struct bgp_cluster *bgp, struct ip address)
{
	ARRAY_FOREACH (const struct bgp_router, router, &bgp->routers) {
		ARRAY_FOREACH (const struct ip_net, net, &router->nets) {
			if (ip_compare(net->address, address) == 0)
				return router;
		}
	}
	return NULL;
}

/* ---- strangers ---- */

/* A session whose router is not described, and the name of that. */
struct unknown {
	const char *name;
	struct bgp_session *session;
};

struct unknowns {
	ARRAY_OF(struct unknown) list;
};

static const char *bgp_stranger_name(const struct bgp_session *s, struct arena *arena)
{
	char text[IP_TEXT_MAX];

	if (s->peer->interface != NULL)
		return arena_printf(arena, "%s of %s", s->peer->interface, s->node->node->name);
	ip_format(s->router_address, text);
	if (s->peer->zone != NULL)
		return arena_printf(arena, "%s%%%s of %s", text, s->peer->zone,
				    s->node->node->name);
	return arena_strdup(arena, text);
}

static int bgp_stranger_compare(const void *pa, const void *pb)
{
	const struct unknown *a = pa;
	const struct unknown *b = pb;
	int order = ip_compare(a->session->router_address, b->session->router_address);

	return order != 0 ? order : str_compare(a->name, b->name);
}

static void bgp_stranger_add(struct bgp_config *config, const struct unknown *of)
{
	const struct bgp_peer *peer = of->session->peer;
	struct bgp_router *stranger = ARRAY_PUSH(config->cluster->arena, &config->strangers);
	const unsigned all = BGP_IPV4 | BGP_IPV6 | BGP_EVPN;

	stranger->name = of->name;
	stranger->index = config->strangers.count - 1;
	stranger->has_asn = peer->peer_as != 0;
	stranger->asn = peer->peer_as;
	stranger->families = all;
}

/* Sorted: one stranger for each name; their addresses are final when all are there. */
static void bgp_strangers_name(struct bgp_config *config, struct unknowns *unknowns)
{
	uint32_t next = 0;

	if (unknowns->list.count == 0)
		return;
	qsort(unknowns->list.items, unknowns->list.count, sizeof(*unknowns->list.items),
	      bgp_stranger_compare);
	for (uint32_t i = 0; i < unknowns->list.count; i++)
		if (i == 0 ||
		    !str_equal(unknowns->list.items[i].name, unknowns->list.items[i - 1].name))
			bgp_stranger_add(config, &unknowns->list.items[i]);
	for (uint32_t i = 0; i < unknowns->list.count; i++) {
		next += i > 0 && !str_equal(unknowns->list.items[i].name,
					    unknowns->list.items[i - 1].name);
		unknowns->list.items[i].session->stranger = &config->strangers.items[next];
	}
}

void bgp_strangers_find(struct bgp_config *config)
{
	struct arena *arena = config->cluster->arena;
	struct unknowns unknowns = { 0 };
	struct arena scratch;

	arena_init(&scratch);
	ARRAY_FOREACH (struct bgp_node, node, &config->nodes) {
		ARRAY_FOREACH (struct bgp_peer, peer, &node->peers) {
			ARRAY_FOREACH (struct bgp_session, s, &peer->sessions) {
				struct unknown unknown = { NULL, s };

				if (s->verdict != BGP_UNKNOWN)
					continue;
				unknown.name = bgp_stranger_name(s, arena);
				ARRAY_ADD(&scratch, &unknowns.list, unknown);
			}
		}
	}
	bgp_strangers_name(config, &unknowns);
	arena_release(&scratch);
}
