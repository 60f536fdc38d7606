/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings for a comment on a merge request or the summary of a job: the counts, then a table,
 * the worst first. Servers refuse longer comments, so what goes beyond is counted.
 */
#include "reports/findings/findings.h"
#include "reports/findings/words.h"

#include "reports/formats/markdown.h"

enum {
	TAIL_BYTES = 1024, /* kept free for the summary below the table */
	PLACES_MAX = 4,    /* of like findings */
};

static void findings_markdown_add_place(struct text *t, const struct finding *f,
					const struct snapshot *snapshot)
{
	const char *source = finding_source(snapshot, f->place.pos);
	struct text place = { 0 };

	if (source == NULL)
		return;
	text_add(&place, plain_file_name(source));
	if (f->place.pos.line > 0)
		text_printf(&place, ":%u", (unsigned)f->place.pos.line);
	markdown_add_code(t, text_str(&place));
	text_release(&place);
}

/* Those of the findings that it stands for, as far as they are shown. */
static void findings_markdown_add_others(struct text *t, const struct finding *f,
					 const struct snapshot *snapshot)
{
	const uint32_t count = f->also.count;
	const uint32_t shown = count < PLACES_MAX ? count : PLACES_MAX - 1;

	for (uint32_t i = 0; i < shown; i++) {
		text_add(t, ", ");
		findings_markdown_add_place(t, &f->also.items[i], snapshot);
	}
	if (shown < count)
		text_printf(t, " and %u more", count - shown);
}

static void findings_markdown_add_row(struct text *t, const struct finding *f,
				      const struct snapshot *snapshot)
{
	struct text words = { 0 };

	text_printf(t, "| %s | %s | ", severity_name(f->severity), check_table[f->code].code);
	findings_markdown_add_place(t, f, snapshot);
	finding_add_resource(&words, f->place.object);
	text_add(t, words.len > 0 ? " " : "");
	markdown_add(t, text_str(&words));
	findings_markdown_add_others(t, f, snapshot);
	text_clear(&words);
	finding_add_message(&words, f);
	text_add(t, " | ");
	markdown_add(t, text_str(&words));
	text_add(t, " | ");
	markdown_add(t, f->hint != NULL ? f->hint : "");
	text_add(t, " |\n");
	text_release(&words);
}

/* Rows of one severity while they fit; returns how many did not. */
static uint32_t findings_markdown_add_rows(struct text *t, const struct validation *v,
					   const struct snapshot *snapshot,
					   enum severity severity)
{
	struct text row = { 0 };
	uint32_t left_out = 0;

	ARRAY_FOREACH (const struct finding, f, &v->findings) {
		if (f->severity != severity)
			continue;
		text_clear(&row);
		findings_markdown_add_row(&row, f, snapshot);
		if (left_out > 0 || t->len + row.len > MARKDOWN_BYTES_MAX - TAIL_BYTES)
			left_out++;
		else
			text_add(t, text_str(&row));
	}
	text_release(&row);
	return left_out;
}

void findings_markdown(FILE *out, const struct validation *v, const struct snapshot *snapshot)
{
	static const char *const headings[] = { "Severity", "Check", "Where",
						"Finding",  "Fix",   NULL };
	static const enum severity order[] = { SEVERITY_FAIL, SEVERITY_WARN, SEVERITY_INFO };
	const uint32_t shown =
		v->count[SEVERITY_FAIL] + v->count[SEVERITY_WARN] + v->count[SEVERITY_INFO];
	struct text t = { 0 }, words = { 0 };
	uint32_t left_out = 0;

	markdown_heading(&t, 2, "PureLB configuration");
	findings_add_counts(&words, v);
	text_printf(&t, "**%s**\n\n", text_str(&words));
	if (shown > 0)
		markdown_table_begin(&t, headings);
	for (size_t i = 0; shown > 0 && i < sizeof(order) / sizeof(order[0]); i++)
		left_out += findings_markdown_add_rows(&t, v, snapshot, order[i]);
	if (left_out > 0)
		text_printf(&t, "\nand %u more, which do not fit here.\n", (unsigned)left_out);
	text_clear(&words);
	summary_add_read(&words, v, snapshot);
	if (t.len + words.len < MARKDOWN_BYTES_MAX - TAIL_BYTES / 2) {
		text_add(&t, shown > 0 ? "\nRead: " : "Read: ");
		markdown_add(&t, text_str(&words));
		text_add_char(&t, '\n');
	}
	fputs(text_str(&t), out);
	text_release(&t);
	text_release(&words);
}
