/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sessions of a setup under each version of the configuration (T1, BG2.4), and the next
 * hops that they bring. A session is one of a node, a router and a peer of the node; it has a
 * number, and what is known of it may differ from version to version.
 */
#include "sim/run/setup_internal.h"

#include "base/text.h"
#include "purelb/bgp/bgp_reconcile.h"
#include "sim/engine/setup_bgp.h"

/* ---- one session ---- */

/* `unlocked`: as if both ends had the same key. */
static enum opening_outcome setup_bgp_outcome(const struct bgp_session *session, bool unlocked)
{
	if (session->verdict != BGP_DOWN)
		return OPENING_WORKS;
	ARRAY_FOREACH (const struct bgp_why, why, &session->reasons) {
		switch (why->reason) {
		case BGP_WHY_PASSWORD:
			if (unlocked)
				continue;
			return OPENING_SILENT;
		case BGP_WHY_NOT_ALLOWED:
		case BGP_WHY_LISTEN_LIMIT:
			return OPENING_CLOSED;
		case BGP_WHY_PEER_AS:
			return OPENING_NODE_REFUSES;
		case BGP_WHY_REMOTE_AS:
		case BGP_WHY_ROUTER_ID:
		case BGP_WHY_HOLD:
			return OPENING_ROUTER_REFUSES;
		default:
			return OPENING_NEVER;
		}
	}
	return unlocked ? OPENING_WORKS : OPENING_NEVER;
}

/* The interface of the node that the session goes over: that of its address there. */
static uint32_t setup_bgp_interface(const struct setup_node *node, struct ip source)
{
	for (uint32_t i = 0; i < node->interfaces.count; i++) {
		ARRAY_FOREACH (const struct node_net, net, &node->interfaces.items[i].nets) {
			if (ip_net_contains(net->net, source))
				return i;
		}
	}
	return 0;
}

/* For how long the node asks the router to keep its routes: only fork-1.3 says of which
 * families. (T10.1, BG5.6) */
static sim_ns setup_bgp_restart(const struct setup_builder *b, const struct bgp_peer *peer)
{
	return b->setup->bgp->timing.daemon == BGP_FORK_1_3 && peer->graceful_restart
		       ? bgp_time_seconds(peer->restart_seconds)
		       : 0;
}

static bool setup_bgp_session(struct setup_builder *b, const struct bgp_session *session,
			      struct setup_session *to)
{
	const struct bgp_peer *peer = session->peer;
	const uint32_t node = setup_find_node(b->setup, session->node->node->name);
	struct setup_session out = {
		.node = node,
		.router = session->router->index,
		.session = session,
		.settings = { b->setup->bgp->timing.make, peer->connect_retry_seconds,
			      peer->passive },
		.outcome = setup_bgp_outcome(session, false),
		.unlocked = setup_bgp_outcome(session, true),
		.hold = session->hold_seconds,
		.keepalive = session->keepalive_seconds,
		.restart = setup_bgp_restart(b, peer),
	};

	if (node == SETUP_NONE || b->setup->nodes.items[node].interfaces.count == 0)
		return false;
	out.interface = setup_bgp_interface(&b->setup->nodes.items[node], session->source);
	if (out.hold > 0)
		out.router_keepalive = router_profile_keepalive(
			session->router->profile,
			session->router->keepalive_given ? session->router->keepalive_seconds
							 : 0,
			out.hold);
	*to = out;
	return true;
}

/* ---- next hops ---- */

static const enum ip_family families[SETUP_FAMILIES] = { IP_V4, IP_V6 };

static int setup_compare_hops(const void *pa, const void *pb)
{
	const struct setup_hop *a = pa;
	const struct setup_hop *b = pb;
	const int order = ip_compare(a->address, b->address);

	return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

/* Where the routes of the session point to; false: it brings none of this family. Where that
 * is not known they point to where the router sees the node. */
static bool setup_bgp_hop(const struct setup_session *s, enum ip_family family,
			  struct setup_hop *out)
{
	const struct bgp_session *session = s->session;
	const unsigned bit = bgp_family_bit(family);

	*out = (struct setup_hop){
		.address = (session->next_hops & bit) == 0 ? session->source
			   : family == IP_V4               ? session->next_hop_v4
							   : session->next_hop_v6,
		.node = s->node,
		.internal = session->internal,
	};
	return (session->families & bit) != 0 && (session->no_next_hops & bit) == 0;
}

static void setup_bgp_add_hops(struct setup_builder *b, struct setup_bgp *bgp,
			       const struct setup_session *s)
{
	struct setup_hop hop;

	for (int f = 0; f < SETUP_FAMILIES; f++)
		if (setup_bgp_hop(s, families[f], &hop))
			ARRAY_ADD(b->setup->arena, &bgp->routers.items[s->router].hops, hop);
}

static void setup_bgp_sort_hops(struct setup_router *router)
{
	uint32_t kept = 0;

	array_sort(router->hops.items, router->hops.count, sizeof(struct setup_hop),
		   setup_compare_hops);
	for (uint32_t i = 0; i < router->hops.count; i++)
		if (kept == 0 || setup_compare_hops(&router->hops.items[kept - 1],
						    &router->hops.items[i]) != 0)
			router->hops.items[kept++] = router->hops.items[i];
	router->hops.count = kept;
}

static bool setup_hop_has(const struct setup_hop *hop, uint32_t session)
{
	ARRAY_FOREACH (const uint32_t, known, &hop->sessions) {
		if (*known == session)
			return true;
	}
	return false;
}

/* Which of the hops of its router the session, of this number, brings. (T8.1) */
static void setup_bgp_find_hops(struct setup_builder *b, struct setup_bgp *bgp,
				struct setup_session *s, uint32_t number)
{
	struct setup_router *router = &bgp->routers.items[s->router];
	struct setup_hop hop;

	for (int f = 0; f < SETUP_FAMILIES; f++) {
		struct setup_hop *found;

		s->hops[f] = SETUP_NONE;
		if (!setup_bgp_hop(s, families[f], &hop))
			continue;
		s->hops[f] = array_lower_bound(&hop, router->hops.items, router->hops.count,
					       sizeof(hop), setup_compare_hops);
		found = &router->hops.items[s->hops[f]];
		if (!setup_hop_has(found, number))
			ARRAY_ADD(b->setup->arena, &found->sessions, number);
	}
}

/* ---- all sessions of all versions ---- */

/* A session of a version while numbers are given. */
struct found_session {
	struct setup_session session;
	uint32_t version;
	uint32_t number; /* among the first ones, and then in the setup */
};

struct found_sessions {
	ARRAY_OF(struct found_session) list;
	ARRAY_OF(uint32_t) firsts; /* the first of each: places in the list */
};

/* The same peer of the same node at the same router, and the same way between them. */
static bool setup_bgp_is_same(const struct setup_session *a, const struct setup_session *b)
{
	return a->node == b->node && a->router == b->router &&
	       ip_compare(a->session->source, b->session->source) == 0 &&
	       ip_compare(a->session->router_address, b->session->router_address) == 0 &&
	       bgp_peer_is_same(a->session->peer, b->session->peer);
}

static void setup_bgp_number(struct setup_builder *b, struct found_sessions *all,
			     struct found_session *found)
{
	const uint32_t place = (uint32_t)(found - all->list.items);

	for (uint32_t i = 0; found->version > 0 && i < all->firsts.count; i++) {
		const struct found_session *first = &all->list.items[all->firsts.items[i]];

		if (first->version < found->version &&
		    setup_bgp_is_same(&first->session, &found->session)) {
			found->number = i;
			return;
		}
	}
	found->number = all->firsts.count;
	ARRAY_ADD(b->setup->arena, &all->firsts, place);
}

static void setup_bgp_find_sessions(struct setup_builder *b, const struct setup_bgp *bgp,
				    uint32_t version, struct found_sessions *all)
{
	struct found_session found = { .version = version };

	if (bgp->versions.items[version].config == NULL)
		return;
	ARRAY_FOREACH (const struct bgp_node, node,
		       &bgp->versions.items[version].config->nodes) {
		ARRAY_FOREACH (const struct bgp_peer, peer, &node->peers) {
			ARRAY_FOREACH (const struct bgp_session, session, &peer->sessions) {
				if (session->router == NULL || peer->refusal != BGP_ACCEPTED ||
				    !setup_bgp_session(b, session, &found.session))
					continue;
				ARRAY_ADD(b->setup->arena, &all->list, found);
				setup_bgp_number(b, all, &all->list.items[all->list.count - 1]);
			}
		}
	}
}

/* By node, in the order of the setup; nodes of both are sorted by name. Those of the first
 * version come before those that a change brings. */
static void setup_bgp_order(struct setup_builder *b, struct setup_bgp *bgp,
			    struct found_sessions *all)
{
	uint32_t *numbers =
		arena_alloc(b->setup->arena, (all->firsts.count + 1) * sizeof(*numbers));

	for (uint32_t n = 0; n < b->setup->nodes.count; n++) {
		for (uint32_t i = 0; i < all->firsts.count; i++) {
			const struct found_session *first =
				&all->list.items[all->firsts.items[i]];

			if (first->session.node != n)
				continue;
			numbers[i] = bgp->sessions.count;
			ARRAY_ADD(b->setup->arena, &bgp->sessions, first->session);
			/* Until a change brings it. */
			if (first->version > 0)
				bgp->sessions.items[numbers[i]].outcome = OPENING_NEVER;
		}
	}
	ARRAY_FOREACH (struct found_session, found, &all->list)
		found->number = numbers[found->number];
}

void setup_bgp_sessions(struct setup_builder *b, struct setup_bgp *bgp)
{
	struct found_sessions all = { 0 };

	for (uint32_t k = 0; k < bgp->versions.count; k++)
		setup_bgp_find_sessions(b, bgp, k, &all);
	setup_bgp_order(b, bgp, &all);
	for (uint32_t s = 0; s < bgp->sessions.count; s++)
		ARRAY_ADD(b->setup->arena,
			  &bgp->routers.items[bgp->sessions.items[s].router].sessions, s);
	ARRAY_FOREACH (const struct found_session, found, &all.list)
		setup_bgp_add_hops(b, bgp, &found->session);
	ARRAY_FOREACH (struct setup_router, router, &bgp->routers)
		setup_bgp_sort_hops(router);
	for (uint32_t k = 0; k < bgp->versions.count; k++)
		bgp->versions.items[k].sessions =
			arena_zalloc(b->setup->arena, bgp->sessions.count + 1,
				     sizeof(*bgp->versions.items[k].sessions));
	ARRAY_FOREACH (struct found_session, found, &all.list) {
		setup_bgp_find_hops(b, bgp, &found->session, found->number);
		bgp->versions.items[found->version].sessions[found->number] = &found->session;
		if (found->version == 0)
			bgp->sessions.items[found->number] = found->session;
	}
}
