/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change in stages, as plan tells of it (S6.6): a row for each stage, what is down between
 * them, then every stage as if it were a change of its own.
 */
#include "reports/diff/change_stages.h"

#include "base/text.h"
#include "reports/allocation/allocation.h"
#include "reports/diff/change.h"
#include "reports/diff/change_asserted.h"
#include "reports/diff/change_steps.h"
#include "reports/diff/change_time.h"
#include "reports/formats/markdown.h"
#include "reports/formats/page.h"
#include "reports/formats/workflow.h"

/* ---- JSON ---- */

struct stage_item {
	const char *name;
	const struct diff *diff;
};

static void stage_fill(struct report_row *row, const void *item)
{
	report_item(row, "change", ((const struct stage_item *)item)->diff);
}

static const struct member stage_members[] = {
	{ "name", "The input, as it was given.", REPORT_FIELD(struct stage_item, name) },
	{ "change", "What the stage does, as the report of plan has it.", .type = MEMBER_OBJECT,
	  .record = &diff_document },
};
static const struct record stage_record = { MEMBERS(stage_members), stage_fill };

static void stage_fill_down(struct report_row *row, const void *item)
{
	const struct stage_down *down = item;

	report_ip(row, "ip", down->vip.ip);
	report_text(row, "reason", down->vip.reason);
	if (down->vip.service != NULL)
		report_text(row, "service", answer_service(down->vip.service, row->arena));
	if (down->back > 0)
		report_number(row, "back", down->back);
	report_bool(row, "backKnown",
		    down->end != STAGE_END_SESSIONS && down->end != STAGE_END_UNKNOWN);
	report_bool(row, "gone",
		    down->end == STAGE_END_WITHDRAWN || down->end == STAGE_END_DELETED);
}

static const struct member stage_down_members[] = {
	{ "ip", "The VIP.", .type = MEMBER_TEXT },
	{ "service", "Its Service, as namespace/name.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE },
	{ "from", "The stage that ends it, from 1.", REPORT_FIELD(struct stage_down, first) },
	{ "back", "The stage that brings it back, or after which its Service no longer has it.",
	  .type = MEMBER_NUMBER, .presence = MEMBER_NULLABLE },
	{ "backKnown", "False: whether clients reach it after that stage is unknown.",
	  .type = MEMBER_BOOL },
	{ "gone", "Its Service no longer has it after that stage.", .type = MEMBER_BOOL },
	{ "reason", "Why.", .type = MEMBER_TEXT, .presence = MEMBER_NULLABLE },
};
static const struct record stage_down_record = { MEMBERS(stage_down_members), stage_fill_down };

/* What has the assertions about all stages; NULL: there are none. */
static const struct diff_time *stages_asserted(const struct diff_stages *stages)
{
	const struct diff_time *first = stages->list[0]->time;

	return first != NULL && first->problem == NULL && first->asserted.list.count > 0 ? first
											 : NULL;
}

static void stages_fill(struct report_row *row, const void *item)
{
	const struct diff_stages *stages = item;
	struct stage_item *items = arena_zalloc(row->arena, stages->count + 1, sizeof(*items));

	for (uint32_t k = 0; k < stages->count; k++)
		items[k] = (struct stage_item){ stages->inputs[k].name, stages->list[k] };
	report_list(row, "stages", items, stages->count, sizeof(*items));
	if (stages_asserted(stages) != NULL)
		report_list(row, "assertions", stages_asserted(stages)->asserted.list.items,
			    stages_asserted(stages)->asserted.list.count,
			    sizeof(struct timed_assertion));
}

static const struct member stages_members[] = {
	{ "stages", "The stages, in order; each begins where the one before it ended.",
	  .type = MEMBER_LIST, .record = &stage_record },
	{ "down", "VIPs that clients reached before a stage and do not reach after it.",
	  REPORT_ARRAY(struct diff_stages, down, stage_down_record) },
	{ "assertions", "What --assert says has to hold.", .type = MEMBER_LIST,
	  .presence = MEMBER_OPTIONAL, .record = &timed_assertion_record },
};
const struct record stages_document = { MEMBERS(stages_members), stages_fill };

cJSON *stages_json(const struct diff_stages *stages, struct arena *scratch)
{
	return report_json(&stages_document, stages, stages, scratch);
}

/* ---- texts ---- */

static const char *stage_title(const struct diff_stages *stages, uint32_t k,
			       struct arena *arena)
{
	return arena_printf(arena, "Stage %u of %u: %s", k + 1, stages->count,
			    stages->inputs[k].name);
}

static bool stages_are_timed(const struct diff_stages *stages)
{
	return stages->list[0]->time != NULL && stages->list[0]->time->problem == NULL;
}

static const char *stage_end_text(const struct stage_down *down, struct arena *arena)
{
	static const char *const words[][2] = {
		[STAGE_END_BACK] = { "until", "" },
		[STAGE_END_SESSIONS] = { "until", ", if its sessions come up" },
		[STAGE_END_UNKNOWN] = { "until", ", if clients reach it then" },
		[STAGE_END_WITHDRAWN] = { "until its Service loses it in", "" },
		[STAGE_END_DELETED] = { "until its Service is deleted in", "" },
	};

	if (down->end == STAGE_END_NONE)
		return "for good";
	return arena_printf(arena, "%s stage %u%s", words[down->end][0], down->back,
			    words[down->end][1]);
}

/* The first stage that is no go by itself, from 1; 0: none is. */
static uint32_t stages_first_no_go(const struct diff_stages *stages)
{
	for (uint32_t k = 0; k < stages->count; k++)
		if (stages->list[k]->time != NULL && !diff_time_goes(stages->list[k]->time))
			return k + 1;
	return 0;
}

/* Where there are assertions about all stages: those hold, and no stage is no go. */
static bool stages_go(const struct diff_stages *stages)
{
	return diff_time_holds(stages_asserted(stages)) && stages_first_no_go(stages) == 0;
}

/* "1 of 2 assertions do not hold in every run; stage 2 is no go". */
static const char *stages_reason(const struct diff_stages *stages, struct arena *arena)
{
	const struct diff_time *first = stages_asserted(stages);
	const uint32_t stage = stages_first_no_go(stages);

	if (stage == 0)
		return change_asserted_verdict(first, arena);
	if (diff_time_holds(first))
		return arena_printf(arena, "stage %u is no go", stage);
	return arena_printf(arena, "%s; stage %u is no go",
			    change_asserted_verdict(first, arena), stage);
}

/* "no go: 1 of 2 assertions do not hold in every run". */
static const char *stages_verdict(const struct diff_stages *stages, struct arena *arena)
{
	return arena_printf(arena, "%s: %s", stages_go(stages) ? "go" : "no go",
			    stages_reason(stages, arena));
}

/* "from stage 1, until stage 3: no router has a path to it". */
static const char *stage_down_text(const struct stage_down *down, struct arena *arena)
{
	return arena_printf(arena, "from stage %u, %s%s%s", down->first,
			    stage_end_text(down, arena), down->vip.reason != NULL ? ": " : "",
			    down->vip.reason != NULL ? down->vip.reason : "");
}

/* "192.0.2.1 (shop/web)". */
static const char *stage_down_what(const struct stage_down *down, struct arena *arena)
{
	char ip[IP_TEXT_MAX];

	return arena_printf(arena, "%s (%s)", ip_format(down->vip.ip, ip),
			    down->vip.service != NULL ? answer_service(down->vip.service, arena)
						      : "no Service");
}

/* The columns of all stages: their headings, and a row's texts. */
enum { STAGE_COLUMNS = 7 };

static const struct column stage_columns[STAGE_COLUMNS] = {
	{ "STAGE", true },       { "MOVED", true },       { "APPEAR", true },
	{ "UNREACHABLE", true }, { "ROUTES LOST", true }, { "NEW FAIL", true },
	{ "LONGEST", true },
};

/* Under LONGEST is what clients see where that is simulated, else the time that the rules
 * give. */
static void stage_texts(const struct diff *diff, uint32_t k, struct arena *arena,
			const char *texts[STAGE_COLUMNS])
{
	const struct diff_totals *n = &diff->totals;
	const uint32_t counts[] = { k + 1,          n->moved,       n->appearing,
				    n->unreachable, n->routes_lost, n->fails_new };

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		texts[i] = arena_printf(arena, "%u", counts[i]);
	texts[STAGE_COLUMNS - 1] = diff->time == NULL ? change_gap_text(&n->longest_gap, arena)
				   : diff->time->problem != NULL
					   ? "-"
					   : change_time_worst(diff->time, arena);
}

static void stages_fill_columns(struct columns *columns, const struct diff_stages *stages,
				struct arena *scratch)
{
	columns_begin(columns, scratch, stage_columns, STAGE_COLUMNS, 0);
	for (uint32_t k = 0; k < stages->count; k++) {
		const char *texts[STAGE_COLUMNS];
		struct cell *cells = columns_row(columns);

		stage_texts(stages->list[k], k, scratch, texts);
		for (size_t i = 0; i < STAGE_COLUMNS; i++)
			cells[i] = cell_of(scratch, SCREEN_PLAIN, texts[i]);
		columns_note(columns, stages->inputs[k].name);
	}
}

static const char *stages_longest(const struct diff_stages *stages)
{
	return stages->list[0]->time != NULL
		       ? "longest time that a VIP is cut off in any run; -: not measured"
		       : "how long nobody announces a VIP that moves, by PureLB's rules; "
			 "--simulate measures what clients see";
}

/* ---- the table ---- */

static void stages_add_down(struct columns *columns, const struct diff_stages *stages,
			    uint32_t most, struct arena *scratch)
{
	static const struct column list[] = { { "DOWN", false }, { "WHEN AND WHY", false } };

	columns_begin(columns, scratch, list, ARRAY_LEN(list), 0);
	for (uint32_t i = 0; i < stages->down.count && i < most; i++) {
		const struct stage_down *down = &stages->down.items[i];
		struct cell *cells = columns_row(columns);

		cells[0] = cell_of(scratch, SCREEN_FAIL, stage_down_what(down, scratch));
		cells[1] = cell_of(scratch, SCREEN_PLAIN, stage_down_text(down, scratch));
	}
	if (stages->down.count > most)
		columns_note(columns,
			     arena_printf(scratch, "... and %u more; --top 0 shows all",
					  stages->down.count - most));
}

void stages_table(FILE *out, struct screen screen, const struct diff_stages *stages,
		  uint32_t most, struct arena *scratch)
{
	enum { TITLE_HANG = 4 };
	struct columns columns;

	stages_fill_columns(&columns, stages, scratch);
	columns_write(&columns, out, screen);
	fputc('\n', out);
	remark_write(out, screen, "longest", stages_longest(stages));
	if (stages->down.count == 0) {
		remark_write(out, screen, "between", "nothing is down between stages");
	} else {
		fputc('\n', out);
		stages_add_down(&columns, stages, most, scratch);
		columns_write(&columns, out, screen);
	}
	if (stages_asserted(stages) != NULL) {
		remark_write(out, screen, "simulated", stages_verdict(stages, scratch));
		change_asserted_table(out, screen, stages_asserted(stages), scratch);
	}
	for (uint32_t k = 0; k < stages->count; k++) {
		const struct cell title =
			cell_of(scratch, SCREEN_STRONG, stage_title(stages, k, scratch));

		fputc('\n', out);
		screen_wrap(out, title.s, 0, TITLE_HANG, screen.width);
		change_table(out, FORM_SCREEN, screen, stages->list[k], most, scratch);
	}
}

/* ---- workflow commands ---- */

void stages_github(FILE *out, const struct diff_stages *stages, struct arena *scratch)
{
	ARRAY_FOREACH (const struct stage_down, down, &stages->down)
		workflow_annotate(out, "error", NULL, 0, 0, "down between stages",
				  arena_printf(scratch, "%s: down %s",
					       stage_down_what(down, scratch),
					       stage_down_text(down, scratch)),
				  NULL);
	if (stages_asserted(stages) != NULL && !stages_go(stages))
		workflow_annotate(out, "error", NULL, 0, 0, "simulated",
				  stages_verdict(stages, scratch), NULL);
	for (uint32_t k = 0; k < stages->count; k++) {
		fputs("::group::", out);
		workflow_write_data(out, stage_title(stages, k, scratch));
		fputc('\n', out);
		change_github(out, stages->list[k], scratch);
		fputs("::endgroup::\n", out);
	}
}

/* ---- HTML ---- */

void stages_html(FILE *out, const struct diff_stages *stages, struct arena *scratch)
{
	const bool simulated = stages->list[0]->time != NULL;
	struct columns columns;

	page_begin(out,
		   arena_printf(scratch, "What the change does in %u stages", stages->count),
		   "Its effects on a running cluster and its Services, stage by stage.");
	stages_fill_columns(&columns, stages, scratch);
	columns_html(&columns, out);
	remark_html(out, "longest", stages_longest(stages));
	if (stages->down.count == 0) {
		remark_html(out, "between", "nothing is down between stages");
	} else {
		page_section(out, "Down between stages");
		stages_add_down(&columns, stages, UINT32_MAX, scratch);
		columns_html(&columns, out);
	}
	if (stages_asserted(stages) != NULL) {
		const bool goes = stages_go(stages);

		change_asserted_html(out, stages_asserted(stages), scratch);
		page_badge(out, goes ? "pass" : "fail", goes ? "GO" : "NO GO",
			   stages_reason(stages, scratch));
	}
	if (simulated)
		change_steps_html(out, true, STEPS_PREPARE, NULL, scratch);
	for (uint32_t k = 0; k < stages->count; k++) {
		page_section(out, stage_title(stages, k, scratch));
		change_tiles_html(out, stages->list[k], scratch);
		if (simulated)
			change_steps_html(out, false, STEPS_BEFORE_STAGE, stages->list[k],
					  scratch);
		change_table(out, FORM_PAGE, SCREEN_NONE, stages->list[k], UINT32_MAX, scratch);
	}
	if (simulated && stages_are_timed(stages))
		change_steps_html(out, true, STEPS_AFTER, NULL, scratch);
	page_end(out);
}

/* ---- the page for the maintenance ---- */

static void stages_add_verdict(struct text *t, const struct diff_stages *stages,
			       struct arena *scratch)
{
	if (stages_asserted(stages) != NULL) {
		text_add(t, "**");
		markdown_add(t, stages_verdict(stages, scratch));
		text_add(t, "**\n\n");
		change_asserted_markdown(t, stages_asserted(stages), scratch);
	}
	for (uint32_t k = 0; k < stages->count; k++) {
		const struct diff_time *time = stages->list[k]->time;

		if (time->problem != NULL || time->limit == SIM_NEVER)
			continue;
		text_printf(t, "**Stage %u: ", k + 1);
		markdown_add(t, change_time_verdict(time, scratch));
		text_add(t, "**\n\n");
	}
}

static void stages_add_rows(struct text *t, const struct diff_stages *stages,
			    struct arena *scratch)
{
	static const char *const headings[] = { "Stage",        ">moved",       ">appear",
						">unreachable", ">routes lost", ">new FAIL",
						">longest",     "input",        NULL };

	markdown_table_begin(t, headings);
	for (uint32_t k = 0; k < stages->count; k++) {
		const char *texts[STAGE_COLUMNS];

		stage_texts(stages->list[k], k, scratch, texts);
		for (size_t i = 0; i < STAGE_COLUMNS; i++) {
			text_add(t, "| ");
			markdown_add(t, texts[i]);
			text_add(t, " ");
		}
		text_add(t, "| ");
		markdown_add(t, stages->inputs[k].name);
		text_add(t, " |\n");
	}
	text_add(t, "\nlongest: ");
	markdown_add(t, stages_longest(stages));
	text_add(t, ".\n\n");
}

static void stages_add_between(struct text *t, const struct diff_stages *stages,
			       struct arena *scratch)
{
	markdown_heading(t, 2, "Down between stages");
	if (stages->down.count == 0)
		text_add(t, "Nothing.\n\n");
	ARRAY_FOREACH (const struct stage_down, down, &stages->down) {
		text_add(t, "- ");
		markdown_add(t, stage_down_what(down, scratch));
		text_add(t, ": ");
		markdown_add(t, stage_down_text(down, scratch));
		text_add(t, "\n");
	}
	if (stages->down.count > 0)
		text_add(t, "\n");
}

static void stages_comment(FILE *out, const struct diff_stages *stages, uint32_t most,
			   struct arena *scratch)
{
	struct markdown_comment comment;
	struct text t = { 0 };

	markdown_heading(
		&t, 2,
		arena_printf(scratch, "What the change does in %u stages", stages->count));
	stages_add_rows(&t, stages, scratch);
	stages_add_between(&t, stages, scratch);
	markdown_open(&comment);
	fputs(text_str(&t), comment.stream);
	for (uint32_t k = 0; k < stages->count; k++) {
		text_clear(&t);
		markdown_heading(&t, 2, stage_title(stages, k, scratch));
		fputs(text_str(&t), comment.stream);
		change_table(comment.stream, FORM_MARKDOWN, SCREEN_NONE, stages->list[k], most,
			     scratch);
	}
	markdown_close(&comment, out);
	text_release(&t);
}

void stages_markdown(FILE *out, const struct diff_stages *stages, uint32_t most,
		     struct arena *scratch)
{
	struct text t = { 0 };

	if (stages->list[0]->time == NULL) {
		stages_comment(out, stages, most, scratch);
		return;
	}
	markdown_heading(
		&t, 1,
		arena_printf(scratch, "Applying the change in %u stages", stages->count));
	stages_add_verdict(&t, stages, scratch);
	stages_add_rows(&t, stages, scratch);
	stages_add_between(&t, stages, scratch);
	change_steps_markdown(&t, 2, STEPS_PREPARE, NULL, scratch);
	for (uint32_t k = 0; k < stages->count; k++) {
		markdown_heading(&t, 2, stage_title(stages, k, scratch));
		change_time_stage(&t, stages->list[k], scratch);
	}
	if (stages_are_timed(stages))
		change_steps_markdown(&t, 2, STEPS_AFTER, NULL, scratch);
	fputs(text_str(&t), out);
	text_release(&t);
}
