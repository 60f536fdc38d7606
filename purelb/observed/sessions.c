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
#include "purelb/observed/sessions_relate.h"

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
	const struct seen_configured *to = seen_configured_to(out->seen, router);

	return to != NULL ? to->families[transport == IP_V6] : 0;
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

/* ---- all of them ---- */

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
	session_relate(out);
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
