/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG094 to BG099, BG102, BG103: what the described routers make of the nodes' prefixes
 * (BG6.2, BG6.3).
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/bgp/router_profiles.h"

enum {
	FULL_PERCENT = 80,
	POOL_SIZE_PRACTICAL = 65536, /* no cluster has more Services */
	WIDTH_WORTH_HASHING = 3,
};

static bool routes_advertises(const struct bgp_session *session)
{
	return session->node->imports_dummy;
}

/* Starts a finding about a value of a router's description. */
static struct finding *routes_report_router(const struct bgp_checks *c, enum check_code code,
					    const struct bgp_router *router, struct pos pos,
					    const char *below, const char *message)
{
	struct finding *f = report(c->ck, code, router->object, pos, "%s", message);

	finding_path(c->ck, f, "%s.%s", router->path, below);
	return f;
}

/* ---- prefixes, by the nodes that carry them ---- */

/* Prefixes of one family that the same nodes originate: mostly there are few such sets. */
struct load {
	const struct bgp_carriers *carriers;
	enum ip_family family;
	uint32_t prefixes;
};

struct loads {
	ARRAY_OF(struct load) list;
};

static int routes_compare_loads(const void *pa, const void *pb)
{
	const struct load *a = pa;
	const struct load *b = pb;

	if (a->carriers->id != b->carriers->id)
		return a->carriers->id < b->carriers->id ? -1 : 1;
	return (a->family > b->family) - (a->family < b->family);
}

static void routes_find_loads(const struct bgp_checks *c, const struct bgp_config *config,
			      struct loads *out)
{
	uint32_t kept = 0;

	ARRAY_FOREACH (const struct bgp_prefix, prefix, &config->prefixes) {
		const struct load load = { prefix->carriers, prefix->family, 1 };

		ARRAY_ADD(c->ck->arena, &out->list, load);
	}
	if (out->list.count == 0)
		return;
	qsort(out->list.items, out->list.count, sizeof(*out->list.items), routes_compare_loads);
	for (uint32_t i = 1; i < out->list.count; i++) {
		if (routes_compare_loads(&out->list.items[kept], &out->list.items[i]) == 0)
			out->list.items[kept].prefixes++;
		else
			out->list.items[++kept] = out->list.items[i];
	}
	out->list.count = kept + 1;
}

/* The session carries these prefixes. */
static bool routes_carries(const struct bgp_session *session, const struct load *load)
{
	return (session->families & bgp_family_bit(load->family)) != 0 &&
	       bgp_carriers_has(load->carriers, session->node->index);
}

/* ---- BG094 ---- */

/* What a router refuses of a range. */
struct refusal {
	enum bgp_filter filter;
	struct ip at; /* an address of a prefix that it refuses */
	bool whole;   /* it takes none of them, as far as the first one tells */
};

static bool routes_refuses(const struct bgp_slice *s, const struct bgp_remote *remote,
			   struct refusal *out)
{
	if ((s->families & bgp_family_bit(ip_family(remote->span.from))) == 0)
		return false;
	out->filter = bgp_router_filter_all(s->router, remote->span, remote->length,
					    s->internal, &out->at);
	out->whole = ip_compare(out->at, remote->span.from) == 0;
	return out->filter == BGP_FILTER_LENGTH || out->filter == BGP_FILTER_PREFIX;
}

/* The end of "router tor takes ...". */
static const char *routes_refusal_text(const struct bgp_checks *c,
				       const struct bgp_remote *remote,
				       const struct refusal *refusal)
{
	const char *prefix = bgp_net_text(c, bgp_masked(refusal->at, remote->length));
	const char *name = remote->pool->name;

	if (refusal->filter == BGP_FILTER_LENGTH)
		return arena_printf(
			c->ck->arena,
			"no prefixes of length /%u, in which group \"%s\" is advertised",
			remote->length, name);
	if (refusal->whole)
		return arena_printf(
			c->ck->arena,
			"no prefix like %s, the first that group \"%s\" is advertised "
			"in",
			prefix, name);
	return arena_printf(c->ck->arena, "only some of the prefixes of group \"%s\": not %s",
			    name, prefix);
}

static struct pos routes_filter_pos(const struct bgp_router *router,
				    const struct bgp_remote *remote, enum bgp_filter filter)
{
	const struct router_bgp *bgp = &router->router->bgp;
	const struct str_value *lengths = ip_family(remote->range->range.from) == IP_V4
						  ? &bgp->accept_prefix_length.v4
						  : &bgp->accept_prefix_length.v6;

	if (filter == BGP_FILTER_LENGTH && lengths->s != NULL)
		return lengths->pos;
	return bgp->accept_prefixes.at.key;
}

static void routes_check_accepted(const struct bgp_checks *c, const struct bgp_slices *slices,
				  const struct bgp_remote *remote)
{
	const struct bgp_slice *first = NULL;
	struct refusal refusal = { 0 };
	struct bgp_names routers = { 0 };
	const struct str_value *value;
	const char *field;
	struct finding *f;

	ARRAY_FOREACH (const struct bgp_slice, s, &slices->list) {
		struct refusal this = { 0 };

		if (!routes_refuses(s, remote, &this))
			continue;
		bgp_names_add(c, &routers, s->router->name);
		if (first == NULL) {
			first = s;
			refusal = this;
		}
	}
	if (first == NULL)
		return;
	value = bgp_mask_value(remote, &field);
	f = bgp_report_range(c, CHECK_BG094, remote, value, field,
			     arena_printf(c->ck->arena, "router%s %s accept%s %s",
					  routers.list.count > 1 ? "s" : "",
					  bgp_names_text(c, &routers),
					  routers.list.count > 1 ? "" : "s",
					  routes_refusal_text(c, remote, &refusal)));
	finding_hint(c->ck, f,
		     "let the routers accept /%u prefixes of %s, or choose another aggregation",
		     remote->length, remote->range->entry->subnet.s);
	finding_related(c->ck, f, routes_filter_pos(first->router, remote, refusal.filter),
			"what router \"%s\" accepts", first->router->name);
}

/* ---- BG095 ---- */

static int routes_compare_prefixes(const void *pa, const void *pb)
{
	const struct bgp_remote *const *a = pa;
	const struct bgp_remote *const *b = pb;
	int order;

	if ((*a)->length != (*b)->length)
		return (*a)->length < (*b)->length ? -1 : 1;
	order = ip_compare((*a)->span.from, (*b)->span.from);
	return order != 0 ? order : (*a > *b) - (*a < *b);
}

static u128 routes_add_saturating(u128 a, u128 b)
{
	return a + b < a ? ~(u128)0 : a + b;
}

/* How many prefixes of its length there are from `from` to the end of the range. */
static u128 routes_prefixes_from(const struct bgp_remote *remote, struct ip from)
{
	const unsigned bits = ip_family(from) == IP_V4 ? 32 : 128;
	const unsigned host = bits - remote->length;

	if (host >= 128)
		return 1;
	return ((remote->span.to.v - from.v) >> host) + 1;
}

/* What could be advertised at worst: all prefixes of all ranges, each once. */
struct worst {
	u128 all;
	u128 practical; /* of ranges that a cluster can fill */
};

static struct worst routes_worst_case(const struct bgp_checks *c,
				      const struct bgp_remotes *remotes, unsigned families)
{
	const struct bgp_remote **sorted =
		arena_zalloc(c->ck->arena, remotes->list.count, sizeof(*sorted));
	struct worst worst = { 0 };
	struct ip next = { 0 };
	uint32_t count = 0;

	ARRAY_FOREACH (const struct bgp_remote, remote, &remotes->list) {
		if (remote->has_prefix && remote->link == NULL &&
		    remote->pool->reject == POOL_ACCEPTED &&
		    (families & bgp_family_bit(ip_family(remote->span.from))) != 0)
			sorted[count++] = remote;
	}
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), routes_compare_prefixes);
	for (uint32_t i = 0; i < count; i++) {
		const bool fresh = i == 0 || sorted[i - 1]->length != sorted[i]->length ||
				   ip_compare(next, sorted[i]->span.from) < 0;
		const struct ip from = fresh ? sorted[i]->span.from : next;
		u128 own;

		if (!fresh && ip_compare(next, sorted[i]->span.to) > 0)
			continue;
		own = routes_prefixes_from(sorted[i], from);
		worst.all = routes_add_saturating(worst.all, own);
		if (own <= POOL_SIZE_PRACTICAL)
			worst.practical = routes_add_saturating(worst.practical, own);
		next.v = sorted[i]->span.to.v + (sorted[i]->span.to.v != ~(u128)0);
	}
	return worst;
}

/* The session that carries most prefixes now, and how many. */
static uint32_t routes_most_now(const struct bgp_slice *s, const struct loads *loads,
				const struct bgp_session **which)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		uint32_t now = 0;

		ARRAY_FOREACH (const struct load, load, &loads->list)
			now += routes_carries(s->sessions[i], load) ? load->prefixes : 0;
		if (now > most || *which == NULL) {
			most = now;
			*which = s->sessions[i];
		}
	}
	return most;
}

/*
 * What Services hold and get now is certain; what the pools could come to is not, and with
 * Services in the input it is a warning. Nobody fills the pools of 2^64 addresses that IPv6
 * has, so what only they could exceed is a warning at most.
 */
static void routes_check_limit(const struct bgp_checks *c, const struct bgp_slice *s,
			       const struct bgp_remotes *remotes, const struct loads *loads)
{
	const uint64_t max = s->router->max_prefixes;
	const struct worst worst = routes_worst_case(c, remotes, s->families);
	const struct bgp_session *session = NULL;
	const uint32_t now = routes_most_now(s, loads, &session);
	const bool over = worst.all > max;
	const char *what;
	char digits[U128_TEXT_MAX];
	struct finding *f;

	if (now > max)
		what = arena_printf(c->ck->arena,
				    "node \"%s\" advertises %" PRIu32
				    ", and the router closes the session",
				    session->node->node->name, now);
	else if (now * UINT64_C(100) > max * FULL_PERCENT)
		what = arena_printf(c->ck->arena, "node \"%s\" advertises %" PRIu32 " already",
				    session->node->node->name, now);
	else if (worst.all * 100 > (u128)max * FULL_PERCENT || over)
		what = arena_printf(c->ck->arena, "the remote pools have room for %s",
				    u128_format(worst.all, digits));
	else
		return;
	f = routes_report_router(
		c, CHECK_BG095, s->router, s->router->router->bgp.max_prefixes.pos,
		"bgp.maxPrefixes",
		arena_printf(c->ck->arena,
			     "router \"%s\" closes a session with more than %" PRIu64
			     " prefix%s: %s",
			     s->router->name, max, max == 1 ? "" : "es", what));
	if (now <= max && (c->bgp->vips_known || worst.practical <= max))
		f->severity = SEVERITY_WARN;
	finding_hint(c->ck, f, "raise the limit on the router, or aggregate the pools");
}

/* ---- BG096, BG097, BG099 ---- */

/* How many nodes of the slice carry these prefixes to the router. */
static uint32_t routes_nodes_with(const struct bgp_slice *s, const struct load *load)
{
	const struct bgp_node *last = NULL;
	uint32_t count = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		if (s->sessions[i]->node == last || !routes_carries(s->sessions[i], load))
			continue;
		last = s->sessions[i]->node;
		count++;
	}
	return count;
}

/* How many nodes advertise one prefix to the router: of those that Services have, or, when
 * Services are not in the input, of any that there could be. */
static uint32_t routes_advertisers(const struct bgp_slice *s, const struct loads *loads)
{
	uint32_t most = 0;

	if (!s->config->cluster->vips_known)
		return s->config->cluster->has_remote ? s->nodes : 0;
	ARRAY_FOREACH (const struct load, load, &loads->list) {
		uint32_t count;

		if (load->carriers->count <= most)
			continue;
		count = routes_nodes_with(s, load);
		most = count > most ? count : most;
	}
	return most;
}

static void routes_check_paths(const struct bgp_checks *c, const struct bgp_slice *s,
			       const struct loads *loads)
{
	const struct router_bgp *bgp = &s->router->router->bgp;
	const bool ibgp = s->internal && !s->external;
	const bool own = ibgp && bgp->max_paths_ibgp.set;
	const uint32_t max = ibgp ? s->router->max_paths_ibgp : s->router->max_paths;
	const uint32_t nodes = routes_advertisers(s, loads);
	const enum check_code code = max == 1 ? CHECK_BG096 : CHECK_BG097;
	struct finding *f;

	if (max == 0 || nodes <= max)
		return;
	f = routes_report_router(
		c, code, s->router, own ? bgp->max_paths_ibgp.pos : bgp->max_paths.pos,
		own ? "bgp.maxPathsIBGP" : "bgp.maxPaths",
		max == 1 ? arena_printf(c->ck->arena,
					"router \"%s\" installs one path only: of %" PRIu32
					" nodes that advertise an address, one gets all of its "
					"traffic",
					s->router->name, nodes)
			 : arena_printf(c->ck->arena,
					"router \"%s\" installs %" PRIu32 " paths, but %" PRIu32
					" nodes advertise the same address: %" PRIu32
					" of them stay%s idle",
					s->router->name, max, nodes, nodes - max,
					nodes - max == 1 ? "s" : ""));
	finding_hint(c->ck, f, "set the router's maximum-paths to %" PRIu32 " or more", nodes);
}

static void routes_check_hash(const struct bgp_checks *c, const struct bgp_slice *s,
			      const struct loads *loads)
{
	const bool ibgp = s->internal && !s->external;
	const uint32_t max = ibgp ? s->router->max_paths_ibgp : s->router->max_paths;
	uint32_t width = routes_advertisers(s, loads);
	struct finding *f;

	if (max > 0 && width > max)
		width = max;
	if (!s->router->resilient_hash_given || s->router->resilient_hash ||
	    width < WIDTH_WORTH_HASHING)
		return;
	f = routes_report_router(
		c, CHECK_BG099, s->router, s->router->router->bgp.resilient_hash.pos,
		"bgp.resilientHash",
		arena_printf(c->ck->arena,
			     "router \"%s\" has no resilient hashing: when one of %" PRIu32
			     " nodes goes away, up to %" PRIu32
			     " %% of all connections move to another node and break",
			     s->router->name, width, 100 - 100 / width));
	finding_hint(c->ck, f,
		     "enable resilient (consistent) hashing if the router supports it");
}

/* ---- BG098 ---- */

static void routes_report_mixed(const struct bgp_checks *c, const struct bgp_slice *s,
				const struct bgp_session *first,
				const struct bgp_session *other)
{
	const struct bgp_session *worse = first->internal ? other : first;
	struct finding *f = bgp_report(
		c, CHECK_BG098, s->config, bgp_peer_place(c, s->config, other->peer),
		"router \"%s\" hears %s by iBGP and %s by eBGP: the paths are never equal, so "
		"only the nodes of one kind get traffic",
		s->router->name,
		worse == first ? other->node->node->name : first->node->node->name,
		worse->node->node->name);

	finding_hint(c->ck, f, "give all nodes the same localAsn towards this router");
	finding_related(c->ck, f, bgp_peer_place(c, s->config, first->peer).pos, "%s",
			bgp_peer_text(c, s->config, first->peer));
}

static void routes_report_unequal(const struct bgp_checks *c, const struct bgp_slice *s,
				  const struct bgp_session *first,
				  const struct bgp_session *other)
{
	const struct bool_value *relax = &s->router->router->bgp.multipath_relax;
	struct finding *f = bgp_report(
		c, CHECK_BG098, s->config, bgp_peer_place(c, s->config, other->peer),
		"%s is AS %" PRIu32 " and %s is AS %" PRIu32
		" for router \"%s\", which considers paths equal only if their AS paths are: "
		"the traffic goes to the nodes of one AS",
		first->node->node->name, first->peer->local_as, other->node->node->name,
		other->peer->local_as, s->router->name);

	finding_hint(
		c->ck, f,
		"set `bestpath as-path multipath-relax` on the router (multipathRelax: true), "
		"or give the nodes the same AS");
	finding_related(c->ck, f, relax->set ? relax->pos : s->router->router->name.pos,
			"the router");
}

static void routes_check_equal(const struct bgp_checks *c, const struct bgp_slice *s)
{
	const struct bgp_session *first = NULL;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct bgp_session *session = s->sessions[i];

		if (!routes_advertises(session))
			continue;
		if (first == NULL)
			first = session;
		if (session->node == first->node || (session->families & first->families) == 0)
			continue;
		if (session->internal != first->internal) {
			routes_report_mixed(c, s, first, session);
			return;
		}
		if (!session->internal && !s->router->multipath_relax &&
		    session->peer->local_as != first->peer->local_as) {
			routes_report_unequal(c, s, first, session);
			return;
		}
	}
}

/* ---- BG102 ---- */

/* A subnet of the router that the prefixes of a range meet. */
struct clash {
	const struct bgp_router *router;
	struct ip_net net;
	bool equal; /* one of the prefixes is that subnet; else it lies inside */
};

static bool routes_clashes(const struct bgp_router *router, const struct bgp_remote *remote,
			   struct clash *out)
{
	ARRAY_FOREACH (const struct ip_net, net, &router->connected) {
		const struct ip_range range = ip_net_range(*net);
		const bool equal = ip_net_equal(bgp_masked(range.from, remote->length), *net) &&
				   ip_range_overlaps(range, remote->span);

		if (ip_family(range.from) != ip_family(remote->span.from) ||
		    (!equal && !(ip_range_contains(range, remote->span.from) &&
				 ip_range_contains(range, remote->span.to))))
			continue;
		*out = (struct clash){ router, *net, equal };
		return true;
	}
	return false;
}

/* Where the router's description has the subnet. */
static struct pos routes_net_pos(const struct clash *clash)
{
	const struct str_list *lists[] = { &clash->router->router->addresses,
					   &clash->router->router->bgp.connected };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		ARRAY_FOREACH (const struct str_value, text, &lists[i]->list) {
			struct ip_net net;

			if (ip_net_parse(text->s, &net) && ip_net_equal(net, clash->net))
				return text->pos;
		}
	}
	return clash->router->router->name.pos;
}

/* Where a node is on the subnet too, BG072 has said all. */
static void routes_check_connected(const struct bgp_checks *c, const struct bgp_slices *slices,
				   const struct bgp_remote *remote)
{
	ARRAY_FOREACH (const struct bgp_slice, s, &slices->list) {
		struct clash clash;
		struct finding *f;

		if (remote->link != NULL || !routes_clashes(s->router, remote, &clash))
			continue;
		f = bgp_report_range(
			c, CHECK_BG102, remote, &remote->range->entry->pool, "pool",
			arena_printf(
				c->ck->arena,
				clash.equal
					? "router \"%s\" is connected to %s: it prefers its "
					  "own route and sends no traffic of group \"%s\" to "
					  "the nodes"
					: "router \"%s\" is connected to %s: hosts there look "
					  "for addresses of group \"%s\" on their own link, "
					  "where nobody answers",
				s->router->name, bgp_net_text(c, clash.net),
				remote->pool->name));
		if (!clash.equal)
			f->severity = SEVERITY_WARN;
		finding_hint(c->ck, f, "choose a subnet that no router has on an interface");
		finding_related(c->ck, f, routes_net_pos(&clash), "the router's subnet");
		return;
	}
}

/* ---- BG103 ---- */

/* The only thing at the other end of the node's sessions; NULL: none, or several. One that is
 * kept down by a mistake is a spare as soon as that is fixed. */
static const struct bgp_router *routes_only_router(const struct bgp_node *node)
{
	const struct bgp_router *only = NULL;

	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		if (peer->refusal != BGP_ACCEPTED || peer->admin_down)
			continue;
		ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
			if (session->router == NULL ||
			    (only != NULL && session->router != only))
				return NULL;
			only = session->router;
		}
	}
	return only;
}

static bool routes_has_live(const struct bgp_node *node)
{
	ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
		ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
			if (session->verdict != BGP_DOWN)
				return true;
		}
	}
	return false;
}

/* How long its nodes stay without routes when it is started again; empty where that is not
 * known. */
static const char *routes_restart_text(const struct bgp_checks *c,
				       const struct bgp_router *router)
{
	const struct bgp_span back = router_profile_until_back(router->profile);
	const double second = (double)NS_PER_SEC;

	if (router->router->bgp.profile.s == NULL || router->passive)
		return "";
	return arena_printf(
		c->ck->arena,
		"; when it restarts (%s), sessions are back %.1f to %.1f s after its "
		"daemon starts",
		router->profile->name, (double)back.min_ns / second,
		(double)back.max_ns / second);
}

static void routes_check_spare(const struct bgp_checks *c, const struct bgp_config *config)
{
	struct bgp_names *alone =
		arena_zalloc(c->ck->arena, c->bgp->routers.count, sizeof(*alone));
	uint32_t live = 0;

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		const struct bgp_router *only = routes_only_router(node);

		if (!routes_has_live(node))
			continue;
		live++;
		if (only != NULL)
			bgp_names_add(c, &alone[only->index], node->node->name);
	}
	for (uint32_t i = 0; i < c->bgp->routers.count; i++) {
		const struct bgp_router *router = &c->bgp->routers.items[i];
		const struct bgp_names *names = &alone[i];
		struct finding *f;

		if (names->list.count == 0)
			continue;
		f = routes_report_router(
			c, CHECK_BG103, router, router->router->name.pos, "name",
			arena_printf(
				c->ck->arena,
				"%s ha%s a session with router \"%s\" only: when it fails, no "
				"address can be reached %s%s",
				bgp_nodes_text(c, names), names->list.count == 1 ? "s" : "ve",
				router->name,
				names->list.count == live ? "any more"
				: names->list.count == 1  ? "through it"
							  : "through them",
				routes_restart_text(c, router)));
		finding_hint(c->ck, f, "add a session with a second router");
	}
}

/* ---- all of them ---- */

static void routes_check_config(const struct bgp_checks *c, const struct bgp_config *config,
				const struct bgp_remotes *remotes)
{
	struct bgp_slices slices = { 0 };
	struct loads loads = { 0 };

	bgp_slices_find(c, config, &slices);
	routes_find_loads(c, config, &loads);
	ARRAY_FOREACH (const struct bgp_remote, remote, &remotes->list) {
		if (!remote->has_prefix || remote->pool->reject != POOL_ACCEPTED)
			continue;
		routes_check_accepted(c, &slices, remote);
		routes_check_connected(c, &slices, remote);
	}
	ARRAY_FOREACH (const struct bgp_slice, s, &slices.list) {
		if (s->router->max_prefixes > 0)
			routes_check_limit(c, s, remotes, &loads);
		routes_check_paths(c, s, &loads);
		routes_check_hash(c, s, &loads);
		routes_check_equal(c, s);
	}
	routes_check_spare(c, config);
}

void bgp_check_routes(const struct bgp_checks *c)
{
	struct bgp_remotes remotes = { 0 };

	if (c->bgp->routers.count == 0 || c->bgp->configs.count == 0)
		return;
	bgp_remotes_find(c, &remotes);
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs)
		routes_check_config(c, config, &remotes);
}
