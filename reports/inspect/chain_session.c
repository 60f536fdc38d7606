/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The link "session" of a remote address, and why sessions are down. (O2.6, O6.5)
 *
 * Facts are collected once: what BGPNodeStatus objects report, what gobgpd and routers print,
 * and what packets from and to port 179 show. The first says whether a session is up; a daemon
 * that contradicts it, without being newer or older, makes the link unknown. Packets say why a
 * session is down: a SYN that nobody answers, one that is refused, a NOTIFICATION (RFC 4271,
 * 4.5). They count alone only where nothing else shows the session.
 */
#include "reports/inspect/chain.h"

#include <string.h>

#include "base/duration.h"
#include "base/text.h"
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
	return error == NULL && (str_equal(state, "Active") || str_equal(state, "Connect"))
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

static const char *session_address(const struct inspection *in, struct ip ip)
{
	char text[IP_TEXT_MAX];

	return arena_strdup(in->arena, ip_format(ip, text));
}

/* ---- BGPNodeStatus ---- */

static void session_facts_of_report(struct inspection *in, const struct cluster_node *node,
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
		if (!bgp_neighbor_is_up(n))
			fact.fault = session_fault_of(n->state.s, fact.error);
		fact.age = observed_age(in->observed, status->last_updated.s);
		if (status->last_updated.s != NULL)
			(void)rfc3339_parse(status->last_updated.s, &fact.time_ns);
		fact.text = arena_printf(in->arena, "%s to %s is %s%s%s", node->name,
					 n->address.s, n->state.s, named ? ": " : "",
					 named ? n->last_error.s : "");
		ARRAY_ADD(in->arena, &in->sessions, fact);
	}
}

/* ---- gobgpd and routers ---- */

static void session_fact_of_daemon(struct inspection *in,
				   const struct evidence_session *session)
{
	const struct evidence_file *file = session->from.file;
	const struct evidence_notification *said = &session->notification;
	const struct cluster_node *at = seen_place_node(&in->seen, file->place);
	struct session_fact fact = {
		.kind = FACT_DAEMON,
		.node = at,
		.peer = session->peer,
		.has_peer = session->has_peer,
		.state = evidence_bgp_state_names[session->state],
		.error = session->last_error,
		.source = evidence_form_table[file->form].command,
		.pos = { .source = file->source + 1, .line = session->from.line },
		.old = seen_is_old(&in->seen, file),
		.time_ns = file->clock != EVIDENCE_NOT_DATED ? file->time_ns : EVIDENCE_UNKNOWN,
	};

	if (session->state == BGP_STATE_UNKNOWN || session->admin_down)
		return;
	/* At a router the peer is the node. */
	if (at == NULL && session->has_peer) {
		fact.node = seen_source_node(&in->seen, session->peer);
		fact.has_peer = session->has_local;
		fact.peer = session->local;
	}
	if (said->known)
		fact.error = session_notification_text(in->arena, said->code, said->subcode,
						       said->text);
	if (session->state != BGP_STATE_ESTABLISHED)
		fact.fault = session_fault_of(fact.state, fact.error);
	else
		fact.error = NULL;
	fact.age = seen_age(&in->seen, file);
	fact.text = arena_printf(in->arena, "%s to %s is %s%s%s",
				 file->place != NULL ? file->place : file->name,
				 session->peer_text != NULL ? session->peer_text
				 : session->has_peer        ? session_address(in, session->peer)
							    : "a neighbor",
				 fact.state, fact.error != NULL ? ": " : "",
				 fact.error != NULL ? fact.error : "");
	ARRAY_ADD(in->arena, &in->sessions, fact);
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

static struct session_talk *session_talk_of(struct inspection *in, struct session_talks *talks,
					    const struct evidence_packet *packet)
{
	enum { TALKS_MAX = 4096 };
	const bool swap = ip_compare(packet->sender, packet->target) > 0;
	const struct ip a = swap ? packet->target : packet->sender;
	const struct ip b = swap ? packet->sender : packet->target;
	struct session_talk *talk;

	ARRAY_FOREACH (struct session_talk, it, &talks->list)
		if (ip_compare(it->a, a) == 0 && ip_compare(it->b, b) == 0)
			return it;
	if (talks->list.count >= TALKS_MAX)
		return NULL;
	talk = ARRAY_PUSH(in->arena, &talks->list);
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
static bool session_judge_talk(struct inspection *in, const struct session_talk *talk,
			       struct session_fact *fact, const struct evidence_packet **shows)
{
	const struct evidence_packet *said = talk->notification;

	if (said != NULL && said->last_ns > talk->alive_ns) {
		*shows = said;
		fact->error =
			session_notification_text(in->arena, said->code, said->subcode, NULL);
		fact->fault = session_fault_of(NULL, fact->error);
		fact->text = arena_printf(in->arena, "%s sent %s a %s",
					  session_address(in, said->sender),
					  session_address(in, said->target), fact->error);
		return true;
	}
	if (talk->syns == 0 || talk->answers > 0 || talk->alive_ns != EVIDENCE_UNKNOWN)
		return false;
	*shows = talk->syn;
	fact->fault = SESSION_PORT;
	fact->error = talk->resets > 0        ? "connection refused"
		      : talk->unreachable > 0 ? "destination unreachable"
					      : NULL;
	fact->text = arena_printf(
		in->arena, "%u SYN%s from %s to port 179 of %s %s %s", talk->syns,
		talk->syns == 1 ? "" : "s", session_address(in, talk->client),
		session_address(in, talk->server), talk->syns == 1 ? "was" : "were",
		talk->resets > 0        ? "refused"
		: talk->unreachable > 0 ? "answered by \"unreachable\" (ICMP)"
					: "not answered");
	return true;
}

static void session_facts_of_packets(struct inspection *in)
{
	struct session_talks talks = { 0 };

	ARRAY_FOREACH (const uint32_t, index, &in->seen.bgp) {
		const struct evidence_packet *packet =
			&in->seen.evidence->packets.items[*index];
		struct session_talk *talk = session_talk_of(in, &talks, packet);

		if (talk != NULL)
			session_hear(talk, packet);
	}
	ARRAY_FOREACH (const struct session_talk, talk, &talks.list) {
		const struct cluster_node *a = seen_source_node(&in->seen, talk->a);
		const struct cluster_node *b = seen_source_node(&in->seen, talk->b);
		const struct evidence_packet *shows = NULL;
		struct session_fact fact = { .kind = FACT_PACKETS,
					     .node = a != NULL ? a : b,
					     .peer = a != NULL ? talk->b : talk->a,
					     .has_peer = true,
					     .source = "packets",
					     .time_ns = EVIDENCE_UNKNOWN };

		if (fact.node == NULL || !session_judge_talk(in, talk, &fact, &shows))
			continue;
		fact.age = seen_age(&in->seen, shows->from.file);
		fact.old = seen_is_old(&in->seen, shows->from.file);
		fact.pos = (struct pos){ .source = shows->from.file->source + 1,
					 .line = shows->from.line };
		ARRAY_ADD(in->arena, &in->sessions, fact);
	}
}

/* A session that is only said to be Active: what else is known of the same peer says more than
 * the guess that its port is blocked. */
static void session_refine(struct inspection *in)
{
	ARRAY_FOREACH (struct session_fact, fact, &in->sessions) {
		if (fact->kind == FACT_PACKETS || fact->fault != SESSION_PORT ||
		    fact->error != NULL)
			continue;
		ARRAY_FOREACH (const struct session_fact, other, &in->sessions)
			if (other->error != NULL && other->fault != SESSION_FINE &&
			    !other->old && other->has_peer && fact->has_peer &&
			    ip_compare(other->peer, fact->peer) == 0) {
				fact->fault = other->fault;
				break;
			}
	}
}

void session_facts(struct inspection *in)
{
	ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes) {
		const struct bgp_node_report *status = router_report(in->observed, node);

		if (status != NULL)
			session_facts_of_report(in, node, status);
	}
	ARRAY_FOREACH (const struct evidence_session, session, &in->seen.evidence->sessions)
		session_fact_of_daemon(in, session);
	session_facts_of_packets(in);
	session_refine(in);
}

/* ---- the link ---- */

/* The facts of the nodes that have the address; those of no known node count as well. */
struct session_view {
	uint32_t reported, up, daemons;
	const struct session_fact *first;
	const struct session_fact *down;   /* the first that is not up, of a report first */
	const struct session_fact *reason; /* of the same session, where it says more */
	ARRAY_OF(const char *) nodes;      /* where a report has one that is down */
	const char *disagreement;
};

static bool session_is_same(const struct session_fact *a, const struct session_fact *b)
{
	return a->node == b->node && a->node != NULL && a->has_peer && b->has_peer &&
	       ip_compare(a->peer, b->peer) == 0;
}

/* A report and a daemon, neither of them newer, that say the opposite. */
static void session_check_report(struct inspection *in, struct session_view *view,
				 const struct session_fact *report)
{
	ARRAY_FOREACH (const struct session_fact, other, &in->sessions) {
		if (other->kind == FACT_REPORT || other->old || !session_is_same(report, other))
			continue;
		if (report == view->down && other->fault != SESSION_FINE &&
		    (view->reason == NULL || other->error != NULL))
			view->reason = other;
		if (other->kind == FACT_DAEMON &&
		    (report->fault == SESSION_FINE) != (other->fault == SESSION_FINE))
			view->disagreement = arena_printf(
				in->arena,
				"%s according to its BGPNodeStatus%s%s%s, but %s (%s)",
				report->text, report->age != NULL ? " of " : "",
				report->age != NULL ? report->age : "",
				report->age != NULL ? " before" : "", other->text,
				other->source);
	}
}

static void session_view_of(struct inspection *in, const struct vip *vip,
			    struct session_view *view)
{
	const struct cluster_node *last = NULL;
	bool *has = arena_zalloc(in->arena, in->cluster->nodes.count + 1, sizeof(*has));

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers)
		has[*node - in->cluster->nodes.items] = true;
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions) {
		const bool is_report = fact->kind == FACT_REPORT;

		if (fact->old ||
		    (fact->node != NULL && !has[fact->node - in->cluster->nodes.items]))
			continue;
		/* The reports come first. */
		if (view->reported > 0 && !is_report)
			break;
		if (view->first == NULL)
			view->first = fact;
		view->reported += is_report;
		view->daemons += fact->kind == FACT_DAEMON;
		view->up += fact->fault == SESSION_FINE;
		if (fact->fault == SESSION_FINE)
			continue;
		if (view->down == NULL)
			view->down = fact;
		if (is_report && fact->node != NULL && fact->node != last)
			ARRAY_ADD(in->arena, &view->nodes, fact->node->name);
		last = fact->node;
	}
	if (view->reported == 0)
		return;
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions) {
		if (fact->kind != FACT_REPORT)
			break;
		if (has[fact->node - in->cluster->nodes.items])
			session_check_report(in, view, fact);
	}
}

static const char *session_action(const struct inspection *in, const struct session_fact *fact)
{
	struct bgp_neighbor_status neighbor = { 0 };
	const char *advice;

	neighbor.address.s = fact->has_peer ? session_address(in, fact->peer) : "the router";
	neighbor.state.s = fact->state;
	advice = bgp_session_advice(fact->neighbor != NULL ? fact->neighbor : &neighbor,
				    fact->error, in->arena);
	/* A kernel drops a SYN with another TCP MD5 signature without a word (RFC 2385). */
	return fact->kind == FACT_PACKETS && fact->fault == SESSION_PORT && fact->error == NULL
		       ? arena_printf(in->arena,
				      "%s; also compare the passwords: a SYN with a wrong TCP "
				      "MD5 signature is dropped without an answer",
				      advice)
		       : advice;
}

/* Nothing shows the sessions: what the configuration says of them. */
static void session_unknown(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum check_code codes[] = { CHECK_BG023, CHECK_BG087, CHECK_BG088,
						 CHECK_BG089, CHECK_BG091, CHECK_BG016,
						 CHECK_BG017 };
	bool stale;

	if (chain_add_configured(in, chain, "session", codes, ARRAY_LEN(codes)))
		return;
	stale = chain_reports_are_old(in, vip);
	chain_add(in, chain, "session", LINK_UNKNOWN,
		  stale ? "the BGPNodeStatus objects are too old to tell"
			: "no BGPNodeStatus, gobgp or router shows the sessions");
	chain_ask(in, chain, "whether the sessions are up",
		  stale ? "gobgp neighbor -j in the k8gobgp Pods, and why they no longer "
			  "report: their log"
			: "kubectl get bgpnodestatuses -o yaml, or gobgp neighbor -j");
}

static void session_prove(struct inspection *in, struct chain_link *link,
			  const struct session_fact *fact)
{
	chain_prove(in, link, fact->source, fact->age, fact->pos, fact->text);
}

void chain_sessions(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	struct session_view view = { 0 };
	const struct session_fact *down;
	const char *missing;
	struct chain_link *link;

	session_view_of(in, vip, &view);
	down = view.down;
	if (view.reported == 0 && view.daemons == 0 && down == NULL) {
		session_unknown(in, chain, vip);
		return;
	}
	link = chain_add(in, chain, "session", down != NULL ? LINK_BROKEN : LINK_OK, NULL);
	missing = down == NULL ? looked_missing_of(in, vip, LOOKED_SESSIONS) : NULL;
	if (missing != NULL) {
		link->state = LINK_UNKNOWN;
		link->text = arena_printf(in->arena, "%u established; not known of %s", view.up,
					  missing);
		chain_ask(in, chain, "whether the sessions there are up",
			  arena_printf(in->arena,
				       "the BGPNodeStatus, or gobgp neighbor -j, of %s",
				       missing));
	} else if (down == NULL) {
		link->text = view.reported > 0
				     ? arena_printf(in->arena, "%u of %u established", view.up,
						    view.reported)
				     : arena_printf(in->arena, "%u established", view.up);
	} else if (down->kind == FACT_REPORT) {
		link->text = arena_printf(
			in->arena,
			"%u of %u sessions are established; the one to %s is %s on "
			"%s%s%s%s%s%s",
			view.up, view.reported, down->neighbor->address.s, down->state,
			name_list(in->arena, view.nodes.items, view.nodes.count, 3),
			down->error != NULL ? " (" : "", down->error != NULL ? down->error : "",
			down->error != NULL ? ")" : "", view.reason != NULL ? "; " : "",
			view.reason != NULL ? view.reason->text : "");
		link->action = session_action(
			in, down->error == NULL && view.reason != NULL ? view.reason : down);
	} else {
		link->text = down->text;
		link->action = session_action(in, down);
	}
	if (view.disagreement != NULL) {
		link->state = LINK_UNKNOWN;
		link->text = view.disagreement;
		chain_ask(in, chain, "whether the session is up now",
			  "gobgp neighbor -j in the k8gobgp Pod of that node");
	}
	if (down != NULL)
		session_prove(in, link, down);
	else if (view.first != NULL)
		session_prove(in, link, view.first);
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions)
		if (fact->kind != FACT_REPORT && fact != down && fact != view.first)
			session_prove(in, link, fact);
	if (link->state == LINK_BROKEN && view.reported > 0 && view.up > 0)
		link->predicted = "the other sessions carry the routes meanwhile";
}
