/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as a page for a browser. */
#include "reports/findings/findings.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reports/formats/screen.h"
#include "reports/formats/page.h"
#include "reports/findings/words.h"

enum { EXCERPT_WIDTH = 110 }; /* columns */

/* The worst first. */
static const enum severity order[] = { SEVERITY_FAIL, SEVERITY_WARN, SEVERITY_INFO,
				       SEVERITY_PASS };

static const char *const classes[] = {
	[SEVERITY_PASS] = "pass",
	[SEVERITY_INFO] = "info",
	[SEVERITY_WARN] = "warn",
	[SEVERITY_FAIL] = "fail",
};

/* ---- one finding ---- */

static void findings_html_write_place(FILE *out, const struct snapshot *snapshot,
				      struct pos pos)
{
	xml_text(out, snapshot->sources.list.items[pos.source - 1].name);
	fprintf(out, ":%u:%u", (unsigned)pos.line, (unsigned)pos.column);
}

static void findings_html_write_resource(FILE *out, const struct object *object)
{
	xml_text(out, object->kind_name != NULL ? object->kind_name : "object");
	fputc(' ', out);
	if (object->namespace != NULL && *object->namespace != '\0') {
		xml_text(out, object->namespace);
		fputc('/', out);
	}
	xml_text(out, object->name.s != NULL && *object->name.s != '\0' ? object->name.s
									: "without a name");
}

static void findings_html_write_where(FILE *out, const struct snapshot *snapshot,
				      const struct finding *d)
{
	if (d->place.pos.source == 0 && d->place.object == NULL)
		return;
	fputs("<p class=\"where\">", out);
	if (d->place.pos.source != 0) {
		fputs("<span class=\"mono\">", out);
		findings_html_write_place(out, snapshot, d->place.pos);
		fputs("</span> ", out);
	}
	if (d->place.object != NULL)
		findings_html_write_resource(out, d->place.object);
	if (d->place.path != NULL) {
		fputs(" <code>", out);
		xml_text(out, d->place.path);
		fputs("</code>", out);
	}
	fputs("</p>\n", out);
}

/* The line as a terminal shows it, with its caret. */
static void findings_html_write_excerpt(FILE *out, const struct excerpt_lines *lines,
					struct pos pos)
{
	static const struct excerpt_style style = { .screen.width = EXCERPT_WIDTH };
	const char *line = excerpt_find(lines, pos);
	char *shown = NULL;
	size_t size = 0;

	if (line == NULL)
		return;

	FILE *memory = mem_open_stream(&shown, &size);
	const bool any = excerpt_write(memory, line, pos, &style) != EXCERPT_NONE;

	mem_close_stream(memory, &shown);
	if (any) {
		fputs("<pre>", out);
		/* A newline inside <pre> is one, written as it is or as &#10;. */
		xml_text(out, shown);
		fputs("</pre>\n", out);
	}
	free(shown);
}

static void findings_html_write_texts(FILE *out, const struct check *check)
{
	fputs("<details><summary>Why it matters</summary>\n<p>", out);
	xml_text(out, check->why);
	fputs("</p>\n<p class=\"fix\">", out);
	xml_text(out, check->fix);
	fputs("</p>\n</details>\n", out);
}

/* The letters of a code name its family: "SG". */
static int findings_html_family_length(const struct check *check)
{
	return (int)strcspn(check->code, "0123456789");
}

static void findings_html_write_message(FILE *out, const struct finding *f)
{
	struct text cluster = { 0 };

	finding_add_cluster(&cluster, f);
	xml_text(out, f->message);
	xml_text(out, text_str(&cluster));
	text_release(&cluster);
}

static void findings_html_write_finding(FILE *out, const struct finding *f,
					const struct snapshot *snapshot,
					const struct excerpt_lines *lines)
{
	const struct check *check = &check_table[f->code];
	const struct finding *d = f;
	const char *severity = severity_name(f->severity);

	fprintf(out,
		"<article class=\"finding %s\" data-row=\"%s\" data-family=\"%.*s\">\n"
		"<h3><span class=\"badge\">%s %s</span> ",
		classes[f->severity], severity, findings_html_family_length(check), check->code,
		severity, check->code);
	findings_html_write_message(out, d);
	fputs(d->inferred ? " <span class=\"faint\">(inferred)</span></h3>\n" : "</h3>\n", out);
	findings_html_write_where(out, snapshot, d);
	if (f->severity != SEVERITY_PASS && !d->confidential)
		findings_html_write_excerpt(out, lines, d->place.pos);
	ARRAY_FOREACH (const struct related, r, &d->related) {
		fputs("<p class=\"where\">", out);
		if (r->pos.source != 0) {
			fputs("<span class=\"mono\">", out);
			findings_html_write_place(out, snapshot, r->pos);
			fputs("</span>: ", out);
		}
		xml_text(out, r->message);
		fputs("</p>\n", out);
	}
	if (d->hint != NULL) {
		fputs("<p class=\"fix\">", out);
		xml_text(out, d->hint);
		fputs("</p>\n", out);
	}
	if (f->severity != SEVERITY_PASS)
		findings_html_write_texts(out, check);
	fputs("</article>\n", out);
}

/* ---- the page ---- */

static void findings_html_write_tiles(FILE *out, const struct validation *v)
{
	page_tiles_begin(out);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		page_tile_filter(out, classes[order[i]], v->count[order[i]],
				 severity_name(order[i]));
	page_tiles_end(out);
}

/* The choice among the families that have a finding. */
static void findings_html_write_families(FILE *out, const struct validation *v)
{
	const struct check *last = NULL;
	bool seen[CHECK_COUNT] = { false };

	ARRAY_FOREACH (const struct finding, f, &v->findings)
		seen[f->code] = true;
	fputs("<select id=\"family\" aria-label=\"family of checks\">"
	      "<option value=\"\">every check</option>",
	      out);
	for (int code = 0; code < CHECK_COUNT; code++) {
		const struct check *check = &check_table[code];
		const int length = findings_html_family_length(check);

		if (!seen[code] ||
		    (last != NULL && findings_html_family_length(last) == length &&
		     memcmp(last->code, check->code, (size_t)length) == 0))
			continue;
		fprintf(out, "<option>%.*s</option>", length, check->code);
		last = check;
	}
	fputs("</select>", out);
}

static void findings_html_write_filters(FILE *out, const struct validation *v)
{
	if (v->findings.count == 0)
		return;
	fputs("<div class=\"bar\" hidden><input id=\"search\" type=\"search\" "
	      "placeholder=\"Search: code, file, name &#8230;\" aria-label=\"search\">",
	      out);
	findings_html_write_families(out, v);
	fputs("<output id=\"shown\"></output></div>\n", out);
}

static void findings_html_write_list(FILE *out, const struct validation *v,
				     const struct snapshot *snapshot)
{
	struct excerpt_lines lines = { 0 };

	ARRAY_FOREACH (const struct finding, f, &v->findings) {
		if (f->severity != SEVERITY_PASS)
			excerpt_want(&lines, f->place.pos);
	}
	excerpt_read(&lines, &snapshot->sources);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		ARRAY_FOREACH (const struct finding, f, &v->findings) {
			if (f->severity == order[i])
				findings_html_write_finding(out, f, snapshot, &lines);
		}
	}
	excerpt_release(&lines);
}

static void findings_html_write_unchecked(FILE *out, const struct validation *v)
{
	struct text t = { 0 };
	uint32_t at = 0;
	bool any = false;

	for (; summary_add_skipped(&t, v, false, &at); text_clear(&t)) {
		if (!any) {
			page_section(out, "Not checked");
			fputs("<ul>\n", out);
		}
		any = true;
		fputs("<li>", out);
		xml_text(out, text_str(&t));
		fputs("</li>\n", out);
	}
	if (any)
		fputs("</ul>\n", out);
	if (summary_add_inferred(&t, v)) {
		fputs("<p class=\"faint\"><b>inferred</b> ", out);
		xml_text(out, text_str(&t));
		fputs("</p>\n", out);
	}
	text_release(&t);
}

static void findings_html_write_verdict(FILE *out, const struct validation *v)
{
	const bool clean = v->count[SEVERITY_FAIL] == 0 && v->count[SEVERITY_WARN] == 0;

	if (clean)
		fputs("<p><span class=\"badge pass\">OK</span> No failure and no warning.</p>\n",
		      out);
	if (v->silenced > 0)
		fprintf(out, "<p class=\"faint\">%u silenced</p>\n", (unsigned)v->silenced);
}

void findings_html(FILE *out, const struct validation *v, const struct snapshot *snapshot)
{
	struct text lead = { 0 };

	text_add(&lead, "Read ");
	summary_add_read(&lead, v, snapshot);
	page_begin(out, "PureLB configuration check", text_str(&lead));
	text_release(&lead);
	findings_html_write_tiles(out, v);
	findings_html_write_verdict(out, v);
	findings_html_write_filters(out, v);
	findings_html_write_list(out, v, snapshot);
	findings_html_write_unchecked(out, v);
	page_end(out);
}
