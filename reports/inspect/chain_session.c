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
#include "purelb/observed/routers.h"

/* A report, or what a daemon on a node prints. */
static bool session_is_of_node(const struct session_fact *fact)
{
	return fact->node != NULL && fact->router == NULL && fact->kind != FACT_PACKETS;
}

/* ---- sources that contradict each other ---- */

static void session_find_dispute(struct inspection *in, const struct session_fact *counts)
{
	const struct session_group others = session_of_node(&in->sessions, counts->node);

	if (counts->told || counts->kind == FACT_PACKETS)
		return;
	for (uint32_t i = 0; i < others.count; i++) {
		const struct session_fact *other = others.items[i];

		if (other->kind == FACT_REPORT ||
		    (counts->router != NULL && other->kind != FACT_PACKETS) ||
		    !session_is_disputed_by(counts, other, &in->sessions))
			continue;
		ARRAY_ADD(in->arena, &in->disputes,
			  ((struct session_dispute){ counts, other }));
		return;
	}
}

void chain_compare_sessions(struct inspection *in)
{
	ARRAY_FOREACH (struct session_fact *const, fact, &in->sessions.by_node)
		session_find_dispute(in, *fact);
}

const char *chain_dispute_text(const struct inspection *in,
			       const struct session_dispute *dispute)
{
	struct arena *arena = in->arena;
	const struct session_fact *counts = dispute->counts;

	return arena_printf(arena, "%s according to %s%s%s%s%s, but %s (%s)", counts->text,
			    counts->kind == FACT_REPORT ? "its " : "", counts->source,
			    counts->age != NULL ? " of " : "",
			    counts->age != NULL ? counts->age : "",
			    counts->age != NULL ? " before" : "", dispute->other->text,
			    dispute->other->source);
}

/* ---- the link ---- */

/* The facts of the nodes that have the address; those of no known node count as well. */
struct session_view {
	uint32_t reported, up, daemons; /* each session once */
	const struct session_fact *first;
	const struct session_fact *down;   /* the first that is not up, of a report first */
	const struct session_fact *reason; /* of the same session, where it says more */
	ARRAY_OF(const char *) nodes; /* that say the same of the same peer as `down` does */
	const struct session_dispute *dispute; /* the first; NULL: none */
	bool others; /* there are sessions that do not carry the family of the address */
};

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
			    count,
			    count == 1      ? " is"
			    : view->up == 1 ? "s is"
					    : "s are",
			    text, view->reason != NULL ? "; " : "",
			    view->reason != NULL ? view->reason->text : "");
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
		if (session_is_of_node(fact) && !fact->old &&
		    has[session_node_index(in, fact)] &&
		    session_carries(fact, ip_family(vip->ip)))
			tells[session_node_index(in, fact)] = tells[nodes] = true;
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions.list) {
		const bool is_report = fact->kind == FACT_REPORT;
		const size_t of = session_node_index(in, fact);

		if (fact->old || !has[of])
			continue;
		if (!session_carries(fact, ip_family(vip->ip))) {
			view->others = true;
			continue;
		}
		/* What others say of a node counts where it says nothing itself. */
		if (fact->told || (tells[of] && !session_is_of_node(fact) && !fact->beats))
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
	ARRAY_FOREACH (const struct session_dispute, dispute, &in->disputes)
		if (view->dispute == NULL && has[session_node_index(in, dispute->counts)] &&
		    session_carries(dispute->counts, ip_family(vip->ip)))
			view->dispute = dispute;
	if (view->down != NULL && session_is_of_node(view->down))
		view->reason = session_reason(&in->sessions, view->down);
}

/* Every neighbor of the configuration carries the family of the address. */
static bool session_all_carry(const struct inspection *in, const struct vip *vip)
{
	const unsigned family = bgp_family_bit(ip_family(vip->ip));

	ARRAY_FOREACH (const struct seen_neighbor, it, &in->seen.configured)
		if (!it->unclear && (it->families & family) == 0)
			return false;
	return true;
}

/* The BGPNodeStatus of all nodes that should have the address lists no neighbor: k8gobgp has
 * not taken over the BGPConfiguration. */
static bool session_none_configured(struct inspection *in, struct chain *chain,
				    const struct vip *vip)
{
	const struct cluster_node *first = NULL;
	const struct bgp_node_report *status = NULL;
	struct chain_link *link;

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const struct bgp_node_report *it = router_report(in->observed, *node);

		if (it == NULL || !it->neighbors.at.set || it->neighbors.list.count > 0)
			return false;
		if (first == NULL) {
			first = *node;
			status = it;
		}
	}
	if (first == NULL)
		return false;
	link = chain_add(in, chain, "session", LINK_BROKEN,
			 arena_printf(in->arena, "k8gobgp of %s has no neighbor",
				      vip->announcers.count == 1
					      ? first->name
					      : arena_printf(in->arena, "all %u nodes",
							     vip->announcers.count)));
	link->action = "find out why k8gobgp has not taken over the BGPConfiguration: its "
		       "status, its nodeSelectors, and the log of k8gobgp";
	chain_prove(in, link, "BGPNodeStatus",
		    observed_age(in->observed, status->last_updated.s),
		    status->neighbors.at.key, link->text);
	return true;
}

/* Nothing shows the sessions: what the configuration says of them. */
static void session_unknown(struct inspection *in, struct chain *chain, const struct vip *vip,
			    const struct session_view *view)
{
	static const enum check_code codes[] = { CHECK_BG023, CHECK_BG087, CHECK_BG088,
						 CHECK_BG089, CHECK_BG091, CHECK_BG016,
						 CHECK_BG017, CHECK_OB039 /* the last */ };
	bool stale;

	if (chain_add_configured(in, chain, "session", codes,
				 ARRAY_LEN(codes) - !session_all_carry(in, vip)) ||
	    session_none_configured(in, chain, vip))
		return;
	stale = chain_reports_are_old(in, vip);
	chain_add(in, chain, "session", LINK_UNKNOWN,
		  in->sessions.overflow ? "the input has more sessions than are looked at"
		  : in->sessions.packets_overflow
			  ? "the input has packets of more hosts than are looked at"
		  : stale ? "the BGPNodeStatus objects are too old to tell"
		  : view->others
			  ? arena_printf(in->arena, "no session is shown that carries %s",
					 ip_family(vip->ip) == IP_V4 ? "IPv4" : "IPv6")
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
		session_unknown(in, chain, vip, &view);
		return;
	}
	link = chain_add(in, chain, "session", down != NULL ? LINK_BROKEN : LINK_OK, NULL);
	missing = down == NULL ? looked_missing_of(in, vip, LOOKED_SESSIONS) : NULL;
	if (missing != NULL) {
		link->state = LINK_UNKNOWN;
		link->text = arena_printf(in->arena, "%u established; not checked: %s", view.up,
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
	if (view.dispute != NULL) {
		link->state = LINK_UNKNOWN;
		link->text = chain_dispute_text(in, view.dispute);
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
