/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The link "session" of a remote address. (O2.6, O4)
 *
 * A BGPNodeStatus says first whether a session is up; a daemon that contradicts it, without
 * being newer or older, makes the link unknown. Packets count alone only where nothing else
 * shows the session.
 */
#include "reports/inspect/chain.h"

#include <string.h>

#include "base/text.h"

/* ---- the link ---- */

/* The facts of the nodes that have the address; those of no known node count as well. */
struct session_view {
	uint32_t reported, up, daemons; /* each session once */
	const struct session_fact *first;
	const struct session_fact *down;   /* the first that is not up, of a report first */
	const struct session_fact *reason; /* of the same session, where it says more */
	ARRAY_OF(const char *) nodes; /* that say the same of the same peer as `down` does */
	const char *disagreement;
};

/* A report, or what the node's daemon prints, and another source that says the opposite without
 * being older. */
static void session_check_first(struct inspection *in, struct session_view *view,
				const struct session_fact *first)
{
	ARRAY_FOREACH (const struct session_fact, other, &in->sessions.list) {
		if (other == first || other->kind == FACT_REPORT || other->old ||
		    !session_is_same(&in->sessions, first, other))
			continue;
		if (first == view->down && other->fault != SESSION_FINE &&
		    (other->error != NULL ||
		     (view->reason == NULL && other->kind == FACT_PACKETS)))
			view->reason = other;
		if (other->kind == FACT_DAEMON &&
		    (first->fault == SESSION_FINE) != (other->fault == SESSION_FINE))
			view->disagreement = arena_printf(
				in->arena, "%s according to %s%s%s%s%s, but %s (%s)",
				first->text, first->kind == FACT_REPORT ? "its " : "",
				first->source, first->age != NULL ? " of " : "",
				first->age != NULL ? first->age : "",
				first->age != NULL ? " before" : "", other->text,
				other->source);
	}
}

/* "0 of 6 sessions are established; the one to 192.168.1.1 is Idle on node-a and node-b (hold
 * timer expired)" */
static const char *session_down_text(struct inspection *in, const struct session_view *view)
{
	const struct session_fact *down = view->down;
	const uint32_t count = view->reported + view->daemons;
	const char *text = down->text;
	char ip[IP_TEXT_MAX];

	if (down->kind == FACT_PACKETS)
		return text;
	if (view->nodes.count > 0)
		text = arena_printf(
			in->arena, "the one to %s is %s on %s%s%s%s", ip_format(down->peer, ip),
			down->state,
			name_list(in->arena, view->nodes.items, view->nodes.count, 3),
			down->error != NULL ? " (" : "", down->error != NULL ? down->error : "",
			down->error != NULL ? ")" : "");
	return arena_printf(in->arena, "%u of %u session%s established; %s%s%s", view->up,
			    count, count == 1 ? " is" : "s are", text,
			    view->reason != NULL ? "; " : "",
			    view->reason != NULL ? view->reason->text : "");
}

/* A report, or what a daemon on a node prints. */
static bool session_is_of_node(const struct session_fact *fact)
{
	return fact->node != NULL && fact->router == NULL && fact->kind != FACT_PACKETS;
}

/* Two nodes say the same of their sessions with one peer. */
static bool session_is_alike(const struct session_fact *a, const struct session_fact *b)
{
	return session_is_of_node(a) && session_is_of_node(b) && a->has_peer && b->has_peer &&
	       ip_compare(a->peer, b->peer) == 0 && str_equal(a->state, b->state) &&
	       str_equal(a->error, b->error);
}

/* In lists by index in cluster->nodes; what is of no known node comes after all of them. */
static size_t session_node_index(const struct inspection *in, const struct session_fact *fact)
{
	return fact->node != NULL ? (size_t)(fact->node - in->cluster->nodes.items)
				  : in->cluster->nodes.count;
}

static void session_view_of(struct inspection *in, const struct vip *vip,
			    struct session_view *view)
{
	const uint32_t nodes = in->cluster->nodes.count;
	bool *has = arena_zalloc(in->arena, nodes + 1, sizeof(*has));
	bool *tells = arena_zalloc(in->arena, nodes + 1, sizeof(*tells));

	has[nodes] = true;
	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers)
		has[*node - in->cluster->nodes.items] = true;
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions.list)
		if (session_is_of_node(fact) && !fact->old && has[session_node_index(in, fact)])
			tells[session_node_index(in, fact)] = tells[nodes] = true;
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions.list) {
		const bool is_report = fact->kind == FACT_REPORT;
		const size_t of = session_node_index(in, fact);

		/* What others say of a node counts where it says nothing itself. */
		if (fact->old || fact->told || !has[of] ||
		    (tells[of] && !session_is_of_node(fact)))
			continue;
		if (view->first == NULL)
			view->first = fact;
		view->reported += is_report;
		view->daemons += fact->kind == FACT_DAEMON;
		view->up += fact->fault == SESSION_FINE;
		if (fact->fault == SESSION_FINE)
			continue;
		if (view->down == NULL)
			view->down = fact;
		if (session_is_alike(view->down, fact))
			ARRAY_ADD(in->arena, &view->nodes, fact->node->name);
	}
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions.list)
		if (session_is_of_node(fact) && !fact->told && !fact->old &&
		    has[fact->node - in->cluster->nodes.items])
			session_check_first(in, view, fact);
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
		  in->sessions.overflow ? "the input has more sessions than are looked at"
		  : stale               ? "the BGPNodeStatus objects are too old to tell"
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
	if (in->sessions.overflow ||
	    (view.reported == 0 && view.daemons == 0 && down == NULL)) {
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
						    view.reported + view.daemons)
				     : arena_printf(in->arena, "%u established", view.up);
	} else {
		link->text = session_down_text(in, &view);
		link->action = session_advice(
			down->error == NULL && view.reason != NULL ? view.reason : down,
			in->arena);
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
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions.list)
		if (fact->kind != FACT_REPORT && fact != down && fact != view.first)
			session_prove(in, link, fact);
	if (link->state == LINK_BROKEN && view.up > 0)
		link->predicted = "the other sessions carry the routes meanwhile";
}
