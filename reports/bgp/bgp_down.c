/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is lost with nodes and routers, for people: the sessions that go and how long that goes
 * unnoticed, and of every route that changes the next hops before and after, the share of the
 * flows that is lost until then, and the share that moves (T6.4, T8).
 */
#include <inttypes.h>

#include "base/duration.h"
#include "reports/bgp/bgp_text.h"
#include "reports/formats/screen.h"

enum { DOWN_PERCENT = 100 };

bool bgp_answer_shows_node(const struct bgp_answer *answer, uint32_t index)
{
	return answer->shown == NULL || answer->shown[index];
}

bool bgp_answer_shows_route(const struct bgp_answer *answer, const struct bgp_route *route)
{
	if (answer->shown == NULL)
		return true;
	ARRAY_FOREACH (const struct bgp_hop, hop, &route->hops) {
		if (answer->shown[hop->session->node->index])
			return true;
	}
	return false;
}

/* "after 6s to 9s", "after at most 90s", "never, since the hold time is 0" */
static void bgp_down_add_notice(struct bgp_text *t, const char *word,
				const struct bgp_notice *notice)
{
	const double most = (double)notice->span.max_ns / NS_PER_SEC;

	if (!notice->ends)
		return;
	if (notice->least_known)
		text_printf(&t->line, "%s %.3gs to %.3gs", word,
			    (double)notice->span.min_ns / NS_PER_SEC, most);
	else
		text_printf(&t->line, "%s at most %.3gs", word, most);
}

/* ---- sessions ---- */

static void bgp_down_add_router_name(struct bgp_text *t, const struct bgp_session *session)
{
	screen_add(&t->line,
		   session->router != NULL ? session->router->name : session->stranger->name);
	if (session->verdict == BGP_UNKNOWN)
		text_add(&t->line, " (not described: whether it is up is unknown)");
}

static void bgp_down_write_session(struct bgp_text *t, const struct bgp_session *session)
{
	const struct bgp_loss *down = t->answer->down;
	const bool node_lost = bgp_loss_has_node(down, session->node->index);
	const bool router_lost = bgp_loss_has_router(
		down, session->router != NULL ? session->router : session->stranger);
	const struct bgp_notice notice = node_lost ? bgp_loss_noticed_by_router(session)
						   : bgp_loss_noticed_by_node(session);

	screen_add(&t->line, session->node->node->name);
	text_add(&t->line, " to ");
	bgp_down_add_router_name(t, session);
	if (node_lost && router_lost) {
		text_add(&t->line, ": both ends are down");
	} else {
		text_printf(&t->line, ": the %s ", node_lost ? "router" : "node");
		if (notice.ends)
			bgp_down_add_notice(t, "notices after", &notice);
		else
			text_add(&t->line, "never notices, since the hold time is 0");
	}
	bgp_text_flush_line(t, BGP_TEXT_INDENT, BGP_TEXT_DEEPER);
}

/* The session is lost, and to be shown. */
static bool bgp_down_shows(const struct bgp_text *t, const struct bgp_session *session)
{
	return bgp_loss_has_session(t->answer->down, session) &&
	       bgp_answer_shows_node(t->answer, session->node->index);
}

static void bgp_down_write_sessions(struct bgp_text *t)
{
	uint32_t lost = 0;

	ARRAY_FOREACH (const struct bgp_session *const, session, &t->config->live)
		lost += bgp_down_shows(t, *session);
	if (lost == 0)
		fputs("no session is lost\n", t->out);
	else
		fprintf(t->out, "%" PRIu32 " session%s lost:\n", lost,
			lost == 1 ? " is" : "s are");
	ARRAY_FOREACH (const struct bgp_session *const, session, &t->config->live) {
		if (bgp_down_shows(t, *session))
			bgp_down_write_session(t, *session);
	}
	fputc('\n', t->out);
}

/* ---- routes ---- */

static void bgp_down_write_share(struct bgp_text *t, const struct bgp_route_change *change)
{
	if (change->before->route.width == 0) {
		text_add(&t->line, "no flows: the router cannot use the route");
	} else if (change->lost == 0) {
		text_add(&t->line, "no flows are lost");
	} else {
		text_printf(&t->line, "%.3g %% of the flows are lost",
			    DOWN_PERCENT * change->lost);
		if (change->until.ends)
			bgp_down_add_notice(t, " for", &change->until);
		else
			text_add(&t->line, " until the session is reset: the hold time is 0");
	}
	if (change->after.width == 0 && change->before->route.width > 0)
		text_add(&t->line, "; then there is no route");
	else if (!change->moved_known)
		text_add(&t->line, "; how many then move is unknown, because not all next "
				   "hops are known");
	else if (change->moved > 0)
		text_printf(&t->line, "; then %.3g %% have moved",
			    DOWN_PERCENT * change->moved);
	bgp_text_flush_line(t, BGP_TEXT_DEEPER, BGP_TEXT_DEEPER);
}

static void bgp_down_write_change(struct bgp_text *t, const struct bgp_route_change *change)
{
	bgp_text_write_group(t, change->before);
	if (change->before->route.width > 0)
		bgp_text_write_used_hops(t, &change->before->route, "before: ");
	if (change->after.width > 0)
		bgp_text_write_used_hops(t, &change->after, "after: ");
	bgp_down_write_share(t, change);
}

/* How many of the flows through a router that is down have another way is not known here. */
static void bgp_down_write_lost_router(struct bgp_text *t, const struct bgp_route_changes *list)
{
	text_add(&t->line, list->list.count == 0
				   ? "is down; it has no routes to lose"
				   : "is down: flows through it are lost until the network "
				     "around it uses another path, which is not known here; "
				     "it no longer has routes to");
	bgp_text_flush_line(t, BGP_TEXT_INDENT, BGP_TEXT_INDENT);
	ARRAY_FOREACH (const struct bgp_route_change, change, &list->list) {
		if (bgp_answer_shows_route(t->answer, &change->before->route))
			bgp_text_write_group(t, change->before);
	}
}

static void bgp_down_write_router(struct bgp_text *t, const struct bgp_router *router)
{
	const struct arena_mark mark = arena_mark(t->scratch);
	struct bgp_route_changes changes;
	uint32_t shown = 0;

	bgp_loss_changes(t->config, router, t->answer->down, t->scratch, &changes);
	bgp_text_write_router_head(t, router);
	if (router->router == NULL && changes.list.count > 0)
		fputs("  if its sessions are up and it uses every path:\n", t->out);
	if (bgp_loss_has_router(t->answer->down, router)) {
		bgp_down_write_lost_router(t, &changes);
	} else {
		ARRAY_FOREACH (const struct bgp_route_change, change, &changes.list) {
			if (!bgp_answer_shows_route(t->answer, &change->before->route))
				continue;
			shown++;
			bgp_down_write_change(t, change);
		}
		if (shown == 0)
			fputs("  no route changes\n", t->out);
	}
	fputc('\n', t->out);
	arena_reset(t->scratch, mark);
}

void bgp_text_write_down(struct bgp_text *t)
{
	bgp_down_write_sessions(t);
	ARRAY_FOREACH (const struct bgp_router, router, &t->config->cluster->routers)
		bgp_down_write_router(t, router);
	ARRAY_FOREACH (const struct bgp_router, stranger, &t->config->strangers)
		bgp_down_write_router(t, stranger);
}
