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

#include "base/text.h"
#include "purelb/announcing/slots.h"

/* What has to be in the input to say that a cause is not here. */
enum page_need {
	PAGE_GROUPS,
	PAGE_SERVICES,
	PAGE_ALLOCATOR, /* its Pod, or the status of its Deployment */
	PAGE_ELECTION,  /* Services, nodes and leases */
	PAGE_LEASES,
	PAGE_NODES,
	PAGE_AGENTS,     /* and the nodes */
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
	[PAGE_AGENTS] = "kubectl get lbnodeagents,nodes -A -o yaml",
	[PAGE_INTERFACES] = "ip -j addr on the nodes",
	[PAGE_SYSCTLS] = "sysctl net.ipv4.conf on the nodes",
	[PAGE_NEIGHBORS] = "ip -j neigh on a client, or the ARP table of the router",
	[PAGE_ENDPOINTS] = "kubectl get endpointslices -A -o yaml",
	[PAGE_REPORTS] = "kubectl get bgpnodestatuses -o yaml",
	[PAGE_BGP] = "kubectl get configs.bgp.purelb.io -A -o yaml",
	[PAGE_ROUTER] = "show bgp ipv4 unicast json and show ip route json on the router",
	[PAGE_METRICS] = "metrics of the agents (kubectl purelb capture)",
};

/* Objects that may be hidden from who captured the cluster: with one of a kind missing, a cause
 * that rests on it is not refuted. (I3) */
enum page_kinds {
	OF_GROUPS = 1 << 0,
	OF_SERVICES = 1 << 1,
	OF_LEASES = 1 << 2,
	OF_NODES = 1 << 3,
	OF_ENDPOINTS = 1 << 4,
	OF_AGENTS = 1 << 5,
	OF_BGP = 1 << 6,
	OF_POOLS = OF_GROUPS | OF_SERVICES,
	OF_COVERAGE = OF_GROUPS | OF_AGENTS | OF_LEASES | OF_NODES,
	OF_REMOTE = OF_POOLS | OF_AGENTS,
	OF_ROUTES = OF_REMOTE | OF_BGP,
};

static const struct page_cause {
	const char *section;
	const char *cause;
	enum page_need need;
	const char *codes;        /* separated by blanks */
	const char *link;         /* NULL: none */
	enum session_fault fault; /* that shows it */
	unsigned kinds;           /* enum page_kinds: what it rests on */
} page_causes[] = {
	{ "pending", "no ServiceGroup exists", PAGE_GROUPS, "SV003", NULL, SESSION_FINE,
	  OF_GROUPS },
	{ "pending", "pool exhausted", PAGE_SERVICES, "SV007 OB017", NULL, SESSION_FINE,
	  OF_POOLS },
	{ "pending", "allocator not running", PAGE_ALLOCATOR, "OB001", NULL, SESSION_FINE, 0 },
	{ "pending", "wrong service-group annotation", PAGE_SERVICES, "SV001 SV002", NULL,
	  SESSION_FINE, OF_POOLS },
	{ "pending", "requested address outside the pool", PAGE_SERVICES, "SV004", NULL,
	  SESSION_FINE, OF_POOLS },
	{ "local", "no node announces it, or not the winner", PAGE_ELECTION,
	  "SV016 SV017 OB011", "announced", SESSION_FINE,
	  OF_SERVICES | OF_LEASES | OF_NODES | OF_AGENTS },
	{ "local", "address not on the interface, or on two nodes", PAGE_INTERFACES,
	  "OB009 OB012 OB013 OB038 OB041", "announced", SESSION_FINE, OF_SERVICES | OF_NODES },
	{ "local", "switch ARP cache stale, GARP not sent", PAGE_NEIGHBORS,
	  "OB022 OB023 OB024 OB036", "on the wire", SESSION_FINE, 0 },
	{ "local", "ARP settings not configured", PAGE_SYSCTLS, "ND001", NULL, SESSION_FINE,
	  OF_NODES },
	{ "local", "no pods running, kube-proxy", PAGE_ENDPOINTS, "OB015 OB034", "backends",
	  SESSION_FINE, OF_SERVICES | OF_ENDPOINTS },
	{ "remote", "address not on kube-lb0", PAGE_INTERFACES, "OB030", "on kube-lb0",
	  SESSION_FINE, OF_REMOTE | OF_NODES },
	{ "remote", "BGP session not established", PAGE_REPORTS, "OB004 OB033", "session",
	  SESSION_FINE, OF_NODES },
	{ "remote", "netlinkImport not configured", PAGE_BGP,
	  "BG063 BG064 BG065 BG067 BG068 OB006", "imported", SESSION_FINE, OF_ROUTES },
	{ "remote", "router does not accept the routes", PAGE_ROUTER, "BG093 BG094 BG095 OB026",
	  "accepted", SESSION_FINE, OF_ROUTES },
	{ "remote", "ECMP not enabled", PAGE_ROUTER, "BG096 BG097 BG098 OB027", "next hops",
	  SESSION_FINE, OF_ROUTES },
	{ "election", "node not participating: lease missing or expired", PAGE_LEASES,
	  "ND007 OB010 OB014", NULL, SESSION_FINE, OF_NODES | OF_LEASES },
	{ "election", "subnet not covered", PAGE_NODES, "CV001 CV003", NULL, SESSION_FINE,
	  OF_COVERAGE },
	{ "election", "frequent winner changes, renewal failures", PAGE_METRICS,
	  "OB029 OB031 OB040", NULL, SESSION_FINE, OF_NODES },
	{ "bgp", "port 179 blocked", PAGE_REPORTS, "BG014 BG015", NULL, SESSION_PORT,
	  OF_NODES },
	{ "bgp", "ASN mismatch", PAGE_REPORTS, "BG087 BG088 OB039", NULL, SESSION_ASN,
	  OF_NODES },
	{ "bgp", "router ID conflict", PAGE_REPORTS, "OB035 BG016 BG017 BG018", NULL,
	  SESSION_ROUTER_ID, OF_NODES },
	{ "bgp", "no BGPConfiguration", PAGE_BGP, "BG004", NULL, SESSION_FINE,
	  OF_GROUPS | OF_BGP },
	{ "configuration", "overlapping address pools", PAGE_GROUPS, "SG006 SG007", NULL,
	  SESSION_FINE, OF_GROUPS },
	{ "configuration", "subnets with no nodes", PAGE_NODES, "CV001", NULL, SESSION_FINE,
	  OF_COVERAGE },
	{ "configuration", "no BGP configuration for remote pools", PAGE_BGP, "BG004 BG023",
	  NULL, SESSION_FINE, OF_GROUPS | OF_BGP },
	{ "configuration", "LBNodeAgent consistency", PAGE_AGENTS, "AG0* AG104 AG105", NULL,
	  SESSION_FINE, OF_AGENTS | OF_NODES },
};

/* ---- what is in the input ---- */

static bool page_has_remote(const struct inspection *in)
{
	ARRAY_FOREACH (const struct pool, pool, &in->cluster->pools.list)
		if (pool->type == POOL_TYPE_REMOTE)
			return true;
	return false;
}

/* No ServiceGroup of the cluster is remote: nothing has to be advertised. */
static bool page_needs_no_bgp(const struct inspection *in)
{
	return snapshot_is_complete(in->cluster->snapshot, KIND_SERVICE_GROUP) &&
	       in->cluster->snapshot->groups.count > 0 && !page_has_remote(in);
}

/* What would show what the cause rests on and the input lacks, or may lack in part; NULL. */
static const char *page_lacks_kind(const struct inspection *in, const struct page_cause *cause)
{
	const struct snapshot *s = in->cluster->snapshot;
	const struct {
		enum page_kinds of;
		enum object_kind kind;
		bool any;
		const char *resource;
	} kinds[] = {
		{ OF_GROUPS, KIND_SERVICE_GROUP, s->groups.count > 0, "servicegroups" },
		{ OF_SERVICES, KIND_SERVICE, s->services.count > 0, "services" },
		{ OF_LEASES, KIND_LEASE, true, "leases" },
		{ OF_NODES, KIND_NODE, in->cluster->has_nodes, "nodes" },
		{ OF_ENDPOINTS, KIND_ENDPOINT_SLICE, capture_knows_endpoints(s),
		  "endpointslices" },
		{ OF_AGENTS, KIND_LBNODEAGENT, s->agents.count > 0, "lbnodeagents" },
		{ OF_BGP, KIND_BGP_CONFIGURATION, s->bgp_configurations.count > 0,
		  "configs.bgp.purelb.io" },
	};
	/* Without any group, it is a Service that shows whether one is needed. */
	const unsigned of =
		cause->kinds |
		(cause->need == PAGE_GROUPS && s->groups.count == 0 ? OF_SERVICES : 0);
	const char *missing = NULL;

	for (uint32_t i = 0; i < ARRAY_LEN(kinds); i++)
		if ((of & kinds[i].of) != 0 &&
		    (capture_unread(s, kinds[i].kind) != NULL ||
		     !(kinds[i].any || snapshot_is_complete(s, kinds[i].kind))))
			missing = missing == NULL ? kinds[i].resource
						  : arena_printf(in->arena, "%s,%s", missing,
								 kinds[i].resource);
	return missing != NULL ? arena_printf(in->arena, "kubectl get %s -A -o yaml", missing)
			       : NULL;
}

/* The inventory describes what each of its routers accepts, or how many paths it uses. */
static bool page_has_routers(const struct inspection *in, const char *link)
{
	bool any = false;

	ARRAY_FOREACH (struct node_inventory *, inventory, &in->cluster->snapshot->inventories)
		ARRAY_FOREACH (const struct router, router, &(*inventory)->routers.list) {
			any = true;
			if (str_equal(link, "next hops")
				    ? !router->bgp.max_paths.set
				    : router->bgp.accept_prefix_length.v4.s == NULL &&
					      router->bgp.accept_prefix_length.v6.s == NULL &&
					      router->bgp.accept_prefixes.list.count == 0)
				return false;
		}
	return any;
}

/* What has to be looked at on every node. */
static const struct page_nodes {
	enum page_need need;
	enum looked what;
	const char *how; /* before the names of the nodes */
} page_nodes[] = {
	{ PAGE_INTERFACES, LOOKED_INTERFACES, "ip -j addr on" },
	{ PAGE_SYSCTLS, LOOKED_ARP, "sysctl net.ipv4.conf and ip -j route on" },
	{ PAGE_REPORTS, LOOKED_SESSIONS, "the BGPNodeStatus, or gobgp neighbor -j, of" },
	{ PAGE_METRICS, LOOKED_RENEWALS, "metrics of the agents of" },
	{ PAGE_LEASES, LOOKED_LEASE, "kubectl get leases -A -o yaml: there is none of" },
};

/* All codes but those that stand for a family could run. */
static bool page_checks_ran(const struct inspection *in, const char *codes)
{
	for (; *codes != '\0'; codes += strspn(codes, " ")) {
		const size_t len = strcspn(codes, " ");

		for (uint32_t i = 0; i < CHECK_COUNT; i++)
			if (strncmp(check_table[i].code, codes, len) == 0 &&
			    check_table[i].code[len] == '\0' &&
			    check_lacks((enum check_code)i, in->validation->have) != 0)
				return false;
		codes += len;
	}
	return true;
}

static bool page_has(const struct inspection *in, const struct page_cause *cause)
{
	const struct snapshot *s = in->cluster->snapshot;
	const unsigned have = in->validation->have;
	const bool groups = s->groups.count > 0 || capture_read(s, KIND_SERVICE_GROUP);

	switch (cause->need) {
	case PAGE_GROUPS:
		return groups;
	case PAGE_SERVICES:
		return (have & NEED_SERVICES) != 0 && groups;
	case PAGE_ALLOCATOR:
		return in->observed->allocator.state != COMPONENT_UNKNOWN;
	case PAGE_ELECTION:
		return (have & NEED_SERVICES) != 0 && in->cluster->has_leases;
	case PAGE_LEASES:
		return in->cluster->has_leases;
	case PAGE_NODES:
		return in->cluster->has_nodes && page_checks_ran(in, cause->codes);
	case PAGE_AGENTS:
		return in->cluster->has_nodes && in->cluster->knows_agents;
	case PAGE_ENDPOINTS:
		return capture_knows_endpoints(s);
	case PAGE_BGP:
		return s->bgp_configurations.count > 0 ||
		       capture_read(s, KIND_BGP_CONFIGURATION);
	case PAGE_ROUTER:
		return page_has_routers(in, cause->link);
	case PAGE_INTERFACES:
	case PAGE_SYSCTLS:
	case PAGE_REPORTS:
	case PAGE_METRICS:
		return in->cluster->has_nodes;
	case PAGE_NEIGHBORS: /* only the link itself shows it */
	case PAGE_NEEDS:
		break;
	}
	return false;
}

/* Which interfaces an LBNodeAgent selects depends on those that the nodes have. (P4.4) */
static bool page_selects_by_name(const struct inspection *in)
{
	ARRAY_FOREACH (struct lbnodeagent *, agent, &in->cluster->snapshot->agents)
		if ((*agent)->local.local_interface.s != NULL &&
		    !str_equal((*agent)->local.local_interface.s, "default"))
			return true;
	return false;
}

/* P6.8: no announcer of some held local address is recorded, which is OB011 where the input is
 * known to be of a cluster. */
static bool page_has_unrecorded(const struct inspection *in)
{
	struct announce_slot slot;

	for (uint32_t i = 0; in->vips != NULL && i < in->vips->list.count; i++) {
		const struct vip *vip = &in->vips->list.items[i];

		if (vip->type != VIP_REMOTE && !vip->predicted && vip->considered &&
		    slots_find(vip->service, vip->ip, &slot) == NULL)
			return true;
	}
	return false;
}

static const char *page_how_of(const struct page_cause *cause)
{
	return cause->need < PAGE_NEEDS ? page_how[cause->need] : NULL;
}

/* Enough is in the input to say that a cause is not here, also because its links were observed
 * to be fine: NULL. Else what would show it. */
static const char *page_lacks(const struct inspection *in, const struct page_cause *cause,
			      bool observed)
{
	const char *how;
	const bool remote = str_equal(cause->section, "remote") ||
			    str_equal(cause->section, "bgp") || cause->need == PAGE_BGP;

	if (remote && page_needs_no_bgp(in))
		return NULL;
	how = page_lacks_kind(in, cause);
	if (how != NULL || observed)
		return how;
	if (!page_has(in, cause))
		return page_how_of(cause);
	if (cause->need == PAGE_ELECTION && page_has_unrecorded(in))
		return page_how_of(cause);
	if (cause->need == PAGE_AGENTS && page_selects_by_name(in) &&
	    looked_missing(in, LOOKED_INTERFACES) != NULL)
		return page_how[PAGE_INTERFACES];
	for (uint32_t i = 0; i < ARRAY_LEN(page_nodes); i++) {
		const char *missing = page_nodes[i].need == cause->need
					      ? looked_missing(in, page_nodes[i].what)
					      : NULL;

		if (missing != NULL)
			return looked_at_any(in, page_nodes[i].what)
				       ? arena_printf(in->arena, "%s %s", page_nodes[i].how,
						      missing)
				       : page_how_of(cause);
	}
	return NULL;
}

/* ---- what shows a cause ---- */

/* Codes are separated by blanks; one that ends in * stands for its family. INFO shows nothing.
 */
static const char *page_by_check(const struct inspection *in,
				 const struct finding_sink *findings, const char *name,
				 size_t compared)
{
	ARRAY_FOREACH (const struct finding, finding, findings) {
		const char *code = check_table[finding->code].code;

		if (finding->severity >= SEVERITY_WARN && strncmp(code, name, compared) == 0)
			return arena_printf(in->arena, "%s: %s", code, finding->message);
	}
	return NULL;
}

static const char *page_by_checks(const struct inspection *in, const char *codes)
{
	while (*codes != '\0') {
		const size_t len = strcspn(codes, " ");
		const size_t compared = codes[len - 1] == '*' ? len - 1 : len;
		const char *found =
			page_by_check(in, &in->validation->findings, codes, compared);

		if (found == NULL)
			found = page_by_check(in, &in->validation->told, codes, compared);
		if (found != NULL)
			return found;
		codes += len;
		codes += strspn(codes, " ");
	}
	return NULL;
}

/* What is in no RIB may not be on the dummy interface either, where nobody looked. */
static bool page_is_not_imported(const struct chain_link *link, const struct chain_link *first)
{
	return str_equal(link->name, "imported") && link->state == LINK_BROKEN &&
	       link > first && link[-1].state != LINK_OK;
}

/*
 * A broken link shows its cause when it is the first one: those after it may only follow from
 * it. What no interface shows of "announced" is the cause before that (6), not its own.
 */
static const char *page_by_links(const struct inspection *in, const struct page_cause *cause,
				 bool *observed, bool *unknown)
{
	uint32_t fine = 0, others = 0;

	*unknown = false;
	if (cause->link == NULL)
		return NULL;
	ARRAY_FOREACH (const struct chain, chain, &in->chains)
		ARRAY_FOREACH (const struct chain_link, link, &chain->links) {
			const bool is_it =
				str_equal(link->name, cause->link) &&
				(!str_equal(link->name, "announced") ||
				 link->by_interfaces == (cause->need == PAGE_INTERFACES));

			fine += is_it && link->state == LINK_OK;
			others += is_it && link->state != LINK_OK;
			*unknown |= str_equal(link->name, cause->link) &&
				    link->state == LINK_UNKNOWN && cause->need != PAGE_BGP;
			if (is_it && page_is_not_imported(link, chain->links.items)) {
				*unknown = true;
				break;
			}
			if (is_it && link->state == LINK_BROKEN &&
			    (cause->need != PAGE_BGP ||
			     chain_finding(in, CHECK_BG004, NULL) == NULL))
				return arena_printf(in->arena, "%s: %s", chain->subject,
						    link->text);
			if (link->state == LINK_BROKEN)
				break;
		}
	/* That the winner has it does not say that nobody else does. */
	*observed = fine > 0 && others == 0 &&
		    (!str_equal(cause->link, "announced") || cause->need != PAGE_INTERFACES ||
		     looked_missing(in, LOOKED_INTERFACES) == NULL);
	return NULL;
}

/* What a session that is down says of the causes "port 179", "ASN" and "router ID". */
static const char *page_by_sessions(const struct inspection *in, enum session_fault fault)
{
	const struct session_fact *found = NULL;

	if (fault == SESSION_FINE)
		return NULL;
	/* One that says why is better than one that is only down. */
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions.list)
		if (fact->fault == fault && !fact->old &&
		    (found == NULL || (found->error == NULL && fact->error != NULL)))
			found = fact;
	if (found == NULL || found->kind == FACT_REPORT)
		return found != NULL ? found->text : NULL;
	return arena_printf(in->arena, "%s: %s", found->source, found->text);
}

/* A session is down, and nothing says why: any of these may be the reason. One that tries to
 * connect points at its port, and does not refute the others. */
static bool page_has_unexplained(const struct inspection *in, enum session_fault fault)
{
	if (fault == SESSION_FINE)
		return false;
	ARRAY_FOREACH (const struct session_fact, fact, &in->sessions.list)
		if (!fact->old && fact->error == NULL && fact->kind != FACT_PACKETS &&
		    (fact->fault == SESSION_PORT || fact->fault == SESSION_OTHER))
			return true;
	return false;
}

/* An older input has the counter of the same Pod, not above: *value becomes what was counted
 * since. */
static bool page_is_since(const struct inspection *in, const struct evidence_sample *sample,
			  double *value)
{
	if (in->before == NULL || !(sample->value > 0))
		return false;
	ARRAY_FOREACH (const struct evidence_sample, old, &in->before->seen.evidence->samples)
		if (str_equal(old->name, sample->name) && old->labels.count == 0 &&
		    sample->labels.count == 0 && old->value <= sample->value &&
		    str_equal(old->from.file->place, sample->from.file->place)) {
			*value = sample->value - old->value;
			return true;
		}
	return false;
}

/* Renewals that failed, or what agents could not send. The zero of
 * purelb_election_winner_changes_total says nothing: it is never incremented. (O3.2) */
static const char *page_by_metrics(const struct inspection *in, enum page_need need)
{
	static const struct {
		enum page_need need;
		const char *name;
		const char *text;
	} counters[] = {
		{ PAGE_METRICS, "purelb_election_lease_renewal_failures_total",
		  "lease renewals failed" },
		{ PAGE_NEIGHBORS, "purelb_lbnodeagent_garp_errors_total",
		  "gratuitous ARPs could not be sent" },
		{ PAGE_NEIGHBORS, "purelb_lbnodeagent_na_errors_total",
		  "neighbor advertisements could not be sent" },
	};

	for (uint32_t i = 0; i < ARRAY_LEN(counters); i++) {
		if (counters[i].need != need)
			continue;
		ARRAY_FOREACH (const struct evidence_sample, sample,
			       &in->seen.evidence->samples) {
			double value = sample->value;
			const bool since = page_is_since(in, sample, &value);

			if (!str_equal(sample->name, counters[i].name) ||
			    seen_count(value) == 0)
				continue;
			return arena_printf(in->arena, "%s: %u %s %s%s",
					    sample->from.file->place != NULL
						    ? sample->from.file->place
						    : sample->from.file->name,
					    seen_count(value), counters[i].text,
					    !since                ? "since it started"
					    : in->between != NULL ? "in "
								  : "since the older input",
					    since && in->between != NULL ? in->between : "");
		}
	}
	return NULL;
}

void page_build(struct page *page, const struct inspection *in)
{
	for (uint32_t i = 0; i < ARRAY_LEN(page_causes); i++) {
		const struct page_cause *cause = &page_causes[i];
		struct page_row *row = ARRAY_PUSH(in->arena, &page->rows);
		bool observed = false, unknown = false;

		row->number = i + 1;
		row->section = cause->section;
		row->cause = cause->cause;
		row->evidence = page_by_checks(in, cause->codes);
		if (row->evidence == NULL)
			row->evidence = page_by_links(in, cause, &observed, &unknown);
		if (row->evidence == NULL)
			row->evidence = page_by_sessions(in, cause->fault);
		if (row->evidence == NULL)
			row->evidence = page_by_metrics(in, cause->need);
		if (row->evidence != NULL) {
			row->verdict = PAGE_FOUND;
		} else {
			row->evidence = page_lacks(in, cause, observed);
			if (row->evidence == NULL && page_has_unexplained(in, cause->fault))
				row->evidence = "why a session is down: show bgp neighbors "
						"json on the router, or a packet capture of "
						"port 179";
			/* What is configured shows the others without their links. */
			if (row->evidence == NULL && unknown &&
			    (cause->need == PAGE_ENDPOINTS || cause->need == PAGE_ELECTION ||
			     cause->need == PAGE_INTERFACES))
				row->evidence = page_how_of(cause);
			else if (row->evidence == NULL && unknown && cause->need == PAGE_BGP)
				row->evidence = page_how[PAGE_INTERFACES];
			row->verdict = row->evidence != NULL ? PAGE_UNKNOWN : PAGE_NOT_HERE;
		}
	}
}
