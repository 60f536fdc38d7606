/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every loss of nodes, for people.
 *
 *	LOST        MOVE  UNREACHABLE  BACK AFTER  TAKEN OVER BY
 *	one node
 *	  node-a       3            1  5.0..12.1s  node-b +2 (5), node-c +1 (3)
 *	      unreachable: 192.0.2.1 (shop/web): no other node can announce it
 *	two nodes
 *	  node-a, node-b  ...
 */
#include "reports/sweep/sweep.h"

#include <string.h>

#include "base/duration.h"
#include "reports/elections/elections.h"
#include "reports/allocation/allocation.h"
#include "reports/formats/markdown.h"
#include "reports/formats/screen.h"
#include "reports/formats/page.h"
#include "reports/sweep/sweep_routers.h"

enum {
	NAMES_MAX = 4,       /* so many nodes of a group are named, in a cell */
	GAINS_MAX = 3,       /* so many survivors */
	UNREACHABLE_MAX = 3, /* so many VIPs below a loss */
	GROUPS_INDENT = 2,
};

struct table {
	FILE *out;
	struct screen screen;
	enum report_form form;
	const struct sweep_answer *answer;
	const struct sweep *sweep;
	struct arena *scratch;
};

/* ---- cells of a loss ---- */

/* The text in the arena; ends it. */
static const char *sweep_take_text(struct text *t, struct arena *arena)
{
	const char *copy = arena_strdup(arena, text_str(t));

	text_release(t);
	return copy;
}

static const char *sweep_lost_text(const struct table *t, const struct sweep_loss *loss)
{
	struct text s = { 0 };

	for (unsigned i = 0; i < SWEEP_LOST_MAX && loss->groups[i] != NULL; i++) {
		const struct sweep_group *group = loss->groups[i];

		text_add(&s, i > 0 ? ", " : "");
		screen_add(&s, group->name[0] != '\0' ? group->name : "\"\"");
		if (t->answer->label != NULL)
			text_printf(&s, " (%u)", group->nodes.count);
	}
	return sweep_take_text(&s, t->scratch);
}

/* "5.0..12.1s" */
static const char *sweep_span_text(const struct span *span, struct arena *arena)
{
	if (span->latest == 0)
		return "-";
	return arena_printf(arena, "%.1f..%.1fs", (double)span->earliest / NS_PER_SEC,
			    (double)span->latest / NS_PER_SEC);
}

/* Those named, the ones that gain most first. */
static const struct sweep_gain *sweep_next_gain(const struct sweep_detail *detail,
						const struct sweep_gain *before)
{
	const struct sweep_gain *best = NULL;

	ARRAY_FOREACH (const struct sweep_gain, gain, &detail->gains) {
		const uint32_t more = gain->after - gain->before;

		if (before != NULL &&
		    (more > before->after - before->before ||
		     (more == before->after - before->before && gain <= before)))
			continue;
		if (best == NULL || more > best->after - best->before)
			best = gain;
	}
	return best;
}

static const char *sweep_gains_text(const struct table *t, const struct sweep_detail *detail)
{
	const struct sweep_gain *gain = NULL;
	struct text s = { 0 };

	if (detail->gains.count == 0)
		return "-";
	for (uint32_t i = 0; i < GAINS_MAX; i++) {
		gain = sweep_next_gain(detail, gain);
		if (gain == NULL)
			break;
		text_add(&s, i > 0 ? ", " : "");
		screen_add(&s, gain->node->name);
		text_printf(&s, " +%u (%u)", gain->after - gain->before, gain->after);
	}
	if (detail->gains.count > GAINS_MAX)
		text_printf(&s, " and %u more", detail->gains.count - GAINS_MAX);
	return sweep_take_text(&s, t->scratch);
}

/* ---- VIPs that become unreachable ---- */

static const char *sweep_vip_text(const struct table *t, const struct sweep_vip *vip)
{
	const char *service = sweep_service_text(&vip->services.items[0], t->scratch);
	char ip[IP_TEXT_MAX];

	ip_format(vip->vip->ip, ip);
	if (service == NULL)
		service = "-";
	if (vip->services.count == 1)
		return arena_printf(t->scratch, "%s (%s)", ip, service);
	return arena_printf(t->scratch, "%s (%s and %u more)", ip, service,
			    vip->services.count - 1);
}

/* The first ones by name. */
static void sweep_add_unreachable(const struct table *t, struct columns *c,
				  const struct sweep_loss *loss,
				  const struct sweep_detail *detail)
{
	struct text s = { 0 };
	uint32_t named = 0;

	for (; named < loss->unreachable && named < UNREACHABLE_MAX; named++) {
		text_add(&s, named > 0 ? ", " : "unreachable: ");
		text_add(&s, sweep_vip_text(t, detail->changes.items[named].vip));
	}
	if (loss->unreachable > named)
		text_printf(&s, " and %u more", loss->unreachable - named);
	if (named > 0)
		columns_note(c, text_str(&s));
	text_release(&s);
}

/* P4.3: somebody wins and does not announce. The first one by name. */
static void sweep_add_black_holes(const struct table *t, struct columns *c,
				  const struct sweep_detail *detail)
{
	const struct sweep_change *first = NULL;
	uint32_t count = 0;

	ARRAY_FOREACH (const struct sweep_change, change, &detail->changes) {
		if (change->to != NULL || change->winner == NULL)
			continue;
		if (count++ == 0)
			first = change;
	}
	if (first == NULL)
		return;
	columns_note(c, arena_printf(t->scratch,
				     "%s wins %s%s and does not announce %s: its state is %s",
				     first->winner->name, sweep_vip_text(t, first->vip),
				     count > 1 ? " and others" : "", count > 1 ? "them" : "it",
				     node_state_name(first->winner->config.state)));
}

/* ---- losses ---- */

static void sweep_add_loss(const struct table *t, struct columns *c,
			   const struct sweep_loss *loss)
{
	struct cell *cells = columns_row(c);
	struct sweep_detail detail;

	sweep_detail(&detail, t->sweep, loss, t->scratch);
	cells[0] = (struct cell){ sweep_lost_text(t, loss), SCREEN_STRONG };
	cells[1].s = arena_printf(t->scratch, "%u", loss->moved);
	cells[2].s = arena_printf(t->scratch, "%u", loss->unreachable);
	cells[2].role = loss->unreachable > 0 ? SCREEN_FAIL : SCREEN_PASS;
	cells[3].s = sweep_span_text(&loss->back, t->scratch);
	cells[4].s = sweep_gains_text(t, &detail);
	if (loss->revived > 0)
		columns_note(c, arena_printf(t->scratch,
					     "%u VIP%s that nobody announced %s announced then",
					     loss->revived, loss->revived == 1 ? "" : "s",
					     loss->revived == 1 ? "is" : "are"));
	sweep_add_unreachable(t, c, loss, &detail);
	sweep_add_black_holes(t, c, &detail);
}

static void sweep_add_losses(const struct table *t, struct columns *c,
			     const char *sweep_heading, const struct sweep_losses *losses)
{
	const uint32_t shown = sweep_shown(t->answer, losses->list.count);

	if (losses->total == 0)
		return;
	columns_heading(c, sweep_heading);
	for (uint32_t i = 0; i < shown; i++)
		sweep_add_loss(t, c, &losses->list.items[i]);
	if (losses->total > shown)
		columns_note(
			c, arena_printf(t->scratch,
					"... and %llu more, none of them worse; --top N shows "
					"them",
					(unsigned long long)(losses->total - shown)));
}

static const char *sweep_heading(const struct table *t, unsigned lost)
{
	static const char *const nodes[] = { "one node", "two nodes", "three nodes" };
	static const char *const values[] = { "all nodes with one value", "two values",
					      "three values" };

	if (t->answer->label == NULL)
		return nodes[lost - 1];
	return arena_printf(t->scratch, "%s of %s", values[lost - 1], t->answer->label);
}

static void sweep_write_losses(const struct table *t)
{
	static const struct column list[] = {
		{ "LOST", false },       { "MOVE", true },           { "UNREACHABLE", true },
		{ "BACK AFTER", false }, { "TAKEN OVER BY", false },
	};
	struct columns c;

	columns_begin(&c, t->scratch, list, sizeof(list) / sizeof(list[0]), GROUPS_INDENT);
	sweep_add_losses(t, &c, sweep_heading(t, 1), &t->sweep->single);
	if (t->answer->pairs)
		sweep_add_losses(t, &c, sweep_heading(t, 2), &t->sweep->pairs);
	if (t->answer->triples)
		sweep_add_losses(t, &c, sweep_heading(t, 3), &t->sweep->triples);
	columns_put(&c, t->out, t->form, t->screen);
}

static void sweep_write_routers(const struct table *t)
{
	const struct router_losses *losses = t->answer->routers;
	struct columns c;

	if (losses == NULL)
		return;
	router_losses_columns(&c, losses, t->answer->shown, t->scratch);
	columns_put(&c, t->out, t->form, t->screen);
}

/* ---- remarks ---- */

static void sweep_write_remark(const struct table *t, const char *label, const char *s)
{
	remark_put(t->out, t->form, t->screen, label, s);
}

static uint64_t sweep_harmful(const struct sweep *sweep)
{
	return sweep->single.harmful + sweep->pairs.harmful + sweep->triples.harmful;
}

/* What a sample says of all. */
static void sweep_write_sample(const struct table *t)
{
	const struct sweep_losses *triples = &t->sweep->triples;
	double low, high;

	if (!t->answer->triples || triples->total == triples->population)
		return;
	sweep_share(triples, &low, &high);
	sweep_write_remark(t, "triples",
			   arena_printf(t->scratch,
					"%llu of %llu were drawn at random; with 95%% "
					"confidence %.3f%% to %.3f%% of all leave VIPs "
					"unreachable",
					(unsigned long long)triples->total,
					(unsigned long long)triples->population, low * 100,
					high * 100));
}

static void sweep_write_legend(const struct table *t)
{
	char duration[DURATION_TEXT_MAX];

	if (sweep_harmful(t->sweep) > 0)
		sweep_write_remark(t, "unreachable",
				   "VIPs that none of the survivors announces");
	if (t->sweep->single.slowest.latest == 0 && t->sweep->pairs.slowest.latest == 0 &&
	    t->sweep->triples.slowest.latest == 0)
		return;
	sweep_write_remark(t, "move", "VIPs that a survivor announces instead");
	sweep_write_remark(
		t, "back after",
		arena_printf(
			t->scratch,
			"from the crash until the last of them is up: its lease (%s) expires, "
			"the next lease event reveals that, and the survivor with the longest "
			"queue takes over its VIPs, limited by its API request rate; the "
			"second figure is the 99th percentile",
			duration_format(t->sweep->cluster->lease_duration.ns, duration)));
	sweep_write_remark(t, "taken over",
			   "local VIPs gained, and in brackets those announced afterwards");
}

static void sweep_write_router_remarks(const struct table *t)
{
	const struct router_losses *losses = t->answer->routers;

	if (losses == NULL)
		return;
	if (losses->single.count == 0)
		sweep_write_remark(t, "routers",
				   "there are none: no BGPConfiguration names one, and no "
				   "NodeInventory describes one");
	else
		sweep_write_remark(t, "paths",
				   "next hops that all routers together use for prefixes of "
				   "VIPs");
	if (losses->too_many)
		sweep_write_remark(t, "routers",
				   "too many of them, or too many sessions: some kinds of "
				   "losses are left out");
}

static void sweep_write_already(const struct table *t)
{
	uint32_t named = 0;

	ARRAY_FOREACH (const struct sweep_vip, vip, &t->sweep->list) {
		if (vip->vip->announcers.count > 0)
			continue;
		if (named++ < UNREACHABLE_MAX)
			sweep_write_remark(
				t, "already",
				arena_printf(t->scratch,
					     vip->vip->unknown ? "unknown who announces %s: %s"
							       : "nobody announces %s: %s",
					     sweep_vip_text(t, vip), vip->vip->reason));
	}
	if (named > UNREACHABLE_MAX)
		sweep_write_remark(t, "already",
				   arena_printf(t->scratch,
						"... and %u more; purelbtool elect names them",
						named - UNREACHABLE_MAX));
}

struct name_cell {
	struct text text;
	uint32_t count;
};

static void sweep_name_node(struct name_cell *names, const char *name)
{
	if (names->count++ >= NAMES_MAX)
		return;
	text_add(&names->text, names->count > 1 ? ", " : "");
	text_add(&names->text, name);
}

static const char *sweep_names_end(struct name_cell *names, struct arena *arena)
{
	if (names->count > NAMES_MAX)
		text_printf(&names->text, " and %u more", names->count - NAMES_MAX);
	return sweep_take_text(&names->text, arena);
}

static void sweep_write_left_out(const struct table *t)
{
	struct name_cell absent = { { 0 }, 0 };
	struct name_cell spared = { { 0 }, 0 };

	ARRAY_FOREACH (const struct cluster_node *, node, &t->sweep->absent)
		sweep_name_node(&absent, (*node)->name);
	ARRAY_FOREACH (const struct cluster_node *, node, &t->sweep->spared)
		sweep_name_node(&spared, (*node)->name);
	if (absent.count > 0)
		sweep_write_remark(t, "left out",
				   arena_printf(t->scratch,
						"%s: no agent runs there, so nothing is lost",
						sweep_names_end(&absent, t->scratch)));
	if (spared.count > 0)
		sweep_write_remark(
			t, "left out",
			arena_printf(t->scratch, "%s: without label %s, so never lost",
				     sweep_names_end(&spared, t->scratch), t->answer->label));
}

static void sweep_write_node_remarks(const struct table *t)
{
	ARRAY_FOREACH (const struct remark, remark, &t->answer->remarks->list)
		sweep_write_remark(t, remark->label, remark->text);
}

/* ---- the result ---- */

/* "1 of 3 losses" */
static const char *sweep_harm_text(const struct table *t, const struct sweep_losses *losses,
				   const char *one, const char *many)
{
	return arena_printf(t->scratch, "%llu of %llu %s", (unsigned long long)losses->harmful,
			    (unsigned long long)losses->total, losses->total == 1 ? one : many);
}

enum { SWEEP_KINDS = 3 }; /* of losses: single ones, pairs, triples */

/* "unreachable after 1 of 3 losses", "0 of 3 pairs"; returns how many there are. */
static uint32_t sweep_result_kinds(const struct table *t, const char *kinds[SWEEP_KINDS])
{
	uint32_t count = 0;

	kinds[count++] = arena_printf(t->scratch, "%sunreachable after %s",
				      t->sweep->unreachable > 0 ? "newly " : "",
				      sweep_harm_text(t, &t->sweep->single, "loss", "losses"));
	if (t->answer->pairs)
		kinds[count++] = sweep_harm_text(t, &t->sweep->pairs, "pair", "pairs");
	if (t->answer->triples)
		kinds[count++] = sweep_harm_text(t, &t->sweep->triples, "triple", "triples");
	return count;
}

static const char *sweep_result_text(const struct table *t)
{
	const char *kinds[SWEEP_KINDS];
	const uint32_t count = sweep_result_kinds(t, kinds);
	const char *text = kinds[0];

	for (uint32_t i = 1; i < count; i++)
		text = arena_printf(t->scratch, "%s, %s", text, kinds[i]);
	return text;
}

static void sweep_write_result(const struct table *t)
{
	const struct sweep *sweep = t->sweep;
	const uint64_t harmful = sweep_harmful(sweep);
	const enum screen_role role = harmful > 0 ? SCREEN_FAIL : SCREEN_PASS;
	const char *kinds[SWEEP_KINDS];
	const uint32_t count = sweep_result_kinds(t, kinds);
	struct screen_row row = { t->out, t->screen, REMARK_INDENT - 1, REMARK_INDENT };

	fputs("result:     ", t->out);
	screen_row_add(&row, "", SCREEN_PLAIN,
		       arena_printf(t->scratch, "%u VIP%s", sweep->list.count,
				    sweep->list.count == 1 ? "" : "s"));
	for (uint32_t i = 0; i < count; i++)
		screen_row_add(&row, i == 0 ? ":" : ",", role, kinds[i]);
	if (sweep->unknown > 0)
		screen_row_add(&row, ";", SCREEN_WARN,
			       arena_printf(t->scratch, "unknown for %u", sweep->unknown));
	fputc('\n', t->out);
}

static void sweep_write_parts(const struct table *t)
{
	sweep_write_losses(t);
	sweep_write_routers(t);
	sweep_write_sample(t);
	sweep_write_legend(t);
	sweep_write_router_remarks(t);
	sweep_write_left_out(t);
	sweep_write_node_remarks(t);
	sweep_write_already(t);
}

void sweep_table(FILE *out, struct screen screen, const struct sweep_answer *answer,
		 struct arena *scratch)
{
	const struct table t = { out, screen, FORM_SCREEN, answer, answer->sweep, scratch };

	sweep_write_parts(&t);
	sweep_write_result(&t);
}

/* ---- as a comment ---- */

void sweep_markdown(FILE *out, const struct sweep_answer *answer, struct arena *scratch)
{
	struct markdown_comment comment;
	struct table t = { NULL, SCREEN_NONE, FORM_MARKDOWN, answer, answer->sweep, scratch };
	struct text title = { 0 };

	markdown_open(&comment);
	t.out = comment.stream;
	markdown_heading(&title, 2, "What each loss does");
	fputs(text_str(&title), t.out);
	text_release(&title);
	sweep_write_remark(
		&t, "result",
		arena_printf(scratch, "%u VIP%s: %s%s", t.sweep->list.count,
			     t.sweep->list.count == 1 ? "" : "s", sweep_result_text(&t),
			     t.sweep->unknown > 0 ? arena_printf(scratch, "; unknown for %u",
								 t.sweep->unknown)
						  : ""));
	sweep_write_parts(&t);
	markdown_close(&comment, out);
}

/* ---- as a page ---- */

static void sweep_write_tiles(const struct table *t)
{
	const struct sweep *sweep = t->sweep;
	const struct sweep_losses *kinds[] = { &sweep->single, &sweep->pairs, &sweep->triples };
	static const char *const harms[] = { "losses leave VIPs unreachable",
					     "pairs leave VIPs unreachable",
					     "triples leave VIPs unreachable" };
	const bool asked[] = { true, t->answer->pairs, t->answer->triples };
	const bool pairs = t->answer->pairs || t->answer->triples;
	uint32_t most = 0;

	page_tiles_begin(t->out);
	page_tile(t->out, "", arena_printf(t->scratch, "%u", sweep->list.count), "VIPs");
	for (unsigned i = 0; i < ARRAY_LEN(kinds); i++) {
		if (asked[i])
			page_tile(t->out, kinds[i]->harmful > 0 ? "fail" : "pass",
				  sweep_harm_text(t, kinds[i], "", ""), harms[i]);
	}
	ARRAY_FOREACH (const struct sweep_loss, loss, &sweep->single.list)
		most = loss->moved > most ? loss->moved : most;
	page_tile(t->out, "", arena_printf(t->scratch, "%u", most),
		  pairs ? "VIPs move at most after one loss" : "VIPs move at most at once");
	page_tile(t->out, "", sweep_span_text(&sweep->single.slowest, t->scratch),
		  pairs ? "until the last VIP is back after one loss"
			: "until the last VIP is back");
	if (t->answer->pairs)
		page_tile(t->out, "", sweep_span_text(&sweep->pairs.slowest, t->scratch),
			  "until the last VIP is back after a pair");
	if (t->answer->triples)
		page_tile(t->out, "", sweep_span_text(&sweep->triples.slowest, t->scratch),
			  "until the last VIP is back after a triple");
	page_tiles_end(t->out);
}

/* "Each node is lost by itself; the worst loss comes first." */
static const char *sweep_lead_text(const struct sweep_answer *answer, struct arena *scratch)
{
	if (answer->triples)
		return arena_printf(
			scratch,
			"%s lost by %s, then %s%s; the worst loss of each kind comes first.",
			answer->label != NULL ? "All nodes with one value of the label are"
					      : "Each node is",
			answer->label != NULL ? "themselves" : "itself",
			answer->pairs ? "every pair together, then " : "",
			answer->sweep->triples.total < answer->sweep->triples.population
				? "triples that were drawn at random"
				: "every three together");
	if (answer->label == NULL)
		return answer->pairs
			       ? "Each node is lost by itself, then every pair together; the "
				 "worst loss of each kind comes first."
			       : "Each node is lost by itself; the worst loss comes first.";
	return arena_printf(
		scratch, "All nodes with one value of %s are lost together%s comes first.",
		answer->label,
		answer->pairs ? ", then those of every pair of values; the worst loss of each "
				"kind"
			      : "; the worst loss");
}

void sweep_html(FILE *out, const struct sweep_answer *answer, struct arena *scratch)
{
	const struct table t = { out, SCREEN_NONE, FORM_PAGE, answer, answer->sweep, scratch };

	page_begin(out, "What each loss does", sweep_lead_text(answer, scratch));
	sweep_write_tiles(&t);
	sweep_write_parts(&t);
	page_end(out);
}
