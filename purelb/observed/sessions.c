/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of BGP sessions, collected once: what BGPNodeStatus objects report, what gobgpd
 * and routers print, and what packets from and to port 179 show. (O2.6, O6.5)
 *
 * Packets say why a session is down: a SYN that nobody answers, one that is refused, a
 * NOTIFICATION (RFC 4271, 4.5).
 */
#include "purelb/observed/sessions.h"

#include <string.h>
#include <strings.h>

#include "base/duration.h"
#include "base/text.h"
#include "purelb/bgp/bgp.h"
#include "purelb/observed/routers.h"

/* ---- what an error says ---- */

/* Of a session that is down. */
static enum session_fault session_fault_of(const char *state, const char *error)
{
	static const struct {
		const char *part;
		enum session_fault fault;
	} parts[] = {
		{ "peer as", SESSION_ASN },
		{ "as number", SESSION_ASN },
		{ "2/2", SESSION_ASN },
		{ "identifier", SESSION_ROUTER_ID },
		{ "router id", SESSION_ROUTER_ID },
		{ "2/3", SESSION_ROUTER_ID },
		{ "refused", SESSION_PORT },
		{ "timeout", SESSION_PORT },
		{ "timed out", SESSION_PORT },
		{ "no route to host", SESSION_PORT },
	};

	for (uint32_t i = 0; i < ARRAY_LEN(parts); i++)
		if (error_mentions(error, parts[i].part))
			return parts[i].fault;
	return error == NULL && state != NULL &&
			       (strcasecmp(state, "Active") == 0 ||
				strcasecmp(state, "Connect") == 0)
		       ? SESSION_PORT
		       : SESSION_OTHER;
}

/* "notification 2/2, bad peer AS" */
static const char *session_notification_text(struct arena *arena, unsigned code,
					     unsigned subcode, const char *said)
{
	static const struct {
		uint8_t code, subcode;
		const char *text;
	} known[] = {
		{ 2, 2, "bad peer AS" },
		{ 2, 3, "bad BGP identifier" },
		{ 2, 6, "unacceptable hold time" },
		{ 2, 7, "unsupported capability" },
		{ 4, 0, "hold timer expired" },
		{ 6, 1, "maximum number of prefixes reached" },
		{ 6, 2, "administrative shutdown" },
		{ 6, 3, "peer deconfigured" },
		{ 6, 4, "administrative reset" },
		{ 6, 5, "connection rejected" },
		{ 6, 7, "connection collision" },
	};

	for (uint32_t i = 0; i < ARRAY_LEN(known) && said == NULL; i++)
		if (known[i].code == code && known[i].subcode == subcode)
			said = known[i].text;
	return arena_printf(arena, "notification %u/%u%s%s", code, subcode,
			    said != NULL ? ", " : "", said != NULL ? said : "");
}

static const char *session_address(const struct session_list *out, struct ip ip)
{
	char text[IP_TEXT_MAX];

	return arena_strdup(out->arena, ip_format(ip, text));
}

/* More is of no real network. */
static void session_add(struct session_list *out, const struct session_fact *fact)
{
	if (out->list.count < SESSION_FACTS_MAX)
		ARRAY_ADD(out->arena, &out->list, *fact);
	else
		out->overflow = true;
}

/* ---- BGPNodeStatus ---- */

static void session_facts_of_report(struct session_list *out, const struct cluster_node *node,
				    const struct bgp_node_report *status)
{
	ARRAY_FOREACH (const struct bgp_neighbor_status, n, &status->neighbors.list) {
		const bool named = n->last_error.s != NULL && *n->last_error.s != '\0';
		struct session_fact fact = { .kind = FACT_REPORT,
					     .node = node,
					     .state = n->state.s,
					     .error = named ? n->last_error.s : NULL,
					     .source = "BGPNodeStatus",
					     .pos = n->state.pos,
					     .time_ns = EVIDENCE_UNKNOWN,
					     .neighbor = n };

		if (n->address.s == NULL || n->state.s == NULL)
			continue;
		fact.has_peer = ip_parse(n->address.s, &fact.peer);
		if (fact.has_peer)
			fact.families = seen_neighbor_families(out->seen, fact.peer);
		if (!bgp_neighbor_is_up(n))
			fact.fault = session_fault_of(n->state.s, fact.error);
		fact.age = observed_age(out->seen->observed, status->last_updated.s);
		if (status->last_updated.s != NULL)
			(void)rfc3339_parse(status->last_updated.s, &fact.time_ns);
		fact.text = arena_printf(out->arena, "%s to %s is %s%s%s", node->name,
					 n->address.s, n->state.s, named ? ": " : "",
					 named ? n->last_error.s : "");
		session_add(out, &fact);
	}
}

/* ---- gobgpd and routers ---- */

/* By the configuration of the nodes, of all sessions of that transport that a node may have to
 * the router; 0: not known. (BG4.3) */
static unsigned session_families_to(const struct session_list *out, const char *router,
				    enum ip_family transport)
{
	unsigned families = 0;

	ARRAY_FOREACH (const struct seen_neighbor, it, &out->seen->configured) {
		if (ip_family(it->ip) != transport ||
		    !seen_is_router(out->seen, router, it->ip))
			continue;
		if (it->unclear)
			return 0;
		families |= it->families;
	}
	return families;
}

/* One that is up carries what it shows; of one that is down it is also what is configured. */
static unsigned session_families(const struct session_list *out,
				 const struct evidence_session *session,
				 const struct session_fact *fact)
{
	unsigned shown = 0, configured;

	ARRAY_FOREACH (const struct evidence_session_family, it, &session->families)
		if (it->negotiated || session->state != BGP_STATE_ESTABLISHED)
			shown |= bgp_family_bit(it->family);
	if (session->state == BGP_STATE_ESTABLISHED && shown != 0)
		return shown;
	configured = fact->has_peer ? seen_neighbor_families(out->seen, fact->peer)
		     : fact->router != NULL
			     ? session_families_to(out, fact->router, ip_family(fact->node_ip))
			     : 0;
	return configured != 0 ? configured | shown : 0;
}

bool session_carries(const struct session_fact *fact, enum ip_family family)
{
	return fact->families == 0 || (fact->families & bgp_family_bit(family)) != 0;
}

static void session_fact_of_daemon(struct session_list *out,
				   const struct evidence_session *session)
{
	const struct evidence_file *file = session->from.file;
	const struct evidence_notification *said = &session->notification;
	const struct cluster_node *at = seen_place_node(out->seen, file->place);
	struct session_fact fact = {
		.kind = FACT_DAEMON,
		.node = at,
		.peer = session->peer,
		.has_peer = session->has_peer,
		.state = evidence_bgp_state_names[session->state],
		.error = session->last_error,
		.source = evidence_form_table[file->form].command,
		.pos = { .source = file->source + 1, .line = session->from.line },
		.old = seen_is_old(out->seen, file),
		.time_ns = file->clock != EVIDENCE_NOT_DATED ? file->time_ns : EVIDENCE_UNKNOWN,
	};

	if (session->state == BGP_STATE_UNKNOWN)
		return;
	/* At a router the peer is the node. */
	if (at == NULL && session->has_peer) {
		fact.node = seen_source_node(out->seen, session->peer);
		fact.refuser = fact.node != NULL ? fact.node->name : NULL;
		fact.router = file->place != NULL ? file->place : file->name;
		fact.node_ip = session->peer;
		fact.has_peer = session->has_local;
		fact.peer = session->local;
	}
	fact.families = session_families(out, session, &fact);
	if (said->known)
		fact.error = session_notification_text(out->arena, said->code, said->subcode,
						       said->text);
	fact.admin_down = session->admin_down;
	if (session->admin_down)
		fact.error = "administrative shutdown";
	if (session->state != BGP_STATE_ESTABLISHED)
		fact.fault = session_fault_of(fact.state, fact.error);
	else
		fact.error = NULL;
	fact.age = seen_age(out->seen, file);
	fact.text = arena_printf(out->arena, "%s to %s is %s%s%s",
				 file->place != NULL ? file->place : file->name,
				 session->peer_text != NULL ? session->peer_text
				 : session->has_peer ? session_address(out, session->peer)
						     : "a neighbor",
				 fact.state, fact.error != NULL ? ": " : "",
				 fact.error != NULL ? fact.error : "");
	session_add(out, &fact);
}

/* ---- packets ---- */

/* What was captured between two hosts. */
struct session_talk {
	struct ip a, b;           /* a before b */
	struct ip client, server; /* of the last SYN */
	uint32_t syns, answers, resets, unreachable;
	const struct evidence_packet *syn;
	const struct evidence_packet *notification; /* the last one */
	int64_t alive_ns;                           /* the last KEEPALIVE or UPDATE */
};

struct session_talks {
	ARRAY_OF(struct session_talk) list;
};

static struct session_talk *session_talk_of(struct session_list *out,
					    struct session_talks *talks,
					    const struct evidence_packet *packet)
{
	const bool swap = ip_compare(packet->sender, packet->target) > 0;
	const struct ip a = swap ? packet->target : packet->sender;
	const struct ip b = swap ? packet->sender : packet->target;
	struct session_talk *talk;

	ARRAY_FOREACH (struct session_talk, it, &talks->list)
		if (ip_compare(it->a, a) == 0 && ip_compare(it->b, b) == 0)
			return it;
	if (talks->list.count >= SESSION_TALKS_MAX)
		return NULL;
	talk = ARRAY_PUSH(out->arena, &talks->list);
	*talk = (struct session_talk){ .a = a, .b = b, .alive_ns = EVIDENCE_UNKNOWN };
	return talk;
}

static void session_hear(struct session_talk *talk, const struct evidence_packet *packet)
{
	switch (packet->kind) {
	case PACKET_TCP_SYN:
		talk->syns += packet->count;
		talk->syn = packet;
		talk->client = packet->sender;
		talk->server = packet->target;
		break;
	case PACKET_TCP_SYN_ACK:
		talk->answers += packet->count;
		break;
	case PACKET_TCP_RST:
		talk->resets += packet->count;
		break;
	case PACKET_ICMP_UNREACHABLE:
		talk->unreachable += packet->count;
		break;
	case PACKET_BGP_NOTIFICATION:
		if (talk->notification == NULL ||
		    packet->last_ns >= talk->notification->last_ns)
			talk->notification = packet;
		break;
	case PACKET_BGP_KEEPALIVE:
	case PACKET_BGP_UPDATE:
		if (packet->last_ns > talk->alive_ns)
			talk->alive_ns = packet->last_ns;
		break;
	default:
		break;
	}
}

/* Fills the error and the text; false: the packets show no fault. */
static bool session_judge_talk(struct session_list *out, const struct session_talk *talk,
			       struct session_fact *fact, const struct evidence_packet **shows)
{
	const struct evidence_packet *said = talk->notification;
	const struct cluster_node *server;

	if (said != NULL && said->last_ns > talk->alive_ns) {
		*shows = said;
		fact->error =
			session_notification_text(out->arena, said->code, said->subcode, NULL);
		fact->fault = session_fault_of(NULL, fact->error);
		fact->text = arena_printf(out->arena, "%s sent %s a %s",
					  session_address(out, said->sender),
					  session_address(out, said->target), fact->error);
		return true;
	}
	if (talk->syns == 0 || talk->answers > 0 || talk->alive_ns != EVIDENCE_UNKNOWN)
		return false;
	*shows = talk->syn;
	fact->fault = SESSION_PORT;
	server = seen_source_node(out->seen, talk->server);
	fact->refuser = server != NULL ? server->name : NULL;
	fact->error = talk->resets > 0        ? "connection refused"
		      : talk->unreachable > 0 ? "destination unreachable"
					      : NULL;
	fact->text = arena_printf(
		out->arena, "%u SYN%s from %s to port 179 of %s %s %s", talk->syns,
		talk->syns == 1 ? "" : "s", session_address(out, talk->client),
		session_address(out, talk->server), talk->syns == 1 ? "was" : "were",
		talk->resets > 0        ? "refused"
		: talk->unreachable > 0 ? "answered by \"unreachable\" (ICMP)"
					: "not answered");
	return true;
}

static void session_facts_of_packets(struct session_list *out)
{
	struct session_talks talks = { 0 };

	ARRAY_FOREACH (const uint32_t, index, &out->seen->bgp) {
		const struct evidence_packet *packet =
			&out->seen->evidence->packets.items[*index];
		struct session_talk *talk = session_talk_of(out, &talks, packet);

		if (talk == NULL) {
			out->packets_overflow = true;
			return;
		}
		session_hear(talk, packet);
	}
	ARRAY_FOREACH (const struct session_talk, talk, &talks.list) {
		const struct cluster_node *a = seen_source_node(out->seen, talk->a);
		const struct cluster_node *b = seen_source_node(out->seen, talk->b);
		const struct evidence_packet *shows = NULL;
		struct session_fact fact = { .kind = FACT_PACKETS,
					     .node = a != NULL ? a : b,
					     .peer = a != NULL ? talk->b : talk->a,
					     .has_peer = true,
					     .source = "packets",
					     .time_ns = EVIDENCE_UNKNOWN };

		if (fact.node == NULL || !session_judge_talk(out, talk, &fact, &shows))
			continue;
		fact.families = seen_neighbor_families(out->seen, fact.peer);
		fact.time_ns = shows->last_ns;
		fact.age = seen_age(out->seen, shows->from.file);
		fact.old = seen_is_old(out->seen, shows->from.file);
		fact.pos = (struct pos){ .source = shows->from.file->source + 1,
					 .line = shows->from.line };
		session_add(out, &fact);
	}
}

/* ---- facts by node ---- */

static int session_compare_nodes(const void *pa, const void *pb)
{
	const struct session_fact *a = *(const struct session_fact *const *)pa;
	const struct session_fact *b = *(const struct session_fact *const *)pb;

	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Each is compared with the others of its node only. More of one node than any has, packets
 * apart, are more than are looked at. */
static void session_group_by_node(struct session_list *out)
{
	const struct cluster *cluster = out->seen->observed->cluster;
	const struct session_fact *before = NULL;
	uint32_t of_node = 0;

	out->first_of_node =
		arena_zalloc(out->arena, cluster->nodes.count + 1, sizeof(*out->first_of_node));
	ARRAY_FOREACH (struct session_fact, fact, &out->list)
		if (fact->node != NULL)
			ARRAY_ADD(out->arena, &out->by_node, fact);
	array_sort(out->by_node.items, out->by_node.count, sizeof(struct session_fact *),
		   session_compare_nodes);
	ARRAY_FOREACH (struct session_fact *const, fact, &out->by_node) {
		of_node = before != NULL && before->node == (*fact)->node ? of_node : 0;
		of_node += (*fact)->kind != FACT_PACKETS;
		out->overflow |= of_node > SESSION_FACTS_OF_NODE_MAX;
		out->first_of_node[(*fact)->node - cluster->nodes.items + 1]++;
		before = *fact;
	}
	for (uint32_t n = 0; n < cluster->nodes.count; n++)
		out->first_of_node[n + 1] += out->first_of_node[n];
}

struct session_group session_of_node(const struct session_list *list,
				     const struct cluster_node *node)
{
	const uint32_t *first;

	if (node == NULL || list->by_node.count == 0)
		return (struct session_group){ 0 };
	first = &list->first_of_node[node - list->seen->observed->cluster->nodes.items];
	return (struct session_group){ list->by_node.items + first[0], first[1] - first[0] };
}

/* ---- which facts are of one session ---- */

/* What a router prints without its own address may be of any session that the node has to one
 * of the router's addresses. */
static void session_find_only_peer(const struct session_list *list, struct session_fact *at)
{
	const struct session_group of_node = session_of_node(list, at->node);
	bool fresh = false;
	uint32_t others = 0;

	for (uint32_t i = 0; i < of_node.count; i++) {
		const struct session_fact *it = of_node.items[i];

		if (it->router != NULL || !it->has_peer ||
		    ip_family(it->peer) != ip_family(at->node_ip) ||
		    !seen_is_router(list->seen, at->router, it->peer))
			continue;
		fresh |= it->kind != FACT_PACKETS && !it->old;
		if (!at->has_only_peer)
			at->only_peer = it->peer;
		at->has_only_peer = true;
		others += ip_compare(at->only_peer, it->peer) != 0;
	}
	at->has_only_peer &= others == 0;
	at->among_several = others > 0 && fresh;
}

static void session_find_only_peers(struct session_list *out)
{
	ARRAY_FOREACH (struct session_fact, fact, &out->list)
		if (fact->router != NULL && fact->node != NULL && !fact->has_peer)
			session_find_only_peer(out, fact);
}

static bool session_is_from(const struct session_fact *at_router,
			    const struct session_fact *at_node)
{
	return at_router->has_only_peer && at_node->router == NULL && at_node->has_peer &&
	       ip_compare(at_router->only_peer, at_node->peer) == 0;
}

bool session_is_same(const struct session_fact *a, const struct session_fact *b)
{
	if (a->node != b->node || a->node == NULL)
		return false;
	if (a->has_peer && b->has_peer)
		return ip_compare(a->peer, b->peer) == 0;
	if (a->router != NULL && b->router != NULL)
		return str_equal(a->router, b->router) &&
		       ip_compare(a->node_ip, b->node_ip) == 0;
	return session_is_from(a, b) || session_is_from(b, a);
}

/* ---- what one fact says of another ---- */

/* What is known of the sessions of a node, packets apart. */
struct session_node {
	const struct session_fact *own, *router; /* the first of its end, and of the other */
	bool several;                            /* they are not all of one session */
};

/* By index in cluster->nodes. */
static struct session_node *session_nodes(const struct session_list *list)
{
	const struct cluster *cluster = list->seen->observed->cluster;
	struct session_node *nodes =
		arena_zalloc(list->arena, cluster->nodes.count + 1, sizeof(*nodes));

	ARRAY_FOREACH (const struct session_fact, fact, &list->list) {
		struct session_node *node;
		const struct session_fact **first;

		if (fact->node == NULL || fact->kind == FACT_PACKETS)
			continue;
		node = &nodes[fact->node - cluster->nodes.items];
		first = fact->router != NULL ? &node->router : &node->own;
		if (*first == NULL)
			*first = fact;
		node->several |= *first != fact && !session_is_same(*first, fact);
	}
	return nodes;
}

/* What is known of the other says why this one is down: they are of one session, for all that
 * is known where the router does not print its address. */
static bool session_explains(const struct session_fact *other, const struct session_fact *fact,
			     const struct session_node *node)
{
	if (other->error == NULL || other->fault == SESSION_FINE || other->old)
		return false;
	return session_is_same(other, fact) ||
	       (other->node == fact->node && !(other->has_peer && fact->has_peer) &&
		other->kind != FACT_PACKETS && !node->several);
}

/* A session that is only said to be down: what else is known of it says more than the guess
 * that its port is blocked. */
static void session_refine(struct session_list *out)
{
	const struct cluster_node *first = out->seen->observed->cluster->nodes.items;
	const struct session_node *nodes = session_nodes(out);

	ARRAY_FOREACH (struct session_fact, fact, &out->list) {
		if (fact->kind == FACT_PACKETS || fact->fault == SESSION_FINE ||
		    fact->error != NULL || fact->node == NULL)
			continue;
		const struct session_group others = session_of_node(out, fact->node);

		for (uint32_t i = 0; i < others.count && fact->reason == NULL; i++)
			if (session_explains(others.items[i], fact, &nodes[fact->node - first]))
				fact->reason = others.items[i];
		if (fact->reason != NULL)
			fact->fault = fact->reason->fault;
	}
}

/* Which facts come first: reports, what daemons on nodes print, what routers print, packets. */
static int session_rank(const struct session_fact *fact)
{
	return fact->kind == FACT_REPORT    ? 0
	       : fact->kind == FACT_PACKETS ? 3
	       : fact->router == NULL       ? 1
					    : 2;
}

/* Packets that are to or from an address of the router that prints the other fact. */
static bool session_is_captured(const struct session_list *list, const struct session_fact *a,
				const struct session_fact *b)
{
	const struct session_fact *packets = a->kind == FACT_PACKETS ? a : b;
	const struct session_fact *router = packets == a ? b : a;

	return packets->kind == FACT_PACKETS && router->router != NULL && !router->has_peer &&
	       router->node == packets->node &&
	       ip_family(router->node_ip) == ip_family(packets->peer) &&
	       seen_is_router(list->seen, router->router, packets->peer);
}

static bool session_is_one(const struct session_list *list, const struct session_fact *a,
			   const struct session_fact *b)
{
	return session_is_same(a, b) || session_is_captured(list, a, b);
}

/* <0, 0, >0: the first is older, neither is known to be, or the second is. */
static int session_compare_times(const struct session_fact *a, const struct session_fact *b)
{
	if (a->time_ns == EVIDENCE_UNKNOWN || b->time_ns == EVIDENCE_UNKNOWN)
		return 0;
	return (a->time_ns > b->time_ns) - (a->time_ns < b->time_ns);
}

static bool session_contradicts(const struct session_fact *a, const struct session_fact *b)
{
	return (a->fault == SESSION_FINE) != (b->fault == SESSION_FINE);
}

bool session_is_disputed_by(const struct session_fact *fact, const struct session_fact *other,
			    const struct session_list *list)
{
	if (other == fact || other->old || fact->old || other->node != fact->node ||
	    !session_contradicts(fact, other) || !session_is_one(list, fact, other))
		return false;
	/* Packets may show the wrong one of two connections: newer ones only raise a doubt. */
	if (other->kind == FACT_PACKETS)
		return session_compare_times(other, fact) >= 0;
	return session_compare_times(other, fact) == 0;
}

const struct session_fact *session_reason(const struct session_list *list,
					  const struct session_fact *fact)
{
	const struct session_group others = session_of_node(list, fact->node);
	const struct session_fact *found = fact->reason;

	for (uint32_t i = 0; i < others.count; i++) {
		const struct session_fact *other = others.items[i];

		if (found != NULL && found->error != NULL)
			break;
		if (other != fact && other->kind != FACT_REPORT && !other->old &&
		    other->fault != SESSION_FINE &&
		    (other->error != NULL || (found == NULL && other->kind == FACT_PACKETS)) &&
		    session_is_one(list, fact, other))
			found = other;
	}
	return found;
}

/* Of two facts of one session one counts for both. */
static void session_tell(struct session_fact *a, struct session_fact *b)
{
	struct session_fact *first = session_rank(b) < session_rank(a) ? b : a;
	struct session_fact *second = first == a ? b : a;

	if (second->kind != FACT_PACKETS && session_contradicts(a, b) &&
	    session_compare_times(first, second) < 0) {
		first->told = true;
		second->beats = true;
	} else {
		second->told = true;
	}
}

/* Of the facts of one session all but the one that counts are told by it. */
static void session_mark_told(struct session_list *out)
{
	ARRAY_FOREACH (struct session_fact, a, &out->list) {
		const struct session_group others = session_of_node(out, a->node);

		a->told |= a->among_several;
		for (uint32_t i = 0; i < others.count && !a->old; i++) {
			struct session_fact *b = others.items[i];

			if (b > a && !b->old && session_is_one(out, a, b))
				session_tell(a, b);
		}
	}
}

/* Reports come first in the list; nothing is compared with them. */
static void session_keep_reports(struct session_list *out)
{
	uint32_t reports = 0;

	while (reports < out->list.count && out->list.items[reports].kind == FACT_REPORT)
		reports++;
	out->list.count = reports;
	out->by_node.count = 0;
}

void session_facts(struct session_list *out, const struct seen *seen, struct arena *arena)
{
	*out = (struct session_list){ .seen = seen, .arena = arena };
	ARRAY_FOREACH (const struct cluster_node, node, &out->seen->observed->cluster->nodes) {
		const struct bgp_node_report *status = router_report(out->seen->observed, node);

		if (status != NULL)
			session_facts_of_report(out, node, status);
	}
	ARRAY_FOREACH (const struct evidence_session, session, &out->seen->evidence->sessions)
		session_fact_of_daemon(out, session);
	session_facts_of_packets(out);
	session_group_by_node(out);
	if (out->overflow) {
		session_keep_reports(out);
		return;
	}
	session_find_only_peers(out);
	session_refine(out);
	session_mark_told(out);
}

/* ---- what follows ---- */

const char *session_advice(const struct session_fact *fact, struct arena *arena)
{
	struct bgp_neighbor_status neighbor = { 0 };
	const char *advice;
	char ip[IP_TEXT_MAX];

	neighbor.address.s = fact->has_peer ? arena_strdup(arena, ip_format(fact->peer, ip))
			     : fact->has_only_peer
				     ? arena_strdup(arena, ip_format(fact->only_peer, ip))
			     : fact->router != NULL ? fact->router
						    : "the router";
	neighbor.state.s = fact->state;
	if (fact->admin_down)
		return fact->router != NULL
			       ? arena_printf(arena,
					      "start the session with %s again on %s, where it "
					      "is shut down",
					      fact->node != NULL ? fact->node->name
								 : "the node",
					      fact->router)
			       : arena_printf(arena,
					      "start the session to %s again: it is shut down "
					      "on the node (adminDown in the BGPConfiguration)",
					      neighbor.address.s);
	if (fact->refuser != NULL && error_mentions(fact->error, "refused"))
		return arena_printf(arena,
				    "check that k8gobgp runs on %s and listens on TCP port 179 "
				    "(listenPort of the BGPConfiguration): it refuses the "
				    "connection",
				    fact->refuser);
	advice = bgp_session_advice(fact->neighbor != NULL ? fact->neighbor : &neighbor,
				    fact->error, arena);
	/* A kernel drops a SYN with another TCP MD5 signature without a word (RFC 2385). */
	return fact->kind == FACT_PACKETS && fact->fault == SESSION_PORT && fact->error == NULL
		       ? arena_printf(arena,
				      "%s; also compare the passwords: a SYN with a wrong TCP "
				      "MD5 signature is dropped without an answer",
				      advice)
		       : advice;
}
