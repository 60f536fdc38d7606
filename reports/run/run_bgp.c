/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What BGP did in a simulated run: sessions, next-hop sets, and what the clients lost (T12).
 * The table has the sums, the page the intervals as well, as far as a page can hold them; all
 * are in the JSON.
 */
#include "reports/run/run_bgp.h"

#include <stdlib.h>

#include "base/text.h"
#include "reports/formats/page.h"
#include "reports/formats/screen.h"
#include "reports/run/pictures_bgp.h"
#include "reports/run/words.h"

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
	{ "to", "When it ended; null: it lasts beyond the end of the run.",
	  .presence = MEMBER_NULLABLE, REPORT_FIELD(struct session_interval, until) },
	{ "cause", "Why it was down; without one it has not been up before.",
	  .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
	{ "by", "The end that noticed.", .type = MEMBER_TEXT, .presence = MEMBER_OPTIONAL },
};
static const struct record session_interval_record = { MEMBERS(session_interval_members),
						       run_fill_session_interval };

/* How often a session was lost for one cause. */
struct session_downs {
	const char *cause;
	uint32_t count;
};

static const struct member session_downs_members[] = {
	{ "cause", "Why.", REPORT_FIELD(struct session_downs, cause) },
	{ "count", "How often.", REPORT_FIELD(struct session_downs, count) },
};
static const struct record session_downs_record = { MEMBERS(session_downs_members), NULL };

/* By cause, in the order in which they come first; returns how many there are. */
static uint32_t run_session_downs(const struct session_result *result,
				  const struct session_downs **out, struct arena *arena)
{
	struct session_downs *downs =
		arena_zalloc(arena, result->intervals.count + 1, sizeof(*downs));
	uint32_t count = 0;

	ARRAY_FOREACH (const struct session_interval, it, &result->intervals) {
		uint32_t k = 0;

		if (!it->lost)
			continue;
		while (k < count && !str_equal(downs[k].cause, it->cause))
			k++;
		downs[k].cause = it->cause;
		downs[k].count++;
		count += k == count;
	}
	*out = downs;
	return count;
}

static void run_fill_session(struct report_row *row, const void *item)
{
	const struct setup *setup = row->about;
	const struct session_result *result = item;
	const struct setup_session *session = &setup->bgp->sessions.items[result->session];
	const struct session_downs *downs;
	const uint32_t count = run_session_downs(result, &downs, row->arena);

	report_text(row, "node", setup->nodes.items[session->node].name);
	report_text(row, "router", run_bgp_router_name(setup, session->router));
	report_list(row, "downs", downs, count, sizeof(*downs));
}

static const struct member session_members[] = {
	{ "node", "The node.", .type = MEMBER_TEXT },
	{ "router", "The router at the other end.", .type = MEMBER_TEXT },
	{ "intervals", "When the session was up, and when it was down.",
	  REPORT_ARRAY(struct session_result, intervals, session_interval_record) },
	{ "dials", "Connections that the node tried, including during the warm-up.",
	  REPORT_FIELD(struct session_result, dials) },
	{ "refused", "Connections that either end refused.",
	  REPORT_FIELD(struct session_result, refused) },
	{ "ups", "How often it came up, including during the warm-up.",
	  REPORT_FIELD(struct session_result, ups) },
	{ "downs", "How often it was lost after the warm-up, by cause.", .type = MEMBER_LIST,
	  .record = &session_downs_record },
	{ "timeDown", "Seconds that it was down after the warm-up.",
	  REPORT_FIELD(struct session_result, down_total) },
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
	{ "alive", "Whether what is sent to it arrives.",
	  REPORT_FIELD(struct route_hop, alive) },
};
static const struct record hop_record = { MEMBERS(hop_members), run_fill_hop };

static const struct member route_set_members[] = {
	{ "from", "When it began.", REPORT_FIELD(struct route_set, time.from) },
	{ "to", "When it ended; null: it lasts beyond the end of the run.",
	  .presence = MEMBER_NULLABLE, REPORT_FIELD(struct route_set, time.to) },
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
	if (!route->unlisted)
		REPORT_LIST(row, "sets", &route->sets);
}

static const struct member missing_members[] = {
	{ "time", "For how many seconds.", REPORT_FIELD(struct missing, time) },
	{ "ongoing", "It is at the end of the run: it is at least this.",
	  REPORT_FIELD(struct missing, ongoing) },
};
static const struct record missing_record = { MEMBERS(missing_members), NULL };

static const struct member route_members[] = {
	{ "router", "The router.", .type = MEMBER_TEXT },
	{ "prefix", "The prefix.", .type = MEMBER_TEXT },
	{ "sets", "Its next hops over time; null: not listed, as all routes have too many.",
	  .type = MEMBER_LIST, .presence = MEMBER_NULLABLE, .record = &route_set_record },
	{ "fullWidth", "The most next hops that worked at one time.",
	  REPORT_FIELD(struct route_result, full_width) },
	{ "timeToFirstPath",
	  "The longest time that the router had no route while a Service had an address in the "
	  "prefix: from its creation, or from the loss of the route.",
	  REPORT_INLINE(struct route_result, first_path, missing_record) },
	{ "timeToFullWidth",
	  "Likewise, that fewer next hops worked than `fullWidth`: from the creation or the event "
	  "until there are as many again.",
	  REPORT_INLINE(struct route_result, full, missing_record) },
	{ "staleNextHop", "In all, that a next hop was dead, or on a node without the address.",
	  REPORT_INLINE(struct route_result, stale, missing_record) },
};
const struct record route_record = { MEMBERS(route_members), run_fill_route };

/* ---- clients ---- */

static void run_fill_lost(struct report_row *row, const void *item)
{
	report_fraction(row, "share", ((const struct lost_share *)item)->share);
}

static const struct member lost_members[] = {
	{ "from", "When it began.", REPORT_FIELD(struct lost_share, time.from) },
	{ "to", "When it ended; null: it lasts beyond the end of the run.",
	  .presence = MEMBER_NULLABLE, REPORT_FIELD(struct lost_share, time.to) },
	{ "share", "The share of the flows that was lost.", .type = MEMBER_FRACTION },
	{ "cause", "Why, for the larger part.", REPORT_FIELD(struct lost_share, cause),
	  .words = "dead-next-hop|no-vip|no-route" },
};
static const struct record lost_record = { MEMBERS(lost_members), run_fill_lost };

static void run_fill_moved(struct report_row *row, const void *item)
{
	report_fraction(row, "share", ((const struct moved_share *)item)->share);
}

static const struct member moved_members[] = {
	{ "at", "When.", REPORT_FIELD(struct moved_share, at) },
	{ "share", "The share of the flows that went to another next hop.",
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
	if (setup->bgp->clients.items[client->client].flows != 0)
		report_number(row, "flows", setup->bgp->clients.items[client->client].flows);
	report_fraction(row, "maxLostShare", client->max_lost_share);
	report_time(row, "movedShare",
		    (sim_ns)(client->moved_share * (double)NS_PER_SEC + 0.5));
	report_time(row, "lostFlowSeconds",
		    (sim_ns)(client->lost_flow_seconds * (double)NS_PER_SEC));
	if (client->unlisted)
		return;
	REPORT_LIST(row, "lost", &client->lost);
	REPORT_LIST(row, "moved", &client->moved);
}

static const struct member client_members[] = {
	{ "client", "The client.", .type = MEMBER_TEXT },
	{ "vip", "The address that it sends to.", .type = MEMBER_TEXT },
	{ "flows",
	  "How many flows it has to the address, by the scenario; null: it does not say.",
	  .type = MEMBER_NUMBER, .presence = MEMBER_NULLABLE },
	{ "lost",
	  "What share of its flows was lost, and when; null: not listed, as all clients have "
	  "too many.",
	  .type = MEMBER_LIST, .presence = MEMBER_NULLABLE, .record = &lost_record },
	{ "moved",
	  "What share of its flows moved to another next hop, and when; null: as with `lost`.",
	  .type = MEMBER_LIST, .presence = MEMBER_NULLABLE, .record = &moved_record },
	{ "lostFlowSeconds", "The sum of lost shares times how long they were lost.",
	  .type = MEMBER_TIME },
	{ "lostLongest", "The longest time without a break in which some were lost.",
	  REPORT_FIELD(struct client_result, lost_longest) },
	{ "maxLostShare", "The largest share that was lost.", .type = MEMBER_FRACTION },
	{ "movedShare", "The sum of the shares that moved: above 1 when many moved twice.",
	  .type = MEMBER_TIME },
	{ "noRoute", "Seconds in which the router had no route, and all flows were lost.",
	  REPORT_FIELD(struct client_result, no_route) },
};
const struct record client_record = { MEMBERS(client_members), run_fill_client };

/* ---- for people ---- */

enum { CLIENT_LINES = 20, PATH_LINES = 10, INTERVAL_LINES = 1000, PERCENT = 100 };

static int run_compare_clients(const void *left, const void *right)
{
	const struct client_result *a = *(const struct client_result *const *)left;
	const struct client_result *b = *(const struct client_result *const *)right;

	if (a->lost_flow_seconds != b->lost_flow_seconds)
		return a->lost_flow_seconds > b->lost_flow_seconds ? -1 : 1;
	return (a > b) - (a < b);
}

/* A share of the flows of a client, and how many these are where the scenario says how many
 * it has. */
static const char *run_flows_text(struct arena *arena, const struct setup_client *client,
				  double share, int decimals)
{
	const char *text = arena_printf(arena, "%.*f %%", decimals, share * PERCENT);

	return client->flows == 0
		       ? text
		       : arena_printf(arena, "%s (%.0f)", text, share * (double)client->flows);
}

/* What clients lost, who lost most first, in at most so many lines. */
static void run_clients_columns(struct columns *columns, const struct setup *setup,
				const struct run_result *result, uint32_t lines,
				struct arena *arena)
{
	static const struct column list[] = {
		{ "CLIENT", false },           { "VIP", false },    { "PEAK LOSS", true },
		{ "FLOW SECONDS LOST", true }, { "LONGEST", true }, { "MOVED", true },
	};
	const uint32_t count = result->clients.count;
	const struct client_result **sorted = arena_zalloc(arena, count + 1, sizeof(*sorted));

	for (uint32_t i = 0; i < count; i++)
		sorted[i] = &result->clients.items[i];
	array_sort(sorted, count, sizeof(sorted[0]), run_compare_clients);
	columns_begin(columns, arena, list, ARRAY_LEN(list), 0);
	for (uint32_t i = 0; i < count && i < lines; i++) {
		const struct client_result *client = sorted[i];
		const struct setup_client *from = &setup->bgp->clients.items[client->client];
		struct cell *cells = columns_row(columns);
		char longest[LENGTH_TEXT_MAX];

		cells[0] = cell_of(arena, SCREEN_PLAIN, from->name);
		cells[1] = cell_of(arena, SCREEN_PLAIN, setup->vips.items[client->vip].text);
		cells[2].s = run_flows_text(arena, from, client->max_lost_share, 1);
		cells[3].s = arena_printf(arena, "%s%.3f", client->ongoing ? ">= " : "",
					  client->lost_flow_seconds);
		cells[4].s = arena_strdup(arena, length_text(client->lost_longest,
							     client->longest_ongoing, longest));
		cells[5].s = run_flows_text(arena, from, client->moved_share, 0);
	}
}

static struct cell run_missing_cell(struct arena *arena, struct missing missing)
{
	char text[LENGTH_TEXT_MAX];

	if (missing.time == 0)
		return cell_of(arena, SCREEN_PLAIN, "-");
	return cell_of(arena, SCREEN_PLAIN, length_text(missing.time, missing.ongoing, text));
}

static int run_compare_routes(const void *left, const void *right)
{
	const struct route_result *a = *(const struct route_result *const *)left;
	const struct route_result *b = *(const struct route_result *const *)right;

	if (a->first_path.time != b->first_path.time)
		return a->first_path.time > b->first_path.time ? -1 : 1;
	if (a->full.time != b->full.time)
		return a->full.time > b->full.time ? -1 : 1;
	if (a->stale.time != b->stale.time)
		return a->stale.time > b->stale.time ? -1 : 1;
	return (a > b) - (a < b);
}

/* By router: whether its routes matter. Those of a mere gateway, which no node peers with, do
 * not. */
static const bool *run_routers_asked(const struct setup_bgp *bgp, struct arena *arena)
{
	bool *asked = arena_zalloc(arena, bgp->routers.count + 1, sizeof(*asked));

	ARRAY_FOREACH (const struct setup_session, session, &bgp->sessions)
		asked[session->router] = true;
	ARRAY_FOREACH (const struct setup_client, client, &bgp->clients)
		asked[client->router] = true;
	return asked;
}

/* Routes that were not always as wide as they could be, the worst first, in at most so many
 * lines; returns how many there are. */
static uint32_t run_widths_columns(struct columns *columns, const struct setup *setup,
				   const struct run_result *result, uint32_t lines,
				   struct arena *arena)
{
	static const struct column list[] = {
		{ "ROUTER", false },  { "PREFIX", false },      { "NEXT HOPS", true },
		{ "NO ROUTE", true }, { "NOT ALL HOPS", true }, { "STALE HOP", true },
	};
	const struct route_result **sorted =
		arena_zalloc(arena, result->routes.count + 1, sizeof(*sorted));
	const bool *asked = run_routers_asked(setup->bgp, arena);
	uint32_t count = 0;

	ARRAY_FOREACH (const struct route_result, route, &result->routes) {
		if (asked[route->router] &&
		    route->first_path.time + route->full.time + route->stale.time > 0)
			sorted[count++] = route;
	}
	array_sort(sorted, count, sizeof(sorted[0]), run_compare_routes);
	columns_begin(columns, arena, list, ARRAY_LEN(list), 0);
	for (uint32_t i = 0; i < count && i < lines; i++) {
		struct cell *cells = columns_row(columns);

		cells[0] = cell_of(arena, SCREEN_PLAIN,
				   run_bgp_router_name(setup, sorted[i]->router));
		cells[1] = cell_of(arena, SCREEN_PLAIN,
				   setup->bgp->prefixes.items[sorted[i]->prefix].text);
		cells[2].s = arena_printf(arena, "%u", sorted[i]->full_width);
		cells[3] = run_missing_cell(arena, sorted[i]->first_path);
		cells[4] = run_missing_cell(arena, sorted[i]->full);
		cells[5] = run_missing_cell(arena, sorted[i]->stale);
	}
	return count;
}

static int run_compare_downs(const void *left, const void *right)
{
	const struct session_result *a = *(const struct session_result *const *)left;
	const struct session_result *b = *(const struct session_result *const *)right;

	if (a->down_total != b->down_total)
		return a->down_total > b->down_total ? -1 : 1;
	return (a > b) - (a < b);
}

static struct cell run_downs_cell(struct arena *arena, const struct session_result *session)
{
	const struct session_downs *downs;
	const uint32_t count = run_session_downs(session, &downs, arena);
	struct text words = { 0 };
	struct cell cell;

	for (uint32_t i = 0; i < count; i++)
		text_printf(&words, "%s%s%s", i > 0 ? ", " : "", downs[i].cause,
			    downs[i].count > 1 ? arena_printf(arena, " (%u)", downs[i].count)
					       : "");
	if (count == 0)
		text_add(&words, session->refused > 0 ? "refused" : "not yet up");
	cell = cell_of(arena, SCREEN_PLAIN, text_str(&words));
	text_release(&words);
	return cell;
}

/* "tor1"; "tor1 (10.0.0.1)" where the node has several sessions with it. */
static const char *run_session_router(const struct setup *setup,
				      const struct setup_session *session, struct arena *arena)
{
	const char *name = run_bgp_router_name(setup, session->router);
	char address[IP_TEXT_MAX];

	ARRAY_FOREACH (const struct setup_session, other, &setup->bgp->sessions) {
		if (other != session && other->node == session->node &&
		    other->router == session->router)
			return arena_printf(
				arena, "%s (%s)", name,
				ip_format(session->session->router_address, address));
	}
	return name;
}

/* Sessions that were down, those that were so longest first, in at most so many lines; returns
 * how many there are. */
static uint32_t run_downs_columns(struct columns *columns, const struct setup *setup,
				  const struct run_result *result, uint32_t lines,
				  struct arena *arena)
{
	static const struct column list[] = {
		{ "NODE", false },     { "ROUTER", false }, { "LOST", true },
		{ "TIME DOWN", true }, { "WHY", false },
	};
	const struct session_result **sorted =
		arena_zalloc(arena, result->sessions.count + 1, sizeof(*sorted));
	uint32_t count = 0;

	ARRAY_FOREACH (const struct session_result, session, &result->sessions) {
		if (session->down_total > 0)
			sorted[count++] = session;
	}
	array_sort(sorted, count, sizeof(sorted[0]), run_compare_downs);
	columns_begin(columns, arena, list, ARRAY_LEN(list), 0);
	for (uint32_t i = 0; i < count && i < lines; i++) {
		const struct session_result *result_of = sorted[i];
		const struct setup_session *session =
			&setup->bgp->sessions.items[result_of->session];
		const struct session_interval *last =
			&result_of->intervals.items[result_of->intervals.count - 1];
		struct cell *cells = columns_row(columns);

		cells[0] = cell_of(arena, SCREEN_PLAIN, setup->nodes.items[session->node].name);
		cells[1] =
			cell_of(arena, SCREEN_PLAIN, run_session_router(setup, session, arena));
		cells[2].s = arena_printf(arena, "%u", result_of->downs);
		cells[3] = run_missing_cell(
			arena, (struct missing){ result_of->down_total, !last->up });
		cells[4] = run_downs_cell(arena, result_of);
	}
	return count;
}

static const char *run_bgp_time(struct arena *arena, sim_ns time)
{
	char text[SECONDS_TEXT_MAX];

	return time == SIM_NEVER ? "the end" : arena_strdup(arena, seconds_short(time, text));
}

static const char *run_session_why(const struct session_interval *it)
{
	return it->cause != NULL ? it->cause : "not yet up";
}

/* Sessions that were down, and when. */
static void run_sessions_columns(struct columns *columns, const struct setup *setup,
				 const struct run_result *result, struct arena *arena)
{
	static const struct column list[] = {
		{ "NODE", false }, { "ROUTER", false }, { "DOWN FROM", true },
		{ "UNTIL", true }, { "WHY", false },
	};
	uint32_t lines = 0;

	columns_begin(columns, arena, list, ARRAY_LEN(list), 0);
	ARRAY_FOREACH (const struct session_result, result_of, &result->sessions) {
		const struct setup_session *session =
			&setup->bgp->sessions.items[result_of->session];

		ARRAY_FOREACH (const struct session_interval, it, &result_of->intervals) {
			struct cell *cells;

			if (it->up || lines++ >= INTERVAL_LINES)
				continue;
			cells = columns_row(columns);
			cells[0] = cell_of(arena, SCREEN_PLAIN,
					   setup->nodes.items[session->node].name);
			cells[1] = cell_of(arena, SCREEN_PLAIN,
					   run_session_router(setup, session, arena));
			cells[2].s = run_bgp_time(arena, it->since);
			cells[3].s = run_bgp_time(arena, it->until);
			cells[4].s = run_session_why(it);
		}
	}
}

static const char *run_next_hops_text(const struct setup *setup, const struct route_set *set,
				      struct arena *arena)
{
	struct text hops = { 0 };
	const char *copy;

	ARRAY_FOREACH (const struct route_hop, hop, &set->hops)
		text_printf(&hops, "%s%s%s %.1f %%", hops.len > 0 ? ", " : "",
			    setup->nodes.items[hop->node].name, hop->alive ? "" : " (dead)",
			    hop->share * PERCENT);
	copy = hops.len > 0 ? arena_strdup(arena, text_str(&hops)) : "no route";
	text_release(&hops);
	return copy;
}

/* The next hops of each prefix in the course of time. */
static void run_routes_columns(struct columns *columns, const struct setup *setup,
			       const struct run_result *result, struct arena *arena)
{
	static const struct column list[] = {
		{ "ROUTER", false }, { "PREFIX", false },    { "FROM", true },
		{ "UNTIL", true },   { "NEXT HOPS", false },
	};
	uint32_t lines = 0;

	columns_begin(columns, arena, list, ARRAY_LEN(list), 0);
	ARRAY_FOREACH (const struct route_result, route, &result->routes) {
		ARRAY_FOREACH (const struct route_set, set, &route->sets) {
			struct cell *cells;

			if (lines++ >= INTERVAL_LINES)
				continue;
			cells = columns_row(columns);
			cells[0] = cell_of(arena, SCREEN_PLAIN,
					   run_bgp_router_name(setup, route->router));
			cells[1] = cell_of(arena, SCREEN_PLAIN,
					   setup->bgp->prefixes.items[route->prefix].text);
			cells[2].s = run_bgp_time(arena, set->time.from);
			cells[3].s = run_bgp_time(arena, set->time.to);
			cells[4] = cell_of(arena, SCREEN_PLAIN,
					   run_next_hops_text(setup, set, arena));
		}
	}
}

static void run_print_sessions(FILE *out, const struct run_result *result)
{
	uint32_t up = 0;
	uint32_t never = 0;

	ARRAY_FOREACH (const struct session_result, session, &result->sessions) {
		const uint32_t count = session->intervals.count;

		never += session->ups == 0;
		up += count > 0 && session->intervals.items[count - 1].up;
	}
	fprintf(out, "%u of %u sessions up at the end", up, result->sessions.count);
	if (never > 0)
		fprintf(out, ", %u never", never);
	fputc('\n', out);
}

void run_put_bgp(FILE *out, enum report_form form, struct screen screen,
		 const struct setup *setup, const struct run_result *result)
{
	struct columns columns;
	struct arena arena;
	uint32_t count;

	if (setup->bgp == NULL)
		return;
	arena_init(&arena);
	run_clients_columns(&columns, setup, result, CLIENT_LINES, &arena);
	columns_put(&columns, out, form, screen);
	if (result->clients.count > CLIENT_LINES)
		fprintf(out, "... and %u more, none of which lost more\n\n",
			result->clients.count - CLIENT_LINES);
	if (client_remark(setup, result, &arena) != NULL) {
		remark_put(out, form, screen, "clients", client_remark(setup, result, &arena));
		fputc('\n', out);
	}
	count = run_widths_columns(&columns, setup, result, PATH_LINES, &arena);
	columns_put(&columns, out, form, screen);
	if (count > PATH_LINES)
		fprintf(out, "... and %u more routes, better ones\n\n", count - PATH_LINES);
	count = run_downs_columns(&columns, setup, result, PATH_LINES, &arena);
	columns_put(&columns, out, form, screen);
	if (count > PATH_LINES)
		fprintf(out, "... and %u more sessions, not so long\n\n", count - PATH_LINES);
	run_print_sessions(out, result);
	if (form == FORM_MARKDOWN)
		fputc('\n', out);
	arena_release(&arena);
}

void run_page_bgp_tile(FILE *out, const struct run_result *result)
{
	struct text share = { 0 };
	double most = 0;

	ARRAY_FOREACH (const struct client_result, client, &result->clients)
		most = client->max_lost_share > most ? client->max_lost_share : most;
	text_printf(&share, "%.1f %%", most * PERCENT);
	page_tile(out, most > 0 ? "warn" : "", text_str(&share),
		  "most flows that a client lost");
	text_release(&share);
}

/* A page that has as many lines as it takes may have left some out. */
static void run_page_more(FILE *out, const struct columns *columns)
{
	if (columns->rows.count >= INTERVAL_LINES)
		fprintf(out,
			"<p class=\"faint\">These are the first %u; all are in the JSON report.</p>\n",
			(unsigned)INTERVAL_LINES);
}

static void run_page_figure(FILE *out, const struct run_plots *about, const char *caption,
			    void (*draw)(FILE *, const struct run_plots *, bool))
{
	fprintf(out, "<figure><figcaption>%s</figcaption>\n<div class=\"scroll\">", caption);
	draw(out, about, true);
	fputs("</div></figure>\n", out);
}

void run_page_bgp(FILE *out, const struct setup *setup, const struct run_result *result)
{
	const struct run_plots about = { .setup = setup, .run = result };
	struct columns columns;
	struct arena arena;

	if (setup->bgp == NULL)
		return;
	arena_init(&arena);
	page_section(out, "What clients lose");
	run_page_figure(out, &about, "share of the flows that is lost, over time",
			picture_lost_in);
	run_clients_columns(&columns, setup, result, INTERVAL_LINES, &arena);
	columns_html(&columns, out);
	if (client_remark(setup, result, &arena) != NULL)
		remark_html(out, "clients", client_remark(setup, result, &arena));
	page_section(out, "Next hops");
	run_page_figure(out, &about, "next hops that work, over time", picture_widths_in);
	(void)run_widths_columns(&columns, setup, result, INTERVAL_LINES, &arena);
	columns_html(&columns, out);
	run_page_more(out, &columns);
	run_routes_columns(&columns, setup, result, &arena);
	columns_html(&columns, out);
	run_page_more(out, &columns);
	page_section(out, "Sessions");
	fputs("<p>", out);
	run_print_sessions(out, result);
	fputs("</p>\n", out);
	run_page_figure(out, &about, "sessions over time, those down longest first",
			picture_sessions_in);
	run_sessions_columns(&columns, setup, result, &arena);
	columns_html(&columns, out);
	run_page_more(out, &columns);
	arena_release(&arena);
}
