/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which facts are of one session, and which of them counts. (O2.6)
 *
 * A report names a peer, a router often only the node: what they say is of one session where
 * that can be nothing else. Of two that contradict each other the newer one counts.
 */
#include "purelb/observed/sessions_relate.h"

#include "base/text.h"
#include "purelb/observed/routers.h"

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

	if (node == NULL || list->by_node.items == NULL || list->by_node.count == 0)
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

void session_relate(struct session_list *out)
{
	session_group_by_node(out);
	if (out->overflow) {
		session_keep_reports(out);
		return;
	}
	session_find_only_peers(out);
	session_refine(out);
	session_mark_told(out);
}
