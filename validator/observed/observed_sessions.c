/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OB004, OB033 and OB035: BGP sessions that are down by what a BGPNodeStatus, a daemon or
 * packets say, and router IDs that nodes share. (O2.6, O6.5)
 */
#include "validator/observed/observed_checks.h"

#include "base/text.h"
#include "purelb/observed/routers.h"
#include "purelb/observed/sessions.h"

enum { NAMED_MAX = 3 };

struct observed_names {
	ARRAY_OF(const char *) list;
};

static const char *observed_session_names(struct checker *ck,
					  const struct observed_names *names)
{
	return name_list(ck->arena, names->list.items, names->list.count, NAMED_MAX);
}

/* ---- OB004 ---- */

/* A session that is not established according to a BGPNodeStatus. */
struct observed_down {
	const struct session_fact *fact;
	const struct session_fact *dispute; /* that says it is; NULL: nothing does */
	bool alone;                         /* the node has no session that is established */
};

static int observed_compare_down(const void *pa, const void *pb)
{
	const struct observed_down *a = pa, *b = pb;
	const int order =
		str_compare(a->fact->neighbor->address.s, b->fact->neighbor->address.s);

	return order != 0 ? order : a->fact < b->fact ? -1 : a->fact > b->fact;
}

/* The nodes, the first error, and the first node without any session. */
struct observed_downs {
	struct observed_names names;
	const char *error, *alone;
	uint32_t disputed;
};

static struct observed_downs
observed_sum_downs(struct checker *ck, const struct observed_down *list, uint32_t count)
{
	struct observed_downs out = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		const struct session_fact *fact = list[i].fact;

		if (out.alone == NULL && list[i].alone && list[i].dispute == NULL)
			out.alone = fact->node->name;
		if (out.error == NULL)
			out.error = fact->error;
		out.disputed += list[i].dispute != NULL;
		ARRAY_ADD(ck->arena, &out.names.list, fact->node->name);
	}
	return out;
}

static void observed_report_down(struct checker *ck, const struct session_list *sessions,
				 const struct observed_down *list, uint32_t count)
{
	const struct session_fact *first = list->fact;
	const struct session_fact *reason = session_reason(sessions, first);
	const struct session_fact *dispute = list->dispute;
	const struct observed_downs sum = observed_sum_downs(ck, list, count);
	const struct bgp_node_report *status =
		router_report(sessions->seen->observed, first->node);
	struct finding *f;

	f = report(ck, CHECK_OB004, &status->object, first->pos,
		   "the BGP session to %s is %s, not Established, on %s%s%s%s%s",
		   first->neighbor->address.s, first->state,
		   count == 1 ? arena_printf(ck->arena, "node \"%s\"", first->node->name)
			      : arena_printf(ck->arena, "nodes %s",
					     observed_session_names(ck, &sum.names)),
		   sum.error != NULL ? " (last error: " : "",
		   sum.error != NULL ? sum.error : "", sum.error != NULL ? ")" : "",
		   sum.disputed == count ? arena_printf(ck->arena, "; but %s says that %s",
							dispute->source, dispute->text)
		   : sum.alone != NULL
			   ? arena_printf(ck->arena,
					  ": node \"%s\" has no established session and "
					  "advertises nothing",
					  sum.alone)
			   : "");
	finding_path(ck, f, "status.neighbors[%u].state",
		     (uint32_t)(first->neighbor - status->neighbors.list.items));
	f->severity = sum.disputed == count ? SEVERITY_INFO
		      : sum.alone != NULL   ? SEVERITY_FAIL
					    : SEVERITY_WARN;
	if (sum.disputed == count) {
		finding_hint(ck, f,
			     "find out which is right: gobgp neighbor -j in the k8gobgp Pod "
			     "of that node");
		finding_related(ck, f, dispute->pos, "%s is here", dispute->source);
		return;
	}
	if (reason != NULL)
		finding_related(ck, f, reason->pos, "%s", reason->text);
	finding_hint(ck, f, "%s",
		     session_advice(first->error == NULL && reason != NULL ? reason : first,
				    ck->arena));
}

static const struct session_fact *observed_dispute(const struct session_list *sessions,
						   const struct session_fact *fact)
{
	const struct session_group others = session_of_node(sessions, fact->node);

	for (uint32_t i = 0; i < others.count; i++)
		if (others.items[i]->kind == FACT_DAEMON &&
		    session_is_disputed_by(fact, others.items[i], sessions))
			return others.items[i];
	return NULL;
}

static bool observed_is_alone(const struct session_list *sessions,
			      const struct session_fact *fact)
{
	const struct bgp_node_report *status =
		router_report(sessions->seen->observed, fact->node);

	ARRAY_FOREACH (const struct bgp_neighbor_status, n, &status->neighbors.list)
		if (bgp_neighbor_is_up(n))
			return false;
	return true;
}

/* One finding for each neighbor. What is newer and says that a session is up counts in place of
 * the report. */
static void observed_check_reports(struct checker *ck, const struct session_list *sessions)
{
	ARRAY_OF(struct observed_down) downs = { 0 };
	uint32_t end;

	ARRAY_FOREACH (const struct session_fact, fact, &sessions->list)
		if (fact->kind == FACT_REPORT && fact->fault != SESSION_FINE && !fact->told)
			ARRAY_ADD(
				ck->scratch, &downs,
				((struct observed_down){ fact, observed_dispute(sessions, fact),
							 observed_is_alone(sessions, fact) }));
	array_sort(downs.items, downs.count, sizeof(*downs.items), observed_compare_down);
	for (uint32_t i = 0; i < downs.count; i = end) {
		for (end = i + 1; end < downs.count; end++)
			if (!str_equal(downs.items[i].fact->neighbor->address.s,
				       downs.items[end].fact->neighbor->address.s))
				break;
		observed_report_down(ck, sessions, &downs.items[i], end - i);
	}
}

/* ---- OB033 ---- */

/* A BGPNodeStatus about the session says it better (OB004), or the opposite. */
static bool observed_has_report(const struct session_list *sessions,
				const struct session_fact *fact)
{
	const struct session_group others = session_of_node(sessions, fact->node);

	for (uint32_t i = 0; i < others.count; i++)
		if (others.items[i]->kind == FACT_REPORT && !others.items[i]->told &&
		    session_is_same(others.items[i], fact))
			return true;
	return false;
}

/* Of two ends of one session the first; a daemon that says it is up contradicts. */
static bool observed_is_told(const struct session_list *sessions,
			     const struct session_fact *fact)
{
	const struct session_group others = session_of_node(sessions, fact->node);

	if (fact->among_several)
		return true;
	for (uint32_t i = 0; i < others.count; i++) {
		const struct session_fact *other = others.items[i];

		if (other == fact || other->old || (other->told && fact->beats) ||
		    !session_is_same(other, fact))
			continue;
		if (other->fault == SESSION_FINE || other < fact)
			return true;
	}
	return false;
}

static void observed_check_daemons(struct checker *ck, const struct session_list *sessions)
{
	if (sessions->overflow)
		return;
	ARRAY_FOREACH (const struct session_fact, fact, &sessions->list) {
		const struct session_fact *reason = fact->reason;
		struct finding *f;

		if (fact->kind == FACT_REPORT || fact->fault == SESSION_FINE || fact->old ||
		    fact->node == NULL || fact->node->placement.state == PLACEMENT_NEVER ||
		    observed_has_report(sessions, fact) || observed_is_told(sessions, fact))
			continue;
		f = report(ck, CHECK_OB033, observed_node_object(fact->node),
			   observed_node_pos(fact->node),
			   "a BGP session of node \"%s\" is down: %s%s%s", fact->node->name,
			   fact->text, reason != NULL ? "; " : "",
			   reason != NULL ? reason->text : "");
		f->place.path = "metadata.name";
		finding_related(ck, f, fact->pos, "%s is here", fact->source);
		if (reason != NULL)
			finding_related(ck, f, reason->pos, "%s is here", reason->source);
		finding_hint(ck, f, "%s",
			     session_advice(reason != NULL ? reason : fact, ck->arena));
	}
}

/* ---- OB035 ---- */

/* The router ID that a node runs with, by its BGPNodeStatus or by its gobgpd. */
struct observed_id {
	struct ip ip;
	const struct cluster_node *node;
	const struct object *object; /* NULL: evidence shows it */
	struct pos pos;
};

struct observed_ids {
	ARRAY_OF(struct observed_id) list;
};

static int observed_compare_ids(const void *pa, const void *pb)
{
	const struct observed_id *a = pa, *b = pb;
	const int order = ip_compare(a->ip, b->ip);

	if (order != 0)
		return order;
	return a->node != b->node ? (a->node < b->node ? -1 : 1) : 0;
}

static void observed_collect_ids(struct checker *ck, const struct seen *seen,
				 struct observed_ids *out)
{
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		const struct bgp_node_report *status = router_report(seen->observed, node);
		struct observed_id id = { .node = node };

		if (status == NULL || status->router_id.s == NULL ||
		    !ip_parse(status->router_id.s, &id.ip))
			continue;
		id.object = &status->object;
		id.pos = status->router_id.pos;
		ARRAY_ADD(ck->scratch, &out->list, id);
	}
	ARRAY_FOREACH (const struct evidence_session, it, &seen->evidence->sessions) {
		const struct cluster_node *node =
			it->has_local_id && !seen_is_old(seen, it->from.file)
				? seen_place_node(seen, it->from.file->place)
				: NULL;

		if (node != NULL)
			ARRAY_ADD(ck->scratch, &out->list,
				  ((struct observed_id){ it->local_id, node, NULL,
							 observed_file_pos(it->from.file) }));
	}
	array_sort(out->list.items, out->list.count, sizeof(*out->list.items),
		   observed_compare_ids);
}

static void observed_check_ids(struct checker *ck, const struct seen *seen)
{
	struct observed_ids ids = { 0 };
	uint32_t end;

	observed_collect_ids(ck, seen, &ids);
	for (uint32_t i = 0; i < ids.list.count; i = end) {
		const struct observed_id *first = &ids.list.items[i];
		struct observed_names names = { 0 };
		char ip[IP_TEXT_MAX];
		struct finding *f;

		for (end = i;
		     end < ids.list.count && ip_compare(ids.list.items[end].ip, first->ip) == 0;
		     end++)
			if (end == i ||
			    ids.list.items[end].node != ids.list.items[end - 1].node)
				ARRAY_ADD(ck->scratch, &names.list,
					  ids.list.items[end].node->name);
		if (names.list.count < 2 || ip_is_unspecified(first->ip))
			continue;
		f = report(ck, CHECK_OB035, first->object, first->pos,
			   "%s run with the same router ID %s: a router that has both as "
			   "neighbors may refuse one of them",
			   observed_session_names(ck, &names), ip_format(first->ip, ip));
		if (first->object != NULL)
			f->place.path = "status.routerID";
		finding_hint(ck, f, "give each node its own router ID: routerID: ${NODE_IP}");
	}
}

void check_observed_sessions(struct checker *ck)
{
	struct session_list sessions;
	const struct observed *observed = observed_of(ck);
	const struct seen *seen;

	if (!observed->live)
		return;
	seen = observed_seen_of(ck);
	session_facts(&sessions, seen, ck->arena);
	observed_check_reports(ck, &sessions);
	observed_check_daemons(ck, &sessions);
	observed_check_ids(ck, seen);
	check_observed_asns(ck, &sessions);
}
