/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 26 causes of PureLB's troubleshooting page, each found, not here, or unknown. (O6)
 *
 * A cause is found when one of its checks reports something, or one of its links is broken. It
 * is not here when its checks could run and the evidence that would show it is in the input.
 * Otherwise it is unknown, and the row says what would show it.
 */
#include "reports/inspect/chain.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

/* What has to be in the input to say that a cause is not here. */
enum page_need {
	PAGE_GROUPS,
	PAGE_SERVICES,
	PAGE_ALLOCATOR, /* its Pod, or the status of its Deployment */
	PAGE_ELECTION,  /* Services, nodes and leases */
	PAGE_LEASES,
	PAGE_NODES,
	PAGE_INTERFACES, /* with VIPs */
	PAGE_SYSCTLS,
	PAGE_NEIGHBORS, /* a neighbor table */
	PAGE_ENDPOINTS,
	PAGE_REPORTS, /* BGPNodeStatus */
	PAGE_BGP,     /* a BGPConfiguration */
	PAGE_ROUTER,  /* a table of a router, or a router in an inventory */
	PAGE_METRICS, /* of the agents */
	PAGE_NEEDS,
};

static const char *const page_how[PAGE_NEEDS] = {
	[PAGE_GROUPS] = "kubectl get servicegroups -A -o yaml",
	[PAGE_SERVICES] = "kubectl get services,servicegroups -A -o yaml",
	[PAGE_ALLOCATOR] = "kubectl -n purelb-system get pods,deployments -o yaml",
	[PAGE_ELECTION] = "kubectl get services,nodes,leases -A -o yaml",
	[PAGE_LEASES] = "kubectl get leases -A -o yaml",
	[PAGE_NODES] = "kubectl get nodes,leases -A -o yaml",
	[PAGE_INTERFACES] = "ip -j addr on the nodes",
	[PAGE_SYSCTLS] = "sysctl net.ipv4.conf on the nodes",
	[PAGE_NEIGHBORS] = "ip -j neigh on a client, or the ARP table of the router",
	[PAGE_ENDPOINTS] = "kubectl get endpointslices -A -o yaml",
	[PAGE_REPORTS] = "kubectl get bgpnodestatuses -o yaml",
	[PAGE_BGP] = "kubectl get configs.bgp.purelb.io -A -o yaml",
	[PAGE_ROUTER] = "show bgp ipv4 unicast json and show ip route json on the router",
	[PAGE_METRICS] = "metrics of the agents (kubectl purelb capture --metrics)",
};

static const struct page_cause {
	const char *section;
	const char *cause;
	enum page_need need;
	const char *codes; /* separated by blanks */
	const char *link;  /* NULL: none */
} page_causes[] = {
	{ "pending", "no ServiceGroup exists", PAGE_GROUPS, "SV003", NULL },
	{ "pending", "pool exhausted", PAGE_SERVICES, "SV007 OB017", NULL },
	{ "pending", "allocator not running", PAGE_ALLOCATOR, "OB001 OB002", NULL },
	{ "pending", "wrong service-group annotation", PAGE_SERVICES, "SV001 SV002", NULL },
	{ "pending", "requested address outside the pool", PAGE_SERVICES, "SV004", NULL },
	{ "local", "no node announces it, or not the winner", PAGE_ELECTION,
	  "SV016 SV017 OB011", NULL },
	{ "local", "address not on the interface, or on two nodes", PAGE_INTERFACES,
	  "OB009 OB012 OB013", "announced" },
	{ "local", "switch ARP cache stale, GARP not sent", PAGE_NEIGHBORS, "", "on the wire" },
	{ "local", "ARP settings not configured", PAGE_SYSCTLS, "ND001", NULL },
	{ "local", "no pods running, kube-proxy", PAGE_ENDPOINTS, "OB015", "backends" },
	{ "remote", "address not on kube-lb0", PAGE_INTERFACES, "", "on kube-lb0" },
	{ "remote", "BGP session not established", PAGE_REPORTS, "OB004 OB005", "session" },
	{ "remote", "netlinkImport not configured", PAGE_BGP,
	  "BG063 BG064 BG065 BG067 BG068 OB006", "imported" },
	{ "remote", "router does not accept the routes", PAGE_ROUTER, "BG093 BG094 BG095",
	  "accepted" },
	{ "remote", "ECMP not enabled", PAGE_ROUTER, "BG096 BG097 BG098", "next hops" },
	{ "election", "node not participating: lease missing or expired", PAGE_LEASES,
	  "ND007 OB010 OB014", NULL },
	{ "election", "subnet not covered", PAGE_NODES, "CV001 CV003", NULL },
	{ "election", "frequent winner changes, renewal failures", PAGE_METRICS, "", NULL },
	{ "bgp", "port 179 blocked", PAGE_REPORTS, "BG014 BG015", NULL },
	{ "bgp", "ASN mismatch", PAGE_REPORTS, "BG087 BG088", NULL },
	{ "bgp", "router ID conflict", PAGE_REPORTS, "BG016 BG017 BG018", NULL },
	{ "bgp", "no BGPConfiguration", PAGE_BGP, "BG004", NULL },
	{ "configuration", "overlapping address pools", PAGE_GROUPS, "SG006 SG007", NULL },
	{ "configuration", "subnets with no nodes", PAGE_NODES, "CV001", NULL },
	{ "configuration", "no BGP configuration for remote pools", PAGE_BGP, "BG004 BG023",
	  NULL },
	{ "configuration", "LBNodeAgent consistency", PAGE_NODES, "AG*", NULL },
};

/* ---- what is in the input ---- */

static bool page_has_evidence(const struct inspection *in, enum evidence_form form)
{
	const struct evidence *evidence = in->cluster->snapshot->evidence;

	return evidence != NULL && evidence_find(evidence, form, NULL) != NULL;
}

static bool page_has_sysctls(const struct inspection *in)
{
	ARRAY_FOREACH (const struct cluster_node, node, &in->cluster->nodes) {
		if (node->inventory != NULL && node->inventory->sysctls.list.count > 0)
			return true;
	}
	return false;
}

static bool page_has(const struct inspection *in, enum page_need need)
{
	const struct snapshot *s = in->cluster->snapshot;
	const unsigned have = in->validation->have;

	switch (need) {
	case PAGE_GROUPS:
		return s->groups.count > 0 || capture_read(s, KIND_SERVICE_GROUP);
	case PAGE_SERVICES:
		return (have & NEED_SERVICES) != 0 &&
		       (s->groups.count > 0 || capture_read(s, KIND_SERVICE_GROUP));
	case PAGE_ALLOCATOR:
		return in->observed->allocator.state != COMPONENT_UNKNOWN;
	case PAGE_ELECTION:
		return (have & NEED_SERVICES) != 0 && in->cluster->has_leases;
	case PAGE_LEASES:
		return in->cluster->has_leases;
	case PAGE_NODES:
		return in->cluster->has_nodes;
	case PAGE_INTERFACES:
		return in->observed->shows_vips || page_has_evidence(in, EVIDENCE_IP_ADDR);
	case PAGE_SYSCTLS:
		return page_has_sysctls(in);
	case PAGE_NEIGHBORS:
		return page_has_evidence(in, EVIDENCE_IP_NEIGH) ||
		       page_has_evidence(in, EVIDENCE_FRR_ARP);
	case PAGE_ENDPOINTS:
		return capture_knows_endpoints(s);
	case PAGE_REPORTS:
		return s->bgp_node_statuses.count > 0 ||
		       page_has_evidence(in, EVIDENCE_GOBGP_NEIGHBOR);
	case PAGE_BGP:
		return s->bgp_configurations.count > 0 ||
		       capture_read(s, KIND_BGP_CONFIGURATION);
	case PAGE_ROUTER:
		return (have & NEED_ROUTERS) != 0 || page_has_evidence(in, EVIDENCE_FRR_BGP) ||
		       page_has_evidence(in, EVIDENCE_BIRD_ROUTE);
	case PAGE_METRICS:
		return page_has_evidence(in, EVIDENCE_METRICS);
	case PAGE_NEEDS:
		break;
	}
	return false;
}

/* ---- what shows a cause ---- */

/* Codes are separated by blanks; one that ends in * stands for its family. INFO shows nothing.
 */
static const char *page_by_checks(const struct inspection *in, const char *codes)
{
	while (*codes != '\0') {
		const size_t len = strcspn(codes, " ");
		const size_t compared = codes[len - 1] == '*' ? len - 1 : len;

		ARRAY_FOREACH (const struct finding, finding, &in->validation->findings) {
			const char *code = check_table[finding->code].code;

			if (finding->severity >= SEVERITY_WARN &&
			    strncmp(code, codes, compared) == 0)
				return arena_printf(in->arena, "%s: %s", code,
						    finding->message);
		}
		codes += len;
		codes += strspn(codes, " ");
	}
	return NULL;
}

static const char *page_by_links(const struct inspection *in, const char *name, bool *observed)
{
	if (name == NULL)
		return NULL;
	ARRAY_FOREACH (const struct chain, chain, &in->chains)
		ARRAY_FOREACH (const struct chain_link, link, &chain->links) {
			if (!str_equal(link->name, name))
				continue;
			*observed |= link->state == LINK_OK;
			if (link->state == LINK_BROKEN)
				return arena_printf(in->arena, "%s: %s", chain->subject,
						    link->text);
		}
	return NULL;
}

static bool page_mentions(const char *text, const char *part)
{
	const size_t len = strlen(part);

	if (text == NULL)
		return false;
	for (; *text != '\0'; text++)
		if (strncasecmp(text, part, len) == 0)
			return true;
	return false;
}

/* What a session that is down says of the causes "port 179", "ASN" and "router ID". */
static const char *page_by_sessions(const struct inspection *in, const char *cause)
{
	for (uint32_t i = 0; i < in->cluster->nodes.count; i++) {
		const struct bgp_node_report *status = in->observed->reports[i];

		if (status == NULL || observed_report_is_stale(in->observed, status))
			continue;
		ARRAY_FOREACH (const struct bgp_neighbor_status, n, &status->neighbors.list) {
			const char *error = n->last_error.s;
			const bool named = error != NULL && *error != '\0';
			const bool as =
				page_mentions(error, "peer as") || page_mentions(error, "2/2");
			const bool id = page_mentions(error, "identifier") ||
					page_mentions(error, "2/3");
			const bool port = page_mentions(error, "refused") ||
					  page_mentions(error, "timeout") ||
					  page_mentions(error, "timed out") ||
					  (!named && (str_equal(n->state.s, "Active") ||
						      str_equal(n->state.s, "Connect")));
			const bool found = strcmp(cause, "ASN mismatch") == 0         ? as
					   : strcmp(cause, "router ID conflict") == 0 ? id
					   : strcmp(cause, "port 179 blocked") == 0
						   ? port && !as && !id
						   : false;

			if (bgp_neighbor_is_up(n) || !found || n->address.s == NULL)
				continue;
			return arena_printf(in->arena, "%s to %s is %s%s%s",
					    status->object.name.s, n->address.s,
					    n->state.s != NULL ? n->state.s : "down",
					    named ? ": " : "", named ? error : "");
		}
	}
	return NULL;
}

/* Renewals that failed. purelb_election_winner_changes_total is never incremented (O3). */
static const char *page_by_metrics(const struct inspection *in)
{
	const struct evidence *evidence = in->cluster->snapshot->evidence;

	if (evidence == NULL)
		return NULL;
	ARRAY_FOREACH (const struct evidence_sample, sample, &evidence->samples) {
		if (str_equal(sample->name, "purelb_election_lease_renewal_failures_total") &&
		    sample->value > 0)
			return arena_printf(in->arena, "%s: %.0f lease renewals failed",
					    sample->from.file->place != NULL
						    ? sample->from.file->place
						    : sample->from.file->name,
					    sample->value);
	}
	return NULL;
}

void page_build(struct page *page, const struct inspection *in)
{
	for (uint32_t i = 0; i < ARRAY_LEN(page_causes); i++) {
		const struct page_cause *cause = &page_causes[i];
		struct page_row *row = ARRAY_PUSH(in->arena, &page->rows);
		bool observed = false;

		row->number = i + 1;
		row->section = cause->section;
		row->cause = cause->cause;
		row->evidence = page_by_checks(in, cause->codes);
		if (row->evidence == NULL)
			row->evidence = page_by_links(in, cause->link, &observed);
		if (row->evidence == NULL)
			row->evidence = page_by_sessions(in, cause->cause);
		if (row->evidence == NULL && cause->need == PAGE_METRICS)
			row->evidence = page_by_metrics(in);
		if (row->evidence != NULL) {
			row->verdict = PAGE_FOUND;
		} else if (observed || page_has(in, cause->need)) {
			row->verdict = PAGE_NOT_HERE;
		} else {
			row->verdict = PAGE_UNKNOWN;
			row->evidence = cause->need < PAGE_NEEDS ? page_how[cause->need] : NULL;
		}
	}
}
