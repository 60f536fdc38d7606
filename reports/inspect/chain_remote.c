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

enum { NAMED_MAX = 3 };

struct chain_names {
	ARRAY_OF(const char *) list;
};

static const char *chain_names_text(const struct inspection *in,
				    const struct chain_names *names)
{
	return name_list(in->arena, names->list.items, names->list.count, NAMED_MAX);
}

static bool chain_names_have(const struct chain_names *names, const char *name)
{
	ARRAY_FOREACH (const char *, it, &names->list) {
		if (strcmp(*it, name) == 0)
			return true;
	}
	return false;
}

static uint32_t chain_index(const struct inspection *in, const struct cluster_node *node)
{
	return (uint32_t)(node - in->cluster->nodes.items);
}

const struct bgp_node_report *chain_report(const struct inspection *in,
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

bool chain_add_configured(struct inspection *in, struct chain *chain, const char *name,
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

/* By node: whether something shows the address there. */
static bool *chain_on_dummies(const struct inspection *in, const struct vip *vip)
{
	bool *there = arena_zalloc(in->arena, in->cluster->nodes.count + 1, sizeof(*there));
	uint32_t count;
	const struct observed_holder *holders =
		observed_holders_of(in->observed, vip->ip, &count);

	for (uint32_t i = 0; i < count; i++)
		there[chain_index(in, holders[i].node)] = true;
	SEEN_FOREACH(i, &in->seen.addresses, vip->ip)
	{
		const struct evidence_origin *from =
			&in->seen.evidence->addresses
				 .items[in->seen.addresses.refs.items[i].index]
				 .from;
		const struct cluster_node *node = seen_place_node(&in->seen, from->file->place);

		if (node != NULL)
			there[chain_index(in, node)] = true;
	}
	SEEN_FOREACH(i, &in->seen.imports.by_ip, vip->ip)
	there[in->seen.imports.list.items[in->seen.imports.by_ip.refs.items[i].index].node] =
		true;
	return there;
}

static void chain_dummies(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	struct chain_names missing = { 0 };
	uint32_t has = 0, looked_at = 0;
	struct chain_link *link;
	const bool *on;

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
	on = chain_on_dummies(in, vip);
	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const bool there = on[chain_index(in, *node)];
		const bool looked =
			there || (in->observed->shows_vips && (*node)->interfaces.count > 0) ||
			in->seen.addr_files[chain_index(in, *node)] > 0;

		has += there;
		looked_at += looked;
		if (looked && !there)
			ARRAY_ADD(in->arena, &missing.list, (*node)->name);
	}
	if (missing.list.count > 0) {
		link = chain_add(
			in, chain, "on kube-lb0", LINK_BROKEN,
			arena_printf(
				in->arena, "the address is not on %s; it is on %u of %u nodes",
				chain_names_text(in, &missing), has, vip->announcers.count));
		link->action = chain_look_at_agent(
			in, cluster_find_node(in->cluster, missing.list.items[0]));
		for (uint32_t i = 0; i < missing.list.count; i++) {
			const struct event *failed = observed_announce_failure(
				in->observed, vip->service, vip->ip, missing.list.items[i]);

			if (failed == NULL)
				continue;
			if (link->evidence.count == 0)
				link->text = arena_printf(in->arena, "%s: \"%s\"", link->text,
							  failed->message.s);
			chain_prove(in, link, "Event",
				    observed_age(in->observed, event_last_seen(failed)),
				    failed->object.pos, failed->message.s);
		}
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

/* What is known of the import of an address on a node. */
struct chain_import {
	bool there;  /* BGPNodeStatus: in the RIB */
	bool prefix; /* as part of a shorter one: inRIB says nothing (BG5.7b) */
	const struct evidence_file *rib; /* of gobgpd, that has its own route; NULL: none has */
};

static struct chain_import *chain_imports(const struct inspection *in, const struct vip *vip)
{
	struct chain_import *imports =
		arena_zalloc(in->arena, in->cluster->nodes.count + 1, sizeof(*imports));

	SEEN_FOREACH(i, &in->seen.imports.by_ip, vip->ip)
	{
		const struct seen_route *it =
			&in->seen.imports.list
				 .items[in->seen.imports.by_ip.refs.items[i].index];

		imports[it->node].prefix |= it->bits != 128;
		imports[it->node].there = it->bits != 128 || it->there;
	}
	SEEN_FOREACH(i, &in->seen.paths, vip->ip)
	{
		const struct evidence_path *path =
			&in->seen.evidence->paths.items[in->seen.paths.refs.items[i].index];
		const struct cluster_node *node;

		if (path->daemon != DAEMON_GOBGP || !path->local || path->prefix.bits != 128 ||
		    seen_is_old(&in->seen, path->from.file))
			continue;
		node = seen_place_node(&in->seen, path->from.file->place);
		if (node != NULL)
			imports[chain_index(in, node)].rib = path->from.file;
	}
	return imports;
}

/* The RIB that gobgpd of the node printed; NULL: none, or long before. */
static const struct evidence_file *chain_gobgp_rib(const struct inspection *in,
						   const struct vip *vip,
						   const struct cluster_node *node)
{
	const struct evidence_file *rib =
		in->seen.ribs[ip_family(vip->ip) == IP_V6][chain_index(in, node)];

	return rib != NULL && !seen_is_old(&in->seen, rib) ? rib : NULL;
}

static void chain_imported(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum check_code codes[] = { CHECK_BG004, CHECK_BG063, CHECK_BG064,
						 CHECK_BG065, CHECK_BG067, CHECK_BG068 };
	struct chain_names missing = { 0 };
	const struct finding *failed = chain_finding(in, CHECK_OB006, NULL);
	const char *disagreement = NULL;
	const struct chain_import *imports = NULL;
	uint32_t seen = 0, good = 0, ribs = 0;
	struct chain_link *link;

	if (chain_add_configured(in, chain, "imported", codes, ARRAY_LEN(codes)))
		return;
	imports = chain_imports(in, vip);
	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const struct bgp_node_report *status = chain_report(in, *node);
		const struct chain_import *import = &imports[chain_index(in, *node)];
		const bool in_rib = import->rib != NULL;
		const struct evidence_file *rib =
			in_rib ? import->rib : chain_gobgp_rib(in, vip, *node);
		const bool reported =
			status != NULL && status->import.set && !status->import_truncated.v;
		const bool there = reported ? import->there : in_rib;

		if (!reported && rib == NULL)
			continue;
		seen++;
		if (reported && rib != NULL && !import->prefix && there != in_rib)
			disagreement = arena_printf(
				in->arena,
				"it is %s the RIB of %s according to its BGPNodeStatus, but %s "
				"according to gobgp global rib",
				there ? "in" : "not in", (*node)->name,
				in_rib ? "is" : "is not");
		if (rib != NULL)
			ribs++;
		good += there;
		if (!there)
			ARRAY_ADD(in->arena, &missing.list, (*node)->name);
	}
	if (disagreement != NULL) {
		chain_add(in, chain, "imported", LINK_UNKNOWN, disagreement);
		chain_ask(in, chain, "whether k8gobgp has the route",
			  "gobgp global rib -j in the k8gobgp Pod of that node");
		return;
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
				 : arena_printf(in->arena, "in the RIB of %u node%s%s", good,
						good == 1 ? "" : "s",
						ribs == seen ? " (gobgp global rib)" : ""));
	if (link->state == LINK_BROKEN)
		link->action =
			failed != NULL
				? failed->hint
				: "read the log of k8gobgp there: kubectl logs POD -c k8gobgp";
}

/* ---- advertised ---- */

/* By node: whether its BGPNodeStatus advertises a route to the address to somebody. */
static bool *chain_advertisers(const struct inspection *in, const struct vip *vip)
{
	const struct seen_routes *routes = &in->seen.routes;
	bool *there = arena_zalloc(in->arena, in->cluster->nodes.count + 1, sizeof(*there));

	for (unsigned bits = ip_family(vip->ip) == IP_V4 ? 96 : 0; bits < SEEN_BITS; bits++) {
		const struct ip_net net = { vip->ip, (uint8_t)bits,
					    (uint8_t)ip_family(vip->ip) };
		const struct ip first = ip_net_first(net);

		if (!routes->lengths[bits])
			continue;
		SEEN_FOREACH(i, &routes->by_ip, first)
		{
			const struct seen_route *route =
				&routes->list.items[routes->by_ip.refs.items[i].index];

			if (route->bits == bits)
				there[route->node] |= route->there;
		}
	}
	return there;
}

static void chain_advertised(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	struct chain_names missing = { 0 };
	const bool *advertisers = chain_advertisers(in, vip);
	uint32_t seen = 0, good = 0;
	struct chain_link *link;

	ARRAY_FOREACH (const struct cluster_node *, node, &vip->announcers) {
		const struct bgp_node_report *status = chain_report(in, *node);
		const bool there = advertisers[chain_index(in, *node)];

		if (status == NULL || !status->rib.set || status->rib_truncated.v)
			continue;
		seen++;
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
		missing.list.count > 0 ? arena_printf(in->arena,
						      "%s do%s not advertise it to "
						      "any neighbor",
						      chain_names_text(in, &missing),
						      missing.list.count == 1 ? "es" : "")
				       : arena_printf(in->arena, "by %u nodes", good));
	if (link->state == LINK_BROKEN)
		link->action =
			"check the sessions of those nodes, and the export policies of the "
			"BGPConfiguration";
}

/* ---- the router ---- */

/* The paths that routers have to the address, but not those of a default route. */
struct chain_paths {
	uint32_t good, filtered;
	struct chain_names with; /* routers that have one */
	const struct evidence_path *first;
};

static void chain_find_paths(const struct inspection *in, struct ip ip, struct chain_paths *out)
{
	for (unsigned bits = ip_family(ip) == IP_V4 ? 97 : 1; bits < SEEN_BITS; bits++) {
		const struct ip_net net = { ip, (uint8_t)bits, (uint8_t)ip_family(ip) };
		const struct ip first = ip_net_first(net);

		if (!in->seen.lengths[bits])
			continue;
		SEEN_FOREACH(i, &in->seen.paths, first)
		{
			const struct evidence_path *path =
				&in->seen.evidence->paths
					 .items[in->seen.paths.refs.items[i].index];
			const char *router = path->from.file->place != NULL
						     ? path->from.file->place
						     : path->from.file->name;

			if (path->prefix.bits != bits || path->daemon == DAEMON_GOBGP)
				continue;
			out->filtered += path->filtered;
			if (path->filtered)
				continue;
			out->good++;
			if (out->first == NULL)
				out->first = path;
			if (!chain_names_have(&out->with, router))
				ARRAY_ADD(in->arena, &out->with.list, router);
		}
	}
}

/* A table without routes does not say which family it is of; its name may. */
static bool chain_table_is_of(const struct evidence_file *file, enum ip_family family)
{
	const char *slash = strrchr(file->name, '/');

	if (file->family != IP_NONE)
		return file->family == family;
	return (strchr(slash != NULL ? slash : file->name, '6') != NULL) == (family == IP_V6);
}

static void chain_accepted(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum check_code codes[] = { CHECK_BG093, CHECK_BG094, CHECK_BG095 };
	struct chain_names routers = { 0 }, without = { 0 };
	struct chain_paths paths = { 0 };
	const struct evidence_file *table = NULL;
	struct chain_link *link;

	chain_find_paths(in, vip->ip, &paths);
	ARRAY_FOREACH (struct evidence_file *, it, &in->seen.evidence->files) {
		const struct evidence_file *file = *it;
		const char *router = file->place != NULL ? file->place : file->name;

		if ((file->form != EVIDENCE_FRR_BGP && file->form != EVIDENCE_BIRD_ROUTE) ||
		    file->cut != NULL || !chain_table_is_of(file, ip_family(vip->ip)))
			continue;
		table = file;
		if (chain_names_have(&routers, router))
			continue;
		ARRAY_ADD(in->arena, &routers.list, router);
		if (!chain_names_have(&paths.with, router))
			ARRAY_ADD(in->arena, &without.list, router);
	}
	if (table == NULL) {
		if (chain_add_configured(in, chain, "accepted", codes, ARRAY_LEN(codes)))
			return;
		chain_add(in, chain, "accepted", LINK_UNKNOWN, "no table of the router");
		chain_ask(in, chain, "whether the router accepts it",
			  "show bgp ipv4 unicast json (FRR), or show route all (BIRD)");
		return;
	}
	link = chain_add(
		in, chain, "accepted", paths.good > 0 ? LINK_OK : LINK_BROKEN,
		paths.good > 0
			? arena_printf(in->arena, "%s %s %u path%s%s%s",
				       chain_names_text(in, &paths.with),
				       paths.with.list.count == 1 ? "has" : "have", paths.good,
				       paths.good == 1 ? "" : "s",
				       without.list.count > 0 ? "; none is on " : "",
				       without.list.count > 0 ? chain_names_text(in, &without)
							      : "")
			: arena_printf(in->arena, "%s %s no route to it%s",
				       chain_names_text(in, &routers),
				       routers.list.count == 1 ? "has" : "have",
				       paths.filtered > 0 ? ": its filter refuses it" : ""));
	chain_prove(in, link, evidence_form_table[table->form].command,
		    seen_age(&in->seen, table),
		    (struct pos){ .source = table->source + 1, .line = 1 }, link->text);
	if (link->state == LINK_BROKEN && seen_is_old(&in->seen, table)) {
		link->state = LINK_UNKNOWN;
		chain_ask(in, chain, "whether the router accepts it now",
			  evidence_form_table[table->form].command);
	}
	if (link->state == LINK_BROKEN)
		link->action =
			"let the import policy of the router accept the prefix, a /32 or "
			"/128 unless the pool has an aggregation";
}

static void chain_next_hops(struct inspection *in, struct chain *chain, const struct vip *vip)
{
	static const enum check_code codes[] = { CHECK_BG096, CHECK_BG097, CHECK_BG098 };
	const unsigned shortest = ip_family(vip->ip) == IP_V4 ? 96 : 0;
	const struct evidence_route *best = NULL;
	struct chain_link *link;
	uint32_t hops;

	ARRAY_FOREACH (const struct evidence_route, route, &in->seen.evidence->routes)
		if (route->from.file->form == EVIDENCE_FRR_ROUTE &&
		    ip_net_contains(route->to, vip->ip) && route->to.bits > shortest &&
		    (best == NULL || route->to.bits > best->to.bits))
			best = route;
	if (best == NULL) {
		if (chain_configured(in, codes, ARRAY_LEN(codes)) != NULL) {
			(void)chain_add_configured(in, chain, "next hops", codes,
						   ARRAY_LEN(codes));
			struct chain_link *last = &chain->links.items[chain->links.count - 1];

			last->state = LINK_PREDICTED;
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
			 arena_printf(in->arena, "%s uses %u of %u nodes",
				      best->from.file->place != NULL ? best->from.file->place
								     : "the router",
				      hops, vip->announcers.count));
	chain_prove_file(in, link, &best->from, link->text);
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
