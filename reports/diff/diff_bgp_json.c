/* SPDX-License-Identifier: Apache-2.0 */
/* What a change does to BGP, for programs: all sessions and routes, also those that stay. */
#include "base/text.h"
#include "reports/diff/diff_bgp_json.h"

/* ---- sessions ---- */

static void plan_fill_reason(struct report_row *row, const void *item)
{
	const struct bgp_why *why = item;

	report_text(row, "reason", bgp_reason_name(why->reason));
}

static const struct member plan_reason_members[] = {
	{ "reason", "A keyword for programs.", .type = MEMBER_TEXT },
	{ "text", "Why the session stays down.", REPORT_FIELD(struct bgp_why, text) },
};
static const struct record plan_reason_record = { MEMBERS(plan_reason_members),
						  plan_fill_reason };

static void plan_fill_side(struct report_row *row, const void *item)
{
	const struct bgp_session *session = item;

	report_text(row, "state", bgp_verdict_name(session->verdict));
	report_number(row, "peerAsn", session->peer->peer_as);
	report_number(row, "localAsn", session->peer->local_as);
	report_number(row, "connectRetry", session->peer->connect_retry_seconds);
	report_text(row, "families", bgp_families_text(session->families, row->arena));
}

static const struct member plan_side_members[] = {
	{ "state", "Whether it can come up.", .type = MEMBER_TEXT, .words = "up|down|unknown" },
	{ "peerAsn", "The AS that the node expects; 0: any.", .type = MEMBER_NUMBER },
	{ "localAsn", "The AS of the node.", .type = MEMBER_NUMBER },
	{ "families", "Address families that both ends have.", .type = MEMBER_TEXT },
	{ "holdTime", "Negotiated, in seconds.",
	  REPORT_FIELD(struct bgp_session, hold_seconds) },
	{ "keepaliveInterval", "Of the node, in seconds.",
	  REPORT_FIELD(struct bgp_session, keepalive_seconds) },
	{ "connectRetry", "Of the node, in seconds.", .type = MEMBER_COUNT },
	{ "reasons", "Why it stays down.",
	  REPORT_ARRAY(struct bgp_session, reasons, plan_reason_record) },
};
static const struct record plan_side_record = { MEMBERS(plan_side_members), plan_fill_side };

static void plan_fill_text(struct report_row *row, const void *item)
{
	report_value(row, *(const char *const *)item);
}

static const struct member plan_text_members[] = { { NULL, NULL, .type = MEMBER_TEXT } };
static const struct record plan_text_record = { MEMBERS(plan_text_members), plan_fill_text };

static void plan_fill_session(struct report_row *row, const void *item)
{
	static const char *const names[] = {
		[SESSION_SAME] = "same",         [SESSION_FAILS] = "goes-down",
		[SESSION_REMOVED] = "removed",   [SESSION_CHANGES] = "changed",
		[SESSION_RECOVERS] = "comes-up", [SESSION_ADDED] = "added",
	};
	const struct session_change *change = item;

	report_text(row, "change", names[change->kind]);
	report_item(row, "before", change->before);
	report_item(row, "after", change->after);
}

static const struct member plan_session_members[] = {
	{ "node", "The node.", REPORT_FIELD(struct session_change, node) },
	{ "router", "Name of the router; its address if it is not described.",
	  REPORT_FIELD(struct session_change, router) },
	{ "address", "Where the node finds it.", REPORT_FIELD(struct session_change, address) },
	{ "change", "What happens to the session.", .type = MEMBER_TEXT,
	  .words = "same|goes-down|removed|changed|comes-up|added" },
	{ "settings", "What is negotiated differently: \"hold time 90 -> 30\".",
	  REPORT_ARRAY(struct session_change, settings, plan_text_record) },
	{ "before", "Before the change; null: there was none.", .type = MEMBER_OBJECT,
	  .presence = MEMBER_NULLABLE, .record = &plan_side_record },
	{ "after", "After the change; null: there is none.", .type = MEMBER_OBJECT,
	  .presence = MEMBER_NULLABLE, .record = &plan_side_record },
};
static const struct record plan_session_record = { MEMBERS(plan_session_members),
						   plan_fill_session };

/* ---- routes ---- */

static void plan_fill_hop(struct report_row *row, const void *item)
{
	const struct bgp_hop *hop = item;

	report_text(row, "node", hop->session->node->node->name);
	if (hop->known)
		report_ip(row, "nextHop", hop->next_hop);
}

static const struct member plan_hop_members[] = {
	{ "node", "The node that the router forwards to.", .type = MEMBER_TEXT },
	{ "nextHop", "The next hop; null: it is not known.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
};
static const struct record plan_hop_record = { MEMBERS(plan_hop_members), plan_fill_hop };

static void plan_list_hops(struct report_row *row, const char *key,
			   const struct bgp_route *route)
{
	report_list(row, key, route != NULL ? route->hops.items : NULL,
		    route != NULL ? route->width : 0, sizeof(struct bgp_hop));
}

static void plan_fill_route(struct report_row *row, const void *item)
{
	static const char *const names[] = {
		[ROUTE_SAME] = "same",
		[ROUTE_LOST] = "lost",
		[ROUTE_CHANGES] = "changed",
		[ROUTE_ADDED] = "added",
	};
	const struct route_change *change = item;

	report_text(row, "change", names[change->kind]);
	plan_list_hops(row, "before", change->before);
	plan_list_hops(row, "after", change->after);
}

static const struct member plan_route_members[] = {
	{ "router", "The router.", REPORT_FIELD(struct route_change, router) },
	{ "prefix", "The prefix.", REPORT_FIELD(struct route_change, prefix) },
	{ "change", "What happens to its route.", .type = MEMBER_TEXT,
	  .words = "same|lost|changed|added" },
	{ "before", "The paths that it used before.", .type = MEMBER_LIST,
	  .record = &plan_hop_record },
	{ "after", "The paths that it uses afterwards.", .type = MEMBER_LIST,
	  .record = &plan_hop_record },
};
static const struct record plan_route_record = { MEMBERS(plan_route_members), plan_fill_route };

/* ---- both ---- */

static const struct member plan_bgp_members[] = {
	{ "sessions", "Sessions between nodes and routers, by router and node.",
	  REPORT_ARRAY(struct diff, sessions, plan_session_record) },
	{ "routes", "Routes that routers install, by router and prefix.",
	  REPORT_ARRAY(struct diff, routes, plan_route_record) },
};
const struct record diff_bgp_record = { MEMBERS(plan_bgp_members), NULL };
