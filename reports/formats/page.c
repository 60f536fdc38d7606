/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of an HTML report. */
#include "reports/formats/page.h"

#include <stdbool.h>
#include <stddef.h>

#include "reports/formats/xml.h"

/* Made from page.css and page.js by the Makefile: their lines, NULL-terminated. */
static const char *const style[] = {
#include "reports/formats/page.css.inc"
	NULL,
};
static const char *const script[] = {
#include "reports/formats/page.js.inc"
	NULL,
};

static void write_lines(FILE *out, const char *const *lines)
{
	for (; *lines != NULL; lines++)
		fputs(*lines, out);
}

void page_begin(FILE *out, const char *title, const char *lead)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>",
	      out);
	xml_text(out, title);
	fputs("</title>\n<style>\n", out);
	write_lines(out, style);
	fputs("</style>\n</head>\n<body>\n<header>\n<h1>", out);
	xml_text(out, title);
	fputs("</h1>\n<p class=\"lead\">", out);
	xml_text(out, lead);
	fputs("</p>\n</header>\n<main>\n", out);
}

void page_tiles_begin(FILE *out)
{
	fputs("<div class=\"tiles\">\n", out);
}

void page_tile(FILE *out, const char *kind, const char *value, const char *label)
{
	fprintf(out, "<div class=\"tile %s\"><b>", kind);
	xml_text(out, value);
	fputs("</b><span>", out);
	xml_text(out, label);
	fputs("</span></div>\n", out);
}

void page_tile_filter(FILE *out, const char *kind, uint32_t count, const char *severity)
{
	fprintf(out,
		"<button type=\"button\" class=\"tile %s\" data-severity=\"%s\" "
		"aria-pressed=\"true\" title=\"show or hide %s\"><b>%u</b><span>%s</span>"
		"</button>\n",
		kind, severity, severity, (unsigned)count, severity);
}

void page_tiles_end(FILE *out)
{
	fputs("</div>\n", out);
}

void page_section(FILE *out, const char *title)
{
	fputs("<h2>", out);
	xml_text(out, title);
	fputs("</h2>\n", out);
}

void page_table_begin(FILE *out, const char *const *headings)
{
	fputs("<div class=\"scroll\"><table>\n<thead><tr>", out);
	for (; *headings != NULL; headings++) {
		const bool number = **headings == '>';

		fputs(number ? "<th class=\"number\">" : "<th>", out);
		xml_text(out, *headings + number);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
}

void page_row_begin(FILE *out)
{
	fputs("<tr>", out);
}

void page_cell(FILE *out, const char *text)
{
	fputs("<td>", out);
	xml_text(out, text);
	fputs("</td>", out);
}

void page_cell_number(FILE *out, const char *text)
{
	fputs("<td class=\"number\">", out);
	xml_text(out, text);
	fputs("</td>", out);
}

void page_row_end(FILE *out)
{
	fputs("</tr>\n", out);
}

void page_table_end(FILE *out)
{
	fputs("</tbody>\n</table></div>\n", out);
}

void page_verdict(FILE *out, bool held, const char *what, const char *detail)
{
	const char *word = held ? "PASS" : "FAIL";

	fprintf(out, "<p><span class=\"badge %s\">%s</span> ", held ? "pass" : "fail", word);
	xml_text(out, what);
	if (detail != NULL) {
		fputs(" <span class=\"faint\">", out);
		xml_text(out, detail);
		fputs("</span>", out);
	}
	fputs("</p>\n", out);
}

void page_end(FILE *out)
{
	fputs("</main>\n<footer>purelbtool " PURELBTOOL_VERSION "</footer>\n<script>\n", out);
	write_lines(out, script);
	fputs("</script>\n</body>\n</html>\n", out);
}
