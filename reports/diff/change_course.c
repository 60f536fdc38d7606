/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The course of a change in its worst run. Of a stage it is what of the run lies in it, in
 * seconds from its beginning.
 */
#include "reports/diff/change_course.h"

#include <inttypes.h>

#include "reports/formats/markdown.h"
#include "reports/formats/page.h"
#include "reports/model/report.h"
#include "reports/run/pictures.h"
#include "reports/run/words.h"

enum { STORY_LINES = 40, STORY_LINES_MAX = 120, NODE_LINES = 60 };

/* ---- what of the run lies in the stage ---- */

static void change_course_add_owners(struct vip_result *out, const struct vip_result *vip,
				     sim_ns from, sim_ns to, struct arena *arena)
{
	ARRAY_FOREACH (const struct ownership, owner, &vip->owners) {
		struct ownership copy = *owner;

		if (copy.time.to <= from || copy.time.from >= to)
			continue;
		copy.time.from = copy.time.from > from ? copy.time.from - from : 0;
		copy.time.to = copy.time.to >= to ? SIM_NEVER : copy.time.to - from;
		ARRAY_ADD(arena, &out->owners, copy);
	}
}

static void change_course_cut(struct run_result *out, const struct diff_time *time,
			      struct arena *arena)
{
	const sim_ns from = time->begin;
	const sim_ns to = from + time->duration;

	*out = (struct run_result){ .seed = time->worst->seed, .duration = time->duration };
	ARRAY_FOREACH (const struct timeline_entry, e, &time->worst->timeline) {
		struct timeline_entry copy = *e;

		copy.at -= from;
		if (str_equal(copy.cause, CAUSE_SCENARIO))
			copy.cause = NULL; /* nobody wrote one */
		if (e->at >= from && e->at < to)
			ARRAY_ADD(arena, &out->timeline, copy);
	}
	ARRAY_FOREACH (const struct vip_result, vip, &time->worst->vips) {
		struct vip_result *copy = ARRAY_PUSH(arena, &out->vips);

		*copy = (struct vip_result){ .vip = vip->vip };
		change_course_add_owners(copy, vip, from, to, arena);
	}
}

/* ---- the parts ---- */

static const char *change_course_title(const struct diff_time *time, struct arena *arena)
{
	return time->runs < 2
		       ? "Time line"
		       : arena_printf(arena, "Time line of the worst run (seed %" PRIu64 ")",
				      time->worst->seed);
}

static const char *change_course_line(const struct story_line *line, struct arena *arena)
{
	char at[SECONDS_TEXT_MAX];

	return arena_printf(arena, "%s %s%s%s%s", seconds_short(line->at, at), line->text,
			    line->cause != NULL ? " (" : "",
			    line->cause != NULL ? line->cause : "",
			    line->cause != NULL ? ")" : "");
}

/* Nodes whose load changes, or of few all. */
static void change_course_loads(struct columns *columns, const struct diff_time *time,
				const struct run_result *run, struct arena *arena)
{
	static const struct column list[] = {
		{ "NODE", false }, { "BEFORE", true }, { "PEAK", true }, { "AFTER", true }
	};
	const uint32_t count = time->setup->nodes.count;
	const struct node_load *loads = run_loads(run, count, arena);
	uint32_t lines = 0;

	columns_begin(columns, arena, list, ARRAY_LEN(list), 0);
	for (uint32_t n = 0; n < count; n++) {
		const bool changes =
			loads[n].before != loads[n].peak || loads[n].after != loads[n].peak;
		struct cell *cells;

		if ((count > NODE_LINES && !changes) || lines++ >= NODE_LINES)
			continue;
		cells = columns_row(columns);
		cells[0] = cell_of(arena, SCREEN_PLAIN, time->setup->nodes.items[n].name);
		cells[1].s = arena_printf(arena, "%u", loads[n].before);
		cells[2].s = arena_printf(arena, "%u", loads[n].peak);
		cells[3].s = arena_printf(arena, "%u", loads[n].after);
	}
}

static void change_course_story(struct story *out, const struct diff_time *time,
				const struct run_result *run, struct arena *arena)
{
	run_story(out, time->setup, run, STORY_LINES, arena);
}

void change_course_markdown(struct text *t, unsigned level, const struct diff_time *time,
			    struct arena *scratch)
{
	static const char *const headings[] = { "node", ">before", ">peak", ">after", NULL };
	struct columns columns;
	struct run_result run;
	struct story story;

	if (time->worst == NULL)
		return;
	change_course_cut(&run, time, scratch);
	change_course_story(&story, time, &run, scratch);
	markdown_heading(t, level, change_course_title(time, scratch));
	for (uint32_t i = 0; i < story.list.count && i < STORY_LINES_MAX; i++) {
		text_add(t, "- ");
		markdown_add(t, change_course_line(&story.list.items[i], scratch));
		text_add(t, "\n");
	}
	if (story.list.count > STORY_LINES_MAX)
		text_printf(t, "- and %u more\n", story.list.count - STORY_LINES_MAX);
	text_add(t, story.list.count == 0 ? "Nothing happens.\n\n" : "\n");
	change_course_loads(&columns, time, &run, scratch);
	if (columns.rows.count == 0)
		return;
	markdown_heading(t, level, "VIPs per node");
	markdown_table_begin(t, headings);
	ARRAY_FOREACH (const struct columns_row, row, &columns.rows) {
		for (size_t k = 0; k < ARRAY_LEN(headings) - 1; k++) {
			text_add(t, "| ");
			markdown_add(t, row->cells[k].s);
			text_add(t, " ");
		}
		text_add(t, "|\n");
	}
	text_add(t, "\n");
}

void change_course_html(FILE *out, const struct diff_time *time, struct arena *scratch)
{
	static const char *const headings[] = { ">Time", "What happens", NULL };
	struct columns columns;
	struct run_result run;
	struct story story;
	char at[SECONDS_TEXT_MAX];

	if (time->worst == NULL)
		return;
	change_course_cut(&run, time, scratch);
	change_course_story(&story, time, &run, scratch);
	page_section(out, change_course_title(time, scratch));
	if (story.list.count == 0)
		fputs("<p>Nothing happens.</p>\n", out);
	else
		page_table_begin(out, headings);
	ARRAY_FOREACH (const struct story_line, line, &story.list) {
		page_row_begin(out);
		page_cell_number(out, seconds_short(line->at, at));
		page_cell(out, line->cause != NULL ? arena_printf(scratch, "%s (%s)",
								  line->text, line->cause)
						   : line->text);
		page_row_end(out);
	}
	if (story.list.count > 0)
		page_table_end(out);
	change_course_loads(&columns, time, &run, scratch);
	if (columns.rows.count == 0)
		return;
	page_section(out, "VIPs per node");
	columns_html(&columns, out);
}
