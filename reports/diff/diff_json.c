/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change of the configuration does, for programs: pools, Services, VIPs, nodes and
 * findings with what they were and what they become. What stays as it is is in it as well.
 */
#include "reports/diff/change.h"
#include "reports/diff/change_orders.h"
#include "reports/diff/change_time.h"
#include "reports/diff/diff_bgp_json.h"

#include "config/objects/snapshot.h"
#include "reports/allocation/allocation.h"
#include "reports/elections/elections.h"
#include "reports/findings/findings.h"

static const struct member diff_text_members[] = { { NULL, NULL, .type = MEMBER_TEXT } };

static void diff_fill_text(struct report_row *row, const void *item)
{
	report_value(row, *(const char *const *)item);
}

static const struct record diff_text_record = { MEMBERS(diff_text_members), diff_fill_text };

/* ---- pools ---- */

static const struct member cover_members[] = {
	{ "complete", "Nodes can announce every address of the pool.",
	  REPORT_FIELD(struct pool_cover, complete) },
	{ "nodes", "How many nodes can announce the range that the fewest can announce.",
	  REPORT_FIELD(struct pool_cover, nodes) },
	{ "inferred", "Based on a guess about the nodes' subnets.", .presence = MEMBER_OPTIONAL,
	  REPORT_FIELD(struct pool_cover, inferred) },
};
static const struct record cover_record = { MEMBERS(cover_members), NULL };

static void diff_fill_coverage(struct report_row *row, const void *item)
{
	const struct pool_change *pool = item;

	report_item(row, "before", pool->cover_before.judged ? &pool->cover_before : NULL);
	report_item(row, "after", pool->cover_after.judged ? &pool->cover_after : NULL);
}

static const struct member coverage_members[] = {
	{ "before", "Before the change; null: not a local pool, or unknown.",
	  .type = MEMBER_OBJECT, .presence = MEMBER_NULLABLE, .record = &cover_record },
	{ "after", "After it.", .type = MEMBER_OBJECT, .presence = MEMBER_NULLABLE,
	  .record = &cover_record },
};
static const struct record coverage_record = { MEMBERS(coverage_members), diff_fill_coverage };

static void diff_fill_pool(struct report_row *row, const void *item)
{
	static const char *const names[] = {
		[POOL_SAME] = "same",       [POOL_ADDED] = "added",
		[POOL_LOST] = "lost",       [POOL_REJECTED] = "rejected",
		[POOL_MENDED] = "mended",   [POOL_GROWN] = "grown",
		[POOL_SHRUNK] = "shrunk",   [POOL_SHIFTED] = "shifted",
		[POOL_CHANGED] = "changed", [POOL_STILL_BAD] = "still-rejected",
	};
	const struct pool_change *change = item;
	const struct pool *either = change->after != NULL ? change->after : change->before;

	report_text(row, "namespace", either->group->object.namespace);
	report_text(row, "type", pool_type_name(either->type));
	report_text(row, "change", names[change->kind]);
	report_text(row, "reason",
		    change->after != NULL ? pool_reject_text(change->after, row->arena) : NULL);
}

static const struct member diff_pool_members[] = {
	{ "namespace", "Namespace of the ServiceGroup.", .type = MEMBER_TEXT },
	{ "name", "Its name.", REPORT_FIELD(struct pool_change, name) },
	{ "type", "Its type.", .type = MEMBER_TEXT, .words = "local|remote|external|none" },
	{ "change", "What happens to it.", .type = MEMBER_TEXT,
	  .words =
		  "same|added|lost|rejected|mended|grown|shrunk|shifted|changed|still-rejected" },
	{ "sizeBefore", "Its addresses before.",
	  REPORT_FIELD(struct pool_change, size_before) },
	{ "sizeAfter", "Its addresses after.", REPORT_FIELD(struct pool_change, size_after) },
	{ "added", "Addresses that are new.", REPORT_FIELD(struct pool_change, added) },
	{ "removed", "Addresses that it no longer has.",
	  REPORT_FIELD(struct pool_change, removed) },
	{ "stranded", "How many of these are held by Services.",
	  REPORT_FIELD(struct pool_change, stranded) },
	{ "options", "Other fields that differ.",
	  REPORT_ARRAY(struct pool_change, options, diff_text_record) },
	{ "coverage", "How well nodes can announce its addresses.",
	  REPORT_SELF(coverage_record) },
	{ "reason", "Why PureLB rejects it after the change.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
};
static const struct record diff_pool_record = { MEMBERS(diff_pool_members), diff_fill_pool };

/* ---- Services ---- */

static void diff_fill_address(struct report_row *row, const void *item)
{
	const struct allocated_address *address = item;

	report_ip(row, NULL, address->ip);
}

static const struct record diff_address_record = { MEMBERS(diff_text_members),
						   diff_fill_address };

static void diff_list_addresses(struct report_row *row, const char *key,
				const struct allocation *allocation)
{
	if (allocation != NULL)
		REPORT_LIST(row, key, &allocation->addresses);
	else
		report_list(row, key, NULL, 0, 0);
}

static void diff_fill_service(struct report_row *row, const void *item)
{
	static const char *const names[] = {
		[SERVICE_KEEPS] = "keeps",     [SERVICE_LEFT] = "left",
		[SERVICE_CHANGES] = "changes", [SERVICE_LOSES] = "loses",
		[SERVICE_GAINS] = "gains",     [SERVICE_WAITS] = "waits",
	};
	const struct service_change *change = item;

	report_text(row, "namespace", change->service->object.namespace);
	report_text(row, "name", answer_name(change->service));
	report_text(row, "change", names[change->kind]);
	diff_list_addresses(row, "before", change->before);
	diff_list_addresses(row, "after", change->after);
	report_text(row, "pool",
		    change->after != NULL ? answer_pools(change->after, row->arena) : NULL);
}

static const struct member diff_service_members[] = {
	{ "namespace", "Namespace of the Service.", .type = MEMBER_TEXT },
	{ "name", "Its name.", .type = MEMBER_TEXT },
	{ "change",
	  "What happens to its addresses; left: PureLB leaves them although the configuration "
	  "says otherwise.",
	  .type = MEMBER_TEXT, .words = "keeps|left|changes|loses|gains|waits" },
	{ "before", "Its addresses before.", .type = MEMBER_LIST,
	  .record = &diff_address_record },
	{ "after", "Its addresses after.", .type = MEMBER_LIST,
	  .record = &diff_address_record },
	{ "pool", "The pools that they come from.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "pending", "It lacks something that it requests.",
	  REPORT_FIELD(struct service_change, pending) },
	{ "already", "Whether it was already left as it is before the change.",
	  REPORT_FIELD(struct service_change, already) },
	{ "reason", "Why.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct service_change, reason) },
};
static const struct record diff_service_record = { MEMBERS(diff_service_members),
						   diff_fill_service };

/* ---- VIPs ---- */

static const char *diff_cause_name(enum gap_cause cause)
{
	static const char *const names[] = {
		[GAP_NONE] = NULL,
		[GAP_HANDOVER] = "handover",
		[GAP_RENEWAL] = "renewal",
		[GAP_CRASH] = "crash",
	};

	return names[cause];
}

static void diff_fill_gap(struct report_row *row, const void *item)
{
	const struct vip_change *change = item;

	report_text(row, "cause", diff_cause_name(change->cause));
}

static const struct member gap_members[] = {
	{ "cause", "How it changes hands.", .type = MEMBER_TEXT,
	  .words = "handover|renewal|crash" },
	{ "earliest", "Seconds that no node announces it, at least.",
	  REPORT_FIELD(struct vip_change, gap.earliest) },
	{ "mean", "On average.", REPORT_FIELD(struct vip_change, gap.mean) },
	{ "latest", "The 99th percentile.", REPORT_FIELD(struct vip_change, gap.latest) },
};
static const struct record gap_record = { MEMBERS(gap_members), diff_fill_gap };

static void diff_list_announcers(struct report_row *row, const char *key, const struct vip *vip)
{
	if (vip != NULL)
		report_pointers(row, key, vip->announcers.items, vip->announcers.count);
	else
		report_pointers(row, key, NULL, 0);
}

static void diff_fill_vip(struct report_row *row, const void *item)
{
	static const char *const names[] = {
		[VIP_STAYS] = "stays",
		[VIP_MOVES] = "moves",
		[VIP_SPREADS] = "spreads",
		[VIP_UNREACHABLE] = "unreachable",
		[VIP_WITHDRAWN] = "withdrawn",
		[VIP_APPEARS] = "appears",
		[VIP_STILL_DARK] = "still-unreachable",
		[VIP_UNSEEN] = "unknown",
	};
	const struct vip_change *change = item;
	const struct vip *vip = change->after != NULL ? change->after : change->before;

	report_ip(row, "ip", vip->ip);
	report_text(row, "service", answer_service(vip->service, row->arena));
	report_text(row, "type", vip->type != VIP_UNKNOWN ? vip_type_name(vip->type) : NULL);
	report_text(row, "change", names[change->kind]);
	report_text(row, "from", change->from != NULL ? change->from->name : NULL);
	report_text(row, "to", change->to != NULL ? change->to->name : NULL);
	diff_list_announcers(row, "announcersBefore", change->before);
	diff_list_announcers(row, "announcersAfter", change->after);
	report_item(row, "gap", change->cause != GAP_NONE ? change : NULL);
	report_bool(row, "inferred", vip->inferred);
}

static const struct member diff_vip_members[] = {
	{ "ip", "The address.", .type = MEMBER_TEXT },
	{ "service", "The Service that has it, as namespace/name.", .type = MEMBER_TEXT },
	{ "type", "How it is announced.", .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE,
	  .words = "local|remote" },
	{ "change", "What happens to it.", .type = MEMBER_TEXT,
	  .words =
		  "stays|moves|spreads|unreachable|withdrawn|appears|still-unreachable|unknown" },
	{ "from", "The node that announced it locally.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "to", "The node that announces it locally afterwards.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "announcersBefore", "All nodes that announced it.", .type = MEMBER_LIST,
	  .record = &node_name_record },
	{ "announcersAfter", "All nodes that announce it afterwards.", .type = MEMBER_LIST,
	  .record = &node_name_record },
	{ "gap", "How long no node announces it while it moves; null: it does not move.",
	  .type = MEMBER_OBJECT, .presence = MEMBER_NULLABLE, .record = &gap_record },
	{ "reason", "Why no node announces it afterwards.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct vip_change, reason) },
	{ "inferred", "Based on a guess about the nodes' subnets.", .type = MEMBER_BOOL,
	  .presence = MEMBER_OPTIONAL },
};
static const struct record diff_vip_record = { MEMBERS(diff_vip_members), diff_fill_vip };

/* ---- nodes ---- */

static void diff_fill_node(struct report_row *row, const void *item)
{
	const struct node_change *change = item;
	const struct cluster_node *before = change->before, *after = change->after;

	report_text(row, "change",
		    before == NULL    ? "added"
		    : after == NULL   ? "removed"
		    : change->changed ? "changed"
				      : "same");
	report_text(row, "stateBefore",
		    before != NULL ? node_state_name(before->config.state) : NULL);
	report_text(row, "stateAfter",
		    after != NULL ? node_state_name(after->config.state) : NULL);
	report_bool(row, "liveBefore", before != NULL && before->live);
	report_bool(row, "liveAfter", after != NULL && after->live);
	report_text(row, "agentBefore",
		    before != NULL ? answer_agent(before, row->arena) : NULL);
	report_text(row, "agentAfter", after != NULL ? answer_agent(after, row->arena) : NULL);
}

#define DIFF_NODE_STATES "configured|deselected|invalid|no-local|no-config"

static const struct member diff_node_members[] = {
	{ "name", "Name of the node.", REPORT_FIELD(struct node_change, name) },
	{ "change", "What happens to it.", .type = MEMBER_TEXT,
	  .words = "added|removed|changed|same" },
	{ "stateBefore", "Its state before.", .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE,
	  .words = DIFF_NODE_STATES },
	{ "stateAfter", "Its state after.", .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE,
	  .words = DIFF_NODE_STATES },
	{ "liveBefore", "Whether its lease was live before.", .type = MEMBER_BOOL },
	{ "liveAfter", "Whether its lease is live after.", .type = MEMBER_BOOL },
	{ "agentBefore", "The LBNodeAgent that governed it before, as namespace/name.",
	  .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE },
	{ "agentAfter", "The LBNodeAgent that governs it after.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "subnetsGained", "Subnets that it newly advertises.",
	  REPORT_ARRAY(struct node_change, gained, diff_text_record) },
	{ "subnetsLost", "Subnets that it no longer advertises.",
	  REPORT_ARRAY(struct node_change, lost, diff_text_record) },
	{ "vipsBefore", "VIPs on its local interfaces before.",
	  REPORT_FIELD(struct node_change, vips_before) },
	{ "vipsAfter", "VIPs on its local interfaces after.",
	  REPORT_FIELD(struct node_change, vips_after) },
	{ "inferred",
	  "Its interfaces are unknown: it is assumed to advertise the same as before.",
	  .presence = MEMBER_OPTIONAL, REPORT_FIELD(struct node_change, guessed) },
};
static const struct record diff_node_record = { MEMBERS(diff_node_members), diff_fill_node };

/* ---- findings ---- */

/* A finding with the snapshot that it is in. */
static struct finding_item *diff_finding_items(const struct finding *const *findings,
					       uint32_t count, const struct snapshot *snapshot,
					       struct arena *arena)
{
	struct finding_item *items = arena_zalloc(arena, count + 1, sizeof(*items));

	for (uint32_t i = 0; i < count; i++)
		items[i] = (struct finding_item){ findings[i], snapshot };
	return items;
}

static void diff_fill_findings(struct report_row *row, const void *item)
{
	const struct diff *change = item;
	const uint32_t appear = change->findings_new.count;
	const uint32_t disappear = change->findings_gone.count;

	report_list(row, "appear",
		    diff_finding_items(change->findings_new.items, appear,
				       change->after.snapshot, row->arena),
		    appear, sizeof(struct finding_item));
	report_list(row, "disappear",
		    diff_finding_items(change->findings_gone.items, disappear,
				       change->before.snapshot, row->arena),
		    disappear, sizeof(struct finding_item));
}

static const struct member diff_findings_members[] = {
	{ "appear", "Findings of the new configuration that the old one did not have.",
	  .type = MEMBER_LIST, .record = &finding_record },
	{ "disappear", "Findings of the old one that the new one does not have.",
	  .type = MEMBER_LIST, .record = &finding_record },
};
static const struct record diff_findings_record = { MEMBERS(diff_findings_members),
						    diff_fill_findings };

/* ---- the whole ---- */

static const struct member diff_totals_members[] = {
	{ "changes", "Whether anything changes at all.",
	  REPORT_FIELD(struct diff_totals, any) },
	{ "pools", "Pools that change.", REPORT_FIELD(struct diff_totals, pools) },
	{ "servicesLeft", "Services that PureLB leaves as they are.",
	  REPORT_FIELD(struct diff_totals, left) },
	{ "servicesChanged", "Services that get or lose addresses.",
	  REPORT_FIELD(struct diff_totals, addresses) },
	{ "servicesPending", "Services that newly lack something.",
	  REPORT_FIELD(struct diff_totals, pending_new) },
	{ "vipsMoved", "VIPs that another node announces.",
	  REPORT_FIELD(struct diff_totals, moved) },
	{ "vipsUnreachable", "VIPs that no node announces any longer.",
	  REPORT_FIELD(struct diff_totals, unreachable) },
	{ "vipsUnknown", "VIPs for which the input no longer shows who announces them.",
	  REPORT_FIELD(struct diff_totals, unseen) },
	{ "vipsWithdrawn", "VIPs whose Service no longer has them.",
	  REPORT_FIELD(struct diff_totals, withdrawn) },
	{ "vipsAppearing", "VIPs that are new, or were announced by no node.",
	  REPORT_FIELD(struct diff_totals, appearing) },
	{ "vipsSpread", "Remote VIPs that other nodes announce.",
	  REPORT_FIELD(struct diff_totals, spread) },
	{ "nodes", "Nodes that change.", REPORT_FIELD(struct diff_totals, nodes) },
	{ "sessions", "BGP sessions that change.", REPORT_FIELD(struct diff_totals, sessions) },
	{ "sessionsFailing", "Of these, those that are configured and cannot come up.",
	  REPORT_FIELD(struct diff_totals, sessions_failing) },
	{ "routes", "Routes of routers that change.",
	  REPORT_FIELD(struct diff_totals, routes) },
	{ "routesLost", "Of these, those that a router no longer has.",
	  REPORT_FIELD(struct diff_totals, routes_lost) },
	{ "prefixesUnreachable", "Prefixes of VIPs that no router has any more.",
	  REPORT_FIELD(struct diff_totals, prefixes_dark) },
	{ "findingsAppear", "Findings that appear.",
	  REPORT_FIELD(struct diff_totals, findings_new) },
	{ "findingsDisappear", "Findings that disappear.",
	  REPORT_FIELD(struct diff_totals, findings_gone) },
	{ "longestGap", "The longest time that no node announces a VIP while it moves.",
	  REPORT_FIELD(struct diff_totals, longest_gap.latest) },
};
static const struct record diff_totals_record = { MEMBERS(diff_totals_members), NULL };

static void diff_fill_kind(struct report_row *row, const void *item)
{
	report_value(row, kind_table[*(const enum object_kind *)item].name);
}

static const struct record diff_kind_record = { MEMBERS(diff_text_members), diff_fill_kind };

static const struct member diff_members[] = {
	{ "upgrade", "The steps of an upgrade, in order; absent where no release changes.",
	  .type = MEMBER_LIST, .presence = MEMBER_OPTIONAL, .record = &diff_upgrade_record },
	{ "borrowed", "Kinds of objects that the new side has from the old one.",
	  REPORT_ARRAY(struct diff, borrowed, diff_kind_record) },
	{ "oldPoolsStay",
	  "PureLB rejects every new ServiceGroup, so the old pools stay in "
	  "force until its allocator restarts.",
	  REPORT_FIELD(struct diff, pools_stay) },
	{ "pools", "The pools, by name.", REPORT_ARRAY(struct diff, pools, diff_pool_record) },
	{ "services", "The Services, by namespace and name.",
	  REPORT_ARRAY(struct diff, services, diff_service_record) },
	{ "vips", "The VIPs: existing ones, then new ones.",
	  REPORT_ARRAY(struct diff, vips, diff_vip_record) },
	{ "nodes", "The nodes, by name.", REPORT_ARRAY(struct diff, nodes, diff_node_record) },
	{ "bgp", "BGP before and after.", REPORT_SELF(diff_bgp_record) },
	{ "findings", "Findings that differ.", REPORT_SELF(diff_findings_record) },
	{ "totals", "Counts.", REPORT_INLINE(struct diff, totals, diff_totals_record) },
	{ "orders",
	  "In which orders the kinds of objects can be applied, those that cost least first; "
	  "absent unless a pool goes from local to remote or back.",
	  .type = MEMBER_LIST, .presence = MEMBER_OPTIONAL, .record = &change_order_record },
	{ "simulated", "The change in simulated time, with --simulate.", .type = MEMBER_OBJECT,
	  .presence = MEMBER_OPTIONAL, .record = &diff_time_record },
};
static void diff_fill(struct report_row *row, const void *item)
{
	const struct diff *diff = item;

	if (diff->upgrade.count > 0)
		report_list(row, "upgrade", diff->upgrade.items, diff->upgrade.count,
			    sizeof(struct upgrade_step));
	if (diff->orders != NULL)
		REPORT_LIST(row, "orders", &diff->orders->list);
	if (diff->time != NULL)
		report_item(row, "simulated", diff->time);
}

const struct record diff_document = { MEMBERS(diff_members), diff_fill };

cJSON *change_json(const struct diff *change, struct arena *scratch)
{
	return report_json(&diff_document, change, change, scratch);
}
