/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links of a remote address: on the dummy interfaces, imported, session, advertised,
 * accepted, next hops. (O4, BG5)
 *
 * Each node is a way of its own: a link is broken when it is so on one of the nodes that should
 * have the address, and the text names them. What k8gobgp reports in a BGPNodeStatus counts
 * unless that is stale; `gobgp neighbor -j` and routers are taken beside it.
 */
#include "reports/inspect/chain.h"

#include <string.h>

#include "base/text.h"

enum { NAMED_MAX = 3 };

struct chain_names {
	ARRAY_OF(const char *) list;
};

static const char *chain_names_text(const struct inspection *in,
				    const struct chain_names *names)
{
	return name_list(in->arena, names->list.items, names->list.count, NAMED_MAX);
}

static uint32_t chain_index(const struct inspection *in, const struct cluster_node *node)
{
	return (uint32_t)(node - in->cluster->nodes.items);
}

/* The BGPNodeStatus of the node; NULL: none, or too old to count. */
static const struct bgp_node_report *chain_report(const struct inspection *in,
						  const struct cluster_node *node)
{
	const struct bgp_node_report *status = in->observed->reports[chain_index(in, node)];

	return status != NULL && !observed_report_is_stale(in->observed, status) ? status
										 : NULL;
}

/* The first FAIL or WARN of these checks. */
static const struct finding *chain_configured(const struct inspection *in,
					      const enum check_code *codes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct finding *finding = chain_finding(in, codes[i], NULL);

		if (finding != NULL)
			return finding;
	}
	return NULL;
}

/* A link that the configuration breaks, whatever is observed. */
static bool chain_add_configured(struct inspection *in, struct chain *chain, const char *name,
				 const enum check_code *codes, size_t count)
{
	const struct finding *finding = chain_configured(in, codes, count);
	struct chain_link *link;

	if (finding == NULL)
		return false;
	link = chain_add(in, chain, name, LINK_BROKEN, finding->message);
	link->action = finding->hint;
	chain_prove(in, link, check_table[finding->code].code, NULL, finding->place.pos,
		    finding->message);
	return true;
}

/* ---- on the dummy interface ---- */

static bool chain_on_dummy(const struct inspection *in, const struct vip *vip,
			   const struct cluster_node *node, bool *looked)
{
	const struct evidence *evidence = in->cluster->snapshot->evidence;
	const struct bgp_node_report *status = chain_report(in, node);
	uint32_t count;
	const struct observed_holder *holders =
		observed_holders_of(in->observed, vip->ip, &count);

	*looked = in->observed->shows_vips && node->interfaces.count > 0;
	for (uint32_t i = 0; i < count; i++)
		if (holders[i].node == node)
			return true;
	if (evidence != NULL && evidence_find(evidence, EVIDENCE_IP_ADDR, node->name) != NULL) {
		*looked = true;
		ARRAY_FOREACH (const struct evidence_address, address, &evidence->addresses)
			if (str_equal(address->from.file->place, node->name) &&
			    ip_compare(address->ip, vip->ip) == 0)
				return true;
	}
	if (status != NULL)
		ARRAY_FOREACH (const struct bgp_imported, it, &status->imported.list) {
			struct ip_net net;

			if (it->address.s != NULL && ip_net_parse(it->address.s, &net) &&
			    ip_compare(net.address, vip->ip) == 0) {
				*looked = true;
				return true;
			}
		}
	return false;
}

static void chain_dummies(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	struct chain_names missing = { 0 };
	uint32_t has = 0, looked_at = 0;
	struct chain_link *link;

	if (vip->reason != NULL) {
		link = chain_add(in, chain, "on kube-lb0",
				 vip->wants_endpoint &&
						 !capture_knows_endpoints(in->cluster->snapshot)
					 ? LINK_UNKNOWN
					 : LINK_BROKEN,
				 vip->reason);
		link->action = vip->wants_endpoint
				       ? "make a Pod of the Service ready: with "
					 "externalTrafficPolicy Local only its nodes announce"
				       : "fix the LBNodeAgent that governs the nodes";
		return;
	}
	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		bool looked;
		const bool there = chain_on_dummy(in, vip, *node, &looked);

		has += there;
		looked_at += looked;
		if (looked && !there)
			ARRAY_ADD(in->arena, &missing.list, (*node)->name);
	}
	if (missing.list.count > 0) {
		link = chain_add(in, chain, "on kube-lb0", LINK_BROKEN,
				 arena_printf(in->arena, "missing on %s (on %u of %u nodes)",
					      chain_names_text(in, &missing), has,
					      vip->announcers.count));
		link->action = chain_look_at_agent(
			in, cluster_find_node(in->cluster, missing.list.items[0]));
		return;
	}
	chain_add(in, chain, "on kube-lb0", looked_at > 0 ? LINK_OK : LINK_PREDICTED,
		  arena_printf(in->arena, "on %s of %u of %u nodes",
			       vip->interface != NULL ? vip->interface : "the dummy interface",
			       looked_at > 0 ? has : vip->announcers.count,
			       in->cluster->nodes.count));
	if (looked_at == 0)
		chain_ask(in, chain, "whether it is on kube-lb0",
			  "ip -j addr show kube-lb0 on the nodes");
}

/* ---- imported ---- */

static void chain_imported(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum check_code codes[] = { CHECK_BG004, CHECK_BG063, CHECK_BG064,
						 CHECK_BG065, CHECK_BG067, CHECK_BG068 };
	struct chain_names missing = { 0 };
	const struct finding *failed = chain_finding(in, CHECK_OB006, NULL);
	uint32_t seen = 0, good = 0;
	struct chain_link *link;

	if (chain_add_configured(in, chain, "imported", codes, ARRAY_LEN(codes)))
		return;
	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const struct bgp_node_report *status = chain_report(in, *node);
		bool there = false;

		if (status == NULL || !status->import.set || status->import_truncated.v)
			continue;
		seen++;
		ARRAY_FOREACH (const struct bgp_imported, it, &status->imported.list) {
			struct ip_net net;

			if (it->address.s == NULL || !ip_net_parse(it->address.s, &net) ||
			    ip_compare(net.address, vip->ip) != 0)
				continue;
			/* BG5.7b: only of host prefixes does inRIB say anything. */
			there = net.bits != 128 || !it->in_rib.set || it->in_rib.v;
		}
		good += there;
		if (!there)
			ARRAY_ADD(in->arena, &missing.list, (*node)->name);
	}
	if (seen == 0) {
		chain_add(in, chain, "imported", LINK_UNKNOWN,
			  "no BGPNodeStatus shows what k8gobgp imports");
		chain_ask(in, chain, "what k8gobgp imports and advertises",
			  "kubectl get bgpnodestatuses -o yaml");
		return;
	}
	link = chain_add(in, chain, "imported", missing.list.count > 0 ? LINK_BROKEN : LINK_OK,
			 missing.list.count > 0
				 ? arena_printf(in->arena, "not in the RIB of %s",
						chain_names_text(in, &missing))
				 : arena_printf(in->arena, "in the RIB of %u nodes", good));
	if (link->state == LINK_BROKEN)
		link->action =
			failed != NULL
				? failed->hint
				: "read the log of k8gobgp there: kubectl logs POD -c k8gobgp";
}

/* ---- session ---- */

static void chain_add_session(struct inspection *in, struct chain_link *link,
			      const struct evidence_session *session)
{
	chain_prove(
		in, link, evidence_form_table[session->from.file->form].command, NULL,
		(struct pos){ .source = session->from.file->source,
			      .line = session->from.line },
		arena_printf(in->arena, "%s to %s: %s%s%s",
			     session->from.file->place != NULL ? session->from.file->place : "",
			     session->peer_text != NULL ? session->peer_text : "",
			     evidence_bgp_state_names[session->state],
			     session->last_error != NULL ? ", " : "",
			     session->last_error != NULL ? session->last_error : ""));
}

/*
 * What gobgp and routers print of sessions. Where no BGPNodeStatus says more (`reported`), the
 * link is theirs, and *up counts those that are established.
 */
static void chain_prove_sessions(struct inspection *in, struct chain_link *link, bool reported,
				 uint32_t *up)
{
	const struct evidence *evidence = in->cluster->snapshot->evidence;

	if (evidence == NULL)
		return;
	ARRAY_FOREACH (const struct evidence_session, session, &evidence->sessions) {
		if (session->state == BGP_STATE_UNKNOWN)
			continue;
		chain_add_session(in, link, session);
		if (reported)
			continue;
		*up += session->state == BGP_STATE_ESTABLISHED;
		if (session->state == BGP_STATE_ESTABLISHED || link->state == LINK_BROKEN)
			continue;
		link->state = LINK_BROKEN;
		link->text = link->evidence.items[link->evidence.count - 1].text;
		link->action =
			"check the ASNs at both ends and that TCP port 179 is open between "
			"them";
	}
}

static void chain_sessions(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum check_code codes[] = { CHECK_BG023, CHECK_BG087, CHECK_BG088,
						 CHECK_BG089, CHECK_BG091, CHECK_BG016,
						 CHECK_BG017 };
	const struct evidence *evidence = in->cluster->snapshot->evidence;
	const struct bgp_neighbor_status *first = NULL;
	struct chain_names down = { 0 };
	uint32_t all = 0, up = 0, stale = 0;
	const char *first_node = NULL;
	struct chain_link *link;

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const struct bgp_node_report *status = chain_report(in, *node);
		bool bad = false;

		stale +=
			status == NULL && in->observed->reports[chain_index(in, *node)] != NULL;
		if (status == NULL)
			continue;
		ARRAY_FOREACH (const struct bgp_neighbor_status, n, &status->neighbors.list) {
			all++;
			up += bgp_neighbor_is_up(n);
			if (bgp_neighbor_is_up(n) || n->address.s == NULL || n->state.s == NULL)
				continue;
			if (first == NULL) {
				first = n;
				first_node = (*node)->name;
			}
			bad = true;
		}
		if (bad)
			ARRAY_ADD(in->arena, &down.list, (*node)->name);
	}
	if (all == 0 && (evidence == NULL || evidence->sessions.count == 0)) {
		if (chain_add_configured(in, chain, "session", codes, ARRAY_LEN(codes)))
			return;
		chain_add(in, chain, "session", LINK_UNKNOWN,
			  stale > 0 ? "the BGPNodeStatus objects are too old to say"
				    : "no BGPNodeStatus, gobgp or router shows the sessions");
		chain_ask(in, chain, "whether the sessions are up",
			  "kubectl get bgpnodestatuses -o yaml, or gobgp neighbor -j");
		return;
	}
	link = chain_add(in, chain, "session", LINK_OK, NULL);
	chain_prove_sessions(in, link, all > 0, &up);
	if (first != NULL) {
		const char *error = first->last_error.s != NULL && *first->last_error.s != '\0'
					    ? first->last_error.s
					    : NULL;

		link->state = LINK_BROKEN;
		link->text = arena_printf(
			in->arena, "%u of %u established; to %s it is %s on %s%s%s%s", up, all,
			first->address.s, first->state.s,
			down.list.count == 1 ? first_node : chain_names_text(in, &down),
			error != NULL ? " (" : "", error != NULL ? error : "",
			error != NULL ? ")" : "");
		link->action = bgp_session_advice(first, error, in->arena);
		chain_prove(in, link, "BGPNodeStatus", NULL, first->state.pos, link->text);
	} else if (link->text == NULL) {
		link->text = all > 0 ? arena_printf(in->arena, "%u of %u established", up, all)
				     : arena_printf(in->arena, "%u established", up);
	}
	if (link->state == LINK_BROKEN && all > 0 && up > 0)
		link->predicted = "the other sessions carry the routes meanwhile";
}

/* ---- advertised ---- */

static void chain_advertised(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	struct chain_names missing = { 0 };
	uint32_t seen = 0, good = 0;
	struct chain_link *link;

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const struct bgp_node_report *status = chain_report(in, *node);
		bool there = false;

		if (status == NULL || !status->rib.set || status->rib_truncated.v)
			continue;
		seen++;
		ARRAY_FOREACH (const struct bgp_local_route, route,
			       &status->local_routes.list) {
			struct ip_net net;

			there |= route->prefix.s != NULL &&
				 ip_net_parse(route->prefix.s, &net) &&
				 ip_net_contains(net, vip->ip) &&
				 route->advertised_to.list.count > 0;
		}
		good += there;
		if (!there)
			ARRAY_ADD(in->arena, &missing.list, (*node)->name);
	}
	if (seen == 0) {
		chain_add(in, chain, "advertised", LINK_UNKNOWN,
			  "nothing shows which routes the nodes advertise");
		return;
	}
	link = chain_add(
		in, chain, "advertised", missing.list.count > 0 ? LINK_BROKEN : LINK_OK,
		missing.list.count > 0 ? arena_printf(in->arena, "%s advertise%s it to nobody",
						      chain_names_text(in, &missing),
						      missing.list.count == 1 ? "s" : "")
				       : arena_printf(in->arena, "by %u nodes", good));
	if (link->state == LINK_BROKEN)
		link->action =
			"look at the sessions of those nodes, and at export policies of the "
			"BGPConfiguration";
}

/* ---- the router ---- */

static void chain_accepted(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum check_code codes[] = { CHECK_BG093, CHECK_BG094, CHECK_BG095 };
	const struct evidence *evidence = in->cluster->snapshot->evidence;
	uint32_t tables = 0, paths = 0, filtered = 0;
	const char *router = NULL;
	struct chain_link *link;

	if (evidence != NULL) {
		ARRAY_FOREACH (struct evidence_file *, file, &evidence->files)
			if ((*file)->form == EVIDENCE_FRR_BGP ||
			    (*file)->form == EVIDENCE_BIRD_ROUTE) {
				tables++;
				router =
					(*file)->place != NULL ? (*file)->place : (*file)->name;
			}
		ARRAY_FOREACH (const struct evidence_path, path, &evidence->paths)
			if (path->daemon != DAEMON_GOBGP &&
			    ip_net_contains(path->prefix, vip->ip) && path->prefix.bits > 96) {
				filtered += path->filtered;
				paths += !path->filtered;
			}
	}
	if (tables == 0) {
		if (chain_add_configured(in, chain, "accepted", codes, ARRAY_LEN(codes)))
			return;
		chain_add(in, chain, "accepted", LINK_UNKNOWN, "no table of the router");
		chain_ask(in, chain, "whether the router accepts it",
			  "show bgp ipv4 unicast json (FRR), or show route all (BIRD)");
		return;
	}
	link = chain_add(in, chain, "accepted", paths > 0 ? LINK_OK : LINK_BROKEN,
			 paths > 0
				 ? arena_printf(in->arena, "%s has %u path%s", router, paths,
						paths == 1 ? "" : "s")
				 : arena_printf(in->arena, "%s has no route to it%s", router,
						filtered > 0 ? ": its filter refuses it" : ""));
	if (link->state == LINK_BROKEN)
		link->action =
			"let the import policy of the router accept the prefix, a /32 or "
			"/128 unless the pool has an aggregation";
}

static void chain_next_hops(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum check_code codes[] = { CHECK_BG096, CHECK_BG097, CHECK_BG098 };
	const struct evidence *evidence = in->cluster->snapshot->evidence;
	const struct evidence_route *best = NULL;
	struct chain_link *link;
	uint32_t hops;

	if (evidence != NULL)
		ARRAY_FOREACH (const struct evidence_route, route, &evidence->routes)
			if (route->from.file->form == EVIDENCE_FRR_ROUTE &&
			    ip_net_contains(route->to, vip->ip) && route->to.bits > 96 &&
			    (best == NULL || route->to.bits > best->to.bits))
				best = route;
	if (best == NULL) {
		if (chain_configured(in, codes, ARRAY_LEN(codes)) != NULL) {
			(void)chain_add_configured(in, chain, "next hops", codes,
						   ARRAY_LEN(codes));
			struct chain_link *last = &chain->links.items[chain->links.count - 1];

			last->state = LINK_PREDICTED;
			last->predicted = last->action;
			return;
		}
		chain_add(in, chain, "next hops", LINK_UNKNOWN,
			  "no routing table of the router");
		chain_ask(in, chain, "how many next hops it uses (ECMP)",
			  "show ip route json on the router");
		return;
	}
	hops = best->next_hops.count;
	link = chain_add(in, chain, "next hops",
			 hops >= vip->announcers.count ? LINK_OK : LINK_BROKEN,
			 arena_printf(in->arena, "the router uses %u of %u nodes", hops,
				      vip->announcers.count));
	if (link->state == LINK_BROKEN)
		link->action =
			"enable ECMP on the router: maximum-paths at least the number of "
			"nodes, and the same AS path from each";
}

void chain_remote(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	chain_dummies(in, chain, vip);
	if (vip->reason != NULL)
		return;
	chain_imported(in, chain, vip);
	chain_sessions(in, chain, vip);
	chain_advertised(in, chain, vip);
	chain_accepted(in, chain, vip);
	chain_next_hops(in, chain, vip);
}
