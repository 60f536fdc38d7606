/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change in simulated time, as plan tells of it (S6.6): every VIP with the time that no node
 * has it and that clients do not reach it, the median and the worst of all runs.
 */
#include "reports/diff/change_time.h"

#include "reports/diff/change_asserted.h"
#include "reports/diff/change_course.h"
#include "reports/diff/change_steps.h"
#include "reports/formats/markdown.h"
#include "reports/formats/page.h"
#include "reports/run/words.h"

/* ---- JSON ---- */

static const struct member spread_members[] = {
	{ "p50", "Median of all runs.", REPORT_FIELD(struct spread, p50) },
	{ "p99", "99th percentile.", REPORT_FIELD(struct spread, p99) },
	{ "max", "Worst run.", REPORT_FIELD(struct spread, max) },
	{ "ongoing", "Runs in which it had not ended at the end.",
	  REPORT_FIELD(struct spread, ongoing) },
};
static const struct record time_spread_record = { MEMBERS(spread_members), NULL };

static void change_time_fill_vip(struct report_row *row, const void *item)
{
	const struct timed_vip *vip = item;

	if (!vip->held)
		report_item(row, "gap", &vip->gap);
	if (vip->measured)
		report_item(row, "cutOff", &vip->cut_off);
	if (vip->measured && vip->remote)
		report_fraction(row, "lostShare", vip->lost_share);
}

static const struct member time_vip_members[] = {
	{ "ip", "The VIP.", REPORT_FIELD(struct timed_vip, ip) },
	{ "service", "Its Service, as namespace/name.",
	  REPORT_FIELD(struct timed_vip, service) },
	{ "before",
	  "The node that holds it before the change, in the first run; null: none. Of several "
	  "nodes how many: \"3 nodes\".",
	  .presence = MEMBER_NULLABLE, REPORT_FIELD(struct timed_vip, before) },
	{ "after", "The node that holds it at the end, in the first run; null: none.",
	  .presence = MEMBER_NULLABLE, REPORT_FIELD(struct timed_vip, after) },
	{ "affected", "Whether anything happens to it in any run.",
	  REPORT_FIELD(struct timed_vip, affected) },
	{ "gap",
	  "Longest time that no node holds it; null of a remote VIP that some node always holds.",
	  .type = MEMBER_OBJECT, .presence = MEMBER_NULLABLE, .record = &time_spread_record },
	{ "cutOff",
	  "Longest time that an observer does not reach it, or that a client behind a router loses "
	  "some of its flows to it; null where none is on its segment, or BGP is not simulated.",
	  .type = MEMBER_OBJECT, .presence = MEMBER_NULLABLE, .record = &time_spread_record },
	{ "lostShare",
	  "Of a remote VIP, the most flows that a client lost at one time, in any run.",
	  .type = MEMBER_FRACTION, .presence = MEMBER_OPTIONAL },
};
static const struct record time_vip_record = { MEMBERS(time_vip_members),
					       change_time_fill_vip };

static void change_time_fill_route(struct report_row *row, const void *item)
{
	const struct timed_route *route = item;

	report_time(row, "moved", (sim_ns)(route->moved * (double)NS_PER_SEC + 0.5));
}

static const struct member time_route_members[] = {
	{ "router", "The router.", REPORT_FIELD(struct timed_route, router) },
	{ "prefix", "The prefix.", REPORT_FIELD(struct timed_route, prefix) },
	{ "before", "Next hops that work before the change, in the first run.",
	  REPORT_FIELD(struct timed_route, before) },
	{ "least", "The fewest at any time, in any run.",
	  REPORT_FIELD(struct timed_route, least) },
	{ "after", "At the end, in the first run.", REPORT_FIELD(struct timed_route, after) },
	{ "moved",
	  "The sum of the shares of its flows that went to another node, in the run with the most.",
	  .type = MEMBER_TIME },
};
static const struct record time_route_record = { MEMBERS(time_route_members),
						 change_time_fill_route };

static void change_time_fill_session(struct report_row *row, const void *item)
{
	const struct timed_session *session = item;

	report_bool(row, "before", session->before);
	report_bool(row, "after", session->after);
}

static const struct member time_session_members[] = {
	{ "node", "The node.", REPORT_FIELD(struct timed_session, node) },
	{ "router", "The router.", REPORT_FIELD(struct timed_session, router) },
	{ "before", "Whether it is up before the change, in the first run.",
	  .type = MEMBER_BOOL },
	{ "after", "Whether it is up at the end.", .type = MEMBER_BOOL },
	{ "losses", "How often it is lost, in the run in which that is most.",
	  REPORT_FIELD(struct timed_session, losses) },
};
static const struct record time_session_record = { MEMBERS(time_session_members),
						   change_time_fill_session };

static void change_time_fill(struct report_row *row, const void *item)
{
	const struct diff_time *time = item;

	if (change_time_is_asked(time))
		report_bool(row, "go", diff_time_is_go(time));
	if (time->stages == 1 && time->asserted.list.count > 0)
		report_list(row, "assertions", time->asserted.list.items,
			    time->asserted.list.count, sizeof(struct timed_assertion));
}

static const struct member time_members[] = {
	{ "problem", "Why the change could not be simulated.", .presence = MEMBER_OPTIONAL,
	  REPORT_FIELD(struct diff_time, problem) },
	{ "runs", "Runs that count.", REPORT_FIELD(struct diff_time, runs) },
	{ "seed", "Seed of the first run.", REPORT_FIELD(struct diff_time, seed) },
	{ "duration", "Simulated seconds of each run after the change.",
	  REPORT_FIELD(struct diff_time, duration) },
	{ "settled",
	  "From the change until the last VIP changed hands, or a router got other next hops.",
	  REPORT_INLINE(struct diff_time, settled, time_spread_record) },
	{ "go",
	  "No VIP is cut off for longer than --max-outage, or still at the end of the run or of "
	  "a stage, and all assertions hold in every run; null without any of these.",
	  .type = MEMBER_BOOL, .presence = MEMBER_NULLABLE },
	{ "assertions", "What --assert says has to hold; of stages it is beside them.",
	  .type = MEMBER_LIST, .presence = MEMBER_OPTIONAL, .record = &timed_assertion_record },
	{ "nodesLeftOut",
	  "Nodes that only one side has: an apply does not create them, so the nodes of the "
	  "old side are simulated.",
	  REPORT_FIELD(struct diff_time, nodes_left_out) },
	{ "bgp",
	  "Whether BGP is simulated: there are remote pools and, behind every router with "
	  "sessions, a client.",
	  REPORT_FIELD(struct diff_time, bgp) },
	{ "bgpProblem", "Why it is not, although there are remote pools.",
	  .presence = MEMBER_OPTIONAL, REPORT_FIELD(struct diff_time, bgp_problem) },
	{ "vips", "The VIPs, those cut off longest first.",
	  REPORT_ARRAY(struct diff_time, vips, time_vip_record) },
	{ "routes", "The routes of all routers, where BGP is simulated.",
	  REPORT_ARRAY(struct diff_time, routes, time_route_record) },
	{ "sessions", "The sessions, likewise.",
	  REPORT_ARRAY(struct diff_time, sessions, time_session_record) },
};
const struct record diff_time_record = { MEMBERS(time_members), change_time_fill };

/* ---- texts ---- */

/* "3.001s", or a lower bound. */
static const char *change_time_text(const struct spread *spread, sim_ns value,
				    struct arena *arena)
{
	char text[LENGTH_TEXT_MAX];

	return arena_strdup(arena, length_text(value, spread_is_bound(spread, value), text));
}

static const char *change_time_gap(const struct timed_vip *vip, sim_ns value,
				   struct arena *arena)
{
	return vip->held ? "-" : change_time_text(&vip->gap, value, arena);
}

static const char *change_time_cut_off(const struct timed_vip *vip, sim_ns value,
				       struct arena *arena)
{
	return vip->measured ? change_time_text(&vip->cut_off, value, arena) : "-";
}

static const char *change_time_node(const char *name)
{
	return name != NULL ? name : "nobody";
}

static const char *change_time_summary(const struct diff_time *time, struct arena *arena)
{
	const char *settles =
		time->settled.max == 0
			? "nothing moves"
			: arena_printf(
				  arena, "the last one settles after %s (median), %s (worst)",
				  change_time_text(&time->settled, time->settled.p50, arena),
				  change_time_text(&time->settled, time->settled.max, arena));

	return arena_printf(
		arena,
		"%u run%s, seed %llu: the change is applied and watched for %.0fs; %u of %u "
		"VIPs are affected; %s",
		time->runs, time->runs == 1 ? "" : "s", (unsigned long long)time->seed,
		(double)time->duration / (double)NS_PER_SEC, time->affected, time->vips.count,
		settles);
}

/* VIPs of which only the nodes that hold them are known. */
static bool time_has_unmeasured(const struct diff_time *time)
{
	bool unmeasured = false;

	ARRAY_FOREACH (const struct timed_vip, vip, &time->vips)
		unmeasured |= vip->remote && !vip->measured;
	return unmeasured;
}

bool change_time_is_asked(const struct diff_time *time)
{
	return time->limit != SIM_NEVER || (time->stages == 1 && time->asserted.list.count > 0);
}

/* What --max-outage says, without the word for it. */
static const char *change_time_limit_verdict(const struct diff_time *time, struct arena *arena)
{
	char limit[DURATION_TEXT_MAX];

	duration_format(time->limit, limit);
	if (time->over > 0)
		return arena_printf(arena, "%u VIP%s cut off for longer than %s%s", time->over,
				    time->over == 1 ? " is" : "s are", limit,
				    time->over_at_end ? ", or still at the end" : "");
	if (time->routes_lost > 0)
		return arena_printf(
			arena, "%u route%s lost, and the effect on clients is not simulated",
			time->routes_lost, time->routes_lost == 1 ? " is" : "s are");
	return arena_printf(arena, "no%s VIP is cut off for longer than %s%s",
			    time_has_unmeasured(time) ? " local" : "", limit,
			    time_has_unmeasured(time) ? "; remote VIPs are not measured" : "");
}

const char *change_time_verdict(const struct diff_time *time, struct arena *arena)
{
	const char *limit =
		time->limit != SIM_NEVER ? change_time_limit_verdict(time, arena) : NULL;
	const char *asserted = time->stages == 1 ? change_asserted_verdict(time, arena) : NULL;

	/* Only what speaks against it, if anything does. */
	if (limit != NULL && asserted != NULL && diff_time_goes(time) != diff_time_is_go(time))
		limit = NULL;
	else if (asserted != NULL && !diff_time_goes(time) && diff_time_holds(time))
		asserted = NULL;
	if (limit == NULL && asserted == NULL)
		return NULL;
	return arena_printf(arena, "%s: %s%s%s", diff_time_is_go(time) ? "go" : "no go",
			    limit != NULL ? limit : "",
			    limit != NULL && asserted != NULL ? "; " : "",
			    asserted != NULL ? asserted : "");
}

/* What of BGP is simulated, and what of it happens; NULL: there are no remote pools. */
static const char *change_time_bgp(const struct diff_time *time, struct arena *arena)
{
	uint32_t lost = 0;
	uint32_t changed = 0;

	if (time->bgp_problem != NULL)
		return arena_printf(
			arena,
			"BGP is not simulated: %s; of remote VIPs only the nodes that "
			"hold them are known",
			time->bgp_problem);
	if (!time->bgp)
		return NULL;
	ARRAY_FOREACH (const struct timed_session, session, &time->sessions)
		lost += session->losses > 0;
	ARRAY_FOREACH (const struct timed_route, route, &time->routes)
		changed += route->changes;
	return arena_printf(
		arena,
		"%u of %u BGP sessions are lost for a time, and %u of %u routes get "
		"other next hops",
		lost, time->sessions.count, changed, time->routes.count);
}

static const char *change_time_lost(const struct timed_vip *vip, struct arena *arena)
{
	return vip->remote && vip->measured
		       ? arena_printf(arena, "%.1f %%", vip->lost_share * 100)
		       : "-";
}

static const char *change_time_left_out(const struct diff_time *time, struct arena *arena)
{
	return arena_printf(arena,
			    "%u node%s that only one side has: an apply does not create "
			    "nodes, so those of OLD were simulated",
			    time->nodes_left_out, time->nodes_left_out == 1 ? "" : "s");
}

/* ---- the table ---- */

static void change_time_remark(FILE *out, struct screen screen, bool html, const char *text)
{
	if (text == NULL)
		return;
	if (html) {
		fputs("<p>", out);
		xml_text(out, text);
		fputs("</p>\n", out);
	} else {
		struct text harmless = { 0 };

		fputs("simulated:  ", out);
		screen_add(&harmless, text);
		screen_wrap(out, text_str(&harmless), 12, 12, screen.width);
		text_release(&harmless);
	}
}

static void change_time_rows(struct columns *columns, const struct diff_time *time,
			     uint32_t most, struct arena *arena)
{
	for (uint32_t i = 0; i < time->affected && i < most && i < time->vips.count; i++) {
		const struct timed_vip *vip = &time->vips.items[i];
		const char *const texts[] = {
			vip->ip,
			change_time_node(vip->before),
			change_time_node(vip->after),
			change_time_gap(vip, vip->gap.p50, arena),
			change_time_gap(vip, vip->gap.max, arena),
			change_time_cut_off(vip, vip->cut_off.p50, arena),
			change_time_cut_off(vip, vip->cut_off.max, arena),
			change_time_lost(vip, arena),
		};
		struct cell *cells = columns_row(columns);

		for (size_t k = 0; k < ARRAY_LEN(texts) - !time->bgp; k++)
			cells[k] = cell_of(arena, SCREEN_PLAIN, texts[k]);
		columns_note(columns, vip->service);
	}
}

/* Routes that change, in at most so many lines; returns how many there are. */
static uint32_t change_time_routes(struct columns *columns, const struct diff_time *time,
				   uint32_t most, struct arena *arena)
{
	static const struct column list[] = {
		{ "ROUTER", false }, { "PREFIX", false }, { "HOPS BEFORE", true },
		{ "LEAST", true },   { "AFTER", true },   { "FLOWS MOVED", true },
	};
	uint32_t count = 0;

	columns_begin(columns, arena, list, ARRAY_LEN(list), 0);
	ARRAY_FOREACH (const struct timed_route, route, &time->routes) {
		struct cell *cells;

		if (!route->changes || count++ >= most)
			continue;
		cells = columns_row(columns);
		cells[0] = cell_of(arena, SCREEN_PLAIN, route->router);
		cells[1] = cell_of(arena, SCREEN_PLAIN, route->prefix);
		cells[2].s = arena_printf(arena, "%u", route->before);
		cells[3].s = arena_printf(arena, "%u", route->least);
		cells[4].s = arena_printf(arena, "%u", route->after);
		cells[5].s = arena_printf(arena, "%.0f %%", route->moved * 100);
	}
	return count;
}

/* Sessions that are lost. */
static uint32_t change_time_sessions(struct columns *columns, const struct diff_time *time,
				     uint32_t most, struct arena *arena)
{
	static const struct column list[] = {
		{ "NODE", false },  { "ROUTER", false }, { "BEFORE", false },
		{ "AFTER", false }, { "LOST", true },
	};
	uint32_t count = 0;

	columns_begin(columns, arena, list, ARRAY_LEN(list), 0);
	ARRAY_FOREACH (const struct timed_session, session, &time->sessions) {
		struct cell *cells;

		if (session->losses == 0 || count++ >= most)
			continue;
		cells = columns_row(columns);
		cells[0] = cell_of(arena, SCREEN_PLAIN, session->node);
		cells[1] = cell_of(arena, SCREEN_PLAIN, session->router);
		cells[2].s = session->before ? "up" : "down";
		cells[3].s = session->after ? "up" : "down";
		cells[4].s = arena_printf(arena, "%u", session->losses);
	}
	return count;
}

static void change_time_put_bgp(FILE *out, enum report_form form, struct screen screen,
				const struct diff_time *time, uint32_t most,
				struct arena *arena)
{
	uint32_t (*const parts[])(struct columns *, const struct diff_time *, uint32_t,
				  struct arena *) = { change_time_routes,
						      change_time_sessions };
	static const char *const names[] = { "routes", "sessions" };

	for (size_t i = 0; time->bgp && i < ARRAY_LEN(parts); i++) {
		struct columns columns;
		const uint32_t count = parts[i](&columns, time, most, arena);

		if (count == 0)
			continue;
		if (form == FORM_SCREEN)
			fputc('\n', out);
		if (form == FORM_PAGE)
			columns_html(&columns, out);
		else if (form == FORM_SCREEN)
			columns_write(&columns, out, screen);
		else
			columns_put(&columns, out, form, screen);
		if (count > most && form == FORM_SCREEN)
			fprintf(out, "and %u more %s; --top 0 shows all\n", count - most,
				names[i]);
	}
}

void change_time_table(FILE *out, struct screen screen, bool html, const struct diff *diff,
		       uint32_t most, struct arena *scratch)
{
	static const struct column list[] = { { "VIP", false },   { "BEFORE", false },
					      { "AFTER", false }, { "GAP", true },
					      { "WORST", true },  { "CUT OFF", true },
					      { "WORST", true },  { "PEAK LOSS", true } };
	const struct diff_time *time = diff->time;
	struct columns columns;

	if (time == NULL)
		return;
	if (html)
		page_section(out, "In simulated time");
	else
		fputc('\n', out);
	if (time->problem != NULL) {
		change_time_remark(out, screen, html,
				   arena_printf(scratch, "not possible: %s", time->problem));
		return;
	}
	change_time_remark(out, screen, html, change_time_summary(time, scratch));
	if (time->nodes_left_out > 0)
		change_time_remark(out, screen, html, change_time_left_out(time, scratch));
	change_time_remark(out, screen, html, change_time_bgp(time, scratch));
	change_time_remark(out, screen, html, change_time_verdict(time, scratch));
	if (time->stages == 1 && !html)
		change_asserted_table(out, screen, time, scratch);
	columns_begin(&columns, scratch, list, ARRAY_LEN(list) - !time->bgp, 0);
	change_time_rows(&columns, time, most, scratch);
	if (columns.rows.count > 0 && !html)
		fputc('\n', out);
	if (html)
		columns_html(&columns, out);
	else
		columns_write(&columns, out, screen);
	if (time->affected > most && !html)
		fprintf(out, "and %u more VIPs; --top 0 shows all\n", time->affected - most);
	change_time_put_bgp(out, html ? FORM_PAGE : FORM_SCREEN, screen, time, most, scratch);
	if (!html)
		return;
	change_course_html(out, time, scratch);
	change_steps_html(out, true, STEPS_DURING, diff, scratch);
	change_steps_html(out, true, STEPS_STOP, diff, scratch);
}

/* ---- the page for the maintenance ---- */

static void change_time_expect(struct text *t, unsigned level, const struct diff_time *time,
			       struct arena *arena)
{
	static const char *const headings[] = { "Service",  "VIP",      "from",
						"to",       ">no node", ">worst",
						">cut off", ">worst",   NULL };
	static const char *const headings_bgp[] = { "Service",  "VIP",      "from",
						    "to",       ">no node", ">worst",
						    ">cut off", ">worst",   ">lost most",
						    NULL };
	const char *bgp = change_time_bgp(time, arena);

	markdown_heading(t, level, "What to expect");
	markdown_add(t, change_time_summary(time, arena));
	text_add(t, ".\n\n");
	if (bgp != NULL) {
		markdown_add(t, bgp);
		text_add(t, ".\n\n");
	}
	if (time->affected == 0)
		return;
	markdown_table_begin(t, time->bgp ? headings_bgp : headings);
	for (uint32_t i = 0; i < time->affected; i++) {
		const struct timed_vip *vip = &time->vips.items[i];
		const char *const texts[] = {
			vip->service,
			vip->ip,
			change_time_node(vip->before),
			change_time_node(vip->after),
			change_time_gap(vip, vip->gap.p50, arena),
			change_time_gap(vip, vip->gap.max, arena),
			change_time_cut_off(vip, vip->cut_off.p50, arena),
			change_time_cut_off(vip, vip->cut_off.max, arena),
			change_time_lost(vip, arena),
		};

		for (size_t k = 0; k < ARRAY_LEN(texts) - !time->bgp; k++) {
			text_add(t, "| ");
			markdown_add(t, texts[k]);
			text_add(t, " ");
		}
		text_add(t, "|\n");
	}
	text_add(t, "\n");
}

/* What is known of the time that it takes. */
static void change_time_course(struct text *t, unsigned level, const struct diff *diff,
			       struct arena *scratch)
{
	const struct diff_time *time = diff->time;

	if (time->problem != NULL) {
		text_add(t, "The change cannot be simulated: ");
		markdown_add(t, time->problem);
		text_add(t, "\n");
		return;
	}
	if (time->nodes_left_out > 0) {
		markdown_add(t, change_time_left_out(time, scratch));
		text_add(t, ".\n\n");
	}
	change_time_expect(t, level, time, scratch);
	change_course_markdown(t, level, time, scratch);
	change_steps_markdown(t, level, STEPS_DURING, diff, scratch);
	change_steps_markdown(t, level, STEPS_STOP, diff, scratch);
}

void change_time_stage(struct text *t, const struct diff *diff, struct arena *scratch)
{
	change_steps_markdown(t, 0, STEPS_BEFORE_STAGE, diff, scratch);
	change_time_course(t, 3, diff, scratch);
}

const char *change_time_settled(const struct diff_time *time, struct arena *arena)
{
	return change_time_text(&time->settled, time->settled.max, arena);
}

const char *change_time_worst(const struct diff_time *time, struct arena *arena)
{
	const struct spread *worst = NULL;

	ARRAY_FOREACH (const struct timed_vip, vip, &time->vips) {
		const struct spread *spread = vip->measured ? &vip->cut_off
					      : vip->held   ? NULL
							    : &vip->gap;

		if (spread != NULL && (worst == NULL || spread->max > worst->max))
			worst = spread;
	}
	return worst != NULL ? change_time_text(worst, worst->max, arena) : "-";
}

void change_time_markdown(FILE *out, const struct diff *diff, struct arena *scratch)
{
	const struct diff_time *time = diff->time;
	struct text t = { 0 };

	markdown_heading(&t, 1, "Applying the change");
	if (time->problem == NULL && change_time_is_asked(time)) {
		text_add(&t, "**");
		markdown_add(&t, change_time_verdict(time, scratch));
		text_add(&t, "**\n\n");
	}
	if (time->problem == NULL)
		change_asserted_markdown(&t, time, scratch);
	change_steps_markdown(&t, 2, STEPS_BEFORE, diff, scratch);
	change_time_course(&t, 2, diff, scratch);
	if (time->problem == NULL)
		change_steps_markdown(&t, 2, STEPS_AFTER, diff, scratch);
	fputs(text_str(&t), out);
	text_release(&t);
}
