/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of an HTML report. */
#include "reports/formats/page.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "reports/formats/screen.h"

/* Made from page.css and page.js by the Makefile: their lines, NULL-terminated. */
static const char *const style[] = {
#include "reports/formats/page.css.inc"
	NULL,
};
static const char *const script[] = {
#include "reports/formats/page.js.inc"
	NULL,
};

static void page_write_lines(FILE *out, const char *const *lines)
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
	page_write_lines(out, style);
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

void page_cell_word(FILE *out, const char *kind, const char *text)
{
	fprintf(out, "<td class=\"word%s%s\">", *kind != '\0' ? " " : "", kind);
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

void page_steps_begin(FILE *out)
{
	fputs("<ul class=\"steps\">\n", out);
}

void page_step(FILE *out, const char *what)
{
	fputs("<li><label><input type=\"checkbox\"> ", out);
	xml_text(out, what);
	fputs("</label></li>\n", out);
}

void page_steps_end(FILE *out)
{
	fputs("</ul>\n", out);
}

void page_badge(FILE *out, const char *kind, const char *badge, const char *what)
{
	fprintf(out, "<p><span class=\"badge %s\">%s</span> ", kind, badge);
	xml_text(out, what);
	fputs("</p>\n", out);
}

void page_warning(FILE *out, const char *badge, const char *what)
{
	page_badge(out, "warn", badge, what);
}

void page_note(FILE *out, const char *label, const char *text)
{
	fprintf(out, "<p class=\"note\"><b>%s</b> ", label);
	xml_text(out, text);
	fputs("</p>\n", out);
}

void page_end(FILE *out)
{
	fputs("</main>\n<footer>purelbtool " PURELBTOOL_VERSION "</footer>\n<script>\n", out);
	page_write_lines(out, script);
	fputs("</script>\n</body>\n</html>\n", out);
}

#define REPLACEMENT "\xEF\xBF\xBD"

static const char *page_escape_of(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\n':
		return "&#10;";
	case '\t':
		return "&#9;";
	default:
		return c < 0x20 || c == 0x7F ? REPLACEMENT : NULL;
	}
}

/* U+FFFE and U+FFFF are no XML characters. */
static bool page_is_noncharacter(const unsigned char *p, size_t len)
{
	return len == 3 && p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE;
}

/* Writes a character that hides or reorders text as it is escaped on a screen; false: it is
 * another. */
static bool xml_hidden(FILE *out, const unsigned char *p, size_t len)
{
	struct text t = { 0 };
	unsigned columns = 0;
	size_t bytes;

	if (!screen_is_hidden(screen_point((const char *)p, len, &bytes)))
		return false;
	screen_add_char(&t, (const char *)p, len, &columns);
	fputs(text_str(&t), out);
	text_release(&t);
	return true;
}

void xml_text(FILE *out, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t left = s != NULL ? strlen(s) : 0;

	while (left > 0) {
		size_t n = utf8_sequence(p, left);
		const char *escape = *p < 0x80 ? page_escape_of(*p) : NULL;

		if (n == 0 || page_is_noncharacter(p, n))
			escape = REPLACEMENT;
		n = n > 0 ? n : 1;
		if (escape == NULL && *p >= 0x80 && xml_hidden(out, p, n))
			;
		else if (escape != NULL)
			fputs(escape, out);
		else
			fwrite(p, 1, n, out);
		p += n;
		left -= n;
	}
}
