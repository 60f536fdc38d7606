/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OB022 to OB029 and OB037: what the network shows of addresses that Services hold: who answers
 * for a local one, whether agents could send what they should, and whether a remote one reaches
 * the routers. (O2.4, O2.6, O3)
 *
 * `inspect` shows the same as links of the address; both ask purelb/observed.
 */
#include "validator/observed/observed_checks.h"

#include <string.h>

#include "base/text.h"
#include "purelb/observed/routers.h"
#include "purelb/observed/seen.h"
#include "purelb/observed/sessions.h"
#include "purelb/observed/wire.h"

enum { NAMED_MAX = 3 };

static const char *network_names(struct checker *ck, const struct router_names *names)
{
	return name_list(ck->arena, names->list.items, names->list.count, NAMED_MAX);
}

/* Where a captured file says it. */
static struct pos network_pos(const struct evidence_origin *from)
{
	return (struct pos){ .source = from->file->source + 1,
			     .line = from->line,
			     .column = 1 };
}

/* ---- OB037 ---- */

/* Where the input has more than is looked at, which nothing is concluded from. (O1) */
struct network_limits {
	bool routers;
	const struct vip *crowded; /* has more neighbor tables or MAC addresses; NULL: none */
};

static void network_report_limit(struct checker *ck, const char *text)
{
	struct finding *f = report(ck, CHECK_OB037, NULL, (struct pos){ 0 }, "%s", text);

	finding_hint(ck, f, "give the evidence of fewer places at a time");
}

static void network_report_limits(struct checker *ck, const struct network_limits *limits,
				  const struct seen *seen)
{
	enum { THOUSAND = 1000 };
	struct session_list sessions;
	char ip[IP_TEXT_MAX];

	session_facts(&sessions, seen, ck->scratch);
	if (sessions.overflow)
		network_report_limit(
			ck,
			arena_printf(ck->arena,
				     "the evidence has more than %d,%03d BGP sessions, or more "
				     "than %d,%03d of one node: whether sessions are up is "
				     "judged by BGPNodeStatus objects only",
				     SESSION_FACTS_MAX / THOUSAND, SESSION_FACTS_MAX % THOUSAND,
				     SESSION_FACTS_OF_NODE_MAX / THOUSAND,
				     SESSION_FACTS_OF_NODE_MAX % THOUSAND));
	if (sessions.packets_overflow)
		network_report_limit(
			ck,
			arena_printf(
				ck->arena,
				"the evidence has packets of BGP between more than %d,%03d "
				"pairs of hosts: whether sessions are up is not judged by "
				"packets",
				SESSION_TALKS_MAX / THOUSAND, SESSION_TALKS_MAX % THOUSAND));
	if (limits->routers)
		network_report_limit(
			ck,
			arena_printf(ck->arena,
				     "the evidence has tables of more than %d routers, or a "
				     "node with more than %d neighbors: whether routers "
				     "accept and use routes is not judged",
				     ROUTERS_MAX, ROUTER_NEIGHBORS_MAX));
	if (limits->crowded != NULL)
		network_report_limit(
			ck, arena_printf(ck->arena,
					 "the evidence has more than %d neighbor tables or MAC "
					 "addresses for %s: who has it on the wire is not "
					 "judged",
					 WIRE_PLACES_MAX, ip_format(limits->crowded->ip, ip)));
}

/* ---- OB022 to OB024 ---- */

/* The interfaces of the node, in an inventory or as `ip -j addr` prints them, have it. */
static bool network_holds(const struct seen *seen, const struct cluster_node *node,
			  struct ip ip, struct arena *scratch)
{
	return seen_holders(seen, ip, false,
			    scratch)[node - seen->observed->cluster->nodes.items];
}

static void network_check_quiet(struct checker *ck, const struct vip *vip,
				const struct wire_view *view)
{
	char ip[IP_TEXT_MAX];
	struct finding *f;

	if (view->quiet == NULL)
		return;
	f = observed_report_vip(
		ck, CHECK_OB036, vip,
		arena_printf(ck->arena,
			     "%s moved from %s to %s without a gratuitous %s in the packets, "
			     "although garpConfig is set: clients may keep the old MAC address",
			     ip_format(vip->ip, ip), view->quiet_from->name, vip->winner->name,
			     ip_family(vip->ip) == IP_V4 ? "ARP" : "neighbor advertisement"));
	finding_related(ck, f, network_pos(&view->quiet->from), "the new node answers here");
	finding_hint(ck, f,
		     "read the log and the metrics of the agent of \"%s\": it needs the "
		     "capability NET_RAW, and counts what it could not send",
		     vip->winner->name);
}

static void network_check_wire(struct checker *ck, const struct seen *seen,
			       const struct vip *vip, struct network_limits *limits)
{
	struct wire_view view;
	struct finding *f;
	char ip[IP_TEXT_MAX];

	wire_judge(&view, seen, vip, ck->scratch);
	if (view.overflow && limits->crowded == NULL)
		limits->crowded = vip;
	network_check_quiet(ck, vip, &view);
	if (view.state < WIRE_STALE)
		return;
	ip_format(vip->ip, ip);
	if (view.state == WIRE_STALE) {
		/* The entry is right, and the address is where it should not be (OB012). */
		if (view.other != NULL && network_holds(seen, view.other, vip->ip, ck->scratch))
			return;
		f = observed_report_vip(
			ck, CHECK_OB022, vip,
			vip->inferred ? view.text
				      : arena_printf(ck->arena, "%s; the winner is %s",
						     view.text, vip->winner->name));
		finding_hint(ck, f,
			     "clear the entry there: ip neigh flush to %s, or clear arp; a "
			     "gratuitous ARP (garpConfig) also corrects it",
			     ip);
	} else {
		f = observed_report_vip(ck,
					view.state == WIRE_SILENT ? CHECK_OB024 : CHECK_OB023,
					vip, view.text);
		finding_hint(
			ck, f,
			"find out which nodes have it on an interface (ip addr show to %s), "
			"and read the log of the agent of \"%s\"; leave the address of "
			"the Service as it is",
			ip, vip->winner->name);
	}
	ARRAY_FOREACH (const struct wire_proof, proof, &view.proofs)
		if (proof - view.proofs.items < NAMED_MAX)
			finding_related(ck, f, network_pos(proof->from), "%s", proof->text);
}

/* ---- OB025 to OB027 ---- */

/* What is missing is said by OB006, or by the checks of netlinkImport (BG063 and on). */
static bool network_is_imported(const struct seen *seen, const char *name, struct ip ip)
{
	const struct observed *observed = seen->observed;
	const struct cluster_node *node = cluster_find_node(observed->cluster, name);
	const struct bgp_node_report *report = router_report(observed, node);

	if (!report->import.set || !report->import_enabled.v)
		return false;
	SEEN_FOREACH(i, &seen->imports.by_ip, ip)
	{
		const struct seen_route *import =
			&seen->imports.list.items[seen->imports.by_ip.refs.items[i].index];

		if (&observed->cluster->nodes.items[import->node] == node)
			return import->there;
	}
	return true;
}

static void network_check_advertised(struct checker *ck, const struct seen *seen,
				     const struct vip *vip,
				     const struct router_advertised *view)
{
	/* A node that was not seen may advertise it. */
	const bool nobody = view->good == 0 && view->known == vip->announcers.count;
	struct router_names names = { 0 };
	struct finding *f;
	char ip[IP_TEXT_MAX];

	ARRAY_FOREACH (const char *, name, &view->silent.list)
		if (network_is_imported(seen, *name, vip->ip))
			ARRAY_ADD(ck->scratch, &names.list, *name);
	if (names.list.count == 0)
		return;
	f = observed_report_vip(
		ck, CHECK_OB025, vip,
		arena_printf(
			ck->arena,
			"%s %s not advertise %s to any neighbor, although BGP is established%s",
			network_names(ck, &names), names.list.count == 1 ? "does" : "do",
			ip_format(vip->ip, ip), nobody ? ": no router knows it" : ""));
	f->severity = nobody ? SEVERITY_FAIL : SEVERITY_WARN;
	finding_hint(ck, f,
		     "check whether the address is on the dummy interface of the node (ip addr "
		     "show to %s), then at the export policies of the BGPConfiguration",
		     ip);
}

static void network_check_accepted(struct checker *ck, const struct seen *seen,
				   const struct vip *vip, struct network_limits *limits)
{
	struct router_view view;
	struct finding *f;
	const char *names, *has;
	bool one;
	char ip[IP_TEXT_MAX];

	router_judge_paths(&view, seen, vip->ip, ck->scratch);
	limits->routers |= view.overflow;
	if (view.state <= ROUTER_CONTRADICTED)
		return;
	ip_format(vip->ip, ip);
	names = network_names(ck, &view.names);
	one = view.names.list.count == 1;
	has = one ? "has" : "have";
	f = observed_report_vip(
		ck, CHECK_OB026, vip,
		view.state == ROUTER_UNUSED
			? arena_printf(ck->arena, "%s %s a path to %s and use%s none", names,
				       has, ip, one ? "s" : "")
		: view.state == ROUTER_REFUSED
			? arena_printf(ck->arena,
				       "%s %s no route to %s: %s received the route, but a "
				       "filter rejects it",
				       names, has, ip, one ? "it" : "they")
			: arena_printf(ck->arena,
				       "%s %s no route to %s, although nodes advertise it",
				       names, has, ip));
	f->severity = view.with.list.count > 0 ? SEVERITY_WARN : SEVERITY_FAIL;
	finding_related(
		ck, f, (struct pos){ .source = view.table->source + 1, .line = 1, .column = 1 },
		"the table is here");
	if (view.refusing != NULL)
		finding_related(ck, f, network_pos(&view.refusing->from),
				"the import filter %s has refused routes of this session",
				view.policy != NULL ? view.policy : "of the router");
	finding_hint(ck, f, "%s", router_advice(view.state));
}

static void network_check_hops(struct checker *ck, const struct seen *seen,
			       const struct vip *vip, struct network_limits *limits)
{
	struct router_hops hops;
	struct finding *f;
	char ip[IP_TEXT_MAX];

	router_judge_hops(&hops, seen, vip->ip, ck->scratch);
	limits->routers |= hops.overflow;
	if (hops.route == NULL || hops.used >= hops.sent ||
	    seen_is_old(seen, hops.route->from.file))
		return;
	f = observed_report_vip(
		ck, CHECK_OB027, vip,
		arena_printf(ck->arena,
			     "%s uses %u next hop%s for %s, but %u nodes advertise it to "
			     "this router",
			     hops.route->from.file->place != NULL ? hops.route->from.file->place
								  : "the router",
			     hops.used, hops.used == 1 ? "" : "s", ip_format(vip->ip, ip),
			     hops.sent));
	finding_related(ck, f, network_pos(&hops.route->from), "its route is here");
	finding_hint(ck, f,
		     "enable ECMP on the router: maximum-paths at least %u, and the same AS "
		     "path from each node",
		     hops.sent);
}

static void network_check_remote(struct checker *ck, const struct seen *seen,
				 const struct vip *vip, struct network_limits *limits)
{
	struct router_advertised advertised;

	router_judge_advertised(&advertised, seen, vip, ck->scratch);
	network_check_advertised(ck, seen, vip, &advertised);
	network_check_accepted(ck, seen, vip, limits);
	network_check_hops(ck, seen, vip, limits);
}

/* ---- OB028, OB029 ---- */

static void network_check_sends(struct checker *ck, const struct seen *seen,
				const struct cluster_node *node)
{
	static const struct {
		const char *metric, *what;
	} counters[] = {
		{ "purelb_lbnodeagent_garp_errors_total", "gratuitous ARP" },
		{ "purelb_lbnodeagent_na_errors_total", "unsolicited neighbor advertisement" },
	};
	struct finding *f;

	for (uint32_t i = 0; i < ARRAY_LEN(counters); i++) {
		const struct seen_metric *errors = seen_metric(seen, node, counters[i].metric);
		const uint32_t count = errors != NULL ? seen_count(errors->value) : 0;

		if (count == 0)
			continue;
		f = report(ck, CHECK_OB028, node->node != NULL ? &node->node->object : NULL,
			   node->node != NULL ? node->node->object.name.pos : (struct pos){ 0 },
			   "the agent of node \"%s\" could not send %u %s%s since it started: "
			   "when an address moves there, clients and routers keep the old MAC "
			   "address",
			   node->name, count, counters[i].what, count == 1 ? "" : "s");
		f->place.path = "metadata.name";
		finding_related(ck, f, network_pos(&errors->sample->from),
				"the metrics are here");
		finding_hint(ck, f,
			     "read the log of that agent, which needs the capability NET_RAW: "
			     "kubectl -n %s get pods -o wide",
			     ck->snapshot->install_namespace);
	}
}

/* By node: a log line of its agent about a lease that was not renewed, or NULL. */
static const struct evidence_log_line **network_renewal_lines(struct checker *ck,
							      const struct seen *seen)
{
	const struct cluster *cluster = ck->cluster;
	const struct evidence_log_line **lines =
		arena_zalloc(ck->scratch, cluster->nodes.count + 1, sizeof(*lines));

	ARRAY_FOREACH (const struct evidence_log_line, line, &seen->evidence->log_lines) {
		const struct cluster_node *node =
			error_mentions(line->quote, "lease renewal failed")
				? seen_place_node(seen, line->from.file->place)
				: NULL;

		if (node != NULL)
			lines[node - cluster->nodes.items] = line;
	}
	return lines;
}

static void network_check_renewals(struct checker *ck, const struct seen *seen,
				   const struct cluster_node *node,
				   const struct evidence_log_line *line)
{
	const struct seen_metric *failures =
		seen_metric(seen, node, "purelb_election_lease_renewal_failures_total");
	const struct seen_metric *healthy =
		seen_metric(seen, node, "purelb_election_lease_healthy");
	const bool ill = healthy != NULL && healthy->value <= 0 &&
			 !seen_is_old(seen, healthy->sample->from.file);
	const uint32_t count = failures != NULL ? seen_count(failures->value) : 0;
	struct finding *f;

	if (!ill && count == 0)
		return;
	f = report(ck, CHECK_OB029, node->lease != NULL ? &node->lease->object : NULL,
		   node->lease != NULL ? node->lease->renew_time.pos : (struct pos){ 0 },
		   ill ? "the agent of node \"%s\" reports that its lease is not healthy%s%s"
		       : "the agent of node \"%s\"%s%s",
		   node->name,
		   count == 0 ? ""
			      : arena_printf(ck->arena,
					     "%s failed to renew its lease %s since it started",
					     ill ? ": it" : "", seen_times(ck->arena, count)),
		   ill ? "; it leaves the elections" : "");
	f->place.path = "spec.renewTime";
	f->severity = ill ? SEVERITY_WARN : SEVERITY_INFO;
	finding_related(ck, f, network_pos(&(ill ? healthy : failures)->sample->from),
			"the metrics are here");
	finding_hint(ck, f,
		     "find out what keeps it from reaching the API server: the network of the "
		     "node, the load of the server, its clock");
	if (line != NULL)
		finding_related(ck, f, network_pos(&line->from), "%s", line->quote);
}

void check_observed_network(struct checker *ck)
{
	const struct observed *observed = observed_of(ck);
	const struct evidence_log_line **lines;
	struct network_limits limits = { 0 };
	const struct seen *seen;

	if (!observed->live)
		return;
	seen = observed_seen_of(ck);
	lines = network_renewal_lines(ck, seen);
	ARRAY_FOREACH (const struct cluster_node, node, &ck->cluster->nodes) {
		network_check_sends(ck, seen, node);
		network_check_renewals(ck, seen, node, lines[node - ck->cluster->nodes.items]);
	}
	for (uint32_t i = 0;
	     ck->vips != NULL && !observed_is_dead(ck->cluster) && i < ck->vips->list.count;
	     i++) {
		const struct vip *vip = &ck->vips->list.items[i];

		if (vip->predicted || !vip->considered || vip->reason != NULL ||
		    !service_is_branded(vip->service))
			continue;
		if (vip->type == VIP_REMOTE)
			network_check_remote(ck, seen, vip, &limits);
		else if (vip->winner != NULL)
			network_check_wire(ck, seen, vip, &limits);
	}
	network_report_limits(ck, &limits, seen);
}
