/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BG086 to BG093, BG100, BG101: sessions as the described routers see them (BG6.3).
 *
 * purelb/ has judged every session. What keeps the sessions of one neighbor with one router
 * down is one finding, however many nodes it concerns.
 */
#include "validator/bgp/bgp.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/bgp/bgp_time.h"
#include "purelb/bgp/router_profiles.h"

enum {
	LISTEN_LIMIT_FRR = 100, /* unless told otherwise */
	SLOW_HOLD_S = 30,       /* BG051 speaks of it from there on */
};

/* ---- places of what a peer's settings come from ---- */

/* The group overwrites its members, under fork-1.3 only what they leave out. (BG4.4) */
static bool routers_from_group(const struct bgp_checks *c, const struct bgp_peer *peer,
			       bool own_given)
{
	return peer->group != NULL &&
	       (peer->dynamic != NULL || !own_given || c->bgp->options.daemon == BGP_FORK_1_1);
}

/* Where a setting below `config` stands; a zero `own` or `group` place: it is absent. */
static struct bgp_place routers_setting_place(const struct bgp_checks *c,
					      const struct bgp_config *config,
					      const struct bgp_peer *peer, struct pos own,
					      struct pos group, const char *below)
{
	if (routers_from_group(c, peer, own.source != 0))
		return bgp_group_place(c, config, peer->group_index, group, below);
	if (peer->neighbor != NULL)
		return bgp_neighbor_place(c, config, peer->index, own, below);
	return bgp_peer_place(c, config, peer);
}

static struct bgp_place routers_peer_asn_place(const struct bgp_checks *c,
					       const struct bgp_config *config,
					       const struct bgp_peer *peer)
{
	static const struct pos nowhere;

	return routers_setting_place(
		c, config, peer,
		peer->neighbor != NULL ? peer->neighbor->config.peer_asn.pos : nowhere,
		peer->group != NULL ? peer->group->config.peer_asn.pos : nowhere,
		"config.peerAsn");
}

/* localAsn where it is given, else the AS of all. */
static struct bgp_place routers_local_asn_place(const struct bgp_checks *c,
						const struct bgp_config *config,
						const struct bgp_peer *peer)
{
	static const struct pos nowhere;
	const struct pos own =
		peer->neighbor != NULL ? peer->neighbor->config.local_asn.pos : nowhere;
	const struct pos group =
		peer->group != NULL ? peer->group->config.local_asn.pos : nowhere;
	const bool by_group = routers_from_group(c, peer, own.source != 0);

	if ((by_group ? group : own).source == 0)
		return bgp_global_place(c, config, config->object->global.asn.pos, "asn");
	return routers_setting_place(c, config, peer, own, group, "config.localAsn");
}

/* ---- faults: the reasons of sessions that stay down, by neighbor and router ---- */

struct fault {
	const struct bgp_session *session;
	const struct bgp_why *why;
};

struct faults {
	ARRAY_OF(struct fault) list;
};

/* Faults of one kind, neighbor and router. */
struct bundle {
	const struct bgp_config *config;
	const struct bgp_session *first;
	const struct bgp_router *router;
	const struct bgp_why *why;
	struct bgp_names nodes;
	const char *who; /* "neighbor 10.0.0.1" */
};

static int routers_compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* The same kind, neighbor and router: equal but for the node. */
static int routers_compare_kind(const struct fault *a, const struct fault *b)
{
	const struct bgp_peer *p = a->session->peer;
	const struct bgp_peer *q = b->session->peer;
	const int orders[] = {
		(a->why->reason > b->why->reason) - (a->why->reason < b->why->reason),
		(p->dynamic != NULL) - (q->dynamic != NULL),
		routers_compare_u32(p->index, q->index),
		routers_compare_u32(a->session->router->index, b->session->router->index),
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (orders[i] != 0)
			return orders[i];
	return 0;
}

static int routers_compare_faults(const void *pa, const void *pb)
{
	const struct fault *a = pa;
	const struct fault *b = pb;
	const int order = routers_compare_kind(a, b);

	return order != 0
		       ? order
		       : routers_compare_u32(a->session->node->index, b->session->node->index);
}

static void routers_collect_faults(const struct bgp_checks *c, const struct bgp_config *config,
				   struct faults *out)
{
	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
			ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
				ARRAY_FOREACH (const struct bgp_why, why, &session->reasons) {
					const struct fault fault = { session, why };

					if (session->router != NULL)
						ARRAY_ADD(c->ck->arena, &out->list, fault);
				}
			}
		}
	}
	if (out->list.count > 0)
		qsort(out->list.items, out->list.count, sizeof(*out->list.items),
		      routers_compare_faults);
}

static bool routers_has_reason(const struct bgp_session *session, enum bgp_reason reason)
{
	ARRAY_FOREACH (const struct bgp_why, why, &session->reasons) {
		if (why->reason == reason)
			return true;
	}
	return false;
}

/* ---- BG087 ---- */

static void routers_report_peer_as(const struct bgp_checks *c, const struct bundle *b)
{
	struct finding *f = bgp_report(
		c, CHECK_BG087, b->config, routers_peer_asn_place(c, b->config, b->first->peer),
		"%s is expected to be AS %" PRIu32 ", but router \"%s\" there is AS %" PRIu32
		": the session never comes up",
		b->who, b->first->peer->peer_as, b->router->name, b->router->asn);

	finding_hint(c->ck, f, "set peerAsn to %" PRIu32 " if the router is right",
		     b->router->asn);
	finding_related(c->ck, f, b->router->router->asn.pos, "the router's AS");
}

/* ---- BG088 ---- */

static const char *routers_expected_as(const struct bgp_checks *c, const struct bundle *b)
{
	const struct bgp_router_peer *entry = b->first->router_peer;
	const struct int_list *allowed = &b->router->router->bgp.peers_allowed;
	const char *text = NULL;

	if (entry != NULL && entry->has_asn)
		return arena_printf(c->ck->arena, "AS %" PRIu32, entry->asn);
	ARRAY_FOREACH (const struct int_value, asn, &allowed->list)
		text = arena_printf(c->ck->arena, "%s%s%" PRId64, text != NULL ? text : "AS ",
				    text != NULL ? ", " : "", asn->v);
	return text != NULL ? text : "no AS";
}

static void routers_report_remote_as(const struct bgp_checks *c, const struct bundle *b)
{
	const struct bgp_router_peer *entry = b->first->router_peer;
	const bool by_entry = entry != NULL && entry->has_asn;
	struct finding *f = bgp_report(
		c, CHECK_BG088, b->config,
		routers_local_asn_place(c, b->config, b->first->peer),
		"router \"%s\" accepts %s only, but %s connect%s as AS %" PRIu32
		": the session never comes up",
		b->router->name, routers_expected_as(c, b), bgp_nodes_text(c, &b->nodes),
		b->nodes.list.count == 1 ? "s" : "", b->first->peer->local_as);

	finding_hint(c->ck, f, "make the router's remote-as and the AS of the nodes the same");
	finding_related(c->ck, f,
			by_entry ? entry->entry->asn.pos
				 : b->router->router->bgp.peers_allowed.at.pos,
			"what the router accepts");
}

/* ---- BG089 ---- */

static void routers_report_not_allowed(const struct bgp_checks *c, const struct bundle *b)
{
	const struct router_bgp *bgp = &b->router->router->bgp;
	const struct section *list =
		bgp->listen_ranges.at.set ? &bgp->listen_ranges.at : &bgp->neighbors.at;
	const char *source = bgp_ip_text(c, b->first->source);
	const char *what =
		b->nodes.list.count == 1
			? arena_printf(c->ck->arena, "does not know %s, the address of %s",
				       source, b->nodes.list.items[0])
			: arena_printf(c->ck->arena,
				       "knows none of the addresses of %s, such as %s",
				       bgp_nodes_text(c, &b->nodes), source);
	struct finding *f = bgp_report(
		c, CHECK_BG089, b->config, bgp_peer_place(c, b->config, b->first->peer),
		"router \"%s\" %s: it refuses the session", b->router->name, what);

	f->inferred = b->first->source_inferred;
	finding_hint(c->ck, f,
		     "add the address to the router's neighbors, or its subnet to its "
		     "listenRanges");
	finding_related(c->ck, f, list->key, "what the router knows");
}

/* ---- BG090 ---- */

static void routers_report_limit(const struct bgp_checks *c, const struct bundle *b)
{
	struct finding *f = report(
		c->ck, CHECK_BG090, b->router->object, b->router->router->bgp.listen_limit.pos,
		"router \"%s\" accepts %" PRIu32
		" neighbors from its listen ranges, but more connect: it refuses %s, or "
		"whoever connects last",
		b->router->name, b->router->listen_limit, bgp_nodes_text(c, &b->nodes));

	finding_path(c->ck, f, "%s.bgp.listenLimit", b->router->path);
	finding_hint(c->ck, f, "raise the router's limit above the number of nodes");
	finding_related(c->ck, f, bgp_peer_place(c, b->config, b->first->peer).pos, "%s",
			b->who);
}

/* ---- BG091 ---- */

static struct pos routers_key_pos(const struct bgp_session *session)
{
	const struct router_bgp *bgp = &session->router->router->bgp;

	if (session->router_peer != NULL && bgp_given(&session->router_peer->entry->password))
		return session->router_peer->entry->password.pos;
	return bgp_given(&bgp->password) ? bgp->password.pos : bgp->authenticated.pos;
}

/* The node's password, or where it should be. */
static struct bgp_place routers_key_place(const struct bgp_checks *c, const struct bundle *b,
					  bool *confidential)
{
	const struct bgp_peer *peer = b->first->peer;
	const uint32_t neighbors = b->config->object->neighbors.list.count;
	const struct bgp_credential *all = b->config->credentials.items;
	const struct bgp_credential *own = peer->neighbor != NULL ? &all[peer->index] : NULL;
	const struct bgp_credential *credential = own;

	if (routers_from_group(c, peer, own != NULL && own->auth != BGP_AUTH_NONE))
		credential = &all[neighbors + peer->group_index];
	*confidential = credential != NULL && credential->auth == BGP_AUTH_INLINE;
	if (credential == NULL || credential->auth == BGP_AUTH_NONE)
		return bgp_peer_place(c, b->config, peer);
	if (*confidential)
		return (struct bgp_place){ credential->given->pos,
					   arena_printf(c->ck->arena, "%s.authPassword",
							credential->path) };
	return (struct bgp_place){ credential->ref->name.pos,
				   arena_printf(c->ck->arena, "%s.authPasswordSecretRef.name",
						credential->path) };
}

static void routers_report_password(const struct bgp_checks *c, const struct bundle *b)
{
	bool confidential;
	const struct bgp_place place = routers_key_place(c, b, &confidential);
	const struct pos theirs = routers_key_pos(b->first);
	struct finding *f = bgp_report(c, CHECK_BG091, b->config, place,
				       "%s of %s: %s, so neither end hears the other", b->who,
				       bgp_nodes_text(c, &b->nodes), b->why->text);

	f->confidential = confidential;
	finding_hint(c->ck, f, "configure the same password on both ends, or none");
	if (theirs.source != 0)
		finding_related(c->ck, f, theirs, "the router's end");
}

/* ---- BG100 ---- */

/* A node without multihop is BG037's. */
static void routers_report_multihop(const struct bgp_checks *c, const struct bundle *b)
{
	const struct bgp_peer *peer = b->first->peer;
	const struct router_bgp *bgp = &b->router->router->bgp;
	struct bgp_place place = bgp_peer_place(c, b->config, peer);
	struct finding *f;

	if (routers_has_reason(b->first, BGP_WHY_TTL))
		return;
	if (peer->neighbor != NULL && peer->neighbor->ebgp_multihop.at.set)
		place = bgp_neighbor_place(c, b->config, peer->index,
					   peer->neighbor->ebgp_multihop.at.key,
					   "ebgpMultihop");
	f = bgp_report(
		c, CHECK_BG100, b->config, place,
		"%s is more than one hop from %s, but router \"%s\" has no multihop for them: "
		"its packets end at the first hop",
		b->who, bgp_nodes_text(c, &b->nodes), b->router->name);
	finding_hint(c->ck, f, "configure multihop for the nodes on the router as well");
	finding_related(c->ck, f,
			bgp->multihop.set ? bgp->multihop.pos : b->router->router->name.pos,
			"the router");
}

/* ---- all that keeps sessions down ---- */

typedef void reporter(const struct bgp_checks *c, const struct bundle *b);

static reporter *const reporters[BGP_WHYS] = {
	[BGP_WHY_PEER_AS] = routers_report_peer_as,
	[BGP_WHY_REMOTE_AS] = routers_report_remote_as,
	[BGP_WHY_NOT_ALLOWED] = routers_report_not_allowed,
	[BGP_WHY_LISTEN_LIMIT] = routers_report_limit,
	[BGP_WHY_PASSWORD] = routers_report_password,
	[BGP_WHY_ROUTER_TTL] = routers_report_multihop,
};

/* A session that nobody wants is not missed. */
static bool routers_is_wanted(const struct bgp_session *session)
{
	return session->peer->refusal == BGP_ACCEPTED && !session->peer->admin_down;
}

static void routers_check_faults(const struct bgp_checks *c, const struct bgp_config *config)
{
	struct faults faults = { 0 };

	routers_collect_faults(c, config, &faults);
	for (uint32_t i = 0, end; i < faults.list.count; i = end) {
		const struct fault *first = &faults.list.items[i];
		struct bundle b = {
			.config = config,
			.first = first->session,
			.router = first->session->router,
			.why = first->why,
		};

		for (end = i; end < faults.list.count &&
			      routers_compare_kind(first, &faults.list.items[end]) == 0;
		     end++)
			bgp_names_add(c, &b.nodes,
				      faults.list.items[end].session->node->node->name);
		if (reporters[first->why->reason] == NULL || !routers_is_wanted(first->session))
			continue;
		b.who = bgp_peer_text(c, config, first->session->peer);
		reporters[first->why->reason](c, &b);
	}
}

/* ---- BG086 ---- */

/* Neighbors that are nodes of the cluster, which is BG033's. */
static bool *routers_find_selves(const struct bgp_checks *c, const struct bgp_config *config)
{
	bool *selves = arena_zalloc(c->ck->arena, config->object->neighbors.list.count,
				    sizeof(*selves));

	ARRAY_FOREACH (const struct bgp_node, node, &config->nodes) {
		ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
			ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
				if (peer->neighbor != NULL &&
				    routers_has_reason(session, BGP_WHY_SELF))
					selves[peer->index] = true;
			}
		}
	}
	return selves;
}

static void routers_check_known(const struct bgp_checks *c, const struct bgp_config *config)
{
	const struct bgp_neighbors *neighbors = &config->object->neighbors;
	const bool *selves = routers_find_selves(c, config);

	for (uint32_t i = 0; i < neighbors->list.count; i++) {
		const struct bgp_neighbor_config *own = &neighbors->list.items[i].config;
		struct finding *f;
		struct ip ip;

		if (own->admin_down.v || selves[i] || bgp_given(&own->neighbor_interface) ||
		    own->neighbor_address.s == NULL ||
		    !ip_parse(own->neighbor_address.s, &ip) || ip_is_link_local(ip) ||
		    bgp_router_with(c->bgp, ip) != NULL)
			continue;
		f = bgp_report(c, CHECK_BG086, config, bgp_neighbor_name_place(c, config, i),
			       "no router in the NodeInventory has the address %s: whether the "
			       "session comes up is unknown",
			       own->neighbor_address.s);
		finding_hint(c->ck, f,
			     "correct the address, or add it to a router in spec.routers");
	}
}

/* ---- BG090: the limit that nobody has written ---- */

static void routers_check_default_limit(const struct bgp_checks *c, const struct bgp_slice *s)
{
	const struct router_bgp *bgp = &s->router->router->bgp;
	uint32_t by_range = 0;
	struct finding *f;

	for (uint32_t i = 0; i < s->count; i++)
		by_range += s->sessions[i]->router_peer != NULL &&
			    s->sessions[i]->router_peer->is_range;
	if (bgp->listen_limit.set || by_range <= LISTEN_LIMIT_FRR)
		return;
	f = report(
		c->ck, CHECK_BG090, s->router->object, bgp->listen_ranges.at.key,
		"%" PRIu32
		" sessions reach router \"%s\" by its listen ranges: FRR accepts %d by default",
		by_range, s->router->name, LISTEN_LIMIT_FRR);
	f->severity = SEVERITY_WARN;
	f->inferred = true;
	finding_path(c->ck, f, "%s.bgp.listenRanges", s->router->path);
	finding_hint(c->ck, f, "raise the limit of the router, and set listenLimit here");
}

/* ---- BG092 ---- */

static void routers_check_families(const struct bgp_checks *c, const struct bgp_slice *s)
{
	const unsigned wanted =
		c->bgp->has_remote ? c->bgp->remote_families : (unsigned)BGP_IPV4 | BGP_IPV6;
	const struct str_list *families = &s->router->router->bgp.families;
	const struct bgp_session *first = NULL;
	unsigned missing = 0;
	struct finding *f;

	if (!s->router->families_given)
		return;
	for (uint32_t i = 0; i < s->count; i++) {
		const unsigned lacks =
			s->sessions[i]->peer->families & wanted & ~s->router->families;

		if (lacks != 0 && first == NULL)
			first = s->sessions[i];
		missing |= lacks;
	}
	if (missing == 0)
		return;
	f = report(
		c->ck, CHECK_BG092, s->router->object, families->at.pos,
		"router \"%s\" has not activated %s: it accepts no such route from the nodes",
		s->router->name, bgp_families_text(missing, c->ck->arena));
	finding_path(c->ck, f, "%s.bgp.families", s->router->path);
	finding_hint(c->ck, f, "activate the family for the nodes on the router");
	finding_related(c->ck, f, bgp_peer_place(c, s->config, first->peer).pos, "%s offers it",
			bgp_peer_text(c, s->config, first->peer));
}

/* ---- BG093 ---- */

static void routers_check_policy(const struct bgp_checks *c, const struct bgp_slice *s)
{
	const struct bool_value *requires = &s->router->router->bgp.requires_policy;
	bool external = false;
	struct finding *f;

	for (uint32_t i = 0; i < s->count; i++)
		external |= !s->sessions[i]->internal;
	if (!s->router->requires_policy || s->router->filters || !external)
		return;
	f = report(c->ck, CHECK_BG093, s->router->object, requires->pos,
		   "router \"%s\" accepts routes from another AS only with a policy, but has "
		   "none: sessions come up, and every route of the nodes is discarded",
		   s->router->name);
	finding_path(c->ck, f, "%s.bgp.requiresPolicy", s->router->path);
	finding_hint(c->ck, f,
		     "give the router an import policy (acceptPrefixes here), or set `no bgp "
		     "ebgp-requires-policy`");
}

/* ---- BG101 ---- */

/* The router's own keepalives are used as they are when its hold time is the one that counts;
 * else it works them out, as the node does. (BG6.1) */
static void routers_check_keepalive(const struct bgp_checks *c, const struct bgp_slice *s)
{
	const struct bgp_router *router = s->router;
	const enum bgp_keepalive_risk risk =
		bgp_time_judge_keepalive(router->keepalive_seconds, router->hold_seconds);
	bool own = false;
	struct finding *f;

	for (uint32_t i = 0; i < s->count; i++)
		own |= s->sessions[i]->hold_seconds == router->hold_seconds;
	if (!own || !router->keepalive_given || router->hold_seconds == 0 ||
	    risk == BGP_KEEPALIVE_SAFE)
		return;
	f = report(c->ck, CHECK_BG101, router->object, router->router->bgp.keepalive_time.pos,
		   "router \"%s\" sends a keepalive every %" PRIu32
		   " s, with a hold time of %" PRIu32 " s: %s",
		   router->name, router->keepalive_seconds, router->hold_seconds,
		   risk == BGP_KEEPALIVE_FLAPS
			   ? "the nodes drop the session before the first one, again and again"
			   : "a single lost or late one can end the session");
	f->severity = SEVERITY_WARN;
	finding_path(c->ck, f, "%s.bgp.keepaliveTime", router->path);
	finding_hint(c->ck, f, "set the router's keepalive to a third of its hold time");
}

/* Which of two hold times counts, where they differ. */
static void routers_check_hold(const struct bgp_checks *c, const struct bgp_slice *s)
{
	const struct bgp_router *router = s->router;
	const struct bgp_session *differs = NULL;
	struct bgp_span noticed;
	struct finding *f;

	for (uint32_t i = 0; i < s->count && differs == NULL; i++) {
		const struct bgp_session *session = s->sessions[i];

		if (session->peer->hold_seconds != router->hold_seconds &&
		    session->hold_seconds > 0 && session->hold_seconds < SLOW_HOLD_S)
			differs = session;
	}
	if (differs == NULL)
		return;
	noticed = router_profile_until_noticed(router->profile, differs->hold_seconds,
					       differs->keepalive_seconds);
	f = report(c->ck, CHECK_BG101, router->object, router->router->bgp.hold_time.pos,
		   "hold time %" PRIu32 " s of router \"%s\" and %" PRIu64
		   " s of %s: the lower one counts, so a dead node is noticed after %" PRId64
		   " to %" PRId64 " s",
		   router->hold_seconds, router->name, differs->peer->hold_seconds,
		   bgp_peer_text(c, s->config, differs->peer), noticed.min_ns / NS_PER_SEC,
		   noticed.max_ns / NS_PER_SEC);
	finding_path(c->ck, f, "%s.bgp.holdTime", router->path);
	finding_hint(c->ck, f, "configure the same value on both ends");
}

/* ---- all of them ---- */

static void routers_check_slice(const struct bgp_checks *c, const struct bgp_slice *s)
{
	routers_check_default_limit(c, s);
	routers_check_families(c, s);
	routers_check_policy(c, s);
	routers_check_keepalive(c, s);
	if (s->router->hold_given)
		routers_check_hold(c, s);
}

void bgp_check_routers(const struct bgp_checks *c)
{
	if (c->bgp->routers.count == 0)
		return;
	ARRAY_FOREACH (const struct bgp_config, config, &c->bgp->configs) {
		struct bgp_slices slices = { 0 };

		routers_check_known(c, config);
		routers_check_faults(c, config);
		bgp_slices_find(c, config, &slices);
		ARRAY_FOREACH (const struct bgp_slice, s, &slices.list)
			routers_check_slice(c, s);
	}
}
