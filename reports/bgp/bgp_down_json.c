/* SPDX-License-Identifier: Apache-2.0 */
/* What is lost with nodes and routers, for programs: see bgp_down.c. */
#include "reports/bgp/bgp_text.h"

/* The times of a notice; NULL keys of a time that is not known or does not come. */
static void bgp_down_set_notice(struct report_row *row, const struct bgp_notice *notice,
				const char *least, const char *most)
{
	if (notice->least_known)
		report_time(row, least, notice->span.min_ns);
	if (notice->ends)
		report_time(row, most, notice->span.max_ns);
}

/* ---- sessions ---- */

static void bgp_down_fill_session(struct report_row *row, const void *item)
{
	const struct bgp_answer *answer = row->about;
	const struct bgp_session *session = item;
	const struct bgp_router *router =
		session->router != NULL ? session->router : session->stranger;
	const bool node_lost = bgp_loss_has_node(answer->down, session->node->index);
	const bool router_lost = bgp_loss_has_router(answer->down, router);
	const struct bgp_notice notice = node_lost ? bgp_loss_noticed_by_router(session)
						   : bgp_loss_noticed_by_node(session);

	report_text(row, "node", session->node->node->name);
	report_text(row, "router", router->name);
	report_text(row, "before", bgp_verdict_name(session->verdict));
	if (node_lost && router_lost)
		return;
	report_text(row, "noticedBy", node_lost ? "router" : "node");
	bgp_down_set_notice(row, &notice, "noticedAfterLeast", "noticedAfterMost");
}

static const struct member down_session_members[] = {
	{ "node", "The node.", .type = MEMBER_TEXT },
	{ "router", "The router.", .type = MEMBER_TEXT },
	{ "before", "Whether it can come up before; unknown: the router is not described.",
	  .type = MEMBER_TEXT, .words = "up|unknown" },
	{ "noticedBy", "The surviving end; null: neither survives.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE, .words = "router|node" },
	{ "noticedAfterLeast",
	  "When it notices at the earliest, in seconds after a silent death; null: unknown.",
	  .type = MEMBER_TIME, .presence = MEMBER_NULLABLE },
	{ "noticedAfterMost", "The same at the latest; null: never, or no end is left.",
	  .type = MEMBER_TIME, .presence = MEMBER_NULLABLE },
};
static const struct record down_session_record = { MEMBERS(down_session_members),
						   bgp_down_fill_session };

/* ---- routes ---- */

static void bgp_down_fill_route(struct report_row *row, const void *item)
{
	const struct bgp_route_change *change = item;

	report_pointers(row, "prefixes", change->before->prefixes.items,
			change->before->prefixes.count);
	report_number(row, "widthBefore", change->before->route.width);
	report_number(row, "widthAfter", change->after.width);
	bgp_list_hops(row, "before", &change->before->route);
	bgp_list_hops(row, "after", &change->after);
	report_fraction(row, "lost", change->lost);
	bgp_down_set_notice(row, &change->until, "lostForLeast", "lostForMost");
	if (change->moved_known)
		report_fraction(row, "moved", change->moved);
}

static const struct member down_route_members[] = {
	{ "prefixes", "The prefixes that it is for.", .type = MEMBER_LIST,
	  .record = &bgp_prefix_text_record },
	{ "widthBefore", "How many next hops share the traffic before.",
	  .type = MEMBER_NUMBER },
	{ "widthAfter", "The same once the loss is noticed; 0: there is no route.",
	  .type = MEMBER_NUMBER },
	{ "before", "Next hops before.", .type = MEMBER_LIST, .record = &bgp_hop_record },
	{ "after", "Next hops once the loss is noticed.", .type = MEMBER_LIST,
	  .record = &bgp_hop_record },
	{ "lost", "Share of the flows that is lost until then.", .type = MEMBER_FRACTION },
	{ "lostForLeast", "How long at least, in seconds; null: unknown.", .type = MEMBER_TIME,
	  .presence = MEMBER_NULLABLE },
	{ "lostForMost", "How long at most; null: only the return of what is lost ends it.",
	  .type = MEMBER_TIME, .presence = MEMBER_NULLABLE },
	{ "moved",
	  "Share of the flows that moves to another node; null: unknown, because the order of "
	  "the next hops is.",
	  .type = MEMBER_FRACTION, .presence = MEMBER_NULLABLE },
};
static const struct record down_route_record = { MEMBERS(down_route_members),
						 bgp_down_fill_route };

/* ---- routers ---- */

struct bgp_down_router {
	const struct bgp_config *config;
	const struct bgp_router *router;
};

static void bgp_down_fill_router(struct report_row *row, const void *item)
{
	const struct bgp_answer *answer = row->about;
	const struct bgp_down_router *it = item;
	struct bgp_route_changes changes;
	ARRAY_OF(const struct bgp_route_change *) shown = { 0 };

	bgp_loss_changes(it->config, it->router, answer->down, row->arena, &changes);
	ARRAY_FOREACH (const struct bgp_route_change, change, &changes.list) {
		if (bgp_answer_shows_route(answer, &change->before->route))
			ARRAY_ADD(row->arena, &shown, change);
	}
	report_text(row, "name", it->router->name);
	report_bool(row, "down", bgp_loss_has_router(answer->down, it->router));
	report_pointers(row, "routes", shown.items, shown.count);
}

static const struct member down_router_members[] = {
	{ "name", "Its name, or the address that neighbors use for it.", .type = MEMBER_TEXT },
	{ "down", "Whether it is lost itself.", .type = MEMBER_BOOL },
	{ "routes", "Routes that change; equal ones are grouped.", .type = MEMBER_LIST,
	  .record = &down_route_record },
};
static const struct record down_router_record = { MEMBERS(down_router_members),
						  bgp_down_fill_router };

/* ---- the whole ---- */

static void bgp_down_fill(struct report_row *row, const void *item)
{
	const struct bgp_answer *answer = row->about;
	const struct bgp_config *config = item;
	ARRAY_OF(const struct bgp_session *) sessions = { 0 };
	ARRAY_OF(struct bgp_down_router) routers = { 0 };

	ARRAY_FOREACH (const struct bgp_session *const, session, &config->live) {
		if (bgp_loss_has_session(answer->down, *session) &&
		    bgp_answer_shows_node(answer, (*session)->node->index))
			ARRAY_ADD(row->arena, &sessions, *session);
	}
	ARRAY_FOREACH (const struct bgp_router, router, &config->cluster->routers)
		ARRAY_ADD(row->arena, &routers, ((struct bgp_down_router){ config, router }));
	ARRAY_FOREACH (const struct bgp_router, router, &config->strangers)
		ARRAY_ADD(row->arena, &routers, ((struct bgp_down_router){ config, router }));
	report_pointers(row, "sessions", sessions.items, sessions.count);
	REPORT_LIST(row, "routers", &routers);
}

static const struct member down_members[] = {
	{ "sessions", "Sessions that are lost.", .type = MEMBER_LIST,
	  .record = &down_session_record },
	{ "routers", "What changes at each router.", .type = MEMBER_LIST,
	  .record = &down_router_record },
};
const struct record bgp_down_record = { MEMBERS(down_members), bgp_down_fill };
