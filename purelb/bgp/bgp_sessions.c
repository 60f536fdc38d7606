/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which sessions can come up, why the others cannot, and what the two ends agree on (BG4.6,
 * BG6.1, BG6.3). A session whose router is not described is unknown, never up.
 */
#include "purelb/bgp/bgp_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
	BGP_PORT = 179,
};

/* A session that is being looked at. */
struct maker {
	const struct bgp_config *config;
	const struct bgp_own_addresses *own;
	struct arena *arena;
	struct bgp_session *session;
	struct bgp_path path;
	bool has_local; /* transport.localAddress, if given, is an address of the node */
};

/* Adds a reason why the session cannot come up. */
__attribute__((format(printf, 3, 4))) static void
bgp_session_fails(struct maker *m, enum bgp_reason reason, const char *format, ...)
{
	struct bgp_why *why = ARRAY_PUSH(m->arena, &m->session->reasons);
	va_list args;

	va_start(args, format);
	*why = (struct bgp_why){ reason, arena_vprintf(m->arena, format, args) };
	va_end(args);
}

static const char *bgp_session_ip_text(struct maker *m, struct ip ip)
{
	char text[IP_TEXT_MAX];

	return arena_strdup(m->arena, ip_format(ip, text));
}

uint32_t bgp_far_as(const struct bgp_session *s)
{
	if (s->router != NULL && s->router->has_asn)
		return s->router->asn;
	return s->peer->peer_as;
}

/* ---- the node's own side ---- */

static void bgp_session_check_node(struct maker *m)
{
	const struct bgp_node *node = m->session->node;
	bool added = m->session->peer->dynamic != NULL ? node->has_groups : node->has_neighbors;

	if (!added)
		bgp_session_fails(m, BGP_WHY_NODE, "%s", node->state_text);
}

static void bgp_session_check_refusal(struct maker *m)
{
	if (m->session->peer->refusal != BGP_ACCEPTED)
		bgp_session_fails(m, BGP_WHY_REFUSED, "%s", m->session->peer->refusal_text);
}

static void bgp_session_check_admin_down(struct maker *m)
{
	if (m->session->peer->admin_down)
		bgp_session_fails(m, BGP_WHY_ADMIN_DOWN, "adminDown is set");
}

static void bgp_session_check_self(struct maker *m)
{
	const struct bgp_peer *peer = m->session->peer;
	const struct cluster_node *owner;

	if (!peer->has_address || m->session->router != NULL)
		return;
	owner = bgp_owner_of(m->own, m->config->cluster->cluster, peer->address);
	if (owner == m->session->node->node)
		bgp_session_fails(m, BGP_WHY_SELF, "%s is an address of %s itself",
				  bgp_session_ip_text(m, peer->address), owner->name);
	else if (owner != NULL)
		bgp_session_fails(m, BGP_WHY_SELF,
				  "%s is an address of the node %s, which accepts no sessions "
				  "from other nodes",
				  bgp_session_ip_text(m, peer->address), owner->name);
}

/* An address that says nothing without the interface that it is behind. */
static bool bgp_session_needs_zone(const struct bgp_peer *peer)
{
	return peer->has_address && ip_is_link_local(peer->address) &&
	       ip_family(peer->address) == IP_V6;
}

static void bgp_session_check_link_local(struct maker *m)
{
	const struct bgp_peer *peer = m->session->peer;
	const struct cluster_node *node = m->session->node->node;

	if (!bgp_session_needs_zone(peer))
		return;
	if (peer->zone == NULL)
		bgp_session_fails(m, BGP_WHY_LINK_LOCAL,
				  "%s cannot be dialed without %%interface",
				  bgp_session_ip_text(m, peer->address));
	else if (node->interfaces.count > 0 && bgp_interface(node, peer->zone) == NULL)
		bgp_session_fails(m, BGP_WHY_LINK_LOCAL,
				  "%s has no interface \"%s\" to reach %s over", node->name,
				  peer->zone, bgp_session_ip_text(m, peer->address));
}

static void bgp_session_check_source(struct maker *m)
{
	if (m->path.no_address && m->session->peer->local_address == NULL)
		bgp_session_fails(m, BGP_WHY_NO_SOURCE, "%s has no %s address",
				  m->session->node->node->name,
				  ip_family_name(ip_family(m->session->router_address)));
}

/* transport.localAddress: the specification is shared by all nodes, an address is on one. */
static void bgp_session_find_local_address(struct maker *m)
{
	const struct cluster_node *node = m->session->node->node;
	const char *text = m->session->peer->local_address;
	const struct cluster_node *owner;
	struct ip local;

	m->has_local = true;
	/* The daemon skips what is not an address. */
	if (text == NULL || !ip_parse(text, &local))
		return;
	m->has_local = bgp_path_from(&m->path, node, local);
	if (!m->has_local)
		return;
	owner = bgp_owner_of(m->own, m->config->cluster->cluster, local);
	m->has_local = owner == NULL || owner == node;
}

static void bgp_session_check_local_address(struct maker *m)
{
	if (!m->has_local)
		bgp_session_fails(
			m, BGP_WHY_LOCAL_ADDRESS, "%s does not have localAddress \"%s\"",
			m->session->node->node->name, m->session->peer->local_address);
}

static void bgp_session_check_ttl(struct maker *m)
{
	const struct bgp_peer *peer = m->session->peer;

	if (peer->external && !peer->multihop && m->path.adjacency == BGP_NOT_ADJACENT)
		bgp_session_fails(m, BGP_WHY_TTL,
				  "%s is in no subnet of %s, and an eBGP session without "
				  "ebgpMultihop reaches only one hop",
				  bgp_session_ip_text(m, m->session->router_address),
				  m->session->node->node->name);
}

static void bgp_session_check_password_length(struct maker *m)
{
	const struct bgp_peer *peer = m->session->peer;

	if (peer->password.len > BGP_PASSWORD_MAX)
		bgp_session_fails(m, BGP_WHY_PASSWORD_LENGTH,
				  "the password has %zu bytes; the kernel accepts at most %d",
				  peer->password.len, BGP_PASSWORD_MAX);
}

/* What goes out in OPEN: 16 bits. */
static uint32_t bgp_session_hold_sent(const struct bgp_peer *peer)
{
	return (uint32_t)(peer->hold_seconds % BGP_HOLD_WRAP_S);
}

static bool bgp_session_hold_refused(uint32_t seconds)
{
	return seconds > 0 && seconds < BGP_HOLD_MIN_S;
}

static void bgp_session_check_hold(struct maker *m)
{
	const struct bgp_router *router = m->session->router;
	uint32_t hold = bgp_session_hold_sent(m->session->peer);

	if (bgp_session_hold_refused(hold))
		bgp_session_fails(m, BGP_WHY_HOLD,
				  "a hold time of "
				  "%" PRIu32 " s is refused: it must be 0, or 3 or more",
				  hold);
	else if (router != NULL && router->hold_known &&
		 bgp_session_hold_refused(router->hold_seconds))
		bgp_session_fails(m, BGP_WHY_HOLD,
				  "%s offers a hold time of %" PRIu32 " s, which is refused",
				  router->name, router->hold_seconds);
}

/* ---- the router's side ---- */

/* The whole BGP side is described: what is not in it is not there. */
static bool bgp_session_router_described(const struct bgp_router *router)
{
	return router != NULL && router->lists_peers;
}

static void bgp_session_check_router_ttl(struct maker *m)
{
	const struct bgp_router *router = m->session->router;

	if (m->path.adjacency != BGP_NOT_ADJACENT || m->session->internal || router == NULL ||
	    router->multihop > 1 ||
	    !(router->multihop_given || bgp_session_router_described(router)))
		return;
	bgp_session_fails(m, BGP_WHY_ROUTER_TTL,
			  "%s is not adjacent to %s and has no multihop for it", router->name,
			  m->session->node->node->name);
}

static void bgp_session_check_peer_as(struct maker *m)
{
	const struct bgp_router *router = m->session->router;
	const struct bgp_peer *peer = m->session->peer;

	if (router == NULL || !router->has_asn || peer->peer_as == 0 ||
	    peer->peer_as == router->asn)
		return;
	bgp_session_fails(m, BGP_WHY_PEER_AS,
			  "the node expects AS %" PRIu32 ", but %s is AS %" PRIu32,
			  peer->peer_as, router->name, router->asn);
}

static void bgp_session_check_allowed(struct maker *m)
{
	const struct bgp_router *router = m->session->router;

	if (router == NULL || !router->lists_peers || !m->path.known ||
	    m->session->router_peer != NULL)
		return;
	bgp_session_fails(m, BGP_WHY_NOT_ALLOWED,
			  "%s has neither a neighbor %s nor a range that contains it",
			  router->name, bgp_session_ip_text(m, m->path.source));
}

static bool bgp_session_asn_listed(const struct bgp_router *router, uint32_t asn)
{
	ARRAY_FOREACH (const struct int_value, allowed,
		       &router->router->bgp.peers_allowed.list) {
		if (allowed->v == (int64_t)asn)
			return true;
	}
	return false;
}

static void bgp_session_check_remote_as(struct maker *m)
{
	const struct bgp_router *router = m->session->router;
	const struct bgp_router_peer *entry = m->session->router_peer;
	uint32_t asn = m->session->peer->local_as;

	/* Without an AS the daemon does not bgp_session_start, which is told already. */
	if (router == NULL || asn == 0)
		return;
	if (entry != NULL && entry->has_asn) {
		if (entry->asn != asn)
			bgp_session_fails(m, BGP_WHY_REMOTE_AS,
					  "%s expects AS %" PRIu32
					  ", but the node is AS %" PRIu32,
					  router->name, entry->asn, asn);
	} else if (router->lists_asns && !bgp_session_asn_listed(router, asn)) {
		bgp_session_fails(m, BGP_WHY_REMOTE_AS,
				  "%s does not accept AS %" PRIu32 ", the AS of the node",
				  router->name, asn);
	}
}

/* TCP-MD5 of one side. */
enum key_state { KEY_NOT_KNOWN, KEY_NONE, KEY_SOME, KEY_THIS };

static enum key_state bgp_session_node_key(const struct bgp_peer *peer)
{
	switch (peer->auth) {
	case BGP_AUTH_NONE:
		return KEY_NONE;
	case BGP_AUTH_UNKNOWN:
		return KEY_SOME;
	case BGP_AUTH_INLINE:
	case BGP_AUTH_SECRET:
		break;
	}
	return peer->password.len > 0 ? KEY_THIS : KEY_NONE;
}

static const char *bgp_session_router_password(const struct bgp_session *s)
{
	const char *text = s->router_peer != NULL ? s->router_peer->password
						  : s->router->router->bgp.password.s;

	return text != NULL && text[0] != '\0' ? text : NULL;
}

static enum key_state bgp_session_router_key(const struct bgp_session *s)
{
	const struct bool_value *authenticated = &s->router->router->bgp.authenticated;

	if (bgp_session_router_password(s) != NULL)
		return KEY_THIS;
	if (authenticated->set)
		return authenticated->v ? KEY_SOME : KEY_NONE;
	return bgp_session_router_described(s->router) ? KEY_NONE : KEY_NOT_KNOWN;
}

bool bgp_session_same_key(const struct bgp_peer *peer, const char *password)
{
	if (peer->password.len != strlen(password))
		return false;
	return peer->password.len == 0 ||
	       memcmp(peer->password.bytes, password, peer->password.len) == 0;
}

static void bgp_session_check_password(struct maker *m)
{
	const struct bgp_session *s = m->session;
	enum key_state ours = bgp_session_node_key(s->peer);
	enum key_state theirs;

	if (s->router == NULL)
		return;
	theirs = bgp_session_router_key(s);
	if (theirs == KEY_NOT_KNOWN)
		return;
	if (ours == KEY_NONE && theirs != KEY_NONE)
		bgp_session_fails(m, BGP_WHY_PASSWORD,
				  "%s has a password and the node has none", s->router->name);
	else if (ours != KEY_NONE && theirs == KEY_NONE)
		bgp_session_fails(m, BGP_WHY_PASSWORD,
				  "the node has a password and %s has none", s->router->name);
	else if (ours == KEY_THIS && theirs == KEY_THIS &&
		 !bgp_session_same_key(s->peer, bgp_session_router_password(s)))
		bgp_session_fails(m, BGP_WHY_PASSWORD,
				  "the passwords of the node and %s differ", s->router->name);
}

static bool bgp_session_router_waits(const struct bgp_session *s)
{
	return s->router != NULL &&
	       (s->router->passive || (s->router_peer != NULL && s->router_peer->is_range));
}

static void bgp_session_check_passive(struct maker *m)
{
	if (m->session->peer->passive && bgp_session_router_waits(m->session))
		bgp_session_fails(m, BGP_WHY_PASSIVE, "the node and %s both wait for the other",
				  m->session->router->name);
}

static bool bgp_session_listens_on(const struct str_list *addresses, struct ip local)
{
	struct ip ip;

	if (addresses->list.count == 0)
		return true;
	ARRAY_FOREACH (const struct str_value, text, &addresses->list) {
		if (ip_parse(text->s, &ip) &&
		    (ip_compare(ip, local) == 0 ||
		     (ip_is_unspecified(ip) && ip_family(ip) == ip_family(local))))
			return true;
	}
	return false;
}

/* Routers dial port 179, and only a node that waits needs to hear them. */
static void bgp_session_check_listener(struct maker *m)
{
	const struct bgp_global *global = &m->config->object->global;
	int64_t port = global->listen_port.set ? global->listen_port.v : 0;

	if (!m->session->peer->passive)
		return;
	if (port < 0)
		bgp_session_fails(
			m, BGP_WHY_NO_LISTENER,
			"the node waits for the router and does not listen: listenPort is "
			"negative");
	else if (port != 0 && port != BGP_PORT)
		bgp_session_fails(m, BGP_WHY_NO_LISTENER,
				  "the node waits for the router on port %" PRId64
				  ", and routers dial 179",
				  port);
	else if (m->path.known &&
		 !bgp_session_listens_on(&global->listen_addresses, m->path.source))
		bgp_session_fails(m, BGP_WHY_NO_LISTENER,
				  "the node waits for the router and does not listen on %s",
				  bgp_session_ip_text(m, m->path.source));
}

static void bgp_session_check_router_id(struct maker *m)
{
	const struct bgp_session *s = m->session;
	const struct router_id *id = &s->node->router_id;

	if (s->router == NULL || !s->router->has_router_id || id->text == NULL ||
	    !s->internal || ip_compare(s->router->router_id, id->ip) != 0)
		return;
	bgp_session_fails(m, BGP_WHY_ROUTER_ID, "the node and %s have the same router ID, %s",
			  s->router->name, id->text);
}

static void bgp_session_check(struct maker *m)
{
	/* In the order of enum bgp_reason. */
	static void (*const judges[])(struct maker *) = {
		bgp_session_check_node,          bgp_session_check_refusal,
		bgp_session_check_admin_down,    bgp_session_check_self,
		bgp_session_check_link_local,    bgp_session_check_source,
		bgp_session_check_local_address, bgp_session_check_ttl,
		bgp_session_check_router_ttl,    bgp_session_check_peer_as,
		bgp_session_check_allowed,       bgp_session_check_remote_as,
		bgp_session_check_password,      bgp_session_check_password_length,
		bgp_session_check_passive,       bgp_session_check_listener,
		bgp_session_check_router_id,     bgp_session_check_hold,
	};
	struct bgp_session *s = m->session;

	for (size_t i = 0; i < sizeof(judges) / sizeof(judges[0]); i++) {
		judges[i](m);
		/* What was refused has no settings that anything could be said of. */
		if (judges[i] == bgp_session_check_refusal && s->peer->refusal != BGP_ACCEPTED)
			break;
	}
	s->verdict = s->reasons.count > 0 ? BGP_DOWN : s->router != NULL ? BGP_UP : BGP_UNKNOWN;
}

/* ---- what the two ends agree on ---- */

/* BG6.1 */
static void bgp_session_negotiate_timers(struct bgp_session *s)
{
	uint32_t ours = bgp_session_hold_sent(s->peer);
	uint32_t theirs =
		s->router != NULL && s->router->hold_known ? s->router->hold_seconds : ours;

	s->hold_seconds = bgp_time_hold(ours, theirs);
	if (s->hold_seconds > 0)
		s->keepalive_seconds =
			bgp_time_keepalive(s->peer->keepalive_seconds, ours, s->hold_seconds);
}

static void bgp_session_negotiate(struct maker *m)
{
	struct bgp_session *s = m->session;

	s->families = s->peer->families & (BGP_IPV4 | BGP_IPV6 | BGP_EVPN);
	if (s->router != NULL)
		s->families &= s->router->families;
	s->internal = bgp_far_as(s) == s->peer->local_as;
	bgp_session_negotiate_timers(s);
}

/* BG5.2: the interface of the session's local address has the next hops. */
static bool bgp_session_next_hop(const struct maker *m, enum ip_family family, struct ip *out)
{
	const struct bgp_session *s = m->session;

	if (m->path.interface != NULL && bgp_global_address(m->path.interface, family, out))
		return true;
	if (s->source_known && ip_family(s->source) == family) {
		*out = s->source;
		return true;
	}
	/* Interfaces that are not known are not ruled out. */
	return s->node->node->interfaces.count == 0 &&
	       bgp_internal_ip(s->node->node, family, out);
}

static void bgp_session_find_next_hop(struct maker *m, enum ip_family family, struct ip *out)
{
	struct bgp_session *s = m->session;

	if (bgp_session_next_hop(m, family, out))
		s->next_hops |= bgp_family_bit(family);
	else if (m->path.interface != NULL)
		s->no_next_hops |= bgp_family_bit(family);
}

static void bgp_session_find_next_hops(struct maker *m)
{
	bgp_session_find_next_hop(m, IP_V4, &m->session->next_hop_v4);
	bgp_session_find_next_hop(m, IP_V6, &m->session->next_hop_v6);
}

/* ---- making sessions ---- */

static void bgp_session_finish(struct maker *m)
{
	struct bgp_session *s = m->session;

	bgp_session_find_local_address(m);
	if (s->router != NULL && m->path.known)
		s->router_peer = bgp_router_entry(s->router, m->path.source);
	bgp_session_negotiate(m);
	bgp_session_check(m);
	s->adjacency = m->path.adjacency;
	s->source_known = m->path.known;
	s->source = m->path.source;
	s->source_inferred = m->path.inferred;
	bgp_session_find_next_hops(m);
}

static struct bgp_session *bgp_session_start(struct maker *m, const struct bgp_node *node,
					     struct bgp_peer *peer,
					     const struct bgp_router *router)
{
	m->session = ARRAY_PUSH(m->arena, &peer->sessions);
	m->path = (struct bgp_path){ .adjacency = BGP_ADJACENCY_UNKNOWN };
	m->session->node = node;
	m->session->peer = peer;
	m->session->router = router;
	return m->session;
}

/* A link-local address is reached over its interface, from the link-local address there. */
static void bgp_session_path_over(struct maker *m, const char *name)
{
	const struct node_interface *interface = bgp_interface(m->session->node->node, name);

	m->path.adjacency = BGP_ADJACENT;
	m->path.interface = interface;
	if (interface == NULL)
		return;
	ARRAY_FOREACH (const struct node_net, net, &interface->nets) {
		m->path.source = net->net.address;
		m->path.known =
			ip_is_link_local(m->path.source) && ip_family(m->path.source) == IP_V6;
		if (m->path.known)
			return;
	}
}

static void bgp_session_make_by_address(struct maker *m, const struct bgp_node *node,
					struct bgp_peer *peer)
{
	const struct bgp_router *router = bgp_router_with(m->config->cluster, peer->address);
	struct bgp_session *s = bgp_session_start(m, node, peer, router);

	s->router_address = peer->address;
	if (peer->zone != NULL)
		bgp_session_path_over(m, peer->zone);
	else if (!bgp_session_needs_zone(peer))
		bgp_path_find(&m->path, node->node, peer->address, router);
	bgp_session_finish(m);
}

static void bgp_session_make_unnumbered(struct maker *m, const struct bgp_node *node,
					struct bgp_peer *peer)
{
	const struct node_interface *interface = bgp_interface(node->node, peer->interface);
	struct bgp_link link = { 0 };
	struct bgp_session *s;

	if (interface != NULL)
		bgp_link_look(&link, m->config->cluster, node->node, interface);
	s = bgp_session_start(m, node, peer, link.router);
	s->router_address = link.address;
	bgp_session_path_over(m, peer->interface);
	bgp_session_finish(m);
}

/* The first address of the router in the prefix. */
static const struct ip_net *bgp_session_address_in(const struct bgp_router *router,
						   struct ip_net prefix)
{
	ARRAY_FOREACH (const struct ip_net, net, &router->nets) {
		if (ip_net_contains(prefix, net->address))
			return net;
	}
	return NULL;
}

static void bgp_session_make_dynamic(struct maker *m, const struct bgp_node *node,
				     struct bgp_peer *peer)
{
	ARRAY_FOREACH (const struct bgp_router, router, &m->config->cluster->routers) {
		const struct ip_net *net = bgp_session_address_in(router, peer->prefix);
		struct bgp_session *s;

		if (net == NULL)
			continue;
		s = bgp_session_start(m, node, peer, router);
		s->router_address = net->address;
		bgp_path_find(&m->path, node->node, net->address, router);
		bgp_session_finish(m);
	}
}

/* A peer that nothing can be dialled for. */
static void bgp_session_make_nowhere(struct maker *m, const struct bgp_node *node,
				     struct bgp_peer *peer)
{
	bgp_session_start(m, node, peer, NULL);
	bgp_session_finish(m);
}

static void bgp_session_make(struct maker *m, const struct bgp_node *node,
			     struct bgp_peer *peer)
{
	if (peer->refusal == BGP_REPLACED)
		return;
	if (peer->interface != NULL)
		bgp_session_make_unnumbered(m, node, peer);
	else if (peer->has_address)
		bgp_session_make_by_address(m, node, peer);
	else if (peer->dynamic != NULL && peer->refusal == BGP_ACCEPTED)
		bgp_session_make_dynamic(m, node, peer);
	else
		bgp_session_make_nowhere(m, node, peer);
}

/* ---- the live ones ---- */

/* The first nodes by name take the places of a router's listen ranges. */
static void bgp_session_apply_listen_limit(struct maker *m, struct bgp_session *s,
					   uint32_t *taken)
{
	if (s->verdict != BGP_UP || s->router->listen_limit == 0 || s->router_peer == NULL ||
	    !s->router_peer->is_range)
		return;
	if (++taken[s->router->index] <= s->router->listen_limit)
		return;
	m->session = s;
	bgp_session_fails(m, BGP_WHY_LISTEN_LIMIT,
			  "%s accepts %" PRIu32
			  " neighbors from its ranges, and this one is over the limit",
			  s->router->name, s->router->listen_limit);
	s->verdict = BGP_DOWN;
}

static uint32_t bgp_session_router_rank(const struct bgp_session *s)
{
	return s->router != NULL ? s->router->index
				 : s->node->config->cluster->routers.count + s->stranger->index;
}

static int bgp_session_compare_live(const void *pa, const void *pb)
{
	const struct bgp_session *a = *(const struct bgp_session *const *)pa;
	const struct bgp_session *b = *(const struct bgp_session *const *)pb;
	uint32_t rank_a = bgp_session_router_rank(a);
	uint32_t rank_b = bgp_session_router_rank(b);

	if (rank_a != rank_b)
		return rank_a < rank_b ? -1 : 1;
	if (a->node->index != b->node->index)
		return a->node->index < b->node->index ? -1 : 1;
	return (a->peer > b->peer) - (a->peer < b->peer);
}

static void bgp_session_collect_live(struct maker *m, struct bgp_config *config)
{
	uint32_t *taken =
		arena_zalloc(m->arena, config->cluster->routers.count, sizeof(*taken));

	ARRAY_FOREACH (struct bgp_node, node, &config->nodes) {
		ARRAY_FOREACH (struct bgp_peer, peer, &node->peers) {
			ARRAY_FOREACH (struct bgp_session, s, &peer->sessions) {
				bgp_session_apply_listen_limit(m, s, taken);
				if (s->verdict != BGP_DOWN)
					ARRAY_ADD(m->arena, &config->live, s);
			}
		}
	}
	if (config->live.count > 0)
		qsort(config->live.items, config->live.count, sizeof(*config->live.items),
		      bgp_session_compare_live);
}

void bgp_sessions_resolve(struct bgp_config *config, const struct bgp_own_addresses *own)
{
	struct maker m = { .config = config, .own = own, .arena = config->cluster->arena };

	ARRAY_FOREACH (struct bgp_node, node, &config->nodes) {
		ARRAY_FOREACH (struct bgp_peer, peer, &node->peers)
			bgp_session_make(&m, node, peer);
	}
	bgp_strangers_find(config);
	bgp_session_collect_live(&m, config);
}
