/* SPDX-License-Identifier: Apache-2.0 */
/* The settings in force, as JSON and as a table. */
#include "reports/settings/settings.h"

#include "base/text.h"

static struct cell setting_from_cell(struct report_row *row, const void *item)
{
	const struct setting_line *line = item;

	if (line->option != NULL)
		return cell_of(row->arena, SCREEN_PLAIN,
			       arena_printf(row->arena, "--%s", line->option));
	if (line->file != NULL)
		return cell_of(row->arena, SCREEN_PLAIN,
			       arena_printf(row->arena, "%s:%u:%u", line->file, line->line,
					    line->column));
	return (struct cell){ "default", SCREEN_FRAME };
}

static void setting_location_fill(struct report_row *row, const void *item)
{
	const struct setting_line *line = item;

	report_text(row, "file", line->file);
	report_number(row, "line", line->line);
	report_number(row, "column", line->column);
}

static const struct member setting_location_members[] = {
	{ "file", "The settings file.", .type = MEMBER_TEXT },
	{ "line", "Line of the value, from 1.", .type = MEMBER_NUMBER },
	{ "column", "Column of the value, from 1, in characters.", .type = MEMBER_NUMBER },
};
static const struct record setting_location_record = { MEMBERS(setting_location_members),
						       setting_location_fill };

static void setting_fill(struct report_row *row, const void *item)
{
	const struct setting_line *line = item;

	report_text(row, "path", line->path);
	report_text(row, "value", line->value);
	report_text(row, "from", line->from);
	report_text(row, "option", line->option);
	if (line->file != NULL)
		report_item(row, "location", line);
}

static const struct member setting_members[] = {
	{ "path", "The setting, as a path in the file.", .type = MEMBER_TEXT, .column = 1,
	  .heading = "SETTING" },
	{ "value", "Its value, as it is written.", .type = MEMBER_TEXT,
	  .presence = MEMBER_NULLABLE, .column = 2, .heading = "VALUE" },
	{ "from", "Where it comes from.", .type = MEMBER_TEXT, .words = "default|option|file",
	  .column = 3, .heading = "FROM", .cell = setting_from_cell },
	{ "option", "The option that sets it.", .type = MEMBER_TEXT,
	  .presence = MEMBER_OPTIONAL },
	{ "location", "Where it is in the file.", .type = MEMBER_OBJECT,
	  .presence = MEMBER_OPTIONAL, .record = &setting_location_record },
};
static const struct record setting_record = { MEMBERS(setting_members), setting_fill };

static const struct member settings_members[] = {
	{ "file", "The settings file; null: there is none.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct settings_report, file) },
	{ "settings", "Every value in force.",
	  REPORT_ARRAY(struct settings_report, settings, setting_record) },
};
const struct record settings_document = { MEMBERS(settings_members), NULL };

cJSON *settings_json(const struct settings_report *report, struct arena *scratch)
{
	return report_json(&settings_document, report, report, scratch);
}

void settings_table_write(FILE *out, struct screen screen, const struct settings_report *report,
			  struct arena *scratch)
{
	struct columns t;

	report_columns(&t, scratch, &setting_record, 0);
	ARRAY_FOREACH (const struct setting_line, line, &report->settings)
		report_add_row(&t, &setting_record, line, report);
	columns_write(&t, out, screen);
	if (report->file == NULL)
		fputs("\nno settings file in this folder or above it\n", out);
}
