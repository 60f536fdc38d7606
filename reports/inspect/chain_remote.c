/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The links of a remote address but its sessions: on the dummy interfaces, imported,
 * advertised, accepted, next hops. (O4, BG5)
 *
 * Each node is a way of its own: a link is broken when it is so on one of the nodes that should
 * have the address, and the text names them. What k8gobgp reports in a BGPNodeStatus counts
 * unless that is stale; what gobgpd and routers print is taken beside it.
 */
#include "reports/inspect/chain.h"

#include <string.h>

#include "base/text.h"
#include "purelb/observed/routers.h"

enum { NAMED_MAX = 3 };

static const char *chain_names_text(const struct inspection *in,
				    const struct router_names *names)
{
	return name_list(in->arena, names->list.items, names->list.count, NAMED_MAX);
}

static uint32_t chain_index(const struct inspection *in, const struct cluster_node *node)
{
	return (uint32_t)(node - in->cluster->nodes.items);
}

/* As gobgp and FRR name the family of the address. */
static const char *chain_family(const struct vip *vip)
{
	return ip_family(vip->ip) == IP_V4 ? "ipv4" : "ipv6";
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

/* The hint, after the object that it is about: "in BGPConfiguration default: write ...". */
static const char *chain_hint_at(const struct inspection *in, const struct finding *finding)
{
	const struct object *object = finding->place.object;

	if (finding->hint == NULL || object == NULL || object->name.s == NULL ||
	    object->kind != KIND_BGP_CONFIGURATION || finding->code == (uint32_t)CHECK_OB039 ||
	    strstr(finding->hint, object->kind_name) != NULL)
		return finding->hint;
	return arena_printf(in->arena, "in %s %s: %s", object->kind_name, object->name.s,
			    finding->hint);
}

bool chain_add_configured(struct inspection *in, struct chain *chain, const char *name,
			  const enum check_code *codes, size_t count)
{
	const struct finding *finding = chain_configured(in, codes, count);
	struct chain_link *link;

	if (finding == NULL)
		return false;
	link = chain_add(in, chain, name, LINK_BROKEN, finding->message);
	link->action = chain_hint_at(in, finding);
	chain_prove(in, link, check_table[finding->code].code, NULL, finding->place.pos,
		    finding->message);
	return true;
}

/* ---- on the dummy interface ---- */

/* By node: its BGPNodeStatus says that k8gobgp has found the address. */
static bool *chain_imported_by(const struct inspection *in, const struct vip *vip)
{
	bool *there = arena_zalloc(in->arena, in->cluster->nodes.count + 1, sizeof(*there));

	SEEN_FOREACH(i, &in->seen.imports.by_ip, vip->ip)
	there[in->seen.imports.list.items[in->seen.imports.by_ip.refs.items[i].index].node] =
		true;
	return there;
}

/* What to do about k8gobgp of a node that does not do what it should. */
static const char *chain_look_at_speaker(const struct inspection *in, const char *name)
{
	const struct cluster_node *node = cluster_find_node(in->cluster, name);
	const char *namespace = in->cluster->snapshot->install_namespace;
	const struct component *speaker =
		node != NULL ? &in->observed->speakers[chain_index(in, node)] : NULL;

	if (speaker != NULL && chain_is_down(speaker))
		return component_advice(speaker, "k8gobgp", namespace, in->arena);
	if (speaker != NULL && speaker->pod != NULL)
		return arena_printf(in->arena,
				    "read the log of k8gobgp on %s: kubectl -n %s logs %s -c "
				    "k8gobgp",
				    name, namespace, speaker->pod->object.name.s);
	return arena_printf(in->arena,
			    "read the log of k8gobgp on %s; its Pod is among: kubectl -n %s "
			    "get pods -o wide",
			    name, namespace);
}

/* "; not checked: node-b", or "". */
static const char *chain_unseen_text(const struct inspection *in,
				     const struct router_names *unseen)
{
	return unseen->list.count > 0 ? arena_printf(in->arena, "; not checked: %s",
						     chain_names_text(in, unseen))
				      : "";
}

/* The dummy interfaces of the nodes that should have an address. */
struct chain_dummy_view {
	uint32_t has;
	struct router_names missing; /* were looked at and do not have it */
	struct router_names unseen;
	const char *remark; /* about the first of `missing`; NULL: none */
};

static void chain_view_dummies(const struct inspection *in, const struct vip *vip,
			       struct chain_dummy_view *out)
{
	const bool *on = seen_holders(&in->seen, vip->ip, true, in->arena);
	const bool *anywhere = seen_holders(&in->seen, vip->ip, false, in->arena);
	const bool *imported = chain_imported_by(in, vip);

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const uint32_t i = chain_index(in, *node);
		const bool looked =
			observed_looked_at(in->observed, *node) || in->seen.addr_files[i] > 0;

		/* What k8gobgp found there counts where nobody looked. */
		if (on[i] || (!looked && imported[i])) {
			out->has++;
			continue;
		}
		/* So does what its agent says of it. */
		if (!looked && observed_announce_failure(in->observed, vip->service, vip->ip,
							 (*node)->name) == NULL) {
			ARRAY_ADD(in->arena, &out->unseen.list, looked_label(in, *node));
			continue;
		}
		ARRAY_ADD(in->arena, &out->missing.list, (*node)->name);
		if (out->remark == NULL && (anywhere[i] || imported[i]))
			out->remark = arena_printf(
				in->arena,
				anywhere[i] ? "%s has it on another interface"
					    : "k8gobgp of %s reports it all the same",
				(*node)->name);
	}
}

/* What the agents of the nodes that lack it said of that. */
static void chain_prove_failures(struct inspection *in, struct chain_link *link,
				 const struct vip *vip, const struct router_names *missing)
{
	for (uint32_t i = 0; i < missing->list.count; i++) {
		const struct event *failed = observed_announce_failure(
			in->observed, vip->service, vip->ip, missing->list.items[i]);

		if (failed == NULL)
			continue;
		if (link->evidence.count == 0)
			link->text = arena_printf(in->arena, "%s: \"%s\"", link->text,
						  failed->message.s);
		chain_prove(in, link, "Event",
			    observed_age(in->observed, event_last_seen(failed)),
			    failed->object.pos, failed->message.s);
	}
}

static void chain_dummies(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	const char *interface = vip->interface != NULL ? vip->interface : "the dummy interface";
	struct chain_dummy_view view = { 0 };
	struct chain_link *link;

	if (vip->reason != NULL) {
		link = chain_add(in, chain, "on kube-lb0",
				 vip->unknown ? LINK_UNKNOWN : LINK_BROKEN, vip->reason);
		link->action =
			vip->wants_endpoint
				? "make a Pod of the Service ready: with "
				  "externalTrafficPolicy Local only its nodes announce"
			: strstr(vip->reason, "default route") != NULL
				? "give the nodes a default route of that family, or name "
				  "an interface with such an address in localInterface or "
				  "interfaces of the LBNodeAgent"
				: "fix the LBNodeAgent that governs the nodes";
		return;
	}
	chain_view_dummies(in, vip, &view);
	if (view.missing.list.count > 0) {
		link = chain_add(
			in, chain, "on kube-lb0", LINK_BROKEN,
			arena_printf(in->arena,
				     "the address is not on %s; it is on %u of %u nodes%s%s",
				     chain_names_text(in, &view.missing), view.has,
				     vip->announcers.count, view.remark != NULL ? "; " : "",
				     view.remark != NULL ? view.remark : ""));
		link->action = chain_look_at_agent(
			in, cluster_find_node(in->cluster, view.missing.list.items[0]));
		chain_prove_failures(in, link, vip, &view.missing);
		return;
	}
	chain_add(in, chain, "on kube-lb0",
		  view.unseen.list.count == 0 ? LINK_OK
		  : view.has > 0              ? LINK_UNKNOWN
					      : LINK_PREDICTED,
		  view.has > 0 ? arena_printf(in->arena, "on %s of %u of %u nodes%s", interface,
					      view.has, vip->announcers.count,
					      chain_unseen_text(in, &view.unseen))
			       : arena_printf(in->arena, "on %s of %u node%s", interface,
					      vip->announcers.count,
					      vip->announcers.count == 1 ? "" : "s"));
	if (view.unseen.list.count > 0)
		chain_ask(in, chain, "whether it is on kube-lb0",
			  arena_printf(in->arena, "ip -j addr on %s",
				       view.has > 0 ? chain_names_text(in, &view.unseen)
						    : "the nodes"));
}

/* ---- imported ---- */

bool chain_reports_are_old(const struct inspection *in, const struct vip *vip)
{
	bool old = false;

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers)
		old |= in->observed->reports[chain_index(in, *node)] != NULL &&
		       router_report(in->observed, *node) == NULL;
	return old;
}

/* What is known of the import of an address on a node. */
struct chain_import {
	bool there;  /* BGPNodeStatus: in the RIB */
	bool prefix; /* as part of a shorter one: inRIB says nothing (BG5.7b) */
	bool in_rib; /* gobgpd's own table has a route of the node to it */
};

static struct chain_import *chain_imports(const struct inspection *in, const struct vip *vip)
{
	struct chain_import *imports =
		arena_zalloc(in->arena, in->cluster->nodes.count + 1, sizeof(*imports));
	const bool *in_rib;

	SEEN_FOREACH(i, &in->seen.imports.by_ip, vip->ip)
	{
		const struct seen_route *it =
			&in->seen.imports.list
				 .items[in->seen.imports.by_ip.refs.items[i].index];

		imports[it->node].prefix |= it->bits != 128;
		imports[it->node].there = it->bits != 128 || it->there;
	}
	in_rib = router_in_ribs(&in->seen, vip->ip, in->arena);
	for (uint32_t i = 0; i < in->cluster->nodes.count; i++)
		imports[i].in_rib = in_rib[i];
	return imports;
}

/* The RIBs of the nodes that should have a route. */
struct chain_import_view {
	uint32_t seen, good;
	uint32_t ribs; /* of those seen: as gobgpd prints them */
	struct router_names missing, unseen;
	const char *off; /* the first missing node whose k8gobgp imports nothing; NULL */
};

static void chain_add_imports(struct inspection *in, struct chain *chain, const struct vip *vip,
			      const struct chain_import_view *view)
{
	const struct finding *failed = chain_finding(in, CHECK_OB006, NULL);
	struct chain_link *link = chain_add(
		in, chain, "imported",
		view->missing.list.count > 0  ? LINK_BROKEN
		: view->unseen.list.count > 0 ? LINK_UNKNOWN
					      : LINK_OK,
		view->missing.list.count > 0
			? arena_printf(in->arena, "not in the RIB of %s",
				       chain_names_text(in, &view->missing))
			: arena_printf(in->arena, "in the RIB of %u node%s%s%s", view->good,
				       view->good == 1 ? "" : "s",
				       view->ribs == view->seen ? " (gobgp global rib)" : "",
				       chain_unseen_text(in, &view->unseen)));

	if (link->state == LINK_UNKNOWN)
		chain_ask(in, chain, "what k8gobgp imports there",
			  arena_printf(in->arena,
				       "the BGPNodeStatus, or gobgp global rib -j -a %s, of "
				       "%s",
				       chain_family(vip), chain_names_text(in, &view->unseen)));
	if (view->missing.list.count == 0)
		return;
	if (failed != NULL)
		link->text = arena_printf(in->arena, "%s: %s", link->text,
					  failed->own_message != NULL ? failed->own_message
								      : failed->message);
	else if (view->off != NULL)
		link->text =
			arena_printf(in->arena,
				     "%s: netlinkImport is not enabled there, according to "
				     "the BGPNodeStatus of %s",
				     link->text, view->off);
	link->action = failed != NULL ? failed->hint
				      : chain_look_at_speaker(in, view->missing.list.items[0]);
}

static void chain_imported(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum check_code codes[] = { CHECK_BG004, CHECK_BG063, CHECK_BG064,
						 CHECK_BG065, CHECK_BG067, CHECK_BG068 };
	const char *disagreement = NULL;
	const struct chain_import *imports = NULL;
	struct chain_import_view view = { 0 };

	if (chain_add_configured(in, chain, "imported", codes, ARRAY_LEN(codes)))
		return;
	imports = chain_imports(in, vip);
	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const struct bgp_node_report *status = router_report(in->observed, *node);
		const struct chain_import *import = &imports[chain_index(in, *node)];
		const bool in_rib = import->in_rib;
		const bool rib =
			in_rib || router_rib(&in->seen, *node, ip_family(vip->ip)) != NULL;
		const bool reported =
			status != NULL && status->import.set && !status->import_truncated.v;
		const bool there = reported ? import->there : in_rib;

		if (!reported && !rib) {
			ARRAY_ADD(in->arena, &view.unseen.list, looked_label(in, *node));
			continue;
		}
		view.seen++;
		if (reported && rib && !import->prefix && there != in_rib)
			disagreement = arena_printf(
				in->arena,
				"it is %s the RIB of %s according to its BGPNodeStatus, but %s "
				"according to gobgp global rib",
				there ? "in" : "not in", (*node)->name,
				in_rib ? "is" : "is not");
		view.ribs += rib;
		view.good += there;
		if (there)
			continue;
		ARRAY_ADD(in->arena, &view.missing.list, (*node)->name);
		if (view.off == NULL && status != NULL && status->import_enabled.set &&
		    !status->import_enabled.v)
			view.off = (*node)->name;
	}
	if (disagreement != NULL) {
		chain_add(in, chain, "imported", LINK_UNKNOWN, disagreement);
		chain_ask(in, chain, "whether k8gobgp has the route",
			  arena_printf(in->arena,
				       "gobgp global rib -j -a %s in the k8gobgp Pod of that "
				       "node",
				       chain_family(vip)));
		return;
	}
	if (view.seen == 0) {
		chain_add(in, chain, "imported", LINK_UNKNOWN,
			  chain_reports_are_old(in, vip)
				  ? "the BGPNodeStatus objects are too old to tell"
				  : "no BGPNodeStatus shows what k8gobgp imports");
		chain_ask(in, chain, "what k8gobgp imports and advertises",
			  chain_reports_are_old(in, vip)
				  ? arena_printf(in->arena,
						 "gobgp global rib -j -a %s in the k8gobgp "
						 "Pods",
						 chain_family(vip))
				  : "kubectl get bgpnodestatuses -o yaml");
		return;
	}
	chain_add_imports(in, chain, vip, &view);
}

/* ---- advertised ---- */

static void chain_ask_advertised(struct inspection *in, struct chain *chain,
				 const struct vip *vip, const char *what)
{
	chain_ask(in, chain, what,
		  arena_printf(in->arena,
			       "kubectl get bgpnodestatuses -o yaml, or show bgp %s unicast "
			       "json on the router",
			       chain_family(vip)));
}

static void chain_advertised(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	struct router_advertised view;
	struct chain_link *link;

	router_judge_advertised(&view, &in->seen, vip, in->arena);
	if (view.known == 0) {
		chain_add(in, chain, "advertised", LINK_UNKNOWN,
			  "nothing shows which routes the nodes advertise");
		chain_ask_advertised(in, chain, vip, "what the nodes advertise");
		return;
	}
	link = chain_add(
		in, chain, "advertised",
		view.missing.list.count > 0          ? LINK_BROKEN
		: view.contradicted != NULL          ? LINK_UNKNOWN
		: view.known < vip->announcers.count ? LINK_UNKNOWN
						     : LINK_OK,
		view.missing.list.count == 0 && view.contradicted != NULL ? view.contradicted
		: view.missing.list.count > 0
			? arena_printf(in->arena, "%s do%s not advertise it to any neighbor",
				       chain_names_text(in, &view.missing),
				       view.missing.list.count == 1 ? "es" : "")
		: view.known < vip->announcers.count
			? arena_printf(in->arena, "by %u of %u nodes; not checked: %s",
				       view.good, vip->announcers.count,
				       chain_names_text(in, &view.unseen))
			: arena_printf(in->arena, "by %u node%s", view.good,
				       view.good == 1 ? "" : "s"));
	if (link->state == LINK_UNKNOWN)
		chain_ask_advertised(in, chain, vip, "whether all nodes advertise it");
	if (link->state == LINK_BROKEN)
		link->action =
			"check the sessions of those nodes, and the export policies of the "
			"BGPConfiguration";
}

/* ---- the router ---- */

static const char *chain_accepted_text(struct inspection *in, const struct router_view *view)
{
	const char *names = chain_names_text(in, &view->names);
	const bool one = view->names.list.count == 1;
	const char *has = one ? "has" : "have";

	switch (view->state) {
	case ROUTER_USED:
		return arena_printf(in->arena, "%s %s %u path%s", names, has, view->paths,
				    view->paths == 1 ? "" : "s");
	case ROUTER_UNJUDGED:
		return arena_printf(in->arena,
				    "%s use%s no path to it; nothing shows whether nodes "
				    "advertise it there now",
				    names, one ? "s" : "");
	case ROUTER_UNUSED:
		return arena_printf(in->arena, "%s %s a path and use%s none", names, has,
				    one ? "s" : "");
	case ROUTER_CONTRADICTED:
		return arena_printf(in->arena,
				    "%s %s no path to it in its BGP table, but a BGP route in "
				    "its routing table",
				    names, has);
	case ROUTER_REFUSED:
	case ROUTER_WITHOUT:
	case ROUTER_UNSEEN:
		break;
	}
	if (view->refusing != NULL)
		return arena_printf(in->arena,
				    "%s %s no route to it; %s import filter%s%s has refused "
				    "routes of %s",
				    names, has, one ? "its" : "the",
				    view->policy != NULL ? " " : "",
				    view->policy != NULL ? view->policy : "",
				    seen_source_node(&in->seen, view->refusing->peer)->name);
	return arena_printf(in->arena, "%s %s no route to it%s", names, has,
			    view->state == ROUTER_REFUSED ? ": a filter rejects it" : "");
}

static void chain_accepted(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum check_code codes[] = { CHECK_BG093, CHECK_BG094, CHECK_BG095 };
	struct router_view view;
	struct chain_link *link;

	router_judge_paths(&view, &in->seen, vip->ip, in->arena);
	if (view.state == ROUTER_UNSEEN) {
		if (chain_add_configured(in, chain, "accepted", codes, ARRAY_LEN(codes)))
			return;
		chain_add(in, chain, "accepted", LINK_UNKNOWN,
			  view.overflow ? "the input has more routers than are looked at"
					: "no table of the router");
		chain_ask(in, chain, "whether the router accepts it",
			  arena_printf(in->arena,
				       "show bgp %s unicast json (FRR), or show route all "
				       "(BIRD)",
				       chain_family(vip)));
		return;
	}
	link = chain_add(in, chain, "accepted",
			 view.state == ROUTER_USED           ? LINK_OK
			 : view.state <= ROUTER_CONTRADICTED ? LINK_UNKNOWN
							     : LINK_BROKEN,
			 chain_accepted_text(in, &view));
	if (view.table != NULL)
		chain_prove(in, link, evidence_form_table[view.table->form].command,
			    seen_age(&in->seen, view.table),
			    (struct pos){ .source = view.table->source + 1, .line = 1 },
			    link->text);
	if (link->state == LINK_UNKNOWN && view.table != NULL)
		chain_ask(in, chain, "whether the router accepts it now",
			  evidence_form_table[view.table->form].command);
	if (link->state == LINK_BROKEN)
		link->action = router_advice(view.state);
}

static void chain_next_hops(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum check_code codes[] = { CHECK_BG096, CHECK_BG097, CHECK_BG098 };
	struct router_hops hops;
	struct chain_link *link;
	const char *router;

	router_judge_hops(&hops, &in->seen, vip->ip, in->arena);
	if (hops.route == NULL) {
		if (chain_add_configured(in, chain, "next hops", codes, ARRAY_LEN(codes))) {
			chain->links.items[chain->links.count - 1].state = LINK_PREDICTED;
			return;
		}
		chain_add(in, chain, "next hops", LINK_UNKNOWN,
			  hops.overflow ? "the input has more routers than are looked at"
					: "no routing table of the router");
		chain_ask(in, chain, "how many next hops it uses (ECMP)",
			  ip_family(vip->ip) == IP_V4 ? "show ip route json on the router"
						      : "show ipv6 route json on the router");
		return;
	}
	router = hops.route->from.file->place != NULL ? hops.route->from.file->place
						      : "the router";
	link = chain_add(
		in, chain, "next hops",
		hops.sent == 0                                  ? LINK_UNKNOWN
		: hops.used >= hops.sent                        ? LINK_OK
		: seen_is_old(&in->seen, hops.route->from.file) ? LINK_UNKNOWN
								: LINK_BROKEN,
		hops.sent == 0
			? arena_printf(in->arena,
				       "%s uses %u next hop%s; nothing shows how many nodes "
				       "advertise it there",
				       router, hops.used, hops.used == 1 ? "" : "s")
			: arena_printf(in->arena, "%s uses %u of %u nodes", router, hops.used,
				       hops.sent));
	chain_prove_file(in, link, &hops.route->from, link->text);
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
