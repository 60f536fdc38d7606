/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OB001, OB005, OB006, OB010 and OB014: PureLB's programs as they run, and what k8gobgp
 * reports of its imports. (O2)
 */
#include "validator/observed/observed_checks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "validator/consequences.h"

enum { NODES_NAMED_MAX = 3, SERVICES_NAMED_MAX = 3 };

struct observed_names {
	ARRAY_OF(const char *) list;
};

static const char *observed_join(struct checker *ck, const struct observed_names *names)
{
	return name_list(ck->arena, names->list.items, names->list.count, NODES_NAMED_MAX);
}

/* ---- OB001 ---- */

/* The Services that wait for an address; in *first one of them. */
static struct observed_names observed_waiting_names(struct checker *ck,
						    const struct observed *observed,
						    const struct service **first)
{
	struct observed_names names = { 0 };
	struct allocations all;

	allocation_run(&all, ck->cluster, NULL, ck->scratch);
	ARRAY_FOREACH (const struct allocation, allocation, &all.list) {
		const struct service *service = allocation->service;

		if (!observed_waits(observed, allocation))
			continue;
		if (*first == NULL)
			*first = service;
		ARRAY_ADD(ck->arena, &names.list,
			  arena_printf(ck->arena, "%s/%s", service->object.namespace,
				       service->object.name.s));
	}
	return names;
}

static void observed_check_allocator(struct checker *ck, const struct observed *observed)
{
	const struct component *allocator = &observed->allocator;
	const struct service *first = NULL;
	struct observed_names waiting;
	struct finding *f;

	if (allocator->state != COMPONENT_DOWN && allocator->state != COMPONENT_ABSENT)
		return;
	waiting = observed_waiting_names(ck, observed, &first);
	f = report(ck, CHECK_OB001, allocator->object, allocator->pos,
		   waiting.list.count > 0
			   ? "the allocator %s%s%s, and %u Service%s for an address: %s"
			   : "the allocator %s%s%s: a new Service gets no address%.0u%.0s%.0s",
		   allocator->text, allocator->since != NULL ? " since " : "",
		   allocator->since != NULL ? allocator->since : "", waiting.list.count,
		   waiting.list.count == 1 ? " waits" : "s wait", observed_join(ck, &waiting));
	f->place.path = allocator->path;
	if (waiting.list.count > 0)
		f->severity = SEVERITY_FAIL;
	finding_hint(ck, f, "%s",
		     component_advice(allocator, "allocator", ck->snapshot->install_namespace,
				      ck->arena));
	if (first != NULL)
		finding_related(ck, f, first->object.name.pos, "Service \"%s\" waits",
				waiting.list.items[0]);
	if (allocator->object != NULL)
		finding_follows(ck, f, allocator->object, NULL);
}

/* ---- OB010, OB014 ---- */

bool observed_is_dead(const struct cluster *cluster)
{
	int64_t newest_ns = 0;
	bool once = false;

	if (!cluster->has_leases || !leases_newest_renewal(cluster->snapshot, &newest_ns))
		return false;
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		if (node->lease == NULL)
			continue;
		if (lease_is_live(node->lease, cluster->now_ns))
			return false;
		once |= lease_is_live(node->lease, newest_ns);
	}
	return once && cluster->now_ns > newest_ns;
}

static void observed_check_leases(struct checker *ck)
{
	const struct cluster *cluster = ck->cluster;
	char age[DURATION_TEXT_MAX];
	const struct lease *newest = NULL;
	int64_t newest_ns = 0;
	struct finding *f;
	uint32_t count = 0;

	if (!observed_is_dead(cluster))
		return;
	(void)leases_newest_renewal(cluster->snapshot, &newest_ns);
	ARRAY_FOREACH (const struct cluster_node, node, &cluster->nodes) {
		int64_t ns;

		if (node->lease == NULL)
			continue;
		count++;
		if (node->lease->renew_time.s != NULL &&
		    rfc3339_parse(node->lease->renew_time.s, &ns) && ns == newest_ns)
			newest = node->lease;
	}
	if (newest == NULL)
		return;
	f = report(
		ck, CHECK_OB010, &newest->object, newest->renew_time.pos,
		"no agent is alive: %s expired, and the last renewal was %s before %s",
		count == 1 ? "the only lease has"
			   : arena_printf(ck->arena, "all %u leases have", count),
		duration_format((cluster->now_ns - newest_ns) / NS_PER_SEC * NS_PER_SEC, age),
		moment_text(cluster->moment));
	f->place.path = "spec.renewTime";
	finding_hint(ck, f,
		     "look at the agents: kubectl -n %s get pods -o wide; if they run, compare "
		     "the clock of the capture with those of the nodes",
		     ck->snapshot->install_namespace);
}

/* That the node has no valid lease follows from the agent's state, at `cause`. */
static void observed_explain_lease(struct checker *ck, const struct cluster_node *node,
				   const struct object *cause)
{
	struct finding absent = { .code = CHECK_ND007 };

	if (cause == NULL || !cluster_node_lacks_lease(ck->cluster, node))
		return;
	absent.place = cluster_node_lease_place(node, ck->arena);
	finding_follows(ck, &absent, cause, NULL);
}

static void observed_report_programs(struct checker *ck, enum check_code code,
				     const struct component *list, const char *program,
				     const char *effect)
{
	const struct cluster *cluster = ck->cluster;
	const struct component *first = NULL;
	struct observed_names names = { 0 };
	uint32_t known = 0;
	struct finding *f;

	for (uint32_t i = 0; i < cluster->nodes.count; i++) {
		known += list[i].state != COMPONENT_UNKNOWN;
		if (list[i].state != COMPONENT_DOWN && list[i].state != COMPONENT_ABSENT)
			continue;
		if (first == NULL)
			first = &list[i];
		ARRAY_ADD(ck->arena, &names.list, cluster->nodes.items[i].name);
	}
	if (first == NULL)
		return;
	f = report(ck, code, first->object, first->pos, "%s of %s %s%s%s%s: %s", program,
		   names.list.count == 1
			   ? arena_printf(ck->arena, "node \"%s\"", names.list.items[0])
			   : arena_printf(ck->arena, "nodes %s", observed_join(ck, &names)),
		   names.list.count == 1
			   ? ""
			   : arena_printf(ck->arena, "does not run; on \"%s\" it ",
					  names.list.items[0]),
		   first->text, first->since != NULL ? " since " : "",
		   first->since != NULL ? first->since : "", effect);
	f->place.path = first->path;
	if (code == CHECK_OB014 && names.list.count == known)
		f->severity = SEVERITY_FAIL;
	for (uint32_t i = 0; code == CHECK_OB014 && str_equal(program, "lbnodeagent") &&
			     i < cluster->nodes.count;
	     i++)
		if (list[i].state == COMPONENT_DOWN || list[i].state == COMPONENT_ABSENT)
			observed_explain_lease(ck, &cluster->nodes.items[i], first->object);
	finding_hint(ck, f, "%s",
		     component_advice(first, program,
				      first->pod != NULL ? first->pod->object.namespace
							 : ck->snapshot->install_namespace,
				      ck->arena));
}

/* Without Pods, the DaemonSet says how many of them are ready, not which. */
static void observed_check_daemon_set(struct checker *ck, const struct observed *observed)
{
	const struct workload *daemon_set = placement_daemon_set(ck->snapshot);
	const struct workload_status *status;
	struct finding *f;

	if (observed->has_pods || daemon_set == NULL)
		return;
	status = &daemon_set->status;
	if (!status->ready.set || !status->desired.set || status->ready.v >= status->desired.v)
		return;
	f = report(ck, CHECK_OB014, &daemon_set->object, status->ready.pos,
		   "%" PRId64 " of %" PRId64 " Pods of the lbnodeagent DaemonSet are ready: "
		   "the other nodes take no part in elections and announce nothing",
		   status->ready.v, status->desired.v);
	f->place.path = "status.numberReady";
	if (status->ready.v == 0)
		f->severity = SEVERITY_FAIL;
	finding_hint(ck, f, "find out which: kubectl -n %s get pods -o wide",
		     ck->snapshot->install_namespace);
}

/* ---- OB005, OB006 ---- */

static void observed_check_stale(struct checker *ck, const struct observed *observed)
{
	const struct bgp_node_report *first = NULL;
	struct observed_names names = { 0 };
	struct finding *f;
	const char *age;

	for (uint32_t i = 0; i < ck->cluster->nodes.count; i++) {
		if (observed->reports[i] == NULL ||
		    !observed_report_is_stale(observed, observed->reports[i]))
			continue;
		if (first == NULL)
			first = observed->reports[i];
		ARRAY_ADD(ck->arena, &names.list, ck->cluster->nodes.items[i].name);
	}
	if (first == NULL)
		return;
	age = observed_age(observed, first->last_updated.s);
	f = report(ck, CHECK_OB005, &first->object, first->last_updated.pos,
		   "the BGPNodeStatus of %s was last updated %s before %s, more than three "
		   "heartbeats: k8gobgp no longer reports from there, and its view of the "
		   "sessions is out of date",
		   observed_join(ck, &names), age != NULL ? age : "long",
		   moment_text(ck->cluster->moment));
	f->place.path = "status.lastUpdated";
	finding_hint(ck, f, "look at its Pod: kubectl -n %s get pods -o wide",
		     ck->snapshot->install_namespace);
}

static bool observed_is_host(const char *text)
{
	struct ip_net net;

	return text != NULL && ip_net_parse(text, &net) && net.bits == 128;
}

/* An address with another mask is in the RIB under its network (BG5.7b). */
static void observed_check_import(struct checker *ck, const struct bgp_node_report *status,
				  const char *node)
{
	const struct bgp_imported *missing = NULL;
	uint32_t count = 0;
	struct finding *f;

	ARRAY_FOREACH (const struct bgp_import_interface, it, &status->import_interfaces.list) {
		if (!it->exists.set || it->exists.v)
			continue;
		f = report(ck, CHECK_OB006, &status->object, it->exists.pos,
			   "k8gobgp of node \"%s\" imports from interface %s, which does not "
			   "exist there: none of its addresses is advertised",
			   node, it->name.s != NULL ? it->name.s : "");
		finding_path(ck, f, "status.netlinkImport.interfaces[%u].exists",
			     (uint32_t)(it - status->import_interfaces.list.items));
		finding_hint(ck, f,
			     "name the dummy interface of the LBNodeAgent (kube-lb0) in "
			     "netlinkImport.interfaceList, and check that the agent runs");
		return;
	}
	ARRAY_FOREACH (const struct bgp_imported, it, &status->imported.list) {
		if (!it->in_rib.set || it->in_rib.v || !observed_is_host(it->address.s))
			continue;
		count++;
		if (missing == NULL)
			missing = it;
	}
	if (missing == NULL)
		return;
	f = report(
		ck, CHECK_OB006, &status->object, missing->in_rib.pos,
		"on node \"%s\" k8gobgp has imported %s%s but it is not in the RIB: it is not "
		"advertised from there",
		node, missing->address.s,
		count == 1 ? "," : arena_printf(ck->arena, " and %u more,", count - 1));
	finding_path(ck, f, "status.netlinkImport.importedAddresses[%u].inRIB",
		     (uint32_t)(missing - status->imported.list.items));
	finding_hint(ck, f, "read the log of k8gobgp: kubectl -n %s logs POD -c k8gobgp",
		     ck->snapshot->install_namespace);
}

/* What the caller of validate() has seen, if it is of this cluster; NULL: nothing. */
static const struct seen *observed_given(const struct checker *ck)
{
	const struct seen *seen = ck->options->seen;

	return seen != NULL && seen->observed->cluster == ck->cluster ? seen : NULL;
}

const struct observed *observed_of(struct checker *ck)
{
	const struct seen *given = observed_given(ck);

	if (ck->observed == NULL && given != NULL) {
		ck->observed = given->observed;
	} else if (ck->observed == NULL) {
		struct observed *observed = arena_zalloc(ck->seen_arena, 1, sizeof(*observed));

		observed_build(observed, ck->cluster, ck->seen_arena);
		ck->observed = observed;
	}
	return ck->observed;
}

const struct seen *observed_seen_of(struct checker *ck)
{
	const struct seen *given = observed_given(ck);

	if (ck->seen == NULL && given != NULL) {
		ck->seen = given;
	} else if (ck->seen == NULL) {
		struct seen *seen = arena_zalloc(ck->seen_arena, 1, sizeof(*seen));

		seen_build(seen, observed_of(ck), ck->seen_arena);
		ck->seen = seen;
	}
	return ck->seen;
}

void check_observed(struct checker *ck)
{
	const struct observed *observed = observed_of(ck);

	observed_check_leases(ck);
	if (!observed->live)
		return;
	observed_check_allocator(ck, observed);
	observed_report_programs(ck, CHECK_OB014, observed->agents, "lbnodeagent",
				 "it takes no part in elections and announces nothing new");
	observed_report_programs(ck, CHECK_OB014, observed->speakers, "k8gobgp",
				 "it advertises no address");
	observed_report_programs(
		ck, CHECK_OB034, observed->proxies, "kube-proxy",
		"it forwards by the rules that the node has, and by no new ones");
	observed_check_daemon_set(ck, observed);
	observed_check_stale(ck, observed);
	for (uint32_t i = 0; i < ck->cluster->nodes.count; i++)
		if (observed->reports[i] != NULL &&
		    !observed_report_is_stale(observed, observed->reports[i]))
			observed_check_import(ck, observed->reports[i],
					      ck->cluster->nodes.items[i].name);
}
