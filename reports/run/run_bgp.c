/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What BGP did in a simulated run: sessions, next-hop sets, and what the clients lost (T12).
 * Left out of the table, which has the sums: the intervals, which the JSON has.
 */
#include "reports/run/run_bgp.h"

#include "reports/formats/screen.h"
#include "base/text.h"

static const char *run_bgp_router_name(const struct setup *setup, uint32_t router)
{
	return setup->bgp->routers.items[router].router->name;
}

/* ---- sessions ---- */

static void run_fill_session_interval(struct report_row *row, const void *item)
{
	const struct session_interval *it = item;

	report_text(row, "state", it->up ? "up" : "down");
	report_text(row, "cause", it->cause);
	report_text(row, "by", it->by);
}

static const struct member session_interval_members[] = {
	{ "state", "Whether it was up.", .type = MEMBER_TEXT, .words = "up|down" },
	{ "from", "When that began.", REPORT_FIELD(struct session_interval, since) },
	{ "to", "When it ended; null: it still holds at the end.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct session_interval, until) },
	{ "cause", "Why it was down.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "by", "The end that noticed.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
};
static const struct record session_interval_record = { MEMBERS(session_interval_members),
						       run_fill_session_interval };

static void run_fill_session(struct report_row *row, const void *item)
{
	const struct setup *setup = row->about;
	const struct session_result *result = item;
	const struct setup_session *session = &setup->bgp->sessions.items[result->session];

	report_text(row, "node", setup->nodes.items[session->node].name);
	report_text(row, "router", run_bgp_router_name(setup, session->router));
}

static const struct member session_members[] = {
	{ "node", "The node.", .type = MEMBER_TEXT },
	{ "router", "The router at the other end.", .type = MEMBER_TEXT },
	{ "intervals", "When the session was up, and when it was down after that.",
	  REPORT_ARRAY(struct session_result, intervals, session_interval_record) },
	{ "dials", "Connections that the node tried, those of the warm-up included.",
	  REPORT_FIELD(struct session_result, dials) },
	{ "refused", "Connections that one of the two refused.",
	  REPORT_FIELD(struct session_result, refused) },
};
const struct record session_record = { MEMBERS(session_members), run_fill_session };

/* ---- routes ---- */

static void run_fill_hop(struct report_row *row, const void *item)
{
	const struct setup *setup = row->about;
	const struct route_hop *hop = item;

	report_text(row, "node", setup->nodes.items[hop->node].name);
	report_fraction(row, "share", hop->share);
}

static const struct member hop_members[] = {
	{ "node", "The node.", .type = MEMBER_TEXT },
	{ "share", "Its share of the flows.", .type = MEMBER_FRACTION },
};
static const struct record hop_record = { MEMBERS(hop_members), run_fill_hop };

static const struct member route_set_members[] = {
	{ "from", "When it began.", REPORT_FIELD(struct route_set, time.from) },
	{ "to", "When it ended; null: it still holds at the end.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct route_set, time.to) },
	{ "nextHops", "The nodes that the router forwards to; none: it has no route.",
	  REPORT_ARRAY(struct route_set, hops, hop_record) },
};
static const struct record route_set_record = { MEMBERS(route_set_members), NULL };

static void run_fill_route(struct report_row *row, const void *item)
{
	const struct setup *setup = row->about;
	const struct route_result *route = item;

	report_text(row, "router", run_bgp_router_name(setup, route->router));
	report_text(row, "prefix", setup->bgp->prefixes.items[route->prefix].text);
}

static const struct member route_members[] = {
	{ "router", "The router.", .type = MEMBER_TEXT },
	{ "prefix", "The prefix.", .type = MEMBER_TEXT },
	{ "sets", "Its next hops, in the course of time.",
	  REPORT_ARRAY(struct route_result, sets, route_set_record) },
};
const struct record route_record = { MEMBERS(route_members), run_fill_route };

/* ---- clients ---- */

static void run_fill_lost(struct report_row *row, const void *item)
{
	report_fraction(row, "share", ((const struct lost_share *)item)->share);
}

static const struct member lost_members[] = {
	{ "from", "When it began.", REPORT_FIELD(struct lost_share, time.from) },
	{ "to", "When it ended; null: it still holds at the end.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct lost_share, time.to) },
	{ "share", "The share of the flows that was lost.", .type = MEMBER_FRACTION },
	{ "cause", "Why, of the larger part.", REPORT_FIELD(struct lost_share, cause),
	  .words = "dead-next-hop|no-vip|no-route" },
};
static const struct record lost_record = { MEMBERS(lost_members), run_fill_lost };

static void run_fill_moved(struct report_row *row, const void *item)
{
	report_fraction(row, "share", ((const struct moved_share *)item)->share);
}

static const struct member moved_members[] = {
	{ "at", "When.", REPORT_FIELD(struct moved_share, at) },
	{ "share", "The share of the flows that went to another node.",
	  .type = MEMBER_FRACTION },
	{ "cause", "Why.", REPORT_FIELD(struct moved_share, cause) },
};
static const struct record moved_record = { MEMBERS(moved_members), run_fill_moved };

static void run_fill_client(struct report_row *row, const void *item)
{
	const struct setup *setup = row->about;
	const struct client_result *client = item;

	report_text(row, "client", setup->bgp->clients.items[client->client].name);
	report_text(row, "vip", setup->vips.items[client->vip].text);
	report_fraction(row, "maxLostShare", client->max_lost_share);
	report_time(row, "lostFlowSeconds",
		    (sim_ns)(client->lost_flow_seconds * (double)NS_PER_SEC));
}

static const struct member client_members[] = {
	{ "client", "The client.", .type = MEMBER_TEXT },
	{ "vip", "The address that it sends to.", .type = MEMBER_TEXT },
	{ "lost", "Which share of its flows was lost, and when.",
	  REPORT_ARRAY(struct client_result, lost, lost_record) },
	{ "moved", "Which share of its flows went to another node, and when.",
	  REPORT_ARRAY(struct client_result, moved, moved_record) },
	{ "lostFlowSeconds", "The lost share times how long it was lost, summed up.",
	  .type = MEMBER_TIME },
	{ "lostLongest", "The longest time without a break in which some were lost.",
	  REPORT_FIELD(struct client_result, lost_longest) },
	{ "maxLostShare", "The largest share that was lost.", .type = MEMBER_FRACTION },
};
const struct record client_record = { MEMBERS(client_members), run_fill_client };

/* ---- for people ---- */

enum { CLIENT_LINES = 20, PERCENT = 100 };

/* The clients that lost most come first in the report of a run: here in their order. */
static void run_print_clients(FILE *out, const struct setup *setup,
			      const struct run_result *result)
{
	uint32_t shown = 0;

	fputs("client, VIP                             lost most  lost flow s   longest    moved\n",
	      out);
	ARRAY_FOREACH (const struct client_result, client, &result->clients) {
		struct text who = { 0 };
		char longest[SECONDS_TEXT_MAX];

		if (shown++ == CLIENT_LINES)
			break;
		screen_add(&who, setup->bgp->clients.items[client->client].name);
		text_printf(&who, " to %s", setup->vips.items[client->vip].text);
		fprintf(out, "%-39s %7.1f %%  %11.3f  %8s  %5.0f %%\n", text_str(&who),
			client->max_lost_share * PERCENT, client->lost_flow_seconds,
			seconds_short(client->lost_longest, longest),
			client->moved_share * PERCENT);
		text_release(&who);
	}
	if (result->clients.count > CLIENT_LINES)
		fprintf(out, "... and %u more\n", result->clients.count - CLIENT_LINES);
}

static void run_print_sessions(FILE *out, const struct setup *setup,
			       const struct run_result *result)
{
	uint32_t up = 0;
	uint32_t never = 0;

	ARRAY_FOREACH (const struct session_result, session, &result->sessions) {
		const uint32_t count = session->intervals.count;

		if (count == 0)
			never++;
		else
			up += session->intervals.items[count - 1].up;
	}
	(void)setup;
	fprintf(out, "\nsessions: %u of %u up at the end", up, result->sessions.count);
	if (never > 0)
		fprintf(out, ", %u never", never);
	fputc('\n', out);
}

void run_print_bgp(FILE *out, const struct setup *setup, const struct run_result *result)
{
	if (setup->bgp == NULL)
		return;
	run_print_clients(out, setup, result);
	run_print_sessions(out, setup, result);
}
