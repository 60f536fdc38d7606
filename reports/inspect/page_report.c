/* SPDX-License-Identifier: Apache-2.0 */
/* The report of `inspect --page`: JSON by description; the screen, Markdown and HTML as prose.
 * (O4.6) */
#include "reports/inspect/chain.h"

#include <string.h>

#include "base/text.h"
#include "reports/formats/markdown.h"
#include "reports/formats/page.h"
#include "reports/formats/screen.h"
#include "reports/model/report.h"

static const char *page_verdict_name(enum page_verdict verdict)
{
	static const char *const names[] = { "FOUND", "not here", "unknown" };

	return names[verdict];
}

static void page_fill_row(struct report_row *row, const void *item)
{
	const struct page_row *it = item;

	report_text(row, "verdict", page_verdict_name(it->verdict));
}

static const struct member page_row_members[] = {
	{ "number", "Its number on the page.", REPORT_FIELD(struct page_row, number) },
	{ "section", "The symptom.", REPORT_FIELD(struct page_row, section) },
	{ "cause", "The cause.", REPORT_FIELD(struct page_row, cause) },
	{ "verdict", "Whether it is the case here.", .type = MEMBER_TEXT,
	  .words = "FOUND|not here|unknown" },
	{ "evidence", "What shows it, or what would.", .presence = MEMBER_NULLABLE,
	  REPORT_FIELD(struct page_row, evidence) },
};
const struct record page_row_record = { MEMBERS(page_row_members), page_fill_row };

static const struct member page_members[] = {
	{ "causes", "The causes of the troubleshooting page.",
	  REPORT_ARRAY(struct page, rows, page_row_record) },
};
const struct record page_document = { MEMBERS(page_members), NULL };

cJSON *page_json(const struct page *page, struct arena *scratch)
{
	return report_json(&page_document, page, page, scratch);
}

void page_markdown(FILE *out, const struct page *page)
{
	static const char *const headings[] = { ">",       "symptom",  "cause",
						"verdict", "evidence", NULL };
	struct text t = { 0 };

	markdown_table_begin(&t, headings);
	ARRAY_FOREACH (const struct page_row, row, &page->rows) {
		text_printf(&t, "| %u | ", row->number);
		markdown_add(&t, row->section);
		text_add(&t, " | ");
		markdown_add(&t, row->cause);
		text_printf(&t, " | %s | ", page_verdict_name(row->verdict));
		markdown_add(&t, row->evidence != NULL ? row->evidence : "");
		text_add(&t, " |\n");
	}
	fputs(text_str(&t), out);
	text_release(&t);
}

/* The cause, and what shows it or would. */
static const char *page_row_text(const struct page_row *row, struct arena *scratch)
{
	return row->evidence != NULL
		       ? arena_printf(scratch, "%s: %s", row->cause, row->evidence)
		       : row->cause;
}

void page_html(FILE *out, const struct page *page, struct arena *scratch)
{
	static const char *const headings[] = { ">", "verdict", "cause", NULL };
	static const char *const kinds[] = { "fail", "pass", "warn" };
	const char *section = NULL;
	char number[U128_TEXT_MAX];

	page_begin(out, "The causes of PureLB's troubleshooting page",
		   "Each found, not here, or unknown");
	ARRAY_FOREACH (const struct page_row, row, &page->rows) {
		if (!str_equal(section, row->section)) {
			if (section != NULL)
				page_table_end(out);
			page_section(out, row->section);
			page_table_begin(out, headings);
		}
		section = row->section;
		page_row_begin(out);
		page_cell_number(out, u128_format(row->number, number));
		page_cell_word(out, kinds[row->verdict], page_verdict_name(row->verdict));
		page_cell(out, page_row_text(row, scratch));
		page_row_end(out);
	}
	page_table_end(out);
	page_end(out);
}

void page_table(FILE *out, struct screen screen, const struct page *page, struct arena *scratch)
{
	static const enum screen_role roles[] = { SCREEN_FAIL, SCREEN_PASS, SCREEN_WARN };
	const char *section = NULL;

	ARRAY_FOREACH (const struct page_row, row, &page->rows) {
		if (!str_equal(section, row->section)) {
			if (section != NULL)
				fputc('\n', out);
			screen_paint(out, screen, SCREEN_STRONG, row->section);
			fputc('\n', out);
		}
		section = row->section;
		fprintf(out, "%4u  ", row->number);
		screen_paint(out, screen, roles[row->verdict], page_verdict_name(row->verdict));
		screen_spaces(out, 10 - (unsigned)strlen(page_verdict_name(row->verdict)));
		inspect_wrap(out, 16, 16, screen.width, page_row_text(row, scratch));
	}
}
